// A picture in a window: it fits, stays under the hand while it grows, and never leaves the window's edges bare.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FIT, framed, meant, panned, stepped, toggled, zoomed } from "../../frontend/lib/zoom.js";

const ROOM = { width: 1280, height: 800 };
const FRAME = framed({ width: 3000, height: 2000 }, ROOM, { side: 76, above: 76 });

test("a picture fits with its margin and its proportions, and a small one is not blown up", () => {
  assert.ok(FRAME.width <= 1280 - 152 && FRAME.height <= 800 - 152);
  assert.ok(Math.abs(FRAME.width / FRAME.height - 1.5) < 1e-9);
  const small = framed({ width: 90, height: 60 }, ROOM, { side: 76, above: 76 });
  assert.deepEqual([small.width, small.height], [90, 60]);
  assert.ok(small.most >= 2);
  assert.ok(
    framed({ width: 100, height: 100 }, { width: 80, height: 80 }, { side: 60, above: 60 }).width > 0,
  );
});

test("what is under the pointer stays there while it grows", () => {
  const wide = framed({ width: 9000, height: 6000 }, ROOM, { side: 0, above: 0 });
  const point = { x: 200, y: -120 };
  const before = zoomed(FIT, 3, point, wide);
  const after = zoomed(before, 1.4, point, wide);
  const under = (/** @type {typeof FIT} */ view) => [
    (point.x - view.x) / view.scale,
    (point.y - view.y) / view.scale,
  ];
  for (const [one, other] of [
    [under(before)[0], under(after)[0]],
    [under(before)[1], under(after)[1]],
  ])
    assert.ok(Math.abs(Number(one) - Number(other)) < 1e-9);
});

test("zoom ends at the whole picture and at two screen pixels for one of its own", () => {
  assert.deepEqual(zoomed(FIT, 0.2, { x: 300, y: 10 }, FRAME), { ...FIT });
  assert.equal(zoomed(FIT, 1e6, { x: 0, y: 0 }, FRAME).scale, FRAME.most);
  assert.ok(Math.abs(FRAME.most * FRAME.width - 2 * 3000) < 1e-6);
  assert.equal(stepped(stepped(FIT, 1, FRAME), -1, FRAME).scale, 1);
});

test("no edge of the picture comes further in than the window's", () => {
  const close = zoomed(FIT, 3, { x: 0, y: 0 }, FRAME);
  for (const by of [
    { x: 9e9, y: 9e9 },
    { x: -9e9, y: -9e9 },
  ]) {
    const { x, y, scale } = panned(close, by, FRAME);
    assert.equal(Math.abs(x), (FRAME.width * scale - ROOM.width) / 2);
    assert.equal(Math.abs(y), (FRAME.height * scale - ROOM.height) / 2);
  }
  assert.deepEqual(panned(FIT, { x: 50, y: 50 }, FRAME), { ...FIT });
});

test("twice brings the point close, and twice again the whole picture", () => {
  const close = toggled(FIT, { x: 100, y: 100 }, FRAME);
  assert.ok(close.scale > 1.5);
  assert.equal(toggled(close, { x: 0, y: 0 }, FRAME), FIT);
});

test("a finger means where it went: far or fast enough, one way", () => {
  assert.equal(meant({ x: -400, y: 30, ms: 900 }, ROOM), "next");
  assert.equal(meant({ x: 60, y: -10, ms: 80 }, ROOM), "before");
  assert.equal(meant({ x: 60, y: 0, ms: 900 }, ROOM), null);
  assert.equal(meant({ x: 12, y: 300, ms: 400 }, ROOM), "close");
  assert.equal(meant({ x: 0, y: -300, ms: 100 }, ROOM), null);
  assert.equal(meant({ x: 0, y: 0, ms: 0 }, ROOM), null);
});
