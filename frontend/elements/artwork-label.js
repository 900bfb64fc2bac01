// <artwork-label></artwork-label>, then label.artwork = Artwork
// The label beside a work: title, artist and the artist's own words, set in the artist's type.
// @prop artwork

import { visibilityName } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */

export class ArtworkLabel extends HTMLElement {
  /** @type {Artwork | null} */
  #artwork = null;

  get artwork() {
    return this.#artwork;
  }

  set artwork(artwork) {
    this.#artwork = artwork;
    if (!artwork) {
      this.replaceChildren();
      return;
    }
    const notes = [];
    if (artwork.ai_generated) notes.push("Made with AI");
    if (artwork.visibility !== "public") notes.push(visibilityName(artwork.visibility));
    const list = html`<ul role="list">${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
    render(
      this,
      html`<h1>${artwork.title}</h1>
        <p class="artist">${artwork.artist.name}</p>
        ${artwork.description && html`<p class="description">${artwork.description}</p>`}
        ${notes.length > 0 && list}`,
    );
  }
}

customElements.define("artwork-label", ArtworkLabel);
