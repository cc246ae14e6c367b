"""``footprint training``."""

from __future__ import annotations

from typing import Any

import click

from footprint.commands.options import Estimating, amount_option, setting_options


@click.command(cls=Estimating)
@click.argument("run", required=False)
@click.option("--accelerator", metavar="NAME", help="Type of accelerator, such as h100 or v100_sxm2_32.")
@amount_option("--count", amount="accelerators", metavar="N", help="Number of accelerators.")
@amount_option("--hours", amount="hours", metavar="TIME", help="Time they were reserved, such as 355.2 or '14.8 days'.")
@amount_option("--accelerator-hours", amount="accelerator_hours", metavar="N", help="Instead of both.")
@amount_option(
    "--mean-power",
    amount="mean_power",
    metavar="POWER",
    help="Per accelerator at the servers' plugs, host share inside.",
)
@amount_option(
    "--accelerator-power", amount="accelerator_power", metavar="POWER", help="Per accelerator alone; hosts are added."
)
@amount_option("--flop", amount="operations", metavar="N", help="Operations of the run, such as 3.14e23.")
@amount_option(
    "--parameters", amount="parameters", metavar="N", help="Active parameters, such as '70 Gparam'; with --tokens."
)
@amount_option("--tokens", amount="training_tokens", metavar="N", help="Tokens trained on, epochs counted.")
@amount_option(
    "--throughput", amount="throughput", metavar="RATE", help="Achieved, per accelerator, such as '24.6 TFLOP/s'."
)
@amount_option(
    "--utilisation", amount="utilisation", metavar="SHARE", help="Achieved over peak throughput, such as 0.41."
)
@amount_option(
    "--energy",
    amount="energy",
    metavar="ENERGY",
    help="Metered electricity at the building's meter; kWh_IT if at the plugs.",
)
@click.option("--model", metavar="NAME", help="The model trained or tuned, for its active parameters.")
@click.option("--fine-tuning", type=click.Choice(("full", "lora")), help="How the model is tuned; with --tokens.")
@amount_option(
    "--extra-runs",
    amount="extra_runs",
    metavar="SHARE",
    help="Failed and preliminary runs over the final one, such as 0.5, or 'usual'; left out if not given.",
)
@amount_option(
    "--idle-reserve", amount="idle_reserve", metavar="SHARE", help="Energy that stood idle for the run, over its own."
)
@setting_options
def training(form: str, explain: bool, drivers: bool, **options: Any) -> None:
    """Footprint of a training run: a published one by name, or your own.

    \b
    Examples:
      footprint training gpt-3 --explain
      footprint training --energy "1287 MWh" --pue 1.1 --region US --date 2020-06-01
      footprint training --accelerator h100 --count 512 --hours "21 days" --region FR --provider ovh
      footprint training --model llama-3-8b --tokens 5e7 --fine-tuning lora --accelerator l4 --pue 1.1
    """
    import footprint
    from footprint.commands.render import render

    click.echo(render(footprint.training(options.pop("run"), **options), form, explain, drivers))
