// The table of cases to sort and to filter. Without this script it is a table in the order of the files.
"use strict";
(() => {
  const body = document.querySelector("tbody");
  const rows = [...body.rows];
  const heads = [...document.querySelectorAll("thead th")];
  const [verdict, section, text] = ["verdict", "section", "text"].map((id) => document.getElementById(id));
  const output = document.querySelector("output");
  const collator = new Intl.Collator("en", { numeric: true });
  const key = (row, column) => row.cells[column].dataset.order ?? row.cells[column].textContent.trim();

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const said = row.textContent.toLowerCase();
      const sections = [...row.querySelectorAll("[data-section]")].map((each) => each.dataset.section);
      row.hidden =
        (verdict.value !== "" && row.cells[0].querySelector(".badge").lastChild.textContent.trim() !== verdict.value) ||
        (section.value !== "" && !sections.includes(section.value)) ||
        !words.every((word) => said.includes(word));
      count += Number(!row.hidden);
    }
    output.textContent = `${count} of ${rows.length} cases shown`;
  };

  const sort = (column) => {
    const down = heads[column].getAttribute("aria-sort") === "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    const sorted = [...rows].sort((a, b) => collator.compare(key(a, column), key(b, column)) * (down ? -1 : 1));
    body.append(...sorted);
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });
  for (const field of [verdict, section, text]) field.addEventListener("input", filter);
  document.querySelector(".filters").hidden = false;
  filter();
})();
