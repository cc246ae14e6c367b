"""The Python interface: quantities in, one result object out."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from footprint import activities
from footprint.catalogue import GRID_BOUNDARIES, Catalogue, open_catalogue
from footprint.errors import DataError, NotEstimableError, UsageError, clipped
from footprint.estimate import estimate
from footprint.language import ENGLISH
from footprint.results import Estimate
from footprint.units import Quantity

if TYPE_CHECKING:
    from footprint.activities import Activity
    from footprint.exports import Result
    from footprint.methods_compared import MethodComparison

Amount = Quantity | str
Count = Quantity | str | float
FrameT = TypeVar("FrameT")


def query(
    model: str | None = None,
    *,
    requests: Count = 1,
    input_tokens: Count | None = None,
    cached_tokens: Count | None = None,
    cache_write_tokens: Count | None = None,
    output_tokens: Count | None = None,
    reasoning_tokens: Count | None = None,
    batch_size: Count | None = None,
    accelerator: str | None = None,
    energy_per_request: Amount | None = None,
    images: Count | None = None,
    size: Amount | None = None,
    steps: Count | None = None,
    video_seconds: Count | None = None,
    frame_rate: Count | None = None,
    accelerator_hours: Amount | None = None,
    region: str | None = None,
    provider: str | None = None,
    date: datetime.date | str | None = None,
    pue: Count | None = None,
    wue_site: Amount | None = None,
    wue_grid: Amount | None = None,
    grid_intensity: Amount | None = None,
    hours_of_day: str | None = None,
    profile: str | PathLike[str] | None = None,
    grid_boundary: str = "lifecycle",
    method: str | None = None,
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
    versus: str | None = None,
    role: str | None = None,
    tokens_served: Count | None = None,
) -> Estimate:
    """Estimate one or many requests to a model, or to a product such as ``chatgpt``.

    Parameters
    ----------
    model : a model (``gpt-4o``) with its tokens, or a product (``chatgpt``) with its date
    requests : number of requests [request]
    input_tokens, output_tokens : tokens read that no cache held, and those of the answers, of all requests [token]
    cached_tokens, cache_write_tokens : tokens read from a cache, and read into one, beside the input tokens [token]
    reasoning_tokens : tokens of reasoning, beside the output tokens [token]
    batch_size : requests served at once; None takes 64, with a range from 8 to 512 [request]
    accelerator : what serves the model; None takes the usual one and says so
    energy_per_request : instead of tokens; the unit says where it was counted [Wh, Wh_IT or Wh_acc per request]
    images, video_seconds : pictures or video made, of all requests together [image], [s]
    size, steps, frame_rate : ``1024x1024`` or ``720p``, steps of the diffusion, frames a second [Mpixel], [step], [fps]
    accelerator_hours : instead of all of these: hours of the named accelerator, as for speech [acc_h]
    region : country, grid zone or cloud region; None leaves carbon and grid water unknown
    provider : who runs the hall; None takes the cloud region's, or the model's usual host
    date : day of use; None takes today and says so
    pue, wue_site, wue_grid, grid_intensity : figures of your own, before any of the catalogue
    grid_boundary : ``lifecycle`` or ``direct``
    method : a way to the energy other than the best evidence, such as ``measurement`` or ``ecologits``
    allow_unverified : use rows behind which no document was read; the result names each
    factors : folder of CSV files laid over the shipped factors
    hours_of_day : hours at which it ran, such as ``22-6``: the grid's month-by-hour profile is laid over its factor
    profile : a CSV file of month, hour and share of the load, instead
    versus : something known to compare with, such as ``web-search``
    role : who reports (``owner``, ``tenant`` or ``buyer``): scope and category of each carbon result follow from it
    tokens_served : tokens that the model serves in its life: adds a share of its training, on its own line [token]

    Returns
    -------
    Estimate : results as quantities, each with its factors

    Raises
    ------
    footprint.FootprintError : what was given cannot be used; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> answer = footprint.query("gpt-4o", input_tokens=500, output_tokens=400, region="FR", date="2025-06-01")
    >>> round(answer.facility_energy.m_as("Wh"), 2), answer.carbon_market is None
    (0.62, True)
    """
    activity = activities.Query(
        model=model,
        requests=requests,
        input_tokens=input_tokens,
        cached_tokens=cached_tokens,
        cache_write_tokens=cache_write_tokens,
        output_tokens=output_tokens,
        reasoning_tokens=reasoning_tokens,
        batch_size=batch_size,
        accelerator=accelerator,
        energy_per_request=energy_per_request,
        images=images,
        size=size,
        steps=steps,
        video_seconds=video_seconds,
        frame_rate=frame_rate,
        accelerator_hours=accelerator_hours,
        region=region,
        provider=provider,
        date=date,
        pue=pue,
        wue_site=wue_site,
        wue_grid=wue_grid,
        grid_intensity=grid_intensity,
        hours_of_day=hours_of_day,
        profile=profile,
        method=method,
    )
    return _estimated(activity, grid_boundary, factors, versus, role, tokens_served, allow_unverified=allow_unverified)


def training(
    run: str | None = None,
    *,
    accelerator: str | None = None,
    accelerators: Count | None = None,
    hours: Amount | None = None,
    accelerator_hours: Amount | None = None,
    mean_power: Amount | None = None,
    accelerator_power: Amount | None = None,
    operations: Count | None = None,
    throughput: Amount | None = None,
    utilisation: Count | None = None,
    parameters: Amount | None = None,
    training_tokens: Count | None = None,
    energy: Amount | None = None,
    model: str | None = None,
    fine_tuning: str | None = None,
    extra_runs: Count | None = None,
    idle_reserve: Count | None = None,
    region: str | None = None,
    provider: str | None = None,
    date: datetime.date | str | None = None,
    pue: Count | None = None,
    wue_site: Amount | None = None,
    wue_grid: Amount | None = None,
    grid_intensity: Amount | None = None,
    hours_of_day: str | None = None,
    profile: str | PathLike[str] | None = None,
    grid_boundary: str = "lifecycle",
    method: str | None = None,
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
    versus: str | None = None,
    role: str | None = None,
) -> Estimate:
    """Estimate a training run: a published one by name, or by energy, accelerator-hours or operations.

    Parameters
    ----------
    run : a published run, such as ``gpt-3``; what else is given replaces its inputs
    accelerator : type of accelerator, such as ``h100``
    accelerators, hours : how many, and for how long [accelerator], [h]
    accelerator_hours : instead of both [acc_h]
    mean_power : mean power of one accelerator with its share of the server [W_IT/accelerator]
    accelerator_power : mean power of one accelerator alone; hosts are added [W_acc/accelerator]
    operations : operations of the run [FLOP]
    throughput, utilisation : achieved throughput, or its share of the peak [TFLOP/s/accelerator], [1]
    parameters, training_tokens : instead of operations [Gparameter], [token]
    energy : metered energy; the unit says where it was metered [kWh, kWh_IT or kWh_acc]
    model : the model that is trained or tuned, for its active parameters
    fine_tuning : ``full`` or ``lora``, where it is tuned
    extra_runs : failed and preliminary runs over the final one, or ``usual``; None leaves them out and says so [1]
    idle_reserve : energy of what stood idle for the run, over that of the run [1]
    region, provider, date, pue, wue_site, wue_grid, grid_intensity, hours_of_day, profile : as in `query`
    grid_boundary, method, allow_unverified, factors, versus, role : as in `query`

    Returns
    -------
    Estimate : results as quantities, each with its factors

    Raises
    ------
    footprint.FootprintError : what was given cannot be used; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> footprint.training(accelerators=8, hours="24 h", mean_power="330 W", pue=1.1).facility_energy
    <Quantity(69.696, 'kilowatt_hour')>
    """
    activity = activities.TrainingRun(
        run=run,
        accelerator=accelerator,
        accelerators=accelerators,
        hours=hours,
        accelerator_hours=accelerator_hours,
        mean_power=mean_power,
        accelerator_power=accelerator_power,
        operations=operations,
        throughput=throughput,
        utilisation=utilisation,
        parameters=parameters,
        training_tokens=training_tokens,
        energy=energy,
        model=model,
        fine_tuning=fine_tuning,
        extra_runs=extra_runs,
        idle_reserve=idle_reserve,
        region=region,
        provider=provider,
        date=date,
        pue=pue,
        wue_site=wue_site,
        wue_grid=wue_grid,
        grid_intensity=grid_intensity,
        hours_of_day=hours_of_day,
        profile=profile,
        method=method,
    )
    return _estimated(activity, grid_boundary, factors, versus, role, allow_unverified=allow_unverified)


def datacenter(
    *,
    it_power: Amount | None = None,
    hours: Amount | None = None,
    load_factor: Count | None = None,
    energy: Amount | None = None,
    facility_energy: Amount | None = None,
    it_energy: Amount | None = None,
    renewable_energy: Amount | None = None,
    reused_energy: Amount | None = None,
    water_input: Amount | None = None,
    region: str | None = None,
    provider: str | None = None,
    date: datetime.date | str | None = None,
    pue: Count | None = None,
    wue_site: Amount | None = None,
    wue_grid: Amount | None = None,
    grid_intensity: Amount | None = None,
    hours_of_day: str | None = None,
    profile: str | PathLike[str] | None = None,
    grid_boundary: str = "lifecycle",
    method: str | None = None,
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
    versus: str | None = None,
    role: str | None = None,
) -> Estimate:
    """Estimate the load of a hall, by IT power or by a metered energy.

    Parameters
    ----------
    it_power, hours : power at the servers' plugs, and for how long [W_IT], [h]
    load_factor : average load over that power; None takes 1 and says so [1]
    energy : metered energy instead; the unit says where it was metered [kWh, kWh_IT or kWh_acc]
    facility_energy, it_energy : readings at the building and at the servers' plugs: both give the PUE [kWh], [kWh_IT]
    renewable_energy, reused_energy, water_input : further readings, for REF, ERF and WUE [kWh], [kWh], [L]
    region, provider, date, pue, wue_site, wue_grid, grid_intensity, hours_of_day, profile : as in `query`
    grid_boundary, method, allow_unverified, factors, versus, role : as in `query`

    Returns
    -------
    Estimate : results as quantities, each with its factors

    Raises
    ------
    footprint.FootprintError : what was given cannot be used; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> hall = footprint.datacenter(it_power="20 MW", hours="8760 h", pue=1.3, wue_site="1.8 L/kWh", region="IE")
    >>> f"{hall.facility_energy.to('GWh'):.1f~P}, {hall.water_site.to('ML'):.0f~P}"
    '227.8 GWh, 315 ML'
    """
    activity = activities.DatacenterLoad(
        it_power=it_power,
        hours=hours,
        load_factor=load_factor,
        energy=energy,
        facility_energy=facility_energy,
        it_energy=it_energy,
        renewable_energy=renewable_energy,
        reused_energy=reused_energy,
        water_input=water_input,
        region=region,
        provider=provider,
        date=date,
        pue=pue,
        wue_site=wue_site,
        wue_grid=wue_grid,
        grid_intensity=grid_intensity,
        hours_of_day=hours_of_day,
        profile=profile,
        method=method,
    )
    return _estimated(activity, grid_boundary, factors, versus, role, allow_unverified=allow_unverified)


def instance(
    instance: str | None = None,
    *,
    hours: Amount | None = None,
    instances: Count = 1,
    utilisation: Count | None = None,
    vcpus: Count | None = None,
    memory: Amount | None = None,
    cpu: str | None = None,
    accelerator: str | None = None,
    accelerators: Count | None = None,
    accelerator_power: Amount | None = None,
    region: str | None = None,
    provider: str | None = None,
    date: datetime.date | str | None = None,
    pue: Count | None = None,
    wue_site: Amount | None = None,
    wue_grid: Amount | None = None,
    grid_intensity: Amount | None = None,
    hours_of_day: str | None = None,
    profile: str | PathLike[str] | None = None,
    grid_boundary: str = "lifecycle",
    method: str | None = None,
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
    versus: str | None = None,
    role: str | None = None,
) -> Estimate:
    """Estimate hours of a cloud instance, the power of its accelerators inside.

    Parameters
    ----------
    instance : type of instance, such as ``p4d.24xlarge``
    hours, instances : how long each of them ran, and how many [h], [server]
    utilisation : share of the full load; None takes a half, with a wide range, and says so [1]
    vcpus, memory, cpu : in place of the type: virtual CPUs and memory of one instance, and its processor [vcpu], [GB]
    accelerator, accelerators : the same for accelerators: their type, and how many one instance has [accelerator]
    accelerator_power : mean power of one accelerator alone, where it is known [W_acc/accelerator]
    region : country, grid zone or cloud region; one of the instance's own cloud needs no prefix
    provider, date, pue, wue_site, wue_grid, grid_intensity, hours_of_day, profile : as in `query`
    grid_boundary, method, allow_unverified, factors, versus, role : as in `query`

    Returns
    -------
    Estimate : results as quantities, each with its factors

    Raises
    ------
    footprint.FootprintError : what was given cannot be used; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> footprint.instance("p3.16xlarge", hours="1 h", utilisation=0.5).it_energy
    <Quantity(2.2348, 'kilowatt_hour_it')>
    """
    activity = activities.CloudInstance(
        instance=instance,
        hours=hours,
        instances=instances,
        utilisation=utilisation,
        vcpus=vcpus,
        memory=memory,
        cpu=cpu,
        accelerator=accelerator,
        accelerators=accelerators,
        accelerator_power=accelerator_power,
        region=region,
        provider=provider,
        date=date,
        pue=pue,
        wue_site=wue_site,
        wue_grid=wue_grid,
        grid_intensity=grid_intensity,
        hours_of_day=hours_of_day,
        profile=profile,
        method=method,
    )
    return _estimated(activity, grid_boundary, factors, versus, role, allow_unverified=allow_unverified)


def compare_methods(
    activity: Activity,
    *,
    grid_boundary: str = "lifecycle",
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
) -> MethodComparison:
    """Set every method that covers an activity side by side, and say which term makes each difference.

    Parameters
    ----------
    activity : a `footprint.Query` or a `footprint.TrainingRun` that names no method
    grid_boundary : ``lifecycle`` or ``direct``, for ours; methods of others have factors of their own
    allow_unverified : use rows behind which no document was read; a row that was used is named
    factors : folder of CSV files laid over the shipped factors

    Returns
    -------
    MethodComparison : one row a method, ours first; each with its figures, boundary, years and the ratios of its terms

    Raises
    ------
    footprint.FootprintError : our own estimate cannot be made; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> run = footprint.TrainingRun(accelerator="v100_sxm2_16", accelerators=8, hours="24 h", region="US")
    >>> row = footprint.compare_methods(run).row("green_algorithms")
    >>> round(row.energy.m_as("kWh"), 1), round(row.carbon.m_as("kgCO2e"), 1)
    (90.7, 38.5)
    """
    from footprint.methods_compared import compared_methods

    return compared_methods(activity, _catalogue(grid_boundary, factors, allow_unverified))


def estimate_frame(
    frame: FrameT,
    *,
    columns: Mapping[str, str] | None = None,
    grid_boundary: str = "lifecycle",
    allow_unverified: bool = False,
    factors: str | PathLike[str] | None = None,
    **constants: str | float | datetime.date | None,
) -> FrameT:
    """Estimate each row of a table of queries, lazy or not, and return a table of the same kind.

    The frame may be one of polars (lazy or not), a DuckDB relation, a frame of PySpark, or one of pandas or PyArrow.
    Combinations of model, region and year are settled now; rows are computed by the frame's own engine, when it runs.

    Parameters
    ----------
    frame : columns ``date``, ``model``, ``region``, ``provider``, ``requests``, ``input_tokens``, ``output_tokens``
    columns : which column of the frame is which, where it has another name: ``{"output_tokens": "GeneratedTokens"}``
    grid_boundary : ``lifecycle`` or ``direct``
    allow_unverified : use rows behind which no document was read; the warnings of a row name each
    factors : folder of CSV files laid over the shipped factors
    constants : the same for every row: ``model="gpt-4o"``, ``region="US"``; None is left out

    Returns
    -------
    frame : the given columns, then results (``facility_energy_kwh``, ``carbon_location_kg``, ``water_site_l`` ...), how
        they were found, and ``reject_reason``, which is blank for a row that was estimated

    Raises
    ------
    footprint.FootprintError : a column is missing, or every row would be rejected for the same reason

    Examples
    --------
    >>> import footprint, polars
    >>> usage = polars.LazyFrame({"model": ["gpt-4o", "none"], "output_tokens": [400, 400]})
    >>> out = footprint.estimate_frame(usage, region="FR", date="2025-06-01").collect()
    >>> out["facility_energy_kwh"].round(5).to_list(), out["reject_column"].to_list()
    ([0.00055, None], [None, 'model'])
    """
    from footprint.batch import frame_estimated
    from footprint.batch.columns import pairs

    texts = pairs([f"{name}={value}" for name, value in constants.items() if value is not None], "estimate_frame")
    given = dict(columns or {})
    pairs([f"{name}={place}" for place, name in enumerate(given)], "columns")  # are the names ours?
    result: FrameT = frame_estimated(frame, given, texts, _catalogue(grid_boundary, factors, allow_unverified))
    return result


def export(
    result: Result | Sequence[Result],
    format: str,
    *,
    name: str | None = None,
    language: str = ENGLISH,
    date: datetime.date | str | None = None,
    into: str | None = None,
    ending: str | None = None,
) -> str:
    """Return results in a format of others: a model card, a bill of materials, a text or key figures for the EU.

    Parameters
    ----------
    result : an estimate, its JSON as a mapping, or the path of a file of it; for bills of materials, several
    format : ``model-card``, ``cyclonedx``, ``spdx``, ``annex-xi`` or ``data-centre-kpis``
    name : name of the model, before that of the result
    language : of ``annex-xi``: ``en`` or ``fr``
    date : day that the export bears; None takes today, or that of the environment's SOURCE_DATE_EPOCH
    into : text of a model card whose front matter is updated
    ending : ``.csv`` or ``.json``, for ``data-centre-kpis``

    Returns
    -------
    str : the text of the file

    Raises
    ------
    footprint.FootprintError : a result cannot be read, or the format cannot hold it; the message says what to do

    Examples
    --------
    >>> import footprint
    >>> card = footprint.export(footprint.training("gpt-3"), "model-card", date="2026-11-23")
    >>> print(card.splitlines()[2])
      emissions: 552100000
    """
    from footprint.exports import exported

    several = isinstance(result, Sequence) and not isinstance(result, str)
    results = list(cast("Sequence[Result]", result)) if several else [cast("Result", result)]
    return exported(
        results,
        format,
        open_catalogue(),
        name=name,
        language=language,
        date=_day(date),
        into=into,
        ending=ending,
    ).text


def _day(given: datetime.date | str | None) -> datetime.date | None:
    if not isinstance(given, str):
        return given
    try:
        return datetime.date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"date: '{clipped(given)}' is no date; write year-month-day, such as '2026-01-31'.") from None


def _catalogue(grid_boundary: str, factors: str | PathLike[str] | None, allow_unverified: bool = False) -> Catalogue:
    if grid_boundary not in tuple(GRID_BOUNDARIES):
        raise UsageError(f"grid_boundary: '{grid_boundary}' is none of {', '.join(GRID_BOUNDARIES)}.")
    if factors and not (isinstance(factors, (str, PathLike)) and Path(factors).is_dir()):
        raise DataError(f"factors: '{clipped(factors)}' is no folder; name one with CSV files of your own rows.")
    return open_catalogue(Path(factors) if factors else None, grid_boundary, bool(allow_unverified))


def _estimated(
    activity: Activity,
    grid_boundary: str,
    factors: str | PathLike[str] | None,
    versus: str | None,
    role: str | None = None,
    tokens_served: Count | None = None,
    allow_unverified: bool = False,
) -> Estimate:
    catalogue = _catalogue(grid_boundary, factors, allow_unverified)
    for name, given in (("versus", versus), ("role", role)):
        if given is not None and not isinstance(given, str):
            raise UsageError(f"{name}: {clipped(repr(given))} is no text.")
    result = estimate(activity, catalogue)
    if role is not None:
        result = _claimed(result, role, catalogue)
    if tokens_served is not None:
        from footprint.training_share import shared

        result = shared(result, activities.amount("tokens_served", tokens_served), catalogue)
    picture = functools.partial(_picture, grid_boundary, factors, allow_unverified)
    result = dataclasses.replace(result, picture_of=picture)
    if not versus:
        return result
    from footprint.comparison import compared

    return compared(result, versus, catalogue)


def _picture(
    grid_boundary: str, factors: str | PathLike[str] | None, allow_unverified: bool, result: Estimate
) -> str | None:
    """Return an estimate as a picture for notebooks; None where it has too little for one."""
    from footprint.charts import draw, of_estimate

    if result.carbon_location is None:
        return None
    try:
        return draw("phase", of_estimate(result, _catalogue(grid_boundary, factors, allow_unverified))).svg()
    except NotEstimableError:
        return None


def _claimed(result: Estimate, role: str, catalogue: Catalogue) -> Estimate:
    """Return an estimate with the scope and category of each carbon result for who reports it."""
    from footprint.scopes import claims

    host = catalogue.row("providers", result.provider) if result.provider else None
    found, said = claims(role, [host["kind"] if host else None], catalogue.grid_boundary)
    return dataclasses.replace(result, role=role, scopes=found, warnings=(*result.warnings, *said))
