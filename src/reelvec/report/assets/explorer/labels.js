// Names beside points: those that come first are kept, and none stands over another.
import { make } from "./dom.js";

const HEIGHT = 16;
const GAP = 6;

/**
 * @typedef {object} Point
 * @property {string} text
 * @property {number} x
 * @property {number} y
 * @property {boolean} chosen
 */

/** @typedef {{ left: number, top: number, wide: number }} Box */

/**
 * @param {Point[]} points
 * @param {number} width
 * @param {number} height
 */
export function labelled(points, width, height) {
  /** @type {Box[]} */
  const taken = [];
  const labels = [];
  for (const { text, x, y, chosen } of points) {
    if (!(x >= 0 && x <= width && y >= 0 && y <= height)) continue;
    const wide = 8 + 7.5 * text.length;
    const left = x + GAP + wide > width ? x - wide - GAP : x + GAP;
    const top = Math.min(Math.max(y - HEIGHT / 2, 0), height - HEIGHT);
    const box = { left, top, wide };
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    const label = make("span", { textContent: text, className: chosen ? "chosen" : "" });
    label.style.transform = `translate(${left}px, ${top}px)`;
    labels.push(label);
  }
  return labels;
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function overlap(one, other) {
  return (
    one.left < other.left + other.wide &&
    other.left < one.left + one.wide &&
    one.top < other.top + HEIGHT &&
    other.top < one.top + HEIGHT
  );
}
