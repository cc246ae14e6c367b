"""The same estimates for a table of activities: distinct combinations settled once, rows at the engine's speed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import narwhals as nw

from footprint.batch.columns import mapped
from footprint.batch.combinations import settled_of
from footprint.batch.engines import engine_of
from footprint.batch.inventory import Group, Inventory
from footprint.batch.laying import laid_out
from footprint.batch.opening import ENGINES
from footprint.batch.run import Summary, run_batch
from footprint.catalogue import Catalogue

__all__ = ["ENGINES", "Group", "Inventory", "Summary", "frame_estimated", "run_batch"]


def frame_estimated(frame: Any, columns: Mapping[str, str], constants: Mapping[str, str], catalogue: Catalogue) -> Any:
    """Return ``frame``, of whatever kind it is, with results, remarks, and the reason where a row has none."""
    engine = engine_of(frame)
    frame, before = engine.named(frame)
    narwhal = nw.from_native(frame)
    names = narwhal.collect_schema().names()
    # A table that was estimated before has these columns: it keeps them as source_..., as it does the others.
    for name in [name for name in names if name.casefold() in ("reject_column", "reject_reason")]:
        new = f"source_{name}"
        while new in names:
            new += "_"
        narwhal = narwhal.rename({name: new})
        names[names.index(name)] = new
    frame = nw.to_native(narwhal)
    mapping = mapped([before.get(name, name) for name in names], columns, constants)
    now = {old: new for new, old in before.items()}
    mapping = replace(mapping, columns={name: now.get(column, column) for name, column in mapping.columns.items()})
    laid = laid_out(settled_of(frame, mapping, catalogue, engine))
    applied = nw.from_native(laid.applied(frame))
    said = laid.rejection()
    outputs = laid.outputs(applied.collect_schema().names())
    # Blank in every row, a column is one of texts all the same: some engines cannot write one of no type.
    rejection = [said[what].cast(nw.String).alias(f"reject_{what}") for what in ("column", "reason")]
    return engine.renamed(nw.to_native(applied.select(*outputs, *rejection)), before)
