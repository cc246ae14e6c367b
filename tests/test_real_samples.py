"""The main job over real usage logs; the samples are not part of the project, and absent ones are skipped by name."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint.commands import main
from footprint.results import COLUMNS

SAMPLES = Path(__file__).parents[1].parent / "shared" / "samples"

CASES = [
    pytest.param(
        "azure_llm_2023_code.csv",
        {"input_tokens": "ContextTokens", "output_tokens": "GeneratedTokens"},
        (8_819, 18_059_974, 245_896),
        (4808, 10),
        id="azure",
    ),
    pytest.param(
        "mooncake_conversation_head2500.jsonl",
        {"input_tokens": "input_length", "output_tokens": "output_length"},
        (2_500, 34_050_934, 880_298),
        (6758, 500),
        id="mooncake",
    ),
]


def sample(name: str) -> Path:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: real samples lie outside the project")
    return path


def run(path: Path, out: Path, columns: dict[str, str], engine: str) -> tuple[dict, pl.DataFrame]:
    maps = [text for name, column in columns.items() for text in ("--map", f"{name}={column}")]
    sets = ["--set", "model=gpt-4o", "--set", "region=US", "--set", "date=2023-11-16"]
    args = ["batch", str(path), "-o", str(out), "--engine", engine, "--format", "json", *maps, *sets]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    return json.loads(result.output), pl.read_parquet(out)


@pytest.mark.parametrize(("name", "columns", "totals", "first"), CASES)
@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_every_row_and_token_of_a_real_log_is_accounted_for(tmp_path, name, columns, totals, first, engine):
    summary, rows = run(sample(name), tmp_path / "out.parquet", columns, engine)
    count, read, written = totals
    assert (summary["rows_in"], summary["rows_estimated"], summary["rows_rejected"]) == (count, count, 0)
    assert summary["tokens_in"] == {"input_tokens": read, "output_tokens": written}
    assert summary["coverage"] == {"rows": 1.0, "tokens": 1.0}
    assert (rows.height, rows["input_tokens"].sum(), rows["output_tokens"].sum()) == totals
    assert (rows["input_tokens"][0], rows["output_tokens"][0]) == first
    assert summary["total"]["facility_energy"]["value"] == approx(rows["facility_energy_kwh"].sum(), rel=1e-9)


@pytest.mark.parametrize(("name", "columns", "totals", "first"), CASES)
def test_the_engines_agree_on_every_row_of_a_real_log(tmp_path, name, columns, totals, first):
    path = sample(name)
    _, one = run(path, tmp_path / "duckdb.parquet", columns, "duckdb")
    _, other = run(path, tmp_path / "polars.parquet", columns, "polars")
    nowhere = {name for name, column in COLUMNS.items() if one[column].null_count() == one.height}
    # Nobody declared a contract; of the others there is no figure for this host, place or accelerator.
    assert nowhere <= {"carbon_market", "water_embodied", "water_site_withdrawn", "water_grid_withdrawn"}
    assert "carbon_market" in nowhere
    for name, column in COLUMNS.items():
        if name in nowhere:
            assert other[column].null_count() == other.height
        else:
            assert one[column].to_list() == approx(other[column].to_list(), rel=1e-9, abs=0)


@pytest.mark.parametrize(("name", "columns", "totals", "first"), CASES)
def test_the_first_row_of_a_real_log_is_the_single_estimate(tmp_path, name, columns, totals, first):
    _, rows = run(sample(name), tmp_path / "out.parquet", columns, "duckdb")
    read, written = first
    single = footprint.query("gpt-4o", input_tokens=read, output_tokens=written, region="US", date="2023-11-16")
    assert rows["facility_energy_kwh"][0] == approx(single.facility_energy.m_as("kWh"), rel=1e-12)
    assert rows["carbon_location_kg"][0] == approx(single.carbon_location.m_as("kgCO2e"), rel=1e-12)


def test_the_time_stamps_of_a_real_log_are_read_by_their_day(tmp_path):
    """All requests are of 16 November 2023, with seven digits behind the second."""
    maps = {"date": "TIMESTAMP", "input_tokens": "ContextTokens", "output_tokens": "GeneratedTokens"}
    out = tmp_path / "out.parquet"
    usage = sample("azure_llm_2023_code.csv")
    args = ["batch", str(usage), "-o", str(out), "--set", "model=gpt-4o", "--set", "region=US"]
    args += [text for name, column in maps.items() for text in ("--map", f"{name}={column}")]
    assert CliRunner().invoke(main, args).exit_code == 0
    rows = pl.read_parquet(out)
    assert rows["date"][0] == "2023-11-16 18:17:03.9799600"
    assert rows["factors"].unique().to_list()[0].count("grid_lifecycle_usa_2023") == 1
    assert rows.height == 8_819
