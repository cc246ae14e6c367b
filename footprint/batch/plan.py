"""The plan of a batch: by which columns combinations differ, which rules rows can break, and what was settled.

Combinations are settled in `combinations`, and laid into columns in `laying`. The equations are those of a single
estimate, with their units: a wrong one is an error of the equations, whatever the rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from footprint.activities import Activity
from footprint.batch.columns import COUNTS, MEASURED, REJECTED, TEXTS, ColumnMap
from footprint.batch.engines import DAY, NUMBERS, PERIOD, SETTING, SHAPE, Engine
from footprint.batch.extents import Extents
from footprint.batch.periods import Period, within
from footprint.batch.rows import (
    FAULTS,
    FOUND,
    REMARKS,
    Chain,
    faults_of,
    prepared,
    raw,
)
from footprint.batch.shapes import shape_of, shape_of_all
from footprint.errors import FootprintError
from footprint.ranges import Sampler
from footprint.results import COLUMNS, bound_columns
from footprint.settling import Setting
from footprint.units import Quantity

#: Columns of the plan's own, while it works; an input with such a name keeps it as source_...
FAULT = "__fault"


@dataclass(slots=True)
class Plan:
    """What was settled, and the expressions that follow from it."""

    mapping: ColumnMap
    engine: Engine
    edition: str
    today: datetime.date
    #: columns in which combinations differ
    keys: tuple[str, ...]
    #: first days of the periods in which factors and products stay the same
    breaks: tuple[datetime.date, ...]
    #: one row for each combination: keys, number of the setting, what the equations need, remarks, reasons
    lookup: dict[str, list[Any]]
    settings: list[Setting]
    #: counts whose column holds whole numbers by its type, and the date where it is one by its type
    typed: tuple[str, ...] = ()
    #: what these columns hold at the least and at the most, where that is known
    extents: Extents = field(default_factory=dict)
    #: by key, all values that it has, where that is known before rows are added up
    listed: dict[str, list[Any]] = field(default_factory=dict)
    #: columns of the input, as they are called once mapped
    present: tuple[str, ...] = ()
    #: as they were settled: combinations, what became of each, and the number of its setting, or -1
    combinations: list[Mapping[str, Any]] = field(default_factory=list)
    activities: list[Activity | FootprintError] = field(default_factory=list)
    outcomes: list[Setting | FootprintError] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    #: numbers of the faults that rows have, where a pass over them has told; None: not known
    met: frozenset[int] | None = None
    #: whether results and lookup were written yet
    laid: bool = False
    #: results as quantities whose magnitudes are columns
    results: dict[str, Quantity] = field(default_factory=dict)
    #: draws of the factors, where every row is to have its range
    sampler: Sampler | None = None
    #: what equations give on the way to results, column by column, where the engine wants it written down; those of
    #: one batch need only those before it
    steps: list[dict[str, Any]] = field(default_factory=list)
    #: low and high of results, as columns
    bounds: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: remarks that are the same for every row
    remarks: dict[str, str] = field(default_factory=dict)
    #: what is assumed of rows by their dates
    assumptions: list[str] = field(default_factory=list)
    #: first and last day of the rows that are taken; rows whose date cannot be read are taken too, and rejected
    period: Period | None = None

    def price(self, settings: Sequence[Setting]) -> None:
        """Take the same settings, with what is known once all rows are added up."""
        self.settings = list(settings)
        new = iter(self.settings)
        self.outcomes = [next(new) if isinstance(item, Setting) else item for item in self.outcomes]

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

    def rejection(self) -> dict[str, nw.Expr]:
        """Return what to say of a row that was not estimated: which column, its value, and the reason."""
        fault, keyed = nw.col(FAULT), bool(self.keys)
        where, why, value = (Chain() for _ in range(3))
        if REJECTED[0] in self.present:
            for chain, name in zip((where, value, why), REJECTED, strict=True):
                chain.add(fault == FOUND, nw.col(name))
        for number, rule in enumerate(FAULTS):
            if rule.column in (*self.mapping.columns, *MEASURED, "energy_boundary"):
                where.add(fault == number, nw.lit(rule.column))
                why.add(fault == number, nw.lit(rule.reason))
        for name in (*TEXTS, *COUNTS, *MEASURED, "date"):
            if name in self.mapping.columns:
                about = nw.lit(False)
                for number, rule in enumerate(FAULTS):
                    about = about | (fault == number) if rule.column == name else about
                about = about | (fault.is_null() & (nw.col("__where") == nw.lit(name))) if keyed else about
                value.add(about, nw.col(name if name in TEXTS else raw(name)))
        return {
            "column": where.otherwise(nw.col("__where") if keyed else None),
            "value": value.otherwise(None),
            "reason": why.otherwise(nw.col("__why") if keyed else None),
        }

    def prepared(self, frame: Any) -> Any:
        """Return a native frame whose columns have our names and types, the source's own values beside."""
        whole = prepared(frame, self.mapping, self.engine)
        return whole if self.period is None else within(whole, self.mapping, self.period)

    def good(self) -> nw.Expr:
        """Return what is true for a row that was estimated."""
        fine = nw.col(FAULT).is_null()
        return fine & (nw.col(SETTING) >= 0) if self.keys else fine

    @property
    def flawless(self) -> bool:
        """Whether a pass over the rows has told that every one is estimated."""
        return self.met == frozenset() and all(number >= 0 for number in self.numbers)

    def outputs(self, present: Sequence[str]) -> list[str]:
        """Return the columns of the output: those of the input, then constants, results and remarks."""
        bounds = [column for name in self.bounds for column in bound_columns(name)]
        own = [*self.mapping.constants, *COLUMNS.values(), *bounds, *REMARKS, "edition"]
        return [*(name for name in present if name not in own and not name.startswith("__")), *own]

    def checked(self, narwhal: Any, *, texts: bool = True) -> Any:
        """Add the fault of each row, if any, and the period it lies in.

        Without ``texts``, what follows from a text alone is left to be found on the distinct ones.
        """
        fault = Chain()
        if REJECTED[0] in self.present:
            fault.add(~nw.col(REJECTED[2]).is_null(), nw.lit(FOUND))
        for number, condition in self._rules(texts=texts):
            # A rule that no row was the first to break changes nothing.
            if self.met is None or number in self.met:
                fault.add(condition, nw.lit(number))
        columns = [fault.otherwise(None).cast(nw.Int32).alias(FAULT)]
        if PERIOD in self.keys:
            columns.append(_period(self.breaks))
        if SHAPE in self.keys:
            columns.append(shape_of(self.mapping, self.extents))
        if not texts:
            return narwhal.with_columns(*columns)
        filled = [nw.coalesce(nw.col(name), nw.lit("")).alias(key_of(name)) for name in self.keys if name in TEXTS]
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
