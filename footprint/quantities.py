"""Quantities as people type them: one number and one unit, in English or French notation.

Pint is never given the text of a person: it would read ``1,5 kWh`` as 15 kWh. The number is read by the grammar
below, each word of the unit is looked up in ``units.txt``, and an ambiguous text is refused with its readings.
"""

from __future__ import annotations

import functools
import re
from typing import cast

from pint.facets.plain.unit import PlainUnit

from footprint.errors import QuantityError, clipped
from footprint.units import Quantity, Unit, UnitError, registry, said

_SPACES = "\u0020\u00a0\u2009\u202f"  # space, no-break space, thin space, narrow no-break space
_NUMBER = re.compile(
    rf"""(?P<sign>[-+\u2212]?)
         (?P<body>\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?   # 1 287,5   1 287.5
               |  \d{{1,3}}(?:,\d{{3}})+\.\d+                    # 1,287.5
               |  \d{{1,3}}(?:,\d{{3}}){{2,}}                    # 1,287,000
               |  \d+,\d+                                        # 1,5   0,287   (1,287 is refused below)
               |  \d+\.(?:[eE][-+]?\d+)?(?!\d)                   # 5.
               |  \d*\.?\d+(?:[eE][-+]?\d+)?)                    # 1287.5   .5   3.14e23
         (?P<rest>.*)""",
    re.VERBOSE | re.DOTALL,
)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2},\d{3}")
_WORD = re.compile(r"(?P<name>[^\W\d]\w*|%)(?:\s*(?:\^|\*\*)\s*(?P<exponent>-?[1-4])|(?P<raised>[²³]))?")
_LONGEST = 120
#: Beyond this, a change of unit could leave all numbers.
_LARGEST = 1e100

#: Spellings of the field, and of French, that ``units.txt`` writes otherwise.
_SPELLINGS = (
    (re.compile(r"CO₂"), "CO2"),
    (re.compile(r"\s*CO2\s*[-.]?\s*(?:equivalent|équivalent|eq|éq|e)\b\.?", re.IGNORECASE), "CO2e"),
    (re.compile(r"\b(tonnes?|tons|metric tons?)\s*CO2e", re.IGNORECASE), "tCO2e"),
    (re.compile(r"\bkilograms?\s*CO2e", re.IGNORECASE), "kgCO2e"),
    (re.compile(r"(?<=[gt])\s+CO2\b"), "CO2"),
    (re.compile(r"\b(?:requêtes?|requetes?|queries|query|prompts?)\b", re.IGNORECASE), "request"),
    (re.compile(r"\b(?:jetons?)\b", re.IGNORECASE), "token"),
    (re.compile(r"\b(?:heures?|hours)\b", re.IGNORECASE), "hour"),
    (re.compile(r"\b(?:jours?|days)\b", re.IGNORECASE), "day"),
    (re.compile(r"\b(?:ans?|années?|years)\b", re.IGNORECASE), "year"),
    (re.compile(r"\b(?:litres|liters)\b", re.IGNORECASE), "litre"),
    (re.compile(r"\bgpus?\b|\bchips?\b", re.IGNORECASE), "accelerator"),
    (re.compile(r"\s+(?:per|par)\s+", re.IGNORECASE), "/"),
    (re.compile(r"\bm\^?3\b|\bm³|\bcubic met(?:re|er)s?\b"), "cubic_metre"),
    (re.compile(r"[·⋅×]"), "*"),
)

#: What a person leaves unsaid, because the option or the column says it.
_UNSAID = {
    "[it_boundary]": "it_boundary",
    "[accelerator_boundary]": "accelerator_boundary",
    "[accelerator]": "accelerator",
    "[token]": "token",
    "[request]": "request",
    "[parameter]": "parameter",
    "[operation]": "floating_point_operation",
    "[co2e]": "gram_co2e/gram",
    "[time]": "hour",
}

_BOUNDARIES = ("[it_boundary]", "[accelerator_boundary]")


def parse_quantity(text: str) -> Quantity:
    """Read one number and one unit, in English or French notation.

    Raises
    ------
    footprint.QuantityError : not one number and one known unit, or a number with two readings

    Examples
    --------
    >>> parse_quantity("1 287,5 MWh") == parse_quantity("1,287.5 MWh")
    True
    >>> parse_quantity("1,287 MWh")
    Traceback (most recent call last):
    footprint.errors.QuantityError: '1,287 MWh' has two readings: write '1287 MWh' or '1.287 MWh'.
    """
    number, unit = _split(text)
    return Quantity(number, parse_unit(unit, text))


def parse_as(text: str, wanted: str) -> Quantity:
    """Read a quantity where its place already says what a plain unit means, and return it in ``wanted``.

    A place that wants ``W_IT/accelerator`` takes ``330 W``; one that wants ``gCO2e/kWh`` takes ``429 g/kWh``; one
    that wants ``kWh/kWh_IT`` takes ``1.1``. A unit that names another boundary is refused, never converted.

    Raises
    ------
    footprint.QuantityError : as `parse_quantity`
    footprint.UnitError : the unit measures something else

    Examples
    --------
    >>> parse_as("330 W", "W_IT/accelerator")
    <Quantity(330.0, 'watt_it / accelerator')>
    >>> parse_as("5 MW", "MWh")
    Traceback (most recent call last):
    footprint.units.UnitError: '5 MW' is a power at the building's meter, and an energy at the building's meter is \
needed, such as '5 MWh'.
    """
    quantity = parse_quantity(text)
    target = registry.Unit(wanted)
    unsaid = _missing(quantity.units, target)
    if unsaid is None:
        raise UnitError(
            f"'{clipped(text)}' is {_subject(quantity.units)}, and {_subject(target)} is needed, such as "
            f"'{quantity.magnitude:g} {target:~P}'.".replace(" '.", "'."),
            quantity.units,
            target,
        )
    return cast("Quantity", (quantity * unsaid).to(target))


def parse_unit(text: str, whole: str | None = None) -> Unit:
    """Read the unit alone; ``whole`` is what the message quotes.

    >>> parse_unit("g CO2e/kwh")
    <Unit('gram_co2e / kilowatt_hour')>
    """
    quoted = clipped(text if whole is None else whole)
    rest = text.strip(_SPACES + "\t\n")
    for pattern, spelling in _SPELLINGS:
        rest = pattern.sub(spelling, rest)
    unit, sign, position = registry.Unit(""), 1, 0
    while position < len(rest):
        word = _WORD.match(rest, position)
        if word is None:
            raise QuantityError(f"'{quoted}': cannot read the unit '{clipped(text)}'; {_EXAMPLES}")
        exponent = int(word["exponent"] or {"²": 2, "³": 3}.get(word["raised"] or "", 1))
        unit = unit * _unit_named(word["name"], quoted) ** (sign * exponent)
        position = word.end()
        joint = re.compile(rf"[{_SPACES}]*([/*])?[{_SPACES}]*").match(rest, position)
        sign = -1 if joint and joint[1] == "/" else 1
        position = joint.end() if joint else position
        if joint and joint[1] and position == len(rest):
            raise QuantityError(f"'{quoted}': the unit ends with '{joint[1]}'; {_EXAMPLES}")
    return cast("Unit", unit)


_EXAMPLES = "write one number and one unit, such as '330 W', '1.2 GWh', '429 gCO2e/kWh' or '1.8 L/kWh'."


def _split(text: str) -> tuple[float, str]:
    shown = clipped(text)
    stripped = text.strip(_SPACES + "\t\n")
    if len(text) > _LONGEST:
        raise QuantityError(f"'{shown}' is too long for a quantity; {_EXAMPLES}")
    found = _NUMBER.match(stripped)
    if not found:
        raise QuantityError(f"'{shown}' does not begin with a number; {_EXAMPLES}")
    body, rest = found["body"], found["rest"]
    if _AMBIGUOUS.fullmatch(body):
        one, other = (found["sign"] + body.replace(",", point) for point in ("", "."))
        raise QuantityError(f"'{shown}' has two readings: write '{one}{rest}' or '{other}{rest}'.")
    if re.match(r"[\d.,'’]", rest):
        raise QuantityError(f"'{shown}': cannot read the number; {_EXAMPLES}")
    if ("," in body and "." in body) or body.count(",") > 1:
        body = body.replace(",", "")
    number = float(re.sub(rf"[{_SPACES}]", "", body).replace(",", "."))
    if number > _LARGEST:
        raise QuantityError(f"'{shown}' is too large a number.")
    return (-number if found["sign"] in ("-", "\u2212") else number), rest


def _unit_named(name: str, quoted: str) -> Unit:
    if name == "%":
        return cast("Unit", registry.Unit("percent"))
    if name in _spellings_exact():
        return cast("Unit", registry.Unit(name))
    known = _spellings_folded().get(name.casefold(), ())
    alike = [spelling for spelling in known if spelling[0] == name[0] and name[0].isupper()] or known
    meanings = {registry.Unit(spelling): spelling for spelling in alike}
    if len(meanings) == 1:
        return cast("Unit", next(iter(meanings)))
    if meanings:
        raise QuantityError(f"'{quoted}' has two readings: write {' or '.join(repr(s) for s in meanings.values())}.")
    raise QuantityError(f"'{quoted}': unknown unit '{clipped(name)}'; {_EXAMPLES}")


@functools.cache
def _spellings_exact() -> frozenset[str]:
    return frozenset(spelling for spellings in _spellings_folded().values() for spelling in spellings)


@functools.cache
def _spellings_folded() -> dict[str, tuple[str, ...]]:
    """Every way to write a unit, prefixes included, by its folded case."""
    table: dict[str, list[str]] = {}
    prefixes = {"": ""} | {spelling: spelling for spelling in registry._prefixes if spelling}
    for name in list(registry._units):
        definition = registry._units[name]
        symbol = getattr(definition, "defined_symbol", None)
        for prefix in prefixes:
            # A long prefix goes with a long name (kilowatt_hour), a short one with a symbol (kWh).
            if not prefix or (len(prefix) > 2) == (name != symbol):
                spelling = prefix + name
                if spelling in registry:
                    table.setdefault(spelling.casefold(), []).append(spelling)
    return {folded: tuple(dict.fromkeys(spellings)) for folded, spellings in table.items()}


def _missing(given: PlainUnit, wanted: PlainUnit) -> Quantity | None:
    """Return what must be multiplied with ``given`` to make it ``wanted``; None where they differ in kind."""
    if given.dimensionality == wanted.dimensionality:
        return Quantity(1.0, "")
    here, there = ([unit.dimensionality.get(name, 0) for name in _BOUNDARIES] for unit in (given, wanted))
    if any(here) and here != there:  # a boundary that is named is never another one
        return None
    for keep_time in (True, False):
        factor = Quantity(1.0, "")
        for dimension, exponent in wanted.dimensionality.items():
            present = given.dimensionality.get(dimension, 0)
            # An amount per time says its time: a bare number for a throughput could be anything.
            if dimension in _UNSAID and present == 0 and not (dimension == "[time]" and (keep_time or exponent != 1)):
                factor = factor * Quantity(1.0, _UNSAID[dimension]) ** exponent
        if (Quantity(1.0, given) * factor).dimensionality == wanted.dimensionality:
            return cast("Quantity", factor)
        if keep_time and given != registry.Unit(""):
            return None
    return None


def _subject(unit: PlainUnit) -> str:
    text = said(unit)
    return text.partition("(")[2].rstrip(")") if text.endswith(")") else f"in {text}"
