// What went wrong, in words that say what to do next.

import { anyOf, bytes, mediaName, megapixels } from "./format.js";

/** @typedef {{ code: string, detail: string, status: number, errors: { field?: string, message?: string }[] }} ProblemLike */
/** @typedef {{ max_upload_bytes: number, max_pixels?: number, media_types: string[] }} FileLimits */

/** @type {Record<string, string>} */
const SENTENCES = {
  offline: "Limn cannot be reached. Check that it runs and that you are connected, then try again.",
  cancelled: "Stopped.",
  not_found: "It is not here any more.",
  forbidden: "This is not allowed.",
  conflict: "Something else changed at the same moment. Reload and try again.",
  duplicate_artwork: "You have already uploaded this picture.",
  idempotency_key_reused:
    "This upload was sent before with another file. Remove the row and choose the file again.",
  stale: "It was changed meanwhile. Look at the newer version, then save again.",
  too_large: "The file is too large.",
  file_too_large: "The file is too large.",
  too_many_files: "One file is one work for now.",
  unknown_category: "This category is not there any more. Choose another.",
  unsupported_media_type: "This kind of file is not supported.",
  image_corrupt: "The picture cannot be read.",
  image_too_large: "The picture has too many pixels.",
  image_too_complex: "The picture is built in a way that takes too long to open. Save it anew and try again.",
  download_running: "A download is running: wait for it, or stop it first.",
  demo_running: "Limn hangs its works already. Wait a moment, then reload.",
  gallery_not_empty: "There are works in this gallery now. Reload to see them.",
  too_many_requests: "That was a lot at once. Wait a moment, then try again.",
  out_of_space: "The gallery's disk is full. Whoever runs this gallery has to make room.",
  damaged:
    "A stored file is damaged. Whoever runs this gallery can bring it back from a backup, or upload it again.",
  index_not_ready: "Limn is still reading the gallery.",
  unavailable: "A part of the gallery is away at the moment. Try again shortly.",
  invalid_input: "Something in the form is not valid.",
  invalid_request: "The request could not be read.",
  file_missing: "There is no file with it.",
  image_decoder_died: "The picture made its decoder stop. It may be damaged; save it anew and try again.",
  poison:
    "Limn has tried three times to look at the picture and not finished. It does not try again unasked.",
  invalid_cursor: "This cursor is none of this list. Begin with its first page.",
  cursor_too_old: "The list has changed too much since this cursor was given. Begin with its first page.",
  invalid_etag: "If-Match holds one ETag, as an answer gave it.",
  invalid_json: "The body is not JSON.",
  not_built_yet: "A part that was asked for comes in a later version.",
  method_not_allowed: "This address does not do that; the answer's Allow says what it does.",
  too_slow: "The body came too slowly.",
  too_many_streams: "Too many pages are waiting for news at once. Close one, or wait a moment.",
  address_too_long: "The address is longer than 64 KiB.",
  head_too_large: "The head of the request is larger than 256 KiB.",
  unknown_host: "The gallery does not answer under this name; LIMN_PUBLIC_URL says which.",
  forwarded_request: "Limn answers through a proxy only where FORWARDED_ALLOW_IPS names it.",
  cross_site_request: "Another site's page may not change this gallery.",
  internal_error: "Something went wrong inside Limn. Try again; if it stays, tell whoever runs this gallery.",
};

/** Where the sentence says it all. */
const COMPLETE = new Set(["offline", "duplicate_artwork", "stale"]);

/** @type {Record<string, string>} */
const FIELDS = {
  title: "Title",
  description: "Description",
  alt_text: "Alt text",
  category: "Category",
  tags: "Tags",
  licence: "Licence",
};

/** Our sentence, then the server's words where they say more. @param {unknown} error whatever was thrown */
export function sentence(error) {
  const problem = /** @type {Partial<ProblemLike>} */ (error);
  if (!problem.code) return "Something went wrong on this page. Reload it and try again.";
  const known = SENTENCES[problem.code];
  const fields = (problem.errors ?? []).map(fieldWords).filter(Boolean);
  const detail = fields.join(" ") || (problem.detail?.trim() ?? "");
  if (!known) return detail || `Limn answered with an error (${problem.status}).`;
  if (!detail || COMPLETE.has(problem.code) || says(known, detail)) return known;
  return `${known} ${detail}`;
}

/** Every code this page can explain, with its sentence; what only a browser meets is left out. @returns {[string, string][]} */
export function codes() {
  return Object.entries(SENTENCES).filter(([code]) => code !== "offline" && code !== "cancelled");
}

/** Why a file cannot be sent, before it is sent; null when it can. The words are those of the server's refusal.
 * @param {{ name: string, type: string, size: number }} file @param {FileLimits} limits @returns {string | null} */
export function refusal(file, limits) {
  if (file.type && !limits.media_types.includes(file.type)) {
    return `${SENTENCES.unsupported_media_type} Limn takes ${formats(limits)}.`;
  }
  if (file.size === 0) return "The file is empty.";
  if (file.size > limits.max_upload_bytes) {
    return `${SENTENCES.too_large} It has ${bytes(file.size)}; up to ${bytes(limits.max_upload_bytes)} is possible.`;
  }
  return null;
}

/** The limits as one line, told before anything is chosen. @param {FileLimits} limits */
export function limitsLine(limits) {
  const size = `up to ${bytes(limits.max_upload_bytes)}`;
  const pixels = limits.max_pixels ? ` and ${megapixels(limits.max_pixels)}` : "";
  return `${formats(limits)}, ${size}${pixels} each. The original is kept bit for bit.`;
}

/** @param {FileLimits} limits */
function formats(limits) {
  return anyOf(limits.media_types.map(mediaName));
}

/** "Title: must not be empty." @param {{ field?: string, message?: string }} wrong */
function fieldWords({ field, message }) {
  return field && message ? `${FIELDS[field] ?? field}: ${message.replace(/\.$/, "")}.` : "";
}

/** Whether the detail adds nothing. @param {string} known @param {string} detail */
function says(known, detail) {
  const bare = (/** @type {string} */ text) => text.toLowerCase().replace(/[^a-z0-9 ]/g, "");
  return bare(known).includes(bare(detail));
}
