// The light box and the history: its address is the work's own with #view, one Back closes it, and closing it is that Back.

import { found } from "./found.js";

/** @typedef {import("./cards.js").Hangable} Hangable */
/**
 * What the page has to say: the works one can walk through, in order; `near` when the last of them come near, for more;
 * `leaving` before the address changes, to keep the place; `back` with the work that was looked at last, for the focus.
 * @typedef {{ works: () => Hangable[], near?: () => void, leaving?: () => void, back: (id: string) => void }} Page
 */
/** Of the box's entry in the history: which work, the path of the page behind, and whether there is no entry of that page below.
 * @typedef {{ view?: string, from?: string, first?: boolean }} Entry */

const NEAR = 8;
const HASH = "#view";
const EVENTS = /** @type {const} */ (["lightbox-move", "lightbox-close", "click"]);

/** const viewing = new Viewing(page); viewing.open(id). The box itself is fetched when the page is idle. */
export class Viewing {
  #page;
  #box = found("light-box");
  #path = location.pathname;
  #title = document.title;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    for (const name of EVENTS) this.#box.addEventListener(name, this);
    // before the page's own: what is the box's is none of its business
    window.addEventListener("popstate", this, { capture: true });
    fetchSoon();
  }

  /** Open it on a work. @param {string} id */
  async open(id) {
    if (!(await fetchBox().catch(() => null))) {
      // the connection went before the box came: the browser says so, and the work's page is what comes next
      location.assign(address(id).replace(HASH, ""));
      return;
    }
    this.#page.leaving?.();
    history.pushState({ view: id, from: location.pathname }, "", address(id));
    this.#show(id);
  }

  /** Where the address asks for it from the start, as one that was sent to a friend. @param {string} id */
  async openAsked(id) {
    if (location.hash !== HASH) return;
    await fetchBox();
    history.replaceState({ ...history.state, view: id, from: location.pathname, first: true }, "");
    this.#show(id);
  }

  /** There are more works, or the same with news. */
  refresh() {
    if (this.#box.open && this.#box.shown) this.#box.show(this.#box.shown, this.#page.works());
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof PopStateEvent) this.#follow(event);
    else if (event instanceof MouseEvent) this.#leave(event);
    else if (event.type === "lightbox-move")
      this.#moved(/** @type {LimnEvents["lightbox-move"]} */ (event).detail);
    else this.#closed(/** @type {LimnEvents["lightbox-close"]} */ (event).detail.id);
  }

  /** @param {string} id */
  #show(id) {
    if (!this.#box.open) this.#title = document.title;
    if (this.#box.show(id, this.#page.works())) this.#name(id);
    // a list that has moved on; the work has its page
    else if (entry().view) location.replace(address(id));
  }

  /** @param {{ id: string, left: number }} to */
  #moved({ id, left }) {
    history.replaceState({ ...history.state, view: id }, "", address(id));
    this.#name(id);
    if (left < NEAR) this.#page.near?.();
  }

  /** @param {PopStateEvent} event */
  async #follow(event) {
    const id = entry().view;
    const elsewhere = !id && location.pathname !== this.#path;
    if (!id && !this.#box.open && !elsewhere) return;
    event.stopImmediatePropagation();
    // Chromium takes a page that was loaded in the box's entry for the document that opened the box
    if (elsewhere) location.reload();
    else if (!id) this.#box.close();
    else {
      await fetchBox();
      this.#show(id);
    }
  }

  /** By the label's link: from this history entry to the work's, so that Back leads to the page behind. @param {MouseEvent} event */
  #leave(event) {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (entry().from === link.pathname) this.#box.close();
    else location.replace(link.href);
  }

  /** @param {string | null} id */
  #closed(id) {
    document.title = this.#title;
    const { view, first, from = this.#path } = entry();
    if (view && !first) history.back();
    else if (view && id && address(id) !== from + HASH) location.replace(address(id).replace(HASH, ""));
    else if (view) history.replaceState({}, "", from);
    if (id) this.#page.back(id);
  }

  /** @param {string} id */
  #name(id) {
    const work = this.#page.works().find((one) => one.id === id);
    if (work) document.title = `${work.title} · Limn`;
  }
}

/** @returns {Entry} */
function entry() {
  return history.state ?? {};
}

/** @param {string} id */
function address(id) {
  return `/artworks/${encodeURIComponent(id)}${HASH}`;
}

/** When nothing else is to be done: then the first press opens at once. */
function fetchSoon() {
  const fetch = () => void fetchBox().catch(() => null);
  if ("requestIdleCallback" in window) requestIdleCallback(fetch, { timeout: 4_000 });
  else setTimeout(fetch, 1_500);
}

function fetchBox() {
  return import("../elements/light-box.js");
}
