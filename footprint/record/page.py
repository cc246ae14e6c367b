"""The record as people read it: the cells of its table, its sums in words, and the page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from footprint.numbers import exact, in_scale, number, shown, unit_text
from footprint.record.cases import GROUPS, MEANING
from footprint.record.disclosures import Disclosure
from footprint.record.validate import Count, Line, Record
from footprint.units import Quantity

#: The columns of the record, as its table and its page head them.
HEADS = ("case", "figure", "published", "computed", "off", "allowed", "from", "inside", "verdict")

OWN_TITLE = "Own estimate against disclosure"
OWN_HEADS = ("case", "figure", "published", "estimated", "90 % range", "verdict", "estimate of")
_OWN = """\
The other way round: what the product's own model of text says of a published figure of use, made without the row that
holds it. The range is the 5th to the 95th percentile. Model and tokens go in; batch, hardware, weights, and the size of
a closed model are not published, and are what makes the range wide. A figure inside it confirms little by itself; one
outside is told with the reason."""

_INTRODUCTION = """\
# The record

Published footprints, computed again from what their publishers state, by the same equations and methods that every
estimate goes through. `footprint validate` prints this page's tables and fails when a figure leaves its tolerance.

"Off" is computed over published, less one. "Allowed" is the tolerance of the figure: it follows from the digits that
the source prints, or is the spread of a factor that the source does not print. "From" says where the published figure
itself comes from: one that was *derived by formula* shows that our equation is the publisher's, one that was
*measured* shows more. A term that a publication leaves out is a factor of one, and is named.
"""


def cells(line: Line) -> dict[str, str]:
    """Return a line as its texts, by the heads of the table."""
    return {
        "case": line.case,
        "figure": f"{line.figure}, {line.way}" if line.way else line.figure,
        "published": _printed(line.published),
        "computed": _computed(line),
        "off": off(line.residual),
        "allowed": "" if line.tolerance is None else f"{exact(100 * line.tolerance)} %",
        "from": said(line.independence),
        "inside": line.boundary,
        "verdict": line.verdict,
    }


def _computed(line: Line) -> str:
    """Return a computed figure with four digits, one that was looked up as it stands, an estimate with two."""
    if line.computed is None:
        return ""
    if line.group == "looked-up":
        return shown(line.computed, 2) if line.residual is None else _printed(line.computed)
    return shown(line.computed, 4)


def said(independence: str) -> str:
    """Return where a published figure comes from, in words.

    >>> said("third_party_estimate"), said("measured")
    ('third-party estimate', 'measured')
    """
    return independence.replace("third_party", "third-party").replace("_", " ")


def _printed(quantity: Quantity | None) -> str:
    if quantity is None:
        return ""
    scaled = in_scale(quantity)
    return f"{exact(float(f'{float(scaled.magnitude):.12g}'))} {unit_text(scaled)}"


def off(residual: float | None) -> str:
    """Return how far a computed figure is off.

    >>> off(0.0019), off(-0.4816), off(156.4), off(0.0)
    ('+0.2 %', '-48.2 %', '157 times', '0.0 %')
    """
    if residual is None:
        return ""
    if residual > 9:
        return f"{number(residual + 1, 3)} times"
    text = f"{100 * residual:+.1f} %"
    return "0.0 %" if text[1:] == "0.0 %" else text


def summary(record: Record) -> list[str]:
    """Return what the record says in numbers, a line for each group that it holds lines of."""
    counts = {group: count for group, count in record.counts().items() if count.cases}
    said = [f"{GROUPS[group]}: {told(group, count)}" for group, count in counts.items()]
    return [*said, own_summary(record.own)] if record.own else said


def told(group: str, count: Count) -> str:
    """Return the count of a group in words."""
    found = f"{_many(count.cases, 'case')}, {_many(count.figures, 'figure')}"
    if group == "recomputed":
        all_of = "all" if count.hold == count.figures else str(count.hold)
        lacking = count.hold - count.evidence
        why = "no document was read for a figure in them, or its inputs were projected or invented"
        but = f", {lacking} do not: {why}" if lacking else ""
        return f"{found}, {all_of} within tolerance; {count.evidence} count as evidence{but}"
    if group == "contradictory":
        return f"{found}, {'each' if count.hold == count.figures else count.hold} noticed"
    return found if count.hold == count.figures else f"{found}, {count.figures - count.hold} at fault"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def page(record: Record) -> str:
    """Return the record as a page of the documentation, the same for the same data.

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> from footprint.record.validate import validate
    >>> print(page(validate(open_catalogue(), ["tr-l33-70b"])).partition("## Contr")[2].splitlines()[6][:44])
    | tr-l33-70b | carbon location | 12.9 tCO2e
    """
    text = [_INTRODUCTION, *(f"* {_marked(line)}" for line in summary(record)), ""]
    origins = ", ".join(f"{count} {said(origin)}" for origin, count in record.origins().items())
    if origins:
        text += [f"The figures that count as evidence, by where they come from: {origins}.", ""]
    for group, title in GROUPS.items():
        lines = record.of(group)
        if lines:
            text += [f"## {title[0].upper()}{title[1:]}", "", MEANING[group], "", *_table(lines), "", *_remarks(lines)]
    if record.own:
        text += [f"## {OWN_TITLE}", "", _OWN, "", *_own_table(record.own), "", *_own_remarks(record.own)]
    if record.works:
        text += ["## Works", "", *(f"* `{id}`: {_plain(citation)}" for id, citation in record.works.items())]
    return "\n".join(text).rstrip("\n") + "\n"


def _marked(line: str) -> str:
    head, colon, rest = line.partition(": ")
    return f"**{head}**{colon}{rest}"


def _ruled(heads: Iterable[str], right: Sequence[str]) -> str:
    return "|" + "|".join(" --: " if head in right else " :-- " for head in heads) + "|"


def _table(lines: Iterable[Line]) -> Iterator[str]:
    yield "| " + " | ".join(HEADS) + " |"
    yield (
        "|"
        + "|".join(" --: " if head in ("published", "computed", "off", "allowed") else " :-- " for head in HEADS)
        + "|"
    )
    before = ""
    for line in lines:
        texts = cells(line)
        if line.case == before:  # said once
            texts |= {"from": "", "inside": ""}
        before = line.case
        yield "| " + " | ".join(_plain(texts[head]) for head in HEADS) + " |"


def _remarks(lines: Iterable[Line]) -> list[str]:
    """Return what is said of each case, once."""
    said: dict[str, list[str]] = {}
    formulas: dict[str, dict[str, None]] = {}
    for line in lines:
        formulas.setdefault(line.case, {}).update(dict.fromkeys(part for part in line.formula.split("; ") if part))
        if line.case in said:
            continue
        where = f"`{line.source}`{f', {_plain(line.locator)}' if line.locator else ''}"
        said[line.case] = [f"* `{line.case}`: {_plain(line.system)}, {line.year}; {where}."]
        if line.remark:
            said[line.case].append(f"{_plain(line.remark[0].upper() + line.remark[1:])}.")
        if line.tolerance and line.tolerance_basis:
            said[line.case].append(f"Allowed so much because: {_plain(line.tolerance_basis)}.")
    for case, steps in formulas.items():
        if steps:
            said[case].append(f"Equations: {', '.join(f'`{step}`' for step in steps)}.")
    return [*(" ".join(parts) for parts in said.values()), ""]


def own_cells(found: Disclosure) -> dict[str, str]:
    """Return an own estimate beside a published figure as its texts, by the heads of their table."""
    scaled = in_scale(found.published)
    low, middle, high = (number(float(end.m_as(scaled.units)), 2) for end in (found.low, found.estimated, found.high))
    return {
        "case": found.case,
        "figure": found.figure,
        "published": _printed(found.published),
        "estimated": f"{middle} {unit_text(scaled)}",
        "90 % range": f"{low} to {high}",
        "verdict": "inside" if found.inside else "outside",
        "estimate of": found.estimate_of,
    }


def _own_table(found: Iterable[Disclosure]) -> Iterator[str]:
    yield "| " + " | ".join(OWN_HEADS) + " |"
    yield _ruled(OWN_HEADS, ("published", "estimated", "90 % range"))
    for item in found:
        texts = own_cells(item)
        yield "| " + " | ".join(_plain(texts[head]) for head in OWN_HEADS) + " |"


def own_remarks(found: Sequence[Disclosure]) -> list[str]:
    """Return what must be said of the own estimates of a case beside its figures."""
    said = [
        f"{item.figure}: {item.parts}; the range is that of the parts added up, which is wider than that of their sum"
        for item in found
        if item.parts
    ]
    said += [f"assumed: {item.assumption}" for item in found if item.assumption]
    seen = sorted({name for item in found for name in item.seen})
    if seen:
        said.append(f"from the same source, and seen by the estimate: {', '.join(seen)}")
    said += [
        f"outside because {item.why}" if item.why else f"{item.figure}: outside, and nobody says why"
        for item in found
        if not item.inside
    ]
    return list(dict.fromkeys(said))


def _own_remarks(found: Sequence[Disclosure]) -> list[str]:
    """Return what is said of the figures of each case."""
    lines = []
    for case in dict.fromkeys(item.case for item in found):
        said = own_remarks([item for item in found if item.case == case])
        if said:
            lines.append(f"* `{case}`: {_plain(' '.join(f'{part[0].upper()}{part[1:]}.' for part in said))}")
    return [*lines, ""]


def own_summary(found: Sequence[Disclosure]) -> str:
    """Return how many published figures lie inside, in words."""
    inside = sum(item.inside for item in found)
    rest = "; why the others do not is said with each" if inside < len(found) else ""
    return f"own estimate against disclosure: {inside} of {_many(len(found), 'figure')} inside the 90 % range{rest}"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is; an address stays whole."""
    parts = re.split(r"(https?://\S+)", text)
    return "".join(
        part if part.startswith("http") else "".join("\\" + sign if sign in "|*_`[]<>\\" else sign for sign in part)
        for part in parts
    )
