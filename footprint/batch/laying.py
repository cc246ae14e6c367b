"""From settings to columns: what follows from a combination goes into a lookup, the rest is written as expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from footprint.activities import amount
from footprint.batch.amounts import WHOLE, all_loads, of_a_row
from footprint.batch.columns import COUNTS, MEASURED
from footprint.batch.combinations import blamed
from footprint.batch.engines import SETTING
from footprint.batch.plan import FAULT, Plan, key_of
from footprint.batch.rows import REMARKS
from footprint.batch.totals import unit_bounds
from footprint.errors import FootprintError
from footprint.magnitudes.column import column, constant, first_known
from footprint.methods import IMPACTS, METHODS, Method, evaluate
from footprint.ranges import Sampler
from footprint.results import COLUMNS, RESULTS, bound_columns
from footprint.settling import Setting
from footprint.units import Equation, Quantity

_NEEDED_UNITS = {
    name: unit
    for steps in (*(method.equations for method in METHODS.values()), IMPACTS)
    for step in steps
    for name, unit in step.units.items()
}


def applied_to(plan: Plan, frame: Any) -> Any:
    """Return a native frame with results, remarks and faults for every row."""
    if not plan.laid:
        _lay(plan)
        plan.laid = True
    narwhal = plan.checked(nw.from_native(plan.prepared(frame)))
    if plan.keys:
        keys = [key_of(name) for name in plan.keys]
        narwhal = nw.from_native(plan.engine.attach(nw.to_native(narwhal), plan.lookup, keys))
    for batch in plan.steps:
        narwhal = narwhal.with_columns(*(value.alias(place) for place, value in batch.items()))
    good, flawless = plan.good(), plan.flawless

    def where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
        return value if flawless else nw.when(condition).then(value).otherwise(None)

    columns = []
    for name, unit in RESULTS.items():
        value = where(good, plan.results[name].m_as(unit)) if name in plan.results else nw.lit(None)
        columns.append(value.cast(nw.Float64).alias(COLUMNS[name]))
    for name, ends in plan.bounds.items():
        known = good & ~plan.results[name].m_as(RESULTS[name]).is_null()
        columns.extend(
            nw.when(known).then(end).otherwise(None).cast(nw.Float64).alias(column)
            for end, column in zip(ends, bound_columns(name), strict=True)
        )
    columns.extend(nw.lit(text).alias(name) for name, text in plan.remarks.items())
    columns.append(nw.lit(plan.edition).alias("edition"))
    columns.extend(_constant(name, text) for name, text in plan.mapping.constants.items())
    for name in COUNTS:
        if name in plan.mapping.columns:
            columns.append(where(nw.col(FAULT).is_null(), nw.col(name)).cast(nw.Int64).alias(name))
    return nw.to_native(narwhal.with_columns(*columns))


def _lay(plan: Plan) -> None:
    """Compute what depends on the combination alone, lay it into the lookup, and write the rest as expressions."""
    combinations, outcomes, numbers = plan.combinations, plan.outcomes, plan.numbers
    if len(outcomes) == 1 and isinstance(outcomes[0], Setting):
        plan.keys = ()  # one combination for all rows: its figures are constants, nothing is joined
    # What all rows have in common needs no join; one key is left, since what cannot be settled is told by the lookup.
    plan.keys = tuple(name for name in plan.keys if len({row[name] for row in combinations}) > 1) or plan.keys[:1]
    # Under their own names: the columns of the rows keep theirs.
    lookup: dict[str, list[Any]] = {key_of(name): [row[name] for row in combinations] for name in plan.keys}
    lookup[SETTING] = numbers
    methods = list(dict.fromkeys(setting.method.id for setting in plan.settings if setting.amounts is None))
    found: list[dict[str, Quantity]] = [_whole_results(plan, lookup, numbers)]
    for position, id in enumerate(methods):
        method = METHODS[id]
        known = _of_combinations(method, plan.settings)
        rest = _row_steps(method, known)
        values: dict[str, Quantity] = {}
        for name in sorted({name for step in rest for name in step.units} & known.keys()):
            values[name] = _laid(plan, lookup, numbers, name, known[name], f"__{position}_{name}")
        given = {**of_a_row(method, plan.mapping), **values}
        results = (
            _written_down(plan, rest, given, f"__{position}") if plan.engine.stepwise else evaluate(rest, given)[0]
        )
        # A result that depends on the combination alone would be the same for a row without any amount: none is.
        found.append({name: results[name] for name in RESULTS if name in results})
    for name in RESULTS:
        choices = [results[name] for results in found if name in results]
        if choices:
            plan.results[name] = choices[0] if len(choices) == 1 else first_known(*choices)
    if plan.sampler:
        _lay_bounds(plan, lookup, numbers, plan.sampler)
    _lay_remarks(plan, lookup, outcomes, numbers)
    plan.lookup = lookup


def _written_down(
    plan: Plan, steps: Sequence[Equation], given: Mapping[str, Quantity], prefix: str
) -> dict[str, Quantity]:
    """Apply ``steps`` such that what each gives is a column of its own, and return all that is known at the end.

    Put into each other, expressions grow with the power of their depth where an engine does not find equal parts.
    """
    known, depth = dict(given), dict.fromkeys(given, 0)
    for name in sorted({name for step in steps for name in step.units} & given.keys()):
        _write_down(plan, known, name, f"{prefix}_{name}_of_row", 0)
    for place, step in enumerate(steps):
        if step.units.keys() <= known.keys() and (step.gives not in known or step.gives in step.units):
            known = evaluate([step], known)[0]
            depth[step.gives] = 1 + max((depth[name] for name in step.units), default=0)
            _write_down(plan, known, step.gives, f"{prefix}_{place}_{step.gives}", depth[step.gives])
    return known


def _write_down(plan: Plan, known: dict[str, Quantity], name: str, place: str, depth: int) -> None:
    """Put a column in the place of what is known of ``name``."""
    value: Any = known[name].magnitude
    plan.steps.extend({} for _ in range(depth + 1 - len(plan.steps)))
    plan.steps[depth][place] = value if isinstance(value, nw.Expr) else nw.lit(value)
    known[name] = Quantity(nw.col(place), known[name].units)


def _whole_results(plan: Plan, lookup: dict[str, list[Any]], numbers: Sequence[int]) -> dict[str, Quantity]:
    """Lay the results of the activities that stand for combinations, and return them as often as rows say."""
    units: dict[str, np.ndarray[Any, Any]] = {}
    for number, setting in enumerate(plan.settings):
        if setting.amounts is None:
            continue
        given = {**setting.amounts, **{name: use.quantity for name, use in setting.factors.items()}}
        known, _ = evaluate(setting.steps, given)
        for name, unit in RESULTS.items():
            if name in known:
                values = units.setdefault(name, np.full(len(plan.settings), np.nan))
                values[number] = float(known[name].m_as(unit))
    times = all_loads(plan.mapping, ())
    results = {}
    for name, values in units.items():
        place = f"__whole_{name}"
        lookup[place] = _by_combination(values, numbers)
        each: Any = nw.col(place) if plan.keys else nw.lit(lookup.pop(place)[0])
        results[name] = Quantity(times[WHOLE].magnitude * each, RESULTS[name])
    return results


def _lay_bounds(plan: Plan, lookup: dict[str, list[Any]], numbers: Sequence[int], sampler: Sampler) -> None:
    """Lay the range of one unit of each load into the lookup; a row's range is the sum over its loads."""
    loads = all_loads(plan.mapping)
    ends: dict[str, list[list[Any]]] = {}
    for load, results in unit_bounds(plan.settings, plan.mapping, sampler).items():
        for name, bounds in results.items():
            for end, values in enumerate(bounds):
                place = f"__bound_{end}_{load}_{name}"
                lookup[place] = _by_combination(values, numbers)
                cost = nw.col(place).fill_null(0.0) if plan.keys else nw.lit(lookup.pop(place)[0])
                ends.setdefault(name, [[], []])[end].append(loads[load].magnitude.fill_null(0.0) * cost)
    plan.bounds = {name: tuple(_summed(parts) for parts in ends[name]) for name in RESULTS if name in ends}


def _summed(parts: Sequence[Any]) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _of_combinations(method: Method, settings: Sequence[Setting]) -> dict[str, Quantity]:
    """Return what is known of each setting without any amount, as arrays; NaN where a setting does not know it."""
    groups: dict[frozenset[str], list[int]] = {}
    for index, setting in enumerate(settings):
        if setting.method.id == method.id and setting.amounts is None:
            groups.setdefault(frozenset(setting.factors), []).append(index)
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for names, members in groups.items():
        given = {}
        for name in names:
            use = settings[members[0]].factors[name]
            given[name] = Quantity(np.array([settings[i].factors[name].value for i in members]), use.unit)
        known, _ = evaluate((*method.equations, *IMPACTS), given)
        for name, quantity in known.items():
            array = arrays.setdefault(name, np.full(len(settings), np.nan))
            array[members] = quantity.m_as(_unit(name, quantity))
    return {name: Quantity(array, _NEEDED_UNITS[name]) for name, array in arrays.items() if name in _NEEDED_UNITS}


def _unit(name: str, quantity: Quantity) -> Any:
    return _NEEDED_UNITS.get(name, quantity.units)


def _row_steps(method: Method, known: Mapping[str, Quantity]) -> list[Any]:
    """Return the steps that are left for the rows: those whose result no combination knows."""
    return [step for step in (*method.equations, *IMPACTS) if step.gives not in known]


def _laid(
    plan: Plan, lookup: dict[str, list[Any]], numbers: Sequence[int], name: str, values: Quantity, place: str
) -> Quantity:
    """Lay values into the lookup and return their column; where all are the same, return the constant."""
    array = values.magnitude
    unit = _NEEDED_UNITS[name]
    if len(array) == len(plan.settings) and len(array) and (array == array[0]).all():
        return constant(float(array[0]), unit)
    lookup[place] = _by_combination(array, numbers)
    return column(place, unit)


def _by_combination(values: Any, numbers: Sequence[int]) -> list[float | None]:
    """Return the value of each combination's setting; None where there is no setting, or it does not know it."""
    return [None if number < 0 or np.isnan(values[number]) else float(values[number]) for number in numbers]


def plain_constant(name: str, text: str) -> Any:
    """Return what is set for every row, as a value of the column's type."""
    if name in MEASURED:
        return float(text)
    return float(amount(name, text).magnitude) if name in COUNTS else text


def _constant(name: str, text: str) -> nw.Expr:
    return nw.lit(plain_constant(name, text)).alias(name)


def _lay_remarks(
    plan: Plan, lookup: dict[str, list[Any]], outcomes: Sequence[Setting | FootprintError], numbers: Sequence[int]
) -> None:
    texts: dict[str, list[str | None]] = {name: [] for name in (*REMARKS, "__where", "__why")}
    for outcome in outcomes:
        if isinstance(outcome, Setting):
            for name, said in remarks_of(outcome).items():
                texts[name].append(said)
            texts["__where"].append(None)
            texts["__why"].append(None)
        else:
            where, why = blamed(outcome)
            for name, text in zip((*REMARKS, "__where", "__why"), (None, None, None, None, where, why), strict=True):
                texts[name].append(text)
    for name in REMARKS:
        known = {text for text in texts[name] if text is not None}
        if len(known) == 1 and (name in ("method", "quality") or not plan.keys):
            plan.remarks[name] = known.pop()
        else:
            lookup[name] = list(texts[name])
    lookup["__where"], lookup["__why"] = list(texts["__where"]), list(texts["__why"])


def remarks_of(setting: Setting) -> dict[str, str]:
    """Return how a row of this setting was estimated, by the column that says so."""
    return {
        "method": setting.method.id,
        "quality": setting.quality,
        "factors": ";".join(use.id for use in setting.factors.values() if use.rung != "definition"),
        "warnings": " ".join(setting.warnings),
    }
