"""A share of the model's training: off unless asked for, a line of its own, in no other figure."""

import json

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.commands import main
from footprint.errors import NotEstimableError, RangeError, UsageError
from footprint.physics.impacts import energy_training_share

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)

GIVEN = {"output_tokens": 500, "input_tokens": 300, "region": "US", "date": "2022-06-01"}


def asked(model="gpt-3-175b", **given):
    return footprint.query(model, **{**GIVEN, "tokens_served": 1e12, **given})


@law
@given(st.floats(1, 1e12), st.lists(st.floats(1, 1e9), min_size=1, max_size=5), st.floats(1e12, 1e18))
def test_shares_of_parts_add_up_to_the_share_of_the_whole(training, tokens, served):
    def share(count):
        given = (Quantity(training, "kWh"), Quantity(count, "token"), Quantity(served, "token"))
        return energy_training_share(*given).m_as("kWh")

    assert sum(share(count) for count in tokens) == approx(share(sum(tokens)), rel=1e-9)


def test_all_tokens_that_a_model_serves_carry_all_of_its_training():
    run = footprint.training("gpt-3")
    share = asked(input_tokens=None, output_tokens=1e12, tokens_served=1e12).training_share
    assert share.energy.m_as("kWh") == approx(run.facility_energy.m_as("kWh"), rel=1e-12)
    assert share.carbon.m_as("kgCO2e") == approx(run.carbon_location.m_as("kgCO2e"), rel=1e-12)


def test_a_share_counts_tokens_read_and_written():
    share = asked().training_share
    assert share.tokens == 800
    assert share.carbon.m_as("gCO2e") == approx(552.14857e6 * 800 / 1e12, rel=1e-6)


def test_a_share_is_off_unless_asked_for():
    plain = footprint.query("gpt-3-175b", **GIVEN)
    assert plain.training_share is None
    assert "training_share" not in plain.as_dict()
    assert "training" not in str(plain)


def test_a_share_is_in_no_other_figure():
    plain, told = footprint.query("gpt-3-175b", **GIVEN), asked()
    assert plain.known() == told.known()
    assert [name for name in told.as_dict() if "training" in name] == ["training_share"]


def test_a_reader_sees_the_share_as_a_line_of_its_own():
    lines = {line.name: line for line in asked().lines()}
    assert lines["carbon_training_share"].value == "0.44 gCO2e"
    assert lines["carbon_training_share"].range == "0.39 to 0.50"
    assert lines["carbon_training_share"].remark == "training of GPT-3 175B over 1e12 tokens served; in no other figure"


def test_the_derivation_leads_to_the_run():
    told = asked()
    steps = {step.name: step for step in told.derivation()}
    assert steps["carbon_training_share"].in_names == "training_carbon × tokens / tokens_served"
    runs = [use for use in told.factors if use.id == "training_runs:gpt-3-175b"]
    assert {(use.name, use.source) for use in runs} == {
        ("training_energy", "patterson2021"),
        ("training_carbon", "patterson2021"),
    }


def test_the_json_has_the_share_with_its_operands():
    command = ["query", "gpt-3-175b", "--output-tokens", "800", "--region", "US", "--date", "2022-06-01"]
    ran = CliRunner().invoke(main, [*command, "--training-share", "1e12", "--format", "json"])
    assert ran.exit_code == 0, ran.output
    share = json.loads(ran.output)["training_share"]
    assert list(share) == ["run", "tokens", "tokens_served", "energy", "carbon"]
    assert (share["run"], share["tokens"], share["tokens_served"]) == ("gpt-3-175b", 800, 1e12)
    assert share["energy"]["value"] == approx(1287.06e3 * 800 / 1e12, rel=1e-5)
    assert share["energy"]["low"] <= share["energy"]["value"] <= share["energy"]["high"]


def test_a_model_whose_training_nobody_published_has_no_share():
    with pytest.raises(NotEstimableError, match="no training run of gpt-4o was published"):
        asked("gpt-4o")


def test_a_figure_per_request_has_no_tokens_to_share_by():
    with pytest.raises(UsageError, match="training is shared out by tokens"):
        footprint.query("chatgpt", region="US", date="2023-06-01", tokens_served=1e12)


def test_no_tokens_served_is_no_share():
    with pytest.raises(RangeError, match="tokens that a model serves"):
        asked(tokens_served=0)
