// Works as few characters: what hangs on a wall of thousands is kept for Back and reload, where some five million fit in all. Pure.

import { altText } from "./format.js";

/** @typedef {import("./cards.js").Hangable} Hangable */
/** @typedef {[width: number, height: number, url: string]} Size */
/** @typedef {[id: string, title: string, said: string, handle: string, name: string, visibility: Hangable["visibility"],
 *   state: Hangable["analysis"]["state"], page: [width: number, height: number, placeholder: string | null, ...Size[]] | null]} Packed */

/** @param {Hangable} artwork @param {boolean} [thin] without the placeholder, which is half of it @returns {Packed} */
export function pack(artwork, thin = false) {
  const { id, title, artist, visibility, analysis } = artwork;
  const page = artwork.pages[0];
  /** @type {Packed[7]} */
  const kept = page
    ? [
        page.width,
        page.height,
        thin ? null : page.placeholder,
        ...page.renditions.map((one) => size(one, id)),
      ]
    : null;
  return [id, title, altText(artwork), artist.handle, artist.name, visibility, analysis.state, kept];
}

/** What a card shows, and no more. @param {Packed} packed @returns {Hangable} */
export function unpack([id, title, said, handle, name, visibility, state, page]) {
  const pages = page ? [unpackedPage(page, id)] : [];
  return {
    id,
    title,
    description: "",
    alt_text: said || null,
    artist: { handle, name },
    visibility,
    pages,
    analysis: { state, caption: null },
  };
}

/** @param {NonNullable<Packed[7]>} page @param {string} id */
function unpackedPage([width, height, placeholder, ...sizes], id) {
  const renditions = sizes.map(([w, h, url]) => ({ width: w, height: h, url: url.replace("*", id) }));
  return { sha256: "", media_type: "", bytes: 0, width, height, placeholder, renditions };
}

/** The work's id is in every address. @param {import("./api.js").Rendition} rendition @param {string} id @returns {Size} */
function size({ width, height, url }, id) {
  return [width, height, url.includes("*") ? url : url.replace(id, "*")];
}
