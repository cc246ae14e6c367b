"""The reference factors: reviewed CSV files, built into DuckDB, resolved in SQL, cited row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "GRID_BOUNDARIES",
    "MODELS_HINT",
    "Catalogue",
    "FactorUse",
    "Place",
    "Published",
    "Question",
    "Source",
    "open_catalogue",
    "stated",
]

if TYPE_CHECKING:
    from footprint.catalogue.catalogue import MODELS_HINT, Catalogue, Place, open_catalogue
    from footprint.catalogue.provenance import FactorUse, Published, Source, stated
    from footprint.catalogue.resolve import GRID_BOUNDARIES, Question

_HOMES = {
    "GRID_BOUNDARIES": "resolve",
    "MODELS_HINT": "catalogue",
    "Catalogue": "catalogue",
    "FactorUse": "provenance",
    "Place": "catalogue",
    "Published": "provenance",
    "Question": "resolve",
    "Source": "provenance",
    "open_catalogue": "catalogue",
    "stated": "provenance",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: the database is opened while units are still being read."""
    if name not in _HOMES:
        raise AttributeError(f"module 'footprint.catalogue' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"footprint.catalogue.{_HOMES[name]}"), name)
