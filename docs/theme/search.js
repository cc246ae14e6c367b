"use strict";
// The search: all words must stand in a part of a page, or in a row of the catalogue. Both lists came with the page.
const field = document.getElementById("words");
const said = document.getElementById("found");
const results = document.getElementById("results");
const MOST = 40;

const parts = footprintPages.map(([url, page, head, text]) => ({
  url,
  title: head && head !== page ? `${page}: ${head}` : page,
  text,
  head: plain(`${page} ${head}`),
  body: plain(text),
}));
const rows = [];
for (const [page, title, lines] of footprintFactors) {
  for (const line of lines.split("\n")) {
    const [id, text] = line.split("\t");
    rows.push({ url: `catalogue/${page}.html#${encodeURIComponent(id)}`, title: `${title}, ${text}`, id, body: plain(`${title} ${text} ${id}`) });
  }
}

function search() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  results.textContent = "";
  if (!words.length) {
    said.textContent = "";
    return;
  }
  const pages = parts
    .filter((part) => words.every((word) => part.head.includes(word) || part.body.includes(word)))
    .map((part) => ({ part, weight: words.reduce((sum, word) => sum + (part.head.includes(word) ? 8 : 0) + Math.min(part.body.split(word).length - 1, 4), 0) }))
    .sort((one, other) => other.weight - one.weight)
    .map(({ part }) => part);
  const exact = field.value.trim();
  const factors = rows.filter((row) => words.every((word) => row.body.includes(word)));
  factors.sort((one, other) => (other.id === exact) - (one.id === exact));
  said.textContent = `${pages.length} parts of pages, ${factors.length} rows of the catalogue`;
  list("Pages", pages, (part) => excerpt(part.text, words));
  list("Catalogue", factors, (row) => [document.createTextNode(row.id)]);
}

function list(name, found, below) {
  if (!found.length) {
    return;
  }
  const head = document.createElement("h2");
  head.textContent = name;
  const items = document.createElement("ol");
  for (const one of found.slice(0, MOST)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = one.url;
    link.textContent = one.title;
    const text = document.createElement("p");
    text.append(...below(one));
    item.append(link, text);
    items.append(item);
  }
  results.append(head, items);
  if (found.length > MOST) {
    const more = document.createElement("p");
    more.textContent = `${found.length - MOST} more: add a word.`;
    results.append(more);
  }
}

// The words around the first that was sought, with all of them marked.
function excerpt(text, words) {
  const lower = text.toLowerCase();
  const first = Math.max(0, Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at >= 0), text.length) - 60);
  // Whole words, where there are any.
  const whole = text.slice(first, first + 220).replace(first > 0 ? /^\S*\s/ : /^/, "");
  const ends = text.length <= first + 220;
  const cut = (first > 0 ? "… " : "") + (ends ? whole : `${whole.replace(/\s\S*$/, "")} …`);
  const sought = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
  return cut.split(sought).map((piece, number) => {
    if (number % 2 === 0) {
      return document.createTextNode(piece);
    }
    const mark = document.createElement("mark");
    mark.textContent = piece;
    return mark;
  });
}

field.value = new URLSearchParams(location.search).get("q") || "";
let waiting = 0;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, 120);
});
search();
