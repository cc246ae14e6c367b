"""How a factor varies: from its own bounds, its evidence, and how far it is from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footprint.catalogue import Catalogue, FactorUse, standing
from footprint.ranges.quantiles import Spread

#: Figures of a data sheet or a configuration file are what they are; counts of a published run are, too.
_EXACT_TABLES = ("models:", "accelerators:", "servers:", "cpus:")
_EXACT_NAMES = ("accelerators", "hours", "accelerator_hours", "operations")
#: The size of a closed model is no configuration that anybody read.
_GUESSED = "estimated by others"
_EXACT_RUNGS = ("stated by the user", "definition")
#: Factors of a grid: their band depends on the grid.
_OF_A_GRID = ("grid_intensity", "wue_grid")


class Bands(NamedTuple):
    """How wide a figure without bounds of its own is taken: rows of the catalogue, all of them judgements."""

    evidence: Mapping[str, float]
    large_grid: float
    small_grid: float
    world: float
    #: factor on the width for each three years of distance, and where a wider area stands in for the place
    three_years: float
    stand_in: float
    large_grids: frozenset[str]


def bands_of(catalogue: Catalogue) -> Bands:
    """Return the bands of a catalogue, an overlay's own before the shipped ones."""
    return catalogue.once(("bands",), lambda: _bands(catalogue))


def _bands(catalogue: Catalogue) -> Bands:
    rows = catalogue.standing(standing.COEFFICIENTS)
    value = {row["id"]: float(row["value"]) for row in rows if row["subject"] == "range"}
    evidence = {word.removeprefix("evidence_band_"): v for word, v in value.items() if word.startswith("evidence_band")}
    return Bands(
        evidence=evidence,
        large_grid=value["grid_band_large"],
        small_grid=value["grid_band_small"],
        world=value["grid_band_world"],
        three_years=value["rung_earlier_year_per_3_years"],
        stand_in=value["rung_continent_or_world"],
        large_grids=frozenset(row["zone"] for row in catalogue.standing(standing.LARGE_GRIDS)),
    )


def spread_of(use: FactorUse, bands: Bands) -> Spread:
    """Return how a factor varies, and why so.

    Examples
    --------
    >>> from footprint.catalogue import Question, open_catalogue
    >>> catalogue = open_catalogue()
    >>> (use,) = catalogue.resolve([Question("grid_intensity", "FRA", None, 2024)]).values()
    >>> spread = spread_of(use, bands_of(catalogue))
    >>> f"{spread.low:.1f} {spread.central:.1f} {spread.high:.1f}: {spread.because}"
    '36.8 40.5 44.5: band of a large grid'
    """
    central = use.value
    if use.rung in _EXACT_RUNGS or use.distribution == "fixed" or central == 0:
        return Spread("fixed", central, central, central)
    if use.low is not None and use.high is not None and use.low <= central <= use.high and use.low < use.high:
        kind = use.distribution or "split_lognormal"
        base = 1.0 if kind == "shifted_lognormal" else 0.0
        if kind.endswith("lognormal") and use.low <= base:
            kind = "beta_pert"  # no logarithm reaches its lower bound
        return _widened(Spread(kind, use.low, central, use.high, "its own bounds"), use, bands)
    if (use.id.startswith(_EXACT_TABLES) and use.rung != _GUESSED) or use.name in _EXACT_NAMES:
        return Spread("fixed", central, central, central)
    band, because = _band(use, bands)
    if use.name == "pue":
        if central <= 1:
            return Spread("fixed", central, central, central)
        above = central - 1
        spread = Spread("shifted_lognormal", 1 + above / (1 + band), central, 1 + above * (1 + band), because)
    else:
        spread = Spread("lognormal", central / (1 + band), central, central * (1 + band), because)
    return _widened(spread, use, bands)


def _band(use: FactorUse, bands: Bands) -> tuple[float, str]:
    if use.name in _OF_A_GRID:
        if use.zone == "WORLD":
            return bands.world, "band of the world as a stand-in"
        if use.zone in bands.large_grids:
            return bands.large_grid, "band of a large grid"
        return bands.small_grid, "band of a small grid"
    return bands.evidence.get(use.evidence, bands.evidence["unverified"]), f"band of {use.evidence} evidence"


def _widened(spread: Spread, use: FactorUse, bands: Bands) -> Spread:
    """Return a spread made wider by how far the figure is from what was asked, in years and in place."""
    factor, reasons = 1.0, [spread.because]
    if use.years_away:
        factor *= bands.three_years ** (use.years_away / 3)
        reasons.append(f"wider for {use.years_away} year{'s' if use.years_away > 1 else ''} of distance")
    if use.stands_in and use.zone != "WORLD":
        factor *= bands.stand_in
        reasons.append("wider for a stand-in")
    if factor == 1.0:
        return spread
    because = ", ".join(reasons)
    if spread.distribution in ("beta_pert", "log_uniform"):
        # Bounds that nothing passes: a share stays one.
        return Spread(spread.distribution, spread.low, spread.central, spread.high, spread.because)
    base = 1.0 if spread.distribution == "shifted_lognormal" else 0.0
    low, central, high = spread.low - base, spread.central - base, spread.high - base
    return Spread(
        spread.distribution,
        base + central * (low / central) ** factor,
        spread.central,
        base + central * (high / central) ** factor,
        because,
    )
