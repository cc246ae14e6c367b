"""A total by month: a line with its range behind it, or bars where there are too few months for a line."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.bars import Bar, bars
from footprint.charts.breakdown import FIRST, cells_of, heads_of, row_of, told, why
from footprint.charts.chart import Chart
from footprint.charts.frame import (
    MARK_TEXT,
    TICK_TEXT,
    Numbers,
    Picture,
    Said,
    Sheet,
    finished,
    fixed,
    missing_notes,
    source_line,
    words_at,
)
from footprint.charts.lettering import widest, width
from footprint.charts.subject import MONTH, Part, Subject, is_month
from footprint.charts.titles import part_of, things
from footprint.errors import NotEstimableError, clipped
from footprint.language import Language, marked, marked_in

if TYPE_CHECKING:
    import altair as alt

#: Months from which on a line is drawn.
_LINE = 3
#: Room before the first point and behind the last, in steps from point to point.
_EDGE = 0.12
#: Height of the plot, by its width.
_HEIGHT = (150, 230)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the period; without an amount where no row is of it, or none knows it."""

    key: str
    part: Part | None
    amount: Amount | None


def months(subject: Subject, sheet: Sheet) -> Chart:
    """Return the total by month."""
    words, measure = sheet.words, sheet.measure
    found = _months(subject, sheet)
    known = [month for month in found if month.amount]
    if not known:
        raise NotEstimableError(f"no chart by month: {measure.name} is not known: {why(subject, measure.parts)}.")
    scale = Scale.of([month.amount for month in known if month.amount], words)
    line = len(found) >= _LINE
    subtitle = (
        marked("{what}, in {unit} a month, {period}; the band is the 90 % range")
        if line
        else marked("{what}, in {unit} a month, {period}; the lines are 90 % ranges")
    )
    said = Said(
        title=_title(known, words, sheet),
        subtitle=words(subtitle, what=words(measure.what), unit=scale.label, period=subject.period(words)),
        alt=told([(words.month(month.key), month.amount) for month in found], scale, words, most=24),
        notes=[*_gaps(found, words), *missing_notes(subject, words, measure.parts)],
        source=source_line(subject, words, FIRST[measure.name]),
    )
    numbers = Numbers(
        table=[
            {MONTH: month.key, "rows": month.part.rows if month.part else 0, **row_of(month.amount, measure.result)}
            for month in found
        ],
        heads=(things(MONTH, words, several=False), words("rows"), *heads_of(words(measure.title), scale, words)),
        cells=[
            (
                words.month(month.key),
                words.count(month.part.rows if month.part else 0),
                *cells_of(month.amount, scale, words),
            )
            for month in found
        ],
    )
    if line:
        picture = _line(found, scale, sheet)
    else:
        picture = bars(
            [
                Bar(
                    label=words.month(month.key, long=True),
                    amount=month.amount,
                    shown="" if month.amount else words("not known"),
                )
                for month in found
            ],
            scale,
            sheet,
        )
    return finished("month", subject, sheet, said, picture, numbers)


def _months(subject: Subject, sheet: Sheet) -> list[Month]:
    """Return every month from the first to the last, also those that no row is of."""
    parts = {part.key: part for part in subject.by(MONTH) if part.key is not None}
    other = next((key for key in parts if not is_month(str(key))), None)
    if other is not None:
        raise NotEstimableError(
            f"no chart by month: the column 'month' holds '{clipped(other)}', and '2025-01' is wanted; map the day of "
            "each row instead: --map date=COLUMN."
        )
    if not parts:
        raise NotEstimableError("no chart by month: the rows have no date; name it with --map date=COLUMN.")
    return [
        Month(key=key, part=parts.get(key), amount=parts[key].amounts[sheet.measure.result] if key in parts else None)
        for key in _every(min(parts), max(parts))
    ]


def _every(first: str, last: str) -> list[str]:
    begin, end = ((int(month[:4]) * 12 + int(month[5:]) - 1) for month in (first, last))
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in range(begin, end + 1)]


def _gaps(found: Sequence[Month], words: Language) -> list[str]:
    lacking = [month for month in found if month.amount is None]
    if not lacking:
        return []
    if len(lacking) <= 4:
        names = words.listed([words.month(month.key) for month in lacking])
        return [words("No figure for {months}.", months=names)]
    return [words.plural("No figure for {count} month.", "No figure for {count} months.", len(lacking))]


# --- what it says ------------------------------------------------------------------------------------


def _title(known: Sequence[Month], words: Language, sheet: Sheet) -> str:
    """Return how the total changed, and with what; else which month was the highest."""
    values = [month.amount.value for month in known if month.amount]
    name = words.context(*_NAMES[sheet.measure.name])
    first, last = known[0], known[-1]
    if len(known) == 1:
        return words("{name} in {month}", name=name, month=words.month(first.key, long=True))
    change = values[-1] / values[0] if values[0] else math.inf
    tokens = _ratio(last, first)
    # Change that goes with use is told as such: an intensity that stays within a tenth has not moved.
    steady = tokens is not None and abs(math.log(change / tokens)) < 0.1 if 0 < change < math.inf else False
    if len(known) >= _LINE and 0 < change < math.inf and abs(math.log(change)) > 0.15 and _steadily(values):
        moved = _moved(change, words)
        if steady:
            return words("{name} {moved}, as use did", name=name, moved=moved)
        return words(
            "{name} {moved} between {first} and {last}",
            name=name,
            moved=moved,
            first=words.month(first.key, long=True, year=first.key[:4] != last.key[:4]),
            last=words.month(last.key, long=True, year=first.key[:4] != last.key[:4]),
        )
    highest = known[values.index(max(values))]
    return words(
        "{name} was highest in {month}: {part} of the period's total",
        name=name,
        month=words.month(highest.key, long=True, year=first.key[:4] != last.key[:4]),
        part=part_of(max(values) / sum(values), words),
    )


#: What rises and falls, as a sentence begins with it.
_NAMES = {
    "carbon": marked_in("subject of a sentence", "Carbon"),
    "energy": marked_in("subject of a sentence", "Electricity"),
    "water": marked_in("subject of a sentence", "Water"),
}


def _steadily(values: Sequence[float]) -> bool:
    """Tell whether a series moves one way from its first value to its last, and not only up and down.

    >>> _steadily([1, 2, 2.1, 3]), _steadily([2, 9, 1, 8, 1])
    (True, False)
    """
    count, mean = len(values), sum(values) / len(values)
    steps = [place - (count - 1) / 2 for place in range(count)]
    spread = math.sqrt(sum(step * step for step in steps) * sum((value - mean) ** 2 for value in values))
    slope = sum(step * (value - mean) for step, value in zip(steps, values, strict=True))
    return spread > 0 and slope / spread * (1 if values[-1] > values[0] else -1) >= 0.7


def _ratio(last: Month, first: Month) -> float | None:
    if last.part and first.part and last.part.tokens and first.part.tokens:
        return last.part.tokens / first.part.tokens
    return None


def _moved(change: float, words: Language) -> str:
    """Return a change in words: a doubling is called one only where it is near."""
    if abs(change - 2) <= 0.1:
        return words("doubled")
    if abs(change - 3) <= 0.15:
        return words("tripled")
    if abs(change - 0.5) <= 0.025:
        return words("halved")
    if change > 2:
        return words("grew {times}-fold", times=words.number(f"{change:.2g}"))
    share = words.percent(abs(change - 1))
    return words("rose by {share}", share=share) if change > 1 else words("fell by {share}", share=share)


# --- how it is drawn ---------------------------------------------------------------------------------


def _line(found: Sequence[Month], scale: Scale, sheet: Sheet) -> Picture:
    import altair as alt

    words, colour = sheet.words, sheet.colour
    ends = [scale.of_value(month.amount.ends[1]) for month in found if month.amount]
    height = _HEIGHT[sheet.width > 520]
    ticks = Ticks.to(max(ends) or 1.0, words, most=4, beyond=True)
    top = ticks.values[-1] or 1.0
    left = math.ceil(widest(ticks.texts, 11) + 10)
    last = [month for month in found if month.amount][-1]
    # The last figure stands beside the end of its line.
    text = scale.text(last.amount) if last.amount else ""
    right = math.ceil(widest([text], 12, bold=True) + 12) if found[-1] is last else 12
    plot = sheet.room - left - right
    rows = [_row(month, scale, words) for month in found]
    _segments(rows)
    data = alt.InlineData(values=rows)
    gap = _apart(plot, len(found))
    x = alt.X(
        "month:O",
        sort=None,
        scale=alt.Scale(type="point", domain=[month.key for month in found], padding=_EDGE),
        axis=alt.Axis(
            labelExpr=_month_labels(found, gap, words),
            labelAngle=0,
            labelOverlap=False,
            labelFlush=False,
            orient="bottom",
        ),
    )
    y_scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(values=list(ticks.values), labelExpr=ticks.expression(), labelOverlap=False)
    tip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=words("estimated")),
        alt.Tooltip("range:N", title=words("90 % range")),
    ]
    base = alt.Chart(data)
    line = base.transform_filter("isValid(datum.value)")
    rules = alt.Chart(alt.InlineData(values=[{"tick": value} for value in ticks.values]))
    single = line.transform_filter("datum.alone")
    layers: list[Any] = [
        line.mark_area(color=sheet.theme.band(colour), interpolate="monotone").encode(
            x=x, y=alt.Y("low:Q", scale=y_scale, axis=axis), y2="high:Q", detail="segment:N"
        ),
        rules.mark_rule(color=_over(sheet, colour), strokeWidth=1).encode(
            x=fixed("X", 0), x2=fixed("X2", plot), y=alt.Y("tick:Q", scale=y_scale)
        ),
        single.mark_rule(color=sheet.theme.ink, strokeWidth=1.6).encode(
            x=x, y=alt.Y("low:Q", scale=y_scale), y2="high:Q"
        ),
        line.mark_line(color=colour, strokeWidth=2.2, interpolate="monotone", strokeJoin="round").encode(
            x=x, y=alt.Y("value:Q", scale=y_scale), detail="segment:N"
        ),
        line.mark_point(filled=True, size=90, opacity=0, color=colour).encode(
            x=x, y=alt.Y("value:Q", scale=y_scale), tooltip=tip
        ),
        line.transform_filter("datum.alone || datum.last")
        .mark_point(filled=True, size=44, color=colour, opacity=1)
        .encode(x=x, y=alt.Y("value:Q", scale=y_scale)),
        words_at([scale.label], 0, -10, sheet.theme.grey, TICK_TEXT["fontSize"]),
        _band_label(found, scale, sheet, plot, height, top),
    ]
    if found[-1] is last:
        layers.append(
            line.transform_filter("datum.last")
            .mark_text(align="left", baseline="middle", dx=9, color=sheet.theme.ink, fontWeight="bold", **MARK_TEXT)
            .encode(x=x, y=alt.Y("value:Q", scale=y_scale), text="shown:N")
        )
    years = len({month.key[:4] for month in found}) > 0
    return Picture(
        layers=[layer for layer in layers if layer is not None],
        left=left,
        right=right,
        height=height,
        below=34 if years else 20,
        above=14,
    )


def _over(sheet: Sheet, colour: str) -> str:
    """Return the colour of rules that cross the band."""
    return sheet.theme.rule


def _apart(plot: float, count: int) -> float:
    """Return how far apart the points of months are."""
    return plot / (count - 1 + 2 * _EDGE)


def _row(month: Month, scale: Scale, words: Language) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month.key, "name": words.month(month.key, long=True)}
    if month.amount is None:
        return row | {"value": None, "shown": words("not known"), "range": ""}
    low, high = (scale.of_value(end) for end in month.amount.ends)
    return row | {
        "value": scale.of_value(month.amount.value),
        "low": low,
        "high": high,
        "shown": scale.text(month.amount),
        "range": scale.between(month.amount, unit=True),
    }


def _segments(rows: Sequence[dict[str, Any]]) -> None:
    """Number the runs of months that follow one another: a line does not cross a month without a figure."""
    segment = 0
    for place, row in enumerate(rows):
        before = rows[place - 1]["value"] is not None if place else False
        after = rows[place + 1]["value"] is not None if place + 1 < len(rows) else False
        known = row["value"] is not None
        if known and not before:
            segment += 1
        row |= {
            "segment": segment,
            "alone": known and not before and not after,
            "last": known and place + 1 == len(rows),
        }


def _month_labels(found: Sequence[Month], gap: float, words: Language) -> str:
    """Return what turns a month into its label: as many as have room, the year under the first of each."""
    names = {month.key: words.month(month.key, year=False) for month in found}
    need = widest([*names.values(), "2025"], 11) + 6
    every = next((step for step in (1, 2, 3, 4, 6, 12, 24, 60, 120) if step * gap >= need), len(found))
    first = found[0].key
    shown: dict[str, Any] = {}
    year = ""
    for place, month in enumerate(found):
        if (place if every < 12 else int(month.key[5:]) - 1 + 12 * int(month.key[:4])) % every:
            continue
        shown[month.key] = names[month.key] if month.key[:4] == year else [names[month.key], month.key[:4]]
        year = month.key[:4]
    if not shown:
        shown[first] = [names[first], first[:4]]
    return f"{json.dumps(shown)}[datum.value] || ''"


def _band_label(
    found: Sequence[Month], scale: Scale, sheet: Sheet, plot: float, height: float, top: float
) -> alt.Chart | None:
    """Return what the band is called, inside it, where it is high enough above its line."""
    text = sheet.words("90 % range")
    room = width(text, 11) / 2 + 6
    best, where = 0.0, None
    gap = _apart(plot, len(found))
    for place in range(len(found)):
        centre = (place + _EDGE) * gap
        # The room over the line holds for the months beside it, too; where one lacks, the band ends.
        reach = math.ceil(room / gap)
        near = found[max(place - reach, 0) : place + reach + 1]
        if len(near) < 2 * reach + 1 or not all(item.amount for item in near):
            continue
        highest = max(scale.of_value(item.amount.value) for item in near if item.amount)
        lowest = min(scale.of_value(item.amount.ends[1]) for item in near if item.amount)
        free = (lowest - highest) / top * height
        if free > best:
            best, where = free, (centre, height - (lowest + highest) / 2 / top * height)
    if where is None or best < 22:
        return None
    return words_at([text], where[0], where[1] + 4, sheet.theme.ink, 11, align="center")
