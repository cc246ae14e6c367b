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
import re
from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar, Self, cast

from footprint.errors import QuantityError, RangeError, UsageError, clipped
from footprint.quantities import parse_as
from footprint.units import Quantity, UnitError, is_unit, said

#: unit in which each amount is kept; an amount that may come at several boundaries lists them, the plain one first
UNITS: dict[str, tuple[str, ...]] = {
    "requests": ("request",),
    "input_tokens": ("token",),
    "cached_tokens": ("token",),
    "cache_write_tokens": ("token",),
    "output_tokens": ("token",),
    "reasoning_tokens": ("token",),
    "batch_size": ("request",),
    "energy_per_request": ("Wh/request", "Wh_IT/request", "Wh_acc/request"),
    "images": ("image",),
    "size": ("Mpixel",),
    "steps": ("step",),
    "video_seconds": ("s",),
    "frame_rate": ("frame/s",),
    "instances": ("server",),
    "vcpus": ("vcpu",),
    "memory": ("GB",),
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
    "extra_runs": ("",),
    "idle_reserve": ("",),
    "facility_energy": ("kWh",),
    "it_energy": ("kWh_IT",),
    "renewable_energy": ("kWh",),
    "reused_energy": ("kWh",),
    "water_input": ("L",),
    "it_power": ("kW_IT",),
    "load_factor": ("",),
    "pue": ("kWh/kWh_IT",),
    "wue_site": ("L/kWh_IT",),
    "wue_grid": ("L/kWh",),
    "grid_intensity": ("gCO2e/kWh",),
    "tokens_served": ("token",),
}

#: the tokens of a query, each counted once: none of them is part of another
TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
#: words that stand for an amount of the catalogue
WORDS: dict[str, tuple[str, ...]] = {"extra_runs": ("usual",)}

#: what a query states of pictures and video that were made
MEDIA = ("images", "size", "steps", "video_seconds", "frame_rate")

#: lowest and highest value that is taken, in the unit above, and what to do about one outside
LIMITS: dict[str, tuple[float, float, str]] = {
    "requests": (0, 1e18, "a number of requests is zero or more, and at most 1e18"),
    "input_tokens": (0, 1e18, "tokens are zero or more, and at most 1e18"),
    "cached_tokens": (0, 1e18, "tokens are zero or more, and at most 1e18"),
    "cache_write_tokens": (0, 1e18, "tokens are zero or more, and at most 1e18"),
    "output_tokens": (0, 1e18, "tokens are zero or more, and at most 1e18"),
    "reasoning_tokens": (0, 1e18, "tokens are zero or more, and at most 1e18"),
    "batch_size": (1, 1e5, "requests served at once lie between 1 and 100,000"),
    "energy_per_request": (0, 1e6, "an energy per request lies between 0 and 1 MWh"),
    "images": (0, 1e18, "a number of images is zero or more, and at most 1e18"),
    "size": (1e-3, 100, "a picture has between a thousand and 100 million pixels, such as '1024x1024'"),
    "steps": (1, 1000, "steps of a diffusion lie between 1 and 1000"),
    "video_seconds": (0, 1e18, "a length of video is zero or more, and at most 1e18"),
    "frame_rate": (0.1, 240, "frames lie between one in ten seconds and 240 a second"),
    "instances": (0, 1e7, "a number of instances lies between 0 and 10 million"),
    "vcpus": (0.01, 1e4, "virtual CPUs of an instance lie between 0.01 and 10,000"),
    "memory": (0, 1e6, "the memory of an instance lies between 0 and a million GB"),
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
    "extra_runs": (0, 100, "extra runs are a share of the final run, such as 0.5, and at most 100"),
    "idle_reserve": (0, 10, "an idle reserve is a share of the energy of the run, such as 0.6, and at most 10"),
    "facility_energy": (0, 1e13, "an energy lies between 0 and 10,000 TWh"),
    "it_energy": (0, 1e13, "an energy lies between 0 and 10,000 TWh"),
    "renewable_energy": (0, 1e13, "an energy lies between 0 and 10,000 TWh"),
    "reused_energy": (0, 1e13, "an energy lies between 0 and 10,000 TWh"),
    "water_input": (0, 1e14, "a volume of water lies between 0 and 100 km3"),
    "it_power": (0, 1e9, "an IT power lies between 0 and 1 TW"),
    "load_factor": (0, 1, "a load factor lies between 0 and 1"),
    "pue": (1, 4, "a PUE lies between 1 and 4"),
    "wue_site": (0, 10, "a WUE on site lies between 0 and 10 L/kWh_IT"),
    "wue_grid": (0, 200, "the water of electricity lies between 0 and 200 L/kWh"),
    "grid_intensity": (0, 2500, "the carbon intensity of electricity lies between 0 and 2500 gCO2e/kWh"),
    "tokens_served": (1, 1e24, "the tokens that a model serves in its life lie between 1 and 1e24"),
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
    elif isinstance(given, Quantity) and not getattr(given.magnitude, "shape", ()):  # one, not a list of them
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

#: Places whose unit is so plain that a person types the number alone.
_PLAIN = ("image", "step", "s", "frame/s", "server", "vcpu")
_COUNTED = ("", "token", "request", "accelerator", "kWh/kWh_IT", "FLOP", *_PLAIN)

_PICTURE = re.compile(r"\s*(\d{2,5})\s*(?:x|X|\u00d7|\*)\s*(\d{2,5})\s*(?:px|pixels?)?\s*")
#: Sizes of video by their number of lines.
_LINES = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080), "1440p": (2560, 1440), "2160p": (3840, 2160)}


def _pixels(text: str) -> Quantity | None:
    """Read the size of a picture as people write it: width by height, or lines of video.

    >>> _pixels("1024x1024")
    <Quantity(1.048576, 'megapixel')>
    """
    found = _PICTURE.fullmatch(text)
    width, height = (int(found[1]), int(found[2])) if found else _LINES.get(text.strip().casefold(), (0, 0))
    return Quantity(width * height / 1e6, "Mpixel") if width else None


def _read(name: str, text: str, units: tuple[str, ...]) -> Quantity:
    refusal: UnitError | None = None
    if name == "size":
        picture = _pixels(text)
        if picture is None and not text.strip().endswith(("px", "pixel", "pixels")):
            raise QuantityError(f"size: '{clipped(text)}' is no size of a picture; write '1024x1024', or '720p'.")
        if picture is not None:
            return picture
    if units[0] in _PLAIN and (number := _PLAIN_NUMBER.fullmatch(text)):
        text = f"{number[0]} {units[0]}"
    for unit in units:
        try:
            return parse_as(text, unit)
        except QuantityError as error:
            raise QuantityError(f"{name}: {error}") from None
        except UnitError as error:
            refusal = refusal or error
    raise UnitError(f"{name}: {refusal}", refusal and refusal.units1, refusal and refusal.units2)


#: A number alone, which takes the unit of its place.
_PLAIN_NUMBER = re.compile(r"\s*[-+]?[\d.,\s]+(?:[eE][-+]?\d+)?\s*")


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, (str, PathLike) if name == "profile" else str):
        raise UsageError(f"{name}: {clipped(repr(value))} is no text.")
    if not str(value).strip():
        raise UsageError(f"{name}: an empty text was given; leave it out or name one.")


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


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
    #: hours of the day at which it ran, such as ``22-6``
    hours_of_day: str | None = None
    #: a CSV file of month, hour and share of the load, instead
    profile: str | PathLike[str] | None = None
    #: how the energy is found, where the best evidence is not what is wanted: see `footprint.methods`
    method: str | None = None

    def __post_init__(self) -> None:
        if self.hours_of_day is not None and self.profile is not None:
            raise UsageError("hours_of_day and profile both say at which hours it ran: give one of them.")
        for name, value in tuple(vars(self).items()):
            if value is None:
                continue
            if isinstance(value, str) and value in WORDS.get(name, ()):
                continue
            if name in UNITS:
                object.__setattr__(self, name, amount(name, value))
            elif name == "date":
                object.__setattr__(self, "date", _date(value))
            else:
                _check_text(name, value)
                if name == "hours_of_day":
                    hours_of(str(value))
                elif name == "profile":
                    object.__setattr__(self, "profile", str(value))

    def at(self, region: str | None) -> Self:
        """Return the same activity in another place; what was checked once is not checked again.

        Raises
        ------
        footprint.errors.UsageError : the region is an empty text, or none

        >>> Query(model="gpt-4o", output_tokens=400, region="FR").at("DE").stated()["region"]
        'DE'
        """
        if region is not None:
            _check_text("region", region)
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, region=region)
        return other

    def stated(self) -> dict[str, Any]:
        """Return what was stated, in the order of the fields, as a result repeats it."""
        known = self.__dict__
        return {name: known[name] for name in _names(cast("Any", type(self))) if known[name] is not None}

    def amounts(self) -> dict[str, Quantity]:
        """Return the stated amounts by name."""
        return {name: value for name, value in self.stated().items() if name in UNITS and isinstance(value, Quantity)}


@dataclass(frozen=True, kw_only=True)
class Query(Activity):
    """One or many requests to a model, or to a product such as ``chatgpt``; tokens are those of all of them.

    >>> Query(model="gpt-4o", output_tokens=400).output_tokens
    <Quantity(400.0, 'token')>
    """

    kind: ClassVar[str] = "query"

    model: str | None = None
    requests: Quantity | str | float = 1
    #: tokens read that no cache held, of all requests together
    input_tokens: Quantity | str | float | None = None
    #: tokens read that a cache held, beside the input tokens
    cached_tokens: Quantity | str | float | None = None
    #: tokens read and kept in a cache, beside the input tokens
    cache_write_tokens: Quantity | str | float | None = None
    #: tokens of the answers
    output_tokens: Quantity | str | float | None = None
    #: tokens of reasoning, beside the output tokens
    reasoning_tokens: Quantity | str | float | None = None
    #: requests that are served at once
    batch_size: Quantity | str | float | None = None
    #: what serves the model
    accelerator: str | None = None
    energy_per_request: Quantity | str | None = None
    #: pictures made, of all requests together
    images: Quantity | str | float | None = None
    #: pixels of one picture, or of one frame of a video, such as ``1024x1024``
    size: Quantity | str | None = None
    #: steps of the diffusion
    steps: Quantity | str | float | None = None
    #: length of the video made, of all requests together
    video_seconds: Quantity | str | float | None = None
    frame_rate: Quantity | str | float | None = None
    #: instead of tokens or pictures: what the accelerators were reserved for
    accelerator_hours: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model is None and self.energy_per_request is None:
            raise UsageError("a query needs a model or a product, such as 'gpt-4o' or 'chatgpt', or its own energy.")
        if self.energy_per_request is not None and self.has_tokens:
            raise UsageError("give either tokens or an energy per request, not both.")
        for whole, parts in (
            ("input_tokens", ("cached_tokens", "cache_write_tokens")),
            ("output_tokens", ("reasoning_tokens",)),
        ):
            part = next((name for name in parts if getattr(self, name)), None)
            if part and getattr(self, whole) is None:
                raise UsageError(f"{part} stand beside {whole}: give these too, 0 if there were none.")
        if self.energy_per_request is not None and (self.has_media or self.accelerator_hours is not None):
            raise UsageError("an energy per request is counted by requests alone: leave out what was made, and hours.")
        if self.images is not None and self.video_seconds is not None:
            raise UsageError("a query makes pictures or video: give --images or --video-seconds, and a query for each.")
        if self.has_tokens and cast("Quantity", self.requests).magnitude == 0:
            raise UsageError("requests: 0 was given, and tokens; no request has no tokens: leave one of them out.")

    @property
    def has_tokens(self) -> bool:
        """Tell whether any tokens were stated: a part of them that is zero says nothing of the whole."""
        return self.input_tokens is not None or self.output_tokens is not None

    @property
    def has_media(self) -> bool:
        """Tell whether anything was stated of pictures or video that were made."""
        return any(getattr(self, name) is not None for name in MEDIA)


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


def hours_of(text: str) -> tuple[int, ...]:
    """Read the hours of a day: each span runs from one full hour up to another, over midnight too.

    Raises
    ------
    footprint.errors.UsageError : no hours, or none that a day has

    Examples
    --------
    >>> hours_of("22-6")
    (0, 1, 2, 3, 4, 5, 22, 23)
    >>> hours_of("8-10, 14-16")
    (8, 9, 14, 15)
    """
    found: set[int] = set()
    for span in text.split(","):
        read = re.fullmatch(r"\s*(\d{1,2})(?::00)?\s*-\s*(\d{1,2})(?::00)?\s*", span)
        first, last = (int(number) for number in read.groups()) if read else (-1, -1)
        if not 0 <= first <= 23 or not 0 <= last <= 24 or first == last:
            raise UsageError(
                f"hours_of_day: '{clipped(text)}' are no hours; write from and to, in full hours, such as '22-6'."
            )
        found.update(hour % 24 for hour in range(first, last if last > first else last + 24))
    return tuple(sorted(found))


def _date(given: datetime.date | str) -> datetime.date:
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(given.strip())
    except (ValueError, TypeError, AttributeError):  # no date, or no text
        raise UsageError(f"date: '{clipped(given)}' is no date; write year-month-day, such as '2025-06-01'.") from None
