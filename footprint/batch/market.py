"""Instruments with a quantity in a batch: shared out over the electricity of all its rows, before they are written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from footprint.batch.columns import ColumnMap
from footprint.batch.totals import Sums, central
from footprint.catalogue import Catalogue
from footprint.ranges import Sampler
from footprint.settling import Setting
from footprint.settling.market import Market, market_shares


def priced(
    settings: Sequence[Setting], sums: Sums, mapping: ColumnMap, catalogue: Catalogue, sampler: Sampler
) -> list[Setting]:
    """Return each setting with what instruments with a quantity cover, now that its electricity is known.

    Raises
    ------
    footprint.errors.DataError : an instrument covers more than the rows used
    """
    if not any(setting.market_open for setting in settings):
        return list(settings)
    by_setting = dataclasses.replace(sums, groups=sums.settings, count=len(settings))
    energy = central(by_setting, settings, mapping, sampler).values["facility_energy"][:, 0]
    used: dict[Market, float | None] = {}
    for setting, kilowatt_hours in zip(settings, energy, strict=True):
        if setting.market is not None:
            used[setting.market] = (used.get(setting.market) or 0.0) + float(kilowatt_hours)
    mixes = market_shares(used, catalogue)
    return [
        setting.priced(mixes[setting.market]) if setting.market and setting.market_open else setting
        for setting in settings
    ]
