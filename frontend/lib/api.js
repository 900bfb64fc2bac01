// Every call to the server: one fetch wrapper, one error class, and the shapes of what comes back.

/** @typedef {{ name: string, source: "artist" | "machine", confidence: number }} Tag */
/** @typedef {{ hex: string, name: string, share: number }} Swatch */
/** @typedef {{ width: number, height: number, url: string }} Rendition */
/** @typedef {{ sha256: string, media_type: string, bytes: number, width: number, height: number,
 *   placeholder: string | null, renditions: Rendition[] }} Page */
/** @typedef {{ text: string, method: string, model: string }} Caption */
/** @typedef {{ text: string, recognised: boolean, score: number | null }} Phrase */
/** @typedef {{ score: number, verdict: string, method: string, model: string, cosine: number | null,
 *   calibrated: boolean, phrases: Phrase[] }} Match */
/** @typedef {{ code: string, detail: string, retry_at?: string | null }} AnalysisError */
/** @typedef {{ state: "pending" | "running" | "done" | "failed", attempts: number, error: AnalysisError | null,
 *   caption: Caption | null, caption_reason?: string | null, match: Match | null, match_reason: string | null,
 *   tags_reason?: string | null, space: string | null, look_at?: string | null }} Analysis */
/** @typedef {{ unmentioned: string[], unrecognised: string[], alt_text: string | null,
 *   alt_text_method?: string | null }} Coach */
/** @typedef {{ id: string, title: string, description: string, alt_text: string | null, category: string, tags: Tag[],
 *   visibility: "public" | "unlisted" | "private", licence: string, ai_generated: boolean, original_public?: boolean,
 *   artist: { handle: string, name: string }, pages: Page[], page_count: number, swatches: Swatch[], likes: number,
 *   created: string, updated: string, analysis: Analysis, rejected_tags?: string[] | null, intended?: boolean | null,
 *   coach?: Coach | null }} Artwork */
/** @typedef {{ slug: string, title: string, count: number }} Category */
/** @typedef {{ id: string, title: string, url?: string | null }} Licence */
/** @typedef {{ max_upload_bytes: number, max_pixels: number, media_types: string[], licences: Licence[],
 *   categories: { slug: string, title: string }[], title_length: number, description_length: number, alt_text_length: number,
 *   tag_count: number, tag_length: number, hosts?: string[], private_stays?: boolean }} Limits */
/** @typedef {{ method: string, model: string, host: string | null, state: "ready" | "away", reason: string | null }} Speaker */
/** @typedef {{ name: string, task: string, about: string, licence: string, bytes: number,
 *   state: "absent" | "downloading" | "present" | "damaged", revision: string | null, downloaded_bytes: number,
 *   problem: string | null, in_use: boolean }} Weights */
/** @typedef {{ capabilities: { name: string, speakers: Speaker[] }[], weights: Weights[],
 *   offer: { names: string[], bytes: number } | null, offer_reason: string | null,
 *   space: { active: string | null, target: string | null, behind: number, works: number }, hosts: string[] }} Models */
/** @typedef {{ works: number | null, hung: number, running: boolean, problem: string | null }} Demo */
/** @typedef {{ kind: "words", field: string, text: string } | { kind: "meaning", of: string, phrase: string, share: number | null }
 *   | { kind: "colour", hex: string, name?: string }} Reason */
/** @typedef {{ artwork: Artwork, relevance: number, band: "strong" | "weak" | "nearest", reasons: Reason[] }} Result */
/** @typedef {{ query: { q?: string }, answer: "strong" | "weak" | "none", method: string, items: Result[],
 *   facets: Record<string, { value: string, count: number }[]>, next: string | null, notice: string | null }} Answer */
/** @typedef {{ items: Artwork[], next: string | null }} ArtworkList */
/** @typedef {{ method?: string, query?: Record<string, string | string[] | null | undefined> | undefined, json?: unknown,
 *   headers?: Record<string, string>, signal?: AbortSignal | undefined, root?: boolean }} Call */

export const API = "/api/v1";

/** A refusal in the server's words (problem+json), or `offline` where no answer came. */
export class Problem extends Error {
  /** @param {Record<string, any>} body @param {number} status @param {number | null} [retryAfter] seconds */
  constructor(body, status, retryAfter = null) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    /** Stable snake_case, for programs. */
    this.code = String(body.code ?? "internal_error");
    this.detail = String(body.detail ?? body.title ?? "");
    /** @type {{ field?: string, message?: string }[]} */
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    /** @type {Artwork | undefined} */
    this.existing = body.existing;
    this.retryAfter = retryAfter;
  }

  /** From an answer's status, body and headers. @param {number} status @param {string} text @param {string | null} retryAfter */
  static of(status, text, retryAfter) {
    const seconds = Number.parseInt(retryAfter ?? "", 10);
    return new Problem(parsed(text), status, Number.isNaN(seconds) ? null : seconds);
  }

  static offline() {
    return new Problem({ code: "offline" }, 0);
  }
}

/** One call. Throws Problem on a refusal, AbortError when aborted. @param {string} path @param {Call} [call] */
export async function request(
  path,
  { method = "GET", query, json, headers = {}, signal, root = false } = {},
) {
  /** @type {RequestInit} */
  const init = { method, headers: { Accept: "application/json", ...headers }, signal: signal ?? null };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await fetch((root ? "" : API) + path + queryString(query), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.offline();
  }
  const text = await response.text();
  if (!response.ok) throw Problem.of(response.status, text, response.headers.get("Retry-After"));
  return { body: parsed(text), etag: response.headers.get("ETag") };
}

/** @param {Call["query"]} query */
export function listArtworks(query) {
  return /** @type {Promise<ArtworkList>} */ (body(request("/artworks", { query })));
}

/** The work and the version it has. @param {string} id @returns {Promise<{ artwork: Artwork, etag: string | null }>} */
export async function getArtwork(id) {
  const answer = await request(artworkPath(id));
  return { artwork: /** @type {Artwork} */ (answer.body), etag: answer.etag };
}

/** @param {string} id @param {object} changes @param {string | null} etag
 * @returns {Promise<{ artwork: Artwork, etag: string | null }>} */
export async function patchArtwork(id, changes, etag) {
  /** @type {Record<string, string>} */
  const headers = etag ? { "If-Match": etag } : {};
  const answer = await request(artworkPath(id), { method: "PATCH", json: changes, headers });
  return { artwork: /** @type {Artwork} */ (answer.body), etag: answer.etag };
}

/** An edit of what is there, whatever that has become meanwhile. @param {string} id @param {(artwork: Artwork) => object} changes */
export async function changeArtwork(id, changes) {
  for (let tries = 1; ; tries++) {
    const { artwork, etag } = await getArtwork(id);
    try {
      return await patchArtwork(id, changes(artwork), etag);
    } catch (error) {
      // the machine writes, too
      if (!(error instanceof Problem) || error.status !== 412 || tries === 3) throw error;
    }
  }
}

/** @param {string} id */
export async function deleteArtwork(id) {
  await request(artworkPath(id), { method: "DELETE" });
}

/** @param {string} id */
export async function analyseAgain(id) {
  await request(`${artworkPath(id)}/analysis`, { method: "POST" });
}

/** Works that look alike, nearest first; the bare works, whatever the answer wraps them in. @param {string} id
 * @returns {Promise<Artwork[]>} */
export async function similarArtworks(id) {
  const { body: answer } = await request(`${artworkPath(id)}/similar`, { query: { limit: "12" } });
  return answer.items.map((/** @type {any} */ item) => item.artwork ?? item);
}

/** @param {Call["query"]} query @param {AbortSignal} [signal] */
export function search(query, signal) {
  return /** @type {Promise<Answer>} */ (body(request("/search", { query, signal })));
}

/** @returns {Promise<Category[]>} */
export async function categories() {
  return (await request("/categories")).body.items;
}

/** @param {string} prefix @returns {Promise<{ name: string, count: number }[]>} */
export async function tagsLike(prefix) {
  return (await request("/tags", { query: { prefix } })).body.items;
}

/** @returns {Promise<Limits>} */
export function limits() {
  return body(request("/limits"));
}

/** Who looks at pictures, and which model files are there. For the operator. @returns {Promise<Models>} */
export function models() {
  return body(request("/admin/models"));
}

/** Fetch models in the background of the server. @param {string[]} names @returns {Promise<Models>} */
export function downloadModels(names) {
  return body(request("/admin/models", { method: "POST", json: { names } }));
}

export async function stopDownload() {
  await request("/admin/models", { method: "DELETE" });
}

/** How many works of the demo hang. @returns {Promise<Demo>} */
export function demo() {
  return body(request("/demo"));
}

/** Hang the demo, in an empty gallery only. @returns {Promise<Demo>} */
export function hangDemo() {
  return body(request("/demo", { method: "POST" }));
}

/** The description of this interface: OpenAPI 3.1. */
export async function openApi() {
  return (await request("/api/openapi.json", { root: true })).body;
}

/** Where the owner fetches the untouched file. @param {string} id */
export function originalUrl(id) {
  return `${API}${artworkPath(id)}/original`;
}

/** "?a=1&b=2" of what is there; lists repeat their name. @param {Call["query"]} [query] */
export function queryString(query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) if (one !== "") parameters.append(name, one);
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

/** @param {string} id */
function artworkPath(id) {
  return `/artworks/${encodeURIComponent(id)}`;
}

/** @param {Promise<{ body: any }>} call */
async function body(call) {
  return (await call).body;
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}
