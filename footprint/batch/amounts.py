"""The amounts of a row, and those that add up over rows.

Everything after the first steps of a method is linear in a few amounts: tokens read and written, pairs of tokens that
attention compares, requests. Their sums for each combination of factors are all that a total or its range needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

import narwhals as nw

from footprint.activities import TOKENS, UNITS, amount
from footprint.batch.columns import COUNTS, MEASURED, ColumnMap
from footprint.errors import UsageError, clipped
from footprint.magnitudes.column import column, constant
from footprint.methods import METHODS, Method, evaluate
from footprint.units import Quantity

#: The load of a setting that stands for one whole activity: how often it took place.
WHOLE = "activity"
#: Tokens that a row may leave blank beside those of its prompt and its answer.
OPTIONAL = tuple(name for name in TOKENS if name not in ("input_tokens", "output_tokens"))


def amounts_of(mapping: ColumnMap) -> dict[str, Quantity]:
    """Return the amounts of a row as columns; what no column or constant gives is left out."""
    amounts: dict[str, Quantity] = {}
    for name in COUNTS:
        unit = UNITS[name][0]
        if name in mapping.columns:
            # A combination knows which of its tokens are blank and takes no method that needs them.
            amounts[name] = column(name, unit) if name == "requests" else Quantity(nw.col(name).fill_null(0.0), unit)
        elif name in mapping.constants:
            amounts[name] = constant(float(amount(name, mapping.constants[name]).magnitude), unit)
        elif name in OPTIONAL:
            amounts[name] = constant(0.0, unit)
        elif name == "requests":
            amounts[name] = constant(1.0, unit)
    return amounts


def of_a_row(method: Method, mapping: ColumnMap) -> dict[str, Quantity]:
    """Return what a row knows by itself: its amounts, and what the first steps of the method make of them."""
    amounts = amounts_of(mapping)
    if "attention_pairs" in {step.gives for step in method.equations}:
        # Only the mean length of a prompt divides by requests, and a row without requests has no prompts.
        if "requests" in mapping.columns:
            asked = nw.when(nw.col("requests") > 0).then(nw.col("requests")).otherwise(1.0)
            amounts["requests"] = Quantity(asked, "request")
        elif not float(amount("requests", mapping.constants.get("requests", 1)).magnitude):
            amounts["requests"] = constant(1.0, "request")
    known: set[str] = set(amounts)
    steps = []
    for step in method.equations:
        if set(step.units) <= known:
            known.add(step.gives)
            steps.append(step)
    return evaluate(steps, amounts)[0]


def loads_of(method: Method, mapping: ColumnMap) -> dict[str, Quantity]:
    """Return the amounts of a row that add up over rows and that the rest of the method is linear in."""
    own = of_a_row(method, mapping)
    needed = {name for step in method.equations if step.gives not in own for name in step.units}
    return {name: own[name] for name in own if name in needed}


def times_of(mapping: ColumnMap) -> nw.Expr | None:
    """Return how often a row is the one activity that its combination stands for; blank for queries.

    That activity is one hour of an instance or an accelerator, or one kilowatt-hour. None where no row can be one.
    """
    if not mapping.has("kind"):
        return None
    kind: nw.Expr = nw.col("kind") if "kind" in mapping.columns else nw.lit(mapping.constants["kind"].strip())
    times: Any = None
    for name, of in MEASURED.items():
        if name in mapping.columns:
            value: nw.Expr = nw.col(name)
        elif name in mapping.constants:
            value = nw.lit(measured_constant(mapping.constants, name))
        else:
            continue
        times = (nw if times is None else times).when(kind == nw.lit(of)).then(value)
    return None if times is None else cast("nw.Expr", times.otherwise(None))


def measured_constant(constants: Mapping[str, str], name: str) -> float:
    """Return what is set for every row of a measured column.

    Raises
    ------
    footprint.errors.UsageError : no number of zero or more
    """
    text = constants[name].strip()
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise UsageError(f"{name}: '{clipped(text)}' is no number of zero or more.")
    return value


def that_add_up(mapping: ColumnMap) -> frozenset[str]:
    """Return the loads whose sum over rows follows from the sums of the counts: the linear ones, without a constant.

    The equations themselves are asked, with counts of two rows, of both together, and of none.
    """
    counts = [name for name in COUNTS if name in mapping.columns]
    if not counts:
        return frozenset()
    one = [2.0 + place for place in range(len(counts))]
    other = [31.0 + place**2 for place in range(len(counts))]
    rows = zip(counts, zip(one, other, map(sum, zip(one, other, strict=True)), strict=True), strict=True)
    asked = nw.from_dict({name: [0.0, *values] for name, values in rows}, backend="polars")
    loads = {name: load for name, load in all_loads(mapping).items() if name != WHOLE}
    found = asked.select(*(load.magnitude.alias(name) for name, load in loads.items()))
    return frozenset(
        name
        for name, (none, first, second, both) in ((name, found[name].to_list()) for name in found.columns)
        if none == 0 and both == first + second
    )


def all_loads(mapping: ColumnMap, methods: Iterable[Method] = METHODS.values()) -> dict[str, Quantity]:
    """Return the loads of every method that rows of this mapping can have."""
    loads: dict[str, Quantity] = {}
    times = times_of(mapping)
    if times is not None:
        loads[WHOLE] = Quantity(times, "")
    for method in methods:
        loads.update(loads_of(method, mapping))
    return loads
