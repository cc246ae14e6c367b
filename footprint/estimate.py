"""One activity through the equations: the place where activities, catalogue and physics meet.

The activity is settled (`footprint.settling`); then its amounts and factors go through the equations of its method as
named terms, so that every result remembers how it came about. `footprint.batch` does the same with columns.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from footprint.activities import Activity, Query
from footprint.catalogue import Catalogue, FactorUse, stated
from footprint.errors import RangeError
from footprint.magnitudes.draws import Draws
from footprint.magnitudes.term import Term, named
from footprint.methods import Missing, evaluate
from footprint.ranges import Sampler, bands_of, bounds, spread_of
from footprint.results import INDICATORS, LABELS, PARTS, RESULTS, WHOLE, WORKLOAD, Estimate
from footprint.settling import Setting, settle
from footprint.settling.market import market_shares
from footprint.units import Quantity

if TYPE_CHECKING:
    from footprint.ranges.drivers import Driver


def estimate(activity: Activity, catalogue: Catalogue) -> Estimate:
    """Return the footprint of one activity, each figure with the rows of the catalogue behind it.

    Raises
    ------
    footprint.errors.UnknownNameError : a model, region or accelerator that the catalogue does not know
    footprint.errors.NotEstimableError : no figure stands behind what was asked
    footprint.errors.DataError : a date in the future, or before the first factor

    Examples
    --------
    >>> from footprint.activities import TrainingRun
    >>> from footprint.catalogue import open_catalogue
    >>> run = estimate(TrainingRun(run="gpt-3"), open_catalogue())
    >>> f"{run.facility_energy.to('MWh'):.0f~P}, {run.carbon_location.to('tCO2e'):.0f~P}"
    '1287 MWh, 552 tCO2e'
    """
    return evaluated(activity, catalogue)[0]


def evaluated(activity: Activity, catalogue: Catalogue) -> tuple[Estimate, Setting, dict[str, Quantity]]:
    """Return an estimate with the setting behind it, and every quantity that its equations gave."""
    (setting,) = settle([activity], catalogue)
    setting = _priced(activity, setting, catalogue)
    amounts = {
        name: named(name, float(quantity.magnitude), _written(quantity), stated(name, quantity))
        for name, quantity in activity.amounts().items()
        if name not in setting.factors
    }
    factors = {name: named(name, use.value, use.unit, use) for name, use in setting.factors.items()}
    known, missing = evaluate(setting.steps, {**amounts, **factors})
    return _result(activity, setting, known, missing, catalogue), setting, known


def _priced(activity: Activity, setting: Setting, catalogue: Catalogue) -> Setting:
    """Return the setting with instruments of a quantity shared out: the electricity must be known before."""
    if setting.market is None or not setting.market_open:
        return setting
    given = {**activity.amounts(), **{name: use.quantity for name, use in setting.factors.items()}}
    known, _ = evaluate(setting.steps, given)
    if "facility_energy" not in known:
        return setting
    energy = float(known["facility_energy"].m_as("kWh"))
    return setting.priced(market_shares({setting.market: energy}, catalogue)[setting.market])


def _result(
    activity: Activity,
    setting: Setting,
    known: Mapping[str, Quantity],
    missing: Iterable[Missing],
    catalogue: Catalogue,
) -> Estimate:
    reasons = dict(setting.reasons)
    for gap in missing:
        if gap.result in RESULTS:
            reasons.setdefault(gap.result, lacking(gap))
    terms: dict[str, Term] = {}
    values: dict[str, Quantity | None] = {}
    for name, unit in RESULTS.items():
        quantity = known.get(name)
        if quantity is None:
            values[name] = None
            continue
        terms[name] = quantity.magnitude
        values[name] = Quantity(float(quantity.m_as(unit)), unit)
        reasons.pop(name, None)
    parts, indicators, workload = _parts(known), _indicators(known), _workload(activity, known)
    leading = {**terms, **{name: known[name].magnitude for name in indicators}}
    used = {
        id(term): term.origin
        for result in leading.values()
        for term in result.walk()
        if isinstance(term.origin, FactorUse)
    }
    sampler = Sampler(bands_of(catalogue))
    factors = list(used.values())
    return Estimate(
        activity=activity,
        **cast("dict[str, Any]", values),
        method=setting.method.id,
        method_label=setting.method.label,
        quality=setting.quality,
        factors=tuple(factors),
        assumptions=_assumptions(activity, setting, catalogue),
        warnings=(*setting.warnings, *_lacking_indicators(activity, indicators)),
        reasons={name: reasons[name] for name in RESULTS if name in reasons},
        published=setting.published,
        printed=setting.printed,
        place=setting.place,
        provider=setting.provider,
        date=setting.date,
        edition=catalogue.edition,
        parts=parts,
        indicators=indicators,
        workload=workload,
        terms=leading,
        ranges=_ranges(activity, setting, {**values, **parts, **workload}, sampler),
        spreads={use.name: spread_of(use, sampler.bands) for use in factors},
        drivers_of=functools.partial(_drivers, activity, setting, tuple(terms), sampler),
    )


def _drawn_amounts(activity: Activity, setting: Setting) -> dict[str, Quantity]:
    """Return the amounts as magnitudes that meet draws: what a user states has no range."""
    return {
        name: Quantity(Draws.single(np.array([float(quantity.magnitude)])), quantity.units)
        for name, quantity in activity.amounts().items()
        if name not in setting.factors
    }


def _ranges(
    activity: Activity, setting: Setting, values: Mapping[str, Quantity | None], sampler: Sampler
) -> dict[str, tuple[Quantity, Quantity]]:
    """Return the 5th and 95th percentile of every result that is known."""
    given = {**_drawn_amounts(activity, setting), **sampler.quantities(setting.factors)}
    known, _ = evaluate(setting.steps, given)
    ranges = {}
    for name, value in values.items():
        if value is not None:
            low, high = bounds(known[name].m_as(value.units).table[0], float(value.magnitude))
            ranges[name] = (Quantity(low, value.units), Quantity(high, value.units))
    return ranges


def _parts(known: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Return what an energy is made up of, where at least two parts of it are known."""
    found = {name: Quantity(float(known[name].m_as(unit)), unit) for name, (unit, _) in PARTS.items() if name in known}
    several = {unit for unit in WHOLE if sum(PARTS[name][0] == unit for name in found) > 1}
    return {name: value for name, value in found.items() if PARTS[name][0] in several}


def _workload(activity: Activity, known: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Return the operations and the time of a training run, as far as they are known."""
    if activity.kind != "training":
        return {}
    return {name: Quantity(float(known[name].m_as(unit)), unit) for name, unit in WORKLOAD.items() if name in known}


#: Readings of a hall, the key figure that each is for, and the energy that it is over.
_READINGS = {
    "water_input": ("wue_input", "it_energy"),
    "renewable_energy": ("renewable_energy_factor", "facility_energy"),
    "reused_energy": ("energy_reuse_factor", "facility_energy"),
}


def _lacking_indicators(activity: Activity, indicators: Mapping[str, Quantity]) -> Iterable[str]:
    for name in activity.amounts():
        indicator, energy = _READINGS.get(name, ("", ""))
        if indicator and indicator not in indicators:
            label = INDICATORS[indicator][1].partition(",")[0]
            yield f"{label} is not known: it is over the {LABELS[energy]}, which is not known."


def _indicators(known: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Return the key figures that follow from readings of meters; one that cannot be right is refused."""
    found = {}
    for name, (unit, label, low, high) in INDICATORS.items():
        quantity = known.get(name)
        if quantity is None or quantity.magnitude.equation is None:  # stated or of the catalogue: no reading
            continue
        value = float(quantity.m_as(unit))
        if not low <= value <= high:
            raise RangeError(
                f"{label.partition(',')[0]}: the readings give {value:.4g}{f' {unit}' if unit else ''}, and it lies "
                f"between {low:g} and {high:g}; were two readings exchanged, or taken over different times?"
            )
        found[name] = Quantity(value, unit)
    return found


def _drivers(
    activity: Activity, setting: Setting, names: Iterable[str], sampler: Sampler
) -> dict[str, tuple[Driver, ...]]:
    from footprint.ranges.drivers import drivers

    units = {name: RESULTS[name] for name in names}
    return drivers(setting.steps, _drawn_amounts(activity, setting), setting.factors, units, sampler)


def _assumptions(activity: Activity, setting: Setting, catalogue: Catalogue) -> tuple[str, ...]:
    said = list(setting.assumptions)
    if isinstance(activity, Query) and activity.model:
        early = catalogue.too_early(activity.model, setting.date)
        said.extend([early] if early else [])
    if activity.date is None:
        of_run = bool(getattr(activity, "run", None)) and setting.date != datetime.date.today()
        what = f"{setting.date.year}, the year of the run," if of_run else str(setting.date)
        said.insert(0, f"no date was given: {what} was taken.")
    return tuple(said)


#: What is lacking, in words, and what to give.
_WORDS = {
    "wue_site": "the water used on site per kWh of IT; give --wue or --provider",
    "wue_grid": "the water used to generate electricity; give --region or --wue-grid",
    "grid_losses": "the losses of the grid; no figure for the place and year",
    "grid_intensity": "the carbon intensity of the grid; give --region or --grid-intensity",
    "pue": "the PUE; give --pue or --provider",
}


def lacking(gap: Missing) -> str:
    """Say what a result lacks: a figure of the hall or the grid with its remedy, else what it follows from."""
    words = [_WORDS[name] for name in gap.needs if name in _WORDS]
    followed = [LABELS[name] for name in gap.needs if name in LABELS]
    return " and ".join(words or followed or [name.replace("_", " ") for name in gap.needs]) + (
        "" if words else ": not known"
    )


def _written(quantity: Quantity) -> str:
    return f"{quantity.units:~C}"
