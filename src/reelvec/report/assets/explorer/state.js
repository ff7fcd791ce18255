// What is looked at. All of it is in the address, so that a link restores it.
import { mapNames, positionOf, spaces, words } from "./data.js";

/** @typedef {"left" | "right"} Side */
/** @typedef {"a" | "b" | "c"} Term of an analogy */
/** @typedef {Record<Side | Term | "map" | "colour" | "word", string>} State */

/** @type {Side[]} */
export const SIDES = ["left", "right"];

/** @type {Term[]} */
export const TERMS = ["a", "b", "c"];

const COLOURS = ["sentiment", "frequency"];
const ADDRESS = "#explorer?";

const [first, second = first] = spaces.values();

/** @type {State} */
const START = {
  left: first.name,
  right: second.name,
  map: first.mapNames[0],
  colour: COLOURS[0],
  word: positionOf.has("wonderful") ? "wonderful" : words[0],
  a: "king",
  b: "man",
  c: "woman",
};

/** @type {State} */
export const state = { ...START };

/** @type {() => void} */
let changed = () => {};

/**
 * Names what is called after each change: one function, that shows the page anew.
 *
 * @param {() => void} act
 */
export function onChange(act) {
  changed = act;
}

/** @param {Partial<State>} what */
export function change(what) {
  Object.assign(state, what);
  history.replaceState(null, "", address());
  changed();
}

export const address = () => `${ADDRESS}${new URLSearchParams(state)}`;

export const isAddressed = () => location.hash.startsWith(ADDRESS);

/** What the address leaves out, or says wrongly, is as at the start. */
export function readAddress() {
  const given = new URLSearchParams(location.hash.replace(/^#explorer\??/, ""));
  for (const key of keys()) state[key] = given.get(key) ?? START[key];
  for (const side of SIDES) if (!spaces.has(state[side])) state[side] = START[side];
  if (!mapNames.has(state.map)) state.map = START.map;
  if (!COLOURS.includes(state.colour)) state.colour = START.colour;
  if (!positionOf.has(state.word)) state.word = START.word;
}

/** @param {Side} side */
export const spaceOf = (side) => spaces.get(state[side]) ?? first;

const keys = () => /** @type {(keyof State)[]} */ (Object.keys(START));
