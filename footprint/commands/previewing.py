"""How a dry run of a batch is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from footprint.commands.render import as_json, wrapped
from footprint.errors import clipped

if TYPE_CHECKING:
    from footprint.batch.preview import Preview


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def render_preview(seen: Preview, form: str) -> str:
    """Return what a batch would do, as JSON or as a person reads it."""
    from footprint.results import LABELS

    if form == "json":
        return as_json(seen.as_dict())
    text = []
    for item in seen.inputs:
        how = f"read as {item['reader']}" if item["reader"] != "table" else f"a table of {item['format']}"
        text.extend(wrapped("", f"{click.style(item['name'], bold=True)}: {how}"))
    text.append("")
    rejected = seen.rows - seen.estimated
    put_aside = sum(seen.aside.values())
    said = [f"{_many(seen.rows + put_aside, 'row')}: {seen.estimated:,} would be estimated, {rejected:,} rejected"]
    said[0] += f", {put_aside:,} set aside" if put_aside else ""
    if seen.days:
        said.append(f"from {seen.days[0]} to {seen.days[1]}" if seen.days[0] != seen.days[1] else f"of {seen.days[0]}")
    text.extend(wrapped("", f"{'; '.join(said)}; {_many(seen.combinations, 'combination')} of factors."))
    text.extend(["", click.style("Read", bold=True)])
    for name, column in seen.columns.items():
        text.extend(wrapped("  ", name if name == column else f"{name} from the column {clipped(column, 60)}"))
    for name, value in seen.constants.items():
        text.extend(wrapped("  ", f"{name} = {clipped(value, 60)} for every row"))
    rejections = [
        f"{_many(row['rows'], 'row')}: {row['column']}: {row['reason']}"
        + (f" (such as '{row['example']}')" if row["example"] and row["example"] not in str(row["reason"]) else "")
        for row in seen.rejections
    ]
    missing = [
        f"{LABELS[name]}, {_many(rows, 'row')}: {reason}"
        for name, reasons in seen.missing.items()
        for reason, rows in reasons.items()
    ]
    aside = [f"{_many(rows, 'row')}: {reason}" for reason, rows in seen.aside.items()]
    for title, lines in (
        ("Would be rejected", rejections),
        ("Set aside", aside),
        ("Would not be known", missing),
        ("Notes", seen.notes),
    ):
        if lines:
            text.extend(
                ["", click.style(title, bold=True), *(part for line in lines for part in wrapped("  - ", line))]
            )
    text.extend(["", click.style("A dry run: nothing was computed or written.", dim=True)])
    return "\n".join(text)
