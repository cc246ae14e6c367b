"""What combinations rows have, and what each is settled at: once, however many rows have it."""

from __future__ import annotations

import datetime
import functools
import itertools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from footprint.activities import TOKENS, Activity, CloudInstance, DatacenterLoad, Query, TrainingRun
from footprint.batch.amounts import measured_constant
from footprint.batch.columns import COUNTS, INPUTS, MEASURED, METERED, TEXTS, ColumnMap
from footprint.batch.engines import DAY, PERIOD, SHAPE, Engine, collected
from footprint.batch.extents import are_within, extents_of
from footprint.batch.periods import Period
from footprint.batch.plan import FAULT, Plan, key_of
from footprint.batch.rows import is_dated, named_columns
from footprint.batch.shapes import BLAMED, amounts_of
from footprint.catalogue import Catalogue
from footprint.errors import DataError, FootprintError, NotEstimableError, UsageError, clipped, without_frames
from footprint.settling import FIRST_YEAR, Setting, settle_each
from footprint.settling.market import market_days
from footprint.units import Quantity

log = logging.getLogger(__name__)

#: Unknown names beyond this many are rejected without suggesting near ones.
_SUGGESTIONS = 200
_ROWS = "__rows"
#: Combinations that are settled at once, with one question to the ladder.
_TOGETHER = 50_000


class BlankTokensError(FootprintError):
    """A row of a model without any tokens."""

    def __init__(self, column: str) -> None:
        super().__init__("is blank, and blank is not zero")
        self.what = column


@dataclass(frozen=True)
class Settled:
    """Every combination that rows have, and what became of it."""

    plan: Plan
    #: by key, the values of each
    combinations: Sequence[Mapping[str, Any]]
    #: the activity that stands for each, where there is a setting
    activities: Sequence[Activity | None]
    outcomes: Sequence[Setting | FootprintError]

    @functools.cached_property
    def settings(self) -> list[Setting]:
        """The settings, in the order of their combinations."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Setting)]

    @functools.cached_property
    def numbers(self) -> list[int]:
        """The number of each combination's setting; -1 where there is none."""
        known = [isinstance(outcome, Setting) for outcome in self.outcomes]
        return [before - 1 if own else -1 for before, own in zip(itertools.accumulate(known), known, strict=True)]

    def standing_for(self) -> list[Activity]:
        """Return, for each setting, the activity that stands for its combination."""
        return [activity for activity in self.activities if activity is not None]

    def with_settings(self, settings: Sequence[Setting]) -> Settled:
        """Return the same with these settings, which know what is known once all rows are added up."""
        new = iter(settings)
        return replace(self, outcomes=[next(new) if isinstance(item, Setting) else item for item in self.outcomes])


def settled_of(frame: Any, mapping: ColumnMap, catalogue: Catalogue, engine: Engine) -> Settled:
    """Settle every distinct combination of ``frame``.

    Raises
    ------
    footprint.FootprintError : what is the same for every row is wrong, so that none could be estimated
    """
    plan = begun(frame, mapping, catalogue, engine)
    return settle_all(plan, _combinations(plan, frame) if plan.keys else [{}], catalogue)


def begun(frame: Any, mapping: ColumnMap, catalogue: Catalogue, engine: Engine, period: Period | None = None) -> Plan:
    """Return the plan for a frame, which knows by which columns combinations differ, and nothing of them yet."""
    _check_constants(mapping.constants)
    schema = nw.from_native(frame).collect_schema()
    typed = tuple(
        name
        for name, column in mapping.columns.items()
        if (name in COUNTS and schema[column].is_integer()) or (name == "date" and is_dated(schema[column]))
    )
    extents = extents_of(frame, mapping, typed, engine)
    present = tuple(named_columns(frame, mapping))
    plan = Plan(mapping, engine, catalogue.edition, datetime.date.today(), present, typed, extents, period)
    keys = [name for name in TEXTS if name in mapping.columns]
    if "date" in mapping.columns:
        plan = _broken(plan, frame, catalogue)
        keys.append(PERIOD)
    if any(name in mapping.columns for name in TOKENS):
        keys.append(SHAPE)  # a row that only reads, or only writes, has another method
    return replace(plan, keys=tuple(keys))


def settle_all(plan: Plan, combinations: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Settled:
    """Settle the combinations.

    Raises
    ------
    footprint.FootprintError : none could be settled, by what is the same for every row
    """
    catalogue.suggestions = _SUGGESTIONS
    try:
        settled = _settled(plan, combinations, catalogue)
    finally:
        catalogue.suggestions = None
        catalogue.forget_unknown()
    outcomes = settled.outcomes
    errors = [outcome for outcome in outcomes if isinstance(outcome, FootprintError)]
    if (
        errors
        and len(errors) == len(outcomes)
        and not any(blamed(error)[0] in plan.mapping.columns for error in errors)
    ):
        raise errors[0]
    log.info("settled", extra={"fields": {"combinations": len(combinations), "without": len(errors)}})
    return settled


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


def _settled(plan: Plan, combinations: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Settled:
    """Settle all combinations, with their activities; one that cannot be settled gives its error for both."""
    outcomes: list[Setting | FootprintError] = []
    kept: list[Activity | None] = []
    # A file may hold a million names that nobody knows: the activities that were made of them are not kept.
    for begin in range(0, len(combinations), _TOGETHER):
        some = combinations[begin : begin + _TOGETHER]
        activities, alike = _asked_together(plan, some)
        settled = iter(settle_each([item for item in activities if isinstance(item, Activity)], catalogue, alike))
        for combination, activity in zip(some, activities, strict=True):
            outcome = next(settled) if isinstance(activity, Activity) else activity
            if isinstance(outcome, Setting) and isinstance(activity, Activity) and not isinstance(activity, Query):
                outcome = outcome.of_one(activity)
            if combination.get(SHAPE) == 0 and isinstance(outcome, UsageError) and isinstance(activity, Query):
                outcome = BlankTokensError(next(name for name in BLAMED if name in plan.mapping.columns))
            outcomes.append(outcome)
            kept.append(activity if isinstance(outcome, Setting) and isinstance(activity, Activity) else None)
    return Settled(plan, combinations, kept, outcomes)


def _asked_together(
    plan: Plan, combinations: Sequence[Mapping[str, Any]]
) -> tuple[list[Activity | FootprintError], list[int]]:
    """Return what stands for each combination, and of each activity a number: it is that of all in other regions."""
    firsts: dict[tuple[Any, ...], tuple[int, Activity | FootprintError]] = {}
    found: list[Activity | FootprintError] = []
    alike = []
    for combination in combinations:
        key = tuple([value for name, value in combination.items() if name != "region"])
        if key not in firsts:
            firsts[key] = len(firsts), _asked(plan, combination)
        number, item = firsts[key]
        if isinstance(item, Activity):
            alike.append(number)
            item = item.at(_text_of(plan, combination, "region"))
        found.append(item)
    return found, alike


def _asked(plan: Plan, combination: Mapping[str, Any]) -> Activity | FootprintError:
    try:
        return _activity(plan, combination)
    except FootprintError as error:
        return without_frames(error)


def _text_of(plan: Plan, combination: Mapping[str, Any], name: str) -> str | None:
    """Return a text of a combination, or what is set for all rows; a blank one is none."""
    return (combination.get(name, plan.mapping.constants.get(name)) or "").strip() or None


def _activity(plan: Plan, combination: Mapping[str, Any]) -> Activity:
    """Return the activity that stands for a combination.

    The amounts of a query are those of one row, whatever they are; any other is one hour, or one kilowatt-hour.
    """
    text: dict[str, Any] = {name: _text_of(plan, combination, name) for name in TEXTS}
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
    amounts: dict[str, Any] = amounts_of(combination[SHAPE], plan.mapping) if SHAPE in combination else {}
    amounts |= {name: text for name, text in plan.mapping.constants.items() if name in COUNTS}
    if "requests" in plan.mapping.columns:
        amounts["requests"] = 2.0  # many, so that what is assumed of several requests is said
    return Query(**text, date=date, **amounts)


def _combinations(plan: Plan, frame: Any) -> list[dict[str, Any]]:
    narwhal = plan.checked(nw.from_native(plan.prepared(frame)), plan.keys).filter(nw.col(FAULT).is_null())
    keyed = narwhal.select(*(nw.col(key_of(name)).alias(name) for name in plan.keys))
    # Grouped, not made unique: a cluster then moves the distinct ones, not the rows.
    keyed = keyed.group_by(list(plan.keys)).agg(nw.len().alias(_ROWS)).select(*plan.keys)
    # A data frame is sorted so that settings, and so files, come in the same order at every run.
    return sorted(collected(keyed), key=lambda row: [str(row[name]) for name in plan.keys])


def _broken(plan: Plan, frame: Any, catalogue: Catalogue) -> Plan:
    """Return the plan with its periods, with what is assumed by the rows' dates, and the models where all are known."""
    by_model = "model" in plan.mapping.columns
    rows, every = _spans(plan, frame, by_model=by_model)
    catalogue.expect(len(rows))
    assumptions: list[str] = []
    firsts = [row["first"] for row in rows if row["first"] is not None]
    for row in rows:
        name = row["model"] if by_model else plan.mapping.constants.get("model")
        early = catalogue.too_early(name, row["first"]) if name and row["first"] is not None else None
        assumptions.extend([early] if early else [])
    listed = {key_of("model"): [row["model"] for row in rows]} if by_model and every else {}
    plan = replace(plan, breaks=(plan.today,), assumptions=tuple(assumptions), listed=listed)
    if not firsts:
        return plan
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
    # The days within the data's span on which a factor's year, a product's figure or a contract may change.
    return replace(plan, breaks=(first, *sorted(day for day in days if first < day <= last)))


def _spans(plan: Plan, frame: Any, *, by_model: bool) -> tuple[list[dict[str, Any]], bool]:
    """Return the first and the last day that can be estimated, by model where there is one; whether of all rows."""
    earliest = datetime.date(FIRST_YEAR, 1, 1)
    narwhal = nw.from_native(plan.prepared(frame))
    every = plan.period is None and are_within(plan.extents, earliest, plan.today)
    if every and not by_model:
        return [{"first": plan.extents["date"].low, "last": plan.extents["date"].high}], True
    moment = nw.col("date" if every else DAY)
    if not every:
        narwhal = narwhal.filter((moment >= nw.lit(earliest)) & (moment <= nw.lit(plan.today)))
    ends = (moment.min().alias("first"), moment.max().alias("last"))
    # One pass for the span and the names: figures of products change on any day, but few files name a product.
    found = collected(narwhal.group_by("model").agg(*ends) if by_model else narwhal.select(*ends))
    days = [{name: _day(row[name]) for name in ("first", "last")} for row in found]
    return [row | own for row, own in zip(found, days, strict=True)], every


def _day(moment: datetime.date | None) -> datetime.date | None:
    return moment.date() if isinstance(moment, datetime.datetime) else moment


def blamed(error: FootprintError) -> tuple[str, str]:
    """Return the column that an error is about, and its text."""
    what = str(getattr(error, "what", "")).partition(" ")[0]
    if what in ("region", "provider", "accelerator", "instance") or isinstance(error, BlankTokensError):
        return what, str(error)
    if isinstance(error, DataError):  # a date outside the factors
        return "date", str(error)
    return "model", str(error)
