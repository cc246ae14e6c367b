"""Key figures of a hall from the readings of its meters: PUE, WUE, REF and ERF."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint import UnitError
from footprint.commands import main
from footprint.errors import RangeError, UsageError

DAY = {"date": "2024-12-31"}


def hall(**readings):
    return footprint.datacenter(**DAY, **readings)


def indicators(estimate):
    return {name: float(value.magnitude) for name, value in estimate.indicators.items()}


def test_the_four_key_figures_follow_from_five_readings():
    year = hall(
        facility_energy="13 GWh",
        it_energy="10 GWh",
        renewable_energy="6.5 GWh",
        reused_energy="1.3 GWh",
        water_input="9000 m3",
    )
    assert indicators(year) == approx(
        {"pue": 1.3, "wue_input": 0.9, "renewable_energy_factor": 0.5, "energy_reuse_factor": 0.1}, rel=1e-12
    )
    assert (year.method, year.quality) == ("metered_both", "measured")


@settings(deadline=None, max_examples=30)
@given(st.floats(1, 1e9), st.floats(1, 4))
def test_the_pue_of_two_readings_is_the_one_that_joins_them(it_energy, pue):
    year = hall(facility_energy=f"{it_energy * pue!r} kWh", it_energy=f"{it_energy!r} kWh_IT", region="DE")
    assert year.indicators["pue"].magnitude == approx(pue, rel=1e-12)
    assert year.facility_energy.m_as("kWh") == approx(it_energy * pue, rel=1e-12)
    assert year.it_energy.m_as("kWh_IT") == approx(it_energy, rel=1e-12)


def test_two_readings_leave_no_pue_to_look_up():
    year = hall(facility_energy="13 GWh", it_energy="10 GWh", provider="gcp", region="DE", wue_site="1 L/kWh")
    assert year.indicators["pue"].magnitude == approx(1.3)
    assert "pue" not in [use.name for use in year.factors]
    assert year.water_site.m_as("ML") == approx(10.0, rel=1e-12)


def test_a_pue_that_was_looked_up_is_no_reading():
    year = hall(facility_energy="13 GWh", provider="gcp", region="DE", renewable_energy="13 GWh")
    assert indicators(year) == {"renewable_energy_factor": 1.0}


def test_a_key_figure_is_over_what_follows_from_the_one_reading_there_is():
    year = hall(energy="13 GWh", pue=1.3, water_input="5000 m3", reused_energy="1.3 GWh")
    assert indicators(year) == approx({"wue_input": 0.5, "energy_reuse_factor": 0.1}, rel=1e-12)


def test_the_reading_of_the_plugs_alone_needs_a_pue_for_the_meter():
    year = hall(it_energy="10 GWh", renewable_energy="6 GWh")
    assert year.facility_energy is None
    assert indicators(year) == {}
    assert any(text.startswith("REF is not known") for text in year.warnings)


def test_water_that_entered_is_not_water_consumed():
    year = hall(facility_energy="13 GWh", it_energy="10 GWh", water_input="9000 m3", region="DE")
    assert year.water_site is None
    assert year.indicators["wue_input"].magnitude == approx(0.9)


@pytest.mark.parametrize(
    ("readings", "says"),
    [
        ({"facility_energy": "9 GWh", "it_energy": "10 GWh"}, "PUE: the readings give 0.9"),
        ({"facility_energy": "50 GWh", "it_energy": "10 GWh"}, "PUE: the readings give 5"),
        ({"facility_energy": "13 GWh", "it_energy": "10 GWh", "water_input": "200000 m3"}, "WUE: the readings give 20"),
        ({"energy": "13 GWh", "renewable_energy": "14 GWh"}, "REF: the readings give 1.077"),
        ({"energy": "13 GWh", "reused_energy": "26 GWh"}, "ERF: the readings give 2"),
    ],
    ids=["PUE below 1", "PUE above 4", "WUE above 10", "REF above 1", "ERF above 1"],
)
def test_readings_that_cannot_be_right_together_are_refused(readings, says):
    with pytest.raises(RangeError) as refused:
        hall(**readings)
    assert str(refused.value).startswith(says)


def test_two_readings_and_a_pue_of_ones_own_contradict_each_other():
    with pytest.raises(UsageError, match="two readings give the PUE"):
        hall(facility_energy="13 GWh", it_energy="10 GWh", pue=1.3)


@pytest.mark.parametrize(
    "readings",
    [
        {"energy": "13 GWh", "facility_energy": "13 GWh"},
        {"it_power": "1 MW", "hours": "8760 h", "it_energy": "10 GWh"},
        {"water_input": "9 m3"},
    ],
)
def test_one_way_to_the_energy_is_taken_and_no_more(readings):
    with pytest.raises(UsageError, match="either an IT load"):
        hall(**readings)


def test_a_hall_that_used_nothing_has_no_key_figures():
    with pytest.raises(UsageError, match="no energy"):
        hall(facility_energy="0 kWh", it_energy="10 kWh")


def test_a_reading_says_at_which_meter_it_was_taken():
    with pytest.raises(UnitError, match="facility_energy"):
        hall(facility_energy="13 GWh_IT", it_energy="10 GWh")
    with pytest.raises(UnitError, match="it_energy"):
        footprint.datacenter(facility_energy="13 GWh", it_energy=footprint.Quantity(10.0, "GWh"), **DAY)


def test_the_command_prints_the_key_figures_and_writes_them_into_its_document():
    arguments = ["--facility-energy", "13 GWh", "--it-energy", "10 GWh", "--water-input", "9000 m3", "--region", "DE"]
    command = ["datacenter", *arguments, "--reused-energy", "1.3 GWh", "--date", "2024-12-31"]
    table = CliRunner().invoke(main, command, env={"COLUMNS": "100"})
    assert table.exit_code == 0, table.output
    said = {line.split("  ")[1]: line.split() for line in table.output.splitlines() if "of the readings given" in line}
    assert "1.300" in said["PUE, by the meters"]
    assert "0.9000" in said["WUE, water input"]
    assert "10.00" in said["ERF, energy reuse factor"]
    written = json.loads(CliRunner().invoke(main, [*command, "--format", "json"]).stdout)
    assert written["indicators"] == {
        "pue": {"value": 1.3, "unit": "kWh/kWh_IT"},
        "wue_input": {"value": 0.9, "unit": "L/kWh_IT"},
        "energy_reuse_factor": {"value": 0.1, "unit": "1"},
    }


def test_the_explanation_shows_how_a_key_figure_came_about():
    command = ["datacenter", "--facility-energy", "13 GWh", "--it-energy", "10 GWh", "--renewable-energy", "6.5 GWh"]
    done = CliRunner().invoke(main, [*command, "--date", "2024-12-31", "--explain"])
    assert "renewable_energy_factor = renewable_energy / facility_energy" in done.output
    assert "pue = facility_energy / it_energy" in done.output


def test_an_estimate_without_readings_has_no_key_figures():
    load = footprint.datacenter(it_power="1 MW", hours="8760 h", pue=1.3, region="FR", **DAY)
    assert load.indicators == {}
    assert "indicators" not in load.as_dict()
