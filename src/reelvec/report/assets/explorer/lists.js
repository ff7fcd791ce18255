// The lists in words: the neighbours of the chosen word, and the answers to the analogy.
import { documents, positionOf, positive, words } from "./data.js";
import { element, make } from "./dom.js";
import { NEIGHBORS } from "./space.js";
import { change, SIDES, spaceOf, state, TERMS } from "./state.js";

/** @typedef {import("./space.js").Found} Found */
/** @typedef {import("./space.js").Space} Space */

export function showNeighbors() {
  const position = positionOf.get(state.word);
  element("word", HTMLElement).textContent = state.word;
  element("about", HTMLElement).textContent = position === undefined ? "" : shownShare(position);
  const found = SIDES.map((side) => {
    const space = spaceOf(side);
    return space.has(position) ? space.neighbors(position) : null;
  });
  const [left, right] = found.map((each) => new Set(each?.map((one) => one.position)));
  const shared = new Set([...left].filter((each) => right.has(each)));
  found.forEach((each, i) => {
    const items = each ? listed(each, shared) : [notThere(spaceOf(SIDES[i]), state.word)];
    element(`${SIDES[i]}-neighbors`, HTMLElement).replaceChildren(...items);
  });
  const verb = shared.size > 1 ? "are" : "is";
  element("overlap", HTMLElement).textContent = found.every(Boolean)
    ? `Of the ${NEIGHBORS} nearest words, ${shared.size || "none"} ${verb} in both lists.`
    : "";
}

export function showAnalogy() {
  const given = TERMS.map((term) => state[term]);
  const [a, b, c] = given.map((word) => positionOf.get(word));
  for (const side of SIDES) {
    const space = spaceOf(side);
    const items =
      space.has(a) && space.has(b) && space.has(c)
        ? listed(space.analogy(a, b, c), new Set())
        : [notThere(space, ...given)];
    element(`${side}-answers`, HTMLElement).replaceChildren(...items);
  }
}

/** @param {number} position */
function shownShare(position) {
  const share = positive[position];
  if (share === null) return "in no training review";
  const count = documents[position].toLocaleString("en");
  return `in ${count} training reviews, ${Math.round(100 * share)}% of them positive`;
}

/**
 * Words with their cosines; each is a button that chooses it.
 *
 * @param {Found[]} found
 * @param {Set<number>} shared
 */
function listed(found, shared) {
  return found.map(({ position, cosine }) => {
    const word = words[position];
    const button = make("button", { type: "button", className: "word", textContent: word });
    button.addEventListener("click", () => {
      const list = button.closest("ol"); // whose words are others in a moment: the focus stays
      change({ word });
      /** @type {HTMLElement | null | undefined} */
      const next = list?.querySelector(".word");
      next?.focus({ preventScroll: true });
    });
    const shown = make("span", { className: "cosine", textContent: cosine.toFixed(3) });
    const item = make("li", {}, button, shown);
    if (shared.has(position)) {
      item.classList.add("both");
      item.append(make("span", { className: "mark", textContent: "in both" }));
    }
    return item;
  });
}

/**
 * @param {Space} space
 * @param {...string} wanted
 */
function notThere(space, ...wanted) {
  const missing = wanted.filter((word) => !space.has(positionOf.get(word))).join(", ");
  const textContent = `${space.name} has no vector of ${missing} among these words`;
  return make("li", { className: "note", textContent });
}
