// Of a long wall, the rows near the window and no others; every place known before anything hangs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { justify } from "../../frontend/lib/layout.js";
import { picturesIn, rowOf, settled, stack, touching } from "../../frontend/lib/windowing.js";

const RATIOS = Array.from({ length: 5_000 }, (_, index) => [1.5, 0.67, 1, 1.78, 0.8][(index * 3) % 5] ?? 1);
const GAPS = { gap: 14.08, below: 24 };
const BOXES = justify(RATIOS, { width: 1200, gap: GAPS.gap, height: 300 });
const WALL = stack(BOXES, GAPS, () => 28);

test("rows follow each other with their gap, and pictures lie inside theirs, side by side", () => {
  assert.equal(WALL.spots.length, RATIOS.length);
  for (const [number, row] of WALL.rows.entries()) {
    const next = WALL.rows[number + 1];
    if (next) {
      assert.equal(next.top, row.top + row.height + GAPS.below);
      assert.equal(next.first, row.last + 1);
    }
    for (let index = row.first; index <= row.last; index++) {
      const [spot, beside] = [WALL.spots[index], WALL.spots[index + 1]];
      assert.equal(spot?.y, row.top);
      if (spot && beside && index < row.last)
        assert.ok(Math.abs(beside.x - spot.x - spot.width - GAPS.gap) < 1e-6);
    }
  }
  const last = WALL.rows.at(-1);
  assert.equal(WALL.height, (last?.top ?? 0) + (last?.height ?? 0));
});

test("a wall that grows page by page hangs as one that was hung at once", () => {
  const wall = { width: 1200, gap: GAPS.gap, height: 300 };
  let grown = stack([], GAPS, () => 28);
  for (let end = 37; end < 1_000; end += 37) {
    const kept = settled(grown);
    grown = stack(justify(RATIOS.slice(kept.spots.length, end), wall), GAPS, () => 28, kept);
    const whole = stack(justify(RATIOS.slice(0, end), wall), GAPS, () => 28);
    assert.deepEqual(grown, whole, String(end));
  }
});

test("a row is as high as its tallest label wants", () => {
  const { rows } = stack(BOXES, GAPS, (first, last) => (first <= 3 && 3 <= last ? 70 : 28));
  const [tall] = rows.filter(({ first, last }) => first <= 3 && 3 <= last);
  assert.equal(tall?.height, (BOXES[3]?.height ?? 0) + 70);
});

test("a stretch of the wall touches exactly the rows that lie in it", () => {
  for (let top = -500; top < WALL.height + 500; top += 997) {
    const [bottom, found] = [top + 800, touching(WALL.rows, top, top + 800)];
    const slow = WALL.rows.flatMap((row, n) => (row.top + row.height > top && row.top < bottom ? [n] : []));
    assert.deepEqual(found, slow.length ? [slow[0], slow.at(-1)] : null);
  }
  assert.equal(touching([], 0, 100), null);
});

test("what is wanted comes in order and once, where spans overlap and where they reach over the ends", () => {
  const last = WALL.rows.length - 1;
  const wanted = picturesIn(WALL.rows, [[2, 4], [-1, 0], null, [3, 5], [last, last + 1]]);
  assert.deepEqual(
    wanted,
    [...new Set(wanted)].toSorted((a, b) => a - b),
  );
  const rows = new Set(wanted.map((index) => rowOf(WALL.rows, index)));
  assert.deepEqual([...rows], [0, 2, 3, 4, 5, last]);
  assert.deepEqual(picturesIn([], [[0, 3]]), []);
});
