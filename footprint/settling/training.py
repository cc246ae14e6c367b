"""Training runs: published ones from their published inputs, others from what the user states."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, cast

from footprint.activities import TrainingRun
from footprint.catalogue import Catalogue, FactorUse, Place, Published
from footprint.errors import NotEstimableError, UsageError
from footprint.methods import METHODS, Method
from footprint.settling.draft import (
    HOSTS_ADDED,
    INPUT_RUNG,
    Draft,
    accelerator_field,
    add_coefficients,
    add_embodied,
    metered,
    provider_of,
)
from footprint.units import Quantity


def draft_training(run: TrainingRun, catalogue: Catalogue, date: datetime.date, place: Place | None) -> Draft:
    """Settle a training run: what is stated replaces what was published, and nothing else is filled in unsaid."""
    row = _run(run.run, catalogue) if run.run else None
    given = dict(run.amounts())
    published: dict[str, FactorUse] = {}
    as_it_was = not given and run.accelerator is None and run.region is None
    if row:
        replaced = {
            name for what in (*given, *(["accelerator"] if run.accelerator else [])) for name in _REPLACES[what]
        }
        published = {name: use for name, use in _run_inputs(catalogue, row).items() if name not in replaced}
        if run.date is not None and date.year != row["year"]:
            published.pop("grid_intensity", None)
        if run.date is None and row["year"]:
            date = datetime.date(int(row["year"]), 7, 1)
        if place is None and row["country"]:
            place = catalogue.place(row["country"])
    accelerator = _accelerator(run, row, catalogue)
    model = _model(run, catalogue)
    if model:
        published["parameters"] = model
    host = None
    if row and row["model"]:
        host = (catalogue.row("models", row["model"]) or {}).get("host")
    draft = Draft(METHODS["training_operations"], "modelled", place, provider_of(run, place, host), date)
    names = {*given, *published}
    draft.method = _training_method(names, run, row, accelerator)
    for name, use in published.items():
        if name in draft.method.unit_of or name == "pue" or (name == "grid_intensity" and run.region is None):
            draft.add(use)
    if row and row["stated_by"] == "others":
        draft.warnings.append(f"{row['name']}: stated by others ({row['source']}), not by its maker.")
    if row and as_it_was:
        draft.quality = "provider_reported" if row["stated_by"] == "maker" else "modelled"
        draft.assumptions.append(f"{row['name']}: {row['boundary']} ({row['source']}).")
        draft.published.extend(_run_outputs(catalogue, row))
    elif row:
        draft.assumptions.append(f"not {row['name']} as it was: what was stated replaces its published inputs.")
    _fill_training(draft, catalogue, given, accelerator, run.fine_tuning)
    _add_other_runs(draft, catalogue, run)
    if accelerator:
        add_embodied(draft, catalogue, accelerator["id"])
    if draft.method.id.startswith("metered") or not accelerator:
        why = "accelerator and hours are not known"
        draft.reasons.update(dict.fromkeys(("carbon_embodied", "water_embodied"), why))
    return draft


def _run(name: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return the published run of this name; where it names a model without one, say what is needed instead."""
    hint = "List all: footprint factors runs"
    if catalogue.find("run", name) is None and catalogue.find("model", name) is not None:
        hint = f"It is a model without a run here: give --model with --tokens and --accelerator, or --energy. {hint}"
    return catalogue.named("run", "training_runs", name, hint)


_RUN_INPUTS = {
    "accelerators": ("accelerators", "accelerator"),
    "hours": ("hours", "h"),
    "accelerator_hours": ("accelerator_hours", "acc_h"),
    "operations": ("flop", "FLOP"),
    "throughput": ("throughput", "TFLOP/s/accelerator"),
    "pue": ("pue", "kWh/kWh_IT"),
    "grid_intensity": ("grid_intensity", "gCO2e/kWh"),
}
#: Figures of the hall and the grid, which any method takes.
_OWN = ("pue", "wue_site", "wue_grid", "grid_intensity")
#: What a statement puts in the place of published inputs: what it is, and what would say the same in another way.
_TIMED = ("accelerators", "hours", "accelerator_hours")
_COMPUTED = ("operations", "throughput")
_REPLACES: dict[str, tuple[str, ...]] = {
    "accelerators": ("accelerators", "accelerator_hours", *_COMPUTED),
    "hours": ("hours", "accelerator_hours", *_COMPUTED),
    "accelerator_hours": (*_TIMED, *_COMPUTED),
    "operations": ("operations", *_TIMED),
    "parameters": ("operations", *_TIMED),
    "training_tokens": ("operations", *_TIMED),
    "throughput": ("throughput", *_TIMED),
    "utilisation": ("throughput", *_TIMED),
    "mean_power": ("mean_power", "accelerator_power"),
    "accelerator_power": ("mean_power", "accelerator_power"),
    "accelerator": ("throughput", "mean_power", "accelerator_power", *_TIMED),
    "energy": (*_TIMED, *_COMPUTED, "mean_power", "accelerator_power"),
    "pue": ("pue",),
    "grid_intensity": ("grid_intensity",),
    "wue_site": (),
    "wue_grid": (),
    "extra_runs": (),
    "idle_reserve": (),
}
_ENERGY_UNITS = {"facility": "MWh", "it": "MWh_IT", "accelerator": "MWh_acc"}


def _run_inputs(catalogue: Catalogue, row: Mapping[str, Any]) -> dict[str, FactorUse]:
    """Return what a published run states about itself, as far as it does not follow from its own results."""
    columns = dict(_RUN_INPUTS)
    if row["power_boundary"] == "it":
        columns["mean_power"] = ("power", "W_IT/accelerator")
    elif row["power_boundary"] == "accelerator":
        columns["accelerator_power"] = ("power", "W_acc/accelerator")
    if not str(row["grid_basis"] or "").startswith("location"):
        # Divided out of the published carbon it would only give the answer back; net of purchases it is no location.
        del columns["grid_intensity"]
    inputs = {}
    for name, (column, unit) in columns.items():
        use = catalogue.field_of("training_runs", dict(row), column, name=name, unit=unit, rung=INPUT_RUNG)
        if use:
            # The grid that a publisher assumed is known as well as that grid is.
            inputs[name] = dataclasses.replace(use, zone=row["country"]) if name == "grid_intensity" else use
    return inputs


def _run_outputs(catalogue: Catalogue, row: Mapping[str, Any]) -> Iterable[Published]:
    source = catalogue.source(row["source"])
    citation = source.citation if source else ""
    if row["energy"] is not None and row["energy_boundary"]:
        unit = _ENERGY_UNITS[row["energy_boundary"]]
        name = {"facility": "facility_energy", "it": "it_energy"}.get(row["energy_boundary"], "accelerator_energy")
        yield Published(name, row["energy"], unit, row["source"], row["locator"], citation, row["boundary"])
    if row["carbon"] is not None:
        basis = str(row["grid_basis"] or "")
        label = "carbon_market" if basis.startswith("net") else "carbon_location"
        yield Published(label, row["carbon"], "tCO2e", row["source"], row["locator"], citation, row["boundary"])


def _accelerator(run: TrainingRun, row: Mapping[str, Any] | None, catalogue: Catalogue) -> dict[str, Any] | None:
    if run.accelerator:
        hint = "List all: footprint factors accelerators"
        return catalogue.named("accelerator", "accelerators", run.accelerator, hint)
    return catalogue.row("accelerators", row["accelerator"]) if row and row["accelerator"] else None


def _model(run: TrainingRun, catalogue: Catalogue) -> FactorUse | None:
    """Return the parameters that each token passes through, of the model that is trained or tuned."""
    if run.model is None:
        return None
    if run.run is not None:
        raise UsageError("a published run has its model: leave the model out, or the run.")
    row = catalogue.model(run.model)
    if row["active_parameters"] is None:
        raise NotEstimableError(
            f"{row['name']}: its size is {row['parameters_basis']}; give --parameters, --accelerator-hours or --energy."
        )
    catalogue.refuse_unverified(row, f"the size of {row['name']}")
    rung = "estimated by others" if row["parameters_basis"] == "estimated" else f"{row['parameters_basis']} size"
    return catalogue.field_of("models", row, "active_parameters", name="parameters", unit="Gparameter", rung=rung)


def _add_other_runs(draft: Draft, catalogue: Catalogue, run: TrainingRun) -> None:
    """Take failed and preliminary runs, and idle reserve, as they were stated; where they were not, say so."""
    if run.fine_tuning and draft.method.id != "training_operations":
        draft.assumptions.append("how the model was tuned has no part in an estimate by hours or by meter.")
    if run.extra_runs == "usual":
        add_coefficients(draft, catalogue, {"extra_runs": "training_extra_runs"})
        use = draft.factors["extra_runs"]
        draft.assumptions.append(
            f"failed and preliminary runs: {use.value:g} of the final run ({use.low:g} to {use.high:g}) was added."
        )
    elif run.extra_runs is None:
        draft.assumptions.append("the final run alone: failed and preliminary runs are not counted (--extra-runs).")
    if run.idle_reserve is not None and "pue" not in run.amounts():
        draft.warnings.append(
            "an idle reserve goes with no PUE that was measured over the same load: it would be counted twice."
        )


def _training_method(
    names: set[str], run: TrainingRun, row: Mapping[str, Any] | None, accelerator: Mapping[str, Any] | None
) -> Method:
    if run.energy is not None:
        return metered(cast("Quantity", run.energy))[0]
    computes = "operations" in names or {"parameters", "training_tokens"} <= names
    reaches = {"throughput", "utilisation"} & names or accelerator
    timed = {"accelerator_hours", "hours"} & set(run.amounts())
    preferred = run.method is None and not timed and "accelerator_power" not in names
    if computes and reaches and (preferred or run.method == "training_operations"):
        return METHODS["training_operations"]
    if "accelerator_hours" in names or {"accelerators", "hours"} <= names:
        return METHODS["training_accelerator_power" if "accelerator_power" in names else "training_accelerator_hours"]
    if row:
        raise NotEstimableError(
            f"{row['name']}: its publisher gives neither accelerator-hours nor operations with a throughput "
            f"({row['boundary']}); give --energy or --accelerator-hours, or see "
            f"`footprint factors show training_runs:{row['id']}`."
        )
    raise UsageError(
        "a training run needs its energy (--energy), or --count with --hours, or --accelerator-hours, or operations "
        "(--flop, or --parameters with --tokens) with an --accelerator or a --throughput."
    )


def _fill_training(
    draft: Draft,
    catalogue: Catalogue,
    given: Mapping[str, Quantity],
    accelerator: Mapping[str, Any] | None,
    fine_tuning: str | None = None,
) -> None:
    """Take what the method still needs from the accelerator and the coefficients, and say so."""
    known = {*given, *draft.factors}
    unused = set(given) - set(draft.method.unit_of) - {"energy", *_OWN}
    if unused:
        raise UsageError(
            f"{', '.join(sorted(unused))}: not used for {draft.method.label}; leave it out, or give what goes with it."
        )
    if "energy" in given:
        draft.quality = "measured"
        draft.add(metered(given["energy"])[1])
    if draft.method.id == "training_operations":
        if "operations" not in known:
            lora = fine_tuning == "lora"
            id = "finetune_lora_flop_per_param_token" if lora else "training_flop_per_param_token"
            add_coefficients(draft, catalogue, {"training_operations_per_parameter_token": id})
            if lora:
                draft.assumptions.append("low-rank tuning still runs forward and backward through all parameters.")
        if "throughput" not in known:
            if accelerator is None or accelerator["fp16_dense"] is None:
                raise NotEstimableError("the peak throughput of the accelerator is not known; give --throughput.")
            draft.add(accelerator_field(catalogue, accelerator, "fp16_dense", "peak_throughput", "TFLOP/s/accelerator"))
            if "utilisation" not in known:
                add_coefficients(draft, catalogue, {"utilisation": "training_mfu_median"})
                draft.assumptions.append("utilisation was not given: the median of published runs was taken.")
    if draft.method.id in ("training_operations", "training_accelerator_hours") and "mean_power" not in known:
        if accelerator is not None and accelerator["rated_power"] is None:
            raise NotEstimableError(
                f"{accelerator['name']}: its power is not published; give --mean-power (at the servers' plugs)."
            )
        if accelerator is None:
            raise UsageError(
                "the power is not known: give --mean-power (at the servers' plugs), or name the --accelerator."
            )
        draft.add(accelerator_field(catalogue, accelerator, "rated_power", "rated_power", "W_acc/accelerator"))
        add_coefficients(draft, catalogue, {"power_over_rated": "training_power_over_tdp"})
        draft.assumptions.append(
            "mean power was not given: rated power of the chip times that of its server was taken."
        )
    if draft.method.id in ("training_accelerator_power", "metered_accelerator"):
        add_coefficients(draft, catalogue, {"it_over_accelerator": "it_over_accelerator"})
        draft.assumptions.append(HOSTS_ADDED)
