// Justified rows fill the wall, keep proportions, and never move what already hangs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { justify, wishedHeight } from "../../frontend/lib/layout.js";

const WALL = { width: 1200, gap: 14.08, height: 300 };
const RATIOS = Array.from(
  { length: 120 },
  (_, index) => [1.5, 0.67, 1, 1.78, 0.8, 2.4, 0.5][(index * 5) % 7] ?? 1,
);

test("each full row fills the width and never more, whatever the fractions", () => {
  for (let width = 300; width < 2600; width += 37) {
    const wall = { width, gap: 14.08, height: wishedHeight(width) };
    const boxes = justify(RATIOS, wall);
    const last = boxes.at(-1)?.row ?? 0;
    for (let row = 0; row < last; row++) {
      const line = boxes.filter((box) => box.row === row);
      const used = line.reduce((sum, box) => sum + box.width, 0) + wall.gap * (line.length - 1);
      assert.ok(used <= width && used > width - 1.5, `${used} of ${width}`);
    }
  }
});

test("pictures keep their proportions to within a pixel", () => {
  for (const [index, box] of justify(RATIOS, WALL).entries()) {
    const ratio = RATIOS[index] ?? 1;
    assert.ok(
      Math.abs(box.width - ratio * box.height) <= ratio + 1,
      `${box.width}×${box.height} for ${ratio}`,
    );
  }
});

test("appending pictures leaves every full row where it was", () => {
  const before = justify(RATIOS.slice(0, 40), WALL);
  const after = justify(RATIOS, WALL);
  const lastRow = before.at(-1)?.row;
  const settled = before.filter((box) => box.row !== lastRow);
  assert.ok(settled.length > 20);
  assert.deepEqual(after.slice(0, settled.length), settled);
});

test("a last row that is not full keeps the wished height", () => {
  assert.deepEqual(justify([1], WALL), [{ width: 300, height: 300, row: 0 }]);
});

test("a panorama never leaves the wall, and nonsense becomes a square", () => {
  assert.ok((justify([20], WALL)[0]?.width ?? 0) <= WALL.width);
  for (const odd of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.equal(justify([odd], WALL)[0]?.width, 300);
  assert.deepEqual(justify([], WALL), []);
});

test("rows come out near the wished height", () => {
  const heights = justify(RATIOS, WALL).map((box) => box.height);
  const near = heights.filter((height) => height > 200 && height < 430);
  assert.ok(near.length / heights.length > 0.95);
});
