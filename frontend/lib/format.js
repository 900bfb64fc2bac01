// How facts read: sizes, dates, counts, colours, and the words for what the machine found. Pure; no document.

/** @typedef {import("./api.js").Artwork} Artwork */
/** @typedef {import("./api.js").Match} Match */

const MEDIA = {
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/webp": "WebP",
  "image/gif": "GIF",
  "image/avif": "AVIF",
};
const LEAD = 24;
const SPOKEN = 240;
const VERDICTS = { strong: "Strong match", good: "Good match", partial: "Partial match", weak: "Weak match" };
const METHODS = { clip: "CLIP", blip: "BLIP", vlm: "a vision-language model" };
const VISIBILITIES = { public: "Public", unlisted: "Unlisted: by link only", private: "Private: only you" };

/** "812 kB", "1.2 MB"; 1024-based, as the limits are. @param {number} count */
export function bytes(count) {
  return scaled(count, 1024);
}

/** "341 MB"; 1000-based, as model files are told of everywhere else. @param {number} count */
export function decimalBytes(count) {
  return scaled(count, 1000);
}

/** @param {number} count @param {1000 | 1024} base */
function scaled(count, base) {
  if (count < base) return `${count} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = count;
  let unit = -1;
  while (value >= base - 0.5 && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1).replace(".0", "") : Math.round(value)} ${units[unit]}`;
}

/** "100 megapixels". @param {number} pixels */
export function megapixels(pixels) {
  const value = pixels / 1e6;
  return `${value < 10 ? value.toFixed(1).replace(".0", "") : Math.round(value)} megapixels`;
}

/** "1 work", "1,204 works". @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** @param {number} value */
export function number(value) {
  return value.toLocaleString("en");
}

/** "21 November 2026". @param {string} time RFC 3339 */
export function date(time) {
  const when = new Date(time);
  if (Number.isNaN(when.getTime())) return "";
  return when.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** A share of one as whole per cent; what is there is never 0 %. @param {number} share */
export function percent(share) {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}

/** @param {string} mediaType */
export function mediaName(mediaType) {
  return (
    MEDIA[/** @type {keyof typeof MEDIA} */ (mediaType)] ?? mediaType.replace("image/", "").toUpperCase()
  );
}

/** "JPEG, PNG or WebP". @param {string[]} words */
export function anyOf(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** @param {string} visibility */
export function visibilityName(visibility) {
  return VISIBILITIES[/** @type {keyof typeof VISIBILITIES} */ (visibility)] ?? visibility;
}

/** @param {string} verdict */
export function verdictName(verdict) {
  return VERDICTS[/** @type {keyof typeof VERDICTS} */ (verdict)] ?? verdict;
}

/** One sentence on what the score means; the machine judges literalness, never the work. @param {Match} match */
export function verdictSentence(match) {
  const sentences = {
    strong: "The words say what is in the picture.",
    good: "Most of the words can be seen in the picture.",
    partial: "Some of the words can be seen; others say more than the eye finds.",
    weak: "Read literally, the words and the picture differ. That may be exactly what you mean.",
  };
  return sentences[/** @type {keyof typeof sentences} */ (match.verdict)] ?? "";
}

/** Who wrote: the words beside every finding. @param {{ method: string, model: string }} finding */
export function madeBy({ method, model }) {
  return method === "measured" ? "Measured by Limn" : `By ${speakerName(method, model)}`;
}

/** Who judged. What a language model says is not measured, and never reads as if it were. @param {Match} match */
export function judgedBy({ method, model, calibrated }) {
  if (method === "measured") return "Measured by Limn";
  if (method === "vlm") return `An opinion of ${speakerName(method, model)}; nothing was measured`;
  const fitted = calibrated ? "" : ". Rough: its scale is not yet fitted to this gallery";
  return `Compared by ${speakerName(method, model)}${fitted}`;
}

/** "clip-vit-base-patch32"; where only an address is known, "CLIP at models.example". @param {string} method @param {string} model */
export function speakerName(method, model) {
  const [owner = ""] = model.split("/");
  if (!model.includes("/") || !/[.:]/.test(owner)) return shortModel(model);
  return `${METHODS[/** @type {keyof typeof METHODS} */ (method)] ?? "a model"} at ${owner}`;
}

/** A model's name without its owner and revision: "Salesforce/blip@1a2b" is "blip". @param {string} model */
export function shortModel(model) {
  return (model.split("@")[0] ?? "").split("/").at(-1) || "a model";
}

/** A server's reason, and in this place's time when Limn asks again. @param {string} reason @param {string | null} [time] RFC 3339
 * @param {Date} [now] */
export function reasonWithTime(reason, time, now = new Date()) {
  const when = time ? new Date(time) : null;
  if (!when || Number.isNaN(when.getTime())) return reason;
  // the server names the hour in its own words, in UTC
  const bare = reason.replace(/\s*It is asked again at [^.]*\.?$/, "").replace(/\.$/, "");
  return `${bare}. Limn asks again ${clock(when, now)}.`;
}

/** @param {Date} when @param {Date} now */
function clock(when, now) {
  if (when.getTime() - now.getTime() < 60_000) return "in a moment";
  const hour = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (when.toDateString() === now.toDateString()) return `at ${hour}`;
  return `on ${when.toLocaleDateString("en-GB", { day: "numeric", month: "long" })} at ${hour}`;
}

/** A first title from a file name: "fox_in-snow.final.jpg" → "fox in snow.final". @param {string} name */
export function titleFromFilename(name) {
  const bare = (name.split(/[/\\]/).at(-1) ?? "").replace(/\.[a-z0-9]{2,5}$/i, "");
  return bare.replace(/[_-]+/g, " ").replace(/\s+/g, " ").trim();
}

/** What a screen reader hears for the picture: the artist's alt text, else the description, else the machine's caption, else nothing.
 * @param {Pick<Artwork, "alt_text" | "description"> & { analysis: Pick<Artwork["analysis"], "caption"> }} artwork */
export function altText({ alt_text, description, analysis }) {
  return alt_text || shortened(description) || analysis.caption?.text || "";
}

/** Its first words as one line, whole ones; a description may be a page, and beside every picture nobody hears it out.
 * @param {string} text */
function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= SPOKEN) return line;
  const cut = line.lastIndexOf(" ", SPOKEN);
  return `${line.slice(0, cut > SPOKEN / 2 ? cut : SPOKEN)}…`;
}

/** ⟦marked⟧ text as pieces; an unclosed mark is plain text. @param {string} text
 * @returns {{ text: string, marked: boolean }[]} */
export function highlights(text) {
  const pieces = text.split(/⟦([^⟦⟧]*)⟧/);
  return pieces
    .map((piece, index) => ({ text: piece.replace(/[⟦⟧]/g, ""), marked: index % 2 === 1 }))
    .filter((p) => p.text);
}

/** The text from shortly before its first mark, so that the mark is seen where a line is cut. @param {string} text */
export function aroundMark(text) {
  const at = text.indexOf("⟦");
  if (at <= LEAD) return text;
  const start = text.indexOf(" ", at - LEAD) + 1;
  return `…${text.slice(start > 0 && start <= at ? start : at)}`;
}

/** Names of the artist's own tags. @param {{ tags: Artwork["tags"] }} artwork */
export function artistTags({ tags }) {
  return tags.filter(({ source }) => source !== "machine").map(({ name }) => name);
}

/** Distinct tags of "Fox,  snow, fox". @param {string} text */
export function tagNames(text) {
  const names = text.split(",").map((name) =>
    name
      .replace(/\s+/g, " ")
      .trim()
      .replace(/^#+\s*/, "")
      .toLowerCase(),
  );
  return [...new Set(names)].filter(Boolean);
}
