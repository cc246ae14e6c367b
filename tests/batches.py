"""What the tests of batches share: a run of the command, what it left behind, and what figures must be the same."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint.commands import main
from footprint.results import COLUMNS, RESULTS

ENGINES = ("duckdb", "polars")


both = pytest.mark.parametrize("engine", ENGINES)


HEAD = "model,region,date,requests,input_tokens,output_tokens\n"


ROW = "gpt-4o,FR,2025-06-01,1,500,400\n"
HEADER = b"model,region,output_tokens\n"
GOOD = b"".join(b"gpt-4o,FR,%d\n" % n for n in range(30_000))
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


def run_in(
    folder: Path,
    content: str | bytes,
    *args: Any,
    engine: str = "duckdb",
    name: str = "usage.csv",
    out: str = "parquet",
) -> Ran:
    """Run ``footprint batch`` over a file with this content in this folder, and read what it wrote."""
    path, output, rejects = folder / name, folder / f"{engine}.{out}", folder / f"{engine}-rejects.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    for old in (output, rejects):
        old.unlink(missing_ok=True)
    ran = invoke(path, "-o", output, "--rejects", rejects, "--engine", engine, "--format", "json", *args)
    if ran.code in (0, 3):
        ran.summary, ran.rows, ran.rejects = json.loads(ran.text), read(output), read(rejects)
    return ran


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
