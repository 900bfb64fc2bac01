// Search: the state is the URL; words, filters and results follow it, and an older answer never overtakes a newer one.

import "../elements/search-box.js";
import "../elements/filter-bar.js";
import "../elements/artwork-wall.js";
import "../elements/load-more.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import { categories, search } from "../lib/api.js";
import { found, the } from "../lib/found.js";
import { pack, unpack } from "../lib/packing.js";
import { keepPlace, recallPlace, returnTo, savePlace } from "../lib/place.js";
import { sentence } from "../lib/problems.js";
import { chipsOf, facetsOf, headline, noneWords, parseSearch, searchUrl } from "../lib/searching.js";
import { Viewing } from "../lib/viewing.js";

/** @typedef {import("../lib/api.js").Answer} Answer */
/** @typedef {import("../lib/api.js").Result} Result */
/** @typedef {import("../lib/searching.js").Search} Search */
/** @typedef {Omit<Result, "artwork"> & { artwork: import("../lib/cards.js").Hangable }} Found */
/** @typedef {{ answer: Answer, items: Found[], next: string | null }} Shown */
/** @typedef {Omit<Shown, "items"> & { items: [import("../lib/packing.js").Packed, Omit<Found, "artwork">][] }} Kept */

const TYPING_MS = 280;
const NOT_READY_MS = 2_000;
const BANDS = /** @type {const} */ (["strong", "weak", "nearest"]);

const box = found("search-box");
const bar = found("filter-bar");
const more = found("load-more");
const note = found("wall-note");
const heading = found("h1");
const notice = the(".notice", HTMLElement);

/** Whether the last question was not answered. */
let failed = false;
let state = parseSearch(location.search);
/** @type {Shown | null} */
let shown = null;
/** @type {AbortController} */
let fetching = new AbortController();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
const titles = categoryTitles();

box.addEventListener("search-submit", (event) => {
  event.preventDefault();
  if (event.detail.q !== state.q) go({ ...state, q: event.detail.q });
  else run();
});
box.addEventListener("search-input", (event) => {
  clearTimeout(later);
  later = setTimeout(() => type(event.detail.q), TYPING_MS);
});
bar.addEventListener("filter-change", (event) => {
  event.preventDefault();
  go(parseSearch(new URL(event.detail.href, location.href).search));
});
more.addEventListener("load-more", (event) => showMore(event.detail.asked));
note.addEventListener("note-action", run);
window.addEventListener("online", () => failed && run());
const view = new Viewing({
  works: () => allWalls().flatMap(({ items }) => items.map(({ artwork }) => artwork)),
  near: () => shown?.next && more.getAttribute("state") === "idle" && showMore(false),
  leaving: () => savePlace(kept, allWalls()),
  back: (id) => allWalls().some((wall) => wall.focusOn(id)),
});
the("main", HTMLElement).addEventListener("artwork-view", (event) => view.open(event.detail.id));
window.addEventListener("popstate", () => follow(recallPlace({ always: true })));

keepPlace(kept, allWalls());
follow(recallPlace());

/** Draw what the URL says: from what was kept, else from the server. @param {import("../lib/place.js").Place<Kept | null> | null} place */
function follow(place) {
  state = parseSearch(location.search);
  box.setAttribute("value", state.q);
  if (!place?.data) {
    run();
    return;
  }
  fetching.abort();
  reset(place.data.answer);
  append(
    place.data.items.map(([artwork, rest]) => ({ ...rest, artwork: unpack(artwork) })),
    place.data.next,
  );
  returnTo(place, allWalls());
}

/** @param {boolean} thin @returns {Kept | null} */
function kept(thin) {
  return shown && { ...shown, items: shown.items.map(({ artwork, ...rest }) => [pack(artwork, thin), rest]) };
}

/** A step one can go back from. @param {Search} to */
function go(to) {
  clearTimeout(later);
  savePlace(kept, allWalls());
  history.pushState({}, "", searchUrl(to));
  state = to;
  run();
}

/** While typing, the URL follows without a step for every letter. @param {string} q */
function type(q) {
  if (q === state.q) return;
  state = { ...state, q };
  history.replaceState(history.state, "", searchUrl(state));
  run();
}

async function run() {
  clearTimeout(later);
  fetching.abort();
  fetching = new AbortController();
  const { signal } = fetching;
  failed = false;
  note.say(null);
  const empty = searchUrl(state) === "/search";
  if (empty) {
    showInvitation();
    return;
  }
  waiting(true);
  try {
    const [answer] = await Promise.all([search({ ...state }, signal), titles]);
    if (signal.aborted) return;
    waiting(false);
    reset(answer);
    append(answer.items, answer.next);
    announce(heading.textContent ?? "");
  } catch (error) {
    if (!signal.aborted) fail(error, signal);
  }
}

/** @param {boolean} is */
function waiting(is) {
  const [first] = walls();
  if (is && !shown && first) first.wall.items = null;
  for (const { wall, section } of walls()) {
    wall.toggleAttribute("busy", is && shown !== null);
    section.ariaBusy = String(is);
    if (is && !shown && wall === first?.wall) section.hidden = false;
  }
}

/** @param {unknown} error @param {AbortSignal} signal */
function fail(error, signal) {
  const problem = /** @type {import("../lib/api.js").Problem} */ (error);
  if (problem.code === "index_not_ready") {
    heading.textContent = "Limn is still reading the gallery…";
    notice.textContent = "After a start this takes a moment; your search goes on by itself.";
    later = setTimeout(run, (problem.retryAfter ?? 0) * 1000 || NOT_READY_MS);
    signal.addEventListener("abort", () => clearTimeout(later));
    return;
  }
  failed = true;
  waiting(false);
  reset(null);
  note.say({ heading: "The search did not work.", text: sentence(problem), action: "Try again" });
}

/** Empty walls for a new answer. @param {Answer | null} answer */
function reset(answer) {
  shown = answer && { answer: { ...answer, items: [] }, items: [], next: null };
  for (const { wall, section } of walls()) {
    wall.items = [];
    wall.removeAttribute("busy");
    section.hidden = true;
  }
  more.removeAttribute("state");
  heading.textContent = answer ? headline(answer, state) : "Search";
  document.title = `${state.q || "Search"} · Limn`;
  notice.textContent = answer?.answer === "none" ? "" : (answer?.notice ?? "");
  if (answer?.answer === "none") note.say({ text: noneWords(answer, state) });
  showFilters(answer);
}

/** @param {Found[]} items @param {string | null} next */
function append(items, next) {
  if (!shown) return;
  shown = { ...shown, items: [...shown.items, ...items], next };
  for (const { band, wall, section } of walls()) {
    wall.toggleAttribute("endless", next !== null);
    const fresh = items.filter((item) => bandOf(item) === band);
    if (fresh.length) {
      section.hidden = false;
      wall.appendItems(fresh);
    }
  }
  view.refresh();
  more.setAttribute("message", shown.items.length > 12 ? "That is everything that matches." : "");
  if (shown.answer.answer !== "none") more.setAttribute("state", next ? "idle" : "end");
}

/** @param {Found} item */
function bandOf({ band }) {
  return shown?.answer.answer === "none" ? "nearest" : band;
}

/** @param {boolean} asked */
async function showMore(asked) {
  const { signal } = fetching;
  more.setAttribute("state", "loading");
  try {
    const answer = await search({ ...state, cursor: shown?.next }, signal);
    append(answer.items, answer.next);
    const first = answer.items[0];
    if (asked && first)
      walls()
        .find(({ band }) => band === bandOf(first))
        ?.wall.focusOn(first.artwork.id);
  } catch (error) {
    if (signal.aborted) return;
    more.setAttribute("message", `The next works did not come. ${sentence(error)}`);
    more.setAttribute("state", "error");
  }
}

/** @param {Answer | null} answer */
async function showFilters(answer) {
  const asked = state;
  const names = await titles;
  if (asked === state)
    bar.filters = { chips: chipsOf(state, names), facets: answer ? facetsOf(state, answer, names) : [] };
}

function showInvitation() {
  waiting(false);
  reset(null);
  note.say({
    text: "Type what you look for: words of a title or a description, a tag, a colour, or simply what is to be seen in the picture. The key / brings you to the search box from anywhere.",
    action: "See everything",
    href: "/",
  });
}

function allWalls() {
  return walls().map(({ wall }) => wall);
}

function walls() {
  return BANDS.map((band) => ({
    band,
    section: the(`section.${band}`, HTMLElement),
    wall: found("artwork-wall", `section.${band}`),
  }));
}

/** @returns {Promise<Map<string, string>>} */
async function categoryTitles() {
  const rooms = await categories().catch(() => []);
  return new Map(rooms.map(({ slug, title }) => [slug, title]));
}
