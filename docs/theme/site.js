"use strict";
// What is wider than its place scrolls, and can then be reached by the keyboard.
for (const box of document.querySelectorAll("pre, .table, .math")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}

// The list of pages stands at the end of a narrow page; the menu brings it to the top.
const menu = document.getElementById("menu");
const pages = document.getElementById("pages");
menu.setAttribute("role", "button");
menu.setAttribute("aria-expanded", "false");
menu.setAttribute("aria-controls", "pages");
menu.addEventListener("click", (event) => {
  event.preventDefault();
  const above = pages.classList.toggle("above");
  menu.setAttribute("aria-expanded", String(above));
  if (above) {
    window.scrollTo(0, 0);
    pages.querySelector("a").focus({ preventScroll: true });
  }
});
menu.addEventListener("keydown", (event) => {
  if (event.key === " ") {
    event.preventDefault();
    menu.click();
  }
});

// The key of a search box, as elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    document.getElementById("sought").focus();
  }
});

// A figure of a row has no place of its own in a long table: its row is shown.
function aim() {
  let id = decodeURIComponent(location.hash.slice(1));
  if (!id || document.getElementById(id)) {
    return;
  }
  id = id.replace(/:[^:]*$/, "");
  const row = document.getElementById(id);
  if (row) {
    row.classList.add("aimed");
    row.scrollIntoView();
  }
}
aim();
addEventListener("hashchange", aim);

// Rows that hold all the words that were typed.
const filter = document.getElementById("filter");
if (filter) {
  const rows = Array.from(document.querySelectorAll("table.rows tbody tr:not(.group), section.entry"));
  const texts = rows.map((row) => {
    const group = row.parentElement.querySelector("tr.group");
    return plain(`${group ? group.textContent : ""} ${row.textContent} ${row.id}`);
  });
  const said = document.getElementById("kept");
  const keep = () => {
    const words = plain(filter.value).split(/\s+/).filter(Boolean);
    let kept = 0;
    rows.forEach((row, number) => {
      row.hidden = !words.every((word) => texts[number].includes(word));
      kept += row.hidden ? 0 : 1;
    });
    for (const group of document.querySelectorAll("table.rows tr.group")) {
      group.hidden = !group.parentElement.querySelector("tr:not(.group):not([hidden])");
    }
    said.textContent = words.length ? `${kept} of ${rows.length} rows` : "";
  };
  filter.addEventListener("input", keep);
  document.querySelector(".filter").hidden = false;
}

function plain(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[-_]/g, " ");
}
