"""The amounts that an activity may state: the unit of each, its limits, and how it is read, once for all.

Every amount may be given as a quantity or as a text that a person would type.
"""

from __future__ import annotations

import functools
import math
import numbers
import re
from typing import Any, cast

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
