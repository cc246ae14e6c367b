"""The inventory of a batch: its rows added up by combination and group, from which any total is computed again."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np

from footprint.activities import Activity, Query
from footprint.batch.amounts import WHOLE, loads_of
from footprint.batch.columns import ColumnMap
from footprint.batch.happened import Happened, happened
from footprint.batch.keys import Codes, Keys, numbered
from footprint.batch.market import priced
from footprint.batch.totals import (
    GROUPS_WITH_RANGES,
    Sums,
    Totals,
    central,
    central_and_drawn,
    ranges,
    shares,
    totals_of,
)
from footprint.catalogue import Catalogue
from footprint.errors import DataError
from footprint.estimate import lacking
from footprint.methods import evaluate
from footprint.ranges import COUNT, Sampler, bands_of
from footprint.ranges.drivers import Driver
from footprint.results import RESULTS, rounded
from footprint.settling import Setting, settle

T = TypeVar("T")

#: Names of sums, and the results that each adds up.
Together = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Group:
    """The totals of one group of rows; a total is None where no row knows it."""

    keys: dict[str, Any]
    rows: int
    totals: dict[str, float | None]
    #: how many of the rows know each total
    known: dict[str, int]
    tokens: dict[str, int | None]
    #: 5th and 95th percentile of each total that is known; without them where there are too many groups
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the group as the published JSON has it."""
        results = {
            name: None
            if self.totals[name] is None
            else {
                "value": rounded(self.totals[name]),
                "unit": RESULTS[name],
                "low": rounded(self.ranges[name][0]) if name in self.ranges else None,
                "high": rounded(self.ranges[name][1]) if name in self.ranges else None,
            }
            for name in RESULTS
        }
        incomplete = {name: self.known[name] for name in RESULTS if 0 < self.known[name] < self.rows}
        return {**self.keys, "rows": self.rows, **self.tokens, **results, "rows_behind": incomplete}


P = ParamSpec("P")


def remembered(method: Callable[Concatenate[Inventory, P], T]) -> Callable[Concatenate[Inventory, P], T]:
    """Compute what a method returns once for the same arguments: a report and its charts ask for the same groups."""

    @functools.wraps(method)
    def kept(self: Inventory, *args: P.args, **kwargs: P.kwargs) -> T:
        asked = repr((method.__name__, args, sorted(kwargs.items())))
        if asked not in self.found:
            self.found[asked] = method(self, *args, **kwargs)
        return cast("T", self.found[asked])

    return cast("Callable[Concatenate[Inventory, P], T]", kept)


@dataclass(slots=True)
class Inventory:
    """What happened, by combination and group: totals of any of the columns that it was grouped by."""

    #: the columns that rows were grouped by, and the key of each group
    names: tuple[str, ...]
    keys: Keys
    sums: Sums
    settings: list[Setting]
    #: for each setting, the activity that stands for its combination
    activities: list[Activity]
    mapping: ColumnMap
    sampler: Sampler
    edition: str
    #: what was asked for before; nothing above changes once it is made
    found: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def happened(self) -> Happened:
        """What happened, without the factors that it was settled with."""
        whole = frozenset(number for number, setting in enumerate(self.settings) if setting.amounts is not None)
        return Happened(self.names, self.keys, self.sums, self.activities, whole, self.mapping)

    def as_dict(self) -> dict[str, Any]:
        """Return what happened as plain data, from which `recomputed` computes it again, with any factors."""
        return {**self.happened.as_dict(), "edition": self.edition}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the totals as notebooks show them."""
        from footprint.batch.notebook import bundle

        _, total = self.by()
        said = f"{total.rows:,} rows in {len(self.settings):,} combinations of factors"
        return bundle(total, said, self.edition)

    @remembered
    def by(self, *names: str, together: Together | None = None) -> tuple[list[Group], Group]:
        """Return the groups by some of the columns, the largest first, and the totals of all rows.

        Every group has its range, up to 5,000 of them; beyond that the smaller ones have none. Ranges do not add up:
        results named ``together`` have the total and the range of their sum under a name of its own.

        Raises
        ------
        ValueError : a name that rows were not grouped by
        """
        keys, sums = self._regrouped(names)
        return self._ranged(names, keys, sums, together or {})

    @remembered
    def largest(
        self, name: str, count: int, result: str, together: Together | None = None
    ) -> tuple[list[Group], Group | None, int]:
        """Return the groups by one column with the largest ``result``, the others as one, and how many these are."""
        keys, sums = self._regrouped((name,))
        groups = self._central((name,), keys, sums, together or {})
        order = sorted(range(len(groups)), key=lambda number: (-(groups[number].totals[result] or 0.0), number))
        chosen = order[:count]
        if len(order) <= count + 1:  # one other has a name, too
            chosen = order
        place = np.full(max(len(groups), 1), len(chosen), dtype=np.intp)
        place[chosen] = np.arange(len(chosen))
        rest = len(order) - len(chosen)
        few = [keys[number] for number in chosen] + [(None,)] * bool(rest)
        found, _ = self._ranged((name,), few, sums.regrouped(place, max(len(few), 1)), together or {}, ordered=False)
        return found[: len(chosen)], found[-1] if rest else None, rest

    def over(self, label: Callable[[Setting], T], together: Together | None = None) -> list[tuple[T, Group]]:
        """Return the totals by what ``label`` says of each setting, such as its grid zone or its quality class."""
        numbers: dict[T, int] = {}
        of_setting = np.array(
            [numbers.setdefault(label(setting), len(numbers)) for setting in self.settings], dtype=np.intp
        )
        # Whatever the label says, it says it of a whole combination.
        whole = self.of_combinations()
        sums = replace(whole, groups=of_setting[whole.settings], count=max(len(numbers), 1))
        groups, _ = self._ranged(("number",), [(number,) for number in numbers.values()], sums, together or {})
        labels = list(numbers)
        return [(labels[group.keys["number"]], group) for group in groups]

    def crossed(self, kept: Mapping[str, Sequence[Any]]) -> list[tuple[tuple[int, ...], Group]]:
        """Return the totals, without ranges, of each combination of groups by several columns that has rows.

        A group is known by its place among the keys ``kept`` of its column; all others of the column together have the
        place after the last.

        Raises
        ------
        ValueError : a name that rows were not grouped by
        """
        columns, sizes = [], []
        for name, keys in kept.items():
            values, codes = self.column(name)
            own = {key: at for at, key in enumerate(keys)}
            columns.append(np.array([own.get(_key(value), len(own)) for value in values], dtype=np.intp)[codes])
            sizes.append(len(own) + 1)
        first, number = numbered(columns, sizes, len(self.keys))
        sums = self.sums.regrouped(number, len(first))
        found = list(zip(*(column[first].tolist() for column in columns), strict=True)) if columns else [()]
        groups = self._central((), [()] * len(found), sums, {})
        return [(place, group) for place, group in zip(found, groups, strict=True) if group.rows]

    def column(self, name: str) -> tuple[list[Any], Codes]:
        """Return the distinct keys of a column, and the place among them of each group's.

        Raises
        ------
        ValueError : a name that rows were not grouped by
        """
        place = self.names.index(name)
        return self.keys.column(place) if len(self.keys) else ([], np.zeros(0, dtype=np.intp))

    def coarser(self, *names: str) -> Inventory:
        """Return the same kept by some of the columns alone.

        Raises
        ------
        ValueError : a name that rows were not grouped by
        """
        keys, sums = self._regrouped(names)
        return replace(self, names=tuple(names), keys=Keys.of(keys), sums=sums, found={})

    def _regrouped(self, names: Sequence[str]) -> tuple[list[tuple[Any, ...]], Sums]:
        """Return the keys of the groups by some of the columns, and the sums of these groups."""
        columns = [self.column(name) for name in names]
        first, number = numbered(
            [codes for _, codes in columns], [len(values) for values, _ in columns], len(self.keys)
        )
        keys = [tuple(values[codes[group]] for values, codes in columns) for group in first]
        return keys, self.sums.regrouped(number, max(len(keys), 1))

    def _ranged(
        self,
        names: Sequence[str],
        keys: Sequence[tuple[Any, ...]],
        sums: Sums,
        together: Together,
        ordered: bool = True,
    ) -> tuple[list[Group], Group]:
        if not keys:
            return [], _total([], list(sums.tokens), together)
        given = (self.settings, self.mapping, self.sampler)
        numbers: Sequence[int] = range(len(keys)) if names else ()
        if len(numbers) <= GROUPS_WITH_RANGES:
            found, drawn = central_and_drawn(sums.of_groups(numbers), *given)
            groups = self._groups(names, keys, sums, found, together)
        else:
            groups = self._groups(names, keys, sums, central(sums, *given), together)
            numbers = sorted(numbers, key=lambda number: _weight(groups[number]))[:GROUPS_WITH_RANGES]
            drawn = totals_of(sums.of_groups(numbers), *given, COUNT)
        total = _total(groups, list(sums.tokens), together)
        values = {
            name: np.array([[groups[number].totals[name] or 0.0] for number in numbers] + [[total.totals[name] or 0.0]])
            for name in (*RESULTS, *together)
        }
        *bounds, of_all = ranges(drawn, values, together)
        for number, ends in zip(numbers, bounds, strict=True):
            groups[number] = replace(groups[number], ranges=ends)
        if ordered:
            groups.sort(key=_weight)
        return groups if names else [], replace(total, ranges=of_all)

    @property
    def holds_other_than_queries(self) -> bool:
        """Tell whether training runs, instances or halls stand beside the use of models."""
        return any(activity.kind != Query.kind for activity in self.activities)

    def central(self) -> dict[str, float | None]:
        """Return the totals of all rows at the central factors, without their ranges."""
        keys, sums = self._regrouped(())
        return _total(self._central((), keys, sums, {}), [], {}).totals

    @remembered
    def of_combinations(self) -> Sums:
        """Return the sums of each combination over all groups."""
        return self._regrouped(())[1]

    @remembered
    def drivers(self) -> dict[str, tuple[Driver, ...]]:
        """Return what makes the totals of all rows uncertain, by result."""
        return shares(self.of_combinations(), self.settings, self.mapping, self.sampler)

    def _central(
        self, names: Sequence[str], keys: Sequence[tuple[Any, ...]], sums: Sums, together: Together
    ) -> list[Group]:
        found = central(sums, self.settings, self.mapping, self.sampler)
        return self._groups(names, keys, sums, found, together)

    def _groups(
        self, names: Sequence[str], keys: Sequence[tuple[Any, ...]], sums: Sums, found: Totals, together: Together
    ) -> list[Group]:
        """Return the groups with their totals, which are ``found``, and without their ranges."""
        rows, tokens = sums.by_group(sums.rows), {name: sums.by_group(count) for name, count in sums.tokens.items()}
        groups = [
            Group(
                keys={name: _key(value) for name, value in zip(names, key, strict=True)},
                rows=int(rows[number]),
                # The sum over nothing is zero, and nothing known is not zero.
                totals={
                    name: float(found.values[name][number, 0]) if found.known[name][number] else None
                    for name in RESULTS
                },
                known={name: int(found.known[name][number]) for name in RESULTS},
                tokens={name: int(count[number]) for name, count in tokens.items()},
            )
            for number, key in enumerate(keys)
        ]
        return [_with_sums(group, together) for group in groups]


def _with_sums(group: Group, together: Together) -> Group:
    """Return the group with the sums of some results; a sum is known for the rows that know all parts of it."""
    totals, known = dict(group.totals), dict(group.known)
    for name, parts in together.items():
        values = [group.totals[part] for part in parts]
        totals[name] = None if None in values else math.fsum(cast("list[float]", values))
        known[name] = min(group.known[part] for part in parts)
    return replace(group, totals=totals, known=known)


def _total(groups: Sequence[Group], tokens: Sequence[str], together: Together) -> Group:
    """Return the totals of all groups together; what no group knows stays unknown."""
    known = {name: sum(group.known[name] for group in groups) for name in RESULTS}
    totals = {name: [group.totals[name] for group in groups if group.totals[name] is not None] for name in RESULTS}
    total = Group(
        keys={},
        rows=sum(group.rows for group in groups),
        totals={name: math.fsum(cast("list[float]", totals[name])) if known[name] else None for name in RESULTS},
        known=known,
        tokens={name: sum(group.tokens[name] or 0 for group in groups) for name in tokens},
    )
    return _with_sums(total, together)


def _key(value: Any) -> Any:
    """Return the key of a group as JSON knows it: a text, a whole number, a truth value, or None."""
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _weight(group: Group) -> tuple[float, str]:
    return -(group.totals["facility_energy"] or group.totals["it_energy"] or 0.0), str(list(group.keys.values()))


def _alone(setting: Setting) -> Setting:
    """Return the setting of one whole activity with why each of its results is not known, as its estimate says it."""
    given = {**(setting.amounts or {}), **{name: use.quantity for name, use in setting.factors.items()}}
    _, missing = evaluate(setting.steps, given)
    reasons = dict(setting.reasons)
    for gap in missing:
        if gap.result in RESULTS:
            reasons.setdefault(gap.result, lacking(gap))
    return replace(setting, reasons=reasons)


def recomputed(document: Mapping[str, Any], catalogue: Catalogue) -> Inventory:
    """Return the inventory that ``Inventory.as_dict`` wrote, its combinations settled anew with ``catalogue``.

    Raises
    ------
    footprint.errors.DataError : a document that is none, or a combination that this catalogue cannot settle
    """
    return settled(happened(document), catalogue)


def settled(stated: Happened, catalogue: Catalogue) -> Inventory:
    """Return the inventory of what happened, its combinations settled with ``catalogue``.

    Raises
    ------
    footprint.FootprintError : a combination that this catalogue cannot settle
    footprint.errors.DataError : amounts are missing that its methods need
    """
    settings = [
        _alone(setting.of_one(activity)) if number in stated.whole else setting
        for number, (setting, activity) in enumerate(
            zip(settle(stated.activities, catalogue), stated.activities, strict=True)
        )
    ]
    sums, mapping, sampler = stated.sums, stated.mapping, Sampler(bands_of(catalogue))
    needed = {
        name: setting.method.id
        for setting in settings
        for name in ((WHOLE,) if setting.amounts is not None else loads_of(setting.method, mapping))
        if name not in setting.factors
    }
    for name in sorted(needed.keys() - sums.loads.keys()):
        raise DataError(
            f"the aggregated activity has no sums of {name}, which the method {needed[name]} needs: write the file "
            "again with this version of footprint."
        )
    settings = priced(settings, sums, mapping, catalogue, sampler)
    return Inventory(
        stated.names, Keys.of(stated.keys), sums, settings, stated.activities, mapping, sampler, catalogue.edition
    )
