"""What makes a total uncertain: for each input, how far the total moves where that input alone is low or high."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.bars import GAP, THICK, Rows, down, grid, tips
from footprint.charts.bars import labels as draw_labels
from footprint.charts.breakdown import FIRST, joined, why
from footprint.charts.chart import Chart
from footprint.charts.frame import (
    MARK_TEXT,
    Numbers,
    Picture,
    Said,
    Sheet,
    finished,
    missing_notes,
    source_line,
    words_at,
)
from footprint.charts.lettering import widest, width
from footprint.charts.subject import Subject
from footprint.charts.theme import LABEL
from footprint.charts.titles import shares_title
from footprint.errors import NotEstimableError
from footprint.language import Language, marked

if TYPE_CHECKING:
    from footprint.ranges.drivers import Driver

#: Inputs that have a bar of their own.
_SHOWN = 8

#: What an input is called; inputs of one name are one cause to a reader.
INPUTS = {
    "accelerator_energy_per_image": marked("Energy per picture"),
    "accelerator_energy_per_request": marked("Energy per request"),
    "accelerator_energy_per_video": marked("Energy per clip"),
    "accelerator_power": marked("Power of the accelerator"),
    "active_parameters": marked("Size of the model"),
    "attention_operations_unit": marked("Work of attention"),
    "average_over_rated": marked("Mean over rated power"),
    "bandwidth_efficiency": marked("Share of the bandwidth reached"),
    "batch_size": marked("Requests served at once"),
    "cached_over_read": marked("Cost of cached tokens"),
    "card": marked("Making the accelerator"),
    "embodied_carbon_rate": marked("Making the hardware"),
    "embodied_instance": marked("Making the server"),
    "embodied_water": marked("Water of making the hardware"),
    "embodied_water_rate": marked("Water of making the hardware"),
    "extra_runs": marked("Failed and preliminary runs"),
    "facility_energy_per_image": marked("Energy per picture"),
    "facility_energy_per_request": marked("Energy per request"),
    "facility_energy_per_search": marked("Energy per web search"),
    "facility_energy_per_video": marked("Energy per clip"),
    "fuel_chain_intensity": marked("Fuel chain of the grid"),
    "full_power_per_vcpu": marked("Power per virtual processor"),
    "grid_intensity": marked("Carbon intensity of the grid"),
    "grid_losses": marked("Losses of the grid"),
    "hardware_lifetime": marked("Lifetime of the hardware"),
    "hardware_utilisation": marked("Use of the hardware"),
    "hardware_years": marked("Lifetime of the hardware"),
    "host": marked("Making the server"),
    "host_power": marked("Power of the host"),
    "idle_power_per_vcpu": marked("Power per virtual processor"),
    "idle_reserve": marked("Capacity held idle"),
    "image_energy_unit": marked("Energy of image steps"),
    "instance_power": marked("Power of the instance"),
    "instrument_intensity": marked("Intensity of the contracts"),
    "it_energy_per_image": marked("Energy per picture"),
    "it_energy_per_request": marked("Energy per request"),
    "it_energy_per_video": marked("Energy per clip"),
    "it_over_accelerator": marked("Server around the accelerators"),
    "load": marked("Load of the instance"),
    "load_factor": marked("Load of the hall"),
    "market_intensity": marked("Intensity of the contracts"),
    "mean_power": marked("Power of the accelerator"),
    "measured_over_predicted": marked("Fit to measurements"),
    "memory_power": marked("Power of the memory"),
    "operations": marked("Operations of the run"),
    "plug_over_accelerator": marked("Server around the accelerators"),
    "power_over_rated": marked("Mean over rated power"),
    "prefill_utilisation": marked("Share of the peak while reading"),
    "profile_ratio": marked("Hours of the load"),
    "pue": marked("PUE of the hall"),
    "rated_power": marked("Rated power"),
    "rated_server_over_chip": marked("Server around the accelerators"),
    "rest_intensity": marked("Residual mix"),
    "serving_over_rated": marked("Power while serving"),
    "serving_software": marked("Serving software"),
    "throughput": marked("Throughput reached"),
    "total_parameters": marked("Size of the model"),
    "upstream_generation": marked("Fuel chain of the grid"),
    "utilisation": marked("Throughput reached"),
    "video_energy_unit": marked("Energy of video steps"),
    "water_scarcity": marked("Scarcity of water"),
    "weight_size": marked("Bits per weight"),
    "wue_grid": marked("Water per kWh of the grid"),
    "wue_grid_withdrawn": marked("Water withdrawn per kWh of the grid"),
    "wue_site": marked("Water per kWh on site"),
    "wue_site_withdrawn": marked("Water withdrawn per kWh on site"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """An input as a reader sees it: its share of the variance, and the total at its low and its high."""

    label: str
    share: float
    low: float
    high: float
    names: str


def drivers(subject: Subject, sheet: Sheet) -> Chart:
    """Return what makes the total uncertain, the largest share of the variance first."""
    words, measure = sheet.words, sheet.measure
    result = _result(subject, sheet)
    total = subject.results[result]
    if total is None:
        raise NotEstimableError(f"no drivers: {measure.name} is not known: {why(subject, [result])}.")
    found = list(subject.drivers().get(result, ()))
    if not found:
        raise NotEstimableError("no drivers: nothing behind this total is uncertain, or no range of it is known.")
    causes = [_cause(driver, words) for driver in found]
    shown, rest = causes[:_SHOWN], causes[_SHOWN:]
    scale = Scale.of([total], words)
    title, count = shares_title(
        [cause.label for cause in causes],
        [cause.share for cause in causes],
        1.0,
        "input",
        words("of the uncertainty"),
        words,
        len(causes),
    )
    said = Said(
        title=title,
        subtitle=words(
            "{what}, {unit}, where one input alone is low or high (90 %); percent: share of the variance",
            what=words(_WHAT[result]),
            unit=scale.label,
        ),
        alt=_told(causes, total, scale, words),
        notes=missing_notes(subject, words, [result]),
        source=source_line(subject, words, FIRST[measure.name]),
    )
    numbers = Numbers(
        table=[
            {
                "input": cause.names,
                "share_of_variance": cause.share,
                "low": cause.low,
                "high": cause.high,
                "unit": total.unit,
            }
            for cause in causes
        ],
        heads=(
            words("input"),
            words("share of the variance"),
            words("low, {unit}", unit=scale.label),
            words("high, {unit}", unit=scale.label),
        ),
        cells=[(cause.label, words.percent(cause.share), *_ends(cause, total, scale)) for cause in causes],
    )
    return finished("drivers", subject, sheet, said, _tornado(shown, rest, total, count, scale, sheet), numbers)


_WHAT = {
    "carbon_location": marked("Carbon of the electricity, location-based"),
    "facility_energy": marked("Electricity at the building's meter"),
    "water_site": marked("Water consumed on site"),
    "water_grid": marked("Water consumed by power plants"),
}


def _result(subject: Subject, sheet: Sheet) -> str:
    """Return the result whose drivers are drawn: of water that of its larger part."""
    parts = [part for part in sheet.measure.parts if subject.results.get(part)]
    return max(parts, key=lambda part: _value(subject, part), default=sheet.measure.parts[0])


def _value(subject: Subject, result: str) -> float:
    amount = subject.results.get(result)
    return amount.value if amount else 0.0


def _cause(driver: Driver, words: Language) -> Cause:
    labels = [words(INPUTS[name]) if name in INPUTS else name.replace("_", " ") for name in driver.name.split(" and ")]
    label = words.listed(dict.fromkeys(labels))
    return Cause(label=label, share=driver.share, low=driver.low, high=driver.high, names=driver.name)


def _ends(cause: Cause, total: Amount, scale: Scale) -> tuple[str, str]:
    ends = (Amount(value=end, unit=total.unit, low=cause.low, high=cause.high) for end in (cause.low, cause.high))
    low, high = (scale.text(end, unit=False) for end in ends)
    return low, high


def _told(causes: Sequence[Cause], total: Amount, scale: Scale, words: Language) -> str:
    texts = [words("The total is {amount} ({range})", amount=scale.text(total), range=scale.between(total))]
    for cause in causes[:_SHOWN]:
        low, high = _ends(cause, total, scale)
        share = words.percent(cause.share)
        texts.append(words("{name}: {share}, {low} to {high}", name=cause.label, share=share, low=low, high=high))
    return joined(texts, words)


def _tornado(
    shown: Sequence[Cause], rest: Sequence[Cause], total: Amount, count: int, scale: Scale, sheet: Sheet
) -> Picture:
    import altair as alt

    words, theme = sheet.words, sheet.theme
    labels = [cause.label for cause in shown]
    shares = [words.percent(cause.share) for cause in shown]
    if rest:
        labels.append(words.plural("{count} other", "{count} others", len(rest)))
        shares.append(words.percent(sum(cause.share for cause in rest)))
    rows = Rows.of(labels, sheet.room)
    right = math.ceil(widest(shares, LABEL) + GAP)
    middle = scale.of_value(total.value)
    high = max([scale.of_value(cause.high) for cause in shown] + [middle]) * 1.02
    plot = sheet.room - rows.left - right
    data = [
        {
            "name": label,
            "label": rows.label(label, sheet.room, place < count),
            "shown": share,
            "centre": rows.centre(place),
            "bold": place < count,
            "range": "",
            "end": middle,
            **(_reach(shown[place], total, middle, scale) if place < len(shown) else {}),
        }
        for place, (label, share) in enumerate(zip(labels, shares, strict=True))
    ]
    ticks = Ticks.to(high, words, most=5 if plot > 300 else 3)
    x_scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(values=list(ticks.values), labelExpr=ticks.expression(), labelOverlap=False, labelFlush=False)
    y = down(rows)
    base = alt.Chart(alt.InlineData(values=data))
    drawn = base.transform_filter("isValid(datum.value)")
    half: dict[str, Any] = {"height": THICK, "stroke": sheet.colour, "strokeWidth": 1}
    text = scale.text(total)
    half_text = width(text, LABEL, True) / 2
    centred = min(max(middle / high * plot, half_text - rows.left), plot + right - half_text)
    lines = [
        {"total": middle, "from": top - 4 * (place == 0), "to": end} for place, (top, end) in enumerate(rows.behind())
    ]
    layers: list[Any] = [
        grid(ticks, rows, sheet),
        drawn.mark_bar(color=theme.pale(sheet.colour), **half).encode(
            x=alt.X("low:Q", scale=x_scale, axis=axis), x2="value:Q", y=y, tooltip=tips(sheet)
        ),
        drawn.mark_bar(color=sheet.colour, **half).encode(
            x=alt.X("value:Q", scale=x_scale), x2="high:Q", y=y, tooltip=tips(sheet)
        ),
        alt.Chart(alt.InlineData(values=lines))
        .mark_rule(color=theme.ink, strokeWidth=1.6)
        .encode(x=alt.X("total:Q", scale=x_scale), y=alt.Y("from:Q"), y2="to:Q"),
        words_at([text], centred, -10, theme.ink, LABEL, align="center", bold=True),
        base.mark_text(align="left", baseline="middle", dx=GAP, color=theme.ink, **MARK_TEXT).encode(
            x=alt.X("end:Q", scale=x_scale), y=y, text="shown:N"
        ),
        *draw_labels(base, rows, [place < count for place in range(len(labels))], sheet),
    ]
    return Picture(layers=layers, left=rows.left, right=right, height=rows.height, below=20, above=16)


def _reach(cause: Cause, total: Amount, middle: float, scale: Scale) -> dict[str, Any]:
    """Return where the bar of an input begins and ends."""
    low, high = scale.of_value(cause.low), scale.of_value(cause.high)
    ends = _ends(cause, total, scale)
    between = scale.words("{low} to {high}", low=ends[0], high=f"{ends[1]}\u00a0{scale.label}")
    return {"low": low, "high": high, "value": middle, "end": max(high, middle), "range": between}
