"""A report as a PDF, typeset by Typst: tagged for screen readers (PDF/UA-1), and made to be kept (PDF/A-2a).

What the report says reaches the template as data. No text of a stranger's file is ever a part of its markup.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, cast

from footprint._files import shipped
from footprint.errors import FootprintError
from footprint.language import Language
from footprint.reporting.blocks import Block, Document, Figures, Notes, Paragraph, Picture, Table, Text, parts
from footprint.reporting.letters import breakable, coded, visible

#: A space of no width, at which a line may end.
_ZERO = "\u200b"
#: What Typst says of letters that no font has, in a text ("with font ...") or in a picture ("with a font").
_UNSHOWN = re.compile(r'the text `"([^`]*)"` could not be displayed with (a )?font')
#: The same of a letter that no such PDF may hold.
_FORBIDDEN = re.compile(r'codepoint `"([^`]*)"`')

#: The lettering of a picture, which is to be that of the text around it.
_FAMILY, _OURS = re.compile(r'font-family="[^"]*"'), 'font-family="Libertinus Serif"'


def pdf(report: Document, words: Language, made: datetime.datetime) -> bytes:
    """Return the report as a PDF: the same bytes for the same report and time.

    The fonts inside Typst are tried alone first: they are the same on every machine, and so are the bytes. Letters that
    they lack, such as Chinese ones, are looked for in the fonts of the machine, and what no font has is shown by its
    number.
    """
    template = (shipped("templates", "page.html.j2") / "report.typ").read_bytes()
    given = _as_given(report, words)
    refused = _Refused(set(), set())
    for alone in (True, False, False, False):
        try:
            return _compiled(template, _each(given, refused), made, alone)
        except _UnshownError as error:
            if not alone:
                refused = refused.with_more(error.found)
    # Fonts were no help: letters beyond the Latin ones are all named.
    return _compiled(template, _each(given, _Refused(None, None)), made, alone=True)


@dataclasses.dataclass(frozen=True, slots=True)
class _Refused:
    """Letters that cannot be shown in texts, and in pictures; None stands for all but the Latin ones."""

    texts: set[str] | None
    pictures: set[str] | None

    def named(self, text: str, picture: bool) -> str:
        """Return a text with the refused letters by their numbers; a picture has no room for these."""
        refused = self.pictures if picture else self.texts
        is_refused = _is_foreign if refused is None else refused.__contains__
        if picture:
            return "".join("?" if is_refused(letter) else letter for letter in text)
        return coded(text, is_refused)

    def with_more(self, other: _Refused) -> _Refused:
        """Return the letters of both."""
        return _Refused(
            (self.texts or set()) | (other.texts or set()), (self.pictures or set()) | (other.pictures or set())
        )


def _is_foreign(letter: str) -> bool:
    """Return whether a letter or a sign is of a script that few fonts have."""
    return letter > "\u024f" and (unicodedata.category(letter)[0] in "LMC" or unicodedata.category(letter) == "So")


class _UnshownError(Exception):
    """Texts have letters that cannot be shown."""

    def __init__(self, found: _Refused) -> None:
        super().__init__()
        self.found = found


def _compiled(template: bytes, given: Any, made: datetime.datetime, alone: bool) -> bytes:
    import typst

    try:
        return cast(
            "bytes",
            typst.compile(
                template,
                sys_inputs={"report": json.dumps(given, ensure_ascii=False)},
                ignore_system_fonts=alone,
                pdf_standards=["a-2a", "ua-1"],
                timestamp=made,
            ),
        )
    except typst.TypstError as error:
        said = str(error.diagnostic)
        found = _Refused(
            {letter for text, picture in _UNSHOWN.findall(said) if not picture for letter in _letters(text)}
            | {letter for text in _FORBIDDEN.findall(said) for letter in _letters(text)},
            {letter for text, picture in _UNSHOWN.findall(said) if picture for letter in _letters(text)},
        )
        if found.texts or found.pictures:
            raise _UnshownError(found) from None
        raise FootprintError(f"the PDF could not be made: {error.message}") from error


def _letters(text: str) -> set[str]:
    """Return the letters that a message of Typst quotes, some by their number; any font has those of ASCII."""
    shown = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), text)
    return {letter for letter in shown if not letter.isascii()}


def _each(value: Any, refused: _Refused, key: str = "") -> Any:
    """Return plain data with the refused letters of every text in it named."""
    if isinstance(value, str):
        return refused.named(value, picture=key == "svg")
    if isinstance(value, list):
        return [_each(item, refused, key) for item in value]
    if isinstance(value, dict):
        return {name: _each(item, refused, name) for name, item in value.items()}
    return value


# --- what the template is given ----------------------------------------------------------------------


def _as_given(report: Document, words: Language) -> dict[str, Any]:
    return {
        "language": report.language,
        "kicker": _text(report.kicker),
        "title": _text(report.title),
        # A title of the file is a plain text, and has no places where it may be broken.
        "name": visible(" · ".join(part for part in (report.title, report.kicker) if part)),
        "contents": words("Contents"),
        "summary": _blocks(report.summary, words),
        "sections": [
            {"id": section.id, "title": _text(section.title), "blocks": _blocks(section.blocks, words)}
            for section in report.sections
        ],
        "foot": _text(report.foot),
    }


def _blocks(blocks: Sequence[Block], words: Language) -> list[dict[str, Any]]:
    """Return the blocks, pictures of half the width two by two."""
    found: list[dict[str, Any]] = []
    for half, group in itertools.groupby(blocks, lambda block: isinstance(block, Picture) and block.width == "half"):
        given = [_block(block, words) for block in group]
        found += [{"kind": "pair", "items": list(pair)} for pair in _pairs(given)] if half else given
    return found


def _pairs(items: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    return (tuple(items[start : start + 2]) for start in range(0, len(items), 2))


def _block(block: Block, words: Language) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "style": block.kind, "text": _text(block.text)}
        case Figures():
            items = [
                {"label": _text(item.label), "value": _text(item.value), "unit": item.unit, "note": _text(item.note)}
                for item in block.items
            ]
            return {"kind": "figures", "items": items}
        case Notes():
            return {"kind": "notes", "items": [_text(item) for item in block.items]}
        case Picture():
            return {
                "kind": "picture",
                "svg": _FAMILY.sub(_OURS, block.chart.svg()),
                "alt": visible(block.chart.description),
            }
        case Table():
            return _table(block)


def _table(block: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": _text(block.caption),
        "heads": [_text(column.head) for column in block.columns],
        "numeric": [column.numeric for column in block.columns],
        "rows": [[_text(cell) for cell in row] for row in block.rows],
        "note": _text(block.note),
    }


def _text(text: Text) -> list[dict[str, str]]:
    """Return a text in the parts that the template puts together."""
    return [
        {"text": _ZERO.join(breakable(visible(part.text))), "language": part.language, "link": part.link}
        for part in parts(text)
    ]
