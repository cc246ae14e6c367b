"""Which equations make an estimate, and in which order.

A method is a list of equations over a namespace of named quantities: each equation takes the names of its
parameters and leaves its result under the name that it ``gives``. The same list is evaluated with numbers, draws,
terms and columns, so that a single estimate, a range, an explanation and a batch cannot disagree.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from footprint.errors import DataError
from footprint.physics import (
    facility,
    impacts,
    inference,
    instances,
    media,
    published,
    reading,
    searching,
    training,
    writing,
)
from footprint.units import Equation, Quantity, equations


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to the energy of an activity."""

    id: str
    label: str
    #: measured | provider_reported | modelled | proxy
    quality: str
    equations: tuple[Equation, ...]
    #: the work of others that documents it (sources.id); blank for ours. Such a method is taken by name only.
    published_by: str = ""
    #: figures of the hall and the grid that it takes; None: all
    takes: frozenset[str] | None = None

    @functools.cached_property
    def needs(self) -> tuple[str, ...]:
        """The names that must be given, in the order in which the equations ask for them."""
        known: set[str] = set()
        needed: dict[str, None] = {}
        for equation in self.equations:
            needed.update((name, None) for name in equation.units if name not in known)
            known.add(equation.gives)
        return tuple(needed)

    @functools.cached_property
    def energy_needs(self) -> tuple[str, ...]:
        """Those of the names without which the energy is not known: hardware hours and additions have no part in it."""
        steps = {step.gives: step for step in reversed(self.equations) if step.gives not in step.units}
        needed: dict[str, None] = {}
        waiting = ["it_energy"]
        for name in waiting:
            if name in steps:
                waiting.extend(below for below in steps[name].units if below not in waiting)
            else:
                needed[name] = None
        return tuple(needed)

    @functools.cached_property
    def unit_of(self) -> dict[str, str]:
        """The unit in which each needed name is declared."""
        return {name: unit for equation in self.equations for name, unit in equation.units.items()}


class Missing(NamedTuple):
    """A result that could not be computed, and the names that were not known."""

    result: str
    needs: tuple[str, ...]


def evaluate(
    steps: Iterable[Equation], values: Mapping[str, Quantity]
) -> tuple[dict[str, Quantity], tuple[Missing, ...]]:
    """Apply ``steps`` in order to ``values`` and return all names known at the end, and what was missing.

    A step whose result is already known is passed over: what was stated is never computed again. A step that takes
    its own result brings it up to date, as where failed runs are added to a run. A step that lacks an input leaves its
    result as it was; nothing is ever filled in.

    Examples
    --------
    >>> given = {"it_energy": Quantity(100.0, "kWh_IT"), "pue": Quantity(1.2, "kWh/kWh_IT")}
    >>> known, missing = evaluate(IMPACTS, given)
    >>> known["facility_energy"]
    <Quantity(120.0, 'kilowatt_hour')>
    >>> sorted({gap.result for gap in missing if "grid_intensity" in gap.needs})
    ['carbon_location', 'losses_intensity']
    """
    known = dict(values)
    missing = []
    for step in steps:
        if step.gives in known and step.gives not in step.units:
            continue
        lacking = tuple(name for name in step.units if name not in known)
        if lacking:
            if step.gives not in known:
                missing.append(Missing(step.gives, lacking))
        else:
            try:
                known[step.gives] = step(**{name: known[name] for name in step.units})
            except ZeroDivisionError:
                what = " or ".join(name.replace("_", " ") for name in step.units)
                raise DataError(f"{step.gives.replace('_', ' ')} is without bounds: {what} is 0; mend it.") from None
    return known, tuple(missing)


_ = (
    facility,
    impacts,
    inference,
    instances,
    media,
    published,
    reading,
    searching,
    training,
    writing,
)  # their import declares the equations
_EQUATIONS = equations()


def _steps(*names: str) -> tuple[Equation, ...]:
    return tuple(_EQUATIONS[name] for name in names)


_WRITING = (
    "written_tokens",
    "layers",
    "parameters_read",
    "accelerators_serving",
    "memory_energy_per_token",
    "layer_energy_per_token",
    "computing_energy_per_token",
    "decode_energy_per_token",
    "decode_energy",
    "decode_it_energy",
    "writing_accelerator_hours",
)
_READING = (
    "read_tokens",
    "attention_pairs",
    "prompt_operations",
    "attention_operations",
    "reading_accelerator_hours",
    "reading_it_power",
    "prefill_it_energy",
)
_MEASURED = (
    "written_tokens",
    "measured_energy_per_token",
    "decode_energy",
    "decode_it_energy",
    "writing_accelerator_hours",
)
_IMAGES = ("images", "comparable_images")
_VIDEO = ("video_seconds", "video_work", "comparable_videos")
_ACCELERATORS = (
    "accelerator_idle_power_from_rated",
    "accelerator_full_power_from_rated",
    "accelerator_power_at_load",
    "instance_power_with_accelerators",
)
_INSTANCE = ("it_energy_from_instances", "accelerator_hours_of_instances", "carbon_embodied_of_instances")

METHODS: dict[str, Method] = {
    method.id: method
    for method in (
        Method(
            id="tokens",
            label="parametric model of energy per token, prompt and answer",
            quality="modelled",
            equations=_steps(*_WRITING, *_READING, "it_energy_from_tokens", "accelerator_hours_from_tokens"),
        ),
        Method(
            id="output_tokens",
            label="parametric model of energy per token, answer alone",
            quality="modelled",
            equations=_steps(*_WRITING, "it_energy_from_output_tokens", "accelerator_hours_from_output_tokens"),
        ),
        Method(
            id="input_tokens",
            label="parametric model of energy per token, prompt alone",
            quality="modelled",
            equations=_steps(*_READING, "it_energy_from_input_tokens", "accelerator_hours_from_input_tokens"),
        ),
        Method(
            id="measurement",
            label="measured energy per token of the same model, prompt and answer",
            quality="modelled",
            equations=_steps(*_MEASURED, *_READING, "it_energy_from_tokens", "accelerator_hours_from_tokens"),
        ),
        Method(
            id="measurement_output",
            label="measured energy per token of the same model, answer alone",
            quality="modelled",
            equations=_steps(*_MEASURED, "it_energy_from_output_tokens", "accelerator_hours_from_output_tokens"),
        ),
        Method(
            id="requests_it",
            label="energy per request at the servers' plugs",
            quality="modelled",
            equations=_steps("it_energy_from_requests"),
        ),
        Method(
            id="requests_facility",
            label="energy per request at the building's meter",
            quality="provider_reported",
            equations=_steps("facility_energy_from_requests", "it_energy_from_facility"),
        ),
        Method(
            id="requests_accelerator",
            label="energy per request of the accelerators alone, hosts added",
            quality="modelled",
            equations=_steps("accelerator_energy_from_requests", "it_energy_from_accelerators"),
        ),
        Method(
            id="requests_it_search",
            label="energy per request at the servers' plugs, and of a web search for each",
            quality="modelled",
            equations=_steps("answer_it_energy", "search_facility_energy", "search_it_energy", "it_energy_with_search"),
        ),
        Method(
            id="requests_facility_search",
            label="energy per request at the building's meter, and of a web search for each",
            quality="modelled",
            equations=_steps(
                "answer_facility_energy",
                "search_facility_energy",
                "facility_energy_with_search",
                "it_energy_from_facility",
            ),
        ),
        Method(
            id="images",
            label="parametric model of diffusion: parameters, steps and pixels of a picture",
            quality="modelled",
            equations=_steps(
                "images",
                "image_work",
                "accelerator_energy_from_image_work",
                "it_energy_from_accelerators",
                "making_accelerator_hours",
            ),
        ),
        Method(
            id="images_accelerator",
            label="energy per picture of the accelerators alone, hosts added",
            quality="modelled",
            equations=_steps(
                *_IMAGES, "accelerator_energy_from_images", "it_energy_from_accelerators", "making_accelerator_hours"
            ),
        ),
        Method(
            id="images_it",
            label="energy per picture at the servers' plugs",
            quality="modelled",
            equations=_steps(*_IMAGES, "it_energy_from_images"),
        ),
        Method(
            id="images_facility",
            label="energy per picture at the building's meter",
            quality="modelled",
            equations=_steps(*_IMAGES, "facility_energy_from_images", "it_energy_from_facility"),
        ),
        Method(
            id="video",
            label="parametric model of diffusion: parameters, steps, pixels and frames of a video",
            quality="modelled",
            equations=_steps(
                "video_seconds",
                "video_work",
                "accelerator_energy_from_video_work",
                "it_energy_from_accelerators",
                "making_accelerator_hours",
            ),
        ),
        Method(
            id="video_accelerator",
            label="energy per clip of the accelerators alone, hosts added",
            quality="modelled",
            equations=_steps(
                *_VIDEO, "accelerator_energy_from_videos", "it_energy_from_accelerators", "making_accelerator_hours"
            ),
        ),
        Method(
            id="video_it",
            label="energy per clip at the servers' plugs",
            quality="modelled",
            equations=_steps(*_VIDEO, "it_energy_from_videos"),
        ),
        Method(
            id="video_facility",
            label="energy per clip at the building's meter",
            quality="modelled",
            equations=_steps(*_VIDEO, "facility_energy_from_videos", "it_energy_from_facility"),
        ),
        Method(
            id="accelerator_hours",
            label="accelerator-hours of serving times mean power at the servers' plugs",
            quality="modelled",
            equations=_steps("mean_power_from_rated", "it_energy_from_accelerator_hours"),
        ),
        Method(
            id="training_accelerator_hours",
            label="accelerator-hours times mean power at the servers' plugs",
            quality="modelled",
            equations=_steps(
                "accelerator_hours",
                "accelerator_hours_of_all_runs",
                "mean_power_from_rated",
                "it_energy_from_accelerator_hours",
                "it_energy_with_idle_reserve",
            ),
        ),
        Method(
            id="training_accelerator_power",
            label="accelerator-hours times mean power of the accelerators, hosts added",
            quality="modelled",
            equations=_steps(
                "accelerator_hours",
                "accelerator_hours_of_all_runs",
                "accelerator_energy_from_accelerator_hours",
                "it_energy_from_accelerators",
                "it_energy_with_idle_reserve",
            ),
        ),
        Method(
            id="training_operations",
            label="operations over achieved throughput times mean power at the servers' plugs",
            quality="modelled",
            equations=_steps(
                "operations",
                "throughput",
                "accelerator_hours_from_operations",
                "accelerator_hours_of_all_runs",
                "mean_power_from_rated",
                "it_energy_from_accelerator_hours",
                "it_energy_with_idle_reserve",
            ),
        ),
        Method(
            id="instance_measured",
            label="measured power of the instance at its load, times hours",
            quality="modelled",
            equations=_steps("instance_hours", "instance_power_at_load", *_INSTANCE),
        ),
        Method(
            id="instance_rated",
            label="rated power of the server, times hours",
            quality="modelled",
            equations=_steps("instance_hours", "instance_power_from_rated", *_INSTANCE),
        ),
        Method(
            id="instance_host",
            label="mean power of the host, times hours",
            quality="modelled",
            equations=_steps("instance_hours", "instance_power_without_accelerators", *_INSTANCE),
        ),
        Method(
            id="instance_host_accelerators",
            label="mean power of the host and that of its accelerators, times hours",
            quality="modelled",
            equations=_steps("instance_hours", *_ACCELERATORS, *_INSTANCE),
        ),
        Method(
            id="instance_accelerators",
            label="rated power of the accelerators with their share of a server, times hours",
            quality="modelled",
            equations=_steps(
                "instance_hours",
                "accelerator_hours_of_instances",
                "mean_power_from_rated",
                "it_energy_from_accelerator_hours",
                "carbon_embodied_of_instances",
            ),
        ),
        Method(
            id="instance_parts",
            label="power of virtual CPUs and memory, times hours",
            quality="modelled",
            equations=_steps(
                "instance_hours", "host_power_from_parts", "instance_power_without_accelerators", *_INSTANCE
            ),
        ),
        Method(
            id="instance_parts_accelerators",
            label="power of virtual CPUs, memory and accelerators, times hours",
            quality="modelled",
            equations=_steps("instance_hours", "host_power_from_parts", *_ACCELERATORS, *_INSTANCE),
        ),
        Method(
            id="it_power",
            label="IT power times hours",
            quality="modelled",
            equations=_steps("it_energy_from_power"),
        ),
        Method(
            id="metered_facility",
            label="energy metered at the building",
            quality="measured",
            equations=_steps("facility_energy_of_all_runs", "it_energy_from_facility"),
        ),
        Method(
            id="metered_it",
            label="energy metered at the servers' plugs",
            quality="measured",
            equations=_steps("it_energy_of_all_runs", "it_energy_with_idle_reserve"),
        ),
        Method(
            id="metered_both",
            label="energy metered at the building and at the servers' plugs",
            quality="measured",
            equations=_steps("pue_from_meters"),
        ),
        Method(
            id="metered_accelerator",
            label="energy metered at the accelerators, hosts added",
            quality="measured",
            equations=_steps("it_energy_from_accelerators", "it_energy_of_all_runs", "it_energy_with_idle_reserve"),
        ),
    )
}

#: Accelerator-hours as they were stated, or from operations.
_HOURS = (
    "accelerator_hours",
    "operations",
    "throughput",
    "accelerator_hours_from_operations",
    "accelerator_hours_of_all_runs",
)
_JOB = (
    "instance_hours",
    "accelerator_hours_of_instances",
    "host_power_from_memory",
    "instance_power_with_accelerators",
    "it_energy_from_instances",
    "it_energy_of_all_runs",
)


def _published(
    id: str, source: str, label: str, equations: tuple[str, ...], takes: tuple[str, ...] = ()
) -> tuple[str, Method]:
    method = Method(
        id=id,
        label=label,
        quality="modelled",
        equations=_steps(*equations),
        published_by=source,
        takes=frozenset(takes),
    )
    return id, method


#: Methods that others document, with their own coefficients: to be set beside ours, never a default.
PUBLISHED: dict[str, Method] = dict(
    (
        _published(
            "ecologits",
            "ecologits",
            "EcoLogits: fitted energy per token and accelerator, host by latency",
            (
                "written_tokens",
                "token_energy_per_accelerator",
                "decode_energy_per_token_of_all",
                "decode_energy",
                "token_latency",
                "accelerator_hours_from_latency",
                "host_it_energy",
                "it_energy_with_hosts",
            ),
            takes=("pue", "wue_site", "wue_grid", "grid_intensity"),
        ),
        _published(
            "epoch",
            "epoch2025",
            "Epoch AI: operations of the answer over a tenth of the peak, at mean server power",
            (
                "written_tokens",
                "operations_of_answers",
                "throughput",
                "accelerator_hours_from_operations",
                "mean_power_from_server",
                "it_energy_from_accelerator_hours",
            ),
            takes=("pue",),
        ),
        _published(
            "jegham",
            "jegham2025",
            "Jegham et al.: energy per request from the speed of an API, for the prompt nearest in size",
            ("written_tokens_of_requests", "facility_energy_from_requests"),
        ),
        _published(
            "roofline",
            "footprint_judgement",
            "roofline: reading the weights alone, a lower bound",
            (
                "written_tokens",
                "parameters_read",
                "roofline_energy_per_token",
                "decode_energy",
                "decode_it_energy",
                "it_energy_from_output_tokens",
            ),
        ),
        _published(
            "patterson",
            "patterson2021",
            "Patterson et al.: accelerator-hours times measured system power",
            (*_HOURS, "it_energy_from_accelerator_hours"),
            takes=("pue", "grid_intensity"),
        ),
        _published(
            "ml_co2_impact",
            "mlco2_impact",
            "ML CO2 Impact: rated power of the accelerators times hours",
            (*_HOURS, "accelerator_energy_from_accelerator_hours", "it_energy_from_accelerators"),
            takes=("grid_intensity",),
        ),
        _published(
            "green_algorithms",
            "green_algorithms",
            "Green Algorithms: rated power and memory times hours, on a server of one's own",
            _JOB,
            takes=("pue", "grid_intensity"),
        ),
        _published(
            "green_algorithms_cloud",
            "green_algorithms",
            "Green Algorithms: rated power and memory times hours, in a cloud",
            _JOB,
            takes=("pue", "grid_intensity"),
        ),
        _published(
            "cloud_carbon_footprint",
            "ccf_app",
            "Cloud Carbon Footprint: processors, accelerators and memory of the instance at half load",
            (
                "instance_hours",
                "accelerator_hours_of_instances",
                "host_power_from_parts",
                "accelerator_power_at_load",
                "instance_power_with_accelerators",
                "it_energy_from_instances",
                "carbon_embodied_of_instances",
            ),
            takes=("grid_intensity",),
        ),
        _published(
            "boaviztapi",
            "boaviztapi_2_5_0",
            "BoaviztAPI: the instance without its accelerators, and the making of all of it",
            (
                "instance_hours",
                "accelerator_hours_of_instances",
                "instance_power_with_accelerators",
                "it_energy_from_instances",
                "carbon_embodied_of_instances",
            ),
            takes=("grid_intensity",),
        ),
        _published(
            "llmcarbon",
            "llmcarbon2024",
            "LLMCarbon: operations over peak and efficiency, at system power",
            (*_HOURS, "it_energy_from_accelerator_hours"),
            takes=("pue", "grid_intensity"),
        ),
        _published(
            "codecarbon",
            "codecarbon",
            "CodeCarbon: what the accelerators draw, without a reading of the rest of the machine",
            (*_HOURS, "accelerator_energy_from_accelerator_hours", "it_energy_from_accelerators"),
            takes=("pue", "grid_intensity"),
        ),
    )
)

#: What follows from the energy, whatever the method: the order is that of the results.
IMPACTS: tuple[Equation, ...] = _steps(
    "facility_energy",
    "carbon_location_by_profile",
    "carbon_location",
    "market_intensity",
    "carbon_market",
    "embodied_carbon_per_accelerator",
    "carbon_embodied",
    "losses_intensity_by_profile",
    "losses_intensity",
    "upstream_losses",
    "fuel_chain_intensity",
    "carbon_upstream",
    "water_site",
    "water_grid",
    "water_embodied",
    "water_site_withdrawn",
    "water_grid_withdrawn",
    "water_stress",
)
#: A share of the model's training, where one is asked for: a line of its own, never part of the others.
TRAINING_SHARE: tuple[Equation, ...] = _steps("energy_training_share", "carbon_training_share")
#: Key figures of a hall, where its meters give them.
INDICATORS: tuple[Equation, ...] = _steps("wue_input", "renewable_energy_factor", "energy_reuse_factor")
