// The light box and the history: its address is the work's own with #view, one Back closes it, and closing it is that Back.

import { found } from "./found.js";

/** @typedef {import("./cards.js").Hangable} Hangable */
/**
 * What the page has to say: the works one can walk through, in order; `near` when the last of them come near, for more;
 * `leaving` before the address changes, to keep the place; `back` with the work that was looked at last, for the focus.
 * @typedef {{ works: () => Hangable[], near?: () => void, leaving?: () => void, back: (id: string) => void }} Page
 */

const NEAR = 8;
const HASH = "#view";

/** @param {Page} page */
export function viewing(page) {
  const box = found("light-box");
  const path = location.pathname;
  let title = document.title;

  box.addEventListener("lightbox-move", ({ detail }) => {
    history.replaceState({ ...history.state, view: detail.id }, "", address(detail.id));
    name(detail.id);
    if (detail.left < NEAR) page.near?.();
  });
  box.addEventListener("lightbox-close", ({ detail }) => closed(detail.id));
  // the label's link: from this history entry to the work's, so that Back leads to the page behind
  box.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (history.state?.from === link.pathname) box.close();
    else location.replace(link.href);
  });
  // before the page's own: what is the box's is none of its business
  window.addEventListener("popstate", follow, { capture: true });
  fetchSoon();

  /** Open it on a work. @param {string} id */
  async function open(id) {
    await import("../elements/light-box.js");
    page.leaving?.();
    history.pushState({ view: id, from: location.pathname }, "", address(id));
    show(id);
  }

  /** Where the address asks for it from the start, as one that was sent to a friend. @param {string} id */
  async function openAsked(id) {
    if (location.hash !== HASH) return;
    await import("../elements/light-box.js");
    history.replaceState({ ...history.state, view: id, from: location.pathname, first: true }, "");
    show(id);
  }

  /** There are more works, or the same with news. */
  function refresh() {
    if (box.open && box.shown) box.show(box.shown, page.works());
  }

  /** @param {string} id */
  function show(id) {
    if (!box.open) title = document.title;
    if (box.show(id, page.works())) name(id);
    else if (history.state?.view) location.replace(address(id));
  }

  /** @param {PopStateEvent} event */
  async function follow(event) {
    const id = event.state?.view;
    const elsewhere = !id && location.pathname !== path;
    if (!id && !box.open && !elsewhere) return;
    event.stopImmediatePropagation();
    // Chromium takes a page that was loaded in the box's entry for the document that opened the box
    if (elsewhere) location.reload();
    else if (!id) box.close();
    else {
      await import("../elements/light-box.js");
      show(id);
    }
  }

  /** @param {string | null} id */
  function closed(id) {
    document.title = title;
    const { view, first, from } = history.state ?? {};
    if (view && !first) history.back();
    else if (view && id && address(id) !== from + HASH) location.replace(address(id).replace(HASH, ""));
    else if (view) history.replaceState({}, "", from);
    if (id) page.back(id);
  }

  /** @param {string} id */
  function name(id) {
    const work = page.works().find((one) => one.id === id);
    if (work) document.title = `${work.title} · Limn`;
  }

  return { open, openAsked, refresh };
}

/** @param {string} id */
function address(id) {
  return `/artworks/${encodeURIComponent(id)}${HASH}`;
}

/** When nothing else is to be done: then the first press opens at once. */
function fetchSoon() {
  const fetch = () => void import("../elements/light-box.js").catch(() => null);
  if ("requestIdleCallback" in window) requestIdleCallback(fetch, { timeout: 4_000 });
  else setTimeout(fetch, 1_500);
}
