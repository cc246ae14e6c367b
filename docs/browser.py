"""The catalogue as pages: one for each kind of factor and each table, with a lasting address for each row.

The address of a row is ``catalogue/PAGE.html#ID``: PAGE is its kind for a factor, its table for all else; ID is what a
result prints. A figure of a row (``training_runs:gpt-3-175b:pue``) leads to that figure.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from footprint.catalogue import Catalogue
from footprint.catalogue.build import descriptor
from footprint.catalogue.entry import EVIDENCE

#: Tables of things, and what they are called.
TABLES = {
    "models": "Models",
    "products": "Products, with their dated figures",
    "energy_per_use": "Energy per use, measured or published",
    "training_runs": "Training runs",
    "accelerators": "Accelerators",
    "accelerator_embodied": "Making of accelerators, other figures",
    "servers": "Servers and cloud instances",
    "cpus": "Processors",
    "cpu_power": "Power of processors",
    "providers": "Providers",
    "regions": "Cloud regions",
    "zones": "Countries, grid zones and areas",
    "electricity_mix": "Electricity mixes",
    "grid_profiles": "Month-by-hour profiles of grids",
    "instruments": "Contracts and residual mixes",
    "equivalences": "Things to compare with",
    "aliases": "Other names of models and places",
    "published_cases": "Published footprints of the record",
    "disclosures": "Disclosures of providers",
    "claims": "Public claims",
    "claim_figures": "Figures of public claims",
    "standards": "Standards that reports refer to",
    "kinds": "Kinds of factors",
}
#: Kinds by what they are about, in the order of the front page.
GROUPS = (
    ("Electricity grids: carbon", ("grid_", "losses_", "upstream_", "carbon_free")),
    ("Halls", ("pue", "wue_site")),
    ("Water of electricity, scarcity", ("wue_grid", "water_stress")),
    ("Power plants by fuel", ("generation_",)),
    ("Coefficients of the models", ("coefficient",)),
)
#: Rows of more columns than this stand one below the other.
_WIDE = 14
#: Tables that are cited by the id of a row alone.
_BY_ID_ALONE = ("factors", "energy_per_use")


class Browser:
    """All rows of a catalogue, as HTML."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.edition = catalogue.edition
        self.tables = descriptor()
        self.rows = {name: catalogue.rows(f'SELECT * FROM "{name}"') for name in self.tables}
        self.places = {row["id"]: row["name"] for row in catalogue.rows("SELECT id, name FROM places")}
        self.kinds = {row["kind"]: row for row in self.rows["kinds"]}
        self.factors: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows["factors"]:
            self.factors[row["kind"]].append(row)
        self.sources = {row["id"]: row for row in self.rows["sources"]}
        self.citations = {id: catalogue.source(id) for id in self.sources}
        self.addresses = {
            **{row["id"]: f"{row['kind']}.html#{row['id']}" for row in self.rows["factors"]},
            **{id: f"sources.html#{id}" for id in self.sources},
            **{row["id"]: f"energy_per_use.html#{row['id']}" for row in self.rows["energy_per_use"]},
        }

    def linked(self, content: str, up: str) -> str:
        """Return a page whose ids in code lead to their rows; in headings, links and examples they stay as they are."""

        def again(found: re.Match[str]) -> str:
            id = html.unescape(found[1] or "")
            if not id or id not in self.addresses or not re.search(r"[\d_]", id):
                return found[0]
            return f'<a href="{up}catalogue/{html.escape(self.addresses[id])}">{found[0]}</a>'

        whole = r"<(?:pre|h[1-6]|a)\b.*?</(?:pre|h[1-6]|a)>|<code>([\w.:-]+)</code>"
        return re.sub(whole, again, content, flags=re.DOTALL)

    # --- the pages

    def front(self) -> str:
        """Return the front page, in Markdown."""
        said = [
            "# Catalogue of factors",
            "",
            f"Every figure that a result stands on: {len(self.rows['factors']):,} factors of {len(self.factors)} "
            f"kinds, {sum(map(len, self.rows.values())):,} rows in all, from {len(self.sources)} works. Edition "
            f"`{self.edition}`.",
            "{: .lead }",
            "",
            "A result prints the id of each factor; here the id leads to its row, with its unit, place, year, evidence "
            "and source. On the command line the same is `footprint factors show ID`. The address of a row stays: "
            "`catalogue/KIND.html#ID` for a factor, `catalogue/TABLE.html#TABLE:KEY` for a row of a table, and with "
            "`:COLUMN` behind it for one figure of the row.",
            "",
            '<form id="search" role="search" aria-label="Factors" action="../search.html" markdown="0">'
            '<label for="words">An id, a place, a model, a year</label> '
            '<input id="words" type="search" name="q" autocomplete="off"></form>',
            "",
        ]
        left = dict.fromkeys(self.factors)
        for title, heads in (*GROUPS, ("Other", ("",))):
            kinds = [kind for kind in left if kind.startswith(heads)]
            if not kinds:
                continue
            said += [f"## {title}", "", "| kind | rows | unit | what it is |", "| :-- | --: | :-- | :-- |"]
            for kind in sorted(kinds, key=lambda kind: -len(self.factors[kind])):
                left.pop(kind)
                about = self.kinds[kind]
                first, _, _ = str(about["meaning"]).partition(";")
                said.append(
                    f"| {_page(kind, about['label'])} | {len(self.factors[kind]):,} | `{about['unit']}` | {first} |"
                )
            said.append("")
        said += ["## Tables", "", "| table | rows |", "| :-- | --: |"]
        said += [f"| {_page('sources', 'Works that are cited')} | {len(self.sources)} |"]
        said += [f"| {_page(name, label)} | {len(self.rows[name]):,} |" for name, label in self._tables()]
        said += ["", "## How good the evidence is", ""]
        said += [f"* **{word}**: {meaning}" for word, meaning in EVIDENCE.items()]
        return "\n".join(said) + "\n"

    def pages(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, title and text of each page but the front one."""
        for kind in self.factors:
            yield kind, self.kinds[kind]["label"], self._kind(kind)
        for name, label in self._tables():
            yield name, label, self._table(name, label)
        yield "sources", "Works that are cited", self._works()

    def index(self) -> list[tuple[str, str, str]]:
        """Return what the search looks through: page, its title, and a line of id and words for each row."""
        found = [
            (
                kind,
                self.kinds[kind]["label"],
                "\n".join(f"{row['id']}\t{self._about(row)}: {_number(row['value'])} {row['unit']}" for row in rows),
            )
            for kind, rows in self.factors.items()
        ]
        for name, label in self._tables():
            if name == "grid_profiles":  # 288 cells of a grid and year say the same but for the ratio
                continue
            found.append(
                (name, label, "\n".join(f"{self._key(name, row)}\t{self._named(row)}" for row in self.rows[name]))
            )
        works = (f"{id}\t{work.citation}" for id, work in self.citations.items() if work)
        return [*found, ("sources", "Works that are cited", "\n".join(works))]

    def _tables(self) -> list[tuple[str, str]]:
        names = [*TABLES, *(name for name in self.tables if name not in (*TABLES, "factors", "sources"))]
        return [(name, TABLES.get(name, name)) for name in names if self.rows.get(name)]

    def _label(self, page: str) -> str:
        return str(self.kinds[page]["label"]) if page in self.kinds else TABLES.get(page, page)

    # --- a kind of factors

    def _kind(self, kind: str) -> str:
        about, rows = self.kinds[kind], self.factors[kind]
        units = Counter(row["unit"] for row in rows)
        years = [row["year"] for row in rows if row["year"]]
        facts = [
            ("kind", f"<code>{kind}</code>"),
            ("unit", f"<code>{_text(about['unit'])}</code>" if len(units) == 1 else "on each row"),
            ("rows", f"{len(rows):,}"),
        ]
        if years:
            facts.append(("years", f"{min(years)} to {max(years)}" if min(years) < max(years) else str(min(years))))
        if about["carried_years"]:
            facts.append(("used for later years", f"up to {about['carried_years']}, with a warning"))
        if about["distribution"]:
            facts.append(("distribution, where a row has none", _words(about["distribution"])))
        groups: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(
            rows, key=lambda row: (self._place(row), row["subject"] or "", -(row["year"] or 0), row["id"])
        ):
            groups[row["zone"], row["subject"]].append(row)
        grouped = len(rows) > 1.5 * len(groups)
        # What is the same for all rows stands above the table, and what no row has stands nowhere.
        works = {row["source"] for row in rows}
        if len(works) == 1:
            facts.append(("source", self._cited(rows[0]["source"])))
        evidence = {row["evidence"] for row in rows}
        if len(evidence) == 1:
            facts.append(("evidence", f"{rows[0]['evidence']}: {EVIDENCE.get(rows[0]['evidence'], '')}"))
        columns = {
            "year" if grouped else "of": lambda row: (
                str(row["year"] or "undated") if grouped else _text(self._about(row))
            ),
            "value": lambda row: _number(row["value"]),
        }
        if len(units) > 1:
            columns["unit"] = lambda row: f"<code>{_text(row['unit'])}</code>"
        if any(row["low"] is not None for row in rows):
            columns["low to high"] = _between
        if len(evidence) > 1:
            columns["evidence"] = lambda row: row["evidence"]
        if len(works) > 1:
            columns["source"] = lambda row: self._cited(row["source"])
        columns["cited as"] = _named
        said = [
            f"<h1>{_text(about['label'])}</h1>",
            f'<p class="lead">{_text(about["meaning"])}.</p>',
            _facts(facts),
            _filter("a place, a year, an id"),
            '<div class="table"><table class="rows"><thead><tr>',
            "".join(f'<th scope="col">{head}</th>' for head in columns),
            "</tr></thead>",
        ]
        if not grouped:
            said.append("<tbody>")
        for (zone, _), of in groups.items():
            if grouped:
                head = _text(self._place(of[0], with_year=False))
                code = f' <span class="count">{_text(zone)}</span>' if zone else ""
                said.append(
                    f'<tbody><tr class="group"><th colspan="{len(columns)}" scope="rowgroup">{head}{code}</th></tr>'
                )
            # Tags that HTML may leave out are left out: the longest of these pages has 2,400 rows.
            cells = ((row["id"], [write(row) for write in columns.values()]) for row in of)
            said += [f'<tr id="{_text(id)}"><th scope="row">{"<td>".join(filled)}' for id, filled in cells]
        return "\n".join([*said, "</table></div>"])

    def _place(self, row: dict[str, Any], with_year: bool = False) -> str:
        parts = (self.places.get(row["zone"], row["zone"]), row["subject"], row["year"] if with_year else None)
        return ", ".join(str(part) for part in parts if part) or "everywhere"

    def _about(self, row: dict[str, Any]) -> str:
        return self._place(row, with_year=True)

    def _cited(self, id: str | None) -> str:
        if not id:
            return ""
        row = self.sources.get(id)
        if row is None:
            return _text(id)
        names = [name.strip() for name in (row["authors"] or row["publisher"] or id).split(";") if name.strip()]
        short = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        when = f" ({row['year']})" if row["year"] else ""
        return f'<a href="sources.html#{_text(id)}">{_text(_cut(short))}{when}</a>'

    # --- a table of things

    def _table(self, name: str, label: str) -> str:
        fields = self.tables[name]["schema"]["fields"]
        rows = sorted(self.rows[name], key=lambda row: _sortable(self._key(name, row)))
        said = [f"<h1>{_text(label)}</h1>", _facts([("table", f"<code>{name}</code>"), ("rows", f"{len(rows):,}")])]
        meanings = [
            f"<tr><th scope=row><code>{_text(field['name'])}</code><td>{_text(field.get('description') or '')}"
            for field in fields
        ]
        said += [
            "<details><summary>What the columns mean</summary>",
            '<div class="table"><table><thead><tr><th scope="col">column</th><th scope="col">meaning</th></tr></thead>',
            f"<tbody>{''.join(meanings)}</table></div></details>",
            _filter("any words of a row"),
        ]
        if len(fields) < _WIDE or len(rows) > 1000:
            return "\n".join([*said, self._as_table(name, fields, rows)])
        return "\n".join([*said, *(self._as_entry(name, fields, row) for row in rows)])

    def _as_table(self, name: str, fields: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
        kept = [field["name"] for field in fields if any(row[field["name"]] is not None for row in rows)]
        heads = "".join(f'<th scope="col">{_words(head)}' for head in kept)
        lines = []
        for row in rows:
            key = _text(self._key(name, row))
            cells = [self._cell(column, row[column]) for column in kept]
            cells[0] = f'<a href="#{key}">{cells[0]}</a>' if "<a " not in cells[0] else cells[0]
            lines.append(f'<tr id="{key}"><th scope="row">{"<td>".join(cells)}')
        return "\n".join(
            [
                '<div class="table"><table class="rows plain"><thead><tr>',
                heads,
                "</tr></thead>",
                "<tbody>",
                *lines,
                "</table></div>",
            ]
        )

    def _as_entry(self, name: str, fields: list[dict[str, Any]], row: dict[str, Any]) -> str:
        key = _text(self._key(name, row))
        said = [f'<section class="entry" id="{key}"><h2>{_text(self._named(row))}</h2><dl class="facts">']
        own = name in _BY_ID_ALONE
        for field in fields:
            column, value = field["name"], row[field["name"]]
            if value is None:
                continue
            anchor = f"{name}:{key}:{column}" if own else f"{key}:{column}"
            unit = _unit(field, row)
            shown = self._cell(column, value) + (f" {_text(unit)}" if unit and unit != "1" else "")
            long = ' class="long"' if len(str(value)) > 60 else ""
            said.append(f'<div id="{anchor}"{long}><dt>{_words(column)}</dt><dd>{shown}</dd></div>')
        return "".join([*said, "</dl></section>"])

    def _cell(self, column: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (int, float)):
            return _number(value)
        text = str(value)
        if text in self.sources and column.endswith("source"):
            return self._cited(text)
        if re.fullmatch(r"https?://\S+", text):
            return _link(text)
        return _text(text)

    def _key(self, name: str, row: dict[str, Any]) -> str:
        key = self.tables[name]["schema"]["primaryKey"]
        joined = ":".join(str(row[part]) for part in ([key] if isinstance(key, str) else key))
        return joined if name in _BY_ID_ALONE else f"{name}:{joined}"

    def _named(self, row: dict[str, Any]) -> str:
        for name in ("title", "name", "label", "label_en", "claim", "subject", "system", "location", "alias"):
            if row.get(name):
                return _cut(str(row[name]), 120)
        return ", ".join(str(value) for value in list(row.values())[:2] if value is not None)

    # --- works

    def _works(self) -> str:
        cited: dict[str, Counter[str]] = defaultdict(Counter)
        for name, rows in self.rows.items():
            for row in rows:
                for column in row:
                    if column.endswith("source") and row[column] in self.sources:
                        cited[row[column]][row["kind"] if name == "factors" else name] += 1
        said = [
            "<h1>Works that are cited</h1>",
            '<p class="lead">Where each figure was read, under which licence, and what stands on it.</p>',
            _filter("an author, a title, a year"),
        ]
        for id, row in sorted(self.sources.items(), key=lambda item: _sortable(self.citations[item[0]].citation)):
            citation = re.sub(r"\s*https?://\S+$", "", self.citations[id].citation)
            where = f"https://doi.org/{row['doi']}" if row["doi"] else row["url"]
            facts = [("cited as", f"<code>{_text(id)}</code>")]
            if where:
                facts.append(("at", _link(where)))
            facts += [
                (_words(part), _text(row[part]))
                for part in ("licence", "attribution", "read_as", "retrieved", "note")
                if row[part]
            ]
            uses = ", ".join(
                f'{_page(page, self._label(page))} <span class="count">{count:,}</span>'
                for page, count in cited[id].most_common()
            )
            if uses:
                facts.append(("stands behind", uses))
            said.append(f'<section class="entry" id="{_text(id)}"><h2>{_text(citation)}</h2>{_facts(facts)}</section>')
        return "\n".join(said)


def _between(row: dict[str, Any]) -> str:
    low, high = row["low"], row["high"]
    return f"{_number(low)} to {_number(high)}" if low is not None and high is not None else ""


def _named(row: dict[str, Any]) -> str:
    id = _text(row["id"])
    note = "; ".join(_text(row[part]) for part in ("locator", "note") if row[part])
    return f'<a href="#{id}"><code>{id}</code></a>' + (f"<small>{note}</small>" if note else "")


def _page(name: str, title: str) -> str:
    # As HTML, since MkDocs looks for pages in Markdown, and these are written after all of those.
    return f'<a href="{name}.html">{_text(title)}</a>'


def _facts(facts: list[tuple[str, str]]) -> str:
    return '<dl class="facts">' + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts) + "</dl>"


def _filter(what: str) -> str:
    return (
        f'<p class="filter" hidden><label for="filter">Keep the rows with {what}</label>'
        '<input id="filter" type="search" autocomplete="off"> <span id="kept" class="count" role="status"></span></p>'
    )


def _link(address: str) -> str:
    return f'<a href="{_text(address)}">{_text(re.sub(r"^https?://", "", address))}</a>'


def _unit(field: dict[str, Any], row: dict[str, Any]) -> str | None:
    """Return the unit of a column: its description names it in brackets, ``[unit]`` is that of the row."""
    if field["type"] not in ("number", "integer") or field["name"] == "year":
        return None
    named = re.search(r"\[([^\]]+)\]", field.get("description") or "")
    unit = named[1] if named else None
    return row.get("unit") if unit == "unit" or (field["name"] in ("value", "low", "high") and "unit" in row) else unit


def _number(value: float | None) -> str:
    """Return a figure as its source prints it: no digit more, none less, no groups."""
    if value is None:
        return ""
    text = format(value, ".12g")
    return text.replace("e+", "e") if "e" in text else text


def _text(value: object) -> str:
    return html.escape(str(value))


def _words(name: object) -> str:
    return _text(str(name).replace("_", " "))


def _cut(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _sortable(text: str) -> tuple[object, ...]:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text.casefold()))
