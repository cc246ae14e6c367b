"""Results in the formats of others: model cards, bills of materials, texts and key figures that the EU asks for.

One module a format, each over the same `Subject`. A format leaves out what it cannot hold, and says so in words.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from footprint.catalogue import Catalogue
from footprint.charts.chart import drawn_on
from footprint.errors import NotEstimableError, UsageError, did_you_mean
from footprint.exports import annex_xi, cyclonedx, data_centre, model_card, spdx
from footprint.exports.subject import Frame, subjects
from footprint.language import ENGLISH, LANGUAGES
from footprint.results import Estimate
from footprint.stored import checked, stored

__all__ = ["FORMATS", "Exported", "Result", "exported"]

#: What a result may be given as: as Python has it, as its JSON, or as a file of it.
Result = Estimate | Mapping[str, Any] | str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Exported:
    """A text in a format, and what a person should know of it."""

    text: str
    #: what the format does not say, or what was left out
    notes: tuple[str, ...] = ()


#: The formats by name, each with what it is; the first ending is that of a file without a name.
FORMATS = {
    "model-card": "Hugging Face model card: co2_eq_emissions in its front matter, in grams",
    "cyclonedx": "CycloneDX 1.6 ML-BOM: energy and CO2e of a model, as JSON",
    "spdx": "SPDX 3.0.1 with the AI profile: energy of a model, as JSON-LD",
    "annex-xi": "EU AI Act, Annex XI, section 1 (2)(d) and (e): compute and energy, as Markdown",
    "data-centre-kpis": "Delegated Regulation (EU) 2024/1364: key figures of a hall, as CSV or JSON",
}
#: Formats that hold several results: training and use of a model, or several models.
_MANY = ("cyclonedx", "spdx")
_ENDINGS = {
    "model-card": (".md",),
    "cyclonedx": (".json",),
    "spdx": (".json", ".jsonld"),
    "annex-xi": (".md",),
    "data-centre-kpis": (".csv", ".json"),
}


def exported(
    results: Sequence[Result],
    form: str,
    catalogue: Catalogue,
    *,
    name: str | None = None,
    language: str = ENGLISH,
    date: datetime.date | None = None,
    into: str | None = None,
    ending: str | None = None,
) -> Exported:
    """Return results in a format.

    Parameters
    ----------
    results : estimates, their JSON, or files of it; several where the format holds several
    form : one of `FORMATS`
    name : name of the model, before that of the result
    language : of ``annex-xi``; the other formats are English
    date : day that the export bears; None takes today, or that of SOURCE_DATE_EPOCH
    into : a model card that is updated
    ending : of the file, where a format is written in more than one way

    Raises
    ------
    footprint.FootprintError : a result cannot be read, or the format cannot hold it
    """
    _check(form, language, ending, into)
    found = [subject for result in results for subject in subjects(_document(result), catalogue)]
    frame = Frame(date=date or drawn_on(), name=name, language=language)
    if form in _MANY:
        if not found:
            raise NotEstimableError("the results hold no model with figures.")
        if name is not None and len({subject.name for subject in found}) > 1 and len(found) > len(results):
            raise UsageError("--name names one model, and the results are of several.")
        return Exported(*(cyclonedx if form == "cyclonedx" else spdx).written(found, frame))
    if len(found) != 1 or len(results) != 1:
        raise UsageError(f"{form} is of one estimate: give one, not {len(found)}.")
    (subject,) = found
    if form == "model-card":
        return Exported(*model_card.written(subject, frame, into))
    if form == "annex-xi":
        return Exported(*annex_xi.written(subject, frame))
    return Exported(*data_centre.written(subject, frame, ending or ".csv"))


def _check(form: str, language: str, ending: str | None, into: str | None) -> None:
    if form not in FORMATS:
        raise UsageError(f"format: '{form}' is none of {', '.join(FORMATS)}{did_you_mean(form, FORMATS)}")
    if ending is not None and ending.lower() not in _ENDINGS[form]:
        raise UsageError(f"{form} is written as {' or '.join(_ENDINGS[form])}, not as '{ending}'.")
    if language not in LANGUAGES:
        raise UsageError(f"language: '{language}' is none of {', '.join(LANGUAGES)}.")
    if language != ENGLISH and form != "annex-xi":
        raise UsageError(f"{form} is read by machines, and is written in English; annex-xi alone has other languages.")
    if into is not None and form != "model-card":
        raise UsageError(f"{form} is written whole: a model card alone is updated.")


def _document(result: Result) -> dict[str, Any]:
    if isinstance(result, Estimate):
        return result.as_dict()
    if isinstance(result, (str, PathLike)):
        return stored(Path(result))
    return checked(result)
