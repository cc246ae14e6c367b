"""Hours of cloud instances: a measured power where there is one, else the host and its accelerators, else the parts."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import itertools
from collections.abc import Mapping
from typing import Any, cast

from footprint.activities import CloudInstance
from footprint.catalogue import Catalogue, FactorUse, Place, stated
from footprint.errors import NotEstimableError, UnknownNameError, UsageError
from footprint.methods import METHODS
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

#: Loads at which the power of an instance was measured, and the columns that hold it.
_MEASURED_LOADS = ((0.0, "idle_power"), (0.1, "p10_power"), (0.5, "p50_power"), (1.0, "max_power"))
_HINT = "Find it with: footprint factors search WORDS; or give --vcpus and --memory of any instance"
#: A board that holds two of what an instance counts as one.
_BOARDS_OF_TWO = ("k80",)
#: Operators that sell hardware, and run no hall.
_NO_HOSTS = ("generic", "nvidia")


def in_own_region(instance: CloudInstance, catalogue: Catalogue) -> CloudInstance:
    """Return the activity with its region read as one of the instance's own cloud, where that has one of the name.

    Two clouds may call a region alike; who names the instance has said which is meant.
    """
    if instance.region is None or instance.instance is None or ":" in instance.region:
        return instance
    row = _row(instance.instance, catalogue)
    id = f"{row['provider']}:{instance.region.strip().casefold()}"
    return dataclasses.replace(instance, region=id) if catalogue.row("regions", id) else instance


def draft_instance(instance: CloudInstance, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle hours of an instance.

    Raises
    ------
    footprint.errors.UnknownNameError : no such instance
    footprint.errors.NotEstimableError : it has accelerators whose power is not known
    """
    row = _row(instance.instance, catalogue) if instance.instance else None
    host = row["provider"] if row is not None and row["provider"] not in _NO_HOSTS else None
    if host and place and place.provider not in (None, host) and not instance.provider:
        raise UsageError(f"{instance.instance} is an instance of {host}, and {place} a region of {place.provider}.")
    draft = Draft(METHODS["instance_parts"], "modelled", place, provider_of(instance, place, host), date)
    _add_load(draft, instance, catalogue)
    accelerator = _accelerator(instance, row, catalogue)
    if row is not None and row["power_boundary"] == "it":
        _by_table(draft, row, catalogue)
    elif row is not None and row["power_boundary"] == "rated":
        _by_rating(draft, row, catalogue)
    else:
        _by_host(draft, instance, row, accelerator, catalogue)
    _add_making(draft, instance, row, accelerator, catalogue)
    if instance.accelerator_power is not None and all(s.gives != "accelerator_power" for s in draft.method.equations):
        if accelerator is None:
            raise UsageError("accelerator_power: the instance has no accelerators; leave it out, or name them.")
        draft.warnings.append("the accelerators' power has no part in the estimate: that of the whole server is known.")
    return draft


def _row(name: str, catalogue: Catalogue) -> dict[str, Any]:
    return catalogue.named("instance", "servers", name, _HINT)


def _add_load(draft: Draft, instance: CloudInstance, catalogue: Catalogue) -> None:
    if instance.utilisation is not None:
        draft.add(stated("load", cast("Quantity", instance.utilisation)))
        return
    (use,) = catalogue.coefficients(["instance_load_unknown"], ["load"])
    draft.add(use)
    draft.assumptions.append(
        f"utilisation was not given: {use.value:g} of the full load ({use.low:g} to {use.high:g}) was taken."
    )


def _accelerator(instance: CloudInstance, row: Mapping[str, Any] | None, catalogue: Catalogue) -> dict[str, Any] | None:
    if instance.accelerator is not None:
        hint = "List all: footprint factors accelerators"
        return catalogue.named("accelerator", "accelerators", instance.accelerator, hint)
    if row is None or not row["accelerators"]:
        return None
    if row["accelerator"] is None:
        raise NotEstimableError(f"{row['id']}: which accelerators it has is not known; give --vcpus and what it has.")
    return catalogue.row("accelerators", row["accelerator"])


# --- the power of an instance ---------------------------------------------------------------------------


def _by_table(draft: Draft, row: Mapping[str, Any], catalogue: Catalogue) -> None:
    """Take the two measured loads around that of the instance: the equation draws the line between them."""
    load = draft.factors["load"].value
    below, above = next((low, high) for low, high in itertools.pairwise(_MEASURED_LOADS) if load <= high[0])
    draft.method = METHODS["instance_measured"]
    spread = "instance_power_assumed" if row["accelerators"] else "instance_power_measured"
    for name, (_, column) in (("lower_power", below), ("upper_power", above)):
        draft.add(_spread(_field(catalogue, row, column, name, "W_IT/server"), spread, catalogue))
    draft.add(defined("lower_load", below[0], ""), defined("load_span", above[0] - below[0], ""))
    if row["accelerators"] and row["note"]:
        draft.warnings.append(f"{row['id']}: {row['note']}.")


def _spread(use: FactorUse | None, id: str, catalogue: Catalogue) -> FactorUse | None:
    """Return a power with bounds; two powers of one server err together."""
    if use is None:
        return None
    (spread,) = coefficients(catalogue, [id])
    low, high = (use.value * float(bound or 1) for bound in (spread.low, spread.high))
    whole = use.id.rpartition(":")[0]
    return dataclasses.replace(use, low=low, high=high, distribution=spread.distribution, drawn=f"{whole}:power")


def _by_rating(draft: Draft, row: Mapping[str, Any], catalogue: Catalogue) -> None:
    draft.method = METHODS["instance_rated"]
    draft.add(_field(catalogue, row, "max_power", "rated_instance_power", "W_IT/server"))
    add_coefficients(draft, catalogue, {"average_over_rated": "server_average_over_rated"})
    draft.assumptions.append("mean power: seven tenths of the rated maximum of the whole server.")
    _without_load(draft)


def _without_load(draft: Draft) -> None:
    """Leave the load out where no equation asks for it, and say so where it was stated."""
    use = draft.factors.pop("load")
    draft.assumptions[:] = [text for text in draft.assumptions if not text.startswith("utilisation")]
    if use.rung == "stated by the user":
        draft.warnings.append("the utilisation has no part in the estimate: the power that is known is a mean.")


def _by_host(
    draft: Draft,
    instance: CloudInstance,
    row: Mapping[str, Any] | None,
    accelerator: Mapping[str, Any] | None,
    catalogue: Catalogue,
) -> None:
    """Take the host's power, measured or from its parts, and add the accelerators' own."""
    measured = row is not None and row["host_power"] is not None
    if row is not None and accelerator is not None and not measured and row["vcpus"] is None:
        _by_accelerators(draft, instance, row, accelerator, catalogue)
        return
    draft.method = METHODS[
        f"instance_{'host' if measured else 'parts'}{'_accelerators' if accelerator is not None else ''}"
    ]
    if measured and row is not None:
        draft.add(
            _spread(_field(catalogue, row, "host_power", "host_power", "W_IT/server"), "host_power_modelled", catalogue)
        )
        draft.assumptions.append("the host's power is a mean, whatever its load.")
        if accelerator is None:
            _without_load(draft)
    else:
        _add_parts(draft, instance, row, catalogue)
    if accelerator is not None:
        _add_accelerators(draft, instance, row, accelerator, catalogue)


def _by_accelerators(
    draft: Draft,
    instance: CloudInstance,
    row: Mapping[str, Any],
    accelerator: Mapping[str, Any],
    catalogue: Catalogue,
) -> None:
    """Take the rated power of the accelerators and the share of a server that goes with it: nothing else is known."""
    if accelerator["rated_power"] is None or instance.accelerator_power is not None:
        raise NotEstimableError(
            f"{row['id']}: neither the power of its host nor its virtual CPUs and memory are known; give them with its "
            "--accelerator, --accelerators and --accelerator-power, in place of its name."
        )
    draft.method = METHODS["instance_accelerators"]
    draft.add(accelerator_field(catalogue, accelerator, "rated_power", "rated_power", "W_acc/accelerator"))
    draft.add(_count(instance, row, accelerator, catalogue))
    add_coefficients(draft, catalogue, {"power_over_rated": "training_power_over_tdp"})
    draft.assumptions.append(
        "nobody published its host: rated power of the chips times that of their server was taken."
    )
    _without_load(draft)


def _add_parts(draft: Draft, instance: CloudInstance, row: Mapping[str, Any] | None, catalogue: Catalogue) -> None:
    if row is not None:
        if row["vcpus"] is None or row["memory"] is None:
            raise NotEstimableError(
                f"{row['id']}: neither its power nor its virtual CPUs and memory are known; give --vcpus and --memory "
                "with its --accelerator, in place of its name."
            )
        vcpus = _field(catalogue, row, "vcpus", "vcpus_per_instance", "vcpu/server")
        # Memory is counted in binary gigabytes by everyone, the coefficient's source included.
        memory = _field(catalogue, row, "memory", "memory_per_instance", "GB/server")
    else:
        count, size = cast("Quantity", instance.vcpus), cast("Quantity", instance.memory)
        vcpus = stated("vcpus_per_instance", Quantity(float(count.m_as("vcpu")), "vcpu/server"))
        memory = stated("memory_per_instance", Quantity(float(size.m_as("GB")), "GB/server"))
    draft.add(vcpus)
    chip = _cpu(instance, row, draft.provider, catalogue)
    for name, column in (("idle_power_per_vcpu", "min_power"), ("full_power_per_vcpu", "max_power")):
        use = catalogue.field_of(
            "cpu_power",
            {**chip, "id": f"{chip['provider']}:{chip['microarchitecture']}"},
            column,
            name=name,
            unit="W_IT/vcpu",
            rung="processor",
        )
        draft.add(use)
    draft.add(_beyond_chip(memory, vcpus, chip, catalogue))
    add_coefficients(draft, catalogue, {"memory_power": "ccf_memory_power"})
    draft.assumptions.append(
        f"nobody measured its power: virtual CPUs ({chip['microarchitecture']}) and memory were taken."
    )


def _cpu(
    instance: CloudInstance, row: Mapping[str, Any] | None, provider: str | None, catalogue: Catalogue
) -> dict[str, Any]:
    """Return the power of a virtual CPU: of the processor that is known, else the mean of the cloud."""
    rows = catalogue.once(("cpu power",), lambda: catalogue.rows("SELECT * FROM cpu_power ORDER BY provider"))
    named = instance.cpu or (row["cpu"] if row is not None else None)
    if named:
        found = catalogue.rows(
            "SELECT microarchitecture, threads FROM cpus WHERE lower(name) = lower($name)", name=named
        )
        kind = (found[0]["microarchitecture"] if found else None) or named
        for chip in rows:
            if _family(chip["microarchitecture"]) == _family(kind):
                _refuse_implausible(chip)
                return {**chip, "threads": found[0]["threads"] if found else None}
        if instance.cpu:
            known = [chip["microarchitecture"] for chip in rows if not chip["microarchitecture"].startswith("Unknown")]
            near = difflib.get_close_matches(instance.cpu, known, 3, 0.4)
            raise UnknownNameError("processor", instance.cpu, near, f"Known: {', '.join(known)}.")
    means = {chip["provider"]: chip for chip in rows if chip["microarchitecture"].startswith("Unknown")}
    return {**means.get(provider or "", means["aws"]), "threads": None}


#: Names of AMD's generations, by which some tables call them.
_GENERATIONS = {"naples": "epyc 1st gen", "rome": "epyc 2nd gen", "milan": "epyc 3rd gen", "genoa": "epyc 4th gen"}


def _family(name: str) -> str:
    folded = name.strip().casefold()
    return _GENERATIONS.get(folded, folded)


def _refuse_implausible(chip: Mapping[str, Any]) -> None:
    if str(chip["note"] or "").startswith("implausible"):
        raise NotEstimableError(
            f"{chip['microarchitecture']}: the only figure, {chip['max_power']:g} W for a virtual CPU, is implausible; "
            "leave the processor out, or put a figure of your own into --factors."
        )


def _beyond_chip(
    memory: FactorUse | None, vcpus: FactorUse | None, chip: Mapping[str, Any], catalogue: Catalogue
) -> Any:
    """Return the memory beyond what the processor was measured with: its share of that goes with the virtual CPUs."""
    if memory is None or vcpus is None or not chip["memory_per_chip"] or not chip["threads"]:
        return memory
    inside = chip["memory_per_chip"] * min(vcpus.value / chip["threads"], 1.0)
    beyond = max(memory.value - inside, 0.0)
    return dataclasses.replace(
        memory,
        value=beyond,
        evidence="derived",
        note=f"{memory.value:g} GB less {inside:.4g} GB that the processor was measured with",
    )


def _add_accelerators(
    draft: Draft,
    instance: CloudInstance,
    row: Mapping[str, Any] | None,
    accelerator: Mapping[str, Any],
    catalogue: Catalogue,
) -> None:
    """Take count and power of the accelerators; an instance whose accelerators have no power is refused."""
    draft.add(_count(instance, row, accelerator, catalogue))
    add_coefficients(draft, catalogue, {"plug_over_accelerator": "plug_over_accelerator"})
    if instance.accelerator_power is not None:
        if "host_power" in draft.factors:
            _without_load(draft)
        return
    if accelerator["idle_power"] is not None and accelerator["max_power"] is not None:
        for name, column in (("accelerator_idle_power", "idle_power"), ("accelerator_full_power", "max_power")):
            draft.add(accelerator_field(catalogue, accelerator, column, name, "W_acc/accelerator"))
    elif accelerator["rated_power"] is not None:
        draft.add(accelerator_field(catalogue, accelerator, "rated_power", "rated_power", "W_acc/accelerator"))
        add_coefficients(
            draft,
            catalogue,
            {"idle_over_rated": "accelerator_idle_over_rated", "full_over_rated": "accelerator_full_over_rated"},
        )
    else:
        raise NotEstimableError(
            f"{instance.instance or 'the instance'} has {accelerator['name']} accelerators, whose power is not "
            "published: without it the estimate would leave out most of the energy; give --accelerator-power."
        )
    draft.assumptions.append("the accelerators' power is on the straight line from idle to full load.")


def _count(
    instance: CloudInstance, row: Mapping[str, Any] | None, accelerator: Mapping[str, Any], catalogue: Catalogue
) -> FactorUse | None:
    if row is None:
        count = cast("Quantity", instance.accelerators)
        return stated("accelerators_per_instance", Quantity(float(count.magnitude), "accelerator/server"))
    use = _field(catalogue, row, "accelerators", "accelerators_per_instance", "accelerator/server")
    if use is not None and accelerator["id"] in _BOARDS_OF_TWO:
        note = "boards: the instance counts their halves"
        use = dataclasses.replace(use, value=use.value / 2, evidence="derived", note=note)
    return use


def _field(
    catalogue: Catalogue, row: Mapping[str, Any], column: str, name: str, unit: str, source: str | None = None
) -> FactorUse | None:
    keyed = {**row, "id": f"{row['provider']}:{row['id']}"}
    use = catalogue.field_of("servers", keyed, column, name=name, unit=unit, rung="instance", source=source)
    counted = column in ("vcpus", "memory", "accelerators")
    return dataclasses.replace(use, distribution="fixed") if use is not None and counted else use


# --- the making of its hardware ---------------------------------------------------------------------------


def _add_making(
    draft: Draft,
    instance: CloudInstance,
    row: Mapping[str, Any] | None,
    accelerator: Mapping[str, Any] | None,
    catalogue: Catalogue,
) -> None:
    """Take the making of the instance's share of a server, else that of its accelerators with their hosts."""
    if accelerator is not None:
        draft.add(_count(instance, row, accelerator, catalogue))
    if row is not None and row["embodied"] is not None:
        draft.add(
            _field(catalogue, row, "embodied", "embodied_instance", "kgCO2e/server", source=row["embodied_source"])
        )
        add_coefficients(draft, catalogue, {"hardware_lifetime": "hardware_lifetime"})
        if accelerator is not None and accelerator["embodied_water"] is not None:
            draft.add(accelerator_field(catalogue, accelerator, "embodied_water", "embodied_water", "L/accelerator"))
        else:
            draft.reasons["water_embodied"] = "no water figure for making its hardware"
    elif accelerator is not None:
        add_embodied(draft, catalogue, accelerator["id"])
    else:
        why = "no figure for making the hardware of the instance"
        draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), why))
