"""Single estimates: the published test vectors, the ladder of factors, and what is never filled in."""

import csv
import datetime
import json

import numpy as np
import pytest
from pytest import approx

import footprint
from footprint import FootprintError, Quantity, UnitError
from footprint.catalogue import open_catalogue
from footprint.errors import DataError, NotEstimableError, RangeError, UnknownNameError, UsageError
from footprint.methods import METHODS, evaluate
from footprint.physics.facility import it_energy_from_accelerators
from footprint.physics.impacts import carbon_embodied, embodied_carbon_per_accelerator
from footprint.physics.reading import (
    attention_operations,
    prefill_it_energy,
    prompt_operations,
    reading_accelerator_hours,
    reading_it_power,
)
from footprint.results import ASIDE

# --- 1. the skeleton: what is stated goes straight through --------------------------------------------


def test_a_hundred_kilowatt_hours_make_120_at_the_meter_and_410_litres():
    hall = footprint.datacenter(energy="100 kWh_IT", pue=1.2, wue_site="0.5 L/kWh", wue_grid="3 L/kWh")
    assert hall.it_energy.m_as("kWh_IT") == 100.0
    assert hall.facility_energy.m_as("kWh") == approx(120.0, rel=1e-12)
    assert hall.water_site.m_as("L") == approx(50.0, rel=1e-12)
    assert hall.water_grid.m_as("L") == approx(360.0, rel=1e-12)


@pytest.mark.parametrize(
    ("pue", "wue_site", "wue_grid", "millilitres"),
    [(1.17, 0.55, 3.142, 16.90), (1.28, 0.25, 1.287, 7.59), (1.15, 0.95, 9.501, 47.5)],
    ids=["US", "Texas", "Washington"],
)
def test_a_request_to_gpt3_takes_the_water_that_li_and_others_print(pue, wue_site, wue_grid, millilitres):
    """Li et al. 2023: 4 Wh a request at the servers' plugs."""
    request = footprint.query(
        energy_per_request="4 Wh_IT", pue=pue, wue_site=f"{wue_site} L/kWh", wue_grid=f"{wue_grid} L/kWh"
    )
    assert (request.water_site + request.water_grid).m_as("mL") == approx(millilitres, rel=1e-3)


def test_a_gemini_prompt_follows_from_its_published_parts():
    """Elsworth et al. 2025: 0.22 Wh_IT, PUE 1.09, 1.15 L/kWh_IT, 94 g/kWh; prints 0.24 Wh, 0.26 mL and 0.03 g."""
    prompt = footprint.query(
        energy_per_request="0.22 Wh_IT", pue=1.09, wue_site="1.15 L/kWh", grid_intensity="94 g/kWh"
    )
    assert prompt.facility_energy.m_as("Wh") == approx(0.2398, rel=1e-9)
    assert prompt.water_site.m_as("mL") == approx(0.253, rel=1e-9)
    assert prompt.carbon_location.m_as("gCO2e") == approx(0.02254, rel=1e-3)


def test_a_metered_fleet_is_read_backwards_through_the_pue():
    """The GPT-4o fleet of Jegham et al. 2025: 391,509 MWh at the meter."""
    fleet = footprint.datacenter(
        energy="391509 MWh", pue=1.12, wue_site="0.3 L/kWh", wue_grid="3.142 L/kWh", grid_intensity="352.8 g/kWh"
    )
    assert fleet.it_energy.m_as("MWh_IT") == approx(391_509 / 1.12, rel=1e-12)
    assert (fleet.water_site + fleet.water_grid).m_as("ML") == approx(1334.99, abs=0.01)
    assert fleet.carbon_location.m_as("ktCO2e") == approx(138.12, abs=0.01)
    assert fleet.quality == "measured"


def test_us_data_centres_of_2023_take_796_gigalitres_through_generation():
    """LBNL 2024: 176 TWh at 4.52 L/kWh and 345 g/kWh."""
    halls = footprint.datacenter(
        energy="176 TWh", pue=1.4, wue_grid="4.52 L/kWh", grid_intensity="345 g/kWh", date="2023-12-31"
    )
    assert halls.water_grid.m_as("GL") == approx(796, abs=0.6)
    assert halls.carbon_location.m_as("MtCO2e") == approx(60.72, abs=0.005)


def test_a_hall_of_10_megawatts_at_a_load_of_80_percent():
    hall = footprint.datacenter(it_power="10 MW", hours="8760", load_factor="80 %", pue=1.3)
    assert hall.it_energy.m_as("MWh_IT") == approx(70_080, rel=1e-12)
    assert hall.facility_energy.m_as("MWh") == approx(91_104, rel=1e-12)


def test_a_benchmark_of_gpus_alone_gets_its_hosts_before_the_pue():
    """0.14 Wh of accelerators is 0.22 Wh of servers (Elsworth et al. 2025): the ratio is a cited factor."""
    request = footprint.query(energy_per_request="0.14 Wh_acc", pue=1.09)
    assert request.it_energy.m_as("Wh_IT") == approx(0.22, rel=1e-4)
    assert request.facility_energy.m_as("Wh") == approx(0.24, rel=2e-3)
    assert "it_over_accelerator" in {use.id for use in request.factors}


# --- 2. inference: the coefficients of the catalogue through the physics ----------------------------


def coefficients(*names):
    uses = open_catalogue().coefficients(names, names)
    return {use.id: use.quantity for use in uses}


@pytest.mark.parametrize(("billions", "joules"), [(100, 0.602), (70, 0.421), (8, 0.0481)])
def test_reading_a_token_takes_the_operations_of_its_parameters(billions, joules):
    found = coefficients(
        "inference_flop_per_param_token",
        "cached_input_share",
        "prefill_peak_h100",
        "prefill_utilisation",
        "rated_system_over_chip",
        "average_to_rated_power",
    )
    watts = Quantity(700.0, "W_acc/accelerator")
    power = reading_it_power(watts, found["rated_system_over_chip"], found["average_to_rated_power"])
    assert power.m_as("W_IT/accelerator") == approx(892.5, rel=1e-4)
    operations = prompt_operations(
        Quantity(1.0, "token"),
        Quantity(0.0, "token"),
        found["cached_input_share"],
        Quantity(float(billions), "Gparameter"),
        found["inference_flop_per_param_token"],
    )
    assert operations.m_as("GFLOP") == approx(2 * billions, rel=1e-12)
    none = Quantity(0.0, "FLOP")
    hours = reading_accelerator_hours(operations, none, found["prefill_peak_h100"], found["prefill_utilisation"])
    assert prefill_it_energy(hours, power).m_as("J_IT") == approx(joules, rel=2e-3)


def test_attention_over_a_prompt_of_100_000_tokens_takes_what_the_published_points_imply():
    """5.9e-6 J_IT for each pair and a model of 100 billion active parameters: 59 kJ, 16.4 Wh_IT."""
    found = coefficients(
        "attention_operations_unit",
        "prefill_fit_reference_active_b",
        "prefill_peak_h100",
        "prefill_utilisation",
        "prefill_quadratic_it",
    )
    pairs, size = Quantity(1e10, "token**2/request"), Quantity(100.0, "Gparameter")
    unit, reference = found["attention_operations_unit"], found["prefill_fit_reference_active_b"]
    operations = attention_operations(pairs, size, unit, reference)
    none = Quantity(0.0, "FLOP")
    hours = reading_accelerator_hours(none, operations, found["prefill_peak_h100"], found["prefill_utilisation"])
    energy = prefill_it_energy(hours, Quantity(892.5, "W_IT/accelerator"))
    assert energy.m_as("kJ_IT") == approx((pairs * found["prefill_quadratic_it"]).m_as("kJ_IT"), rel=2e-3)
    assert energy.m_as("kJ_IT") == approx(59.0, rel=2e-3)


DENSE = "dense-70b-of-this-test"


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Write tables of one's own, in the shape of the shipped ones, and return their folder."""
    shipped = open_catalogue()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what is built of them is not kept
    source = {
        "id": "own_meters",
        "title": "Our own meters",
        "year": 2026,
        "licence": "own",
        "retrieved": "2026-01-15",
        "read_as": "primary",
        "note": "readings of our own, not published",
    }

    def write(**tables):
        folder = tmp_path / "own"
        folder.mkdir()
        for table, rows in {"sources": [source], **tables}.items():
            columns = [row["column_name"] for row in shipped.rows(f'DESCRIBE "{table}"')]
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, [column for column in columns if column != "origin"])
                writer.writeheader()
                writer.writerows(rows)
        return folder

    return write


def factor(id, kind, value, unit, **more):
    return {
        "id": id,
        "kind": kind,
        "value": value,
        "unit": unit,
        "source": "own_meters",
        "evidence": "primary",
        "distribution": "lognormal",
        **more,
    }


def test_the_whole_chain_of_a_dense_70_billion_model(overlay):
    """H100, 64 at once, 500 tokens in and 400 out; PUE 1.2; 383.78 g/kWh: the grid of the USA in 2024.

    A model whose configuration nobody read: 25.7 x 70^0.163 = 51.4 layers, 16 bits, 1 + 140 / 48 accelerators.
    """
    model = {
        "id": DENSE,
        "name": "Dense 70B",
        "modality": "text-generation",
        "total_parameters": 70,
        "active_parameters": 70,
        "parameters_basis": "published",
        "source": "own_meters",
        "evidence": "primary",
    }
    answer = footprint.query(
        DENSE,
        input_tokens=500,
        output_tokens=400,
        batch_size=64,
        pue=1.2,
        grid_intensity="383.78 g/kWh",
        date="2025-06-01",
        factors=overlay(models=[model]),
    )
    steps = {step.name: Quantity(step.value, step.unit) for step in answer.derivation()}
    assert steps["layers"].m_as("layer") == approx(51.37, abs=0.01)
    assert steps["accelerators_serving"].m_as("accelerator") == approx(1 + 140 / 48, rel=1e-12)
    assert steps["memory_energy_per_token"].m_as("J_acc/token") == approx(0.2413, abs=1e-4)
    assert steps["layer_energy_per_token"].m_as("J_acc/token") == approx(0.4551, abs=1e-4)
    assert steps["computing_energy_per_token"].m_as("J_acc/token") == approx(0.1664, abs=1e-4)
    # 400 tokens of 0.8628 J_acc, 0.973 of it measured; hosts add 0.5714 of it.
    assert steps["decode_energy"].m_as("J_acc") == approx(335.8, abs=0.1)
    assert steps["decode_it_energy"].m_as("J_IT") == approx(527.7, abs=0.1)
    # 210.5 J_IT for the length of the prompt, and one joule for the part that grows with its square.
    assert steps["prefill_it_energy"].m_as("J_IT") == approx(210.5 + 1.03, abs=0.2)
    assert answer.it_energy.m_as("Wh_IT") == approx(0.2053, abs=1e-4)
    assert answer.facility_energy.m_as("Wh") == approx(0.2464, abs=1e-4)
    assert answer.carbon_location.m_as("gCO2e") == approx(0.09456, rel=1e-3)
    assert answer.method == "tokens"


def test_an_accelerator_hour_embodies_25_grams_with_its_host():
    """164 kg of an H100 over 4 years is 4.68 g; with an eighth of a host of 5700 kg, 25.0 g."""
    hour, life = Quantity(1.0, "acc_h"), Quantity(4.0, "year")
    card = Quantity(164.0, "kgCO2e/accelerator")
    assert carbon_embodied(card, hour, life).m_as("gCO2e") == approx(4.68, abs=0.005)
    both = embodied_carbon_per_accelerator(card, Quantity(5700.0, "kgCO2e/server"), Quantity(8.0, "accelerator/server"))
    assert carbon_embodied(both, hour, life).m_as("gCO2e") == approx(25.0, abs=0.05)


def test_an_answer_without_its_prompt_is_a_lower_bound_and_says_so():
    whole = footprint.query("llama-3.1-70b", input_tokens=500, output_tokens=400, pue=1.2, date="2025-06-01")
    answer = footprint.query("llama-3.1-70b", output_tokens=400, pue=1.2, date="2025-06-01")
    assert answer.it_energy < whole.it_energy
    assert (answer.method, whole.method) == ("output_tokens", "tokens")
    assert "input tokens were not given: the energy of reading the prompt is left out." in answer.warnings
    assert not any("input tokens" in warning for warning in whole.warnings)


def test_a_closed_model_says_that_its_size_is_estimated():
    answer = footprint.query("gpt-4o", output_tokens=400, region="US", date="2025-06-01")
    assert any("closed" in said and "estimated" in said for said in answer.assumptions)
    (size,) = (use for use in answer.factors if use.name == "active_parameters")
    assert (size.rung, size.source) == ("estimated by others", "ecologits")


def test_a_model_outside_the_fitted_sizes_is_extrapolated_and_says_so():
    answer = footprint.query("gpt-4", output_tokens=400, date="2025-06-01")
    said = "extrapolated: 1760 billion total parameters; measured were 8 to 671; the range is wider."
    assert said in answer.warnings
    for model in ("llama-3.1-8b", "llama-3.1-405b", "deepseek-r1"):  # each an edge of what was measured
        inside = footprint.query(model, output_tokens=400, date="2025-06-01")
        assert not any("extrapolated" in warning for warning in inside.warnings)


def test_no_tokens_take_no_energy_and_a_model_without_tokens_is_refused():
    nothing = footprint.query("llama-3.1-70b", input_tokens=0, output_tokens=0, pue=1.2, date="2025-06-01")
    assert nothing.it_energy.magnitude == 0.0
    with pytest.raises(UsageError, match="is a model: give --output-tokens"):
        footprint.query("llama-3.1-70b", date="2025-06-01")


# --- 3. training: published runs ----------------------------------------------------------------------

GPT3 = {"operations": "3.14e23", "throughput": "24.6 TFLOP/s", "mean_power": "330 W", "pue": 1.1}


def test_gpt3_by_its_operations():
    run = footprint.training(**GPT3, grid_intensity="429 g/kWh")
    hours = {step.name: step.value for step in run.derivation()}["accelerator_hours"]
    assert hours == approx(3_545_619, abs=1)
    assert run.it_energy.m_as("MWh_IT") == approx(1170.05, abs=0.01)
    assert run.facility_energy.m_as("MWh") == approx(1287.06, abs=0.01)
    assert run.carbon_location.m_as("tCO2e") == approx(552.15, abs=0.01)


def test_gpt3_by_its_days_is_the_same_within_half_a_percent():
    """14.8 days is rounded: 1289.4 MWh and 553.1 t."""
    run = footprint.training(
        accelerators=10_000, hours="14.8 days", mean_power="330 W", pue=1.1, grid_intensity="429 g/kWh"
    )
    assert run.facility_energy.m_as("MWh") == approx(1289.4, abs=0.05)
    assert run.carbon_location.m_as("tCO2e") == approx(553.1, abs=0.05)


def test_gpt3_with_the_factor_of_the_usa_in_2020_is_530_tonnes():
    run = footprint.training("gpt-3", region="US")
    assert run.carbon_location.m_as("tCO2e") == approx(530, abs=0.5)
    assert {use.id for use in run.factors} >= {"grid_lifecycle_usa_2020", "training_runs:gpt-3-175b:pue"}


@pytest.mark.parametrize(("pue", "megalitres"), [(1.17, 4.94), (1.10, 4.69)])
def test_the_water_of_gpt3_counts_the_pue_once(pue, megalitres):
    """Li's 5.44 ML takes the 1287 MWh of the meter for energy of the servers; 1170 MWh gives less."""
    run = footprint.training(**{**GPT3, "pue": pue}, wue_site="0.55 L/kWh", wue_grid="3.142 L/kWh")
    assert (run.water_site + run.water_grid).m_as("ML") == approx(megalitres, abs=0.01)


@pytest.mark.parametrize(
    ("run", "megawatt_hours", "tonnes"),
    [("t5", 85.7, 46.7), ("switch-c", 179, None), ("gshard", 24.1, None), ("xlm", 94.4, 39), ("lamda", 451, None)],
)
def test_a_published_run_is_reproduced_within_two_percent(run, megawatt_hours, tonnes):
    result = footprint.training(run)
    assert result.facility_energy.m_as("MWh") == approx(megawatt_hours, rel=0.02)
    if tonnes:
        assert result.carbon_location.m_as("tCO2e") == approx(tonnes, rel=0.02)


def test_lamda_by_its_chips_and_days():
    """1024 TPU v3 x 1384.8 h x 289 W x 1.1; at 56 g/kWh, net of purchases matched by the hour: 25.2 t, no location."""
    run = footprint.training("lamda", accelerators=1024, hours="57.7 days")
    assert run.facility_energy.m_as("MWh") == approx(450.8, abs=0.05)
    net = footprint.training("lamda", accelerators=1024, hours="57.7 days", grid_intensity="56 g/kWh")
    assert net.carbon_location.m_as("tCO2e") == approx(25.2, abs=0.05)


@pytest.mark.parametrize(("run", "net"), [("lamda", 56.0), ("gshard", 177.0), ("switch-c", 330.0)])
def test_a_published_factor_net_of_purchases_never_enters_a_location_based_result(run, net):
    result = footprint.training(run)
    (grid,) = (use for use in result.factors if use.name == "grid_intensity")
    assert grid.value != net
    assert (grid.zone, grid.rung) == ("USA", "country, own year")
    expected = result.facility_energy * grid.quantity
    assert result.carbon_location.m_as("tCO2e") == approx(expected.m_as("tCO2e"), rel=1e-12)
    assert [item.name for item in result.published if item.unit == "tCO2e"] == ["carbon_market"]


def test_a_factor_divided_out_of_the_published_carbon_is_no_input():
    """Llama cards print hours, watts and tonnes: their implied grid factor would only give the answer back."""
    run = footprint.training("llama-3.1-405b")
    assert "training_runs:llama-3.1-405b:grid_intensity" not in {use.id for use in run.factors}
    chips = {step.name: Quantity(step.value, step.unit) for step in run.derivation()}["accelerator_energy"]
    assert chips.m_as("MWh_acc") == approx(21_588, rel=1e-9)
    assert run.it_energy.m_as("MWh_IT") == approx(21_588 * 1.5714, rel=1e-9)
    assert {(item.name, item.value) for item in run.published} == {
        ("accelerator_energy", 21_588.0),
        ("carbon_location", 8930.0),
    }


def test_bloom_as_printed_takes_accelerators_alone_for_the_whole_hall():
    """Luccioni et al. 2022 leave out hosts and cooling: reproduced only by stating both to be nothing."""
    run = footprint.training(
        accelerator_hours="1082990", mean_power="400 W", pue=1, grid_intensity="57 g/kWh", date="2022-06-01"
    )
    assert run.facility_energy.m_as("MWh") == approx(433.196, abs=0.001)
    assert run.carbon_location.m_as("tCO2e") == approx(24.69, abs=0.005)
    ours = footprint.training("bloom")
    assert ours.it_energy.m_as("MWh_IT") == approx(433.196 * 1.5714, rel=1e-6)


def test_gpt4_by_the_leak():
    run = footprint.training(
        accelerators=25_000, hours="2160 h", mean_power="812.5 W", pue=1.18, grid_intensity="240.6 g/kWh"
    )
    assert run.facility_energy.m_as("GWh") == approx(51.77, abs=0.005)
    assert run.carbon_location.m_as("tCO2e") == approx(12_456, abs=1)


def test_gpt4_by_the_power_of_its_site():
    """IEA: 22 MW for 98 days at 0.84."""
    hall = footprint.datacenter(it_power="22 MW", hours="98 days", load_factor=0.84, pue=1)
    assert hall.it_energy.m_as("GWh_IT") == approx(43.5, abs=0.05)


def test_a_day_of_chatgpt_in_2023():
    """De Vries 2023: 28,936 accelerators at 812.5 W, 195 million requests: 564.3 MWh and 2.89 Wh."""
    day = footprint.training(accelerators=28_936, hours="24 h", mean_power="812.5 W", pue=1)
    assert day.it_energy.m_as("MWh_IT") == approx(564.3, abs=0.05)
    assert day.it_energy.m_as("Wh_IT") / 195e6 == approx(2.89, abs=0.005)


def test_what_is_stated_replaces_what_was_published():
    run = footprint.training("gpt-3", pue=1.5, grid_intensity="100 g/kWh")
    assert run.facility_energy.m_as("MWh") == approx(1170.05 * 1.5, abs=0.01)
    assert {use.name: use.rung for use in run.factors if use.name in ("pue", "grid_intensity", "mean_power")} == {
        "pue": "stated by the user",
        "grid_intensity": "stated by the user",
        "mean_power": "published inputs of the run",
    }


def test_operations_follow_from_parameters_and_tokens():
    run = footprint.training(
        accelerator="v100_sxm2_32",
        parameters="175 Gparam",
        training_tokens="300e9",
        throughput="24.6 TFLOP/s",
        mean_power="330 W",
        pue=1.1,
    )
    assert run.it_energy.m_as("MWh_IT") == approx(1170.05 * 3.15 / 3.14, rel=1e-5)


def test_hosts_are_added_to_the_power_of_accelerators_and_not_to_the_mean_power_of_servers():
    given = {"accelerators": 8, "hours": "24 h", "pue": 1.2}
    servers = footprint.training(**given, mean_power="300 W")
    chips = footprint.training(**given, accelerator_power="300 W")
    assert servers.it_energy.m_as("kWh_IT") == approx(57.6, rel=1e-12)
    assert chips.it_energy.m_as("kWh_IT") == approx(57.6 * 1.5714, rel=1e-12)
    assert "hosts and memory were added to the accelerators' energy." in chips.assumptions


def test_a_run_whose_publisher_gives_no_inputs_is_not_estimable_and_says_what_to_give():
    with pytest.raises(NotEstimableError, match="give --energy or --accelerator-hours"):
        footprint.training("gemma-2")


# --- dated products -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "watt_hours", "unit", "quality", "source"),
    [
        ("2022-11-30", 2.9, "Wh_IT", "modelled", "devries2023"),
        ("2023-12-31", 2.9, "Wh_IT", "modelled", "devries2023"),
        ("2024-01-01", None, "Wh", "proxy", "footprint_judgement"),
        ("2025-12-31", 0.34, "Wh", "provider_reported", "altman2025"),
        ("2026-01-01", None, "Wh", "proxy", "footprint_judgement"),
    ],
)
def test_chatgpt_takes_the_figure_of_its_date(date, watt_hours, unit, quality, source):
    answer = footprint.query("chatgpt", date=date, region="US")
    assert answer.printed.source == source
    assert answer.quality == quality
    assert answer.printed.unit.startswith(f"{unit}/")
    if watt_hours:
        energy = answer.it_energy if unit == "Wh_IT" else answer.facility_energy
        assert energy.m_as(unit) == approx(watt_hours, rel=1e-12)
    assert any(warning.startswith("proxy:") for warning in answer.warnings) == (quality == "proxy")


@pytest.mark.parametrize("date", ["2023-03-20", "2024-02-08", "2024-03-01"])
def test_bard_is_an_error_outside_its_days(date):
    with pytest.raises(DataError, match="Bard is known from 2023-03-21 to 2024-02-07 alone; give a date within"):
        footprint.query("bard", date=date)


def test_bard_is_a_proxy_within_its_days_and_changes_with_the_year():
    before, after = (footprint.query("bard", date=date, region="US") for date in ("2023-12-31", "2024-02-07"))
    assert (before.quality, after.quality) == ("proxy", "proxy")
    assert before.printed.id == "recommended_chat_prompt_2023"
    assert after.printed.id == "recommended_chat_prompt_2024"


def test_a_voice_product_is_known_and_not_estimable():
    with pytest.raises(NotEstimableError, match="no measurement of such speech models exists"):
        footprint.query("gpt-4o-voice", date="2025-06-01")


def test_a_product_of_several_models_takes_no_tokens():
    with pytest.raises(UsageError, match="name the model for an estimate by tokens"):
        footprint.query("chatgpt", output_tokens=400, date="2025-06-01")


def test_requests_multiply_a_figure_per_request():
    one, many = (footprint.query("chatgpt", requests=n, date="2025-06-01", region="US") for n in (1, 1000))
    assert many.facility_energy.m_as("Wh") == approx(340.0, rel=1e-12)
    assert one.facility_energy.m_as("Wh") == approx(0.34, rel=1e-12)


# --- the ladder ---------------------------------------------------------------------------------------


def used(estimate, name):
    return next((use for use in estimate.factors if use.name == name), None)


HALL = {"it_power": "1 MW", "hours": "1000 h"}


@pytest.mark.parametrize(
    ("region", "provider", "date", "id", "rung"),
    [
        ("aws:eu-west-1", None, "2024-06-01", "pue_aws_eu-west-1_2024", "provider's region, own year"),
        (
            "aws:eu-west-1",
            None,
            "2025-06-01",
            "pue_aws_eu-west-1_2024",
            "provider's region, nearest earlier year (2024 for 2025)",
        ),
        ("IE", "aws", "2024-06-01", "pue_aws_irl_2024", "provider's country, own year"),
        ("FR", "aws", "2023-06-01", "pue_aws_emea_2023", "provider's area, own year"),
        ("FR", "meta", "2023-06-01", "pue_meta_2023", "provider's fleet, own year"),
        ("FR", "aws", "2020-06-01", "pue_class_large_cloud", "default of the class large cloud"),
        ("FR", "on_premises", "2024-06-01", "pue_class_own_room", "default of the class own room"),
    ],
)
def test_the_pue_is_that_of_the_nearest_rung(region, provider, date, id, rung):
    hall = footprint.datacenter(**HALL, region=region, provider=provider, date=date)
    pue = used(hall, "pue")
    assert (pue.id, pue.rung) == (id, rung)
    assert hall.facility_energy.m_as("MWh") == approx(1000 * pue.value, rel=1e-12)


def test_what_is_stated_goes_before_an_overlay_before_what_is_published_before_a_region(overlay):
    own = overlay(
        factors=[
            factor("own_pue", "pue", 1.5, "kWh/kWh_IT", year=2020),
            factor("own_grid", "grid_average_lifecycle", 100, "gCO2e/kWh", zone="USA", year=2020),
        ]
    )

    def rungs(**given):
        run = footprint.training("gpt-3", **given)
        return [(use.rung, use.value) for use in (used(run, "pue"), used(run, "grid_intensity"))]

    assert rungs(factors=own, pue=1.2, grid_intensity="50 g/kWh") == [
        ("stated by the user", 1.2),
        ("stated by the user", 50.0),
    ]
    assert rungs(factors=own) == [("overlay of the user", 1.5), ("overlay of the user", 100.0)]
    assert rungs() == [("published inputs of the run", 1.1), ("published inputs of the run", 429.0)]
    assert rungs(region="US")[1] == ("country, own year", 411.73)


def test_an_overlay_of_one_place_leaves_other_places_alone(overlay):
    own = overlay(factors=[factor("own_grid", "grid_average_lifecycle", 7, "gCO2e/kWh", zone="FRA", year=2024)])
    at_home, abroad = (
        footprint.datacenter(**HALL, region=region, pue=1.2, date="2024-06-01", factors=own) for region in ("FR", "DE")
    )
    assert used(at_home, "grid_intensity").id == "own_grid"
    assert used(abroad, "grid_intensity").rung == "country, own year"


def test_an_overlay_of_one_s_own_halls_needs_no_provider(overlay):
    own = overlay(factors=[factor("own_pue", "pue", 1.5, "kWh/kWh_IT", year=2024)])
    hall = footprint.datacenter(**HALL, date="2024-06-01", factors=own)
    assert hall.facility_energy.m_as("MWh") == approx(1500, rel=1e-12)
    assert used(hall, "pue").source == "own_meters"


def test_an_overlay_may_bring_a_provider_of_its_own(overlay):
    own = overlay(factors=[factor("acme_pue", "pue", 1.7, "kWh/kWh_IT", subject="acme", year=2024)])
    hall = footprint.datacenter(**HALL, provider="acme", date="2024-06-01", factors=own)
    assert (used(hall, "pue").id, hall.provider) == ("acme_pue", "acme")
    other = footprint.datacenter(**HALL, provider="aws", region="IE", date="2024-06-01", factors=own)
    assert used(other, "pue").id == "pue_aws_irl_2024"


def test_an_overlay_changes_the_edition_and_the_shipped_one_stays(overlay):
    own = overlay(factors=[factor("own_pue", "pue", 1.5, "kWh/kWh_IT", year=2024)])
    plain = footprint.training("gpt-3")
    assert footprint.training("gpt-3", factors=own).edition != plain.edition
    assert footprint.training("gpt-3").edition == plain.edition == open_catalogue().edition


def test_the_grid_factor_is_that_of_the_year():
    hall = footprint.datacenter(**HALL, region="US", pue=1.2, date="2024-06-01")
    grid = used(hall, "grid_intensity")
    assert (grid.id, grid.value, grid.rung) == ("grid_lifecycle_usa_2024", 383.78, "country, own year")
    assert hall.carbon_location.m_as("tCO2e") == approx(1200 * 0.38378, rel=1e-12)
    assert not any("grid factor" in warning for warning in hall.warnings)


def test_a_later_year_takes_the_nearest_earlier_factor_with_a_warning():
    hall = footprint.datacenter(**HALL, region="UKR", pue=1.2, date="2025-12-31")
    grid = used(hall, "grid_intensity")
    assert (grid.year, grid.rung) == (2022, "country, nearest earlier year (2022 for 2025)")
    assert "the grid factor is of 2022, the latest before the activity's year 2025." in hall.warnings


def test_more_than_three_years_later_the_carbon_is_not_known_and_the_reason_is_said():
    hall = footprint.datacenter(**HALL, region="UKR", pue=1.2, date="2026-01-01")
    reason = "no lifecycle grid factor for Ukraine (UKR) in 2026 or the three years before"
    assert hall.carbon_location is None
    assert hall.reasons["carbon_location"] == reason
    assert f"carbon is not known: {reason}; give --grid-intensity." in hall.warnings
    assert hall.facility_energy.m_as("MWh") == approx(1200, rel=1e-12)


def test_the_world_average_is_taken_only_when_it_is_named():
    unknown = footprint.datacenter(**HALL, region="UKR", pue=1.2, date="2026-01-01")
    assert used(unknown, "grid_intensity") is None
    named = footprint.datacenter(**HALL, region="world", pue=1.2, date="2024-06-01")
    assert used(named, "grid_intensity").rung == "world, named by the user, own year"
    assert named.carbon_location.m_as("tCO2e") == approx(1200 * 0.47108, rel=1e-12)


def test_an_area_of_a_provider_is_no_grid():
    hall = footprint.datacenter(**HALL, region="EMEA", pue=1.2, date="2024-06-01")
    assert hall.carbon_location is None


def test_a_grid_zone_without_a_factor_takes_its_country_s_with_a_warning():
    hall = footprint.datacenter(**HALL, region="CA-QC", pue=1.2, date="2024-06-01")
    assert used(hall, "grid_intensity").zone == "CAN"
    assert "no lifecycle grid factor for Quebec (CA-QC): that of CAN was taken." in hall.warnings


@pytest.mark.parametrize("region", ["AR", "CA-QC"])
def test_a_direct_boundary_never_falls_back_to_the_life_cycle(region):
    """Argentina has life-cycle factors only; the direct one of Quebec is of 2019."""
    given = {**HALL, "region": region, "pue": 1.2, "date": "2024-06-01"}
    assert footprint.datacenter(**given).carbon_location is not None
    direct = footprint.datacenter(**given, grid_boundary="direct")
    assert direct.carbon_location is None
    assert direct.reasons["carbon_location"].startswith("no direct grid factor for ")


def test_a_direct_boundary_takes_direct_factors():
    hall = footprint.datacenter(**HALL, region="US", pue=1.2, date="2023-06-01", grid_boundary="direct")
    grid = used(hall, "grid_intensity")
    assert (grid.id, grid.value) == ("grid_direct_usa_2023", 351.64)
    assert hall.carbon_location.m_as("tCO2e") == approx(1200 * 0.35164, rel=1e-12)


def test_losses_are_a_share_of_what_was_generated():
    hall = footprint.datacenter(**HALL, region="US", pue=1.2, date="2023-06-01")
    losses = used(hall, "grid_losses").value
    expected = hall.carbon_location.m_as("kgCO2e") * losses / (1 - losses)
    assert hall.carbon_upstream.m_as("kgCO2e") == approx(expected, rel=1e-12)


@pytest.mark.parametrize("region", ["FR", "fr", "FRA", "France", "aws:eu-west-3", "gcp:europe-west9", "europe-west9"])
def test_a_country_is_found_by_code_name_or_cloud_region(region):
    hall = footprint.datacenter(**HALL, region=region, pue=1.2, date="2024-06-01")
    assert used(hall, "grid_intensity").id == "grid_lifecycle_fra_2024"


def test_water_withdrawn_never_fills_the_water_consumed():
    """AWS publishes withdrawal: the default of its class stands in, and the warning names the published figure."""
    hall = footprint.datacenter(**HALL, region="IE", provider="aws", date="2024-06-01")
    assert used(hall, "wue_site").id == "wue_class_large_cloud"
    (warning,) = [text for text in hall.warnings if "aws publishes water withdrawn (0.15 L/kWh_IT in 2024)" in text]
    assert warning.endswith("which may be too high: give the hall's own (--wue, or a row in --factors).")


# --- what is not known stays unknown ----------------------------------------------------------------


def test_no_region_gives_energy_and_leaves_carbon_and_grid_water_unknown_with_the_reason():
    answer = footprint.query("gpt-4o", input_tokens=500, output_tokens=400, date="2025-06-01")
    reason = "no region was given; name one with --region (or 'world' for the world average)"
    assert answer.it_energy.magnitude > 0
    assert answer.facility_energy.magnitude > 0
    for name in ("carbon_location", "carbon_upstream", "water_grid"):
        assert getattr(answer, name) is None
        assert answer.reasons[name] == reason
    assert f"carbon and grid water are not known: {reason}." in answer.warnings


@pytest.mark.parametrize(
    ("stated", "begins"),
    [
        ({"grid_intensity": "400 g/kWh"}, "grid water is not known: no region was given"),
        ({"wue_grid": "3 L/kWh"}, "carbon is not known: no region was given"),
    ],
)
def test_without_a_region_only_what_nobody_stated_is_unknown(stated, begins):
    hall = footprint.datacenter(**HALL, pue=1.2, date="2024-06-01", **stated)
    assert [warning.startswith(begins) for warning in hall.warnings] == [True]
    assert (hall.carbon_location is None) != (hall.water_grid is None)


def test_no_host_leaves_the_meter_unknown_with_the_reason():
    hall = footprint.datacenter(**HALL, region="US", date="2024-06-01")
    assert hall.it_energy.m_as("MWh_IT") == 1000.0
    assert (hall.facility_energy, hall.carbon_location, hall.water_grid) == (None, None, None)
    assert any(warning.startswith("energy at the meter is not known: who runs the hall") for warning in hall.warnings)
    assert any("unknown for any hall" in warning for warning in hall.warnings)
    assert footprint.datacenter(**HALL, region="US", provider="unknown", date="2024-06-01").facility_energy is not None


def test_a_reading_of_the_meter_without_a_host_leaves_the_servers_unknown_and_not_the_meter():
    hall = footprint.datacenter(energy="1 GWh", region="US", date="2024-06-01")
    assert hall.facility_energy.m_as("GWh") == approx(1.0, rel=1e-12)
    assert hall.carbon_location.m_as("tCO2e") == approx(383.78, rel=1e-12)
    assert (hall.it_energy, hall.water_site) == (None, None)
    assert any(w.startswith("energy at the servers' plugs is not known") for w in hall.warnings)
    assert not any("energy at the meter is not known" in warning for warning in hall.warnings)


def test_no_date_is_today_and_is_said():
    before = datetime.date.today()
    hall = footprint.datacenter(**HALL, pue=1.2)
    assert before <= hall.date <= datetime.date.today()
    assert f"no date was given: {hall.date} was taken." in hall.assumptions


def test_a_published_run_without_a_date_is_of_its_own_year():
    run = footprint.training("gpt-3")
    assert run.date.year == 2020
    assert "no date was given: 2020, the year of the run, was taken." in run.assumptions


def test_a_date_that_is_given_is_not_assumed():
    hall = footprint.datacenter(**HALL, pue=1.2, date=datetime.date(2024, 6, 1))
    assert hall.date == datetime.date(2024, 6, 1)
    assert not any("no date was given" in said for said in hall.assumptions)


ESTIMATES = {
    "run": lambda: footprint.training("gpt-3"),
    "net run": lambda: footprint.training("lamda"),
    "hall": lambda: footprint.datacenter(**HALL, region="IE", provider="aws", date="2024-06-01"),
    "bare hall": lambda: footprint.datacenter(**HALL, date="2024-06-01"),
    "model": lambda: footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01"),
    "product": lambda: footprint.query("chatgpt", region="US", date="2023-06-01", versus="web-search"),
}
each_estimate = pytest.mark.parametrize("make", ESTIMATES.values(), ids=ESTIMATES)


@each_estimate
def test_market_based_carbon_is_unknown_and_never_a_copy(make):
    estimate = make()
    assert estimate.carbon_market is None
    assert estimate.reasons["carbon_market"] == "no contract, supplier factor or residual mix was declared"


@each_estimate
def test_every_unknown_result_has_its_reason_and_every_known_one_its_derivation(make):
    estimate = make()
    names = {
        "it_energy",
        "facility_energy",
        "carbon_location",
        "carbon_market",
        "carbon_embodied",
        "carbon_upstream",
        "water_site",
        "water_grid",
        "water_embodied",
        "water_site_withdrawn",
        "water_grid_withdrawn",
        "water_stress",
    }
    assert set(estimate.reasons) == {name for name in names if getattr(estimate, name) is None}
    assert set(estimate.known()) == names - set(estimate.reasons)
    assert set(estimate.terms) == set(estimate.known())


@each_estimate
def test_every_factor_has_a_source_that_resolves_or_is_stated_or_a_definition(make):
    for use in make().factors:
        if use.source is None:
            assert use.rung in ("stated by the user", "definition")
        else:
            assert open_catalogue().source(use.source) is not None
            assert use.citation


@pytest.mark.parametrize(
    ("model", "what"),
    [
        ("gpt-4.5", "its size is undisclosed"),
        ("jamba-1.5-large", "the number of its active parameters is not known"),
        ("qwen1.5-moe-a2.7b", "the number of its total parameters is not known"),
    ],
)
def test_a_model_whose_size_is_not_all_known_says_which_part_is_not(model, what):
    with pytest.raises(NotEstimableError, match=f"{what}, so energy cannot be computed from tokens; give --energy-per"):
        footprint.query(model, output_tokens=400)


# --- names --------------------------------------------------------------------------------------------


def test_claude_3_2_sonnet_is_no_model_and_the_near_ones_are_offered():
    with pytest.raises(UnknownNameError) as refusal:
        footprint.query("Claude 3.2 Sonnet", output_tokens=400)
    assert str(refusal.value).startswith("unknown model or product 'Claude 3.2 Sonnet'; did you mean ")
    assert {"claude-3.5-sonnet", "claude-3.7-sonnet", "claude-3-sonnet"} <= set(refusal.value.nearest)
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize(
    ("given", "what", "near"),
    [
        ({"region": "Atlantis"}, "region", "Albania"),
        ({"region": "Germny"}, "region", "Germany"),
        ({"region": "eu-west-1"}, "region without its provider", "aws:eu-west-1"),
        ({"region": "IE", "provider": "azur"}, "provider", "azure"),
    ],
)
def test_an_unknown_place_or_host_is_an_error_with_near_ones(given, what, near):
    with pytest.raises(UnknownNameError) as refusal:
        footprint.datacenter(**HALL, **given, date="2024-06-01")
    assert refusal.value.what == what
    assert near in refusal.value.nearest


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda: footprint.training("gpt-33"), "gpt-3"),
        (lambda: footprint.training(accelerator="h10", accelerators=8, hours="1 h"), "H100"),
        (lambda: footprint.query("chatgpt", date="2025-06-01", versus="web-serch"), "web-search"),
    ],
)
def test_an_unknown_run_accelerator_or_equivalence_is_an_error_with_near_ones(call, near):
    with pytest.raises(UnknownNameError) as refusal:
        call()
    assert near in refusal.value.nearest


@pytest.mark.parametrize("name", ["gpt-4o", "GPT-4o", "gpt 4o", "openai/gpt-4o", "azure/gpt-4o", "gpt-4o-2024-08-06"])
def test_a_model_is_found_as_exports_and_people_write_it(name):
    answer = footprint.query(name, output_tokens=400, date="2025-06-01")
    assert used(answer, "active_parameters").id == "models:gpt-4o:active_parameters"


@pytest.mark.parametrize("provider", ["aws", "AWS", "Amazon Web Services"])
def test_a_provider_is_found_by_id_or_name(provider):
    assert footprint.datacenter(**HALL, provider=provider, date="2024-06-01").provider == "aws"


# --- bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: footprint.datacenter(**HALL, pue=0.9), RangeError, r"pue: 0\.9 was given; a PUE lies between 1 and 4"),
        (lambda: footprint.datacenter(**HALL, pue="4.5"), RangeError, "a PUE lies between 1 and 4"),
        (lambda: footprint.datacenter(**HALL, pue=float("nan")), RangeError, "pue: nan was given"),
        (lambda: footprint.datacenter(it_power="-5 MW", hours="1 h"), RangeError, "it_power: -5 MW was given"),
        (
            lambda: footprint.datacenter(it_power="5 MWh", hours="1 h"),
            UnitError,
            "is an energy at the building's meter",
        ),
        (lambda: footprint.datacenter(energy="5 MW"), UnitError, "is a power at the building's meter, and an energy"),
        (lambda: footprint.datacenter(it_power="5 MW"), UsageError, "needs the hours it ran"),
        (lambda: footprint.datacenter(), UsageError, "give either an IT load with its hours, or a metered energy"),
        (lambda: footprint.datacenter(**HALL, energy="5 MWh"), UsageError, "give either an IT load"),
        (lambda: footprint.datacenter(**HALL, region=" "), UsageError, "region: an empty text was given"),
        (lambda: footprint.datacenter(**HALL, date="June 2024"), UsageError, "'June 2024' is no date; write"),
        (lambda: footprint.datacenter(**HALL, date="2014-12-31"), DataError, "lies before the first factors, of 2015"),
        (lambda: footprint.datacenter(**HALL, date="2999-01-01"), DataError, "2999-01-01 lies in the future"),
        (lambda: footprint.datacenter(**HALL, grid_boundary="both"), UsageError, "is none of lifecycle, direct"),
        (lambda: footprint.query(), UsageError, "a query needs a model or a product"),
        (lambda: footprint.query("gpt-4o", output_tokens=-400), RangeError, "tokens are zero or more"),
        (lambda: footprint.query("gpt-4o", output_tokens="1,287"), UsageError, "has two readings"),
        (
            lambda: footprint.query(output_tokens=4, energy_per_request="1 Wh"),
            UsageError,
            "either tokens or an energy per request",
        ),
        (lambda: footprint.training(), UsageError, "a training run needs its energy"),
        (lambda: footprint.training(accelerators=8, hours="1 h"), UsageError, "the power is not known"),
        (
            lambda: footprint.training(accelerators=8, hours="1 h", mean_power="1 W", accelerator_power="1 W"),
            UsageError,
            "give one",
        ),
        (
            lambda: footprint.training(operations="1e20", throughput="1 TFLOP/s", utilisation=0.5),
            UsageError,
            "give one of them",
        ),
        (lambda: footprint.training(accelerator="h100", operations="1e20", utilisation="1.2"), RangeError, "0 and 1"),
        (lambda: footprint.training(energy="5 MWh", hours="1 h"), UsageError, "a metered energy needs no hours"),
        (
            lambda: footprint.training(accelerator="h100", operations="1e20", utilisation=0),
            RangeError,
            "utilisation: 0 was given",
        ),
        (
            lambda: footprint.training(accelerator="h100", operations="1e20", throughput="0 TFLOP/s"),
            RangeError,
            "throughput: 0 was given",
        ),
        (
            lambda: footprint.query("gpt-4o", requests=0, input_tokens=100, output_tokens=100),
            UsageError,
            "no request has no tokens",
        ),
        (lambda: footprint.query("gpt-4o", cached_tokens=0), UsageError, "a request has no size of its own"),
        (lambda: footprint.datacenter(**HALL, date=5), UsageError, "'5' is no date; write"),
        (lambda: footprint.datacenter(**HALL, region=5), UsageError, "region: 5 is no text"),
        (lambda: footprint.datacenter(**HALL, role=5), UsageError, "role: 5 is no text"),
        (lambda: footprint.datacenter(**HALL, factors="no/such/folder"), DataError, "is no folder"),
        (
            lambda: footprint.query("gpt-4o", output_tokens=Quantity(np.array([1.0, 2.0]), "token")),
            UsageError,
            "is no quantity",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line_that_says_what_is_wanted(call, error, message):
    with pytest.raises(error, match=message) as refusal:
        call()
    assert isinstance(refusal.value, FootprintError)
    assert str(refusal.value).isprintable()
    assert refusal.value.exit_code == (1 if error is DataError else 2)


# --- the result object --------------------------------------------------------------------------------

KEYS = [
    "activity",
    "it_energy",
    "facility_energy",
    "carbon_location",
    "carbon_market",
    "carbon_embodied",
    "carbon_upstream",
    "water_site",
    "water_grid",
    "water_embodied",
    "water_site_withdrawn",
    "water_grid_withdrawn",
    "water_stress",
    "method",
    "quality",
    "factors",
    "assumptions",
    "warnings",
]
#: Additions to what the issue promised, before its last two.
MORE = ["reasons", "published", "region", "provider", "date"]
UNITS = dict(zip(KEYS[1:13], ["kWh_IT", "kWh", *["kgCO2e"] * 4, *["L"] * 5, "m3_world_eq"], strict=True))


@each_estimate
def test_the_published_object_has_exactly_the_documented_keys(make):
    estimate = make()
    document = estimate.as_dict()
    added = [name for name in ("workload", "versus") if getattr(estimate, name)]
    assert list(document) == [*KEYS, *MORE, "edition", "schema_version", *added]
    for name, unit in UNITS.items():
        value = getattr(estimate, name)
        if value is None:
            assert document[name] is None
        else:
            assert list(document[name]) == ["value", "unit", "low", "high"]
            assert document[name]["unit"] == unit
            assert document[name]["value"] == approx(value.m_as(unit), rel=1e-11)
    promised = {"id", "value", "unit", "zone", "year", "rung", "evidence", "source"}
    for use in document["factors"]:
        assert promised <= set(use)
    if estimate.versus:
        assert {"ratio", "operands"} <= set(document["versus"])
        for operand in document["versus"]["operands"]:
            assert list(operand) == ["label", "value", "unit", "year", "boundary", "source"]


@each_estimate
def test_the_published_object_is_json_and_the_same_bytes_twice(make):
    first, second = (json.dumps(make().as_dict(), allow_nan=False) for _ in range(2))
    assert first == second
    assert json.loads(first)["schema_version"] == "1.0"


@each_estimate
def test_the_activity_of_the_published_object_repeats_what_was_stated(make):
    activity = make().as_dict()["activity"]
    assert activity["kind"] in ("query", "training", "datacenter")
    assert all(value is not None for value in activity.values())


def test_the_activity_is_repeated_with_its_units():
    hall = footprint.datacenter(it_power="20 MW", hours="8760 h", pue=1.3, date="2024-06-01").as_dict()
    assert hall["activity"] == {
        "kind": "datacenter",
        "date": "2024-06-01",
        "pue": {"value": 1.3, "unit": "kWh/kWh_IT"},
        "it_power": {"value": 20000.0, "unit": "kW_IT"},
        "hours": {"value": 8760.0, "unit": "h"},
    }


@each_estimate
def test_an_estimate_prints_every_result_for_a_reader(make):
    estimate = make()
    text = str(estimate)
    aside = [name for name in ASIDE if getattr(estimate, name) is not None]
    assert len(text.splitlines()) == 10 + len(aside)
    assert text.splitlines()[-1].endswith(f"factors of edition {estimate.edition}")
    assert text.count("not known") >= len(estimate.reasons.keys() - set(ASIDE))


def test_results_that_follow_from_statements_alone_show_a_digit_more():
    lines = {line.name: line.value for line in footprint.training("gpt-3").lines()}
    assert lines["facility_energy"] == "1,287 MWh"
    assert lines["carbon_location"] == "552.1 tCO2e"
    # Of the water on site only the class of the hall is known: 0 to 1.8 L/kWh_IT.
    assert lines["water_site"] == "590 m3"


def test_names_of_an_overlay_cannot_break_a_page_a_terminal_or_a_table(overlay):
    """A row is data: what steers a terminal is gone, what Markdown or a browser would run is escaped."""
    name = "Ev|il <script>alert(1)</script>\n# `x` \x9b31mred \u202e[l](u) _a_ *b*"
    own = overlay(zones=[{"id": "EVIL", "type": "country", "name": name}])
    hall = footprint.datacenter(**HALL, region="EVIL", pue=1.2, date="2024-06-01", factors=own)
    text, page = str(hall), hall._repr_markdown_()
    assert len(text.splitlines()) == 10
    assert all(line.isprintable() for line in [*text.splitlines(), *page.splitlines()])
    rows = [line for line in page.splitlines() if "EVIL" in line]
    assert len(rows) == 3
    for row in rows:
        assert r"Ev\|il \<script\>alert(1)\</script\>" in row
        assert r"\`x\`" in row
        assert r"\[l\](u) \_a\_ \*b\*" in row
        assert row.replace(r"\|", "").count("|") == 5


def test_an_estimate_cannot_be_changed():
    run = footprint.training("gpt-3")
    with pytest.raises(AttributeError):
        run.facility_energy = Quantity(1.0, "kWh")


def test_a_method_and_an_estimate_give_the_same_number():
    """Nothing is computed beside the equations: the estimate is the method over its own factors."""
    answer = footprint.query("llama-3.1-70b", input_tokens=500, output_tokens=400, pue=1.2, date="2025-06-01")
    known, _ = evaluate(METHODS[answer.method].equations, {use.name: use.quantity for use in answer.factors})
    assert known["it_energy"].m_as("kWh_IT") == approx(answer.it_energy.magnitude, rel=1e-12)


def test_accelerator_energy_is_never_taken_for_server_energy():
    with pytest.raises(UnitError, match=r"accelerator_energy: kWh_IT"):
        it_energy_from_accelerators(Quantity(1.0, "kWh_IT"), Quantity(1.5, "kWh_IT/kWh_acc"))
    with pytest.raises(UnitError, match=r"mean_power: '300 W_acc'"):
        footprint.training(accelerators=8, hours="24 h", mean_power="300 W_acc")


def test_a_model_used_before_its_release_is_told():
    early = footprint.query("gpt-4o", output_tokens=400, region="US", date="2023-01-01")
    assert "GPT-4o was in use on 2023-01-01, before its release on 2024-05-13." in early.assumptions
    later = footprint.query("gpt-4o", output_tokens=400, region="US", date="2024-05-13")
    assert not any("before its release" in text for text in later.assumptions)


def test_a_model_without_a_published_run_is_told_what_it_needs():
    with pytest.raises(UnknownNameError, match="a model without a run here: give --model with --tokens"):
        footprint.training("olmo-2-13b")


def test_what_a_training_run_took_is_part_of_its_result():
    """3.14e23 operations at 24.6 TFLOP/s: 3.55 million hours; with half as much again for other runs, 5.3 million."""
    run = footprint.training("gpt-3")
    assert run.workload["operations"].m_as("FLOP") == approx(3.14e23)
    assert run.workload["accelerator_hours"].m_as("acc_h") == approx(3.14e23 / 24.6e12 / 3600)
    low, high = run.ranges["accelerator_hours"]
    assert low < run.workload["accelerator_hours"] < high
    more = footprint.training("gpt-3", extra_runs=0.5)
    assert more.workload["accelerator_hours"].m_as("acc_h") == approx(1.5 * 3.14e23 / 24.6e12 / 3600)
    assert footprint.query("gpt-4o", output_tokens=400, date="2025-06-01").workload == {}
