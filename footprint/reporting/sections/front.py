"""The first page of a report: what it comes to, in a few sentences and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.batch import Group
from footprint.language import Language
from footprint.reporting.account import CONSUMED, TOGETHER, Account, why_not
from footprint.reporting.blocks import Block, Figure, Figures, Paragraph, Passage
from footprint.reporting.figures import between, ended, joined, joint, key_text, shown, three
from footprint.reporting.sections.pictures import pictures
from footprint.reporting.vocabulary import reason


def front(account: Account, words: Language) -> Iterator[Block]:
    """Yield the first page."""
    summary = account.summary
    yield Paragraph(joined(_lead(account, words)), "lead")
    yield Figures(tuple(_headline(account, words)))
    yield from pictures(account, words, "month")
    yield from pictures(account, words, "group", by=account.definition.group_by)
    if summary.rejected:
        yield Paragraph(
            words.plural(
                "{rejected} of {rows} rows could not be estimated and is in no total; see {section}.",
                "{rejected} of {rows} rows could not be estimated and are in no total; see {section}.",
                summary.rejected,
                rejected=summary.rejected,
                rows=summary.rows,
                section=words("Quality and coverage"),
            ),
            "alert",
        )


def _lead(account: Account, words: Language) -> Iterator[str | Passage]:
    total, summary = account.summary.total, account.summary
    carbon = total.totals["carbon_location"]
    if carbon is not None:
        value, low, high = three(total, "carbon_location", words)
        yield words(
            "Electricity for AI services emitted an estimated {value}, between {low} and {high} (90 % range, "
            "location-based).",
            value=value,
            low=low,
            high=high,
        )
    else:
        if not summary.estimated:
            yield words("No row could be estimated, so nothing is known of the emissions of AI use.")
            return
        yield words("The emissions of AI use are not known:")
        yield ended(reason(why_not(account, "carbon_location"), words))
    groups = _groups(account)
    if len(groups) > 2 and carbon:
        leading = _leading(groups, carbon, words)
        if leading:
            yield words.plural(
                "{names} makes {share} of it.",
                "{names} make {share} of it.",
                len(leading[0]),
                names=words.listed(leading[0]),
                share=words.percent(leading[1]),
            )
    if summary.token_coverage is not None:
        yield words("Coverage: {share} of tokens.", share=words.percent(summary.token_coverage))


def _headline(account: Account, words: Language) -> Iterator[Figure]:
    total = account.summary.total
    energy = shown(total, "facility_energy", words)
    yield Figure(
        words("Electricity"), *energy, between(total, "facility_energy", words, words("at the data centres' meters"))
    )
    yield _water_figure(account, words)
    carbon = shown(total, "carbon_location", words)
    market = total.totals["carbon_market"]
    if market is not None:
        other = words("{value} market-based", value=joint(shown(total, "carbon_market", words)))
    elif why_not(account, "carbon_market").startswith("no contract"):
        other = words("market-based: not known, no contract was declared")
    else:
        other = words("market-based: not known")
    beside = words("{one}; {other}", one=words("location-based"), other=other)
    yield Figure(words("Greenhouse gas"), *carbon, between(total, "carbon_location", words, beside))


def _water_figure(account: Account, words: Language) -> Figure:
    _, total = account.summary.inventory.by(together=TOGETHER)
    label = words("Water consumed")
    if total.totals["water_consumed"] is None:
        known = next((name for name in CONSUMED if total.totals[name] is not None), None)
        if known is None:
            return Figure(label, "—", "", words("not known"))
        where = {"water_site": words("on site alone"), "water_grid": words("at power plants alone")}[known]
        return Figure(label, *shown(total, known, words), between(total, known, words, where))
    site = words("{value} of it on site", value=joint(shown(total, "water_site", words)))
    return Figure(label, *shown(total, "water_consumed", words), between(total, "water_consumed", words, site))


def _groups(account: Account) -> list[Group]:
    name = account.definition.group_by
    inventory = account.summary.inventory
    return inventory.by(name)[0] if name and name in inventory.names else []


def _leading(groups: Sequence[Group], total: float, words: Language) -> tuple[list[str], float] | None:
    """Return the one or two largest groups and their share, where they make more than half together."""
    ordered = sorted(groups, key=lambda group: -(group.totals["carbon_location"] or 0.0))
    for count in (1, 2):
        share = sum(group.totals["carbon_location"] or 0.0 for group in ordered[:count]) / total
        if share > 0.5:
            return [key_text(*next(iter(group.keys.items())), words) for group in ordered[:count]], share
    return None
