// <eyes-report></eyes-report>, then report.models = Models
// Who looks at pictures, which model files are there, and how far a change of eyes is.
// @prop models  the answer of /admin/models
// @fires eyes-fetch  { names } when a person asks for model files
// @fires eyes-stop  when a person stops their coming

import { bytes, counted, number, shortModel } from "../lib/format.js";
import { html, render } from "../lib/html.js";

/** @typedef {import("../lib/api.js").Models} Models */
/** @typedef {import("../lib/api.js").Speaker} Speaker */
/** @typedef {import("../lib/api.js").Weights} Weights */

const CAPABILITIES = {
  match: "Compares words and picture",
  caption: "Writes the caption",
  tags: "Names what is there",
  meaning: "Searches by meaning",
};
const METHODS = {
  clip: "CLIP",
  blip: "BLIP",
  vlm: "a vision-language model",
  measured: "measuring eyes: colours, light and format",
};

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
    const focused = this.contains(document.activeElement)
      ? document.activeElement?.getAttribute("value")
      : null;
    render(
      this,
      html`${offer(models)} ${progress(models)} ${speakers(models)} ${elsewhere(models)} ${files(models.weights)}`,
    );
    // drawn anew each second while files come: the keyboard must not fall off the button
    const again = focused && this.querySelector(`button[value="${CSS.escape(focused)}"]`);
    if (again instanceof HTMLButtonElement) again.focus();
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
function offer({ offer: offered, offer_reason: reason, weights }) {
  if (weights.some(({ state }) => state === "downloading")) return coming(weights);
  if (!offered) return reason && html`<p class="hint">${reason}</p>`;
  const size = `${Math.round(offered.bytes / 1e6)} MB`;
  return html`<section class="offer" aria-label="Models for this machine">
    <p>Limn can look at pictures on this machine: CLIP compares them with words and finds them by meaning, a captioner says
      in a sentence what is to be seen. The files come once, from the Hugging Face hub; no picture leaves the machine.</p>
    <button class="button primary" type="button" name="fetch" value="${offered.names.join(" ")}">Give Limn eyes: ${size}</button>
  </section>`;
}

/** @param {Weights[]} weights */
function coming(weights) {
  const rows = weights
    .filter(({ state }) => state === "downloading")
    .map(
      ({ name, bytes: total, downloaded_bytes: come }) => html`<li>
        <label>${name} <progress max="${total}" value="${Math.min(come, total)}"></progress></label>
        <span>${bytes(come)} of ${bytes(total)}</span></li>`,
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
    return html`<div><dt>${title}</dt><dd><ol role="list">${asked.map(speaker)}</ol></dd></div>`;
  });
  return html`<section aria-label="Who looks"><h2>Who looks</h2>
    <p class="hint">The first that is there answers, and its name stands beside every answer.</p>
    <dl>${rows}</dl></section>`;
}

/** @param {Speaker} asked */
function speaker({ method, model, host, state, reason }) {
  const name = METHODS[/** @type {keyof typeof METHODS} */ (method)] ?? method;
  const where = host ? html` at ${host}` : method === "measured" ? "" : html` on this machine`;
  return html`<li class="${state}">${method === "measured" ? name : html`${name} <code>${shortModel(model)}</code>${where}`}
    ${state === "away" && html`<small class="wrong">Away: ${reason}</small>`}</li>`;
}

/** @param {Models} models */
function elsewhere({ hosts }) {
  return hosts.length > 0
    ? html`<p class="hint">Pictures leave this machine for ${hosts.join(", ")}.</p>`
    : html`<p class="hint">No picture leaves this machine.</p>`;
}

/** @param {Weights[]} weights */
function files(weights) {
  const rows = weights.map(
    (one) => html`<tr>
      <th scope="row">${one.name}<small>${one.about}</small></th>
      <td>${bytes(one.bytes)}</td><td>${one.licence}</td>
      <td>${stateWords(one)}${one.problem && html`<small class="wrong">${one.problem}</small>`}</td>
      <td>${(one.state === "absent" || one.state === "damaged") && one.licence && html`<button class="button plain" type="button" name="fetch" value="${one.name}">Fetch<span class="visually-hidden"> ${one.name}</span></button>`}</td>
    </tr>`,
  );
  return html`<section aria-label="Model files"><h2>Model files</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of model files"><table>
      <thead><tr><th scope="col">Model</th><th scope="col">Size</th><th scope="col">Licence</th><th scope="col">State</th>
        <th scope="col"><span class="visually-hidden">Action</span></th></tr></thead>
      <tbody>${rows}</tbody></table></div></section>`;
}

/** @param {Weights} one */
function stateWords({ state, in_use: used }) {
  const words = { absent: "not here", downloading: "coming", present: "here", damaged: "damaged" };
  return used ? "in use" : words[state];
}

customElements.define("eyes-report", EyesReport);
