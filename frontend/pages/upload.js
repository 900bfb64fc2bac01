// Adding works: files become rows, rows are sent three at once, and the answer comes to the same row.

import "../elements/search-box.js";
import "../elements/drop-zone.js";
import "../elements/upload-row.js";
import "../elements/analysis-report.js";
import "../elements/swatch-row.js";
import "../elements/tag-list.js";
import "../elements/tag-field.js";
import "../elements/word-coach.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import * as api from "../lib/api.js";
import { copy } from "../lib/clipboard.js";
import { ArtworkStream, isWaiting, merged } from "../lib/events.js";
import { counted, verdictName } from "../lib/format.js";
import { found, the } from "../lib/found.js";
import { fragment, html, render } from "../lib/html.js";
import { limitsLine, refusal, sentence } from "../lib/problems.js";
import { isFinal, newUpload, UploadQueue } from "../lib/upload.js";

/** @typedef {import("../lib/upload.js").Upload} Upload */
/** @typedef {import("../elements/upload-row.js").UploadRow} UploadRow */

const zone = found("drop-zone");
const note = found("wall-note");
const shared = the("form.shared", HTMLFormElement);
const list = the(".rows", HTMLElement);
const publish = the("button.publish", HTMLButtonElement);
/** @type {Map<UploadRow, Upload>} */
const uploads = new Map();
/** @type {import("../lib/api.js").Limits | null} */
let limits = null;
/** @type {import("../lib/api.js").Category[]} */
let categories = [];
let taken = Promise.resolve();

const queue = new UploadQueue({ changed });
const stream = new ArtworkStream((news) => {
  const row = [...uploads.keys()].find(({ artwork }) => artwork?.id === news.id);
  if (!row?.artwork) return;
  const before = row.artwork;
  row.artwork = merged(before, news);
  if (!isWaiting(row.artwork)) stream.remove(news.id);
  if (isWaiting(before) && !isWaiting(row.artwork)) announceAnswer(row.artwork);
});

zone.addEventListener("files-chosen", (event) => addFiles(event.detail.files));
publish.addEventListener("click", publishAll);
// published by the button alone: Enter in a field must not send pictures
shared.addEventListener("submit", (event) => event.preventDefault());
shared.addEventListener("tag-prefix", (event) => suggest(event.target, event.detail.prefix));
list.addEventListener("upload-start", (event) => start(rowOf(event)));
list.addEventListener("upload-stop", (event) => act(rowOf(event), (upload) => queue.stop(upload)));
list.addEventListener("upload-remove", (event) => removeRow(rowOf(event)));
list.addEventListener("analysis-retry", (event) => lookAgain(rowOf(event)));
list.addEventListener("words-change", (event) => {
  // one after the other: the second is put on top of the first
  taken = taken.then(() => take(rowOf(event), event.detail));
});
list.addEventListener("swatch-copy", async (event) => announce(await copy(event.detail.hex), { seen: true }));
note.addEventListener("note-action", prepare);
window.addEventListener("beforeunload", (event) => queue.unfinished > 0 && event.preventDefault());
prepare();

async function prepare() {
  note.say(null);
  try {
    [limits, categories] = await Promise.all([api.limits(), api.categories()]);
  } catch (error) {
    note.say({ heading: "Limn does not answer.", text: sentence(error), action: "Try again" });
    return;
  }
  zone.setAttribute("hint", limitsLine(limits));
  zone.setAttribute("accept", limits.media_types.join(","));
  the(".elsewhere", HTMLElement).textContent = elsewhere(limits);
  const option = (/** @type {string} */ value, /** @type {string} */ title) =>
    html`<option value="${value}">${title}</option>`;
  const rooms = categories.map(({ slug, title }) => option(slug, title));
  render(select("category"), html`<option value="">Choose one</option>${rooms}`);
  render(select("licence"), html`${limits.licences.map(({ id, title }) => option(id, title))}`);
}

/** Where pictures go besides: the artist reads it before the first one leaves. @param {import("../lib/api.js").Limits} limits */
function elsewhere({ hosts = [], private_stays: stays }) {
  if (hosts.length === 0) return "";
  const kept = stays ? " Private works stay on this machine." : " Private works go there, too.";
  return `To be looked at, a small copy of each picture is sent to ${hosts.join(" and ")}.${kept}`;
}

/** @param {File[]} files */
function addFiles(files) {
  const rows = files.map(addFile);
  zone.setAttribute("compact", "");
  shared.hidden = false;
  countReady();
  announce(`${counted(files.length, "picture")} added. Check the titles, then publish.`);
  rows[0]?.scrollIntoView({ block: "nearest" });
}

/** @param {File} file */
function addFile(file) {
  const row = /** @type {UploadRow} */ (fragment(html`<upload-row></upload-row>`).firstElementChild);
  row.file = file;
  row.categories = categories;
  const reason = limits && refusal(file, limits);
  const upload = newUpload(file, () => fieldsOf(row));
  if (reason) refuse(row, reason);
  else {
    row.setAttribute("state", "ready");
    queue.add(upload);
    uploads.set(row, upload);
  }
  list.append(row);
  return row;
}

/** @param {UploadRow} row @param {string} reason */
function refuse(row, reason) {
  row.setAttribute("reason", reason);
  row.setAttribute("state", "refused");
}

/** What is sent with the file: the row's own words, and for the rest what was chosen for all. @param {UploadRow} row */
function fieldsOf(row) {
  const data = new FormData(shared);
  const own = row.fields;
  const fields = {
    title: own.title ?? "",
    description: own.description ?? "",
    alt_text: own.alt_text ?? "",
    category: own.category || String(data.get("category")),
    tags: found("tag-field").value.join(","),
    licence: String(data.get("licence")),
    visibility: String(data.get("visibility")),
    ai_generated: String(data.has("ai_generated")),
    original_public: String(data.has("original_public")),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

function publishAll() {
  const ready = [...uploads].filter(([, { state }]) => state === "ready");
  const complete = ready.every(([row]) => row.reportValidity());
  if (complete && hasCategory(ready.map(([row]) => row))) for (const [, upload] of ready) queue.start(upload);
}

/** @param {UploadRow} row */
function start(row) {
  if (row.reportValidity() && hasCategory([row])) act(row, (upload) => queue.start(upload));
}

/** Each row has a category, its own or the one for all; else the field is pointed at. @param {UploadRow[]} rows */
function hasCategory(rows) {
  const field = select("category");
  field.required = rows.some((row) => !row.fields.category);
  return field.reportValidity();
}

/** @param {Upload} upload */
function changed(upload) {
  const row = [...uploads].find(([, other]) => other === upload)?.[0];
  if (!row) return;
  const { state, problem, artwork } = upload;
  row.setAttribute("progress", String(upload.progress));
  if (problem) row.setAttribute("reason", sentence(problem));
  if (artwork || problem?.existing)
    row.setAttribute("href", `/artworks/${(artwork ?? problem?.existing)?.id}`);
  row.setAttribute("state", problem?.existing ? "duplicate" : isFinal(problem) ? "refused" : state);
  if (state === "failed") announce(`${row.file?.name}: ${row.getAttribute("reason")}`);
  if (state === "sent" && artwork && !row.artwork) arrived(row, artwork);
  countReady();
}

/** @param {UploadRow} row @param {import("../lib/api.js").Artwork} artwork */
function arrived(row, artwork) {
  row.artwork = artwork;
  if (isWaiting(artwork)) stream.add(artwork.id);
  announce(`${artwork.title} is on the wall.`);
}

/** @param {import("../lib/api.js").Artwork} artwork */
function announceAnswer({ title, analysis }) {
  const fit = analysis.match ? `${verdictName(analysis.match.verdict)}, ${analysis.match.score} of 100.` : "";
  announce(
    analysis.state === "failed" ? `Limn could not look at ${title}.` : `Limn has looked at ${title}. ${fit}`,
  );
}

function countReady() {
  const states = [...uploads.values()].map(({ state }) => state);
  const ready = states.filter((state) => state === "ready").length;
  const moving = states.filter((state) => ["queued", "sending", "waiting"].includes(state)).length;
  publish.hidden = ready === 0;
  publish.textContent = `Publish ${counted(ready, "work")}`;
  const sent = states.filter((state) => state === "sent").length;
  const parts = [
    moving && `${counted(moving, "work")} on the way`,
    sent && `${counted(sent, "work")} on the wall`,
  ];
  the(".tally", HTMLElement).textContent = parts.filter(Boolean).join(", ");
}

/** @param {UploadRow} row */
function removeRow(row) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  act(row, (upload) => queue.remove(upload));
  uploads.delete(row);
  row.remove();
  countReady();
  announce(`${row.file?.name} removed.`);
  /** @type {HTMLElement | null} */ (
    (neighbour ?? zone).querySelector("input:not(:disabled), button, a")
  )?.focus();
}

/** @param {UploadRow} row */
async function lookAgain(row) {
  if (!row.artwork) return;
  const { id } = row.artwork;
  try {
    await api.analyseAgain(id);
    row.artwork = (await api.getArtwork(id)).artwork;
    stream.add(id);
  } catch (error) {
    announce(sentence(error));
  }
}

/** What was taken of the machine's proposals. @param {UploadRow} row @param {LimnEvents["words-change"]["detail"]} words */
async function take(row, { changes, said }) {
  if (!row.artwork) return;
  try {
    const { artwork } = await api.changeArtwork(row.artwork.id, changes);
    row.artwork = artwork;
    if (isWaiting(artwork)) stream.add(artwork.id);
    announce(said);
  } catch (error) {
    announce(sentence(error), { seen: true });
  }
}

/** @param {UploadRow} row @param {(upload: Upload) => void} verb */
function act(row, verb) {
  const upload = uploads.get(row);
  if (upload) verb(upload);
}

/** @param {Event} event */
function rowOf(event) {
  return /** @type {UploadRow} */ (/** @type {Element} */ (event.target).closest("upload-row"));
}

/** @param {string} name */
function select(name) {
  return the(`form.shared select[name=${name}]`, HTMLSelectElement);
}

/** @param {EventTarget | null} field @param {string} prefix */
async function suggest(field, prefix) {
  if (!prefix) return;
  const tags = await api.tagsLike(prefix).catch(() => []);
  /** @type {import("../elements/tag-field.js").TagField} */ (field).suggestions = tags.map(
    ({ name }) => name,
  );
}
