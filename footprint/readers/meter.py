"""A plain table of meters: moment, meter, value, unit."""

from __future__ import annotations

from footprint.errors import UsageError
from footprint.intake.files import Input
from footprint.readers import metered
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

#: Watt-hours in the units of energy, watts in those of power. A small m is a thousandth, a large one a million.
_ENERGY = {
    "Wh": 1.0,
    "kWh": 1e3,
    "MWh": 1e6,
    "GWh": 1e9,
    "mJ": 1e-3 / 3600,
    "J": 1 / 3600,
    "kJ": 1e3 / 3600,
    "MJ": 1e6 / 3600,
    "GJ": 1e9 / 3600,
}
_POWER = {"mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6}
#: However they are capitalised, where that leaves no doubt.
_LOOSE = {name.casefold(): name for name in ("Wh", "kWh", "MWh", "GWh", "J", "kJ", "GJ", "W", "kW")}
_GROUPS = ("site", "building", "room", "rack", "team", "project")


def _meter(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    if options.boundary is None:
        raise UsageError(f"{item.name}: where was this metered? Say --boundary facility, it or accelerator.")
    rows = Mapper.of(item, options)
    said = rows.raw("unit")
    written = said.str.extract(r"^([A-Za-z]+)", 1)
    unit = written.str.to_lowercase().replace_strict(_LOOSE, default=None, return_dtype=pl.String)
    unit = pl.when(written.is_in([*_ENERGY, *_POWER])).then(written).otherwise(unit)
    kind = said.str.extract(r"(?i)(interval|register|power) *$", 1).str.to_lowercase()
    of_power = unit.is_in(list(_POWER))
    open_ = unit.is_in(list(_ENERGY)) & kind.is_null()
    if options.meter is None and rows.any(open_):
        raise UsageError(
            f"{item.name}: is each value what an interval used, or what a register shows? Say --meter interval or "
            "--meter register."
        )
    if options.meter == "power" and rows.any(open_):
        raise UsageError(f"{item.name}: --meter power, but its unit is one of energy.")
    how = pl.when(of_power).then(pl.lit("power")).otherwise(pl.coalesce(kind, pl.lit(options.meter, dtype=pl.String)))
    sizes = {**_ENERGY, **_POWER}
    rows.rule(said.is_null(), "unit", "is blank: a value needs its unit")
    rows.rule(
        unit.is_null() | (of_power & kind.is_in(["interval", "register"])) | (~of_power & (kind == "power")),
        "unit",
        "is none of kWh interval, kWh register and kW, nor another unit of electricity",
    )
    value = rows.number("value") * unit.replace_strict(sizes, default=None, return_dtype=pl.Float64)
    metered.set_silent_aside(rows, "value")
    if options.meter == "interval" or rows.any(kind == "interval"):
        rows.note("the stamp of an interval is taken for its beginning.")
    rows.zone_note("timestamp")
    rows.lay("meter", rows.text("meter_id", "meter"))
    rows.rule(rows.raw("meter").is_null(), "meter_id", "is blank: a reading needs its meter")
    for name in (name for name in _GROUPS if rows.has(name)):
        rows.lay(name, rows.raw(name))
    return metered.energy(
        rows,
        rows.time("timestamp", required=True),
        value,
        ["meter", *(name for name in _GROUPS if rows.has(name))],
        how=how,
        boundary=options.boundary,
        what="meter",
    )


READERS = (
    Reader(
        "meter",
        "A table of meters: timestamp, meter_id, value, unit (CSV, Parquet)",
        lambda head: (
            head.has("timestamp", "value", "unit")
            and (head.has("meter_id") or head.has("meter"))
            and not head.has("model")
        ),
        _meter,
        "Write one line a reading with the columns timestamp, meter_id, value and unit, the unit one of 'kWh "
        "interval', "
        "'kWh register', 'kW' (or Wh, MWh, J, MJ, W, MW); where it is plain kWh, say --meter interval or --meter "
        "register. Say where it was metered: --boundary facility, it or accelerator. Add --set region=... --set "
        "provider=...",
        needs=("region", "provider"),
        asks=("boundary", "meter", "zone"),
        forms=("csv", "parquet"),
        kinds=("energy",),
    ),
)
