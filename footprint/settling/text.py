"""Queries by the tokens of a model: the parametric model of reading and writing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, cast

from footprint.activities import Query
from footprint.catalogue import Catalogue, Place
from footprint.errors import NotEstimableError
from footprint.methods import METHODS, Method
from footprint.settling.draft import Draft, add_coefficients, add_embodied, coefficients, defined, provider_of
from footprint.units import Quantity

#: Coefficients of the parametric text model, by the name that the equations give them.
_TEXT_COEFFICIENTS = {
    "decode_energy_unit": "decode_energy_h100",
    "decode_exponent_active": "decode_exponent_active_h100",
    "decode_exponent_total": "decode_exponent_total_h100",
    "decode_exponent_batch": "decode_exponent_batch_h100",
    "batch_size": "batch_unknown",
    "it_over_accelerator": "it_over_accelerator",
    "forward_operations_per_parameter_token": "inference_flop_per_param_token",
    "peak_throughput": "prefill_peak_h100",
    "prefill_utilisation": "prefill_utilisation",
    "rated_server_power": "dgx_h100_w_per_gpu",
    "average_over_rated": "average_to_rated_power",
    "attention_energy_unit": "prefill_quadratic_it",
    "attention_reference_parameters": "prefill_fit_reference_active_b",
    "serving_power": "gpu_power_serving_h100_w",
}
#: The fit relates sizes to a billion parameters and batches to one request: definitions, not data.
_TEXT_DEFINITIONS = {"reference_parameters": (1.0, "Gparameter"), "reference_batch": (1.0, "request")}
#: Bounds of the configurations that the fit has seen.
_TEXT_RANGE = {
    "active_parameters": ("fit_h100_valid_active_min", "fit_h100_valid_active_max"),
    "total_parameters": ("fit_h100_valid_total_min", "fit_h100_valid_total_max"),
}
_TEXT_ACCELERATOR = "h100_sxm"


#: Hardware is shared out by the time it is busy, and that of reading has no measured power behind it.
NO_READING_HARDWARE = "the hardware time of reading a prompt is not modelled"


def draft_text(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, model: Mapping[str, Any]
) -> Draft:
    """Settle a query by its tokens: what depends on the model alone is found once for each model."""
    written = cast("Quantity | None", query.output_tokens)
    if query.input_tokens is None:
        method = METHODS["output_tokens"]
    else:
        # Where nothing is written, as by an embedding, there is no decoding to know anything about.
        method = METHODS["tokens" if written is not None and written.magnitude > 0 else "input_tokens"]
    # What a model needs is the same everywhere: a batch finds it once for each model.
    template = catalogue.once(("tokens", model["id"], method.id), lambda: _of_model(catalogue, method, model))
    draft = template.placed(place, provider_of(query, place, model["host"]), date)
    requests = float(cast("Quantity", query.requests).magnitude)
    if requests > 1 and query.input_tokens is not None:
        draft.assumptions.append(
            "prompts are taken as equally long: the part that grows with their square is a lower bound."
        )
    return draft


def _of_model(catalogue: Catalogue, method: Method, model: Mapping[str, Any]) -> Draft:
    """Settle what depends on the model alone."""
    draft = Draft(method, "modelled", None, None, datetime.date.min)
    _add_parameters(draft, catalogue, model)
    needed = {*method.needs, "serving_power"}
    add_coefficients(draft, catalogue, {name: id for name, id in _TEXT_COEFFICIENTS.items() if name in needed})
    for name, (value, unit) in _TEXT_DEFINITIONS.items():
        if name in needed:
            draft.add(defined(name, value, unit))
    if method.id == "input_tokens":
        draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), NO_READING_HARDWARE))
    else:
        add_embodied(draft, catalogue, _TEXT_ACCELERATOR)
        if method.id == "output_tokens":
            draft.warnings.append("input tokens were not given: the energy of reading the prompt is left out.")
        else:
            draft.assumptions.append(f"{NO_READING_HARDWARE}: the hardware's share is that of writing the answer.")
        batch = draft.factors["batch_size"]
        draft.assumptions.append(
            f"served on H100 accelerators, {batch.value:g} requests at a time ({batch.low:g} to {batch.high:g}): "
            "hosts publish neither."
        )
    _say_if_extrapolated(draft, catalogue)
    return draft


def _add_parameters(draft: Draft, catalogue: Catalogue, model: Mapping[str, Any]) -> None:
    if model["modality"] in ("text-to-image", "text-to-video", "speech-to-text", "image-classification"):
        raise NotEstimableError(f"{model['name']} is a {model['modality']} model: tokens do not measure its work.")
    if model["active_parameters"] is None or model["total_parameters"] is None:
        raise NotEstimableError(
            f"{model['name']}: its size is {model['parameters_basis']}, so energy cannot be computed from tokens; give "
            "--energy-per-request, or put parameters into an overlay (--factors)."
        )
    if model["evidence"] == "unverified":
        raise NotEstimableError(
            f"{model['name']}: the only figure for its size is unverified; put a verified one into --factors."
        )
    rung = "estimated by others" if model["parameters_basis"] == "estimated" else f"{model['parameters_basis']} size"
    for name in ("active_parameters", "total_parameters"):
        use = catalogue.field_of("models", dict(model), name, name=name, unit="Gparameter", rung=rung)
        if use and model["parameters_basis"] == "estimated" and model[f"{name}_low"] is not None:
            # The estimator gives bounds; the value between them is ours.
            use = dataclasses.replace(use, evidence="derived", note="geometric mean of the estimator's bounds")
        draft.add(use)
    if model["parameters_basis"] == "estimated":
        draft.assumptions.append(
            f"{model['name']} is closed: {model['active_parameters']:g} billion active parameters are estimated "
            f"({model['parameters_estimator']})."
        )


def _say_if_extrapolated(draft: Draft, catalogue: Catalogue) -> None:
    bounds = [id for pair in _TEXT_RANGE.values() for id in pair]
    values = {use.id: use.value for use in coefficients(catalogue, bounds)}
    for name, (low, high) in _TEXT_RANGE.items():
        use = draft.factors[name]
        if not values[low] <= use.value <= values[high]:
            draft.warnings.append(
                f"extrapolated: {use.value:g} billion {name.replace('_', ' ')}; the energy per token was measured on "
                f"{values[low]:g} to {values[high]:g} billion."
            )
