// Problems, limits and searches are put in words that say what to do next.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryString } from "../../frontend/lib/api.js";
import { limitsLine, refusal, sentence } from "../../frontend/lib/problems.js";
import { reasonLines, titleWith } from "../../frontend/lib/reasons.js";
import {
  chipsOf,
  facetsOf,
  headline,
  noneWords,
  parseSearch,
  searchUrl,
} from "../../frontend/lib/searching.js";

const LIMITS = {
  max_upload_bytes: 64 * 1024 * 1024,
  max_pixels: 100_000_000,
  media_types: ["image/jpeg", "image/png"],
};
const TITLES = new Map([["comics", "Comics"]]);

test("a problem is our sentence and the server's detail", () => {
  const words = sentence({ code: "file_too_large", status: 413, detail: "The file is larger than 5 bytes." });
  assert.equal(words, "The file is too large. The file is larger than 5 bytes.");
  assert.match(sentence({ code: "offline", status: 0, detail: "x" }), /cannot be reached/);
  assert.equal(sentence({ code: "quite_new", status: 418, detail: "I am a teapot." }), "I am a teapot.");
  assert.equal(
    sentence({ code: "quite_new", status: 418, detail: "" }),
    "Limn answered with an error (418).",
  );
  assert.match(sentence(new TypeError("bug")), /Reload/);
});

test("a field that is wrong is named", () => {
  const errors = [{ field: "title", message: "must not be empty" }];
  const words = sentence({
    code: "invalid_input",
    status: 422,
    detail: "Some fields are not valid.",
    errors,
  });
  assert.equal(words, "Something in the form is not valid. Title: must not be empty.");
});

test("a file is refused before it is sent, for the reason the server would give", () => {
  const file = (/** @type {string} */ type, /** @type {number} */ size) =>
    refusal({ name: "x", type, size }, LIMITS);
  assert.equal(file("image/jpeg", 1000), null);
  assert.equal(file("", 1000), null, "a browser that knows no type leaves it to the server");
  assert.match(
    file("text/plain", 10) ?? "",
    /^This kind of file is not supported\. Limn takes JPEG or PNG\.$/,
  );
  assert.match(file("image/png", 65 * 1024 * 1024) ?? "", /too large\. It has 65 MB; up to 64 MB/);
  assert.match(file("image/png", 0) ?? "", /empty/);
  assert.match(limitsLine(LIMITS), /JPEG or PNG, up to 64 MB and 100 megapixels each/);
});

test("a search and its URL say the same", () => {
  const search = parseSearch("?q=%20fox%20in+snow&tag=a&tag=b&tag=a&category=comics&unknown=1");
  assert.deepEqual(search, { q: "fox in snow", category: "comics", artist: "", tag: ["a", "b"] });
  assert.equal(searchUrl(search), "/search?q=fox+in+snow&category=comics&tag=a&tag=b");
  assert.equal(searchUrl(parseSearch("")), "/search");
  assert.equal(queryString({ ...search, cursor: null }), "?q=fox+in+snow&category=comics&tag=a&tag=b");
});

test("each filter is a chip that takes only itself away", () => {
  const chips = chipsOf(parseSearch("?q=fox&category=comics&tag=a&tag=b"), TITLES);
  assert.deepEqual(chips, [
    { label: "Comics", href: "/search?q=fox&tag=a&tag=b" },
    { label: "tag a", href: "/search?q=fox&category=comics&tag=b" },
    { label: "tag b", href: "/search?q=fox&category=comics&tag=a" },
  ]);
});

test("facets narrow, most first, and only where there is a choice", () => {
  const facets = {
    category: [
      { value: "comics", count: 2 },
      { value: "portraits", count: 5 },
      { value: "x", count: 0 },
    ],
  };
  const shown = facetsOf(parseSearch("?q=fox"), { facets }, TITLES);
  assert.deepEqual(
    shown.map(({ label, count }) => [label, count]),
    [
      ["portraits", 5],
      ["Comics", 2],
    ],
  );
  assert.equal(shown[1]?.href, "/search?q=fox&category=comics");
  assert.deepEqual(facetsOf(parseSearch("?q=fox&category=comics"), { facets }, TITLES), []);
});

test("the headline is honest about what was found", () => {
  const fox = parseSearch("?q=fox");
  const items = /** @type {any[]} */ ([{}, {}]);
  assert.equal(headline({ answer: "strong", items, next: null }, fox), "2 works for “fox”");
  assert.equal(headline({ answer: "strong", items, next: "c" }, fox), "More than 2 works for “fox”");
  assert.match(headline({ answer: "weak", items, next: null }, fox), /^Nothing quite/);
  assert.equal(headline({ answer: "none", items, next: null }, fox), "Nothing matches “fox”");
  assert.match(noneWords({ notice: null }, parseSearch("?q=fox&tag=a")), /Take a filter away/);
});

test("two lines give two reasons: of many tags the one that was asked for, and that a model saw it", () => {
  const tag = (/** @type {string} */ text) => ({ kind: /** @type {const} */ ("words"), field: "tags", text });
  const seen = {
    kind: /** @type {const} */ ("meaning"),
    of: "picture",
    phrase: "the sea at night",
    share: null,
  };
  const lines = reasonLines([tag("⟦sea⟧ monster"), tag("⟦sea⟧"), tag("⟦sea⟧ weed"), seen]).map(String);
  assert.deepEqual(lines, [
    '<li><span class="kind">Tag</span> <mark>sea</mark></li>',
    '<li><span class="kind">Picture</span> close to “the sea at night”</li>',
  ]);
});

test("a reason shows its marks as marks and its markup as text", () => {
  const reasons = /** @type {any[]} */ ([
    { kind: "words", field: "title", text: "The ⟦fox⟧" },
    { kind: "words", field: "description", text: "<b>⟦fox⟧</b>" },
    { kind: "something-new" },
  ]);
  const lines = reasonLines(reasons).map(String);
  assert.deepEqual(lines, [
    '<li><span class="kind">Description</span> &lt;b&gt;<mark>fox</mark>&lt;/b&gt;</li>',
  ]);
  assert.equal([titleWith("The fox", reasons)].flat().map(String).join(""), "The <mark>fox</mark>");
  assert.equal(titleWith("Another title", reasons), "Another title");
});
