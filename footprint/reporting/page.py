"""A report as one self-contained page: no network, no script, the same bytes for the same account."""

from __future__ import annotations

import functools
from typing import Any

from footprint._files import shipped
from footprint.language import Language
from footprint.reporting.blocks import Block, Column, Document, Figures, Notes, Paragraph, Picture, Table

_KINDS = {Paragraph: "paragraph", Figures: "figures", Table: "table", Notes: "notes"}


def page(report: Document, words: Language, version: str) -> str:
    """Return the report as HTML.

    Every text of a stranger's file is escaped by the template engine; charts come as SVG of our own making.
    """
    from markupsafe import Markup

    environment = _environment()
    macros: Any = environment.get_template("block.html.j2").module

    def shown(block: Block) -> Any:
        if isinstance(block, Picture):
            chart = block.chart
            numeric = [all(_is_number(row[place]) for row in chart.cells) for place in range(len(chart.heads))]
            columns = tuple(Column(head, kind) for head, kind in zip(chart.heads, numeric, strict=True))
            table = Table(words("The figures of this chart"), columns, chart.cells)
            # Pictures are of our own making: what came from a file was escaped when they were drawn.
            pictures = (Markup(chart.svg()), Markup(block.dark.svg()))  # noqa: S704
            return macros.picture(block, *pictures, table)
        return getattr(macros, _KINDS[type(block)])(block)

    style = Markup((shipped("templates", "page.html.j2") / "page.css").read_text("utf-8"))  # noqa: S704 - shipped
    template = environment.get_template("page.html.j2")
    return template.render(report=report, words=words, shown=shown, style=style.strip(), version=version)


def _is_number(text: str) -> bool:
    return not text or text[0] in "0123456789-−<>—"


@functools.cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(shipped("templates", "page.html.j2")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
