// Justified rows: full-width lines of pictures that keep their proportions. Pure; no document.

/** @typedef {{ width: number, height: number, row: number }} Box */

/**
 * One box per picture, in order, whole pixels, rows filling `width` exactly. The last row keeps the wished height unless
 * it is nearly full. Appending pictures never changes a full row before them, so an endless wall does not jump.
 * @param {number[]} ratios width / height of each picture
 * @param {{ width: number, gap: number, height: number }} wall `height` is the row height wished for
 * @returns {Box[]}
 */
export function justify(ratios, { width, gap, height }) {
  /** @type {Box[]} */
  const boxes = [];
  /** @type {number[]} */
  let line = [];
  let row = 0;
  const close = () => {
    boxes.push(...fill(line, width, gap, row++));
    line = [];
  };
  for (const ratio of ratios.map(sane)) {
    if (line.length && isCloser(line, ratio, { width, gap, height })) close();
    line.push(ratio);
    if (rowHeight(line, width, gap) <= height) close();
  }
  if (!line.length) return boxes;
  if (rowHeight(line, width, gap) <= height * 1.3) close();
  else
    boxes.push(...line.map((ratio) => ({ width: Math.min(width, Math.round(ratio * height)), height, row })));
  return boxes;
}

/** The row height that suits a wall: about four pictures on a desk, one or two in a hand. @param {number} width CSS px */
export function wishedHeight(width) {
  return Math.round(Math.min(400, Math.max(180, 120 + width * 0.145)));
}

/** Whether the line looks better closed now than with one picture more. Ratios of heights, so that 2× and ½× weigh alike.
 * @param {number[]} line @param {number} ratio @param {{ width: number, gap: number, height: number }} wall */
function isCloser(line, ratio, { width, gap, height }) {
  const now = rowHeight(line, width, gap) / height;
  const then = rowHeight([...line, ratio], width, gap) / height;
  return then < 1 && Math.abs(Math.log(now)) < Math.abs(Math.log(then));
}

/** @param {number[]} line @param {number} width @param {number} gap */
function rowHeight(line, width, gap) {
  const room = Math.max(1, Math.floor(width - gap * (line.length - 1)));
  return room / line.reduce((sum, ratio) => sum + ratio, 0);
}

/** @param {number[]} line @param {number} width @param {number} gap @param {number} row @returns {Box[]} */
function fill(line, width, gap, row) {
  const exact = rowHeight(line, width, gap);
  const height = Math.max(1, Math.round(exact));
  let edge = 0;
  let drawn = 0;
  return line.map((ratio) => {
    edge += ratio * exact;
    const boxWidth = Math.round(edge) - drawn;
    drawn += boxWidth;
    return { width: boxWidth, height, row };
  });
}

/** @param {number} ratio */
function sane(ratio) {
  return Number.isFinite(ratio) && ratio > 0 ? Math.min(20, Math.max(0.05, ratio)) : 1;
}
