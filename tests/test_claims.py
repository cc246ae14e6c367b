"""Public claims: every figure is computed, both operands are told, and each AI system that a claim names answers."""

import csv
import json
import re
import shlex

import pytest
from click.testing import CliRunner
from pytest import approx

import footprint
from footprint import Quantity
from footprint._files import shipped
from footprint.catalogue import open_catalogue
from footprint.catalogue.build import descriptor
from footprint.catalogue.entry import show
from footprint.commands import main
from footprint.errors import DataError, NotEstimableError, UnknownNameError
from footprint.record.claims import VERDICTS, answered, listed

DATASETS = shipped("datasets", "datapackage.json")
IDS = [claim.id for claim in listed(open_catalogue())]


@pytest.fixture(scope="module")
def answers():
    """Every claim answered once, by its id."""
    return {answer.claim.id: answer for answer in answered([], open_catalogue())}


def run(*arguments):
    result = CliRunner().invoke(main, ["claims", *arguments], env={"COLUMNS": "100", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def told(*arguments):
    status, output = run(*arguments)
    assert status == 0, output
    return output


# --- figures --------------------------------------------------------------------------------------------

#: What claims are held against, as it stands in the works that are cited: claim, figure, amount, last digit told.
FIGURES = [
    ("C1", "energy", "1287.06 MWh", 0.01),
    ("C1", "carbon", "552.15 tCO2e", 0.01),
    ("C1", "energy_by_days", "1289.4 MWh", 0.05),
    ("C1", "carbon_by_days", "553.1 tCO2e", 0.05),
    ("C1", "residual", "0.0 %", 0.05),
    ("C1", "residual_by_days", "0.2 %", 0.05),
    ("C1", "carbon_without_pue", "502 tCO2e", 0.5),
    ("C1", "carbon_shipped", "530 tCO2e", 0.5),
    ("C1", "carbon_france", "73 tCO2e", 0.5),
    ("C1", "carbon_west", "310 tCO2e", 0.5),
    ("C2", "cars", "120.0", 0.05),
    ("C2", "gasoline_cars", "129", 0.5),
    ("C2", "km", "2.54e6", 0.005e6),
    ("C2", "persons", "60.7", 0.05),
    ("C2", "paris_flights", "268", 0.5),
    ("C2", "us_flights", "460", 0.5),
    ("C3", "ratio_2023", "9.7", 0.05),
    ("C3", "per_request", "2.89 Wh_IT/request", 0.005),
    ("C3", "ratio_fleet", "9.6", 0.05),
    ("C3", "ratio_gemini", "0.8", 0.005),
    ("C3", "ratio_epoch", "1.0", 0.005),
    ("C3", "ratio_altman", "1.13", 0.005),
    ("C3", "ratio_long", "9.6", 0.05),
    ("C3", "ratio_reasoning", "41", 0.5),
    ("C3", "ratio_100k", "133", 0.5),
    ("C4", "gpt3", "6.3", 0.05),
    ("C4", "gpt3_fr_homes", "21", 0.5),
    ("C4", "gpt3_us_homes", "11", 0.5),
    ("C4", "gpt4_leak", "253", 0.5),
    ("C4", "gpt4_iea", "207", 0.5),
    ("C4", "llama", "105", 0.5),
    ("C5", "low", "85.41 TWh_IT", 0.005),
    ("C5", "high", "134.03 TWh_IT", 0.005),
    ("C5", "low_ireland", "2.7", 0.05),
    ("C5", "high_ireland", "4.3", 0.05),
    ("C6", "microsoft_2022_m3", "6.4e6 m3", 1),
    ("C6", "google_2022_m3", "21.2e6 m3", 0.05e6),
    ("C6", "google_2023_m3", "23.1e6 m3", 0.05e6),
    ("C6", "google_2024_m3", "30.7e6 m3", 0.05e6),
    ("C6", "google_2022_gallons", "5.6e9 gal", 0.05e9),
    ("C6", "google_2023_gallons", "6.1e9 gal", 0.05e9),
    ("C6", "google_2024_gallons", "8.1e9 gal", 0.05e9),
    ("C6", "pools", "2560", 0.5),
    ("C7", "base_2023", "9.66 MtCO2e", 0.005),
    ("C7", "base_2024", "7.62 MtCO2e", 0.005),
    ("C8", "h100_per_hour", "0.003 L", 0.0005),
    ("C9", "indirect_computed", "796e9 L", 0.6e9),
    ("C10", "image_mean", "2.9 Wh_IT/inference", 0.05),
    ("C11", "gemini_before", "8 Wh/request", 0.5),
    ("C12", "by_benchmark", "1.56", 0.005),
    ("M1", "energy_computed", "564.3 MWh_IT", 0.05),
    ("M2", "leak", "51.77 GWh", 0.005),
    ("M2", "leak_long_right", "57.5 GWh", 0.05),
]


@pytest.mark.parametrize(("claim", "key", "amount", "within"), FIGURES, ids=lambda part: str(part))
def test_a_figure_of_an_answer_is_that_of_the_works_behind_it(answers, claim, key, amount, within):
    number, _, unit = amount.partition(" ")
    unit = {"%": "percent"}.get(unit, unit)
    assert answers[claim].amount(key).m_as(unit) == approx(float(number), abs=within)


def test_ten_searches_at_one_boundary_are_more_and_the_pue_is_an_operand(answers):
    answer = answers["C3"]
    assert answer.amount("ratio_2023_at_meter").magnitude == approx(
        answer.amount("ratio_2023").magnitude * answer.amount("pue").magnitude
    )
    assert 10.6 <= answer.amount("ratio_2023_at_meter").magnitude <= 11.6


def test_every_comparison_shows_the_years_of_both_its_operands(answers):
    operands = {item.key: item for item in answers["C3"].operands}
    assert (operands["chatgpt_2023"].year, operands["search"].year) == (2023, 2009)
    assert any("2009" in words.en for words in answers["C3"].warnings)


def test_the_projection_lies_between_belgium_and_somewhat_more_than_the_netherlands(answers):
    operands = {item.key: item.origin.partition(":")[2] for item in answers["C5"].operands}
    assert operands["below"] == "country_year_electricity_bel"
    assert operands["nearest"] == "country_year_electricity_nld"
    assert answers["C5"].amount("low_below").magnitude == approx(1.04, abs=0.005)
    assert answers["C5"].amount("high_nearest").magnitude == approx(1.10, abs=0.005)


def test_a_lighter_model_takes_less_by_size_and_more_in_the_benchmark(answers):
    answer = answers["C12"]
    assert answer.amount("by_size").magnitude < 0.5
    assert answer.amount("by_benchmark").magnitude > 1
    ranges = {item.key: (item.low, item.high) for item in answer.results if item.key.endswith("100")}
    assert all(low < answer.amount(key) < high for key, (low, high) in ranges.items())


def test_figures_at_two_boundaries_are_said_to_be_compared_as_printed(answers):
    for claim in ("C3", "C4", "C5"):
        assert any(words.en.startswith("compared as printed") for words in answers[claim].warnings), claim
    assert not any(words.en.startswith("compared as printed") for words in answers["C2"].warnings)


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "refused", "reason"),
    [
        ("C5", "from 2022 to 2024 as a fall", "cryptocurrency"),
        ("C6", "the share of AI", "no company publishes"),
        ("C7", "the change of the total from 2023 to 2024", "count different things"),
        ("C7", "the share of AI", "publishes none"),
        ("C8", "a share of AI in the shortage", "one of rain"),
        ("C9", "the stress of the place", "names none"),
        ("C11", "the gain of ChatGPT from 2023 to 2025", "two boundaries"),
        ("M1", "energy from the cost", "cannot confirm"),
        ("M2", "energy from the cost", "no source parts them"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_its_reason(answers, claim, refused, reason):
    found = {item.label.en: item.reason.en for item in answers[claim].refusals}
    assert reason in found[refused]


def test_no_result_of_the_google_claim_subtracts_the_two_totals(answers):
    for item in answers["C7"].results:
        assert not {"total_2023", "total_2024"} <= set(item.formula)


def test_a_claim_about_money_alone_computes_nothing(answers):
    for claim in ("M3", "M4", "M5"):
        assert answers[claim].verdict == "out_of_scope"
        assert not answers[claim].operands and not answers[claim].results


# --- where the figures come from ------------------------------------------------------------------------


def test_every_operand_has_a_source_that_resolves_or_was_stated(answers):
    catalogue = open_catalogue()
    for answer in answers.values():
        for item in answer.operands:
            if item.evidence != "stated":
                assert catalogue.source(item.source) is not None, (answer.claim.id, item.key)


def test_every_operand_is_a_cell_of_the_catalogue_with_its_value(answers):
    catalogue = open_catalogue()
    seen = 0
    for answer in answers.values():
        for item in answer.operands:
            if item.origin.startswith(("footprint ", "stated:")):
                continue
            entry = show(catalogue, item.origin)
            assert entry.sources, (answer.claim.id, item.key)
            value = entry.value if entry.value is not None else entry.row.get("value")
            if item.quantity is None:
                assert value is None
                continue
            if entry.unit:
                # A table may count for one of many, or say the boundary in another column: sizes are compared.
                sizes = [q.to_root_units().magnitude for q in (item.quantity, Quantity(value, entry.unit))]
                assert sizes[0] == approx(sizes[1], rel=1e-9), (answer.claim.id, item.key)
                seen += 1
    assert seen > 80


def computed(command):
    """Run a command of an answer and return all the numbers of its JSON."""
    words = shlex.split(command)
    assert words[0] == "footprint"
    result = CliRunner().invoke(main, [*words[1:], "--format", "json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    figures = [(item["value"], item["unit"]) for item in document.values() if isinstance(item, dict) and "unit" in item]
    versus = document.get("versus") or {}
    return figures, [versus[name] for name in ("ratio", "ratio_at_meter") if versus.get(name)]


def test_every_command_that_an_answer_names_prints_its_figure(answers):
    commands = {}
    for answer in answers.values():
        for item in (*answer.results, *answer.operands):
            command = getattr(item, "command", None) or (
                item.origin if isinstance(getattr(item, "origin", 0), str) else ""
            )
            if command.startswith("footprint "):
                commands.setdefault(command, []).append((answer.claim.id, item.key, item.quantity))
    assert len(commands) > 20
    for command, wanted in commands.items():
        figures, ratios = computed(command)
        for claim, key, quantity in wanted:
            same = [
                Quantity(value, unit).m_as(quantity.units)
                for value, unit in figures
                if Quantity(1.0, unit).dimensionality == quantity.dimensionality
            ]
            near = [value for value in [*same, *ratios] if value == approx(quantity.magnitude, rel=1e-9)]
            assert near, (claim, key, command)


def test_an_answer_follows_an_overlay(tmp_path):
    shipped_rows = csv.DictReader((DATASETS / "equivalences.csv").open(encoding="utf-8", newline=""))
    row = next(row for row in shipped_rows if row["id"] == "car_year_us_epa")
    with (tmp_path / "equivalences.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow({**row, "value": "2300"})
    assert json.loads(told("C2", "--format", "json", "--factors", str(tmp_path)))[0]["results"][0]["value"] == approx(
        240.06, abs=0.01
    )


def test_sentences_hold_no_figure_that_the_product_computes():
    """Years, names of models and of gases, and sizes in words of a claim itself are no figures of an answer."""
    with (DATASETS / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    name = re.compile(r"GPT-\d\w*|CO2|20[0-3]\d|scope \d|\{\w+\}")
    typed = {
        (row["id"], column): re.findall(r"\S*\d\S*", name.sub("", row[column]))
        for row in rows
        for column in ("explanation_en", "explanation_fr", "instead_en", "instead_fr")
    }
    assert {place: found for place, found in typed.items() if found} == {}


def test_the_sources_of_every_claim_resolve():
    catalogue = open_catalogue()
    for claim in listed(catalogue):
        assert [id for id in claim.sources if catalogue.source(id) is None] == [], claim.id


# --- verdicts -------------------------------------------------------------------------------------------


def test_the_verdicts_are_those_of_the_data_package_and_of_its_readme():
    (field,) = [item for item in descriptor()["claims"]["schema"]["fields"] if item["name"] == "verdict"]
    assert list(VERDICTS) == field["constraints"]["enum"]
    table = (DATASETS / "README.md").read_text("utf-8").partition("## Verdicts")[2]
    rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", table.partition("\n## ")[0], re.MULTILINE))
    assert {word: rows[word] for word in VERDICTS} == {word: meaning.en for word, (_, meaning) in VERDICTS.items()}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("C1", "right_with_condition"),
        ("C2", "right_with_condition"),
        ("C3", "outdated"),
        ("C4", "outdated"),
        ("C5", "right_with_condition"),
        ("C8", "misleading"),
        ("C9", "unquantified"),
        ("C13", "opinion"),
    ],
)
def test_a_claim_has_its_verdict(answers, claim, verdict):
    assert answers[claim].verdict == verdict


# --- both languages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("claim", IDS)
def test_a_claim_is_one_page_with_verdict_operands_and_sources(answers, claim, language):
    page = told(claim, "--lang", language)
    answer = answers[claim]
    assert VERDICTS[answer.verdict][0].of(language) in page
    assert "{" not in page and "None" not in page
    for source in answer.sources:
        assert source.id in page
    assert max(len(line) for line in page.splitlines() if "http" not in line) <= 120


@pytest.mark.parametrize("claim", IDS)
def test_nothing_of_a_french_answer_is_left_in_english(answers, claim):
    english, french = (answers[claim].as_dict(language) for language in ("en", "fr"))
    same = {"France", "PUE", "GPT-3", "BLOOM", "Google, 2023", "Google, 2024", "convention"}
    for part in ("operands", "results", "refused"):
        for one, other in zip(english[part], french[part], strict=True):
            for name in ("label", "boundary", "reason", "counted"):
                assert not one.get(name) or one[name] in same or one[name] != other[name], (part, one[name])
    assert all(one != other for one, other in zip(english["warnings"], french["warnings"], strict=True))
    assert english["explanation"] != french["explanation"]
    assert not english["instead"] or english["instead"] != french["instead"]


def test_a_french_answer_has_french_numbers():
    page = told("C1", "--lang", "fr")
    assert "1\u202f287\u00a0MWh" in page
    assert "73,4\u00a0tCO2e" in page
    assert "1,287" not in page and "73.4" not in page
    assert "2,54\u00a0millions" in told("C2", "--lang", "fr")


def test_a_french_text_keeps_its_signs_with_their_words(answers):
    for answer in answers.values():
        texts = json.dumps(answer.as_dict("fr"), ensure_ascii=False)
        assert re.findall(r"\w [:;!?%] ", texts) == [], answer.claim.id


def test_the_list_of_claims_tells_each_with_its_verdict(answers):
    page = told()
    for claim in IDS:
        assert re.search(rf"^{claim} ", page, re.MULTILINE)
    assert "Misleading" in page
    assert "Trompeur" in told("--lang", "fr")


def test_markdown_is_the_same_twice_and_its_tables_are_whole():
    once = told("--format", "md")
    assert once == told("--format", "md")
    assert [line.partition(". ")[0] for line in once.splitlines() if line.startswith("## ")] == [
        f"## {id}" for id in IDS
    ]
    for table in re.findall(r"(?:^\|.*\n)+", once, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_json_carries_the_edition_and_both_operands_of_every_ratio():
    (document,) = json.loads(told("c3", "--format", "json"))
    assert document["edition"] == open_catalogue().edition
    keys = {item["key"] for item in (*document["operands"], *document["results"])}
    ratios = [item for item in document["results"] if item["counted"] == "times"]
    assert len(ratios) > 8
    for item in ratios:
        assert len(keys & set(item["formula"])) >= 2


# --- what may be stated ---------------------------------------------------------------------------------


def test_a_town_of_another_size_takes_days_in_proportion():
    (document,) = json.loads(told("C4", "--set", "inhabitants=2500", "--set", "sectors=homes", "--format", "json"))
    days = {item["key"]: item["value"] for item in document["results"]}
    assert days["gpt3"] == approx(4 * 1287.06 / 62.3, rel=1e-3)
    assert days["gpt3_fr_all"] == approx(4 * 6.278, rel=1e-3)
    assert document["given"] == {"inhabitants": "2500", "sectors": "homes"}


def test_the_electricity_of_ones_own_town_is_taken():
    (document,) = json.loads(told("C4", "--set", "per_day=17,8 kWh", "--format", "json"))
    days = {item["key"]: item["value"] for item in document["results"]}
    assert days["gpt3"] == approx(days["gpt3_fr_consumed"], rel=1e-12)


def test_water_of_ai_is_told_for_a_load_of_the_users_own_on_site_and_at_power_plants_apart():
    given = ("--set", "ai_energy=2 TWh_IT", "--set", "provider=gcp", "--set", "region=US", "--set", "date=2024-06-01")
    (document,) = json.loads(told("C6", *given, "--format", "json"))
    results = {item["key"]: item for item in document["results"]}
    load = footprint.datacenter(energy="2 TWh_IT", provider="gcp", region="US", date="2024-06-01")
    assert results["ai_water_site"]["value"] == approx(load.water_site.m_as("L"), rel=1e-9)
    assert results["ai_water_grid"]["value"] == approx(load.water_grid.m_as("L"), rel=1e-9)
    assert "the share of AI" not in {item["label"] for item in document["refused"]}


def test_the_stress_of_a_place_is_that_of_its_country():
    (document,) = json.loads(told("C9", "--set", "region=aws:us-east-1", "--format", "json"))
    (stress,) = [item for item in document["operands"] if item["key"] == "stress"]
    assert stress["origin"] == "water_stress_non_agri_usa"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("C99",), "unknown claim 'C99'. Known are C1, C2"),
        (("C4", "--set", "inhabitant=5"), "did you mean 'inhabitants'? C4 takes inhabitants"),
        (("C3", "--set", "region=US"), "None of them takes anything."),
        (("C4", "--set", "inhabitants"), "is no NAME=VALUE"),
        (("C4", "--set", "inhabitants=5", "--set", "inhabitants=6"), "given twice"),
        (("C4", "--set", "inhabitants=-5"), "a town has between 1 and 10 billion inhabitants"),
        (("C4", "--set", "inhabitants=many"), "does not begin with a number"),
        (("C4", "--set", "country=US", "--set", "sectors=all"), "no figure for country=US sectors=all; known are"),
        (("C4", "--set", "per_day=5 kW"), "is a power"),
        (("C6", "--set", "ai_energy=2 TWh_IT", "--set", "region=Atlantis"), "unknown region 'Atlantis'"),
    ],
)
def test_what_cannot_be_understood_is_told_in_one_line_and_exits_2(arguments, message):
    status, output = run(*arguments)
    assert status == 2
    assert output.startswith("Error: ") and output.count("\n") == 1
    assert message in output


# --- every AI system that the texts name --------------------------------------------------------------------


def test_gpt3_has_its_full_chain():
    run = footprint.training("gpt-3")
    assert run.carbon_location.m_as("tCO2e") == approx(552.15, abs=0.01)
    assert run.water_site is not None and run.water_grid is not None


def test_training_gpt4_answers_with_a_leak_that_is_called_one():
    run = footprint.training("gpt-4")
    assert run.facility_energy.m_as("GWh") == approx(51.77, abs=0.005)
    assert run.quality == "modelled"
    assert "unconfirmed leak" in run.warnings[0] and "not by its maker" in run.warnings[0]
    assert any("unconfirmed leak" in text for text in run.assumptions)


@pytest.mark.parametrize("model", ["gpt-4", "gpt-4o", "gpt-4o-mini", "Claude 3.5 Sonnet", "claude-3.7-sonnet"])
def test_a_closed_model_answers_by_tokens_with_an_estimated_size_and_a_range(model):
    answer = footprint.query(model, input_tokens=100, output_tokens=500, date="2025-06-01")
    assert any("estimated" in text for text in answer.assumptions)
    low, high = answer.ranges["facility_energy"]
    assert low < answer.facility_energy < high


def test_gpt4o_mini_takes_less_than_gpt4o_by_size():
    small, large = (
        footprint.query(model, input_tokens=100, output_tokens=500, date="2024-08-01").facility_energy
        for model in ("gpt-4o-mini", "gpt-4o")
    )
    assert small < large


@pytest.mark.parametrize("product", ["ChatGPT", "ChatGPT Plus", "ChatGPT Enterprise"])
@pytest.mark.parametrize(("date", "watt_hours"), [("2023-10-15", 2.9), ("2024-08-01", 0.93), ("2025-06-01", 0.34)])
def test_chatgpt_and_its_plans_answer_by_the_year_of_use(product, date, watt_hours):
    answer = footprint.query(product, date=date)
    assert answer.printed.value == approx(watt_hours)


def test_chatgpt_in_bing_is_a_request_and_a_search():
    chat, bing = (footprint.query(name, date="2023-06-01") for name in ("ChatGPT Plus", "ChatGPT in Bing"))
    assert bing.quality == "proxy"
    assert bing.facility_energy.m_as("Wh") == approx(chat.facility_energy.m_as("Wh") + 0.3, rel=1e-6)
    assert any("2009" in text for text in bing.warnings)


def test_github_copilot_is_a_proxy_for_a_short_completion():
    answer = footprint.query("GitHub Copilot", date="2023-10-15")
    assert answer.quality == "proxy" and answer.printed.id == "recommended_code_completion"


@pytest.mark.parametrize("product", ["DALL-E", "dall-e-2", "DALL·E 3"])
def test_dalle_is_a_proxy_for_an_image(product):
    answer = footprint.query(product, date="2023-11-01")
    assert answer.quality == "proxy"
    assert answer.facility_energy.m_as("Wh") == approx(1.4)
    assert any("no published figure" in text for text in answer.warnings)


def test_speech_of_gpt4o_is_not_estimable_and_says_what_would_help():
    with pytest.raises(NotEstimableError, match="no measurement of such speech models exists; with accelerator hours"):
        footprint.query("GPT-4o voice", date="2024-08-01")


def test_bard_answers_in_its_days_and_its_first_model_has_two_carbon_figures_apart():
    assert footprint.query("Bard", date="2023-06-01").quality == "proxy"
    with pytest.raises(DataError, match="give a date within"):
        footprint.query("Bard", date="2025-06-01")
    gemini = footprint.query("Gemini", date="2025-06-01")
    assert gemini.facility_energy.m_as("Wh") == approx(0.24) and gemini.quality == "provider_reported"
    lamda = footprint.training("lamda-137b")
    assert lamda.facility_energy.m_as("MWh") == approx(451, rel=2e-3)
    assert {item.name: item.value for item in lamda.published}["carbon_market"] == 25.2
    assert lamda.carbon_location.m_as("tCO2e") > 100


def test_a_google_search_is_the_figure_of_2009_with_a_warning():
    answer = footprint.query("Google search", date="2025-06-01")
    assert answer.facility_energy.m_as("Wh") == approx(0.3)
    assert any("2009" in text for text in answer.warnings)


@pytest.mark.parametrize(
    ("run", "megawatt_hours", "tonnes"), [("llama-3-70b", 4480, 1900), ("llama-3.1-405b", 21_588, 8930)]
)
def test_the_largest_llama_3_answers_with_its_published_location_figure(run, megawatt_hours, tonnes):
    answer = footprint.training(run)
    published = {item.name: item.value for item in answer.published}
    assert published == {"accelerator_energy": megawatt_hours, "carbon_location": tonnes}
    assert answer.carbon_market is None  # what its maker bought is no contract of the reader


def test_llama_3_without_a_size_offers_the_sizes():
    with pytest.raises(UnknownNameError) as error:
        footprint.query("llama-3", output_tokens=400)
    assert {"llama-3-8b", "llama-3-70b"} <= set(error.value.nearest)


def test_mistral_answers_by_tokens_beside_its_life_cycle_figure():
    large = footprint.query("mistral-large-2", input_tokens=50, output_tokens=400, date="2025-06-01", region="FR")
    assert large.facility_energy is not None
    chat = footprint.query("Le Chat", date="2025-06-01")
    assert any("life-cycle figure" in text and "45 mL" in text for text in chat.assumptions)
    with pytest.raises(NotEstimableError, match="life cycle: training and 18 months of use"):
        footprint.training("mistral-large-2")


def test_claude_3_2_sonnet_does_not_exist_and_the_nearest_names_are_offered():
    with pytest.raises(UnknownNameError) as error:
        footprint.query("Claude 3.2 Sonnet", output_tokens=400)
    assert {"claude-3.5-sonnet", "claude-3.7-sonnet", "claude-3-sonnet"} <= set(error.value.nearest)


@pytest.mark.parametrize("family", ["anthropic", "amazon", "mistral", "claude"])
def test_a_family_of_models_is_asked_for_the_model(family):
    with pytest.raises(UnknownNameError) as error:
        footprint.query(family, output_tokens=400, date="2024-08-01")
    assert error.value.nearest


def test_a_model_without_a_size_says_so():
    with pytest.raises(NotEstimableError, match="its size is undisclosed"):
        footprint.query("Amazon Nova Pro", output_tokens=400, date="2025-01-01")


@pytest.mark.parametrize("model", ["Salesforce/xLAM-1b-fc-r", "Salesforce/xLAM-7b-fc-r"])
def test_the_compact_models_of_salesforce_answer_by_their_parameters(model):
    answer = footprint.query(model, input_tokens=500, output_tokens=100, date="2024-08-01", provider="on_premises")
    assert answer.facility_energy is not None and answer.quality == "modelled"


def test_a_model_that_one_hosts_oneself_takes_ones_own_hall():
    answer = footprint.query(
        "llama-3-8b", input_tokens=100, output_tokens=400, date="2024-08-01", provider="on_premises", region="FR",
        pue=1.3, wue_site="0.2 L/kWh", accelerator="a100",
    )  # fmt: skip
    assert answer.facility_energy.magnitude == approx(1.3 * answer.it_energy.magnitude)
    assert answer.water_site.m_as("L") == approx(0.2 * answer.it_energy.m_as("kWh_IT"))


def test_an_unnamed_model_is_asked_for():
    with pytest.raises(UnknownNameError):
        footprint.query("my 4 AIs", date="2025-06-01")
