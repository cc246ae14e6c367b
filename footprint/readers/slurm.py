"""Jobs of a Slurm cluster, from its accounting: metered electricity, or hours of accelerators."""

from __future__ import annotations

from typing import Any

from footprint.intake.files import Input
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

_JOULES = 3.6e6
#: What Slurm writes for an energy that it does not know, and beyond.
_NO_VALUE = 1.8e19
_UNFINISHED = ("RUNNING", "PENDING", "SUSPENDED", "REQUEUED", "CONFIGURING", "COMPLETING")
_TIMES = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def _sacct(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options, personal=["User"])
    step = rows.raw("JobID").str.contains(r"\.")
    state = rows.raw("State").str.extract(r"^([A-Z_]+)", 1)
    seconds = _elapsed(rows)
    for name in ("Start", "End"):
        unknown = rows.raw(name).is_in(["Unknown", "None"])
        rows.lay(f"__{name}", pl.when(~unknown).then(rows.raw(name)))
    start, end = rows.time("__Start"), rows.time("__End")
    joules = _joules(rows)
    metered = joules.is_not_null() & (joules > 0) & (joules < _NO_VALUE)
    energy = pl.when(metered).then(joules / _JOULES)
    tres = rows.raw("AllocTRES")
    gpus = pl.coalesce(
        tres.str.extract(r"(?:^|,)gres/gpu=([0-9]+)", 1).cast(pl.Float64, strict=False),
        # Where only the kinds are listed, their sum.
        tres.str.extract_all(r"gres/gpu:[^=,]+=[0-9]+")
        .list.eval(pl.element().str.extract(r"=([0-9]+)$", 1).cast(pl.Float64, strict=False))
        .list.sum()
        .replace(0.0, None),
    )
    kind_of_gpu = tres.str.extract(r"gres/gpu:([^=,]+)=", 1)
    held = ~metered.fill_null(value=False) & (gpus > 0).fill_null(value=False) & seconds.is_not_null()
    rows.set_aside(step.fill_null(value=False), "a step of a job: the row of the job holds its energy")
    rows.set_aside(
        state.is_in(_UNFINISHED).fill_null(value=False), "a job that has not ended: what it used is not final"
    )
    rows.set_aside((seconds == 0).fill_null(value=False), "a job that did not run")
    rows.set_aside(
        ~metered.fill_null(value=False) & ~(gpus > 0).fill_null(value=False),
        "a job without metered energy and without accelerators: no figure",
    )
    rows.rule(start.is_null(), rows.first("Start") or "JobID", "is blank: a row needs its date")
    rows.rule(~metered.fill_null(value=False) & seconds.is_null(), "ElapsedRaw", "is blank: hours need a duration")
    rows.zone_note("__Start")
    rows.notes[:] = [note.replace("__Start", "Start and End") for note in rows.notes]
    if rows.any(metered & ~step):
        if options.boundary is None:
            rows.note(
                "Slurm does not say where its energy was metered: the servers' plugs were taken, as IPMI reads them; "
                "if "
                "its plugin is RAPL or a GPU's, the figure lacks the rest of the node (--boundary)."
            )
        rows.note("where jobs share a node, a plugin that reads nodes charges each of them with the whole node.")
    if rows.any(held & ~step):
        rows.note("jobs without metered energy count by the hours of the accelerators that they held, busy or not.")
    return rows.built(
        {
            "date": start,
            "period_end": end,
            "kind": pl.when(held).then(pl.lit("accelerators")).otherwise(pl.lit("energy")),
            "accelerator": pl.when(held).then(kind_of_gpu),
            "accelerator_hours": pl.when(held).then(gpus * seconds / 3600),
            "energy_kwh": pl.when(~held).then(energy),
            "energy_boundary": pl.when(~held).then(pl.lit(options.boundary or "it")),
        },
        {"Account": "account", "Partition": "partition", "Cluster": "cluster", "State": "state", "User": "user"},
        identity=["cluster", "account", "partition"],
    )


def _joules(rows: Mapper) -> Any:
    import polars as pl

    if rows.has("ConsumedEnergyRaw"):
        return rows.number("ConsumedEnergyRaw")
    said = rows.raw("ConsumedEnergy")
    number = said.str.extract(r"^([0-9]+\.?[0-9]*)[KMGT]?$", 1).cast(pl.Float64, strict=False)
    times = said.str.extract(r"([KMGT])$", 1).replace_strict(_TIMES, default=1.0, return_dtype=pl.Float64)
    rows.rule(said.is_not_null() & number.is_null(), "ConsumedEnergy", "is not a number of joules, such as 1.5M")
    return number * times.fill_null(1.0)


def _elapsed(rows: Mapper) -> Any:
    """Return how long a job ran, in seconds: as a number, or as days-hours:minutes:seconds."""
    import polars as pl

    if rows.has("ElapsedRaw"):
        return rows.number("ElapsedRaw")
    said = rows.raw("Elapsed")
    parts = [
        said.str.extract(r"^(?:([0-9]+)-)?([0-9]+):([0-9]+):([0-9]+)", place).cast(pl.Float64, strict=False)
        for place in (1, 2, 3, 4)
    ]
    found = parts[0].fill_null(0.0) * 86400 + parts[1] * 3600 + parts[2] * 60 + parts[3]
    rows.rule(said.is_not_null() & found.is_null(), "Elapsed", "is no time such as 1-02:03:04")
    return found


READERS = (
    Reader(
        "slurm",
        "Slurm accounting, sacct --parsable2",
        lambda head: (
            head.has("JobID", "State")
            and head.delimiter == "|"
            and (head.has("ConsumedEnergyRaw") or head.has("ConsumedEnergy") or head.has("AllocTRES"))
        ),
        _sacct,
        "sacct --parsable2 --allusers --starttime 2026-01-01 --format JobID,Cluster,ConsumedEnergyRaw,AllocTRES,"
        "ElapsedRaw,Start,End,Account,Partition,State,NNodes,NCPUS > jobs.txt (with SLURM_TIME_FORMAT unset; stamps "
        "are "
        "of the cluster's zone: --zone). Jobs without metered energy need AllocTRES, and the kind of accelerator where "
        "gres/gpu does not name it: --set accelerator=... It names no place and no host: add --set region=... --set "
        "provider=on_premises.",
        needs=("region",),
        asks=("zone", "boundary", "accelerator"),
        forms=("csv",),
        kinds=("energy", "accelerators"),
    ),
)
