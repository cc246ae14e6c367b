"""Two further sheets of a workbook: the period against an earlier one, and the places of figures in standards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footprint.batch.change import Difference
from footprint.language import Language
from footprint.reporting.account import Account
from footprint.reporting.disclosures import Point, plain, standards
from footprint.reporting.sections.mapping import issued
from footprint.reporting.sections.timing import said_of
from footprint.reporting.sections.years import COMPARED
from footprint.reporting.sheets import GREY, RULE, Head, Sheet, number_format, unit
from footprint.reporting.vocabulary import EVIDENCE
from footprint.results import LABELS, RESULTS
from footprint.units import Quantity

_RULED: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}


def write_years(sheet: Sheet, account: Account, totals: Mapping[str, str], words: Language) -> None:
    """Write both periods; ``totals`` are the cells of the totals of this report."""
    found, period = account.years, account.definition.days
    assert found is not None and found.timing.period is not None and period is not None  # noqa: S101 - asked before
    top = sheet.title(
        words("Year on year"),
        (
            words("Changes are formulas over the totals of both periods; ranges are values, not recalculated."),
            words("Restated: the activity of the earlier period with the factors of the later."),
            words("By use: the later period less restated. By factors and methods: restated less the earlier period."),
        ),
    )
    heads = [
        Head(words("what"), 34, numeric=False),
        Head(words("unit"), 14, numeric=False),
        Head(words.period(*found.timing.period), 18, words("value")),
        Head(words("restated"), 18, words("value")),
        Head(words.period(*period), 18, words("live formula")),
        *(
            head
            for what in (words("change"), words("by use"), words("by factors and methods"))
            for head in (
                Head(what, 16, words("live formula")),
                Head(words("5th percentile"), 14, words("not recalculated")),
                Head(words("95th percentile"), 14, words("not recalculated")),
            )
        ),
        Head(words("change over the earlier total"), 18, words("live formula")),
    ]
    row = sheet.heads(top, heads, frozen=1)
    for name in COMPARED:
        change = found.of(name)
        form = number_format([change.old, change.restated, change.new])
        sheet.text(row, 0, words(LABELS[name]), **_RULED)
        sheet.text(row, 1, unit(words, RESULTS[name]), **_RULED)
        for column in range(2, len(heads)):
            sheet.blank(row, column, **_RULED)
        for column, value in ((2, change.old), (3, change.restated)):
            sheet.number(row, column, value, form, **_RULED)
        if change.new is not None and name in totals:
            sheet.formula(row, 4, f"={totals[name]}", change.new, form, **_RULED)
        old, restated, new = (f"{letter}{row + 1}" for letter in "CDE")
        for column, part, formula in (
            (5, change.change, f"={new}-{old}"),
            (8, change.activity, f"={new}-{restated}"),
            (11, change.factors, f"={restated}-{old}"),
        ):
            if part is not None:
                _difference(sheet, row, column, part, formula, form)
        if change.relative is not None:
            sheet.formula(row, 14, f"={new}/{old}-1", change.relative.value, "+0.0%;-0.0%;0.0%", **_RULED)
        row += 1
    row += 1
    for text in (*said_of(found.timing, words), found.reason):
        sheet.text(row, 0, text)
        row += 1
    sheet.fitted()


def _difference(sheet: Sheet, row: int, column: int, part: Difference, formula: str, form: str) -> None:
    sheet.formula(row, column, formula, part.value, form, **_RULED)
    for place, end in enumerate((part.low, part.high), column + 1):
        sheet.number(row, place, end, form, font_color=GREY, **_RULED)


def write_mapping(sheet: Sheet, account: Account, totals: Mapping[str, str], words: Language) -> None:
    """Write every data point of every standard; a figure that adds up totals is a formula over their cells."""
    top = sheet.title(
        words("Places in standards"),
        (
            words("Where a figure of this report has its place in a standard; no statement that it meets one."),
            words("Sums of totals are formulas; other figures and all ranges are values, not recalculated."),
        ),
    )
    heads = [
        Head(words("standard"), 34, numeric=False),
        Head(words("point"), 20, numeric=False),
        Head(words("what it asks for"), 46, numeric=False),
        Head(words("our figure"), 16),
        Head(words("5th percentile"), 14, words("not recalculated")),
        Head(words("95th percentile"), 14, words("not recalculated")),
        Head(words("unit"), 14, numeric=False),
        Head(words("remark, or why there is none"), 60, numeric=False),
        Head(words("evidence"), 14, numeric=False),
        Head(words("version"), 34, numeric=False),
        Head(words("source"), 60, numeric=False),
    ]
    row = sheet.heads(top, heads, frozen=2)
    for standard in standards(account, words):
        version = f"{standard.version}, {issued(standard, words)}: {standard.status}"
        for point in standard.points:
            answer = point.answer
            remark = words("; ").join(
                text
                for text in (answer.text, plain(answer.reason), answer.remark, "" if answer.reason else point.note)
                if text
            )
            for column, text in (
                (0, standard.name),
                (1, point.point),
                (2, point.label),
                (6, "" if point.unit == "1" or point.amount() is None else unit(words, point.unit)),
                (7, remark),
                (8, words(EVIDENCE[point.evidence])),
                (9, version),
                (10, standard.citation),
            ):
                sheet.blank(row, column, **_RULED)
                sheet.text(row, column, text, wrapped=True, **_RULED)
            _figure(sheet, row, point, totals)
            row += 1
    sheet.fitted()


def _figure(sheet: Sheet, row: int, point: Point, totals: Mapping[str, str]) -> None:
    value = point.amount()
    for column in (3, 4, 5):
        sheet.blank(row, column, **_RULED)
    if value is None:
        return
    form, parts = number_format([value]), point.answer.parts
    if parts and all(name in totals for name in parts):
        scale = float(Quantity(1.0, RESULTS[parts[0]]).m_as(point.unit))
        by = "" if scale == 1 else f"/{1 / scale:.15g}" if scale < 1 else f"*{scale:.15g}"
        sheet.formula(row, 3, f"=({'+'.join(totals[name] for name in parts)}){by}", value, form, **_RULED)
    else:
        sheet.number(row, 3, value, form, **_RULED)
    for column, which in ((4, "low"), (5, "high")):
        sheet.number(row, column, point.amount(which), form, font_color=GREY, **_RULED)
