// The scatter plot of the library, as this page uses it.
import createScatterplot, { createRenderer } from "regl-scatterplot";

/** @typedef {ReturnType<typeof createScatterplot>} Plot */

/** @type {ReturnType<typeof createRenderer> | undefined} */
let renderer; // both pictures share what WebGL needs

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Plot | undefined} undefined in a browser without WebGL
 */
export function createPlot(canvas) {
  try {
    renderer ??= createRenderer();
    return createScatterplot({
      renderer,
      canvas,
      aspectRatio: canvas.clientWidth / canvas.clientHeight,
      pointSize: 4,
      pointSizeSelected: 3,
      opacity: 0.85,
      pointOutlineWidth: 2,
      lassoMinDelay: 1e9,
      deselectOnDblClick: false,
      deselectOnEscape: false,
      spatialIndexUseWorker: false,
    });
  } catch {
    return undefined;
  }
}
