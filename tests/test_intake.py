"""Files as they come, and the folders that are used on the way: what a strange input showed once."""

import datetime
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from footprint.commands import main

PARIS = ("--set", "region=FR", "--set", "date=2025-06-01", "--format", "json")


def batch(*args):
    result = CliRunner().invoke(main, ["batch", *map(str, args), *PARIS])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_cell_of_two_lines_is_one_whatever_stands_between_cells(tmp_path, engine, delimiter):
    rows = [["model", "note", "output_tokens"], ["gpt-4o", '"a\nb, c"', "400"], ["gpt-4o", "", "5"]]
    path = tmp_path / "usage.csv"
    path.write_text("\n\n".join(delimiter.join(row) for row in rows), "utf-8")
    result = batch(path, "-o", tmp_path / "out.parquet", "--engine", engine)
    assert json.loads(result.output)["rows_estimated"] == 2
    assert pl.read_parquet(tmp_path / "out.parquet")["note"].to_list() == ["a\nb, c", None]


def test_a_parquet_file_that_was_cut_off_is_told_in_one_line(tmp_path):
    path, out = tmp_path / "usage.parquet", tmp_path / "out.csv"
    pl.DataFrame({"model": ["gpt-4o"] * 100, "output_tokens": range(100)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-50])
    out.write_text("old")
    result = batch(path, "-o", out)
    assert (result.exit_code, out.read_text()) == (1, "old")
    assert result.stderr == f"Error: {path} ends in the middle: it was cut off; fetch it again.\n"


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_parquet_file_that_is_damaged_is_told_in_one_line(tmp_path, engine):
    path = tmp_path / "usage.parquet"
    pl.DataFrame({"model": ["gpt-4o"] * 100, "output_tokens": range(100)}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)
    result = batch(path, "--engine", engine)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {path} is damaged (")
    assert result.stderr.count("\n") == 1


def test_a_name_that_would_act_on_a_terminal_is_told_by_its_letters(tmp_path):
    path = tmp_path / "a\n\x1b[31mb\u202e.csv"
    path.write_text("")
    result = batch(path)
    assert result.stderr == f"Error: {tmp_path}/a[U+000A][U+001B][31mb[U+202E].csv is empty.\n"


def test_moments_of_a_parquet_file_are_read_as_those_of_any_other(tmp_path):
    """A reader that goes through records met a moment, which is none of JSON's kinds."""
    moment = datetime.datetime(2025, 6, 1, 13, 46, 19, tzinfo=datetime.UTC)
    record = {"id": "o", "trace_id": "t", "type": "GENERATION", "start_time": moment, "end_time": moment}
    record |= {"provided_model_name": "gpt-4o", "usage_details": {"input": 10, "output": 25}, "input": b"\xff"}
    path = tmp_path / "observations.parquet"
    pl.DataFrame([record]).write_parquet(path)
    summary = json.loads(
        CliRunner().invoke(main, ["batch", str(path), "--format", "json", "--set", "region=FR"]).output
    )
    assert (summary["inputs"][0]["reader"], summary["rows_estimated"]) == ("langfuse", 1)


@pytest.mark.skipif(sys.platform == "win32", reason="locks and signals are those of POSIX")
def test_what_a_killed_run_left_behind_is_removed_by_the_next_and_nothing_else_is(tmp_path):
    waits = (
        "import time, sys; from pathlib import Path; from footprint.intake.files import beside\n"
        "with beside(Path('out.parquet')) as draft:\n"
        "    draft.write_bytes(b'half'); print('there', flush=True); time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    runs = [
        subprocess.Popen([sys.executable, "-c", waits], cwd=tmp_path, stdout=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    try:
        for run in runs:
            assert run.stdout.readline() == b"there\n"
        (tmp_path / ".out.parquet.of-somebody").mkdir()
        folders = {path.name for path in tmp_path.iterdir()}
        runs[0].send_signal(signal.SIGKILL)
        runs[0].wait()
        usage = tmp_path / "usage.csv"
        usage.write_text("model,output_tokens\ngpt-4o,5\n")
        assert batch(usage, "-o", tmp_path / "out.parquet").exit_code == 0
        left = {path.name for path in tmp_path.iterdir()} - {"usage.csv", "out.parquet"}
        assert len(folders - left) == 1  # of the run that was killed, not of the one that goes on
        assert ".out.parquet.of-somebody" in left
    finally:
        for run in runs:
            run.kill()
            run.wait()
            run.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are those of POSIX")
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_disk_that_is_full_is_told_and_the_old_output_stays(tmp_path, engine):
    usage, out = tmp_path / "usage.csv", tmp_path / "out.csv"
    usage.write_text("model,output_tokens\n" + "gpt-4o,5\n" * 1000)
    out.write_text("old")

    def limited():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    command = [sys.executable, "-m", "footprint", "batch", str(usage), "-o", str(out), "--engine", engine]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, preexec_fn=limited, check=False)
    assert (ran.returncode, out.read_text()) == (1, "old")
    assert ran.stderr.startswith(f"Error: {out}: cannot be written to (file too large)")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "usage.csv"]
