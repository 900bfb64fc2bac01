// <eyes-report></eyes-report>, then report.models = Models
// Who looks at pictures, which model files are there, and how far a change of eyes is.
// @prop models  the answer of /admin/models
// @fires eyes-fetch  { names } when a person asks for model files
// @fires eyes-stop  when a person stops their coming

import { counted, decimalBytes, number, shortModel } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Models} Models */
/** @typedef {import("../lib/api.js").Speaker} Speaker */
/** @typedef {import("../lib/api.js").Weights} Weights */

const CAPABILITIES = {
  match: "Compares words and picture",
  caption: "Writes the caption",
  tags: "Names what is there",
  meaning: "Searches by meaning",
  words: "Knows what words mean",
};
const METHODS = {
  clip: "CLIP",
  blip: "BLIP",
  vlm: "a vision-language model",
  e5: "a model of words, over title, description, caption and tags:",
  sentences: "a model of sentences,",
  measured: "measuring eyes: colours, light and format",
};
const SETTINGS = { clip: "LIMN_CLIP_MODEL", captioner: "LIMN_CAPTION_MODEL" };

export class EyesReport extends HTMLElement {
  /** @type {Models | null} */
  #models = null;
  #drawn = "";

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  get models() {
    return this.#models;
  }

  set models(models) {
    this.#models = models;
    const key = JSON.stringify(models);
    if (key === this.#drawn || !models) return;
    this.#drawn = key;
    const { activeElement } = document;
    const focused = this.contains(activeElement) ? activeElement?.getAttribute("value") : null;
    render(
      this,
      html`${offer(models)} ${progress(models)} ${speakers(models)} ${elsewhere(models)} ${files(models)}`,
    );
    // drawn anew each second while files come: the keyboard must not fall off the button, nor off what takes its place
    const again = focused && (this.#button(focused) ?? this.querySelector(".offer button"));
    if (again instanceof HTMLButtonElement) again.focus();
  }

  /** @param {string} value */
  #button(value) {
    return this.querySelector(`button[value="${CSS.escape(value)}"]`);
  }

  /** @param {Event} event */
  handleEvent(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.name === "stop") this.dispatchEvent(new CustomEvent("eyes-stop", { bubbles: true }));
    else {
      const detail = { names: button.value.split(" ") };
      this.dispatchEvent(new CustomEvent("eyes-fetch", { bubbles: true, detail }));
    }
  }
}

/** @param {Models} models */
function offer({ offer: offered, offer_reason: reason, weights, hosts }) {
  if (weights.some(({ state }) => state === "downloading")) return coming(weights);
  if (!offered) return reason && html`<p class="hint">${reason}</p>`;
  const wanted = weights.filter(({ name }) => offered.names.includes(name));
  const here = wanted.reduce((sum, one) => sum + one.downloaded_bytes, 0);
  const problem = wanted.find((one) => one.problem)?.problem;
  const size = decimalBytes(offered.bytes);
  return html`<section class="offer" aria-label="Models for this machine">
    <p>Limn can look at pictures on this machine: CLIP compares them with words and finds them by meaning, a captioner says
      in a sentence what is to be seen. The files come once, from the Hugging Face hub. ${
        hosts.length > 0
          ? "Models elsewhere are asked on, in the order below."
          : "No picture leaves the machine."
      }</p>
    ${problem && html`<p class="${here > 0 ? "" : "wrong"}">${problem}</p>`}
    <button class="button primary" type="button" name="fetch" value="${offered.names.join(" ")}">${
      here > 0 ? `Go on: ${decimalBytes(here)} of ${size} are here` : `Give Limn eyes: ${size}`
    }</button>
  </section>`;
}

/** @param {Weights[]} weights */
function coming(weights) {
  const rows = weights
    .filter(({ state }) => state === "downloading")
    .map(
      ({ name, bytes: total, downloaded_bytes: come }) => html`<li>
        <label>${name} <progress max="${total}" value="${Math.min(come, total)}"></progress></label>
        <span>${come ? `${decimalBytes(come)} of ${decimalBytes(total)}` : "waits for its turn"}</span></li>`,
    );
  return html`<section class="offer" aria-label="Models that are coming">
    <ul role="list">${rows}</ul>
    <button class="button" type="button" name="stop" value="stop">Stop</button>
    <p class="hint">What has come is kept, and goes on where it stopped.</p>
  </section>`;
}

/** @param {Models} models */
function progress({ space }) {
  if (!space.behind || !space.works) return "";
  const seen = Math.max(0, space.works - space.behind);
  return html`<section aria-label="Looking again">
    <h2>Looking again</h2>
    <p><progress max="${space.works}" value="${seen}" aria-label="Works seen by the present eyes"></progress>
      ${number(seen)} of ${counted(space.works, "work")} seen by the present eyes. Search goes on as before until all are.</p>
  </section>`;
}

/** @param {Models} models */
function speakers({ capabilities }) {
  const rows = capabilities.map(({ name, speakers: asked }) => {
    const title = CAPABILITIES[/** @type {keyof typeof CAPABILITIES} */ (name)] ?? name;
    const answers = asked.findIndex(({ state }) => state === "ready");
    const items = asked.map((one, place) =>
      speaker(one, place === answers, asked[answers]?.method === "measured"),
    );
    return html`<div><dt>${title}</dt><dd><ol role="list">${items}</ol></dd></div>`;
  });
  return html`<section aria-label="Who looks"><h2>Who looks</h2>
    <p class="hint">The first that is there answers, and its name stands beside every answer.</p>
    <dl>${rows}</dl></section>`;
}

/** @param {Speaker} asked @param {boolean} answers @param {boolean} alone whether only the measuring eyes are left to answer */
function speaker({ method, model, host, state, reason }, answers, alone) {
  const name = METHODS[/** @type {keyof typeof METHODS} */ (method)] ?? "";
  const where = host ? html` at ${host}` : html` on this machine`;
  // of an endpoint of one's own only the address is known
  const known = host && model.startsWith(host) ? "" : html` <code>${shortModel(model)}</code>`;
  const who = method === "measured" ? name : html`${name}${known}${where}`;
  return html`<li class="${answers ? "answers" : state}">${who}${
    state === "away" && html`<small class="${alone ? "wrong" : ""}">Not there: ${reason}</small>`
  }</li>`;
}

/** @param {Models} models */
function elsewhere({ hosts }) {
  return hosts.length > 0
    ? html`<p class="hint">To be looked at, pictures and words are sent to ${hosts.join(" and ")}.</p>`
    : html`<p class="hint">No picture leaves this machine.</p>`;
}

/** @param {Models} models */
function files({ weights, offer: offered }) {
  const busy = weights.some(({ state }) => state === "downloading");
  // what is wrong with those that are offered stands above their button
  const told = (/** @type {Weights} */ { name, problem }) => (offered?.names.includes(name) ? null : problem);
  const rows = weights.map((one) => file({ ...one, problem: told(one) }, weights, busy));
  return html`<section aria-label="Model files"><h2>Model files</h2><ul class="files" role="list">${rows}</ul></section>`;
}

/** @param {Weights} one @param {Weights[]} all @param {boolean} busy */
function file(one, all, busy) {
  const { name, about, licence, state, in_use: used, problem } = one;
  // one that could take the place of another that looks
  const spare = state === "present" && !used && all.some((other) => other.in_use && other.task === one.task);
  const setting = SETTINGS[/** @type {keyof typeof SETTINGS} */ (one.task)];
  const fetched = !busy && (state === "absent" || state === "damaged") && licence;
  return html`<li>
    <div><strong>${name}</strong><small>${about}</small>
      ${problem && html`<small class="wrong">${problem}</small>`}
      ${spare && html`<small>To use it: <code>${setting}=${name}</code>, then start Limn again.</small>`}</div>
    <p>${[decimalBytes(one.bytes), licence, stateWords(one)].filter(Boolean).join(" · ")}</p>
    ${fetched && html`<button class="button plain" type="button" name="fetch" value="${name}">Fetch<span class="visually-hidden"> ${name}</span></button>`}
  </li>`;
}

/** @param {Weights} one */
function stateWords({ state, in_use: used }) {
  const words = { absent: "not here", downloading: "coming", present: "here", damaged: "damaged" };
  return used ? "in use" : words[state];
}

customElements.define("eyes-report", EyesReport);
