"""The charts of a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footprint.errors import NotEstimableError
from footprint.language import Language
from footprint.reporting.account import Account
from footprint.reporting.blocks import Block, Picture

if TYPE_CHECKING:
    from footprint.charts import Chart

#: Width of a chart on a screen that is held in a hand, in pixels.
_NARROW = 360


def pictures(account: Account, words: Language, name: str, by: str | None = None, width: int = 760) -> Iterator[Block]:
    """Yield a chart, where the account holds what it shows and it says more than one number."""
    from footprint.charts import draw

    if name == "group" and (by is None or len(account.summary.inventory.by(by)[0]) < 2):
        return
    made = account.made.date()

    def drawn(pixels: int) -> Chart:
        return draw(name, account.subject, language=words.code, width=pixels, by=by, made=made)

    try:
        chart = drawn(width)
    except NotEstimableError:
        return
    # Only a page shows the narrow one, and has it drawn.
    yield Picture(chart, "whole", lambda: drawn(_NARROW)) if width > 500 else Picture(chart, "half")
