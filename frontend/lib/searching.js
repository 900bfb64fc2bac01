// A search as its URL says it, and the words for what came of it. Pure; no document.

import { counted } from "./format.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {{ q: string, category: string, artist: string, tag: string[] }} Search */

/** @param {string} query "?q=fox&tag=snow" @returns {Search} */
export function parseSearch(query) {
  const parameters = new URLSearchParams(query);
  const one = (/** @type {string} */ name) => (parameters.get(name) ?? "").trim();
  return {
    q: one("q"),
    category: one("category"),
    artist: one("artist"),
    tag: [...new Set(parameters.getAll("tag"))].filter(Boolean),
  };
}

/** @param {Search} search */
export function searchUrl({ q, category, artist, tag }) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ q, category, artist })) if (value) parameters.set(name, value);
  for (const name of tag) parameters.append("tag", name);
  const query = parameters.toString();
  return query ? `/search?${query}` : "/search";
}

/** The filters in use, each with the URL that is without it. @param {Search} search @param {Map<string, string>} titles of categories */
export function chipsOf(search, titles) {
  const chips = [];
  if (search.category) {
    const label = titles.get(search.category) ?? search.category;
    chips.push({ label, href: searchUrl({ ...search, category: "" }) });
  }
  if (search.artist) chips.push({ label: `by ${search.artist}`, href: searchUrl({ ...search, artist: "" }) });
  for (const tag of search.tag) {
    chips.push({
      label: `tag ${tag}`,
      href: searchUrl({ ...search, tag: search.tag.filter((other) => other !== tag) }),
    });
  }
  return chips;
}

/** What would narrow it further, most first. @param {Search} search @param {Pick<Answer, "facets">} answer
 * @param {Map<string, string>} titles */
export function facetsOf(search, { facets }, titles) {
  if (search.category) return [];
  const counts = (facets.category ?? [])
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
  if (counts.length < 2) return [];
  return counts.map(({ value, count }) => ({
    label: titles.get(value) ?? value,
    count,
    href: searchUrl({ ...search, category: value }),
  }));
}

/** One line that says what was found. @param {Pick<Answer, "answer" | "items" | "next">} answer @param {Search} search */
export function headline({ answer, items, next }, search) {
  const subject = search.q ? ` for “${search.q}”` : "";
  if (answer === "none") return search.q ? `Nothing matches “${search.q}”` : "Nothing here";
  if (answer === "weak") return `Nothing quite${subject}, but these come near`;
  return `${next ? "More than " : ""}${counted(items.length, "work")}${subject}`;
}

/** What to do when nothing matches. @param {Pick<Answer, "notice">} answer @param {Search} search */
export function noneWords({ notice }, search) {
  const filtered = search.category || search.artist || search.tag.length;
  const advice = filtered ? "Take a filter away, or try other words." : "Try other words, or fewer of them.";
  return notice ? `${notice} ${advice}` : advice;
}
