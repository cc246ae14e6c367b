"""Power of GPUs as nvidia-smi logs it: a table in CSV whose header and cells carry units."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.readers import metered
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

#: The columns of power, the one over the whole interval first.
_POWER = ("power.draw.average [W]", "power.draw.average", "power.draw [W]", "power.draw", "power.draw.instant [W]")
_DEVICE = ("uuid", "gpu_uuid", "index", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial")
_NO_READING = r"(?i)^\[?(?:n/a|not supported|unknown error|insufficient permissions|gpu requires reset)[^\]]*\]?$"


def _smi(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options)
    column = _power_of(rows)
    stamp = rows.raw("timestamp")
    # The stamps have slashes: year/month/day.
    rows.lay("timestamp", stamp.str.replace(r"^([0-9]{4})/([0-9]{2})/([0-9]{2})", "${1}-${2}-${3}"))
    cell = rows.raw(column)
    silent = cell.is_null() | cell.str.contains(_NO_READING)
    rows.lay(column, cell.str.replace(r" *W$", ""))
    rows.set_aside(silent, metered.NO_READING)
    device = rows.first(*_DEVICE)
    rows.lay("device", rows.raw(device) if device else pl.lit("gpu"))
    names = [name for name in ("name", "gpu_name", "hostname") if rows.has(name)]
    for name in names:
        rows.lay({"name": "gpu_model", "gpu_name": "gpu_model"}.get(name, "host"), rows.raw(name))
    keys = list(dict.fromkeys(["device", *({"hostname": "host"}.get(name, "gpu_model") for name in names)]))
    moment = rows.time("timestamp", required=True)
    if device is None:
        _refuse_several(item, rows, moment)
    rows.zone_note("timestamp")
    return metered.energy(
        rows,
        moment,
        rows.number(column),
        keys,
        boundary=metered.boundary_of(options, "accelerator"),
        what="power of the GPU",
        wanted=column,
    )


def _power_of(rows: Mapper) -> str:
    found = rows.first(*_POWER, "power.draw.instant")
    if found is None:
        raise DataError("no column of power: query power.draw.")
    return found


def _refuse_several(item: Input, rows: Mapper, moment: Any) -> None:
    """Refuse the readings of several GPUs that nothing tells apart: their mean would stand for all."""
    stamps = rows.frame.select(moment.alias("at")).drop_nulls().collect()["at"].dt.epoch("us").to_numpy()
    steps = np.diff(np.sort(stamps))
    if len(steps) > 2 and float(np.quantile(steps, 0.9)) > 10 * float(np.quantile(steps, 0.25)):
        raise DataError(
            f"{item.name}: readings come in bunches, as those of several GPUs do, and no column tells them apart; "
            "query "
            "index or uuid as well."
        )


READERS = (
    Reader(
        "nvidia-smi",
        "nvidia-smi, power of GPUs over time (CSV)",
        lambda head: head.has("timestamp") and any(name.startswith("power.draw") for name in head.folded),
        _smi,
        "nvidia-smi --query-gpu=timestamp,index,uuid,name,power.draw --format=csv -l 1 > power.csv, from the first "
        "second "
        "of the work to the last. Stamps are local: --zone. It names no place and no host: add --set region=... --set "
        "provider=...",
        needs=("region", "provider"),
        asks=("zone", "boundary"),
        forms=("csv",),
        kinds=("energy",),
    ),
)
