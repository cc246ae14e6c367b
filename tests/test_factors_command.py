"""`footprint factors`: every subcommand through the command line, its formats, its errors and its exit codes."""

import csv
import io
import json
import re
import textwrap

import click
import pytest
from click.testing import CliRunner

import footprint
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.commands.factors import factors

LISTS = ("regions", "models", "products", "accelerators", "runs", "equivalences", "kinds", "sources")


def run(*args, width=100):
    """Run `footprint factors` and return its result; the terminal is no terminal, so nothing is cut."""
    return CliRunner().invoke(main, ["factors", *args], env={"COLUMNS": str(width)})


def printed(*args, width=100):
    result = run(*args, width=width)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(*args):
    return json.loads(printed(*args, "--format", "json"))


def cells(*args):
    return list(csv.DictReader(io.StringIO(printed(*args, "--format", "csv"))))


# --- lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_the_same_in_every_format(name):
    as_json, as_csv = rows(name), cells(name)
    assert len(as_json) == len(as_csv) > 10
    assert list(as_json[0]) == list(as_csv[0])
    key = "kind" if name == "kinds" else "id"
    table, markdown = printed(name), printed(name, "--format", "md").splitlines()
    assert len(markdown) == len(as_json) + 2
    assert {line.count(" | ") for line in markdown} == {markdown[0].count(" | ")}
    assert all(row[key] in table for row in as_json)


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("name", LISTS)
def test_a_table_fits_the_terminal_but_for_the_longest_ids(name, width):
    wide = [line for line in printed(name, width=width).splitlines() if len(line) > width]
    assert all(re.search(r"[\w.:-]{24,}", line) for line in wide), wide[:3]
    assert len(wide) <= 8


def test_a_limit_says_how_many_more_there_are_and_how_to_see_them():
    output = printed("regions", "--limit", "3")
    assert output.splitlines()[1].startswith("WORLD")
    assert re.search(r"\n6\d\d more of 6\d\d rows: --limit 6\d\d or --format csv shows all; words narrow it\n$", output)
    assert len(rows("regions", "--limit", "3")) == 3


def test_a_table_on_a_terminal_ends_after_forty_rows(monkeypatch):
    from footprint.commands import listing

    things = [{"id": str(i)} for i in range(100)]
    columns = [listing.text("id")]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert "60 more of 100 rows" in listing.rendered(things, columns, "table", None, "narrow it")
    assert len(json.loads(listing.rendered(things, columns, "json", None, ""))) == 100


def test_words_narrow_a_list_whatever_their_capitals_accents_and_hyphens():
    assert [row["id"] for row in rows("regions", "AWS", "paris")] == ["aws:eu-west-3"]
    assert {row["id"] for row in rows("regions", "sao", "paulo")} >= {"aws:sa-east-1", "gcp:southamerica-east1"}
    assert {row["id"] for row in rows("accelerators", "H100-SXM")} >= {"h100_sxm"}
    assert {row["id"] for row in rows("models", "gpt 4o")} >= {"gpt-4o", "gpt-4o-mini"}


def test_regions_are_found_by_the_other_names_of_their_country_and_show_its_grid():
    country, *regions = rows("regions", "germany")
    assert (country["id"], country["type"]) == ("DEU", "country")
    assert {region["country"] for region in regions} == {"DEU"}
    latest = rows("list", "--kind", "grid_average_lifecycle", "--zone", "DE")[0]
    assert (country["grid_lifecycle"], country["grid_year"]) == (latest["value"], latest["year"])


def test_an_area_has_no_grid_of_its_own_and_the_world_has():
    by_id = {row["id"]: row for row in rows("regions")}
    assert by_id["EMEA"]["grid_lifecycle"] is None
    assert by_id["WORLD"]["grid_lifecycle"] == pytest.approx(458, abs=1)


def test_a_state_without_a_grid_factor_says_whose_it_shows():
    by_id = {row["id"]: row for row in rows("regions", "texas")}
    assert by_id["US-TX"]["grid_zone"] == "USA"
    assert [row["grid_zone"] for row in rows("regions", "aws:eu-west-3")] == ["FRA"]


def test_products_come_by_period_each_with_its_figure():
    periods = [row for row in rows("products", "chatgpt") if row["id"] == "chatgpt"]
    assert [(row["valid_from"], row["value"], row["unit"]) for row in periods] == [
        ("2022-11-30", 2.9, "Wh_IT/request"),
        ("2024-01-01", 0.93, "Wh/request"),
        ("2025-01-01", 0.34, "Wh/request"),
        ("2026-01-01", 0.34, "Wh/request"),
    ]


def test_kinds_and_sources_count_their_rows():
    kinds = {row["kind"]: row for row in rows("kinds")}
    assert kinds["grid_losses"]["rows"] == len(rows("list", "--kind", "grid_losses"))
    sources = {row["id"]: row for row in rows("sources")}
    assert sources["patterson2021"]["rows"] == 16


# --- factors -------------------------------------------------------------------------------------------


def test_factors_of_a_kind_a_place_and_a_year():
    [row] = rows("list", "--kind", "grid_average_lifecycle", "--zone", "France", "--year", "2024")
    assert (row["id"], row["value"], row["unit"]) == ("grid_lifecycle_fra_2024", 40.48, "gCO2e/kWh")
    assert row["zone_name"] == "France"


def test_a_country_holds_the_factors_of_its_cloud_regions_and_an_area_only_its_own():
    zones = [row["zone"] for row in rows("list", "--kind", "pue", "--zone", "DE", "--year", "2024")]
    assert zones == ["DEU", "aws:eu-central-1"]
    assert {row["zone"] for row in rows("list", "--zone", "EMEA")} == {"EMEA"}


def test_factors_of_a_source():
    found = rows("list", "--source", "google_efficiency_page")
    assert {row["source"] for row in found} == {"google_efficiency_page"}
    assert len(found) == len(cells("list", "--source", "google_efficiency_page"))


def test_a_table_of_factors_names_unit_place_year_evidence_and_source():
    lines = printed("list", "--kind", "grid_average_lifecycle", "--zone", "FR", "--year", "2024", width=80).splitlines()
    assert lines[1].split() == ["40.48", "gCO2e/kWh", "grid_lifecycle_fra_2024"]
    assert lines[2].strip() == "France, 2024; primary; owid_ember_ci_2026"


def test_a_range_is_printed_where_there_is_one():
    assert "range 1.28 to 1.55" in printed("list", "--kind", "pue", "--source", "footprint_judgement")


# --- search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "reference"),
    [
        (("grid_lifecycle_fra_2024",), "grid_lifecycle_fra_2024"),
        (("grid", "losses", "france", "2023"), "grid_losses_fra_2023"),
        (("chatgpt",), "products:chatgpt:2026-01-01"),
        (("de", "vries"), "devries_chatgpt"),
        (("gpt-4o",), "models:gpt-4o"),
        (("h100", "sxm"), "accelerators:h100_sxm"),
        (("web search",), "equivalences:web_search_google_2009"),
        (("bloom", "training"), "training_runs:bloom-176b"),
        (("paris", "aws"), "regions:aws:eu-west-3"),
        (("large", "cloud", "pue"), "pue_class_large_cloud"),
        (("concurrent", "ecologits", "unknown load"), "batch_unknown"),
        (("patterson", "carbon emissions"), "sources:patterson2021"),
    ],
)
def test_a_search_finds_what_holds_all_words(words, reference):
    assert reference in [row["reference"] for row in rows("search", *words)]


def test_what_is_called_so_comes_before_what_mentions_it():
    assert rows("search", "gpt-4o")[0]["reference"] == "models:gpt-4o"
    assert rows("search", "h100_sxm")[0]["reference"] == "accelerators:h100_sxm"


def test_everything_that_a_search_finds_can_be_shown():
    for row in rows("search", "llama")[:60] + rows("search", "france", "2024"):
        assert rows("show", row["reference"])["reference"] == row["reference"]


def test_a_search_for_signs_of_sql_finds_nothing_and_breaks_nothing():
    for words in (["'; DROP TABLE factors; --"], ["%"], ["100%_x"], ['"'], ["$words"]):
        assert run("search", "--format", "json", "--", *words).exit_code == 0
    assert rows("list", "--kind", "pue", "--year", "2024")


def test_nothing_found_is_said():
    assert printed("search", "zzzz") == "nothing found\n"
    assert rows("search", "zzzz") == []
    assert printed("search", "zzzz", "--format", "csv") == ""


# --- show ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "value", "unit", "source"),
    [
        ("grid_lifecycle_fra_2024", 40.48, "gCO2e/kWh", "owid_ember_ci_2026"),
        ("devries_chatgpt", 2.9, "Wh_IT/request", "devries2023"),
        ("training_runs:gpt-3-175b:flop", 3.14e23, "FLOP", "patterson2021"),
        ("training_runs:gpt-3-175b:pue", 1.1, "kWh/kWh_IT", "patterson2021"),
        ("training_runs:gpt-3-175b:water_site", 708_000, "L", "li2023_water"),
        ("accelerators:h100_sxm:embodied", 164, "kgCO2e", "nvidia_pcf_h100"),
        ("accelerators:a100_sxm4_40:embodied_water", 411.9, "L", "scope3_a100"),
        ("accelerators:a100_sxm4_40:max_power", 407, "W_acc", "ccf_app"),
        ("models:gpt-4o:active_parameters", 76.2, "Gparameter", "ecologits"),
        ("equivalences:web_search_google_2009", 0.0003, "kWh", "google2009"),
        ("batch_unknown", 64, "request", "footprint_judgement"),
        ("electricity_mix:FRA:2024:nuclear", 0.67722, "1", "owid_energy_2026"),
        ("servers:aws:c5.large:embodied", 20, "kgCO2e", "boaviztapi_2_5_0"),
        ("servers:c5.large:idle_power", 4.9, "W_IT", "teads_ec2"),
    ],
)
def test_a_figure_is_shown_with_its_unit_and_its_source(reference, value, unit, source):
    entry = rows("show", reference)
    assert (entry["value"], entry["unit"], entry["sources"][0]["id"]) == (value, unit, source)
    cited = entry["sources"][0]
    assert cited["citation"] in re.sub(r"\s+", " ", printed("show", reference)).replace("- ", "-") or cited["url"]
    assert {"licence", "read_as", "retrieved"} <= cited.keys()


def test_a_figure_shows_range_evidence_locator_and_note():
    output = printed("show", "training_runs:gpt-3-175b:grid_intensity")
    for text in ("429 gCO2e/kWh", "primary: the publisher's document", "Table 4", "10.48550/arXiv.2104.10350"):
        assert text in output
    assert "licence: facts quoted; read as primary on 2026-11-22" in re.sub(r"\s+", " ", output)
    assert "44 to 132 Gparameter" in printed("show", "models:gpt-4o:active_parameters")


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("h100", "accelerators:h100_sxm"),
        ("aws:eu-west-3", "regions:aws:eu-west-3"),
        ("FRA", "zones:FRA"),
        ("claude-apps", None),
        ("patterson2021", "sources:patterson2021"),
        ("grid_losses", "kinds:grid_losses"),
    ],
)
def test_a_name_that_stands_for_one_row_shows_it(name, reference):
    result = run("show", name, "--format", "json")
    if reference is None:  # a product has a row for each period
        assert result.exit_code == 2 and "did you mean 'products:claude-apps:2023-07-11'" in result.stderr
    else:
        assert json.loads(result.stdout)["reference"] == reference


def test_everything_that_an_estimate_cites_can_be_shown():
    options = {"region": "FR", "date": "2025-06-01"}
    estimates = [
        footprint.training("gpt-3"),
        footprint.training("bloom-176b"),
        footprint.training(accelerator="h100", accelerators=8, hours="24 h", provider="aws", **options),
        footprint.query("gpt-4o", input_tokens=500, output_tokens=400, **options),
        footprint.query("chatgpt", **options),
        footprint.datacenter(it_power="1 MW", hours="1 h", provider="aws", pue=1.2, **options),
    ]
    uses = {use.id: use for estimate in estimates for use in estimate.factors}
    assert {"stated", "definition", "models", "accelerators", "training_runs"} <= {id.partition(":")[0] for id in uses}
    for id, use in uses.items():
        entry = rows("show", id)
        if not id.startswith(("stated:", "definition:")):
            assert entry["reference"] == id
            assert entry["value"] == use.value, id
            assert use.source in [source["id"] for source in entry["sources"]], id
        assert printed("show", id)


def test_what_is_no_row_is_explained():
    assert "no row of the catalogue" in re.sub(r"\s+", " ", printed("show", "definition:reference_batch"))
    entry = rows("show", "stated:pue")
    assert entry["unit"] == "kWh/kWh_IT"
    assert "facility_energy" in entry["meaning"]
    assert entry["sources"] == []


def test_show_has_every_format():
    assert cells("show", "training_runs:gpt-3-175b:pue")[0]["citation"].startswith("Patterson et al. (2021)")
    markdown = printed("show", "grid_lifecycle_fra_2024", "--format", "md")
    assert "| value | 40.48 gCO2e/kWh |" in markdown


def test_a_source_shows_how_it_was_read_and_what_cites_it():
    output = printed("source", "patterson2021")
    for text in ("https://arxiv.org/abs/2104.10350", "facts quoted", "primary", "4 rows of training_runs"):
        assert text in output
    entry = rows("source", "owid_ember_ci_2026")
    assert {row["kind"] for row in entry["cited_by"]} >= {"grid_average_lifecycle"}


def test_the_carbon_of_making_a_card_is_shown_with_the_evidence_that_an_estimate_cites():
    shown = rows("show", "accelerators:v100_sxm2_32:embodied")
    run = footprint.training(accelerator="v100_sxm2_32", accelerator_hours="1 h")
    (card,) = [use for use in run.factors if use.name == "card"]
    assert (shown["reference"], shown["evidence"]) == (card.id, card.evidence)
    assert shown["row"]["boundary"] == "card: one constant for every GPU"


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "grid_lifecycle_fra_2044"), "did you mean 'grid_lifecycle_fra_2024'"),
        (("show", "nope"), "Find it with: footprint factors search WORDS"),
        (("show", "gpt-3"), "'models:gpt-3-175b' or 'training_runs:gpt-3-175b'"),
        (("show", "accelerators:h100_sxm:embodid"), "did you mean 'accelerators:h100_sxm:embodied'"),
        (("show", "models:"), "unknown row"),
        (("show", ":"), "unknown row"),
        (("show", ""), "unknown row"),
        (("show", "stated:puu"), "unknown input"),
        (("show", "x" * 5000), "unknown row"),
        (("source", "patterson"), "did you mean 'patterson2021'?"),
        (("list", "--kind", "puu"), "did you mean 'pue'?"),
        (("list", "--zone", "Frankreich"), "List all: footprint factors regions"),
        (("list", "--source", "patterson"), "did you mean 'patterson2021'?"),
        (("list", "--year", "last"), "not a valid integer"),
        (("regions", "--limit", "0"), "not in the range"),
        (("regions", "--format", "xml"), "not one of"),
        (("models", "--factors", "/nowhere"), "does not exist"),
        (("check", "/nowhere"), "does not exist"),
        (("search",), "Missing argument"),
        (("nope",), "No such command"),
    ],
)
def test_what_cannot_be_understood_exits_with_2_and_says_the_way_out(args, said):
    result = run(*args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr and result.stdout == ""
    assert max(map(len, result.stderr.splitlines())) < 400


# --- a folder of one's own -------------------------------------------------------------------------------

HEADER = "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note"
OURS = "our_pue,pue,ovh,FRA,2024,1.2,,,shifted_lognormal,kWh/kWh_IT,iso30134_2,,primary,=HYPERLINK(1)"


@pytest.fixture
def overlay(tmp_path):
    (tmp_path / "factors.csv").write_text(f"{HEADER}\n{OURS}\n", encoding="utf-8")
    return tmp_path


def test_rows_laid_over_are_listed_searched_and_shown_as_such(overlay):
    options = ("--factors", str(overlay))
    assert "our_pue" in [row["id"] for row in rows("list", "--kind", "pue", "--zone", "FR", *options)]
    assert [row["reference"] for row in rows("search", "our_pue", *options)] == ["our_pue"]
    assert rows("show", "our_pue", *options)["origin"] == "overlay"
    assert "laid over the shipped rows" in printed("show", "our_pue", *options)
    assert run("show", "our_pue").exit_code == 2


def test_no_cell_becomes_a_formula_in_a_spreadsheet(overlay):
    for args in (("list", "--kind", "pue", "--zone", "FR"), ("show", "our_pue")):
        notes = [row["note"] for row in cells(*args, "--factors", str(overlay))]
        assert "'=HYPERLINK(1)" in notes
        assert not any(note.startswith("=") for note in notes)


def test_a_cell_cannot_steer_the_terminal(overlay):
    (overlay / "factors.csv").write_text(f"{HEADER}\n{OURS.replace('=HYPER', chr(27) + '[2J')}\n", encoding="utf-8")
    refused = run("show", "our_pue", "--factors", str(overlay))
    assert refused.exit_code == 1
    assert "take out the control characters" in refused.output
    assert "\x1b" not in refused.output
    assert run("check", str(overlay)).exit_code == 1


def test_a_check_without_a_fault_counts_what_was_read_and_exits_with_0(overlay):
    assert printed("check", str(overlay)) == "no fault; 1 row in 1 file read.\n"


def test_a_check_prints_each_fault_on_a_line_and_exits_with_1(overlay):
    bad = OURS.replace("1.2,,", "1.2.3,,").replace("FRA", "Frankreich")
    (overlay / "factors.csv").write_text(f"{HEADER}\n{bad}\n", encoding="utf-8")
    result = run("check", str(overlay))
    assert result.exit_code == 1
    first, second = sorted(result.stdout.splitlines())
    assert first.startswith(f"{overlay}/factors.csv:2: value: '1.2.3' where a number is wanted; ")
    assert second.startswith(f"{overlay}/factors.csv:2: zone: 'Frankreich' where an id of zones.csv")
    assert result.stderr == "2 faults; 1 row in 1 file read.\n"


# --- help ------------------------------------------------------------------------------------------------


def commands_and_examples():
    for name, command in {"": factors, **factors.commands}.items():
        text = command.help or ""
        for example in re.findall(r"^\s*footprint factors (.+)$", text, re.MULTILINE):
            yield pytest.param(name, example, id=f"{name}: {example}")


def test_every_command_has_examples_and_a_first_line_that_is_not_cut():
    assert {param.values[0] for param in commands_and_examples()} == {"", *factors.commands}
    listed = printed("--help", width=80)
    assert "..." not in listed.partition("Commands:")[2]


@pytest.mark.parametrize(("name", "example"), list(commands_and_examples()))
def test_the_examples_in_the_help_run(name, example, overlay, monkeypatch):
    monkeypatch.chdir(overlay.parent)
    args = example.replace("my-factors", overlay.name).split()
    assert run(*args, width=80).exit_code == 0


def test_the_help_of_a_command_keeps_its_examples_apart():
    output = printed("show", "--help", width=80)
    assert "\n    footprint factors show grid_lifecycle_fra_2024\n" in textwrap.indent(textwrap.dedent(output), "")


def test_the_hints_of_errors_name_commands_that_are_there():
    context = click.Context(main)
    group = main.get_command(context, "factors")
    assert {"regions", "models", "accelerators", "runs", "equivalences", "check", "show"} <= set(group.commands)


def test_the_edition_is_that_of_the_catalogue():
    assert rows("show", "grid_lifecycle_fra_2024")["edition"] == open_catalogue().edition
