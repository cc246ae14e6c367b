"""An embed with its figures: as HTML for sites, as Markdown for documents, as text."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from footprint.embedding.sources import Ground, subject_of
from footprint.embedding.spec import ALL_RESULTS, AUTO, Spec, SpecError, read_spec
from footprint.errors import FootprintError, clipped
from footprint.language import Language
from footprint.language import language as language_of
from footprint.reporting.letters import visible
from footprint.results import LABELS

if TYPE_CHECKING:
    from footprint.charts import Chart, Subject
    from footprint.charts.amounts import Amount

#: A label is cut here: a page is read by people.
_LONGEST = 160


def embed(
    text: str, folder: Path | str = ".", *, root: Path | str | None = None, more: Mapping[str, str] | None = None
) -> Embed:
    r"""Return the embed that ``text`` asks for.

    Parameters
    ----------
    text : entries in the language of an embed, see `footprint.embedding`
    folder : where the page stands, which names files from there
    root : the folder below which files may be read; None is the folder of the page
    more : further entries

    Raises
    ------
    footprint.embedding.SpecError : what cannot be shown, with the line of the text

    Examples
    --------
    >>> embed("number: carbon; of: training gpt-3").text()
    '552.1\xa0t\xa0CO₂e'
    """
    return made(read_spec(text, more), Ground.of(folder, root))


def made(spec: Spec, ground: Ground, day: datetime.date | None = None, edition: str | None = None) -> Embed:
    """Return an embed with its figures, drawn on ``day``; today, or the day that it states.

    ``edition`` is the name under which its factors are known: an embed that was made with another edition is made
    again under that one, to see whether a figure differs.
    """
    from footprint.charts.chart import drawn_on

    try:
        subject = subject_of(spec, ground)
    except SpecError:
        raise
    except FootprintError as error:
        raise SpecError(f"of: {error}", spec.line_of("of")) from None
    if spec.edition and spec.edition != subject.edition:
        raise PinnedError(spec, subject.edition)
    if edition:
        subject = dataclasses.replace(subject, edition=edition)
    embed = Embed(spec, subject, language_of(spec.lang or "en"), spec.date or day or drawn_on())
    embed.text()  # whatever cannot be shown is said now
    return embed


class PinnedError(SpecError):
    """An embed is pinned to an edition of the factors that is not the one at hand."""

    def __init__(self, spec: Spec, edition: str) -> None:
        super().__init__(
            f"edition: pinned to '{clipped(spec.edition)}', and the factors at hand are of edition {edition}: install "
            f"the version that has the pinned one, or pin {edition} and refresh.",
            spec.line_of("edition"),
        )
        self.edition = edition


@dataclass(frozen=True, eq=False)
class Embed:
    """What an embed shows, ready to be set in any document."""

    spec: Spec
    subject: Subject
    words: Language
    made: datetime.date

    @property
    def edition(self) -> str:
        """The edition of the factors behind the figures."""
        return self.subject.edition

    @property
    def stamp(self) -> str:
        """Edition and day, as a reader sees them."""
        return self.words("Factors of edition {edition}; computed on {date}.", edition=self.edition, date=self.made)

    # --- in each kind of document

    def text(self) -> str:
        """Return it without any markup: the figure, or what a chart shows."""
        if self.spec.kind == "number":
            return self._figure[0]
        if self.spec.kind == "table":
            return "\n".join("\t".join(row) for row in (self.heads, *self.rows))
        return self.alt

    def html(self) -> str:
        """Return it as HTML that runs nothing and asks for nothing: in one line where it is a number or a badge."""
        if self.spec.kind == "number":
            title = f' title="{_escaped(self.title)}"'
            return f'<span class="footprint-number"{self._data}{title}>{_escaped(self.text())}</span>'
        if self.spec.kind == "badge":
            return f'<span class="footprint-badge"{self._data}>{self.picture()}</span>'
        inside = [self.picture()] if self.spec.kind == "chart" else [self.table()]
        if self.spec.kind == "chart" and self.spec.numbers:
            summary = _escaped(self.words("The numbers"))
            inside.append(f"<details>\n<summary>{summary}</summary>\n{self.table()}\n</details>")
        if self.spec.kind == "table":
            inside.append(f"<figcaption>{_escaped(self.stamp)}</figcaption>")
        return "\n".join([f'<figure class="footprint-{self.spec.kind}"{self._data}>', *inside, "</figure>"])

    def picture(self) -> str:
        """Return the picture as an SVG that stands in a page."""
        from footprint.embedding.pictures import inline

        if self.spec.kind == "badge":
            return inline(self.svg(), None, self.alt)
        dark = self.svg("dark") if self.spec.theme == AUTO else None
        return inline(self.svg(), dark, self.chart().description)

    def svg(self, theme: str | None = None) -> str:
        """Return the picture as a file of its own, of the theme of the embed unless another is named."""
        if self.spec.kind == "badge":
            return self._badge
        return self.chart(theme).svg()

    def chart(self, theme: str | None = None) -> Chart:
        """Return the chart, of the theme of the embed unless another is named."""
        chosen = theme or ("light" if self.spec.theme == AUTO else self.spec.theme)
        return self._charts.setdefault(chosen, self._drawn(chosen))

    def table(self) -> str:
        """Return the numbers as a table of HTML."""
        first, right = ' style="text-align:left"', ' style="text-align:right"'
        heads = "".join(
            f'<th scope="col"{right if place else first}>{_escaped(head)}</th>' for place, head in enumerate(self.heads)
        )
        rows = [
            f'<tr><th scope="row"{first}>{_escaped(row[0])}</th>'
            + "".join(f"<td{right}>{_escaped(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        ]
        caption = f"<caption>{_escaped(self.caption)}</caption>"
        return "\n".join(
            ["<table>", caption, f"<thead><tr>{heads}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"]
        )

    def markdown(self) -> str:
        """Return it as Markdown: the figure, or the numbers as a table with what they show above."""
        if self.spec.kind in ("number", "badge"):
            return _plain(self.text())
        rule = [":--", *("--:" for _ in self.heads[1:])]
        cells = [[_plain(cell) for cell in row] for row in (self.heads, *self.rows)]
        lines = [f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:])]
        return "\n".join([_plain(self.caption), "", *lines, "", f"*{_plain(self.stamp)}*"])

    # --- what it says

    @property
    def alt(self) -> str:
        """What it shows, for who does not see it."""
        if self.spec.kind == "chart":
            return _cut(self.chart().description, 2_000)
        if self.spec.kind == "badge":
            return self.spec.alt or _title_of(self._badge)
        return self.title

    @property
    def title(self) -> str:
        """The range of a figure, what it is, and where it is from."""
        parts = [self._figure[1], self._what, self.subject.period(self.words)]
        return f"{', '.join(part for part in parts if part)}. {self.stamp}"

    @property
    def caption(self) -> str:
        """What the table shows."""
        return self._table[0]

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of the table."""
        return self._table[1]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of the table, as people read them."""
        return self._table[2]

    @property
    def _data(self) -> str:
        return f' data-edition="{_escaped(self.edition)}" data-date="{self.made.isoformat()}" lang="{self.words.code}"'

    @functools.cached_property
    def _charts(self) -> dict[str, Chart]:
        return {}

    def _drawn(self, theme: str) -> Chart:
        from footprint import charts

        spec = self.spec
        try:
            found = charts.draw(
                spec.name,
                self.subject,
                language=self.words.code,
                theme=theme,
                width=spec.width,
                measure=spec.measure,
                by=spec.by,
                made=self.made,
            )
        except FootprintError as error:
            raise SpecError(str(error), spec.line_of("by")) from None
        return dataclasses.replace(found, alt=spec.alt) if spec.alt else found

    @functools.cached_property
    def _badge(self) -> str:
        from footprint.charts.badge import badge

        spec = self.spec
        try:
            return badge(self.subject, language=self.words.code, measure=spec.name, label=spec.label, made=self.made)
        except FootprintError as error:
            raise SpecError(str(error), spec.line_of()) from None

    @functools.cached_property
    def _table(self) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]:
        if self.spec.name != ALL_RESULTS:
            chart = self.chart()
            return chart.subtitle, chart.heads, tuple(tuple(_cut(cell) for cell in row) for row in chart.cells)
        words = self.words
        rows = []
        for name, label in LABELS.items():
            amount = self.subject.results.get(name)
            if amount is not None:
                value, between = self._written(amount)
                rows.append((words(label), value, between))
            elif name in _ALWAYS:
                rows.append((words(label), words("not known"), ""))
        caption = ", ".join(part for part in (words("Estimated footprint"), self.subject.period(words)) if part)
        return caption, (words("estimated"), words("value"), words("90 % range")), tuple(rows)

    @functools.cached_property
    def _figure(self) -> tuple[str, str]:
        """The figure as it was asked for, and its range in words."""
        amount = self._amount()
        value, between = self._written(amount)
        ranged = self.words("90 % range {range}", range=between) if between else ""
        if self.spec.show != "value" and not between:
            raise SpecError(f"show: {self.spec.name} has no range here; ask for the value.", self.spec.line_of("show"))
        if self.spec.show == "range":
            return between, ranged
        return (f"{value} ({self._written(amount, unit=False)[1]})" if self.spec.show == "both" else value), ranged

    @property
    def _results(self) -> tuple[str, ...]:
        from footprint.charts.amounts import MEASURES

        return MEASURES[self.spec.name].parts if self.spec.name in MEASURES else (self.spec.name,)

    @property
    def _what(self) -> str:
        from footprint.charts.amounts import MEASURES

        if self.spec.name in MEASURES:
            return self.words(MEASURES[self.spec.name].what)
        return self.words(LABELS[self.spec.name])

    def _amount(self) -> Amount:
        """Return the figure that is asked for."""
        from footprint.charts.breakdown import why

        parts, line = self._results, self.spec.line_of()
        known = [part for part in parts if self.subject.results.get(part) is not None]
        if len(known) < len(parts):
            missing = [part for part in parts if part not in known]
            also = f" Known is {known[0]}: number: {known[0]}." if known else ""
            raise SpecError(f"{missing[0]} is not known: {why(self.subject, missing)}.{also}", line)
        amount = self.subject.together(parts)
        if amount is None:
            raise SpecError(
                f"{self.spec.name} of one estimate is {' and '.join(parts)}, whose ranges do not add up: ask for one "
                f"of them, such as number: {parts[0]}.",
                line,
            )
        return amount

    def _written(self, amount: Amount, unit: bool = True) -> tuple[str, str]:
        """Return an amount with its unit, and its range with or without."""
        from footprint.charts.amounts import Scale

        scale = Scale.of([amount], self.words)
        if self.spec.unit:
            scale = Scale(self.words, amount.unit, self._unit(amount))
        return scale.text(amount), scale.between(amount, unit)

    def _unit(self, amount: Amount) -> str:
        """Return the unit that a figure is to be shown in, where it is one of its kind."""
        from footprint.numbers import scale_of

        units = scale_of(amount.unit)
        if self.spec.unit not in units:
            raise SpecError(
                f"unit: '{clipped(self.spec.unit)}' is none of {', '.join(units)}.", self.spec.line_of("unit")
            )
        return str(self.spec.unit)


#: Results that are named even where they are not known.
_ALWAYS = ("facility_energy", "carbon_location", "carbon_market", "water_site", "water_grid")


def _title_of(svg: str) -> str:
    found = re.search(r"<title>(.*?)</title>", svg, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _cut(text: str, width: int = _LONGEST) -> str:
    """Return a text of a stranger as a page shows it: in one line, not too long, with no letter that steers."""
    return clipped(visible(text.replace("\n", " ")), width) if len(text) > width else visible(text)


def _escaped(text: str) -> str:
    return html.escape(visible(text), quote=True)


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line: what could begin markup is escaped."""
    line = re.sub(r"[ \t\r\n\f\v\x85\u2028\u2029]+", " ", visible(text)).strip(" ")
    return "".join(
        {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(c) or ("\\" + c if c in "\\|*_`[]#~$" else c) for c in line
    )
