"""The canonical table as a file, and as a person sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footprint.errors import clipped
from footprint.intake.files import Input, beside, format_of
from footprint.readers import normalised

#: Rows that are shown.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the rows of a source."""

    text: str
    aside: tuple[str, ...]
    rejected: tuple[str, ...]


def written(items: Sequence[Input], output: Path | None) -> list[Count]:
    """Write the canonical tables of all files as one, where ``output`` is given, and count their rows."""
    import polars as pl

    if output is not None:
        form = format_of(output, None)
        frames = [normalised(item).with_columns(pl.lit(item.name).alias("source_file")) for item in items]
        whole = pl.concat(frames, how="diagonal")
        with beside(output) as draft:
            if draft is not None and form == "parquet":
                whole.sink_parquet(draft, mkdir=False)
            elif draft is not None and form == "jsonl":
                whole.sink_ndjson(draft, mkdir=False)
            elif draft is not None:
                whole.select(_cell(name, kind) for name, kind in whole.collect_schema().items()).sink_csv(
                    draft, mkdir=False, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ"
                )
    return [_counted(item) for item in items]


def _cell(name: str, kind: Any) -> Any:
    """Return a column such that no spreadsheet takes its texts for formulas."""
    import polars as pl

    if kind != pl.String:
        return pl.col(name)
    risky = pl.col(name).str.contains(r"^[=+\-@\t\r]") & ~pl.col(name).str.contains(r"^[-+]?[0-9.]+$")
    return pl.when(risky).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)


def _counted(item: Input) -> Count:
    import polars as pl

    table = normalised(item)
    faulty = table.filter(pl.col("reject_reason").is_not_null())
    reasons = (
        faulty.group_by("reject_column", "reject_reason")
        .agg(pl.len().alias("rows"), pl.col("reject_value").min().alias("example"))
        .sort(["rows", "reject_column"], descending=[True, False])
        .limit(20)
        .collect()
        .rows(named=True)
    )
    every, used, rejected = (
        table.select(
            pl.len(),
            (pl.col("set_aside").is_null() & pl.col("reject_reason").is_null()).sum(),
            pl.col("reject_reason").is_not_null().sum(),
        )
        .collect()
        .row(0)
    )
    return Count(
        f"{every:,} rows: {used:,} to be estimated, {rejected:,} that cannot be used, {every - used - rejected:,} set "
        "aside.",
        tuple(f"{rows:,} set aside: {reason}" for reason, rows in item.aside),
        tuple(
            f"{row['rows']:,} cannot be used: {row['reject_column']} {row['reject_reason']}"
            + (f" (such as '{clipped(row['example'])}')" if row["example"] else "")
            for row in reasons
        ),
    )


def shown(items: Sequence[Input]) -> str:
    """Return the first rows of each table, one below the other: what they say, and nothing of what they do not."""
    parts = []
    for item in items[:5]:
        head = normalised(item).head(_SHOWN).collect()
        wide = max(len(name) for name in head.columns)
        parts.append(item.name)
        for row in head.to_dicts():
            known = {name: value for name, value in row.items() if value is not None}
            place = known.pop("source_row", "?")
            lines = [f"    {name:<{wide}}  {clipped(value)}" for name, value in known.items()]
            parts.append("\n".join([f"  row {place}", *lines]))
    return "\n".join(parts)
