"""What went wrong, as one line on the terminal, and the exit status: 2 for the request, 1 for the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from footprint.errors import FootprintError


class Failure(click.ClickException):
    """An error of Footprint as click prints it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = exit_code  # click declares it for the class


@contextmanager
def told() -> Iterator[None]:
    """Turn what Footprint raises on purpose, and what the system refuses, into one line."""
    try:
        yield
    except FootprintError as error:
        raise Failure(str(error), error.exit_code) from None
    except (OSError, UnicodeError) as error:
        raise Failure(_system(error), 1) from None


def _system(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    return str(error)
