// <artwork-editor></artwork-editor>, then editor.choices = { categories, licences, limits } and editor.open(artwork)
// The form that changes what the artist says of a work.
// @attr message  why saving did not work
// @attr busy  it is being saved
// @prop choices  categories, licences and the lengths that are possible
// @method open(artwork), close()
// @fires artwork-save  { changes } only the fields that differ, for PATCH
// @fires tag-prefix  from the tag field inside

import { artistTags } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {{ categories: { slug: string, title: string }[], licences: { id: string, title: string }[],
 *   limits: { title_length: number, description_length: number, alt_text_length: number } }} Choices */
/** @typedef {HTMLElement & { value: string[] }} TagField */

const VISIBILITIES = [
  ["public", "Public"],
  ["unlisted", "Unlisted: whoever has the link"],
  ["private", "Private: only you"],
];

export class ArtworkEditor extends HTMLElement {
  static observedAttributes = ["message", "busy"];

  /** @type {Choices | null} */
  choices = null;
  /** @type {Artwork | null} */
  #artwork = null;

  connectedCallback() {
    this.addEventListener("submit", this);
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this);
    this.removeEventListener("click", this);
  }

  attributeChangedCallback() {
    const wrong = this.querySelector(".wrong");
    if (wrong) wrong.textContent = this.getAttribute("message") ?? "";
    const save = this.querySelector("button.primary");
    if (!(save instanceof HTMLButtonElement)) return;
    save.ariaDisabled = String(this.hasAttribute("busy"));
    save.textContent = this.hasAttribute("busy") ? "Saving…" : "Save";
  }

  /** @param {Artwork} artwork */
  open(artwork) {
    if (!this.choices) return;
    this.#artwork = artwork;
    this.removeAttribute("message");
    render(this, form(artwork, this.choices));
    const tags = /** @type {TagField} */ (this.querySelector("tag-field"));
    tags.value = artistTags(artwork);
    this.querySelector("dialog")?.showModal();
  }

  close() {
    this.querySelector("dialog")?.close();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "click") {
      if (event.target instanceof Element && event.target.closest("button.cancel")) this.close();
      return;
    }
    event.preventDefault();
    if (this.hasAttribute("busy") || !this.#artwork) return;
    const changes = this.#changes(this.#artwork);
    if (Object.keys(changes).length === 0) this.close();
    else this.dispatchEvent(new CustomEvent("artwork-save", { bubbles: true, detail: { changes } }));
  }

  /** @param {Artwork} artwork */
  #changes(artwork) {
    const data = new FormData(/** @type {HTMLFormElement} */ (this.querySelector("form")));
    const text = (/** @type {string} */ name) =>
      String(data.get(name) ?? "")
        .replaceAll("\r\n", "\n")
        .trim();
    const said = {
      title: text("title"),
      description: text("description"),
      alt_text: text("alt_text") || null,
      category: text("category"),
      licence: text("licence"),
      visibility: text("visibility"),
      ai_generated: data.has("ai_generated"),
      original_public: data.has("original_public"),
      tags: /** @type {TagField} */ (this.querySelector("tag-field")).value,
    };
    const known = {
      ...artwork,
      original_public: artwork.original_public ?? false,
      tags: artistTags(artwork),
    };
    const fields = /** @type {(keyof typeof said)[]} */ (Object.keys(said));
    const changed = fields.filter((name) => JSON.stringify(said[name]) !== JSON.stringify(known[name]));
    return Object.fromEntries(changed.map((name) => [name, said[name]]));
  }
}

/** @param {Artwork} artwork @param {Choices} choices */
function form(artwork, { categories, licences, limits }) {
  const rooms = categories.map(({ slug, title }) => option(slug, title, artwork.category));
  const terms = licences.map(({ id, title }) => option(id, title, artwork.licence));
  const eyes = VISIBILITIES.map(([value, title]) => option(value ?? "", title ?? "", artwork.visibility));
  return html`<dialog aria-labelledby="editor-heading">
    <form>
      <h2 id="editor-heading">Edit this work</h2>
      <div class="fields">
        <div class="field wide"><label for="edit-title">Title</label>
          <input class="input" id="edit-title" name="title" required maxlength="${limits.title_length}" value="${artwork.title}"></div>
        <div class="field wide"><label for="edit-description">Description, in your words</label>
          <textarea class="input" id="edit-description" name="description" maxlength="${limits.description_length}">${artwork.description}</textarea>
          <p class="hint">A new description is matched against the picture again.</p></div>
        <div class="field wide"><label for="edit-alt">Alt text, for people who cannot see it</label>
          <textarea class="input" id="edit-alt" name="alt_text" maxlength="${limits.alt_text_length}">${artwork.alt_text}</textarea></div>
        <tag-field class="wide" label="Your tags" hint="Comma or Enter keeps a tag. What Limn has seen stays apart."></tag-field>
        <div class="field"><label for="edit-category">Category</label>
          <select class="input" id="edit-category" name="category">${rooms}</select></div>
        <div class="field"><label for="edit-licence">Licence</label>
          <select class="input" id="edit-licence" name="licence">${terms}</select></div>
        <div class="field"><label for="edit-visibility">Who sees it</label>
          <select class="input" id="edit-visibility" name="visibility">${eyes}</select></div>
        <div class="field"><label class="check"><input type="checkbox" name="ai_generated" ?checked="${artwork.ai_generated}"> Made with AI</label>
          <label class="check"><input type="checkbox" name="original_public" ?checked="${artwork.original_public}"> Anybody may download the original</label></div>
      </div>
      <p class="wrong" role="alert"></p>
      <div class="actions"><button class="button primary" type="submit">Save</button>
        <button class="button plain cancel" type="button">Cancel</button></div>
    </form>
  </dialog>`;
}

/** @param {string} value @param {string} title @param {string} current */
function option(value, title, current) {
  return html`<option value="${value}" ?selected="${value === current}">${title}</option>`;
}

customElements.define("artwork-editor", ArtworkEditor);
