"""The language of an embed: ``key: value`` entries, checked key by key."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from footprint.charts import CHARTS, MEASURES
from footprint.charts.theme import THEMES
from footprint.errors import DataError, FootprintError, clipped, did_you_mean
from footprint.language import LANGUAGES
from footprint.results import RESULTS
from footprint.scopes import ROLES

#: What an embed may show; the key is the one word that each needs.
KINDS = ("chart", "table", "badge", "number")
#: A picture that follows the page that it stands on.
AUTO = "auto"
#: The table of all results, beside those of charts.
ALL_RESULTS = "results"
SHOWN = ("value", "range", "both")
#: How long an embed may be, and one of its texts.
LONGEST, LONGEST_TEXT = 20_000, 2_000
NARROWEST, WIDEST = 280, 2400


class SpecError(DataError):
    """An embed says what cannot be; ``line`` is the one of its text that is at fault, from 1 on."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """An embed as it was asked for.

    >>> spec = read_spec("chart: month; of: usage.csv; set: region=US")
    >>> spec.kind, spec.name, spec.of, spec.set
    ('chart', 'month', ('usage.csv',), ('region=US',))
    """

    kind: str
    name: str
    of: tuple[str, ...]
    set: tuple[str, ...] = ()
    map: tuple[str, ...] = ()
    role: str | None = None
    grid_boundary: str | None = None
    factors: str | None = None
    unverified: bool = False
    measure: str = "carbon"
    by: str | None = None
    show: str = "value"
    unit: str | None = None
    label: str | None = None
    lang: str | None = None
    theme: str = AUTO
    width: int = 720
    alt: str | None = None
    file: str | None = None
    numbers: bool = True
    edition: str | None = None
    date: datetime.date | None = None
    #: in which line of the text each key stands
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def line_of(self, *keys: str) -> int:
        """Return the line of the first of some keys that was given; else the line that says what is shown."""
        return next((self.lines[key] for key in (*keys, self.kind) if key in self.lines), 1)

    def __str__(self) -> str:
        """Return what is shown, in two words."""
        return f"{self.kind} {self.name}"


def read_spec(text: str, more: Mapping[str, str] | None = None) -> Spec:
    """Return what a text asks for; ``more`` are entries from elsewhere, such as the head of a fence.

    Raises
    ------
    SpecError : an entry that is none, an unknown or repeated key, or a value that cannot be, each with its line

    Examples
    --------
    >>> read_spec("number: carbon; of: training gpt-3; lang: fr").lang
    'fr'
    """
    if len(text) > LONGEST:
        raise SpecError(f"an embed of {len(text):,} letters: at most {LONGEST:,} are read.")
    given: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value, line in [*((k, v, 1) for k, v in (more or {}).items()), *_entries(text)]:
        if key not in _READ:
            raise SpecError(f"unknown key '{clipped(key)}'{_meant(key)}", line)
        if key in lines:
            raise SpecError(f"{key}: given twice, in lines {lines[key]} and {line}; keep one.", line)
        lines[key] = line
        try:
            given[key] = _READ[key](value)
        except FootprintError as error:
            raise SpecError(f"{key}: {error}", line) from None
    kinds = [kind for kind in KINDS if kind in given]
    if not kinds:
        raise SpecError(f"nothing says what is shown: begin with {_examples()}.")
    if len(kinds) > 1:
        raise SpecError(f"{kinds[0]} and {kinds[1]} in one embed: make two of them.", lines[kinds[1]])
    kind = kinds[0]
    if "of" not in given:
        raise SpecError(
            f"{kind}: of what? Add a file (of: usage.csv) or an activity (of: training gpt-3).", lines[kind]
        )
    for key in lines:
        if key in _ONLY and kind not in _ONLY[key]:
            raise SpecError(f"{key}: is for {' and '.join(_ONLY[key])}, not for a {kind}.", lines[key])
    return Spec(kind=kind, name=given.pop(kind), lines=lines, **given)


def split(text: str) -> list[str]:
    r"""Split a text at its spaces, but for those between double quotes; a doubled quote stands for one.

    >>> split('datacenter energy="1.2 GWh" region=DE'), split('"a b.csv" c.csv')
    (['datacenter', 'energy=1.2 GWh', 'region=DE'], ['a b.csv', 'c.csv'])
    """
    found = re.findall(r'(?:[^\s"]|"(?:[^"]|"")*")+', text)
    return [re.sub(r'"((?:[^"]|"")*)"', lambda quoted: quoted[1].replace('""', '"'), word) for word in found]


#: An entry ends at a semicolon or at the end of a line; quotes keep both.
_ENTRY = re.compile(r'(?:[^;\n"]|"(?:[^"\n]|"")*")*')


def _entries(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        at = 0
        while at <= len(line):
            entry = _ENTRY.match(line, at)
            whole = entry[0] if entry else ""
            at += len(whole)
            if at < len(line) and line[at] == '"':
                raise SpecError(f"a quote is opened and not closed: {clipped(line[at:], 40)}", number)
            at += 1
            if whole.strip():
                key, colon, value = (part.strip() for part in whole.partition(":"))
                if not colon or not re.fullmatch(r"[\w-]+", key):
                    raise SpecError(
                        f"'{clipped(whole.strip(), 40)}' is no entry; write key: value, such as chart: month.", number
                    )
                yield key.replace("-", "_"), value, number


def _meant(key: str) -> str:
    near = did_you_mean(key, _READ)
    return f"{near} The keys are: {', '.join(_READ)}." if near == "." else near


def _examples() -> str:
    return "chart: month, table: results, badge: carbon or number: carbon"


def _text(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('""', '"')
    if not value.strip():
        raise DataError("a text is needed; leave the key out for none.")
    if len(value) > LONGEST_TEXT:
        raise DataError(f"{len(value):,} letters; at most {LONGEST_TEXT:,} are read.")
    return value


def _words(value: str) -> tuple[str, ...]:
    found = tuple(split(value.replace("\n", " ")))
    if not found:
        raise DataError("something is needed here; leave the key out for nothing.")
    return found


def _pairs(value: str) -> tuple[str, ...]:
    return tuple(word.rstrip(",") for word in _words(value))


def _one_of(*known: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        value = _text(value)
        if value not in known:
            raise DataError(f"'{clipped(value)}' is none of {', '.join(known)}{did_you_mean(value, known)}")
        return value

    return read


def _flag(value: str) -> bool:
    if value.lower() not in ("yes", "no"):
        raise DataError(f"'{clipped(value)}' is neither yes nor no.")
    return value.lower() == "yes"


def _width(value: str) -> int:
    if not (value.isascii() and value.isdigit() and NARROWEST <= int(value[:9]) <= WIDEST):
        raise DataError(f"'{clipped(value)}' is no whole number of pixels between {NARROWEST} and {WIDEST}.")
    return int(value)


def _day(value: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(_text(value))
    except ValueError:
        raise DataError(f"'{clipped(value)}' is no date; write year-month-day, such as 2026-01-31.") from None


def _picture(value: str) -> str:
    value = _text(value)
    if not value.lower().endswith(".svg"):
        raise DataError(f"'{clipped(value)}': a picture is written as .svg.")
    return value


#: Every key, in the order in which they are listed, and how its value is read.
_READ: dict[str, Callable[[str], Any]] = {
    "chart": _one_of(*CHARTS),
    "table": _one_of(ALL_RESULTS, *CHARTS),
    "badge": _one_of(*MEASURES),
    "number": _one_of(*MEASURES, *RESULTS),
    "of": _words,
    "set": _pairs,
    "map": _pairs,
    "role": _one_of(*ROLES),
    "grid_boundary": _one_of("lifecycle", "direct"),
    "factors": _text,
    "unverified": _flag,
    "measure": _one_of(*MEASURES),
    "by": _text,
    "show": _one_of(*SHOWN),
    "unit": _text,
    "label": _text,
    "lang": _one_of(*LANGUAGES),
    "theme": _one_of(AUTO, *THEMES),
    "width": _width,
    "alt": _text,
    "file": _picture,
    "numbers": _flag,
    "edition": _text,
    "date": _day,
}
#: Keys that go with some kinds alone.
_ONLY: dict[str, tuple[str, ...]] = {
    "measure": ("chart", "table"),
    "by": ("chart", "table"),
    "show": ("number",),
    "unit": ("number",),
    "label": ("badge",),
    "theme": ("chart",),
    "width": ("chart",),
    "alt": ("chart", "badge"),
    "file": ("chart", "badge"),
    "numbers": ("chart",),
}
#: All keys.
KEYS = tuple(_READ)
