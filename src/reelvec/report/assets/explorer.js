// The embedding explorer of reports/index.html: two spaces side by side, drawn by WebGL.
// Words are data: they reach the page as text nodes and attribute values, never as markup.
"use strict";

(() => {
  const NEIGHBORS = 10;
  const ANSWERS = 5;
  const COMPLETIONS = 12;
  const LANDMARKS = 24;
  const SCALE = 32767;
  const LABEL_HEIGHT = 16;
  const PAN = 0.15; // of what is in view, for an arrow key
  const ZOOM = 1.4;

  // What a share of positive reviews looks like; beyond these ends the colour changes no more.
  const LEAST_POSITIVE = 0.2;
  const MOST_POSITIVE = 0.8;
  const COLORS = {
    light: { ground: "#ffffff", active: "#111827", negative: "#c2410c", middle: "#c4c4c4",
      positive: "#1d4ed8", rare: "#c9d7cf", frequent: "#065f46" },
    dark: { ground: "#0f1318", active: "#ffffff", negative: "#ff8a4c", middle: "#5b6068",
      positive: "#7aa2ff", rare: "#2c3a33", frequent: "#4ade9c" },
  };
  const MAP_TITLES = { pca: "principal components", tsne: "t-SNE" };

  const root = document.getElementById("explorer");
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const { words } = data;
  const positionOf = new Map(words.map((word, position) => [word, position]));
  const darkness = matchMedia("(prefers-color-scheme: dark)");

  const element = (name) => root.querySelector(`[data-part="${name}"]`);

  function make(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function decoded(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new Int16Array(bytes.buffer);
  }

  // A space: some of the words, each with a vector of length one.
  class Space {
    constructor(name, raw) {
      this.name = name;
      this.dimension = raw.dimension;
      this.mapNames = Object.keys(raw.maps);
      this.raw = raw;
      const missing = new Set(raw.missing);
      this.positions = Int32Array.from(words.keys()).filter((position) => !missing.has(position));
      this.rowOf = new Int32Array(words.length).fill(-1);
      this.positions.forEach((position, row) => { this.rowOf[position] = row; });
    }

    get vectors() { // decoded when first asked for: opening the page waits for none
      if (!this.kept) {
        const whole = decoded(this.raw.vectors);
        this.kept = new Float32Array(whole.length);
        for (let i = 0; i < whole.length; i++) this.kept[i] = whole[i] / SCALE;
      }
      return this.kept;
    }

    map(name) {
      const coordinates = decoded(this.raw.maps[name] ?? this.raw.maps[this.mapNames[0]]);
      const x = new Float32Array(this.positions.length);
      const y = new Float32Array(this.positions.length);
      for (let row = 0; row < x.length; row++) {
        x[row] = coordinates[2 * row] / SCALE;
        y[row] = coordinates[2 * row + 1] / SCALE;
      }
      return { x, y };
    }

    has(position) { return position !== undefined && this.rowOf[position] >= 0; }

    neighbors(position, count) {
      const start = this.rowOf[position] * this.dimension;
      const target = this.vectors.subarray(start, start + this.dimension);
      return this.nearest(target, [position], count);
    }

    // What lies nearest to first - minus + plus, as gensim's most_similar answers.
    analogy(first, minus, plus, count) {
      const target = new Float32Array(this.dimension);
      for (const [position, sign] of [[first, 1], [minus, -1], [plus, 1]]) {
        const start = this.rowOf[position] * this.dimension;
        for (let i = 0; i < target.length; i++) target[i] += sign * this.vectors[start + i];
      }
      return this.nearest(target, [first, minus, plus], count);
    }

    nearest(target, leftOut, count) {
      const { vectors, dimension, positions } = this;
      const length = Math.hypot(...target) || 1;
      const found = [];
      for (let row = 0, start = 0; row < positions.length; row++, start += dimension) {
        let cosine = 0;
        for (let i = 0; i < dimension; i++) cosine += target[i] * vectors[start + i];
        cosine /= length;
        if (found.length === count && cosine <= found[count - 1].cosine) continue;
        if (leftOut.includes(positions[row])) continue;
        let place = found.length;
        while (place > 0 && found[place - 1].cosine < cosine) place--;
        found.splice(place, 0, { position: positions[row], cosine });
        if (found.length > count) found.pop();
      }
      return found;
    }
  }

  const spaces = new Map(
    Object.entries(data.spaces).map(([name, raw]) => [name, new Space(name, raw)]),
  );

  // What a link to the page restores; all of it is in the address.
  const names = [...spaces.keys()];
  const START = {
    left: names[0],
    right: names[1] ?? names[0],
    map: spaces.get(names[0]).mapNames[0],
    colour: "sentiment",
    word: positionOf.has("wonderful") ? "wonderful" : words[0],
    a: "king", b: "man", c: "woman",
  };
  const state = { ...START };

  function readAddress() {
    const given = new URLSearchParams(location.hash.replace(/^#explorer\??/, ""));
    Object.assign(state, START);
    for (const key of Object.keys(START)) if (given.has(key)) state[key] = given.get(key);
    for (const side of ["left", "right"]) if (!spaces.has(state[side])) state[side] = START[side];
    if (!(state.map in MAP_TITLES)) state.map = START.map;
    if (!["sentiment", "frequency"].includes(state.colour)) state.colour = START.colour;
    if (!positionOf.has(state.word)) state.word = START.word;
  }

  const address = () => `#explorer?${new URLSearchParams(state)}`;

  function mixed(stops, share) {
    const place = share * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const channel = (color, i) => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
    const part = (i) => Math.round(channel(stops[low], i)
      + (place - low) * (channel(stops[low + 1], i) - channel(stops[low], i)));
    return `#${[0, 1, 2].map((i) => part(i).toString(16).padStart(2, "0")).join("")}`;
  }

  function palette(colour, theme) {
    const stops = colour === "sentiment"
      ? [theme.negative, theme.middle, theme.positive] : [theme.rare, theme.frequent];
    return Array.from({ length: 64 }, (_, i) => mixed(stops, i / 63));
  }

  const clamped = (value) => Math.min(1, Math.max(0, value));
  const sentiments = Float32Array.from(data.positive, (share) => (share === null ? 0.5
    : clamped((share - LEAST_POSITIVE) / (MOST_POSITIVE - LEAST_POSITIVE))));
  const most = Math.log(1 + Math.max(1, ...data.documents));
  const frequencies = Float32Array.from(data.documents, (count) => Math.log(1 + count) / most);

  // The words that say most about a review: far from one half, and not by chance.
  const landmarks = Array.from(words.keys())
    .map((position) => [position, data.positive[position] === null ? 0
      : Math.abs(data.positive[position] - 0.5) * Math.sqrt(data.documents[position])])
    .sort((one, other) => other[1] - one[1]).slice(0, LANDMARKS).map(([position]) => position);

  let renderer; // both pictures share what WebGL needs

  // One of the two pictures, with its menu and its list of neighbours.
  class Panel {
    constructor(side) {
      this.side = side;
      this.menu = element(`${side}-space`);
      this.canvas = element(`${side}-canvas`);
      this.labels = element(`${side}-labels`);
      this.list = element(`${side}-neighbors`);
      this.answers = element(`${side}-answers`);
      this.caption = element(`${side}-caption`);
      this.shown = {};
      for (const name of names) this.menu.append(make("option", { value: name, textContent: name }));
      this.menu.addEventListener("change", () => change({ [side]: this.menu.value }));
      for (const [part, act] of [["closer", () => this.zoom(1 / ZOOM)],
        ["further", () => this.zoom(ZOOM)], ["whole", () => this.reset()]]) {
        element(`${side}-${part}`).addEventListener("click", act);
      }
      this.canvas.addEventListener("keydown", (event) => this.steer(event));
      this.fingers = new Map();
      this.canvas.addEventListener("pointerdown", (event) => this.touch(event));
      this.canvas.addEventListener("pointermove", (event) => this.drag(event));
      for (const end of ["pointerup", "pointercancel"]) {
        this.canvas.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
      }
      this.startDrawing();
    }

    // The library follows the mouse; fingers are followed here: one moves, two enlarge.
    touch(event) {
      if (event.pointerType !== "touch") return;
      this.canvas.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    }

    drag(event) {
      const before = this.fingers.get(event.pointerId);
      if (!before || !this.plot) return;
      const now = [event.clientX, event.clientY];
      const others = [...this.fingers].filter(([finger]) => finger !== event.pointerId);
      const apart = (place) => Math.hypot(place[0] - others[0][1][0], place[1] - others[0][1][1]);
      const distance = this.plot.get("cameraDistance")
        * (others.length ? apart(before) / Math.max(1, apart(now)) : 1);
      const step = (2 * distance) / this.canvas.clientHeight / this.fingers.size;
      const [x, y] = this.plot.get("cameraTarget");
      this.fingers.set(event.pointerId, now);
      this.plot.zoomToLocation(
        [x - (now[0] - before[0]) * step, y + (now[1] - before[1]) * step], distance,
      );
    }

    get space() { return spaces.get(state[this.side]); }

    startDrawing() {
      try {
        renderer ??= reglScatterplot.createRenderer();
        this.plot = reglScatterplot.createScatterplot({
          renderer, canvas: this.canvas,
          aspectRatio: this.canvas.clientWidth / this.canvas.clientHeight,
          pointSize: 4, pointSizeSelected: 3, opacity: 0.85,
          pointOutlineWidth: 2, lassoMinDelay: 1e9, deselectOnDblClick: false,
          deselectOnEscape: false, spatialIndexUseWorker: false,
        });
      } catch (error) {
        this.labels.append(make("p", { className: "note",
          textContent: "No picture: this browser offers no WebGL. The lists below still work." }));
        return;
      }
      this.plot.subscribe("select", ({ points }) => {
        const [row] = points;
        if (points.length === 1) change({ word: words[this.space.positions[row]] });
      });
      this.plot.subscribe("pointOver", (row) => { this.hovered = row; this.placeLabels(); });
      this.plot.subscribe("pointOut", () => { this.hovered = undefined; this.placeLabels(); });
      this.plot.subscribe("draw", () => this.placeLabels());
    }

    // One after the other: the library refuses to draw while it draws.
    draw() {
      const next = () => this.drawNow();
      this.drawing = (this.drawing ?? Promise.resolve()).then(next, next);
      return this.drawing;
    }

    async drawNow() {
      this.menu.value = state[this.side];
      const { space } = this;
      const map = space.mapNames.includes(state.map) ? state.map : space.mapNames[0];
      this.caption.textContent = `${space.positions.length.toLocaleString("en")} words, `
        + `${space.dimension} dimensions, seen by ${MAP_TITLES[map]}; each axis is stretched to fill the picture`;
      if (!this.plot) return;
      const theme = darkness.matches ? COLORS.dark : COLORS.light;
      const wanted = JSON.stringify([space.name, map]);
      const colours = JSON.stringify([state.colour, darkness.matches]);
      if (this.shown.colours !== colours) {
        this.plot.set({
          backgroundColor: theme.ground, pointColor: palette(state.colour, theme),
          pointColorActive: theme.active, pointColorHover: theme.active,
          colorBy: state.colour === "sentiment" ? "valueA" : "valueB",
        });
        this.shown.colours = colours;
      }
      if (this.shown.points !== wanted) {
        this.hovered = undefined;
        const rows = Array.from(space.positions);
        await this.plot.draw(
          { ...space.map(map), valueA: rows.map((position) => sentiments[position]),
            valueB: rows.map((position) => frequencies[position]) },
          { zDataType: "continuous", wDataType: "continuous" },
        );
        this.shown.points = wanted;
        this.reset();
      }
      this.highlight();
    }

    highlight() {
      const position = positionOf.get(state.word);
      this.marked = this.space.has(position)
        ? [position, ...this.space.neighbors(position, NEIGHBORS).map((found) => found.position)]
        : [];
      if (!this.plot) return;
      const rows = this.marked.map((each) => this.space.rowOf[each]);
      if (rows.length) this.plot.select(rows, { preventEvent: true });
      else this.plot.deselect({ preventEvent: true });
      this.placeLabels();
    }

    // Names beside points: the chosen word first, and none over another.
    placeLabels() {
      if (!this.plot || !this.marked) return;
      const { rowOf, positions } = this.space;
      const wanted = [...this.marked, ...(this.marked.length ? [] : landmarks)];
      if (this.hovered !== undefined) wanted.unshift(positions[this.hovered]);
      const width = this.canvas.clientWidth;
      const height = this.canvas.clientHeight;
      const taken = [];
      const made = [];
      for (const position of new Set(wanted)) {
        const row = rowOf[position];
        if (row === undefined || row < 0 || row >= positions.length) continue;
        const [x, y] = this.plot.getScreenPosition(row) ?? [];
        if (!(x >= 0 && x <= width && y >= 0 && y <= height)) continue;
        const wide = 8 + 7.5 * words[position].length;
        const left = x + 6 + wide > width ? x - wide - 6 : x + 6;
        const top = Math.min(Math.max(y - LABEL_HEIGHT / 2, 0), height - LABEL_HEIGHT);
        if (taken.some((box) => left < box.left + box.wide && box.left < left + wide
          && top < box.top + LABEL_HEIGHT && box.top < top + LABEL_HEIGHT)) continue;
        taken.push({ left, top, wide });
        const chosen = words[position] === state.word || row === this.hovered;
        const label = make("span", { textContent: words[position],
          className: chosen ? "chosen" : "" });
        label.style.transform = `translate(${left}px, ${top}px)`;
        made.push(label);
      }
      this.labels.replaceChildren(...made);
    }

    reset() { this.plot?.zoomToLocation([0, 0], 1.1); }

    zoom(factor) {
      if (!this.plot) return;
      const { plot } = this;
      plot.zoomToLocation(plot.get("cameraTarget"), plot.get("cameraDistance") * factor);
    }

    steer(event) {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (!this.plot || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in moves) {
        const distance = this.plot.get("cameraDistance");
        const target = this.plot.get("cameraTarget");
        const [x, y] = moves[event.key].map((step, i) => target[i] + step * PAN * distance);
        this.plot.zoomToLocation([x, y], distance);
      } else if (event.key === "+" || event.key === "=") this.zoom(1 / ZOOM);
      else if (event.key === "-") this.zoom(ZOOM);
      else if (event.key === "0") this.reset();
      else return;
      event.preventDefault();
    }
  }

  const panels = [new Panel("left"), new Panel("right")];

  // Words with their cosines; each is a button that chooses it.
  function listed(found, shared) {
    return found.map(({ position, cosine }) => {
      const button = make("button", { type: "button", className: "word",
        textContent: words[position] });
      button.addEventListener("click", () => {
        const list = button.closest("ol"); // whose words are others in a moment: the focus stays
        change({ word: words[position] });
        list.querySelector(".word")?.focus({ preventScroll: true });
      });
      const item = make("li", {}, button,
        make("span", { className: "cosine", textContent: cosine.toFixed(3) }));
      if (shared.has(position)) {
        item.classList.add("both");
        item.append(make("span", { className: "mark", textContent: "in both" }));
      }
      return item;
    });
  }

  function notThere(space, ...wanted) {
    const missing = wanted.filter((word) => !space.has(positionOf.get(word)));
    return [make("li", { className: "note",
      textContent: `${space.name} has no vector of ${missing.join(", ")} among these words` })];
  }

  function shownShare(position) {
    const share = data.positive[position];
    const documents = data.documents[position].toLocaleString("en");
    return share === null ? "in no training review"
      : `in ${documents} training reviews, ${Math.round(100 * share)}% of them positive`;
  }

  function showNeighbors() {
    const position = positionOf.get(state.word);
    element("word").textContent = state.word;
    element("about").textContent = shownShare(position);
    const found = panels.map(({ space }) => (space.has(position)
      ? space.neighbors(position, NEIGHBORS) : null));
    const [left, right] = found.map((each) => new Set((each ?? []).map((one) => one.position)));
    const shared = new Set([...left].filter((each) => right.has(each)));
    panels.forEach((panel, side) => {
      panel.list.replaceChildren(...(found[side]
        ? listed(found[side], shared) : notThere(panel.space, state.word)));
    });
    element("overlap").textContent = found.every(Boolean)
      ? `Of the ${NEIGHBORS} nearest words, ${shared.size || "none"} ${
        shared.size > 1 ? "are" : "is"} in both lists.` : "";
  }

  function showAnalogy() {
    for (const key of ["a", "b", "c"]) {
      if (element(key).value !== state[key]) element(key).value = state[key];
    }
    const given = ["a", "b", "c"].map((key) => positionOf.get(state[key]));
    for (const panel of panels) {
      const found = given.every((position) => panel.space.has(position))
        ? listed(panel.space.analogy(...given, ANSWERS), new Set())
        : notThere(panel.space, state.a, state.b, state.c);
      panel.answers.replaceChildren(...found);
    }
  }

  async function show() {
    element("map").value = state.map;
    element("colour").value = state.colour;
    element("search").value = state.word;
    element("legend").dataset.colour = state.colour;
    for (const { side, space } of panels) {
      root.querySelectorAll(`[data-name="${side}"]`)
        .forEach((name) => { name.textContent = space.name; });
    }
    showNeighbors();
    showAnalogy();
    element("link").href = address();
    await Promise.all(panels.map((panel) => panel.draw()));
    root.dataset.drawn = "yes";
  }

  function change(what) {
    Object.assign(state, what);
    history.replaceState(null, "", address());
    element("unknown").textContent = "";
    return show();
  }

  // Words that begin with what is typed, the most frequent first.
  function complete(typed) {
    const found = [];
    for (const word of words) {
      if (word.startsWith(typed)) found.push(word);
      if (found.length === COMPLETIONS) break;
    }
    element("completions").replaceChildren(...found.map((word) => make("option", { value: word })));
    return found;
  }

  const cleaned = (text) => text.trim().toLowerCase();

  function search(typed) {
    const word = positionOf.has(typed.trim()) ? typed.trim() : cleaned(typed);
    if (positionOf.has(word)) return change({ word });
    const [first] = word ? complete(word) : [];
    element("unknown").textContent = word ? `“${word}” is not among these words${
      first ? `; is it ${first}?` : ""}` : "";
    return undefined;
  }

  element("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    search(element("search").value);
  });
  element("search").addEventListener("input", (event) => {
    complete(cleaned(event.target.value));
    // A choice from the list comes without a type of input, or as a replacement.
    if (!event.inputType || event.inputType === "insertReplacementText") search(event.target.value);
  });
  for (const key of ["search", "a", "b", "c"]) { // what is typed takes the place of what stood there
    element(key).addEventListener("focus", (event) => event.target.select());
  }
  for (const key of ["a", "b", "c"]) {
    element(key).addEventListener("input", (event) => complete(cleaned(event.target.value)));
  }
  element("analogy-form").addEventListener("submit", (event) => {
    event.preventDefault();
    change(Object.fromEntries(["a", "b", "c"].map((key) => [key, cleaned(element(key).value)])));
  });
  element("map").addEventListener("change", (event) => change({ map: event.target.value }));
  element("colour").addEventListener("change", (event) => change({ colour: event.target.value }));
  for (const name of new Set([...spaces.values()].flatMap((space) => space.mapNames))) {
    element("map").append(make("option", { value: name, textContent: MAP_TITLES[name] }));
  }
  element("map").parentElement.hidden = element("map").length < 2;
  darkness.addEventListener("change", () => show());
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#explorer?")) { readAddress(); show(); }
  });
  addEventListener("resize", () => panels.forEach((panel) => panel.placeLabels()));

  readAddress();
  const asked = location.hash.startsWith("#explorer?");
  show();
  if (asked) root.scrollIntoView();
})();
