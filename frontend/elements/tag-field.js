// <tag-field label="Tags" name="tags"></tag-field>, then field.value = ["fox", "snow"]
// Tags one types: comma or Enter keeps a word, Backspace takes the last one back.
// @attr label  what the field is called
// @attr hint  a line beneath it
// @prop value  string[]
// @prop suggestions  string[] offered while typing
// @fires tag-prefix  { prefix } while typing, for suggestions

import { tagNames } from "../lib/format.js";
import { html, render } from "../lib/html.js";

let count = 0;

export class TagField extends HTMLElement {
  /** @type {string[]} */
  #tags = [];
  #id = `tag-field-${++count}`;

  connectedCallback() {
    if (!this.firstElementChild) this.#build();
    for (const type of ["keydown", "input", "change", "click", "focusout"]) this.addEventListener(type, this);
  }

  disconnectedCallback() {
    for (const type of ["keydown", "input", "change", "click", "focusout"])
      this.removeEventListener(type, this);
  }

  /** What is kept, and what is still being typed. */
  get value() {
    return tagNames([...this.#tags, this.#input?.value ?? ""].join(","));
  }

  set value(tags) {
    this.#tags = tagNames(tags.join(","));
    if (!this.firstElementChild) this.#build();
    this.#drawTags();
  }

  /** @param {string[]} names */
  set suggestions(names) {
    const list = this.querySelector("datalist");
    if (list)
      render(
        list,
        html`${names.filter((name) => !this.#tags.includes(name)).map((name) => html`<option value="${name}"></option>`)}`,
      );
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof KeyboardEvent) this.#onKey(event);
    else if (event.type === "input") this.#onInput(event);
    else if (event.type === "click") this.#onClick(event);
    else if (event.target === this.#input) this.#keep();
  }

  get #input() {
    return this.querySelector("input");
  }

  #build() {
    const hint = this.getAttribute("hint");
    render(
      this,
      html`<div class="field">
        <label for="${this.#id}">${this.getAttribute("label") ?? "Tags"}</label>
        <div class="input">
          <ul role="list" aria-label="Chosen"></ul>
          <input id="${this.#id}" list="${`${this.#id}-list`}" autocomplete="off" autocapitalize="none" enterkeyhint="enter">
        </div>
        <datalist id="${`${this.#id}-list`}"></datalist>
        ${hint && html`<p class="hint">${hint}</p>`}
      </div>`,
    );
  }

  #drawTags() {
    const list = this.querySelector("ul");
    if (!list) return;
    const chips = this.#tags.map(
      (tag) =>
        html`<li>${tag}<button type="button" value="${tag}" aria-label="${`Remove ${tag}`}">×</button></li>`,
    );
    render(list, html`${chips}`);
  }

  #keep() {
    const input = this.#input;
    if (!input?.value.trim()) return;
    this.#tags = this.value;
    input.value = "";
    this.#drawTags();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.#input) return;
    if (event.key === "Enter" || event.key === ",") {
      // Enter keeps a word and never sends the form around it
      event.preventDefault();
      this.#keep();
    } else if (event.key === "Backspace" && !this.#input?.value && this.#tags.length) {
      this.#tags.pop();
      this.#drawTags();
    }
  }

  /** @param {Event} event */
  #onInput(event) {
    const input = this.#input;
    if (!input) return;
    // a suggestion taken from the list comes whole, and pasted lists come with commas
    const taken = event instanceof InputEvent && event.inputType === "insertReplacementText";
    if (taken || input.value.includes(",")) this.#keep();
    else
      this.dispatchEvent(
        new CustomEvent("tag-prefix", { bubbles: true, detail: { prefix: input.value.trim() } }),
      );
  }

  /** @param {Event} event */
  #onClick(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) this.#tags = this.#tags.filter((tag) => tag !== button.value);
    if (button) this.#drawTags();
    if (button || !(event.target instanceof HTMLInputElement)) this.#input?.focus();
  }
}

customElements.define("tag-field", TagField);
