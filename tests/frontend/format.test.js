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

test("the machine's findings name who made them", () => {
  assert.equal(format.madeBy({ method: "measured", model: "limn/basic@1" }), "Measured by Limn");
  assert.equal(format.madeBy({ method: "blip", model: "Salesforce/blip-large@1a2b" }), "By blip-large");
  assert.equal(format.madeBy({ method: "vlm", model: "org/some-vlm" }), "An opinion of some-vlm");
});

test("alternatives are joined in words", () => {
  assert.equal(format.anyOf(["JPEG", "PNG", "WebP"]), "JPEG, PNG or WebP");
  assert.equal(format.anyOf(["JPEG"]), "JPEG");
});
