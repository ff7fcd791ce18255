// One of the two pictures: a map of a space, with the chosen word and its neighbours marked.
import { closer, followFingers, followKeys, further, showAll } from "./camera.js";
import { darkness, frequencies, palette, sentiments, theme } from "./colours.js";
import { landmarks, positionOf, words } from "./data.js";
import { element, make } from "./dom.js";
import { labelled } from "./labels.js";
import { createPlot } from "./plot.js";
import { change, spaceOf, state } from "./state.js";

/** @typedef {import("./plot.js").Plot} Plot */

export class Picture {
  #side;
  #canvas;
  #labels;
  #plot;
  #drawing = Promise.resolve();
  /** @type {number | undefined} */
  #hovered;
  /** @type {number[] | undefined} */
  #marked;
  #shownColours = "";
  #shownPoints = "";

  /** @param {import("./state.js").Side} side */
  constructor(side) {
    this.#side = side;
    this.#canvas = element(`${side}-canvas`, HTMLCanvasElement);
    this.#labels = element(`${side}-labels`, HTMLElement);
    this.#plot = createPlot(this.#canvas);
    if (this.#plot) this.#listen(this.#plot);
    else {
      const textContent = "No picture: this browser offers no WebGL. The lists below still work.";
      this.#labels.append(make("p", { className: "note", textContent }));
    }
  }

  /** @param {Plot} plot */
  #listen(plot) {
    const buttons = { closer, further, whole: showAll };
    for (const [name, act] of Object.entries(buttons)) {
      const button = element(`${this.#side}-${name}`, HTMLButtonElement);
      button.addEventListener("click", () => act(plot));
    }
    followKeys(this.#canvas, plot);
    followFingers(this.#canvas, plot);
    plot.subscribe("select", ({ points }) => {
      const [row] = points;
      if (points.length === 1) change({ word: words[spaceOf(this.#side).positions[row]] });
    });
    plot.subscribe("pointOver", (row) => this.#hover(row));
    plot.subscribe("pointOut", () => this.#hover(undefined));
    plot.subscribe("draw", () => this.placeLabels());
  }

  /** One after the other: the library refuses to draw while it draws. */
  draw() {
    const next = () => this.#drawNow();
    this.#drawing = this.#drawing.then(next, next);
    return this.#drawing;
  }

  async #drawNow() {
    if (!this.#plot) return;
    this.#colour(this.#plot);
    await this.#drawPoints(this.#plot);
    this.#mark(this.#plot);
  }

  /** @param {Plot} plot */
  #colour(plot) {
    const wanted = JSON.stringify([state.colour, darkness.matches]);
    if (this.#shownColours === wanted) return;
    const { ground, active } = theme();
    plot.set({
      backgroundColor: ground,
      pointColor: palette(state.colour),
      pointColorActive: active,
      pointColorHover: active,
      colorBy: state.colour === "sentiment" ? "valueA" : "valueB",
    });
    this.#shownColours = wanted;
  }

  /** @param {Plot} plot */
  async #drawPoints(plot) {
    const space = spaceOf(this.#side);
    const map = space.mapNamed(state.map);
    const wanted = JSON.stringify([space.name, map]);
    if (this.#shownPoints === wanted) return;
    this.#hovered = undefined;
    const valueA = Array.from(space.positions, (position) => sentiments[position]);
    const valueB = Array.from(space.positions, (position) => frequencies[position]);
    await plot.draw(
      { ...space.map(map), valueA, valueB },
      { zDataType: "continuous", wDataType: "continuous" },
    );
    this.#shownPoints = wanted;
    showAll(plot);
  }

  /** @param {Plot} plot */
  #mark(plot) {
    const space = spaceOf(this.#side);
    const position = positionOf.get(state.word);
    this.#marked = space.has(position)
      ? [position, ...space.neighbors(position).map((found) => found.position)]
      : [];
    const rows = this.#marked.map((each) => space.rowOf[each]);
    if (rows.length) plot.select(rows, { preventEvent: true });
    else plot.deselect({ preventEvent: true });
    this.placeLabels();
  }

  /** @param {number | undefined} row */
  #hover(row) {
    this.#hovered = row;
    this.placeLabels();
  }

  /** The point under the mouse first, then the chosen word. */
  placeLabels() {
    const plot = this.#plot;
    if (!plot || !this.#marked) return;
    const { rowOf, positions } = spaceOf(this.#side);
    const wanted = this.#marked.length ? [...this.#marked] : landmarks.slice();
    if (this.#hovered !== undefined) wanted.unshift(positions[this.#hovered]);
    const points = [...new Set(wanted)].flatMap((position) => {
      const row = rowOf[position];
      const place = row >= 0 ? plot.getScreenPosition(row) : undefined;
      if (!place) return [];
      const chosen = words[position] === state.word || row === this.#hovered;
      return [{ text: words[position], x: place[0], y: place[1], chosen }];
    });
    const { clientWidth, clientHeight } = this.#canvas;
    this.#labels.replaceChildren(...labelled(points, clientWidth, clientHeight));
  }
}
