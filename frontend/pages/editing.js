// The editing of a work, fetched when it is asked for: most who look at a work never do.

import "../elements/artwork-editor.js";
import "../elements/tag-field.js";
import { announce } from "../lib/announce.js";
import * as api from "../lib/api.js";
import { found } from "../lib/found.js";
import { sentence } from "../lib/problems.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */
/** @typedef {{ artwork: Artwork, etag: string | null }} Version */
/** What is on the page, and how a newer version gets there. @typedef {{ version: () => Version, show: (version: Version) => void,
 *   choices: () => Promise<import("../elements/artwork-editor.js").ArtworkEditor["choices"]> }} Desk */

/** Fields of an artist. */
const OWN = /** @type {const} */ ([
  "title",
  "description",
  "alt_text",
  "category",
  "licence",
  "visibility",
  "ai_generated",
  "original_public",
  "tags",
]);

const editor = found("artwork-editor");
/** @type {Desk | null} */
let desk = null;

editor.addEventListener("artwork-save", (event) => save(event.detail.changes));
editor.addEventListener("tag-prefix", (event) => suggest(event.target, event.detail.prefix));

/** Open the editor on the newest version: Limn may have written its findings since the page came. Raises Problem. @param {Desk} at */
export async function edit(at) {
  desk = at;
  editor.choices ??= await at.choices();
  const version = await api.getArtwork(at.version().artwork.id);
  at.show(version);
  editor.open(version.artwork);
}

/** @param {object} changes */
async function save(changes) {
  if (!desk) return;
  editor.setAttribute("busy", "");
  editor.removeAttribute("message");
  try {
    desk.show(await patched(desk, changes));
    editor.close();
    announce("Saved.");
  } catch (error) {
    editor.setAttribute("message", savingWords(error));
  }
  editor.removeAttribute("busy");
}

/** The machine's findings raise the version too; only another person's words are a reason to stop. @param {Desk} at
 * @param {object} changes */
async function patched(at, changes) {
  const { artwork: known, etag } = at.version();
  try {
    return await api.patchArtwork(known.id, changes, etag);
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status !== 412) throw error;
    const fresh = await api.getArtwork(known.id);
    at.show(fresh);
    const moved = movedFields(known, fresh.artwork);
    if (moved.length) throw new Error(moved.join(", "), { cause: error });
    return api.patchArtwork(known.id, changes, fresh.etag);
  }
}

/** Names of what the artist said differently in the newer version. @param {Artwork} known @param {Artwork} fresh */
function movedFields(known, fresh) {
  const own = (/** @type {Artwork} */ work) => ({
    ...work,
    tags: work.tags.filter(({ source }) => source !== "machine").map(({ name }) => name),
  });
  const [before, after] = [own(known), own(fresh)];
  return OWN.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).map((name) =>
    name.replace("_", " "),
  );
}

/** @param {unknown} error */
function savingWords(error) {
  const moved = error instanceof Error && error.cause ? error.message : "";
  if (!moved) return sentence(error);
  return `It was changed meanwhile in another place (${moved}). Save again to put your changes on top, or cancel to look at the newer version first.`;
}

/** @param {EventTarget | null} field @param {string} prefix */
async function suggest(field, prefix) {
  if (!prefix) return;
  const tags = await api.tagsLike(prefix).catch(() => []);
  /** @type {import("../elements/tag-field.js").TagField} */ (field).suggestions = tags.map(
    ({ name }) => name,
  );
}
