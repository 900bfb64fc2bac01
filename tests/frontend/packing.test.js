// A wall of thousands fits where a browser keeps little, and comes back looking the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, unpack } from "../../frontend/lib/packing.js";

const ID = "01a1ff75-ead3-775d-9a62-ce5459d43cc9";
const PAGE = {
  sha256: "d9".repeat(32),
  media_type: "image/png",
  bytes: 1_365_982,
  width: 1200,
  height: 860,
  placeholder: `data:image/webp;base64,${"UklGR".repeat(40)}`,
  renditions: [320, 640, 1200].map((width) => ({
    width,
    height: Math.round(width * 0.716),
    url: `/api/v1/artworks/${ID}/renditions/${width}?v=3bcda99b`,
  })),
};
const WORK = {
  id: ID,
  title: "Orchard, *noon*",
  description: "Green trees with red and orange fruit",
  alt_text: null,
  artist: { handle: "local", name: "Local artist" },
  visibility: /** @type {const} */ ("public"),
  pages: [PAGE],
  analysis: { state: /** @type {const} */ ("done"), caption: null },
};

test("what a card shows comes back: title, words for the picture, artist, size and addresses", () => {
  const back = unpack(JSON.parse(JSON.stringify(pack(WORK))));
  assert.equal(back.title, WORK.title);
  assert.equal(back.alt_text, WORK.description);
  assert.deepEqual(back.artist, WORK.artist);
  const { width, height, placeholder, renditions } = back.pages[0] ?? PAGE;
  assert.deepEqual({ width, height, placeholder, renditions }, { ...picked(PAGE) });
  assert.deepEqual(pack(back), pack(WORK));
});

test("a work that has no picture yet comes back without one", () => {
  assert.deepEqual(unpack(pack({ ...WORK, pages: [] })).pages, []);
});

test("two thousand take less than a third of what a browser keeps, six thousand fit without placeholders", () => {
  const characters = (/** @type {boolean} */ thin) => JSON.stringify(pack(WORK, thin)).length;
  assert.ok(characters(false) * 2_000 < 5e6 / 3, String(characters(false)));
  assert.ok(characters(true) * 6_000 < 5e6, String(characters(true)));
});

/** @param {typeof PAGE} page */
function picked({ width, height, placeholder, renditions }) {
  return { width, height, placeholder, renditions };
}
