"""A share of a model's training, beside what its use costs: asked for by name, and a line of its own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from footprint.activities import TOKENS, Query, TrainingRun
from footprint.catalogue import Catalogue, FactorUse, stated
from footprint.errors import NotEstimableError, UsageError
from footprint.estimate import estimate
from footprint.magnitudes.term import named
from footprint.methods import TRAINING_SHARE, evaluate
from footprint.numbers import number, shown, shown_range, supported
from footprint.results import Estimate, Line, rounded
from footprint.units import Quantity

#: What of a run is shared out, by the name that the equations give it.
_SHARED = {"training_energy": "facility_energy", "training_carbon": "carbon_location"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingShare:
    """What of a model's training falls on the tokens of an activity: in no other figure."""

    run: str
    name: str
    tokens: float
    tokens_served: float
    energy: Quantity | None
    carbon: Quantity | None
    #: 5th and 95th percentile of either
    ranges: Mapping[str, tuple[Quantity, ...]] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        """Return its figures as a reader sees them."""
        remark = f"training of {self.name} over {number(self.tokens_served)} tokens served; in no other figure"
        labels = {"energy": "electricity, share of training", "carbon": "carbon, share of training"}
        return [self._line(name, label, remark) for name, label in labels.items()]

    def _line(self, name: str, label: str, remark: str) -> Line:
        value, key = getattr(self, name), f"{name}_training_share"
        if value is None:
            return Line(key, label, "not known", remark)
        low, high = self.ranges.get(name, (value, value))
        digits = supported(*(float(q.m_as(value.units)) for q in (low, value, high)))
        return Line(key, label, shown(value, digits), remark, shown_range(value, low, high))

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        document: dict[str, Any] = {"run": self.run, "tokens": self.tokens, "tokens_served": self.tokens_served}
        for name, unit in (("energy", "kWh"), ("carbon", "kgCO2e")):
            value = getattr(self, name)
            low, high = self.ranges.get(name) or (None, None)
            bounds = {
                bound: None if it is None else rounded(it.m_as(unit)) for bound, it in (("low", low), ("high", high))
            }
            document[name] = None if value is None else {"value": rounded(value.m_as(unit)), "unit": unit, **bounds}
        return document


def shared(use: Estimate, tokens_served: Quantity, catalogue: Catalogue) -> Estimate:
    """Return ``use`` with the share of its model's training that falls on its tokens.

    The run is estimated from its published inputs. Its share is added to no other figure.

    Raises
    ------
    footprint.errors.UsageError : the activity has no tokens
    footprint.errors.NotEstimableError : no training of the model was published

    Examples
    --------
    >>> import footprint
    >>> answer = footprint.query("gpt-3-175b", output_tokens=500, region="US", date="2022-06-01", tokens_served=1e12)
    >>> f"{answer.training_share.carbon.to('gCO2e'):.2f~P}"
    '0.28 gCO2e'
    """
    activity = use.activity
    tokens = [amount for name, amount in activity.amounts().items() if name in TOKENS]
    if not isinstance(activity, Query) or not tokens:
        raise UsageError("tokens_served: training is shared out by tokens; give the tokens of a query to a model.")
    row = _run_of(use, activity, catalogue)
    run = estimate(TrainingRun(run=row["id"]), catalogue)
    total = Quantity(math.fsum(amount.m_as("token") for amount in tokens), "token")
    given = {
        "tokens": named("tokens", total.magnitude, "token", stated("tokens", total)),
        "tokens_served": named(
            "tokens_served", tokens_served.magnitude, "token", stated("tokens_served", tokens_served)
        ),
    }
    for name, result in _SHARED.items():
        quantity = getattr(run, result)
        if quantity is not None:
            factor = _factor(name, result, run, row, catalogue)
            given[name] = named(name, factor.value, factor.unit, factor)
    known, _ = evaluate(TRAINING_SHARE, given)
    part = float((total / tokens_served).m_as(""))
    figures = {
        name: cast("Quantity", Quantity(float(quantity.m_as(unit)), unit))
        for name, unit in (("energy_training_share", "kWh"), ("carbon_training_share", "kgCO2e"))
        if (quantity := known.get(name)) is not None
    }
    terms = {name: known[name].magnitude for name in figures}
    return dataclasses.replace(
        use,
        training_share=TrainingShare(
            run=row["id"],
            name=row["name"],
            tokens=total.magnitude,
            tokens_served=float(tokens_served.m_as("token")),
            energy=figures.get("energy_training_share"),
            carbon=figures.get("carbon_training_share"),
            ranges={
                f"{result.partition('_')[0]}": tuple(bound * part for bound in run.ranges[of])
                for result, of in (("energy", "facility_energy"), ("carbon", "carbon_location"))
                if of in run.ranges
            },
        ),
        terms={**use.terms, **terms},
        factors=(*use.factors, *(t.origin for term in terms.values() for _, t in term.inputs if _is_run(t.origin))),
        assumptions=(
            *use.assumptions,
            f"share of training: that of {row['name']}, over {number(tokens_served.m_as('token'))} tokens served in "
            "its life; it is in no other figure.",
        ),
    )


def _run_of(use: Estimate, activity: Query, catalogue: Catalogue) -> dict[str, Any]:
    """Return the published training run of the model of a query."""
    product = catalogue.product(str(activity.model), use.date) if activity.model else None
    id = product["model"] if product else catalogue.find("model", str(activity.model))
    runs = catalogue.rows("SELECT * FROM training_runs WHERE model = $model ORDER BY id", model=id or "")
    if not runs:
        raise NotEstimableError(
            f"tokens_served: no training run of {activity.model} was published; "
            "`footprint factors runs` lists those that were."
        )
    return runs[0]


def _factor(name: str, result: str, run: Estimate, row: dict[str, Any], catalogue: Catalogue) -> FactorUse:
    quantity = getattr(run, result)
    source = catalogue.source(row["source"])
    low, high = (float(bound.magnitude) for bound in run.ranges.get(result, (quantity, quantity)))
    return FactorUse(
        id=f"training_runs:{row['id']}",
        name=name,
        value=float(quantity.magnitude),
        unit=f"{quantity.units:~C}",
        rung="estimate of the published run",
        evidence="derived",
        source=row["source"],
        citation=source.citation if source else None,
        licence=source.licence if source else None,
        year=row["year"],
        low=low,
        high=high,
        note=run.method_label,
    )


def _is_run(origin: Any) -> bool:
    return isinstance(origin, FactorUse) and origin.id.startswith("training_runs:")
