"""The columns that a batch writes, as a published schema."""

from __future__ import annotations

from typing import Any

from footprint.batch.columns import INPUTS, OTHER_INPUTS
from footprint.results import COLUMNS, LABELS, RESULTS, SCHEMA_VERSION, bound_columns

#: How a row was estimated.
_SAID = {
    "method": "the method by its id: see the methodology",
    "quality": "measured, provider_reported, modelled or proxy",
    "factors": "the rows of the catalogue that were used, by id, with semicolons between",
    "warnings": "what must be known before the row is used",
    "edition": "the edition of the catalogue",
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of an estimated row; columns of the input stand beside these.

    >>> schema()["properties"]["facility_energy_kwh"]["description"]
    "electricity, building's meter [kWh]"
    """
    properties: dict[str, Any] = {
        name: {"description": meaning} for name, meaning in {**INPUTS, **OTHER_INPUTS}.items()
    }
    for name, column in COLUMNS.items():
        what = f"{LABELS[name]} [{RESULTS[name]}]"
        properties[column] = {"type": ["number", "null"], "description": what}
        for bound, end in zip(bound_columns(name), ("5th", "95th"), strict=True):
            text = f"{what}, {end} percentile; with --row-ranges"
            properties[bound] = {"type": ["number", "null"], "description": text}
    for name, meaning in _SAID.items():
        properties[name] = {"type": ["string", "null"], "description": meaning}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A row that footprint batch has estimated",
        "version": SCHEMA_VERSION,
        "type": "object",
        "required": [*COLUMNS.values(), *_SAID],
        "properties": properties,
        "additionalProperties": True,
    }
