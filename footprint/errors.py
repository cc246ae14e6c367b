"""What can be wrong, in a user's words: what was given, what is wanted, what to do next.

The command line prints the message of a `FootprintError` as one line and exits with its `exit_code`:
2 where the request itself cannot be understood, 1 where the data cannot be used. Anything else that
is raised is a fault of Footprint.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class FootprintError(Exception):
    """The root of all errors that Footprint raises on purpose."""

    exit_code = 1


class UsageError(FootprintError, ValueError):
    """The request cannot be understood, or contradicts itself."""

    exit_code = 2


class DataError(FootprintError, ValueError):
    """A file or a row cannot be used as it is."""


class QuantityError(UsageError):
    """A text that a person typed is not one number and one unit."""


class RangeError(UsageError):
    """A quantity lies outside what is physically or plausibly possible."""


class UnknownNameError(UsageError, LookupError):
    """A name (model, region, accelerator ...) is not in the catalogue; the nearest known names are offered."""

    def __init__(self, what: str, given: str, nearest: Sequence[str] = (), hint: str = "") -> None:
        self.what, self.given, self.nearest = what, given, tuple(nearest)
        meant = f"; did you mean {_either(self.nearest)}?" if self.nearest else "."
        super().__init__(f"unknown {what} '{clipped(given)}'{meant}{' ' + hint if hint else ''}")


class SeveralError(DataError):
    """Several things cannot be used, each told on its own line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(lines))


class NotEstimableError(FootprintError):
    """What was asked for is known, but no figure stands behind it; the reason and the way out are said."""

    #: which input it is about, where it is not the model
    what = ""


class CatalogueError(FootprintError):
    """The reference data (shipped, or an overlay) break a rule of theirs, or cannot be read."""


def is_interrupt(error: RuntimeError) -> bool:
    """Tell whether this is how DuckDB says what Python says with a KeyboardInterrupt."""
    return "interrupt" in str(error).lower()


def without_frames(error: FootprintError) -> FootprintError:
    """Drop, in place, the frames that an error came through and all that these hold, and return it."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def clipped(text: object, width: int = 80) -> str:
    r"""Return ``text`` on one line of at most ``width`` printable characters, as messages quote it.

    >>> clipped("a\nb" + "c" * 100, 10)
    'a bcccccc…'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)[: 4 * width]).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the part of a message that offers the nearest known name, or nothing.

    >>> did_you_mean("modle", ["model", "region"]), did_you_mean("x", ["model"])
    ("; did you mean 'model'?", '.')
    """
    near = difflib.get_close_matches(name, list(known), 1, cutoff)
    return f"; did you mean '{clipped(near[0])}'?" if near else "."


def _either(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
