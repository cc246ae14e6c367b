"""Energy of cloud instances: from the measured power of a type, or from its parts, with the accelerators' own."""

from footprint.units import Quantity, dimensions


@dimensions(instances="server", hours="h", returns="server*h")
def instance_hours(instances: Quantity, hours: Quantity) -> Quantity:
    r"""Instances times the time they ran.

    .. math:: h = n \cdot t

    Source ``ccf_app``.

    Parameters
    ----------
    instances : number of instances [server]
    hours : time that each of them ran [h]

    Returns
    -------
    Quantity : instance-hours [server h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> instance_hours(Quantity(2.0, "server"), Quantity(24.0, "h")).m_as("server*h")
    48.0
    """
    return instances * hours


@dimensions(
    lower_power="W_IT/server",
    upper_power="W_IT/server",
    lower_load="",
    load_span="",
    load="",
    returns="W_IT/server",
    gives="instance_power",
)
def instance_power_at_load(
    lower_power: Quantity, upper_power: Quantity, lower_load: Quantity, load_span: Quantity, load: Quantity
) -> Quantity:
    r"""Power of an instance between two loads at which it was measured.

    .. math:: P = P_1 + (P_2 - P_1) \frac{u - u_1}{u_2 - u_1}

    Source ``teads_ec2``: measured idle and at 10, 50 and 100 % of the full load. The two points are those around the
    load: power rises steeply at first, so that the straight line from idle to full load gives too little between.

    Parameters
    ----------
    lower_power : power at the measured load below [W_IT/server]
    upper_power : power at the measured load above [W_IT/server]
    lower_load : the measured load below [1]
    load_span : the measured load above, less that below [1]
    load : load of the instance, as a share of its full load [1]

    Returns
    -------
    Quantity : power of one instance at the server's plug [W_IT/server]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> below, above = Quantity(1050.5, "W_IT/server"), Quantity(2234.8, "W_IT/server")
    >>> tenth, span = Quantity(0.1, ""), Quantity(0.4, "")
    >>> round(instance_power_at_load(below, above, tenth, span, Quantity(0.3, "")).m_as("W_IT/server"), 2)
    1642.65
    """
    return lower_power + (upper_power - lower_power) * ((load - lower_load) / load_span)


@dimensions(rated_instance_power="W_IT/server", average_over_rated="", returns="W_IT/server", gives="instance_power")
def instance_power_from_rated(rated_instance_power: Quantity, average_over_rated: Quantity) -> Quantity:
    r"""Mean power of a server, from its rated maximum.

    .. math:: P = P_{rated} \cdot a

    Source ``epoch2025``.

    Parameters
    ----------
    rated_instance_power : rated maximum of the whole server [W_IT/server]
    average_over_rated : mean draw over rated power [1]

    Returns
    -------
    Quantity : mean power of the server at its plug [W_IT/server]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> instance_power_from_rated(Quantity(10200.0, "W_IT/server"), Quantity(0.7, ""))
    <Quantity(7140.0, 'watt_it / server')>
    """
    return rated_instance_power * average_over_rated


@dimensions(
    vcpus_per_instance="vcpu/server",
    idle_power_per_vcpu="W_IT/vcpu",
    full_power_per_vcpu="W_IT/vcpu",
    load="",
    memory_per_instance="GB/server",
    memory_power="W_IT/GB",
    returns="W_IT/server",
    gives="host_power",
)
def host_power_from_parts(
    vcpus_per_instance: Quantity,
    idle_power_per_vcpu: Quantity,
    full_power_per_vcpu: Quantity,
    load: Quantity,
    memory_per_instance: Quantity,
    memory_power: Quantity,
) -> Quantity:
    r"""Power of an instance that nobody measured, accelerators left out: virtual CPUs and memory.

    .. math:: P_{host} = n_{vCPU} (P_0 + u (P_1 - P_0)) + M \cdot P_M

    Source ``ccf_app``. Memory counts as far as it goes beyond that of the chip's own measurement.

    Parameters
    ----------
    vcpus_per_instance : virtual CPUs of one instance [vcpu/server]
    idle_power_per_vcpu : power of one of them, idle [W_IT/vcpu]
    full_power_per_vcpu : power of one of them at full load [W_IT/vcpu]
    load : load of the instance, as a share of its full load [1]
    memory_per_instance : memory of one instance beyond what was measured with the processor [GB/server]
    memory_power : power of memory [W_IT/GB]

    Returns
    -------
    Quantity : power of one instance without accelerators [W_IT/server]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> idle, full, half = Quantity(0.75, "W_IT/vcpu"), Quantity(3.5, "W_IT/vcpu"), Quantity(0.5, "")
    >>> memory, each = Quantity(64.0, "GB/server"), Quantity(0.375, "W_IT/GB")
    >>> host_power_from_parts(Quantity(16.0, "vcpu/server"), idle, full, half, memory, each)
    <Quantity(58.0, 'watt_it / server')>
    """
    return (
        vcpus_per_instance * (idle_power_per_vcpu + load * (full_power_per_vcpu - idle_power_per_vcpu))
        + memory_per_instance * memory_power
    )


@dimensions(
    rated_power="W_acc/accelerator",
    idle_over_rated="",
    returns="W_acc/accelerator",
    gives="accelerator_idle_power",
)
def accelerator_idle_power_from_rated(rated_power: Quantity, idle_over_rated: Quantity) -> Quantity:
    r"""Power of an accelerator that does nothing, from its rated power.

    .. math:: P_{acc,0} = P_{rated} \cdot a_0

    Source ``ccf_app``.

    Parameters
    ----------
    rated_power : rated power (TDP) of one accelerator [W_acc/accelerator]
    idle_over_rated : idle power over rated power [1]

    Returns
    -------
    Quantity : idle power of one accelerator [W_acc/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_idle_power_from_rated(Quantity(700.0, "W_acc/accelerator"), Quantity(0.125, ""))
    <Quantity(87.5, 'watt_acc / accelerator')>
    """
    return rated_power * idle_over_rated


@dimensions(
    rated_power="W_acc/accelerator",
    full_over_rated="",
    returns="W_acc/accelerator",
    gives="accelerator_full_power",
)
def accelerator_full_power_from_rated(rated_power: Quantity, full_over_rated: Quantity) -> Quantity:
    r"""Power of an accelerator at full load, from its rated power.

    .. math:: P_{acc,1} = P_{rated} \cdot a_1

    Source ``ccf_app``.

    Parameters
    ----------
    rated_power : rated power (TDP) of one accelerator [W_acc/accelerator]
    full_over_rated : full-load power over rated power [1]

    Returns
    -------
    Quantity : full-load power of one accelerator [W_acc/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_full_power_from_rated(Quantity(700.0, "W_acc/accelerator"), Quantity(1.0, ""))
    <Quantity(700.0, 'watt_acc / accelerator')>
    """
    return rated_power * full_over_rated


@dimensions(
    accelerator_idle_power="W_acc/accelerator",
    accelerator_full_power="W_acc/accelerator",
    load="",
    returns="W_acc/accelerator",
    gives="accelerator_power",
)
def accelerator_power_at_load(
    accelerator_idle_power: Quantity, accelerator_full_power: Quantity, load: Quantity
) -> Quantity:
    r"""Power of an accelerator at a load, on the straight line from idle to full load.

    .. math:: P_{acc} = P_{acc,0} + u (P_{acc,1} - P_{acc,0})

    Source ``ccf_app``.

    Parameters
    ----------
    accelerator_idle_power : idle power of one accelerator [W_acc/accelerator]
    accelerator_full_power : full-load power of one accelerator [W_acc/accelerator]
    load : load of the instance, as a share of its full load [1]

    Returns
    -------
    Quantity : power of one accelerator [W_acc/accelerator]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> idle, full = Quantity(35.0, "W_acc/accelerator"), Quantity(306.0, "W_acc/accelerator")
    >>> accelerator_power_at_load(idle, full, Quantity(0.5, ""))
    <Quantity(170.5, 'watt_acc / accelerator')>
    """
    return accelerator_idle_power + load * (accelerator_full_power - accelerator_idle_power)


@dimensions(
    host_power="W_IT/server",
    accelerators_per_instance="accelerator/server",
    accelerator_power="W_acc/accelerator",
    plug_over_accelerator="W_IT/W_acc",
    returns="W_IT/server",
    gives="instance_power",
)
def instance_power_with_accelerators(
    host_power: Quantity,
    accelerators_per_instance: Quantity,
    accelerator_power: Quantity,
    plug_over_accelerator: Quantity,
) -> Quantity:
    r"""Power of an instance whose host was measured, or estimated, without its accelerators.

    .. math:: P = P_{host} + n_{acc} \cdot P_{acc} \cdot r

    Source ``boaviztapi_2_5_0``: its power leaves accelerators out.

    Parameters
    ----------
    host_power : power of one instance without accelerators [W_IT/server]
    accelerators_per_instance : accelerators of one instance [accelerator/server]
    accelerator_power : power of one accelerator [W_acc/accelerator]
    plug_over_accelerator : power drawn at the plug for what the accelerator draws [W_IT/W_acc]

    Returns
    -------
    Quantity : power of one instance at the server's plug [W_IT/server]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> host, eight = Quantity(856.0, "W_IT/server"), Quantity(8.0, "accelerator/server")
    >>> each = Quantity(400.0, "W_acc/accelerator")
    >>> instance_power_with_accelerators(host, eight, each, Quantity(1.0, "W_IT/W_acc"))
    <Quantity(4056.0, 'watt_it / server')>
    """
    return host_power + accelerators_per_instance * accelerator_power * plug_over_accelerator


@dimensions(host_power="W_IT/server", returns="W_IT/server", gives="instance_power")
def instance_power_without_accelerators(host_power: Quantity) -> Quantity:
    r"""Power of an instance that has no accelerators: that of its host.

    .. math:: P = P_{host}

    Source ``boaviztapi_2_5_0``.

    Parameters
    ----------
    host_power : power of one instance without accelerators [W_IT/server]

    Returns
    -------
    Quantity : power of one instance at the server's plug [W_IT/server]

    Raises
    ------
    footprint.UnitError : the argument has another dimension

    Examples
    --------
    >>> instance_power_without_accelerators(Quantity(8.75, "W_IT/server"))
    <Quantity(8.75, 'watt_it / server')>
    """
    return host_power


@dimensions(instance_hours="server*h", instance_power="W_IT/server", returns="kWh_IT", gives="it_energy")
def it_energy_from_instances(instance_hours: Quantity, instance_power: Quantity) -> Quantity:
    r"""Electricity at the servers' plugs of instances, from their power.

    .. math:: E_{IT} = h \cdot P

    Source ``ccf_app``.

    Parameters
    ----------
    instance_hours : instances times the time they ran [server h]
    instance_power : power of one instance at the server's plug [W_IT/server]

    Returns
    -------
    Quantity : electricity at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as the power of accelerators alone

    Examples
    --------
    >>> it_energy_from_instances(Quantity(24.0, "server*h"), Quantity(2250.0, "W_IT/server"))
    <Quantity(54.0, 'kilowatt_hour_it')>
    """
    return instance_hours * instance_power


@dimensions(
    instance_hours="server*h",
    accelerators_per_instance="accelerator/server",
    returns="acc_h",
    gives="accelerator_hours",
)
def accelerator_hours_of_instances(instance_hours: Quantity, accelerators_per_instance: Quantity) -> Quantity:
    r"""Accelerators of instances times the time they were reserved.

    .. math:: h_{acc} = h \cdot n_{acc}

    Source ``sci2024``.

    Parameters
    ----------
    instance_hours : instances times the time they ran [server h]
    accelerators_per_instance : accelerators of one instance [accelerator/server]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> accelerator_hours_of_instances(Quantity(24.0, "server*h"), Quantity(8.0, "accelerator/server"))
    <Quantity(192.0, 'accelerator_hour')>
    """
    return instance_hours * accelerators_per_instance


@dimensions(
    embodied_instance="kgCO2e/server",
    instance_hours="server*h",
    hardware_lifetime="year",
    returns="kgCO2e",
    gives="carbon_embodied",
)
def carbon_embodied_of_instances(
    embodied_instance: Quantity, instance_hours: Quantity, hardware_lifetime: Quantity
) -> Quantity:
    r"""Share of the making of a server that falls on the hours of an instance.

    .. math:: C_{embodied} = M \frac{h}{lifetime}

    Source ``sci2024``: total embodied emissions times the share of time and of resources reserved.

    Parameters
    ----------
    embodied_instance : emissions of making the share of the server that the instance has [kgCO2e/server]
    instance_hours : instances times the time they ran [server h]
    hardware_lifetime : time until the hardware is replaced [a]

    Returns
    -------
    Quantity : emissions embodied in the hardware used [kgCO2e]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> made, life = Quantity(3504.0, "kgCO2e/server"), Quantity(4.0, "year")
    >>> carbon_embodied_of_instances(made, Quantity(100.0, "server*h"), life)
    <Quantity(10.0, 'kilogram_co2e')>
    """
    return embodied_instance * instance_hours / hardware_lifetime
