"""The plan of a batch: distinct combinations are settled once, rows go through the equations as columns.

The equations are those of a single estimate. What depends on the combination alone (the energy of a token, a
factor of the grid) is computed once for each combination, read with arrays; what depends on the row is an expression
of the engine. Units are checked while the plan is built: a wrong one is an error before the first row is read.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np

from footprint.activities import TOKENS, Activity, CloudInstance, DatacenterLoad, Query, TrainingRun, amount
from footprint.batch.amounts import WHOLE, all_loads, measured_constant, of_a_row
from footprint.batch.columns import COUNTS, INPUTS, MEASURED, METERED, REJECTED, TEXTS, ColumnMap
from footprint.batch.engines import DAY, NUMBERS, PERIOD, SETTING, SHAPE, Engine, collected
from footprint.batch.extents import Extents, are_within, extents_of, is_countable, is_positive
from footprint.batch.rows import (
    FAULTS,
    FOUND,
    REMARKS,
    Chain,
    faults_of,
    is_dated,
    named_columns,
    prepared,
    raw,
)
from footprint.batch.totals import unit_bounds
from footprint.catalogue import Catalogue
from footprint.errors import DataError, FootprintError, NotEstimableError, UsageError, clipped
from footprint.magnitudes.column import column, constant, first_known
from footprint.methods import IMPACTS, METHODS, Method, evaluate
from footprint.ranges import Sampler
from footprint.results import COLUMNS, RESULTS, bound_columns
from footprint.settling import FIRST_YEAR, Setting, settle_each
from footprint.settling.market import market_days
from footprint.units import Equation, Quantity

log = logging.getLogger(__name__)

#: A first and a last day.
Period = tuple[datetime.date, datetime.date]
#: Columns of the plan's own, while it works; an input with such a name keeps it as source_...
FAULT = "__fault"
#: Unknown names beyond this many are rejected without suggesting near ones.
_SUGGESTIONS = 200

#: What a row says by which of its tokens are there: whether a prompt is known, and whether something is written.
_READS, _WRITES_NOTHING, _WRITES_SOME = 3, 1, 2
_READ = ("input_tokens", "cached_tokens", "cache_write_tokens")
_WRITTEN = ("output_tokens", "reasoning_tokens")
#: The tokens that a row without any is told to lack: the first of these that is a column.
_BLAMED = (*_WRITTEN, *_READ)
#: Columns of the aggregation, and whether a row lies outside the period.
_ROWS, _OUTSIDE = "__rows", "__outside"
#: Rows can be grouped by the month of their date, where no column of the input has that name.
MONTH = "month"

_NEEDED_UNITS = {
    name: unit
    for steps in (*(method.equations for method in METHODS.values()), IMPACTS)
    for step in steps
    for name, unit in step.units.items()
}


@dataclass(slots=True)
class Plan:
    """What was settled, and the expressions that follow from it."""

    mapping: ColumnMap
    engine: Engine
    edition: str
    today: datetime.date
    #: columns in which combinations differ
    keys: tuple[str, ...]
    #: first days of the periods in which factors and products stay the same
    breaks: tuple[datetime.date, ...]
    #: one row for each combination: keys, number of the setting, what the equations need, remarks, reasons
    lookup: dict[str, list[Any]]
    settings: list[Setting]
    #: counts whose column holds whole numbers by its type, and the date where it is one by its type
    typed: tuple[str, ...] = ()
    #: what these columns hold at the least and at the most, where that is known
    extents: Extents = field(default_factory=dict)
    #: columns of the input, as they are called once mapped
    present: tuple[str, ...] = ()
    #: as they were settled: combinations, what became of each, and the number of its setting, or -1
    combinations: list[Mapping[str, Any]] = field(default_factory=list)
    activities: list[Activity | FootprintError] = field(default_factory=list)
    outcomes: list[Setting | FootprintError] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    #: numbers of the faults that rows have, where a pass over them has told; None: not known
    met: frozenset[int] | None = None
    #: whether results and lookup were written yet
    laid: bool = False
    #: results as quantities whose magnitudes are columns
    results: dict[str, Quantity] = field(default_factory=dict)
    #: draws of the factors, where every row is to have its range
    sampler: Sampler | None = None
    #: what equations give on the way to results, column by column, where the engine wants it written down; those of
    #: one batch need only those before it
    steps: list[dict[str, Any]] = field(default_factory=list)
    #: low and high of results, as columns
    bounds: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: remarks that are the same for every row
    remarks: dict[str, str] = field(default_factory=dict)
    #: what is assumed of rows by their dates
    assumptions: list[str] = field(default_factory=list)
    #: first and last day of the rows that are taken; rows whose date cannot be read are taken too, and rejected
    period: Period | None = None

    def applied(self, frame: Any) -> Any:
        """Return a native frame with results, remarks and faults for every row."""
        if not self.laid:
            _lay(self)
            self.laid = True
        narwhal = self.checked(nw.from_native(self.prepared(frame)))
        if self.keys:
            keys = [key_of(name) for name in self.keys]
            narwhal = nw.from_native(self.engine.attach(nw.to_native(narwhal), self.lookup, keys))
        for batch in self.steps:
            narwhal = narwhal.with_columns(*(value.alias(place) for place, value in batch.items()))
        good, flawless = self.good(), self.flawless

        def where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
            return value if flawless else nw.when(condition).then(value).otherwise(None)

        columns = []
        for name, unit in RESULTS.items():
            value = where(good, self.results[name].m_as(unit)) if name in self.results else nw.lit(None)
            columns.append(value.cast(nw.Float64).alias(COLUMNS[name]))
        for name, ends in self.bounds.items():
            known = good & ~self.results[name].m_as(RESULTS[name]).is_null()
            columns.extend(
                nw.when(known).then(end).otherwise(None).cast(nw.Float64).alias(column)
                for end, column in zip(ends, bound_columns(name), strict=True)
            )
        columns.extend(nw.lit(text).alias(name) for name, text in self.remarks.items())
        columns.append(nw.lit(self.edition).alias("edition"))
        columns.extend(_constant(name, text) for name, text in self.mapping.constants.items())
        for name in COUNTS:
            if name in self.mapping.columns:
                columns.append(where(nw.col(FAULT).is_null(), nw.col(name)).cast(nw.Int64).alias(name))
        return nw.to_native(narwhal.with_columns(*columns))

    def price(self, settings: Sequence[Setting]) -> None:
        """Take the same settings, with what is known once all rows are added up."""
        self.settings = list(settings)
        new = iter(self.settings)
        self.outcomes = [next(new) if isinstance(item, Setting) else item for item in self.outcomes]

    def same_for_all(self) -> dict[str, int | None]:
        """Return what `checked` adds, without texts, that is known to be the same for every row."""
        same: dict[str, int | None] = {}
        if REJECTED[0] not in self.present and not any(self._rules(texts=False)):
            same[FAULT] = None
        if PERIOD in self.keys and len(self.breaks) == 1:
            same[PERIOD] = 0
        if SHAPE in self.keys and _shape_of_all(self.mapping, self.extents) is not None:
            same[SHAPE] = _shape_of_all(self.mapping, self.extents)
        return same

    def _rules(self, *, texts: bool) -> Iterable[tuple[int, nw.Expr]]:
        return faults_of(self.mapping, self.today, self.typed, texts=texts, extents=self.extents)

    def rejection(self) -> dict[str, nw.Expr]:
        """Return what to say of a row that was not estimated: which column, its value, and the reason."""
        fault, keyed = nw.col(FAULT), bool(self.keys)
        where, why, value = (Chain() for _ in range(3))
        if REJECTED[0] in self.present:
            for chain, name in zip((where, value, why), REJECTED, strict=True):
                chain.add(fault == FOUND, nw.col(name))
        for number, rule in enumerate(FAULTS):
            if rule.column in (*self.mapping.columns, *MEASURED, "energy_boundary"):
                where.add(fault == number, nw.lit(rule.column))
                why.add(fault == number, nw.lit(rule.reason))
        for name in (*TEXTS, *COUNTS, *MEASURED, "date"):
            if name in self.mapping.columns:
                about = nw.lit(False)
                for number, rule in enumerate(FAULTS):
                    about = about | (fault == number) if rule.column == name else about
                about = about | (fault.is_null() & (nw.col("__where") == nw.lit(name))) if keyed else about
                value.add(about, nw.col(name if name in TEXTS else raw(name)))
        return {
            "column": where.otherwise(nw.col("__where") if keyed else None),
            "value": value.otherwise(None),
            "reason": why.otherwise(nw.col("__why") if keyed else None),
        }

    def prepared(self, frame: Any) -> Any:
        """Return a native frame whose columns have our names and types, the source's own values beside."""
        whole = prepared(frame, self.mapping, self.engine)
        outside = None if self.period is None else _outside(self.mapping, self.period)
        if outside is None:
            return whole
        told = nw.from_native(whole).with_columns(outside.alias(_OUTSIDE))
        return nw.to_native(told.filter(~nw.col(_OUTSIDE)).drop(_OUTSIDE))

    def good(self) -> nw.Expr:
        """Return what is true for a row that was estimated."""
        fine = nw.col(FAULT).is_null()
        return fine & (nw.col(SETTING) >= 0) if self.keys else fine

    @property
    def flawless(self) -> bool:
        """Whether a pass over the rows has told that every one is estimated."""
        return self.met == frozenset() and all(number >= 0 for number in self.numbers)

    def outputs(self, present: Sequence[str]) -> list[str]:
        """Return the columns of the output: those of the input, then constants, results and remarks."""
        bounds = [column for name in self.bounds for column in bound_columns(name)]
        own = [*self.mapping.constants, *COLUMNS.values(), *bounds, *REMARKS, "edition"]
        return [*(name for name in present if name not in own and not name.startswith("__")), *own]

    def checked(self, narwhal: Any, *, texts: bool = True) -> Any:
        """Add the fault of each row, if any, and the period it lies in.

        Without ``texts``, what follows from a text alone is left to be found on the distinct ones.
        """
        fault = Chain()
        if REJECTED[0] in self.present:
            fault.add(~nw.col(REJECTED[2]).is_null(), nw.lit(FOUND))
        for number, condition in self._rules(texts=texts):
            # A rule that no row was the first to break changes nothing.
            if self.met is None or number in self.met:
                fault.add(condition, nw.lit(number))
        columns = [fault.otherwise(None).cast(nw.Int32).alias(FAULT)]
        if PERIOD in self.keys:
            columns.append(_period(self.breaks))
        if SHAPE in self.keys:
            columns.append(_shape(self.mapping, self.extents))
        if not texts:
            return narwhal.with_columns(*columns)
        filled = [nw.coalesce(nw.col(name), nw.lit("")).alias(key_of(name)) for name in self.keys if name in TEXTS]
        return narwhal.with_columns(*columns, *filled)


class BlankTokensError(FootprintError):
    """A row of a model without any tokens."""

    def __init__(self, column: str) -> None:
        super().__init__("is blank, and blank is not zero")
        self.what = column


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that lie outside the period of a report."""

    rows: int
    #: the first and the last of their days
    first: datetime.date
    last: datetime.date

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {"rows": self.rows, "first": self.first.isoformat(), "last": self.last.isoformat()}


def left_out(frame: Any, mapping: ColumnMap, engine: Engine, period: Period) -> LeftOut | None:
    """Return what of ``frame`` lies outside a period; None where nothing does, or no column says."""
    outside = _outside(mapping, period)
    if outside is None:
        return None
    told = nw.from_native(prepared(frame, mapping, engine)).with_columns(outside.alias(_OUTSIDE))
    rows = told.filter(nw.col(_OUTSIDE))
    if "date" in mapping.constants:
        (row,) = collected(rows.select(nw.len().alias("rows")))
        first = last = datetime.date.fromisoformat(mapping.constants["date"].strip())
    else:
        day = nw.col(DAY)
        (row,) = collected(rows.select(day.count().alias("rows"), day.min().alias("first"), day.max().alias("last")))
        first, last = row["first"], row["last"]
    return LeftOut(int(row["rows"]), first, last) if row["rows"] else None


def _outside(mapping: ColumnMap, period: Period) -> nw.Expr | None:
    """Return what is true for a row that lies outside a period; None where nothing says when a row was."""
    first, last = period
    if "date" in mapping.columns:
        outside = (nw.col(DAY) < nw.lit(first)) | (nw.col(DAY) > nw.lit(last))
        return nw.when(nw.col(DAY).is_null()).then(nw.lit(False)).otherwise(outside)
    if "date" in mapping.constants:
        day = datetime.date.fromisoformat(mapping.constants["date"].strip())
        return nw.lit(value=not first <= day <= last)
    return None


def build_plan(frame: Any, mapping: ColumnMap, catalogue: Catalogue, engine: Engine) -> Plan:
    """Settle every distinct combination of ``frame`` and return the plan.

    Raises
    ------
    footprint.FootprintError : what is the same for every row is wrong, so that none could be estimated
    footprint.UnitError : an equation was given the wrong boundary or dimension
    """
    plan = begun(frame, mapping, catalogue, engine)
    combinations = _combinations(plan, frame) if plan.keys else [{}]
    settle_all(plan, combinations, catalogue)
    return plan


def begun(frame: Any, mapping: ColumnMap, catalogue: Catalogue, engine: Engine, period: Period | None = None) -> Plan:
    """Return a plan that knows by which columns combinations differ, and nothing of the combinations yet."""
    _check_constants(mapping.constants)
    plan = Plan(mapping, engine, catalogue.edition, datetime.date.today(), (), (), {}, [], period=period)
    schema = nw.from_native(frame).collect_schema()
    plan.present = tuple(named_columns(frame, mapping))
    plan.typed = tuple(
        name
        for name, column in mapping.columns.items()
        if (name in COUNTS and schema[column].is_integer()) or (name == "date" and is_dated(schema[column]))
    )
    plan.extents = extents_of(frame, mapping, plan.typed, engine)
    keys = [name for name in TEXTS if name in mapping.columns]
    if "date" in mapping.columns:
        plan.breaks = _breaks(plan, frame, catalogue)
        keys.append(PERIOD)
    if any(name in mapping.columns for name in TOKENS):
        keys.append(SHAPE)  # a row that only reads, or only writes, has another method
    plan.keys = tuple(keys)
    return plan


def settle_all(plan: Plan, combinations: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> list[int]:
    """Settle the combinations, fill the plan, and return the number of each one's setting; -1 where there is none."""
    catalogue.suggestions = _SUGGESTIONS
    try:
        outcomes = _settled(plan, combinations, catalogue)
    finally:
        catalogue.suggestions = None
    errors = [outcome for outcome in outcomes if isinstance(outcome, FootprintError)]
    if (
        errors
        and len(errors) == len(outcomes)
        and not any(_blamed(error)[0] in plan.mapping.columns for error in errors)
    ):
        raise errors[0]
    log.info("settled", extra={"fields": {"combinations": len(combinations), "without": len(errors)}})
    plan.settings = [outcome for outcome in outcomes if isinstance(outcome, Setting)]
    numbers, count = [], 0
    for outcome in outcomes:
        numbers.append(count if isinstance(outcome, Setting) else -1)
        count += isinstance(outcome, Setting)
    plan.combinations, plan.outcomes, plan.numbers = list(combinations), outcomes, numbers
    return numbers


def activities_of(plan: Plan) -> list[Activity]:
    """Return, for each setting of the plan, the activity that stands for its combination."""
    return [
        activity
        for activity, number in zip(plan.activities, plan.numbers, strict=True)
        if number >= 0 and isinstance(activity, Activity)
    ]


def _check_constants(constants: Mapping[str, str]) -> None:
    """Refuse what is no date or no amount before a row is read."""
    given: dict[str, Any] = {"model": "any", **{name: text for name, text in constants.items() if name in INPUTS}}
    Query(**given)
    for name, known in (("kind", ("query", *MEASURED.values())), ("energy_boundary", tuple(METERED))):
        if name in constants and constants[name].strip() not in known:
            raise UsageError(f"{name}: '{clipped(constants[name])}' is none of {', '.join(known)}.")
    for name in MEASURED:
        if name in constants:
            measured_constant(constants, name)


def _settled(
    plan: Plan, combinations: Sequence[Mapping[str, Any]], catalogue: Catalogue
) -> list[Setting | FootprintError]:
    """Settle all combinations together; one that cannot be settled gives its error."""
    outcomes: list[Any] = []
    for combination in combinations:
        try:
            outcomes.append(_activity(plan, combination))
        except FootprintError as error:
            outcomes.append(error)
    asked = plan.activities = list(outcomes)
    settled = iter(settle_each([item for item in outcomes if isinstance(item, Activity)], catalogue))
    outcomes = [next(settled) if isinstance(item, Activity) else item for item in outcomes]
    for place, (combination, activity, outcome) in enumerate(zip(combinations, asked, outcomes, strict=True)):
        if isinstance(outcome, Setting) and isinstance(activity, Activity) and not isinstance(activity, Query):
            outcomes[place] = outcome.of_one(activity)
        if combination.get(SHAPE) == 0 and isinstance(outcome, UsageError) and isinstance(activity, Query):
            outcomes[place] = BlankTokensError(next(name for name in _BLAMED if name in plan.mapping.columns))
    return outcomes


def _activity(plan: Plan, combination: Mapping[str, Any]) -> Activity:
    """Return the activity that stands for a combination.

    The amounts of a query are those of one row, whatever they are; any other is one hour, or one kilowatt-hour.
    """
    texts = {name: combination.get(name, plan.mapping.constants.get(name)) for name in TEXTS}
    text: dict[str, Any] = {name: (value or "").strip() or None for name, value in texts.items()}
    date: Any = plan.mapping.constants.get("date")
    if PERIOD in combination:
        date = plan.breaks[combination[PERIOD]]
    kind, instance, metered = (text.pop(name) for name in ("kind", "instance", "energy_boundary"))
    if kind not in (None, "query"):
        text.pop("model")
        accelerator = text.pop("accelerator")
        if kind == "instance":
            return CloudInstance(instance=instance, hours=Quantity(1, "h"), date=date, **text)
        if kind == "accelerators":
            if accelerator is None:
                unnamed = NotEstimableError("is blank: say which accelerator, such as --set accelerator=a100")
                unnamed.what = "accelerator"
                raise unnamed
            return TrainingRun(accelerator=accelerator, accelerator_hours=Quantity(1, "acc_h"), date=date, **text)
        return DatacenterLoad(energy=Quantity(1, METERED.get(metered or "", "kWh")), date=date, **text)
    amounts: dict[str, Any] = {}
    if SHAPE in combination:
        reads, written = divmod(combination[SHAPE], _READS)
        if reads:
            amounts |= {name: 1.0 for name in _READ if name in plan.mapping.columns}
        if written:
            some = float(written == _WRITES_SOME)
            amounts |= {name: some for name in _WRITTEN if name in plan.mapping.columns}
    amounts |= {name: text for name, text in plan.mapping.constants.items() if name in COUNTS}
    if "requests" in plan.mapping.columns:
        amounts["requests"] = 2.0  # many, so that what is assumed of several requests is said
    return Query(**text, date=date, **amounts)


def _combinations(plan: Plan, frame: Any) -> list[dict[str, Any]]:
    narwhal = plan.checked(nw.from_native(plan.prepared(frame))).filter(nw.col(FAULT).is_null())
    keyed = narwhal.select(*(nw.col(key_of(name)).alias(name) for name in plan.keys))
    # Grouped, not made unique: a cluster then moves the distinct ones, not the rows.
    keyed = keyed.group_by(list(plan.keys)).agg(nw.len().alias(_ROWS)).select(*plan.keys)
    # A data frame is sorted so that settings, and so files, come in the same order at every run.
    return sorted(collected(keyed), key=lambda row: [str(row[name]) for name in plan.keys])


def _breaks(plan: Plan, frame: Any, catalogue: Catalogue) -> tuple[datetime.date, ...]:
    """Return the days within the data's span on which a factor's year, a product's figure or a contract may change."""
    by_model = "model" in plan.mapping.columns
    rows = _spans(plan, frame, by_model=by_model)
    catalogue.expect(len(rows))
    firsts = [row["first"] for row in rows if row["first"] is not None]
    for row in rows:
        name = row["model"] if by_model else plan.mapping.constants.get("model")
        early = catalogue.too_early(name, row["first"]) if name and row["first"] is not None else None
        plan.assumptions.extend([early] if early else [])
    if not firsts:
        return (plan.today,)
    first, last = min(firsts), max(row["last"] for row in rows if row["last"] is not None)
    named = [row["model"] for row in rows] if by_model else [plan.mapping.constants.get("model")]
    products = any(name and catalogue.find("product", name) is not None for name in named)
    days = {datetime.date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    periods = catalogue.rows("SELECT valid_from, valid_to FROM products") if products else []
    for period in periods:
        days.add(period["valid_from"])
        if period["valid_to"]:
            days.add(period["valid_to"] + datetime.timedelta(days=1))
    days |= market_days(catalogue)
    return (first, *sorted(day for day in days if first < day <= last))


def _spans(plan: Plan, frame: Any, *, by_model: bool) -> list[dict[str, Any]]:
    """Return the first and the last day that can be estimated, by model where there is such a column."""
    earliest = datetime.date(FIRST_YEAR, 1, 1)
    narwhal = nw.from_native(plan.prepared(frame))
    if plan.period is None and are_within(plan.extents, earliest, plan.today):
        if not by_model:
            return [{"first": plan.extents["date"].low, "last": plan.extents["date"].high}]
        moment = nw.col("date")
    else:
        moment = nw.col(DAY)
        narwhal = narwhal.filter((moment >= nw.lit(earliest)) & (moment <= nw.lit(plan.today)))
    ends = (moment.min().alias("first"), moment.max().alias("last"))
    # One pass for the span and the names: figures of products change on any day, but few files name a product.
    found = collected(narwhal.group_by("model").agg(*ends) if by_model else narwhal.select(*ends))
    days = [{name: _day(row[name]) for name in ("first", "last")} for row in found]
    return [row | own for row, own in zip(found, days, strict=True)]


def _day(moment: datetime.date | None) -> datetime.date | None:
    return moment.date() if isinstance(moment, datetime.datetime) else moment


def _shape_of_all(mapping: ColumnMap, extents: Extents) -> int | None:
    """Return the shape that every row is known to have; None where they may differ."""
    read = [name for name in _READ if name in mapping.columns]
    written = [name for name in _WRITTEN if name in mapping.columns]
    if not all(is_positive(extents, name) for name in written[:1]):
        return None
    if "input_tokens" in mapping.columns and not is_countable(extents, "input_tokens"):
        return None
    reads = _READS if read or "input_tokens" in mapping.constants else 0
    return reads + (_WRITES_SOME if written else 0)


def _shape(mapping: ColumnMap, extents: Extents) -> nw.Expr:
    """Return the number that says which tokens of a row are there."""
    same = _shape_of_all(mapping, extents)
    if same is not None:
        return nw.lit(same).cast(nw.Int32).alias(SHAPE)
    shape: Any = nw.lit(_READS if "input_tokens" in mapping.constants else 0)
    if "input_tokens" in mapping.columns:
        shape = nw.when(nw.col("input_tokens").is_null()).then(0).otherwise(_READS)
    elif any(name in mapping.columns for name in _READ):
        shape = nw.lit(_READS)
    columns = [nw.col(name) for name in _WRITTEN if name in mapping.columns]
    if columns:
        some, none = columns[0] > 0, columns[0].is_null()  # reasoning stands beside the output tokens
        for column in columns[1:]:
            some = some | (column > 0)
        # A comparison with a blank is blank, and a blank condition does not hold.
        shape = shape + nw.when(some).then(_WRITES_SOME).when(none).then(0).otherwise(_WRITES_NOTHING)
    return shape.cast(nw.Int32).alias(SHAPE)


def _period(breaks: Sequence[datetime.date]) -> nw.Expr:
    """Return the number of the period in which a row's day lies."""
    if len(breaks) == 1:
        return nw.lit(0).cast(nw.Int32).alias(PERIOD)
    return (
        nw.sum_horizontal(*((nw.col(DAY) >= nw.lit(day)).cast(nw.Int32) for day in breaks[1:]))
        .cast(nw.Int32)
        .alias(PERIOD)
    )


# --- from settings to columns ----------------------------------------------------------------------


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
            where, why = _blamed(outcome)
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


def _blamed(error: FootprintError) -> tuple[str, str]:
    """Return the column that an error is about, and its text."""
    what = str(getattr(error, "what", "")).partition(" ")[0]
    if what in ("region", "provider", "accelerator", "instance") or isinstance(error, BlankTokensError):
        return what, str(error)
    if isinstance(error, DataError):  # a date outside the factors
        return "date", str(error)
    return "model", str(error)


def key_of(name: str) -> str:
    """Return the column that holds a key of combinations."""
    return name if name in NUMBERS else f"__key_{name}"
