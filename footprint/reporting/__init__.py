"""Reports: one account of what happened, written as a page, as data, or as text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from footprint.batch import run_batch
from footprint.batch.files import beside
from footprint.catalogue import Catalogue
from footprint.errors import UsageError
from footprint.language import Language, language
from footprint.reporting.blocks import Document
from footprint.reporting.content import Account
from footprint.reporting.data import as_data
from footprint.reporting.definition import Definition, read_definition
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
) -> Account:
    """Estimate the usage in ``inputs`` and return all that a report stands on.

    Raises
    ------
    footprint.FootprintError : the files or the definition cannot be used
    """
    summary = run_batch(
        inputs,
        output=None,
        rejects=None,
        columns=columns,
        constants=constants,
        by=[definition.group_by] if definition.group_by else [],
        kept=("month", "model", "region"),
        engine_name=None,
        catalogue=catalogue,
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


def write(account: Account, path: Path) -> None:
    """Write the report in the format of its name, beside first, so that an old one stays until the new one is whole.

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
        made = _made(account.document, form, words, account)
    with beside(path) as draft:
        if draft is not None:
            draft.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))


def _made(report: Document, form: str, words: Language, account: Account) -> str | bytes:
    if form == ".pdf":
        return pdf(report, words, account.made)
    return page(report, words, account.version) if form == ".html" else markdown(report)
