// <category-tabs current="comics"></category-tabs>, then tabs.categories = [{ slug, title, count }]
// The rooms of the gallery, as links.
// @attr current  slug of the room shown; none is everything
// @prop categories  Category[]; null while they are not known

import { number } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Category} Category */

export class CategoryTabs extends HTMLElement {
  static observedAttributes = ["current"];

  /** @type {Category[] | null} */
  #categories = null;

  connectedCallback() {
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  get categories() {
    return this.#categories;
  }

  set categories(categories) {
    this.#categories = categories;
    this.#draw();
  }

  #draw() {
    const current = this.getAttribute("current") ?? "";
    const rooms = this.#categories ?? [];
    const total = this.#categories && rooms.reduce((sum, room) => sum + room.count, 0);
    const tabs = [{ slug: "", title: "Everything", count: total }, ...rooms];
    const items = tabs.map(({ slug, title, count }) => {
      const url = slug ? `/?category=${encodeURIComponent(slug)}` : "/";
      const page = slug === current ? "page" : "false";
      const shown =
        count === null
          ? ""
          : html`<small>${number(count)}<span class="visually-hidden"> works</span></small>`;
      return html`<li><a href="${url}" aria-current="${page}">${title} ${shown}</a></li>`;
    });
    render(this, html`<nav aria-label="Categories"><ul role="list">${items}</ul></nav>`);
  }
}

customElements.define("category-tabs", CategoryTabs);
