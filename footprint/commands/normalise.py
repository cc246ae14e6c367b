"""``footprint normalise``: any export as the canonical activity table, to be looked at before it is estimated."""

from __future__ import annotations

from pathlib import Path

import click

from footprint.commands.reading import reader_options


@click.command()
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The table: .parquet, .csv or .jsonl."
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of a row, and read nothing.")
@click.option("--allow-overlap", is_flag=True, help="Take the same file twice, or periods that overlap.")
@reader_options
def normalise(
    inputs: tuple[str, ...], output: Path | None, schema: bool, allow_overlap: bool, reader: str | None, options: object
) -> None:
    """Turn exports into the canonical activity table: what was recognised, what is set aside, what cannot be used.

    The table can be given to footprint batch as it is. Without --output the first rows are shown.

    \b
    Examples:
      footprint normalise openai_usage.json
      footprint normalise bills/*.csv -o activity.parquet
    """
    from footprint.commands.render import as_json, wrapped
    from footprint.errors import UsageError
    from footprint.readers import Options, opened
    from footprint.readers.table import schema as table_schema
    from footprint.readers.writing import shown, written

    if schema:
        click.echo(as_json(table_schema()))
        return
    if not inputs:
        raise UsageError("name the files to normalise, or --schema.")
    assert isinstance(options, Options)  # noqa: S101
    with opened(inputs, None, allow_overlap, reader=reader, options=options) as items:
        for item in items:
            if not item.canonical:
                raise UsageError(
                    f"{item.name}: no reader knows it. Its columns can be mapped by footprint batch --map; "
                    "the sources that are read: footprint readers."
                )
        counts = written(items, output)
        for item, count in zip(items, counts, strict=True):
            click.echo(click.style(f"{item.name}: {item.reader}", bold=True))
            click.echo("\n".join(wrapped("  ", count.text)))
            for note in (*count.aside, *count.rejected, *item.notes):
                click.echo("\n".join(wrapped("  - ", note)))
        if output is None:
            click.echo("")
            click.echo(shown(items))
