"""Files in and files out: recognised before they are read, written beside their final name and then renamed."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from footprint.batch.engines import FORMATS
from footprint.errors import DataError, UsageError

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was recognised."""

    name: str
    path: Path
    form: str
    delimiter: str = ","


@contextmanager
def recognised(names: Sequence[str], form: str | None, allow_overlap: bool) -> Iterator[list[Input]]:
    """Yield the files that ``names`` name, ``-`` being the standard input, each with its format.

    Raises
    ------
    footprint.errors.DataError : a file is missing, empty or of no known format, or the same file is given twice
    """
    with tempfile.TemporaryDirectory(prefix="footprint-") as folder:
        inputs = []
        for name in names:
            path = Path(name)
            if name == "-":
                path = Path(folder) / "standard-input"
                with path.open("wb") as spool:
                    shutil.copyfileobj(sys.stdin.buffer, spool)
            inputs.append(_recognise(name, path, form))
        if not allow_overlap:
            _refuse_twins(inputs)
        yield inputs


def format_of(path: Path, form: str | None) -> str:
    """Return the format of an output, by its name unless it was stated.

    Raises
    ------
    footprint.errors.UsageError : the name does not tell

    Examples
    --------
    >>> format_of(Path("out.parquet"), None)
    'parquet'
    """
    known = form or FORMATS.get(path.suffix.lower())
    if known is None:
        raise UsageError(f"{path}: the name does not tell the format; end it in .parquet, .csv or .jsonl.")
    return known


@contextmanager
def beside(target: Path | None) -> Iterator[Path | None]:
    """Yield a path beside ``target`` to write to; it takes the name of ``target`` only when all went well.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with beside(Path(folder) / "a.csv") as draft:
    ...         _ = draft.write_text("x")
    ...     print((Path(folder) / "a.csv").read_text())
    x
    """
    if target is None:
        yield None
        return
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file.")
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.parent}; make it first.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        draft = Path(folder) / target.name
        yield draft
        draft.replace(target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recognise(name: str, path: Path, form: str | None) -> Input:
    shown = "standard input" if name == "-" else name
    if path.is_dir():
        raise DataError(f"{shown} is a folder; name its files, such as {shown.rstrip('/')}/*.csv.")
    if not path.exists():
        raise DataError(f"{shown}: no such file.")
    with path.open("rb") as file:
        head = file.read(65536)
    if not head.strip():
        raise DataError(f"{shown} is empty.")
    if head[:2] == b"\x1f\x8b":
        raise DataError(f"{shown} is compressed: unpack it first, such as gunzip -c FILE | footprint batch - ...")
    known = form or _sniffed(head) or FORMATS.get(path.suffix.lower()) or "csv"
    if known == "parquet" and head[:4] != b"PAR1":
        raise DataError(f"{shown} is no Parquet file; name its format with --input-format.")
    if known != "csv":
        return Input(shown, path, known)
    if b"\0" in head:
        raise DataError(f"{shown} is neither CSV, JSON lines nor Parquet; name its format with --input-format.")
    line = head.partition(b"\n")[0].decode("utf-8", "replace")
    return Input(shown, path, known, max(_DELIMITERS, key=line.count))


def _sniffed(head: bytes) -> str | None:
    if head[:4] == b"PAR1":
        return "parquet"
    return "jsonl" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else None


def _refuse_twins(inputs: Sequence[Input]) -> None:
    """Refuse the same content twice: a month counted twice looks like any other total."""
    by_size: dict[int, list[Input]] = {}
    for item in inputs:
        by_size.setdefault(item.path.stat().st_size, []).append(item)
    for same in by_size.values():
        seen: dict[str, str] = {}
        for item in same if len(same) > 1 else ():
            content = digest(item.path)
            if content in seen:
                raise DataError(
                    f"{seen[content]} and {item.name} are the same file: its use would be counted twice; "
                    "leave one out, or say --allow-overlap."
                )
            seen[content] = item.name
