"""``footprint export``."""

from __future__ import annotations

from pathlib import Path

import click

from footprint.language import LANGUAGES

#: The formats with what they are: `footprint.exports` has them too, and is not loaded for a help.
FORMATS = ("model-card", "cyclonedx", "spdx", "annex-xi", "data-centre-kpis")


@click.command()
@click.argument("form", type=click.Choice(FORMATS), metavar="FORMAT")
@click.argument(
    "results",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="RESULT...",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write it; without it, the terminal. A model card that is there is updated in place.",
)
@click.option("--name", metavar="NAME", help="Name of the model, before that of the result.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of annex-xi.")
@click.option("--date", "made", metavar="DATE", help="Day that the export bears; today if not given.")
def export(
    form: str, results: tuple[Path, ...], output: Path | None, name: str | None, lang: str, made: str | None
) -> None:
    """Write a result in a format of others; what the format cannot hold is left out, and said.

    RESULT is what footprint training, query or datacenter printed with --format json; for the two bills of materials
    also several of them, a batch by model, or a report as .json.

    \b
    Formats:
      model-card        Hugging Face: co2_eq_emissions of a README.md, in grams
      cyclonedx         CycloneDX 1.6 ML-BOM: energy and CO2e of models
      spdx              SPDX 3.0.1 with the energy of its AI profile
      annex-xi          EU AI Act, Annex XI: compute and energy of training, as a text
      data-centre-kpis  Delegated Regulation (EU) 2024/1364: key figures of a hall, .csv or .json

    \b
    Examples:
      footprint export model-card training.json -o README.md
      footprint export cyclonedx training.json use.json --name gpt-3 -o bom.json
      footprint export annex-xi training.json --lang fr -o annexe.md
      footprint export data-centre-kpis hall.json -o hall.csv
    """
    from footprint.catalogue import open_catalogue
    from footprint.commands.drawing import day_of, written
    from footprint.errors import DataError
    from footprint.exports import exported

    into = None
    if form == "model-card" and output is not None and output.is_file():
        try:
            into = output.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise DataError(f"{output.name}: the model card is no text in UTF-8; write it as one.") from None
    made_of = exported(
        results,
        form,
        open_catalogue(),
        name=name,
        language=lang,
        date=day_of(made),
        into=into,
        ending=output.suffix if output else None,
    )
    if output is None:
        click.echo(made_of.text, nl=False)
    else:
        written(output, made_of.text.encode("utf-8"))
    for note in made_of.notes:
        click.echo(f"Note: {note}", err=True)
