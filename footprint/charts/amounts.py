"""Amounts as a chart shows them: all of one chart in one unit, each with the digits that its range supports."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from footprint.language import Language, marked
from footprint.numbers import in_scale, number, supported
from footprint.units import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A total with its range, in the unit that files give it in."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    #: how far a figure that was published is shown; else by its range
    digits: int | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The range, or the value twice where it has none."""
        return (self.value if self.low is None else self.low, self.value if self.high is None else self.high)

    @property
    def ranged(self) -> bool:
        """Whether it has a range at all."""
        return self.ends[0] != self.ends[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a chart may show: a quantity with its colour, its words, and the results behind it."""

    name: str
    #: the result, or the sum of results, that is drawn
    result: str
    parts: tuple[str, ...]
    title: str
    #: after a share: "half of the carbon"
    whole: str
    #: what exactly is drawn
    what: str


MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            name="carbon",
            result="carbon_location",
            parts=("carbon_location",),
            title=marked("carbon"),
            whole=marked("of the carbon"),
            what=marked("Carbon of the electricity, location-based"),
        ),
        Measure(
            name="energy",
            result="facility_energy",
            parts=("facility_energy",),
            title=marked("electricity"),
            whole=marked("of the electricity"),
            what=marked("Electricity at the building's meter"),
        ),
        Measure(
            name="water",
            result="water",
            parts=("water_site", "water_grid"),
            title=marked("water"),
            whole=marked("of the water"),
            what=marked("Water consumed on site and by power plants"),
        ),
    )
}

#: Sums of results that have a range of their own.
TOGETHER = {measure.result: measure.parts for measure in MEASURES.values() if len(measure.parts) > 1}


@dataclass(frozen=True, slots=True)
class Scale:
    """The one unit of a chart, and how its amounts are written in it."""

    words: Language
    #: the unit that files give, and the one that is shown
    kind: str
    unit: str

    @classmethod
    def of(cls, amounts: Iterable[Amount], words: Language) -> Scale:
        """Return the scale in which the largest of some amounts reads best."""
        items = list(amounts)
        kind = items[0].unit if items else "kgCO2e"
        # By the largest value, not the end of its range: the figures are read first.
        largest = max((abs(item.value) for item in items), default=0.0)
        return cls(words, kind, f"{in_scale(Quantity(largest, kind)).units:~C}")

    @property
    def label(self) -> str:
        """The unit as people read it."""
        return self.words.unit(self.unit)

    def of_value(self, value: float) -> float:
        """Return a value in the unit that is shown, with no more digits than a picture needs."""
        return float(f"{float(Quantity(value, self.kind).m_as(self.unit)):.6g}")

    def text(self, amount: Amount, unit: bool = True) -> str:
        """Return an amount with the digits that its range supports."""
        low, high = amount.ends
        # What has a range of no width was stated, and is shown as far as people state it.
        stated = amount.low is not None and not amount.ranged
        digits = amount.digits or (4 if stated else supported(low, amount.value, high))
        shown = self.words.number(number(self.of_value(amount.value), digits))
        return f"{shown}\u00a0{self.label}" if unit else shown

    def between(self, amount: Amount, unit: bool = False) -> str:
        """Return the range of an amount as people read it; blank where it has none."""
        low, high = amount.ends
        if not amount.ranged:
            return ""
        digits = max(supported(low, amount.value, high), 2)
        ends = [self.words.number(number(self.of_value(end), digits)) for end in (low, high)]
        text = self.words("{low} to {high}", low=ends[0], high=ends[1])
        return f"{text}\u00a0{self.label}" if unit else text


@dataclass(frozen=True, slots=True)
class Ticks:
    """Round values along an axis, from zero on."""

    values: tuple[float, ...]
    texts: tuple[str, ...]
    step: float

    @classmethod
    def to(cls, high: float, words: Language, most: int = 5, beyond: bool = False) -> Ticks:
        """Return at most ``most`` steps up to ``high``, or to the first round value beyond it.

        >>> from footprint.language import language
        >>> Ticks.to(2141.9, language("en")).texts, Ticks.to(0.7, language("fr"), beyond=True).texts
        (('0', '500', '1,000', '1,500', '2,000'), ('0', '0,2', '0,4', '0,6', '0,8'))
        """
        if high <= 0:
            return cls((0.0,), ("0",), 1.0)
        exponent = math.floor(math.log10(high / most))
        sizes = [size * 10.0**power for power in (exponent, exponent + 1) for size in (1, 2, 5)]
        step = next(size for size in sizes if high / size <= most)
        count = math.ceil(high / step - 1e-9) if beyond else math.floor(high / step + 1e-9)
        values = tuple(float(f"{step * place:.12g}") for place in range(count + 1))
        return cls(
            values, tuple(words.number(f"{value:,.10g}") if value < 1e15 else f"{value:g}" for value in values), step
        )

    def expression(self) -> str:
        """Return what turns a value of the axis into its text, in Vega's own language."""
        return f"{json.dumps(self.texts, ensure_ascii=True)}[round(datum.value / {self.step!r})]"


def share(part: Sequence[Amount], whole: float) -> float:
    """Return the share that some amounts have of a total."""
    return sum(item.value for item in part) / whole if whole else 0.0
