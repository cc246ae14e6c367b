"""The equations, each written once: pure functions on quantities, with no file, no default and no branch.

They are read with numbers, draws, columns and named terms alike, so they use nothing but ``+ - * /`` and
`footprint.units.power`. A new equation goes to the module of its subject, and to a list in `footprint.methods`
if it belongs to an estimate.
"""

from footprint.physics import (
    accounting,
    facility,
    impacts,
    inference,
    instances,
    media,
    published,
    reading,
    searching,
    training,
    writing,
)

__all__ = [
    "accounting",
    "facility",
    "impacts",
    "inference",
    "instances",
    "media",
    "published",
    "reading",
    "searching",
    "training",
    "writing",
]
