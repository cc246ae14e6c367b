"""Where a figure of a report has its place in a standard: the table of data points, each with our figure or why not.

The points stand in ``datasets/disclosures.csv``, each with the name of a figure; what a figure is, is said here, once.
Nothing here says that a report meets a standard.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from footprint.activities import DatacenterLoad
from footprint.batch import Group
from footprint.language import ENGLISH, Language, language
from footprint.physics import facility
from footprint.record.working import Words
from footprint.reporting.account import Account, carriers, claimed, why_not
from footprint.reporting.blocks import Text, parts
from footprint.reporting.vocabulary import reason
from footprint.results import LABELS, RESULTS, rounded
from footprint.units import Quantity

_CARBON = ("carbon_location", "carbon_embodied", "carbon_upstream")
_OF_SUPPLIERS = ("measured", "provider_reported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Our figure for a data point, or why there is none."""

    value: Quantity | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    #: where the answer is no figure
    text: str = ""
    #: why there is none
    reason: Text = ""
    remark: str = ""
    #: the results that it adds up, where it is a plain sum
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A data point of a standard, answered."""

    id: str
    point: str
    label: str
    unit: str
    note: str
    evidence: str
    answer: Answer

    def amount(self, which: str = "value") -> float | None:
        """Return the figure, or an end of its range, in the unit of the point."""
        quantity = getattr(self.answer, which)
        return None if quantity is None else float(quantity.m_as("" if self.unit == "1" else self.unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard in one version, with its data points."""

    id: str
    name: str
    version: str
    issued: str
    status: str
    evidence: str
    citation: str
    points: tuple[Point, ...]


def standards(account: Account, words: Language) -> tuple[Standard, ...]:
    """Return every standard of the catalogue with its data points, answered from a report."""
    catalogue, figures = account.catalogue, _Figures(account, words)

    def said(row: Mapping[str, Any], name: str) -> str:
        return Words(row[f"{name}_en"] or "", row[f"{name}_fr"] or "").of(words.code)

    rows = catalogue.rows("SELECT * FROM disclosures ORDER BY standard, position")
    found = []
    for row in catalogue.rows("SELECT * FROM standards ORDER BY rowid"):
        source = catalogue.source(row["source"])
        found.append(
            Standard(
                id=row["id"],
                name=said(row, "name"),
                version=said(row, "version"),
                issued=row["issued"],
                status=said(row, "status"),
                evidence=row["evidence"],
                citation=source.citation if source else row["source"],
                points=tuple(
                    Point(
                        id=point["id"],
                        point=said(point, "point"),
                        label=said(point, "label"),
                        unit=point["unit"] or "",
                        note=said(point, "note"),
                        evidence=point["evidence"],
                        answer=figures.per(point["per"], figures.of(point["figure"])),
                    )
                    for point in rows
                    if point["standard"] == row["id"]
                ),
            )
        )
    return tuple(found)


def as_data(account: Account) -> list[dict[str, Any]]:
    """Return the same as the published JSON has it, in English."""
    return [
        {
            "standard": standard.id,
            "name": standard.name,
            "version": standard.version,
            "issued": standard.issued,
            "status": standard.status,
            "evidence": standard.evidence,
            "points": [
                {
                    "id": point.id,
                    "point": point.point,
                    "label": point.label,
                    "value": rounded(point.amount()) if not point.answer.text else point.answer.text,
                    "low": rounded(point.amount("low")),
                    "high": rounded(point.amount("high")),
                    "unit": point.unit or None,
                    "not_given_because": plain(point.answer.reason) or None,
                    "remark": "; ".join(part for part in (point.answer.remark, point.note) if part) or None,
                    "evidence": point.evidence,
                }
                for point in standard.points
            ],
        }
        for standard in standards(account, language(ENGLISH))
    ]


def plain(text: Text) -> str:
    """Return a text without what its parts lead to."""
    return "".join(part.text for part in parts(text))


#: Where a PUE comes from that is the hall's own.
_OWN_PUE = ("stated by the user", "overlay of the user")


def _over(answer: Answer, count: Any) -> Answer:
    """Return a figure and its range over something."""
    value, low, high = (None if end is None else end / count for end in (answer.value, answer.low, answer.high))
    return dataclasses.replace(answer, value=value, low=low, high=high, parts=())


class _Figures:
    """The figures of a report by the names that data points call them."""

    def __init__(self, account: Account, words: Language) -> None:
        self.account, self.words = account, words
        self.claims, _ = claimed(account)
        self.known: Mapping[str, Callable[[], Answer]] = {
            "scope1": self._not_estimated,
            "scope2_location": lambda: self._scope2("carbon_location"),
            "scope2_market": lambda: self._scope2("carbon_market"),
            **{f"scope3_{number}": functools.partial(self._scope3, number) for number in (1, 2, 3, 8)},
            "scope3": lambda: self._scope3(None),
            "scope3_11": lambda: self._no(words("what customers use of a product that is sold is not in this report")),
            "total_location": lambda: self._sum(_CARBON),
            "total_location_revenue": lambda: self._sum(_CARBON),
            "total_market": lambda: self._sum(("carbon_market", *_CARBON[1:]), needed=("carbon_market",)),
            "base_total": self._base,
            "excluded": self._excluded,
            "instruments": self._instruments,
            "primary_data": self._primary_data,
            "uncertainty": self._uncertainty,
            "not_covered": lambda: self._no(words("not in this report")),
            "own_energy": lambda: self._own(self._sum(("facility_energy",))),
            "own_energy_revenue": lambda: self._own(self._sum(("facility_energy",))),
            **{f"own_{name}": functools.partial(self._carrier, name) for name in ("fossil", "nuclear", "renewable")},
            "own_water": lambda: self._own(self._sum(("water_site",))),
            "own_water_revenue": lambda: self._own(self._sum(("water_site",))),
            "own_withdrawn": lambda: self._own(self._sum(("water_site_withdrawn",))),
            "own_water_stressed": lambda: self._own(
                self._no(words("sites are not told apart by water risk; water by scarcity stands under Water"))
            ),
            "water_recycled": lambda: self._no(words("not estimated: only a meter says it")),
            "water_stored": lambda: self._no(words("not estimated: only a meter says it")),
            "energy": lambda: self._sum(("facility_energy",)),
            "carbon_location": lambda: self._sum(("carbon_location",)),
            "carbon_embodied": lambda: self._sum(("carbon_embodied",)),
            "mean_intensity": self._mean_intensity,
            "million_tokens": self._tokens,
            "sci_score": self._score,
            "hall_energy": lambda: self._hall(self._sum(("facility_energy",))),
            "hall_it_energy": lambda: self._hall(self._sum(("it_energy",))),
            "hall_water_input": lambda: self._reading("water_input"),
            "hall_reused": lambda: self._reading("reused_energy"),
            "hall_renewable": lambda: self._reading("renewable_energy"),
            "hall_pue": self._pue,
            "hall_wue": lambda: self._ratio(facility.wue_input, "water_input", "it_energy"),
            "hall_erf": lambda: self._ratio(facility.energy_reuse_factor, "reused_energy", "facility_energy"),
            "hall_ref": lambda: self._ratio(facility.renewable_energy_factor, "renewable_energy", "facility_energy"),
        }

    def of(self, figure: str) -> Answer:
        """Return a figure by its name."""
        if not self.account.summary.estimated and figure not in ("excluded", "not_covered"):
            return self._no(self.words("no row could be estimated"))
        return self.known[figure]()

    def per(self, unit: str | None, answer: Answer) -> Answer:
        """Return an answer over a million of the net revenue, where a point asks for that."""
        if unit is None or answer.value is None:
            return answer
        definition = self.account.definition
        if not definition.revenue:
            return self._no(self.words("no net revenue was given"))
        millions = definition.revenue / 1e6
        text = self.words("a million {currency} of net revenue", currency=definition.currency or "")
        remark = self.words("; ").join(part for part in (answer.remark, self.words("for {unit}", unit=text)) if part)
        return dataclasses.replace(_over(answer, millions), remark=remark)

    def _no(self, why: Text) -> Answer:
        return Answer(reason=why)

    @property
    def _total(self) -> Group:
        return self.account.summary.total

    def _sum(self, names: tuple[str, ...], needed: tuple[str, ...] = ()) -> Answer:
        """Return the sum of what is known of some results; none where the first of them, or one needed, is not."""
        words, totals = self.words, self._total.totals
        lacking = [name for name in names if totals[name] is None]
        for name in lacking:
            if name in (*needed, names[0]):
                return self._no((words("not known:") + " ", reason(why_not(self.account, name), words)))
        known = tuple(name for name in names if name not in lacking)
        unit = RESULTS[known[0]]
        _, total = self.account.summary.inventory.by(together={"sum": known})
        value, ends = total.totals["sum"], total.ranges.get("sum")
        if ends == (value, value):
            ends = None  # metered: there is no range
        said = []
        if lacking:
            said.append(
                words("without {what}, which is not known", what=words.listed(words(LABELS[n]) for n in lacking))
            )
        part = [name for name in known if total.known[name] < total.rows]
        if part:
            said.append(words("{what}: known for some rows alone", what=words.listed(words(LABELS[n]) for n in part)))
        return Answer(
            value=Quantity(value, unit),
            low=Quantity(ends[0], unit) if ends else None,
            high=Quantity(ends[1], unit) if ends else None,
            remark=words("; ").join(said),
            parts=known,
        )

    # --- by scope ------------------------------------------------------------------------------------

    def _not_estimated(self) -> Answer:
        return self._no(self.words("not in this report: generators and refrigerants of a hall are not estimated"))

    def _unclaimed(self) -> Answer | None:
        """Return why no scope is claimed, where none is."""
        if self.account.definition.role is None:
            return self._no(self.words("no role was given, so no scope is claimed"))
        if not self.claims:
            return self._no(self.words("the host of a tenant is not known, so no scope is claimed"))
        return None

    def _scope2(self, name: str) -> Answer:
        words, claim = self.words, self.claims.get(name)
        refused = self._unclaimed()
        if refused or claim is None:
            return refused or self._no(words("none claimed"))
        if claim.scope != 2:
            return self._no(words("none: electricity behind a service that is bought is of scope 3, category 1"))
        answer = self._sum((name,))
        if claim.otherwise and answer.value is not None:
            remark = words("or scope 3, category {number}, as the boundary says", number=claim.otherwise.category)
            told = words("; ").join(part for part in (answer.remark, remark) if part)
            answer = dataclasses.replace(answer, remark=told)
        return answer

    def _scope3(self, category: int | None) -> Answer:
        refused = self._unclaimed()
        if refused:
            return refused
        names = tuple(
            name
            for name in _CARBON
            if (claim := self.claims.get(name)) is not None and claim.scope == 3 and category in (None, claim.category)
        )
        return self._sum(names) if names else self._no(self.words("none claimed"))

    def _own(self, answer: Answer) -> Answer:
        """Return an answer where electricity is that of own operations, and else why it is none."""
        words, claim = self.words, self.claims.get("carbon_location")
        refused = self._unclaimed()
        if refused or claim is None:
            return refused or self._no(words("none claimed"))
        if claim.scope != 2:
            return self._no(
                words("own operations alone: services are bought, and what they use is not the buyer's own")
            )
        return answer

    # --- shares and ratios ---------------------------------------------------------------------------

    def _base(self) -> Answer:
        years = self.account.years
        if years is None:
            return self._no(self.words("no base period was given"))
        total = years.summary.total
        known = tuple(name for name in _CARBON if total.totals[name] is not None)
        if "carbon_location" not in known:
            return self._no(self.words("not known for the base period"))
        _, whole = years.summary.inventory.by(together={"sum": known})
        low, high = whole.ranges["sum"]
        unit = RESULTS["carbon_location"]
        assert years.timing.period is not None  # noqa: S101 - a base has its days
        return Answer(
            value=Quantity(whole.totals["sum"], unit),
            low=Quantity(low, unit),
            high=Quantity(high, unit),
            remark=self.words.period(*years.timing.period),
        )

    def _excluded(self) -> Answer:
        excluded = self.account.definition.excluded
        return Answer(text=excluded) if excluded else self._no(self.words("nothing was stated"))

    def _instruments(self) -> Answer:
        if self._total.totals["carbon_market"] is None:
            return self._no(
                (self.words("not known:") + " ", reason(why_not(self.account, "carbon_market"), self.words))
            )
        covered, all_ = 0.0, 0.0
        for share, group in self.account.summary.inventory.over(
            lambda setting: setting.factors["contracted_share"].value if "contracted_share" in setting.factors else None
        ):
            energy = group.totals["facility_energy"] or 0.0
            covered, all_ = covered + energy * (share or 0.0), all_ + energy
        return Answer(value=Quantity(covered / all_, "")) if all_ else self._no(self.words("not known"))

    def _primary_data(self) -> Answer:
        found = self.account.summary.inventory.over(lambda setting: setting.quality in _OF_SUPPLIERS)
        carbon = {told: group.totals["carbon_location"] or 0.0 for told, group in found}
        every = sum(carbon.values())
        return Answer(value=Quantity(carbon.get(True, 0.0) / every, "")) if every else self._no(self.words("not known"))

    def _uncertainty(self) -> Answer:
        answer = self._sum(_CARBON)
        if answer.value is None or answer.low is None or answer.high is None or not answer.value.magnitude:
            return answer if answer.value is None else self._no(self.words("the total has no range"))
        low, high = (float((end / answer.value).m_as("")) - 1 for end in (answer.low, answer.high))
        percent = [self.words.number(f"{abs(end) * 100:.0f}") for end in (low, high)]
        return Answer(
            text=self.words("−{low} % to +{high} %, 5th to 95th percentile", low=percent[0], high=percent[1]),
            remark=answer.remark,
        )

    def _carrier(self, name: str) -> Answer:
        found = carriers(self.account)
        every = sum(found.values())
        if not every or found["unknown"] == every:
            return self._own(self._no(self.words("the mix of the grids is not known")))
        remark = ""
        if found["unknown"]:
            share = self.words.percent(found["unknown"] / every)
            remark = self.words("without {share} of the electricity, whose mix is not known", share=share)
        return self._own(Answer(value=Quantity(found[name], "kWh"), remark=remark))

    def _mean_intensity(self) -> Answer:
        energy, carbon = (self._sum((name,)) for name in ("facility_energy", "carbon_location"))
        if energy.value is None or carbon.value is None:
            return carbon if carbon.value is None else energy
        if self._total.known["facility_energy"] != self._total.known["carbon_location"]:
            return self._no(self.words("rows with electricity and rows with carbon are not the same"))
        return (
            Answer(value=carbon.value / energy.value) if energy.value.magnitude else self._no(self.words("not known"))
        )

    def _tokens(self) -> Answer:
        tokens = sum(count or 0 for count in self._total.tokens.values())
        return Answer(value=Quantity(tokens / 1e6, "")) if tokens else self._no(self.words("no tokens were counted"))

    def _score(self) -> Answer:
        tokens = self._tokens()
        if tokens.value is None:
            return tokens
        if self.account.summary.inventory.holds_other_than_queries:
            return self._no(self.words("use and training or halls stand in one total; the score is for one of them"))
        for name in ("carbon_location", "carbon_embodied"):
            if self._total.known[name] < self._total.rows:
                what = self.words(LABELS[name])
                return self._no(self.words("{what}: known for some rows alone", what=what))
        answer = self._sum(("carbon_location", "carbon_embodied"), needed=("carbon_embodied",))
        if answer.value is None:
            return answer
        return _over(answer, tokens.value)

    # --- a hall --------------------------------------------------------------------------------------

    def _hall(self, answer: Answer) -> Answer:
        activities = self.account.summary.inventory.activities
        if not activities or not all(isinstance(activity, DatacenterLoad) for activity in activities):
            return self._no(self.words("this report is not of a data centre alone"))
        return answer

    def _reading(self, name: str) -> Answer:
        readings = [activity.amounts().get(name) for activity in self.account.summary.inventory.activities]
        known = [reading for reading in readings if reading is not None]
        if not known or len(known) < len(readings):
            return self._hall(self._no(self.words("no reading was given for all of it")))
        return self._hall(Answer(value=functools.reduce(lambda one, other: one + other, known)))

    def _pue(self) -> Answer:
        """Return the PUE of two meters; of one meter and a PUE that nobody stated it would only be that PUE again."""
        uses = [setting.factors.get("pue") for setting in self.account.summary.inventory.settings]
        if any(use is not None and use.rung not in _OWN_PUE for use in uses):
            return self._hall(self._no(self.words("not measured: one of the two follows from a PUE that was assumed")))
        return self._ratio(facility.pue_from_meters, "facility_energy", "it_energy")

    def _ratio(self, equation: Callable[..., Quantity], over: str, under: str) -> Answer:
        """Return a key figure by the equation of the model, which the readings of one hall go through too."""
        sides = {}
        for name in (over, under):
            answer = self._sum((name,)) if name in RESULTS else self._reading(name)
            answer = self._hall(answer)
            if answer.value is None:
                return answer
            sides[name] = answer.value
        if not sides[under].magnitude:
            return self._no(self.words("not known"))
        return Answer(value=equation(**sides))
