"""Power logs of MLPerf: readings of one node, over their own time stamps."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import series
from footprint.readers.head import Head
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

_TAG = ":::MLLOG "
_NODE = re.compile(r"node_\d+")


def _training(item: Input, head: Head, options: Options) -> Reading:
    """Return one row: the electricity of the node from the first reading to the last."""
    stamps, watts, first = [], [], 0
    notes = []
    with item.path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.startswith(_TAG):
                continue
            try:
                entry = json.loads(line[len(_TAG) :])
                key, value = entry["key"], entry["value"]
                if key == "power_reading":
                    stamps.append(float(entry["time_ms"]) / 1000)
                    watts.append(float(value))
                    first = first or number
                elif key == "conversion_eff" and (entry.get("metadata") or {}).get("measurement_type") == "AC":
                    notes.append(
                        f"the readings are of alternating current: the efficiency {value} beside them is not applied."
                    )
            except (ValueError, KeyError, TypeError):
                raise DataError(f"{item.name}, line {number}: no entry of a log; it is cut off or damaged.") from None
    if len(stamps) < 2:
        raise DataError(f"{item.name}: fewer than two readings of power.")
    whole = series.power(stamps, watts)
    record = {
        LINE: first,
        "start": _moment(whole.first),
        "end": _moment(whole.last),
        "energy": whole.energy / 1000,
        "node": (_NODE.search(Path(item.name).name) or [""])[0],
    }
    rows = from_records([record], options)
    for note in (whole.note("power of the node"), *dict.fromkeys(notes)):
        rows.note(note)
    import polars as pl

    return rows.built(
        {
            "date": rows.time("start"),
            "period_end": rows.time("end"),
            "kind": pl.lit("energy"),
            "energy_kwh": rows.number("energy"),
            "energy_boundary": pl.lit("it"),
        },
        ["node"],
        identity=["node"],
    )


def _moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


READERS = (
    Reader(
        "mlperf-training-power",
        "MLPerf training, power log of a node (text)",
        lambda head: _TAG in head.text and '"power_' in head.text,
        _training,
        "Take result_*_node_*.txt out of the power folder of a submission. It names no place: add --set region=...",
        needs=("region",),
        forms=("text",),
        kinds=("energy",),
    ),
)
