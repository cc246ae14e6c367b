"""A report as one self-contained page: no network, no script, the same bytes for the same account."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import Any

from footprint._files import shipped
from footprint.language import Language
from footprint.reporting.blocks import Block, Column, Document, Figures, Notes, Paragraph, Picture, Table, parts
from footprint.reporting.letters import breakable, visible

_KINDS = {Paragraph: "paragraph", Figures: "figures", Table: "table", Notes: "notes"}


def page(report: Document, words: Language, version: str) -> str:
    """Return the report as HTML.

    Every text of a stranger's file is escaped by the template engine; charts come as SVG of our own making. The policy
    of the page forbids whatever is not in it, scripts above all, and names its one style by its hash.
    """
    from markupsafe import Markup

    environment = _environment()
    macros: Any = environment.get_template("block.html.j2").module

    def shown(block: Block) -> Any:
        if isinstance(block, Picture):
            # Pictures are of our own making: what came from a file was escaped when they were drawn.
            drawn = [(kind, Markup(chart.svg())) for kind, chart in block.drawn()]  # noqa: S704
            return macros.picture(block, drawn, _figures_of(block, words))
        return getattr(macros, _KINDS[type(block)])(block)

    style = (shipped("templates", "page.html.j2") / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        report=report,
        words=words,
        shown=shown,
        style=Markup(style),  # noqa: S704 - shipped
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        version=version,
    )


def _figures_of(picture: Picture, words: Language) -> Table:
    """Return the numbers of a chart as a table."""
    chart = picture.chart
    numeric = [all(_is_number(row[place]) for row in chart.cells) for place in range(len(chart.heads))]
    columns = tuple(Column(head, kind) for head, kind in zip(chart.heads, numeric, strict=True))
    return Table(words("The figures of this chart"), columns, chart.cells)


def _is_number(text: str) -> bool:
    return not text or text[0] in "0123456789-−<>—"


def _as_shown(value: Any) -> Any:
    """Return a text without letters that act; markup is of our own making, and stays."""
    return visible(value) if type(value) is str else value


def _breakable(text: str) -> Any:
    """Return a text with the places at which a line may end."""
    from markupsafe import Markup

    return Markup("<wbr>").join(breakable(visible(text)))  # what is joined is escaped


@functools.cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(shipped("templates", "page.html.j2")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
        finalize=_as_shown,
    )
    environment.globals |= {"parts": parts, "breakable": _breakable}
    return environment
