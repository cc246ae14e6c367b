"""Which equations make an estimate, and in which order.

A method is a list of equations over a namespace of named quantities: each equation takes the names of its
parameters and leaves its result under the name that it ``gives``. The same list is evaluated with numbers, draws,
terms and columns, so that a single estimate, a range, an explanation and a batch cannot disagree.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from footprint.physics import facility, impacts, inference, training
from footprint.units import Equation, Quantity, equations


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to the energy of an activity."""

    id: str
    label: str
    #: measured | provider_reported | modelled | proxy
    quality: str
    equations: tuple[Equation, ...]

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
    def unit_of(self) -> dict[str, str]:
        """The unit in which each needed name is declared."""
        return {name: unit for equation in self.equations for name, unit in equation.units.items()}


@dataclass(frozen=True, slots=True)
class Missing:
    """A result that could not be computed, and the names that were not known."""

    result: str
    needs: tuple[str, ...]


def evaluate(
    steps: Iterable[Equation], values: Mapping[str, Quantity]
) -> tuple[dict[str, Quantity], tuple[Missing, ...]]:
    """Apply ``steps`` in order to ``values`` and return all names known at the end, and what was missing.

    A step whose result is already known is passed over: what was stated is never computed again. A step that lacks
    an input leaves its result unknown; nothing is ever filled in.

    Examples
    --------
    >>> given = {"it_energy": Quantity(100.0, "kWh_IT"), "pue": Quantity(1.2, "kWh/kWh_IT")}
    >>> known, missing = evaluate(IMPACTS, given)
    >>> known["facility_energy"]
    <Quantity(120.0, 'kilowatt_hour')>
    >>> [gap.result for gap in missing if "grid_intensity" in gap.needs]
    ['carbon_location', 'carbon_upstream']
    """
    known = dict(values)
    missing = []
    for step in steps:
        if step.gives in known:
            continue
        lacking = tuple(name for name in step.units if name not in known)
        if lacking:
            missing.append(Missing(step.gives, lacking))
        else:
            known[step.gives] = step(**{name: known[name] for name in step.units})
    return known, tuple(missing)


_ = (facility, impacts, inference, training)  # their import declares the equations
_EQUATIONS = equations()


def _steps(*names: str) -> tuple[Equation, ...]:
    return tuple(_EQUATIONS[name] for name in names)


_DECODE = ("decode_energy_per_token", "decode_energy", "decode_it_energy")
_PREFILL = ("serving_it_power", "prefill_it_energy", "attention_it_energy")

METHODS: dict[str, Method] = {
    method.id: method
    for method in (
        Method(
            id="tokens",
            label="parametric model of energy per token, prompt and answer",
            quality="modelled",
            equations=_steps(*_DECODE, *_PREFILL, "it_energy_from_tokens"),
        ),
        Method(
            id="output_tokens",
            label="parametric model of energy per token, answer alone",
            quality="modelled",
            equations=_steps(*_DECODE, "it_energy_from_output_tokens"),
        ),
        Method(
            id="input_tokens",
            label="parametric model of energy per token, prompt alone",
            quality="modelled",
            equations=_steps(*_PREFILL, "it_energy_from_input_tokens"),
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
            id="training_accelerator_hours",
            label="accelerator-hours times mean power at the servers' plugs",
            quality="modelled",
            equations=_steps("accelerator_hours", "mean_power_from_rated", "it_energy_from_accelerator_hours"),
        ),
        Method(
            id="training_accelerator_power",
            label="accelerator-hours times mean power of the accelerators, hosts added",
            quality="modelled",
            equations=_steps(
                "accelerator_hours", "accelerator_energy_from_accelerator_hours", "it_energy_from_accelerators"
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
                "mean_power_from_rated",
                "it_energy_from_accelerator_hours",
            ),
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
            equations=_steps("it_energy_from_facility"),
        ),
        Method(id="metered_it", label="energy metered at the servers' plugs", quality="measured", equations=()),
        Method(
            id="metered_accelerator",
            label="energy metered at the accelerators, hosts added",
            quality="measured",
            equations=_steps("it_energy_from_accelerators"),
        ),
    )
}

#: What follows from the energy, whatever the method: the order is that of the results.
IMPACTS: tuple[Equation, ...] = _steps(
    "facility_energy",
    "carbon_location",
    "carbon_of_losses",
    "accelerator_hours_from_energy",
    "embodied_carbon_per_accelerator",
    "carbon_embodied",
    "water_site",
    "water_grid",
    "water_embodied",
)
