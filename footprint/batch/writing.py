"""Rows as they are written: by the engine that writes fastest, where it reads what the other one added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from footprint.batch.columns import COUNTS, MEASURED, TEXTS
from footprint.batch.engines import DAY, PolarsEngine, scanned_together
from footprint.batch.parts import write_parts
from footprint.batch.periods import MONTH
from footprint.batch.plan import Plan
from footprint.batch.rows import FAULTS, FOUND, REMARKS
from footprint.errors import DataError
from footprint.intake.files import Input

#: What an engine says of a file that it cannot read.
_UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, nw.exceptions.NarwhalsError, ValueError)


def to_be_written(plan: Plan, frame: Any, inputs: Sequence[Input], rows: int) -> Any:
    """Return the rows as Polars reads them, where it takes them for the same: it writes fastest."""
    if any(item.lapses for item in inputs):
        return frame  # spans of time, of which Polars has none
    # Texts that rows share are written once.
    writer = PolarsEngine(listed=(*REMARKS, "edition"), rows=rows)
    try:
        again = scanned_together(writer, inputs, lines=False)
    except _UNREADABLE:  # files that only the other engine puts together
        return frame
    if not (isinstance(plan.engine, PolarsEngine) or _are_alike(plan, frame, again)):
        return frame
    plan.engine = writer
    return again


def _are_alike(plan: Plan, one: Any, other: Any) -> bool:
    """Tell whether two engines take rows for the same: names and types of all columns, and how texts come of them.

    Rare types of Parquet they do not read alike; nor do they write the same text of a number or a moment. What is no
    date, or one that is far away, only the engine that found it can tell.
    """
    try:
        schemas = [nw.from_native(frame).collect_schema() for frame in (one, other)]
    except _UNREADABLE:
        return False
    if list(schemas[0].items()) != list(schemas[1].items()):
        return False
    kinds = {name: schemas[0][column] for name, column in plan.mapping.columns.items()}
    counts = all(kind.is_numeric() for name, kind in kinds.items() if name in (*COUNTS, *MEASURED))
    texts = all(kind == nw.String for name, kind in kinds.items() if name in TEXTS)
    dates = any(FAULTS[number].column == "date" for number in plan.met or () if number < FOUND)
    return counts and texts and not dates


def write_rows(plan: Plan, applied: Any, draft: Path, form: str, parts: Sequence[str]) -> None:
    """Write the rows that were estimated to a file, or to a folder where they are parted."""
    rows = nw.from_native(applied)
    present = rows.collect_schema().names()
    if not plan.flawless:
        rows = rows.filter(plan.good())
    if MONTH in parts and MONTH not in present:
        rows = rows.with_columns(nw.col(DAY).dt.to_string("%Y-%m").alias(MONTH))
    written = nw.to_native(rows.select(*dict.fromkeys([*plan.outputs(present), *parts])))
    if parts:
        write_parts(written, draft, parts)
    else:
        plan.engine.write(written, draft, form)


def check_written(plan: Plan, draft: Path, form: str, rows: int) -> None:
    """Refuse an output that holds other rows than were added up, as of a file that was changed in between.

    Raises
    ------
    footprint.errors.DataError : what was written is not what was told
    """
    if form != "parquet":
        return
    files = sorted(draft.rglob("*.parquet")) if draft.is_dir() else [draft]
    written = sum(plan.engine.written(file) for file in files)
    lost = plan.engine.lost if isinstance(plan.engine, PolarsEngine) and plan.flawless else 0
    if written != rows or lost:
        raise DataError(
            f"{rows:,} rows were estimated, and {written - lost:,} of them written: was an input changed meanwhile? "
            "Run it again, or with --engine."
        )
