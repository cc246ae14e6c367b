"""Whatever happens, the old output or the new one is there, and no input is lost or counted twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from batches import ENGINES, GOOD, HEAD, HEADER, ROW, both, invoke

import footprint

# --- files that are not to be lost -----------------------------------------------------------------


@both
def test_the_same_file_twice_is_an_error_unless_allowed(engine, tmp_path):
    usage, copy = tmp_path / "u.csv", tmp_path / "copy.csv"
    for path in (usage, copy):
        path.write_text("model,output_tokens\ngpt-4o,5\n")
    for second in (usage, copy):
        ran = invoke(usage, second, "--engine", engine)
        assert ran.code == 1
        assert "are the same file: its use would be counted twice" in ran.text
    ran = invoke(usage, copy, "--allow-overlap", "--engine", engine, "--format", "json", "--set", "date=2025-06-01")
    assert json.loads(ran.text)["rows_estimated"] == 2


@both
def test_identical_rows_in_one_file_are_all_estimated(batch, engine):
    assert batch(HEAD + ROW * 5, engine=engine).counts == (5, 5, 0)


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_an_output_that_is_an_input_is_refused(tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    text = "model,output_tokens\ngpt-4o,5\n"
    Path("u.csv").write_text(text)
    Path("sub").mkdir()
    names = ["u.csv", "./sub/../u.csv", tmp_path / "u.csv"]
    if hasattr(os, "symlink") and os.name != "nt":
        Path("link.csv").symlink_to("u.csv")
        Path("hard.csv").hardlink_to("u.csv")
        names += ["link.csv", "hard.csv"]
    for name in names:
        ran = invoke("u.csv", option, name)
        assert (ran.code, "is an input" in ran.text) == (2, True), name
    assert Path("u.csv").read_text() == text


def test_output_and_rejects_must_be_two_files(tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    assert "name two files" in invoke(usage, "-o", tmp_path / "o.csv", "--rejects", tmp_path / "o.csv").text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path):
    usage, pipe = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    os.mkfifo(pipe)
    ran = invoke(usage, "-o", pipe)
    assert ran.code == 2
    assert "device or a pipe cannot be replaced" in ran.text
    assert pipe.is_fifo()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_an_output_that_is_a_link_stays_a_link(tmp_path):
    usage, link, real = tmp_path / "u.csv", tmp_path / "out.csv", tmp_path / "real.csv"
    usage.write_text("model,output_tokens\ngpt-4o,5\n")
    real.write_text("old")
    link.symlink_to(real)
    assert invoke(usage, "-o", link, "--set", "date=2025-06-01").code == 0
    assert link.is_symlink()
    assert real.read_text().startswith("model,output_tokens")


@both
def test_an_error_in_the_data_leaves_the_old_files(batch, engine, tmp_path):
    old, rejects = tmp_path / "old.csv", tmp_path / "old-rejects.csv"
    usage = tmp_path / "u.csv"
    for path in (old, rejects):
        path.write_text("old")
    usage.write_bytes(HEADER + GOOD + b"gpt-4o,FR\n")
    ran = invoke(usage, "-o", old, "--rejects", rejects, "--engine", engine)
    assert ran.code == 1
    assert (old.read_text(), rejects.read_text()) == ("old", "old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old-rejects.csv", "old.csv", "u.csv"]


def command(*args: Any) -> list[str]:
    return [sys.executable, "-m", "footprint", "batch", *map(str, args)]


@pytest.fixture
def large(tmp_path):
    """A file that takes a while to estimate, and an output of a former run."""
    usage, out = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,region,date,output_tokens\n" + "gpt-4o,FR,2025-06-01,5\n" * 200_000)
    out.write_text("old")
    footprint.query("gpt-4o", output_tokens=1)  # the catalogue is in the cache before a limit is set
    return usage, out


@pytest.mark.skipif(os.name == "nt", reason="a limit on the size of files is a thing of POSIX")
@both
def test_a_full_disk_leaves_the_old_output_and_no_temporary_files(engine, large):
    import resource

    usage, out = large
    limit = usage.stat().st_size + 1_000_000  # enough for any other file, too small for the output

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # A cache of its own, filled before: the limit is for the output, not for building the catalogue.
    root, environment = Path(__file__).parents[1], {**os.environ, "XDG_CACHE_HOME": str(usage.parent.parent / "cache")}
    built = [sys.executable, "-c", "from footprint.catalogue import open_catalogue; open_catalogue()"]
    subprocess.run(built, check=True, cwd=root, env=environment)
    ran = subprocess.run(
        command(usage, "-o", out, "--rejects", out.with_name("r.csv"), "--engine", engine),
        capture_output=True, text=True, preexec_fn=limited, check=False, cwd=root, env=environment,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert out.read_text() == "old"
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.csv", "u.csv"]


def started(engine: str, usage: Path, out: Path) -> subprocess.Popen[str]:
    """Start a run, its temporary files within the test's folders, and return when it has begun to write."""
    process = subprocess.Popen(
        command(usage, "-o", out, "--engine", engine), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1], env={**os.environ, "TMPDIR": str(usage.parent.parent)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.is_file() and path.stat().st_size for path in out.parent.glob(".out.csv.*/*")):
            return process
        time.sleep(0.001)
    process.kill()
    pytest.fail(f"the run wrote nothing that could be seen: {process.communicate()}")


@pytest.mark.skipif(os.name == "nt", reason="signals are a thing of POSIX")
@both
def test_a_run_that_is_killed_while_it_writes_leaves_the_old_output(engine, large):
    usage, out = large
    process = started(engine, usage, out)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert out.read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="signals are a thing of POSIX")
@both
def test_an_interrupt_leaves_the_old_output_and_no_temporary_files(engine, large):
    usage, out = large
    process = started(engine, usage, out)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert "Traceback" not in errors
    assert out.read_text() == "old"
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.csv", "u.csv"]


#: Runs a command that ends, as if it were killed, at the given removal of a file or folder.
_KILLED_AT = """
import os, sys
left = int(sys.argv.pop(1))
def watch(event, _):
    global left
    if event in ("os.remove", "os.rmdir"):
        left -= 1
        if left < 0:
            os._exit(9)
sys.addaudithook(watch)
from footprint.__main__ import run
run()
"""


@pytest.mark.skipif(os.name == "nt", reason="locks of files are a thing of POSIX")
def test_what_killed_runs_left_is_removed_though_removing_it_was_killed_as_well(tmp_path):
    usage, out = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,output_tokens,region,date\ngpt-4o,5,FR,2025-06-01\n")
    killed = 0
    for removals in range(40):
        left = tmp_path / ".out.csv.abandoned"
        for name in ("footprint.lock", "out.csv", "parts/one.parquet"):
            (left / name).parent.mkdir(parents=True, exist_ok=True)
            (left / name).write_text("half")
        out.write_text("old")
        named = ("batch", str(usage), "-o", str(out))
        ended = subprocess.run([sys.executable, "-c", _KILLED_AT, str(removals), *named], capture_output=True)
        assert out.read_text() == "old" or len(out.read_text().splitlines()) == 2
        if ended.returncode == 0:
            break
        assert ended.returncode == 9
        killed += 1
        assert invoke(usage, "-o", out).code == 0
        # Killed between the lock and its folder: it is empty, as is that of a run that begins now.
        for folder in tmp_path.glob(".out.csv.*"):
            assert not list(folder.iterdir())
            os.utime(folder, (0, 0))
        assert invoke(usage, "-o", out).code == 0
        assert not list(tmp_path.glob(".*")), removals
    assert killed > 5


@pytest.mark.skipif(os.name == "nt", reason="locks of files are a thing of POSIX")
def test_a_folder_of_a_run_that_begins_is_left_alone_and_that_of_one_killed_then_is_not(tmp_path):
    usage, out = tmp_path / "u.csv", tmp_path / "out.csv"
    usage.write_text("model,output_tokens,region,date\ngpt-4o,5,FR,2025-06-01\n")
    begun = tmp_path / ".out.csv.begun"
    begun.mkdir()
    (begun / "footprint.lock.new").touch()
    assert invoke(usage, "-o", out).code == 0
    assert begun.is_dir()
    os.utime(begun, (0, 0))
    assert invoke(usage, "-o", out).code == 0
    assert not begun.exists()


def test_a_run_from_a_shell_prints_the_summary_and_nothing_on_the_error_stream(tmp_path):
    usage = tmp_path / "u.csv"
    usage.write_text(HEAD + ROW)
    for engine in ENGINES:
        ran = subprocess.run(
            command("-", "-o", tmp_path / "out.jsonl", "--engine", engine, "--format", "json"),
            input=usage.read_bytes(), capture_output=True, check=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert json.loads(ran.stdout)["rows_estimated"] == 1
        assert ran.stderr == b""


def test_the_same_run_twice_writes_the_same_bytes(batch, tmp_path):
    text = HEAD + "".join(f"{('gpt-4o', 'nope', 'gpt-4o-mini')[n % 3]},FR,2025-06-01,1,{n},5\n" for n in range(3000))
    for engine in ENGINES:
        for out in ("csv", "jsonl", "parquet"):
            batch(text, engine=engine, out=out)
            first = (tmp_path / f"{engine}.{out}").read_bytes()
            batch(text, engine=engine, out=out)
            assert (tmp_path / f"{engine}.{out}").read_bytes() == first
