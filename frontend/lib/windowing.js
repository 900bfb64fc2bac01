// Which pictures of a long wall are worth having in the document: rows with known places, and those near the window. Pure.

/** @typedef {import("./layout.js").Box} Box */
/** A line of pictures: `first` and `last` are indices, both of the line. @typedef {{ top: number, height: number, first: number, last: number }} Row */
/** @typedef {{ x: number, y: number, width: number, height: number }} Spot */
/** @typedef {{ rows: Row[], spots: Spot[], height: number }} Stack */

/**
 * Every row with its place, and every picture's, in pixels from the wall's corner.
 * @param {Box[]} boxes in order @param {{ gap: number, below: number }} gaps between pictures of a row, and between rows
 * @param {(first: number, last: number) => number} label height of what stands beneath these pictures
 * @param {Stack} [above] what hangs already: it grows by these, and is what is answered
 * @returns {Stack}
 */
export function stack(boxes, { gap, below }, label, above = { rows: [], spots: [], height: 0 }) {
  const { rows, spots } = above;
  const start = spots.length;
  const lowest = rows.at(-1);
  let y = lowest ? lowest.top + lowest.height + below : 0;
  for (let first = 0; first < boxes.length; ) {
    let last = first;
    let x = 0;
    for (; boxes[last]?.row === boxes[first]?.row; last++) {
      const { width, height } = /** @type {Box} */ (boxes[last]);
      spots.push({ x, y, width, height });
      x += width + gap;
    }
    const height = (boxes[first]?.height ?? 0) + label(start + first, start + last - 1);
    rows.push({ top: y, height, first: start + first, last: start + last - 1 });
    y += height + below;
    first = last;
  }
  above.height = Math.max(0, y - below);
  return above;
}

/** The same without its last row, the only one that works after it can change. @param {Stack} stack @returns {Stack} */
export function settled({ rows, spots }) {
  const open = rows.pop();
  if (open) spots.length = open.first;
  return { rows, spots, height: 0 };
}

/** Numbers of the first and last row that touch the stretch from `top` to `bottom`; null where none does.
 * @param {Row[]} rows @param {number} top @param {number} bottom @returns {[number, number] | null} */
export function touching(rows, top, bottom) {
  const from = firstWhere(rows, ({ top: y, height }) => y + height > top);
  const to = firstWhere(rows, ({ top: y }) => y >= bottom) - 1;
  return from <= to ? [from, to] : null;
}

/** The row that a picture hangs in. @param {Row[]} rows @param {number} index of the picture */
export function rowOf(rows, index) {
  return firstWhere(rows, ({ last }) => last >= index);
}

/** Indices of the pictures in these spans of rows, in order, each once; spans may reach over the ends or be null.
 * @param {Row[]} rows @param {([number, number] | null)[]} spans */
export function picturesIn(rows, spans) {
  /** @type {Set<number>} */
  const wanted = new Set();
  for (const span of spans) {
    if (span)
      for (let row = Math.max(0, span[0]); row <= Math.min(rows.length - 1, span[1]); row++) wanted.add(row);
  }
  return [...wanted].toSorted((a, b) => a - b).flatMap((row) => indices(rows[row]));
}

/** @param {Row | undefined} row */
function indices(row) {
  return row ? Array.from({ length: row.last - row.first + 1 }, (_, step) => row.first + step) : [];
}

/** By halving; the rows' number where none is. `is` is false up to some row and true from there on.
 * @param {Row[]} rows @param {(row: Row) => boolean} is */
function firstWhere(rows, is) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(/** @type {Row} */ (rows[middle]))) high = middle;
    else low = middle + 1;
  }
  return low;
}
