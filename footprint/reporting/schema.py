"""The published JSON Schema (2020-12) of a report that is written as data."""

from __future__ import annotations

from footprint._files import shipped

_NAME = "report.schema.json"


def schema_text() -> str:
    """Return the schema as it is published.

    >>> '"$schema": "https://json-schema.org/draft/2020-12/schema"' in schema_text()
    True
    """
    return (shipped("templates", _NAME) / _NAME).read_text("utf-8")
