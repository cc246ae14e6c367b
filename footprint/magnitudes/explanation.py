"""The derivation of a result as text: each step with its names, its values and units, and the rows it cites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from footprint.magnitudes.term import Term
from footprint.numbers import exact, in_scale, number, unit_text
from footprint.units import Quantity

_SIGNS = {"*": " × ", "/": " / ", "+": " + ", "-": " - ", "^": "^"}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a step takes from outside: a row of the catalogue, or a statement of the user."""

    name: str
    value: float
    unit: str
    text: str
    origin: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One equation of a derivation."""

    name: str
    equation: str
    summary: str
    value: float
    unit: str
    in_names: str
    in_values: str
    result: str
    inputs: tuple[Input, ...] = field(default=())


def steps(results: Iterable[Term]) -> list[Step]:
    """Return the steps that lead to ``results``, inputs before what they give, each once.

    >>> from footprint.magnitudes.term import named
    >>> from footprint.physics.facility import facility_energy
    >>> total = facility_energy(named("it_energy", 100.0, "kWh_IT"), named("pue", 1.2, "kWh/kWh_IT"))
    >>> [(step.in_names, step.in_values, step.result) for step in steps([total.magnitude])]
    [('it_energy × pue', '100 kWh_IT × 1.2 kWh/kWh_IT', '120 kWh')]
    """
    found: list[Step] = []
    seen: set[int] = set()
    for result in results:
        for term in result.walk():
            if term.equation is None or id(term) in seen:
                continue
            inputs = []
            for _, below in term.inputs:
                if below.equation is None and id(below) not in seen:
                    seen.add(id(below))
                    inputs.append(Input(below.name, below.value, below.unit, value_of(below), below.origin))
            seen.add(id(term))
            found.append(
                Step(
                    name=term.name,
                    equation=term.equation.name,
                    summary=term.equation.summary,
                    value=term.value,
                    unit=term.unit,
                    in_names=_formula(term, lambda part: part.name),
                    in_values=_formula(term, value_of),
                    result=value_of(term),
                    inputs=tuple(inputs),
                )
            )
    return found


def value_of(term: Term) -> str:
    """Return the value of a term with its unit: as stated where it was stated, else with six digits."""
    quantity: Quantity = Quantity(term.value, term.unit if term.unit != "1" else "")
    if term.equation is None:
        text = exact(term.value)
    else:
        quantity = in_scale(quantity)
        value = float(quantity.magnitude)
        text = number(value, 6)
        text = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    unit = unit_text(quantity)
    return text if unit == "1" else f"{text} {unit}"


def _formula(term: Term, word: Any) -> str:
    """Write the operation behind ``term`` with a word for each named part."""

    def write(part: Term | float, above: int, right: bool) -> str:
        if not isinstance(part, Term):
            return exact(part)
        if part.name and part is not term:
            text = str(word(part))
            # A value with a unit that contains a division needs no brackets for a reader; a power does.
            return f"({text})" if above == 3 and " " in text else text
        operator, operands = part.operator, part.operands
        if operator == "=" or len(operands) == 1:
            return write(operands[0], above, right)
        if operator in "*/":
            # A bare number that multiplies or divides is a conversion of units: equations hold no others.
            left, other = operands
            if not isinstance(other, Term):
                return write(left, above, right)
            if not isinstance(left, Term) and operator == "*":
                return write(other, above, right)
        rank = _BINDS[operator]
        text = write(operands[0], rank, False) + _SIGNS[operator] + write(operands[1], rank, True)
        return f"({text})" if rank < above or (rank == above and right and operator in "-/^+*") else text

    return write(term, 0, False)
