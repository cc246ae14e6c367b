"""Answers for which the web was searched: the search is a second energy, at its own boundary and with its own row."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from footprint.catalogue import Catalogue
from footprint.methods import METHODS
from footprint.settling.draft import Draft
from footprint.units import is_unit

#: Methods for one energy a request, and the same with a search for each.
_WITH_SEARCH = {"requests_it": "requests_it_search", "requests_facility": "requests_facility_search"}


def add_search(draft: Draft, catalogue: Catalogue, product: Mapping[str, Any]) -> None:
    """Add the web search behind each answer of a product, where the catalogue names one."""
    row = catalogue.row("energy_per_use", product["second_use"]) if product["second_use"] else None
    if row is None:
        return
    method = _WITH_SEARCH.get(draft.method.id)
    if method is None or row["value"] is None or not is_unit(row["unit"], "Wh/request"):
        draft.warnings.append(f"a web search behind each answer is not counted ({row['id']}).")
        return
    use = catalogue.used(row, name="facility_energy_per_search", rung="published per use, the search behind an answer")
    if use.low is None:
        use = dataclasses.replace(use, **_bounds(catalogue, row))
    draft.method = METHODS[method]
    draft.add(use)
    # The figure of the answer alone is no longer that of a request.
    draft.printed = None
    draft.assumptions.append("one web search behind each answer was added.")
    draft.warnings.append(
        f"the only published energy of a web search, {row['value']:g} Wh, is of {row['year']}: likely too high since."
    )


def _bounds(catalogue: Catalogue, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds of a figure that has none of its own, from the row that gives the range of its product."""
    found = catalogue.once(
        ("range of", row["id"]),
        lambda: catalogue.rows(
            "SELECT ranges.low, ranges.high, ranges.distribution FROM products "
            "JOIN energy_per_use AS ranges ON ranges.id = products.range_use "
            "WHERE products.use = $id AND ranges.value = $value AND ranges.unit = $unit AND ranges.low IS NOT NULL "
            "LIMIT 1",
            id=row["id"],
            value=row["value"],
            unit=row["unit"],
        ),
    )
    return found[0] if found else {}
