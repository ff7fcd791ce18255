// What is around the pictures: menus, captions, and what the boxes for words hold.
import { mapNames, spaces } from "./data.js";
import { element, make, root } from "./dom.js";
import { MAP_TITLES } from "./space.js";
import { address, change, SIDES, spaceOf, state, TERMS } from "./state.js";

const map = element("map", HTMLSelectElement);
const colour = element("colour", HTMLSelectElement);

/** Fills the menus, and lets a choice take effect. */
export function followMenus() {
  for (const side of SIDES) {
    const menu = element(`${side}-space`, HTMLSelectElement);
    for (const name of spaces.keys()) offer(menu, name, name);
    menu.addEventListener("change", () => change({ [side]: menu.value }));
  }
  map.addEventListener("change", () => change({ map: map.value }));
  colour.addEventListener("change", () => change({ colour: colour.value }));
  for (const name of mapNames) offer(map, name, MAP_TITLES[name]);
  if (map.parentElement) map.parentElement.hidden = mapNames.size < 2;
}

/** Shows the state, but for pictures and lists. */
export function showControls() {
  map.value = state.map;
  colour.value = state.colour;
  element("search", HTMLInputElement).value = state.word;
  element("legend", HTMLElement).dataset.colour = state.colour;
  element("link", HTMLAnchorElement).href = address();
  for (const term of TERMS) {
    const box = element(term, HTMLInputElement);
    if (box.value !== state[term]) box.value = state[term];
  }
  for (const side of SIDES) {
    const { name } = spaceOf(side);
    element(`${side}-space`, HTMLSelectElement).value = name;
    element(`${side}-caption`, HTMLElement).textContent = caption(side);
    for (const title of root.querySelectorAll(`[data-name="${side}"]`)) title.textContent = name;
  }
}

/** @param {import("./state.js").Side} side */
function caption(side) {
  const space = spaceOf(side);
  const count = space.positions.length.toLocaleString("en");
  const title = MAP_TITLES[space.mapNamed(state.map)];
  return `${count} words, ${space.dimension} dimensions, seen by ${title}; each axis is stretched to fill the picture`;
}

/**
 * @param {HTMLSelectElement} menu
 * @param {string} value
 * @param {string} textContent
 */
function offer(menu, value, textContent) {
  menu.append(make("option", { value, textContent }));
}
