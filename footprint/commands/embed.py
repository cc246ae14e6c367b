"""``footprint embed``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument(
    "pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PAGE..."
)
@click.option("--check", is_flag=True, help="Write nothing; fail where a figure is stale, and say which.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder below which files may be read and pictures written; that of the page if not given.",
)
def embed(pages: tuple[Path, ...], check: bool, root: Path | None) -> None:
    """Refresh the figures between comments of Markdown or HTML pages; all else stays as it is.

    \b
    In a page:
      It took <!-- footprint: number: energy; of: training gpt-3 --><!-- /footprint -->.
    \b
      <!-- footprint: chart: month; of: usage.csv; set: region=US -->
      <!-- /footprint -->

    \b
    Examples:
      footprint embed README.md docs/use.md
      footprint embed README.md --check
    """
    from footprint.embedding.pages import read, write
    from footprint.errors import DataError, SeveralError

    found = read(pages, root)
    faults = [f"{page.path}, line {fault.line}: {fault.message}" for page in found for fault in page.faults]
    stale = [(page, change) for page in found for change in page.changes]
    if check or faults:
        for page, change in stale:
            click.echo(f"{page.path}, line {change.line}: stale {change.what}: {change.says}", err=check)
    if faults:
        raise SeveralError(faults)
    embeds = sum(page.embeds for page in found)
    if check and stale:
        raise DataError(f"{len(stale)} of {embeds} embeds are stale; footprint embed refreshes them.")
    for path in [] if check else write(found):
        click.echo(f"Written: {path}")
    click.echo(f"{len(stale)} of {embeds} embeds refreshed." if stale else f"{embeds} embeds, all up to date.")
