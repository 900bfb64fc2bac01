// <word-coach></word-coach>, then coach.artwork = Artwork
// What the artist's words could still say of the picture: proposals, each taken by one click, none ever taken by itself.
// @prop artwork  with `coach`, which only its artist gets; without it there is nothing here
// @fires words-change  { changes, said }: what was taken; changes(artwork) is the edit to send, on top of what is there then

import { keepingFocus } from "../lib/focus.js";
import { artistTags } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {import("../lib/api.js").Coach} Coach */

export class WordCoach extends HTMLElement {
  /** @type {Artwork | null} */
  #artwork = null;
  #drawn = "";

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  get artwork() {
    return this.#artwork;
  }

  set artwork(artwork) {
    this.#artwork = artwork;
    const key = JSON.stringify(artwork && [artwork.coach, artwork.intended, artwork.analysis.match?.verdict]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const parts = artwork ? advice(artwork) : [];
    this.hidden = parts.length === 0;
    keepingFocus(this, () => render(this, html`${parts}`));
  }

  /** @param {Event} event */
  handleEvent(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const detail = button && taken(button.name, button.value);
    if (detail) this.dispatchEvent(new CustomEvent("words-change", { bubbles: true, detail }));
  }
}

/** @param {string} name @param {string} value @returns {LimnEvents["words-change"]["detail"] | null} */
function taken(name, value) {
  if (name === "tag")
    return {
      changes: (artwork) => ({ tags: [...artistTags(artwork), value] }),
      said: `“${value}” is your tag now.`,
    };
  if (name === "alt")
    return {
      // none is proposed any more where somebody has written one meanwhile
      changes: ({ coach }) => (coach?.alt_text ? { alt_text: coach.alt_text } : {}),
      said: "The draft is the alt text now. Edit it as you like.",
    };
  if (name === "intended") return { changes: () => ({ intended: true }), said: "Taken as intended." };
  if (name === "again") return { changes: () => ({ intended: false }), said: "Limn judges the words again." };
  return null;
}

/** @param {Artwork} artwork */
function advice({ coach, intended, analysis }) {
  if (!coach) return [];
  return [
    coach.unmentioned.length > 0 && unmentioned(coach.unmentioned),
    coach.alt_text && draft(coach.alt_text, coach.alt_text_method),
    intended ? meant() : isDoubtful(analysis.match, coach) && unsure(coach.unrecognised),
  ].filter(Boolean);
}

/** @param {import("../lib/api.js").Match | null} match @param {Coach} coach */
function isDoubtful(match, { unrecognised }) {
  return match && (unrecognised.length > 0 || match.verdict === "partial" || match.verdict === "weak");
}

/** @param {string[]} names */
function unmentioned(names) {
  const buttons = names.map(
    (name) =>
      html`<li><button class="button" type="button" name="tag" value="${name}"><span aria-hidden="true">+</span> ${name}</button></li>`,
  );
  return html`<section aria-label="In the picture, not in your words">
    <h3>In the picture, not in your words</h3>
    <ul role="list">${buttons}</ul>
    <p class="hint">Press one to make it your tag, or leave it: nothing is added by itself.</p>
  </section>`;
}

/** @param {string} text @param {string | null | undefined} method */
function draft(text, method) {
  const hint =
    method === "measured"
      ? "It tells of colours, light and format alone."
      : "A machine wrote it: read it before you take it.";
  return html`<section aria-label="A draft of the alt text">
    <h3>A draft of the alt text</h3>
    <p class="draft">${text}</p>
    <button class="button" type="button" name="alt">Use it as alt text</button>
    <p class="hint">${hint}</p>
  </section>`;
}

/** @param {string[]} phrases */
function unsure(phrases) {
  const there = phrases.length > 1 ? "they may well be there" : "it may well be there";
  const which = phrases.length > 0 ? `Limn does not find ${quoted(phrases)}; ${there}. ` : "";
  return html`<section aria-label="Meant as it is">
    <p class="hint">${which}Words need not be literal.</p>
    <button class="button plain" type="button" name="intended">I mean it so</button>
  </section>`;
}

function meant() {
  return html`<section aria-label="Meant as it is">
    <p class="hint">You mean these words as they are; Limn keeps its opinion to itself.</p>
    <button class="button plain" type="button" name="again">Let Limn judge them</button>
  </section>`;
}

/** @param {string[]} phrases */
function quoted(phrases) {
  const shown = phrases.slice(0, 3).map((phrase) => `“${phrase}”`);
  return phrases.length > 3 ? `${shown.join(", ")} and ${phrases.length - 3} more` : shown.join(", ");
}

customElements.define("word-coach", WordCoach);
