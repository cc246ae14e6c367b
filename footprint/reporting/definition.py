"""What a person says of a report: a small TOML file, checked key by key."""

from __future__ import annotations

import datetime
import difflib
import math
import re
import tomllib
from dataclasses import dataclass, fields
from datetime import MAXYEAR, MINYEAR
from pathlib import Path
from typing import Any

from footprint.batch.happened import moved_day
from footprint.batch.periods import Period
from footprint.errors import DataError, clipped
from footprint.language import LANGUAGES
from footprint.scopes import ROLES

#: The parts of a report, in the order in which they are read.
SECTIONS = (
    "scopes",
    "breakdown",
    "water",
    "energy",
    "quality",
    "uncertainty",
    "intensities",
    "years",
    "factors",
    "assumptions",
    "mapping",
    "trail",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The words and choices of a report: all optional.

    >>> Definition(title="AI use", period=("2025-01-01", "2025-12-31")).language
    'en'
    """

    title: str | None = None
    organisation: str | None = None
    #: organisational boundary, in the organisation's own words
    boundary: str | None = None
    #: first and last day: rows of other days are left out
    period: tuple[str, str] | None = None
    #: first and last day of the period that it is compared with
    base_period: tuple[str, str] | None = None
    #: instead of the base period: the days of the period, in that year
    base_year: int | None = None
    role: str | None = None
    language: str = "en"
    sections: tuple[str, ...] = SECTIONS
    #: column of the input by which the report breaks down beside month, model and region
    group_by: str | None = None
    #: net revenue of the period, and headcount, for intensities
    revenue: float | None = None
    currency: str | None = None
    headcount: float | None = None
    preparer: str | None = None
    reviewer: str | None = None
    #: what is left out of the boundary, and why
    excluded: str | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def days(self) -> Period | None:
        """The first and the last day of the period."""
        return None if self.period is None else days_of("period", self.period)

    @property
    def base(self) -> Period | None:
        """The days that the period is compared with: as they are stated, or those of the period in the base year.

        >>> day = Definition(period=("2024-02-01", "2024-02-29"), base_year=2023).base[1]
        >>> f"{day:%d %B %Y}"
        '28 February 2023'
        """
        if self.base_period is not None:
            return days_of("base_period", self.base_period)
        if self.base_year is None or self.days is None or self.base_year == self.days[0].year:
            return None
        years = self.base_year - self.days[0].year
        first, last = self.days
        # A period that ends with its month does so in any year.
        after = moved_day(last + datetime.timedelta(days=1), years)
        return moved_day(first, years), after - datetime.timedelta(days=1)


def read_definition(path: Path) -> Definition:
    """Return the definition in a TOML file.

    Raises
    ------
    footprint.errors.DataError : no TOML, an unknown key (its line and the nearest key), or a value that cannot be
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: {error}") from None
    known = [field.name for field in fields(Definition)]
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            meant = f" Did you mean '{near[0]}'?" if near else f" The keys are: {', '.join(known)}."
            raise DataError(f"{path}, line {_line_of(key, text)}: unknown key '{clipped(key)}'.{meant}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    try:
        return Definition(**values)
    except DataError as error:
        key = str(error).partition(":")[0]
        raise DataError(f"{path}, line {_line_of(key, text)}: {error}") from None


def _line_of(key: str, text: str) -> int:
    pattern = re.compile(rf"^\s*[\[\"']*{re.escape(key)}[\"'\]]*\s*(=|\]|$|\.)")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


_TEXTS = ("title", "organisation", "boundary", "group_by", "currency", "preparer", "reviewer", "excluded")


def _check(given: Definition) -> None:
    for name in _TEXTS:
        value = getattr(given, name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise DataError(f"{name}: a text is needed, not {clipped(repr(value))}.")
    _check_one_of(given)
    for name in ("revenue", "headcount"):
        value = getattr(given, name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (is_number and 0 < value < math.inf):
            raise DataError(f"{name}: a number above zero is needed, not {clipped(repr(value))}.")
    if given.revenue is not None and given.currency is None:
        raise DataError("revenue: give its currency too, such as currency = 'EUR'.")
    for name in ("period", "base_period"):
        if getattr(given, name) is not None:
            first, last = days_of(name, getattr(given, name))
            if last < first:
                raise DataError(f"{name}: it ends on {last}, before it begins on {first}.")
    if given.base_year is not None and (isinstance(given.base_year, bool) or not isinstance(given.base_year, int)):
        raise DataError(f"base_year: a year is needed, such as 2024, not {clipped(repr(given.base_year))}.")
    _check_base(given)


def _check_base(given: Definition) -> None:
    if given.base_year is not None and not MINYEAR + 100 < given.base_year < MAXYEAR:
        raise DataError(f"base_year: a year is needed, such as 2024, not {clipped(given.base_year)}.")
    if given.base_period is not None and given.base_year is not None:
        raise DataError("base_period: base_year says it too; give one of them.")
    if given.base_period is not None and given.period is None:
        raise DataError("base_period: it is compared with the period; give that too.")
    if given.base is not None and given.days is not None:
        (first, last), (begin, end) = given.base, given.days
        if last >= begin:
            name = "base_period" if given.base_period is not None else "base_year"
            raise DataError(f"{name}: {first} to {last} does not end before the period, {begin} to {end}, begins.")


def _check_one_of(given: Definition) -> None:
    if not isinstance(given.sections, tuple):
        raise DataError(
            f"sections: a list is needed, such as ['scopes', 'water'], not {clipped(repr(given.sections))}."
        )
    choices: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
        ("language", given.language, LANGUAGES),
        ("role", given.role, tuple(ROLES)),
        *(("sections", section, SECTIONS) for section in given.sections),
    )
    for name, value, known in choices:
        if value is not None and value not in known:
            near = difflib.get_close_matches(str(value), known, 1)
            meant = f" Did you mean '{near[0]}'?" if near else ""
            raise DataError(f"{name}: '{clipped(value)}' is none of {', '.join(known)}.{meant}")
    twice = next((section for section in given.sections if given.sections.count(section) > 1), None)
    if twice is not None:
        raise DataError(f"sections: '{twice}' is named twice.")


def days_of(name: str, given: Any) -> Period:
    """Return the two days of a period.

    Raises
    ------
    footprint.errors.DataError : no two days
    """
    try:
        first, last = (
            datetime.date.fromisoformat(day.isoformat()[:10] if isinstance(day, datetime.date) else str(day))
            for day in given
        )
    except (TypeError, ValueError):
        raise DataError(f"{name}: two days are needed, such as ['2025-01-01', '2025-12-31'].") from None
    return first, last
