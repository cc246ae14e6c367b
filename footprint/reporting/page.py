"""A report as one self-contained page: no network, the same bytes for the same account, and no script unless asked for.

Charts are drawn once, in light colours; for a dark screen the style exchanges each colour for its counterpart.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from footprint._files import shipped
from footprint.charts.theme import counterparts, theme
from footprint.language import Language
from footprint.reporting.blocks import Block, Column, Document, Figures, Notes, Paragraph, Picture, Table, parts
from footprint.reporting.letters import breakable, visible

if TYPE_CHECKING:
    from footprint.reporting.explore import Explored

_COLOUR = re.compile(r'"(#[0-9a-f]{6})"')
_KINDS = {Paragraph: "paragraph", Figures: "figures", Table: "table", Notes: "notes"}


def page(report: Document, words: Language, version: str, live: Explored | None = None) -> str:
    """Return the report as HTML.

    Every text of a stranger's file is escaped by the template engine; charts come as SVG of our own making. The policy
    of the page forbids whatever is not in it, and names its one style, and its scripts where it is ``live``, by their
    hashes.
    """
    from markupsafe import Markup

    environment = _environment()
    macros: Any = environment.get_template("block.html.j2").module
    colours: set[str] = set(_COLOUR.findall(live.data)) if live else set()

    def shown(block: Block) -> Any:
        if isinstance(block, Picture):
            drawn = [(screens, chart.svg()) for screens, chart in block.drawn()]
            colours.update(colour for _, picture in drawn for colour in _COLOUR.findall(picture))
            # Pictures are of our own making: what came from a file was escaped when they were drawn.
            pictures = [(screens, Markup(picture)) for screens, picture in drawn]  # noqa: S704
            return macros.picture(block, pictures, _figures_of(block, words))
        return getattr(macros, _KINDS[type(block)])(block)

    summary = _parted(report.summary)
    parts = {
        "summary": [[shown(block) for block in blocks] for blocks in summary],
        "sections": [(section, [shown(block) for block in section.blocks]) for section in report.sections],
    }
    style = (shipped("templates", "page.html.j2") / "page.css").read_text("utf-8") + _dark(colours)
    scripts = live.scripts if live else ()
    allowed = {"style-src": [style], "script-src": list(scripts)}
    named = [f"{kind} {' '.join(_hashed(text) for text in texts)}" for kind, texts in allowed.items() if texts]
    return environment.get_template("page.html.j2").render(
        report=report,
        words=words,
        parts=parts,
        live=live,
        style=Markup(style),  # noqa: S704 - shipped
        data=Markup(live.embedded) if live else "",  # noqa: S704 - JSON in which no mark-up can stand
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - shipped
        policy="; ".join(["default-src 'none'", *named, "base-uri 'none'", "form-action 'none'"]),
        version=version,
    )


def _parted(blocks: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block], Sequence[Block]]:
    """Return what stands before, in and after the figures and charts that a live page replaces."""
    places = [place for place, block in enumerate(blocks) if isinstance(block, (Figures, Picture))]
    first, end = (places[0], places[-1] + 1) if places else (len(blocks), len(blocks))
    return blocks[:first], blocks[first:end], blocks[end:]


def _dark(colours: set[str]) -> str:
    """Return the style that draws the pictures of a page, which have these colours, in those of a dark screen."""
    dark = counterparts(theme("light"), theme("dark"))
    rules = "".join(
        f'  figure [{kind}="{colour}"] {{ {kind}: {dark[colour]}; }}\n'
        for colour in sorted(colours & dark.keys())
        for kind in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme: dark) {{\n{rules}}}\n" if rules else ""


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


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
