// <new-works count="4"></new-works>
// A button over the wall that says how many works are new and brings them when pressed. It takes no room: nothing moves when it comes.
// @attr count  how many; none hides it
// @attr more  there may be still more
// @fires new-works  when it is pressed

import { counted } from "../lib/format.js";
import { html, render } from "../lib/html.js";

export class NewWorks extends HTMLElement {
  static observedAttributes = ["count", "more"];

  connectedCallback() {
    this.addEventListener("click", this);
    this.#draw();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** "4 new works". */
  get words() {
    const count = Number(this.getAttribute("count") ?? 0);
    if (!count) return "";
    const words = counted(count, "new work");
    return this.hasAttribute("more") ? `More than ${words}` : words;
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (!(event.target instanceof Element) || !event.target.closest("button")) return;
    this.dispatchEvent(new CustomEvent("new-works", { bubbles: true }));
  }

  #draw() {
    const { words } = this;
    const button = this.querySelector("button span");
    // the button stays, so that the focus on it stays
    if (button && words) button.textContent = words;
    else
      render(
        this,
        words
          ? html`<button type="button"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 16V4M4.5 9.5 10 4l5.5 5.5"/></svg><span>${words}</span></button>`
          : html``,
      );
  }
}

customElements.define("new-works", NewWorks);
