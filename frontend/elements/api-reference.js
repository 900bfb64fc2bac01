// <api-reference></api-reference>, then reference.problems = [[code, sentence]]; reference.schema = the OpenAPI document
// Every call of the HTTP interface with a line to try it, its fields and answers, and what each error code means.
// @prop schema  OpenAPI 3.1
// @prop problems  codes and their sentences; each can be linked to, as the `type` of a problem document does
// @fires curl-copy  { text }

import { html, render } from "../lib/html.js";
import { callGroups, pieces, shapes } from "../lib/openapi.js";

/** @typedef {import("../lib/openapi.js").Call} Call */
/** @typedef {import("../lib/openapi.js").Field} Field */
/** @typedef {import("../lib/openapi.js").Type} Type */

export class ApiReference extends HTMLElement {
  /** @type {[string, string][]} */
  problems = [];

  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  /** @param {any} schema */
  set schema(schema) {
    const groups = callGroups(schema, location.origin);
    const about = String(schema.info?.description ?? "").split(/\n\n+/);
    render(
      this,
      html`${contents(groups)}
        <div class="body">
          ${about.map((words) => html`<p>${prose(words)}</p>`)}
          ${groups.map(([name, calls]) => html`<section aria-labelledby="${`group-${name}`}"><h2 id="${`group-${name}`}">${name}</h2>${calls.map(call)}</section>`)}
          <section aria-labelledby="shapes"><h2 id="shapes">Shapes</h2>${shapes(schema).map(shape)}</section>
          <section aria-labelledby="errors"><h2 id="errors">Error codes</h2>
            <p>The <code>code</code> of a problem document is stable. Where it may be tried again, <code>Retry-After</code> says when.</p>
            <dl>${this.problems.map(([code, words]) => html`<div id="${code}"><dt><code>${code}</code></dt><dd>${words}</dd></div>`)}</dl>
          </section>
        </div>`,
    );
  }

  /** @param {Event} event */
  handleEvent(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const text = button?.parentElement?.querySelector("pre")?.textContent;
    if (text) this.dispatchEvent(new CustomEvent("curl-copy", { bubbles: true, detail: { text } }));
  }
}

/** @param {[string, Call[]][]} groups */
function contents(groups) {
  const part = (/** @type {[string, Call[]]} */ [name, calls]) =>
    html`<li><a href="${`#group-${name}`}">${name}</a><ul role="list">${calls.map(
      (/** @type {Call} */ { id, method, path }) =>
        html`<li><a href="${`#${id}`}"><b>${method}</b> ${path.replace("/api/v1", "")}</a></li>`,
    )}</ul></li>`;
  return html`<nav aria-label="Calls"><ul role="list">${groups.map(part)}
    <li><a href="#shapes">Shapes</a></li><li><a href="#errors">Error codes</a></li></ul></nav>`;
}

/** @param {Call} said */
function call({ id, method, path, title, words, inputs, body, answers, refusals, curl }) {
  return html`<article id="${id}">
    <h3><code><b>${method}</b> ${path}</code></h3>
    ${words || title ? words.split(/\n\n+/).map((part) => html`<p>${prose(part || title)}</p>`) : ""}
    <div class="try"><pre tabindex="0" aria-label="${`curl for ${method} ${path}`}">${curl}</pre>
      <button class="button" type="button" aria-label="${`Copy the line for ${method} ${path}`}">Copy</button></div>
    ${inputs.length > 0 && html`<h4>Parameters</h4>${fieldList(inputs)}`}
    ${body && html`<h4>Body <small><code>${body.media}</code> ${type(body.shape)}</small></h4>${fieldList(body.fields)}`}
    <h4>Answers</h4>
    <dl>${answers.map(
      (one) =>
        html`<div><dt><b>${one.status}</b></dt><dd>${type(one.shape)} ${one.words} ${one.media && html`<small>${one.media}</small>`}</dd></div>`,
    )}
    ${refusals.length > 0 && html`<div><dt><b>${refusals.join(", ")}</b></dt><dd><a href="#Problem">Problem</a> with one of the <a href="#errors">codes</a></dd></div>`}</dl>
  </article>`;
}

/** @param {ReturnType<typeof shapes>[number]} noun */
function shape({ name, title, words, values, fields }) {
  return html`<article id="${name}"><h3><code>${title}</code></h3>
    ${words && html`<p>${prose(words)}</p>`}${values.length > 0 && html`<p>${values.join(" · ")}</p>`}
    ${fields.length > 0 && fieldList(fields)}</article>`;
}

/** @param {Field[]} fields */
function fieldList(fields) {
  const line = (/** @type {Field} */ { name, kind, required, type: words, limits, words: said }) => html`<div>
    <dt><code>${name}</code> ${required && html`<small class="needed">required</small>`} ${kind && kind !== "query" && html`<small>${kind}</small>`}</dt>
    <dd>${type(words)}${limits && html`, ${limits}`}${said && html`<br>${prose(said)}`}</dd></div>`;
  return html`<dl>${fields.map(line)}</dl>`;
}

/** @param {Type[]} words */
function type(words) {
  return words.map(({ text, ref }) => (ref ? html`<a href="${`#${ref}`}">${text}</a>` : text));
}

/** @param {string} text */
function prose(text) {
  return pieces(text).map((piece) => (piece.code ? html`<code>${piece.text}</code>` : piece.text));
}

customElements.define("api-reference", ApiReference);
