"""What is said of a whole batch: totals, groups, coverage, status."""

from __future__ import annotations

import csv
import datetime
import json
import math
import re

import polars as pl
import pytest
from batches import HEAD, LABELS, ROW, both, invoke
from click.testing import CliRunner
from pytest import approx

from footprint.commands import main
from footprint.results import COLUMNS, RESULTS


@both
@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_odd_labels_print_in_every_format_of_the_summary(engine, form, tmp_path):
    usage = tmp_path / "u.csv"
    with usage.open("w", newline="", encoding="utf-8") as file:
        rows = [["team", "model", "output_tokens"], *([label, "gpt-4o", 5] for label in LABELS), ["=bad", "=bad", "x"]]
        csv.writer(file).writerows(rows)
    ran = invoke(usage, "--by", "team", "--engine", engine, "--format", form, "--set", "date=2025-06-01")
    assert ran.code == 3
    if form == "csv":
        teams = [row["team"] for row in csv.DictReader(ran.text.splitlines(keepends=True))]
        assert not [team for team in teams if team[:1] in ("=", "@", "-")]
        assert len(teams) == len(LABELS)
    elif form == "json":
        assert len(json.loads(ran.text)["groups"]) == len(LABELS)
    else:
        lines = ran.text.splitlines()
        assert "\u202e" not in ran.text
        assert max(map(len, lines)) < 250
        assert sum("two lines" in line for line in lines) == 1  # one line a group
        if form == "md":
            groups = lines[next(place for place, line in enumerate(lines) if line.startswith("| team")) :]
            assert sum(line.startswith("| ") for line in groups) == len(LABELS) + 2


def test_the_summary_as_markdown_holds_totals_with_ranges_groups_rejections_and_assumptions(tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text("team,model,output_tokens\na,gpt-4o,400\na,nosuch,5\n", encoding="utf-8")
    ran = invoke(usage, "--by", "team", "--format", "md", "--set", "date=2025-06-01", "--set", "region=FR")
    lines = ran.text.splitlines()
    assert "| total | value | 90 % range | |" in lines
    (meter,) = [line for line in lines if line.startswith("| electricity, building's meter |")]
    assert re.fullmatch(r"\| electricity, building's meter \| 0\.55 Wh \| 0\.\d+ to \d\.\d \|  \|", meter)
    assert any(line.startswith("| a | 1 | 0.55 Wh |") for line in lines)
    for title, begins in (
        ("Rejected:", "- 1 row: model: unknown model or product 'nosuch'"),
        ("Assumed:", "- GPT-4o is closed"),
        ("Warnings:", "- input tokens were not given"),
    ):
        assert lines[lines.index(title) - 1] == ""  # a list that follows a table without a blank is part of it
        assert any(line.startswith(begins) for line in lines[lines.index(title) :])


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("model,requests,images\nsdxl-1.0,2,100\n", ["--set", "date=2025-06-01"], "not read: images; a request counts"),
        (
            "model,region,output_tokens\ngpt-4o,FR,5\n",
            ["--set", "date=2025-06-01", "--set", "region=US"],
            "region was set for every row: the column of that name in the input was not read.",
        ),
        (
            "TIMESTAMP,model,output_tokens\n2023-11-16 18:17:03,gpt-4o,5\n",
            [],
            "no column was read as the date; if TIMESTAMP is one, say --map date=TIMESTAMP.",
        ),
    ],
    ids=["pictures", "a region of its own", "a date by another name"],
)
def test_a_column_that_is_passed_over_is_said(batch, text, options, says):
    ran = batch(text, *options)
    assert any(warning.startswith(says) for warning in ran.summary["warnings"])


@pytest.mark.parametrize("width", [80, 100])
def test_the_summary_by_team_is_no_wider_than_the_terminal(width, tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text("team,model,output_tokens\nsupport,gpt-4o,400\n", encoding="utf-8")
    options = ["--by", "team,model", "--drivers", "--set", "date=2025-06-01", "--set", "region=FR"]
    shown = CliRunner(env={"COLUMNS": str(width)}).invoke(main, ["batch", usage.as_posix(), *options])
    assert shown.exit_code == 0, shown.output
    body = shown.stdout.splitlines()[1:]  # the first line names the input
    assert max(map(len, body)) <= width


def test_unknown_names_of_ten_thousand_signs_are_clipped_in_messages(batch):
    ran = batch(f"model,output_tokens\n{'x' * 10_000},5\ngpt-4o,5\n", "--set", "date=2025-06-01")
    assert ran.rejects[0]["value"] == "x" * 10_000
    assert len(ran.rejects[0]["reason"]) < 300
    assert len(ran.summary["rejections"][0]["example"]) <= 80


# --- totals ----------------------------------------------------------------------------------------


@both
def test_totals_and_groups_are_the_sums_of_their_rows(batch, engine):
    text = "model,region,date,output_tokens,team\n" + "".join(
        f"{('gpt-4o', 'llama-3.1-8b')[n % 2]},{('FR', 'US', '')[n % 3]},202{n % 6}-03-01,{n * 37},{'ab '[n % 3]}\n"
        for n in range(200)
    )
    ran = batch(text, "--by", "team,model", engine=engine)
    assert sum(group["rows"] for group in ran.summary["groups"]) == 200
    for group in (ran.summary["total"], *ran.summary["groups"]):
        rows = [
            row
            for row in ran.rows
            if "team" not in group or (row["team"], row["model"]) == (group["team"], group["model"])
        ]
        assert len(rows) == group["rows"]
        assert sum(row["output_tokens"] for row in rows) == group["output_tokens"]
        for name, column in COLUMNS.items():
            known = [row[column] for row in rows if row[column] is not None]
            if known:
                assert group[name]["value"] == approx(math.fsum(known), rel=1e-9)
                assert group[name]["unit"] == RESULTS[name]
            else:
                assert group[name] is None
            assert group["rows_behind"].get(name) == (len(known) if 0 < len(known) < len(rows) else None)


@both
def test_a_total_that_no_row_knows_is_null_and_never_zero(batch, engine):
    ran = batch("model,output_tokens\ngpt-4o,5\ngpt-4o,0\n", "--set", "date=2025-06-01", engine=engine)
    total = ran.summary["total"]
    assert total["carbon_location"] is None
    assert total["water_grid"] is None
    assert total["carbon_market"] is None
    assert total["it_energy"]["value"] > 0


@both
def test_a_total_of_zeros_is_zero(batch, engine):
    ran = batch("model,region,output_tokens\ngpt-4o,FR,0\n", "--set", "date=2025-06-01", engine=engine)
    assert ran.summary["total"]["carbon_location"]["value"] == 0


@both
def test_a_partial_total_says_of_how_many_rows_it_is(batch, engine):
    ran = batch("model,region,output_tokens\ngpt-4o,FR,5\ngpt-4o,,5\ngpt-4o,,5\n", "--set", "date=2025-06-01",
                engine=engine)  # fmt: skip
    assert ran.summary["total"]["rows_behind"]["carbon_location"] == 1
    assert any(text.startswith("carbon, location-based: known for 1 of 3 rows;") for text in ran.summary["warnings"])
    assert any("no region was given" in text for text in ran.summary["warnings"])


@both
def test_the_summary_in_every_format_counts_the_rows(engine, tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text("model,region,output_tokens,team\ngpt-4o,FR,5,a\ngpt-4o,FR,7,b\nnope,FR,9,b\n")
    args = (usage, "--by", "team", "--engine", engine, "--set", "date=2025-06-01", "--format")
    counts = "3 rows in, 2 estimated, 1 rejected; 21 output tokens; 57.14 % of tokens covered."
    table, markdown = invoke(*args, "table").text, invoke(*args, "md").text
    assert counts in " ".join(table.split())
    assert "1 row: model: unknown model or product 'nope'" in table
    assert counts in markdown
    assert "| a | 1 |" in markdown
    rows = list(csv.DictReader(invoke(*args, "csv").text.splitlines()))
    assert [(row["team"], row["rows"], row["output_tokens"]) for row in rows] == [("b", "1", "7"), ("a", "1", "5")]
    document = json.loads(invoke(*args, "json").text)
    assert document["coverage"] == {"rows": 0.666666666667, "tokens": 0.571428571429}
    assert document["tokens_in"] == {"output_tokens": 21}
    assert document["inputs"][0]["format"] == "csv"
    assert document["engine"] == engine
    assert document["schema_version"] == "1.0"


@both
@pytest.mark.parametrize("by", ["day", "share", "ok", "ids", "nan"])
def test_groups_by_columns_of_any_type_print_as_json(batch, engine, by, tmp_path):
    pl.DataFrame(
        {
            "model": ["gpt-4o"] * 2,
            "output_tokens": [5, 6],
            "day": [datetime.date(2025, 6, 1), None],
            "share": [0.5, 1.5],
            "ok": [True, False],
            "ids": [[1], [2]],
            "nan": [math.nan, 1.0],
        }
    ).write_parquet(tmp_path / "made.parquet")
    ran = batch((tmp_path / "made.parquet").read_bytes(), "--by", by, engine=engine, name="u.parquet")
    assert len({str(group[by]) for group in ran.summary["groups"]}) == 2


@both
def test_tokens_of_rejected_rows_count_against_coverage_whatever_is_wrong_with_the_row(batch, engine):
    ran = batch(HEAD + "gpt-4o,FR,2025-06-01,1,100,100\n,FR,2025-06-01,1,150,50\ngpt-4o,FR,2025-06-01,1,400,-1\n",
                engine=engine)  # fmt: skip
    assert ran.summary["tokens_in"] == {"input_tokens": 650, "output_tokens": 150}
    assert ran.summary["coverage"] == {"rows": 0.333333333333, "tokens": 0.25}


@both
@pytest.mark.parametrize("estimated", [29, 57, 58, 99, 100])
def test_the_exit_status_is_3_below_the_coverage_asked_for_and_0_at_it(batch, engine, estimated):
    text = "model,date\n" + "chatgpt,2025-06-01\n" * estimated + "nope,2025-06-01\n" * (100 - estimated)
    assert batch(text, "--min-coverage", str(estimated), engine=engine).code == 0
    assert batch(text, "--min-coverage", str(estimated - 0.5), engine=engine).code == 0
    if estimated < 100:
        assert batch(text, "--min-coverage", str(estimated + 0.5), engine=engine).code == 3
        assert batch(text, engine=engine).code == 3


def test_what_is_assumed_of_several_requests_is_said(batch):
    assumed = batch(HEAD + ROW).summary["assumptions"]
    assert any("prompts are taken as equally long" in text for text in assumed)
    assert not any("no date was given" in text for text in assumed)


def test_a_table_without_dates_says_that_today_was_taken(batch):
    ran = batch("model,output_tokens\ngpt-4o,5\n")
    assert any(text.startswith("no date was given: 20") for text in ran.summary["assumptions"])


@both
def test_models_that_were_used_before_their_release_are_told_with_the_first_day(batch, engine):
    usage = "model,date,output_tokens\ngpt-4o,2023-03-01,5\ngpt-4o,2023-02-01,5\ngpt-4o,2025-02-01,5\n"
    ran = batch(usage, "--set", "region=FR", engine=engine)
    assert "GPT-4o was in use on 2023-02-01, before its release on 2024-05-13." in ran.summary["assumptions"]
    later = batch(usage.replace("2023", "2025"), "--set", "region=FR", engine=engine)
    assert not any("before its release" in text for text in later.summary["assumptions"])
