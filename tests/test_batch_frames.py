"""Frames of any kind, estimated where they are."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from batches import assert_as_single

import footprint
from footprint.errors import DataError, UnknownNameError, UsageError
from footprint.results import COLUMNS

# --- frames ----------------------------------------------------------------------------------------

ROWS = {
    "model": ["gpt-4o", "nope", "gpt-4o", "gpt-4o", "gpt-4o"],
    "day": ["2025-06-01", "2025-06-01", "2025-02-30", "2024-06-01T10:00:00Z", None],
    "written": ["5", "6", "7", " 8 ", "9"],
}


def as_polars(frame: Any) -> pl.DataFrame:
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.pl()
    return frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(pl.from_arrow(frame))


@pytest.mark.parametrize(
    "make",
    [pl.DataFrame, pl.LazyFrame, pa.table, lambda rows: duckdb.connect().from_arrow(pa.table(rows))],
    ids=["polars", "polars-lazy", "pyarrow", "duckdb"],
)
def test_a_frame_of_any_kind_comes_back_as_its_kind_with_the_same_figures(make):
    frame = make(ROWS)
    out = footprint.estimate_frame(frame, columns={"date": "day", "output_tokens": "written"}, region="FR")
    assert type(out) is type(frame)
    rows = as_polars(out).to_dicts()
    assert [row["reject_column"] for row in rows] == [None, "model", "date", None, "date"]
    assert [row["reject_reason"] is None for row in rows] == [True, False, False, True, False]
    assert_as_single(rows[0], model="gpt-4o", region="FR", date="2025-06-01", output_tokens=5)
    assert_as_single(rows[3], model="gpt-4o", region="FR", date="2024-06-01", output_tokens=8)
    assert all(rows[1][column] is None for column in COLUMNS.values())


def test_a_frame_takes_dates_and_numbers_as_python_has_them_and_leaves_none_out():
    frame = pl.DataFrame({"model": ["gpt-4o"]})
    out = footprint.estimate_frame(frame, output_tokens=400, date=datetime.date(2025, 6, 1), region=None)
    assert_as_single(out.to_dicts()[0], model="gpt-4o", output_tokens=400, date="2025-06-01")


def test_a_frame_whose_column_has_spaces_in_its_name_can_be_mapped():
    frame = pl.DataFrame({"model": ["gpt-4o"], " Out = ": [400]})
    out = footprint.estimate_frame(frame, columns={"output_tokens": " Out = "}, date="2025-06-01")
    assert out["output_tokens"].to_list() == [400]


def test_a_lazy_relation_keeps_its_own_time_zone_and_the_day_is_that_of_utc():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    stamp = "timestamptz '2023-12-31 23:30:00-05'"
    relation = connection.sql(f"SELECT 'gpt-4o' AS model, 'FR' AS region, {stamp} AS date, 400 AS output_tokens")
    out = as_polars(footprint.estimate_frame(relation)).to_dicts()
    assert_as_single(out[0], model="gpt-4o", region="FR", date="2024-01-01", output_tokens=400)


@pytest.mark.parametrize(
    ("frame", "options", "error", "words"),
    [
        ([1, 2], {}, UsageError, "not list"),
        (pl.DataFrame({"output_tokens": [1]}), {}, DataError, "no column says which model"),
        (pl.DataFrame({"model": ["gpt-4o"]}), {"token": 5}, UsageError, "'token' is none of"),
        (pl.DataFrame({"model": ["gpt-4o"]}), {"columns": {"tokens": "x"}}, UsageError, "'tokens' is none"),
        (
            pl.DataFrame({"model": ["gpt-4o"], "Out": [1]}),
            {"columns": {"output_tokens": "out"}},
            DataError,
            "did you mean 'Out'?",
        ),
        (
            pl.DataFrame({"output_tokens": [1]}),
            {"model": "nope"},
            UnknownNameError,
            "unknown model or product 'nope'",
        ),
        (pl.DataFrame({"model": ["gpt-4o"]}), {"grid_boundary": "marginal"}, UsageError, "'marginal'"),
    ],
)
def test_a_frame_that_cannot_be_estimated_says_why(frame, options, error, words):
    with pytest.raises(error, match=words.replace("?", r"\?")):
        footprint.estimate_frame(frame, **options)


def test_python_ends_in_silence_after_rows_were_added_up_on_duckdb(tmp_path):
    """What a library leaks, it tells of on the standard error of whoever uses us."""
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5]}).write_parquet(tmp_path / "u.parquet")
    script = tmp_path / "script.py"
    script.write_text(
        "from footprint.batch import run_batch\n"
        "from footprint.catalogue import open_catalogue\n"
        f"run_batch([{str(tmp_path / 'u.parquet')!r}], output=None, rejects=None, columns={{}}, constants={{}},\n"
        "          by=['model'], engine_name='duckdb', catalogue=open_catalogue())\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=Path(__file__).parents[1],
                           env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])})  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_batch_of_many_unknown_names_leaves_suggestions_to_those_who_ask_next():
    unknown = pl.DataFrame({"model": [f"gpt-4x{number}" for number in range(300)], "output_tokens": [5] * 300})
    footprint.estimate_frame(unknown, region="FR", date="2025-06-01")
    for number in (1, 299):
        with pytest.raises(UnknownNameError, match="did you mean"):
            footprint.query(f"gpt-4x{number}", output_tokens=5)
