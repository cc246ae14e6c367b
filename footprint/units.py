"""The vocabulary: one registry, and the check that an equation speaks it.

Units and boundaries stand in ``units.txt``. Nothing else in Footprint defines a unit, and no other registry is
used, so two quantities anywhere in the program can always meet, or be refused with words a user understands.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar, cast

import pint
from pint.facets.plain.unit import PlainUnit
from pint.util import UnitsContainer

from footprint.errors import FootprintError

P = ParamSpec("P")
R = TypeVar("R")


class UnitError(FootprintError, pint.DimensionalityError):
    """Quantities of different dimensions, or of different boundaries, were mixed.

    A subclass of Pint's `DimensionalityError`, with the words of a user instead of a developer's.
    """

    exit_code = 2

    def __init__(self, message: str, given: Any = None, wanted: Any = None) -> None:
        pint.DimensionalityError.__init__(self, given, wanted)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.units1, self.units2))


#: How messages call what a unit measures; any unit of the same dimension stands for it.
_SUBJECTS = {
    "kWh": "an energy at the building's meter",
    "kWh_IT": "an energy at the servers' plugs",
    "kWh_acc": "an energy of the accelerators alone",
    "W": "a power at the building's meter",
    "W_IT": "a power at the servers' plugs",
    "W_acc": "a power of the accelerators alone",
    "W_IT/accelerator": "a power at the servers' plugs for one accelerator",
    "W_acc/accelerator": "a power of one accelerator alone",
    "kWh/kWh_IT": "energy at the meter over energy at the servers' plugs",
    "kWh_IT/kWh_acc": "energy at the servers' plugs over energy of the accelerators",
    "gCO2e": "an amount of CO2e",
    "gCO2": "an amount of carbon dioxide alone",
    "gCO2e/kWh": "a carbon intensity of electricity",
    "gCO2/kWh": "a carbon intensity in carbon dioxide alone",
    "Wh/request": "an energy per request at the building's meter",
    "Wh_IT/request": "an energy per request at the servers' plugs",
    "Wh_acc/request": "an energy per request of the accelerators alone",
    "FLOP/s/accelerator": "operations per second of one accelerator",
    "L": "a volume of water",
    "L/kWh": "water for energy at the building's meter",
    "L/kWh_IT": "water for energy at the servers' plugs",
    "kg": "a mass of matter",
    "h": "a time",
    "acc_h": "accelerators times time",
    "token": "a number of tokens",
    "request": "a number of requests",
    "accelerator": "a number of accelerators",
    "parameter": "a number of parameters",
    "FLOP": "a number of operations",
    "image": "a number of images",
    "Mpixel": "a number of pixels",
    "step": "a number of steps",
    "frame/s": "a rate of frames",
    "video": "a number of videos",
    "server": "a number of servers",
    "vcpu": "a number of virtual CPUs",
    "GB": "an amount of data",
    "Wh/image": "an energy per image at the building's meter",
    "Wh_IT/image": "an energy per image at the servers' plugs",
    "Wh_acc/image": "an energy per image of the accelerators alone",
    "": "a plain number",
}


@functools.cache
def _subjects() -> dict[Any, str]:
    return {registry.Unit(unit).dimensionality: subject for unit, subject in _SUBJECTS.items()}


def said(units: Any) -> str:
    """Return a unit as messages print it.

    >>> said("MWh_IT")
    "MWh_IT (an energy at the servers' plugs)"
    """
    unit = registry.Unit(units)
    subject = _subjects().get(unit.dimensionality)
    text = f"{unit:~P}" or "1"
    return f"{text} ({subject})" if subject else text


def _mismatch(given: Any, wanted: Any, where: str = "") -> UnitError:
    return UnitError(f"{where}{said(given)} was given where {said(wanted)} is needed", given, wanted)


class _Quantity(pint.registry.Quantity[Any]):
    """A magnitude with a unit. The magnitude is a number, draws, a column or a named term."""

    def __repr__(self) -> str:
        # Pint writes it differently from version to version; examples are run on all of them.
        return f"<Quantity({self.magnitude}, '{self._units}')>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Pint would rebuild in its own default registry, where a kWh_IT is not known.
        return _rebuilt, (self.magnitude, dict(self.unit_items()))

    def _add_sub(self, other: Any, operator: Any) -> Any:
        try:
            return super()._add_sub(other, operator)
        except pint.DimensionalityError as error:
            raise UnitError(
                f"{said(error.units1)} and {said(error.units2)} do not add up", error.units1, error.units2
            ) from None

    def compare(self, other: Any, op: Any) -> Any:
        try:
            return super().compare(other, op)
        except pint.DimensionalityError as error:
            raise UnitError(
                f"{said(error.units1)} and {said(error.units2)} do not compare", error.units1, error.units2
            ) from None


class _Unit(pint.registry.Unit):
    """A unit that pickles into this registry too: errors carry units between processes."""

    def __repr__(self) -> str:
        return f"<Unit('{self._units}')>"

    def __reduce__(self) -> tuple[Any, ...]:
        return unit_of, (str(self._units),)


class _Registry(pint.UnitRegistry):  # type: ignore[type-arg]
    """Pint's registry, with its refusals put into a user's words."""

    Quantity: TypeAlias = _Quantity
    Unit: TypeAlias = _Unit

    def _get_conversion_factor(self, src: UnitsContainer, dst: UnitsContainer) -> Any:
        factor = super()._get_conversion_factor(src, dst)
        return _mismatch(src, dst) if isinstance(factor, pint.DimensionalityError) else factor

    # Pint keeps what it reads of a single unit alone, and no unit is added after units.txt. The one registry lives as
    # long as the program; texts of strangers' cells are among those read, so that there is a bound.
    @functools.lru_cache(maxsize=1024)  # noqa: B019
    def _parse_units_as_container(
        self, input_string: str, as_delta: bool = True, case_sensitive: bool = True
    ) -> UnitsContainer:
        return super()._parse_units_as_container(input_string, as_delta, case_sensitive)


def _definitions() -> list[str]:
    """Return the lines of ``units.txt`` without comments, on which Pint would try every kind of definition."""
    lines = Path(__file__).with_name("units.txt").read_text("utf-8").splitlines()
    return [line.partition("#")[0].rstrip() for line in lines]  # none left out: what Pint says of one has its number


registry = _Registry(_definitions(), cache_folder=None, on_redefinition="raise")
registry.formatter.default_format = "~P"

if TYPE_CHECKING:

    class Quantity(pint.Quantity[Any]):
        """A magnitude with a unit of ``units.txt``."""

    Unit: TypeAlias = pint.Unit
else:
    Quantity = registry.Quantity
    Unit = registry.Unit


def _rebuilt(magnitude: Any, units: dict[str, Any]) -> Any:
    return registry.Quantity(magnitude, UnitsContainer(units))


@functools.cache
def unit_of(text: str) -> Unit:
    """Return the unit that ``text`` names in ``units.txt``.

    >>> unit_of("kWh/kWh_IT")
    <Unit('kilowatt_hour / kilowatt_hour_it')>
    """
    return cast("Unit", registry.Unit(text))


@dataclass(frozen=True)
class Equation:
    """What is known about a function of physics: its name, its text, and the unit of each place."""

    name: str
    function: Callable[..., Quantity]
    units: dict[str, str]
    gives: str
    returns: str

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return self._docstring[0]

    @property
    def formula(self) -> str:
        """The ``.. math::`` line of its docstring."""
        return self._docstring[1]

    @property
    def source(self) -> str:
        """The ``Source`` ids of its docstring."""
        return self._docstring[2]

    @functools.cached_property
    def _docstring(self) -> tuple[str, str, str]:
        return _read_docstring(inspect.getdoc(self.function) or "")

    def __call__(self, *args: Quantity, **kwargs: Quantity) -> Quantity:
        """Apply the equation."""
        return self.function(*args, **kwargs)


_declared: dict[str, Equation] = {}


def equations() -> dict[str, Equation]:
    """Return every equation declared so far, by name, in the order of their declaration."""
    return dict(_declared)


def dimensions(*, returns: str, gives: str = "", **units: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the unit of each argument of an equation and of its result, and hold it to them.

    ``gives`` is what the glossary calls the result, where it is not the function's own name.

    The check looks at units only, so it costs the same for a number and for a column of a hundred million rows,
    and a wrong unit is found when the plan is built, before a row is read. A unit that is none is found
    at the first call.

    Raises
    ------
    footprint.UnitError : at the call, when an argument or the result has another dimension or boundary

    >>> @dimensions(energy="kWh", intensity="gCO2e/kWh", returns="gCO2e")
    ... def carbon(energy, intensity):
    ...     return energy * intensity
    >>> carbon(Quantity(2.0, "kWh_IT"), Quantity(400.0, "gCO2e/kWh"))
    Traceback (most recent call last):
    footprint.units.UnitError: carbon: energy: kWh_IT (an energy at the servers' plugs) was given where kWh \
(an energy at the building's meter) is needed
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        code = cast("Any", function).__code__
        places: tuple[str, ...] = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if set(places) != set(units):
            raise TypeError(f"{function.__name__}: units are declared for {sorted(units)}, not for its parameters")

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            given = {**dict(zip(places, args, strict=False)), **kwargs}
            if not given.keys() <= units.keys():
                function(*args, **kwargs)  # Python says which argument it does not know
            for name, value in given.items():
                # Pint reads a unit when an equation first needs it: there are more of them than one estimate takes.
                wanted = unit_of(units[name])
                if not isinstance(value, Quantity):
                    raise UnitError(
                        f"{function.__name__}: {name}: {value!r} has no unit; {said(wanted)} is needed", "", wanted
                    )
                if value.dimensionality != wanted.dimensionality:
                    raise _mismatch(value.units, wanted, f"{function.__name__}: {name}: ")
            result, result_unit = cast("Quantity", function(*args, **kwargs)), unit_of(returns)
            if result.dimensionality != result_unit.dimensionality:
                raise _mismatch(result.units, result_unit, f"{function.__name__}: result: ")
            result = result.to(result_unit)
            keep = getattr(type(result.magnitude), "of_equation", None)
            return cast("R", keep(equation, given, result) if keep else result)

        equation = Equation(
            name=function.__name__,
            function=cast("Any", checked),
            units=dict(units),
            gives=gives or function.__name__,
            returns=returns,
        )
        _declared[function.__name__] = equation
        return checked

    return declare


def power(base: Quantity, exponent: Quantity) -> Quantity:
    """Return ``base`` to the power of ``exponent``, both plain numbers, for every magnitude.

    Pint's own operator needs the exponent as a number, since units are raised with it; a coefficient may be a
    distribution, a column or a term.

    >>> power(Quantity(8.0, ""), Quantity(0.5, ""))
    <Quantity(2.8284271247461903, 'dimensionless')>
    """
    for quantity in (base, exponent):
        if not quantity.dimensionless:
            raise _mismatch(quantity.units, registry.Unit(""), "power: ")
    return cast("Quantity", Quantity(base.m_as("") ** exponent.m_as(""), ""))


def is_unit(unit: PlainUnit | str, like: str) -> bool:
    """Tell whether ``unit`` has the dimension, boundary included, of ``like``."""
    return bool(registry.Unit(unit).dimensionality == unit_of(like).dimensionality)


def _read_docstring(text: str) -> tuple[str, str, str]:
    """Return the first line, the ``.. math::`` line and the ``Source`` ids of an equation's docstring."""
    summary = text.partition("\n")[0]
    formula = next((line.partition("::")[2].strip() for line in text.splitlines() if ".. math::" in line), "")
    source = next((line for line in text.splitlines() if line.startswith("Source")), "")
    return summary, formula, source.partition("``")[2].partition("``")[0]
