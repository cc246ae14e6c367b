"""Public names of a package, imported when they are first asked for: who needs one of them does not wait for all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def imported_when_asked(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of ``package``: ``homes`` is the module of each of its public names.

    >>> get = imported_when_asked("footprint", {"Estimate": "footprint.estimate"})
    >>> get("Estimate").__name__
    'Estimate'
    >>> get("Amount")
    Traceback (most recent call last):
    AttributeError: module 'footprint' has no attribute 'Amount'
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return get
