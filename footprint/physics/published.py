"""What other published methods compute in their own way; where a method is one of ours, it uses ours."""

from footprint.units import Quantity, dimensions, power


@dimensions(
    token_energy_slope="Wh_acc/token/Gparameter/accelerator",
    token_energy_batch_ratio="",
    token_energy_floor="Wh_acc/token/accelerator",
    active_parameters="Gparameter",
    batch_size="request",
    reference_batch="request",
    returns="J_acc/token/accelerator",
)
def token_energy_per_accelerator(
    token_energy_slope: Quantity,
    token_energy_batch_ratio: Quantity,
    token_energy_floor: Quantity,
    active_parameters: Quantity,
    batch_size: Quantity,
    reference_batch: Quantity,
) -> Quantity:
    r"""Energy of one of the accelerators that serve a model, for one token of an answer, as EcoLogits fits it.

    .. math:: e_1 = \alpha \, q^{B / B_0} N_{active} + \gamma

    Source ``ecologits``. The tool writes an exponential of the batch; q is that of one request, so that each further
    request multiplies by it.

    Parameters
    ----------
    token_energy_slope : fitted slope, for each accelerator [Wh_acc/token/Gparameter/accelerator]
    token_energy_batch_ratio : what one more request at a time multiplies the slope by [1]
    token_energy_floor : fitted floor, for each accelerator [Wh_acc/token/accelerator]
    active_parameters : parameters that each token passes through [Gparameter]
    batch_size : requests served at once [request]
    reference_batch : one request [request]

    Returns
    -------
    Quantity : energy per token of one accelerator [J_acc/token/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> slope = Quantity(1.1665273170451914e-6, "Wh_acc/token/Gparameter/accelerator")
    >>> ratio, floor = Quantity(0.9888566314367577, ""), Quantity(4.052928146734005e-5, "Wh_acc/token/accelerator")
    >>> size, batch, one = Quantity(24.0, "Gparameter"), Quantity(64.0, "request"), Quantity(1.0, "request")
    >>> round(token_energy_per_accelerator(slope, ratio, floor, size, batch, one).m_as("Wh_acc/token/accelerator"), 8)
    5.42e-05
    """
    falling = power(token_energy_batch_ratio, batch_size / reference_batch)
    return token_energy_slope * falling * active_parameters + token_energy_floor


@dimensions(
    token_energy_per_accelerator="J_acc/token/accelerator",
    accelerators_serving="accelerator",
    returns="J_acc/token",
    gives="decode_energy_per_token",
)
def decode_energy_per_token_of_all(token_energy_per_accelerator: Quantity, accelerators_serving: Quantity) -> Quantity:
    r"""Energy of all accelerators that serve a model, for one token of an answer.

    .. math:: e = n \, e_1

    Source ``ecologits``.

    Parameters
    ----------
    token_energy_per_accelerator : energy per token of one accelerator [J_acc/token/accelerator]
    accelerators_serving : accelerators that hold the model together [accelerator]

    Returns
    -------
    Quantity : energy per token, accelerators alone [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> decode_energy_per_token_of_all(Quantity(0.25, "J_acc/token/accelerator"), Quantity(4.0, "accelerator"))
    <Quantity(1.0, 'joule_acc / token')>
    """
    return token_energy_per_accelerator * accelerators_serving


@dimensions(
    token_latency_slope="s/token/Gparameter",
    token_latency_per_request="s/token/request",
    token_latency_floor="s/token",
    active_parameters="Gparameter",
    batch_size="request",
    returns="s/token",
)
def token_latency(
    token_latency_slope: Quantity,
    token_latency_per_request: Quantity,
    token_latency_floor: Quantity,
    active_parameters: Quantity,
    batch_size: Quantity,
) -> Quantity:
    r"""Time that a request waits for one token, as EcoLogits fits it.

    .. math:: t = a \, N_{active} + b \, B + c

    Source ``ecologits``. Where the tokens per second of a service are known, the tool takes one over them instead.

    Parameters
    ----------
    token_latency_slope : fitted part that grows with the model [s/token/Gparameter]
    token_latency_per_request : fitted part that grows with the batch [s/token/request]
    token_latency_floor : fitted floor [s/token]
    active_parameters : parameters that each token passes through [Gparameter]
    batch_size : requests served at once [request]

    Returns
    -------
    Quantity : time per token [s/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> slope, each = Quantity(0.0006785, "s/token/Gparameter"), Quantity(0.0003119, "s/token/request")
    >>> size, batch, floor = Quantity(123.0, "Gparameter"), Quantity(64.0, "request"), Quantity(0.01947, "s/token")
    >>> round(token_latency(slope, each, floor, size, batch).m_as("s/token"), 4)
    0.1229
    """
    return token_latency_slope * active_parameters + token_latency_per_request * batch_size + token_latency_floor


@dimensions(
    written_tokens="token",
    token_latency="s/token",
    accelerators_serving="accelerator",
    batch_size="request",
    reference_batch="request",
    returns="acc_h",
    gives="accelerator_hours",
)
def accelerator_hours_from_latency(
    written_tokens: Quantity,
    token_latency: Quantity,
    accelerators_serving: Quantity,
    batch_size: Quantity,
    reference_batch: Quantity,
) -> Quantity:
    r"""Accelerator-hours of an answer: the time it took, shared with the requests that were served beside it.

    .. math:: h_{acc} = \frac{n_{written} \, t \, n}{B / B_0}

    Source ``ecologits``.

    Parameters
    ----------
    written_tokens : tokens written [token]
    token_latency : time per token [s/token]
    accelerators_serving : accelerators that hold the model together [accelerator]
    batch_size : requests served at once [request]
    reference_batch : one request [request]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> tokens, each, four = Quantity(400.0, "token"), Quantity(0.125, "s/token"), Quantity(4.0, "accelerator")
    >>> batch, one = Quantity(64.0, "request"), Quantity(1.0, "request")
    >>> accelerator_hours_from_latency(tokens, each, four, batch, one).m_as("accelerator*s")
    3.125
    """
    return written_tokens * token_latency * accelerators_serving / (batch_size / reference_batch)


@dimensions(
    accelerator_hours="acc_h",
    host_power="W_IT/server",
    accelerators_per_server="accelerator/server",
    returns="kWh_IT",
)
def host_it_energy(accelerator_hours: Quantity, host_power: Quantity, accelerators_per_server: Quantity) -> Quantity:
    r"""Electricity of the servers around accelerators while these are in use.

    .. math:: E_{host} = h_{acc} \, P_{host} / n_{server}

    Source ``ecologits``.

    Parameters
    ----------
    accelerator_hours : accelerators times time [acc_h]
    host_power : power of one server without its accelerators [W_IT/server]
    accelerators_per_server : accelerators that share one server [accelerator/server]

    Returns
    -------
    Quantity : electricity of hosts at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> host_it_energy(Quantity(16.0, "acc_h"), Quantity(1200.0, "W_IT/server"), Quantity(8.0, "accelerator/server"))
    <Quantity(2.4, 'kilowatt_hour_it')>
    """
    return accelerator_hours * host_power / accelerators_per_server


@dimensions(
    decode_energy="kWh_acc",
    it_over_accelerator="kWh_IT/kWh_acc",
    host_it_energy="kWh_IT",
    returns="kWh_IT",
    gives="it_energy",
)
def it_energy_with_hosts(decode_energy: Quantity, it_over_accelerator: Quantity, host_it_energy: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs, from that of the accelerators and that of the servers around them.

    .. math:: E_{IT} = E_{decode} \, r_{IT/acc} + E_{host}

    Source ``ecologits``: what the accelerators use is taken as it is, with a ratio of 1.

    Parameters
    ----------
    decode_energy : electricity of the accelerators for writing [kWh_acc]
    it_over_accelerator : what reaches the plugs of each kilowatt-hour of the accelerators [kWh_IT/kWh_acc]
    host_it_energy : electricity of the servers around them [kWh_IT]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> ratio, hosts = Quantity(1.0, "kWh_IT/kWh_acc"), Quantity(0.5, "kWh_IT")
    >>> it_energy_with_hosts(Quantity(0.75, "kWh_acc"), ratio, hosts)
    <Quantity(1.25, 'kilowatt_hour_it')>
    """
    return decode_energy * it_over_accelerator + host_it_energy


@dimensions(
    written_tokens="token",
    active_parameters="Gparameter",
    forward_operations_per_parameter_token="FLOP/parameter/token",
    returns="FLOP",
    gives="operations",
)
def operations_of_answers(
    written_tokens: Quantity, active_parameters: Quantity, forward_operations_per_parameter_token: Quantity
) -> Quantity:
    r"""Floating-point operations of writing answers.

    .. math:: C = 2 \, N_{active} \, n_{written}

    Source ``epoch2025``.

    Parameters
    ----------
    written_tokens : tokens written [token]
    active_parameters : parameters that each token passes through [Gparameter]
    forward_operations_per_parameter_token : 2 for a forward pass [FLOP/parameter/token]

    Returns
    -------
    Quantity : operations [FLOP]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> two = Quantity(2.0, "FLOP/parameter/token")
    >>> operations_of_answers(Quantity(500.0, "token"), Quantity(100.0, "Gparameter"), two).m_as("FLOP")
    100000000000000.0
    """
    return forward_operations_per_parameter_token * active_parameters * written_tokens


@dimensions(
    rated_server_power="W_IT/accelerator", average_over_rated="", returns="W_IT/accelerator", gives="mean_power"
)
def mean_power_from_server(rated_server_power: Quantity, average_over_rated: Quantity) -> Quantity:
    r"""Mean power of an accelerator with its share of the server, from the rated power of the server.

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
    >>> mean_power_from_server(Quantity(1275.0, "W_IT/accelerator"), Quantity(0.7, ""))
    <Quantity(892.5, 'watt_it / accelerator')>
    """
    return rated_server_power * average_over_rated


@dimensions(
    parameters_read="Gparameter",
    weight_size="B/parameter",
    rated_power="W_acc/accelerator",
    memory_bandwidth="GB/s/accelerator",
    bandwidth_efficiency="",
    batch_size="request",
    tokens_per_step="token/request",
    returns="J_acc/token",
    gives="decode_energy_per_token",
)
def roofline_energy_per_token(
    parameters_read: Quantity,
    weight_size: Quantity,
    rated_power: Quantity,
    memory_bandwidth: Quantity,
    bandwidth_efficiency: Quantity,
    batch_size: Quantity,
    tokens_per_step: Quantity,
) -> Quantity:
    r"""Least energy for one token of an answer: the time in which memory can deliver the weights, at rated power.

    .. math:: e = \frac{b \, N_{read}}{w \, \eta} \cdot \frac{P}{B}

    Source ``footprint_judgement``: the roofline of a step that reads every weight once for all requests; the requests'
    own caches, the arithmetic and every wait are left out. The number of accelerators cancels.

    Parameters
    ----------
    parameters_read : parameters read in a step [Gparameter]
    weight_size : size of a weight in memory [B/parameter]
    rated_power : rated power of the accelerator [W_acc/accelerator]
    memory_bandwidth : memory bandwidth of the accelerator [GB/s/accelerator]
    bandwidth_efficiency : share of the bandwidth that is reached [1]
    batch_size : requests served at once [request]
    tokens_per_step : tokens that a step writes for each request: one [token/request]

    Returns
    -------
    Quantity : energy per token, accelerators alone [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> size, weight, share = Quantity(70.0, "Gparameter"), Quantity(2.0, "B/parameter"), Quantity(0.65, "")
    >>> watts, speed = Quantity(700.0, "W_acc/accelerator"), Quantity(3350.0, "GB/s/accelerator")
    >>> batch, one = Quantity(64.0, "request"), Quantity(1.0, "token/request")
    >>> round(roofline_energy_per_token(size, weight, watts, speed, share, batch, one).m_as("J_acc/token"), 3)
    0.703
    """
    time = parameters_read * weight_size / (memory_bandwidth * bandwidth_efficiency)
    return time * rated_power / (batch_size * tokens_per_step)


@dimensions(
    accelerator_energy_per_request="Wh_acc/request",
    written_tokens_per_request="token/request",
    returns="J_acc/token",
    gives="decode_energy_per_token",
)
def measured_energy_per_token(
    accelerator_energy_per_request: Quantity, written_tokens_per_request: Quantity
) -> Quantity:
    r"""Energy per token of an answer, from what a benchmark measured per request.

    .. math:: e = e_{request} / n_{written,1}

    Source ``mlenergy_v2``: the benchmark's own prompts are inside.

    Parameters
    ----------
    accelerator_energy_per_request : measured energy of the accelerators per request [Wh_acc/request]
    written_tokens_per_request : tokens written per request in that measurement [token/request]

    Returns
    -------
    Quantity : energy per token, accelerators alone [J_acc/token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> measured_energy_per_token(Quantity(0.1, "Wh_acc/request"), Quantity(400.0, "token/request")).to("J_acc/token")
    <Quantity(0.9, 'joule_acc / token')>
    """
    return accelerator_energy_per_request / written_tokens_per_request


@dimensions(requests="request", written_tokens_per_request="token/request", returns="token", gives="written_tokens")
def written_tokens_of_requests(requests: Quantity, written_tokens_per_request: Quantity) -> Quantity:
    r"""Tokens of the answers behind a figure per request.

    .. math:: n_{written} = n \, n_{written,1}

    Source ``jegham2025``.

    Parameters
    ----------
    requests : number of requests [request]
    written_tokens_per_request : tokens written per request behind the figure [token/request]

    Returns
    -------
    Quantity : tokens written [token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> written_tokens_of_requests(Quantity(3.0, "request"), Quantity(300.0, "token/request"))
    <Quantity(900.0, 'token')>
    """
    return requests * written_tokens_per_request


@dimensions(memory_per_instance="GB/server", memory_power="W_IT/GB", returns="W_IT/server", gives="host_power")
def host_power_from_memory(memory_per_instance: Quantity, memory_power: Quantity) -> Quantity:
    r"""Power around accelerators where memory alone is counted.

    .. math:: P_{host} = M \cdot P_M

    Source ``green_algorithms``.

    Parameters
    ----------
    memory_per_instance : memory of the job [GB/server]
    memory_power : power of memory [W_IT/GB]

    Returns
    -------
    Quantity : power without accelerators [W_IT/server]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> host_power_from_memory(Quantity(64.0, "GB/server"), Quantity(0.375, "W_IT/GB"))
    <Quantity(24.0, 'watt_it / server')>
    """
    return memory_per_instance * memory_power
