"""Year on year: two periods side by side, and the change split into use and factors by the model itself."""

import json
import re

import openpyxl
import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint.commands import main
from footprint.results import RESULTS

HEAD = "date,team,model,region,requests,input_tokens,output_tokens"
OLD = (HEAD, "2023-03-01,Search,gpt-4o,FR,100,90000,31000", "2023-07-01,Coding,gpt-4o,US,200,120000,60000")
NEW = ("2024-03-01,Search,gpt-4o,FR,150,135000,46500", "2024-07-01,Coding,gpt-4o,US,100,60000,30000")
PERIODS = 'period = ["2024-01-01", "2024-12-31"]\nbase_period = ["2023-01-01", "2023-12-31"]\n'


def made(folder, rows, definition=PERIODS, *, endings=("json",), options=(), inputs=()):
    """Return the data of a report of some rows, or the paths of its formats."""
    (folder / "usage.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "report.toml").write_text(definition, encoding="utf-8")
    paths = [folder / f"report.{ending}" for ending in endings]
    outputs = [part for path in paths for part in ("-o", str(path))]
    command = ["report", str(folder / "usage.csv"), *map(str, inputs), "--definition", str(folder / "report.toml")]
    done = CliRunner().invoke(main, [*command, "--date", "2026-01-31", *outputs, *options])
    assert done.exit_code == 0, done.output
    return json.loads(paths[0].read_text("utf-8")) if endings == ("json",) else paths


def changed(report):
    return {change["result"]: change for change in report["years"]["changes"]}


def carbon(region, date, requests, read, written):
    return footprint.query(
        "gpt-4o", requests=requests, input_tokens=read, output_tokens=written, region=region, date=date
    ).carbon_location.m_as("kgCO2e")


def test_each_period_has_the_totals_of_its_own_rows(tmp_path):
    found = changed(made(tmp_path, OLD + NEW))["carbon_location"]
    old = carbon("FR", "2023-03-01", 100, 90000, 31000) + carbon("US", "2023-07-01", 200, 120000, 60000)
    new = carbon("FR", "2024-03-01", 150, 135000, 46500) + carbon("US", "2024-07-01", 100, 60000, 30000)
    assert found["old"] == approx(old, rel=1e-9)
    assert found["new"] == approx(new, rel=1e-9)
    assert found["change"]["value"] == approx(new - old, rel=1e-9)
    assert found["relative"]["value"] == approx(new / old - 1, rel=1e-9)


def test_the_restated_total_is_the_old_activity_with_the_factors_of_the_new_period(tmp_path):
    found = changed(made(tmp_path, OLD + NEW))["carbon_location"]
    restated = carbon("FR", "2024-03-01", 100, 90000, 31000) + carbon("US", "2024-07-01", 200, 120000, 60000)
    assert found["restated"] == approx(restated, rel=1e-9)
    assert found["activity"]["value"] == approx(found["new"] - restated, rel=1e-9)
    assert found["factors"]["value"] == approx(restated - found["old"], rel=1e-9)


def test_use_and_factors_make_the_whole_change(tmp_path):
    for name, change in changed(made(tmp_path, OLD + NEW)).items():
        if change["change"] is not None:
            parts = change["activity"]["value"] + change["factors"]["value"]
            assert parts == approx(change["change"]["value"], rel=1e-9, abs=1e-12), name


def test_the_same_use_changes_by_factors_alone(tmp_path):
    rows = OLD + tuple(row.replace("2023", "2024") for row in OLD[1:])
    found = changed(made(tmp_path, rows))["carbon_location"]
    assert found["activity"] == {"value": 0, "low": 0, "high": 0}
    assert found["factors"] == found["change"] != {"value": 0, "low": 0, "high": 0}


def test_factors_that_do_not_change_leave_use_alone_and_their_errors_cancel(tmp_path):
    """Twice the tokens at the same factors is twice the electricity, surely: the draws are shared."""
    rows = (*OLD, *(f"2024{row[4:]}" for row in OLD[1:]), *(f"2024{row[4:]}" for row in OLD[1:]))
    found = changed(made(tmp_path, rows))["it_energy"]
    assert found["relative"] == {"value": approx(1), "low": approx(1), "high": approx(1)}
    assert found["factors"] == {"value": 0, "low": 0, "high": 0}


def test_a_base_year_is_the_same_days_of_another_year(tmp_path):
    by_year = made(tmp_path, OLD + NEW, 'period = ["2024-01-01", "2024-12-31"]\nbase_year = 2023\n')
    assert by_year["years"]["changes"] == made(tmp_path, OLD + NEW)["years"]["changes"]


def test_a_figure_that_is_not_known_is_not_compared(tmp_path):
    found = changed(made(tmp_path, OLD + NEW))["carbon_market"]
    assert found["old"] is found["new"] is found["change"] is found["relative"] is None


def test_rows_of_the_base_are_not_in_the_report_itself(tmp_path):
    found = made(tmp_path, OLD + NEW)
    assert (found["rows_in"], found["years"]["base"]["rows_in"]) == (2, 2)
    assert set(found["total"]) >= set(RESULTS)


def test_a_training_run_is_moved_to_the_new_period_too(tmp_path):
    path = tmp_path / "run.json"
    run = footprint.training(accelerator="h100", accelerators=8, hours="24 h", pue=1.2, region="US", date="2023-05-01")
    later = footprint.training(
        accelerator="h100", accelerators=8, hours="24 h", pue=1.2, region="US", date="2024-05-01"
    )
    path.write_text(json.dumps(run.as_dict()), encoding="utf-8")
    alone = changed(made(tmp_path, OLD + NEW))["carbon_location"]
    found = changed(made(tmp_path, OLD + NEW, inputs=[path]))["carbon_location"]
    assert found["old"] - alone["old"] == approx(run.carbon_location.m_as("kgCO2e"), rel=1e-6)
    assert found["restated"] - alone["restated"] == approx(later.carbon_location.m_as("kgCO2e"), rel=1e-6)
    assert found["new"] == approx(alone["new"], rel=1e-9)


def test_without_a_base_there_is_no_such_section(tmp_path):
    found = made(tmp_path, OLD + NEW, 'period = ["2024-01-01", "2024-12-31"]\n')
    assert found["years"] is None
    (path,) = made(tmp_path, OLD + NEW, 'period = ["2024-01-01", "2024-12-31"]\n', endings=("md",))
    assert "Year on year" not in path.read_text("utf-8")


@pytest.mark.parametrize(("rows", "lacking"), [(NEW, "2023"), (OLD[1:], "2024")])
def test_a_period_without_rows_cannot_be_compared_and_it_is_said(tmp_path, rows, lacking):
    (path,) = made(tmp_path, (HEAD, *rows), endings=("md",))
    assert f"no row of January to December {lacking} could be estimated" in path.read_text("utf-8")


def test_every_format_sets_both_periods_side_by_side(tmp_path):
    html, md, pdf, xlsx = made(tmp_path, OLD + NEW, endings=("html", "md", "pdf", "xlsx"))
    for path in (html, md):
        text = re.sub(r"\s+", " ", path.read_text("utf-8"))
        assert "Totals by period, side by side" in text
        assert "January to December 2023" in text and "January to December 2024" in text
        assert "The change, split into use and factors" in text
    assert pdf.read_bytes()[:5] == b"%PDF-"
    sheet = openpyxl.load_workbook(xlsx)["Years"]
    live = [cell.value for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert len(live) > 20


def test_the_french_report_says_it_in_french(tmp_path):
    (path,) = made(tmp_path, OLD + NEW, endings=("md",), options=("--lang", "fr"))
    text = path.read_text("utf-8")
    assert "## D’une période à l’autre" in text
    assert "janvier à décembre 2023" in text


def test_a_change_says_a_direction_only_where_the_range_leaves_no_doubt(tmp_path):
    rows = (*OLD, *(f"2024{row[4:]}" for row in OLD[1:]), *(f"2024{row[4:]}" for row in OLD[1:]))
    (path,) = made(tmp_path, rows, endings=("md",))
    text = path.read_text("utf-8")
    assert re.search(r"Electricity at the meter rose by \d+", text)
    assert "by use" in text
