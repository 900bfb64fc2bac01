// Why a work was found, as lines of markup; ⟦marked⟧ words become <mark>.

import { aroundMark, highlights } from "./format.js";
import { html } from "./html.js";

/** @typedef {import("./api.js").Reason} Reason */

const FIELDS = {
  title: "Title",
  description: "Description",
  alt_text: "Alt text",
  caption: "Caption",
  tags: "Tag",
  tag: "Tag",
  artist: "Artist",
};

/** At most two, as more would hide the picture behind its explanation; the title's is shown in the title.
 * @param {Reason[]} reasons */
export function reasonLines(reasons) {
  return distinct(reasons.filter((reason) => !isTitle(reason)))
    .map(line)
    .filter(Boolean)
    .slice(0, 2);
}

/** Of several tags, or other words of one field, the one that says little besides what was found: two lines are to give two reasons.
 * @param {Reason[]} reasons */
function distinct(reasons) {
  return reasons.filter((reason) => {
    if (reason.kind !== "words") return true;
    const rivals = reasons.filter((other) => other.kind === "words" && other.field === reason.field);
    return rivals.toSorted((a, b) => unmarked(a) - unmarked(b))[0] === reason;
  });
}

/** How many characters were not looked for. @param {Reason} reason */
function unmarked(reason) {
  return reason.kind === "words" ? reason.text.replace(/⟦[^⟧]*⟧/g, "").length : 0;
}

/** The title, marked where it was found for it. @param {string} title @param {Reason[]} reasons */
export function titleWith(title, reasons) {
  const found = reasons.find(isTitle);
  // a long title comes shortened: then the whole one, unmarked, says more
  const whole = found?.text.replace(/[⟦⟧]/g, "") === title;
  return found && whole ? marked(found.text) : title;
}

/** @param {Reason} reason @returns {reason is Extract<Reason, { kind: "words" }>} */
function isTitle(reason) {
  return reason.kind === "words" && reason.field === "title";
}

/** @param {Reason} reason */
function line(reason) {
  if (reason.kind === "words") {
    const field = FIELDS[/** @type {keyof typeof FIELDS} */ (reason.field)] ?? reason.field;
    return html`<li><span class="kind">${field}</span> ${marked(aroundMark(reason.text))}</li>`;
  }
  if (reason.kind === "meaning") {
    const where = reason.of === "picture" ? "Picture" : "Words";
    return html`<li><span class="kind">${where}</span> ${reason.phrase ? `close to “${reason.phrase}”` : "close in meaning"}</li>`;
  }
  if (reason.kind === "colour") {
    return html`<li><span class="kind">Colour</span> <i title="${reason.hex}"></i> ${reason.name ?? reason.hex}</li>`;
  }
  return null;
}

/** @param {string} text */
export function marked(text) {
  return highlights(text).map((piece) => (piece.marked ? html`<mark>${piece.text}</mark>` : piece.text));
}
