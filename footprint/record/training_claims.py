"""Claims about training: what a run took, and what it is compared with."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from footprint.activities import TrainingRun
from footprint.comparison import compared
from footprint.errors import UsageError
from footprint.numbers import localised, number
from footprint.quantities import parse_as
from footprint.record.working import CHIPS, METER, PLUGS, Result, Words, Working, as_printed, known
from footprint.results import Estimate
from footprint.units import Quantity

_RUN = Words("one final run, whole servers", "un entraînement final, serveurs entiers")
_GRID = Words("average of the country, no losses", "moyenne du pays, sans pertes")
_PUBLISHED = Words("as published: one final run, PUE inside", "tel que publié : un entraînement final, PUE compris")
_LEAK = Words("unconfirmed leak; rated power all the time", "fuite non confirmée ; puissance nominale en continu")


def gpt3_emissions(working: Working, given: Mapping[str, str]) -> None:
    """C1: the run as published, the same by another way, and on other grids."""
    run = working.published_run("gpt-3")
    uses = {use.name: use for use in run.factors}
    for name, en, fr, boundary in (
        ("operations", "operations of the run", "opérations de l’entraînement", _RUN),
        ("throughput", "achieved, per accelerator", "débit atteint par accélérateur", _RUN),
        (
            "mean_power",
            "power per accelerator, server share inside",
            "puissance par accélérateur, serveur compris",
            PLUGS,
        ),
        ("pue", "PUE", "PUE", Words("the halls of the operator", "les salles de l’exploitant")),
        (
            "grid_intensity",
            "grid, assumed",
            "réseau, supposé",
            Words("US average of 2020", "moyenne des États-Unis, 2020"),
        ),
    ):
        working.used(name, uses[name], en, fr, boundary)
    row = "gpt-3-175b"
    working.column(
        "published_energy", "training_runs", row, "energy", "MWh", "published energy", "énergie publiée", _PUBLISHED
    )
    working.column(
        "published_carbon",
        "training_runs",
        row,
        "carbon",
        "tCO2e",
        "published emissions",
        "émissions publiées",
        _PUBLISHED,
    )
    accelerators = working.column(
        "accelerators", "training_runs", row, "accelerators", "accelerator", "accelerators", "accélérateurs",
        Words("from a press release", "d’après un communiqué"),
    )  # fmt: skip
    hours = working.column("hours", "training_runs", row, "hours", "h", "duration", "durée", _RUN)
    bloom = working.column(
        "bloom_grid", "training_runs", "bloom-176b", "grid_intensity", "gCO2e/kWh",
        "grid taken for BLOOM", "réseau retenu pour BLOOM", Words("France", "France"),
    )  # fmt: skip
    west = working.case(
        "west_grid", "tr-gpt4-tds-90d", "grid_intensity", "grid of Azure West US", "réseau d’Azure West US",
        Words("an old table of a calculator", "une ancienne table d’un calculateur"),
    )  # fmt: skip
    power = ("operations", "/", "throughput", "×", "mean_power")
    working.computed(
        "it_energy", run, "it_energy", "energy at the servers' plugs", "énergie aux prises des serveurs",
        command="training gpt-3", formula=power, digits=4,
    )  # fmt: skip
    working.computed(
        "energy", run, "facility_energy", "energy at the meter", "énergie au compteur",
        command="training gpt-3", formula=("it_energy", "×", "pue"), digits=4,
    )  # fmt: skip
    working.computed(
        "carbon", run, "carbon_location", "emissions, location-based", "émissions, basées sur la localisation",
        command="training gpt-3", formula=("energy", "×", "grid_intensity"),
    )  # fmt: skip
    working.residual("residual", "carbon", "published_carbon", "against the published one", "écart à la valeur publiée")
    by_days = working.published_run("gpt-3", accelerators=accelerators, hours=hours)
    days = f"training gpt-3 --count {accelerators.magnitude:g} --hours {hours.magnitude:g}"
    working.computed(
        "energy_by_days", by_days, "facility_energy", "the same by days", "le même par la durée",
        command=days, formula=("accelerators", "×", "hours", "×", "mean_power", "×", "pue"), digits=5,
    )  # fmt: skip
    working.computed(
        "carbon_by_days", by_days, "carbon_location", "emissions by days", "émissions par la durée",
        command=days, formula=("energy_by_days", "×", "grid_intensity"), digits=4,
    )  # fmt: skip
    working.residual(
        "residual_by_days",
        "carbon_by_days",
        "published_carbon",
        "by days, against the published",
        "par la durée, écart",
    )
    bare = working.published_run("gpt-3", pue=1.0)
    working.computed(
        "carbon_without_pue", bare, "carbon_location", "without the PUE, as another paper prints it",
        "sans le PUE, comme l’imprime un autre article",
        command="training gpt-3 --pue 1", formula=("it_energy", "×", "grid_intensity"),
    )  # fmt: skip
    shipped = working.published_run("gpt-3", region="US")
    grid = next(use for use in shipped.factors if use.name == "grid_intensity")
    working.used(
        "shipped_grid", grid, "US grid of 2020, life cycle", "réseau des États-Unis en 2020, cycle de vie", _GRID
    )
    working.computed(
        "carbon_shipped", shipped, "carbon_location",
        "with the grid factor of the catalogue", "avec le facteur du catalogue",
        command="training gpt-3 --region US", formula=("energy", "×", "shipped_grid"),
    )  # fmt: skip
    for key, name, intensity, en, fr in (
        ("carbon_france", "bloom_grid", bloom, "had it run in France", "s’il avait eu lieu en France"),
        ("carbon_west", "west_grid", west, "had it run at Azure West US", "s’il avait eu lieu chez Azure West US"),
    ):
        other = working.published_run("gpt-3", grid_intensity=intensity)
        working.computed(
            key, other, "carbon_location", en, fr,
            command=f"training gpt-3 --grid-intensity '{intensity.magnitude:g} g/kWh'", formula=("energy", "×", name),
        )  # fmt: skip
    working.warn(
        "one final run: no failed or preliminary runs, no making of the hardware.",
        "un seul entraînement final : ni essais, ni échecs, ni fabrication du matériel.",
    )


#: What the emissions of a run are compared with: key, equivalence, boundary, what is counted.
_THINGS = (
    (
        "cars", "car_year_us_epa", Words("exhaust gases", "gaz d’échappement"),
        Words("cars", "voitures"),
    ),
    (
        "gasoline_cars", "car_year_us_epa_gasoline", Words("exhaust gases", "gaz d’échappement"),
        Words("cars", "voitures"),
    ),
    (
        "km", "car_km_fr_ademe_lifecycle", Words("use and manufacture", "usage et fabrication"), Words("km", "de km"),
    ),
    (
        "persons", "fr_person_year_carbon", Words("consumption footprint", "empreinte de consommation"),
        Words("footprints", "empreintes"),
    ),
    (
        "paris_flights", "flight_paris_ny_return_passenger", Words("contrails included", "traînées comprises"),
        Words("return flights", "allers-retours"),
    ),
    (
        "us_flights", "flight_sf_ny_return_passenger", Words("one passenger", "un passager"),
        Words("return flights", "allers-retours"),
    ),
)  # fmt: skip


def gpt3_in_cars(working: Working, given: Mapping[str, str]) -> None:
    """C2: the emissions of the run over everyday equivalents, each with its factor, year and place."""
    run = working.published_run("gpt-3")
    working.estimated(
        "carbon", run, "carbon_location", "training of GPT-3", "entraînement de GPT-3",
        command="training gpt-3",
        boundary=Words("location-based, PUE inside", "basées sur la localisation, PUE compris"),
        unit="tCO2e", digits=4,
    )  # fmt: skip
    for key, id, boundary, counted in _THINGS:
        working.thing(f"one_{key}", id, boundary)
        versus = compared(run, id, working.catalogue).versus
        if versus is None:
            continue
        label = working.operands[f"one_{key}"].label
        working.give(
            Result(
                key=key,
                label=label,
                quantity=Quantity(versus.ratio, ""),
                counted=counted,
                formula=("carbon", "/", f"one_{key}"),
                command=f"footprint training gpt-3 --versus {id}",
            )
        )
    working.warn(
        "an everyday equivalent without its place and year says nothing: the next edition has another car.",
        "un équivalent sans lieu ni année ne dit rien : d’une édition à l’autre, la voiture change.",
    )


#: What a day of a town is, for one inhabitant: key, country, sectors, equivalence, inhabitants it is of, words.
_TOWNS = (
    (
        "fr_all", "FR", "all", "fr_person_day_electricity_all", 1,
        Words("French town, all sectors", "ville française, tous usages"),
        Words("national generation", "production nationale"),
    ),
    (
        "fr_consumed", "FR", "consumed", "fr_person_day_electricity_consumption", 1,
        Words("French town, all sectors, exports left out", "ville française, tous usages, sans les exportations"),
        Words("national consumption", "consommation nationale"),
    ),
    (
        "fr_homes", "FR", "homes", "fr_person_day_electricity_home", 1,
        Words("French town, homes only", "ville française, logements seuls"),
        Words("homes", "logements"),
    ),
    (
        "us_homes", "US", "homes", "small_town_us_day_home", 10_000,
        Words("US town, homes only", "ville américaine, logements seuls"),
        Words("homes, an assumed household size", "logements, taille de ménage supposée"),
    ),
)  # fmt: skip


def training_in_town_days(working: Working, given: Mapping[str, str]) -> None:
    """C4: runs over the days of a town, whose size, sectors and country are parameters."""
    towns = _towns(given)
    inhabitants = _inhabitants(given["inhabitants"])
    working.stated("inhabitants", Quantity(inhabitants, ""), "inhabitants of the town", "habitants de la ville")
    for key, _, _, id, size, words, boundary in towns:
        row = working.catalogue.row("equivalences", id) or {}
        en = f"per inhabitant and day, {words.en}"
        fr = f"par habitant et par jour, {words.fr}"
        if size == 1:
            working.thing(f"day_{key}", id, boundary)
        else:
            # The row is of a whole town: one of its inhabitants takes a share.
            working.column(f"town_{key}", "equivalences", id, "value", str(row["unit"]), words.en, words.fr, boundary)
            share = working.amount(f"town_{key}") / size
            working.give(
                Result(key=f"day_{key}", label=Words(en, fr), quantity=share, formula=(f"town_{key}", "/", f"{size:,}"))
            )
    if given["per_day"]:
        own = parse_as(given["per_day"], "kWh")
        working.stated("day_own", own, "per inhabitant and day, your own", "par habitant et par jour, le vôtre")
        towns = [("own", "", "", "", 1, Words("your own town", "votre ville"), METER), *towns]
    run = working.published_run("gpt-3")
    working.estimated(
        "gpt3_energy", run, "facility_energy", "training of GPT-3", "entraînement de GPT-3",
        command="training gpt-3", unit="MWh", digits=4,
    )  # fmt: skip
    working.case(
        "gpt4_leak_energy", "tr-gpt4-tds-90d", "published_energy", "training of GPT-4, from a leak",
        "entraînement de GPT-4, d’après une fuite", _LEAK, unit="GWh",
    )  # fmt: skip
    working.case(
        "gpt4_iea_energy", "tr-gpt4-iea", "published_energy", "training of GPT-4, by the IEA",
        "entraînement de GPT-4, selon l’AIE", Words("equipment, no PUE", "équipements, sans PUE"), unit="GWh_IT",
    )  # fmt: skip
    working.column(
        "llama_energy", "training_runs", "llama-3.1-405b", "energy", "MWh_acc",
        "training of Llama 3.1 405B", "entraînement de Llama 3.1 405B", CHIPS,
    )  # fmt: skip
    main = towns[0]
    for key, name in (
        ("gpt3", Words("GPT-3", "GPT-3")),
        ("gpt4_leak", Words("GPT-4 by the leak", "GPT-4 selon la fuite")),
        ("gpt4_iea", Words("GPT-4 by the IEA", "GPT-4 selon l’AIE")),
        ("llama", Words("Llama 3.1 405B", "Llama 3.1 405B")),
    ):
        _days(working, key, key, main[0], Words(f"{name.en}: {main[5].en}", f"{name.fr} : {main[5].fr}"))
    for town in towns[1:]:
        _days(working, f"gpt3_{town[0]}", "gpt3", town[0], Words(f"GPT-3: {town[5].en}", f"GPT-3 : {town[5].fr}"))
    working.words["town"] = main[5]
    working.warn(
        "what the town is changes the days more than anything else: the sectors and the country are said with them.",
        "le choix de la ville change tout : les usages et le pays sont indiqués avec les jours.",
    )


def _days(working: Working, key: str, run: str, town: str, label: Words) -> None:
    energy, day = working.amount(f"{run}_energy"), working.amount(f"day_{town}")
    inhabitants = float(working.amount("inhabitants").magnitude)
    if energy.dimensionality != day.dimensionality:
        working.warn_of_boundaries(f"{run}_energy", f"day_{town}")
    days = as_printed(energy) / (inhabitants * as_printed(day))
    working.give(
        Result(
            key=key,
            label=label,
            quantity=Quantity(days, ""),
            counted=Words("days", "jours"),
            formula=(f"{run}_energy", "/ (", "inhabitants", "×", f"day_{town}", ")"),
            digits=3 if days >= 100 else 2,
        )
    )


def _towns(given: Mapping[str, str]) -> list[tuple[str, str, str, str, int, Words, Words]]:
    """Return the towns, the one that was asked for first: what the town is must always be seen."""
    asked = [town for town in _TOWNS if given["country"] in ("", town[1]) and given["sectors"] in ("", town[2])]
    if not asked:
        known = ", ".join(f"country={town[1]} sectors={town[2]}" for town in _TOWNS)
        raise UsageError(
            f"C4: no figure for country={given['country']} sectors={given['sectors']}; known are {known}; or give "
            "per_day, the electricity of an inhabitant and day, such as per_day='17.8 kWh'."
        )
    return [asked[0], *(town for town in _TOWNS if town is not asked[0])]


def _inhabitants(text: str) -> float:
    value = float(parse_as(text, "").magnitude)
    if not 1 <= value <= 1e10:
        shown = localised(number(value), "en")
        raise UsageError(f"C4: inhabitants: {shown} was given; a town has between 1 and 10 billion inhabitants.")
    return value


def gpt4_money(working: Working, given: Mapping[str, str]) -> None:
    """M2: what is known of the energy of GPT-4, and the slip in the popular figure."""
    working.figure("cost", "gpt4_cost")
    working.case(
        "iea", "tr-gpt4-iea", "published_energy", "energy, by the IEA", "énergie, selon l’AIE",
        Words("equipment, no PUE", "équipements, sans PUE"), unit="GWh_IT",
    )  # fmt: skip
    working.case(
        "leak_long_printed", "tr-gpt4-tds-100d", "published_energy", "energy of 100 days, as printed",
        "énergie de 100 jours, telle qu’imprimée", _LEAK, unit="GWh",
    )  # fmt: skip
    for key, id, en, fr in (
        ("leak", "tr-gpt4-tds-90d", "energy of 90 days", "énergie de 90 jours"),
        ("leak_long_right", "tr-gpt4-tds-100d", "energy of 100 days, computed", "énergie de 100 jours, calculée"),
    ):
        made, formula, command = _leaked(working, key, id)
        working.computed(key, made, "facility_energy", en, fr, command=command, formula=formula)
    working.residual(
        "slip", "leak_long_printed", "leak_long_right", "printed over computed", "imprimé par rapport au calculé"
    )
    working.refuse(
        "energy from the cost", "énergie déduite du coût",
        "a price holds wages, margins and hardware, and no source parts them.",
        "un prix contient salaires, marges et matériel, et aucune source ne les sépare.",
    )  # fmt: skip


def _leaked(working: Working, key: str, id: str) -> tuple[Estimate, tuple[str, ...], str]:
    """Return the run as the leak has it, computed from its inputs."""
    names = (
        ("accelerators", Words("accelerators", "accélérateurs")),
        ("hours", Words("duration", "durée")),
        ("mean_power", Words("power per accelerator", "puissance par accélérateur")),
        ("pue", Words("PUE", "PUE")),
    )
    amounts: dict[str, Quantity] = {}
    shared = {"accelerators": "accelerators", "mean_power": "mean_power", "pue": "pue"}
    formula: list[str] = []
    for name, words in names:
        operand = shared.get(name, f"{name}_{key}")
        if operand not in working.operands:
            working.case(operand, id, name, words.en, words.fr, _LEAK)
        amounts[name] = working.amount(operand)
        formula += [operand, "×"]
    made = working.run(TrainingRun(**amounts, date=datetime.date(2022, 7, 1)))  # type: ignore[arg-type]
    known(made, "facility_energy")
    sizes = {name: f"{quantity.magnitude:g}" for name, quantity in amounts.items()}
    command = (
        f"training --count {sizes['accelerators']} --hours {sizes['hours']} --mean-power '{sizes['mean_power']} W' "
        f"--pue {sizes['pue']} --date 2022-07-01"
    )
    return made, tuple(formula[:-1]), command
