// <artwork-stage></artwork-stage>, then stage.artwork = Artwork
// The picture of a work, as large as the window allows, with its place kept before it comes.
// @prop artwork  the work, or null while it is on the way

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
  }

  disconnectedCallback() {
    this.removeEventListener("load", this, true);
    this.removeEventListener("error", this, true);
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
    if (!(event.target instanceof HTMLImageElement)) return;
    if (event.type === "load") event.target.classList.add("loaded");
    else
      render(
        this,
        html`<p class="soon" role="alert">The picture could not be loaded. Reload the page to try again.</p>`,
      );
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
    width="${page.width}" height="${page.height}" alt="${altText(artwork) || artwork.title}" fetchpriority="high">`;
}

customElements.define("artwork-stage", ArtworkStage);
