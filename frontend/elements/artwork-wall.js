// <artwork-wall label="Newest works"></artwork-wall>, then wall.items = [{ artwork, reasons? }]
// Works hung in justified rows. Every place is known from the documents, so nothing moves when pictures come, and only the rows
// near the window are in the page, however many works there are. The row with the focus stays, with its neighbours, so that
// Tab goes on from it wherever the window is. Left and right (or j and k) walk from work to work.
// @attr label  what the list is called
// @attr busy  the works are from before, and others are on the way
// @attr endless  more works are to come
// @prop items  Hung[]; null hangs empty frames
// @fires artwork-view  { id } somebody wants to look closer
// @method appendItems(items), prependItems(items), has(id), update(artwork), removeItem(id), focusOn(id, options), topOf(id), topmost()

import { askAgain, card, ghost, idOf, put, ratioOf, shown } from "../lib/cards.js";
import { labelHeight, measured } from "../lib/labels.js";
import { justify, wishedHeight } from "../lib/layout.js";
import { picturesIn, rowOf, settled, stack, touching } from "../lib/windowing.js";

/** @typedef {import("../lib/cards.js").Hung} Hung */
/** @typedef {import("../lib/cards.js").Hangable} Hangable */

const GHOSTS = [1.5, 0.75, 1.33, 1, 1.6, 0.8, 1.25, 0.7, 1.5, 1.9, 0.9, 1.33];
const EAGER = 6;
const FEW = 24; // all of them are in the page: nothing is gained by taking them out
const AHEAD = 1; // windows, above and below: what a flick crosses before the next frame hangs more
const LEAST_AHEAD_PX = 600;

export class ArtworkWall extends HTMLElement {
  static observedAttributes = ["label", "endless"];

  /** @type {Hung[]} */
  #items = [];
  /** @type {Map<string, number>} */
  #places = new Map();
  /** What is in the page, by the work's id. @type {Map<string, HTMLElement>} */
  #hung = new Map();
  /** Works whose picture was here: it does not fade in again. @type {Set<string>} */
  #seen = new Set();
  #ghosts = false;
  #width = 0;
  #lines = { title: 0, by: 0, reason: 0, margin: 0, below: 0, gap: 0 };
  #stack = stack([], { gap: 0, below: 0 }, () => 0);
  #frame = 0;
  #list = document.createElement("ul");
  #observer = new ResizeObserver(() => this.#resized());
  #ended = new AbortController();

  connectedCallback() {
    this.#list.role = "list";
    if (!this.#list.isConnected) this.append(this.#list);
    this.attributeChangedCallback();
    this.#observer.observe(this);
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    for (const name of ["keydown", "focusin", "click"]) this.addEventListener(name, this, { signal });
    for (const name of ["load", "error"]) this.addEventListener(name, this, { signal, capture: true });
    document.addEventListener("scroll", this, { signal, passive: true });
    window.addEventListener("resize", this, { signal });
    window.addEventListener("online", () => askAgain(this.#list), { signal });
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#ended.abort();
  }

  attributeChangedCallback() {
    this.#list.ariaLabel = this.getAttribute("label");
    this.#count();
  }

  /** @returns {Hung[]} */
  get items() {
    return this.#items;
  }

  /** @param {Hung[] | null} items */
  set items(items) {
    this.#items = [];
    this.#places.clear();
    this.#hung.clear();
    this.#stack = stack([], { gap: 0, below: 0 }, () => 0);
    this.#ghosts = items === null;
    this.#list.replaceChildren(...(items === null ? GHOSTS.map(ghost) : []));
    this.#list.ariaHidden = items === null ? "true" : null;
    if (items) this.appendItems(items);
    else this.#arrange();
  }

  /** @param {string} id */
  has(id) {
    return this.#places.has(id);
  }

  /** More works at the end; those already there are not hung twice. @param {Hung[]} items */
  appendItems(items) {
    for (const item of items) {
      if (this.#places.has(item.artwork.id)) continue;
      this.#places.set(item.artwork.id, this.#items.length);
      this.#items.push(item);
    }
    this.#arrange({ more: this.#items.length > items.length });
  }

  /** Newer works before the others. @param {Hung[]} items */
  prependItems(items) {
    const others = this.#items;
    this.items = items;
    this.appendItems(others);
  }

  /** The same work with what is new of it. @param {Hangable} artwork */
  update(artwork) {
    const index = this.#places.get(artwork.id) ?? -1;
    const item = this.#items[index];
    if (!item) return;
    this.#items[index] = { ...item, artwork };
    const old = this.#hung.get(artwork.id);
    const focused = old?.contains(document.activeElement);
    this.#take(artwork.id);
    this.#arrange();
    if (focused) this.focusOn(artwork.id, { preventScroll: true });
  }

  /** @param {string} id */
  removeItem(id) {
    const index = this.#places.get(id);
    if (index === undefined) return;
    const focused = this.#hung.get(id)?.contains(document.activeElement);
    this.#items.splice(index, 1);
    this.#places = new Map(this.#items.map(({ artwork }, place) => [artwork.id, place]));
    this.#take(id);
    this.#arrange();
    const heir = this.#items[Math.min(index, this.#items.length - 1)];
    if (focused && heir) this.focusOn(heir.artwork.id, { preventScroll: true });
  }

  /** Also a work that is far from the window. Answers whether it hangs here. @param {string} id @param {FocusOptions} [options] */
  focusOn(id, options) {
    const index = this.#places.get(id);
    if (index === undefined) return false;
    this.#hang(index);
    this.#hung.get(id)?.querySelector("a")?.focus(options);
    return true;
  }

  /** Pixels from the top of the page to the row of this work; null where it does not hang here. @param {string} id */
  topOf(id) {
    const spot = this.#stack.spots[this.#places.get(id) ?? -1];
    return spot ? this.#list.getBoundingClientRect().top + window.scrollY + spot.y : null;
  }

  /** The first work of the first row that is not wholly above the window. @returns {string | null} */
  topmost() {
    const [row] = touching(this.#stack.rows, -this.#list.getBoundingClientRect().top, Infinity) ?? [];
    return this.#items[this.#stack.rows[row ?? -1]?.first ?? -1]?.artwork.id ?? null;
  }

  /** @param {Event} event */
  handleEvent(event) {
    const { target, type } = event;
    if (type === "load" || type === "error") {
      if (target instanceof HTMLImageElement && shown(target, type === "load")) this.#seen.add(idOf(target));
    } else if (event.type === "click") this.#press(event.target);
    else if (event.type === "keydown") this.#walk(/** @type {KeyboardEvent} */ (event));
    // once a frame, and before anything is written in it: then reading the list's place costs nothing
    else this.#frame ||= requestAnimationFrame(() => this.#hang());
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const id = target instanceof Element && idOf(target.closest("button.closer"));
    if (id) this.dispatchEvent(new CustomEvent("artwork-view", { bubbles: true, detail: { id } }));
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const steps = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.#focused();
    const next = here < 0 ? undefined : this.#items[here + step];
    if (!next) return;
    event.preventDefault();
    this.focusOn(next.artwork.id);
  }

  /** The index of the work that has the focus; -1 where none of ours has. */
  #focused() {
    const { activeElement } = document;
    if (!activeElement || !this.contains(activeElement)) return -1;
    return this.#places.get(idOf(activeElement)) ?? -1;
  }

  /** Other rows, with the work that was at the window's top still there. */
  #resized() {
    // one that was hidden while works came has its old width, and nothing hangs
    if (this.clientWidth === this.#width && this.#stack.spots.length === this.#items.length) return;
    const above = this.#list.getBoundingClientRect().top < 0;
    const id = above && this.#width ? this.topmost() : null;
    const offset = ((id && this.topOf(id)) || 0) - window.scrollY;
    this.#arrange();
    const top = id && this.topOf(id);
    if (top) window.scrollTo({ top: top - offset, behavior: "instant" });
  }

  /** Where everything is to hang; with `more`, only what comes after the rows that hang well. @param {{ more?: boolean }} [options] */
  #arrange({ more = false } = {}) {
    const width = this.clientWidth;
    if (!width) return;
    const grows = more && width === this.#width;
    if (width !== this.#width) this.#lines = measured(this.#list);
    this.#width = width;
    const above = grows ? settled(this.#stack) : { rows: [], spots: [], height: 0 };
    const items = this.#items.slice(above.spots.length);
    const ratios = this.#ghosts ? GHOSTS : items.map(({ artwork }) => ratioOf(artwork));
    const { gap, below } = this.#lines;
    const boxes = justify(ratios, { width, gap, height: wishedHeight(width) });
    const label = (/** @type {number} */ first, /** @type {number} */ last) =>
      labelHeight(this.#items.slice(first, last + 1), this.#lines);
    this.#stack = stack(boxes, { gap, below }, label, above);
    this.#list.style.blockSize = `${this.#stack.height}px`;
    if (this.#ghosts)
      for (const [index, node] of [...this.#list.children].entries()) put(node, this.#stack.spots[index]);
    else {
      for (const [id, node] of this.#hung) put(node, this.#stack.spots[this.#places.get(id) ?? 0]);
      this.#hang();
    }
    this.#count();
  }

  /** Have the rows near the window in the page, and none else but the row of the focus. @param {number} [also] index to have as well */
  #hang(also = -1) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#ghosts || !this.#width) return;
    const { rows } = this.#stack;
    const ahead = Math.max(LEAST_AHEAD_PX, AHEAD * window.innerHeight);
    const top = -this.#list.getBoundingClientRect().top;
    const few = this.#items.length <= FEW;
    const near = touching(rows, few ? 0 : top - ahead, few ? Infinity : top + window.innerHeight + ahead);
    const pinned = [this.#focused(), also]
      .filter((index) => index >= 0)
      .map((index) => around(rowOf(rows, index)));
    this.#show(picturesIn(rows, [near, ...pinned]));
  }

  /** @param {number[]} indices in order */
  #show(indices) {
    const wanted = new Set(indices.map((index) => this.#items[index]?.artwork.id));
    for (const id of [...this.#hung.keys()]) if (!wanted.has(id)) this.#take(id);
    let at = this.#list.firstElementChild;
    for (const index of indices) {
      const node = this.#nodeAt(index);
      if (node === at) at = at.nextElementSibling;
      else this.#list.insertBefore(node, at);
    }
  }

  /** @param {number} index */
  #nodeAt(index) {
    const item = /** @type {Hung} */ (this.#items[index]);
    const { id } = item.artwork;
    const there = this.#hung.get(id);
    if (there) return there;
    const count = this.hasAttribute("endless") ? -1 : this.#items.length;
    const node = card(item, { place: index + 1, count, eager: index < EAGER, seen: this.#seen.has(id) });
    put(node, this.#stack.spots[index]);
    this.#hung.set(id, node);
    return node;
  }

  /** @param {string} id */
  #take(id) {
    this.#hung.get(id)?.remove();
    this.#hung.delete(id);
  }

  /** Tell those who hear the page which of how many each work is. */
  #count() {
    const count = String(this.hasAttribute("endless") ? -1 : this.#items.length);
    for (const [id, node] of this.#hung) {
      node.ariaPosInSet = String((this.#places.get(id) ?? 0) + 1);
      node.ariaSetSize = count;
    }
  }
}

/** A row and those beside it, for Tab to go on to. @param {number} row @returns {[number, number]} */
function around(row) {
  return [row - 1, row + 1];
}

customElements.define("artwork-wall", ArtworkWall);
