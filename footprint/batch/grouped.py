"""Rows added up: one pass over them gives, for each combination, group and fault, all that totals and ranges need.

Texts are grouped by as they stand in the file; what follows from a text alone, such as that a model is blank, is found
on the distinct ones afterwards. A load that is a sum of counts is made of the sums of these counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from footprint.activities import TOKENS
from footprint.batch.amounts import all_loads, that_add_up
from footprint.batch.columns import COUNTS, ColumnMap
from footprint.batch.combinations import Settled, begun, settle_all
from footprint.batch.engines import DAY, NUMBERS, Engine, held
from footprint.batch.extents import is_countable
from footprint.batch.keys import Codes, Keys, coded, met, numbered
from footprint.batch.laid import plain_constant
from footprint.batch.laying import remarks_of
from footprint.batch.periods import MONTH, Period
from footprint.batch.plan import FAULT, Plan, key_of
from footprint.batch.rows import BLANK_MODEL, FOUND, REMARKS, blank_model, readable
from footprint.batch.totals import Sums
from footprint.catalogue import Catalogue
from footprint.intake.cells import LARGEST
from footprint.magnitudes.draws import Floats

#: Columns of the aggregation.
_ROWS, _BY, _LOAD = "__rows", "__by_", "__load_"


@dataclass(slots=True)
class Grouped:
    """What one pass over the rows adds up: an entry for each combination, group and fault."""

    #: by group column, the key of each group
    keys: Keys
    sums: Sums
    #: of all rows, whether they were estimated or not
    rows: int
    #: by tokens column, the sum of what can be read, of all rows
    tokens: dict[str, int]


@dataclass(slots=True)
class Added:
    """What the pass over the rows found, before combinations are settled."""

    plan: Plan
    by: Sequence[str]
    #: an entry for each combination, group and fault
    found: pl.DataFrame
    #: by load, the sum of each entry
    loads: dict[str, Floats]
    #: numbers of the faults that rows have
    met: frozenset[int]


def add_up(
    frame: Any,
    mapping: ColumnMap,
    catalogue: Catalogue,
    engine: Engine,
    by: Sequence[str],
    period: Period | None = None,
) -> Added:
    """Add up the rows of ``frame`` in one pass, by combination and group; those outside ``period`` are passed over.

    Raises
    ------
    footprint.FootprintError : what is the same for every row is wrong, so that none could be estimated
    """
    plan = begun(frame, mapping, catalogue, engine, period)
    found, loads = _aggregated(plan, frame, by)
    return Added(plan, by, found, loads, frozenset(found[FAULT].drop_nulls().unique().to_list()))


def settled_and_grouped(added: Added, catalogue: Catalogue) -> tuple[Settled, Grouped]:
    """Settle every distinct combination that a pass has found, and number its groups.

    Raises
    ------
    footprint.FootprintError : nothing could be settled, by what is the same for every row
    """
    plan, found = added.plan, added.found
    good = found[FAULT].is_null().to_numpy()
    columns = [_key_column(found, name) for name in plan.keys]
    columns = [(values, codes[good]) for values, codes in columns]
    first, number = numbered([codes for _, codes in columns], [len(values) for values, _ in columns], int(good.sum()))
    distinct = [tuple(values[codes[entry]] for values, codes in columns) for entry in first]
    # In the order of their keys, so that settings, and so files, come in the same order at every run.
    order = sorted(range(len(distinct)), key=lambda place: [str(part) for part in distinct[place]])
    combinations = [dict(zip(plan.keys, distinct[place], strict=True)) for place in order] if plan.keys else [{}]
    settled = settle_all(plan, combinations, catalogue)
    numbers = np.array(settled.numbers, dtype=np.intp)
    of_distinct = np.empty(len(distinct), dtype=np.intp)
    of_distinct[order] = numbers[: len(distinct)]
    setting = np.full(len(good), -1, dtype=np.intp)
    setting[good] = of_distinct[number]
    return settled, _grouped(settled, found, added.loads, setting, added.by)


def _aggregated(plan: Plan, frame: Any, by: Sequence[str]) -> tuple[pl.DataFrame, dict[str, Floats]]:
    """Add up rows, counts and loads by combination, group and fault; return also the loads."""
    narwhal = plan.checked(nw.from_native(plan.prepared(frame)), plan.keys, texts=False)
    loads = all_loads(plan.mapping)
    counts = [name for name in COUNTS if name in plan.mapping.columns]
    of_counts = that_add_up(plan.mapping)
    by_row = {name: load for name, load in loads.items() if name not in of_counts}
    own = [name for name in by if not _is_derived(name, plan)]
    # A text that groups are by is a key of combinations already.
    texts = [name for name in plan.keys if name not in NUMBERS and name not in own]
    # Names of our own: a column of the input may be called like a sum.
    keys = {
        **{key_of(name): nw.col(name) for name in texts},
        **{f"{_BY}{place}": _group_key(name, plan) for place, name in enumerate(own)},
    }
    narwhal = narwhal.with_columns(
        *(load.magnitude.alias(f"{_LOAD}{name}") for name, load in by_row.items()),
        *(_readable(name, plan) for name in counts),
        *(key.alias(place) for place, key in keys.items()),
    )
    narwhal = nw.from_native(plan.engine.coded(nw.to_native(narwhal), list(keys), plan.listed))
    same = plan.same_for_all()
    names = [name for name in (FAULT, *(name for name in plan.keys if name in NUMBERS)) if name not in same]
    grouped = narwhal.group_by([*names, *keys] or list(same)[:1]).agg(
        nw.len().alias(_ROWS),
        *(nw.col(f"{_LOAD}{name}").sum() for name in by_row),
        *(nw.col(readable(name)).sum() for name in counts),
    )
    found = held(grouped).rename({f"{_BY}{place}": key_of(name) for place, name in enumerate(own)})
    found = found.with_columns(pl.lit(value, pl.Int32).alias(name) for name, value in same.items())
    found = _with_faults_of_texts(plan.mapping, found)
    sums = {name: _floats(found[f"{_LOAD}{name}"]) for name in by_row}
    if of_counts:
        added = nw.from_native(found.select(pl.col(readable(name)).alias(name) for name in counts))
        # Laid beside the counts: what is the same for all rows has as many then.
        of_sums = added.with_columns(*(loads[name].magnitude.alias(f"{_LOAD}{name}") for name in of_counts)).to_native()
        sums |= {name: _floats(of_sums[f"{_LOAD}{name}"]) for name in of_counts}
    return found, {name: sums[name] for name in loads}


def _with_faults_of_texts(mapping: ColumnMap, found: pl.DataFrame) -> pl.DataFrame:
    """Return what was found with the faults that follow from texts alone, as if rows had been asked first."""
    if "model" not in mapping.columns:
        return found
    texts = [name for name in ("model", "kind") if name in mapping.columns]
    named = nw.from_native(found.select(FAULT, *(pl.col(key_of(name)).cast(pl.String).alias(name) for name in texts)))
    first = blank_model(mapping) & (nw.col(FAULT).is_null() | (nw.col(FAULT) != FOUND))
    fault = nw.when(first).then(nw.lit(BLANK_MODEL)).otherwise(nw.col(FAULT))
    return found.with_columns(named.select(fault.cast(nw.Int32).alias(FAULT)).to_native())


def _readable(name: str, plan: Plan) -> nw.Expr:
    """Return the count ``name`` as far as it can be read, also where something else is wrong with the row."""
    if is_countable(plan.extents, name):
        return nw.col(name).alias(readable(name))
    # Parquet leaves NaN out of the ends of a column, by which DuckDB takes the first two for true.
    sound = (nw.col(name) >= 0) & (nw.col(name) <= LARGEST) & nw.col(name).is_finite()
    return nw.when(sound).then(nw.col(name)).otherwise(None).alias(readable(name))


def _group_key(name: str, plan: Plan) -> nw.Expr:
    """Return the column that rows are grouped by; the month is that of the row's day, as a number for speed."""
    if name == MONTH and MONTH not in plan.present:
        return nw.col(DAY).dt.year().cast(nw.Int32) * 100 + nw.col(DAY).dt.month().cast(nw.Int32)
    return nw.col(name)


def _is_derived(name: str, plan: Plan) -> bool:
    """Tell whether a key of groups follows from the combination, or is the same for all rows."""
    return name in plan.mapping.constants or name in (*REMARKS, "edition")


# --- from what was found to groups ------------------------------------------------------------------


def _key_column(found: pl.DataFrame, name: str) -> tuple[list[Any], Codes]:
    """Return the values of a key of combinations, and the place among them of each entry's."""
    values, codes = _coded(found[key_of(name)])
    if name in NUMBERS:
        return values, codes
    # A text that is missing is a blank one.
    own, place = coded(["" if value is None else value for value in values])
    return own, place[codes]


def _coded(column: pl.Series) -> tuple[list[Any], Codes]:
    """Return the distinct values of a column in an order of their own, and the place among them of each entry's."""
    if column.dtype.is_nested():
        values, codes = coded([None if value is None else str(value) for value in column.to_list()])
    elif isinstance(column.dtype, (pl.Categorical, pl.Enum)):
        distinct = column.unique()
        values = distinct.cast(pl.String).to_list()
        numbers = [series.to_physical().cast(pl.Int64).fill_null(-1).to_numpy() + 1 for series in (distinct, column)]
        of_number = np.zeros(int(numbers[0].max(initial=0)) + 1, dtype=np.intp)
        of_number[numbers[0]] = np.arange(len(values))
        codes = of_number[numbers[1]]
    else:
        found = column.unique(maintain_order=True)
        values, codes = _as_python(found), column.replace_strict(found, np.arange(len(found))).to_numpy()
    # Engines meet rows in another order at each run.
    order = sorted(range(len(values)), key=lambda place: (values[place] is not None, str(values[place])))
    place = np.empty(len(values), dtype=np.intp)
    place[order] = np.arange(len(values))
    return [values[number] for number in order], place[codes.astype(np.intp)]


def _as_python(column: pl.Series) -> list[Any]:
    """Return the values of a column; days that no calendar of Python's has are texts."""
    try:
        return column.to_list()
    except (ValueError, OverflowError):
        return column.cast(pl.String).to_list()


def _grouped(
    settled: Settled, found: pl.DataFrame, loads: Mapping[str, Floats], setting: Codes, by: Sequence[str]
) -> Grouped:
    """Number the groups, and part the rows that were estimated from the others."""
    rows = found[_ROWS].cast(pl.Int64).to_numpy()
    tokens = [name for name in settled.plan.mapping.columns if name in TOKENS]
    estimated = np.flatnonzero(setting >= 0)
    columns = [(values, codes[estimated]) for values, codes in _group_columns(settled, found, setting, by)]
    first, groups = numbered([codes for _, codes in columns], [len(values) for values, _ in columns], len(estimated))
    read = {name: _floats(found[readable(name)]) for name in tokens}
    count = max(len(first), 1)
    sums = Sums(
        settings=setting[estimated],
        groups=groups,
        rows=rows[estimated],
        loads={name: values[estimated] for name, values in loads.items()},
        count=count,
        tokens={name: values[estimated] for name, values in read.items()},
    )
    return Grouped(
        keys=Keys([met(values, codes[first]) for values, codes in columns], len(first)),
        # Texts that are missing and blank ones are one combination.
        sums=sums.regrouped(np.arange(count), count),
        rows=int(rows.sum()),
        tokens={name: int(values.sum()) for name, values in read.items()},
    )


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(0.0).to_numpy()


def _group_columns(
    settled: Settled, found: pl.DataFrame, setting: Codes, by: Sequence[str]
) -> list[tuple[list[Any], Codes]]:
    """Return, for each column that rows are grouped by, its values, and the place among them of each entry's."""
    plan, columns = settled.plan, list[tuple[list[Any], Codes]]()
    for name in by:
        if name in REMARKS:
            values, codes = coded([*(remarks_of(item)[name] for item in settled.settings), None])
            columns.append((values, codes[setting]))  # without a setting it is the last
        elif _is_derived(name, plan):
            constant = plan.edition if name == "edition" else plain_constant(name, plan.mapping.constants[name])
            columns.append(([constant], np.zeros(len(setting), dtype=np.intp)))
        else:
            values, codes = _coded(found[key_of(name)])
            months = name == MONTH and MONTH not in plan.present
            columns.append(([_month(value) for value in values] if months else values, codes))
    return columns


def _month(number: int | None) -> str | None:
    return None if number is None else f"{number // 100:04d}-{number % 100:02d}"
