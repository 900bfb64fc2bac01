// What hands do on a picture, told in its own terms: dragged, pinched, let go, tapped, turned with the wheel.

/** @typedef {{ x: number, y: number }} Point */
/** Points are from the element's middle; `moved` and `let go` come only between the first finger down and the last one up.
 * @typedef {{ moved: (by: Point) => void, scaled: (factor: number, at: Point) => void,
 *   letGo: (drag: Point & { ms: number, pinched: boolean }) => void, tapped: (at: Point, on: EventTarget | null, twice: boolean) => void }} Hear */

const TAP_PX = 8;
const TAP_MS = 350;
const WHEEL = 0.0022;
const WHEEL_PINCH = 0.012; // a trackpad's pinch comes as a wheel with Ctrl, in small steps
const LINE_PX = 16;

/** Ends with the signal. @param {HTMLElement} element @param {Hear} hear @param {AbortSignal} signal */
export function listen(element, hear, signal) {
  const hands = new Hands(element, hear);
  for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "wheel"])
    element.addEventListener(name, hands, { signal, passive: false });
}

class Hands {
  /** @type {Map<number, Point>} */
  #fingers = new Map();
  #drag = { x: 0, y: 0, since: 0, pinched: false };
  #tap = { x: 0, y: 0, time: Number.NEGATIVE_INFINITY };
  /** @type {EventTarget | null} */
  #on = null;
  #element;
  #hear;

  /** @param {HTMLElement} element @param {Hear} hear */
  constructor(element, hear) {
    this.#element = element;
    this.#hear = hear;
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof WheelEvent) this.#wheel(event);
    else if (!(event instanceof PointerEvent)) return;
    else if (event.type === "pointerdown") this.#down(event);
    else if (!this.#fingers.has(event.pointerId)) return;
    else if (event.type === "pointermove") this.#move(event);
    else this.#up(event);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // no drag of the image, no selection
    this.#element.setPointerCapture(event.pointerId);
    if (this.#fingers.size === 0) {
      this.#drag = { x: 0, y: 0, since: event.timeStamp, pinched: false };
      this.#on = event.target;
    } else this.#drag.pinched = true;
    this.#fingers.set(event.pointerId, this.#at(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = spread([...this.#fingers.values()]);
    this.#fingers.set(event.pointerId, this.#at(event));
    const now = spread([...this.#fingers.values()]);
    const by = { x: now.middle.x - before.middle.x, y: now.middle.y - before.middle.y };
    this.#drag.x += by.x;
    this.#drag.y += by.y;
    this.#hear.moved(by);
    if (before.apart > 0) this.#hear.scaled(now.apart / before.apart, now.middle);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const at = this.#at(event);
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size) return;
    const { x, y, since, pinched } = this.#drag;
    const ms = event.timeStamp - since;
    const still = Math.hypot(x, y) < TAP_PX && ms < TAP_MS && !pinched;
    if (!still || event.type === "pointercancel") this.#hear.letGo({ x, y, ms, pinched });
    else {
      const twice = event.timeStamp - this.#tap.time < TAP_MS && near(at, this.#tap);
      this.#tap = { ...at, time: twice ? Number.NEGATIVE_INFINITY : event.timeStamp };
      this.#hear.letGo({ x: 0, y: 0, ms, pinched });
      this.#hear.tapped(at, this.#on, twice);
    }
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const strength = event.ctrlKey ? WHEEL_PINCH : WHEEL;
    this.#hear.scaled(Math.exp(-event.deltaY * lines * strength), this.#at(event));
  }

  /** @param {MouseEvent} event @returns {Point} */
  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }
}

/** The middle of the first two fingers and how far they are apart; of one, itself and 0. @param {Point[]} fingers */
function spread([one = { x: 0, y: 0 }, other]) {
  if (!other) return { middle: one, apart: 0 };
  const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
  return { middle, apart: Math.hypot(one.x - other.x, one.y - other.y) };
}

/** @param {Point} one @param {Point} other */
function near(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y) < 4 * TAP_PX;
}
