"""Laws of the physics: they hold for every input, whatever unit it is written in."""

import hypothesis.strategies as st
from hypothesis import assume, given, settings
from pytest import approx

import footprint
from footprint import Quantity
from footprint.physics.facility import (
    facility_energy,
    it_energy_from_accelerators,
    it_energy_from_facility,
    it_energy_from_power,
)
from footprint.physics.impacts import (
    carbon_embodied,
    carbon_location,
    carbon_upstream,
    embodied_carbon_per_accelerator,
    losses_intensity,
    water_consumed,
    water_embodied,
    water_grid,
    water_site,
)
from footprint.physics.inference import facility_energy_from_requests, it_energy_from_requests
from footprint.physics.reading import (
    attention_operations,
    attention_pairs,
    prefill_it_energy,
    prompt_operations,
    read_tokens,
    reading_accelerator_hours,
)
from footprint.physics.training import (
    accelerator_hours,
    accelerator_hours_from_operations,
    it_energy_from_accelerator_hours,
    mean_power_from_rated,
    operations,
    throughput,
)
from footprint.physics.writing import (
    accelerators_serving,
    computing_energy_per_token,
    decode_energy,
    decode_energy_per_token,
    layer_energy_per_token,
    layers,
    memory_energy_per_token,
    parameters_read,
    writing_accelerator_hours,
    written_tokens,
)

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)
#: Estimates go through the catalogue: fewer of them say as much.
slow_law = settings(max_examples=15, deadline=None, derandomize=True, database=None)

SAME = 1e-12


def amounts(low, high, *units):
    """Amounts of the same span, each written in one of ``units``; the span is in the first of them."""
    return st.builds(
        lambda value, unit: Quantity(value, units[0]).to(unit),
        st.floats(min_value=low, max_value=high, allow_subnormal=False),
        st.sampled_from(units),
    )


it_energies = amounts(1e-6, 1e12, "kWh_IT", "MJ_IT", "GWh_IT", "J_IT")
meter_energies = amounts(1e-6, 1e12, "kWh", "MJ", "TWh", "J")
chip_energies = amounts(1e-6, 1e12, "kWh_acc", "MJ_acc", "Wh_acc")
pues = amounts(1.0, 4.0, "kWh/kWh_IT", "MJ/kWh_IT", "J/J_IT")
wues = amounts(0.0, 10.0, "L/kWh_IT", "m3/MWh_IT", "mL/Wh_IT", "L/MJ_IT")
grid_waters = amounts(0.0, 100.0, "L/kWh", "m3/MWh", "L/GJ")
intensities = amounts(0.0, 2000.0, "gCO2e/kWh", "kgCO2e/MWh", "tCO2e/GWh", "gCO2e/MJ")
token_counts = amounts(1.0, 1e12, "token", "ktoken", "Mtoken")
sizes = amounts(0.1, 2000.0, "Gparameter", "parameter", "Tparameter")
chips = amounts(1.0, 1e6, "accelerator")
times = amounts(0.01, 1e5, "h", "s", "day", "week")
factors = st.floats(min_value=1e-3, max_value=1e3)
shares = amounts(0.0, 0.9, "", "percent")


# --- facility -------------------------------------------------------------------------------------------


@law
@given(it_energies, pues)
def test_the_meter_reads_at_least_what_the_servers_take(energy, pue):
    assert facility_energy(energy, pue).m_as("kWh") >= energy.m_as("kWh_IT") * (1 - SAME)


@law
@given(it_energies, pues)
def test_energy_at_the_servers_comes_back_from_the_meter(energy, pue):
    again = it_energy_from_facility(facility_energy(energy, pue), pue)
    assert again.m_as("kWh_IT") == approx(energy.m_as("kWh_IT"), rel=SAME)


@law
@given(it_energies, it_energies, pues)
def test_facility_energy_of_two_halls_is_that_of_both(a, b, pue):
    both = facility_energy(a, pue) + facility_energy(b, pue)
    assert facility_energy(a + b, pue).m_as("kWh") == approx(both.m_as("kWh"), rel=SAME)


@law
@given(amounts(1e-3, 1e9, "kW_IT", "W_IT", "MW_IT"), times, times, shares)
def test_a_load_over_two_periods_takes_what_both_take(power, first, second, load):
    parts = it_energy_from_power(power, first, load) + it_energy_from_power(power, second, load)
    whole = it_energy_from_power(power, first + second, load)
    assert whole.m_as("kWh_IT") == approx(parts.m_as("kWh_IT"), rel=SAME)


@law
@given(chip_energies, st.floats(min_value=1.0, max_value=3.0))
def test_servers_take_at_least_what_their_accelerators_take(energy, ratio):
    server = it_energy_from_accelerators(energy, Quantity(ratio, "kWh_IT/kWh_acc"))
    assert server.m_as("kWh_IT") >= energy.m_as("kWh_acc") * (1 - SAME)


# --- water ----------------------------------------------------------------------------------------------


@law
@given(it_energies, pues, pues, wues)
def test_water_on_site_does_not_change_with_the_pue(energy, pue, other, wue):
    """From IT energy there is no PUE in it; from a meter reading, the PUE that made the reading cancels."""
    direct = water_site(energy, wue).m_as("L")
    for ratio in (pue, other):
        metered = facility_energy(energy, ratio)
        assert water_site(it_energy_from_facility(metered, ratio), wue).m_as("L") == approx(direct, rel=SAME)


@law
@given(it_energies, pues, pues, wues)
def test_with_no_water_in_the_grid_all_water_is_the_site_s_whatever_the_pue(energy, pue, other, wue):
    dry = Quantity(0.0, "L/kWh")
    expected = water_site(energy, wue).m_as("L")
    for ratio in (pue, other):
        assert water_consumed(energy, ratio, wue, dry).m_as("L") == approx(expected, rel=SAME)


@slow_law
@given(st.floats(min_value=1.0, max_value=4.0), st.floats(min_value=1.0, max_value=4.0))
def test_an_estimate_of_a_load_has_the_same_water_on_site_at_any_pue(pue, other):
    one, two = (
        footprint.datacenter(it_power="20 MW", hours="8760 h", pue=ratio, wue_site="1.8 L/kWh", date="2024-06-01")
        for ratio in (pue, other)
    )
    assert one.water_site == two.water_site
    assert one.water_site.m_as("ML") == approx(315.36, rel=SAME)


@law
@given(it_energies, it_energies, pues, wues, grid_waters)
def test_water_of_two_halves_is_water_of_the_whole(a, b, pue, site, grid):
    halves = water_consumed(a, pue, site, grid) + water_consumed(b.to("MJ_IT"), pue, site, grid)
    assert water_consumed(a + b, pue, site, grid).m_as("L") == approx(halves.m_as("L"), rel=1e-11)


@law
@given(it_energies, pues, wues, grid_waters)
def test_water_in_all_is_that_on_site_and_that_of_the_grid(energy, pue, site, grid):
    parts = water_site(energy, site) + water_grid(facility_energy(energy, pue), grid)
    assert water_consumed(energy, pue, site, grid).m_as("L") == approx(parts.m_as("L"), rel=SAME)


@law
@given(it_energies, pues, pues, wues, grid_waters)
def test_a_higher_pue_never_takes_less_water(energy, pue, other, site, grid):
    less, more = (water_consumed(energy, ratio, site, grid).m_as("L") for ratio in sorted((pue, other)))
    assert less <= more * (1 + SAME)


# --- carbon ---------------------------------------------------------------------------------------------


@law
@given(meter_energies, intensities, factors)
def test_carbon_is_linear_in_energy(energy, intensity, factor):
    scaled = carbon_location(energy * factor, intensity).m_as("kgCO2e")
    assert scaled == approx(factor * carbon_location(energy, intensity).m_as("kgCO2e"), rel=SAME)


@law
@given(meter_energies, intensities, factors)
def test_carbon_is_linear_in_intensity(energy, intensity, factor):
    scaled = carbon_location(energy, intensity * factor).m_as("kgCO2e")
    assert scaled == approx(factor * carbon_location(energy, intensity).m_as("kgCO2e"), rel=SAME)


@law
@given(meter_energies, intensities, intensities, st.floats(min_value=0.0, max_value=1.0))
def test_carbon_of_a_mix_of_grids_is_the_mix_of_their_carbon(energy, one, other, share):
    mixed = carbon_location(energy, one * share + other * (1 - share))
    apart = carbon_location(energy * share, one) + carbon_location(energy * (1 - share), other)
    assert mixed.m_as("kgCO2e") == approx(apart.m_as("kgCO2e"), rel=1e-11)


@law
@given(meter_energies, intensities, shares)
def test_carbon_delivered_and_lost_is_carbon_generated(energy, intensity, losses):
    """Losses are a share of gross output: what reaches the meter is the rest."""
    fuels = Quantity(0.0, "gCO2e/kWh")  # they are inside a life-cycle intensity
    lost = carbon_upstream(energy, losses_intensity(intensity, losses), fuels)
    whole = carbon_location(energy, intensity) + lost
    generated = carbon_location(energy / (1 - losses), intensity)
    assert whole.m_as("kgCO2e") == approx(generated.m_as("kgCO2e"), rel=1e-11)


@law
@given(amounts(0.0, 1e4, "kgCO2e/accelerator"), amounts(0.0, 1e5, "kgCO2e/server"), st.integers(1, 16))
def test_what_the_accelerators_of_a_server_embody_is_their_cards_and_one_host(card, host, count):
    shared = Quantity(float(count), "accelerator/server")
    each = embodied_carbon_per_accelerator(card, host, shared)
    assert (each * shared).m_as("kgCO2e/server") == approx((card * shared + host).m_as("kgCO2e/server"), rel=SAME)


@law
@given(amounts(1.0, 1e4, "kgCO2e/accelerator"), amounts(1.0, 1e4, "L/accelerator"), amounts(1.0, 10.0, "year", "day"))
def test_hardware_reserved_for_its_whole_life_gives_back_all_it_embodies(carbon, water, lifetime):
    one = accelerator_hours(Quantity(1.0, "accelerator"), lifetime)
    assert carbon_embodied(carbon, one, lifetime).m_as("kgCO2e") == approx(carbon.m_as("kgCO2e/acc"), rel=SAME)
    assert water_embodied(water, one, lifetime).m_as("L") == approx(water.m_as("L/acc"), rel=SAME)


# --- training -------------------------------------------------------------------------------------------


@law
@given(chips, times, factors)
def test_accelerator_hours_scale_with_accelerators_and_with_hours(count, hours, factor):
    whole = accelerator_hours(count, hours).m_as("acc_h")
    assert accelerator_hours(count * factor, hours).m_as("acc_h") == approx(factor * whole, rel=SAME)
    assert accelerator_hours(count, hours * factor).m_as("acc_h") == approx(factor * whole, rel=SAME)


@law
@given(chips, times, amounts(1.0, 5000.0, "W_IT/accelerator", "kW_IT/accelerator"))
def test_a_run_takes_the_same_energy_by_accelerators_as_by_a_load_of_that_power(count, hours, power):
    by_chips = it_energy_from_accelerator_hours(accelerator_hours(count, hours), power)
    by_load = it_energy_from_power(count * power, hours, Quantity(1.0, ""))
    assert by_chips.m_as("kWh_IT") == approx(by_load.m_as("kWh_IT"), rel=SAME)


@law
@given(sizes, token_counts, amounts(1.0, 5000.0, "TFLOP/s/accelerator", "FLOP/h/accelerator"), shares, factors)
def test_a_run_takes_longer_in_proportion_to_its_tokens_and_shorter_to_its_utilisation(size, tokens, peak, use, more):
    assume(use.m_as("") > 1e-3)
    six = Quantity(6.0, "FLOP/parameter/token")

    def hours(scale, share):
        return accelerator_hours_from_operations(operations(size, tokens * scale, six), throughput(peak, share))

    base = hours(1.0, use).m_as("acc_h")
    assert hours(more, use).m_as("acc_h") == approx(more * base, rel=SAME)
    assert hours(1.0, use / 2).m_as("acc_h") == approx(2 * base, rel=SAME)


@law
@given(chips, times, amounts(1.0, 5000.0, "W_acc/accelerator"), st.floats(min_value=0.5, max_value=3.0))
def test_power_from_the_rated_power_is_that_of_the_chip_times_its_ratio(count, hours, rated, ratio):
    mean = mean_power_from_rated(rated, Quantity(ratio, "W_IT/W_acc"))
    energy = it_energy_from_accelerator_hours(accelerator_hours(count, hours), mean)
    expected = count.m_as("acc") * hours.m_as("h") * rated.m_as("kW_acc/acc") * ratio
    assert energy.m_as("kWh_IT") == approx(expected, rel=SAME)


# --- inference ------------------------------------------------------------------------------------------

ONE, SINGLE, PLAIN = Quantity(1.0, "Gparameter"), Quantity(1.0, "request"), Quantity(1.0, "")
H100 = {
    "rated_power": Quantity(700.0, "W_acc/accelerator"),
    "memory_bandwidth": Quantity(3350.0, "GB/s/accelerator"),
    "accelerator_memory": Quantity(80.0, "GB/accelerator"),
    "peak_throughput": Quantity(989.4, "TFLOP/s/accelerator"),
}
TWO, BF16, TENTH = Quantity(2.0, "FLOP/parameter/token"), Quantity(2.0, "B/parameter"), Quantity(0.1, "")
batches = amounts(1.0, 4096.0, "request")
weights = amounts(0.25, 4.0, "B/parameter", "GB/Gparameter")
scales = st.floats(min_value=1.01, max_value=100.0)
mixing = st.floats(min_value=0.01, max_value=1.0)


def layers_of(total, reference=ONE):
    return layers(total, Quantity(25.7, "layer"), Quantity(0.163, ""), reference)


def per_token(active, total, batch, weight=BF16, reference=ONE, sheet=H100):
    """The energy of a token on the accelerator of a data sheet, from the equations in their order."""
    power = sheet["rated_power"]
    read = parameters_read(active, total, batch, SINGLE)
    serving = accelerators_serving(
        total, weight, sheet["accelerator_memory"], Quantity(0.6, ""), Quantity(1.0, "accelerator")
    )
    reading = memory_energy_per_token(
        Quantity(0.528, "1/token"), power, sheet["memory_bandwidth"], weight, read, batch, SINGLE
    )
    stepping = layer_energy_per_token(
        Quantity(2.585e-5, "s/token/layer"), power, serving, layers_of(total, reference), batch, SINGLE
    )
    computing = computing_energy_per_token(
        Quantity(1.68, ""), power, sheet["peak_throughput"], TWO, active, total, reference
    )
    return decode_energy_per_token(reading, stepping, computing, PLAIN, PLAIN)


@law
@given(token_counts, token_counts, sizes, batches)
def test_energy_of_an_answer_grows_with_its_tokens_and_adds_up(first, second, size, batch):
    each = per_token(size, size, batch)
    parts = decode_energy(first, each) + decode_energy(second, each)
    assert decode_energy(first + second, each).m_as("kWh_acc") == approx(parts.m_as("kWh_acc"), rel=SAME)
    assert decode_energy(first + second, each) > decode_energy(first, each)


@law
@given(token_counts, token_counts, sizes, batches)
def test_a_token_of_reasoning_costs_what_a_token_of_the_answer_costs(answer, reasoning, size, batch):
    each = per_token(size, size, batch)
    both = decode_energy(written_tokens(answer, reasoning), each).m_as("kWh_acc")
    assert both == approx(decode_energy(written_tokens(reasoning, answer), each).m_as("kWh_acc"), rel=SAME)
    assert both == approx(decode_energy(answer + reasoning, each).m_as("kWh_acc"), rel=SAME)


@law
@given(sizes, mixing, batches, weights, scales)
def test_a_token_of_a_larger_model_takes_more_and_in_a_larger_batch_less(total, share, batch, weight, factor):
    active = total * share
    base = per_token(active, total, batch, weight)
    assert per_token(active * factor, total * factor, batch, weight) > base
    assert per_token(active, total * factor, batch, weight) > base
    assert per_token(active, total, batch * factor, weight) < base
    assert per_token(active, total, batch, weight * factor) > base


@law
@given(sizes, mixing, batches, st.floats(min_value=1.0, max_value=100.0))
def test_a_token_takes_more_where_more_parameters_are_active(total, share, batch, factor):
    less, more = total * share, total * min(share * factor, 1.0)
    assert per_token(less, total, batch) <= per_token(more, total, batch) * (1 + SAME)


@law
@given(sizes, batches)
def test_a_dense_model_reads_all_of_itself_at_any_batch(size, batch):
    assert parameters_read(size, size, batch, SINGLE).m_as("Gparameter") == approx(size.m_as("Gparameter"), rel=SAME)


@law
@given(sizes, mixing, batches, scales)
def test_a_mixture_reads_its_own_experts_for_one_request_and_at_most_all_of_them_for_many(total, share, batch, factor):
    active = total * share

    def read(requests):
        return parameters_read(active, total, requests, SINGLE).m_as("Gparameter")

    assert read(SINGLE) == approx(active.m_as("Gparameter"), rel=SAME)
    assert read(SINGLE) * (1 - SAME) <= read(batch) <= read(batch * factor) * (1 + SAME)
    assert read(batch * factor) <= total.m_as("Gparameter") * (1 + SAME)


@law
@given(sizes, weights, scales)
def test_a_model_needs_more_accelerators_the_larger_it_is_and_never_less_than_one(size, weight, factor):
    def serving(total):
        memory, share = Quantity(80.0, "GB/accelerator"), Quantity(0.6, "")
        return accelerators_serving(total, weight, memory, share, Quantity(1.0, "accelerator")).m_as("accelerator")

    assert serving(size) > 1.0
    assert (serving(size * factor) - 1) == approx(factor * (serving(size) - 1), rel=1e-9)


@law
@given(sizes, batches, scales)
def test_an_accelerator_that_reads_and_computes_faster_at_the_same_power_takes_less(size, batch, factor):
    faster = H100 | {name: H100[name] * factor for name in ("memory_bandwidth", "peak_throughput")}
    hungrier = H100 | {"rated_power": H100["rated_power"] * factor}
    base = per_token(size, size, batch)
    assert per_token(size, size, batch, sheet=faster) < base
    more = per_token(size, size, batch, sheet=hungrier)
    assert more.m_as("J_acc/token") == approx(factor * base.m_as("J_acc/token"), rel=SAME)


@law
@given(sizes, batches)
def test_the_fit_is_blind_to_the_unit_of_its_reference(size, batch):
    """N / 1e9: the same whether the reference is a billion parameters or 0.001 trillion."""
    again = per_token(size, size, batch, reference=Quantity(0.001, "Tparameter"))
    assert again.m_as("J_acc/token") == approx(per_token(size, size, batch).m_as("J_acc/token"), rel=1e-11)


def read_energy(fresh, cached, size, requests=SINGLE):
    """The energy of reading a prompt at the servers' plugs, from the equations in their order."""
    pairs = attention_pairs(fresh, cached, requests)
    unit, reference = Quantity(1.96e6, "FLOP*request/token**2"), Quantity(100.0, "Gparameter")
    hours = reading_accelerator_hours(
        prompt_operations(fresh, cached, TENTH, size, TWO),
        attention_operations(pairs, size, unit, reference),
        H100["peak_throughput"],
        Quantity(0.3, ""),
    )
    return prefill_it_energy(hours, Quantity(892.5, "W_IT/accelerator")).m_as("kWh_IT")


NONE = Quantity(0.0, "token")
prompts = amounts(1.0, 1e6, "token", "ktoken")


@law
@given(token_counts, sizes, factors)
def test_the_operations_of_a_prompt_are_linear_in_its_tokens_and_in_the_size(tokens, size, factor):
    def flops(read, parameters):
        return prompt_operations(read, NONE, TENTH, parameters, TWO).m_as("FLOP")

    assert flops(tokens * factor, size) == approx(factor * flops(tokens, size), rel=SAME)
    assert flops(tokens, size * factor) == approx(factor * flops(tokens, size), rel=SAME)


@law
@given(token_counts, token_counts, sizes, factors)
def test_reading_a_prompt_is_linear_in_the_size_of_the_model(fresh, cached, size, factor):
    scaled = read_energy(fresh, cached, size * factor)
    assert scaled == approx(factor * read_energy(fresh, cached, size), rel=1e-11)


@law
@given(token_counts, st.integers(1, 10_000), sizes)
def test_attention_over_equal_prompts_is_the_sum_of_each_and_less_than_over_one_long_prompt(tokens, count, size):
    many = Quantity(float(count), "request")
    together = attention_pairs(tokens, NONE, many).m_as("token**2/request")
    alone = attention_pairs(tokens / count, NONE, SINGLE).m_as("token**2/request")
    assert together == approx(count * alone, rel=1e-11)
    assert together <= attention_pairs(tokens, NONE, SINGLE).m_as("token**2/request") * (1 + SAME)
    parts = count * read_energy(tokens / count, NONE, size)
    assert read_energy(tokens, NONE, size, many) == approx(parts, rel=1e-11)


@law
@given(prompts, prompts, sizes)
def test_a_token_from_a_cache_costs_less_than_one_that_is_read_anew(first, second, size):
    """The rest of a prompt, cached or not: it is compared with the new tokens either way."""
    cached, fresh = read_energy(first, second, size), read_energy(first + second, NONE, size)
    assert read_energy(first, NONE, size) < cached < fresh


@law
@given(token_counts, token_counts, token_counts)
def test_new_tokens_attend_to_all_that_came_before_whichever_way_it_was_read(old, new, more):
    """Turn by turn with a cache, all pairs together are those of the one long prompt."""
    turns = (
        attention_pairs(old, NONE, SINGLE)
        + attention_pairs(new, old, SINGLE)
        + attention_pairs(more, old + new, SINGLE)
    )
    whole = attention_pairs(old + new + more, NONE, SINGLE)
    assert turns.m_as("token**2/request") == approx(whole.m_as("token**2/request"), rel=1e-11)


@law
@given(token_counts, token_counts, token_counts, sizes)
def test_a_token_that_fills_a_cache_costs_what_a_token_read_costs(fresh, written, cached, size):
    one, other = read_tokens(fresh, written), read_tokens(fresh + written, NONE)
    assert read_energy(one, cached, size) == approx(read_energy(other, cached, size), rel=SAME)


@law
@given(amounts(0.0, 1e9, "request"), amounts(0.0, 1000.0, "Wh_IT/request", "J_IT/request"), pues)
def test_a_figure_per_request_at_the_plugs_is_the_one_at_the_meter_over_the_pue(requests, each, pue):
    at_meter = (each * pue).to("Wh/request")
    servers = it_energy_from_facility(facility_energy_from_requests(requests, at_meter), pue)
    assert servers.m_as("kWh_IT") == approx(it_energy_from_requests(requests, each).m_as("kWh_IT"), rel=SAME)


@law
@given(chips, times, amounts(1.0, 2000.0, "W_acc/accelerator"), st.floats(min_value=0.1, max_value=1.0))
def test_accelerator_hours_come_back_from_the_energy_they_took(count, hours, power, share):
    busy = accelerator_hours(count, hours)
    again = writing_accelerator_hours((busy * power * share).to("kWh_acc"), power, Quantity(share, ""))
    assert again.m_as("acc_h") == approx(busy.m_as("acc_h"), rel=SAME)


# --- estimates ------------------------------------------------------------------------------------------


@slow_law
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_an_estimate_grows_with_the_tokens_written(tokens, more):
    less, greater = (
        footprint.query("llama-3.1-70b", output_tokens=count, region="FR", date="2025-06-01")
        for count in (tokens, tokens + more)
    )
    assert less.it_energy < greater.it_energy
    assert greater.carbon_location / less.carbon_location == approx((tokens + more) / tokens, rel=1e-9)


@slow_law
@given(st.floats(min_value=1.0, max_value=1e9), st.sampled_from(["MJ", "J", "MWh", "Wh", "TWh"]))
def test_an_estimate_is_blind_to_the_unit_of_its_meter(kilowatt_hours, unit):
    given_as = Quantity(kilowatt_hours, "kWh")
    one, other = (
        footprint.datacenter(energy=energy, region="DE", pue=1.3, wue_site="1 L/kWh", date="2024-06-01").known()
        for energy in (given_as, given_as.to(unit))
    )
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert other[name].m_as(value.units) == approx(value.magnitude, rel=SAME)


@slow_law
@given(st.integers(2, 10**6))
def test_an_estimate_of_many_requests_to_a_product_is_that_of_one_as_often(count):
    one, many = (footprint.query("chatgpt", requests=n, region="US", date="2025-06-01").known() for n in (1, count))
    for name, value in one.items():
        assert many[name].magnitude == approx(count * value.magnitude, rel=SAME)
