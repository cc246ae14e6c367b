"""Instruments with a quantity in a batch: shared out over the electricity of all its rows, before they are written."""

from __future__ import annotations

import dataclasses

from footprint.batch.plan import Plan
from footprint.batch.totals import Sums, central
from footprint.catalogue import Catalogue
from footprint.ranges import Sampler
from footprint.settling import Setting
from footprint.settling.market import Market, market_shares


def price(plan: Plan, sums: Sums, catalogue: Catalogue, sampler: Sampler) -> None:
    """Give each setting of ``plan`` what instruments with a quantity cover, now that its electricity is known.

    Raises
    ------
    footprint.errors.DataError : an instrument covers more than the rows used
    """
    if not any(setting.market_open for setting in plan.settings):
        return
    by_setting = dataclasses.replace(sums, groups=sums.settings, count=len(plan.settings))
    energy = central(by_setting, plan.settings, plan.mapping, sampler).values["facility_energy"][:, 0]
    used: dict[Market, float | None] = {}
    for setting, kilowatt_hours in zip(plan.settings, energy, strict=True):
        if setting.market is not None:
            used[setting.market] = (used.get(setting.market) or 0.0) + float(kilowatt_hours)
    mixes = market_shares(used, catalogue)

    def priced(setting: Setting) -> Setting:
        return setting.priced(mixes[setting.market]) if setting.market and setting.market_open else setting

    plan.settings = [priced(setting) for setting in plan.settings]
    plan.outcomes = [priced(item) if isinstance(item, Setting) else item for item in plan.outcomes]
