"""Which tokens of a row are there: a row that only reads, or only writes, has another method."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from footprint.batch.columns import ColumnMap
from footprint.batch.engines import SHAPE
from footprint.batch.extents import Extents, is_countable, is_positive

#: What a row says by which of its tokens are there: whether a prompt is known, and whether something is written.
_READS, _WRITES_NOTHING, _WRITES_SOME = 3, 1, 2
_READ = ("input_tokens", "cached_tokens", "cache_write_tokens")
_WRITTEN = ("output_tokens", "reasoning_tokens")
#: The tokens that a row without any is told to lack: the first of these that is a column.
BLAMED = (*_WRITTEN, *_READ)


def shape_of_all(mapping: ColumnMap, extents: Extents) -> int | None:
    """Return the shape that every row is known to have; None where they may differ."""
    read = [name for name in _READ if name in mapping.columns]
    written = [name for name in _WRITTEN if name in mapping.columns]
    if not all(is_positive(extents, name) for name in written[:1]):
        return None
    if "input_tokens" in mapping.columns and not is_countable(extents, "input_tokens"):
        return None
    reads = _READS if read or "input_tokens" in mapping.constants else 0
    return reads + (_WRITES_SOME if written else 0)


def shape_of(mapping: ColumnMap, extents: Extents) -> nw.Expr:
    """Return the number that says which tokens of a row are there."""
    same = shape_of_all(mapping, extents)
    if same is not None:
        return nw.lit(same).cast(nw.Int32).alias(SHAPE)
    shape: Any = nw.lit(_READS if "input_tokens" in mapping.constants else 0)
    if "input_tokens" in mapping.columns:
        shape = nw.when(nw.col("input_tokens").is_null()).then(0).otherwise(_READS)
    elif any(name in mapping.columns for name in _READ):
        shape = nw.lit(_READS)
    columns = [nw.col(name) for name in _WRITTEN if name in mapping.columns]
    if columns:
        some, none = columns[0] > 0, columns[0].is_null()  # reasoning stands beside the output tokens
        for column in columns[1:]:
            some = some | (column > 0)
        # A comparison with a blank is blank, and a blank condition does not hold.
        shape = shape + nw.when(some).then(_WRITES_SOME).when(none).then(0).otherwise(_WRITES_NOTHING)
    return shape.cast(nw.Int32).alias(SHAPE)


def amounts_of(shape: int, mapping: ColumnMap) -> dict[str, float]:
    """Return the amounts of a row of this shape, whatever they are: what is there is one token, or none."""
    reads, written = divmod(shape, _READS)
    amounts: dict[str, float] = {}
    if reads:
        amounts |= {name: 1.0 for name in _READ if name in mapping.columns}
    if written:
        some = float(written == _WRITES_SOME)
        amounts |= {name: some for name in _WRITTEN if name in mapping.columns}
    return amounts
