"""Check a folder of the catalogue's CSV files, shipped or laid over, and say every fault with its remedy.

The rules are those of ``datapackage.json`` and the few that it cannot say: that a unit is one of ``units.txt`` and of
its kind, that a value lies in its range, that a factor's zone is a place, that a source leads to a work. Faults are
data: nothing is raised for what a file holds.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import difflib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from footprint._files import shipped
from footprint.catalogue.build import descriptor, files_of
from footprint.errors import clipped
from footprint.units import unit_of

#: Faults of one kind in one column that are told one by one; the others are counted.
TOLD = 20

#: Endings of files that a user may take for a table of the catalogue.
_SHEETS = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: One word of units.txt after another: Pint alone would compute a text such as 9**9**9 for ever.
_UNIT = re.compile(r"(?:1|(?!\d)\w+(?:\*\*\d)?)(?:[*/](?!\d)\w+(?:\*\*\d)?)*")
_BROKEN = re.compile(r"[\udc80-\udcff]")  # what no UTF-8 was, as Python reads it with surrogateescape
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

#: Lowest and highest figure that a factor in a unit may have, where it is no coefficient: a lost prefix passes all
#: other rules.
_LIMITS = {
    "1": (0.0, 1.0),
    "kWh/kWh_IT": (1.0, 4.0),
    "gCO2e/kWh": (0.0, 2500.0),
    "gCO2/kWh": (0.0, 2500.0),
    "L/kWh": (0.0, 200.0),
    "L/kWh_IT": (0.0, 10.0),
}

#: What a pattern of datapackage.json wants, in words.
_PATTERNS = {
    r"^[a-z0-9_.:\-]+$": "an id of small letters, digits and _ . : -",
    r"^[a-z0-9_]+$": "a word of small letters, digits and _",
    r"^https?://.*$": "an address that begins with https://",
    r"^10\..*$": "a DOI that begins with 10., without https://doi.org/",
    r"^[A-Z]{3}$": "three capital letters",
    r"^[A-Z]{2}$": "two capital letters",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong at one place of a file, and what to do."""

    file: str
    #: line of the file on which the record begins; the header is line 1, 0 stands for the file as a whole
    line: int
    column: str | None
    #: the text of the cell; None where nothing could be there
    given: str | None
    wanted: str
    remedy: str
    #: how many further rows have the same fault
    more: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        column = f" {self.column}:" if self.column else ""
        given = "nothing" if self.given is None else f"'{self.given}'" if self.given else "a blank"
        more = f" ({self.more:,} more rows like this)" if self.more else ""
        return f"{where}:{column} {given} where {self.wanted} is wanted; {self.remedy}{more}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has read, and the faults that it found, in the order of the files."""

    files: int
    rows: int
    faults: list[Fault]


def check(folder: Path) -> Checked:
    """Check the tables in ``folder``; a reference may lead to its own rows or to the shipped ones.

    Parameters
    ----------
    folder : the shipped ``datasets``, or an overlay that holds some of its tables

    Returns
    -------
    Checked : the files and rows read, and the faults; of many alike the first are told and the others counted

    Raises
    ------
    OSError : the folder itself cannot be listed

    Examples
    --------
    >>> from footprint._files import shipped
    >>> check(shipped("datasets", "datapackage.json")).faults
    []
    """
    tables = descriptor()
    home = shipped("datasets", "datapackage.json")
    inspection = _Inspection(folder)
    if folder.resolve() != home.resolve():
        inspection.know(home)
    files = {name: files_of(folder, resource) for name, resource in tables.items()}
    inspection.look_around({path for paths in files.values() for path in paths})
    for name, paths in files.items():
        table = _Table(name, tables[name]["schema"])
        for path in paths:
            inspection.file(table, path)
        inspection.settle(table)
    order = {_shown(folder, path): rank for rank, path in enumerate(path for paths in files.values() for path in paths)}
    faults = [
        dataclasses.replace(fault, more=max(inspection.count[group] - TOLD, 0)) if last else fault
        for group, told in inspection.faults.items()
        for fault, last in ((fault, fault is told[-1]) for fault in told)
    ]
    faults.sort(key=lambda fault: (order.get(fault.file, -1), fault.line))
    return Checked(len(order), inspection.rows, faults)


# --- tables and rules ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a cell must be: ``wanted`` in words, whether a text is it, and what to do where it is not."""

    wanted: str
    holds: Callable[[str], bool]
    remedy: Callable[[str], str]


@dataclass
class _Table:
    """What the data package declares of one table, read once."""

    name: str
    schema: Mapping[str, Any]
    columns: dict[str, Mapping[str, Any]] = field(init=False)
    key: list[str] = field(init=False)
    needed: set[str] = field(init=False)
    rules: dict[str, list[_Rule]] = field(init=False)
    #: column, the table and the column that it refers to
    references: list[tuple[str, str, str]] = field(init=False)
    #: low bound, value, high bound
    ranges: list[tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {column["name"]: column for column in self.schema["fields"]}
        self.key = _listed(self.schema["primaryKey"])
        limits = {name: column.get("constraints", {}) for name, column in self.columns.items()}
        self.needed = {name for name, limit in limits.items() if limit.get("required")} | set(self.key)
        self.rules = {name: list(_rules(column)) for name, column in self.columns.items()}
        self.references = [
            (
                _listed(reference["fields"])[0],
                reference["reference"]["resource"] or self.name,
                _listed(reference["reference"]["fields"])[0],
            )
            for reference in self.schema.get("foreignKeys", ())
        ]
        self.ranges = [
            (low, value, low.replace("low", "high"))
            for low, value in [("low", "value"), *((f"{name}_low", name) for name in self.columns)]
            if {low, value} <= self.columns.keys()
        ]


def _rules(column: Mapping[str, Any]) -> Iterator[_Rule]:
    limits = column.get("constraints", {})
    kind = column["type"]
    if kind == "number":
        yield _Rule("a number", _is_number, _write_number)
    elif kind in ("integer", "year"):
        yield _Rule("a whole number", lambda text: bool(_INTEGER.fullmatch(text)), _write_integer)
    elif kind == "date":
        yield _Rule("a date", _is_date, lambda _: "write year, month and day, such as 2025-06-01")
    if "enum" in limits:
        words = list(limits["enum"])
        yield _Rule(f"one of {', '.join(words)}", words.__contains__, lambda text: _did_you_mean(text, words))
    if "pattern" in limits:
        pattern = limits["pattern"]
        wanted = _PATTERNS.get(pattern, f"a text of the pattern {pattern}")
        yield _Rule(wanted, lambda text: bool(re.fullmatch(pattern, text)), lambda _: "write it so")
    if "minimum" in limits:
        least = limits["minimum"]
        yield _Rule(f"at least {least:g}", lambda text: float(text) >= least, _mind_the_unit)
    if "maximum" in limits:
        most = limits["maximum"]
        yield _Rule(f"at most {most:g}", lambda text: float(text) <= most, _mind_the_unit)
    if column["name"] == "unit":
        yield _Rule("a unit of units.txt", _is_unit, lambda _: "units are written as kWh/kWh_IT, gCO2e/kWh or L/kWh_IT")


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and math.isfinite(float(text))


def _write_number(text: str) -> str:
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        return f"write {text.replace(',', '')} or {text.replace(',', '.')}"
    point = text.replace(",", ".")
    if _is_number(point):
        return f"write {point}, with a decimal point"
    if text.strip().casefold().lstrip("+-") in ("nan", "inf", "infinity", "n/a", "na", "null", "none", "-"):
        return "leave it blank where the value is not known"
    return "write digits and a decimal point; a unit has its own column"


def _write_integer(text: str) -> str:
    return f"write {float(text):.0f}" if _is_number(text) else "write digits alone"


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and datetime.date.fromisoformat(text))
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _is_unit(text: str) -> bool:
    if len(text) > 120 or not _UNIT.fullmatch(text):
        return False
    try:
        for word in re.findall(r"[^\W\d]\w*", text):  # each alone: Pint would cancel foo/foo before it looks it up
            unit_of(word)
    except Exception:  # Pint raises half a dozen unrelated classes for a text that is no unit
        return False
    return True


def _mind_the_unit(_: str) -> str:
    return "mind the unit that the column declares"


def _did_you_mean(text: str, known: Iterable[str], otherwise: str = "choose one") -> str:
    near = difflib.get_close_matches(text, known, 1, 0.5)
    if not near:  # AUT for aut, FRA for France: what differs in capitals alone
        near = [word for word in known if word.casefold() == text.strip().casefold()]
    return f"did you mean '{near[0]}'?" if near else otherwise


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _shown(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


# --- reading ---------------------------------------------------------------------------------------


@dataclass
class _Inspection:
    """A check under way: what was found, and what later rows may refer to."""

    folder: Path
    rows: int = 0
    faults: dict[tuple[str, str, str], list[Fault]] = field(default_factory=dict)
    count: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: values of a column that others refer to, by table and column
    known: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    #: the unit of each kind that has one
    unit_of_kind: dict[str, str] = field(default_factory=dict)
    #: coefficients by id, the shipped ones first: an overlay's own keep their unit and sign
    coefficients: dict[str, Mapping[str, str]] = field(default_factory=dict)
    #: ids of zones by their names and codes
    zone_called: dict[str, str] = field(default_factory=dict)
    #: where a key, or what may stand once only, was first seen: table, what, values
    first: dict[tuple[str, ...], str] = field(default_factory=dict)
    #: references of a table to itself, looked up when it is read to its end
    waiting: list[tuple[str, int, str, str, str]] = field(default_factory=list)

    def add(
        self,
        file: str,
        line: int,
        column: str | None,
        given: str | None,
        wanted: str,
        remedy: str | Callable[[], str],
        group: str | None = None,
    ) -> None:
        """Keep a fault; of many alike the first are kept and the others counted."""
        alike = (file if group is None else "", column or "" if group is None else group, wanted)
        self.count[alike] += 1
        if self.count[alike] <= TOLD:
            said = remedy if isinstance(remedy, str) else remedy()
            text = None if given is None else clipped(given, 60)
            fault = Fault(file=file, line=line, column=column, given=text, wanted=wanted, remedy=said)
            self.faults.setdefault(alike, []).append(fault)

    def know(self, home: Path) -> None:
        """Learn what the shipped rows may be referred to by."""
        for name, resource in descriptor().items():
            table = _Table(name, resource["schema"])
            for path in files_of(home, resource):
                with path.open(encoding="utf-8", newline="") as file:
                    for row in csv.DictReader(file):
                        self.learn(table, row)

    def learn(self, table: _Table, row: Mapping[str, str]) -> None:
        """Remember what other rows may refer to."""
        if len(table.key) == 1 and row.get(table.key[0]):
            self.known.setdefault((table.name, table.key[0]), set()).add(row[table.key[0]])
        if table.name == "kinds" and row.get("unit"):
            self.unit_of_kind[row["kind"]] = row["unit"]
        if table.name == "factors" and row.get("kind") == "coefficient":
            self.coefficients.setdefault(row.get("id", ""), row)
        if table.name == "zones" and row.get("type") == "country":
            self.zone_called.update({row[name].casefold(): row["id"] for name in ("name", "iso2") if row.get(name)})
        if table.name == "zones" and row.get("type") == "aggregate":
            self.known.setdefault(("zones", "aggregate"), set()).add(row["id"])

    def look_around(self, tables: set[Path]) -> None:
        """Find files that are meant as tables and are none."""
        names = [path for resource in descriptor().values() for path in resource["path"]]
        stems = {Path(name).stem: name for name in ("factors.csv", *names)}
        inside = self.folder / "factors"
        for path in sorted([*self.folder.iterdir(), *(inside.iterdir() if inside.is_dir() else ())]):
            if path.suffix.casefold() in _SHEETS and path not in tables:
                file = _shown(self.folder, path)
                near = difflib.get_close_matches(path.stem.casefold(), stems, 1, 0.7)
                self.add(
                    file,
                    0,
                    None,
                    path.name,
                    "a CSV file with the name of a table",
                    f"{f'did you mean {stems[near[0]]}?' if near else 'rename it:'} a file of another name is not read",
                    group="a file",
                )
        if not tables:
            remedy = f"name the tables as the catalogue does: {', '.join(stems.values())}"
            self.add("factors.csv", 0, None, None, "at least one table", remedy)

    def file(self, table: _Table, path: Path) -> None:
        """Check one file of ``table``."""
        file = _shown(self.folder, path)
        try:
            if self._is_no_text(path):
                self.add(file, 1, None, path.name, "a text in UTF-8", "save it as CSV, in the encoding UTF-8")
                return
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
                self._records(table, file, csv.reader(text, strict=True))
        except OSError as error:
            self.add(file, 0, None, path.name, "a file that can be read", f"{error.strerror}")

    @staticmethod
    def _is_no_text(path: Path) -> bool:
        with path.open("rb") as file:
            start = file.read(4096)
        return b"\0" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff")

    def _records(self, table: _Table, file: str, reader: Any) -> None:
        """Read the header and the rows; a row is numbered by the line on which it begins."""
        header: list[str] | None = None
        rows, line = 0, 1
        try:
            for cells in reader:
                begins, line = line, reader.line_num + 1
                if not cells:
                    continue
                if header is None:
                    header = cells
                    if not self._header(table, file, begins, header):
                        return
                    continue
                rows += 1
                if len(cells) != len(header):
                    self.add(
                        file,
                        begins,
                        None,
                        f"{len(cells)} cells",
                        f"a row of {len(header)} cells, as the header has,",
                        'write a text that holds a comma between quotes: "a, b"',
                    )
                else:
                    self._row(table, file, begins, dict(zip(header, cells, strict=True)))
        except csv.Error as error:
            self.add(
                file,
                line,
                None,
                str(error),
                "a record of CSV",
                "close each quotation mark, and double one that is part of a text",
            )
            return
        self.rows += rows
        if header is None:
            self.add(file, 1, None, None, "a header", f"begin with {','.join(table.columns)}, or delete the file")
        elif not rows and not table.schema.get("mayBeEmpty"):
            self.add(file, 2, None, None, "a row", "add one, or delete the file")

    def _header(self, table: _Table, file: str, line: int, header: list[str]) -> bool:
        """Check the header; tell whether the rows can be read with it."""
        for other, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if len(header) == 1 and header[0].count(other) >= 2:
                wanted = "columns parted by commas"
                self.add(file, line, None, header[0], wanted, f"they are parted by {name}: save with commas instead")
                return False
        for column in (name for name in table.columns if name not in header):
            self.add(file, line, column, None, "the column", _to_be_added(table, column))
        for column, times in Counter(header).items():
            if column not in table.columns:
                missing = [name for name in table.columns if name not in header]
                self.add(
                    file,
                    line,
                    None,
                    column,
                    f"a column of {table.name}",
                    partial(_did_you_mean, column, missing or list(table.columns), "take it out"),
                )
            elif times > 1:
                self.add(file, line, column, f"{times} columns", "one column of this name", "take the others out")
        return bool(set(header) & table.columns.keys())

    # --- rows ------------------------------------------------------------------------------------

    def _row(self, table: _Table, file: str, line: int, row: dict[str, str]) -> None:
        sound = {column for column in table.columns if column in row and self._cell(table, file, line, column, row)}
        self._in_range(table, file, line, row, sound)
        self._once(table, file, line, row)
        self.learn(table, row)
        if table.name == "factors":
            self._factor(file, line, row, sound)
        if table.name == "instruments":
            self._instrument(file, line, row, sound)
        if table.name == "sources" and not (row.get("url") or row.get("doi") or row.get("note")):
            self.add(file, line, "url", "", "an address, or a doi", "give one of them, or say in the note why not")

    def _cell(self, table: _Table, file: str, line: int, column: str, row: Mapping[str, str]) -> bool:
        """Check a cell by the rules of its column; the first that does not hold is told."""
        text = row[column]
        if not text:
            if column in table.needed:
                meaning = table.columns[column].get("description", "")
                self.add(file, line, column, "", "a value", f"fill it in: {meaning[:1].lower()}{meaning[1:]}")
            return False
        if _BROKEN.search(text):
            shown = _BROKEN.sub("\ufffd", text)
            self.add(file, line, column, shown, "a text in UTF-8", "save the file in the encoding UTF-8")
            return False
        if _CONTROL.search(text):
            self.add(file, line, column, text, "a printable text", "take out the control characters")
            return False
        for rule in table.rules[column]:
            if not rule.holds(text):
                self.add(file, line, column, text, rule.wanted, partial(rule.remedy, text))
                return False
        return all(
            self._leads(file, line, column, text, other, key, late=other == table.name)
            for own, other, key in table.references
            if own == column
        )

    def _leads(self, file: str, line: int, column: str, text: str, table: str, key: str, late: bool = False) -> bool:
        """Check that a reference leads to a row."""
        known = self.known.get((table, key), set())
        if text in known:
            return True
        if late:
            self.waiting.append((file, line, column, text, key))
            return True
        remedy = f"add the row to {table}.csv first"
        self.add(
            file,
            line,
            column,
            text,
            f"{'an' if key == 'id' else 'a'} {key} of {table}.csv",
            partial(_did_you_mean, text, known, remedy),
        )
        return False

    def settle(self, table: _Table) -> None:
        """Look up the references of a table to itself, once all of it is known."""
        waiting, self.waiting = self.waiting, []
        for file, line, column, text, key in waiting:
            self._leads(file, line, column, text, table.name, key)

    def _in_range(self, table: _Table, file: str, line: int, row: Mapping[str, str], sound: set[str]) -> None:
        for low, value, high in table.ranges:
            if value not in sound:
                continue
            if low in sound and float(row[low]) > float(row[value]):
                wanted = f"no more than the {value}"
                self.add(file, line, low, row[low], wanted, f"the {value} is {row[value]}: mend one of them")
            if high in sound and float(row[high]) < float(row[value]):
                wanted = f"no less than the {value}"
                self.add(file, line, high, row[high], wanted, f"the {value} is {row[value]}: mend one of them")

    def _once(self, table: _Table, file: str, line: int, row: Mapping[str, str]) -> None:
        """Check what may stand once only: the key, a unique column, a factor of one kind, subject, zone and year."""
        alone = [[name] for name, column in table.columns.items() if column.get("constraints", {}).get("unique")]
        for names in [table.key, *(names for names in alone if names != table.key)]:
            values = [row.get(name, "") for name in names]
            if all(values):
                said = "a row with its own key"
                self._first(table, file, line, names, values, said, "give it another, or take one row out")
        names = ["kind", "subject", "zone", "year"]
        if table.name == "factors" and _is_resolved(row.get("kind", "")):
            values = [row.get(name, "") for name in names]
            remedy = "keep one; the other may go to a kind that ends in _alternative or _reference"
            self._first(table, file, line, names, values, "one row for a kind, subject, zone and year", remedy)

    def _first(
        self, table: _Table, file: str, line: int, names: list[str], values: list[str], wanted: str, remedy: str
    ) -> None:
        what = (table.name, *names, "=", *values)
        before = self.first.setdefault(what, f"{file}:{line}")
        if before != f"{file}:{line}":
            shown = " ".join(value for value in values if value)
            self.add(file, line, names[0], shown, wanted, f"{before} has it already: {remedy}")

    def _factor(self, file: str, line: int, row: Mapping[str, str], sound: set[str]) -> None:
        """Check what no key of the data package can say: a factor's zone is a place, its unit that of its kind."""
        places = [self.known.get((table, "id"), set()) for table in ("zones", "regions")]
        zone = row.get("zone", "")
        if "zone" in sound and not any(zone in known for known in places):
            called = self.zone_called.get(zone.casefold())
            wanted, remedy = "an id of zones.csv or regions.csv", "find it with `footprint factors regions`"
            near = partial(_did_you_mean, zone, [*places[0], *places[1]], remedy)
            self.add(file, line, "zone", zone, wanted, f"did you mean '{called}'?" if called else near)
        unit = self.unit_of_kind.get(row.get("kind", ""))
        if unit and "unit" in sound and row["unit"] != unit:
            self.add(
                file, line, "unit", row["unit"], f"the unit of {row['kind']}, {unit},", "convert the value into it"
            )
        figures = [name for name in ("low", "value", "high") if name in sound]
        if row.get("kind") == "coefficient":
            self._coefficient(file, line, row, figures)
        else:
            least, most = _LIMITS.get(row.get("unit", ""), (0.0, math.inf))
            for name in (name for name in figures if not least <= float(row[name]) <= most):
                wanted = (
                    f"a figure from {least:g} to {most:g} {row['unit']}" if most < math.inf else "no negative figure"
                )
                self.add(file, line, name, row[name], wanted, "mind the unit")
        if row.get("distribution") == "log_uniform" and "low" in sound and float(row["low"]) <= 0:
            self.add(file, line, "low", row["low"], "a lower bound above zero", "no logarithm reaches zero")

    def _coefficient(self, file: str, line: int, row: Mapping[str, str], figures: Sequence[str]) -> None:
        """Check that a coefficient can stand where the shipped one of its id does: equations divide by many."""
        shipped = self.coefficients[row["id"]]
        if row.get("unit") != shipped["unit"]:
            self.add(file, line, "unit", row.get("unit"), f"the unit {shipped['unit']}", "convert the value into it")
        if float(shipped["value"]) > 0 and "value" in figures and float(row["value"]) <= 0:
            self.add(file, line, "value", row["value"], "a figure above zero", "equations may divide by it")
        most = 1000 * max(abs(float(shipped[name])) for name in ("value", "high") if shipped.get(name))
        for name in (name for name in figures if abs(float(row[name])) > most > 0):
            self.add(
                file, line, name, row[name], f"a figure up to {most:g}", "it is a thousand times the shipped row's"
            )
        for name in ("low", "high"):
            if shipped.get(name) and not row.get(name):
                self.add(file, line, name, "", "a bound, as the shipped row has", "its range is said with it")

    def _instrument(self, file: str, line: int, row: Mapping[str, str], sound: set[str]) -> None:
        """Check what an instrument covers: a place that others lie in, days in order, a quantity or a share."""
        if "zone" in sound and row["zone"] in self.known.get(("zones", "aggregate"), ()):
            wanted, remedy = (
                "a country, a grid zone or an area",
                "no place lies in a group of countries: give a row each",
            )
            self.add(file, line, "zone", row["zone"], wanted, remedy)
        if {"valid_from", "valid_to"} <= sound and row["valid_to"] < row["valid_from"]:
            wanted = "no day before the first"
            self.add(file, line, "valid_to", row["valid_to"], wanted, f"valid_from is {row['valid_from']}: mend one")
        if {"quantity", "share"} <= sound:
            self.add(file, line, "share", row["share"], "a blank beside a quantity", "give the quantity or the share")
        for column in ("quantity", "share"):
            if column in sound and row.get("kind") == "residual_mix":
                wanted, remedy = "a blank for a residual mix", "it stands for all that no other instrument covers"
                self.add(file, line, column, row[column], wanted, remedy)


def _to_be_added(table: _Table, column: str) -> str:
    return "add it and fill it in" if column in table.needed else "add it; its cells may be blank"


def _is_resolved(kind: str) -> bool:
    """Tell whether the ladder, or an equation, takes rows of a kind: see the rules in datasets/README.md."""
    listed = kind.endswith(("_reference", "_alternative", "_site"))
    return bool(kind) and not listed and kind != "coefficient" and not kind.startswith("generation_carbon_")
