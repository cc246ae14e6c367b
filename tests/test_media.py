"""Pictures, video, speech, embeddings, code completion, and answers for which the web was searched."""

import csv
import json

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint import UnitError
from footprint._files import shipped
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import NotEstimableError, QuantityError, RangeError, UsageError

#: Hosts and memory over the accelerators alone, of the catalogue.
SERVERS = 1.5714
HERE = {"date": "2025-06-01", "pue": 1.2, "grid_intensity": "400 g/kWh", "wue_site": "0.5 L/kWh", "wue_grid": "2 L/kWh"}


def query(model, **stated):
    return footprint.query(model, **{**HERE, **stated})


def accelerators(estimate):
    """What the accelerators alone took, in Wh."""
    return estimate.it_energy.m_as("Wh_IT") / SERVERS


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Write rows over the shipped ones: a table by the name of its file, each row by its columns."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(table, /, **row):
        (file,) = shipped("datasets", "datapackage.json").rglob(table)
        header = next(csv.reader([file.read_text("utf-8").partition("\n")[0]]))
        assert set(row) <= set(header)
        own = tmp_path / "own" / table
        own.parent.mkdir(exist_ok=True)
        with own.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, header, lineterminator="\n")
            writer.writeheader()
            writer.writerow(row)
        return own.parent

    return write


# --- 1. pictures: the work of a diffusion ----------------------------------------------------------------


def test_a_picture_of_stable_diffusion_3_5_large_takes_1_19_watt_hours_of_its_accelerators():
    """8.1 billion parameters, 28 steps, 1.049 million pixels, 18 J each: 4.28 kJ."""
    picture = query("sd3.5-large", images=1, size="1024x1024", steps=28)
    assert accelerators(picture) == approx(18 * 8.1 * 28 * 1.048576 / 3600, rel=1e-4)
    assert round(accelerators(picture), 2) == 1.19
    assert (picture.method, picture.quality) == ("images", "modelled")


def test_carbon_and_water_of_a_picture_follow_from_its_energy():
    picture = query("sd3.5-large", images=10, size="1024x1024", steps=28)
    plugs, meter = picture.it_energy.m_as("kWh_IT"), picture.facility_energy.m_as("kWh")
    assert meter == approx(plugs * 1.2, rel=1e-12)
    assert picture.carbon_location.m_as("gCO2e") == approx(meter * 400, rel=1e-12)
    assert picture.water_site.m_as("L") == approx(plugs * 0.5, rel=1e-12)
    assert picture.water_grid.m_as("L") == approx(meter * 2, rel=1e-12)
    assert picture.carbon_embodied is not None


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 10_000), st.integers(1, 200), st.sampled_from(["512x512", "768x1024", "1024x1024", "2 Mpx"]))
def test_the_energy_of_pictures_is_in_proportion_to_their_number_steps_and_pixels(images, steps, size):
    one = query("sd3.5-medium", images=1, size="1 Mpx", steps=1).it_energy
    many = query("sd3.5-medium", images=images, size=size, steps=steps)
    pixels = many.activity.size.m_as("Mpixel")
    assert many.it_energy.m_as("kWh_IT") == approx(one.m_as("kWh_IT") * images * steps * pixels, rel=1e-9)


def test_size_and_steps_that_nobody_stated_are_assumptions_with_a_range():
    stated = query("sd3.5-large", images=1, size="1024x1024", steps=28)
    assumed = query("sd3.5-large", images=1)
    assert assumed.it_energy == stated.it_energy
    assert any("28 steps (20 to 50)" in text and "1.05 million pixels" in text for text in assumed.assumptions)
    wide, narrow = (e.ranges["it_energy"][1] / e.ranges["it_energy"][0] for e in (assumed, stated))
    assert wide > 2 * narrow > 2


def test_a_size_reads_as_people_write_it():
    written = ["1024x1024", "1024 X 1024", "1024×1024 px", "1024*1024", "1.048576 Mpx", "1048576 px"]
    energies = {query("sd3.5-large", images=1, steps=28, size=size).it_energy.m_as("kWh_IT") for size in written}
    assert max(energies) == approx(min(energies), rel=1e-12)


@pytest.mark.parametrize("size", ["1024", "1024x", "ten by ten", "9x9", "1 kWh"])
def test_what_is_no_size_is_refused_with_an_example(size):
    with pytest.raises(QuantityError, match=r"size: .*1024x1024"):
        query("sd3.5-large", images=1, size=size)


def test_a_picture_far_from_the_measured_size_is_called_extrapolated():
    near = query("sd3.5-large", images=1, size="1024x1024", steps=28)
    far = query("sd3.5-large", images=1, size="4096x4096", steps=28)
    assert [text for text in near.warnings if "extrapolated" in text] == []
    (said,) = (text for text in far.warnings if "extrapolated" in text)
    assert "16.8 million pixels" in said


def test_a_model_beyond_the_measured_ones_is_called_extrapolated():
    picture = query("qwen-image", images=1, size="1024x1024", steps=28)
    assert any("extrapolated: 20 billion parameters" in text for text in picture.warnings)


def test_a_distilled_model_is_not_taken_with_the_steps_of_a_plain_one():
    quick, plain = query("flux.1-schnell", images=1), query("flux.1-dev", images=1)
    assert plain.it_energy.m_as("Wh_IT") == approx(7 * quick.it_energy.m_as("Wh_IT"), rel=1e-9)  # 28 and 4 steps


def test_another_accelerator_than_the_measured_one_is_called_extrapolated():
    picture = query("sd3.5-large", images=1, size="1024x1024", steps=28, accelerator="mi300x")
    assert any("extrapolated" in text and "MI300X" in text for text in picture.warnings)


# --- 2. pictures: measured, and by proxy ---------------------------------------------------------------------


def test_a_model_that_was_measured_is_estimated_by_its_measurement():
    """ML.ENERGY, edition of 2024: 0.26927 Wh a picture of SDXL on H100, 25 steps."""
    pictures = query("sdxl-1.0", images=100)
    assert accelerators(pictures) == approx(26.927, rel=1e-4)
    assert pictures.method == "images_accelerator"
    assert "mlev2_stable-diffusion-xl-base-1.0_h100_b1" in [use.id for use in pictures.factors]
    assert any("25 steps" in text for text in pictures.assumptions)


def test_a_measurement_is_scaled_where_steps_or_size_are_stated_and_says_so():
    as_measured = query("sdxl-1.0", images=8)
    half = query("sdxl-1.0", images=8, steps=50, size="512x1024")
    quarter = query("sdxl-1.0", images=8, size="512x512")
    assert half.it_energy.m_as("Wh_IT") == approx(as_measured.it_energy.m_as("Wh_IT"), rel=1e-12)
    assert quarter.it_energy.m_as("Wh_IT") == approx(as_measured.it_energy.m_as("Wh_IT") / 4, rel=1e-12)
    assert any("in proportion to pixels and steps" in text for text in half.assumptions)
    assert any("extrapolated" in text for text in quarter.warnings)


def test_the_measurement_of_the_stated_accelerator_is_taken():
    """ML.ENERGY, edition of 2024: 0.3067 Wh on A100."""
    assert accelerators(query("sdxl-1.0", images=1, accelerator="a100_sxm4_40")) == approx(0.3067, rel=1e-4)


def test_the_parametric_model_can_be_asked_for_where_a_measurement_exists():
    picture = query("sdxl-1.0", images=1, steps=25, method="parametric")
    assert picture.method == "images"
    assert accelerators(picture) == approx(18 * 2.6 * 25 * 1.048576 / 3600, rel=1e-4)


def test_an_own_measurement_goes_before_the_shipped_one(overlay):
    folder = overlay(
        "energy_per_use.csv",
        id="our_sdxl",
        subject="our server",
        model="sdxl-1.0",
        task="text-to-image",
        unit_of_use="image",
        value="0.5",
        unit="Wh_IT/image",
        source="footprint_judgement",
        evidence="judgement",
    )
    pictures = query("sdxl-1.0", images=4, factors=folder)
    assert pictures.it_energy.m_as("Wh_IT") == approx(2.0, rel=1e-12)
    assert (pictures.method, "our_sdxl" in [use.id for use in pictures.factors]) == ("images_it", True)


@pytest.mark.parametrize("product", ["dall-e-3", "dalle", "midjourney", "chatgpt-images", "gpt-image-1"])
def test_a_picture_of_a_closed_product_is_a_proxy_with_a_wide_range(product):
    picture = query(product, images=1)
    assert picture.facility_energy.m_as("Wh") == approx(1.4, rel=1e-12)
    assert [bound.m_as("Wh") for bound in picture.ranges["facility_energy"]] == approx([0.3, 11.5], rel=0.01)
    assert picture.quality == "proxy"
    assert any(text.startswith("proxy: ") for text in picture.warnings)


def test_the_proxy_is_scaled_by_size_and_steps():
    assert query("dall-e-3", images=3, size="1024x2048").facility_energy.m_as("Wh") == approx(8.4, rel=1e-9)
    assert query("dall-e-3", images=1, steps=56).facility_energy.m_as("Wh") == approx(2.8, rel=1e-9)


def test_requests_alone_are_taken_as_so_many_pictures_each_and_it_is_said():
    one, four = query("dall-e-3", requests=10), query("midjourney", requests=10)
    assert one.facility_energy.m_as("Wh") == approx(14, rel=1e-9)
    assert four.facility_energy.m_as("Wh") == approx(56, rel=1e-9)
    assert any("one picture for each request" in text for text in one.assumptions)
    assert any("4 pictures for each request" in text for text in four.assumptions)


def test_a_model_whose_size_no_document_was_read_for_is_a_proxy_unless_allowed(overlay):
    folder = overlay(
        "models.csv",
        id="sd3.5-large",
        name="Stable Diffusion 3.5 Large",
        modality="text-to-image",
        total_parameters="8.1",
        active_parameters="8.1",
        parameters_basis="published",
        access="open",
        source="vendor_unverified",
        evidence="unverified",
    )
    asked = {"images": 1, "size": "1024x1024", "steps": 28, "factors": folder}
    assert query("sd3.5-large", **asked).quality == "proxy"
    allowed = query("sd3.5-large", **asked, allow_unverified=True)
    assert allowed.quality == "modelled"
    assert any("unverified" in text for text in allowed.warnings)


# --- 3. video ------------------------------------------------------------------------------------------


def test_a_clip_of_an_open_model_follows_from_parameters_steps_pixels_and_frames():
    """14 J for a billion parameters, a step, a million pixels and a frame."""
    clip = query("wan2.1-t2v-14b", video_seconds=81 / 16, frame_rate=16, size="832x480", steps=50)
    assert accelerators(clip) == approx(14 * 14 * 50 * 0.39936 * 81 / 3600, rel=1e-4)
    assert clip.method == "video"
    assert not any("extrapolated" in text for text in clip.warnings)


def test_a_clip_longer_than_the_measured_ones_is_called_extrapolated():
    minute = query("wan2.1-t2v-14b", video_seconds="1 min", frame_rate=16, size="480p", steps=50)
    several = query("wan2.1-t2v-14b", video_seconds="1 min", requests=12, frame_rate=16, size="480p", steps=50)
    assert any("960 frames in one clip" in text for text in minute.warnings)
    assert not any("frames in one clip" in text for text in several.warnings)
    assert several.it_energy == minute.it_energy


def test_the_model_says_its_own_frames_and_size():
    clip = query("hunyuanvideo", video_seconds=5)
    assert accelerators(clip) == approx(14 * 13 * 50 * 0.9216 * 5 * 24 / 3600, rel=1e-4)


def test_a_clip_of_a_closed_product_is_a_proxy():
    clip = query("sora")
    assert clip.facility_energy.m_as("Wh") == approx(140, rel=1e-9)
    assert [bound.m_as("Wh") for bound in clip.ranges["facility_energy"]] == approx([8, 944], rel=0.02)
    assert clip.quality == "proxy"


def test_the_proxy_of_a_clip_is_scaled_by_length_size_and_frames():
    clip = query("sora", video_seconds=10, size="1280x720", frame_rate=24)
    assert clip.facility_energy.m_as("Wh") == approx(140 * 2 * 24 / 16 * 0.9216 / 0.39936, rel=1e-9)


# --- 4. what a query cannot be ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["dall-e-3", "sdxl-1.0", "sora", "wan2.1-t2v-14b"])
def test_tokens_do_not_measure_a_picture_or_a_clip(model):
    with pytest.raises(NotEstimableError, match="tokens do not measure its work"):
        query(model, output_tokens=1000)


@pytest.mark.parametrize("model", ["gpt-4o", "chatgpt", "claude-3.5-sonnet"])
def test_a_model_of_text_makes_no_pictures(model):
    with pytest.raises(UsageError, match="makes neither pictures nor video"):
        query(model, images=3)


def test_a_model_of_pictures_makes_no_video_and_the_other_way_round():
    with pytest.raises(UsageError, match="give --images"):
        query("dall-e-3", video_seconds=5)
    with pytest.raises(UsageError, match="give --video-seconds"):
        query("sora", images=5)


@pytest.mark.parametrize("stated", [{"images": -1}, {"steps": 0}, {"video_seconds": -5}, {"frame_rate": 0}])
def test_an_amount_out_of_range_is_refused(stated):
    with pytest.raises(RangeError):
        query("sdxl-1.0", **stated)


def test_an_amount_of_another_dimension_is_refused():
    with pytest.raises(UnitError, match="images"):
        query("sdxl-1.0", images="3 kWh")


# --- 5. speech, and hours of hardware ----------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gpt-4o-voice", "whisper-large", "voxtral-mini"])
def test_speech_is_not_estimable_and_the_reason_says_what_would_help(model):
    with pytest.raises(NotEstimableError, match=r"not estimable.*--accelerator-hours"):
        query(model)


def test_speech_is_estimated_by_the_hours_of_its_hardware():
    spoken = query("whisper-large", accelerator="l4", accelerator_hours="10 acc_h")
    assert spoken.it_energy.m_as("Wh_IT") == approx(10 * 72 * 1.28, rel=1e-9)
    assert (spoken.method, spoken.quality) == ("accelerator_hours", "modelled")


def test_speech_is_estimated_by_its_own_energy():
    spoken = query("gpt-4o-voice", energy_per_request="0.5 Wh", requests=4)
    assert spoken.facility_energy.m_as("Wh") == approx(2.0, rel=1e-12)


def test_hours_of_hardware_need_its_type_and_say_all_of_the_energy():
    with pytest.raises(UsageError, match="--accelerator"):
        query("whisper-large", accelerator_hours="1 acc_h")
    with pytest.raises(UsageError, match="leave out output_tokens"):
        query("gpt-4o", accelerator_hours="1 acc_h", accelerator="h100", output_tokens=400)


# --- 6. embeddings and classification -------------------------------------------------------------------------------


def test_an_embedding_of_known_size_is_estimated_by_the_tokens_read():
    read = query("bge-m3", input_tokens=1000)
    assert (read.method, read.quality) == ("input_tokens", "modelled")


def test_an_embedding_of_unknown_size_is_taken_as_large_as_open_ones_and_called_a_proxy():
    known, closed = query("bge-m3", input_tokens=1000), query("text-embedding-3-small", input_tokens=1000)
    assert closed.quality == "proxy"
    assert closed.it_energy.m_as("Wh_IT") == approx(known.it_energy.m_as("Wh_IT"), rel=0.01)  # 0.57 and 0.568 billion
    low, high = (bound.m_as("Wh_IT") for bound in closed.ranges["it_energy"])
    assert high / low > 50
    assert "embedding_parameters_unknown" in [use.id for use in closed.factors]


def test_the_classes_of_pictures_are_estimated_by_their_measured_energy():
    """AI Energy Score: 0.0026 Wh of the accelerator for a query to ResNet-18."""
    assert accelerators(query("resnet-18", requests=1000)) == approx(2.6, rel=1e-4)


# --- 7. code completion, and answers with a search -------------------------------------------------------------------


def test_a_completion_in_an_editor_is_a_proxy_over_three_powers_of_ten():
    completion = query("github-copilot", requests=1)
    assert completion.facility_energy.m_as("Wh") == approx(0.03, rel=1e-12)
    assert [bound.m_as("Wh") for bound in completion.ranges["facility_energy"]] == approx([0.001, 3], rel=0.02)
    assert completion.quality == "proxy"


def test_an_answer_of_2023_with_its_search_is_two_energies_each_at_its_own_boundary():
    """2.9 Wh at the servers' plugs without PUE, and a search of 0.3 Wh at the provider's meter."""
    answer = query("bing-chat", date="2023-06-01", requests=100)
    parts = {name: value.magnitude for name, value in answer.parts.items()}
    assert parts == approx({"answer_it_energy": 0.29, "search_it_energy": 0.03 / 1.2}, rel=1e-12)
    assert answer.it_energy.m_as("kWh_IT") == approx(0.29 + 0.025, rel=1e-12)
    assert answer.facility_energy.m_as("kWh") == approx(0.29 * 1.2 + 0.03, rel=1e-12)


def test_an_overview_over_a_search_is_two_lines_at_the_meter():
    answer = query("google-ai-overviews")
    assert answer.facility_energy.m_as("Wh") == approx(0.24 + 0.30, rel=1e-12)
    lines = {line.label.strip(): line.value for line in answer.lines()}
    assert (lines["of it the answer"], lines["of it the web search"]) == ("0.24 Wh", "0.30 Wh")
    assert any("of 2009" in text for text in answer.warnings)
    assert not any("not counted" in text for text in answer.warnings)


def test_the_parts_of_an_answer_stand_in_its_document_with_their_ranges():
    parts = query("google-ai-overviews").as_dict()["parts"]
    assert set(parts) == {"answer_facility_energy", "search_facility_energy"}
    search = parts["search_facility_energy"]
    assert (search["value"], search["unit"]) == (0.0003, "kWh")
    assert search["low"] == approx(0.00004, rel=0.02)


def test_reading_and_writing_are_the_parts_of_a_query_by_tokens():
    answer = query("gpt-4o", input_tokens=5000, output_tokens=400)
    assert set(answer.parts) == {"prefill_it_energy", "decode_it_energy"}
    assert sum(part.m_as("Wh_IT") for part in answer.parts.values()) == approx(answer.it_energy.m_as("Wh_IT"))


# --- 8. the command line, and batches ---------------------------------------------------------------------------


def document(*arguments):
    done = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_command_takes_pictures_as_the_function_does():
    typed = document(
        "query", "sdxl-1.0", "--images", "20", "--size", "1024x1024", "--steps", "30", "--pue", "1.2",
        "--date", "2025-06-01",
    )  # fmt: skip
    called = query("sdxl-1.0", images=20, size="1024x1024", steps=30)
    assert typed["it_energy"]["value"] == approx(called.it_energy.m_as("kWh_IT"), rel=1e-9)
    assert typed["activity"]["size"] == {"value": 1.048576, "unit": "Mpx"}


def test_the_command_takes_seconds_and_frames_as_bare_numbers():
    typed = document("query", "sora", "--video-seconds", "10", "--frame-rate", "24", "--date", "2025-06-01")
    assert typed["facility_energy"]["value"] == approx(0.140 * 2 * 24 / 16, rel=1e-9)


def test_rows_of_a_batch_that_count_requests_are_estimated_as_one_query_each():
    rows = {"model": ["dall-e-3", "sdxl-1.0", "sora", "google-ai-overviews"], "requests": [3, 5, 2, 7]}
    out = footprint.estimate_frame(pl.DataFrame(rows), region="US", date="2025-06-01")
    expected = [
        footprint.query(model, requests=count, region="US", date="2025-06-01").facility_energy.m_as("kWh")
        for model, count in zip(rows["model"], rows["requests"], strict=True)
    ]
    assert out["facility_energy_kwh"].to_list() == approx(expected, rel=1e-9)


def test_every_product_of_the_catalogue_answers_or_says_why_not():
    catalogue = open_catalogue()
    silent = []
    for period in catalogue.rows("SELECT DISTINCT ON (id) id, label, valid_from FROM products ORDER BY id, valid_from"):
        date = max(str(period["valid_from"]), "2015-01-01")
        try:
            answer = footprint.query(period["id"], date=date, pue=1.2)
        except NotEstimableError as reason:
            assert len(str(reason)) > 40, reason
        else:
            if answer.facility_energy is None:
                silent.append(period["id"])
    assert silent == []
