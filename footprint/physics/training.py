"""Energy of a training run: by accelerator-hours, or by the operations it took."""

from footprint.units import Quantity, dimensions


@dimensions(accelerators="accelerator", hours="h", returns="acc_h")
def accelerator_hours(accelerators: Quantity, hours: Quantity) -> Quantity:
    r"""Accelerators times the time they were reserved.

    .. math:: h_{acc} = n \cdot t

    Source ``patterson2021``.

    Parameters
    ----------
    accelerators : number of accelerators [accelerator]
    hours : time they were reserved [h]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_hours(Quantity(10000.0, "accelerator"), Quantity(355.2, "h"))
    <Quantity(3552000.0, 'accelerator_hour')>
    """
    return accelerators * hours


@dimensions(
    parameters="Gparameter",
    training_tokens="token",
    training_operations_per_parameter_token="FLOP/parameter/token",
    returns="FLOP",
)
def operations(
    parameters: Quantity, training_tokens: Quantity, training_operations_per_parameter_token: Quantity
) -> Quantity:
    r"""Floating-point operations of a training run.

    .. math:: C = 6 \, N \, D

    Source ``epoch_frontier``. For a mixture of experts ``parameters`` are the active ones.

    Parameters
    ----------
    parameters : parameters that each token passes through [Gparameter]
    training_tokens : tokens trained on, epochs counted [token]
    training_operations_per_parameter_token : 6 for forward and backward pass [FLOP/parameter/token]

    Returns
    -------
    Quantity : operations [FLOP]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> six = Quantity(6.0, "FLOP/parameter/token")
    >>> operations(Quantity(175.0, "Gparameter"), Quantity(300e9, "token"), six).m_as("FLOP")
    3.15e+23
    """
    return training_operations_per_parameter_token * parameters * training_tokens


@dimensions(peak_throughput="FLOP/s/accelerator", utilisation="", returns="FLOP/s/accelerator")
def throughput(peak_throughput: Quantity, utilisation: Quantity) -> Quantity:
    r"""Operations that an accelerator achieves in a second.

    .. math:: r = r_{peak} \cdot u

    Source ``epoch_notable``: model FLOP utilisation; hardware FLOP utilisation also counts recomputation.

    Parameters
    ----------
    peak_throughput : dense peak of the number format used [FLOP/s/accelerator]
    utilisation : share of the peak that the model's own operations reach [1]

    Returns
    -------
    Quantity : achieved throughput [FLOP/s/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> throughput(Quantity(125.0, "TFLOP/s/accelerator"), Quantity(0.1968, "")).to("TFLOP/s/accelerator")
    <Quantity(24.6, 'terafloating_point_operation / second / accelerator')>
    """
    return peak_throughput * utilisation


@dimensions(operations="FLOP", throughput="FLOP/s/accelerator", returns="acc_h", gives="accelerator_hours")
def accelerator_hours_from_operations(operations: Quantity, throughput: Quantity) -> Quantity:
    r"""Accelerator-hours that a number of operations takes.

    .. math:: h_{acc} = C / r

    Source ``patterson2021``.

    Parameters
    ----------
    operations : operations of the run [FLOP]
    throughput : achieved throughput [FLOP/s/accelerator]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> achieved = Quantity(24.6, "TFLOP/s/accelerator")
    >>> round(accelerator_hours_from_operations(Quantity(3.14e23, "FLOP"), achieved).m_as("acc_h"))
    3545619
    """
    return operations / throughput


@dimensions(accelerator_hours="acc_h", mean_power="W_IT/accelerator", returns="kWh_IT", gives="it_energy")
def it_energy_from_accelerator_hours(accelerator_hours: Quantity, mean_power: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs, from the mean power of a server's share.

    .. math:: E_{IT} = h_{acc} \cdot \bar P_{IT}

    Source ``patterson2021``.

    Parameters
    ----------
    accelerator_hours : accelerators times time [acc_h]
    mean_power : mean power of one accelerator with its share of the server [W_IT/accelerator]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as the power of the accelerator alone

    Examples
    --------
    >>> it_energy_from_accelerator_hours(Quantity(10.0, "acc_h"), Quantity(330.0, "W_IT/accelerator"))
    <Quantity(3.3, 'kilowatt_hour_it')>
    """
    return accelerator_hours * mean_power


@dimensions(
    accelerator_hours="acc_h", accelerator_power="W_acc/accelerator", returns="kWh_acc", gives="accelerator_energy"
)
def accelerator_energy_from_accelerator_hours(accelerator_hours: Quantity, accelerator_power: Quantity) -> Quantity:
    r"""Electricity of the accelerators alone, from their mean power.

    .. math:: E_{acc} = h_{acc} \cdot \bar P_{acc}

    Source ``luccioni2022``.

    Parameters
    ----------
    accelerator_hours : accelerators times time [acc_h]
    accelerator_power : mean power of one accelerator alone [W_acc/accelerator]

    Returns
    -------
    Quantity : electricity of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_energy_from_accelerator_hours(Quantity(10.0, "acc_h"), Quantity(400.0, "W_acc/accelerator"))
    <Quantity(4.0, 'kilowatt_hour_acc')>
    """
    return accelerator_hours * accelerator_power


@dimensions(
    rated_power="W_acc/accelerator",
    power_over_rated="W_IT/W_acc",
    returns="W_IT/accelerator",
    gives="mean_power",
)
def mean_power_from_rated(rated_power: Quantity, power_over_rated: Quantity) -> Quantity:
    r"""Mean power of an accelerator with its share of the server, from the rated power of the chip.

    .. math:: \bar P_{IT} = P_{rated} \cdot r

    Source ``epoch2025``: rated power of the whole server over that of its chips, times mean over rated.

    Parameters
    ----------
    rated_power : rated power (TDP) of the accelerator [W_acc/accelerator]
    power_over_rated : mean power of the server's share over the rated power of the chip [W_IT/W_acc]

    Returns
    -------
    Quantity : mean power at the servers' plugs [W_IT/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> mean_power_from_rated(Quantity(700.0, "W_acc/accelerator"), Quantity(1.28, "W_IT/W_acc"))
    <Quantity(896.0, 'watt_it / accelerator')>
    """
    return rated_power * power_over_rated


@dimensions(accelerator_hours="acc_h", extra_runs="", returns="acc_h", gives="accelerator_hours")
def accelerator_hours_of_all_runs(accelerator_hours: Quantity, extra_runs: Quantity) -> Quantity:
    r"""Accelerator-hours of the final run and of those that failed or prepared it.

    .. math:: h_{acc,all} = h_{acc} (1 + x)

    Source ``morrison2025``.

    Parameters
    ----------
    accelerator_hours : accelerators times time, of the final run [acc_h]
    extra_runs : failed and preliminary runs, as a share of the final run [1]

    Returns
    -------
    Quantity : accelerator-hours of all runs [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_hours_of_all_runs(Quantity(1000.0, "acc_h"), Quantity(0.5, ""))
    <Quantity(1500.0, 'accelerator_hour')>
    """
    return accelerator_hours * (Quantity(1.0, "") + extra_runs)


@dimensions(it_energy="kWh_IT", extra_runs="", returns="kWh_IT", gives="it_energy")
def it_energy_of_all_runs(it_energy: Quantity, extra_runs: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs of the final run and of those that failed or prepared it.

    .. math:: E_{IT,all} = E_{IT} (1 + x)

    Source ``morrison2025``.

    Parameters
    ----------
    it_energy : electricity of the final run, metered [kWh_IT]
    extra_runs : failed and preliminary runs, as a share of the final run [1]

    Returns
    -------
    Quantity : electricity of all runs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_of_all_runs(Quantity(1000.0, "kWh_IT"), Quantity(0.5, ""))
    <Quantity(1500.0, 'kilowatt_hour_it')>
    """
    return it_energy * (Quantity(1.0, "") + extra_runs)


@dimensions(facility_energy="kWh", extra_runs="", returns="kWh", gives="facility_energy")
def facility_energy_of_all_runs(facility_energy: Quantity, extra_runs: Quantity) -> Quantity:
    r"""Electricity at the building's meter of the final run and of those that failed or prepared it.

    .. math:: E_{facility,all} = E_{facility} (1 + x)

    Source ``morrison2025``.

    Parameters
    ----------
    facility_energy : electricity of the final run, metered [kWh]
    extra_runs : failed and preliminary runs, as a share of the final run [1]

    Returns
    -------
    Quantity : electricity of all runs [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> facility_energy_of_all_runs(Quantity(1000.0, "kWh"), Quantity(0.5, ""))
    <Quantity(1500.0, 'kilowatt_hour')>
    """
    return facility_energy * (Quantity(1.0, "") + extra_runs)


@dimensions(it_energy="kWh_IT", idle_reserve="", returns="kWh_IT", gives="it_energy")
def it_energy_with_idle_reserve(it_energy: Quantity, idle_reserve: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs of a run, with that of the part of the cluster that was held idle for it.

    .. math:: E_{IT,all} = E_{IT} (1 + i)

    Source ``luccioni2022``. Never together with a PUE that was measured over the same load.

    Parameters
    ----------
    it_energy : electricity of the run [kWh_IT]
    idle_reserve : energy of what stood idle, as a share of that of the run [1]

    Returns
    -------
    Quantity : electricity of the run and its reserve [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> it_energy_with_idle_reserve(Quantity(1000.0, "kWh_IT"), Quantity(0.25, ""))
    <Quantity(1250.0, 'kilowatt_hour_it')>
    """
    return it_energy * (Quantity(1.0, "") + idle_reserve)
