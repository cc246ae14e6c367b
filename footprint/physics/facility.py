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


@dimensions(facility_energy="kWh", it_energy="kWh_IT", returns="kWh/kWh_IT", gives="pue")
def pue_from_meters(facility_energy: Quantity, it_energy: Quantity) -> Quantity:
    r"""Power usage effectiveness, from readings of the building's meter and of the servers' over the same time.

    .. math:: PUE = E_{facility} / E_{IT}

    Source ``iso30134_2``: the standard takes the energy of a whole year.

    Parameters
    ----------
    facility_energy : electricity at the building's meter [kWh]
    it_energy : electricity at the servers' plugs, over the same time [kWh_IT]

    Returns
    -------
    Quantity : power usage effectiveness [kWh/kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as two readings of one meter

    Examples
    --------
    >>> pue_from_meters(Quantity(1.25, "GWh"), Quantity(1.0, "GWh_IT"))
    <Quantity(1.25, 'kilowatt_hour / kilowatt_hour_it')>
    """
    return facility_energy / it_energy


@dimensions(water_input="L", it_energy="kWh_IT", returns="L/kWh_IT")
def wue_input(water_input: Quantity, it_energy: Quantity) -> Quantity:
    r"""Water usage effectiveness as the standard has it: water that entered the hall, part of which may leave again.

    .. math:: WUE = W_{in} / E_{IT}

    Source ``eu_2024_1364``: never put in the place of a WUE of water consumed.

    Parameters
    ----------
    water_input : water that entered the hall [L]
    it_energy : electricity at the servers' plugs, over the same time [kWh_IT]

    Returns
    -------
    Quantity : water that entered the hall over energy of its IT equipment [L/kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as energy at the meter

    Examples
    --------
    >>> wue_input(Quantity(500.0, "m3"), Quantity(1.0, "GWh_IT"))
    <Quantity(0.5, 'litre / kilowatt_hour_it')>
    """
    return water_input / it_energy


@dimensions(renewable_energy="kWh", facility_energy="kWh", returns="")
def renewable_energy_factor(renewable_energy: Quantity, facility_energy: Quantity) -> Quantity:
    r"""Renewable energy factor: the share of a hall's energy that is renewable by its own claim.

    .. math:: REF = E_{renewable} / E_{facility}

    Source ``eu_2024_1364``. A share of energy, and no statement about emissions.

    Parameters
    ----------
    renewable_energy : renewable electricity, generated or contracted by the operator [kWh]
    facility_energy : electricity at the building's meter, over the same time [kWh]

    Returns
    -------
    Quantity : renewable share of the energy of the hall [1]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> renewable_energy_factor(Quantity(0.75, "GWh"), Quantity(1.25, "GWh"))
    <Quantity(0.6, 'dimensionless')>
    """
    return renewable_energy / facility_energy


@dimensions(reused_energy="kWh", facility_energy="kWh", returns="")
def energy_reuse_factor(reused_energy: Quantity, facility_energy: Quantity) -> Quantity:
    r"""Energy reuse factor: the share of a hall's energy that is used again outside it.

    .. math:: ERF = E_{reused} / E_{facility}

    Source ``eu_2024_1364``. Heat that stays inside the hall is no reuse.

    Parameters
    ----------
    reused_energy : energy that left the hall and was used again [kWh]
    facility_energy : electricity at the building's meter, over the same time [kWh]

    Returns
    -------
    Quantity : share of the energy of the hall that is used again [1]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> energy_reuse_factor(Quantity(0.25, "GWh"), Quantity(1.25, "GWh"))
    <Quantity(0.2, 'dimensionless')>
    """
    return reused_energy / facility_energy
