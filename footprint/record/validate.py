"""The record: every published case computed again by the product's own equations, and what came of it.

Nothing is computed here. A case goes through the same methods and equations as an estimate; here its results are laid
beside the published ones.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from footprint.activities import TrainingRun
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import FootprintError
from footprint.estimate import estimate
from footprint.magnitudes.explanation import steps
from footprint.magnitudes.term import Term, named
from footprint.methods import METHODS, evaluate
from footprint.record.cases import GROUPS, OWN, Case, Figure, chosen
from footprint.record.disclosures import Disclosure, disclosures
from footprint.results import rounded
from footprint.settling import settle
from footprint.units import Equation, Quantity, equations, registry

#: Methods for an energy that is stated, and its name.
_METERED = {
    "metered_facility": "facility_energy",
    "metered_it": "it_energy",
    "metered_accelerator": "accelerator_energy",
}
#: Methods by which an energy follows from what is stated; each one that can be taken is.
_METHODS = ("training_operations", "training_accelerator_hours", "training_accelerator_power", "it_power")
#: The same in a word.
_WAYS = {
    "training_operations": "by operations",
    "training_accelerator_hours": "by hours",
    "training_accelerator_power": "by hours of the chips",
    "it_power": "by power",
}
#: What follows from the energy, and what a publication counts beside it.
_FOLLOWS = (
    "facility_energy",
    "it_energy_per_request",
    "break_even_requests",
    "carbon_location",
    "carbon_market",
    "carbon_all_scopes",
    "hardware_lifetime_in_use",
    "embodied_carbon_per_accelerator",
    "carbon_embodied_from_rate",
    "carbon_embodied",
    "carbon_life_cycle",
    "water_site",
    "water_grid",
    "water_consumed",
    "water_embodied_from_rate",
)
#: How near a looked-up figure must be, where the case does not say: the same digits.
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One published figure, what came of it, and whether that is as it should be."""

    case: str
    group: str
    system: str
    year: int
    #: what the figure is, as a reader calls it
    figure: str
    #: by which of several ways it was computed, where the inputs allow more than one
    way: str = ""
    published: Quantity | None
    computed: Quantity | None
    #: computed over published, less one
    residual: float | None
    tolerance: float | None
    tolerance_basis: str | None
    independence: str
    boundary: str
    verdict: str
    #: whether the record holds at this line
    holds: bool
    #: whether the line counts as evidence
    evidence: bool
    #: the method behind the energy, and the equations in names
    method: str | None = None
    formula: str = ""
    factors: tuple[FactorUse, ...] = ()
    remark: str = ""
    source: str
    locator: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        unit = self.published if self.published is not None else self.computed
        return {
            "case": self.case,
            "group": self.group,
            "system": self.system,
            "year": self.year,
            "figure": self.figure,
            "way": self.way,
            "published": _value(self.published),
            "computed": _value(self.computed),
            "unit": None if unit is None else f"{unit.units:~C}",
            "residual": rounded(self.residual),
            "tolerance": self.tolerance,
            "tolerance_basis": self.tolerance_basis,
            "independence": self.independence,
            "boundary": self.boundary,
            "verdict": self.verdict,
            "holds": self.holds,
            "evidence": self.evidence,
            "method": self.method,
            "formula": self.formula,
            "factors": [use.as_dict() for use in self.factors],
            "remark": self.remark,
            "source": self.source,
            "locator": self.locator,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases and figures a group has, and how many of the figures hold and count as evidence.

    A figure that can be computed in two ways is one figure; it holds, and counts, where it does so in both.
    """

    cases: int = 0
    figures: int = 0
    hold: int = 0
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """The lines of the record, in the order of the groups."""

    lines: tuple[Line, ...]
    edition: str
    #: works cited, by their ids
    works: Mapping[str, str] = field(default_factory=dict)
    #: the product's own estimates beside published figures of use
    own: tuple[Disclosure, ...] = ()

    @property
    def faults(self) -> tuple[Line | Disclosure, ...]:
        """The lines at which the record does not hold."""
        every: tuple[Line | Disclosure, ...] = (*self.lines, *self.own)
        return tuple(line for line in every if not line.holds)

    def of(self, group: str) -> tuple[Line, ...]:
        """Return the lines of one group."""
        return tuple(line for line in self.lines if line.group == group)

    def counts(self) -> dict[str, Count]:
        """Return the counts of each group."""
        counts = {}
        for group in GROUPS:
            lines = self.of(group)
            figures = {(line.case, line.figure) for line in lines}
            counts[group] = Count(
                cases=len({case for case, _ in figures}),
                figures=len(figures),
                hold=len(figures - {(line.case, line.figure) for line in lines if not line.holds}),
                evidence=len(figures - {(line.case, line.figure) for line in lines if not line.evidence}),
            )
        return counts

    def origins(self) -> dict[str, int]:
        """Return how many figures of evidence rest on what kind of publication, the most first."""
        figures = {(line.case, line.figure, line.independence) for line in self.lines if line.evidence}
        return dict(sorted(Counter(origin for *_, origin in figures).items(), key=lambda item: (-item[1], item[0])))

    def as_dict(self) -> dict[str, Any]:
        """Return the published JSON object."""
        return {
            "groups": {group: dataclasses.asdict(count) for group, count in self.counts().items()},
            "holds": not self.faults,
            "lines": [line.as_dict() for line in self.lines],
            "own_estimates": [line.as_dict() for line in self.own],
            "edition": self.edition,
        }


def validate(catalogue: Catalogue, ids: Iterable[str] = (), groups: Iterable[str] = ()) -> Record:
    """Compute the published cases again and return the record; ``ids`` and ``groups`` choose some of them.

    ``groups`` are those of `footprint.record.cases.GROUPS`, and ``own-estimate`` for what the product says by itself.

    Raises
    ------
    footprint.errors.UnknownNameError : no such case; the nearest are offered

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> by_operations, by_days = [
    ...     line for line in validate(open_catalogue(), ["tr-p21-gpt3"]).lines if line.figure == "carbon location"
    ... ]
    >>> f"{by_operations.computed.to('tCO2e'):.1f~P}", round(by_days.residual, 4), by_days.verdict
    ('552.1 tCO2e', 0.0019, 'within tolerance')
    """
    wanted = set(groups)
    every = chosen(catalogue, ids)
    of_groups = [case for case in every if not wanted or case.group in wanted]
    lines = [line for case in of_groups for line in _lines(case, catalogue)]
    order = list(GROUPS)
    lines.sort(key=lambda line: order.index(line.group))  # stable: within a group as in the table
    own = disclosures(every, catalogue) if not wanted or OWN in wanted else ()
    cited = sorted({line.source for line in lines} | {line.source for line in own})
    works = {id: source.citation for id in cited if (source := catalogue.source(id)) is not None}
    return Record(tuple(lines), catalogue.edition, works, own)


# --- one case ----------------------------------------------------------------------------------------


def _lines(case: Case, catalogue: Catalogue) -> Iterator[Line]:
    if case.group in ("recomputed", "contradictory"):
        yield from _recomputed(case, catalogue)
    elif case.group == "fitted":
        yield from _fitted(case, catalogue)
    elif case.row["test_mode"] == "inputs_only":
        yield _estimated(case, catalogue)
    else:
        yield from _looked_up(case, catalogue)


def _line(case: Case, about: Figure | None, **said: Any) -> Line:
    row = case.row
    return Line(
        **{
            "case": case.id,
            "group": case.group,
            "system": row["system"],
            "year": row["year"],
            "figure": about.label if about else "",
            "published": about.quantity if about else None,
            "computed": None,
            "residual": None,
            "tolerance": about.tolerance if about else None,
            "tolerance_basis": row["tolerance_basis"],
            "independence": row["independence"],
            "boundary": case.boundary,
            "evidence": False,
            "remark": row["reason"] or row["note"] or "",
            "source": row["source"],
            "locator": row["locator"],
            **said,
        }
    )


def _recomputed(case: Case, catalogue: Catalogue) -> Iterator[Line]:
    """Lay what the equations give beside what was published, for every way to the energy whose inputs are stated."""
    ways = _ways(case, catalogue)
    for figure in case.figures():
        met = False
        for method, known in ways:
            quantity = known.get(figure.name or "")
            if quantity is not None:
                met = True
                way = _WAYS.get(method or "", "") if len(ways) > 1 else ""
                yield _compared(case, figure, quantity, method, way)
        if not met:
            yield _line(case, figure, verdict="cannot be computed from the stated inputs", holds=False)


def _compared(case: Case, figure: Figure, quantity: Quantity, method: str | None, way: str) -> Line:
    computed = Quantity(float(quantity.m_as(figure.quantity.units)), figure.quantity.units)
    residual = float((computed / figure.quantity).m_as("")) - 1 if figure.quantity.magnitude else None
    near = residual is not None and figure.tolerance is not None and abs(residual) <= figure.tolerance
    said: dict[str, Any] = {
        "computed": computed,
        "residual": residual,
        "method": method,
        "way": way,
        **_behind(quantity.magnitude),
    }
    if case.group == "contradictory":
        verdict = "contradiction not found" if near else "contradiction shown"
        return _line(case, figure, **said, verdict=verdict, holds=not near)
    verdict = "within tolerance" if near else "leaves its tolerance" if figure.tolerance is not None else "no tolerance"
    unread = figure.unverified or any(use.name in case.unverified for use in said["factors"])
    if near and unread:
        verdict = "within tolerance, unverified"
    return _line(case, figure, **said, verdict=verdict, holds=near, evidence=near and not unread and case.happened)


def _behind(term: Term) -> dict[str, Any]:
    """Return the equations behind a result, in names, and the values that they took."""
    return {
        "formula": "; ".join(f"{step.name} = {step.in_names}" for step in steps([term])),
        "factors": tuple(below.origin for below in term.walk() if isinstance(below.origin, FactorUse)),
    }


def _ways(case: Case, catalogue: Catalogue) -> list[tuple[str | None, dict[str, Quantity]]]:
    """Return what the equations give, by each method whose inputs the case states; None where none is needed."""
    uses = _with_factors_found(case, catalogue, case.inputs(catalogue))
    given = {name: named(name, use.value, use.unit, use) for name, use in uses.items()}
    for name, id in case.components.items():
        given |= _component(catalogue, name, id)
    follows = _steps(_FOLLOWS)
    metered = [id for id, energy in _METERED.items() if energy in given]
    found: list[tuple[str | None, dict[str, Quantity]]] = []
    for id in metered or _METHODS:
        known, _ = evaluate(METHODS[id].equations, given)
        if "it_energy" in known:
            found.append((id, evaluate(follows, known)[0]))
    return found or [(None, evaluate(follows, given)[0])]


def _component(catalogue: Catalogue, name: str, id: str) -> dict[str, Quantity]:
    """Return the result of a case that is a part of another, under the name that the sum gives it."""
    for case in chosen(catalogue, [id]):
        for figure in case.figures():
            for _, known in _ways(case, catalogue):
                if figure.indicator == "carbon" and figure.name in known:
                    return {name: known[figure.name]}
    return {}


def _with_factors_found(case: Case, catalogue: Catalogue, uses: dict[str, FactorUse]) -> dict[str, FactorUse]:
    """Add PUE and grid factor from the catalogue, where a publication states neither and the case says so."""
    row = case.row
    lacking = {"pue", "grid_intensity"} - uses.keys()
    if row["test_mode"] != "default_factors" or not lacking:
        return uses
    # The ladder is asked as for any run of that operator, place and year; the energy does not matter to it.
    run = TrainingRun(
        energy="1 kWh_IT", provider=row["provider"], region=row["zone"], date=datetime.date(int(row["year"]), 7, 1)
    )
    (setting,) = settle([run], catalogue)
    return uses | {name: setting.factors[name] for name in sorted(lacking) if name in setting.factors}


def _steps(names: Sequence[str]) -> tuple[Equation, ...]:
    every = equations()
    return tuple(every[name] for name in names)


# --- figures that are not computed -------------------------------------------------------------------


def _looked_up(case: Case, catalogue: Catalogue) -> Iterator[Line]:
    """Find a published figure in the row of the catalogue that an estimate would take it from."""
    for figure in case.figures():
        reference = case.row["lookup"]
        if not reference:
            yield _line(case, figure, verdict="kept for reference", holds=True)
            continue
        held = _held(catalogue, reference, figure, float(case.row["requests"] or 1))
        if held is None:
            yield _line(case, figure, verdict=f"not in {reference}", holds=False)
            continue
        residual = float((held / figure.quantity).m_as("")) - 1
        near = abs(residual) <= (figure.tolerance or _SAME)
        verdict = f"as in {reference}" if near else f"differs from {reference}"
        yield _line(case, figure, computed=held, residual=residual, verdict=verdict, holds=near)


#: Columns of the catalogue's rows that hold a published figure, with their units; None is the unit of the row.
_HELD: dict[str, dict[str, tuple[str, str | None]]] = {
    "energy_per_use": {"energy": ("value", None), "carbon": ("carbon_g", "gCO2e"), "water": ("water_ml", "mL")},
    "training_runs": {"energy": ("energy", "MWh"), "carbon": ("carbon", "tCO2e"), "water": ("water_total", "L")},
}


def _held(catalogue: Catalogue, reference: str, figure: Figure, uses: float) -> Quantity | None:
    """Return what the row holds, for the uses that the figure is of; None where there is none."""
    table, _, id = reference.partition(":")
    row = catalogue.row(table, id) if table in _HELD else None
    column, unit = _HELD.get(table, {}).get(figure.indicator, ("", None))
    if row is None or row.get(column) is None:
        return None
    unit = str(unit or row["unit"])
    energy, per, use = unit.partition("/")
    held = Quantity(float(row[column]), unit) * (Quantity(uses, use) if per else Quantity(uses, ""))
    # The boundary of a figure that states none is that of the row.
    bare = figure.basis == "unstated" and figure.indicator == "energy"
    return held.to(energy).to(_same_boundary(energy) if bare else figure.quantity.units)


def _same_boundary(energy: str) -> str:
    return next(unit for unit in ("kWh", "kWh_IT", "kWh_acc") if registry.Unit(unit).is_compatible_with(energy))


def _fitted(case: Case, catalogue: Catalogue) -> Iterator[Line]:
    """Check that the coefficients which were derived from the figure are there, and cite its source."""
    wanted = ", ".join(case.fits)
    rows = catalogue.rows("SELECT id, source FROM factors WHERE list_contains($ids, id)", ids=list(case.fits))
    lost = sorted(set(case.fits) - {row["id"] for row in rows if row["source"] == case.row["source"]})
    verdict = f"no coefficient {', '.join(lost)} of this source" if lost else f"behind {wanted}"
    for figure in case.figures():
        yield _line(case, figure, verdict=verdict, holds=not lost)


def _estimated(case: Case, catalogue: Catalogue) -> Line:
    """Give the product's own estimate of a case whose publisher prints inputs alone."""
    timed = ("accelerators", "hours", "accelerator_hours")
    amounts = {name: use for name, use in case.inputs(catalogue).items() if name in timed}
    if "accelerator_hours" in amounts:
        amounts = {"accelerator_hours": amounts["accelerator_hours"]}
    given: dict[str, Any] = {name: use.quantity for name, use in amounts.items()}
    date = datetime.date(int(case.row["year"]), 7, 1)
    run = TrainingRun(accelerator=case.row["accelerator"], date=date, **given)
    try:
        answer = estimate(run, catalogue)
    except FootprintError as error:
        return _line(case, None, figure="it energy", verdict=str(error), holds=False)
    return _line(
        case,
        None,
        figure="it energy",
        computed=answer.it_energy,
        method=answer.method,
        **_behind(answer.terms["it_energy"]),
        verdict="estimate, nothing published beside it",
        holds=answer.it_energy is not None,
    )


def _value(quantity: Quantity | None) -> float | None:
    return None if quantity is None else rounded(float(quantity.magnitude))
