"""Reports: one account of what happened, written as a page, as data, or as text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from footprint.batch import Summary
from footprint.batch.change import changes
from footprint.batch.inventory import settled
from footprint.catalogue import Catalogue
from footprint.errors import FootprintError, UsageError
from footprint.intake.files import beside
from footprint.language import Language, language
from footprint.readers import Options
from footprint.reporting.account import Account, Years
from footprint.reporting.blocks import Document
from footprint.reporting.data import as_data
from footprint.reporting.definition import Definition, read_definition
from footprint.reporting.inputs import Timing, gathered
from footprint.reporting.markdown import markdown
from footprint.reporting.page import page
from footprint.reporting.pdf import pdf
from footprint.reporting.workbook import workbook

__all__ = ["FORMATS", "Account", "Definition", "account", "format_of", "read_definition", "write"]

#: What a report can be written as, by the ending of its name.
FORMATS = (".html", ".pdf", ".xlsx", ".md", ".json")


def account(
    inputs: Sequence[str],
    definition: Definition,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    catalogue: Catalogue,
    command: str,
    made: datetime.datetime | None = None,
    reader: str | None = None,
    options: Options | None = None,
) -> Account:
    """Estimate the usage in ``inputs`` and return all that a report stands on.

    Raises
    ------
    footprint.FootprintError : the files or the definition cannot be used
    """
    periods = [definition.days, *([definition.base] if definition.base else [])]
    (summary, timing), *before = gathered(
        inputs,
        periods,
        columns=columns,
        constants=constants,
        group_by=definition.group_by,
        catalogue=catalogue,
        reader=reader,
        options=options,
    )
    try:
        own = version("footprint")
    except PackageNotFoundError:
        own = "uninstalled"
    return Account(
        definition=definition,
        summary=summary,
        catalogue=catalogue,
        made=made or datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        command=command,
        version=own,
        grid_boundary=catalogue.grid_boundary,
        timing=timing,
        years=_years(summary, *before[0], definition, catalogue) if before else None,
    )


def _years(summary: Summary, before: Summary, timing: Timing, definition: Definition, catalogue: Catalogue) -> Years:
    """Return the two periods of a report side by side, the earlier one as it was and as if it were the later."""
    period, base = definition.days, timing.period
    restated, reason = None, ""
    if period and base and before.estimated:
        moved = before.inventory.happened.moved(period[0].year - base[0].year, period)
        try:
            restated = settled(moved, catalogue)
        except FootprintError as error:
            reason = str(error)
    return Years(
        summary=before,
        timing=timing,
        changes=tuple(changes(before.inventory, restated, summary.inventory)),
        reason=reason,
    )


def format_of(path: Path) -> str:
    """Return the format that a report of this name has.

    Raises
    ------
    footprint.errors.UsageError : an ending that is none of the formats
    """
    form = path.suffix.lower()
    if form not in FORMATS:
        raise UsageError(f"{path}: a report is written as {', '.join(FORMATS)}; give the output such a name.")
    return form


def write(account: Account, path: Path, *, interactive: bool = False) -> None:
    """Write the report in the format of its name, beside first, so that an old one stays until the new one is whole.

    A page that is ``interactive`` lets its reader pick a month or a group.

    Raises
    ------
    footprint.errors.UsageError : an ending that is none of the formats
    """
    form = format_of(path)
    words = language(account.definition.language)
    if form == ".json":
        made: str | bytes = as_data(account)
    elif form == ".xlsx":
        made = workbook(account, words)
    else:
        made = _made(account.document, form, words, account, interactive)
    with beside(path) as draft:
        if draft is not None:
            draft.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))


def _made(report: Document, form: str, words: Language, account: Account, interactive: bool) -> str | bytes:
    if form == ".pdf":
        return pdf(report, words, account.made)
    if form == ".md":
        return markdown(report)
    if not interactive:
        return page(report, words, account.version)
    from footprint.reporting.explore import explored

    return page(report, words, account.version, explored(account, words))
