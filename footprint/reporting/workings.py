"""The sheets of a workbook that compute: lines, the activity behind them, and what groups of it add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.language import Language, marked
from footprint.reporting.ledger import COUNTED, ROWS, Ledger
from footprint.reporting.lines import FACTOR, LOAD, RESULT, STEP, Field
from footprint.reporting.sheets import GREY, OPEN, Head, Sheet, letters, number_format, unit
from footprint.reporting.vocabulary import QUALITIES
from footprint.reporting.vocabulary import column as column_name
from footprint.results import LABELS, RESULTS, rounded

_BANDS = {
    COUNTED: marked("as counted in the input"),
    LOAD: marked("activity that the equations take"),
    RESULT: marked("results"),
    STEP: marked("steps of the equations"),
    FACTOR: marked("factors, each from its cell"),
}
#: What is counted in the input; other quantities have the names of the equations.
_COUNTS = {
    "rows": marked("rows"),
    "requests": marked("requests"),
    "input_tokens": marked("input tokens"),
    "cached_tokens": marked("cached tokens"),
    "cache_write_tokens": marked("tokens written to a cache"),
    "output_tokens": marked("output tokens"),
    "reasoning_tokens": marked("reasoning tokens"),
}
#: Sorting would move values away from the cells that formulas and names lead to.
UNSORTED = marked("Do not sort this sheet: formulas lead to its rows by their place.")
#: What says which combination a line is, and the width of its column.
_ABOUT = (
    (marked("line"), 6),
    (marked("model"), 22),
    (marked("region"), 20),
    (marked("host"), 12),
    (marked("accelerator"), 13),
    (marked("factors of"), 12),
    (marked("method"), 20),
    (marked("quality"), 16),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Where the fields of lines, or of entries, stand on their sheet."""

    sheet: Sheet
    first: int
    columns: Mapping[Field, int]
    count: int

    def down(self, item: Field, begin: int = 0, end: int | None = None) -> str:
        """Return the cells of a field, of all rows or of some."""
        last = self.count if end is None else end
        return self.sheet.down(self.columns[item], self.first + begin, self.first + last - 1)


def write_lines(
    sheet: Sheet, ledger: Ledger, entries: Table | None, cells: Mapping[int, str], words: Language
) -> Table:
    """Write the lines; their amounts are sums over ``entries`` where these have a sheet.

    ``cells`` are the names of the cells of factors, by the identity of their use.
    """
    top = sheet.title(
        words("Lines: every combination of factors, through the equations of its method"),
        (
            words(
                "Blue cells are given: activity here or on its own sheet, factors on theirs. All others are formulas."
            ),
            words("What all lines share has no column of its own: formulas name the cell on the sheet of factors."),
            words("A blank cell is not known, never zero; the last column says why."),
            words(UNSORTED),
        ),
    )
    heads = [Head(words(text), width, numeric=False, band=words("combination")) for text, width in _ABOUT]
    fields = [item for item in ledger.fields if item not in ledger.shared]
    heads += _heads(fields, words)
    heads.append(Head(words("not known, and why"), 60, numeric=False))
    table = Table(
        sheet,
        sheet.heads(top, heads, frozen=3),
        {item: column for column, item in enumerate(fields, len(_ABOUT))},
        len(ledger.settings),
    )
    for line in range(table.count):
        _write_about(table, ledger, line, len(heads) - 1, words)
    for item in (*ledger.of(COUNTED), *ledger.of(LOAD)):
        column, values = table.columns[item], ledger.values[item]
        form = _count_format(values)
        for line, (begin, end) in enumerate(ledger.spans):
            if entries is None:
                sheet.number(table.first + line, column, float(values[line]), form, **_look(item))
            else:
                text = f"=SUM({entries.down(item, begin, end)})"
                sheet.formula(table.first + line, column, text, float(values[line]), form)
    common = {item: cells[id(use)] for item, use in ledger.shared.items()}
    here = {item: f"{letters(column)}{{row}}" for item, column in table.columns.items()}
    forms = {item: number_format(ledger.values[item]) for item in fields}
    for shape in ledger.shapes:
        formulas = shape.formulas({**common, **here})
        for item in shape.terms:
            if item.kind == LOAD or item in common:
                continue
            column, values = table.columns[item], ledger.values[item]
            for line in shape.members:
                row = table.first + line
                if item.kind == FACTOR:
                    use = ledger.settings[line].factors[item.name]
                    sheet.formula(row, column, f"={cells[id(use)]}", use.value)
                else:
                    sheet.formula(row, column, formulas[item].format(row=row + 1), float(values[line]), forms[item])
    sheet.unchecked(table.first + table.count, len(heads))
    return table


def _write_about(table: Table, ledger: Ledger, line: int, last: int, words: Language) -> None:
    sheet, row = table.sheet, table.first + line
    setting, stated = ledger.settings[line], ledger.stated[line]
    sheet.number(row, 0, line + 1, align="left")
    model, accelerator = (getattr(stated, name, None) for name in ("model", "accelerator"))
    model = model or getattr(stated, "run", None) or getattr(stated, "instance", None)
    for column, text in enumerate((model, stated.region, setting.provider, accelerator), 1):
        sheet.text(row, column, text)
    sheet.day(row, 5, setting.date)
    sheet.text(row, 6, setting.method.id)
    sheet.text(row, 7, words(QUALITIES[setting.quality]))
    known = {item.name for item in ledger.of(RESULT) if np.isfinite(ledger.values[item][line])}
    said: dict[str, list[str]] = {}
    for name, reason in setting.reasons.items():
        if name in RESULTS and name not in known:
            said.setdefault(reason, []).append(words(LABELS[name]))
    sheet.text(row, last, "; ".join(f"{', '.join(names)}: {reason}" for reason, names in said.items()))


def entered(sheet: Sheet, ledger: Ledger, words: Language) -> Table:
    """Write the heads of the activity, and return where its fields will stand."""
    names = ledger.inventory.names
    top = sheet.title(
        words("Activity: the rows of the input, added up by line and group"),
        (
            words("Blue cells are given. What all entries of a line share stands on the sheet of lines."),
            words("The last columns are the numbers of the groups in the breakdown."),
            words(UNSORTED),
        ),
    )
    fields = [item for item in ledger.fields if item.kind in (COUNTED, LOAD) or item in ledger.moving]
    heads = [Head(words("line"), 6, numeric=False, band=words("group"))]
    heads += [Head(column_name(name, words), 18, numeric=False, band=words("group")) for name in names]
    heads += _heads(fields, words)
    heads += [Head(column_name(name, words), 8, numeric=False, band=words("number in the breakdown")) for name in names]
    first = sheet.heads(top, heads, frozen=1 + len(names))
    columns = {item: column for column, item in enumerate(fields, 1 + len(names))}
    return Table(sheet, first, columns, len(ledger.order))


def write_entries(entries: Table, ledger: Ledger, lines: Table, cells: Mapping[int, str], words: Language) -> None:
    """Write the activity of each line in each group, through the equations that depend on it."""
    sheet, names = entries.sheet, len(ledger.inventory.names)
    numbers = 1 + names + len(entries.columns)
    for place, line in enumerate(ledger.line):
        row = entries.first + place
        sheet.number(row, 0, line + 1, align="left")
        for column, (value, number) in enumerate(ledger.key(place)):
            sheet.text(row, 1 + column, _label(value, words))
            sheet.number(row, numbers + column, number, font_color=GREY, align="left")
    for item, column in entries.columns.items():
        if item.kind in (COUNTED, LOAD):
            values = ledger.amounts(item)
            form = _count_format(values)
            for place, value in enumerate(values):
                sheet.number(entries.first + place, column, float(value), form, **_look(item))
    # What an entry has by itself stands in its row, what it shares with others on its line, or among the factors.
    common = {item: cells[id(use)] for item, use in ledger.shared.items()}
    of_line = {item: f"{lines.sheet.quoted}!{letters(column)}{{line}}" for item, column in lines.columns.items()}
    here = {item: f"{letters(column)}{{row}}" for item, column in entries.columns.items()}
    for shape in ledger.shapes:
        places = [place for line in shape.members for place in range(*ledger.spans[line])]
        of_entries = ledger.values_of_entries(shape, places)
        moving = {item: here[item] for item in shape.moving}
        for item, text in shape.formulas({**common, **of_line, **moving}).items():
            form = number_format(of_entries[item])
            for place, value in zip(places, of_entries[item], strict=True) if item in shape.moving else ():
                row = entries.first + place
                formula = text.format(row=row + 1, line=lines.first + ledger.line[place] + 1)
                sheet.formula(row, entries.columns[item], formula, float(value), form)
    sheet.unchecked(entries.first + entries.count, numbers + names)


def write_breakdown(sheet: Sheet, ledger: Ledger, entries: Table | None, words: Language) -> None:
    """Write the totals of every group of every column that rows are grouped by."""
    live = entries if ledger.live else None
    note = marked("Every group of rows. Totals are formulas; their ranges are values, not recalculated.")
    if live is None:
        note = marked("Every group of rows. They are too many for formulas: all are values, not recalculated.")
    top = sheet.title(words("Breakdown"), (words(note),))
    counted = [item for item in ledger.fields if item == ROWS or item.name in ledger.inventory.sums.tokens]
    heads = [
        Head(words(text), width, numeric=False, band=words("group"))
        for text, width in ((marked("no."), 7), (marked("by"), 12), (marked("group"), 30))
    ]
    heads += [Head(head.text, 13, head.unit, band=words(_BANDS[COUNTED])) for head in _heads(counted, words)]
    for item in ledger.of(RESULT):
        band, kind = words(LABELS[item.name]), unit(words, item.unit)
        heads += [
            Head(words(text), 13, kind, band=band)
            for text in (marked("total"), marked("5th percentile"), marked("95th percentile"))
        ]
    first = sheet.heads(top, heads, frozen=3, filtered=len(ledger.groups))
    forms = {item: number_format([group.totals[item.name] for _, group in ledger.groups]) for item in ledger.of(RESULT)}
    for number, (name, group) in enumerate(ledger.groups, 1):
        row = first + number - 1
        sheet.number(row, 0, number, align="left")
        sheet.text(row, 1, column_name(name, words))
        sheet.text(row, 2, _label(group.keys[name], words))
        for column, item in enumerate(counted, 3):
            value = float(group.rows if item == ROWS else group.tokens[item.name] or 0)
            _write_total(sheet, row, column, value, "#,##0", _sum_of(live, ledger, name, row, item))
        for place, item in enumerate(ledger.of(RESULT)):
            column, total = 3 + len(counted) + 3 * place, group.totals[item.name]
            _write_total(sheet, row, column, total, forms[item], _sum_of(live, ledger, name, row, item))
            for end, bound in enumerate(group.ranges.get(item.name, ()), 1):
                sheet.number(row, column + end, rounded(bound), forms[item], font_color=GREY)
    sheet.unchecked(first + len(ledger.groups), len(heads))


def _sum_of(entries: Table | None, ledger: Ledger, name: str, row: int, item: Field) -> str:
    """Return the formula that adds up a field over the group whose number stands in the first column of a row."""
    if entries is None:
        return ""
    names = ledger.inventory.names
    column = 1 + len(names) + len(entries.columns) + names.index(name)
    numbers = entries.sheet.down(column, entries.first, entries.first + entries.count - 1)
    return f"=SUMIF({numbers},$A{row + 1},{entries.down(item)})"


def _write_total(sheet: Sheet, row: int, column: int, value: float | None, form: str, formula: str) -> None:
    if value is not None and formula:
        sheet.formula(row, column, formula, value, form)
    else:
        sheet.number(row, column, rounded(value), form)


def _heads(fields: Sequence[Field], words: Language) -> list[Head]:
    heads = []
    for item in fields:
        kind, text = unit(words, item.unit), label_of(item, words)
        width = max(13 if item.kind == FACTOR else 16, 0.9 * len(kind) + 2)
        heads.append(Head(text, width, kind, band=words(_BANDS[item.kind])))
    return heads


def label_of(item: Field, words: Language) -> str:
    """Return what a field is called: a result and a count in words, all else as the equations have it."""
    if item.kind == RESULT:
        return words(LABELS[item.name])
    if item.name in _COUNTS:
        return words(_COUNTS[item.name])
    return item.name.replace("_", " ")


def _look(item: Field) -> Mapping[str, Any]:
    return OPEN if item.kind == LOAD else {}


def _count_format(values: Any) -> str:
    whole = all(float(value).is_integer() and value < 1e12 for value in values)
    return "#,##0" if whole else number_format(values)


def _label(value: Any, words: Language) -> str:
    return words("(blank)") if value is None or value == "" else str(value)
