"""Energy of writing an answer, token by token."""

from footprint.physics.facility import it_energy_from_accelerators
from footprint.units import Quantity, dimensions, power


@dimensions(output_tokens="token", reasoning_tokens="token", returns="token")
def written_tokens(output_tokens: Quantity, reasoning_tokens: Quantity) -> Quantity:
    r"""Tokens written: those of the answer, and those of the reasoning before it.

    .. math:: n_{written} = n_{out} + n_{reasoning}

    Source ``footprint_fit``. A token of reasoning costs what a token of the answer costs.

    Parameters
    ----------
    output_tokens : tokens of the answer [token]
    reasoning_tokens : tokens of reasoning that the answer does not show [token]

    Returns
    -------
    Quantity : tokens written [token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> written_tokens(Quantity(400.0, "token"), Quantity(1600.0, "token"))
    <Quantity(2000.0, 'token')>
    """
    return output_tokens + reasoning_tokens


@dimensions(
    total_parameters="Gparameter",
    layers_unit="layer",
    layers_exponent="",
    reference_parameters="Gparameter",
    returns="layer",
)
def layers(
    total_parameters: Quantity, layers_unit: Quantity, layers_exponent: Quantity, reference_parameters: Quantity
) -> Quantity:
    r"""Layers of a model, where its configuration is not known.

    .. math:: L = L_0 \left(N_{total} / N_0\right)^{a}

    Source ``footprint_fit``, fitted to the open models of the catalogue.

    Parameters
    ----------
    total_parameters : all parameters [Gparameter]
    layers_unit : layers at the reference size [layer]
    layers_exponent : how layers grow with size [1]
    reference_parameters : size to which the fit relates [Gparameter]

    Returns
    -------
    Quantity : layers [layer]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> size, one = Quantity(70.0, "Gparameter"), Quantity(1.0, "Gparameter")
    >>> round(layers(size, Quantity(25.7, "layer"), Quantity(0.163, ""), one).m_as("layer"))
    51
    """
    return layers_unit * power(total_parameters / reference_parameters, layers_exponent)


@dimensions(
    active_parameters="Gparameter",
    total_parameters="Gparameter",
    batch_size="request",
    reference_batch="request",
    returns="Gparameter",
)
def parameters_read(
    active_parameters: Quantity, total_parameters: Quantity, batch_size: Quantity, reference_batch: Quantity
) -> Quantity:
    r"""Parameters that one step of writing reads from memory.

    .. math:: N_{read} = N_a + \frac{(N_t - N_a) x}{\sqrt{1 + x^2}}, \quad x = (B / B_0 - 1) N_a / N_t

    Source ``footprint_fit``: one request reads its own experts; the more requests a step serves,
    the more of all experts it needs. A dense model reads all of itself, whatever the batch.

    Parameters
    ----------
    active_parameters : parameters each token passes through [Gparameter]
    total_parameters : parameters held in memory [Gparameter]
    batch_size : requests served at once, on average [request]
    reference_batch : one request [request]

    Returns
    -------
    Quantity : parameters read in a step [Gparameter]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> active, total = Quantity(22.0, "Gparameter"), Quantity(235.0, "Gparameter")
    >>> batch, one = Quantity(8.0, "request"), Quantity(1.0, "request")
    >>> round(parameters_read(active, total, batch, one).magnitude, 1)
    138.7
    """
    shared = (batch_size / reference_batch - 1) * active_parameters / total_parameters
    return active_parameters + (total_parameters - active_parameters) * shared * power(
        1 + shared * shared, Quantity(-0.5, "")
    )


@dimensions(
    total_parameters="Gparameter",
    weight_size="B/parameter",
    accelerator_memory="GB/accelerator",
    weights_share_of_memory="",
    first_accelerator="accelerator",
    returns="accelerator",
)
def accelerators_serving(
    total_parameters: Quantity,
    weight_size: Quantity,
    accelerator_memory: Quantity,
    weights_share_of_memory: Quantity,
    first_accelerator: Quantity,
) -> Quantity:
    r"""Accelerators that hold a model together, where their number is not known.

    .. math:: n = 1 + \frac{b \, N_{total}}{m \, M}

    Source ``footprint_fit``. A smooth stand-in for the whole number that a host takes.

    Parameters
    ----------
    total_parameters : all parameters [Gparameter]
    weight_size : size of a weight in memory [B/parameter]
    accelerator_memory : memory of one accelerator [GB/accelerator]
    weights_share_of_memory : share of the memory that weights take; the rest is cache [1]
    first_accelerator : one accelerator [accelerator]

    Returns
    -------
    Quantity : accelerators [accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> size, weight = Quantity(70.0, "Gparameter"), Quantity(2.0, "B/parameter")
    >>> memory = Quantity(80.0, "GB/accelerator")
    >>> one = Quantity(1.0, "accelerator")
    >>> round(accelerators_serving(size, weight, memory, Quantity(0.6, ""), one).magnitude, 2)
    3.92
    """
    return first_accelerator + weight_size * total_parameters / (weights_share_of_memory * accelerator_memory)


@dimensions(
    memory_coefficient="1/token",
    rated_power="W_acc/accelerator",
    memory_bandwidth="GB/s/accelerator",
    weight_size="B/parameter",
    parameters_read="Gparameter",
    batch_size="request",
    reference_batch="request",
    returns="J_acc/token",
)
def memory_energy_per_token(
    memory_coefficient: Quantity,
    rated_power: Quantity,
    memory_bandwidth: Quantity,
    weight_size: Quantity,
    parameters_read: Quantity,
    batch_size: Quantity,
    reference_batch: Quantity,
) -> Quantity:
    r"""Energy of reading weights for one token: the step reads them once for all requests it serves.

    .. math:: e_{memory} = k_1 \frac{P}{w} \frac{b \, N_{read}}{B / B_0}

    Source ``footprint_fit``.

    Parameters
    ----------
    memory_coefficient : fitted coefficient [1/token]
    rated_power : rated power of the accelerator [W_acc/accelerator]
    memory_bandwidth : memory bandwidth of the accelerator [GB/s/accelerator]
    weight_size : size of a weight in memory [B/parameter]
    parameters_read : parameters read in a step [Gparameter]
    batch_size : requests served at once, on average [request]
    reference_batch : one request [request]

    Returns
    -------
    Quantity : energy per token [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> watts, speed = Quantity(700.0, "W_acc/accelerator"), Quantity(3350.0, "GB/s/accelerator")
    >>> weight, size = Quantity(2.0, "B/parameter"), Quantity(70.0, "Gparameter")
    >>> batch, one, k = Quantity(64.0, "request"), Quantity(1.0, "request"), Quantity(0.528, "1/token")
    >>> round(memory_energy_per_token(k, watts, speed, weight, size, batch, one).magnitude, 3)
    0.241
    """
    return (
        memory_coefficient
        * rated_power
        / memory_bandwidth
        * weight_size
        * parameters_read
        / (batch_size / reference_batch)
    )


@dimensions(
    layer_coefficient="s/token/layer",
    rated_power="W_acc/accelerator",
    accelerators_serving="accelerator",
    layers="layer",
    batch_size="request",
    reference_batch="request",
    returns="J_acc/token",
)
def layer_energy_per_token(
    layer_coefficient: Quantity,
    rated_power: Quantity,
    accelerators_serving: Quantity,
    layers: Quantity,
    batch_size: Quantity,
    reference_batch: Quantity,
) -> Quantity:
    r"""Energy of stepping through the layers for one token: launches, synchronisation, waiting of all accelerators.

    .. math:: e_{layer} = k_2 \frac{P \, n \, L}{\sqrt{B / B_0}}

    Source ``footprint_fit``.

    Parameters
    ----------
    layer_coefficient : fitted coefficient [s/token/layer]
    rated_power : rated power of the accelerator [W_acc/accelerator]
    accelerators_serving : accelerators that hold the model together [accelerator]
    layers : layers of the model [layer]
    batch_size : requests served at once, on average [request]
    reference_batch : one request [request]

    Returns
    -------
    Quantity : energy per token [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> watts, n, depth = Quantity(700.0, "W_acc/accelerator"), Quantity(3.92, "accelerator"), Quantity(80.0, "layer")
    >>> batch, one, k = Quantity(64.0, "request"), Quantity(1.0, "request"), Quantity(2.585e-5, "s/token/layer")
    >>> round(layer_energy_per_token(k, watts, n, depth, batch, one).magnitude, 3)
    0.709
    """
    return (
        layer_coefficient
        * rated_power
        * accelerators_serving
        * layers
        * power(batch_size / reference_batch, Quantity(-0.5, ""))
    )


@dimensions(
    computing_coefficient="",
    rated_power="W_acc/accelerator",
    peak_throughput="FLOP/s/accelerator",
    forward_operations_per_parameter_token="FLOP/parameter/token",
    active_parameters="Gparameter",
    total_parameters="Gparameter",
    reference_parameters="Gparameter",
    returns="J_acc/token",
)
def computing_energy_per_token(
    computing_coefficient: Quantity,
    rated_power: Quantity,
    peak_throughput: Quantity,
    forward_operations_per_parameter_token: Quantity,
    active_parameters: Quantity,
    total_parameters: Quantity,
    reference_parameters: Quantity,
) -> Quantity:
    r"""Energy of the arithmetic of one token.

    .. math:: e_{computing} = k_3 \frac{P}{F} \, 2 \sqrt{N_{active} N_{total}}

    Source ``footprint_fit``: the geometric mean of both sizes, because a mixture of experts computes
    less well the fewer requests each expert has.

    Parameters
    ----------
    computing_coefficient : fitted coefficient [1]
    rated_power : rated power of the accelerator [W_acc/accelerator]
    peak_throughput : dense peak of the accelerator, 16 bit [FLOP/s/accelerator]
    forward_operations_per_parameter_token : 2 for a forward pass [FLOP/parameter/token]
    active_parameters : parameters each token passes through [Gparameter]
    total_parameters : parameters held in memory [Gparameter]
    reference_parameters : one billion parameters [Gparameter]

    Returns
    -------
    Quantity : energy per token [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> watts, peak = Quantity(700.0, "W_acc/accelerator"), Quantity(989.4, "TFLOP/s/accelerator")
    >>> two, one = Quantity(2.0, "FLOP/parameter/token"), Quantity(1.0, "Gparameter")
    >>> size = Quantity(70.0, "Gparameter")
    >>> round(computing_energy_per_token(Quantity(1.68, ""), watts, peak, two, size, size, one).magnitude, 3)
    0.166
    """
    both = active_parameters * total_parameters / (reference_parameters * reference_parameters)
    size = reference_parameters * power(both, Quantity(0.5, ""))
    return computing_coefficient * rated_power / peak_throughput * forward_operations_per_parameter_token * size


@dimensions(
    memory_energy_per_token="J_acc/token",
    layer_energy_per_token="J_acc/token",
    computing_energy_per_token="J_acc/token",
    measured_over_predicted="",
    serving_software="",
    returns="J_acc/token",
)
def decode_energy_per_token(
    memory_energy_per_token: Quantity,
    layer_energy_per_token: Quantity,
    computing_energy_per_token: Quantity,
    measured_over_predicted: Quantity,
    serving_software: Quantity,
) -> Quantity:
    r"""Energy of the accelerators for one token of an answer.

    .. math:: e = \left(e_{memory} + e_{layer} + e_{computing}\right) m \, s

    Source ``footprint_fit``: the terms carry the figures of a data sheet, so that hardware which nobody measured
    has an estimate too, with a wider range. A description of servers at work: no idle, no host.

    Parameters
    ----------
    memory_energy_per_token : reading weights [J_acc/token]
    layer_energy_per_token : stepping through the layers [J_acc/token]
    computing_energy_per_token : arithmetic [J_acc/token]
    measured_over_predicted : what was measured over the three terms, on models that the fit had not seen [1]
    serving_software : energy with the serving software of the time over that of 2025 [1]

    Returns
    -------
    Quantity : energy per output token, accelerators alone [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> terms = [Quantity(joules, "J_acc/token") for joules in (0.25, 0.5, 0.25)]
    >>> decode_energy_per_token(*terms, Quantity(1.0, ""), Quantity(1.5, ""))
    <Quantity(1.5, 'joule_acc / token')>
    """
    return (
        (memory_energy_per_token + layer_energy_per_token + computing_energy_per_token)
        * measured_over_predicted
        * serving_software
    )


@dimensions(written_tokens="token", decode_energy_per_token="J_acc/token", returns="kWh_acc")
def decode_energy(written_tokens: Quantity, decode_energy_per_token: Quantity) -> Quantity:
    r"""Energy of the accelerators for all tokens of an answer.

    .. math:: E_{decode} = n_{written} \cdot e

    Source ``footprint_fit``.

    Parameters
    ----------
    written_tokens : tokens written [token]
    decode_energy_per_token : energy per token written [J_acc/token]

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
    return written_tokens * decode_energy_per_token


@dimensions(decode_energy="kWh_acc", it_over_accelerator="kWh_IT/kWh_acc", returns="kWh_IT")
def decode_it_energy(decode_energy: Quantity, it_over_accelerator: Quantity) -> Quantity:
    r"""Energy at the servers' plugs for the tokens of an answer.

    .. math:: E_{IT,decode} = E_{decode} \cdot r_{IT/acc}

    Source ``elsworth2025``.

    Parameters
    ----------
    decode_energy : energy of the accelerators for writing [kWh_acc]
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
    return it_energy_from_accelerators(decode_energy, it_over_accelerator)


@dimensions(decode_energy="kWh_acc", rated_power="W_acc/accelerator", serving_over_rated="", returns="acc_h")
def writing_accelerator_hours(decode_energy: Quantity, rated_power: Quantity, serving_over_rated: Quantity) -> Quantity:
    r"""Accelerator-hours that writing took, from the energy it took.

    .. math:: h_{writing} = \frac{E_{decode}}{P \, s}

    Source ``footprint_fit``.

    Parameters
    ----------
    decode_energy : energy of the accelerators for writing [kWh_acc]
    rated_power : rated power of the accelerator [W_acc/accelerator]
    serving_over_rated : mean power while serving over rated power [1]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> watts, share = Quantity(700.0, "W_acc/accelerator"), Quantity(0.75, "")
    >>> writing_accelerator_hours(Quantity(1050.0, "Wh_acc"), watts, share)
    <Quantity(2.0, 'accelerator_hour')>
    """
    return decode_energy / (rated_power * serving_over_rated)
