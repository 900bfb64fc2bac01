// Facts read as a person would say them.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../frontend/lib/format.js";

test("bytes have one unit and at most two digits of news", () => {
  const said = [0, 999, 1024, 812_345, 1_258_291, 67_108_864, 1_073_741_824].map(format.bytes);
  assert.deepEqual(said, ["0 bytes", "999 bytes", "1 kB", "793 kB", "1.2 MB", "64 MB", "1 GB"]);
});

test("counts agree with their noun", () => {
  assert.equal(format.counted(1, "work"), "1 work");
  assert.equal(format.counted(1204, "work"), "1,204 works");
  assert.equal(format.counted(0, "category", "categories"), "0 categories");
});

test("a share that is there is never nothing", () => {
  assert.deepEqual([0, 0.004, 0.01, 0.415, 1].map(format.percent), ["0 %", "<1 %", "1 %", "42 %", "100 %"]);
});

test("a date is written out, and nonsense is left out", () => {
  assert.equal(format.date("2026-11-21T12:00:00Z"), "21 November 2026");
  assert.equal(format.date("soon"), "");
});

test("a first title comes from the file name", () => {
  assert.equal(format.titleFromFilename("fox_in-snow.final.jpg"), "fox in snow.final");
  assert.equal(format.titleFromFilename("C:\\pictures\\Red  Umbrella.PNG"), "Red Umbrella");
  assert.equal(format.titleFromFilename(".jpg"), "");
});

test("marked words are told from the others, and stray marks vanish", () => {
  assert.deepEqual(format.highlights("The ⟦fox⟧ in ⟦snow⟧"), [
    { text: "The ", marked: false },
    { text: "fox", marked: true },
    { text: " in ", marked: false },
    { text: "snow", marked: true },
  ]);
  assert.deepEqual(format.highlights("half ⟦open"), [{ text: "half open", marked: false }]);
  assert.deepEqual(format.highlights("<b>⟦<i>⟧"), [
    { text: "<b>", marked: false },
    { text: "<i>", marked: true },
  ]);
});

test("a long line begins shortly before its first mark", () => {
  const text = "a homeless person with a shopping cart on a city street and a ⟦man⟧ who walks";
  assert.equal(format.aroundMark(text), "…on a city street and a ⟦man⟧ who walks");
  assert.equal(format.aroundMark("a ⟦man⟧ walks"), "a ⟦man⟧ walks");
  assert.equal(format.aroundMark("no mark at all"), "no mark at all");
});

test("typed tags are split, cleaned and said once", () => {
  assert.deepEqual(format.tagNames(" Fox, #snow ,, fox,red   umbrella"), ["fox", "snow", "red umbrella"]);
});

test("model files are counted as they are told of elsewhere", () => {
  const said = [500, 2_220_000, 341_000_000, 1_234_000_000].map(format.decimalBytes);
  assert.deepEqual(said, ["500 bytes", "2.2 MB", "341 MB", "1.2 GB"]);
});

test("the machine's findings name who made them", () => {
  assert.equal(format.madeBy({ method: "measured", model: "limn/basic@1" }), "Measured by Limn");
  assert.equal(format.madeBy({ method: "blip", model: "Salesforce/blip-large@1a2b" }), "By blip-large");
  assert.equal(format.madeBy({ method: "vlm", model: "org/some-vlm" }), "By some-vlm");
});

test("where only an address is known, it says who sits there", () => {
  assert.equal(
    format.madeBy({ method: "clip", model: "a1.endpoints.example/clip" }),
    "By CLIP at a1.endpoints.example",
  );
  assert.equal(format.madeBy({ method: "new", model: "localhost:8080/" }), "By a model at localhost:8080");
  assert.equal(format.speakerName("clip", "open.ai"), "open.ai");
});

test("a score is measured, compared or an opinion, and says which", () => {
  const found = { score: 80, verdict: "good", cosine: null, phrases: [] };
  const said = (/** @type {string} */ method, /** @type {string} */ model, calibrated = false) =>
    format.judgedBy({ ...found, method, model, calibrated });
  assert.equal(said("measured", "limn/basic@1"), "Measured by Limn");
  assert.equal(said("vlm", "org/gemma"), "An opinion of gemma; nothing was measured");
  assert.equal(said("clip", "vit@1", true), "Compared by vit");
  assert.equal(said("clip", "vit@1"), "Compared by vit. Rough: its scale is not yet fitted to this gallery");
});

test("a reason says in this place's time when Limn asks again", () => {
  const now = new Date(2026, 10, 21, 13, 0);
  const at = (/** @type {number[]} */ ...when) => new Date(2026, 10, ...when).toISOString();
  const reason = "The captioner is away. It is asked again at 12:05 UTC on 21 November.";
  const said = (/** @type {string | null} */ time) => format.reasonWithTime(reason, time, now);
  assert.equal(said(at(21, 14, 5)), "The captioner is away. Limn asks again at 14:05.");
  assert.equal(said(at(22, 0, 0)), "The captioner is away. Limn asks again on 22 November at 00:00.");
  assert.equal(said(at(21, 12, 59)), "The captioner is away. Limn asks again in a moment.");
  assert.equal(said(null), reason);
  assert.equal(said("soon"), reason);
  assert.equal(
    format.reasonWithTime("Its day is used up", at(21, 14, 5), now),
    "Its day is used up. Limn asks again at 14:05.",
  );
});

test("alternatives are joined in words", () => {
  assert.equal(format.anyOf(["JPEG", "PNG", "WebP"]), "JPEG, PNG or WebP");
  assert.equal(format.anyOf(["JPEG"]), "JPEG");
});

test("alt text is the artist's, else the description's first words, else the caption", () => {
  const analysis = { caption: { text: "A red picture.", method: "measured", model: "limn/basic@1" } };
  const said = (/** @type {string | null} */ alt_text, /** @type {string} */ description) =>
    format.altText({ alt_text, description, analysis });
  assert.equal(said("A fox.", "Winter"), "A fox.");
  assert.equal(said(null, "A fox\n  asleep"), "A fox asleep");
  assert.equal(said(null, " "), "A red picture.");
  assert.equal(format.altText({ alt_text: null, description: "", analysis: { caption: null } }), "");
  const long = said("", "word ".repeat(100));
  assert.ok(long.length <= 241 && long.endsWith("word…"), long);
  assert.equal(said("", "x".repeat(400)).length, 241);
});
