"""Exports to the canonical table: recognised from the file, counted once, every row accounted for.

What every reader shares; the sources themselves are tested in the files beside this one.
"""

import datetime
import gzip
import json
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint.commands import main
from footprint.errors import UsageError
from footprint.intake.scan import LINE
from footprint.readers import Options, normalised, opened, readers, series
from footprint.readers.mapper import Mapper
from footprint.readers.table import COLUMNS, schema

TRACE = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
ROW = "2023-11-16 18:17:03.9799600,4808,10\n"


def run(*args):
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def batch(*args):
    result = run("batch", *args, "--format", "json")
    return json.loads(result.output) if result.exit_code in (0, 3) else result.output


def table(path, **options):
    with opened([str(path)], None, False, options=Options(**options)) as (item,):
        return normalised(item).collect()


@pytest.fixture
def file(tmp_path):
    def write(content, name="trace.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# --- recognising ---------------------------------------------------------------------------------------


def test_a_source_is_recognised_from_the_file_itself(file):
    summary = batch(file(TRACE + ROW), "--set", "model=gpt-4o", "--set", "region=FR")
    assert summary["inputs"][0]["reader"] == "azure-llm-trace"
    assert (summary["rows_estimated"], summary["tokens_in"]) == (1, {"input_tokens": 4808, "output_tokens": 10})


def test_a_mapped_file_is_a_plain_table(file):
    summary = batch(
        file(TRACE + ROW), "--map", "output_tokens=GeneratedTokens", "--set", "model=gpt-4o", "--set", "region=FR"
    )
    assert "reader" not in summary["inputs"][0]


def test_the_reader_can_be_named(file):
    path = file(TRACE + ROW)
    assert "no column says which model" in run("batch", path, "--reader", "table").output
    assert batch(path, "--reader", "azure-llm-trace", "--set", "model=gpt-4o")["rows_in"] == 1


def test_an_unknown_reader_is_told_with_the_nearest():
    result = run("batch", "any.csv", "--reader", "azur-llm-trace")
    assert "any.csv: no such file" in result.output
    result = run("readers", "azur-llm-trace")
    assert (result.exit_code, "did you mean 'azure-llm-trace'" in result.output) == (2, True)


def test_a_file_of_another_format_than_the_named_readers_is_refused(file):
    result = run("batch", file('{"a": 1}\n', "a.jsonl"), "--reader", "azure-llm-trace")
    assert "the reader azure-llm-trace reads csv, not json" in result.output


def test_every_reader_says_how_its_export_is_made_and_what_it_needs():
    for reader in readers().values():
        shown = run("readers", reader.name)
        assert shown.exit_code == 0
        assert len(reader.help) > 40 and reader.title in shown.output
        assert set(reader.needs) <= set(COLUMNS)
        assert set(reader.kinds) <= set(schema()["properties"]["kind"]["enum"])


def test_the_list_of_readers_names_all_of_them():
    listed = run("readers", "--format", "csv").output
    assert all(name in listed for name in readers())


# --- files as they come --------------------------------------------------------------------------------


def test_a_packed_file_is_read_and_its_own_hash_is_told(file):
    plain, packed = file(TRACE + ROW), file(gzip.compress((TRACE + ROW).encode()), "trace.csv.gz")
    one, other = (batch(path, "--set", "model=gpt-4o", "--set", "region=FR") for path in (plain, packed))
    assert one["total"] == other["total"]
    assert one["inputs"][0]["sha256"] != other["inputs"][0]["sha256"]


def test_a_packed_file_that_was_cut_off_is_told(file):
    packed = gzip.compress((TRACE + ROW * 500).encode())
    assert "ends in the middle: it was cut off" in batch(file(packed[:-20], "trace.csv.gz"))


def test_a_damaged_packed_file_is_told(file):
    packed = bytearray(gzip.compress((TRACE + ROW * 500).encode()))
    packed[-6] ^= 0xFF
    assert "is damaged" in batch(file(bytes(packed), "trace.csv.gz"))


def test_a_bomb_is_not_unpacked(file, monkeypatch):
    monkeypatch.setattr("footprint.intake.files._UNPACKED_FREELY", 1 << 20)
    packed = gzip.compress(b"0" * (8 << 20), 9)
    assert len(packed) * 200 < 8 << 20
    assert "grows to over 200 times its size" in batch(file(packed, "trace.csv.gz"))


def test_the_same_content_packed_and_plain_is_the_same_file(file):
    plain, packed = file(TRACE + ROW), file(gzip.compress((TRACE + ROW).encode()), "again.csv.gz")
    assert "are the same file" in batch(plain, packed)


def test_a_folder_is_all_its_files_and_a_pattern_those_it_matches(file, tmp_path):
    file(TRACE + ROW, "a.csv")
    file(TRACE + ROW.replace("2023-11-16", "2023-11-17"), "b.csv")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / ".hidden").write_text("x")
    given = ("--set", "model=gpt-4o", "--set", "region=FR")
    assert batch(tmp_path, *given)["rows_in"] == 2
    assert batch(tmp_path / "*.csv", *given)["rows_in"] == 2
    assert "no file matches" in batch(tmp_path / "*.parquet", *given)


def test_an_empty_folder_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "the folder holds no files" in batch(tmp_path / "empty")


def test_periods_of_one_source_that_overlap_are_refused_with_both_names(file):
    row = "2023-11-16 18:30:00,1,1\n"
    one, other = file(TRACE + ROW + "2023-11-16 19:00:00,1,1\n", "one.csv"), file(TRACE + row, "other.csv")
    given = ("--set", "model=gpt-4o", "--set", "region=FR")
    assert "one.csv" in batch(one, other, *given)
    assert "other.csv overlap: both are of azure-llm-trace" in batch(one, other, *given).replace("\n", " ")
    assert batch(one, other, *given, "--allow-overlap")["rows_in"] == 3


def test_periods_of_one_source_that_follow_each_other_are_taken(file):
    one, other = file(TRACE + ROW, "one.csv"), file(TRACE + ROW.replace("18:17", "18:18"), "other.csv")
    assert batch(one, other, "--set", "model=gpt-4o", "--set", "region=FR")["rows_in"] == 2


# --- cells ---------------------------------------------------------------------------------------------


def cells(content, column, read, name="cells.csv", tmp_path=None, **options):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    from footprint.intake.files import identified, surveyed

    (item,) = identified([str(path)], None, tmp_path, False)
    rows = Mapper.of(surveyed(item, tmp_path / "plain"), Options(**options))
    canonical = {"count": "output_tokens", "number": "energy_kwh", "time": "date"}[read]
    made = rows.built({canonical: getattr(rows, read)(column)}).frame.collect()
    return made[canonical].to_list(), made["reject_reason"].to_list()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 1 234 ", 1234),
        ("1\u00a0234\u202f567", 1234567),
        ('"1,234"', 1234),
        ("1e3", 1000),
        ("12.0", 12),
        ("", None),
        ("NULL", None),
        ("n/a", None),
    ],
)
def test_counts_are_read_as_people_write_them(text, value, tmp_path):
    values, reasons = cells(f"n,m\n{text},x\n", "n", "count", tmp_path=tmp_path)
    assert (values, reasons) == ([value], [None])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("twelve", "is not a number"),
        ("-3", "is negative"),
        ("1.5", "is not a whole number"),
        ("1e400", "is too large to be counted exactly"),
        ("99999999999999999999", "is too large to be counted exactly"),
        ("0x1F", "is not a number"),
        ("1_000", "is not a number"),
    ],
)
def test_what_is_no_count_rejects_its_row_with_the_reason(text, reason, tmp_path):
    values, reasons = cells(f"n,m\n{text},x\n", "n", "count", tmp_path=tmp_path)
    assert (values, reasons) == ([None], [reason])


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("n;m\n1,5;x\n", 1.5),
        ("n;m\n1 234,5;x\n", 1234.5),
        ("n;m\n1.234,5;x\n", 1234.5),
        ('n,m\n"1,234.5",x\n', 1234.5),
        ('n,m\n"0,5",x\n', 0.5),
        ("n,m\n1e-3,x\n", 0.001),
    ],
)
def test_decimal_commas_and_thousands_are_told_apart(content, value, tmp_path):
    assert cells(content, "n", "number", tmp_path=tmp_path) == ([value], [None])


def test_a_number_that_can_be_read_in_two_ways_rejects_its_row(tmp_path):
    values, reasons = cells('n,m\n"1,234",x\n', "n", "number", tmp_path=tmp_path)
    assert values == [None]
    assert reasons[0].startswith("can be read in two ways")


UTC = datetime.UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-30", datetime.datetime(2025, 3, 30, tzinfo=UTC)),
        ("2025-03-30 02:30", datetime.datetime(2025, 3, 30, 2, 30, tzinfo=UTC)),
        ("2025-03-30T02:30:00.1234567Z", datetime.datetime(2025, 3, 30, 2, 30, 0, 123456, tzinfo=UTC)),
        ("2025-03-30T02:30:00+02:00", datetime.datetime(2025, 3, 30, 0, 30, tzinfo=UTC)),
        ("2025-03-30 02:30:00 -0530", datetime.datetime(2025, 3, 30, 8, 0, tzinfo=UTC)),
        ("2025-03-30 02:30:00 UTC", datetime.datetime(2025, 3, 30, 2, 30, tzinfo=UTC)),
    ],
)
def test_moments_become_those_of_utc(text, moment, tmp_path):
    assert cells(f"t,m\n{text},x\n", "t", "time", tmp_path=tmp_path) == ([moment], [None])


def test_stamps_without_a_zone_take_the_one_that_is_given(tmp_path):
    moments, reasons = cells("t,m\n2025-06-01 12:00:00,x\n", "t", "time", tmp_path=tmp_path, zone="Europe/Paris")
    assert (moments, reasons) == ([datetime.datetime(2025, 6, 1, 10, tzinfo=UTC)], [None])


@pytest.mark.parametrize("text", ["2025-03-30 02:30:00", "2025-10-26 02:30:00"])
def test_a_time_that_is_not_there_or_there_twice_rejects_its_row(text, tmp_path):
    moments, reasons = cells(f"t,m\n{text},x\n", "t", "time", tmp_path=tmp_path, zone="Europe/Paris")
    assert moments == [None]
    assert reasons[0] == "is no time, or two, in Europe/Paris: clocks were changed then"


@pytest.mark.parametrize("text", ["30/03/2025", "2025-02-30", "yesterday", "1743300000"])
def test_what_is_no_date_rejects_its_row(text, tmp_path):
    moments, reasons = cells(f"t,m\n{text},x\n", "t", "time", tmp_path=tmp_path)
    assert (moments, reasons) == ([None], ["is not a date; write year-month-day first"])


def test_no_time_zone_of_that_name_is_told(tmp_path):
    with pytest.raises(UsageError, match="is no time zone; write one such as Europe/Paris"):
        cells("t,m\n2025-06-01 12:00:00,x\n", "t", "time", tmp_path=tmp_path, zone="Mars/Olympus")


# --- power and meters ----------------------------------------------------------------------------------


def test_power_is_integrated_over_its_own_stamps():
    assert series.power([0, 1, 3, 4], [100, 100, 100, 100]).energy == approx(400 / 3600)


def test_readings_may_come_in_any_order_and_twice():
    assert series.power([4, 0, 2, 2], [10, 10, 30, 10]).energy == approx((15 * 2 + 15 * 2) / 3600)


def test_a_long_gap_is_neither_bridged_nor_zero():
    found = series.power([*range(10), *range(1000, 1010)], [100.0] * 20)
    assert (found.energy, found.gaps, found.missing) == (approx(18 * 100 / 3600), 1, 991)
    assert "1 gaps of 991 s together are not counted" in found.note("power")


def test_one_reading_is_no_energy():
    with pytest.raises(ValueError, match="two readings"):
        series.power([1], [100])


def test_a_register_that_begins_anew_counts_what_it_shows_since():
    assert series.register([2, 0, 3, 1], [1, 10, 4, 12]) == (6.0, 1)


# --- the table itself ----------------------------------------------------------------------------------


def test_a_normalised_file_is_written_and_is_the_same_to_a_batch(file, tmp_path):
    trace, out = file(TRACE + ROW), tmp_path / "activity.parquet"
    result = run("normalise", trace, "-o", out)
    assert "1 rows: 1 to be estimated" in result.output
    assert pl.read_parquet(out)["input_tokens"].to_list() == [4808]
    given = ("--set", "model=gpt-4o", "--set", "region=FR")
    assert batch(out, *given)["inputs"][0]["reader"] == "activity-table"
    assert batch(out, *given)["total"] == batch(trace, *given)["total"]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_normalised_table_keeps_what_was_rejected_and_set_aside_in_every_format(form, file, tmp_path):
    burst = (
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,GPT-4,10,20,30,API log\n6,GPT-4,9,0,9,API log\n7,GPT-4,many,2,9,API log\n"
    )
    out = tmp_path / f"activity.{form}"
    run("normalise", file(burst), "-o", out)
    summary = batch(out, "--set", "region=FR", "--set", "date=2023-11-01")
    assert (summary["rows_in"], summary["rows_estimated"], sum(summary["rows_set_aside"].values())) == (3, 1, 1)
    (told,) = summary["rejections"]
    assert (told["column"], told["reason"]) == ("Request tokens", "is not a number")


def test_a_file_that_no_reader_knows_is_told_what_to_do(file):
    result = run("normalise", file("a,b\n1,2\n"))
    assert (result.exit_code, "no reader knows it" in result.output) == (2, True)


def test_the_schema_of_the_table_is_printed():
    printed = json.loads(run("normalise", "--schema").output)
    assert printed == schema()
    assert set(printed["properties"]) == set(COLUMNS)


def test_every_row_of_a_table_meets_the_schema(file):
    from jsonschema import Draft202012Validator

    rows = table(file(TRACE + ROW + "x,4,5\n")).with_columns(
        pl.col("date", "period_end").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    for row in rows.to_dicts():
        Draft202012Validator(schema()).validate(row)


def test_what_a_reader_rejects_is_a_rejected_row_of_the_batch(file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    summary = batch(
        file(TRACE + ROW + "2023-11-16 18:17:04,many,10\n"),
        *("--set", "model=gpt-4o", "--set", "region=FR", "--rejects", rejects),
    )
    assert (summary["rows_in"], summary["rows_estimated"], summary["rows_rejected"]) == (2, 1, 1)
    (row,) = pl.read_csv(rejects).to_dicts()
    assert (row["line"], row["column"], row["value"]) == (3, "ContextTokens", "many")


def test_a_row_that_is_no_use_of_its_own_is_set_aside_and_counted(file):
    burst = (
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,GPT-4,10,20,30,API log\n6,GPT-4,9,0,9,API log\n"
    )
    summary = batch(file(burst), "--set", "region=FR", "--set", "date=2023-11-01")
    assert (summary["rows_in"], summary["rows_estimated"]) == (2, 1)
    assert summary["rows_set_aside"] == {"a request that failed: it has no answer": 1}


# --- rows of other kinds -------------------------------------------------------------------------------

KINDS = (
    "kind,model,region,date,output_tokens,instance,instance_hours,accelerator,accelerator_hours,energy_kwh,"
    "energy_boundary,provider\n"
)
MAPPED = [
    option
    for name in ("kind", "instance", "instance_hours", "accelerator_hours", "energy_kwh", "energy_boundary")
    for option in ("--map", f"{name}={name}")
]
EACH = [
    ("query,gpt-4o,US,2025-02-01,400,,,,,,,", lambda: footprint.query("gpt-4o", output_tokens=400, region="US")),
    (
        "instance,,us-east-1,2025-02-01,,p4d.24xlarge,24,,,,,",
        lambda: footprint.instance("p4d.24xlarge", hours="24 h", region="us-east-1", date="2025-02-01"),
    ),
    (
        "accelerators,,US,2025-02-01,,,,h100,100,,,unknown",
        lambda: footprint.training(
            accelerator="h100", accelerator_hours="100 acc_h", region="US", provider="unknown", date="2025-02-01"
        ),
    ),
    (
        "energy,,FR,2025-02-01,,,,,,1000,facility,",
        lambda: footprint.datacenter(energy="1000 kWh", region="FR", date="2025-02-01"),
    ),
    (
        "energy,,FR,2025-02-01,,,,,,5,it,unknown",
        lambda: footprint.datacenter(energy="5 kWh_IT", region="FR", provider="unknown", date="2025-02-01"),
    ),
    (
        "energy,,FR,2025-02-01,,,,,,5,accelerator,unknown",
        lambda: footprint.datacenter(energy="5 kWh_acc", region="FR", provider="unknown", date="2025-02-01"),
    ),
]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(("row", "single"), EACH[1:], ids=["instance", "accelerators", "meter", "plug", "chips"])
def test_a_row_of_any_kind_is_the_single_estimate(row, single, engine, file):
    total = batch(file(KINDS + row + "\n"), *MAPPED, "--engine", engine)["total"]
    one = single()
    for name, unit in footprint.results.RESULTS.items():
        value = getattr(one, name)
        found = total[name]
        assert (found is None) == (value is None), name
        if value is not None:
            low, high = one.ranges.get(name, (value, value))
            assert found["value"] == approx(value.m_as(unit), rel=1e-9), name
            assert (found["low"] or found["value"]) == approx(low.m_as(unit), rel=1e-6), name
            assert (found["high"] or found["value"]) == approx(high.m_as(unit), rel=1e-6), name


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_rows_of_all_kinds_add_up(engine, file):
    whole = batch(file(KINDS + "\n".join(row for row, _ in EACH) + "\n"), *MAPPED, "--engine", engine)
    parts = [
        batch(file(KINDS + row + "\n", f"{place}.csv"), *MAPPED, "--engine", engine)
        for place, (row, _) in enumerate(EACH)
    ]
    assert whole["rows_estimated"] == len(EACH)
    for name in ("facility_energy", "carbon_location"):
        added = sum(part["total"][name]["value"] for part in parts)
        assert whole["total"][name]["value"] == approx(added, rel=1e-9)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("energy,,FR,2025-02-01,,,,,,,it,unknown", "energy_kwh", "is blank, but the row is of the kind energy"),
        ("energy,,FR,2025-02-01,,,,,,5,,unknown", "energy_boundary", "is none of facility, it, accelerator"),
        ("energy,,FR,2025-02-01,,,,,,-5,it,unknown", "energy_kwh", "is negative"),
        ("gold,,FR,2025-02-01,,,,,,5,it,unknown", "kind", "is none of query, instance, accelerators, energy"),
        ("instance,,us-east-1,2025-02-01,,p99.24xlarge,24,,,,,", "instance", "unknown instance 'p99.24xlarge'"),
        ("instance,,us-east-1,2025-02-01,,p4d.24xlarge,,,,,,", "instance_hours", "is blank"),
        ("query,,US,2025-02-01,400,,,,,,,", "model", "is blank: a row needs its model"),
    ],
)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_what_a_row_of_a_kind_lacks_is_told(row, column, reason, engine, file):
    (told,) = batch(file(KINDS + row + "\n"), *MAPPED, "--engine", engine)["rejections"]
    assert (told["column"], told["reason"].startswith(reason)) == (column, True)


def test_a_plain_table_may_call_anything_a_kind(file):
    summary = batch(file("kind,model,region,output_tokens\nchat,gpt-4o,FR,400\n"))
    assert (summary["rows_estimated"], summary["rows_rejected"]) == (1, 0)


# --- before anything is computed -----------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_read_and_what_is_missing(file, tmp_path):
    out = tmp_path / "out.csv"
    usage = "model,date,output_tokens\ngpt-4o,2025-02-01,400\nnobody,2025-02-02,5\n"
    result = run("batch", file(usage, "usage.csv"), "-o", out, "--dry-run")
    assert result.exit_code == 0 and not out.exists()
    words = " ".join(result.output.split())
    assert "2 rows: 1 would be estimated, 1 rejected; from 2025-02-01 to 2025-02-02; 1 combination" in words
    assert "carbon, location-based, 1 row: no region was given" in words
    assert "1 row: model: unknown model or product 'nobody'" in words


def test_a_dry_run_has_the_counts_of_the_batch(file):
    path = file(TRACE + ROW + "2023-11-16 18:17:04,many,10\n")
    given = ("--set", "model=gpt-4o", "--set", "region=FR")
    seen, ran = json.loads(run("batch", path, *given, "--dry-run", "--format", "json").output), batch(path, *given)
    assert (seen["rows_in"], seen["rows_to_estimate"]) == (ran["rows_in"], ran["rows_estimated"])
    assert (seen["inputs"][0]["reader"], seen["rejections"]) == ("azure-llm-trace", ran["rejections"])


def test_a_mapping_is_kept_in_a_file_and_the_command_line_goes_before_it(file, tmp_path):
    kept = tmp_path / "mapping.toml"
    kept.write_text(
        'reader = "table"\n[map]\noutput_tokens = "GeneratedTokens"\n[set]\nmodel = "gpt-4o"\nregion = "FR"\n'
    )
    path = file(TRACE + ROW)
    french = batch(path, "--mapping", kept)
    assert french["tokens_in"] == {"output_tokens": 10}
    american = batch(path, "--mapping", kept, "--set", "region=US")
    assert american["total"]["carbon_location"]["value"] > 5 * french["total"]["carbon_location"]["value"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mapp]\nmodel = 'x'\n", "line 1: unknown key 'mapp'; did you mean 'map'?"),
        ("\nzone = 5\n", "line 2: zone is a text."),
        ("meter = 'gas'\n", "line 1: meter is 'gas', and none of interval, register, power."),
        ("[map]\nmodell = 'x'\n", "'modell' is none of date, model"),
        ("map = \n", "no TOML"),
    ],
)
def test_what_a_mapping_cannot_hold_is_told_with_its_line(text, said, file, tmp_path):
    kept = tmp_path / "mapping.toml"
    kept.write_text(text)
    result = run("batch", file(TRACE + ROW), "--mapping", kept)
    assert result.exit_code in (1, 2) and said in " ".join(result.output.split())


# --- a folder that grows -------------------------------------------------------------------------------

SET = ("--set", "model=gpt-4o", "--set", "region=FR")


@pytest.fixture
def exports(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()

    def write(name, day, rows=3):
        text = TRACE + "".join(f"{day} 10:00:0{number}.0000000,100,1{number}\n" for number in range(rows))
        (folder / name).write_text(text)
        return folder

    return write


def test_only_what_is_new_is_estimated_and_the_totals_are_of_all(exports, tmp_path):
    into = tmp_path / "estimates"
    folder = exports("january.csv", "2025-01-15")
    assert "1 new;" in run("batch", folder, "--into", into, *SET).output
    exports("february.csv", "2025-02-15")
    shown = run("batch", folder, "--into", into, *SET).output
    assert "1 new, 1 as they were;" in shown and "6 rows in, 6 estimated" in shown
    grown = json.loads(run("batch", folder, "--into", into, *SET, "--by", "month", "--format", "json").output)
    whole = batch(folder, *SET, "--by", "month")
    for name in ("facility_energy", "carbon_location"):
        for end in ("value", "low", "high"):
            assert grown["total"][name][end] == approx(whole["total"][name][end], rel=1e-9)
    assert [group["month"] for group in grown["groups"]] == [group["month"] for group in whole["groups"]]
    assert sum(len(pl.read_parquet(path)) for path in into.glob("*.parquet")) == 6


def test_a_file_that_was_edited_replaces_what_it_was(exports, tmp_path):
    into = tmp_path / "estimates"
    folder = exports("january.csv", "2025-01-15")
    run("batch", folder, "--into", into, *SET)
    exports("january.csv", "2025-01-15", rows=5)
    shown = run("batch", folder, "--into", into, *SET).output
    assert "1 estimated anew;" in shown and "5 rows in" in shown
    assert len(list(into.glob("*.parquet"))) == 1


def test_another_way_of_estimating_is_taken_for_all(exports, tmp_path):
    into = tmp_path / "estimates"
    folder = exports("january.csv", "2025-01-15")
    run("batch", folder, "--into", into, *SET)
    assert "1 estimated anew;" in run("batch", folder, "--into", into, *SET[:3], "region=US").output


def test_a_month_that_is_held_already_is_not_counted_twice(exports, tmp_path):
    into = tmp_path / "estimates"
    folder = exports("january.csv", "2025-01-15")
    run("batch", folder, "--into", into, *SET)
    exports("january-again.csv", "2025-01-15", rows=2)
    result = run("batch", folder, "--into", into, *SET)
    assert result.exit_code == 1 and "overlap: both are of azure-llm-trace" in " ".join(result.output.split())
    assert len(list(into.glob("*.parquet"))) == 1
    (folder / "january-again.csv").write_bytes((folder / "january.csv").read_bytes())
    assert "are the same file" in run("batch", folder, "--into", into, *SET).output


def test_a_folder_of_other_files_is_not_written_to(exports, tmp_path):
    (tmp_path / "estimates").mkdir()
    (tmp_path / "estimates" / "thesis.tex").write_text("x")
    result = run("batch", exports("a.csv", "2025-01-15"), "--into", tmp_path / "estimates", *SET)
    assert result.exit_code == 2 and "holds other files" in result.output


def test_a_damaged_manifest_is_told(exports, tmp_path):
    into = tmp_path / "estimates"
    folder = exports("a.csv", "2025-01-15")
    run("batch", folder, "--into", into, *SET)
    (into / "footprint-manifest.json").write_text('{"version": 1, "files": {"x": {"output": "../../etc"}}}')
    assert "is damaged" in run("batch", folder, "--into", into, *SET).output


# --- progress ------------------------------------------------------------------------------------------


def test_a_line_is_written_where_somebody_watches_and_wiped_at_the_end(monkeypatch, file):
    import io

    from footprint.commands import watching

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(watching, "_PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr", terminal)
    with watching.watched() as watch:
        watch.stage("adding up", 1000, lambda: 0.5)
        for _ in range(100):
            if "500 of 1,000 rows" in terminal.getvalue():
                break
            watch._ended.wait(0.1)
    assert "adding up  [############............]  500 of 1,000 rows" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[2K")


def test_nothing_is_written_where_nobody_watches():
    from footprint.commands.watching import watched

    with watched() as watch:
        assert watch is None


# --- for machines --------------------------------------------------------------------------------------


def test_what_is_done_is_logged_as_json_where_it_is_asked_for(file):
    path = file(TRACE + ROW)
    silent = CliRunner().invoke(main, ["batch", str(path), *SET])
    assert silent.stderr == ""
    told = CliRunner().invoke(main, ["--log", "json", "batch", str(path), *SET])
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["read", "settled", "estimated"]
    assert (lines[0]["reader"], lines[-1]["rows"], lines[-1]["rejected"]) == ("azure-llm-trace", 1, 0)
    assert told.stdout == silent.stdout


def test_the_schema_of_an_estimated_row_holds_for_the_rows(file, tmp_path):
    from jsonschema import Draft202012Validator

    published, out = json.loads(run("batch", "--schema").output), tmp_path / "out.jsonl"
    run("batch", file(TRACE + ROW), *SET, "-o", out, "--row-ranges")
    (row,) = [json.loads(line) for line in out.read_text().splitlines()]
    Draft202012Validator(published).validate(row)
    ours = {name for name in row if name not in ("period_end",)}
    assert ours <= set(published["properties"])


def test_a_thousand_that_may_be_one_is_not_read(file):
    trace = file(TRACE + "2023-11-16 18:17:03,1.000,10\n")
    (told,) = batch(trace, *SET)["rejections"]
    assert (told["column"], told["reason"].startswith("can be read in two ways")) == ("ContextTokens", True)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_thousand_that_may_be_one_is_not_read_in_a_plain_table(engine, file):
    usage = "model;output_tokens\ngpt-4o;1.000\ngpt-4o;400.0\ngpt-4o;1.000.000\n"
    summary = batch(file(usage), "--set", "region=FR", "--engine", engine)
    assert summary["rows_estimated"] == 1
    (told,) = summary["rejections"]
    assert (told["rows"], told["reason"].startswith("can be read in two ways")) == (2, True)


def test_a_normalised_file_is_shown_row_by_row(file):
    shown = run("normalise", file(TRACE + ROW)).output
    assert "  row 2\n" in shown
    assert "input_tokens 4808" in " ".join(shown.split())


# --- reading cells --------------------------------------------------------------------------------------

#: Cells as most files write them, and as few do.
PLAIN_STAMPS = st.from_regex(
    r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z?\Z"
)
PLAIN_NUMBERS = st.from_regex(r"\A[-+]?[0-9]{1,17}(\.[0-9]{1,4})?\Z")
ODD_CELLS = (
    *("", "null", "nan", "1.000", "1,000", "1,5", "1 234", "12 kWh", "-0", "1e3", "inf", "1_000", "007", "\u0661"),
    *("2025-06-01", "2025-06-01 10:00", "2025-03-30 02:30:00", "2025-10-26 02:30:00", "2025-06-01T10:00:00+02:00"),
    *("2025-06-01T10:00:00.1234567Z", "2025-02-30 00:00:00", "2025-06-01 10:00:00 UTC", "1748772000", "2025-06-01T10"),
)


@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
@settings(max_examples=30)
@given(cells=st.lists(st.one_of(st.none(), PLAIN_STAMPS, PLAIN_NUMBERS, st.sampled_from(ODD_CELLS)), min_size=1))
def test_what_is_read_quickly_is_what_is_read_carefully(zone, cells):
    """Plain cells take a shorter way, alone and beside odd ones."""
    frame = pl.LazyFrame({"cell": cells, LINE: range(len(cells))}, schema={"cell": pl.String, LINE: pl.Int64})

    def read() -> list[tuple[Any, ...]]:
        mapper = Mapper(frame, Options(zone=zone))
        mapper._names = {"cell": "cell"}
        columns = (mapper.count("cell"), mapper.number("cell", negative=True), mapper.time("cell"))
        rules = [
            broken.fill_null(value=False).alias(f"rule {place}") for place, (broken, _, _) in enumerate(mapper.rules)
        ]
        named = (column.alias(str(place)) for place, column in enumerate(columns))
        return mapper.frame.with_columns(*named, *rules).drop("cell").collect().select(pl.exclude("^__held.*$")).rows()

    quickly = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("footprint.readers.mapper._read", lambda raw, kind, plain, quick, carefully: carefully(raw))
        assert quickly == read()
