"""The places of figures in standards: each data point answered, by role, and nothing claimed."""

import csv
import json
import re

import openpyxl
import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint._files import shipped
from footprint.commands import main

DATASETS = shipped("datasets", "datapackage.json")
USAGE = """\
date,team,model,region,requests,input_tokens,output_tokens
2025-01-10,Search,gpt-4o,FR,120,90000,31000
2025-02-11,Coding,gpt-4o,US,150,99000,36000
"""


def rows(name):
    with (DATASETS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def made(folder, definition="", *, inputs=None, endings=("json",), options=()):
    if inputs is None:
        inputs = [folder / "usage.csv"]
        inputs[0].write_text(USAGE, encoding="utf-8")
    (folder / "report.toml").write_text(definition, encoding="utf-8")
    paths = [folder / f"report.{ending}" for ending in endings]
    outputs = [part for path in paths for part in ("-o", str(path))]
    command = ["report", *map(str, inputs), "--definition", str(folder / "report.toml"), *outputs, *options]
    done = CliRunner().invoke(main, [*command, "--date", "2026-01-31"])
    assert done.exit_code == 0, done.output
    return json.loads(paths[0].read_text("utf-8")) if endings == ("json",) else paths


def points(report):
    return {point["id"]: point for standard in report["mapping"] for point in standard["points"]}


def by_name(report, standard, name):
    found = next(item for item in report["mapping"] if item["standard"] == standard)
    return next(point for point in found["points"] if point["point"] == name)


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    path = tmp_path_factory.mktemp("hall") / "hall.json"
    metered = footprint.datacenter(
        facility_energy="100 MWh", it_energy="80 MWh_IT", water_input="100 m3", region="FR", date="2025-03-01"
    )
    path.write_text(json.dumps(metered.as_dict()), encoding="utf-8")
    return path


def test_every_point_has_a_figure_or_a_reason(tmp_path, hall):
    for definition in ("", 'role = "buyer"\n', 'role = "owner"\n', 'role = "tenant"\n'):
        for inputs in (None, [hall]):
            found = points(made(tmp_path, definition, inputs=inputs))
            assert set(found) == {row["id"] for row in rows("disclosures")}
            for point in found.values():
                assert (point["value"] is None) == (point["not_given_because"] is not None), point


def test_every_standard_says_its_version_and_date(tmp_path):
    for standard in made(tmp_path)["mapping"]:
        assert standard["version"] and re.fullmatch(r"\d{4}(-\d{2}){0,2}", standard["issued"]) and standard["status"]
    assert {row["id"] for row in rows("standards")} == {row["standard"] for row in rows("disclosures")}


def test_a_buyer_has_all_in_scope_3_category_1_and_none_in_scope_2(tmp_path):
    found = made(tmp_path, 'role = "buyer"\n')
    total = found["total"]
    carbon = sum(total[name]["value"] for name in ("carbon_location", "carbon_embodied", "carbon_upstream"))
    assert by_name(found, "ghg_scope3", "Category 1")["value"] == approx(carbon / 1000, rel=1e-9)
    assert "scope 3, category 1" in by_name(found, "ghg_scope2", "Location-based")["not_given_because"]
    assert "own operations alone" in by_name(found, "esrs_2023", "E3-4, 28 (a)")["not_given_because"]


def test_an_owner_has_electricity_in_scope_2_and_hardware_and_losses_apart(tmp_path):
    found = made(tmp_path, 'role = "owner"\n')
    total = found["total"]
    for standard, name, result in (
        ("ghg_scope2", "Location-based", "carbon_location"),
        ("ghg_scope3", "Category 2", "carbon_embodied"),
        ("ghg_scope3", "Category 3", "carbon_upstream"),
        ("iso_14064_1", "Category 2", "carbon_location"),
    ):
        point = by_name(found, standard, name)
        assert point["value"] == approx(total[result]["value"] / 1000, rel=1e-9)
        assert point["unit"] == "tCO2e"
        assert point["low"] < point["value"] < point["high"]


def test_the_market_based_figure_is_never_that_of_the_location(tmp_path):
    point = by_name(made(tmp_path, 'role = "owner"\n'), "ghg_scope2", "Market-based")
    assert point["value"] is None
    assert "no contract, supplier factor or residual mix was declared" in point["not_given_because"]


def test_carriers_of_own_electricity_add_up_to_it(tmp_path):
    found = made(tmp_path, 'role = "owner"\n')
    parts = [by_name(found, "esrs_2023", f"E1-5, 37 ({letter})")["value"] for letter in "abc"]
    assert sum(parts) == approx(by_name(found, "esrs_2023", "E1-5, 37")["value"], rel=5e-3)
    assert by_name(found, "esrs_2023", "E1-5, 37")["unit"] == "MWh"


def test_without_a_role_no_scope_is_claimed(tmp_path):
    found = made(tmp_path)
    assert "no role was given" in by_name(found, "ghg_corporate", "Scope 2")["not_given_because"]


def test_a_figure_over_revenue_needs_the_revenue(tmp_path):
    name = ("esrs_2023", "E1-5, AR 36")
    assert "no net revenue" in by_name(made(tmp_path, 'role = "owner"\n'), *name)["not_given_because"]
    found = made(tmp_path, 'role = "owner"\nrevenue = 4e6\ncurrency = "EUR"\n')
    assert by_name(found, *name)["value"] == approx(found["total"]["facility_energy"]["value"] / 1000 / 4, rel=1e-9)


def test_the_key_figures_of_a_hall_are_those_of_its_meters(tmp_path, hall):
    found = made(tmp_path, 'role = "owner"\n', inputs=[hall])
    wanted = {"E_DC": 100_000, "E_IT": 80_000, "W_IN": 100, "PUE": 1.25, "WUE": 1.25}
    for name, value in wanted.items():
        assert by_name(found, "eu_2024_1364", name)["value"] == approx(value, rel=1e-9), name
    for name in ("ERF", "REF", "E_REUSE", "E_RES-TOT"):
        assert by_name(found, "eu_2024_1364", name)["not_given_because"] == "no reading was given for all of it"


def test_usage_of_models_has_no_key_figures_of_a_hall(tmp_path):
    assert by_name(made(tmp_path), "eu_2024_1364", "PUE")["not_given_because"].endswith("not of a data centre alone")


def test_the_score_is_operation_and_hardware_over_tokens_and_leaves_training_out(tmp_path):
    found = made(tmp_path)
    tokens = (90000 + 31000 + 99000 + 36000) / 1e6
    carbon = sum(found["total"][name]["value"] for name in ("carbon_location", "carbon_embodied"))
    assert by_name(found, "sci", "SCI = (O + M) / R")["value"] == approx(carbon * 1000 / tokens, rel=1e-9)
    path = tmp_path / "run.json"
    path.write_text(json.dumps(footprint.training("gpt-3").as_dict()), encoding="utf-8")
    mixed = made(tmp_path, inputs=[tmp_path / "usage.csv", path])
    assert by_name(mixed, "sci", "SCI = (O + M) / R")["value"] is None


def test_points_whose_text_was_not_read_say_so(tmp_path):
    (path,) = made(tmp_path, endings=("md",))
    text = path.read_text("utf-8")
    assert "No document was read for the numbers of these points" in text
    revised = [row for row in rows("disclosures") if row["standard"] == "esrs_2026"]
    assert all(row["evidence"] == "unverified" and not re.search(r"E\d-\d", row["point_en"]) for row in revised)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_claimed_and_everything_is_in_the_language(tmp_path, language):
    html, md, xlsx = made(tmp_path, 'role = "buyer"\n', endings=("html", "md", "xlsx"), options=("--lang", language))
    names = {"en": "Places in standards", "fr": "Correspondance avec les normes"}
    for path in (html, md):
        text = path.read_text("utf-8")
        assert names[language] in text
        assert not re.search(r"complian|certifi|conform[eé]|neutral", text, re.IGNORECASE)
    book = openpyxl.load_workbook(xlsx)
    sheet = book[{"en": "Standards", "fr": "Normes"}[language]]
    assert sheet.max_row > len(rows("disclosures"))
    assert any(str(cell.value).startswith("=(") for row in sheet.iter_rows() for cell in row)


def test_remarks_of_a_french_report_are_joined_as_french_writes_a_semicolon(tmp_path):
    (md,) = made(tmp_path, 'role = "buyer"\n', endings=("md",), options=("--lang", "fr"))
    text = md.read_text("utf-8")
    assert re.search(r"\s; non vérifiée", text)
    assert not re.search(r"\S; non vérifiée", text)
