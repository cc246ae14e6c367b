"""``footprint validate``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.commands.options import FORMATS, factors_option

if TYPE_CHECKING:
    from footprint.record.validate import Line, Record

#: The groups of the record; a test holds them to those of `footprint.record`, which a help must not import.
GROUPS = ("recomputed", "looked-up", "fitted", "contradictory", "own-estimate")


@click.command()
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@click.option(
    "--group", "groups", type=click.Choice(GROUPS), multiple=True, help="Cases of this group; may be repeated."
)
@factors_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Output.")
def validate(cases: tuple[str, ...], groups: tuple[str, ...], factors: Path | None, form: str) -> None:
    """Compute published footprints again, and compare: the record of being right.

    Four groups are counted apart: figures recomputed from the inputs that their source states, each within its
    tolerance, which alone count as evidence; figures looked up; figures that coefficients were derived from; and
    figures that their own source contradicts. Beside them, the product's own estimate of figures of use that it has not
    seen. Exits with 1 when a figure leaves its tolerance, is not what the catalogue holds, no longer contradicts its
    source, or lies outside our range without a reason. A case that is named is told with its equations and its source.

    \b
    Examples:
      footprint validate
      footprint validate tr-p21-gpt3 tr-bloom-dynamic
      footprint validate --group contradictory
      footprint validate --format md
    """
    from footprint.catalogue import open_catalogue
    from footprint.record.validate import validate as validated

    record = validated(open_catalogue(factors), cases, groups)
    click.echo(_rendered(record, form, told=bool(cases)))
    if record.faults:
        for line in record.faults:
            click.echo(f"{line.case}, {line.figure}: {line.verdict}", err=True)
        count = len(record.faults)
        click.echo(f"the record does not hold at {count} {'line' if count == 1 else 'lines'}", err=True)
        raise SystemExit(1)


def _rendered(record: Record, form: str, told: bool) -> str:
    from footprint.commands.listing import as_csv
    from footprint.commands.render import as_json
    from footprint.record.page import page

    if form == "json":
        return as_json(record.as_dict())
    if form == "csv":
        return as_csv([_row(line) for line in record.lines])
    if form == "md":
        return page(record).rstrip("\n")
    return "\n".join(_table(record, told)).rstrip("\n")


def _row(line: Line) -> dict[str, Any]:
    row = line.as_dict()
    return row | {"factors": ";".join(use["id"] for use in row["factors"])}


def _table(record: Record, told: bool) -> Iterator[str]:
    """Yield each group with its count, each case with what is inside, and a line for each of its figures."""
    from footprint.commands.render import wrapped
    from footprint.record.page import cells, summary

    rows = {id(line): cells(line) for line in record.lines}
    columns = ("figure", "published", "computed", "off", "allowed")
    if not rows and not record.own:
        yield "no such case in this group"
    groups = [group for group in GROUPS if record.of(group)]
    sums = summary(record)
    for said, group in zip(sums, groups, strict=False):
        yield from wrapped("", f"{said[0].upper()}{said[1:]}.")
        widths = {head: max(len(rows[id(line)][head]) for line in record.of(group)) for head in columns}
        for case in dict.fromkeys(line.case for line in record.of(group)):
            lines = [line for line in record.of(group) if line.case == case]
            first, origin = lines[0], rows[id(lines[0])]["from"]
            yield ""
            yield from wrapped(f"  {click.style(case, fg='cyan')}  ", f"{first.system}, {first.year}; {origin}")
            yield from wrapped("    ", first.boundary, dim=True)
            for line in lines:
                yield from _figure(line, rows[id(line)], widths)
            if group == "contradictory":
                yield from wrapped("    ", first.remark)
            if told:
                yield from _told(lines)
        yield ""
    if record.own:
        yield from wrapped("", f"{sums[-1][0].upper()}{sums[-1][1:]}.")
        yield from _own(record)
        yield ""
    if record.lines and not told:
        yield from wrapped("", "Name a case for its equations and its source: footprint validate CASE", dim=True)


def _figure(line: Line, row: dict[str, str], widths: dict[str, int]) -> Iterator[str]:
    from footprint.commands.render import terminal_width, wrapped

    published, computed = (f"{row[name]:>{widths[name]}}" for name in ("published", "computed"))
    allowed = f"of {row['allowed']}" if row["off"] and row["allowed"] else ""
    head = f"    {row['figure']:<{widths['figure']}}  {published}  {click.style(computed, bold=True)}"
    off = f"{row['off']:>{widths['off']}} {allowed:<{widths['allowed'] + 3}}"
    verdict = row["verdict"] if line.holds else click.style(row["verdict"].upper(), fg="red", bold=True)
    if len(click.unstyle(f"{head}  {off}  {verdict}")) <= terminal_width():
        yield f"{head}  {off}  {verdict}"
    elif len(click.unstyle(f"{head}  {off}".rstrip())) <= terminal_width():
        yield f"{head}  {off}".rstrip()
        yield from wrapped("        ", verdict)
    else:
        yield head
        yield from wrapped("        ", ", ".join(part for part in (" ".join(off.split()), verdict) if part))


def _own(record: Record) -> Iterator[str]:
    """Yield the own estimates beside their published figures, with what must be said of them, once for each case."""
    from footprint.commands.render import wrapped
    from footprint.record.page import own_cells, own_remarks

    rows = {id(found): own_cells(found) for found in record.own}
    widths = {head: max(len(row[head]) for row in rows.values()) for head in next(iter(rows.values()))}
    for case in dict.fromkeys(found.case for found in record.own):
        of_case = [found for found in record.own if found.case == case]
        yield ""
        yield from wrapped(f"  {click.style(case, fg='cyan')}  ", f"{of_case[0].system}, {of_case[0].year}")
        yield from wrapped("    ", f"estimate of {of_case[0].estimate_of}", dim=True)
        for found in of_case:
            row = rows[id(found)]
            verdict = row["verdict"] if found.holds else click.style(row["verdict"].upper(), fg="red", bold=True)
            yield (
                f"    {row['figure']:<{widths['figure']}}  {row['published']:>{widths['published']}}  "
                f"{click.style(row['estimated'].rjust(widths['estimated']), bold=True)}  "
                f"{row['90 % range']:>{widths['90 % range']}}  {verdict}"
            )
        for remark in own_remarks(of_case):
            yield from wrapped("      ", remark, dim=True)


def _told(lines: Sequence[Line]) -> Iterator[str]:
    """Yield what stands behind a case: the equations, the values that went in, the tolerance, the source."""
    from footprint.commands.render import wrapped
    from footprint.numbers import exact

    for step in dict.fromkeys(step for line in lines for step in line.formula.split("; ") if step):
        yield from wrapped("      ", step)
    for id, use in {use.id: use for line in lines for use in line.factors}.items():
        yield from wrapped("        ", f"{use.name} = {exact(use.value)} {use.unit}  [{id}]", dim=True)
    first = lines[0]
    if first.tolerance is not None and first.tolerance_basis:
        yield from wrapped("      ", f"allowed because: {first.tolerance_basis}", dim=True)
    if first.remark and first.group != "contradictory":
        yield from wrapped("      ", first.remark, dim=True)
    yield from wrapped("      ", f"{first.source}{f', {first.locator}' if first.locator else ''}", dim=True)
