// Where a plot is looked at from: by buttons, keys and fingers. The mouse is the library's.

/** @typedef {import("./plot.js").Plot} Plot */

const PAN = 0.15; // of what is in view, for an arrow key
const ZOOM = 1.4;

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** @param {Plot} plot */
export function showAll(plot) {
  plot.zoomToLocation([0, 0], 1.1);
}

/** @param {Plot} plot */
export const closer = (plot) => zoom(plot, 1 / ZOOM);

/** @param {Plot} plot */
export const further = (plot) => zoom(plot, ZOOM);

/**
 * @param {Plot} plot
 * @param {number} factor
 */
function zoom(plot, factor) {
  plot.zoomToLocation(plot.get("cameraTarget"), plot.get("cameraDistance") * factor);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Plot} plot
 */
export function followKeys(canvas, plot) {
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const distance = plot.get("cameraDistance");
      const target = plot.get("cameraTarget");
      const moved = ARROWS[event.key].map((step, i) => target[i] + step * PAN * distance);
      plot.zoomToLocation(moved, distance);
    } else if (event.key === "+" || event.key === "=") closer(plot);
    else if (event.key === "-") further(plot);
    else if (event.key === "0") showAll(plot);
    else return;
    event.preventDefault();
  });
}

/**
 * One finger moves, two enlarge.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Plot} plot
 */
export function followFingers(canvas, plot) {
  /** @type {Map<number, [number, number]>} */
  const fingers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = /** @type {[number, number]} */ ([event.clientX, event.clientY]);
    const other = [...fingers].find(([finger]) => finger !== event.pointerId)?.[1];
    const nearer = other ? apart(before, other) / Math.max(1, apart(now, other)) : 1;
    const distance = plot.get("cameraDistance") * nearer;
    const step = (2 * distance) / canvas.clientHeight / fingers.size;
    const [x, y] = plot.get("cameraTarget");
    fingers.set(event.pointerId, now);
    plot.zoomToLocation(
      [x - (now[0] - before[0]) * step, y + (now[1] - before[1]) * step],
      distance,
    );
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
}

/**
 * @param {[number, number]} one
 * @param {[number, number]} other
 */
function apart(one, other) {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}
