"""A file as a lazy Polars frame, nothing guessed."""

from __future__ import annotations

from typing import Any

from footprint.intake.files import Input

#: The column that holds the line, or the record, that a row came from.
LINE = "__footprint_line"


def scanned(item: Input, *, lines: bool = False) -> Any:
    """Return a lazy frame over a file; CSV gives text, and ``lines`` numbers the records by their lines."""
    import polars as pl

    if item.canonical:
        used = pl.scan_parquet(item.canonical, glob=False).filter(pl.col("set_aside").is_null())
        return used.select(name for name in item.columns if lines or name != LINE)
    name, path = LINE if lines and not item.numbered else None, item.laid_out or item.path
    if item.form == "parquet":
        return pl.scan_parquet(path, row_index_name=name, row_index_offset=1, glob=False)
    if item.form == "jsonl":
        return pl.scan_ndjson(path, infer_schema_length=None, row_index_name=name, row_index_offset=1)
    # Text throughout: a type that is inferred from the first rows turns later ones blank.
    frame = pl.scan_csv(
        path,
        separator=item.delimiter,
        infer_schema=False,
        new_columns=[*([LINE] if item.numbered else []), *item.columns],
        glob=False,
        row_index_name=name,
        row_index_offset=2,
    )
    # A quoted cell without content is as blank as one without quotes.
    frame = frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)) for name in item.columns)
    if item.numbered:
        return frame.with_columns(pl.col(LINE).cast(pl.Int64)) if lines else frame.drop(LINE)
    return frame
