"""The command line: parse, call, print. A command is imported when it is called, so that help stays cheap."""

from __future__ import annotations

import importlib

import click

from footprint import __version__
from footprint.commands.failures import told

_COMMANDS = {
    "query": "One or many requests to a model or a product.",
    "training": "A training run: a published one by name, or your own.",
    "datacenter": "The load of a hall, by IT power or by meter.",
    "instance": "Hours of a cloud instance, its accelerators' power inside.",
    "batch": "A usage file in, one estimated row per row out.",
    "readers": "The sources that are read, and what each needs.",
    "normalise": "Any export as the canonical activity table, to look at before it is estimated.",
    "report": "A report of usage files: a page, a text, data to compute it again from.",
    "chart": "A chart of usage or of a result, with its text alternative and its numbers.",
    "badge": "One figure as a small picture.",
    "export": "A result as a model card, a bill of materials, or a text or key figures for the EU.",
    "embed": "Figures, tables and charts in Markdown pages, refreshed or checked.",
    "compare-methods": "One activity by every method, ours and others', and why they differ.",
    "validate": "Published footprints computed again: the record of being right.",
    "claims": "Public claims: operands, years, boundaries, verdict, what to say instead.",
    "factors": "The reference factors: search, show, cite, check.",
    "convert": "A quantity in another unit; a boundary is crossed only with --pue.",
}


class _Commands(click.Group):
    """A group that knows its commands' first lines, and imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"footprint.commands.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        with told():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="footprint")
@click.option(
    "--log",
    "log_form",
    type=click.Choice(("text", "json")),
    help="Say on standard error what is done, in lines of text or of JSON.",
)
def main(log_form: str | None) -> None:
    """Electricity, water and greenhouse gases of AI use, training and data centres.

    Every figure names the factor behind it, its boundary and its source. A figure that is not known is left open,
    never zero.

    \b
    Examples:
      footprint training gpt-3 --explain
      footprint query gpt-4o --input-tokens 500 --output-tokens 400 --region FR
      footprint batch usage.csv -o footprint.parquet --set region=US --by model
    """
    if log_form:
        from footprint.commands.logs import logged

        click.get_current_context().with_resource(logged(log_form))
