// <filter-bar></filter-bar>, then bar.filters = { chips, facets }
// What narrows a search, each as a chip that takes itself away, and what could narrow it further, with counts.
// Everything is a link, so that a new tab works; a plain press is told first.
// @prop filters  { chips: { label, href }[], facets: { name, label, count, href }[], clear }
// @fires filter-change  { href } cancelable: cancelled, the browser does not leave the page

import { number } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {{ label: string, href: string }} Chip */
/** @typedef {{ label: string, count: number, href: string }} Facet */
/** @typedef {{ chips: Chip[], facets: Facet[] }} Filters */

export class FilterBar extends HTMLElement {
  /** @type {Filters} */
  #filters = { chips: [], facets: [] };

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  get filters() {
    return this.#filters;
  }

  set filters(filters) {
    this.#filters = filters;
    const chips = filters.chips.map(
      ({ label, href }) =>
        html`<li><a class="chip" href="${href}" aria-label="${`Remove filter: ${label}`}">${label} <b aria-hidden="true">×</b></a></li>`,
    );
    const facets = filters.facets.map(
      ({ label, count, href }) =>
        html`<li><a href="${href}">${label} <small>${number(count)}</small></a></li>`,
    );
    render(
      this,
      html`${chips.length > 0 && html`<ul role="list" aria-label="Filters in use">${chips}</ul>`}
        ${facets.length > 0 && html`<ul role="list" aria-label="Narrow by category">${facets}</ul>`}`,
    );
  }

  /** @param {Event} event */
  handleEvent(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !(event instanceof MouseEvent) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const detail = { href: link.getAttribute("href") };
    const told = this.dispatchEvent(
      new CustomEvent("filter-change", { bubbles: true, cancelable: true, detail }),
    );
    if (!told) event.preventDefault();
  }
}

customElements.define("filter-bar", FilterBar);
