"""The load of a hall."""

from __future__ import annotations

import datetime
from typing import cast

from footprint.activities import DatacenterLoad
from footprint.catalogue import Catalogue, Place
from footprint.methods import METHODS
from footprint.settling.draft import HOSTS_ADDED, Draft, add_coefficients, defined, metered, provider_of
from footprint.units import Quantity


def draft_datacenter(load: DatacenterLoad, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle the load of a hall: by IT power and hours, or by meter."""
    provider = provider_of(load, place, None)
    if load.facility_energy is not None and load.it_energy is not None:
        # Both readings are given under the names that the equations know: the PUE is theirs.
        draft = Draft(METHODS["metered_both"], "measured", place, provider, date)
    elif load.energy is not None or load.facility_energy is not None or load.it_energy is not None:
        reading = next(item for item in (load.energy, load.facility_energy, load.it_energy) if item is not None)
        method, energy = metered(cast("Quantity", reading))
        draft = Draft(method, "measured", place, provider, date)
        draft.add(energy)
        if method.id == "metered_accelerator":
            draft.quality = "modelled"  # the chips alone were metered: servers and hall are added
            add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
            draft.assumptions.append(HOSTS_ADDED)
    else:
        draft = Draft(METHODS["it_power"], "modelled", place, provider, date)
        if load.load_factor is None:
            draft.add(defined("load_factor", 1.0, ""))
            draft.assumptions.append("the IT load is taken as an average over the hours: no load factor was given.")
    draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware of the hall is not known"))
    return draft
