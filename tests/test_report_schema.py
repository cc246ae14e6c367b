"""The published schema of a report as data: every report is valid, and nothing in one is undeclared."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import footprint
from footprint.commands import main

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "usage_2025.csv"
GOLDEN = sorted((ROOT / "reports" / "examples").glob("*.json"))


@pytest.fixture(scope="module")
def schema():
    done = CliRunner().invoke(main, ["report", "--schema"])
    assert done.exit_code == 0
    return json.loads(done.stdout)


def faults(document, schema):
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in checker.iter_errors(document)]


def closed(schema):
    """Return the schema with no room for fields that it does not declare; columns of the user may stand in groups."""
    strict = copy.deepcopy(schema)

    def close(node):
        if isinstance(node, dict):
            if "properties" in node and "rows_behind" not in node["properties"]:
                node.setdefault("additionalProperties", False)
            for below in node.values():
                close(below)
        elif isinstance(node, list):
            for below in node:
                close(below)

    close(strict)
    return strict


def report(folder, *inputs, definition="", options=()):
    (folder / "report.toml").write_text(definition, encoding="utf-8")
    path = folder / "report.json"
    arguments = ["report", *map(str, inputs), "--definition", str(folder / "report.toml"), "-o", str(path), *options]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return json.loads(path.read_text("utf-8"))


def test_the_schema_is_one_of_2020_12(schema):
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_schema_needs_no_other_argument_and_opens_nothing():
    done = CliRunner().invoke(main, ["report", "--schema"])
    assert done.stdout.startswith("{") and done.stdout.endswith("}\n")


def cases(folder):
    """Yield the arguments of reports of every kind."""
    later = EXAMPLE.read_text("utf-8").splitlines()[:40]
    (folder / "early.csv").write_text("\n".join(later).replace("2025-", "2024-"), encoding="utf-8")
    (folder / "empty.csv").write_text("date,team,model,region,output_tokens\n", encoding="utf-8")
    (folder / "bad.csv").write_text("date,model,output_tokens\n2025-01-01,none-such,5\n", encoding="utf-8")
    hall = footprint.datacenter(facility_energy="10 MWh", it_energy="8 MWh_IT", region="FR")
    (folder / "hall.json").write_text(json.dumps(hall.as_dict()), encoding="utf-8")
    yield [EXAMPLE], (ROOT / "reports" / "example.toml").read_text("utf-8")
    yield [EXAMPLE, folder / "early.csv"], 'period = ["2025-01-01", "2025-12-31"]\nbase_year = 2024\nrole = "owner"\n'
    yield [EXAMPLE, folder / "hall.json"], 'period = ["2025-01-10", "2025-06-30"]\n'
    yield [folder / "hall.json"], 'role = "owner"\n'
    yield [folder / "empty.csv"], ""
    yield [folder / "bad.csv"], 'excluded = "all"\n'


@pytest.mark.parametrize("number", range(6))
def test_every_report_is_valid_and_has_no_field_that_is_not_declared(tmp_path, schema, number):
    inputs, definition = list(cases(tmp_path))[number]
    document = report(tmp_path, *inputs, definition=definition)
    assert faults(document, schema) == []
    assert faults(document, closed(schema)) == []


def test_every_published_report_is_valid(schema):
    for path in GOLDEN:
        document = json.loads(path.read_text("utf-8"))
        if "rows_in" in document:
            assert faults(document, schema) == [], path.name


def test_a_wrong_unit_is_no_valid_report(tmp_path, schema):
    document = report(tmp_path, EXAMPLE)
    document["total"]["facility_energy"]["unit"] = "MWh"
    assert len(faults(document, schema)) == 1
