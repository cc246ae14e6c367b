"""The reference factors: reviewed CSV files, built into DuckDB, resolved in SQL, cited row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint._public import imported_when_asked

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
    from footprint.catalogue.provenance import FactorUse, Source, stated
    from footprint.catalogue.published import Published
    from footprint.catalogue.resolve import GRID_BOUNDARIES, Question

_HOMES = {
    "GRID_BOUNDARIES": "footprint.catalogue.resolve",
    "MODELS_HINT": "footprint.catalogue.catalogue",
    "Catalogue": "footprint.catalogue.catalogue",
    "FactorUse": "footprint.catalogue.provenance",
    "Place": "footprint.catalogue.catalogue",
    "Published": "footprint.catalogue.published",
    "Question": "footprint.catalogue.resolve",
    "Source": "footprint.catalogue.provenance",
    "open_catalogue": "footprint.catalogue.catalogue",
    "stated": "footprint.catalogue.provenance",
}


# The database is opened while units are still being read.
__getattr__ = imported_when_asked(__name__, _HOMES)
