// The upload queue: three at once, the same key again, nothing silent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../frontend/lib/api.js";
import { isFinal, newUpload, UploadQueue, waitingTime } from "../../frontend/lib/upload.js";

/** @typedef {import("../../frontend/lib/upload.js").Upload} Upload */
/** @typedef {{ upload: Upload, signal: AbortSignal, progress: (share: number) => void,
 *   done: (artwork: any) => void, fail: (error: unknown) => void }} Sent */

test("three are sent at once, in order, and the next follows", async () => {
  const { queue, uploads, sent } = many(5);
  assert.deepEqual(states(uploads), ["sending", "sending", "sending", "queued", "queued"]);
  sent[1]?.done({ id: "1" });
  await settled();
  assert.deepEqual(states(uploads), ["sending", "sent", "sending", "sending", "queued"]);
  assert.deepEqual(
    sent.map(({ upload }) => uploads.indexOf(upload)),
    [0, 1, 2, 3],
  );
  assert.equal(queue.unfinished, 4);
});

test("a failure keeps its reason, frees its place, and is sent again with the same key", async () => {
  const { queue, uploads, sent } = many(4);
  const [first] = uploads;
  assert.ok(first);
  const { key } = first;
  sent[0]?.fail(new Problem({ code: "internal_error", detail: "Boom." }, 500));
  await settled();
  assert.equal(first.state, "failed");
  assert.equal(first.problem?.detail, "Boom.");
  assert.equal(uploads[3]?.state, "sending");
  queue.start(first);
  assert.equal(first.state, "queued");
  assert.equal(first.problem, null);
  sent[1]?.done({ id: "2" });
  await settled();
  assert.equal(sent.at(-1)?.upload.key, key);
  assert.equal(first.tries, 2);
});

test("an error that is no answer reads as not reached", async () => {
  const { uploads, sent } = many(1);
  sent[0]?.fail(new TypeError("network"));
  await settled();
  assert.equal(uploads[0]?.problem?.code, "offline");
});

test("stopping aborts, and what comes later changes nothing", async () => {
  const { queue, uploads, sent } = many(1);
  const [upload] = uploads;
  assert.ok(upload);
  queue.stop(upload);
  assert.equal(sent[0]?.signal.aborted, true);
  sent[0]?.progress(0.9);
  sent[0]?.done({ id: "1" });
  await settled();
  assert.deepEqual([upload.state, upload.progress, upload.artwork], ["ready", 0, null]);
});

test("a removed upload is neither sent nor counted", async () => {
  const { queue, uploads, sent } = many(4);
  for (const upload of uploads.slice(2).toReversed()) queue.remove(upload);
  assert.equal(queue.unfinished, 2);
  queue.start(/** @type {Upload} */ (uploads[3]));
  sent[0]?.done({ id: "0" });
  await settled();
  assert.equal(sent.length, 3);
});

test("two presses send once", () => {
  const { queue, uploads, sent } = many(1);
  queue.start(/** @type {Upload} */ (uploads[0]));
  assert.equal(sent.length, 1);
});

test("a busy server that names the time is asked again by itself", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { uploads, sent } = many(1);
  sent[0]?.fail(Problem.of(429, '{"code": "too_many_requests"}', "7"));
  await settled();
  assert.equal(uploads[0]?.state, "waiting");
  context.mock.timers.tick(6_900);
  assert.equal(sent.length, 1);
  context.mock.timers.tick(200);
  assert.equal(sent.length, 2);
});

test("waiting has an end: no other refusal, not for ever, not too long", () => {
  const wait = (
    /** @type {number} */ status,
    /** @type {number} */ tries,
    /** @type {number | null} */ after,
  ) => waitingTime({ ...newUpload(new Blob(), () => ({})), tries, problem: new Problem({}, status, after) });
  assert.equal(wait(429, 1, 3), 3000);
  assert.equal(wait(503, 2, null), 4000);
  assert.equal(wait(500, 1, 3), null);
  assert.equal(wait(429, 5, 3), null);
  assert.equal(wait(429, 1, 3600), null);
});

test("what can only end the same way is not unfinished", async () => {
  const codes = ["duplicate_artwork", "image_corrupt", "image_too_large"];
  for (const code of codes) assert.equal(isFinal(new Problem({ code }, 422)), true, code);
  assert.equal(isFinal(new Problem({ code: "file_too_large" }, 413)), true);
  assert.equal(isFinal(new Problem({ code: "invalid_input" }, 422)), false);
  const { queue, sent } = many(1);
  sent[0]?.fail(new Problem({ code: "duplicate_artwork", existing: { id: "9" } }, 409));
  await settled();
  assert.equal(queue.unfinished, 0);
});

test("keys differ and an answer that is no JSON is still a problem", () => {
  const keys = new Set(Array.from({ length: 50 }, () => newUpload(new Blob(), () => ({})).key));
  assert.equal(keys.size, 50);
  const problem = Problem.of(502, "<html>bad gateway</html>", null);
  assert.deepEqual([problem.status, problem.code, problem.retryAfter], [502, "internal_error", null]);
});

/** A queue with this many uploads started, and what it sends kept in hand. @param {number} count */
function many(count) {
  /** @type {Sent[]} */
  const sent = [];
  /** @type {import("../../frontend/lib/upload.js").Send} */
  const send = (upload, { signal, progress }) =>
    new Promise((done, fail) => sent.push({ upload, signal, progress, done, fail }));
  const queue = new UploadQueue({ send, changed: () => {} });
  const uploads = Array.from({ length: count }, () => newUpload(new Blob(), () => ({})));
  for (const upload of uploads) {
    queue.add(upload);
    queue.start(upload);
  }
  return { queue, uploads, sent };
}

/** @param {Upload[]} uploads */
function states(uploads) {
  return uploads.map(({ state }) => state);
}

async function settled() {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
