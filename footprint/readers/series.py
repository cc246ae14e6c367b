"""Readings of power and of meters, over their own time stamps.

Between two readings of power the electricity is their mean times the time between (the trapezoid). A gap much longer
than what is usual for the series is missing data: it is neither bridged nor taken for zero, but left out and told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: A step longer than this many usual ones is a gap.
_USUAL_STEPS = 10


@dataclass(frozen=True, slots=True)
class Integrated:
    """Electricity of a series of readings."""

    #: watt-hours
    energy: float
    readings: int
    #: seconds that the series covers, gaps left out
    covered: float
    #: gaps: how many, and their seconds together
    gaps: int
    missing: float
    #: first and last stamp, in seconds of Unix
    first: float
    last: float

    def note(self, what: str) -> str:
        """Say in a sentence what was integrated, and what is missing."""
        gaps = f"; {self.gaps:,} gaps of {self.missing:,.0f} s together are not counted" if self.gaps else ""
        return f"{what}: {self.readings:,} readings over {self.covered:,.0f} s, by trapezoid{gaps}."


def power(seconds: Any, watts: Any) -> Integrated:
    """Return the electricity of readings of power [W] at ``seconds``, in any order.

    Readings of the same moment are averaged.

    Raises
    ------
    ValueError : fewer than two moments

    Examples
    --------
    >>> power([0, 1, 3], [100, 100, 100]).energy * 3600
    300.0
    """
    moments, means = _by_moment(np.asarray(seconds, dtype=float), np.asarray(watts, dtype=float))
    steps = np.diff(moments)
    if not len(steps):
        raise ValueError("two readings of power are needed")
    usual = float(np.median(steps))
    gap = steps > _USUAL_STEPS * usual
    parts = np.where(gap, 0.0, (means[1:] + means[:-1]) / 2 * steps)
    return Integrated(
        energy=float(parts.sum()) / 3600,
        readings=len(np.asarray(seconds)),
        covered=float(steps[~gap].sum()),
        gaps=int(gap.sum()),
        missing=float(steps[gap].sum()),
        first=float(moments[0]),
        last=float(moments[-1]),
    )


def register(seconds: Any, readings: Any) -> tuple[float, int]:
    """Return what a register counted from its first reading to its last, and how often it began anew.

    Where it falls it was replaced or rolled over: what it counted since then is what it shows.

    >>> register([0, 1, 2, 3], [10, 12, 1, 4])
    (6.0, 1)
    """
    order = np.argsort(np.asarray(seconds, dtype=float), kind="stable")
    values = np.asarray(readings, dtype=float)[order]
    steps = np.diff(values)
    fell = steps < 0
    return float(np.where(fell, values[1:], steps).sum()), int(fell.sum())


def _by_moment(seconds: Any, values: Any) -> tuple[Any, Any]:
    moments, place = np.unique(seconds, return_inverse=True)
    counts = np.bincount(place)
    return moments, np.bincount(place, weights=values) / counts
