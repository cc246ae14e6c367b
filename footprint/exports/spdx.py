"""An SPDX 3.0.1 document with the AI profile's energy of a model, as JSON-LD.

`ai_energyConsumption` holds a quantity and a unit for training, fine-tuning and inference, and nothing else: range,
method and boundary are annotations of the package. Carbon and water have no field at all.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from footprint.exports.subject import (
    ENERGIES,
    FINE_TUNING,
    INFERENCE,
    TRAINING,
    Frame,
    Subject,
    Use,
    by_model,
    plain,
    whole,
)
from footprint.results import LABELS, RESULTS

SPECIFICATION = "3.0.1"
_PHASES = {
    TRAINING: "ai_trainingEnergyConsumption",
    FINE_TUNING: "ai_finetuningEnergyConsumption",
    INFERENCE: "ai_inferenceEnergyConsumption",
}


def written(subjects: Sequence[Subject], frame: Frame) -> tuple[str, tuple[str, ...]]:
    """Return a document with one AI package for each model, and what it does not say.

    Raises
    ------
    footprint.errors.NotEstimableError : a result is of no model, or its electricity is not known
    footprint.errors.UsageError : neither the result nor the request names the model
    """
    models = by_model(subjects, frame, "SPDX")
    said = [[name, [list(_statements(use)) for use in uses]] for name, uses in models.items()]
    content = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([frame.tool, frame.moment, said], ensure_ascii=True))
    root = f"urn:uuid:{content}"
    elements = [element for place, found in enumerate(models.items(), 1) for element in _package(root, place, *found)]
    agent = {"type": "SoftwareAgent", "spdxId": f"{root}#footprint", "creationInfo": _INFO, "name": frame.tool}
    ids = [element["spdxId"] for element in (agent, *elements)]
    document = {
        "@context": f"https://spdx.org/rdf/{SPECIFICATION}/spdx-context.jsonld",
        "@graph": [
            {
                "type": "CreationInfo",
                "@id": _INFO,
                "specVersion": SPECIFICATION,
                "created": frame.moment,
                "createdBy": [agent["spdxId"]],
            },
            agent,
            {
                "type": "SpdxDocument",
                "spdxId": f"{root}#document",
                "creationInfo": _INFO,
                # Supplier, version and address of a model, which the AI profile wants too, no result can know.
                "profileConformance": ["core"],
                "rootElement": [element["spdxId"] for element in elements if element["type"] == "ai_AIPackage"],
                "element": ids,
            },
            *elements,
        ],
    }
    notes = (
        "the format has no field for carbon, water or a range: they are in annotations; supplier, version and address "
        "of the model, which the AI profile wants too, are yours to add.",
    )
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", notes


#: The one creation information of a document.
_INFO = "_:creation"


def _package(root: str, place: int, name: str, uses: Sequence[Use]) -> Iterator[dict[str, Any]]:
    id = f"{root}#model-{place}"
    consumed: dict[str, Any] = {"type": "ai_EnergyConsumption"}
    for use in uses:
        consumed.setdefault(_PHASES[use.phase], []).append(
            {
                "type": "ai_EnergyConsumptionDescription",
                "ai_energyQuantity": plain(use.energy.value),
                "ai_energyUnit": "kilowattHour",
            }
        )
    yield {
        "type": "ai_AIPackage",
        "spdxId": id,
        "creationInfo": _INFO,
        "name": name,
        "software_primaryPurpose": "model",
        "ai_energyConsumption": consumed,
    }
    for number, use in enumerate(uses, 1):
        yield {
            "type": "Annotation",
            "spdxId": f"{id}-figures-{number}",
            "creationInfo": _INFO,
            "annotationType": "other",
            "subject": id,
            "statement": "\n".join(whole(line) for line in _statements(use)),
        }


def _statements(use: Use) -> Iterator[str]:
    """Yield in words what the fields do not hold."""
    subject = use.subject
    yield f"Energy of {use.phase}, {ENERGIES[use.result]}."
    yield f"Method: {'; '.join(subject.methods)} ({subject.said_quality})."
    if subject.counted:
        yield f"Of: {'; '.join(subject.counted)}."
    yield from subject.boundary()
    for result, unit in RESULTS.items():
        amount = subject.amounts[result]
        if amount is not None:
            low, high = (plain(end) for end in amount.ends)
            between = f" (5th to 95th percentile: {low} to {high})" if amount.ranged else ""
            yield f"{LABELS[result]}: {plain(amount.value)} {unit}{between}"
    for label, reason in subject.missing():
        yield f"{label}: not known; {reason}"
    if subject.place:
        yield f"Place: {subject.place}."
    if subject.machines:
        yield f"Hardware: {subject.machines}."
    for text in (*subject.assumptions, *subject.warnings):
        yield f"Assumed or warned: {text}"
    for text in subject.citations():
        yield f"Factor: {text}"
    of = f", factors of {subject.factors_of}" if subject.factors_of else ""
    yield f"Catalogue edition {subject.edition}{of}."
