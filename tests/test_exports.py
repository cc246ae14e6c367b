"""Results in the formats of others: the right unit, nothing invented, and schemas that accept them."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
import spdx_python_model
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from ruamel.yaml import YAML

import footprint
from footprint.commands import main

ROOT = Path(__file__).parents[1]
DAY = "2026-11-23"
MODELS = ("cyclonedx", "spdx")
#: A name that would act in each of the formats.
NASTY = '</script><img src=x onerror=alert(1)> *b* | `c` =HYPERLINK(1) "q": {a: &b *b} \u202egpj.exe \x07\u2028# h'


@pytest.fixture(scope="module")
def gpt3():
    return footprint.training("gpt-3")


@pytest.fixture(scope="module")
def unplaced():
    return footprint.training(model="llama-3-8b", training_tokens=5e7, fine_tuning="lora", accelerator="l4", pue=1.1)


@pytest.fixture(scope="module")
def use():
    return footprint.query("gpt-4o", requests=10, input_tokens=5000, output_tokens=4000, region="FR", date="2025-06-01")


@pytest.fixture(scope="module")
def hall():
    readings = {"facility_energy": "13 GWh", "it_energy": "10 GWh", "water_input": "9000 m3"}
    more = {"renewable_energy": "5 GWh", "reused_energy": "1 GWh"}
    return footprint.datacenter(**readings, **more, region="DE", date="2024-12-31")


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    rows = "date,model,input_tokens,output_tokens\n2025-03-01,gpt-4o,5000,4000\n2025-03-02,gpt-4o-mini,900,1200\n"
    (folder / "usage.csv").write_text(rows + "2025-03-03,no-such-model,1,1\n", "utf-8")
    given = ["batch", str(folder / "usage.csv"), "--set", "region=FR", "--min-coverage", "0", "--format", "json"]
    return json.loads(CliRunner().invoke(main, [*given, "--by", "model"]).stdout)


def exported(result, form, **options):
    return footprint.export(result, form, date=DAY, **options)


def front_matter(text):
    between = re.match(r"---\n(.*?)^---$", text, re.DOTALL | re.MULTILINE)[1]
    return YAML(typ="safe", pure=True).load(between)["co2_eq_emissions"]


def changed(result, **fields):
    """Return the JSON of a result with other fields."""
    return {**json.loads(json.dumps(result.as_dict())), **fields}


def named(result, name):
    document = changed(result)
    document["activity"] = {"kind": "training", "model": name}
    return document


# --- model card -------------------------------------------------------------------------------------


def test_gpt3_on_a_model_card_is_552_million_grams(gpt3):
    assert front_matter(exported(gpt3, "model-card"))["emissions"] == pytest.approx(552e6, rel=5e-3)


def test_a_model_card_has_the_fields_of_the_documentation_of_the_hub(gpt3):
    card = front_matter(exported(gpt3, "model-card"))
    assert list(card) == ["emissions", "source", "training_type", "geographical_location", "hardware_used"]
    assert card["training_type"] == "pre-training"
    assert card["geographical_location"] == "United States (USA)"
    assert card["hardware_used"] == "10,000 x NVIDIA Tesla V100 SXM2 32GB"


def test_the_source_of_a_model_card_says_what_has_no_field(gpt3):
    source = front_matter(exported(gpt3, "model-card"))["source"]
    low, high = (bound.m_as("gCO2e") for bound in gpt3.ranges["carbon_location"])
    printed = re.search(r"5th to 95th percentile: ([\d,]+) to ([\d,]+) g CO2e", source).groups()
    assert [float(text.replace(",", "")) for text in printed] == pytest.approx([low, high], rel=1e-3)
    for part in (DAY, footprint.__version__, gpt3.edition, "location-based", "making the hardware", "one final run"):
        assert part in source


def test_a_fine_tuning_says_so_on_its_card():
    tokens = {"training_tokens": 5e7, "fine_tuning": "lora", "accelerator": "l4"}
    tuned = footprint.training(model="llama-3-8b", **tokens, region="FR", pue=1.1, date="2025-01-01")
    assert front_matter(exported(tuned, "model-card"))["training_type"] == "fine-tuning"


def test_an_unknown_emission_makes_no_card(unplaced):
    with pytest.raises(footprint.FootprintError, match=r"not known .*no region was given"):
        exported(unplaced, "model-card")


def test_a_card_is_of_a_training(use, hall, batch):
    for result in (use, hall):
        with pytest.raises(footprint.FootprintError, match="footprint training"):
            exported(result, "model-card")
    with pytest.raises(footprint.FootprintError, match="one estimate"):
        exported(batch, "model-card")


# --- CycloneDX --------------------------------------------------------------------------------------


def consumptions(text):
    (component,) = json.loads(text)["components"]
    return component["modelCard"]["considerations"]["environmentalConsiderations"]["energyConsumptions"]


def properties(consumption):
    found = {}
    for item in consumption["properties"]:
        found.setdefault(item["name"].removeprefix("footprint:"), []).append(item["value"])
    return found


@pytest.mark.parametrize("version", [SchemaVersion.V1_6, SchemaVersion.V1_7])
def test_a_bill_of_materials_is_valid_by_the_published_schemas(gpt3, use, unplaced, batch, version):
    for results in (gpt3, [gpt3, use], unplaced, batch):
        text = exported(results, "cyclonedx")
        document = json.loads(text) | {"specVersion": version.to_version()}
        document["$schema"] = document["$schema"].replace("1.6", version.to_version())
        assert JsonStrictValidator(version).validate_str(json.dumps(document)) is None
        assert json.loads(text)["specVersion"] == "1.6"


def test_a_bill_of_materials_counts_kilowatt_hours_and_tonnes(gpt3):
    (training,) = consumptions(exported(gpt3, "cyclonedx"))
    assert training["activity"] == "training"
    assert training["activityEnergyCost"] == {"value": pytest.approx(1287060, rel=1e-3), "unit": "kWh"}
    assert training["co2CostEquivalent"] == {"value": pytest.approx(552.1, rel=1e-3), "unit": "tCO2eq"}
    assert "co2CostOffset" not in training


def test_what_a_bill_of_materials_has_no_field_for_is_a_property(gpt3):
    (training,) = consumptions(exported(gpt3, "cyclonedx"))
    said = properties(training)
    low, high = gpt3.ranges["facility_energy"]
    assert float(said["facility_energy_kwh_low"][0]) == pytest.approx(low.m_as("kWh"))
    assert float(said["facility_energy_kwh_high"][0]) == pytest.approx(high.m_as("kWh"))
    assert float(said["water_site_l"][0]) == pytest.approx(gpt3.water_site.m_as("L"))
    assert said["edition"] == [gpt3.edition]
    assert "carbon, market-based: no contract" in said["not_known"][0]
    assert any("patterson2021" in text or "Patterson" in text for text in said["factor"])


def test_an_unknown_carbon_is_left_out_and_named(unplaced):
    (tuning,) = consumptions(exported(unplaced, "cyclonedx"))
    assert tuning["activity"] == "fine-tuning"
    assert "co2CostEquivalent" not in tuning
    assert any(text.startswith("carbon, location-based: no region") for text in properties(tuning)["not_known"])


def test_training_and_use_of_a_model_stand_in_one_component(gpt3):
    use = footprint.query("gpt-3-175b", output_tokens=400, region="US", date="2023-06-01")
    found = consumptions(exported([gpt3, use], "cyclonedx"))
    assert [item["activity"] for item in found] == ["training", "inference"]
    assert properties(found[1])["activity"][-1] == "output tokens: 400 tok"


def test_a_batch_by_model_is_one_component_for_each_model(batch):
    components = json.loads(exported(batch, "cyclonedx"))["components"]
    assert sorted(component["name"] for component in components) == ["GPT-4o", "GPT-4o mini"]
    said = json.dumps(components)
    assert "66.67% of the rows of usage" in said


def test_a_batch_by_something_else_is_refused(batch):
    with pytest.raises(footprint.FootprintError, match="--by model"):
        exported(batch | {"by": ["team"]}, "cyclonedx")


@pytest.mark.parametrize("form", MODELS)
def test_a_hall_is_no_model(hall, form):
    with pytest.raises(footprint.FootprintError, match="describes models"):
        exported(hall, form)


@pytest.mark.parametrize("form", [*MODELS, "annex-xi"])
def test_a_result_without_a_model_wants_a_name(form):
    run = footprint.training(accelerator="h100", accelerators=8, hours="24 h", pue=1.1, date="2025-01-01")
    with pytest.raises(footprint.FootprintError, match="--name"):
        exported(run, form)
    assert "our-model" in exported(run, form, name="our-model")


# --- SPDX -------------------------------------------------------------------------------------------


def loaded(text):
    """Return the objects of a document as the published model reads them, and writes them again."""
    model, objects = spdx_python_model.load_data(json.loads(text))
    assert objects.missing_ids == set()
    model.JSONLDSerializer().write(objects, io.BytesIO())  # what is required is looked for when it is written
    return objects


def test_an_spdx_document_is_valid_by_the_published_model(gpt3, use, unplaced, batch):
    for results in (gpt3, [gpt3, use], unplaced, batch):
        objects = loaded(exported(results, "spdx"))
        assert len(list(objects.foreach_type("SpdxDocument"))) == 1


def test_the_published_model_refuses_what_is_wrong(gpt3):
    """The check above can fail: another unit, a property that is unknown, a required one that is missing."""
    text = exported(gpt3, "spdx")
    with pytest.raises(ValueError, match="not a valid value"):
        loaded(text.replace('"kilowattHour"', '"MWh"'))
    with pytest.raises(KeyError, match="Unknown property"):
        loaded(text.replace('"software_primaryPurpose"', '"purpose"'))
    with pytest.raises(ValueError, match="required"):
        loaded(re.sub(r'"statement": .*|"subject": .*,', "", text).replace('"other",\n', '"other"\n'))


def test_an_spdx_document_holds_decimal_kilowatt_hours_by_phase(gpt3, unplaced, use):
    of = {}
    for element in json.loads(exported([gpt3, unplaced, use], "spdx"))["@graph"]:
        of |= {key: item for key, item in element.get("ai_energyConsumption", {}).items() if key != "type"}
    assert list(of) == [
        "ai_trainingEnergyConsumption",
        "ai_finetuningEnergyConsumption",
        "ai_inferenceEnergyConsumption",
    ]
    for (item,), result in zip(of.values(), (gpt3, unplaced, use), strict=True):
        assert item["ai_energyUnit"] == "kilowattHour"
        assert re.fullmatch(r"\d+(\.\d+)?", item["ai_energyQuantity"])
        assert float(item["ai_energyQuantity"]) == pytest.approx(result.facility_energy.m_as("kWh"), rel=1e-9)


def test_what_spdx_has_no_field_for_is_an_annotation(gpt3):
    (said,) = (e["statement"] for e in json.loads(exported(gpt3, "spdx"))["@graph"] if e["type"] == "Annotation")
    for part in (
        "5th to 95th percentile",
        "carbon, location-based: 552148.57",
        gpt3.edition,
        "market-based: not known",
    ):
        assert part in said


# --- EU AI Act, Annex XI ----------------------------------------------------------------------------


def test_the_text_for_annex_xi_gives_compute_and_energy(gpt3):
    text = exported(gpt3, "annex-xi")
    for part in (
        "| Floating-point operations | 3.14 × 10²³ | FLOP |  |",
        "| Accelerators | 10,000 |  |  |",
        "| Training time | 355.2 | h |  |",
        "Estimated energy of the training: 1,287\u00a0MWh; 5th to 95th percentile 1,200 to 1,380.",
        "Hardware: NVIDIA Tesla V100 SXM2 32GB.",
        "the building's meter",
        f"catalogue edition {gpt3.edition}; 23 November 2026",
    ):
        assert part in text


def test_the_text_for_annex_xi_is_there_in_french(gpt3):
    text = exported(gpt3, "annex-xi", language="fr")
    assert text.startswith("# Calcul et énergie de l’entraînement\u00a0: GPT-3 175B")
    assert "1\u202f287\u00a0MWh" in text
    assert "23 novembre 2026" in text


def test_accelerator_hours_that_follow_from_operations_have_a_range(gpt3):
    assert re.search(r"\| Accelerator-hours \| 3,550,000 \| h \| 3,\d+,000 to 3,\d+,000 \|", exported(gpt3, "annex-xi"))


def test_metered_energy_is_called_measured_and_what_is_not_known_is_named():
    run = footprint.training(energy="1287 MWh", date="2020-06-01")
    text = exported(run, "annex-xi", name="ours")
    assert "Measured energy of the training: 1,287\u00a0MWh." in text
    assert "Not known, and left out: Floating-point operations, Accelerator-hours, Accelerators" in text
    assert "carbon, location-based: not known (no region was given" in text
    assert "as the annex allows" not in text


def test_no_export_claims_that_a_duty_is_met(gpt3, hall, use):
    texts = [exported(gpt3, form) for form in ("model-card", *MODELS, "annex-xi")]
    texts += [exported(gpt3, "annex-xi", language="fr"), exported(hall, "data-centre-kpis")]
    for text in texts:
        assert not re.search(r"complian|certif|carbon.neutral|conforme|\bgreen\b", text, re.IGNORECASE)


def test_annex_xi_is_of_a_training(use, hall):
    for result in (use, hall):
        with pytest.raises(footprint.FootprintError, match="making of a model"):
            exported(result, "annex-xi")


# --- key figures of a hall --------------------------------------------------------------------------


def points(text):
    return {row["symbol"] or row["name"]: row for row in csv.DictReader(io.StringIO(text))}


def test_the_readings_of_a_hall_are_the_data_points_of_the_regulation(hall):
    found = points(exported(hall, "data-centre-kpis"))
    given = {symbol: float(row["value"]) for symbol, row in found.items() if row["status"] == "given"}
    assert given == pytest.approx(
        {
            "E_DC": 13e6,
            "E_IT": 10e6,
            "W_IN": 9000,
            "E_REUSE": 1e6,
            "E_RES-TOT": 5e6,
            "PUE": 1.3,
            "WUE": 0.9,
            "ERF": 1 / 13,
            "REF": 5 / 13,
        }
    )
    assert found["W_IN"]["unit"] == "m3"
    assert {row["edition"] for row in found.values()} == {hall.edition}


def test_a_data_point_that_is_not_known_is_listed_without_a_value_and_with_its_reason():
    hall = footprint.datacenter(it_power="20 MW", hours="8760 h", pue=1.3, wue_site="1.8 L/kWh", date="2025-06-01")
    found = points(exported(hall, "data-centre-kpis"))
    assert hall.water_site.m_as("m3") == pytest.approx(315_360)  # consumed, and not what entered
    assert (found["W_IN"]["value"], found["W_IN"]["status"]) == ("", "not given")
    assert "--water-input" in found["W_IN"]["remark"]
    assert found["WUE"]["value"] == ""
    assert found["PD_IT"]["value"] == ""
    assert found["PUE"]["remark"].startswith("taken, no reading: stated by the user")
    assert "no reading" in found["E_DC"]["remark"]


def test_the_data_points_are_written_as_json_too(hall):
    document = json.loads(exported(hall, "data-centre-kpis", ending=".json"))
    rows = points(exported(hall, "data-centre-kpis"))
    assert [item["value"] for item in document["points"]] == [
        None if row["value"] == "" else pytest.approx(float(row["value"])) for row in rows.values()
    ]
    assert document["regulation"] == "Delegated Regulation (EU) 2024/1364"


def test_the_data_points_are_of_a_hall(gpt3, batch):
    with pytest.raises(footprint.FootprintError, match="footprint datacenter"):
        exported(gpt3, "data-centre-kpis")


# --- all formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["model-card", "cyclonedx", "spdx", "annex-xi"])
def test_an_estimate_its_json_and_a_file_of_it_give_the_same_bytes(gpt3, form, tmp_path):
    path = tmp_path / "gpt3.json"
    path.write_text(json.dumps(gpt3.as_dict()), "utf-8")
    assert exported(gpt3, form) == exported(gpt3.as_dict(), form) == exported(path, form) == exported(str(path), form)


@pytest.mark.parametrize("form", ["model-card", "cyclonedx", "spdx", "annex-xi", "data-centre-kpis"])
def test_the_date_of_the_environment_is_taken_where_none_is_given(gpt3, hall, form, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735689600")
    text = footprint.export(hall if form == "data-centre-kpis" else gpt3, form)
    assert "2025-01-01" in text or "1 January 2025" in text


@pytest.mark.parametrize("name", [NASTY, "x" * 10_000, "\u202e" * 50, "a\nb: c\n---\n# d"])
def test_a_name_that_would_act_is_shown_as_text(gpt3, name):
    document = named(gpt3, name)
    for text in (exported(document, form) for form in ("cyclonedx", "spdx", "annex-xi")):
        assert "\u202e" not in text
        assert "\x07" not in text
        assert len(text) < 60_000
    (component,) = json.loads(exported(document, "cyclonedx"))["components"]
    assert component["name"][0] == name.replace("\u202e", "[U+202E]")[0]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(exported(document, "cyclonedx")) is None
    loaded(exported(document, "spdx"))
    lines = exported(document, "annex-xi").splitlines()
    assert [line for line in lines if line.startswith("# ")] == lines[:1]
    assert not any(re.search(r"(?<!\\)<\w", line) for line in lines)


@pytest.mark.parametrize("name", [NASTY, "x" * 10_000, "a\nb: c\n---\n# d"])
def test_a_place_and_hardware_that_would_act_are_text_on_a_model_card(gpt3, name):
    document = named(gpt3, "ours")
    document |= {"region": name, "activity": {"kind": "training", "model": "ours", "accelerator": name}}
    card = front_matter(exported(document, "model-card", into="---\nlicense: mit\n---\nbody\n"))
    assert len(card["geographical_location"]) <= 200
    assert card["hardware_used"].endswith(card["geographical_location"][-20:])


def test_a_cell_never_begins_as_a_formula(hall):
    document = changed(hall, region="=HYPERLINK(1)", quality="+1")
    for row in csv.reader(io.StringIO(exported(document, "data-centre-kpis"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "no result"),
        ({}, "no result"),
        ({"edition": "x"}, "schema version"),
        ({"edition": "x", "schema_version": "9.0"}, "schema version"),
        ({"edition": "x", "schema_version": "1.0", "activity": {}}, "figures of an estimate"),
    ],
)
def test_json_that_is_no_result_is_refused(wrong, said, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(wrong), "utf-8")
    with pytest.raises(footprint.FootprintError, match=said):
        exported(path, "cyclonedx")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("facility_energy", {"value": 1, "unit": "MWh"}),
        ("facility_energy", {"value": "1", "unit": "kWh"}),
        ("facility_energy", {"value": -1, "unit": "kWh"}),
        ("facility_energy", {"value": True, "unit": "kWh"}),
        ("facility_energy", {"value": 10**400, "unit": "kWh"}),
        ("facility_energy", 12),
        ("factors", {}),
        ("factors", [{"name": "pue", "value": "<b>"}]),
        ("assumptions", [1]),
        ("reasons", []),
        ("workload", {"operations": {"value": 1, "unit": "kWh"}}),
        ("workload", 3),
        ("published", [{"value": "x"}]),
        ("activity", []),
        ("indicators", {"pue": 3}),
    ],
)
@pytest.mark.parametrize("form", ["model-card", "cyclonedx", "spdx", "annex-xi"])
def test_a_field_that_is_not_what_it_should_be_is_an_error_in_words(gpt3, field, value, form, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(changed(gpt3, **{field: value})), "utf-8")
    result = CliRunner().invoke(main, ["export", form, str(path)])
    assert result.exit_code in (0, 1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if field not in ("published", "indicators"):  # what a format does not read it may leave unread
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ")


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": NaN}', "[" * 100_000, "\xff\xfe"])
def test_a_file_that_is_no_json_is_an_error_in_words(text, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("latin-1"))
    result = CliRunner().invoke(main, ["export", "spdx", str(path)])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("Error: x.json: ")


@pytest.mark.parametrize(
    ("form", "options", "said"),
    [
        ("model-crad", {}, "did you mean 'model-card'"),
        ("cyclonedx", {"language": "fr"}, "written in English"),
        ("annex-xi", {"language": "xx"}, "none of"),
        ("cyclonedx", {"ending": ".xml"}, "written as .json"),
        ("spdx", {"into": "---\n---\n"}, "model card alone"),
        ("spdx", {"date": "tomorrow"}, "no date"),
    ],
)
def test_a_request_that_does_not_go_with_the_format_is_refused(gpt3, form, options, said):
    with pytest.raises(footprint.FootprintError, match=said):
        footprint.export(gpt3, form, **options)


# --- the command ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, gpt3, use, hall, monkeypatch):
    for name, result in (("training", gpt3), ("use", use), ("hall", hall)):
        (tmp_path / f"{name}.json").write_text(json.dumps(result.as_dict()), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_updates_a_card_that_is_there_and_says_what_it_does_not_hold(folder):
    (folder / "README.md").write_bytes(b"---\r\nlicense: mit\r\n---\r\n# A model\r\n")
    result = CliRunner().invoke(main, ["export", "model-card", "training.json", "-o", "README.md"])
    assert result.exit_code == 0, result.output
    text = (folder / "README.md").read_bytes().decode()
    assert text.startswith("---\r\nlicense: mit\r\nco2_eq_emissions:\r\n")
    assert text.endswith("---\r\n# A model\r\n")
    assert "Note: emissions are in grams" in result.stderr


def test_a_card_that_cannot_be_edited_stays_as_it_is(folder):
    old = "---\nlicense: [mit\n---\n# A model\n"
    (folder / "README.md").write_text(old, "utf-8")
    result = CliRunner().invoke(main, ["export", "model-card", "training.json", "-o", "README.md"])
    assert result.exit_code == 1
    assert (folder / "README.md").read_text("utf-8") == old


def test_the_ending_of_the_file_chooses_between_csv_and_json(folder):
    for name in ("hall.csv", "kpis.json"):
        result = CliRunner().invoke(main, ["export", "data-centre-kpis", "hall.json", "-o", name, "--date", DAY])
        assert result.exit_code == 0, result.output
    assert (folder / "hall.csv").read_text("utf-8").startswith("annex,symbol,name,unit,value,")
    assert json.loads((folder / "kpis.json").read_text("utf-8"))["date"] == DAY


def test_without_a_file_the_text_alone_goes_to_the_standard_output(folder):
    result = CliRunner().invoke(main, ["export", "cyclonedx", "training.json", "use.json", "--date", DAY])
    assert len(json.loads(result.stdout)["components"]) == 2
    assert result.stderr.startswith("Note: ")


# --- the page of the documentation ------------------------------------------------------------------


def test_the_examples_of_the_page_run_in_their_order_and_print_what_it_shows(tmp_path, monkeypatch):
    """Dots in the page stand for what is left out; the edition is not compared."""
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "exports.md").read_text("utf-8")
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# My model\n", "utf-8")
    usage = "date,model,input_tokens,output_tokens\n2025-03-01,gpt-4o,5000,4000\n"
    (tmp_path / "usage.csv").write_text(usage, "utf-8")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        for command, shown in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            words, _, target = command.partition(" > ")
            program, *arguments = shlex.split(words)
            if program == "cat":
                output = Path(arguments[0]).read_text("utf-8")
            else:
                assert program == "footprint"
                result = CliRunner().invoke(main, arguments, terminal_width=100)
                assert result.exit_code == 0, (command, result.output)
                output = result.stdout
            if target:
                Path(target).write_text(output, "utf-8")
                continue
            pattern = ".*?".join(re.escape(part) for part in shown.rstrip("\n").split("..."))
            assert re.search(pattern, output, re.DOTALL), (command, output)
