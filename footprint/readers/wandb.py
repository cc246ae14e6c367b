"""Power among the system metrics of Weights & Biases: a table with a column for each GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import jsonfiles, metered
from footprint.readers.head import Head
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: A column of power, whatever stands before it: ``system.gpu.0.powerWatts``, ``run - system/gpu.0.powerWatts``.
_POWER = re.compile(r"^(?:(.*?) - )?(?:system[./])?((?:gpu\.(\d+)|cpu|system)\.powerwatts)$", re.IGNORECASE)
_STAMPS = ("_timestamp", "timestamp", "wall time", "_wall_time", "created_at")
_RELATIVE = ("_runtime", "relative time (process)", "relative time (wall)", "relative_time")


def _columns(names: Any) -> dict[str, tuple[str, str]]:
    """Return the columns of power: the run and the device of each. Those of single processes are inside a GPU's."""
    found = {}
    for name in names:
        match = _POWER.match(name.strip())
        if match:
            device = f"gpu {match[3]}" if match[3] else match[2].split(".")[0].casefold()
            found[name.casefold()] = (match[1] or "", device)
    return found


def _system(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    columns = _columns(head.columns)
    devices = {device for _, device in columns.values()}
    if "system" in devices:
        # All that the machine draws: its parts are in it.
        usual, chosen = "it", {"system"}
    elif any(device.startswith("gpu") for device in devices):
        usual, chosen = "accelerator", {device for device in devices if device.startswith("gpu")}
    else:
        raise DataError(f"{item.name}: power of the processor alone: it is at no boundary that is known here.")
    stamp = next((name for name in _STAMPS if name in head.folded), None)
    relative = next((name for name in _RELATIVE if name in head.folded), None)
    if stamp is None and relative is None:
        raise DataError(f"{item.name}: no column says when: keep _timestamp, Wall Time or Relative Time.")
    used = {name: said for name, said in columns.items() if said[1] in chosen}
    rows = from_records(_readings(item, used, stamp or relative or ""), options)
    value = rows.number("value")
    metered.set_silent_aside(rows, "value")
    left = sorted(devices - chosen)
    if left:
        rows.note(f"not counted: power of {', '.join(left)}, which is inside what is counted, or at no known boundary.")
    if stamp is None:
        rows.note("the stamps count from the start of the run: no row has a date (--set date=YEAR-MONTH-DAY).")
    moment = pl.coalesce(rows.time("unix", unix="s"), rows.time("stamp"))
    rows.zone_note("stamp")
    return metered.energy(
        rows,
        moment,
        value,
        [name for name in ("run", "device") if rows.has(name)],
        boundary=metered.boundary_of(options, usual),
        what="power of",
        dated=stamp is not None,
    )


def _readings(item: Input, columns: dict[str, tuple[str, str]], stamp: str) -> Iterator[dict[str, Any]]:
    for line, row in jsonfiles.records(item):
        cells = {name.casefold(): cell for name, cell in row.items()}
        at = cells.get(stamp)
        for name, (run, device) in columns.items():
            # W&B writes a line for each metric: the others of it are blank.
            if (cell := cells.get(name)) in (None, ""):
                continue
            numeric = isinstance(at, (int, float)) or re.fullmatch(r"[0-9.eE+]+", str(at)) is not None
            yield {
                LINE: line,
                "run": run or None,
                "device": device,
                "unix": at if numeric else None,
                "stamp": None if numeric else at,
                "value": cell,
            }


READERS = (
    Reader(
        "wandb-system",
        "Weights & Biases system metrics, power (CSV, JSON lines)",
        lambda head: bool(_columns(head.columns)),
        _system,
        "In the workspace of a run: System, GPU Power Usage (W), Export, CSV; or run.history(stream='system') of the "
        "API, "
        "saved as CSV. It names no place and no host: add --set region=... --set provider=...",
        needs=("region", "provider"),
        asks=("boundary", "date"),
        forms=("csv", "jsonl"),
        kinds=("energy",),
    ),
)
