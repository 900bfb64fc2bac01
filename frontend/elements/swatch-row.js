// <swatch-row></swatch-row>, then row.swatches = [{ hex, name, share }]
// The colours of a work as painted slips, each as wide as its share; pressing one copies it.
// @prop swatches  Swatch[]
// @fires swatch-copy  { hex }

import { percent } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Swatch} Swatch */

export class SwatchRow extends HTMLElement {
  /** @type {Swatch[]} */
  #swatches = [];
  #drawn = "";

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  get swatches() {
    return this.#swatches;
  }

  set swatches(swatches) {
    this.#swatches = swatches;
    const key = JSON.stringify(swatches);
    if (key === this.#drawn) return;
    this.#drawn = key;
    render(
      this,
      swatches.length ? html`<ul role="list" aria-label="Colours">${swatches.map(slip)}</ul>` : html``,
    );
    for (const [index, item] of [...this.querySelectorAll("li")].entries()) {
      item.style.setProperty("--hex", swatches[index]?.hex ?? "");
      item.style.setProperty("--share", String(swatches[index]?.share ?? 0));
      item.style.flexGrow = String(Math.max(5, (swatches[index]?.share ?? 0) * 100));
    }
  }

  /** @param {Event} event */
  handleEvent(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    const detail = { hex: button.value };
    this.dispatchEvent(new CustomEvent("swatch-copy", { bubbles: true, detail }));
  }
}

/** @param {Swatch} swatch */
function slip({ hex, name, share }) {
  return html`<li><button type="button" value="${hex}" aria-label="${`Copy ${name}, ${hex}, ${percent(share)}`}">
    <span class="paint"></span><span class="name">${name}</span><span class="facts">${hex} · ${percent(share)}</span>
  </button></li>`;
}

customElements.define("swatch-row", SwatchRow);
