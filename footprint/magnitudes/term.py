"""A named term as a magnitude: the equation becomes a tree that remembers every value, factor and step.

The tree has two layers. Between equations stand names and units, as a reader follows them; inside an equation
stand the bare operations, as a workbook's formula needs them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from footprint.units import Equation, Quantity

_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


@dataclass(frozen=True, eq=False)
class Term:
    """A number with its origin: a stated value, a factor of the catalogue, or the result of an operation.

    >>> energy, pue = named("it_energy", 100.0, "kWh_IT"), named("pue", 1.2, "kWh/kWh_IT")
    >>> (energy * pue).m_as("kWh").value
    120.0
    """

    value: float
    #: glossary name; blank for a step inside an equation
    name: str = ""
    #: unit of ``value`` where the term has a name
    unit: str = ""
    #: what stands behind the value: a row of the catalogue, a statement of the user
    origin: Any = None
    #: the equation whose result this is, and what it was given, by parameter
    equation: Equation | None = None
    inputs: tuple[tuple[str, Term], ...] = ()
    #: the operation behind the value, inside an equation
    operator: str = ""
    operands: tuple[Term | float, ...] = ()

    @classmethod
    def of_equation(cls, equation: Equation, given: dict[str, Quantity], result: Quantity) -> Quantity:
        """Name the result of an equation, and keep what it was given: called by `footprint.units.dimensions`."""
        inputs = []
        for name, quantity in given.items():
            magnitude = quantity.magnitude
            inputs.append((name, magnitude if isinstance(magnitude, Term) else Term(float(magnitude))))
        body: Term = result.magnitude
        # An equation that hands on what it was given points to it; one that applies another is made of that one.
        own = body.operands and not any(body is below for _, below in inputs)
        term = cls(
            value=body.value,
            name=equation.gives,
            unit=equation.returns,
            equation=equation,
            inputs=tuple(inputs),
            operator=body.operator if own else "=",
            operands=body.operands if own else (body,),
        )
        return Quantity(term, result.units)

    def walk(self) -> Iterator[Term]:
        """Yield every named term below this one and then itself, inputs before results, each once."""
        yield from _walk(self, set())

    def _apply(self, sign: str, other: Any, swapped: bool = False) -> Any:
        if not isinstance(other, (Term, int, float)):
            return NotImplemented
        left, right = (other, self) if swapped else (self, other)
        a, b = (float(x.value if isinstance(x, Term) else x) for x in (left, right))
        value = _OPERATIONS[sign](a, b)
        return Term(value=value, operator=sign, operands=(left, right))

    def __add__(self, other: Any) -> Any:
        return self._apply("+", other)

    def __radd__(self, other: Any) -> Any:
        return self._apply("+", other, swapped=True)

    def __sub__(self, other: Any) -> Any:
        return self._apply("-", other)

    def __rsub__(self, other: Any) -> Any:
        return self._apply("-", other, swapped=True)

    def __mul__(self, other: Any) -> Any:
        return self if isinstance(other, (int, float)) and other == 1 else self._apply("*", other)

    def __rmul__(self, other: Any) -> Any:
        return self if isinstance(other, (int, float)) and other == 1 else self._apply("*", other, swapped=True)

    def __truediv__(self, other: Any) -> Any:
        return self if isinstance(other, (int, float)) and other == 1 else self._apply("/", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._apply("/", other, swapped=True)

    def __pow__(self, other: Any) -> Any:
        return self._apply("^", other)

    def __rpow__(self, other: Any) -> Any:
        return self._apply("^", other, swapped=True)

    def __float__(self) -> float:
        return self.value


def named(name: str, value: float, unit: str, origin: Any = None) -> Quantity:
    """Return ``value`` in ``unit`` as a quantity that remembers its name and origin.

    >>> named("pue", 1.1, "kWh/kWh_IT").magnitude.name
    'pue'
    """
    term = Term(value=float(value), name=name, unit=unit, origin=origin)
    return Quantity(term, unit)


def _walk(term: Term, seen: set[int]) -> Iterator[Term]:
    if id(term) in seen:
        return
    seen.add(id(term))
    for _, below in term.inputs:
        yield from _walk(below, seen)
    if term.name:
        yield term
