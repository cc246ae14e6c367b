"""The lines of a workbook: every combination of factors through the equations of its method, as formulas and values.

Combinations of one method that know the same factors in the same units have the same formulas, so the equations are
read as terms once for each such shape; its cached values are the same terms, computed for all of its lines together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footprint.batch.alike import units_of
from footprint.batch.amounts import loads_of
from footprint.batch.columns import ColumnMap
from footprint.catalogue import FactorUse
from footprint.magnitudes.cells import computed, formula
from footprint.magnitudes.term import Term, named
from footprint.methods import evaluate
from footprint.results import RESULTS
from footprint.settling import Setting
from footprint.units import Equation, Quantity, unit_of

Floats = NDArray[np.float64]

#: The name of the equation that hands on a reading of a meter.
METERED = "metered"
#: What a column holds: an amount of the activity, a result, a step on the way to it, or a factor.
LOAD, RESULT, STEP, FACTOR = "load", "result", "step", "factor"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of lines: the same quantity in the same unit, whatever the method."""

    kind: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Lines that have the same formulas."""

    method: str
    members: Sequence[int]
    #: what each column holds, inputs before what follows from them
    terms: dict[Field, Term]
    #: columns that follow from an amount of the activity, and the amounts themselves
    moving: frozenset[Field]

    def formulas(self, cells: Mapping[Field, str]) -> dict[Field, str]:
        """Return the formula of each column that has one, with the addresses ``cells``."""
        addresses = {term: cells[field] for field, term in self.terms.items() if field in cells}
        return {
            field: formula(term, addresses)
            for field, term in self.terms.items()
            if field in cells and term.equation is not None
        }

    def values(self, given: Mapping[Field, Floats]) -> dict[Field, Floats]:
        """Return the values of all columns, where ``given`` are those of the amounts and factors."""
        found: dict[Term, Any] = {}
        for field, term in self.terms.items():
            found[term] = given[field] if term.equation is None else computed(term, found)
        return {field: found[term] for field, term in self.terms.items()}


def shapes(settings: Sequence[Setting], mapping: ColumnMap) -> list[Shape]:
    """Return the shapes of ``settings``; their members are places in it."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for place, setting in enumerate(settings):
        known = frozenset((name, use.unit) for name, use in setting.factors.items())
        alike.setdefault((setting.method.id, known, units_of(setting)), []).append(place)
    return [_shape(settings[members[0]], members, mapping) for members in alike.values()]


def _shape(setting: Setting, members: Sequence[int], mapping: ColumnMap) -> Shape:
    amounts = loads_of(setting.method, mapping) if setting.amounts is None else setting.amounts
    loads = {
        name: named(name, 1.0, _unit(setting, name, quantity))
        for name, quantity in amounts.items()
        if name not in setting.factors
    }
    factors = {name: named(name, use.value, use.unit, use) for name, use in setting.factors.items()}
    known, _ = evaluate(setting.steps, {**loads, **factors})
    if setting.amounts is not None:
        # A reading of a meter is a result as it stands: its column points to it.
        known |= {name: _handed_on(known[name]) for name in RESULTS if name in loads}
    results = {known[name].magnitude: name for name in RESULTS if name in known}
    terms: dict[Field, Term] = {}
    moving: set[Term] = set()
    seen: set[Term] = set()
    for result in results:
        for term in result.walk():
            if term in seen:
                continue
            seen.add(term)
            terms[_field(term, results, known)] = term
            whole = setting.amounts is not None and term in results  # also where the catalogue has its amounts
            if whole or _is_load(term) or any(below in moving for _, below in term.inputs):
                moving.add(term)
    return Shape(setting.method.id, members, terms, frozenset(field for field, term in terms.items() if term in moving))


def _handed_on(quantity: Quantity) -> Quantity:
    """Return what was stated as the result of an equation that hands it on."""
    term: Term = quantity.magnitude
    same = Equation(METERED, _same, {term.name: term.unit}, term.name, term.unit)
    return Quantity(
        Term(term.value, term.name, term.unit, None, same, ((term.name, term),), "=", (term,)), quantity.units
    )


def _same(quantity: Quantity) -> Quantity:
    """As it was metered."""
    return quantity


def _unit(setting: Setting, name: str, quantity: Quantity) -> str:
    """Return the unit of an amount as the equations write it, where they have the same."""
    declared = setting.method.unit_of.get(name, "")
    return declared if declared and unit_of(declared) == quantity.units else f"{quantity.units:~C}"


def _is_load(term: Term) -> bool:
    return term.equation is None and not isinstance(term.origin, FactorUse)


def _field(term: Term, results: Mapping[Term, str], known: Mapping[str, Any]) -> Field:
    """Return the column of a term; what a later step brought up to date has one under the name of its equation."""
    if term in results and term.equation is not None:
        return Field(RESULT, results[term], term.unit)
    if term.equation is None:
        return Field(LOAD if _is_load(term) else FACTOR, term.name, term.unit)
    latest = known[term.name].magnitude is term
    return Field(STEP, term.name if latest else term.equation.name, term.unit)
