"""What a report consists of, whatever it is written as: sections of blocks, in words already translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from footprint.charts import Chart


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that leads somewhere, or is in another language than the report."""

    text: str
    #: code of the language; blank for that of the report
    language: str = ""
    #: an address, or ``#`` and the anchor of a section
    link: str = ""


#: A text as a block holds it: mostly one string.
Text = str | Passage | tuple[str | Passage, ...]


def parts(text: Text) -> Iterator[Passage]:
    """Yield the parts of a text.

    >>> [part.text for part in parts(("not known: ", Passage("no region was given", "en")))]
    ['not known: ', 'no region was given']
    """
    for part in (text,) if isinstance(text, (str, Passage)) else text:
        passage = Passage(part) if isinstance(part, str) else part
        # An address may come from an overlay: what is none is shown, and leads nowhere.
        leads = passage.link.startswith(("#", "https://", "http://"))
        yield passage if leads or not passage.link else replace(passage, link="")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text; ``kind`` says whether it is plain, a lead, a note, a head, or something that needs attention."""

    text: Text
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the few numbers that matter."""

    label: str
    value: str
    unit: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and whether it holds text or numbers, which are set right."""

    head: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    #: what was cut, and where it is
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its text alternative, in light colours: those of a dark page are the same ones exchanged."""

    chart: Chart
    #: whole or half of the page's width
    width: str = "whole"
    #: draws the same for a narrow screen, where a picture as wide as a page is too small to read
    narrow: Callable[[], Chart] | None = None

    def drawn(self) -> Iterator[tuple[str, Chart]]:
        """Yield each drawing and the screens that it is for; a page shows one of them."""
        yield "wide" if self.narrow else "any", self.chart
        if self.narrow:
            yield "narrow", self.narrow()


@dataclass(frozen=True, slots=True)
class Notes:
    """A list of short texts."""

    items: tuple[Text, ...]


Block = Paragraph | Figures | Table | Picture | Notes


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report, with an anchor that others can lead to."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report as it is read."""

    language: str
    kicker: str
    title: str
    summary: tuple[Block, ...]
    sections: tuple[Section, ...]
    #: what stands at the foot of each page
    foot: str
