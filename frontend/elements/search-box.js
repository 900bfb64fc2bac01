// <search-box><search><form action="/search"><input name="q" type="search" …><button>…</button></form></search></search-box>
// The search field of every page. The form works by itself; a page that shows results hears the events instead.
// @attr value  the words in the field
// @fires search-submit  { q } cancelable: cancelled, the browser does not leave the page
// @fires search-input  { q } while typing

export class SearchBox extends HTMLElement {
  static observedAttributes = ["value"];

  connectedCallback() {
    this.addEventListener("submit", this);
    this.addEventListener("input", this);
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this);
    this.removeEventListener("input", this);
    document.removeEventListener("keydown", this);
  }

  /** @param {string} _name @param {string | null} _old @param {string | null} value */
  attributeChangedCallback(_name, _old, value) {
    if (this.#input && this.#input.value !== value) this.#input.value = value ?? "";
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof KeyboardEvent) this.#onKey(event);
    else if (event.type === "input") this.#tell("search-input");
    else if (event.type === "submit" && !this.#tell("search-submit")) event.preventDefault();
  }

  get #input() {
    return this.querySelector("input");
  }

  /** @param {string} name */
  #tell(name) {
    const detail = { q: this.#input?.value.trim() ?? "" };
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const input = this.#input;
    if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "/" && !target?.closest("input, textarea, select, [contenteditable], dialog")) {
      event.preventDefault();
      input.focus();
      input.select();
    }
    if (event.key === "Escape" && target === input && !input.value) input.blur();
  }
}

customElements.define("search-box", SearchBox);
