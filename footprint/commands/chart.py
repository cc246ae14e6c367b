"""``footprint chart``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.charts import CHARTS, MEASURES
from footprint.charts.theme import THEMES
from footprint.commands.options import (
    GRID_BOUNDARIES,
    drawing_options,
    factors_option,
    role_option,
    unverified_option,
)

if TYPE_CHECKING:
    from footprint.charts import Chart

#: Click wraps a help but for paragraphs that begin with a backspace.
_HELP = """Draw a chart of usage files, or of a result: SVG, PNG, Vega-Lite JSON, or a page.

INPUT is usage as for footprint batch, or one file that footprint query, training, instance or datacenter wrote with
--format json. Without -o the text alternative and the numbers are printed.

\b
Charts:
{names}

\b
Examples:
  footprint chart month usage.csv --set region=US -o month.svg
  footprint chart team usage.csv --set region=US --lang fr --theme dark -o equipes.png
  footprint chart group usage.csv --set region=US --by model --measure water -o models.html
  footprint chart drivers usage.csv --set region=US --alt
"""


@click.command(help=_HELP.format(names="\n".join(f"  {name:<12}  {text}" for name, text in CHARTS.items())))
@click.argument("name", type=click.Choice(list(CHARTS)), metavar="NAME")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Picture: .svg, .png, .json (Vega-Lite) or .html; give several for the same chart in several formats.",
)
@click.option("--alt", is_flag=True, help="Print the text alternative.")
@click.option("--theme", type=click.Choice(list(THEMES)), default="light", show_default=True, help="For which page.")
@click.option("--width", type=int, default=720, show_default=True, metavar="PIXELS", help="Of the whole picture.")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="carbon", show_default=True, help="What a chart of one shows."
)
@click.option("--by", metavar="COLUMN", help="Column of the charts 'group' and 'flow'.")
@drawing_options
@role_option
@click.option(
    "--grid-boundary",
    type=click.Choice(GRID_BOUNDARIES),
    default="lifecycle",
    show_default=True,
    help="Which grid factors to use; the two are never mixed.",
)
@unverified_option
@factors_option
def chart(
    name: str,
    inputs: tuple[str, ...],
    outputs: tuple[Path, ...],
    alt: bool,
    theme: str,
    width: int,
    measure: str,
    by: str | None,
    **options: Any,
) -> None:
    """Draw a chart; its help stands above, with the names of the charts."""
    from footprint import charts
    from footprint.commands.drawing import day_of, subject_of, written

    charts.check(name, by)
    formats = {path: _format(path) for path in outputs}
    subject = subject_of(inputs, charts.columns(name, by), **options)
    drawn = charts.draw(
        name,
        subject,
        language=options["lang"],
        theme=theme,
        width=width,
        measure=measure,
        by=by,
        made=day_of(options["made"]),
    )
    for path, form in formats.items():
        written(path, _picture(drawn, form))
    if alt:
        click.echo(drawn.description)
    elif not outputs:
        click.echo(f"{drawn.description}\n\n{drawn.markdown()}", nl=False)


def _format(path: Path) -> str:
    from footprint.errors import UsageError, clipped

    form = path.suffix.lower()
    if form not in (".svg", ".png", ".json", ".html"):
        raise UsageError(f"{clipped(path.name)}: a chart is written as .svg, .png, .json or .html.")
    return form


def _picture(drawn: Chart, form: str) -> bytes:
    if form == ".png":
        return drawn.png()
    return {".svg": drawn.svg, ".json": drawn.json, ".html": drawn.html}[form]().encode()
