"""Queries by the tokens of a model: the parametric model of reading and writing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, cast

from footprint.activities import TOKENS, Query
from footprint.catalogue import Catalogue, FactorUse, Place, stated
from footprint.errors import NotEstimableError
from footprint.methods import METHODS, Method
from footprint.settling.draft import (
    Draft,
    accelerator_field,
    add_coefficients,
    add_embodied,
    coefficients,
    defined,
    provider_of,
)
from footprint.units import Quantity

#: Coefficients of the parametric text model, by the name that the equations give them.
_WRITING = {
    "memory_coefficient": "memory_coefficient",
    "layer_coefficient": "layer_coefficient",
    "computing_coefficient": "computing_coefficient",
    "layers_unit": "layers_unit",
    "layers_exponent": "layers_exponent",
    "weights_share_of_memory": "weights_share_of_memory",
    "forward_operations_per_parameter_token": "inference_flop_per_param_token",
    "it_over_accelerator": "it_over_accelerator",
    "serving_over_rated": "serving_over_rated",
}
_READING = {
    "forward_operations_per_parameter_token": "inference_flop_per_param_token",
    "cached_over_read": "cached_input_share",
    "attention_operations_unit": "attention_operations_unit",
    "attention_reference_parameters": "prefill_fit_reference_active_b",
    "prefill_utilisation": "prefill_utilisation",
    "rated_server_over_chip": "rated_system_over_chip",
    "average_over_rated": "average_to_rated_power",
}
#: What the fit relates to: definitions, not data.
_DEFINITIONS = {
    "reference_parameters": (1.0, "Gparameter"),
    "reference_batch": (1.0, "request"),
    "first_accelerator": (1.0, "accelerator"),
}
#: Bounds of the configurations that the fit has seen.
_SEEN = {
    "active_parameters": ("energy_per_token_active_min", "energy_per_token_active_max"),
    "total_parameters": ("energy_per_token_total_min", "energy_per_token_total_max"),
    "batch_size": ("energy_per_token_batch_min", "energy_per_token_batch_max"),
}
#: Accelerators whose measurements stand behind the fit.
_MEASURED = ("h100_sxm", "b200")
#: What serves where nobody says otherwise.
_USUAL_ACCELERATOR = "h100_sxm"
#: The last year in which the serving software of the benchmark's edition of 2024 was in use.
_OLD_SOFTWARE = 2024

#: Accelerators below this memory [GB] serve in another way: thousands of them hold a model in fast memory of their own.
_LEAST_MEMORY = 4.0

_DATA_SHEET = {
    "rated_power": ("rated_power", "W_acc/accelerator"),
    "peak_throughput": ("fp16_dense", "TFLOP/s/accelerator"),
    "memory_bandwidth": ("memory_bandwidth", "GB/s/accelerator"),
    "accelerator_memory": ("memory", "GB/accelerator"),
}
_NEEDED_TO_READ = ("rated_power", "peak_throughput")


def draft_text(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, model: Mapping[str, Any]
) -> Draft:
    """Settle a query by its tokens: what depends on the model and the hardware alone is found once for each."""
    method = _method_for(query)
    accelerator = _accelerator(query, catalogue)
    old = date.year <= _OLD_SOFTWARE
    batch = cast("Quantity | None", query.batch_size)
    key = ("text", model["id"], accelerator["id"], method.id, old, None if batch is None else float(batch.magnitude))
    template = catalogue.once(key, lambda: _of_model(catalogue, method, model, accelerator, batch, old))
    draft = template.placed(place, provider_of(query, place, model["host"]), date)
    if batch is None and "batch_size" in draft.factors:
        # A host serves its models alike: what nobody knows of its load is one error for all of them.
        draft.factors["batch_size"] = catalogue.once(
            ("batch", draft.provider), lambda: _batch_of(catalogue, draft.provider)
        )
    if query.accelerator is None:
        draft.assumptions.append(f"served on {accelerator['name']}: hosts do not say on what.")
    for name in TOKENS:
        if name in method.unit_of and getattr(query, name) is None:
            draft.add(defined(name, 0.0, "token"))
    if method.id == "output_tokens":
        draft.warnings.append("input tokens were not given: the energy of reading the prompt is left out.")
    elif method.id == "input_tokens" and query.output_tokens is None and model["modality"] != "embedding":
        draft.warnings.append("output tokens were not given: the energy of writing the answer is left out.")
    if method.id != "output_tokens" and float(cast("Quantity", query.requests).magnitude) > 1:
        draft.assumptions.append(
            "prompts are taken as equally long: the part that grows with their square is a lower bound."
        )
    return draft


def _method_for(query: Query) -> Method:
    reads = query.input_tokens is not None  # cached tokens stand beside these
    written = [cast("Quantity", item) for item in (query.output_tokens, query.reasoning_tokens) if item is not None]
    if not reads:
        return METHODS["output_tokens"]
    # Where nothing is written, as by an embedding, there is no decoding to know anything about.
    return METHODS["tokens" if any(item.magnitude > 0 for item in written) else "input_tokens"]


def _accelerator(query: Query, catalogue: Catalogue) -> dict[str, Any]:
    if query.accelerator is None:
        return cast("dict[str, Any]", catalogue.row("accelerators", _USUAL_ACCELERATOR))
    hint = "List all: footprint factors accelerators"
    return catalogue.named("accelerator", "accelerators", query.accelerator, hint)


def _of_model(
    catalogue: Catalogue,
    method: Method,
    model: Mapping[str, Any],
    accelerator: Mapping[str, Any],
    batch: Quantity | None,
    old_software: bool,
) -> Draft:
    """Settle what depends on the model and the hardware alone."""
    draft = Draft(method, "modelled", None, None, datetime.date.min)
    writes, reads = method.id != "input_tokens", method.id != "output_tokens"
    _add_parameters(draft, catalogue, model)
    _add_data_sheet(draft, catalogue, accelerator, writes)
    if writes:
        _add_weights(draft, catalogue, model)
        _add_batch(draft, catalogue, batch)
        add_coefficients(draft, catalogue, _WRITING)
        _add_residual(draft, catalogue, model, accelerator)
        if old_software:
            add_coefficients(draft, catalogue, {"serving_software": "serving_software_2024"})
            draft.assumptions.append("served with the software of 2024 or before, which took more energy.")
        else:
            draft.add(defined("serving_software", 1.0, ""))
        for name, (value, unit) in _DEFINITIONS.items():
            draft.add(defined(name, value, unit))
    if reads:
        add_coefficients(draft, catalogue, _READING)
    add_embodied(draft, catalogue, accelerator["id"])
    return draft


def _add_data_sheet(draft: Draft, catalogue: Catalogue, accelerator: Mapping[str, Any], writes: bool) -> None:
    lacking = []
    for name, (column, unit) in _DATA_SHEET.items():
        use = accelerator_field(catalogue, accelerator, column, name, unit)
        if use is None and (writes or name in _NEEDED_TO_READ):
            lacking.append(name.replace("_", " "))
        draft.add(use)
    why = f"{' and '.join(lacking)} not known" if lacking else ""
    if writes and not why and accelerator["memory"] < _LEAST_MEMORY:
        why = f"its memory of {accelerator['memory']:g} GB holds no model as the measured accelerators do"
    if why:
        error = NotEstimableError(
            f"{accelerator['name']}: {why}, so energy cannot be computed from tokens; put "
            "what is known into an overlay (--factors), or name another --accelerator."
        )
        error.what = "accelerator"
        raise error


def _add_weights(draft: Draft, catalogue: Catalogue, model: Mapping[str, Any]) -> None:
    """Take the size of a weight and the layers as the published checkpoint has them, else as is usual."""
    row = dict(model)
    bits = catalogue.field_of("models", row, "weight_bits", name="weight_size", unit="B/parameter", rung=_CHECKPOINT)
    if bits is not None:
        draft.add(dataclasses.replace(bits, value=bits.value / 8, note="bits of the published checkpoint over 8"))
    elif model["access"] == "closed":
        add_coefficients(draft, catalogue, {"weight_size": "weight_size_closed"})
        draft.assumptions.append(f"{model['name']}: weights of 8 bits (4 to 16); hosts publish no precision.")
    else:
        add_coefficients(draft, catalogue, {"weight_size": "weight_size_unknown"})
        draft.assumptions.append(f"{model['name']}: weights of 16 bits (8 at the least); no configuration was read.")
    draft.add(catalogue.field_of("models", row, "layers", name="layers", unit="layer", rung=_CHECKPOINT))


_CHECKPOINT = "published configuration"


def _add_batch(draft: Draft, catalogue: Catalogue, batch: Quantity | None) -> None:
    if batch is not None:
        draft.add(stated("batch_size", batch))
        return
    use = _batch_of(catalogue, None)
    draft.add(use)
    draft.assumptions.append(
        f"{use.value:g} requests served at a time ({use.low:g} to {use.high:g}): hosts do not say how many."
    )


def _batch_of(catalogue: Catalogue, provider: str | None) -> FactorUse:
    (use,) = catalogue.coefficients(["batch_unknown"], ["batch_size"])
    return dataclasses.replace(use, drawn=f"{use.id}:{provider}")


def _add_residual(draft: Draft, catalogue: Catalogue, model: Mapping[str, Any], accelerator: Mapping[str, Any]) -> None:
    """Take what the fit misses: more, where it was never measured; one draw for each model."""
    outside = _outside(draft, catalogue)
    if accelerator["id"] not in _MEASURED:
        outside.append(f"{accelerator['name']}; measured were H100 and B200")
    id = "measured_over_predicted_elsewhere" if outside else "measured_over_predicted"
    (use,) = catalogue.coefficients([id], ["measured_over_predicted"])
    draft.add(dataclasses.replace(use, drawn=f"measured_over_predicted:{model['id']}"))
    draft.warnings.extend(f"extrapolated: {what}; the range is wider." for what in outside)


def _outside(draft: Draft, catalogue: Catalogue) -> list[str]:
    values = {use.id: use.value for use in coefficients(catalogue, [id for pair in _SEEN.values() for id in pair])}
    outside = []
    for name, (low, high) in _SEEN.items():
        use = draft.factors[name]
        if not values[low] <= use.value <= values[high]:
            what = name.replace("_", " ") if name == "batch_size" else f"billion {name.replace('_', ' ')}"
            outside.append(f"{use.value:g} {what}; measured were {values[low]:g} to {values[high]:g}")
    return outside


def _add_parameters(draft: Draft, catalogue: Catalogue, model: Mapping[str, Any]) -> None:
    if model["modality"] in ("text-to-image", "text-to-video", "speech-to-text", "image-classification"):
        raise NotEstimableError(f"{model['name']} is a {model['modality']} model: tokens do not measure its work.")
    if model["active_parameters"] is None or model["total_parameters"] is None:
        parts = {"active": model["active_parameters"], "total": model["total_parameters"]}
        open_parts = [part for part, value in parts.items() if value is None]
        what = "its size is" if len(open_parts) == 2 else f"the number of its {open_parts[0]} parameters is"
        how = model["parameters_basis"] if len(open_parts) == 2 else "not known"
        raise NotEstimableError(
            f"{model['name']}: {what} {how}, so energy cannot be computed from tokens; give --energy-per-request, or "
            "put parameters into an overlay (--factors)."
        )
    if model["evidence"] == "unverified" and not catalogue.allow_unverified:
        raise NotEstimableError(
            f"{model['name']}: the only figure for its size is unverified; put a verified one into --factors, or use "
            "it all the same with --allow-unverified."
        )
    rung = "estimated by others" if model["parameters_basis"] == "estimated" else f"{model['parameters_basis']} size"
    for name in ("active_parameters", "total_parameters"):
        use = catalogue.field_of("models", dict(model), name, name=name, unit="Gparameter", rung=rung)
        if use and model["parameters_basis"] == "estimated":
            use = _guessed(use, model)
        if use:
            # Who guesses too many active parameters guesses too many of all: both follow one draw.
            use = dataclasses.replace(use, drawn=f"models:{model['id']}:parameters")
        draft.add(use)
    if model["parameters_basis"] == "estimated":
        draft.assumptions.append(
            f"{model['name']} is closed: {model['active_parameters']:g} billion active parameters are estimated "
            f"({model['parameters_estimator']})."
        )


def _guessed(use: FactorUse, model: Mapping[str, Any]) -> FactorUse:
    """Return a guessed size with its range."""
    if use.low is not None:
        # The estimator gives bounds; the value between them is ours.
        return dataclasses.replace(use, evidence="derived", note="geometric mean of the estimator's bounds")
    low, middle, high = (model[f"active_parameters{end}"] for end in ("_low", "", "_high"))
    if low is None or high is None:
        return use
    # A guess without bounds is no better than the one beside it: and no draw has more active parameters than all.
    return dataclasses.replace(
        use,
        low=use.value * low / middle,
        high=use.value * high / middle,
        distribution="split_lognormal",
        evidence="derived",
        note="the estimator's figure; bounds in proportion to those of the active parameters",
    )
