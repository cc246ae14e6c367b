"""The key figures of a hall that the European database on data centres asks for, as far as a result has them.

Delegated Regulation (EU) 2024/1364: Annex II lists what is communicated, Annex III the four indicators that follow.
Where a result holds no figure the row stands there without one, and with the reason: nothing is taken from a neighbour,
such as water consumed for the water that entered.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from footprint.charts.amounts import Amount
from footprint.errors import NotEstimableError
from footprint.exports.subject import READINGS, Frame, Subject, plain, shown, whole
from footprint.results import INDICATORS, rounded
from footprint.units import Quantity

REGULATION = "Delegated Regulation (EU) 2024/1364"
#: Cells that a spreadsheet would run begin so.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One data point."""

    annex: str
    #: blank where the symbol is not certain
    symbol: str
    name: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    #: how the value was found, or why there is none
    remark: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as files have them."""
        return {
            "annex": self.annex,
            "symbol": self.symbol,
            "name": self.name,
            "unit": self.unit,
            "value": rounded(self.value),
            "low": rounded(self.low),
            "high": rounded(self.high),
            "status": "not given" if self.value is None else "given",
            "remark": self.remark,
        }


def written(subject: Subject, frame: Frame, ending: str) -> tuple[str, tuple[str, ...]]:
    """Return the data points as CSV or JSON, and what they do not say.

    Raises
    ------
    footprint.errors.NotEstimableError : the result is of no hall
    """
    if subject.kind != "datacenter":
        raise NotEstimableError(
            f"the key figures of {REGULATION} are of a hall: give the result of footprint datacenter, best with the "
            "readings of its meters."
        )
    rows = [point.as_dict() for point in points(subject)]
    given = sum(row["status"] == "given" for row in rows)
    notes = (
        f"{given} of {len(rows)} data points given; the regulation asks for a calendar year, by the operator: figures "
        "that were modelled are no readings.",
    )
    text = _csv(rows, subject, frame) if ending.lower() == ".csv" else _json(rows, subject, frame)
    return text, notes


#: Readings behind a data point: symbol, name, what it is, unit, and the option that gives it.
_READINGS = tuple(
    (symbol, name, what, READINGS[name], option)
    for symbol, name, what, option in (
        ("W_IN", "water_input", "total water input", "--water-input; water consumed is another thing"),
        ("E_REUSE", "reused_energy", "waste heat reused outside", "--reused-energy"),
        ("E_RES-TOT", "renewable_energy", "renewable energy, total", "--renewable-energy"),
    )
)
_INDICATORS = (
    ("WUE", "wue_input", "water usage effectiveness, W_IN over E_IT", "m3/MWh", "--water-input with --it-energy"),
    (
        "ERF",
        "energy_reuse_factor",
        "energy reuse factor, E_REUSE over E_DC",
        "1",
        "--reused-energy with --facility-energy",
    ),
    (
        "REF",
        "renewable_energy_factor",
        "renewable energy factor, E_RES-TOT over E_DC",
        "1",
        "--renewable-energy with --facility-energy",
    ),
)
#: What no estimate holds; a symbol only where it is certain.
_OTHERS = (
    ("PD_IT", "installed power demand of IT equipment", "kW", "a load is no installed power: take it from the plates"),
    ("", "floor area of the data centre and of its computer rooms", "m2", ""),
    ("E_DC-BG", "energy of backup generators", "kWh", "take it from their meters"),
    ("", "functions for the grid, and average capacity of batteries", "", ""),
    ("W_IN-POT", "potable water input", "m3", "take it from the meter of the supply"),
    ("", "average temperature of waste heat, and set point of the intake air", "degree Celsius", ""),
    ("", "types of refrigerant", "", ""),
    ("", "cooling degree days", "degree days", ""),
    ("E_RES-GOO", "renewable energy by guarantees of origin", "kWh", "renewable energy is known in total only"),
    ("E_RES-PPA", "renewable energy by power purchase agreements", "kWh", "renewable energy is known in total only"),
    ("E_RES-OS", "renewable energy made on the site", "kWh", "renewable energy is known in total only"),
    ("", "ICT capacity of servers and of storage", "", ""),
    ("", "data traffic and bandwidth, in and out", "", ""),
)
_NO_PART = "no part of an estimate"


def points(subject: Subject) -> Iterator[Point]:
    """Yield every data point, with its value or with the reason why there is none."""
    for symbol, name, what in (
        ("E_DC", "facility_energy", "total energy consumption"),
        ("E_IT", "it_energy", "energy consumption of IT equipment"),
    ):
        yield _energy(subject, symbol, name, what)
    for symbol, name, what, unit, option in _READINGS:
        value = subject.readings.get(name)
        remark = f"not given ({option})" if value is None else "reading, as stated"
        yield Point(annex="II", symbol=symbol, name=what, unit=unit, value=value, remark=remark)
    for symbol, what, unit, why in _OTHERS:
        yield Point(annex="II", symbol=symbol, name=what, unit=unit, remark=f"{_NO_PART}; {why}" if why else _NO_PART)
    yield _pue(subject)
    for symbol, name, what, unit, option in _INDICATORS:
        value = subject.indicators.get(name)
        if value is not None and name == "wue_input":
            value = float(Quantity(value, INDICATORS[name][0]).m_as("m3/MWh_IT"))
        remark = f"needs {option}" if value is None else "of the readings given"
        yield Point(annex="III", symbol=symbol, name=what, unit=unit, value=value, remark=remark)


def _energy(subject: Subject, symbol: str, name: str, what: str) -> Point:
    amount: Amount | None = subject.amounts[name]
    if amount is None:
        why = subject.reasons.get(name) or "it does not follow from what was given"
        return Point(annex="II", symbol=symbol, name=what, unit="kWh", remark=f"not known: {whole(why)}")
    read = name in subject.readings or (subject.quality == "measured" and not amount.ranged)
    remark = "reading, as stated" if read else f"{subject.quality}, no reading: {'; '.join(subject.methods)}"
    bounds = {"low": amount.low, "high": amount.high} if amount.ranged else {}
    return Point(annex="II", symbol=symbol, name=what, unit="kWh", value=amount.value, remark=whole(remark), **bounds)


def _pue(subject: Subject) -> Point:
    """Return the PUE: of both readings, or as it was taken, which is no result."""
    what = "power usage effectiveness, E_DC over E_IT"
    if "pue" in subject.indicators:
        value, remark = subject.indicators["pue"], "of the readings given"
        return Point(annex="III", symbol="PUE", name=what, unit="1", value=value, remark=remark)
    use = next((use for use in subject.factors if use.get("name") == "pue"), None)
    if use is None:
        return Point(annex="III", symbol="PUE", name=what, unit="1", remark="needs --facility-energy with --it-energy")
    range = use["range"]
    return Point(
        annex="III",
        symbol="PUE",
        name=what,
        unit="1",
        value=use["value"],
        low=range.get("low"),
        high=range.get("high"),
        remark=whole(f"taken, no reading: {use.get('rung')} [{use.get('id')}]"),
    )


def _about(subject: Subject, frame: Frame) -> dict[str, Any]:
    return {
        "regulation": REGULATION,
        "place": shown(subject.place) if subject.place else None,
        "factors_of": subject.factors_of,
        "quality": subject.quality,
        "method": "; ".join(subject.methods),
        "edition": subject.edition,
        "tool": frame.tool,
        "date": frame.date.isoformat(),
        "note": "values as stated or estimated; ranges are the 5th and the 95th percentile; the period is that of the "
        "readings, and the regulation asks for a calendar year",
    }


def _json(rows: list[dict[str, Any]], subject: Subject, frame: Frame) -> str:
    document = {**_about(subject, frame), "assumptions": [whole(text) for text in subject.assumptions], "points": rows}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _csv(rows: list[dict[str, Any]], subject: Subject, frame: Frame) -> str:
    """Return the rows with what they are of in columns of their own: a CSV file has no place above its head."""
    about = {name: text for name, text in _about(subject, frame).items() if name != "note"}
    file = io.StringIO()
    writer = csv.DictWriter(file, [*rows[0], *about], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in {**row, **about}.items()} for row in rows)
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return plain(value)
    # A spreadsheet shows a text that begins with an apostrophe, and does not run it.
    return f"'{value}" if str(value).startswith(_RUNS) else str(value)
