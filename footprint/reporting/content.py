"""What a report says: the same sections, tables and sentences for every format, from one inventory.

Sentences are messages of the language catalogue. A sentence that is not true of the data is not said.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.batch import Group, Summary
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import NotEstimableError
from footprint.language import ENGLISH, Language, language, marked
from footprint.numbers import exact, in_scale, number, supported, unit_text
from footprint.reporting.blocks import (
    Block,
    Column,
    Document,
    Figure,
    Figures,
    Notes,
    Paragraph,
    Passage,
    Picture,
    Section,
    Table,
    Text,
    parts,
)
from footprint.reporting.definition import Definition
from footprint.reporting.vocabulary import EVIDENCE, QUALITIES, column, english, reason, rung, scope
from footprint.reporting.vocabulary import driver as driver_name
from footprint.results import LABELS, RESULTS
from footprint.scopes import claims
from footprint.units import Quantity

if TYPE_CHECKING:
    from footprint.charts import Subject

_CONSUMED = ("water_site", "water_grid")
#: Results that a report adds up, and their parts: their ranges do not add up, so the sum has one of its own.
_TOGETHER = {"water_consumed": _CONSUMED}
_UNITS = {**RESULTS, "water_consumed": "L"}
#: The column of months, where rows have days.
MONTH = "month"
#: Rows of a table for people beyond which the rest is added up.
_SHOWN = 25
#: The same of months: five years.
_MONTHS = 60
#: Width of a chart on a screen that is held in a hand, in pixels.
_NARROW = 360
#: Letters of a label beyond which it is cut.
_LONGEST = 160
#: Between a number and its unit, where no line may end.
_JOINT = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that a report stands on."""

    definition: Definition
    summary: Summary
    catalogue: Catalogue
    made: datetime.datetime
    command: str
    version: str
    grid_boundary: str = "lifecycle"

    @functools.cached_property
    def subject(self) -> Subject:
        """The same as what charts are drawn of."""
        from footprint.charts import of_summary

        return of_summary(self.summary, self.catalogue, self.definition.role)

    @functools.cached_property
    def document(self) -> Document:
        """What the report says, in its language: made once, for every format."""
        return document(self, language(self.definition.language))


def document(account: Account, words: Language) -> Document:
    """Return the report of an account in the language of ``words``."""
    definition, summary = account.definition, account.summary
    makers: dict[str, Callable[[Account, Language], Iterator[Block]]] = {
        "scopes": _scopes,
        "breakdown": _breakdown,
        "water": _water,
        "energy": _energy,
        "quality": _quality,
        "uncertainty": _uncertainty,
        "intensities": _intensities,
        "factors": _factors,
        "assumptions": _assumptions,
        "trail": _trail,
    }
    titles = {
        "scopes": words("By scope"),
        "breakdown": words("What drives it"),
        "water": words("Water"),
        "energy": words("Electricity by source"),
        "quality": words("Quality and coverage"),
        "uncertainty": words("How sure it is"),
        "intensities": words("Intensities"),
        "factors": words("Factors"),
        "assumptions": words("Assumptions and warnings"),
        "trail": words("How to check it"),
    }
    sections = []
    for name in definition.sections:
        blocks = tuple(makers[name](account, words)) if name in makers else ()
        if blocks:
            sections.append(Section(name, titles[name], blocks))
    return Document(
        language=definition.language,
        kicker=" · ".join(part for part in (definition.organisation, period_of(account, words)) if part),
        title=definition.title or words("The footprint of AI use"),
        summary=tuple(_front(account, words)),
        sections=tuple(sections),
        foot=words(
            "Estimated by footprint {version}, factors of edition {edition}, on {date}.",
            version=account.version,
            edition=summary.edition,
            date=account.made.date(),
        ),
    )


# --- the first page ----------------------------------------------------------------------------------


def _front(account: Account, words: Language) -> Iterator[Block]:
    summary = account.summary
    yield Paragraph(_joined(_lead(account, words)), "lead")
    yield Figures(tuple(_headline(account, words)))
    yield from _pictures(account, words, "month")
    yield from _pictures(account, words, "group", by=account.definition.group_by)
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


def _pictures(account: Account, words: Language, name: str, by: str | None = None, width: int = 760) -> Iterator[Block]:
    """Yield a chart, where the account holds what it shows and it says more than one number."""
    from footprint.charts import draw

    if name == "group" and (by is None or len(account.summary.inventory.by(by)[0]) < 2):
        return
    made = account.made.date()
    try:
        light, dark, *narrow = (
            draw(name, account.subject, language=words.code, theme=theme, width=each, by=by, made=made)
            for each in ((width, _NARROW) if width > 500 else (width,))
            for theme in ("light", "dark")
        )
    except NotEstimableError:
        return
    yield Picture(light, dark, "whole", (narrow[0], narrow[1])) if narrow else Picture(light, dark, "half")


def _joined(sentences: Iterable[str | Passage]) -> Text:
    """Return sentences as one text."""
    return tuple(part for sentence in sentences for part in (" ", sentence))[1:]


def _ended(sentence: str | Passage) -> str | Passage:
    return f"{sentence}." if isinstance(sentence, str) else dataclasses.replace(sentence, text=f"{sentence.text}.")


def _lead(account: Account, words: Language) -> Iterator[str | Passage]:
    total, summary = account.summary.total, account.summary
    carbon = total.totals["carbon_location"]
    if carbon is not None:
        value, low, high = _three(total, "carbon_location", words)
        yield words(
            "Use of AI services emitted an estimated {value}, between {low} and {high} (90 % range, location-based).",
            value=value,
            low=low,
            high=high,
        )
    else:
        if not summary.estimated:
            yield words("No row could be estimated, so nothing is known of the emissions of AI use.")
            return
        yield words("The emissions of AI use are not known:")
        yield _ended(reason(why_not(account, "carbon_location"), words))
    groups = _groups(account)
    if len(groups) > 2 and carbon:
        leading = _leading(groups, carbon)
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
    energy = _shown(total, "facility_energy", words)
    yield Figure(
        words("Electricity"), *energy, _between(total, "facility_energy", words, words("at the data centres' meters"))
    )
    yield _water_figure(account, words)
    carbon = _shown(total, "carbon_location", words)
    market = total.totals["carbon_market"]
    if market is not None:
        other = words("{value} market-based", value=_joint(_shown(total, "carbon_market", words)))
    elif why_not(account, "carbon_market").startswith("no contract"):
        other = words("market-based: not known, no contract was declared")
    else:
        other = words("market-based: not known")
    beside = words("{one}; {other}", one=words("location-based"), other=other)
    yield Figure(words("Greenhouse gas"), *carbon, _between(total, "carbon_location", words, beside))


def _water_figure(account: Account, words: Language) -> Figure:
    _, total = account.summary.inventory.by(together=_TOGETHER)
    label = words("Water consumed")
    if total.totals["water_consumed"] is None:
        known = next((name for name in _CONSUMED if total.totals[name] is not None), None)
        if known is None:
            return Figure(label, "—", "", words("not known"))
        where = {"water_site": words("on site alone"), "water_grid": words("at power plants alone")}[known]
        return Figure(label, *_shown(total, known, words), _between(total, known, words, where))
    site = words("{value} of it on site", value=_joint(_shown(total, "water_site", words)))
    return Figure(label, *_shown(total, "water_consumed", words), _between(total, "water_consumed", words, site))


# --- sections ----------------------------------------------------------------------------------------


def _scopes(account: Account, words: Language) -> Iterator[Block]:
    total, role = account.summary.total, account.definition.role
    yield from _pictures(account, words, "scope")
    yield from _pictures(account, words, "market")
    found, said = claimed(account)
    rows = []
    for name in ("carbon_location", "carbon_market", "carbon_embodied", "carbon_upstream"):
        of_scope = scope(found[name], words) if name in found else words("none claimed")
        rows.append((words(LABELS[name]), of_scope, *_cells(account, total, name, words)))
    yield Table(
        words(
            "Greenhouse gas by scope; location- and market-based are two readings of the same electricity, never added"
        ),
        (Column(words("what")), Column(words("scope")), *_value_columns(words)),
        tuple(rows),
        note=_in_english(rows, words),
    )
    if role is None:
        yield Paragraph(words("No role was given, so no scope is claimed (role = owner, tenant or buyer)."), "note")
    if said:
        yield Notes(tuple(words(text) for text in said))


def claimed(account: Account) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return scope and category of each carbon result for the role of a report, and what is said beside them."""
    role = account.definition.role
    if role is None:
        return {}, ()
    rows = [account.catalogue.row("providers", host) or {} for host in account.summary.hosts]
    return claims(role, [row.get("kind") for row in rows], account.grid_boundary)


def _breakdown(account: Account, words: Language) -> Iterator[Block]:
    inventory = account.summary.inventory
    for name in inventory.names:
        groups, _ = inventory.by(name)
        if len(groups) > 1 or (groups and name == account.definition.group_by):
            yield _group_table(account, name, groups, words)


def _group_table(account: Account, name: str, groups: Sequence[Group], words: Language) -> Table:
    shown = groups[: _MONTHS if name == MONTH else _SHOWN]
    if name == MONTH:
        shown = sorted(shown, key=lambda group: str(group.keys[name]))
    # One unit a column, in its head: figures below one another can be compared.
    units = {result: _unit_of(shown, result) for result in ("facility_energy", "carbon_location", *_CONSUMED)}

    def said(result: str, what: str) -> str:
        return f"{what},{_JOINT}{words.unit(units[result]).replace(' ', _JOINT)}"

    rows = [
        (
            _key_text(name, group.keys[name], words),
            words.count(group.rows),
            _in_unit(group, "facility_energy", units, words),
            _in_unit(group, "carbon_location", units, words),
            _range(group, "carbon_location", words, units["carbon_location"]),
            *(_in_unit(group, result, units, words) for result in _CONSUMED),
        )
        for group in shown
    ]
    more = len(groups) - len(shown)
    return Table(
        words("By {column}", column=column(name, words)),
        (
            Column(column(name, words)),
            Column(words("rows"), True),
            Column(said("facility_energy", words("electricity at the meter")), True),
            Column(said("carbon_location", words("carbon, location-based")), True),
            Column(words("90 % range").replace(" ", _JOINT)),
            Column(said("water_site", words("water on site")), True),
            Column(said("water_grid", words("water at power plants")), True),
        ),
        tuple(rows),
        note=words("and {count} more; the workbook and the JSON have them all", count=words.count(more))
        if more > 0
        else "",
    )


def _water(account: Account, words: Language) -> Iterator[Block]:
    total = account.summary.total
    names = (
        "water_site",
        "water_grid",
        "water_embodied",
        "water_site_withdrawn",
        "water_grid_withdrawn",
        "water_stress",
    )
    rows = [(words(LABELS[name]), *_cells(account, total, name, words)) for name in names]
    yield Table(
        words("Water: consumed and withdrawn are two quantities, never added; grid water is not an organisation's own"),
        (Column(words("what")), *_value_columns(words)),
        tuple(rows),
        note=_in_english(rows, words),
    )


def _energy(account: Account, words: Language) -> Iterator[Block]:
    """Electricity by source: the mix of each zone, over the electricity used there."""
    if not account.summary.estimated:
        return
    catalogue = account.catalogue
    carriers = {"fossil": ("coal", "gas", "oil"), "nuclear": ("nuclear",)}
    renewable = ("hydro", "wind", "solar", "bioenergy", "other_renewable")
    found = {"fossil": 0.0, "nuclear": 0.0, "renewable": 0.0}
    unknown, all_ = 0.0, 0.0
    found_by_zone = account.summary.inventory.over(
        lambda setting: (setting.place.country if setting.place else None, setting.date.year)
    )
    for (zone, year), group in found_by_zone:
        energy = group.totals["facility_energy"]
        if energy is None:
            continue
        all_ += energy
        mix = catalogue.rows(
            "SELECT * FROM electricity_mix WHERE zone = $zone AND year <= $year ORDER BY year DESC LIMIT 1",
            zone=zone, year=year,
        ) if zone else []  # fmt: skip
        if not mix:
            unknown += energy
            continue
        for name, fuels in {**carriers, "renewable": renewable}.items():
            found[name] += energy * sum(float(mix[0][fuel] or 0.0) for fuel in fuels)
    if not all_ or unknown == all_:
        yield Paragraph(
            words("The mix of the grids is not known: no region was given, or no mix is on record."), "note"
        )
        return
    named = {
        words("fossil"): found["fossil"],
        words("nuclear"): found["nuclear"],
        words("renewable"): found["renewable"],
        words("not known"): unknown,
    }
    unit = in_scale(Quantity(all_, "kWh")).units
    low, high = account.summary.total.ranges.get("facility_energy", (all_, all_))
    digits = supported(low, all_, high)
    rows = [
        (
            name,
            words.number(number(float(Quantity(value, "kWh").m_as(unit)), digits)),
            words.unit(f"{unit:~C}"),
            words.percent(value / all_),
        )
        for name, value in named.items()
        if value > 0
    ]
    yield Table(
        words("Electricity at the meter, by the average mix of the country it was used in"),
        (
            Column(words("source")),
            Column(words("electricity"), True),
            Column(words("unit")),
            Column(words("share"), True),
        ),
        tuple(rows),
    )


def _quality(account: Account, words: Language) -> Iterator[Block]:
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
    if summary.rejections:
        rejected = [
            (
                words.count(row["rows"]),
                str(row["column"]),
                english(str(row["reason"]), words),
                _cut(row["example"] or ""),
            )
            for row in summary.rejections
        ]
        yield Table(
            words("Rejected rows, in no total"),
            (Column(words("rows"), True), Column(words("column")), Column(words("reason")), Column(words("example"))),
            tuple(rejected),
            note=_in_english(rejected, words),
        )


def _uncertainty(account: Account, words: Language) -> Iterator[Block]:
    if not account.summary.estimated:
        return
    found = account.subject.drivers()
    yield from _pictures(account, words, "drivers")
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


def _intensities(account: Account, words: Language) -> Iterator[Block]:
    total, definition = account.summary.total, account.definition
    carbon = total.totals["carbon_location"]
    if carbon is None:
        return
    low, high = total.ranges.get("carbon_location", (carbon, carbon))
    tokens = sum(value or 0 for value in total.tokens.values())
    per = [
        (words("a million tokens"), tokens / 1e6),
        (words("a person"), definition.headcount or 0.0),
        (
            words("a million {currency} of net revenue", currency=definition.currency or ""),
            (definition.revenue or 0.0) / 1e6,
        ),
    ]
    rows = [
        (what, *_scaled(Quantity(carbon / count, "kgCO2e"), words, supported(low, carbon, high)),
         _ends(Quantity(carbon / count, "kgCO2e"), low / count, high / count, words))
        for what, count in per
        if count
    ]  # fmt: skip
    if rows:
        yield Table(
            words("Carbon, location-based, for each unit"),
            (Column(words("for")), *_value_columns(words)),
            tuple(rows),
        )


def _factors(account: Account, words: Language) -> Iterator[Block]:
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
                (names[source], _linked(str(use.citation).partition(": ")[2] or str(use.citation)), use.licence or "")
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


def _linked(citation: str) -> Text:
    """Return a citation whose address can be followed."""
    head, _, address = citation.rpartition(" ")
    return (f"{head} ", Passage(address, link=address)) if address.startswith("https://") else citation


def _assumptions(account: Account, words: Language) -> Iterator[Block]:
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


def _trail(account: Account, words: Language) -> Iterator[Block]:
    summary, definition = account.summary, account.definition
    yield Table(
        words("Input files"),
        (Column(words("file")), Column("SHA-256")),
        tuple((item["name"], item["sha256"]) for item in summary.inputs),
    )
    facts = (
        (words("rows in"), words.count(summary.rows)),
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


# --- figures -----------------------------------------------------------------------------------------


def _value_columns(words: Language) -> tuple[Column, ...]:
    return (Column(words("value"), True), Column(words("unit")), Column(words("90 % range").replace(" ", _JOINT)))


def _cells(account: Account, group: Group, name: str, words: Language) -> tuple[str, str, Text]:
    if group.totals[name] is None:
        return "—", "", (words("not known:") + " ", reason(why_not(account, name), words))
    return (*_shown(group, name, words), _range(group, name, words))


def _in_english(rows: Iterable[Sequence[Text]], words: Language) -> str:
    """Return what is said under a table that has sentences in English in a report of another language."""
    found = any(part.language == ENGLISH for row in rows for cell in row for part in parts(cell))
    return words("Reasons are given in English, as the software writes them.") if found else ""


def _unit_of(groups: Sequence[Group], name: str) -> str:
    """Return the unit in which the totals of several groups are read best: small for all, and none in long figures."""
    values = sorted(value for group in groups if (value := group.totals[name]))
    if not values:
        return _UNITS[name]
    units = [f"{in_scale(Quantity(value, _UNITS[name])).units:~C}" for value in values]
    return next((unit for unit in units if Quantity(values[-1], _UNITS[name]).m_as(unit) < 99_999.5), units[-1])


def _in_unit(group: Group, name: str, units: Mapping[str, str], words: Language) -> str:
    value = group.totals[name]
    if value is None:
        return "—"
    low, high = group.ranges.get(name, (value, value))
    amount = float(Quantity(value, _UNITS[name]).m_as(units[name]))
    return words.number(number(amount, supported(low, value, high)))


def _shown(group: Group, name: str, words: Language) -> tuple[str, str]:
    """Return a total as a reader sees it: number and unit, with the digits that its range supports."""
    value = group.totals[name]
    if value is None:
        return "—", ""
    low, high = group.ranges.get(name, (value, value))
    return _scaled(Quantity(value, _UNITS[name]), words, supported(low, value, high))


def _scaled(quantity: Quantity, words: Language, digits: int = 3) -> tuple[str, str]:
    scaled = in_scale(quantity)
    return words.number(number(float(scaled.magnitude), digits)), words.unit(unit_text(scaled)).replace(" ", _JOINT)


def _range(group: Group, name: str, words: Language, unit: str | None = None) -> str:
    value = group.totals[name]
    if value is None or name not in group.ranges:
        return ""
    return _ends(Quantity(value, _UNITS[name]), *group.ranges[name], words, unit)


def _ends(value: Quantity, low: float, high: float, words: Language, unit: Any = None) -> str:
    unit = unit or in_scale(value).units
    kind = value.units
    ends = [float(Quantity(end, kind).m_as(unit)) for end in (low, high)]
    digits = max(supported(ends[0], float(value.m_as(unit)), ends[1]), 2)
    text = words(
        "{low} to {high}", low=words.number(number(ends[0], digits)), high=words.number(number(ends[1], digits))
    )
    return text.replace(" ", _JOINT)


def _three(group: Group, name: str, words: Language) -> tuple[str, str, str]:
    value = Quantity(group.totals[name], _UNITS[name])
    unit = in_scale(value).units
    low, high = group.ranges.get(name, (float(value.magnitude),) * 2)
    digits = supported(low, float(value.magnitude), high)
    texts = [
        words.number(number(float(Quantity(amount, _UNITS[name]).m_as(unit)), max(digits, 2)))
        for amount in (float(value.magnitude), low, high)
    ]
    return _joint((texts[0], words.unit(unit_text(in_scale(value))))), texts[1], texts[2]


def _between(group: Group, name: str, words: Language, beside: str) -> str:
    between = _range(group, name, words)
    return f"{between}, {beside}" if between else beside


def _groups(account: Account) -> list[Group]:
    name = account.definition.group_by
    inventory = account.summary.inventory
    return inventory.by(name)[0] if name and name in inventory.names else []


def _leading(groups: Sequence[Group], total: float) -> tuple[list[str], float] | None:
    """Return the one or two largest groups and their share, where they make more than half together."""
    ordered = sorted(groups, key=lambda group: -(group.totals["carbon_location"] or 0.0))
    for count in (1, 2):
        share = sum(group.totals["carbon_location"] or 0.0 for group in ordered[:count]) / total
        if share > 0.5:
            return [_cut(next(iter(group.keys.values()))) for group in ordered[:count]], share
    return None


def _key_text(name: str, value: Any, words: Language) -> str:
    if name == MONTH and value is not None:
        return words.month(value)
    return words("(blank)") if value is None or value == "" else _cut(value)


def _cut(value: Any) -> str:
    """Return a text of a stranger's file with as many letters as a reader needs; the JSON has it whole."""
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _joint(value_and_unit: Sequence[str]) -> str:
    """Return a number and its unit as one word."""
    return _JOINT.join(part for part in value_and_unit if part).replace(" ", _JOINT)


def why_not(account: Account, name: str) -> str:
    """Return why a total is not known: the first reasons."""
    reasons = {setting.reasons.get(name) for setting in account.summary.inventory.settings} - {None}
    if not account.summary.estimated:
        return "no row could be estimated"
    return "; ".join(sorted(str(reason) for reason in reasons)[:2]) or "—"


def period_of(account: Account, words: Language) -> str:
    """Return the period of a report, as stated or as its rows have it."""
    if account.definition.period:
        first, last = (datetime.date.fromisoformat(str(day)) for day in account.definition.period)
        return words.period(first, last)
    inventory = account.summary.inventory
    if "month" not in inventory.names:
        return ""
    months = sorted({str(key[inventory.names.index("month")]) for key in inventory.keys} - {"None"})
    return words.months(months[0], months[-1]) if months else ""
