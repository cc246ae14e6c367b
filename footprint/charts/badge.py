"""A badge: one figure, small enough for a line of text, with its range and its source in its title."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

from footprint.charts.amounts import MEASURES, Scale
from footprint.charts.breakdown import why
from footprint.charts.chart import SVG, drawn_on, lowered
from footprint.charts.lettering import fitted, width
from footprint.charts.subject import Subject
from footprint.charts.theme import FONT, THEMES
from footprint.errors import NotEstimableError, clipped
from footprint.language import language as language_of

_HEIGHT, _SIZE, _PAD, _RADIUS = 22, 12.0, 8.0, 3.0
#: White reads on each of these.
_COLOURS = THEMES["print"]
_LABEL_COLOUR, _TEXT = "#1d2730", "#ffffff"
_LONGEST = 240.0


def badge(
    subject: Subject,
    *,
    language: str = "en",
    measure: str = "carbon",
    label: str | None = None,
    made: datetime.date | None = None,
) -> str:
    """Return a badge as SVG.

    Parameters
    ----------
    label : what stands left of the figure

    Raises
    ------
    footprint.errors.NotEstimableError : the figure is not known
    """
    words, chosen = language_of(language), MEASURES[measure]
    parts = [part for part in chosen.parts if subject.results.get(part)]
    total = subject.together(chosen.parts) or (subject.results[parts[0]] if len(parts) == 1 else None)
    if total is None and len(parts) > 1:
        total = max((amount for part in parts if (amount := subject.results[part])), key=lambda amount: amount.value)
    if total is None:
        raise NotEstimableError(f"no badge: {measure} is not known: {why(subject, chosen.parts)}.")
    scale = Scale.of([total], words)
    left = fitted(clipped(label or words("AI footprint"), 60), _LONGEST, _SIZE)
    right = scale.text(total)
    said = [words("{label}: {amount}", label=left, amount=right)]
    if total.ranged:
        said.append(words("90 % range {range}", range=scale.between(total)))
    said += [words(chosen.what), subject.period(words)]
    title = ", ".join(part for part in said if part)
    made = made or drawn_on()
    detail = words("Factors of edition {edition}; drawn on {date}.", edition=subject.edition, date=made)
    return _drawn(left, right, f"{title}. {detail}", _COLOURS.of(measure), words.code)


def _drawn(left: str, right: str, title: str, colour: str, code: str) -> str:
    ends = [round(width(text, _SIZE, bold) + 2 * _PAD, 1) for text, bold in ((left, False), (right, True))]
    whole = round(sum(ends), 1)
    ElementTree.register_namespace("", SVG)
    root = _element(None, "svg", width=whole, height=_HEIGHT, viewBox=f"0 0 {whole} {_HEIGHT}", role="img")
    root.set("lang", code)
    _element(root, "title").text = title
    corner = {"height": _HEIGHT, "rx": _RADIUS}
    _element(root, "rect", width=whole, fill=colour, **corner)
    _element(root, "rect", width=ends[0], fill=_LABEL_COLOUR, **corner)
    # The corners between the two halves are square.
    _element(root, "rect", x=ends[0] - _RADIUS, width=_RADIUS, height=_HEIGHT, fill=_LABEL_COLOUR)
    for text, x, weight in ((left, _PAD, "normal"), (right, ends[0] + _PAD, "bold")):
        attributes = {"font-family": FONT, "font-size": f"{_SIZE:g}px", "font-weight": weight, "fill": _TEXT}
        drawn = _element(root, "text", x=round(x, 1), y=15.3, **attributes)
        drawn.text = text
        lowered(drawn)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _element(parent: ElementTree.Element | None, tag: str, **attributes: object) -> ElementTree.Element:
    values = {name: str(value) for name, value in attributes.items()}
    if parent is None:
        return ElementTree.Element(f"{{{SVG}}}{tag}", values)
    return ElementTree.SubElement(parent, f"{{{SVG}}}{tag}", values)
