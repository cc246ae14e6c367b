"""A load and the carbon of a kilowatt-hour, hour by hour of the day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Ticks
from footprint.charts.chart import Chart
from footprint.charts.frame import TICK_TEXT, Numbers, Picture, Said, Sheet, finished, fixed, source_line, words_at
from footprint.charts.lettering import widest
from footprint.charts.subject import Factor, Subject
from footprint.charts.theme import TICK
from footprint.errors import NotEstimableError
from footprint.language import Language
from footprint.numbers import number
from footprint.settling.profile import load_of_file, load_of_hours, shape_of

if TYPE_CHECKING:
    import altair as alt

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Heights of the two plots, and what is between them.
_TOP, _BOTTOM, _BETWEEN = 150, 70, 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour of the day: the grid's carbon, in the mean and in the lowest and highest month, and the load's share."""

    hour: int
    intensity: float
    low: float
    high: float
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The mean day of a year, or of one month, and what the load's hours emit over its mean."""

    hours: tuple[Hour, ...]
    ratio: float
    #: whether anybody said at which hours the load runs
    stated: bool
    place: str
    year: int
    clock: str
    month: int | None


def hours(subject: Subject, sheet: Sheet) -> Chart:
    """Return load and carbon intensity by hour."""
    words = sheet.words
    level = next((factor for factor in subject.factors if factor.name == "grid_intensity"), None)
    if subject.inventory is not None or level is None or subject.region is None:
        raise NotEstimableError(
            "no chart by hour: it is of one estimate with a region, such as footprint datacenter ... --region DE "
            "--hours-of-day 22-6 --format json."
        )
    day = _day(subject, level, words)
    unit = words.unit("gCO2e/kWh")
    said = Said(
        title=_title(day, words),
        subtitle=_subtitle(day, level, unit, words),
        alt=_told(day, unit, words),
        notes=() if day.stated else (words("Nobody said at which hours the load runs: it is taken as even."),),
        source=source_line(subject, words, ("profile_ratio", "grid_intensity")),
    )
    numbers = Numbers(
        table=[
            {
                "hour": item.hour,
                "grid_intensity_g_per_kwh": item.intensity,
                "lowest_month": item.low,
                "highest_month": item.high,
                "load_share": item.load,
            }
            for item in day.hours
        ],
        heads=(words("hour"), unit, words("lowest month"), words("highest month"), words("share of the load")),
        cells=[
            (
                words("{hour} h", hour=str(item.hour)),
                *(words.number(number(value, 3)) for value in (item.intensity, item.low, item.high)),
                words.percent(item.load),
            )
            for item in day.hours
        ],
    )
    return finished("hours", subject, sheet, said, _picture(day, unit, sheet), numbers)


def _day(subject: Subject, level: Factor, words: Language) -> Day:
    shape = shape_of(subject.catalogue, str(subject.region))
    if not shape:
        raise NotEstimableError(
            f"no chart by hour: there is no month-by-hour profile of {subject.region}; footprint factors says which "
            "zones have one (grid_profiles)."
        )
    month = subject.date.month if subject.activity.get("kind") == "query" and subject.date else None
    load, stated = _load(subject, month)
    ratios = {(row["month"], row["hour"]): row["ratio"] for row in shape}
    mean = math.fsum(_DAYS[month - 1] / 365 / 24 * ratios[month, hour] for month in range(1, 13) for hour in range(24))
    months = range(1, 13) if month is None else (month,)
    days = sum(_DAYS[month - 1] for month in months)
    found = []
    for hour in range(24):
        values = [ratios[month, hour] / mean * level.value for month in months]
        weights = [_DAYS[month - 1] / days for month in months]
        found.append(
            Hour(
                hour=hour,
                intensity=_round(math.fsum(value * weight for value, weight in zip(values, weights, strict=True))),
                low=_round(min(values)),
                high=_round(max(values)),
                load=_round(math.fsum(share for (_, at), share in load.items() if at == hour)),
            )
        )
    ratio = math.fsum(share * ratios[key] for key, share in load.items()) / mean
    row = shape[0]
    return Day(
        hours=tuple(found),
        ratio=ratio,
        stated=stated,
        place=_named(row["zone"], subject, words),
        year=row["year"],
        clock=row["time_zone"],
        month=month,
    )


def _named(zone: str, subject: Subject, words: Language) -> str:
    """Return a country in the language of the chart; another zone by its own name."""
    row = subject.catalogue.row("zones", zone) or {}
    return words.locale.territories.get(row.get("iso2") or "") or row.get("name") or zone


def _load(subject: Subject, month: int | None) -> tuple[dict[tuple[int, int], float], bool]:
    profile, span = subject.activity.get("profile"), subject.activity.get("hours_of_day")
    if profile is not None:
        return load_of_file(Path(str(profile))), True
    return load_of_hours("0-24" if span is None else str(span), month), span is not None


def _round(value: float) -> float:
    return float(f"{value:.6g}")


# --- what it says ------------------------------------------------------------------------------------


def _title(day: Day, words: Language) -> str:
    if day.stated and abs(day.ratio - 1) >= 0.005:
        share = words.percent(abs(day.ratio - 1))
        if day.ratio < 1:
            return words("At the hours of the load a kWh emits {share} less than the mean of the year", share=share)
        return words("At the hours of the load a kWh emits {share} more than the mean of the year", share=share)
    if day.stated:
        return words("At the hours of the load a kWh emits as much as the mean of the year")
    lowest = min(day.hours, key=lambda item: item.intensity)
    highest = max(day.hours, key=lambda item: item.intensity)
    return words(
        "A kWh emits {share} less at {low} h than at {high} h",
        share=words.percent(1 - lowest.intensity / highest.intensity),
        low=str(lowest.hour),
        high=str(highest.hour),
    )


def _subtitle(day: Day, level: Factor, unit: str, words: Language) -> str:
    clock = words("time zone not stated") if day.clock == "not stated" else day.clock
    band = words("the band is from the lowest to the highest month") if day.month is None else ""
    text = words(
        "Grid of {zone}, {unit}: the hours of {shape} ({clock}) at the level of {year}",
        zone=day.place,
        unit=unit,
        shape=str(day.year),
        clock=clock,
        year=str(level.year or words("the year stated")),
    )
    return f"{text}; {band}" if band else text


def _told(day: Day, unit: str, words: Language) -> str:
    lowest = min(day.hours, key=lambda item: item.intensity)
    highest = max(day.hours, key=lambda item: item.intensity)
    loaded = [item for item in day.hours if item.load > 0]
    return words(
        "The mean is lowest at {low} h with {least} {unit} and highest at {high} h with {most}; the load runs in "
        "{hours} of 24 hours.",
        low=str(lowest.hour),
        least=words.number(number(lowest.intensity, 3)),
        high=str(highest.hour),
        most=words.number(number(highest.intensity, 3)),
        unit=unit,
        hours=len(loaded),
    )


# --- how it is drawn ---------------------------------------------------------------------------------


def _picture(day: Day, unit: str, sheet: Sheet) -> Picture:
    import altair as alt

    words, theme = sheet.words, sheet.theme
    carbon, energy = theme.carbon, theme.energy
    upper = Ticks.to(max(item.high for item in day.hours), words, most=4, beyond=True)
    lower = Ticks.to(max(item.load for item in day.hours) * 100, words, most=2, beyond=True)
    left = math.ceil(widest([*upper.texts, *lower.texts], TICK) + 10)
    plot = sheet.room - left - 8
    height = _TOP + _BETWEEN + _BOTTOM
    rows: list[dict[str, Any]] = [
        {
            "hour": item.hour + 0.5,
            "begin": item.hour + 0.08,
            "end": item.hour + 0.92,
            "intensity": item.intensity,
            "low": item.low,
            "high": item.high,
            "load": item.load * 100,
            "name": words("{hour} h", hour=str(item.hour)),
            "shown": f"{words.number(number(item.intensity, 3))}\u00a0{unit}",
            "share": words.percent(item.load),
        }
        for item in day.hours
    ]
    every = 3 if plot > 420 else 6
    marks = list(range(0, 25, every))
    texts = [words("{hour} h", hour=str(hour)) for hour in marks]
    x_scale = alt.Scale(domain=[0, 24], nice=False)
    x = alt.X(
        "hour:Q",
        scale=x_scale,
        axis=alt.Axis(
            values=marks,
            labelExpr=Ticks(tuple(map(float, marks)), tuple(texts), float(every)).expression(),
            labelOverlap=False,
            labelFlush=False,
        ),
    )
    above = alt.Scale(domain=[0, upper.values[-1]], range=[_TOP, 0], nice=False)
    under = alt.Scale(domain=[0, lower.values[-1]], range=[height, height - _BOTTOM], nice=False)
    base = alt.Chart(alt.InlineData(values=rows))
    tip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=words("carbon intensity")),
        alt.Tooltip("share:N", title=words("share of the load")),
    ]
    layers: list[Any] = [
        base.mark_area(color=theme.band(carbon), interpolate="monotone").encode(
            x=x, y=alt.Y("low:Q", scale=above, axis=_axis(upper)), y2="high:Q"
        ),
        *(_rules(ticks, scale, plot, sheet) for ticks, scale in ((upper, above), (lower, under))),
        base.mark_line(color=carbon, strokeWidth=2.2, interpolate="monotone").encode(
            x=x, y=alt.Y("intensity:Q", scale=above, axis=None)
        ),
        base.mark_point(filled=True, size=70, opacity=0, color=carbon).encode(
            x=x, y=alt.Y("intensity:Q", scale=above, axis=None), tooltip=tip
        ),
        base.mark_bar(color=energy).encode(
            x=alt.X("begin:Q", scale=x_scale),
            x2="end:Q",
            y=alt.Y("load:Q", scale=under, axis=_axis(lower)),
            y2=alt.Y2Datum(0),
            tooltip=tip,
        ),
        words_at([unit], 0, -8, theme.grey, TICK_TEXT["fontSize"]),
        words_at([words("% of the load")], 0, height - _BOTTOM - 8, theme.grey, TICK_TEXT["fontSize"]),
    ]
    return Picture(layers=layers, left=left, right=8, height=height, below=20, above=12, apart={"y": "independent"})


def _axis(ticks: Ticks) -> alt.Axis:
    import altair as alt

    return alt.Axis(
        values=list(ticks.values), labelExpr=ticks.expression(), labelOverlap=False, orient="left", offset=0
    )


def _rules(ticks: Ticks, scale: alt.Scale, plot: float, sheet: Sheet) -> alt.Chart:
    import altair as alt

    rules = alt.Chart(alt.InlineData(values=[{"tick": value} for value in ticks.values]))
    return rules.mark_rule(color=sheet.theme.rule, strokeWidth=1).encode(
        x=fixed("X", 0), x2=fixed("X2", plot), y=alt.Y("tick:Q", scale=scale, axis=None)
    )
