"""What a user states: a query, a training run, the load of a hall. Validated here, with units, once for all.

Every amount may be given as a quantity or as a text that a person would type. What is left out stays unknown; no
activity fills in a default.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import math
import numbers
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from footprint.errors import QuantityError, RangeError, UsageError, clipped
from footprint.quantities import parse_as
from footprint.units import Quantity, UnitError, is_unit, said

#: unit in which each amount is kept; an amount that may come at several boundaries lists them, the plain one first
UNITS: dict[str, tuple[str, ...]] = {
    "requests": ("request",),
    "input_tokens": ("token",),
    "output_tokens": ("token",),
    "energy_per_request": ("Wh/request", "Wh_IT/request", "Wh_acc/request"),
    "accelerators": ("accelerator",),
    "hours": ("h",),
    "accelerator_hours": ("acc_h",),
    "mean_power": ("W_IT/accelerator",),
    "accelerator_power": ("W_acc/accelerator",),
    "operations": ("FLOP",),
    "throughput": ("TFLOP/s/accelerator",),
    "utilisation": ("",),
    "parameters": ("Gparameter",),
    "training_tokens": ("token",),
    "energy": ("kWh", "kWh_IT", "kWh_acc"),
    "it_power": ("kW_IT",),
    "load_factor": ("",),
    "pue": ("kWh/kWh_IT",),
    "wue_site": ("L/kWh_IT",),
    "wue_grid": ("L/kWh",),
    "grid_intensity": ("gCO2e/kWh",),
}

#: lowest and highest value that is taken, in the unit above, and what to do about one outside
LIMITS: dict[str, tuple[float, float, str]] = {
    "requests": (0, math.inf, "a number of requests is zero or more"),
    "input_tokens": (0, math.inf, "tokens are zero or more"),
    "output_tokens": (0, math.inf, "tokens are zero or more"),
    "energy_per_request": (0, 1e6, "an energy per request lies between 0 and 1 MWh"),
    "accelerators": (0, 1e8, "a number of accelerators lies between 0 and 100 million"),
    "hours": (0, 1e6, "a time lies between 0 and a million hours"),
    "accelerator_hours": (0, 1e12, "accelerator-hours lie between 0 and 1e12"),
    "mean_power": (0, 50_000, "a power for one accelerator lies between 0 and 50 kW"),
    "accelerator_power": (0, 20_000, "a power of one accelerator lies between 0 and 20 kW"),
    "operations": (0, 1e30, "operations lie between 0 and 1e30 FLOP"),
    "throughput": (0, 1e6, "an achieved throughput lies between 0 and a million TFLOP/s"),
    "utilisation": (0, 1, "a utilisation lies between 0 and 1"),
    "parameters": (1e-6, 1e6, "parameters lie between a thousand and 1e15, such as '70e9' or '70 Gparam'"),
    "training_tokens": (0, 1e18, "training tokens lie between 0 and 1e18"),
    "energy": (0, 1e13, "an energy lies between 0 and 10,000 TWh"),
    "it_power": (0, 1e9, "an IT power lies between 0 and 1 TW"),
    "load_factor": (0, 1, "a load factor lies between 0 and 1"),
    "pue": (1, 4, "a PUE lies between 1 and 4"),
    "wue_site": (0, 10, "a WUE on site lies between 0 and 10 L/kWh_IT"),
    "wue_grid": (0, 200, "the water of electricity lies between 0 and 200 L/kWh"),
    "grid_intensity": (0, 2500, "the carbon intensity of electricity lies between 0 and 2500 gCO2e/kWh"),
}


def amount(name: str, given: Any) -> Quantity:
    """Read, convert and check the amount ``name``.

    Raises
    ------
    footprint.errors.QuantityError : a text that is not one number and one unit
    footprint.UnitError : another dimension or boundary
    footprint.errors.RangeError : negative, not finite, or absurd

    Examples
    --------
    >>> amount("pue", "1.1")
    <Quantity(1.1, 'kilowatt_hour / kilowatt_hour_it')>
    >>> amount("pue", 0.9)
    Traceback (most recent call last):
    footprint.errors.RangeError: pue: 0.9 was given; a PUE lies between 1 and 4.
    """
    # A batch reads the same few texts and numbers for thousands of combinations.
    return _remembered(name, given) if type(given) in (float, int, str) else _amount(name, given)


def _amount(name: str, given: Any) -> Quantity:
    units = UNITS[name]
    if isinstance(given, str):
        quantity = _read(name, given, units)
    elif isinstance(given, Quantity):
        unit = next((unit for unit in units if is_unit(given.units, unit)), None)
        if unit is None:
            raise UnitError(f"{name}: {said(given.units)} was given where {said(units[0])} is needed", given.units, "")
        quantity = given.to(unit)
    elif isinstance(given, (int, float, numbers.Real)) and not isinstance(given, bool):
        # A bare number needs no unit where only one is possible: a ratio, or a count.
        if units[0] not in _COUNTED:
            raise UsageError(f"{name}: {given!r} has no unit; give for instance '{given} {units[0]}'.")
        try:
            quantity = Quantity(float(given), units[0])
        except OverflowError:  # an integer beyond all floats: out of range like any other
            quantity = Quantity(math.inf, units[0])
    else:
        raise UsageError(f"{name}: {clipped(repr(given))} is no quantity; give for instance '5 {units[0]}'.")
    value = float(quantity.magnitude)
    low, high, rule = LIMITS[name]
    if not math.isfinite(value) or not low <= value <= high:
        shown = f"{given:~P}" if isinstance(given, Quantity) else clipped(given)
        raise RangeError(f"{name}: {shown} was given; {rule}.")
    return cast("Quantity", quantity)


_remembered = functools.lru_cache(maxsize=1024, typed=True)(_amount)

_COUNTED = ("", "token", "request", "accelerator", "kWh/kWh_IT", "FLOP")


def _read(name: str, text: str, units: tuple[str, ...]) -> Quantity:
    refusal: UnitError | None = None
    for unit in units:
        try:
            return parse_as(text, unit)
        except QuantityError as error:
            raise QuantityError(f"{name}: {error}") from None
        except UnitError as error:
            refusal = refusal or error
    raise UnitError(f"{name}: {refusal}", refusal and refusal.units1, refusal and refusal.units2)


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What all activities share: where, when, and figures of the user's own."""

    kind: ClassVar[str] = "activity"

    #: country, grid zone or cloud region, as written
    region: str | None = None
    #: who runs the hall, for PUE and WUE
    provider: str | None = None
    date: datetime.date | str | None = None
    pue: Quantity | str | float | None = None
    wue_site: Quantity | str | None = None
    wue_grid: Quantity | str | None = None
    grid_intensity: Quantity | str | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if field.name in UNITS:
                object.__setattr__(self, field.name, amount(field.name, value))
            elif field.name == "date":
                object.__setattr__(self, "date", _date(value))
            elif not str(value).strip():
                raise UsageError(f"{field.name}: an empty text was given; leave it out or name one.")

    def stated(self) -> dict[str, Any]:
        """Return what was stated, in the order of the fields, as a result repeats it."""
        named = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: value for name, value in named if value is not None}

    def amounts(self) -> dict[str, Quantity]:
        """Return the stated amounts by name."""
        return {name: value for name, value in self.stated().items() if name in UNITS}


@dataclass(frozen=True, kw_only=True)
class Query(Activity):
    """One or many requests to a model, or to a product such as ``chatgpt``; tokens are those of all of them.

    >>> Query(model="gpt-4o", output_tokens=400).output_tokens
    <Quantity(400.0, 'token')>
    """

    kind: ClassVar[str] = "query"

    model: str | None = None
    requests: Quantity | str | float = 1
    input_tokens: Quantity | str | float | None = None
    output_tokens: Quantity | str | float | None = None
    energy_per_request: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model is None and self.energy_per_request is None:
            raise UsageError("a query needs a model or a product, such as 'gpt-4o' or 'chatgpt', or its own energy.")
        if self.energy_per_request is not None and (self.input_tokens or self.output_tokens):
            raise UsageError("give either tokens or an energy per request, not both.")


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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mean_power is not None and self.accelerator_power is not None:
            raise UsageError(
                "mean_power is the power at the servers' plugs, accelerator_power that of the chips alone: give one."
            )
        if self.energy is not None and (self.accelerator_hours or self.hours or self.operations):
            raise UsageError("a metered energy needs no hours and no operations: give one or the other.")
        if self.throughput is not None and self.utilisation is not None:
            raise UsageError("throughput is the peak times the utilisation: give one of them.")


@dataclass(frozen=True, kw_only=True)
class DatacenterLoad(Activity):
    """The load of a hall: IT power for a time, or a metered energy.

    >>> DatacenterLoad(it_power="20 MW", hours="8760 h").it_power
    <Quantity(20000.0, 'kilowatt_it')>
    """

    kind: ClassVar[str] = "datacenter"

    it_power: Quantity | str | None = None
    hours: Quantity | str | None = None
    load_factor: Quantity | str | float | None = None
    energy: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.it_power is None) == (self.energy is None):
            raise UsageError("give either an IT load with its hours, or a metered energy.")
        if self.it_power is not None and self.hours is None:
            raise UsageError("an IT load needs the hours it ran, such as '8760 h'.")


def _date(given: datetime.date | str) -> datetime.date:
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(given.strip())
    except ValueError:
        raise UsageError(f"date: '{clipped(given)}' is no date; write year-month-day, such as '2025-06-01'.") from None
