"""The shipped catalogue, opened on a thread of its own while the program that will ask it is still being imported.

To open it is to wait for the disk and for DuckDB's own tables of functions, and Python can read modules meanwhile.
Only a database that is there already is opened so; whoever needs another one, or builds one, does that when it is
needed.
"""

from __future__ import annotations

import contextlib
import threading

from footprint._files import shipped
from footprint.catalogue.build import Opened, cached_at, edition_of, opened
from footprint.catalogue.engine import duckdb
from footprint.errors import CatalogueError


class _Ahead:
    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.opened: Opened | None = None

    def open(self) -> None:
        # Whoever opens it in the usual way says what is wrong, or builds it anew.
        with contextlib.suppress(OSError, ValueError, CatalogueError, duckdb.Error):
            edition = edition_of(shipped("datasets", "datapackage.json"))
            if (path := cached_at(edition)).is_file():
                self.opened = opened(path, edition)


_ahead = _Ahead()


def begin() -> None:
    """Begin to open the shipped catalogue, once in a process."""
    if _ahead.thread is None:
        # No daemon: Python would take itself down under a thread that is inside DuckDB, and abort.
        _ahead.thread = threading.Thread(target=_ahead.open, name="catalogue")
        _ahead.thread.start()


def taken() -> Opened | None:
    """Return what was opened, to the first who asks; None where nothing was begun, or nothing could be opened."""
    if _ahead.thread is None:
        return None
    _ahead.thread.join()
    found, _ahead.opened = _ahead.opened, None
    return found
