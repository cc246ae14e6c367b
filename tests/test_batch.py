"""A table of usage in, one estimated row per row out: every row is accounted for, whatever the file looks like.

Both engines run each test of files: they must give the same numbers, the same rejects and the same words.
"""

from __future__ import annotations

import csv
import datetime
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint.commands import main
from footprint.errors import DataError, UnknownNameError, UsageError
from footprint.results import COLUMNS, RESULTS

ENGINES = ("duckdb", "polars")
both = pytest.mark.parametrize("engine", ENGINES)
HEAD = "model,region,date,requests,input_tokens,output_tokens\n"
ROW = "gpt-4o,FR,2025-06-01,1,500,400\n"


@dataclass
class Ran:
    """What a run of the command left behind."""

    code: int
    text: str
    summary: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        return tuple(self.summary[name] for name in ("rows_in", "rows_estimated", "rows_rejected"))

    @property
    def reasons(self) -> list[tuple[int, str, str | None, str]]:
        return [(int(row["line"]), row["column"], row["value"] or None, row["reason"]) for row in self.rejects]


def read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def invoke(*args: Any, stdin: bytes | None = None) -> Ran:
    result = CliRunner().invoke(main, ["batch", *map(str, args)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ran(result.exit_code, result.output)


@pytest.fixture
def batch(tmp_path):
    """Run ``footprint batch`` over a file with this content, and read what it wrote."""

    def run(content: str | bytes, *args: Any, engine: str = "duckdb", name: str = "usage.csv", out: str = "parquet"):
        path, output, rejects = tmp_path / name, tmp_path / f"{engine}.{out}", tmp_path / f"{engine}-rejects.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        for old in (output, rejects):
            old.unlink(missing_ok=True)
        ran = invoke(path, "-o", output, "--rejects", rejects, "--engine", engine, "--format", "json", *args)
        if ran.code in (0, 3):
            ran.summary, ran.rows, ran.rejects = json.loads(ran.text), read(output), read(rejects)
        return ran

    return run


def figures(rows: list[dict[str, Any]]) -> list[list[float | None]]:
    return [[row[column] for column in COLUMNS.values()] for row in rows]


def assert_same_figures(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert len(one) == len(other)
    for left, right in zip(figures(one), figures(other), strict=True):
        for a, b in zip(left, right, strict=True):
            assert a is b if a is None or b is None else a == approx(b, rel=1e-9, abs=0)


def assert_as_single(row: dict[str, Any], *, words: bool = True, **activity: Any) -> None:
    """A row of a batch is the single estimate of the same activity."""
    single = footprint.query(**activity)
    for name, unit in RESULTS.items():
        value = getattr(single, name)
        if value is None:
            assert row[COLUMNS[name]] is None, name
        else:
            assert row[COLUMNS[name]] == approx(value.m_as(unit), rel=1e-12, abs=0), name
    assert row["method"] == single.method
    assert row["quality"] == single.quality
    assert not words or row["warnings"] == " ".join(single.warnings)
    # A row names every factor that stood ready; a single estimate those behind a figure that came out.
    assert {use.id for use in single.factors if use.rung not in ("stated by the user", "definition")} <= {
        *row["factors"].split(";")
    }
    assert row["edition"] == single.edition


# --- a row is a single estimate --------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    "activity",
    [
        {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "input_tokens": 500, "output_tokens": 400},
        {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "output_tokens": 400},
        {"model": "llama-3.1-70b", "region": "DE", "date": "2024-02-29", "input_tokens": 7, "output_tokens": 0},
        {"model": "gpt-4o", "region": "aws:eu-west-3", "date": "2023-12-31", "input_tokens": 9, "output_tokens": 3},
        {"model": "gpt-4o", "region": "gcp:europe-west9", "date": "2015-01-01", "output_tokens": 12},
        {"model": "gpt-4o", "region": "US", "date": "2026-05-01", "output_tokens": 12},
        {"model": "gpt-4o", "date": "2025-06-01", "input_tokens": 500, "output_tokens": 400},
        {"model": "gpt-4o", "region": "SE", "provider": "on_premises", "date": "2025-06-01", "output_tokens": 40},
        {"model": "gpt-4o", "region": "SE", "provider": "gcp", "date": "2022-06-01", "output_tokens": 40},
        {
            "model": "gpt-4o",
            "region": "FR",
            "date": "2025-06-01",
            "requests": 1000,
            "input_tokens": 5_000_000,
            "output_tokens": 400_000,
        },
        {"model": "chatgpt", "region": "FR", "date": "2023-06-01", "requests": 7},
        {"model": "chatgpt", "region": "FR", "date": "2025-06-01", "requests": 7},
        {"model": "gemini-apps", "region": "IE", "date": "2025-06-01", "requests": 1},
        {"model": " GPT_4o ", "region": " fr", "date": "2025-06-01", "output_tokens": 4},
    ],
    ids=lambda activity: "-".join(map(str, activity.values())),
)
def test_a_row_is_the_single_estimate_of_the_same_activity(batch, engine, activity):
    # A second row of another model keeps the batch from having one combination only.
    other = {"model": "nothing-of-the-sort"}
    cells = [[str(row.get(name, "")) for name in activity] for row in (activity, other)]
    ran = batch("".join(",".join(line) + "\n" for line in [list(activity), *cells]), engine=engine)
    assert ran.counts == (2, 1, 1)
    assert_as_single(ran.rows[0], **activity)


@both
def test_a_lone_combination_is_the_single_estimate_too(batch, engine):
    ran = batch(HEAD + ROW, engine=engine)
    assert_as_single(
        ran.rows[0], model="gpt-4o", region="FR", date="2025-06-01", input_tokens=500, output_tokens=400, requests=1
    )


@both
def test_rows_that_only_read_have_their_own_method_beside_rows_that_write(batch, engine):
    ran = batch(HEAD + ROW + ROW.replace(",400", ",0") + ROW, engine=engine)
    activity = {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "input_tokens": 500}
    for row, written in zip(ran.rows, (400, 0, 400), strict=True):
        assert_as_single(row, **activity, output_tokens=written)
    assert [row["method"] for row in ran.rows] == ["tokens", "input_tokens", "tokens"]
    ran = batch("model,region,date,input_tokens\ngpt-4o,FR,2025-06-01,500\n", "--set", "output_tokens=0", engine=engine)
    assert_as_single(ran.rows[0], **activity, output_tokens=0)


@both
def test_many_models_regions_years_and_hosts_in_one_file_are_each_their_single_estimate(batch, engine):
    rows = [
        {"model": model, "region": region, "date": date, "provider": provider, "output_tokens": 1000 + place}
        for place, (model, region, date, provider) in enumerate(
            (model, region, date, provider)
            for model in ("gpt-4o", "llama-3.1-8b")
            for region in ("FR", "aws:us-east-1", "")
            for date in ("2019-12-31", "2020-01-01", "2025-06-01")
            for provider in ("", "azure")
        )
    ]
    text = ",".join(rows[0]) + "\n" + "".join(",".join(map(str, row.values())) + "\n" for row in rows)
    ran = batch(text, engine=engine)
    assert ran.counts == (36, 36, 0)
    for place, row in enumerate(rows):
        assert_as_single(ran.rows[place], **{name: value for name, value in row.items() if value != ""})


@both
def test_an_overlay_wins_in_a_batch_as_in_a_single_estimate(batch, engine, tmp_path):
    overlay = tmp_path / "factors"
    (overlay / "factors").mkdir(parents=True)
    (overlay / "sources.csv").write_text(
        "id,title,authors,publisher,year,url,doi,licence,attribution,retrieved,read_as,note\n"
        "our_meter,Meter of our hall,,Us,2025,https://example.org/meter,,ours,,2025-01-02,primary,\n"
    )
    (overlay / "factors" / "facility.csv").write_text(
        "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note\n"
        "our_pue,pue,azure,,2025,1.5,1.4,1.6,shifted_lognormal,kWh/kWh_IT,our_meter,,primary,\n"
    )
    ran = batch(HEAD + ROW, "--factors", overlay, engine=engine)
    assert ran.rows[0]["facility_energy_kwh"] == approx(1.5 * ran.rows[0]["it_energy_kwh_it"], rel=1e-12)
    activity = {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "input_tokens": 500, "output_tokens": 400}
    assert_as_single(ran.rows[0], **activity, factors=overlay)


@both
def test_the_direct_grid_boundary_is_the_single_estimates(batch, engine):
    ran = batch("model,output_tokens\ngpt-4o,400\n", "--set", "region=US", "--set", "date=2024-06-01",
                "--grid-boundary", "direct", engine=engine)  # fmt: skip
    single = footprint.query("gpt-4o", output_tokens=400, region="US", date="2024-06-01", grid_boundary="direct")
    assert ran.rows[0]["carbon_location_kg"] == approx(single.carbon_location.m_as("kgCO2e"), rel=1e-12)
    assert ran.rows[0]["carbon_upstream_kg"] == approx(single.carbon_upstream.m_as("kgCO2e"), rel=1e-12)


# --- formats ---------------------------------------------------------------------------------------

TABLE = [
    {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "requests": 2, "input_tokens": 900, "output_tokens": 40},
    {"model": "gpt-4o", "region": None, "date": "2024-06-01", "requests": 1, "input_tokens": 10, "output_tokens": 5},
    {"model": "nope", "region": "FR", "date": "2025-06-01", "requests": 1, "input_tokens": 1, "output_tokens": 1},
    {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "requests": 1, "input_tokens": -3, "output_tokens": 1},
    {"model": "gpt-4o", "region": "Atlantis", "date": "2025-06-01", "requests": 1, "input_tokens": 3,
     "output_tokens": 1},
    {"model": "gpt-4o", "region": "FR", "date": "2025-06-01", "requests": None, "input_tokens": 1,
     "output_tokens": 1},
]  # fmt: skip


def as_file(form: str) -> bytes:
    if form == "parquet":
        sink = pa.BufferOutputStream()
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(TABLE), sink)
        return sink.getvalue().to_pybytes()
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in TABLE).encode()
    lines = [list(TABLE[0]), *(["" if v is None else str(v) for v in row.values()] for row in TABLE)]
    sign = {"csv": ",", "semicolon": ";", "tab": "\t", "bar": "|"}[form]
    return "".join(sign.join(line) + "\n" for line in lines).encode()


@both
@pytest.mark.parametrize(
    ("form", "out"),
    [
        *((form, "parquet") for form in ("csv", "semicolon", "tab", "bar", "jsonl", "parquet")),
        *(("csv", "csv"), ("csv", "jsonl"), ("jsonl", "jsonl"), ("parquet", "csv"), ("parquet", "jsonl")),
    ],
)
def test_every_format_in_and_out_gives_the_same_rows_and_rejects(batch, engine, form, out):
    suffix = form if form in ("jsonl", "parquet") else "csv"
    ran = batch(as_file(form), engine=engine, name=f"usage.{suffix}", out=out)
    want = batch(as_file("csv"), engine="duckdb")
    number = (lambda text: float(text) if text else None) if out == "csv" else (lambda value: value)
    got = [{**row, **{name: number(row[name]) for name in COLUMNS.values()}} for row in ran.rows]
    assert ran.counts == (6, 2, 4)
    assert_same_figures(got, want.rows)
    head = 1 if suffix == "csv" else 0
    assert [(line - head, *rest[:2]) for line, *rest in ran.reasons] == [
        (3, "model", "nope"),
        (4, "input_tokens", "-3"),
        (5, "region", "Atlantis"),
        (6, "requests", None),
    ]
    assert [reason for *_, reason in ran.reasons] == [reason for *_, reason in want.reasons]


@both
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_the_standard_input_is_recognised_by_its_content(engine, form, tmp_path):
    out = tmp_path / "out.parquet"
    ran = invoke("-", "-o", out, "--engine", engine, "--format", "json", stdin=as_file(form))
    summary = json.loads(ran.text)
    assert (ran.code, summary["rows_in"], summary["rows_estimated"]) == (3, 6, 2)
    assert summary["inputs"][0]["name"] == "standard input"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
@both
def test_a_pipe_that_can_be_read_only_once_loses_no_rows(engine, tmp_path):
    pipe = tmp_path / "usage.csv"
    os.mkfifo(pipe)
    rows = 20_000  # more than a first block
    code = f"print('model,output_tokens'); [print('gpt-4o', n, sep=',') for n in range({rows})]"
    with pipe_writer(code, pipe):
        ran = invoke(pipe, "--set", "date=2025-06-01", "--engine", engine, "--format", "json")
    assert json.loads(ran.text)["rows_estimated"] == rows


def pipe_writer(code: str, pipe: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", f"import sys\nsys.stdout = open({str(pipe)!r}, 'w')\n{code}"])


@pytest.mark.parametrize("name", ["usage.data", "usage"])
def test_the_content_tells_the_format_where_the_name_does_not(batch, name):
    assert batch(as_file("jsonl"), name=name).counts == (6, 2, 4)
    assert batch(as_file("parquet"), name=name).counts == (6, 2, 4)
    assert batch(as_file("csv"), name=name).counts == (6, 2, 4)


@both
def test_files_of_several_formats_are_one_batch_and_each_row_says_its_file(engine, tmp_path):
    one, two, out = tmp_path / "a.csv", tmp_path / "b.jsonl", tmp_path / "out.csv"
    one.write_text("model,output_tokens,team\ngpt-4o,5,x\n")
    two.write_text('{"output_tokens": 7, "model": "gpt-4o"}\n')
    ran = invoke(one, two, "-o", out, "--set", "date=2025-06-01", "--engine", engine)
    assert ran.code == 0
    assert [(Path(row["source_file"]).name, row["output_tokens"], row["team"]) for row in read(out)] == [
        ("a.csv", "5", "x"),
        ("b.jsonl", "7", ""),
    ]


@both
def test_rejects_of_several_files_name_the_file_and_its_own_line(engine, tmp_path):
    one, two, rejects = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "r.csv"
    one.write_text("model,output_tokens\ngpt-4o,5\nnope,5\n")
    two.write_text("model,output_tokens\nnope,6\ngpt-4o,7\n")
    invoke(one, two, "--rejects", rejects, "--set", "date=2025-06-01", "--engine", engine)
    assert [(Path(row["file"]).name, row["line"]) for row in read(rejects)] == [("a.csv", "3"), ("b.csv", "2")]


@both
def test_a_column_of_the_input_called_source_file_is_kept(engine, tmp_path):
    one, two, out = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "out.csv"
    one.write_text("model,output_tokens,source_file\ngpt-4o,5,theirs\n")
    two.write_text("model,output_tokens,source_file\ngpt-4o,6,theirs\n")
    invoke(one, two, "-o", out, "--set", "date=2025-06-01", "--engine", engine)
    assert [row["source_source_file"] for row in read(out)] == ["theirs", "theirs"]
    assert [Path(row["source_file"]).name for row in read(out)] == ["a.csv", "b.csv"]


@both
def test_rows_keep_their_order_and_lines_their_numbers_in_a_large_file(batch, engine):
    models = ("gpt-4o", "llama-3.1-8b", "nope", "gpt-4o-mini")
    rows = 120_000
    text = "model,output_tokens\n" + "".join(f"{models[n % 4]},{n}\n" for n in range(rows))
    ran = batch(text, "--set", "date=2025-06-01", engine=engine)
    assert [row["output_tokens"] for row in ran.rows] == [n for n in range(rows) if n % 4 != 2]
    assert [int(row["line"]) for row in ran.rejects] == [n + 2 for n in range(rows) if n % 4 == 2]


# --- mapping and constants -------------------------------------------------------------------------


@both
def test_map_and_set_name_columns_and_constants(batch, engine):
    ran = batch(
        "When,In,Out\n2025-06-01,500,400\n", "--map", "date=When", "--map", "input_tokens=In", "--map",
        "output_tokens=Out", "--set", "model=gpt-4o", "--set", "region=FR", engine=engine,
    )  # fmt: skip
    assert_as_single(ran.rows[0], model="gpt-4o", region="FR", date="2025-06-01", input_tokens=500, output_tokens=400)
    assert list(ran.rows[0])[:5] == ["date", "input_tokens", "output_tokens", "model", "region"]


@both
def test_amounts_can_be_set_for_every_row(batch, engine):
    ran = batch("model,region\ngpt-4o,FR\ngpt-4o,SE\n", "--set", "output_tokens=400", "--set", "date=2025-06-01",
                engine=engine)  # fmt: skip
    assert_as_single(ran.rows[1], model="gpt-4o", region="SE", date="2025-06-01", output_tokens=400)


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--map", "output_tokens=output_token"], 1, "did you mean 'output_tokens'? The columns are: model,"),
        (["--map", "output_token=team"], 2, "Did you mean 'output_tokens'?"),
        (["--set", "modle=gpt-4o"], 2, "Did you mean 'model'?"),
        (["--set", "model"], 2, "write NAME=VALUE"),
        (["--set", "region=FR", "--set", "region=DE"], 2, "region is given twice"),
        (["--map", "model=team", "--set", "model=gpt-4o"], 2, "model is both mapped to a column and set to a value"),
        (["--map", "input_tokens=output_tokens"], 2, "is taken for both input_tokens and output_tokens"),
        (["--set", "model=Claude 3.2 Sonnet"], 2, "unknown model or product 'Claude 3.2 Sonnet'; did you mean"),
        (["--set", "region=Atlantis"], 2, "unknown region 'Atlantis'"),
        (["--set", "input_tokens=-4"], 2, "tokens are zero or more"),
        (["--set", "input_tokens=1,287"], 2, "has two readings"),
        (["--by", "teem"], 2, "no column 'teem'; did you mean 'team'? The columns are: "),
        (["--by", "facility_energy_kwh"], 2, "is a figure of the summary"),
        (["--by", "rows"], 2, "'rows'"),
        (["--engine", "spark"], 2, "'spark' is not one of"),
        (["--min-coverage", "101"], 2, "101"),
        (["--input-format", "parquet"], 1, "no Parquet file"),
        (["-o", "out.xlsx"], 2, "end it in .parquet, .csv or .jsonl"),
        (["--rejects", "no/such/folder/r.csv"], 2, "there is no folder"),
        (["-o", "."], 2, "."),
    ],
)
def test_what_cannot_be_asked_for_is_one_line_and_the_right_status(tmp_path, monkeypatch, args, code, words):
    monkeypatch.chdir(tmp_path)
    Path("u.csv").write_text("model,region,output_tokens,team\ngpt-4o,FR,5,a\n")
    ran = invoke("u.csv", *args)
    assert ran.code == code
    assert words in ran.text
    assert "Traceback" not in ran.text
    assert [path.name for path in tmp_path.iterdir()] == ["u.csv"]


@both
@pytest.mark.parametrize(("date", "words"), [("garbage", "no date"), ("2014-12-31", "before the first factors")])
def test_a_date_set_for_every_row_that_cannot_be_used_stops_before_a_row_is_read(batch, engine, date, words):
    ran = batch("model,output_tokens\ngpt-4o,5\n", "--set", f"date={date}", engine=engine)
    assert ran.code in (1, 2)
    assert words in ran.text


def test_a_table_without_a_model_says_how_to_name_one(batch):
    ran = batch("date,output_tokens\n2025-06-01,5\n")
    assert ran.code == 1
    assert "--map model=COLUMN" in ran.text
    assert "The columns are: date, output_tokens." in ran.text


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


# --- odd files -------------------------------------------------------------------------------------

CLEAN = [("gpt-4o", "1"), ("gpt-4o", "2"), ("gpt-4o", "3")]


@both
@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"model,output_tokens\ngpt-4o,1\ngpt-4o,2\ngpt-4o,3\n", [2, 3, 4]),
        (b"model,output_tokens\ngpt-4o,1\ngpt-4o,2\ngpt-4o,3", [2, 3, 4]),
        (b"model,output_tokens\r\ngpt-4o,1\r\ngpt-4o,2\r\ngpt-4o,3\r\n", [2, 3, 4]),
        (b"model,output_tokens\r\ngpt-4o,1\r\ngpt-4o,2\r\ngpt-4o,3", [2, 3, 4]),
        (b"\xef\xbb\xbfmodel,output_tokens\ngpt-4o,1\ngpt-4o,2\ngpt-4o,3\n", [2, 3, 4]),
        (b"\xef\xbb\xbfmodel;output_tokens\r\ngpt-4o;1\r\ngpt-4o;2\r\ngpt-4o;3\r\n", [2, 3, 4]),
        (b"model\toutput_tokens\ngpt-4o\t1\ngpt-4o\t2\ngpt-4o\t3\n", [2, 3, 4]),
        (b"model,output_tokens\r\ngpt-4o,1\ngpt-4o,2\r\ngpt-4o,3\n", [2, 3, 4]),
        (b"model,output_tokens\rgpt-4o,1\rgpt-4o,2\rgpt-4o,3\r", [2, 3, 4]),
        (b"\n\nmodel,output_tokens\n\ngpt-4o,1\n\n\ngpt-4o,2\n   \ngpt-4o,3\n\n\n", [5, 8, 10]),
        (b"model,output_tokens\ngpt-4o,1\ngpt-4o,2\ngpt-4o,3\n\n", [2, 3, 4]),
        (b'"model","output_tokens"\n"gpt-4o","1"\n"gpt-4o","2"\n"gpt-4o","3"\n', [2, 3, 4]),
        (b'model, "output_tokens"\ngpt-4o, "1"\ngpt-4o, "2"\ngpt-4o, "3"\n', [2, 3, 4]),
        (b" model , output_tokens \ngpt-4o,1\ngpt-4o,2\ngpt-4o,3\n", [2, 3, 4]),
    ],
    ids=["plain", "no-last-newline", "crlf", "crlf-no-last", "bom", "bom-semicolon", "tab", "mixed-endings", "old-mac",
         "blank-lines", "blank-last-line", "quoted", "quoted-after-space", "spaces-in-header"],
)  # fmt: skip
def test_every_record_of_an_odd_file_is_a_row(batch, engine, content, lines):
    ran = batch(content, "--set", "date=2025-06-01", engine=engine)
    assert [(row["model"], str(row["output_tokens"])) for row in ran.rows] == CLEAN
    assert ran.counts == (3, 3, 0)
    bad = batch(content.replace(b"gpt-4o", b"nope"), "--set", "date=2025-06-01", engine=engine)
    assert [line for line, *_ in bad.reasons] == lines


HEADER = b"model,region,output_tokens\n"
GOOD = b"".join(b"gpt-4o,FR,%d\n" % n for n in range(30_000))


@both
@pytest.mark.parametrize("before", [b"", GOOD], ids=["early", "late"])
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"gpt-4o,2\n", "2 cells where the header has 3"),
        (b"gpt-4o\n", "1 cell where the header has 3"),
        (b"gpt-4o,FR,2,x\n", "4 cells where the header has 3"),
        (b"gpt-4o,FR,2,\n", "4 cells where the header has 3"),
        (b"gpt-4o,FR\ngpt-4o,FR,2,3\n", "2 cells where the header has 3"),
        (b'"gpt-4o,FR,2\n', "a quote is opened and not closed"),
        (b'gpt-4o,FR,"2\n', "a quote is opened and not closed"),
        (b'"gpt"-4o,FR,2\n', "expected after"),
        (b"gpt-4\xf6,FR,2\n", "no UTF-8 text"),
    ],
)
def test_a_broken_record_is_one_error_that_names_the_line_and_nothing_is_written(batch, engine, before, bad, words):
    ran = batch(HEADER + before + bad + b"gpt-4o,FR,9\n", engine=engine)
    line = 2 + before.count(b"\n")
    assert ran.code == 1
    assert f"usage.csv, line {line}: " in ran.text
    assert words in ran.text
    assert len(ran.text.strip().splitlines()) == 1


@both
def test_a_cell_of_several_lines_is_one_record_and_later_lines_keep_their_numbers(batch, engine):
    note = 'say ""hi"", it\'s\r\na note; |,\n\nof three lines'
    ran = batch(f'note,model,output_tokens\n"{note}",gpt-4o,1\n"x",nope,2\n'.encode(), "--set", "date=2025-06-01",
                engine=engine)  # fmt: skip
    assert [row["note"] for row in ran.rows] == [note.replace('""', '"')]
    assert [line for line, *_ in ran.reasons] == [6]


@both
@pytest.mark.parametrize("cell", ['5" disk', 'a"b"c', "it's", "back\\slash", "#comment", "NULL", "NA", "a|b;c\td"])
def test_signs_that_mean_something_elsewhere_are_text_here(batch, engine, cell):
    ran = batch(f"note,model,output_tokens\n{cell},gpt-4o,1\nx,gpt-4o,2\n", "--set", "date=2025-06-01", engine=engine)
    assert [row["note"] for row in ran.rows] == [cell, "x"]


@both
@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "u.csv", "is empty"),
        (b" \n\n", "u.csv", "is empty"),
        (b"\xef\xbb\xbf", "u.csv", "is empty"),
        (b"model,output_tokens\n", "u.csv", "a header, but no rows"),
        (b"model,output_tokens", "u.csv", "a header, but no rows"),
        (b"model,output_tokens,output_tokens\ngpt-4o,1,2\n", "u.csv", "two columns are called 'output_tokens'"),
        (b"model,output_tokens\ngpt\x004o,1\n", "u.csv", "neither CSV, JSON lines nor Parquet"),
        ("model,output_tokens\ngpt-4o,1\n".encode("utf-16"), "u.csv", "is UTF-16 text; save it as UTF-8"),
        (b"\x1f\x8b\x08\x00\x00", "u.csv", "ends in the middle: it was cut off"),
        (b"PAR1 and no more", "u.parquet", "u.parquet"),
        (b"not parquet", "u.parquet", "no Parquet file"),
        (b'[{"model": "gpt-4o"}]', "u.json", "is one JSON array"),
        (b'{"model": "gpt-4o"}\n{"model": \n', "u.jsonl", "line 2: no JSON object"),
        (b'{"model": "gpt-4o"}\n5\n', "u.jsonl", "line 2: no JSON object"),
        (b'{"model": "gpt-\xf6"}\n', "u.jsonl", "line 1: no UTF-8 text"),
        (b'{"model": {"id": "gpt-4o"}}\n', "u.jsonl", "column 'model' for model holds"),
        (b'{"model": "gpt-4o", "output_tokens": [1]}\n', "u.jsonl", "column 'output_tokens' for output_tokens holds"),
        (b'{"model": "gpt-4o", "date": 1718000000}\n', "u.jsonl", "write dates as year-month-day"),
    ],
)
def test_a_file_that_is_no_table_is_one_line_and_status_1(batch, engine, content, name, words):
    ran = batch(content, engine=engine, name=name)
    assert ran.code == 1
    assert words in ran.text
    assert len(ran.text.strip().splitlines()) == 1


@both
def test_json_lines_of_mixed_types_reject_the_bad_rows_alone(batch, engine):
    text = "".join(
        json.dumps(row) + "\n"
        for row in (
            {"model": "gpt-4o", "output_tokens": 5, "id": 1},
            {"model": "gpt-4o", "output_tokens": "6", "id": "two"},
            {"model": "gpt-4o", "output_tokens": "many"},
            {"model": 4, "output_tokens": 7},
            {"output_tokens": 8},
            {"model": "gpt-4o", "output_tokens": None},
            {"model": "gpt-4o", "output_tokens": True},
        )
    )
    ran = batch(text, "--set", "date=2025-06-01", engine=engine, name="u.jsonl")
    assert [row["output_tokens"] for row in ran.rows] == [5, 6]
    assert [(line, column, value) for line, column, value, _ in ran.reasons] == [
        (3, "output_tokens", "many"),
        (4, "model", "4"),
        (5, "model", None),
        (6, "output_tokens", None),
        (7, "output_tokens", "true"),
    ]


@both
def test_json_lines_with_a_byte_order_mark_crlf_and_blank_lines_are_read(batch, engine):
    content = b'\xef\xbb\xbf{"model": "gpt-4o", "output_tokens": 5}\r\n\r\n{"model": "gpt-4o", "output_tokens": 6}'
    ran = batch(content, "--set", "date=2025-06-01", engine=engine, name="u.jsonl")
    assert [row["output_tokens"] for row in ran.rows] == [5, 6]


@both
def test_texts_of_json_that_look_like_dates_stay_the_texts_they_were(batch, engine):
    row = {"model": "gpt-4o", "date": "2024-12-31T23:30:00-05:00", "output_tokens": 5, "seen": "2025-01-01",
           "id": "123e4567-e89b-12d3-a456-426614174000"}  # fmt: skip
    ran = batch(json.dumps(row), "--set", "region=FR", engine=engine, name="u.jsonl", out="jsonl")
    assert {name: ran.rows[0][name] for name in row} == row
    assert "grid_lifecycle_fra_2024" in ran.rows[0]["factors"]


@both
@pytest.mark.parametrize("out", ["csv", "jsonl", "parquet"])
def test_lists_and_objects_beside_the_counts_pass_through(batch, engine, out):
    row = {"model": "gpt-4o", "output_tokens": 5, "ids": [0, 1], "meta": {"a": "x", "b": None}}
    ran = batch(json.dumps(row), "--set", "date=2025-06-01", engine=engine, name="u.jsonl", out=out)
    ids, meta = ran.rows[0]["ids"], ran.rows[0]["meta"]
    assert (json.loads(ids), json.loads(meta)) if out == "csv" else (ids, meta) == ([0, 1], {"a": "x", "b": None})


@both
def test_json_with_another_key_in_every_row_is_still_a_table(batch, engine):
    text = "".join(json.dumps({f"k{n}": n, "model": "gpt-4o", "output_tokens": n}) + "\n" for n in range(250))
    assert batch(text, "--set", "date=2025-06-01", engine=engine, name="u.jsonl").counts == (250, 250, 0)


@both
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (pl.Series([2**53 + 1]), "is too large to be counted exactly"),
        (pl.Series([2**63 + 5], dtype=pl.UInt64), "is too large to be counted exactly"),
        (pl.Series([float("nan")]), "is not finite"),
        (pl.Series([math.inf]), "is not finite"),
        (pl.Series([True]), "is not a number"),
        (pl.Series([None], dtype=pl.Null), "is blank, and blank is not zero"),
        (pl.Series([None], dtype=pl.Int64), "is blank, and blank is not zero"),
    ],
)
def test_typed_counts_of_parquet_are_checked_like_texts(batch, engine, values, reason, tmp_path):
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": values}).write_parquet(tmp_path / "made.parquet")
    ran = batch((tmp_path / "made.parquet").read_bytes(), engine=engine, name="usage.parquet")
    assert [(line, column, why) for line, column, _, why in ran.reasons] == [(1, "output_tokens", reason)]


# --- odd names -------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("out", ["csv", "jsonl", "parquet"])
def test_columns_of_the_input_with_names_of_ours_are_kept_beside(batch, engine, out):
    head = "model,output_tokens,facility_energy_kwh,Method,edition,__line,__fault,_x,source_edition,Region"
    ran = batch(f"{head}\ngpt-4o,5,a,b,c,d,e,f,g,h\nnope,5,a,b,c,d,e,f,g,h\n", "--set", "region=FR", "--set",
                "date=2025-06-01", engine=engine, out=out)  # fmt: skip
    (row,) = ran.rows
    assert {name: value for name, value in row.items() if value in list("abcdefgh")} == {
        "source_facility_energy_kwh": "a",
        "source_Method": "b",
        "source_edition": "c",
        "source_line": "d",
        "source_fault": "e",
        "_x": "f",
        "source_source_edition": "g",
        "source_Region": "h",
    }
    assert (row["region"], row["method"]) == ("FR", "output_tokens")
    assert float(row["facility_energy_kwh"]) == approx(
        footprint.query("gpt-4o", output_tokens=5, region="FR", date="2025-06-01").facility_energy.m_as("kWh")
    )


ODD_NAMES = ['"; DROP TABLE x; --', "it's", 'a"b', "[a]", "new\nline", "^.*$", "*", "", "%s", "{x}", "日本", "a,b"]


@both
def test_odd_column_names_break_nothing(batch, engine, tmp_path):
    path = tmp_path / "made.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*ODD_NAMES, "model", "output_tokens"], [*range(12), "gpt-4o", 5]])
    ran = batch(path.read_bytes(), "--set", "date=2025-06-01", "--by", '"; DROP TABLE x; --', engine=engine)
    names = [*ODD_NAMES[:5], "column_6", "column_7", "column_8", *ODD_NAMES[8:]]
    assert list(ran.rows[0])[:12] == names
    assert [ran.rows[0][name] for name in names] == [str(n) for n in range(12)]
    assert ran.summary["groups"][0]['"; DROP TABLE x; --'] == "0"


@both
def test_an_odd_name_can_be_mapped(batch, engine):
    ran = batch('"Tok""x; --",Mod\'l\n5,gpt-4o\n', "--map", 'output_tokens=Tok"x; --', "--map", "model=Mod'l", "--set",
                "date=2025-06-01", engine=engine)  # fmt: skip
    assert [row["output_tokens"] for row in ran.rows] == [5]


@both
@pytest.mark.parametrize("name", ["*", "^.*$"])
def test_a_typed_column_whose_name_means_many_columns_is_refused(batch, engine, name, tmp_path):
    pl.DataFrame({name: [1], "model": ["gpt-4o"], "output_tokens": [5]}).write_parquet(tmp_path / "made.parquet")
    ran = batch((tmp_path / "made.parquet").read_bytes(), engine=engine, name="usage.parquet")
    assert ran.code == 1
    assert f"a column is called '{name}'" in ran.text


@pytest.mark.skipif(os.name == "nt", reason="such names are no names of files there")
@both
def test_odd_paths_break_nothing_and_match_no_other_file(engine, tmp_path):
    folder = tmp_path / "o'd*[x] ?"
    folder.mkdir()
    usage, out, rejects = folder / "u'*[1]?.csv", folder / "out'*[1].parquet", folder / "r'[2]*.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\nnope,5\n")
    (folder / "u'xx1y.csv").write_text("model,output_tokens\ngpt-4o,7\n")
    ran = invoke(usage, "-o", out, "--rejects", rejects, "--engine", engine, "--set", "date=2025-06-01")
    assert ran.code == 3
    assert pl.read_parquet(out, glob=False)["output_tokens"].to_list() == [5]
    assert [row["line"] for row in read(rejects)] == ["3"]


LABELS = [
    '=HYPERLINK("https://example.org","x")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\u202egpt\u202c\u200f",
    "x" * 10_000,
    "two\nlines",
    'a "quoted" one',
    "a,b;c|d",
    "'",
    "<script>alert(1)</script>",
    "🦙",
]


@both
@pytest.mark.parametrize("out", ["csv", "jsonl", "parquet"])
def test_odd_labels_are_kept_and_no_cell_of_a_csv_is_a_formula(batch, engine, out, tmp_path):
    path = tmp_path / "made.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [["team", "=name", "model", "output_tokens"], *([label, label, "gpt-4o", 5] for label in LABELS)]
        csv.writer(file).writerows(rows)
    ran = batch(path.read_bytes(), "--set", "date=2025-06-01", "--by", "team", engine=engine, out=out)
    got = [row["team"] for row in ran.rows]
    guarded = [label if label == "+1" or label[0] not in "=+-@" else f"'{label}" for label in LABELS]
    assert got == (guarded if out == "csv" else LABELS)
    assert ("'=name" if out == "csv" else "=name") in ran.rows[0]
    assert sorted(group["team"] for group in ran.summary["groups"]) == sorted(LABELS)


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


# --- files that are not to be lost -----------------------------------------------------------------


@both
def test_the_same_file_twice_is_an_error_unless_allowed(engine, tmp_path):
    usage, copy = tmp_path / "u.csv", tmp_path / "copy.csv"
    for path in (usage, copy):
        path.write_text("model,output_tokens\ngpt-4o,5\n")
    for second in (usage, copy):
        ran = invoke(usage, second, "--engine", engine)
        assert ran.code == 1
        assert "are the same file: its use would be counted twice" in ran.text
    ran = invoke(usage, copy, "--allow-overlap", "--engine", engine, "--format", "json", "--set", "date=2025-06-01")
    assert json.loads(ran.text)["rows_estimated"] == 2


@both
def test_identical_rows_in_one_file_are_all_estimated(batch, engine):
    assert batch(HEAD + ROW * 5, engine=engine).counts == (5, 5, 0)


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_an_output_that_is_an_input_is_refused(tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    text = "model,output_tokens\ngpt-4o,5\n"
    Path("u.csv").write_text(text)
    Path("sub").mkdir()
    names = ["u.csv", "./sub/../u.csv", tmp_path / "u.csv"]
    if hasattr(os, "symlink") and os.name != "nt":
        Path("link.csv").symlink_to("u.csv")
        Path("hard.csv").hardlink_to("u.csv")
        names += ["link.csv", "hard.csv"]
    for name in names:
        ran = invoke("u.csv", option, name)
        assert (ran.code, "is an input" in ran.text) == (2, True), name
    assert Path("u.csv").read_text() == text


def test_output_and_rejects_must_be_two_files(tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    assert "name two files" in invoke(usage, "-o", tmp_path / "o.csv", "--rejects", tmp_path / "o.csv").text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path):
    usage, pipe = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    os.mkfifo(pipe)
    ran = invoke(usage, "-o", pipe)
    assert ran.code == 2
    assert "device or a pipe cannot be replaced" in ran.text
    assert pipe.is_fifo()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_an_output_that_is_a_link_stays_a_link(tmp_path):
    usage, link, real = tmp_path / "u.csv", tmp_path / "out.csv", tmp_path / "real.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    real.write_text("old")
    link.symlink_to(real)
    assert invoke(usage, "-o", link, "--set", "date=2025-06-01").code == 0
    assert link.is_symlink()
    assert real.read_text().startswith("model,output_tokens")


@both
def test_an_error_in_the_data_leaves_the_old_files(batch, engine, tmp_path):
    old, rejects = tmp_path / "old.csv", tmp_path / "old-rejects.csv"
    usage = tmp_path / "u.csv"
    for path in (old, rejects):
        path.write_text("old")
    usage.write_bytes(HEADER + GOOD + b"gpt-4o,FR\n")
    ran = invoke(usage, "-o", old, "--rejects", rejects, "--engine", engine)
    assert ran.code == 1
    assert (old.read_text(), rejects.read_text()) == ("old", "old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old-rejects.csv", "old.csv", "u.csv"]


def command(*args: Any) -> list[str]:
    return [sys.executable, "-m", "footprint", "batch", *map(str, args)]


@pytest.fixture
def large(tmp_path):
    """A file that takes a while to estimate, and an output of a former run."""
    usage, out = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,region,date,output_tokens\n" + "gpt-4o,FR,2025-06-01,5\n" * 200_000)
    out.write_text("old")
    footprint.query("gpt-4o", output_tokens=1)  # the catalogue is in the cache before a limit is set
    return usage, out


@pytest.mark.skipif(os.name == "nt", reason="a limit on the size of files is a thing of POSIX")
@both
def test_a_full_disk_leaves_the_old_output_and_no_temporary_files(engine, large):
    import resource

    usage, out = large
    limit = usage.stat().st_size + 1_000_000  # enough for any other file, too small for the output

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # A cache of its own, filled before: the limit is for the output, not for building the catalogue.
    root, environment = Path(__file__).parents[1], {**os.environ, "XDG_CACHE_HOME": str(usage.parent.parent / "cache")}
    built = [sys.executable, "-c", "from footprint.catalogue import open_catalogue; open_catalogue()"]
    subprocess.run(built, check=True, cwd=root, env=environment)
    ran = subprocess.run(
        command(usage, "-o", out, "--rejects", out.with_name("r.csv"), "--engine", engine),
        capture_output=True, text=True, preexec_fn=limited, check=False, cwd=root, env=environment,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert out.read_text() == "old"
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.csv", "u.csv"]


def started(engine: str, usage: Path, out: Path) -> subprocess.Popen[str]:
    """Start a run, its temporary files within the test's folders, and return when it has begun to write."""
    process = subprocess.Popen(
        command(usage, "-o", out, "--engine", engine), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1], env={**os.environ, "TMPDIR": str(usage.parent.parent)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.is_file() and path.stat().st_size for path in out.parent.glob(".out.csv.*/*")):
            return process
        time.sleep(0.001)
    process.kill()
    pytest.fail(f"the run wrote nothing that could be seen: {process.communicate()}")


@pytest.mark.skipif(os.name == "nt", reason="signals are a thing of POSIX")
@both
def test_a_run_that_is_killed_while_it_writes_leaves_the_old_output(engine, large):
    usage, out = large
    process = started(engine, usage, out)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert out.read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="signals are a thing of POSIX")
@both
def test_an_interrupt_leaves_the_old_output_and_no_temporary_files(engine, large):
    usage, out = large
    process = started(engine, usage, out)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert "Traceback" not in errors
    assert out.read_text() == "old"
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.csv", "u.csv"]


def test_a_run_from_a_shell_prints_the_summary_and_nothing_on_the_error_stream(tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text(HEAD + ROW)
    for engine in ENGINES:
        ran = subprocess.run(
            command("-", "-o", tmp_path / "out.jsonl", "--engine", engine, "--format", "json"),
            input=usage.read_bytes(), capture_output=True, check=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert json.loads(ran.stdout)["rows_estimated"] == 1
        assert ran.stderr == b""


def test_the_same_run_twice_writes_the_same_bytes(batch, tmp_path):
    text = HEAD + "".join(f"{('gpt-4o', 'nope', 'gpt-4o-mini')[n % 3]},FR,2025-06-01,1,{n},5\n" for n in range(3000))
    for engine in ENGINES:
        for out in ("csv", "jsonl", "parquet"):
            batch(text, engine=engine, out=out)
            first = (tmp_path / f"{engine}.{out}").read_bytes()
            batch(text, engine=engine, out=out)
            assert (tmp_path / f"{engine}.{out}").read_bytes() == first


# --- laws ------------------------------------------------------------------------------------------

models = st.sampled_from(["gpt-4o", "gpt-4o-mini", "llama-3.1-8b", "GPT-4o", "nope", "", " ", "chatgpt", "=x", 'q"q'])
regions = st.sampled_from(["FR", "US", "aws:eu-west-3", "", " ", "Atlantis", "fr", "world"])
dates = st.one_of(
    st.dates(datetime.date(2014, 1, 1), datetime.date(2025, 12, 31)).map(str),
    st.sampled_from(["", "x", "2025-02-30", "2999-01-01", "2024-05-05T10:00:00Z"]),
)
counts = st.one_of(
    st.integers(0, 10**7).map(str), st.sampled_from(["", "-1", "nan", "1.5", "1e3", "1e400", "x", str(2**60), "a\nb"])
)
tables = st.lists(st.tuples(models, regions, dates, counts, counts, counts), min_size=1, max_size=12)


def is_count(text: str) -> bool:
    try:
        return float(text) >= 0 and float(text) == int(float(text)) <= 2**53 - 1
    except (ValueError, OverflowError):
        return False


def is_good(row: tuple[str, ...]) -> bool:
    model, region, date, *amounts = row
    requests, tokens = amounts[0], amounts[1:]
    return (
        model.lower() in ("gpt-4o", "gpt-4o-mini", "llama-3.1-8b")
        and region != "Atlantis"
        and date[:4].isdigit()
        and 2015 <= int(date[:4]) <= 2025
        and date != "2025-02-30"
        and all(is_count(amount) for amount in amounts)
        and not (float(requests) == 0 and any(float(token) > 0 for token in tokens))
    )


@given(rows=tables)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_every_row_is_estimated_or_rejected_and_the_engines_agree(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("law")
    with (folder / "u.csv").open("w", newline="", encoding="utf-8") as file:
        names = ["model", "region", "date", "requests", "input_tokens", "output_tokens", "row"]
        csv.writer(file).writerows([names, *((*row, place) for place, row in enumerate(rows))])
    seen = {}
    for engine in ENGINES:
        out, rejects = folder / f"{engine}.parquet", folder / f"{engine}.csv"
        ran = invoke(folder / "u.csv", "-o", out, "--rejects", rejects, "--engine", engine, "--format", "json")
        summary = json.loads(ran.text)
        assert ran.code == (0 if summary["rows_rejected"] == 0 else 3)
        assert summary["rows_in"] == len(rows)
        seen[engine] = (read(out), read(rejects), summary)
    estimated, rejected, summary = seen["duckdb"]
    assert [int(row["row"]) for row in estimated] == [place for place, row in enumerate(rows) if is_good(row)]
    assert len(estimated) + len(rejected) == len(rows)
    assert all(row["reason"] and row["column"] for row in rejected)
    assert_same_figures(estimated, seen["polars"][0])
    assert rejected == seen["polars"][1]
    assert summary["tokens_in"] == seen["polars"][2]["tokens_in"]
    for row in estimated[:2]:
        model, region, date, requests, read_tokens, written = rows[int(row["row"])]
        assert_as_single(row, model=model, region=region.strip() or None, date=date[:10],
                         requests=float(requests) or 1.0, input_tokens=float(read_tokens),
                         output_tokens=float(written))  # fmt: skip


@given(parts=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_answers_in_parts_are_the_answer_as_a_whole(parts):
    """The energy of an answer alone is linear in its tokens, so rows add up to the row of their sum."""
    frame = pl.DataFrame({"model": ["gpt-4o"] * (len(parts) + 1), "output_tokens": [*parts, sum(parts)]})
    out = footprint.estimate_frame(frame, region="FR", date="2025-06-01")
    for column in ("it_energy_kwh_it", "carbon_location_kg", "water_grid_l", "carbon_embodied_kg"):
        values = out[column].to_list()
        assert math.fsum(values[:-1]) == approx(values[-1], rel=1e-9)


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


@both
def test_models_that_were_used_before_their_release_are_told_with_the_first_day(batch, engine):
    usage = "model,date,output_tokens\ngpt-4o,2023-03-01,5\ngpt-4o,2023-02-01,5\ngpt-4o,2025-02-01,5\n"
    ran = batch(usage, "--set", "region=FR", engine=engine)
    assert "GPT-4o was in use on 2023-02-01, before its release on 2024-05-13." in ran.summary["assumptions"]
    later = batch(usage.replace("2023", "2025"), "--set", "region=FR", engine=engine)
    assert not any("before its release" in text for text in later.summary["assumptions"])


def test_a_type_that_the_engines_read_differently_is_read_by_one_of_them_in_both_passes(tmp_path):
    """Polars writes whole numbers of 128 bits as bytes, which DuckDB takes for bytes; fuzzing found it."""
    path, output, rejects = (tmp_path / name for name in ("usage.parquet", "out.parquet", "rejects.csv"))
    tokens = pl.Series([2**64, 12], dtype=pl.Int128)
    pl.DataFrame({"model": ["gpt-4o"] * 2, "output_tokens": tokens}).write_parquet(path)
    ran = invoke(path, "-o", output, "--rejects", rejects, "--format", "json")
    summary = json.loads(ran.text)
    assert summary["rows_estimated"] == len(pl.read_parquet(output))
    assert summary["rows_rejected"] == len(pl.read_csv(rejects)) == sum(row["rows"] for row in summary["rejections"])
    assert summary["rows_in"] == 2


ODD_PARQUET = {
    "numbers as a host": [{"provider": 1e-7}, {"provider": 1.5}],
    "moments as a host": [{"provider": datetime.datetime(2025, 1, day)} for day in (1, 2)],
    "white space of many kinds": [{"output_tokens": text} for text in ("\x0b5.000", "7", "\u00a06.000")],
    "names that differ by case": [{"Region": "x", "region": "FR", "region_1": "PL"}],
    "bytes as a host": [{"provider": b"\xff\x00"}, {"provider": b"aws"}],
}


@pytest.mark.parametrize("rows", ODD_PARQUET.values(), ids=ODD_PARQUET)
def test_what_engines_read_or_write_differently_is_counted_and_written_alike(tmp_path, rows):
    path, output, rejects = (tmp_path / name for name in ("usage.parquet", "out.parquet", "rejects.csv"))
    pl.DataFrame([{"model": "gpt-4o", "output_tokens": 5, **row} for row in rows], strict=False).write_parquet(path)
    args = ["--map", "region=region_1"] if "region_1" in rows[0] else []
    ran = invoke(path, "-o", output, "--rejects", rejects, "--format", "json", "--min-coverage", 0, *args)
    summary = json.loads(ran.text)
    assert summary["rows_in"] == len(rows)
    assert summary["rows_estimated"] == len(pl.read_parquet(output))
    assert summary["rows_rejected"] == len(pl.read_csv(rejects)) == sum(row["rows"] for row in summary["rejections"])
    total = summary["total"]["it_energy"]
    assert pl.read_parquet(output)["it_energy_kwh_it"].sum() == approx(total["value"] if total else 0, rel=1e-9)


def test_a_day_beyond_all_calendars_is_rejected(tmp_path):
    path = tmp_path / "usage.parquet"
    duckdb.sql(
        "SELECT 'gpt-4o' AS model, 10 AS output_tokens, unnest(['infinity'::DATE, DATE '2025-01-01']) AS date"
    ).write_parquet(str(path))
    ran = invoke(path, "-o", tmp_path / "out.parquet", "--format", "json")
    assert (ran.code, [row["reason"] for row in json.loads(ran.text)["rejections"]]) == (3, ["lies in the future"])


def test_files_that_one_engine_alone_puts_together_are_written_by_it(tmp_path):
    for name, zone in (("a.parquet", None), ("b.parquet", "Europe/Paris")):
        seen = pl.Series([datetime.datetime(2025, 1, 1)]).dt.replace_time_zone(zone)
        pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], "seen": seen}).write_parquet(tmp_path / name)
    ran = invoke(tmp_path / "a.parquet", tmp_path / "b.parquet", "-o", tmp_path / "out.parquet")
    assert (ran.code, len(pl.read_parquet(tmp_path / "out.parquet"))) == (0, 2)


def test_values_that_a_pattern_would_read_and_what_is_blank_are_parts_of_their_own(tmp_path):
    teams = [None, "__HIVE_DEFAULT_PARTITION__", "a*", "**", "a[b]", "a?", "../x", "é"]
    pl.DataFrame({"model": ["gpt-4o"] * 8, "output_tokens": range(1, 9), "team": teams}).write_parquet(
        tmp_path / "usage.parquet"
    )
    assert invoke(tmp_path / "usage.parquet", "-o", tmp_path / "parts", "--partition-by", "team").code == 0
    rows = pl.scan_parquet(tmp_path / "parts", hive_partitioning=True).sort("output_tokens").collect()
    assert rows["output_tokens"].to_list() == list(range(1, 9))
    assert rows["team"].to_list()[2:] == teams[2:]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("long", "x" * 300, "too long"), ("factors", "", "too long"), ("share", 1.5, "holds float")],
)
def test_a_value_that_is_no_name_for_a_folder_makes_no_parts(tmp_path, column, value, said):
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], column: [value]}).write_parquet(tmp_path / "usage.parquet")
    ran = invoke(tmp_path / "usage.parquet", "-o", tmp_path / "parts", "--partition-by", column)
    assert (ran.code, said in ran.text, (tmp_path / "parts").exists()) == (2, True, False)


# --- an output in parts ------------------------------------------------------------------------------


PARTED = "team,date,model,region,output_tokens\n" + "".join(
    f"{team},{day},gpt-4o,FR,{tokens}\n"
    for team, day, tokens in [
        ("a", "2025-01-31", 10),
        ("a", "2025-02-01", 20),
        ("../../b", "2025-02-01", 40),
        ('"x=1, %"', "2025-02-01", 80),
        ("", "2025-02-01", 160),
    ]
)


@pytest.mark.parametrize("engine", [None, "duckdb", "polars"])
def test_an_output_in_parts_holds_the_rows_of_one_file(tmp_path, engine):
    path, folder, whole = tmp_path / "usage.csv", tmp_path / "parts", tmp_path / "whole.parquet"
    path.write_text(PARTED + "a,2025-02-01,no-such-model,FR,5\n", "utf-8")
    args = ["--min-coverage", 0, *(["--engine", engine] if engine else [])]
    assert invoke(path, "-o", folder, "--partition-by", "team,month", *args).code == 0
    assert invoke(path, "-o", whole, *args).code == 0
    found = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.parquet"))
    assert found == [
        f"team={team}/month={month}/00000000.parquet"
        for team, month in [
            ("..%2F..%2Fb", "2025-02"),
            ("__HIVE_DEFAULT_PARTITION__", "2025-02"),
            ("a", "2025-01"),
            ("a", "2025-02"),
            ("x%3D1%2C%20%25", "2025-02"),
        ]
    ]
    rows = pl.scan_parquet(folder, hive_partitioning=True).collect()
    assert sorted(rows["month"].unique()) == ["2025-01", "2025-02"]
    one = pl.read_parquet(whole)
    same = [name for name in one.columns if rows.schema[name] == one.schema[name]]
    assert {"it_energy_kwh_it", "team", "output_tokens"} <= set(same)
    assert rows.select(same).sort("output_tokens").equals(one.select(same).sort("output_tokens"))
    assert sorted(item.name for item in tmp_path.iterdir()) == ["parts", "usage.csv", "whole.parquet"]


def test_an_output_in_parts_goes_into_a_new_folder_alone(tmp_path):
    path, folder = tmp_path / "usage.csv", tmp_path / "parts"
    path.write_text(PARTED, "utf-8")
    folder.mkdir()
    assert invoke(path, "-o", folder, "--partition-by", "team").code == 0
    held = sorted(folder.rglob("*"))
    ran = invoke(path, "-o", folder, "--partition-by", "month")
    assert (ran.code, sorted(folder.rglob("*"))) == (2, held)
    assert (
        ran.text == f"Error: {folder} is there already; parts go into a new folder: name another, or remove it first.\n"
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--partition-by", "team"], "name a new folder with --output"),
        (["-o", "out", "--partition-by", "teem"], "--partition-by: no column 'teem'"),
        (["-o", "out", "--partition-by", "it_energy_kwh_it"], "is a figure of the summary"),
        (["-o", "out", "--partition-by", "team", "--output-format", "csv"], "which is Parquet then"),
        (["--into", "out", "--partition-by", "team"], "leave out --output"),
    ],
)
def test_parts_that_cannot_be_are_refused_and_nothing_is_written(tmp_path, args, said):
    path = tmp_path / "usage.csv"
    path.write_text(PARTED, "utf-8")
    ran = invoke(path, *(tmp_path / part if part == "out" else part for part in args))
    assert (ran.code, [item.name for item in tmp_path.iterdir()]) == (2, ["usage.csv"])
    assert said in ran.text


def test_a_column_with_the_name_of_a_path_makes_no_parts(tmp_path):
    path = tmp_path / "usage.csv"
    path.write_text(PARTED.replace("team,", "../team,", 1), "utf-8")
    ran = invoke(path, "-o", tmp_path / "out", "--partition-by", "../team")
    assert (ran.code, "is no name for a folder" in ran.text) == (2, True)
