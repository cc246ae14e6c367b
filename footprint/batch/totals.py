"""Totals and their ranges, from the sums of amounts for each combination of factors.

One pass over the rows adds up a few amounts by combination and group; the equations then run on combinations. So the
range of a total costs the same for a million rows as for a thousand, and a sum knows which errors its parts share.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footprint.batch.alike import Drawn, Part, Structure, alike_in, amounts_in, at_place, by_load, drawn_of
from footprint.batch.columns import ColumnMap
from footprint.batch.keys import Codes, numbered
from footprint.magnitudes.draws import Floats
from footprint.ranges import COUNT, Sampler, ends
from footprint.ranges.drivers import Driver, driver_of, shared
from footprint.results import RESULTS
from footprint.settling import Setting
from footprint.units import Quantity

#: Groups at places that are computed together: their draws fit into a fast memory.
_TOGETHER = 1024
#: Numbers of one result, over all groups and draws, that are kept in full precision.
_MOST_DOUBLES = 1_000_000
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
    return _totals(sums, drawn_of(settings, mapping, sampler), width)


def _totals(sums: Sums, drawn: Drawn, width: int) -> Totals:
    kind = np.float32 if width > 1 and sums.count * width > _MOST_DOUBLES else np.float64
    totals = Totals(
        {name: np.zeros((sums.count, width), dtype=kind) for name in RESULTS},
        {name: np.zeros(sums.count, dtype=np.int64) for name in RESULTS},
    )
    structure = drawn.structure
    part_of = np.zeros((len(structure.areas), len(structure.alike)), dtype=np.intp)
    for number, part in enumerate(drawn.parts):
        part_of[part.area, list(part.costs)] = number
    part_of_entry = part_of[structure.area[sums.settings], structure.kind[sums.settings]]
    for number, part in enumerate(drawn.parts):
        entries = np.flatnonzero(part_of_entry == number)
        if len(entries):
            _add(totals, sums, entries, structure, part, width)
    return totals


def _add(totals: Totals, sums: Sums, entries: Codes, structure: Structure, part: Part, width: int) -> None:
    """Add what alike settings contribute: first what each group takes at each place, then what follows there."""
    place, group = structure.place[sums.settings[entries]], sums.groups[entries]
    first, unit = numbered([place, group], [structure.areas[part.area].count, sums.count], len(entries))
    at, of_group = place[first], group[first]  # in the order of places
    order = np.argsort(unit, kind="stable")
    entries, unit = entries[order], unit[order]
    starts = np.searchsorted(unit, np.arange(len(first) + 1))
    rows = np.bincount(sums.groups[entries], weights=sums.rows[entries], minlength=sums.count).astype(np.int64)
    for name in part.outcomes:
        totals.known[name] += rows
    step = max(_TOGETHER, _TOGETHER * COUNT // width)
    for begin in range(0, len(first), step):
        end = min(begin + step, len(first))
        inside = slice(starts[begin], starts[end])
        taken = _taken(sums, entries[inside], unit[inside] - begin, end - begin, structure, part)
        edges = [*np.flatnonzero(np.diff(at[begin:end], prepend=-1)), end - begin]
        for low, high in itertools.pairwise(edges):
            here, groups = at[begin + low], _as_slice(of_group[begin + low : begin + high])
            for name, outcome in part.outcomes.items():
                for what, draws in outcome.items():
                    totals.values[name][groups] += taken[what][low:high] * at_place(draws, here)


def _as_slice(numbers: Codes) -> Codes | slice:
    """Return ascending numbers as a slice where none is left out: rows of a table are added to in place then."""
    first, last = int(numbers[0]), int(numbers[-1])
    return slice(first, last + 1) if last - first + 1 == len(numbers) else numbers


def _taken(sums: Sums, entries: Codes, unit: Codes, count: int, structure: Structure, part: Part) -> dict[str, Floats]:
    """Return what the first stage gives for each of ``count`` units: what one of each load costs, times its sums."""
    spreads: dict[str, list[Floats]] = {}
    tables: dict[str, list[Floats]] = {}
    kind, own = structure.kind[sums.settings[entries]], structure.own[sums.settings[entries]]
    for number, loads in part.costs.items():
        chosen = slice(None) if len(part.costs) == 1 else np.flatnonzero(kind == number)
        members = structure.alike[number].count
        spread_of: dict[tuple[str, int], tuple[Codes, Floats]] = {}  # what one load gives has mostly the same codes
        for load, cost in loads.items():
            weights = sums.loads[load][entries[chosen]]
            for what, draws in cost.items():
                key = (load, id(draws.codes))
                if key not in spread_of:
                    rows = len(draws.table)
                    codes = unit[chosen] * rows + draws.codes_of(members)[own[chosen]]
                    spread = np.bincount(codes, weights, count * rows).astype(np.float64).reshape(count, rows)
                    here = np.flatnonzero(spread.any(axis=0))  # units at few places take few of all rows
                    spread_of[key] = here, spread[:, here]
                here, spread = spread_of[key]
                spreads.setdefault(what, []).append(spread)
                tables.setdefault(what, []).append(draws.table[here])
    taken = {}
    for what, parts in spreads.items():
        width = max(table.shape[1] for table in tables[what])
        table = np.vstack([np.broadcast_to(rows, (len(rows), width)) for rows in tables[what]])
        taken[what] = np.hstack(parts) @ table
    return taken


def unit_bounds(
    settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler
) -> dict[str, dict[str, tuple[Floats, Floats]]]:
    """Return, by load and result, the range of what one unit of the load costs in each setting; NaN: nothing.

    A row's range is the sum of these over its loads, as if their errors went together: a little wide where a row
    reads and writes alike.
    """
    fixed = sampler.fixed()
    found: dict[str, dict[str, tuple[Floats, Floats]]] = {}
    for members in alike_in(settings):
        part = [settings[member] for member in members]
        drawn, values = _of_unit(part, mapping, sampler), _of_unit(part, mapping, fixed)
        for load, known in drawn.items():
            for name, kind in RESULTS.items():
                if name not in known:
                    continue
                draws, middles = known[name].m_as(kind), values[load][name].m_as(kind)
                middle = middles.table[middles.codes_of(len(part)), 0]
                low, high = ends(draws.table)
                codes = draws.codes_of(len(part))
                blank = (np.full(len(settings), np.nan), np.full(len(settings), np.nan))
                lows, highs = found.setdefault(load, {}).setdefault(name, blank)
                lows[members], highs[members] = np.minimum(low[codes], middle), np.maximum(high[codes], middle)
    return found


def _of_unit(settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> dict[str, dict[str, Quantity]]:
    """Return, by load, what one unit of it comes to in alike settings, results and all."""
    first, steps = settings[0], settings[0].steps
    taken = {name for step in steps for name in step.units}
    every = [setting.factors for setting in settings]
    factors = {name: sampler.combined(every, name) for name in first.factors if name in taken}
    amounts = None if first.amounts is None else amounts_in(settings)
    return by_load(first.method, mapping, steps, factors, amounts, frozenset(first.factors))


def central(sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler) -> Totals:
    """Return the totals of every group at the central factors."""
    return totals_of(sums, settings, mapping, sampler.fixed(), 1)


def central_and_drawn(
    sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler
) -> tuple[Totals, Totals]:
    """Return the totals of every group at the central factors, and for each draw."""
    # Percentiles of many groups can do with seven digits; a total cannot, and is computed apart then.
    if sums.count * (COUNT + 1) > _MOST_DOUBLES:
        return central(sums, settings, mapping, sampler), totals_of(sums, settings, mapping, sampler, COUNT)
    found = totals_of(sums, settings, mapping, sampler.with_centre(), COUNT + 1)
    centre, draws = slice(COUNT, None), slice(COUNT)
    return (
        Totals({name: values[:, centre] for name, values in found.values.items()}, found.known),
        Totals({name: values[:, draws] for name, values in found.values.items()}, found.known),
    )


def ranges(
    drawn: Totals, values: Mapping[str, Floats], together: Mapping[str, Sequence[str]]
) -> list[dict[str, tuple[float, float]]]:
    """Return the range of each result of each group, from its draws; ``values`` are the totals at the central factors.

    Where a factor's most likely value is its least, a total may lie below nearly all draws: its range begins
    at the total then.
    """
    found: list[dict[str, tuple[float, float]]] = [{} for _ in next(iter(values.values()), ())]
    for name, parts in {**{name: (name,) for name in RESULTS}, **together}.items():
        known = np.all([drawn.known[part] > 0 for part in parts], axis=0)
        first, *others = (drawn.values[part] for part in parts)
        draws = sum(others, start=first)
        low, high = ends(draws)
        lows, highs = np.minimum(low, values[name][:, 0]).tolist(), np.maximum(high, values[name][:, 0]).tolist()
        for group in np.flatnonzero(known):
            found[group][name] = (lows[group], highs[group])
    return found


def shares(
    sums: Sums, settings: Sequence[Setting], mapping: ColumnMap, sampler: Sampler
) -> dict[str, tuple[Driver, ...]]:
    """Return what makes the totals of all rows uncertain: one driver for each kind of factor, the largest first.

    All factors of a name are let loose together, each with its own error, the others at their central values.
    """
    whole = sums.of_groups(())
    fixed = drawn_of(settings, mapping, sampler.fixed())
    found: dict[str, list[Driver]] = {}
    for names in _kinds(settings, sampler):
        loose = Sampler(sampler.bands, sampler.seed, loose=frozenset(names))
        totals = _totals(whole, fixed.loosened(frozenset(names), loose), COUNT)
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
