"""The product's own estimate of a published figure of use, made without that figure's row, beside it.

The estimate is the parametric model of text: model and tokens, and the ranges of everything else. Where a publisher
states no tokens, the case says what was assumed, and why.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from footprint.activities import Query
from footprint.catalogue import Catalogue
from footprint.estimate import estimate
from footprint.numbers import exact
from footprint.record.cases import Case, Figure
from footprint.results import LABELS, RESULTS, Estimate, rounded
from footprint.units import Quantity

#: Results that a figure is compared with: like with like, a life cycle with all that the product knows of one.
_LIKE: dict[str, tuple[str, ...]] = {
    "facility_energy": ("facility_energy",),
    "it_energy": ("it_energy",),
    "it_energy_per_request": ("it_energy",),
    "water_site": ("water_site",),
    "carbon_life_cycle": ("carbon_location", "carbon_upstream", "carbon_embodied"),
}
_LIFE_CYCLE_OF_WATER = ("water_site", "water_grid", "water_embodied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A published figure of use, and the range of an estimate that has not seen it."""

    case: str
    system: str
    year: int
    #: what the figure is, as a reader calls it
    figure: str
    published: Quantity
    estimated: Quantity
    #: 5th and 95th percentile; of a sum the sums of those of its parts, which lie further out
    low: Quantity
    high: Quantity
    #: model, tokens and place of the estimate
    estimate_of: str
    #: what the estimate is made of, where that is no single result
    parts: str
    #: what was assumed for want of a statement
    assumption: str
    #: coefficients that come from the same publication, which the estimate has seen
    seen: tuple[str, ...]
    #: why the figure lies outside, where it does and the reason is known
    why: str
    source: str

    @property
    def inside(self) -> bool:
        """Whether the published figure lies within the 90 % range."""
        value = float(self.published.m_as(self.low.units))
        return bool(float(self.low.magnitude) <= value <= float(self.high.magnitude))

    @property
    def holds(self) -> bool:
        """Whether the figure lies inside, or the record says why it does not."""
        return self.inside or bool(self.why)

    @property
    def verdict(self) -> str:
        """What is to be said of it."""
        if self.inside:
            return "inside the 90 % range"
        return "outside the 90 % range" if self.why else "outside the 90 % range, and nobody says why"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        unit = self.published.units
        return {
            "case": self.case,
            "system": self.system,
            "year": self.year,
            "figure": self.figure,
            "published": rounded(float(self.published.magnitude)),
            "estimated": rounded(float(self.estimated.m_as(unit))),
            "low": rounded(float(self.low.m_as(unit))),
            "high": rounded(float(self.high.m_as(unit))),
            "unit": f"{unit:~C}",
            "inside": self.inside,
            "estimate_of": self.estimate_of,
            "parts": self.parts,
            "assumption": self.assumption,
            "seen": list(self.seen),
            "why_outside": "" if self.inside else self.why,
            "source": self.source,
        }


def disclosures(cases: Iterable[Case], catalogue: Catalogue) -> tuple[Disclosure, ...]:
    """Return the product's own estimates of the cases that name a model of the catalogue.

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> from footprint.record.cases import chosen
    >>> catalogue = open_catalogue()
    >>> [found] = disclosures(chosen(catalogue, ["in-j25-gpt-4o-short"]), catalogue)
    >>> f"{found.published.to('Wh'):~P}", found.inside
    ('0.423 Wh', True)
    """
    return tuple(found for case in cases if case.row["model"] for found in _of(case, catalogue))


def _of(case: Case, catalogue: Catalogue) -> Iterator[Disclosure]:
    row = case.row
    tokens: dict[str, Any] = {name: _stated_or_assumed(row, name) for name in ("input_tokens", "output_tokens")}
    answer = estimate(
        Query(
            model=row["model"],
            accelerator=row["accelerator"],
            provider=row["provider"],
            region=row["zone"],
            date=datetime.date(int(row["year"]), 7, 1),
            **tokens,
        ),
        catalogue,
    )
    counted = {name.replace("_", " "): count for name, count in tokens.items() if count is not None}
    said = ", ".join(f"{exact(count)} {what}" for what, count in counted.items())
    for figure in case.figures():
        names = _names(figure, answer)
        if not names:
            continue
        unit = RESULTS[names[0]]
        low, high = (reduce(add, (answer.ranges[name][end] for name in names)) for end in (0, 1))
        published = Quantity(float(figure.quantity.m_as(f"{unit}/request" if _per_request(figure) else unit)), unit)
        behind = {
            use.name
            for name in names
            for term in answer.terms[name].walk()
            if (use := term.origin) is not None
            if getattr(use, "source", None) == row["source"]
        }
        yield Disclosure(
            case=case.id,
            system=row["system"],
            year=row["year"],
            figure=figure.label,
            published=published,
            estimated=reduce(add, (getattr(answer, name) for name in names)),
            low=low,
            high=high,
            estimate_of=f"{row['model']}, {said}" + (f", {row['accelerator']}" if row["accelerator"] else ""),
            parts="" if len(names) == 1 else " + ".join(LABELS[name] for name in names),
            assumption=row["assumption"] or "",
            seen=tuple(sorted(behind)),
            why=row["outside"] or "",
            source=row["source"],
        )


def _stated_or_assumed(row: Mapping[str, Any], name: str) -> float | None:
    value = row[name] if row[name] is not None else row[f"assumed_{name}"]
    return None if value is None else float(value)


def _names(figure: Figure, answer: Estimate) -> tuple[str, ...]:
    """Return the results that the figure is compared with, as far as they are known."""
    of_life = (figure.indicator, figure.basis) == ("water", "life_cycle")
    names = _LIFE_CYCLE_OF_WATER if of_life else _LIKE.get(figure.name or "", ())
    return tuple(name for name in names if name in answer.ranges)


def _per_request(figure: Figure) -> bool:
    return (figure.name or "").endswith("_per_request")
