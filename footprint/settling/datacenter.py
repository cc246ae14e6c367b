"""The load of a hall."""

from __future__ import annotations

import datetime
from typing import cast

from footprint.activities import DatacenterLoad
from footprint.catalogue import Catalogue, Place, stated
from footprint.methods import METHODS
from footprint.settling.draft import METERED, Draft, add_coefficients, defined, provider_of
from footprint.units import Quantity, is_unit


def draft_datacenter(load: DatacenterLoad, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle the load of a hall: by IT power and hours, or by meter."""
    provider = provider_of(load, place, None)
    if load.energy is not None:
        energy = cast("Quantity", load.energy)
        method = METHODS[METERED[next(unit for unit in METERED if is_unit(energy.units, unit))]]
        draft = Draft(method, "measured", place, provider, date)
        name = {"metered_facility": "facility_energy", "metered_it": "it_energy"}.get(method.id, "accelerator_energy")
        draft.add(stated(name, energy))
        if method.id == "metered_accelerator":
            add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
    else:
        draft = Draft(METHODS["it_power"], "modelled", place, provider, date)
        if load.load_factor is None:
            draft.add(defined("load_factor", 1.0, ""))
            draft.assumptions.append("the IT load is taken as an average over the hours: no load factor was given.")
    draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware of the hall is not known"))
    return draft
