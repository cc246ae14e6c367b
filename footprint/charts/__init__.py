"""Charts of a batch or of an estimate: each a picture, its text alternative, and its numbers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from footprint._public import imported_when_asked
from footprint.errors import UsageError, did_you_mean
from footprint.language import language as language_of

if TYPE_CHECKING:
    import datetime

    from footprint.charts.chart import Chart
    from footprint.charts.frame import Drawer
    from footprint.charts.subject import Subject, of_document, of_estimate, of_summary

__all__ = ["CHARTS", "MEASURES", "Chart", "Subject", "columns", "draw", "of_document", "of_estimate", "of_summary"]

#: Every chart and what it shows.
CHARTS = {
    "month": "the total by month, with its range",
    "team": "the total by team",
    "model": "the total by model",
    "region": "the total by region",
    "group": "the total by another column, named with --by",
    "phase": "use, upstream and hardware",
    "scope": "carbon by scope and category, for a --role",
    "flow": "from activity to electricity, water and carbon",
    "market": "carbon by place, and by contract",
    "drivers": "what makes the total uncertain",
    "equivalences": "the total beside things that people know",
    "hours": "load and carbon intensity by hour of the day",
    "evidence": "how much was estimated, and how good the factors are",
}
#: What the charts of one quantity may show.
MEASURES = ("carbon", "energy", "water")
#: Charts by a column of the rows, which --by may replace.
_COLUMNS = {"month": "month", "team": "team", "model": "model", "region": "region", "flow": "team"}

_HOMES = {
    "Chart": "footprint.charts.chart",
    "Subject": "footprint.charts.subject",
    "of_document": "footprint.charts.subject",
    "of_estimate": "footprint.charts.subject",
    "of_summary": "footprint.charts.subject",
}


# The names of the charts alone stay cheap.
__getattr__ = imported_when_asked(__name__, _HOMES)


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
    made : the day that the chart bears; today if not given

    Raises
    ------
    footprint.errors.UsageError : no such chart, theme, language or measure
    footprint.errors.NotEstimableError : the subject does not hold what the chart shows; the message says why
    """
    from footprint.charts import amounts
    from footprint.charts.chart import drawn_on
    from footprint.charts.frame import NARROWEST, WIDEST, Sheet
    from footprint.charts.theme import theme as theme_of

    check(name, by)
    if measure not in MEASURES:
        raise UsageError(f"measure: '{measure}' is none of {', '.join(MEASURES)}{did_you_mean(measure, MEASURES)}")
    if not NARROWEST <= width <= WIDEST:
        raise UsageError(f"width: {width} is not between {NARROWEST} and {WIDEST} pixels.")
    sheet = Sheet(
        words=language_of(language),
        theme=theme_of(theme),
        width=width,
        measure=amounts.MEASURES[measure],
        made=made or drawn_on(),
    )
    return _drawers(by)[name](subject, sheet)


def check(name: str, by: str | None = None) -> None:
    """Refuse a chart that there is not, and a column where none is asked for, before anything is computed.

    Raises
    ------
    footprint.errors.UsageError : no such chart; no column, or one too many
    """
    if name not in CHARTS:
        raise UsageError(f"chart: '{name}' is none of {', '.join(CHARTS)}{did_you_mean(name, CHARTS)}")
    if name == "group" and not by:
        raise UsageError("the chart 'group' needs the column to group by: --by COLUMN.")
    if by and name not in ("group", "flow"):
        raise UsageError(f"--by is for the charts 'group' and 'flow'; '{name}' says itself what it is by.")


def columns(name: str, by: str | None = None) -> tuple[str, ...]:
    """Return the columns that the inventory of a batch must be kept by for a chart.

    >>> columns("team"), columns("group", "department"), columns("drivers")
    (('month', 'team'), ('month', 'department'), ('month',))
    """
    column = by or _COLUMNS.get(name)
    return tuple(dict.fromkeys(["month", *([column] if column else [])]))


def _drawers(by: str | None) -> Mapping[str, Drawer]:
    from footprint.charts.accounting import market, phases, scopes
    from footprint.charts.breakdown import breakdown
    from footprint.charts.drivers import drivers
    from footprint.charts.equivalences import equivalences
    from footprint.charts.evidence import evidence
    from footprint.charts.flow import flow
    from footprint.charts.hours import hours
    from footprint.charts.months import months

    return {
        "month": months,
        **{name: functools.partial(breakdown, name) for name in ("team", "model", "region")},
        "group": functools.partial(breakdown, by or ""),
        "phase": phases,
        "scope": scopes,
        "flow": functools.partial(flow, by or _COLUMNS["flow"]),
        "market": market,
        "drivers": drivers,
        "equivalences": equivalences,
        "hours": hours,
        "evidence": evidence,
    }
