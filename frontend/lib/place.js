// Where a person was on a long page: kept per history entry, so that Back and reload find the same pictures, position and focus.

const PREFIX = "limn-place:";
const KEPT = 12;

/** What a wall of works can say of them and do with them.
 * @typedef {Pick<import("../elements/artwork-wall.js").ArtworkWall, "topmost" | "topOf" | "focusOn">} Wall */
/** `anchor` is the first work in the window and its distance from the window's top, for a window that is wider or narrower then.
 * @template T @typedef {{ data: T, scroll: number, width: number, anchor: [id: string, offset: number] | null,
 *   focus: string | null, saved: number }} Place */
/** What is needed to draw the page again; `thin` where the whole of it does not fit. @typedef {(thin: boolean) => unknown} Data */

/** Keep the place whenever this page is left. @param {Data} data @param {Wall[]} walls */
export function keepPlace(data, walls) {
  history.scrollRestoration = "manual";
  window.addEventListener("pagehide", () => savePlace(data, walls));
}

/** Keep the place of this history entry now. @param {Data} data @param {Wall[]} walls */
export function savePlace(data, walls) {
  const key = PREFIX + entryKey();
  const focus = document.activeElement?.closest("[id]")?.id ?? null;
  const where = { scroll: window.scrollY, width: window.innerWidth, anchor: anchorOf(walls), focus };
  for (const thin of [false, true]) {
    const place = JSON.stringify({ data: data(thin), ...where, saved: Date.now() });
    if (keep(key, place)) return;
  }
  // not even thin and alone: Back starts at the top, which is no loss of work
  sessionStorage.removeItem(key);
}

/** The place of this history entry, if it was reached by going back or forward or by a reload; null otherwise.
 * @template T @param {{ always?: boolean }} [options] @returns {Place<T> | null} */
export function recallPlace({ always = false } = {}) {
  const [entry] = performance.getEntriesByType("navigation");
  const how = entry instanceof PerformanceNavigationTiming ? entry.type : "navigate";
  if (how !== "back_forward" && how !== "reload" && !always) return null;
  try {
    const place = JSON.parse(sessionStorage.getItem(PREFIX + entryKey()) ?? "null");
    // who reloads at the very top asks for what is new, not for a place
    return how === "reload" && !always && !place?.scroll ? null : place;
  } catch {
    return null;
  }
}

/** Scroll and focus as before, once the page is drawn. @param {Place<any>} place @param {Wall[]} walls */
export function returnTo({ scroll, width, anchor, focus }, walls) {
  let top = scroll;
  if (anchor && width !== window.innerWidth) {
    const [now] = walls.map((wall) => wall.topOf(anchor[0])).filter((found) => found !== null);
    if (now !== undefined) top = now - anchor[1];
  }
  window.scrollTo({ top, behavior: "instant" });
  const id = focus?.replace("work-", "") ?? "";
  if (walls.some((wall) => wall.focusOn(id, { preventScroll: true }))) return;
  const target = focus && document.getElementById(focus);
  const inner =
    target && (target.matches("a, button, input") ? target : target.querySelector("a, button, input"));
  // main and its like are no place that anybody was at
  if (inner instanceof HTMLElement && target !== document.querySelector("main"))
    inner.focus({ preventScroll: true });
}

/** @param {Wall[]} walls @returns {Place<any>["anchor"]} */
function anchorOf(walls) {
  for (const wall of walls) {
    const id = wall.topmost();
    const top = id === null ? null : wall.topOf(id);
    if (id !== null && top !== null) return [id, top - window.scrollY];
  }
  return null;
}

/** Whether it fits, if need be in the place of older ones. @param {string} key @param {string} place */
function keep(key, place) {
  for (const kept of [KEPT, 3, 0]) {
    forgetOldest(kept);
    try {
      sessionStorage.setItem(key, place);
      return true;
    } catch {
      // full: once more without the older ones
    }
  }
  return false;
}

function entryKey() {
  const state = history.state ?? {};
  if (typeof state.place === "string") return state.place;
  const place = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  history.replaceState({ ...state, place }, "");
  return place;
}

/** @param {number} kept */
function forgetOldest(kept) {
  const places = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const byAge = places.map((key) => ({ key, saved: savedAt(key) })).sort((a, b) => b.saved - a.saved);
  for (const { key } of byAge.slice(kept)) sessionStorage.removeItem(key);
}

/** @param {string} key */
function savedAt(key) {
  return Number(/"saved":(\d+)}$/.exec(sessionStorage.getItem(key) ?? "")?.[1] ?? 0);
}
