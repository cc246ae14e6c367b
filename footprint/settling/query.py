"""Queries, by the best evidence there is: stated, measured, disclosed, modelled, or by proxy.

Tokens of a model are settled in `text`; which way is taken, and what another way would need, is decided here.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from footprint.activities import Query
from footprint.catalogue import MODELS_HINT, Catalogue, FactorUse, Place, stated
from footprint.errors import NotEstimableError, UnknownNameError, UsageError
from footprint.methods import METHODS, Method
from footprint.settling.draft import Draft, add_coefficients, not_covered, provider_of
from footprint.settling.media import draft_media
from footprint.settling.searching import add_search
from footprint.settling.text import draft_text
from footprint.units import Quantity, is_unit

#: A measured batch may differ by this factor from the stated one and still stand for it.
_SAME_BATCH = 1.1


def draft_query(query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle a query by the best evidence, or by the way that it names."""
    if query.energy_per_request is not None:
        if query.method not in (None, "stated"):
            raise not_covered(query.method, "a query whose energy is stated", "the energy per request left out")
        return _by_statement(query, catalogue, date, place)
    subject = subject_of(query, catalogue, date)
    asked = _Asked(query, catalogue, date, place, subject)
    made = draft_media(query, catalogue, date, place, subject.product or subject.model or {})
    if made is not None:
        return made
    return WAYS[query.method](asked) if query.method else _best(asked)


class Subject(NamedTuple):
    """What a query names: a product of that date, the model behind it, or a model."""

    name: str
    product: Mapping[str, Any] | None
    model: Mapping[str, Any] | None


class _Asked(NamedTuple):
    query: Query
    catalogue: Catalogue
    date: datetime.date
    place: Place | None
    subject: Subject


def subject_of(query: Query, catalogue: Catalogue, date: datetime.date) -> Subject:
    """Return the product or the model that a query names.

    Raises
    ------
    footprint.errors.UnknownNameError : neither is known
    """
    name = cast("str", query.model)
    product = catalogue.product(name, date)
    if product is not None:
        model = catalogue.row("models", product["model"]) if product["model"] else None
        return Subject(product["label"], product, model)
    try:
        model = catalogue.model(name)
    except UnknownNameError as unknown:
        products = catalogue.nearest("product", name, 1)
        raise UnknownNameError("model or product", name, [*unknown.nearest, *products][:4], MODELS_HINT) from None
    return Subject(model["name"], None, model)


def _best(asked: _Asked) -> Draft:
    """Settle by the best evidence: a measurement that fits, the figure of a product, the model of energy per token."""
    query, subject = asked.query, asked.subject
    if subject.product is not None:
        _refuse_inestimable(subject.product)
        if not query.has_tokens:
            return _by_product(asked, subject.product)
        if subject.model is None:
            raise UsageError(
                f"{subject.name} is a product over several models: name the model for an estimate by tokens, or "
                "leave the tokens out for the figure per request."
            )
    model = cast("Mapping[str, Any]", subject.model)
    if not query.has_tokens:
        raise UsageError(
            f"{model['name']} is a model: give --output-tokens (and --input-tokens), of a file the columns that hold "
            "them (--map output_tokens=COLUMN); a request has no size of its own."
        )
    if query.accelerator is not None and query.batch_size is not None:
        row = _measured_row(asked.catalogue, query, model)
        if row is not None and _fits(row, query, asked.catalogue):
            return _by_measurement(asked)
    return _by_tokens(asked)


def _refuse_inestimable(product: Mapping[str, Any]) -> None:
    if product["estimable"] != "yes":
        raise NotEstimableError(f"{product['label']}: {product['basis']}")


# --- by statement and by tokens ----------------------------------------------------------------------


def _by_statement(query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    per_request = cast("Quantity", query.energy_per_request)
    draft = Draft(_by_boundary(per_request), "modelled", place, provider_of(query, place, None), date)
    use = stated(_PER_REQUEST[draft.method.id], per_request)
    draft.add(use)
    draft.printed = use
    if draft.method.id == "requests_accelerator":
        add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
    draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware is not known"))
    return draft


def _refuse_statement(asked: _Asked) -> Draft:
    raise not_covered("stated", "a query without its own energy", "the energy of a request (--energy-per-request)")


def _by_tokens(asked: _Asked) -> Draft:
    query, subject = asked.query, asked.subject
    if subject.model is None:
        raise not_covered("parametric", subject.name, "the name of a model: the product runs on several")
    if not query.has_tokens:
        raise not_covered("parametric", subject.name, "the tokens read and written (--input-tokens, --output-tokens)")
    draft = draft_text(query, asked.catalogue, asked.date, asked.place, subject.model)
    _say_what_model(draft, subject)
    return draft


def _say_what_model(draft: Draft, subject: Subject) -> None:
    if subject.product is not None and subject.model is not None:
        draft.assumptions.append(f"{_period(subject.product)}, is taken as the model {subject.model['id']}.")


# --- by measurement -----------------------------------------------------------------------------------


def _by_measurement(asked: _Asked) -> Draft:
    """Settle by what a benchmark measured of the same model: energy per token written, prompts of its own inside."""
    query, catalogue, subject = asked.query, asked.catalogue, asked.subject
    written = (query.output_tokens, query.reasoning_tokens)
    if not any(cast("Quantity", tokens).magnitude > 0 for tokens in written if tokens is not None):
        raise not_covered("measurement", subject.name, "tokens that were written (--output-tokens)")
    row = _measured_row(catalogue, query, subject.model) if subject.model else None
    if row is None or subject.model is None:
        on = f" on {query.accelerator}" if query.accelerator else ""
        raise not_covered(
            "measurement",
            subject.name,
            f"a measured row of the model{on} with its tokens in energy_per_use (--factors)",
        )
    catalogue.refuse_unverified(row, row["id"])
    hardware = query.accelerator or catalogue.find("accelerator", str(row["hardware"]))
    # Reading the prompt and the making of the hardware follow the hardware that was measured.
    draft = draft_text(
        dataclasses.replace(query, accelerator=hardware, batch_size=query.batch_size or row["batch_size"]),
        catalogue,
        asked.date,
        asked.place,
        subject.model,
    )
    draft.method = METHODS["measurement_output" if draft.method.id == "output_tokens" else "measurement"]
    draft.factors.pop("batch_size", None)
    draft.warnings = [text for text in draft.warnings if not text.startswith("extrapolated")]
    rung = "measured on the same model"
    draft.add(catalogue.used(row, name="accelerator_energy_per_request", rung=rung))
    draft.add(_tokens_of(catalogue, row, "written_tokens_per_request", "output_tokens", rung))
    count = f"{row['accelerators']:g} x " if row["accelerators"] else ""
    batch = f", {row['batch_size']:g} requests at a time" if row["batch_size"] else ""
    draft.assumptions.append(
        f"measured in {row['year']} on {count}{row['hardware']}{batch}, {row['output_tokens']:g} tokens an answer: the "
        "benchmark's own prompts are inside."
    )
    _say_what_model(draft, subject)
    return draft


def _measured_row(catalogue: Catalogue, query: Query, model: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the measurement of a model nearest to the stated hardware and batch; None where there is none."""
    rows = catalogue.once(
        ("measured", model["id"]),
        lambda: catalogue.rows(
            "SELECT * FROM energy_per_use WHERE model = $model AND method = 'measured' AND value IS NOT NULL "
            "AND output_tokens > 0 AND unit = 'Wh_acc/request' ORDER BY year DESC, id",
            model=model["id"],
        ),
    )
    batch = float(cast("Quantity", query.batch_size).magnitude) if query.batch_size is not None else _usual(catalogue)
    hardware = catalogue.find("accelerator", query.accelerator) if query.accelerator else _USUAL_ACCELERATOR
    same = [row for row in rows if catalogue.find("accelerator", str(row["hardware"])) == hardware]
    if not same and not query.accelerator:
        same = rows
    return min(same, key=lambda row: _away(row["batch_size"], batch), default=None)


_USUAL_ACCELERATOR = "h100_sxm"


def _usual(catalogue: Catalogue) -> float:
    (use,) = catalogue.coefficients(["batch_unknown"], ["batch_size"])
    return use.value


def _away(measured: float | None, wanted: float) -> float:
    return abs(math.log(measured / wanted)) if measured and wanted else math.inf


def _fits(row: Mapping[str, Any], query: Query, catalogue: Catalogue) -> bool:
    """Tell whether a measurement is of the stated hardware and batch, so that it goes before any model."""
    batch = float(cast("Quantity", query.batch_size).magnitude)
    verified = row["evidence"] != "unverified" or catalogue.allow_unverified
    return verified and _away(row["batch_size"], batch) <= math.log(_SAME_BATCH)


def _tokens_of(catalogue: Catalogue, row: Mapping[str, Any], name: str, column: str, rung: str) -> FactorUse:
    """Return how many tokens stand behind a figure per request."""
    return dataclasses.replace(
        catalogue.used(dict(row), name=name, rung=rung),
        id=f"energy_per_use:{row['id']}:{column}",
        value=float(row[column]),
        unit="token/request",
        low=None,
        high=None,
        distribution="fixed",
    )


# --- by the figure of a product ------------------------------------------------------------------------

_PER_REQUEST = {
    "requests_facility": "facility_energy_per_request",
    "requests_it": "it_energy_per_request",
    "requests_accelerator": "accelerator_energy_per_request",
}


def _by_boundary(per_request: Quantity) -> Method:
    """Return the method for a figure per request: its unit says where it was counted."""
    for method, unit in (
        ("requests_facility", "Wh/request"),
        ("requests_it", "Wh_IT/request"),
        ("requests_accelerator", "Wh_acc/request"),
    ):
        if is_unit(per_request.units, unit):
            return METHODS[method]
    raise NotEstimableError(f"{per_request:~P} is no energy per request.")


def _period(product: Mapping[str, Any]) -> str:
    until = f" to {product['valid_to']}" if product["valid_to"] else " on"
    return f"{product['label']}, {product['valid_from']}{until}"


def _by_disclosure(asked: _Asked) -> Draft:
    """Settle by what the company itself published for that time."""
    return _by_figure_of(asked, "disclosure", "a figure of the company itself for that date", _is_disclosed)


def _by_literature(asked: _Asked) -> Draft:
    """Settle by what somebody else published for that product and time."""
    return _by_figure_of(asked, "literature", "a published figure of others for that date", lambda row: True)


def _by_figure_of(asked: _Asked, way: str, needs: str, wanted: Callable[[Mapping[str, Any]], bool]) -> Draft:
    product = asked.subject.product
    if product is None:
        raise not_covered(way, f"{asked.subject.name}, a model", f"a product, such as chatgpt, with {needs}")
    _refuse_inestimable(product)
    row = asked.catalogue.row("energy_per_use", product["use"]) if product["use"] else None
    if row is None or row["value"] is None or product["evidence"] == "judgement" or not wanted(row):
        raise not_covered(way, _period(product), f"{needs} (an overlay with --factors may bring one)")
    return _by_product(asked, product)


def _is_disclosed(row: Mapping[str, Any]) -> bool:
    return str(row["method"] or "").startswith("provider")


def _by_proxy(asked: _Asked) -> Draft:
    """Settle by something alike, whatever else is known."""
    product = asked.subject.product
    if product is None or not product["range_use"]:
        raise not_covered("proxy", asked.subject.name, "a product with a usual range of that year, such as chatgpt")
    _refuse_inestimable(product)
    return _by_product(asked, {**product, "use": product["range_use"], "evidence": "judgement"})


def _by_product(asked: _Asked, product: Mapping[str, Any]) -> Draft:
    query, catalogue = asked.query, asked.catalogue
    row = catalogue.row("energy_per_use", product["use"]) if product["use"] else None
    if row is None or row["value"] is None:
        # A life-cycle figure without an energy cannot stand for it: the range row is the proxy, and says so.
        row = catalogue.row("energy_per_use", product["range_use"]) if product["range_use"] else None
    if row is None or row["value"] is None:
        raise NotEstimableError(f"{product['label']}: {product['basis']}")
    catalogue.refuse_unverified(row, f"{product['label']}: the figure {row['id']}")
    per_request = Quantity(row["value"], row["unit"])
    proxy = product["evidence"] == "judgement" or row["id"] != product["use"]
    low, high = row["low"], row["high"]
    if not any(is_unit(per_request.units, unit) for unit in ("Wh/request", "Wh_IT/request", "Wh_acc/request")):
        raise NotEstimableError(
            f"{product['label']}: {'proxy, no figure of the company: ' if proxy else ''}{row['value']:g}"
            f"{f' ({low:g} to {high:g})' if low is not None and high is not None else ''} {row['unit']}, and a query "
            f"counts requests; not estimable so yet, see `footprint factors show {row['id']}`."
        )
    method = _by_boundary(per_request)
    quality = "proxy" if proxy else "provider_reported" if _is_disclosed(row) else "modelled"
    draft = Draft(method, quality, asked.place, provider_of(query, asked.place, product["provider"]), asked.date)
    use = catalogue.used(dict(row), name=_PER_REQUEST[method.id], rung=f"published per use, {_period(product)}")
    draft.add(use)
    draft.printed = use
    if method.id == "requests_accelerator":
        add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
    draft.assumptions.append(f"{product['label']}: {product['basis']}.")
    if query.has_tokens:
        draft.warnings.append("the tokens are not used: the figure is one per request.")
    if proxy:
        draft.warnings.append(f"proxy: no published figure stands behind {_period(product)}.")
    if row["id"].startswith("google_search") or product["id"] == "google-search":
        draft.warnings.append("the only published energy of a web search, 0.3 Wh, is of 2009.")
    draft.reasons.update(
        dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware behind the figure is not known")
    )
    add_search(draft, catalogue, product)
    return draft


#: The ways to a query's energy, best evidence first: what ``--method`` may name, beside the methods of others.
WAYS: dict[str, Callable[[_Asked], Draft]] = {
    "stated": _refuse_statement,
    "measurement": _by_measurement,
    "disclosure": _by_disclosure,
    "literature": _by_literature,
    "parametric": _by_tokens,
    "proxy": _by_proxy,
}
