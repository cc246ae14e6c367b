"""Options that several commands share, and the types of their values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from footprint.errors import FootprintError
from footprint.language import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv", "md")
GRID_BOUNDARIES = ("lifecycle", "direct")
ROLES = ("owner", "tenant", "buyer")


class Estimating(click.Command):
    """A command that asks the catalogue: it is opened while arguments are read and equations imported."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Begin to open the shipped catalogue, where it will be asked, and read the arguments."""
        own = any(arg.partition("=")[0] == "--factors" for arg in args)
        if not (ctx.resilient_parsing or own or any(name in args for name in ctx.help_option_names)):
            from footprint.catalogue import ahead

            ahead.begin()
        return super().parse_args(ctx, args)


class Amount(click.ParamType):  # type: ignore[type-arg]
    """A quantity as a person writes it, checked by the activity's own rule for that amount."""

    name = "quantity"

    def __init__(self, amount: str) -> None:
        self.amount = amount

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; what is wrong is said under the option's own name."""
        from footprint.activities import WORDS, amount

        if value in WORDS.get(self.amount, ()):
            return value
        try:
            return amount(self.amount, value)
        except FootprintError as error:
            self.fail(str(error).removeprefix(f"{self.amount}: "), param, ctx)


def amount_option(*names: str, amount: str, metavar: str, help: str) -> Callable[[F], F]:
    """Return an option whose value is the amount ``amount`` of an activity."""
    return click.option(*names, amount, type=Amount(amount), metavar=metavar, help=help)


role_option = click.option(
    "--role",
    type=click.Choice(ROLES),
    help="Who reports: gives scope and category (GHG Protocol) of each carbon result; without it none is claimed.",
)


unverified_option = click.option(
    "--allow-unverified",
    is_flag=True,
    help="Use figures behind which no document was read; the result names each.",
)


def setting_options(function: F) -> F:
    """Add what every estimate takes: place, date, figures of one's own, and how to print it."""
    for option in reversed(
        (
            click.option(
                "--region", metavar="PLACE", help="Country, grid zone or cloud region, such as FR or aws:eu-west-3."
            ),
            click.option(
                "--provider", metavar="NAME", help="Who runs the hall, for PUE and WUE, such as azure or on_premises."
            ),
            click.option(
                "--date", metavar="DATE", help="Day it ran, such as 2025-06-01: the factors' year follows it."
            ),
            amount_option(
                "--pue", amount="pue", metavar="RATIO", help="Energy at the meter over energy of IT equipment."
            ),
            amount_option(
                "--wue", amount="wue_site", metavar="L/KWH", help="Water consumed on site per kWh of IT equipment."
            ),
            amount_option("--wue-grid", amount="wue_grid", metavar="L/KWH", help="Water consumed to generate a kWh."),
            amount_option(
                "--grid-intensity", amount="grid_intensity", metavar="G/KWH", help="Emissions of a kWh, in CO2e."
            ),
            click.option(
                "--grid-boundary",
                type=click.Choice(GRID_BOUNDARIES),
                default="lifecycle",
                show_default=True,
                help="Which grid factors to use; the two are never mixed.",
            ),
            click.option(
                "--hours-of-day",
                metavar="HOURS",
                help="Hours at which it ran, such as 22-6: the grid's month-by-hour profile is laid over its factor.",
            ),
            click.option(
                "--profile",
                type=click.Path(exists=True, dir_okay=False),
                metavar="FILE",
                help="CSV of month, hour and share of the load, instead of --hours-of-day.",
            ),
            role_option,
            click.option(
                "--method",
                metavar="NAME",
                help="Another way to the energy than the best evidence; an unknown NAME lists those there are.",
            ),
            unverified_option,
            click.option("--versus", metavar="THING", help="Compare with something known, such as web-search."),
            factors_option,
            click.option(
                "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Output."
            ),
            click.option("--explain", is_flag=True, help="Print each equation with its values and the rows it cites."),
            click.option("--drivers", is_flag=True, help="Print which inputs make the result uncertain, by share."),
        )
    ):
        function = option(function)
    return function


factors_option = click.option(
    "--factors",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of CSV files laid over the shipped factors.",
)


def drawing_options(function: F) -> F:
    """Add what every picture takes: how its input is read, its language, and the day that it bears."""
    for option in reversed(
        (
            click.option("--map", "maps", multiple=True, metavar="NAME=COLUMN", help="Which column is which."),
            click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="The same for every row."),
            click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language."),
            click.option("--date", "made", metavar="DATE", help="Day that the picture bears; today if not given."),
        )
    ):
        function = option(function)
    return function
