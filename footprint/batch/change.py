"""From one period to another: what use changed, and what factors did, on the draws that both share.

The activity of the old period is settled a second time, as if it took place in the new one. What lies between that and
the new period is use; what lies between it and the old one is factors and methods: the model says both, nothing is
interpolated. A factor that does not change has the same draw on both sides, so its error cancels where it should.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.batch.inventory import Inventory
from footprint.batch.totals import central, totals_of
from footprint.magnitudes.draws import Floats
from footprint.ranges import COUNT, bounds
from footprint.results import RESULTS, rounded


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its 5th and 95th percentile, in the unit of the result, or as a share of the old value."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {"value": rounded(self.value), "low": rounded(self.low), "high": rounded(self.high)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a result: None where a side is not known."""

    result: str
    old: float | None
    #: the old activity with what holds in the new period
    restated: float | None
    new: float | None
    change: Difference | None = None
    #: the change over the old value
    relative: Difference | None = None
    #: of it by what was done, and by the factors and methods it is computed with
    activity: Difference | None = None
    factors: Difference | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        parts = {name: getattr(self, name) for name in ("change", "relative", "activity", "factors")}
        return {
            "result": self.result,
            "unit": RESULTS[self.result],
            "old": rounded(self.old),
            "restated": rounded(self.restated),
            "new": rounded(self.new),
            **{name: None if part is None else part.as_dict() for name, part in parts.items()},
        }


def changes(old: Inventory, restated: Inventory | None, new: Inventory) -> list[Change]:
    """Return what became of each result from ``old`` to ``new``; ``restated`` is the old activity in the new period."""
    sides = [_Side(inventory) for inventory in (old, restated, new)]
    return [_change(name, *sides) for name in RESULTS]


class _Side:
    """The totals of an inventory: central values, and draws."""

    def __init__(self, inventory: Inventory | None) -> None:
        self.values: Mapping[str, float | None] = dict.fromkeys(RESULTS)
        self.draws: Mapping[str, Floats] = {}
        if inventory is None or not len(inventory.sums.rows):
            return
        sums, given = inventory.sums.of_groups(()), (inventory.settings, inventory.mapping, inventory.sampler)
        middle, drawn = central(sums, *given), totals_of(sums, *given, COUNT)
        self.values = {name: float(middle.values[name][0, 0]) if middle.known[name][0] else None for name in RESULTS}
        self.draws = {name: drawn.values[name][0] for name in RESULTS}


def _change(name: str, old: _Side, restated: _Side, new: _Side) -> Change:
    was, as_if, now = (side.values[name] for side in (old, restated, new))
    if was is None or now is None:
        return Change(result=name, old=was, restated=as_if, new=now)
    relative = None
    if was > 0 and (old.draws[name] > 0).all():
        relative = _difference(now / was - 1, new.draws[name] / old.draws[name] - 1)
    change = _difference(now - was, new.draws[name] - old.draws[name])
    if as_if is None:
        return Change(result=name, old=was, restated=None, new=now, change=change, relative=relative)
    return Change(
        result=name,
        old=was,
        restated=as_if,
        new=now,
        change=change,
        relative=relative,
        activity=_difference(now - as_if, new.draws[name] - restated.draws[name]),
        factors=_difference(as_if - was, restated.draws[name] - old.draws[name]),
    )


def _difference(value: float, draws: Floats) -> Difference:
    return Difference(value, *bounds(np.asarray(draws, dtype=np.float64), value))
