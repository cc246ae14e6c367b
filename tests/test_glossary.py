"""The glossary is the law: an equation has no name that it does not hold, and it holds none that no equation has."""

import json
import re
from pathlib import Path

import pytest

from footprint.methods import METHODS
from footprint.units import equations

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
PHYSICS = [e for e in equations().values() if e.function.__module__.startswith("footprint.physics")]


def table(title):
    """Return the rows of the first table under a heading, as lists of cells."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GLOSSARY, re.MULTILINE | re.DOTALL)[1]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def words(title):
    return [row[0].strip("`") for row in table(title)]


NAMES = {row[0].strip("`"): row[1].strip("`") for row in table("Names in the equations")}


@pytest.mark.parametrize("equation", PHYSICS, ids=lambda equation: equation.name)
def test_every_name_of_an_equation_stands_in_the_glossary_with_its_unit(equation):
    used = {**equation.units, equation.gives: equation.returns}
    assert {name: NAMES.get(name) for name in used} == {name: unit or "1" for name, unit in used.items()}


def test_the_glossary_holds_no_name_that_no_equation_uses():
    used = {name for equation in PHYSICS for name in (*equation.units, equation.gives)}
    assert sorted(NAMES) == sorted(used)


def test_each_name_stands_once_and_in_order():
    names = words("Names in the equations")
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    "title", ["Names in the equations", "Boundaries", "Methods", "Quality words", "Evidence words", "Rungs"]
)
def test_every_term_has_a_meaning_and_a_french_word(title):
    assert [row[0] for row in table(title) if not row[-1] or not row[-2]] == []


def test_the_methods_of_the_glossary_are_those_of_the_program():
    assert words("Methods") == list(METHODS)


def test_the_quality_words_of_the_glossary_are_those_of_the_methods_and_proxy():
    assert set(words("Quality words")) == {method.quality for method in METHODS.values()} | {"proxy"}


def test_the_evidence_words_of_the_glossary_are_those_of_the_data_and_of_statements():
    package = json.loads((ROOT / "datasets" / "datapackage.json").read_text("utf-8"))
    (words_of_data,) = {
        tuple(field["constraints"]["enum"])
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
        if field["name"] == "evidence"
    }
    assert words("Evidence words") == [*words_of_data, "stated", "definition"]
