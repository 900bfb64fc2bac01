// <light-box></light-box>, then box.show(id, works)
// One picture and nothing else, over the page: arrows or a swipe go on, the wheel, two fingers, a double tap, + and − zoom, a drag or
// the arrows pan, 0 shows it whole, Escape or a swipe down closes. The pictures beside it are fetched ahead.
// @method show(id, works)  opens where it is closed; close()
// @prop open, shown  whether it is, and the id of the work
// @fires lightbox-move  { id, left } another work; `left` is how many come after it
// @fires lightbox-close  { id } it is closed, whoever did it

import { byline, srcset } from "../lib/cards.js";
import { altText, number } from "../lib/format.js";
import { listen } from "../lib/gestures.js";
import { html, render } from "../lib/html.js";
import { FIT, framed, meant, panned, stepped, toggled, zoomed } from "../lib/zoom.js";

/** @typedef {import("../lib/cards.js").Hangable} Hangable */

const KEY_PAN = 80;
const BESIDE = [1, -1, 2];
const icon = (/** @type {string} */ path) =>
  html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;

export class LightBox extends HTMLElement {
  /** @type {Hangable[]} */
  #works = [];
  #index = -1;
  #view = FIT;
  #frame = framed({ width: 1, height: 1 }, { width: 1, height: 1 }, { side: 0, above: 0 });
  /** How far a finger has dragged the whole picture. */
  #dragged = { x: 0, y: 0 };
  #ended = new AbortController();

  connectedCallback() {
    render(this, box());
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    listen(
      this.#part(".stage"),
      {
        moved: (by) => this.#moved(by),
        scaled: (factor, at) => this.#look(zoomed(this.#view, factor, at, this.#frame)),
        letGo: (drag) => this.#letGo(drag),
        tapped: (at, on, twice) => this.#tapped(at, on, twice),
      },
      signal,
    );
    for (const [name, target] of /** @type {[string, EventTarget][]} */ ([
      ["click", this],
      ["keydown", this],
      ["resize", window],
    ]))
      target.addEventListener(name, this, { signal });
    // these two do not bubble
    this.addEventListener("load", this, { signal, capture: true });
    this.#dialog.addEventListener("close", () => this.#closed(), { signal });
  }

  disconnectedCallback() {
    this.#ended.abort();
  }

  get open() {
    return this.#index >= 0;
  }

  get shown() {
    return this.#works[this.#index]?.id ?? null;
  }

  /** Answers whether the work is among these. @param {string} id @param {Hangable[]} works */
  show(id, works) {
    const index = works.findIndex((work) => work.id === id);
    if (index < 0) return false;
    const same = this.shown === id;
    this.#works = works;
    this.#index = index;
    if (!this.#dialog.open) this.#dialog.showModal();
    if (same) this.#tell();
    else this.#draw();
    return true;
  }

  close() {
    this.#dialog.close();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "resize") this.open && this.#fit();
    else if (event.type === "load")
      event.target instanceof HTMLImageElement && event.target.classList.add("loaded");
    else if (event instanceof KeyboardEvent) this.#key(event);
    else if (event.target instanceof Element) this.#press(event.target.closest("button")?.dataset.does ?? "");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { x = 0, y = 0 } = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)] ?? {};
    const close = this.#view.scale > 1;
    if (close && (x || y)) this.#look(panned(this.#view, { x: -x * KEY_PAN, y: -y * KEY_PAN }, this.#frame));
    else if (x || event.key === "j" || event.key === "k") this.#go(x || (event.key === "j" ? 1 : -1));
    else if (KEYS[event.key]) this.#press(KEYS[event.key] ?? "");
    else return;
    event.preventDefault();
  }

  /** @param {string} does */
  #press(does) {
    if (does === "close") this.close();
    if (does === "next" || does === "before") this.#go(does === "next" ? 1 : -1);
    if (does === "in" || does === "out") this.#look(stepped(this.#view, does === "in" ? 1 : -1, this.#frame));
    if (does === "fit") this.#look(FIT);
  }

  /** @param {number} step */
  #go(step) {
    const work = this.#works[this.#index + step];
    if (!work) return;
    this.#index += step;
    this.#draw();
    const left = this.#works.length - 1 - this.#index;
    this.dispatchEvent(new CustomEvent("lightbox-move", { bubbles: true, detail: { id: work.id, left } }));
  }

  /** @param {{ x: number, y: number }} by */
  #moved(by) {
    this.#part("figure").classList.add("held");
    if (this.#view.scale > 1) this.#look(panned(this.#view, by, this.#frame));
    else {
      this.#dragged = { x: this.#dragged.x + by.x, y: this.#dragged.y + by.y };
      const { x, y } = this.#dragged;
      // one way at a time: aside to another picture, or down and away
      this.#place(Math.abs(x) > Math.abs(y) ? { ...FIT, x } : { ...FIT, y: Math.max(0, y) });
    }
  }

  /** @param {{ x: number, y: number, ms: number, pinched: boolean }} drag */
  #letGo(drag) {
    const whole = this.#view.scale <= 1 && !drag.pinched;
    this.#part("figure").classList.remove("held");
    this.#dragged = { x: 0, y: 0 };
    this.#look(this.#view);
    if (whole) this.#press(meant(drag, this.#frame.room) ?? "");
  }

  /** @param {{ x: number, y: number }} at @param {EventTarget | null} on @param {boolean} twice */
  #tapped(at, on, twice) {
    const picture = on instanceof Element && on.closest("figure");
    if (twice && picture) this.#look(toggled(this.#view, at, this.#frame));
    else if (!picture && this.#view.scale <= 1) this.close();
  }

  #draw() {
    const work = this.#works[this.#index];
    if (!work) return;
    render(this.#part("figure"), picture(work));
    const placeholder = work.pages[0]?.placeholder;
    this.#part("figure").style.backgroundImage = placeholder ? `url("${encodeURI(placeholder)}")` : "";
    this.#tell();
    this.#fit();
    for (const step of BESIDE) fetchAhead(this.#works[this.#index + step], this.#frame.room.width);
  }

  /** The label, and whether there is more on either side. */
  #tell() {
    const work = /** @type {Hangable} */ (this.#works[this.#index]);
    render(this.#part(".label"), label(work, this.#index + 1, this.#works.length));
    this.#part("[data-does=before]").toggleAttribute("disabled", this.#index === 0);
    this.#part("[data-does=next]").toggleAttribute("disabled", this.#index === this.#works.length - 1);
  }

  /** Whole, in the window as it is now. */
  #fit() {
    const { clientWidth: width, clientHeight: height } = this.#dialog;
    const page = this.#works[this.#index]?.pages[0] ?? { width: 4, height: 3 };
    const margin = width < 640 ? { side: 0, above: 88 } : { side: 76, above: 76 };
    this.#frame = framed(page, { width, height }, margin);
    const { style } = this.#part("figure");
    style.inlineSize = `${this.#frame.width}px`;
    style.blockSize = `${this.#frame.height}px`;
    this.#look(FIT);
  }

  /** @param {import("../lib/zoom.js").View} view */
  #look(view) {
    this.#view = view;
    this.#place(view);
    this.#dialog.classList.toggle("close-up", view.scale > 1);
    this.#part("[data-does=out]").toggleAttribute("disabled", view.scale <= 1);
    this.#part("[data-does=in]").toggleAttribute("disabled", view.scale >= this.#frame.most);
    // a larger rendition only where it is looked at closely
    this.querySelector("img")?.setAttribute("sizes", `${Math.ceil(this.#frame.width * view.scale)}px`);
  }

  /** @param {import("../lib/zoom.js").View} view */
  #place({ scale, x, y }) {
    const { style } = this.#part("figure");
    style.translate = `${x}px ${y}px`;
    style.scale = String(scale);
  }

  #closed() {
    const id = this.shown;
    this.#index = -1;
    this.#part("figure").replaceChildren();
    this.dispatchEvent(new CustomEvent("lightbox-close", { bubbles: true, detail: { id } }));
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.firstElementChild);
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

const ARROWS = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};
/** @type {Record<string, string>} */
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "fit" };

function box() {
  return html`<dialog aria-labelledby="lightbox-title">
    <div class="stage"><figure></figure></div>
    <div class="label" aria-live="polite"></div>
    <div class="tools">
      <button type="button" data-does="out" aria-label="Smaller">${icon("M4 10h12")}</button>
      <button type="button" data-does="in" aria-label="Larger">${icon("M4 10h12M10 4v12")}</button>
      <button type="button" data-does="close" aria-label="Close" autofocus>${icon("m5 5 10 10M15 5 5 15")}</button>
    </div>
    <button type="button" data-does="before" aria-label="The work before">${icon("M12.5 3.5 6 10l6.5 6.5")}</button>
    <button type="button" data-does="next" aria-label="The next work">${icon("M7.5 3.5 14 10l-6.5 6.5")}</button>
  </dialog>`;
}

/** @param {Hangable} work @param {number} place @param {number} count */
function label(work, place, count) {
  const by = byline(work);
  return html`<h2 id="lightbox-title">${work.title}</h2>
    <p>${by && html`<span>${by}</span>`}<a href="${`/artworks/${encodeURIComponent(work.id)}`}">About this work</a>
      ${count > 1 && html`<span class="count">${number(place)} of ${number(count)}</span>`}</p>`;
}

/** @param {Hangable} work */
function picture(work) {
  const page = work.pages[0];
  const largest = page?.renditions.at(-1);
  if (!page || !largest) return html`<p class="soon">The picture is being prepared.</p>`;
  return html`<img src="${largest.url}" srcset="${srcset(page.renditions)}" sizes="100vw" width="${page.width}"
    height="${page.height}" alt="${altText(work) || work.title}" draggable="false">`;
}

/** @param {Hangable | undefined} work @param {number} width of the window */
function fetchAhead(work, width) {
  const page = work?.pages[0];
  if (!page?.renditions.length) return;
  const image = new Image();
  image.sizes = `${Math.min(page.width, width)}px`;
  image.srcset = srcset(page.renditions);
}

customElements.define("light-box", LightBox);
