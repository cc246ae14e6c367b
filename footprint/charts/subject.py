"""What a chart is of: a batch, an estimate, or the JSON of an estimate, seen alike."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import TOGETHER, Amount
from footprint.errors import DataError, NotEstimableError, clipped
from footprint.language import Language
from footprint.results import PARTS, RESULTS, Estimate
from footprint.scopes import claims

if TYPE_CHECKING:
    from footprint.batch import Group, Inventory, Summary
    from footprint.catalogue import Catalogue
    from footprint.ranges.drivers import Driver

#: The month of a row, where rows have days.
MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor as far as a chart tells of it."""

    id: str
    name: str
    evidence: str
    rung: str
    citation: str
    value: float
    zone: str | None = None
    year: int | None = None

    @property
    def publisher(self) -> str:
        """Who published it and when, as a source line has room for; blank where nobody did."""
        who, _, title = self.citation.partition(": ")
        return who if title and not who.startswith("this project") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was asked for was estimated."""

    rows: int
    estimated: int
    #: of the tokens that could be read; None where there are none
    tokens: float | None

    @property
    def rejected(self) -> int:
        """Rows that are in no total."""
        return self.rows - self.estimated


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A group of rows as a chart needs it."""

    key: Any
    rows: int
    tokens: int
    #: by result, and by sum of results; None where it is not known
    amounts: Mapping[str, Amount | None]
    #: how many of the rows know each result
    known: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything that a chart may show of a batch or of an estimate."""

    results: Mapping[str, Amount | None]
    reasons: Mapping[str, str]
    factors: tuple[Factor, ...]
    edition: str
    catalogue: Catalogue
    drivers: Callable[[], Mapping[str, Sequence[Driver]]]
    #: first and last month, or the day whose factors were taken
    months: tuple[str, str] | None = None
    date: datetime.date | None = None
    coverage: Coverage | None = None
    activity: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None
    role: str | None = None
    #: scope and category of each carbon result
    scopes: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    #: what an energy is made up of
    parts: Mapping[str, Amount] = field(default_factory=dict)
    inventory: Inventory | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    #: rows that were rejected are named by what the chart stands in, and not again below it
    rejected_named: bool = False

    def period(self, words: Language) -> str:
        """Return the time that the figures are of; blank where it is not known."""
        if self.months:
            return words.months(*self.months)
        return words.date(self.date) if self.date else ""

    def publishers(self, names: Sequence[str]) -> list[str]:
        """Return who published the factors: those of the given names first, then who published most of them."""
        counts = Counter(factor.publisher for factor in self.factors if factor.publisher)
        first = [factor.publisher for name in names for factor in self.factors if factor.name == name]
        return list(dict.fromkeys(name for name in (*first, *(who for who, _ in counts.most_common())) if name))

    def by(self, column: str) -> list[Part]:
        """Return all groups by a column of the rows.

        Raises
        ------
        footprint.errors.NotEstimableError : there are no rows, or they have no such column
        """
        groups, _ = self._rows(column).by(column, together=TOGETHER)
        return [_part(group, column) for group in groups]

    def largest(self, column: str, count: int, result: str) -> tuple[list[Part], Part | None, int]:
        """Return the largest groups by a column, the others as one, and how many these are."""
        few, others, rest = self._rows(column).largest(column, count, result, TOGETHER)
        return [_part(group, column) for group in few], None if others is None else _part(others, column), rest

    def together(self, results: Sequence[str]) -> Amount | None:
        """Return the sum of some results with its range; None where one is not known, or the range cannot be."""
        if len(results) == 1:
            return self.results.get(results[0])
        if self.inventory is None:
            return None
        _, total = self.inventory.by(together={"sum": results})
        if total.totals["sum"] is None:
            return None
        low, high = total.ranges["sum"]
        return Amount(value=total.totals["sum"], unit=RESULTS[results[0]], low=low, high=high)

    def _rows(self, column: str) -> Inventory:
        if self.inventory is None:
            raise NotEstimableError(
                f"a chart by {column} needs usage files with many rows; this is one estimate: ask for phase, flow, "
                "drivers, market, equivalences or evidence."
            )
        if column not in self.inventory.names:
            said = "the rows have no date" if column == MONTH else f"the rows have no column '{clipped(column)}'"
            raise NotEstimableError(f"no chart by {clipped(column)}: {said}; name it with --map or --set.")
        return self.inventory


def _part(group: Group, column: str) -> Part:
    return Part(
        key=group.keys[column],
        rows=group.rows,
        tokens=sum(count or 0 for count in group.tokens.values()),
        amounts=_amounts(group),
        known=group.known,
    )


def _amounts(group: Group) -> dict[str, Amount | None]:
    units = {**RESULTS, **{name: RESULTS[parts[0]] for name, parts in TOGETHER.items()}}
    found: dict[str, Amount | None] = {}
    for name, unit in units.items():
        value = group.totals[name]
        low, high = group.ranges.get(name, (None, None))
        found[name] = None if value is None else Amount(value=value, unit=unit, low=low, high=high)
    return found


def of_summary(summary: Summary, catalogue: Catalogue, role: str | None = None) -> Subject:
    """Return a batch as the subject of charts."""
    inventory = summary.inventory
    _, total = inventory.by(together=TOGETHER)
    months = _months(inventory)
    found: Mapping[str, Any] = {}
    if role:
        rows = [catalogue.row("providers", host) or {} for host in summary.hosts]
        found, _ = claims(role, [row.get("kind") for row in rows], catalogue.grid_boundary)
    reasons: dict[str, str] = {}
    for setting in inventory.settings:
        for name, reason in setting.reasons.items():
            reasons.setdefault(name, reason)
    return Subject(
        results=_amounts(total),
        reasons=reasons,
        factors=tuple(_factor(use.as_dict()) for use in summary.factors),
        edition=summary.edition,
        catalogue=catalogue,
        drivers=lambda: summary.drivers or inventory.drivers(),
        months=(months[0], months[-1]) if months else None,
        coverage=Coverage(rows=summary.rows, estimated=summary.estimated, tokens=summary.token_coverage),
        role=role,
        scopes={name: (claim.scope, claim.category) for name, claim in found.items()},
        inventory=inventory,
        known=total.known,
    )


def _months(inventory: Inventory) -> list[str]:
    if MONTH not in inventory.names:
        return []
    found = {str(key) for key in inventory.column(MONTH)[0] if key is not None}
    return sorted(found) if all(is_month(text) for text in found) else []


def is_month(text: str) -> bool:
    """Tell whether a text is a month as rows have it: their own column of that name may hold anything.

    >>> is_month("2025-02"), is_month("2025-13"), is_month("February")
    (True, False, False)
    """
    return bool(re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", text))


def of_estimate(estimate: Estimate, catalogue: Catalogue) -> Subject:
    """Return one estimate as the subject of charts."""
    return _of_document(estimate.as_dict(), catalogue, estimate.drivers)


def of_document(document: Any, catalogue: Catalogue) -> Subject:
    """Return the JSON of an estimate as the subject of charts.

    Raises
    ------
    footprint.errors.DataError : it is not the JSON of an estimate
    """
    if isinstance(document, dict) and "rows_in" in document:
        raise DataError("this is the summary of a batch, which holds no rows: give the usage files themselves.")
    if not isinstance(document, dict) or not {"activity", "factors", "edition", *RESULTS} <= set(document):
        raise DataError(
            "this is no estimate: write one with footprint query, training, datacenter or instance and --format json."
        )

    def drivers() -> Mapping[str, Sequence[Driver]]:
        if "drivers" not in document:
            raise NotEstimableError("the file names no drivers: write it with --drivers --format json.")
        return {name: [_driver(item) for item in found] for name, found in document["drivers"].items()}

    try:
        return _of_document(document, catalogue, drivers)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"the estimate cannot be read: {type(error).__name__} at {clipped(error)}.") from None


def _of_document(
    document: Mapping[str, Any], catalogue: Catalogue, drivers: Callable[[], Mapping[str, Sequence[Driver]]]
) -> Subject:
    parts = {name: _amount(item) for name, item in document.get("parts", {}).items() if name in PARTS}
    published = {item["result"] for item in document.get("published", ())}
    return Subject(
        results={name: _amount(document[name], 4 if name in published else None) for name in RESULTS},
        reasons={name: str(text) for name, text in document.get("reasons", {}).items()},
        factors=tuple(_factor(use) for use in document["factors"]),
        edition=str(document["edition"]),
        catalogue=catalogue,
        drivers=drivers,
        date=datetime.date.fromisoformat(document["date"]) if document.get("date") else None,
        activity=document["activity"],
        region=document.get("region"),
        role=document.get("role"),
        scopes={name: (int(claim["scope"]), claim["category"]) for name, claim in document.get("scopes", {}).items()},
        parts={name: amount for name, amount in parts.items() if amount is not None},
    )


def _amount(item: Mapping[str, Any] | None, digits: int | None = None) -> Amount | None:
    if item is None:
        return None
    low, high = (None if item.get(end) is None else float(item[end]) for end in ("low", "high"))
    return Amount(value=float(item["value"]), unit=str(item["unit"]), low=low, high=high, digits=digits)


def _factor(use: Mapping[str, Any]) -> Factor:
    return Factor(
        id=str(use["id"]),
        name=str(use["name"]),
        evidence=str(use["evidence"]),
        rung=str(use["rung"]),
        citation=str(use.get("citation") or ""),
        value=float(use["value"]),
        zone=use.get("zone"),
        year=use.get("year"),
    )


def _driver(item: Mapping[str, Any]) -> Driver:
    from footprint.ranges.drivers import Driver

    return Driver(
        str(item["name"]),
        tuple(item["factors"]),
        float(item["share_of_variance"]),
        float(item["low"]),
        float(item["high"]),
    )
