"""A training run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from footprint.activities.activity import Activity
from footprint.errors import RangeError, UsageError, clipped
from footprint.units import Quantity


@dataclass(frozen=True, kw_only=True)
class TrainingRun(Activity):
    """A training run: a published one by name, or by energy, by accelerator-hours, or by operations.

    >>> TrainingRun(accelerators=8, hours="24 h", mean_power="330 W").mean_power
    <Quantity(330.0, 'watt_it / accelerator')>
    """

    kind: ClassVar[str] = "training"

    run: str | None = None
    accelerator: str | None = None
    accelerators: Quantity | str | float | None = None
    hours: Quantity | str | None = None
    accelerator_hours: Quantity | str | None = None
    mean_power: Quantity | str | None = None
    accelerator_power: Quantity | str | None = None
    operations: Quantity | str | float | None = None
    throughput: Quantity | str | None = None
    utilisation: Quantity | str | float | None = None
    parameters: Quantity | str | None = None
    training_tokens: Quantity | str | float | None = None
    energy: Quantity | str | None = None
    #: the model trained, or tuned: its active parameters
    model: str | None = None
    #: ``full`` or ``lora``, where a model was tuned
    fine_tuning: str | None = None
    #: failed and preliminary runs, as a share of the final one, or ``usual`` for what others have told of theirs
    extra_runs: Quantity | str | float | None = None
    #: energy of the cluster that was held idle for the run, as a share of that of the run
    idle_reserve: Quantity | str | float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fine_tuning is not None and self.fine_tuning not in ("full", "lora"):
            raise UsageError(f"fine_tuning: '{clipped(self.fine_tuning)}' is neither 'full' nor 'lora'.")
        if self.model is not None and self.parameters is not None:
            raise UsageError("the model says its parameters: give one of them.")
        if self.mean_power is not None and self.accelerator_power is not None:
            raise UsageError(
                "mean_power is the power at the servers' plugs, accelerator_power that of the chips alone: give one."
            )
        if self.energy is not None and (self.accelerator_hours or self.hours or self.operations):
            raise UsageError("a metered energy needs no hours and no operations: give one or the other.")
        if self.throughput is not None and self.utilisation is not None:
            raise UsageError("throughput is the peak times the utilisation: give one of them.")
        for name in ("throughput", "utilisation"):
            reached = getattr(self, name)
            if reached is not None and reached.magnitude == 0:
                raise RangeError(f"{name}: 0 was given; a run that does no operations never ends: give more than zero.")
