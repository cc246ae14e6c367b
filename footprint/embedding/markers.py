"""Where the embeds of a page stand: between comments, and never inside of code."""

from __future__ import annotations

import bisect
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from footprint.errors import clipped


@dataclass(frozen=True, slots=True)
class Marker:
    """An embed of a page: its entries, and the text between its two comments."""

    #: its entries, and the line of the page in which they begin
    text: str
    line: int
    #: where its body and its closing comment begin, and where that ends
    begin: int
    end: int
    after: int
    #: edition and day of what stands there, if it was made before
    edition: str | None
    day: datetime.date | None
    #: what each line of a block begins with: blanks of a list, signs of a quote; None inside of a line
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and in which line of the page."""

    line: int
    message: str


_COMMENT = re.compile(r"<!--\s*(?:footprint\s*:|/footprint(?![\w-]))")
_STAMP = re.compile(r"\s*([0-9a-f]{6,64})\s+(\d{4}-\d{2}-\d{2})\s*")


def find(page: str, code: bool = True) -> tuple[list[Marker], list[Fault]]:
    """Return the embeds of a page in their order, and what is wrong with its comments.

    >>> found, faults = find("It took <!-- footprint: number: energy; of: training gpt-3 -->1<!-- /footprint -->.")
    >>> found[0].text.strip(), found[0].prefix, faults
    ('number: energy; of: training gpt-3', None, [])
    """
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", page))]
    shown = sorted(_code(page)) if code else []
    markers: list[Marker] = []
    faults: list[Fault] = []
    opened: tuple[re.Match[str], int] | None = None
    at = place = 0
    while comment := _COMMENT.search(page, at):
        line = bisect.bisect_right(starts, comment.start())
        while place < len(shown) and shown[place][1] <= comment.start():
            place += 1
        if place < len(shown) and shown[place][0] <= comment.start():
            at = shown[place][1]
            continue
        end = page.find("-->", comment.end())
        closing = "/" in comment[0]
        at = end + 3 if end >= 0 else len(page)
        if end < 0:
            faults.append(Fault(line, "a comment of footprint is opened and not closed: end it with -->."))
        elif closing and opened is None:
            faults.append(
                Fault(line, "<!-- /footprint --> closes nothing: no <!-- footprint: ... --> stands before it.")
            )
        elif closing and opened:
            entries, begin = opened
            markers.append(_marker(page, starts, entries, begin, comment, end))
            opened = None
        elif opened:
            faults.append(Fault(_line(starts, opened[0].start()), _UNCLOSED))
            opened = comment, end
        else:
            opened = comment, end
    if opened:
        faults.append(Fault(_line(starts, opened[0].start()), _UNCLOSED))
    return markers, sorted(faults, key=lambda fault: fault.line)


_UNCLOSED = "this embed is not closed: write <!-- /footprint --> where its figure ends."


def _line(starts: list[int], at: int) -> int:
    return bisect.bisect_right(starts, at)


def _marker(
    page: str, starts: list[int], opening: re.Match[str], ended: int, closing: re.Match[str], end: int
) -> Marker:
    line = _line(starts, opening.start())
    before = page[starts[line - 1] : opening.start()].removeprefix("\ufeff")
    stamp = _STAMP.fullmatch(page[closing.end() : end])
    day = None
    if stamp:
        try:
            day = datetime.date.fromisoformat(stamp[2])
        except ValueError:
            stamp = None
    return Marker(
        text=page[opening.end() : ended],
        line=_line(starts, opening.end()),
        begin=ended + 3,
        end=closing.start(),
        after=end + 3,
        edition=stamp[1] if stamp else None,
        day=day,
        prefix=before if re.fullmatch(r"[\s>]*", before) else None,
    )


_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)")
_ITEM = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|(?:!!!|\?\?\?\+?|===|\[\^|:[ \t]))")


def _code(page: str) -> Iterator[tuple[int, int]]:
    """Yield where the code of a Markdown page stands: fences, indented blocks, and code in a line."""
    fence, begin, at = "", 0, 0
    prose: list[tuple[int, int]] = []
    blank, inside, indented = True, False, False
    for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", page):
        start, at = at, at + len(line)
        text = line.rstrip("\r\n").removeprefix("\ufeff")
        mark = _FENCE.match(text)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                yield begin, at
                fence = ""
            continue
        if mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence, begin, blank, indented = mark[1], start, False, False
            continue
        deep = text.expandtabs(4).startswith("    ")
        if not text.strip():
            blank = True
        elif deep and (indented or (blank and not inside)):
            indented, blank = True, False
            yield start, at
            continue
        else:
            # Below an item of a list, what is indented belongs to the item.
            inside = bool(_ITEM.match(text)) or (inside and (deep or text[:1] in " \t" or not blank))
            indented, blank = False, False
        prose.append((start, at))
    if fence:
        yield begin, len(page)
    yield from _in_lines(page, prose)


def _in_lines(page: str, prose: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where code stands in lines; it may run over several lines of a paragraph."""
    paragraphs: list[tuple[int, int]] = []
    for start, end in prose:
        if not page[start:end].strip():
            continue
        if paragraphs and paragraphs[-1][1] == start:
            paragraphs[-1] = paragraphs[-1][0], end
        else:
            paragraphs.append((start, end))
    for start, end in paragraphs:
        yield from _in_paragraph(page, start, end)


_TICKS = re.compile(r"(\\?)(`+)")


def _in_paragraph(page: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where code stands in a paragraph: between runs of as many ticks, of which none stands in a comment."""
    runs = list(_TICKS.finditer(page, start, end))
    closing: list[int | None] = []
    following: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):
        closing.append(following.get(len(runs[place][2])))
        following[len(runs[place][2])] = place
    closing.reverse()
    comment, place = page.find("<!--", start, end), 0
    while place < len(runs):
        at, twin = runs[place].start(2), closing[place]
        if 0 <= comment < at:
            ended = page.find("-->", comment, end)
            comment = -1 if ended < 0 else page.find("<!--", ended + 3, end)
            while place < len(runs) and runs[place].start(2) < ended:
                place += 1
        elif runs[place][1] or twin is None:
            place += 1
        else:
            yield at, runs[twin].end()
            place = twin + 1
            if 0 <= comment < runs[twin].end():
                comment = page.find("<!--", runs[twin].end(), end)


def clip(text: str) -> str:
    """Return a text of a page as a message quotes it."""
    return clipped(re.sub(r"<[^>]*>|&nbsp;", " ", text), 100)
