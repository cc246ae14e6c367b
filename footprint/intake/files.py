"""Files in and files out: recognised before they are read, written beside their final name and then renamed."""

from __future__ import annotations

import functools
import glob
import gzip
import hashlib
import json
import math
import re
import shutil
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from footprint.errors import DataError, UsageError, clipped
from footprint.intake.csvfiles import check, delimiter_of, header, is_plain, lay_out
from footprint.intake.scratch import room, scratch

#: Formats of files, by the end of their names.
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".log": "csv",
    ".parquet": "parquet",
}
#: What a packed file may grow to: logs shrink to a fortieth, a bomb to a thousandth.
_UNPACKED_FREELY = 256 << 20
_UNPACKED_TIMES = 200
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Logs that are no table: of MLPerf, of a power analyser, of Prometheus.
_TEXT = rb"\s*(:::MLLOG |# (HELP|TYPE) |Time,\d\d-\d\d-\d{4} |\{__name__=|[A-Za-z_:][\w:]*\{\w+=\")"


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was recognised."""

    name: str
    path: Path
    form: str
    delimiter: str = ","
    #: names of the columns, where the format is CSV or Parquet
    columns: tuple[str, ...] = ()
    #: columns of Parquet that hold spans of time, which Polars cannot read
    lapses: tuple[str, ...] = ()
    #: what the engine reads where it is not the file itself: a plain copy
    laid_out: Path | None = None
    #: the file as it was given, where ``path`` is what was unpacked from it
    packed: Path | None = None
    #: the canonical table that a reader has made of it
    canonical: Path | None = None
    #: the reader, what it says of the file, and by reason how many rows it set aside
    reader: str = ""
    notes: tuple[str, ...] = ()
    aside: tuple[tuple[str, int], ...] = ()
    #: what the source states of itself: by result, the sum and the rows behind it
    stated: tuple[tuple[str, float, int], ...] = ()
    #: for each account, node or meter that the source tells apart: which, its first moment, and its last
    spans: tuple[tuple[tuple[str, ...], str, str], ...] = ()

    @property
    def given(self) -> Path:
        """The file as it was given, packed or not."""
        return self.packed or self.path

    @property
    def numbered(self) -> bool:
        """Tell whether the number of its line stands before each record."""
        return self.form == "csv" and self.laid_out is not None


@contextmanager
def recognised(names: Sequence[str], form: str | None, allow_overlap: bool) -> Iterator[list[Input]]:
    """Yield the files that ``names`` name, ``-`` being the standard input, each with its format.

    Raises
    ------
    footprint.errors.DataError : a file is missing, empty or of no known format, or the same file is given twice
    """
    with scratch() as folder:
        inputs = identified(names, form, folder, allow_overlap)
        yield [surveyed(item, folder / f"{place}-plain") for place, item in enumerate(inputs)]


def identified(names: Sequence[str], form: str | None, folder: Path, allow_overlap: bool) -> list[Input]:
    """Return the files that ``names`` name, folders and patterns too, each with its format; unpacked into ``folder``.

    Raises
    ------
    footprint.errors.DataError : a file is missing, empty or of no known format, or the same file is given twice
    """
    inputs = [_recognise(name, folder / str(place), form) for place, name in enumerate(expanded(names))]
    if not allow_overlap:
        _refuse_twins(inputs)
    return inputs


def expanded(names: Sequence[str]) -> Iterator[str]:
    """Yield single files: those of a folder, or that a pattern matches, in the order of their names."""
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            try:
                found = sorted(str(file) for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
            except OSError as error:
                raise DataError(f"{name}: {error.strerror or error}.") from None
            if not found:
                raise DataError(f"{name}: the folder holds no files.")
            yield from found
        elif name != "-" and not path.exists() and glob.has_magic(name):
            matched = sorted(file for file in glob.glob(name, recursive=True) if Path(file).is_file())  # noqa: PTH207
            if not matched:
                raise DataError(f"{name}: no file matches.")
            yield from matched
        else:
            yield name


def _hidden(file: Path, folder: Path) -> bool:
    """Tell whether a file is none that a person put there: a hidden one, or the mark of a job that ended."""
    return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


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
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is no file: a device or a pipe cannot be replaced; name a file.")
    target = target.resolve()  # a link stays a link
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.parent}; make it first.")
    with scratch(f".{target.name}.", target.parent) as folder:
        draft = folder / target.name
        with room(target):
            yield draft
        draft.replace(target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests_beside(paths: Sequence[Path]) -> Callable[[], list[str]]:
    """Begin to take the SHA-256 of files beside other work, and return a function that waits for them."""
    taken: Future[list[str]] = Future()

    def take() -> None:
        try:
            taken.set_result([digest(path) for path in paths])
        except Exception as error:  # told to whoever waits
            taken.set_exception(error)

    # Nobody waits for it who has given up.
    threading.Thread(target=take, daemon=True).start()
    return taken.result


def find_fault(item: Input) -> None:
    """Look for what is wrong with a file that an engine could not read, in words that name the line of a text.

    Raises
    ------
    footprint.errors.DataError : the first line that is no record, or a file that is damaged
    """
    if item.form == "csv":
        for _ in check(item.name, item.path, item.delimiter, len(item.columns)):
            pass
    elif item.form == "jsonl":
        with item.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                _check_object(item.name, number, line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line)
    elif item.form == "parquet":
        _check_parquet(item.name, item.path)


def _check_parquet(name: str, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{name} is damaged ({clipped(error)}); fetch it again.") from None


def _check_object(name: str, number: int, line: bytes) -> None:
    where = f"{name}, line {number}"
    try:
        found = (
            json.loads(line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_check_float)
            if line.strip()
            else {}
        )
    except UnicodeDecodeError:
        raise DataError(f"{where}: no UTF-8 text; save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        about = f" ({error})" if isinstance(error, DataError) else ""
        raise DataError(f"{where}: no JSON object{about}; write one object a line, and the whole of it.") from None
    if not isinstance(found, dict):
        raise DataError(f"{where}: no JSON object; write one object a line, and the whole of it.")


def _check_float(text: str) -> float:
    if math.isinf(float(text)):
        raise DataError(f"{clipped(text)} is beyond all numbers")
    return float(text)


def _refuse_constant(text: str) -> None:
    raise DataError(f"JSON knows no {text}")


def _recognise(name: str, spool: Path, form: str | None) -> Input:
    """Return a file with its format; what can be read only once, such as a pipe, is spooled first."""
    shown, path = "standard input" if name == "-" else name, Path(name)
    if name == "-":
        _spool(sys.stdin.buffer, path := spool)
    elif not path.exists():
        raise DataError(f"{shown}: no such file.")
    elif not path.is_file():
        with path.open("rb") as pipe:
            _spool(pipe, path := spool)
    packed = None
    with _opened(shown, path) as file:
        head = file.read(65536)
    if head[:2] == b"\x1f\x8b":
        packed, plain = path, spool.with_name(f"{spool.name}-unpacked")
        _unpack(shown, path, plain)
        path = plain
        with path.open("rb") as file:
            head = file.read(65536)
    if not head.removeprefix(_BYTE_ORDER_MARK).strip():
        raise DataError(f"{shown} is empty.")
    if head[:4] in (b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zX"):
        raise DataError(f"{shown} is packed in a way that is not read here; unpack it, or pack it with gzip.")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{shown} is UTF-16 text; save it as UTF-8.")
    known = form or _sniffed(head) or FORMATS.get(_suffix(shown, packed)) or "csv"
    if known == "parquet" and head[:4] != b"PAR1":
        raise DataError(f"{shown} is no Parquet file; name its format with --input-format.")
    if known == "parquet" and not _ends_with(path, b"PAR1"):
        raise DataError(f"{shown} ends in the middle: it was cut off; fetch it again.")
    if known == "csv" and b"\0" in head:
        raise DataError(f"{shown} is neither CSV, JSON lines nor Parquet; name its format with --input-format.")
    return Input(shown, path, known, delimiter_of(head) if known == "csv" else ",", packed=packed)


def _ends_with(path: Path, signs: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-min(len(signs), path.stat().st_size), 2)
        return file.read() == signs


def _suffix(name: str, packed: Path | None) -> str:
    """Return the end of a name that tells the format, that of the packing left out."""
    path = Path(name)
    return (path.with_suffix("") if packed and path.suffix.lower() == ".gz" else path).suffix.lower()


@contextmanager
def _opened(name: str, path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(f"{name}: {error.strerror or error}.") from None
    with file:
        yield file


def _unpack(name: str, path: Path, plain: Path) -> None:
    """Unpack a file of gzip, as far as is likely of a file that somebody wrote.

    Raises
    ------
    footprint.errors.DataError : it ends too early, is damaged, or would grow out of all proportion
    """
    most = max(_UNPACKED_FREELY, _UNPACKED_TIMES * path.stat().st_size)
    written = 0
    try:
        with gzip.open(path, "rb") as file, plain.open("wb") as out:
            while block := file.read(1 << 20):
                written += len(block)
                if written > most:
                    raise DataError(
                        f"{name} grows to over {_UNPACKED_TIMES} times its size when it is unpacked, as no usage does; "
                        "unpack it yourself if you trust it."
                    )
                out.write(block)
    except EOFError:
        raise DataError(f"{name} ends in the middle: it was cut off; fetch it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{name} is damaged ({error}); fetch it again.") from None


def _spool(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as spool:
        shutil.copyfileobj(source, spool)


def surveyed(item: Input, copy: Path) -> Input:
    """Return a file with its columns, and with a plain copy where engines would not read it alike, or not at all."""
    if item.form == "jsonl":
        with item.path.open("rb") as file:
            start = file.read(4096).removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
            file.seek(0)
            if start == b"[":
                raise DataError(f"{item.name} is one JSON array; write one object a line, such as jq -c '.[]' FILE.")
            if file.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
                return item
            _spool(file, copy)
        return replace(item, laid_out=copy)
    if item.form == "text":
        raise DataError(f"{item.name} is no table: no reader knows it; see footprint readers.")
    if item.form == "parquet":
        schema = parquet_schema(item.path)
        return replace(item, columns=tuple(schema), lapses=tuple(name for name in schema if schema[name] == "INTERVAL"))
    if item.form != "csv":
        return item
    columns = header(item.name, item.path, item.delimiter)
    if is_plain(item.path, item.delimiter, len(columns)):
        return replace(item, columns=columns)
    lay_out(item.name, item.path, item.delimiter, len(columns), copy)
    return replace(item, columns=columns, laid_out=copy)


def parquet_schema(path: Path) -> dict[str, str]:
    """Return the columns of a Parquet file, each with what its footer says of its type; none where it is damaged.

    Read by DuckDB: Polars panics at a type that it does not know, and tells of that on standard error.
    """
    import duckdb

    asked = "SELECT name, coalesce(num_children, 0), coalesce(converted_type, '') FROM parquet_schema($path)"
    try:
        _, *elements = footers().execute(asked, {"path": literal(path)}).fetchall()
    except (duckdb.Error, ValueError):
        return {}  # who reads the whole says what is wrong with it
    found: dict[str, str] = {}
    inside = 0
    for name, children, kind in elements:
        if not inside:
            found[name] = kind
        inside += children - bool(inside)
    return found


def parquet_rows(path: Path) -> int | None:
    """Return how many rows a Parquet file says that it has; None where it is damaged."""
    import duckdb

    asked = "SELECT num_rows FROM parquet_file_metadata($path)"
    try:
        ((rows,),) = footers().execute(asked, {"path": literal(path)}).fetchall()
    except (duckdb.Error, ValueError):
        return None
    return int(rows)


@functools.cache
def footers() -> Any:
    """Return a connection that reads footers alone, for all files of a run; ``footers.cache_clear()`` ends it."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1})


def literal(path: Path) -> str:
    """Return a path that DuckDB takes for one file, whatever signs its name has."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def _sniffed(head: bytes) -> str | None:
    if head[:4] == b"PAR1":
        return "parquet"
    if re.match(_TEXT, head.removeprefix(_BYTE_ORDER_MARK)):
        return "text"
    return "jsonl" if re.match(rb"\s*(\{|\[\s*\{)", head.removeprefix(_BYTE_ORDER_MARK)) else None


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
