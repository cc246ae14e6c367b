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
