"""Rows as they are written: by the engine that writes fastest, where it reads what the other one added up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from footprint.batch.columns import COUNTS, MEASURED, TEXTS
from footprint.batch.engines import DAY, PolarsEngine, scanned_together
from footprint.batch.laid import Laid
from footprint.batch.parts import folder_beside, refuse_folder, write_parts
from footprint.batch.periods import MONTH
from footprint.batch.plan import Plan, key_of
from footprint.batch.progress import Watch
from footprint.batch.rows import FAULTS, FOUND, REMARKS
from footprint.errors import DataError, UsageError, clipped
from footprint.intake.files import Input, beside, format_of
from footprint.intake.scan import LINE
from footprint.intake.scratch import room

log = logging.getLogger(__name__)

#: Texts of rows that may be keys of the lookup, and are no part of an equation.
_NAMES = tuple(name for name in TEXTS if name not in ("kind", "energy_boundary"))
#: What an engine says of a file that it cannot read.
_UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, nw.exceptions.NarwhalsError, ValueError)


@dataclass(frozen=True, slots=True)
class Targets:
    """What is to be written, and in which format."""

    output: Path | None
    rejects: Path | None
    #: columns by whose values the output is parted: it is a folder then
    parts: Sequence[str]
    output_form: str
    rejects_form: str

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        output: Path | None,
        rejects: Path | None,
        parts: Sequence[str],
        output_format: str | None,
    ) -> Targets:
        """Return what is to be written of the files ``names``.

        Raises
        ------
        footprint.errors.UsageError : it would overwrite an input, or one output the other; parts without a folder
        """
        if parts and (output is None or output_format not in (None, "parquet")):
            raise UsageError("--partition-by parts the output, which is Parquet then: name a new folder with --output.")
        output_form = "parquet" if parts else format_of(output, output_format) if output else ""
        found = cls(output, rejects, parts, output_form, format_of(rejects, None) if rejects else "")
        _refuse_overwriting(names, output, rejects, parts)
        return found


def to_be_written(
    plan: Plan, frame: Any, inputs: Sequence[Input], *, rows: int, rejected: int, met: frozenset[int], apart: bool
) -> tuple[Plan, Any]:
    """Return plan and rows for Polars, which writes fastest, where it takes them for the same; else those given."""
    if any(item.lapses for item in inputs):
        return plan, frame  # spans of time, of which Polars has none
    # Of a row that is rejected the text is told, and it may be one of which no combination knows.
    keyed = {} if rejected else {key_of(name): name for name in _NAMES}
    writer = PolarsEngine(listed=REMARKS, keyed=keyed, apart=apart, rows=rows)
    try:
        again = scanned_together(writer, inputs, lines=False)
    except _UNREADABLE:  # files that only the other engine puts together
        return plan, frame
    if not (isinstance(plan.engine, PolarsEngine) or _are_alike(plan, frame, again, met)):
        return plan, frame
    return replace(plan, engine=writer), again


def _are_alike(plan: Plan, one: Any, other: Any, met: frozenset[int]) -> bool:
    """Tell whether two engines take rows for the same: names and types of all columns, and how texts come of them.

    Rare types of Parquet they do not read alike; nor do they write the same text of a number or a moment. What is no
    date, or one that is far away, only the engine that found it can tell.
    """
    try:
        schemas = [nw.from_native(frame).collect_schema() for frame in (one, other)]
    except _UNREADABLE:
        return False
    if list(schemas[0].items()) != list(schemas[1].items()):
        return False
    kinds = {name: schemas[0][column] for name, column in plan.mapping.columns.items()}
    counts = all(kind.is_numeric() for name, kind in kinds.items() if name in (*COUNTS, *MEASURED))
    texts = all(kind == nw.String for name, kind in kinds.items() if name in TEXTS)
    dates = any(FAULTS[number].column == "date" for number in met if number < FOUND)
    return counts and texts and not dates


def _write_rows(laid: Laid, applied: Any, draft: Path, targets: Targets) -> None:
    """Write the rows that were estimated to a file, or to a folder where they are parted."""
    rows = nw.from_native(applied)
    present = rows.collect_schema().names()
    if not laid.flawless:
        rows = rows.filter(laid.good())
    if MONTH in targets.parts and MONTH not in present:
        rows = rows.with_columns(nw.col(DAY).dt.to_string("%Y-%m").alias(MONTH))
    written = nw.to_native(rows.select(*dict.fromkeys([*laid.outputs(present), *targets.parts])))
    names = (name for name in _NAMES if name in laid.plan.mapping.columns)
    shared = {**dict.fromkeys((*names, *REMARKS)), **laid.same}
    if targets.parts:
        write_parts(written, draft, targets.parts, shared)
    else:
        laid.plan.engine.write(written, draft, targets.output_form, shared)


def _check_written(laid: Laid, draft: Path, form: str, rows: int) -> None:
    """Refuse an output that holds other rows than were added up, as of a file that was changed in between.

    Raises
    ------
    footprint.errors.DataError : what was written is not what was told
    """
    if form != "parquet":
        return
    files = sorted(draft.rglob("*.parquet")) if draft.is_dir() else [draft]
    engine = laid.plan.engine
    written = sum(engine.written(file) for file in files)
    lost = engine.lost if isinstance(engine, PolarsEngine) and laid.flawless else 0
    if written != rows or lost:
        raise DataError(
            f"{rows:,} rows were estimated, and {written - lost:,} of them written: was an input changed meanwhile? "
            "Run it again, or with --engine."
        )


def write_all(
    laid: Laid,
    applied: Any,
    targets: Targets,
    inputs: Sequence[Input],
    *,
    rows: int,
    estimated: int,
    watch: Watch | None,
) -> None:
    """Write the rows that were estimated, and those that were not, each beside its final name until all is there.

    Raises
    ------
    footprint.FootprintError : nothing could be written, or other rows than were added up
    """
    output, rejects, engine = targets.output, targets.rejects, laid.plan.engine
    if targets.output_form in ("csv", "jsonl"):
        _refuse_bytes(applied, targets.output_form)
    beside_output = folder_beside(output) if targets.parts and output else beside(output)
    with beside_output as draft, beside(rejects) as rejects_draft:
        if draft is not None:
            if watch:
                watch.stage("writing", rows, engine.share)
            log.info("writing", extra={"fields": {"file": str(output)}})
            with room(output or draft):
                _write_rows(laid, applied, draft, targets)
            _check_written(laid, draft, targets.output_form, estimated)
        if rejects_draft is not None:
            bad = _rejected(laid, scanned_together(engine, inputs, lines=True))
            with room(rejects or rejects_draft):
                engine.write(bad, rejects_draft, targets.rejects_form, {})


def _rejected(laid: Laid, frame: Any) -> Any:
    """Return the rows that were not estimated: where, which column, which value, and why."""
    where = (nw.col("source_file").alias("file"), nw.col(LINE).alias("line"))
    # DuckDB joins in an order that differs from run to run.
    return nw.to_native(laid.rejected(laid.applied(frame), *where).sort("file", "line"))


def _refuse_bytes(frame: Any, form: str) -> None:
    """Refuse columns of bytes, which are no text."""
    for name, kind in nw.from_native(frame).collect_schema().items():
        if kind == nw.Binary and not name.startswith("__"):
            raise UsageError(f"column '{clipped(name)}' holds bytes, which a file of {form} cannot; write .parquet.")


def _refuse_overwriting(names: Sequence[str], output: Path | None, rejects: Path | None, parts: Sequence[str]) -> None:
    if parts and output:
        refuse_folder(output)
    written = [path for path in (output, rejects) if path is not None]
    if len({path.resolve() for path in written}) < len(written):
        raise UsageError(f"{output} is both the output and the file for rejects: name two files.")
    for path in written:
        if any(name != "-" and Path(name).exists() and path.exists() and path.samefile(name) for name in names):
            raise UsageError(f"{path} is an input: name another output, or the usage would be lost.")
