"""What the commands that draw have in common: reading their inputs, and writing a file."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from footprint.charts import Subject


def subject_of(
    inputs: Sequence[str],
    kept: Sequence[str],
    *,
    maps: Sequence[str],
    sets: Sequence[str],
    role: str | None,
    grid_boundary: str,
    allow_unverified: bool,
    factors: Path | None,
    **_: object,
) -> Subject:
    """Return what is drawn: usage files estimated, or a result read."""
    from footprint.batch.columns import pairs
    from footprint.catalogue import open_catalogue
    from footprint.charts.inputs import read

    return read(
        inputs,
        open_catalogue(factors, grid_boundary, allow_unverified),
        columns=pairs(maps, "--map"),
        constants=pairs(sets, "--set"),
        kept=kept,
        role=role,
    )


def day_of(text: str | None) -> datetime.date | None:
    """Read the day that a picture is to bear.

    Raises
    ------
    footprint.errors.UsageError : it is no day
    """
    from footprint.errors import UsageError, clipped

    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date: '{clipped(text)}' is no date; write year-month-day, such as '2026-01-31'.") from None


def written(path: Path, content: bytes) -> None:
    """Write a file beside its place, put it there when it is whole, and say so."""
    from footprint.intake.files import beside

    with beside(path) as draft:
        if draft is not None:
            draft.write_bytes(content)
    click.echo(f"Written: {path}")
