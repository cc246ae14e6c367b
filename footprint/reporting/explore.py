"""What lets a reader of a page pick a month or a group: figures as data, and charts that follow.

A page adds central figures up by itself; a range it only shows where one was computed: of the whole, and of each month
and group alone. Ranges do not add up, so a combination of two has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from footprint._files import shipped
from footprint.batch import Group
from footprint.charts.amounts import MEASURES, TOGETHER
from footprint.charts.chart import vega
from footprint.charts.lettering import widest
from footprint.charts.theme import FONT, LABEL, theme
from footprint.language import Language
from footprint.numbers import steps_of
from footprint.reporting.account import MONTH, Account, why_not
from footprint.reporting.letters import visible
from footprint.reporting.vocabulary import column
from footprint.results import RESULTS

#: Groups of a column that have a name of their own: fewer, where there would be too many combinations.
_NAMED = (12, 10, 8, 6, 4, 3)
#: Months, the last ones.
_MONTHS = 60
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
#: Combinations of month and groups that a page holds at most.
CELLS = 20_000
#: Letters of a label that a chart and a list have room for.
_LONGEST = 60
#: The results that a page adds up.
_ADDED = ("facility_energy", "carbon_location", "carbon_market", "water_site", "water_grid")
#: Digits of the figures that are added up there: many more than are shown.
_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column by which a reader can choose: what stands in its list, the first for everything."""

    title: str
    #: over the chart by this column
    head: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What a page needs beside its text to be explored."""

    choices: tuple[Choice, ...]
    #: quantities that its charts can show
    measures: tuple[str, ...]
    #: what was merged into others
    notes: tuple[str, ...]
    #: figures and charts, as JSON
    data: str
    scripts: tuple[str, ...]

    @property
    def embedded(self) -> str:
        """The data as it can stand in a page: no end of a script, nor anything else that a browser would act on."""
        return self.data.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


@dataclass(frozen=True, slots=True)
class _Column:
    """The groups of a column that are named, and all others as one."""

    name: str
    keys: tuple[Any, ...]
    labels: tuple[str, ...]
    #: None of a month without rows
    groups: tuple[Group | None, ...]
    #: how many are merged into one; zero where none is
    merged: int


def explored(account: Account, words: Language) -> Explored | None:
    """Return what a page of an account needs to be explored; None where there is nothing to choose."""
    inventory = account.summary.inventory
    # The column of the definition comes first after the month: it is what the report is about.
    first = [name for name in (MONTH, account.definition.group_by) if name in inventory.names]
    names = [*first, *(name for name in inventory.names if name not in first)]
    if not account.summary.estimated:
        return None
    for count in _NAMED:
        columns = [found for name in names if len((found := _column(account, name, count, words)).labels) > 1]
        cells = inventory.crossed({found.name: found.keys for found in columns})
        if len(cells) <= CELLS:
            break
    if not columns:
        return None
    _, total = inventory.by(together=TOGETHER)
    measures = [measure for measure in MEASURES.values() if total.totals[measure.result] is not None]
    if not measures:
        return None
    colours = theme("light")
    data = {
        "columns": [
            {
                "title": column(found.name, words),
                "head": words("By {column}", column=column(found.name, words)),
                "labels": found.labels,
                "years": [str(key)[:4] for key in found.keys] if found.name == MONTH else None,
                "short": [words.month(str(key), year=False) for key in found.keys]
                if found.name == MONTH and _all_months(found)
                else None,
                "width": widest(list(found.labels), LABEL, True),
                "ranges": [_ranges(group) for group in found.groups],
            }
            for found in columns
        ],
        "cells": _cells(cells),
        "total": _ranges(total),
        "measures": [
            {
                "result": measure.result,
                "title": words(measure.title),
                "what": words(measure.what),
                "colour": colours.of(measure.name),
                "pale": colours.pale(colours.of(measure.name)),
                "band": colours.band(colours.of(measure.name)),
            }
            for measure in measures
        ],
        "units": {
            name: [[words.unit(unit), size, least] for unit, size, least in steps_of(RESULTS[name])]
            for name in _ADDED
        } | {name: [[words.unit(unit), size, least] for unit, size, least in steps_of(RESULTS[parts[0]])]
             for name, parts in TOGETHER.items()},
        "signs": [words.number(","), words.number(".")],
        "texts": _texts(account, words),
        "charts": {"months": _chart("months"), "bars": _chart("bars")},
    }  # fmt: skip
    return Explored(
        choices=tuple(_choice(found, words) for found in columns),
        measures=tuple(words(measure.title) for measure in measures),
        notes=tuple(_notes(columns, words)),
        data=json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True),
        scripts=(vega(), (shipped("templates", "page.html.j2") / "explore.js").read_text("utf-8")),
    )


def _column(account: Account, name: str, count: int, words: Language) -> _Column:
    """Return the largest groups of a column, or the last months, and the others as one."""
    inventory = account.summary.inventory
    result = "carbon_location" if account.summary.total.totals["carbon_location"] is not None else "facility_energy"
    found: Mapping[Any, Group]
    if name == MONTH:
        found = {group.keys[name]: group for group in inventory.by(name, together=TOGETHER)[0]}
        every = _every_month(list(found))
        merged, others = max(len(every) - _MONTHS, 0), None
        keys = every[merged:]
    else:
        largest, others, merged = inventory.largest(name, count, result, TOGETHER)
        found = {group.keys[name]: group for group in largest}
        keys = list(found)
    labels = [_label(name, key, words) for key in keys]
    if merged:
        labels.append(words("earlier") if name == MONTH else words("{count} others", count=merged))
    return _Column(name, tuple(keys), tuple(labels), (*(found.get(key) for key in keys), others), merged)


def _every_month(keys: Sequence[Any]) -> list[Any]:
    """Return the months from the first to the last, those without rows too; keys that are no months, in their order."""
    if not keys or not all(_MONTH.fullmatch(str(key)) for key in keys):
        return sorted(keys, key=str)
    first, last = (int(str(key)[:4]) * 12 + int(str(key)[5:]) - 1 for key in (min(keys), max(keys)))
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in range(first, last + 1)]


def _label(name: str, key: Any, words: Language) -> str:
    if key is None or key == "":
        return words("(blank)")
    if name == MONTH and _MONTH.fullmatch(str(key)):
        return words.month(str(key), long=True)
    text = visible(str(key))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _all_months(found: _Column) -> bool:
    return not found.merged and all(_MONTH.fullmatch(str(key)) for key in found.keys)


def _choice(found: _Column, words: Language) -> Choice:
    title = column(found.name, words)
    return Choice(
        title=title[:1].upper() + title[1:],
        head=words("By {column}", column=title),
        options=(words("all"), *found.labels),
    )


def _ranges(group: Group | None) -> dict[str, list[float | None]]:
    """Return the range of each result that has one, and of their sums."""
    found = group.ranges if group else {}
    return {name: [_short(end) for end in found[name]] for name in (*_ADDED, *TOGETHER) if name in found}


def _cells(cells: Sequence[tuple[tuple[int, ...], Group]]) -> dict[str, Any]:
    """Return the combinations column by column: where each lies, its rows, its results, and the rows behind these."""
    return {
        "at": [list(places) for places in zip(*(place for place, _ in cells), strict=True)],
        "rows": [group.rows for _, group in cells],
        "values": {name: [_short(group.totals[name]) for _, group in cells] for name in _ADDED},
        "known": {
            name: None
            if all(group.known[name] in (0, group.rows) for _, group in cells)
            else [group.known[name] for _, group in cells]
            for name in _ADDED
        },
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _notes(columns: Sequence[_Column], words: Language) -> list[str]:
    notes = []
    for found in columns:
        named = len(found.keys)
        if found.merged and found.name == MONTH:
            notes.append(words("The last {count} months are named; those before are one entry.", count=named))
        elif found.merged:
            notes.append(
                words(
                    "By {column}, the {named} largest of {count} are named; the {others} others are one entry.",
                    column=column(found.name, words),
                    named=named,
                    count=named + found.merged,
                    others=found.merged,
                )
            )
    return notes


def _texts(account: Account, words: Language) -> dict[str, str]:
    """Return what the page says of a choice, with places for what is chosen."""
    unknown = (
        words("market-based: not known, no contract was declared")
        if why_not(account, "carbon_market").startswith("no contract")
        else words("market-based: not known")
    )
    return {
        "whole": words(
            "Shown: everything, with the 90 % range of each figure. Pick a month or a bar, or use the lists."
        ),
        "one": words("Shown: {chosen}, with the 90 % range of each figure.", chosen="{chosen}"),
        "several": words(
            "Shown: {chosen}. These are central figures, added up; ranges do not add up, and a combination has none.",
            chosen="{chosen}",
        ),
        "nothing": words("Shown: {chosen}. No row is of this combination.", chosen="{chosen}"),
        "between": words("{low} to {high}", low="{low}", high="{high}"),
        "meters": words("at the data centres' meters"),
        "of_it": words("{value} of it on site", value="{value}"),
        "site": words("on site alone"),
        "grid": words("at power plants alone"),
        "unknown": words("not known"),
        "location": words("{one}; {other}", one=words("location-based"), other="{other}"),
        "market": words("{value} market-based", value="{value}"),
        "no_market": unknown,
        "incomplete": words("known for {count} of {rows} rows", count="{count}", rows="{rows}"),
        "drawn": words("{what}, in {unit}", what="{what}", unit="{unit}"),
        "beside": words("{one}; {other}", one="{one}", other="{other}"),
        "band": words("the band is the 90 % range"),
        "lines": words("the lines are 90 % ranges"),
        "range": words("90 % range"),
        "table": words("The figures stand in the table below."),
    }


def _chart(name: str) -> Any:
    """Return a chart as Vega has it, in the light colours: what it shows is put into it on the page."""
    colours = theme("light")
    signs = {
        "font": FONT,
        "band": colours.band(colours.carbon),
        "pale": colours.pale(colours.carbon),
        **{name: getattr(colours, name) for name in ("paper", "ink", "grey", "rule", "carbon")},
    }
    text = (shipped("templates", "page.html.j2") / f"explore_{name}.json").read_text("utf-8")
    return json.loads(re.sub(r"\$(\w+)(?=\")", lambda found: signs.get(found[1], found[0]), text))
