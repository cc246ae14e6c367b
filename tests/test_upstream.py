"""Carbon behind the electricity: grid losses and fuel chain, apart, and never what the grid's own factor holds."""

import csv

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint._files import shipped
from footprint.catalogue import open_catalogue
from footprint.physics.impacts import carbon_upstream, fuel_chain_intensity, losses_intensity, upstream_losses

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)

intensities = st.floats(0, 2000)
shares = st.floats(0, 0.9)


def hall(region, boundary="lifecycle", date="2024-06-01", **given):
    return footprint.datacenter(energy="1000 kWh", pue=1.2, region=region, date=date, grid_boundary=boundary, **given)


def used(estimate):
    return {use.name: use for use in estimate.factors}


def per_kilowatt_hour(estimate):
    return estimate.carbon_upstream.m_as("gCO2e") / 1000


@law
@given(intensities, intensities, shares)
def test_direct_and_upstream_carbon_of_what_arrives_is_that_of_what_is_generated(direct, chain, lost):
    """What is generated burns fuel and has a fuel chain; what arrives is the rest of it."""
    grid, fuels, losses = Quantity(direct, "gCO2e/kWh"), Quantity(chain, "gCO2e/kWh"), Quantity(lost, "")
    behind = fuel_chain_intensity(fuels, upstream_losses(fuels, losses))
    upstream = carbon_upstream(Quantity(1.0, "kWh"), losses_intensity(grid, losses), behind).m_as("gCO2e")
    assert direct + upstream == approx((direct + chain) / (1 - lost), rel=1e-9, abs=1e-9)


def test_the_british_factors_of_2024_add_up_as_their_publisher_has_them():
    """0.20705 generation, 0.01830 losses, 0.04590 and 0.00397 well to tank: 0.27522 kg/kWh."""
    estimate = hall("GB", "direct")
    assert estimate.carbon_location.m_as("kgCO2e") == approx(207.05, rel=1e-12)
    assert estimate.carbon_upstream.m_as("kgCO2e") == approx(18.30 + 45.90 + 3.97, rel=1e-12)
    british = ("grid_intensity", "losses_intensity", "upstream_generation", "upstream_losses")
    assert {used(estimate)[name].source for name in british} == {"desnz_2024"}


def test_losses_and_fuel_chain_stand_apart_in_the_derivation():
    steps = {step.name: step for step in hall("US", "direct", "2023-06-01").derivation()}
    assert steps["losses_intensity"].in_names == "grid_intensity × grid_losses / (1 - grid_losses)"
    assert steps["fuel_chain_intensity"].in_names == "upstream_generation + upstream_losses"
    assert steps["carbon_upstream"].in_names == "facility_energy × (losses_intensity + fuel_chain_intensity)"


def test_a_country_without_figures_of_its_own_takes_the_coal_and_gas_of_its_mix():
    estimate = hall("US", "direct", "2023-06-01")
    uses = used(estimate)
    assert uses["upstream_generation"].id == "upstream_generation_usa_2023"
    lost = uses["grid_losses"].value
    generated = 351.64 * lost / (1 - lost) + uses["upstream_generation"].value / (1 - lost)
    assert per_kilowatt_hour(estimate) == approx(generated, rel=1e-12)
    assert any("coal and gas in the mix of USA in 2023" in said for said in estimate.assumptions)


def test_the_fuel_chain_of_a_mix_is_that_of_its_coal_and_gas():
    """Each derived row follows from the rows of the mix and of the two fuels."""
    catalogue = open_catalogue()
    fuels = {
        row["subject"]: row["value"]
        for row in catalogue.rows("SELECT subject, value FROM factors WHERE kind = 'upstream_technology'")
    }
    rows = catalogue.rows(
        "SELECT f.id, f.value, f.low, f.high, m.* FROM factors f JOIN electricity_mix m ON m.zone = f.zone "
        "AND m.year = f.year WHERE f.kind = 'upstream_generation_derived'"
    )
    assert len(rows) > 1000
    for row in rows:
        assert row["value"] == approx(fuels["coal"] * row["coal"] + fuels["gas"] * row["gas"], abs=6e-4), row["id"]
        assert row["low"] <= row["value"] <= row["high"]
        assert row["oil"] <= 0.05


def test_the_mix_gives_nearly_what_the_british_government_prints():
    """Its factors of 2024 rest on data about two years older."""
    (row,) = open_catalogue().rows("SELECT value FROM factors WHERE id = 'upstream_generation_gbr_2022'")
    assert row["value"] == approx(45.9, rel=0.05)


def test_a_life_cycle_factor_holds_the_fuel_chain_so_that_losses_alone_are_upstream():
    estimate = hall("US", date="2023-06-01")
    lost = used(estimate)["grid_losses"].value
    assert per_kilowatt_hour(estimate) == approx(used(estimate)["grid_intensity"].value * lost / (1 - lost), rel=1e-12)
    (line,) = (line for line in estimate.lines() if line.name == "carbon_upstream")
    assert line.remark == "grid losses; the fuel chain is in the life-cycle factor"


def test_a_grid_that_burns_oil_has_no_upstream_figure_and_says_why():
    estimate = hall("CY", "direct", "2023-06-01")
    assert estimate.carbon_location is not None
    assert estimate.carbon_upstream is None
    assert estimate.reasons["carbon_upstream"] == (
        "with a direct grid factor the fuel chain is upstream too, and that of Cyprus (CYP) is not known"
    )


def test_what_a_work_says_of_the_losses_of_its_own_factor_is_not_taken_for_another():
    estimate = hall("GB", "direct", grid_intensity="100 g/kWh")
    uses = used(estimate)
    lost = uses["grid_losses"].value
    assert "losses_intensity" not in uses
    assert per_kilowatt_hour(estimate) == approx(100 * lost / (1 - lost) + 45.9 + 3.97, rel=1e-12)


def test_no_row_of_the_two_fuels_is_a_factor_that_a_ladder_may_take():
    path = shipped("datasets", "datapackage.json") / "factors" / "losses.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "upstream_technology"]
    assert {row["zone"] for row in rows} == {""}


@pytest.mark.parametrize("boundary", ["lifecycle", "direct"])
def test_without_a_region_upstream_is_not_known(boundary):
    estimate = footprint.datacenter(energy="1 MWh", pue=1.2, date="2024-06-01", grid_boundary=boundary)
    assert estimate.carbon_upstream is None
    assert estimate.reasons["carbon_upstream"].startswith("no region was given")
