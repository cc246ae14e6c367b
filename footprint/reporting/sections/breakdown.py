"""What drives the footprint: its totals by each column that rows were grouped by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.batch import Group
from footprint.language import Language
from footprint.reporting.account import CONSUMED, MONTH, Account
from footprint.reporting.blocks import Block, Column, Table
from footprint.reporting.figures import JOINT, in_unit, key_text, range_of, unit_of
from footprint.reporting.vocabulary import column

#: Rows of a table for people beyond which the rest is added up.
_SHOWN = 25
#: The same of months: five years.
_MONTHS = 60


def breakdown(account: Account, words: Language) -> Iterator[Block]:
    """Yield the totals by each column."""
    inventory = account.summary.inventory
    for name in inventory.names:
        groups, _ = inventory.by(name)
        if len(groups) > 1 or (groups and name == account.definition.group_by):
            yield _group_table(account, name, groups, words)


def _group_table(account: Account, name: str, groups: Sequence[Group], words: Language) -> Table:
    shown = groups[: _MONTHS if name == MONTH else _SHOWN]
    if name == MONTH:
        shown = sorted(shown, key=lambda group: str(group.keys[name]))
    # One unit a column, in its head: figures below one another can be compared.
    units = {result: unit_of(shown, result) for result in ("facility_energy", "carbon_location", *CONSUMED)}

    def said(result: str, what: str) -> str:
        return f"{what},{JOINT}{words.unit(units[result]).replace(' ', JOINT)}"

    rows = [
        (
            key_text(name, group.keys[name], words),
            words.count(group.rows),
            in_unit(group, "facility_energy", units, words),
            in_unit(group, "carbon_location", units, words),
            range_of(group, "carbon_location", words, units["carbon_location"]),
            *(in_unit(group, result, units, words) for result in CONSUMED),
        )
        for group in shown
    ]
    more = len(groups) - len(shown)
    return Table(
        words("By {column}", column=column(name, words)),
        (
            Column(column(name, words)),
            Column(words("rows"), True),
            Column(said("facility_energy", words("electricity at the meter")), True),
            Column(said("carbon_location", words("carbon, location-based")), True),
            Column(words("90 % range").replace(" ", JOINT)),
            Column(said("water_site", words("water on site")), True),
            Column(said("water_grid", words("water at power plants")), True),
        ),
        tuple(rows),
        note=words("and {count} more; the workbook and the JSON have them all", count=words.count(more))
        if more > 0
        else "",
    )
