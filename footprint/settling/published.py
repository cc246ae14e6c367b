"""Activities by the methods that others document, with their own coefficients: to be set beside ours.

A term that such a method does not count is left out by name, with the value that changes nothing, so that its equations
stay those of everyone and a comparison can say which term makes the difference.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from footprint.activities import Activity, Query, TrainingRun
from footprint.catalogue import Catalogue, FactorUse, Place, stated
from footprint.errors import FootprintError
from footprint.methods import IMPACTS, Method
from footprint.settling.draft import (
    INPUT_RUNG,
    KINDS,
    Draft,
    accelerator_field,
    add_coefficients,
    defined,
    left_out,
    not_covered,
    provider_of,
)
from footprint.settling.query import Subject, subject_of
from footprint.settling.text import draft_text
from footprint.settling.training import draft_training
from footprint.units import Quantity

#: Figures of the hall and the grid that a user may state.
_STATED = ("pue", "wue_site", "wue_grid", "grid_intensity")
_OF_METHOD = "coefficient of the method"


def draft_published(
    activity: Activity, method: Method, catalogue: Catalogue, date: datetime.date, place: Place | None
) -> Draft:
    """Settle an activity by a method of others.

    Raises
    ------
    footprint.errors.NotEstimableError : the method does not cover the activity; the message says what it would need
    """
    takes = method.takes or frozenset()
    if isinstance(activity, Query) and method.id in _QUERIES:
        draft = _QUERIES[method.id](_asked(activity, method, catalogue, date, place))
    elif isinstance(activity, TrainingRun) and method.id in _RUNS:
        draft = _RUNS[method.id](_run(activity, method, catalogue, date, place))
    else:
        needs = (
            "a query by the tokens of a model" if method.id in _QUERIES else "a training run by accelerators and hours"
        )
        raise not_covered(method.id, KINDS[activity.kind], needs)
    unused = [name for name in activity.amounts() if name in _STATED and name not in takes]
    if unused:
        draft.warnings.append(f"{', '.join(unused)}: not used, the method knows no such figure.")
    source = catalogue.source(method.published_by)
    draft.assumptions.insert(
        0, f"by a method of others, with its own coefficients: {source.citation if source else ''}"
    )
    if "grid_intensity" in takes and "grid_intensity" not in {*draft.factors, *activity.amounts()}:
        _add_grid(draft, catalogue)
    silent = "the method gives none"
    results = (step.gives for step in IMPACTS if step.gives != "facility_energy")
    draft.reasons = {**dict.fromkeys(results, silent), **draft.reasons}
    draft.only = frozenset(draft.factors) | takes
    return draft


#: Methods whose table of grids stands under another's name.
_SAME_GRIDS = {"green_algorithms_cloud": "green_algorithms"}
#: Methods that name no table of their own, and take the average of the place.
_ANY_GRID = ("patterson", "llmcarbon")


def _add_grid(draft: Draft, catalogue: Catalogue) -> None:
    """Take the method's own factor for the grid, where the catalogue has it; else the place's, and say so."""
    if draft.place is None or draft.method.id in _ANY_GRID:
        return
    own = _SAME_GRIDS.get(draft.method.id, draft.method.id)
    rows = catalogue.rows(
        "SELECT f.*, above.depth FROM factors AS f JOIN ancestors AS above ON above.zone = f.zone "
        "WHERE f.kind = 'grid_method_reference' AND f.subject = $method AND above.place = $place ORDER BY above.depth",
        method=own,
        place=draft.place.id,
    )
    rows = [row for row in rows if row["evidence"] != "unverified" or catalogue.allow_unverified]
    if rows:
        draft.add(catalogue.used(rows[0], name="grid_intensity", rung="grid factor of the method"))
    else:
        draft.assumptions.append(f"its own grid factor for {draft.place} is not in the catalogue: ours was taken.")


# --- queries ------------------------------------------------------------------------------------------


class _Asked(NamedTuple):
    query: Query
    method: Method
    catalogue: Catalogue
    place: Place | None
    date: datetime.date
    subject: Subject
    model: Mapping[str, Any]

    def draft(self) -> Draft:
        return Draft(
            self.method, "modelled", self.place, provider_of(self.query, self.place, self.model["host"]), self.date
        )


def _asked(query: Query, method: Method, catalogue: Catalogue, date: datetime.date, place: Place | None) -> _Asked:
    if query.model is None:
        raise not_covered(method.id, "a query without a model", "the name of a model")
    subject = subject_of(query, catalogue, date)
    if subject.model is None:
        raise not_covered(method.id, subject.name, "the name of a model: the product runs on several")
    written = (query.output_tokens, query.reasoning_tokens)
    if not any(cast("Quantity", tokens).magnitude > 0 for tokens in written if tokens is not None):
        raise not_covered(method.id, f"a query to {subject.name} without an answer", "--output-tokens")
    return _Asked(query, method, catalogue, place, date, subject, subject.model)


def _of_model(asked: _Asked, *names: str, hardware: bool = False) -> list[FactorUse]:
    """Return what our own model of energy per token knows about a model and what serves it."""
    query = dataclasses.replace(
        asked.query,
        method=None,
        input_tokens=None,
        cached_tokens=None,
        cache_write_tokens=None,
        accelerator=asked.query.accelerator if hardware else None,
        batch_size=asked.query.batch_size if hardware else None,
    )
    ours = draft_text(query, asked.catalogue, asked.date, asked.place, asked.model)
    return [ours.factors[name] for name in (*names, *_NONE) if name in ours.factors]


#: Tokens of which a query may have none: our own settling says so.
_NONE = ("reasoning_tokens", "output_tokens")


def _say_unread(draft: Draft, query: Query) -> None:
    if any(getattr(query, name) is not None for name in ("input_tokens", "cached_tokens", "cache_write_tokens")):
        draft.warnings.append("the method counts no tokens that are read.")


#: Makers of models for which EcoLogits has a host of its own; the others run at its host of open models.
_ECOLOGITS_HOSTS = {
    "Anthropic": "anthropic",
    "Cohere": "cohere",
    "Google": "google",
    "Mistral AI": "mistral",
    "OpenAI": "openai",
}


def _ecologits(asked: _Asked) -> Draft:
    draft, catalogue = asked.draft(), asked.catalogue
    draft.add(*_of_model(asked, "active_parameters", "total_parameters", "reference_batch"))
    host = _ECOLOGITS_HOSTS.get(str(asked.model["maker"]), "huggingface")
    add_coefficients(
        draft,
        catalogue,
        {
            "token_energy_slope": "ecologits_gpu_energy_alpha",
            "token_energy_batch_ratio": "ecologits_gpu_energy_batch_ratio",
            "token_energy_floor": "ecologits_gpu_energy_gamma",
            "batch_size": "ecologits_batch_size",
            "token_latency_slope": "ecologits_latency_alpha",
            "token_latency_per_request": "ecologits_latency_beta",
            "token_latency_floor": "ecologits_latency_gamma",
            "host_power": "ecologits_host_power",
            "accelerators_per_server": "ecologits_server_gpus",
            "card": "ecologits_gpu_embodied",
            "host": "ecologits_server_embodied_no_gpu",
            "hardware_lifetime": "ecologits_hardware_lifetime",
            "pue": f"ecologits_pue_{host}",
            "wue_site": f"ecologits_wue_onsite_{host}",
        },
    )
    draft.add(_ecologits_accelerators(draft, catalogue), left_out("it_over_accelerator", 1.0, "kWh_IT/kWh_acc"))
    draft.factors.pop("total_parameters")
    _say_unread(draft, asked.query)
    return draft


def _ecologits_accelerators(draft: Draft, catalogue: Catalogue) -> FactorUse:
    """Return how many accelerators hold a model in that method: the next power of two that its memory asks for."""
    ids = ("ecologits_memory_overhead", "ecologits_quantisation", "ecologits_gpu_memory")
    overhead, weight, memory = catalogue.coefficients(ids, ids)
    size = draft.factors["total_parameters"]
    needed = (overhead.quantity * weight.quantity * size.quantity / memory.quantity).m_as("accelerator")
    # A hair above a whole number is the noise of the machine, not one more accelerator.
    whole = math.ceil(round(float(needed), 9))
    return dataclasses.replace(
        memory,
        id="ecologits_accelerators",
        name="accelerators_serving",
        value=float(2 ** math.ceil(math.log2(max(whole, 1)))),
        unit="accelerator",
        evidence="derived",
        note=f"next power of two of {needed:.3g} accelerators: {overhead.value:g} x {weight.value:g} B x "
        f"{size.value:g} billion over {memory.value:g} GB",
    )


def _epoch(asked: _Asked) -> Draft:
    draft = asked.draft()
    draft.add(*_of_model(asked, "active_parameters"))
    add_coefficients(
        draft,
        asked.catalogue,
        {
            "forward_operations_per_parameter_token": "inference_flop_per_param_token",
            "peak_throughput": "prefill_peak_h100",
            "utilisation": "inference_flop_utilisation",
            "rated_server_power": "dgx_h100_w_per_gpu",
            "average_over_rated": "average_to_rated_power",
            "pue": "epoch_pue",
        },
    )
    _say_unread(draft, asked.query)
    return draft


def _roofline(asked: _Asked) -> Draft:
    draft = asked.draft()
    add_coefficients(draft, asked.catalogue, {"bandwidth_efficiency": "roofline_efficiency"})
    known = ("active_parameters", "total_parameters", "batch_size", "reference_batch", "weight_size", "rated_power")
    draft.add(*_of_model(asked, *known, "memory_bandwidth", hardware=True))
    draft.add(defined("tokens_per_step", 1.0, "token/request"))
    draft.add(left_out("it_over_accelerator", 1.0, "kWh_IT/kWh_acc"), left_out("pue", 1.0, "kWh/kWh_IT"))
    draft.assumptions.append("a lower bound: no caches of the requests, no arithmetic, no waiting, no hosts, no hall.")
    _say_unread(draft, asked.query)
    return draft


def _jegham(asked: _Asked) -> Draft:
    draft, catalogue, query = asked.draft(), asked.catalogue, asked.query
    rows = catalogue.rows(
        "SELECT * FROM energy_per_use WHERE model = $model AND source LIKE 'jegham2025%' AND value IS NOT NULL "
        "AND output_tokens > 0 AND unit = 'Wh/request' ORDER BY source, id",
        model=asked.model["id"],
    )
    if not rows:
        raise not_covered(
            "jegham", asked.subject.name, "the speed of its API, or a row of the model in energy_per_use (--factors)"
        )
    written = sum(
        float(cast("Quantity", tokens).magnitude)
        for tokens in (query.output_tokens, query.reasoning_tokens)
        if tokens is not None
    ) / max(float(cast("Quantity", query.requests).magnitude), 1.0)
    row = min(rows, key=lambda row: abs(math.log(row["output_tokens"] / written)))
    catalogue.refuse_unverified(row, row["id"])
    rung = "published for a prompt of this kind"
    use = catalogue.used(row, name="facility_energy_per_request", rung=rung)
    tokens = dataclasses.replace(
        use,
        id=f"energy_per_use:{row['id']}:output_tokens",
        name="written_tokens_per_request",
        value=float(row["output_tokens"]),
        unit="token/request",
        low=None,
        high=None,
        distribution="fixed",
    )
    draft.add(use, tokens)
    draft.printed = use
    draft.assumptions.append(
        f"the published prompt nearest in size: {row['input_tokens']:g} tokens read, {row['output_tokens']:g} written."
    )
    draft.reasons["it_energy"] = "the PUE inside the figure is not printed with it"
    return draft


_QUERIES: dict[str, Callable[[_Asked], Draft]] = {
    "ecologits": _ecologits,
    "epoch": _epoch,
    "jegham": _jegham,
    "roofline": _roofline,
}


# --- training runs --------------------------------------------------------------------------------------


class _Run(NamedTuple):
    run: TrainingRun
    method: Method
    catalogue: Catalogue
    #: the row of a published run, and the accelerator
    row: Mapping[str, Any] | None
    accelerator: Mapping[str, Any] | None
    #: the same run by our own method: its inputs, its place and its date
    ours: Draft

    @property
    def what(self) -> str:
        return str(self.row["name"]) if self.row else "this training run"

    def needs(self, what: str) -> FootprintError:
        return not_covered(self.method.id, self.what, what)

    def draft(self) -> Draft:
        return Draft(self.method, "modelled", self.ours.place, self.ours.provider, self.ours.date)

    def given(self, name: str) -> FactorUse | None:
        """Return an input as the user stated it, else as the publisher of the run did."""
        quantity = self.run.amounts().get(name)
        if quantity is not None:
            return stated(name, quantity)
        return self.ours.factors.get(name) or self._published(name)

    def _published(self, name: str) -> FactorUse | None:
        columns = {"accelerators": "accelerator", "hours": "h", "accelerator_hours": "acc_h"}
        if self.row is None or name not in columns or self.run.amounts():
            return None
        row = dict(self.row)
        return self.catalogue.field_of("training_runs", row, name, name=name, unit=columns[name], rung=INPUT_RUNG)

    def power(self, name: str) -> FactorUse:
        """Return the rated power of the accelerator under the name that the equations give it."""
        if self.accelerator is not None:
            use = accelerator_field(self.catalogue, self.accelerator, "rated_power", name, "W_acc/accelerator")
            if use is not None:
                return use
        raise self.needs("the type of accelerator, for its rated power (--accelerator)")


def _run(run: TrainingRun, method: Method, catalogue: Catalogue, date: datetime.date, place: Place | None) -> _Run:
    row = catalogue.named("run", "training_runs", run.run, "List all: footprint factors runs") if run.run else None
    accelerator = None
    if run.accelerator:
        hint = "List all: footprint factors accelerators"
        accelerator = catalogue.named("accelerator", "accelerators", run.accelerator, hint)
    elif row and row["accelerator"]:
        accelerator = catalogue.row("accelerators", row["accelerator"])
    if run.energy is not None:
        raise not_covered(method.id, "a metered run", "accelerators and hours instead of the meter's reading")
    ours = draft_training(dataclasses.replace(run, method=None), catalogue, date, place)
    return _Run(run, method, catalogue, row, accelerator, ours)


#: What leads to accelerator-hours, in the order in which the equations take it.
_TO_HOURS = (
    "accelerator_hours",
    "accelerators",
    "hours",
    "operations",
    "parameters",
    "training_tokens",
    "training_operations_per_parameter_token",
    "throughput",
    "peak_throughput",
    "utilisation",
)


def _add_hours(draft: Draft, asked: _Run) -> None:
    draft.add(*(asked.given(name) for name in _TO_HOURS))
    known = set(draft.factors)
    computed = {"operations", "throughput"} <= known or {"parameters", "training_tokens"} <= known
    if not ("accelerator_hours" in known or {"accelerators", "hours"} <= known or computed):
        raise asked.needs("accelerator-hours (--count with --hours, or --accelerator-hours)")


def _add_hall(draft: Draft, asked: _Run, *names: str) -> None:
    """Take what the publisher of the run states about its hall and grid, where the method takes such figures."""
    draft.add(*(asked.ours.factors.get(name) for name in names))


def _measured_power(asked: _Run, *sources: str) -> FactorUse:
    """Return the measured power of a whole server for each accelerator: as stated, of the run, or of another one."""
    use = asked.given("mean_power")
    if use is not None:
        return use
    accelerator = asked.accelerator
    rows = asked.catalogue.rows(
        "SELECT runs.*, accelerators.name AS chip FROM training_runs AS runs "
        "JOIN accelerators ON accelerators.id = runs.accelerator "
        "WHERE runs.power IS NOT NULL AND runs.power_boundary = 'it' AND list_contains($sources, runs.source) "
        "ORDER BY list_position($sources, runs.source), runs.id",
        sources=list(sources),
    )
    for row in rows:
        if accelerator is not None and _chip(row["chip"]) == _chip(accelerator["name"]):
            found = asked.catalogue.field_of(
                "training_runs",
                row,
                "power",
                name="mean_power",
                unit="W_IT/accelerator",
                rung="measured in another run",
            )
            if found is not None:
                return found
    raise asked.needs("the measured power of the whole server for each accelerator (--mean-power)")


def _chip(name: str) -> str:
    """Return the name of an accelerator without the size of its memory.

    >>> _chip("NVIDIA Tesla V100 SXM2 32GB"), _chip("NVIDIA L4")
    ('NVIDIA Tesla V100 SXM2', 'NVIDIA L4')
    """
    head, _, tail = name.rpartition(" ")
    return head if tail.endswith("GB") else name


def _patterson(asked: _Run) -> Draft:
    draft = asked.draft()
    _add_hours(draft, asked)
    draft.add(_measured_power(asked, "patterson2021"))
    _add_hall(draft, asked, "pue", "grid_intensity")
    return draft


def _ml_co2_impact(asked: _Run) -> Draft:
    draft = asked.draft()
    _add_hours(draft, asked)
    draft.add(asked.power("accelerator_power"))
    draft.add(left_out("it_over_accelerator", 1.0, "kWh_IT/kWh_acc"), left_out("pue", 1.0, "kWh/kWh_IT"))
    return draft


def _codecarbon(asked: _Run) -> Draft:
    draft = asked.draft()
    _add_hours(draft, asked)
    reading = asked.given("accelerator_power")
    draft.add(reading or asked.power("accelerator_power"))
    if reading is None:
        draft.assumptions.append(
            "the tool reads the accelerators while they run, and cannot estimate ahead: their rated power stands in."
        )
    draft.add(left_out("it_over_accelerator", 1.0, "kWh_IT/kWh_acc"))
    if asked.run.pue is None:
        draft.add(left_out("pue", 1.0, "kWh/kWh_IT"))
    return draft


def _llmcarbon(asked: _Run) -> Draft:
    draft, catalogue, row = asked.draft(), asked.catalogue, asked.row
    model = asked.run.model or (row["model"] if row else None)
    sizes = catalogue.model(model) if model else None
    parameters, tokens = (asked.given(name) for name in ("parameters", "training_tokens"))
    if parameters is None and sizes is not None:
        parameters = catalogue.field_of(
            "models", dict(sizes), "active_parameters", name="parameters", unit="Gparameter", rung="size of the model"
        )
    if tokens is None and row is not None:
        tokens = catalogue.field_of(
            "training_runs", dict(row), "tokens", name="training_tokens", unit="token", rung=INPUT_RUNG
        )
    operations = asked.given("operations")
    if parameters is not None and tokens is not None:
        draft.add(parameters, tokens)
        add_coefficients(draft, catalogue, {"training_operations_per_parameter_token": "training_flop_per_param_token"})
    elif operations is not None:
        draft.add(operations)
    else:
        raise asked.needs("parameters and training tokens (--parameters, --tokens), or operations (--flop)")
    efficiency = asked.given("utilisation")
    if efficiency is None and row is not None:
        efficiency = catalogue.field_of(
            "training_runs", dict(row), "utilisation", name="utilisation", unit="", rung=INPUT_RUNG
        )
    peak = (
        accelerator_field(catalogue, asked.accelerator, "fp16_dense", "peak_throughput", "TFLOP/s/accelerator")
        if asked.accelerator
        else None
    )
    if efficiency is None or peak is None:
        raise asked.needs("the type of accelerator and the efficiency that its layout reaches (--utilisation)")
    draft.add(efficiency, peak, _measured_power(asked, "patterson2021", "llmcarbon2024"))
    _add_hall(draft, asked, "pue", "grid_intensity")
    _add_dies(draft, asked)
    return draft


def _add_dies(draft: Draft, asked: _Run) -> None:
    """Take what the method counts of making an accelerator: the die by its area, in carbon dioxide alone."""
    rows = asked.catalogue.rows(
        "SELECT *, 'accelerator_embodied:' || accelerator AS id, 'kgCO2e/accelerator' AS unit "
        "FROM accelerator_embodied WHERE accelerator = $id AND source = 'llmcarbon2024'",
        id=(asked.accelerator or {}).get("id"),
    )
    if not rows:
        return
    draft.add(asked.catalogue.used(rows[0], name="embodied_carbon", rung="accelerator"))
    add_coefficients(draft, asked.catalogue, {"hardware_lifetime": "llmcarbon_lifetime"})
    draft.warnings.append("its figure for hardware is the die alone, and counts carbon dioxide alone.")


# --- training runs by jobs and instances -----------------------------------------------------------------


def _green_algorithms(asked: _Run) -> Draft:
    draft = _job(asked)
    add_coefficients(draft, asked.catalogue, {"pue": "green_algorithms_default_pue"})
    return draft


def _green_algorithms_cloud(asked: _Run) -> Draft:
    draft, catalogue = _job(asked), asked.catalogue
    rows = catalogue.rows("SELECT id FROM factors WHERE starts_with(id, 'green_algorithms_pue_') ORDER BY id")
    known = [str(row["id"]).removeprefix("green_algorithms_pue_") for row in rows]
    if draft.provider not in known:
        raise asked.needs(f"a cloud of its table (--provider): {', '.join(known)}")
    add_coefficients(draft, catalogue, {"pue": f"green_algorithms_pue_{draft.provider}"})
    return draft


def _job(asked: _Run) -> Draft:
    draft = asked.draft()
    accelerators, hours = _count_and_hours(asked)
    draft.add(
        defined("instances", 1.0, "server"),
        hours,
        dataclasses.replace(accelerators, name="accelerators_per_instance", unit="accelerator/server"),
        asked.power("accelerator_power"),
        left_out("plug_over_accelerator", 1.0, "W_IT/W_acc"),
    )
    names = {
        "memory_per_instance": "green_algorithms_default_memory",
        "memory_power": "green_algorithms_memory_power",
    }
    add_coefficients(draft, asked.catalogue, names)
    use = draft.factors["memory_per_instance"]
    draft.assumptions.append(f"{use.value:g} GB of memory, the preset of its form; processors are not counted.")
    return draft


#: Clouds whose instances these methods know, the best known first.
_CLOUDS = ("aws", "azure", "gcp")


def _count_and_hours(asked: _Run) -> tuple[FactorUse, FactorUse]:
    accelerators, hours = asked.given("accelerators"), asked.given("hours")
    if accelerators is None or hours is None:
        raise asked.needs("the number of accelerators and the hours, each (--count, --hours)")
    return accelerators, hours


def _instance(asked: _Run, *needed: str) -> tuple[dict[str, Any], FactorUse, FactorUse]:
    """Return the cloud instance that holds the accelerators of a run, how many of it, and the hours."""
    accelerators, hours = _count_and_hours(asked)
    chip = asked.accelerator
    found = asked.catalogue.rows(
        "SELECT servers.*, cpus.microarchitecture FROM servers LEFT JOIN cpus ON cpus.name = servers.cpu "
        "WHERE accelerator = $chip AND accelerators IS NOT NULL AND list_contains($providers, provider) "
        "ORDER BY accelerators DESC, list_position($providers, provider), servers.id",
        chip=chip["id"] if chip else None,
        providers=sorted(_CLOUDS, key=lambda provider: provider != asked.ours.provider),
    )
    rows = [row for row in found if all(row[column] is not None for column in needed)]
    count = accelerators.value
    row = next((row for row in rows if count >= row["accelerators"] and count % row["accelerators"] == 0), None)
    if row is None:
        of = f"{count:g} x {chip['name']}" if chip else "accelerators of a type that is named (--accelerator)"
        raise asked.needs(f"a cloud instance with {of} in its tables")
    instances = dataclasses.replace(
        accelerators, name="instances", value=count / row["accelerators"], unit="server", low=None, high=None
    )
    return row, instances, hours


def _add_instance(draft: Draft, asked: _Run, row: Mapping[str, Any], instances: FactorUse, hours: FactorUse) -> None:
    draft.add(instances, hours, left_out("plug_over_accelerator", 1.0, "W_IT/W_acc"))
    draft.add(_of_server(asked, row, "accelerators", "accelerators_per_instance", "accelerator/server"))
    draft.assumptions.append(f"as {instances.value:g} x {row['id']} of {row['provider']}.")


def _of_server(asked: _Run, row: Mapping[str, Any], column: str, name: str, unit: str) -> FactorUse | None:
    return asked.catalogue.field_of("servers", dict(row), column, name=name, unit=unit, rung="cloud instance")


def _cloud_carbon_footprint(asked: _Run) -> Draft:
    draft, catalogue = asked.draft(), asked.catalogue
    row, instances, hours = _instance(asked, "platform_embodied", "microarchitecture")
    chip = cast("Mapping[str, Any]", asked.accelerator)
    processors = catalogue.rows(
        "SELECT *, microarchitecture AS id FROM cpu_power WHERE microarchitecture = $name AND evidence <> 'unverified'",
        name=row["microarchitecture"],
    )
    if not processors or chip["idle_power"] is None or chip["max_power"] is None:
        raise asked.needs(f"the power of {row['cpu'] or 'the processors'} and of {chip['name']}, idle and at full load")
    _add_instance(draft, asked, row, instances, hours)
    cpu = processors[0]
    for column, name in (("min_power", "idle_power_per_vcpu"), ("max_power", "full_power_per_vcpu")):
        draft.add(catalogue.field_of("cpu_power", cpu, column, name=name, unit="W_IT/vcpu", rung="processor"))
    for column, name in (("idle_power", "accelerator_idle_power"), ("max_power", "accelerator_full_power")):
        use = accelerator_field(catalogue, chip, column, name, "W_acc/accelerator")
        draft.add(dataclasses.replace(use, source=chip["idle_source"] or use.source) if use else None)
    draft.add(_of_server(asked, row, "vcpus", "vcpus_per_instance", "vcpu/server"))
    memory = cast("FactorUse", _of_server(asked, row, "memory", "memory_per_instance", "GB/server"))
    own = float(cpu["memory_per_chip"] or 0.0)
    note = f"{memory.value:g} GB less the {own:g} GB measured with the processor"
    draft.add(dataclasses.replace(memory, value=max(memory.value - own, 0.0), evidence="derived", note=note))
    add_coefficients(
        draft,
        catalogue,
        {
            "load": "ccf_default_utilisation",
            "memory_power": "ccf_memory_power",
            "pue": f"ccf_pue_{row['provider']}",
            "hardware_lifetime": "ccf_server_lifetime",
        },
    )
    draft.add(_platform_share(asked, row))
    return draft


def _platform_share(asked: _Run, row: Mapping[str, Any]) -> FactorUse | None:
    """Return the share of its whole server that falls on an instance, by virtual CPUs, as that method has it."""
    use = _of_server(asked, row, "platform_embodied", "embodied_instance", "kgCO2e/server")
    family = str(row["id"]).partition(".")[0]
    (largest,) = asked.catalogue.rows(
        "SELECT max(vcpus) AS vcpus FROM servers WHERE provider = $provider AND split_part(id, '.', 1) = $family",
        provider=row["provider"],
        family=family,
    )
    if use is None or not largest["vcpus"] or not row["vcpus"]:
        return use
    share = row["vcpus"] / largest["vcpus"]
    note = f"{row['vcpus']:g} of {largest['vcpus']:g} virtual CPUs of the server"
    return dataclasses.replace(use, value=use.value * share, evidence="derived", note=note)


def _boaviztapi(asked: _Run) -> Draft:
    draft, catalogue = asked.draft(), asked.catalogue
    row, instances, hours = _instance(asked, "host_power", "embodied")
    _add_instance(draft, asked, row, instances, hours)
    full = catalogue.rows("SELECT * FROM factors WHERE id = $id", id=f"boaviztapi_full_load_power_{row['id']}")
    if full:
        draft.add(catalogue.used(full[0], name="host_power", rung=_OF_METHOD))
    else:
        draft.add(_of_server(asked, row, "host_power", "host_power", "W_IT/server"))
        draft.assumptions.append("the host at its mean load: its power at full load is not in the catalogue.")
    draft.add(left_out("accelerator_power", 0.0, "W_acc/accelerator"), left_out("pue", 1.0, "kWh/kWh_IT"))
    draft.add(_of_server(asked, row, "embodied", "embodied_instance", "kgCO2e/server"))
    add_coefficients(draft, catalogue, {"hardware_lifetime": "boavizta_cloud_server_lifetime"})
    return draft


_RUNS: dict[str, Callable[[_Run], Draft]] = {
    "patterson": _patterson,
    "ml_co2_impact": _ml_co2_impact,
    "green_algorithms": _green_algorithms,
    "green_algorithms_cloud": _green_algorithms_cloud,
    "cloud_carbon_footprint": _cloud_carbon_footprint,
    "boaviztapi": _boaviztapi,
    "llmcarbon": _llmcarbon,
    "codecarbon": _codecarbon,
}
#: The methods of others that may cover each kind of activity.
COVERS: dict[str, tuple[str, ...]] = {"query": tuple(_QUERIES), "training": tuple(_RUNS)}
