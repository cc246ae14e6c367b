"""What a report stands on, and what follows from it for every format."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.batch import Summary
from footprint.batch.change import Change
from footprint.catalogue import Catalogue
from footprint.language import Language, language
from footprint.reporting.blocks import Document
from footprint.reporting.definition import Definition
from footprint.reporting.inputs import Timing
from footprint.results import RESULTS
from footprint.scopes import claims

if TYPE_CHECKING:
    from footprint.charts import Subject

CONSUMED = ("water_site", "water_grid")
#: Results that a report adds up, and their parts: their ranges do not add up, so the sum has one of its own.
TOGETHER = {"water_consumed": CONSUMED}
UNITS = {**RESULTS, "water_consumed": "L"}
#: The column of months, where rows have days.
MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Years:
    """Two periods side by side, and what changed from the earlier one."""

    summary: Summary
    timing: Timing
    changes: tuple[Change, ...]
    #: why the earlier activity could not be computed with the factors of the later period; blank where it was
    reason: str = ""

    def of(self, result: str) -> Change:
        """Return what became of a result."""
        return next(change for change in self.changes if change.result == result)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        summary = self.summary
        return {
            "base": {
                "period": self.timing.as_dict(),
                "rows_in": summary.rows_in,
                "rows_estimated": summary.estimated,
                "rows_rejected": summary.rejected,
                "total": summary.total.as_dict(),
                "activity": summary.inventory.as_dict(),
            },
            "changes": [change.as_dict() for change in self.changes],
            "not_split_because": self.reason or None,
        }


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that a report stands on."""

    definition: Definition
    summary: Summary
    catalogue: Catalogue
    made: datetime.datetime
    command: str
    version: str
    grid_boundary: str = "lifecycle"
    timing: Timing = dataclasses.field(default_factory=Timing)
    #: the period that this one is compared with
    years: Years | None = None

    @functools.cached_property
    def subject(self) -> Subject:
        """The same as what charts are drawn of."""
        from footprint.charts import of_summary

        found = of_summary(self.summary, self.catalogue, self.definition.role)
        return dataclasses.replace(found, rejected_named=True)  # said once, on the first page

    @functools.cached_property
    def document(self) -> Document:
        """What the report says, in its language: made once, for every format."""
        from footprint.reporting.content import document

        return document(self, language(self.definition.language))


def claimed(account: Account) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return scope and category of each carbon result for the role of a report, and what is said beside them."""
    role = account.definition.role
    if role is None:
        return {}, ()
    rows = [account.catalogue.row("providers", host) or {} for host in account.summary.hosts]
    return claims(role, [row.get("kind") for row in rows], account.grid_boundary)


def why_not(account: Account, name: str) -> str:
    """Return why a total is not known: the first reasons."""
    reasons = {setting.reasons.get(name) for setting in account.summary.inventory.settings} - {None}
    if not account.summary.estimated:
        return "no row could be estimated"
    return "; ".join(sorted(str(reason) for reason in reasons)[:2]) or "—"


def period_of(account: Account, words: Language) -> str:
    """Return the period of a report, as stated or as its rows have it."""
    if account.definition.period:
        first, last = (datetime.date.fromisoformat(str(day)) for day in account.definition.period)
        return words.period(first, last)
    inventory = account.summary.inventory
    if "month" not in inventory.names:
        return ""
    months = sorted({str(key) for key in inventory.column("month")[0]} - {"None"})
    return words.months(months[0], months[-1]) if months else ""


#: Carriers that a report tells apart, and the columns of the mix that each is made up of.
_CARRIERS = {
    "fossil": ("coal", "gas", "oil"),
    "nuclear": ("nuclear",),
    "renewable": ("hydro", "wind", "solar", "bioenergy", "other_renewable"),
}


def carriers(account: Account) -> dict[str, float]:
    """Return the electricity at the meter [kWh] by carrier, by the mix of each country; ``unknown`` where none is."""
    found = {**dict.fromkeys(_CARRIERS, 0.0), "unknown": 0.0}
    by_zone = account.summary.inventory.over(
        lambda setting: (setting.place.country if setting.place else None, setting.date.year)
    )
    for (zone, year), group in by_zone:
        energy = group.totals["facility_energy"]
        if energy is None:
            continue
        mix = account.catalogue.rows(
            "SELECT * FROM electricity_mix WHERE zone = $zone AND year <= $year ORDER BY year DESC LIMIT 1",
            zone=zone, year=year,
        ) if zone else []  # fmt: skip
        if not mix:
            found["unknown"] += energy
        for name, fuels in _CARRIERS.items() if mix else ():
            found[name] += energy * sum(float(mix[0][fuel] or 0.0) for fuel in fuels)
    return found
