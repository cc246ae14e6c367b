"""The canonical activity table: what every reader turns its source into, and what a batch estimates.

One row is one use: of a model, of an instance, of accelerators, of metered electricity, or what a source states of
itself. A blank is not known, never zero. `docs/columns.md` is written from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Version of the table; a change that a file of an earlier version does not meet raises the first number.
VERSION = "1.0"

#: What a row is a use of.
KINDS: dict[str, str] = {
    "query": "requests to a model, by their tokens",
    "instance": "hours of a cloud instance",
    "accelerators": "hours of accelerators",
    "energy": "electricity that was metered, or stated by another estimator",
    "stated": "what a provider states of itself: laid beside our figures, never added to them",
}
#: Where electricity was metered.
BOUNDARIES: dict[str, str] = {
    "facility": "at the building's meter, cooling included",
    "it": "at the servers' plugs",
    "accelerator": "at the accelerators alone",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, and what it says."""

    #: text, number, whole or time
    type: str
    meaning: str
    #: the only texts that may stand in it
    values: tuple[str, ...] = ()


COLUMNS: dict[str, Column] = {
    "source_row": Column(
        "whole", "line or record of the source that the row came from; the first where there were several"
    ),
    "date": Column("time", "start of the use, UTC"),
    "period_end": Column("time", "end of the use, UTC, not itself within; the same as the date for an instant"),
    "kind": Column("text", "what the row is a use of", tuple(KINDS)),
    "model": Column("text", "model or product, as the source writes it"),
    "region": Column("text", "country, grid zone or cloud region, as the source writes it"),
    "provider": Column("text", "who runs the hall"),
    "accelerator": Column("text", "what the use ran on"),
    "instance": Column("text", "type of the cloud instance"),
    "requests": Column("whole", "number of requests; more than one marks a sum"),
    "input_tokens": Column("whole", "tokens read that no cache held"),
    "cached_tokens": Column("whole", "tokens read from a cache, beside the input tokens"),
    "cache_write_tokens": Column("whole", "tokens read and kept in a cache, beside the input tokens"),
    "output_tokens": Column("whole", "tokens of the answers"),
    "reasoning_tokens": Column("whole", "tokens of reasoning, beside the output tokens"),
    "instance_hours": Column("number", "hours of all instances of the row together [h]"),
    "accelerator_hours": Column("number", "hours of all accelerators of the row together [acc_h]"),
    "energy_kwh": Column("number", "electricity [kWh]"),
    "energy_boundary": Column("text", "where it was metered", tuple(BOUNDARIES)),
    "stated_carbon_kg": Column("number", "emissions that the source states, location-based [kgCO2e]"),
    "stated_carbon_market_kg": Column("number", "emissions that the source states, market-based [kgCO2e]"),
    "set_aside": Column("text", "why the row is no use of its own, such as a credit; it is counted, and not estimated"),
    "reject_column": Column("text", "which column of the source makes the row unusable"),
    "reject_value": Column("text", "what stands in it"),
    "reject_reason": Column("text", "why the row cannot be used; blank for a good row"),
}
#: Columns of the reader's own bookkeeping: no use of anything.
ASIDE = ("set_aside", "reject_column", "reject_value", "reject_reason")

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "number": {"type": ["number", "null"], "minimum": 0},
    "whole": {"type": ["integer", "null"], "minimum": 0},
    "time": {"type": ["string", "null"], "format": "date-time"},
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of one row; columns beside these pass through as they are.

    >>> schema()["properties"]["kind"]["enum"][:2]
    ['query', 'instance']
    """
    properties: dict[str, Any] = {}
    for name, column in COLUMNS.items():
        properties[name] = {**_JSON_TYPES[column.type], "description": column.meaning}
        if column.values:
            properties[name]["enum"] = [*column.values, None]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A row of footprint's canonical activity table",
        "version": VERSION,
        "type": "object",
        "required": ["kind"],
        "properties": properties,
        "additionalProperties": True,
    }
