// Explore: the newest works of a room of the gallery, endlessly, and the way back to where one was.

import "../elements/search-box.js";
import "../elements/category-tabs.js";
import "../elements/artwork-wall.js";
import "../elements/load-more.js";
import "../elements/new-works.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import { categories, getArtwork, listArtworks } from "../lib/api.js";
import { ArtworkStream, isWaiting } from "../lib/events.js";
import { counted } from "../lib/format.js";
import { found } from "../lib/found.js";
import { latest, watch } from "../lib/newcomers.js";
import { pack, unpack } from "../lib/packing.js";
import { keepPlace, recallPlace, returnTo, savePlace } from "../lib/place.js";
import { sentence } from "../lib/problems.js";
import { Viewing } from "../lib/viewing.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {import("../lib/api.js").Category} Category */
/** @typedef {{ works: import("../lib/packing.js").Packed[], next: string | null, since: string | null }} Kept */

// the first fills a window soon; the others are larger, as a hand that scrolls is faster
const [FIRST_PAGE, PAGE] = ["40", "100"];
const tabs = found("category-tabs");
const wall = found("artwork-wall");
const more = found("load-more");
const note = found("wall-note");
const fresh = found("new-works");

const room = new URLSearchParams(location.search).get("category") ?? "";
/** @type {string | null} */
let next = null;
let hung = false;
/** Whether the first works did not come. */
let failed = false;
/** When the newest work on the wall was added. @type {string | null} */
let since = null;
/** What has come since, newest first. @type {Artwork[]} */
let waiting = [];
/** @type {Category[]} */
let rooms = [];

const stream = new ArtworkStream((news) => {
  const artwork = /** @type {Artwork} */ (news);
  wall.update(artwork);
  if (!isWaiting(artwork)) stream.remove(artwork.id);
});

tabs.setAttribute("current", room);
wall.setAttribute("label", "Newest works");
more.addEventListener("load-more", (event) => showMore(event.detail.asked));
note.addEventListener("note-action", start);
window.addEventListener("online", () => failed && start());
note.addEventListener("note-other", fillWithDemo);
window.addEventListener("pageshow", (event) => event.persisted && refreshFocused());

const newcomers = watch({
  list: (limit) => listArtworks({ category: room, limit }),
  since: () => since,
  known: (id) => !hung || wall.has(id),
  told: tell,
});
fresh.addEventListener("new-works", bring);

const view = new Viewing({
  works: () => wall.items.map(({ artwork }) => artwork),
  near: () => next && more.getAttribute("state") === "idle" && showMore(false),
  leaving: () => savePlace(kept, [wall]),
  back: (id) => wall.focusOn(id),
});
wall.addEventListener("artwork-view", (event) => view.open(event.detail.id));

keepPlace(kept, [wall]);
/** @type {import("../lib/place.js").Place<Kept> | null} */
const place = recallPlace();
const roomsShown = showRooms();
if (place?.data.works.length) {
  since = place.data.since;
  show(place.data.works.map(unpack), place.data.next);
  returnTo(place, [wall]);
  refreshFocused();
  newcomers.look();
} else start();

/** @param {boolean} thin @returns {Kept} */
function kept(thin) {
  return { works: wall.items.map(({ artwork }) => pack(artwork, thin)), next, since };
}

async function start() {
  failed = false;
  note.say(null);
  more.removeAttribute("state");
  wall.items = null;
  try {
    const page = await listArtworks({ category: room, limit: FIRST_PAGE });
    wall.items = [];
    since = latest(page.items, since);
    show(page.items, page.next);
    if (page.items.length === 0) await showEmpty();
  } catch (error) {
    failed = true;
    wall.items = [];
    note.say({ heading: "The pictures did not come.", text: sentence(error), action: "Try again" });
  }
}

/** @param {boolean} asked */
async function showMore(asked) {
  more.setAttribute("state", "loading");
  try {
    const page = await listArtworks({ category: room, limit: PAGE, cursor: next });
    show(page.items, page.next);
    announce(`${counted(page.items.length, "more work")} on the wall`);
    const first = page.items[0];
    if (asked && first) wall.focusOn(first.id);
  } catch (error) {
    more.setAttribute("message", `The next pictures did not come. ${sentence(error)}`);
    more.setAttribute("state", "error");
  }
}

/** @param {import("../lib/cards.js").Hangable[]} works @param {string | null} cursor */
function show(works, cursor) {
  next = cursor;
  hung = true;
  wall.toggleAttribute("endless", cursor !== null);
  wall.appendItems(works.map((artwork) => ({ artwork })));
  view.refresh();
  for (const artwork of works) if (isWaiting(artwork)) stream.add(artwork.id);
  const count = wall.items.length;
  more.setAttribute("message", count > 1 ? `You have seen all ${counted(count, "work")}.` : "");
  if (count) more.setAttribute("state", cursor ? "idle" : "end");
}

/** @param {Artwork[]} works @param {boolean} more */
function tell(works, more) {
  waiting = works;
  fresh.toggleAttribute("more", more);
  fresh.setAttribute("count", String(works.length));
  announce(`${fresh.words} on the wall. A button before the first work shows them.`);
}

/** Hang what is new, and go there. */
async function bring() {
  const works = waiting;
  const gap = fresh.hasAttribute("more");
  waiting = [];
  newcomers.forget();
  note.say(null);
  fresh.removeAttribute("count");
  if (gap) await start();
  else {
    since = latest(works, since);
    wall.prependItems(works.map((artwork) => ({ artwork })));
    for (const artwork of works) if (isWaiting(artwork)) stream.add(artwork.id);
  }
  window.scrollTo({ top: 0, behavior: "instant" });
  const [first] = works;
  if (first) wall.focusOn(first.id, { preventScroll: true });
  showRooms();
}

async function showRooms() {
  try {
    rooms = await categories();
  } catch {
    // the wall says what is wrong; without counts the tabs still lead to everything
    return;
  }
  tabs.categories = rooms;
  const title = rooms.find(({ slug }) => slug === room)?.title ?? "Explore";
  document.title = `${title} · Limn`;
  found("h1").textContent = title;
}

async function showEmpty() {
  await roomsShown;
  const title = rooms.find(({ slug }) => slug === room)?.title;
  if (!room) {
    note.say({
      heading: "The wall is empty.",
      text: "Hang the first work: Limn looks at it, says how well your words fit, and finds it again by meaning.",
      action: "Add a work",
      href: "/upload",
      other: "Fill it with Limn’s own drawings",
    });
  } else if (title) {
    note.say({
      heading: `No ${title.toLowerCase()} yet.`,
      text: "Be the first, or see everything else.",
      action: "Add a work",
      href: "/upload",
    });
  } else {
    note.say({
      heading: "There is no such room.",
      text: "It may have been renamed.",
      action: "See everything",
      href: "/",
    });
  }
}

/** Works drawn by Limn, each as it comes; those that hang already stay where they are. */
async function fillWithDemo() {
  note.say({ heading: "Limn is drawing.", text: "The first works hang in a moment." });
  announce("Limn is drawing. The first works hang in a moment.");
  found("main").focus({ preventScroll: true }); // the button that had it is gone
  const { fill } = await import("../lib/demo.js");
  try {
    await fill(async ({ hung: done, works }) => {
      const page = await listArtworks({ limit: PAGE });
      since = latest(page.items, since);
      show(page.items.filter(({ id }) => !wall.has(id)).reverse(), page.next);
      showRooms();
      note.say({
        heading: "Limn is drawing.",
        text: `${done} of ${works} works hang. Look around meanwhile.`,
      });
    });
    note.say(null);
    announce(`${counted(wall.items.length, "work")} on the wall`);
  } catch (error) {
    note.say({ heading: "The works did not come.", text: sentence(error), action: "Try again" });
  }
}

/** The work one comes back from may have been changed or deleted. */
async function refreshFocused() {
  const id = document.activeElement?.closest("li[id]")?.id.replace("work-", "");
  if (!id) return;
  try {
    wall.update((await getArtwork(id)).artwork);
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status === 404) wall.removeItem(id);
  }
}
