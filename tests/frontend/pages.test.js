// The files as they are served: what is asked for is there, is preloaded, and stays inside the rules of the house.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const ROOT = new URL("../../frontend/", import.meta.url).pathname;
const FILES = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
const PAGES = FILES.filter((name) => name.endsWith(".html"));
const FIRST_LOAD = 60_000;

/** @param {string} name */
function read(name) {
  return readFileSync(join(ROOT, name), "utf8");
}

test("every page preloads exactly what its script imports", () => {
  assert.ok(PAGES.length >= 5);
  for (const page of PAGES) {
    const preloaded = matches(read(page), /rel="modulepreload" href="\/static\/([^"]+)"/g).toSorted();
    assert.deepEqual(preloaded, imported(scriptOf(page)), page);
  }
});

test("whatever a page, a module or a stylesheet names is there", () => {
  for (const page of PAGES) {
    for (const name of matches(read(page), /"\/static\/([^"]+)"/g))
      assert.ok(existsSync(join(ROOT, name)), `${page}: ${name}`);
  }
  const sheets = matches(read("styles/index.css"), /@import url\("([^"]+)"\)/g);
  for (const name of sheets) assert.ok(existsSync(join(ROOT, "styles", name)), name);
});

test("every element has its rules beside it, and the one stylesheet has them all", () => {
  const sheets = matches(read("styles/index.css"), /@import url\("([^"]+)"\)/g);
  const elements = FILES.filter((name) => /^elements\/.+\.js$/.test(name));
  assert.ok(elements.length > 10);
  for (const element of elements) assert.ok(sheets.includes(`../${element.replace(".js", ".css")}`), element);
});

test("an element never fetches, never imports another, and is defined on its last line", () => {
  for (const name of FILES.filter((file) => /^elements\/.+\.js$/.test(file))) {
    const source = read(name);
    assert.doesNotMatch(source, /\bfetch\(|XMLHttpRequest|EventSource/, name);
    for (const target of matches(source, /^import .*?"([^"]+)"/gm))
      assert.match(target, /^\.\.\/lib\//, name);
    assert.match(source.trimEnd().split("\n").at(-1) ?? "", /^customElements\.define\(/, name);
  }
});

test("every page has its landmarks, a way past the header, a live region and a word without scripts", () => {
  for (const page of PAGES) {
    const text = read(page);
    for (const needed of [
      /<main [^>]*id="main"/,
      /href="#main"/,
      /<header/,
      /<footer/,
      /<search>/,
      /role="status"/,
      /<noscript>/,
      /<html lang="en">/,
    ]) {
      assert.match(text, needed, page);
    }
    assert.equal(matches(text, /(rel="stylesheet")/g).length, 1, page);
  }
});

test("a first load stays under 60 kB compressed", () => {
  const sheets = [
    "styles/index.css",
    ...FILES.filter(
      (name) => /^(?:elements|pages|styles)\/.+\.css$/.test(name) && name !== "styles/index.css",
    ),
  ];
  for (const page of PAGES) {
    const script = scriptOf(page);
    const names = [page, "favicon.svg", script, ...imported(script), ...sheets];
    const size = names.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
    assert.ok(size < FIRST_LOAD, `${page}: ${size}`);
  }
});

/** @param {string} page */
function scriptOf(page) {
  const [script] = matches(read(page), /<script type="module" src="\/static\/([^"]+)"/g);
  assert.ok(script, page);
  return script;
}

/** All modules behind a script, itself left out. @param {string} script */
function imported(script) {
  /** @type {Set<string>} */
  const seen = new Set();
  const walk = (/** @type {string} */ name) => {
    for (const target of matches(read(name), /^(?:import|\} from)\b.*?"(\.[^"]+)"/gm)) {
      const path = normalize(join(dirname(name), target));
      if (seen.has(path)) continue;
      seen.add(path);
      walk(path);
    }
  };
  walk(script);
  return [...seen].toSorted();
}

/** @param {string} text @param {RegExp} pattern */
function matches(text, pattern) {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}
