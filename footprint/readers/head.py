"""The beginning of a file: enough to tell whose it is, without reading the rest."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from footprint.intake.files import parquet_schema

#: Bytes that are looked at.
LOOKED_AT = 65_536
#: Records that are looked at.
_RECORDS = 50


@dataclass(frozen=True, slots=True)
class Head:
    """What the beginning of a file shows."""

    #: as the user named it, and where it lies; unpacked, where it was packed
    name: str
    path: Path
    #: csv, jsonl, json (one document), parquet or text
    form: str
    delimiter: str = ","
    #: columns of a table, in its order; for JSON lines those of the first records
    columns: tuple[str, ...] = ()
    #: the first records of JSON lines, or the one document of JSON
    records: tuple[Mapping[str, Any], ...] = ()
    #: the first 64 KiB, as text
    text: str = ""
    #: the columns, blind to case
    folded: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", frozenset(name.casefold() for name in self.columns))

    def has(self, *columns: str) -> bool:
        """Tell whether all of these columns are there, however they are capitalised."""
        return all(name.casefold() in self.folded for name in columns)

    def says(self, *words: str) -> bool:
        """Tell whether all of these stand in the beginning, each in its quotes, as keys and texts of JSON do."""
        return all(f'"{word}"' in self.text for word in words)

    def keys(self) -> frozenset[str]:
        """Return the keys of the first records, or of the one document."""
        return frozenset(itertools.chain.from_iterable(self.records))


def look(name: str, path: Path, form: str, delimiter: str, columns: tuple[str, ...]) -> Head:
    """Return the head of a file whose format is known; what is no JSON shows no records."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    text = start.decode("utf-8-sig", "replace")
    records: tuple[Mapping[str, Any], ...] = ()
    if form == "jsonl":
        records, whole = _records(text, complete=len(start) < LOOKED_AT)
        if whole:
            form = "json"
    if form == "jsonl":
        columns = tuple(dict.fromkeys(itertools.chain.from_iterable(records)))
    elif form == "parquet":
        columns = tuple(parquet_schema(path))
    return Head(name, path, form, delimiter, columns, records, text)


def _records(text: str, complete: bool) -> tuple[tuple[Mapping[str, Any], ...], bool]:
    """Return the first objects, and whether the file is one document rather than a line for each object."""
    lines = text.lstrip().splitlines()
    found = []
    for line in lines[: _RECORDS + 1] if complete else lines[:-1][:_RECORDS]:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(record, dict):
            break
        found.append(record)
    if found:
        return tuple(found), len(found) == 1 and complete and sum(bool(line.strip()) for line in lines) == 1
    return (), text.lstrip()[:1] in ("{", "[")
