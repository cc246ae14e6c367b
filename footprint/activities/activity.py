"""What all activities share: where and when it happened, and figures of the user's own."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, Self, cast

from footprint.activities.amounts import UNITS, WORDS, amount
from footprint.errors import UsageError, clipped
from footprint.units import Quantity


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, (str, PathLike) if name == "profile" else str):
        raise UsageError(f"{name}: {clipped(repr(value))} is no text.")
    if not str(value).strip():
        raise UsageError(f"{name}: an empty text was given; leave it out or name one.")


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What all activities share: where, when, and figures of the user's own."""

    kind: ClassVar[str] = "activity"

    #: country, grid zone or cloud region, as written
    region: str | None = None
    #: who runs the hall, for PUE and WUE
    provider: str | None = None
    date: datetime.date | str | None = None
    pue: Quantity | str | float | None = None
    wue_site: Quantity | str | None = None
    wue_grid: Quantity | str | None = None
    grid_intensity: Quantity | str | None = None
    #: hours of the day at which it ran, such as ``22-6``
    hours_of_day: str | None = None
    #: a CSV file of month, hour and share of the load, instead
    profile: str | PathLike[str] | None = None
    #: how the energy is found, where the best evidence is not what is wanted: see `footprint.methods`
    method: str | None = None

    def __post_init__(self) -> None:
        if self.hours_of_day is not None and self.profile is not None:
            raise UsageError("hours_of_day and profile both say at which hours it ran: give one of them.")
        for name, value in tuple(vars(self).items()):
            if value is None:
                continue
            if isinstance(value, str) and value in WORDS.get(name, ()):
                continue
            if name in UNITS:
                object.__setattr__(self, name, amount(name, value))
            elif name == "date":
                object.__setattr__(self, "date", _date(value))
            else:
                _check_text(name, value)
                if name == "hours_of_day":
                    hours_of(str(value))
                elif name == "profile":
                    object.__setattr__(self, "profile", str(value))

    def at(self, region: str | None) -> Self:
        """Return the same activity in another place; what was checked once is not checked again.

        Raises
        ------
        footprint.errors.UsageError : the region is an empty text, or none

        >>> from footprint.activities import Query
        >>> Query(model="gpt-4o", output_tokens=400, region="FR").at("DE").stated()["region"]
        'DE'
        """
        if region is not None:
            _check_text("region", region)
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, region=region)
        return other

    def stated(self) -> dict[str, Any]:
        """Return what was stated, in the order of the fields, as a result repeats it."""
        known = self.__dict__
        return {name: known[name] for name in _names(cast("Any", type(self))) if known[name] is not None}

    def amounts(self) -> dict[str, Quantity]:
        """Return the stated amounts by name."""
        return {name: value for name, value in self.stated().items() if name in UNITS and isinstance(value, Quantity)}


def hours_of(text: str) -> tuple[int, ...]:
    """Read the hours of a day: each span runs from one full hour up to another, over midnight too.

    Raises
    ------
    footprint.errors.UsageError : no hours, or none that a day has

    Examples
    --------
    >>> hours_of("22-6")
    (0, 1, 2, 3, 4, 5, 22, 23)
    >>> hours_of("8-10, 14-16")
    (8, 9, 14, 15)
    """
    found: set[int] = set()
    for span in text.split(","):
        read = re.fullmatch(r"\s*(\d{1,2})(?::00)?\s*-\s*(\d{1,2})(?::00)?\s*", span)
        first, last = (int(number) for number in read.groups()) if read else (-1, -1)
        if not 0 <= first <= 23 or not 0 <= last <= 24 or first == last:
            raise UsageError(
                f"hours_of_day: '{clipped(text)}' are no hours; write from and to, in full hours, such as '22-6'."
            )
        found.update(hour % 24 for hour in range(first, last if last > first else last + 24))
    return tuple(sorted(found))


def _date(given: datetime.date | str) -> datetime.date:
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(given.strip())
    except (ValueError, TypeError, AttributeError):  # no date, or no text
        raise UsageError(f"date: '{clipped(given)}' is no date; write year-month-day, such as '2025-06-01'.") from None
