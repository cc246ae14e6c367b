"""What each engine does in its own way: scan files, read numbers from text, join a small table, write.

All else is written once, over narwhals. SQL names columns of our own only; names and values of a file are never text
of a statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from footprint.errors import UsageError

#: Formats of files, by the end of their names.
FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
LINE, DAY = "__line", "__day"
#: A cell that begins so would become a formula in a spreadsheet.
_RISKY = r"^[=+\-@\t\r]"


class Engine(Protocol):
    """An engine that runs lazy plans."""

    name: str

    def scan(self, path: Path, form: str, *, delimiter: str = ",", lines: bool = False) -> Any:
        """Return a lazy frame over a file; text formats give text, and ``lines`` numbers the records."""

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other, by column name."""

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns; what is no number becomes blank."""

    def day(self, frame: Any) -> Any:
        """Add the day of the text column ``date``, which begins with year-month-day; no date becomes blank."""

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup to the rows whose ``keys`` are the same; a row without a match keeps blanks."""

    def write(self, frame: Any, path: Path, form: str) -> None:
        """Write a frame to a file, streaming."""


class PolarsEngine:
    """Polars lazy frames."""

    name = "polars"

    def scan(self, path: Path, form: str, *, delimiter: str = ",", lines: bool = False) -> Any:
        """Return a lazy frame over a file."""
        import polars as pl

        name = LINE if lines else None
        if form == "parquet":
            return pl.scan_parquet(path, row_index_name=name, row_index_offset=1, glob=False)
        if form == "jsonl":
            return pl.scan_ndjson(path, infer_schema_length=None, row_index_name=name, row_index_offset=1)
        # Text throughout: a type that is inferred from the first rows turns later ones blank.
        return pl.scan_csv(
            path, separator=delimiter, infer_schema=False, glob=False, row_index_name=name, row_index_offset=2
        )

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other."""
        import polars as pl

        return frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        import polars as pl

        return frame.with_columns(pl.col(*names).str.strip_chars().cast(pl.Float64, strict=False)) if names else frame

    def day(self, frame: Any) -> Any:
        """Add the day of the text column ``date``."""
        import polars as pl

        day = pl.col("date").str.strip_chars().str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return frame.with_columns(day.alias(DAY))

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup, rows in the order of the frame."""
        import polars as pl

        lazy = isinstance(frame, pl.LazyFrame)
        table = pl.DataFrame(dict(lookup), schema_overrides=_polars_types(lookup), strict=False)
        return frame.join(
            table.lazy() if lazy else table,
            on=list(keys),
            how="left",
            maintain_order="left",
            coalesce=True,
        )

    def write(self, frame: Any, path: Path, form: str) -> None:
        """Write a frame to a file, streaming."""
        import polars as pl

        if form == "parquet":
            frame.sink_parquet(path, mkdir=False)
        elif form == "jsonl":
            frame.sink_ndjson(path, mkdir=False)
        else:
            texts = [name for name, kind in frame.collect_schema().items() if kind == pl.String]
            safe = frame.with_columns(
                pl.when(pl.col(name).str.contains(_RISKY))
                .then(pl.lit("'") + pl.col(name))
                .otherwise(pl.col(name))
                .alias(name)
                for name in texts
            )
            safe.sink_csv(path, mkdir=False)


class DuckDBEngine:
    """DuckDB relations."""

    name = "duckdb"

    def __init__(self, connection: Any = None) -> None:
        self._connection = connection

    @property
    def connection(self) -> Any:
        """The connection that scans and writes; opened when it is first needed."""
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(":memory:")
        return self._connection

    def scan(self, path: Path, form: str, *, delimiter: str = ",", lines: bool = False) -> Any:
        """Return a relation over a file."""
        con = self.connection
        if form == "parquet":
            frame = con.read_parquet(_literal(path))
        elif form == "jsonl":
            frame = con.read_json(_literal(path), format="newline_delimited", sample_size=-1)
        else:
            frame = con.read_csv(
                _literal(path),
                header=True,
                sep=delimiter,
                all_varchar=True,
                quotechar='"',
                escapechar='"',
            )
        if lines:
            first = 2 if form == "csv" else 1
            frame = frame.project(f"*, row_number() OVER () + {first - 1} AS {LINE}")
        return frame

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other."""
        import narwhals as nw

        if len(frames) == 1:
            return frames[0]
        return nw.to_native(nw.concat([nw.from_native(frame) for frame in frames], how="diagonal"))

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        changed = ", ".join(f'TRY_CAST(trim("{name}") AS DOUBLE) AS "{name}"' for name in names)
        return frame.project(f"* REPLACE ({changed})") if names else frame

    def day(self, frame: Any) -> Any:
        """Add the day of the text column ``date``."""
        return frame.project(f'*, TRY_CAST(substr(trim("date"), 1, 10) AS DATE) AS "{DAY}"')

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup within the relation's own connection."""
        import pyarrow as pa

        table = pa.table({name: pa.array(values, type=_arrow_type(values)) for name, values in lookup.items()})
        footprint_lookup = table  # named in the statement below: DuckDB finds it in this frame
        excluded = ", ".join(f'"{key}"' for key in keys)
        on = " AND ".join(f'usage."{key}" = footprint_lookup."{key}"' for key in keys)
        joined = frame.query(
            "usage",
            f"SELECT usage.*, footprint_lookup.* EXCLUDE ({excluded}) FROM usage LEFT JOIN footprint_lookup ON {on}",
        )
        del footprint_lookup
        return joined

    def write(self, frame: Any, path: Path, form: str) -> None:
        """Write a relation to a file, streaming."""
        if form == "parquet":
            frame.write_parquet(str(path), compression="zstd")
        elif form == "jsonl":
            _copy_json(frame, path)
        else:
            texts = [name for name, kind in zip(frame.columns, frame.types, strict=True) if str(kind) == "VARCHAR"]
            import duckdb

            def safe(name: str) -> Any:
                column = duckdb.ColumnExpression(name)
                if name not in texts:
                    return column
                risky = duckdb.FunctionExpression("regexp_matches", column, duckdb.ConstantExpression(_RISKY))
                quoted = duckdb.FunctionExpression("concat", duckdb.ConstantExpression("'"), column)
                return duckdb.CaseExpression(risky, quoted).otherwise(column).alias(name)

            frame.select(*(safe(name) for name in frame.columns)).write_csv(str(path), header=True)


def _copy_json(frame: Any, path: Path) -> None:
    import json

    with path.open("w", encoding="utf-8") as out:
        names = frame.columns
        cursor = frame.execute()
        while rows := cursor.fetchmany(10_000):
            for row in rows:
                out.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str) + "\n")


class EagerEngine:
    """Data frames in memory that narwhals knows, such as pandas and PyArrow; for `footprint.estimate_frame` alone."""

    name = "eager"

    def scan(self, path: Path, form: str, *, delimiter: str = ",", lines: bool = False) -> Any:
        """Refuse: files are scanned by a lazy engine."""
        raise UsageError("files are read by polars or duckdb.")

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the one frame."""
        return frames[0]

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        import narwhals as nw

        def read(name: str) -> Any:
            text = nw.col(name).str.strip_chars()
            sound = text.str.contains(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
            return nw.when(sound).then(text).otherwise(None).cast(nw.Float64).alias(name)

        return nw.to_native(nw.from_native(frame).with_columns(*(read(name) for name in names))) if names else frame

    def day(self, frame: Any) -> Any:
        """Add the day of the text column ``date``."""
        import narwhals as nw

        text = nw.col("date").str.strip_chars().str.slice(0, 10)
        sound = text.str.contains(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
        day = nw.when(sound).then(text).otherwise(None).str.to_datetime(format="%Y-%m-%d").dt.date()
        return nw.to_native(nw.from_native(frame).with_columns(day.alias(DAY)))

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup."""
        import narwhals as nw

        narwhal = nw.from_native(frame, eager_only=True)
        kinds = {int: nw.Int32(), float: nw.Float64(), str: nw.String()}
        schema = {name: kinds[_kind(values)] for name, values in lookup.items()}
        table = nw.from_dict(
            {name: list(values) for name, values in lookup.items()}, schema, backend=narwhal.implementation
        )
        return nw.to_native(narwhal.join(table, on=list(keys), how="left"))

    def write(self, frame: Any, path: Path, form: str) -> None:
        """Refuse: files are written by a lazy engine."""
        raise UsageError("files are written by polars or duckdb.")


def engine_of(frame: Any) -> Engine:
    """Return the engine that runs a native frame.

    Raises
    ------
    footprint.errors.UsageError : no frame that narwhals knows
    """
    import narwhals as nw

    try:
        known = nw.from_native(frame)
    except TypeError:
        raise UsageError(
            f"estimate_frame takes a frame of polars, duckdb, pandas or pyarrow, not {type(frame).__name__}."
        ) from None
    if known.implementation.is_polars():
        return PolarsEngine()
    if known.implementation.is_duckdb():
        return DuckDBEngine()
    if isinstance(known, nw.LazyFrame):
        raise UsageError(f"lazy frames of {known.implementation.name.lower()} are not supported; use polars or duckdb.")
    return EagerEngine()


def _literal(path: Path) -> str:
    """Return a path that DuckDB takes for one file, whatever signs its name has."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def _polars_types(lookup: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    import polars as pl

    kinds = {int: pl.Int32, float: pl.Float64, str: pl.String}
    return {name: kinds[_kind(values)] for name, values in lookup.items()}


def _arrow_type(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    return {int: pa.int32(), float: pa.float64(), str: pa.string()}[_kind(values)]


def _kind(values: Sequence[Any]) -> type:
    """Return the kind of a lookup column: a key may be blank, a remark may be missing everywhere."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and kinds:
        return int
    return float if kinds == {float} else str
