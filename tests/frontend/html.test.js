// Whatever a value says, it stays text: the escaping template against the classics.

import assert from "node:assert/strict";
import { test } from "node:test";
import { html, Markup, render, safeUrl } from "../../frontend/lib/html.js";

const CLASSICS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '" autofocus onfocus="alert(1)',
  "</title><script>alert(1)</script>",
  "</textarea><img src=x onerror=alert(1)>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
  "`onclick=alert(1)`",
  "<a href=javascript:alert(1)>x</a>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
];

test("every classic is text between tags", () => {
  assert.equal(CLASSICS.length, 15);
  for (const classic of CLASSICS) {
    const inside = /^<p>(.*)<\/p>$/s.exec(String(html`<p>${classic}</p>`))?.[1] ?? "";
    assert.doesNotMatch(inside, /[<>"'`]/, classic);
    assert.equal(unescaped(inside), classic);
  }
});

test("no classic leaves a quoted attribute", () => {
  for (const classic of CLASSICS) {
    const inside = /^<p title="([^"]*)"><\/p>$/.exec(String(html`<p title="${classic}"></p>`))?.[1];
    assert.equal(unescaped(inside ?? ""), classic);
  }
});

test("a URL attribute takes what stays on this origin and nothing else", () => {
  const kept = ["/artworks/1", "?q=a", "#main", "", "blob:http-origin/1", "data:image/webp;base64,AA=="];
  for (const url of kept) assert.equal(safeUrl(url), url);
  const refused = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:x",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "https:evil.example",
  ];
  for (const url of refused) assert.equal(safeUrl(url), "#", url);
  assert.equal(String(html`<a href="${"javascript:alert(1)"}">x</a>`), '<a href="#">x</a>');
});

test("a srcset keeps its candidates of this origin", () => {
  const srcset = "/r/320?v=1 320w, javascript:alert(1) 640w, /r/640 640w";
  assert.equal(String(html`<img srcset="${srcset}">`), '<img srcset="/r/320?v=1 320w, /r/640 640w">');
});

test("markup nests, lists join, and nothing is nothing", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  assert.equal(
    String(html`<ul>${items}${null}${undefined}${false}${true}${0}</ul>`),
    "<ul><li>a</li><li>&lt;b&gt;</li>0</ul>",
  );
});

test("a boolean attribute stands or does not", () => {
  assert.equal(String(html`<option ?selected="${true}" value="${"x"}">`), '<option selected value="x">');
  assert.equal(String(html`<option ?selected="${false}" value="${"x"}">`), '<option  value="x">');
});

test("places where escaping cannot help are refused", () => {
  const value = "x";
  assert.throws(() => html`<p title=${value}></p>`, SyntaxError);
  assert.throws(() => html`<p ${value}></p>`, SyntaxError);
  assert.throws(() => html`<${value}></p>`, SyntaxError);
  assert.throws(() => html`<p onclick="${value}"></p>`, SyntaxError);
  assert.throws(() => html`<p style="color: ${value}"></p>`, SyntaxError);
  assert.throws(() => html`<iframe srcdoc="${value}"></iframe>`, SyntaxError);
  assert.throws(() => html`<script>${value}</script>`, SyntaxError);
  assert.throws(() => html`<style>${value}</style>`, SyntaxError);
  assert.throws(() => html`<!-- ${value} -->`, SyntaxError);
  assert.throws(() => html`<p title='${value}'></p>`, SyntaxError);
  assert.throws(() => html`<p title="${html`<b>x</b>`}"></p>`, TypeError);
});

test("markup cannot be forged from a string", () => {
  assert.throws(() => new Markup(Symbol("made by html``"), "<script>"), TypeError);
  assert.throws(() => render(/** @type {any} */ ({}), /** @type {any} */ ("<script>")), TypeError);
});

/** @param {string} text */
function unescaped(text) {
  const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#96;": "`", "&amp;": "&" };
  return text.replace(
    /&(?:lt|gt|quot|#39|#96|amp);/g,
    (entity) => entities[/** @type {keyof typeof entities} */ (entity)],
  );
}
