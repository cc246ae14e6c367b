"""What a reader sees in the reader's language: signs, months, plurals, lists, units; and what happens without one."""

import datetime
import subprocess
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint import language as module
from footprint.errors import UsageError
from footprint.language import LANGUAGES, Language, MissingMessageWarning, language
from footprint.numbers import localised, number, told
from footprint.units import Quantity

EN, FR = language("en"), language("fr")
NARROW, NO_BREAK = "\u202f", "\u00a0"


def test_english_and_french_are_there():
    assert LANGUAGES == ("en", "fr")


def test_a_language_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"'tlh' is none of en, fr; a new one is one file, locales/xx\.po"):
        language("tlh")


def test_a_further_language_is_one_file(tmp_path, monkeypatch):
    """German, with one message and its plural: months, signs and lists come from Babel."""
    text = (
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{low} to {high}"\nmsgstr "{low} bis {high}"\n\n'
        'msgid "{count} row"\nmsgid_plural "{count} rows"\nmsgstr[0] "{count} Zeile"\nmsgstr[1] "{count} Zeilen"\n'
    )
    (tmp_path / "de.po").write_text(text, "utf-8")
    monkeypatch.setattr(module, "_LOCALES", tmp_path)
    german = Language("de")
    assert german("{low} to {high}", low=german.number("1,287.5"), high=2000) == "1.287,5 bis 2.000"
    assert german.plural("{count} row", "{count} rows", 2920) == "2.920 Zeilen"
    assert (german.month("2026-03"), german.listed(["a", "b", "c"])) == ("März 2026", "a, b und c")
    module._read.cache_clear()


def test_a_message_that_is_not_translated_stands_there_in_english_and_warns():
    with pytest.warns(MissingMessageWarning, match=r"no message in locales/fr\.po for: Colourless {what} ideas"):
        assert FR("Colourless {what} ideas", what="green") == "Colourless green ideas"
    with pytest.warns(MissingMessageWarning):
        assert FR.plural("{count} idea", "{count} ideas", 3) == "3 ideas"
    with pytest.warns(MissingMessageWarning, match=r"Idea \(colour\)"):
        assert FR.context("colour", "Idea") == "Idea"


def test_english_needs_no_catalogue_and_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert EN("Colourless green ideas") == "Colourless green ideas"


def test_a_word_is_translated_by_what_it_is_there():
    assert (FR("Carbon"), FR.context("subject of a sentence", "Carbon")) == ("Carbone", "Le carbone")


@pytest.mark.parametrize(
    ("printed", "french"),
    [
        ("1,287.06", f"1{NARROW}287,06"),
        ("0.0310", "0,0310"),
        ("-3.5", "−3,5"),
        ("3.14e23", "3,14 × 10²³"),
        ("2e-7", "2 × 10⁻⁷"),
        ("17,890,499,872", f"17{NARROW}890{NARROW}499{NARROW}872"),
    ],
)
def test_numbers_in_french(printed, french):
    assert FR.number(printed) == french


def test_numbers_in_english_keep_their_signs():
    assert (EN.number("1,287.06"), EN.number("-3.14e23")) == ("1,287.06", "−3.14 × 10²³")


@given(st.floats(min_value=1e-3, max_value=1e8))
def test_a_french_number_reads_back_as_the_english_one(value):
    printed = number(value)
    back = FR.number(printed).replace(NARROW, ",")
    assert back.replace(",", "") == printed.replace(",", "").replace(".", "")


@pytest.mark.parametrize(
    ("share", "digits", "english"),
    [
        (0.0, 2, "0 %"),
        (1.0, 2, "100 %"),
        (0.4867, 2, "49 %"),
        (0.099, 2, "10 %"),
        (0.0053, 2, "0.5 %"),
        (0.0001, 2, "< 0.1 %"),
        (0.9961, 2, "> 99 %"),
        (0.99961, 4, "99.96 %"),
        (0.999999, 4, "> 99.99 %"),
        (0.875, 3, "87.5 %"),
    ],
)
def test_percentages(share, digits, english):
    assert EN.percent(share, digits) == english


def test_percentages_in_french_have_a_narrow_space_and_a_comma():
    assert FR.percent(0.875, 3) == f"87,5{NARROW}%"


@given(st.floats(min_value=0, max_value=1), st.integers(2, 5))
def test_a_percentage_says_none_or_all_only_where_it_is_so(share, digits):
    text = EN.percent(share, digits)
    assert (text == "0 %") == (share == 0)
    assert (text == "100 %") == (share == 1)


def test_months_and_days():
    assert (EN.month("2026-02"), FR.month("2026-02")) == ("Feb 2026", "févr. 2026")
    assert (EN.month("2026-02", long=True), FR.month("2026-08", long=True, year=False)) == ("February 2026", "août")
    assert FR.months("2024-11", "2025-01") == "novembre 2024 à janvier 2025"
    assert FR.months("2025-03", "2025-03") == "mars 2025"
    assert (EN.date(datetime.date(2026, 11, 5)), FR.date(datetime.date(2026, 11, 5))) == (
        "5 November 2026",
        "5 novembre 2026",
    )


def test_a_period_of_whole_months_is_told_in_months_and_another_in_days():
    assert EN.period(datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)) == "January to December 2025"
    assert EN.period(datetime.date(2025, 1, 1), datetime.date(2025, 1, 31)) == "January 2025"
    assert EN.period(datetime.date(2025, 1, 2), datetime.date(2025, 1, 30)) == "2 January 2025 to 30 January 2025"
    assert EN.period(datetime.date(2025, 1, 2), datetime.date(2025, 1, 2)) == "2 January 2025"


def test_lists():
    assert (EN.listed(["a", "b", "c"]), FR.listed(["a", "b", "c"])) == ("a, b and c", "a, b et c")
    assert (EN.listed(["a"]), EN.listed([])) == ("a", "")


def test_plurals_follow_the_language():
    """Zero is singular in French, and plural in English."""
    said = ("{count} other", "{count} others")
    assert [EN.plural(*said, count) for count in (0, 1, 4992)] == ["0 others", "1 other", "4,992 others"]
    assert [FR.plural(*said, count) for count in (0, 1, 4992)] == ["0 autre", "1 autre", f"4{NARROW}992 autres"]


def test_whole_numbers_and_days_among_the_values_of_a_message_are_written_out():
    assert EN("{low} to {high}", low=1000, high=datetime.date(2025, 1, 2)) == "1,000 to 2 January 2025"


def test_a_text_with_braces_is_a_value_like_any_other():
    assert EN("{first} to {last}", first="{last}", last="{0.__class__}") == "{last} to {0.__class__}"


def test_units_have_no_break_inside():
    assert (FR.unit("kgCO2e"), FR.unit("m3"), FR.unit("furlong")) == (f"kg{NO_BREAK}CO₂e", "m³", "furlong")


def test_numbers_of_the_claims_are_written_by_the_same_rules():
    assert localised("1,287.06", "fr") == FR.number("1,287.06")
    assert told(Quantity(1.2e6, "gal"), "fr") == f"1,2{NO_BREAK}million{NO_BREAK}de{NO_BREAK}gal"
    assert told(Quantity(5.6e9, "")) == "5.6 billion"
    assert told(Quantity(2e12, ""), "fr") == f"2{NO_BREAK}billions"


def test_english_is_spoken_without_reading_a_catalogue_or_loading_babel():
    code = (
        "import sys\nfrom footprint.language import LANGUAGES, language\n"
        "print(LANGUAGES, language('en')('{low} to {high}', low=1, high=2), 'babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('en', 'fr') 1 to 2 False"
