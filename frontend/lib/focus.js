// Drawing anew without the keyboard falling off.

/** Draw; if a button of the element had the focus, the one that stands in its place then has it. @param {HTMLElement} element
 * @param {() => void} draw */
export function keepingFocus(element, draw) {
  const place = buttons(element).indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  draw();
  if (place < 0) return;
  const left = buttons(element);
  left[Math.min(place, left.length - 1)]?.focus();
}

/** @param {HTMLElement} element */
function buttons(element) {
  return [...element.querySelectorAll("button")];
}
