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
    facility_energy="kWh", grid_intensity="gCO2e/kWh", grid_losses="", returns="kgCO2e", gives="carbon_upstream"
)
def carbon_of_losses(facility_energy: Quantity, grid_intensity: Quantity, grid_losses: Quantity) -> Quantity:
    r"""Emissions of the electricity that is lost between the power plants and the meter.

    .. math:: C_{upstream} = E_{facility} \cdot I_{grid} \cdot \frac{l}{1 - l}

    Source ``ghg_scope2``. Losses are a share of gross output. With a life-cycle intensity the fuel chain is inside the
    intensity, and losses are all that is upstream.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    grid_intensity : life-cycle carbon intensity of generation [gCO2e/kWh]
    grid_losses : transmission and distribution losses over gross output [1]

    Returns
    -------
    Quantity : emissions of the losses [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> carbon_of_losses(Quantity(92.0, "kWh"), Quantity(400.0, "gCO2e/kWh"), Quantity(0.08, ""))
    <Quantity(3.2, 'kilogram_co2e')>
    """
    return facility_energy * grid_intensity * grid_losses / (Quantity(1.0, "") - grid_losses)


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
