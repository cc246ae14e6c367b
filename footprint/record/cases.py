"""Published cases: a row of ``published_cases.csv`` as inputs of equations, and as results to be met.

The inputs are the columns that carry the name of a parameter of an equation; a column of another name is no input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from footprint.catalogue import Catalogue, FactorUse
from footprint.catalogue.build import descriptor
from footprint.errors import CatalogueError, UnknownNameError
from footprint.methods import METHODS
from footprint.units import Quantity, equations

TABLE = "published_cases"

#: The groups of the record, in the order in which it tells them.
GROUPS: dict[str, str] = {
    "recomputed": "recomputed from stated inputs",
    "looked-up": "looked up",
    "fitted": "used for fitting",
    "contradictory": "contradictory at the source",
}
#: What stands beside the groups: figures of use, and the estimate that has not seen them.
OWN = "own-estimate"

#: What each group may be taken for.
MEANING: dict[str, str] = {
    "recomputed": "Computed from the inputs that the publication states, by the equations of the product. Only these "
    "count as evidence, and among them only those of which a document was read and "
    "whose inputs were not invented, as those of a projection or an exercise are.",
    "looked-up": "Figures without inputs to compute them from, inputs without a figure, and figures whose missing "
    "factor can only be divided out of the answer. They prove nothing about the equations.",
    "fitted": "Figures that a coefficient of the product was derived from. That it meets them proves nothing.",
    "contradictory": "The published result does not follow from the published inputs. What is tested is that the "
    "record notices, not the value.",
}

_RUNG = "published inputs of the case"

#: How a case is tested, where that is by equations.
_COMPUTED = frozenset(
    {
        "power_time",
        "energy_to_carbon",
        "energy_to_water",
        "embodied_amortisation",
        "sum_of_components",
        "fleet_to_request",
        "break_even",
        "default_factors",
    }
)

#: What the published energy is called in the equations, by the place where it is read.
_ENERGY = {
    "facility": ("facility_energy", "kWh"),
    "it": ("it_energy", "kWh_IT"),
    "accelerator": ("accelerator_energy", "kWh_acc"),
    "unstated": ("facility_energy", "kWh"),
}
_CARBON = {
    "location": "carbon_location",
    "market": "carbon_market",
    "market_and_other_scopes": "carbon_all_scopes",
    "hardware": "carbon_embodied",
    "life_cycle": "carbon_life_cycle",
}
_WATER = {
    "site": "water_site",
    "grid": "water_grid",
    "site_and_grid": "water_consumed",
    "hardware": "water_embodied",
}

#: How a reader calls a figure that is no result of an estimate.
_CALLED = {
    "total": "carbon, all of a company",
    "company": "water, all of a company",
    "withdrawn": "water withdrawn",
    "life_cycle": "over the life cycle",
    "unstated": "boundary not stated",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A published result: what it is in the equations, how much, and how far a recomputation may be off."""

    #: energy, carbon, water or requests
    indicator: str
    #: the name that the equations give it; None where none gives it
    name: str | None
    quantity: Quantity
    tolerance: float | None
    #: no document was read for it
    unverified: bool = False
    #: what is inside, where no name of an equation says it
    basis: str = ""

    @property
    def label(self) -> str:
        """What it is, as a reader calls it."""
        if self.basis in _CALLED:
            called = _CALLED[self.basis]
            return called if called.startswith(self.indicator) else f"{self.indicator}, {called}"
        return (self.name or self.indicator).replace("_", " ")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    row: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its key."""
        return str(self.row["id"])

    @property
    def group(self) -> str:
        """Which of the four groups it is counted in."""
        if self.row["consistency"] in ("inconsistent", "divergent"):
            return "contradictory"
        if self.row["fits"]:
            return "fitted"
        return "recomputed" if self.row["test_mode"] in _COMPUTED else "looked-up"

    @property
    def boundary(self) -> str:
        """What is inside; the terms that the publication leaves out are named with the factor that this makes."""
        left = _parts(self.row["left_out"])
        one = {"hosts": "it_over_accelerator = 1", "cooling": "PUE = 1"}
        said = f"{' and '.join(left)} left out: {', '.join(one[part] for part in left)}" if left else ""
        return "; ".join(part for part in (self.row["boundary"], said) if part)

    @property
    def happened(self) -> bool:
        """Whether its inputs were: those of a projection or of an exercise are invented, and test arithmetic alone."""
        return self.row["independence"] not in ("projection", "exercise")

    @property
    def unverified(self) -> tuple[str, ...]:
        """Columns that no document was read for."""
        return _parts(self.row["unverified"])

    @property
    def fits(self) -> tuple[str, ...]:
        """Coefficients that were derived from the published result."""
        return _parts(self.row["fits"])

    @property
    def components(self) -> dict[str, str]:
        """Cases that are added up, by the name under which the equation takes each."""
        return dict(part.split("=", 1) for part in _parts(self.row["components"]))

    def inputs(self, catalogue: Catalogue) -> dict[str, FactorUse]:
        """Return what the publication states, by the names of the equations."""
        found = {}
        for name, unit in _inputs().items():
            use = catalogue.field_of(TABLE, dict(self.row), name, name=name, unit=unit, rung=_RUNG)
            if use is not None:
                found[name] = use
        return found

    def figures(self) -> list[Figure]:
        """Return the published results."""
        row = self.row
        figures = []
        for indicator, found in (
            ("energy", self._energy()),
            ("carbon", (_CARBON.get(row["carbon_basis"]), "kgCO2e", row["carbon_basis"])),
            ("water", (_WATER.get(row["water_basis"]), "L", row["water_basis"])),
            ("requests", ("break_even_requests", "request", "")),
        ):
            value = row[f"published_{indicator}"]
            if value is None:
                continue
            name, unit, basis = found
            published = Quantity(float(value), unit)
            figures.append(
                Figure(
                    indicator=indicator,
                    name=name,
                    quantity=published.to(unit.removeprefix("k")) if unit.endswith("/request") else published,
                    tolerance=row[f"{indicator}_tolerance"],
                    unverified=f"published_{indicator}" in self.unverified,
                    basis="" if name and basis != "unstated" else basis,
                )
            )
        return figures

    def _energy(self) -> tuple[str, str, str]:
        name, unit = _ENERGY[self.row["energy_boundary"] or "unstated"]
        if self.row["test_mode"] == "fleet_to_request":
            return f"{name}_per_request", f"{unit}/request", ""
        return name, unit, self.row["energy_boundary"] or ""


def cases(catalogue: Catalogue) -> list[Case]:
    """Return every case: by kind, then in the order of the table.

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> [case.group for case in cases(open_catalogue()) if case.id in ("tr-p21-gpt3", "tr-l33-70b")]
    ['recomputed', 'contradictory']
    """
    return [Case(row) for row in catalogue.rows(f"SELECT * FROM {TABLE} ORDER BY rowid")]


def chosen(catalogue: Catalogue, ids: Iterable[str] = ()) -> list[Case]:
    """Return the cases of these ids; all where none is named.

    Raises
    ------
    footprint.errors.UnknownNameError : no such case; the nearest are offered
    """
    every = cases(catalogue)
    known = {case.id: case for case in every}
    wanted = list(ids)
    for id in wanted:
        if id not in known:
            raise UnknownNameError("published case", id, _nearest(catalogue, id), "List all: footprint validate")
    return [case for case in every if not wanted or case.id in wanted]


def _nearest(catalogue: Catalogue, id: str) -> list[str]:
    found = catalogue.rows(
        f"SELECT id, jaro_winkler_similarity(id, $id) AS alike FROM {TABLE} WHERE alike > 0.8 "
        "ORDER BY alike DESC, id LIMIT 3",
        id=id[:80].casefold(),
    )
    return [row["id"] for row in found]


@lru_cache(maxsize=1)
def _inputs() -> dict[str, str]:
    """Return the columns that are inputs of equations, and the unit that the data package declares for each."""
    _ = METHODS  # declares the equations
    parameters = {name for equation in equations().values() for name in equation.units}
    units = {}
    for item in descriptor()[TABLE]["schema"]["fields"]:
        if item["type"] == "number" and item["name"] in parameters:
            bracket = re.search(r"\[([^\]]+)\]", item["description"])
            if bracket is None:
                raise CatalogueError(f"{TABLE}: {item['name']} declares no unit.")
            units[item["name"]] = "" if bracket[1] == "1" else bracket[1]
    return units


def _parts(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())
