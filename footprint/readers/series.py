"""Readings of power and of meters, over their own time stamps.

Between two readings of power the electricity is their mean times the time between (the trapezoid). A gap much longer
than what is usual for the series is missing data: it is neither bridged nor taken for zero, but left out and told.
"""

from __future__ import annotations

import datetime
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

    A register that falls from just below a power of ten, as far as it counts in a few usual steps, rolled over: its
    count goes on. Any other that falls was replaced, or its driver was loaded again: what it counted since then is what
    it shows, and what it counted just before is lost.

    >>> register([0, 1, 2, 3], [10, 12, 1, 4])
    (6.0, 1)
    >>> register([0, 1, 2], [99_990, 99_996, 3])
    (13.0, 1)
    """
    moments, values = _by_moment(np.asarray(seconds, dtype=float), np.asarray(readings, dtype=float))
    steps, fell = _counted(moments, values)
    return float(steps.sum()), int(fell.sum())


def _counted(moments: Any, values: Any) -> tuple[Any, Any]:
    """Return what a register counted in each step, and in which of them it began anew."""
    steps, times = np.diff(values), np.diff(moments)
    fell = steps < 0
    if not fell.any():
        return steps, fell
    before, after = values[:-1][fell], values[1:][fell]
    rates = steps[steps > 0] / times[steps > 0]
    usual = float(np.median(rates)) * times[fell] if len(rates) else np.zeros(len(before))
    places = 10.0 ** np.ceil(np.log10(np.maximum(before, 1.0) * (1 + 1e-12)))
    rolled = places - before + after
    steps[fell] = np.where(rolled <= _USUAL_STEPS * usual, rolled, after)
    return steps, fell


@dataclass(frozen=True, slots=True)
class Part:
    """Electricity of a series in one calendar month of UTC, from ``start`` to ``end`` in seconds of Unix."""

    start: float
    end: float
    #: watt-hours
    energy: float


@dataclass(frozen=True, slots=True)
class Months:
    """Electricity of a series by calendar month, and what a reader of the totals must know of it."""

    parts: tuple[Part, ...]
    readings: int
    #: gaps: how many, and their seconds together
    gaps: int = 0
    missing: float = 0.0
    #: how often a register began anew
    anew: int = 0


def power_by_month(seconds: Any, watts: Any) -> Months:
    """Return the electricity of readings of power [W], by calendar month of UTC; a gap counts for nothing.

    A step across the end of a month is parted there, on the straight line between its two readings.

    Raises
    ------
    ValueError : fewer than two moments

    Examples
    --------
    >>> month = 1_738_368_000  # the first moment of February 2025
    >>> [round(part.energy * 3600) for part in power_by_month([month - 2, month + 1], [100, 100]).parts]
    [200, 100]
    """
    whole = power(seconds, watts)
    moments, means = _by_moment(np.asarray(seconds, dtype=float), np.asarray(watts, dtype=float))
    steps = np.diff(moments)
    gap = steps > _USUAL_STEPS * float(np.median(steps))
    moments, means, step = _parted(moments, means)
    parts = np.where(gap[step], 0.0, (means[1:] + means[:-1]) / 2 * np.diff(moments)) / 3600
    return Months(_summed(moments, parts), whole.readings, whole.gaps, whole.missing)


def register_by_month(seconds: Any, watt_hours: Any) -> Months:
    """Return what a register [Wh] counted, by calendar month of UTC; a step across the end of a month by its time.

    Raises
    ------
    ValueError : fewer than two moments
    """
    moments, values = _by_moment(np.asarray(seconds, dtype=float), np.asarray(watt_hours, dtype=float))
    if len(moments) < 2:
        raise ValueError("two readings of a register are needed")
    steps, fell = _counted(moments, values)
    total = np.concatenate([[0.0], np.cumsum(steps)])
    moments, total, _ = _parted(moments, total)
    return Months(_summed(moments, np.diff(total)), len(np.asarray(seconds)), anew=int(fell.sum()))


def intervals_by_month(seconds: Any, watt_hours: Any) -> Months:
    """Return the sum of intervals [Wh] that begin at ``seconds``, by calendar month of UTC.

    An interval lasts as long as is usual for the series; where one is missing, nothing stands in for it.
    """
    order = np.argsort(np.asarray(seconds, dtype=float), kind="stable")
    moments, values = np.asarray(seconds, dtype=float)[order], np.asarray(watt_hours, dtype=float)[order]
    steps = np.diff(moments)
    usual = float(np.median(steps)) if len(steps) else 0.0
    # Months differ by three days and clocks are changed by an hour: neither is a gap.
    late = steps > 1.5 * usual
    starts = np.searchsorted(moments, [*_month_starts(moments[0], moments[-1])], side="left")
    parts = []
    for chosen, within in zip(np.split(moments, starts), np.split(values, starts), strict=True):
        if len(chosen):
            parts.append(Part(float(chosen[0]), float(chosen[-1]) + usual, float(within.sum())))
    return Months(tuple(parts), len(values), int(late.sum()), float((steps[late] - usual).sum()))


def _month_starts(first: float, last: float) -> list[float]:
    """Return the first moments of the months of UTC that begin after ``first`` and before ``last``."""
    moment = datetime.datetime.fromtimestamp(first, datetime.UTC)
    year, month = moment.year, moment.month
    found: list[float] = []
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        start = datetime.datetime(year, month, 1, tzinfo=datetime.UTC).timestamp()
        if start >= last:
            return found
        found.append(start)


def _parted(moments: Any, values: Any) -> tuple[Any, Any, Any]:
    """Return a series with a value at each start of a month between, and for each step which one it is part of."""
    steps = np.arange(len(moments) - 1)
    wanted = np.setdiff1d(np.array(_month_starts(float(moments[0]), float(moments[-1]))), moments)
    if not len(wanted):
        return moments, values, steps
    place = np.searchsorted(moments, wanted)
    more = np.interp(wanted, moments, values)
    return np.insert(moments, place, wanted), np.insert(values, place, more), np.insert(steps, place, place - 1)


def _summed(moments: Any, parts: Any) -> tuple[Part, ...]:
    starts = [float(moments[0]), *_month_starts(float(moments[0]), float(moments[-1])), float(moments[-1])]
    month = np.searchsorted(np.array(starts[1:-1]), moments[:-1], side="right")
    sums = np.bincount(month, weights=parts, minlength=len(starts) - 1)
    return tuple(Part(starts[i], starts[i + 1], float(sums[i])) for i in range(len(starts) - 1))


def _by_moment(seconds: Any, values: Any) -> tuple[Any, Any]:
    moments, place = np.unique(seconds, return_inverse=True)
    counts = np.bincount(place)
    return moments, np.bincount(place, weights=values) / counts
