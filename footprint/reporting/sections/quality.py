"""How good the figures of a report are: quality, coverage, what was rejected, and what makes the totals uncertain."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.language import Language
from footprint.reporting.account import Account
from footprint.reporting.blocks import Block, Column, Notes, Paragraph, Table
from footprint.reporting.figures import cut, in_english
from footprint.reporting.sections.beside import beside
from footprint.reporting.sections.pictures import pictures
from footprint.reporting.sections.timing import said_of
from footprint.reporting.vocabulary import QUALITIES, english
from footprint.reporting.vocabulary import driver as driver_name
from footprint.results import LABELS


def quality(account: Account, words: Language) -> Iterator[Block]:
    """Yield how the figures were found, and what became of every row."""
    summary = account.summary
    found = summary.inventory.over(lambda setting: (setting.quality, setting.method.label))
    every = sum(group.totals["facility_energy"] or group.totals["it_energy"] or 0.0 for _, group in found)
    rows = []
    for (quality, method), group in found:
        energy = group.totals["facility_energy"] or group.totals["it_energy"] or 0.0
        share = words.percent(energy / every) if every else "—"
        rows.append((words(QUALITIES[quality]), words(method), words.count(group.rows), share))
    if rows:
        yield Table(
            words("How the figures were found, by share of the electricity"),
            (
                Column(words("quality")),
                Column(words("method")),
                Column(words("rows"), True),
                Column(words("share"), True),
            ),
            tuple(rows),
        )
    yield Paragraph(
        words.plural(
            "{estimated} of {rows} rows was estimated, {rejected} rejected; {share} of the tokens that could be read.",
            "{estimated} of {rows} rows were estimated, {rejected} rejected; {share} of the tokens that could be read.",
            summary.estimated,
            estimated=summary.estimated,
            rows=summary.rows,
            rejected=summary.rejected,
            share=words.percent(summary.token_coverage) if summary.token_coverage is not None else "—",
        )
    )
    notes = tuple(said_of(account.timing, words))
    if account.years and account.years.summary.estimated:
        notes += (
            words.plural(
                "{count} row of another period was estimated for the comparison; see {section}.",
                "{count} rows of another period were estimated for the comparison; see {section}.",
                account.years.summary.estimated,
                count=words.count(account.years.summary.estimated),
                section=words("Year on year"),
            ),
        )
    if notes:
        yield Notes(notes)
    if summary.rejections:
        rejected = [
            (
                words.count(row["rows"]),
                str(row["column"]),
                english(str(row["reason"]), words),
                cut(row["example"] or ""),
            )
            for row in summary.rejections
        ]
        yield Table(
            words("Rejected rows, in no total"),
            (Column(words("rows"), True), Column(words("column")), Column(words("reason")), Column(words("example"))),
            tuple(rejected),
            note=in_english(rejected, words),
        )
    yield from beside(account, words)


def uncertainty(account: Account, words: Language) -> Iterator[Block]:
    """Yield what makes the totals uncertain."""
    if not account.summary.estimated:
        return
    found = account.subject.drivers()
    yield from pictures(account, words, "drivers")
    yield Paragraph(
        words(
            "Each total is the equation at the central factors. Its range is the 5th to the 95th percentile of {count} "
            "draws of all factors, shared by all rows that use them.",
            count=words.count(1000),
        )
    )
    names = [name for name in ("facility_energy", "carbon_location", "water_site", "water_grid") if name in found]
    shares: dict[str, dict[str, float]] = {}
    for name in names:
        for driver in found[name]:
            by_name = shares.setdefault(driver_name(driver.name, words), {})
            by_name[name] = by_name.get(name, 0.0) + driver.share
    kept = sorted((d for d in shares if max(shares[d].values()) >= 0.01), key=lambda d: -max(shares[d].values()))
    if kept:
        yield Table(
            words("What makes the totals uncertain: share of the variance"),
            (Column(words("input")), *(Column(words(LABELS[name]), True) for name in names)),
            tuple(
                (
                    name,
                    *(words.percent(shares[name][n]) if n in shares[name] else "" for n in names),
                )
                for name in kept
            ),
        )
