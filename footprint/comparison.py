"""An estimate beside something that people know: both operands, their years, and their boundaries."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

from footprint.catalogue import Catalogue
from footprint.errors import NotEstimableError, UsageError
from footprint.results import LABELS, Estimate, rounded
from footprint.units import Quantity, is_unit, registry

#: Which result stands against an equivalence of each indicator.
_COMPARED = {"energy": ("facility_energy",), "carbon": ("carbon_location",), "water": ("water_site", "water_grid")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One side of a comparison."""

    label: str
    value: float
    unit: str
    year: int | None
    boundary: str
    source: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {name: getattr(self, name) for name in ("label", "value", "unit", "year", "boundary", "source")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An estimate against something that people know, with both operands, years and boundaries."""

    ratio: float
    operands: tuple[Operand, Operand]
    #: the ratio with both operands at the building's meter, where the printed figures are at two boundaries
    ratio_at_meter: float | None = None
    pue: float | None = None
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "ratio": rounded(self.ratio),
            "operands": [operand.as_dict() for operand in self.operands],
            "ratio_at_meter": rounded(self.ratio_at_meter),
            "pue": rounded(self.pue),
        }


def compared(estimate: Estimate, thing: str, catalogue: Catalogue) -> Estimate:
    """Return ``estimate`` with a comparison to the equivalence that ``thing`` names.

    The ratio is that of the figures as they are printed. Where a published figure per request stands at the servers'
    plugs, a second ratio brings it to the meter, with the PUE that was used.

    Raises
    ------
    footprint.errors.UnknownNameError : no such equivalence
    footprint.errors.NotEstimableError : the result to compare is not known

    Examples
    --------
    >>> import footprint
    >>> query = footprint.query("chatgpt", date="2023-06-01", region="US", versus="web-search")
    >>> round(query.versus.ratio, 1)
    9.7
    """
    row = catalogue.named("equivalence", "equivalences", thing, "List all: footprint factors equivalences")
    other = Quantity(row["value"], row["unit"])
    if str(row["boundary"]).startswith("uptake"):
        raise UsageError(f"--versus {thing}: what grows back does not measure what was emitted; compare with a use.")
    names = _COMPARED[row["indicator"]]
    if is_unit(other.units, "kWh_IT"):
        names = ("it_energy",)
    known = [getattr(estimate, name) for name in names]
    lacking = next((name for name, part in zip(names, known, strict=True) if part is None), None)
    if lacking:
        reason = estimate.reasons.get(lacking, "not known")
        raise NotEstimableError(f"--versus {thing}: {LABELS[lacking]} of this estimate is not known: {reason}.")
    mine = cast("Quantity", sum(known[1:], start=known[0]))
    warnings = []
    if is_unit(other.units, "gCO2"):
        other = Quantity(other.m_as("gCO2"), "gCO2e")
        warnings.append(f"{row['label_en']}: counts carbon dioxide alone, other gases are left out.")
    if other.magnitude == 0:
        raise UsageError(f"--versus {thing}: its value is zero.")
    requests = getattr(estimate.activity, "requests", None)
    share = 1.0 / float(requests.magnitude) if requests is not None and requests.magnitude else 1.0
    at_meter = float((mine * share / other).m_as(""))
    year = row["year_to"] if row["year_from"] == row["year_to"] else row["year_from"] or row["year_to"]
    right = Operand(
        label=row["label_en"],
        value=row["value"],
        unit=row["unit"],
        year=year,
        boundary=row["boundary"],
        source=row["source"],
    )
    if row["year_to"] and row["year_to"] <= estimate.date.year - 5:
        warnings.append(f"{row['label_en']}: the figure is of {row['year_to']}.")
    printed = estimate.printed
    pue = next((use.value for use in estimate.factors if use.name == "pue"), None)
    if row["indicator"] == "energy" and printed is not None:
        left = Operand(
            label=_label(estimate),
            value=printed.value,
            unit=printed.unit,
            year=estimate.date.year if printed.evidence == "judgement" else printed.year,
            boundary=_boundary(printed.unit),
            source=printed.source,
        )
        as_printed = printed.value * registry.Unit(printed.unit.partition("/")[0])
        plain = float(as_printed.m_as(_same_size(as_printed))) / float(other.m_as(_same_size(other)))
        needs_pue = as_printed.dimensionality != other.dimensionality
        comparison = Comparison(
            ratio=plain,
            operands=(left, right),
            ratio_at_meter=at_meter if needs_pue else None,
            pue=pue if needs_pue else None,
            warnings=tuple(warnings),
        )
    else:
        shown = mine * share
        left = Operand(
            label=_label(estimate),
            value=float(shown.magnitude),
            unit=f"{shown.units:~P}",
            year=estimate.date.year,
            boundary=" and ".join(LABELS[name] for name in names),
            source=None,
        )
        comparison = Comparison(ratio=at_meter, operands=(left, right), warnings=tuple(warnings))
    return dataclasses.replace(
        estimate, versus=comparison, warnings=tuple(dict.fromkeys((*estimate.warnings, *warnings)))
    )


def _same_size(quantity: Quantity) -> str:
    """Return the watt-hour of the quantity's own boundary: figures as printed are compared as bare numbers."""
    return next(unit for unit in ("Wh", "Wh_IT", "Wh_acc") if is_unit(quantity.units, unit))


def _boundary(unit: str) -> str:
    if "_IT" in unit:
        return "at the servers' plugs, without PUE"
    return "the accelerators alone" if "_acc" in unit else "at the building's meter"


def _label(estimate: Estimate) -> str:
    stated = estimate.activity.stated()
    name = stated.get("model") or stated.get("run") or estimate.activity.kind
    return f"one request to {name}" if estimate.activity.kind == "query" else str(name)
