"""``footprint report``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from footprint.commands.options import GRID_BOUNDARIES, Estimating, factors_option
from footprint.commands.reading import mapping_option, reader_options
from footprint.language import LANGUAGES

if TYPE_CHECKING:
    from footprint.readers import Options


@click.command(cls=Estimating)
@click.argument("inputs", nargs=-1, metavar="INPUT-OR-RESULT...")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Report: .html, .pdf, .xlsx, .md or .json; give several for the same report in several formats.",
)
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="TOML file with title, organisation, boundary, period, role, language and so on.",
)
@click.option("--map", "maps", multiple=True, metavar="NAME=COLUMN", help="Which column is which, as for batch.")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="The same for every row, as for batch.")
@mapping_option
@reader_options
@click.option(
    "--interactive",
    is_flag=True,
    help="A page (.html) in which a reader picks a month or a group, and figures and charts follow.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language, before that of the definition.")
@click.option(
    "--grid-boundary",
    type=click.Choice(GRID_BOUNDARIES),
    default="lifecycle",
    show_default=True,
    help="Which grid factors to use; the two are never mixed.",
)
@factors_option
@click.option("--date", "made", metavar="DATE", help="Date that the report bears; today if not given.")
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compute a report again that was written as .json, and print old beside new.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a report written as .json, and do nothing else.")
def report(
    inputs: tuple[str, ...],
    outputs: tuple[Path, ...],
    definition: Path | None,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    interactive: bool,
    lang: str | None,
    grid_boundary: str,
    factors: Path | None,
    made: str | None,
    replay: Path | None,
    schema: bool,
    mapping: Path | None,
    reader: str | None,
    options: Options,
) -> None:
    """Write a report: a page, a PDF, a workbook, a text, and data from which it can be computed again.

    Inputs are files of usage, as for batch, and results that were written before, in any mixture: the JSON of query,
    training, datacenter, instance and batch (--format json), and reports written as .json. What happened is read from a
    result and computed again with the factors of this run; its figures are never copied.

    \b
    Examples:
      footprint report usage.csv --set region=US -o report.html -o report.json
      footprint report usage.csv --definition report.toml -o rapport.html --lang fr
      footprint report usage.csv training.json hall.json -o report.xlsx
      footprint report --replay report.json
      footprint report --schema > report.schema.json
    """
    from footprint.catalogue import open_catalogue
    from footprint.errors import UsageError

    if schema:
        from footprint.reporting.schema import schema_text

        click.echo(schema_text(), nl=False)
        return
    catalogue = open_catalogue(factors, grid_boundary)
    if replay:
        if inputs or outputs:
            raise UsageError("--replay computes one report again: give no other input and no output.")
        from footprint.commands.restatement import render_restatement
        from footprint.reporting.data import replay as replayed

        click.echo(render_restatement(replayed(replay, catalogue)))
        return
    if not inputs or not outputs:
        raise UsageError("a report needs usage files or results, and an output (-o report.html).")
    import dataclasses

    from footprint.batch.mapping import told
    from footprint.reporting import Definition, account, format_of, read_definition, write

    for path in outputs:
        format_of(path)
    if interactive and not any(format_of(path) == ".html" for path in outputs):
        raise UsageError("--interactive makes a page: give an output such as -o report.html.")
    said = read_definition(definition) if definition else Definition()
    if lang:
        said = dataclasses.replace(said, language=lang)
    read_as = told(maps, sets, mapping, reader, options)
    standing = account(
        inputs,
        said,
        columns=read_as.columns,
        constants=read_as.constants,
        reader=read_as.reader,
        options=read_as.options,
        catalogue=catalogue,
        command=_command(),
        made=_moment(made) if made else None,
    )
    for path in outputs:
        write(standing, path, interactive=interactive)
        click.echo(f"Written: {path}")


def _command() -> str:
    import shlex
    import sys

    return shlex.join(["footprint", *sys.argv[1:]])


def _moment(text: str) -> datetime.datetime:
    from footprint.errors import UsageError, clipped

    try:
        day = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date: '{clipped(text)}' is no date; write year-month-day, such as '2026-01-31'.") from None
    return day if day.tzinfo else day.replace(tzinfo=datetime.UTC)
