"""How a person reads a number: a fitting prefix, and no more digits than the figure supports."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import cast

from footprint.language import ENGLISH, language
from footprint.units import Quantity, Unit, is_unit, unit_of

#: Units in which a result is shown, and the least value for which each is taken; the last that fits wins. Each is
#: taken for larger results than the one before it.
_SCALES: tuple[tuple[tuple[str, float], ...], ...] = (
    (("Wh", 0), ("kWh", 1), ("MWh", 1), ("GWh", 10), ("TWh", 10)),
    (("Wh_IT", 0), ("kWh_IT", 1), ("MWh_IT", 1), ("GWh_IT", 10), ("TWh_IT", 10)),
    (("Wh_acc", 0), ("kWh_acc", 1), ("MWh_acc", 1), ("GWh_acc", 10), ("TWh_acc", 10)),
    (("gCO2e", 0), ("kgCO2e", 1), ("tCO2e", 1), ("ktCO2e", 10), ("MtCO2e", 10)),
    (("mL", 0), ("L", 1), ("m3", 1), ("ML", 10), ("GL", 10)),
    (("mL_world_eq", 0), ("L_world_eq", 1), ("m3_world_eq", 1)),
)


def steps_of(unit: str) -> list[tuple[str, float, float]]:
    """Return the units in which amounts of ``unit`` are read: each with its size, and the least value shown in it.

    >>> steps_of("kWh")[1:3]
    [('kWh', 1.0, 0.9995), ('MWh', 1000.0, 0.9995)]
    """
    return list(_steps(unit_of(unit))) or [(unit, 1.0, 0.0)]


def _steps(unit: Unit) -> Iterator[tuple[str, float, float]]:
    for name, least in _scale(unit):
        yield name, _size(name, unit), least * 0.9995


@functools.cache
def _scale(unit: Unit) -> tuple[tuple[str, float], ...]:
    return next((scale for scale in _SCALES if is_unit(unit, scale[0][0])), ())


@functools.cache
def _size(name: str, unit: Unit) -> float:
    return float(Quantity(1.0, name).m_as(unit))


def in_scale(quantity: Quantity) -> Quantity:
    """Return the quantity in the unit of its kind in which a person reads it best.

    >>> [str(in_scale(Quantity(amount, "kWh")).units) for amount in (0.0003, 1_287_000.0, 227_760_000.0)]
    ['Wh', 'MWh', 'GWh']
    """
    fitting = None
    for unit, size, least in _steps(cast("Unit", quantity.units)):
        if not abs(quantity.magnitude) / size >= least:
            break  # larger units do not fit either, and need no size
        fitting = unit
    return cast("Quantity", quantity.to(unit_of(fitting))) if fitting else quantity


def scale_of(unit: str) -> tuple[str, ...]:
    """Return the units in which quantities of the kind of ``unit`` are shown; itself alone where there is one.

    >>> scale_of("L"), scale_of("kWh/kWh_IT")
    (('mL', 'L', 'm3', 'ML', 'GL'), ('kWh/kWh_IT',))
    """
    return tuple(name for name, _ in _scale(unit_of(unit))) or (unit,)


def number(value: float, digits: int = 3) -> str:
    """Return ``value`` with ``digits`` significant figures, thousands separated.

    >>> number(1287.06, 4), number(0.29160483), number(3.14e23), number(552.14874)
    ('1,287', '0.292', '3.14e23', '552')
    >>> number(9.667, 2), number(0.031)
    ('9.7', '0.0310')
    """
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    if not 1e-4 <= abs(rounded) < 1e9:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}"
    whole = len(str(int(abs(rounded)))) if abs(rounded) >= 1 else 0
    if whole:
        return f"{rounded:,.{max(digits - whole, 0)}f}"
    # Zeros at the end are figures too: 0.0310 has three.
    places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{places}f}"


def exact(value: float) -> str:
    """Return ``value`` as its source prints it: every digit it has, up to nine, thousands separated.

    >>> exact(2.9), exact(1287.0), exact(3.14e23), exact(0.24)
    ('2.9', '1,287', '3.14e23', '0.24')
    """
    if value and not 1e-4 <= abs(value) < 1e9:
        mantissa, _, exponent = f"{value:.8e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    text = f"{value:,.9f}".rstrip("0").rstrip(".")
    head, dot, tail = text.partition(".")
    significant = len(head.replace(",", "").lstrip("-0"))
    return head + dot + tail[: max(9 - significant, 4)] if dot else head


def shown(quantity: Quantity, digits: int = 3) -> str:
    """Return a result as a person reads it.

    >>> shown(Quantity(552_148.6, "kgCO2e"), 4)
    '552.1 tCO2e'
    """
    scaled = in_scale(quantity)
    return f"{number(float(scaled.magnitude), digits)} {unit_text(scaled)}"


def unit_text(quantity: Quantity) -> str:
    """Return the unit of a quantity as it is printed.

    >>> unit_text(Quantity(1.0, "L/kWh_IT"))
    'L/kWh_IT'
    """
    return f"{quantity.units:~P}" or "1"


def supported(low: float, value: float, high: float) -> int:
    """Return how many significant figures a value with this range supports: three, two, or one.

    >>> supported(0.98, 1.0, 1.02), supported(0.5, 1.0, 2.0), supported(0.05, 1.0, 20.0)
    (3, 2, 1)
    """
    if value == 0:
        return 3
    half = (high - low) / 2 / abs(value)
    return 3 if half < 0.1 else 2 if half < 3 else 1


def shown_range(value: Quantity, low: Quantity, high: Quantity) -> str:
    """Return a range in the unit in which its value is read, with two figures, or three where they differ little.

    >>> shown_range(Quantity(0.632, "Wh"), Quantity(0.214, "Wh"), Quantity(2.09, "Wh"))
    '0.21 to 2.1'
    """
    unit = in_scale(value).units
    ends = [float(bound.m_as(unit)) for bound in (low, high)]
    digits = max(supported(ends[0], float(value.m_as(unit)), ends[1]), 2)
    texts = [number(end, digits) for end in ends]
    return f"{texts[0]} to {texts[1]}" if ends[0] != ends[1] else ""


#: Counts, volumes and amounts of money that are read in words from a million on.
_IN_WORDS = ("", "m3", "gal", "L", "USD", "USD/d", "km")


def localised(text: str, code: str) -> str:
    r"""Return a number as `number` and `exact` print it, with the signs of the language ``code``, such as ``fr``.

    >>> localised("1,287.06", "fr"), localised("1,287.06", "en")
    ('1\u202f287,06', '1,287.06')
    """
    return text if code == ENGLISH else language(code).number(text)


def told(quantity: Quantity, code: str = ENGLISH, digits: int | None = None, scaled: bool = True) -> str:
    r"""Return a quantity as a text of a language says it: in words from a million on, where it is no SI unit.

    ``digits`` are the significant figures; None shows all that the figure has. Where it is not to be ``scaled``, it
    stays in its own unit.

    >>> told(Quantity(5.6e9, "gal")), told(Quantity(2_537_447.0, ""), "fr", 3)
    ('5.6 billion gal', '2,54\xa0millions')
    >>> told(Quantity(1_287_060.0, "kWh"), "fr", 4), told(Quantity(48.0, "percent"), "fr")
    ('1\u202f287\xa0MWh', '48\u202f%')
    """
    joint = " " if code == ENGLISH else "\u00a0"
    unit = f"{quantity.units:~P}"
    if unit == "percent":
        return _figures(float(quantity.magnitude), digits, code) + (" %" if code == ENGLISH else "\u202f%")
    if unit in _IN_WORDS:
        words, value = language(code), float(quantity.magnitude)
        size, word = words.magnitude(value)
        if word and unit:
            word = words("{million} {unit}", million=word, unit=unit).replace(" ", joint)
            unit = ""
        return joint.join(part for part in (_figures(value / size, digits, code), word, unit) if part)
    shown = in_scale(quantity) if scaled else quantity
    return joint.join(part for part in (_figures(float(shown.magnitude), digits, code), f"{shown.units:~P}") if part)


def _figures(value: float, digits: int | None, code: str) -> str:
    return localised(exact(value) if digits is None else number(value, digits), code)
