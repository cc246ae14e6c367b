"""What publishers print of runs as their results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """What the publisher of a run prints as its result: shown beside the estimate, never used in it."""

    name: str
    value: float
    unit: str
    source: str
    locator: str | None
    citation: str
    #: what the publisher counted
    boundary: str = ""
