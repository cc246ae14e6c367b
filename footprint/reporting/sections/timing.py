"""What a report says of days: rows that lie outside its period, and rows that nothing says the day of."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.language import Language
from footprint.reporting.figures import cut
from footprint.reporting.inputs import Timing

#: Files that are named; more are counted.
_NAMED = 5


def said_of(timing: Timing, words: Language) -> Iterator[str]:
    """Yield what is said of the days of a period, each sentence where it is true."""
    if timing.period is None:
        return
    left = timing.left_out
    if left is not None and timing.counted:
        yield words.plural(
            "{count} row lies outside {period} and is left out; it is of {days}.",
            "{count} rows lie outside {period} and are left out; they are of {days}.",
            left.rows,
            count=words.count(left.rows),
            period=words.period(*timing.period),
            days=words.date(left.first) if left.first == left.last else words.period(left.first, left.last),
        )
    if timing.undated:
        files = [cut(name) for name in timing.undated_files[:_NAMED]]
        more = len(timing.undated_files) - len(files)
        named = words.listed([*files, words("{count} more", count=words.count(more))] if more > 0 else files)
        if timing.counted:
            yield words.plural(
                "Nothing says when {count} row of {files} was, so it cannot be told by period; it is counted.",
                "Nothing says when {count} rows of {files} were, so they cannot be told by period; they are counted.",
                timing.undated,
                count=words.count(timing.undated),
                files=named,
            )
        else:
            yield words.plural(
                "Nothing says when {count} row of {files} was; it is counted in the later period alone.",
                "Nothing says when {count} rows of {files} were; they are counted in the later period alone.",
                timing.undated,
                count=words.count(timing.undated),
                files=named,
            )
    if timing.months:
        yield words.plural(
            "{months} is cut by {period}, and a result holds whole months: all of it is counted.",
            "{months} are cut by {period}, and a result holds whole months: all of each is counted.",
            len(timing.months),
            months=words.listed([words.month(month) for month in timing.months]),
            period=words.period(*timing.period),
        )
