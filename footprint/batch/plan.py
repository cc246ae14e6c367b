"""The plan of a batch: distinct combinations are settled once, rows go through the equations as columns.

The equations are those of a single estimate. What depends on the combination alone (the energy of a token, a
factor of the grid) is computed once for each combination, read with arrays; what depends on the row is an expression
of the engine. Units are checked while the plan is built: a wrong one is an error before the first row is read.
"""

from __future__ import annotations

import datetime
import logging
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np

from footprint.activities import Query
from footprint.batch.columns import COUNTS, TEXTS, ColumnMap
from footprint.batch.engines import DAY, NUMBERS, PERIOD, SETTING, WRITES, Engine
from footprint.batch.rows import FAULTS, LARGEST, REMARKS, Chain, collected, faults_of, prepared, raw, readable
from footprint.catalogue import Catalogue
from footprint.errors import DataError, FootprintError
from footprint.magnitudes.column import column, constant, first_known
from footprint.methods import IMPACTS, METHODS, Method, evaluate
from footprint.results import COLUMNS, RESULTS
from footprint.settling import FIRST_YEAR, Setting, settle_each
from footprint.units import Quantity

log = logging.getLogger(__name__)

#: Columns of the plan's own, while it works; an input with such a name keeps it as source_...
FAULT = "__fault"
#: Unknown names beyond this many are rejected without suggesting near ones.
_SUGGESTIONS = 200

_UNITS = {"requests": "request", "input_tokens": "token", "output_tokens": "token"}
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
    #: results as quantities whose magnitudes are columns
    results: dict[str, Quantity] = field(default_factory=dict)
    #: remarks that are the same for every row
    remarks: dict[str, str] = field(default_factory=dict)

    def applied(self, frame: Any) -> Any:
        """Return a native frame with results, remarks and faults for every row."""
        narwhal = self._checked(nw.from_native(self.prepared(frame)))
        if self.keys:
            keys = [_key(name) for name in self.keys]
            narwhal = nw.from_native(self.engine.attach(nw.to_native(narwhal), self.lookup, keys))
        good = nw.col(FAULT).is_null()
        if self.keys:
            good = good & (nw.col(SETTING) >= 0)
        columns = []
        for name, unit in RESULTS.items():
            if name in self.results:
                value = self.results[name].m_as(unit)
                columns.append(nw.when(good).then(value).otherwise(None).cast(nw.Float64).alias(COLUMNS[name]))
            else:
                columns.append(nw.lit(None).cast(nw.Float64).alias(COLUMNS[name]))
        columns.extend(nw.lit(text).alias(name) for name, text in self.remarks.items())
        columns.append(nw.lit(self.edition).alias("edition"))
        columns.extend(_constant(name, text) for name, text in self.mapping.constants.items())
        for name in COUNTS:
            if name in self.mapping.columns:
                whole = nw.when(nw.col(FAULT).is_null()).then(nw.col(name)).otherwise(None)
                columns.append(whole.cast(nw.Int64).alias(name))
                # What can be read is counted, also where something else is wrong with the row.
                sound = (nw.col(name) >= 0) & (nw.col(name) <= LARGEST)
                columns.append(nw.when(sound).then(nw.col(name)).otherwise(None).alias(readable(name)))
        return nw.to_native(narwhal.with_columns(*columns))

    def rejection(self) -> dict[str, nw.Expr]:
        """Return what to say of a row that was not estimated: which column, its value, and the reason."""
        fault, keyed = nw.col(FAULT), bool(self.keys)
        where, why, value = (Chain() for _ in range(3))
        for number, rule in enumerate(FAULTS):
            if rule.column in self.mapping.columns:
                where.add(fault == number, nw.lit(rule.column))
                why.add(fault == number, nw.lit(rule.reason))
        for name in (*TEXTS, *COUNTS, "date"):
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
        return prepared(frame, self.mapping, self.engine)

    def good(self) -> nw.Expr:
        """Return what is true for a row that was estimated."""
        fine = nw.col(FAULT).is_null()
        return fine & (nw.col(SETTING) >= 0) if self.keys else fine

    def outputs(self, present: Sequence[str]) -> list[str]:
        """Return the columns of the output: those of the input, then constants, results and remarks."""
        own = [*self.mapping.constants, *COLUMNS.values(), *REMARKS, "edition"]
        return [*(name for name in present if name not in own and not name.startswith("__")), *own]

    def _checked(self, narwhal: Any) -> Any:
        """Add the fault of each row, if any, and the period it lies in."""
        fault = Chain()
        for number, condition in faults_of(self.mapping, self.today):
            fault.add(condition, nw.lit(number))
        columns = [fault.otherwise(None).cast(nw.Int32).alias(FAULT)]
        if PERIOD in self.keys:
            columns.append(_period(self.breaks))
        if WRITES in self.keys:
            columns.append(nw.when(nw.col("output_tokens") > 0).then(1).otherwise(0).cast(nw.Int32).alias(WRITES))
        filled = [
            nw.coalesce(nw.col(name).str.strip_chars(string.whitespace), nw.lit("")).alias(_key(name))
            for name in TEXTS
            if name in self.mapping.columns
        ]
        return narwhal.with_columns(*columns, *filled)


def build_plan(frame: Any, mapping: ColumnMap, catalogue: Catalogue, engine: Engine) -> Plan:
    """Settle every distinct combination of ``frame`` and return the plan.

    Raises
    ------
    footprint.FootprintError : what is the same for every row is wrong, so that none could be estimated
    footprint.UnitError : an equation was given the wrong boundary or dimension
    """
    _check_constants(mapping.constants)
    keys = [name for name in TEXTS if name in mapping.columns]
    plan = Plan(mapping, engine, catalogue.edition, datetime.date.today(), (), (), {}, [])
    if "date" in mapping.columns:
        plan.breaks = _breaks(plan, frame, catalogue)
        keys.append(PERIOD)
    if mapping.has("input_tokens") and "output_tokens" in mapping.columns:
        keys.append(WRITES)  # a row that only reads has another method
    plan.keys = tuple(keys)
    combinations = _combinations(plan, frame) if keys else [{}]
    catalogue.suggestions = _SUGGESTIONS
    try:
        outcomes = _settled(plan, combinations, catalogue)
    finally:
        catalogue.suggestions = None
    errors = [outcome for outcome in outcomes if isinstance(outcome, FootprintError)]
    if errors and len(errors) == len(outcomes) and not any(_blamed(error)[0] in mapping.columns for error in errors):
        raise errors[0]
    if len(outcomes) == 1 and isinstance(outcomes[0], Setting):
        plan.keys = ()  # one combination for all rows: its figures are constants, nothing is joined
    log.info("%d distinct combinations settled", len(combinations))
    _fill(plan, combinations, outcomes)
    return plan


def _check_constants(constants: Mapping[str, str]) -> None:
    """Refuse what is no date or no amount before a row is read."""
    given: dict[str, Any] = {"model": "any", **constants}
    Query(**given)


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
    settled = iter(settle_each([item for item in outcomes if isinstance(item, Query)], catalogue))
    return [next(settled) if isinstance(item, Query) else item for item in outcomes]


def _activity(plan: Plan, combination: Mapping[str, Any]) -> Query:
    """Return the activity that stands for a combination: its amounts are those of one row, whatever they are."""
    texts = {name: combination.get(name, plan.mapping.constants.get(name)) for name in TEXTS}
    text = {name: (value or "").strip() or None for name, value in texts.items()}
    date: Any = plan.mapping.constants.get("date")
    if PERIOD in combination:
        date = plan.breaks[combination[PERIOD]]
    amounts: dict[str, Any] = {name: 1.0 for name in ("input_tokens", "output_tokens") if plan.mapping.has(name)}
    if WRITES in combination:
        amounts["output_tokens"] = float(combination[WRITES])
    amounts |= {name: text for name, text in plan.mapping.constants.items() if name in COUNTS}
    if "requests" in plan.mapping.columns:
        amounts["requests"] = 2.0  # many, so that what is assumed of several requests is said
    return Query(model=text["model"], region=text["region"], provider=text["provider"], date=date, **amounts)


def _combinations(plan: Plan, frame: Any) -> list[dict[str, Any]]:
    narwhal = plan._checked(nw.from_native(plan.prepared(frame))).filter(nw.col(FAULT).is_null())
    keyed = narwhal.select(*(nw.col(_key(name)).alias(name) for name in plan.keys)).unique()
    # A data frame is sorted so that settings, and so files, come in the same order at every run.
    return sorted(collected(keyed), key=lambda row: [str(row[name]) for name in plan.keys])


def _breaks(plan: Plan, frame: Any, catalogue: Catalogue) -> tuple[datetime.date, ...]:
    """Return the days within the data's span on which a factor's year or a product's figure may change."""
    sound = (nw.col(DAY) >= nw.lit(datetime.date(FIRST_YEAR, 1, 1))) & (nw.col(DAY) <= nw.lit(plan.today))
    span = (
        nw.from_native(plan.prepared(frame))
        .filter(sound)
        .select(nw.col(DAY).min().alias("first"), nw.col(DAY).max().alias("last"))
    )
    (row,) = collected(span)
    first, last = row["first"], row["last"]
    if first is None:
        return (plan.today,)
    days = {datetime.date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    # Figures of products change on any day, but few files name a product.
    periods = (
        catalogue.rows("SELECT valid_from, valid_to FROM products") if _names_products(plan, frame, catalogue) else []
    )
    for period in periods:
        days.add(period["valid_from"])
        if period["valid_to"]:
            days.add(period["valid_to"] + datetime.timedelta(days=1))
    return (first, *sorted(day for day in days if first < day <= last))


def _names_products(plan: Plan, frame: Any, catalogue: Catalogue) -> bool:
    constant = plan.mapping.constants.get("model")
    if constant is not None:
        return catalogue.find("product", constant) is not None
    names = collected(nw.from_native(plan.prepared(frame)).select("model").unique())
    return any(row["model"] and catalogue.find("product", row["model"]) for row in names)


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


def _fill(plan: Plan, combinations: Sequence[Mapping[str, Any]], outcomes: Sequence[Setting | FootprintError]) -> None:
    """Compute what depends on the combination alone, lay it into the lookup, and write the rest as expressions."""
    plan.settings = [outcome for outcome in outcomes if isinstance(outcome, Setting)]
    numbers, count = [], 0
    for outcome in outcomes:
        numbers.append(count if isinstance(outcome, Setting) else -1)
        count += isinstance(outcome, Setting)
    # Under their own names: the columns of the rows keep theirs.
    lookup: dict[str, list[Any]] = {_key(name): [row[name] for row in combinations] for name in plan.keys}
    lookup[SETTING] = numbers
    methods = list(dict.fromkeys(setting.method.id for setting in plan.settings))
    found: list[dict[str, Quantity]] = []
    for position, id in enumerate(methods):
        method = METHODS[id]
        known = _of_combinations(method, plan.settings)
        rest = _row_steps(method, known)
        values: dict[str, Quantity] = {}
        for name in sorted({name for step in rest for name in step.units} & known.keys()):
            values[name] = _laid(plan, lookup, numbers, name, known[name], f"__{position}_{name}")
        amounts = _amounts(plan.mapping, method)
        results, _ = evaluate(rest, {**amounts, **values})
        # A result that depends on the combination alone would be the same for a row without any amount: none is.
        found.append({name: results[name] for name in RESULTS if name in results})
    for name in RESULTS:
        choices = [results[name] for results in found if name in results]
        if choices:
            plan.results[name] = choices[0] if len(choices) == 1 else first_known(*choices)
    _lay_remarks(plan, lookup, outcomes, numbers)
    plan.lookup = lookup


def _of_combinations(method: Method, settings: Sequence[Setting]) -> dict[str, Quantity]:
    """Return what is known of each setting without any amount, as arrays; NaN where a setting does not know it."""
    groups: dict[frozenset[str], list[int]] = {}
    for index, setting in enumerate(settings):
        if setting.method.id == method.id:
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
    lookup[place] = [None if number < 0 or np.isnan(array[number]) else float(array[number]) for number in numbers]
    return column(place, unit)


def _amounts(mapping: ColumnMap, method: Method) -> dict[str, Quantity]:
    """Return the amounts of a row as columns."""
    amounts = {}
    for name in COUNTS:
        if name in mapping.columns:
            amounts[name] = column(name, _UNITS[name])
        elif name in mapping.constants:
            amounts[name] = constant(_number(name, mapping.constants[name]), _UNITS[name])
    if "requests" not in amounts:
        amounts["requests"] = constant(1.0, "request")
    elif "attention_it_energy" in {step.gives for step in method.equations} and "requests" in mapping.columns:
        # Only the mean length of a prompt divides by requests, and a row without requests has no prompts.
        amounts["requests"] = Quantity(
            nw.when(nw.col("requests") > 0).then(nw.col("requests")).otherwise(1.0), _UNITS["requests"]
        )
    return amounts


def _number(name: str, text: str) -> float:
    from footprint.activities import amount

    return float(amount(name, text).magnitude)


def _constant(name: str, text: str) -> nw.Expr:
    return nw.lit(_number(name, text) if name in COUNTS else text).alias(name)


def _lay_remarks(
    plan: Plan, lookup: dict[str, list[Any]], outcomes: Sequence[Setting | FootprintError], numbers: Sequence[int]
) -> None:
    texts: dict[str, list[str | None]] = {name: [] for name in (*REMARKS, "__where", "__why")}
    for outcome in outcomes:
        if isinstance(outcome, Setting):
            remarks = (
                outcome.method.id,
                outcome.quality,
                ";".join(use.id for use in outcome.factors.values() if use.rung != "definition"),
                " ".join(outcome.warnings),
            )
            for name, text in zip((*REMARKS, "__where", "__why"), (*remarks, None, None), strict=True):
                texts[name].append(text)
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


def _blamed(error: FootprintError) -> tuple[str, str]:
    """Return the column that an error is about, and its text."""
    what = str(getattr(error, "what", "")).partition(" ")[0]
    if what in ("region", "provider"):
        return what, str(error)
    if isinstance(error, DataError):  # a date outside the factors
        return "date", str(error)
    return "model", str(error)


def _key(name: str) -> str:
    return name if name in NUMBERS else f"__key_{name}"
