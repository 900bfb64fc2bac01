// <analysis-report></analysis-report>, then report.artwork = Artwork
// What the machine found of a work: its sentence, and how literally the description fits. Always marked as the machine's.
// @prop artwork
// @fires analysis-retry  when a person asks to look again

import { anyOf, judgedBy, madeBy, reasonWithTime, verdictName, verdictSentence } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {import("../lib/api.js").Analysis} Analysis */
/** @typedef {import("../lib/api.js").Match} Match */

export class AnalysisReport extends HTMLElement {
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
    const key = JSON.stringify(artwork && [artwork.analysis, artwork.description, artwork.tags]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    if (artwork) render(this, report(artwork));
    else this.replaceChildren();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (!(event.target instanceof Element) || !event.target.closest("button")) return;
    this.dispatchEvent(new CustomEvent("analysis-retry", { bubbles: true }));
  }
}

/** @param {Artwork} artwork */
function report({ analysis, description, tags }) {
  if (isWaiting(analysis)) return html`${state(analysis)} ${caption(analysis)} ${judged(analysis.match)}`;
  const absent = missing(analysis, tags);
  return html`${state(analysis)} ${caption(analysis)} ${match(analysis, description)} ${absent}`;
}

/** @param {Analysis} analysis */
function isWaiting({ state: name }) {
  return name === "pending" || name === "running";
}

/** @param {Analysis} analysis */
function state({ state: name, error, attempts }) {
  if (name === "failed") {
    return html`<div class="failed">
      <p><strong>Limn could not finish looking at this picture.</strong> ${error?.detail ?? ""}</p>
      <button class="button" type="button">Try again</button>
    </div>`;
  }
  if (name === "done") return "";
  const words =
    name === "running" ? "Limn is looking at the picture…" : "Waiting for Limn to look at the picture…";
  const again = error ? html` The last try failed (${error.detail}); this is try ${attempts + 1}.` : "";
  return html`<p class="looking">${words}${again}</p>`;
}

/** @param {Analysis} analysis */
function caption({ caption: found }) {
  return (
    found &&
    html`<section aria-label="Caption by the machine">
      <p class="caption">${found.text}</p>
      <p class="maker">${madeBy(found)}</p>
    </section>`
  );
}

/** @param {Analysis} analysis @param {string} description */
function match({ match: found, match_reason: reason, look_at: time }, description) {
  if (found) return judged(found);
  // a model that is away is told of once, with all it would have said
  const why =
    (!time && reason) || (description ? "" : "Add a description to see how well it fits the picture.");
  return (
    why && html`<section aria-label="Match"><h3>No match score</h3><p class="reason">${why}</p></section>`
  );
}

/** What models would have said that are away, by reason: the same reason stands once.
 * @param {Analysis} analysis @param {import("../lib/api.js").Tag[]} tags */
function missing(analysis, tags) {
  const { caption_reason: written, match_reason: judgedWhy, tags_reason: named, look_at: time } = analysis;
  /** @type {[string, string | null | undefined][]} */
  const parts = [
    [analysis.caption ? "newer caption" : "caption", written],
    [analysis.match ? "newer match score" : "match score", time ? judgedWhy : null],
    [tags.some(({ source }) => source === "machine") ? "tags by a model" : "tags", named],
  ];
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const [part, reason] of parts)
    if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), part]);
  return [...byReason].map(
    ([reason, names]) =>
      html`<p class="reason">No ${anyOf(names)}${time ? " yet" : ""}. ${reasonWithTime(reason, time)}</p>`,
  );
}

/** @param {Match | null} found */
function judged(found) {
  if (!found) return "";
  const opinion = found.method === "vlm";
  const rough =
    found.calibrated || opinion
      ? ""
      : html` <span class="rough" title="Not yet fitted to this gallery">rough</span>`;
  return html`<section aria-label="Match between description and picture">
    <h3>${verdictName(found.verdict)}</h3>
    <p class="score"><meter min="0" max="100" value="${found.score}" aria-label="${opinion ? "Match score, an opinion" : "Match score"}"></meter>
      <span>${opinion ? "Opinion" : "Match"} ${found.score} of 100${rough}</span></p>
    <p class="reason">${verdictSentence(found)}</p>
    ${found.phrases.length > 0 && html`<ul role="list" aria-label="Phrases of the description">${found.phrases.map(phrase)}</ul>`}
    <p class="maker">${judgedBy(found)}</p>
  </section>`;
}

/** @param {import("../lib/api.js").Phrase} said */
function phrase({ text, recognised }) {
  return recognised
    ? html`<li class="seen"><span>${text}</span> <small>recognised</small></li>`
    : html`<li><span>${text}</span> <small>not recognised</small></li>`;
}

customElements.define("analysis-report", AnalysisReport);
