"""What people type: one number and one unit, in English or French notation, and nothing else."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings
from pytest import approx

from footprint import Quantity, UnitError
from footprint.activities import amount
from footprint.errors import FootprintError, QuantityError, RangeError, UsageError
from footprint.quantities import parse_as, parse_quantity, parse_unit

law = settings(max_examples=100, deadline=None, derandomize=True, database=None)

NO_BREAK, THIN, NARROW = "\u00a0", "\u2009", "\u202f"


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1287 MWh", 1287, "MWh"),
        ("1287.5 MWh", 1287.5, "MWh"),
        ("1,287.5 MWh", 1287.5, "MWh"),
        ("1,287,000 kWh", 1_287_000, "kWh"),
        ("1,287,000.25 kWh", 1_287_000.25, "kWh"),
        ("1.287 MWh", 1.287, "MWh"),
        ("5. kWh", 5, "kWh"),
        (".5 kWh", 0.5, "kWh"),
        ("3.14e23 FLOP", 3.14e23, "FLOP"),
        ("1E3 kWh", 1000, "kWh"),
        ("5kWh", 5, "kWh"),
        ("+5 kWh", 5, "kWh"),
        ("  5 kWh\n", 5, "kWh"),
    ],
)
def test_english_notation_is_read(text, number, unit):
    assert parse_quantity(text) == Quantity(float(number), unit)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1,5 kWh", 1.5, "kWh"),
        ("0,287 kWh", 0.287, "kWh"),
        ("1287,5 MWh", 1287.5, "MWh"),
        ("1 287,5 MWh", 1287.5, "MWh"),
        ("1 287 000,5 kWh", 1_287_000.5, "kWh"),
        (f"1{NO_BREAK}287,5{NO_BREAK}MWh", 1287.5, "MWh"),
        (f"1{NARROW}287,5{NARROW}MWh", 1287.5, "MWh"),
        (f"1{THIN}287 MWh", 1287, "MWh"),
        ("14,8 jours", 14.8, "day"),
        ("24 heures", 24, "hour"),
        ("1,15 L par kWh", 1.15, "L/kWh"),
        ("400 jetons", 400, "token"),
    ],
)
def test_french_notation_is_read(text, number, unit):
    assert parse_quantity(text) == Quantity(float(number), unit)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1,287 MWh", ("'1287 MWh'", "'1.287 MWh'")),
        ("12,345 kWh", ("'12345 kWh'", "'12.345 kWh'")),
        ("1,000", ("'1000'", "'1.000'")),
        ("-1,287 kWh", ("'-1287 kWh'", "'-1.287 kWh'")),
        ("5 mwh", ("'mWh'", "'MWh'")),
        ("5 mw", ("'mW'", "'MW'")),
        ("5 ml", ("'mL'", "'ML'")),
    ],
)
def test_an_ambiguous_text_is_refused_with_both_readings(text, readings):
    with pytest.raises(QuantityError, match="has two readings: write ") as refusal:
        parse_quantity(text)
    for reading in readings:
        assert reading in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "kWh", "NaN kWh", "nan", "inf kWh", "-inf kWh", "Infinity kWh", "$5", "five kWh", "--5 kWh", "- 5 kWh"],
)
def test_a_text_that_does_not_begin_with_a_number_is_refused(text):
    with pytest.raises(QuantityError, match="does not begin with a number; write one number and one unit"):
        parse_quantity(text)


@pytest.mark.parametrize(
    "text", ["1.287,5 MWh", "1.287.000 kWh", "1'287 kWh", "1’287 kWh", "1,2,3 kWh", "1,28,000 kWh"]
)
def test_a_grouping_that_is_neither_english_nor_french_is_refused(text):
    with pytest.raises(QuantityError, match="cannot read the number"):
        parse_quantity(text)


@pytest.mark.parametrize("text", ["0x10 kWh", "1_000 kWh", "5 foo", "5 kW\u200bh", "3,14e23 FLOP", "5 kWhh", "5 €"])
def test_an_unknown_unit_is_refused_with_an_example(text):
    with pytest.raises(QuantityError, match=r"unknown unit|cannot read the unit") as refusal:
        parse_quantity(text)
    assert "such as '330 W'" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["1 2 kWh", "1 28 kWh", "5 kWh 3", "5 kWh; 6 kWh", "5 kWh\n6 kWh", "5 kWh = 3", "5 kWh|h"]
)
def test_more_than_one_number_and_one_unit_is_refused(text):
    with pytest.raises(QuantityError, match="cannot read the unit"):
        parse_quantity(text)


def test_a_unit_that_ends_with_a_sign_is_refused():
    with pytest.raises(QuantityError, match="the unit ends with '/'"):
        parse_quantity("5 kWh/")


def test_a_number_beyond_all_floats_is_refused():
    with pytest.raises(QuantityError, match="too large a number"):
        parse_quantity("1e400 kWh")


def test_a_text_of_endless_digits_is_refused_and_quoted_in_part():
    with pytest.raises(QuantityError, match="too long for a quantity") as refusal:
        parse_quantity("9" * 10_000 + " kWh")
    assert len(str(refusal.value)) < 300


def test_a_message_quotes_control_characters_as_blanks():
    with pytest.raises(QuantityError) as refusal:
        parse_quantity("5 \x1b[31mfoo\x07\r\nbar")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 kwh", "kWh"),
        ("5 KWH", "kWh"),
        ("5 Kwh", "kWh"),
        ("5 gwh", "GWh"),
        ("5 MWH", "MWh"),
        ("5 kwh_it", "kWh_IT"),
        ("5 wh_ACC", "Wh_acc"),
        ("5 Tokens", "token"),
        ("5 l", "L"),
    ],
)
def test_the_case_of_a_unit_matters_only_where_it_has_two_meanings(text, unit):
    assert parse_quantity(text) == Quantity(5.0, unit)


@pytest.mark.parametrize(
    "spelling",
    [
        "gCO2e/kWh",
        "g CO2e/kWh",
        "g CO2 eq/kWh",
        "gCO2eq/kWh",
        "g CO2-eq/kWh",
        "g CO2eq. / kWh",
        "gCO₂e/kWh",
        "g CO₂ éq/kWh",
        "g CO2 equivalent per kWh",
        "g CO2 équivalent par kWh",
        "kgCO2e/MWh",
        "kg CO2e per MWh",
        "gCO2e*kWh^-1",
    ],
)
def test_co2e_is_read_as_the_field_writes_it(spelling):
    assert parse_quantity(f"429 {spelling}").m_as("gCO2e/kWh") == approx(429.0, rel=1e-12)


@pytest.mark.parametrize("spelling", ["tCO2e", "t CO2e", "tonnes CO2e", "tonne CO2 eq", "metric tons CO2e"])
def test_tonnes_of_co2e_are_emissions_and_not_a_mass(spelling):
    assert parse_quantity(f"3 {spelling}") == Quantity(3.0, "tCO2e")


def test_carbon_dioxide_alone_stays_carbon_dioxide_alone():
    assert parse_quantity("429 g CO2/kWh").units == parse_unit("gCO2/kWh")
    assert parse_quantity("429 g CO2/kWh").dimensionality != parse_quantity("429 g CO2e/kWh").dimensionality


@pytest.mark.parametrize("text", ["3 m3", "3 m^3", "3 m³", "3 cubic metres"])
def test_a_cubic_metre_is_a_thousand_litres(text):
    assert parse_quantity(text).m_as("L") == 3000.0


@pytest.mark.parametrize("text", ["50 %", "50%", "50 percent", f"50{NARROW}%"])
def test_a_percentage_is_a_plain_number(text):
    assert parse_quantity(text).m_as("") == 0.5


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5 kW h", 5.0, "kWh"),
        ("5 kW·h", 5.0, "kWh"),
        ("5 kW*h", 5.0, "kWh"),
        ("3600 kJ", 1.0, "kWh"),
        ("1 J/s", 1.0, "W"),
        ("0.24 Wh per prompt", 0.24, "Wh/request"),
        ("8 GPUs", 8.0, "accelerator"),
        ("1000 GPU hours", 1000.0, "acc_h"),
        ("70 Gparam", 70e9, "parameter"),
    ],
)
def test_units_multiply_and_divide_as_people_write_them(text, value, unit):
    assert parse_quantity(text).m_as(unit) == approx(value, rel=1e-12)


# --- amounts: the place says what a plain unit means ---------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value", "unit"),
    [
        ("mean_power", "330 W", 330.0, "W_IT/accelerator"),
        ("mean_power", "330 W_IT", 330.0, "W_IT/accelerator"),
        ("mean_power", "330 W_IT/accelerator", 330.0, "W_IT/accelerator"),
        ("accelerator_power", "0.7 kW", 700.0, "W_acc/accelerator"),
        ("it_power", "20 MW", 20_000.0, "kW_IT"),
        ("wue_site", "1.8 L/kWh", 1.8, "L/kWh_IT"),
        ("wue_site", "0.0018 m3/kWh", 1.8, "L/kWh_IT"),
        ("wue_grid", "3 L/kWh", 3.0, "L/kWh"),
        ("grid_intensity", "429 g/kWh", 429.0, "gCO2e/kWh"),
        ("grid_intensity", "0,429 kg/kWh", 429.0, "gCO2e/kWh"),
        ("pue", "1.1", 1.1, "kWh/kWh_IT"),
        ("pue", "1,1", 1.1, "kWh/kWh_IT"),
        ("pue", "110 %", 1.1, "kWh/kWh_IT"),
        ("utilisation", "41 %", 0.41, ""),
        ("hours", "355.2", 355.2, "h"),
        ("hours", "14.8 days", 355.2, "h"),
        ("accelerator_hours", "1000", 1000.0, "acc_h"),
        ("accelerator_hours", "1000 h", 1000.0, "acc_h"),
        ("energy_per_request", "0.3 Wh", 0.3, "Wh/request"),
        ("energy_per_request", "0.3 Wh_IT", 0.3, "Wh_IT/request"),
        ("energy_per_request", "0.3 Wh_acc", 0.3, "Wh_acc/request"),
        ("parameters", "70e9", 70.0, "Gparameter"),
        ("throughput", "24.6 TFLOP/s", 24.6, "TFLOP/s/accelerator"),
        ("energy", "5 GJ", 5e6 / 3600, "kWh"),
        ("energy", "5 kWh_IT", 5.0, "kWh_IT"),
        ("energy", "5 kWh_acc", 5.0, "kWh_acc"),
        ("output_tokens", "1 287 000", 1_287_000.0, "token"),
    ],
)
def test_a_plain_unit_means_what_its_place_says(name, text, value, unit):
    read = amount(name, text)
    assert read.units == Quantity(1.0, unit).units
    assert read.magnitude == approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mean_power", "330 W_acc"),
        ("mean_power", "330 W_acc/accelerator"),
        ("accelerator_power", "330 W_IT"),
        ("it_power", "20 MW_acc"),
        ("wue_site", "1.8 L/kWh_acc"),
        ("wue_grid", "3 L/kWh_IT"),
        ("grid_intensity", "429 g/kWh_IT"),
    ],
)
def test_a_boundary_that_is_named_is_never_taken_for_another(name, text):
    with pytest.raises(UnitError, match=f"^{name}: '{text}' is .* is needed, such as "):
        amount(name, text)


@pytest.mark.parametrize(
    ("name", "text", "is_a"),
    [
        (
            "energy",
            "5 MW",
            "'5 MW' is a power at the building's meter, and an energy at the building's meter is needed",
        ),
        ("it_power", "20 MWh", "is an energy at the building's meter, and a power at the servers' plugs is needed"),
        ("hours", "5 kWh", "is an energy at the building's meter, and a time is needed, such as '5 h'"),
        ("input_tokens", "400 requests", "is a number of requests, and a number of tokens is needed"),
        ("grid_intensity", "429 gCO2/kWh", "in carbon dioxide alone, and a carbon intensity of electricity is needed"),
        ("energy", "5 tCO2e", "is an amount of CO2e, and an energy at the building's meter is needed"),
        ("energy", "5", "'5' is a plain number, and an energy at the building's meter is needed, such as '5 kWh'"),
        ("energy_per_request", "5 MW", "and an energy per request at the building's meter is needed"),
        ("throughput", "24.6", "'24.6' is a plain number, and operations per second of one accelerator is needed"),
        ("grid_intensity", "429", "'429' is a plain number"),
        ("wue_site", "1.8", "'1.8' is a plain number"),
        ("mean_power", "330", "'330' is a plain number"),
    ],
)
def test_another_dimension_is_refused_in_a_users_words(name, text, is_a):
    with pytest.raises(UnitError) as refusal:
        amount(name, text)
    assert str(refusal.value).startswith(f"{name}: ")
    assert is_a in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "given", "rule"),
    [
        ("pue", "0.9", "a PUE lies between 1 and 4"),
        ("pue", 4.5, "a PUE lies between 1 and 4"),
        ("pue", math.nan, "a PUE lies between 1 and 4"),
        ("pue", math.inf, "a PUE lies between 1 and 4"),
        ("pue", Quantity(math.nan, "kWh/kWh_IT"), "a PUE lies between 1 and 4"),
        ("utilisation", "1.2", "a utilisation lies between 0 and 1"),
        ("utilisation", "120 %", "a utilisation lies between 0 and 1"),
        ("utilisation", "-0.1", "a utilisation lies between 0 and 1"),
        ("load_factor", "150 %", "a load factor lies between 0 and 1"),
        ("energy", "-5 kWh", "an energy lies between 0 and 10,000 TWh"),
        ("energy", "\u22125 kWh", "an energy lies between 0 and 10,000 TWh"),
        ("energy", "1e30 kWh", "an energy lies between 0 and 10,000 TWh"),
        ("input_tokens", "-400", "tokens are zero or more, and at most 1e18"),
        ("output_tokens", 10**400, "tokens are zero or more, and at most 1e18"),
        ("output_tokens", 1e300, "tokens are zero or more, and at most 1e18"),
        ("requests", -1, "a number of requests is zero or more, and at most 1e18"),
        ("video_seconds", "1e99", "a length of video is zero or more, and at most 1e18"),
        ("wue_site", "11 L/kWh", "a WUE on site lies between 0 and 10 L/kWh_IT"),
        ("grid_intensity", "429 kg/kWh", "the carbon intensity of electricity lies between 0 and 2500 gCO2e/kWh"),
        ("mean_power", "330 kW", "a power for one accelerator lies between 0 and 50 kW"),
        ("hours", "-1 h", "a time lies between 0 and a million hours"),
    ],
)
def test_what_is_negative_not_finite_or_absurd_is_refused_with_the_rule(name, given, rule):
    with pytest.raises(RangeError, match=rf"^{name}: .* was given; .*{rule}\.$") as refusal:
        amount(name, given)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(("name", "low", "high"), [("pue", 1, 4), ("utilisation", 0, 1), ("load_factor", 0, 1)])
def test_the_bounds_themselves_are_taken(name, low, high):
    assert (amount(name, low).magnitude, amount(name, high).magnitude) == (low, high)


@pytest.mark.parametrize("given", [5, 5.0, np.int64(5), np.float32(5)])
def test_a_count_may_be_a_bare_number(given):
    assert amount("output_tokens", given) == Quantity(5.0, "token")


@pytest.mark.parametrize("given", [5, 5.0])
def test_a_bare_number_is_refused_where_it_could_be_in_several_units(given):
    with pytest.raises(UsageError, match=r"^energy: .* has no unit; give for instance '5"):
        amount("energy", given)


@pytest.mark.parametrize("given", [True, [1], None, b"5", {"value": 5}])
def test_what_is_no_quantity_at_all_is_refused(given):
    with pytest.raises(UsageError, match="is no quantity; give for instance '5 token'"):
        amount("output_tokens", given)


def test_a_text_that_cannot_be_read_is_refused_under_the_name_of_its_place():
    with pytest.raises(QuantityError, match=r"^pue: '1,100' has two readings"):
        amount("pue", "1,100")


# --- laws -----------------------------------------------------------------------------------------


def written(number: float, decimals: int, group: str, point: str) -> str:
    return f"{number:,.{decimals}f}".replace(",", "\0").replace(".", point).replace("\0", group)


#: Three decimals after a comma may be thousands: such a text is ambiguous, and has a law of its own below.
decimals_of_no_group = st.sampled_from([1, 2, 4, 5])
sizes = st.floats(min_value=0.001, max_value=1e9)


@law
@given(sizes, decimals_of_no_group, st.sampled_from(["kWh", "MWh_IT", "gCO2e/kWh", "L"]))
@example(1287.5, 1, "kWh")
def test_a_number_written_in_english_reads_back(number, decimals, unit):
    text = written(number, decimals, ",", ".")
    assert parse_quantity(f"{text} {unit}") == Quantity(float(text.replace(",", "")), unit)


@law
@given(sizes, decimals_of_no_group, st.sampled_from([" ", NO_BREAK, THIN, NARROW]))
@example(1287.5, 1, NARROW)
def test_a_number_written_in_french_reads_back_the_same_as_in_english(number, decimals, group):
    french = written(number, decimals, group, ",")
    english = written(number, decimals, ",", ".")
    assert parse_quantity(f"{french}{group}kWh") == parse_quantity(f"{english} kWh")


@law
@given(st.integers(min_value=1, max_value=999), st.integers(min_value=0, max_value=999))
def test_three_digits_after_one_comma_are_never_guessed(left, right):
    with pytest.raises(QuantityError, match=f"write '{left}{right:03d} kWh' or '{left}.{right:03d} kWh'"):
        parse_quantity(f"{left},{right:03d} kWh")


@law
@given(st.floats(min_value=1e-12, max_value=1e30))
def test_a_number_as_python_writes_it_reads_back(number):
    assert parse_quantity(f"{number!r} kWh").magnitude == number


@law
@given(st.text(max_size=40))
@example("1" * 39)
@example("1e309")
@example("5 %^2")
@example("5 kWh^9")
@example("5 Wh^-4/Wh^-4")
def test_any_text_is_a_quantity_or_a_refusal_on_one_line(text):
    """Nothing but our own error may leave the grammar: no traceback, no other notion of a number."""
    try:
        quantity = parse_quantity(text)
    except FootprintError as refusal:
        assert str(refusal).isprintable()
    else:
        assert math.isfinite(quantity.magnitude)


@law
@given(st.text(alphabet="0123456789.,eE+- kWhMGCO2_/^*%", max_size=24))
def test_any_text_near_a_quantity_is_a_quantity_or_a_refusal(text):
    try:
        quantity = parse_as(text, "kWh")
    except FootprintError as refusal:
        assert str(refusal).isprintable()
    else:
        assert math.isfinite(quantity.magnitude)
