// One work: shown, followed while Limn looks at it, edited and deleted.

import "../elements/search-box.js";
import "../elements/artwork-stage.js";
import "../elements/artwork-label.js";
import "../elements/analysis-report.js";
import "../elements/swatch-row.js";
import "../elements/tag-list.js";
import "../elements/word-coach.js";
import "../elements/file-facts.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import * as api from "../lib/api.js";
import { copy } from "../lib/clipboard.js";
import { ArtworkStream, isWaiting, merged } from "../lib/events.js";
import { verdictName } from "../lib/format.js";
import { found, the } from "../lib/found.js";
import { sentence } from "../lib/problems.js";
import { Viewing } from "../lib/viewing.js";

/** @typedef {import("../lib/api.js").Artwork} Artwork */

const AFTER_LOOK_MS = 10_000;
const LONGEST_TIMER_MS = 86_400_000;
const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const note = found("wall-note");
const sheet = the(".sheet", HTMLElement);
const removal = the("dialog.removal", HTMLDialogElement);
/** @type {Artwork | null} */
let artwork = null;
/** @type {Artwork[]} */
let similar = [];
/** @type {string | null} */
let etag = null;
let changed = Promise.resolve();
let later = 0;

const stream = new ArtworkStream((news) => {
  if (!artwork) return;
  const before = artwork;
  show(merged(artwork, news));
  if (isWaiting(before) && !isWaiting(artwork)) finished();
});

the("button.edit", HTMLButtonElement).addEventListener("click", edit);
the("button.delete", HTMLButtonElement).addEventListener("click", () => removal.showModal());
the("button.keep", HTMLButtonElement).addEventListener("click", () => removal.close());
the("button.confirm", HTMLButtonElement).addEventListener("click", remove);
found("analysis-report").addEventListener("analysis-retry", lookAgain);
the("button.again", HTMLButtonElement).addEventListener("click", lookAgain);
the(".seen", HTMLElement).addEventListener("words-change", (event) => change(event.detail));
note.addEventListener("note-action", load);
const view = new Viewing({
  works: () => [...(artwork ? [artwork] : []), ...similar],
  back: (last) => (last === id ? found("artwork-stage").focusCloser() : found("artwork-wall").focusOn(last)),
});
document.addEventListener("artwork-view", (event) => view.open(event.detail.id));
document.addEventListener("swatch-copy", async (event) =>
  announce(await copy(event.detail.hex), { seen: true }),
);
load();

async function load() {
  note.say(null);
  try {
    take(await api.getArtwork(id));
    view.openAsked(id);
  } catch (error) {
    showMissing(error);
    return;
  }
  await Promise.all([showSimilar(), showNames()]);
}

/** @param {Artwork} work */
function show(work) {
  artwork = work;
  found("artwork-stage").hidden = false;
  document.title = `${work.title} · Limn`;
  sheet.hidden = false;
  found("artwork-stage").artwork = work;
  found("artwork-label").artwork = work;
  found("analysis-report").artwork = work;
  found("tag-list", ".said").tags = work.tags;
  found("tag-list", ".seen").toggleAttribute("editable", Boolean(work.rejected_tags));
  found("tag-list", ".seen").tags = work.tags;
  found("word-coach").artwork = work;
  found("swatch-row").swatches = work.swatches;
  found("file-facts").artwork = work;
  the(".colours", HTMLElement).hidden = work.swatches.length === 0;
  the("button.again", HTMLButtonElement).hidden = work.analysis.state !== "done";
  found("file-facts").setAttribute("original", api.originalUrl(work.id));
}

/** By the stream while Limn looks; where a model is away, once more when it was asked again. A stream held until then would keep
 * one of the few connections that a browser opens. @param {Artwork} work */
function follow(work) {
  if (isWaiting(work)) stream.add(id);
  else stream.remove(id);
  clearTimeout(later);
  const { look_at: time } = work.analysis;
  if (time) later = window.setTimeout(lookUp, lookUpDelay(time));
}

/** @param {string} time RFC 3339 */
function lookUpDelay(time) {
  return Math.min(Math.max(Date.parse(time) - Date.now(), 0) + AFTER_LOOK_MS, LONGEST_TIMER_MS);
}

async function lookUp() {
  // who is editing keeps the version that was opened
  const editing = document.querySelector("dialog[open]");
  const answer = editing ? null : await api.getArtwork(id).catch(() => null);
  if (answer) {
    etag = answer.etag;
    show(answer.artwork);
  }
  if (artwork) follow(artwork);
}

/** @param {unknown} error */
function showMissing(error) {
  if (!artwork) note.setAttribute("level", "1");
  found("artwork-stage").hidden = !artwork;
  if (/** @type {{ status?: number }} */ (error).status === 404) {
    document.title = "Not on the wall · Limn";
    note.say({
      heading: "This work is not on the wall.",
      text: "It was taken down, it is private, or the address has a slip.",
      action: "See what is there",
      href: "/",
    });
  } else note.say({ heading: "The work did not come.", text: sentence(error), action: "Try again" });
}

async function finished() {
  if (!artwork) return;
  follow(artwork);
  const { state, match } = artwork.analysis;
  const fit = match ? ` ${verdictName(match.verdict)}, ${match.score} of 100.` : "";
  announce(
    state === "failed"
      ? "Limn could not finish looking at this picture."
      : `Limn has looked at the picture.${fit}`,
  );
  await showSimilar();
}

async function showSimilar() {
  const section = the(".similar", HTMLElement);
  try {
    // below the picture: its wall comes when the picture is there
    [similar] = await Promise.all([api.similarArtworks(id), import("../elements/artwork-wall.js")]);
    section.hidden = similar.length === 0;
    found("artwork-wall").items = similar.map((work) => ({ artwork: work }));
    view.refresh();
  } catch {
    // no neighbours while the picture was not looked at, or the index is being read: the page is whole without
    section.hidden = true;
  }
}

async function showNames() {
  try {
    const { categories, limits } = await choices();
    found("file-facts").names = {
      categories: new Map(categories.map(({ slug, title }) => [slug, title])),
      licences: new Map(limits.licences.map((licence) => [licence.id, licence.title])),
    };
  } catch {
    // the facts read by their ids; editing asks again
  }
}

async function lookAgain() {
  try {
    await api.analyseAgain(id);
    const answer = await api.getArtwork(id);
    show(answer.artwork);
    stream.add(id);
    announce("Limn looks again.");
  } catch (error) {
    announce(sentence(error));
    note.say({ heading: "Looking again did not start.", text: sentence(error) });
  }
}

async function edit() {
  try {
    const editing = await import("./editing.js");
    await editing.edit({
      version: () => ({ artwork: /** @type {Artwork} */ (artwork), etag }),
      show: take,
      choices,
    });
  } catch (error) {
    showMissing(error);
  }
}

/** @param {{ artwork: Artwork, etag: string | null }} version */
function take(version) {
  etag = version.etag;
  show(version.artwork);
  follow(version.artwork);
}

async function choices() {
  const [categories, limits] = await Promise.all([api.categories(), api.limits()]);
  return { categories, licences: limits.licences, limits };
}

/** What was taken of the machine's proposals, one after the other. @param {LimnEvents["words-change"]["detail"]} words */
function change(words) {
  changed = changed.then(() => accept(words));
}

/** @param {LimnEvents["words-change"]["detail"]} words */
async function accept({ changes, said }) {
  try {
    take(await api.changeArtwork(id, changes));
    announce(said);
  } catch (error) {
    announce(sentence(error), { seen: true });
  }
}

async function remove() {
  try {
    await api.deleteArtwork(id);
    location.replace("/");
  } catch (error) {
    the(".removal .wrong", HTMLElement).textContent = sentence(error);
  }
}
