"""How wide a text is, so that a chart leaves room for it, breaks it, or cuts it before it is drawn.

The widths are those of Helvetica, which Arial and Liberation Sans share; a letter that they lack is taken as wide. So
a chart has the same layout on any machine, whatever fonts are installed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: Width in thousandths of the size, and the letters that have it.
_REGULAR = {
    191: "'",
    200: "\u202f\u2009",
    222: "ijlł‘’",
    260: "|¦",
    278: " \u00a0!,./:;I[\\]ftı",
    333: "()-`r¡¨²³´·¸¹“”⁰⁴⁵⁶⁷⁸⁹⁻",
    334: "{}",
    355: '"',
    368: "ªº",
    389: "*₂",
    400: "°",
    469: "^",
    500: "Jcksvxyz",
    537: "¶",
    549: "±÷≈≤≥",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»ðþđ–€",
    584: "+<=>~¬×−",
    611: "FTZ¿ßøŦ",
    667: "&ABEKPSVXYÞ",
    722: "CDHNRUwÐĐ",
    737: "©®",
    778: "GOQØ",
    833: "Mm",
    889: "%æ",
    944: "Wœ",
    1000: "ÆŒ—…→←‰",
    1015: "@",
}
_BOLD = {
    200: "\u202f\u2009",
    238: "'",
    278: " \u00a0,./I\\ijlıł‘’",
    280: "|¦",
    333: "!()-:;[]`ft¡¨²³´·¸¹⁰⁴⁵⁶⁷⁸⁹⁻",
    368: "ªº",
    389: "*r{}₂",
    400: "°",
    474: '"',
    500: "z“”",
    549: "±÷≈≤≥",
    556: "#$0123456789J_aceksvxy¢£¤¥§«¶»–€",
    584: "+<=>^~¬×−",
    611: "?FLTZbdghnopqu¿ßðøþđ",
    667: "EPSVXYÞ",
    722: "&ABCDHKNRUÐĐ",
    737: "©®",
    778: "GOQwØ",
    833: "M",
    889: "%mæ",
    944: "Wœ",
    975: "@",
    1000: "ÆŒ—…→←‰",
}
_WIDTHS = [
    {letter: width / 1000 for width, letters in table.items() for letter in letters} for table in (_REGULAR, _BOLD)
]
#: Of letters that neither table has: those of another script may be as wide as they are high.
_OTHER, _WIDE = 0.75, 1.05


def width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide ``text`` is in pixels.

    >>> round(width("Marketing", 12), 1)
    52.7
    """
    table = _WIDTHS[bold]
    return sum(table[letter] if letter in table else _foreign(letter, table) for letter in text) * size


def _foreign(letter: str, table: dict[str, float]) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    plain = unicodedata.normalize("NFD", letter)[0]
    return table.get(plain, _OTHER)


def widest(texts: Iterable[str], size: float, bold: bool = False) -> float:
    """Return how wide the widest of several texts is; 0 where there are none."""
    return max((width(text, size, bold) for text in texts), default=0.0)


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return as much of ``text`` as has room, with an ellipsis where it was cut.

    >>> fitted("A department with a long name", 90, 12)
    'A department…'
    """
    if width(text, size, bold) <= room:
        return text
    left = room - width("…", size, bold)
    end = 0
    while end < len(text) and (left := left - width(text[end], size, bold)) >= 0:
        end += 1
    return text[:end].rstrip() + "…"


def lines(text: str, room: float, size: float, bold: bool = False, most: int = 12) -> list[str]:
    """Return ``text`` in lines that have room; a word that is too long is cut, and so is what exceeds ``most`` lines.

    No line begins with a percent sign.

    >>> lines("Two teams make two thirds of the carbon", 130, 12)
    ['Two teams make two', 'thirds of the carbon']
    """
    found: list[str] = []
    line = ""
    for word in text.replace(" %", "\u00a0%").split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, bold) > room:
            found.append(line)
            line = word
        else:
            line = longer
    found.append(line)
    if len(found) > most:
        found = [*found[: most - 1], " ".join(found[most - 1 :])]
    return [fitted(line, room, size, bold) for line in found]
