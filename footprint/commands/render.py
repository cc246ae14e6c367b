"""How an estimate is printed: a table for people, JSON and CSV for programs, Markdown for documents."""

from __future__ import annotations

import csv
import io
import json
import shutil
import textwrap
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from footprint.ranges.drivers import Driver
    from footprint.results import Estimate


def render(estimate: Estimate, form: str, explain: bool, drivers: bool = False) -> str:
    """Return ``estimate`` in one of the formats of the command line."""
    if form == "json":
        return _json(estimate, explain, drivers)
    if form == "csv":
        return _csv(estimate)
    return _markdown(estimate, explain, drivers) if form == "md" else _table(estimate, explain, drivers)


def as_json(document: Any) -> str:
    """Return a document as JSON that people can read and programs can trust."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _json(estimate: Estimate, explain: bool, drivers: bool) -> str:
    document = estimate.as_dict()
    if drivers:
        document["drivers"] = {
            name: [driver.as_dict() for driver in found] for name, found in estimate.drivers().items()
        }
    if explain:
        document["derivation"] = [
            {
                "name": step.name,
                "equation": step.equation,
                "formula": step.in_names,
                "with": step.in_values,
                "value": step.value,
                "unit": step.unit,
                "inputs": [
                    {"name": i.name, "value": i.value, "unit": i.unit, "factor": _id(i.origin)} for i in step.inputs
                ],
            }
            for step in estimate.derivation()
        ]
    return as_json(document)


def _csv(estimate: Estimate) -> str:
    from footprint.results import COLUMNS, RESULTS, bound_columns, rounded

    known = estimate.known()
    row: dict[str, Any] = {
        COLUMNS[name]: rounded(known[name].m_as(unit)) if name in known else None for name, unit in RESULTS.items()
    }
    for name, unit in RESULTS.items():
        low, high = estimate.ranges.get(name, (None, None))
        for column, bound in zip(bound_columns(name), (low, high), strict=True):
            row[column] = None if bound is None else rounded(bound.m_as(unit))
    row |= {
        "method": estimate.method,
        "quality": estimate.quality,
        "factors": ";".join(use.id for use in estimate.factors if use.rung != "definition"),
        "warnings": " ".join(estimate.warnings),
        "edition": estimate.edition,
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow({name: safe_cell(value) for name, value in row.items()})
    return text.getvalue().rstrip("\n")


def safe_cell(value: Any) -> Any:
    """Return a cell that a spreadsheet shows as text: a leading ``=`` must not become a formula.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _table(estimate: Estimate, explain: bool, drivers: bool) -> str:
    lines = estimate.lines()
    left = max(len(line.label) for line in lines)
    digits = [line.value.rpartition(" ") for line in lines]
    middle = max(len(number) for number, _, unit in digits if number and unit != "known")
    units = max(len(unit) for number, _, unit in digits if number and unit != "known")
    wide = max(len(line.range) for line in lines)
    text = [click.style(_title(estimate), bold=True), ""]
    if wide:
        text.append(click.style(f"  {'':<{left}}  {'':>{middle}} {'':<{units}}   90 % range", dim=True))
    told: dict[str, str] = {}
    for line, (number, _, unit) in zip(lines, digits, strict=True):
        if line.value == "not known":
            # The label of what is unknown stays in its column; the reason follows, wrapped under itself.
            reason = f"as for {told[line.remark]}" if line.remark in told else line.remark
            told.setdefault(line.remark, line.label)
            text.extend(wrapped(f"  {line.label:<{left}}  ", f"not known: {reason}", dim=True))
        else:
            head = f"  {line.label:<{left}}  {click.style(f'{number:>{middle}}', bold=True)} {unit:<{units}}"
            head += f"   {line.range:<{wide}}" if wide else ""
            if line.remark and terminal_width() - len(click.unstyle(head)) - 2 < _LEAST_REMARK:
                text.extend([head.rstrip(), *wrapped(" " * 6, line.remark, dim=True)])
            else:
                text.extend(wrapped(f"{head}  ", line.remark, dim=True) if line.remark else [head.rstrip()])
    text.append("")
    text.extend(wrapped("", f"{estimate.said_quality[0].upper()}{estimate.said_quality[1:]}: {estimate.method_label}."))
    if estimate.versus:
        text.extend(["", *_versus(estimate)])
    if drivers:
        text.extend(["", *driver_table(estimate.drivers())])
    if explain:
        text.extend(["", click.style("How each figure was computed", bold=True), *_derivation(estimate)])
    else:
        text.extend(["", click.style("Factors", bold=True), *_factors(estimate)])
    for title, notes, colour in (("Assumed", estimate.assumptions, None), ("Warnings", estimate.warnings, "red")):
        if notes:
            text.extend(["", click.style(title, bold=True, fg=colour)])
            for note in notes:
                text.extend(wrapped("  - ", note))
    hint = "" if explain else "; --explain shows every step"
    text.extend(["", click.style(f"edition {estimate.edition}{hint}", dim=True)])
    return "\n".join(text)


#: Why a range needs no reason: the row itself gives it.
_OWN_BOUNDS = "its own bounds"
#: A remark with less room than this beside its figure stands beneath it.
_LEAST_REMARK = 30
_KINDS = {"datacenter": "Data-centre load", "training": "Training", "instance": "Cloud instance"}


def _title(estimate: Estimate) -> str:
    stated = estimate.activity.stated()
    kind = _KINDS.get(estimate.activity.kind, "Query")
    what = stated.get("run") or stated.get("model") or stated.get("instance")
    where = f", {estimate.place}" if estimate.place else ""
    return f"{kind}{f': {_plain(what)}' if what else ''}{where}, {estimate.date}"


def _factors(estimate: Estimate) -> list[str]:
    from footprint.numbers import exact

    uses = [use for use in estimate.factors if use.rung not in ("stated by the user", "definition")]
    if not uses:
        return ["  none: everything was stated by the user"]
    rows = [(use.name, exact(use.value), use.unit, use.id) for use in uses]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    text = []
    for use, row in zip(uses, rows, strict=True):
        amount = f"{row[1]:>{widths[1]}} {row[2]:<{widths[2]}}"
        head = f"  {row[0]:<{widths[0]}}  {amount}  "
        if len(head) + len(row[3]) <= terminal_width():
            text.append(head + click.style(row[3], fg="cyan"))
        else:
            text.extend([head.rstrip(), " " * 6 + click.style(row[3], fg="cyan")])
        spread = estimate.spreads.get(use.name)
        varies = spread is not None and spread.distribution != "fixed"
        between = _between(spread.low, spread.high) if spread and varies else ""
        # Bounds that the row has of its own need no reason; a band of ours does.
        reason = f" ({spread.because})" if spread and varies and spread.because != _OWN_BOUNDS else ""
        said = (f"{between}{reason}", use.rung, use.evidence, use.source)
        text.extend(wrapped(" " * 6, "; ".join(part for part in said if part), dim=True))
    return text


def _between(low: float, high: float) -> str:
    """Return two bounds with as many figures as tell them apart, three at least."""
    from footprint.numbers import number

    digits = next((digits for digits in (3, 4, 5) if number(low, digits) != number(high, digits)), 6)
    return f"{number(low, digits)} to {number(high, digits)}"


#: Drivers below this share of every variance are not named in a table for people.
_LEAST = 0.005
#: The results whose drivers stand side by side, and their heads.
_DRIVEN = {
    "facility_energy": "energy",
    "carbon_location": "carbon",
    "carbon_market": "market",
    "carbon_embodied": "hardware",
    "water_site": "water, site",
    "water_grid": "water, grid",
}


def driver_table(found: Mapping[str, Sequence[Driver]]) -> list[str]:
    """Return which inputs make the results uncertain: a line for each input, a column for each result."""
    names = [name for name in _DRIVEN if name in found] or list(found)[:4]
    if not names:
        return ["Nothing makes it uncertain: every input was stated."]
    shares: dict[str, dict[str, float]] = {}
    for name in names:
        for item in found[name]:
            shares.setdefault(item.name, {})[name] = item.share
    kept = [driver for driver, row in shares.items() if max(row.values()) >= _LEAST]
    kept.sort(key=lambda driver: [-shares[driver].get(name, 0.0) for name in names])
    heads = [_DRIVEN.get(name, name) for name in names]
    title = "What makes it uncertain, share of variance"
    room = terminal_width() - 2 - sum(max(len(head), 6) + 2 for head in heads)
    width = max(len(title) - 2, *(len(driver) for driver in kept))
    text = []
    if width > room:  # the title takes a line of its own, and a long name several
        text.append(click.style(title, bold=True))
        title, width = "", max(room, *(len(word) for driver in kept for word in driver.split()))
    text.append(click.style(f"{title:<{width + 2}}", bold=True) + "".join(f"  {head:>6}" for head in heads))
    for driver in kept:
        *above, last = textwrap.wrap(driver, width, break_long_words=False)
        text.extend(f"  {part}" for part in above)
        cells = []
        for name, head in zip(names, heads, strict=True):
            share = shares[driver].get(name)
            cell = "" if share is None else "< 1 %" if share < _LEAST else f"{share * 100:.0f} %"
            strong = share is not None and share >= 0.25
            cells.append("  " + click.style(f"{cell:>{max(len(head), 6)}}", bold=strong))
        text.append(f"  {last:<{width}}" + "".join(cells))
    return text


def _derivation(estimate: Estimate) -> list[str]:
    text: list[str] = []
    cited: dict[str, str] = {}
    for step in estimate.derivation():
        indent = " " * (len(step.name) + 3)
        text.append("")
        text.extend(wrapped("  " + click.style(step.name, bold=True) + " = ", step.in_names, hang=len(indent) + 1))
        text.extend(wrapped("  " + indent[:-2] + "= ", step.in_values, hang=len(indent) + 1))
        text.append("  " + indent[:-2] + "= " + click.style(step.result, bold=True))
        for item in step.inputs:
            text.append(f"      {item.name} = {item.text}  {click.style(_id(item.origin), fg='cyan')}")
            use = item.origin
            if getattr(use, "source", None):
                where = f", {use.locator}" if use.locator else ""
                cited[use.source] = use.citation
                text.extend(wrapped(" " * 10, f"{use.rung}; {use.evidence}; {use.source}{where}", dim=True))
    text.extend(["", click.style("Sources", bold=True)])
    for source, citation in cited.items():
        text.extend(wrapped(f"  {source}  ", citation, hang=6))
    return text


def _versus(estimate: Estimate) -> list[str]:
    from footprint.numbers import exact, in_scale, number, unit_text
    from footprint.units import Quantity

    versus = estimate.versus
    if versus is None:
        return []
    other = versus.operands[1]
    text = [click.style(f"{number(versus.ratio, 2)} times {other.label}", bold=True)]
    for operand in versus.operands:
        year = f", {operand.year}" if operand.year else ""
        cited = f" [{operand.source}]" if operand.source else ""
        scaled = in_scale(Quantity(operand.value, operand.unit))
        value = exact(scaled.magnitude) if operand.source else number(scaled.magnitude, 3)
        text.extend(
            wrapped("  ", f"{operand.label}{year}: {value} {unit_text(scaled)}, {operand.boundary}{cited}", hang=4)
        )
    if versus.ratio_at_meter is not None and versus.pue is not None:
        note = (
            f"both at the building's meter, with a PUE of {exact(versus.pue)}: {number(versus.ratio_at_meter, 3)} times"
        )
        text.extend(wrapped("  ", note))
    return text


def _markdown(estimate: Estimate, explain: bool, drivers: bool) -> str:
    from footprint.numbers import exact

    text = [f"**{escaped(_title(estimate))}**", "", estimate._repr_markdown_(), ""]
    if estimate.versus:
        text.extend([escaped(" ".join(line.strip() for line in _versus_plain(estimate))), ""])
    if drivers:
        text.extend(["| result | driver | share of variance |", "| :-- | :-- | --: |"])
        text.extend(
            f"| {name} | {driver.name} | {driver.share * 100:.1f} % |"
            for name, found in estimate.drivers().items()
            for driver in found
            if driver.share >= _LEAST
        )
        text.append("")
    if explain:
        text.extend(["| step | with | result |", "| :-- | :-- | --: |"])
        text.extend(
            f"| {escaped(s.name)} = {escaped(s.in_names)} | {escaped(s.in_values)} | {escaped(s.result)} |"
            for s in estimate.derivation()
        )
        text.append("")
    text.extend(["| factor | value | unit | year | evidence | source |", "| :-- | --: | :-- | --: | :-- | :-- |"])
    text.extend(
        f"| `{use.id}` | {exact(use.value)} | {escaped(use.unit)} | {use.year or ''} | {use.evidence} | "
        f"{escaped(use.citation or '')} |"
        for use in estimate.factors
        if use.rung != "definition"
    )
    for title, notes in (("Assumed", estimate.assumptions), ("Warnings", estimate.warnings)):
        if notes:
            text.extend(["", f"{title}:", "", *(f"- {escaped(note)}" for note in notes)])
    return "\n".join(text)


def _versus_plain(estimate: Estimate) -> list[str]:
    return [click.unstyle(line) for line in _versus(estimate)]


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return "".join("\\" + c if c in "|*_`[]<>\\" else c for c in text)


def _id(origin: Any) -> str:
    return str(getattr(origin, "id", "")) or "stated"


def _plain(value: Any) -> str:
    from footprint.errors import clipped

    return clipped(value)


def terminal_width(most: int = 100) -> int:
    """Return how wide a text may be: as the terminal, and no wider than ``most``."""
    return min(most, shutil.get_terminal_size((most, 24)).columns)


def wrapped(head: str, text: str, hang: int | None = None, dim: bool = False, width: int = 100) -> list[str]:
    """Wrap ``text`` after ``head``, its further lines under its first."""
    width = terminal_width(width)
    bare = len(click.unstyle(head))
    lines = textwrap.wrap(text, max(width - bare, 30), break_long_words=False, break_on_hyphens=False) or [""]
    indent = " " * (bare if hang is None else hang)
    return [head + click.style(lines[0], dim=dim), *(indent + click.style(line, dim=dim) for line in lines[1:])]
