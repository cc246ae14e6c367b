"""What a batch would do, before anything is computed: what was recognised, what is covered, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np

from footprint.batch.columns import ColumnMap, passed_over
from footprint.batch.combinations import Settled
from footprint.batch.engines import DAY, collected
from footprint.batch.grouped import add_up, settled_and_grouped
from footprint.batch.opening import groupable, table_of
from footprint.batch.parts import count_parts, refuse_folder
from footprint.batch.plan import Plan
from footprint.batch.run import reasons_of
from footprint.catalogue import Catalogue
from footprint.intake.files import Input
from footprint.readers import PLAIN, Options
from footprint.results import LABELS, RESULTS


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found in files, and what an estimate of them would know."""

    inputs: list[dict[str, Any]]
    #: our columns, each with that of the input, or the value for every row
    columns: dict[str, str]
    constants: dict[str, str]
    rows: int
    estimated: int
    rejections: list[dict[str, Any]]
    aside: dict[str, int]
    #: first and last day; None where no column is a date
    days: tuple[str, str] | None
    combinations: int
    #: by result that some rows would not know, how many, and why
    missing: dict[str, dict[str, int]]
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the published JSON object."""
        return {
            "inputs": self.inputs,
            "columns": self.columns,
            "constants": self.constants,
            "rows_in": self.rows + sum(self.aside.values()),
            "rows_to_estimate": self.estimated,
            "rows_to_reject": self.rows - self.estimated,
            "rows_set_aside": self.aside,
            "days": self.days,
            "combinations": self.combinations,
            "rejections": self.rejections,
            "missing": self.missing,
            "notes": self.notes,
        }


def preview(
    names: Sequence[str],
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    catalogue: Catalogue,
    engine_name: str | None = None,
    input_format: str | None = None,
    allow_overlap: bool = False,
    reader: str | None = None,
    options: Options | None = None,
    by: Sequence[str] = (),
    parts: Sequence[str] = (),
    output: Path | None = None,
) -> Preview:
    """Return what an estimate of the files ``names`` would do; nothing is computed or written.

    That rows can be grouped ``by`` these columns, and the output be parted by those of ``parts``, is checked.

    Raises
    ------
    footprint.FootprintError : the files or the request cannot be used
    """
    if parts and output is not None:
        refuse_folder(output)
    with table_of(
        names,
        columns=columns,
        constants=constants,
        engine_name=engine_name,
        parts=parts,
        input_format=input_format,
        allow_overlap=allow_overlap,
        reader=reader,
        options=options,
    ) as table:
        inputs, engine, frame, mapping = table.inputs, table.engine, table.frame, table.mapping
        groupable(frame, mapping, by, parts)
        within = list(dict.fromkeys([*by, *parts]))
        added = add_up(frame, mapping, catalogue, engine, within)
        plan, (settled, grouped) = added.plan, settled_and_grouped(added, catalogue)
        if parts:
            count_parts(grouped.keys, within, parts)
        estimated = int(grouped.sums.rows.sum())
        return Preview(
            inputs=[_of_input(item) for item in inputs],
            columns=dict(sorted(mapping.columns.items())),
            constants=dict(sorted(mapping.constants.items())),
            rows=grouped.rows,
            estimated=estimated,
            rejections=reasons_of(settled, added.met, frame) if estimated < grouped.rows else [],
            aside=dict(pair for item in inputs for pair in item.aside),
            days=_days(plan, frame, mapping),
            combinations=len(settled.settings),
            missing=_missing(settled, grouped.sums.settings, grouped.sums.rows),
            notes=list(
                dict.fromkeys([*(note for item in inputs for note in item.notes), *passed_over(plan.present, mapping)])
            ),
        )


def _of_input(item: Input) -> dict[str, Any]:
    return {"name": item.name, "format": item.form, "reader": item.reader or PLAIN}


def _days(plan: Plan, frame: Any, mapping: ColumnMap) -> tuple[str, str] | None:
    if "date" not in mapping.columns:
        return None
    day = nw.col(DAY)
    # As text, since files hold years that no calendar of Python's has.
    ends = (day.min().cast(nw.String).alias("first"), day.max().cast(nw.String).alias("last"))
    told = nw.from_native(plan.prepared(frame)).select(*ends)
    (row,) = collected(told)
    return (str(row["first"]), str(row["last"])) if row["first"] is not None else None


def _missing(settled: Settled, settings: Any, rows: Any) -> dict[str, dict[str, int]]:
    """Count the rows that would not know a result, by the reason that their setting gives."""
    behind = np.bincount(settings, weights=rows, minlength=len(settled.settings))
    found: dict[str, dict[str, int]] = {}
    for setting, count in zip(settled.settings, behind, strict=True):
        for name in RESULTS:
            reason = setting.reasons.get(name)
            if reason and name in LABELS:
                by_reason = found.setdefault(name, {})
                by_reason[reason] = by_reason.get(reason, 0) + int(count)
    return found
