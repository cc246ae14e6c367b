"""Horizontal bars, each with its range as a line, its label and its amount beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.frame import MARK_TEXT, Picture, Sheet, words_at
from footprint.charts.lettering import fitted, widest
from footprint.charts.theme import LABEL, TICK

if TYPE_CHECKING:
    import altair as alt

#: From one bar to the next, and how thick a bar is.
STEP, THICK = 30, 15
#: The same where labels stand above their bars.
STEP_UNDER = 42
#: A label may take this share of the width before it stands above its bar.
_BESIDE = 0.36


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

    ends = [scale.of_value(bar.amount.ends[1]) for bar in items if bar.amount]
    high = max(ends, default=0.0) or 1.0
    under = widest((bar.label for bar in items), LABEL, True) > sheet.room * _BESIDE
    left = 0.0 if under else widest((bar.label for bar in items), LABEL, True) + 10
    shown = [bar.shown or (scale.text(bar.amount) if bar.amount else "") for bar in items]
    right = _right(items, shown, ends, high, sheet.room - left, scale)
    width = sheet.room - left - right
    step, offset = (STEP_UNDER, 9) if under else (STEP, 0)
    room = sheet.room if under else left - 10
    rows: list[dict[str, Any]] = []
    for place, (bar, text) in enumerate(zip(items, shown, strict=True)):
        row: dict[str, Any] = {"row": place, "label": fitted(bar.label, room, LABEL, bar.bold), "shown": text}
        row["name"] = bar.label
        if bar.amount:
            low, top = (scale.of_value(end) for end in bar.amount.ends)
            row |= {
                "value": scale.of_value(bar.amount.value),
                "low": low,
                "high": top,
                "end": max(top, row_value(bar, scale)),
            }
            row["range"] = scale.between(bar.amount, unit=True)
        else:
            row["end"] = 0.0
        row |= _look(bar, sheet)
        rows.append(row)
    data = alt.InlineData(values=rows)
    centre = f"(datum.row + 0.5) * {step} + {offset}"
    y = alt.Y(
        "centre:Q", scale=alt.Scale(domain=[0, len(items) * step], range=[0, len(items) * step], nice=False), axis=None
    )
    ticks = Ticks.to(high, scale.words, most=5 if width > 330 else 3)
    x_scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(
        values=list(ticks.values), labelExpr=ticks.expression(), orient="bottom", labelFlush=False, labelOverlap=False
    )
    x = alt.X("value:Q", scale=x_scale, axis=axis)
    base = alt.Chart(data).transform_calculate(centre=centre)
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="="), alt.Tooltip("range:N", title="90 %")]
    layers: list[alt.Chart] = [
        _grid(ticks, len(items) * step, sheet),
        base.mark_bar(height=THICK, strokeWidth=1)
        .encode(
            x=x,
            x2=alt.datum(0),
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
            tooltip=tip,
        )
        .transform_filter("isValid(datum.value)"),
        *whiskers(base, x_scale, y, sheet),
        base.mark_text(align="left", baseline="middle", dx=7, color=sheet.theme.ink, **MARK_TEXT).encode(
            x=alt.X("end:Q", scale=x_scale), y=y, text="shown:N"
        ),
    ]
    for bold in (False, True):
        if any(bar.bold == bold for bar in items):
            mark = base.transform_filter(f"datum.bold === {str(bold).lower()}").mark_text(
                align="left" if under else "right",
                baseline="middle",
                dy=-20 if under else 0,
                color=sheet.theme.ink,
                fontWeight="bold" if bold else "normal",
                **MARK_TEXT,
            )
            layers.append(mark.encode(x=alt.value(0 if under else -10), y=y, text="label:N"))
    return Picture(layers=layers, left=left, right=right, height=len(items) * step, below=22)


def row_value(bar: Bar, scale: Scale) -> float:
    """Return how far a bar reaches."""
    return scale.of_value(bar.amount.value) if bar.amount else 0.0


def whiskers(base: alt.Chart, x_scale: alt.Scale, y: alt.Y, sheet: Sheet) -> list[alt.Chart]:
    """Return the range of each row as a line, set off from the bar that it lies on."""
    import altair as alt

    ranged = base.transform_filter("datum.high > datum.low")
    ends = {"x": alt.X("low:Q", scale=x_scale), "x2": alt.X2("high:Q"), "y": y}
    return [
        ranged.mark_rule(strokeWidth=4.5, color=sheet.theme.paper, strokeCap="butt").encode(**ends),
        ranged.mark_rule(strokeWidth=1.6, color=sheet.theme.ink, strokeCap="butt").encode(**ends),
    ]


def _grid(ticks: Ticks, height: float, sheet: Sheet) -> alt.Chart:
    import altair as alt

    data = alt.InlineData(values=[{"tick": value} for value in ticks.values])
    return (
        alt.Chart(data)
        .mark_rule(color=sheet.theme.rule, strokeWidth=1)
        .encode(x=alt.X("tick:Q"), y=alt.value(0), y2=alt.value(height))
    )


def _look(bar: Bar, sheet: Sheet) -> dict[str, Any]:
    colour = bar.colour or sheet.colour
    return {"fill": sheet.theme.pale(colour) if bar.pale else colour, "stroke": colour, "bold": bar.bold}


def _right(
    items: Sequence[Bar], shown: Sequence[str], ends: Sequence[float], high: float, room: float, scale: Scale
) -> float:
    """Return what must be left free beside the plot, so that each amount has room behind its own bar."""
    right = 12.0
    for bar, text in zip(items, shown, strict=True):
        end = scale.of_value(max(bar.amount.ends[1], bar.amount.value)) / high if bar.amount else 0.0
        need = widest([text], LABEL) + 10
        # The plot is what is left of the room: end * (room - right) + need must fit into it.
        right = max(right, (need - room * (1 - end)) / end if end else 0.0)
    return min(right, room * 0.6)


__all__ = ["Bar", "bars", "whiskers", "words_at", "TICK"]
