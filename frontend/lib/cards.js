// A work on the wall as markup: the picture in its place, the label beneath, what a hand or a key finds beside it.

import { altText } from "./format.js";
import { element, fragment, html } from "./html.js";
import { reasonLines, titleWith } from "./reasons.js";

/** What of a work is needed to hang it. @typedef {Pick<import("./api.js").Artwork, "id" | "title" | "description" | "alt_text"
 *   | "artist" | "visibility" | "pages"> & { analysis: Pick<import("./api.js").Analysis, "state" | "caption"> }} Hangable */
/** @typedef {import("./api.js").Reason} Reason */
/** @typedef {{ artwork: Hangable, reasons?: Reason[] }} Hung */

/** @param {Hung} item @param {{ place: number, count: number, eager: boolean, seen: boolean }} where `place` counts from 1;
 * `count` is -1 while more is to come; `seen` says that its picture was here before */
export function card({ artwork, reasons = [] }, { place, count, eager, seen }) {
  const by = byline(artwork);
  const node = element(html`
    <li id="${`work-${artwork.id}`}" aria-posinset="${place}" aria-setsize="${count}">
      <a href="${`/artworks/${encodeURIComponent(artwork.id)}`}">
        <span class="frame">${picture(artwork, eager, seen)}</span>
        <span class="title">${titleWith(artwork.title, reasons)}</span>
        ${by && html`<span class="by">${by}</span>`}
      </a>
      <button class="closer" type="button" aria-label="${`Look closer: ${artwork.title}`}" title="Look closer"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M12 4h4v4M16 4l-5 5M8 16H4v-4M4 16l5-5"/></svg></button>
    </li>`);
  const lines = reasonLines(reasons);
  if (lines.length)
    node.append(fragment(html`<ul class="reasons" role="list" aria-label="Why it was found">${lines}</ul>`));
  for (const dot of node.querySelectorAll("i")) dot.style.background = dot.title;
  const placeholder = artwork.pages[0]?.placeholder;
  const frame = /** @type {HTMLElement} */ (node.querySelector(".frame"));
  if (placeholder) frame.style.backgroundImage = `url("${encodeURI(placeholder)}")`;
  return node;
}

/** An empty frame, while works are on the way. */
export function ghost() {
  return element(html`<li class="ghost"><span class="frame"></span></li>`);
}

/** Hang it in its place, with a rendition of its size. @param {Element} node
 * @param {import("./windowing.js").Spot | undefined} spot */
export function put(node, spot) {
  if (!(node instanceof HTMLElement) || !spot) return;
  node.style.insetInlineStart = `${spot.x}px`;
  node.style.insetBlockStart = `${spot.y}px`;
  node.style.inlineSize = `${spot.width}px`;
  node.style.setProperty("--height", `${spot.height}px`);
  node.querySelector("img")?.setAttribute("sizes", `${spot.width}px`);
}

/** The picture came, or did not: then its place says so, and its words stand for it. @param {HTMLImageElement} image
 * @param {boolean} well */
export function shown(image, well) {
  image.classList.toggle("loaded", well);
  image.parentElement?.classList.toggle("lost", !well);
  return well;
}

/** For the pictures that did not come. @param {Element} list */
export function askAgain(list) {
  for (const image of list.querySelectorAll(".lost img"))
    image.setAttribute("src", image.getAttribute("src") ?? "");
}

/** Of the work that this is a part of; empty where it is of none. @param {Element | null} part */
export function idOf(part) {
  return part?.closest("li[id]")?.id.replace("work-", "") ?? "";
}

/** Never seen: its lines are as high as those of any card. @returns {HTMLElement} */
export function probe() {
  return element(html`<li class="probe" aria-hidden="true"><span class="title">L</span><span class="by">L</span>
    <ul class="reasons"><li>L</li></ul></li>`);
}

/** Who made it and, where not everybody sees it, who does. A gallery of one needs no name beneath every picture.
 * @param {Pick<Hangable, "artist" | "visibility">} artwork */
export function byline({ artist, visibility }) {
  const parts = [artist.handle !== "local" && artist.name, visibility !== "public" && visibility];
  return parts.filter(Boolean).join(" · ");
}

/** Width by height; a square where nothing is known. @param {Pick<Hangable, "pages">} artwork */
export function ratioOf({ pages: [page] }) {
  return page ? page.width / page.height : 1;
}

/** "…/320?v=1 320w, …": what a browser chooses from. @param {import("./api.js").Rendition[]} renditions */
export function srcset(renditions) {
  return renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
}

/** @param {Hangable} artwork @param {boolean} eager @param {boolean} seen */
function picture(artwork, eager, seen) {
  const page = artwork.pages[0];
  const smallest = page?.renditions[0];
  if (!page || !smallest) return html`<span class="soon">Being hung</span>`;
  return html`<img class="${seen ? "loaded" : ""}" src="${smallest.url}" srcset="${srcset(page.renditions)}"
    width="${page.width}" height="${page.height}" alt="${altText(artwork)}" loading="${eager ? "eager" : "lazy"}"
    decoding="async" draggable="false">`;
}
