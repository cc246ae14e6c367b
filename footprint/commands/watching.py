"""A line on the terminal that says how far long work is, where a person is watching; silence where none is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from footprint.batch.progress import Share, Watch

#: Nothing is said of what takes no longer than this, in seconds.
_PATIENCE = 2.0
_EVERY = 0.25


class _Line(Watch):
    """The line: written anew at each look, and wiped at the end."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._stage: tuple[str, int | None, Share, float] | None = None
        self._ended = threading.Event()
        self._shown = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stage(self, title: str, rows: int | None, share: Share) -> None:
        """Take notice that a stage begins."""
        self._stage = (title, rows, share, time.monotonic())

    def _run(self) -> None:
        while not self._ended.wait(_EVERY):
            stage = self._stage
            if stage is not None and time.monotonic() - self._began > _PATIENCE:
                self._write(said(stage[0], stage[1], stage[2](), time.monotonic() - stage[3]))

    def _write(self, text: str) -> None:
        import shutil

        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[2K{text[:width]}")
        sys.stderr.flush()
        self._shown = True

    def end(self) -> None:
        """Wipe the line, whatever happened."""
        self._ended.set()
        self._thread.join(timeout=2)
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def said(title: str, rows: int | None, share: float | None, elapsed: float) -> str:
    """Return the line of a moment.

    >>> said("adding up", 1_000_000, 0.25, 3.0)
    'adding up  [######..................]  250,000 of 1,000,000 rows, 9 s left'
    >>> said("reading", None, None, 12.4)
    'reading, 12 s'
    """
    if share is None or not 0 < share <= 1:
        return f"{title}, {elapsed:,.0f} s"
    done = round(24 * share)
    bar = f"[{'#' * done}{'.' * (24 - done)}]"
    counted = f"{int(rows * share):,} of {rows:,} rows" if rows else f"{share:.0%}"
    left = elapsed / share - elapsed
    return f"{title}  {bar}  {counted}, {left:,.0f} s left"


@contextmanager
def watched() -> Iterator[Watch | None]:
    """Yield somebody to tell how far the work is; None where standard error is no terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _Line()
    line.start()
    try:
        yield line
    finally:
        line.end()
