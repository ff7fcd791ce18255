// The colours of the points: by sentiment or by frequency, on a light or a dark ground.
import { documents, positive } from "./data.js";

// What a share of positive reviews looks like; beyond these ends the colour changes no more.
const LEAST_POSITIVE = 0.2;
const MOST_POSITIVE = 0.8;

const SHADES = 64;

const LIGHT = {
  ground: "#ffffff",
  active: "#111827",
  sentiment: ["#c2410c", "#c4c4c4", "#1d4ed8"],
  frequency: ["#c9d7cf", "#065f46"],
};
const DARK = {
  ground: "#0f1318",
  active: "#ffffff",
  sentiment: ["#ff8a4c", "#5b6068", "#7aa2ff"],
  frequency: ["#2c3a33", "#4ade9c"],
};

export const darkness = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => (darkness.matches ? DARK : LIGHT);

/**
 * The shades from one end to the other, as the page is now.
 *
 * @param {string} colour
 */
export function palette(colour) {
  const stops = colour === "sentiment" ? theme().sentiment : theme().frequency;
  return Array.from({ length: SHADES }, (_, i) => mixed(stops, i / (SHADES - 1)));
}

/** Of each word, from 0 to 1. */
export const sentiments = positive.map((share) =>
  share === null ? 0.5 : clamped((share - LEAST_POSITIVE) / (MOST_POSITIVE - LEAST_POSITIVE)),
);

const most = Math.log(1 + Math.max(1, ...documents));

/** Of each word, from 0 to 1. */
export const frequencies = documents.map((count) => Math.log(1 + count) / most);

/** @param {number} value */
function clamped(value) {
  return Math.min(1, Math.max(0, value));
}

/**
 * @param {string[]} stops
 * @param {number} share
 */
function mixed(stops, share) {
  const place = share * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [channels(stops[low]), channels(stops[low + 1])];
  const parts = from.map((value, i) => Math.round(value + (place - low) * (to[i] - value)));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} color as #rrggbb */
function channels(color) {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
