"""What stands beside the figures of a report: rows that are no use of their own, and what sources state."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.language import Language
from footprint.reporting.account import UNITS, Account
from footprint.reporting.blocks import Block, Column, Table
from footprint.reporting.figures import JOINT, in_english, scaled, shown
from footprint.reporting.vocabulary import english
from footprint.results import LABELS
from footprint.units import Quantity


def beside(account: Account, words: Language) -> Iterator[Block]:
    """Yield the rows that were set aside, and what the sources state, with ours and why the two differ."""
    summary = account.summary
    if summary.aside:
        rows = [(words.count(count), english(reason, words)) for reason, count in summary.aside.items()]
        yield Table(
            words("Rows set aside: no use of their own, counted and in no total"),
            (Column(words("rows"), True), Column(words("reason"))),
            tuple(rows),
            note=in_english(rows, words),
        )
    if not summary.stated:
        return
    lines = []
    for item in summary.stated:
        lines.append(
            (
                item.reader,
                words(LABELS[item.result]),
                words.count(item.rows),
                JOINT.join(scaled(Quantity(item.value, UNITS[item.result]), words, 4)),
                JOINT.join(shown(summary.total, item.result, words)).strip(JOINT),
            )
        )
    yield Table(
        words("What the sources state of themselves, in no total"),
        (
            Column(words("source")),
            Column(words("what")),
            Column(words("rows"), True),
            Column(words("theirs"), True),
            Column(words("ours, of all that was read"), True),
        ),
        tuple(lines),
        note=words(
            "They differ by what is counted (all services of an account, or the use of AI alone), by boundary (devices "
            "alone, the hall, making), by the grid factors and their year, and by what was bought: read them side by "
            "side, and never add them."
        ),
    )
