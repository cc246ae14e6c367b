"""Charts of a batch or of an estimate: each a picture, its text alternative, and its numbers."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from footprint.charts.chart import Chart, drawn_on
from footprint.charts.subject import MONTH, Subject, of_document, of_estimate, of_summary
from footprint.errors import UsageError, did_you_mean
from footprint.language import language as language_of

if TYPE_CHECKING:
    from footprint.charts.frame import Drawer

__all__ = ["CHARTS", "Chart", "Subject", "columns", "draw", "of_document", "of_estimate", "of_summary"]

#: Every chart: what it shows, and the column of the rows that it is by.
CHARTS: dict[str, tuple[str, str | None]] = {
    "month": ("The total by month, with its range.", MONTH),
    "team": ("The total by team.", "team"),
    "model": ("The total by model.", "model"),
    "region": ("The total by region.", "region"),
    "group": ("The total by any column of the rows, named with --by.", None),
    "phase": ("Use, upstream and hardware: where in the life cycle it arises.", None),
    "scope": ("Carbon by scope and category of the GHG Protocol, for a --role.", None),
    "flow": ("From activity to electricity, water and carbon.", "team"),
    "market": ("Carbon by place against carbon by contract.", None),
    "drivers": ("What makes the total uncertain.", None),
    "equivalences": ("The total beside things that people know.", None),
    "hours": ("Load and carbon intensity of the grid by hour of the day.", None),
    "evidence": ("How much was estimated, and how good the factors are.", None),
}


def draw(
    name: str,
    subject: Subject,
    *,
    language: str = "en",
    theme: str = "light",
    width: int = 720,
    measure: str = "carbon",
    by: str | None = None,
    made: datetime.date | None = None,
) -> Chart:
    """Return the chart ``name`` of a batch or an estimate.

    Parameters
    ----------
    name : one of `CHARTS`
    subject : what `of_summary`, `of_estimate` or `of_document` make
    language : ``en``, ``fr``, or another of `footprint.language.LANGUAGES`
    theme : ``light``, ``dark`` or ``print``
    width : of the whole picture, in pixels
    measure : ``carbon``, ``energy`` or ``water``, for the charts that show one of them
    by : the column of the chart ``group``, or of ``flow``
    made : the day that the chart names; today if not given

    Raises
    ------
    footprint.errors.UsageError : no such chart, theme, language or measure
    footprint.errors.NotEstimableError : the subject does not hold what the chart shows; the message says what is missing
    """
    from footprint.charts.amounts import MEASURES
    from footprint.charts.frame import NARROWEST, WIDEST, Sheet
    from footprint.charts.theme import theme as theme_of

    if name not in CHARTS:
        raise UsageError(f"chart: '{name}' is none of {', '.join(CHARTS)}{did_you_mean(name, CHARTS)}")
    if measure not in MEASURES:
        raise UsageError(f"measure: '{measure}' is none of {', '.join(MEASURES)}{did_you_mean(measure, MEASURES)}")
    if not NARROWEST <= width <= WIDEST:
        raise UsageError(f"width: {width} is not between {NARROWEST} and {WIDEST} pixels.")
    sheet = Sheet(
        words=language_of(language),
        theme=theme_of(theme),
        width=width,
        measure=MEASURES[measure],
        made=made or drawn_on(),
    )
    return _drawers(by)[name](subject, sheet)


def columns(name: str, by: str | None = None) -> tuple[str, ...]:
    """Return the columns that the inventory of a batch must be kept by for a chart."""
    own = by or CHARTS[name][1]
    return tuple(dict.fromkeys((MONTH, *((own,) if own else ()), *(("model",) if name == "flow" else ()))))


def _drawers(by: str | None) -> Mapping[str, Drawer]:
    from footprint.charts.accounting import market, phases, scopes
    from footprint.charts.breakdown import breakdown
    from footprint.charts.drivers import drivers
    from footprint.charts.equivalences import equivalences
    from footprint.charts.months import months

    return {
        "month": months,
        "phase": phases,
        "scope": scopes,
        "market": market,
        "drivers": drivers,
        "equivalences": equivalences,
        **{name: functools.partial(breakdown, name) for name in ("team", "model", "region")},
        "group": functools.partial(breakdown, by or "team"),
    }
