"""Queries: by the published figure of a product; those by the tokens of a model are settled in `text`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, cast

from footprint.activities import Query
from footprint.catalogue import MODELS_HINT, Catalogue, Place, stated
from footprint.errors import NotEstimableError, UnknownNameError, UsageError
from footprint.methods import METHODS, Method
from footprint.settling.draft import Draft, add_coefficients, provider_of
from footprint.settling.text import draft_text
from footprint.units import Quantity, is_unit


def draft_query(query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle a query: a product by its figure of that date, a model by its tokens."""
    tokens = query.input_tokens is not None or query.output_tokens is not None
    if query.energy_per_request is not None:
        per_request = cast("Quantity", query.energy_per_request)
        draft = Draft(_by_boundary(per_request), "modelled", place, provider_of(query, place, None), date)
        use = stated(_PER_REQUEST[draft.method.id], per_request)
        draft.add(use)
        draft.printed = use
        if draft.method.id == "requests_accelerator":
            add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
        draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware is not known"))
        return draft
    name = cast("str", query.model)
    product = catalogue.product(name, date)
    if product is not None:
        if product["estimable"] != "yes":
            raise NotEstimableError(f"{product['label']}: {product['basis']}")
        if tokens and product["model"]:
            draft = draft_text(query, catalogue, date, place, catalogue.row("models", product["model"]) or {})
            draft.assumptions.append(f"{_period(product)}, is taken as the model {product['model']}.")
            return draft
        if tokens:
            raise UsageError(
                f"{product['label']} is a product over several models: name the model for an estimate by tokens, or "
                "leave the tokens out for the figure per request."
            )
        return _by_product(query, catalogue, date, place, product)
    try:
        model = catalogue.model(name)
    except UnknownNameError as unknown:
        products = catalogue.nearest("product", name, 1)
        raise UnknownNameError("model or product", name, [*unknown.nearest, *products][:4], MODELS_HINT) from None
    if not tokens:
        raise UsageError(
            f"{model['name']} is a model: give --output-tokens (and --input-tokens); a request has no size of its own."
        )
    return draft_text(query, catalogue, date, place, model)


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


def _by_product(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, product: Mapping[str, Any]
) -> Draft:
    row = catalogue.row("energy_per_use", product["use"]) if product["use"] else None
    if row is None or row["value"] is None:
        # A life-cycle figure without an energy cannot stand for it: the range row is the proxy, and says so.
        row = catalogue.row("energy_per_use", product["range_use"]) if product["range_use"] else None
    if row is None or row["value"] is None:
        raise NotEstimableError(f"{product['label']}: {product['basis']}")
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
    reported = str(row["method"] or "").startswith("provider")
    quality = "proxy" if proxy else "provider_reported" if reported else "modelled"
    draft = Draft(method, quality, place, provider_of(query, place, product["provider"]), date)
    use = catalogue.used(dict(row), name=_PER_REQUEST[method.id], rung=f"published per use, {_period(product)}")
    draft.add(use)
    draft.printed = use
    if method.id == "requests_accelerator":
        add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
    draft.assumptions.append(f"{product['label']}: {product['basis']}.")
    if proxy:
        draft.warnings.append(f"proxy: no published figure stands behind {_period(product)}.")
    if row["id"].startswith("google_search") or product["id"] == "google-search":
        draft.warnings.append("the only published energy of a web search, 0.3 Wh, is of 2009.")
    draft.reasons.update(
        dict.fromkeys(("carbon_embodied", "water_embodied"), "the hardware behind the figure is not known")
    )
    if product["second_use"]:
        draft.warnings.append(f"a web search behind each answer is not counted ({product['second_use']}).")
    return draft
