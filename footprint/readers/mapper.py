"""The one mapper of all readers: a source's columns to those of the canonical table, by lazy expressions.

Everything is read as text and then cast: a type that is guessed from the first rows turns later ones blank. What a cell
cannot mean rejects its row, with the column and the value; nothing is mended in silence.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.errors import UsageError
from footprint.intake.cells import LARGEST, NUMBER, POINT_FOR_THOUSANDS, TWO_READINGS
from footprint.intake.files import Input
from footprint.intake.scan import LINE, scanned
from footprint.readers.reader import Options, Reading
from footprint.readers.table import ASIDE, COLUMNS

if TYPE_CHECKING:
    import polars as pl

#: Signs that stand between thousands.
_SPACES = " \u00a0\u202f\u2009'"
_THOUSANDS = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_BLANKS = ("", "null", "\\n")
#: What stands for no number.
_NO_NUMBERS = ("none", "nan", "n/a", "na", "-")
#: What stands for no one place.
_ANYWHERE = ("global", "not_available", "not available", "unknown", "unspecified", "none", "n/a", "any", "-")
#: Tokens of a prompt, where only their sum over many is known: between those of two public traces.
_PROMPT = 5_000
_OFFSET = r"([+-])([0-9]{2}):?([0-9]{2})$"


def polars_type(name: str) -> Any:
    """Return the Polars type of a column of the canonical table."""
    import polars as pl

    kinds = {"text": pl.String, "number": pl.Float64, "whole": pl.Int64, "time": pl.Datetime("us", "UTC")}
    return kinds[COLUMNS[name].type]


@dataclass(slots=True)
class Mapper:
    """Columns of a source as expressions, and the rules that its rows must keep."""

    frame: pl.LazyFrame
    options: Options
    #: a comma in a number parts whole and fraction, as it does where semicolons part the cells
    decimal_comma: bool = False
    #: columns that say who it was
    personal: frozenset[str] = frozenset()
    #: what must not be: condition, column of the source, reason
    rules: list[tuple[Any, str, str]] = field(default_factory=list)
    #: what is no use of its own: condition, reason
    aside: list[tuple[Any, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _columns: int = 0

    @classmethod
    def of(cls, item: Input, options: Options, personal: Sequence[str] = ()) -> Mapper:
        """Return the mapper of a table: CSV, JSON lines or Parquet, each cell as text."""
        frame = scanned(item, lines=True)
        schema = frame.collect_schema()
        texts = [_as_text(name, kind) for name, kind in schema.items() if name != LINE]
        mapper = cls(frame.with_columns(texts), options, item.delimiter == ";", frozenset(personal))
        mapper._names = {name.casefold(): name for name in schema if name != LINE}
        return mapper

    def has(self, *names: str) -> bool:
        """Tell whether all of these columns are there, however they are capitalised."""
        return all(name.casefold() in self._names for name in names)

    def first(self, *names: str) -> str | None:
        """Return the first of these columns that is there."""
        return next((name for name in names if self.has(name)), None)

    def raw(self, name: str) -> Any:
        """Return a cell as text without spaces around it; blank where it says nothing."""
        import polars as pl

        if not self.has(name):
            return pl.lit(None, dtype=pl.String)
        cell = pl.col(self._names[name.casefold()]).cast(pl.String).str.strip_chars(string.whitespace)
        return pl.when(~cell.str.to_lowercase().is_in(_BLANKS)).then(cell)

    def text(self, *names: str) -> Any:
        """Return the first of these columns that says something."""
        import polars as pl

        return pl.coalesce(self.raw(name) for name in names) if names else pl.lit(None, dtype=pl.String)

    def number(self, name: str, *, negative: bool = False) -> Any:
        """Return a column as numbers; what is none, or below zero where that cannot be, rejects its row."""
        import polars as pl

        if not self.has(name):
            return pl.lit(None, dtype=pl.Float64)
        raw = _numeric(self.raw(name))
        value, unclear = self._parsed(raw, whole=False)
        self.rule(unclear, name, "can be read in two ways: with a comma for thousands, or for fractions")
        self.rule(raw.is_not_null() & value.is_null(), name, "is not a number")
        self.rule(~value.is_finite(), name, "is not finite")
        if not negative:
            self.rule(value < 0, name, "is negative")
        return value

    def count(self, name: str) -> Any:
        """Return a column as whole numbers of zero or more; what is none rejects its row."""
        import polars as pl

        if not self.has(name):
            return pl.lit(None, dtype=pl.Int64)
        raw = _numeric(self.raw(name))
        value, unclear = self._parsed(raw, whole=True)
        self.rule(raw.is_not_null() & value.is_null(), name, "is not a number")
        self.rule(unclear, name, TWO_READINGS)
        self.rule(value < 0, name, "is negative")
        self.rule(value != value.round(), name, "is not a whole number")
        self.rule(value > LARGEST, name, "is too large to be counted exactly")
        sound = value.is_between(0, LARGEST) & (value == value.round())
        return self.held(pl.when(sound).then(value).cast(pl.Int64, strict=False))

    def held(self, expression: Any) -> Any:
        """Return a column that holds an expression, so that it is worked out once, however often it is asked for."""
        import polars as pl

        self._columns += 1
        name = f"__held_{self._columns}"
        self.frame = self.frame.with_columns(expression.alias(name))
        return pl.col(name)

    def _parsed(self, raw: Any, whole: bool) -> tuple[Any, Any]:
        """Return the numbers that cells hold, and which of them can be read in two ways."""
        import polars as pl

        kind = pl.Struct({"value": pl.Float64, "unclear": pl.Boolean})
        plain = r"^[0-9]{1,15}$" if whole else r"^[-+]?[0-9]{1,15}(\.[0-9]{1,15})?$"

        def quick(cell: Any) -> Any:
            return pl.struct(value=cell.cast(pl.Float64), unclear=pl.lit(value=False))

        read = self.held(_read(raw, kind, plain, quick, lambda cell: self._carefully(cell, whole)))
        return read.struct.field("value"), read.struct.field("unclear")

    def _carefully(self, raw: Any, whole: bool) -> Any:
        import polars as pl

        # Between digits alone: '1 234', never '12 kWh'; twice, as every other match takes the digit of its neighbour.
        bare = raw.str.replace_all(rf"([0-9])[{_SPACES}]([0-9])", "${1}${2}").str.replace_all(
            rf"([0-9])[{_SPACES}]([0-9])", "${1}${2}"
        )
        unclear = raw.str.contains(POINT_FOR_THOUSANDS) if whole else pl.lit(value=False)
        if self.decimal_comma:
            # With a comma for fractions, points stand between thousands.
            points = bare.str.contains(r"^[-+]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]*$")
            bare = pl.when(points).then(bare.str.replace_all(".", "", literal=True)).otherwise(bare)
            bare = bare.str.replace(",", ".", literal=True)
        else:
            grouped = bare.str.contains(_THOUSANDS)
            if not whole:
                unclear = bare.str.contains(r"^[-+]?[0-9]{1,3},[0-9]{3}$")
                bare = pl.when(unclear).then(None).otherwise(bare)
                fraction = bare.str.contains(r"^[-+]?[0-9]+,[0-9]+$") & ~grouped
                bare = pl.when(fraction).then(bare.str.replace(",", ".", literal=True)).otherwise(bare)
            bare = pl.when(grouped).then(bare.str.replace_all(",", "", literal=True)).otherwise(bare)
        value = pl.when(bare.str.contains(NUMBER)).then(bare).cast(pl.Float64, strict=False)
        return pl.struct(value=value, unclear=unclear)

    def time(self, name: str, *, zone: str | None = None, unix: str | None = None, required: bool = False) -> Any:
        """Return a column as moments of UTC.

        Parameters
        ----------
        zone : of stamps that have none, where the source says so; else the user's option, or UTC, which is noted
        unix : unit of numbers since 1970 (``s``, ``ms``, ``us``, ``ns``), where the source counts so
        required : a blank rejects the row
        """
        import polars as pl

        if not self.has(name):
            return pl.lit(None, dtype=pl.Datetime("us", "UTC"))
        raw = self.raw(name)
        if unix:
            per = {"s": 1_000_000.0, "ms": 1_000.0, "us": 1.0, "ns": 0.001}[unix]
            number = pl.when(raw.str.contains(NUMBER)).then(raw).cast(pl.Float64, strict=False)
            within = number.is_between(0, 4e15 / per)
            moment = pl.when(within).then(number * per).cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
            moment = self.held(moment.dt.replace_time_zone("UTC"))
        else:
            moment = self._moment(raw, name, zone)
        self.rule(raw.is_not_null() & moment.is_null(), name, "is not a date; write year-month-day first")
        if required:
            self.rule(raw.is_null(), name, "is blank: a row needs its date")
        return moment

    def _moment(self, raw: Any, name: str, zone: str | None) -> Any:
        import polars as pl

        named = zone or self.options.zone or "UTC"
        kind = pl.Struct({"moment": pl.Datetime("us", "UTC"), "twice": pl.Boolean})

        def quick(cell: Any) -> Any:
            bare = cell.str.replace("T", " ", literal=True).str.strip_suffix("Z")
            moment = bare.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
            return pl.struct(moment=moment.dt.replace_time_zone("UTC"), twice=pl.lit(value=False))

        zulu = "Z?" if named == "UTC" else "Z"
        plain = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?{zulu}$"
        _moment_of(raw, named)  # a zone that is none is refused here
        read = self.held(_read(raw, kind, plain, quick, lambda cell: _moment_of(cell, named)))
        if named != "UTC":
            self.rule(read.struct.field("twice"), name, f"is no time, or two, in {named}: clocks were changed then")
        return read.struct.field("moment")

    def place(self, *names: str, cloud: str = "") -> Any:
        """Return the first of these columns that names a place; ``cloud`` stands before a region's code.

        What means anywhere is no place: only a person can ask for the average of the world.
        """
        import polars as pl

        cells = [pl.when(~self.raw(name).str.to_lowercase().is_in(_ANYWHERE)).then(self.raw(name)) for name in names]
        place = pl.coalesce(cells)
        if not cloud:
            return place
        code = place.str.to_lowercase().str.replace_all(" ", "", literal=True)
        return pl.when(code.str.contains(":", literal=True)).then(code).otherwise(pl.lit(f"{cloud}:") + code)

    def any(self, condition: Any) -> bool:
        """Tell whether a condition is true of some row: reads the source once, for what is said only where it is so."""
        return bool(self.frame.select(condition.any()).collect().item())

    def requests_of(self, *read: Any) -> Any:
        """Return how many requests are taken for the tokens that were ``read``, where the source counts none.

        One request for all would compare each token of a month with each other.
        """
        import polars as pl

        self.note(
            f"the source counts tokens, not requests: one was taken for each {_PROMPT:,} tokens read (public "
            "traces have "
            "2,000 to 14,000), which moves the energy by a few per cent."
        )
        tokens = pl.sum_horizontal(read).cast(pl.Float64)
        return pl.max_horizontal((tokens / _PROMPT).ceil(), 1.0).cast(pl.Int64, strict=False)

    def lay(self, name: str, expression: Any) -> None:
        """Lay a column beside those of the source, to be read and kept like them."""
        self.frame = self.frame.with_columns(expression.alias(name))
        self._names[name.casefold()] = name

    def zone_note(self, name: str) -> None:
        """Say which zone was taken, where stamps have none and the user named none."""
        if self.options.zone is None and self.has(name):
            cell = self.raw(name)
            zoned = cell.str.contains(rf"(Z|z|UTC|GMT| .*{_OFFSET}|T.*{_OFFSET})$")
            bare = self.frame.head(1000).select((~zoned & ~cell.str.contains(NUMBER)).any()).collect().item()
            if bare:
                self.note(f"the stamps in {name} have no zone: UTC was taken (--zone).")

    def rule(self, broken: Any, column: str, reason: str) -> None:
        """Reject rows of which ``broken`` is true."""
        self.rules.append((broken, column, reason))

    def set_aside(self, condition: Any, reason: str) -> None:
        """Count rows of which ``condition`` is true, and do not estimate them."""
        self.aside.append((condition, reason))

    def note(self, text: str) -> None:
        """Say what a reader of the totals must know."""
        if text not in self.notes:
            self.notes.append(text)

    def parts(self, whole: Any, parts: Sequence[tuple[Any, str]], of: str) -> Any:
        """Return a count without its parts, which stand beside it; parts beyond the whole reject the row."""
        import polars as pl

        rest = whole
        for value, column in parts:
            rest = rest - pl.coalesce(value, pl.lit(0))
            self.rule(rest < 0, column, f"is more than the {of} it is part of")
        return pl.when(rest >= 0).then(rest)

    def cached_apart(self, whole: Any, cached: Any, column: str, source: str) -> Any:
        """Return the input tokens that no cache held, where the source does not say whether they hold the cached ones.

        Without ``--cached-inside`` a row with cached tokens is rejected: a guess counts them twice, or not at all.
        """
        import polars as pl

        inside = self.options.cached_inside
        if inside is None:
            self.rule(
                cached > 0,
                column,
                f"may be inside the input tokens or beside them, {source} does not say: use --cached-inside yes or no",
            )
            return whole
        return self.parts(whole, [(cached, column)], "input tokens") if inside else whole + pl.lit(0)

    def cached_by_total(self, whole: Any, cached: Any, column: str, output: Any, total: Any, source: str) -> Any:
        """Return the input tokens that no cache held, where the sum of all tokens tells whether they hold the others.

        Where that says neither it is for the user to say.
        """
        import polars as pl

        kept, written = pl.coalesce(cached, pl.lit(0)), pl.coalesce(output, pl.lit(0))
        beside = total == whole + written + kept
        inside = (total == whole + written) & (kept > 0) & (kept <= whole)
        stated = (beside | inside).fill_null(value=False)
        if self.options.cached_inside is None:
            self.rule(
                (kept > 0) & ~stated,
                column,
                f"may be inside the input tokens or beside them, {source} does not say: use --cached-inside yes or no",
            )
            taken = inside
        else:
            taken = pl.when(stated).then(inside).otherwise(self.options.cached_inside)
            self.rule(taken & (kept > whole), column, "is more than the input tokens it is part of")
        return pl.when(taken.fill_null(value=False)).then(pl.when(kept <= whole).then(whole - kept)).otherwise(whole)

    def built(
        self,
        columns: Mapping[str, Any],
        keep: Mapping[str, str] | Sequence[str] = (),
        identity: Sequence[str] = (),
    ) -> Reading:
        """Return the rows of the canonical table, with the columns of the source in ``keep`` beside them.

        ``keep`` names columns as the source does, or maps the source's name to the one that groups have; those in
        ``identity``, by the name that groups have, tell one account, node or meter from another: two files of one
        source overlap only where these are the same.
        """
        import polars as pl

        chosen = dict(keep) if isinstance(keep, Mapping) else {name: name for name in keep}
        taken = {name.casefold() for name in COLUMNS}
        beside: dict[str, Any] = {}
        for source, name in chosen.items():
            if not self.has(source):
                continue
            if source in self.personal:
                if name not in self.options.keep and source not in self.options.keep:
                    continue
                cell = self.raw(source).map_elements(_hashed, return_dtype=pl.String)
            else:
                cell = self.raw(source)
            new = f"source_{name}" if name.casefold() in taken else name
            beside.setdefault(new, cell)
        made = {
            name: (columns[name] if name in columns else pl.lit(None)).cast(polars_type(name))
            for name in COLUMNS
            if name not in (*ASIDE, "source_row")
        }
        nothing = pl.lit(None, dtype=pl.String)
        aside, number = nothing, pl.lit(None, dtype=pl.Int32)
        for condition, text in reversed(self.aside):
            aside = pl.when(condition).then(pl.lit(text)).otherwise(aside)
        # The number of the first rule that a row breaks is computed once; what the rule says is looked up by it.
        for place, (broken, _, _) in reversed(list(enumerate(self.rules))):
            number = pl.when(broken).then(pl.lit(place, dtype=pl.Int32)).otherwise(number)
        fault, value, reason = nothing, nothing, nothing
        for place, (_, column, text) in enumerate(self.rules):
            here = pl.col("__rule") == place
            shown = nothing if column in self.personal else self.raw(column)
            fault = pl.when(here).then(pl.lit(column)).otherwise(fault)
            value = pl.when(here).then(shown).otherwise(value)
            reason = pl.when(here).then(pl.lit(text)).otherwise(reason)
        frame = self.frame.with_columns(number.alias("__rule")).select(
            pl.col(LINE).cast(pl.Int64).alias("source_row"),
            *(expression.alias(name) for name, expression in made.items()),
            aside.alias("set_aside"),
            fault.alias("reject_column"),
            value.alias("reject_value"),
            reason.alias("reject_reason"),
            *(cell.alias(name) for name, cell in beside.items()),
        )
        # What is set aside is not estimated, whatever is wrong with it.
        used = pl.col("set_aside").is_null()
        frame = frame.with_columns(
            pl.when(used).then(pl.col(name)).alias(name) for name in ("reject_column", "reject_value", "reject_reason")
        )
        return Reading(frame, tuple(self.notes), tuple(name for name in identity if name in beside))


def _read(raw: Any, kind: Any, plain: str, quick: Callable[[Any], Any], carefully: Callable[[Any], Any]) -> Any:
    """Return cells as they are read ``carefully``: in a ``quick`` way where that gives the same.

    What is careful takes a dozen steps for each cell, and nearly all cells of nearly all files are plain.
    """
    import numpy as np
    import polars as pl

    def read(cells: pl.Series) -> pl.Series:
        frame = cells.alias("cell").to_frame()
        fits = cells.str.contains(plain).fill_null(value=True)
        if fits.all():
            return frame.select(quick(pl.col("cell"))).to_series()
        easy = frame.select(quick(pl.when(fits).then(pl.col("cell")))).to_series()
        others = frame.filter(~fits).select(carefully(pl.col("cell"))).to_series()
        place = np.arange(len(cells))
        place[(~fits).to_numpy()] = len(cells) + np.arange(len(others))
        return pl.concat([easy, others]).gather(place)

    return raw.map_batches(read, return_dtype=kind, is_elementwise=True)


def _moment_of(raw: Any, named: str) -> Any:
    """Return moments of UTC as a struct, and whether a stamp without a zone is no moment of the zone ``named``."""
    import polars as pl

    text = raw.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]", "${1} ").str.replace(r" ?(UTC|GMT)$", "Z")
    # A microsecond is the least that is kept.
    text = text.str.replace(r"([0-9]{2}:[0-9]{2}:[0-9]{2}[.,][0-9]{6})[0-9]+", "${1}")
    text = text.str.replace(r"([0-9]{2}),([0-9]+)", "${1}.${2}")
    zulu = text.str.contains(r"[Zz]$")
    sign = text.str.extract(rf" .*{_OFFSET}", 1)
    minutes = text.str.extract(rf" .*{_OFFSET}", 2).cast(pl.Int64) * 60 + text.str.extract(rf" .*{_OFFSET}", 3).cast(
        pl.Int64
    )
    offset = pl.when(sign == "-").then(-minutes).otherwise(minutes)
    bare = pl.when(zulu).then(text.str.slice(0, text.str.len_chars() - 1)).otherwise(text)
    bare = pl.when(sign.is_not_null()).then(bare.str.replace(_OFFSET, "")).otherwise(bare)
    bare = bare.str.strip_chars()
    local = pl.coalesce(
        bare.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us"),
        bare.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us"),
        bare.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    stated = zulu | sign.is_not_null()
    utc = (local - pl.duration(minutes=pl.coalesce(offset, pl.lit(0)))).dt.replace_time_zone("UTC")
    if named == "UTC":
        there = local.dt.replace_time_zone("UTC")
    else:
        try:
            there = local.dt.replace_time_zone(named, ambiguous="null", non_existent="null")
            there = there.dt.convert_time_zone("UTC")
        except Exception as error:  # Polars names no class for it
            raise UsageError(f"'{named}' is no time zone; write one such as Europe/Paris.") from error
    twice = ~stated & local.is_not_null() & there.is_null()
    return pl.struct(moment=pl.when(stated).then(utc).otherwise(there), twice=twice)


def _as_text(name: str, kind: Any) -> Any:
    import polars as pl

    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        stamp = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return stamp.dt.strftime("%Y-%m-%d %H:%M:%S%.6f" + ("Z" if kind.time_zone else "")).alias(name)
    if kind.is_nested():
        wrapped = pl.struct(column.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
        return pl.when(column.is_not_null()).then(wrapped).alias(name)
    return column.cast(pl.String)


def _numeric(raw: Any) -> Any:
    import polars as pl

    return pl.when(~raw.str.to_lowercase().is_in(_NO_NUMBERS)).then(raw)


def _hashed(text: str) -> str:
    """Return what tells one person from another and names neither."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


#: Records that are held in memory before they are written to a file of their own.
_HELD = 100_000


def from_records(records: Iterable[Mapping[str, Any]], options: Options, personal: Sequence[str] = ()) -> Mapper:
    """Return the mapper of flat records that a reader took out of JSON or of text; each cell becomes text.

    A record may hold the number of its line under `LINE`; else its place is taken.
    """
    import polars as pl

    frames: list[pl.LazyFrame] = []
    names: dict[str, str] = {}
    counted = itertools.count(1)
    numbered = iter(records)
    while held := list(itertools.islice(numbered, _HELD)):
        found = list(dict.fromkeys(name for record in held for name in record if name != LINE))
        names.update((name.casefold(), name) for name in found)
        table: dict[str, Any] = {name: [_cell(record.get(name)) for record in held] for name in found}
        table[LINE] = [record.get(LINE) or place for record, place in zip(held, counted, strict=False)]
        frame = pl.DataFrame(table, schema={**dict.fromkeys(found, pl.String), LINE: pl.Int64})
        if len(held) == _HELD and options.scratch is not None:
            path = options.scratch / f"records-{len(frames)}.parquet"
            frame.write_parquet(path)
            frames.append(pl.scan_parquet(path, glob=False))
        else:
            frames.append(frame.lazy())
    whole = pl.concat(frames, how="diagonal") if frames else pl.LazyFrame(schema={LINE: pl.Int64})
    mapper = Mapper(whole, options, personal=frozenset(personal))
    mapper._names = names
    return mapper


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return str(value)  # Parquet holds days, moments, decimals and bytes
