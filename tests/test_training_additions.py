"""Training beside the final run: failed and preliminary runs, idle reserve, fine-tuning, any accelerator."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import NotEstimableError, RangeError, UsageError

RUN = {"accelerator": "v100_sxm2_32", "accelerators": 8, "hours": "24 h", "mean_power": "330 W", "pue": 1.1}
DAY = {"date": "2025-06-01"}


def test_the_final_run_alone_is_counted_and_it_is_said():
    run = footprint.training(**RUN, **DAY)
    assert run.it_energy.m_as("kWh_IT") == approx(63.36, rel=1e-12)
    assert any("failed and preliminary runs are not counted" in text for text in run.assumptions)


def test_extra_runs_multiply_energy_carbon_and_hardware_alike():
    one = footprint.training(**RUN, **DAY, region="US")
    more = footprint.training(**RUN, **DAY, region="US", extra_runs=0.5)
    for name in ("it_energy", "facility_energy", "carbon_location", "carbon_embodied", "water_grid", "water_embodied"):
        pair = (getattr(more, name), getattr(one, name))
        if pair[1] is not None:
            assert pair[0].magnitude == approx(1.5 * pair[1].magnitude, rel=1e-12), name
    assert not any("not counted" in text for text in more.assumptions)


def test_the_usual_extra_runs_are_a_cited_figure_with_a_range():
    """OLMo: development took about half of the final training."""
    run = footprint.training(**RUN, **DAY, extra_runs="usual")
    assert run.it_energy.m_as("kWh_IT") == approx(1.5 * 63.36, rel=1e-12)
    low, high = (bound.m_as("kWh_IT") for bound in run.ranges["it_energy"])
    assert 63.36 < low < 1.5 * 63.36 < high < 2 * 63.36
    assert "training_extra_runs" in [use.id for use in run.factors]


@settings(deadline=None, max_examples=20)
@given(st.floats(0, 10), st.floats(0, 5))
def test_extra_runs_and_idle_reserve_multiply_each_other(extra, idle):
    run = footprint.training(**RUN, **DAY, extra_runs=extra, idle_reserve=idle)
    assert run.it_energy.m_as("kWh_IT") == approx(63.36 * (1 + extra) * (1 + idle), rel=1e-9)


@pytest.mark.parametrize(("energy", "expected"), [("100 MWh", 150), ("100 MWh_IT", 165), ("100 MWh_acc", 165 * 1.5714)])
def test_extra_runs_are_added_at_the_meter_that_was_read(energy, expected):
    run = footprint.training(energy=energy, pue=1.1, extra_runs=0.5, **DAY)
    assert run.facility_energy.m_as("MWh") == approx(expected, rel=1e-9)


def test_the_idle_reserve_of_bloom_brings_its_total_of_energy():
    """Luccioni et al. 2022: 256.6 MWh stood idle beside 433.2 MWh of the run; hosts and hall are left out there."""
    run = footprint.training(energy="433.2 MWh_IT", pue=1, idle_reserve=256.6 / 433.2, **DAY)
    assert run.it_energy.m_as("MWh_IT") == approx(433.2 + 256.6, rel=1e-12)


def test_an_idle_reserve_is_no_part_of_what_the_building_metered():
    with pytest.raises(UsageError, match="idle_reserve"):
        footprint.training(energy="100 MWh", pue=1.1, idle_reserve=0.5, **DAY)


def test_an_idle_reserve_warns_of_a_pue_over_the_same_load():
    run = footprint.training(accelerators=8, hours="1 h", mean_power="330 W", provider="aws", idle_reserve=0.5, **DAY)
    assert any("counted twice" in text for text in run.warnings)


def test_a_published_run_takes_extra_runs_too():
    """GPT-3: 1,287 MWh for the final run."""
    run = footprint.training("gpt-3", extra_runs=1)
    assert run.facility_energy.m_as("MWh") == approx(2 * 1287.06, rel=1e-4)


@pytest.mark.parametrize("extra", [-0.1, "much", 1e6])
def test_extra_runs_are_a_share(extra):
    with pytest.raises((RangeError, footprint.FootprintError)):
        footprint.training(**RUN, **DAY, extra_runs=extra)


# --- fine-tuning -----------------------------------------------------------------------------------------


def test_tuning_a_model_takes_six_operations_a_parameter_and_token():
    """8.03 billion parameters, 1e9 tokens, 0.41 of 989.4 TFLOP/s, 1.28 x 700 W."""
    tuned = footprint.training(model="llama-3.1-8b", training_tokens=1e9, accelerator="h100", pue=1.2, **DAY)
    hours = 6 * 8.03e9 * 1e9 / (989.4e12 * 0.41) / 3600
    assert tuned.it_energy.m_as("kWh_IT") == approx(hours * 0.7 * 1.28, rel=1e-6)


def test_low_rank_tuning_may_take_a_third_less_and_says_so():
    asked = {"model": "llama-3.1-8b", "training_tokens": 1e9, "accelerator": "h100", "pue": 1.2, **DAY}
    full, lora = (footprint.training(**asked, fine_tuning=way) for way in ("full", "lora"))
    assert lora.it_energy.m_as("kWh_IT") == approx(full.it_energy.m_as("kWh_IT"), rel=1e-12)
    assert lora.ranges["it_energy"][0] < full.ranges["it_energy"][0]
    assert "finetune_lora_flop_per_param_token" in [use.id for use in lora.factors]


def test_a_mixture_of_experts_is_tuned_by_its_active_parameters():
    row = open_catalogue().row("models", "qwen3-coder-480b-a35b")
    assert (row["active_parameters"], row["total_parameters"]) == (35, 480)
    mixture = footprint.training(model=row["id"], training_tokens=1e9, accelerator="h100", pue=1.2, **DAY)
    dense = footprint.training(parameters="35 Gparam", training_tokens=1e9, accelerator="h100", pue=1.2, **DAY)
    assert mixture.it_energy.m_as("kWh_IT") == approx(dense.it_energy.m_as("kWh_IT"), rel=1e-12)


@pytest.mark.parametrize(
    "stated",
    [
        {"model": "llama-3.1-8b", "parameters": "8 Gparam"},
        {"model": "llama-3.1-8b", "run": "gpt-3"},
        {"model": "llama-3.1-8b", "fine_tuning": "quickly"},
    ],
    ids=["model and parameters", "model and published run", "an unknown way"],
)
def test_what_does_not_go_together_is_refused(stated):
    with pytest.raises(UsageError):
        footprint.training(**{"training_tokens": 1e9, "accelerator": "h100", **DAY, **stated})


def test_a_model_of_undisclosed_size_cannot_be_tuned_by_operations():
    with pytest.raises(NotEstimableError, match="--parameters"):
        footprint.training(model="text-embedding-3-small", training_tokens=1e9, accelerator="h100", **DAY)


# --- making the hardware -----------------------------------------------------------------------------------


def test_a_chip_whose_figure_holds_its_share_of_the_server_is_given_no_second_one():
    """Schneider et al.: 513 kg for a TPU v4 with its share of the host tray; four years, a thousand hours."""
    run = footprint.training(accelerator="tpu_v4", accelerator_hours="1000 h", pue=1.1, region="US", date="2025-01-01")
    assert run.carbon_embodied.m_as("kgCO2e") == approx(513 * 1000 / (4 * 8766), rel=1e-3)
    assert any("its share is in the figure of Google TPU v4" in text for text in run.assumptions)
    card = footprint.training(accelerator="h100_sxm", accelerator_hours="1000 h", pue=1.1, region="US")
    assert card.carbon_embodied.m_as("kgCO2e") == approx((164 + 5700 / 8) * 1000 / (4 * 8766), rel=1e-3)


# --- any accelerator -----------------------------------------------------------------------------------------


def test_every_accelerator_with_a_power_trains_by_the_hour():
    for row in open_catalogue().rows("SELECT id, name, rated_power FROM accelerators ORDER BY id"):
        asked = {"accelerator": row["id"], "accelerators": 4, "hours": "10 h", "pue": 1.2, **DAY}
        if row["rated_power"] is None:
            with pytest.raises(NotEstimableError, match="--mean-power"):
                footprint.training(**asked)
        else:
            run = footprint.training(**asked)
            assert run.it_energy.m_as("kWh_IT") == approx(40 * row["rated_power"] * 1.28 / 1000, rel=1e-9), row["id"]


def test_the_command_takes_extra_runs_as_a_share_or_as_usual():
    common = ["training", "--count", "8", "--hours", "24", "--mean-power", "330 W", "--pue", "1.1"]
    for typed, factor in (("0.5", 1.5), ("50 %", 1.5), ("usual", 1.5), ("2", 3)):
        done = CliRunner().invoke(main, [*common, "--extra-runs", typed, "--date", "2025-06-01", "--format", "json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["it_energy"]["value"] == approx(63.36 * factor, rel=1e-9)
