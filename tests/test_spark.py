"""A frame of Spark stays one, and says of every row what Polars and DuckDB say; where Java is missing, that is said."""

from __future__ import annotations

import datetime
import math
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from pytest import approx

import footprint
from footprint.errors import DataError, UnknownNameError
from footprint.results import COLUMNS

PAGE = Path(__file__).parents[1] / "docs" / "spark.md"
#: Java from which on Spark 4 runs.
JAVA = 17


def java():
    """Return the version of Java, or None."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not command or not Path(command).is_file():
        return None
    said = subprocess.run([command, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else None


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A session on this machine, in another time zone than UTC."""
    pytest.importorskip("pyspark", reason="PySpark is not installed here (pip install 'footprint[spark]')")
    if (java() or 0) < JAVA:
        pytest.skip(f"Java {JAVA} or later is not installed here (Debian: apt-get install openjdk-17-jre-headless)")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    (folder / "log4j2.properties").write_text("rootLogger.level = error\n", "utf-8")
    # Little work for a short time: a machine that starts fast goes before one that runs fast.
    java_options = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": java_options,
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(folder),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[1]").appName("footprint")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def from_spark(frame):
    return pl.DataFrame(pl.from_arrow(frame.toArrow()))


def on_each(spark, table, **options):
    """Return the rows of the same table from Spark, Polars and DuckDB, each in the order of their number."""
    frame = spark.createDataFrame(table)
    if table.schema.field("date").type == pa.timestamp("us"):  # Spark takes the zone of its session, if not told
        frame = spark.createDataFrame(table.set_column(0, "date", table["date"].cast(pa.string())))
        frame = frame.withColumn("date", frame["date"].cast("timestamp_ntz"))
    found = {
        "spark": from_spark(footprint.estimate_frame(frame, **options)),
        "polars": footprint.estimate_frame(pl.LazyFrame(pl.from_arrow(table)), **options).collect(),
        "duckdb": footprint.estimate_frame(duckdb.connect().from_arrow(table), **options).pl(),
    }
    return {name: frame.sort("row") for name, frame in found.items()}


def assert_same(found, expected):
    """Compare all that a row says: results to 1e-9, all else to the letter."""
    assert found.columns == expected.columns
    for name in found.columns:
        seen, wanted = found[name].to_list(), expected[name].to_list()
        if name in COLUMNS.values():
            assert [value is None for value in seen] == [value is None for value in wanted], name
            known, meant = ([value for value in values if value is not None] for values in (seen, wanted))
            assert known == approx(meant, rel=1e-9), name
            assert math.fsum(known) == approx(math.fsum(meant), rel=1e-9), name
        elif not isinstance(wanted[0], datetime.datetime):  # a frame keeps the time stamps that it was given
            assert seen == wanted, name


def texts(count=400):
    """Return rows as an export has them, all text, good ones and any that are not."""
    dice = random.Random(5)  # noqa: S311 - no secret
    models = ["gpt-4o", "gpt-4o-mini", "claude-3.7-sonnet", "llama-3.1-70b", " gpt-4o ", "chatgpt", "nope", "", None]
    regions = ["FR", "us-east-1", "DE", "westeurope", "Atlantis", "", None]
    dates = [
        *("2025-06-01", "2024-12-31 23:59:59.1234567", "2024-02-29T12:00:00Z", " 2025-01-01", "2023-03-01"),
        *("2025-02-30", "2025-13-01", "01/06/2025", "20250601", "2999-01-01", "1999-01-01", "0000-01-01", "", None),
    ]
    numbers = [
        *("400", "12.0", "1e3", " 7 ", "0", "+5", "9007199254740991", ".5e1", None, ""),
        *("1.5", "-3", "1,5", "1 234", "9007199254740993", "1e400", "nan", "Infinity", "1_000", "0x10", "5d", "٣"),
        "7\u2028",
    ]
    sound = {"date": dates[:5], "model": models[:5], "region": regions[:4]}
    rows = []
    for place in range(count):
        row = {name: dice.choice(values) for name, values in sound.items()}
        row |= {"requests": str(dice.randint(1, 9)), "input": str(dice.randint(0, 10**6)), "cached_tokens": "100"}
        row |= {"output_tokens": dice.choice(numbers[:8]), "team": dice.choice("ABC"), "row": place}
        if place % 3 == 0:  # one cell of the row is anything
            name = dice.choice(("date", "model", "region", "requests", "input", "output_tokens"))
            row[name] = dice.choice({"date": dates, "model": models, "region": regions}.get(name, numbers))
        rows.append(row)
    kinds = {name: pa.int64() if name == "row" else pa.string() for name in rows[0]}
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def test_all_results_remarks_and_reasons_of_text_are_those_of_polars_and_duckdb(spark):
    found = on_each(spark, texts(), columns={"input_tokens": "input"})
    assert_same(found["spark"], found["polars"])
    assert_same(found["spark"], found["duckdb"])
    rejected = found["spark"].filter(pl.col("reject_column").is_not_null())
    assert 60 < len(rejected) < 200
    assert rejected["reject_column"].n_unique() == 6


def test_all_results_remarks_and_reasons_of_typed_columns_are_those_of_polars_and_duckdb(spark):
    moments = [datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC), None]
    moments += [datetime.datetime(2025, 1, 1, hour, tzinfo=datetime.UTC) for hour in (0, 3, 12)]
    rows = [
        {"date": date, "model": model, "region": "DE", "requests": requests, "output_tokens": tokens}
        for date in moments
        for model in ("gpt-4o", "o1")
        for requests in (1, 0, -1, None)
        for tokens in (400.0, 0.0, 0.5, -1.0, math.nan, math.inf, 1e16, None)
    ]  # fmt: skip
    table = pa.Table.from_pylist([{**row, "row": place} for place, row in enumerate(rows)])
    found = on_each(spark, table.set_column(0, "date", table["date"].cast(pa.timestamp("us", "UTC"))))
    assert_same(found["spark"], found["polars"])
    assert_same(found["spark"], found["duckdb"])
    estimated = found["spark"].filter(pl.col("reject_column").is_null())
    assert set(estimated["requests"]) == {1, 0}
    assert estimated["output_tokens"].to_list().count(400) == 8  # of four moments and two models; not without requests


def test_days_and_naive_time_stamps_are_taken_as_they_are_written(spark):
    days = [datetime.date(2024, 12, 31), datetime.date(2025, 1, 1), None]
    for values in (days, [day and datetime.datetime(day.year, day.month, day.day, 23, 30) for day in days]):
        table = pa.table({"date": values, "row": [0, 1, 2]})
        found = on_each(spark, table, model="gpt-4o", output_tokens=400, region="FR")
        assert_same(found["spark"], found["polars"])
        assert found["spark"]["factors"][0] != found["spark"]["factors"][1]


def test_the_same_for_every_row_needs_no_join_and_writes_columns_that_spark_can_write(spark, tmp_path):
    frame = spark.createDataFrame(pa.table({"output_tokens": [400, 5]}))
    out = footprint.estimate_frame(frame, model="gpt-4o", region="FR", date="2025-06-01")
    out.write.parquet(str(tmp_path / "out"))
    written = pl.read_parquet(tmp_path / "out" / "*.parquet")
    assert written["reject_reason"].to_list() == [None, None]
    wanted = footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01")
    assert max(written["facility_energy_kwh"]) == approx(wanted.facility_energy.m_as("kWh"), rel=1e-9)


def test_the_frame_stays_lazy_and_its_lookup_is_broadcast_so_that_no_row_moves(spark, capsys):
    frame = spark.createDataFrame(texts(40))
    out = footprint.estimate_frame(frame, columns={"input_tokens": "input"})
    assert type(out) is type(frame)
    out.explain()
    plan = capsys.readouterr().out
    assert "BroadcastHashJoin" in plan
    assert not re.search(r"SortMergeJoin|Exchange (hash|range|single)|Window|Python|Pandas", plan), plan


def test_names_with_dots_and_backticks_and_such_as_differ_by_case_keep_their_columns(spark):
    names = ["gen_ai.request.model", "gen_ai`tokens", "Team", "team", "facility.energy_kwh", "reject_reason"]
    kinds = "a string, b long, c string, d string, e double, f string"
    frame = spark.createDataFrame([("gpt-4o", 400, "A", "B", 1.5, "x")], kinds).toDF(*names)
    columns = {"model": "gen_ai.request.model", "output_tokens": "gen_ai`tokens"}
    out = footprint.estimate_frame(frame, columns=columns, region="FR", date="2025-06-01")
    row = dict(zip(out.columns, out.collect()[0], strict=True))
    assert (row["model"], row["output_tokens"], row["facility.energy_kwh"]) == ("gpt-4o", 400, 1.5)
    assert (row["Team"], row["team"], row["source_reject_reason"], row["reject_reason"]) == ("A", "B", "x", None)
    assert row["facility_energy_kwh"] == approx(5.5e-4, rel=0.01)


def test_a_frame_that_cannot_be_estimated_says_why(spark):
    frame = spark.createDataFrame([(1, 2)], "output_tokens long, `to.kens` long")
    with pytest.raises(DataError, match=r"no column 'model\.name' .*to\.kens"):
        footprint.estimate_frame(frame, columns={"model": "model.name"})
    with pytest.raises(UnknownNameError, match="unknown model or product 'nope'"):
        footprint.estimate_frame(frame, model="nope")
    twice = frame.toDF("model", "model")
    with pytest.raises(DataError, match="two columns are called 'model'"):
        footprint.estimate_frame(twice)


def test_the_recipe_of_the_page_runs(spark, tmp_path, capsys):
    usage = {"model": ["gpt-4o", "gpt-4o", "nope"], "team": ["A", "B", "B"], "generated": [400, 5, 5]}
    pl.DataFrame(usage | {"date": "2025-06-01"}).write_parquet(tmp_path / "usage.parquet")
    (recipe,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    # Java stays in the folder in which the session was started.
    recipe = re.sub(r'"(\w+\.parquet)"', lambda name: repr(str(tmp_path / name[1])), recipe)
    exec(compile(recipe, PAGE.name, "exec"), {})  # noqa: S102 - our own page
    assert len(pl.read_parquet(tmp_path / "footprint.parquet" / "*.parquet")) == 2
    said = capsys.readouterr().out
    assert "unknown model or product 'nope'" in said
    assert "sum(carbon_location_kg)" in said
