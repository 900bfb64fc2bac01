// One event stream for everything a page waits for: opened for a set of works, reopened when the set changes.

import { announce } from "./announce.js";
import { API } from "./api.js";

/** @typedef {import("./api.js").Artwork} Artwork */

const MOST = 100;
const SETTLE_MS = 60;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
const LOST = "Limn does not answer at the moment. This page goes on by itself when it does.";

/** The address of a stream for these works. @param {Iterable<string>} ids */
export function streamUrl(ids) {
  const parameters = new URLSearchParams([...ids].slice(0, MOST).map((id) => ["artwork", id]));
  return `${API}/events?${parameters}`;
}

/** Milliseconds before the next try: doubling, capped, spread so that a restarted server is not stormed.
 * @param {number} failures @param {number} chance 0–1 */
export function retryDelay(failures, chance) {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 20));
  return Math.round(full * (0.5 + chance / 2));
}

/** What an `artwork` event says; null where it is not one. A whole work, or only its id and analysis so far.
 * @param {string} data @returns {(Partial<Artwork> & Pick<Artwork, "id">) | null} */
export function parseArtwork(data) {
  try {
    const said = JSON.parse(data);
    const work = said?.artwork ?? said;
    return typeof work?.id === "string" ? work : null;
  } catch {
    return null;
  }
}

/** The older state with what is new; deep only for the analysis. @param {Artwork} known @param {Partial<Artwork>} news */
export function merged(known, news) {
  return { ...known, ...news, analysis: { ...known.analysis, ...news.analysis } };
}

/** Whether the machine will say more. @param {{ analysis: { state: string } }} artwork */
export function isWaiting({ analysis }) {
  return analysis.state === "pending" || analysis.state === "running";
}

/**
 * const stream = new ArtworkStream((news) => …); stream.add(id); stream.remove(id).
 * Closed while nothing is watched and while the page is hidden in the back/forward cache.
 */
export class ArtworkStream {
  /** @type {Set<string>} */
  #ids = new Set();
  /** @type {EventSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  /** Errors since the stream was last open. One is a stream that ended; two, that nobody is there to answer. */
  #errors = 0;
  #hear;

  /** @param {(news: Partial<Artwork> & Pick<Artwork, "id">) => void} hear */
  constructor(hear) {
    this.#hear = hear;
    window.addEventListener("pagehide", () => this.#close());
    window.addEventListener("pageshow", (event) => event.persisted && this.#reopen(0));
  }

  /** @param {string} id */
  add(id) {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#reopen(SETTLE_MS);
  }

  /** @param {string} id */
  remove(id) {
    // a stream that still names a finished work does no harm; reopening for each would
    if (this.#ids.delete(id) && this.#ids.size === 0) this.#close();
  }

  /** @param {number} delay */
  #reopen(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #open() {
    this.#close();
    if (this.#ids.size === 0) return;
    const source = new EventSource(streamUrl(this.#ids));
    source.addEventListener("open", () => {
      this.#failures = 0;
      if (this.#errors > 1) announce("Limn is there again.", { seen: true });
      this.#errors = 0;
    });
    source.addEventListener("artwork", (event) => {
      const news = parseArtwork(event.data);
      if (news && this.#ids.has(news.id)) this.#hear(news);
    });
    source.addEventListener("bye", () => this.#fail());
    source.addEventListener("error", () => {
      if (++this.#errors === 2) announce(LOST, { seen: true, stays: true });
      // a dropped connection comes back by itself; a refused one (429, 503) is closed for good
      if (source.readyState === EventSource.CLOSED) this.#fail();
    });
    this.#source = source;
  }

  #fail() {
    this.#close();
    this.#reopen(retryDelay(this.#failures++, Math.random()));
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}
