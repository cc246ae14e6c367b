"""What columns of numbers and dates hold at the least and at the most, where an engine tells without reading rows.

Parquet keeps both for each of its parts. What no row can be, such as negative, need not be asked of any row.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from footprint.batch.columns import ColumnMap
from footprint.batch.engines import Engine, collected
from footprint.intake.cells import LARGEST


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the most of a column, whole numbers or days, and whether it is blank anywhere."""

    low: Any
    high: Any
    blanks: bool


#: By our name of a column; a column that is not there is not known.
Extents = Mapping[str, Extent]


def extents_of(frame: Any, mapping: ColumnMap, typed: Sequence[str], engine: Engine) -> dict[str, Extent]:
    """Return the extents of the columns ``typed``, which hold whole numbers or dates, as far as they are known."""
    narwhal = nw.from_native(frame)
    schema = narwhal.collect_schema()
    # The day of a moment with a zone is another one here and there.
    columns = {name: mapping.columns[name] for name in typed if not _is_zoned(schema[mapping.columns[name]])}
    if not engine.knows_extents or not columns:
        return {}
    ends: list[nw.Expr] = []
    for name, column in columns.items():
        for end in (nw.col(column).min().alias(f"{name}_low"), nw.col(column).max().alias(f"{name}_high")):
            # As text, since files hold years that no calendar of Python's has.
            ends.append(end.cast(nw.String) if name == "date" else end)
    (row,) = collected(narwhal.select(*ends))
    # Asked for together with the others, numbers of blanks are counted; alone they are known.
    counts = [nw.col(column).count().alias(name) for name, column in columns.items()]
    (there,) = collected(narwhal.select(nw.len().alias("__rows"), *counts))
    found = {}
    for name in columns:
        low, high = (_day(row[f"{name}_{end}"]) if name == "date" else row[f"{name}_{end}"] for end in ("low", "high"))
        if low is not None and high is not None:
            found[name] = Extent(low, high, there[name] < there["__rows"])
    return found


def _is_zoned(kind: Any) -> bool:
    return getattr(kind, "time_zone", None) is not None


def _day(text: str | None) -> datetime.date | None:
    """Return the day of a moment written as text; None where Python's calendar does not have it."""
    if text is None or text.endswith("(BC)"):
        return None
    try:
        return datetime.date.fromisoformat(text.partition(" ")[0])
    except ValueError:
        return None


def is_countable(extents: Extents, name: str) -> bool:
    """Tell whether every row is known to hold a count in this column."""
    found = extents.get(name)
    return found is not None and not found.blanks and found.low >= 0 and found.high <= LARGEST


def is_positive(extents: Extents, name: str) -> bool:
    """Tell whether every row is known to hold a count of one or more in this column."""
    return is_countable(extents, name) and extents[name].low > 0


def are_within(extents: Extents, first: datetime.date, last: datetime.date) -> bool:
    """Tell whether every row is known to have a date, from the ``first`` day to the ``last``."""
    found = extents.get("date")
    return found is not None and not found.blanks and first <= found.low and found.high <= last
