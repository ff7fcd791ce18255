// The embedding explorer of reports/index.html: two spaces side by side, drawn by WebGL.
import { darkness } from "./colours.js";
import { followMenus, showControls } from "./controls.js";
import { element, root } from "./dom.js";
import { showAnalogy, showNeighbors } from "./lists.js";
import { Picture } from "./picture.js";
import { followTyping } from "./search.js";
import { isAddressed, onChange, readAddress, SIDES } from "./state.js";

const pictures = SIDES.map((side) => new Picture(side));

async function show() {
  showControls();
  showNeighbors();
  showAnalogy();
  await Promise.all(pictures.map((picture) => picture.draw()));
  root.dataset.drawn = "yes";
}

onChange(() => {
  element("unknown", HTMLElement).textContent = "";
  show();
});
followMenus();
followTyping();
darkness.addEventListener("change", show);
addEventListener("hashchange", () => {
  if (!isAddressed()) return;
  readAddress();
  show();
});
addEventListener("resize", () => {
  for (const picture of pictures) picture.placeLabels();
});

readAddress();
const asked = isAddressed();
show();
if (asked) root.scrollIntoView();
