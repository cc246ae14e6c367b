"""Queries that are not text: pictures, video, speech, classification, embeddings, and hours of hardware for any model.

The order of evidence is that of text: what was measured on the same model, then the work of a diffusion from its size,
then a figure for one picture or clip of something alike, which says that it is a proxy.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from footprint.activities import MEDIA, TOKENS, Query
from footprint.catalogue import Catalogue, FactorUse, Place, stated
from footprint.errors import NotEstimableError, UsageError
from footprint.methods import METHODS
from footprint.settling.draft import (
    HOSTS_ADDED,
    Draft,
    accelerator_field,
    add_coefficients,
    add_embodied,
    coefficients,
    not_covered,
    provider_of,
)
from footprint.settling.text import draft_text
from footprint.units import Quantity, is_unit


class _Kind(NamedTuple):
    """A kind of thing that a diffusion makes: what its rows are called, and what its equations call them."""

    made: str
    unit: str
    modality: str
    method: str
    #: figure for each, where the company or the catalogue has none of the model itself
    proxy: str
    #: names in the equations: pixels, and their unit; the coefficient of the work
    pixels: str
    pixels_unit: str
    energy_unit: str
    amount: str
    option: str


_IMAGE = _Kind(
    made="picture",
    unit="image",
    modality="text-to-image",
    method="images",
    proxy="recommended_image",
    pixels="image_pixels",
    pixels_unit="Mpixel/image",
    energy_unit="image_energy_unit",
    amount="images",
    option="--images",
)
_VIDEO = _Kind(
    made="clip",
    unit="video",
    modality="text-to-video",
    method="video",
    proxy="recommended_video_5s",
    pixels="frame_pixels",
    pixels_unit="Mpixel",
    energy_unit="video_energy_unit",
    amount="video_seconds",
    option="--video-seconds",
)
_KINDS = (_IMAGE, _VIDEO)

#: A figure for one picture or clip: its boundary, the ending of its method, and its name in the equations.
_BOUNDARIES = (("Wh", "facility"), ("Wh_IT", "it"), ("Wh_acc", "accelerator"))
_WRITTEN_BEFORE = ("speech-to-text", "text-to-speech", "speech-to-speech", "text-to-audio")
#: Pixels may differ by this factor from those of a figure and still be near it.
_NEAR = 2.0
#: What stands behind the coefficients of the work of a diffusion, and what answers where nobody says.
_MEASURED_ON = "h100_sxm"
_NO_HARDWARE = "the hardware behind the figure is not known"


def draft_media(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, subject: Mapping[str, Any]
) -> Draft | None:
    """Settle a query to a model, or to a period of a product, whose work is not measured by tokens; None for text.

    Raises
    ------
    footprint.errors.NotEstimableError : speech, whose energy nobody measured; tokens of what makes no text
    footprint.errors.UsageError : pictures or video were stated of a model that makes none
    """
    host = subject["host"] if "modality" in subject else subject["provider"]
    if query.accelerator_hours is not None:
        return _by_hours(query, catalogue, date, place, host)
    if "modality" in subject:
        return _of_model(query, catalogue, date, place, subject)
    use = catalogue.row("energy_per_use", subject["use"]) if subject["use"] else None
    kind = _kind_of(use)
    if subject["estimable"] != "yes":
        raise NotEstimableError(f"{subject['label']}: {subject['basis']} ({_BY_HOURS}).")
    if use is None or kind is None:
        _refuse_media(query, subject["label"])
        return None
    _refuse_tokens(query, kind, subject["label"])
    _check_way(query, subject["label"], ("proxy",) if subject["evidence"] == "judgement" else ("literature",))
    draft = _by_figure(query, catalogue, date, place, _Subject(subject["id"], subject["label"], host), kind, use)
    draft.assumptions.insert(0, f"{subject['label']}: {subject['basis']}.")
    if subject["evidence"] == "judgement":
        _call_proxy(draft, subject["label"])
    return draft


class _Subject(NamedTuple):
    """What a query is to: a model, or a product."""

    id: str
    label: str
    host: str | None


def _of_model(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, model: Mapping[str, Any]
) -> Draft | None:
    modality = model["modality"]
    kind = next((kind for kind in _KINDS if kind.modality == modality), None)
    subject = _Subject(model["id"], model["name"], model["host"])
    if kind is not None:
        _refuse_tokens(query, kind, model["name"])
        measured = _measured(query, catalogue, model, kind)
        sized = model["active_parameters"] is not None and _verified(model, catalogue)
        ways = (*(["measurement"] if measured else []), *(["parametric"] if sized else []), "proxy")
        _check_way(query, model["name"], ways)
        way = query.method or ways[0]
        if way == "measurement" and measured is not None:
            return _as_measured(query, catalogue, date, place, subject, kind, measured)
        if way == "parametric":
            return _by_work(query, catalogue, date, place, model, kind)
        return _by_proxy(query, catalogue, date, place, subject, kind, model)
    _refuse_media(query, model["name"])
    if modality in _WRITTEN_BEFORE:
        raise NotEstimableError(
            f"{model['name']} is a {modality} model: nobody has published what energy speech takes, and neither tokens "
            f"nor minutes tell it; not estimable without its hardware ({_BY_HOURS})."
        )
    if modality == "image-classification":
        return _by_request(query, catalogue, date, place, model)
    if modality == "embedding" and model["active_parameters"] is None and query.has_tokens:
        return _embedding_of_unknown_size(query, catalogue, date, place, model)
    return None


_BY_HOURS = "give --accelerator-hours with --accelerator, or --energy-per-request"


def _kind_of(use: Mapping[str, Any] | None) -> _Kind | None:
    """Return what a figure per use is a figure of: a picture, a clip, or neither."""
    unit = str(use["unit"] if use else "").partition("/")[2]
    return next((kind for kind in _KINDS if kind.unit == unit), None)


def _verified(row: Mapping[str, Any], catalogue: Catalogue) -> bool:
    return row["evidence"] != "unverified" or catalogue.allow_unverified


def _refuse_tokens(query: Query, kind: _Kind, label: str) -> None:
    """Refuse tokens, and what belongs to the other kind: a model that makes pictures is counted by pictures."""
    if any((given := getattr(query, name)) is not None and given.magnitude > 0 for name in TOKENS):
        raise NotEstimableError(
            f"{label} makes a {kind.made}: tokens do not measure its work; give {kind.option}, or requests alone."
        )
    other = ("video_seconds", "frame_rate") if kind is _IMAGE else ("images",)
    for name in other:
        if getattr(query, name) is not None:
            raise UsageError(f"{label} makes a {kind.made}: {name} has no part in it; give {kind.option}.")


def _check_way(query: Query, label: str, ways: Sequence[str]) -> None:
    if query.method is not None and query.method not in ways:
        raise not_covered(query.method, label, f"--method {' or '.join(ways)}")


def _refuse_media(query: Query, label: str) -> None:
    for name in MEDIA:
        if getattr(query, name) is not None:
            raise UsageError(f"{label} makes neither pictures nor video: {name} has no part in it; leave it out.")


# --- a figure for one picture or clip ---------------------------------------------------------------


def _by_figure(
    query: Query,
    catalogue: Catalogue,
    date: datetime.date,
    place: Place | None,
    subject: _Subject,
    kind: _Kind,
    row: Mapping[str, Any],
    own: Mapping[str, FactorUse] | None = None,
) -> Draft:
    """Settle a query by a figure for one picture or clip, in proportion to the work where size or steps are stated."""
    boundary = next((ending for unit, ending in _BOUNDARIES if is_unit(row["unit"], f"{unit}/{kind.unit}")), None)
    if boundary is None:
        raise NotEstimableError(f"{row['id']}: {row['unit']} is no energy for a {kind.made}.")
    method = METHODS[f"{kind.method}_{boundary}"]
    draft = Draft(method, "modelled", place, provider_of(query, place, subject.host), date)
    name = f"{boundary}_energy_per_{kind.unit}"
    draft.add(catalogue.used(dict(row), name=name, rung=f"published per {kind.unit}"))
    if boundary == "accelerator":
        add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
        draft.assumptions.append(HOSTS_ADDED)
    draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), _NO_HARDWARE))
    if kind is _IMAGE:
        _add_pictures(draft, query, catalogue, subject)
        references = {"image_pixels": "image_reference_pixels", "steps": "image_steps_unknown"}
    else:
        if query.video_seconds is None:
            (clip,) = catalogue.coefficients(["video_reference_seconds"], ["seconds_per_request"])
            draft.add(dataclasses.replace(clip, unit="s/request"))
            draft.assumptions.append(f"a clip of {clip.value:g} s for each request: no length was given.")
        references = {
            "frame_pixels": "video_reference_pixels",
            "frame_rate": "video_reference_frame_rate",
            "steps": "video_reference_steps",
        }
        add_coefficients(draft, catalogue, {"reference_clip_seconds": "video_reference_seconds"})
    uses = {name: coefficients(catalogue, [id])[0] for name, id in references.items()}
    _add_like_reference(draft, query, kind, {**uses, **(own or {})})
    if query.accelerator is not None and own is None:
        draft.warnings.append(f"the accelerator has no part in a figure for one {kind.made}.")
    return draft


def _add_like_reference(draft: Draft, query: Query, kind: _Kind, references: Mapping[str, FactorUse]) -> None:
    """Take what was stated, and for what was not that of the figure itself: nothing is scaled unasked."""
    scaled = []
    for name, reference in references.items():
        draft.add(dataclasses.replace(reference, name=f"reference_{name}"))
        if name == kind.pixels and query.size is not None:
            draft.add(_stated_pixels(query, kind))
            scaled.append("pixels")
        elif name != kind.pixels and getattr(query, name) is not None:
            scaled.append(name.replace("_", " "))
        else:
            draft.add(dataclasses.replace(reference, name=name))
    if scaled:
        draft.assumptions.append(f"the figure for one {kind.made} is scaled in proportion to {' and '.join(scaled)}.")
    reference, pixels = draft.factors[f"reference_{kind.pixels}"], draft.factors[kind.pixels]
    if not 1 / _NEAR <= pixels.value / reference.value <= _NEAR:
        draft.warnings.append(
            f"extrapolated: {pixels.value:.3g} million pixels; the figure is of {reference.value:.3g}, and work does "
            "not quite follow the pixels."
        )


def _stated_pixels(query: Query, kind: _Kind) -> FactorUse:
    size = cast("Quantity", query.size)
    return stated(kind.pixels, Quantity(float(size.m_as("Mpixel")), kind.pixels_unit))


def _add_pictures(draft: Draft, query: Query, catalogue: Catalogue, subject: _Subject) -> None:
    if query.images is not None:
        return
    use = _own(catalogue, "images_per_request", subject.id, "images_per_request")
    draft.add(use)
    count = "one picture" if use.value == 1 else f"{use.value:g} pictures"
    draft.assumptions.append(f"{count} for each request: the pictures were not counted.")


def _own(catalogue: Catalogue, what: str, id: str, name: str) -> FactorUse:
    """Return the coefficient of one model where the catalogue has it, else that of any."""
    found = catalogue.once(
        ("own coefficient", what, id),
        lambda: catalogue.rows("SELECT id FROM factors WHERE id = $id", id=f"{what}_{id}"),
    )
    (use,) = catalogue.coefficients([found[0]["id"] if found else f"{what}_unknown"], [name])
    return use


# --- measured on the same model ------------------------------------------------------------------


def _measured(query: Query, catalogue: Catalogue, model: Mapping[str, Any], kind: _Kind) -> dict[str, Any] | None:
    """Return the best measured row of the model: the user's own, then the newest read in its document, on H100 first.

    Its steps and pixels must be known, or nothing else can be compared with it.
    """
    rows = catalogue.once(
        ("measured", kind.unit, model["id"]),
        lambda: catalogue.rows(
            "SELECT * FROM energy_per_use WHERE model = $model AND value IS NOT NULL AND ends_with(unit, $unit) "
            "ORDER BY origin = 'overlay' DESC, evidence = 'primary' DESC, year DESC NULLS LAST, "
            "hardware ILIKE '%H100%' DESC, id",
            model=model["id"],
            unit=f"/{kind.unit}",
        ),
    )
    found = [row for row in rows if _verified(row, catalogue)]
    if query.accelerator is not None:
        wanted = catalogue.find("accelerator", query.accelerator)
        found = [row for row in found if catalogue.find("accelerator", str(row["hardware"])) == wanted]
    else:
        found = [row for row in found if row["origin"] == "overlay" or row["source"] == "mlenergy_v2"]
    return found[0] if found else None


def _as_measured(
    query: Query,
    catalogue: Catalogue,
    date: datetime.date,
    place: Place | None,
    subject: _Subject,
    kind: _Kind,
    row: Mapping[str, Any],
) -> Draft:
    own: dict[str, FactorUse] = {}
    if kind is _IMAGE and row["origin"] != "overlay":
        own["image_pixels"] = _own(catalogue, "image_pixels", subject.id, "image_pixels")
        (own["steps"],) = catalogue.coefficients(["image_measured_steps"], ["steps"])
    draft = _by_figure(query, catalogue, date, place, subject, kind, row, own)
    name, use = next((name, use) for name, use in draft.factors.items() if use.id == row["id"])
    if use.low is None:
        # The benchmark's hardware, software and batch are not those of the service.
        (spread,) = coefficients(catalogue, ["image_measured_elsewhere"])
        low, high = (use.value * float(bound or 1) for bound in (spread.low, spread.high))
        draft.factors[name] = dataclasses.replace(use, low=low, high=high, distribution=spread.distribution)
    shape = f", {own['image_pixels'].value:.3g} million pixels in {own['steps'].value:g} steps" if own else ""
    where = f" on {row['hardware']}" if row["hardware"] else ""
    unsaid = "" if query.accelerator else "; hosts do not say on what they make it"
    draft.assumptions.insert(0, f"{subject.label}: measured{where}{shape} ({row['source']}){unsaid}.")
    accelerator = catalogue.find("accelerator", str(row["hardware"] or ""))
    if accelerator and "it_over_accelerator" in draft.factors:
        _add_hardware(draft, catalogue, accelerator)
    return draft


def _add_hardware(draft: Draft, catalogue: Catalogue, accelerator_id: str) -> None:
    """Take what the share of making the accelerators needs: the time that they were busy follows from their power."""
    accelerator = cast("dict[str, Any]", catalogue.row("accelerators", accelerator_id))
    draft.reasons.pop("carbon_embodied", None)
    draft.reasons.pop("water_embodied", None)
    draft.add(accelerator_field(catalogue, accelerator, "rated_power", "rated_power", "W_acc/accelerator"))
    add_coefficients(draft, catalogue, {"serving_over_rated": "serving_over_rated"})
    add_embodied(draft, catalogue, accelerator_id)


# --- the work of a diffusion ---------------------------------------------------------------------------


def _by_work(
    query: Query,
    catalogue: Catalogue,
    date: datetime.date,
    place: Place | None,
    model: Mapping[str, Any],
    kind: _Kind,
) -> Draft:
    """Settle a query by parameters, steps and pixels: defaults are assumptions with ranges, and said."""
    subject = _Subject(model["id"], model["name"], model["host"])
    draft = Draft(METHODS[kind.method], "modelled", place, provider_of(query, place, subject.host), date)
    rung = "estimated by others" if model["parameters_basis"] == "estimated" else f"{model['parameters_basis']} size"
    draft.add(
        catalogue.field_of(
            "models", dict(model), "active_parameters", name="active_parameters", unit="Gparameter", rung=rung
        )
    )
    if model["evidence"] == "unverified":
        draft.warnings.append(f"unverified: no document was read for the size of {subject.label}.")
    bounds = _bounds(catalogue, kind)
    small = kind is _IMAGE and model["active_parameters"] < bounds["active_min"]
    coefficient = {
        "images": "image_energy_small_model" if small else "image_energy_per_param_step_mpx",
        "video": "video_energy_per_param_step_mpx_frame",
    }[kind.method]
    add_coefficients(draft, catalogue, {kind.energy_unit: coefficient, "it_over_accelerator": "it_over_accelerator"})
    draft.assumptions.append(HOSTS_ADDED)
    if kind is _IMAGE:
        _add_pictures(draft, query, catalogue, subject)
    elif query.video_seconds is None:
        clip = _own(catalogue, "video_seconds", subject.id, "seconds_per_request")
        draft.add(clip)
        draft.assumptions.append(f"a clip of {clip.value:g} s for each request: no length was given.")
    _add_shape(draft, query, catalogue, subject, kind)
    _say_if_extrapolated(draft, query, bounds, kind, small)
    _add_accelerator(draft, query, catalogue)
    return draft


def _bounds(catalogue: Catalogue, kind: _Kind) -> dict[str, float]:
    names = ["active_min", "active_max", "pixels_min", "pixels_max", *(["frames_max"] if kind is _VIDEO else [])]
    uses = coefficients(catalogue, [f"{kind.unit}_fit_{name}" for name in names])
    return {name: use.value for name, use in zip(names, uses, strict=True)}


def _add_shape(draft: Draft, query: Query, catalogue: Catalogue, subject: _Subject, kind: _Kind) -> None:
    """Take size, steps and frames as stated, else those of the model, else what is usual."""
    assumed = []
    if query.size is not None:
        draft.add(_stated_pixels(query, kind))
    else:
        use = _own(catalogue, f"{kind.unit}_pixels", subject.id, kind.pixels)
        draft.add(use)
        assumed.append(f"{use.value:.3g} million pixels{_within(use)}")
    wanted = {"steps": "steps", **({"frame_rate": "frames a second"} if kind is _VIDEO else {})}
    for name, words in wanted.items():
        if getattr(query, name) is None:
            use = _own(catalogue, f"{kind.unit}_{name}", subject.id, name)
            draft.add(use)
            assumed.append(f"{use.value:g} {words}{_within(use)}")
    if assumed:
        draft.assumptions.append(f"each {kind.made} is taken with {', '.join(assumed)}: nobody said otherwise.")


def _within(use: FactorUse) -> str:
    return "" if use.low is None or use.high is None else f" ({use.low:.3g} to {use.high:.3g})"


def _say_if_extrapolated(
    draft: Draft, query: Query, bounds: Mapping[str, float], kind: _Kind, small_known: bool
) -> None:
    size, pixels = draft.factors["active_parameters"].value, draft.factors[kind.pixels].value
    outside = []
    if size > bounds["active_max"] or (size < bounds["active_min"] and not small_known):
        outside.append(
            f"{size:g} billion parameters; measured were {bounds['active_min']:g} to {bounds['active_max']:g}"
        )
    if not bounds["pixels_min"] <= pixels <= bounds["pixels_max"]:
        outside.append(
            f"{pixels:.3g} million pixels; measured were {bounds['pixels_min']:g} to {bounds['pixels_max']:g}"
        )
    if kind is _VIDEO and query.video_seconds is not None:
        requests = max(float(cast("Quantity", query.requests).magnitude), 1.0)
        rate = draft.factors["frame_rate"].value if query.frame_rate is None else _number(query.frame_rate)
        frames = _number(query.video_seconds) / requests * rate
        if frames > bounds["frames_max"]:
            outside.append(
                f"{frames:.0f} frames in one clip; measured were up to {bounds['frames_max']:.0f}, and a longer one "
                "takes more than in proportion (give --requests where they are several clips)"
            )
    draft.warnings.extend(f"extrapolated: {what}." for what in outside)


def _number(given: Any) -> float:
    return float(cast("Quantity", given).magnitude)


def _add_accelerator(draft: Draft, query: Query, catalogue: Catalogue) -> None:
    """Take the hardware: the coefficients were measured on one kind, and another is said to be an extrapolation."""
    hint = "List all: footprint factors accelerators"
    chosen = (
        catalogue.named("accelerator", "accelerators", query.accelerator, hint)
        if query.accelerator
        else cast("dict[str, Any]", catalogue.row("accelerators", _MEASURED_ON))
    )
    if chosen["id"] != _MEASURED_ON:
        draft.warnings.append(
            f"extrapolated: the work of a diffusion was measured on H100, and is taken as the same on {chosen['name']}."
        )
    elif query.accelerator is None:
        draft.assumptions.append(f"made on {chosen['name']}: hosts do not say on what.")
    _add_hardware(draft, catalogue, chosen["id"])


def _by_proxy(
    query: Query,
    catalogue: Catalogue,
    date: datetime.date,
    place: Place | None,
    subject: _Subject,
    kind: _Kind,
    model: Mapping[str, Any],
) -> Draft:
    row = cast("dict[str, Any]", catalogue.row("energy_per_use", kind.proxy))
    draft = _by_figure(query, catalogue, date, place, subject, kind, row)
    basis = "unverified" if model["active_parameters"] is not None else model["parameters_basis"]
    draft.assumptions.insert(
        0, f"{subject.label}: its size is {basis}; the figure for one {kind.made} of open models was taken."
    )
    _call_proxy(draft, subject.label)
    return draft


def _call_proxy(draft: Draft, label: str) -> None:
    draft.quality = "proxy"
    draft.warnings.append(f"proxy: no published figure stands behind {label}.")


# --- other work that tokens do not measure ------------------------------------------------------------


def _by_request(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, model: Mapping[str, Any]
) -> Draft:
    """Settle a model by its measured energy for one request, as for the classes of a picture."""
    rows = catalogue.rows(
        "SELECT * FROM energy_per_use WHERE model = $model AND unit = 'Wh_acc/request' AND value IS NOT NULL "
        "ORDER BY origin = 'overlay' DESC, year DESC NULLS LAST, id LIMIT 1",
        model=model["id"],
    )
    if query.has_tokens:
        raise NotEstimableError(f"{model['name']} is a {model['modality']} model: tokens do not measure its work.")
    if not rows:
        raise NotEstimableError(f"{model['name']}: no measured energy is known ({_BY_HOURS}).")
    host = provider_of(query, place, model["host"])
    draft = Draft(METHODS["requests_accelerator"], "modelled", place, host, date)
    draft.add(catalogue.used(rows[0], name="accelerator_energy_per_request", rung="published per use"))
    add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
    draft.assumptions.append(HOSTS_ADDED)
    draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), _NO_HARDWARE))
    return draft


def _embedding_of_unknown_size(
    query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, model: Mapping[str, Any]
) -> Draft:
    """Settle an embedding whose size is not published by the size that open ones have: a proxy, and wide."""
    (size,) = coefficients(catalogue, ["embedding_parameters_unknown"])
    sized = {**model, "active_parameters": size.value, "total_parameters": size.value, "evidence": size.evidence}
    draft = draft_text(query, catalogue, date, place, sized)
    for name in ("active_parameters", "total_parameters"):
        draft.factors[name] = dataclasses.replace(size, name=name)
    draft.assumptions.insert(
        0,
        f"{model['name']}: its size is {model['parameters_basis']}; that of open embedding models was taken: "
        f"{size.value:g} billion parameters{_within(size)}.",
    )
    _call_proxy(draft, model["name"])
    return draft


def _by_hours(query: Query, catalogue: Catalogue, date: datetime.date, place: Place | None, host: str | None) -> Draft:
    """Settle a query by the hours of the hardware that served it, whatever it made."""
    others = [name for name in (*TOKENS, *MEDIA) if getattr(query, name) is not None]
    if others:
        raise UsageError(f"accelerator-hours say all of the energy: leave out {', '.join(others)}.")
    if query.accelerator is None:
        raise UsageError("accelerator-hours need the type of accelerator: name it with --accelerator, such as h100.")
    hint = "List all: footprint factors accelerators"
    accelerator = catalogue.named("accelerator", "accelerators", query.accelerator, hint)
    if accelerator["rated_power"] is None:
        raise NotEstimableError(
            f"{accelerator['name']}: its power is not published; put it into an overlay (--factors)."
        )
    draft = Draft(METHODS["accelerator_hours"], "modelled", place, provider_of(query, place, host), date)
    draft.add(accelerator_field(catalogue, accelerator, "rated_power", "rated_power", "W_acc/accelerator"))
    add_coefficients(draft, catalogue, {"power_over_rated": "training_power_over_tdp"})
    draft.assumptions.append("mean power: rated power of the chip times that of its server was taken.")
    add_embodied(draft, catalogue, accelerator["id"])
    return draft
