"""A table of usage in, one estimated row per row out: every row is accounted for, whatever the file looks like.

Both engines run each test of files: they must give the same numbers, the same rejects and the same words.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from batches import HEAD, ROW, assert_as_single, assert_same_figures, both, invoke, read, run_in
from pytest import approx

import footprint
from footprint.results import COLUMNS

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


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    """What becomes of the table as CSV: every other format must give the same."""
    return run_in(tmp_path_factory.mktemp("wanted"), as_file("csv"))


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
def test_every_format_in_and_out_gives_the_same_rows_and_rejects(batch, wanted, engine, form, out):
    suffix = form if form in ("jsonl", "parquet") else "csv"
    ran = batch(as_file(form), engine=engine, name=f"usage.{suffix}", out=out)
    number = (lambda text: float(text) if text else None) if out == "csv" else (lambda value: value)
    got = [{**row, **{name: number(row[name]) for name in COLUMNS.values()}} for row in ran.rows]
    assert ran.counts == (6, 2, 4)
    assert_same_figures(got, wanted.rows)
    head = 1 if suffix == "csv" else 0
    assert [(line - head, *rest[:2]) for line, *rest in ran.reasons] == [
        (3, "model", "nope"),
        (4, "input_tokens", "-3"),
        (5, "region", "Atlantis"),
        (6, "requests", None),
    ]
    assert [reason for *_, reason in ran.reasons] == [reason for *_, reason in wanted.reasons]


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
