// What the page was made with: the words, what is known of each, and the spaces.
import { Space } from "./space.js";

const LANDMARKS = 24;

/**
 * @typedef {object} PageData
 * @property {string[]} words by falling frequency
 * @property {number[]} documents how many training reviews hold each word
 * @property {(number | null)[]} positive share of those that are positive; null for a word in none
 * @property {Record<string, import("./space.js").RawSpace>} spaces
 */

/** @type {PageData} */
const data = JSON.parse(document.getElementById("explorer-data")?.textContent ?? "");

export const { words, documents, positive } = data;

export const positionOf = new Map(words.map((word, position) => [word, position]));

export const spaces = new Map(
  Object.entries(data.spaces).map(([name, raw]) => [name, new Space(name, raw, words.length)]),
);

/** The words that say most about a review: far from one half, and not by chance. */
export const landmarks = words
  .map((_, position) => ({ position, weight: weight(position) }))
  .sort((one, other) => other.weight - one.weight)
  .slice(0, LANDMARKS)
  .map(({ position }) => position);

/** @param {number} position */
function weight(position) {
  const share = positive[position];
  return share === null ? 0 : Math.abs(share - 0.5) * Math.sqrt(documents[position]);
}

/** The names of all maps, be it of one space alone. */
export const mapNames = new Set([...spaces.values()].flatMap((space) => space.mapNames));
