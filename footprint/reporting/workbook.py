"""A report as a workbook: every central figure a live formula that leads to its activity and its factors.

The formulas are the equations themselves, read as terms (`footprint.reporting.lines`). Ranges cannot be computed in
cells: they are values, and say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from footprint.catalogue import FactorUse
from footprint.language import ENGLISH, Language, marked
from footprint.magnitudes.explanation import steps
from footprint.numbers import in_scale, supported, unit_text
from footprint.reporting.account import Account, claimed, period_of, why_not
from footprint.reporting.blocks import Passage
from footprint.reporting.comparing import write_mapping, write_years
from footprint.reporting.ledger import ROWS, Ledger, row_of
from footprint.reporting.lines import FACTOR, RESULT, Shape
from footprint.reporting.sections.timing import said_of
from footprint.reporting.sheets import GREY, OPEN, RULE, Book, Head, Sheet, number_format, places, unit
from footprint.reporting.vocabulary import EVIDENCE, rung, scope
from footprint.reporting.workings import UNSORTED, Table, entered, label_of, write_breakdown, write_entries, write_lines
from footprint.results import ASIDE, LABELS, RESULTS
from footprint.units import Quantity, equations

#: Results that the summary adds up, and their parts: the range of a sum is not the sum of ranges.
_WATER = {"water_consumed": ("water_site", "water_grid")}
_CARBON = ("carbon_location", "carbon_market", "carbon_embodied", "carbon_upstream")
#: How well a value is known that no work stands behind, beside the words for those of the catalogue.
_EVIDENCE = {**EVIDENCE, "definition": marked("by definition"), "stated": marked("stated")}
_ROLES = {"owner": marked("owner"), "tenant": marked("tenant"), "buyer": marked("buyer")}
#: A line between rows of a small table.
_RULED: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}


def workbook(account: Account, words: Language) -> bytes:
    """Return the report as a workbook: the same bytes for the same account."""
    definition, summary = account.definition, account.summary
    edition = words("Factors of edition {edition}", edition=summary.edition)
    book = Book(
        account.made,
        f"footprint {account.version} · {edition}",
        {
            "title": definition.title or words("The footprint of AI use"),
            "author": definition.preparer or "",
            "company": definition.organisation or "",
            "comments": edition,
        },
    )
    ledger = Ledger(account)
    front = book.sheet(words("Summary"))
    breakdown = book.sheet(words("Breakdown"))
    lines = book.sheet(words("Lines"), ruled=True)
    activity = book.sheet(words("Activity"), ruled=True) if ledger.entered else None
    methods, factors = (book.sheet(name, wrapped=True) for name in (words("Methods"), words("Factors")))
    assumptions, inputs = (book.sheet(name, wrapped=True) for name in (words("Assumptions"), words("Inputs")))
    rejected = book.sheet(words("Rejected"), wrapped=True)
    years = book.sheet(words("Years"), wrapped=True) if account.years and account.years.summary.estimated else None
    standards = book.sheet(words("Standards"), wrapped=True)
    trail = book.sheet(words("Trail"), wrapped=True)

    cells = _write_factors(factors, account, ledger, words)
    entries = entered(activity, ledger, words) if activity is not None else None
    table = write_lines(lines, ledger, entries, cells, words)
    if entries is not None:
        write_entries(entries, ledger, table, cells, words)
    write_breakdown(breakdown, ledger, entries, words)
    summed = _Summary(front, account, ledger, table, words)
    summed.write()
    if years is not None:
        write_years(years, account, summed.at, words)
    write_mapping(standards, account, summed.at, words)
    _write_methods(methods, account, ledger, words)
    _write_assumptions(assumptions, account, ledger, words)
    _write_inputs(inputs, account, words)
    _write_rejected(rejected, account, words)
    _write_trail(trail, account, words)
    return book.whole()


# --- summary -----------------------------------------------------------------------------------------


@dataclass
class _Summary:
    """The first sheet: totals as sums over lines, what they cover, and what they come to for each unit."""

    sheet: Sheet
    account: Account
    ledger: Ledger
    lines: Table
    words: Language

    def __post_init__(self) -> None:
        _, self.total = self.account.summary.inventory.by(together=_WATER)
        self.claims, self.said = claimed(self.account)
        #: where the exact total of each result stands
        self.at: dict[str, str] = {}

    def write(self) -> None:
        """Write the sheet."""
        sheet, words, definition = self.sheet, self.words, self.account.definition
        above = " · ".join(part for part in (definition.organisation, period_of(self.account, words)) if part)
        row = sheet.title(definition.title or words("The footprint of AI use"), [above] if above else [])
        for text in (definition.boundary, definition.excluded and words("Left out: {what}", what=definition.excluded)):
            if text:
                sheet.text(row, 0, text, font_color=GREY)
                row += 1
        row = self._totals(row + 1)
        row = self._coverage(row + 1)
        row = self._intensities(row + 1)
        row = self._notes(row + 1)
        sheet.sheet.freeze_panes(0, 1)
        sheet.fitted()

    def _totals(self, row: int) -> int:
        words, sheet = self.words, self.sheet
        live = words("live formula")
        heads = [
            Head(words("Totals"), 52, numeric=False),
            Head(words("estimate"), 13, words("rounded")),
            Head(words("5th percentile"), 16, words("not recalculated")),
            Head(words("95th percentile"), 16, words("not recalculated")),
            Head(words("unit"), 17, numeric=False),
            Head(words("exact total"), 19, live),
            Head(words("unit"), 14, numeric=False),
            Head(words("rows behind it"), 14, live),
            Head(words("scope"), 34, numeric=False),
            Head(words("remark"), 60, numeric=False),
        ]
        first = row = sheet.heads(row, heads)
        names = [name for name in RESULTS if name not in ASIDE or self.total.totals[name] is not None]
        names.insert(names.index("water_grid") + 1, "water_consumed")
        for name in names:
            self._total(row, name)
            row += 1
        for name in names:
            if self.total.totals[name] is not None:
                sheet.book.name(f"total_{name}", self.at[name])
        return row if row > first else first

    def _total(self, row: int, name: str) -> None:
        words, sheet, total = self.words, self.sheet, self.total
        value = total.totals[name]
        bold: dict[str, Any] = {
            "bold": name in ("facility_energy", "carbon_location", "carbon_market", "water_consumed"),
            **_RULED,
        }
        label = words("water consumed, on site and by power plants") if name in _WATER else words(LABELS[name])
        sheet.text(row, 0, label, **bold)
        for column in range(1, 10):
            sheet.blank(row, column, **_RULED)
        sheet.text(row, 8, scope(self.claims[name], words) if name in self.claims else "", **_RULED, wrapped=True)
        if value is None:
            sheet.text(row, 1, words("not known"), align="right", font_color=GREY, **_RULED)
            reason = why_not(self.account, name) if name in RESULTS else words("one of the two is not known")
            sheet.text(row, 9, reason, **_RULED, wrapped=True, font_color=GREY)
            return
        if name in _WATER:
            formula = "=" + "+".join(self.at[part] for part in _WATER[name])
            rows = f"=MIN({','.join(self._rows(part) for part in _WATER[name])})"
        else:
            item = self.ledger.result(name)
            formula, rows = f"=SUM({self.lines.down(item)})" if item else "", f"={self._rows(name)}"
        self.at[name] = sheet.at(row, 5)
        kind = "L" if name in _WATER else RESULTS[name]
        sheet.formula(row, 5, formula, value, number_format([value]), **_RULED)
        sheet.text(row, 6, unit(words, kind), **_RULED)
        sheet.formula(row, 7, rows, total.known[name], "#,##0", **_RULED)
        self._estimate(row, f"F{row + 1}", Quantity(value, kind), total.ranges.get(name), bold)
        if total.known[name] < total.rows:
            remark = words(
                "rows that know it: {known} of {rows}; the others are not in it",
                known=total.known[name],
                rows=total.rows,
            )
            sheet.text(row, 9, remark, **_RULED, wrapped=True)

    def _rows(self, name: str) -> str:
        """Return the formula of how many rows know a result: those of the lines where it is no blank."""
        item = self.ledger.result(name)
        assert item is not None  # noqa: S101 - asked for results that are known
        return f'SUMIFS({self.lines.down(ROWS)},{self.lines.down(item)},"<>")'

    def _estimate(
        self, row: int, cell: str, value: Quantity, ends: tuple[float, float] | None, look: Mapping[str, Any]
    ) -> None:
        """Write an estimate with as many figures as its range supports, in the unit in which it is read."""
        sheet = self.sheet
        exact = float(value.magnitude)
        scaled = in_scale(value)
        one = float(Quantity(1.0, scaled.units).m_as(value.units))
        low, high = ends or (exact, exact)
        digits = supported(low, exact, high)
        read = exact / one
        size = cell if one == 1 else f"{cell}/{one:.15g}" if one > 1 else f"{cell}*{1 / one:.15g}"
        formula = f"=IF({cell}=0,0,ROUND({size},{digits - 1}-INT(LOG10(ABS({size})))))"
        form = places(digits - 1 - math.floor(math.log10(abs(read)))) if read else "0"
        sheet.formula(row, 1, formula, _figures(read, digits), form, **look)
        if ends is not None:
            for column, end in enumerate(ends, 2):
                shown = _figures(end / one, max(digits, 2))
                form = places(max(digits, 2) - 1 - math.floor(math.log10(abs(shown)))) if shown else "0"
                sheet.number(row, column, shown, form, font_color=GREY, **_RULED)
        sheet.text(row, 4, unit(self.words, unit_text(scaled)), **_RULED)

    def _coverage(self, row: int) -> int:
        words, sheet, summary = self.words, self.sheet, self.account.summary
        sheet.section(row, words("Coverage"), 9)
        row += 1
        rows = self._fact(row, words("rows in the input"), summary.rows_in)
        if aside := sum(summary.aside.values()):
            row += 1
            rows = f"({rows}-{self._fact(row, words('rows set aside'), aside)})"
        known = self._fact(row + 1, words("rows estimated"), self.total.rows, f"=SUM({self.lines.down(ROWS)})")
        self._fact(row + 2, words("rows rejected"), summary.rejected, f"={rows}-{known}")
        row += 3
        tokens = [item for item in self.ledger.fields if item.name in summary.inventory.sums.tokens]
        cells = []
        for item in tokens:
            label = words("{what}, estimated", what=label_of(item, words))
            value = float(self.ledger.values[item].sum())
            cells.append(self._fact(row, label, value, f"=SUM({self.lines.down(item)})"))
            row += 1
        self.tokens = (sum(float(self.ledger.values[item].sum()) for item in tokens), "+".join(cells))
        if summary.token_coverage is not None:
            every = float(sum(value or 0 for value in summary.tokens.values()))
            whole = self._fact(row, words("tokens in the input, as far as they can be read"), every)
            label = words("share of these tokens estimated")
            self._fact(row + 1, label, summary.token_coverage, f"=({self.tokens[1]})/{whole}", "0.00%")
            row += 2
        return row

    def _fact(self, row: int, label: str, value: float, formula: str = "", form: str = "#,##0", **look: Any) -> str:
        """Write a figure with its label, and return its cell."""
        sheet = self.sheet
        sheet.text(row, 0, label, **_RULED)
        for column in range(1, 10):
            sheet.blank(row, column, **_RULED)
        if formula:
            sheet.formula(row, 5, formula, value, form, **_RULED, **look)
        else:
            sheet.number(row, 5, value, form, **_RULED, **look)
        return f"F{row + 1}"

    def _intensities(self, row: int) -> int:
        """Write what the carbon comes to for each unit of something."""
        words, sheet, definition = self.words, self.sheet, self.account.definition
        carbon = self.total.totals["carbon_location"]
        if carbon is None:
            return row
        tokens, cells = self.tokens
        given = []
        if definition.headcount:
            given.append((words("a person"), words("headcount"), float(definition.headcount), 1.0))
        if definition.revenue:
            per = words("a million {currency} of net revenue", currency=definition.currency or "")
            label = words("net revenue, {currency}", currency=definition.currency or "")
            given.append((per, label, float(definition.revenue), 1e6))
        if not tokens and not given:
            return row
        sheet.section(row, words("Carbon, location-based, for each unit"), 9)
        row += 1
        ends = self.total.ranges.get("carbon_location")
        if tokens:
            self._intensity(row, words("a million tokens"), carbon, ends, (f"(({cells})/1000000)", tokens / 1e6))
            row += 1
        for per, label, value, size in given:
            cell = self._fact(row, label, value, form="#,##0", **OPEN)
            sheet.text(row, 9, words("given: change it here"), font_color=GREY, **_RULED)
            by = cell if size == 1 else f"({cell}/{size:.15g})"
            self._intensity(row + 1, per, carbon, ends, (by, value / size))
            row += 2
        return row

    def _intensity(
        self, row: int, per: str, carbon: float, ends: tuple[float, float] | None, by: tuple[str, float]
    ) -> None:
        words, sheet, (cell, count) = self.words, self.sheet, by
        value, kind = carbon / count, RESULTS["carbon_location"]
        formula = f"={self.at['carbon_location']}/{cell}"
        self._fact(row, words("for {unit}", unit=per), value, formula, number_format([value]))
        sheet.text(row, 6, unit(words, kind), **_RULED)
        scaled = (ends[0] / count, ends[1] / count) if ends else None
        self._estimate(row, f"F{row + 1}", Quantity(value, kind), scaled, _RULED)

    def _notes(self, row: int) -> int:
        words, sheet = self.words, self.sheet
        sheet.section(row, words("How to read this workbook"), 9)
        role = words("No role was given, so no scope is claimed (role = owner, tenant or buyer).")
        texts = [
            *([role] if self.account.definition.role is None else (words(text) for text in self.said)),
            words("Each total adds up the lines; each line leads to its activity and its factors, cell by cell."),
            words("Blue cells are given. Change one, such as the value of a factor, and every total follows."),
            words(
                "Ranges are the 5th and the 95th percentile of draws of all factors: values, "
                "which do not follow a change."
            ),
            words(
                "Location- and market-based carbon are two readings of the same electricity, never added; nor are "
                "water consumed and withdrawn."
            ),
            words("What is not known is blank, never zero; a total is that of the rows that know it."),
        ]
        for place, text in enumerate(texts, row + 1):
            sheet.text(place, 0, text)
        return row + 1 + len(texts)


def _figures(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


# --- factors and methods -----------------------------------------------------------------------------


def _write_factors(sheet: Sheet, account: Account, ledger: Ledger, words: Language) -> dict[int, str]:
    """Write every factor once, and return the name of the cell that holds each use of one, by its identity."""
    found: dict[tuple[Any, ...], list[FactorUse]] = {}
    lines: dict[tuple[Any, ...], int] = {}
    keys: dict[int, tuple[Any, ...]] = {}
    for shape in ledger.shapes:
        taken = {item.name for item in shape.terms if item.kind == FACTOR}
        for line in shape.members:
            for use in ledger.settings[line].factors.values():
                if id(use) not in keys:
                    # The same row stands behind uses on several rungs: one cell changes them all.
                    keys[id(use)] = row_of(use)
                    found.setdefault(keys[id(use)], []).append(use)
                lines[keys[id(use)]] = lines.get(keys[id(use)], 0) + (use.name in taken)
    top = sheet.title(
        words("Factors of edition {edition}", edition=account.summary.edition),
        (
            words("Each value is a named cell that lines lead to. Change a blue one, and the totals follow."),
            words("Low and high are behind the ranges, which are values and do not follow."),
            words(UNSORTED),
        ),
    )
    heads = [
        Head(words("factor"), 40, numeric=False),
        Head(words("row of the catalogue"), 42, numeric=False),
        Head(words("value"), 14),
        Head(words("unit"), 20, numeric=False),
        Head(words("low"), 12),
        Head(words("high"), 12),
        Head(words("distribution"), 17, numeric=False),
        Head(words("zone"), 14, numeric=False),
        Head(words("year"), 7, numeric=False),
        Head(words("evidence"), 12, numeric=False),
        Head(words("where it was found"), 30, numeric=False),
        Head(words("lines"), 7),
        Head(words("citation"), 70, numeric=False),
        Head(words("locator"), 30, numeric=False),
        Head(words("licence"), 24, numeric=False),
    ]
    row = sheet.heads(top, heads, frozen=1)
    named: dict[tuple[Any, ...], str] = {}
    for key, uses in sorted(found.items(), key=lambda item: (item[1][0].name, item[0][0], item[0][1])):
        use = uses[0]
        names = dict.fromkeys(other.name.replace("_", " ") for other in uses)
        rungs = dict.fromkeys(_said(rung(other.rung, words)) for other in uses)
        sheet.text(row, 0, ", ".join(names), wrapped=True, **_RULED)
        sheet.text(row, 1, use.id, wrapped=True, **_RULED)
        # What holds by definition, and what no line takes, is no figure to change.
        free = lines[key] and use.evidence != "definition"
        sheet.number(row, 2, use.value, **(OPEN if free else {}), **_RULED)
        evidence = words(_EVIDENCE[use.evidence]) if use.evidence in _EVIDENCE else use.evidence
        for column, text in (
            (3, unit(words, use.unit)),
            (6, (use.distribution or "").replace("_", " ")),
            (7, use.zone),
            (8, use.year),
            (9, evidence),
            (10, "; ".join(rungs)),
            (12, use.citation),
            (13, use.locator),
            (14, use.licence),
        ):
            sheet.blank(row, column, **_RULED)
            sheet.text(row, column, text, wrapped=True, **_RULED)
        for column, value in ((4, use.low), (5, use.high)):
            sheet.blank(row, column, **_RULED)
            sheet.number(row, column, value, font_color=GREY, **_RULED)
        sheet.number(row, 11, lines[key], "#,##0", font_color=GREY, **_RULED)
        named[key] = sheet.book.name(use.id, sheet.at(row, 2))
        row += 1
    sheet.fitted()
    return {identity: named[key] for identity, key in keys.items()}


def _write_methods(sheet: Sheet, account: Account, ledger: Ledger, words: Language) -> None:
    """Write the equations of each method, as they stand in the columns of the lines."""
    top = sheet.title(
        words("Methods: the equations behind the lines"),
        (
            words(
                "Names are those of the columns. A conversion of units, such as a division by 1,000, is left out here."
            ),
        ),
    )
    heads = [
        Head(words("method"), 22, numeric=False),
        Head(words("gives"), 30, numeric=False),
        Head(words("unit"), 16, numeric=False),
        Head(words("equation"), 70, numeric=False),
        Head(words("what it says"), 60, numeric=False),
        Head(words("source"), 70, numeric=False),
    ]
    row = sheet.heads(top, heads, frozen=2)
    known = equations()
    for shape in _fullest(ledger):
        sheet.section(row, f"{shape.method}: {words(ledger.settings[shape.members[0]].method.label)}", 5)
        row += 1
        for step in steps(term for item, term in shape.terms.items() if item.kind == RESULT):
            cited = known[step.equation].source if step.equation in known else ""
            source = account.catalogue.source(cited)
            citation = source.citation if source else cited
            formula = step.in_names.replace("_", " ")
            look = {"wrapped": True, **_RULED}
            for column, text in enumerate(
                (shape.method, step.name.replace("_", " "), unit(words, step.unit), formula, step.summary, citation)
            ):
                sheet.text(row, column, text, **look)
            row += 1
        row += 1
    sheet.fitted()


def _fullest(ledger: Ledger) -> list[Shape]:
    """Return, for each method, the shape that has the most steps: others leave some out."""
    fullest: dict[str, Shape] = {}
    for shape in ledger.shapes:
        if shape.method not in fullest or len(shape.terms) > len(fullest[shape.method].terms):
            fullest[shape.method] = shape
    return list(fullest.values())


# --- texts -------------------------------------------------------------------------------------------


def _write_assumptions(sheet: Sheet, account: Account, ledger: Ledger, words: Language) -> None:
    """Write what was assumed, what a reader must know, and why something is not known, with the lines it is said of."""
    notes = [words("What was said of any line, once, and of how many.")]
    if words.code != ENGLISH:
        notes.append(words("Reasons are given in English, as the software writes them."))
    top = sheet.title(words("Assumptions and warnings"), notes)
    heads = [
        Head(words("kind"), 16, numeric=False),
        Head(words("text"), 110, numeric=False),
        Head(words("lines"), 9),
        Head(words("rows"), 12),
    ]
    said: dict[tuple[str, str], list[int]] = {}
    for line, setting in enumerate(ledger.settings):
        rows = int(ledger.values[ROWS][line])
        known = {item.name for item in ledger.of(RESULT) if not math.isnan(ledger.values[item][line])}
        reasons = [
            f"{words(LABELS[name])}: {reason}"
            for name, reason in setting.reasons.items()
            if name in LABELS and name not in known
        ]
        for kind, texts in (
            (marked("assumption"), setting.assumptions),
            (marked("warning"), setting.warnings),
            (marked("not known"), reasons),
        ):
            for text in texts:
                counts = said.setdefault((kind, text), [0, 0])
                counts[0] += 1
                counts[1] += rows
    told = {text for _, text in said}
    found: list[tuple[str, str, int, int]] = [
        (kind, text, counts[0], counts[1]) for (kind, text), counts in said.items()
    ]
    for kind, texts in (("assumption", account.summary.assumptions), ("warning", account.summary.warnings)):
        found += [(kind, text, 0, 0) for text in texts if text not in told and not text.startswith("and ")]
    if account.definition.excluded:
        found.append((marked("left out"), account.definition.excluded, 0, 0))
    order = ("assumption", "warning", "not known", "left out")
    row = sheet.heads(top, heads, filtered=len(found))
    for kind, text, lines, rows in sorted(found, key=lambda item: (order.index(item[0]), -item[3])):
        sheet.text(row, 0, words(kind), **_RULED)
        sheet.text(row, 1, text, wrapped=True, **_RULED)
        for column, count in ((2, lines), (3, rows)):
            sheet.blank(row, column, **_RULED)
            sheet.number(row, column, count or None, "#,##0", **_RULED)
        row += 1
    sheet.fitted()


def _write_inputs(sheet: Sheet, account: Account, words: Language) -> None:
    top = sheet.title(words("Inputs"), (words("A file that has this hash is the file that was read."),))
    heads = [
        Head(words("file"), 60, numeric=False),
        Head("SHA-256", 72, numeric=False),
        Head(words("format"), 12, numeric=False),
    ]
    row = sheet.heads(top, heads)
    for item in account.summary.inputs:
        for column, name in enumerate(("name", "sha256", "format")):
            sheet.text(row, column, item[name], wrapped=True, **_RULED)
        row += 1
    mapping = account.summary.inventory.mapping
    row += 1
    row = sheet.subheads(row, (words("quantity"), words("column of the input, or the same for every row")))
    given = {**{name: f"= {value}" for name, value in mapping.constants.items()}, **mapping.columns}
    for name, text in sorted(given.items()):
        sheet.text(row, 0, name.replace("_", " "), **_RULED)
        sheet.text(row, 1, text, wrapped=True, **_RULED)
        row += 1
    sheet.fitted()


def _write_rejected(sheet: Sheet, account: Account, words: Language) -> None:
    summary = account.summary
    note = words("Nothing was rejected.")
    if summary.rejected:
        note = words("Rows that could not be estimated and are in no total, by what is wrong with them.")
    top = sheet.title(words("Rejected"), (note,))
    heads = [
        Head(words("rows"), 12),
        Head(words("column"), 18, numeric=False),
        Head(words("reason"), 90, numeric=False),
        Head(words("example"), 40, numeric=False),
    ]
    row = sheet.heads(top, heads)
    for item in summary.rejections:
        sheet.number(row, 0, item["rows"], "#,##0", **_RULED)
        for column, name in enumerate(("column", "reason", "example"), 1):
            sheet.blank(row, column, **_RULED)
            sheet.text(row, column, item[name], wrapped=True, **_RULED)
        row += 1
    if summary.rejected:
        sheet.number(row, 0, summary.rejected, "#,##0", bold=True)
        sheet.text(row, 1, words("in all"), bold=True)
    sheet.fitted()


def _write_trail(sheet: Sheet, account: Account, words: Language) -> None:
    summary, definition = account.summary, account.definition
    top = sheet.title(words("Trail"), (words("How these figures were made, and how to make them again."),))
    row = sheet.heads(top, [Head(words("what"), 30, numeric=False), Head(words("value"), 110, numeric=False)])
    boundaries = {"lifecycle": words("life cycle"), "direct": words("direct emissions")}
    facts = (
        (words("software"), f"footprint {account.version}"),
        (words("factors, edition"), summary.edition),
        (words("command"), account.command),
        (words("made on"), account.made.isoformat(timespec="seconds")),
        (words("grid factors"), boundaries.get(account.grid_boundary, account.grid_boundary)),
        (words("engine"), summary.engine),
        (words("methods"), ", ".join(summary.methods)),
        (words("role"), words(_ROLES[definition.role]) if definition.role else ""),
        (words("organisational boundary"), definition.boundary or ""),
        (words("period"), " – ".join(str(day) for day in definition.days or ())),
        (words("compared with"), " – ".join(str(day) for day in definition.base or ())),
        (words("base year"), str(definition.base_year or "")),
        *((words("days"), text) for text in said_of(account.timing, words)),
        (words("prepared by"), definition.preparer or ""),
        (words("reviewed by"), definition.reviewer or ""),
    )
    for what, text in facts:
        if text:
            sheet.text(row, 0, what, **_RULED)
            sheet.text(row, 1, text, wrapped=True, **_RULED)
            row += 1
    sheet.fitted()


def _said(text: str | Passage) -> str:
    return text.text if isinstance(text, Passage) else text
