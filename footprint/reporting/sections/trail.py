"""How the figures of a report were made, so that they can be checked."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.language import Language
from footprint.reporting.account import Account
from footprint.reporting.blocks import Block, Column, Table


def trail(account: Account, words: Language) -> Iterator[Block]:
    """Yield files with their hashes, and how to make the report again."""
    summary, definition = account.summary, account.definition
    yield Table(
        words("Input files"),
        (Column(words("file")), Column("SHA-256")),
        tuple((item["name"], item["sha256"]) for item in summary.inputs),
    )
    facts = (
        (words("rows in"), words.count(summary.rows_in)),
        (words("factors, edition"), summary.edition),
        (words("software"), f"footprint {account.version}"),
        (words("command"), account.command),
        (words("made on"), account.made.isoformat(timespec="seconds")),
        (words("organisational boundary"), definition.boundary or ""),
        (words("prepared by"), definition.preparer or ""),
        (words("reviewed by"), definition.reviewer or ""),
    )
    yield Table(
        words("How the figures were made"),
        (Column(words("what")), Column(words("value"))),
        tuple((what, text) for what, text in facts if text),
    )
