// <wall-note heading="The wall is empty" text="Hang the first work." action="Add a work" href="/upload"></wall-note>
// What stands where pictures would: empty, failed, not found. Without heading and text it is not there.
// @attr heading, text  what is so, and what to do next
// @attr level  1 where the note is all there is on the page; else its heading is a second one
// @attr action  words of the button, or of the link where there is `href`
// @attr other  words of a second, quieter button
// @fires note-action  when the button is pressed
// @fires note-other  when the second one is

import { html, render } from "../lib/html.js";

export class WallNote extends HTMLElement {
  static observedAttributes = ["heading", "text", "action", "href", "other"];

  connectedCallback() {
    this.#draw();
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** Say this, or nothing. @param {{ heading?: string, text?: string, action?: string, href?: string, other?: string } | null} words */
  say(words) {
    for (const name of /** @type {const} */ (["heading", "text", "action", "href", "other"])) {
      const value = words?.[name];
      if (value) this.setAttribute(name, value);
      else this.removeAttribute(name);
    }
  }

  /** @param {Event} event */
  handleEvent(event) {
    const pressed = event.target instanceof Element && event.target.closest("button");
    if (!pressed) return;
    const name = pressed.classList.contains("plain") ? "note-other" : "note-action";
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  #draw() {
    const [heading, text, action, href, other] = WallNote.observedAttributes.map((name) =>
      this.getAttribute(name),
    );
    this.hidden = !heading && !text;
    const first = this.getAttribute("level") === "1";
    const title = heading && (first ? html`<h1>${heading}</h1>` : html`<h2>${heading}</h2>`);
    const button = href
      ? html`<a class="button" href="${href}">${action}</a>`
      : html`<button class="button" type="button">${action}</button>`;
    const second = other && html`<button class="button plain" type="button">${other}</button>`;
    const buttons = action && html`<div class="buttons">${button}${second}</div>`;
    render(this, html`${title}${text && html`<p>${text}</p>`}${buttons}`);
  }
}

customElements.define("wall-note", WallNote);
