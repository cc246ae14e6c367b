"""What holds of every batch, whatever its rows."""

from __future__ import annotations

import csv
import datetime
import json
import math

import polars as pl
from batches import ENGINES, assert_as_single, assert_same_figures, invoke, read
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint

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
