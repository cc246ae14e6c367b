"""Claims about halls, companies and countries: totals of energy, water and emissions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from footprint.activities import DatacenterLoad, TrainingRun
from footprint.errors import UsageError
from footprint.numbers import in_scale
from footprint.physics.impacts import water_embodied
from footprint.record.working import PLUGS, Result, Words, Working
from footprint.units import Quantity

_GENERATED = Words("generated in the country", "produite dans le pays")
_ALWAYS = Words("at rated power all the time", "à puissance nominale en continu")
_WORLD = Words("all data centres of the world, no cryptocurrency", "tous les centres de données, hors cryptomonnaies")
_PROJECTED = Words("projection, all data centres of the world", "projection, tous les centres de données")
_COMPANY = Words("consumed, whole company", "consommée, entreprise entière")


def small_nation(working: Working, given: Mapping[str, str]) -> None:
    """C5: the projection recomputed, and the countries that it lies between."""
    for bound, en, fr in (("low", "low", "basse"), ("high", "high", "haute")):
        case = f"dc-devries-2027-{bound}"
        power = working.case(
            f"power_{bound}", case, "it_power", f"power of the servers, {en}", f"puissance des serveurs, {fr}",
            Words("rated power, no PUE; projection of 2023", "puissance nominale, sans PUE ; projection de 2023"),
            unit="GW_IT",
        )  # fmt: skip
        working.case(
            f"{bound}_printed", case, "published_energy", f"a year of them, {en}, as printed",
            f"une année, {fr}, telle qu’imprimée", PLUGS, unit="TWh_IT",
        )  # fmt: skip
        if "hours" not in working.operands:
            working.case("hours", case, "hours", "a year", "une année", _ALWAYS)
        hours = working.amount("hours")
        made = working.run(DatacenterLoad(it_power=power, hours=hours, date=datetime.date(2023, 7, 1)))
        working.computed(
            bound, made, "it_energy", f"energy of a year, {en}", f"énergie d’une année, {fr}",
            command=f"datacenter --it-load '{power.magnitude:g} GW' --hours {hours.magnitude:g} --date 2023-07-01",
            formula=(f"power_{bound}", "×", "hours"),
        )  # fmt: skip
    countries = working.catalogue.rows(
        "SELECT id, value FROM equivalences WHERE id LIKE 'country_year_electricity_%' ORDER BY value"
    )
    sizes = {row["id"]: float(row["value"]) for row in countries}
    below = _largest(sizes, float(working.amount("low").m_as("kWh_IT")))
    nearest = _largest(sizes, float(working.amount("high").m_as("kWh_IT")))
    above = next(id for id, size in sizes.items() if size > sizes[nearest])
    for key, id in (
        ("ireland", "country_year_electricity_irl"), ("below", below), ("nearest", nearest), ("above", above),
    ):  # fmt: skip
        working.thing(key, id, _GENERATED, unit="TWh")
    for key, top, country, en, fr in (
        ("low_ireland", "low", "ireland", "low, over Ireland", "basse, sur l’Irlande"),
        ("high_ireland", "high", "ireland", "high, over Ireland", "haute, sur l’Irlande"),
        ("low_below", "low", "below", "low, over the country below", "basse, sur le pays au-dessous"),
        ("high_nearest", "high", "nearest", "high, over the country below", "haute, sur le pays au-dessous"),
        ("high_above", "high", "above", "high, over the country above", "haute, sur le pays au-dessus"),
    ):
        working.ratio(key, top, country, en, fr, digits=2 if country == "ireland" else 3)
    working.figure("us_ai_servers", "us_ai_servers_2023")
    _data_centres(working)
    working.case(
        "iea_2022", "dc-iea-2022", "published_energy", "data centres of the world, 2022", "centres de données, 2022",
        Words("cryptocurrency inside", "cryptomonnaies comprises"), unit="TWh",
    )  # fmt: skip
    working.refuse(
        "from 2022 to 2024 as a fall", "de 2022 à 2024, une baisse",
        "the figure of 2022 holds cryptocurrency, that of 2024 does not: two boundaries.",
        "le chiffre de 2022 comprend les cryptomonnaies, celui de 2024 non : deux périmètres.",
    )  # fmt: skip
    working.warn(
        "new servers at rated power all year, no idle time and no cooling: a bound as seen that year, no forecast.",
        "nouveaux serveurs à puissance nominale toute l’année, sans temps mort ni refroidissement : une borne vue de "
        "cette année-là, non une prévision.",
    )


def _largest(sizes: Mapping[str, float], most: float) -> str:
    """Return the largest country that generates no more than ``most``."""
    return [id for id, size in sizes.items() if size <= most][-1]


def _data_centres(working: Working) -> None:
    working.case(
        "iea_2024", "dc-iea-2024", "published_energy", "data centres of the world, 2024", "centres de données, 2024",
        _WORLD, unit="TWh",
    )  # fmt: skip
    working.case(
        "iea_2030", "dc-iea-2030", "published_energy", "data centres of the world, 2030", "centres de données, 2030",
        _PROJECTED, unit="TWh",
    )  # fmt: skip
    working.figure("ai_share", "ai_share_of_data_centres")


#: Totals of water: key, case, words, boundary.
_WATERS = (
    ("microsoft_2022", "dc-microsoft-water-fy22", "Microsoft, fiscal year 2022", "Microsoft, exercice 2022", _COMPANY),
    ("microsoft_2023", "dc-microsoft-water-fy23", "Microsoft, fiscal year 2023", "Microsoft, exercice 2023", _COMPANY),
    (
        "google_2022", "dc-google-water-2022", "Google, calendar year 2022", "Google, année civile 2022",
        Words("consumed, data centres and offices", "consommée, centres de données et bureaux"),
    ),
    (
        "google_2023", "dc-google-water-2023", "Google, calendar year 2023", "Google, année civile 2023",
        Words("consumed, data centres", "consommée, centres de données"),
    ),
    (
        "google_2024", "dc-google-water-2024", "Google, calendar year 2024", "Google, année civile 2024",
        Words("consumed, boundary not told apart", "consommée, périmètre non précisé"),
    ),
)  # fmt: skip


def water_peaks(working: Working, given: Mapping[str, str]) -> None:
    """C6: totals in two units; the water of AI only for a load that the user gives."""
    for key, case, en, fr, boundary in _WATERS:
        # Gallons turned into litres have digits that no report prints.
        digits = 3 if key.startswith("google") else None
        amount = working.case(f"{key}_m3", case, "published_water", en, fr, boundary, unit="m3", digits=digits)
        working.give(
            Result(
                key=f"{key}_gallons",
                label=Words(en, fr),
                quantity=amount.to("gal"),
                formula=(f"{key}_m3", "→ gal"),
                digits=2,
                scaled=False,
            )
        )
    working.figure("microsoft_rise_2022", "microsoft_water_rise_2022")
    working.residual(
        "microsoft_rise_2023",
        "microsoft_2023_m3",
        "microsoft_2022_m3",
        "Microsoft, 2023 over 2022",
        "Microsoft, 2023 sur 2022",
    )
    working.thing("pool", "olympic_pool", Words("two metres deep", "deux mètres de profondeur"))
    working.ratio(
        "pools", "microsoft_2022_m3", "pool", "Microsoft, fiscal year 2022", "Microsoft, exercice 2022",
        counted=Words("Olympic pools", "piscines olympiques"), digits=4,
    )  # fmt: skip
    if given["ai_energy"]:
        _water_of_load(working, given)
    else:
        working.refuse(
            "the share of AI", "la part de l’IA",
            "no company publishes the energy of its AI; give one with --set ai_energy='2 TWh_IT' and a provider or "
            "a region.",
            "aucune entreprise ne publie l’énergie de son IA ; en donner une avec --set ai_energy='2 TWh_IT' et "
            "provider ou region.",
        )  # fmt: skip
    working.refuse(
        "growth of Google from 2022 to 2024", "hausse de Google de 2022 à 2024",
        "offices are inside in 2022, and what is counted changes.",
        "les bureaux sont compris en 2022, et ce qui est compté change.",
    )  # fmt: skip


def _water_of_load(working: Working, given: Mapping[str, str]) -> None:
    """Give the water of a load of AI that the user states, on site and at the power plants apart."""
    date = given["date"] or "2024-06-01"
    load = DatacenterLoad(
        energy=given["ai_energy"], provider=given["provider"] or None, region=given["region"] or None, date=date
    )
    made = working.run(load)
    energy = load.amounts()["energy"]
    working.stated("ai_energy", in_scale(energy), "load of AI", "charge d’IA")
    options = f"--energy '{energy.magnitude:.12g} {energy.units:~C}' --date {date}"
    for name in ("provider", "region"):
        options += f" --{name} '{given[name]}'" if given[name] else ""
    for key, name, en, fr in (
        (
            "ai_water_site", "water_site", "water consumed on site for that load",
            "eau consommée sur place pour cette charge",
        ),
        (
            "ai_water_grid", "water_grid", "water consumed at power plants for that load",
            "eau consommée dans les centrales pour cette charge",
        ),
    ):  # fmt: skip
        if getattr(made, name) is None:
            reason = made.reasons.get(name, "")
            working.refuse(en, fr, reason, f"non connu (en anglais : {reason})")
            continue
        working.computed(key, made, name, en, fr, command=f"datacenter {options}", ranged=True)
    working.warn(
        "the load is yours: no company publishes one, so the result is no share of its water.",
        "la charge est la vôtre : aucune entreprise n’en publie, le résultat n’est donc pas une part de son eau.",
    )


def google_emissions(working: Working, given: Mapping[str, str]) -> None:
    """C7: two reports beside each other, the bases that they imply, and no fall between them."""
    scopes = Words("scope 1, scope 2 market-based, scope 3", "scopes 1, 2 (marché) et 3")
    fewer = Words("a new total: part of scope 3 left out", "nouveau total : scope 3 en partie exclu")
    totals = (
        ("total_2023", "dc-google-total-2023", "rise_2023", scopes),
        ("total_2024", "dc-google-total-2024", "rise_2024", fewer),
    )
    for key, case, rise, boundary in totals:
        year = key[-4:]
        working.case(key, case, "published_carbon", f"Google, {year}", f"Google, {year}", boundary, unit="MtCO2e")
        share = working.figure(rise, f"google_{rise}")
        working.give(
            Result(
                key=f"base_{year}",
                label=Words(f"2019, as the report on {year} implies", f"2019, que suppose le rapport sur {year}"),
                quantity=working.amount(key) / (1 + share.m_as("")),
                formula=(key, "/ (1 +", rise, ")"),
                scaled=False,
            )
        )
    working.figure("rise_in_year", "google_rise_in_2023")
    market = Words("scope 2, market-based", "scope 2, basé sur le marché")
    for year in ("2023", "2024"):
        working.case(
            f"market_{year}", f"dc-google-{year}-market", "published_carbon",
            f"Google, electricity, {year}", f"Google, électricité, {year}", market, unit="MtCO2e",
        )  # fmt: skip
    working.residual(
        "market_change",
        "market_2024",
        "market_2023",
        "scope 2 market-based, 2024 over 2023",
        "scope 2 (marché), 2024 sur 2023",
    )
    working.refuse(
        "the change of the total from 2023 to 2024", "la variation du total de 2023 à 2024",
        "the two reports count different things and start from different bases of 2019: their difference is no fall.",
        "les deux rapports ne comptent pas la même chose et partent de bases 2019 différentes : leur écart n’est pas "
        "une baisse.",
    )  # fmt: skip
    working.refuse(
        "the share of AI", "la part de l’IA", "the company publishes none.", "l’entreprise n’en publie aucune."
    )
    working.warn(
        "market-based emissions follow purchases: they fell in 2024 while the electricity used rose.",
        "les émissions basées sur le marché suivent les achats : elles ont baissé en 2024 alors que l’électricité "
        "consommée a augmenté.",
    )


def taiwan(working: Working, given: Mapping[str, str]) -> None:
    """C8: no reproduction; the stress of the place, and the water of making chips."""
    working.factor(
        "stress", "water_stress_non_agri_twn", "water stress of Taiwan", "stress hydrique de Taïwan",
        Words("AWARE, non-agricultural, annual", "AWARE, non agricole, annuel"),
    )  # fmt: skip
    working.figure("tsmc", "tsmc_water_2023")
    each = working.figure("h100_water", "h100_water")
    working.column(
        "a100_water", "accelerators", "a100_sxm4_80", "embodied_water", "L/accelerator",
        "water to make one A100", "eau pour fabriquer un A100", Words("making of the die", "fabrication de la puce"),
    )  # fmt: skip
    life = working.factor(
        "lifetime", "hardware_lifetime", "lifetime of the hardware", "durée de vie du matériel",
        Words("convention", "convention"),
    )  # fmt: skip
    hour = Quantity(1.0, "acc_h")
    working.give(
        Result(
            key="h100_per_hour",
            label=Words("an hour of an H100 over its life", "une heure d’un H100 sur sa durée de vie"),
            quantity=water_embodied(each, hour, life).to("L"),
            formula=("h100_water", "/", "lifetime"),
            digits=1,
            scaled=False,
        )
    )
    made = working.run(
        TrainingRun(
            accelerator="a100_sxm4_80", accelerator_hours=hour, mean_power="400 W", date=datetime.date(2024, 6, 1)
        )
    )
    working.computed(
        "a100_per_hour", made, "water_embodied",
        "an hour of an A100 over its life", "une heure d’un A100 sur sa durée de vie",
        command="training --accelerator a100_sxm4_80 --accelerator-hours 1 --mean-power '400 W' --date 2024-06-01",
        formula=("a100_water", "/", "lifetime"), digits=2, scaled=False,
    )  # fmt: skip
    working.refuse(
        "a share of AI in the shortage", "une part de l’IA dans la pénurie",
        "the shortage was one of rain, and no figure links it to AI.",
        "la pénurie était de pluie, et aucun chiffre ne la relie à l’IA.",
    )  # fmt: skip


def us_water(working: Working, given: Mapping[str, str]) -> None:
    """C9: what is known of all US data centres, and the stress of a place that is named."""
    working.figure("direct", "us_water_direct_2023")
    working.figure("indirect", "us_water_indirect_2023")
    case = "dc-lbnl-2023"
    inside = Words("all US data centres", "tous les centres de données des États-Unis")
    energy = working.case("energy", case, "facility_energy", "electricity", "électricité", inside, unit="TWh")
    grid = working.case("wue_grid", case, "wue_grid", "water of a kWh", "eau d’un kWh", inside)
    made = working.run(DatacenterLoad(energy=energy, wue_grid=grid, date=datetime.date(2023, 7, 1)))
    working.computed(
        "indirect_computed", made, "water_grid",
        "water through electricity, computed", "eau par l’électricité, calculée",
        command=(
            f"datacenter --energy '{energy.magnitude:g} TWh' --wue-grid '{grid.magnitude:g} L/kWh' --date 2023-07-01"
        ),
        formula=("energy", "×", "wue_grid"), scaled=False,
    )  # fmt: skip
    if given["region"]:
        place = working.catalogue.place(given["region"])
        rows = working.catalogue.rows(
            "SELECT id FROM factors WHERE kind = 'water_stress_non_agricultural' AND zone = $zone",
            zone=place.country or place.id,
        )
        if not rows:
            raise UsageError(f"C9: no water stress is known for {place}; name a country, such as region=US.")
        name = place.name
        working.factor(
            "stress", rows[0]["id"], f"water stress, the country of {name}", f"stress hydrique, le pays de {name}",
            Words("AWARE, non-agricultural, annual", "AWARE, non agricole, annuel"),
        )  # fmt: skip
    else:
        working.refuse(
            "the stress of the place", "le stress du lieu",
            "the claim names none; give one with --set region=US.",
            "l’affirmation n’en nomme aucun ; en donner un avec --set region=US.",
        )  # fmt: skip
    working.refuse(
        "the share of AI", "la part de l’IA",
        "the estimate is of all data centres; none is known for AI alone.",
        "l’estimation porte sur tous les centres de données ; aucune n’existe pour l’IA seule.",
    )  # fmt: skip


def more_energy(working: Working, given: Mapping[str, str]) -> None:
    """C13: an opinion; what is projected for all data centres is its context."""
    _data_centres(working)
