"""Totals and their ranges, from the sums of amounts for each combination of factors.

One pass over the rows adds up a few amounts by combination and group; the equations then run on combinations. So the
range of a total costs the same for a million rows as for a thousand, and a sum knows which errors its parts share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footprint.batch.amounts import loads_of
from footprint.batch.columns import ColumnMap
from footprint.magnitudes.draws import Draws
from footprint.methods import IMPACTS, evaluate
from footprint.ranges import COUNT, HIGH, LOW, Driver, Same, Sampler, bounds, driver_of, same, shared
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
        return Sums(
            settings=np.concatenate([self.settings[inside], self.settings]),
            groups=np.concatenate([place[self.groups[inside]], np.full(len(self.groups), len(chosen))]),
            rows=np.concatenate([self.rows[inside], self.rows]),
            loads={name: np.concatenate([load[inside], load]) for name, load in self.loads.items()},
            count=len(chosen) + 1,
            tokens={name: np.concatenate([count[inside], count]) for name, count in self.tokens.items()},
        )

    def regrouped(self, numbers: Codes, count: int) -> Sums:
        """Return the same entries in other groups: ``numbers`` is the new group of each old one."""
        return replace(self, groups=numbers[self.groups], count=count)

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
    # Percentiles of many groups can do with seven digits; a total cannot.
    kind = np.float32 if width > 1 and sums.count * width > 1_000_000 else np.float64
    totals = Totals(
        {name: np.zeros((sums.count, width), dtype=kind) for name in RESULTS},
        {name: np.zeros(sums.count, dtype=np.int64) for name in RESULTS},
    )
    by_setting = np.argsort(sums.settings, kind="stable")
    begins = np.searchsorted(sums.settings[by_setting], np.arange(len(settings) + 1))
    for members in _alike(settings):
        entries = np.concatenate([by_setting[begins[member] : begins[member + 1]] for member in members])
        place = np.repeat(np.arange(len(members)), [begins[member + 1] - begins[member] for member in members])
        if len(entries):
            _add(totals, sums, entries, place, [settings[member] for member in members], mapping, sampler)
    return totals


def _alike(settings: Sequence[Setting]) -> Iterator[list[int]]:
    """Yield settings in parts that have one method and know the same factors."""
    alike: dict[tuple[str, frozenset[str]], list[int]] = {}
    for number, setting in enumerate(settings):
        alike.setdefault((setting.method.id, frozenset(setting.factors)), []).append(number)
    yield from alike.values()


def _add(
    totals: Totals,
    sums: Sums,
    entries: Codes,
    place: Codes,
    settings: Sequence[Setting],
    mapping: ColumnMap,
    sampler: Sampler,
) -> None:
    """Add what alike settings contribute, in two stages.

    The energy of one unit of each load depends on the model and its hardware; it is summed up over the loads of each
    group at each place first. What follows from the energy (hall, grid, water) depends on the place, and is computed
    once for each group and place, whatever number of models there is.
    """
    costs = _by_load(settings, mapping, sampler, settings[0].method.equations)
    of_places = [name for name in settings[0].factors if name in _FOLLOWING]
    places = _numbered(settings, of_places)
    groups = sums.groups[entries]
    pairs, unit = np.unique(places[place] * sums.count + groups, return_inverse=True)
    by_place = [settings[first].factors for first in np.unique(places, return_index=True)[1]]
    factors = {name: sampler.combined(by_place, name) for name in of_places}
    for begin in range(0, len(pairs), _TOGETHER):
        end = min(begin + _TOGETHER, len(pairs))
        inside = np.flatnonzero((unit >= begin) & (unit < end))
        energy = _summed(costs, sums, entries[inside], place[inside], unit[inside] - begin, end - begin, len(settings))
        at, group = np.divmod(pairs[begin:end], sums.count)
        known, _ = evaluate(IMPACTS, {**{name: _at(factor, at) for name, factor in factors.items()}, **energy})
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        rows = np.bincount(groups[inside], weights=sums.rows[entries[inside]], minlength=sums.count).astype(np.int64)
        for name, result_unit in RESULTS.items():
            if name in known:
                draws = known[name].m_as(result_unit).rows()[order]
                totals.values[name][group[order][starts]] += np.add.reduceat(draws, starts, axis=0)
                totals.known[name] += rows


#: What the equations after the energy take: of these, factors are of the place, and all else the method gives.
_FOLLOWING = frozenset(name for step in IMPACTS for name in step.units)


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
    fixed = Sampler(sampler.bands, sampler.seed, loose=frozenset())
    found: dict[str, dict[str, tuple[Floats, Floats]]] = {}
    for members in _alike(settings):
        part = [settings[member] for member in members]
        steps = part[0].steps
        drawn, values = _by_load(part, mapping, sampler, steps), _by_load(part, mapping, fixed, steps)
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
    settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler, steps: Sequence[Equation]
) -> dict[str, dict[str, Quantity]]:
    """Return, by load, what one unit of it and none of the others comes to, as far as results need it."""
    method = settings[0].method
    needed = {name for step in steps for name in step.units} | _FOLLOWING | RESULTS.keys()
    names = [name for name in settings[0].factors if name in needed]
    factors = {name: sampler.combined([setting.factors for setting in settings], name) for name in names}
    loads = {name: quantity.units for name, quantity in loads_of(method, mapping).items() if name not in factors}
    # What depends on the factors alone is computed once for all loads.
    alone, _ = evaluate(steps, factors)
    found = {}
    for load in loads:
        unit = {name: Quantity(Draws.single(np.array([float(name == load)])), kind) for name, kind in loads.items()}
        known, _ = evaluate(steps, {**alone, **unit})
        found[load] = {
            name: known[name] for name in known if (name in _FOLLOWING or name in RESULTS) and name not in factors
        }
    return found


def central(sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> Totals:
    """Return the totals of every group at the central factors."""
    fixed = Sampler(sampler.bands, sampler.seed, loose=frozenset())
    return totals_of(sums, settings, mapping, fixed, 1)


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
    found: dict[str, list[Driver]] = {}
    for names in _kinds(settings, sampler):
        loose = Sampler(sampler.bands, sampler.seed, loose=frozenset(names))
        totals = totals_of(whole, settings, mapping, loose, COUNT)
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
