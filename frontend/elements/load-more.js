// <load-more state="idle"></load-more>
// The end of an endless list: asks for more when it comes near, waits for a press after some times so that the footer
// can be reached, and says what is the matter. Where it failed, it asks again by itself when the browser is online again.
// @attr state  idle | loading | error | end; none hides it
// @attr message  what to say at an error or the end
// @attr patience  how many times it asks by itself between presses (4)
// @fires load-more  { asked: boolean } asked is true for a press

import { html, render } from "../lib/html.js";

const NEAR = "1200px";

export class LoadMore extends HTMLElement {
  static observedAttributes = ["state", "message"];

  #left = 0;
  /** @type {IntersectionObserver | null} */
  #observer = null;

  connectedCallback() {
    this.#left = this.#patience;
    this.addEventListener("click", this);
    window.addEventListener("online", this);
    if ("IntersectionObserver" in window) {
      this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: NEAR });
    }
    this.#draw();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    window.removeEventListener("online", this);
    this.#observer?.disconnect();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "online" && this.getAttribute("state") === "error") this.#ask(false);
    if (!(event.target instanceof Element) || !event.target.closest("button")) return;
    if (this.getAttribute("state") === "loading") return;
    this.#left = this.#patience;
    this.#ask(true);
  }

  get #patience() {
    return Number(this.getAttribute("patience") ?? 4);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    if (
      !entries.some((entry) => entry.isIntersecting) ||
      this.getAttribute("state") !== "idle" ||
      this.#left <= 0
    )
      return;
    this.#left--;
    this.#ask(false);
  }

  /** @param {boolean} asked */
  #ask(asked) {
    this.dispatchEvent(new CustomEvent("load-more", { bubbles: true, detail: { asked } }));
  }

  #draw() {
    const state = this.getAttribute("state");
    const message = this.getAttribute("message");
    const label = { idle: "Show more", loading: "Fetching more…", error: "Try again" }[state ?? ""];
    const button = this.querySelector("button");
    if (button && label) {
      // the button stays, so that the focus on it stays
      button.textContent = label;
      button.ariaDisabled = String(state === "loading");
      const text = this.querySelector("p");
      if (text) text.textContent = state === "error" ? message : "";
    } else {
      const shown = label ? html`<button class="button" type="button">${label}</button>` : "";
      render(
        this,
        state ? html`<p>${state === "end" || state === "error" ? message : ""}</p>${shown}` : html``,
      );
    }
    this.#observer?.disconnect();
    // observing anew reports at once, also where more is needed to fill a tall window
    if (state === "idle") this.#observer?.observe(this);
  }
}

customElements.define("load-more", LoadMore);
