"""What happened, added up, before any factor: activities by combination and group, read, cut by days, moved and joined.

An entry is the amounts of one combination in one group of rows. A combination stands for many rows, whose amounts are
sums; or for one whole activity, such as a training run, whose amounts are its own.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.activities import TOKENS, Activity, CloudInstance, DatacenterLoad, Query, TrainingRun
from footprint.batch.amounts import WHOLE
from footprint.batch.columns import COUNTS, ColumnMap
from footprint.batch.keys import Codes
from footprint.batch.periods import MONTH, LeftOut, Period
from footprint.batch.totals import Sums
from footprint.errors import DataError, FootprintError, clipped
from footprint.magnitudes.draws import Floats
from footprint.units import Quantity

#: The activities that one whole entry may be, by their published name.
KINDS: dict[str, type[Activity]] = {kind.kind: kind for kind in (Query, TrainingRun, DatacenterLoad, CloudInstance)}
_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Happened:
    """Activities by combination and group."""

    #: the columns that rows were grouped by, and the key of each group
    names: tuple[str, ...]
    keys: Sequence[tuple[Any, ...]]
    sums: Sums
    #: for each combination, the activity that stands for it
    activities: list[Activity]
    #: the combinations that are one whole activity
    whole: frozenset[int]
    mapping: ColumnMap

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.sums.rows.sum())

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, from which `happened` reads it."""
        sums = self.sums
        return {
            "grouped_by": list(self.names),
            "columns": sorted(self.mapping.columns),
            "constants": dict(sorted(self.mapping.constants.items())),
            "loads": sorted(sums.loads),
            "groups": [[_key(value) for value in key] for key in self.keys],
            "combinations": [
                {
                    **({"whole": True} if number in self.whole else {}),
                    **({"kind": activity.kind} if number in self.whole or activity.kind != Query.kind else {}),
                    **_stated(activity),
                }
                for number, activity in enumerate(self.activities)
            ],
            "entries": [
                {
                    "combination": int(sums.settings[entry]),
                    "group": int(sums.groups[entry]),
                    "rows": int(sums.rows[entry]),
                    "loads": {name: float(load[entry]) for name, load in sorted(sums.loads.items())},
                    "tokens": {name: int(count[entry]) for name, count in sorted(sums.tokens.items())},
                }
                # Engines meet rows in another order at each run.
                for entry in np.lexsort((sums.settings, sums.groups))
            ],
        }

    def within(self, period: Period) -> Cut:
        """Return what lies within a period, as far as its days are known.

        Rows were added up by month, so a month that the period cuts stays whole.
        """
        first, last = period
        inside, out, undated = np.ones(len(self.sums.rows), dtype=bool), 0, 0
        days: list[datetime.date] = []
        cut: set[str] = set()
        place = self.names.index(MONTH) if MONTH in self.names else None
        for entry in range(len(self.sums.rows)):
            number, rows = int(self.sums.settings[entry]), int(self.sums.rows[entry])
            key = self.keys[int(self.sums.groups[entry])][place] if place is not None else None
            span = self._span(number, key)
            if span is None:
                undated += rows
            elif span[1] < first or span[0] > last:
                inside[entry] = False
                out += rows
                days += span
            elif span[0] < first or span[1] > last:
                cut.add(str(key))
        left = LeftOut(out, min(days), max(days)) if out else None
        return Cut(self._of_entries(inside), left, undated, tuple(sorted(cut)))

    def dated(self) -> Happened:
        """Return the entries whose day or month is known."""
        place = self.names.index(MONTH) if MONTH in self.names else None
        known = [
            self._span(int(number), self.keys[int(group)][place] if place is not None else None) is not None
            for number, group in zip(self.sums.settings, self.sums.groups, strict=True)
        ]
        return self._of_entries(np.array(known, dtype=bool))

    def _span(self, number: int, month: Any) -> Period | None:
        """Return the days of an entry: those of its month, or the one day that a whole activity states."""
        span = _days(month)
        day = self.activities[number].date
        return (day, day) if span and number in self.whole and isinstance(day, datetime.date) else span

    def moved(self, years: int, period: Period) -> Happened:
        """Return the same activities as many years later, on days of ``period``: what they are settled with changes."""
        last = min(period[1], datetime.date.today())
        activities = [
            dataclasses.replace(activity, date=min(max(moved_day(activity.date, years), period[0]), last))
            if isinstance(activity.date, datetime.date)
            else activity
            for activity in self.activities
        ]
        return dataclasses.replace(self, activities=activities)

    def _of_entries(self, inside: Any) -> Happened:
        """Return some of the entries, with the combinations and groups that they need, numbered anew."""
        sums = self.sums
        settings, numbers = np.unique(sums.settings[inside], return_inverse=True)
        groups, of_group = np.unique(sums.groups[inside], return_inverse=True)
        kept = Sums(
            settings=numbers.astype(np.intp),
            groups=of_group.astype(np.intp),
            rows=sums.rows[inside],
            loads={name: load[inside] for name, load in sums.loads.items()},
            count=max(len(groups), 1),
            tokens={name: count[inside] for name, count in sums.tokens.items()},
        )
        return dataclasses.replace(
            self,
            keys=[self.keys[group] for group in groups],
            sums=kept,
            activities=[self.activities[number] for number in settings],
            whole=frozenset(new for new, old in enumerate(settings) if int(old) in self.whole),
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """What lies within a period, and what can be said of the rest."""

    kept: Happened
    left_out: LeftOut | None
    #: rows that nothing says the day of: they are kept
    undated: int
    #: months of which the period holds a part: they are kept whole
    months: tuple[str, ...]


def of_one(activity: Activity, **keys: Any) -> Happened:
    """Return one whole activity, in a group with the given keys.

    >>> one = of_one(DatacenterLoad(energy="5 kWh", region="FR", date="2025-03-01"), region="FR", month="2025-03")
    >>> one.rows, one.keys, sorted(one.whole)
    (1, [('FR', '2025-03')], [0])
    """
    amounts = activity.amounts()
    tokens = {name: np.array([float(amounts[name].magnitude)]) for name in TOKENS if name in amounts}
    counts = [name for name in COUNTS if name in amounts]
    one, mapping = np.zeros(1, dtype=np.intp), ColumnMap({name: name for name in counts})
    sums = Sums(one, one, np.ones(1, dtype=np.int64), {WHOLE: np.ones(1)}, 1, tokens)
    return Happened(
        tuple(keys),
        [tuple(keys.values())],
        sums,
        [activity],
        frozenset({0}),
        mapping,
    )


def nothing() -> Happened:
    """Return what there is where nothing happened."""
    empty = np.zeros(0, dtype=np.intp)
    sums = Sums(empty, empty, np.zeros(0, dtype=np.int64), {}, 1)
    return Happened((), [], sums, [], frozenset(), ColumnMap({}))


def joined(parts: Sequence[Happened]) -> Happened:
    """Return several as one: an entry has no key of a column that its part was not grouped by, and no load it lacks.

    >>> one = of_one(DatacenterLoad(energy="5 kWh", region="FR"), region="FR")
    >>> both = joined([one, of_one(TrainingRun(run="gpt-3"), model="gpt-3")])
    >>> both.rows, both.names, both.keys
    (2, ('region', 'model'), [('FR', None), (None, 'gpt-3')])
    """
    if len(parts) == 1:
        return parts[0]
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    numbers: dict[tuple[Any, ...], int] = {}
    groups: list[Codes] = []
    settings: list[Codes] = []
    activities: list[Activity] = []
    whole: set[int] = set()
    for part in parts:
        own = [
            numbers.setdefault(
                tuple(key[part.names.index(name)] if name in part.names else None for name in names), len(numbers)
            )
            for key in part.keys
        ]
        groups.append(np.array(own or [0], dtype=np.intp)[part.sums.groups])
        settings.append(part.sums.settings + len(activities))
        whole |= {number + len(activities) for number in part.whole}
        activities += part.activities
    sums = Sums(
        settings=np.concatenate(settings),
        groups=np.concatenate(groups),
        rows=np.concatenate([part.sums.rows for part in parts]),
        loads=_side_by_side([part.sums.loads for part in parts], [len(part.sums.rows) for part in parts]),
        count=max(len(numbers), 1),
        tokens=_side_by_side([part.sums.tokens for part in parts], [len(part.sums.rows) for part in parts]),
    )
    mapping = _joined_mapping([part.mapping for part in parts])
    return Happened(names, list(numbers), sums, activities, frozenset(whole), mapping)


def _side_by_side(columns: Sequence[Mapping[str, Floats]], counts: Sequence[int]) -> dict[str, Floats]:
    names = dict.fromkeys(name for found in columns for name in found)
    return {
        name: np.concatenate([found.get(name, np.zeros(count)) for found, count in zip(columns, counts, strict=True)])
        for name in names
    }


def _joined_mapping(mappings: Sequence[ColumnMap]) -> ColumnMap:
    """Return a mapping that has what any of them has; what differs from part to part is as good as a column."""
    columns: dict[str, str] = {}
    for mapping in mappings:
        columns |= {name: mapping.columns.get(name, name) for name in (*mapping.columns, *mapping.constants)}
    shared = {
        name: value
        for name, value in mappings[0].constants.items()
        if all(other.constants.get(name) == value for other in mappings)
    }
    return ColumnMap({name: column for name, column in columns.items() if name not in shared}, shared)


def happened(document: Any) -> Happened:
    """Return what ``Happened.as_dict`` wrote.

    Raises
    ------
    footprint.errors.DataError : a document that is none
    """
    try:
        activities: list[Activity] = []
        whole: set[int] = set()
        for number, fields in enumerate(document["combinations"]):
            given = dict(fields)
            if given.pop("whole", False):
                whole.add(number)
            activities.append(KINDS[given.pop("kind", Query.kind)](**_typed(given)))
        entries = document["entries"]
        mapping = ColumnMap(
            {str(name): str(name) for name in document["columns"]},
            {str(name): str(text) for name, text in document["constants"].items()},
        )
        names, keys = tuple(document["grouped_by"]), [tuple(key) for key in document["groups"]]
        sums = Sums(
            settings=np.array([entry["combination"] for entry in entries], dtype=np.intp),
            groups=np.array([entry["group"] for entry in entries], dtype=np.intp),
            rows=np.array([entry["rows"] for entry in entries], dtype=np.int64),
            loads={name: _column(entries, "loads", name) for name in document["loads"]},
            count=max(len(keys), 1),
            tokens={name: _column(entries, "tokens", name) for name in (entries[0]["tokens"] if entries else ())},
        )
        _check(names, keys, sums, len(activities))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, FootprintError) as error:
        raise DataError(
            f"the aggregated activity cannot be read ({clipped(repr(error))}); was the file written by footprint?"
        ) from None
    return Happened(names, keys, sums, activities, frozenset(whole), mapping)


def _check(names: Sequence[str], keys: Iterable[Sequence[Any]], sums: Sums, combinations: int) -> None:
    """Refuse numbers of combinations and groups that are not there, and amounts that none could be."""
    for numbers, count in ((sums.settings, combinations), (sums.groups, sums.count)):
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < count):
            raise ValueError("an entry leads to a combination or a group that is not there")
    if any(len(key) != len(names) for key in keys):
        raise ValueError("a group has another number of keys than rows were grouped by")
    for column in (sums.rows, *sums.loads.values(), *sums.tokens.values()):
        if not (np.isfinite(column) & (column >= 0)).all():
            raise ValueError("an amount is negative or no number")


def moved_day(day: datetime.date, years: int) -> datetime.date:
    """Return the same day in another year; the 29 February of a leap year gives the 28 of another.

    >>> moved_day(datetime.date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    year = day.year + years
    return datetime.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _days(month: Any) -> Period | None:
    """Return the first and the last day of a month as rows have it; None where it is no month."""
    found = _MONTH.fullmatch(month) if isinstance(month, str) else None
    if found is None:
        return None
    year, number = int(found[1]), int(found[2])
    return datetime.date(year, number, 1), datetime.date(year, number, calendar.monthrange(year, number)[1])


def _key(value: Any) -> Any:
    """Return the key of a group as JSON knows it: a text, a whole number, a truth value, or None."""
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _stated(activity: Activity) -> dict[str, Any]:
    return {name: _plain(value) for name, value in activity.stated().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        return {"value": float(value.magnitude), "unit": f"{value.units:~C}" or "1"}
    return value.isoformat() if isinstance(value, datetime.date) else value


def _typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Quantity(float(value["value"]), "" if value["unit"] == "1" else value["unit"])
        if isinstance(value, dict)
        else value
        for name, value in fields.items()
    }


def activity_of(fields: Mapping[str, Any]) -> Activity:
    """Return the activity that the JSON of an estimate states.

    Raises
    ------
    footprint.FootprintError : it states none, or one that cannot be
    """
    given = dict(fields)
    kind = given.pop("kind", None)
    if kind not in KINDS:
        raise DataError(f"an activity of the kind '{clipped(kind)}' is none of {', '.join(KINDS)}.")
    try:
        return KINDS[kind](**_typed(given))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"its activity cannot be read: {clipped(repr(error))}.") from None


def _column(entries: Sequence[Mapping[str, Any]], kind: str, name: str) -> Floats:
    return np.array([entry[kind][name] for entry in entries], dtype=np.float64)
