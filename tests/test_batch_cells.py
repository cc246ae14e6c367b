"""What a cell may hold, and what is said of one that holds something else: both engines alike."""

from __future__ import annotations

import datetime

import polars as pl
import pytest
from batches import HEAD, ROW, assert_as_single, both

from footprint.results import RESULTS

# --- bad rows --------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-5", "is negative"),
        ("nan", "is not a number"),
        ("inf", "is not a number"),
        ("Infinity", "is not a number"),
        ("1e400", "is not finite"),
        ("0.5", "is not a whole number"),
        ("1e-5", "is not a whole number"),
        ("9007199254740992", "is too large to be counted exactly"),
        ("9007199254740993", "is too large to be counted exactly"),
        ("123456789012345678901234567890", "is too large to be counted exactly"),
        ("12abc", "is not a number"),
        ("1_000", "is not a number"),
        ("1 000", "is not a number"),
        ("0x10", "is not a number"),
        ("١٢", "is not a number"),
        ("１２", "is not a number"),
        ("true", "is not a number"),
        ("=1+1", "is not a number"),
        ("5\u200f", "is not a number"),
    ],
)
def test_a_count_that_is_none_is_rejected_with_line_column_value_and_reason(batch, engine, cell, reason):
    ran = batch(f"model,output_tokens\ngpt-4o,1\ngpt-4o,{cell}\n", "--set", "date=2025-06-01", engine=engine)
    guarded = f"'{cell}" if cell[0] == "=" else cell
    assert ran.reasons == [(3, "output_tokens", guarded, reason)]
    assert ran.counts == (2, 1, 1)


@both
@pytest.mark.parametrize(
    ("cell", "count"),
    [("12", 12), (" 12 ", 12), ("\t12", 12), ("+12", 12), ("12.0", 12), ("12.", 12), ("1.2e1", 12), ("-0", 0),
     ("9007199254740991", 2**53 - 1)],
)  # fmt: skip
def test_a_count_may_be_written_in_several_ways(batch, engine, cell, count):
    ran = batch(f"model,output_tokens,n\ngpt-4o,{cell},1\n", "--set", "date=2025-06-01", engine=engine)
    assert [row["output_tokens"] for row in ran.rows] == [count]
    assert_as_single(ran.rows[0], model="gpt-4o", date="2025-06-01", output_tokens=count)


@both
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("garbage", "is not a date"),
        ("2025-02-30", "is not a date"),
        ("2025-6-1", "is not a date"),
        ("01/06/2025", "is not a date"),
        ("2025-06-01garbage", "is not a date"),
        ("2025-06", "is not a date"),
        ("infinity", "is not a date"),
        ("today", "is not a date"),
        ("20250601", "is not a date"),
        ("9999-12-31", "lies in the future"),
        ("2014-12-31", "lies before the first factors, of 2015"),
        ("0001-01-01", "lies before the first factors, of 2015"),
        ("", "is blank"),
        (" ", "is blank"),
    ],
)
def test_a_date_that_is_none_is_rejected(batch, engine, cell, reason):
    ran = batch(f"model,date,output_tokens\ngpt-4o,2025-06-01,1\ngpt-4o,{cell},2\n", engine=engine)
    assert ran.counts == (2, 1, 1)
    (reject,) = ran.rejects
    assert (reject["line"], reject["column"], reject["value"]) == ("3", "date", cell)
    assert reject["reason"].startswith(reason)


@both
@pytest.mark.parametrize(
    "cell",
    [
        "2023-11-16",
        " 2023-11-16 ",
        "2023-11-16 18:17:03.9799600",
        "2023-11-16T18:17:03",
        "2023-11-16T18:17:03Z",
        "2023-11-16T23:59:59.123456+05:30",
    ],
)
def test_a_time_stamp_is_read_by_its_day_and_kept_as_it_was(batch, engine, cell):
    ran = batch(f"model,region,date,output_tokens\ngpt-4o,FR,{cell},400\n", engine=engine)
    assert [row["date"] for row in ran.rows] == [cell]
    assert_as_single(ran.rows[0], model="gpt-4o", region="FR", date="2023-11-16", output_tokens=400)


@both
@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        (datetime.date(2023, 11, 16), "2023-11-16"),
        (datetime.datetime(2023, 11, 16, 18, 17), "2023-11-16"),
        # 31 December in New York was 1 January in UTC.
        (
            datetime.datetime(2023, 12, 31, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
            "2024-01-01",
        ),
    ],
)
def test_typed_dates_of_parquet_are_read_by_their_day_in_utc(batch, engine, stamp, day, tmp_path):
    pl.DataFrame({"model": ["gpt-4o"], "region": ["FR"], "date": [stamp], "output_tokens": [400]}).write_parquet(
        tmp_path / "made.parquet"
    )
    ran = batch((tmp_path / "made.parquet").read_bytes(), engine=engine, name="usage.parquet")
    assert_as_single(ran.rows[0], model="gpt-4o", region="FR", date=day, output_tokens=400)


@both
def test_a_blank_answer_beside_no_reasoning_is_left_out_and_said(batch, engine):
    usage = "model,input_tokens,output_tokens,reasoning_tokens\ngpt-4o,100,,0\ngpt-4o,100,0,0\n"
    ran = batch(usage, "--set", "region=FR", "--set", "date=2025-06-01", engine=engine)
    left_out = ["output tokens were not given" in row["warnings"] for row in ran.rows]
    assert sorted(zip([row["output_tokens"] is None for row in ran.rows], left_out, strict=True)) == [
        (False, False),
        (True, True),
    ]


@both
def test_rejected_rows_come_in_the_order_of_their_lines_at_every_run(batch, engine):
    usage = "model,output_tokens\n" + "".join(f"none-{i % 7},{i}\n" for i in range(5000))
    ran = batch(usage, "--set", "region=FR", engine=engine)
    assert [int(row["line"]) for row in ran.rejects] == list(range(2, 5002))


@both
def test_reasons_that_stand_alike_often_come_in_the_same_order(batch, engine):
    columns = ["requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"]
    rows = [["x" if column == bad else "1" for column in columns] for bad in columns]
    usage = "\n".join([",".join(columns), *map(",".join, rows)]) + "\n"
    ran = batch(usage, "--set", "model=gpt-4o", "--set", "region=FR", engine=engine)
    assert [reason["column"] for reason in ran.summary["rejections"]] == sorted(columns)


@both
def test_blank_cells_are_told_apart_from_zero(batch, engine):
    ran = batch(HEAD + "gpt-4o,FR,2025-06-01,,1,1\ngpt-4o,FR,2025-06-01,1,,1\ngpt-4o,FR,2025-06-01,1,1, \n"
                ",FR,2025-06-01,1,1,1\n \t,FR,2025-06-01,1,1,1\ngpt-4o,,2025-06-01,1,1,1\n"
                "gpt-4o, ,2025-06-01,1,1,1\ngpt-4o,FR,2025-06-01,0,0,0\n,,,,,\n", engine=engine)  # fmt: skip
    assert [(line, column, reason.partition(":")[0].partition(",")[0]) for line, column, _, reason in ran.reasons] == [
        (2, "requests", "is blank"),
        (5, "model", "is blank"),
        (6, "model", "is blank"),
        (10, "model", "is blank"),
    ]
    assert [row["carbon_location_kg"] is None for row in ran.rows] == [False, False, True, True, False]
    assert [row["method"] for row in ran.rows[:2]] == ["output_tokens", "input_tokens"]
    assert "reading the prompt is left out" in ran.rows[0]["warnings"]
    assert "writing the answer is left out" in ran.rows[1]["warnings"]
    assert ran.rows[4]["carbon_location_kg"] == 0
    assert ran.rows[4]["it_energy_kwh_it"] == 0


@both
def test_tokens_without_a_request_are_rejected(batch, engine):
    ran = batch(HEAD + "gpt-4o,FR,2025-06-01,0,0,9\n" + ROW, engine=engine)
    assert ran.reasons == [(2, "requests", "0", "is zero, but the row has tokens")]


@both
def test_unknown_names_are_rejected_with_the_nearest_known_ones(batch, engine):
    ran = batch("model,region,provider,date,output_tokens\nClaude 3.2 Sonnet,FR,,2025-06-01,1\n"
                "gpt-4o,Atlantis,,2025-06-01,1\ngpt-4o,FR,azur,2025-06-01,1\ngpt-4o,FR,azure,2025-06-01,1\n",
                engine=engine)  # fmt: skip
    assert [(line, column, value) for line, column, value, _ in ran.reasons] == [
        (2, "model", "Claude 3.2 Sonnet"),
        (3, "region", "Atlantis"),
        (4, "provider", "azur"),
    ]
    assert "did you mean 'claude-3.5-sonnet'" in ran.rejects[0]["reason"]
    assert "did you mean" in ran.rejects[1]["reason"]
    assert "azure" in ran.rejects[2]["reason"]


@both
def test_a_product_with_tokens_is_rejected_not_guessed(batch, engine):
    ran = batch(HEAD + ROW + ROW.replace("gpt-4o", "chatgpt"), engine=engine)
    assert [(line, column) for line, column, *_ in ran.reasons] == [(3, "model")]
    assert "name the model" in ran.rejects[0]["reason"]


@both
def test_a_product_takes_the_figure_of_its_date_and_none_outside(batch, engine):
    ran = batch("model,date\nchatgpt,2022-11-29\nchatgpt,2022-11-30\nchatgpt,2023-12-31\nchatgpt,2024-01-01\n"
                "bard,2024-02-07\nbard,2024-02-08\n", engine=engine)  # fmt: skip
    assert [(line, column) for line, column, *_ in ran.reasons] == [(2, "date"), (7, "date")]
    days = [("chatgpt", "2022-11-30"), ("chatgpt", "2023-12-31"), ("chatgpt", "2024-01-01"), ("bard", "2024-02-07")]
    for row, (model, date) in zip(ran.rows, days, strict=True):
        # Remarks name the first day of the figure's period.
        assert_as_single(row, words=False, model=model, date=date)


@both
def test_a_table_of_bad_rows_alone_is_rejected_row_by_row(batch, engine):
    ran = batch(HEAD + "gpt-4o,FR,2025-06-01,1,x,1\n,FR,2025-06-01,1,1,1\n", engine=engine)
    assert (ran.code, ran.counts) == (3, (2, 0, 2))
    assert ran.rows == []
    assert all(ran.summary["total"][name] is None for name in RESULTS)
