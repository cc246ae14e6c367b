"""The house theme: one colour a quantity, quiet rules, no axis lines; for light and dark pages, and for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footprint.errors import UsageError, did_you_mean

#: Faces of one width: what is measured here holds for each of them.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

#: Sizes of text, in pixels.
TITLE, SUBTITLE, LABEL, TICK, NOTE = 15.0, 12.0, 12.0, 11.0, 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours of a page; each text reads at 4.5 to 1 on its paper, and each mark stands out at 3 to 1."""

    name: str
    paper: str
    ink: str
    #: text beside the point: subtitles, ticks, sources
    grey: str
    #: pale rules behind the marks
    rule: str
    energy: str
    water: str
    carbon: str
    #: what needs attention, and nothing else
    alert: str

    def of(self, quantity: str) -> str:
        """Return the colour of ``energy``, ``water`` or ``carbon``; grey for all else."""
        return {"energy": self.energy, "water": self.water, "carbon": self.carbon}.get(quantity, self.grey)

    def pale(self, colour: str, strength: float = 0.38) -> str:
        """Return a tint of a colour; a mark of it has an outline of the full colour."""
        return mixed(colour, self.paper, strength)

    def band(self, colour: str) -> str:
        """Return the tint in which a range is drawn behind its line."""
        return mixed(colour, self.paper, 0.2)

    def config(self) -> dict[str, Any]:
        """Return the theme as Vega-Lite takes it."""
        axis = {
            "domain": False,
            "ticks": False,
            "grid": False,
            "labelColor": self.grey,
            "labelFont": FONT,
            "labelFontSize": TICK,
            "labelPadding": 6,
            "title": None,
        }
        return {
            "font": FONT,
            "background": self.paper,
            "view": {"stroke": None, "fill": None},
            "axis": axis,
            "text": {"font": FONT, "fontSize": LABEL, "color": self.ink},
        }


TITLE_LINE, SUBTITLE_LINE, NOTE_LINE = 19, 16, 14

THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            name="light",
            paper="#ffffff",
            ink="#1d2730",
            grey="#66717c",
            rule="#e4e7ea",
            energy="#b8860b",
            water="#2a78b5",
            carbon="#4a5a52",
            alert="#c2452d",
        ),
        Theme(
            name="dark",
            paper="#14191e",
            ink="#e9edf0",
            grey="#9ba6b0",
            rule="#2c343c",
            energy="#dba832",
            water="#5ba8e2",
            carbon="#a9bdb2",
            alert="#f08468",
        ),
        # Ink costs nothing here but grey does: darker, so that a printer without colour still shows every mark.
        Theme(
            name="print",
            paper="#ffffff",
            ink="#000000",
            grey="#4d4d4d",
            rule="#cfcfcf",
            energy="#946b08",
            water="#1b6098",
            carbon="#36433d",
            alert="#8c1a10",
        ),
    )
}


def theme(name: str) -> Theme:
    """Return the theme of this name.

    Raises
    ------
    footprint.errors.UsageError : there is none
    """
    if name not in THEMES:
        raise UsageError(f"theme: '{name}' is none of {', '.join(THEMES)}{did_you_mean(name, THEMES)}")
    return THEMES[name]


#: How strong tints are drawn, besides the full colours.
TINTS = (0.06, 0.1, 0.16, 0.2, 0.3, 0.38, 0.45, 0.54, 0.62, 0.78, 0.8)


def counterparts(one: Theme, other: Theme) -> dict[str, str]:
    """Return, for each colour that a picture of a theme may have, the one that stands for it in another theme.

    So a picture is drawn once, and a page exchanges its colours.

    >>> found = counterparts(theme("light"), theme("dark"))
    >>> found["#ffffff"], found["#4a5a52"], found[theme("light").band("#4a5a52")] == theme("dark").band("#a9bdb2")
    ('#14191e', '#a9bdb2', True)
    """
    names = ("paper", "ink", "grey", "rule", "energy", "water", "carbon", "alert")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    found = dict(pairs)
    for here, there in pairs[1:]:
        for strength in TINTS:
            found.setdefault(one.pale(here, strength), other.pale(there, strength))
    return found


def mixed(colour: str, paper: str, strength: float) -> str:
    """Return ``colour`` laid over ``paper``: solid, so that nothing behind shows through on any printer.

    >>> mixed("#000000", "#ffffff", 0.2)
    '#cccccc'
    """
    parts = zip(_channels(colour), _channels(paper), strict=True)
    return "#" + "".join(f"{round(over * strength + under * (1 - strength)):02x}" for over, under in parts)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, between 1 and 21.

    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
