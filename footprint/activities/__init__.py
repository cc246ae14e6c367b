"""What a user states: a query, a training run, the load of a hall. Validated here, with units, once for all.

What is left out stays unknown; no activity fills in a default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint._public import imported_when_asked

__all__ = [
    "MEDIA",
    "TOKENS",
    "UNITS",
    "WORDS",
    "Activity",
    "CloudInstance",
    "DatacenterLoad",
    "Query",
    "TrainingRun",
    "amount",
    "hours_of",
]

if TYPE_CHECKING:
    from footprint.activities.activity import Activity, hours_of
    from footprint.activities.amounts import MEDIA, TOKENS, UNITS, WORDS, amount
    from footprint.activities.datacenter import DatacenterLoad
    from footprint.activities.instance import CloudInstance
    from footprint.activities.query import Query
    from footprint.activities.training import TrainingRun

_HOMES = {
    "MEDIA": "footprint.activities.amounts",
    "TOKENS": "footprint.activities.amounts",
    "UNITS": "footprint.activities.amounts",
    "WORDS": "footprint.activities.amounts",
    "Activity": "footprint.activities.activity",
    "CloudInstance": "footprint.activities.instance",
    "DatacenterLoad": "footprint.activities.datacenter",
    "Query": "footprint.activities.query",
    "TrainingRun": "footprint.activities.training",
    "amount": "footprint.activities.amounts",
    "hours_of": "footprint.activities.activity",
}


# One estimate is of one kind of activity: it does not wait for the others.
__getattr__ = imported_when_asked(__name__, _HOMES)
