// <tag-list></tag-list>, then list.tags = [{ name, source, confidence }]
// Tags as links to their works; the machine's stand apart from the artist's.
// @attr source  artist | machine; none shows both, each under its heading
// @attr editable  the artist may keep or refuse the machine's
// @prop tags  Tag[]
// @fires words-change  { changes, said }: what the artist decided on one of the machine's tags; changes(artwork) is the edit to send

import { keepingFocus } from "../lib/focus.js";
import { artistTags, percent } from "../lib/format.js";
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

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const tag = this.#tags.find(({ name }) => name === button?.value);
    if (!button || !tag) return;
    const detail = button.name === "keep" ? kept(tag) : refused(tag);
    this.dispatchEvent(new CustomEvent("words-change", { bubbles: true, detail }));
  }

  get tags() {
    return this.#tags;
  }

  set tags(tags) {
    this.#tags = tags;
    const editable = this.hasAttribute("editable");
    const key = JSON.stringify([tags, editable]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const only = this.getAttribute("source");
    const groups = SOURCES.filter(([source]) => !only || source === only).map(([source, title]) =>
      group(
        source,
        title,
        tags.filter((tag) => (tag.source === "machine") === (source === "machine")),
        !only,
        editable,
      ),
    );
    keepingFocus(this, () => render(this, html`${groups}`));
  }
}

/** @param {Tag} tag @returns {LimnEvents["words-change"]["detail"]} */
function kept({ name }) {
  return {
    changes: (artwork) => ({ tags: [...artistTags(artwork), name] }),
    said: `“${name}” is your tag now.`,
  };
}

/** @param {Tag} tag @returns {LimnEvents["words-change"]["detail"]} */
function refused({ name }) {
  return {
    changes: ({ rejected_tags: before }) => ({ rejected_tags: [...(before ?? []), name] }),
    said: `“${name}” is gone, and Limn will not propose it again.`,
  };
}

/** @param {string} source @param {string} title @param {Tag[]} tags @param {boolean} headed @param {boolean} editable */
function group(source, title, tags, headed, editable) {
  if (!tags.length) return "";
  return html`<div class="${source}">${headed && html`<h3>${title}</h3>`}
    <ul role="list" aria-label="${`Tags ${title.replace(/^./, (first) => first.toLowerCase())}`}">${tags.map((one) => tag(one, editable))}</ul></div>`;
}

/** @param {Tag} tag @param {boolean} editable */
function tag({ name, source, confidence }, editable) {
  const sure =
    source === "machine" && confidence < 1
      ? html` <small title="How sure Limn is">${percent(confidence)}</small>`
      : "";
  return html`<li class="${editable && source === "machine" ? "open" : ""}"><a href="${`/search?tag=${encodeURIComponent(name)}`}">${name}</a>${sure}${editable && source === "machine" && choices(name)}</li>`;
}

/** @param {string} name */
function choices(name) {
  return html`<span class="choices">
    <button type="button" name="keep" value="${name}" aria-label="${`Keep ${name} as your tag`}" title="Keep as your tag"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12M4 10h12"/></svg></button>
    <button type="button" name="refuse" value="${name}" aria-label="${`Refuse the tag ${name}`}" title="Not in the picture"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m5 5 10 10M15 5 5 15"/></svg></button>
  </span>`;
}

customElements.define("tag-list", TagList);
