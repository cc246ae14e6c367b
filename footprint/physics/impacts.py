"""From electricity and hardware to greenhouse gases and water."""

from footprint.physics.facility import facility_energy as _facility_energy
from footprint.units import Quantity, dimensions


@dimensions(facility_energy="kWh", grid_intensity="gCO2e/kWh", returns="kgCO2e")
def carbon_location(facility_energy: Quantity, grid_intensity: Quantity) -> Quantity:
    r"""Emissions of the electricity used, by the average of the grid it is taken from (location-based).

    .. math:: C_{location} = E_{facility} \cdot I_{grid}

    Source ``ghg_scope2``.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    grid_intensity : average carbon intensity of the grid [gCO2e/kWh]

    Returns
    -------
    Quantity : emissions, location-based [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as an intensity in grams of CO2 alone

    Examples
    --------
    >>> carbon_location(Quantity(1287.06, "MWh"), Quantity(429.0, "gCO2e/kWh")).to("tCO2e")
    <Quantity(552.14874, 'tonne_co2e')>
    """
    return facility_energy * grid_intensity


@dimensions(
    facility_energy="kWh", grid_intensity="gCO2e/kWh", profile_ratio="", returns="kgCO2e", gives="carbon_location"
)
def carbon_location_by_profile(
    facility_energy: Quantity, grid_intensity: Quantity, profile_ratio: Quantity
) -> Quantity:
    r"""Emissions of electricity that is used at some hours more than at others, location-based.

    .. math:: C_{location} = E_{facility} \cdot I_{grid} \cdot r, \quad r = \sum_{m,h} s_{m,h} \, r_{m,h}

    Source ``lets_wait_awhile_2021``. The year's factor keeps the level and the profile gives the shape: a flat load has
    the ratio one, whatever year the shape is of.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    grid_intensity : average carbon intensity of the grid in the year [gCO2e/kWh]
    profile_ratio : intensity of the grid at the hours of the load, over its mean in the year [1]

    Returns
    -------
    Quantity : emissions, location-based [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> carbon_location_by_profile(Quantity(1000.0, "kWh"), Quantity(400.0, "gCO2e/kWh"), Quantity(0.75, ""))
    <Quantity(300.0, 'kilogram_co2e')>
    """
    return facility_energy * grid_intensity * profile_ratio


@dimensions(contracted_share="", instrument_intensity="gCO2e/kWh", rest_intensity="gCO2e/kWh", returns="gCO2e/kWh")
def market_intensity(contracted_share: Quantity, instrument_intensity: Quantity, rest_intensity: Quantity) -> Quantity:
    r"""Emissions of a kilowatt-hour by contracts, and of the rest by what is left of the grid.

    .. math:: I_{market} = a \, I_{instrument} + (1 - a) \, I_{rest}, \quad a = E_{contracted} / E_{facility}

    Source ``ghg_scope2``. What no contract covers is taken at the supplier's own factor, or at the residual mix: the
    grid's average holds what others have bought.

    Parameters
    ----------
    contracted_share : electricity that instruments cover over all that was used [1]
    instrument_intensity : emissions of the electricity that they cover [gCO2e/kWh]
    rest_intensity : emissions of the electricity that none of them covers [gCO2e/kWh]

    Returns
    -------
    Quantity : market-based emissions of a kilowatt-hour [gCO2e/kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> bought, rest = Quantity(20.0, "gCO2e/kWh"), Quantity(400.0, "gCO2e/kWh")
    >>> market_intensity(Quantity(0.75, ""), bought, rest)
    <Quantity(115.0, 'gram_co2e / kilowatt_hour')>
    """
    return contracted_share * instrument_intensity + (Quantity(1.0, "") - contracted_share) * rest_intensity


@dimensions(facility_energy="kWh", market_intensity="gCO2e/kWh", returns="kgCO2e")
def carbon_market(facility_energy: Quantity, market_intensity: Quantity) -> Quantity:
    r"""Emissions of the electricity used, by the contracts it was bought with (market-based).

    .. math:: C_{market} = E_{facility} \cdot I_{market}

    Source ``ghg_scope2``. A second reading of the same electricity: never added to the location-based one, and never a
    copy of it.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    market_intensity : market-based emissions of a kilowatt-hour [gCO2e/kWh]

    Returns
    -------
    Quantity : emissions, market-based [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> carbon_market(Quantity(1200.0, "MWh"), Quantity(115.0, "gCO2e/kWh")).to("tCO2e")
    <Quantity(138.0, 'tonne_co2e')>
    """
    return facility_energy * market_intensity


@dimensions(grid_intensity="gCO2e/kWh", grid_losses="", returns="gCO2e/kWh")
def losses_intensity(grid_intensity: Quantity, grid_losses: Quantity) -> Quantity:
    r"""Emissions of the electricity that is lost on the way, for each kilowatt-hour at the meter.

    .. math:: I_{losses} = I_{grid} \cdot \frac{l}{1 - l}

    Source ``ghg_scope3``. Losses are a share of gross output. They are of category 3, and not in scope 2.

    Parameters
    ----------
    grid_intensity : carbon intensity of generation [gCO2e/kWh]
    grid_losses : transmission and distribution losses over gross output [1]

    Returns
    -------
    Quantity : emissions of what is lost for a kilowatt-hour that arrives [gCO2e/kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> losses_intensity(Quantity(230.0, "gCO2e/kWh"), Quantity(0.08, ""))
    <Quantity(20.0, 'gram_co2e / kilowatt_hour')>
    """
    return grid_intensity * grid_losses / (Quantity(1.0, "") - grid_losses)


@dimensions(grid_intensity="gCO2e/kWh", profile_ratio="", grid_losses="", returns="gCO2e/kWh", gives="losses_intensity")
def losses_intensity_by_profile(grid_intensity: Quantity, profile_ratio: Quantity, grid_losses: Quantity) -> Quantity:
    r"""Emissions of the electricity that is lost on the way, at the hours of the load.

    .. math:: I_{losses} = I_{grid} \cdot r \cdot \frac{l}{1 - l}

    Source ``ghg_scope3``. Losses themselves are those of the year: how they move with the hour is not known.

    Parameters
    ----------
    grid_intensity : carbon intensity of generation in the year [gCO2e/kWh]
    profile_ratio : intensity of the grid at the hours of the load, over its mean in the year [1]
    grid_losses : transmission and distribution losses over gross output [1]

    Returns
    -------
    Quantity : emissions of what is lost for a kilowatt-hour that arrives [gCO2e/kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> losses_intensity_by_profile(Quantity(230.0, "gCO2e/kWh"), Quantity(0.75, ""), Quantity(0.08, ""))
    <Quantity(15.0, 'gram_co2e / kilowatt_hour')>
    """
    return grid_intensity * profile_ratio * grid_losses / (Quantity(1.0, "") - grid_losses)


@dimensions(upstream_generation="gCO2e/kWh", grid_losses="", returns="gCO2e/kWh")
def upstream_losses(upstream_generation: Quantity, grid_losses: Quantity) -> Quantity:
    r"""Emissions of the fuel chain behind the electricity that is lost on the way.

    .. math:: u_{losses} = u \cdot \frac{l}{1 - l}

    Source ``ghg_scope3``.

    Parameters
    ----------
    upstream_generation : emissions of the fuel chain for a kilowatt-hour generated [gCO2e/kWh]
    grid_losses : transmission and distribution losses over gross output [1]

    Returns
    -------
    Quantity : emissions of the fuel chain of what is lost, for a kilowatt-hour that arrives [gCO2e/kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> upstream_losses(Quantity(46.0, "gCO2e/kWh"), Quantity(0.08, ""))
    <Quantity(4.0, 'gram_co2e / kilowatt_hour')>
    """
    return upstream_generation * grid_losses / (Quantity(1.0, "") - grid_losses)


@dimensions(upstream_generation="gCO2e/kWh", upstream_losses="gCO2e/kWh", returns="gCO2e/kWh")
def fuel_chain_intensity(upstream_generation: Quantity, upstream_losses: Quantity) -> Quantity:
    r"""Emissions of the fuel chain behind each kilowatt-hour at the meter, from the mine to the power plant.

    .. math:: I_{fuel} = u + u_{losses}

    Source ``ghg_scope3``. A life-cycle intensity holds the fuel chain: with it, this is zero by definition.

    Parameters
    ----------
    upstream_generation : emissions of the fuel chain for a kilowatt-hour generated [gCO2e/kWh]
    upstream_losses : the same for the electricity that is lost on the way [gCO2e/kWh]

    Returns
    -------
    Quantity : emissions of the fuel chain for a kilowatt-hour that arrives [gCO2e/kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> fuel_chain_intensity(Quantity(46.0, "gCO2e/kWh"), Quantity(4.0, "gCO2e/kWh"))
    <Quantity(50.0, 'gram_co2e / kilowatt_hour')>
    """
    return upstream_generation + upstream_losses


@dimensions(facility_energy="kWh", losses_intensity="gCO2e/kWh", fuel_chain_intensity="gCO2e/kWh", returns="kgCO2e")
def carbon_upstream(facility_energy: Quantity, losses_intensity: Quantity, fuel_chain_intensity: Quantity) -> Quantity:
    r"""Emissions behind the electricity that its own figure does not hold: grid losses and fuel chain.

    .. math:: C_{upstream} = E_{facility} (I_{losses} + I_{fuel})

    Source ``ghg_scope3``: fuel- and energy-related activities that are in neither scope 1 nor scope 2.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    losses_intensity : emissions of what is lost for a kilowatt-hour that arrives [gCO2e/kWh]
    fuel_chain_intensity : emissions of the fuel chain for a kilowatt-hour that arrives [gCO2e/kWh]

    Returns
    -------
    Quantity : emissions of losses and fuel chain [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> losses, fuels = Quantity(18.3, "gCO2e/kWh"), Quantity(49.87, "gCO2e/kWh")
    >>> round(carbon_upstream(Quantity(1000.0, "kWh"), losses, fuels).m_as("kgCO2e"), 9)
    68.17
    """
    return facility_energy * (losses_intensity + fuel_chain_intensity)


@dimensions(it_energy="kWh_IT", wue_site="L/kWh_IT", returns="L")
def water_site(it_energy: Quantity, wue_site: Quantity) -> Quantity:
    r"""Water consumed on site by the cooling of the hall.

    .. math:: W_{site} = E_{IT} \cdot WUE_{site}

    Source ``li2023_water``. WUE is per kWh of IT equipment: PUE has no part in it.

    Parameters
    ----------
    it_energy : electricity at the servers' plugs [kWh_IT]
    wue_site : water consumed on site [L/kWh_IT]

    Returns
    -------
    Quantity : water consumed on site [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as energy at the meter for ``it_energy``

    Examples
    --------
    >>> water_site(Quantity(100.0, "kWh_IT"), Quantity(0.5, "L/kWh_IT"))
    <Quantity(50.0, 'litre')>
    """
    return it_energy * wue_site


@dimensions(facility_energy="kWh", wue_grid="L/kWh", returns="L")
def water_grid(facility_energy: Quantity, wue_grid: Quantity) -> Quantity:
    r"""Water consumed by the power plants that generate the electricity.

    .. math:: W_{grid} = E_{facility} \cdot WUE_{grid}

    Source ``li2023_water``.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    wue_grid : water consumed to generate electricity [L/kWh]

    Returns
    -------
    Quantity : water consumed off site [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> water_grid(Quantity(120.0, "kWh"), Quantity(3.0, "L/kWh"))
    <Quantity(360.0, 'litre')>
    """
    return facility_energy * wue_grid


@dimensions(it_energy="kWh_IT", pue="kWh/kWh_IT", wue_site="L/kWh_IT", wue_grid="L/kWh", returns="L")
def water_consumed(it_energy: Quantity, pue: Quantity, wue_site: Quantity, wue_grid: Quantity) -> Quantity:
    r"""Water consumed in all: on site by cooling, off site by power plants.

    .. math:: W = E_{IT} (WUE_{site} + PUE \cdot WUE_{grid})

    Source ``li2023_water``. PUE multiplies the grid term only.

    Parameters
    ----------
    it_energy : electricity at the servers' plugs [kWh_IT]
    pue : power usage effectiveness [kWh/kWh_IT]
    wue_site : water consumed on site [L/kWh_IT]
    wue_grid : water consumed to generate electricity [L/kWh]

    Returns
    -------
    Quantity : water consumed [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> site, grid = Quantity(0.5, "L/kWh_IT"), Quantity(3.0, "L/kWh")
    >>> water_consumed(Quantity(100.0, "kWh_IT"), Quantity(1.2, "kWh/kWh_IT"), site, grid)
    <Quantity(410.0, 'litre')>
    """
    return water_site(it_energy, wue_site) + water_grid(_facility_energy(it_energy, pue), wue_grid)


@dimensions(it_energy="kWh_IT", wue_site_withdrawn="L/kWh_IT", returns="L")
def water_site_withdrawn(it_energy: Quantity, wue_site_withdrawn: Quantity) -> Quantity:
    r"""Water taken in on site by the cooling of the hall, part of which returns.

    .. math:: W_{site,withdrawn} = E_{IT} \cdot WUE_{site,withdrawn}

    Source ``li2023_water``. A second reading of the same hall: never added to the water consumed.

    Parameters
    ----------
    it_energy : electricity at the servers' plugs [kWh_IT]
    wue_site_withdrawn : water withdrawn on site [L/kWh_IT]

    Returns
    -------
    Quantity : water withdrawn on site [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as energy at the meter for ``it_energy``

    Examples
    --------
    >>> water_site_withdrawn(Quantity(100.0, "kWh_IT"), Quantity(0.15, "L/kWh_IT"))
    <Quantity(15.0, 'litre')>
    """
    return it_energy * wue_site_withdrawn


@dimensions(facility_energy="kWh", wue_grid_withdrawn="L/kWh", returns="L")
def water_grid_withdrawn(facility_energy: Quantity, wue_grid_withdrawn: Quantity) -> Quantity:
    r"""Water taken in by the power plants that generate the electricity, part of which returns.

    .. math:: W_{grid,withdrawn} = E_{facility} \cdot WUE_{grid,withdrawn}

    Source ``macknick_2012``. Once-through cooling takes in far more than it consumes: the two are never added.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    wue_grid_withdrawn : water withdrawn to generate electricity [L/kWh]

    Returns
    -------
    Quantity : water withdrawn off site [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> water_grid_withdrawn(Quantity(120.0, "kWh"), Quantity(40.0, "L/kWh"))
    <Quantity(4800.0, 'litre')>
    """
    return facility_energy * wue_grid_withdrawn


@dimensions(water_site="L", water_grid="L", water_scarcity="m3_world_eq/m3", returns="m3_world_eq")
def water_stress(water_site: Quantity, water_grid: Quantity, water_scarcity: Quantity) -> Quantity:
    r"""Water consumed, weighted by how scarce it is where it is consumed.

    .. math:: S = (W_{site} + W_{grid}) \cdot CF

    Source ``aware20_edges``. A cubic metre of the world's average scarcity is the unit; the weight is for consumption
    by other users than farms, and holds for no withdrawal.

    Parameters
    ----------
    water_site : water consumed on site [L]
    water_grid : water consumed off site [L]
    water_scarcity : world-average cubic metres for a cubic metre consumed there [m3_world_eq/m3]

    Returns
    -------
    Quantity : water consumed, weighted by scarcity [m3_world_eq]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> water_stress(Quantity(50.0, "L"), Quantity(350.0, "L"), Quantity(5.0, "m3_world_eq/m3"))
    <Quantity(2.0, 'cubic_metre_world_equivalent')>
    """
    return (water_site + water_grid) * water_scarcity


@dimensions(
    card="kgCO2e/accelerator",
    host="kgCO2e/server",
    accelerators_per_server="accelerator/server",
    returns="kgCO2e/accelerator",
    gives="embodied_carbon",
)
def embodied_carbon_per_accelerator(card: Quantity, host: Quantity, accelerators_per_server: Quantity) -> Quantity:
    r"""Emissions of making one accelerator and its share of the server around it.

    .. math:: M_{acc} = M_{card} + M_{host} / n

    Source ``sci2024``.

    Parameters
    ----------
    card : emissions of making the accelerator [kgCO2e/accelerator]
    host : emissions of making the server without accelerators [kgCO2e/server]
    accelerators_per_server : how many accelerators share the server [accelerator/server]

    Returns
    -------
    Quantity : emissions embodied in one accelerator with its share of the host [kgCO2e/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a mass in kg instead of kgCO2e

    Examples
    --------
    >>> host, shared = Quantity(5700.0, "kgCO2e/server"), Quantity(8.0, "accelerator/server")
    >>> embodied_carbon_per_accelerator(Quantity(164.0, "kgCO2e/accelerator"), host, shared)
    <Quantity(876.5, 'kilogram_co2e / accelerator')>
    """
    return card + host / accelerators_per_server


@dimensions(embodied_carbon="kgCO2e/accelerator", accelerator_hours="acc_h", hardware_lifetime="year", returns="kgCO2e")
def carbon_embodied(embodied_carbon: Quantity, accelerator_hours: Quantity, hardware_lifetime: Quantity) -> Quantity:
    r"""Share of the making of the hardware that falls on the hours it was reserved.

    .. math:: C_{embodied} = M_{acc} \cdot \frac{h_{acc}}{lifetime}

    Source ``sci2024``: total embodied emissions times the share of time and of resources reserved. Buildings, network
    and end of life are outside.

    Parameters
    ----------
    embodied_carbon : emissions of making one accelerator, host share inside [kgCO2e/accelerator]
    accelerator_hours : accelerators times the time they were reserved [acc_h]
    hardware_lifetime : time until the hardware is replaced [a]

    Returns
    -------
    Quantity : emissions embodied in the hardware used [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> each, life = Quantity(876.5, "kgCO2e/accelerator"), Quantity(4.0, "year")
    >>> round(carbon_embodied(each, Quantity(1.0, "acc_h"), life).m_as("gCO2e"), 1)
    25.0
    """
    return embodied_carbon * accelerator_hours / hardware_lifetime


@dimensions(embodied_water="L/accelerator", accelerator_hours="acc_h", hardware_lifetime="year", returns="L")
def water_embodied(embodied_water: Quantity, accelerator_hours: Quantity, hardware_lifetime: Quantity) -> Quantity:
    r"""Share of the water used in making the accelerators that falls on the hours they were reserved.

    .. math:: W_{embodied} = w_{acc} \cdot \frac{h_{acc}}{lifetime}

    Source ``morrison2025``.

    Parameters
    ----------
    embodied_water : water used to make one accelerator [L/accelerator]
    accelerator_hours : accelerators times the time they were reserved [acc_h]
    hardware_lifetime : time until the hardware is replaced [a]

    Returns
    -------
    Quantity : water embodied in the hardware used [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> each, life = Quantity(100.0, "L/accelerator"), Quantity(4.0, "year")
    >>> round(water_embodied(each, Quantity(1.0, "acc_h"), life).m_as("L"), 4)
    0.0029
    """
    return embodied_water * accelerator_hours / hardware_lifetime


@dimensions(training_energy="kWh", tokens="token", tokens_served="token", returns="kWh")
def energy_training_share(training_energy: Quantity, tokens: Quantity, tokens_served: Quantity) -> Quantity:
    r"""Share of the electricity of a model's training that falls on the tokens of an activity.

    .. math:: E_{share} = E_{training} \cdot \frac{n}{N_{life}}

    Source ``sci2024``. A line of its own: training is never blended into the energy of a token.

    Parameters
    ----------
    training_energy : electricity of the training run at the building's meter [kWh]
    tokens : tokens of the activity, read and written [token]
    tokens_served : tokens that the model reads and writes in its life [token]

    Returns
    -------
    Quantity : electricity of training that falls on the activity [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as requests for tokens

    Examples
    --------
    >>> served = Quantity(1e15, "token")
    >>> energy_training_share(Quantity(1.25, "GWh"), Quantity(800.0, "ktoken"), served)
    <Quantity(0.001, 'kilowatt_hour')>
    """
    return training_energy * tokens / tokens_served


@dimensions(training_carbon="kgCO2e", tokens="token", tokens_served="token", returns="kgCO2e")
def carbon_training_share(training_carbon: Quantity, tokens: Quantity, tokens_served: Quantity) -> Quantity:
    r"""Share of the emissions of a model's training that falls on the tokens of an activity.

    .. math:: C_{share} = C_{training} \cdot \frac{n}{N_{life}}

    Source ``sci2024``. A line of its own: training is never blended into the emissions of a token.

    Parameters
    ----------
    training_carbon : emissions of the electricity of the training run, location-based [kgCO2e]
    tokens : tokens of the activity, read and written [token]
    tokens_served : tokens that the model reads and writes in its life [token]

    Returns
    -------
    Quantity : emissions of training that fall on the activity [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as requests for tokens

    Examples
    --------
    >>> served = Quantity(1e15, "token")
    >>> carbon_training_share(Quantity(500.0, "tCO2e"), Quantity(800.0, "ktoken"), served)
    <Quantity(0.0004, 'kilogram_co2e')>
    """
    return training_carbon * tokens / tokens_served
