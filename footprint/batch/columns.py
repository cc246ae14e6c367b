"""The columns that a batch understands, by their public names, and how a file's own names are mapped to them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from footprint.activities import MEDIA, TOKENS
from footprint.errors import DataError, UsageError, clipped, did_you_mean
from footprint.intake.csvfiles import is_pattern

#: Columns that say what happened, each with its meaning; `docs/columns.md` is written from this table.
INPUTS: dict[str, str] = {
    "date": "day of use: a date or a time stamp; without it, today is taken and said",
    "model": "model or product, as the source writes it",
    "region": "country, grid zone or cloud region; blank leaves carbon and grid water open",
    "provider": "who runs the hall; blank takes the region's cloud, or the model's usual host",
    "requests": "number of requests in the row; without the column, one",
    "input_tokens": "tokens read that no cache held, of all requests of the row together; blank: not known",
    "cached_tokens": "tokens read from a cache, beside the input tokens; blank: none",
    "cache_write_tokens": "tokens read and kept in a cache, beside the input tokens; blank: none",
    "output_tokens": "tokens of the answers, of all requests of the row together; blank: not known",
    "reasoning_tokens": "tokens of reasoning, beside the output tokens; blank: none",
    "accelerator": "what serves the model; blank takes the usual one, and says so",
}
#: Columns of other uses than that of a model. They are read where a reader made them, or where they are mapped: a
#: table of the user's may call anything ``kind``.
OTHER_INPUTS: dict[str, str] = {
    "kind": "query (the default), instance, accelerators or energy",
    "instance": "type of a cloud instance",
    "instance_hours": "hours of all instances of the row together",
    "accelerator_hours": "hours of all accelerators of the row together",
    "energy_kwh": "electricity that was metered, in kWh",
    "energy_boundary": "where it was metered: facility, it or accelerator",
}
TEXTS = ("model", "region", "provider", "accelerator", "kind", "instance", "energy_boundary")
COUNTS = ("requests", *TOKENS)
#: What is measured, not counted, and the kind of row that it belongs to.
MEASURED = {"instance_hours": "instance", "accelerator_hours": "accelerators", "energy_kwh": "energy"}
#: Where the electricity of a row was metered, and the unit that says so.
METERED = {"facility": "kWh", "it": "kWh_IT", "accelerator": "kWh_acc"}
#: What a reader says of a row that cannot be used.
REJECTED = ("__reject_column", "__reject_value", "__reject_reason")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of the input is which of ours, and what is the same for every row."""

    #: public name: column of the input
    columns: Mapping[str, str]
    #: public name: the same value for every row
    constants: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether the input or a constant gives ``name``."""
        return name in self.columns or name in self.constants


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Read ``name=value`` texts of an option; several may stand in one, split by commas before a known name.

    >>> pairs(["input_tokens=ContextTokens", "output_tokens=GeneratedTokens"], "--map")
    {'input_tokens': 'ContextTokens', 'output_tokens': 'GeneratedTokens'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not value:
            raise UsageError(f"{option} '{clipped(text)}': write NAME=VALUE, such as {option} model=gpt-4o.")
        known = (*INPUTS, *OTHER_INPUTS)
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f" Did you mean '{near[0]}'?" if near else ""
            raise UsageError(f"{option} '{clipped(text)}': '{clipped(name)}' is none of {', '.join(known)}.{meant}")
        if name in found:
            raise UsageError(f"{option}: {name} is given twice.")
        found[name] = value
    return found


def mapped(
    present: Sequence[str], given: Mapping[str, str], constants: Mapping[str, str], canonical: bool = False
) -> ColumnMap:
    """Return the mapping of a file whose columns are ``present``: what was given, then columns of our own names.

    Of a ``canonical`` table all names are ours; what is set for every row replaces what the source says.

    Raises
    ------
    footprint.errors.DataError : a mapped column is not there, or what an estimate needs is missing
    footprint.errors.UsageError : a name is both mapped and set

    Examples
    --------
    >>> mapped(["model", "Out"], {"output_tokens": "Out"}, {"region": "FR"}).columns
    {'output_tokens': 'Out', 'model': 'model'}
    """
    both = sorted(given.keys() & constants.keys())
    if both:
        raise UsageError(f"{both[0]} is both mapped to a column and set to a value: give one.")
    for column in present:
        if is_pattern(column):
            raise DataError(f"a column is called '{clipped(column)}', which means no single column here; rename it.")
    for name, column in given.items():
        if column not in present:
            meant = did_you_mean(column, present, 0.5)
            raise DataError(f"no column '{clipped(column)}' for {name}{meant} The columns are: {listed(present)}")
    columns = dict(given)
    for name in (*INPUTS, *(OTHER_INPUTS if canonical else ())):
        if name in present and name not in columns and name not in constants:
            columns[name] = name
    for name, column in columns.items():
        other = next(other for other in columns if columns[other] == column)
        if other != name:
            raise UsageError(f"column '{clipped(column)}' is taken for both {other} and {name}: map each to its own.")
    result = ColumnMap(columns, dict(constants))
    if not result.has("model") and not result.has("kind"):
        raise DataError(
            f"no column says which model: map one (--map model=COLUMN) or set it (--set model=gpt-4o). "
            f"The columns are: {listed(present)}"
        )
    return result


def passed_over(present: Iterable[str], mapping: ColumnMap) -> list[str]:
    """Return what a reader of the totals must know of columns that are there and were not read.

    ``present`` are the names of a file's columns once mapped.

    Examples
    --------
    >>> passed_over(["TIMESTAMP", "model"], ColumnMap({"model": "model"}))
    ['no column was read as the date; if TIMESTAMP is one, say --map date=TIMESTAMP.']
    """
    names = {name.casefold(): name for name in present}
    said = [
        f"{name} was set for every row: the column of that name in the input was not read."
        for name in mapping.constants
        if f"source_{name}" in names
    ]
    unread = [names[name] for name in (*MEDIA, "batch_size", "energy_per_request") if name in names]
    if unread:
        said.append(
            f"not read: {', '.join(unread)}; a request counts as one picture or clip, as large as is usual. Estimate "
            "such rows with footprint query."
        )
    dates = [clipped(name, 40) for name in names.values() if "date" in name.casefold() or "time" in name.casefold()]
    if dates and not mapping.has("date"):
        said.append(f"no column was read as the date; if {dates[0]} is one, say --map date={dates[0]}.")
    return said


def listed(columns: Sequence[str]) -> str:
    """Return the first names of columns, as a message shows them."""
    columns = [column for column in columns if not column.startswith("__")]
    shown = ", ".join(clipped(column, 40) for column in columns[:20])
    return shown + (f" and {len(columns) - 20} more" if len(columns) > 20 else "") + "."
