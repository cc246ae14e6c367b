"""Metered electricity, jobs, and what others state: each source at its own boundary, over its own stamps, counted once.

The files are made here, of the real shapes; real samples are used where they are present.
"""

import datetime
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest import approx

from footprint.commands import main
from footprint.errors import DataError, FootprintError, UsageError
from footprint.readers import Options, head_of, normalised, opened, readers, series

SAMPLES = Path(__file__).parents[1].parent / "shared" / "samples"
#: The first moment of 2026, and of its February, in seconds of Unix.
JANUARY, FEBRUARY = 1_767_225_600, 1_769_904_000
STATED = "what the provider states of itself: laid beside our figures, never added"


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


# --- files as tools write them, made here --------------------------------------------------------------


def smi(readings, head="timestamp, index, uuid, name, power.draw [W]"):
    lines = (
        f"2026/05/31 10:00:{second:06.3f}, {gpu}, GPU-{gpu}, NVIDIA H100, {cell}" for second, gpu, cell in readings
    )
    return "\n".join([head, *lines]) + "\n"


def matrix(*found, start=JANUARY, step=60, count=61):
    """Return an answer of Prometheus to a range: metric, labels, and a value for each moment."""
    result = [
        {
            "metric": {"__name__": name, **labels},
            "values": [[start + step * i, str(value(step * i))] for i in range(count)],
        }
        for name, labels, value in found
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def counter(per_second):
    return lambda second: per_second * second


def constant(value):
    return lambda second: value


def kepler(*changes):
    node = {"instance": "n1:9102"}
    found = [
        ("kepler_node_cpu_joules_total", node | {"zone": "package"}, counter(100)),
        ("kepler_node_cpu_joules_total", node | {"zone": "core"}, counter(60)),
        ("kepler_node_cpu_joules_total", node | {"zone": "dram"}, counter(20)),
        ("kepler_node_cpu_active_joules_total", node | {"zone": "package"}, counter(70)),
        ("kepler_node_cpu_idle_joules_total", node | {"zone": "package"}, counter(30)),
        ("kepler_container_cpu_joules_total", node | {"zone": "package", "container_id": "c1"}, counter(50)),
        ("kepler_node_gpu_joules_total", node | {"gpu": "0"}, counter(300)),
        ("kepler_node_cpu_watts", node | {"zone": "package"}, constant(100)),
    ]
    return matrix(*(item for item in [*found, *changes]))


WANDB = (
    "_runtime,_timestamp,system.gpu.0.powerWatts,system.gpu.0.temp,system.gpu.process.0.powerWatts,"
    "system.cpu.powerWatts\n"
)
METER = "timestamp,meter_id,value,unit\n"
SACCT = "JobID|Cluster|ConsumedEnergyRaw|AllocTRES|ElapsedRaw|Start|End|Account|Partition|State|NNodes|NCPUS\n"
CODECARBON = {
    "timestamp": "2026-05-31T10:00:00",
    "project_name": "search",
    "run_id": "r1",
    "experiment_id": "e1",
    "duration": "3600",
    "emissions": "0.056",
    "emissions_rate": "0.00001",
    "cpu_energy": "0.4",
    "gpu_energy": "0.5",
    "ram_energy": "0.1",
    "energy_consumed": "1.0",
    "country_name": "France",
    "country_iso_code": "FRA",
    "region": "",
    "cloud_provider": "",
    "cloud_region": "",
    "codecarbon_version": "3.0.4",
    "tracking_mode": "machine",
    "on_cloud": "N",
    "pue": "1.0",
    "wue": "0",
}
AWS_CARBON = {
    "usage_period_start": "2026-01-01T00:00:00Z",
    "usage_period_end": "2026-02-01T00:00:00Z",
    "payer_account_id": "1",
    "usage_account_id": "2",
    "product_code": "AmazonEC2",
    "region_code": "eu-west-1",
    "location": "Ireland",
    "total_mbm_emissions_value": "0.1",
    "total_mbm_emissions_unit": "MTCO2e",
    "total_lbm_emissions_value": "0.5",
    "total_lbm_emissions_unit": "MTCO2e",
    "model_version": "v3.0.0",
}
GOOGLE_CARBON = {
    "usage_month": "2026-01-01",
    "billing_account_id": "A",
    "project": {"id": "p", "number": "1"},
    "service": {"id": "x", "description": "Compute Engine"},
    "location": {"location": "europe-west1", "region": "europe-west1"},
    "carbon_model_version": "12",
    "carbon_footprint_kgCO2e": {"scope1": 0.1, "scope2": {"location_based": 1.0, "market_based": 0.2}, "scope3": 0.4},
    "carbon_footprint_total_kgCO2e": {"location_based": 1.5, "market_based": 0.7, "after_offsets": None},
}
AZURE_CARBON = {"dataType": "MonthlySummaryData", "latestMonthEmissions": 12.5, "date": "2026-01-01"}


GPUS = "cpu=8,gres/gpu:a100=4,gres/gpu=4"


def job(number, joules="3600000", tres=GPUS, state="COMPLETED", end="2026-05-01T11:00:00"):
    return f"{number}|c1|{joules}|{tres}|3600|2026-05-01T10:00:00|{end}|bio|gpu|{state}|1|8\n"


def lines(*rows, delimiter=","):
    return "\n".join(delimiter.join(cells) for cells in [list(rows[0]), *(row.values() for row in rows)]) + "\n"


def codecarbon(*changes):
    return lines(*(CODECARBON | change for change in changes))


def analyser(watts):
    return "".join(
        f"Time,05-31-2026 10:39:{second:02d}.123,Watts,{value},Volts,228.5,Amps,0.5,PF,0.5,Mark,notset,Ch1,"
        f"Watts,{value},Volts,228.5,Ch2,Watts,{value}\n"
        for second, value in watts
    )


MADE = {
    "nvidia-smi": ("power.csv", smi((second, gpu, "400.00 W") for second in range(10) for gpu in (0, 1))),
    "dcgm": ("dcgm.json", matrix(("DCGM_FI_DEV_POWER_USAGE", {"gpu": "0"}, constant(400)), count=5)),
    "kepler": ("kepler.json", matrix(("kepler_node_cpu_joules_total", {"zone": "package"}, counter(5)), count=5)),
    "wandb-system": ("events.csv", WANDB + "".join(f"{i},{JANUARY + i}.5,300,60,290,80\n" for i in range(5))),
    "meter": ("meter.csv", METER + "".join(f"2026-01-01 0{i}:00,A,{i},kWh register\n" for i in range(5))),
    "mlperf-inference-power": ("spl.txt", analyser((second, 200) for second in range(5))),
    "slurm": ("jobs.txt", SACCT + job("1") + job("1.batch")),
    "codecarbon": ("emissions.csv", codecarbon({}, {"energy_consumed": ""})),
    "aws-carbon": ("carbon.csv", lines(AWS_CARBON)),
    "google-carbon": ("carbon.jsonl", json.dumps(GOOGLE_CARBON) + "\n" + json.dumps(GOOGLE_CARBON) + "\n"),
    "azure-carbon": ("carbon.json", json.dumps({"value": [AZURE_CARBON]}, indent=1)),
}


@pytest.fixture
def file(tmp_path):
    def write(content, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def sample(name):
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: real samples lie outside the project")
    return path


def run(*args):
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def batch(*args):
    result = run("batch", *args, "--format", "json")
    assert result.exit_code in (0, 3), result.output
    return json.loads(result.output)


def read(path, reader=None, **options):
    """Return the rows of a file, and what is said of it."""
    with opened([str(path)], None, False, reader=reader, options=Options(**options)) as (item,):
        return normalised(item).collect(), " ".join(item.notes)


def used(path, **options):
    found = read(path, **options)[0]
    return found.filter(pl.col("set_aside").is_null() & pl.col("reject_reason").is_null())


def kwh(path, **options):
    return used(path, **options)["energy_kwh"].sum()


# --- recognising ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
def test_a_source_is_known_by_its_own_reader_alone(file, name):
    path = file(MADE[name][1], MADE[name][0])
    from footprint.intake.files import identified

    (item,) = identified([str(path)], None, path.parent, False)
    head = head_of(item)
    known = [reader.name for reader in readers().values() if head.form in reader.forms and reader.recognises(head)]
    assert known == [name]


@pytest.mark.parametrize("name", MADE)
def test_a_mark_of_byte_order_changes_nothing(file, name):
    content = MADE[name][1].encode()
    plain, marked = file(content, MADE[name][0]), file(b"\xef\xbb\xbf" + content, f"marked_{MADE[name][0]}")
    one, other = (read(path, boundary="it")[0] for path in (plain, marked))
    assert one.drop("log", strict=False).equals(other.drop("log", strict=False))


def test_a_users_own_table_with_a_time_and_a_value_is_no_meter(file):
    with pytest.raises(DataError, match="no column says which model"):
        from footprint.batch import run_batch
        from footprint.catalogue import open_catalogue

        run_batch(
            [str(file("timestamp,value\n2026-01-01,5\n"))],
            output=None,
            rejects=None,
            columns={},
            constants={},
            by=[],
            engine_name=None,
            catalogue=open_catalogue(),
        )


# --- series by month -----------------------------------------------------------------------------------


def test_power_is_parted_at_the_end_of_a_month():
    found = series.power_by_month([FEBRUARY - 1800, FEBRUARY + 5400], [1000, 1000])
    assert [part.energy for part in found.parts] == approx([500, 1500])
    assert [part.end for part in found.parts] == [FEBRUARY, FEBRUARY + 5400]


def test_a_gap_across_the_end_of_a_month_counts_in_neither():
    seconds = [*range(FEBRUARY - 7200, FEBRUARY - 3600, 60), *range(FEBRUARY + 3600, FEBRUARY + 7200, 60)]
    found = series.power_by_month(seconds, [1000.0] * len(seconds))
    assert (found.gaps, found.missing) == (1, 7260)
    assert [part.energy for part in found.parts] == approx([1000 * 3540 / 3600] * 2)


def test_a_register_across_several_months_is_parted_by_time():
    day = 86400
    found = series.register_by_month([FEBRUARY - 31 * day, FEBRUARY + 28 * day], [0, 59])
    assert [part.energy for part in found.parts] == approx([31, 28])


@pytest.mark.parametrize(
    ("shown", "counted"),
    [
        ([99_980, 99_990, 0, 10], 30),  # rolled over at 100,000
        ([50_000, 50_010, 5, 15], 25),  # replaced: what was counted just before is lost
        ([99_980, 99_990, 5_000, 5_010], 5_020),  # far too much for a roll-over
    ],
)
def test_a_register_that_falls_rolled_over_or_was_replaced(shown, counted):
    assert series.register(range(4), shown) == (approx(counted), 1)


@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=40),
    st.integers(-40 * 86400, 40 * 86400),
    st.integers(1, 86400),
)
def test_the_months_of_a_series_add_up_to_it(values, start, step):
    seconds = [FEBRUARY + start + step * place for place in range(len(values))]
    power = series.power_by_month(seconds, values)
    assert sum(part.energy for part in power.parts) == approx(series.power(seconds, values).energy, rel=1e-9, abs=1e-9)
    register = series.register_by_month(seconds, values)
    assert sum(part.energy for part in register.parts) == approx(
        series.register(seconds, values)[0], rel=1e-9, abs=1e-9
    )


# --- nvidia-smi ----------------------------------------------------------------------------------------


def test_each_gpu_is_a_row_over_its_own_stamps(file):
    readings = [(second, gpu, f"{400 + 100 * gpu}.00 W") for second in range(0, 60, 2) for gpu in (0, 1)]
    found = used(file(smi(readings)))
    assert found["energy_kwh"].to_list() == approx([400 * 58 / 3.6e6, 500 * 58 / 3.6e6])
    assert set(found["energy_boundary"]) == {"accelerator"}
    assert found["device"].to_list() == ["GPU-0", "GPU-1"]


def test_irregular_readings_count_by_their_stamps_not_by_their_number(file):
    seconds = [0, 1, 2, 4, 5, 7, 8, 9, 10]
    assert kwh(file(smi((second, 0, "360 W") for second in seconds))) == approx(360 * 10 / 3.6e6)


def test_cells_without_units_are_the_same(file):
    with_units, without = (smi((s, 0, f"400{unit}") for s in range(5)) for unit in (" W", ""))
    assert kwh(file(with_units)) == kwh(file(without, "without.csv"))


def test_a_sensor_that_gives_no_reading_is_set_aside_and_a_word_is_rejected(file):
    cells = ["400 W", "[N/A]", "400 W", "broken", "400 W"]
    found, _ = read(file(smi((second, 0, cell) for second, cell in enumerate(cells))))
    assert found["set_aside"].drop_nulls().to_list() == ["the sensor gave no reading"]
    rejected = found.filter(pl.col("reject_reason").is_not_null())
    assert rejected.select("source_row", "reject_value").rows() == [(5, "broken")]
    assert found["energy_kwh"].drop_nulls().to_list() == approx([400 * 4 / 3.6e6])


def test_a_gap_is_told_and_not_bridged(file):
    found, notes = read(file(smi((second, 0, "360 W") for second in [*range(10), *range(40, 50)])))
    assert found["energy_kwh"].sum() == approx(360 * 18 / 3.6e6)
    assert "1 gap of 31 s together is not counted" in notes


def test_several_gpus_that_nothing_tells_apart_are_refused(file):
    text = "timestamp, power.draw [W]\n" + "".join(
        f"2026/05/31 10:00:{second:02d}.{100 + gpu}, 400 W\n" for second in range(20) for gpu in range(4)
    )
    with pytest.raises(DataError, match="query index or uuid"):
        read(file(text))


def test_one_gpu_needs_no_name(file):
    text = "timestamp, power.draw [W]\n" + "".join(f"2026/05/31 10:00:{s:02d}.100, 360 W\n" for s in range(11))
    assert kwh(file(text)) == approx(360 * 10 / 3.6e6)


def test_a_single_reading_is_rejected_with_the_reason(file):
    found, _ = read(file(smi([(0, 0, "400 W")])))
    assert found["reject_reason"].to_list() == ["is one moment alone: electricity needs two"]


def test_local_stamps_are_read_in_their_zone_and_an_hour_that_comes_twice_is_rejected(file):
    text = smi([(0, 0, "400 W"), (1, 0, "400 W")])
    assert used(file(text), zone="Europe/Paris")["date"].to_list() == [utc(2026, 5, 31, 8)]
    twice = text.replace("2026/05/31 10:", "2026/10/25 02:")
    found, _ = read(file(twice), zone="Europe/Paris")
    assert "clocks were changed" in found["reject_reason"][0]


def test_the_zone_that_was_taken_is_told(file):
    assert "UTC was taken" in read(file(MADE["nvidia-smi"][1]))[1]


# --- Prometheus: DCGM and Kepler -----------------------------------------------------------------------


def test_the_counter_of_a_gpu_is_in_millijoules(file):
    text = matrix(("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", {"gpu": "0"}, counter(400 * 1000)))
    assert kwh(file(text, "dcgm.json")) == approx(400 * 3600 / 3.6e6)


def test_power_beside_the_counter_is_the_same_electricity(file):
    text = matrix(
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", {"gpu": "0"}, counter(400 * 1000)),
        ("DCGM_FI_DEV_POWER_USAGE", {"gpu": "0"}, constant(410)),
        ("DCGM_FI_DEV_GPU_TEMP", {"gpu": "0"}, constant(60)),
    )
    found, _ = read(file(text, "dcgm.json"))
    assert found.height == 2
    assert kwh(file(text, "dcgm.json")) == approx(0.4)


def test_a_driver_that_was_loaded_again_begins_its_counter_anew(file):
    text = matrix(("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", {"gpu": "0"}, lambda s: 400_000 * (s % 1800 or 1)))
    found, notes = read(file(text, "dcgm.json"))
    assert "it began anew 2 times" in notes
    assert found["energy_kwh"][0] == approx(0.4, rel=0.05)


def test_a_gpu_in_parts_counts_once(file):
    """Each part of a divided GPU carries the power of the whole."""
    labels = {"Hostname": "n1", "UUID": "GPU-1", "gpu": "0"}
    text = matrix(
        ("DCGM_FI_DEV_POWER_USAGE", labels | {"GPU_I_ID": "1"}, constant(400)),
        ("DCGM_FI_DEV_POWER_USAGE", labels | {"GPU_I_ID": "2"}, constant(400)),
    )
    assert kwh(file(text, "dcgm.json")) == approx(0.4)


@pytest.mark.parametrize("form", ["api", "dump", "page", "table"])
def test_the_forms_of_prometheus_give_the_same(file, form):
    moments = [JANUARY + 60 * place for place in range(61)]
    label = '{gpu="0",Hostname="n1"}'
    text = {
        "api": matrix(("DCGM_FI_DEV_POWER_USAGE", {"gpu": "0", "Hostname": "n1"}, constant(400))),
        "dump": "".join(
            f'{{__name__="DCGM_FI_DEV_POWER_USAGE", gpu="0", Hostname="n1"}} 400 {at}000\n' for at in moments
        ),
        "page": "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n"
        + "".join(f"DCGM_FI_DEV_POWER_USAGE{label} 400 {at}000\n" for at in moments),
        "table": "timestamp,Hostname,gpu,DCGM_FI_DEV_POWER_USAGE\n" + "".join(f"{at},n1,0,400\n" for at in moments),
    }[form]
    found = used(file(text, {"api": "a.json", "dump": "a.txt", "page": "a.prom", "table": "a.csv"}[form]))
    assert found.select("host", "device", "energy_boundary").row(0) == ("n1", "0", "accelerator")
    assert found["energy_kwh"].to_list() == approx([0.4])


def test_a_page_of_metrics_has_no_moments_and_is_refused(file):
    with pytest.raises(DataError, match="without its moment"):
        read(file('# HELP x\nDCGM_FI_DEV_POWER_USAGE{gpu="0"} 400\n', "metrics.txt"))


def test_an_answer_that_is_cut_off_is_told(file):
    with pytest.raises(DataError, match="cut off or damaged"):
        read(file(MADE["dcgm"][1][:-20], "dcgm.json"), reader="dcgm")


def test_one_level_of_kepler_is_counted(file):
    """Package and memory of the node, and its GPU: 420 W; cores, active and idle parts and containers are inside."""
    found, notes = read(file(kepler(), "kepler.json"))
    assert (found.height, found["set_aside"].count()) == (8, 5)
    assert kwh(file(kepler(), "kepler.json")) == approx(0.42)
    assert set(used(file(kepler(), "kepler.json"))["energy_boundary"]) == {"it"}
    assert "power supplies, fans and disks are not in its figure" in notes


def test_containers_are_counted_where_nodes_are_not(file):
    text = matrix(
        ("kepler_container_cpu_joules_total", {"zone": "package", "container_id": "a"}, counter(50)),
        ("kepler_container_cpu_joules_total", {"zone": "package", "container_id": "b"}, counter(20)),
        ("kepler_process_cpu_joules_total", {"zone": "package", "pid": "1"}, counter(70)),
    )
    assert kwh(file(text, "kepler.json")) == approx(0.07)
    assert "no joules of nodes" in read(file(text, "kepler.json"))[1]


def test_the_platform_holds_all_zones(file):
    text = matrix(
        ("kepler_node_platform_joules_total", {"instance": "n1"}, counter(500)),
        ("kepler_node_package_joules_total", {"instance": "n1"}, counter(100)),
        ("kepler_node_dram_joules_total", {"instance": "n1"}, counter(20)),
    )
    assert kwh(file(text, "kepler.json")) == approx(0.5)


def test_gpus_alone_are_at_the_boundary_of_accelerators(file):
    text = matrix(("kepler_node_gpu_joules_total", {"gpu": "0"}, counter(300)))
    assert used(file(text, "kepler.json"))["energy_boundary"].to_list() == ["accelerator"]


def test_a_series_over_two_months_is_a_row_for_each(file):
    text = matrix(
        ("DCGM_FI_DEV_POWER_USAGE", {"gpu": "0"}, constant(1000)), start=FEBRUARY - 3600 * 2, step=600, count=25
    )
    found = used(file(text, "dcgm.json"))
    assert found["energy_kwh"].to_list() == approx([2, 2])
    assert found["date"].to_list() == [utc(2026, 1, 31, 22), utc(2026, 2, 1)]
    summary = batch(file(text, "dcgm.json"), "--set", "region=FR", "--set", "provider=on_premises", "--by", "month")
    assert [group["month"] for group in summary["groups"]] == ["2026-01", "2026-02"]


# --- Weights & Biases ----------------------------------------------------------------------------------


def test_power_of_gpus_is_counted_and_that_of_processes_is_inside(file):
    text = WANDB + "".join(f"{i * 10},{JANUARY + i * 10}.5,300,60,290,80\n" for i in range(10))
    found = used(file(text))
    assert found.select("device", "energy_boundary").rows() == [("gpu 0", "accelerator")]
    assert found["energy_kwh"].to_list() == approx([300 * 90 / 3.6e6])
    assert "power of cpu" in read(file(text))[1]


def test_the_power_of_the_whole_machine_holds_its_gpu(file):
    text = "_timestamp,system.gpu.0.powerWatts,system.powerWatts\n" + "".join(
        f"{JANUARY + i},10,30\n" for i in range(11)
    )
    found = used(file(text))
    assert (found["energy_boundary"][0], found["energy_kwh"][0]) == ("it", approx(30 * 10 / 3.6e6))


def test_a_table_out_of_a_chart_has_runs_and_no_days(file):
    power = "brisk-sun-1 - system/gpu.0.powerWatts"
    head = f'"Relative Time (Process)","{power}","{power}__MIN"\n'
    found, notes = read(file(head + "".join(f"{i},360,300\n" for i in range(11))))
    assert (found["run"][0], found["date"][0]) == ("brisk-sun-1", None)
    assert found["energy_kwh"].to_list() == approx([360 * 10 / 3.6e6])
    assert "--set date" in notes


# --- meters --------------------------------------------------------------------------------------------


def test_a_meter_must_say_where_it_is(file):
    with pytest.raises(UsageError, match="--boundary facility, it or accelerator"):
        read(file(MADE["meter"][1]))


def test_a_plain_kwh_must_say_what_it_is(file):
    path = file(METER + "2026-01-01 00:00,A,5,kWh\n2026-01-01 01:00,A,6,kWh\n")
    with pytest.raises(UsageError, match="--meter interval or --meter register"):
        read(path, boundary="facility")
    assert kwh(path, boundary="facility", meter="interval") == 11
    assert kwh(path, boundary="facility", meter="register") == 1


@pytest.mark.parametrize(
    ("unit", "cells", "expected"),
    [
        ("kWh interval", (2, 3), 5),
        ("kWh register", (2, 3), 1),
        ("kW", (2, 4), 3),
        ("W", (2000, 4000), 3),
        ("MWh register", (2, 3), 1000),
        ("KWH interval", (2, 3), 5),
        ("MJ interval", (36, 36), 20),
        ("mJ register", (0, 3.6e9), 1),
    ],
)
def test_units_of_meters_are_intervals_registers_or_power(file, unit, cells, expected):
    text = METER + "".join(f"2026-01-01T0{hour}:00:00Z,A,{cell},{unit}\n" for hour, cell in enumerate(cells))
    found = used(file(text), boundary="facility")
    assert found["energy_kwh"].sum() == approx(expected)
    assert set(found["energy_boundary"]) == {"facility"}


@pytest.mark.parametrize("unit", ["kVA", "mw", "kW interval", ""])
def test_a_unit_that_is_none_rejects_its_reading(file, unit):
    text = METER + f"2026-01-01 00:00,A,1,{unit}\n"
    assert read(file(text), boundary="it")[0]["reject_column"].to_list() == ["unit"]


def test_a_second_value_for_an_interval_is_rejected_not_added(file):
    text = METER + "".join(f"2026-01-01 0{hour}:00,A,5,kWh interval\n" for hour in (0, 1, 1, 2))
    found, _ = read(file(text), boundary="it")
    assert found["energy_kwh"].sum() == 15
    assert found["reject_reason"].drop_nulls().to_list()[0].startswith("has a second value")


def test_semicolons_decimal_commas_capitals_and_a_mark_are_read(file):
    text = "\ufeffTimestamp;Meter_ID;Value;Unit\n" + "".join(
        f"2026-01-01 0{h}:00;A;1 234,5;kWh interval\n" for h in (0, 1)
    )
    assert kwh(file(text), boundary="facility") == 2469


def test_stamps_with_seven_digits_of_a_second_are_read(file):
    text = METER + "".join(f"2026-01-01 00:00:0{s}.9799600,A,3600,kW\n" for s in range(3))
    assert kwh(file(text), boundary="it") == approx(2)


def test_each_meter_is_a_row_with_its_site(file):
    text = "timestamp,meter_id,value,unit,site\n" + "".join(
        f"2026-01-01 0{hour}:00,{meter},1,kW,{site}\n" for hour in (0, 1) for meter, site in (("A", "x"), ("B", "y"))
    )
    summary = batch(
        file(text), "--boundary", "facility", "--set", "region=FR", "--set", "provider=on_premises", "--by", "site"
    )
    assert {group["site"]: group["facility_energy"]["value"] for group in summary["groups"]} == {"x": 1, "y": 1}


def test_two_meters_may_share_a_period_in_two_files_and_one_may_not(file):
    one, other = (METER + "".join(f"2026-01-01 0{h}:00,{m},1,kW\n" for h in (0, 1)) for m in "AB")
    paths = file(one, "a.csv"), file(other, "b.csv")
    with opened([str(path) for path in paths], None, False, options=Options(boundary="it")) as items:
        assert len(items) == 2
    again = file(one.replace(",1,", ",2,"), "again.csv")
    with (
        pytest.raises(DataError, match="overlap"),
        opened([str(paths[0]), str(again)], None, False, options=Options(boundary="it")),
    ):
        pass


# --- MLPerf --------------------------------------------------------------------------------------------


def test_the_total_of_an_analyser_is_not_added_to_its_channels(file):
    found = used(file(analyser((second, 360) for second in range(11)), "spl.txt"))
    assert found["energy_kwh"].to_list() == approx([360 * 10 / 3.6e6])
    assert found["date"].to_list() == [utc(2026, 5, 31, 10, 39, 0, 123_000)]


def test_a_line_of_an_analyser_that_is_cut_off_is_rejected(file):
    found, _ = read(file(analyser((s, 360) for s in range(5)) + "Time,05-31-2026 10:39:0", "spl.txt"))
    assert found.filter(pl.col("reject_reason").is_not_null())["source_row"].to_list() == [6]


@pytest.mark.parametrize(("run_of", "expected"), [(0, 1.7481), (1, 1.7462)])
def test_real_logs_of_mlperf_integrate_to_what_is_stated(run_of, expected):
    path = sample(f"mlperf_train_v5_0_lenovo_b200_llama2_70b_lora_result_{run_of}_node_0.txt.gz")
    assert kwh(path) == approx(expected, abs=5e-5)
    summary = batch(path, "--set", "region=US", "--set", "provider=on_premises")
    assert summary["total"]["it_energy"]["value"] == approx(expected, abs=5e-5)


# --- Slurm ---------------------------------------------------------------------------------------------


def test_steps_repeat_the_energy_of_their_job(file):
    text = SACCT + job("100") + job("100.batch") + job("100.extern") + job("100.0") + job("101_7")
    summary = batch(file(text, "jobs.txt"), "--set", "region=FR", "--set", "provider=on_premises", "--by", "account")
    assert summary["total"]["it_energy"]["value"] == approx(2)
    assert summary["rows_set_aside"] == {"a step of a job: the row of the job holds its energy": 3}
    assert summary["groups"][0]["account"] == "bio"


@pytest.mark.parametrize("joules", ["", "0", "18446744073709551614"])
def test_a_job_without_metered_energy_counts_by_its_accelerators(file, joules):
    row = used(file(SACCT + job("1", joules), "jobs.txt")).row(0, named=True)
    assert (row["kind"], row["accelerator"], row["accelerator_hours"]) == ("accelerators", "a100", 4.0)
    assert row["energy_kwh"] is None


def test_the_kind_of_accelerator_is_asked_where_slurm_does_not_say(file):
    path = file(SACCT + job("1", "", "cpu=8,gres/gpu=2"), "jobs.txt")
    place = ["--set", "region=FR", "--set", "provider=on_premises"]
    assert "is blank: say which accelerator, such as --set accelerator=a100" in run("batch", path, *place).output
    assert batch(path, *place, "--set", "accelerator=a100")["rows_estimated"] == 1
    mixed = file(SACCT + job("1", "", "cpu=8,gres/gpu=2") + job("2", ""), "mixed.txt")
    assert batch(mixed, *place)["rejections"][0]["column"] == "accelerator"


def test_kinds_of_accelerators_add_up_where_slurm_gives_no_sum(file):
    path = file(SACCT + job("1", "", "gres/gpu:a100=2,gres/gpu:a100=1"), "jobs.txt")
    assert used(path)["accelerator_hours"].to_list() == [3.0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"joules": "", "tres": "cpu=8"}, "a job without metered energy and without accelerators"),
        ({"state": "RUNNING", "end": "Unknown"}, "a job that has not ended"),
    ],
)
def test_jobs_without_a_figure_are_set_aside(file, change, reason):
    assert read(file(SACCT + job("1", **change), "jobs.txt"))[0]["set_aside"][0].startswith(reason)


def test_the_boundary_of_slurm_is_told_and_can_be_stated(file):
    path = file(SACCT + job("1"), "jobs.txt")
    found, notes = read(path)
    assert found["energy_boundary"][0] == "it"
    assert "Slurm does not say where" in notes
    found, notes = read(path, boundary="accelerator")
    assert found["energy_boundary"][0] == "accelerator"
    assert "Slurm does not say where" not in notes


def test_energy_with_the_letters_of_slurm_is_read(file):
    text = (
        SACCT.replace("ConsumedEnergyRaw", "ConsumedEnergy") + job("1", "1.80M") + job("2", "900K") + job("3", "lots")
    )
    found, _ = read(file(text, "jobs.txt"))
    assert found["energy_kwh"].to_list() == approx([0.5, 0.25, None])
    assert found["reject_column"].to_list() == [None, None, "ConsumedEnergy"]


def test_an_elapsed_time_with_days_is_read(file):
    text = SACCT.replace("ElapsedRaw", "Elapsed") + job("1", "").replace("|3600|", "|1-01:00:00|")
    assert used(file(text, "jobs.txt"))["accelerator_hours"].to_list() == [100.0]


def test_people_are_dropped_or_kept_as_a_hash(file):
    text = SACCT.replace("\n", "|User\n") + job("1").replace("\n", "|alice\n")
    found = read(file(text, "jobs.txt"))[0]
    assert "alice" not in found.write_csv()
    assert "user" not in found.columns
    kept = read(file(text, "jobs.txt"), keep=frozenset(["user"]))[0]
    assert len(kept["user"][0]) == 12 and "alice" not in kept.write_csv()


# --- CodeCarbon ----------------------------------------------------------------------------------------


def test_energy_of_codecarbon_is_taken_where_it_was_counted(file):
    found = used(file(codecarbon({}, {"pue": ""}, {"pue": "1.4", "run_id": "r2"})))
    assert found["energy_boundary"].to_list() == ["it", "it", "facility"]
    assert found["energy_kwh"].to_list() == [1, 1, 1]


def test_a_pue_that_codecarbon_applied_is_not_applied_again(file):
    summary = batch(file(codecarbon({"pue": "1.4"})), "--set", "provider=on_premises")
    assert summary["total"]["facility_energy"]["value"] == 1


def test_a_run_lasts_until_its_stamp(file):
    row = used(file(codecarbon({}))).row(0, named=True)
    assert (row["date"], row["period_end"]) == (utc(2026, 5, 31, 9), utc(2026, 5, 31, 10))
    assert (row["region"], row["project"]) == ("FRA", "search")


def test_a_run_in_a_cloud_is_at_its_region(file):
    change = {"on_cloud": "Y", "cloud_provider": "aws", "cloud_region": "eu-west-1"}
    row = used(file(codecarbon(change))).row(0, named=True)
    assert (row["provider"], row["region"]) == ("aws", "eu-west-1")


def test_emissions_of_codecarbon_stand_beside_ours(file):
    summary = batch(file(codecarbon({})), "--set", "provider=on_premises")
    assert summary["stated"] == [{"reader": "codecarbon", "carbon_location_kg": 0.056, "rows": 1}]
    assert summary["total"]["carbon_location"]["value"] != 0.056


def test_a_blank_total_is_rejected_never_zero(file):
    summary = batch(file(codecarbon({}, {"energy_consumed": "", "run_id": "r2"})), "--set", "provider=on_premises")
    assert (summary["rows_estimated"], summary["rows_rejected"]) == (1, 1)
    assert "blank is not zero" in summary["rejections"][0]["reason"]


def test_version_2_4_lacks_some_columns(file):
    old = {name: text for name, text in CODECARBON.items() if name not in ("experiment_id", "wue")}
    assert kwh(file(lines(old))) == 1


def test_earlier_states_of_a_run_are_told(file):
    """A run that is flushed writes all that it used so far, each time."""
    states = [
        {"timestamp": f"2026-05-31T10:0{minute}:00", "duration": str(60 * minute), "energy_consumed": str(minute)}
        for minute in (1, 2, 3)
    ]
    _, notes = read(file(codecarbon(*states)))
    assert "2 rows seem to be earlier states of a run" in notes
    assert "3 kWh of the total would then be counted twice" in notes
    assert "earlier states" not in read(file(codecarbon({}, {"run_id": "r2"})))[1]


def test_the_real_sample_of_codecarbon_gives_the_totals_that_are_stated():
    path = sample("codecarbon_v2_4_examples_emissions.csv")
    summary = batch(path, "--set", "provider=on_premises")
    assert (summary["rows_in"], summary["rows_estimated"], summary["rows_rejected"]) == (28, 26, 2)
    assert summary["total"]["it_energy"]["value"] == approx(0.008956455855015047, rel=1e-9)
    (stated,) = summary["stated"]
    assert (stated["carbon_location_kg"], stated["rows"]) == (approx(0.00021165843335570572, rel=1e-9), 26)
    assert kwh(path) == approx(0.008956455855015047, rel=1e-12)


# --- providers' own figures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "location", "market"),
    [
        ("carbon.csv", lines(AWS_CARBON), 500, 100),
        ("carbon.jsonl", (json.dumps(GOOGLE_CARBON) + "\n") * 2, 3, 1.4),
        ("carbon.json", json.dumps({"value": [AZURE_CARBON]}), 12.5, None),
    ],
)
def test_a_providers_figure_is_stated_and_never_estimated(file, name, content, location, market):
    found, _ = read(file(content, name))
    assert set(found["kind"]) == {"stated"}
    assert set(found["set_aside"]) == {STATED}
    assert found["stated_carbon_kg"].sum() == approx(location)
    assert found["stated_carbon_market_kg"].sum() == approx(market or 0)


def test_sums_of_what_is_stated_are_told_and_no_error(file):
    summary = batch(file(lines(AWS_CARBON)))
    assert (summary["rows_in"], summary["rows_set_aside"]) == (1, {STATED: 1})
    assert {name: value for item in summary["stated"] for name, value in item.items() if name.startswith("carbon")} == {
        "carbon_location_kg": 500,
        "carbon_market_kg": 100,
    }


def test_mtco2e_is_a_metric_ton_and_another_unit_is_rejected(file):
    found, _ = read(file(lines(AWS_CARBON, AWS_CARBON | {"total_lbm_emissions_unit": "lbs"})))
    assert found["stated_carbon_kg"].to_list() == [500, None]
    assert found["reject_column"].to_list() == [None, "total_lbm_emissions_unit"]


def test_a_statement_that_says_nothing_is_rejected_never_zero(file):
    blank = GOOGLE_CARBON | {"carbon_footprint_total_kgCO2e": {"location_based": None, "market_based": None}}
    found, _ = read(file(json.dumps(GOOGLE_CARBON) + "\n" + json.dumps(blank) + "\n", "carbon.jsonl"))
    assert found["reject_reason"].to_list()[1].startswith("is blank: nothing is stated")


def test_a_table_of_googles_export_is_read_as_its_json_is(file):
    flat = {
        "usage_month": "2026-01-01",
        "billing_account_id": "A",
        "project.id": "p",
        "service.description": "Compute Engine",
        "location.region": "europe-west1",
        "carbon_footprint_total_kgCO2e.location_based": "1.5",
        "carbon_footprint_total_kgCO2e.market_based": "0.7",
    }
    row = read(file(lines(flat)))[0].row(0, named=True)
    assert (row["stated_carbon_kg"], row["stated_carbon_market_kg"], row["project"]) == (1.5, 0.7, "p")
    assert row["period_end"] == utc(2026, 2, 1)


@pytest.mark.parametrize("blank", ["", " ", "NaN"])
@pytest.mark.parametrize(
    ("name", "reading"), [("dcgm", '"400"'), ("kepler", '"600"'), ("meter", ",2,"), ("nvidia-smi", ", 400.00 W")]
)
def test_a_reading_without_a_number_is_set_aside_and_the_others_are_integrated(file, name, reading, blank):
    text = MADE[name][1]
    assert reading in text
    silent = {'"400"': f'"{blank}"', '"600"': f'"{blank}"', ",2,": f",{blank},", ", 400.00 W": ", [N/A]"}[reading]
    found, _ = read(file(text.replace(reading, silent, 1), MADE[name][0]), reader=name, boundary="it", meter="register")
    assert found["set_aside"].drop_nulls().to_list() == ["the sensor gave no reading"]
    energy = found.filter(found["set_aside"].is_null())["energy_kwh"]
    assert energy.is_finite().all() and energy.sum() > 0


# --- laws ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_export_adds_up_or_is_one_error(tmp_path, name, data):
    text = MADE[name][1].encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    what = data.draw(
        st.sampled_from(
            [b"", b"\n", b",", b'"', b"-1e999", b"1e400", b"NaN", b"9999-12-31", b"\xff", b"[", b"}", b"{}"]
        )
    )
    path = tmp_path / MADE[name][0]
    path.write_bytes(text[:start] + what + text[end:])
    try:
        found, _ = read(path, reader=name, boundary="it", meter="register")
    except FootprintError as error:
        assert len(str(error).splitlines()) == 1
        return
    sound = found["set_aside"].is_null() & found["reject_reason"].is_null()
    assert sound.sum() + found["reject_reason"].count() + found["set_aside"].count() == found.height
    energy = found.filter(sound)["energy_kwh"].drop_nulls()
    assert energy.is_finite().all() and (energy >= 0).all()
