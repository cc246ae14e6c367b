"""The anchors that everyone will try: published results, from published inputs, through the public face."""

from pytest import approx

import footprint


def test_gpt3_training_is_552_tonnes():
    """Patterson et al. 2021, Table 4: 3.14e23 FLOP, 24.6 TFLOP/s, 330 W, PUE 1.10, 429 g/kWh."""
    run = footprint.training("gpt-3")
    assert run.facility_energy.m_as("MWh") == approx(1287.06, rel=1e-5)
    assert run.carbon_location.m_as("tCO2e") == approx(552.15, rel=1e-5)
    assert {use.source for use in run.factors if use.rung == "published inputs of the run"} == {"patterson2021"}


def test_gpt3_training_by_days_is_553_tonnes():
    run = footprint.training(
        accelerator="v100_sxm2_32",
        accelerators=10_000,
        hours="355.2",
        mean_power="330 W",
        pue=1.1,
        grid_intensity="429 g/kWh",
    )
    assert run.carbon_location.m_as("tCO2e") == approx(553.1, abs=0.05)


def test_a_chatgpt_query_of_2023_took_ten_web_searches():
    """2.9 Wh over 0.3 Wh as printed is 9.7; at the meter the host's PUE of that year comes on top."""
    query = footprint.query("chatgpt", date="2023-06-01", versus="web-search")
    assert query.versus.ratio == approx(9.667, abs=0.001)
    assert query.versus.ratio_at_meter == approx(9.667 * query.versus.pue, rel=1e-3)
    assert 10.6 <= query.versus.ratio_at_meter <= 11.6
    assert [operand.year for operand in query.versus.operands] == [2023, 2009]
    assert [operand.source for operand in query.versus.operands] == ["devries2023", "google2009"]


def test_a_chatgpt_query_of_2025_took_about_one_web_search_and_the_year_of_the_search_is_told():
    query = footprint.query("chatgpt", date="2025-06-01", versus="web-search")
    assert query.versus.ratio == approx(0.34 / 0.3)
    assert any("2009" in warning for warning in query.warnings)


def test_a_hall_of_20_megawatts_for_a_year():
    hall = footprint.datacenter(
        it_power="20 MW", hours="8760 h", pue=1.3, wue_site="1.8 L/kWh", region="IE", date="2025-12-31"
    )
    assert hall.facility_energy.m_as("GWh") == approx(227.76)
    assert hall.water_site.m_as("ML") == approx(315.36)
    grid = {use.name: use for use in hall.factors}
    assert hall.water_grid.m_as("ML") == approx(227.76 * grid["wue_grid"].value)
    assert hall.carbon_location.m_as("tCO2e") == approx(227.76 * grid["grid_intensity"].value)
    assert grid["grid_intensity"].zone == "IRL"
