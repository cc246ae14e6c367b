"""Energy per token: three terms from a data sheet, prompts with their caches, and the fit behind the coefficients."""

import csv
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.catalogue import open_catalogue
from footprint.errors import NotEstimableError, RangeError, UnknownNameError

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "calibration" / "energy_per_token.py"
EXTRACT = ROOT.parent / "shared" / "calibration" / "mlenergy_v3_text_configs.csv"

#: Estimates go through the catalogue: fewer of them say as much.
law = settings(max_examples=20, deadline=None, derandomize=True, database=None)


def ask(model, **given):
    """A query by the parametric model: with a stated batch and accelerator, a measurement would go before it."""
    return footprint.query(model, **{"date": "2025-06-01", "method": "parametric", "pue": 1.2, **given})


def steps(estimate):
    return {step.name: Quantity(step.value, step.unit) for step in estimate.derivation()}


def per_token(model, **given):
    """The three terms and their sum, before what was measured over it [J_acc/token]."""
    found = steps(ask(model, output_tokens=400, **given))
    names = ("memory_energy_per_token", "layer_energy_per_token", "computing_energy_per_token")
    parts = [found[name].m_as("J_acc/token") for name in names]
    return *parts, sum(parts)


def used(estimate, name):
    (use,) = (use for use in estimate.factors if use.name == name)
    return use


def width(estimate, name="it_energy"):
    """High over low of a result."""
    low, high = estimate.ranges[name]
    return (high / low).m_as("")


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Write models and accelerators of one's own, and return their folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what is built of them is not kept
    columns = {
        name: [row["column_name"] for row in open_catalogue().rows(f'DESCRIBE "{name}"')]
        for name in ("sources", "models", "accelerators")
    }
    source = {
        "id": "own_tests",
        "title": "Models of this test",
        "year": 2026,
        "licence": "own",
        "retrieved": "2026-01-15",
        "read_as": "primary",
        "note": "of our own, not published",
    }

    def write(**tables):
        folder = tmp_path / "own"
        folder.mkdir()
        for table, rows in {"sources": [source], **tables}.items():
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, [column for column in columns[table] if column != "origin"])
                writer.writeheader()
                writer.writerows(rows)
        return folder

    return write


def own_model(active, total=None, **more):
    return {
        "id": "model-of-this-test",
        "name": "Model of this test",
        "modality": "text-generation",
        "access": "open",
        "total_parameters": total or active,
        "active_parameters": active,
        "parameters_basis": "published",
        "source": "own_tests",
        "evidence": "primary",
        **more,
    }


# --- the three terms, by hand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "accelerator", "batch", "reading", "stepping", "computing"),
    [
        # Llama 3.1 70B: 70.55e9 of 2 bytes, 80 layers, 1 + 141.1 / 48 H100 of 700 W, 3350 GB/s, 989.4 TFLOP/s.
        ("llama-3.1-70b", "h100", 8, 1.945916, 2.016294, 0.167711),
        ("llama-3.1-70b", "h100", 64, 0.243240, 0.712868, 0.167711),
        ("llama-3.1-70b", "h100", 512, 0.030405, 0.252037, 0.167711),
        # The same on a B200: 1000 W, 7700 GB/s, 2250 TFLOP/s, 1 + 141.1 / 108 of them.
        ("llama-3.1-70b", "b200", 64, 0.151179, 0.596225, 0.105355),
        # gpt-oss 20B in mxfp4: half a byte; 3.6e9 of 21e9 active, so that 64 requests read 20.93e9 of them.
        ("gpt-oss-20b", "h100", 64, 0.018037, 0.066160, 0.020669),
        ("gpt-oss-120b", "h100", 64, 0.095025, 0.180667, 0.058069),
        # DeepSeek R1 in 8 bits: 37e9 of 671e9 active; 61 layers on 1 + 671 / 48 H100.
        ("deepseek-r1", "h100", 8, 3.658783, 5.845627, 0.374565),
        ("deepseek-r1", "h100", 64, 1.114075, 2.066741, 0.374565),
        ("deepseek-r1", "b200", 512, 0.089813, 0.502654, 0.235298),
    ],
)
def test_the_terms_of_a_token_are_those_of_decision_9(model, accelerator, batch, reading, stepping, computing):
    terms = per_token(model, accelerator=accelerator, batch_size=batch)
    assert terms == approx((reading, stepping, computing, reading + stepping + computing), rel=5e-6, abs=1e-6)


def test_what_was_measured_over_the_terms_and_the_hosts_follow():
    """1.123819 J for a token of Llama 3.1 70B at 64 at once: 0.973 of it measured, hosts add 0.5714."""
    answer = ask("llama-3.1-70b", output_tokens=400, accelerator="h100", batch_size=64)
    found = steps(answer)
    assert found["decode_energy_per_token"].m_as("J_acc/token") == approx(0.973 * 1.123819, rel=1e-5)
    assert found["decode_energy"].m_as("J_acc") == approx(400 * 0.973 * 1.123819, rel=1e-5)
    assert answer.it_energy.m_as("J_IT") == approx(400 * 0.973 * 1.123819 * 1.5714, rel=1e-5)
    assert answer.facility_energy.m_as("J") == approx(400 * 0.973 * 1.123819 * 1.5714 * 1.2, rel=1e-5)


@pytest.mark.parametrize(
    ("accelerator", "batch", "measured"),
    [("h100", 8, 3.76), ("h100", 64, 0.797), ("h100", 900, 0.373), ("b200", 64, 0.697)],
)
def test_what_was_measured_of_llama_lies_inside_the_range_of_its_token(accelerator, batch, measured):
    """ML.ENERGY v3 on 4 H100 and 2 B200: the range of the energy per token alone, hosts and prompt left out."""
    answer = ask("llama-3.1-70b", output_tokens=1, accelerator=accelerator, batch_size=batch)
    ratio = answer.spreads["measured_over_predicted"]
    terms = per_token("llama-3.1-70b", accelerator=accelerator, batch_size=batch)[-1]
    assert ratio.low <= measured / terms <= ratio.high


def test_layers_that_nobody_read_follow_from_the_size(overlay):
    """25.7 x 100^0.163 = 54.4."""
    folder = overlay(models=[own_model(100)])
    found = steps(ask("model-of-this-test", output_tokens=400, factors=folder))
    assert found["layers"].m_as("layer") == approx(54.44, abs=0.01)


def test_layers_and_bits_are_those_of_the_published_configuration():
    answer = ask("deepseek-r1", output_tokens=400)
    assert (used(answer, "layers").value, used(answer, "weight_size").value) == (61.0, 1.0)
    assert used(answer, "layers").rung == used(answer, "weight_size").rung == "published configuration"
    assert not any("weights of" in said for said in answer.assumptions)


@pytest.mark.parametrize(("model", "bytes", "low", "high"), [("gpt-4o", 1.0, 0.5, 2.0), ("phi-3-mini", 2.0, 1.0, 2.0)])
def test_bits_that_nobody_published_are_assumed_with_a_range_and_said(model, bytes, low, high):
    answer = ask(model, output_tokens=400)
    use = used(answer, "weight_size")
    assert (use.value, use.low, use.high) == (bytes, low, high)
    assert any(f"weights of {8 * bytes:.0f} bits" in said for said in answer.assumptions)
    spread = answer.spreads["weight_size"]
    assert (spread.distribution, spread.low, spread.high) == ("split_lognormal", low, high)


# --- laws ---------------------------------------------------------------------------------------------

models = st.sampled_from(["llama-3.1-8b", "llama-3.1-70b", "deepseek-r1", "gpt-oss-120b", "gpt-4o", "qwen3-235b-a22b"])
chips = st.sampled_from(["h100", "b200", "a100", "mi300x", "l40s", "tpu_v5e"])


@law
@given(models, chips, st.floats(1, 4000), st.floats(1.01, 20))
def test_a_token_takes_less_the_more_requests_are_served_at_once(model, chip, batch, factor):
    few, many = (per_token(model, accelerator=chip, batch_size=size) for size in (batch, batch * factor))
    assert many[-1] < few[-1]
    assert many[2] == few[2]  # arithmetic is not shared


@law
@given(chips, st.floats(1, 4096))
def test_a_dense_model_reads_all_of_itself_at_any_batch(chip, batch):
    found = steps(ask("llama-3.1-70b", output_tokens=1, accelerator=chip, batch_size=batch))
    assert found["parameters_read"].m_as("Gparameter") == approx(70.55, rel=1e-12)


@pytest.mark.parametrize(("batch", "billions"), [(1, 37.0), (8, 265.3), (64, 646.3), (4096, 671.0)])
def test_a_mixture_reads_its_own_experts_alone_and_all_of_them_for_many(batch, billions):
    found = steps(ask("deepseek-r1", output_tokens=1, batch_size=batch))
    assert found["parameters_read"].m_as("Gparameter") == approx(billions, abs=0.1)


def test_a_token_takes_more_the_larger_the_model_by_either_size(overlay):
    sizes = [(10, 20), (10, 200), (20, 200), (200, 200)]
    folder = overlay(models=[own_model(a, t, id=f"model-{a}-of-{t}") for a, t in sizes])
    energies = [per_token(f"model-{a}-of-{t}", factors=folder)[-1] for a, t in sizes]
    assert energies == sorted(energies)
    assert len(set(energies)) == len(energies)


@law
@given(models, st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_token_of_reasoning_costs_what_a_token_of_the_answer_costs(model, answer, reasoning):
    apart = ask(model, output_tokens=answer, reasoning_tokens=reasoning)
    whole = ask(model, output_tokens=answer + reasoning)
    assert apart.it_energy.magnitude == approx(whole.it_energy.magnitude, rel=1e-12)
    assert apart.ranges["it_energy"][1].magnitude == approx(whole.ranges["it_energy"][1].magnitude, rel=1e-12)


# --- prompts ------------------------------------------------------------------------------------------


def test_a_prompt_of_100_000_tokens_is_not_free(overlay):
    """Epoch AI 2025, a model of 100 billion active parameters at a PUE of 1.2: 2.5 Wh with 10,000, 40 Wh with 100,000.

    0.602 J_IT for each token and 5.9e-6 J_IT for each pair: 60.2 and 59 kJ_IT of 100,000 tokens.
    """
    folder = overlay(models=[own_model(100)])

    def watt_hours(tokens):
        return ask("model-of-this-test", input_tokens=tokens, factors=folder).facility_energy.m_as("Wh")

    assert watt_hours(100_000) == approx(39.7, abs=0.1)
    assert watt_hours(10_000) == approx(2.20, abs=0.01)
    assert watt_hours(100_000) > 17 * watt_hours(10_000)


def test_the_part_that_grows_with_the_square_is_a_hundredth_at_a_short_prompt_and_half_at_a_long_one():
    def share(tokens):
        found = steps(ask("llama-3.1-70b", input_tokens=tokens))
        return (found["attention_operations"] / found["prompt_operations"]).m_as("")

    assert share(1_000) == approx(0.0098, abs=1e-4)
    assert share(100_000) == approx(0.98, abs=0.01)


@law
@given(models, st.integers(1, 10**5), st.integers(1, 10**5))
def test_cached_tokens_cost_less_than_tokens_that_are_read_and_more_than_none(model, fresh, cached):
    alone = ask(model, input_tokens=fresh)
    with_cache = ask(model, input_tokens=fresh, cached_tokens=cached)
    read = ask(model, input_tokens=fresh + cached)
    assert alone.it_energy < with_cache.it_energy < read.it_energy


def test_a_cached_context_costs_attention_for_the_tokens_that_follow():
    """100,000 tokens in a cache: a tenth of their length, and 2 x 1000 x 100,000 pairs more for the new ones."""
    alone, after = (steps(ask("llama-3.1-70b", input_tokens=1000, **more)) for more in ({}, {"cached_tokens": 100_000}))
    pairs = [found["attention_pairs"].m_as("token**2/request") for found in (alone, after)]
    assert pairs == [1e6, 1e6 + 2e8]
    linear = [found["prompt_operations"].m_as("TFLOP") for found in (alone, after)]
    assert linear == approx([141.1, 141.1 * 11], rel=1e-9)
    joules = [found["prefill_it_energy"].m_as("J_IT") for found in (alone, after)]
    assert joules[1] - 11 * joules[0] == approx((2e8 - 1e7) * 1.96e6 * 0.7055 / (989.4e12 * 0.3) * 892.486, rel=1e-6)


def test_tokens_that_fill_a_cache_cost_what_tokens_that_are_read_cost():
    plain = ask("gpt-4o", input_tokens=9_000, output_tokens=300)
    filling = ask("gpt-4o", input_tokens=1_000, cache_write_tokens=8_000, output_tokens=300)
    assert filling.it_energy.magnitude == approx(plain.it_energy.magnitude, rel=1e-12)


def test_prompts_of_many_requests_are_taken_as_equally_long_and_said_to_be_a_lower_bound():
    one = ask("gpt-4o", input_tokens=10_000, output_tokens=100)
    many = ask("gpt-4o", requests=10, input_tokens=100_000, output_tokens=1000)
    assert many.it_energy.magnitude == approx(10 * one.it_energy.magnitude, rel=1e-12)
    said = "prompts are taken as equally long: the part that grows with their square is a lower bound."
    assert said in many.assumptions
    assert said not in one.assumptions


def test_an_embedding_is_read_alone_and_knows_nothing_of_a_batch():
    answer = ask("llama-3.1-8b", input_tokens=500, output_tokens=0)
    assert answer.method == "input_tokens"
    assert "batch_size" not in {use.name for use in answer.factors}


def test_reading_and_writing_are_parts_that_add_up():
    answer = ask("gpt-4o", input_tokens=5_000, output_tokens=400)
    assert set(answer.parts) == {"prefill_it_energy", "decode_it_energy"}
    assert sum(part.m_as("kWh_IT") for part in answer.parts.values()) == approx(answer.it_energy.m_as("kWh_IT"))


# --- hardware, batch, software ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["h100", "H100 SXM", "NVIDIA H100 SXM5 80GB", "h100_sxm"])
def test_hardware_is_found_by_the_names_that_people_use(name):
    answer = ask("llama-3.1-70b", output_tokens=400, accelerator=name)
    assert used(answer, "rated_power").id == "accelerators:h100_sxm:rated_power"
    assert not any("hosts do not say on what" in said for said in answer.assumptions)


def test_the_usual_hardware_is_taken_where_none_is_named_and_said():
    plain, named = (ask("llama-3.1-70b", output_tokens=400, **given) for given in ({}, {"accelerator": "h100"}))
    assert plain.it_energy == named.it_energy
    assert "served on NVIDIA H100 SXM5 80GB: hosts do not say on what." in plain.assumptions


def test_named_hardware_changes_the_figure_and_what_was_not_measured_is_wider():
    answers = {
        chip: ask("llama-3.1-70b", output_tokens=400, batch_size=64, accelerator=chip)
        for chip in ("h100", "b200", "a100", "mi300x")
    }
    assert len({answer.it_energy.magnitude for answer in answers.values()}) == 4
    for chip, name in (("a100", "NVIDIA A100 SXM4 80GB"), ("mi300x", "AMD Instinct MI300X")):
        said = f"extrapolated: {name}; measured were H100 and B200; the range is wider."
        assert said in answers[chip].warnings
        assert used(answers[chip], "measured_over_predicted").id == "measured_over_predicted_elsewhere"
        assert width(answers[chip]) > 1.4 * width(answers["h100"])
    for chip in ("h100", "b200"):
        assert not any("extrapolated" in warning for warning in answers[chip].warnings)
        assert width(answers[chip]) == approx(width(answers["h100"]), rel=1e-9)


@pytest.mark.parametrize(
    ("chip", "name", "lacks"),
    [
        ("h200_nvl", "NVIDIA H200 NVL", "peak throughput"),
        ("gh200", "NVIDIA GH200", "accelerator memory"),
        ("trainium1", "AWS Trainium1", "rated power"),
        ("a100_pcie_40", "NVIDIA A100 PCIe 40GB", "memory bandwidth"),
        (
            "inferentia1",
            "AWS Inferentia",
            "rated power and peak throughput and memory bandwidth and accelerator memory",
        ),
    ],
)
def test_hardware_whose_data_sheet_lacks_a_figure_is_refused_with_its_name(chip, name, lacks):
    with pytest.raises(NotEstimableError) as refusal:
        ask("llama-3.1-70b", output_tokens=400, accelerator=chip)
    assert str(refusal.value) == (
        f"{name}: {lacks} not known, so energy cannot be computed from tokens; put what is known into an overlay "
        "(--factors), or name another --accelerator."
    )


def test_reading_alone_needs_power_and_peak_and_no_memory():
    answer = ask("llama-3.1-70b", input_tokens=1000, accelerator="gh200")
    assert answer.it_energy.m_as("J_IT") > 0


def test_an_unknown_accelerator_is_an_error_with_near_ones():
    with pytest.raises(UnknownNameError) as refusal:
        ask("llama-3.1-70b", output_tokens=400, accelerator="h1000")
    assert refusal.value.what == "accelerator"
    assert any("H100" in name for name in refusal.value.nearest)


def test_an_unknown_batch_is_64_with_a_range_and_a_stated_one_has_none():
    unknown, stated = (ask("llama-3.1-70b", output_tokens=400, **given) for given in ({}, {"batch_size": 64}))
    assert unknown.it_energy == stated.it_energy
    assert "64 requests served at a time (8 to 512): hosts do not say how many." in unknown.assumptions
    assert not any("served at a time" in said for said in stated.assumptions)
    assert unknown.spreads["batch_size"].distribution == "log_uniform"
    assert stated.spreads["batch_size"].distribution == "fixed"
    assert unknown.drivers()["it_energy"][0].name == "batch_size"
    assert "batch_size" not in {driver.name for driver in stated.drivers()["it_energy"]}
    assert width(stated) < width(unknown) / 1.5


@pytest.mark.parametrize("batch", [0, -3, 0.5, 1e6])
def test_a_batch_that_cannot_be_is_refused(batch):
    with pytest.raises(RangeError, match="requests served at once lie between 1 and 100,000"):
        ask("llama-3.1-70b", output_tokens=400, batch_size=batch)


@pytest.mark.parametrize("batch", [1, 5000])
def test_a_batch_that_nobody_measured_is_extrapolated_and_said(batch):
    answer = ask("llama-3.1-70b", output_tokens=400, batch_size=batch)
    assert f"extrapolated: {batch} batch size; measured were 8 to 4000; the range is wider." in answer.warnings
    inside = ask("llama-3.1-70b", output_tokens=400, batch_size=64)
    assert width(answer) > 1.4 * width(inside)


@pytest.mark.parametrize(("date", "factor"), [("2023-05-01", 1.5), ("2024-12-31", 1.5), ("2025-01-01", 1.0)])
def test_the_serving_software_of_2024_and_before_took_more_energy(date, factor):
    then, now = (ask("llama-3.1-70b", output_tokens=400, date=day) for day in (date, "2025-06-01"))
    assert (then.it_energy / now.it_energy).m_as("") == approx(factor, rel=1e-12)
    said = "served with the software of 2024 or before, which took more energy."
    assert (said in then.assumptions) == (factor > 1)
    assert used(then, "serving_software").value == factor


def test_older_software_does_not_change_the_reading_of_a_prompt():
    then, now = (ask("llama-3.1-70b", input_tokens=400, date=day) for day in ("2023-05-01", "2025-06-01"))
    assert then.it_energy.magnitude == now.it_energy.magnitude


# --- the fit behind the coefficients ------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed():
    """What the calibration script prints of the measured configurations, which lie outside the project."""
    if not EXTRACT.is_file():
        pytest.skip(f"{EXTRACT.name} is not here: measured configurations carry no licence and lie outside the project")
    done = subprocess.run([sys.executable, str(SCRIPT), str(EXTRACT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def rows():
    found = open_catalogue().rows("SELECT id, value, low, high FROM factors WHERE kind = 'coefficient'")
    return {row["id"]: row for row in found}


def line(printed, name):
    """Return the numbers of the first line that begins with ``name``."""
    text = next(text for text in printed.splitlines() if text.strip().startswith(name))
    return [float(number) for number in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", text.partition(name)[2])]


def test_the_coefficients_are_those_that_the_script_prints(printed, rows):
    found = re.search(
        r"E = ([\d.]+) \(P/w\) b N_read / B  \+  ([\d.e-]+) s P n L / B\^0\.5  \+  ([\d.]+) \(P/F\)", printed
    )
    names = ("memory_coefficient", "layer_coefficient", "computing_coefficient")
    assert [float(text) for text in found.groups()] == [rows[name]["value"] for name in names]
    assert "385 configurations" in printed
    law_of_layers = line(printed, "Layers where unknown:")
    assert [law_of_layers[0], law_of_layers[-1]] == [rows["layers_unit"]["value"], rows["layers_exponent"]["value"]]


def test_the_range_of_the_fit_is_the_one_that_the_script_prints(printed, rows):
    residuals = printed.partition("Measured / predicted, family left out:      5 %")[2]
    low, middle, high, _ = line(residuals, "both")
    row = rows["measured_over_predicted"]
    assert (row["low"], row["value"], row["high"]) == (low, middle, high)
    elsewhere = rows["measured_over_predicted_elsewhere"]
    assert (elsewhere["low"], elsewhere["high"]) == approx((low**1.35, high**1.35), rel=3e-3)
    assert elsewhere["value"] == middle


def test_the_edges_of_the_fit_are_those_of_the_configurations(printed, rows):
    """To the digits that the rows give: batches are means over a run, such as 7.45 and 4095."""
    table = printed.partition("Fitted range")[2]
    h100, b200 = line(table, "H100"), line(table, "B200")
    for name, low, high, rounding in (("active", 0, 1, 0.01), ("total", 2, 3, 0.01), ("batch", 8, 9, 0.1)):
        assert rows[f"energy_per_token_{name}_min"]["value"] == approx(min(h100[low], b200[low]), rel=rounding)
        assert rows[f"energy_per_token_{name}_max"]["value"] == approx(max(h100[high], b200[high]), rel=rounding)
    assert (h100[-1], b200[-1]) == (180, 205)


def test_the_error_on_families_left_out_is_printed_stands_in_the_catalogue_and_meets_its_bound(printed, rows):
    h100, h100_tail, b200, b200_tail = line(printed, "this equation, left out by family")
    for name, median, tail in (("h100", h100, h100_tail), ("b200", b200, b200_tail)):
        row = rows[f"energy_per_token_error_{name}"]
        assert (row["value"], row["high"]) == (median, tail)
    assert h100 <= 1.30
    assert h100_tail <= 2.1
    assert b200 <= 1.45
    assert b200_tail <= 2.8


def test_the_range_covers_85_to_95_percent_of_configurations_that_it_has_not_seen(printed, rows):
    h100, b200, both = line(printed, "range of both together")
    assert rows["energy_per_token_coverage_h100"]["value"] == approx(h100 / 100, abs=1e-9)
    assert rows["energy_per_token_coverage_b200"]["value"] == approx(b200 / 100, abs=1e-9)
    assert all(85 <= share <= 95 for share in (h100, b200, both))


def test_the_equation_of_ecologits_stands_beside_on_the_same_rows(printed):
    """On every figure this equation is nearer, without having seen the family."""
    ours = line(printed, "this equation, left out by family")
    for name in ("EcoLogits, batch of the row", "EcoLogits, its batch of 64"):
        theirs = line(printed, name)
        theirs = theirs[-4:]  # the name holds a number
        assert all(own < other for own, other in zip(ours, theirs, strict=True))


def test_an_estimate_is_what_the_script_predicts_for_every_configuration_of_its_precision(printed):
    """The script and the product write the same equation apart: for all measured rows of the published precision."""
    spec = importlib.util.spec_from_file_location("calibration_energy_per_token", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # its dataclasses ask for their module
    spec.loader.exec_module(script)
    configurations = script.extract(EXTRACT)
    k = script.least_squares(script.terms(configurations), np.log(configurations.energy))
    predicted = script.terms(configurations) @ k
    compared = 0
    for place, (name, gpu, batch) in enumerate(
        zip(configurations.model, configurations.gpu, configurations.batch, strict=True)
    ):
        model, weight = name.split(" ")
        if place % 8:
            continue
        answer = ask(model, output_tokens=1, accelerator=gpu.lower(), batch_size=float(batch))
        if used(answer, "weight_size").value == float(weight):
            assert per_token(model, accelerator=gpu.lower(), batch_size=float(batch))[-1] == approx(
                predicted[place], rel=1e-3
            )
            compared += 1
    assert compared > 30


def test_hardware_without_memory_of_its_kind_is_refused():
    """Thousands of such chips hold a model: the three terms say nothing of them."""
    with pytest.raises(footprint.FootprintError, match=r"Groq LPU v1: its memory of 0.23 GB holds no model"):
        footprint.query("llama-3.1-70b", output_tokens=100, accelerator="groq_lpu1", date="2025-06-01")


@pytest.mark.parametrize(
    ("part", "whole"),
    [("cached_tokens", "input_tokens"), ("cache_write_tokens", "input_tokens"), ("reasoning_tokens", "output_tokens")],
)
def test_a_part_without_its_whole_is_an_error(part, whole):
    other = {"input_tokens": "output_tokens", "output_tokens": "input_tokens"}[whole]
    with pytest.raises(footprint.FootprintError, match=f"{part} stand beside {whole}"):
        footprint.query("gpt-4o", date="2025-06-01", **{part: 5, other: 10})
