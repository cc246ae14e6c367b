"""Hours of cloud instances: measured power between its points, accelerators added where a table leaves them out."""

import itertools
import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import NotEstimableError, RangeError, UnknownNameError, UsageError

DAY = {"date": "2025-06-01", "region": "US", "pue": 1.2}


def watts(name=None, **stated):
    """Mean power of one instance at the server's plug."""
    return footprint.instance(name, hours="1 h", **{**DAY, **stated}).it_energy.m_as("Wh_IT")


# --- 1. measured power -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("utilisation", "power"), [(0, 459), (0.1, 1050.5), (0.3, 1642.65), (0.5, 2234.8), (0.75, 2636.8), (1, 3038.8)]
)
def test_the_power_of_an_instance_is_read_off_the_line_between_its_measured_loads(utilisation, power):
    """Eight V100: 459, 1050.5, 2234.8 and 3038.8 W, measured idle and at 10, 50 and 100 %."""
    assert watts("p3.16xlarge", utilisation=utilisation) == approx(power, rel=1e-12)


def test_the_straight_line_from_idle_to_full_load_would_give_a_fifth_less():
    line = (459 + 3038.8) / 2
    assert line == approx(1748.9, abs=0.05)
    assert watts("p3.16xlarge", utilisation=0.5) > 1.25 * line


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_more_load_never_takes_less_power(loads):
    lower, upper = sorted(loads)
    assert watts("p4d.24xlarge", utilisation=lower) <= watts("p4d.24xlarge", utilisation=upper) * (1 + 1e-12)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 100), st.floats(0.01, 1000))
def test_energy_is_in_proportion_to_instances_and_hours(instances, hours):
    many = footprint.instance("m5.xlarge", instances=instances, hours=f"{hours} h", utilisation=0.5, **DAY)
    assert many.it_energy.m_as("Wh_IT") == approx(28.2 * instances * hours, rel=1e-9)


def test_a_utilisation_that_nobody_stated_is_an_assumption_with_a_range():
    run = footprint.instance("p4d.24xlarge", hours="24 h", **DAY)
    assert run.it_energy.m_as("kWh_IT") == approx(24 * 3.7818, rel=1e-12)
    assert any("utilisation was not given: 0.5 of the full load (0.1 to 1)" in text for text in run.assumptions)
    stated = footprint.instance("p4d.24xlarge", hours="24 h", utilisation=0.5, **DAY)
    wide, narrow = (e.ranges["it_energy"][1] / e.ranges["it_energy"][0] for e in (run, stated))
    assert wide > narrow > 1.2


def test_watts_that_rest_on_an_assumed_ratio_say_so():
    assert any("assumed ratio" in text for text in footprint.instance("p3.16xlarge", hours="1 h", **DAY).warnings)


# --- 2. hosts without their accelerators ------------------------------------------------------------------------


def test_accelerators_are_added_where_the_table_leaves_them_out():
    """856.2 W of host and eight H100, rated 700 W, at full load."""
    assert watts("p5.48xlarge", utilisation=1) == approx(856.2 + 8 * 700 * 1.02, rel=1e-9)
    assert watts("p5.48xlarge", utilisation=0) == approx(856.2 + 8 * 700 * 0.115, rel=1e-9)


def test_idle_and_full_load_of_an_accelerator_are_its_own_where_they_are_known():
    """A10G: 18 W idle and 153 W at full load, beside a host of 14.8 W."""
    assert watts("g5.xlarge", utilisation=0.5) == approx(14.8 + (18 + 153) / 2, rel=1e-9)


def test_an_own_figure_for_the_accelerators_is_taken_as_it_is():
    assert watts("p5.48xlarge", accelerator_power="539 W") == approx(856.2 + 8 * 539, rel=1e-9)


@pytest.mark.parametrize("name", ["trn1.32xlarge", "inf2.48xlarge", "inf1.xlarge"])
def test_an_instance_whose_accelerators_have_no_power_is_refused(name):
    """Otherwise most of its energy would be left out in silence, as some tools do."""
    with pytest.raises(NotEstimableError, match="--accelerator-power"):
        watts(name)
    assert watts(name, accelerator_power="300 W", utilisation=0.5) > 300


def test_no_accelerator_instance_of_the_catalogue_is_estimated_by_its_host_alone():
    catalogue = open_catalogue()
    rows = catalogue.rows(
        "SELECT servers.id, accelerators, rated_power FROM servers "
        "JOIN accelerators ON accelerators.id = servers.accelerator "
        "WHERE provider IN ('aws', 'azure', 'gcp') ORDER BY servers.id"
    )
    assert len(rows) > 90
    for row in rows:
        try:
            power = watts(row["id"], utilisation=1)
        except NotEstimableError:
            continue
        assert row["rated_power"] is not None, row["id"]
        assert power > 0.45 * row["accelerators"] * row["rated_power"], row[
            "id"
        ]  # half of a K80 board is counted as one


def test_a_board_of_two_is_counted_by_its_halves():
    """NC24 counts four GPUs of K80: two boards of 35 W idle."""
    four, one = watts("nc24", utilisation=0), watts("nc6", utilisation=0)
    assert four - one == approx((24 - 6) * 0.78 + (224 - 56) * 0.392 + 1.5 * 35, rel=1e-9)


def test_a_chip_whose_host_is_not_known_gets_the_usual_share_of_a_server():
    assert watts("ct5p-hightpu-4t") == approx(4 * 540 * 1.28, rel=1e-9)


def test_a_server_of_ones_own_is_known_by_its_rated_power():
    """DGX H100: 10.2 kW rated, of which seven tenths are drawn on average."""
    own = footprint.instance("dgx_h100", hours="1 h", provider="on_premises", **DAY)
    assert own.it_energy.m_as("Wh_IT") == approx(7140, rel=1e-12)
    assert own.provider == "on_premises"


# --- 3. any instance by its parts ------------------------------------------------------------------------------


def test_an_instance_that_nobody_measured_is_taken_by_its_parts():
    """Mean of the cloud: 0.78 W idle and 3.76 W at full load a virtual CPU; 0.392 W a gigabyte."""
    assert watts(vcpus=16, memory="64 GB", provider="azure", utilisation=0.5) == approx(
        16 * (0.78 + 3.76) / 2 + 64 * 0.392, rel=1e-9
    )


def test_the_processor_brings_its_own_power_and_the_memory_it_was_measured_with():
    """Sapphire Rapids: 1.036 and 4.16 W; Xeon 8480+ has 112 threads and 130.8 GB were measured with the chip."""
    power = watts(vcpus=28, memory="64 GB", cpu="Intel Xeon Platinum 8480+", provider="aws", utilisation=1)
    assert power == approx(28 * 4.16 + (64 - 130.8 * 28 / 112) * 0.392, rel=1e-9)


def test_the_implausible_row_of_a_processor_is_never_used():
    with pytest.raises(NotEstimableError, match="implausible"):
        watts(vcpus=16, memory="64 GB", cpu="EPYC 5th Gen", provider="aws")
    highest = max(
        watts(vcpus=1, memory="0 GB", cpu=row["microarchitecture"], provider="aws", utilisation=1)
        for row in open_catalogue().rows("SELECT microarchitecture FROM cpu_power WHERE provider = 'aws'")
        if row["microarchitecture"] not in ("EPYC 5th Gen", "Unknown (AWS average)")
    )
    assert highest < 8.961


def test_accelerators_of_an_instance_by_its_parts_are_stated_with_their_number():
    with_them = watts(vcpus=26, memory="234 GB", accelerator="h100", accelerators=1, provider="gcp", utilisation=1)
    without = watts(vcpus=26, memory="234 GB", provider="gcp", utilisation=1)
    assert with_them - without == approx(700 * 1.02, rel=1e-9)
    with pytest.raises(UsageError, match="number"):
        watts(vcpus=26, memory="234 GB", accelerator="h100")


# --- 4. the hall, the place and the hardware ---------------------------------------------------------------------


def test_a_region_is_read_as_one_of_the_instances_own_cloud():
    """Two clouds have a region called us-east-1."""
    run = footprint.instance("p4d.24xlarge", hours="1 h", region="us-east-1", date="2025-06-01")
    assert (run.place.id, run.provider) == ("aws:us-east-1", "aws")
    assert run.facility_energy is not None
    assert not any("usual host" in text for text in run.assumptions)


def test_an_instance_of_one_cloud_does_not_run_in_a_region_of_another():
    with pytest.raises(UsageError, match=r"p4d\.24xlarge is an instance of aws"):
        footprint.instance("p4d.24xlarge", hours="1 h", region="gcp:us-central1", date="2025-06-01")


def test_the_making_of_the_instances_share_of_a_server_is_shared_by_time():
    """10,300 kg for a p5.48xlarge, over four years."""
    run = footprint.instance("p5.48xlarge", hours="24 h", instances=2, **DAY)
    assert run.carbon_embodied.m_as("kgCO2e") == approx(10_300 * 48 / (4 * 8760), rel=1e-9)


def test_the_making_of_accelerators_stands_in_where_the_instance_has_no_figure():
    """164 kg an H100 and an eighth of a host of 5,700 kg, over four years."""
    run = footprint.instance("a3-highgpu-1g", hours="8760 h", **DAY)
    assert run.carbon_embodied.m_as("kgCO2e") == approx((164 + 5700 / 8) / 4, rel=1e-9)


def test_an_instance_without_any_figure_of_its_making_says_so():
    run = footprint.instance("m5.xlarge", hours="1 h", **DAY)
    assert run.carbon_embodied is None
    assert "making the hardware" in run.reasons["carbon_embodied"]


# --- 5. what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("utilisation", [1.5, -0.05, "150 %"])
def test_a_load_beyond_full_or_below_none_is_refused(utilisation):
    with pytest.raises(RangeError, match="utilisation"):
        watts("p3.16xlarge", utilisation=utilisation)


def test_an_unknown_instance_offers_its_like_and_the_way_around():
    with pytest.raises(UnknownNameError, match="--vcpus") as unknown:
        watts("p3.17xlarge")
    assert "p3.16xlarge" in str(unknown.value)


@pytest.mark.parametrize(
    "stated",
    [
        {"name": "p3.16xlarge", "vcpus": 4, "memory": "8 GB"},
        {"name": "p3.16xlarge", "accelerator": "h100", "accelerators": 8},
        {"vcpus": 4},
        {},
    ],
    ids=["parts of a named one", "accelerators of a named one", "no memory", "nothing"],
)
def test_what_does_not_go_together_is_refused(stated):
    with pytest.raises(UsageError):
        watts(**stated)


def test_a_power_of_accelerators_that_cannot_be_used_is_never_passed_over():
    with pytest.raises(UsageError, match="has no accelerators"):
        watts("m5.large", accelerator_power="100 W")
    measured = footprint.instance("p3.16xlarge", hours="1 h", accelerator_power="100 W", **DAY)
    assert any("accelerators' power has no part" in text for text in measured.warnings)


def test_an_instance_needs_its_hours():
    with pytest.raises(UsageError, match="hours"):
        footprint.instance("p3.16xlarge")


# --- 6. the command -----------------------------------------------------------------------------------------------


def test_the_command_estimates_as_the_function_does():
    arguments = ["p4d.24xlarge", "--hours", "24", "--count", "2", "--utilisation", "60 %", "--region", "us-east-1"]
    done = CliRunner().invoke(main, ["instance", *arguments, "--date", "2025-06-01", "--format", "json"])
    assert done.exit_code == 0, done.output
    typed = json.loads(done.stdout)
    called = footprint.instance(
        "p4d.24xlarge", hours="24 h", instances=2, utilisation=0.6, region="us-east-1", date="2025-06-01"
    )
    assert typed["it_energy"]["value"] == approx(called.it_energy.m_as("kWh_IT"), rel=1e-9)
    assert typed["activity"]["kind"] == "instance"


def test_the_command_tells_a_person_what_it_is_about():
    done = CliRunner().invoke(main, ["instance", "m5.xlarge", "--hours", "1", "--region", "FR", "--date", "2025-06-01"])
    assert done.output.startswith("Cloud instance: m5.xlarge, France (FRA), 2025-06-01")
    assert "Traceback" not in done.output


def test_every_instance_of_the_catalogue_answers_or_says_why_not():
    names = [row["id"] for row in open_catalogue().rows("SELECT id FROM servers WHERE category <> 'host' ORDER BY id")]
    found = {}
    for name in names:
        try:
            found[name] = watts(name, utilisation=0.5)
        except NotEstimableError as reason:
            assert len(str(reason)) > 60, name
    assert len(found) > 110
    assert all(power > 1 for power in found.values())
    for lower, upper in itertools.pairwise(watts("p3.16xlarge", utilisation=u) for u in (0, 0.25, 0.5, 1)):
        assert lower < upper
