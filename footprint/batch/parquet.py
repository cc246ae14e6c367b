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


def kind_of(texts: pl.Series) -> Any:
    """Return the type as which these texts, with blanks and any number of times each, are written fastest.

    >>> import polars as pl
    >>> kind_of(pl.Series(["FRA", None, "USA", "FRA"]))
    Enum(categories=['FRA', 'USA'])
    >>> kind_of(pl.Series(["FRA" * 10_000, "USA" * 20_000]))
    Categorical
    """
    import polars as pl

    distinct = texts.drop_nulls().unique(maintain_order=True)
    # A list that is given is written whole with each group of rows; of long ones, a group has those of its own rows.
    return pl.Enum(distinct) if distinct.str.len_bytes().sum() <= _MOST_BYTES else pl.Categorical()


def sink(
    frame: pl.LazyFrame,
    target: Any,
    *,
    own: Collection[str] = (),
    same: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> None:
    """Write rows to a file, streaming, or to several.

    Parameters
    ----------
    target : a path, or a `polars.PartitionBy`
    own : columns that are texts, in a type of `kind_of`
    same : texts, by column, that all rows have
    apart : columns that name the folders of files, and are not in them
    """
    same = same or {}
    import polars as pl

    frame = frame.with_columns(pl.lit(text).cast(pl.Enum([text])).alias(name) for name, text in same.items())
    kinds = {name: kind for name, kind in frame.collect_schema().items() if name not in apart}
    # Figures hardly shrink, whatever the compression: this makes the file larger by a tenth, in a tenth less time.
    frame.sink_parquet(target, mkdir=bool(apart), compression="snappy", metadata=_told(kinds, {*own, *same}))


def _told(kinds: Mapping[str, Any], texts: Collection[str]) -> dict[str, str]:
    """Return what a file says of its types, those of the columns ``texts`` being text."""
    import polars as pl

    wanted = {name: pl.String() if name in texts else kind for name, kind in kinds.items()}
    # Polars is asked how it says that itself: with a file of these columns, and no rows.
    empty = io.BytesIO()
    pl.DataFrame(schema=wanted).write_parquet(empty)
    empty.seek(0)
    return {_TYPES: pl.read_parquet_metadata(empty)[_TYPES]}
