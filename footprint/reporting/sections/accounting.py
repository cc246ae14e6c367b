"""The accounts of a report: greenhouse gas by scope, water, electricity by source, and what they come to for a unit."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.language import Language
from footprint.numbers import in_scale, number, supported
from footprint.reporting.account import Account, carriers, claimed
from footprint.reporting.blocks import Block, Column, Notes, Paragraph, Table
from footprint.reporting.figures import cells, ends, in_english, scaled, value_columns
from footprint.reporting.sections.pictures import pictures
from footprint.reporting.vocabulary import scope
from footprint.results import LABELS
from footprint.units import Quantity


def scopes(account: Account, words: Language) -> Iterator[Block]:
    """Yield greenhouse gas by scope, as the role of a report claims it."""
    total, role = account.summary.total, account.definition.role
    yield from pictures(account, words, "scope")
    yield from pictures(account, words, "market")
    found, said = claimed(account)
    rows = []
    for name in ("carbon_location", "carbon_market", "carbon_embodied", "carbon_upstream"):
        of_scope = scope(found[name], words) if name in found else words("none claimed")
        rows.append((words(LABELS[name]), of_scope, *cells(account, total, name, words)))
    yield Table(
        words(
            "Greenhouse gas by scope; location- and market-based are two readings of the same electricity, never added"
        ),
        (Column(words("what")), Column(words("scope")), *value_columns(words)),
        tuple(rows),
        note=in_english(rows, words),
    )
    if role is None:
        yield Paragraph(words("No role was given, so no scope is claimed (role = owner, tenant or buyer)."), "note")
    if said:
        yield Notes(tuple(words(text) for text in said))


def water(account: Account, words: Language) -> Iterator[Block]:
    """Yield water, consumed and withdrawn."""
    total = account.summary.total
    names = (
        "water_site",
        "water_grid",
        "water_embodied",
        "water_site_withdrawn",
        "water_grid_withdrawn",
        "water_stress",
    )
    rows = [(words(LABELS[name]), *cells(account, total, name, words)) for name in names]
    yield Table(
        words("Water: consumed and withdrawn are two quantities, never added; grid water is not an organisation's own"),
        (Column(words("what")), *value_columns(words)),
        tuple(rows),
        note=in_english(rows, words),
    )


def energy(account: Account, words: Language) -> Iterator[Block]:
    """Electricity by source: the mix of each zone, over the electricity used there."""
    if not account.summary.estimated:
        return
    found = carriers(account)
    unknown, all_ = found["unknown"], sum(found.values())
    if not all_ or unknown == all_:
        yield Paragraph(
            words("The mix of the grids is not known: no region was given, or no mix is on record."), "note"
        )
        return
    named = {
        words("fossil"): found["fossil"],
        words("nuclear"): found["nuclear"],
        words("renewable"): found["renewable"],
        words("not known"): unknown,
    }
    unit = in_scale(Quantity(all_, "kWh")).units
    low, high = account.summary.total.ranges.get("facility_energy", (all_, all_))
    digits = supported(low, all_, high)
    rows = [
        (
            name,
            words.number(number(float(Quantity(value, "kWh").m_as(unit)), digits)),
            words.unit(f"{unit:~C}"),
            words.percent(value / all_),
        )
        for name, value in named.items()
        if value > 0
    ]
    yield Table(
        words("Electricity at the meter, by the average mix of the country it was used in"),
        (
            Column(words("source")),
            Column(words("electricity"), True),
            Column(words("unit")),
            Column(words("share"), True),
        ),
        tuple(rows),
    )


def intensities(account: Account, words: Language) -> Iterator[Block]:
    """Yield what the carbon comes to for each unit of something."""
    total, definition = account.summary.total, account.definition
    carbon = total.totals["carbon_location"]
    if carbon is None:
        return
    low, high = total.ranges.get("carbon_location", (carbon, carbon))
    tokens = sum(value or 0 for value in total.tokens.values())
    per = [
        (words("a million tokens"), tokens / 1e6),
        (words("a person"), definition.headcount or 0.0),
        (
            words("a million {currency} of net revenue", currency=definition.currency or ""),
            (definition.revenue or 0.0) / 1e6,
        ),
    ]
    rows = [
        (what, *scaled(Quantity(carbon / count, "kgCO2e"), words, supported(low, carbon, high)),
         ends(Quantity(carbon / count, "kgCO2e"), low / count, high / count, words))
        for what, count in per
        if count
    ]  # fmt: skip
    if rows:
        yield Table(
            words("Carbon, location-based, for each unit"),
            (Column(words("for")), *value_columns(words)),
            tuple(rows),
        )
