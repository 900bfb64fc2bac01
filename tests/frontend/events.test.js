// What comes over the event stream is read with care.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isWaiting, merged, parseArtwork, retryDelay, streamUrl } from "../../frontend/lib/events.js";

const WORK = /** @type {any} */ ({
  id: "1",
  title: "Fox",
  swatches: [],
  analysis: { state: "pending", attempts: 0, caption: null },
});

test("one address asks for all works, a hundred at most", () => {
  assert.equal(streamUrl(["a", "b&c"]), "/api/v1/events?artwork=a&artwork=b%26c");
  const many = Array.from({ length: 130 }, (_, index) => String(index));
  assert.equal(streamUrl(many).split("artwork=").length - 1, 100);
});

test("an event is a work or it is nothing", () => {
  assert.equal(parseArtwork('{"id": "1", "title": "Fox"}')?.title, "Fox");
  assert.equal(parseArtwork('{"artwork": {"id": "1"}}')?.id, "1");
  for (const data of ["", "null", "[]", "{", '"1"', '{"id": 7}'])
    assert.equal(parseArtwork(data), null, data);
});

test("news joins what is known, finding by finding", () => {
  const news = /** @type {any} */ ({ id: "1", analysis: { state: "done", caption: { text: "A fox" } } });
  const now = merged(WORK, news);
  assert.equal(now.title, "Fox");
  assert.deepEqual(now.analysis, { state: "done", attempts: 0, caption: { text: "A fox" } });
  assert.equal(WORK.analysis.state, "pending");
});

test("only pending and running works are waited for", () => {
  const waiting = ["pending", "running", "done", "failed"].filter((state) =>
    isWaiting({ analysis: { state } }),
  );
  assert.deepEqual(waiting, ["pending", "running"]);
});

test("the delay before a new try doubles, has a cap and is spread", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((failures) => retryDelay(failures, 1)),
    [1000, 2000, 4000, 8000],
  );
  assert.equal(retryDelay(50, 1), 30_000);
  assert.equal(retryDelay(50, 0), 15_000);
});
