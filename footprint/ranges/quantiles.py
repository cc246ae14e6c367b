"""The distributions that a factor may have, each as the function from a probability to its value.

A low and a high are read as the 5th and the 95th percentile, and the value between them as the median, unless the
distribution says otherwise: see ``docs/decisions/0010-ranges.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Standard deviations from the median to the 95th percentile.
_Z95 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a factor varies.

    >>> Spread("split_lognormal", 0.5, 1.0, 4.0).at(np.array([0.05, 0.5, 0.95])).round(3).tolist()
    [0.5, 1.0, 4.0]
    """

    #: fixed, lognormal, split_lognormal, shifted_lognormal, beta_pert, log_uniform
    distribution: str
    low: float
    central: float
    high: float
    #: where the width comes from, in a reader's words
    because: str = ""

    def at(self, probabilities: Floats) -> Floats:
        """Return the values at ``probabilities``, each strictly between 0 and 1."""
        return DISTRIBUTIONS[self.distribution](probabilities, self.low, self.central, self.high)


def _fixed(u: Floats, low: float, central: float, high: float) -> Floats:
    return np.array([central])


def _split_lognormal(u: Floats, low: float, central: float, high: float) -> Floats:
    """Two halves of lognormals that meet at the median."""
    z = _normal(u) / _Z95
    down, up = np.log(central / low), np.log(high / central)
    values: Floats = central * np.exp(np.where(z < 0, z * down, z * up))
    return values


def _shifted_lognormal(u: Floats, low: float, central: float, high: float) -> Floats:
    """A split lognormal of what lies above 1: a PUE is never below."""
    return 1 + _split_lognormal(u, low - 1, central - 1, high - 1)


def _beta_pert(u: Floats, low: float, central: float, high: float) -> Floats:
    """A beta distribution between its bounds, with its mode at the central value."""
    span = high - low
    a, b = 1 + 4 * (central - low) / span, 1 + 4 * (high - central) / span
    # The distribution function by the midpoint rule on a fine grid: no library for one integral.
    edges = np.linspace(0.0, 1.0, 4097)
    middle = (edges[:-1] + edges[1:]) / 2
    steps = middle ** (a - 1) * (1 - middle) ** (b - 1)
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    values: Floats = low + span * np.interp(u, reached / reached[-1], edges)
    return values


def _log_uniform(u: Floats, low: float, central: float, high: float) -> Floats:
    """Every order of magnitude between the bounds alike: nothing is known but them."""
    values: Floats = low * np.exp(u * np.log(high / low))
    return values


DISTRIBUTIONS: dict[str, Callable[[Floats, float, float, float], Floats]] = {
    "fixed": _fixed,
    "lognormal": _split_lognormal,
    "split_lognormal": _split_lognormal,
    "shifted_lognormal": _shifted_lognormal,
    "beta_pert": _beta_pert,
    "log_uniform": _log_uniform,
}


def _normal(u: Floats) -> Floats:
    return _NORMAL if u is GRID else np.array([NormalDist().inv_cdf(float(probability)) for probability in u])


#: How many draws stand for a distribution, and the probabilities that they stand at: one in each of equal parts.
COUNT = 1000
GRID: Floats = (np.arange(COUNT) + 0.5) / COUNT
_NORMAL: Floats = np.array([NormalDist().inv_cdf(float(probability)) for probability in GRID])
