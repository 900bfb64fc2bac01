// Where a person was on a long page: kept per history entry, so that Back finds the same pictures, position and focus.

const PREFIX = "limn-place:";
const KEPT = 12;

/** @template T @typedef {{ data: T, scroll: number, focus: string | null, saved: number }} Place */

/** Keep the place whenever this page is left. @param {() => unknown} data what is needed to draw the page again */
export function keepPlace(data) {
  history.scrollRestoration = "manual";
  window.addEventListener("pagehide", () => savePlace(data()));
}

/** @param {unknown} data */
export function savePlace(data) {
  const key = entryKey();
  const focus = document.activeElement?.closest("[id]")?.id ?? null;
  const place = JSON.stringify({ data, scroll: window.scrollY, focus, saved: Date.now() });
  for (const kept of [KEPT, 0]) {
    forgetOldest(kept);
    try {
      sessionStorage.setItem(PREFIX + key, place);
      return;
    } catch {
      // full: once more without the others; failing that, Back starts at the top, which is no loss of work
      sessionStorage.removeItem(PREFIX + key);
    }
  }
}

/** The place of this history entry, if it was reached by going back or forward; null otherwise.
 * @template T @param {{ always?: boolean }} [options] @returns {Place<T> | null} */
export function recallPlace({ always = false } = {}) {
  const [entry] = performance.getEntriesByType("navigation");
  const returned = entry instanceof PerformanceNavigationTiming && entry.type === "back_forward";
  if (!returned && !always) return null;
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + entryKey()) ?? "null");
  } catch {
    return null;
  }
}

/** Scroll and focus as before, once the page is drawn. @param {{ scroll: number, focus: string | null }} place */
export function returnTo({ scroll, focus }) {
  const target = focus && document.getElementById(focus);
  const inner =
    target && (target.matches("a, button, input") ? target : target.querySelector("a, button, input"));
  if (inner instanceof HTMLElement) inner.focus({ preventScroll: true });
  window.scrollTo({ top: scroll, behavior: "instant" });
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
