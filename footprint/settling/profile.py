"""Loads that follow the clock: how the grid's intensity at their hours compares with its mean of the year.

A profile of a grid is a shape, month by hour, of one year. It is laid over the annual factor of the activity's own
year, which keeps the level: a flat load comes out at the annual factor.
"""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.activities import Activity, hours_of
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import DataError, clipped
from footprint.settling.draft import OVERLAY_RUNG, Draft

#: Days of each month, in a year of 365 days.
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: What the shares of a file may be off by, all together.
_SLACK = 0.005

#: Share of a load by month (1 to 12) and hour (0 to 23).
Load = dict[tuple[int, int], float]


def settle_profile(draft: Draft, activity: Activity, catalogue: Catalogue) -> None:
    """Take the shape of the grid where the activity says at which hours it ran, and say what was taken."""
    if activity.hours_of_day is None and activity.profile is None:
        return
    load, hours = _load(activity)
    place = draft.place
    if "grid_intensity" not in draft.factors:
        return  # why it is not known is said where it was looked for
    shape = shape_of(catalogue, place.id) if place else []
    if not shape:
        listed = "SELECT DISTINCT zone FROM grid_profiles WHERE boundary = $boundary ORDER BY zone"
        known = ", ".join(row["zone"] for row in catalogue.rows(listed, boundary=catalogue.grid_boundary))
        where = f"for {place} and {catalogue.grid_boundary} factors" if place else "without a region"
        draft.warnings.append(
            f"the hours make no difference: there is no month-by-hour profile {where}, and the factor of the whole "
            f"year was taken; there are profiles of {known or 'no place for these factors'}."
        )
        return
    draft.add(_ratio(catalogue, shape, load))
    row = shape[0]
    clock = "whose time zone is not stated" if row["time_zone"] == "not stated" else row["time_zone"]
    draft.assumptions.append(
        f"{hours}: the hours of {row['zone']} in {row['year']} ({clock}) give the shape, the annual factor the level."
    )


def _load(activity: Activity) -> tuple[Load, str]:
    """Return how a load is spread over months and hours, and the same in words."""
    if activity.profile is not None:
        return load_of_file(Path(str(activity.profile))), f"load profile {Path(str(activity.profile)).name}"
    # One day lies in one month; a run or a hall may last all year.
    one = activity.date.month if activity.kind == "query" and isinstance(activity.date, datetime.date) else None
    when = "all months" if one is None else f"month {one}"
    return load_of_hours(str(activity.hours_of_day), one), f"load at {activity.hours_of_day} o'clock, {when}"


def load_of_hours(text: str, month: int | None = None) -> Load:
    """Return a load that is even over some hours of each day, of one month or of the year."""
    hours = hours_of(text)
    months = range(1, 13) if month is None else (month,)
    total = len(hours) * sum(_DAYS[month - 1] for month in months)
    return {(month, hour): _DAYS[month - 1] / total for month in months for hour in hours}


def load_of_file(path: Path) -> Load:
    """Read a file of month, hour and share.

    Raises
    ------
    footprint.errors.DataError : the file cannot be read, a row is none, or the shares do not add up to 1
    """
    load: Load = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"month", "hour", "share"} <= set(reader.fieldnames or ()):
                raise DataError(f"{path.name}: a load profile has the columns month, hour and share.")
            for row in reader:
                key, share = _cells(path.name, reader.line_num, row)
                if key in load:
                    raise DataError(f"{path.name}, line {reader.line_num}: month {key[0]}, hour {key[1]} stands twice.")
                load[key] = share
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name}: {getattr(error, 'strerror', None) or error}.") from None
    total = math.fsum(load.values())
    if abs(total - 1) > _SLACK:
        raise DataError(f"{path.name}: the shares add up to {total:.6g}; shares of a whole load add up to 1.")
    return {key: share / total for key, share in load.items()}


def _cells(name: str, line: int, row: Mapping[str, Any]) -> tuple[tuple[int, int], float]:
    bounds = {"month": (1, 12, int), "hour": (0, 23, int), "share": (0, 1, float)}
    cells: dict[str, float] = {}
    for column, (low, high, kind) in bounds.items():
        text = row[column] or ""
        try:
            cells[column] = kind(text)
        except ValueError:
            cells[column] = math.nan
        if not low <= cells[column] <= high:
            raise DataError(
                f"{name}, line {line}, {column}: '{clipped(text)}' is given where a number from {low} to {high} is "
                "wanted."
            )
    return (int(cells["month"]), int(cells["hour"])), cells["share"]


def shape_of(catalogue: Catalogue, place: str) -> list[dict[str, Any]]:
    """Return the profile of the nearest zone that has one, of its latest year; the user's own before a shipped one."""
    return catalogue.once(
        ("profile", place, catalogue.grid_boundary),
        lambda: catalogue.rows(
            """
            SELECT grid_profiles.* FROM grid_profiles JOIN ancestors ON ancestors.zone = grid_profiles.zone
            WHERE place = $place AND boundary = $boundary AND evidence <> 'unverified'
            QUALIFY dense_rank() OVER (
                ORDER BY grid_profiles.origin = 'overlay' DESC, depth, year DESC, grid_profiles.zone
            ) = 1
            ORDER BY month, hour
            """,
            place=place,
            boundary=catalogue.grid_boundary,
        ),
    )


def _ratio(catalogue: Catalogue, shape: list[dict[str, Any]], load: Load) -> FactorUse:
    """Return the mean of the profile over the load, over its mean in the year."""
    ratios = {(row["month"], row["hour"]): row["ratio"] for row in shape}
    row = shape[0]
    flat = {(month, hour): _DAYS[month - 1] / 365 / 24 for month in range(1, 13) for hour in range(24)}
    lacking = next((key for key in flat if key not in ratios), None)
    if lacking:
        raise DataError(
            f"grid_profiles: {row['zone']} of {row['year']} has no month {lacking[0]}, hour {lacking[1]}; a profile "
            "has all 288."
        )
    mean = math.fsum(share * ratios[key] for key, share in flat.items())
    at_load = math.fsum(share * ratios[key] for key, share in load.items())
    source = catalogue.source(row["source"])
    return FactorUse(
        id=f"grid_profiles:{row['zone']}:{row['year']}",
        name="profile_ratio",
        value=at_load / mean,
        unit="1",
        rung=OVERLAY_RUNG if row["origin"] == "overlay" else f"grid zone, shape of {row['year']}",
        evidence=row["evidence"],
        source=row["source"],
        citation=source.citation if source else None,
        licence=source.licence if source else None,
        zone=row["zone"],
        year=row["year"],
        note="mean over the hours of the load, over the mean of the year",
    )
