"""Sheets of a workbook, as far as a report needs them: text that stays text, formulas with values, house style."""

from __future__ import annotations

import datetime
import functools
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.language import Language
from footprint.reporting.letters import visible
from footprint.results import rounded

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

INK, GREY, RULE, GROUND = "#1D2730", "#5A6570", "#DFE3E6", "#F3F4F5"
#: Figures that a reader may change, as modellers mark them.
OPEN: dict[str, Any] = {"font_color": "#1F5F93", "bg_color": "#EDF3F8"}
_A3, _A4 = 8, 9
#: Letters that a cell can hold, counted as spreadsheets count them.
CELL = 32_767
_CUT = " … [cut here: a cell holds no more]"
#: What a spreadsheet takes for the address of a cell, and not for a name.
_ADDRESS = re.compile(r"[a-z]{1,3}\d+|r\d*(c\d*)?|c\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: what it holds, in which unit, how wide it is, and what it belongs to."""

    text: str
    width: float = 12
    unit: str = ""
    numeric: bool = True
    band: str = ""


class Book:
    """A workbook that is made in memory: the same bytes for the same contents and time."""

    def __init__(self, made: datetime.datetime, foot: str, properties: dict[str, str]) -> None:
        import xlsxwriter

        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._bytes,
            {
                "in_memory": True,
                # Nothing is guessed from a text: what begins with = or http is shown as it is.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": "Arial", "font_size": 10, "font_color": INK},
            },
        )
        day = made.astimezone(datetime.UTC).replace(tzinfo=None)
        given = {name: cell_text(text)[:255] for name, text in properties.items() if text}
        self._book.set_properties({**given, "created": day})
        self._foot = foot.replace("&", "&&")
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def format(self, **properties: Any) -> Format:
        """Return the format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(properties))
        return self._formats[key]

    def sheet(self, name: str, *, ruled: bool = False, wrapped: bool = False) -> Sheet:
        """Return a new sheet; ``ruled`` shows the grid, which large tables are read by; ``wrapped`` is one of texts."""
        sheet = self._book.add_worksheet(name, worksheet_class=_plain_worksheet())
        sheet.set_landscape()
        sheet.set_paper(_A3 if ruled else _A4)
        if ruled:
            sheet.set_print_scale(60)
            sheet.print_across()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&8{self._foot}&R&8&P / &N")
        if not ruled:
            sheet.hide_gridlines(2)
        return Sheet(self, sheet, name, "top" if wrapped else "vcenter")

    def name(self, wanted: str, address: str) -> str:
        """Give a cell a name like ``wanted`` that a formula can hold and no other cell has, and return it."""
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", wanted)[:200]
        if not re.match(r"[A-Za-z_]", plain) or _ADDRESS.fullmatch(plain):
            plain = f"_{plain}"
        name, number = plain, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain}_{number}"
        self._names.add(name.casefold())
        self._book.define_name(name, f"={address}")
        return name

    def whole(self) -> bytes:
        """Return the bytes of the file."""
        self._book.close()
        return self._bytes.getvalue()


@functools.cache
def _plain_worksheet() -> type[Worksheet]:
    """Return sheets that take formulas as they are: looking for new functions in each takes half of all the time."""
    from xlsxwriter.worksheet import Worksheet

    class Plain(Worksheet):
        """A sheet whose formulas hold no function younger than the format."""

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return Plain


class Sheet:
    """A sheet, its rows and columns counted from zero."""

    def __init__(self, book: Book, sheet: Worksheet, name: str, valign: str) -> None:
        from xlsxwriter.utility import quote_sheetname

        self.book = book
        self.sheet = sheet
        self.quoted: str = quote_sheetname(name)
        self._valign = valign
        self._widths: dict[int, float] = {}
        #: columns of texts to the right of numbers, which need some room
        self._apart: set[int] = set()
        self._heights: dict[int, int] = {}

    def text(self, row: int, column: int, text: object, wrapped: bool = False, **look: Any) -> None:
        """Write a text, whatever it looks like; nothing where it is blank."""
        shown = cell_text("" if text is None else str(text))
        if not shown:
            return
        if wrapped:
            look["text_wrap"] = True
            lines = sum(_lines(part, self._widths.get(column, 9) * 1.05) for part in shown.split("\n"))
            if lines > self._heights.get(row, 1):
                # Not every reader makes room by itself; a row can be 409 points high.
                self._heights[row] = lines
                self.sheet.set_row(row, min(13.0 * lines + 2, 409))
        if column in self._apart and look.get("align") != "right":
            look |= {"align": "left", "indent": 1}
        self.sheet.write_string(row, column, shown, self.book.format(valign=self._valign, **look))

    def number(self, row: int, column: int, value: float | None, form: str = "General", **look: Any) -> None:
        """Write a number; nothing where it is not known."""
        if value is not None and math.isfinite(value):
            self.sheet.write_number(row, column, value, self.book.format(valign=self._valign, num_format=form, **look))

    def blank(self, row: int, column: int, **look: Any) -> None:
        """Give an empty cell its looks."""
        self.sheet.write_blank(row, column, None, self.book.format(valign=self._valign, **look))

    def formula(self, row: int, column: int, formula: str, value: float, form: str = "General", **look: Any) -> None:
        """Write a formula with the value that was computed, for readers that do not recalculate."""
        self.sheet.write_formula(
            row, column, formula, self.book.format(valign=self._valign, num_format=form, **look), rounded(value)
        )

    def day(self, row: int, column: int, day: datetime.date) -> None:
        """Write a day."""
        form = self.book.format(valign=self._valign, num_format="yyyy-mm-dd", align="left")
        self.sheet.write_datetime(row, column, datetime.datetime.combine(day, datetime.time()), form)

    def at(self, row: int, column: int) -> str:
        """Return the address of a cell, as seen from any sheet."""
        return f"{self.quoted}!${letters(column)}${row + 1}"

    def down(self, column: int, first: int, last: int) -> str:
        """Return the address of a part of a column, as seen from any sheet."""
        letter = letters(column)
        return f"{self.quoted}!${letter}${first + 1}:${letter}${last + 1}"

    def title(self, text: str, notes: Sequence[str] = ()) -> int:
        """Write what the sheet is, with notes below it, and return the first row after them."""
        self.text(0, 0, text, bold=True, font_size=14)
        self.sheet.set_row(0, 24)
        for row, note in enumerate(notes, 1):
            self.text(row, 0, note, font_color=GREY)
        return len(notes) + 2

    def heads(self, row: int, heads: Sequence[Head], frozen: int = 0, filtered: int = 0) -> int:
        """Write the heads of a table and return the first row below; ``frozen`` columns stay in sight.

        ``filtered`` is how many rows there are to choose from.
        """
        bands = any(head.band for head in heads)
        units = any(head.unit for head in heads)
        last = row + bands + units
        band = ""
        for column, head in enumerate(heads):
            align: dict[str, Any] = {"align": "right" if head.numeric else "left"}
            self._widths[column] = head.width
            self.sheet.set_column(column, column, head.width)
            if not head.numeric and column and heads[column - 1].numeric:
                self._apart.add(column)
                align |= {"indent": 1}
            if bands:
                new = head.band if head.band != band else ""
                look = {"bg_color": GROUND, "font_color": GREY, "font_size": 9}
                self.sheet.write_string(row, column, new, self.book.format(**look))
                band = head.band
            look = {"bold": True, "text_wrap": True, "valign": "bottom", **align}
            under = {"bottom": 1, "bottom_color": INK}
            self.sheet.write_string(
                row + bands, column, cell_text(head.text), self.book.format(**look, **({} if units else under))
            )
            if units:
                look = {"font_color": GREY, "font_size": 9, **align, **under}
                self.sheet.write_string(last, column, head.unit, self.book.format(**look))
        self.sheet.set_row(row + bands, 15.0 * max(_lines(head.text, head.width * 1.15) for head in heads))
        self.sheet.freeze_panes(last + 1, frozen)
        self.sheet.repeat_rows(row, last)
        if frozen:
            self.sheet.repeat_columns(0, frozen - 1)
        if filtered:
            self.sheet.autofilter(last, 0, last + filtered, len(heads) - 1)
        return last + 1

    def subheads(self, row: int, texts: Sequence[str]) -> int:
        """Write the heads of a further table below the first, and return the row after them."""
        for column, text in enumerate(texts):
            self.text(row, column, text, bold=True, bottom=1, bottom_color=INK)
        return row + 1

    def section(self, row: int, text: str, last: int) -> None:
        """Write the title of a part, ruled up to the column ``last``."""
        for column in range(last + 1):
            self.blank(row, column, bottom=1, bottom_color=INK)
        self.text(row, 0, text, bold=True, bottom=1, bottom_color=INK)

    def fitted(self) -> None:
        """Print it one page wide."""
        self.sheet.fit_to_pages(1, 0)

    def unchecked(self, last: int, columns: int) -> None:
        """Keep the marks away that a spreadsheet puts where neighbours are not of one kind: here they need not be."""
        whole = f"A1:{letters(columns)}{last + 1}"
        self.sheet.ignore_errors({"formula_differs": whole, "number_stored_as_text": whole, "formula_range": whole})


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes, broken between its words, in a column of a width."""
    lines, room = 1, 0.0
    for word in text.split():
        if room and room + 1 + len(word) > width:
            lines, room = lines + 1, 0.0
        room += len(word) + (1 if room else 0)
        if room > width:  # a word that is too long by itself
            lines, room = lines + int(room // width), room % width
    return lines


def letters(column: int) -> str:
    """Return a column as a spreadsheet calls it.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_text(text: str) -> str:
    r"""Return a text as a cell can hold it: nothing in it acts, and a longer one is cut where it can be seen.

    >>> cell_text("a\r\nb \x01 =1+1"), len(cell_text("x" * 40_000))
    ('a\nb [U+0001] =1+1', 32767)
    """
    shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    coded = shown.encode("utf-16-le")
    if len(coded) <= 2 * CELL:
        return shown
    # A letter outside the first plane counts twice, and is not cut in two.
    return coded[: 2 * (CELL - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def unit(words: Language, text: str) -> str:
    """Return a unit as a head has it.

    >>> from footprint.language import language
    >>> unit(language("en"), "kWh"), unit(language("en"), "J_acc/token"), unit(language("en"), "FLOP*request/token**2")
    ('kWh', 'J acc/token', 'FLOP·request/token^2')
    """
    return words.unit(text).replace("_", " ").replace("**", "^").replace("*", "·")


def number_format(values: Iterable[float | None]) -> str:
    """Return a format that shows four figures of the median of ``values``.

    >>> number_format([1287.06]), number_format([0.0123, None]), number_format([3e-9])
    ('#,##0', '#,##0.00000', '0.000E+00')
    """
    sizes = sorted(abs(value) for value in values if value and math.isfinite(value))
    if not sizes:
        return "General"
    middle = sizes[len(sizes) // 2]
    if not 1e-4 <= middle < 1e12:
        return "0.000E+00"
    return places(3 - math.floor(math.log10(middle)))


def places(count: int) -> str:
    """Return the format of a number with so many decimal places.

    >>> places(-2), places(0), places(2)
    ('#,##0', '#,##0', '#,##0.00')
    """
    return "#,##0" + ("." + "0" * count if count > 0 else "")
