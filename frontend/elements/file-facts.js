// <file-facts></file-facts>, then facts.artwork = Artwork; facts.names = { licences, categories }
// The plain facts of a work and its file.
// @attr original  where the untouched file is fetched, for whom it may be
// @prop artwork
// @prop names  titles of licences and categories by id, where they are known

import { bytes, date, mediaName, number, visibilityName } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {{ licences: Map<string, string>, categories: Map<string, string> }} Names */

export class FileFacts extends HTMLElement {
  static observedAttributes = ["original"];

  /** @type {Artwork | null} */
  #artwork = null;
  /** @type {Names} */
  #names = { licences: new Map(), categories: new Map() };

  attributeChangedCallback() {
    this.#draw();
  }

  get artwork() {
    return this.#artwork;
  }

  set artwork(artwork) {
    this.#artwork = artwork;
    this.#draw();
  }

  get names() {
    return this.#names;
  }

  set names(names) {
    this.#names = names;
    this.#draw();
  }

  #draw() {
    const artwork = this.#artwork;
    const page = artwork?.pages[0];
    if (!artwork || !page) {
      this.replaceChildren();
      return;
    }
    const facts = [
      ["Category", this.#names.categories.get(artwork.category) ?? artwork.category],
      ["Licence", this.#names.licences.get(artwork.licence) ?? artwork.licence.replaceAll("-", " ")],
      ["Added", date(artwork.created)],
      ["Size", `${number(page.width)} × ${number(page.height)} pixels`],
      ["File", `${mediaName(page.media_type)}, ${bytes(page.bytes)}`],
      ["Made with AI", artwork.ai_generated ? "Yes, says the artist" : "No, says the artist"],
      ["Who sees it", visibilityName(artwork.visibility)],
      ["Alt text", artwork.alt_text ?? "None yet"],
    ];
    const original = this.getAttribute("original");
    render(
      this,
      html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        ${original && html`<p><a class="button" href="${original}" download>Download the original</a></p>`}`,
    );
  }
}

customElements.define("file-facts", FileFacts);
