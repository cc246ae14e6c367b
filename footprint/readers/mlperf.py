"""Power logs of MLPerf: readings of one node, over their own time stamps."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import metered, series
from footprint.readers.head import Head
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

_TAG = ":::MLLOG "
_NODE = re.compile(r"node_\d+")
#: A stamp of a power analyser: month-day-year, in the order of the United States.
_STAMP = re.compile(r"(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d(?:\.\d+)?)")
_ANALYSER = re.compile(r"^Time,\d\d-\d\d-\d{4} [\d:.]+,Watts,", re.MULTILINE)


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


def _inference(item: Input, head: Head, options: Options) -> Reading:
    """Return the electricity that a power analyser logged: its total, and not the channels that the total holds."""
    rows = from_records(_analysed(item), options)
    rows.note("the total of the analyser is taken; the channels beside it are parts of it.")
    if options.zone is None:
        rows.note("the stamps have no zone: UTC was taken (--zone).")
    return metered.energy(
        rows,
        rows.time("stamp", required=True),
        rows.number("watts"),
        ["log"],
        boundary=metered.boundary_of(options, "it"),
        what="power of",
        wanted="watts",
    )


def _analysed(item: Input) -> Iterator[dict[str, Any]]:
    log = Path(item.name).name.partition(".")[0]
    with item.path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            cells = line.strip().split(",")
            if cells == [""]:
                continue
            stamp = _STAMP.fullmatch(cells[1].strip()) if len(cells) > 1 else None
            total = cells[3].strip() if len(cells) > 3 and cells[2] == "Watts" else "cut off"
            yield {
                LINE: number,
                "log": log,
                # The day stands after the month.
                "stamp": "{2}-{0}-{1} {3}".format(*stamp.groups()) if stamp else line.strip()[:80],
                "watts": total or "cut off",
            }


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
    Reader(
        "mlperf-inference-power",
        "MLPerf inference, log of a power analyser, spl.txt (text)",
        lambda head: _ANALYSER.match(head.text) is not None,
        _inference,
        "Take spl.txt out of the power folder of a run (not of its ranging). It names no place: add --set region=...",
        needs=("region",),
        asks=("zone", "boundary"),
        forms=("text",),
        kinds=("energy",),
    ),
)
