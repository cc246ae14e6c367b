"""A finished chart: its picture in every format, its text alternative, and its numbers."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import html
import json
import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from footprint.charts.theme import FONT, theme
from footprint.language import language

if TYPE_CHECKING:
    from altair import LayerChart

SVG = "http://www.w3.org/2000/svg"
#: Digits that stand low or high, which few fonts have: drawn small instead.
_LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_HIGH = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−", strict=True))
#: What Vega says of each mark to a screen reader: the whole picture has one text instead.
_ROLES = ("role", "aria-roledescription", "aria-label", "aria-hidden")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, what it says in words, and the numbers behind it."""

    name: str
    language: str
    theme: str
    title: str
    subtitle: str
    #: what the chart shows, for who does not see it
    alt: str
    #: what is missing, and where the figures come from, as both stand under the picture
    notes: tuple[str, ...]
    source: str
    #: the numbers that are drawn, in the units of files
    table: tuple[dict[str, Any], ...]
    #: the same as people read them: heads, and rows of cells
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    edition: str
    #: the day it was drawn
    made: datetime.date
    drawing: LayerChart

    @property
    def id(self) -> str:
        """A name for the picture that no other on a page has, the same each time it is drawn."""
        return self._id(self._spec_text())

    def _id(self, spec: str) -> str:
        return f"footprint-{self.name}-{hashlib.blake2b(spec.encode(), digest_size=4).hexdigest()}"

    @property
    def description(self) -> str:
        """The text alternative with edition and day."""
        words = language(self.language)
        drawn = words("Factors of edition {edition}; drawn on {date}.", edition=self.edition, date=self.made)
        return f"{self.alt} {drawn}"

    def spec(self) -> dict[str, Any]:
        """Return the chart as Vega-Lite, its text alternative and its numbers inside."""
        import altair as alt

        with alt.theme.enable("none"):
            # Altair checked each part when it was made.
            spec = self.drawing.to_dict(validate=False)
        spec["description"] = self.description
        spec["usermeta"] = {
            "embedOptions": {"renderer": "svg", "actions": False},
            "footprint": {
                "chart": self.name,
                "title": self.title,
                "edition": self.edition,
                "date": self.made.isoformat(),
                "source": self.source,
                "notes": list(self.notes),
                "table": list(self.table),
            },
        }
        return spec

    def _spec_text(self) -> str:
        return json.dumps(self.spec(), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def json(self) -> str:
        """Return the Vega-Lite specification as JSON."""
        return json.dumps(self.spec(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    def svg(self) -> str:
        """Return a picture that stands alone: text stays text, and title and description are inside."""
        import vl_convert

        spec = self._spec_text()
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=_version())
        # What is parsed is what the line above wrote.
        ElementTree.register_namespace("", SVG)
        root = ElementTree.fromstring(drawn)  # noqa: S314
        for element in root.iter():
            for role in _ROLES:
                element.attrib.pop(role, None)
        for element in list(root.iter(f"{{{SVG}}}text")):
            lowered(element)
        own = self._id(spec)
        for place, (tag, text) in enumerate((("title", self.title), ("desc", self.description))):
            said = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{own}-{tag}"})
            said.text = text
            root.insert(place, said)
        root.set("role", "img")
        root.set("aria-labelledby", f"{own}-title {own}-desc")
        root.set("lang", self.language)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def png(self, scale: float = 2.0) -> bytes:
        """Return the picture as pixels, ``scale`` of them for one, with title and description inside."""
        import vl_convert

        drawn = vl_convert.svg_to_png(self.svg(), scale=scale)
        return _described(drawn, {"Title": self.title, "Description": self.description, "Software": "footprint"})

    def html(self) -> str:
        """Return a page that needs no network: the picture, its numbers on pointing, and the table below.

        Nothing in it runs but the script of this project and Vega: a strict policy names both by their hashes, and the
        specification is data, in which no end of a script can stand.
        """
        colours = theme(self.theme)
        spec = self._spec_text().translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
        style = _STYLE % {
            "paper": colours.paper,
            "ink": colours.ink,
            "grey": colours.grey,
            "rule": colours.rule,
            "font": FONT,
            "scheme": "dark" if self.theme == "dark" else "light",
        }
        scripts = (vega(), _BOOT)
        policy = "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join(_hashed(script) for script in scripts)}",
                f"style-src {_hashed(style)}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )
        return (
            f'<!doctype html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_escaped(policy)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{_escaped(self.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
            f'<figure>\n<div id="chart">\n{self.svg()}</div>\n</figure>\n{self._numbers()}</main>\n'
            f'<script type="application/json" id="spec">{spec}</script>\n'
            + "".join(f"<script>{script}</script>\n" for script in scripts)
            + "</body>\n</html>\n"
        )

    def _numbers(self) -> str:
        """Return the numbers as a table of HTML that is shown when it is asked for."""
        heads = "".join(f'<th scope="col">{_escaped(head)}</th>' for head in self.heads)
        rows = "".join(
            f'<tr><th scope="row">{_escaped(row[0])}</th>'
            + "".join(f"<td>{_escaped(cell)}</td>" for cell in row[1:])
            + "</tr>\n"
            for row in self.cells
        )
        return (
            f"<details>\n<summary>{_escaped(language(self.language)('The numbers'))}</summary>\n"
            f"<table>\n<caption>{_escaped(self.subtitle)}</caption>\n"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n"
        )

    def markdown(self) -> str:
        """Return the numbers as a table for documents."""
        heads = "| " + " | ".join(map(_cell, self.heads)) + " |"
        rule = "| " + " | ".join([":--", *("--:" for _ in self.heads[1:])]) + " |"
        return "\n".join([heads, rule, *("| " + " | ".join(map(_cell, row)) + " |" for row in self.cells)]) + "\n"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the chart as notebooks show it."""
        svg = self.svg()
        return {
            # Notebooks take the first of these that they know: picture and numbers together.
            "text/html": f"<figure>\n{svg}{self._numbers()}</figure>\n",
            "image/svg+xml": svg,
            "text/markdown": self.markdown(),
            "text/plain": self.description,
        }


def drawn_on() -> datetime.date:
    """Return the day that a chart names: today, or that of SOURCE_DATE_EPOCH, so that bytes repeat."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return datetime.datetime.fromtimestamp(int(fixed), tz=datetime.UTC).date()
    return datetime.date.today()


_STYLE = """
:root { color-scheme: %(scheme)s; }
body { margin: 0; background: %(paper)s; color: %(ink)s; font: 14px/1.45 %(font)s; }
main { max-width: max-content; }
figure { margin: 0; }
svg { display: block; max-width: 100%%; height: auto; }
details { margin: 0 12px 16px; }
summary { cursor: pointer; color: %(grey)s; }
table { border-collapse: collapse; margin-top: 8px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: %(grey)s; padding-bottom: 6px; }
th, td { padding: 3px 16px 3px 0; border-bottom: 1px solid %(rule)s; text-align: right; font-weight: normal; }
th:first-child { text-align: left; }
thead th { font-weight: bold; }
#vg-tooltip-element { position: fixed; visibility: hidden; padding: 6px 9px; background: %(paper)s; color: %(ink)s;
  border: 1px solid %(grey)s; font: 12px/1.4 %(font)s; pointer-events: none; z-index: 9; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element h2 { margin: 0; font-size: 12px; }
#vg-tooltip-element td, #vg-tooltip-element th { border: 0; padding: 0 8px 0 0; text-align: left; }
#vg-tooltip-element td.key { color: %(grey)s; }
"""

#: Vega reads the specification without evaluating text as code, which the policy would forbid.
_BOOT = """
(function () {
  var place = document.getElementById("chart");
  var picture = place.innerHTML;
  var spec = JSON.parse(document.getElementById("spec").textContent);
  var options = { ast: true, actions: false, renderer: "svg", defaultStyle: false,
                  tooltip: { disableDefaultStyle: true } };
  vegaEmbed(place, spec, options).then(function () {
    // One text alternative for the whole picture, as in the static one: not a label for each mark.
    var said = ["role", "aria-roledescription", "aria-label", "aria-hidden"];
    [place].concat(Array.from(place.querySelectorAll("*"))).forEach(function (element) {
      said.forEach(function (name) { element.removeAttribute(name); });
    });
    var drawn = place.querySelector("svg");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", spec.description);
  }).catch(function () { place.innerHTML = picture; });
})();
"""


@functools.cache
def vega() -> str:
    """Return Vega as one script, from the copy that vl-convert brings."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=_version())
    return re.sub(r"</(?=script)|<!--", lambda match: match[0].replace("<", "\\x3c"), bundle, flags=re.IGNORECASE)


@functools.cache
def _version() -> str:
    """Return the version of Vega-Lite that Altair writes, or the newest that vl-convert has."""
    import altair as alt
    import vl_convert

    wanted = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    known: list[str] = vl_convert.get_vegalite_versions()
    return wanted if wanted in known else known[-1]


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _cell(text: str) -> str:
    return "".join("\\" + sign if sign in "|*_`[]<>\\" else sign for sign in text)


def lowered(element: ElementTree.Element) -> None:
    """Draw low and high digits as small ones of the same font: ``CO₂e`` reads alike wherever it is shown."""
    size = float((element.get("font-size") or "11px").removesuffix("px"))
    down = 0.0  # how far below its line the last run of the line before stands
    for line in [element, *element]:
        runs = list(_runs(line.text or ""))
        if down and line.get("dy"):
            line.set("dy", f"{float(line.get('dy', 0)) - down:.4g}")
            down = 0.0
        if not any(shift for _, shift in runs):
            continue
        line.text = "" if runs[0][1] else runs.pop(0)[0]
        for at, (text, shift) in enumerate(runs):
            span = ElementTree.Element(f"{{{SVG}}}tspan", {"dy": f"{shift * size - down:.4g}"})
            if shift:
                span.set("font-size", f"{size * 0.7:.4g}px")
            span.text, down = text, shift * size
            line.insert(at, span)


def _runs(text: str) -> Iterator[tuple[str, float]]:
    """Yield the parts of a text that stand on one line, and how far below it, in sizes of the text."""
    for match in re.finditer(f"[{''.join(_LOW)}]+|[{''.join(_HIGH)}]+|[^{''.join(_LOW)}{''.join(_HIGH)}]+", text):
        run = match[0]
        if run[0] in _LOW:
            yield "".join(_LOW[sign] for sign in run), 0.2
        elif run[0] in _HIGH:
            yield "".join(_HIGH[sign] for sign in run), -0.36
        else:
            yield run, 0.0


def _described(png: bytes, texts: dict[str, str]) -> bytes:
    """Return a PNG with texts inside, before its pixels."""
    head = 8 + 25  # signature, and the first chunk
    chunks = b""
    for key, text in texts.items():
        data = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
        chunks += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return png[:head] + chunks + png[head:]
