"""Files as strangers write them: odd records, odd types, odd names; both engines alike."""

from __future__ import annotations

import csv
import json
import math
import os

import duckdb
import polars as pl
import pytest
from batches import GOOD, HEADER, LABELS, both, invoke, read
from pytest import approx

import footprint

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


@pytest.mark.parametrize("engine", [(), ("--engine", "polars"), ("--engine", "duckdb")])
def test_a_column_of_a_rare_type_of_parquet_is_kept_or_refused_in_one_line(engine, tmp_path):
    path, id = tmp_path / "usage.parquet", "8f14e45f-ceea-467f-9a3a-2f1d1c5d6c11"
    duckdb.execute(
        f"COPY (SELECT '{id}'::UUID AS id, '{{\"a\": 1}}'::JSON AS data, 'gpt-4o' AS model, 'FR' AS region, "
        f"DATE '2025-06-01' AS date, 5 AS output_tokens) TO '{path}' (FORMAT parquet)"
    )
    written = {out: invoke(path, "-o", tmp_path / f"out.{out}", *engine) for out in ("parquet", "csv", "jsonl")}
    rows = {out: read(tmp_path / f"out.{out}") for out in written}
    assert [len(rows["parquet"]), written["parquet"].code] == [1, 0]
    for out in ("csv", "jsonl"):
        if "polars" in engine:  # to which a UUID is sixteen bytes
            assert (written[out].code, rows[out]) == (2, [])
            assert f"column 'id' holds bytes, which a file of {out} cannot" in written[out].text
        else:
            assert (rows[out][0]["id"], rows[out][0]["data"], written[out].code) == (id, '{"a": 1}', 0)
