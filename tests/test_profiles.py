"""Loads that follow the clock: the profile of a grid gives the shape, the annual factor the level."""

import calendar
import datetime

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint.activities import hours_of
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import DataError, UsageError

law = settings(max_examples=30, deadline=None, derandomize=True, database=None)

DAYS = [calendar.monthrange(2023, month)[1] for month in range(1, 13)]
HALL = {"energy": "1000 kWh", "pue": 1.2, "region": "DE", "date": "2024-06-01"}


def grams(**given):
    return footprint.datacenter(**{**HALL, **given}).carbon_location.m_as("gCO2e")


def ratio(**given):
    return grams(**given) / grams()


@pytest.fixture
def profile(tmp_path):
    """Return a function that writes a load profile and gives its path."""

    def write(rows, header="month,hour,share"):
        path = tmp_path / "load.csv"
        path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
        return path

    return write


# --- laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["DE", "FR", "GB", "aws:eu-west-3"])
def test_a_flat_load_comes_out_at_the_annual_factor(profile, region):
    flat = profile([(m + 1, hour, DAYS[m] / 365 / 24) for m in range(12) for hour in range(24)])
    assert grams(region=region, profile=flat) == approx(grams(region=region), rel=1e-12)
    assert grams(region=region, hours_of_day="0-24") == approx(grams(region=region), rel=1e-12)


@law
@given(st.integers(0, 23), st.integers(1, 23))
def test_the_hours_and_the_other_hours_make_up_the_day(first, length):
    """Whatever a load gains at some hours it loses at the others: the level of the year stays."""
    last = (first + length) % 24
    inside, outside = ratio(hours_of_day=f"{first}-{last}"), ratio(hours_of_day=f"{last}-{first}")
    assert (inside * length + outside * (24 - length)) / 24 == approx(1, rel=1e-12)


@law
@given(st.floats(min_value=1e-3, max_value=2000))
def test_a_grid_factor_of_ones_own_keeps_its_level_too(intensity):
    stated = grams(grid_intensity=f"{intensity!r} g/kWh", hours_of_day="11-15")
    assert stated == approx(intensity * 1000 * ratio(hours_of_day="11-15"), rel=1e-9)


# --- what a profile says ------------------------------------------------------------------------------------


def test_noon_is_cleaner_than_the_night_where_the_sun_feeds_the_grid():
    assert ratio(hours_of_day="11-15") < 0.95 < ratio(hours_of_day="22-6")


def test_the_ratio_is_the_mean_of_the_profile_over_the_hours_of_the_load(profile):
    one_hour = footprint.datacenter(**HALL, profile=profile([(7, 12, 1)]))
    (used,) = (use for use in one_hour.factors if use.name == "profile_ratio")
    catalogue = open_catalogue()
    rows = catalogue.rows("SELECT month, hour, ratio FROM grid_profiles WHERE zone = 'DEU'")
    mean = sum(row["ratio"] * DAYS[row["month"] - 1] / 365 / 24 for row in rows)
    (noon,) = (row["ratio"] for row in rows if (row["month"], row["hour"]) == (7, 12))
    assert used.value == approx(noon / mean, rel=1e-12)


def test_a_profile_is_labelled_with_its_year_and_the_factor_keeps_its_own():
    night = footprint.datacenter(**HALL, hours_of_day="22-6")
    uses = {use.name: use for use in night.factors}
    assert (uses["profile_ratio"].id, uses["profile_ratio"].year) == ("grid_profiles:DEU:2020", 2020)
    assert uses["grid_intensity"].id == "grid_lifecycle_deu_2024"
    assert any("the hours of DEU in 2020" in said for said in night.assumptions)


def test_losses_follow_the_hours_of_the_load():
    day, year = (footprint.datacenter(**HALL, hours_of_day=hours) for hours in ("11-15", None))
    changed = day.carbon_upstream.m_as("gCO2e") / year.carbon_upstream.m_as("gCO2e")
    assert changed == approx(ratio(hours_of_day="11-15"), rel=1e-12)


def test_energy_and_water_do_not_follow_the_hours():
    day, year = (footprint.datacenter(**HALL, hours_of_day=hours) for hours in ("11-15", None))
    for name in ("it_energy", "facility_energy", "water_grid"):
        assert getattr(day, name) == getattr(year, name)


def test_a_query_of_a_day_takes_the_month_of_that_day_alone():
    given = {"output_tokens": 400, "region": "DE", "hours_of_day": "11-15"}
    winter, summer = (footprint.query("gpt-4o", date=f"2024-{month}-10", **given) for month in ("01", "07"))
    assert summer.carbon_location < winter.carbon_location


def test_every_shipped_profile_is_whole_average_and_near_one_on_the_mean():
    rows = open_catalogue().rows(
        "SELECT zone, count(*) AS cells, avg(ratio) AS mean, min(basis) AS basis FROM grid_profiles GROUP BY zone, year"
    )
    assert {(row["zone"], row["cells"], row["basis"]) for row in rows} == {
        ("DEU", 288, "average"),
        ("FRA", 288, "average"),
        ("GBR", 288, "average"),
    }
    assert all(row["mean"] == approx(1, abs=0.02) for row in rows)


# --- where there is none --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"region": "US"}, "for United States (USA) and lifecycle factors"),
        ({"region": "DE", "date": "2023-06-01", "grid_boundary": "direct"}, "for Germany (DEU) and direct factors"),
        ({"region": None, "grid_intensity": "400 g/kWh"}, "without a region"),
    ],
)
def test_without_a_profile_the_annual_factor_stands_and_is_said(given, where):
    asked = footprint.datacenter(**{**HALL, **given, "hours_of_day": "22-6"})
    plain = footprint.datacenter(**{**HALL, **given})
    assert asked.carbon_location == plain.carbon_location
    assert any(f"there is no month-by-hour profile {where}" in warning for warning in asked.warnings)


def test_an_activity_without_hours_has_no_profile():
    assert all(use.name != "profile_ratio" for use in footprint.datacenter(**HALL).factors)


# --- what is stated -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22-6", (0, 1, 2, 3, 4, 5, 22, 23)),
        ("9-10", (9,)),
        ("0-24", tuple(range(24))),
        (" 08:00 - 10:00 , 14-16", (8, 9, 14, 15)),
    ],
)
def test_hours_are_read_as_a_person_writes_them(text, hours):
    assert hours_of(text) == hours


@pytest.mark.parametrize("text", ["night", "6-6", "24-6", "5-25", "8:30-9", "8", "8-", "", "1-2;3-4"])
def test_hours_that_no_day_has_are_refused(text):
    with pytest.raises(UsageError, match="hours_of_day"):
        footprint.datacenter(**HALL, hours_of_day=text)


def test_hours_and_a_profile_together_are_refused(profile):
    with pytest.raises(UsageError, match="give one of them"):
        footprint.datacenter(**HALL, hours_of_day="22-6", profile=profile([(1, 1, 1)]))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(1, 0, 0.5)], "the shares add up to 0.5"),
        ([(13, 0, 1)], "line 2, month: '13' is given where a number from 1 to 12 is wanted"),
        ([(1, 24, 1)], "line 2, hour: '24' is given where a number from 0 to 23 is wanted"),
        ([(1, 0, -1)], "line 2, share: '-1' is given where a number from 0 to 1 is wanted"),
        ([(1, 0, "all")], "line 2, share: 'all' is given where a number"),
        ([(1, 0, 0.5), (1, 0, 0.5)], "line 3: month 1, hour 0 stands twice"),
        ([(1.5, 0, 1)], "line 2, month: '1.5' is given where"),
        ([], "the shares add up to 0"),
    ],
)
def test_a_faulty_load_profile_is_refused_with_its_line(profile, rows, said):
    with pytest.raises(DataError) as refusal:
        footprint.datacenter(**HALL, profile=profile(rows))
    assert f"load.csv{'' if said.startswith('line') else ':'}" in str(refusal.value)
    assert said in str(refusal.value)


def test_a_load_profile_without_its_columns_is_refused(profile):
    with pytest.raises(DataError, match="has the columns month, hour and share"):
        footprint.datacenter(**HALL, profile=profile([(1, 0, 1)], header="m,h,s"))


def test_a_load_profile_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv"):
        footprint.datacenter(**HALL, profile=tmp_path / "none.csv")


def test_the_command_line_takes_hours_and_files(profile):
    command = ["datacenter", "--energy", "1 MWh", "--pue", "1.2", "--region", "DE", "--date", "2024-06-01"]
    night = CliRunner().invoke(main, [*command, "--hours-of-day", "22-6"])
    assert (night.exit_code, "22-6 o'clock, all months" in night.output) == (0, True)
    path = profile([(1, 0, 0.5), (7, 12, 0.5)])
    filed = CliRunner().invoke(main, [*command, "--profile", str(path)])
    assert (filed.exit_code, "load profile load.csv" in filed.output) == (0, True)
    wrong = CliRunner().invoke(main, [*command, "--hours-of-day", "night"])
    assert (wrong.exit_code, wrong.output.splitlines()[-1].startswith("Error: hours_of_day: 'night'")) == (2, True)


def test_a_profile_of_ones_own_goes_before_the_shipped_one(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "own"
    folder.mkdir()
    header = "zone,year,month,hour,ratio,basis,boundary,time_zone,source,evidence\n"
    rows = "".join(
        f"DEU,2024,{month},{hour},{0.5 if hour < 12 else 1.5},average,lifecycle,local,footprint_judgement,primary\n"
        for month in range(1, 13)
        for hour in range(24)
    )
    (folder / "grid_profiles.csv").write_text(header + rows, encoding="utf-8")
    assert ratio(hours_of_day="0-12", factors=folder) == approx(0.5, rel=1e-12)


def test_the_profile_that_an_estimate_cites_can_be_shown():
    shown = CliRunner().invoke(main, ["factors", "show", "grid_profiles:DEU:2020"])
    assert shown.exit_code == 0, shown.output
    assert "Month-by-hour profile, Germany, 2020" in shown.output
    assert "lets_wait_awhile_2021" in shown.output
    cell = CliRunner().invoke(main, ["factors", "show", "grid_profiles:DEU:2020:7:12"])
    assert (cell.exit_code, "ratio" in cell.output) == (0, True)


def test_a_date_object_serves_as_well_as_a_text():
    day = datetime.date(2024, 7, 10)
    one, other = (
        footprint.query("gpt-4o", output_tokens=400, region="DE", hours_of_day="11-15", date=date)
        for date in (day, day.isoformat())
    )
    assert one.carbon_location == other.carbon_location
