"""The canonical table itself, as `footprint normalise` or another program wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading
from footprint.readers.table import ASIDE, COLUMNS


def _read(item: Input, head: Head, options: Options) -> Reading:
    """Check every cell again: somebody may have edited the file."""
    import polars as pl

    rows = Mapper.of(item, options)
    read: dict[str, Callable[[str], Any]] = {
        "text": rows.text,
        "number": rows.number,
        "whole": rows.count,
        "time": rows.time,
    }
    made = {name: read[column.type](name) for name, column in COLUMNS.items() if name not in (*ASIDE, "source_row")}
    for name, column in COLUMNS.items():
        if column.values:
            rows.rule(made[name].is_not_null() & ~made[name].is_in(column.values), name, "is none of the known words")
    beside = [name for name in head.columns if name not in COLUMNS]
    # What was said of a row by the reader of its source stays, before what is found here.
    told = {name: rows.raw(name).alias(f"__{name}") for name in ASIDE}
    rows.frame = rows.frame.with_columns(*told.values())
    reading = rows.built(made, beside)
    frame = rows.frame.select(pl.col(LINE).cast(pl.Int64).alias("source_row"), *(f"__{name}" for name in ASIDE))
    whole = pl.concat([reading.frame.drop("source_row"), frame], how="horizontal")
    aside = pl.col("__set_aside")
    rejected = pl.col("__reject_reason").is_not_null()
    columns = reading.frame.collect_schema().names()
    return Reading(
        whole.with_columns(
            pl.coalesce("__set_aside", "set_aside").alias("set_aside"),
            *(
                pl.when(aside.is_not_null())
                .then(pl.lit(None))
                .when(rejected)
                .then(pl.col(f"__{name}"))
                .otherwise(pl.col(name))
                .alias(name)
                for name in ASIDE[1:]
            ),
        ).select(columns),
        reading.notes,
    )


READERS = (
    Reader(
        "activity-table",
        "footprint's own canonical activity table",
        lambda head: head.has("kind", "energy_boundary", "stated_carbon_kg", "reject_reason", "set_aside"),
        _read,
        "Write it with footprint normalise, or with any program: footprint normalise --schema prints what a row holds.",
        kinds=("query", "instance", "accelerators", "energy"),
    ),
)
