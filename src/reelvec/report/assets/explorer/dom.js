// The elements of the explorer's section. Words reach them as text nodes and attribute values,
// never as markup.

export const root = must(document.getElementById("explorer"), HTMLElement, "explorer");

/**
 * What has this name in the section, as an element of this kind.
 *
 * @template {HTMLElement} Kind
 * @param {string} name
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function element(name, kind) {
  return must(root.querySelector(`[data-part="${name}"]`), kind, name);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * @template {HTMLElement} Kind
 * @param {Element | null} found
 * @param {new () => Kind} kind
 * @param {string} name
 * @returns {Kind}
 */
function must(found, kind, name) {
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} named ${name}`);
}
