"""Files of a batch opened: read by their readers, scanned by one engine, their columns mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from footprint.activities import TOKENS
from footprint.batch.columns import ColumnMap, listed, mapped
from footprint.batch.engines import DuckDBEngine, Engine, PolarsEngine, scanned_together, twins_of
from footprint.batch.parts import refuse_kinds
from footprint.batch.periods import MONTH
from footprint.batch.rows import REMARKS, named_columns
from footprint.errors import DataError, UsageError, clipped, did_you_mean, is_interrupt
from footprint.intake.files import Input, find_fault
from footprint.readers import PLAIN, Options, opened
from footprint.results import COLUMNS, RESULTS

ENGINES: dict[str, type[Engine]] = {"polars": PolarsEngine, "duckdb": DuckDBEngine}
#: Names that a summary gives to its own figures.
_OWN = {*RESULTS, *COLUMNS.values(), *TOKENS, "rows", "rows_behind", "edition"}


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows of all files of a batch, before anything is asked of them."""

    inputs: list[Input]
    engine: Engine
    frame: Any
    mapping: ColumnMap


@contextmanager
def table_of(
    names: Sequence[str],
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    engine_name: str | None = None,
    parts: Sequence[str] = (),
    input_format: str | None = None,
    allow_overlap: bool = False,
    reader: str | None = None,
    options: Options | None = None,
) -> Iterator[Opened]:
    """Yield the rows of the files ``names``, each read by its reader, or as a plain table where columns are mapped.

    Raises
    ------
    footprint.FootprintError : the files or the request cannot be used
    """
    reader = reader or (PLAIN if columns else None)
    with opened(names, input_format, allow_overlap, reader=reader, options=options) as inputs, engine_errors(inputs):
        # Parts are written by Polars, and so read by it from the first.
        engine = ENGINES["polars" if parts else engine_name or faster_engine(inputs)]()
        try:
            frame = scanned_together(engine, inputs, lines=False)
            present = nw.from_native(frame).collect_schema().names()
        except ValueError as error:
            # A plain one is told of a type that the engine has, and the layer over it has not.
            if type(error) is not ValueError:
                raise
            files = ", ".join(item.name for item in inputs)
            raise DataError(f"{files}: {clipped(error)}; leave the column out, or name another --engine.") from None
        yield Opened(inputs, engine, frame, mapped(present, columns, constants, any(item.canonical for item in inputs)))


def faster_engine(inputs: Sequence[Input]) -> str:
    """Return the engine that was faster on files of this kind: see docs/decisions/0004-engines.md."""
    if any(twins_of(item) for item in inputs if not item.canonical):
        return "polars"
    return "duckdb" if all(item.canonical or item.form == "parquet" for item in inputs) else "polars"


def check_groups(by: Sequence[str], outputs: Sequence[str], option: str = "--by") -> None:
    """Refuse to group rows by what is no column of theirs.

    Raises
    ------
    footprint.errors.UsageError : a figure of ours, or no column
    """
    for name in by:
        if name in _OWN:
            raise UsageError(f"{option}: '{name}' is a figure of the summary; name a column that says what happened.")
        if name not in outputs:
            there = listed([column for column in outputs if column not in _OWN])
            near = did_you_mean(name, outputs)
            raise UsageError(f"{option}: no column '{clipped(name)}'{near} The columns are: {there}")


def groupable(frame: Any, mapping: ColumnMap, by: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Return the columns that rows can be grouped by, where ``by`` and ``parts`` are among them.

    Raises
    ------
    footprint.errors.UsageError : one of them is none, or names no folder
    """
    named = named_columns(frame, mapping)
    months = [MONTH] if "date" in mapping.columns else []
    present = [*named, *months, *REMARKS, "edition", *mapping.constants]
    check_groups(by, present)
    check_groups(parts, present, "--partition-by")
    kinds = dict(zip(named, nw.from_native(frame).collect_schema().values(), strict=True))
    for name in by:
        if kinds.get(name) == nw.Duration:
            raise UsageError(f"--by: '{clipped(name)}' holds spans of time; group by another column.")
    refuse_kinds(kinds, parts)
    return present


@contextmanager
def engine_errors(inputs: Sequence[Input]) -> Iterator[None]:
    """Turn what an engine says of a file it cannot read into one line."""
    import duckdb
    import polars as pl

    names = ", ".join(item.name for item in inputs)
    try:
        yield
    except (pl.exceptions.PolarsError, duckdb.Error, nw.exceptions.NarwhalsError) as error:
        for item in inputs:
            find_fault(item)
        raise DataError(f"{names}: {_first_words(str(error))}") from error
    except (MemoryError, UnicodeDecodeError) as error:
        raise DataError(f"{names}: {error}") from error
    except pl.exceptions.PanicException as error:
        raise DataError(f"{names}: {_first_words(str(error))}; run it with another --engine.") from error
    except RuntimeError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        if "conversion error" in str(error):  # and so, that the name of a column is no text
            raise DataError(f"{names}: damaged: the names of its columns are no UTF-8 text; fetch it again.") from None
        raise


def _first_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return clipped(" ".join(lines[:3]), 300)
