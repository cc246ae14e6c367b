"""What is added up in one pass: sums by combination, and loads that follow from sums of counts."""

import json

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import footprint
from footprint.activities import TOKENS
from footprint.batch import run_batch
from footprint.batch.amounts import all_loads, that_add_up
from footprint.batch.columns import ColumnMap
from footprint.batch.totals import central, central_and_drawn, totals_of
from footprint.catalogue import open_catalogue
from footprint.ranges import COUNT
from footprint.results import RESULTS

COUNTED = ("requests", *TOKENS)


@given(
    columns=st.lists(st.sampled_from(COUNTED), unique=True, min_size=1),
    constants=st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 9), max_size=2),
    rows=st.lists(st.tuples(*[st.integers(0, 10**6)] * len(COUNTED)), min_size=1, max_size=5),
)
def test_a_load_that_is_said_to_add_up_does(columns, constants, rows):
    mapping = ColumnMap(
        {name: name for name in columns},
        {name: str(value) for name, value in constants.items() if name not in columns},
    )
    frame = pl.DataFrame(rows, schema=list(COUNTED), orient="row").select(columns).cast(pl.Float64)
    loads = all_loads(mapping)
    for name in that_add_up(mapping):
        load = loads[name].magnitude.alias("load")
        of_rows = nw.from_native(frame).select(load)["load"].sum()
        assert nw.from_native(frame.sum()).select(load)["load"].sum() == pytest.approx(of_rows, rel=1e-12)


def test_pairs_of_tokens_and_what_holds_a_constant_are_added_row_by_row():
    plain = ColumnMap({name: name for name in ("requests", "input_tokens", "output_tokens")}, {})
    assert that_add_up(plain) == {"cached_tokens", "read_tokens", "written_tokens", "requests"}
    constant = ColumnMap({"output_tokens": "output_tokens"}, {"cache_write_tokens": "5", "input_tokens": "7"})
    assert that_add_up(constant) == {"cached_tokens", "written_tokens"}


@pytest.mark.parametrize("rejected", [False, True])
def test_texts_by_number_give_what_texts_give(tmp_path, rejected):
    """DuckDB groups the texts of Parquet by their numbers; those of JSON, and Polars, by themselves."""
    rows = [
        {"model": model, "region": region, "team": team, "output_tokens": 10 * number, "day": "2025-06-01"}
        for number, (model, region, team) in enumerate(
            [
                ("gpt-4o", "FR", "a'b"),
                ("gpt-4o", None, None),
                ("gpt-4o", "", ""),
                ("gpt-4o", "DE", "ü"),
                ("gpt-4", "FR", "a'b"),
            ]
            + [(None, "FR", "x"), (" ", "FR", "x"), ("no such", "FR", "x"), ("gpt-4o", "nowhere", "x")] * rejected
        )
    ]
    frame = pl.DataFrame(rows)
    frame.write_parquet(tmp_path / "usage.parquet")
    frame.write_ndjson(tmp_path / "usage.jsonl")
    told = []
    for name, engine in (("usage.parquet", "duckdb"), ("usage.parquet", "polars"), ("usage.jsonl", "duckdb")):
        summary = run_batch(
            [str(tmp_path / name)],
            output=None,
            rejects=None,
            columns={"date": "day"},
            constants={},
            by=["team", "region"],
            engine_name=engine,
            catalogue=open_catalogue(),
        )
        assert (summary.rows, summary.rejected) == (len(rows), 4 if rejected else 0)
        groups = {tuple(group.keys.values()): (group.rows, group.totals["it_energy"]) for group in summary.groups}
        told.append((groups, {tuple(sorted(map(str, reason.items()))) for reason in summary.rejections}))
    first, *others = told
    assert len(first[0]) == 4
    for groups, reasons in others:
        assert reasons == first[1]
        assert {key: pytest.approx(values, rel=1e-12) for key, values in groups.items()} == first[0]


def test_a_load_that_is_nothing_in_every_row_is_added_up_for_every_group(tmp_path):
    """What the fuzzing of seed 5 found: two groups, and no load that depends on a column and adds up."""
    path = tmp_path / "usage.csv"
    path.write_text("reasoning_tokens,date,model\n10,2025-06-01,gpt-4o\n5,2024-12-31,gpt-4o-mini\n", "utf-8")
    summary = run_batch(
        [str(path)],
        output=None,
        rejects=None,
        columns={},
        constants={"output_tokens": "5", "region": "US"},
        by=["model"],
        engine_name=None,
        catalogue=open_catalogue(),
    )
    assert (summary.estimated, len(summary.groups)) == (2, 2)


def test_a_table_of_arrow_with_large_texts_is_estimated():
    table = pl.DataFrame({"model": ["gpt-4o", "o1"], "region": ["FR", "DE"], "output_tokens": [5, 6]})
    found = footprint.estimate_frame(table.to_arrow())
    wanted = footprint.estimate_frame(table)
    assert found["it_energy_kwh_it"].to_pylist() == pytest.approx(wanted["it_energy_kwh_it"].to_list(), rel=1e-12)


def test_an_activity_too_large_to_be_written_down_is_kept_by_its_groups_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("footprint.batch.run._MOST_ENTRIES", 3)
    path = tmp_path / "usage.csv"
    lines = [f"{team},{model},2025-0{month}-01,10" for team in "ab" for model in ("gpt-4o", "o1") for month in (1, 2)]
    path.write_text("\n".join(["team,model,date,output_tokens", *lines]) + "\n", "utf-8")
    given = {"output": None, "rejects": None, "columns": {}, "constants": {"region": "FR"}, "by": ["team"]}
    one, other = (
        run_batch([str(path)], engine_name=None, catalogue=open_catalogue(), kept=kept, **given)
        for kept in ((), ("month", "model"))
    )
    assert other.inventory.names == one.inventory.names == ("team",)
    assert "the activity is kept without month, model: it would have 8 entries" in other.warnings[-1]
    assert [group.as_dict() for group in other.groups] == [group.as_dict() for group in one.groups]
    assert other.inventory.by("team")[1].totals == one.inventory.by("team")[1].totals


def test_central_totals_are_the_same_beside_the_draws_and_alone(tmp_path):
    """Beside the draws they are in full precision, with the most groups that are computed so and with more."""
    teams = 1_000
    rows = pl.select(
        model=pl.lit("gpt-4o"), team=pl.format("t{}", pl.int_range(teams)), output_tokens=pl.int_range(teams) * 7919 + 1
    )
    rows.write_parquet(tmp_path / "u.parquet")
    constants = {"region": "FR", "date": "2025-06-01"}
    made = run_batch([str(tmp_path / "u.parquet")], output=None, rejects=None, columns={}, constants=constants,
                     by=["team"], engine_name=None, catalogue=open_catalogue()).inventory  # fmt: skip
    given = (made.settings, made.mapping, made.sampler)
    for count in (998, 999, 1_000):
        sums = made.sums.of_groups(range(count - 1))
        assert sums.count == count
        beside, drawn = central_and_drawn(sums, *given)
        alone, draws = central(sums, *given), totals_of(sums, *given, COUNT)
        for name in RESULTS:
            np.testing.assert_allclose(beside.values[name], alone.values[name], rtol=1e-12)
            np.testing.assert_allclose(drawn.values[name], draws.values[name], rtol=1e-6)
            assert (beside.known[name] == alone.known[name]).all()


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_no_requests_in_any_row_make_no_figure_that_is_no_number(tmp_path, engine):
    """Hours of an instance beside rows without requests: no prompt has a mean length."""
    (tmp_path / "u.csv").write_text("model,kind,instance,instance_hours,input_tokens\n,instance,p4d.24xlarge,2,\n")
    names = ("kind", "instance", "instance_hours")
    made = run_batch([str(tmp_path / "u.csv")], output=None, rejects=None, columns={name: name for name in names},
                     constants={"requests": "0", "region": "FR", "date": "2025-06-01"}, by=[], engine_name=engine,
                     catalogue=open_catalogue())  # fmt: skip
    assert made.estimated == 1
    assert all(np.isfinite(load).all() for load in made.inventory.sums.loads.values())
    json.dumps(made.as_dict(), allow_nan=False, default=str)
