// The only door from values to markup: a tagged template that escapes by place, and one function that renders it.

const SECRET = Symbol("made by html``");
const URL_ATTRIBUTES = new Set(["href", "src", "action", "formaction", "poster"]);
const FORBIDDEN_ATTRIBUTES = /^(?:on|style$|srcdoc$|is$)/;
const HARMLESS_URL = /^(?:\/(?![/\\])|[?#]|$|blob:|data:image\/(?:png|jpeg|webp|gif|avif)[;,])/i;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;" };

/** A place where a value stands: between tags, in a quoted attribute, or as the truth of a boolean attribute.
 * @typedef {{ kind: "text" } | { kind: "attribute" | "boolean", name: string, first: boolean }} Place */

/** @type {WeakMap<TemplateStringsArray, Place[]>} */
const placesOf = new WeakMap();

/** Text whose every value was escaped. Nothing else makes one. */
export class Markup {
  #text;

  /** @param {symbol} secret @param {string} text */
  constructor(secret, text) {
    if (secret !== SECRET) throw new TypeError("Markup is made by html`` alone");
    this.#text = text;
  }

  toString() {
    return this.#text;
  }
}

/**
 * html`<a href="${url}" ?hidden="${off}">${title}</a>`. Values are text; Markup nests; lists join; null, undefined
 * and booleans are nothing. A URL attribute takes what stays on this origin. Anything else throws where it is written.
 * @param {TemplateStringsArray} strings @param {unknown[]} values
 */
export function html(strings, ...values) {
  let places = placesOf.get(strings);
  if (!places) {
    places = findPlaces(strings);
    placesOf.set(strings, places);
  }
  let out = strings[0] ?? "";
  for (const [index, place] of places.entries()) {
    const value = values[index];
    let rest = strings[index + 1] ?? "";
    if (place.kind === "boolean") {
      out = out.slice(0, -`?${place.name}="`.length) + (value ? place.name : "");
      rest = rest.slice(1);
    } else {
      out += place.kind === "text" ? asText(value) : asAttribute(place, value);
    }
    out += rest;
  }
  return new Markup(SECRET, out);
}

/** Replace what is in `target` by the markup. @param {Element | DocumentFragment} target @param {Markup} markup */
export function render(target, markup) {
  target.replaceChildren(fragment(markup));
}

/** New nodes, already upgraded, so that properties may be set before they are shown. @param {Markup} markup */
export function fragment(markup) {
  if (!(markup instanceof Markup)) throw new TypeError("Only html`` can be rendered");
  const template = document.createElement("template");
  template.innerHTML = String(markup);
  return document.importNode(template.content, true);
}

/** The first element of the markup. @param {Markup} markup @returns {HTMLElement} */
export function element(markup) {
  return /** @type {HTMLElement} */ (fragment(markup).firstElementChild);
}

/** @param {unknown} value */
export function escaped(value) {
  return String(value).replace(/[&<>"'`]/g, (c) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (c)]);
}

/** The URL if it stays on this origin, else "#". @param {unknown} value */
export function safeUrl(value) {
  const url = String(value);
  // browsers drop tabs and line breaks inside a URL, so "/\t/evil" would leave the origin
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return HARMLESS_URL.test(url) && !/[\u0000-\u001f\u007f]/.test(url) ? url : "#";
}

/** @param {unknown} value @returns {string} */
function asText(value) {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (value instanceof Markup) return String(value);
  if (Array.isArray(value)) return value.map(asText).join("");
  return escaped(value);
}

/** @param {{ name: string, first: boolean }} place @param {unknown} value */
function asAttribute({ name, first }, value) {
  if (value === null || value === undefined) return "";
  if (value instanceof Markup) throw new TypeError(`Markup cannot stand in the attribute ${name}`);
  if (name === "srcset") {
    const candidates = String(value).split(/,\s+/);
    return escaped(candidates.filter((candidate) => safeUrl(candidate) === candidate).join(", "));
  }
  return escaped(first && URL_ATTRIBUTES.has(name) ? safeUrl(value) : value);
}

/** @param {TemplateStringsArray} strings @returns {Place[]} */
function findPlaces(strings) {
  /** @type {Place[]} */
  const places = [];
  let state = "text";
  let name = "";
  for (const [index, part] of strings.entries()) {
    let valueStart = 0;
    for (let i = 0; i < part.length; i++) {
      const c = part[i];
      if (state === "text") {
        if (/^<(?:!|script|style)/i.test(part.slice(i)))
          throw new SyntaxError("No comment, script or style in html``");
        if (c === "<" && /[a-z/]/i.test(part[i + 1] ?? "a")) state = "tag";
      } else if (state === "tag") {
        if (c === "'") throw new SyntaxError("Attributes stand in double quotes");
        if (c === ">") state = "text";
        if (c === '"') {
          name = (/([?]?[\w:-]+)\s*=\s*$/.exec(part.slice(0, i))?.[1] ?? "").toLowerCase();
          valueStart = i + 1;
          state = "value";
        }
      } else if (c === '"') state = "tag";
    }
    if (index === strings.length - 1) break;
    places.push(
      placeOf(state, name, state === "value" && valueStart === part.length, strings[index + 1] ?? ""),
    );
  }
  return places;
}

/** @param {string} state @param {string} name @param {boolean} first @param {string} rest @returns {Place} */
function placeOf(state, name, first, rest) {
  if (state === "text") return { kind: "text" };
  if (state === "tag") throw new SyntaxError("A value inside a tag stands in a quoted attribute");
  const plain = name.replace("?", "");
  if (!plain || FORBIDDEN_ATTRIBUTES.test(plain))
    throw new SyntaxError(`No value may stand in the attribute ${name}`);
  if (name === plain) return { kind: "attribute", name, first };
  if (!first || !rest.startsWith('"')) throw new SyntaxError(`${name} takes one value and nothing else`);
  return { kind: "boolean", name: plain, first };
}
