"""Exports as users have them, each to the canonical activity table: one small module a source, over one shared mapper.

A source is recognised from the file itself, or named. `footprint.readers.table` says what a reader makes; another
package can add readers through the entry point group ``footprint.readers``, each entry a `Reader`.
"""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from footprint.errors import DataError, FootprintError, UnknownNameError, UsageError, clipped
from footprint.intake.csvfiles import header
from footprint.intake.files import Input, find_fault, footers, identified, surveyed
from footprint.intake.scan import LINE
from footprint.intake.scratch import scratch
from footprint.readers.head import Head, look
from footprint.readers.reader import Options, Reader, Reading, refuse_form
from footprint.readers.table import COLUMNS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["GROUP", "PLAIN", "Options", "Reader", "Reading", "by_name", "normalised", "opened", "readers"]

#: Entry points of other packages.
GROUP = "footprint.readers"
#: The name of no reader: columns as they are, mapped by the user.
PLAIN = "table"

#: Modules of this package that hold readers, each under ``READERS``.
_MODULES = (
    "activity",
    "traces",
    "mlperf",
    "focus",
    "cur",
    "google_billing",
    "codecarbon",
    "slurm",
    "provider_carbon",
    "nvidia_smi",
    "gpu_metrics",
    "kepler",
    "wandb",
    "meter",
    "openai",
    "anthropic",
    "litellm",
    "openrouter",
    "bedrock",
    "langfuse",
    "otel",
    "azure_openai",
    "vllm",
)


@functools.cache
def readers() -> dict[str, Reader]:
    """Return every reader by its name: ours, then those of other packages.

    Raises
    ------
    footprint.errors.UsageError : two have the same name, or an entry point holds no reader
    """
    found: dict[str, Reader] = {}
    for module in _MODULES:
        for reader in importlib.import_module(f"footprint.readers.{module}").READERS:
            found[reader.name] = reader
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        reader = entry.load()
        if not isinstance(reader, Reader):
            raise UsageError(f"the entry point {entry.name} of {GROUP} holds no Reader.")
        if reader.name in found:
            raise UsageError(f"two readers are called {reader.name}: one of them is of the entry point {entry.name}.")
        found[reader.name] = reader
    return found


def by_name(name: str) -> Reader:
    """Return the reader of this name.

    Raises
    ------
    footprint.errors.UnknownNameError : there is none
    """
    import difflib

    known = readers()
    if name not in known:
        near = difflib.get_close_matches(name, known, 3, 0.5)
        raise UnknownNameError("reader", name, near, "List all: footprint readers")
    return known[name]


def recognised_by(head: Head) -> Reader | None:
    """Return the one reader that knows a file; None where none does.

    Raises
    ------
    footprint.errors.UsageError : several do, and the user must choose
    """
    found = [reader for reader in readers().values() if head.form in reader.forms and reader.recognises(head)]
    if len(found) > 1:
        names = " or ".join(reader.name for reader in found)
        raise UsageError(f"{head.name} may be of several sources: say --reader {names}.")
    return found[0] if found else None


def head_of(item: Input) -> Head:
    """Return the beginning of a file."""
    columns: tuple[str, ...] = ()
    if item.form == "csv":
        columns = header(item.name, item.path, item.delimiter)
    return look(item.name, item.path, item.form, item.delimiter, columns)


@contextmanager
def opened(
    names: Sequence[str],
    form: str | None,
    allow_overlap: bool,
    *,
    reader: str | None = None,
    options: Options | None = None,
) -> Iterator[list[Input]]:
    """Yield the files that ``names`` name, each as its reader gives it, or as it is where none knows it.

    Parameters
    ----------
    reader : the name of the reader of all of them; ``table`` for none; None to recognise each

    Raises
    ------
    footprint.FootprintError : a file cannot be read, or a source does not say what it must
    """
    with scratch() as folder, _footers_read():
        items = identified(names, form, folder, allow_overlap)
        found = [
            _read(item, folder / f"{place}-read", reader, options or Options()) for place, item in enumerate(items)
        ]
        if not allow_overlap:
            refuse_overlap(
                (item.name, item.reader, who, first, last) for item in found for who, first, last in item.spans
            )
        yield found


@contextmanager
def _footers_read() -> Iterator[None]:
    """Keep what reads footers as long as there are files to look at."""
    try:
        yield
    finally:
        footers.cache_clear()


def _read(item: Input, own: Path, name: str | None, options: Options) -> Input:
    own.mkdir()
    plain = own / "plain"
    if name == PLAIN:
        return surveyed(item, plain)
    head = head_of(item)
    chosen = by_name(name) if name else recognised_by(head)
    if chosen is None:
        return surveyed(item, plain)
    item = replace(item, form=head.form)
    refuse_form(chosen, item)
    if item.form in ("csv", "jsonl"):
        item = surveyed(item, plain)
    try:
        reading = chosen.read(item, head, replace(options, scratch=own))
        return _laid(item, chosen, reading, own / "canonical.parquet")
    except FootprintError:
        raise
    except (ValueError, OverflowError) as error:
        raise DataError(f"{item.name}: {clipped(error)} (read as {chosen.name}).") from error
    except _engine_errors() as error:
        find_fault(item)
        raise DataError(f"{item.name}: {clipped(error)} (read as {chosen.name}).") from error


def _engine_errors() -> tuple[type[Exception], ...]:
    """Return what an engine raises of a file that it cannot read."""
    import polars as pl

    return (pl.exceptions.PolarsError,)


def _laid(item: Input, reader: Reader, reading: Reading, path: Path) -> Input:
    """Write the canonical table of a file, and count what was set aside."""
    import polars as pl

    reading.frame.rename(_INSIDE).sink_parquet(path, mkdir=False)
    table = pl.scan_parquet(path, glob=False)
    counted = table.filter(pl.col("set_aside").is_not_null()).group_by("set_aside").len().collect()
    aside = sorted(counted.rows(), key=lambda row: (-row[1], row[0]))
    # A column of ours that says nothing anywhere is none: nothing is asked by it.
    used = table.filter(pl.col("set_aside").is_null()).select(pl.all().count()).collect().row(0, named=True)
    kinds = table.filter(pl.col("set_aside").is_null()).select(pl.col("kind").unique()).collect()["kind"].to_list()
    told = {name for name, known in used.items() if known or name not in COLUMNS}
    # Where no row is a use, or none says of what, the kind stands alone: a model is not asked for.
    told |= set() if any(kinds) else {"kind"}
    columns = tuple(name for name in used if name in told and (name != "kind" or kinds != ["query"]))
    stated = table.select(
        *(pl.col(column).sum().alias(f"{name}_sum") for name, column in STATED.items()),
        *(pl.col(column).count().alias(name) for name, column in STATED.items()),
    )
    sums = stated.collect().row(0, named=True)
    return replace(
        item,
        canonical=path,
        columns=columns,
        reader=reader.name,
        notes=reading.notes,
        aside=tuple(aside),
        stated=tuple((name, float(sums[f"{name}_sum"]), int(sums[name])) for name in STATED if sums[name]),
        spans=tuple(_spans(path, reading.identity)),
    )


#: Results that a source may state of itself, and the columns that hold them.
STATED = {"carbon_location": "stated_carbon_kg", "carbon_market": "stated_carbon_market_kg"}
#: Names that a canonical table has while a batch works on it.
_INSIDE = {"source_row": LINE, **{f"reject_{what}": f"__reject_{what}" for what in ("column", "value", "reason")}}


def normalised(item: Input) -> pl.LazyFrame:
    """Return the canonical table of a file that a reader has read, what was set aside and rejected included."""
    import polars as pl

    if item.canonical is None:
        raise UsageError(f"{item.name}: no reader has read it.")
    return pl.scan_parquet(item.canonical, glob=False).rename({new: name for name, new in _INSIDE.items()})


def refuse_overlap(spans: Iterable[tuple[str, str, Sequence[str], str, str]]) -> None:
    """Refuse two files of one source whose periods overlap: what lies in both would be counted twice.

    Parameters
    ----------
    spans : file, reader, account, first moment and last, as ISO texts of UTC

    Raises
    ------
    footprint.errors.DataError : two overlap
    """
    by_source: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for name, reader, who, first, last in spans:
        by_source.setdefault((reader, *who), []).append((first, last, name))
    for (reader, *_), found in by_source.items():
        found.sort()
        for (_, end, one), (start, _, other) in itertools.pairwise(found):
            if start < end and one != other:
                raise DataError(
                    f"{one} and {other} overlap: both are of {reader} and hold {start[:16]}; what is in both would be "
                    "counted twice. Leave one out, or say --allow-overlap."
                )


def _spans(canonical: Path, identity: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield, for each account of a file, its first moment, and the last, which is no longer within."""
    import polars as pl

    used = pl.scan_parquet(canonical, glob=False).filter(pl.col("set_aside").is_null())
    ends = (pl.col("date").min().alias("first"), pl.coalesce("period_end", "date").max().alias("last"))
    by = [pl.col(name).cast(pl.String).fill_null("") for name in identity]
    found = used.group_by(by).agg(*ends) if by else used.select(*ends)
    for *who, first, last in sorted(found.collect().rows(), key=str):
        if first is not None and last is not None:
            yield tuple(who), first.isoformat(), last.isoformat()
