"""A quantity in another unit; from one boundary to another only with what lies between them."""

from __future__ import annotations

from footprint.physics.facility import facility_energy, it_energy_from_facility
from footprint.quantities import parse_quantity, parse_unit
from footprint.units import Quantity, UnitError, is_unit, said


def converted(text: str, unit: str, pue: Quantity | None = None) -> Quantity:
    """Return the quantity that ``text`` states in ``unit``.

    Raises
    ------
    footprint.UnitError : the unit measures something else, or stands at another boundary and no PUE was given
    footprint.errors.QuantityError : ``text`` or ``unit`` cannot be read

    Examples
    --------
    >>> converted("1287 MWh", "GJ")
    <Quantity(4633.2, 'gigajoule')>
    >>> converted("1000 kWh_IT", "kWh", Quantity(1.1, "kWh/kWh_IT"))
    <Quantity(1100.0, 'kilowatt_hour')>
    """
    quantity, target = parse_quantity(text), parse_unit(unit)
    if quantity.dimensionality == target.dimensionality:
        return quantity.to(target)
    crosses = {"kWh_IT": ("kWh", facility_energy), "kWh": ("kWh_IT", it_energy_from_facility)}
    for start, (end, equation) in crosses.items():
        if is_unit(quantity.units, start) and is_unit(target, end):
            if pue is None:
                raise UnitError(
                    f"{said(quantity.units)} is not {said(target)}: what lies between them is the PUE; give --pue.",
                    quantity.units,
                    target,
                )
            return equation(quantity, pue).to(target)
    raise UnitError(f"{said(quantity.units)} cannot be given in {said(target)}.", quantity.units, target)
