"""What a report is made of: files of usage, and results that were written before, told apart by what they hold.

Figures of a result are never copied: what happened is read from it and computed again, with the factors of this run.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footprint.activities import TOKENS
from footprint.batch import Inventory, Summary
from footprint.batch.happened import Happened, activity_of, happened, joined, nothing, of_one
from footprint.batch.inventory import settled
from footprint.batch.periods import MONTH, LeftOut, Period
from footprint.batch.run import run_periods
from footprint.batch.together import together
from footprint.catalogue import Catalogue
from footprint.errors import DataError, FootprintError, UsageError, clipped, did_you_mean
from footprint.intake.files import digest
from footprint.readers import Options
from footprint.results import RESULTS
from footprint.stored import ESTIMATE, checked, kind_of

#: The column that says which file a row is of, where there are several.
FILE = "source_file"
#: Files beyond which nobody asks whether they are one JSON document: no result is so large.
_LARGEST = 1 << 30
_TAKEN = (
    "A report takes files of usage (CSV, JSON lines, Parquet), and the JSON of an estimate (footprint query, training, "
    "datacenter or instance with --format json), of a batch (--format json) or of a report (-o report.json)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a period holds, and what cannot be told by days."""

    period: Period | None = None
    left_out: LeftOut | None = None
    #: rows that nothing says the day of, and the files that they are in
    undated: int = 0
    undated_files: tuple[str, ...] = ()
    #: whether these rows are counted: in the period of a report, and not in the one that it is compared with
    counted: bool = True
    #: months that the period cuts, in files that hold whole months
    months: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        first, last = self.period or (None, None)
        return {
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "left_out": self.left_out.as_dict() if self.left_out else None,
            "undated": {"rows": self.undated, "files": list(self.undated_files), "counted": self.counted},
            "whole_months": list(self.months),
        }


@dataclass(frozen=True, slots=True)
class Given:
    """A file, and what it holds: the document of a result, or None for rows of usage."""

    name: str
    document: dict[str, Any] | None = None
    sha256: str = ""

    @property
    def kind(self) -> str:
        """What the file holds."""
        return "usage" if self.document is None else kind_of(self.document)


def given(names: Sequence[str]) -> list[Given]:
    """Return what each file holds.

    Raises
    ------
    footprint.errors.DataError : JSON that is neither usage nor a result, or the same content twice
    """
    found = [_given(name) for name in names]
    _refuse_twins(found)
    return found


def _given(name: str) -> Given:
    path = Path(name)
    if name == "-" or not path.is_file():
        return Given(name)  # a batch says what is wrong with it
    sha256 = digest(path)
    return Given(name, _result(name, path), sha256)


def _result(name: str, path: Path) -> dict[str, Any] | None:
    """Return the result in a file; None where it is rows of usage."""
    with path.open("rb") as file:
        first = file.readline(1 << 20).removeprefix(b"\xef\xbb\xbf").strip()
        rest = file.read(64).strip()
    if first[:1] not in (b"{", b"[") or path.stat().st_size > _LARGEST:
        return None
    row = _parsed(first)
    if isinstance(row, dict) and rest:
        return None  # one object a line
    try:
        document = row if row is not None else json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return None  # a batch says which line is none
    if isinstance(document, dict) and document and row is not None and not _ours(document) and not _nested(document):
        return None  # a single row of usage
    if not isinstance(document, dict) or not _ours(document):
        if _known_to_a_reader(name):
            return None
        raise DataError(f"{name} holds {_what(document)}, which is neither usage nor a result of ours. {_TAKEN}")
    try:
        return checked(document)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _known_to_a_reader(name: str) -> bool:
    """Tell whether a file is usage as one of the sources exports it."""
    from footprint.intake.files import identified
    from footprint.intake.scratch import scratch
    from footprint.readers import head_of, recognised_by

    with scratch() as folder:
        try:
            (item,) = identified([name], None, folder, True)
            return recognised_by(head_of(item)) is not None
        except (FootprintError, ValueError):
            return False


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _ours(document: Mapping[str, Any]) -> bool:
    return "schema_version" in document and ("rows_in" in document or isinstance(document.get("activity"), dict))


def _nested(document: Mapping[str, Any]) -> bool:
    return any(isinstance(value, (dict, list)) for value in document.values())


def _what(document: Any) -> str:
    """Return what was found, in words."""
    if isinstance(document, list):
        inside = document[0] if document else None
        if isinstance(inside, dict) and _ours(inside):
            return f"a JSON array of {len(document):,} results: write each to a file of its own"
        if isinstance(inside, dict) and not _nested(inside):
            return f"a JSON array of {len(document):,} rows: write one object a line (jq -c '.[]' FILE)"
        return f"a JSON array of {len(document):,}"
    if not isinstance(document, dict):
        return f"the JSON value {clipped(json.dumps(document), 40)}"
    if "vega" in str(document.get("$schema", "")):
        return "a chart (Vega-Lite)"
    if not document:
        return "an empty JSON object"
    shown = ", ".join(f"'{clipped(key, 30)}'" for key in list(document)[:4])
    more = f" and {len(document) - 4} more" if len(document) > 4 else ""
    return f"a JSON object with {shown}{more}"


def _refuse_twins(found: Sequence[Given]) -> None:
    """Refuse the same use twice: the same content, or usage beside a result that was made of it."""
    seen: dict[str, str] = {}
    for item in found:
        if not item.sha256:
            continue
        if item.sha256 in seen:
            raise DataError(
                f"{seen[item.sha256]} and {item.name} are the same file: its use would be counted twice; leave one out."
            )
        seen[item.sha256] = item.name
    within: dict[str, str] = dict(seen)
    for item in found:
        for sha256, name in _made_of(item.document or {}):
            if sha256 in within and within[sha256] != item.name:
                raise DataError(
                    f"{item.name} was made of {clipped(name)}, and so was {within[sha256]}: its use would be counted "
                    "twice; leave one out."
                    if within[sha256] not in seen.values() or seen.get(sha256) != within[sha256]
                    else f"{item.name} was made of {within[sha256]}, which is given too: its use would be counted "
                    "twice; leave one out."
                )
            within.setdefault(sha256, item.name)


def _made_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield hash and name of each file that a result was made of, and those that these were made of."""
    inputs = document.get("inputs")
    for entry in inputs if isinstance(inputs, list) else ():
        if isinstance(entry, dict):
            if isinstance(entry.get("sha256"), str):
                yield entry["sha256"], str(entry.get("name", ""))
            yield from _made_of(entry)


# --- what the results hold ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What a result says that happened, and what it says of rows that are in no total."""

    name: str
    happened: Happened
    source: dict[str, Any]
    rejected: int = 0
    rejections: tuple[dict[str, Any], ...] = ()
    #: tokens of rows that were rejected, as far as they could be read
    lost: Mapping[str, int] = dataclasses.field(default_factory=dict)
    #: rows that were no use of their own, by reason
    aside: Mapping[str, int] = dataclasses.field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def _piece(item: Given, catalogue: Catalogue) -> _Piece:
    document = item.document or {}
    try:
        piece = _of_estimate(item, document) if item.kind == ESTIMATE else _of_rows(item, document)
        inventory = settled(piece.happened, catalogue)
    except FootprintError as error:
        raise DataError(
            f"{item.name} cannot be computed again with the factors of edition {catalogue.edition}: {error}"
        ) from None
    return dataclasses.replace(piece, warnings=(*piece.warnings, *_compared(item, document, inventory, catalogue)))


def _source(item: Given, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a report says of a file that is a result."""
    inputs = [dict(entry) for entry in document.get("inputs", ()) if isinstance(entry, dict)]
    made = {"inputs": inputs} if inputs else {}
    return {
        "name": item.name,
        "sha256": item.sha256,
        "format": item.kind,
        "edition": clipped(document["edition"], 40),
        **made,
    }


def _of_estimate(item: Given, document: Mapping[str, Any]) -> _Piece:
    activity = activity_of(document["activity"])
    said: tuple[str, ...] = ()
    month = None if activity.date is None else str(activity.date)[:7]
    if activity.date is None:
        # What was taken then is taken now, or the same file would give another figure tomorrow. It stays without month.
        activity = activity_of({**document["activity"], "date": document.get("date")})
        said = (f"{item.name}: no date was stated; factors of {activity.date} were taken.",)
    model = next((name for kind in ("model", "run", "instance") if (name := getattr(activity, kind, None))), None)
    return _Piece(
        name=item.name,
        happened=of_one(activity, **{MONTH: month, "model": model, "region": activity.region}),
        source=_source(item, document),
        assumptions=said,
    )


def _of_rows(item: Given, document: Mapping[str, Any]) -> _Piece:
    if "activity" not in document:
        raise DataError(
            "it holds totals alone, and no aggregated activity to compute them again from; write it again with this "
            "version of footprint."
        )
    stated = happened(document["activity"])
    rejected, tokens = document.get("rows_rejected"), document.get("tokens_in")
    if not isinstance(rejected, int) or isinstance(rejected, bool) or rejected < 0:
        raise DataError(f"rows_rejected: '{clipped(rejected)}' is no number of rows.")
    read = {
        name: int(count)
        for name, count in (tokens if isinstance(tokens, dict) else {}).items()
        if name in TOKENS and isinstance(count, (int, float)) and 0 <= count < 2**63
    }
    kept = {name: int(count.sum()) for name, count in stated.sums.tokens.items()}
    return _Piece(
        name=item.name,
        happened=stated,
        source=_source(item, document),
        rejected=rejected,
        rejections=tuple(_rejections(document.get("rejections"))),
        lost={name: max(count - kept.get(name, 0), 0) for name, count in read.items()},
        aside=_aside(document.get("rows_set_aside")),
    )


def _aside(rows: Any) -> dict[str, int]:
    counts = rows.items() if isinstance(rows, dict) else ()
    return {clipped(reason, 300): count for reason, count in counts if type(count) is int and count > 0}


def _rejections(rows: Any) -> Iterator[dict[str, Any]]:
    for row in rows if isinstance(rows, list) else ():
        count = row.get("rows") if isinstance(row, dict) else None
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            example = row.get("example")
            yield {
                "column": clipped(row.get("column") or "", 60),
                "reason": clipped(row.get("reason") or "", 300),
                "rows": count,
                "example": None if example is None else clipped(example),
            }


def _compared(item: Given, document: Mapping[str, Any], inventory: Inventory, catalogue: Catalogue) -> Iterator[str]:
    """Yield what a reader must know where a result says other figures than are computed from it."""
    if document["edition"] != catalogue.edition:
        yield (
            f"{item.name} was written with factors of edition {clipped(document['edition'], 40)}; it was computed "
            f"again with those of {catalogue.edition}."
        )
        return
    boundary = document.get("grid_boundary", catalogue.grid_boundary)
    if boundary != catalogue.grid_boundary:
        yield (
            f"{item.name} was written with {clipped(boundary, 20)} grid factors; it was computed again with "
            f"{catalogue.grid_boundary} ones."
        )
        return
    said = document if item.kind == ESTIMATE else document["total"]
    totals = inventory.central()
    for name in RESULTS:
        was, now = (said[name] or {}).get("value"), totals[name]
        same = was is now if was is None or now is None else abs(was - now) <= 1e-6 * max(abs(was), abs(now))
        if not same:
            yield (
                f"{item.name} says another {name.replace('_', ' ')} than follows from what happened by its own "
                "account: the figures here are computed."
            )
            return


# --- all of it together ------------------------------------------------------------------------------


def gathered(
    names: Sequence[str],
    periods: Sequence[Period | None],
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    group_by: str | None,
    catalogue: Catalogue,
    reader: str | None = None,
    options: Options | None = None,
) -> list[tuple[Summary, Timing]]:
    """Return the summary of all files for each period, the first being that of the report.

    Raises
    ------
    footprint.FootprintError : a file cannot be used, or what was asked for does not go with it
    """
    found = given(names)
    usage = [item.name for item in found if item.document is None]
    if not usage and (columns or constants):
        raise UsageError("--map and --set say what the columns of usage files are; a result says so itself.")
    pieces = [_piece(item, catalogue) for item in found if item.document is not None]
    by = [group_by] if group_by else []
    several = len(found) > 1
    kept = [*by, MONTH, "model", "region", *([FILE] if several else [])]
    summaries: list[Summary | None] = [None] * len(periods)
    if usage:
        summaries = list(
            run_periods(
                usage,
                periods,
                columns=columns,
                constants=constants,
                by=[] if pieces else by,
                kept=kept,
                catalogue=catalogue,
                reader=reader,
                options=options,
            )
        )
    if several:
        pieces = [dataclasses.replace(piece, happened=_filed(piece.happened, piece.name)) for piece in pieces]
    return [
        _one_period(summary, usage, pieces, period, by, catalogue, counted=place == 0)
        for place, (summary, period) in enumerate(zip(summaries, periods, strict=True))
    ]


def _filed(stated: Happened, name: str) -> Happened:
    """Return what happened with the name of its file as a column, where it has none of its own."""
    if FILE in stated.names:
        return stated
    return dataclasses.replace(stated, names=(*stated.names, FILE), keys=[(*key, name) for key in stated.keys])


def _one_period(
    summary: Summary | None,
    usage: Sequence[str],
    pieces: Sequence[_Piece],
    period: Period | None,
    by: Sequence[str],
    catalogue: Catalogue,
    counted: bool,
) -> tuple[Summary, Timing]:
    """Return one summary of the rows of usage and of all results, and what can be said of the days."""
    left: list[LeftOut | None] = []
    files: list[str] = []
    undated, months = 0, set[str]()
    parts: list[Happened] = []
    if summary is not None:
        left.append(summary.left_out)
        if not summary.dated and period is not None:
            undated += summary.estimated
            files += usage
    for piece in pieces:
        stated = piece.happened
        if period is not None:
            cut = stated.within(period)
            stated = cut.kept if counted else cut.kept.dated()
            left.append(cut.left_out)
            months |= set(cut.months)
            if cut.undated:
                undated += cut.undated
                files.append(piece.name)
        parts.append(stated)
    timing = Timing(
        period=period,
        left_out=_together(left),
        undated=undated,
        undated_files=tuple(files),
        counted=counted,
        months=tuple(sorted(months)),
    )
    of_usage = summary is not None and (counted or summary.dated)
    if summary is not None and of_usage and not pieces:
        return summary, timing
    if summary is not None and of_usage:
        parts.insert(0, _filed(summary.inventory.happened, usage[0]))
    inventory = settled(joined(parts) if parts else nothing(), catalogue)
    for name in by if counted else ():
        if name not in inventory.names:
            raise DataError(f"group_by: no input has a column '{clipped(name)}'{did_you_mean(name, inventory.names)}")
    rows: list[Summary] = [summary] if summary is not None and of_usage else []
    told = list(pieces) if counted else []
    speaking: list[Summary | _Piece] = [*rows, *told]
    tokens: dict[str, int] = {name: int(count.sum()) for name, count in inventory.sums.tokens.items()}
    for lost in [*(piece.lost for piece in told), *(_lost(one) for one in rows)]:
        for name, count in lost.items():
            tokens[name] = tokens.get(name, 0) + count
    return (
        together(
            inventory,
            inputs=[*(entry for one in rows for entry in one.inputs), *(piece.source for piece in pieces)],
            rejected=sum(one.rejected for one in rows) + sum(piece.rejected for piece in told),
            rejections=[row for one in speaking for row in one.rejections],
            tokens=dict(tokens),
            by=by,
            engine=rows[0].engine if rows else "",
            assumptions=[text for one in speaking for text in one.assumptions],
            warnings=[
                text
                for one in speaking
                for text in one.warnings
                if "its total is theirs alone" not in text and "without a range" not in text
            ]
            + [
                f"{piece.name}: nothing says when its {piece.rejected:,} rejected rows were; all of them are counted."
                for piece in told
                if piece.rejected and period is not None
            ],
            left_out=timing.left_out,
            dated=not undated,
            aside=_added(one.aside for one in speaking),
            stated=[item for one in rows for item in one.stated],
        ),
        timing,
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for several in counts:
        for reason, rows in several.items():
            total[reason] = total.get(reason, 0) + rows
    return dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))


def _lost(summary: Summary) -> dict[str, int]:
    """Return the tokens of rows that were rejected, as far as they could be read."""
    return {name: int(count or 0) - int(summary.total.tokens.get(name) or 0) for name, count in summary.tokens.items()}


def _together(several: Sequence[LeftOut | None]) -> LeftOut | None:
    known = [item for item in several if item is not None]
    if not known:
        return None
    return LeftOut(
        sum(item.rows for item in known), min(item.first for item in known), max(item.last for item in known)
    )
