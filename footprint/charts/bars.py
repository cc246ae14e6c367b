"""Horizontal bars, each with its range as a line, its label and its amount beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.frame import MARK_TEXT, Picture, Sheet, fixed
from footprint.charts.lettering import fitted, widest
from footprint.charts.theme import FONT, LABEL, NOTE

if TYPE_CHECKING:
    import altair as alt

#: From one bar to the next, and how thick a bar is.
STEP, THICK = 30, 15
#: The same where labels stand above their bars, and where a line of detail stands below each of them.
STEP_UNDER, STEP_DETAIL = 42, 58
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
    #: beside the point, under the label
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How rows of bars stand: labels beside them, or above them where these are long."""

    count: int
    #: width of the longest label
    longest: float
    above: bool
    detailed: bool = False

    @classmethod
    def of(cls, labels: Sequence[str], room: float, detailed: bool = False) -> Rows:
        """Return how rows with these labels stand."""
        longest = widest(labels, LABEL, True)
        return cls(count=len(labels), longest=longest, above=detailed or longest > room * _BESIDE, detailed=detailed)

    @property
    def step(self) -> int:
        """From one bar to the next."""
        return STEP_DETAIL if self.detailed else STEP_UNDER if self.above else STEP

    @property
    def height(self) -> int:
        """Of all rows together."""
        return self.count * self.step

    @property
    def left(self) -> float:
        """Room beside the bars for the labels."""
        return 0.0 if self.above else math.ceil(self.longest + GAP)

    def centre(self, place: int) -> float:
        """Return the middle of a bar."""
        return (place + 1) * self.step - (STEP / 2 if self.above else self.step / 2)

    def label(self, text: str, room: float, bold: bool) -> str:
        """Return a label as far as it has room."""
        return fitted(text, room if self.above else self.longest, LABEL, bold)

    def behind(self) -> list[tuple[float, float]]:
        """Return from where to where rules run behind the bars: not through labels."""
        if not self.above:
            return [(0.0, float(self.height))]
        return [(self.centre(place) - STEP / 2 + 2, self.centre(place) + STEP / 2 - 2) for place in range(self.count)]


def bars(items: Sequence[Bar], scale: Scale, sheet: Sheet) -> Picture:
    """Return bars under one another on one scale."""
    import altair as alt

    high = max((scale.of_value(bar.amount.ends[1]) for bar in items if bar.amount), default=0.0) or 1.0
    rows = Rows.of([bar.label for bar in items], sheet.room, any(bar.detail for bar in items))
    shown = [bar.shown or (scale.text(bar.amount) if bar.amount else "") for bar in items]
    right = _right(items, shown, high, sheet.room - rows.left, scale)
    data = [
        {
            "name": bar.label,
            "label": rows.label(bar.label, sheet.room, bar.bold),
            "detail": fitted(bar.detail, sheet.room, NOTE),
            "shown": text,
            "centre": rows.centre(place),
            **_amounts(bar, scale, high / 40),
            **_look(bar, sheet),
        }
        for place, (bar, text) in enumerate(zip(items, shown, strict=True))
    ]
    ticks = Ticks.to(high, scale.words, most=5 if sheet.room - rows.left - right > 300 else 3)
    x_scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(values=list(ticks.values), labelExpr=ticks.expression(), labelOverlap=False, labelFlush=False)
    y = down(rows)
    base = alt.Chart(alt.InlineData(values=data))
    layers: list[alt.Chart] = [
        grid(ticks, rows, sheet),
        base.transform_filter("isValid(datum.value)")
        .mark_bar(height=THICK, strokeWidth=1)
        .encode(
            x=alt.X("value:Q", scale=x_scale, axis=axis),
            x2=alt.X2Datum(0),
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
            tooltip=tips(sheet),
        ),
        *whiskers(base, x_scale, y, sheet),
        base.mark_text(align="left", baseline="middle", dx=GAP, color=sheet.theme.ink, **MARK_TEXT).encode(
            x=alt.X("end:Q", scale=x_scale), y=y, text="shown:N"
        ),
        *labels(base, rows, [bar.bold for bar in items], sheet),
    ]
    return Picture(layers=layers, left=rows.left, right=right, height=rows.height, below=20)


def down(rows: Rows) -> alt.Y:
    """Return where each row stands, from the top down."""
    import altair as alt

    return alt.Y("centre:Q", scale=alt.Scale(domain=[0, rows.height], range=[0, rows.height], nice=False), axis=None)


def tips(sheet: Sheet) -> list[alt.Tooltip]:
    """Return what is shown on pointing at a mark."""
    import altair as alt

    return [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=sheet.words("estimated")),
        alt.Tooltip("range:N", title=sheet.words("90 % range")),
    ]


def whiskers(base: alt.Chart, x_scale: alt.Scale, y: alt.Y, sheet: Sheet) -> list[alt.Chart]:
    """Return the range of each row as a line, set off from a bar that is long enough."""
    import altair as alt

    low, high = alt.X("low:Q", scale=x_scale), alt.X2("high:Q")
    halo = base.transform_filter("datum.halo").mark_rule(strokeWidth=4.5, color=sheet.theme.paper)
    line = base.transform_filter("datum.high > datum.low").mark_rule(strokeWidth=1.6, color=sheet.theme.ink)
    return [halo.encode(x=low, x2=alt.X2("value:Q"), y=y), line.encode(x=low, x2=high, y=y)]


def grid(ticks: Ticks, rows: Rows, sheet: Sheet) -> alt.Chart:
    """Return a pale rule at each round value."""
    import altair as alt

    values = [{"tick": value, "from": top, "to": end} for value in ticks.values for top, end in rows.behind()]
    rules = alt.Chart(alt.InlineData(values=values)).mark_rule(color=sheet.theme.rule, strokeWidth=1)
    return rules.encode(x="tick:Q", y=_pixels("from", rows), y2="to:Q")


def _pixels(field: str, rows: Rows) -> alt.Y:
    import altair as alt

    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, rows.height], range=[0, rows.height], nice=False), axis=None)


def labels(base: alt.Chart, rows: Rows, bold: Sequence[bool], sheet: Sheet) -> list[alt.Chart]:
    """Return the labels, beside their bars or above them; those of the title are bold."""
    at = fixed("X", 0 if rows.above else -GAP)
    side: dict[str, Any] = {"align": "left" if rows.above else "right", "baseline": "middle"}
    above = -(STEP_DETAIL - STEP / 2 - 8) if rows.detailed else -18
    layers = []
    for kind in sorted(set(bold)):
        mark = base.transform_filter(f"datum.bold === {str(kind).lower()}").mark_text(
            dy=above if rows.above else 0,
            color=sheet.theme.ink,
            fontWeight="bold" if kind else "normal",
            **side,
            **MARK_TEXT,
        )
        layers.append(mark.encode(x=at, y=down(rows), text="label:N"))
    if rows.detailed:
        detail = base.mark_text(dy=above + 16, color=sheet.theme.grey, fontSize=NOTE, font=FONT, **side)
        layers.append(detail.encode(x=at, y=down(rows), text="detail:N"))
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
    return math.ceil(min(right, room * 0.6))
