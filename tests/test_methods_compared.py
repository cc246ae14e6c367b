"""Methods side by side: what others document, which method is taken, and why two of them differ."""

import csv
import dataclasses
import json
import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint import Quantity, Query, TrainingRun
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import NotEstimableError, UnknownNameError, UsageError
from footprint.methods import METHODS, PUBLISHED, evaluate
from footprint.settling.query import WAYS

ROOT = Path(__file__).parents[1]

EIGHT_V100 = TrainingRun(
    accelerator="v100_sxm2_16", accelerators=8, hours="24 h", region="US", provider="aws", date="2025-06-01"
)
ANSWER = Query(model="mistral-large-2", input_tokens=500, output_tokens=400, region="FR", date="2025-06-01")
ACTIVITIES = {
    "eight V100": EIGHT_V100,
    "eight V100 in a hall that nobody named": dataclasses.replace(EIGHT_V100, provider=None),
    "eight V100 with a share of failed runs": dataclasses.replace(EIGHT_V100, extra_runs=0.5),
    "eight V100 with their measured power": dataclasses.replace(EIGHT_V100, mean_power="350 W"),
    "sixteen A100": TrainingRun(
        accelerator="a100_sxm4_80", accelerators=16, hours="100 h", region="FR", provider="gcp", date="2025-06-01"
    ),
    "GPT-3": TrainingRun(run="gpt-3"),
    "BLOOM": TrainingRun(run="bloom-176b"),
    "an answer": ANSWER,
    "an answer alone": dataclasses.replace(ANSWER, input_tokens=None),
    "answers of a mixture of experts": Query(
        model="mixtral-8x7b", requests=3, input_tokens=900, output_tokens=1200, region="US", date="2025-06-01"
    ),
    "an answer of a closed model": Query(
        model="gpt-4o", input_tokens=500, output_tokens=400, reasoning_tokens=50, region="US", date="2025-06-01"
    ),
    "a prompt to a product": Query(model="gemini-apps", region="US", date="2025-06-01"),
}


def command(*arguments):
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": "100", "NO_COLOR": "1"})


def known(method, **values):
    """Evaluate the equations of a published method over bare numbers, given with their units."""
    quantities = {name: Quantity(*value) for name, value in values.items()}
    return evaluate(PUBLISHED[method].equations, quantities)[0]


# --- 1. the test vectors of each method ------------------------------------------------------------------


def test_ecologits_gives_the_accelerators_of_a_24_billion_model_22_milliwatt_hours_for_400_tokens():
    answer = footprint.query("devstral-small-2", output_tokens=400, method="ecologits")
    (decode,) = [term for term in answer.terms["it_energy"].walk() if term.name == "decode_energy"]
    assert Quantity(decode.value, decode.unit).m_as("Wh_acc") == approx(0.0217, rel=2e-3)


def test_ecologits_gives_a_123_billion_model_its_published_third_of_a_watt_hour():
    answer = footprint.query("mistral-large-2", output_tokens=400, method="ecologits")
    assert answer.facility_energy.m_as("Wh") == approx(0.354, rel=2e-3)
    (serving,) = [use for use in answer.factors if use.name == "accelerators_serving"]
    assert (serving.value, "next power of two" in serving.note) == (4.0, True)


def test_ecologits_with_the_speed_of_the_service_takes_less():
    """49 tokens per second in place of the fitted latency: 0.230 Wh."""
    found = known(
        "ecologits",
        output_tokens=(400.0, "token"),
        reasoning_tokens=(0.0, "token"),
        token_energy_slope=(1.1665273170451914e-6, "Wh_acc/token/Gparameter/accelerator"),
        token_energy_batch_ratio=(math.exp(-0.011205921025579175), ""),
        token_energy_floor=(4.052928146734005e-5, "Wh_acc/token/accelerator"),
        active_parameters=(123.0, "Gparameter"),
        batch_size=(64.0, "request"),
        reference_batch=(1.0, "request"),
        accelerators_serving=(4.0, "accelerator"),
        token_latency=(1 / 49, "s/token"),
        host_power=(1.2, "kW_IT/server"),
        accelerators_per_server=(8.0, "accelerator/server"),
        it_over_accelerator=(1.0, "kWh_IT/kWh_acc"),
    )
    assert found["it_energy"].m_as("Wh_IT") * 1.16 == approx(0.230, rel=2e-3)


def test_the_fall_with_the_batch_is_the_exponential_that_ecologits_fits():
    ids = ["ecologits_gpu_energy_batch_ratio", "ecologits_gpu_energy_beta"]
    ratio, beta = open_catalogue().coefficients(ids, ids)
    assert ratio.value == approx(math.exp(beta.value), rel=1e-15)


def test_ecologits_counts_no_token_that_is_read():
    short = footprint.query("gpt-4o", input_tokens=10, output_tokens=400, method="ecologits")
    long = footprint.query("gpt-4o", input_tokens=100_000, output_tokens=400, method="ecologits")
    assert short.facility_energy == long.facility_energy
    assert "the method counts no tokens that are read." in long.warnings


def test_ecologits_water_counts_the_pue_once():
    """2.1 to 3.5 mL for 0.58 to 0.96 Wh in the USA: (0.569 + 1.2 x 3.142) / 1.2 litres a kilowatt-hour."""
    answer = footprint.query("gpt-4o", output_tokens=400, region="US", date="2025-06-01", method="ecologits")
    litres = (answer.water_site + answer.water_grid).m_as("L")
    assert litres / answer.facility_energy.m_as("kWh") == approx(2.1 / 0.58, rel=0.01)


def test_ecologits_shares_the_making_of_the_servers_by_time():
    answer = footprint.query("mistral-large-2", output_tokens=400, method="ecologits")
    seconds = 400 * (6.785088094353663e-4 * 123 + 3.119310311688259e-4 * 64 + 0.019473717579473387)
    kilograms = (4 / 8 * 5700 + 4 * 164) * seconds / (3 * 365 * 24 * 3600) / 64
    assert answer.carbon_embodied.m_as("kgCO2e") == approx(kilograms, rel=1e-9)


def test_epoch_gives_a_model_of_100_billion_its_published_0_3_watt_hours():
    found = known(
        "epoch",
        output_tokens=(500.0, "token"),
        reasoning_tokens=(0.0, "token"),
        active_parameters=(100.0, "Gparameter"),
        forward_operations_per_parameter_token=(2.0, "FLOP/parameter/token"),
        peak_throughput=(989.0, "TFLOP/s/accelerator"),
        utilisation=(0.1, ""),
        rated_server_power=(1275.0, "W_IT/accelerator"),
        average_over_rated=(0.7, ""),
    )
    assert found["operations"].m_as("FLOP") == approx(1e14)
    assert found["accelerator_hours"].m_as("accelerator*s") == approx(1.011, rel=1e-3)
    assert found["it_energy"].m_as("Wh_IT") * 1.2 == approx(0.301, rel=1e-3)


def test_epoch_takes_its_own_pue_unless_one_is_stated():
    own = footprint.query("llama-3.1-70b", output_tokens=500, method="epoch")
    stated = footprint.query("llama-3.1-70b", output_tokens=500, method="epoch", pue=1.5)
    assert own.facility_energy.m_as("Wh") / own.it_energy.m_as("Wh_IT") == approx(1.2)
    assert stated.facility_energy.m_as("Wh") / stated.it_energy.m_as("Wh_IT") == approx(1.5)


def test_the_roofline_of_a_70_billion_model_is_0_7_joules_a_token():
    """BF16, 3.35 TB/s at 0.65, a batch of 64, 700 W: whatever the number of accelerators."""
    found = known(
        "roofline",
        output_tokens=(1.0, "token"),
        reasoning_tokens=(0.0, "token"),
        active_parameters=(70.0, "Gparameter"),
        total_parameters=(70.0, "Gparameter"),
        reference_batch=(1.0, "request"),
        weight_size=(2.0, "B/parameter"),
        rated_power=(700.0, "W_acc/accelerator"),
        memory_bandwidth=(3350.0, "GB/s/accelerator"),
        bandwidth_efficiency=(0.65, ""),
        batch_size=(64.0, "request"),
        tokens_per_step=(1.0, "token/request"),
    )
    assert found["decode_energy_per_token"].m_as("J_acc/token") == approx(0.70, abs=0.005)


@pytest.mark.parametrize(
    ("method", "kilowatt_hours"),
    [
        ("ml_co2_impact", 57.6),
        ("codecarbon", 57.6),
        ("green_algorithms_cloud", 69.8),
        ("green_algorithms", 90.7),
    ],
)
def test_eight_v100_for_a_day_take_what_each_tool_documents(method, kilowatt_hours):
    run = footprint.training(
        accelerator="v100_sxm2_16", accelerators=8, hours="24 h", region="US", provider="aws", method=method
    )
    assert run.facility_energy.m_as("kWh") == approx(kilowatt_hours, abs=0.06)


def test_cloud_carbon_footprint_takes_its_published_energy_but_for_the_hardware_it_folds_in():
    run = footprint.training(
        accelerator="v100_sxm2_16", accelerators=8, hours="24 h", provider="aws", method="cloud_carbon_footprint"
    )
    assert run.facility_energy.m_as("kWh") == approx(45.6, rel=5e-3)
    watts = 64 * (0.713 + 0.5 * (3.685 - 0.713)) + 8 * (35 + 0.5 * (306 - 35)) + (488 - 69.65) * 0.392
    assert run.it_energy.m_as("kWh_IT") == approx(watts * 24 / 1000, rel=1e-9)


def test_llmcarbon_gives_gpt3_two_parts_in_a_thousand_more_than_was_published():
    run = footprint.training("gpt-3", method="llmcarbon")
    assert run.facility_energy.m_as("MWh") / 1287 - 1 == approx(0.002, abs=5e-4)


def test_patterson_is_our_own_method_with_the_power_measured_on_whole_servers():
    run = footprint.training(accelerator="v100", accelerators=8, hours="24 h", pue=1.1, method="patterson")
    ours = footprint.training(accelerators=8, hours="24 h", pue=1.1, mean_power="330 W")
    assert run.facility_energy.m_as("kWh") == approx(ours.facility_energy.m_as("kWh"), rel=1e-12)
    (power,) = [use for use in run.factors if use.name == "mean_power"]
    assert (power.id, power.rung) == ("training_runs:gpt-3-175b:power", "measured in another run")


def test_jegham_is_the_published_prompt_nearest_in_size():
    short, long = (
        footprint.query("gpt-4o", output_tokens=tokens, method="jegham", date="2025-06-01") for tokens in (310, 1400)
    )
    assert short.printed.id == "jegham_v6_gpt_4o_mar_2025_short"
    assert long.printed.id == "jegham_v6_gpt_4o_mar_2025_long"
    assert short.facility_energy.m_as("Wh") == approx(0.423)
    assert short.reasons["it_energy"] == "the PUE inside the figure is not printed with it"


# --- 2. eight V100 for a day in the USA --------------------------------------------------------------------

#: What the tools answer, in kg; hardware is inside where the tool adds it.
ANSWERS = [
    ("boaviztapi", 5.3, 0.03, True),
    ("ml_co2_impact", 17.1, 0.003, False),
    ("cloud_carbon_footprint", 17.3, 0.006, False),
    ("codecarbon", 21.3, 0.003, False),
    ("green_algorithms_cloud", 29.6, 0.003, False),
    ("green_algorithms", 38.5, 0.003, False),
]


@pytest.fixture(scope="module")
def eight():
    return footprint.compare_methods(EIGHT_V100)


@pytest.mark.parametrize(("method", "kilograms", "tolerance", "with_hardware"), ANSWERS)
def test_the_table_holds_the_answers_of_the_other_tools(eight, method, kilograms, tolerance, with_hardware):
    row = eight.row(method)
    total = row.carbon + row.carbon_hardware if with_hardware else row.carbon
    assert total.m_as("kgCO2e") == approx(kilograms, rel=tolerance)


def test_ours_stands_first_and_is_set_against_nothing(eight):
    assert (eight.ours.method, eight.ours.energy_ratio, eight.ours.terms) == ("training_accelerator_hours", 1.0, ())
    assert (
        eight.ours.carbon
        == footprint.training(
            accelerator="v100_sxm2_16", accelerators=8, hours="24 h", region="US", provider="aws", date="2025-06-01"
        ).carbon_location
    )


@pytest.mark.parametrize(
    ("method", "terms"),
    [
        ("patterson", {"power for each accelerator": 330 / 384}),
        ("ml_co2_impact", {"power for each accelerator": 300 / 384, "PUE": 1 / 1.145, "grid": 297.6 / 384.4}),
        ("green_algorithms", {"power for each accelerator": 302.98 / 384, "PUE": 1.56 / 1.145, "grid": 423.94 / 384.4}),
        ("codecarbon", {"power for each accelerator": 300 / 384, "PUE": 1 / 1.145, "grid": 369.473 / 384.4}),
        ("boaviztapi", {"power for each accelerator": 447 / 8 / 384, "PUE": 1 / 1.145}),
    ],
)
def test_each_difference_is_a_term_of_the_two_settings(eight, method, terms):
    row = eight.row(method)
    assert {term.name: term.ratio for term in (*row.terms, *row.carbon_terms)} == approx(terms, rel=1e-5)


def test_a_reason_says_what_is_not_counted(eight):
    assert eight.row("ml_co2_impact").why == (
        "power for each accelerator 300 W_IT/acc instead of 384 W_IT/acc, no hosts (×0.781); no PUE (1/1.145); "
        "grid 297.6 gCO2e/kWh instead of 384.4 gCO2e/kWh (×0.774)"
    )
    assert "no power of the accelerators" in eight.row("boaviztapi").why


def test_the_boundary_of_each_figure_is_what_was_counted(eight):
    boundaries = {row.method: row.boundary for row in eight.covered()}
    assert boundaries["ml_co2_impact"] == boundaries["codecarbon"] == "accelerators alone"
    assert boundaries["boaviztapi"] == "hosts alone"
    assert boundaries["green_algorithms"] == boundaries["patterson"] == "building's meter"


def test_a_method_that_lacks_an_input_says_what_it_would_need(eight):
    assert eight.row("llmcarbon").why == (
        "would need parameters and training tokens (--parameters, --tokens), or operations (--flop)"
    )
    assert eight.row("llmcarbon").energy is None


# --- 3. the law of the comparison ---------------------------------------------------------------------------


def assert_terms_explain_the_ratio(compared):
    for row in compared.covered():
        if row.energy_ratio is not None:
            product = math.prod(term.ratio for term in row.terms)
            assert product == approx(row.energy_ratio, rel=1e-9), row.method
        if row.carbon_ratio is not None and row.energy_ratio is not None:
            product = math.prod(term.ratio for term in (*row.terms, *row.carbon_terms))
            assert product == approx(row.carbon_ratio, rel=1e-9), row.method


@pytest.mark.parametrize("activity", ACTIVITIES.values(), ids=ACTIVITIES)
def test_the_product_of_the_terms_is_the_ratio_of_the_results(activity):
    compared = footprint.compare_methods(activity, allow_unverified=True)
    assert_terms_explain_the_ratio(compared)
    assert all(abs(term.ratio - 1) > 1e-9 for row in compared.rows for term in (*row.terms, *row.carbon_terms))


@settings(max_examples=10, deadline=None)
@given(
    count=st.integers(1, 64).map(lambda n: 8 * n),
    hours=st.floats(0.5, 5000),
    pue=st.floats(1, 3),
    intensity=st.floats(1, 1500),
)
def test_the_terms_explain_any_run(count, hours, pue, intensity):
    run = TrainingRun(
        accelerator="v100_sxm2_16",
        accelerators=count,
        hours=f"{hours} h",
        pue=pue,
        grid_intensity=f"{intensity} g/kWh",
        date="2025-06-01",
    )
    assert_terms_explain_the_ratio(footprint.compare_methods(run))


def test_the_energy_of_each_row_is_that_of_an_estimate_by_that_method(eight):
    for row in eight.covered():
        again = footprint.training(
            accelerator="v100_sxm2_16",
            accelerators=8,
            hours="24 h",
            region="US",
            provider="aws",
            date="2025-06-01",
            method=row.method,
        )
        assert again.facility_energy == row.energy, row.method


def test_a_hall_that_nobody_named_is_assumed_and_said_for_all_methods():
    compared = footprint.compare_methods(ACTIVITIES["eight V100 in a hall that nobody named"])
    assert "a PUE of 1.56 (1.25 to 2), that of any hall, was assumed" in compared.notes[0]
    ours, row = compared.ours, compared.row("green_algorithms")
    assert ours.carbon.m_as("kgCO2e") == approx(73.728 * 1.56 * 0.3844, rel=0.02)
    assert row.ratio_of == "facility_energy"
    assert row.energy_ratio == approx(302.98 / 384 * row.energy.m_as("kWh") / (302.98 * 0.192 * 1.56), rel=1e-5)
    assert compared.as_dict()["assumed"] == compared.notes[0]


def test_ours_has_its_ranges_and_the_methods_of_others_state_none():
    compared = footprint.compare_methods(ACTIVITIES["eight V100 in a hall that nobody named"])
    low, high = compared.ours.energy_range
    assert low < compared.ours.energy < high
    assert all(row.energy_range is None for row in compared.rows if row.source)
    first = compared.as_dict()["methods"][0]
    assert [end["unit"] for end in first["carbon_location_range"]] == ["kgCO2e", "kgCO2e"]


def test_tokens_read_are_a_term_where_a_method_counts_none():
    row = footprint.compare_methods(ANSWER).row("ecologits")
    (read,) = [term for term in row.terms if term.name == "tokens read"]
    assert read.theirs.magnitude == 1.0
    assert re.fullmatch(r"no tokens read \(1/1\.\d+\)", read.text)
    alone = footprint.compare_methods(ACTIVITIES["an answer alone"]).row("ecologits")
    assert "tokens read" not in {term.name for term in alone.terms}


def test_a_term_shows_the_digits_that_tell_two_values_apart():
    row = footprint.compare_methods(TrainingRun(run="gpt-3")).row("patterson")
    assert row.why == "accelerator-hours 3,552,000 acc_h instead of 3,546,000 acc_h (×1.002)"


def test_a_method_is_not_compared_with_itself():
    with pytest.raises(UsageError, match="leave the method out"):
        footprint.compare_methods(dataclasses.replace(ANSWER, method="ecologits"))


# --- 4. which method is taken ---------------------------------------------------------------------------------


def test_no_method_of_others_is_one_of_ours_or_a_default(eight):
    assert not set(PUBLISHED) & {*METHODS, *WAYS}
    for activity in ACTIVITIES.values():
        assert footprint.compare_methods(activity).ours.estimate.method in METHODS


def test_what_a_method_gives_no_figure_for_stays_open_with_the_reason():
    run = footprint.training(
        accelerator="v100", accelerators=8, hours="24 h", region="US", provider="aws", method="ml_co2_impact"
    )
    assert set(run.known()) == {"it_energy", "facility_energy", "carbon_location"}
    assert set(run.reasons.values()) == {"the method gives none"}


def test_what_a_method_leaves_out_is_named_among_the_factors():
    run = footprint.training(accelerator="v100", accelerators=8, hours="24 h", method="ml_co2_impact")
    left = {use.name: use.value for use in run.factors if use.rung == "left out by the method"}
    assert left == {"pue": 1.0, "it_over_accelerator": 1.0}


def test_a_stated_pue_is_taken_by_a_method_that_knows_one_and_named_by_one_that_does_not():
    eight = {"accelerator": "v100", "accelerators": 8, "hours": "24 h", "pue": 1.3}
    green = footprint.training(**eight, method="green_algorithms")
    assert green.facility_energy.m_as("kWh") / green.it_energy.m_as("kWh_IT") == approx(1.3)
    impact = footprint.training(**eight, method="ml_co2_impact")
    assert impact.facility_energy.m_as("kWh") == approx(57.6)
    assert "pue: not used, the method knows no such figure." in impact.warnings


def test_a_grid_that_a_method_has_no_factor_of_is_ours_and_says_so():
    run = footprint.training(accelerator="v100", accelerators=8, hours="24 h", region="NO", method="ml_co2_impact")
    assert "its own grid factor for Norway (NOR) is not in the catalogue: ours was taken." in run.assumptions
    assert run.carbon_location is not None


def test_a_grid_factor_of_a_method_never_answers_for_another():
    """ML CO2 Impact has 297.6 g/kWh for the USA; nothing else may find it."""
    run = footprint.training(accelerators=8, hours="24 h", mean_power="330 W", pue=1.1, region="US", date="2025-06-01")
    (grid,) = [use for use in run.factors if use.name == "grid_intensity"]
    assert grid.id.startswith("grid_lifecycle_usa")


@pytest.mark.parametrize(
    ("written", "method"), [("EcoLogits", "ecologits"), ("epoch", "epoch"), ("Parametric", "output_tokens")]
)
def test_a_method_answers_to_its_name_as_people_write_it(written, method):
    assert footprint.query("gpt-4o", output_tokens=4, method=written).method == method


@pytest.mark.parametrize("written", ["ml-co2-impact", "ML CO2 Impact", "mlco2"])
def test_a_method_answers_to_its_other_names(written):
    run = footprint.training(accelerator="v100", accelerators=8, hours="24 h", method=written)
    assert run.method == "ml_co2_impact"


def test_an_unknown_method_gives_the_nearest_names():
    with pytest.raises(UnknownNameError) as refused:
        footprint.query("gpt-4o", output_tokens=4, method="ecologitz")
    assert "did you mean 'ecologits'?" in str(refused.value)
    assert "Known: stated, measurement, disclosure" in str(refused.value)


@pytest.mark.parametrize(
    ("activity", "needs"),
    [
        ({"method": "green_algorithms"}, "a training run by accelerators and hours"),
        ({"method": "measurement"}, "a measured row of the model with its tokens in energy_per_use"),
        ({"method": "disclosure"}, "a product, such as chatgpt"),
        ({"method": "proxy"}, "a product with a usual range of that year"),
        ({"method": "stated"}, "the energy of a request (--energy-per-request)"),
        ({"method": "requests_it"}, "requests"),
        ({"method": "it_power"}, "it power"),
    ],
    ids=lambda value: value.get("method") if isinstance(value, dict) else "",
)
def test_a_method_that_does_not_cover_a_query_says_what_it_would_need(activity, needs):
    with pytest.raises(NotEstimableError) as refused:
        footprint.query("gpt-4o", output_tokens=400, **activity)
    assert f"the method '{activity['method']}' does not cover" in str(refused.value)
    assert needs in str(refused.value)


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({"method": "ecologits"}, "a query by the tokens of a model"),
        ({"method": "green_algorithms_cloud"}, "a cloud of its table (--provider): aws, azure, gcp"),
        ({"method": "training_operations"}, "parameters, training tokens"),
        ({"method": "metered_it"}, "a reading of a meter (--energy)"),
        ({"method": "cloud_carbon_footprint", "accelerators": 7}, "a cloud instance with 7 x NVIDIA Tesla V100"),
    ],
    ids=lambda value: value.get("method") if isinstance(value, dict) else "",
)
def test_a_method_that_does_not_cover_a_run_says_what_it_would_need(given, needs):
    with pytest.raises(NotEstimableError) as refused:
        footprint.training(**{"accelerator": "v100_sxm2_32", "accelerators": 8, "hours": "24 h", **given})
    assert needs in str(refused.value)


def test_a_metered_run_is_left_to_its_meter():
    with pytest.raises(NotEstimableError, match="instead of the meter's reading"):
        footprint.training(energy="100 kWh", method="ml_co2_impact")


def test_gpt3_by_its_days_differs_from_gpt3_by_its_operations():
    default = footprint.training("gpt-3")
    by_days = footprint.training("gpt-3", method="training_accelerator_hours")
    assert (default.method, by_days.method) == ("training_operations", "training_accelerator_hours")
    assert by_days.facility_energy.m_as("MWh") == approx(1289.4, abs=0.1)


def test_a_measurement_of_the_same_model_is_taken_by_name():
    """Llama 3.1 70B on four H100, 64 requests at a time: 461 tokens an answer."""
    answer = footprint.query("llama-3.1-70b", output_tokens=400, region="FR", method="measurement")
    row = open_catalogue().row("energy_per_use", "mlev2_meta-llama-3.1-70b-instruct_h100_b64")
    expected = row["value"] / row["output_tokens"] * 400 * 1.5714
    assert (answer.method, answer.it_energy.m_as("Wh_IT")) == ("measurement_output", approx(expected, rel=1e-9))
    assert row["id"] in [use.id for use in answer.factors]


def test_a_measurement_is_the_default_where_hardware_and_batch_are_those_that_were_measured():
    asked = {"output_tokens": 400, "region": "FR"}
    fits = footprint.query("llama-3.1-70b", accelerator="h100", batch_size=64, **asked)
    other_batch = footprint.query("llama-3.1-70b", accelerator="h100", batch_size=200, **asked)
    other_hardware = footprint.query("llama-3.1-70b", accelerator="b200", batch_size=64, **asked)
    unstated = footprint.query("llama-3.1-70b", **asked)
    assert fits.method == "measurement_output"
    assert {other_batch.method, other_hardware.method, unstated.method} == {"output_tokens"}


def test_a_product_takes_the_figure_of_its_company_for_its_date():
    prompt = footprint.query("gemini-apps", date="2025-06-01", region="US")
    assert (prompt.quality, prompt.facility_energy.m_as("Wh")) == ("provider_reported", approx(0.24))
    assert footprint.query("gemini-apps", date="2025-06-01", region="US", method="disclosure").printed == prompt.printed
    proxy = footprint.query("gemini-apps", date="2025-06-01", region="US", method="proxy")
    assert (proxy.quality, proxy.printed.id) == ("proxy", "recommended_chat_prompt")


def test_what_others_published_of_a_product_is_no_disclosure():
    others = footprint.query("chatgpt", date="2023-06-01", region="US", method="literature")
    assert (others.quality, others.printed.id) == ("modelled", "devries_chatgpt")
    with pytest.raises(NotEstimableError, match="a figure of the company itself for that date"):
        footprint.query("chatgpt", date="2023-06-01", region="US", method="disclosure")


def test_pictures_are_settled_by_the_evidence_there_is_and_by_no_other():
    made = {"images": 1, "size": "1024x1024", "steps": 28}
    assert footprint.query("sdxl-1.0", **made).method.startswith("images")
    with pytest.raises(
        NotEstimableError, match=r"does not cover Stable Diffusion XL .*: it would need --method measurement"
    ):
        footprint.query("sdxl-1.0", **made, method="disclosure")


def test_an_estimate_repeats_the_method_that_was_asked_for():
    document = footprint.query("gpt-4o", output_tokens=4, method="epoch").as_dict()
    assert (document["activity"]["method"], document["method"]) == ("epoch", "epoch")


# --- 5. unverified rows --------------------------------------------------------------------------------------------


def test_an_unverified_coefficient_is_refused_and_the_way_out_is_said():
    with pytest.raises(NotEstimableError, match=r"roofline_efficiency is unverified.*--allow-unverified"):
        footprint.query("llama-3.1-70b", output_tokens=400, method="roofline")


def test_an_unverified_coefficient_that_was_allowed_is_named_in_the_result():
    answer = footprint.query("llama-3.1-70b", output_tokens=400, method="roofline", allow_unverified=True)
    assert any(
        text.startswith("unverified: roofline_efficiency (bandwidth efficiency, 0.65") for text in answer.warnings
    )
    (use,) = [use for use in answer.factors if use.id == "roofline_efficiency"]
    assert use.evidence == "unverified"


def test_an_unverified_size_of_a_model_is_used_only_where_it_is_allowed():
    with pytest.raises(NotEstimableError, match="--allow-unverified"):
        footprint.query("phi-4", output_tokens=400)
    answer = footprint.query("phi-4", output_tokens=400, allow_unverified=True)
    assert any("models:phi-4:active_parameters" in text for text in answer.warnings)


HEADER = "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note\n"


@pytest.fixture
def own_factors(tmp_path):
    """Grid factors of one's own for France in 2025: one that nobody read, beside the shipped one."""
    (tmp_path / "factors").mkdir()
    (tmp_path / "factors" / "facility.csv").write_text(
        HEADER
        + "pue_hearsay_fra,pue,ovh,FRA,2025,1.9,,,shifted_lognormal,kWh/kWh_IT,footprint_judgement,,unverified,\n",
        "utf-8",
    )
    return tmp_path


def test_the_ladder_passes_an_unverified_row_over_unless_it_is_allowed(own_factors):
    asked = {"energy_per_request": "1 Wh_IT", "region": "FR", "provider": "ovh", "date": "2025-06-01"}
    without = footprint.query(**asked, factors=own_factors)
    allowed = footprint.query(**asked, factors=own_factors, allow_unverified=True)
    assert without.facility_energy.m_as("Wh") < 1.5
    assert allowed.facility_energy.m_as("Wh") == approx(1.9)
    assert any("unverified: pue_hearsay_fra (pue, 1.9 kWh/kWh_IT) was used" in text for text in allowed.warnings)
    assert not any("unverified" in text for text in without.warnings)


def test_a_batch_takes_unverified_rows_where_they_are_allowed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("usage.csv").write_text("date,model,output_tokens\n2025-06-01,phi-4,400\n2025-06-01,gpt-4o,400\n", "utf-8")
    refused = command("batch", "usage.csv", "-o", "out.csv", "--set", "region=FR", "--min-coverage", "0")
    assert refused.exit_code == 0, refused.output
    assert len(list(csv.DictReader(Path("out.csv").read_text("utf-8").splitlines()))) == 1
    allowed = command("batch", "usage.csv", "-o", "all.csv", "--set", "region=FR", "--allow-unverified")
    assert allowed.exit_code == 0, allowed.output
    rows = list(csv.DictReader(Path("all.csv").read_text("utf-8").splitlines()))
    assert ["models:phi-4:active_parameters" in row["warnings"] for row in rows] == [True, False]


# --- 6. the command --------------------------------------------------------------------------------------------------

V100 = ("--accelerator", "v100_sxm2_16", "--count", "8", "--hours", "24", "--region", "US", "--provider", "aws")


def test_the_command_prints_the_table_and_the_reasons():
    shown = command("compare-methods", "training", *V100, "--date", "2025-06-01")
    assert shown.exit_code == 0, shown.output
    assert re.search(r"^green_algorithms\s+90\.7 kWh .* 38\.5 kgCO2e", shown.output, re.MULTILINE)
    assert "Why they differ from training_accelerator_hours" in shown.output
    assert "no power of the" in shown.output
    assert "Methods that do not cover it" in shown.output


@pytest.mark.parametrize("width", [80, 100])
def test_the_table_of_methods_is_no_wider_than_the_terminal(width):
    arguments = ["compare-methods", "training", *V100, "--date", "2025-06-01"]
    shown = CliRunner().invoke(main, arguments, env={"COLUMNS": str(width), "NO_COLOR": "1"})
    assert max(map(len, shown.output.splitlines())) <= width
    heads, rows = shown.output.split("\n", 3)[:3], shown.output.partition("Why they differ")[0]
    assert all(word in " ".join(heads) for word in ("electricity", "counted", "carbon", "energy"))
    assert "accelerators" in rows


def test_a_method_that_stands_alone_is_compared_with_nothing():
    shown = command("compare-methods", "query", "chatgpt", "--date", "2025-06-01", "--region", "US")
    assert "Why they differ" not in shown.output
    assert "ratio" not in shown.output.partition("Ours:")[2]


def test_where_nothing_was_done_methods_have_no_ratio():
    nothing = footprint.compare_methods(footprint.Query(model="sdxl-1.0", images=0))
    assert len(nothing.rows) > 1
    assert all(row.energy_ratio is None and not row.terms for row in nothing.rows[1:])


def test_only_the_ratios_that_are_in_the_table_are_explained():
    shown = command("compare-methods", "training", *V100[:-4], "--date", "2025-06-01")
    assert "x energy is the ratio to it." in " ".join(shown.output.split())
    assert "x carbon" not in shown.output


def test_the_ranges_of_ours_are_told_under_the_table():
    shown = command("compare-methods", "training", *V100[:-2], "--date", "2025-06-01")
    assert "x energy and x carbon are ratios to it." in " ".join(shown.output.split())
    words = " ".join(shown.output.split())
    assert re.search(r"90 % ranges: electricity 120 kWh \(\d+ to \d+\), carbon \d+ kgCO2e", words)


def test_the_json_of_the_command_is_that_of_the_comparison(eight):
    shown = command("compare-methods", "training", *V100, "--date", "2025-06-01", "--format", "json")
    document = json.loads(shown.output)
    assert document == json.loads(json.dumps(eight.as_dict()))
    row = next(row for row in document["methods"] if row["method"] == "ml_co2_impact")
    assert row["terms"][1] == {
        "term": "PUE",
        "ours": 1.145,
        "theirs": 1.0,
        "unit": "kWh/kWh_IT",
        "ratio": approx(1 / 1.145),
        "text": "no PUE (1/1.145)",
    }
    assert (row["source"], row["not_covered"]) == ("mlco2_impact", None)


def test_the_markdown_names_who_documents_each_method():
    shown = command("compare-methods", "query", "gpt-4o", "--output-tokens", "400", "--format", "md")
    lines = [line for line in shown.output.splitlines() if line.startswith("|")]
    assert lines[0].startswith("| method | electricity | counted |")
    assert len({line.count(" | ") for line in lines}) == 1
    (line,) = [line for line in lines if line.startswith("| ecologits |")]
    assert "https://doi.org/10.21105/joss.07471" in line


def test_the_csv_has_a_row_for_each_method():
    shown = command("compare-methods", "query", "gpt-4o", "--output-tokens", "400", "--region", "US", "--format", "csv")
    rows = {row["method"]: row for row in csv.DictReader(shown.output.splitlines())}
    assert set(rows) == {"output_tokens", "ecologits", "epoch", "jegham", "roofline"}
    assert rows["roofline"]["energy"] == ""
    assert rows["roofline"]["why"].startswith("roofline_efficiency is unverified")
    assert float(rows["output_tokens"]["energy_over_ours"]) == 1.0


def test_the_command_takes_the_options_of_what_it_compares_and_no_method():
    help_text = command("compare-methods", "query", "--help").output
    assert {"--input-tokens", "--region", "--allow-unverified", "--format"} <= set(re.findall(r"--[\w-]+", help_text))
    refused = command("compare-methods", "query", "gpt-4o", "--output-tokens", "4", "--method", "ecologits")
    assert (refused.exit_code, "No such option" in refused.output) == (2, True)


def test_an_estimate_by_name_from_the_command_line():
    shown = command("query", "mistral-large-2", "--output-tokens", "400", "--method", "ecologits", "--explain")
    assert shown.exit_code == 0, shown.output
    assert "0.353709 Wh" in shown.output
    assert "left_out:it_over_accelerator" in shown.output
    wrong = command("query", "gpt-4o", "--output-tokens", "4", "--method", "nonsense-xyz")
    assert (wrong.exit_code, "unknown method 'nonsense-xyz'" in wrong.output) == (2, True)


# --- 7. the glossary -------------------------------------------------------------------------------------


def listed(title):
    section = (ROOT / "docs" / "glossary.md").read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in row.strip("|").split(" | ")] for row in section.splitlines() if row.startswith("| `")
    ]


@pytest.mark.parametrize(
    ("title", "names"), [("Methods of others", PUBLISHED), ("Ways to the energy of a query", WAYS)]
)
def test_the_glossary_holds_every_method_that_may_be_named(title, names):
    rows = listed(title)
    assert [row[0].strip("`") for row in rows] == list(names)
    assert all(len(row) == 3 and all(row) for row in rows)


def test_every_method_of_others_cites_a_work_of_the_catalogue():
    assert [id for id, method in PUBLISHED.items() if open_catalogue().source(method.published_by) is None] == []
