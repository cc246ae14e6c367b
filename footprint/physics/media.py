"""Energy of making pictures and video: from the work of a diffusion model, or from a figure for each picture."""

from footprint.units import Quantity, dimensions


@dimensions(requests="request", images_per_request="image/request", returns="image")
def images(requests: Quantity, images_per_request: Quantity) -> Quantity:
    r"""Pictures made, where only requests were counted.

    .. math:: n_{image} = n_{request} \cdot m

    Source ``footprint_judgement``.

    Parameters
    ----------
    requests : number of requests [request]
    images_per_request : pictures made for one request [image/request]

    Returns
    -------
    Quantity : pictures made [image]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> images(Quantity(3.0, "request"), Quantity(4.0, "image/request"))
    <Quantity(12.0, 'image')>
    """
    return requests * images_per_request


@dimensions(images="image", image_pixels="Mpixel/image", steps="step", returns="step*Mpixel")
def image_work(images: Quantity, image_pixels: Quantity, steps: Quantity) -> Quantity:
    r"""Work of making pictures: each step passes over every pixel.

    .. math:: w = n_{image} \cdot p \cdot s

    Source ``footprint_fit``. The one amount of a row that its energy is proportional to, so that rows add up.

    Parameters
    ----------
    images : pictures made [image]
    image_pixels : pixels of one picture [Mpixel/image]
    steps : steps of the diffusion [step]

    Returns
    -------
    Quantity : work of the diffusion [step Mpixel]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> pixels = Quantity(1.0, "Mpixel/image")
    >>> image_work(Quantity(10.0, "image"), pixels, Quantity(28.0, "step")).m_as("step*Mpixel")
    280.0
    """
    return images * image_pixels * steps


@dimensions(
    image_work="step*Mpixel",
    active_parameters="Gparameter",
    image_energy_unit="J_acc/Gparameter/step/Mpixel",
    returns="kWh_acc",
    gives="accelerator_energy",
)
def accelerator_energy_from_image_work(
    image_work: Quantity, active_parameters: Quantity, image_energy_unit: Quantity
) -> Quantity:
    r"""Energy of the accelerators for the work of making pictures.

    .. math:: E_{acc} = k \, N \, w

    Source ``footprint_fit``: measured on diffusion models of 1.6 to 8 billion parameters at 1024 by 1024 pixels. Text
    encoder and decoder of the pixels are inside the coefficient.

    Parameters
    ----------
    image_work : work of the diffusion [step Mpixel]
    active_parameters : parameters of the denoiser, through which each step passes [Gparameter]
    image_energy_unit : energy for a billion parameters, a step and a million pixels [J_acc/Gparameter/step/Mpixel]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> work, k = Quantity(28 * 1.048576, "step*Mpixel"), Quantity(18.0, "J_acc/Gparameter/step/Mpixel")
    >>> size = Quantity(8.1, "Gparameter")
    >>> round(accelerator_energy_from_image_work(work, size, k).m_as("Wh_acc"), 2)
    1.19
    """
    return image_energy_unit * active_parameters * image_work


@dimensions(
    images="image",
    image_pixels="Mpixel/image",
    reference_image_pixels="Mpixel/image",
    steps="step",
    reference_steps="step",
    returns="image",
)
def comparable_images(
    images: Quantity,
    image_pixels: Quantity,
    reference_image_pixels: Quantity,
    steps: Quantity,
    reference_steps: Quantity,
) -> Quantity:
    r"""Pictures made, counted in pictures such as the one that a published figure is of.

    .. math:: n' = n_{image} \frac{p}{p_{ref}} \frac{s}{s_{ref}}

    Source ``footprint_fit``: the work of a diffusion is proportional to pixels and to steps.

    Parameters
    ----------
    images : pictures made [image]
    image_pixels : pixels of one picture [Mpixel/image]
    reference_image_pixels : pixels of the picture behind the figure [Mpixel/image]
    steps : steps of the diffusion [step]
    reference_steps : steps behind the figure [step]

    Returns
    -------
    Quantity : pictures of the reference's size and steps with the same work [image]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> small, large = Quantity(0.25, "Mpixel/image"), Quantity(1.0, "Mpixel/image")
    >>> comparable_images(Quantity(8.0, "image"), small, large, Quantity(50.0, "step"), Quantity(25.0, "step"))
    <Quantity(4.0, 'image')>
    """
    return images * (image_pixels / reference_image_pixels) * (steps / reference_steps)


@dimensions(
    comparable_images="image",
    accelerator_energy_per_image="Wh_acc/image",
    returns="kWh_acc",
    gives="accelerator_energy",
)
def accelerator_energy_from_images(comparable_images: Quantity, accelerator_energy_per_image: Quantity) -> Quantity:
    r"""Energy of the accelerators of a number of pictures, from a benchmark of the accelerators alone.

    .. math:: E_{acc} = n' \cdot e_{image}

    Source ``mlenergy_v2``.

    Parameters
    ----------
    comparable_images : pictures of the size and steps of the figure [image]
    accelerator_energy_per_image : energy of the accelerators of one picture [Wh_acc/image]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure at the servers' plugs

    Examples
    --------
    >>> accelerator_energy_from_images(Quantity(1000.0, "image"), Quantity(0.27, "Wh_acc/image"))
    <Quantity(0.27, 'kilowatt_hour_acc')>
    """
    return comparable_images * accelerator_energy_per_image


@dimensions(comparable_images="image", it_energy_per_image="Wh_IT/image", returns="kWh_IT", gives="it_energy")
def it_energy_from_images(comparable_images: Quantity, it_energy_per_image: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of a number of pictures, from a figure for one picture.

    .. math:: E_{IT} = n' \cdot e_{image}

    Source ``luccioni2024``.

    Parameters
    ----------
    comparable_images : pictures of the size and steps of the figure [image]
    it_energy_per_image : energy at the servers' plugs of one picture [Wh_IT/image]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure that contains the PUE

    Examples
    --------
    >>> it_energy_from_images(Quantity(1000.0, "image"), Quantity(2.9, "Wh_IT/image"))
    <Quantity(2.9, 'kilowatt_hour_it')>
    """
    return comparable_images * it_energy_per_image


@dimensions(comparable_images="image", facility_energy_per_image="Wh/image", returns="kWh", gives="facility_energy")
def facility_energy_from_images(comparable_images: Quantity, facility_energy_per_image: Quantity) -> Quantity:
    r"""Energy at the building's meter of a number of pictures, from a figure for one picture that contains the PUE.

    .. math:: E_{facility} = n' \cdot e_{image}

    Source ``footprint_judgement``.

    Parameters
    ----------
    comparable_images : pictures of the size and steps of the figure [image]
    facility_energy_per_image : energy at the meter of one picture [Wh/image]

    Returns
    -------
    Quantity : energy at the meter [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> facility_energy_from_images(Quantity(1000.0, "image"), Quantity(1.4, "Wh/image"))
    <Quantity(1.4, 'kilowatt_hour')>
    """
    return comparable_images * facility_energy_per_image


@dimensions(requests="request", seconds_per_request="s/request", returns="s")
def video_seconds(requests: Quantity, seconds_per_request: Quantity) -> Quantity:
    r"""Length of the video made, where only requests were counted.

    .. math:: t = n_{request} \cdot t_{clip}

    Source ``footprint_judgement``.

    Parameters
    ----------
    requests : number of requests, a clip each [request]
    seconds_per_request : length of one clip [s/request]

    Returns
    -------
    Quantity : length of all clips together [s]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> video_seconds(Quantity(12.0, "request"), Quantity(5.0, "s/request"))
    <Quantity(60.0, 'second')>
    """
    return requests * seconds_per_request


@dimensions(video_seconds="s", frame_rate="frame/s", frame_pixels="Mpixel", steps="step", returns="step*Mpixel*frame")
def video_work(video_seconds: Quantity, frame_rate: Quantity, frame_pixels: Quantity, steps: Quantity) -> Quantity:
    r"""Work of making video: each step passes over every pixel of every frame.

    .. math:: w = t \cdot f \cdot p \cdot s

    Source ``footprint_fit``. The one amount of a row that its energy is proportional to, so that rows add up. In a
    long clip the attention between frames grows faster than this: the figure holds for clips of some seconds.

    Parameters
    ----------
    video_seconds : length of the video [s]
    frame_rate : frames made for a second of it [frame/s]
    frame_pixels : pixels of one frame [Mpixel]
    steps : steps of the diffusion [step]

    Returns
    -------
    Quantity : work of the diffusion [step Mpixel frame]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> rate, pixels = Quantity(16.0, "frame/s"), Quantity(0.4, "Mpixel")
    >>> round(video_work(Quantity(5.0, "s"), rate, pixels, Quantity(50.0, "step")).m_as("step*Mpixel*frame"), 6)
    1600.0
    """
    return video_seconds * frame_rate * frame_pixels * steps


@dimensions(
    video_work="step*Mpixel*frame",
    active_parameters="Gparameter",
    video_energy_unit="J_acc/Gparameter/step/Mpixel/frame",
    returns="kWh_acc",
    gives="accelerator_energy",
)
def accelerator_energy_from_video_work(
    video_work: Quantity, active_parameters: Quantity, video_energy_unit: Quantity
) -> Quantity:
    r"""Energy of the accelerators for the work of making video.

    .. math:: E_{acc} = k \, N \, w

    Source ``footprint_fit``: measured on models of 5 to 14 billion parameters, clips of about five seconds.

    Parameters
    ----------
    video_work : work of the diffusion [step Mpixel frame]
    active_parameters : parameters through which each step passes [Gparameter]
    video_energy_unit : energy for 1e9 parameters, a step, 1e6 pixels, a frame [J_acc/Gparameter/step/Mpixel/frame]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> k = Quantity(14.0, "J_acc/Gparameter/step/Mpixel/frame")
    >>> work = Quantity(50 * 0.39936 * 81, "step*Mpixel*frame")
    >>> round(accelerator_energy_from_video_work(work, Quantity(14.0, "Gparameter"), k).m_as("Wh_acc"), 1)
    88.1
    """
    return video_energy_unit * active_parameters * video_work


@dimensions(
    video_work="step*Mpixel*frame",
    reference_clip_seconds="s/video",
    reference_frame_rate="frame/s",
    reference_frame_pixels="Mpixel",
    reference_steps="step",
    returns="video",
)
def comparable_videos(
    video_work: Quantity,
    reference_clip_seconds: Quantity,
    reference_frame_rate: Quantity,
    reference_frame_pixels: Quantity,
    reference_steps: Quantity,
) -> Quantity:
    r"""Video made, counted in clips such as the one that a published figure is of.

    .. math:: n' = \frac{w}{t_{ref} \, f_{ref} \, p_{ref} \, s_{ref}}

    Source ``footprint_fit``: the work of a diffusion is proportional to frames, pixels and steps.

    Parameters
    ----------
    video_work : work of the diffusion [step Mpixel frame]
    reference_clip_seconds : length of the clip behind the figure [s/video]
    reference_frame_rate : frames of a second of it [frame/s]
    reference_frame_pixels : pixels of one of its frames [Mpixel]
    reference_steps : steps behind the figure [step]

    Returns
    -------
    Quantity : clips of the reference's kind with the same work [video]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> seconds, rate = Quantity(5.0, "s/video"), Quantity(16.0, "frame/s")
    >>> work, pixels = Quantity(3200.0, "step*Mpixel*frame"), Quantity(0.5, "Mpixel")
    >>> comparable_videos(work, seconds, rate, pixels, Quantity(40.0, "step"))
    <Quantity(2.0, 'video')>
    """
    return video_work / (reference_clip_seconds * reference_frame_rate * reference_frame_pixels * reference_steps)


@dimensions(
    comparable_videos="video",
    accelerator_energy_per_video="Wh_acc/video",
    returns="kWh_acc",
    gives="accelerator_energy",
)
def accelerator_energy_from_videos(comparable_videos: Quantity, accelerator_energy_per_video: Quantity) -> Quantity:
    r"""Energy of the accelerators of a number of clips, from a benchmark of the accelerators alone.

    .. math:: E_{acc} = n' \cdot e_{clip}

    Source ``mlenergy_v2``.

    Parameters
    ----------
    comparable_videos : clips such as that of the figure [video]
    accelerator_energy_per_video : energy of the accelerators of one clip [Wh_acc/video]

    Returns
    -------
    Quantity : energy of the accelerators [kWh_acc]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure at the servers' plugs

    Examples
    --------
    >>> accelerator_energy_from_videos(Quantity(10.0, "video"), Quantity(80.0, "Wh_acc/video"))
    <Quantity(0.8, 'kilowatt_hour_acc')>
    """
    return comparable_videos * accelerator_energy_per_video


@dimensions(comparable_videos="video", it_energy_per_video="Wh_IT/video", returns="kWh_IT", gives="it_energy")
def it_energy_from_videos(comparable_videos: Quantity, it_energy_per_video: Quantity) -> Quantity:
    r"""Energy at the servers' plugs of a number of clips, from a figure for one clip.

    .. math:: E_{IT} = n' \cdot e_{clip}

    Source ``mittr2025``.

    Parameters
    ----------
    comparable_videos : clips such as that of the figure [video]
    it_energy_per_video : energy at the servers' plugs of one clip [Wh_IT/video]

    Returns
    -------
    Quantity : energy at the servers' plugs [kWh_IT]

    Raises
    ------
    footprint.UnitError : an argument has another dimension, such as a figure that contains the PUE

    Examples
    --------
    >>> it_energy_from_videos(Quantity(10.0, "video"), Quantity(944.0, "Wh_IT/video"))
    <Quantity(9.44, 'kilowatt_hour_it')>
    """
    return comparable_videos * it_energy_per_video


@dimensions(comparable_videos="video", facility_energy_per_video="Wh/video", returns="kWh", gives="facility_energy")
def facility_energy_from_videos(comparable_videos: Quantity, facility_energy_per_video: Quantity) -> Quantity:
    r"""Energy at the building's meter of a number of clips, from a figure for one clip that contains the PUE.

    .. math:: E_{facility} = n' \cdot e_{clip}

    Source ``footprint_judgement``.

    Parameters
    ----------
    comparable_videos : clips such as that of the figure [video]
    facility_energy_per_video : energy at the meter of one clip [Wh/video]

    Returns
    -------
    Quantity : energy at the meter [kWh]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> facility_energy_from_videos(Quantity(10.0, "video"), Quantity(140.0, "Wh/video"))
    <Quantity(1.4, 'kilowatt_hour')>
    """
    return comparable_videos * facility_energy_per_video


@dimensions(
    accelerator_energy="kWh_acc",
    rated_power="W_acc/accelerator",
    serving_over_rated="",
    returns="acc_h",
    gives="accelerator_hours",
)
def making_accelerator_hours(
    accelerator_energy: Quantity, rated_power: Quantity, serving_over_rated: Quantity
) -> Quantity:
    r"""Accelerator-hours that making took, from the energy it took.

    .. math:: h_{acc} = \frac{E_{acc}}{P_{rated} \cdot a}

    Source ``footprint_fit``: the share of the rated power is that of language models at work.

    Parameters
    ----------
    accelerator_energy : energy of the accelerators [kWh_acc]
    rated_power : rated power (TDP) of one accelerator [W_acc/accelerator]
    serving_over_rated : power at work over rated power [1]

    Returns
    -------
    Quantity : accelerator-hours [acc_h]

    Raises
    ------
    footprint.UnitError : an argument has another dimension

    Examples
    --------
    >>> power = Quantity(700.0, "W_acc/accelerator")
    >>> making_accelerator_hours(Quantity(1.05, "kWh_acc"), power, Quantity(0.75, ""))
    <Quantity(2.0, 'accelerator_hour')>
    """
    return accelerator_energy / (rated_power * serving_over_rated)
