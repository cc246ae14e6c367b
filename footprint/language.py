"""What a reader sees, in the reader's language: fixed texts by message catalogues, numbers, dates and lists by Babel.

English texts stand in the code and are the ids of the messages. Each further language is one file, ``locales/xx.po``:
adding the file adds the language, with the signs, months and plurals that Babel knows of it.
"""

from __future__ import annotations

import datetime
import functools
import gettext
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.errors import UsageError, clipped

if TYPE_CHECKING:
    from babel import Locale

_LOCALES = Path(__file__).resolve().parent / "locales"
#: Where nothing is to be translated.
ENGLISH = "en"
#: Languages that a text can be asked for in.
LANGUAGES = (ENGLISH, *sorted(path.stem for path in _LOCALES.glob("*.po")))


class MissingMessageWarning(UserWarning):
    """A text has no translation yet, and stands there in English."""


def marked(message: str) -> str:
    """Return a text as it is, and mark it as one that is translated where it is shown.

    >>> marked("electricity")
    'electricity'
    """
    return message


def marked_in(context: str, message: str) -> tuple[str, str]:
    """Return a text with what it is there, where another language has several words for it; mark it as `marked` does.

    >>> marked_in("subject of a sentence", "Carbon")
    ('subject of a sentence', 'Carbon')
    """
    return context, message


@dataclass(frozen=True, slots=True)
class Language:
    r"""One language: call it with a message and its values, or ask it for a number, a month, a list.

    >>> words = language("fr")
    >>> words("{low} to {high}", low=words.number("1,287.06"), high=words.number("2,000"))
    '1\u202f287,06 à 2\u202f000'
    """

    code: str

    def __call__(self, message: str, /, **values: Any) -> str:
        """Return a message with its values filled in; whole numbers and dates among them are written out."""
        return self._filled(self._catalogue().gettext(message), values)

    def plural(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """Return the message for ``count`` things, which it calls ``{count}``.

        >>> language("en").plural("{count} row", "{count} rows", 2920)
        '2,920 rows'
        """
        text = self._catalogue().ngettext(one, many, count)
        return self._filled(text, {"count": count, **values})

    def context(self, context: str, message: str, /, **values: Any) -> str:
        """Return a message whose translation depends on what it is there, as `marked_in` says."""
        return self._filled(self._catalogue().pgettext(context, message), values)

    def number(self, text: str) -> str:
        r"""Return a number as `footprint.numbers` prints it, with the signs of the language.

        >>> language("fr").number("1,287.06"), language("fr").number("3.14e23")
        ('1\u202f287,06', '3,14 × 10²³')
        """
        mantissa, e, exponent = text.partition("e")
        if self.code != ENGLISH:
            symbols = self.locale.number_symbols["latn"]
            signs = {",": symbols["group"], ".": symbols["decimal"]}
            mantissa = "".join(signs.get(sign, sign) for sign in mantissa)
        raised = exponent.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa.replace('-', '−')} × 10{raised}" if e else mantissa.replace("-", "−")

    def count(self, value: float) -> str:
        r"""Return a whole number, thousands separated.

        >>> language("fr").count(17_890_499)
        '17\u202f890\u202f499'
        """
        return self.number(f"{value:,.0f}")

    def percent(self, share: float, digits: int = 2) -> str:
        r"""Return a share as a percentage that says 0 or 100 only for none or all.

        >>> language("en").percent(0.4867), language("fr").percent(0.99961, 3), language("en").percent(1)
        ('49 %', '>\u202f99,9\u202f%', '100 %')
        """
        joint = " " if self.code == ENGLISH else "\u202f"
        value = share * 100
        places = max(digits - 2, 0) + (value < 1)
        least = 10.0**-places
        if 0 < value < least / 2:
            return f"<{joint}{self.number(f'{least:g}')}{joint}%"
        text = f"{value:.{places}f}"
        if value < 100 and float(text) >= 100:
            return f">{joint}{self.number(f'{100 - 10.0**-places:g}')}{joint}%"
        if "." in text and float(text) == round(float(text)):
            text = f"{float(text):.0f}"
        return f"{self.number(text)}{joint}%"

    def months(self, first: str, last: str) -> str:
        """Return a span of months, each given as ``2025-01``.

        >>> language("en").months("2025-01", "2025-12"), language("fr").months("2025-01", "2025-12")
        ('January to December 2025', 'janvier à décembre 2025')
        """
        if first == last:
            return self.month(first, long=True)
        begin = self.month(first, long=True)
        if first[:4] == last[:4]:
            begin = self.month(first, long=True, year=False)
        return self("{first} to {last}", first=begin, last=self.month(last, long=True))

    def month(self, month: str, long: bool = False, year: bool = True) -> str:
        """Return a month that is given as ``2026-02``.

        >>> language("fr").month("2026-02"), language("fr").month("2026-02", year=False)
        ('févr. 2026', 'févr.')
        """
        from babel.dates import format_date, format_skeleton

        if year:
            return format_skeleton("yMMMM" if long else "yMMM", _day(month), locale=self.locale)
        return format_date(_day(month), "LLLL" if long else "LLL", locale=self.locale)

    def date(self, day: datetime.date) -> str:
        """Return a day in words.

        >>> language("en").date(datetime.date(2026, 2, 1)), language("fr").date(datetime.date(2026, 2, 1))
        ('1 February 2026', '1 février 2026')
        """
        from babel.dates import format_date

        return format_date(day, "d MMMM y", locale=self.locale)

    def period(self, first: datetime.date, last: datetime.date) -> str:
        """Return a span of days, in months where it is made of whole ones.

        >>> language("fr").period(datetime.date(2025, 1, 1), datetime.date(2025, 12, 31))
        'janvier à décembre 2025'
        """
        if first == last:
            return self.date(first)
        if first.day == 1 and (last + datetime.timedelta(days=1)).day == 1:
            return self.months(f"{first:%Y-%m}", f"{last:%Y-%m}")
        return self("{first} to {last}", first=self.date(first), last=self.date(last))

    def listed(self, items: Iterable[str]) -> str:
        """Return several things as one text.

        >>> language("en").listed(["use", "hardware"]), language("fr").listed(["a", "b", "c"])
        ('use and hardware', 'a, b et c')
        """
        from babel.lists import format_list

        # British: without a comma before the last, as the rest of this project writes.
        locale = "en_GB" if self.code == ENGLISH else self.locale
        return format_list(list(items), locale=locale)

    def magnitude(self, value: float) -> tuple[float, str]:
        """Return a size of a million and more that ``value`` is counted in, and its name; 1 and blank below.

        >>> language("fr").magnitude(5.6e9), language("fr").magnitude(1.2e6), language("en").magnitude(48)
        ((1000000000.0, 'milliards'), (1000000.0, 'million'), (1.0, ''))
        """
        size = next((size for size in (1e12, 1e9, 1e6) if abs(value) >= size * 0.9995), 1.0)
        if size == 1.0:
            return size, ""
        of_count = self.locale.compact_decimal_formats["long"]
        pattern = of_count[self.locale.plural_form(round(value / size, 2))][str(int(size))]
        return size, pattern.pattern.replace("0", "").strip("\u00a0 ")

    def unit(self, unit: str) -> str:
        r"""Return a unit as people read it; no line breaks inside it.

        >>> language("en").unit("kgCO2e"), language("en").unit("m3"), language("en").unit("kWh_IT")
        ('kg\xa0CO₂e', 'm³', 'kWh\xa0IT')
        """
        return self(_UNITS[unit]).replace(" ", "\u00a0") if unit in _UNITS else unit

    @property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return _locale(self.code)

    def _catalogue(self) -> gettext.NullTranslations:
        return _read(self.code)

    def _filled(self, text: str, values: dict[str, Any]) -> str:
        return text.format(**{name: self._written(value) for name, value in values.items()}) if values else text

    def _written(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.count(value)
        return self.date(value) if isinstance(value, datetime.date) else value


#: How units are written, all translated: another language may write them otherwise.
_UNITS = {
    "Wh": marked("Wh"),
    "kWh": marked("kWh"),
    "MWh": marked("MWh"),
    "GWh": marked("GWh"),
    "TWh": marked("TWh"),
    "Wh_IT": marked("Wh IT"),
    "kWh_IT": marked("kWh IT"),
    "MWh_IT": marked("MWh IT"),
    "GWh_IT": marked("GWh IT"),
    "TWh_IT": marked("TWh IT"),
    "gCO2e": marked("g CO₂e"),
    "kgCO2e": marked("kg CO₂e"),
    "tCO2e": marked("t CO₂e"),
    "ktCO2e": marked("kt CO₂e"),
    "MtCO2e": marked("Mt CO₂e"),
    "gCO2e/kWh": marked("g CO₂e/kWh"),
    "mL": marked("mL"),
    "L": marked("L"),
    "m3": marked("m³"),
    "m³": marked("m³"),
    "ML": marked("ML"),
    "GL": marked("GL"),
    "mL_world_eq": marked("mL world eq."),
    "L_world_eq": marked("L world eq."),
    "m3_world_eq": marked("m³ world eq."),
}


def language(code: str) -> Language:
    """Return the language of this code.

    Raises
    ------
    footprint.errors.UsageError : there is no catalogue of it

    Examples
    --------
    >>> language("fr").code
    'fr'
    """
    if code not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UsageError(f"language: '{clipped(code)}' is none of {known}; a new one is one file, locales/xx.po.")
    return Language(code)


@functools.cache
def _locale(code: str) -> Locale:
    from babel import Locale

    return Locale.parse(code)


class _Untranslated(gettext.NullTranslations):
    """What stands in for a message that a catalogue lacks: the English one, and a warning."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def gettext(self, message: str) -> str:
        self._warn(message)
        return message

    def pgettext(self, context: str, message: str) -> str:
        self._warn(f"{message} ({context})")
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._warn(msgid1)
        return msgid1 if n == 1 else msgid2

    def _warn(self, message: str) -> None:
        text = f"no message in locales/{self.code}.po for: {clipped(message)}"
        warnings.warn(text, MissingMessageWarning, stacklevel=5)


@functools.cache
def _read(code: str) -> gettext.NullTranslations:
    """Read the catalogue of a language, once."""
    if code == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (_LOCALES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    translations.add_fallback(_Untranslated(code))
    return translations


def _day(month: str) -> datetime.date:
    year, _, number = month.partition("-")
    return datetime.date(int(year), int(number), 1)
