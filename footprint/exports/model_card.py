"""The front matter of a Hugging Face model card: ``co2_eq_emissions``, in grams.

Documentation of the Hub, "Displaying carbon emissions for your model": emissions, source, training_type,
geographical_location, hardware_used. It holds one number of a training; all else has to be said in ``source``.
"""

from __future__ import annotations

from footprint.errors import NotEstimableError
from footprint.exports.front_matter import Value, updated
from footprint.exports.subject import Frame, Subject, shown, whole
from footprint.numbers import number
from footprint.units import Quantity

#: The key of the front matter.
KEY = "co2_eq_emissions"
#: A bare number says nothing of its range: it is not rounded below three figures.
_LEAST = 3


def written(subject: Subject, frame: Frame, into: str | None) -> tuple[str, tuple[str, ...]]:
    """Return a model card, and what it does not say.

    Raises
    ------
    footprint.errors.NotEstimableError : the result is of no training, or its carbon is not known
    footprint.errors.DataError : the card that was given cannot be edited
    """
    if subject.kind != "training":
        raise NotEstimableError(
            f"a model card gives the emissions of a training, and this is {_CALLED.get(subject.kind, 'something else')}"
            ": give the result of footprint training."
        )
    carbon = subject.amounts["carbon_location"]
    if carbon is None:
        reason = subject.reasons.get("carbon_location", "not known")
        raise NotEstimableError(f"no model card: the emissions are not known ({reason}).")
    digits = max(subject.digits("carbon_location"), _LEAST)
    fields: dict[str, Value | None] = {
        "emissions": _grams(carbon.value, digits),
        "source": _source(subject, frame, digits),
        "training_type": subject.training_type,
        "geographical_location": shown(subject.place) if subject.place else None,
        "hardware_used": subject.machines,
    }
    values = {name: value for name, value in fields.items() if value is not None}
    notes = [
        "emissions are in grams, and of the electricity of the run alone; range, method and boundary: in 'source'."
    ]
    lacking = [name for name, value in fields.items() if value is None]
    if lacking:
        kept = "what the card says of them stays" if into else "left out"
        notes.append(f"the result does not say: {', '.join(lacking)} ({kept}).")
    return updated(into or "", KEY, values), tuple(notes)


_CALLED = {
    "query": "the use of a model",
    "datacenter": "the load of a hall",
    "instance": "a cloud instance",
    "batch": "a batch",
    "report": "a report",
}


def _grams(kilograms: float, digits: int) -> Value:
    grams = float(f"{float(Quantity(kilograms, 'kgCO2e').m_as('gCO2e')):.{digits}g}")
    return int(grams) if grams.is_integer() else grams


def _source(subject: Subject, frame: Frame, digits: int) -> str:
    """Return where the number is from, and all that the format has no field for."""
    carbon, energy = subject.amounts["carbon_location"], subject.energy
    quality = subject.said_quality.capitalize()
    said = [f"{quality}: {'; '.join(subject.methods)}; by {frame.tool}, {frame.date.isoformat()}."]
    if carbon is not None and carbon.ranged:
        ends = [f"{_grams(end, digits):,}" for end in carbon.ends]
        said.append(f"5th to 95th percentile: {ends[0]} to {ends[1]} g CO2e.")
    if energy:
        kilowatt_hours = number(energy[1].value, max(subject.digits(energy[0]), _LEAST))
        said.append(f"Of {kilowatt_hours} kWh.")
    said += subject.boundary()
    if subject.factors_of:
        said.append(f"Factors of {subject.factors_of}, catalogue edition {subject.edition}.")
    said += [whole(text) for text in subject.assumptions if "final run" in text]
    return " ".join(said)
