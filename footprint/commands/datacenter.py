"""``footprint datacenter``."""

from __future__ import annotations

from typing import Any

import click

from footprint.commands.options import Estimating, amount_option, setting_options


@click.command(cls=Estimating)
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
@amount_option(
    "--facility-energy", amount="facility_energy", metavar="ENERGY", help="Reading at the building; with the next: PUE."
)
@amount_option("--it-energy", amount="it_energy", metavar="ENERGY", help="Reading at the servers' plugs.")
@amount_option(
    "--renewable-energy", amount="renewable_energy", metavar="ENERGY", help="Renewable electricity of it: gives REF."
)
@amount_option("--reused-energy", amount="reused_energy", metavar="ENERGY", help="Heat used again outside: gives ERF.")
@amount_option("--water-input", amount="water_input", metavar="VOLUME", help="Water that entered the hall: gives WUE.")
@setting_options
def datacenter(form: str, explain: bool, drivers: bool, **options: Any) -> None:
    """Footprint of the load of a hall, by IT power or by meter.

    \b
    Examples:
      footprint datacenter --it-load "20 MW" --hours 8760 --pue 1.3 --wue "1.8 L/kWh" --region IE
      footprint datacenter --energy "1.2 GWh" --pue 1.4 --region DE --date 2024-12-31
      footprint datacenter --facility-energy "13 GWh" --it-energy "10 GWh" --water-input "9000 m3"
    """
    import footprint
    from footprint.commands.render import render

    click.echo(render(footprint.datacenter(**options), form, explain, drivers))
