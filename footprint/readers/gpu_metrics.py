"""Power of GPUs by NVIDIA DCGM: readings of power, or the counter of energy since the driver was loaded."""

from __future__ import annotations

from footprint.intake.files import Input
from footprint.readers import metered, prometheus
from footprint.readers.head import Head
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

_POWER = "dcgm_fi_dev_power_usage"
_ENERGY = "dcgm_fi_dev_total_energy_consumption"
#: The counter is in millijoules.
_MILLIJOULES = 3.6e6
_SAME = "power of a GPU whose counter of energy is beside it: the same electricity"


def _dcgm(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = from_records(prometheus.samples(item, "DCGM_FI_DEV_"), options)
    metric = rows.raw("metric").str.to_lowercase()
    # Other gauges of a dashboard: clocks, temperatures.
    rows.frame = rows.frame.filter(metric.is_in([_POWER, _ENERGY]))
    counted = metric == _ENERGY
    both = rows.any(counted)
    value = rows.number("value")
    metered.set_silent_aside(rows, "value")
    return metered.energy(
        rows,
        prometheus.moment(rows),
        pl.when(counted).then(value / _MILLIJOULES).otherwise(value),
        [name for name in ("host", "device") if rows.has(name)],
        how=pl.when(counted).then(pl.lit("register")).otherwise(pl.lit("power")),
        boundary=metered.boundary_of(options, "accelerator"),
        what="DCGM",
        aside=pl.when(~counted).then(pl.lit(_SAME)) if both else None,
    )


READERS = (
    Reader(
        "dcgm",
        "NVIDIA DCGM exporter, power or energy of GPUs (Prometheus, CSV)",
        lambda head: prometheus.names(head, "DCGM_FI_DEV_"),
        _dcgm,
        "curl 'PROMETHEUS/api/v1/query_range?query=DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION&start=...&end=...&step=60' > "
        "energy.json; or DCGM_FI_DEV_POWER_USAGE with a step as short as the scrapes; or promtool tsdb dump; or a "
        "table "
        "with a column timestamp and one named like the metric. It names no place and no host: add --set region=... "
        "--set provider=...",
        needs=("region", "provider"),
        asks=("boundary",),
        forms=("json", "jsonl", "text", "csv"),
        kinds=("energy",),
    ),
)
