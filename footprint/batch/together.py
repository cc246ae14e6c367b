"""The summary of what several files hold: rows of usage, and results that were written before, settled as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from footprint.batch.inventory import Inventory
from footprint.batch.periods import LeftOut
from footprint.batch.run import Stated, Summary, distinct, incomplete, without_ranges


def together(
    inventory: Inventory,
    *,
    inputs: list[dict[str, Any]],
    rejected: int,
    rejections: Sequence[Mapping[str, Any]],
    tokens: Mapping[str, int | None],
    by: Sequence[str],
    engine: str,
    assumptions: Sequence[str] = (),
    warnings: Sequence[str] = (),
    left_out: LeftOut | None = None,
    dated: bool = True,
    aside: Mapping[str, int] | None = None,
    stated: Sequence[Stated] = (),
) -> Summary:
    """Return the summary of an inventory.

    Parameters
    ----------
    rejected, rejections : rows that are in no total, and how often each reason stands
    tokens : those that could be read, of all rows
    aside : rows that are no use of their own, by reason
    stated : what sources themselves say of the same use
    assumptions, warnings : what is said of the files, beside what is said of their combinations
    """
    groups, total = inventory.by(*by)
    settings = inventory.settings
    every, covered = sum(count or 0 for count in tokens.values()), sum(count or 0 for count in total.tokens.values())
    uses = {use.id: use for setting in settings for use in setting.factors.values() if use.rung != "definition"}
    return Summary(
        inputs=inputs,
        rows=total.rows + rejected,
        estimated=total.rows,
        rejected=rejected,
        token_coverage=min(covered / every, 1.0) if every else None,
        total=total,
        groups=groups,
        inventory=inventory,
        by=list(by),
        rejections=sorted(
            (dict(row) for row in rejections), key=lambda row: (-row["rows"], str(row["reason"]), str(row["column"]))
        )[:20],
        factors=list(uses.values()),
        assumptions=list(dict.fromkeys([*distinct(setting.assumptions for setting in settings), *assumptions])),
        warnings=list(
            dict.fromkeys(
                [
                    *distinct(setting.warnings for setting in settings),
                    *warnings,
                    *incomplete(total),
                    *without_ranges(len(groups)),
                ]
            )
        ),
        methods=list(dict.fromkeys(setting.method.id for setting in settings)),
        edition=inventory.edition,
        engine=engine,
        hosts=sorted({setting.provider or "" for setting in settings}),
        tokens=dict(tokens),
        left_out=left_out,
        dated=dated,
        aside=dict(aside or {}),
        stated=list(stated),
    )
