"""A report as data: all that the other formats show, and the aggregated activity, so that it can be computed again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.batch.inventory import Inventory, recomputed
from footprint.catalogue import Catalogue
from footprint.errors import DataError, clipped
from footprint.reporting import disclosures
from footprint.reporting.account import Account
from footprint.results import RESULTS

#: Version of the published fields: additions only within a major version.
SCHEMA_VERSION = "1.1"


def as_data(account: Account) -> str:
    """Return the report as JSON."""
    summary = account.summary
    document = {
        "report": {name: value for name, value in dataclasses.asdict(account.definition).items() if value is not None},
        **summary.as_dict(),
        "period": account.timing.as_dict(),
        "groups": {
            name: [group.as_dict() for group in summary.inventory.by(name)[0]] for name in summary.inventory.names
        },
        "activity": summary.inventory.as_dict(),
        "years": account.years.as_dict() if account.years else None,
        "mapping": disclosures.as_data(account),
        "grid_boundary": account.grid_boundary,
        "tool_version": account.version,
        "command": account.command,
        "made": account.made.isoformat(),
        "schema_version": SCHEMA_VERSION,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Restatement:
    """An old report beside the same activity computed again."""

    old: Mapping[str, Any]
    new: Inventory
    old_edition: str
    new_edition: str
    #: factors that are no longer used, and those that are used instead, by their name in the equations
    changed: list[dict[str, Any]]

    def rows(self) -> list[dict[str, Any]]:
        """Return each total, old and new, and the new over the old."""
        _, total = self.new.by()
        rows = []
        for name, unit in RESULTS.items():
            before = (self.old["total"].get(name) or {}).get("value")
            after = total.totals[name]
            ratio = after / before if before and after is not None else None
            rows.append({"result": name, "unit": unit, "old": before, "new": after, "ratio": ratio})
        return rows


def replay(path: Path, catalogue: Catalogue) -> Restatement:
    """Compute the activity of a report again, with the factors of ``catalogue``.

    Raises
    ------
    footprint.errors.DataError : a file that is no report
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        activity, edition, factors = document["activity"], document["edition"], document["factors"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: no report written by footprint as .json: {clipped(error)}") from None
    inventory = recomputed(activity, catalogue)
    return Restatement(document, inventory, edition, catalogue.edition, _changes(factors, inventory))


def _changes(old: list[dict[str, Any]], inventory: Inventory) -> list[dict[str, Any]]:
    """Return the factors that differ: gone, new, or of another value."""
    before = {item["id"]: item for item in old}
    after = {
        use.id: use for setting in inventory.settings for use in setting.factors.values() if use.rung != "definition"
    }
    changes = []
    for id in sorted(before.keys() | after.keys()):
        was = before[id]["value"] if id in before else None
        now = after[id].value if id in after else None
        if was != now:
            name = after[id].name if id in after else before[id]["name"]
            changes.append({"name": name, "id": id, "old": was, "new": now})
    return changes
