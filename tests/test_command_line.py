"""The commands for a single estimate, as a person types them: what they must show, and how they refuse."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest import approx

from footprint.catalogue import open_catalogue
from footprint.commands import main

ROOT = Path(__file__).parents[1]


def run(*arguments):
    """Run a command in this process, on a terminal of 100 columns without colours."""
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        main, [str(argument) for argument in arguments], prog_name="footprint"
    )


def shown(*arguments):
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def document(*arguments):
    return json.loads(shown(*arguments, "--format", "json"))


def plain(text):
    """Return a text on one line: where it was wrapped does not matter."""
    return " ".join(text.split())


GPT3_BY_DAYS = (
    "training",
    *("--accelerator", "v100_sxm2_32"),
    *("--count", "10000"),
    *("--hours", "355.2"),
    *("--mean-power", "330 W"),
    *("--pue", "1.1"),
    *("--grid-intensity", "429 g/kWh"),
)
HALL = (
    "datacenter",
    *("--it-load", "20 MW"),
    *("--hours", "8760"),
    *("--pue", "1.3"),
    *("--wue", "1.8 L/kWh"),
    *("--region", "IE"),
    *("--date", "2024-06-01"),  # without it, factors of today: they end one day
)
CHATGPT_2023 = ("query", "chatgpt", "--date", "2023-06-01", "--versus", "web-search")


# --- what it must show ----------------------------------------------------------------------------------


def test_training_gpt3_as_json_is_1287_megawatt_hours_and_552_tonnes_from_published_inputs():
    run_of_2020 = document("training", "gpt-3")
    assert run_of_2020["facility_energy"]["unit"] == "kWh"
    assert run_of_2020["facility_energy"]["value"] == approx(1_287_000, rel=5e-3)
    assert run_of_2020["carbon_location"]["unit"] == "kgCO2e"
    assert run_of_2020["carbon_location"]["value"] == approx(552_100, rel=5e-3)
    inputs = {use["name"]: use for use in run_of_2020["factors"] if use["rung"] == "published inputs of the run"}
    assert {name: use["value"] for name, use in inputs.items()} == {
        "operations": 3.14e23,
        "throughput": 24.6,
        "mean_power": 330.0,
        "pue": 1.1,
        "grid_intensity": 429.0,
    }
    for use in inputs.values():
        assert (use["source"], use["locator"], use["evidence"]) == ("patterson2021", "Table 4", "primary")
        assert "Carbon Emissions and Large Neural Network Training" in use["citation"]
    assert {(p["result"], p["value"], p["unit"]) for p in run_of_2020["published"]} == {
        ("facility_energy", 1287.0, "MWh"),
        ("carbon_location", 552.1, "tCO2e"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "accelerator_hours = operations / throughput = 3.14e23 FLOP / 24.6 TFLOP/acc/s = 3,545,620 acc_h",
        "it_energy = accelerator_hours × mean_power = 3,545,620 acc_h × 330 W_IT/acc = 1,170.05 MWh_IT",
        "facility_energy = it_energy × pue = 1,170.05 MWh_IT × 1.1 kWh/kWh_IT = 1,287.06 MWh",
        "carbon_location = facility_energy × grid_intensity = 1,287.06 MWh × 429 gCO2e/kWh = 552.149 tCO2e",
        "operations = 3.14e23 FLOP training_runs:gpt-3-175b:flop published inputs of the run; primary; patterson2021",
        "throughput = 24.6 TFLOP/acc/s training_runs:gpt-3-175b:throughput published inputs of the run; primary; patte",
        "mean_power = 330 W_IT/acc training_runs:gpt-3-175b:power published inputs of the run; primary; patterson2021",
        "pue = 1.1 kWh/kWh_IT training_runs:gpt-3-175b:pue published inputs of the run; primary; patterson2021",
        "grid_intensity = 429 gCO2e/kWh training_runs:gpt-3-175b:grid_intensity published inputs of the run; primary",
        "https://doi.org/10.48550/arXiv.2104.10350",
    ],
)
def test_explain_shows_the_product_line_by_line_with_values_units_and_cited_factors(line):
    assert line in plain(shown("training", "gpt-3", "--explain"))


EXPLAINED = {
    "run": ("training", "gpt-3"),
    "own run": (*GPT3_BY_DAYS, "--date", "2024-06-01"),
    "model": (
        "query",
        "gpt-4o",
        "--input-tokens",
        500,
        "--output-tokens",
        400,
        "--region",
        "FR",
        "--date",
        "2025-06-01",
    ),
    "product": ("query", "chatgpt", "--date", "2025-06-01", "--region", "US"),
    "hall": HALL,
}
each_explained = pytest.mark.parametrize("command", EXPLAINED.values(), ids=EXPLAINED)


@each_explained
def test_an_explanation_as_json_leads_from_factors_to_every_result(command):
    """Each step has its formula, its value and unit; what goes in is a factor of the list or an earlier step."""
    explained = document(*command, "--explain")
    factors = {use["id"]: use for use in explained["factors"]}
    steps = {}
    for step in explained["derivation"]:
        names = set(re.findall(r"[a-z]\w+", step["formula"]))
        inputs = {item["name"]: item for item in step["inputs"]}
        assert set(inputs) <= names
        for item in inputs.values():
            assert factors[item["factor"]]["value"] == item["value"]
        assert names <= {*steps, *(use["name"] for use in factors.values())}
        assert step["unit"]
        steps[step["name"]] = step["value"]
    results = {name: it["value"] for name, it in explained.items() if isinstance(it, dict) and "low" in it}
    stated = {use["name"]: use["value"] for use in factors.values()}
    for name, value in results.items():
        assert {**stated, **steps}[name] == approx(value, rel=1e-11)


@each_explained
def test_an_explanation_as_a_table_cites_a_factor_on_every_line_of_inputs(command):
    text = shown(*command, "--explain")
    document_of_it = document(*command)
    lines = text.splitlines()
    for use in document_of_it["factors"]:
        (at,) = (number for number, line in enumerate(lines) if re.match(rf"^      {use['name']} = .*  \S+$", line))
        assert lines[at].endswith("  " + use["id"])
        if use["source"]:
            below = plain(" ".join(lines[at + 1 : at + 4]))
            assert below.startswith(f"{use['rung']}; {use['evidence']}; {use['source']}")
            assert open_catalogue().source(use["source"]).citation in plain(text.partition("\nSources\n")[2])


def test_gpt3_by_its_accelerators_is_553_tonnes():
    text = shown(*GPT3_BY_DAYS)
    assert "1,289 MWh" in text
    assert "553.1 tCO2e" in text
    assert document(*GPT3_BY_DAYS)["carbon_location"]["value"] == approx(553_142, abs=1)


def test_chatgpt_of_2023_is_9_7_web_searches_as_printed_and_the_ratio_at_one_boundary_has_its_pue():
    versus = document(*CHATGPT_2023)["versus"]
    left, right = versus["operands"]
    assert versus["ratio"] == approx(2.9 / 0.3, rel=1e-9)
    assert (left["value"], left["unit"], left["year"], left["source"]) == (2.9, "Wh_IT/request", 2023, "devries2023")
    assert left["boundary"] == "at the servers' plugs, without PUE"
    assert (right["value"], right["unit"], right["year"], right["source"]) == (0.0003, "kWh", 2009, "google2009")
    assert versus["ratio_at_meter"] == approx(2.9 * versus["pue"] / 0.3, rel=1e-9)
    assert 10.6 <= versus["ratio_at_meter"] <= 11.6
    text = plain(shown(*CHATGPT_2023))
    assert "9.7 times one Google search" in text
    assert "2.9 Wh_IT/req, at the servers' plugs, without PUE [devries2023]" in text
    assert "[google2009]" in text
    assert f"both at the building's meter, with a PUE of {versus['pue']}: {versus['ratio_at_meter']:.1f} times" in text


def test_chatgpt_of_2025_is_about_one_web_search_and_the_search_is_of_2009():
    answer = document("query", "chatgpt", "--date", "2025-06-01", "--versus", "web-search")
    assert answer["versus"]["ratio"] == approx(0.34 / 0.3, rel=1e-9)
    assert [operand["year"] for operand in answer["versus"]["operands"]] == [2025, 2009]
    assert any("the figure is of 2009" in warning for warning in answer["warnings"])


def test_a_hall_of_20_megawatts_takes_228_gigawatt_hours_and_315_megalitres():
    text = shown(*HALL)
    assert "227.8 GWh" in text
    assert "315.4 ML" in text
    hall = document(*HALL)
    assert hall["water_site"]["value"] == approx(315.36e6, rel=1e-9)
    factors = {use["name"]: use for use in hall["factors"]}
    assert factors["grid_intensity"]["zone"] == factors["wue_grid"]["zone"] == "IRL"
    assert hall["carbon_location"]["value"] == approx(227.76e3 * factors["grid_intensity"]["value"], rel=1e-9)
    assert hall["water_grid"]["value"] == approx(227.76e6 * factors["wue_grid"]["value"], rel=1e-9)


@pytest.mark.parametrize(
    ("thing", "of", "amount", "unit"),
    [
        ("web-search", ("facility_energy",), 0.3e-3, "kWh"),
        ("car-km", ("carbon_location",), 0.2176, "kgCO2e"),
        ("flight-paris-ny", ("carbon_location",), 2060.0, "kgCO2e"),
        ("olympic-pool", ("water_site", "water_grid"), 2_500_000.0, "L"),
    ],
)
def test_energy_carbon_and_water_compare_with_an_equivalence_of_their_kind(thing, of, amount, unit):
    hall = document(*HALL, "--versus", thing)
    mine = sum(hall[name]["value"] for name in of)
    assert hall["versus"]["ratio"] == approx(mine / amount, rel=1e-9)
    left, right = hall["versus"]["operands"]
    assert (left["value"], left["unit"], left["year"]) == (approx(mine, rel=1e-9), unit, 2024)
    assert open_catalogue().source(right["source"]) is not None


def test_an_equivalence_in_carbon_dioxide_alone_says_so():
    hall = document(*HALL, "--versus", "eu-new-car-km")
    assert any("counts carbon dioxide alone" in warning for warning in hall["warnings"])


# --- formats ------------------------------------------------------------------------------------------


@each_explained
def test_all_formats_carry_the_same_figures(command):
    truth = document(*command)
    (row,) = csv.DictReader(io.StringIO(shown(*command, "--format", "csv")))
    table, page = shown(*command), shown(*command, "--format", "md")
    columns = {
        "it_energy": "it_energy_kwh_it",
        "facility_energy": "facility_energy_kwh",
        "carbon_location": "carbon_location_kg",
        "carbon_market": "carbon_market_kg",
        "carbon_embodied": "carbon_embodied_kg",
        "carbon_upstream": "carbon_upstream_kg",
        "water_site": "water_site_l",
        "water_grid": "water_grid_l",
        "water_embodied": "water_embodied_l",
        "water_site_withdrawn": "water_site_withdrawn_l",
        "water_grid_withdrawn": "water_grid_withdrawn_l",
        "water_stress": "water_stress_m3_world_eq",
    }
    for name, column in columns.items():
        if truth[name] is None:
            assert row[column] == ""
        else:
            assert float(row[column]) == truth[name]["value"]
    assert row["edition"] == truth["edition"]
    assert f"edition {truth['edition']}" in table
    assert f"edition `{truth['edition']}`" in page
    # A table for people and one for documents print the same nine lines.
    printed = [cells.split(" | ") for cells in re.findall(r"^\| (\w.*) \|$", page, re.MULTILINE)][1:10]
    rows = [plain(line) for line in table.splitlines()]
    for label, value, *_ in printed:
        assert [row for row in rows if row.startswith(f"{label} {value}")] != []


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_a_format_gives_the_same_bytes_twice(form):
    assert shown("training", "gpt-3", "--explain", "--format", form) == shown(
        "training", "gpt-3", "--explain", "--format", form
    )


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_a_format_for_programs_and_documents_has_no_colours_even_on_a_terminal(form):
    result = CliRunner().invoke(main, ["training", "gpt-3", "--format", form], color=True)
    assert "\x1b" not in result.stdout


def test_a_markdown_table_has_the_same_columns_in_every_row():
    page = shown("query", "chatgpt", "--date", "2023-06-01", "--region", "US", "--explain", "--format", "md")
    tables = re.findall(r"(?:^\|.*\n?)+", page, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(
    "command",
    [
        ["training", "gpt-3"],
        ["training", "gpt-4"],
        ["query", "gpt-4o", "--input-tokens", "500", "--output-tokens", "400", "--region", "FR", "--drivers"],
        [*HALL, "--role", "owner", "--drivers"],
        ["validate", "tr-p21-gpt3", "tr-opt-luccioni", "in-mistral-400tok"],
    ],
    ids=" ".join,
)
def test_a_table_is_no_wider_than_the_terminal(command, width):
    result = CliRunner(env={"COLUMNS": str(width)}).invoke(main, command, prog_name="footprint")
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= width


def test_a_remark_without_room_beside_its_figure_stands_beneath_it():
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, [*HALL, "--role", "owner"], prog_name="footprint")
    lines = result.stdout.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("  carbon, location-based")]
    assert lines[place + 1] == "      life-cycle grid average; scope 2"


def test_a_range_that_the_row_does_not_give_says_where_its_width_comes_from():
    lines = shown("training", "gpt-3").splitlines()
    place = {line.split()[0]: number for number, line in enumerate(lines) if line.strip()}
    assert lines[place["throughput"] + 1].strip().startswith("23.4 to 25.8 (band of primary evidence); published")
    assert lines[place["pue"] + 1].strip().startswith("1.095 to 1.105 (band of primary evidence); published")
    assert lines[place["hardware_lifetime"] + 1].strip().startswith("3.00 to 6.00; coefficient of the method")


def test_what_a_method_leaves_out_and_a_pure_number_are_told_without_a_loose_end():
    text = plain(shown("query", "gpt-4o", "--output-tokens", "400", "--method", "roofline", "--allow-unverified"))
    assert "left out by the method; definition Assumed" in text
    assert "unverified: roofline_efficiency (bandwidth efficiency, 0.65) was used; no document was read" in text


# --- ways to start --------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [["-m", "footprint"], [str(ROOT / "cli.py")]], ids=["module", "checkout"])
def test_the_commands_start_as_a_module_and_from_a_checkout(start, tmp_path):
    here = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::DeprecationWarning:footprint"}
    command = [sys.executable, *start, "convert", "1287 MWh", "GJ"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=here, encoding="utf-8"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "4,633.2 GJ\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_leaves_through_the_process_with_its_status_and_without_a_traceback():
    command = [sys.executable, "-m", "footprint", "query", "nothing-like-it", "--output-tokens", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: unknown model or product 'nothing-like-it'")
    assert done.stderr.count("\n") == 1


# --- bad input ----------------------------------------------------------------------------------------

ANSWER = ("query", "gpt-4o", "--output-tokens", "400", "--date", "2025-06-01")
LOAD = ("datacenter", "--it-load", "1 MW", "--hours", "1", "--date", "2025-06-01")


@pytest.mark.parametrize(
    ("status", "command", "says"),
    [
        # unknown names: the nearest known ones, never a default
        (2, ("query", "Claude 3.2 Sonnet", "--output-tokens", "5"), "'claude-3.5-sonnet'"),
        (2, ("query", "gpt-4oo", "--output-tokens", "5"), "did you mean 'gpt-4o'"),
        (2, (*ANSWER, "--region", "Atlantis"), "unknown region 'Atlantis'; did you mean 'Albania'"),
        (2, (*ANSWER, "--region", "eu-west-1"), "unknown region without its provider 'eu-west-1'"),
        (2, (*ANSWER, "--provider", "azur"), "unknown provider 'azur'; did you mean 'azure'"),
        (2, ("training", "gpt-33"), "unknown run 'gpt-33'; did you mean 'gpt-3'"),
        (2, ("training", "--accelerator", "h10", "--count", "8", "--hours", "1"), "unknown accelerator 'h10'"),
        (2, (*ANSWER, "--versus", "web-serch"), "unknown equivalence 'web-serch'; did you mean 'web-search'"),
        # negative, not finite, absurd
        (
            2,
            ("query", "gpt-4o", "--output-tokens", "-400"),
            "'--output-tokens': -400 was given; tokens are zero or more",
        ),
        (2, ("query", "gpt-4o", "--output-tokens", "NaN"), "'NaN' does not begin with a number"),
        (2, ("query", "gpt-4o", "--output-tokens", "inf"), "'inf' does not begin with a number"),
        (2, ("query", "gpt-4o", "--output-tokens", "1e999"), "'1e999' is too large a number"),
        (2, (*LOAD, "--pue", "0.9"), "Invalid value for '--pue': 0.9 was given; a PUE lies between 1 and 4."),
        (2, (*LOAD, "--pue", "4.1"), "a PUE lies between 1 and 4"),
        (2, (*LOAD, "--wue", "11 L/kWh"), "a WUE on site lies between 0 and 10 L/kWh_IT"),
        (2, (*LOAD, "--load-factor", "150 %"), "a load factor lies between 0 and 1"),
        (
            2,
            ("training", "--accelerator", "h100", "--flop", "1e20", "--utilisation", "1.2"),
            "a utilisation lies between 0 and 1",
        ),
        # a power where an energy is due, and the like
        (2, ("training", "--energy", "1287 MW"), "'1287 MW' is a power at the building's meter, and an energy"),
        (2, ("datacenter", "--it-load", "20 MWh", "--hours", "1"), "and a power at the servers' plugs is needed"),
        (
            2,
            ("training", "--count", "8", "--hours", "24", "--mean-power", "300 W_acc"),
            "is a power of the accelerators alone, and a power at the servers' plugs for one accelerator is needed",
        ),
        (2, (*LOAD, "--grid-intensity", "429 gCO2/kWh"), "and a carbon intensity of electricity is needed"),
        (2, (*LOAD, "--grid-intensity", "429"), "'429' is a plain number"),
        (2, (*LOAD, "--wue-grid", "3 L/kWh_IT"), "and water for energy at the building's meter is needed"),
        # unknown unit, ambiguous number
        (2, ("training", "--energy", "5 foo"), "unknown unit 'foo'"),
        (2, ("training", "--energy", "1,287 MWh"), "has two readings: write '1287 MWh' or '1.287 MWh'."),
        (2, ("training", "--energy", "5 mwh"), "has two readings: write 'mWh' or 'MWh'."),
        (2, ("training", "--energy", ""), "'' does not begin with a number"),
        # dates
        (
            1,
            (*ANSWER[:4], "--date", "2014-12-31"),
            "2014-12-31 lies before the first factors, of 2015; give a later date.",
        ),
        (1, (*ANSWER[:4], "--date", "2999-01-01"), "2999-01-01 lies in the future; give the date on which it ran."),
        (2, (*ANSWER[:4], "--date", "1/6/2025"), "'1/6/2025' is no date; write year-month-day, such as '2025-06-01'."),
        (
            1,
            ("query", "bard", "--date", "2024-03-01"),
            "Bard is known from 2023-03-21 to 2024-02-07 alone",
        ),
        # known, and not estimable
        (1, ("query", "gpt-4o-voice", "--date", "2025-06-01"), "no measurement of such speech models exists"),
        (1, ("training", "gemma-2"), "give --energy or --accelerator-hours"),
        (1, (*ANSWER, "--versus", "car-km"), "no region was given"),
        # too little, or too much
        (2, ("query",), "a query needs a model or a product"),
        (2, ("query", "gpt-4o"), "is a model: give --output-tokens"),
        (2, ("training",), "a training run needs its energy"),
        (2, ("datacenter",), "give either an IT load with its hours, or a metered energy"),
        (2, ("datacenter", "--it-load", "20 MW"), "needs the hours it ran"),
        (2, (*LOAD, "--energy", "5 MWh"), "give either an IT load with its hours, or a metered energy"),
        (2, (*ANSWER, "--energy-per-request", "1 Wh"), "either tokens or an energy per request"),
        # what click itself refuses
        (2, (*ANSWER, "--format", "xml"), "'xml' is not one of 'table', 'json', 'csv', 'md'"),
        (2, (*ANSWER, "--grid-boundary", "both"), "'both' is not one of 'lifecycle', 'direct'"),
        (2, (*ANSWER, "--nonsense"), "No such option '--nonsense'"),
        (2, ("estimate",), "No such command 'estimate'"),
        (2, (*ANSWER, "--factors", "no/such/folder"), "Directory 'no/such/folder' does not exist"),
    ],
    ids=lambda it: " ".join(it)[-60:] if isinstance(it, tuple) else "",
)
def test_bad_input_is_one_line_of_error_with_its_status_and_no_output(status, command, says):
    result = run(*command)
    assert (result.exit_code, result.stdout) == (status, "")
    error = result.stderr.removesuffix("\n")
    assert error.startswith("Error: ")
    assert says in error
    assert error.isprintable()
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("hostile", ["\x1b[31mred\x1b[0m", "a\nb", "\u202egpt", "x" * 5000, "'; DROP TABLE models; --"])
def test_a_hostile_name_is_quoted_on_one_printable_line(hostile):
    result = run("query", hostile, "--output-tokens", "5")
    assert result.exit_code == 2
    line = result.stderr.removesuffix("\n")
    assert line.isprintable()
    assert len(line) < 400


# --- overlay ------------------------------------------------------------------------------------------

FACTORS = "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of factors that takes its rows; what is built of it is not kept."""
    open_catalogue()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "own"
    folder.mkdir()

    def write(*rows, header=FACTORS):
        (folder / "factors.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return folder

    return write


def test_an_overlay_wins_over_the_shipped_rows_and_is_named_in_the_result(own):
    folder = own("our_grid,grid_average_lifecycle,,IRL,2024,12,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,x")
    hall = document(*LOAD[:5], "--pue", "1.3", "--region", "IE", "--date", "2024-06-01", "--factors", folder)
    (grid,) = (use for use in hall["factors"] if use["name"] == "grid_intensity")
    assert (grid["id"], grid["value"], grid["rung"]) == ("our_grid", 12.0, "overlay of the user")
    assert hall["carbon_location"]["value"] == approx(1300 * 0.012, rel=1e-9)
    assert hall["edition"] != document(*LOAD)["edition"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            ["our_grid,grid_average_lifecycle,,IRL,2024,much,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,"],
            "much",
        ),
        (["our_grid,grid_average_lifecycle,,XXX,2024,12,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,"], "XXX"),
        (["our_grid,grid_average,,IRL,2024,12,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,"], "grid_average"),
        (["our_grid,grid_average_lifecycle,,IRL,2024,12,,,lognormal,gCO2e/kWh,nobody2024,,judgement,"], "nobody2024"),
        (["our_grid,grid_average_lifecycle,,IRL,2024,12,,,lognormal,kWh,footprint_judgement,,judgement,"], "kWh"),
        (["a,b"], "factors.csv"),
        ([], "factors.csv"),
    ],
)
def test_a_faulty_overlay_is_refused_in_one_line_that_names_file_and_fault(own, rows, says):
    result = run(*LOAD, "--pue", "1.3", "--factors", own(*rows))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: factors.csv")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_empty_folder_is_no_overlay(tmp_path):
    result = run(*LOAD, "--pue", "1.3", "--factors", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


# --- convert ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "prints"),
    [
        (("1287 MWh", "GJ"), "4,633.2 GJ"),
        (("1 287,5 kWh", "MWh"), "1.2875 MWh"),
        (("1000 kWh_IT", "kWh", "--pue", "1.1"), "1,100 kWh"),
        (("1.1 MWh", "kWh_IT", "--pue", "1.1"), "1,000 kWh_IT"),
        (("552.1 tCO2e", "kg CO2 eq"), "552,100 kgCO2e"),
        (("429 g CO2e/kWh", "tCO2e/GWh"), "429 tCO2e/GWh"),
        (("315 ML", "m3"), "315,000 m3"),
        (("30 J_IT", "kWh_IT"), "8.33333333e-6 kWh_IT"),
    ],
)
def test_convert_prints_the_quantity_in_the_other_unit(command, prints):
    assert shown("convert", *command) == prints + "\n"


def test_convert_refuses_a_number_that_would_leave_all_numbers():
    result = run("convert", "1e308 TWh", "J")
    assert (result.exit_code, "is too large a number" in result.output) == (2, True)


def test_convert_prints_json():
    assert json.loads(shown("convert", "1287 MWh", "GJ", "--format", "json")) == {"value": 4633.2, "unit": "GJ"}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("1000 kWh_IT", "kWh"), "what lies between them is the PUE; give --pue."),
        (("1000 kWh", "kWh_IT"), "what lies between them is the PUE; give --pue."),
        (("1000 kWh_acc", "kWh", "--pue", "1.1"), "an energy of the accelerators alone) cannot be given in kWh"),
        (("1287 MWh", "L"), "MWh (an energy at the building's meter) cannot be given in L (a volume of water)."),
        (("5 kg", "kgCO2e"), "kg (a mass of matter) cannot be given in kgCO2e (an amount of CO2e)."),
        (("5 kgCO2", "kgCO2e"), "kgCO2 (an amount of carbon dioxide alone) cannot be given in kgCO2e"),
        (("1,287 MWh", "GJ"), "has two readings"),
        (("1287 MWh", "foo"), "unknown unit 'foo'"),
        (("MWh", "GJ"), "'MWh' does not begin with a number"),
    ],
)
def test_convert_refuses_to_cross_a_boundary_or_a_dimension(command, says):
    result = run("convert", *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_help_of_every_command_shows_an_example_that_begins_with_footprint():
    for command in ("query", "training", "datacenter", "convert"):
        assert f"footprint {command} " in shown(command, "--help").partition("Examples:")[2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full here")
@pytest.mark.parametrize("asked", [["--version"], ["query", "gpt-4o", "--output-tokens", "400"], ["readers"]])
def test_what_cannot_be_printed_is_one_line_and_a_status(asked):
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        ended = subprocess.run(
            [sys.executable, "-m", "footprint", *asked], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "No space left on device" in ended.stderr


def test_what_is_printed_is_whole_also_where_nobody_waits_for_the_process_to_be_taken_down():
    printed = subprocess.run([sys.executable, "-m", "footprint", "readers"], capture_output=True, text=True, check=True)
    assert printed.stdout == CliRunner().invoke(main, ["readers"]).stdout


def test_a_process_of_ours_sets_what_libraries_read_when_they_are_imported(tmp_path):
    code = """
import os, sys
from footprint import __main__

early = sorted({"numpy", "polars"} & set(sys.modules))
sys.argv = ["footprint", "--version"]
os._exit = lambda code: print(early, os.environ["OPENBLAS_NUM_THREADS"], os.environ["_RJEM_MALLOC_CONF"])
__main__.run()
"""
    names = ("OPENBLAS_NUM_THREADS", "_RJEM_MALLOC_CONF")
    for stated, told in (({}, "1 dirty_decay_ms:10000"), (dict.fromkeys(names, "2"), "2 2")):
        own = {name: value for name, value in os.environ.items() if name not in names} | stated
        done = subprocess.run([sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == f"[] {told}"
