"""Settled combinations as columns: what follows from a combination is looked up, the rest are expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from footprint.activities import amount
from footprint.batch.columns import COUNTS, MEASURED, REJECTED, TEXTS
from footprint.batch.combinations import Settled
from footprint.batch.engines import SETTING
from footprint.batch.plan import FAULT, Plan, key_of
from footprint.batch.rows import FAULTS, FOUND, REMARKS, Chain, raw
from footprint.results import COLUMNS, RESULTS, bound_columns
from footprint.units import Quantity


@dataclass(slots=True)
class Laid:
    """What every row gets: made once, by `footprint.batch.laying.laid_out`."""

    settled: Settled
    #: numbers of the faults that rows have, where a pass over them has told; None: not known
    met: frozenset[int] | None
    #: columns in which combinations differ and that are looked up
    keys: tuple[str, ...]
    #: one row for each combination: keys, number of the setting, what the equations need, remarks, reasons
    lookup: dict[str, list[Any]] = field(default_factory=dict)
    #: results as quantities whose magnitudes are columns
    results: dict[str, Quantity] = field(default_factory=dict)
    #: what equations give on the way to results, column by column, where the engine wants it written down; those of
    #: one batch need only those before it
    steps: list[dict[str, Any]] = field(default_factory=list)
    #: low and high of results, as columns
    bounds: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: remarks that are the same for every row
    remarks: dict[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan by which rows are read."""
        return self.settled.plan

    def applied(self, frame: Any) -> Any:
        """Return a native frame with results, remarks and faults for every row."""
        plan = self.plan
        narwhal = plan.checked(nw.from_native(plan.prepared(frame)), self.keys, self.met)
        if self.keys:
            keys = [key_of(name) for name in self.keys]
            narwhal = nw.from_native(plan.engine.attach(nw.to_native(narwhal), self.lookup, keys))
        for batch in self.steps:
            narwhal = narwhal.with_columns(*(value.alias(place) for place, value in batch.items()))
        good, flawless = self.good(), self.flawless

        def where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
            return value if flawless else nw.when(condition).then(value).otherwise(None)

        columns = []
        for name, unit in RESULTS.items():
            value = where(good, self.results[name].m_as(unit)) if name in self.results else nw.lit(None)
            columns.append(value.cast(nw.Float64).alias(COLUMNS[name]))
        for name, ends in self.bounds.items():
            known = good & ~self.results[name].m_as(RESULTS[name]).is_null()
            columns.extend(
                nw.when(known).then(end).otherwise(None).cast(nw.Float64).alias(column)
                for end, column in zip(ends, bound_columns(name), strict=True)
            )
        columns.extend(nw.lit(text).alias(name) for name, text in self.same.items())
        columns.extend(nw.lit(plain_constant(name, text)).alias(name) for name, text in plan.mapping.constants.items())
        for name in COUNTS:
            if name in plan.mapping.columns:
                columns.append(where(nw.col(FAULT).is_null(), nw.col(name)).cast(nw.Int64).alias(name))
        return nw.to_native(narwhal.with_columns(*columns))

    @property
    def same(self) -> dict[str, str]:
        """Remarks and edition where every row has the same, by column."""
        return {**self.remarks, "edition": self.plan.edition}

    def good(self) -> nw.Expr:
        """Return what is true for a row that was estimated."""
        fine = nw.col(FAULT).is_null()
        return fine & (nw.col(SETTING) >= 0) if self.keys else fine

    @property
    def flawless(self) -> bool:
        """Whether a pass over the rows has told that every one is estimated."""
        return self.met == frozenset() and all(number >= 0 for number in self.settled.numbers)

    def outputs(self, present: Sequence[str]) -> list[str]:
        """Return the columns of the output: those of the input, then constants, results and remarks."""
        bounds = [column for name in self.bounds for column in bound_columns(name)]
        own = [*self.plan.mapping.constants, *COLUMNS.values(), *bounds, *REMARKS, "edition"]
        return [*(name for name in present if name not in own and not name.startswith("__")), *own]

    def rejected(self, applied: Any, *beside: nw.Expr) -> Any:
        """Return, of the rows that were not estimated, ``beside`` and what to say of each."""
        said = (expression.alias(name) for name, expression in self.rejection().items())
        return nw.from_native(applied).filter(~self.good()).select(*beside, *said)

    def rejection(self) -> dict[str, nw.Expr]:
        """Return what to say of a row that was not estimated: which column, its value, and the reason."""
        fault, keyed = nw.col(FAULT), bool(self.keys)
        where, why, value = (Chain() for _ in range(3))
        if REJECTED[0] in self.plan.present:
            for chain, name in zip((where, value, why), REJECTED, strict=True):
                chain.add(fault == FOUND, nw.col(name))
        told = (*self.plan.mapping.columns, *MEASURED, "energy_boundary")
        numbers: dict[str, list[int]] = {}
        for number, rule in enumerate(FAULTS):
            # What no row was the first to break is the reason of none.
            if rule.column in told and (self.met is None or number in self.met):
                numbers.setdefault(rule.column, []).append(number)
                why.add(fault == number, nw.lit(rule.reason))
        for name, own in numbers.items():
            where.add(fault.is_in(own), nw.lit(name))
        for name in (*TEXTS, *COUNTS, *MEASURED, "date"):
            if name in self.plan.mapping.columns:
                about = fault.is_in(numbers[name]) if name in numbers else nw.lit(False)
                about = about | (fault.is_null() & (nw.col("__where") == nw.lit(name))) if keyed else about
                # What names something may be a number in a list of its own, of which two have no type in common.
                value.add(about, nw.col(name).cast(nw.String) if name in TEXTS else nw.col(raw(name)))
        return {
            "column": where.otherwise(nw.col("__where") if keyed else None),
            "value": value.otherwise(None),
            "reason": why.otherwise(nw.col("__why") if keyed else None),
        }


def plain_constant(name: str, text: str) -> Any:
    """Return what is set for every row, as a value of the column's type."""
    if name in MEASURED:
        return float(text)
    return float(amount(name, text).magnitude) if name in COUNTS else text
