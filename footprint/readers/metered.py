"""Readings of power and of meters as rows: one for each series and calendar month, so that factors follow the date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from footprint.readers import series
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reading

if TYPE_CHECKING:
    import polars as pl

#: What the values of a series are, by the name that the option has.
HOW = {
    "power": "readings of power, by trapezoid",
    "register": "readings of a register, by their differences",
    "interval": "intervals, added up",
}
#: Why a reading without a value is no row of its own.
NO_READING = "the sensor gave no reading"
_SINGLE = "is one moment alone: electricity needs two"
_TWICE = "has a second value for the same interval; where clocks were changed, say --zone"


def energy(
    rows: Mapper,
    moment: Any,
    value: Any,
    keys: Sequence[str],
    *,
    boundary: Any,
    what: str,
    how: Any = "power",
    dated: bool = True,
    wanted: str = "value",
    aside: Any = None,
) -> Reading:
    """Return the rows of a table of readings; a reading that cannot be used is a rejected row of its own.

    Parameters
    ----------
    value : watts, or watt-hours
    keys : columns of the mapper that tell one series from another
    how : one of `HOW`, or an expression that says it row by row
    boundary : where the electricity was metered, or an expression
    dated : whether moments are days; else they count from the start of a run
    wanted : the column of the values, which messages name
    aside : an expression that says why a whole series is no use of its own; blank where it is one
    """
    import polars as pl

    rows.lay("__how", pl.lit(how) if isinstance(how, str) else how)
    rows.lay("__aside", pl.lit(None, dtype=pl.String) if aside is None else aside)
    told = [*keys, "__how", "__aside"]
    whole = rows.built(
        {
            "date": moment,
            "kind": pl.lit("energy"),
            "energy_kwh": value,
            "energy_boundary": pl.lit(boundary) if isinstance(boundary, str) else boundary,
        },
        told,
        identity=list(keys),
    )
    table = whole.frame.collect()
    sound = pl.col("set_aside").is_null() & pl.col("reject_reason").is_null()
    rest = table.filter(~sound).with_columns(pl.lit(None, dtype=pl.Float64).alias("energy_kwh"))
    columns = [name for name in table.columns if name not in ("__how", "__aside")]
    frames = [rest.select(columns)]
    notes: list[str] = []
    by = [name for name in told if name in table.columns]
    for key, group in table.filter(sound).group_by([*by, "energy_boundary"], maintain_order=True):
        said = dict(zip(by, key, strict=False))
        frames.extend(_laid(group, said, [name for name in by if name in keys], what, wanted, dated, notes))
    return Reading(pl.concat(frames).select(columns).lazy(), (*rows.notes, *_short(notes)), whole.identity)


def set_silent_aside(rows: Mapper, name: str) -> None:
    """Set readings aside whose cell is blank, or says that there is no number."""
    cell = rows.raw(name)
    rows.set_aside(cell.is_null() | (cell.str.to_lowercase() == "nan"), NO_READING)


def _laid(
    group: pl.DataFrame,
    said: dict[str, Any],
    keys: Sequence[str],
    what: str,
    wanted: str,
    dated: bool,
    notes: list[str],
) -> list[pl.DataFrame]:
    """Return the rows of one series, and what it cannot use."""
    import polars as pl

    how, aside = said["__how"], said["__aside"]
    group = group.drop("__how", "__aside")
    frames = []
    if how == "interval":
        twice = pl.struct("date").is_first_distinct().not_()
        frames.append(_refused(group.filter(twice), wanted, _TWICE))
        group = group.filter(twice.not_())
    named = " ".join(str(said[name]) for name in keys if said.get(name))
    seconds = group["date"].dt.epoch("us").to_numpy() / 1e6
    values = group["energy_kwh"].to_numpy()
    if how != "interval" and len(set(seconds[:2])) < 2 and group["date"].n_unique() < 2:
        return [*frames, _refused(group.head(1), wanted, _SINGLE)]
    integrate = {
        "power": series.power_by_month,
        "register": series.register_by_month,
        "interval": series.intervals_by_month,
    }[how]
    found = integrate(seconds, values)
    first = group.head(1).select(pl.exclude("date", "period_end", "energy_kwh", "set_aside"))
    for part in found.parts:
        stamps = [_moment(part.start), _moment(part.end)] if dated else [None, None]
        frames.append(
            first.with_columns(
                pl.lit(stamps[0], dtype=pl.Datetime("us", "UTC")).alias("date"),
                pl.lit(stamps[1], dtype=pl.Datetime("us", "UTC")).alias("period_end"),
                pl.lit(part.energy / 1000).alias("energy_kwh"),
                pl.lit(aside, dtype=pl.String).alias("set_aside"),
            ).select(group.columns)
        )
    if aside is None:
        notes.append(_note(f"{what} {named}".strip(), how, found))
    return frames


def _refused(group: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    """Return readings as rows that cannot be used."""
    import polars as pl

    return group.with_columns(
        pl.lit(column).alias("reject_column"),
        pl.col("energy_kwh").cast(pl.String).alias("reject_value"),
        pl.lit(reason).alias("reject_reason"),
        pl.lit(None, dtype=pl.Float64).alias("energy_kwh"),
    )


def _moment(seconds: float) -> Any:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _note(what: str, how: str, found: series.Months) -> str:
    text = f"{what}: {found.readings:,} {HOW[how]}"
    if found.gaps:
        gaps = "1 gap" if found.gaps == 1 else f"{found.gaps:,} gaps"
        text += f"; {gaps} of {found.missing:,.0f} s together {'is' if found.gaps == 1 else 'are'} not counted"
    if found.anew:
        times = "once" if found.anew == 1 else f"{found.anew:,} times"
        text += f"; it began anew {times}: unless it rolled over, what it counted just before is lost"
    return text + "."


#: Series that are told one by one.
_TOLD = 12


def _short(notes: Sequence[str]) -> list[str]:
    """Return the notes of all series, those with gaps first where there are many."""
    odd = [note for note in notes if ";" in note]
    plain = [note for note in notes if ";" not in note]
    said = [*odd, *plain][:_TOLD] if len(notes) > _TOLD else list(notes)
    more = len(notes) - len(said)
    return [*said, f"and {more:,} more series."] if more else said


def boundary_of(options: Options, usual: str) -> str:
    """Return where electricity was metered: what the user says, else what the source is known for."""
    return options.boundary or usual
