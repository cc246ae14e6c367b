"""``footprint factors``: list, search, show and check the reference data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from footprint.commands.listing import Column, amount, as_csv, escaped, exactly, plain, rendered, text
from footprint.commands.options import FORMATS, factors_option
from footprint.errors import clipped

if TYPE_CHECKING:
    from footprint.catalogue import Catalogue
    from footprint.catalogue.entry import Entry

F = TypeVar("F", bound=Callable[..., Any])


@click.group(context_settings={"max_content_width": 100})
def factors() -> None:
    """The reference factors: list, search, show with their sources, and check your own.

    Each figure has a unit with its boundary, a source, and a word for how well it is supported. A folder of your own
    rows, laid over the shipped ones with --factors DIR, wins over them.

    \b
    Examples:
      footprint factors list --kind pue --zone FR --year 2024
      footprint factors search chatgpt
      footprint factors show grid_lifecycle_fra_2024
      footprint factors check my-factors
    """


def _format_option(function: F) -> F:
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Output."
    )(function)


def _reading(function: F) -> F:
    """Add what every list takes."""
    limit = click.option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        help="Most rows to print; 40 for a table on a terminal unless given, else all.",
    )
    return factors_option(limit(_format_option(function)))


def _opened(overlay: Path | None) -> Catalogue:
    from footprint.catalogue import open_catalogue

    return open_catalogue(overlay)


def _print(lines: str) -> None:
    click.echo(lines, nl=bool(lines))


# --- lists -----------------------------------------------------------------------------------------


def _span(row: Any) -> str:
    """Return the range of a figure."""
    return f"{exactly(row['low'])} to {exactly(row['high'])}" if row["low"] is not None or row["high"] else ""


def _under(reference: str, *parts: Any) -> str:
    """Return a reference, and under it what it stands for."""
    return f"{reference}\n  {clipped('; '.join(str(part) for part in parts if part), 300)}"


def _factor(row: Any) -> str:
    about = (str(row["subject"] or "").removeprefix("class:").replace("_", " "), row["zone_name"], row["year"])
    span = _span(row)
    where = ", ".join(str(part) for part in about if part)
    return _under(row["id"], where, span and f"range {span}", row["evidence"], row["source"])


_FACTORS = (amount("value"), text("unit", least=12), Column("factor", _factor, least=40))


@factors.command("list")
@click.option("--kind", metavar="KIND", help="Kind of factor, such as pue or grid_average_lifecycle.")
@click.option("--zone", metavar="PLACE", help="Country, grid zone or cloud region; a country holds its regions.")
@click.option("--year", type=int, metavar="YEAR", help="Year of the figure.")
@click.option("--source", metavar="ID", help="Work cited, see `footprint factors sources`.")
@_reading
def list_(
    kind: str | None,
    zone: str | None,
    year: int | None,
    source: str | None,
    form: str,
    limit: int | None,
    factors: Path | None,
) -> None:
    """List factors, by kind, place, year and source.

    \b
    Examples:
      footprint factors list --kind grid_average_lifecycle --zone world
      footprint factors list --zone FR --year 2024
      footprint factors list --kind pue --source google_efficiency_page --format csv
    """
    from footprint.catalogue import browse

    rows = browse.factors(_opened(factors), kind=kind, zone=zone, year=year, source=source)
    _print(rendered(rows, _FACTORS, form, limit, "--kind, --zone, --year and --source narrow it"))


def _hit(row: Any) -> str:
    source = None if row["table"] == "sources" else row["source"]
    return _under(row["reference"], row["label"], row["year"], row["evidence"], source)


_HITS = (amount("value"), text("unit", least=12), Column("found", _hit, least=40))


@factors.command()
@click.argument("words", nargs=-1, required=True)
@_reading
def search(words: Sequence[str], form: str, limit: int | None, factors: Path | None) -> None:
    """Search all rows: those that hold all WORDS.

    It looks through factors, energies per use, models, accelerators, products, training runs, equivalences, regions and
    sources. What is found can be given to `footprint factors show`.

    \b
    Examples:
      footprint factors search chatgpt
      footprint factors search grid losses france 2023
      footprint factors search h100
    """
    from footprint.catalogue import browse

    rows = browse.search(_opened(factors), words)
    _print(rendered(rows, _HITS, form, limit, "more words narrow it"))


def _product(row: Any) -> str:
    figure = row["use"] or ("" if row["estimable"] == "yes" else "no estimate possible")
    return _under(f"{row['id']}, {row['valid_from']} to {row['valid_to'] or 'today'}", figure, row["evidence"])


def _equivalence(row: Any) -> str:
    years = "-".join(dict.fromkeys(str(row[name]) for name in ("year_from", "year_to") if row[name]))
    return _under(row["id"], f"{row['label_en']}", row["zone"], years, row["evidence"])


def _grid_of(row: Any) -> str:
    """Return whose grid it is, where the place has no factor of its own."""
    return "" if row["grid_zone"] in (None, row["id"]) else str(row["grid_zone"])


#: Lists of things: what each shows in a table, its first line of help, and words for an example.
_LISTS: dict[str, tuple[tuple[Column, ...], str, str]] = {
    "regions": (
        (
            text("id", least=16),
            text("name", least=14),
            text("type"),
            amount("grid_lifecycle", "gCO2e/kWh"),
            Column("of", _grid_of),
            text("grid_year", "year"),
        ),
        "List countries, grid zones and cloud regions.\n\n"
        "Each with the latest life-cycle intensity of its grid, or of its country.",
        "azure france",
    ),
    "models": (
        (
            text("id", least=16),
            text("name", least=12),
            text("maker", least=9),
            amount("active_parameters", "active,\nbillion"),
            amount("total_parameters", "total,\nbillion"),
            text("parameters_basis", "size is"),
        ),
        "List models.\n\nEach with its active and total parameters, and where these figures come from.",
        "llama 3.1",
    ),
    "products": (
        (amount("value"), text("unit", least=12), Column("product and period", _product, least=40)),
        "List products, such as ChatGPT, by period.\n\nEach period with the figure per use that stands for it.",
        "chatgpt",
    ),
    "accelerators": (
        (
            text("id", least=16),
            text("name", least=14),
            text("release_year", "year"),
            amount("rated_power", "W_acc"),
            amount("fp16_dense", "TFLOP/s"),
            amount("memory", "GB"),
            amount("embodied", "kgCO2e"),
        ),
        "List accelerators.\n\nEach with its rated power, dense 16-bit peak, memory, and the carbon of making it.",
        "h100",
    ),
    "runs": (
        (
            text("id", least=16),
            text("accelerator"),
            text("year"),
            amount("energy", "MWh"),
            text("energy_boundary", "counted at"),
            amount("carbon", "tCO2e"),
            text("evidence"),
        ),
        "List published training runs.\n\nEach with the energy and carbon that its publisher prints.",
        "llama",
    ),
    "equivalences": (
        (amount("value"), text("unit", least=8), Column("equivalence", _equivalence, least=40)),
        "List what results can be compared with (--versus).\n\nEach has other names as well: `footprint factors show`.",
        "flight",
    ),
    "kinds": (
        (text("unit"), amount("rows"), Column("kind", lambda row: _under(row["kind"], row["meaning"]), least=40)),
        "List the kinds of factor, each with its unit.\n\nWhat is of two kinds must never be mixed.",
        "water",
    ),
    "sources": (
        (
            text("id", least=16),
            text("title", least=20),
            text("year"),
            amount("rows"),
            text("read_as", "read as"),
            text("licence", least=13),
        ),
        "List the works cited.\n\nEach with the number of rows that cite it, and how it was read.",
        "google",
    ),
}


def _add_list(name: str) -> None:
    columns, first_line, example = _LISTS[name]

    @factors.command(
        name,
        help=f"{first_line} With WORDS, those that hold them all.\n\n\b\nExamples:\n"
        f"  footprint factors {name}\n  footprint factors {name} {example} --format json",
    )
    @click.argument("words", nargs=-1)
    @_reading
    def command(words: Sequence[str], form: str, limit: int | None, factors: Path | None) -> None:
        from footprint.catalogue import browse

        rows = browse.listing(_opened(factors), name, words)
        _print(rendered(rows, columns, form, limit, "more words narrow it" if words else "words narrow it"))


for _name in _LISTS:
    _add_list(_name)


# --- one row ---------------------------------------------------------------------------------------


@factors.command()
@click.argument("reference", metavar="ID")
@_format_option
@factors_option
def show(reference: str, form: str, factors: Path | None) -> None:
    """Show a row or a figure with its source.

    ID is that of a factor or of an energy per use, TABLE:ID for a row of any table, or TABLE:ID:COLUMN for one figure.

    \b
    Examples:
      footprint factors show grid_lifecycle_fra_2024
      footprint factors show training_runs:gpt-3-175b:flop
      footprint factors show accelerators:h100_sxm:embodied --format json
      footprint factors show devries_chatgpt
    """
    import footprint.methods  # noqa: F401 - declares the equations, which say what a stated input is
    from footprint.catalogue import entry

    click.echo(_one(entry.show(_opened(factors), reference), form))


@factors.command()
@click.argument("id")
@_format_option
@factors_option
def source(id: str, form: str, factors: Path | None) -> None:
    """Show a work that is cited, and what cites it.

    \b
    Examples:
      footprint factors source patterson2021
      footprint factors list --source patterson2021
    """
    from footprint.catalogue import entry

    click.echo(_one(entry.source(_opened(factors), id), form))


def _one(entry: Entry, form: str) -> str:
    from footprint.commands.render import as_json

    document = entry.as_dict()
    if form == "json":
        return as_json(_plain(document))
    if form == "csv":
        cited = entry.sources[0] if entry.sources else {}
        row = {name: value for name, value in document.items() if not isinstance(value, (dict, list))}
        work = {name: cited.get(name) for name in ("citation", "url", "doi", "licence")}
        return as_csv([row | {"source": cited.get("id")} | work])
    facts = _facts(entry)
    if form == "md":
        lines = [f"**{escaped(entry.title)}** (`{entry.reference}`)", "", "| | |", "| :-- | :-- |"]
        return "\n".join([*lines, *(f"| {escaped(name)} | {escaped(value)} |" for name, value in facts)])
    left = max(len(name) for name, _ in facts)
    lines = [click.style(clipped(entry.title, 200), bold=True), ""]
    for name, value in facts:
        lines.extend(_hung(f"  {name:<{left}}  ", value))
    return "\n".join([*lines, "", click.style(f"edition {entry.edition}", dim=True)])


#: Cells that `show` prints under names of its own, or that its sources say better.
_TOLD = (
    *("id", "value", "low", "high", "unit", "distribution", "evidence", "locator", "origin"),
    *("note", "source", "other_sources"),
)


def _facts(entry: Entry) -> list[tuple[str, str]]:
    """Return what is said of an entry, line by line."""
    facts = [("cited as", entry.reference), *_figure(entry), ("meaning", entry.meaning or ""), *_cells(entry)]
    facts.extend(_standing(entry) if entry.table != "sources" else _citing(entry))
    if entry.row.get("origin") == "overlay":
        facts.append(("from", "the folder given with --factors, laid over the shipped rows"))
    return [(name, clipped(value, 1000)) for name, value in facts if value.strip()]


def _figure(entry: Entry) -> Iterator[tuple[str, str]]:
    unit = entry.unit or ""
    if entry.value is not None:
        yield "value", _measured(entry.value, unit)
    else:
        yield "unit", unit
    if entry.low is not None or entry.high is not None:
        drawn = str(entry.row.get("distribution") or "").replace("_", " ")
        span = _span({"low": entry.low, "high": entry.high})
        yield "range", _measured(span, unit) + (f" ({drawn})" if drawn else "")


def _cells(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the cells of a row; of a single figure those alone that say what it is."""
    if entry.column:
        stem = entry.column.partition("_")[0]
        near = {"year", "boundary", *(f"{stem}_{word}" for word in ("boundary", "basis", "estimator"))}
        names = [name for name in entry.row if name in near]
    else:
        names = [name for name in entry.row if name not in _TOLD and not name.endswith("_source")]
    for name in names:
        yield name.replace("_", " "), _measured(entry.row[name], entry.units.get(name))
    if entry.column:
        yield "whole row", f"footprint factors show {entry.reference.rpartition(':')[0]}"


def _standing(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield how well a figure is supported, and by what."""
    from footprint.catalogue.entry import EVIDENCE

    word = str(entry.row.get("evidence") or "")
    yield "evidence", f"{word}: {EVIDENCE.get(word, '')}" if word else ""
    for name in ("locator", "note"):
        yield name, str(entry.row.get(name) or "")
    for work in entry.sources[:1] if entry.column else entry.sources:
        about = work["cited_as"].replace("_", " ")
        yield about, work["citation"]
        note = f"; {work['note']}" if work["note"] else ""
        yield "", f"{work['id']}; licence: {work['licence']}; read as {work['read_as']} on {work['retrieved']}{note}"


def _citing(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield what is said of a work, and what cites it."""
    yield "note", str(entry.row.get("note") or "")
    for item in entry.cited_by:
        kind = f", {item['kind']}" if item["kind"] else ""
        yield "cited by", f"{item['rows']:,} {_plural('row', item['rows'])} of {item['table']}{kind}"


def _measured(value: Any, unit: str | None) -> str:
    """Return a cell with its unit; a plain number has none."""
    said = exactly(value) if isinstance(value, float) else str(value)
    return f"{said} {unit}" if unit and unit != "1" else said


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else plain(value)


def _hung(head: str, value: str) -> list[str]:
    """Wrap a value under itself; an address is never broken."""
    import textwrap

    from footprint.commands.listing import terminal_width

    width = max(terminal_width() - len(head), 30)
    lines = textwrap.wrap(value, width, break_long_words=False, break_on_hyphens=False)
    return [head + lines[0], *(" " * len(head) + line for line in lines[1:])]


# --- checking --------------------------------------------------------------------------------------


@factors.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
def check(folder: Path) -> None:
    """Check a folder of factors of your own.

    Each fault is told with its line and the remedy.

    DIR holds CSV files with the columns of the shipped ones: all of its tables, or some. A source, a kind or a zone may
    be one of the shipped rows. Exits with 1 when there are faults.

    \b
    Examples:
      footprint factors check my-factors
      footprint training gpt-3 --factors my-factors
    """
    from footprint.catalogue.check import check as checked

    found = checked(folder)
    for fault in found.faults:
        click.echo(f"{folder}/{fault}")
    read = f"{found.rows:,} {_plural('row', found.rows)} in {found.files} {_plural('file', found.files)}"
    if found.faults:
        number = sum(1 + fault.more for fault in found.faults)
        click.echo(f"{number:,} {_plural('fault', number)}; {read} read.", err=True)
        raise SystemExit(1)
    click.echo(f"no fault; {read} read.")


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
