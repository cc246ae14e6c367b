"""What the ranges of a batch cost, at two sizes in turn: they come from combinations, so rows must not matter.

    python benchmarks/ranges.py [--rows 100000 10000000] [--rounds 5] [--folder FOLDER]

Prints, for each size, the seconds of the whole batch and of the ranges of all totals and of 50 groups, and the ratio
between sizes from paired rounds. Nothing here is a test: see ``benchmarks/README.md`` for figures with their date.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import narwhals as nw
from usage import make

from footprint.batch.columns import mapped
from footprint.batch.engines import DuckDBEngine
from footprint.batch.grouped import add_up, settled_and_grouped
from footprint.batch.totals import central_and_drawn, ranges
from footprint.catalogue import open_catalogue
from footprint.intake.files import recognised
from footprint.ranges import Sampler, bands_of


def measured(path: Path) -> tuple[float, float]:
    """Return the seconds of a batch by team, and those of its totals with their ranges alone."""
    catalogue = open_catalogue()
    begin = time.perf_counter()
    with recognised([str(path)], None, False) as (item,):
        engine = DuckDBEngine()
        frame = engine.scan(item)
        mapping = mapped(nw.from_native(frame).collect_schema().names(), {}, {})
        settled, grouped = settled_and_grouped(add_up(frame, mapping, catalogue, engine, ["team"]), catalogue)
        sampler = Sampler(bands_of(catalogue))
        sums = grouped.sums.of_groups(range(grouped.sums.count))
        before = time.perf_counter()
        totals, drawn = central_and_drawn(sums, settled.settings, mapping, sampler)
        ranges(drawn, totals.values, {})
    end = time.perf_counter()
    return end - begin, end - before


def main() -> None:
    """Measure both sizes in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "footprint-benchmarks")
    given = parser.parse_args()
    paths = {rows: make(rows, given.folder) for rows in given.rows}
    measured(paths[min(paths)])  # what is read once, is read now
    times: dict[int, list[tuple[float, float]]] = {rows: [] for rows in paths}
    for _ in range(given.rounds):
        for rows, path in paths.items():
            times[rows].append(measured(path))
    print(f"{'rows':>12}  {'batch, s':>9}  {'ranges, s':>9}  share of batch")
    for rows, taken in times.items():
        batch, part = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"{rows:>12,}  {batch:>9.2f}  {part:>9.2f}  {part / batch:.1%}")
    small, large = min(times), max(times)
    pairs = [b[1] / a[1] for a, b in zip(times[small], times[large], strict=True)]
    print(f"ranges at {large:,} over {small:,} rows, paired: median {statistics.median(pairs):.2f}, "
          f"{min(pairs):.2f} to {max(pairs):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
