"""How rows of the catalogue are printed: an aligned table for people, JSON and CSV for programs, Markdown."""

from __future__ import annotations

import csv
import datetime
import io
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from footprint.commands.render import as_json, safe_cell
from footprint.errors import clipped

Row = Mapping[str, Any]

#: Rows of a table on a terminal, unless --limit says otherwise.
SCREENFUL = 40
#: No table is wider, however wide the terminal.
_WIDEST = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its cell of a row, and how far it may be narrowed by wrapping.

    A cell of several lines keeps them; a word that is wider than its column is parted at its signs, never inside. In
    the first column, where ids stand, it is not parted at all: it takes a line of its own.
    """

    head: str
    cell: Callable[[Row], str]
    right: bool = False
    least: int | None = None


def text(name: str, head: str | None = None, least: int | None = None) -> Column:
    """Return a column that shows the cell ``name``; it may be wrapped where ``least`` gives a width."""
    return Column(head or name, lambda row: clipped("" if row[name] is None else row[name], 400), least=least)


def amount(name: str, head: str | None = None) -> Column:
    """Return a column that shows the number ``name`` with the digits of its source."""
    return Column(head or name, lambda row: exactly(row[name]), right=True)


def exactly(value: float | None) -> str:
    """Return a number with the digits of its source; blank where it is not known."""
    from footprint.numbers import exact

    return "" if value is None else exact(value)


def rendered(rows: Sequence[Row], columns: Sequence[Column], form: str, limit: int | None, narrower: str) -> str:
    """Return rows in one of the formats of the command line.

    A table on a terminal ends after ``limit`` rows, and says how to see the others: ``narrower`` tells what to add.
    """
    if form == "json":
        return as_json([{name: plain(value) for name, value in row.items()} for row in rows[:limit]])
    if form == "csv":
        return as_csv(rows[:limit])
    if limit is None and sys.stdout.isatty():
        limit = SCREENFUL
    shown = rows[:limit]
    if not shown:
        return "nothing found"
    lines = _markdown(shown, columns) if form == "md" else _table(shown, columns)
    if len(shown) < len(rows):
        rest = f"{len(rows) - len(shown):,} more of {len(rows):,} rows: --limit {len(rows)} or --format csv shows all"
        lines.extend(["", *textwrap.wrap(f"{rest}; {narrower}", terminal_width(), break_on_hyphens=False)])
    return "\n".join(lines)


def plain(value: Any) -> Any:
    """Return a cell as JSON takes it."""
    return value.isoformat() if isinstance(value, datetime.date) else value


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV that no spreadsheet takes for formulas."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(plain(value)) for name, value in row.items()} for row in rows)
    return out.getvalue().rstrip("\n")


def escaped(cell: str) -> str:
    """Return a text as a cell of a Markdown table."""
    return "".join("\\" + c if c in "|*_`[]<>\\" else c for c in cell)


def terminal_width() -> int:
    """Return how wide a table may be."""
    return min(_WIDEST, shutil.get_terminal_size((100, 24)).columns)


def _markdown(rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
    lines = [
        [column.head.replace("\n", " ") for column in columns],
        ["--:" if column.right else ":--" for column in columns],
    ]
    lines.extend([escaped(re.sub(r"\n\s*", "; ", column.cell(row))) for column in columns] for row in rows)
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _table(rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
    cells = [[column.cell(row) for column in columns] for row in rows]
    kept = [i for i in range(len(columns)) if any(record[i] for record in cells)]
    columns, cells = [columns[i] for i in kept], [[record[i] for i in kept] for record in cells]
    widths = [
        max(len(line) for text in (column.head, *(record[i] for record in cells)) for line in text.split("\n"))
        for i, column in enumerate(columns)
    ]
    _narrow(widths, columns, terminal_width())
    lines = [click.style(line, bold=True) for line in _wrapped([column.head for column in columns], columns, widths)]
    for record in cells:
        lines.extend(_wrapped(record, columns, widths))
    return lines


def _narrow(widths: list[int], columns: Sequence[Column], most: int) -> None:
    """Take from the widest column that can be wrapped, until the table fits."""
    while sum(widths) + 2 * (len(widths) - 1) > most:
        able = [i for i, column in enumerate(columns) if column.least is not None and widths[i] > column.least]
        if not able:
            return
        widths[max(able, key=widths.__getitem__)] -= 1


def _wrapped(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """Return one row as the lines that it takes."""
    above = []
    if "\n" not in cells[0] and len(cells[0]) > widths[0]:
        above, cells = [cells[0]], ["", *cells[1:]]
    parts = [
        [piece for line in cell.split("\n") for piece in _pieces(line, width)]
        for cell, width in zip(cells, widths, strict=True)
    ]
    lines = []
    for depth in range(max(len(part) for part in parts)):
        line = [part[depth] if depth < len(part) else "" for part in parts]
        aligned = [
            f"{cell:>{width}}" if column.right else f"{cell:<{width}}"
            for cell, column, width in zip(line, columns, widths, strict=True)
        ]
        lines.append("  ".join(aligned).rstrip())
    return above + lines


def _pieces(line: str, width: int) -> list[str]:
    """Wrap a text; a word that is too long, such as a unit, is parted after one of its signs."""
    pieces = []
    indent = line[: len(line) - len(line.lstrip())]
    for piece in textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]:
        while len(piece) > width and (signs := [sign.end() for sign in re.finditer(r"[/*-]", piece[:width])]):
            pieces.append(piece[: signs[-1]])
            piece = piece[signs[-1] :]
        pieces.append(piece)
    return pieces
