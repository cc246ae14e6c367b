"""CSV files before an engine reads them: their header, and whether each line is one record.

Engines differ in what they do with a short row, a blank line or a stray quote: one pads, one drops, one guesses. So
a file is surveyed first. One whose lines are its records is read as it is; any other is read record by record, which
finds the fault, or gives a plain copy that keeps the number of each line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from footprint.errors import DataError, clipped

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 22
_UNDECODED = re.compile("[\udc80-\udcff]")
#: Largest cell that is read; DuckDB takes lines of two million signs.
_CELL = 1 << 21


def delimiter_of(head: bytes) -> str:
    """Return the sign between the cells of the first line, by the beginning of a file.

    >>> delimiter_of(b'"cost, in EUR";model')
    ';'
    """
    first = re.split(rb"[\r\n]", head.removeprefix(b"\xef\xbb\xbf").lstrip(), maxsplit=1)[0]
    line = re.sub(rb'"[^"]*"', b"", first).decode("utf-8", "replace")
    return max(_DELIMITERS, key=line.count)


def header(name: str, path: Path, delimiter: str) -> tuple[str, ...]:
    """Return the names of the columns, each different also for an engine that is blind to case.

    Raises
    ------
    footprint.errors.DataError : two columns have the same name
    """
    for _, cells in _records(name, path, delimiter):
        found: list[str] = []
        for place, cell in enumerate(cells, 1):
            column = cell.strip()
            if column and column in found:
                raise DataError(f"{name}: two columns are called '{clipped(column)}'; rename one.")
            column = f"column_{place}" if is_pattern(column) else column
            while column.casefold() in (other.casefold() for other in found):
                column += f"_{place}"
            found.append(column)
        return tuple(found)
    raise DataError(f"{name} is empty.")


def is_pattern(column: str) -> bool:
    """Tell whether an engine would take the name of a column for many columns, or for none.

    >>> is_pattern("*"), is_pattern("^.*$"), is_pattern("5 * 3")
    (True, True, False)
    """
    return column in ("", "*") or (column[0] == "^" and column[-1] == "$")


def is_plain(path: Path, delimiter: str, columns: int) -> bool:
    """Tell whether every line is one record of that many cells, so that any engine reads the file alike."""
    opened, lines, endings, cells = False, 0, 0, 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK) + file.readline():
            signs = np.frombuffer(block, np.uint8)
            ends = signs == ord("\n")
            between = signs == ord(delimiter)
            if opened or b'"' in block:
                within = np.logical_xor.accumulate(signs == ord('"')) ^ opened
                opened = bool(within[-1])
                if (ends & within).any() or f'{delimiter} "'.encode() in block or b'" ' in block:
                    return False
                between &= ~within
            if block[:1] in b"\r\n" or b"\n\n" in block or b"\n\r" in block:
                return False
            returns = block.count(b"\r\n") if b"\r" in block else 0
            if returns != int(np.count_nonzero(signs == ord("\r"))):
                return False
            endings += returns
            lines += int(np.count_nonzero(ends)) + (block[-1:] != b"\n")
            cells += int(np.count_nonzero(between))
            unended = block[-1:] != b"\n"
    return not opened and endings in (0, lines, lines - unended) and cells == (columns - 1) * lines


def lay_out(name: str, path: Path, delimiter: str, columns: int, copy: Path) -> None:
    """Write a plain copy: the number of its line before each record, no blank lines, one kind of line ending.

    Raises
    ------
    footprint.errors.DataError : a line that is no record of that many cells
    """
    with copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        for line, cells in check(name, path, delimiter, columns):
            writer.writerow([line, *cells])


def check(name: str, path: Path, delimiter: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with the number of its line.

    Raises
    ------
    footprint.errors.DataError : a line that is no record of that many cells
    """
    for line, cells in _records(name, path, delimiter):
        if len(cells) == 1 < columns and not cells[0].strip():
            continue  # a line of spaces is as blank as an empty one
        if len(cells) != columns:
            have = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            raise DataError(f"{name}, line {line}: {have} where the header has {columns}; mend the line.")
        yield line, cells


def _records(name: str, path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not blank, each with the number of the line on which it begins."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file, _large_cells():
        reader = csv.reader(_decoded(name, file), delimiter=delimiter, strict=True, skipinitialspace=True)
        line = 1
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                about = "a quote is opened and not closed" if "end of data" in str(error) else str(error)
                raise DataError(f"{name}, line {line}: {about}; mend the line.") from None
            if cells is None:
                return
            if cells:
                yield line, cells
            line = reader.line_num + 1


def _decoded(name: str, lines: io.TextIOBase) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if not line.isascii() and _UNDECODED.search(line):
            raise DataError(f"{name}, line {number}: no UTF-8 text; save the file as UTF-8.")
        yield line


@contextmanager
def _large_cells() -> Iterator[None]:
    before = csv.field_size_limit(_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
