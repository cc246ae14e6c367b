"""What a workbook computes with: lines, the activity behind them, and the groups that they are told by.

A line is a combination of factors. An entry is its activity in one group of rows: one team in one month, say.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from footprint.activities import Activity
from footprint.batch import Group
from footprint.catalogue import FactorUse
from footprint.reporting.account import Account
from footprint.reporting.lines import FACTOR, LOAD, RESULT, STEP, Field, Floats, Shape, shapes
from footprint.results import RESULTS, rounded
from footprint.settling import Setting
from footprint.units import unit_of

#: Sums as the source counts them: they tell where activity comes from, and no formula takes them.
COUNTED = "counted"
ROWS = Field(COUNTED, "rows", "")
#: Entries beyond which they have no sheet: lines then hold plain sums of activity.
_ENTRIES = 20_000
#: Entries times groups beyond which a spreadsheet would take too long: groups then hold values.
_LIVE = 4_000_000


class Ledger:
    """The sums of an inventory in an order that does not depend on the run, and what follows from them."""

    def __init__(self, account: Account) -> None:
        inventory = account.summary.inventory
        #: entries have a sheet of their own
        self.entered = len(inventory.sums.rows) <= _ENTRIES
        #: the sums of each entry; of each combination, where there are too many entries
        self.sums = sums = inventory.sums if self.entered else inventory.of_combinations()
        groups = inventory.keys if self.entered else [()]
        keys = [[(value is None, str(value)) for value in key] for key in groups]
        self.inventory = inventory
        self._amounts: dict[Field, Floats] = {}
        #: entries in order: by line, then by group
        self.order = sorted(range(len(sums.rows)), key=lambda e: (int(sums.settings[e]), keys[int(sums.groups[e])]))
        numbers = sorted({int(number) for number in sums.settings})
        place = {number: line for line, number in enumerate(numbers)}
        #: the setting of each line, and the activity that stands for it
        self.settings: list[Setting] = [inventory.settings[number] for number in numbers]
        self.stated: list[Activity] = [inventory.activities[number] for number in numbers]
        #: the line of each entry
        self.line = [place[int(sums.settings[entry])] for entry in self.order]
        begins = np.searchsorted(np.array(self.line), np.arange(len(numbers) + 1))
        #: for each line its first entry, and the one after its last
        self.spans = [(int(begin), int(end)) for begin, end in itertools.pairwise(begins)]
        self.shapes: list[Shape] = shapes(self.settings, inventory.mapping)
        self.fields = self._fields()
        #: each column that rows are grouped by, with its groups
        self.groups: list[tuple[str, Group]] = list(self._groups())
        #: groups are added up by formulas
        self.live = self.entered and len(self.order) * len(self.groups) <= _LIVE
        self._numbers = {(name, _key(group.keys[name])): n for n, (name, group) in enumerate(self.groups, 1)}

    def of(self, kind: str) -> list[Field]:
        """Return the fields of a kind."""
        return [item for item in self.fields if item.kind == kind]

    def result(self, name: str) -> Field | None:
        """Return the field of a result, where any line knows it."""
        return next((item for item in self.of(RESULT) if item.name == name), None)

    @functools.cached_property
    def shared(self) -> dict[Field, FactorUse]:
        """Factors that all lines share which take them at all: formulas name their cells; no column repeats them."""
        uses: dict[Field, dict[tuple[Any, ...], FactorUse]] = {}
        for shape in self.shapes:
            for item in shape.terms:
                if item.kind == FACTOR:
                    found = uses.setdefault(item, {})
                    for line in shape.members if len(found) < 2 else ():
                        use = self.settings[line].factors[item.name]
                        found.setdefault(row_of(use), use)
        return {item: next(iter(found.values())) for item, found in uses.items() if len(found) == 1}

    @functools.cached_property
    def moving(self) -> frozenset[Field]:
        """Fields that follow from the amounts of an entry, on any line."""
        return frozenset().union(*(shape.moving for shape in self.shapes))

    def key(self, place: int) -> list[tuple[Any, int]]:
        """Return the group of an entry, by the columns that rows are grouped by: its key, and its number."""
        key = self.inventory.keys[int(self.sums.groups[self.order[place]])]
        return [
            (value, self._numbers[name, _key(value)]) for name, value in zip(self.inventory.names, key, strict=True)
        ]

    def amounts(self, item: Field) -> Floats:
        """Return an amount of every entry, with the digits that files have."""
        if item not in self._amounts:
            sums, nothing = self.sums, np.zeros(len(self.order))
            source = {**sums.tokens, **sums.loads, "rows": sums.rows}.get(item.name, nothing)
            found = [float(source[entry]) for entry in self.order]
            for place, line in enumerate(self.line):
                own = self.settings[line].amounts
                if own is not None and item != ROWS:
                    # One whole activity says its amounts itself.
                    amount = own.get(item.name)
                    same = amount is not None and amount.units == unit_of(item.unit)
                    found[place] = float(amount.magnitude) if amount is not None and same else 0.0
            self._amounts[item] = np.array([_kept(value) for value in found])
        return self._amounts[item]

    @functools.cached_property
    def values(self) -> dict[Field, Floats]:
        """The value of every field on every line; what a line does not know is not a number."""
        found = {item: np.full(len(self.settings), np.nan) for item in self.fields}
        for item in (*self.of(COUNTED), *self.of(LOAD)):
            entries = self.amounts(item)
            found[item] = np.array([_kept(math.fsum(entries[begin:end])) for begin, end in self.spans])
        for shape in self.shapes:
            members = np.array(shape.members)
            loads = {item: found[item][members] for item in shape.terms if item.kind == LOAD}
            for item, values in shape.values({**loads, **self._factors(shape, shape.members)}).items():
                found[item][members] = values
        return found

    def values_of_entries(self, shape: Shape, places: Sequence[int]) -> dict[Field, Floats]:
        """Return the value of every field of a shape for some of its entries."""
        loads = {item: self.amounts(item)[list(places)] for item in shape.terms if item.kind == LOAD}
        return shape.values({**loads, **self._factors(shape, [self.line[place] for place in places])})

    def _factors(self, shape: Shape, lines: Sequence[int]) -> dict[Field, Floats]:
        return {
            item: np.array([self.settings[line].factors[item.name].value for line in lines], dtype=np.float64)
            for item in shape.terms
            if item.kind == FACTOR
        }

    def _fields(self) -> list[Field]:
        """Return what lines have columns of, in the order of the columns."""
        met = list(dict.fromkeys(item for shape in self.shapes for item in shape.terms))
        loads = [item for item in met if item.kind == LOAD]
        taken, mapping = {item.name for item in loads}, self.inventory.mapping
        counted = [ROWS]
        if "requests" in mapping.columns and "requests" in self.inventory.sums.loads:
            counted.append(Field(COUNTED, "requests", "request"))
        counted += [Field(COUNTED, name, "token") for name in self.inventory.sums.tokens]
        results = sorted((item for item in met if item.kind == RESULT), key=lambda item: list(RESULTS).index(item.name))
        rest = [item for kind in (STEP, FACTOR) for item in met if item.kind == kind]
        return [*(item for item in counted if item.name not in taken), *loads, *results, *rest]

    def _groups(self) -> Iterator[tuple[str, Group]]:
        for name in self.inventory.names:
            groups, _ = self.inventory.by(name)
            if name == "month":
                groups = sorted(groups, key=lambda group: str(group.keys[name]))
            for group in groups:
                yield name, group


def row_of(use: FactorUse) -> tuple[str, float, str]:
    """Return what tells factors apart: uses of one row of the catalogue on several rungs are one factor."""
    return use.id, use.value, use.unit


def _kept(value: float) -> float:
    """Return an amount with 12 digits, or with all of them where it is whole, so that files repeat."""
    return value if value.is_integer() and abs(value) < 2**53 else float(rounded(value) or 0.0)


def _key(value: Any) -> str | None:
    return None if value is None else str(value)
