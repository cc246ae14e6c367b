"""``footprint badge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.charts import MEASURES
from footprint.commands.options import (
    GRID_BOUNDARIES,
    drawing_options,
    factors_option,
    role_option,
    unverified_option,
)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Picture: .svg.")
@click.option("--measure", type=click.Choice(MEASURES), default="carbon", show_default=True, help="Which figure.")
@click.option("--label", metavar="TEXT", help="What stands left of the figure.")
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
def badge(inputs: tuple[str, ...], output: Path, measure: str, label: str | None, **options: Any) -> None:
    """Draw one figure as a small picture for a README; its title says the range, the period and the edition.

    \b
    Examples:
      footprint badge usage.csv --set region=US -o footprint.svg
      footprint badge usage.csv --set region=US --measure energy --label "Our assistant" -o energy.svg
    """
    from footprint.charts.badge import badge as drawn
    from footprint.commands.drawing import day_of, subject_of, written
    from footprint.errors import UsageError, clipped

    if output.suffix.lower() != ".svg":
        raise UsageError(f"{clipped(output.name)}: a badge is written as .svg.")
    subject = subject_of(inputs, ("month",), **options)
    made = day_of(options["made"])
    text = drawn(subject, language=options["lang"], measure=measure, label=label, made=made)
    written(output, text.encode())
