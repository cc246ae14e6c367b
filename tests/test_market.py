"""Market-based carbon: what declared instruments cover, what the rest is taken at, and when the figure stays open."""

import csv
import datetime
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.catalogue import open_catalogue
from footprint.catalogue.check import check
from footprint.commands import main
from footprint.errors import CatalogueError, DataError
from footprint.physics.impacts import carbon_market, market_intensity
from footprint.settling.market import Market, market_days, market_shares

law = settings(max_examples=30, deadline=None, derandomize=True, database=None)

HEADERS = {
    "instruments": "id,kind,zone,valid_from,valid_to,intensity,quantity,share,source,note",
    "factors": "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note",
    "sources": "id,title,authors,publisher,year,url,doi,licence,attribution,retrieved,read_as,note",
}
CONTRACT = "our_contract,Power contract,,Us,2024,,,internal,,2024-01-02,primary,held by purchasing"
YEAR = ("2024-01-01", "2024-12-31")
AROUND = ("DEU", "AUT", "ITA", "ESP", "POL")
PARIS = {"pue": 1.2, "region": "FR", "date": "2024-06-01"}


def instrument(id="ppa", kind="contract", zone="FRA", days=YEAR, intensity=20, quantity="", share=""):
    return ",".join(str(cell) for cell in (id, kind, zone, *days, intensity, quantity, share, "our_contract", ""))


def residual(value, zone="FRA", year=2024):
    return f"own_residual,grid_residual_mix,,{zone},{year},{value},,,fixed,gCO2e/kWh,our_contract,,primary,"


def written(folder, instruments=(), factors=()):
    folder.mkdir(exist_ok=True)
    for table, rows in {"sources": [CONTRACT], "instruments": instruments, "factors": factors}.items():
        if rows:
            (folder / f"{table}.csv").write_text("\n".join([HEADERS[table], *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def declared(tmp_path, monkeypatch):
    """Return a function that writes an overlay with instruments and residual mixes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what is built of it is not kept
    return lambda *instruments, factors=(): written(tmp_path / "own", instruments, factors)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An overlay for laws: all of France at 37.5 g/kWh, and 1 MWh of 2023 for the countries around it together."""
    past = ("2023-01-01", "2023-12-31")
    rows = [
        instrument("all-of-france", "supplier_factor", "FRA", intensity=37.5),
        instrument("a-megawatt-hour", "contract", "EMEA", intensity=10, quantity=1000, days=past),
    ]
    rests = [residual(500, place, 2023).replace("own", place.lower(), 1) for place in AROUND]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        folder = written(tmp_path_factory.mktemp("own"), rows, rests)
        open_catalogue(folder)
        yield folder


def hall(energy, folder, **given):
    return footprint.datacenter(energy=energy, factors=folder, **{**PARIS, **given})


def tonnes(estimate):
    return estimate.carbon_market.m_as("tCO2e")


# --- laws ------------------------------------------------------------------------------------------------


@law
@given(st.floats(min_value=1e-6, max_value=1e9))
def test_what_one_instrument_covers_in_full_is_energy_times_its_intensity(kept, energy):
    estimate = hall(f"{energy!r} kWh", kept)
    assert estimate.carbon_market.m_as("gCO2e") == approx(energy * 37.5, rel=1e-12)


@law
@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1000))
def test_a_mix_lies_between_its_parts(share, bought, rest):
    mixed = market_intensity(Quantity(share, ""), Quantity(bought, "gCO2e/kWh"), Quantity(rest, "gCO2e/kWh"))
    low, high = min(bought, rest), max(bought, rest)
    assert low - 1e-9 <= mixed.m_as("gCO2e/kWh") <= high + 1e-9


@law
@given(st.floats(1, 1e6), st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1000))
def test_the_mix_is_contracted_energy_at_the_instrument_and_the_rest_at_the_residual_mix(used, share, bought, rest):
    mixed = market_intensity(Quantity(share, ""), Quantity(bought, "gCO2e/kWh"), Quantity(rest, "gCO2e/kWh"))
    apart = used * share * bought + (used - used * share) * rest
    assert carbon_market(Quantity(used, "kWh"), mixed).m_as("gCO2e") == approx(apart, rel=1e-9, abs=1e-6)


@law
@given(st.lists(st.floats(min_value=501, max_value=1e6), min_size=2, max_size=5))
def test_a_quantity_is_shared_out_to_the_last_kilowatt_hour(kept, energies):
    used = {Market(place, datetime.date(2023, 5, 1)): energy for place, energy in zip(AROUND, energies, strict=False)}
    mixes = market_shares(used, open_catalogue(kept))
    covered = sum(mix.factors["contracted_share"].value * used[market] for market, mix in mixes.items())
    assert covered == approx(1000, rel=1e-12)


# --- what is declared ------------------------------------------------------------------------------------


def test_without_a_declaration_the_figure_stays_open_and_is_no_copy():
    estimate = footprint.datacenter(energy="1200 MWh", **PARIS)
    assert estimate.carbon_location is not None
    assert estimate.carbon_market is None
    assert estimate.reasons["carbon_market"] == "no contract, supplier factor or residual mix was declared"


def test_a_quantity_is_taken_at_the_contract_and_the_rest_at_the_residual_mix(declared):
    folder = declared(instrument(quantity=500_000), factors=[residual(60)])
    assert tonnes(hall("1200 MWh", folder)) == approx(500 * 0.020 + 700 * 0.060, rel=1e-12)


def test_a_quantity_that_covers_all_needs_no_residual_mix(declared):
    assert tonnes(hall("500 MWh", declared(instrument(quantity=500_000)))) == approx(500 * 0.020, rel=1e-9)


def test_where_nothing_covers_the_rest_the_figure_stays_open_with_the_reason(declared):
    estimate = hall("1200 MWh", declared(instrument(quantity=500_000)))
    assert estimate.carbon_market is None
    reason = "instruments cover 0.4167 of the electricity, and no residual mix of FRA in 2024 is known for the rest"
    assert estimate.reasons["carbon_market"].startswith(reason)


def test_shares_are_taken_of_whatever_was_used(declared):
    folder = declared(
        instrument("wind", "certificate", intensity=0, share=0.5),
        instrument("sun", "certificate", intensity=10, share=0.25),
        factors=[residual(60)],
    )
    assert tonnes(hall("1000 MWh", folder)) == approx(0.25 * 10 + 0.25 * 60, rel=1e-12)
    assert tonnes(hall("1 MWh", folder)) == approx((0.25 * 10 + 0.25 * 60) / 1000, rel=1e-12)


def test_a_supplier_factor_takes_what_a_contract_leaves(declared):
    folder = declared(
        instrument("ppa", quantity=400_000, intensity=0), instrument("supplier", "supplier_factor", intensity=50)
    )
    assert tonnes(hall("1000 MWh", folder)) == approx(600 * 0.050, rel=1e-12)


def test_a_residual_mix_may_be_declared_as_an_instrument(declared):
    folder = declared(instrument("mix", "residual_mix", intensity=70), instrument("ppa", share=0.5, intensity=0))
    assert tonnes(hall("1000 MWh", folder)) == approx(35, rel=1e-12)


def test_a_residual_mix_alone_is_a_declaration_too(declared):
    estimate = hall("1000 MWh", declared(factors=[residual(60)]))
    assert tonnes(estimate) == approx(60, rel=1e-12)
    assert any("residual mix of FRA, 2024, stands for all" in said for said in estimate.assumptions)


def test_a_shipped_residual_mix_fills_the_rest_but_never_stands_for_a_missing_declaration(declared):
    """Nothing declared means that contracts are unknown, not that there are none."""
    sydney = {"region": "AU", "date": "2025-06-01"}
    silent = footprint.datacenter(energy="1 MWh", pue=1.2, **sydney)
    assert silent.carbon_market is None
    folder = declared(instrument(zone="AUS", days=("2025-01-01", ""), share=0.5, intensity=0))
    mixed = hall("1000 MWh", folder, **sydney)
    (rest,) = (use for use in mixed.factors if use.name == "rest_intensity")
    assert rest.id == "grid_residual_aus_2025"
    assert tonnes(mixed) == approx(0.5 * rest.value, rel=1e-12)


def test_an_instrument_holds_on_its_days_alone(declared):
    folder = declared(instrument())
    assert tonnes(hall("1 MWh", folder, date="2024-12-31")) == approx(0.020, rel=1e-12)
    after = hall("1 MWh", folder, date="2025-01-01")
    assert after.carbon_market is None
    assert after.reasons["carbon_market"] == (
        "no instrument that was declared, and no residual mix, holds in FRA on 2025-01-01"
    )


def test_an_instrument_of_a_country_holds_in_its_cloud_regions_and_not_in_its_neighbours(declared):
    folder = declared(instrument())
    assert tonnes(hall("1 MWh", folder, region="aws:eu-west-3")) == approx(0.020, rel=1e-12)
    assert hall("1 MWh", folder, region="DE").carbon_market is None


def test_of_two_supplier_factors_the_nearer_one_stands(declared):
    folder = declared(
        instrument("everywhere", "supplier_factor", "WORLD", intensity=94),
        instrument("here", "supplier_factor", "FRA", intensity=30),
    )
    assert tonnes(hall("1000 MWh", folder)) == approx(30, rel=1e-12)
    assert tonnes(hall("1000 MWh", folder, region="DE")) == approx(94, rel=1e-12)


def test_the_factors_of_a_market_based_figure_are_cited(declared):
    estimate = hall("1200 MWh", declared(instrument(quantity=500_000), factors=[residual(60)]))
    uses = {use.name: use for use in estimate.factors}
    assert {name: uses[name].id for name in ("contracted_share", "instrument_intensity", "rest_intensity")} == {
        "contracted_share": "instruments:ppa:quantity",
        "instrument_intensity": "instruments:ppa:intensity",
        "rest_intensity": "own_residual",
    }
    assert uses["instrument_intensity"].citation.startswith("Us (2024): Power contract.")
    assert [step.name for step in estimate.derivation()].index("market_intensity") >= 0


# --- what cannot be ----------------------------------------------------------------------------------


def test_an_instrument_that_covers_more_than_was_used_is_an_error_that_names_both(declared):
    folder = declared(instrument("ppa-solar", quantity=1_500_000), factors=[residual(60)])
    with pytest.raises(DataError) as refusal:
        hall("1200 MWh", folder)
    assert str(refusal.value) == (
        "instrument 'ppa-solar' (FRA from 2024-01-01 to 2024-12-31) covers 1,500 MWh, and 1,200 MWh were used there: "
        "give the quantity that falls on this use, a share, or leave both blank to cover all of it."
    )
    assert refusal.value.exit_code == 1


def test_a_second_contract_may_not_cover_what_the_first_has(declared):
    folder = declared(instrument("one", quantity=800_000), instrument("two", quantity=300_000))
    with pytest.raises(DataError, match=r"instrument 'two' .* covers 300 MWh, and 200 MWh that no other covers"):
        hall("1000 MWh", folder)


def test_shares_of_more_than_all_are_an_error(declared):
    folder = declared(instrument("one", share=0.8), instrument("two", share=0.3))
    with pytest.raises(DataError, match=r"'one' .* and 'two' .* cover 1.1 times the electricity of FRA"):
        hall("1000 MWh", folder)


def test_two_instruments_cannot_stand_for_the_same_rest(declared):
    folder = declared(instrument("one", "supplier_factor"), instrument("two"))
    with pytest.raises(DataError, match=r"'one' .* and 'two' .* each stand for all the electricity of FRA"):
        hall("1000 MWh", folder)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (instrument(quantity=5, share=0.5), "a blank beside a quantity"),
        (instrument(zone="EU"), "a country, a grid zone or an area"),
        (instrument(days=("2024-12-31", "2024-01-01")), "no day before the first"),
        (instrument(kind="residual_mix", share=0.5), "a blank for a residual mix"),
        (instrument(kind="offset"), "one of contract, certificate, supplier_factor, residual_mix"),
        (instrument(intensity=""), "a value"),
        (instrument(intensity=-5), "at least 0"),
        (instrument(share=1.5), "at most 1"),
        (instrument().replace("our_contract", "our_word"), "an id of sources.csv"),
    ],
)
def test_the_check_of_an_overlay_says_what_is_wrong_with_an_instrument(declared, row, fault):
    folder = declared(row)
    assert [found.wanted for found in check(folder).faults] == [fault]
    with pytest.raises(CatalogueError):
        hall("1 MWh", folder)


def test_the_shipped_table_of_instruments_is_empty():
    assert open_catalogue().rows("SELECT * FROM instruments") == []


# --- many rows, and the command line ---------------------------------------------------------------


def test_what_is_covered_in_full_or_by_share_is_the_same_in_a_batch(declared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = declared(instrument(share=0.5, intensity=0), factors=[residual(60)])
    (tmp_path / "usage.csv").write_text(
        "date,model,region,output_tokens\n2024-05-01,gpt-4o,FR,4000\n2024-05-01,gpt-4o,DE,4000\n"
    )
    ran = CliRunner().invoke(main, ["batch", "usage.csv", "-o", "out.csv", "--factors", str(folder)])
    assert ran.exit_code == 0, ran.output
    paris, berlin = csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines())
    given = {"output_tokens": 4000, "date": "2024-05-01", "factors": folder}
    single = footprint.query("gpt-4o", region="FR", **given)
    assert float(paris["carbon_market_kg"]) == approx(single.carbon_market.m_as("kgCO2e"), rel=1e-9)
    assert berlin["carbon_market_kg"] == ""


USAGE = (
    "date,model,region,output_tokens\n"
    "2024-03-01,gpt-4o,FR,4000000\n2024-09-01,gpt-4o,FR,2000000\n2024-09-01,gpt-4o,DE,4000000\n"
)


def batch(folder, *options):
    ran = CliRunner().invoke(main, ["batch", "usage.csv", "-o", "out.csv", "--factors", str(folder), *options])
    return ran, list(csv.DictReader(Path("out.csv").read_text("utf-8").splitlines())) if ran.exit_code == 0 else []


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_quantity_is_shared_out_over_the_rows_of_a_batch(declared, tmp_path, monkeypatch, engine):
    monkeypatch.chdir(tmp_path)
    Path("usage.csv").write_text(USAGE)
    folder = declared(instrument(quantity=5, intensity=0), factors=[residual(60)])
    ran, rows = batch(folder, "--engine", engine, "--format", "json")
    assert ran.exit_code == 0, ran.output
    paris = [row for row in rows if row["region"] == "FR"]
    used = sum(float(row["facility_energy_kwh"]) for row in paris)
    assert used > 5
    for row in paris:
        expected = float(row["facility_energy_kwh"]) * (1 - 5 / used) * 0.060
        assert float(row["carbon_market_kg"]) == approx(expected, rel=1e-9)
    total = json.loads(ran.output)["total"]["carbon_market"]["value"]
    assert total == approx((used - 5) * 0.060, rel=1e-9)


def test_a_quantity_beyond_all_rows_of_a_batch_is_an_error_and_nothing_is_written(declared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("usage.csv").write_text(USAGE)
    ran, _ = batch(declared(instrument(quantity=500_000), factors=[residual(60)]))
    assert ran.exit_code == 1
    assert "instrument 'ppa' (FRA from 2024-01-01 to 2024-12-31) covers 500 MWh, and" in ran.output
    assert not Path("out.csv").exists()


def test_a_contract_that_begins_within_a_year_parts_the_rows_of_a_batch(declared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("usage.csv").write_text(USAGE)
    _, rows = batch(declared(instrument(days=("2024-07-01", ""))))
    spring, autumn, berlin = (row["carbon_market_kg"] for row in rows)
    assert (spring, berlin) == ("", "")
    assert float(autumn) == approx(float(rows[1]["facility_energy_kwh"]) * 0.020, rel=1e-9)


def test_the_days_on_which_instruments_change_break_the_periods_of_a_batch(declared):
    folder = declared(instrument("a"), instrument("b", "supplier_factor", "DEU", days=("", "2023-06-30")))
    days = {datetime.date(2024, 1, 1), datetime.date(2025, 1, 1), datetime.date(2023, 7, 1)}
    assert market_days(open_catalogue(folder)) == days


def test_a_quantity_stays_open_until_all_electricity_of_its_markets_is_known(declared):
    catalogue = open_catalogue(declared(instrument(quantity=1000), factors=[residual(60)]))
    spring, autumn = (Market("FRA", datetime.date(2024, month, 1)) for month in (4, 10))
    assert {mix.open for mix in market_shares({spring: None, autumn: 500.0}, catalogue).values()} == {True}
    mixes = market_shares({spring: 1500.0, autumn: 500.0}, catalogue)
    assert [mix.factors["contracted_share"].value for mix in mixes.values()] == approx([0.5, 0.5], rel=1e-12)


def test_the_command_line_takes_instruments_from_the_overlay(declared):
    folder = declared(instrument())
    command = ["datacenter", "--energy", "1 MWh", "--pue", "1.2", "--region", "FR", "--date", "2024-06-01"]
    ran = CliRunner().invoke(main, [*command, "--factors", str(folder), "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.output)["carbon_market"]["value"] == approx(20, rel=1e-9)
