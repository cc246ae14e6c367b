"""How much was estimated, and how good the factors behind it are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from footprint.charts.bars import GAP, THICK, Rows
from footprint.charts.bars import labels as draw_labels
from footprint.charts.breakdown import joined
from footprint.charts.chart import Chart
from footprint.charts.frame import (
    MARK_TEXT,
    Numbers,
    Picture,
    Said,
    Sheet,
    finished,
    missing_notes,
    source_line,
    words_at,
)
from footprint.charts.lettering import widest
from footprint.charts.subject import Subject
from footprint.charts.theme import LABEL
from footprint.errors import NotEstimableError
from footprint.language import Language, marked

#: What kind of knowledge a factor is, the best first.
EVIDENCE = {
    "primary": marked("Primary source"),
    "secondary": marked("Secondary source"),
    "derived": marked("Computed from others"),
    "judgement": marked("Choice of this project"),
    "stated": marked("Stated by the user"),
    "unverified": marked("Not verified"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A share of a whole, as a bar on a track."""

    label: str
    share: float
    shown: str
    #: what is left of the track is missing, not something else
    whole: bool = False
    alert: bool = False


def evidence(subject: Subject, sheet: Sheet) -> Chart:
    """Return coverage, and the factors by evidence."""
    words = sheet.words
    uses = {factor.id: factor for factor in subject.factors if factor.rung != "definition"}
    if not uses:
        raise NotEstimableError("no factors stand behind these figures.")
    counts = Counter(factor.evidence for factor in uses.values())
    covered = _coverage(subject, words)
    found = [
        Line(
            label=words(label),
            share=counts[name] / len(uses),
            shown=words.count(counts[name]),
            alert=name == "unverified",
        )
        for name, label in EVIDENCE.items()
        if counts[name] or name in ("primary", "secondary")
    ]
    title = words("{count} of {all} factors come from primary sources", count=counts["primary"], all=len(uses))
    coverage = subject.coverage
    if coverage:
        if coverage.tokens is not None:
            share = words.percent(coverage.tokens, 4)
            title = words("{share} of tokens estimated; {rest}", share=share, rest=title)
        else:
            share = words.percent(coverage.estimated / coverage.rows if coverage.rows else 0.0, 3)
            title = words("{share} of rows estimated; {rest}", share=share, rest=title)
    subtitle = words(
        "Distinct factors by evidence, {period}", period=subject.period(words) or words("period not known")
    )
    if covered:
        subtitle = words("What was estimated, and distinct factors by evidence, {period}", period=subject.period(words))
    said = Said(
        title=title,
        subtitle=subtitle,
        alt=joined(
            (words("{name}: {amount}", name=line.label, amount=line.shown) for line in [*covered, *found]), words
        ),
        notes=missing_notes(subject, words),
        source=source_line(subject, words, ()),
    )
    table: list[dict[str, Any]] = [{"of": "coverage", "label": line.label, "share": line.share} for line in covered]
    table += [
        {"of": "evidence", "label": name, "factors": counts[name], "share": counts[name] / len(uses)}
        for name in EVIDENCE
        if counts[name]
    ]
    numbers = Numbers(
        table=table,
        heads=(words("what"), words("number"), words("share")),
        cells=[(line.label, line.shown, words.percent(line.share)) for line in [*covered, *found]],
    )
    return finished("evidence", subject, sheet, said, _tracks(covered, found, sheet), numbers)


def _coverage(subject: Subject, words: Language) -> list[Line]:
    coverage = subject.coverage
    if coverage is None or not coverage.rows:
        return []
    rows = coverage.estimated / coverage.rows
    lines = [Line(label=words("Rows estimated"), share=rows, shown=words.percent(rows, 3), whole=True)]
    if coverage.tokens is not None:
        shown = words.percent(coverage.tokens, 4)
        lines.insert(0, Line(label=words("Tokens estimated"), share=coverage.tokens, shown=shown, whole=True))
    return lines


def _tracks(covered: Sequence[Line], found: Sequence[Line], sheet: Sheet) -> Picture:
    import altair as alt

    words, theme = sheet.words, sheet.theme
    lines = [*covered, *found]
    rows = Rows.of([line.label for line in lines], sheet.room)
    right = math.ceil(widest((line.shown for line in lines), LABEL) + GAP)
    gap = 26 if covered else 0
    height = rows.height + gap
    data = []
    for place, line in enumerate(lines):
        centre = rows.centre(place) + (gap if place >= len(covered) else 0)
        row: dict[str, Any] = {"name": line.label, "label": rows.label(line.label, sheet.room, False), "bold": False}
        row |= {"shown": line.shown, "share": line.share, "all": 1.0, "centre": centre}
        row["fill"] = (
            theme.alert if line.alert else theme.pale(theme.ink, 0.62) if line.whole else theme.pale(theme.ink, 0.8)
        )
        row["track"] = theme.pale(theme.alert, 0.45) if line.whole else theme.pale(theme.grey, 0.16)
        data.append(row)
    spread = Rows(count=rows.count, longest=rows.longest, above=rows.above)
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("centre:Q", scale=alt.Scale(domain=[0, height], range=[0, height], nice=False), axis=None)
    base = alt.Chart(alt.InlineData(values=data))
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="=")]
    layers: list[Any] = [
        base.mark_bar(height=THICK).encode(
            x=alt.X("all:Q", scale=scale, axis=None), x2=alt.X2Datum(0), y=y, fill=alt.Fill("track:N", scale=None)
        ),
        base.mark_bar(height=THICK).encode(
            x=alt.X("share:Q", scale=scale), x2=alt.X2Datum(0), y=y, fill=alt.Fill("fill:N", scale=None), tooltip=tip
        ),
        base.mark_text(align="left", baseline="middle", dx=GAP, color=theme.ink, **MARK_TEXT).encode(
            x=alt.X("all:Q", scale=scale), y=y, text="shown:N"
        ),
        *(layer.encode(y=y) for layer in draw_labels(base, spread, [False], sheet)),
    ]
    if covered:
        at = len(covered) * rows.step + gap - 8
        layers.append(words_at([words("Factors")], -rows.left, at, theme.grey, 11))
    return Picture(layers=layers, left=rows.left, right=right, height=height, below=0)
