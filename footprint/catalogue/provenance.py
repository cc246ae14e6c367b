"""Where a number comes from: the row that was used, the rung it was found on, and the work it cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footprint.units import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A work that the catalogue cites."""

    id: str
    title: str
    authors: str | None
    publisher: str | None
    year: int | None
    url: str | None
    doi: str | None
    licence: str | None
    attribution: str | None
    read_as: str | None
    note: str | None

    @property
    def citation(self) -> str:
        """One line that leads a reader to the work.

        >>> Source(id="x", title="T", authors="A", publisher="P", year=2021, url=None, doi="10.1/2", licence=None,
        ...        attribution=None, read_as=None, note=None).citation
        'A (2021): T. P. https://doi.org/10.1/2'
        """
        names = [name.strip() for name in (self.authors or "").split(";") if name.strip()]
        short = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        who = short or self.publisher or self.id
        publisher = f" {self.publisher}." if self.publisher and self.publisher != who else ""
        where = f"https://doi.org/{self.doi}" if self.doi else self.url
        when = f" ({self.year})" if self.year else ""
        return f"{who}{when}: {self.title}.{publisher}{f' {where}' if where else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUse:
    """A value that an estimate used, and why this one.

    ``rung`` says where on the ladder it was found: stated by the user, the user's overlay, published inputs of a run,
    or how near a row of the catalogue is to what was asked.
    """

    id: str
    #: what it is in the equations
    name: str
    value: float
    unit: str
    rung: str
    evidence: str
    source: str | None
    citation: str | None = None
    zone: str | None = None
    year: int | None = None
    low: float | None = None
    high: float | None = None
    distribution: str | None = None
    locator: str | None = None
    note: str | None = None
    licence: str | None = None
    #: what its error is shared by: uses with the same text vary together; blank stands for the row itself
    drawn: str = ""
    #: years between the activity and the figure
    years_away: int = 0
    #: a wider area, or a whole fleet, stands in for the place
    stands_in: bool = False

    @property
    def quantity(self) -> Quantity:
        """The value with its unit."""
        return Quantity(self.value, self.unit)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields that a result carries, in their published order."""
        return {
            "id": self.id,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "zone": self.zone,
            "year": self.year,
            "rung": self.rung,
            "evidence": self.evidence,
            "source": self.source,
            "locator": self.locator,
            "citation": self.citation,
        }


def stated(name: str, quantity: Quantity) -> FactorUse:
    """Return what the user stated as a factor like any other: its source is the user.

    >>> stated("pue", Quantity(1.1, "kWh/kWh_IT")).rung
    'stated by the user'
    """
    return FactorUse(
        id=f"stated:{name}",
        name=name,
        value=float(quantity.magnitude),
        unit=f"{quantity.units:~C}".replace("**", "^") or "1",
        rung="stated by the user",
        evidence="stated",
        source=None,
        citation="stated by the user",
    )
