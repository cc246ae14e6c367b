"""What settings have in common, so that sums over them are computed together.

A result follows in two stages. A method makes energy and hardware time of a row's loads: that depends on the model and
what serves it. Hall, grid and water follow from these: that depends on the place, and is linear. So what one unit of
either costs is computed once for each distinct one, and what is added up passes through both as plain products.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from footprint.batch.amounts import WHOLE, loads_of
from footprint.batch.columns import ColumnMap
from footprint.batch.keys import Codes
from footprint.catalogue import FactorUse
from footprint.magnitudes.draws import Draws, Floats
from footprint.methods import IMPACTS, Method, evaluate
from footprint.ranges import Distinct, Same, Sampler, distinct, same
from footprint.results import RESULTS
from footprint.settling import Setting
from footprint.units import Equation, Quantity

#: What the equations after the energy take: of these, factors are of the place, and all else the method gives.
_FOLLOWING = frozenset(name for step in IMPACTS for name in step.units)
#: What a method leaves to be added up.
_SUMMED = _FOLLOWING | RESULTS.keys()

#: By load, what one unit of it comes to.
ByLoad = dict[str, dict[str, Quantity]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Settings with one method that know the same of its factors: by name, what is used."""

    method: Method
    uses: dict[str, Distinct]
    #: how many of them differ in these factors
    count: int
    #: the amounts of activities, of each its own; None where settings stand for many rows
    amounts: dict[str, Quantity] | None
    #: names that are factors, and so come of no equation
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Area:
    """Places that know the same factors: by name, what is used at each."""

    factors: dict[str, Distinct]
    #: how many places there are
    count: int


@dataclass(frozen=True, slots=True)
class Structure:
    """How settings are alike, whatever is drawn."""

    alike: tuple[Alike, ...]
    areas: tuple[Area, ...]
    #: for each setting: the number of those that it is alike, and that of its factors among them
    kind: Codes
    own: Codes
    #: for each setting: the number of its area, and that of its place in it
    area: Codes
    place: Codes


@dataclass(frozen=True, slots=True)
class Part:
    """What passes through the second stage together: settings of one area whose first stage gives the same."""

    #: the numbers of those alike, and by load what one unit of it comes to in each
    costs: dict[int, dict[str, dict[str, Draws]]]
    area: int
    #: by result, what one unit of what the first stage gives comes to at each place
    outcomes: dict[str, dict[str, Draws]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The two stages, with draws."""

    structure: Structure
    mapping: ColumnMap
    #: for each of those alike, by load, what one unit of it comes to
    costs: tuple[ByLoad, ...]
    #: for each area, its factors
    factors: tuple[dict[str, Quantity], ...]
    parts: tuple[Part, ...]

    def loosened(self, names: frozenset[str], sampler: Sampler) -> Drawn:
        """Return the stages with the factors ``names`` drawn by ``sampler``, and the others as they are."""
        costs = tuple(
            _costs(alike, self.mapping, sampler) if names & alike.uses.keys() else cost
            for alike, cost in zip(self.structure.alike, self.costs, strict=True)
        )
        factors = tuple(
            known | {name: sampler.drawn(area.factors[name]) for name in names & area.factors.keys()}
            for area, known in zip(self.structure.areas, self.factors, strict=True)
        )
        return Drawn(self.structure, self.mapping, costs, factors, _parts(self.structure, costs, factors))


def drawn_of(settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> Drawn:
    """Return the two stages of all settings with the draws of ``sampler``; made once."""
    key = (id(settings), sampler.loose, sampler.centred)
    kept = sampler.kept.get(key)
    if kept is not None and kept[0] is settings and kept[1] is mapping:
        return cast("Drawn", kept[2])
    structure = _structure_of(settings, sampler)
    costs = tuple(_costs(alike, mapping, sampler) for alike in structure.alike)
    factors = tuple({name: sampler.drawn(use) for name, use in area.factors.items()} for area in structure.areas)
    drawn = Drawn(structure, mapping, costs, factors, _parts(structure, costs, factors))
    sampler.kept[key] = (settings, mapping, drawn)
    return drawn


def by_load(
    method: Method,
    mapping: ColumnMap,
    steps: Sequence[Equation],
    factors: Mapping[str, Quantity],
    amounts: Mapping[str, Quantity] | None,
    given: frozenset[str],
) -> ByLoad:
    """Return, by load, what one unit of it and none of the others comes to, as far as results need it."""
    if amounts is not None:
        known, _ = evaluate(steps, {**factors, **amounts})
        return {WHOLE: {name: known[name] for name in known if name in _SUMMED and name not in given}}
    loads = {name: quantity.units for name, quantity in loads_of(method, mapping).items() if name not in factors}
    # What depends on the factors alone is computed once for all loads.
    alone, _ = evaluate(steps, factors)
    found = {}
    for load in loads:
        unit = {name: Quantity(Draws.single(np.array([float(name == load)])), kind) for name, kind in loads.items()}
        known, _ = evaluate(steps, {**alone, **unit})
        found[load] = {name: known[name] for name in known if name in _SUMMED and name not in given}
    return found


def alike_in(settings: Sequence[Setting]) -> Iterator[list[int]]:
    """Yield settings in parts that have one method and know the same factors, and amounts in the same units."""
    alike: dict[tuple[str, frozenset[str], frozenset[tuple[str, str]] | None], list[int]] = {}
    names: dict[tuple[str, ...], frozenset[str]] = {}
    for number, setting in enumerate(settings):
        known = tuple(setting.factors)
        known_names = names.get(known) or names.setdefault(known, frozenset(known))
        alike.setdefault((setting.method.id, known_names, units_of(setting)), []).append(number)
    yield from alike.values()


def units_of(setting: Setting) -> frozenset[tuple[str, str]] | None:
    """Return the amounts of the one activity that a setting stands for, each with its unit; None of many rows."""
    if setting.amounts is None:
        return None
    return frozenset((name, str(amount.units)) for name, amount in setting.amounts.items())


def amounts_in(settings: Sequence[Setting]) -> dict[str, Quantity]:
    """Return the amounts of activities, which have no range, each setting's own."""
    codes, given = np.arange(len(settings)), [setting.amounts or {} for setting in settings]
    return {
        name: Quantity(Draws(codes, np.array([[float(each[name].magnitude)] for each in given])), amount.units)
        for name, amount in given[0].items()
    }


# --- how settings are alike -------------------------------------------------------------------------


def _structure_of(settings: Sequence[Setting], sampler: Sampler) -> Structure:
    """Return how settings are alike; found once for all that is drawn of them."""
    kept = sampler.kept.get(id(settings))
    if kept is not None and kept[0] is settings:
        return cast("Structure", kept[1])
    kind, own, at, place = (np.zeros(len(settings), dtype=np.intp) for _ in range(4))
    alike: list[Alike] = []
    areas: list[Area] = []
    for members, names in _parted(settings, of_places=False):
        part = [settings[member] for member in members]
        kind[members], own[members] = len(alike), _numbered(part, names)
        every = _first_of(part, own[members])
        amounts = None if part[0].amounts is None else amounts_in(part)
        given = frozenset(names) if amounts is None else frozenset(part[0].factors)
        uses = {name: distinct(every, name) for name in names}
        alike.append(Alike(part[0].method, uses, len(every), amounts, given))
    for members, names in _parted(settings, of_places=True):
        part = [settings[member] for member in members]
        at[members], place[members] = len(areas), _numbered(part, names)
        every = _first_of(part, place[members])
        areas.append(Area({name: distinct(every, name) for name in names}, len(every)))
    structure = Structure(tuple(alike), tuple(areas), kind, own, at, place)
    sampler.kept[id(settings)] = (settings, structure)
    return structure


def _parted(settings: Sequence[Setting], *, of_places: bool) -> Iterator[tuple[list[int], tuple[str, ...]]]:
    """Yield settings that know the same factors, of their places or of their methods, with the names of these.

    What one activity is by itself (its hours, the PUE of its meters) is never added to that of others of another kind.
    """
    parts: dict[Any, tuple[list[int], tuple[str, ...]]] = {}
    # Most settings have the same names.
    keys: dict[tuple[str, tuple[str, ...]], tuple[Any, tuple[str, ...]]] = {}
    for number, setting in enumerate(settings):
        known = (setting.method.id, tuple(setting.factors))
        if known not in keys:
            names = _names_of(setting, of_places=of_places)
            keys[known] = ((names if of_places else (setting.method.id, *names)), names)
        key, names = keys[known]
        if setting.amounts is not None:
            key = (setting.method.id, frozenset(setting.factors), units_of(setting))
        parts.setdefault(key, ([], names))[0].append(number)
    yield from parts.values()


def _names_of(setting: Setting, *, of_places: bool) -> tuple[str, ...]:
    """Return the factors of a setting that the method takes, or those that the equations after the energy take."""
    if of_places:
        return tuple(sorted(name for name in setting.factors if name in _FOLLOWING))
    taken = {name for step in setting.method.equations for name in step.units}
    return tuple(sorted(name for name in setting.factors if name in taken))


def _numbered(settings: Sequence[Setting], names: Sequence[str]) -> Codes:
    """Return a number for each setting; settings with the same factors of these names have the same one.

    One that stands for an activity of its own has a number of its own.
    """
    if settings[0].amounts is not None:
        return np.arange(len(settings))
    if not names:
        return np.zeros(len(settings), dtype=np.intp)
    of = operator.itemgetter(*names)
    # Most settings share the very objects.
    numbers: dict[Any, int] = {}
    found = [numbers.setdefault(_ids(of(setting.factors)), place) for place, setting in enumerate(settings)]
    kinds: dict[tuple[Same, ...], int] = {}
    number = {
        place: kinds.setdefault(tuple(same(settings[place].factors[name]) for name in names), len(kinds))
        for place in numbers.values()
    }
    return np.array([number[place] for place in found], dtype=np.intp)


def _ids(uses: Any) -> Any:
    return tuple(map(id, uses)) if isinstance(uses, tuple) else id(uses)


def _first_of(settings: Sequence[Setting], numbers: Codes) -> list[dict[str, FactorUse]]:
    """Return the factors of the first setting of each number."""
    return [settings[first].factors for first in np.unique(numbers, return_index=True)[1]]


# --- what a unit comes to ---------------------------------------------------------------------------


def _costs(alike: Alike, mapping: ColumnMap, sampler: Sampler) -> ByLoad:
    factors = {name: sampler.drawn(use) for name, use in alike.uses.items()}
    return by_load(alike.method, mapping, alike.method.equations, factors, alike.amounts, alike.given)


def _parts(
    structure: Structure, costs: Sequence[ByLoad], factors: Sequence[Mapping[str, Quantity]]
) -> tuple[Part, ...]:
    """Return which settings pass through the second stage together: those of one area whose first gives the same."""
    units: dict[str, Any] = {}
    gives = []
    for loads in costs:
        for cost in loads.values():
            units |= {name: quantity.units for name, quantity in cost.items() if name not in units}
        gives.append(tuple(sorted({name for cost in loads.values() for name in cost})))
    in_units = [
        {load: {name: quantity.m_as(units[name]) for name, quantity in cost.items()} for load, cost in loads.items()}
        for loads in costs
    ]
    pairs = np.unique(structure.area * len(costs) + structure.kind)
    together: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for area, kind in zip(*(found.tolist() for found in np.divmod(pairs, len(costs))), strict=True):
        together.setdefault((area, gives[kind]), []).append(kind)
    parts = []
    for (area, given), kinds in together.items():
        if WHOLE in costs[kinds[0]]:
            # A whole activity may give anything of its own, such as a PUE: it is followed to its end as it is.
            known, _ = evaluate(IMPACTS, {**factors[area], **costs[kinds[0]][WHOLE]})
            outcomes = {name: {WHOLE: known[name].m_as(unit)} for name, unit in RESULTS.items() if name in known}
            once = {WHOLE: {WHOLE: Draws.single(np.ones(1))}}
            parts.append(Part({kinds[0]: once}, area, outcomes))
        else:
            outcomes = _outcomes(factors[area], {name: units[name] for name in given})
            parts.append(Part({kind: in_units[kind] for kind in kinds}, area, outcomes))
    return tuple(parts)


def _outcomes(factors: Mapping[str, Quantity], units: Mapping[str, Any]) -> dict[str, dict[str, Draws]]:
    """Return, by result, what one unit of each thing in ``units`` and none of the others comes to at each place."""
    outcomes: dict[str, dict[str, Draws]] = {}
    # What depends on the factors alone is computed once.
    alone, _ = evaluate(IMPACTS, factors)
    for one in units:
        unit = {name: Quantity(Draws.single(np.array([float(name == one)])), kind) for name, kind in units.items()}
        known, _ = evaluate(IMPACTS, {**alone, **unit})
        for name, kind in RESULTS.items():
            if name in known:
                draws = known[name].m_as(kind)
                by_unit = outcomes.setdefault(name, {})
                if draws.table.any():
                    by_unit[one] = draws
    return outcomes


def at_place(draws: Draws, place: int) -> Floats:
    """Return the draws at one place."""
    row: Floats = draws.table[draws.codes[place] if len(draws.codes) > 1 else draws.codes[0]]
    return row
