"""The text of an equation is published: as the methodology, in derivations, and in the help of an editor."""

import dis
import doctest
import importlib
import inspect
import pkgutil
import re
import sys

import pytest
from pytest import approx

import footprint.physics
from footprint.catalogue import open_catalogue
from footprint.units import equations, unit_of

MODULES = [
    importlib.import_module(f"footprint.physics.{found.name}")
    for found in pkgutil.iter_modules(footprint.physics.__path__)
]
EQUATIONS = [e for e in equations().values() if e.function.__module__.startswith("footprint.physics.")]
each = pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.name)


def text(equation):
    return inspect.getdoc(equation.function)


def section(equation, title):
    """Return the lines under a heading, up to the next one."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", text(equation), re.MULTILINE | re.DOTALL)
    assert found, f"{equation.name} has no section {title}"
    return [line for line in found[1].splitlines() if line.strip()]


def in_brackets(unit):
    """A unit as a docstring writes it: no stars, and 1 for a plain number."""
    return unit.replace("**", "").replace("*", " ") or "1"


def same_unit(written, declared):
    if written == in_brackets(declared):
        return True
    # An abbreviation of the vocabulary serves as well: [a] for a year.
    return re.fullmatch(r"[\w/]+", written) is not None and written != "1" and unit_of(written) == unit_of(declared)


@each
def test_an_equation_says_in_one_sentence_what_it_gives(equation):
    lines = text(equation).splitlines()
    assert re.fullmatch(r"[A-Z][^.]+\.", lines[0])
    assert lines[1] == ""
    assert equation.summary == lines[0]


@each
def test_an_equation_is_typeset(equation):
    assert text(equation).count(".. math::") == 1
    assert re.fullmatch(r"\S.* = .*\S", equation.formula)
    assert equation.formula.count("{") == equation.formula.count("}")


@each
def test_an_equation_cites_works_of_the_catalogue(equation):
    cited = re.findall(r"^Source ``([\w.-]+)``", text(equation), re.MULTILINE)
    assert cited == [equation.source]
    source = open_catalogue().source(equation.source)
    assert source is not None, f"{equation.source} is no source of the catalogue"
    assert source.title in source.citation


@each
def test_every_parameter_of_an_equation_is_explained_with_its_unit(equation):
    explained = {}
    for line in section(equation, "Parameters"):
        names, meaning, unit = re.fullmatch(r"([\w, ]+) : (\S.*\S) \[([^\]]+)\]", line).groups()
        explained.update((name, (meaning, unit)) for name in names.split(", "))
    assert list(explained) == list(inspect.signature(equation.function).parameters)
    wrong = {name: unit for name, (_, unit) in explained.items() if not same_unit(unit, equation.units[name])}
    assert wrong == {}


@each
def test_the_result_of_an_equation_is_explained_with_its_unit(equation):
    (line,) = section(equation, "Returns")
    unit = re.fullmatch(r"Quantity : \S.*\S \[([^\]]+)\]", line)[1]
    assert same_unit(unit, equation.returns)


@each
def test_an_equation_says_what_it_refuses(equation):
    assert section(equation, "Raises")[0].startswith("footprint.UnitError : ")


NUMBER = re.compile(r"(?<!\w)-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


@each
def test_the_example_of_an_equation_calls_it_and_shows_its_value(equation):
    *before, last = doctest.DocTestParser().get_examples("\n".join(section(equation, "Examples")))
    assert [example.want for example in before] == [""] * len(before)
    assert f"{equation.name}(" in last.source
    names = dict(vars(sys.modules[equation.function.__module__]))
    for example in before:
        exec(example.source, names)  # noqa: S102
    got = repr(eval(last.source, names))  # noqa: S307
    assert NUMBER.sub("#", got) == NUMBER.sub("#", last.want.strip())
    shown = [float(number) for number in NUMBER.findall(last.want)]
    assert [float(number) for number in NUMBER.findall(got)] == approx(shown, rel=1e-12)
    assert len(shown) == 1


def test_every_public_function_of_the_physics_is_an_equation():
    """A function that is not declared escapes the check of its units and the comparison of its readings."""
    public = {
        (module.__name__, name)
        for module in MODULES
        for name, it in vars(module).items()
        if inspect.isfunction(it) and it.__module__ == module.__name__ and not name.startswith("_")
    }
    assert ("footprint.physics.facility", "facility_energy") in public
    assert public == {(e.function.__module__, e.name) for e in EQUATIONS}


@each
def test_an_equation_is_arithmetic_without_a_branch(equation):
    """What every reading takes. An if, a max or an exp would hold for numbers alone."""
    code = inspect.unwrap(equation.function).__code__
    assert [step.opname for step in dis.get_instructions(code) if "JUMP" in step.opname] == []
    ours = {e.name for e in EQUATIONS}
    assert set(code.co_names) - {"power", "Quantity"} - ours - {f"_{name}" for name in ours} == set()
