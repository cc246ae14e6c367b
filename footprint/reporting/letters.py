"""Letters of strangers' files that would act where they are shown: they are named instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

#: Invisible letters that words of some scripts, and names with emoji, are written with; they turn nothing around.
JOINING = "\u00ad\u200b\u200c\u200d\u200e\u200f"


def visible(text: str) -> str:
    r"""Return ``text`` with the letters named that steer a screen, turn around what follows, or have no shape.

    >>> visible("a\u202ecod.exe"), visible("bell \x07, \ttab"), visible("שלום")
    ('a[U+202E]cod.exe', 'bell [U+0007], \ttab', 'שלום')
    """
    return text if text.isascii() and text.isprintable() else coded(text, _acts)


def coded(text: str, refused: Callable[[str], bool]) -> str:
    """Return ``text`` with each of the ``refused`` letters by its number.

    >>> coded("naïve 日", "日".__contains__)
    'naïve [U+65E5]'
    """
    return "".join(f"[U+{ord(letter):04X}]" if refused(letter) else letter for letter in text)


def _acts(letter: str) -> bool:
    # Cf turns text around, among others; Co, Cn and Cs have no shape that is known.
    return letter not in "\t\n\r" and letter not in JOINING and unicodedata.category(letter) in _ACTING


_ACTING = ("Cc", "Cf", "Cn", "Co", "Cs")


#: Letters of a word beyond which it may be broken, and of a part of it that has no sign.
_LONG, _PART = 18, 24
#: After these signs a long word is broken; a hash is not, which is copied to be compared.
_SIGN = re.compile(r"(?<=[/_:.=-])(?=[^\W_])")
_HASH = re.compile(r"[0-9a-f]{64}")


def breakable(text: str) -> list[str]:
    """Return ``text`` in pieces between which a line may end: addresses and names break at their signs.

    >>> breakable("see https://example.org/a_page, page 3"), breakable("pue_gcp_2025")
    (['see https://', 'example.', 'org/', 'a_', 'page, page 3'], ['pue_gcp_2025'])
    """
    # A number and its percent sign stay together.
    kept = re.sub(r"(?<=\d) %", "\u00a0%", text)
    pieces = [""]
    for run in re.split(rf"(\S{{{_LONG},}})", kept):
        whole = len(run) < _LONG or " " in run or _HASH.fullmatch(run)
        first, *more = [run] if whole else [part for piece in _SIGN.split(run) for part in _parts(piece)]
        pieces[-1:] = [pieces[-1] + first, *more]
    return pieces


def _parts(piece: str) -> list[str]:
    return [piece[start : start + _PART] for start in range(0, len(piece), _PART)]
