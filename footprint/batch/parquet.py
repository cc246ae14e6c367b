"""Rows as Parquet, by Polars: texts that many rows share are a list of them, and a number for each row.

Polars makes such a list anew from the texts of each group of rows, unless it is given one. What lists there are a file
tells as Polars' own categories, and files with other lists cannot be put together with it: the files that we write say
that these columns are text, which is what they hold.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: Bytes of texts that every group of rows may hold, whether its rows have them or not.
_MOST_BYTES = 65_536
#: Where a file of Parquet says which types of Arrow its columns are.
_TYPES = "ARROW:schema"


def as_list(texts: pl.Series) -> pl.Enum | None:
    """Return the type that lists these texts, each of which may stand there often; None where the list would be long.

    >>> import polars as pl
    >>> as_list(pl.Series(["FRA", None, "USA", "FRA"]))
    Enum(categories=['FRA', 'USA'])
    >>> as_list(pl.Series(["FRA" * 10_000, "USA" * 20_000]))
    """
    import polars as pl

    distinct = texts.drop_nulls().unique(maintain_order=True)
    # A list that is given is written whole with each group of rows, whether its rows have these texts or not: for
    # files that go to several hands it is not taken.
    return pl.Enum(distinct) if distinct.str.len_bytes().sum() <= _MOST_BYTES else None


def sink(
    frame: pl.LazyFrame,
    target: Any,
    *,
    shared: Mapping[str, str | None],
    apart: Collection[str] = (),
) -> None:
    """Write rows to a file, streaming, or to several.

    Parameters
    ----------
    target : a path, or a `polars.PartitionBy`
    shared : columns that are texts of which many rows have the same, and the text where all rows have the same
    apart : columns that name the folders of files, and are not in them
    """
    import polars as pl

    kinds = {name: kind for name, kind in frame.collect_schema().items() if name not in apart}
    same = {name: text for name, text in shared.items() if text is not None and name in kinds}
    frame = frame.with_columns(pl.lit(text).cast(pl.Enum([text])).alias(name) for name, text in same.items())
    # Figures hardly shrink, whatever the compression: this makes the file larger by a tenth, in a tenth less time.
    frame.sink_parquet(target, mkdir=bool(apart), compression="snappy", metadata=_told(kinds, shared))


def _told(kinds: Mapping[str, Any], texts: Collection[str]) -> dict[str, str]:
    """Return what a file says of its types, those of the columns ``texts`` being text."""
    import polars as pl

    ours = {name for name, kind in kinds.items() if name in texts and isinstance(kind, (pl.Enum, pl.Categorical))}
    wanted = {name: pl.String() if name in ours else kind for name, kind in kinds.items()}
    # Polars is asked how it says that itself: with a file of these columns, and no rows.
    empty = io.BytesIO()
    pl.DataFrame(schema=wanted).write_parquet(empty)
    empty.seek(0)
    return {_TYPES: pl.read_parquet_metadata(empty)[_TYPES]}
