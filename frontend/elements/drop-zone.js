// <drop-zone accept="image/jpeg,image/png" hint="JPEG or PNG, up to 64 MB each."></drop-zone>
// Where files come in: dropped anywhere on the page, pasted, or chosen.
// @attr accept  media types the file dialogue offers
// @attr hint  the limits, in words
// @attr over  set while files hang above the page
// @fires files-chosen  { files: File[] } in their order

import { html, render } from "../lib/html.js";

const HEARD = ["dragenter", "dragover", "dragleave", "drop", "paste"];

export class DropZone extends HTMLElement {
  static observedAttributes = ["accept", "hint"];

  #depth = 0;

  connectedCallback() {
    if (!this.firstElementChild) {
      render(
        this,
        html`<label class="place">
          <span class="call">Drop pictures here</span>
          <span class="how">or paste them, or <span class="choose">choose files</span></span>
          <input type="file" multiple aria-describedby="drop-hint">
        </label>
        <p class="hint quiet" id="drop-hint"></p>`,
      );
    }
    this.attributeChangedCallback();
    this.addEventListener("change", this);
    for (const type of HEARD) document.addEventListener(type, this);
  }

  disconnectedCallback() {
    this.removeEventListener("change", this);
    for (const type of HEARD) document.removeEventListener(type, this);
  }

  attributeChangedCallback() {
    const input = this.querySelector("input");
    if (input) input.accept = this.getAttribute("accept") ?? "image/*";
    const hint = this.querySelector(".hint");
    if (hint) hint.textContent = this.getAttribute("hint") ?? "";
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof DragEvent) this.#onDrag(event);
    else if (event instanceof ClipboardEvent) this.#tell(event.clipboardData?.files);
    else if (event.target instanceof HTMLInputElement && event.target.type === "file") {
      this.#tell(event.target.files);
      // the same file may be chosen again after its row was removed
      event.target.value = "";
    }
  }

  /** @param {DragEvent} event */
  #onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // without this the browser would open the file and leave the page
    event.preventDefault();
    if (event.type === "dragenter") this.#depth++;
    if (event.type === "dragleave") this.#depth = Math.max(0, this.#depth - 1);
    if (event.type === "drop") {
      this.#depth = 0;
      this.#tell(event.dataTransfer.files);
    }
    this.toggleAttribute("over", this.#depth > 0);
  }

  /** @param {FileList | null | undefined} list */
  #tell(list) {
    const files = [...(list ?? [])];
    if (files.length)
      this.dispatchEvent(new CustomEvent("files-chosen", { bubbles: true, detail: { files } }));
  }
}

customElements.define("drop-zone", DropZone);
