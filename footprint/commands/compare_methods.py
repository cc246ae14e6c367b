"""``footprint compare-methods``: the same activity by every method that covers it."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from footprint.commands.query import query as query_command
from footprint.commands.training import training as training_command

if TYPE_CHECKING:
    from footprint.activities import Activity
    from footprint.methods_compared import MethodComparison, MethodRow
    from footprint.units import Quantity

#: Options of an estimate that say nothing about the activity, or choose what is compared here.
_LEFT_OUT = ("method", "versus", "role", "explain", "drivers", "tokens_served")

_QUERY_HELP = """The same query by every method: ours by the best evidence, our other ways, those of others.

\b
Examples:
  footprint compare-methods query mistral-large-2 --output-tokens 400 --region FR
  footprint compare-methods query llama-3.1-70b --input-tokens 500 --output-tokens 400 --region US
"""
_TRAINING_HELP = """The same training run by every method: ours, and those that other tools document.

\b
Examples:
  footprint compare-methods training --accelerator v100 --count 8 --hours 24 --region gcp:us-east1
  footprint compare-methods training gpt-3 --format md
"""


@click.group("compare-methods")
def compare_methods() -> None:
    """One activity by every method that covers it, side by side, and which term makes each difference.

    The options are those of the command that it compares. The methods of other tools are computed with their own
    coefficients, as they document them; where one does not cover the activity, it says what it would need. The ratios
    are to ours, and the ratios of the terms multiply to them.

    \b
    Examples:
      footprint compare-methods training --accelerator v100 --count 8 --hours 24 --region gcp:us-east1
      footprint compare-methods query gpt-4o --input-tokens 500 --output-tokens 400 --region US
    """


def _comparing(command: click.Command, text: str, compared: Callable[..., MethodComparison]) -> click.Command:
    """Return a command with the options of ``command`` that prints the comparison of what it would estimate."""

    def run(form: str, **options: Any) -> None:
        click.echo(_rendered(compared(**options), form))

    params = [param for param in command.params if param.name not in _LEFT_OUT]
    return click.Command(str(command.name), callback=run, params=params, help=text)


def _query(**options: Any) -> MethodComparison:
    from footprint.activities import Query

    if options["requests"] is None:
        options["requests"] = 1
    return _of(Query, options)


def _training(**options: Any) -> MethodComparison:
    from footprint.activities import TrainingRun

    return _of(TrainingRun, options)


def _of(kind: type[Activity], options: Mapping[str, Any]) -> MethodComparison:
    import footprint

    names = {field.name for field in dataclasses.fields(kind)}
    activity = kind(**{name: value for name, value in options.items() if name in names})
    settings = ("grid_boundary", "factors", "allow_unverified")
    return footprint.compare_methods(activity, **{name: options[name] for name in settings})


compare_methods.add_command(_comparing(query_command, _QUERY_HELP, _query))
compare_methods.add_command(_comparing(training_command, _TRAINING_HELP, _training))


# --- how it is printed ----------------------------------------------------------------------------------


def _rendered(compared: MethodComparison, form: str) -> str:
    from footprint.commands.render import as_json

    if form == "json":
        return as_json(compared.as_dict())
    if form == "csv":
        return _csv(compared)
    return _markdown(compared) if form == "md" else _table(compared)


def _cells(row: MethodRow) -> dict[str, str]:
    """Return a method as a reader sees it."""
    from footprint.numbers import number

    def times(ratio: float | None) -> str:
        return "" if ratio is None else number(ratio, 3)

    return {
        "method": row.method,
        "electricity": _shown(row.energy, row.energy_range),
        "counted": row.boundary,
        "carbon": _shown(row.carbon, row.range_of("carbon_location")),
        "hardware": _shown(row.carbon_hardware, row.range_of("carbon_embodied")),
        "water": _shown(row.water),
        "years": row.span,
        "x energy": times(row.energy_ratio),
        "x carbon": times(row.carbon_ratio),
    }


def _shown(quantity: Quantity | None, ends: tuple[Quantity, Quantity] | None = None) -> str:
    from footprint.numbers import shown, supported

    if quantity is None:
        return ""
    if ends is None:
        return shown(quantity)
    low, value, high = (float(one.m_as(quantity.units)) for one in (ends[0], quantity, ends[1]))
    return shown(quantity, supported(low, value, high))


def _ranges(row: MethodRow) -> str:
    """Return the ranges of a method's figures in a sentence; blank where it has none."""
    from footprint.numbers import shown_range

    found = (
        ("electricity", row.energy, row.energy_range),
        ("carbon", row.carbon, row.range_of("carbon_location")),
        ("hardware", row.carbon_hardware, row.range_of("carbon_embodied")),
    )
    said = [
        f"{head} {_shown(value, ends)} ({shown_range(value, *ends)})"
        for head, value, ends in found
        if value is not None and ends is not None and shown_range(value, *ends)
    ]
    return f" Its 90 % ranges: {', '.join(said)}." if said else ""


#: Columns whose cells are figures.
_RIGHT = ("electricity", "carbon", "hardware", "water", "x energy", "x carbon")
#: How far a narrow terminal may narrow each column: an amount above its unit, a method on a line of its own.
_LEAST = {"method": 5, "electricity": 11, "counted": 12, "carbon": 6, "hardware": 8, "water": 5, "years": 5}


def _table(compared: MethodComparison) -> str:
    from footprint.commands.listing import Column, rendered
    from footprint.commands.render import wrapped

    cells = [_cells(row) for row in compared.covered()]
    columns = [
        Column(head.replace(" ", "\n"), _cell(head), right=head in _RIGHT, least=_LEAST.get(head)) for head in cells[0]
    ]
    text = [rendered(cells, columns, "table", None, "")]
    if len(cells) > 1:
        text.extend(["", click.style(f"Why they differ from {compared.ours.method}", bold=True)])
    for row in compared.covered()[1:]:
        text.extend(wrapped(f"  {click.style(row.method, bold=True)}  ", row.why or "no term differs", hang=6))
        if row.source:
            text.extend(wrapped("      ", f"{row.label} [{row.source}]", dim=True))
    lacking = [row for row in compared.rows if row.estimate is None]
    if lacking:
        text.extend(["", click.style("Methods that do not cover it", bold=True)])
        for row in lacking:
            text.extend(wrapped(f"  {click.style(row.method, bold=True)}  ", row.why, hang=6))
    if compared.notes:
        text.extend(["", click.style("Warnings", bold=True, fg="red")])
        for note in compared.notes:
            text.extend(wrapped("  - ", note))
    ours = compared.ours
    ratios = [head for head in ("x energy", "x carbon") if any(cell[head] for cell in cells)]
    said = f" {' and '.join(ratios)} {'are ratios' if len(ratios) > 1 else 'is the ratio'} to it." if cells[1:] else ""
    text.extend(["", *wrapped("", f"Ours: {ours.label}.{said}{_ranges(ours)}", dim=True)])
    text.append(click.style(f"edition {compared.edition}", dim=True))
    return "\n".join(text)


def _cell(head: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: str(row[head])


def _markdown(compared: MethodComparison) -> str:
    from footprint.commands.render import escaped

    rows = [{**_cells(row), "why": row.why, "documented by": row.citation or "this project"} for row in compared.rows]
    heads = list(rows[0])
    lines = [heads, ["--:" if head in _RIGHT else ":--" for head in heads]]
    lines.extend([escaped(row[head]) for head in heads] for row in rows)
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text.extend(["", *(f"- {escaped(note)}" for note in compared.notes)] if compared.notes else [])
    return "\n".join([*text, "", f"edition `{compared.edition}`"])


def _csv(compared: MethodComparison) -> str:
    from footprint.commands.render import safe_cell
    from footprint.results import rounded

    def magnitude(quantity: Quantity | None, unit: str) -> float | None:
        return None if quantity is None else rounded(float(quantity.m_as(unit)))

    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in compared.rows:
        energy = None if row.energy is None else rounded(float(row.energy.magnitude))
        record: dict[str, Any] = {
            "method": row.method,
            "source": row.source,
            "energy": energy,
            "energy_unit": None if row.energy is None else f"{row.energy.units:~C}",
            "boundary": row.boundary,
            "carbon_location_kg": magnitude(row.carbon, "kgCO2e"),
            "carbon_embodied_kg": magnitude(row.carbon_hardware, "kgCO2e"),
            "water_l": magnitude(row.water, "L"),
            "years": row.span,
            "energy_over_ours": rounded(row.energy_ratio),
            "carbon_over_ours": rounded(row.carbon_ratio),
            "why": row.why,
            "edition": compared.edition,
        }
        if writer is None:
            writer = csv.DictWriter(out, list(record), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: safe_cell(value) for name, value in record.items()})
    return out.getvalue().rstrip("\n")
