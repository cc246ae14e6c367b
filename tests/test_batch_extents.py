"""What Parquet says of its columns spares rows their questions: nothing that is told or estimated may differ by it."""

import datetime
import decimal
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batches import ENGINES, assert_same_figures, invoke, read
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from footprint.batch.columns import ColumnMap
from footprint.batch.engines import DuckDBEngine, PolarsEngine
from footprint.batch.extents import Extent, extents_of
from footprint.intake.files import recognised

SPAN = st.datetimes(datetime.datetime(2024, 11, 1), datetime.datetime(2025, 3, 1))
#: By column, values that no rule is about, and those that some rule is.
POOLS = {
    "requests": (st.integers(1, 50), st.sampled_from([None, 0, 1, 7, -3, 2**60])),
    "input_tokens": (st.integers(0, 10**6), st.sampled_from([None, 0, 12, -1, 2**53])),
    "output_tokens": (st.integers(1, 10**6), st.sampled_from([None, 0, 12, -1, 2**62])),
    "date": (SPAN, st.one_of(SPAN, st.none(), st.sampled_from([datetime.datetime(y, 1, 2) for y in (2014, 2090)]))),
    "model": (st.sampled_from(["gpt-4o", "llama-3.1-8b"]), st.sampled_from(["gpt-4o", "nope", "", None])),
}


@st.composite
def typed_tables(draw):
    """A table whose columns hold each only what is sound, or anything."""
    size = draw(st.integers(1, 8))
    pools = {name: draw(st.sampled_from(pools)) for name, pools in POOLS.items()}
    return {name: draw(st.lists(pool, min_size=size, max_size=size)) for name, pool in pools.items()}


@given(table=typed_tables(), statistics=st.booleans(), day=st.booleans())
@settings(max_examples=15, deadline=None, derandomize=True)
def test_engines_that_know_extents_and_those_that_do_not_agree(tmp_path_factory, table, statistics, day):
    folder = tmp_path_factory.mktemp("extents")
    kinds = {"model": pa.string(), "date": pa.timestamp("us")}
    frame = pa.table({name: pa.array(values, kinds.get(name, pa.int64())) for name, values in table.items()})
    if day:
        frame = frame.set_column(frame.column_names.index("date"), "date", frame["date"].cast(pa.date32(), safe=False))
    pq.write_table(frame, folder / "u.parquet", write_statistics=statistics)
    seen = []
    for engine in (None, *ENGINES):
        out, rejects = folder / f"{engine}.parquet", folder / f"{engine}.csv"
        named = ["--engine", engine] if engine else []
        ran = invoke(folder / "u.parquet", "-o", out, "--rejects", rejects, *named, "--format", "json",
                     "--set", "region=FR")  # fmt: skip
        assert ran.code in (0, 3), ran.text
        seen.append((json.loads(ran.text), read(out), read(rejects)))
    # Without a name, DuckDB adds up and Polars writes: it leaves out the rules that no row can break.
    for other in seen[1:]:
        assert_alike(seen[0], other, frame.num_rows)


def assert_alike(this, that, count):
    (one, rows, rejected), (other, same_rows, same_rejected) = this, that
    assert one["rows_in"] == len(rows) + len(rejected) == count
    # Of a moment each engine writes a text of its own.
    for row in (*rejected, *same_rejected):
        row["value"] = row["column"] == "date" or row["value"]
    assert rejected == same_rejected
    assert_same_figures(rows, same_rows)
    for name in ("rows_in", "rows_estimated", "tokens_in", "assumptions"):
        assert one[name] == other[name], name
    for name, said in one["total"].items():
        if isinstance(said, dict) and "value" in said:
            assert [said[end] for end in ("value", "low", "high")] == approx(
                [other["total"][name][end] for end in ("value", "low", "high")], rel=1e-9, abs=0
            )


@pytest.mark.parametrize(
    ("statistics", "parts"), [(True, 1), (False, 1), (True, 3)], ids=["one file", "no statistics", "three parts"]
)
def test_extents_are_those_of_all_rows(tmp_path, statistics, parts):
    values = [5, None, 3, 4_000_000_000, 9, 11]
    days = [datetime.datetime(2025, 1, day, 23, 59) for day in range(1, 7)]
    frame = pa.table({"used": pa.array(values, pa.int64()), "when": pa.array(days, pa.timestamp("ns"))})
    pq.write_table(frame, tmp_path / "u.parquet", row_group_size=6 // parts, write_statistics=statistics)
    engine = DuckDBEngine()
    relation = engine.connection.read_parquet(str(tmp_path / "u.parquet"))
    mapping = ColumnMap({"output_tokens": "used", "date": "when"})
    assert extents_of(relation, mapping, ("output_tokens", "date"), engine) == {}  # nobody said that it is Parquet
    with recognised([str(tmp_path / "u.parquet")], None, False) as (item,):
        engine.scan(item)
    assert extents_of(relation, mapping, ("output_tokens", "date"), engine) == {
        "output_tokens": Extent(3, 4_000_000_000, blanks=True),
        "date": Extent(datetime.date(2025, 1, 1), datetime.date(2025, 1, 6), blanks=False),
    }
    assert extents_of(pl.scan_parquet(tmp_path / "u.parquet"), mapping, ("output_tokens",), PolarsEngine()) == {}


def test_a_year_that_no_calendar_of_pythons_has_is_no_known_extent(tmp_path):
    engine = DuckDBEngine()
    engine.connection.execute(
        "COPY (SELECT TIMESTAMP '12025-01-01 00:00:00' AS date, 5 AS output_tokens, 'gpt-4o' AS model) TO "
        f"'{tmp_path / 'u.parquet'}' (FORMAT parquet)"
    )
    with recognised([str(tmp_path / "u.parquet")], None, False) as (item,):
        relation = engine.scan(item)
    mapping = ColumnMap({"output_tokens": "output_tokens", "date": "date"})
    assert extents_of(relation, mapping, ("output_tokens", "date"), engine) == {
        "output_tokens": Extent(5, 5, blanks=False)
    }
    ran = invoke(tmp_path / "u.parquet", "--format", "json")
    assert (ran.code, json.loads(ran.text)["rows_rejected"]) == (3, 1)


def test_few_texts_are_made_a_list_and_groups_are_found_by_place(tmp_path):
    rows = pl.int_range(12_000)
    frame = pl.select(few=pl.format("t{}", rows % 3), many=pl.format("t{}", rows), number=rows)
    frame.write_parquet(tmp_path / "u.parquet")
    engine = DuckDBEngine()
    with recognised([str(tmp_path / "u.parquet")], None, False) as (item,):
        coded = engine.coded(engine.scan(item), ["few", "many", "number"], {})
    kinds = dict(zip(coded.columns, map(str, coded.types), strict=True))
    assert kinds == {"few": "ENUM('t0', 't1', 't2')", "many": "VARCHAR", "number": "BIGINT"}
    assert engine.coded(coded, ["few"], {}) is coded
    known = engine.coded(engine.scan(item), ["many"], {"many": ["t1", None, "t2"]})
    assert str(known.select("many").types[0]) == "ENUM('t1', 't2')"


@pytest.mark.parametrize("teams", [3, 6_000])
def test_groups_are_the_same_whether_their_texts_are_few_or_many(tmp_path, teams):
    """Few texts are grouped by the place of their numbers, many by themselves."""
    rows = 12_000
    frame = pl.select(
        model=pl.lit("gpt-4o"), team=pl.format("t{}", pl.int_range(rows) % teams), output_tokens=pl.int_range(rows) + 1
    )
    frame.write_parquet(tmp_path / "u.parquet")
    constants = ("--set", "region=FR", "--set", "date=2025-06-01")
    ran = invoke(tmp_path / "u.parquet", *constants, "--by", "team", "--format", "json")
    summary = json.loads(ran.text)
    groups = {group["team"]: group["rows"] for group in summary["groups"]}
    assert len(groups) == teams
    assert set(groups.values()) == {rows // teams}
    assert summary["tokens_in"] == {"output_tokens": rows * (rows + 1) // 2}


def test_many_groups_by_several_texts_that_fit_into_no_places(tmp_path):
    rows = 20_000
    frame = pl.select(
        model=pl.format("{}", pl.lit("gpt-4o")),
        user=pl.format("u{}", pl.int_range(rows) % 4_500),
        team=pl.format("t{}", pl.int_range(rows) % 4_400),
        output_tokens=pl.int_range(rows) + 1,
    )
    frame.write_parquet(tmp_path / "u.parquet")
    args = ("--by", "user,team", "--format", "json", "--set", "region=FR", "--set", "date=2025-06-01")
    totals = [json.loads(invoke(tmp_path / "u.parquet", *args, "--engine", engine).text)["total"] for engine in ENGINES]
    assert totals[0]["rows"] == totals[1]["rows"] == rows
    assert totals[0]["it_energy"]["value"] == approx(totals[1]["it_energy"]["value"], rel=1e-9)


BEFORE_CHRIST = pa.array([-1_457_000, 20_000, 20_001], pa.int32()).cast(pa.date32())
FAR = pa.array([2_932_897, 20_000, 20_001], pa.int32()).cast(pa.date32())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("args", [[], ["--set", "model=gpt-4o"], ["--by", "date"], ["--dry-run"]])
@pytest.mark.parametrize("dates", [BEFORE_CHRIST, FAR], ids=["before Christ", "far"])
def test_days_outside_pythons_calendar_are_rejected_and_the_others_estimated(tmp_path, engine, args, dates):
    table = {"model": ["gpt-4o"] * 3, "output_tokens": [10, 20, 30], "date": dates}
    pq.write_table(pa.table(table), tmp_path / "u.parquet")
    ran = invoke(tmp_path / "u.parquet", "--engine", engine, "--format", "json", *args)
    told = json.loads(ran.text)
    assert told["rows_to_reject" if args == ["--dry-run"] else "rows_rejected"] == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_float_that_is_no_number_is_rejected_though_no_end_of_its_column_tells(tmp_path, engine):
    table = {"model": ["gpt-4o"] * 2, "output_tokens": [1.0, float("nan")]}
    pq.write_table(pa.table(table), tmp_path / "u.parquet")
    told = json.loads(invoke(tmp_path / "u.parquet", "--engine", engine, "--format", "json").text)
    assert (told["rows_estimated"], told["rows_rejected"], told["tokens_in"]) == (1, 1, {"output_tokens": 1})


def test_a_type_that_one_engine_lacks_is_written_by_the_other_or_told(tmp_path):
    wide = pa.array([decimal.Decimal(1)], pa.decimal256(60, 2))
    pq.write_table(pa.table({"model": ["gpt-4o"], "output_tokens": [5], "wide": wide}), tmp_path / "u.parquet")
    ran = [invoke(tmp_path / "u.parquet", "-o", tmp_path / "o.parquet", *engine)
           for engine in ([], ["--engine", "duckdb"], ["--engine", "polars"])]  # fmt: skip
    assert [one.code for one in ran] == [0, 0, 1]
    assert ran[2].text.count("\n") == 1 and "name another --engine" in ran[2].text
