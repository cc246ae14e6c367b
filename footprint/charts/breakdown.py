"""Who and what makes a total: bars by a column of the rows, largest first, the many small ones as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from footprint.charts.amounts import Amount, Scale
from footprint.charts.bars import Bar, bars
from footprint.charts.chart import Chart
from footprint.charts.frame import Numbers, Said, Sheet, finished, missing_notes, source_line
from footprint.charts.subject import Part, Subject
from footprint.charts.titles import shares_title, things
from footprint.errors import NotEstimableError, clipped
from footprint.language import Language
from footprint.results import COLUMNS

#: Groups that have a bar of their own.
SHOWN = 8
#: Names of factors whose publishers a source line names first, by what is measured.
FIRST = {
    "carbon": ("grid_intensity",),
    "energy": ("accelerator_energy_per_request", "rated_power", "pue"),
    "water": ("wue_grid", "wue_site"),
}


#: Columns of what several results add up to.
_SUMS = {"water": "water_l", "carbon": "carbon_kg"}


def breakdown(column: str, subject: Subject, sheet: Sheet) -> Chart:
    """Return the total by a column of the rows, such as ``team``."""
    words, measure = sheet.words, sheet.measure
    parts, others, rest = subject.largest(column, SHOWN, measure.result)
    known = [part for part in parts if part.amounts[measure.result] is not None]
    if not known:
        raise NotEstimableError(f"no chart by {column}: {measure.name} is not known: {why(subject, measure.parts)}.")
    amounts = [amount for part in known if (amount := part.amounts[measure.result])]
    rest_amount = others.amounts[measure.result] if others else None
    scale = Scale.of([*amounts, *([rest_amount] if rest_amount else [])], words)
    whole = sum(amount.value for amount in amounts) + (rest_amount.value if rest_amount else 0.0)
    names = [label(part.key, words) for part in parts]
    title, count = shares_title(
        [label(part.key, words) for part in known],
        [amount.value for amount in amounts],
        whole,
        column,
        words(measure.whole),
        words,
        len(parts) + rest,
    )
    items = [
        _bar(part, name, place < count, subject, sheet)
        for place, (part, name) in enumerate(zip(parts, names, strict=True))
    ]
    if others:
        name = words.plural("{count} other", "{count} others", rest)
        items.append(_bar(others, name, False, subject, sheet, pale=True))
    said = Said(
        title=title,
        subtitle=words(
            "{what}, by {thing}, in {unit}, {period}; the lines are 90 % ranges",
            what=words(measure.what),
            thing=things(column, words, several=False),
            unit=scale.label,
            period=subject.period(words) or words("period not known"),
        ),
        alt=told([(bar.label, bar.amount) for bar in items], scale, words),
        notes=missing_notes(subject, words, measure.parts),
        source=source_line(subject, words, FIRST[measure.name]),
    )
    keys = [(name, part) for name, part in zip(names, parts, strict=True)]
    if others:
        keys.append((items[-1].label, others))
    table = [
        {
            column: None if part is others else _key(part),
            "rows": part.rows,
            **row_of(part.amounts[measure.result], measure.result),
        }
        for _, part in keys
    ]
    cells = [
        (name, words.count(part.rows), *cells_of(part.amounts[measure.result], scale, words)) for name, part in keys
    ]
    heads = (things(column, words, several=False), words("rows"), *heads_of(words(measure.title), scale, words))
    return finished(
        "group" if column not in ("team", "model", "region") else column,
        subject,
        sheet,
        said,
        bars(items, scale, sheet),
        Numbers(table=table, heads=heads, cells=cells),
    )


def label(key: Any, words: Language) -> str:
    """Return the name of a group, on one line."""
    return words("(blank)") if key is None or str(key).strip() == "" else clipped(key, 60)


def told(items: Sequence[tuple[str, Amount | None]], scale: Scale, words: Language, most: int = 12) -> str:
    """Return amounts as a text alternative says them."""
    texts = []
    for name, amount in items[:most]:
        if amount is None:
            texts.append(words("{name}: not known", name=name))
            continue
        between = scale.between(amount)
        text = words("{name}: {amount} ({range})", name=name, amount=scale.text(amount), range=between)
        texts.append(text if between else words("{name}: {amount}", name=name, amount=scale.text(amount)))
    if len(items) > most:
        texts.append(words.plural("and {count} more", "and {count} more", len(items) - most))
    return joined(texts, words)


def joined(texts: Iterable[str], words: Language) -> str:
    """Return several statements as one sentence."""
    return words("; ").join(texts) + "."


def row_of(amount: Amount | None, result: str) -> dict[str, Any]:
    """Return an amount as data, under the name of its column in files."""
    name = COLUMNS.get(result) or _SUMS[result]
    if amount is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = amount.ends
    return {name: _rounded(amount.value), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}


def heads_of(title: str, scale: Scale, words: Language) -> tuple[str, str]:
    """Return the heads of an amount and its range."""
    return words("{title}, {unit}", title=title, unit=scale.label), words("90 % range")


def cells_of(amount: Amount | None, scale: Scale, words: Language) -> tuple[str, str]:
    """Return an amount and its range as people read them."""
    return (words("not known"), "") if amount is None else (scale.text(amount, unit=False), scale.between(amount))


def why(subject: Subject, results: Sequence[str]) -> str:
    """Return why some results are not known."""
    found = [subject.reasons[name].rstrip(".") for name in results if name in subject.reasons]
    return "; ".join(dict.fromkeys(found)) or "no row knows it"


def _bar(part: Part, name: str, bold: bool, subject: Subject, sheet: Sheet, pale: bool = False) -> Bar:
    amount = part.amounts[sheet.measure.result]
    shown = "" if amount else sheet.words("not known")
    return Bar(label=name, amount=amount, shown=shown, bold=bold, pale=pale)


def _key(part: Part) -> Any:
    return clipped(part.key, 200) if isinstance(part.key, str) else part.key


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")
