"""Where in the life cycle a total arises, of which scope it is, and what it is by place and by contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from footprint.charts.amounts import Amount, Scale
from footprint.charts.bars import Bar, bars
from footprint.charts.breakdown import FIRST, cells_of, heads_of, row_of, told, why
from footprint.charts.chart import Chart
from footprint.charts.frame import Numbers, Said, Sheet, finished, missing_notes, source_line
from footprint.charts.subject import Subject
from footprint.charts.titles import shares_title, things
from footprint.errors import NotEstimableError, UsageError, clipped
from footprint.language import Language, marked

#: What each measure is made of over a life cycle: result, its name, and whether it is drawn in the full colour.
_PHASES = {
    "carbon": (
        ("carbon_location", marked("Electricity used"), True),
        ("carbon_upstream", marked("Grid losses and fuel chain"), False),
        ("carbon_embodied", marked("Making the hardware"), False),
    ),
    "water": (
        ("water_grid", marked("Generating the electricity"), True),
        ("water_site", marked("Cooling on site"), False),
        ("water_embodied", marked("Making the hardware"), False),
    ),
}
_PHASES_WHAT = {
    "carbon": marked("Carbon by phase of the life cycle, location-based"),
    "water": marked("Water consumed by phase of the life cycle"),
}
_KNOWN_OF = {"carbon": marked("of the carbon that is known"), "water": marked("of the water that is known")}

_REASONS = {
    "no contract, supplier factor or residual mix was declared": marked(
        "Market-based: no contract, supplier factor or residual mix was declared."
    ),
    "the hardware of the hall is not known": marked("The hardware of the hall is not known."),
}
_RESULTS = {
    "carbon_location": marked("electricity, location-based"),
    "carbon_market": marked("electricity, market-based"),
    "carbon_upstream": marked("grid losses and fuel chain"),
    "carbon_embodied": marked("making the hardware"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A bar with the results behind it."""

    label: str
    results: tuple[str, ...]
    amount: Amount | None
    pale: bool = False
    scope: int | None = None
    category: int | None = None


def phases(subject: Subject, sheet: Sheet) -> Chart:
    """Return the total by phase of the life cycle: use, upstream and hardware."""
    words, measure = sheet.words, sheet.measure
    if measure.name not in _PHASES:
        raise UsageError("the phases of a life cycle are told of carbon and of water: --measure carbon or water.")
    lines = [
        Line(label=words(label), results=(result,), amount=subject.results.get(result), pale=not full)
        for result, label, full in _PHASES[measure.name]
    ]
    known = sorted((line for line in lines if line.amount), key=lambda line: -_value(line))
    _refuse_nothing("phase", known, subject, [line.results[0] for line in lines])
    values = [_value(line) for line in known]
    title, count = shares_title(
        [line.label for line in known],
        values,
        sum(values),
        "phase",
        words(measure.whole if len(known) == len(lines) else _KNOWN_OF[measure.name]),
        words,
        len(lines),
    )
    named = {line.label for line in known[:count]}
    return _drawn("phase", title, words(_PHASES_WHAT[measure.name]), lines, subject, sheet, named)


def scopes(subject: Subject, sheet: Sheet) -> Chart:
    """Return the carbon by scope and category: a sum where its range is known, else each result."""
    words = sheet.words
    if sheet.measure.name != "carbon":
        raise UsageError("scopes are told of carbon: leave --measure out.")
    if not subject.scopes:
        raise NotEstimableError(
            "no scope is claimed: say who reports with --role owner, tenant or buyer; a tenant names the host, too."
        )
    lines = _scope_lines(subject, words)
    known = [line for line in lines if line.amount]
    _refuse_nothing("scope", known, subject, ["carbon_location"])
    counted = [line for line in known if "carbon_market" not in line.results]
    kinds = {(line.scope, line.category) for line in lines}
    named: set[str] = set()
    if len(kinds) == 1:
        title = words("All carbon is of {scope}", scope=_scope_name(lines[0], words))
    else:
        counted.sort(key=lambda line: -_value(line))
        values = [_value(line) for line in counted]
        names = [_scope_name(line, words) for line in counted]
        names = [name[:1].upper() + name[1:] for name in names]
        title, count = shares_title(names, values, sum(values), "scope", words("of the carbon"), words, len(counted))
        named = {line.label for line in counted[:count]}
    return _drawn(
        "scope", title, words("Carbon by scope and category of the GHG Protocol"), lines, subject, sheet, named
    )


def market(subject: Subject, sheet: Sheet) -> Chart:
    """Return carbon by place and by contract: two true answers, never one."""
    words = sheet.words
    if sheet.measure.name != "carbon":
        raise UsageError("location- and market-based are told of carbon: leave --measure out.")
    location, contract = subject.results["carbon_location"], subject.results["carbon_market"]
    lines = [
        Line(label=words("Location-based"), results=("carbon_location",), amount=location),
        Line(label=words("Market-based"), results=("carbon_market",), amount=contract, pale=True),
    ]
    known = [line for line in lines if line.amount]
    _refuse_nothing("market", known, subject, ["carbon_location", "carbon_market"])
    scale = Scale.of([line.amount for line in known if line.amount], words)
    if location and contract:
        title = words(
            "{location} by place, {market} by contract", location=scale.text(location), market=scale.text(contract)
        )
    elif location:
        title = words("{location} by place; by contract not known", location=scale.text(location))
    else:
        title = words("{market} by contract; by place not known", market=scale.text(contract)) if contract else ""
    return _drawn(
        "market",
        title,
        words("Carbon of the electricity, two answers that are never added"),
        lines,
        subject,
        sheet,
        set(),
    )


def _drawn(
    name: str, title: str, what: str, lines: Sequence[Line], subject: Subject, sheet: Sheet, named: set[str]
) -> Chart:
    words, measure = sheet.words, sheet.measure
    scale = Scale.of([line.amount for line in lines if line.amount], words)
    items = [
        Bar(
            label=line.label,
            amount=line.amount,
            shown="" if line.amount else words("not known"),
            pale=line.pale,
            bold=line.label in named,
        )
        for line in lines
    ]
    # That a figure is not known stands beside its label; why, where the reason has words in every language.
    lacking = {subject.reasons.get(result, "") for line in lines if not line.amount for result in line.results}
    notes = missing_notes(subject, words, [result for line in lines if line.amount for result in line.results])
    notes[:0] = [words(said) for reason, said in _REASONS.items() if reason in lacking]
    said = Said(
        title=title,
        subtitle=words(
            "{what}, in {unit}, {period}; the lines are 90 % ranges",
            what=what,
            unit=scale.label,
            period=subject.period(words) or words("period not known"),
        ),
        alt=told([(line.label, line.amount) for line in lines], scale, words),
        notes=notes,
        source=source_line(subject, words, FIRST[measure.name]),
    )
    numbers = Numbers(
        table=[
            {
                name: line.label,
                **({"scope": line.scope, "category": line.category} if line.scope else {}),
                "results": list(line.results),
                **row_of(line.amount, _column(line.results)),
            }
            for line in lines
        ],
        heads=(
            things(name, words, several=False) if name != "market" else words("method"),
            *heads_of(words(measure.title), scale, words),
        ),
        cells=[(line.label, *cells_of(line.amount, scale, words)) for line in lines],
    )
    return finished(name, subject, sheet, said, bars(items, scale, sheet), numbers)


def _scope_lines(subject: Subject, words: Language) -> list[Line]:
    """Return a line for each scope and category, by place and by contract where the electricity is in it."""
    kinds: dict[tuple[int, int | None], list[str]] = {}
    for result in ("carbon_location", "carbon_upstream", "carbon_embodied"):
        if result in subject.scopes:
            kinds.setdefault(subject.scopes[result], []).append(result)
    found = []
    for (scope, category), results in sorted(kinds.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        ways = [results]
        if "carbon_location" in results:
            ways.append(["carbon_market" if result == "carbon_location" else result for result in results])
        for place, way in enumerate(ways):
            electricity = len(ways) > 1
            based = (words("location-based"), words("market-based"))[place] if electricity else ""
            found.extend(_summed(subject, way, scope, category, based, place > 0, words))
    return found


def _summed(
    subject: Subject, results: Sequence[str], scope: int, category: int | None, based: str, pale: bool, words: Language
) -> list[Line]:
    whole = subject.together(results)
    head = Line(label="", results=tuple(results), amount=whole, pale=pale, scope=scope, category=category)
    name = _scope_name(head, words)
    name = name[:1].upper() + name[1:]
    if whole is not None or len(results) == 1 or subject.inventory is not None:
        label = words("{scope}, {based}", scope=name, based=based) if based else name
        return [Line(label=label, results=tuple(results), amount=whole, pale=pale, scope=scope, category=category)]
    # Ranges do not add up: without the draws behind them each result stands for itself.
    own = results if not pale else results[:1]
    return [
        Line(
            label=words("{scope}: {result}", scope=name, result=words(_RESULTS[result])),
            results=(result,),
            amount=subject.results[result],
            pale=pale or result != results[0],
            scope=scope,
            category=category,
        )
        for result in own
    ]


def _scope_name(line: Line, words: Language) -> str:
    if line.category is None:
        return words("scope {scope}", scope=str(line.scope))
    return words("scope {scope}, category {category}", scope=str(line.scope), category=str(line.category))


def _value(line: Line) -> float:
    return line.amount.value if line.amount else 0.0


def _column(results: Sequence[str]) -> str:
    return results[0] if len(results) == 1 else "carbon"


def _refuse_nothing(name: str, known: Sequence[Line], subject: Subject, results: Sequence[str]) -> None:
    if not known:
        raise NotEstimableError(f"no chart of {clipped(name)}: nothing of it is known: {why(subject, results)}.")
