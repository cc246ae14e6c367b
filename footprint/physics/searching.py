"""Energy of an answer for which the web was searched: the answer and the search, each at its own boundary."""

from footprint.units import Quantity, dimensions


@dimensions(requests="request", it_energy_per_request="Wh_IT/request", returns="kWh_IT")
def answer_it_energy(requests: Quantity, it_energy_per_request: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of the answers alone.

    .. math:: E_{IT,answer} = n \cdot e_{answer}

    Source ``devries2023``.

    Parameters
    ----------
    requests : number of requests [request]
    it_energy_per_request : energy at the servers' plugs of one answer [Wh_IT/request]

    Returns
    -------
    Quantity : energy at the servers' plugs, searches left out [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure that contains the PUE

    Examples
    --------
    >>> answer_it_energy(Quantity(1000.0, "request"), Quantity(2.9, "Wh_IT/request"))
    <Quantity(2.9, 'kilowatt_hour_it')>
    """
    return requests * it_energy_per_request


@dimensions(requests="request", facility_energy_per_request="Wh/request", returns="kWh")
def answer_facility_energy(requests: Quantity, facility_energy_per_request: Quantity) -> Quantity:
    r"""Energy at the building's meter of the answers alone.

    .. math:: E_{facility,answer} = n \cdot e_{answer}

    Source ``elsworth2025``.

    Parameters
    ----------
    requests : number of requests [request]
    facility_energy_per_request : energy at the meter of one answer [Wh/request]

    Returns
    -------
    Quantity : energy at the meter, searches left out [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> answer_facility_energy(Quantity(1000.0, "request"), Quantity(0.24, "Wh/request"))
    <Quantity(0.24, 'kilowatt_hour')>
    """
    return requests * facility_energy_per_request


@dimensions(requests="request", facility_energy_per_search="Wh/request", returns="kWh")
def search_facility_energy(requests: Quantity, facility_energy_per_search: Quantity) -> Quantity:
    r"""Energy at the building's meter of the web searches behind the answers, one for each.

    .. math:: E_{facility,search} = n \cdot e_{search}

    Source ``google2009``: the only published figure, of 2009.

    Parameters
    ----------
    requests : number of requests [request]
    facility_energy_per_search : energy at the meter of the search behind one request [Wh/request]

    Returns
    -------
    Quantity : energy at the meter of the searches [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> search_facility_energy(Quantity(1000.0, "request"), Quantity(0.3, "Wh/request"))
    <Quantity(0.3, 'kilowatt_hour')>
    """
    return requests * facility_energy_per_search


@dimensions(search_facility_energy="kWh", pue="kWh/kWh_IT", returns="kWh_IT")
def search_it_energy(search_facility_energy: Quantity, pue: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of the web searches, from that at the meter.

    .. math:: E_{IT,search} = E_{facility,search} / PUE

    Source ``iso30134_2``.

    Parameters
    ----------
    search_facility_energy : energy at the meter of the searches [kWh]
    pue : power usage effectiveness of the hall [kWh/kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs of the searches [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> search_it_energy(Quantity(0.3, "kWh"), Quantity(1.2, "kWh/kWh_IT"))
    <Quantity(0.25, 'kilowatt_hour_it')>
    """
    return search_facility_energy / pue


@dimensions(answer_it_energy="kWh_IT", search_it_energy="kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_with_search(answer_it_energy: Quantity, search_it_energy: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of answers and searches together.

    .. math:: E_{IT} = E_{IT,answer} + E_{IT,search}

    Source ``footprint_judgement``.

    Parameters
    ----------
    answer_it_energy : energy of the answers [kWh_IT]
    search_it_energy : energy of the searches [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as searches counted at the meter

    Examples
    --------
    >>> it_energy_with_search(Quantity(2.5, "kWh_IT"), Quantity(0.25, "kWh_IT"))
    <Quantity(2.75, 'kilowatt_hour_it')>
    """
    return answer_it_energy + search_it_energy


@dimensions(answer_facility_energy="kWh", search_facility_energy="kWh", returns="kWh", gives="facility_energy")
def facility_energy_with_search(answer_facility_energy: Quantity, search_facility_energy: Quantity) -> Quantity:
    r"""Energy at the building's meter of answers and searches together.

    .. math:: E_{facility} = E_{facility,answer} + E_{facility,search}

    Source ``footprint_judgement``.

    Parameters
    ----------
    answer_facility_energy : energy of the answers [kWh]
    search_facility_energy : energy of the searches [kWh]

    Returns
    -------
    Quantity : energy at the meter [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as answers counted at the servers' plugs

    Examples
    --------
    >>> facility_energy_with_search(Quantity(0.24, "kWh"), Quantity(0.3, "kWh"))
    <Quantity(0.54, 'kilowatt_hour')>
    """
    return answer_facility_energy + search_facility_energy
