// <upload-row state="sending" progress="0.4"></upload-row>, then row.file = File; row.categories = [{ slug, title }]
// One file on its way: its picture, the artist's words, how far it is, and in the end what Limn says of it.
// @attr state  refused | ready | queued | sending | waiting | sent | failed | duplicate
// @attr progress  0–1 of what was sent
// @attr reason  why it was refused or failed, in words
// @attr href  the work it became, or the work that already holds it
// @prop file  shown as preview; its name becomes the first title
// @prop categories  choices for a category of its own
// @prop artwork  the answer, as far as it is there
// @prop fields  { title, description, alt_text, category } as typed; category "" is the shared one
// @method reportValidity()  whether it may be sent; points at what is missing
// @fires upload-start  send it again
// @fires upload-stop  stop sending
// @fires upload-remove  forget it
// @fires analysis-retry, swatch-copy, words-change  from the answer inside

import { bytes, percent, titleFromFilename } from "../lib/format.js";
import { element, html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */

let count = 0;

export class UploadRow extends HTMLElement {
  static observedAttributes = ["state", "progress", "reason", "href"];

  /** @type {File | null} */
  #file = null;
  /** @type {{ slug: string, title: string }[]} */
  #categories = [];
  /** @type {Artwork | null} */
  #artwork = null;
  #preview = "";
  #number = ++count;

  connectedCallback() {
    if (!this.firstElementChild) this.#build();
    this.addEventListener("click", this);
    this.addEventListener("submit", this);
    this.addEventListener("error", this, true);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    this.removeEventListener("submit", this);
    this.removeEventListener("error", this, true);
    URL.revokeObjectURL(this.#preview);
  }

  attributeChangedCallback() {
    if (this.firstElementChild) this.#drawState();
  }

  get file() {
    return this.#file;
  }

  set file(file) {
    this.#file = file;
  }

  /** @param {{ slug: string, title: string }[]} categories */
  set categories(categories) {
    this.#categories = categories;
  }

  get artwork() {
    return this.#artwork;
  }

  set artwork(artwork) {
    this.#artwork = artwork;
    if (artwork) this.#drawAnswer(artwork);
  }

  get fields() {
    // not through FormData: fields are locked while they are sent, and it leaves locked fields out
    const { elements } = this.#form;
    const names = /** @type {const} */ (["title", "description", "alt_text", "category"]);
    return Object.fromEntries(
      names.map((name) => [name, /** @type {HTMLInputElement} */ (elements.namedItem(name)).value.trim()]),
    );
  }

  reportValidity() {
    return this.#form.reportValidity();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "submit") event.preventDefault();
    else if (event.type === "error" && event.target instanceof HTMLImageElement) {
      event.target.replaceWith(element(html`<span class="unseen">No preview</span>`));
    } else if (event.type === "click") {
      const button = event.target instanceof Element ? event.target.closest("button[name]") : null;
      if (button instanceof HTMLButtonElement) this.#tell(button.name);
    }
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  #build() {
    const file = this.#file;
    this.#preview = file ? URL.createObjectURL(file) : "";
    const name = file?.name ?? "picture";
    const own = this.#categories.map(({ slug, title }) => html`<option value="${slug}">${title}</option>`);
    const id = (/** @type {string} */ field) => `row-${this.#number}-${field}`;
    render(
      this,
      html`<div class="preview">${file && html`<img src="${this.#preview}" alt="" decoding="async">`}</div>
      <form aria-label="${`Words for ${name}`}">
        <fieldset class="fields">
          <div class="field wide"><label for="${id("title")}">Title</label>
            <input class="input" id="${id("title")}" name="title" required value="${titleFromFilename(name)}"></div>
          <div class="field wide"><label for="${id("description")}">Description, in your words</label>
            <textarea class="input" id="${id("description")}" name="description"></textarea></div>
          <div class="field"><label for="${id("alt")}">Alt text, for people who cannot see it</label>
            <input class="input" id="${id("alt")}" name="alt_text"></div>
          <div class="field"><label for="${id("category")}">Category</label>
            <select class="input" id="${id("category")}" name="category"><option value="">As chosen for all</option>${own}</select></div>
        </fieldset>
      </form>
      <div class="status" role="status"></div>
      <div class="answer" hidden>
        <p class="published"></p>
        <analysis-report></analysis-report>
        <word-coach></word-coach>
        <div class="findings"><swatch-row></swatch-row><tag-list editable></tag-list></div>
      </div>`,
    );
    this.#drawState();
  }

  #drawState() {
    const state = this.getAttribute("state") ?? "ready";
    const share = Number(this.getAttribute("progress") ?? 0);
    const status = /** @type {HTMLElement} */ (this.querySelector(".status"));
    const meter = status.querySelector("progress");
    if (state === "sending" && meter) {
      meter.value = share;
      const words = status.querySelector("p");
      if (words) words.textContent = progressWords(share, this.#file);
    } else {
      render(status, html`${this.#words(state, share)}<div class="actions">${this.#buttons(state)}</div>`);
    }
    const fieldset = this.querySelector("fieldset");
    if (fieldset) fieldset.disabled = ["queued", "sending", "waiting"].includes(state);
    this.#form.hidden = ["sent", "refused", "duplicate"].includes(state);
  }

  /** @param {string} state @param {number} share */
  #words(state, share) {
    const size = this.#file ? bytes(this.#file.size) : "";
    const reason = this.getAttribute("reason") ?? "";
    const name = this.#file?.name ?? "";
    if (state === "sending") {
      return html`<progress max="1" value="${share}" aria-label="${`Sending ${name}`}"></progress><p>${progressWords(share, this.#file)}</p>`;
    }
    if (state === "ready") return html`<p class="quiet">${name}, ${size}</p>`;
    if (state === "queued") return html`<p class="quiet">${name} waits for its turn.</p>`;
    if (state === "waiting")
      return html`<p class="quiet">The gallery is busy; this is sent again by itself in a moment.</p>`;
    if (state === "sent") return "";
    return html`<p class="wrong"><strong>${name}</strong> ${reason}</p>`;
  }

  /** @param {string} state */
  #buttons(state) {
    const href = this.getAttribute("href");
    const link = href
      ? html`<a class="button" href="${href}">${state === "duplicate" ? "Open the work you have" : "Open the work"}</a>`
      : "";
    const again = html`<button class="button" type="button" name="upload-start">Try again</button>`;
    const stop = html`<button class="button plain" type="button" name="upload-stop">Stop</button>`;
    const remove = html`<button class="button plain" type="button" name="upload-remove">Remove<span class="visually-hidden"> ${this.#file?.name}</span></button>`;
    if (state === "sent") return link;
    if (state === "sending" || state === "queued" || state === "waiting") return stop;
    if (state === "failed") return [again, remove];
    return [link, remove];
  }

  /** @param {Artwork} artwork */
  #drawAnswer(artwork) {
    const find = (/** @type {string} */ name) => /** @type {any} */ (this.querySelector(name));
    find(".answer").hidden = false;
    render(
      find(".published"),
      html`<a href="${`/artworks/${encodeURIComponent(artwork.id)}`}">${artwork.title}</a>`,
    );
    find("analysis-report").artwork = artwork;
    find("swatch-row").swatches = artwork.swatches;
    find("word-coach").artwork = artwork;
    find("tag-list").tags = artwork.tags;
  }
}

/** @param {number} share @param {File | null} file */
function progressWords(share, file) {
  if (share >= 1) return "Arrived; being checked…";
  return `${percent(share)} of ${bytes(file?.size ?? 0)} sent`;
}

customElements.define("upload-row", UploadRow);
