"""Reports of little, of much and of what is half wrong: right in every format, and each says what is missing."""

import json
import re
import shutil
import subprocess

import openpyxl
import pytest
from click.testing import CliRunner
from pytest import approx

from footprint.commands import main

HEAD = "date,team,model,region,requests,input_tokens,output_tokens"
ENDINGS = ("html", "md", "pdf", "xlsx", "json")
GOOD = "2025-03-{day:02d},Team {day},gpt-4o,FR,10,9000,3100"


def made(folder, rows, definition='group_by = "team"\n', *options):
    """Write a report of some rows in every format and return its texts, workbook and data."""
    (folder / "usage.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    (folder / "report.toml").write_text(definition, encoding="utf-8")
    paths = {ending: folder / f"report.{ending}" for ending in ENDINGS}
    outputs = [part for path in paths.values() for part in ("-o", str(path))]
    command = ["report", str(folder / "usage.csv"), "--definition", str(folder / "report.toml"), *outputs, *options]
    done = CliRunner().invoke(main, [*command, "--date", "2026-01-31"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    texts = {ending: plain(paths[ending].read_text("utf-8")) for ending in ("html", "md")}
    if shutil.which("pdftotext"):
        read = subprocess.run(["pdftotext", str(paths["pdf"]), "-"], capture_output=True, check=True)
        texts["pdf"] = plain(read.stdout.decode("utf-8"))
    book = openpyxl.load_workbook(paths["xlsx"], data_only=True)
    texts["xlsx"] = plain(" ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row))
    return texts, book, json.loads(paths["json"].read_text("utf-8"))


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("&#39;", "'").replace("&gt;", ">"))


def test_a_report_without_rows_says_that_nothing_is_known(tmp_path):
    texts, _, data = made(tmp_path, [])
    assert data["rows_in"] == 0
    assert data["coverage"] == {"rows": None, "tokens": None}
    assert all(data["total"][name] is None for name in ("facility_energy", "carbon_location", "water_site"))
    for ending in texts.keys() - {"xlsx"}:
        assert "No row could be estimated, so nothing is known of the emissions" in texts[ending], ending
    for ending, text in texts.items():
        assert "no row could be estimated" in text, ending
        assert "0 kg" not in text, ending


def test_a_report_whose_every_row_is_rejected_says_why(tmp_path):
    texts, _, data = made(tmp_path, ["2025-03-01,Search,no-such-model,FR,1,1,1"])
    assert (data["rows_in"], data["rows_estimated"], data["rows_rejected"]) == (1, 0, 1)
    for ending, text in texts.items():
        assert "unknown model or product 'no-such-model'" in text, ending


def test_a_report_of_one_month_names_it_and_draws_no_trend(tmp_path):
    texts, _, data = made(tmp_path, [GOOD.format(day=day) for day in (1, 2, 3)])
    assert [group["month"] for group in data["groups"]["month"]] == ["2025-03"]
    for ending, text in texts.items():
        assert "March 2025" in text, ending
        assert "rose" not in text and "fell by" not in text, ending


def test_a_rejected_half_is_said_on_the_first_page_and_is_in_no_total(tmp_path):
    good = [GOOD.format(day=day) for day in range(1, 11)]
    _, _, alone = made(tmp_path, good)
    texts, book, data = made(tmp_path, good + [row.replace("gpt-4o", "no-such-model") for row in good])
    assert data["total"] == alone["total"]
    assert data["coverage"] == {"rows": 0.5, "tokens": 0.5}
    for ending in texts.keys() - {"xlsx"}:
        assert "10 of 20 rows could not be estimated and are in no total" in texts[ending], ending
    assert [row[0].value for row in book["Rejected"].iter_rows() if row[0].value == 10]


def test_a_missing_market_figure_is_not_known_in_every_format_and_never_that_of_the_location(tmp_path):
    texts, book, data = made(tmp_path, [GOOD.format(day=1)], 'role = "owner"\n')
    assert data["total"]["carbon_market"] is None
    for ending, text in texts.items():
        assert "no contract, supplier factor or residual mix was declared" in text, ending
    assert "total_carbon_market" not in book.defined_names
    for ending in texts.keys() - {"xlsx"}:
        assert "market-based: not known, no contract was declared" in texts[ending], ending


def test_five_thousand_teams_are_all_in_the_data_and_the_largest_in_the_text(tmp_path):
    rows = [f"2025-03-01,T{number:04d},gpt-4o,FR,1,{number + 1},{number % 90 + 1}" for number in range(5000)]
    texts, book, data = made(tmp_path, rows)
    groups = data["groups"]["team"]
    assert len(groups) == 5000
    carbon = sum(group["carbon_location"]["value"] for group in groups)
    assert carbon == approx(data["total"]["carbon_location"]["value"], rel=1e-9)
    assert all(group["carbon_location"]["low"] <= group["carbon_location"]["value"] for group in groups)
    for ending in texts.keys() - {"xlsx"}:
        assert "and 4,975 more; the workbook and the JSON have them all" in texts[ending], ending
        assert len(texts[ending]) < 1_000_000, ending
    teams = {row[2].value for row in book["Breakdown"].iter_rows() if row[1].value == "team"}
    assert len(teams) == 5000


def test_a_use_of_nothing_is_zero_and_no_format_divides_by_it(tmp_path):
    texts, _, data = made(tmp_path, ["2025-03-01,Search,gpt-4o,FR,0,0,0"], 'headcount = 5\nrole = "owner"\n')
    assert data["total"]["facility_energy"]["value"] == 0
    for ending, text in texts.items():
        assert "nan" not in text.lower().split(), ending


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_at_all_is_a_report_in_both_languages(tmp_path, language):
    texts, _, _ = made(tmp_path, [], 'period = ["2025-01-01", "2025-12-31"]\nbase_year = 2024\n', "--lang", language)
    wanted = {"en": "Nothing can be compared", "fr": "Rien ne peut être comparé"}[language]
    for ending in texts.keys() - {"xlsx"}:
        assert wanted in texts[ending], ending


def test_what_a_source_states_of_itself_stands_beside_ours(tmp_path):
    header = (
        "timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,"
        "gpu_energy,ram_energy,energy_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,"
        "python_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,"
        "tracking_mode,on_cloud,pue,codecarbon_version"
    )
    row = (
        "2025-06-01T10:00:00,p,r1,60,0.5,1,1,1,1,1,1,0.5,2.5,France,FRA,,,,linux,3.11,8,x,1,y,2,48,32,"
        "machine,N,1.0,3.0.0"
    )
    path = tmp_path / "emissions.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    out = tmp_path / "report.md"
    shown = CliRunner().invoke(main, ["report", str(path), "--set", "provider=unknown", "-o", str(out)])
    assert shown.exit_code == 0, shown.output
    text = out.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "What the sources state of themselves, in no total" in text
    assert re.search(r"\| codecarbon \| carbon, location-based \| *1 \| *500\.0 g CO₂e", text), text[-4000:]
