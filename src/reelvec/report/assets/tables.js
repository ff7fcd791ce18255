// A click on the head of a column sorts its table by it, and another click the other way round.
"use strict";

(() => {
  const number = (text) => {
    const found = text.replace(/,/g, "").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : NaN;
  };

  function sort(table, column, ascending) {
    const rows = [...table.tBodies[0].rows];
    const text = (row) => row.cells[column].textContent.trim();
    const numeric =
      rows.some((row) => !Number.isNaN(number(text(row)))) &&
      rows.every((row) => /^([-–<+]|\d|too few|$)/.test(text(row)));
    const compare = numeric
      ? (one, other) => (number(text(one)) || 0) - (number(text(other)) || 0)
      : (one, other) => text(one).localeCompare(text(other), "en");
    rows.sort((one, other) => (ascending ? 1 : -1) * compare(one, other));
    table.tBodies[0].append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const ascending =
          head.ariaSort === "descending" || (head.ariaSort !== "ascending" && column === 0);
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.ariaSort = ascending ? "ascending" : "descending";
        sort(table, column, ascending);
      });
    });
  }
})();
