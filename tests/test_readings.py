"""One equation, many readings: floats, draws, columns on two engines and named terms give the same numbers.

The equations and methods are enumerated, so that a new one is compared without a line here.
"""

import pkgutil
import zlib

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

import footprint.physics
from footprint.magnitudes.column import column, constant
from footprint.magnitudes.draws import Draws
from footprint.magnitudes.term import Term, named
from footprint.methods import IMPACTS, METHODS, PUBLISHED, Method, evaluate
from footprint.units import Quantity, equations, unit_of

ROWS = 16
SAME = 1e-12

EQUATIONS = [e for e in equations().values() if e.function.__module__.startswith("footprint.physics.")]
#: The whole way of an estimate, from its inputs to its last result; those of others among them.
CHAINS = [
    Method(id=m.id, label=m.label, quality=m.quality, equations=(*m.equations, *IMPACTS))
    for m in (*METHODS.values(), *PUBLISHED.values())
]


def inputs(name, units):
    """Return positive numbers for each input, the same at every run; plain numbers are shares and exponents."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    numbers = {}
    for place, unit in units.items():
        if unit:
            numbers[place] = 10 ** random.uniform(-3, 3, ROWS)
        else:
            numbers[place] = random.uniform(-0.95 if "exponent" in place else 0.05, 0.95, ROWS)
    return numbers


def as_declared(unit):
    return unit


def in_root_units(unit):
    """The same inputs in joules, seconds and grams: what is written otherwise must not matter."""
    return f"{Quantity(1.0, unit).to_root_units().units:C}"


def written(numbers, units, unit_as):
    """Return the inputs as bare numbers, and the unit in which each is now written."""
    given = {place: unit_as(unit) for place, unit in units.items()}
    return {place: Quantity(numbers[place], units[place]).m_as(given[place]) for place in units}, given


def on_polars(numbers, expressions):
    frame = nw.from_native(pl.LazyFrame(numbers))
    return frame.select(**expressions).collect().to_dict(as_series=False)


def on_duckdb(numbers, expressions):
    with duckdb.connect() as connection:
        frame = nw.from_native(connection.from_arrow(pl.DataFrame(numbers).to_arrow()))
        return frame.select(**expressions).collect("polars").to_dict(as_series=False)


ENGINES = {"polars": on_polars, "duckdb": on_duckdb}
either_unit = pytest.mark.parametrize("unit_as", [as_declared, in_root_units])
either_engine = pytest.mark.parametrize("engine", ENGINES)
each_equation = pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.name)
each_chain = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)


def by_floats(equation, numbers, units):
    results = []
    for row in range(ROWS):
        result = equation(**{place: Quantity(float(numbers[place][row]), units[place]) for place in units})
        assert isinstance(result.magnitude, float)
        results.append(result.m_as(equation.returns))
    return results


def test_there_is_an_equation_of_every_subject():
    subjects = {e.function.__module__.rpartition(".")[2] for e in EQUATIONS}
    assert subjects == {found.name for found in pkgutil.iter_modules(footprint.physics.__path__)}
    assert subjects >= {"facility", "impacts", "inference", "reading", "writing", "training"}


@either_unit
@each_equation
def test_an_equation_reads_the_same_with_arrays(equation, unit_as):
    numbers, units = written(inputs(equation.name, equation.units), equation.units, unit_as)
    result = equation(**{place: Quantity(numbers[place], units[place]) for place in units})
    assert result.units == unit_of(equation.returns)
    assert result.magnitude.shape == (ROWS,)
    assert_allclose(result.magnitude, by_floats(equation, numbers, units), rtol=SAME)


def drawn(numbers, columns=4):
    """Return ``ROWS`` numbers as draws of combinations: a row of the table for each distinct one."""
    table = np.reshape(numbers, (-1, columns))
    return Draws(np.arange(len(table)), table)


@either_unit
@each_equation
def test_an_equation_reads_the_same_with_draws(equation, unit_as):
    """Combinations that each have their own draws."""
    numbers, units = written(inputs(equation.name, equation.units), equation.units, unit_as)
    result = equation(**{place: Quantity(drawn(numbers[place]), units[place]) for place in units})
    assert result.units == unit_of(equation.returns)
    assert_allclose(result.magnitude.rows().ravel(), by_floats(equation, numbers, units), rtol=SAME)


@each_equation
def test_an_equation_reads_the_same_with_draws_that_combinations_share(equation):
    """Sixteen combinations of up to four values in each place, whichever row of draws stands for which."""
    numbers, units = inputs(equation.name, equation.units), equation.units
    random = np.random.default_rng(1)
    codes = {place: random.integers(0, 4, ROWS) for place in units}
    tables = {place: numbers[place][:4] for place in units}
    result = equation(**{place: Quantity(Draws(codes[place], tables[place][:, None]), units[place]) for place in units})
    rows = {place: tables[place][codes[place]] for place in units}
    values = result.magnitude.table[result.magnitude.codes_of(ROWS)]
    assert_allclose(values.ravel(), by_floats(equation, rows, units), rtol=SAME)


@either_engine
@either_unit
@each_equation
def test_an_equation_reads_the_same_with_columns(equation, unit_as, engine):
    numbers, units = written(inputs(equation.name, equation.units), equation.units, unit_as)
    result = equation(**{place: column(place, units[place]) for place in units})
    assert result.units == unit_of(equation.returns)
    rows = ENGINES[engine](numbers, {"result": result.magnitude})
    assert_allclose(rows["result"], by_floats(equation, numbers, units), rtol=SAME)


@either_engine
@each_equation
def test_an_equation_reads_the_same_with_one_column_among_constants(equation, engine):
    """A batch of one model and place: its factors are constants, and only the amounts are columns."""
    numbers, units = inputs(equation.name, equation.units), equation.units
    first, *others = units
    fixed = {place: np.full(ROWS, numbers[place][0]) for place in others} | {first: numbers[first]}
    constants = {place: constant(float(numbers[place][0]), units[place]) for place in others}
    result = equation(**{first: column(first, units[first])}, **constants)
    rows = ENGINES[engine]({first: numbers[first]}, {"result": result.magnitude})
    assert_allclose(rows["result"], by_floats(equation, fixed, units), rtol=SAME)


@either_unit
@each_equation
def test_an_equation_reads_the_same_with_named_terms(equation, unit_as):
    numbers, units = written(inputs(equation.name, equation.units), equation.units, unit_as)
    for row, expected in enumerate(by_floats(equation, numbers, units)):
        result = equation(**{place: named(place, numbers[place][row], units[place]) for place in units})
        term = result.magnitude
        assert isinstance(term, Term)
        assert result.units == unit_of(equation.returns)
        assert_allclose(term.value, expected, rtol=SAME)
        assert (term.name, term.unit) == (equation.gives, equation.returns)
        assert [name for name, _ in term.inputs] == list(equation.units)


# --- whole methods --------------------------------------------------------------------------------------


def chain_inputs(chain):
    units = {name: chain.unit_of[name] for name in chain.needs}
    return inputs(chain.id, units), units


def chain_by_floats(chain, numbers, units):
    rows = []
    for row in range(ROWS):
        known, missing = evaluate(
            chain.equations, {name: Quantity(float(numbers[name][row]), units[name]) for name in units}
        )
        assert missing == ()
        rows.append(known)
    return {step.gives: [row[step.gives].m_as(step.returns) for row in rows] for step in chain.equations}


def test_every_method_is_compared():
    assert [chain.id for chain in CHAINS] == [*METHODS, *PUBLISHED]


@each_chain
def test_a_method_reads_the_same_with_arrays(chain):
    numbers, units = chain_inputs(chain)
    known, _ = evaluate(chain.equations, {name: Quantity(numbers[name], units[name]) for name in units})
    expected = chain_by_floats(chain, numbers, units)
    for step in chain.equations:
        assert_allclose(known[step.gives].m_as(step.returns), expected[step.gives], rtol=SAME, err_msg=step.gives)


@each_chain
def test_a_method_reads_the_same_with_draws(chain):
    numbers, units = chain_inputs(chain)
    known, _ = evaluate(chain.equations, {name: Quantity(drawn(numbers[name]), units[name]) for name in units})
    expected = chain_by_floats(chain, numbers, units)
    for step in chain.equations:
        draws = known[step.gives].m_as(step.returns).rows()
        assert_allclose(draws.ravel(), expected[step.gives], rtol=SAME, err_msg=step.gives)


@either_engine
@each_chain
def test_a_method_reads_the_same_with_columns(chain, engine):
    numbers, units = chain_inputs(chain)
    known, _ = evaluate(chain.equations, {name: column(name, units[name]) for name in units})
    results = {step.gives: known[step.gives].m_as(step.returns) for step in chain.equations}
    rows = ENGINES[engine](numbers, results)
    for name, expected in chain_by_floats(chain, numbers, units).items():
        assert_allclose(rows[name], expected, rtol=SAME, err_msg=name)


@each_chain
def test_a_method_reads_the_same_with_named_terms(chain):
    numbers, units = chain_inputs(chain)
    expected = chain_by_floats(chain, numbers, units)
    for row in range(ROWS):
        known, _ = evaluate(chain.equations, {name: named(name, numbers[name][row], units[name]) for name in units})
        for step in chain.equations:
            value = known[step.gives].m_as(step.returns)
            assert_allclose(float(value), expected[step.gives][row], rtol=SAME, err_msg=step.gives)


@each_chain
def test_every_result_of_a_method_is_reached_from_its_needs(chain):
    numbers, units = chain_inputs(chain)
    known, missing = evaluate(chain.equations, {name: Quantity(float(numbers[name][0]), units[name]) for name in units})
    assert missing == ()
    results = {"it_energy", "facility_energy", "carbon_location", "carbon_upstream", "carbon_embodied"}
    assert results | {"water_site", "water_grid", "water_embodied"} <= known.keys()


@pytest.mark.parametrize(
    ("method", "absent"),
    [(method, name) for method in METHODS.values() for name in method.energy_needs],
    ids=lambda it: getattr(it, "id", it),
)
def test_a_method_that_lacks_one_input_leaves_its_energy_unknown_and_says_which(method, absent):
    given = {name: Quantity(0.5, method.unit_of[name]) for name in method.needs if name != absent}
    known, missing = evaluate(method.equations, given)
    assert "it_energy" not in known
    assert absent in {name for gap in missing for name in gap.needs}
    assert {gap.result for gap in missing}.isdisjoint(known)


@either_engine
def test_a_blank_cell_leaves_a_blank_result(engine):
    (water_site,) = (equation for equation in EQUATIONS if equation.name == "water_site")
    result = water_site(column("energy", "kWh_IT"), column("wue", "L/kWh_IT"))
    rows = ENGINES[engine]({"energy": [100.0, None, 100.0], "wue": [0.5, 0.5, None]}, {"water": result.magnitude})
    assert rows["water"] == [50.0, None, None]


def test_a_step_that_is_stated_is_not_computed_again():
    given = {
        "it_energy": Quantity(100.0, "kWh_IT"),
        "pue": Quantity(1.2, "kWh/kWh_IT"),
        "facility_energy": Quantity(130.0, "kWh"),
    }
    known, _ = evaluate(IMPACTS, given)
    assert known["facility_energy"] == Quantity(130.0, "kWh")
