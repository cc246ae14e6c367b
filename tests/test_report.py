"""A report as data: what it holds, that its parts add up, and that it is computed again, with its factors or others."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest import approx

from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.reporting.data import replay
from footprint.results import RESULTS

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "usage_2025.csv"
DEFINITION = ROOT / "reports" / "example.toml"
SOURCE = "own,Power contract,,Us,2024,,,internal,,2024-01-02,primary,held by purchasing"
HEADERS = {
    "factors": "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note",
    "sources": "id,title,authors,publisher,year,url,doi,licence,attribution,retrieved,read_as,note",
}


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["report", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The report of the example organisation as data: its path."""
    path = tmp_path_factory.mktemp("report") / "report.json"
    run(EXAMPLE, "--definition", DEFINITION, "-o", path, "--date", "2026-01-31")
    return path


@pytest.fixture(scope="module")
def report(written):
    return json.loads(written.read_text("utf-8"))


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Return a function that writes an overlay with rows of factors."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what is built of it is not kept

    def write(*rows):
        folder = tmp_path / "own"
        folder.mkdir()
        for table, lines in {"sources": [SOURCE], "factors": rows}.items():
            (folder / f"{table}.csv").write_text("\n".join([HEADERS[table], *lines]) + "\n", encoding="utf-8")
        return folder

    return write


# --- what it holds -----------------------------------------------------------------------------------


def test_the_data_name_the_inputs_by_their_hash(report):
    (given,) = report["inputs"]
    assert given["sha256"] == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert report["rows_in"] == len(EXAMPLE.read_text("utf-8").splitlines()) - 1
    assert report["rows_in"] == report["rows_estimated"] + report["rows_rejected"]


def test_the_groups_add_up_to_the_total(report):
    for name in ("team", "month", "model", "region"):
        groups = report["groups"][name]
        assert sum(group["rows"] for group in groups) == report["rows_estimated"]
        for result in ("facility_energy", "carbon_location", "carbon_embodied", "water_site", "water_grid"):
            assert sum(group[result]["value"] for group in groups) == approx(report["total"][result]["value"], rel=1e-9)


def test_the_total_is_that_of_a_batch(report):
    arguments = ["batch", str(EXAMPLE), "--format", "json", "--min-coverage", "0"]
    summary = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert summary["total"] == report["total"]


def test_a_figure_that_is_not_known_is_null(report):
    assert report["total"]["carbon_market"] is None
    assert report["total"]["water_embodied"] is None


def test_every_factor_says_where_it_comes_from(report):
    for factor in report["factors"]:
        assert factor["unit"] is not None and factor["rung"]
        assert factor["rung"] == "definition" or (factor["evidence"] and factor["citation"]), factor["id"]


def test_the_data_say_how_they_were_made(report):
    assert report["tool_version"] and report["edition"] == open_catalogue().edition
    assert report["made"] == "2026-01-31T00:00:00+00:00"
    assert report["command"].startswith("footprint")
    assert report["report"]["organisation"] == "Example organisation (invented)"
    assert report["grid_boundary"] == "lifecycle"


# --- computed again ----------------------------------------------------------------------------------


def test_a_report_that_is_computed_again_is_the_same_to_a_billionth(written):
    found = replay(written, open_catalogue())
    rows = {row["result"]: row for row in found.rows()}
    assert set(rows) == set(RESULTS)
    for name in ("it_energy", "facility_energy", "carbon_location", "carbon_embodied", "water_site", "water_grid"):
        assert rows[name]["new"] == approx(rows[name]["old"], rel=1e-9)
    assert rows["carbon_market"]["old"] is rows["carbon_market"]["new"] is None
    assert found.changed == []
    assert found.old_edition == found.new_edition


def test_the_command_prints_old_beside_new_and_that_nothing_changed(written):
    text = run("--replay", written).stdout
    assert text.startswith(f"Computed again with edition {open_catalogue().edition}\n")
    assert "Every factor is as it was." in text
    line = next(line for line in text.splitlines() if "carbon, location-based" in line)
    value, again, unit, off = line.split()[-4:]
    assert (value, unit, off) == (again, "kgCO2e", "=")


def test_with_another_factor_the_report_says_which_one_and_what_it_does(written, report, overlay):
    """All that runs in France is taken at twice its intensity: that carbon doubles, and nothing else changes."""
    old = next(factor for factor in report["factors"] if factor["id"] == "grid_lifecycle_fra_2025")
    row = f"own_grid,grid_average_lifecycle,,FRA,2025,{2 * old['value']},,,fixed,gCO2e/kWh,own,,primary,"
    found = replay(written, open_catalogue(overlay(row)))
    french = [group for group in report["groups"]["region"] if group["region"] in FRENCH]
    assert len(french) == len(FRENCH)
    doubled = sum(group["carbon_location"]["value"] for group in french)
    rows = {row["result"]: row for row in found.rows()}
    assert rows["carbon_location"]["new"] == approx(report["total"]["carbon_location"]["value"] + doubled, rel=1e-9)
    for name in ("it_energy", "facility_energy", "carbon_embodied", "water_site", "water_grid"):
        assert rows[name]["new"] == approx(rows[name]["old"], rel=1e-9)
    changed = {change["id"]: (change["name"], change["old"], change["new"]) for change in found.changed}
    assert changed["grid_lifecycle_fra_2025"] == ("grid_intensity", old["value"], None)
    assert changed["own_grid"] == ("grid_intensity", None, 2 * old["value"])
    assert found.old_edition != found.new_edition


FRENCH = {"azure:francecentral", "gcp:europe-west9", "FR"}


def test_the_command_prints_the_restatement_with_its_cause(written, report, overlay):
    row = "own_pue,pue,azure,,,1.32,,,fixed,kWh/kWh_IT,own,,primary,"
    text = run("--replay", written, "--factors", overlay(row)).stdout
    assert f"it was {report['edition']}" in text.splitlines()[0]
    assert "Factors that differ" in text
    assert "pue: not used before, 1.32 now (own_pue)" in text
    line = next(line for line in text.splitlines() if "electricity, building's meter" in line)
    assert line.rstrip().endswith("%")
    plugs = next(line for line in text.splitlines() if "electricity, servers' plugs" in line)
    assert plugs.rstrip().endswith("=")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"activity": 5, "edition": "x", "factors": []}', "null"])
def test_a_file_that_is_no_report_is_refused(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    said = run("--replay", path, code=1).stderr
    assert said.startswith("Error: ")
    assert "Traceback" not in said


def test_a_replay_takes_no_other_input_or_output(written, tmp_path):
    said = run("--replay", written, EXAMPLE, code=2).stderr
    assert "--replay computes one report again: give no other input and no output." in " ".join(said.split())
    run("--replay", written, "-o", tmp_path / "x.html", code=2)


# --- the command -------------------------------------------------------------------------------------


def test_an_ending_that_is_no_format_is_refused_before_the_work(tmp_path):
    said = run(EXAMPLE, "-o", tmp_path / "report.docx", code=2).stderr
    assert ".html, .pdf" in " ".join(said.split())
    assert list(tmp_path.iterdir()) == []


def test_a_report_needs_an_input_and_an_output(tmp_path):
    assert "a report needs usage files or results, and an output" in run(EXAMPLE, code=2).stderr
    assert "a report needs usage files or results, and an output" in run("-o", tmp_path / "x.html", code=2).stderr


def test_a_column_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "report.toml").write_text('group_by = "departement"\n', encoding="utf-8")
    said = run(EXAMPLE, "--definition", tmp_path / "report.toml", "-o", tmp_path / "x.html", code=2).stderr
    assert "departement" in said
    assert not (tmp_path / "x.html").exists()


def test_an_old_report_stays_where_a_new_one_cannot_be_made(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    (tmp_path / "usage.csv").write_text("", encoding="utf-8")
    run(tmp_path / "usage.csv", "-o", path, code=1)
    assert path.read_text("utf-8") == "old"
