"""One row of the catalogue, or one figure of it, with all that stands behind it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from footprint.catalogue import Catalogue
from footprint.catalogue.browse import citing, known_id, nearest
from footprint.catalogue.build import descriptor
from footprint.errors import UnknownNameError
from footprint.units import equations

#: What each word for the strength of evidence means; the same table as in datasets/README.md.
EVIDENCE = {
    "primary": "the publisher's document, file or data set was read",
    "secondary": "read in a text that quotes it",
    "derived": "computed from other rows",
    "judgement": "a choice of this project; the note gives the reason",
    "unverified": "no document was read, or it is unclear; used by name only, and printed as unverified",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row, or one figure of it, with all that stands behind it."""

    reference: str
    title: str
    table: str | None = None
    column: str | None = None
    value: Any = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    #: what the figure is, in a sentence
    meaning: str | None = None
    #: every cell that is not blank, and the unit of those that have one
    row: dict[str, Any] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    #: the works cited, that of the figure first: the columns of sources.csv, its citation, and what it is cited for
    sources: tuple[dict[str, Any], ...] = ()
    #: which rows cite it, where the entry is a source
    cited_by: tuple[dict[str, Any], ...] = ()
    edition: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "reference": self.reference,
            "title": self.title,
            "table": self.table,
            "column": self.column,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            **{name: self.row.get(name) for name in ("zone", "year", "evidence", "locator", "note", "origin")},
            "meaning": self.meaning,
            "row": self.row,
            "units": self.units,
            "sources": list(self.sources),
            **({"cited_by": list(self.cited_by)} if self.cited_by else {}),
            "edition": self.edition,
        }


def show(catalogue: Catalogue, reference: str) -> Entry:
    """Return the row that an estimate cites, or that a person names.

    ``reference`` is the id of a factor or of an energy per use, ``TABLE:ID`` for a row of any table,
    ``TABLE:ID:COLUMN`` for one figure of it, ``stated:NAME`` and ``definition:NAME`` for what is no row, or a name
    that stands for one thing alone.

    Raises
    ------
    footprint.errors.UnknownNameError : no such row, or several; the nearest references are offered

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> entry = show(open_catalogue(), "training_runs:gpt-3-175b:pue")
    >>> entry.value, entry.unit, entry.sources[0]["id"]
    (1.1, 'kWh/kWh_IT', 'patterson2021')
    """
    head, _, rest = reference.partition(":")
    if rest and head in ("stated", "definition"):
        return _input(catalogue, head, rest)
    if head == "grid_profiles" and (profile := _profile(catalogue, rest)):
        return profile
    found = list(_found(catalogue, reference))
    if len(found) == 1:
        return _entry(catalogue, *found[0])
    if found:
        several = list(dict.fromkeys(f"{table}:{_key_of(table, row)}" for table, row, _ in found))
        raise UnknownNameError("row without its table and key", reference, several[-4:], _SEARCH_HINT)
    raise UnknownNameError("row", reference, _nearest(catalogue, reference), _SEARCH_HINT)


def source(catalogue: Catalogue, id: str) -> Entry:
    """Return a work that is cited, and what cites it.

    Raises
    ------
    footprint.errors.UnknownNameError : no such work; the nearest are offered

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> source(open_catalogue(), "patterson2021").row["publisher"]
    'arXiv'
    """
    known = known_id(catalogue, "source", "sources", "id", id, "sources")
    return show(catalogue, f"sources:{known}")


_SEARCH_HINT = "Find it with: footprint factors search WORDS"
#: Tables whose rows are cited by their id alone.
_BY_ID_ALONE = ("factors", "energy_per_use")
#: What a name stands for, and the tables of these things.
_NAMED = {
    "model": "models",
    "accelerator": "accelerators",
    "run": "training_runs",
    "equivalence": "equivalences",
    "provider": "providers",
    "place": "zones",
}


def _found(catalogue: Catalogue, reference: str) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Yield the rows that a reference may mean: table, row, column."""
    tables = descriptor()
    head, _, rest = reference.partition(":")
    if rest and head in tables:
        found = [(head, row, None) for row in _by_key(catalogue, head, rest)]
        key, _, column = rest.rpartition(":")
        if not found and key and column in {field["name"] for field in tables[head]["schema"]["fields"]}:
            yield from ((head, row, column) for row in _by_key(catalogue, head, key))
        yield from found
        return
    for own in _BY_ID_ALONE:
        for row in _by_key(catalogue, own, reference):
            yield own, row, None
            return
    found = [(table, row, None) for table in tables for row in _by_key(catalogue, table, reference)]
    for what, table in _NAMED.items() if not found else ():
        id = catalogue.find(what, reference)
        found.extend((table, row, None) for row in (_by_key(catalogue, table, id) if id else ()))
    yield from found


def _profile(catalogue: Catalogue, key: str) -> Entry | None:
    """Return the month-by-hour profile of a zone and year as one entry: its 288 rows say the same but for the ratio."""
    found = catalogue.rows(
        "SELECT zone, year, basis, boundary, time_zone, source, evidence, origin, count(*) AS rows, "
        "min(ratio) AS lowest_ratio, max(ratio) AS highest_ratio FROM grid_profiles "
        "WHERE concat_ws(':', zone, year) = $key GROUP BY ALL",
        key=key,
    )
    if len(found) != 1:
        return None
    row = found[0]
    place = _first(catalogue, "SELECT name FROM places WHERE id = $id", row["zone"])
    return Entry(
        reference=f"grid_profiles:{key}",
        title=f"Month-by-hour profile, {place}, {row['year']}",
        table="grid_profiles",
        meaning="how the grid's intensity in one month and hour compares with its mean of the year: a shape, laid over "
        f"the annual factor of any year; one cell is grid_profiles:{key}:MONTH:HOUR",
        row=row,
        sources=tuple(_cited(catalogue, "grid_profiles", row, None)),
        edition=catalogue.edition,
    )


def _by_key(catalogue: Catalogue, table: str, key: str) -> list[dict[str, Any]]:
    """Return the rows of a table by their key, its parts joined by colons, or by the part of it called id."""
    parts = _keys(table)
    joined = ", ".join(f'CAST("{part}" AS VARCHAR)' for part in parts)
    by_id = " OR id = $key" if "id" in parts and len(parts) > 1 else ""
    order = ", ".join(f'"{part}"' for part in parts)
    return catalogue.rows(
        f"SELECT * FROM \"{table}\" WHERE concat_ws(':', {joined}) = $key{by_id} ORDER BY {order}", key=key
    )


def _keys(table: str) -> list[str]:
    key = descriptor()[table]["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else list(key)


def _key_of(table: str, row: dict[str, Any]) -> str:
    return ":".join(str(row[part]) for part in _keys(table))


def _entry(catalogue: Catalogue, table: str, row: dict[str, Any], column: str | None) -> Entry:
    key = _key_of(table, row)
    reference = key if table in _BY_ID_ALONE else f"{table}:{key}{f':{column}' if column else ''}"
    fields = {item["name"]: item for item in descriptor()[table]["schema"]["fields"]}
    units = {name: unit for name, item in fields.items() if (unit := _unit(item, row))}
    figure = column or ("value" if "value" in row else None)
    meaning = str(fields[column].get("description") or "") if column else ""
    if (table, column) == ("accelerators", "embodied"):
        row = row | catalogue.embodied(row)  # the card's figure has an origin of its own
    if table == "factors":
        meaning = str((_first(catalogue, "SELECT meaning FROM kinds WHERE kind = $id", row["kind"])) or "")
    return Entry(
        reference=reference,
        title=_title(catalogue, table, row, column),
        table=table,
        column=column,
        value=row[figure] if figure else None,
        unit=units.get(figure) if figure else None,
        low=_bound(row, figure, "low"),
        high=_bound(row, figure, "high"),
        meaning=meaning or None,
        row={name: value for name, value in row.items() if value is not None},
        units={name: unit for name, unit in units.items() if row[name] is not None},
        sources=tuple(_cited(catalogue, table, row, column)),
        cited_by=tuple(_cited_by(catalogue, row["id"])) if table == "sources" else (),
        edition=catalogue.edition,
    )


def _unit(item: dict[str, Any], row: dict[str, Any]) -> str | None:
    """Return the unit of a column: its description names it in brackets, ``[unit]`` is that of the row."""
    named = re.search(r"\[([^\]]+)\]", item.get("description") or "")
    if item["type"] not in ("number", "integer") or item["name"] == "year":
        return None
    unit = named.group(1) if named else None
    return row.get("unit") if unit == "unit" or (item["name"] in ("value", "low", "high") and "unit" in row) else unit


def _bound(row: dict[str, Any], figure: str | None, bound: str) -> float | None:
    return row.get(bound if figure == "value" else f"{figure}_{bound}") if figure else None


def _title(catalogue: Catalogue, table: str, row: dict[str, Any], column: str | None) -> str:
    if table == "factors":
        parts = (
            _first(catalogue, "SELECT label FROM kinds WHERE kind = $id", row["kind"]),
            row["subject"],
            _first(catalogue, "SELECT name FROM places WHERE id = $id", row["zone"]),
            row["year"],
        )
        return ", ".join(str(part) for part in parts if part)
    for name in ("title", "name", "label", "label_en", "subject", "system", "location"):
        if row.get(name):
            return f"{row[name]}{f', {column}' if column else ''}"
    return _key_of(table, row)


def _first(catalogue: Catalogue, sql: str, id: str | None) -> Any:
    found = catalogue.rows(sql, id=id) if id else []
    return next(iter(found[0].values())) if found else None


def _cited(catalogue: Catalogue, table: str, row: dict[str, Any], column: str | None) -> Iterator[dict[str, Any]]:
    """Yield the works that a row cites, that of the column first, each with what it is cited for."""
    columns = [
        reference["fields"]
        for reference in descriptor()[table]["schema"].get("foreignKeys", ())
        if reference["reference"]["resource"] == "sources"
    ]
    own = [name for name in columns if column and _backs(name, column)]
    ids = {name: row[name] for name in sorted(columns, key=lambda name: (name not in own, name != "source"))}
    if table == "sources":
        ids = {"source": row["id"]}
    for number, other in enumerate(str(row.get("other_sources") or "").split(";")):
        ids[f"other_sources {number}"] = other.strip()
    for name, id in ids.items():
        source = catalogue.source(id)
        if source is not None:
            yield {
                "cited_as": name.partition(" ")[0],
                "id": source.id,
                "citation": source.citation,
                "url": source.url,
                "doi": source.doi,
                "licence": source.licence,
                "attribution": source.attribution,
                "read_as": source.read_as,
                "retrieved": _first(catalogue, "SELECT retrieved FROM sources WHERE id = $id", source.id),
                "note": source.note,
            }


def _backs(source: str, column: str) -> bool:
    """Tell whether a column such as ``embodied_source`` names the work behind ``column``."""
    about = source.removesuffix("_source")
    if about == "embodied" and column.startswith("embodied_water"):
        return False
    # The work for idle power of an accelerator is that for its full load, too.
    return source != "source" and (column.startswith(about) or (about, column) == ("idle", "max_power"))


def _cited_by(catalogue: Catalogue, id: str) -> list[dict[str, Any]]:
    """Return how many rows of each table, and of each kind of factor, cite a work."""
    return catalogue.rows(
        f'SELECT "table", kind, count(*) AS rows FROM ({citing()}) WHERE source = $id GROUP BY ALL '
        'ORDER BY "table", kind',
        id=id,
    )


def _input(catalogue: Catalogue, origin: str, name: str) -> Entry:
    """Return what is said of an input that is no row: the equations that take it, and its unit."""
    takers = [equation for equation in equations().values() if name in equation.units]
    if not takers:
        known = sorted({name for equation in equations().values() for name in equation.units})
        near = [f"{origin}:{word}" for word in known if word.startswith(name[:4])]
        raise UnknownNameError("input of the equations", f"{origin}:{name}", near[:3])
    unit = takers[0].units[name] or "1"
    described = re.search(rf"^\s*{re.escape(name)} : (.+?)(?: \[|$)", takers[0].function.__doc__ or "", re.MULTILINE)
    why = "given by the user" if origin == "stated" else "holds by definition"
    return Entry(
        reference=f"{origin}:{name}",
        title=f"{name.replace('_', ' ')}, {why}",
        unit=unit,
        meaning=f"{described.group(1) if described else name}; {why}, so that no row of the catalogue stands behind "
        f"it; taken by {', '.join(equation.name for equation in takers)}",
        edition=catalogue.edition,
    )


def _nearest(catalogue: Catalogue, reference: str) -> list[str]:
    row, _, column = reference.rpartition(":")
    tables = descriptor()
    if row.partition(":")[0] in tables and len(rows := list(_found(catalogue, row))) == 1:
        columns = [item["name"] for item in tables[rows[0][0]]["schema"]["fields"]]
        return [f"{row}:{near}" for near in difflib.get_close_matches(column, columns, 3)] or [row]
    return nearest(catalogue, reference)
