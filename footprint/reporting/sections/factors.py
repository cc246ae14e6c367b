"""Every factor of a report with its source, and what was assumed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from footprint.catalogue import FactorUse
from footprint.language import ENGLISH, Language, marked
from footprint.numbers import exact
from footprint.reporting.account import Account
from footprint.reporting.blocks import Block, Column, Notes, Paragraph, Passage, Table, Text
from footprint.reporting.vocabulary import EVIDENCE, english, rung


def factors(account: Account, words: Language) -> Iterator[Block]:
    """Yield every factor, and the works behind them."""
    uses = sorted(account.summary.factors, key=lambda use: (use.name, use.id))
    if not uses:
        return
    cited = {use.source: use for use in uses if use.source and use.citation}
    names = _short_names({source: str(use.citation) for source, use in cited.items()})
    yield Table(
        words("Every factor used, with the row that says so"),
        tuple(
            Column(words(head), numeric)
            for head, numeric in ((marked("factor"), False), (marked("value"), True), (marked("unit"), False),
                                  (marked("year"), False), (marked("found as"), False), (marked("evidence"), False),
                                  (marked("source"), False))
        ),
        tuple(_factor_row(use, names, words) for use in uses),
    )  # fmt: skip
    if cited:
        yield Table(
            words("The sources of these factors"),
            (Column(words("source")), Column(words("work")), Column(words("licence"))),
            tuple(
                (names[source], linked(str(use.citation).partition(": ")[2] or str(use.citation)), use.licence or "")
                for source, use in sorted(cited.items(), key=lambda item: names[item[0]].casefold())
            ),
        )


def _factor_row(use: FactorUse, names: Mapping[str, str], words: Language) -> tuple[Text, ...]:
    return (
        use.id,
        words.number(exact(use.value)),
        _unit_said(use.unit, words),
        str(use.year or ""),
        rung(use.rung, words),
        words(EVIDENCE[use.evidence]) if use.evidence in EVIDENCE else use.evidence,
        names.get(use.source or "", "—"),
    )


def _unit_said(unit: str, words: Language) -> str:
    r"""Return a unit of the catalogue as people read it.

    >>> from footprint.language import language
    >>> _unit_said("FLOP*request/token**2", language("en")), _unit_said("kgCO2e/server", language("en"))
    ('FLOP·request/token²', 'kg\xa0CO₂e/server')
    """
    known = words.unit(unit)
    if known != unit or unit in ("", "1"):
        return "" if unit == "1" else known
    signs = {"**2": "²", "**3": "³", "*": "·", "CO2e": "\u00a0CO₂e"}
    return functools.reduce(lambda text, sign: text.replace(sign, signs[sign]), signs, unit)


def _short_names(citations: Mapping[str, str]) -> dict[str, str]:
    """Return author and year of each citation, with a letter where two would be called the same."""
    short = {source: citation.partition(": ")[0] for source, citation in citations.items()}
    found: dict[str, str] = {}
    for source, name in sorted(short.items(), key=lambda item: citations[item[0]]):
        same = sorted((other for other in short if short[other] == name), key=lambda other: citations[other])
        letter = chr(ord("a") + same.index(source)) if len(same) > 1 else ""
        found[source] = f"{name[:-1]}{letter})" if name.endswith(")") else f"{name} {letter}".strip()
    return found


def linked(citation: str) -> Text:
    """Return a citation whose address can be followed."""
    head, _, address = citation.rpartition(" ")
    return (f"{head} ", Passage(address, link=address)) if address.startswith("https://") else citation


def assumptions(account: Account, words: Language) -> Iterator[Block]:
    """Yield what was taken because nobody said otherwise, and warnings."""
    summary = account.summary
    if words.code != ENGLISH and (summary.assumptions or summary.warnings):
        yield Paragraph(words("These sentences are given in English, as the software writes them."), "note")
    if summary.assumptions:
        yield Notes(tuple(english(text, words) for text in summary.assumptions))
    if summary.warnings:
        yield Paragraph(words("Warnings"), "head")
        yield Notes(tuple(english(text, words) for text in summary.warnings))
    if account.definition.excluded:
        yield Paragraph(words("Left out: {what}", what=account.definition.excluded))
