"""Footprint: electricity, water and greenhouse gases of AI queries, training runs and data-centre load.

Every figure names the factor behind it, its boundary and its source, and can be computed again.

>>> import footprint
>>> run = footprint.training("gpt-3")
>>> print(f"{run.carbon_location.to('tCO2e'):.0f~P}")
552 tCO2e
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint._public import imported_when_asked

__version__ = "0.1.0"

__all__ = [
    "Estimate",
    "FootprintError",
    "MethodComparison",
    "Quantity",
    "Query",
    "TrainingRun",
    "UnitError",
    "__version__",
    "compare_methods",
    "datacenter",
    "estimate_frame",
    "export",
    "instance",
    "query",
    "training",
]

if TYPE_CHECKING:
    from footprint.activities import Query, TrainingRun
    from footprint.api import compare_methods, datacenter, estimate_frame, export, instance, query, training
    from footprint.errors import FootprintError
    from footprint.methods_compared import MethodComparison
    from footprint.results import Estimate
    from footprint.units import Quantity, UnitError

_HOMES = {
    "Estimate": "footprint.results",
    "FootprintError": "footprint.errors",
    "MethodComparison": "footprint.methods_compared",
    "Quantity": "footprint.units",
    "Query": "footprint.activities",
    "TrainingRun": "footprint.activities",
    "UnitError": "footprint.units",
    "compare_methods": "footprint.api",
    "datacenter": "footprint.api",
    "estimate_frame": "footprint.api",
    "export": "footprint.api",
    "instance": "footprint.api",
    "query": "footprint.api",
    "training": "footprint.api",
}


# ``import footprint`` and ``--help`` stay cheap.
__getattr__ = imported_when_asked(__name__, _HOMES)
