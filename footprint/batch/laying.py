"""From settings to columns: what follows from a combination goes into a lookup, the rest is written as expressions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from footprint.batch.amounts import WHOLE, all_loads, of_a_row
from footprint.batch.combinations import Settled, blamed
from footprint.batch.engines import SETTING
from footprint.batch.laid import Laid
from footprint.batch.plan import key_of
from footprint.batch.rows import REMARKS
from footprint.batch.totals import unit_bounds
from footprint.magnitudes.column import column, constant, first_known
from footprint.methods import IMPACTS, METHODS, Method, evaluate
from footprint.ranges import Sampler
from footprint.results import RESULTS
from footprint.settling import Setting
from footprint.units import Equation, Quantity

_NEEDED_UNITS = {
    name: unit
    for steps in (*(method.equations for method in METHODS.values()), IMPACTS)
    for step in steps
    for name, unit in step.units.items()
}


def laid_out(settled: Settled, met: frozenset[int] | None = None, sampler: Sampler | None = None) -> Laid:
    """Return what was settled as columns.

    Parameters
    ----------
    met : numbers of the faults that rows have, where a pass over them has told
    sampler : draws of the factors, where every row is to have its range
    """
    plan, combinations = settled.plan, settled.combinations
    keys = plan.keys
    if len(settled.outcomes) == 1 and isinstance(settled.outcomes[0], Setting):
        keys = ()  # one combination for all rows: its figures are constants, nothing is joined
    # What all rows have in common needs no join; one key is left, since what cannot be settled is told by the lookup.
    keys = tuple(name for name in keys if len({row[name] for row in combinations}) > 1) or keys[:1]
    into = Laid(settled, met, keys)
    # Under their own names: the columns of the rows keep theirs.
    into.lookup.update((key_of(name), [row[name] for row in combinations]) for name in keys)
    into.lookup[SETTING] = settled.numbers
    _lay_results(into)
    if sampler:
        _lay_bounds(into, sampler)
    _lay_remarks(into)
    return into


def _lay_results(into: Laid) -> None:
    """Compute what depends on the combination alone, lay it into the lookup, and write the rest as expressions."""
    plan, settings = into.plan, into.settled.settings
    methods = list(dict.fromkeys(setting.method.id for setting in settings if setting.amounts is None))
    found: list[dict[str, Quantity]] = [_whole_results(into)]
    for position, id in enumerate(methods):
        method = METHODS[id]
        known = _of_combinations(method, settings)
        rest = _row_steps(method, known)
        values: dict[str, Quantity] = {}
        for name in sorted({name for step in rest for name in step.units} & known.keys()):
            values[name] = _looked_up(into, name, known[name], f"__{position}_{name}")
        given = {**of_a_row(method, plan.mapping), **values}
        results = (
            _written_down(into, rest, given, f"__{position}") if plan.engine.stepwise else evaluate(rest, given)[0]
        )
        # A result that depends on the combination alone would be the same for a row without any amount: none is.
        found.append({name: results[name] for name in RESULTS if name in results})
    for name in RESULTS:
        choices = [results[name] for results in found if name in results]
        if choices:
            into.results[name] = choices[0] if len(choices) == 1 else first_known(*choices)


def _written_down(
    into: Laid, steps: Sequence[Equation], given: Mapping[str, Quantity], prefix: str
) -> dict[str, Quantity]:
    """Apply ``steps`` such that what each gives is a column of its own, and return all that is known at the end.

    Put into each other, expressions grow with the power of their depth where an engine does not find equal parts.
    """
    known, depth = dict(given), dict.fromkeys(given, 0)
    for name in sorted({name for step in steps for name in step.units} & given.keys()):
        _write_down(into, known, name, f"{prefix}_{name}_of_row", 0)
    for place, step in enumerate(steps):
        if step.units.keys() <= known.keys() and (step.gives not in known or step.gives in step.units):
            known = evaluate([step], known)[0]
            depth[step.gives] = 1 + max((depth[name] for name in step.units), default=0)
            _write_down(into, known, step.gives, f"{prefix}_{place}_{step.gives}", depth[step.gives])
    return known


def _write_down(into: Laid, known: dict[str, Quantity], name: str, place: str, depth: int) -> None:
    """Put a column in the place of what is known of ``name``."""
    value: Any = known[name].magnitude
    into.steps.extend({} for _ in range(depth + 1 - len(into.steps)))
    into.steps[depth][place] = value if isinstance(value, nw.Expr) else nw.lit(value)
    known[name] = Quantity(nw.col(place), known[name].units)


def _whole_results(into: Laid) -> dict[str, Quantity]:
    """Lay the results of the activities that stand for combinations, and return them as often as rows say."""
    units: dict[str, np.ndarray[Any, Any]] = {}
    settings = into.settled.settings
    for number, setting in enumerate(settings):
        if setting.amounts is None:
            continue
        given = {**setting.amounts, **{name: use.quantity for name, use in setting.factors.items()}}
        known, _ = evaluate(setting.steps, given)
        for name, unit in RESULTS.items():
            if name in known:
                values = units.setdefault(name, np.full(len(settings), np.nan))
                values[number] = float(known[name].m_as(unit))
    times = all_loads(into.plan.mapping, ())
    results = {}
    for name, values in units.items():
        place = f"__whole_{name}"
        into.lookup[place] = _by_combination(into, values)
        each: Any = nw.col(place) if into.keys else nw.lit(into.lookup.pop(place)[0])
        results[name] = Quantity(times[WHOLE].magnitude * each, RESULTS[name])
    return results


def _lay_bounds(into: Laid, sampler: Sampler) -> None:
    """Lay the range of one unit of each load into the lookup; a row's range is the sum over its loads."""
    mapping, settings = into.plan.mapping, into.settled.settings
    loads = all_loads(mapping)
    ends: dict[str, list[list[Any]]] = {}
    for load, results in unit_bounds(settings, mapping, sampler).items():
        for name, bounds in results.items():
            for end, values in enumerate(bounds):
                place = f"__bound_{end}_{load}_{name}"
                into.lookup[place] = _by_combination(into, values)
                cost = nw.col(place).fill_null(0.0) if into.keys else nw.lit(into.lookup.pop(place)[0])
                ends.setdefault(name, [[], []])[end].append(loads[load].magnitude.fill_null(0.0) * cost)
    into.bounds.update((name, (_summed(ends[name][0]), _summed(ends[name][1]))) for name in RESULTS if name in ends)


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


def _looked_up(into: Laid, name: str, values: Quantity, place: str) -> Quantity:
    """Lay values into the lookup and return their column; where all are the same, return the constant."""
    array = values.magnitude
    unit = _NEEDED_UNITS[name]
    if len(array) == len(into.settled.settings) and len(array) and (array == array[0]).all():
        return constant(float(array[0]), unit)
    into.lookup[place] = _by_combination(into, array)
    return column(place, unit)


def _by_combination(into: Laid, values: Any) -> list[float | None]:
    """Return the value of each combination's setting; None where there is no setting, or it does not know it."""
    numbers = np.asarray(into.settled.numbers)
    taken = np.where(numbers < 0, np.nan, np.asarray(values, dtype=np.float64)[numbers])
    return [None if math.isnan(value) else value for value in taken.tolist()]


def _lay_remarks(into: Laid) -> None:
    texts: dict[str, list[str | None]] = {name: [] for name in (*REMARKS, "__where", "__why")}
    for outcome in into.settled.outcomes:
        if isinstance(outcome, Setting):
            said = remarks_of(outcome)
        else:
            said = dict(zip(("__where", "__why"), blamed(outcome), strict=True))
        for name, own in texts.items():
            own.append(said.get(name))
    for name in REMARKS:
        known = {text for text in texts[name] if text is not None}
        if len(known) == 1 and (name in ("method", "quality") or not into.keys):
            into.remarks[name] = known.pop()
        else:
            into.lookup[name] = texts[name]
    into.lookup["__where"], into.lookup["__why"] = texts["__where"], texts["__why"]


def remarks_of(setting: Setting) -> dict[str, str]:
    """Return how a row of this setting was estimated, by the column that says so."""
    return {
        "method": setting.method.id,
        "quality": setting.quality,
        "factors": ";".join(use.id for use in setting.factors.values() if use.rung != "definition"),
        "warnings": " ".join(setting.warnings),
    }
