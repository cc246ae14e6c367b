"""When rows were: the period that a report asks for, and what lies outside it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from footprint.batch.columns import ColumnMap
from footprint.batch.engines import DAY, collected

#: A first and a last day.
Period = tuple[datetime.date, datetime.date]
#: Rows can be grouped by the month of their date, where no column of the input has that name.
MONTH = "month"
_OUTSIDE = "__outside"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that lie outside the period of a report."""

    rows: int
    #: the first and the last of their days
    first: datetime.date
    last: datetime.date

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {"rows": self.rows, "first": self.first.isoformat(), "last": self.last.isoformat()}


def within(frame: Any, mapping: ColumnMap, period: Period) -> Any:
    """Return the rows of a prepared frame that lie within a period; those without a day are among them."""
    told = _told(frame, mapping, period)
    return frame if told is None else nw.to_native(told.filter(~nw.col(_OUTSIDE)).drop(_OUTSIDE))


def left_out(frame: Any, mapping: ColumnMap, period: Period) -> LeftOut | None:
    """Return what of a prepared frame lies outside a period; None where nothing does, or no column says."""
    told = _told(frame, mapping, period)
    if told is None:
        return None
    rows = told.filter(nw.col(_OUTSIDE))
    if "date" in mapping.constants:
        (row,) = collected(rows.select(nw.len().alias("rows")))
        first = last = datetime.date.fromisoformat(mapping.constants["date"].strip())
    else:
        day = nw.col(DAY)
        (row,) = collected(rows.select(day.count().alias("rows"), day.min().alias("first"), day.max().alias("last")))
        first, last = row["first"], row["last"]
    return LeftOut(int(row["rows"]), first, last) if row["rows"] else None


def _told(frame: Any, mapping: ColumnMap, period: Period) -> Any:
    """Return the rows with whether each lies outside a period; None where nothing says when a row was."""
    first, last = period
    if "date" in mapping.columns:
        day = nw.col(DAY)
        beyond = (day < nw.lit(first)) | (day > nw.lit(last))
        outside = nw.when(day.is_null()).then(nw.lit(False)).otherwise(beyond)
    elif "date" in mapping.constants:
        outside = nw.lit(not first <= datetime.date.fromisoformat(mapping.constants["date"].strip()) <= last)
    else:
        return None
    return nw.from_native(frame).with_columns(outside.alias(_OUTSIDE))
