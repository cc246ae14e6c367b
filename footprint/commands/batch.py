"""``footprint batch``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.commands.options import (
    FORMATS,
    GRID_BOUNDARIES,
    Estimating,
    factors_option,
    role_option,
    unverified_option,
)
from footprint.commands.reading import mapping_option, reader_options

if TYPE_CHECKING:
    from footprint.batch import Summary
    from footprint.catalogue import Catalogue

_FILES = ("csv", "jsonl", "parquet")


@click.command(cls=Estimating)
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Estimated rows: .parquet, .csv or .jsonl."
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rows that were not estimated, each with its reason.",
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="NAME=COLUMN",
    help="Which column is which, such as output_tokens=GeneratedTokens.",
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=VALUE",
    help="The same for every row, such as model=gpt-4o or region=US.",
)
@mapping_option
@click.option(
    "--dry-run", is_flag=True, help="Say what would be read, estimated and missing; compute and write nothing."
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="One Parquet file for each input, instead of --output; what the folder holds already is not estimated again.",
)
@click.option(
    "--partition-by",
    metavar="COLUMNS",
    help="Part the output by these columns, such as team,month: --output is a new folder then, of Parquet.",
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of an estimated row, and read nothing.")
@click.option("--by", metavar="COLUMNS", help="Totals by these columns, such as team,model.")
@click.option(
    "--engine",
    type=click.Choice(("duckdb", "polars")),
    help="Which engine runs the plan, to the same numbers; by default the faster one for each pass.",
)
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    default=100.0,
    show_default=True,
    metavar="PERCENT",
    help="Exit with status 3 when a smaller share of rows or tokens was estimated.",
)
@click.option(
    "--input-format", type=click.Choice(_FILES), help="Format of the inputs, where their content does not tell."
)
@click.option("--output-format", type=click.Choice(_FILES), help="Format of the output, where its name does not tell.")
@click.option("--allow-overlap", is_flag=True, help="Take the same file twice, or periods of a source that overlap.")
@reader_options
@click.option(
    "--grid-boundary",
    type=click.Choice(GRID_BOUNDARIES),
    default="lifecycle",
    show_default=True,
    help="Which grid factors to use; the two are never mixed.",
)
@role_option
@unverified_option
@click.option("--row-ranges", is_flag=True, help="Write low and high of every result of every row, too.")
@click.option("--drivers", is_flag=True, help="Print which inputs make the totals uncertain, by share of variance.")
@factors_option
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Format of the summary."
)
def batch(
    inputs: tuple[str, ...],
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    by: str | None,
    engine: str | None,
    min_coverage: float,
    grid_boundary: str,
    factors: Path | None,
    role: str | None,
    allow_unverified: bool,
    form: str,
    mapping: Path | None,
    dry_run: bool,
    into: Path | None,
    partition_by: str | None,
    schema: bool,
    **options: Any,
) -> None:
    """Estimate each row of usage files: an export that a reader knows, or a table; '-' is the standard input.

    A file, a folder of them, or a pattern; packed with gzip or not. The export of a source is recognised from the file
    itself (footprint readers lists them). Of any other table, columns are recognised by their public names (date,
    model, region, provider, requests, input_tokens, output_tokens); others are mapped with --map, and what is the
    same for every row is set with --set. A row that cannot be estimated is rejected with its reason, never guessed.

    \b
    Examples:
      footprint batch usage.csv -o footprint.parquet --set region=US --by team,model
      footprint batch trace.csv -o out.csv --rejects rejected.csv --map input_tokens=ContextTokens \\
        --map output_tokens=GeneratedTokens --set model=gpt-4o --set region=US
      footprint batch exports/ --set region=aws:eu-west-1 --by project --format json

    Exit status: 0 all went well, 1 a file cannot be used, 2 the request cannot be understood, 3 coverage below
    --min-coverage.
    """
    from footprint.batch import run_batch
    from footprint.batch.growing import grow
    from footprint.batch.mapping import told as read_as
    from footprint.batch.preview import preview
    from footprint.catalogue import open_catalogue
    from footprint.commands.previewing import render_preview
    from footprint.commands.watching import watched
    from footprint.errors import UsageError

    if schema:
        from footprint.batch.outputs import schema as row_schema
        from footprint.commands.render import as_json

        click.echo(as_json(row_schema()))
        return
    if not inputs:
        raise UsageError("name the files to estimate, or '-' for the standard input.")
    catalogue = open_catalogue(factors, grid_boundary, allow_unverified)
    found = read_as(maps, sets, mapping, options["reader"], options["options"])
    columns, constants = found.columns, found.constants
    options |= {"reader": found.reader, "options": found.options}
    groups, parts = (
        list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip())) if names else []
        for names in (by, partition_by)
    )
    if dry_run:
        told = {name: options[name] for name in ("input_format", "allow_overlap", "reader", "options")}
        told |= {"by": groups, "parts": parts, "engine_name": engine, "output": options["output"]}
        seen = preview(inputs, columns=columns, constants=constants, catalogue=catalogue, **told)
        click.echo(render_preview(seen, form))
        return
    if into is not None:
        if options["output"] or options["rejects"] or options["drivers"] or parts:
            raise UsageError(
                "--into writes files of its own: leave out --output, --rejects, --drivers and --partition-by."
            )
        told = {name: options[name] for name in ("input_format", "allow_overlap", "reader", "options", "row_ranges")}
        grown = grow(
            inputs,
            into,
            columns=columns,
            constants=constants,
            by=groups,
            engine_name=engine,
            catalogue=catalogue,
            told=lambda name: click.echo(f"estimating {name}", err=True) if form == "table" else None,
            **told,
        )
        if form == "table":
            counts = ((grown.new, "new"), (grown.replaced, "estimated anew"), (grown.kept, "as they were"))
            said = ", ".join(f"{len(files):,} {what}" for files, what in counts if files)
            click.echo(f"{into}: {said or 'nothing'}; the totals are of all that it holds.\n")
        _end(grown.summary, form, role, min_coverage, catalogue, grid_boundary)
        return
    with watched() as watch:
        summary = run_batch(
            inputs,
            columns=columns,
            constants=constants,
            by=groups,
            engine_name=engine,
            catalogue=catalogue,
            # A report of the JSON can then be cut by days.
            kept=("month", "model", "region") if form == "json" else (),
            parts=parts,
            watch=watch,
            **options,
        )
    _end(summary, form, role, min_coverage, catalogue, grid_boundary)


def _end(
    summary: Summary, form: str, role: str | None, min_coverage: float, catalogue: Catalogue, grid_boundary: str
) -> None:
    """Print the summary, and leave with the status that its coverage means."""
    from footprint.commands.summary import Reported, render_summary
    from footprint.scopes import claims

    reported = None
    if role:
        rows = [catalogue.row("providers", host) or {} for host in summary.hosts]
        reported = Reported(role, *claims(role, [row.get("kind") for row in rows], grid_boundary))
    click.echo(render_summary(summary, form, reported))
    if summary.coverage < min_coverage / 100:
        click.get_current_context().exit(3)
