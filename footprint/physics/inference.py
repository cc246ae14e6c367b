"""Energy of answering: from tokens and a model, or from a stated energy per request."""

from footprint.physics.facility import it_energy_from_accelerators
from footprint.units import Quantity, dimensions, power


@dimensions(
    decode_energy_unit="J_acc/token",
    active_parameters="Gparameter",
    total_parameters="Gparameter",
    batch_size="request",
    decode_exponent_active="",
    decode_exponent_total="",
    decode_exponent_batch="",
    reference_parameters="Gparameter",
    reference_batch="request",
    returns="J_acc/token",
)
def decode_energy_per_token(
    decode_energy_unit: Quantity,
    active_parameters: Quantity,
    total_parameters: Quantity,
    batch_size: Quantity,
    decode_exponent_active: Quantity,
    decode_exponent_total: Quantity,
    decode_exponent_batch: Quantity,
    reference_parameters: Quantity,
    reference_batch: Quantity,
) -> Quantity:
    r"""Energy of the accelerators for one token of an answer.

    .. math:: e = e_0 \, N_{active}^b \, N_{total}^c \, B^d

    Source ``footprint_fit``: a power law fitted to measured serving configurations; a description of a benchmark in its
    fitted range, not physics.

    Parameters
    ----------
    decode_energy_unit : energy at the reference sizes and one concurrent request [J_acc/token]
    active_parameters : parameters each token passes through [Gparameter]
    total_parameters : parameters held in memory [Gparameter]
    batch_size : requests served at once, on average [request]
    decode_exponent_active, decode_exponent_total, decode_exponent_batch : fitted exponents [1]
    reference_parameters : size to which the fit relates both parameter counts [Gparameter]
    reference_batch : number of requests to which the fit relates the batch [request]

    Returns
    -------
    Quantity : energy per output token, accelerators alone [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> one, single = Quantity(1.0, "Gparameter"), Quantity(1.0, "request")
    >>> size, batch = Quantity(70.0, "Gparameter"), Quantity(64.0, "request")
    >>> b, c, d = Quantity(0.2082, ""), Quantity(0.6422, ""), Quantity(-0.5254, "")
    >>> unit = Quantity(0.24058, "J_acc/token")
    >>> round(decode_energy_per_token(unit, size, size, batch, b, c, d, one, single).m_as("J_acc/token"), 3)
    1.003
    """
    return (
        decode_energy_unit
        * power(active_parameters / reference_parameters, decode_exponent_active)
        * power(total_parameters / reference_parameters, decode_exponent_total)
        * power(batch_size / reference_batch, decode_exponent_batch)
    )


@dimensions(output_tokens="token", decode_energy_per_token="J_acc/token", returns="kWh_acc", gives="accelerator_energy")
def decode_energy(output_tokens: Quantity, decode_energy_per_token: Quantity) -> Quantity:
    r"""Energy of the accelerators for all tokens of an answer.

    .. math:: E_{decode} = n_{out} \cdot e

    Source ``footprint_fit``. Reasoning tokens are output tokens.

    Parameters
    ----------
    output_tokens : tokens generated [token]
    decode_energy_per_token : energy per output token [J_acc/token]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> decode_energy(Quantity(400.0, "token"), Quantity(0.9, "J_acc/token")).to("J_acc")
    <Quantity(360.0, 'joule_acc')>
    """
    return output_tokens * decode_energy_per_token


@dimensions(
    accelerator_energy="kWh_acc",
    it_over_accelerator="kWh_IT/kWh_acc",
    returns="kWh_IT",
)
def decode_it_energy(accelerator_energy: Quantity, it_over_accelerator: Quantity) -> Quantity:
    r"""Energy at the servers' plugs for the tokens of an answer.

    .. math:: E_{IT,decode} = E_{decode} \cdot r_{IT/acc}

    Source ``elsworth2025``.

    Parameters
    ----------
    accelerator_energy : energy of the accelerators [kWh_acc]
    it_over_accelerator : energy of whole servers over that of their accelerators [kWh_IT/kWh_acc]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> decode_it_energy(Quantity(400.0, "J_acc"), Quantity(1.5, "kWh_IT/kWh_acc")).to("J_IT")
    <Quantity(600.0, 'joule_it')>
    """
    return it_energy_from_accelerators(accelerator_energy, it_over_accelerator)


@dimensions(rated_server_power="W_IT/accelerator", average_over_rated="", returns="W_IT/accelerator")
def serving_it_power(rated_server_power: Quantity, average_over_rated: Quantity) -> Quantity:
    r"""Mean power of one accelerator with its share of the server, from the rated power of the server.

    .. math:: \bar P_{IT} = P_{rated} \cdot a

    Source ``epoch2025``.

    Parameters
    ----------
    rated_server_power : rated power of the server, share of one accelerator [W_IT/accelerator]
    average_over_rated : mean draw over rated power [1]

    Returns
    -------
    Quantity : mean power at the servers' plugs [W_IT/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> serving_it_power(Quantity(1275.0, "W_IT/accelerator"), Quantity(0.7, ""))
    <Quantity(892.5, 'watt_it / accelerator')>
    """
    return rated_server_power * average_over_rated


@dimensions(
    input_tokens="token",
    active_parameters="Gparameter",
    forward_operations_per_parameter_token="FLOP/parameter/token",
    peak_throughput="FLOP/s/accelerator",
    prefill_utilisation="",
    serving_it_power="W_IT/accelerator",
    returns="kWh_IT",
)
def prefill_it_energy(
    input_tokens: Quantity,
    active_parameters: Quantity,
    forward_operations_per_parameter_token: Quantity,
    peak_throughput: Quantity,
    prefill_utilisation: Quantity,
    serving_it_power: Quantity,
) -> Quantity:
    r"""Energy at the servers' plugs for reading a prompt, the part that grows with its length.

    .. math:: E_{prefill} = n_{in} \frac{2 N_{active}}{r_{peak} \, u} \bar P_{IT}

    Source ``epoch2025``: reading is bound by computing, so operations over achieved throughput give its time.

    Parameters
    ----------
    input_tokens : tokens read that no cache holds [token]
    active_parameters : parameters each token passes through [Gparameter]
    forward_operations_per_parameter_token : 2 for a forward pass [FLOP/parameter/token]
    peak_throughput : dense peak of the accelerator [FLOP/s/accelerator]
    prefill_utilisation : share of the peak reached while reading [1]
    serving_it_power : power of one accelerator with its share of the server [W_IT/accelerator]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> two, peak = Quantity(2.0, "FLOP/parameter/token"), Quantity(989.0, "TFLOP/s/accelerator")
    >>> share, watts = Quantity(0.3, ""), Quantity(892.5, "W_IT/accelerator")
    >>> token, size = Quantity(1.0, "token"), Quantity(100.0, "Gparameter")
    >>> round(prefill_it_energy(token, size, two, peak, share, watts).m_as("J_IT"), 3)
    0.602
    """
    operations = input_tokens * active_parameters * forward_operations_per_parameter_token
    return operations / (peak_throughput * prefill_utilisation) * serving_it_power


@dimensions(
    input_tokens="token",
    requests="request",
    active_parameters="Gparameter",
    attention_energy_unit="J_IT*request/token**2",
    attention_reference_parameters="Gparameter",
    returns="kWh_IT",
)
def attention_it_energy(
    input_tokens: Quantity,
    requests: Quantity,
    active_parameters: Quantity,
    attention_energy_unit: Quantity,
    attention_reference_parameters: Quantity,
) -> Quantity:
    r"""Energy at the servers' plugs for reading a prompt, the part that grows with the square of its length.

    .. math:: E_{attention} = q \frac{N_{active}}{N_{ref}} \frac{n_{in}^2}{requests}

    Source ``epoch2025``. For several requests their mean length is used, which gives a lower bound: a mean of
    squares is at least the square of the mean.

    Parameters
    ----------
    input_tokens : tokens read, of all requests together [token]
    requests : how many requests they belong to [request]
    active_parameters : parameters each token passes through [Gparameter]
    attention_energy_unit : coefficient at the reference size [J_IT request/token2]
    attention_reference_parameters : active parameters behind the coefficient [Gparameter]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> q, size = Quantity(5.9e-6, "J_IT*request/token**2"), Quantity(100.0, "Gparameter")
    >>> long, one = Quantity(100_000.0, "token"), Quantity(1.0, "request")
    >>> round(attention_it_energy(long, one, size, q, size).m_as("Wh_IT"), 2)
    16.39
    """
    return (
        attention_energy_unit
        * (active_parameters / attention_reference_parameters)
        * input_tokens
        * (input_tokens / requests)
    )


@dimensions(
    decode_it_energy="kWh_IT",
    prefill_it_energy="kWh_IT",
    attention_it_energy="kWh_IT",
    returns="kWh_IT",
    gives="it_energy",
)
def it_energy_from_tokens(
    decode_it_energy: Quantity, prefill_it_energy: Quantity, attention_it_energy: Quantity
) -> Quantity:
    r"""Energy at the servers' plugs of reading a prompt and writing the answer.

    .. math:: E_{IT} = E_{IT,decode} + E_{prefill} + E_{attention}

    Source ``footprint_fit``.

    Parameters
    ----------
    decode_it_energy : writing the answer [kWh_IT]
    prefill_it_energy : reading the prompt, linear part [kWh_IT]
    attention_it_energy : reading the prompt, quadratic part [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_from_tokens(Quantity(2.0, "Wh_IT"), Quantity(1.0, "Wh_IT"), Quantity(0.5, "Wh_IT")).to("Wh_IT")
    <Quantity(3.5, 'watt_hour_it')>
    """
    return decode_it_energy + prefill_it_energy + attention_it_energy


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


@dimensions(prefill_it_energy="kWh_IT", attention_it_energy="kWh_IT", returns="kWh_IT", gives="it_energy")
def it_energy_from_input_tokens(prefill_it_energy: Quantity, attention_it_energy: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of reading alone, as an embedding does.

    .. math:: E_{IT} = E_{prefill} + E_{attention}

    Source ``epoch2025``.

    Parameters
    ----------
    prefill_it_energy : reading the prompt, linear part [kWh_IT]
    attention_it_energy : reading the prompt, quadratic part [kWh_IT]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_from_input_tokens(Quantity(2.0, "kWh_IT"), Quantity(1.0, "kWh_IT"))
    <Quantity(3.0, 'kilowatt_hour_it')>
    """
    return prefill_it_energy + attention_it_energy


@dimensions(accelerator_energy="kWh_acc", serving_power="W_acc/accelerator", returns="acc_h", gives="accelerator_hours")
def accelerator_hours_from_energy(accelerator_energy: Quantity, serving_power: Quantity) -> Quantity:
    r"""Accelerator-hours that answering took, from the energy it took.

    .. math:: h_{acc} = E_{acc} / \bar P_{acc}

    Source ``footprint_fit``: median power of an accelerator while serving.

    Parameters
    ----------
    accelerator_energy : energy of the accelerators [kWh_acc]
    serving_power : power of one accelerator while serving [W_acc/accelerator]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_hours_from_energy(Quantity(1078.0, "Wh_acc"), Quantity(539.0, "W_acc/accelerator"))
    <Quantity(2.0, 'accelerator_hour')>
    """
    return accelerator_energy / serving_power


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
