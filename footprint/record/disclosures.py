"""The product's own estimate, made without a publication's row, beside what was published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A published figure of use, and the range of an estimate that has not seen it."""

    case: str
