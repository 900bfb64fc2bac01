// <tag-list></tag-list>, then list.tags = [{ name, source, confidence }]
// Tags as links to their works; the machine's stand apart from the artist's.
// @attr source  artist | machine; none shows both, each under its heading
// @prop tags  Tag[]

import { percent } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Tag} Tag */

const SOURCES = /** @type {const} */ ([
  ["artist", "By the artist"],
  ["machine", "Seen by Limn"],
]);

export class TagList extends HTMLElement {
  /** @type {Tag[]} */
  #tags = [];
  #drawn = "";

  get tags() {
    return this.#tags;
  }

  set tags(tags) {
    this.#tags = tags;
    const key = JSON.stringify(tags);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const only = this.getAttribute("source");
    const groups = SOURCES.filter(([source]) => !only || source === only).map(([source, title]) =>
      group(
        source,
        title,
        tags.filter((tag) => (tag.source === "machine") === (source === "machine")),
        !only,
      ),
    );
    render(this, html`${groups}`);
  }
}

/** @param {string} source @param {string} title @param {Tag[]} tags @param {boolean} headed */
function group(source, title, tags, headed) {
  if (!tags.length) return "";
  return html`<div class="${source}">${headed && html`<h3>${title}</h3>`}
    <ul role="list" aria-label="${`Tags ${title.replace(/^./, (first) => first.toLowerCase())}`}">${tags.map(tag)}</ul></div>`;
}

/** @param {Tag} tag */
function tag({ name, source, confidence }) {
  const sure =
    source === "machine" && confidence < 1
      ? html` <small title="How sure Limn is">${percent(confidence)}</small>`
      : "";
  return html`<li><a href="${`/search?tag=${encodeURIComponent(name)}`}">${name}</a>${sure}</li>`;
}

customElements.define("tag-list", TagList);
