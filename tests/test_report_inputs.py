"""What a report is made of: usage and results in any mixture, computed again, each counted once; and its period."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint.commands import main
from footprint.results import RESULTS

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "usage_2025.csv"
HEAD = "date,team,model,region,requests,input_tokens,output_tokens"
USAGE = f"""{HEAD}
2024-12-31,Search,gpt-4o,FR,100,90000,31000
2025-01-10,Search,gpt-4o,FR,120,90000,31000
2025-02-11,Coding,gpt-4o,US,150,99000,36000
2025-12-31,Coding,claude-3.7-sonnet,aws:us-east-1,80,400000,52000
2026-01-01,Search,gpt-4o,FR,10,9000,3100
"""
COMPARED = ("it_energy", "facility_energy", "carbon_location", "carbon_embodied", "water_site", "water_grid")


def cli(*arguments, code=0):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def report(folder, *inputs, definition="", options=(), name="out"):
    """Return the data of a report of some files."""
    (folder / "report.toml").write_text(definition, encoding="utf-8")
    path = folder / f"{name}.json"
    cli("report", *inputs, "--definition", folder / "report.toml", "-o", path, "--date", "2026-01-31", *options)
    return json.loads(path.read_text("utf-8"))


def refused(folder, *inputs, code=1, options=()):
    done = cli("report", *inputs, "-o", folder / "out.json", *options, code=code)
    assert not (folder / "out.json").exists()
    return " ".join(done.stderr.split())


@pytest.fixture
def usage(tmp_path):
    path = tmp_path / "usage.csv"
    path.write_text(USAGE, encoding="utf-8")
    return path


ESTIMATES = {
    "query": ("query", "gpt-4o", "--input-tokens", "500", "--output-tokens", "400", "--region", "FR"),
    "training": ("training", "gpt-3"),
    "run": ("training", "--accelerator", "h100", "--count", "8", "--hours", "24 h", "--region", "US"),
    "hall": ("datacenter", "--it-load", "20 kW", "--hours", "8760 h", "--pue", "1.3", "--region", "IE"),
    "instance": ("instance", "p4d.24xlarge", "--hours", "24 h", "--region", "aws:us-east-1"),
    "meters": ("datacenter", "--facility-energy", "100 MWh", "--it-energy", "80 MWh", "--region", "FR"),
}


@pytest.fixture
def estimated(tmp_path):
    """Return a function that writes the JSON of an estimate."""

    def write(kind, *options, name=None):
        path = tmp_path / f"{name or kind}.json"
        path.write_text(cli(*ESTIMATES[kind], *options, "--format", "json").stdout, encoding="utf-8")
        return path

    return write


# --- results as inputs -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ESTIMATES)
def test_the_report_of_an_estimate_has_its_figures_and_ranges(tmp_path, estimated, kind):
    path = estimated(kind, "--date", "2025-03-01") if kind != "training" else estimated(kind)
    said, found = json.loads(path.read_text("utf-8")), report(tmp_path, path)
    assert found["rows_in"] == found["rows_estimated"] == 1
    for name in RESULTS:
        if said[name] is None:
            assert found["total"][name] is None
        else:
            for end in ("value", "low", "high"):
                assert found["total"][name][end] == approx(said[name][end], rel=1e-9), (name, end)


def test_usage_and_results_of_every_kind_add_up(tmp_path, usage, estimated):
    files = [estimated(kind) for kind in ("query", "training", "hall", "instance")]
    alone = [report(tmp_path, path, name="one")["total"] for path in (usage, *files)]
    found = report(tmp_path, usage, *files)
    assert found["rows_in"] == 9
    for name in COMPARED:
        known = [total[name]["value"] for total in alone if total[name] is not None]
        assert found["total"][name]["value"] == approx(sum(known), rel=1e-9), name
    assert {group["source_file"] for group in found["groups"]["source_file"]} == {str(usage), *map(str, files)}


def test_two_like_activities_are_two(tmp_path, estimated):
    """Neither their hours nor the PUE of their meters are added to one another's, nor taken for the same."""
    first = estimated("meters", "--date", "2025-03-01", name="first")
    second = estimated("meters", "--date", "2025-04-01", name="second")
    one, both = report(tmp_path, first), report(tmp_path, first, second)
    for name in ("it_energy", "facility_energy", "carbon_location"):
        assert both["total"][name]["value"] == approx(2 * one["total"][name]["value"], rel=1e-9)


def test_the_report_of_a_report_is_that_report(tmp_path, usage, estimated):
    first = report(tmp_path, usage, estimated("hall"), name="first")
    again = report(tmp_path, tmp_path / "first.json", name="again")
    assert again["total"] == first["total"]
    assert again["groups"]["month"] == first["groups"]["month"]
    assert [entry["name"] for entry in again["inputs"][0]["inputs"]] == [str(usage), str(tmp_path / "hall.json")]


def test_a_batch_is_an_input_with_its_rejected_rows(tmp_path):
    path = tmp_path / "batch.json"
    arguments = ("batch", EXAMPLE, "--by", "team", "--format", "json", "--min-coverage", "0")
    path.write_text(cli(*arguments).stdout, encoding="utf-8")
    said, found = json.loads(path.read_text("utf-8")), report(tmp_path, path)
    assert found["total"]["carbon_location"] == said["total"]["carbon_location"]
    assert (found["rows_in"], found["rows_rejected"]) == (said["rows_in"], said["rows_rejected"])
    assert found["rejections"] == said["rejections"]
    assert found["coverage"] == said["coverage"]


def test_a_report_of_results_is_replayed(tmp_path, usage, estimated):
    found = report(tmp_path, usage, estimated("training"), estimated("meters"))
    text = cli("report", "--replay", tmp_path / "out.json").stdout
    assert "Every factor is as it was." in text
    assert all(line.rstrip().endswith("=") for line in text.splitlines()[2:8])
    assert found["activity"]["combinations"][-1]["kind"] == "datacenter"


def test_a_figure_that_was_changed_by_hand_is_computed_and_said(tmp_path, estimated):
    path = estimated("hall", "--date", "2025-03-01")
    document = json.loads(path.read_text("utf-8"))
    true = document["carbon_location"]["value"]
    document["carbon_location"]["value"] = true / 2
    path.write_text(json.dumps(document), encoding="utf-8")
    found = report(tmp_path, path)
    assert found["total"]["carbon_location"]["value"] == approx(true, rel=1e-9)
    assert any("says another carbon location than follows from what happened" in text for text in found["warnings"])


def test_a_result_of_another_edition_is_computed_again_and_said(tmp_path, estimated):
    path = estimated("hall", "--date", "2025-03-01")
    path.write_text(path.read_text("utf-8").replace(json.loads(path.read_text("utf-8"))["edition"], "0" * 12))
    warnings = report(tmp_path, path)["warnings"]
    assert any("was written with factors of edition 000000000000; it was computed again" in text for text in warnings)


def test_python_writes_results_that_a_report_takes(tmp_path):
    path = tmp_path / "run.json"
    run = footprint.training("gpt-3")
    path.write_text(json.dumps(run.as_dict()), encoding="utf-8")
    assert report(tmp_path, path)["total"]["carbon_location"]["value"] == approx(run.carbon_location.m_as("kgCO2e"))


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": "x", "deps": {"a": 1}}', "a JSON object with 'name', 'deps'"),
        ("{}\n", "an empty JSON object"),
        ('[{"date": "2025-01-01", "model": "gpt-4o"}]', "a JSON array of 1 rows: write one object a line"),
        ("[1, 2, 3]", "a JSON array of 3"),
        ('{\n "$schema": "https://vega.github.io/schema/vega-lite/v6.json",\n "data": {}}', "a chart (Vega-Lite)"),
    ],
)
def test_json_that_is_none_of_ours_is_refused_by_what_it_holds(tmp_path, text, said):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    found = refused(tmp_path, path)
    assert f"other.json holds {said}" in found
    assert "neither usage nor a result of ours" in found


def test_an_array_of_results_is_refused_with_what_to_do(tmp_path, estimated):
    path = tmp_path / "all.json"
    path.write_text(f"[{estimated('query').read_text('utf-8')}]", encoding="utf-8")
    assert "a JSON array of 1 results: write each to a file of its own" in refused(tmp_path, path)


def test_the_same_file_twice_is_refused_by_both_names(tmp_path, usage):
    copy = tmp_path / "copy.csv"
    copy.write_bytes(usage.read_bytes())
    said = refused(tmp_path, usage, copy)
    assert f"{usage} and {copy} are the same file: its use would be counted twice" in said
    assert "--allow-overlap" not in said


def test_the_same_result_twice_is_refused_by_both_names(tmp_path, estimated):
    path = estimated("query")
    copy = tmp_path / "copy.json"
    copy.write_bytes(path.read_bytes())
    assert f"{path} and {copy} are the same file" in refused(tmp_path, path, copy)


def test_usage_beside_a_report_of_it_is_refused_by_both_names(tmp_path, usage):
    report(tmp_path, usage, name="first")
    said = refused(tmp_path, usage, tmp_path / "first.json")
    assert f"first.json was made of {usage}, which is given too" in said


def test_two_reports_of_the_same_usage_are_refused(tmp_path, usage, estimated):
    report(tmp_path, usage, name="first")
    report(tmp_path, usage, estimated("query"), name="second")
    said = refused(tmp_path, tmp_path / "first.json", tmp_path / "second.json")
    assert "second.json was made of" in said and "first.json" in said and "counted twice" in said


def test_columns_of_results_cannot_be_mapped(tmp_path, estimated):
    path = estimated("query")
    assert "a result says so itself" in refused(tmp_path, path, code=2, options=("--set", "region=US"))


def test_a_batch_without_its_activity_says_to_write_it_again(tmp_path, usage):
    path = tmp_path / "batch.json"
    document = json.loads(cli("batch", usage, "--format", "json").stdout)
    del document["activity"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "totals alone, and no aggregated activity" in refused(tmp_path, path)


@pytest.mark.parametrize(
    "change",
    [
        {"entries": 5},
        {"combinations": [{"model": 3}]},
        {"combinations": [{"kind": "house"}]},
        {"loads": []},
        {"groups": [[]]},
        {"grouped_by": ["a", "b", "c", "d", "e"]},
    ],
)
def test_activity_that_cannot_be_is_refused(tmp_path, usage, change):
    document = report(tmp_path, usage, name="first")
    document["activity"] |= change
    path = tmp_path / "spoiled.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "spoiled.json cannot be computed again" in refused(tmp_path, path)


@pytest.mark.parametrize(
    ("field", "value"), [("combination", 99), ("combination", -1), ("group", 99), ("rows", -1), ("rows", 1e400)]
)
def test_an_entry_that_cannot_be_is_refused(tmp_path, usage, field, value):
    document = report(tmp_path, usage, name="first")
    document["activity"]["entries"][0][field] = value
    path = tmp_path / "spoiled.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = refused(tmp_path, path)
    assert "spoiled.json" in said


def test_a_column_to_group_by_that_no_input_has_is_refused(tmp_path, estimated):
    path = estimated("query")
    (tmp_path / "d.toml").write_text('group_by = "team"\n', encoding="utf-8")
    assert "group_by: no input has a column 'team'" in refused(
        tmp_path, path, options=("--definition", tmp_path / "d.toml")
    )


def test_one_row_of_usage_as_json_is_usage(tmp_path):
    path = tmp_path / "row.json"
    path.write_text('{"date": "2025-02-01", "model": "gpt-4o", "region": "FR", "output_tokens": 400}\n')
    assert report(tmp_path, path)["rows_estimated"] == 1


# --- the period --------------------------------------------------------------------------------------

YEAR = 'period = ["2025-01-01", "2025-12-31"]\n'


def test_rows_outside_the_period_are_left_out_and_said(tmp_path, usage):
    found = report(tmp_path, usage, definition=YEAR)
    assert found["rows_in"] == 3
    assert found["period"]["left_out"] == {"rows": 2, "first": "2024-12-31", "last": "2026-01-01"}
    inside = tmp_path / "inside.csv"
    inside.write_text("\n".join(USAGE.splitlines()[:1] + USAGE.splitlines()[2:5]) + "\n", encoding="utf-8")
    assert found["total"] == report(tmp_path, inside, name="inside")["total"]


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_reader_is_told_of_rows_that_are_left_out(tmp_path, usage, ending):
    (tmp_path / "d.toml").write_text(YEAR, encoding="utf-8")
    path = tmp_path / f"out.{ending}"
    cli("report", usage, "--definition", tmp_path / "d.toml", "-o", path)
    text = " ".join(path.read_text("utf-8").split())
    assert "2 rows lie outside January to December 2025 and are left out; they are of" in text


def test_a_rejected_row_outside_the_period_is_left_out_too(tmp_path, usage):
    usage.write_text(USAGE + "2024-05-05,Search,no-such-model,FR,1,1,1\n2025-05-05,Search,no-such-model,FR,1,1,1\n")
    found = report(tmp_path, usage, definition=YEAR)
    assert (found["rows_in"], found["rows_rejected"], found["period"]["left_out"]["rows"]) == (4, 1, 3)


def test_a_row_whose_date_cannot_be_read_is_rejected_whatever_the_period(tmp_path, usage):
    usage.write_text(USAGE + "soon,Search,gpt-4o,FR,1,1,1\n,Search,gpt-4o,FR,1,1,1\n", encoding="utf-8")
    found = report(tmp_path, usage, definition=YEAR)
    assert found["rows_rejected"] == 2
    assert {row["column"] for row in found["rejections"]} == {"date"}


def test_usage_without_days_is_counted_and_said(tmp_path, usage):
    usage.write_text("model,region,output_tokens\ngpt-4o,FR,400\n", encoding="utf-8")
    found = report(tmp_path, usage, definition=YEAR)
    assert found["rows_in"] == 1
    assert found["period"]["undated"] == {"rows": 1, "files": [str(usage)], "counted": True}


def test_usage_of_one_stated_day_is_in_the_period_or_not(tmp_path, usage):
    usage.write_text("model,region,output_tokens\ngpt-4o,FR,400\n", encoding="utf-8")
    assert report(tmp_path, usage, definition=YEAR, options=("--set", "date=2025-06-01"))["rows_in"] == 1
    outside = report(tmp_path, usage, definition=YEAR, options=("--set", "date=2024-06-01"))
    assert outside["rows_in"] == 0
    assert outside["period"]["left_out"] == {"rows": 1, "first": "2024-06-01", "last": "2024-06-01"}


def test_an_estimate_is_in_the_period_by_its_day_and_without_one_it_is_said(tmp_path, estimated):
    inside = estimated("hall", "--date", "2025-03-01", name="inside")
    outside = estimated("hall", "--date", "2024-03-01", name="outside")
    unsaid = estimated("query")
    found = report(tmp_path, inside, outside, unsaid, definition=YEAR)
    assert found["rows_in"] == 2
    assert found["period"]["left_out"]["first"] == "2024-03-01"
    assert found["period"]["undated"]["files"] == [str(unsaid)]


def test_a_report_is_cut_by_its_months(tmp_path, usage):
    whole = report(tmp_path, usage, name="whole")
    found = report(tmp_path, tmp_path / "whole.json", definition=YEAR)
    assert found["rows_in"] == 3
    assert found["period"]["left_out"]["rows"] == 2
    wanted = [group for group in whole["groups"]["month"] if group["month"].startswith("2025")]
    carbon = sum(group["carbon_location"]["value"] for group in wanted)
    assert found["total"]["carbon_location"]["value"] == approx(carbon, rel=1e-9)


def test_a_month_of_a_report_that_the_period_cuts_stays_whole_and_is_said(tmp_path, usage):
    report(tmp_path, usage, name="whole")
    period = 'period = ["2025-01-15", "2025-12-31"]\n'
    found = report(tmp_path, tmp_path / "whole.json", definition=period)
    assert found["period"]["whole_months"] == ["2025-01"]
    assert found["rows_in"] == 3
    assert report(tmp_path, usage, definition=period)["rows_in"] == 2


def test_a_period_without_rows_is_a_report_that_says_so(tmp_path, usage):
    path = tmp_path / "out.md"
    (tmp_path / "d.toml").write_text('period = ["2023-01-01", "2023-12-31"]\n', encoding="utf-8")
    cli("report", usage, "--definition", tmp_path / "d.toml", "-o", path)
    text = path.read_text("utf-8")
    assert "5 rows lie outside January to December 2023 and are left out" in text
    assert "nothing is known of the emissions" in text
