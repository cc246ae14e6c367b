"""Mapping: where the figures of a report have their places in standards, as tables; no statement that it meets any."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from footprint.language import Language
from footprint.numbers import number, supported
from footprint.reporting.account import Account
from footprint.reporting.blocks import Block, Column, Paragraph, Passage, Table, Text
from footprint.reporting.disclosures import Point, Standard, standards
from footprint.reporting.figures import JOINT, cut, in_english
from footprint.reporting.sections.factors import linked
from footprint.reporting.vocabulary import EVIDENCE


def mapping(account: Account, words: Language) -> Iterator[Block]:
    """Yield a table for each standard: every data point with our figure, or why there is none."""
    yield Paragraph(
        words(
            "These tables say where a figure of this report has its place in a standard. They do not say that the "
            "report meets a standard, and no standard is quoted: points are named in our own words."
        ),
        "note",
    )
    found = standards(account, words)
    for standard in found:
        rows = [_row(point, standard, words) for point in standard.points]
        notes = [in_english(rows, words)]
        if standard.evidence == "unverified":
            notes.insert(0, words("No document was read for the numbers of these points: they are not confirmed."))
        yield Table(
            words(
                "{name} ({version}, {issued}): {status}",
                name=standard.name,
                version=standard.version,
                issued=issued(standard, words),
                status=standard.status,
            ),
            (
                Column(words("point")),
                Column(words("what it asks for")),
                Column(words("our figure, with its 90 % range")),
                Column(words("remark, or why there is none")),
            ),
            tuple(rows),
            note=" ".join(note for note in notes if note),
        )
    yield Table(
        words("The works that these points are of"),
        (Column(words("standard")), Column(words("work"))),
        tuple((standard.name, linked(standard.citation)) for standard in found),
    )


def _row(point: Point, standard: Standard, words: Language) -> tuple[Text, ...]:
    answer = point.answer
    unsure = point.evidence == "unverified" != standard.evidence
    value, unit, ends = amounts(point, words)
    remarks: list[str | Passage] = []
    note = "" if answer.reason else point.note
    for text in (cut(answer.text), answer.reason, answer.remark, note, unsure and words(EVIDENCE["unverified"])):
        if text:
            remarks += [words("; ")] * bool(remarks)
            remarks += text if isinstance(text, tuple) else (text,)
    figure = JOINT.join(part for part in (value, unit) if part) + (f" ({ends})" if ends else "")
    return point.point, point.label, figure, tuple(remarks) if remarks else ""


def issued(standard: Standard, words: Language) -> str:
    """Return when a standard was issued: a year, a month or a day."""
    text = standard.issued
    if len(text) == len("2024-03-14"):
        return words.date(datetime.date.fromisoformat(text))
    return words.month(text, long=True) if len(text) == len("2024-03") else text


def amounts(point: Point, words: Language) -> tuple[str, str, str]:
    """Return figure, unit and range of a point as a reader sees them."""
    value, low, high = (point.amount(which) for which in ("value", "low", "high"))
    if value is None:
        return "—", "", ""
    if point.unit == "1" and point.id.split(".")[0] in ("ghg_scope2", "ghg_scope3"):
        return words.percent(value), "", ""
    digits = supported(low if low is not None else value, value, high if high is not None else value)
    unit = "" if point.unit == "1" else words.unit(point.unit).replace(" ", JOINT)
    ends = ""
    if low is not None and high is not None:
        each = max(digits, 2)
        ends = words(
            "{low} to {high}", low=words.number(number(low, each)), high=words.number(number(high, each))
        ).replace(" ", JOINT)
    return words.number(number(value, digits)), unit, ends
