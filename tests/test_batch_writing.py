"""What is written, by whichever engine: the same rows, in one file or in parts."""

from __future__ import annotations

import csv
import datetime
import json

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from batches import invoke
from pytest import approx

from footprint.batch.parquet import sink


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
    [("long", "x" * 300, "too long"), ("factors", "", "too long"), ("share", 1.5, "holds Float64")],
)
def test_a_value_that_is_no_name_for_a_folder_makes_no_parts(tmp_path, column, value, said):
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], column: [value]}).write_parquet(tmp_path / "usage.parquet")
    ran = invoke(tmp_path / "usage.parquet", "-o", tmp_path / "parts", "--partition-by", column)
    assert (ran.code, said in ran.text, (tmp_path / "parts").exists()) == (2, True, False)


@pytest.mark.parametrize(("column", "said"), [("pair", "holds List"), ("raw", "holds Binary"), ("nope", "no column")])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_what_can_make_no_parts_is_told_before_a_row_is_read_and_in_a_dry_run(tmp_path, column, said, dry):
    odd = {"model": ["no such model"], "output_tokens": [5], "pair": [[1, 2]], "raw": [b"x"]}
    pl.DataFrame(odd).write_parquet(tmp_path / "usage.parquet")
    ran = invoke(tmp_path / "usage.parquet", "-o", tmp_path / "parts", "--partition-by", column, *dry)
    assert (ran.code, said in ran.text, (tmp_path / "parts").exists()) == (2, True, False)


def test_columns_that_differ_by_case_alone_are_two(tmp_path):
    """The engine that does not tell them apart is not taken, or says so."""
    table = {"model": ["gpt-4o"], "Region": ["FR"], "region": ["DE"], "output_tokens": [5]}
    pl.DataFrame(table).write_parquet(tmp_path / "usage.parquet")
    found = [invoke(tmp_path / "usage.parquet", "--by", "region", "--format", "json", *engine)
             for engine in ([], ["--engine", "polars"], ["--engine", "duckdb"])]  # fmt: skip
    assert [ran.code for ran in found] == [0, 0, 1]
    assert [json.loads(ran.text)["groups"][0]["region"] for ran in found[:2]] == ["DE", "DE"]
    assert "'Region' and 'region' differ by case alone" in found[2].text


def test_a_span_of_time_beside_the_counts_passes_through(tmp_path):
    """Polars knows no such column; DuckDB reads and writes it."""
    made = "SELECT 'gpt-4o' AS model, 5 AS output_tokens, INTERVAL 3 DAY AS gap"
    duckdb.sql(made).write_parquet(str(tmp_path / "usage.parquet"))
    assert invoke(tmp_path / "usage.parquet", "-o", tmp_path / "out.parquet").code == 0
    assert duckdb.read_parquet(str(tmp_path / "out.parquet")).select("gap").fetchall() == [(datetime.timedelta(3),)]
    for asked, said in (
        (["--by", "gap"], "--by: 'gap' holds spans of time"),
        (["--by", "gap", "--dry-run"], "--by: 'gap' holds spans of time"),
        (["--engine", "polars"], "which Polars cannot read"),
        (["-o", tmp_path / "parts", "--partition-by", "model"], "which Polars cannot read"),
    ):
        ran = invoke(tmp_path / "usage.parquet", *asked)
        assert (ran.code in (1, 2), said in ran.text, ran.text.count("\n")) == (True, True, 1), ran.text


def test_a_folder_that_parts_cannot_go_into_is_told_before_a_row_is_read(tmp_path):
    pl.DataFrame({"model": ["no such"], "output_tokens": [5]}).write_parquet(tmp_path / "u.parquet")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").write_text("mine")
    for dry in ([], ["--dry-run"]):
        ran = invoke(tmp_path / "u.parquet", "-o", tmp_path / "there", "--partition-by", "model", *dry)
        assert (ran.code, "is there already" in ran.text) == (2, True)


def test_a_dry_run_in_parts_reads_with_the_engine_that_would_write(tmp_path):
    """Moments with and without a zone: Polars puts no such files together."""
    for name, zone in (("a", None), ("b", "UTC")):
        moments = pl.Series([datetime.datetime(2025, 6, 1)], dtype=pl.Datetime("us", zone))
        table = pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], "date": moments})
        table.write_parquet(tmp_path / f"{name}.parquet")
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for dry in ([], ["--dry-run"]):
        assert invoke(*files, "-o", tmp_path / "parts", "--partition-by", "model", *dry).code == 1


def test_integers_of_128_bits_beside_the_counts_pass_through(tmp_path):
    """DuckDB takes those that Polars wrote for bytes, and keeps them as these."""
    wide = pl.Series([2**100], dtype=pl.Int128)
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], "wide": wide}).write_parquet(tmp_path / "u.parquet")
    found = []
    for engine in ("polars", "duckdb"):
        assert invoke(tmp_path / "u.parquet", "-o", tmp_path / f"{engine}.parquet", "--engine", engine).code == 0
        found += pl.read_parquet(tmp_path / f"{engine}.parquet")["wide"].to_list()
    assert found == [2**100, (2**100).to_bytes(16, "little")]


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


TEXTS = ("model", "region", "provider", "method", "quality", "factors", "warnings", "edition")
SPELT = {
    "model": ["gpt-4o", "GPT-4o ", "gpt-4o", "mistral-7b", "gpt-4o"] * 40,
    "region": ["FR", "France", "FR", "aws:eu-west-3", "PL"] * 40,
    "provider": [None, "", "azure", None, "azure"] * 40,
    "output_tokens": list(range(1, 201)),
    "team": ["a", "b", None, "a", ""] * 40,
}


def kinds(path):
    """Return the types of a file's columns, as three libraries read them."""
    found = duckdb.read_parquet(str(path))
    described = dict(zip(found.columns, map(str, found.types), strict=True))
    return pl.read_parquet_schema(path), described, pyarrow.parquet.read_schema(path)


@pytest.mark.parametrize("most", [65_536, 0], ids=["given lists", "lists of each group of rows"])
def test_texts_in_parquet_are_texts_to_whoever_reads_them_and_those_of_the_input_as_they_were(
    tmp_path, monkeypatch, most
):
    monkeypatch.setattr("footprint.batch.parquet._MOST_BYTES", most)
    path, output, table = (tmp_path / name for name in ("usage.parquet", "out.parquet", "out.csv"))
    pl.DataFrame(SPELT).write_parquet(path)
    for target in (output, table):
        assert invoke(path, "-o", target).code == 0
    polars, described, arrow = kinds(output)
    for name in TEXTS:
        assert (polars[name], described[name]) == (pl.String, "VARCHAR")
        assert arrow.field(name).type in (pa.string(), pa.large_string()) and not arrow.field(name).metadata
    rows = pl.read_parquet(output)
    assert rows.select(*SPELT).to_dict(as_series=False) == SPELT
    # A file of CSV is written by the other engine, and in any order.
    told = sorted(csv.DictReader(table.open(newline="")), key=lambda row: int(row["output_tokens"]))
    for name in TEXTS[3:]:
        assert rows[name].to_list() == [row[name] for row in told]


def test_files_of_several_editions_are_read_together(tmp_path):
    """Lists of Polars' own could not be: that of an edition, or of a method, differs from file to file."""
    overlay = tmp_path / "own"
    overlay.mkdir()
    (overlay / "factors.csv").write_text(
        "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note\n"
        "ours_fr,grid_average_lifecycle,,FRA,2025,7,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,x\n"
    )
    for name, model, own in (("a", "gpt-4o", []), ("b", "mistral-7b", ["--factors", overlay])):
        usage = tmp_path / f"{name}.parquet"
        pl.DataFrame({"model": [model], "region": ["FR"], "output_tokens": [5]}).write_parquet(usage)
        assert invoke(usage, "-o", tmp_path / f"out_{name}.parquet", *own).code == 0
    rows = pl.scan_parquet(tmp_path / "out_*.parquet").collect()
    assert (rows["model"].to_list(), rows["edition"].n_unique()) == (["gpt-4o", "mistral-7b"], 2)
    assert "ours_fr" in rows["factors"][1]


def test_parts_hold_texts_and_the_rows_of_all(tmp_path):
    pl.DataFrame(SPELT).write_parquet(tmp_path / "usage.parquet")
    parts = tmp_path / "parts"
    assert invoke(tmp_path / "usage.parquet", "-o", parts, "--partition-by", "model").code == 0
    files = sorted(parts.rglob("*.parquet"))
    assert len(files) == 3  # as it is written
    for file in files:
        polars, _, arrow = kinds(file)
        assert "model" not in polars
        assert {polars[name] for name in TEXTS[1:]} == {pl.String}
        assert not any(pa.types.is_dictionary(field.type) for field in arrow)
    rows = pl.scan_parquet(parts, hive_partitioning=True).sort("output_tokens").collect()
    assert rows.select(*SPELT).to_dict(as_series=False) == SPELT


def test_a_part_holds_no_text_of_another(tmp_path):
    """Parts are handed to teams and customers: what others use is told by none, also not in a list of texts."""
    table = {"team": ["a", "b"] * 50, "model": ["gpt-4o", "mistral-7b"] * 50, "region": ["FR", "PL"] * 50}
    pl.DataFrame(table | {"output_tokens": range(1, 101)}).write_parquet(tmp_path / "u.parquet")
    assert invoke(tmp_path / "u.parquet", "-o", tmp_path / "parts", "--partition-by", "team").code == 0
    for team, own, others in (("a", b"gpt-4o", b"mistral-7b"), ("b", b"mistral-7b", b"gpt-4o")):
        (file,) = (tmp_path / "parts" / f"team={team}").iterdir()
        rows = pl.read_parquet(file)
        assert rows["model"].n_unique() == rows["factors"].n_unique() == 1
        held = [text for name in ("model", "factors", "warnings") for text in texts_held(file, name)]
        assert any(own in text for text in held) and not any(others in text for text in held)
        assert others not in file.read_bytes()


def texts_held(file, name):
    """Return the dictionary of a column, whether its rows have all of these texts or not."""
    told = pyarrow.parquet.ParquetFile(file, read_dictionary=[name]).read([name])[name]
    return [text.encode() for chunk in told.chunks for text in chunk.dictionary.to_pylist() if text]


def test_the_text_of_a_row_that_is_rejected_is_told_as_it_was(tmp_path):
    models = ["gpt-4o", "no such model", None, "mistral-7b", "GPT-4o ", "  "]
    table = {"model": models, "region": ["FR"] * 6, "output_tokens": [5, 6, 7, -8, 9, 10]}
    pl.DataFrame(table).write_parquet(tmp_path / "u.parquet")
    output, rejects = tmp_path / "out.parquet", tmp_path / "rejects.csv"
    assert invoke(tmp_path / "u.parquet", "-o", output, "--rejects", rejects).code == 3
    assert pl.read_parquet(output).select("model", "output_tokens").rows() == [("gpt-4o", 5), ("GPT-4o ", 9)]
    told = pl.read_csv(rejects).select("column", "value").rows()
    assert told == [("model", "no such model"), ("model", None), ("output_tokens", "-8"), ("model", "  ")]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("parts", [[], ["--partition-by", "region"]])
def test_a_file_of_texts_alone_of_which_no_row_is_rejected_has_no_rejects(tmp_path, form, parts):
    """Models and regions are numbers in lists of their own then, which have no type in common."""
    table = {"model": ["chatgpt", "gemini-apps", "chatgpt"], "region": ["FR", "PL", "DE"]}
    pl.DataFrame(table).write_parquet(tmp_path / "u.parquet")
    output, rejects = tmp_path / ("out" if parts else "out.parquet"), tmp_path / f"rejects.{form}"
    ran = invoke(tmp_path / "u.parquet", "-o", output, "--rejects", rejects, *parts)
    assert (ran.code, len(pl.read_parquet(output))) == (0, 3), ran.text
    found = pl.read_csv(rejects) if form == "csv" else pl.read_parquet(rejects)
    assert len(found) == 0 and (form == "csv" or found.schema["value"] == pl.String)


def test_texts_that_many_rows_share_are_given_as_lists(tmp_path, monkeypatch):
    """What a file says does not tell how it was written: slowly, where Polars has to find the lists."""
    given = []

    def noted(frame, target, **rest):
        given.append(frame.collect_schema())
        sink(frame, target, **rest)

    monkeypatch.setattr("footprint.batch.engines.sink", noted)
    pl.DataFrame(SPELT).write_parquet(tmp_path / "usage.parquet")
    assert invoke(tmp_path / "usage.parquet", "-o", tmp_path / "out.parquet").code == 0
    (schema,) = given
    assert {name for name, kind in schema.items() if kind == pl.Enum} == {"model", "region", "factors", "warnings"}
    assert schema["provider"] == pl.String  # one is blank
