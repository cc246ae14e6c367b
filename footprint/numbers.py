"""How a person reads a number: a fitting prefix, and no more digits than the figure supports."""

from __future__ import annotations

import math
from typing import cast

from footprint.units import Quantity, is_unit, registry

#: Units in which a result is shown, and the least value for which each is taken; the last that fits wins.
_SCALES: tuple[tuple[tuple[str, float], ...], ...] = (
    (("Wh", 0), ("kWh", 1), ("MWh", 1), ("GWh", 10), ("TWh", 10)),
    (("Wh_IT", 0), ("kWh_IT", 1), ("MWh_IT", 1), ("GWh_IT", 10), ("TWh_IT", 10)),
    (("Wh_acc", 0), ("kWh_acc", 1), ("MWh_acc", 1), ("GWh_acc", 10), ("TWh_acc", 10)),
    (("gCO2e", 0), ("kgCO2e", 1), ("tCO2e", 1), ("ktCO2e", 10), ("MtCO2e", 10)),
    (("mL", 0), ("L", 1), ("m3", 1), ("ML", 10), ("GL", 10)),
)


def in_scale(quantity: Quantity) -> Quantity:
    """Return the quantity in the unit of its kind in which a person reads it best.

    >>> [str(in_scale(Quantity(amount, "kWh")).units) for amount in (0.0003, 1_287_000.0, 227_760_000.0)]
    ['Wh', 'MWh', 'GWh']
    """
    scale = next((scale for scale in _SCALES if is_unit(quantity.units, scale[0][0])), ())
    fitting = [unit for unit, least in scale if abs(quantity.m_as(unit)) >= least * 0.9995]
    return cast("Quantity", quantity.to(registry.Unit(fitting[-1]))) if fitting else quantity


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
