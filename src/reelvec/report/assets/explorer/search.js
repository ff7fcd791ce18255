// A word that is typed: completed, looked up, and told where it is unknown.
import { positionOf, words } from "./data.js";
import { element, make } from "./dom.js";
import { change, TERMS } from "./state.js";

const COMPLETIONS = 12;

const box = element("search", HTMLInputElement);

/** Lets what is typed for a word or an analogy take effect. */
export function followTyping() {
  element("search-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    search(box.value);
  });
  box.addEventListener("input", (event) => {
    complete(cleaned(box.value));
    // A choice from the list comes without a type of input, or as a replacement.
    const kind = event instanceof InputEvent ? event.inputType : "";
    if (!kind || kind === "insertReplacementText") search(box.value);
  });
  const terms = TERMS.map((term) => element(term, HTMLInputElement));
  for (const term of terms) {
    term.addEventListener("input", () => complete(cleaned(term.value)));
  }
  element("analogy-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const [a, b, c] = terms.map((term) => cleaned(term.value));
    change({ a, b, c });
  });
  // What is typed takes the place of what stood there.
  for (const each of [box, ...terms]) each.addEventListener("focus", () => each.select());
}

/** @param {string} typed */
function search(typed) {
  const word = positionOf.has(typed.trim()) ? typed.trim() : cleaned(typed);
  if (positionOf.has(word)) change({ word });
  else element("unknown", HTMLElement).textContent = word && unknown(word);
}

/** @param {string} word */
function unknown(word) {
  const [first] = complete(word);
  return `“${word}” is not among these words${first ? `; is it ${first}?` : ""}`;
}

/**
 * Words that begin with what is typed, the most frequent first.
 *
 * @param {string} typed
 */
function complete(typed) {
  const found = [];
  for (const word of words) {
    if (word.startsWith(typed)) found.push(word);
    if (found.length === COMPLETIONS) break;
  }
  const options = found.map((word) => make("option", { value: word }));
  element("completions", HTMLElement).replaceChildren(...options);
  return found;
}

/** @param {string} text */
function cleaned(text) {
  return text.trim().toLowerCase();
}
