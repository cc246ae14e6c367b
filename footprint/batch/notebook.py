"""Totals as notebooks show them: text, and a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.batch.inventory import Group
from footprint.numbers import shown, shown_range, supported
from footprint.results import ASIDE, LABELS, RESULTS
from footprint.units import Quantity

_HEADS = ("estimated", "value", "90 % range", "rows behind")


def bundle(total: Group, said: str, edition: str) -> dict[str, str]:
    """Return the totals of a batch, with ``said`` above and the edition below."""
    rows = [_HEADS, *_rows(total)]
    foot = f"factors of edition {edition}"
    wide = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    text = [
        f"{row[0]:<{wide[0]}}  {row[1]:>{wide[1]}}  {row[2]:<{wide[2]}}  {row[3]:>{wide[3]}}".rstrip() for row in rows
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    table = [lines[0], "| :-- | --: | :-- | --: |", *lines[1:]]
    return {
        "text/plain": "\n".join([said, *text, foot]),
        "text/markdown": "\n".join([said, "", *table, "", foot]),
    }


def _rows(total: Group) -> Iterator[tuple[str, str, str, str]]:
    for name, label in LABELS.items():
        value = total.totals[name]
        if value is None:
            if name not in ASIDE:
                yield label, "not known", "", "0"
            continue
        unit = RESULTS[name]
        low, high = total.ranges.get(name, (value, value))
        between = shown_range(*(Quantity(amount, unit) for amount in (value, low, high)))
        yield label, shown(Quantity(value, unit), supported(low, value, high)), between, f"{total.known[name]:,}"
