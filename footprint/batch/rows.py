"""The rows of a batch before any estimate: our names and types, and what is wrong with a row by itself."""

from __future__ import annotations

import datetime
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import narwhals as nw

from footprint.activities import TOKENS
from footprint.batch.columns import COUNTS, MEASURED, METERED, REJECTED, TEXTS, ColumnMap
from footprint.batch.engines import DAY, Engine
from footprint.batch.extents import Extents, are_within, is_countable, is_positive
from footprint.errors import DataError, clipped
from footprint.intake.cells import LARGEST, POINT_FOR_THOUSANDS, TWO_READINGS
from footprint.intake.scan import LINE
from footprint.results import COLUMNS, bound_columns
from footprint.settling import FIRST_YEAR

#: Columns that say how a row was estimated.
REMARKS = ("method", "quality", "factors", "warnings")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a row breaks: which column, and why."""

    column: str
    reason: str


#: What can be wrong with a row by itself, in the order in which it is told; its place is its number.
FAULTS: tuple[Fault, ...] = (
    Fault("model", "is blank: a row needs its model"),
    Fault("requests", "is blank, and blank is not zero"),
    *(Fault(name, "is blank, but the row has tokens that belong to it") for name in ("input_tokens", "output_tokens")),
    *(
        Fault(name, reason)
        for name in COUNTS
        for reason in (
            "is not a number",
            "is negative",
            "is not finite",
            "is not a whole number",
            "is too large to be counted exactly",
            TWO_READINGS,
        )
    ),
    Fault("requests", "is zero, but the row has tokens"),
    Fault("date", "is blank: a row needs its date, or leave the column out"),
    Fault("date", "is not a date; write year-month-day first"),
    Fault("date", "lies in the future"),
    Fault("date", f"lies before the first factors, of {FIRST_YEAR}"),
    Fault("kind", f"is none of query, {', '.join(MEASURED.values())}"),
    *(
        Fault(name, reason)
        for name, kind in MEASURED.items()
        for reason in (
            "is not a number",
            "is negative",
            "is not finite",
            f"is blank, but the row is of the kind {kind}",
        )
    ),
    Fault("energy_boundary", f"is none of {', '.join(METERED)}"),
)
#: The number of the rule that a row needs its model, which goes before the others.
BLANK_MODEL = 0
#: The number of what a reader found wrong with a row.
FOUND = len(FAULTS)


class Chain:
    """A chain of conditions, the first that holds wins."""

    def __init__(self) -> None:
        self._chain: Any = None

    def add(self, condition: Any, value: Any) -> None:
        """Add a condition and what it gives."""
        self._chain = (nw if self._chain is None else self._chain).when(condition).then(value)

    def otherwise(self, value: Any) -> Any:
        """Return the expression, with what no condition gives."""
        if self._chain is not None:
            return self._chain.otherwise(value)
        return nw.lit(None) if value is None else value


def prepared(frame: Any, mapping: ColumnMap, engine: Engine) -> Any:
    """Rename mapped columns to our names, move others out of the way, and read numbers and dates from text."""
    narwhal = nw.from_native(frame)
    schema = narwhal.collect_schema()
    names = _renamed(schema.names(), mapping)
    if any(old != new for old, new in names.items()):
        narwhal = narwhal.select(*(nw.col(old).alias(new) for old, new in names.items()))
    types = {names[name]: kind for name, kind in schema.items()}
    _refuse_types(mapping, types)
    counts = [name for name in (*COUNTS, *MEASURED) if name in mapping.columns]
    # JSON's true is no number.
    typed = [name for name in counts if types[name].is_numeric()]
    texts = [nw.col(name).cast(nw.String) for name in TEXTS if name in mapping.columns and types[name] != nw.String]
    texts += [nw.col(name).cast(nw.String) for name in counts if name not in typed and types[name] != nw.String]
    if "date" in mapping.columns and not is_dated(types["date"]) and types["date"] != nw.String:
        texts.append(nw.col("date").cast(nw.String))
    if texts:
        narwhal = narwhal.with_columns(*texts)
    kept = [nw.col(name).cast(nw.String).alias(raw(name)) for name in (*counts, *_dates(mapping))]
    if kept:
        narwhal = narwhal.with_columns(*kept)
    if typed:
        narwhal = narwhal.with_columns(*(nw.col(name).cast(nw.Float64) for name in typed))
    native = engine.numbers(nw.to_native(narwhal), [name for name in counts if name not in typed])
    if "date" in mapping.columns:
        # The source's own time stamp stays as it was; the day beside it picks the factors.
        if not is_dated(types["date"]):
            return engine.day(native)
        if getattr(types["date"], "time_zone", None):
            return engine.day(native, zoned=True)
        moment = nw.col("date")
        moment = moment if types["date"] == nw.Date else moment.dt.date()
        native = nw.to_native(nw.from_native(native).with_columns(moment.alias(DAY)))
    return native


def named_columns(frame: Any, mapping: ColumnMap) -> list[str]:
    """Return the columns of a frame as they are called once mapped: those that rows can be grouped by."""
    return list(_renamed(nw.from_native(frame).collect_schema().names(), mapping).values())


def _renamed(present: Sequence[str], mapping: ColumnMap) -> dict[str, str]:
    """Return the new name of each column: ours for a mapped one, and source_... where a name would meet one of ours."""
    ours = {column: name for name, column in mapping.columns.items()}
    # DuckDB is blind to case: a column 'Region' would meet our 'region'.
    bounds = [column for name in COLUMNS for column in bound_columns(name)]
    own = (*mapping.columns, *mapping.constants, *COLUMNS.values(), *bounds, *REMARKS, "edition")
    taken = {name.casefold() for name in own}
    names = dict(ours)
    for name in present:
        new = name
        if name not in ours and name not in (LINE, *REJECTED):
            if name.casefold() in taken or name.startswith("__"):
                new = f"source_{name.lstrip('_')}"
            while new.casefold() in taken:
                new += "_"
        taken.add(new.casefold())
        names.setdefault(name, new)
    return {name: names[name] for name in present}


def is_dated(kind: Any) -> bool:
    """Tell whether a column of this type holds days or moments."""
    return kind == nw.Date or kind == nw.Datetime


def _refuse_types(mapping: ColumnMap, types: Mapping[str, Any]) -> None:
    """Refuse a column that holds what cannot be a name, a count or a date, such as a list."""
    for name, source in mapping.columns.items():
        kind = types[name]
        if kind.is_nested():
            raise DataError(f"column '{clipped(source)}' for {name} holds {kind}: give one plain value a row.")
        if (name in COUNTS or name in MEASURED) and kind.is_temporal():
            raise DataError(f"column '{clipped(source)}' for {name} holds dates; {name} are numbers.")
        if name == "date" and (kind.is_numeric() or kind == nw.Boolean or kind == nw.Time or kind == nw.Duration):
            raise DataError(f"column '{clipped(source)}' for date holds {kind}; write dates as year-month-day.")


def faults_of(
    mapping: ColumnMap,
    today: datetime.date,
    typed: Sequence[str] = (),
    *,
    texts: bool = True,
    extents: Extents = MappingProxyType({}),
) -> Iterable[tuple[int, nw.Expr]]:
    """Yield the number of each rule that can be broken here, and the expression that is true where it is.

    A column in ``typed`` holds whole numbers or dates by its type, and cannot break the rules about writing them.
    Without ``texts``, the rule that only asks a text is left out: see `blank_model`. So are rules that no row can
    break, for all that is known of what columns hold.
    """
    number = {fault: index for index, fault in enumerate(FAULTS)}

    def numbered(column: str, begins: str) -> int:
        return next(
            index for fault, index in number.items() if fault.column == column and fault.reason.startswith(begins)
        )

    queries = _is_query(mapping)
    if texts and "model" in mapping.columns:
        yield BLANK_MODEL, blank_model(mapping)
    if queries is not None:
        yield from _faults_of_measured(mapping, numbered)
    for name in COUNTS:
        if name not in mapping.columns:
            continue
        if is_countable(extents, name):
            continue
        value = nw.col(name)
        if name == "requests":
            blank = _is_blank(name, typed)
            yield numbered(name, "is blank"), blank & queries if queries is not None else blank
        if name not in typed:
            yield numbered(name, TWO_READINGS), nw.col(raw(name)).str.contains(POINT_FOR_THOUSANDS)
            yield numbered(name, "is not a number"), value.is_null() & ~_is_blank(name, typed)
        yield numbered(name, "is negative"), value < 0
        if name not in typed:
            yield numbered(name, "is not finite"), ~value.is_finite()
        yield numbered(name, "is too large"), value > LARGEST
        if name not in typed:
            yield numbered(name, "is not a whole number"), value != value.round()
    yield from _faults_of_tokens(mapping, numbered, extents)
    if "date" in mapping.columns and not are_within(extents, datetime.date(FIRST_YEAR, 1, 1), today):
        yield numbered("date", "is blank"), _is_blank("date", typed)
        yield numbered("date", "is not a date"), nw.col(DAY).is_null()
        yield numbered("date", "lies in the future"), nw.col(DAY) > nw.lit(today)
        yield numbered("date", "lies before"), nw.col(DAY) < nw.lit(datetime.date(FIRST_YEAR, 1, 1))


def blank_model(mapping: ColumnMap) -> nw.Expr:
    """Return what is true for a row that names no model, but needs one."""
    queries = _is_query(mapping)
    blank = nw.col("model").is_null() | (nw.col("model").str.strip_chars(string.whitespace) == nw.lit(""))
    return blank & queries if queries is not None else blank


def _faults_of_tokens(
    mapping: ColumnMap, numbered: Callable[[str, str], int], extents: Extents
) -> Iterable[tuple[int, nw.Expr]]:
    """Yield what tokens and requests cannot be beside each other."""
    for name, parts in (
        ("input_tokens", ("cached_tokens", "cache_write_tokens")),
        ("output_tokens", ("reasoning_tokens",)),
    ):
        beside = [nw.col(part) > 0 for part in parts if part in mapping.columns]
        if name in mapping.columns and beside and not is_countable(extents, name):
            some = beside[0] if len(beside) == 1 else beside[0] | beside[1]
            yield numbered(name, "is blank"), nw.col(name).is_null() & some
    tokens = [name for name in TOKENS if name in mapping.columns]
    if "requests" in mapping.columns and tokens and not is_positive(extents, "requests"):
        some = nw.col(tokens[0]) > 0
        for name in tokens[1:]:
            some = some | (nw.col(name) > 0)
        yield numbered("requests", "is zero"), (nw.col("requests") == 0) & some


def _faults_of_measured(mapping: ColumnMap, numbered: Callable[[str, str], int]) -> Iterable[tuple[int, nw.Expr]]:
    """Yield what can be wrong with hours and electricity, and with the kind of a row."""
    if "kind" in mapping.columns:
        kinds = ["query", *MEASURED.values()]
        yield numbered("kind", "is none"), ~nw.col("kind").is_null() & ~nw.col("kind").is_in(kinds)
    for name, kind in MEASURED.items():
        of_kind = _is_kind(mapping, kind)
        if name in mapping.columns:
            value, written = nw.col(name), nw.col(raw(name))
            blank = written.is_null() | (written.str.strip_chars(string.whitespace) == nw.lit(""))
            yield numbered(name, "is not a number"), value.is_null() & ~blank
            yield numbered(name, "is negative"), value < 0
            yield numbered(name, "is not finite"), ~value.is_finite()
            yield numbered(name, "is blank"), blank & of_kind
        elif name not in mapping.constants:
            yield numbered(name, "is blank"), of_kind
    if "energy_boundary" in mapping.columns:
        metered = nw.col("energy_boundary")
        known = nw.when(metered.is_null()).then(nw.lit(False)).otherwise(metered.is_in(list(METERED)))
        yield numbered("energy_boundary", "is none"), ~known & _is_kind(mapping, "energy")
    elif "energy_boundary" not in mapping.constants:
        yield numbered("energy_boundary", "is none"), _is_kind(mapping, "energy")


def _is_query(mapping: ColumnMap) -> nw.Expr | None:
    """Return what is true for a row that is the use of a model; None where all are."""
    if not mapping.has("kind"):
        return None
    return (
        nw.col("kind").is_null() | (nw.col("kind") == nw.lit("query"))
        if "kind" in mapping.columns
        else (nw.lit(mapping.constants["kind"].strip() == "query"))
    )


def _is_kind(mapping: ColumnMap, kind: str) -> nw.Expr:
    if "kind" not in mapping.columns:
        return nw.lit(mapping.constants["kind"].strip() == kind)
    return nw.when(nw.col("kind").is_null()).then(nw.lit(False)).otherwise(nw.col("kind") == nw.lit(kind))


def _is_blank(name: str, typed: Sequence[str]) -> nw.Expr:
    if name in typed:
        return nw.col(name).is_null()
    written = nw.col(raw(name))
    return written.is_null() | (written.str.strip_chars(string.whitespace) == nw.lit(""))


def readable(name: str) -> str:
    """Return the column that holds the count ``name`` as far as it can be read, in every row."""
    return f"__read_{name}"


def raw(name: str) -> str:
    """Return the column that holds what the source wrote for ``name``."""
    return f"__raw_{name}"


def _dates(mapping: ColumnMap) -> list[str]:
    return ["date"] if "date" in mapping.columns else []
