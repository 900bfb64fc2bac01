// What is new on a wall: what came since and does not hang there, whatever was taken down or moved meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { latest, newer } from "../../frontend/lib/newcomers.js";

const at = (/** @type {string} */ id, /** @type {number} */ minute) =>
  /** @type {import("../../frontend/lib/api.js").Artwork} */ ({ id, created: time(minute) });
const time = (/** @type {number} */ minute) => `2026-11-21T18:${String(minute).padStart(2, "0")}:00.000000Z`;
const ids = (/** @type {{ id: string }[]} */ works) => works.map(({ id }) => id);

test("new are those after the newest that hangs, also of the same moment", () => {
  const known = (/** @type {string} */ id) => ["c", "b"].includes(id);
  const newest = [at("f", 9), at("e", 7), at("d", 5), at("c", 5), at("b", 4), at("old", 3)];
  assert.deepEqual(ids(newer(newest, time(5), known)), ["f", "e", "d"]);
});

test("where the newest was taken down, nothing older counts as new", () => {
  assert.deepEqual(
    newer([at("b", 4), at("old", 3)], time(5), () => false),
    [],
  );
});

test("on an empty wall everything is new", () => {
  assert.deepEqual(ids(newer([at("b", 4), at("a", 3)], null, () => false)), ["b", "a"]);
});

test("the latest is the newest of all, and stays where nothing is newer", () => {
  assert.equal(latest([at("a", 3), at("b", 4)], null), time(4));
  assert.equal(latest([at("a", 3)], time(8)), time(8));
  assert.equal(latest([], null), null);
});
