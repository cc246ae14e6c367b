"""From the accelerators to the servers' plugs to the building's meter."""

from footprint.units import Quantity, dimensions


@dimensions(it_energy="kWh_IT", pue="kWh/kWh_IT", returns="kWh")
def facility_energy(it_energy: Quantity, pue: Quantity) -> Quantity:
    r"""Electricity at the building's meter, from that at the servers' plugs.

    .. math:: E_{facility} = E_{IT} \cdot PUE

    Source ``iso30134_2``: ISO/IEC 30134-2 defines PUE as the energy of the whole hall over that of its IT equipment.

    Parameters
    ----------
    it_energy : electricity at the servers' plugs [kWh_IT]
    pue : power usage effectiveness [kWh/kWh_IT]

    Returns
    -------
    Quantity : electricity at the meter, cooling and losses of the hall inside [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as energy that already contains the PUE

    Examples
    --------
    >>> facility_energy(Quantity(100.0, "kWh_IT"), Quantity(1.2, "kWh/kWh_IT"))
    <Quantity(120.0, 'kilowatt_hour')>
    """
    return it_energy * pue


@dimensions(facility_energy="kWh", pue="kWh/kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_from_facility(facility_energy: Quantity, pue: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs, from a reading of the building's meter.

    .. math:: E_{IT} = E_{facility} / PUE

    Source ``iso30134_2``.

    Parameters
    ----------
    facility_energy : electricity at the meter [kWh]
    pue : power usage effectiveness of the same hall and period [kWh/kWh_IT]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_from_facility(Quantity(120.0, "kWh"), Quantity(1.2, "kWh/kWh_IT"))
    <Quantity(100.0, 'kilowatt_hour_it')>
    """
    return facility_energy / pue


@dimensions(it_power="W_IT", hours="h", load_factor="", returns="kWh_IT", gives="it_energy")
def it_energy_from_power(it_power: Quantity, hours: Quantity, load_factor: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs, from the IT load of a hall.

    .. math:: E_{IT} = P_{IT} \cdot t \cdot f

    Source ``iso30134_2``. Rated, contracted and average power are three things: the load factor is the average over
    the power that is named, and 1 where the power is already an average.

    Parameters
    ----------
    it_power : power at the servers' plugs [W_IT]
    hours : time [h]
    load_factor : average load over the stated power [1]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_from_power(Quantity(10.0, "MW_IT"), Quantity(8760.0, "h"), Quantity(0.8, "")).to("MWh_IT")
    <Quantity(70080.0, 'megawatt_hour_it')>
    """
    return it_power * hours * load_factor


@dimensions(accelerator_energy="kWh_acc", it_over_accelerator="kWh_IT/kWh_acc", returns="kWh_IT", gives="it_energy")
def it_energy_from_accelerators(accelerator_energy: Quantity, it_over_accelerator: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs, from that of the accelerators alone.

    .. math:: E_{IT} = E_{acc} \cdot r_{IT/acc}

    Source ``elsworth2025``: hosts, memory and idle reserve are added as a ratio.

    Parameters
    ----------
    accelerator_energy : electricity of the accelerators alone [kWh_acc]
    it_over_accelerator : energy of whole servers over that of their accelerators [kWh_IT/kWh_acc]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as server energy for ``accelerator_energy``

    Examples
    --------
    >>> it_energy_from_accelerators(Quantity(0.14, "Wh_acc"), Quantity(1.5714, "kWh_IT/kWh_acc")).to("Wh_IT")
    <Quantity(0.219996, 'watt_hour_it')>
    """
    return accelerator_energy * it_over_accelerator
