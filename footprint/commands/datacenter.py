"""``footprint datacenter``."""

from __future__ import annotations

from typing import Any

import click

from footprint.commands.options import amount_option, setting_options


@click.command()
@amount_option(
    "--it-load", amount="it_power", metavar="POWER", help="Power at the servers' plugs, such as '20 MW'; with --hours."
)
@amount_option("--hours", amount="hours", metavar="TIME", help="Time it ran, such as 8760.")
@amount_option(
    "--load-factor", amount="load_factor", metavar="SHARE", help="Average load over that power, such as 0.8."
)
@amount_option(
    "--energy",
    amount="energy",
    metavar="ENERGY",
    help="Metered instead: kWh at the building's meter, kWh_IT at the plugs.",
)
@setting_options
def datacenter(form: str, explain: bool, drivers: bool, **options: Any) -> None:
    """Footprint of the load of a hall, by IT power or by meter.

    \b
    Examples:
      footprint datacenter --it-load "20 MW" --hours 8760 --pue 1.3 --wue "1.8 L/kWh" --region IE
      footprint datacenter --energy "1.2 GWh" --pue 1.4 --region DE --date 2024-12-31
    """
    import footprint
    from footprint.commands.render import render

    click.echo(render(footprint.datacenter(**options), form, explain, drivers))
