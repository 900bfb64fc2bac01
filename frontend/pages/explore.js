// Explore: the newest works of a room of the gallery, endlessly, and the way back to where one was.

import "../elements/search-box.js";
import "../elements/category-tabs.js";
import "../elements/artwork-wall.js";
import "../elements/load-more.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import { categories, getArtwork, listArtworks } from "../lib/api.js";
import { ArtworkStream, isWaiting } from "../lib/events.js";
import { counted } from "../lib/format.js";
import { found } from "../lib/found.js";
import { pack, unpack } from "../lib/packing.js";
import { keepPlace, recallPlace, returnTo } from "../lib/place.js";
import { sentence } from "../lib/problems.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {import("../lib/api.js").Category} Category */

// the first fills a window soon; the others are larger, as a hand that scrolls is faster
const [FIRST_PAGE, PAGE] = ["40", "100"];
const tabs = found("category-tabs");
const wall = found("artwork-wall");
const more = found("load-more");
const note = found("wall-note");

const room = new URLSearchParams(location.search).get("category") ?? "";
/** @type {string | null} */
let next = null;
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
window.addEventListener("pageshow", (event) => event.persisted && refreshFocused());

keepPlace((thin) => ({ works: wall.items.map(({ artwork }) => pack(artwork, thin)), next }), [wall]);
const place =
  /** @type {import("../lib/place.js").Place<{ works: import("../lib/packing.js").Packed[], next: string | null }> | null} */ (
    recallPlace()
  );
const roomsShown = showRooms();
if (place?.data.works.length) {
  show(place.data.works.map(unpack), place.data.next);
  returnTo(place, [wall]);
  refreshFocused();
} else start();

async function start() {
  note.say(null);
  more.removeAttribute("state");
  wall.items = null;
  try {
    const page = await listArtworks({ category: room, limit: FIRST_PAGE });
    wall.items = [];
    show(page.items, page.next);
    if (page.items.length === 0) await showEmpty();
  } catch (error) {
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
  wall.toggleAttribute("endless", cursor !== null);
  wall.appendItems(works.map((artwork) => ({ artwork })));
  for (const artwork of works) if (isWaiting(artwork)) stream.add(artwork.id);
  const count = wall.items.length;
  more.setAttribute("message", count > 1 ? `You have seen all ${counted(count, "work")}.` : "");
  if (count) more.setAttribute("state", cursor ? "idle" : "end");
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
