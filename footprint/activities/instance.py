"""Hours of a cloud instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from footprint.activities.activity import Activity
from footprint.errors import UsageError
from footprint.units import Quantity


@dataclass(frozen=True, kw_only=True)
class CloudInstance(Activity):
    """Hours of a cloud instance: one of the catalogue by name, or any by its virtual CPUs, memory and accelerators.

    >>> CloudInstance(instance="p3.16xlarge", hours="24 h", utilisation=0.3).instances
    <Quantity(1.0, 'server')>
    """

    kind: ClassVar[str] = "instance"

    instance: str | None = None
    instances: Quantity | str | float = 1
    hours: Quantity | str | None = None
    #: share of the full load
    utilisation: Quantity | str | float | None = None
    #: of one instance, where the catalogue does not know it
    vcpus: Quantity | str | float | None = None
    memory: Quantity | str | None = None
    cpu: str | None = None
    accelerator: str | None = None
    accelerators: Quantity | str | float | None = None
    accelerator_power: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hours is None:
            raise UsageError("an instance needs the hours it ran, such as '24 h'.")
        if self.instance is None and self.vcpus is None:
            raise UsageError("name the instance, such as 'p4d.24xlarge', or give its virtual CPUs and memory.")
        if self.vcpus is not None and self.memory is None:
            raise UsageError("virtual CPUs need the memory beside them, such as '64 GB'.")
        if self.instance is not None and (self.vcpus or self.memory or self.cpu):
            raise UsageError("a named instance says its CPUs and memory: leave them out, or leave the name out.")
        if self.instance is not None and (self.accelerator or self.accelerators):
            raise UsageError("a named instance says its accelerators: leave them out, or leave the name out.")
        if (self.accelerators is None) != (self.accelerator is None):
            raise UsageError("give an accelerator with the number of them in one instance, or neither.")
