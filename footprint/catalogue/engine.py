"""DuckDB's engine by itself: the catalogue asks statements, and needs nothing else of DuckDB.

``import duckdb`` reads the engine and, in Python, relations and expressions around it, for which a query would wait as
long as for anything of ours. The engine has the same connections and errors under a name of its own; a DuckDB that has
none is taken whole.
"""

from __future__ import annotations

try:
    import _duckdb as duckdb
except ImportError:
    import duckdb  # type: ignore[no-redef]

__all__ = ["duckdb"]
