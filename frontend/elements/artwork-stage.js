// <artwork-stage></artwork-stage>, then stage.artwork = Artwork
// The picture of a work, as large as the window allows, with its place kept before it comes.
// @prop artwork  the work, or null while it is on the way
// @fires artwork-view  { id } somebody wants to look closer

import { altText } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */

export class ArtworkStage extends HTMLElement {
  /** @type {Artwork | null} */
  #artwork = null;
  #drawn = "";

  connectedCallback() {
    this.addEventListener("load", this, true);
    this.addEventListener("error", this, true);
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("load", this, true);
    this.removeEventListener("error", this, true);
    this.removeEventListener("click", this);
  }

  get artwork() {
    return this.#artwork;
  }

  set artwork(artwork) {
    this.#artwork = artwork;
    const image = this.querySelector("img");
    const key = JSON.stringify(artwork?.pages ?? null);
    if (key !== this.#drawn) this.#draw();
    else if (image && artwork) image.alt = altText(artwork) || artwork.title;
    this.#drawn = key;
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "click") this.#press(event.target);
    else if (!(event.target instanceof HTMLImageElement)) return;
    else if (event.type === "load") event.target.classList.add("loaded");
    else
      render(
        this,
        html`<p class="soon" role="alert">The picture could not be loaded. Reload the page to try again.</p>`,
      );
  }

  /** Back from a closer look. */
  focusCloser() {
    this.querySelector("button")?.focus();
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const id = this.#artwork?.id;
    if (!id || !(target instanceof Element) || !target.closest("img, button")) return;
    this.dispatchEvent(new CustomEvent("artwork-view", { bubbles: true, detail: { id } }));
  }

  #draw() {
    const artwork = this.#artwork;
    const page = artwork?.pages[0];
    if (!artwork || !page) {
      this.replaceChildren();
      return;
    }
    render(this, html`<figure>${picture(artwork, page)}</figure>`);
    const figure = /** @type {HTMLElement} */ (this.firstElementChild);
    figure.style.setProperty("--ratio", String(page.width / page.height));
    figure.style.setProperty("--width", `${page.width}px`);
    if (page.placeholder) figure.style.backgroundImage = `url("${encodeURI(page.placeholder)}")`;
  }
}

/** @param {Artwork} artwork @param {import("../lib/api.js").Page} page */
function picture(artwork, page) {
  const largest = page.renditions.at(-1);
  if (!largest)
    return html`<span class="soon">The picture is being prepared and appears here by itself.</span>`;
  const srcset = page.renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
  return html`<img src="${largest.url}" srcset="${srcset}" sizes="${`min(100vw, calc(84vh * ${page.width / page.height}))`}"
    width="${page.width}" height="${page.height}" alt="${altText(artwork) || artwork.title}" fetchpriority="high">
    <button class="closer" type="button" aria-label="Look closer" title="Look closer"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M12 4h4v4M16 4l-5 5M8 16H4v-4M4 16l5-5"/></svg></button>`;
}

customElements.define("artwork-stage", ArtworkStage);
