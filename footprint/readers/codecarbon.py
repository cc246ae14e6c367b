"""Runs that CodeCarbon logged: its energy as stated, at the boundary it has; its emissions beside ours."""

from __future__ import annotations

from typing import Any

from footprint.intake.files import Input
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

#: Seconds by which two rows of one run may differ in when it began: stamps are whole seconds.
_SAME_START = 5


def _codecarbon(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options)
    end = rows.time("timestamp", required=True)
    duration = rows.number("duration")
    start = end - pl.duration(microseconds=(duration.fill_null(0.0) * 1e6).cast(pl.Int64, strict=False))
    energy, pue = rows.number("energy_consumed"), rows.number("pue")
    rows.rule(energy.is_null(), "energy_consumed", "is blank: the energy is not known, and blank is not zero")
    rows.rule(pue < 1, "pue", "is below 1, which no hall reaches")
    # CodeCarbon multiplies its energies by the PUE: then they are the hall's, and ours is not laid on top.
    metered = pl.when(pue > 1).then(pl.lit("facility")).otherwise(pl.lit("it"))
    cloud = rows.raw("cloud_provider")
    in_cloud = cloud.is_not_null() & rows.raw("cloud_region").is_not_null()
    place = pl.when(in_cloud).then(rows.raw("cloud_region")).otherwise(rows.text("country_iso_code", "country_name"))
    rows.zone_note("timestamp")
    if rows.any(pue > 1):
        rows.note("where pue is above 1, CodeCarbon has applied it already: that energy is taken as the building's.")
    rows.note("CodeCarbon's own estimate of energy is taken as it is; it counts processors, accelerators and memory.")
    _repeated(rows, start, end, energy)
    return rows.built(
        {
            "date": start,
            "period_end": end,
            "kind": pl.lit("energy"),
            "region": place,
            "provider": cloud,
            "energy_kwh": energy,
            "energy_boundary": pl.lit(options.boundary) if options.boundary else metered,
            "stated_carbon_kg": rows.number("emissions"),
        },
        {
            "project_name": "project",
            "experiment_id": "experiment",
            "run_id": "run",
            "task_name": "task",
            "gpu_model": "gpu_model",
            "codecarbon_version": "codecarbon_version",
        },
        identity=["project", "experiment", "run"],
    )


def _repeated(rows: Mapper, start: Any, end: Any, energy: Any) -> None:
    """Say where a run stands in several rows, each with all that it used since it began."""
    import polars as pl

    if not rows.has("run_id"):
        return
    runs = rows.frame.select(
        rows.text("run_id").alias("run"),
        rows.text("task_name").alias("task"),
        start.alias("start"),
        end.alias("end"),
        energy.alias("energy"),
    ).filter(pl.col("run").is_not_null() & pl.col("start").is_not_null() & pl.col("energy").is_not_null())
    runs = runs.sort("run", "task", "end")
    apart = (pl.col("start").shift(-1).over("run", "task") - pl.col("start")).abs()
    later = apart <= pl.duration(seconds=_SAME_START)
    grown = pl.col("energy").shift(-1).over("run", "task") >= pl.col("energy")
    found = runs.filter(later & grown).select(pl.len(), pl.col("energy").sum()).collect().row(0)
    if found[0]:
        rows.note(
            f"{found[0]:,} rows seem to be earlier states of a run that a later row holds whole (the same run_id and "
            "the "
            f"same start): {found[1]:.3g} kWh of the total would then be counted twice. Leave those rows out if so."
        )


READERS = (
    Reader(
        "codecarbon",
        "CodeCarbon emissions.csv, 2.x and 3.x",
        lambda head: head.has(
            "run_id", "duration", "emissions", "energy_consumed", "codecarbon_version", "tracking_mode"
        ),
        _codecarbon,
        "CodeCarbon writes emissions.csv beside the program it follows (save_to_file). Its energy is carried as it "
        "stands, its emissions are laid beside ours. A run outside a cloud names no host: add --set "
        "provider=on_premises, "
        "or another.",
        forms=("csv",),
        kinds=("energy",),
    ),
)
