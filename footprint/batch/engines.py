"""What each engine does in its own way: scan files, read numbers from text, join a small table, write.

All else is written once, over narwhals. SQL names columns of our own only; names and values of a file are never text
of a statement.
"""

from __future__ import annotations

import json
import math
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from footprint.batch.parquet import as_list, sink
from footprint.errors import DataError, UsageError, clipped
from footprint.intake.cells import NUMBER
from footprint.intake.files import Input, literal
from footprint.intake.scan import LINE, scanned

DAY = "__day"
#: Columns of a lookup that hold whole numbers, also where it has no row.
PERIOD, SHAPE, SETTING = "__period", "__shape", "__setting"
NUMBERS = (PERIOD, SHAPE, SETTING)
#: A cell that begins so would become a formula in a spreadsheet, unless it is a number.
_RISKY = r"^[=+\-@\t\r]"
#: What begins with a day, and goes on with a time or not at all.
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ]|$)"
#: Types of JSON that DuckDB finds and may keep; a text that looks like a date stays the text that it was.
_JSON_TYPES = ("BIGINT", "HUGEINT", "UBIGINT", "DOUBLE", "BOOLEAN")
#: The number of a row's place in a lookup, and how many numbers its keys may make.
_PLACE, _MOST_PLACES = "__place", 5_000_000
#: Texts of a column that are made a list of, to group by their numbers.
_FEW = 50_000
#: Rows that are asked whether the texts of a column are few.
_SOME = 20_000
#: Memory for groups that are found by their places [B], the bits of such a place, and those that DuckDB takes anyway.
_MOST_MEMORY, _MOST_BITS, _USUAL_BITS = 2**28, 32, 12
_NESTED = ("STRUCT", "MAP", "LIST", "ARRAY")


class Engine(Protocol):
    """An engine that runs lazy plans."""

    name: str
    #: whether what equations give on the way is written down in columns, and not put into the next equation
    stepwise: bool

    @property
    def knows_extents(self) -> bool:
        """Whether the least and the most of a column are found without reading its rows."""

    def named(self, frame: Any) -> tuple[Any, dict[str, str]]:
        """Return a frame whose names mean one column each to the engine, and those that it had before."""

    def renamed(self, frame: Any, before: Mapping[str, str]) -> Any:
        """Return a frame whose columns have the names that they had before."""

    def scan(self, item: Input, *, lines: bool = False) -> Any:
        """Return a lazy frame over a file; CSV gives text, and ``lines`` numbers the records by their lines."""

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other, by column name."""

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns; what is no number becomes blank."""

    def day(self, frame: Any, zoned: bool = False) -> Any:
        """Add the day of the text column ``date``, which begins with year-month-day; no date becomes blank.

        Where ``zoned``, the column holds time stamps with a zone, and the day is that of UTC.
        """

    def coded(self, frame: Any, names: Sequence[str], known: Mapping[str, Sequence[Any]]) -> Any:
        """Return a frame whose columns ``names``, where they are texts, are quick to group by.

        Of some the distinct values are ``known``.
        """

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup to the rows whose ``keys`` are the same; a row without a match keeps blanks."""

    def write(self, frame: Any, path: Path, form: str, shared: Mapping[str, str | None]) -> None:
        """Write a frame to a file, streaming.

        ``shared`` are columns that are texts of which many rows have the same, and the text where all have the same.
        """

    def written(self, path: Path) -> int:
        """Return how many rows a Parquet file has that it wrote."""

    def share(self) -> float | None:
        """Return the share of what runs now that is done, between 0 and 1; None where it does not tell."""


class KeepsNames:
    """What an engine does to which any name of a column is that of the column."""

    stepwise = False

    @property
    def knows_extents(self) -> bool:
        """Not: this engine reads rows to know."""
        return False

    def named(self, frame: Any) -> tuple[Any, dict[str, str]]:
        """Return the frame as it is."""
        return frame, {}

    def renamed(self, frame: Any, before: Mapping[str, str]) -> Any:
        """Return the frame as it is."""
        return frame

    def coded(self, frame: Any, names: Sequence[str], known: Mapping[str, Sequence[Any]]) -> Any:
        """Return the frame as it is."""
        return frame


class PolarsEngine(KeepsNames):
    """Polars lazy frames."""

    name = "polars"
    stepwise = True

    def __init__(
        self,
        *,
        listed: Sequence[str] = (),
        keyed: Mapping[str, str] | None = None,
        apart: bool = False,
        rows: int = 0,
    ) -> None:
        #: columns of the lookup whose texts are written once, with a number for each row
        self._listed = frozenset(listed)
        #: keys of the lookup, and the column of the rows that holds the same texts; it is written so, too
        self._keyed = {} if apart else keyed or {}
        #: whether rows go into files of their own, where a list of all texts would tell those of other files
        self._apart = apart
        #: rows that are to come, where that is known, and those that have been looked up
        self._rows, self._done = rows, 0
        #: rows without a place in the lookup
        self.lost = 0

    def share(self) -> float | None:
        """Return the share of the rows that have been looked up; None where nobody knows how many there are."""
        return min(self._done / self._rows, 1.0) if self._rows and self._done else None

    def scan(self, item: Input, *, lines: bool = False) -> Any:
        """Return a lazy frame over a file."""
        if item.lapses and not item.canonical:
            raise DataError(
                f"{item.name}: the column '{clipped(item.lapses[0])}' holds spans of time, which Polars cannot read: "
                "leave it out, or use --engine duckdb."
            )
        return scanned(item, lines=lines)

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other."""
        import polars as pl

        return frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        import polars as pl

        texts = {name: pl.col(name).str.strip_chars(string.whitespace) for name in names}
        return frame.with_columns(
            pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False).alias(name)
            for name, text in texts.items()
        )

    def day(self, frame: Any, zoned: bool = False) -> Any:
        """Add the day of the column ``date``."""
        import polars as pl

        if zoned:
            return frame.with_columns(pl.col("date").dt.convert_time_zone("UTC").dt.date().alias(DAY))
        text = pl.col("date").str.strip_chars(string.whitespace)
        day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return frame.with_columns(pl.when(text.str.contains(DATE)).then(day).alias(DAY))

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup, rows in the order of the frame.

        The keys of a row make the number of its place in the lookup, and columns are taken by that number: a join that
        keeps the order of rows costs several times as much.
        """
        import polars as pl

        lazy = isinstance(frame, pl.LazyFrame)
        table = pl.DataFrame(dict(lookup), schema_overrides=_polars_types(lookup), strict=False)
        named = self._named(table.select(keys))
        places = _places(table.select(keys), named)
        if places is not None:
            place, at = places
            columns = table.drop(keys)
            listed = self._listed & set(columns.columns)
            lists = {name: None if self._apart else as_list(columns[name]) for name in listed}
            columns = columns.cast({name: kind or pl.Categorical() for name, kind in lists.items()})
            frame = frame.with_columns(pl.col(column).cast(kind, strict=False) for column, kind in named.values())

            # All columns at once: numbers are held to the table's length once, and other threads wait for one call.
            rows = columns.to_struct(_PLACE)

            def taken(numbers: pl.Series) -> pl.Series:
                found = at.gather(numbers)
                self._done += len(numbers)
                self.lost += found.null_count()
                return rows.gather(found)

            looked = place.map_batches(taken, return_dtype=pl.Struct(columns.schema), is_elementwise=True)
            return frame.with_columns(looked).unnest(_PLACE).drop(*keys)
        return frame.join(
            table.lazy() if lazy else table,
            on=list(keys),
            how="left",
            maintain_order="left",
            coalesce=True,
        )

    def _named(self, keys: Any) -> dict[str, tuple[str, Any]]:
        """Return, by key, the column of the rows that becomes a number in a list, and the type that lists its texts.

        A key is blank where its column has no text, or a blank one, which a number could not tell: such a column stays.
        """
        filled = [key for key in keys.columns if key in self._keyed and not (keys[key] == "").any()]
        kinds = {key: as_list(keys[key]) for key in filled}
        return {key: (self._keyed[key], kind) for key, kind in kinds.items() if kind is not None}

    def write(self, frame: Any, path: Path, form: str, shared: Mapping[str, str | None]) -> None:
        """Write a frame to a file, streaming."""
        if form == "parquet":
            sink(frame, path, shared=shared)
        elif form == "jsonl":
            frame.sink_ndjson(path, mkdir=False)
        else:
            frame.select(_polars_cell(name, kind) for name, kind in frame.collect_schema().items()).sink_csv(
                path, mkdir=False
            )

    def written(self, path: Path) -> int:
        """Return how many rows a Parquet file has."""
        import polars as pl

        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


def _places(keys: Any, named: Mapping[str, tuple[str, Any]]) -> tuple[Any, Any] | None:
    """Return the number that the keys of a row make, and for each number the place of these keys; None: too many.

    ``named`` are, by key, the column that has its texts as numbers of a list, and the type that lists them.
    """
    import numpy as np
    import polars as pl

    number: Any = None
    own, most = np.zeros(len(keys), dtype=np.int64), 1
    for column in keys:
        values = column.unique(maintain_order=True)
        most *= len(values)
        if most > _MOST_PLACES:
            return None
        digit = pl.col(column.name)
        if column.name in named:
            of_rows, listed = named[column.name]
            digit = pl.col(of_rows).to_physical().cast(pl.UInt32)
            digits = column.cast(listed).to_physical()
        elif column.dtype == pl.String:
            listed = pl.Enum(values)
            digit = digit.cast(listed, strict=False).to_physical().cast(pl.UInt32)
            digits = column.cast(listed).to_physical()
        else:
            digit = digit.replace_strict(values, pl.int_range(len(values), dtype=pl.UInt32, eager=True), default=None)
            digits = column.replace_strict(values, pl.int_range(len(values), eager=True))
        number = digit if number is None else number * len(values) + digit
        own = own * len(values) + digits.cast(pl.Int64).to_numpy()
    # Of the type that Polars takes rows by: any other one it would turn into that.
    at = np.full(most, len(keys), dtype=np.uint32)
    at[own] = np.arange(len(keys), dtype=np.uint32)
    places = pl.Series(at)
    return number.alias(_PLACE), places.set(places == len(keys), None)


def _polars_cell(name: str, kind: Any) -> Any:
    """Return a column as CSV has it: lists as JSON, texts such that no spreadsheet takes them for formulas."""
    import polars as pl

    cell = pl.col(name)
    if kind.is_nested():
        wrapped = pl.struct(cell.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
        cell = pl.when(cell.is_not_null()).then(wrapped)
    elif kind == pl.String:
        risky = cell.str.contains(_RISKY) & ~cell.str.contains(NUMBER)
        cell = pl.when(risky).then(pl.lit("'") + cell).otherwise(cell)
    return cell.alias(_safe_name(name))


class DuckDBEngine(KeepsNames):
    """DuckDB relations."""

    name = "duckdb"

    def __init__(self, connection: Any = None) -> None:
        self._connection = connection
        #: the forms of what was scanned, and how many lists of texts were made
        self._forms: set[str] = set()
        self._lists = 0

    @property
    def knows_extents(self) -> bool:
        """Whether all that was scanned is Parquet, which keeps them; what a reader has made is scanned for them."""
        return self._forms == {"parquet"}

    def share(self) -> float | None:
        """Return the share of what runs now that is done."""
        if self._connection is None:
            return None
        percent = float(self._connection.query_progress())
        return percent / 100 if 0 < percent <= 100 else None

    @property
    def connection(self) -> Any:
        """The connection that scans and writes; opened when it is first needed."""
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(":memory:")
            # Days and time stamps must not depend on where the machine stands.
            self._connection.execute("SET TimeZone = 'UTC'")
            # The lookup is the side that is kept in memory, so that rows stay in their order.
            self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
            # A file is asked for its columns at each step of a plan.
            self._connection.execute("SET parquet_metadata_cache = true")
            # Counted, and printed by nobody but us.
            self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        return self._connection

    def scan(self, item: Input, *, lines: bool = False) -> Any:
        """Return a relation over a file."""
        import duckdb

        con, path = self.connection, item.laid_out or item.path
        self._forms.add("parquet" if item.canonical else item.form)
        if item.canonical:
            frame = con.read_parquet(literal(item.canonical))
            kept = [duckdb.ColumnExpression(name) for name in item.columns if lines or name != LINE]
            return frame.filter("set_aside IS NULL").select(*kept)
        if item.form == "parquet":
            twins = twins_of(item)
            if twins:
                raise DataError(
                    f"{item.name}: the columns '{clipped(twins[0])}' and '{clipped(twins[1])}' differ by case alone: "
                    "DuckDB does not tell them apart; rename one, or use --engine polars."
                )
            frame = con.read_parquet(literal(path))
        elif item.form == "jsonl":
            frame = self._json(path)
        else:
            frame = self._csv(path, item)
            if item.numbered:
                return frame.project(f"* REPLACE (CAST({LINE} AS BIGINT) AS {LINE})" if lines else f"* EXCLUDE {LINE}")
        if lines:
            before = 1 if item.form == "csv" else 0
            frame = frame.project(f"*, row_number() OVER () + {before} AS {LINE}")
        return frame

    def _csv(self, path: Path, item: Input) -> Any:
        """Return a relation over a CSV file; nothing is guessed, so a ragged line is an error, never skipped."""
        import duckdb

        names = [*([LINE] if item.numbered else []), *item.columns]
        frame = self.connection.read_csv(
            literal(path),
            header=True,
            sep=item.delimiter,
            quotechar='"',
            escapechar='"',
            auto_detect=False,
            columns={f"c{place}": "VARCHAR" for place in range(len(names))},
        )
        return frame.select(*(duckdb.ColumnExpression(f"c{place}").alias(name) for place, name in enumerate(names)))

    def _json(self, path: Path) -> Any:
        """Return a relation over JSON lines; where the types of a key differ, its values are text."""
        found = self.connection.read_json(
            literal(path), format="newline_delimited", sample_size=-1, records="true", map_inference_threshold=-1
        )
        kinds = dict(zip(found.columns, found.types, strict=True))
        return self.connection.read_json(
            literal(path),
            format="newline_delimited",
            columns={
                name: str(kind) if str(kind) in _JSON_TYPES or _is_nested(kind) else "VARCHAR"
                for name, kind in kinds.items()
            },
        )

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the rows of all frames, one after the other."""
        import narwhals as nw

        if len(frames) == 1:
            return frames[0]
        return nw.to_native(nw.concat([nw.from_native(frame) for frame in frames], how="diagonal"))

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        read = (
            f"""CASE WHEN regexp_matches({_stripped(name)}, '{NUMBER}')
            THEN TRY_CAST({_stripped(name)} AS DOUBLE) END AS "{name}\""""
            for name in names
        )
        return frame.project(f"* REPLACE ({', '.join(read)})") if names else frame

    def day(self, frame: Any, zoned: bool = False) -> Any:
        """Add the day of the column ``date``."""
        if zoned:
            return frame.project(f"""*, CAST("date" AT TIME ZONE 'UTC' AS DATE) AS "{DAY}\"""")
        text = _stripped("date")
        return frame.project(
            f"""*, CASE WHEN regexp_matches({text}, '{DATE}')
            THEN TRY_CAST(substr({text}, 1, 10) AS DATE) END AS "{DAY}\""""
        )

    def coded(self, frame: Any, names: Sequence[str], known: Mapping[str, Sequence[Any]]) -> Any:
        """Return the frame with texts as numbers of a list that is made of them.

        Parquet keeps a list of the distinct texts of a part: numbers are looked up once for each, not for each row.
        """
        kinds = dict(zip(frame.columns, frame.types, strict=True))
        texts = [name for name in names if str(kinds[name]) == "VARCHAR"] if self._forms == {"parquet"} else []
        coded, bits = [], 0
        lists = {name: known[name] for name in texts if name in known}
        lists |= self._listed(frame, [name for name in texts if name not in known])
        for name, found in lists.items():
            listed = sorted(text for text in found if text is not None)
            if not 0 < len(listed) <= _FEW:
                continue
            bits += (len(listed) + 1).bit_length()
            self._lists += 1
            making = f"CREATE TYPE footprint_{self._lists} AS ENUM (SELECT unnest($texts))"
            self.connection.execute(making, {"texts": listed})
            coded.append(f'TRY_CAST("{name}" AS footprint_{self._lists}) AS "{name}"')
        self._group_by_place(bits)
        return frame.project(f"* REPLACE ({', '.join(coded)})") if coded else frame

    def _listed(self, frame: Any, names: Sequence[str]) -> dict[str, Sequence[Any]]:
        """Return the distinct texts of the columns that have few.

        A list of them is no larger than the groups by them, and only where they are few is it worth its time.
        """
        if not names:
            return {}
        some = frame.select(*names).limit(_SOME)
        (counts,) = some.aggregate(", ".join(f'approx_count_distinct("{name}")' for name in names)).fetchall()
        few = [name for name, count in zip(names, counts, strict=True) if 0 < count <= _SOME // 4]
        if not few:
            return {}
        (lists,) = frame.aggregate(", ".join(f'list(DISTINCT "{name}")' for name in few)).fetchall()
        return dict(zip(few, lists, strict=True))

    def _group_by_place(self, bits: int) -> None:
        """Let groups be found by the place that ``bits`` of numbers make, where all places fit into memory.

        Each thread keeps all of them, with some hundred bytes for each.
        """
        # All rows are fetched: a result that is not at its end keeps the connection from the next statement.
        ((threads,),) = self.connection.execute("SELECT current_setting('threads')").fetchall()
        if bits <= _MOST_BITS and 100 * 2**bits * threads <= _MOST_MEMORY:
            self.connection.execute(f"SET perfect_ht_threshold = {max(bits, _USUAL_BITS)}")

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup within the relation's own connection."""
        footprint_lookup = arrow_table(lookup)  # named in the statement below: DuckDB finds it in this frame
        excluded = ", ".join(f'"{key}"' for key in keys)
        on = " AND ".join(f'usage."{key}" = footprint_lookup."{key}"' for key in keys)
        joined = frame.query(
            "usage",
            f"SELECT usage.*, footprint_lookup.* EXCLUDE ({excluded}) FROM usage LEFT JOIN footprint_lookup ON {on}",
        )
        del footprint_lookup
        return joined

    def write(self, frame: Any, path: Path, form: str, shared: Mapping[str, str | None]) -> None:
        """Write a relation to a file, streaming."""
        if form == "parquet":
            frame.write_parquet(str(path), compression="snappy")
        elif form == "jsonl":
            _copy_json(frame, path)
        else:
            kinds = zip(frame.columns, frame.types, strict=True)
            frame.select(*(_duckdb_cell(name, kind) for name, kind in kinds)).write_csv(str(path), header=True)

    def written(self, path: Path) -> int:
        """Return how many rows a Parquet file has."""
        ((rows,),) = self.connection.read_parquet(literal(path)).aggregate("count(*)").fetchall()
        return int(rows)


def _duckdb_cell(name: str, kind: Any) -> Any:
    """Return a column as CSV has it: lists as JSON, texts such that no spreadsheet takes them for formulas."""
    import duckdb

    cell, function, constant = duckdb.ColumnExpression(name), duckdb.FunctionExpression, duckdb.ConstantExpression
    if _is_nested(kind):
        cell = duckdb.CaseExpression(cell.isnotnull(), function("to_json", cell))
    elif str(kind) == "VARCHAR":
        risky = function("regexp_matches", cell, constant(_RISKY))
        number = function("regexp_matches", cell, constant(NUMBER))
        quoted = function("concat", constant("'"), cell)
        cell = duckdb.CaseExpression(risky & ~number, quoted).otherwise(cell)
    return cell.alias(_safe_name(name))


def _is_nested(kind: Any) -> bool:
    return str(kind.id).upper() in _NESTED


def _stripped(name: str) -> str:
    """Return the SQL of one of our own text columns without white space around it."""
    return f"trim(\"{name}\", ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))"


def _safe_name(text: str) -> str:
    """Return a text that a spreadsheet shows as it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _copy_json(frame: Any, path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for batch in frame.to_arrow_reader(10_000):
            for row in batch.to_pylist():
                # JSON knows no NaN.
                known = {
                    name: None if isinstance(value, float) and not math.isfinite(value) else value
                    for name, value in row.items()
                }
                out.write(json.dumps(known, ensure_ascii=False, default=str) + "\n")


_WRITES_NONE = "files are written by polars or duckdb."


class FramesOnly(KeepsNames):
    """What no engine does that runs frames of the user's, for `footprint.estimate_frame` alone: files."""

    def share(self) -> float | None:
        """Tell nothing."""
        return None

    def scan(self, item: Input, *, lines: bool = False) -> Any:
        """Refuse: files are scanned by a lazy engine."""
        raise UsageError("files are read by polars or duckdb.")

    def union(self, frames: Sequence[Any]) -> Any:
        """Return the one frame."""
        return frames[0]

    def write(self, frame: Any, path: Path, form: str, shared: Mapping[str, str | None]) -> None:
        """Refuse: files are written by a lazy engine."""
        raise UsageError(_WRITES_NONE)

    def written(self, path: Path) -> int:
        """Refuse: it writes none."""
        raise UsageError(_WRITES_NONE)


class EagerEngine(FramesOnly):
    """Data frames in memory that narwhals knows, such as pandas and PyArrow."""

    name = "eager"

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        import narwhals as nw

        def read(name: str) -> Any:
            text = nw.col(name).str.strip_chars(string.whitespace)
            sound = text.str.contains(NUMBER)
            return nw.when(sound).then(text).otherwise(None).cast(nw.Float64).alias(name)

        return nw.to_native(nw.from_native(frame).with_columns(*(read(name) for name in names))) if names else frame

    def day(self, frame: Any, zoned: bool = False) -> Any:
        """Add the day of the column ``date``."""
        import narwhals as nw

        if zoned:
            moment = nw.col("date").dt.convert_time_zone("UTC").dt.date()
            return nw.to_native(nw.from_native(frame).with_columns(moment.alias(DAY)))
        whole = nw.col("date").str.strip_chars(string.whitespace)
        text = whole.str.slice(0, 10)
        sound = whole.str.contains(DATE) & text.str.contains(r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
        moment = nw.when(sound).then(text).otherwise(None).str.to_datetime(format="%Y-%m-%d")
        # Arrow takes 30 February for 2 March.
        day = nw.when(moment.dt.to_string("%Y-%m-%d") == text).then(moment.dt.date()).otherwise(None)
        return nw.to_native(nw.from_native(frame).with_columns(day.alias(DAY)))

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup."""
        import narwhals as nw

        narwhal = nw.from_native(frame, eager_only=True)
        # Arrow knows two kinds of text, and joins none of one with none of the other.
        narwhal = narwhal.with_columns(nw.col(key).cast(nw.String) for key in keys if key not in NUMBERS)
        kinds = {int: nw.Int32(), float: nw.Float64(), str: nw.String()}
        schema = {name: kinds[_kind(name, values)] for name, values in lookup.items()}
        table = nw.from_dict(
            {name: list(values) for name, values in lookup.items()}, schema, backend=narwhal.implementation
        )
        # Arrow joins in an order of its own.
        joined = narwhal.with_row_index(LINE).join(table, on=list(keys), how="left")
        return nw.to_native(joined.sort(LINE).drop(LINE))


def scanned_together(engine: Engine, inputs: Sequence[Input], lines: bool) -> Any:
    """Return the rows of all files as one lazy frame, each with its file where there are several."""
    import narwhals as nw

    frames = []
    for item in inputs:
        frame = engine.scan(item, lines=lines)
        if lines or len(inputs) > 1:
            narwhal = nw.from_native(frame)
            own = [name for name in narwhal.collect_schema().names() if name.casefold() == "source_file"]
            narwhal = narwhal.rename({name: f"source_{name}" for name in own})
            frame = nw.to_native(narwhal.with_columns(nw.lit(item.name).alias("source_file")))
        frames.append(frame)
    return engine.union(frames)


def twins_of(item: Input) -> tuple[str, str] | None:
    """Return two columns of a Parquet file whose names differ by case alone; None where there are none."""
    seen: dict[str, str] = {}
    for name in item.columns if item.form == "parquet" else ():
        if name.casefold() in seen:
            return seen[name.casefold()], name
        seen[name.casefold()] = name
    return None


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
            f"estimate_frame takes a frame of polars, duckdb, pyspark, pandas or pyarrow, not {type(frame).__name__}."
        ) from None
    if known.implementation.is_polars():
        return PolarsEngine()
    if known.implementation.is_duckdb():
        return DuckDBEngine()
    if known.implementation.is_pyspark() or known.implementation.is_pyspark_connect():
        from footprint.batch.spark import SparkEngine

        return SparkEngine(connect=known.implementation.is_pyspark_connect())
    if isinstance(known, nw.LazyFrame):
        raise UsageError(
            f"lazy frames of {known.implementation.name.lower()} are not supported; use polars, duckdb or pyspark."
        )
    return EagerEngine()


class _Stream:
    """The rows of a relation as a stream of Arrow.

    Polars would keep the type of the relation itself, and DuckDB tell of that on standard error when Python ends.
    """

    def __init__(self, relation: Any) -> None:
        self._relation = relation

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self._relation.__arrow_c_stream__(requested_schema)


def held(narwhal: Any) -> Any:
    """Return the rows of a narwhals frame, lazy or not, as a data frame of Polars."""
    import narwhals as nw
    import polars as pl

    if narwhal.implementation.is_duckdb():
        # Narwhals goes by way of PyArrow, whose import takes longer than the rows.
        return pl.DataFrame(_Stream(nw.to_native(narwhal)))
    return (narwhal.collect() if isinstance(narwhal, nw.LazyFrame) else narwhal).to_polars()


def collected(narwhal: Any) -> list[dict[str, Any]]:
    """Return the rows of a narwhals frame, lazy or not, as dictionaries."""
    import narwhals as nw

    lazy = isinstance(narwhal, nw.LazyFrame)
    rows: list[dict[str, Any]] = (held(narwhal) if lazy else narwhal).rows(named=True)
    return rows


def _polars_types(lookup: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    import polars as pl

    kinds = {int: pl.Int32, float: pl.Float64, str: pl.String}
    return {name: kinds[_kind(name, values)] for name, values in lookup.items()}


def arrow_table(lookup: Mapping[str, Sequence[Any]]) -> Any:
    """Return a lookup as a table of Arrow, each column of its kind also where it holds nothing."""
    import pyarrow as pa

    return pa.table({name: pa.array(values, type=_arrow_type(name, values)) for name, values in lookup.items()})


def _arrow_type(name: str, values: Sequence[Any]) -> Any:
    import pyarrow as pa

    return {int: pa.int32(), float: pa.float64(), str: pa.string()}[_kind(name, values)]


def _kind(name: str, values: Sequence[Any]) -> type:
    """Return the kind of a lookup column; where nothing is known, texts, but for the numbers of rows."""
    kinds = {type(value) for value in values if value is not None}
    if name in NUMBERS or (kinds <= {int} and kinds):
        return int
    return float if kinds == {float} else str
