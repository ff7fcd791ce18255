// A space: some of the words, each with a vector of length one, and maps of them.

export const NEIGHBORS = 10;

const ANSWERS = 5;
const SCALE = 32767;

/** @type {Record<string, string>} */
export const MAP_TITLES = { pca: "principal components", tsne: "t-SNE" };

/**
 * A space as the page has it: vectors and maps are base64 of 16-bit numbers, row by row.
 *
 * @typedef {object} RawSpace
 * @property {number} dimension
 * @property {number[]} missing positions of the words that it does not have
 * @property {string} vectors
 * @property {Record<string, string>} maps
 */

/** @typedef {{ position: number, cosine: number }} Found a word, and how near it is */

export class Space {
  /** @type {Float32Array | undefined} */
  #vectors;
  #raw;

  /**
   * @param {string} name
   * @param {RawSpace} raw
   * @param {number} wordCount of all words, missing ones included
   */
  constructor(name, raw, wordCount) {
    this.name = name;
    this.dimension = raw.dimension;
    this.mapNames = Object.keys(raw.maps);
    this.#raw = raw;
    const missing = new Set(raw.missing);
    const all = Int32Array.from({ length: wordCount }, (_, position) => position);
    this.positions = all.filter((position) => !missing.has(position));
    this.rowOf = new Int32Array(wordCount).fill(-1);
    this.positions.forEach((position, row) => {
      this.rowOf[position] = row;
    });
  }

  /** Decoded when first asked for: opening the page waits for none. */
  get vectors() {
    this.#vectors ??= decoded(this.#raw.vectors);
    return this.#vectors;
  }

  /**
   * This name where there is such a map, or that of the first one.
   *
   * @param {string} name
   */
  mapNamed(name) {
    return this.mapNames.includes(name) ? name : this.mapNames[0];
  }

  /** @param {string} name of a map that the space has */
  map(name) {
    const places = decoded(this.#raw.maps[name]);
    return {
      x: places.filter((_, i) => i % 2 === 0),
      y: places.filter((_, i) => i % 2 === 1),
    };
  }

  /**
   * @param {number | undefined} position
   * @returns {position is number}
   */
  has(position) {
    return position !== undefined && this.rowOf[position] >= 0;
  }

  /** @param {number} position */
  neighbors(position) {
    return this.#nearest(this.#vector(position), [position], NEIGHBORS);
  }

  /**
   * What lies nearest to first - minus + plus, as gensim's most_similar answers.
   *
   * @param {number} first
   * @param {number} minus
   * @param {number} plus
   */
  analogy(first, minus, plus) {
    const [one, less, more] = [first, minus, plus].map((position) => this.#vector(position));
    const target = one.map((value, i) => value - less[i] + more[i]);
    return this.#nearest(target, [first, minus, plus], ANSWERS);
  }

  /** @param {number} position */
  #vector(position) {
    const start = this.rowOf[position] * this.dimension;
    return this.vectors.subarray(start, start + this.dimension);
  }

  /**
   * @param {Float32Array} target
   * @param {number[]} leftOut
   * @param {number} count
   */
  #nearest(target, leftOut, count) {
    const { vectors, dimension, positions } = this;
    const length = Math.hypot(...target) || 1;
    /** @type {Found[]} */
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

/**
 * Numbers from -1 to 1. Loops, for there are millions.
 *
 * @param {string} base64
 */
function decoded(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const whole = new Int16Array(bytes.buffer);
  const numbers = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) numbers[i] = whole[i] / SCALE;
  return numbers;
}
