"""What surrounds the marks of every chart: title, subtitle, what is missing, the source; and where all of it stands.

Nothing is left to be laid out when the picture is drawn: texts are measured here, so that none meets another.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import MEASURES, Measure
from footprint.charts.chart import Chart
from footprint.charts.lettering import lines
from footprint.charts.subject import Subject
from footprint.charts.theme import (
    FONT,
    LABEL,
    NOTE,
    NOTE_LINE,
    SUBTITLE,
    SUBTITLE_LINE,
    TICK,
    TITLE,
    TITLE_LINE,
    Theme,
)
from footprint.language import Language

if TYPE_CHECKING:
    import altair as alt

#: Room around everything.
MARGIN = 12
#: Between the title and the picture, and between the picture and its notes.
ABOVE, BELOW = 18, 14
#: What a chart may be as wide as.
NARROWEST, WIDEST = 280, 2400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a chart is drawn on, and for whom."""

    words: Language
    theme: Theme
    width: int
    measure: Measure = field(default_factory=lambda: MEASURES["carbon"])
    made: datetime.date

    @property
    def room(self) -> float:
        """What is between the margins."""
        return self.width - 2 * MARGIN

    @property
    def colour(self) -> str:
        """The colour of what is measured."""
        return self.theme.of(self.measure.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Everything that a chart says in words."""

    title: str
    subtitle: str
    alt: str
    notes: Sequence[str] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers of a chart: as data, and as people read them."""

    table: Sequence[Mapping[str, Any]]
    heads: Sequence[str]
    cells: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The marks, and the room that they take."""

    layers: Sequence[alt.Chart | alt.LayerChart]
    #: beside, below and above the plot, for labels
    left: float
    right: float
    height: float
    below: float = 0.0
    above: float = 0.0
    #: scales that the layers do not share
    apart: Mapping[str, Any] = field(default_factory=dict)


def finished(name: str, subject: Subject, sheet: Sheet, said: Said, picture: Picture, numbers: Numbers) -> Chart:
    """Return the chart: the marks with everything around them."""
    import altair as alt

    title = lines(said.title, sheet.room, TITLE, bold=True)
    subtitle = lines(said.subtitle, sheet.room, SUBTITLE)
    notes = [line for note in said.notes for line in lines(note, sheet.room, NOTE + 0.5)]
    source = lines(said.source, sheet.room, NOTE)
    head = len(title) * TITLE_LINE + 2 + len(subtitle) * SUBTITLE_LINE
    above = head + ABOVE + picture.above
    foot = picture.height + picture.below + BELOW
    edge = -picture.left
    under = 2 - above + len(title) * TITLE_LINE
    layers = [
        words_at(title, edge, 12 - above, sheet.theme.ink, TITLE, bold=True),
        words_at(subtitle, edge, under + 11, sheet.theme.grey, SUBTITLE),
        *picture.layers,
    ]
    if notes:
        layers.append(words_at(notes, edge, foot + 9, sheet.theme.alert, NOTE + 0.5))
        foot += len(notes) * NOTE_LINE + 4
    layers.append(words_at(source, edge, foot + 9, sheet.theme.grey, NOTE))
    foot += len(source) * NOTE_LINE
    padding = {
        "left": MARGIN + picture.left,
        "right": MARGIN + picture.right,
        "top": MARGIN + above,
        "bottom": foot - picture.height + MARGIN,
    }
    drawing: Any = alt.layer(*layers).properties(
        width=sheet.room - picture.left - picture.right,
        height=picture.height,
        padding=padding,
        autosize=alt.AutoSizeParams(type="none"),
    )
    if picture.apart:
        drawing = drawing.resolve_scale(**picture.apart)
    drawing = drawing.properties(config=sheet.theme.config())
    return Chart(
        name=name,
        language=sheet.words.code,
        theme=sheet.theme.name,
        title=said.title,
        subtitle=said.subtitle,
        alt=" ".join(part for part in (f"{said.title}.", f"{said.subtitle}.", said.alt, *said.notes) if part),
        notes=tuple(said.notes),
        source=said.source,
        table=tuple(dict(row) for row in numbers.table),
        heads=tuple(numbers.heads),
        cells=tuple(tuple(row) for row in numbers.cells),
        edition=subject.edition,
        made=sheet.made,
        drawing=drawing,
    )


def words_at(
    text: Sequence[str], x: float, y: float, colour: str, size: float = LABEL, align: str = "left", bold: bool = False
) -> alt.Chart:
    """Return lines of text at a place of the plot."""
    import altair as alt

    mark: dict[str, Any] = {
        "text": list(text),
        "align": align,
        "baseline": "alphabetic",
        "color": colour,
        "fontSize": size,
        "font": FONT,
        "lineHeight": TITLE_LINE if size >= TITLE else SUBTITLE_LINE if size >= LABEL else NOTE_LINE,
        "fontWeight": "bold" if bold else "normal",
    }
    return alt.Chart(nothing()).mark_text(**mark).encode(x=fixed("X", x), y=fixed("Y", y))


def fixed(channel: str, pixels: float) -> Any:
    """Return a channel that has one place for all marks.

    This is what Altair makes of ``alt.value``, once it has tried every kind of channel: most of the time of a chart.
    """
    import altair as alt

    made: Any = getattr(alt, f"{channel}Value")
    return made(pixels)


def nothing() -> alt.InlineData:
    """Return data of one empty row: for marks that show no data."""
    import altair as alt

    return alt.InlineData(values=[{}])


def source_line(subject: Subject, words: Language, names: Sequence[str]) -> str:
    """Return who published the factors, and the edition that they are of."""
    publishers = subject.publishers(names)
    shown = publishers[:2]
    more = len(publishers) - len(shown)
    if not publishers:
        return words("Estimated with footprint; edition {edition}.", edition=subject.edition)
    if more:
        shown.append(words.plural("{count} more", "{count} more", more))
    return words(
        "Estimated with factors of {publishers}; edition {edition}.",
        publishers=words.listed(shown),
        edition=subject.edition,
    )


def missing_notes(subject: Subject, words: Language, results: Sequence[str] = ()) -> list[str]:
    """Return what is in no total of the chart: rows that were rejected, and rows that do not know a result."""
    notes = []
    coverage = subject.coverage
    if coverage and coverage.rejected and not subject.rejected_named:
        notes.append(
            words.plural(
                "{count} of {rows} rows could not be estimated and is in no figure.",
                "{count} of {rows} rows could not be estimated and are in no figure.",
                coverage.rejected,
                rows=coverage.rows,
            )
        )
    if coverage:
        lacking = max((coverage.estimated - subject.known.get(name, coverage.estimated) for name in results), default=0)
        if 0 < lacking < coverage.estimated:
            notes.append(
                words.plural(
                    "{count} of {rows} estimated rows does not know this figure and is left out.",
                    "{count} of {rows} estimated rows do not know this figure and are left out.",
                    lacking,
                    rows=coverage.estimated,
                )
            )
    return notes


#: How a chart is drawn.
Drawer = Callable[[Subject, Sheet], Chart]
#: Text that a mark carries.
MARK_TEXT: dict[str, Any] = {"font": FONT, "fontSize": LABEL}
TICK_TEXT: dict[str, Any] = {"font": FONT, "fontSize": TICK}
