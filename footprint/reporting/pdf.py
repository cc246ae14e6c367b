"""A report as a PDF, typeset by Typst: tagged for screen readers (PDF/UA-1), and made to be kept (PDF/A-2a).

What the report says reaches the template as data. No text of a stranger's file is ever a part of its markup.
"""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from footprint._files import shipped
from footprint.errors import FootprintError
from footprint.language import Language
from footprint.reporting.blocks import Block, Document, Figures, Notes, Paragraph, Picture, Table, Text, parts
from footprint.reporting.letters import breakable, coded, visible

#: Level a of PDF/A-2: it can be read in a hundred years, and read aloud.
STANDARDS = ("a-2a", "ua-1")
#: A space of no width, at which a line may end.
_ZERO = "\u200b"
#: What Typst says of a letter that no font has, or that no such PDF may hold.
_NAMED = re.compile(r'the text `"(.+?)"` could not be displayed|codepoint `"(.+?)"`', re.DOTALL)


def pdf(report: Document, words: Language, made: datetime.datetime) -> bytes:
    """Return the report as a PDF: the same bytes for the same report and time."""
    template = (shipped("templates", "page.html.j2") / "report.typ").read_bytes()
    given = _as_given(report, words)
    # The fonts inside Typst come first, alone: they are the same on every machine, and so are the bytes. Letters that
    # they lack are looked for in the fonts of the machine, and what no font has is shown by its number.
    refused: set[str] = set()
    for alone in (True, False, False, False):
        try:
            return _compiled(template, given, refused, made, alone)
        except _LettersError as error:
            refused |= set() if alone else error.letters
    return _compiled(template, given, None, made, alone=True)


class _LettersError(Exception):
    """A text has letters that cannot be shown."""

    def __init__(self, letters: set[str]) -> None:
        super().__init__()
        self.letters = letters


def _compiled(template: bytes, given: Any, refused: set[str] | None, made: datetime.datetime, alone: bool) -> bytes:
    import typst

    def lettered(text: str) -> str:
        """Return a text without the letters that were refused; None refuses all but the Latin ones."""
        return coded(text, (lambda c: c > "\u024f" and c.isalnum()) if refused is None else refused.__contains__)

    try:
        made_of: Any = typst.compile(
            template,
            sys_inputs={"report": json.dumps(_each(given, lettered), ensure_ascii=False)},
            ignore_system_fonts=alone,
            pdf_standards=list(STANDARDS),  # type: ignore[arg-type]
            timestamp=made,
        )
    except typst.TypstError as error:
        letters = {letter for match in _NAMED.finditer(str(error.diagnostic)) for letter in _letters(match)}
        if letters:
            raise _LettersError(letters) from None
        raise FootprintError(f"the PDF could not be made: {error.message}") from error
    return bytes(made_of)


def _letters(match: re.Match[str]) -> str:
    """Return the letters that a message of Typst names; some it gives by their number."""
    named = match[1] or match[2]
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), named)


def _each(value: Any, changed: Callable[[str], str]) -> Any:
    """Return plain data with every text in it changed."""
    if isinstance(value, str):
        return changed(value)
    if isinstance(value, list):
        return [_each(item, changed) for item in value]
    if isinstance(value, dict):
        return {key: _each(item, changed) for key, item in value.items()}
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
            return {"kind": "picture", "svg": block.chart.svg(), "alt": visible(block.chart.description)}
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
