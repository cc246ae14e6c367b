"""What an answer to a claim is made of: operands from the catalogue, results computed from them, and what is refused.

Everything a reader sees is said in two languages. A figure is never typed here: it is a cell of a reviewed table, or
what the product computes, and it carries its year, its boundary and its source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from footprint.activities import Activity, TrainingRun
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import CatalogueError, NotEstimableError
from footprint.estimate import estimate
from footprint.numbers import exact, in_scale, localised, number, told
from footprint.results import LABELS, Estimate, rounded
from footprint.units import Quantity, is_unit, registry

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages.

    >>> Words("times", "fois").of("fr")
    'fois'
    """

    en: str
    fr: str

    def of(self, language: str) -> str:
        """Return the text in ``language``, in French with the spaces before its signs that no line is broken at."""
        if language != "fr":
            return self.en
        return re.sub(" (?=[;!?%])", "\u202f", self.fr.replace(" :", "\u00a0:"))


#: The boundaries that a unit itself says.
METER = Words("at the building's meter", "au compteur du bâtiment")
PLUGS = Words("at the servers' plugs, no PUE", "aux prises des serveurs, sans PUE")
CHIPS = Words("accelerators alone", "accélérateurs seuls")
STATED = Words("stated for this answer", "indiqué pour cette réponse")

#: Units of the columns of published cases that answers read.
_CASE_UNITS = {
    "requests": "request",
    "accelerators": "accelerator",
    "hours": "h",
    "mean_power": "W_IT/accelerator",
    "it_power": "kW_IT",
    "pue": "kWh/kWh_IT",
    "grid_intensity": "gCO2e/kWh",
    "wue_site": "L/kWh_IT",
    "wue_grid": "L/kWh",
    "facility_energy": "kWh",
    "published_carbon": "kgCO2e",
    "published_water": "L",
}
_PRINTED_ENERGY = {"facility": "kWh", "it": "kWh_IT", "accelerator": "kWh_acc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A figure that an answer rests on."""

    key: str
    label: Words
    #: None where only bounds are known
    quantity: Quantity | None
    low: Quantity | None = None
    high: Quantity | None = None
    year: int | None = None
    boundary: Words
    #: the row that holds it, as ``footprint factors show`` takes it, or the command that computes it
    origin: str
    source: str | None
    evidence: str
    #: significant figures that it is shown with; None shows it as its source prints it
    digits: int | None = None

    def text(self, language: str, ranged: bool = True) -> str:
        """Return the amount as a reader of ``language`` sees it, in the unit of its source."""
        low, high = (self.low, self.high) if ranged or self.quantity is None else (None, None)
        return _amount(self.quantity, low, high, language, self.digits, scaled=False)

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "key": self.key,
            "label": self.label.of(language),
            **_plain(self.quantity, self.low, self.high),
            "year": self.year,
            "boundary": self.boundary.of(language),
            "origin": self.origin,
            "source": self.source,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an answer computes, and from which operands."""

    key: str
    label: Words
    quantity: Quantity
    #: what a plain number counts
    counted: Words | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    #: operands and signs in their order: ``("chatgpt", "/", "search")``
    formula: tuple[str, ...] = ()
    #: the command that prints the same figure
    command: str | None = None
    digits: int = 3
    #: shown in a unit that fits it, not in its own
    scaled: bool = True
    #: a change: shown with its sign
    signed: bool = False

    def text(self, language: str, counted: bool = True) -> str:
        """Return the amount as a reader of ``language`` sees it."""
        if self.signed:
            joint = "\u202f" if language == "fr" else " "
            return localised(f"{self.quantity.magnitude:+.1f}", language) + f"{joint}%"
        amount = _amount(self.quantity, self.low, self.high, language, self.digits, self.scaled)
        joint = "\u00a0" if language == "fr" else " "
        return f"{amount}{joint}{self.counted.of(language)}" if counted and self.counted else amount

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "key": self.key,
            "label": self.label.of(language),
            **_plain(self.quantity, self.low, self.high),
            "counted": self.counted.of(language) if self.counted else None,
            "formula": list(self.formula),
            "command": self.command,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is not computed, and why."""

    label: Words
    reason: Words

    def as_dict(self, language: str) -> dict[str, str]:
        """Return the fields of the published JSON."""
        return {"label": self.label.of(language), "reason": self.reason.of(language)}


class Working:
    """An answer in the making: what is taken from the catalogue, and what follows from it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.operands: dict[str, Operand] = {}
        self.results: dict[str, Result] = {}
        self.refusals: list[Refusal] = []
        self.warnings: list[Words] = []
        #: words that the sentences of the claim refer to
        self.words: dict[str, Words] = {}

    # --- operands ------------------------------------------------------------------------------------

    def take(self, operand: Operand) -> Quantity:
        """Keep an operand, and return its amount."""
        if operand.key in self.operands or operand.key in self.results:
            raise CatalogueError(f"two figures of an answer are called '{operand.key}'")
        self.operands[operand.key] = operand
        if operand.evidence == "unverified":
            self.warn(
                f"unverified: {operand.label.en}; no document was read.",
                f"non vérifié : {operand.label.fr} ; aucun document n’a été lu.",
            )
        return cast("Quantity", operand.quantity)

    def use(
        self, key: str, id: str, en: str, fr: str, boundary: Words | None = None, digits: int | None = None
    ) -> Quantity:
        """Take a published energy per use."""
        row = self._row("energy_per_use", id)
        return self._cell(key, Words(en, fr), row, row["value"], row["unit"], id, boundary, digits=digits)

    def factor(self, key: str, id: str, en: str, fr: str, boundary: Words) -> Quantity:
        """Take a factor or a coefficient."""
        row = self._row("factors", id)
        return self._cell(key, Words(en, fr), row, row["value"], row["unit"], id, boundary)

    def thing(self, key: str, id: str, boundary: Words, unit: str | None = None) -> Quantity:
        """Take an equivalence, under its own labels; one in carbon dioxide alone stays that."""
        row = self._row("equivalences", id)
        amount = Quantity(float(row["value"]), row["unit"])
        amount = amount.to(unit) if unit else amount
        year = row["year_from"] or row["year_to"]
        label = Words(row["label_en"], row["label_fr"])
        row = {**row, "year": year}
        return self._cell(
            key, label, row, amount.magnitude, f"{amount.units:~C}", f"equivalences:{id}", boundary, bounds=False
        )

    def figure(self, key: str, id: str) -> Quantity:
        """Take a published figure that stands in no other table."""
        row = self._row("claim_figures", id)
        label, boundary = Words(row["label_en"], row["label_fr"]), Words(row["boundary_en"], row["boundary_fr"])
        return self._cell(key, label, row, row["value"], row["unit"], f"claim_figures:{id}", boundary)

    def column(
        self, key: str, table: str, id: str, column: str, unit: str, en: str, fr: str, boundary: Words | None = None
    ) -> Quantity:
        """Take one figure of a row of a table of things."""
        row = self._row(table, id)
        source = row.get(f"{column}_source") or row["source"]
        label = Words(en, fr)
        year = row.get("year") or row.get("year_from")
        row = {
            **row,
            "source": source,
            "year": year,
            "low": row.get(f"{column}_low"),
            "high": row.get(f"{column}_high"),
        }
        return self._cell(key, label, row, row[column], unit, f"{table}:{id}:{column}", boundary)

    def case(
        self,
        key: str,
        id: str,
        column: str,
        en: str,
        fr: str,
        boundary: Words | None = None,
        *,
        unit: str | None = None,
        digits: int | None = None,
    ) -> Quantity:
        """Take one figure of a published case: an input, or what its publisher prints."""
        row = self._row("published_cases", id)
        own = _CASE_UNITS.get(column) or _PRINTED_ENERGY[row["energy_boundary"]]
        if column == "published_energy" and row["per"] == "request":
            own = f"{own}/request"
        quantity = Quantity(float(row[column]), own)
        return self.take(
            Operand(
                key=key,
                label=Words(en, fr),
                quantity=quantity.to(unit) if unit else quantity,
                year=row["year"],
                boundary=boundary or _said_by(quantity.units),
                origin=f"published_cases:{id}:{column}",
                source=row["source"],
                evidence=row["evidence"],
                digits=digits,
            )
        )

    def used(self, key: str, use: FactorUse, en: str, fr: str, boundary: Words | None = None) -> Quantity:
        """Take a figure that an estimate used."""
        quantity = Quantity(use.value, use.unit)
        return self.take(
            Operand(
                key=key,
                label=Words(en, fr),
                quantity=quantity,
                year=use.year,
                boundary=boundary or _said_by(quantity.units),
                origin=use.id,
                source=use.source,
                evidence=use.evidence,
            )
        )

    def stated(self, key: str, value: Quantity, en: str, fr: str) -> Quantity:
        """Take what was stated for this answer, or what it takes unless told otherwise."""
        return self.take(
            Operand(
                key=key,
                label=Words(en, fr),
                quantity=value,
                boundary=STATED,
                origin=f"stated:{key}",
                source=None,
                evidence="stated",
            )
        )

    def estimated(
        self,
        key: str,
        made: Estimate,
        name: str,
        en: str,
        fr: str,
        *,
        command: str,
        boundary: Words | None = None,
        unit: str | None = None,
        digits: int = 3,
    ) -> Quantity:
        """Take a result of an estimate as an operand."""
        value = known(made, name)
        return self.take(
            Operand(
                key=key,
                label=Words(en, fr),
                quantity=value.to(unit) if unit else value,
                year=made.date.year,
                boundary=boundary or _said_by(value.units),
                origin=f"footprint {command}",
                source=next((use.source for use in made.factors if use.source), None),
                evidence="derived",
                digits=digits,
            )
        )

    def _row(self, table: str, id: str) -> dict[str, Any]:
        row = self.catalogue.row(table, id)
        if row is None:
            raise CatalogueError(f"an answer needs the row {table}:{id}, which the catalogue does not hold.")
        return row

    def _cell(
        self,
        key: str,
        label: Words,
        row: Mapping[str, Any],
        value: float | None,
        unit: str,
        origin: str,
        boundary: Words | None,
        bounds: bool = True,
        digits: int | None = None,
    ) -> Quantity:
        low, high = (row.get(bound) if bounds else None for bound in ("low", "high"))
        return self.take(
            Operand(
                key=key,
                label=label,
                quantity=None if value is None else Quantity(float(value), unit),
                low=None if low is None else Quantity(float(low), unit),
                high=None if high is None else Quantity(float(high), unit),
                year=row.get("year"),
                boundary=boundary or _said_by(registry.Unit(unit)),
                origin=origin,
                source=row["source"],
                evidence=row["evidence"],
                digits=digits,
            )
        )

    # --- results -------------------------------------------------------------------------------------

    def give(self, result: Result) -> Quantity:
        """Keep a result, and return its amount."""
        if result.key in self.operands or result.key in self.results:
            raise CatalogueError(f"two figures of an answer are called '{result.key}'")
        self.results[result.key] = result
        return result.quantity

    def computed(
        self,
        key: str,
        made: Estimate,
        name: str,
        en: str,
        fr: str,
        *,
        command: str,
        formula: tuple[str, ...] = (),
        unit: str | None = None,
        digits: int = 3,
        ranged: bool = False,
        scaled: bool = True,
    ) -> Quantity:
        """Give a result of an estimate, with the command that prints it."""
        value = known(made, name)
        low, high = made.ranges.get(name, (None, None)) if ranged else (None, None)
        return self.give(
            Result(
                key=key,
                label=Words(en, fr),
                quantity=value.to(unit) if unit else value,
                low=low,
                high=high,
                formula=formula,
                command=f"footprint {command}",
                digits=made.digits(name) if ranged else digits,
                scaled=scaled,
            )
        )

    def ratio(
        self, key: str, top: str, below: str, en: str, fr: str, *, counted: Words | None = None, digits: int = 2
    ) -> Quantity:
        """Give one operand over another as both are printed; a boundary between them is said, not crossed."""
        one, other = self.amount(top), self.amount(below)
        if one.dimensionality == other.dimensionality:
            value = (one / other).to("")
        else:
            value = Quantity(as_printed(one) / as_printed(other), "")
            self.warn_of_boundaries(top, below)
        return self.give(
            Result(
                key=key,
                label=Words(en, fr),
                quantity=value,
                counted=counted or Words("times", "fois"),
                formula=(top, "/", below),
                digits=digits,
            )
        )

    def residual(self, key: str, computed: str, published: str, en: str, fr: str) -> Quantity:
        """Give how far a computed figure lies from the published one."""
        share = (self.amount(computed) / self.amount(published)).m_as("") - 1
        value = Quantity(round(100 * share, 1) + 0.0, "percent")
        return self.give(
            Result(key=key, label=Words(en, fr), quantity=value, formula=(computed, "/", published, "- 1"), signed=True)
        )

    def amount(self, key: str) -> Quantity:
        """Return the amount of an operand or of a result."""
        return cast("Quantity", (self.operands.get(key) or self.results[key]).quantity)

    def warn_of_boundaries(self, top: str, below: str) -> None:
        """Say that two figures are compared as printed though they stand at two boundaries."""
        one, other = (_said_by(self.amount(key).units) for key in (top, below))
        self.warn(
            f"compared as printed, at two boundaries: {one.en}, and {other.en}.",
            f"comparés tels que publiés, à deux périmètres : {one.fr}, et {other.fr}.",
        )

    def refuse(self, label_en: str, label_fr: str, reason_en: str, reason_fr: str) -> None:
        """Say what is not computed, and why."""
        self.refusals.append(Refusal(label=Words(label_en, label_fr), reason=Words(reason_en, reason_fr)))

    def warn(self, en: str, fr: str) -> None:
        """Say what a reader must know before using the figures."""
        words = Words(en, fr)
        if words not in self.warnings:
            self.warnings.append(words)

    # --- the product ---------------------------------------------------------------------------------

    def run(self, activity: Activity) -> Estimate:
        """Estimate an activity as every other command does."""
        return estimate(activity, self.catalogue)

    def published_run(self, run: str, **given: Any) -> Estimate:
        """Estimate a published training run; what is given replaces its inputs."""
        return self.run(TrainingRun(run=run, **given))


def known(made: Estimate, name: str) -> Quantity:
    """Return a result of an estimate.

    Raises
    ------
    footprint.errors.NotEstimableError : it is not known, with the reason
    """
    value = getattr(made, name)
    if value is None:
        raise NotEstimableError(f"{LABELS[name]} is not known: {made.reasons.get(name, 'no reason was given')}.")
    return cast("Quantity", value)


def as_printed(quantity: Quantity) -> float:
    """Return an energy as a bare number of kWh of its own boundary: figures as printed are compared as they stand.

    >>> as_printed(Quantity(2.9, "Wh_IT/request")), as_printed(Quantity(1.287, "GWh"))
    (0.0029, 1287000.0)
    """
    bare = quantity * Quantity(1.0, "request") if "[request]" in quantity.dimensionality else quantity
    own = next(unit for unit in ("kWh", "kWh_IT", "kWh_acc") if is_unit(bare.units, unit))
    return float(bare.m_as(own))


def _said_by(unit: Any) -> Words:
    """Return the boundary that a unit of energy says."""
    names = Quantity(1.0, unit).dimensionality
    return CHIPS if "[accelerator_boundary]" in names else PLUGS if "[it_boundary]" in names else METER


def _amount(
    quantity: Quantity | None,
    low: Quantity | None,
    high: Quantity | None,
    language: str,
    digits: int | None,
    scaled: bool,
) -> str:
    if quantity is None:
        least = localised(_bare(cast("Quantity", low), digits), language)
        return f"{least} {_to(language)} {told(cast('Quantity', high), language, digits, scaled=False)}"
    shown = in_scale(quantity) if scaled else quantity
    text = told(shown, language, digits, scaled=False)
    if low is None or high is None or low == high:
        return text
    # The bounds of a range support two figures, and are read in the unit of the value.
    few = digits if digits is None else 2
    ends = [localised(_bare(end.to(shown.units), few), language) for end in (low, high)]
    return f"{text} ({ends[0]} {_to(language)} {ends[1]})"


def _to(language: str) -> str:
    return "à" if language == "fr" else "to"


def _bare(quantity: Quantity, digits: int | None) -> str:
    value = float(quantity.magnitude)
    return exact(value) if digits is None else number(value, digits)


def _plain(quantity: Quantity | None, low: Quantity | None, high: Quantity | None) -> dict[str, Any]:
    shown = next(item for item in (quantity, low, high) if item is not None)
    return {
        "value": None if quantity is None else rounded(float(quantity.magnitude)),
        "unit": f"{shown.units:~P}" or "1",
        "low": None if low is None else rounded(float(low.m_as(shown.units))),
        "high": None if high is None else rounded(float(high.m_as(shown.units))),
    }
