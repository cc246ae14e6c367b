"""Year on year: two periods side by side, and what of the change is use, and what is factors and methods."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.batch.change import Change, Difference
from footprint.language import ENGLISH, Language
from footprint.numbers import in_scale, number, supported, unit_text
from footprint.reporting.account import Account, Years
from footprint.reporting.blocks import Block, Column, Notes, Paragraph, Table, Text
from footprint.reporting.figures import JOINT
from footprint.reporting.sections.timing import said_of
from footprint.reporting.vocabulary import english
from footprint.results import LABELS, RESULTS
from footprint.units import Quantity

#: The results that are compared, in the order in which they are read.
COMPARED = (
    "facility_energy",
    "carbon_location",
    "carbon_market",
    "carbon_embodied",
    "carbon_upstream",
    "water_site",
    "water_grid",
)
#: Below this share nothing can be said to have changed.
_SAME = 5e-4


def years(account: Account, words: Language) -> Iterator[Block]:
    """Yield two periods side by side, where two were given."""
    definition, found = account.definition, account.years
    if found is None:
        if definition.base_year is not None and definition.days is None:
            yield Paragraph(words("A base year is given and no period, so nothing is compared; give both."), "note")
        return
    if not found.summary.estimated or not account.summary.estimated:
        lacking = found.timing.period if not found.summary.estimated else definition.days
        assert lacking is not None  # noqa: S101 - two periods are compared only where both are known
        text = words("Nothing can be compared: no row of {period} could be estimated.", period=words.period(*lacking))
        yield Paragraph(text, "note")
        yield from _remarks(found, account, words)
        return
    yield Paragraph(tuple(_sentences(found, words)))
    yield _totals(found, account, words)
    if not found.reason:
        yield _split(found, words)
    yield from _remarks(found, account, words)


def _sentences(found: Years, words: Language) -> Iterator[str]:
    """Say of electricity and carbon what changed, and why, where the range leaves no doubt of the direction."""
    first = True
    for name in ("facility_energy", "carbon_location"):
        change = found.of(name)
        if change.relative is None or change.change is None:
            continue
        what = words("Electricity at the meter") if name == "facility_energy" else words("Carbon, location-based,")
        said = change.relative
        if abs(said.value) < _SAME:
            text = words("{what} is as it was.", what=what)
        elif said.low > 0 or said.high < 0:
            share = signed(abs(said.value), words).removeprefix("+")
            rose, why = said.value > 0, _why(change, words)
            text = (
                words("{what} rose by {share}{why}.", what=what, share=share, why=why)
                if rose
                else words("{what} fell by {share}{why}.", what=what, share=share, why=why)
            )
        else:
            text = words(
                "{what} changed by {share}, which is within the range: it may have risen or fallen.",
                what=what,
                share=signed(said.value, words),
            )
        yield text if first else f" {text}"
        first = False


def _why(change: Change, words: Language) -> str:
    if change.activity is None or change.factors is None or not change.old:
        return ""
    use, factors = change.activity.value / change.old, change.factors.value / change.old
    return words(
        ": {use} by use, {factors} by factors and methods, of the earlier total",
        use=signed(use, words),
        factors=signed(factors, words),
    )


def _totals(found: Years, account: Account, words: Language) -> Table:
    base, period = found.timing.period, account.definition.days
    assert base is not None and period is not None  # noqa: S101 - as above
    rows = []
    for name in COMPARED:
        change = found.of(name)
        unit = _unit(change)
        kind = words.unit(unit_text(Quantity(1.0, unit))).replace(" ", JOINT)
        old, new = (
            _amount(value, group.ranges.get(name), name, unit, words)
            for value, group in ((change.old, found.summary.total), (change.new, account.summary.total))
        )
        if change.relative is None:
            share, ends = "—", ""
        else:
            share, ends = signed(change.relative.value, words), _signed_ends(change.relative, words)
        rows.append((words(LABELS[name]), old, new, kind if (old, new) != ("—", "—") else "", share, ends))
    return Table(
        words("Totals by period, side by side"),
        (
            Column(words("what")),
            Column(words.period(*base), True),
            Column(words.period(*period), True),
            Column(words("unit")),
            Column(words("change"), True),
            Column(words("90 % range").replace(" ", JOINT)),
        ),
        tuple(rows),
        note=words("— is not known."),
    )


def _split(found: Years, words: Language) -> Table:
    rows: list[tuple[Text, ...]] = []
    for name in COMPARED:
        change = found.of(name)
        if change.change is None or change.activity is None or change.factors is None:
            continue
        unit = _unit(change)
        rows.append(
            (
                words(LABELS[name]),
                words.unit(unit_text(Quantity(1.0, unit))).replace(" ", JOINT),
                *(
                    text
                    for part in (change.change, change.activity, change.factors)
                    for text in _part(part, change, name, unit, words)
                ),
            )
        )
    ends = words("90 % range").replace(" ", JOINT)
    return Table(
        words("The change, split into use and factors"),
        (
            Column(words("what")),
            Column(words("unit")),
            Column(words("change"), True),
            Column(ends),
            Column(words("by use"), True),
            Column(ends),
            Column(words("by factors and methods"), True),
            Column(ends),
        ),
        tuple(rows),
        note=words(
            "By use: the activity of the later period against that of the earlier one, both with the factors of the "
            "later. By factors and methods: the activity of the earlier period with the factors of the later against "
            "those of its own. Both periods share the draws of the factors that they share. A change by factors is no "
            "reduction of what was done."
        ),
    )


def _part(part: Difference, change: Change, name: str, unit: str, words: Language) -> tuple[str, str]:
    """Return a part of a change and its range; what is less than a thousandth of both totals is none."""
    size = max(change.old or 0.0, change.new or 0.0)
    value, low, high = (
        float(Quantity(amount, RESULTS[name]).m_as(unit)) if abs(amount) > size / 1000 else 0.0
        for amount in (part.value, part.low, part.high)
    )
    if value == low == high == 0:
        return "0", ""
    text = words("{low} to {high}", low=_sign(low, 2, words), high=_sign(high, 2, words))
    return _sign(value, 2, words), text.replace(" ", JOINT)


def _remarks(found: Years, account: Account, words: Language) -> Iterator[Block]:
    """Yield what makes the two periods less alike than they look."""
    notes: list[Text] = list(said_of(found.timing, words))
    if found.reason:
        notes.append(
            (
                words("The change is not split: the earlier activity cannot be computed with the factors of the later:")
                + " ",
                english(found.reason, words),
            )
        )
    before, now = found.summary, account.summary
    if before.rejected or now.rejected:
        notes.append(
            words(
                "Rows that could not be estimated are in no total: {before} of {before_rows} in the earlier period, "
                "{now} of {now_rows} in the later.",
                before=words.count(before.rejected),
                before_rows=words.count(before.rows),
                now=words.count(now.rejected),
                now_rows=words.count(now.rows),
            )
        )
    for name in COMPARED:
        known = [(one.total.known[name], one.total.rows) for one in (before, now)]
        if all(some for some, _ in known) and any(some < rows for some, rows in known):
            notes.append(
                words(
                    "{what}: known for {before} of {before_rows} rows in the earlier period and {now} of {now_rows} in "
                    "the later; the totals are theirs alone.",
                    what=words(LABELS[name]),
                    before=words.count(known[0][0]),
                    before_rows=words.count(known[0][1]),
                    now=words.count(known[1][0]),
                    now_rows=words.count(known[1][1]),
                )
            )
    if notes:
        yield Notes(tuple(notes))


def _unit(change: Change) -> str:
    """Return the unit in which both totals of a result are read."""
    kind = RESULTS[change.result]
    largest = max(change.old or 0.0, change.new or 0.0)
    return f"{in_scale(Quantity(largest, kind)).units:~C}" if largest else kind


def _amount(value: float | None, ends: tuple[float, float] | None, name: str, unit: str, words: Language) -> str:
    if value is None:
        return "—"
    low, high = ends or (value, value)
    return words.number(number(float(Quantity(value, RESULTS[name]).m_as(unit)), supported(low, value, high)))


def signed(share: float, words: Language) -> str:
    r"""Return a share of change as a percentage with its sign.

    >>> from footprint.language import language
    >>> signed(-0.084, language("en")), signed(0.5, language("en"))
    ('−8.4\xa0%', '+50\xa0%')
    """
    joint = JOINT if words.code == ENGLISH else "\u202f"
    return _sign(share * 100, 2 if abs(share) < 10 else 3, words) + f"{joint}%"


def _signed_ends(part: Difference, words: Language) -> str:
    text = words("{low} to {high}", low=_sign(part.low * 100, 2, words), high=signed(part.high, words))
    return text.replace(" ", JOINT)


def _sign(value: float, digits: int, words: Language) -> str:
    text = words.number(number(abs(value), digits))
    if not value or not text.strip("0.,"):
        return text
    return f"{'+' if value > 0 else '−'}{text}"
