"""What makes a result uncertain: each error let loose alone, and its share of the variance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.catalogue import FactorUse
from footprint.magnitudes.draws import Draws
from footprint.methods import evaluate
from footprint.ranges import Floats, Sampler, ends
from footprint.units import Equation, Quantity


@dataclass(frozen=True, slots=True)
class Driver:
    """What makes a result uncertain: a factor, and its share of the variance."""

    name: str
    factors: tuple[str, ...]
    share: float
    #: the result where this factor alone goes from its 5th to its 95th percentile
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "name": self.name,
            "factors": list(self.factors),
            "share_of_variance": self.share,
            "low": self.low,
            "high": self.high,
        }


def drivers(
    steps: Sequence[Equation],
    amounts: Mapping[str, Quantity],
    factors: Mapping[str, FactorUse],
    results: Mapping[str, str],
    sampler: Sampler,
) -> dict[str, tuple[Driver, ...]]:
    """Return, for each result, what makes it uncertain, the largest share first.

    Each error is let loose alone, all other factors at their central values; its share is its part of the sum of the
    variances of the logarithm, so the shares of a result add up to 1. Factors that share an error are one driver.

    Parameters
    ----------
    results : the results to explain, and the unit of each
    """
    central = {name: Quantity(Draws.single(np.array([use.value])), use.unit) for name, use in factors.items()}
    sharing: dict[str, list[str]] = {}
    for name, use in factors.items():
        if len(sampler.of(use)) > 1:
            sharing.setdefault(use.drawn or use.id, []).append(name)
    found: dict[str, list[Driver]] = {name: [] for name in results}
    for names in sharing.values():
        loose = {name: Quantity(Draws.single(sampler.of(factors[name])), factors[name].unit) for name in names}
        known, _ = evaluate(steps, {**amounts, **central, **loose})
        for result, unit in results.items():
            if result not in known:
                continue
            draws = known[result].m_as(unit).table[0]
            driver = driver_of(" and ".join(names), tuple(factors[name].id for name in names), draws)
            if driver:
                found[result].append(driver)
    return {result: shared(items) for result, items in found.items() if items}


def driver_of(name: str, factors: tuple[str, ...], draws: Floats) -> Driver | None:
    """Return a driver whose share is still its variance, in ln; None where the draws do not differ."""
    if len(draws) == 1 or not (draws > 0).all() or draws.min() == draws.max():
        return None
    low, high = ends(draws)
    return Driver(name, factors, float(np.var(np.log(draws))), float(low), float(high))


def shared(drivers: Iterable[Driver]) -> tuple[Driver, ...]:
    """Return drivers, the largest first, each with its share of the sum of their variances."""
    items = list(drivers)
    total = sum(item.share for item in items)
    parts = (Driver(item.name, item.factors, item.share / total, item.low, item.high) for item in items)
    return tuple(sorted(parts, key=lambda item: -item.share))
