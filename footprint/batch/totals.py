"""Totals and their ranges, from the sums of amounts for each combination of factors.

One pass over the rows adds up a few amounts by combination and group; the equations then run on combinations. So the
range of a total costs the same for a million rows as for a thousand, and a sum knows which errors its parts share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from footprint.batch.amounts import WHOLE, loads_of
from footprint.batch.columns import ColumnMap
from footprint.batch.keys import numbered
from footprint.magnitudes.draws import Draws
from footprint.methods import IMPACTS, Method, evaluate
from footprint.ranges import (
    COUNT,
    HIGH,
    LOW,
    Distinct,
    Driver,
    Same,
    Sampler,
    bounds,
    distinct,
    driver_of,
    same,
    shared,
)
from footprint.results import RESULTS
from footprint.settling import Setting
from footprint.units import Equation, Quantity

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

#: Combinations that are computed together: their draws fit into a fast memory.
_TOGETHER = 1024
#: Groups beyond this many, by weight, have totals without a range.
GROUPS_WITH_RANGES = 5000


@dataclass(slots=True)
class Sums:
    """The amounts of all rows that were estimated, added up by setting and group."""

    #: for each entry, the number of its setting, and that of its group
    settings: Codes
    groups: Codes
    rows: NDArray[np.int64]
    #: by load, the sum of each entry
    loads: dict[str, Floats]
    #: how many groups there are
    count: int
    #: by tokens column, the sum of each entry
    tokens: dict[str, Floats] = field(default_factory=dict)

    def of_groups(self, chosen: Sequence[int]) -> Sums:
        """Return the entries of the groups ``chosen``, numbered anew, with all entries together as the last group."""
        place = np.full(self.count, -1, dtype=np.intp)
        place[list(chosen)] = np.arange(len(chosen))
        inside = place[self.groups] >= 0
        whole = self.regrouped(np.zeros(self.count, dtype=np.intp), 1)
        return Sums(
            settings=np.concatenate([self.settings[inside], whole.settings]),
            groups=np.concatenate([place[self.groups[inside]], np.full(len(whole.groups), len(chosen))]),
            rows=np.concatenate([self.rows[inside], whole.rows]),
            loads={name: np.concatenate([load[inside], whole.loads[name]]) for name, load in self.loads.items()},
            count=len(chosen) + 1,
            tokens={name: np.concatenate([count[inside], whole.tokens[name]]) for name, count in self.tokens.items()},
        )

    def regrouped(self, numbers: Codes, count: int) -> Sums:
        """Return the sums of other groups: ``numbers`` is the new group of each old one."""
        groups = numbers[self.groups] if len(numbers) else self.groups
        first, number = numbered([groups, self.settings], [count, int(self.settings.max(initial=-1)) + 1], len(groups))
        if len(first) == len(groups):
            return replace(self, groups=groups, count=count)

        def added(values: NDArray[Any]) -> NDArray[Any]:
            return np.bincount(number, weights=values, minlength=len(first)).astype(values.dtype)

        return Sums(
            settings=self.settings[first],
            groups=groups[first],
            rows=added(self.rows),
            loads={name: added(load) for name, load in self.loads.items()},
            count=count,
            tokens={name: added(tokens) for name, tokens in self.tokens.items()},
        )

    def by_group(self, values: NDArray[Any]) -> Floats:
        """Return the sum over the entries of each group."""
        sums: Floats = np.bincount(self.groups, weights=values, minlength=self.count).astype(np.float64)
        return sums


@dataclass(slots=True)
class Totals:
    """Sums of results: a row for each group, a column for each draw, or one for the central value."""

    values: dict[str, Floats]
    #: rows behind each total
    known: dict[str, NDArray[np.int64]] = field(default_factory=dict)


def totals_of(sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler, width: int) -> Totals:
    """Return the totals of every group, for each of ``width`` draws."""
    kinds, places = _kinds_of(settings, mapping, sampler)
    return _totals(sums, kinds, places, width)


def _totals(sums: Sums, kinds: Sequence[_Kind], places: Codes, width: int) -> Totals:
    # Percentiles of many groups can do with seven digits; a total cannot.
    kind = np.float32 if width > 1 and sums.count * width > 1_000_000 else np.float64
    totals = Totals(
        {name: np.zeros((sums.count, width), dtype=kind) for name in RESULTS},
        {name: np.zeros(sums.count, dtype=np.int64) for name in RESULTS},
    )
    of_entry = places[:, sums.settings]
    for number, alike in enumerate(kinds):
        entries = np.flatnonzero(of_entry[0] == number)
        if len(entries):
            _add(totals, sums, entries, of_entry[1, entries], alike)
    return totals


@dataclass(frozen=True, slots=True)
class _Kind:
    """Alike settings, and what their sums come to in any grouping."""

    method: Method
    mapping: ColumnMap
    #: the factors of the method, those after the energy left out, in each setting
    uses: dict[str, Distinct]
    #: the amounts of activities, of each setting its own; None where settings stand for many rows
    amounts: dict[str, Quantity] | None
    #: names that are factors, and so come of no equation
    given: frozenset[str]
    #: for each setting the number of its place, and what is used at each place
    places: Codes
    at_places: dict[str, Distinct]
    #: what one unit of each load costs, before it is known where it runs; and the factors of places
    costs: dict[str, dict[str, Quantity]]
    factors: dict[str, Quantity]

    @classmethod
    def of(cls, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> _Kind:
        """Return what alike settings have in common."""
        first, steps = settings[0], settings[0].method.equations
        given = frozenset(first.factors)
        taken = {name for step in steps for name in step.units}
        every = [setting.factors for setting in settings]
        uses = {name: distinct(every, name) for name in first.factors if name in taken}
        amounts = None if first.amounts is None else _amounts(settings)
        of_places = [name for name in first.factors if name in _FOLLOWING]
        # What one activity is by itself (its hours, the PUE of its meters) is never added to that of another.
        places = _numbered(settings, of_places) if amounts is None else np.arange(len(settings))
        by_place = [settings[number].factors for number in np.unique(places, return_index=True)[1]]
        at_places = {name: distinct(by_place, name) for name in of_places}
        drawn = {name: sampler.drawn(use) for name, use in uses.items()}
        costs = _by_load(first.method, mapping, steps, drawn, amounts, given)
        factors = {name: sampler.drawn(use) for name, use in at_places.items()}
        return cls(first.method, mapping, uses, amounts, given, places, at_places, costs, factors)

    def loosened(self, names: frozenset[str], sampler: Sampler) -> _Kind:
        """Return the kind with the factors ``names`` drawn by ``sampler``, and the others as they are."""
        costs = self.costs
        if names & self.uses.keys():
            drawn = {name: sampler.drawn(use) for name, use in self.uses.items()}
            costs = _by_load(self.method, self.mapping, self.method.equations, drawn, self.amounts, self.given)
        factors = self.factors | {name: sampler.drawn(self.at_places[name]) for name in names & self.at_places.keys()}
        return replace(self, costs=costs, factors=factors)


def _kinds_of(settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> tuple[list[_Kind], Codes]:
    """Return the kinds of settings, and for each setting the number of its kind and its place in it; made once."""
    kept = sampler.kept.get(id(settings))
    if kept is not None and kept[0] is settings and kept[1] is mapping:
        return cast("tuple[list[_Kind], Codes]", kept[2])
    kinds = []
    places = np.zeros((2, len(settings)), dtype=np.intp)
    for number, members in enumerate(_alike(settings)):
        kinds.append(_Kind.of([settings[member] for member in members], mapping, sampler))
        places[0, members], places[1, members] = number, np.arange(len(members))
    sampler.kept[id(settings)] = (settings, mapping, (kinds, places))
    return kinds, places


def _alike(settings: Sequence[Setting]) -> Iterator[list[int]]:
    """Yield settings in parts that have one method and know the same factors, and amounts in the same units."""
    alike: dict[tuple[str, frozenset[str], frozenset[tuple[str, str]] | None], list[int]] = {}
    for number, setting in enumerate(settings):
        amounts = units_of(setting)
        alike.setdefault((setting.method.id, frozenset(setting.factors), amounts), []).append(number)
    yield from alike.values()


def units_of(setting: Setting) -> frozenset[tuple[str, str]] | None:
    """Return the amounts of the one activity that a setting stands for, each with its unit; None of many rows."""
    if setting.amounts is None:
        return None
    return frozenset((name, str(amount.units)) for name, amount in setting.amounts.items())


def _add(totals: Totals, sums: Sums, entries: Codes, place: Codes, kind: _Kind) -> None:
    """Add what alike settings contribute, in two stages.

    The energy of one unit of each load depends on the model and its hardware; it is summed up over the loads of each
    group at each place first. What follows from the energy (hall, grid, water) depends on the place, and is computed
    once for each group and place, whatever number of models there is.
    """
    first, unit = numbered(
        [kind.places[place], sums.groups[entries]], [int(kind.places.max()) + 1, sums.count], len(entries)
    )
    order = np.argsort(unit, kind="stable")
    entries, place, unit = entries[order], place[order], unit[order]
    # Where each unit lies, and the group that it is of.
    where, of_group = kind.places[place], sums.groups[entries]
    starts = np.searchsorted(unit, np.arange(len(first) + 1))
    for begin in range(0, len(first), _TOGETHER):
        end = min(begin + _TOGETHER, len(first))
        inside = slice(starts[begin], starts[end])
        energy = _summed(
            kind.costs, sums, entries[inside], place[inside], unit[inside] - begin, end - begin, len(kind.places)
        )
        at, group = where[starts[begin:end]], of_group[starts[begin:end]]
        known, _ = evaluate(IMPACTS, {**{name: _at(factor, at) for name, factor in kind.factors.items()}, **energy})
        by_group = np.argsort(group, kind="stable")
        firsts = np.flatnonzero(np.diff(group[by_group], prepend=-1))
        rows = np.bincount(of_group[inside], weights=sums.rows[entries[inside]], minlength=sums.count).astype(np.int64)
        for name, result_unit in RESULTS.items():
            if name in known:
                draws = known[name].m_as(result_unit).rows()[by_group]
                totals.values[name][group[by_group][firsts]] += np.add.reduceat(draws, firsts, axis=0)
                totals.known[name] += rows


#: What the equations after the energy take: of these, factors are of the place, and all else the method gives.
_FOLLOWING = frozenset(name for step in IMPACTS for name in step.units)
#: What a method leaves to be added up.
_SUMMED = _FOLLOWING | RESULTS.keys()


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


def _at(quantity: Quantity, places: Codes) -> Quantity:
    """Return the factor of each place for units that lie at ``places``."""
    draws = quantity.magnitude
    return Quantity(draws if len(draws.table) == 1 else Draws(draws.codes[places], draws.table), quantity.units)


def _summed(
    costs: Mapping[str, Mapping[str, Quantity]],
    sums: Sums,
    entries: Codes,
    place: Codes,
    unit: Codes,
    count: int,
    settings: int,
) -> dict[str, Quantity]:
    """Return energy and hardware time of each unit: what one of each load costs, times the sums of that load."""
    total: dict[str, Quantity] = {}
    codes = np.arange(count)
    for load, cost in costs.items():
        weights = sums.loads[load][entries]
        for name, quantity in cost.items():
            draws = quantity.magnitude
            rows = len(draws.table)
            spread = np.bincount(
                unit * rows + draws.codes_of(settings)[place], weights=weights, minlength=count * rows
            ).reshape(count, rows)
            here = np.flatnonzero(spread.any(axis=0))  # units at few places take few of all rows
            part = spread[:, here] @ draws.table[here]
            if name in total:
                total[name] = Quantity(Draws(codes, total[name].magnitude.table + part), quantity.units)
            else:
                total[name] = Quantity(Draws(codes, part), quantity.units)
    return total


def unit_bounds(
    settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler
) -> dict[str, dict[str, tuple[Floats, Floats]]]:
    """Return, by load and result, the range of what one unit of the load costs in each setting; NaN: nothing.

    A row's range is the sum of these over its loads, as if their errors went together: a little wide where a row
    reads and writes alike.
    """
    fixed = sampler.fixed()
    found: dict[str, dict[str, tuple[Floats, Floats]]] = {}
    for members in _alike(settings):
        part = [settings[member] for member in members]
        drawn, values = _of_unit(part, mapping, sampler), _of_unit(part, mapping, fixed)
        for load, known in drawn.items():
            for name, kind in RESULTS.items():
                if name not in known:
                    continue
                draws, middles = known[name].m_as(kind), values[load][name].m_as(kind)
                middle = middles.table[middles.codes_of(len(part)), 0]
                low, high = np.percentile(draws.table, (LOW, HIGH), axis=1)
                codes = draws.codes_of(len(part))
                blank = (np.full(len(settings), np.nan), np.full(len(settings), np.nan))
                lows, highs = found.setdefault(load, {}).setdefault(name, blank)
                lows[members], highs[members] = np.minimum(low[codes], middle), np.maximum(high[codes], middle)
    return found


def _by_load(
    method: Method,
    mapping: ColumnMap,
    steps: Sequence[Equation],
    factors: Mapping[str, Quantity],
    amounts: Mapping[str, Quantity] | None,
    given: frozenset[str],
) -> dict[str, dict[str, Quantity]]:
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


def _of_unit(settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> dict[str, dict[str, Quantity]]:
    """Return, by load, what one unit of it comes to in alike settings, results and all."""
    first, steps = settings[0], settings[0].steps
    taken = {name for step in steps for name in step.units}
    every = [setting.factors for setting in settings]
    factors = {name: sampler.combined(every, name) for name in first.factors if name in taken}
    amounts = None if first.amounts is None else _amounts(settings)
    return _by_load(first.method, mapping, steps, factors, amounts, frozenset(first.factors))


def _amounts(settings: Sequence[Setting]) -> dict[str, Quantity]:
    """Return the amounts of activities, which have no range, each setting's own."""
    codes, given = np.arange(len(settings)), [setting.amounts or {} for setting in settings]
    return {
        name: Quantity(Draws(codes, np.array([[float(each[name].magnitude)] for each in given])), amount.units)
        for name, amount in given[0].items()
    }


def central(sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> Totals:
    """Return the totals of every group at the central factors."""
    return totals_of(sums, settings, mapping, sampler.fixed(), 1)


def ranges(
    sums: Sums,
    settings: Sequence[Setting],
    mapping: ColumnMap,
    sampler: Sampler,
    values: Mapping[str, Floats],
    together: Mapping[str, Sequence[str]],
) -> list[dict[str, tuple[float, float]]]:
    """Return the range of each result of each group; ``values`` are the totals at the central factors."""
    drawn = totals_of(sums, settings, mapping, sampler, COUNT)
    made = {**{name: (name,) for name in RESULTS}, **together}
    return [
        {
            name: bounds(sum(drawn.values[part][group] for part in parts), float(values[name][group, 0]))
            for name, parts in made.items()
            if all(drawn.known[part][group] for part in parts)
        }
        for group in range(sums.count)
    ]


def shares(
    sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler
) -> dict[str, tuple[Driver, ...]]:
    """Return what makes the totals of all rows uncertain: one driver for each kind of factor, the largest first.

    All factors of a name are let loose together, each with its own error, the others at their central values.
    """
    whole = sums.of_groups(())
    kinds, places = _kinds_of(settings, mapping, sampler.fixed())
    found: dict[str, list[Driver]] = {}
    for names in _kinds(settings, sampler):
        loose = Sampler(sampler.bands, sampler.seed, loose=frozenset(names))
        totals = _totals(whole, [kind.loosened(frozenset(names), loose) for kind in kinds], places, COUNT)
        ids = sorted({setting.factors[name].id for setting in settings for name in names if name in setting.factors})
        for result, values in totals.values.items():
            driver = driver_of(" and ".join(sorted(names)), tuple(ids), values[0])
            if driver:
                found.setdefault(result, []).append(driver)
    return {result: shared(items) for result, items in found.items()}


def _kinds(settings: Sequence[Setting], sampler: Sampler) -> list[set[str]]:
    """Return the names of factors that vary, those that share an error together."""
    sharing: dict[str, set[str]] = {}
    seen: set[int] = set()
    for setting in settings:
        for name, use in setting.factors.items():
            if id(use) not in seen:
                seen.add(id(use))
                if len(sampler.of(use)) > 1:
                    sharing.setdefault(use.drawn or use.id, set()).add(name)
    kinds: list[set[str]] = []
    for names in sharing.values():
        joined = set(names)
        for kind in [kind for kind in kinds if kind & joined]:
            kinds.remove(kind)
            joined |= kind
        kinds.append(joined)
    return sorted(kinds, key=sorted)
