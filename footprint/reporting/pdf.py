"""A report as a PDF, typeset by Typst: tagged for screen readers (PDF/UA-1), and made to be kept (PDF/A-2a).

What the report says reaches the template as data. No text of a stranger's file is ever a part of its markup.
"""

from __future__ import annotations

import datetime
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from footprint._files import shipped
from footprint.errors import FootprintError
from footprint.language import Language
from footprint.reporting.blocks import Block, Document, Figures, Notes, Paragraph, Picture, Table, Text, parts
from footprint.reporting.letters import JOINING, breakable, coded, visible

#: A space of no width, at which a line may end.
_ZERO = "\u200b"
#: What Typst says of letters that no font has, or that no such PDF may hold.
_UNSHOWN = re.compile(r'the text `"([^`]*)"` could not be displayed|codepoint `"([^`]*)"`')
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
    refused: set[str] = set()
    for alone in (True, False, False):
        try:
            return _compiled(template, _each(given, refused.__contains__), made, alone)
        except _UnshownError as error:
            refused |= set() if alone else error.letters
    # Fonts were no help: letters of other scripts are all named.
    return _compiled(template, _each(given, _is_foreign), made, alone=True)


class _UnshownError(Exception):
    """Texts have letters that cannot be shown."""

    def __init__(self, letters: set[str]) -> None:
        super().__init__()
        self.letters = letters


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
        quoted = ["".join(found) for found in _UNSHOWN.findall(str(error.diagnostic))]
        letters = {letter for text in quoted for letter in _letters(text)}
        if letters:
            raise _UnshownError(letters) from None
        raise FootprintError(f"the PDF could not be made: {error.message}") from error


def _letters(text: str) -> set[str]:
    """Return the letters that a message of Typst quotes, some by their number; any font has those of ASCII."""
    shown = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), text)
    return {letter for letter in shown if not letter.isascii() and letter not in JOINING}


def _is_foreign(letter: str) -> bool:
    """Return whether a letter or a sign is of a script that few fonts have."""
    kind = unicodedata.category(letter)
    return letter > "\u024f" and letter not in JOINING and (kind[0] in "LMC" or kind == "So")


def _each(value: Any, refused: Callable[[str], bool], key: str = "") -> Any:
    """Return plain data with the refused letters of every text in it named; a picture has no room for names."""
    if isinstance(value, str):
        if key == "svg":
            return "".join("?" if refused(letter) else letter for letter in value)
        return coded(value, refused)
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
