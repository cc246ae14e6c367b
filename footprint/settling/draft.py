"""A setting in the making, and what settling every kind of activity shares."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.activities import Activity
from footprint.catalogue import Catalogue, FactorUse, Place, Question, stated
from footprint.errors import NotEstimableError
from footprint.methods import METHODS, Method
from footprint.units import Quantity, is_unit

if TYPE_CHECKING:
    from footprint.catalogue import Published

#: Rungs of the ladder that settling tells apart.
HOSTS_ADDED = "hosts and memory were added to the accelerators' energy."
LEFT_OUT = "left out by the method"
#: Kinds of activity, as messages call them.
KINDS = {
    "query": "a query",
    "training": "a training run",
    "datacenter": "the load of a hall",
    "instance": "a cloud instance",
}
INPUT_RUNG, OVERLAY_RUNG = "published inputs of the run", "overlay of the user"
METERED = {
    "kWh": ("metered_facility", "facility_energy"),
    "kWh_IT": ("metered_it", "it_energy"),
    "kWh_acc": ("metered_accelerator", "accelerator_energy"),
}

_EMBODIED_COEFFICIENTS = {
    "host": "ecologits_server_embodied_no_gpu",
    "accelerators_per_server": "ecologits_server_gpus",
    "hardware_lifetime": "hardware_lifetime",
}


#: How a figure of making a chip says that its server is inside: none is added then.
_WITH_HOST = "its share of the host"


@dataclass(slots=True)
class Draft:
    """A setting in the making: found so far, and what the ladder is still asked."""

    method: Method
    quality: str
    place: Place | None
    provider: str | None
    date: datetime.date
    factors: dict[str, FactorUse] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    published: list[Published] = field(default_factory=list)
    printed: FactorUse | None = None
    #: nobody named who runs the hall: the model's usual host was taken
    usual_host: bool = False
    #: what is settled
    activity: Activity | None = None
    #: names that alone may be taken, by a method that knows no others; None: all
    only: frozenset[str] | None = None
    #: an instrument with a quantity waits for all the electricity used: see `Setting.priced`
    market_open: bool = False

    def placed(self, place: Place | None, provider: str | None, date: datetime.date) -> Draft:
        """Return a copy of this draft for a place, a host and a date, which does not say yet what it settles."""
        return Draft(
            self.method,
            self.quality,
            place,
            provider,
            date,
            factors=dict(self.factors),
            questions=list(self.questions),
            assumptions=list(self.assumptions),
            warnings=list(self.warnings),
            reasons=dict(self.reasons),
            published=list(self.published),
            printed=self.printed,
            usual_host=self.usual_host,
            only=self.only,
        )

    def add(self, *uses: FactorUse | None) -> None:
        """Take factors that were found; the first of a name stays."""
        for use in uses:
            if use is not None:
                self.factors.setdefault(use.name, use)


def provider_of(activity: Activity, place: Place | None, default: str | None) -> str | None:
    """Return who runs the hall: as stated, as the cloud region says, or as is usual for the model."""
    return activity.provider or (place.provider if place else None) or default


def metered(energy: Quantity) -> tuple[Method, FactorUse]:
    """Return the method for a metered energy, and the energy by its name: its unit says where the meter was."""
    unit = next(unit for unit in METERED if is_unit(energy.units, unit))
    return METHODS[METERED[unit][0]], stated(METERED[unit][1], energy)


def not_covered(method: str | None, what: str, needs: str) -> NotEstimableError:
    """Return the refusal of a method that does not cover an activity: what it would need.

    >>> str(not_covered("jegham", "a training run", "a query"))
    "the method 'jegham' does not cover a training run: it would need a query."
    """
    return NotEstimableError(f"the method '{method}' does not cover {what}: it would need {needs}.")


def left_out(name: str, value: float, unit: str) -> FactorUse:
    """Return a value that a published method does not count: its term is there, and changes nothing."""
    return FactorUse(
        id=f"left_out:{name}",
        name=name,
        value=value,
        unit=unit,
        rung=LEFT_OUT,
        evidence="definition",
        source=None,
        citation="not counted by the method",
        distribution="fixed",
    )


def coefficients(catalogue: Catalogue, ids: Iterable[str]) -> list[FactorUse]:
    """Return coefficients under their own ids."""
    wanted = list(ids)
    return catalogue.coefficients(wanted, wanted)


def add_coefficients(draft: Draft, catalogue: Catalogue, names: Mapping[str, str]) -> None:
    """Take coefficients, each under the name that the equations give it."""
    draft.add(*catalogue.coefficients(list(names.values()), list(names)))


def add_embodied(draft: Draft, catalogue: Catalogue, accelerator_id: str) -> None:
    """Take what is known of the making of an accelerator and its share of a server."""
    accelerator = catalogue.row("accelerators", accelerator_id)
    if accelerator is None:
        return
    if accelerator["embodied"] is None:
        draft.reasons["carbon_embodied"] = f"no embodied figure for {accelerator['name']}"
    else:
        draft.add(accelerator_field(catalogue, accelerator, "embodied", "card", "kgCO2e/accelerator"))
        counted = catalogue.embodied(accelerator).get("boundary") or ""
        if _WITH_HOST in counted:
            draft.add(defined("host", 0.0, "kgCO2e/server"))
        add_coefficients(draft, catalogue, _EMBODIED_COEFFICIENTS)
        draft.assumptions.append(
            f"making the server around the accelerators: its share is in the figure of {accelerator['name']}."
            if _WITH_HOST in counted
            else "making the server around the accelerators: that of an eight-accelerator server was taken."
        )
    if accelerator["embodied_water"] is None:
        draft.reasons["water_embodied"] = f"no water figure for making {accelerator['name']}"
    else:
        draft.add(accelerator_field(catalogue, accelerator, "embodied_water", "embodied_water", "L/accelerator"))
        add_coefficients(draft, catalogue, {"hardware_lifetime": "hardware_lifetime"})


def accelerator_field(
    catalogue: Catalogue, accelerator: Mapping[str, Any], column: str, name: str, unit: str
) -> FactorUse | None:
    """Return a figure of an accelerator, cited by the work that it comes from, with that work's own evidence."""
    key = ("accelerator field", accelerator["id"], column, name, unit)
    return catalogue.once(key, lambda: _accelerator_field(catalogue, accelerator, column, name, unit))


def _accelerator_field(
    catalogue: Catalogue, accelerator: Mapping[str, Any], column: str, name: str, unit: str
) -> FactorUse | None:
    source = accelerator.get(f"{column}_source")
    row = dict(accelerator)
    if column == "embodied" and source:
        row |= catalogue.embodied(accelerator)
    return catalogue.field_of("accelerators", row, column, name=name, unit=unit, rung="accelerator", source=source)


@functools.cache
def defined(name: str, value: float, unit: str, note: str | None = None) -> FactorUse:
    """Return a value that holds by definition."""
    return FactorUse(
        id=f"definition:{name}",
        name=name,
        value=value,
        unit=unit or "1",
        rung="definition",
        evidence="definition",
        source=None,
        citation="definition",
        note=note,
    )
