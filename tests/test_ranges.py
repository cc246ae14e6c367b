"""Ranges: from the 5th to the 95th percentile, over draws that all who use a factor share.

What a person sees is asserted through estimates and batches; the shapes of distributions and the widths of bands, where
they are made.
"""

import csv
import datetime
import json
import math
import os
import subprocess
import sys

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.activities import Query
from footprint.batch.columns import ColumnMap
from footprint.batch.totals import Sums, central
from footprint.catalogue import Question, open_catalogue
from footprint.commands import main
from footprint.errors import NotEstimableError
from footprint.magnitudes.draws import Draws
from footprint.ranges import COUNT, Sampler, Spread, bands_of, bounds, ends, spread_of
from footprint.results import COLUMNS, RESULTS, bound_columns
from footprint.settling import settle

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)
#: Estimates go through the catalogue: fewer of them say as much.
slow_law = settings(max_examples=25, deadline=None, derandomize=True, database=None)
both = pytest.mark.parametrize("engine", ["duckdb", "polars"])

TAILS = np.array([0.05, 0.5, 0.95])
EVERYWHERE = np.linspace(1e-6, 1 - 1e-6, 2001)


@law
@given(
    rows=st.integers(1, 3),
    width=st.sampled_from([1, 2, 3, 999, COUNT]),
    kind=st.sampled_from([np.float64, np.float32]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_ends_of_draws_are_their_5th_and_95th_percentile(rows, width, kind, seed):
    draws = np.random.default_rng(seed).lognormal(sigma=2, size=(rows, width)).astype(kind)
    for found, wanted in zip(ends(draws), np.percentile(draws, (5, 95), axis=1), strict=True):
        assert found == approx(wanted, rel=1e-6 if kind is np.float32 else 1e-14)


def width(low_high):
    """High over low, in ln."""
    low, high = (float(getattr(bound, "magnitude", bound)) for bound in low_high)
    return math.log(high / low)


@pytest.fixture(scope="module")
def catalogue():
    return open_catalogue()


@pytest.fixture(scope="module")
def bands(catalogue):
    return bands_of(catalogue)


# --- distributions ------------------------------------------------------------------------------------

lows = st.floats(1e-3, 1e3)
ratios = st.floats(1.001, 100)


@law
@given(lows, ratios, ratios)
def test_a_split_lognormal_has_its_bounds_at_5_and_95_percent_and_its_value_in_the_middle(low, down, up):
    central, high = low * down, low * down * up
    values = Spread("split_lognormal", low, central, high).at(TAILS)
    assert values.tolist() == approx([low, central, high], rel=1e-9)


@law
@given(st.floats(1e-3, 1), ratios, ratios)
def test_a_shifted_lognormal_never_reaches_1(above, down, up):
    low, central, high = 1 + above, 1 + above * down, 1 + above * down * up
    spread = Spread("shifted_lognormal", low, central, high)
    assert spread.at(TAILS).tolist() == approx([low, central, high], rel=1e-9)
    assert (spread.at(EVERYWHERE) >= 1).all()


@law
@given(st.floats(0, 10), st.floats(0.01, 10), st.floats(0, 1))
def test_a_beta_pert_stays_between_its_bounds_and_has_the_mean_of_a_pert(low, span, place):
    central, high = low + place * span, low + span
    values = Spread("beta_pert", low, central, high).at((np.arange(4000) + 0.5) / 4000)
    assert low <= values.min()
    assert values.max() <= high
    assert values.mean() == approx((low + 4 * central + high) / 6, rel=2e-3, abs=2e-3 * span)
    assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize(
    ("low", "central", "high", "expected"),
    # Quantiles of the beta distribution: of (3, 3) about a middle; of (1, 5) from a bound, 1 - (1 - p)^(1/5).
    [(0, 0.5, 1, (0.18926, 0.5, 0.81074)), (0, 0, 1, (0.010206, 0.129449, 0.450720))],
)
def test_a_beta_pert_has_the_quantiles_of_its_beta(low, central, high, expected):
    assert Spread("beta_pert", low, central, high).at(TAILS).tolist() == approx(list(expected), abs=2e-4)


@law
@given(lows, ratios)
def test_a_log_uniform_gives_every_order_of_magnitude_alike(low, ratio):
    spread = Spread("log_uniform", low, low * math.sqrt(ratio), low * ratio)
    logs = np.log(spread.at(EVERYWHERE) / low) / math.log(ratio)
    assert logs == approx(EVERYWHERE, rel=1e-6, abs=1e-9)


def test_a_fixed_value_is_one_number():
    assert Spread("fixed", 1.0, 2.0, 3.0).at(TAILS).tolist() == [2.0]


def test_the_draws_of_a_factor_stand_one_in_each_equal_part_of_its_distribution(catalogue, bands):
    (use,) = catalogue.coefficients(["it_over_accelerator"], ["it_over_accelerator"])
    draws = np.sort(Sampler(bands).of(use))
    assert len(draws) == COUNT
    assert draws[[49, 50]].mean() == approx(use.low, rel=1e-3)
    assert draws[[949, 950]].mean() == approx(use.high, rel=1e-3)
    assert draws[[499, 500]].mean() == approx(use.value, rel=1e-3)


def test_draws_of_two_factors_are_independent_and_those_of_one_the_same(catalogue, bands):
    names = ["it_over_accelerator", "prefill_utilisation"]
    one, other = (Sampler(bands).of(use) for use in catalogue.coefficients(names, names))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
    (again,) = catalogue.coefficients(names[:1], ["another_name"])
    assert (Sampler(bands).of(again) == one).all()
    assert not (Sampler(bands, seed=1).of(again) == one).all()


# --- draws as magnitudes ------------------------------------------------------------------------------

cells = st.floats(0.1, 10)
tables = st.integers(1, 3).flatmap(
    lambda rows: st.lists(st.lists(cells, min_size=4, max_size=4), min_size=rows, max_size=rows)
)


@law
@given(st.data())
def test_arithmetic_on_draws_is_arithmetic_on_the_rows_of_each_combination(data):
    def drawn():
        table = np.array(data.draw(tables))
        codes = data.draw(st.lists(st.integers(0, len(table) - 1), min_size=5, max_size=5))
        return Draws(np.array(codes), table)

    one, other = drawn(), drawn()
    for sign in ("+", "-", "*", "/", "**"):
        found = eval(f"a {sign} b", {"a": one, "b": other})  # noqa: S307
        expected = eval(f"a {sign} b", {"a": one.rows(), "b": other.rows()})  # noqa: S307
        assert found.rows() == approx(expected, rel=1e-12)
        for text, plain in ((f"a {sign} 2.0", one.rows()), (f"2.0 {sign} a", one.rows())):
            assert eval(text, {"a": one}).rows() == approx(eval(text, {"a": plain}), rel=1e-12)  # noqa: S307


def test_combinations_that_share_their_rows_are_computed_once():
    energy = Draws(np.array([0, 0, 1, 1]), np.ones((2, 3)))
    grid = Draws(np.array([0, 1, 0, 1]), np.ones((2, 3)))
    assert len((energy * grid).table) == 4
    assert len((energy * energy).table) == 2
    assert len((energy * Draws.single(np.ones(3))).table) == 2


# --- how wide a factor is -----------------------------------------------------------------------------


def grid(catalogue, bands, zone, year=2024):
    (use,) = catalogue.resolve([Question("grid_intensity", zone, None, year)]).values()
    return spread_of(use, bands)


@pytest.mark.parametrize(
    ("zone", "band", "because"),
    [
        ("USA", 0.1, "band of a large grid"),
        ("FRA", 0.1, "band of a large grid"),
        ("IRL", 0.3, "band of a small grid"),  # 34 TWh a year, where 50 make a large one
        ("ISL", 0.3, "band of a small grid"),
        ("WORLD", 0.5, "band of the world as a stand-in"),
    ],
)
def test_the_band_of_a_grid_is_that_of_its_size(catalogue, bands, zone, band, because):
    spread = grid(catalogue, bands, zone)
    assert (spread.high / spread.central, spread.central / spread.low) == approx((1 + band, 1 + band), rel=1e-12)
    assert spread.because == because


def test_a_factor_of_an_earlier_year_is_wider_by_a_tenth_for_each_three_years(catalogue, bands):
    """Ukraine has no factor after 2022."""
    own, later = grid(catalogue, bands, "UKR", 2022), grid(catalogue, bands, "UKR", 2025)
    assert width((later.low, later.high)) == approx(1.1 * width((own.low, own.high)), rel=1e-12)
    assert later.because == "band of a large grid, wider for 3 years of distance"


def test_a_country_that_stands_in_for_its_zone_is_wider_by_a_half(catalogue, bands):
    country, zone = (
        footprint.datacenter(it_power="1 MW", hours="1 h", pue=1.2, region=region, date="2024-06-01").spreads[
            "grid_intensity"
        ]
        for region in ("CA", "CA-QC")
    )
    assert width((zone.low, zone.high)) == approx(1.5 * width((country.low, country.high)), rel=1e-12)
    assert zone.because == "band of a large grid, wider for a stand-in"


@pytest.mark.parametrize(
    ("region", "provider", "date", "years", "stands_in"),
    [
        ("aws:eu-west-1", None, "2024-06-01", 0, False),
        ("aws:eu-west-1", None, "2026-06-01", 2, False),
        ("FR", "aws", "2023-06-01", 0, True),
        ("FR", "meta", "2023-06-01", 0, True),
    ],
)
def test_a_pue_is_wider_the_farther_it_is_in_years_and_place(bands, region, provider, date, years, stands_in):
    """AWS in Ireland has its own of 2024; EMEA is an area of AWS, and Meta publishes its fleet."""
    hall = footprint.datacenter(it_power="1 MW", hours="1 h", region=region, provider=provider, date=date)
    spread = hall.spreads["pue"]
    (use,) = (use for use in hall.factors if use.name == "pue")
    own = 2 * math.log(1 + bands.evidence[use.evidence])
    factor = 1.1 ** (years / 3) * (1.5 if stands_in else 1)
    assert width((spread.low - 1, spread.high - 1)) == approx(own * factor, rel=1e-9)


def test_weaker_evidence_is_wider(bands):
    order = ["primary", "secondary", "derived", "judgement", "unverified"]
    found = [bands.evidence[word] for word in order]
    assert found == sorted(set(found))


def test_no_pue_of_the_catalogue_varies_below_1(catalogue, bands):
    rows = catalogue.rows("SELECT * FROM factors WHERE kind = 'pue' AND evidence <> 'unverified'")
    assert len(rows) > 100
    for row in rows:
        use = catalogue.used(row, name="pue", rung="of this test")
        assert spread_of(use, bands).at(EVERYWHERE).min() >= 1, row["id"]


def test_every_row_of_the_catalogue_varies_about_its_value_with_no_fault(catalogue, bands):
    """Within its bounds in order, all draws finite, and none on the other side of zero."""
    rows = catalogue.rows("SELECT * FROM factors")
    assert len(rows) > 4000
    for row in rows:
        spread = spread_of(catalogue.used(row, name="of_this_test", rung="of this test"), bands)
        assert spread.low <= spread.central <= spread.high, row["id"]
        values = spread.at(EVERYWHERE[::100])
        assert np.isfinite(values).all(), row["id"]
        assert (values >= 0).all() or spread.central < 0, row["id"]


# --- single estimates ---------------------------------------------------------------------------------

TOKENS = {"input_tokens": 500, "output_tokens": 400, "region": "FR", "date": "2025-06-01"}


def test_what_follows_from_statements_alone_has_no_range():
    hall = footprint.datacenter(
        energy="100 kWh_IT", pue=1.2, wue_site="0.5 L/kWh", wue_grid="3 L/kWh", grid_intensity="400 g/kWh"
    )
    for name in ("it_energy", "facility_energy", "carbon_location", "water_site", "water_grid"):
        low, high = hall.ranges[name]
        assert low == high == getattr(hall, name)
        assert hall.range_text(name) == ""
    assert {spread.distribution for spread in hall.spreads.values()} == {"fixed"}
    assert hall.drivers() == {}


def test_a_stated_figure_takes_its_range_away_and_leaves_the_others():
    given_pue = footprint.query("gpt-4o", **TOKENS, pue=1.2)
    assert given_pue.spreads["pue"].distribution == "fixed"
    assert given_pue.spreads["grid_intensity"].distribution == "lognormal"
    assert "pue" not in {driver.name for driver in given_pue.drivers()["facility_energy"]}


def test_one_uncertain_factor_gives_a_result_exactly_its_range():
    """1 GWh at the meter, in France in 2024: the grid alone varies, by 10 %."""
    hall = footprint.datacenter(energy="1 GWh", region="FR", pue=1.2, date="2024-06-01")
    low, high = (bound.m_as("tCO2e") for bound in hall.ranges["carbon_location"])
    assert (low, high) == approx((40.5 / 1.1, 40.5 * 1.1), rel=2e-3)
    assert hall.range_text("facility_energy") == ""


def test_independent_factors_of_a_product_add_up_by_squares():
    """What stands over what: sd(ln) of a product is the root of the sum of squares (methods of the comparison)."""
    answer = footprint.query("chatgpt", region="US", date="2025-06-01")
    energy, carbon = (width(answer.ranges[name]) for name in ("facility_energy", "carbon_location"))
    own = answer.spreads["grid_intensity"]
    assert carbon == approx(math.hypot(energy, width((own.low, own.high))), rel=0.04)


def test_a_range_of_requests_grows_with_them_and_is_as_wide():
    one, many = (footprint.query("chatgpt", requests=n, region="US", date="2025-06-01") for n in (1, 1000))
    for name, (low, high) in one.ranges.items():
        assert [bound.magnitude for bound in many.ranges[name]] == approx(
            [1000 * low.magnitude, 1000 * high.magnitude], rel=1e-12
        )


def test_every_known_result_has_a_range_in_the_published_object_and_no_other_has():
    answer = footprint.query("gpt-4o", **TOKENS)
    document = answer.as_dict()
    assert set(answer.ranges) == {*answer.known(), *answer.parts}
    for name in RESULTS:
        if document[name] is not None:
            assert document[name]["low"] == approx(answer.ranges[name][0].m_as(RESULTS[name]), rel=1e-11)
            assert document[name]["high"] == approx(answer.ranges[name][1].m_as(RESULTS[name]), rel=1e-11)


def test_an_estimate_has_the_same_bytes_in_every_process():
    """Whatever seed Python gives its hashes, and whatever was estimated before."""
    code = (
        "import json, sys, footprint;"
        "when = {'region': 'FR', 'date': '2025-06-01'};"
        "ask = lambda model: footprint.query(model, input_tokens=500, output_tokens=400, **when);"
        "first = [ask(name) for name in sys.argv[1:]];"
        "answer = ask('gpt-4o');"
        "print(json.dumps([answer.as_dict(), [d.as_dict() for d in answer.drivers()['it_energy']]]))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, *before],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, before in (("1", []), ("2", ["llama-3.1-70b", "claude-sonnet-4"]))
    }
    assert len(printed) == 1


def test_active_and_total_parameters_of_a_closed_model_follow_one_draw(bands):
    """Who guesses too many of one guesses too many of the other; a mixture never has more active ones than all."""
    for model in ("gpt-4o", "gpt-4o-mini", "gemini-3-flash"):
        answer = footprint.query(model, output_tokens=400, date="2025-12-31", pue=1.2)
        uses = {use.name: use for use in answer.factors}
        active, total = (Sampler(bands).of(uses[name]) for name in ("active_parameters", "total_parameters"))
        assert (np.argsort(active) == np.argsort(total)).all()
        assert len(np.unique(total)) == COUNT
        assert (active <= total * (1 + 1e-12)).all()
        names = [driver.name for driver in answer.drivers()["it_energy"]]
        assert "active_parameters and total_parameters" in names


def test_the_published_size_of_an_open_model_is_exact():
    answer = footprint.query("llama-3.1-70b", output_tokens=400, date="2025-06-01", pue=1.2)
    for name in ("active_parameters", "total_parameters", "layers", "rated_power", "memory_bandwidth"):
        assert answer.spreads[name].distribution == "fixed"


def test_a_value_outside_its_draws_is_inside_its_range():
    assert bounds(np.linspace(1.0, 2.0, 1001), 1.5) == approx((1.05, 1.95))
    assert bounds(np.linspace(1.0, 2.0, 1001), 0.5) == approx((0.5, 1.95))
    assert bounds(np.linspace(1.0, 2.0, 1001), 3.0) == approx((1.05, 3.0))


def test_a_factor_whose_value_is_its_least_gives_a_range_that_begins_there():
    """The card of an H100 embodies 164 kg, and others find up to 575."""
    answer = footprint.query("llama-3.1-70b", output_tokens=400, date="2025-06-01", batch_size=64, method="parametric")
    card = answer.spreads["card"]
    assert card.low == card.central < card.high
    low, high = answer.ranges["carbon_embodied"]
    assert low <= answer.carbon_embodied <= high


# --- drivers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gpt-4o", "llama-3.1-70b", "deepseek-r1"])
def test_the_unknown_load_is_what_makes_a_query_most_uncertain(model):
    drivers = footprint.query(model, **TOKENS).drivers()
    for name in ("it_energy", "facility_energy", "carbon_location"):
        assert drivers[name][0].name == "batch_size"


@pytest.mark.parametrize(
    "make",
    [
        lambda: footprint.query("gpt-4o", **TOKENS),
        lambda: footprint.query("chatgpt", region="US", date="2025-06-01"),
        lambda: footprint.training("llama-3.1-405b"),
        lambda: footprint.datacenter(it_power="1 MW", hours="1000 h", region="IE", provider="aws", date="2024-06-01"),
    ],
    ids=["model", "product", "run", "hall"],
)
def test_the_shares_of_the_drivers_of_a_result_sum_to_1_the_largest_first(make):
    estimate = make()
    drivers = estimate.drivers()
    assert set(drivers) <= set(estimate.known())
    assert "carbon_location" in drivers
    for found in drivers.values():
        shares = [driver.share for driver in found]
        assert sum(shares) == approx(1.0, rel=1e-12)
        assert shares == sorted(shares, reverse=True)
        for driver in found:
            assert driver.low <= driver.high
            assert driver.factors


def test_a_driver_alone_moves_the_result_from_its_low_to_its_high():
    hall = footprint.datacenter(it_power="1 MW", hours="1000 h", region="FR", pue=1.2, date="2024-06-01")
    (driver,) = hall.drivers()["carbon_location"]
    assert (driver.name, driver.factors, driver.share) == ("grid_intensity", ("grid_lifecycle_fra_2024",), 1.0)
    assert (driver.low, driver.high) == approx([bound.m_as("kgCO2e") for bound in hall.ranges["carbon_location"]])


def test_the_command_prints_the_drivers_when_it_is_asked_and_not_otherwise():
    base = ["query", "gpt-4o", "--output-tokens", "400", "--region", "FR", "--date", "2025-06-01", "--format", "json"]
    plain, asked = (CliRunner().invoke(main, [*base, *more]) for more in ([], ["--drivers"]))
    assert "drivers" not in json.loads(plain.output)
    found = json.loads(asked.output)["drivers"]["it_energy"]
    assert found[0]["name"] == "batch_size"
    assert sum(driver["share_of_variance"] for driver in found) == approx(1.0, rel=1e-9)


# --- digits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name", "digits", "text"),
    [
        # All stated: four. The grid alone, within 10 %: two; a product's figure within 10 %: three.
        (
            lambda: footprint.datacenter(it_power="1 MW", hours="1287.06 h", pue=1, grid_intensity="429 g/kWh"),
            "carbon_location",
            4,
            "552.1 tCO2e",
        ),
        (lambda: footprint.query("chatgpt", region="US", date="2025-06-01"), "facility_energy", 3, "0.340 Wh"),
        (lambda: footprint.query("chatgpt", region="US", date="2025-06-01"), "carbon_location", 2, "0.13 gCO2e"),
    ],
)
def test_digits_are_those_that_the_range_supports(make, name, digits, text):
    estimate = make()
    assert estimate.digits(name) == digits
    assert next(line for line in estimate.lines() if line.name == name).value == text


def test_a_range_beyond_a_factor_of_four_leaves_one_digit():
    wide = footprint.query("gpt-4", input_tokens=10, output_tokens=400, region="US", date="2025-06-01")
    low, high = wide.ranges["it_energy"]
    assert (high - low) / wide.it_energy > 6
    assert wide.digits("it_energy") == 1


def test_the_range_stands_beside_the_value_in_its_unit():
    answer = footprint.query("gpt-4o", **TOKENS)
    (line,) = (line for line in answer.lines() if line.name == "facility_energy")
    low, high = (bound.m_as("Wh") for bound in answer.ranges["facility_energy"])
    assert line.value.endswith(" Wh")
    ends = [float(text) for text in line.range.split(" to ")]
    assert ends == approx([low, high], rel=0.05)
    assert f"{line.value}  {line.range}" in str(answer)


# --- all estimates ------------------------------------------------------------------------------------

REGIONS = ["US", "FR", "IE", "IS", "world", "IN", "CA-QC", "aws:eu-west-1", "azure:westeurope", "gcp:us-central1", None]


@pytest.fixture(scope="module")
def all_models(catalogue):
    rows = catalogue.rows("SELECT id FROM models WHERE modality LIKE '%text%' ORDER BY id")
    return [row["id"] for row in rows]


@settings(slow_law, max_examples=60)
@given(
    st.data(),
    st.sampled_from(REGIONS),
    st.dates(min_value=datetime.date(2021, 1, 1), max_value=datetime.date(2026, 10, 31)),
    st.sampled_from([{}, {"input_tokens": 3000}, {"input_tokens": 10, "cached_tokens": 50_000}]),
)
def test_low_value_and_high_are_in_order_whatever_is_asked(all_models, data, region, date, prompt):
    model = data.draw(st.sampled_from(all_models))
    try:
        answer = footprint.query(model, output_tokens=400, region=region, date=date, **prompt)
    except NotEstimableError:  # nobody knows its size
        assume(False)
    assert set(answer.known()) <= set(answer.ranges)
    for name, value in (answer.known() | dict(answer.parts)).items():
        low, high = (bound.m_as(value.units) for bound in answer.ranges[name])
        assert 0 <= low <= value.magnitude <= high < math.inf
    drivers = answer.drivers()
    assert all(sum(driver.share for driver in found) == approx(1.0) for found in drivers.values())


# --- batches ------------------------------------------------------------------------------------------


@pytest.fixture
def batch(tmp_path):
    """Run ``footprint batch`` over these rows; return its summary and what it wrote."""

    def run(frame, *args, engine="duckdb", write=False):
        path, out = tmp_path / "usage.parquet", tmp_path / "out.parquet"
        pl.DataFrame(frame).write_parquet(path)
        into = ["-o", str(out)] if write else []
        call = ["batch", str(path), *into, "--engine", engine, "--format", "json", *args]
        result = CliRunner().invoke(main, call)
        assert result.exit_code == 0, result.output[:2000]
        return json.loads(result.output), pl.read_parquet(out) if write else None

    return run


def relative(figure):
    """Low and high over the value."""
    return figure["low"] / figure["value"], figure["high"] / figure["value"]


def many():
    """240 rows of four models and a product, which has no tokens; some tokens of the others are blank."""
    names = ("gpt-4o", "llama-3.1-8b", "deepseek-r1", "chatgpt", "claude-sonnet-4")
    models = [names[n % 5] for n in range(240)]

    def tokens(of):
        return [None if models[n] == "chatgpt" else of(n) for n in range(240)]

    return {
        "date": [f"202{n % 4 + 3}-0{n % 9 + 1}-15" for n in range(240)],
        "model": models,
        "region": [("FR", "US", "", "aws:eu-west-1", "IN", "IS", "world")[n % 7] for n in range(240)],
        "requests": [n % 11 + 1 for n in range(240)],
        "input_tokens": tokens(lambda n: None if n % 6 == 0 else n * 13),
        "cached_tokens": tokens(lambda n: n % 3 * 1000),
        "output_tokens": tokens(lambda n: n * 7 + 1),
        "reasoning_tokens": tokens(lambda n: None if n % 4 else n * 3),
        "team": [f"team {n % 9}" for n in range(240)],
        "row": [f"row {n}" for n in range(240)],
    }


MANY = many()


@both
@pytest.mark.parametrize(
    "activity",
    [
        {"model": "gpt-4o", "input_tokens": 500, "output_tokens": 400, "region": "FR", "date": "2025-06-01"},
        {
            "model": "deepseek-r1",
            "input_tokens": 9,
            "cached_tokens": 90_000,
            "output_tokens": 40,
            "reasoning_tokens": 7000,
            "region": "US",
            "date": "2024-02-01",
            "provider": "aws",
        },
        {
            "model": "llama-3.1-70b",
            "input_tokens": 80_000,
            "output_tokens": 1,
            "accelerator": "mi300x",
            "region": "IE",
            "date": "2025-06-01",
        },
        {"model": "chatgpt", "requests": 12, "region": "US", "date": "2023-06-01"},
    ],
    ids=["model", "cache", "prompt", "product"],
)
def test_the_range_of_one_row_is_that_of_the_single_estimate(batch, engine, activity):
    summary, rows = batch(
        {name: [value] for name, value in activity.items()}, "--row-ranges", engine=engine, write=True
    )
    single = footprint.query(**activity)
    for name, unit in RESULTS.items():
        figure = summary["total"][name]
        if name not in single.ranges:
            assert figure is None
            continue
        low, high = (bound.m_as(unit) for bound in single.ranges[name])
        assert (figure["low"], figure["high"]) == approx((low, high), rel=1e-9, abs=0)
        columns = [COLUMNS[name], *bound_columns(name)]
        value, row_low, row_high = (rows[column][0] for column in columns)
        assert value == approx(figure["value"], rel=1e-9)
        # A row adds what reading and writing take at their worst together: it is as wide, or a little wider.
        assert row_low <= low * 1.01
        assert row_high >= high * 0.99
        assert width((row_low, row_high)) <= 1.3 * width((low, high)) + 1e-9


@both
def test_the_range_of_a_row_that_only_writes_is_exactly_that_of_the_single_estimate(batch, engine):
    usage = {"model": ["gpt-4o"], "output_tokens": [400], "region": ["FR"], "date": ["2025-06-01"]}
    _, rows = batch(usage, "--row-ranges", engine=engine, write=True)
    single = footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01")
    for name, (low, high) in single.ranges.items():
        if name in RESULTS:
            found = [rows[column][0] for column in bound_columns(name)]
            assert found == approx([low.m_as(RESULTS[name]), high.m_as(RESULTS[name])], rel=1e-9, abs=0)


def test_rows_have_no_ranges_unless_they_are_asked_for(batch):
    usage = {"model": ["gpt-4o"], "output_tokens": [400]}
    _, rows = batch(usage, write=True)
    assert not [column for column in rows.columns if column.endswith(("_low", "_high"))]


@both
def test_the_range_of_identical_rows_is_as_often_that_of_one(batch, engine):
    usage = {
        "model": ["gpt-4o"],
        "input_tokens": [500],
        "output_tokens": [400],
        "region": ["FR"],
        "date": ["2025-06-01"],
    }
    one, _ = batch(usage, engine=engine)
    many, _ = batch({name: values * 777 for name, values in usage.items()}, engine=engine)
    for name in RESULTS:
        if one["total"][name]:
            for part in ("value", "low", "high"):
                assert many["total"][name][part] == approx(777 * one["total"][name][part], rel=1e-9)


def test_a_million_rows_that_share_their_factors_are_as_uncertain_as_one(batch):
    """One grid factor and one energy per request behind all of them: no row averages another's error away."""
    count = 1_000_000
    usage = pl.DataFrame({"requests": pl.int_range(1, count + 1, eager=True) % 50 + 1})
    constants = ["--set", "model=chatgpt", "--set", "region=US", "--set", "date=2025-06-01"]
    summary, _ = batch(usage, *constants)
    assert summary["rows_estimated"] == count
    single = footprint.query("chatgpt", region="US", date="2025-06-01")
    for name in ("facility_energy", "carbon_location", "water_site", "water_grid"):
        low, high = ((bound / getattr(single, name)).m_as("") for bound in single.ranges[name])
        assert relative(summary["total"][name]) == approx((low, high), rel=1e-9)


def test_rows_with_independent_grids_are_less_uncertain_together(batch):
    """Ten large grids of about the same weight: their own part of the error falls with the root of ten."""
    zones = ["US", "FR", "DE", "IN", "CN", "JP", "BR", "KR", "GB", "IT"]
    intensity = {
        zone: footprint.query("chatgpt", region=zone, date="2025-06-01").carbon_location.magnitude for zone in zones
    }
    usage = {
        "model": ["chatgpt"] * 10,
        "region": zones,
        "date": ["2025-06-01"] * 10,
        "requests": [round(1e9 * min(intensity.values()) / intensity[zone]) for zone in zones],
    }
    summary, _ = batch(usage, "--by", "region")
    shared = width(summary["total"]["facility_energy"][part] for part in ("low", "high"))
    together = width(summary["total"]["carbon_location"][part] for part in ("low", "high"))
    alone = [width(group["carbon_location"][part] for part in ("low", "high")) for group in summary["groups"]]
    assert together < min(alone)
    own = math.sqrt(min(alone) ** 2 - shared**2)
    assert math.sqrt(together**2 - shared**2) == approx(own / math.sqrt(10), rel=0.25)


def test_rows_of_many_models_and_hosts_are_less_uncertain_together(batch):
    models = ["gpt-4o", "claude-sonnet-4", "gemini-2.5-flash", "llama-3.1-70b", "deepseek-r1", "mistral-large-2407"]
    usage = {"model": models, "output_tokens": [400] * 6, "region": ["US", "FR", "DE", "IN", "JP", "IE"]}
    summary, _ = batch(usage, "--by", "model", "--set", "date=2025-06-01")
    together = width(summary["total"]["carbon_location"][part] for part in ("low", "high"))
    alone = [width(group["carbon_location"][part] for part in ("low", "high")) for group in summary["groups"]]
    assert len(alone) == 6
    assert together < min(alone)


def test_models_of_one_host_share_its_load_and_those_of_two_hosts_do_not(batch):
    """The same two open models: served by one company, then by two."""

    def together(*providers):
        usage = {
            "model": ["llama-3.1-70b", "qwen3-32b"],
            "output_tokens": [400, 900],
            "provider": list(providers),
            "region": ["US", "US"],
            "date": ["2025-06-01"] * 2,
        }
        total = batch(usage)[0]["total"]["it_energy"]
        return math.log(total["high"] / total["low"])

    assert together("aws", "azure") < 0.9 * together("aws", "aws")


@both
def test_totals_from_combinations_are_the_sums_of_the_written_rows(batch, engine):
    """With tokens of every kind, some blank, of models and a product, at places of which not all is known."""
    summary, rows = batch(MANY, "--by", "team,model", engine=engine, write=True)
    assert summary["rows_estimated"] == rows.height == 240
    for group in (summary["total"], *summary["groups"]):
        own = rows
        if "team" in group:
            own = rows.filter((pl.col("team") == group["team"]) & (pl.col("model") == group["model"]))
        for name, column in COLUMNS.items():
            values = own[column].drop_nulls()
            if values.is_empty():
                assert group[name] is None
            else:
                assert group[name]["value"] == approx(math.fsum(values), rel=1e-9, abs=0)
                assert group["rows_behind"].get(name, group["rows"]) == len(values)


def test_the_engines_give_the_same_ranges_of_totals_groups_and_rows(batch):
    found = [batch(MANY, "--by", "team", "--row-ranges", engine=e, write=True) for e in ("duckdb", "polars")]
    (one, one_rows), (other, other_rows) = found
    for left, right in zip((one["total"], *one["groups"]), (other["total"], *other["groups"]), strict=True):
        for name in RESULTS:
            assert (left[name] is None) == (right[name] is None)
            if left[name]:
                assert [left[name][part] for part in ("value", "low", "high")] == approx(
                    [right[name][part] for part in ("value", "low", "high")], rel=1e-9
                )
    for name in ("it_energy", "carbon_location"):
        for column in bound_columns(name):
            assert (one_rows[column].is_null() == other_rows[column].is_null()).all()
            known = one_rows[column].drop_nulls().to_list()
            assert known == approx(other_rows[column].drop_nulls().to_list(), rel=1e-9, abs=0)


def test_a_total_is_at_most_as_uncertain_as_its_groups_taken_together(batch):
    """Errors of groups may offset each other, and add to no more than if all went the same way.

    For percentiles of a thousand draws that holds within three percent, where groups share nearly all of their error.
    """
    for by in ("team", "model", "region", "model,region"):
        summary, _ = batch(MANY, "--by", by)
        for name in RESULTS:
            known = [group[name] for group in summary["groups"] if group[name]]
            if known:
                spans = sum(figure["high"] - figure["low"] for figure in known)
                total = summary["total"][name]
                assert total["high"] - total["low"] <= spans * 1.03
                assert total["value"] == approx(math.fsum(figure["value"] for figure in known), rel=1e-9)


def test_groups_that_share_every_factor_add_up_in_low_and_high(batch):
    usage = {"model": ["gpt-4o"] * 6, "output_tokens": [400 * n for n in range(1, 7)], "team": list("aabbcc")}
    summary, _ = batch(usage, "--by", "team", "--set", "region=FR", "--set", "date=2025-06-01")
    for name in ("it_energy", "carbon_location", "water_grid"):
        for part in ("low", "high"):
            groups = math.fsum(group[name][part] for group in summary["groups"])
            assert summary["total"][name][part] == approx(groups, rel=1e-9)


def test_the_range_of_a_group_does_not_depend_on_the_other_groups(batch):
    among, _ = batch(MANY, "--by", "row")
    for number in (1, 3, 7, 92):
        alone, _ = batch({name: [values[number]] for name, values in MANY.items()})
        (same,) = (group for group in among["groups"] if group["row"] == f"row {number}")
        for name in RESULTS:
            assert (same[name] is None) == (alone["total"][name] is None)
            if same[name]:
                for part in ("value", "low", "high"):
                    assert same[name][part] == approx(alone["total"][name][part], rel=1e-9)


def test_a_factor_that_stands_in_for_one_place_is_as_wide_as_ever_for_another(batch):
    """The grid of the USA for the country, and for a cloud region whose own grid zone has no factor."""
    usage = {"model": ["chatgpt"] * 2, "region": ["US", "aws:us-east-1"], "date": ["2025-06-01"] * 2}
    summary, _ = batch(usage, "--by", "region")
    widths = {}
    for group in summary["groups"]:
        single = footprint.query("chatgpt", region=group["region"], date="2025-06-01")
        low, high = (bound.m_as("kgCO2e") for bound in single.ranges["carbon_location"])
        figure = group["carbon_location"]
        assert (figure["low"], figure["high"]) == approx((low, high), rel=1e-9)
        widths[group["region"]] = width((low, high))
    assert widths["aws:us-east-1"] > 1.1 * widths["US"]


def test_totals_of_more_than_a_million_groups_keep_all_their_digits(catalogue, bands):
    activity = Query(model="gpt-4o", output_tokens=400, region="FR", date="2025-06-01")
    sums = Sums(
        settings=np.array([0]),
        groups=np.array([1_000_000]),
        rows=np.array([1]),
        loads={"written_tokens": np.array([400.0])},
        count=1_000_001,
    )
    totals = central(sums, settle([activity], catalogue), ColumnMap({"output_tokens": "out"}), Sampler(bands))
    single = footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01")
    for name, value in single.known().items():
        assert totals.values[name][1_000_000, 0] == approx(value.magnitude, rel=1e-12)
        assert not totals.values[name][:1_000_000].any()


def test_low_value_and_high_of_a_batch_are_in_order(batch):
    summary, rows = batch(MANY, "--by", "model,region", "--row-ranges", write=True)
    for group in (summary["total"], *summary["groups"]):
        for name in RESULTS:
            if group[name]:
                assert 0 <= group[name]["low"] <= group[name]["value"] <= group[name]["high"]
    for name, column in COLUMNS.items():
        if bound_columns(name)[0] in rows.columns:
            low, high = (pl.col(bound) for bound in bound_columns(name))
            value = pl.col(column)
            wrong = rows.filter((low > value * (1 + 1e-12)) | (value > high * (1 + 1e-12)))
            assert wrong.is_empty(), name
            assert (rows[column].is_null() == rows[bound_columns(name)[0]].is_null()).all(), name


def test_the_drivers_of_a_batch_are_those_of_the_single_estimate(batch):
    usage = {"model": ["gpt-4o"] * 3, "input_tokens": [500] * 3, "output_tokens": [400] * 3}
    summary, _ = batch(usage, "--drivers", "--set", "region=FR", "--set", "date=2025-06-01")
    single = footprint.query("gpt-4o", **TOKENS).drivers()
    for name in ("it_energy", "carbon_location", "water_site"):
        shares = {driver["name"]: driver["share_of_variance"] for driver in summary["drivers"][name]}
        assert shares == approx({driver.name: driver.share for driver in single[name]}, abs=1e-9)
        assert sum(shares.values()) == approx(1.0, rel=1e-9)


def test_the_drivers_of_a_mixed_batch_are_kinds_of_factors(batch):
    summary, _ = batch(MANY, "--drivers")
    found = summary["drivers"]["carbon_location"]
    assert sum(driver["share_of_variance"] for driver in found) == approx(1.0, rel=1e-9)
    names = [driver["name"] for driver in found]
    assert len(set(names)) == len(names)
    assert {"batch_size", "measured_over_predicted", "grid_intensity"} <= set(names)


def test_more_than_5000_groups_have_ranges_for_the_largest_and_the_total_and_say_so(batch):
    usage = {"model": ["gpt-4o"] * 5003, "output_tokens": list(range(1, 5004)), "user": list(range(5003))}
    summary, _ = batch(usage, "--by", "user", "--set", "region=FR", "--set", "date=2025-06-01")
    assert "3 smaller groups are given without a range." in summary["warnings"]
    with_range = [group["it_energy"]["low"] is not None for group in summary["groups"]]
    assert with_range == [True] * 5000 + [False] * 3
    single = footprint.query("gpt-4o", output_tokens=1, region="FR", date="2025-06-01")
    low, high = ((bound / single.it_energy).m_as("") for bound in single.ranges["it_energy"])
    # Seven digits are enough for a percentile where there are so many groups.
    assert relative(summary["total"]["it_energy"]) == approx((low, high), rel=1e-5)
    assert summary["total"]["it_energy"]["value"] == approx(
        math.fsum(group["it_energy"]["value"] for group in summary["groups"]), rel=1e-12
    )


def test_the_summary_as_csv_holds_low_and_high_of_every_group(tmp_path):
    path = tmp_path / "usage.csv"
    path.write_text("model,output_tokens,team\ngpt-4o,400,a\ngpt-4o,800,b\n", "utf-8")
    args = ["batch", str(path), "--set", "region=FR", "--set", "date=2025-06-01", "--by", "team", "--format", "csv"]
    rows = list(csv.DictReader(CliRunner().invoke(main, args).output.splitlines()))
    low, high = bound_columns("facility_energy")
    for row in rows:
        assert float(row[low]) < float(row[COLUMNS["facility_energy"]]) < float(row[high])
    assert len(rows) >= 2


def test_an_overlay_may_replace_a_band(tmp_path, monkeypatch, catalogue):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what is built of it is not kept
    folder = tmp_path / "own"
    folder.mkdir()
    source = {"id": "own_meters", "title": "Own", "year": 2026, "licence": "own", "retrieved": "2026-01-15"}
    source |= {"read_as": "primary", "note": "of our own, not published"}
    row = {"id": "grid_band_large", "kind": "coefficient", "subject": "range", "value": 0.5, "unit": 1}
    row |= {"source": "own_meters", "evidence": "primary", "distribution": "fixed"}
    for table, content in {"sources": source, "factors": row}.items():
        columns = [item["column_name"] for item in catalogue.rows(f'DESCRIBE "{table}"')]
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [column for column in columns if column != "origin"])
            writer.writeheader()
            writer.writerow(content)
    hall = footprint.datacenter(energy="1 GWh", pue=1.2, region="US", date="2024-06-01", factors=folder)
    low, high = ((bound / hall.carbon_location).m_as("") for bound in hall.ranges["carbon_location"])
    assert (low, high) == approx((1 / 1.5, 1.5), rel=2e-3)


def test_quantities_of_a_range_carry_their_units():
    answer = footprint.query("gpt-4o", **TOKENS)
    for name, unit in RESULTS.items():
        if name in answer.ranges:
            assert all(
                isinstance(bound, Quantity) and bound.units == Quantity(1, unit).units for bound in answer.ranges[name]
            )
