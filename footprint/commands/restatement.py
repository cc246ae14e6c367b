"""How a report that was computed again is printed: old beside new, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from footprint.commands.render import wrapped

if TYPE_CHECKING:
    from footprint.reporting.data import Restatement


def render_restatement(found: Restatement) -> str:
    """Return the totals, old and new, and the factors that differ."""
    from footprint.numbers import exact, number
    from footprint.results import LABELS

    same = found.old_edition == found.new_edition
    title = f"Computed again with edition {found.new_edition}" + ("" if same else f"; it was {found.old_edition}")
    text = [click.style(title, bold=True), ""]
    left = max(len(label) for label in LABELS.values())
    for row in found.rows():
        if row["old"] is None and row["new"] is None:
            continue
        was, now = ("not known" if row[key] is None else number(row[key], 6) for key in ("old", "new"))
        off = "" if row["ratio"] is None else _off(row["ratio"] - 1)
        text.append(f"  {LABELS[row['result']]:<{left}}  {was:>14}  {now:>14} {row['unit']:<12} {off}".rstrip())
    if not found.changed:
        text.extend(["", "Every factor is as it was."])
        return "\n".join(text)
    text.extend(["", click.style("Factors that differ", bold=True)])
    for change in found.changed:
        was, now = ("not used" if change[key] is None else exact(change[key]) for key in ("old", "new"))
        text.extend(wrapped("  - ", f"{change['name']}: {was} before, {now} now ({change['id']})"))
    return "\n".join(text)


def _off(difference: float) -> str:
    return "=" if abs(difference) <= 1e-9 else f"{difference * 100:+.4g} %"
