"""Horizontal bars, each with its range as a line, its label and its amount beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.frame import MARK_TEXT, Picture, Sheet
from footprint.charts.lettering import fitted, widest
from footprint.charts.theme import LABEL

if TYPE_CHECKING:
    import altair as alt

#: From one bar to the next, and how thick a bar is.
STEP, THICK = 30, 15
#: The same where labels stand above their bars.
STEP_UNDER = 42
#: A label may take this share of the width before it stands above its bar.
_BESIDE = 0.36
#: Between a label and its bar, and between the end of a range and its amount.
GAP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its label, and its amount or why there is none."""

    label: str
    amount: Amount | None
    #: beside the bar; by default the amount
    shown: str = ""
    #: a tint with an outline, for what is a rest, or a second reading
    pale: bool = False
    #: named in the title
    bold: bool = False
    colour: str = ""


def bars(items: Sequence[Bar], scale: Scale, sheet: Sheet) -> Picture:
    """Return bars under one another on one scale."""
    import altair as alt

    high = max((scale.of_value(bar.amount.ends[1]) for bar in items if bar.amount), default=0.0) or 1.0
    longest = widest((bar.label for bar in items), LABEL, True)
    under = longest > sheet.room * _BESIDE
    left = 0.0 if under else longest + GAP
    shown = [bar.shown or (scale.text(bar.amount) if bar.amount else "") for bar in items]
    right = _right(items, shown, high, sheet.room - left, scale)
    step = STEP_UNDER if under else STEP
    height = len(items) * step
    rows = [
        {
            "name": bar.label,
            "label": fitted(bar.label, sheet.room if under else longest, LABEL, bar.bold),
            "shown": text,
            "centre": (place + 0.5) * step + (9 if under else 0),
            **_amounts(bar, scale, high / 40),
            **_look(bar, sheet),
        }
        for place, (bar, text) in enumerate(zip(items, shown, strict=True))
    ]
    ticks = Ticks.to(high, scale.words, most=5 if sheet.room - left - right > 300 else 3)
    x_scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(values=list(ticks.values), labelExpr=ticks.expression(), labelOverlap=False, labelFlush=False)
    y = alt.Y("centre:Q", scale=alt.Scale(domain=[0, height], range=[0, height], nice=False), axis=None)
    base = alt.Chart(alt.InlineData(values=rows))
    layers: list[alt.Chart] = [
        grid(ticks, height, sheet),
        base.transform_filter("isValid(datum.value)")
        .mark_bar(height=THICK, strokeWidth=1)
        .encode(
            x=alt.X("value:Q", scale=x_scale, axis=axis),
            x2=alt.datum(0),
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
            tooltip=tips(sheet),
        ),
        *whiskers(base, x_scale, y, sheet),
        base.mark_text(align="left", baseline="middle", dx=GAP, color=sheet.theme.ink, **MARK_TEXT).encode(
            x=alt.X("end:Q", scale=x_scale), y=y, text="shown:N"
        ),
        *_labels(base, y, under, items, sheet),
    ]
    return Picture(layers=layers, left=left, right=right, height=height, below=20)


def tips(sheet: Sheet) -> list[alt.Tooltip]:
    """Return what is shown on pointing at a mark."""
    import altair as alt

    return [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=sheet.words("estimated")),
        alt.Tooltip("range:N", title=sheet.words("90 % range")),
    ]


def whiskers(base: alt.Chart, x_scale: alt.Scale, y: alt.Y, sheet: Sheet) -> list[alt.Chart]:
    """Return the range of each row as a line, set off from the bar that it lies on."""
    import altair as alt

    low, high = alt.X("low:Q", scale=x_scale), alt.X2("high:Q")
    halo = base.transform_filter("datum.halo").mark_rule(strokeWidth=4.5, color=sheet.theme.paper)
    line = base.transform_filter("datum.high > datum.low").mark_rule(strokeWidth=1.6, color=sheet.theme.ink)
    return [halo.encode(x=low, x2=alt.X2("value:Q"), y=y), line.encode(x=low, x2=high, y=y)]


def grid(ticks: Ticks, height: float, sheet: Sheet) -> alt.Chart:
    """Return a pale rule at each round value."""
    import altair as alt

    data = alt.InlineData(values=[{"tick": value} for value in ticks.values])
    rules = alt.Chart(data).mark_rule(color=sheet.theme.rule, strokeWidth=1)
    return rules.encode(x="tick:Q", y=alt.value(0), y2=alt.value(height))


def _labels(base: alt.Chart, y: alt.Y, under: bool, items: Sequence[Bar], sheet: Sheet) -> list[alt.Chart]:
    """Return the labels, beside their bars or above them; those of the title are bold."""
    import altair as alt

    layers = []
    for bold in (False, True):
        if any(bar.bold == bold for bar in items):
            mark = base.transform_filter(f"datum.bold === {str(bold).lower()}").mark_text(
                align="left" if under else "right",
                baseline="middle",
                dy=-18 if under else 0,
                color=sheet.theme.ink,
                fontWeight="bold" if bold else "normal",
                **MARK_TEXT,
            )
            layers.append(mark.encode(x=alt.value(0 if under else -GAP), y=y, text="label:N"))
    return layers


def _amounts(bar: Bar, scale: Scale, least: float) -> dict[str, Any]:
    """Return the numbers of a bar; one that is short would vanish under a halo of its range."""
    if bar.amount is None:
        return {"end": 0.0, "halo": False}
    value, low, high = (scale.of_value(number) for number in (bar.amount.value, *bar.amount.ends))
    found: dict[str, Any] = {"value": value, "low": low, "high": high, "end": max(value, high)}
    return found | {"halo": value - low > least, "range": scale.between(bar.amount, unit=True)}


def _look(bar: Bar, sheet: Sheet) -> dict[str, Any]:
    colour = bar.colour or sheet.colour
    return {"fill": sheet.theme.pale(colour) if bar.pale else colour, "stroke": colour, "bold": bar.bold}


def _right(items: Sequence[Bar], shown: Sequence[str], high: float, room: float, scale: Scale) -> float:
    """Return what must be left free beside the plot, so that each amount has room behind its own bar."""
    right = GAP + 0.0
    for bar, text in zip(items, shown, strict=True):
        end = scale.of_value(max(bar.amount.ends[1], bar.amount.value)) / high if bar.amount else 0.0
        need = widest([text], LABEL) + GAP
        # The plot is what is left of the room: end * (room - right) + need must fit into it.
        right = max(right, (need - room * (1 - end)) / end if end else 0.0)
    return min(right, room * 0.6)
