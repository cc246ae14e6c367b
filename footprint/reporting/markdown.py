"""A report as Markdown: the same blocks, charts by their text alternatives."""

from __future__ import annotations

import re

from footprint.reporting.blocks import Block, Document, Figure, Figures, Notes, Paragraph, Picture, Table, Text, parts
from footprint.reporting.letters import visible

#: Spaces and ends of lines, without those that hold a number and its unit together.
_SPACES = re.compile(r"[ \t\n\r\f\v\x85\u2028\u2029]+")


def markdown(report: Document) -> str:
    """Return the report as Markdown; every text of a stranger's file is shown as it is."""
    lines = [f"# {_plain(report.title)}", ""]
    if report.kicker:
        lines += [_plain(report.kicker), ""]
    for block in report.summary:
        lines += [*_lines(block), ""]
    for section in report.sections:
        lines += [f"## {_plain(section.title)}", ""]
        for block in section.blocks:
            lines += [*_lines(block), ""]
    lines += ["---", "", _plain(report.foot), ""]
    return "\n".join(lines)


def _lines(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        text = _plain(block.text)
        return [{"head": f"### {text}", "alert": f"> **{text}**", "note": f"*{text}*"}.get(block.kind, text)]
    if isinstance(block, Figures):
        return [f"- {_plain(item.label)} **{_plain(_value(item))}** ({_plain(item.note)})" for item in block.items]
    if isinstance(block, Notes):
        return [f"- {_plain(item)}" for item in block.items]
    if isinstance(block, Picture):
        return [_plain(block.chart.alt)]
    return _table(block)


def _value(item: Figure) -> str:
    return f"{item.value} {item.unit}".strip()


def _table(block: Table) -> list[str]:
    heads = [_plain(column.head) for column in block.columns]
    rule = ["--:" if column.numeric else ":--" for column in block.columns]
    rows = [[_plain(cell) for cell in row] for row in block.rows]
    lines = [f"**{_plain(block.caption)}**", "", *(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))]
    return [*lines, "", f"*{_plain(block.note)}*"] if block.note else lines


def _plain(text: Text) -> str:
    """Return a text that Markdown shows as it is, in one line."""
    whole = _SPACES.sub(" ", visible("".join(part.text for part in parts(text))))
    shown = "".join("\\" + c if c in "\\|*_`[]<>#~&!$" else c for c in whole.strip(" "))
    return _BEGINS.sub(r"\1\\\2", shown)


#: What would begin a list, or underline what stands above, at the head of a line.
_BEGINS = re.compile(r"^(\d*)((?<=\d)[.)](?=\s|$)|(?<!\d)[-+=](?=[-+=\s]|$))")
