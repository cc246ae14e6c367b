"""A column of a lazy plan as a magnitude: units are checked once, rows run at the engine's speed."""

from __future__ import annotations

from typing import cast

import narwhals as nw

from footprint.units import Quantity


def column(name: str, unit: str) -> Quantity:
    """Return the column ``name``, whose numbers are in ``unit``, as a quantity.

    >>> column("it_energy_kwh", "kWh_IT").units
    <Unit('kilowatt_hour_it')>
    """
    return Quantity(nw.col(name), unit)


def constant(value: float, unit: str) -> Quantity:
    """Return the same ``value`` for every row as a quantity that meets columns.

    >>> constant(1.1, "kWh/kWh_IT").units
    <Unit('kilowatt_hour / kilowatt_hour_it')>
    """
    return Quantity(nw.lit(value), unit)


def first_known(*choices: Quantity) -> Quantity:
    """Return, row by row, the first of ``choices`` that is not blank, in the unit of the first.

    >>> first_known(column("metered", "kWh"), column("estimated", "Wh")).units
    <Unit('kilowatt_hour')>
    """
    unit = choices[0].units
    return cast("Quantity", Quantity(nw.coalesce(*(choice.m_as(unit) for choice in choices)), unit))
