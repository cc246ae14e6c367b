"""Ranges: the equations of an estimate read with draws of its factors.

Draws are made for each factor, not for each row: all that uses a factor shares its error, so a sum over rows that
share one is as uncertain as each of them, and a sum over independent ones is less so. They are seeded by what the
factor is, so that the same estimate has the same range on any machine, alone or among a million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footprint.catalogue import FactorUse
from footprint.magnitudes.draws import Draws
from footprint.ranges.quantiles import COUNT, GRID, Spread
from footprint.ranges.spreads import Bands, bands_of, spread_of
from footprint.units import Quantity

__all__ = [
    "COUNT",
    "Distinct",
    "Same",
    "Sampler",
    "Spread",
    "bands_of",
    "bounds",
    "distinct",
    "ends",
    "same",
    "spread_of",
]

Floats = NDArray[np.float64]
Same = tuple[str, str, float, float | None, float | None, bool]

#: The percentiles that a range gives.
_LOW, _HIGH = 5, 95


@dataclass(slots=True)
class Sampler:
    """Draws of factors, each made once.

    >>> from footprint.catalogue import open_catalogue
    >>> catalogue = open_catalogue()
    >>> (use,) = catalogue.coefficients(["batch_unknown"], ["batch_size"])
    >>> draws = Sampler(bands_of(catalogue)).of(use)
    >>> draws.min().round(1), draws.max().round(1)
    (np.float64(8.0), np.float64(510.9))
    """

    bands: Bands
    seed: int = 0
    #: the factors that vary, by name; all others stay at their central values. None: all vary
    loose: frozenset[str] | None = None
    #: whether the central value stands behind the draws
    centred: bool = False
    _made: dict[Same, Floats] = field(default_factory=dict)
    #: what was made of these draws before, by what it was made for: as long as the draws last
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _fixed: Sampler | None = field(default=None, repr=False, compare=False)
    _centred: Sampler | None = field(default=None, repr=False, compare=False)

    def fixed(self) -> Sampler:
        """Return the sampler that leaves every factor at its central value, always the same one."""
        if self._fixed is None:
            self._fixed = Sampler(self.bands, self.seed, loose=frozenset(), kept=self.kept)
        return self._fixed

    def with_centre(self) -> Sampler:
        """Return the sampler with the central value of each factor behind the same draws, always the same one."""
        if self._centred is None:
            self._centred = Sampler(self.bands, self.seed, self.loose, centred=True, kept=self.kept)
        return self._centred

    def of(self, use: FactorUse) -> Floats:
        """Return the draws of a factor; a single one where it has no range."""
        if self.loose is not None and use.name not in self.loose:
            return np.array([use.value])
        key = same(use)
        if key not in self._made:
            values = spread_of(use, self.bands).at(GRID)
            if len(values) > 1:
                values = values[self._order(use.drawn or use.id)]
                values = np.append(values, use.value) if self.centred else values
            self._made[key] = values
        return self._made[key]

    def _order(self, shared: str) -> NDArray[np.intp]:
        """Return the order of the draws that all factors of one error share."""
        digest = hashlib.blake2b(shared.encode(), digest_size=8).digest()
        generator = np.random.default_rng([self.seed, int.from_bytes(digest, "big")])
        return generator.permutation(COUNT)

    def quantities(self, factors: Mapping[str, FactorUse]) -> dict[str, Quantity]:
        """Return the factors of one estimate as quantities whose magnitudes are draws."""
        return {name: Quantity(Draws.single(self.of(use)), use.unit) for name, use in factors.items()}

    def combined(self, settings: Sequence[Mapping[str, FactorUse]], name: str) -> Quantity:
        """Return the factor ``name`` of several combinations as one quantity: a row of draws for each distinct one."""
        return self.drawn(distinct(settings, name))

    def drawn(self, factor: Distinct) -> Quantity:
        """Return the draws of the distinct uses of a factor, and which of them each combination takes."""
        tables = [self.of(use) for use in factor.uses]
        if len(tables) == 1:
            return Quantity(Draws.single(tables[0]), factor.unit)
        width = max(len(table) for table in tables)
        table = np.vstack([np.broadcast_to(row, (width,)) for row in tables])
        return Quantity(Draws(factor.codes, table), factor.unit)


class Distinct(NamedTuple):
    """A factor in several combinations: its distinct uses, and which of them each combination has."""

    uses: tuple[FactorUse, ...]
    codes: NDArray[np.intp]
    unit: str


def distinct(settings: Sequence[Mapping[str, FactorUse]], name: str) -> Distinct:
    """Return the distinct uses of the factor ``name``: those that differ in their error, or in how wide it is."""
    rows: dict[Same, int] = {}
    seen: dict[int, int] = {}  # most settings share the very object
    codes = np.empty(len(settings), dtype=np.intp)
    uses: list[FactorUse] = []
    for place, factors in enumerate(settings):
        use = factors[name]
        row = seen.get(id(use))
        if row is None:
            row = rows.setdefault(same(use), len(uses))
            seen[id(use)] = row
            if row == len(uses):
                uses.append(use)
        codes[place] = row
    return Distinct(tuple(uses), codes, settings[0][name].unit)


def same(use: FactorUse) -> Same:
    """Return what two uses of one factor have in common, whoever found them: their error, and how wide it is."""
    return (use.drawn or use.id, use.rung, use.value, use.low, use.high, use.stands_in)


def bounds(draws: Floats, value: float) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of ``draws``, with ``value`` between them.

    The value is that of the central factors. Where a factor's most likely value is its least, it may lie below nearly
    all draws; the range then begins at the value.
    """
    low, high = ends(draws)
    return min(float(low), value), max(float(high), value)


def ends(draws: Floats) -> tuple[Floats, Floats]:
    """Return the 5th and the 95th percentile along the last axis, as `numpy.percentile` has them where no draw is NaN.

    That one imports masked arrays, which a single query has no other need of.

    >>> [float(end) for end in ends(np.arange(101.0))]
    [5.0, 95.0]
    """
    last = draws.shape[-1] - 1
    places = [percent / 100 * last for percent in (_LOW, _HIGH)]
    beside = [(int(place), min(int(place) + 1, last)) for place in places]
    ordered = np.partition(draws, sorted({index for pair in beside for index in pair}), axis=-1)
    low, high = (
        ordered[..., below] + (ordered[..., above] - ordered[..., below]) * (place - below)
        for place, (below, above) in zip(places, beside, strict=True)
    )
    return low, high
