"""Every row of the reference data, asked at once: through the built database, and through the check of the files."""

import ast
import csv
import importlib
import re
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import fmean

import pytest
from pytest import approx

import footprint.methods  # noqa: F401 - declares the equations
from footprint._files import shipped
from footprint.catalogue import open_catalogue
from footprint.catalogue.build import descriptor, files_of
from footprint.catalogue.check import check
from footprint.catalogue.entry import EVIDENCE
from footprint.catalogue.names import normal
from footprint.settling.training import _RUN_INPUTS
from footprint.units import equations, unit_of

DATASETS = shipped("datasets", "datapackage.json")
SETTLING = DATASETS.parent / "footprint" / "settling"


@pytest.fixture(scope="module")
def catalogue():
    return open_catalogue()


@pytest.fixture(scope="module")
def ask(catalogue):
    """Return the rows of a query, each as a tuple; a test names the rows that fail."""
    return lambda sql: [tuple(row.values()) for row in catalogue.rows(sql)]


def test_the_check_finds_no_fault_in_any_file():
    found = check(DATASETS)
    assert [str(fault) for fault in found.faults] == []
    assert found.rows > 14_000


def test_the_data_package_is_valid_for_frictionless_too():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(DATASETS / "datapackage.json"))
    assert report.valid, report.flatten(["type", "resourceName", "rowNumber", "fieldName", "note"])[:20]


def test_every_row_of_the_files_is_in_the_database(ask):
    for name, resource in descriptor().items():
        rows = 0
        for path in files_of(DATASETS, resource):
            with path.open(encoding="utf-8", newline="") as file:
                rows += sum(1 for _ in csv.DictReader(file))
        assert ask(f'SELECT count(*) FROM "{name}"') == [(rows,)], name


def test_every_file_of_the_folder_is_declared():
    declared = {path for resource in descriptor().values() for path in files_of(DATASETS, resource)}
    assert set(DATASETS.rglob("*.csv")) == declared


# --- units and values -----------------------------------------------------------------------------


def test_every_unit_is_one_of_the_vocabulary(ask):
    units = {
        unit
        for table in ("factors", "kinds", "energy_per_use", "equivalences")
        for (unit,) in ask(f"SELECT DISTINCT unit FROM {table} WHERE unit IS NOT NULL")
    }
    assert len(units) > 40
    for unit in units:
        unit_of(unit)


def test_every_factor_has_the_unit_of_its_kind(ask):
    assert ask("SELECT f.id FROM factors f JOIN kinds k USING (kind) WHERE k.unit <> f.unit") == []


def test_every_range_holds_its_value(ask):
    for table in ("factors", "energy_per_use", "equivalences"):
        assert ask(f"SELECT id FROM {table} WHERE low > value OR high < value") == []
    for size in ("total_parameters", "active_parameters"):
        assert ask(f"SELECT id FROM models WHERE {size}_low > {size} OR {size}_high < {size}") == []


def test_no_model_has_more_active_parameters_than_parameters(ask):
    assert ask("SELECT id FROM models WHERE active_parameters > total_parameters * 1.0001") == []


def test_every_share_is_a_share_and_no_hall_gives_energy_back(ask):
    assert ask("SELECT id FROM factors WHERE kind LIKE 'pue%' AND value NOT BETWEEN 1 AND 4") == []
    assert ask("SELECT id FROM factors WHERE kind LIKE 'carbon_free_share%' AND value NOT BETWEEN 0 AND 1") == []
    assert ask("SELECT id FROM factors WHERE kind = 'grid_losses' AND value NOT BETWEEN 0 AND 0.9") == []
    assert ask("SELECT id FROM factors WHERE kind NOT IN ('coefficient') AND value < 0") == []


def test_the_shares_of_a_mix_add_up_to_one(ask):
    shares = "coal + gas + oil + nuclear + hydro + wind + solar + bioenergy + other_renewable"
    assert ask(f"SELECT zone, year, {shares} FROM electricity_mix WHERE abs({shares} - 1) > 0.02") == []


def test_a_closed_model_has_the_geometric_mean_of_its_bounds(ask):
    rows = ask(
        "SELECT id, active_parameters, sqrt(active_parameters_low * active_parameters_high) FROM models "
        "WHERE parameters_estimator = 'EcoLogits' AND active_parameters_low < active_parameters_high"
    )
    assert len(rows) > 20
    assert [id for id, value, mean in rows if value != approx(mean, rel=0.02)] == []


#: Ember's yearly data of 2024, as the world looks them up: gCO2e/kWh, life cycle.
EMBER_2024 = {
    "world": 471,
    "France": 40,
    "Norway": 30,
    "Sweden": 35,
    "Brazil": 106,
    "United Kingdom": 217,
    "Germany": 336,
    "United States": 384,
    "Japan": 483,
    "China": 555,
    "Poland": 608,
    "India": 705,
    "South Africa": 717,
}


@pytest.mark.parametrize(("place", "intensity"), EMBER_2024.items())
def test_grid_intensity_of_2024_is_that_of_ember(catalogue, place, intensity):
    [row] = catalogue.rows(
        "SELECT value, unit, source FROM factors WHERE kind = 'grid_average_lifecycle' "
        "AND zone = $zone AND year = 2024",
        zone=catalogue.place(place).id,
    )
    assert row["value"] == approx(intensity, abs=0.5)
    assert (row["unit"], row["source"]) == ("gCO2e/kWh", "owid_ember_ci_2026")


# --- sources and evidence -----------------------------------------------------------------------------


def test_every_factor_resolves_to_a_source(ask):
    assert ask("SELECT f.id FROM factors f ANTI JOIN sources s ON f.source = s.id") == []


def test_every_citation_of_every_table_resolves(ask):
    for name, resource in descriptor().items():
        for reference in resource["schema"].get("foreignKeys", ()):
            if reference["reference"]["resource"] == "sources":
                column = reference["fields"]
                lost = f'"{column}" IS NOT NULL AND "{column}" NOT IN (SELECT id FROM sources)'
                assert ask(f'SELECT "{column}" FROM "{name}" WHERE {lost}') == [], (name, column)
    others = ask("SELECT DISTINCT trim(unnest(string_split(other_sources, ';'))) FROM models")
    known = {id for (id,) in ask("SELECT id FROM sources")}
    assert {id for (id,) in others if id} <= known


def test_every_source_has_an_address_or_says_why_not(ask):
    assert ask("SELECT id FROM sources WHERE url IS NULL AND doi IS NULL AND note IS NULL") == []


def test_every_row_says_how_good_its_evidence_is(ask):
    for name, resource in descriptor().items():
        if "evidence" in {field["name"] for field in resource["schema"]["fields"]}:
            assert {word for (word,) in ask(f'SELECT DISTINCT evidence FROM "{name}"')} <= EVIDENCE.keys(), name


def test_the_words_for_evidence_mean_what_the_readme_says():
    readme = (DATASETS / "README.md").read_text("utf-8")
    table = dict(re.findall(r"^\| (\w+) \| (.+) \|$", readme.partition("## Evidence")[2], re.MULTILINE))
    assert {word: table[word] for word in EVIDENCE} == EVIDENCE


def test_every_judgement_and_every_unverified_factor_gives_its_reason(ask):
    assert ask("SELECT id FROM factors WHERE evidence IN ('judgement', 'unverified') AND note IS NULL") == []


def test_every_source_that_an_equation_names_resolves(ask):
    known = {id for (id,) in ask("SELECT id FROM sources")}
    assert {e.name: e.source for e in equations().values() if e.source and e.source not in known} == {}
    assert [e.name for e in equations().values() if not e.source] == []


def texts(value):
    """Return all texts inside a table of names: its values, and the parts of pairs."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list, set)) else ()
    return {text for part in parts for text in texts(part)}


def coefficients_of_the_methods():
    """Return the ids that the settling of activities asks for: those in its calls, and in the tables they name."""
    named = set()
    for path in sorted(SETTLING.glob("*.py")):
        tables = vars(importlib.import_module(f"footprint.settling.{path.stem}"))
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("coefficients"):
                continue
            # The last place of a call with ids alone, that of the names in the other: see Catalogue.coefficients.
            ids = call.args[0] if ast.unparse(call.func).endswith(".coefficients") else call.args[-1]
            for node in ast.walk(ids):
                if isinstance(node, (ast.Dict, ast.List)):
                    below = node.values if isinstance(node, ast.Dict) else node.elts
                    named |= {it.value for it in below if isinstance(it, ast.Constant)}
                elif isinstance(node, ast.Name) and node.id.isupper():
                    named |= texts(tables[node.id])
    return named


def test_every_coefficient_of_a_method_is_a_row_and_none_of_a_default_is_unverified(ask):
    named = coefficients_of_the_methods()
    assert {"it_over_accelerator", "training_mfu_median", "hardware_lifetime"} <= named
    assert {"memory_coefficient", "prefill_utilisation", "energy_per_token_batch_max", "batch_unknown"} <= named
    rows = dict(ask("SELECT id, evidence FROM factors"))
    assert named <= rows.keys()
    # Taken by name alone, and refused unless unverified rows are allowed.
    by_name_alone = {"roofline_efficiency"}
    assert {id for id in named if rows[id] == "unverified"} == by_name_alone


def test_no_default_of_a_product_is_unverified(ask):
    assert ask("SELECT id FROM products WHERE evidence = 'unverified'") == []
    for column in ("use", "range_use", "second_use"):
        assert (
            ask(
                f"SELECT p.id FROM products p JOIN energy_per_use e ON e.id = p.{column} "
                "WHERE p.estimable = 'yes' AND e.evidence = 'unverified'"
            )
            == []
        )


def test_no_class_default_of_a_hall_is_unverified(ask):
    rows = ask("SELECT id, evidence FROM factors WHERE subject LIKE 'class:%'")
    assert len(rows) > 4
    assert {evidence for _, evidence in rows} == {"judgement"}


def test_the_published_inputs_of_runs_are_columns_of_their_table():
    fields = {field["name"] for field in descriptor()["training_runs"]["schema"]["fields"]}
    assert {column for column, _ in _RUN_INPUTS.values()} <= fields


# --- rows against each other -----------------------------------------------------------------------------


def test_at_most_one_row_can_be_resolved_for_a_kind_subject_zone_and_year(ask):
    assert (
        ask(
            "SELECT kind, subject, zone, year, string_agg(id, ' ') FROM factors "
            "WHERE NOT regexp_matches(kind, '(_reference|_alternative|_site)$') AND kind <> 'coefficient' "
            "AND kind NOT LIKE 'generation_carbon_%' GROUP BY ALL HAVING count(*) > 1"
        )
        == []
    )


def test_a_derived_mean_is_the_mean_of_the_rows_that_its_note_names(ask):
    values = dict(ask("SELECT id, value FROM factors"))
    derived = ask(
        "SELECT id, value, note FROM factors WHERE evidence = 'derived' "
        "AND (note LIKE 'Plain mean of %' OR note LIKE 'As %')"
    )
    wrong, checked = {}, 0
    for id, value, note in derived:
        named = [word for word in re.findall(r"[\w.:\-]+_\d{4}", note) if word != id]
        if not named:
            continue  # a mean of more rows than a note can name
        assert set(named) <= values.keys(), id
        checked += 1
        mean = fmean(values[word] for word in named)
        if value != approx(mean, abs=5.1e-5):
            wrong[id] = (value, mean, named)
    assert checked > 100
    assert wrong == {}


def test_every_alias_points_to_a_model(ask):
    assert ask("SELECT alias FROM aliases a ANTI JOIN models m ON a.model = m.id") == []


def test_no_name_stands_for_two_things_of_a_kind(ask):
    assert (
        ask(
            "SELECT what, normal, string_agg(id, ' ' ORDER BY id) FROM names WHERE what <> 'place' "
            "GROUP BY ALL HAVING count(DISTINCT id) > 1"
        )
        == []
    )


def test_every_model_that_an_energy_is_of_answers_to_its_name(catalogue, ask):
    for (model,) in ask("SELECT DISTINCT model FROM energy_per_use WHERE model IS NOT NULL"):
        assert catalogue.find("model", model) == model


def test_the_periods_of_a_product_follow_each_other_without_a_gap(ask):
    periods = defaultdict(list)
    for id, first, last in ask("SELECT id, valid_from, valid_to FROM products ORDER BY id, valid_from"):
        periods[id].append((first, last))
    for id, spans in periods.items():
        for (_, last), (following, _) in pairwise(spans):
            assert last is not None and following == last + timedelta(days=1), id
        assert all(last is None or first <= last for first, last in spans), id


def test_every_estimable_product_has_a_figure_or_a_model(ask):
    assert ask("SELECT id FROM products WHERE estimable = 'yes' AND use IS NULL AND model IS NULL") == []
    assert ask("SELECT id FROM products WHERE estimable = 'no' AND use IS NOT NULL AND basis IS NULL") == []


def test_every_cloud_region_lies_in_a_country_or_a_grid_and_an_area(ask):
    assert (
        ask(
            "SELECT r.id FROM regions r JOIN zones z ON z.id = r.zone JOIN zones a ON a.id = r.area "
            "WHERE z.type <> 'country' OR a.type <> 'area'"
        )
        == []
    )
    assert ask("SELECT id FROM zones WHERE type = 'country' AND parent IS NULL") == []


def test_every_country_answers_to_its_name_and_its_codes(catalogue, ask):
    for id, name, iso2, iso3 in ask("SELECT id, name, iso2, iso3 FROM zones WHERE type = 'country'"):
        for text in filter(None, (name, iso2, iso3)):
            assert catalogue.place(normal(text)).id == id, text


def test_namibia_is_no_missing_value(catalogue):
    assert catalogue.place("NA").id == "NAM"
