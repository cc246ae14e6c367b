"""What a chart is drawn of: usage files, or the JSON of an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from footprint.batch import run_batch
from footprint.catalogue import Catalogue
from footprint.charts.subject import Subject, of_document, of_summary
from footprint.errors import DataError, FootprintError, UsageError
from footprint.stored import found as stored_in


def read(
    inputs: Sequence[str],
    catalogue: Catalogue,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    kept: Sequence[str],
    role: str | None = None,
) -> Subject:
    """Return the subject of charts that some files hold.

    Parameters
    ----------
    inputs : usage files as `footprint batch` takes them, or one file of JSON that an estimate was written to
    kept : columns of the rows that a chart may be by

    Raises
    ------
    footprint.FootprintError : a file cannot be used, or what was asked for does not go with it
    """
    found = [(name, document) for name in inputs if (document := stored_in(Path(name))) is not None]
    if found and (len(inputs) > 1 or columns or constants):
        raise UsageError(f"{found[0][0]} is a result, not usage: give it alone, without --map and --set.")
    if found:
        name, document = found[0]
        try:
            subject = of_document(document, catalogue)
        except FootprintError as error:
            raise DataError(f"{Path(name).name}: {error}") from None
        if role and not subject.role:
            raise UsageError("--role: a result names its role itself; write it again with --role.")
        return subject
    summary = run_batch(
        inputs,
        output=None,
        rejects=None,
        columns=columns,
        constants=constants,
        by=(),
        engine_name=None,
        catalogue=catalogue,
        kept=kept,
    )
    if not summary.estimated:
        reasons = "; ".join(str(row["reason"]) for row in summary.rejections[:2])
        raise DataError(f"none of the {summary.rows:,} rows could be estimated: {reasons}")
    return of_summary(summary, catalogue, role)
