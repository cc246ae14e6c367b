"""What a report costs over few rows and over many, in turn: it is made of combinations, so rows must hardly matter.

    python benchmarks/report.py [--rows 10000 10000000] [--formats html pdf xlsx] [--rounds 3] [--folder FOLDER]

Each report is made by a process of its own, as a person makes it. Prints, for each format and size, the seconds and the
peak memory of that process, and what the larger size costs over the smaller one, from paired rounds. Nothing here is a
test: see ``benchmarks/README.md`` for figures with their date.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from usage import make

#: The ending of each kind of report, and what is asked for beside it.
FORMATS = {
    "html": ("html", ()),
    "interactive": ("html", ("--interactive",)),
    "pdf": ("pdf", ()),
    "xlsx": ("xlsx", ()),
    "md": ("md", ()),
    "json": ("json", ()),
}
DEFINITION = 'title = "Benchmark"\ngroup_by = "team"\nrole = "buyer"\n'


def measured(path: Path, kind: str, folder: Path) -> tuple[float, float, int]:
    """Return the seconds, the peak memory in MiB and the bytes of one report."""
    ending, options = FORMATS[kind]
    definition, output = folder / "report.toml", folder / f"report.{ending}"
    definition.write_text(DEFINITION, encoding="utf-8")
    command = [sys.executable, "-m", "footprint", "report", str(path), "--definition", str(definition)]
    begin = time.perf_counter()
    command += ["-o", str(output), "--date", "2026-01-31", *options]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    # What one child used, not the most of all children; kibibytes, but bytes on macOS.
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"footprint report ended with {child.returncode}")
    return seconds, used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10), output.stat().st_size


def main() -> None:
    """Measure each format at each size in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 10_000_000])
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=["html", "interactive", "pdf", "xlsx"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "footprint-benchmarks")
    given = parser.parse_args()
    paths = {rows: make(rows, given.folder) for rows in sorted(given.rows)}
    print(f"{'format':<12} {'rows':>12}  {'time, s':>8}  {'memory, MiB':>11}  {'file, kB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        measured(next(iter(paths.values())), "md", Path(folder))  # what is built once, is built now
        for kind in given.formats:
            taken: dict[int, list[tuple[float, float, int]]] = {rows: [] for rows in paths}
            for _ in range(given.rounds):
                for rows, path in paths.items():
                    taken[rows].append(measured(path, kind, Path(folder)))
            for rows, found in taken.items():
                seconds, memory, size = (statistics.median(column) for column in zip(*found, strict=True))
                print(f"{kind:<12} {rows:>12,}  {seconds:>8.2f}  {memory:>11.0f}  {size / 1000:>8,.0f}", flush=True)
            small, large = taken[min(paths)], taken[max(paths)]
            for what, at in (("time", 0), ("memory", 1)):
                pairs = [b[at] / a[at] for a, b in zip(small, large, strict=True)]
                said = f"median {statistics.median(pairs):.2f}, {min(pairs):.2f} to {max(pairs):.2f}"
                print(f"{kind:<12} {what} of {max(paths):,} over {min(paths):,} rows, paired: {said}", flush=True)


if __name__ == "__main__":
    main()
