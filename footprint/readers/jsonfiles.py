"""JSON as it comes: one document, several, or one a line; never more of it in memory than was bargained for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input

#: Largest single document; beyond, one object a line is needed.
_LARGEST = 1 << 30
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def documents(item: Input) -> Iterator[tuple[int, Any]]:
    """Yield each JSON value of a file with the line on which it stands; a file of one document gives that.

    Raises
    ------
    footprint.errors.DataError : what is no JSON, with its line
    """
    with item.path.open("rb") as file:
        first = next((line for line in file if line.removeprefix(_BYTE_ORDER_MARK).strip()), b"")
        by_line = _value(first) is not _BROKEN
        file.seek(0)
        if by_line:
            for number, line in enumerate(file, 1):
                text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
                if text.strip():
                    value = _value(text)
                    if value is _BROKEN:
                        raise DataError(f"{item.name}, line {number}: no JSON; the line is cut off or damaged.")
                    yield number, value
            return
        if item.path.stat().st_size > _LARGEST:
            raise DataError(f"{item.name} is one JSON document of over 1 GiB; write one object a line.")
        try:
            yield 1, json.loads(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise DataError(f"{item.name}: no UTF-8 text; save the file as UTF-8.") from None
        except RecursionError:
            raise DataError(f"{item.name}: JSON within JSON beyond all measure.") from None
        except ValueError as error:
            raise DataError(f"{item.name}: no JSON ({error}); the file is cut off or damaged.") from None


_BROKEN = object()


def _value(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _BROKEN


def objects(item: Input) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each object of a file, those of a list one after the other, with the line on which it stands.

    Raises
    ------
    footprint.errors.DataError : what is neither an object nor a list of objects
    """
    for line, value in documents(item):
        for place, found in enumerate(value if isinstance(value, list) else [value], 1):
            if not isinstance(found, dict):
                raise DataError(f"{item.name}, line {line}: a JSON object was expected.")
            yield (place if isinstance(value, list) else line), found


def at(record: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a path of keys; None where there is none.

    >>> at({"input": {"tokens": 5}}, "input.tokens")
    5
    """
    value: Any = record
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def records(item: Input) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each record with its line: objects of JSON as they are, rows of a table with their names in small letters.

    A cell of a table that holds an object of JSON is read as one.
    """
    if item.form not in ("csv", "parquet"):
        yield from objects(item)
        return
    from footprint.intake.scan import LINE, scanned

    for batch in scanned(item, lines=True).collect_batches(chunk_size=50_000, maintain_order=True):
        for row in batch.iter_rows(named=True):
            line = int(row.pop(LINE))
            yield line, {name.casefold(): _parsed(cell) for name, cell in row.items()}


def _parsed(cell: Any) -> Any:
    if isinstance(cell, str) and cell[:1] == "{":
        value = _value(cell.encode())
        return value if isinstance(value, dict) else cell
    return cell


def first_of(record: Mapping[str, Any], *paths: str) -> Any:
    """Return the first that says something of what stands under these names or paths; None where none does.

    >>> first_of({"usage": {"in": 0}}, "in", "usage.in")
    0
    """
    for path in paths:
        for written in (path, path.casefold()):
            value = record[written] if written in record else at(record, written)
            if value not in (None, ""):
                return value
    return None


def whole(value: Any) -> int | None:
    """Return a count that JSON holds as a number or as text; None for what is none.

    >>> whole("12"), whole(3.0), whole(True), whole("x")
    (12, 3, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def listed(item: Input, line: int, value: Any, what: str) -> list[Any]:
    """Return a list that a document must hold.

    Raises
    ------
    footprint.errors.DataError : it is none
    """
    if not isinstance(value, list):
        raise DataError(f"{item.name}, line {line}: {what} is no list; the file is cut off or no such export.")
    return value
