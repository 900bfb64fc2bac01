// Sending files: one upload with progress, and the queue that sends three at once and knows what may be tried again.

import { API, Problem } from "./api.js";

/** @typedef {import("./api.js").Artwork} Artwork */
/** @typedef {"ready" | "queued" | "sending" | "waiting" | "sent" | "failed"} UploadState */
/** @typedef {{ key: string, state: UploadState, progress: number, tries: number, file: File | Blob,
 *   fields: () => Record<string, string>, artwork: Artwork | null, problem: Problem | null }} Upload */
/** @typedef {{ signal: AbortSignal, progress: (share: number) => void }} Sending */
/** @typedef {(upload: Upload, sending: Sending) => Promise<Artwork>} Send */

const AT_ONCE = 3;
const TRIES_UNASKED = 5;
const PATIENCE_MS = 60_000;

/** A file to send. The key makes sending it twice harmless. @param {File | Blob} file @param {() => Record<string, string>} fields
 * @returns {Upload} */
export function newUpload(file, fields) {
  return { key: newKey(), state: "ready", progress: 0, tries: 0, file, fields, artwork: null, problem: null };
}

/** Uploads in the order they were added, a few at a time. Each change is told to `changed`. */
export class UploadQueue {
  /** @type {Set<Upload>} */
  #uploads = new Set();
  /** @type {Map<Upload, AbortController>} */
  #running = new Map();
  #send;
  #changed;

  /** @param {{ send?: Send, changed: (upload: Upload) => void }} parts */
  constructor({ send = sendUpload, changed }) {
    this.#send = send;
    this.#changed = changed;
  }

  /** How many would be lost by leaving. */
  get unfinished() {
    return [...this.#uploads].filter(({ state, problem }) => state !== "sent" && !isFinal(problem)).length;
  }

  /** @param {Upload} upload */
  add(upload) {
    this.#uploads.add(upload);
  }

  /** Send it now, or again: the same key, so that an answer lost on the way is only repeated. @param {Upload} upload */
  start(upload) {
    if (!this.#uploads.has(upload) || !["ready", "failed", "waiting"].includes(upload.state)) return;
    upload.problem = null;
    upload.progress = 0;
    this.#to(upload, "queued");
    this.#fill();
  }

  /** Stop sending; the row may start it again. @param {Upload} upload */
  stop(upload) {
    if (upload.state === "sent") return;
    this.#running.get(upload)?.abort();
    this.#running.delete(upload);
    this.#to(upload, "ready");
    this.#fill();
  }

  /** Forget it, stopping it where it runs. @param {Upload} upload */
  remove(upload) {
    this.stop(upload);
    this.#uploads.delete(upload);
  }

  #fill() {
    for (const upload of this.#uploads) {
      if (this.#running.size >= AT_ONCE) return;
      if (upload.state === "queued") this.#run(upload);
    }
  }

  /** @param {Upload} upload */
  async #run(upload) {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(upload, controller);
    upload.tries++;
    this.#to(upload, "sending");
    const progress = (/** @type {number} */ share) => {
      if (signal.aborted) return;
      upload.progress = share;
      this.#changed(upload);
    };
    try {
      const artwork = await this.#send(upload, { signal, progress });
      if (signal.aborted) return;
      upload.artwork = artwork;
      upload.progress = 1;
      this.#end(upload, "sent");
    } catch (error) {
      if (signal.aborted) return;
      upload.problem = error instanceof Problem ? error : Problem.offline();
      this.#end(upload, "failed");
      this.#waitIfAsked(upload);
    }
  }

  /** @param {Upload} upload @param {UploadState} state */
  #end(upload, state) {
    this.#running.delete(upload);
    this.#to(upload, state);
    this.#fill();
  }

  /** A server that names the time is asked again unasked, some times. @param {Upload} upload */
  #waitIfAsked(upload) {
    const delay = waitingTime(upload);
    if (delay === null) return;
    this.#to(upload, "waiting");
    setTimeout(() => upload.state === "waiting" && this.start(upload), delay);
  }

  /** @param {Upload} upload @param {UploadState} state */
  #to(upload, state) {
    upload.state = state;
    this.#changed(upload);
  }
}

/** Whether sending the same file again can only end the same way. @param {Problem | null} problem */
export function isFinal(problem) {
  if (!problem) return false;
  return problem.status === 413 || problem.status === 415 || /^(?:image_|duplicate_)/.test(problem.code);
}

/** Milliseconds until it may be sent again by itself; null where a person has to decide. @param {Upload} upload */
export function waitingTime({ problem, tries }) {
  if (!problem || tries >= TRIES_UNASKED) return null;
  if (problem.status !== 429 && problem.status !== 503) return null;
  const delay = (problem.retryAfter ?? 2 ** tries) * 1000;
  return delay <= PATIENCE_MS ? delay : null;
}

/** One multipart upload. XMLHttpRequest, because fetch tells nothing of what was sent. @type {Send} */
export function sendUpload(upload, { signal, progress }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields())) form.append(name, value);
  // the file last: the server knows what it is for before it comes
  form.append("file", upload.file, upload.file instanceof File ? upload.file.name : "picture");
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", `${API}/artworks`);
    xhr.setRequestHeader("Idempotency-Key", upload.key);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.upload.addEventListener("progress", (event) =>
      progress(event.total ? event.loaded / event.total : 0),
    );
    xhr.addEventListener("load", () => {
      if (xhr.status === 200 || xhr.status === 201) resolve(JSON.parse(xhr.responseText));
      else reject(Problem.of(xhr.status, xhr.responseText, xhr.getResponseHeader("Retry-After")));
    });
    for (const lost of ["error", "timeout", "abort"])
      xhr.addEventListener(lost, () => reject(Problem.offline()));
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}

/** A random key, also where the page is not a secure context and randomUUID is missing. */
function newKey() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
