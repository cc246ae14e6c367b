"""``footprint readers``: the sources that are read, and what each needs."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import click

from footprint.commands.options import FORMATS


@click.command()
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def readers(name: str | None, form: str) -> None:
    """The sources that are read, what each needs, and how to make the export.

    \b
    Examples:
      footprint readers
      footprint readers openai-usage
    """
    from footprint.readers import by_name
    from footprint.readers import readers as every

    if name is not None:
        click.echo(_one(by_name(name), form))
        return
    from footprint.commands.listing import Column, rendered

    rows = [_row(reader) for reader in every().values()]
    columns = [Column(head, functools.partial(_said, head)) for head in ("reader", "source", "makes", "set by you")]
    click.echo(rendered(rows, columns, form, None, "Name one for how to make its export: footprint readers NAME"))


def _said(head: str, row: Mapping[str, Any]) -> str:
    return str(row[head])


def _row(reader: object) -> dict[str, str]:
    from footprint.readers import Reader

    assert isinstance(reader, Reader)  # noqa: S101
    return {
        "reader": reader.name,
        "source": reader.title,
        "makes": ", ".join(reader.kinds),
        "set by you": ", ".join((*reader.needs, *reader.asks)),
    }


def _one(reader: object, form: str) -> str:
    from footprint.commands.render import as_json, wrapped
    from footprint.readers import Reader

    assert isinstance(reader, Reader)  # noqa: S101
    if form == "json":
        return as_json({**_row(reader), "formats": list(reader.forms), "how": reader.help, "counts": reader.counted})
    text = [click.style(f"{reader.name}: {reader.title}", bold=True), ""]
    text.extend(wrapped("", reader.help))
    if reader.counted:
        text.extend(["", *wrapped("", reader.counted)])
    text.extend(["", f"Formats: {', '.join(reader.forms)}. Makes rows of: {', '.join(reader.kinds)}."])
    if reader.needs:
        text.append("The rows do not say, so set it: " + " ".join(f"--set {need}=..." for need in reader.needs))
    if reader.asks:
        text.append(f"It may ask for: {', '.join(reader.asks)}.")
    return "\n".join(text)
