"""Everything that is promised of speed and memory, in one command: paired runs, ratios, versions, the machine.

    python benchmarks/suite.py [--rows 20000000] [--rounds 3] [--only query batch ...] [--ecologits PYTHON] [--write]

Each run is a process of its own, as a person starts it; those of a pair take turns, so that a busy minute meets both.
``--ecologits`` names a Python that has EcoLogits installed, where this one has not. With ``--write`` the results
replace those in ``benchmarks/README.md``. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from usage import MODELS, REGIONS, TEAMS, make

from footprint.catalogue import open_catalogue
from footprint.results import COLUMNS

README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- made by suite.py -->", "<!-- end of what suite.py made -->"
#: Rows that EcoLogits computes, one call for each; the first few are not counted.
_CALLS, _FIRST = 2_000, 50

_GROUP = """
import duckdb, sys
rows = duckdb.read_parquet(sys.argv[1]).aggregate(
    "model, region, team, count(*), sum(input_tokens), sum(output_tokens)", "model, region, team").fetchnumpy()
print(len(rows["model"]))
"""
_COPY = """
import duckdb, sys
duckdb.read_parquet(sys.argv[1]).write_parquet(sys.argv[2], compression="snappy")
"""
_ECOLOGITS = """
import json, sys, time
from ecologits.electricity_mix_repository import electricity_mixes
from ecologits.impacts.llm import compute_llm_impacts

def estimated(row):
    mix = electricity_mixes.find_electricity_mix(zone=row["zone"]) or electricity_mixes.find_electricity_mix(zone="WOR")
    return compute_llm_impacts(
        model_active_parameter_count=row["active"], model_total_parameter_count=row["total"],
        output_token_count=row["output_tokens"], request_latency=row["output_tokens"] / 50,
        if_electricity_mix_adpe=mix.adpe, if_electricity_mix_pe=mix.pe, if_electricity_mix_gwp=mix.gwp,
        if_electricity_mix_wue=mix.wue, datacenter_pue=1.2, datacenter_wue=0.5)

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
first = int(sys.argv[2])
for row in rows[:first]:
    estimated(row)
begin = time.perf_counter()
for row in rows[first:]:
    estimated(row)
import importlib.metadata
print((len(rows) - first) / (time.perf_counter() - begin), importlib.metadata.version("ecologits"))
"""


@dataclass
class Run:
    """What one process took: seconds from its start to its end, its peak memory [MiB], and what it printed."""

    seconds: float
    memory: float
    text: str


@dataclass
class Report:
    """The lines of a report: what was measured beside what, and what is promised."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def paired(self, what: str, beside: str, ours: Sequence[float], others: Sequence[float], promised: float) -> None:
        """Add a ratio of paired runs."""
        ratios = [one / other for one, other in zip(ours, others, strict=True)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        self.add(what, f"{_seconds(ours)} s", f"{beside}: {_seconds(others)} s", ratio, f"at most {promised:g}")

    def add(self, *cells: str) -> None:
        """Add a line, and print it."""
        what, value, beside, ratio, promised = cells
        self.rows.append((what, value, beside, ratio, promised))
        print(f"{what}: {value}; {beside}; ratio {ratio}; promised {promised}", flush=True)

    def markdown(self, given: argparse.Namespace) -> str:
        """Return the report as it stands in the README."""
        header = "| what | measured | beside | ratio, paired | promised |\n|---|---:|---:|---:|---:|\n"
        lines = "".join(f"| {' | '.join(row)} |\n" for row in self.rows)
        left = "".join(f"\nLeft out: {text}\n" for text in self.skipped)
        return f"{_machine()}, medians of {given.rounds} rounds.\n\n{header}{lines}{left}"


def _seconds(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f}"


def _machine() -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars", "numpy", "pint"))
    return f"{datetime.date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def run(*command: str) -> Run:
    """Run a command as a process of its own.

    Raises
    ------
    SystemExit : the command failed
    """
    begin = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        # As it is once installed: compiled files are kept.
        own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=own)  # noqa: S603 - our own
        # What one child used, not the most of all children; kibibytes, but bytes on macOS.
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(command)[:200]} ended with {child.returncode}")
        out.seek(0)
        return Run(seconds, used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10), out.read())


def footprint(*arguments: str) -> Run:
    """Run our command line."""
    return run(sys.executable, "-m", "footprint", *arguments)


def by_team(path: str) -> Run:
    """Run the batch that most figures are about."""
    return footprint("batch", path, "--by", "team")


def python(text: str, *arguments: str) -> Run:
    """Run a text of Python."""
    return run(sys.executable, "-c", text, *arguments)


def in_turns(rounds: int, *commands: Callable[[], Run]) -> list[list[Run]]:
    """Run commands in turns, once before the first round, so that what is read and built once is not measured."""
    for command in commands:
        command()
    taken: list[list[Run]] = [[] for _ in commands]
    for _ in range(rounds):
        for place, command in enumerate(commands):
            taken[place].append(command())
    return taken


def _times(runs: Sequence[Run]) -> list[float]:
    return [one.seconds for one in runs]


# --- what is measured -------------------------------------------------------------------------------


def starting(report: Report, given: argparse.Namespace) -> None:
    """What nobody should wait for: help, and one query."""
    rounds = max(given.rounds, 21)  # half a second each, of which a busy moment may be another half
    ours, others = in_turns(rounds, lambda: footprint("--help"), lambda: python("import click"))
    report.paired("`footprint --help`", "`import click`", _times(ours), _times(others), 2)
    asked = ("query", "gpt-4o", "--output-tokens", "400", "--region", "FR")
    ours, others = in_turns(rounds, lambda: footprint(*asked), lambda: python("import polars, duckdb"))
    report.paired("one `footprint query`", "`import polars, duckdb`", _times(ours), _times(others), 1.5)


def batch(report: Report, given: argparse.Namespace) -> None:
    """Totals and their ranges by team, beside nothing but reading and grouping."""
    path = str(make(given.rows, given.folder))
    ours, others = in_turns(given.rounds, lambda: by_team(path), lambda: python(_GROUP, path))
    what = f"{given.rows:,} rows by team, with ranges"
    report.paired(what, "bare group by model, region and team", _times(ours), _times(others), 1.5)


def twice(report: Report, given: argparse.Namespace) -> None:
    """Twice the rows."""
    paths = [str(make(rows, given.folder)) for rows in (given.rows, 2 * given.rows)]
    once, double = in_turns(given.rounds, *(lambda path=path: by_team(path) for path in paths))
    report.paired(f"{2 * given.rows:,} rows", f"{given.rows:,} rows", _times(double), _times(once), 2.2)


def memory(report: Report, given: argparse.Namespace) -> None:
    """Five times the rows: time and peak memory of one run."""
    path = str(make(5 * given.rows, given.folder))
    ours, others = in_turns(1, lambda: by_team(path), lambda: python(_GROUP, path))
    what = f"{5 * given.rows:,} rows by team, with ranges, one round"
    report.paired(what, "bare group", _times(ours), _times(others), 1.5)
    report.add(f"{what}: peak memory", f"{ours[0].memory:,.0f} MiB", f"bare group: {others[0].memory:,.0f} MiB",
               f"{ours[0].memory / others[0].memory:.2f}", "below 1,024 MiB")  # fmt: skip


def enriched(report: Report, given: argparse.Namespace) -> None:
    """Every row with its results, as Parquet, beside a copy of the file."""
    path = str(make(given.rows, given.folder))
    target = given.folder / "out.parquet"

    def fresh(written: Run) -> Run:
        target.unlink()  # to remove what a run before has written is no part of the next one
        return written

    ours, others = in_turns(
        given.rounds,
        lambda: fresh(footprint("batch", path, "-o", str(target))),
        lambda: fresh(python(_COPY, path, str(target))),
    )
    report.paired(f"{given.rows:,} rows, enriched", "bare copy", _times(ours), _times(others), 2.5)


def engines(report: Report, given: argparse.Namespace) -> None:
    """The engines, one beside the other, and how far their totals are apart."""
    path = str(make(given.rows, given.folder))
    taken = in_turns(
        given.rounds,
        *(
            lambda name=name: footprint("batch", path, "--by", "team", "--engine", name, "--format", "csv")
            for name in ("polars", "duckdb")
        ),
    )
    tables = [list(csv.DictReader(runs[0].text.splitlines())) for runs in taken]
    apart = max(
        abs(float(one[name]) / float(other[name]) - 1)
        for one, other in zip(*tables, strict=True)
        for name in COLUMNS.values()
        if float(other[name] or 0)
    )
    ratios = [one / other for one, other in zip(*map(_times, taken), strict=True)]
    report.add("by team on Polars", f"{_seconds(_times(taken[0]))} s", f"on DuckDB: {_seconds(_times(taken[1]))} s",
               f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})", "")  # fmt: skip
    report.add("totals of Polars and DuckDB", f"{apart:.1e} apart", "", "", "at most 1e-9")


def ecologits(report: Report, given: argparse.Namespace) -> None:
    """Rows a second, beside those of EcoLogits on the first rows of the same file."""
    if not given.ecologits and importlib.util.find_spec("ecologits") is None:
        report.skipped.append("EcoLogits is not installed here; name a Python that has it with --ecologits.")
        print(report.skipped[-1])
        return
    calls = given.folder / "ecologits.jsonl"
    # The first part of a run is the same for any number of rows: of few and of many, the speed is another one.
    for rows in (given.rows, 5 * given.rows):
        path = make(rows, given.folder)
        _write_calls(path, calls)
        speeds, versions, ours = [], "", []
        by_team(str(path))
        for _ in range(given.rounds):
            speed, _, versions = run(
                given.ecologits or sys.executable, "-c", _ECOLOGITS, str(calls), str(_FIRST)
            ).text.partition(" ")
            speeds.append(float(speed))
            ours.append(rows / by_team(str(path)).seconds)
        ratios = [one / other for one, other in zip(ours, speeds, strict=True)]
        report.add(
            f"rows a second of {rows:,}, from start to end of the process", f"{statistics.median(ours):,.0f}",
            f"EcoLogits {versions.strip()}, one call a row, its import left out: {statistics.median(speeds):,.0f}",
            f"{statistics.median(ratios):,.0f} ({min(ratios):,.0f} to {max(ratios):,.0f})", "at least 2,000",
        )  # fmt: skip


def _write_calls(path: Path, target: Path) -> None:
    """Write the first rows as EcoLogits takes them: sizes of the model, tokens, and the country of the grid."""
    catalogue = open_catalogue()
    sizes = {row["id"]: row for row in catalogue.rows("SELECT id, active_parameters, total_parameters FROM models")}
    found = duckdb.read_parquet(str(path)).limit(_CALLS + _FIRST).fetchall()
    columns = duckdb.read_parquet(str(path)).columns
    with target.open("w", encoding="utf-8") as out:
        for values in found:
            row = dict(zip(columns, values, strict=True))
            model, place = sizes[row["model"]], catalogue.place(row["region"])
            call = {"active": model["active_parameters"], "total": model["total_parameters"], "zone": place.country}
            out.write(json.dumps({**call, "output_tokens": row["output_tokens"]}) + "\n")


_PARTS: dict[str, Callable[[Report, argparse.Namespace], None]] = {
    "starting": starting,
    "batch": batch,
    "twice": twice,
    "enriched": enriched,
    "engines": engines,
    "ecologits": ecologits,
    "memory": memory,
}


def main() -> None:
    """Measure what is asked for, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    parser.add_argument("--ecologits", metavar="PYTHON", help="a Python that has EcoLogits installed")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "footprint-benchmarks")
    parser.add_argument("--write", action="store_true", help="put the results into benchmarks/README.md")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print(_machine())
    print(f"rows of {MODELS} models, {REGIONS} regions and {TEAMS} teams, hour by hour", flush=True)
    report = Report()
    for name in given.only:
        _PARTS[name](report, given)
    made = report.markdown(given)
    print(f"\n{made}")
    if given.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
        README.write_text(f"{before}{_BEGIN}\n\n{made}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
