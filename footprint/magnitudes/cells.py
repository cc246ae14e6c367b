"""A derivation as formulas of a spreadsheet: the operations inside an equation, with cells in place of names.

A formula and the value that is cached beside it are read from the same tree, so that they cannot disagree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from footprint.magnitudes.term import Term

_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


def formula(term: Term, cells: Mapping[Term, str]) -> str:
    """Return the formula behind ``term``; ``cells`` are the addresses of the terms that its equation was given.

    >>> from footprint.magnitudes.term import named
    >>> from footprint.physics.impacts import carbon_location
    >>> energy, grid = named("facility_energy", 120.0, "kWh"), named("grid_intensity", 40.0, "gCO2e/kWh")
    >>> formula(carbon_location(energy, grid).magnitude, {energy.magnitude: "F6", grid.magnitude: "grid_fra_2024"})
    '=F6*grid_fra_2024/1000'
    """
    given = {below for _, below in term.inputs}

    def write(part: Term | float, above: int, right: bool) -> str:
        if not isinstance(part, Term):
            return literal(part)
        if part in given and part.name:
            return cells[part]
        if not part.operands:
            return literal(part.value)
        sign = part.operator
        if sign == "=":
            return write(part.operands[0], above, right)
        left, other = part.operands
        if sign == "*" and not isinstance(other, Term):
            sign, other = _conversion(other)
        rank = _BINDS[sign]
        text = write(left, rank, False) + sign + write(other, rank, True)
        # A spreadsheet reads operations of one rank from the left, powers too.
        return f"({text})" if rank < above or (rank == above and right) else text

    return "=" + write(term, 0, False)


def computed(term: Term, values: Mapping[Term, Any]) -> Any:
    """Return what the formula of ``term`` gives, where ``values`` are those of the terms that its equation was given.

    >>> from footprint.magnitudes.term import named
    >>> from footprint.physics.facility import facility_energy
    >>> energy, pue = named("it_energy", 100.0, "kWh_IT"), named("pue", 1.2, "kWh/kWh_IT")
    >>> computed(facility_energy(energy, pue).magnitude, {energy.magnitude: 50.0, pue.magnitude: 1.5})
    75.0
    """
    given = {below for _, below in term.inputs}

    def read(part: Term | float) -> Any:
        if not isinstance(part, Term):
            return part
        if part in given and part.name:
            return values[part]
        if not part.operands:
            return part.value
        if part.operator == "=":
            return read(part.operands[0])
        left, right = part.operands
        return _OPERATIONS[part.operator](read(left), read(right))

    return read(term)


def literal(value: float) -> str:
    """Return a number as a formula holds it: a spreadsheet keeps 15 digits.

    >>> literal(1000.0), literal(-2.5), literal(1e-20)
    ('1000', '(-2.5)', '1E-20')
    """
    text = f"{value:.15g}".upper()
    return f"({text})" if value < 0 else text


def _conversion(factor: float) -> tuple[str, float]:
    """Return how to multiply by a conversion of units: where that is the rounder number, divide, by 1000 for 0.001."""
    divisor = float(f"{1 / factor:.15g}") if 0 < factor < 1 else 1.0
    rounder = len(literal(divisor)) < len(literal(factor)) and abs(divisor * factor - 1) < 1e-14
    return ("/", divisor) if rounder else ("*", factor)
