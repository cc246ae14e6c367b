"""Water: consumed and withdrawn are two readings, and scarcity is a second figure beside the first."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.catalogue import open_catalogue
from footprint.physics.impacts import water_stress
from footprint.results import RESULTS

law = settings(max_examples=30, deadline=None, derandomize=True, database=None)

SOURCES = (
    "id,title,authors,publisher,year,url,doi,licence,attribution,retrieved,read_as,note\n"
    "our_meter,Meter of our hall,,Us,2024,,,internal,,2024-12-31,primary,not published\n"
)
FACTORS = "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note\n"
WITHDRAWN = (
    "own_site,wue_site_withdrawn,,,2024,9,,,beta_pert,L/kWh_IT,our_meter,,primary,\n"
    "own_grid,wue_grid_withdrawn,,FRA,2024,40,,,lognormal,L/kWh,our_meter,,primary,\n"
)
CONSUMED = ("water_site", "water_grid", "water_embodied", "water_stress")


@pytest.fixture(scope="module")
def withdrawing(tmp_path_factory):
    """An overlay that knows what is taken in, on site and by power plants."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("own")
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        (folder / "factors.csv").write_text(FACTORS + WITHDRAWN, encoding="utf-8")
        open_catalogue(folder)
        yield folder


def hall(energy="1000 kWh_IT", **given):
    return footprint.datacenter(energy=energy, **{"region": "FR", "provider": "gcp", "date": "2024-06-01", **given})


# --- withdrawal ------------------------------------------------------------------------------------------


@law
@given(st.floats(min_value=1e-3, max_value=1e9))
def test_withdrawal_never_changes_consumption(withdrawing, energy):
    without, told = (hall(f"{energy!r} kWh_IT", factors=folder) for folder in (None, withdrawing))
    assert told.water_site_withdrawn.m_as("L") == approx(9 * energy, rel=1e-12)
    for name in CONSUMED:
        assert getattr(told, name) == getattr(without, name), name


def test_water_withdrawn_is_a_result_of_its_own():
    taken = hall(provider="aws")
    uses = {use.name: use for use in taken.factors}
    withdrawn = uses["wue_site_withdrawn"]
    assert withdrawn.id == "wue_withdrawn_aws_emea_2024"
    assert taken.water_site_withdrawn.m_as("L") == approx(1000 * withdrawn.value, rel=1e-12)
    assert taken.water_site.m_as("L") == approx(1000 * uses["wue_site"].value, rel=1e-12)


def test_a_host_that_publishes_consumption_has_no_withdrawal_and_the_reason_is_said():
    taken = hall()
    assert taken.water_site is not None
    assert taken.water_site_withdrawn is None
    assert taken.reasons["water_site_withdrawn"] == "no figure for the water that gcp takes in"


def test_what_power_plants_take_in_is_known_only_where_somebody_says_it(withdrawing):
    silent = hall()
    assert silent.water_grid_withdrawn is None
    assert silent.reasons["water_grid_withdrawn"] == "no figure for what the power plants of France (FRA) take in"
    told = hall(factors=withdrawing)
    assert told.water_grid_withdrawn.m_as("L") == approx(told.facility_energy.m_as("kWh") * 40, rel=1e-12)


def test_no_country_figure_for_withdrawal_is_shipped():
    assert open_catalogue().rows("SELECT id FROM factors WHERE kind = 'wue_grid_withdrawn'") == []


def test_what_is_not_known_of_a_second_reading_is_left_out_for_a_reader_and_told_to_a_program(withdrawing):
    silent, told = hall(), hall(factors=withdrawing)
    assert "withdrawn" not in str(silent)
    assert silent.as_dict()["water_site_withdrawn"] is None
    assert "water withdrawn by power plants" in str(told)


def test_a_batch_has_the_same_second_readings_as_single_estimates(tmp_path):
    import polars

    usage = polars.DataFrame({"model": ["gpt-4o"] * 2, "output_tokens": [4000] * 2, "provider": ["aws", "gcp"]})
    rows = footprint.estimate_frame(usage, region="FR", date="2024-06-01").to_dicts()
    for row in rows:
        given = {"output_tokens": 4000, "region": "FR", "date": "2024-06-01", "provider": row["provider"]}
        single = footprint.query("gpt-4o", **given)
        for name, column in (
            ("water_site_withdrawn", "water_site_withdrawn_l"),
            ("water_grid_withdrawn", "water_grid_withdrawn_l"),
            ("water_stress", "water_stress_m3_world_eq"),
        ):
            value = getattr(single, name)
            expected = None if value is None else approx(value.m_as(RESULTS[name]), rel=1e-9)
            assert row[column] == expected, (row["provider"], name)


# --- scarcity ---------------------------------------------------------------------------------------------


@law
@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0.1, 100))
def test_stress_is_all_water_consumed_by_the_scarcity_of_the_place(site, grid, scarcity):
    found = water_stress(Quantity(site, "L"), Quantity(grid, "L"), Quantity(scarcity, "m3_world_eq/m3"))
    assert found.m_as("m3_world_eq") == approx((site + grid) / 1000 * scarcity, rel=1e-12)


def test_stress_of_a_place_takes_its_own_factor_for_other_users_than_farms():
    used = hall()
    (scarcity,) = (use for use in used.factors if use.name == "water_scarcity")
    assert (scarcity.id, scarcity.value) == ("water_stress_non_agri_fra", 4.99)
    litres = used.water_site.m_as("L") + used.water_grid.m_as("L")
    assert used.water_stress.m_as("m3_world_eq") == approx(litres / 1000 * 4.99, rel=1e-12)


def test_a_cloud_region_takes_the_scarcity_of_its_country():
    (scarcity,) = (use for use in hall(region="aws:us-west-2", provider=None).factors if use.name == "water_scarcity")
    assert scarcity.zone == "USA"


def test_stress_needs_both_waters():
    """A part of the water would be taken for all of it."""
    no_site = footprint.datacenter(energy="1 MWh", pue=1.2, region="FR", date="2024-06-01")
    assert (no_site.water_site, no_site.water_stress) == (None, None)
    assert "water consumed on site" in no_site.reasons["water_stress"]
    no_place = footprint.datacenter(energy="1 MWh", pue=1.2, provider="gcp", date="2024-06-01")
    assert no_place.water_stress is None
    assert no_place.reasons["water_stress"].startswith("no region was given")


def test_stress_is_no_volume_of_water():
    used = hall()
    with pytest.raises(footprint.UnitError):
        used.water_site + used.water_stress
