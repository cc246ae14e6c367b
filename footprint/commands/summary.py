"""How the summary of a batch is printed."""

from __future__ import annotations

import csv
import io
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from footprint.commands.render import as_json, driver_table, escaped, safe_cell, wrapped
from footprint.errors import clipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from footprint.batch import Group, Summary
    from footprint.scopes import Claim


@dataclass(frozen=True, slots=True)
class Reported:
    """Who reports a batch, and the scope and category of each carbon result that follow from it."""

    role: str
    scopes: dict[str, Claim]
    warnings: tuple[str, ...]


def render_summary(summary: Summary, form: str, reported: Reported | None = None) -> str:
    """Return the summary in one of the formats of the command line."""
    if form == "json":
        return as_json(_document(summary, reported))
    if form == "csv":
        return _csv(summary)
    return _markdown(summary, reported) if form == "md" else _table(summary, reported)


def _document(summary: Summary, reported: Reported | None) -> dict[str, Any]:
    document = summary.as_dict()
    if reported:
        document["role"] = reported.role
        document["scopes"] = {name: claim.as_dict() for name, claim in reported.scopes.items()}
        document["warnings"] = [*document["warnings"], *reported.warnings]
    return document


#: What a group shows on a terminal: heading, result.
_SHOWN = (
    ("at the meter", "facility_energy"),
    ("location-based", "carbon_location"),
    ("water on site", "water_site"),
    ("water of the grid", "water_grid"),
)


def _cells(group: Group) -> list[str]:
    from footprint.numbers import shown, supported
    from footprint.results import RESULTS
    from footprint.units import Quantity

    cells = []
    for _, name in _SHOWN:
        total = group.totals[name]
        if total is None:
            cells.append("not known")
            continue
        low, high = group.ranges.get(name, (total, total))
        cells.append(shown(Quantity(total, RESULTS[name]), supported(low, total, high)))
    return cells


def _counts(summary: Summary) -> str:
    aside = sum(summary.aside.values())
    text = f"{_rows(summary.rows_in)} in, {summary.estimated:,} estimated, {summary.rejected:,} rejected"
    text += f", {aside:,} set aside" if aside else ""
    for name, count in summary.tokens.items():
        text += f"; {count or 0:,} {name.replace('_', ' ')}"
    if aside and not summary.rows:
        text += "; no row is a use that has a figure"
    if summary.token_coverage is not None:
        text += f"; {_percent(summary.token_coverage)} of tokens covered"
    return text + "."


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _percent(share: float) -> str:
    """Return a share as a percentage that says 100 only for all."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.99):.2f} %"


def _totals(summary: Summary) -> Iterator[tuple[str, str, str, str]]:
    """Yield each total as a reader sees it: its label, value, range, and of how many rows it is if not of all."""
    from footprint.numbers import shown, shown_range, supported
    from footprint.results import ASIDE, LABELS, RESULTS
    from footprint.units import Quantity

    for name, label in LABELS.items():
        total = summary.total.totals[name]
        if total is None:
            if name not in ASIDE:
                yield label, "not known", "", ""
            continue
        value = Quantity(total, RESULTS[name])
        low, high = summary.total.ranges.get(name, (total, total))
        between = shown_range(value, Quantity(low, RESULTS[name]), Quantity(high, RESULTS[name]))
        behind = summary.total.known[name]
        note = "" if behind == summary.total.rows else f"of {_rows(behind)}"
        yield label, shown(value, supported(low, total, high)), between, note


def _stated(summary: Summary) -> list[str]:
    """Return what sources state of themselves, with ours for all rows beside it."""
    from footprint.numbers import shown
    from footprint.results import LABELS, RESULTS
    from footprint.units import Quantity

    said = []
    for item in summary.stated:
        ours = summary.total.totals[item.result]
        beside = "not known" if ours is None else shown(Quantity(ours, RESULTS[item.result]))
        theirs = shown(Quantity(item.value, RESULTS[item.result]), 4)
        said.append(
            f"{item.reader}: {LABELS[item.result]} {theirs} over {_rows(item.rows)}; ours of all rows: {beside}"
        )
    return said


def _aside(summary: Summary) -> list[str]:
    """Return why rows are no use of their own."""
    return [f"{_rows(rows)}: {reason}" for reason, rows in summary.aside.items()]


def _rejected(summary: Summary) -> Iterator[str]:
    """Yield why rows were rejected, with an example of what stood there."""
    for row in summary.rejections:
        example = (
            f" (such as '{row['example']}')" if row["example"] and row["example"] not in str(row["reason"]) else ""
        )
        yield f"{_rows(row['rows'])}: {row['column']}: {row['reason']}{example}"


def _table(summary: Summary, reported: Reported | None) -> str:
    from footprint.numbers import exact
    from footprint.results import LABELS

    text = [click.style(", ".join(item["name"] for item in summary.inputs), bold=True)]
    text.extend(wrapped("", _counts(summary)))
    text.append("")
    left = max(len(label) for label in LABELS.values())
    text.append(click.style(f"  {'':<{left}}  {'':>8} {'':<12}  90 % range", dim=True))
    for label, value, between, note in _totals(summary):
        number, _, unit = value.rpartition(" ")
        if unit == "known":
            text.append(click.style(f"  {label:<{left}}  {value}", dim=True))
            continue
        figure = f"  {label:<{left}}  {click.style(f'{number:>8}', bold=True)} {unit:<12}  {between:<18}  {note}"
        text.append(figure.rstrip())
    for title, lines in (("Stated by the sources, beside ours", _stated(summary)), ("Set aside", _aside(summary))):
        if lines:
            text.extend(
                ["", click.style(title, bold=True), *(part for line in lines for part in wrapped("  - ", line))]
            )
    if reported and reported.scopes:
        text.extend(["", click.style(f"For the {reported.role}", bold=True)])
        text.extend(f"  {LABELS[name]:<{left}}  {claim}" for name, claim in reported.scopes.items())
    if summary.groups:
        text.extend(["", *_group_table(summary)])
    if summary.drivers:
        text.extend(["", *driver_table(summary.drivers)])
    if summary.rejections:
        text.extend(["", click.style("Rejected", bold=True, fg="red")])
        for reason in _rejected(summary):
            text.extend(wrapped("  - ", reason))
    warnings = [*summary.warnings, *(reported.warnings if reported else ())]
    for title, notes, colour in (("Assumed", summary.assumptions, None), ("Warnings", warnings, "red")):
        if notes:
            text.extend(["", click.style(title, bold=True, fg=colour)])
            for note in notes:
                text.extend(wrapped("  - ", note))
    text.append("")
    factors = len(summary.factors)
    text.append(
        click.style(f"{exact(factors)} factors of edition {summary.edition}; --format json lists them", dim=True)
    )
    return "\n".join(text)


def _group_table(summary: Summary, limit: int = 30) -> list[str]:
    heads = [*(clipped(name, 28) for name in summary.by), "rows", *(head for head, _ in _SHOWN)]
    rows = [
        [*("(blank)" if v is None else clipped(v, 28) for v in group.keys.values()), f"{group.rows:,}", *_cells(group)]
        for group in summary.groups[:limit]
    ]
    texts = len(summary.by)
    # A long head stands on two lines, so that a column needs no more room than its figures.
    parted = [[head] if i < texts else textwrap.wrap(head, 10) for i, head in enumerate(heads)]
    deep = max(map(len, parted))
    above = [list(cells) for cells in zip(*([""] * (deep - len(part)) + part for part in parted), strict=True)]
    widths = [max(len(row[i]) for row in [*above, *rows]) for i in range(len(heads))]

    def line(cells: list[str]) -> str:
        padded = [c.ljust(w) if i < texts else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))]
        return "  " + "  ".join(padded).rstrip()

    lines = [*(click.style(line(cells), bold=True) for cells in above), *(line(row) for row in rows)]
    if len(summary.groups) > limit:
        lines.append(f"  and {len(summary.groups) - limit:,} more groups: --format csv lists them all")
    return lines


def _csv(summary: Summary) -> str:
    from footprint.results import COLUMNS, bound_columns, rounded

    text = io.StringIO()
    bounds = [column for name in COLUMNS for column in bound_columns(name)]
    names = [*summary.by, "rows", *summary.tokens, *COLUMNS.values(), *bounds, "edition"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for group in summary.groups or [summary.total]:
        row: dict[str, Any] = {**group.keys, "rows": group.rows, **group.tokens, "edition": summary.edition}
        row |= {column: rounded(group.totals[name]) for name, column in COLUMNS.items()}
        for name in COLUMNS:
            ends = group.ranges.get(name, (None, None))
            row |= {column: rounded(end) for column, end in zip(bound_columns(name), ends, strict=True)}
        writer.writerow({name: safe_cell(value) for name, value in row.items()})
    return text.getvalue().rstrip("\n")


def _markdown(summary: Summary, reported: Reported | None) -> str:
    heads = [*map(clipped, summary.by), "rows", *(head for head, _ in _SHOWN)]
    rule = [*(":--" for _ in summary.by), "--:", *("--:" for _ in _SHOWN)]
    lines = [escaped(_counts(summary)), "", "| total | value | 90 % range | |", "| :-- | --: | :-- | :-- |"]
    lines.extend("| " + " | ".join(map(escaped, total)) + " |" for total in _totals(summary))
    if summary.groups:
        lines.extend(["", "| " + " | ".join(map(escaped, heads)) + " |", "| " + " | ".join(rule) + " |"])
    for group in summary.groups:
        keys = ["(blank)" if value is None else escaped(clipped(value)) for value in group.keys.values()]
        lines.append("| " + " | ".join([*keys, f"{group.rows:,}", *_cells(group)]) + " |")
    if reported:
        from footprint.results import LABELS

        claims = [f"- {escaped(f'{LABELS[name]}: {claim}')}" for name, claim in reported.scopes.items()]
        lines.extend(["", *claims] if claims else [])
    warnings = [*summary.warnings, *(reported.warnings if reported else ())]
    for title, notes in (("Rejected", _rejected(summary)), ("Assumed", summary.assumptions), ("Warnings", warnings)):
        if notes := list(notes):
            lines.extend(["", f"{title}:", "", *(f"- {escaped(note)}" for note in notes)])
    lines.extend(["", f"Factors of edition `{summary.edition}`."])
    return "\n".join(lines)
