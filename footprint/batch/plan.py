"""The plan of a batch: by which columns combinations differ, and which rules rows can break.

It is made before rows are added up, in `combinations`, and stays as it is: what they are `Settled` at, and how that
is `Laid` into columns, are things of their own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from footprint.batch.columns import REJECTED, TEXTS, ColumnMap
from footprint.batch.engines import DAY, NUMBERS, PERIOD, SHAPE, Engine
from footprint.batch.extents import Extents
from footprint.batch.periods import Period, within
from footprint.batch.rows import (
    FOUND,
    Chain,
    faults_of,
    prepared,
)
from footprint.batch.shapes import shape_of, shape_of_all

#: Columns of the plan's own, while it works; an input with such a name keeps it as source_...
FAULT = "__fault"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of the rows before any is added up: their columns, the rules, and by what combinations differ."""

    mapping: ColumnMap
    engine: Engine
    edition: str
    today: datetime.date
    #: columns of the input, as they are called once mapped
    present: tuple[str, ...]
    #: counts whose column holds whole numbers by its type, and the date where it is one by its type
    typed: tuple[str, ...]
    #: what these columns hold at the least and at the most, where that is known
    extents: Extents
    #: first and last day of the rows that are taken; rows whose date cannot be read are taken too, and rejected
    period: Period | None
    #: columns in which combinations differ
    keys: tuple[str, ...] = ()
    #: first days of the periods in which factors and products stay the same
    breaks: tuple[datetime.date, ...] = ()
    #: by key, all values that it has, where that is known before rows are added up
    listed: Mapping[str, list[Any]] = field(default_factory=dict)
    #: what is assumed of rows by their dates
    assumptions: tuple[str, ...] = ()

    def same_for_all(self) -> dict[str, int | None]:
        """Return what `checked` adds, without texts, that is known to be the same for every row."""
        same: dict[str, int | None] = {}
        if REJECTED[0] not in self.present and not any(self._rules(texts=False)):
            same[FAULT] = None
        if PERIOD in self.keys and len(self.breaks) == 1:
            same[PERIOD] = 0
        if SHAPE in self.keys and shape_of_all(self.mapping, self.extents) is not None:
            same[SHAPE] = shape_of_all(self.mapping, self.extents)
        return same

    def _rules(self, *, texts: bool) -> Iterable[tuple[int, nw.Expr]]:
        return faults_of(self.mapping, self.today, self.typed, texts=texts, extents=self.extents)

    def prepared(self, frame: Any) -> Any:
        """Return a native frame whose columns have our names and types, the source's own values beside."""
        whole = prepared(frame, self.mapping, self.engine)
        return whole if self.period is None else within(whole, self.mapping, self.period)

    def checked(
        self, narwhal: Any, keys: Sequence[str], met: frozenset[int] | None = None, *, texts: bool = True
    ) -> Any:
        """Add the fault of each row, if any, and the period it lies in.

        Parameters
        ----------
        keys : columns in which combinations differ, of which those that follow from a row are added
        met : numbers of the faults that rows have, where a pass over them has told: a rule that no row was the first to
            break changes nothing
        texts : without, what follows from a text alone is left to be found on the distinct ones
        """
        fault = Chain()
        if REJECTED[0] in self.present:
            fault.add(~nw.col(REJECTED[2]).is_null(), nw.lit(FOUND))
        for number, condition in self._rules(texts=texts):
            if met is None or number in met:
                fault.add(condition, nw.lit(number))
        columns = [fault.otherwise(None).cast(nw.Int32).alias(FAULT)]
        if PERIOD in keys:
            columns.append(_period(self.breaks))
        if SHAPE in keys:
            columns.append(shape_of(self.mapping, self.extents))
        if not texts:
            return narwhal.with_columns(*columns)
        filled = [nw.coalesce(nw.col(name), nw.lit("")).alias(key_of(name)) for name in keys if name in TEXTS]
        return narwhal.with_columns(*columns, *filled)


def _period(breaks: Sequence[datetime.date]) -> nw.Expr:
    """Return the number of the period in which a row's day lies."""
    if len(breaks) == 1:
        return nw.lit(0).cast(nw.Int32).alias(PERIOD)
    return (
        nw.sum_horizontal(*((nw.col(DAY) >= nw.lit(day)).cast(nw.Int32) for day in breaks[1:]))
        .cast(nw.Int32)
        .alias(PERIOD)
    )


def key_of(name: str) -> str:
    """Return the column that holds a key of combinations."""
    return name if name in NUMBERS else f"__key_{name}"
