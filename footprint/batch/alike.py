"""What settings have in common, so that sums over them are computed together.

A result follows in two stages. A method makes energy and hardware time of a row's loads: that depends on the model and
what serves it. Hall, grid and water follow from these: that depends on the place, and is linear. So what one unit of
either costs is computed once for each distinct one, and what is added up passes through both as plain products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from footprint.batch.amounts import WHOLE, loads_of
from footprint.batch.columns import ColumnMap
from footprint.batch.keys import Codes
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
    """Settings with one method that know the same factors."""

    method: Method
    #: the numbers of the settings
    members: Codes
    #: the factors of the method, those after the energy left out, in each setting
    uses: dict[str, Distinct]
    #: the amounts of activities, of each setting its own; None where settings stand for many rows
    amounts: dict[str, Quantity] | None
    #: names that are factors, and so come of no equation
    given: frozenset[str]
    #: the number of the area of its places
    area: int


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
    #: for each setting: the number of those that it is alike, its own among them, and that of its place in the area
    kind: Codes
    own: Codes
    place: Codes


@dataclass(frozen=True, slots=True)
class Part:
    """Alike settings whose sums pass through the second stage together."""

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
    key = (id(settings), sampler.loose)
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
    kind, own, place = (np.zeros(len(settings), dtype=np.intp) for _ in range(3))
    alike: list[Alike] = []
    areas: list[Area] = []
    numbers: dict[tuple[str, ...], int] = {}
    in_area: dict[int, list[int]] = {}
    for number, members in enumerate(alike_in(settings)):
        part = [settings[member] for member in members]
        first = part[0]
        taken = {name for step in first.method.equations for name in step.units}
        of_places = tuple(sorted(name for name in first.factors if name in _FOLLOWING))
        amounts = None if first.amounts is None else amounts_in(part)
        # What one activity is by itself (its hours, the PUE of its meters) is never added to that of another.
        key = of_places if amounts is None else (*of_places, f"__{number}")
        area = numbers.setdefault(key, len(numbers))
        in_area.setdefault(area, []).extend(members)
        kind[members], own[members] = number, np.arange(len(members))
        every = [setting.factors for setting in part]
        uses = {name: distinct(every, name) for name in first.factors if name in taken}
        alike.append(Alike(first.method, np.array(members), uses, amounts, frozenset(first.factors), area))
    for members in in_area.values():
        part = [settings[member] for member in members]
        of_places = tuple(sorted(name for name in part[0].factors if name in _FOLLOWING))
        found = _numbered(part, of_places) if part[0].amounts is None else np.arange(len(part))
        place[members] = found
        by_place = [part[first].factors for first in np.unique(found, return_index=True)[1]]
        areas.append(Area({name: distinct(by_place, name) for name in of_places}, len(by_place)))
    structure = Structure(tuple(alike), tuple(areas), kind, own, place)
    sampler.kept[id(settings)] = (settings, structure)
    return structure


def _numbered(settings: Sequence[Setting], names: Sequence[str]) -> Codes:
    """Return a number for each setting; settings with the same factors of these names have the same one."""
    keys: dict[int, int] = {}  # most settings share the very object
    kinds: dict[Same, int] = {}
    numbers: dict[tuple[int, ...], int] = {}
    found = np.empty(len(settings), dtype=np.intp)
    for place, setting in enumerate(settings):
        key = []
        for name in names:
            use = setting.factors[name]
            kind = keys.get(id(use))
            if kind is None:
                kind = keys[id(use)] = kinds.setdefault(same(use), len(kinds))
            key.append(kind)
        found[place] = numbers.setdefault(tuple(key), len(numbers))
    return found


# --- what a unit comes to ---------------------------------------------------------------------------


def _costs(alike: Alike, mapping: ColumnMap, sampler: Sampler) -> ByLoad:
    factors = {name: sampler.drawn(use) for name, use in alike.uses.items()}
    return by_load(alike.method, mapping, alike.method.equations, factors, alike.amounts, alike.given)


def _parts(
    structure: Structure, costs: Sequence[ByLoad], factors: Sequence[Mapping[str, Quantity]]
) -> tuple[Part, ...]:
    """Return which settings pass through the second stage together: those of one area whose first gives the same."""
    together: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for number, (alike, loads) in enumerate(zip(structure.alike, costs, strict=True)):
        gives = tuple(sorted({name for cost in loads.values() for name in cost}))
        together.setdefault((alike.area, gives), []).append(number)
    parts = []
    for (area, _), numbers in together.items():
        first = costs[numbers[0]]
        if WHOLE in first:
            # A whole activity may give anything of its own, such as a PUE: it is followed to its end as it is.
            known, _ = evaluate(IMPACTS, {**factors[area], **first[WHOLE]})
            outcomes = {name: {WHOLE: known[name].m_as(unit)} for name, unit in RESULTS.items() if name in known}
            once = {WHOLE: {WHOLE: Draws.single(np.ones(1))}}
            parts.append(Part({numbers[0]: once}, area, outcomes))
            continue
        units = {name: quantity.units for cost in first.values() for name, quantity in cost.items()}
        in_units = {
            number: {
                load: {name: quantity.m_as(units[name]) for name, quantity in cost.items()}
                for load, cost in costs[number].items()
            }
            for number in numbers
        }
        parts.append(Part(in_units, area, _outcomes(factors[area], units)))
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
