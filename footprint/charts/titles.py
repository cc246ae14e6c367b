"""Titles that say what a chart shows: sentences made from the data, and only where they are true."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.errors import clipped
from footprint.language import Language, marked

#: Shares that have a name, and how far a share may be from one to be called so.
_NAMED = (
    (1 / 2, marked("half")),
    (2 / 3, marked("two thirds")),
    (3 / 4, marked("three quarters")),
    (4 / 5, marked("four fifths")),
    (9 / 10, marked("nine tenths")),
)
_NEAR = 0.0125

_COUNTS = {2: marked("Two"), 3: marked("Three")}

#: Columns that have a word of their own, in the singular and in the plural.
_THINGS = {
    "team": (marked("team"), marked("teams")),
    "model": (marked("model"), marked("models")),
    "region": (marked("region"), marked("regions")),
    "provider": (marked("provider"), marked("providers")),
    "project": (marked("project"), marked("projects")),
    "phase": (marked("phase"), marked("phases")),
    "scope": (marked("scope"), marked("scopes")),
    "input": (marked("input"), marked("inputs")),
    "month": (marked("month"), marked("months")),
}
_GROUPS = (marked("group"), marked("groups"))

#: How many of the largest may share a title.
_MOST = 3


def things(column: str, words: Language, several: bool = True) -> str:
    """Return what the groups by a column are called."""
    return words(_THINGS.get(column, _GROUPS)[several])


def part_of(share: float, words: Language) -> str:
    """Return a share in a word, where one is near, and else in percent.

    >>> from footprint.language import language
    >>> part_of(0.66, language("en")), part_of(0.71, language("en"))
    ('two thirds', '71 %')
    """
    near = next((name for value, name in _NAMED if abs(share - value) <= _NEAR), None)
    return words(near) if near else words.percent(share)


def leading(values: Sequence[float], whole: float) -> tuple[int, float]:
    """Return how many of the largest make half or more together, and their share; 0 where three do not.

    >>> leading([5, 3, 1, 1], 10), leading([1.0] * 10, 10)
    ((1, 0.5), (0, 0.1))
    """
    if whole <= 0 or len(values) < 2:
        return 0, 1.0 if values else 0.0
    for count in range(1, min(_MOST, len(values) - 1) + 1):
        share = sum(values[:count]) / whole
        if share >= 0.5:
            return count, share
    return 0, values[0] / whole


def shares_title(
    names: Sequence[str], values: Sequence[float], whole: float, column: str, of: str, words: Language, groups: int
) -> tuple[str, int]:
    """Return what the largest make of a whole, and how many the sentence is of.

    Parameters
    ----------
    names, values : the largest first
    of : the whole as it follows a share, such as ``of the carbon``
    groups : how many there are altogether
    """
    if not values or whole <= 0:
        return words("Nothing is known yet"), 0
    name = clipped(names[0], 36)
    if len(values) == 1:
        return words("{name} makes all {of_it}", name=name, of_it=of), 1
    count, share = leading(values, whole)
    if count == 0:
        text = words(
            "The largest of {groups} {things}, {name}, makes {part} {of_it}",
            groups=groups,
            things=things(column, words),
            name=name,
            part=words.percent(share),
            of_it=of,
        )
        return text, 1
    if count == 1:
        return words("{name} makes {part} {of_it}", name=name, part=part_of(share, words), of_it=of), 1
    text = words(
        "{count} {things} make {part} {of_it}",
        count=words(_COUNTS[count]),
        things=things(column, words),
        part=part_of(share, words),
        of_it=of,
    )
    return text, count
