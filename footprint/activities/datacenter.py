"""The load of a hall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from footprint.activities.activity import Activity
from footprint.errors import UsageError
from footprint.units import Quantity


@dataclass(frozen=True, kw_only=True)
class DatacenterLoad(Activity):
    """The load of a hall: IT power for a time, or metered energy: at the building, at the servers' plugs, or both.

    >>> DatacenterLoad(it_power="20 MW", hours="8760 h").it_power
    <Quantity(20000.0, 'kilowatt_it')>
    """

    kind: ClassVar[str] = "datacenter"

    it_power: Quantity | str | None = None
    hours: Quantity | str | None = None
    load_factor: Quantity | str | float | None = None
    energy: Quantity | str | None = None
    #: reading of the building's meter, beside that of the servers' plugs
    facility_energy: Quantity | str | None = None
    #: reading of the meters of the servers, beside that of the building
    it_energy: Quantity | str | None = None
    #: electricity from renewable sources, as the hall's own claim has it
    renewable_energy: Quantity | str | None = None
    #: energy that left the hall and was used again
    reused_energy: Quantity | str | None = None
    #: water that entered the hall
    water_input: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        metered = [name for name in ("facility_energy", "it_energy") if getattr(self, name) is not None]
        if sum((self.it_power is not None, self.energy is not None, bool(metered))) != 1:
            raise UsageError("give either an IT load with its hours, or a metered energy.")
        if self.it_power is not None and self.hours is None:
            raise UsageError("an IT load needs the hours it ran, such as '8760 h'.")
        if len(metered) == 2 and self.pue is not None:
            raise UsageError("two readings give the PUE: leave it out, or leave one reading out.")
        readings = (self.renewable_energy, self.reused_energy, self.water_input)
        if len(metered) == 2 or any(reading is not None for reading in readings):
            loads = (self.it_power, self.hours, self.load_factor, self.energy, self.facility_energy, self.it_energy)
            if any(load is not None and cast("Quantity", load).magnitude == 0 for load in loads):
                raise UsageError("a hall that used no energy has no key figures: an energy above zero is needed.")
