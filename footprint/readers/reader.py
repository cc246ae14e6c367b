"""What a reader is: how it knows its source, what it makes of it, and how the export is made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from footprint.errors import UsageError
from footprint.intake.files import Input
from footprint.readers.head import Head

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says of a source that does not say it itself."""

    #: whether tokens that a cache held are inside the input tokens; None: as the source has it
    cached_inside: bool | None = None
    #: time zone of stamps that have none, such as Europe/Paris
    zone: str | None = None
    #: columns of people and keys that are kept, as a hash
    keep: frozenset[str] = frozenset()
    #: what a plain table of a meter holds: interval, register or power
    meter: str | None = None
    #: where electricity was metered: facility, it or accelerator
    boundary: str | None = None
    #: a folder for what is too large to be held
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as rows of the canonical table: lazy, and what a person must know of them."""

    frame: pl.LazyFrame
    notes: tuple[str, ...] = ()
    #: columns that tell one account, node or meter from another: only the same one can overlap with itself
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of source."""

    #: what the user calls it, such as ``openai-usage``
    name: str
    title: str
    #: tells a file of this source by its beginning
    recognises: Callable[[Head], bool]
    #: makes rows of it; the item is surveyed, so that its records are sound
    read: Callable[[Input, Head, Options], Reading]
    #: how to make the export
    help: str
    #: what the rows do not say, and the user must: names of columns of the canonical table
    needs: tuple[str, ...] = ()
    #: options that it can need, in words
    asks: tuple[str, ...] = ()
    #: formats of files: csv, jsonl, json, parquet, text
    forms: tuple[str, ...] = field(default=("csv", "jsonl", "parquet"))
    #: kinds of rows that it makes
    kinds: tuple[str, ...] = ("query",)
    #: what is read, how it counts, and what is set aside; blank takes what its module says of itself
    counts: str = ""

    @property
    def counted(self) -> str:
        """What is read, how it counts, and what is set aside."""
        said = (sys.modules[self.read.__module__].__doc__ or "").partition("\n")[2]
        return " ".join((self.counts or said).replace("``", "`").split())


def refuse_form(reader: Reader, item: Input) -> None:
    """Refuse a file in a format that a reader does not know.

    Raises
    ------
    footprint.errors.UsageError : another format
    """
    if item.form not in reader.forms:
        raise UsageError(f"{item.name}: the reader {reader.name} reads {', '.join(reader.forms)}, not {item.form}.")
