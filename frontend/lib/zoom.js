// A picture in a window: how large it fits, where it goes when somebody zooms, pans or swipes. Pure; CSS pixels throughout.

/** `scale` 1 fits; `x` and `y` are how far the picture's middle is from the window's. @typedef {{ scale: number, x: number, y: number }} View */
/** The picture as it fits, the window, and how far one may zoom.
 * @typedef {{ width: number, height: number, room: Size, most: number }} Frame */
/** @typedef {{ width: number, height: number }} Size */
/** From the window's middle. @typedef {{ x: number, y: number }} Point */

/** @type {View} */
export const FIT = Object.freeze({ scale: 1, x: 0, y: 0 });
const LEAST_MOST = 2;
const BEYOND = 2; // screen pixels for one of the picture's
const STEP = 1.6;
const FAR = 0.16; // of the window
const FAST = 0.45; // pixels a millisecond
const LEAST_PX = 24;

/** Whole in the window with this margin around, and never larger than it is. @param {Size} picture @param {Size} room
 * @param {{ side: number, above: number }} margin @returns {Frame} */
export function framed(picture, room, { side, above }) {
  const fit = Math.min(
    1,
    Math.max(1, room.width - 2 * side) / picture.width,
    Math.max(1, room.height - 2 * above) / picture.height,
  );
  const most = Math.max(LEAST_MOST, BEYOND / fit);
  return { width: picture.width * fit, height: picture.height * fit, room, most };
}

/** Larger or smaller around a point, which stays where it is. @param {View} view @param {number} factor @param {Point} point
 * @param {Frame} frame */
export function zoomed(view, factor, point, frame) {
  const scale = Math.min(frame.most, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  const x = point.x - (point.x - view.x) * grown;
  const y = point.y - (point.y - view.y) * grown;
  return kept({ scale, x, y }, frame);
}

/** One press of a key or button: in, out. @param {View} view @param {1 | -1} way @param {Frame} frame */
export function stepped(view, way, frame) {
  return zoomed(view, STEP ** way, { x: 0, y: 0 }, frame);
}

/** Close to the point, or whole again. @param {View} view @param {Point} point @param {Frame} frame */
export function toggled(view, point, frame) {
  return view.scale > 1 ? FIT : zoomed(view, Math.min(frame.most, 2.5), point, frame);
}

/** @param {View} view @param {Point} by @param {Frame} frame */
export function panned(view, by, frame) {
  return kept({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, frame);
}

/** What a finger meant that let go: the next picture, the one before, away with it, or nothing.
 * @param {Point & { ms: number }} drag the whole way @param {Size} room @returns {"next" | "before" | "close" | null} */
export function meant({ x, y, ms }, room) {
  const enough = (/** @type {number} */ way, /** @type {number} */ size) =>
    Math.abs(way) > size * FAR || (Math.abs(way) > LEAST_PX && Math.abs(way) / Math.max(1, ms) > FAST);
  if (Math.abs(x) > Math.abs(y)) return enough(x, room.width) ? (x < 0 ? "next" : "before") : null;
  return y > 0 && enough(y, room.height) ? "close" : null;
}

/** No edge comes further in than the window's, and what is smaller than the window stands in its middle.
 * @param {View} view @param {Frame} frame @returns {View} */
function kept({ scale, x, y }, { width, height, room }) {
  const [wide, high] = [(width * scale - room.width) / 2, (height * scale - room.height) / 2];
  const within = (/** @type {number} */ at, /** @type {number} */ most) =>
    most > 0 ? Math.min(most, Math.max(-most, at)) : 0;
  return { scale, x: within(x, wide), y: within(y, high) };
}
