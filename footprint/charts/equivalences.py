"""A total beside things that people know: each with its own figure, year, boundary and source, on one scale.

A thing that is much smaller is taken ten, a hundred, a thousand times, so that the bars can be compared by eye. What
grows back is no measure of what was emitted, and is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from footprint.charts.amounts import Amount, Scale
from footprint.charts.bars import Bar, bars
from footprint.charts.breakdown import FIRST, told, why
from footprint.charts.chart import Chart
from footprint.charts.frame import Numbers, Said, Sheet, finished, missing_notes, source_line
from footprint.charts.subject import Subject
from footprint.errors import NotEstimableError, clipped
from footprint.language import Language, marked
from footprint.numbers import number

#: Things that a chart may show, the better known first.
_THINGS = {
    "carbon": (
        "car_km_fr_ademe_lifecycle",
        "flight_paris_ny_return_passenger",
        "streaming_hour_carbon_fr",
        "beef_kg_fr",
        "fr_person_year_carbon",
        "tgv_km",
        "coffee_cup_fr",
        "email_fr",
        "web_search_fr_lifecycle",
        "car_lifetime_us",
        "flight_sf_ny_return_aircraft",
        "fr_digital_year",
    ),
    "energy": (
        "fr_person_day_electricity_home",
        "us_home_year_electricity",
        "tv_hour",
        "smartphone_charge_epa",
        "kettle_250ml",
        "led_hour",
        "gemini_prompt_2025",
        "small_town_fr_day_all",
        "country_year_electricity_est",
        "country_year_electricity_fra",
    ),
    "water": (
        "fr_person_day_water",
        "bottle_half_litre",
        "olympic_pool",
        "us_gallon",
        "teaspoon_us",
        "water_drop",
    ),
}
#: How many are shown, and how much larger than the total one of them may be.
_SHOWN, _LARGER = 4, 12

#: What a thing's figure counts, as the catalogue has it.
BOUNDARIES = {
    text: text
    for text in (
        marked("at the meter (PUE 1.2 in the central figure)"),
        marked("at the meter (low: active chips alone)"),
        marked("at the socket"),
        marked("car and fuel over its life"),
        marked("consumption footprint"),
        marked("drinking water at the tap"),
        marked("electricity at the home"),
        marked("flight"),
        marked("flight, contrails included"),
        marked("flight, method not stated"),
        marked("generation of the electricity"),
        marked("life cycle"),
        marked("life cycle with the terminal"),
        marked("national consumption"),
        marked("national generation"),
        marked("national sector, life cycle"),
        marked("not stated"),
        marked("residential consumption"),
        marked("tailpipe"),
        marked("use and manufacture"),
        marked("use of data centre, network and device"),
        marked("volume"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that people know, as many times as the chart takes it."""

    id: str
    label: str
    times: int
    #: of one
    single: Amount
    detail: str

    def amount(self) -> Amount:
        """Return what all of them come to."""
        return _taken_times(self.single, self.times)


def equivalences(subject: Subject, sheet: Sheet) -> Chart:
    """Return the total beside things that people know."""
    words, measure = sheet.words, sheet.measure
    total = subject.together(measure.parts)
    what = words(measure.what)
    if total is None and len(measure.parts) > 1:
        # Of one estimate the ranges of two waters do not add up: the larger is compared, and named.
        part = max(measure.parts, key=lambda name: item.value if (item := subject.results.get(name)) else 0.0)
        total, what = subject.results.get(part), words(_WATERS[part])
    if total is None:
        raise NotEstimableError(f"nothing to compare: {measure.name} is not known: {why(subject, measure.parts)}.")
    times, things = _comparable(subject, total, words, measure.name)
    if not things:
        raise NotEstimableError(f"nothing that people know is of the size of this {measure.name}.")
    whole = _taken_times(total, times)
    scale = Scale.of([whole], words)
    label = words("{times} × this total", times=times) if times > 1 else words("This total")
    own = Bar(label=label, amount=whole, bold=True, detail=what)
    items = [
        own,
        *(
            Bar(
                label=_taken(thing, words),
                amount=thing.amount(),
                detail=thing.detail,
                colour=sheet.theme.grey,
                pale=True,
            )
            for thing in things
        ),
    ]
    said = Said(
        title=_title(total, times, words),
        subtitle=words(
            "In {unit}, {period}; the lines are 90 % ranges, or the range that a source gives",
            unit=scale.label,
            period=subject.period(words) or words("period not known"),
        ),
        alt=told([(bar.label, bar.amount) for bar in items], scale, words),
        notes=missing_notes(subject, words, measure.parts),
        source=source_line(subject, words, FIRST[measure.name]),
    )
    numbers = Numbers(
        table=[
            {
                "thing": thing.id,
                "label": thing.label,
                "value": thing.single.value,
                "unit": thing.single.unit,
                "counted": total.value / thing.single.value,
                "counted_low": total.ends[0] / thing.single.value,
                "counted_high": total.ends[1] / thing.single.value,
            }
            for thing in things
        ],
        heads=(words("thing"), words("of one"), words("as many as"), words("90 % range")),
        cells=[
            (thing.label, Scale.of([thing.single], words).text(thing.single), *_counted(thing, total, words))
            for thing in things
        ],
    )
    return finished("equivalences", subject, sheet, said, bars(items, scale, sheet), numbers)


_WATERS = {
    "water_site": marked("Water consumed on site"),
    "water_grid": marked("Water consumed by power plants"),
}


def _title(total: Amount, times: int, words: Language) -> str:
    amount = Scale.of([total], words).text(total)
    if times > 1:
        return words("{times} times {amount} beside things that people know", times=times, amount=amount)
    return words("{amount} beside things that people know", amount=amount)


def _taken_times(amount: Amount, times: int) -> Amount:
    low, high = amount.ends
    return Amount(value=amount.value * times, unit=amount.unit, low=low * times, high=high * times)


def _comparable(subject: Subject, total: Amount, words: Language, indicator: str) -> tuple[int, list[Thing]]:
    """Return what a total is shown beside, and how many times it is taken: once, unless all known is far larger."""
    for power in range(10):
        things = _chosen(subject, _taken_times(total, 10**power), words, indicator)
        if things:
            return 10**power, things
    return 1, []


def _chosen(subject: Subject, total: Amount, words: Language, indicator: str) -> list[Thing]:
    """Return what is shown: the fewer times a thing must be taken the better, and of each kind one."""
    found: list[tuple[int, int, str, Thing]] = []
    for place, id in enumerate(_THINGS[indicator]):
        row = subject.catalogue.row("equivalences", id)
        if row is None or not row["value"] or str(row["boundary"]).startswith("uptake"):
            continue
        power = max(round(math.log10(total.value / row["value"])), 0) if total.value > 0 else 0
        if row["value"] > _LARGER * total.value or power > 6:
            continue
        found.append((power, place, str(row["per"]), _thing(row, 10**power, total.unit, subject, words)))
    kinds: dict[str, Thing] = {}
    for _, _, kind, thing in sorted(found, key=lambda item: item[:2]):
        kinds.setdefault(kind, thing)
    return sorted(list(kinds.values())[:_SHOWN], key=lambda thing: -thing.amount().value)


def _thing(row: Mapping[str, Any], times: int, unit: str, subject: Subject, words: Language) -> Thing:
    label = row.get(f"label_{words.code}") or row["label_en"]
    source = subject.catalogue.source(row["source"])
    years = (row["year_from"], row["year_to"])
    year = "–".join(str(part) for part in dict.fromkeys(years) if part)
    boundary = str(row["boundary"])
    publisher = (source.publisher or source.citation.partition(": ")[0]) if source else ""
    only = words("CO₂ alone") if row["unit"].endswith("CO2") else ""
    said = (words(BOUNDARIES[boundary]) if boundary in BOUNDARIES else boundary, only, year, publisher)
    return Thing(
        id=row["id"],
        label=clipped(label, 80),
        times=times,
        single=Amount(value=row["value"], unit=unit, low=row["low"], high=row["high"]),
        detail=words("; ").join(part for part in said if part),
    )


def _taken(thing: Thing, words: Language) -> str:
    """Return a thing with how often it is taken: ``1,000 × km in a car``."""
    if thing.times == 1:
        return thing.label
    article = "|".join(part.strip() for part in words("one, a, an").split(","))
    return f"{words.count(thing.times)} × {re.sub(rf'^(?:{article}) ', '', thing.label)}"


def _counted(thing: Thing, total: Amount, words: Language) -> tuple[str, str]:
    """Return how many of a thing the total is as much as, and the range of that number."""
    count, low, high = (value / thing.single.value for value in (total.value, *total.ends))
    between = words("{low} to {high}", low=_short(low, words), high=_short(high, words)) if low != high else ""
    return _short(count, words), between


def _short(value: float, words: Language) -> str:
    return words.number(number(value, 2))
