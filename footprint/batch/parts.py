"""Estimated rows as a folder of files, parted by columns: ``team=a/month=2025-06/00000000.parquet``.

Names and values of a stranger's file become names of folders: signs that a path would read are written in percent, as
other tools read them again.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from footprint.batch.keys import Keys, numbered
from footprint.batch.parquet import sink
from footprint.errors import UsageError, clipped
from footprint.intake.scratch import room, scratch

if TYPE_CHECKING:
    import polars as pl

#: More folders than a person, or a file system, does well with.
_MOST = 10_000
#: Bytes of a name that every file system takes.
_LONGEST = 240
#: How the folder of what is blank is called.
_BLANK = "__HIVE_DEFAULT_PARTITION__"
#: What a column may be called whose name becomes that of a folder.
_NAME = re.compile(r"\w[\w .-]*")


def refuse_kinds(kinds: Mapping[str, Any], parts: Sequence[str]) -> None:
    """Refuse columns whose values name no folder, or whose name does not.

    Raises
    ------
    footprint.errors.UsageError : the first of them
    """
    for name in parts:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--partition-by: '{clipped(name)}' is no name for a folder; rename the column.")
        kind = kinds.get(name)
        if kind is not None and (kind.is_nested() or kind in (nw.Binary, nw.Duration) or kind.is_float()):
            raise UsageError(f"--partition-by: '{clipped(name)}' holds {kind}, which names no folder.")


def count_parts(keys: Keys, within: Sequence[str], parts: Sequence[str]) -> int:
    """Return how many parts there are.

    Raises
    ------
    footprint.errors.UsageError : too many, or a value that names no folder
    """
    columns = [keys.column(within.index(name)) for name in parts]
    for name, (values, _) in zip(parts, columns, strict=True):
        for value in values:
            if not isinstance(value, (str, int, type(None))):
                what = type(value).__name__
                raise UsageError(f"--partition-by: '{clipped(name)}' holds {what}, which names no folder.")
            if len(_folder(name, value)) > _LONGEST:
                raise UsageError(
                    f"--partition-by: '{clipped(str(value), 40)}' of {clipped(name)} is too long for the name of a "
                    "folder; leave the column out."
                )
    first, _ = numbered([codes for _, codes in columns], [len(values) for values, _ in columns], len(keys))
    if len(first) > _MOST:
        raise UsageError(
            f"--partition-by: {len(first):,} parts, of {_MOST:,} at the most; leave out a column with many values."
        )
    return len(first)


def write_parts(frame: pl.LazyFrame, folder: Path, parts: Sequence[str], shared: Mapping[str, str | None]) -> None:
    """Write rows as Parquet, those with the same values of ``parts`` into a folder of their own."""
    import polars as pl

    def path(part: Any) -> str:
        (values,) = part.partition_keys.rows()
        names = [_folder(name, value) for name, value in zip(parts, values, strict=True)]
        return "/".join([*names, f"{part.index_in_partition:08}.parquet"])

    keys = [pl.col(name).cast(pl.String).alias(name) for name in parts]
    target = pl.PartitionBy(folder, key=keys, include_key=False, file_path_provider=path)
    sink(frame, target, shared=shared, apart=parts)


def _folder(name: str, value: Any) -> str:
    """Return the folder of a value, with no sign that a path or a pattern would read."""
    if value is None:
        return f"{name}={_BLANK}"
    text = urllib.parse.quote(str(value), safe="")
    return f"{name}={text.replace('_', '%5F', 1) if value == _BLANK else text}"


def refuse_folder(target: Path) -> None:
    """Refuse a folder that parts cannot go into.

    Raises
    ------
    footprint.errors.UsageError : something is there already: what a folder holds is never mixed, and never removed
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already; parts go into a new folder: name another, or remove it first.")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.resolve().parent}; make it first.")


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Yield a folder beside ``target`` to write to; it takes the name of ``target`` only when all went well.

    Raises
    ------
    footprint.errors.UsageError : parts cannot go into it
    """
    refuse_folder(target)
    target = target.resolve()
    with scratch(f".{target.name}.", target.parent) as own:
        draft = own / target.name
        draft.mkdir()
        with room(target):
            yield draft
        draft.replace(target)
