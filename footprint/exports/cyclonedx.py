"""A CycloneDX ML-BOM: the energy and the CO2e of models, by what the energy was used for.

Schema 1.6, `modelCard.considerations.environmentalConsiderations`. Energy is in kWh and CO2 in tCO2eq, and nothing else
is allowed: water, range, method and boundary are properties.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from footprint import __version__
from footprint.exports.subject import ENERGIES, Frame, Subject, Use, by_model, plain, whole
from footprint.results import COLUMNS, RESULTS, bound_columns, rounded
from footprint.units import Quantity

SPECIFICATION = "1.6"
#: What the names of our properties begin with.
_OURS = "footprint:"
#: Results that have a field of their own.
_FIELDS = ("carbon_location",)


def written(subjects: Sequence[Subject], frame: Frame) -> tuple[str, tuple[str, ...]]:
    """Return a bill of materials with one component for each model, and what it does not say.

    Raises
    ------
    footprint.errors.NotEstimableError : a result is of no model, or its electricity is not known
    footprint.errors.UsageError : neither the result nor the request names the model
    """
    models = by_model(subjects, frame, "CycloneDX")
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {
            "timestamp": frame.moment,
            "tools": {"components": [{"type": "application", "name": "footprint", "version": __version__}]},
        },
        "components": [_component(place, name, found) for place, (name, found) in enumerate(models.items(), 1)],
    }
    # By the content, so that the same result gives the same bytes.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, ensure_ascii=True))
    document["serialNumber"] = f"urn:uuid:{serial}"
    notes = (
        "energy providers are not known and left open; ranges, water, method and boundary are properties "
        f"('{_OURS}...'), as the format has no fields for them.",
    )
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", notes


def _component(place: int, name: str, uses: Sequence[Use]) -> dict[str, Any]:
    consumptions = [_consumption(use) for use in uses]
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model-{place}",
        "name": name,
        "modelCard": {"considerations": {"environmentalConsiderations": {"energyConsumptions": consumptions}}},
    }


def _consumption(use: Use) -> dict[str, Any]:
    carbon = use.subject.amounts["carbon_location"]
    properties = (*_properties(use.subject, use.result), *_figures(use.subject, use.result))
    return {
        "activity": use.phase,
        "energyProviders": [],
        "activityEnergyCost": {"value": rounded(use.energy.value), "unit": "kWh"},
        **({"co2CostEquivalent": {"value": _tonnes(carbon.value), "unit": "tCO2eq"}} if carbon else {}),
        "properties": [{"name": f"{_OURS}{key}", "value": whole(value)} for key, value in properties],
    }


def _properties(subject: Subject, energy: str) -> Iterator[tuple[str, str]]:
    """Yield what the fields do not hold, by name."""
    yield "quality", subject.said_quality
    for label in subject.methods:
        yield "method", label
    yield "edition", subject.edition
    for text in subject.counted:
        yield "activity", text
    yield "energy_boundary", ENERGIES[energy]
    for text in subject.boundary():
        yield "boundary", text
    yield "range", "low and high: 5th and 95th percentile"
    of = {"hardware": subject.hardware, "place": subject.place, "factors_of": subject.factors_of}
    yield from ((key, text) for key, text in of.items() if text)
    for label, reason in subject.missing():
        yield "not_known", f"{label}: {reason}"
    for key, texts in (("assumption", subject.assumptions), ("warning", subject.warnings)):
        for text in texts:
            yield key, text
    for text in subject.citations():
        yield "factor", text


def _figures(subject: Subject, energy: str) -> Iterator[tuple[str, str]]:
    """Yield the results that have no field, and the ends of those that have one, under the names of our columns."""
    for name in RESULTS:
        amount = subject.amounts[name]
        if amount is None:
            continue
        if name not in (*_FIELDS, energy):
            yield COLUMNS[name], plain(amount.value)
        if amount.ranged:
            yield from zip(bound_columns(name), map(plain, amount.ends), strict=True)
    for name, amount in subject.workload.items():
        yield name, plain(amount.value)


def _tonnes(kilograms: float) -> float | None:
    return rounded(float(Quantity(kilograms, "kgCO2e").m_as("tCO2e")))
