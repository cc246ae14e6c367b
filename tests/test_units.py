"""The vocabulary: boundaries are dimensions, and a mixture of them is an error before a row is read."""

import copy
import operator
import pickle
import re
import subprocess
import sys
from pathlib import Path

import narwhals as nw
import numpy as np
import pint
import pytest
from pytest import approx

import footprint
from footprint import FootprintError, Quantity, UnitError, units
from footprint.magnitudes.column import column, constant
from footprint.magnitudes.term import named
from footprint.methods import IMPACTS, METHODS, evaluate
from footprint.physics.facility import facility_energy, it_energy_from_accelerators
from footprint.physics.impacts import carbon_location, embodied_carbon_per_accelerator, water_grid, water_site
from footprint.physics.inference import it_energy_from_requests
from footprint.physics.training import it_energy_from_accelerator_hours
from footprint.physics.writing import layers, parameters_read
from footprint.quantities import parse_quantity
from footprint.units import dimensions, power, unit_of

# --- when the plan is built: columns of a frame that does not exist yet -------------------------------


def test_facility_energy_times_a_site_wue_is_refused_when_the_plan_is_built():
    with pytest.raises(UnitError) as refusal:
        water_site(column("facility_energy_kwh", "kWh"), column("wue", "L/kWh_IT"))
    assert str(refusal.value) == (
        "water_site: it_energy: kWh (an energy at the building's meter) was given where kWh_IT (an energy at the "
        "servers' plugs) is needed"
    )


def test_a_benchmark_of_gpus_alone_is_refused_as_energy_of_servers_when_the_plan_is_built():
    with pytest.raises(UnitError) as refusal:
        facility_energy(column("gpu_energy_kwh", "kWh_acc"), constant(1.2, "kWh/kWh_IT"))
    assert str(refusal.value) == (
        "facility_energy: it_energy: kWh_acc (an energy of the accelerators alone) was given where kWh_IT (an energy "
        "at the servers' plugs) is needed"
    )


def test_a_whole_method_is_refused_when_its_plan_is_built():
    """What a batch does: the equations of a method over columns, no frame in sight."""
    energy = {"it_energy": column("gpu_energy_kwh", "kWh_acc"), "pue": constant(1.2, "kWh/kWh_IT")}
    with pytest.raises(UnitError, match=r"kWh_acc .* was given where kWh_IT"):
        evaluate((*METHODS["metered_it"].equations, *IMPACTS), energy)


def test_a_plan_of_the_right_boundaries_is_built_without_a_frame():
    energy = facility_energy(column("it_energy_kwh", "kWh_IT"), constant(1.2, "kWh/kWh_IT"))
    assert energy.units == unit_of("kWh")
    assert isinstance(energy.magnitude, nw.Expr)


# --- every reading refuses the same --------------------------------------------------------------------


@pytest.mark.parametrize(
    "of",
    [
        lambda unit: Quantity(1.0, unit),
        lambda unit: Quantity(np.ones(3), unit),
        lambda unit: column("energy", unit),
        lambda unit: named("energy", 1.0, unit),
    ],
    ids=["number", "draws", "column", "term"],
)
@pytest.mark.parametrize(
    ("equation", "given", "fault"),
    [
        (water_site, ("kWh", "L/kWh_IT"), "it_energy: kWh "),
        (water_site, ("kWh_IT", "L/kWh"), "wue_site: L/kWh "),
        (water_grid, ("kWh_IT", "L/kWh"), "facility_energy: kWh_IT "),
        (carbon_location, ("kWh_IT", "gCO2e/kWh"), "facility_energy: kWh_IT "),
        (carbon_location, ("kWh", "gCO2/kWh"), "grid_intensity: gCO2/kWh "),
        (carbon_location, ("kWh", "g/kWh"), "grid_intensity: g/kWh"),
        (facility_energy, ("kWh", "kWh/kWh_IT"), "it_energy: kWh "),
        (facility_energy, ("kW_IT", "kWh/kWh_IT"), "it_energy: kW_IT "),
        (it_energy_from_accelerators, ("kWh_IT", "kWh_IT/kWh_acc"), "accelerator_energy: kWh_IT "),
        (it_energy_from_requests, ("token", "Wh_IT/request"), "requests: tok "),
        (it_energy_from_requests, ("request", "Wh/request"), "it_energy_per_request: Wh/req "),
        (it_energy_from_accelerator_hours, ("acc_h", "W_acc/accelerator"), "mean_power: W_acc/acc "),
        (it_energy_from_accelerator_hours, ("h", "W_IT/accelerator"), "accelerator_hours: h "),
        (embodied_carbon_per_accelerator, ("kg/accelerator", "kgCO2e/server", "accelerator/server"), "card: kg/acc"),
    ],
)
def test_an_equation_refuses_another_boundary_or_dimension_in_every_reading(of, equation, given, fault):
    with pytest.raises(UnitError, match=re.escape(f"{equation.__name__}: {fault}")):
        equation(*(of(unit) for unit in given))


@pytest.mark.parametrize("bare", [5, 5.0, np.ones(3), "5 kWh", pint.Quantity(5, "kWh")])
def test_an_equation_refuses_a_number_without_a_unit_of_ours(bare):
    with pytest.raises(UnitError, match=r"facility_energy: .* has no unit; kWh \(an energy at the building's meter\)"):
        carbon_location(bare, Quantity(400.0, "gCO2e/kWh"))


@pytest.fixture
def shelf(monkeypatch):
    """Let a test declare equations of its own, and take them off the shelf again."""
    monkeypatch.setattr(units, "_declared", dict(units._declared))


@pytest.mark.usefixtures("shelf")
def test_an_equation_whose_own_result_has_another_dimension_is_refused():
    """The check holds both ends: a formula that forgets the PUE cannot call its result energy at the meter."""

    @dimensions(it_energy="kWh_IT", returns="kWh")
    def forgetful(it_energy):
        return it_energy

    with pytest.raises(UnitError, match=r"forgetful: result: kWh_IT .* was given where kWh "):
        forgetful(Quantity(1.0, "kWh_IT"))


@pytest.mark.usefixtures("shelf")
def test_an_equation_declares_a_unit_for_each_of_its_parameters():
    with pytest.raises(TypeError, match="units are declared for"):

        @dimensions(it_energy="kWh_IT", returns="kWh_IT")
        def undeclared(it_energy, pue):
            return it_energy


def test_an_exponent_with_a_unit_is_refused():
    with pytest.raises(UnitError):
        power(Quantity(8.0, ""), Quantity(0.5, "kWh"))
    with pytest.raises(UnitError):
        power(Quantity(8.0, "token"), Quantity(0.5, ""))


def test_a_fit_that_forgets_its_reference_size_is_refused():
    one = Quantity(1.0, "")
    size, batch = Quantity(70.0, "Gparameter"), Quantity(64.0, "request")
    with pytest.raises(UnitError, match="reference_parameters: 1 "):
        layers(size, Quantity(25.7, "layer"), one, one)
    with pytest.raises(UnitError, match="reference_batch: 1 "):
        parameters_read(size, size, batch, one)


# --- plain arithmetic ----------------------------------------------------------------------------------

APART = [
    ("kWh", "kWh_IT"),
    ("kWh", "kWh_acc"),
    ("kWh_IT", "kWh_acc"),
    ("W_IT", "W_acc"),
    ("W", "W_IT"),
    ("kg", "kgCO2e"),
    ("t", "tCO2e"),
    ("kgCO2", "kgCO2e"),
    ("kg", "kgCO2"),
    ("m3", "m3_world_eq"),
    ("L/kWh", "L/kWh_IT"),
    ("token", "request"),
    ("request", "image"),
    ("request", "inference"),
    ("parameter", "token"),
    ("FLOP", "token"),
    ("accelerator", "server"),
    ("acc_h", "h"),
    ("W_IT/accelerator", "W_IT"),
    ("token", ""),
    ("accelerator", ""),
]


@pytest.mark.parametrize(("left", "right"), APART)
@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.iadd, operator.isub])
def test_what_differs_in_boundary_or_kind_does_not_add_up(left, right, operation):
    with pytest.raises(UnitError, match="do not add up"):
        operation(Quantity(1.0, left), Quantity(1.0, right))


@pytest.mark.parametrize(("left", "right"), APART)
def test_what_differs_in_boundary_or_kind_does_not_convert(left, right):
    with pytest.raises(UnitError, match=r"was given where .* is needed"):
        Quantity(1.0, left).to(right)
    with pytest.raises(UnitError, match=r"was given where .* is needed"):
        Quantity(1.0, right).m_as(left)


@pytest.mark.parametrize(("left", "right"), APART)
def test_what_differs_in_boundary_or_kind_is_neither_less_nor_equal(left, right):
    with pytest.raises(UnitError, match="do not compare"):
        assert Quantity(1.0, left) < Quantity(2.0, right)
    assert Quantity(1.0, left) != Quantity(1.0, right)


def test_a_sum_names_both_sides_in_a_users_words():
    with pytest.raises(UnitError) as refusal:
        sum([Quantity(1.0, "kWh_IT"), Quantity(1.0, "MWh")], start=Quantity(0.0, "kWh_IT"))
    assert str(refusal.value) == (
        "kWh_IT (an energy at the servers' plugs) and MWh (an energy at the building's meter) do not add up"
    )


def test_columns_of_two_boundaries_do_not_add_up():
    with pytest.raises(UnitError, match="do not add up"):
        column("a", "kWh") + column("b", "kWh_IT")


def test_draws_of_two_boundaries_do_not_add_up():
    with pytest.raises(UnitError):
        np.add(Quantity(np.ones(3), "kWh"), Quantity(np.ones(3), "kWh_IT"))


def test_terms_of_two_boundaries_do_not_add_up():
    with pytest.raises(UnitError, match="do not add up"):
        named("a", 1.0, "kWh") + named("b", 1.0, "kWh_IT")


def test_a_boundary_is_crossed_by_its_ratio():
    it_energy = Quantity(2.0, "kWh_acc") * Quantity(1.5, "kWh_IT/kWh_acc")
    assert (it_energy * Quantity(1.2, "kWh/kWh_IT")).m_as("kWh") == approx(3.6, rel=1e-12)


# --- the error -------------------------------------------------------------------------------------------


def test_a_unit_error_is_one_of_ours_and_one_of_pint():
    assert issubclass(UnitError, pint.DimensionalityError)
    assert issubclass(UnitError, FootprintError)
    assert footprint.UnitError is UnitError
    assert UnitError("said").exit_code == 2


def test_a_unit_error_speaks_no_dimensions_of_pint():
    with pytest.raises(pint.DimensionalityError) as refusal:
        Quantity(1.0, "kWh").to("kWh_IT")
    assert "[" not in str(refusal.value)
    assert "kilowatt_hour" not in str(refusal.value)


def test_a_unit_error_travels_between_processes():
    for refused in ("kWh_IT", "gCO2e"):
        with pytest.raises(UnitError) as refusal:
            carbon_location(Quantity(1.0, refused), Quantity(1.0, "gCO2e/kWh"))
        again = pickle.loads(pickle.dumps(refusal.value))  # noqa: S301
        assert (type(again), str(again)) == (UnitError, str(refusal.value))


# --- the registry ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy])  # noqa: S301
@pytest.mark.parametrize("unit", ["kWh_IT", "gCO2e/kWh", "", "J_IT*request/token**2", "FLOP/s/accelerator"])
def test_a_copy_of_a_quantity_lives_in_the_same_registry(again, unit):
    quantity = Quantity(5.0, unit)
    copied = again(quantity)
    assert copied == quantity
    assert type(copied) is Quantity
    assert copied + quantity == Quantity(10.0, unit)
    assert again(quantity.units) == quantity.units


def test_an_estimate_pickles_whole():
    run = footprint.training("gpt-3")
    again = pickle.loads(pickle.dumps(run))  # noqa: S301
    assert again.as_dict() == run.as_dict()
    assert again.facility_energy == run.facility_energy
    assert str(again) == str(run)


def test_importing_footprint_leaves_the_registry_of_pint_alone():
    """A program that uses Pint for its own ends must not notice us: neither another registry nor a slower start."""
    code = (
        "import pint; before = pint.application_registry.get();"
        "import footprint.api, footprint.methods;"
        "assert pint.application_registry.get() is before;"
        "assert type(before).__name__ == 'LazyRegistry', 'the default definitions were loaded';"
        "assert str(pint.Quantity(1, 'eV').to('J').units) == 'joule';"
        "assert 'kWh_IT' not in pint.application_registry.get()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""
    assert done.returncode == 0


ROOT = Path(__file__).parents[1]
DEFINITIONS = [
    [word.strip() for word in line.partition("#")[0].split("=")]
    for line in (ROOT / "footprint" / "units.txt").read_text("utf-8").splitlines()
    if "=" in line.partition("#")[0] and not line.startswith((" ", "@"))
]
PREFIXES = [words for words in DEFINITIONS if words[0].endswith("-")]
UNITS = [words for words in DEFINITIONS if not words[0].endswith("-")]


def test_the_definitions_are_read_by_this_test_too():
    assert {"watt_hour_it", "gram_co2e", "token", "accelerator_hour"} <= {words[0] for words in UNITS}
    assert len(PREFIXES) == 11


@pytest.mark.parametrize("words", UNITS, ids=lambda words: words[0])
def test_every_unit_of_the_vocabulary_parses_by_name_symbol_and_alias(words):
    name, _, *others = words
    for spelling in [name, *(other for other in others if other != "_")]:
        assert parse_quantity(f"1 {spelling}") == Quantity(1.0, name)


@pytest.mark.parametrize("words", PREFIXES, ids=lambda words: words[0])
def test_every_prefix_of_the_vocabulary_parses_before_a_name_and_a_symbol(words):
    name, factor, *symbols = (word.rstrip("-") for word in words)
    assert parse_quantity(f"1 {name}watt_hour_it") == Quantity(float(factor), "Wh_IT")
    for symbol in symbols:
        assert parse_quantity(f"1 {symbol}Wh_IT").m_as("Wh_IT") == approx(float(factor), rel=1e-12)


@pytest.mark.parametrize("foreign", ["eV", "BTU", "mile", "degC", "fortnight", "calorie"])
def test_a_unit_of_pints_own_definitions_is_not_known(foreign):
    with pytest.raises(pint.UndefinedUnitError):
        unit_of(foreign)
