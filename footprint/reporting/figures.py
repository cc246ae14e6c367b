"""How a report writes a figure, with the digits that its range supports, and the texts of strangers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footprint.batch import Group
from footprint.language import ENGLISH, Language
from footprint.numbers import in_scale, number, supported, unit_text
from footprint.reporting.account import MONTH, UNITS, Account, why_not
from footprint.reporting.blocks import Column, Passage, Text, parts
from footprint.reporting.vocabulary import reason
from footprint.units import Quantity

#: Letters of a label beyond which it is cut.
_LONGEST = 160
#: Between a number and its unit, where no line may end.
JOINT = "\u00a0"


def value_columns(words: Language) -> tuple[Column, ...]:
    """Return the columns of a value with its unit and range."""
    return (Column(words("value"), True), Column(words("unit")), Column(words("90 % range").replace(" ", JOINT)))


def cells(account: Account, group: Group, name: str, words: Language) -> tuple[str, str, Text]:
    """Return a total as such columns have it, or why it is not known."""
    if group.totals[name] is None:
        return "—", "", (words("not known:") + " ", reason(why_not(account, name), words))
    return (*shown(group, name, words), range_of(group, name, words))


def in_english(rows: Iterable[Sequence[Text]], words: Language) -> str:
    """Return what is said under a table that has sentences in English in a report of another language."""
    found = any(part.language == ENGLISH for row in rows for cell in row for part in parts(cell))
    return words("Reasons are given in English, as the software writes them.") if found else ""


def unit_of(groups: Sequence[Group], name: str) -> str:
    """Return the unit in which the totals of several groups are read best: small for all, and none in long figures."""
    values = sorted(value for group in groups if (value := group.totals[name]))
    if not values:
        return UNITS[name]
    units = [f"{in_scale(Quantity(value, UNITS[name])).units:~C}" for value in values]
    return next((unit for unit in units if Quantity(values[-1], UNITS[name]).m_as(unit) < 99_999.5), units[-1])


def in_unit(group: Group, name: str, units: Mapping[str, str], words: Language) -> str:
    """Return a total in the unit of its column, with the digits that its range supports."""
    value = group.totals[name]
    if value is None:
        return "—"
    low, high = group.ranges.get(name, (value, value))
    amount = float(Quantity(value, UNITS[name]).m_as(units[name]))
    return words.number(number(amount, supported(low, value, high)))


def shown(group: Group, name: str, words: Language) -> tuple[str, str]:
    """Return a total as a reader sees it: number and unit, with the digits that its range supports."""
    value = group.totals[name]
    if value is None:
        return "—", ""
    low, high = group.ranges.get(name, (value, value))
    return scaled(Quantity(value, UNITS[name]), words, supported(low, value, high))


def scaled(quantity: Quantity, words: Language, digits: int = 3) -> tuple[str, str]:
    """Return a quantity as a reader sees it: number and unit."""
    scaled = in_scale(quantity)
    return words.number(number(float(scaled.magnitude), digits)), words.unit(unit_text(scaled)).replace(" ", JOINT)


def range_of(group: Group, name: str, words: Language, unit: str | None = None) -> str:
    """Return the range of a total in words; blank where it has none."""
    value = group.totals[name]
    if value is None or name not in group.ranges:
        return ""
    return ends(Quantity(value, UNITS[name]), *group.ranges[name], words, unit)


def ends(value: Quantity, low: float, high: float, words: Language, unit: Any = None) -> str:
    """Return a range in words, its ends in the unit in which ``value`` is read."""
    unit = unit or in_scale(value).units
    kind = value.units
    ends = [float(Quantity(end, kind).m_as(unit)) for end in (low, high)]
    digits = max(supported(ends[0], float(value.m_as(unit)), ends[1]), 2)
    text = words(
        "{low} to {high}", low=words.number(number(ends[0], digits)), high=words.number(number(ends[1], digits))
    )
    return text.replace(" ", JOINT)


def three(group: Group, name: str, words: Language) -> tuple[str, str, str]:
    """Return a total with its unit, and both ends of its range, as a sentence takes them."""
    value = Quantity(group.totals[name], UNITS[name])
    unit = in_scale(value).units
    low, high = group.ranges.get(name, (float(value.magnitude),) * 2)
    digits = supported(low, float(value.magnitude), high)
    texts = [
        words.number(number(float(Quantity(amount, UNITS[name]).m_as(unit)), max(digits, 2)))
        for amount in (float(value.magnitude), low, high)
    ]
    return joint((texts[0], words.unit(unit_text(in_scale(value))))), texts[1], texts[2]


def between(group: Group, name: str, words: Language, beside: str) -> str:
    """Return the range of a total, and what stands beside it."""
    between = range_of(group, name, words)
    return f"{between}, {beside}" if between else beside


def key_text(name: str, value: Any, words: Language) -> str:
    """Return the key of a group as a reader sees it."""
    if name == MONTH and value is not None:
        return words.month(value)
    return words("(blank)") if value is None or value == "" else cut(value)


def cut(value: Any) -> str:
    """Return a text of a stranger's file with as many letters as a reader needs; the JSON has it whole."""
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def joint(value_and_unit: Sequence[str]) -> str:
    """Return a number and its unit as one word."""
    return JOINT.join(part for part in value_and_unit if part).replace(" ", JOINT)


def joined(sentences: Iterable[str | Passage]) -> Text:
    """Return sentences as one text."""
    return tuple(part for sentence in sentences for part in (" ", sentence))[1:]


def ended(sentence: str | Passage) -> str | Passage:
    """Return a sentence with its full stop."""
    return f"{sentence}." if isinstance(sentence, str) else dataclasses.replace(sentence, text=f"{sentence.text}.")
