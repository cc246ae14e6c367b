"""Results that were written as JSON, read back: of an estimate, of a batch, or of a report.

Such a file may come from anywhere: it is checked as far as those who read it rely on it, and nothing in it is executed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from footprint.errors import DataError, clipped
from footprint.results import RESULTS, SCHEMA_VERSION

#: Which result a document is, and what it alone has.
ESTIMATE, BATCH, REPORT = "estimate", "batch", "report"
#: What the JSON of a result has and no row of usage.
_SIGNS = ("activity", "rows_in", "edition", "schema_version")
#: How results are written.
WRITTEN_BY = (
    "write one with footprint query, training, datacenter or instance and --format json, with footprint batch and "
    "--format json, or with footprint report -o report.json"
)


def stored(path: Path) -> dict[str, Any]:
    """Return the result that a file holds.

    Raises
    ------
    footprint.errors.DataError : it is no result of ours, or of a version that is not known here
    """
    try:
        document = _parsed(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: this is no text in UTF-8, so no result; {WRITTEN_BY}.") from None
    except RecursionError:
        raise DataError(f"{path.name}: nested too deeply for a result; {WRITTEN_BY}.") from None
    except ValueError as error:
        raise DataError(f"{path.name}: this is no JSON ({clipped(error)}); {WRITTEN_BY}.") from None
    try:
        return checked(document)
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from None


def found(path: Path) -> dict[str, Any] | None:
    """Return what a file of one JSON object holds, where it looks like a result; None where it may be rows of usage."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return None
    try:
        document = _parsed(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return None  # a batch says what is wrong with it
    return document if isinstance(document, dict) and any(key in document for key in _SIGNS) else None


def kind_of(document: Mapping[str, Any]) -> str:
    """Return which result a document is: of an estimate, a batch, or a report.

    >>> kind_of({"activity": {"kind": "query"}}), kind_of({"rows_in": 3}), kind_of({"rows_in": 3, "report": {}})
    ('estimate', 'batch', 'report')
    """
    if "rows_in" not in document:
        return ESTIMATE
    return REPORT if "report" in document else BATCH


def checked(document: Any) -> dict[str, Any]:
    """Return a document where it is a result whose figures can be relied on to be figures.

    Raises
    ------
    footprint.errors.DataError : it is no result of ours, or of a version that is not known here
    """
    if not isinstance(document, dict) or "edition" not in document:
        raise DataError(f"this is no result; {WRITTEN_BY}.")
    version = document.get("schema_version")
    if not isinstance(version, str) or version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise DataError(
            f"a result of schema version {clipped(version)!r}, and this is {SCHEMA_VERSION}; write it again with the "
            "footprint that is installed."
        )
    kind = kind_of(document)
    totals: Any = document if kind == ESTIMATE else document.get("total")
    if not isinstance(totals, dict) or not set(RESULTS) <= set(totals):
        raise DataError(
            f"this is no result: the figures of {'an estimate' if kind == ESTIMATE else 'a batch'} are "
            f"missing; {WRITTEN_BY}."
        )
    if kind == ESTIMATE and not isinstance(document.get("activity"), dict):
        raise DataError(f"this is no result: it does not say of what activity; {WRITTEN_BY}.")
    _check_lists(document)
    for name, unit in RESULTS.items():
        _check_figure(name, totals[name], unit)
    return document


def _check_lists(document: Mapping[str, Any]) -> None:
    for name, item in (("factors", dict), ("assumptions", str), ("warnings", str)):
        given = document.get(name)
        if not isinstance(given, list) or not all(isinstance(entry, item) for entry in given):
            raise DataError(f"this is no result: its {name} are no list of {'objects' if item is dict else 'texts'}.")
    reasons = document.get("reasons", {})
    if not isinstance(reasons, dict):
        raise DataError("this is no result: its reasons are no object.")


def _check_figure(name: str, given: Any, unit: str) -> None:
    """Refuse a figure that is none, or in another unit than results are written in."""
    if given is None:
        return
    if not isinstance(given, dict) or given.get("unit") != unit:
        wrong = clipped(given.get("unit") if isinstance(given, dict) else given)
        raise DataError(f"{name} is in '{wrong}', and a result has it in {unit}.")
    numbers = {end: given.get(end) for end in ("value", "low", "high")}
    for end, number in numbers.items():
        if number is None and end != "value":
            continue
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not _finite(number) or number < 0:
            raise DataError(f"{name}: its {end}, '{clipped(number)}', is no amount.")


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond any float
        return False


def _parsed(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
