"""Which method an activity asks for by name: one of our ways, one of our methods, or a method of others."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
from collections.abc import Callable
from typing import Any

from footprint.activities import UNITS, Activity, Query
from footprint.catalogue import Catalogue, Place
from footprint.catalogue.names import normal
from footprint.errors import FootprintError, UnknownNameError
from footprint.methods import METHODS, PUBLISHED
from footprint.settling.draft import KINDS, Draft, not_covered
from footprint.settling.published import COVERS, draft_published
from footprint.settling.query import WAYS

#: What people call a method, where it is not its id.
_ALIASES = {
    "ccf": "cloud_carbon_footprint",
    "green_algorithms_4_hpc": "green_algorithms",
    "ml_co2": "ml_co2_impact",
    "mlco2": "ml_co2_impact",
    "mlco2_impact": "ml_co2_impact",
    "ecologit": "ecologits",
    "boavizta": "boaviztapi",
    "benchmark": "measurement",
}

#: The ways and methods of ours that a kind of activity may take.
_OURS: dict[str, tuple[str, ...]] = {
    "query": tuple(WAYS),
    "training": (
        "metered_facility",
        "metered_it",
        "metered_accelerator",
        "training_accelerator_hours",
        "training_accelerator_power",
        "training_operations",
    ),
    "datacenter": ("metered_both", "metered_facility", "metered_it", "metered_accelerator", "it_power"),
    "instance": tuple(id for id in METHODS if id.startswith("instance_")),
}

Settler = Callable[[Any, Catalogue, datetime.date, Place | None], Draft]


def names_for(kind: str) -> tuple[str, ...]:
    """Return what a method may be called for a kind of activity, ours first.

    >>> names_for("query")[:3], "ecologits" in names_for("query"), "ecologits" in names_for("training")
    (('stated', 'measurement', 'disclosure'), True, False)
    """
    return (*_OURS[kind], *COVERS.get(kind, ()))


def method_named(text: str, kind: str) -> str:
    """Return the id of the way or the method that ``text`` names.

    Raises
    ------
    footprint.errors.UnknownNameError : no such method; the nearest names are offered

    >>> method_named("EcoLogits", "query"), method_named("ML CO2 Impact", "training")
    ('ecologits', 'ml_co2_impact')
    """
    written = normal(text).replace("-", "_")
    id = _ALIASES.get(written, written)
    if id in WAYS or id in METHODS or id in PUBLISHED:
        return id
    known = names_for(kind)
    near = difflib.get_close_matches(id, [*known, *PUBLISHED, *METHODS, *_ALIASES], 3, 0.5)
    offered = list(dict.fromkeys(_ALIASES.get(name, name) for name in near))
    raise UnknownNameError("method", text, offered, f"Known: {', '.join(known)}.")


def draft_by_name(
    activity: Activity, settler: Settler, catalogue: Catalogue, date: datetime.date, place: Place | None
) -> Draft:
    """Settle an activity by the method that it names.

    Raises
    ------
    footprint.errors.UnknownNameError : no such method
    footprint.errors.NotEstimableError : the method does not cover the activity; the message says what it would need
    """
    id = method_named(str(activity.method), activity.kind)
    if id in PUBLISHED:
        return draft_published(activity, PUBLISHED[id], catalogue, date, place)
    if id in WAYS:
        if not isinstance(activity, Query):
            raise not_covered(id, KINDS[activity.kind], "a query")
        return settler(dataclasses.replace(activity, method=id), catalogue, date, place)
    return _draft_by_id(id, activity, settler, catalogue, date, place)


def _draft_by_id(
    id: str, activity: Activity, settler: Settler, catalogue: Catalogue, date: datetime.date, place: Place | None
) -> Draft:
    """Settle by one of our methods: the best evidence if it leads there, else any way that does."""
    ways = [None, *WAYS] if isinstance(activity, Query) else [None, id]
    refused: FootprintError | None = None
    for way in ways:
        try:
            draft = settler(dataclasses.replace(activity, method=way), catalogue, date, place)
        except FootprintError as error:
            refused = refused or error
            continue
        if draft.method.id == id:
            return draft
    if refused is not None and id in names_for(activity.kind):
        raise refused
    amounts = [name.replace("_", " ") for name in METHODS[id].needs if name in UNITS and name not in _OPTIONAL]
    needs = ", ".join(amounts) if amounts and not id.startswith("metered") else "a reading of a meter (--energy)"
    raise not_covered(id, KINDS[activity.kind], needs)


#: Amounts that a method takes where they are given.
_OPTIONAL = ("extra_runs", "idle_reserve", "reasoning_tokens", "cached_tokens", "cache_write_tokens")
