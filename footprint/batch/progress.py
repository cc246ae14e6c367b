"""How far long work is: a stage, its rows, and the share that is done as far as the engine can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from footprint.intake.files import Input, parquet_rows

#: Tells the share that is done, between 0 and 1; None where nobody knows.
Share = Callable[[], float | None]


class Watch(Protocol):
    """Somebody who watches."""

    def stage(self, title: str, rows: int | None, share: Share) -> None:
        """Take notice that a stage begins, over so many rows as far as is known."""


def rows_of(inputs: Sequence[Input]) -> int | None:
    """Return the rows of files that say so without being read; None where one does not."""
    total = 0
    for item in inputs:
        path = item.canonical or (item.path if item.form == "parquet" else None)
        if path is None:
            return None
        rows = parquet_rows(path)
        if rows is None:
            return None  # who reads it says what is wrong with it
        total += rows
    return total
