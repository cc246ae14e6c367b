"""Joules of nodes and containers by Kepler; one level only is counted, as containers are inside nodes."""

from __future__ import annotations

from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.readers import metered, prometheus
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

_LEVELS = ("node", "vm", "pod", "container", "process")
_JOULES = 3600.0
_INSIDE = "a level inside the one that is counted: containers, processes, or the active and idle parts of a node"
_ZONE = "a zone of the processor that another zone holds"
_WATTS = "power whose joules are beside it: the same electricity"


def _kepler(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = from_records(prometheus.samples(item, "kepler_"), options)
    metric = rows.raw("metric").str.to_lowercase()
    joules, watts = metric.str.ends_with("_joules_total"), metric.str.ends_with("_watts")
    rows.frame = rows.frame.filter(joules | watts)
    level = metric.str.extract(r"^kepler_(node|vm|pod|container|process)_", 1)
    part = metric.str.extract(r"^kepler_[a-z]+_([a-z]+)_", 1)
    # A node's total stands beside its active and idle parts; what is left names its part alone.
    split = metric.str.contains("_active_|_idle_")
    kind = joules if rows.any(joules) else watts
    found = rows.frame.filter(kind & level.is_not_null()).select(level.alias("level")).unique().collect()["level"]
    chosen = next((name for name in _LEVELS if name in found.to_list()), None)
    if chosen is None:
        raise DataError(f"{item.name}: no joules and no watts of a node or a container of Kepler.")
    here = kind & (level == chosen)
    whole = rows.any(here & ~split)
    zone = pl.coalesce(rows.raw("zone"), part).str.to_lowercase()
    zones = set(rows.frame.filter(here).select(zone.alias("zone")).unique().collect()["zone"].to_list())
    repeated = _repeated(zones)
    gpus_alone = not rows.any(here & (part != "gpu"))
    aside: Any = pl.when(~kind).then(pl.lit(_WATTS)).when(level != chosen).then(pl.lit(_INSIDE))
    if whole:
        aside = aside.when(split).then(pl.lit(_INSIDE))
    if repeated:
        aside = aside.when(zone.is_in(repeated)).then(pl.lit(_ZONE))
    usual = "accelerator" if gpus_alone else "it"
    if not gpus_alone and options.boundary is None:
        rows.note(
            "Kepler reads processors, memory and GPUs: power supplies, fans and disks are not in its figure, which is "
            "taken at the servers' plugs (--boundary)."
        )
    if chosen != "node":
        rows.note(f"no joules of nodes: those of each {chosen} are counted; what no {chosen} used is not in them.")
    return metered.energy(
        rows,
        prometheus.moment(rows),
        _watt_hours(rows, joules),
        _keys(rows),
        how=pl.when(joules).then(pl.lit("register")).otherwise(pl.lit("power")),
        boundary=metered.boundary_of(options, usual),
        what="Kepler",
        aside=aside.otherwise(pl.lit(None, dtype=pl.String)),
    )


def _watt_hours(rows: Mapper, joules: Any) -> Any:
    import polars as pl

    value = rows.number("value")
    metered.set_silent_aside(rows, "value")
    return pl.when(joules).then(value / _JOULES).otherwise(value)


def _keys(rows: Mapper) -> list[str]:
    return [name for name in ("host", "metric", "zone", "mode", "device", "inside") if rows.has(name)]


def _repeated(zones: set[str]) -> list[str]:
    """Return the zones that others hold: the platform holds all, the package its cores.

    >>> _repeated({"package", "core", "dram"}), _repeated({"psys", "package", "dram"})
    (['core', 'uncore'], ['package', 'core', 'uncore', 'dram', 'pp0', 'pp1', 'cpu', 'other'])
    """
    if zones & {"psys", "platform"}:
        return ["package", "core", "uncore", "dram", "pp0", "pp1", "cpu", "other"]
    if "package" in zones:
        return ["core", "uncore"]
    return []


READERS = (
    Reader(
        "kepler",
        "Kepler, joules of nodes or containers (Prometheus, CSV)",
        lambda head: prometheus.names(head, "kepler_"),
        _kepler,
        "curl "
        "'PROMETHEUS/api/v1/query_range?query={__name__=~\"kepler_node_.*_joules_total\"}&start=...&end=...&step=60' "
        "> kepler.json; or promtool tsdb dump. Nodes are counted where they are there; containers only where they are "
        "not. It names no place and no host: add --set region=... --set provider=...",
        needs=("region", "provider"),
        asks=("boundary",),
        forms=("json", "jsonl", "text", "csv"),
        kinds=("energy",),
    ),
)
