// Words for what a page does by itself: heard by those who do not see it change, and shown where nothing else changes.

const SHOWN_MS = 5_000;

let said = "";
/** When what is shown may go. */
let until = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/** Say it in the page's polite live region; saying the same again is heard again. `seen` shows it as well, for a while, or
 * with `stays` until other words are to be seen; what is only to be heard then stands beside it.
 * @param {string} text @param {{ seen?: boolean, stays?: boolean }} [options] */
export function announce(text, { seen = false, stays = false } = {}) {
  const region = document.querySelector(".announcer");
  if (!region) return;
  const now = Date.now();
  if (!seen && now < until) said = `${said} ${text}`;
  else {
    said = text;
    until = stays ? Number.POSITIVE_INFINITY : seen ? now + SHOWN_MS : 0;
    region.classList.toggle("visually-hidden", !seen);
    clearTimeout(hiding);
    if (seen && !stays) hiding = setTimeout(() => region.classList.add("visually-hidden"), SHOWN_MS);
  }
  region.textContent = "";
  // assistive technology hears a change, not a value; a timer, as frames stand still in a background tab
  setTimeout(() => {
    region.textContent = said;
  }, 50);
}
