"""What went wrong, as one line on the terminal, and the exit status: 2 for the request, 1 for the data."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import click

from footprint.errors import FootprintError, SeveralError


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
        lines = error.lines if isinstance(error, SeveralError) else [str(error)]
        raise Failure("\n".join(_legible(line) for line in lines), error.exit_code) from None
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:  # click would print the usage above its line
        raise Failure(_legible(_usage(error)), error.exit_code) from None
    except (OSError, UnicodeError) as error:
        raise Failure(_legible(_system(error)), 1) from None


def _legible(text: str) -> str:
    """Return a text on one line, signs that act on a terminal told by their numbers: files bear any name.

    >>> _legible("a\\nb.csv")
    'a[U+000A]b.csv'
    """
    acting = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(f"[U+{ord(sign):04X}]" if unicodedata.category(sign) in acting else sign for sign in text)


def _usage(error: click.UsageError) -> str:
    text = error.format_message()
    if error.ctx is None or isinstance(error, click.BadParameter):
        return text  # a bad value says itself what is wanted
    return f"{text.rstrip('.')}. See {error.ctx.command_path} --help."


def _system(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    return str(error)
