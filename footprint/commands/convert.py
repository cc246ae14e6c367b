"""``footprint convert``."""

from __future__ import annotations

import click

from footprint.commands.options import FORMATS, amount_option


@click.command()
@click.argument("quantity")
@click.argument("unit")
@amount_option("--pue", amount="pue", metavar="RATIO", help="Cross from the servers' plugs to the meter, or back.")
@click.option("--format", "form", type=click.Choice(FORMATS[:2]), default="table", show_default=True, help="Output.")
def convert(quantity: str, unit: str, pue: object, form: str) -> None:
    """Convert a quantity into another unit; a boundary is crossed only with --pue.

    \b
    Examples:
      footprint convert "1287 MWh" GJ
      footprint convert "1170 MWh_IT" MWh --pue 1.1
      footprint convert "1 287,5 kWh" MWh
    """
    from footprint.commands.render import as_json
    from footprint.conversion import converted
    from footprint.numbers import exact, unit_text
    from footprint.results import rounded
    from footprint.units import Quantity

    result = converted(quantity, unit, pue if isinstance(pue, Quantity) else None)
    if form == "json":
        click.echo(as_json({"value": rounded(result.magnitude), "unit": unit_text(result)}))
    else:
        click.echo(f"{exact(result.magnitude)} {unit_text(result)}")
