"""Energy of reading a prompt: tokens read anew, tokens from a cache, and attention over both."""

from footprint.units import Quantity, dimensions


@dimensions(input_tokens="token", cache_write_tokens="token", returns="token")
def read_tokens(input_tokens: Quantity, cache_write_tokens: Quantity) -> Quantity:
    r"""Tokens of a prompt that are read anew: no cache held them, or one is being filled with them.

    .. math:: n_{read} = n_{in} + n_{write}

    Source ``epoch2025``.

    Parameters
    ----------
    input_tokens : tokens that no cache held [token]
    cache_write_tokens : tokens that were read and kept in a cache [token]

    Returns
    -------
    Quantity : tokens read anew [token]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> read_tokens(Quantity(500.0, "token"), Quantity(1500.0, "token"))
    <Quantity(2000.0, 'token')>
    """
    return input_tokens + cache_write_tokens


@dimensions(read_tokens="token", cached_tokens="token", requests="request", returns="token**2/request")
def attention_pairs(read_tokens: Quantity, cached_tokens: Quantity, requests: Quantity) -> Quantity:
    r"""Pairs of tokens that attention compares: each token read with those before it, a cache's included.

    .. math:: p = \frac{n_{read} (n_{read} + 2 n_{cached})}{requests}

    Source ``epoch2025``. For several requests their mean length is used, which gives a lower bound: a
    mean of squares is at least the square of the mean.

    Parameters
    ----------
    read_tokens : tokens read anew, of all requests together [token]
    cached_tokens : tokens that a cache held, of all requests together [token]
    requests : how many requests they belong to [request]

    Returns
    -------
    Quantity : pairs, in the measure in which a prompt of n tokens has n squared [token2/request]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> long, none, one = Quantity(1000.0, "token"), Quantity(0.0, "token"), Quantity(1.0, "request")
    >>> attention_pairs(long, none, one).m_as("token**2/request")
    1000000.0
    """
    return read_tokens * (read_tokens + 2 * cached_tokens) / requests


@dimensions(
    read_tokens="token",
    cached_tokens="token",
    cached_over_read="",
    active_parameters="Gparameter",
    forward_operations_per_parameter_token="FLOP/parameter/token",
    returns="FLOP",
)
def prompt_operations(
    read_tokens: Quantity,
    cached_tokens: Quantity,
    cached_over_read: Quantity,
    active_parameters: Quantity,
    forward_operations_per_parameter_token: Quantity,
) -> Quantity:
    r"""Operations of reading a prompt, the part that grows with its length.

    .. math:: F_{prompt} = (n_{read} + c \, n_{cached}) \, 2 N_{active}

    Source ``epoch2025``.

    Parameters
    ----------
    read_tokens : tokens read anew [token]
    cached_tokens : tokens that a cache held [token]
    cached_over_read : cost of a token from the cache over one that is read anew [1]
    active_parameters : parameters each token passes through [Gparameter]
    forward_operations_per_parameter_token : 2 for a forward pass [FLOP/parameter/token]

    Returns
    -------
    Quantity : operations [FLOP]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> read, cached, share = Quantity(500.0, "token"), Quantity(5000.0, "token"), Quantity(0.1, "")
    >>> size, two = Quantity(100.0, "Gparameter"), Quantity(2.0, "FLOP/parameter/token")
    >>> prompt_operations(read, cached, share, size, two).to("TFLOP")
    <Quantity(200.0, 'terafloating_point_operation')>
    """
    return (read_tokens + cached_over_read * cached_tokens) * active_parameters * forward_operations_per_parameter_token


@dimensions(
    attention_pairs="token**2/request",
    active_parameters="Gparameter",
    attention_operations_unit="FLOP*request/token**2",
    attention_reference_parameters="Gparameter",
    returns="FLOP",
)
def attention_operations(
    attention_pairs: Quantity,
    active_parameters: Quantity,
    attention_operations_unit: Quantity,
    attention_reference_parameters: Quantity,
) -> Quantity:
    r"""Operations of reading a prompt, the part that grows with the square of its length.

    .. math:: F_{attention} = p \, a \frac{N_{active}}{N_{ref}}

    Source ``epoch2025``.

    Parameters
    ----------
    attention_pairs : pairs of tokens compared [token2/request]
    active_parameters : parameters each token passes through [Gparameter]
    attention_operations_unit : operations per pair at the reference size [FLOP request/token2]
    attention_reference_parameters : active parameters behind the coefficient [Gparameter]

    Returns
    -------
    Quantity : operations [FLOP]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> pairs, size = Quantity(1e10, "token**2/request"), Quantity(100.0, "Gparameter")
    >>> unit = Quantity(1.96e6, "FLOP*request/token**2")
    >>> attention_operations(pairs, size, unit, size).to("PFLOP")
    <Quantity(19.6, 'petafloating_point_operation')>
    """
    return attention_pairs * attention_operations_unit * (active_parameters / attention_reference_parameters)


@dimensions(
    prompt_operations="FLOP",
    attention_operations="FLOP",
    peak_throughput="FLOP/s/accelerator",
    prefill_utilisation="",
    returns="acc_h",
)
def reading_accelerator_hours(
    prompt_operations: Quantity,
    attention_operations: Quantity,
    peak_throughput: Quantity,
    prefill_utilisation: Quantity,
) -> Quantity:
    r"""Accelerator-hours of reading a prompt: it is bound by computing.

    .. math:: h_{reading} = \frac{F_{prompt} + F_{attention}}{r_{peak} \, u}

    Source ``epoch2025``.

    Parameters
    ----------
    prompt_operations : operations that grow with the length [FLOP]
    attention_operations : operations that grow with its square [FLOP]
    peak_throughput : dense peak of the accelerator, 16 bit [FLOP/s/accelerator]
    prefill_utilisation : share of the peak reached while reading [1]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> none, peak, share = Quantity(0.0, "FLOP"), Quantity(1000.0, "TFLOP/s/accelerator"), Quantity(0.5, "")
    >>> reading_accelerator_hours(Quantity(1.8e18, "FLOP"), none, peak, share)
    <Quantity(1.0, 'accelerator_hour')>
    """
    return (prompt_operations + attention_operations) / (peak_throughput * prefill_utilisation)


@dimensions(
    rated_power="W_acc/accelerator",
    rated_server_over_chip="W_IT/W_acc",
    average_over_rated="",
    returns="W_IT/accelerator",
)
def reading_it_power(rated_power: Quantity, rated_server_over_chip: Quantity, average_over_rated: Quantity) -> Quantity:
    r"""Mean power of one accelerator with its share of the server, while it reads.

    .. math:: \bar P_{IT} = P \, r_{server} \, a

    Source ``epoch2025``.

    Parameters
    ----------
    rated_power : rated power of the accelerator [W_acc/accelerator]
    rated_server_over_chip : rated power of a server, per accelerator, over that of the chip [W_IT/W_acc]
    average_over_rated : mean draw over rated power [1]

    Returns
    -------
    Quantity : mean power at the servers' plugs [W_IT/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> chip, server = Quantity(700.0, "W_acc/accelerator"), Quantity(1275 / 700, "W_IT/W_acc")
    >>> round(reading_it_power(chip, server, Quantity(0.7, "")).magnitude, 1)
    892.5
    """
    return rated_power * rated_server_over_chip * average_over_rated


@dimensions(reading_accelerator_hours="acc_h", reading_it_power="W_IT/accelerator", returns="kWh_IT")
def prefill_it_energy(reading_accelerator_hours: Quantity, reading_it_power: Quantity) -> Quantity:
    r"""Energy at the servers' plugs for reading a prompt.

    .. math:: E_{IT,prefill} = h_{reading} \, \bar P_{IT}

    Source ``epoch2025``.

    Parameters
    ----------
    reading_accelerator_hours : accelerator-hours of reading [acc_h]
    reading_it_power : mean power of one accelerator with its share of the server [W_IT/accelerator]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> prefill_it_energy(Quantity(0.001, "acc_h"), Quantity(892.5, "W_IT/accelerator")).to("Wh_IT")
    <Quantity(0.8925, 'watt_hour_it')>
    """
    return reading_accelerator_hours * reading_it_power
