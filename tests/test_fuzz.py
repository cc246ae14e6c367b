"""A seeded sample of what ``benchmarks/fuzz.py`` does at length: strange inputs, and batches that are killed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "benchmarks" / "fuzz.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of processes are those of POSIX")


def fuzz(*args):
    command = [sys.executable, str(FUZZ), "--jobs", "1", "--seed", "5", *map(str, args)]
    path = os.pathsep.join([str(FUZZ.parents[1]), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    assert ran.stdout.rstrip().endswith("nothing was found")
    return ran.stdout


def test_every_row_of_a_strange_input_is_estimated_or_rejected_or_one_line_is_said():
    said = fuzz("--inputs", 200, "--kills", 0)
    assert "200 inputs" in said
    accounted = re.search(r"([\d,]+) rows accounted for", said)
    assert int(accounted[1].replace(",", "")) > 1000


def test_a_batch_that_is_killed_leaves_the_old_output_or_the_whole_new_one():
    said = fuzz("--inputs", 0, "--kills", 3, "--rows", 100_000)
    assert "3 runs of" in said


def test_the_benchmark_of_ranges_runs(tmp_path):
    script = FUZZ.with_name("ranges.py")
    asked = (script, "--rows", "500", "1000", "--rounds", "1", "--folder", tmp_path)
    ran = subprocess.run((sys.executable, *map(str, asked)), capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert all(f"{rows:,}" in ran.stdout for rows in (500, 1000))
