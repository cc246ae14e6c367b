"""Whatever comes in: each row is estimated or rejected, or one clear line is said and the old output is untouched.

    python benchmarks/fuzz.py [--inputs 10000] [--kills 50] [--seed 1] [--jobs 2] [--samples FOLDER]
    python benchmarks/fuzz.py --seed 1 --only 4711 --folder out/fuzz     # one input again, its files kept

Each input goes through ``footprint batch``, most within this process, every fiftieth in one of its own, some of these
on a disk that is full. Then a large file is estimated again and again, and killed at a random moment each time; a fifth
as often it is interrupted. Prints what was found, and exits with status 1 where that is anything.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import csv
import datetime
import functools
import hashlib
import json
import multiprocessing
import os
import platform
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet
from click.testing import CliRunner
from oddities import SAMPLES, Case, case, exports
from usage import make

from footprint.commands import main
from footprint.readers import readers

#: What stood in the output before.
OLD = b"what stood here before\n"
STATUSES = (0, 1, 2, 3)
#: Seconds after which an input of a few hundred rows is taken to have stuck.
_PATIENCE = 60
_APART = 50
_ANEW = 1000
#: Bytes that fit on the disk that is full.
_FULL = 2_000
ALL_WELL = "nothing was found"


@dataclass(slots=True)
class Ran:
    """What became of a call."""

    status: int | None
    out: str
    err: str
    #: the exception that nobody caught
    fault: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of an input."""

    number: int
    kind: str
    status: int | None
    faults: list[str] = field(default_factory=list)
    rows: int = 0
    command: str = ""


# --- one input -----------------------------------------------------------------------------------------


def tried(seed: int, number: int, samples: Path, folder: Path | None = None) -> Outcome:
    """Make an input, put it through, and look at what is left."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - the same at every run
    made = case(dice, _exports(samples), sorted(readers()))
    if folder:
        folder.mkdir(parents=True)
        return _tried(number, made, dice, folder)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as own:
        try:
            return _tried(number, made, dice, Path(own))
        finally:
            for name in made.locked:
                (Path(own) / name).chmod(0o700)


@functools.cache
def _exports(samples: Path) -> dict[str, bytes]:
    return exports(samples)


def _tried(number: int, made: Case, dice: random.Random, folder: Path) -> Outcome:
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in made.locked:
        (folder / name).chmod(0)
    written = {
        what: folder / "written" / f"{what}.{dice.choice(('parquet', 'csv', 'jsonl'))}" for what in ("out", "rejects")
    }
    written["out"].parent.mkdir()
    (folder / "temporary").mkdir()
    for path in written.values():
        path.write_bytes(OLD)
    before = {name: _digest(folder / name) for name in made.files if name not in made.locked}
    args = ["batch", *made.inputs, "-o", str(written["out"]), "--rejects", str(written["rejects"]), "--format", "json"]
    args += made.options
    apart = number % _APART == 0
    full = apart and number % (3 * _APART) == 0
    ran = _apart(args, folder, made, full) if apart else _within(args, folder, made)
    outcome = Outcome(number, made.kind, ran.status, command=" ".join(["footprint", *map(repr, args)]))
    outcome.faults = list(_faults(made, ran, written, "--dry-run" in args))
    if full and ran.status in (0, 3) and any(path.stat().st_size > _FULL for path in written.values()):
        outcome.faults.append("more was written than the disk holds")
    for name, digest in before.items():
        if not (folder / name).exists() or _digest(folder / name) != digest:
            outcome.faults.append("an input was changed")
    litter = sorted(path.name for path in written["out"].parent.iterdir() if path not in written.values())
    litter += sorted(path.name for path in (folder / "temporary").iterdir())
    if litter:
        outcome.faults.append(f"litter: {litter}")
    if ran.status in (0, 3) and "--dry-run" not in args:
        outcome.rows = json.loads(ran.out)["rows_in"] if not outcome.faults else 0
    return outcome


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _within(args: Sequence[str], folder: Path, made: Case) -> Ran:
    """Call the command within this process."""
    with _at(folder), _patience(_PATIENCE * made.patience):
        try:
            result = CliRunner().invoke(main, list(args), input=made.piped)
        except BaseException as error:  # a panic of an engine is no Exception
            return Ran(None, "", "", _signature(error))
    fault = result.exception if not isinstance(result.exception, SystemExit) else None
    return Ran(result.exit_code, result.stdout, result.stderr, _signature(fault) if fault else "")


@contextmanager
def _at(folder: Path) -> Iterator[None]:
    """Go to a folder, with temporary files in one of its own, so that litter is seen."""
    here, before = Path.cwd(), tempfile.tempdir
    os.chdir(folder)
    tempfile.tempdir = str(folder / "temporary")
    try:
        yield
    finally:
        os.chdir(here)
        tempfile.tempdir = before


@contextmanager
def _patience(seconds: int) -> Iterator[None]:
    def stuck(*_: Any) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stuck)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _signature(error: BaseException) -> str:
    """Return what was raised, and where in the project."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/footprint/" in frame.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "?"
    return f"{type(error).__name__} in {where}: {str(error)[:200]!r}"


def _apart(args: Sequence[str], folder: Path, made: Case, full: bool) -> Ran:
    """Call the command in a process of its own, on a disk that is full where ``full``."""

    def on_full_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FULL, _FULL))

    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "footprint", *args],
        input=made.piped or b"",
        capture_output=True,
        cwd=folder,
        env=_environment(folder / "temporary"),
        timeout=4 * _PATIENCE * made.patience,
        check=False,
        preexec_fn=on_full_disk if full else None,
    )
    out, err = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
    fault = err.strip().splitlines()[-1] if "Traceback" in err or "panicked" in err else ""
    return Ran(ended.returncode, out, err, fault)


def _environment(temporary: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]))
    # On a disk that is full Python 3.11 keeps compiled modules cut short, and each run after that would end with them.
    own = {"PYTHONPATH": path, "TMPDIR": str(temporary), "POLARS_MAX_THREADS": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **own}


def _faults(made: Case, ran: Ran, written: dict[str, Path], dry: bool) -> Iterator[str]:
    """Yield what is wrong with a call."""
    if ran.fault:
        yield ran.fault
        return
    if ran.status not in STATUSES:
        yield f"status {ran.status}: {ran.err[:200]!r}"
        return
    if ran.status in (1, 2):
        yield from _faults_of_refusal(ran, written)
        return
    if dry:
        return
    summary = json.loads(ran.out)
    rows, estimated, rejected = (summary[f"rows_{what}"] for what in ("in", "estimated", "rejected"))
    aside = sum(summary["rows_set_aside"].values())
    if rows != estimated + rejected + aside:
        yield f"{rows} rows in, {estimated} estimated, {rejected} rejected, {aside} set aside"
    if made.records is not None and rows != made.records:
        yield f"{made.records} rows were made, {rows} went in"
    for what, wanted in (("out", estimated), ("rejects", rejected)):
        found = _rows(written[what])
        if found != wanted:
            yield f"{wanted} rows were told, {found} written to {written[what].name}"
    if sum(item["rows"] for item in summary["rejections"]) != rejected and len(summary["rejections"]) < 20:
        yield "rows were rejected without a reason"
    for name, value in summary["total"].items():
        if isinstance(value, (int, float)) and not 0 <= value < float("inf"):
            yield f"{name} is {value}"


def _faults_of_refusal(ran: Ran, written: dict[str, Path]) -> Iterator[str]:
    lines = [line for line in ran.err.splitlines() if line.strip()]
    if len(lines) != 1 or not lines[0].startswith("Error: "):
        yield f"not one clear line: {ran.err[:300]!r}"
    elif len(lines[0]) < 20 or len(lines[0]) > 2_000:
        yield f"a line of {len(lines[0])} signs: {lines[0][:300]!r}"
    if any(ord(sign) < 32 or ord(sign) == 127 for line in lines for sign in line):
        yield f"signs that act on a terminal: {ran.err[:300]!r}"
    for path in written.values():
        if not _is_old(path):
            yield f"an error, and {path.name} is another"


def _is_old(path: Path) -> bool:
    return path.stat().st_size == len(OLD) and path.read_bytes() == OLD


def _rows(path: Path) -> int | str:
    """Return how many rows a file holds, or why that cannot be told."""
    if _is_old(path):
        return "the old file"
    try:  # never whole: an archive may have made millions of rows
        if path.suffix == ".parquet":
            return sum(batch.num_rows for batch in pyarrow.parquet.ParquetFile(path).iter_batches())
        with path.open(encoding="utf-8", newline="\n" if path.suffix == ".jsonl" else "") as file:
            if path.suffix == ".jsonl":
                return sum(isinstance(json.loads(line), dict) for line in file if line != "\n")
            csv.field_size_limit(1 << 30)
            widths = collections.Counter(len(row) for row in csv.reader(file, strict=True))
        return widths.total() - 1 if len(widths) < 2 else "ragged"
    except Exception as error:  # the finding itself
        return f"unreadable: {error}"


# --- kills ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whole:
    """What a file holds when nothing came between."""

    rows: int
    energy: float


def killed(kills: int, seed: int, rows: int, folder: Path, tell: Callable[[str], None]) -> tuple[list[str], str]:
    """Kill a batch at random moments, and return what was found, and a line about it."""
    dice = random.Random(f"{seed}:kills")  # noqa: S311 - the same at every run
    big = _big(rows, folder)
    out, rejects = folder / "written" / "out.parquet", folder / "written" / "rejects.csv"
    temporary = folder / "temporary"
    for path in (out.parent, temporary):
        path.mkdir(exist_ok=True)
    began = time.monotonic()
    reference = _start(big, out, rejects, temporary)
    if reference.wait() not in (0, 3):
        return ["the batch alone ends with an error"], ""
    lasted = time.monotonic() - began
    whole = {out: _whole(out), rejects: _whole(rejects)}
    faults, ends = [], collections.Counter[str]()
    signals = [signal.SIGKILL] * kills + [signal.SIGINT] * (kills // 5)
    for number, sign in enumerate(signals):
        for path in (out, rejects):
            path.write_bytes(OLD)
        there = {path.name for folder in (out.parent, temporary) for path in folder.iterdir()}
        process = _start(big, out, rejects, temporary)
        # Some after the end: the last moments are those in which files take their names.
        time.sleep(dice.uniform(0, 1.15 * lasted))
        process.send_signal(sign)
        process.wait()
        states = []
        for path in (out, rejects):
            old = path.read_bytes() == OLD
            states.append("old" if old else "new")
            if not old and _whole(path) != whole[path]:
                faults.append(f"{sign.name} {number}: {path.name} is neither the old nor the new")
        ends[f"{sign.name} {states[0]}"] += 1
        tell(f"kill {number + 1} of {len(signals)}")
        left = sorted(path.name for path in out.parent.iterdir() if path not in (out, rejects))
        # What a kill left is removed by the next run that comes as far; an interrupted one leaves nothing of its own.
        own = sorted({*left, *(path.name for path in temporary.iterdir())} - there)
        if sign == signal.SIGINT and own:
            faults.append(f"{sign.name} {number}: left {own}")
        if any(not name.startswith(".") for name in left):
            faults.append(f"{sign.name} {number}: {left} would be taken for output")
    last = _start(big, out, rejects, temporary).wait()
    left = sorted(path.name for path in (*out.parent.iterdir(), *temporary.iterdir()) if path not in (out, rejects))
    if last not in (0, 3) or left:
        faults.append(f"after all kills: status {last}, left {left}")
    said = ", ".join(f"{count} {what}" for what, count in sorted(ends.items()))
    return faults, f"{len(signals)} runs of {lasted:.1f} s over {rows:,} rows broken off: {said}"


def _big(rows: int, folder: Path) -> Path:
    """Return usage of many rows, a few of which are rejected, packed as text so that it is unpacked, too."""
    path = folder / f"usage_{rows}.csv"
    if not path.exists():
        table = pl.read_parquet(make(rows, folder)).with_row_index()
        nope = pl.when(pl.col("index") % 1000 == 0).then(pl.lit("nope")).otherwise(pl.col("model"))
        table.with_columns(nope.alias("model"), pl.col("date").dt.to_string("iso")).write_csv(path)
    return path


def _start(big: Path, out: Path, rejects: Path, temporary: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "footprint", "batch", str(big), "-o", str(out), "--rejects", str(rejects)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=out.parent,
        env=_environment(temporary),
    )


def _whole(path: Path) -> Whole | str:
    try:
        if path.suffix == ".csv":
            return Whole(pl.read_csv(path).height, 0.0)
        table = pl.read_parquet(path, columns=["facility_energy_kwh"])["facility_energy_kwh"]
        return Whole(len(table), float(f"{table.sum():.9e}"))
    except pl.exceptions.PolarsError as error:
        return str(error)


# --- all of it -----------------------------------------------------------------------------------------


def inputs_tried(seed: int, count: int, jobs: int, samples: Path, tell: Callable[[str], None]) -> list[Outcome]:
    """Put ``count`` inputs through, in several processes."""
    if jobs <= 1:
        found = []
        for number in range(count):
            found.append(tried(seed, number, samples))
            _tell_faults(found[-1])
            tell(f"input {number + 1} of {count}")
        return found
    outcomes: list[Outcome] = []
    # Processes begin anew now and then, so that what engines keep in memory does not add up.
    for first in range(0, count, _ANEW):
        with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            numbers = range(first, min(first + _ANEW, count))
            waiting = {pool.submit(tried, seed, number, samples): number for number in numbers}
            for done in concurrent.futures.as_completed(waiting):
                try:
                    outcomes.append(done.result())
                except concurrent.futures.process.BrokenProcessPool:
                    outcomes.append(Outcome(waiting[done], "?", None, ["the process died; run it with --only"]))
                _tell_faults(outcomes[-1])
                tell(f"input {len(outcomes)} of {count}")
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _tell_faults(outcome: Outcome) -> None:
    """Say at once what is found: the whole takes an hour."""
    for text in outcome.faults:
        print(f"\rinput {outcome.number}, {outcome.kind}: {text}", file=sys.stderr, flush=True)


def run() -> int:
    """Parse, try, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the file whose batch is killed")
    parser.add_argument("--samples", type=Path, default=SAMPLES, help="a folder of real exports")
    parser.add_argument("--only", type=int, help="the number of one input")
    parser.add_argument("--folder", type=Path, help="where the files of --only are kept")
    given = parser.parse_args()
    if given.only is not None:
        outcome = tried(given.seed, given.only, given.samples, given.folder)
        print(outcome.command, f"{outcome.kind}: status {outcome.status}", *(outcome.faults or [ALL_WELL]), sep="\n")
        return bool(outcome.faults)
    began = time.monotonic()
    watched = sys.stderr.isatty()

    def tell(text: str) -> None:
        if watched or "000 of" in text:
            print(f"\r{text}", end="" if watched else "\n", file=sys.stderr, flush=True)

    outcomes = inputs_tried(given.seed, given.inputs, given.jobs, given.samples, tell)
    lasted = time.monotonic() - began
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {given.seed}")
    print(
        f"{len(outcomes):,} inputs in {lasted:,.0f} s; {sum(outcome.rows for outcome in outcomes):,} rows accounted for"
    )
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        table[outcome.kind][str(outcome.status)] += 1
    statuses = sorted({status for counts in table.values() for status in counts})
    print(f"\n{'':<22}" + "".join(f"{'status ' + status:>12}" for status in statuses))
    for kind, counts in sorted(table.items()):
        print(f"{kind:<22}" + "".join(f"{counts[status]:>12,}" for status in statuses))
    faults = 0
    by_text: dict[str, list[Outcome]] = collections.defaultdict(list)
    for outcome in outcomes:
        for text in outcome.faults:
            by_text[text[:90]].append(outcome)
    for text, several in sorted(by_text.items(), key=lambda pair: -len(pair[1])):
        faults += len(several)
        print(f"\n{len(several)} x {next(fault for fault in several[0].faults if fault[:90] == text)}")
        print(f"    inputs {', '.join(str(outcome.number) for outcome in several[:8])}")
    if given.kills:
        folder = Path(tempfile.mkdtemp(prefix="fuzz-kills-"))
        try:
            found, said = killed(given.kills, given.seed, given.rows, folder, tell)
        finally:
            shutil.rmtree(folder)
        print("", said, *found, sep="\n")
        faults += len(found)
    print("", f"{faults} faults" if faults else ALL_WELL, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(run())
