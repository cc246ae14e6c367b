"""From totals to a request, from rates to totals, and sums over boundaries: how publications count."""

from footprint.units import Quantity, dimensions


@dimensions(it_energy="kWh_IT", requests="request", returns="Wh_IT/request")
def it_energy_per_request(it_energy: Quantity, requests: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs for one request, from that of a fleet.

    .. math:: e_{IT} = E_{IT} / n

    Source ``devries2023``. A mean: short and long requests, and servers that wait, are in it alike.

    Parameters
    ----------
    it_energy : electricity of the fleet at the servers' plugs [kWh_IT]
    requests : requests that it answered in that time [request]

    Returns
    -------
    Quantity : electricity at the servers' plugs for one request [Wh_IT/request]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as energy at the meter for ``it_energy``

    Examples
    --------
    >>> round(it_energy_per_request(Quantity(564.0, "MWh_IT"), Quantity(195e6, "request")), 3)
    <Quantity(2.892, 'watt_hour_it / request')>
    """
    return it_energy / requests


@dimensions(
    training_it_energy="kWh_IT", tuning_it_energy="kWh_IT", it_energy_per_request="Wh_IT/request", returns="request"
)
def break_even_requests(
    training_it_energy: Quantity, tuning_it_energy: Quantity, it_energy_per_request: Quantity
) -> Quantity:
    r"""Requests after which use has taken as much electricity as the making of the model.

    .. math:: n = (E_{train} + E_{tune}) / e_{IT}

    Source ``luccioni2024``.

    Parameters
    ----------
    training_it_energy : electricity of training at the servers' plugs [kWh_IT]
    tuning_it_energy : electricity of tuning at the servers' plugs [kWh_IT]
    it_energy_per_request : electricity of one request at the servers' plugs [Wh_IT/request]

    Returns
    -------
    Quantity : requests [request]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a request at the meter beside training at the plugs

    Examples
    --------
    >>> training, tuning = Quantity(51_686.0, "kWh_IT"), Quantity(7_571.0, "kWh_IT")
    >>> round(break_even_requests(training, tuning, Quantity(0.1, "Wh_IT/request")))
    <Quantity(592570000, 'request')>
    """
    return (training_it_energy + tuning_it_energy) / it_energy_per_request


@dimensions(hardware_years="year", hardware_utilisation="", returns="year", gives="hardware_lifetime")
def hardware_lifetime_in_use(hardware_years: Quantity, hardware_utilisation: Quantity) -> Quantity:
    r"""Time over which the making of hardware is spread, where only the time it is used counts.

    .. math:: lifetime = t \cdot u

    Source ``luccioni2022``.

    Parameters
    ----------
    hardware_years : time until the hardware is replaced [a]
    hardware_utilisation : share of that time in which it is used [1]

    Returns
    -------
    Quantity : years of use [a]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> round(hardware_lifetime_in_use(Quantity(6.0, "year"), Quantity(0.85, "")), 6)
    <Quantity(5.1, 'year')>
    """
    return hardware_years * hardware_utilisation


@dimensions(accelerator_hours="acc_h", embodied_carbon_rate="kgCO2e/acc_h", returns="kgCO2e", gives="carbon_embodied")
def carbon_embodied_from_rate(accelerator_hours: Quantity, embodied_carbon_rate: Quantity) -> Quantity:
    r"""Emissions of making the hardware, from the share of one accelerator-hour.

    .. math:: C_{embodied} = h_{acc} \cdot c_{acc}

    Source ``morrison2025``.

    Parameters
    ----------
    accelerator_hours : accelerators times the time they were reserved [acc_h]
    embodied_carbon_rate : making of accelerator and host, share of one hour [kgCO2e/acc_h]

    Returns
    -------
    Quantity : emissions embodied in the hardware used [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as carbon for the accelerator instead of for its hour

    Examples
    --------
    >>> carbon_embodied_from_rate(Quantity(1.65e6, "acc_h"), Quantity(13.0, "gCO2e/acc_h")).to("tCO2e")
    <Quantity(21.45, 'tonne_co2e')>
    """
    return accelerator_hours * embodied_carbon_rate


@dimensions(accelerator_hours="acc_h", embodied_water_rate="L/acc_h", returns="L", gives="water_embodied")
def water_embodied_from_rate(accelerator_hours: Quantity, embodied_water_rate: Quantity) -> Quantity:
    r"""Water of making the hardware, from the share of one accelerator-hour.

    .. math:: W_{embodied} = h_{acc} \cdot w_{acc}

    Source ``morrison2025``.

    Parameters
    ----------
    accelerator_hours : accelerators times the time they were reserved [acc_h]
    embodied_water_rate : water of making the accelerator, share of one hour [L/acc_h]

    Returns
    -------
    Quantity : water embodied in the hardware used [L]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> water_embodied_from_rate(Quantity(1.65e6, "acc_h"), Quantity(0.003, "L/acc_h"))
    <Quantity(4950.0, 'litre')>
    """
    return accelerator_hours * embodied_water_rate


@dimensions(carbon_market="kgCO2e", carbon_other_scopes="kgCO2e", returns="kgCO2e")
def carbon_all_scopes(carbon_market: Quantity, carbon_other_scopes: Quantity) -> Quantity:
    r"""Emissions of all scopes: the electricity by contracts, and what the operator counts beside it.

    .. math:: C = C_{market} + C_{1,3}

    Source ``elsworth2025``.

    Parameters
    ----------
    carbon_market : emissions of the electricity used, by contracts [kgCO2e]
    carbon_other_scopes : emissions of scopes 1 and 3, as the operator counts them [kgCO2e]

    Returns
    -------
    Quantity : emissions of all scopes [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as grams of carbon dioxide alone

    Examples
    --------
    >>> carbon_all_scopes(Quantity(0.023, "gCO2e"), Quantity(0.01, "gCO2e")).to("gCO2e")
    <Quantity(0.033, 'gram_co2e')>
    """
    return carbon_market + carbon_other_scopes


@dimensions(carbon_location="kgCO2e", carbon_idle="kgCO2e", carbon_embodied="kgCO2e", returns="kgCO2e")
def carbon_life_cycle(carbon_location: Quantity, carbon_idle: Quantity, carbon_embodied: Quantity) -> Quantity:
    r"""Emissions over the life cycle of a run: its own electricity, its share of idle nodes, its hardware.

    .. math:: C = C_{run} + C_{idle} + C_{embodied}

    Source ``luccioni2022``. The idle share was measured in place of an assumed overhead.

    Parameters
    ----------
    carbon_location : emissions of the run's own electricity, location-based [kgCO2e]
    carbon_idle : emissions of the electricity of network, storage and idle nodes [kgCO2e]
    carbon_embodied : share of making the hardware [kgCO2e]

    Returns
    -------
    Quantity : emissions over the life cycle [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> run, idle, hardware = Quantity(24.7, "tCO2e"), Quantity(14.6, "tCO2e"), Quantity(11.2, "tCO2e")
    >>> carbon_life_cycle(run, idle, hardware).to("tCO2e")
    <Quantity(50.5, 'tonne_co2e')>
    """
    return carbon_location + carbon_idle + carbon_embodied
