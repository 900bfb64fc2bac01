// How high the label beneath a picture is: its lines measured once, then counted, so that a row's height is known before it hangs.

import { byline, probe } from "./cards.js";
import { reasonLines } from "./reasons.js";

/** Pixels. @typedef {{ title: number, by: number, reason: number, margin: number, below: number, gap: number }} Lines */

/** As fonts and the reader's wishes make them; once per width, as it lays the page out. @param {HTMLElement} list @returns {Lines} */
export function measured(list) {
  const node = probe();
  list.append(node);
  const height = (/** @type {string} */ part) =>
    node.querySelector(part)?.getBoundingClientRect().height ?? 0;
  const style = getComputedStyle(list);
  const margin = getComputedStyle(/** @type {Element} */ (node.querySelector(".reasons"))).marginBlockStart;
  const lines = {
    title: height(".title"),
    by: height(".by"),
    reason: height(".reasons li"),
    margin: Number.parseFloat(margin) || 0,
    below: Math.round(Number.parseFloat(style.rowGap)) || 0,
    gap: Number.parseFloat(style.columnGap) || 0,
  };
  node.remove();
  return lines;
}

/** Of the tallest label beneath these. @param {import("./cards.js").Hung[]} items @param {Lines} lines */
export function labelHeight(items, { title, by, reason, margin }) {
  const heights = items.map(({ artwork, reasons = [] }) => {
    const count = reasons.length && reasonLines(reasons).length;
    return (byline(artwork) ? by : 0) + (count ? margin + count * reason : 0);
  });
  return Math.ceil(title + Math.max(0, ...heights));
}
