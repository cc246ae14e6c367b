"""Energy of answering: the parts of reading and writing together, or a stated energy per request."""

from footprint.units import Quantity, dimensions


@dimensions(decode_it_energy="kWh_IT", prefill_it_energy="kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_from_tokens(decode_it_energy: Quantity, prefill_it_energy: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of reading a prompt and writing the answer.

    .. math:: E_{IT} = E_{IT,decode} + E_{IT,prefill}

    Source ``footprint_fit``.

    Parameters
    ----------
    decode_it_energy : writing the answer [kWh_IT]
    prefill_it_energy : reading the prompt [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_from_tokens(Quantity(2.0, "Wh_IT"), Quantity(1.5, "Wh_IT")).to("Wh_IT")
    <Quantity(3.5, 'watt_hour_it')>
    """
    return decode_it_energy + prefill_it_energy


@dimensions(decode_it_energy="kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_from_output_tokens(decode_it_energy: Quantity) -> Quantity:
    r"""Energy at the servers' plugs where the length of the prompt is not known: the answer alone, a lower bound.

    .. math:: E_{IT} = E_{IT,decode}

    Source ``footprint_fit``.

    Parameters
    ----------
    decode_it_energy : writing the answer [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs, reading left out [kWh_IT]

    Raises
    ------
    footprint.UnitError : the argument has another dimension

    Examples
    --------
    >>> it_energy_from_output_tokens(Quantity(2.0, "kWh_IT"))
    <Quantity(2.0, 'kilowatt_hour_it')>
    """
    return decode_it_energy


@dimensions(prefill_it_energy="kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_from_input_tokens(prefill_it_energy: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of reading alone, as an embedding does.

    .. math:: E_{IT} = E_{IT,prefill}

    Source ``epoch2025``.

    Parameters
    ----------
    prefill_it_energy : reading the prompt [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : the argument has another dimension

    Examples
    --------
    >>> it_energy_from_input_tokens(Quantity(2.0, "kWh_IT"))
    <Quantity(2.0, 'kilowatt_hour_it')>
    """
    return prefill_it_energy


@dimensions(
    writing_accelerator_hours="acc_h", reading_accelerator_hours="acc_h", returns="acc_h", gives="accelerator_hours"
)
def accelerator_hours_from_tokens(writing_accelerator_hours: Quantity, reading_accelerator_hours: Quantity) -> Quantity:
    r"""Accelerator-hours of reading a prompt and writing the answer.

    .. math:: h = h_{writing} + h_{reading}

    Source ``footprint_fit``.

    Parameters
    ----------
    writing_accelerator_hours : writing the answer [acc_h]
    reading_accelerator_hours : reading the prompt [acc_h]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_hours_from_tokens(Quantity(2.0, "acc_h"), Quantity(0.5, "acc_h"))
    <Quantity(2.5, 'accelerator_hour')>
    """
    return writing_accelerator_hours + reading_accelerator_hours


@dimensions(writing_accelerator_hours="acc_h", returns="acc_h", gives="accelerator_hours")
def accelerator_hours_from_output_tokens(writing_accelerator_hours: Quantity) -> Quantity:
    r"""Accelerator-hours where the length of the prompt is not known: the answer alone, a lower bound.

    .. math:: h = h_{writing}

    Source ``footprint_fit``.

    Parameters
    ----------
    writing_accelerator_hours : writing the answer [acc_h]

    Returns
    -------
    Quantity : accelerator-hours, reading left out [acc_h]

    Raises
    ------
    footprint.UnitError : the argument has another dimension

    Examples
    --------
    >>> accelerator_hours_from_output_tokens(Quantity(2.0, "acc_h"))
    <Quantity(2.0, 'accelerator_hour')>
    """
    return writing_accelerator_hours


@dimensions(reading_accelerator_hours="acc_h", returns="acc_h", gives="accelerator_hours")
def accelerator_hours_from_input_tokens(reading_accelerator_hours: Quantity) -> Quantity:
    r"""Accelerator-hours of reading alone, as an embedding does.

    .. math:: h = h_{reading}

    Source ``epoch2025``.

    Parameters
    ----------
    reading_accelerator_hours : reading the prompt [acc_h]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : the argument has another dimension

    Examples
    --------
    >>> accelerator_hours_from_input_tokens(Quantity(2.0, "acc_h"))
    <Quantity(2.0, 'accelerator_hour')>
    """
    return reading_accelerator_hours


@dimensions(requests="request", it_energy_per_request="Wh_IT/request", returns="kWh_IT", gives="it_energy")
def it_energy_from_requests(requests: Quantity, it_energy_per_request: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of a number of requests, from a figure per request.

    .. math:: E_{IT} = n \cdot e_{request}

    Source ``devries2023``.

    Parameters
    ----------
    requests : number of requests [request]
    it_energy_per_request : energy at the servers' plugs of one request [Wh_IT/request]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure that contains the PUE

    Examples
    --------
    >>> it_energy_from_requests(Quantity(1000.0, "request"), Quantity(2.9, "Wh_IT/request"))
    <Quantity(2.9, 'kilowatt_hour_it')>
    """
    return requests * it_energy_per_request


@dimensions(requests="request", facility_energy_per_request="Wh/request", returns="kWh", gives="facility_energy")
def facility_energy_from_requests(requests: Quantity, facility_energy_per_request: Quantity) -> Quantity:
    r"""Energy at the building's meter of a number of requests, from a figure per request that contains the PUE.

    .. math:: E_{facility} = n \cdot e_{request}

    Source ``elsworth2025``.

    Parameters
    ----------
    requests : number of requests [request]
    facility_energy_per_request : energy at the meter of one request [Wh/request]

    Returns
    -------
    Quantity : energy at the meter [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> facility_energy_from_requests(Quantity(1000.0, "request"), Quantity(0.24, "Wh/request"))
    <Quantity(0.24, 'kilowatt_hour')>
    """
    return requests * facility_energy_per_request


@dimensions(
    requests="request", accelerator_energy_per_request="Wh_acc/request", returns="kWh_acc", gives="accelerator_energy"
)
def accelerator_energy_from_requests(requests: Quantity, accelerator_energy_per_request: Quantity) -> Quantity:
    r"""Energy of the accelerators of a number of requests, from a benchmark of the accelerators alone.

    .. math:: E_{acc} = n \cdot e_{request}

    Source ``samsi2023``.

    Parameters
    ----------
    requests : number of requests [request]
    accelerator_energy_per_request : energy of the accelerators of one request [Wh_acc/request]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_energy_from_requests(Quantity(1000.0, "request"), Quantity(0.3, "Wh_acc/request"))
    <Quantity(0.3, 'kilowatt_hour_acc')>
    """
    return requests * accelerator_energy_per_request
