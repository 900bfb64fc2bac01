// <artwork-wall label="Newest works"></artwork-wall>, then wall.items = [{ artwork, reasons? }]
// Works hung in justified rows. Every size is known from the document, so nothing moves when pictures come.
// Left and right (or j and k) walk from work to work.
// @attr label  what the list is called
// @attr busy  the works are from before, and others are on the way
// @prop items  Hung[]; null hangs empty frames
// @method appendItems(items), update(artwork), removeItem(id), focusOn(id)

import { altText } from "../lib/format.js";
import { element, fragment, html } from "../lib/html.js";
import { justify, wishedHeight } from "../lib/layout.js";
import { reasonLines, titleWith } from "../lib/reasons.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {import("../lib/api.js").Reason} Reason */
/** @typedef {{ artwork: Artwork, reasons?: Reason[] }} Hung */

const GHOSTS = [1.5, 0.75, 1.33, 1, 1.6, 0.8, 1.25, 0.7, 1.5, 1.9, 0.9, 1.33];
const EAGER = 6;

export class ArtworkWall extends HTMLElement {
  static observedAttributes = ["label"];

  /** @type {Hung[]} */
  #items = [];
  #ghosts = false;
  #width = 0;
  #list = document.createElement("ul");
  #observer = new ResizeObserver(() => this.#resized());

  connectedCallback() {
    this.#list.role = "list";
    if (!this.#list.isConnected) this.append(this.#list);
    this.#label();
    this.#observer.observe(this);
    this.addEventListener("keydown", this);
    this.addEventListener("load", this, true);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.removeEventListener("keydown", this);
    this.removeEventListener("load", this, true);
  }

  attributeChangedCallback() {
    this.#label();
  }

  /** @returns {Hung[]} */
  get items() {
    return this.#items;
  }

  /** @param {Hung[] | null} items */
  set items(items) {
    this.#items = [];
    this.#ghosts = items === null;
    this.#list.replaceChildren(...(items === null ? GHOSTS.map(ghost) : []));
    this.#list.ariaHidden = items === null ? "true" : null;
    if (items) this.appendItems(items);
    else this.#arrange();
  }

  /** More works at the end; those already there are not hung twice. @param {Hung[]} items */
  appendItems(items) {
    const known = new Set(this.#items.map(({ artwork }) => artwork.id));
    const fresh = items.filter(({ artwork }) => !known.has(artwork.id));
    const first = this.#items.length;
    this.#items.push(...fresh);
    this.#list.append(...fresh.map((item, index) => frame(item, first + index < EAGER)));
    this.#arrange();
  }

  /** The same work with what is new of it. @param {Artwork} artwork */
  update(artwork) {
    const index = this.#indexOf(artwork.id);
    const old = this.#list.children[index];
    const item = this.#items[index];
    if (!item || !old) return;
    this.#items[index] = { ...item, artwork };
    const focused = old.contains(document.activeElement);
    old.replaceWith(frame({ ...item, artwork }, false));
    this.#arrange();
    if (focused) this.focusOn(artwork.id);
  }

  /** @param {string} id */
  removeItem(id) {
    const index = this.#indexOf(id);
    if (index < 0) return;
    this.#items.splice(index, 1);
    this.#list.children[index]?.remove();
    this.#arrange();
  }

  /** @param {string} id */
  focusOn(id) {
    this.#link(this.#indexOf(id))?.focus();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "load" && event.target instanceof HTMLImageElement)
      event.target.classList.add("loaded");
    if (event instanceof KeyboardEvent) this.#walk(event);
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const steps = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = [...this.#list.children].findIndex((item) => item.contains(document.activeElement));
    const next = this.#link(here + step);
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }

  #resized() {
    if (this.clientWidth !== this.#width) this.#arrange();
  }

  #arrange() {
    this.#width = this.clientWidth;
    if (!this.#width) return;
    const ratios = this.#ghosts ? GHOSTS : this.#items.map(ratioOf);
    const gap = Number.parseFloat(getComputedStyle(this.#list).columnGap) || 0;
    const boxes = justify(ratios, { width: this.#width, gap, height: wishedHeight(this.#width) });
    for (const [index, box] of boxes.entries()) {
      const item = /** @type {HTMLElement} */ (this.#list.children[index]);
      item.style.inlineSize = `${box.width}px`;
      item.style.setProperty("--height", `${box.height}px`);
      item.querySelector("img")?.setAttribute("sizes", `${box.width}px`);
    }
  }

  #label() {
    this.#list.ariaLabel = this.getAttribute("label");
  }

  /** @param {string} id */
  #indexOf(id) {
    return this.#items.findIndex(({ artwork }) => artwork.id === id);
  }

  /** @param {number} index @returns {HTMLElement | null} */
  #link(index) {
    return this.#list.children[index]?.querySelector("a") ?? null;
  }
}

/** @param {Hung} item */
function ratioOf({ artwork }) {
  const page = artwork.pages[0];
  return page ? page.width / page.height : 1;
}

/** Who made it and, where not everybody sees it, who does. A gallery of one needs no name beneath every picture.
 * @param {Artwork} artwork */
function byline({ artist, visibility }) {
  const parts = [artist.handle !== "local" && artist.name, visibility !== "public" && visibility];
  return parts.filter(Boolean).join(" · ");
}

function ghost() {
  return element(html`<li class="ghost"><span class="frame"></span></li>`);
}

/** @param {Hung} item @param {boolean} eager */
function frame({ artwork, reasons = [] }, eager) {
  const page = artwork.pages[0];
  const by = byline(artwork);
  const node = element(html`
    <li id="${`work-${artwork.id}`}">
      <a href="${`/artworks/${encodeURIComponent(artwork.id)}`}">
        <span class="frame">${picture(artwork, eager)}</span>
        <span class="title">${titleWith(artwork.title, reasons)}</span>
        ${by && html`<span class="by">${by}</span>`}
      </a>
    </li>`);
  const lines = reasonLines(reasons);
  if (lines.length)
    node.append(fragment(html`<ul class="reasons" role="list" aria-label="Why it was found">${lines}</ul>`));
  for (const dot of node.querySelectorAll("i")) dot.style.background = dot.title;
  const place = /** @type {HTMLElement} */ (node.querySelector(".frame"));
  if (page?.placeholder) place.style.backgroundImage = `url("${encodeURI(page.placeholder)}")`;
  return node;
}

/** @param {Artwork} artwork @param {boolean} eager */
function picture(artwork, eager) {
  const page = artwork.pages[0];
  const renditions = page?.renditions ?? [];
  const smallest = renditions[0];
  if (!page || !smallest) return html`<span class="soon">Being hung</span>`;
  const srcset = renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
  return html`<img src="${smallest.url}" srcset="${srcset}" width="${page.width}" height="${page.height}"
    alt="${altText(artwork)}" loading="${eager ? "eager" : "lazy"}" decoding="async">`;
}

customElements.define("artwork-wall", ArtworkWall);
