"""``footprint instance``."""

from __future__ import annotations

from typing import Any

import click

from footprint.commands.options import Estimating, amount_option, setting_options


@click.command(cls=Estimating)
@click.argument("instance", required=False)
@amount_option("--hours", amount="hours", metavar="TIME", help="Time that each of them ran, such as 24 or '30 days'.")
@amount_option("--count", amount="instances", metavar="N", help="Number of instances; 1 if not given.")
@amount_option(
    "--utilisation", amount="utilisation", metavar="SHARE", help="Share of the full load; 0.1 to 1 if nobody knows."
)
@amount_option("--vcpus", amount="vcpus", metavar="N", help="Of one instance, in place of its name; with --memory.")
@amount_option("--memory", amount="memory", metavar="SIZE", help="Of one instance, such as '64 GB'.")
@click.option("--cpu", metavar="NAME", help="Its processor, such as 'Sapphire Rapids'.")
@click.option("--accelerator", metavar="NAME", help="Type of its accelerators, such as h100.")
@amount_option("--accelerators", amount="accelerators", metavar="N", help="How many one instance has.")
@amount_option(
    "--accelerator-power", amount="accelerator_power", metavar="POWER", help="Mean power of one, if it is known."
)
@setting_options
def instance(form: str, explain: bool, drivers: bool, **options: Any) -> None:
    """Footprint of hours of a cloud instance: its host, and the power of its accelerators.

    \b
    Examples:
      footprint instance p4d.24xlarge --hours 24 --utilisation 0.6 --region us-east-1
      footprint instance p5.48xlarge --hours "30 days" --count 4 --region eu-north-1 --drivers
      footprint instance --vcpus 32 --memory "128 GB" --accelerator l4 --accelerators 2 --hours 8
    """
    import footprint
    from footprint.commands.render import render

    if options["instances"] is None:
        options["instances"] = 1
    click.echo(render(footprint.instance(options.pop("instance"), **options), form, explain, drivers))
