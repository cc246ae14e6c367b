"""What an activity costs: one result, the same in Python, in a terminal, as JSON and as the columns of a batch."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.catalogue import FactorUse
from footprint.magnitudes.term import Term
from footprint.numbers import exact, shown, shown_range, supported
from footprint.units import Quantity

if TYPE_CHECKING:
    from footprint.activities import Activity
    from footprint.catalogue import Place, Published
    from footprint.comparison import Comparison
    from footprint.magnitudes.explanation import Step
    from footprint.ranges import Spread
    from footprint.ranges.drivers import Driver
    from footprint.scopes import Claim
    from footprint.training_share import TrainingShare

#: Version of the published fields: additions only within a major version.
SCHEMA_VERSION = "1.0"

#: The results in their published order, and the unit of each in files.
RESULTS: dict[str, str] = {
    "it_energy": "kWh_IT",
    "facility_energy": "kWh",
    "carbon_location": "kgCO2e",
    "carbon_market": "kgCO2e",
    "carbon_embodied": "kgCO2e",
    "carbon_upstream": "kgCO2e",
    "water_site": "L",
    "water_grid": "L",
    "water_embodied": "L",
    "water_site_withdrawn": "L",
    "water_grid_withdrawn": "L",
    "water_stress": "m3_world_eq",
}

#: The same as column names of a batch: a bare number carries its unit in its name.
COLUMNS: dict[str, str] = {
    "it_energy": "it_energy_kwh_it",
    "facility_energy": "facility_energy_kwh",
    "carbon_location": "carbon_location_kg",
    "carbon_market": "carbon_market_kg",
    "carbon_embodied": "carbon_embodied_kg",
    "carbon_upstream": "carbon_upstream_kg",
    "water_site": "water_site_l",
    "water_grid": "water_grid_l",
    "water_embodied": "water_embodied_l",
    "water_site_withdrawn": "water_site_withdrawn_l",
    "water_grid_withdrawn": "water_grid_withdrawn_l",
    "water_stress": "water_stress_m3_world_eq",
}


def bound_columns(name: str) -> tuple[str, str]:
    """Return the columns of the 5th and the 95th percentile of a result.

    >>> bound_columns("facility_energy")
    ('facility_energy_kwh_low', 'facility_energy_kwh_high')
    """
    return f"{COLUMNS[name]}_low", f"{COLUMNS[name]}_high"


#: The same as a reader calls them.
LABELS: dict[str, str] = {
    "it_energy": "electricity, servers' plugs",
    "facility_energy": "electricity, building's meter",
    "carbon_location": "carbon, location-based",
    "carbon_market": "carbon, market-based",
    "carbon_embodied": "carbon, hardware",
    "carbon_upstream": "carbon, upstream of the grid",
    "water_site": "water consumed on site",
    "water_grid": "water consumed by power plants",
    "water_embodied": "water, hardware",
    "water_site_withdrawn": "water withdrawn on site",
    "water_grid_withdrawn": "water withdrawn by power plants",
    "water_stress": "water consumed, by scarcity",
}

#: Second readings of the same water: where they are not known, a table for people leaves them out.
ASIDE = ("water_site_withdrawn", "water_grid_withdrawn", "water_stress")

#: How good figures are, by quality, in the words of a report.
SAID_QUALITY = {
    "measured": "measured",
    "provider_reported": "estimated, from what the provider reports",
    "modelled": "estimated, modelled",
    "proxy": "estimated, by proxy",
}

#: Rungs whose value is somebody's statement, not our estimate: results of these alone show a digit more.
_STATED = ("stated by the user", "published inputs of the run", "definition")


@dataclass(frozen=True, slots=True)
class Line:
    """A result as a reader sees it: what it is, how much, and what stands beside it."""

    name: str
    label: str
    value: str
    remark: str
    #: from the 5th to the 95th percentile, in the unit of the value; blank where nothing is uncertain
    range: str = ""


#: What an energy is made up of, where it has parts: each with its unit in files and its name for a reader.
PARTS: dict[str, tuple[str, str]] = {
    "prefill_it_energy": ("kWh_IT", "reading the prompt"),
    "decode_it_energy": ("kWh_IT", "writing the answer"),
    "answer_it_energy": ("kWh_IT", "the answer"),
    "search_it_energy": ("kWh_IT", "the web search"),
    "answer_facility_energy": ("kWh", "the answer"),
    "search_facility_energy": ("kWh", "the web search"),
}
#: What a training run took, with the unit of each in files.
WORKLOAD: dict[str, str] = {
    "operations": "FLOP",
    "accelerator_hours": "acc_h",
    "accelerators": "accelerator",
    "hours": "h",
}
_UNITS = {**RESULTS, **{name: unit for name, (unit, _) in PARTS.items()}, **WORKLOAD}
#: Which energy each unit of a part is a part of.
WHOLE = {"kWh_IT": "it_energy", "kWh": "facility_energy"}

#: Key figures of a hall, where its meters give them: unit, name for a reader, and the range that can be right.
INDICATORS: dict[str, tuple[str, str, float, float]] = {
    "pue": ("kWh/kWh_IT", "PUE, by the meters", 1, 4),
    "wue_input": ("L/kWh_IT", "WUE, water input", 0, 10),
    "renewable_energy_factor": ("", "REF, renewable energy factor", 0, 1),
    "energy_reuse_factor": ("", "ERF, energy reuse factor", 0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What an activity costs, and the catalogue rows that say so. A field that is None is not known, never zero."""

    activity: Activity
    it_energy: Quantity | None  #: electricity at the servers' plugs [kWh_IT]
    facility_energy: Quantity | None  #: electricity at the building's meter [kWh]
    carbon_location: Quantity | None  #: operational, by the average of the grid [kgCO2e]
    carbon_market: Quantity | None  #: operational, by contracts [kgCO2e]
    carbon_embodied: Quantity | None  #: share of making the hardware [kgCO2e]
    carbon_upstream: Quantity | None  #: grid losses and fuel chain that no other field holds [kgCO2e]
    water_site: Quantity | None  #: consumed by cooling [L]
    water_grid: Quantity | None  #: consumed by power plants [L]
    water_embodied: Quantity | None  #: share of making the hardware [L]
    water_site_withdrawn: Quantity | None  #: taken in by cooling, part of which returns [L]
    water_grid_withdrawn: Quantity | None  #: taken in by power plants, part of which returns [L]
    water_stress: Quantity | None  #: water consumed on site and by power plants, weighted by scarcity [m3_world_eq]
    method: str  #: id of the method, see `footprint.methods`
    method_label: str  #: the same in words
    quality: str  #: measured, provider_reported, modelled, or proxy
    factors: tuple[FactorUse, ...]  #: the rows used, in order of use, each with its rung
    assumptions: tuple[str, ...]  #: what was taken because nobody said otherwise
    warnings: tuple[str, ...]  #: what a reader must know before using the figures
    edition: str  #: hash of the catalogue
    date: datetime.date  #: the day whose factors were used
    place: Place | None = None
    provider: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)  #: why a field is None
    published: tuple[Published, ...] = ()  #: what the publisher prints, beside
    printed: FactorUse | None = None  #: the published figure per use behind the estimate
    versus: Comparison | None = None
    role: str | None = None  #: who reports: owner, tenant or buyer
    scopes: Mapping[str, Claim] = field(default_factory=dict)  #: scope and category of each carbon result, by role
    training_share: TrainingShare | None = None  #: of the model's training, where it was asked for
    parts: Mapping[str, Quantity] = field(default_factory=dict)  #: what an energy is made up of, where it has parts
    indicators: Mapping[str, Quantity] = field(default_factory=dict)  #: PUE, WUE, REF and ERF of a hall's own meters
    workload: Mapping[str, Quantity] = field(default_factory=dict)  #: operations and time of a training run
    terms: Mapping[str, Term] = field(default_factory=dict, repr=False)  #: derivation of each result
    #: 5th and 95th percentile of each result that is known
    ranges: Mapping[str, tuple[Quantity, Quantity]] = field(default_factory=dict)
    spreads: Mapping[str, Spread] = field(default_factory=dict, repr=False)  #: how each factor varies, by its name
    drivers_of: Callable[[], dict[str, tuple[Driver, ...]]] = field(default=dict, repr=False, compare=False)
    #: draws it as SVG; None where no chart of it can be drawn
    picture_of: Callable[[Estimate], str | None] | None = field(default=None, repr=False, compare=False)

    def drivers(self) -> dict[str, tuple[Driver, ...]]:
        """Return, for each result, which inputs make it uncertain, with their shares of the variance.

        >>> from footprint import query
        >>> drivers = query("gpt-4o", output_tokens=400, input_tokens=500, region="FR", date="2025-06-01").drivers()
        >>> drivers["facility_energy"][0].name
        'batch_size'
        """
        return self.drivers_of()

    def known(self) -> dict[str, Quantity]:
        """Return the results that are known, by name, in their published order."""
        values = ((name, getattr(self, name)) for name in RESULTS)
        return {name: value for name, value in values if value is not None}

    @property
    def said_quality(self) -> str:
        """How good the figures are, in the words of a report: measured, or estimated and how."""
        return SAID_QUALITY[self.quality]

    def digits(self, name: str) -> int:
        """Return how many figures a result supports: four where it follows from statements alone, else by its range."""
        leaves = (term.origin for term in self.terms[name].walk() if term.equation is None)
        if all(isinstance(use, FactorUse) and use.rung in _STATED for use in leaves):
            return 4
        value = getattr(self, name)
        low, high = self.ranges.get(name, (value, value))
        return supported(*(float(q.m_as(RESULTS[name])) for q in (low, value, high)))

    def range_text(self, name: str) -> str:
        """Return the range of a result as a person reads it, blank where it has none: ``0.21 to 1.6``."""
        value = getattr(self, name)
        if value is None or name not in self.ranges:
            return ""
        return shown_range(value, *self.ranges[name])

    def lines(self) -> list[Line]:
        """Return every result as a reader sees it, the unknown ones with their reason."""
        published = {item.name: item for item in self.published}
        lines = []
        for name, label in LABELS.items():
            value, remark = getattr(self, name), ""
            if name in published:
                item = published[name]
                counted = f" ({item.boundary})" if item.boundary else ""
                remark = f"published: {exact(item.value)} {item.unit}{counted}"
            if name == "carbon_location" and value is not None:
                remark = "; ".join(part for part in (self._grid(), remark) if part)
            if name == "carbon_upstream" and value is not None:
                remark = "; ".join(part for part in (self._upstream(), remark) if part)
            if name in self.scopes and value is not None:
                remark = "; ".join(part for part in (remark, str(self.scopes[name])) if part)
            if value is None and name in ASIDE:
                continue
            if value is None:
                reason = "; ".join(part for part in (self.reasons.get(name, ""), remark) if part)
                lines.append(Line(name, label, "not known", reason))
            else:
                lines.append(Line(name, label, shown(value, self.digits(name)), remark, self.range_text(name)))
                lines.extend(self._part_lines(name))
        for name, value in self.indicators.items():
            as_read = value if INDICATORS[name][0] else value.to("percent")  # a share, for a reader
            text = shown(as_read, 4).replace(" percent", " %")
            lines.append(Line(name, INDICATORS[name][1], text, "of the readings given"))
        return [*lines, *(self.training_share.lines() if self.training_share else ())]

    def _part_lines(self, whole: str) -> list[Line]:
        """Return the parts of an energy as a reader sees them, under it."""
        found = []
        for name, value in self.parts.items():
            unit, label = PARTS[name]
            if WHOLE[unit] == whole:
                low_high = shown_range(value, *self.ranges[name]) if name in self.ranges else ""
                found.append(Line(name, f"  of it {label}", shown(value, self.digits(whole)), "", low_high))
        return found

    def _upstream(self) -> str:
        """Return what the upstream figure holds."""
        fuels = any(use.name == "fuel_chain_intensity" and use.rung == "definition" for use in self.factors)
        return "grid losses; the fuel chain is in the life-cycle factor" if fuels else "grid losses and fuel chain"

    def _grid(self) -> str:
        """Return which kind of grid factor the location-based figure stands on."""
        use = next((use for use in self.factors if use.name == "grid_intensity"), None)
        return grid_kind(use.id, use.rung) if use else ""

    def derivation(self) -> list[Step]:
        """Return the equations behind the results, in order, each with its values and the rows it cites."""
        from footprint.magnitudes.explanation import steps

        return steps(self.terms.values())

    def __str__(self) -> str:
        """Return the results as aligned text."""
        lines = self.lines()
        left, middle = max(len(line.label) for line in lines), max(len(line.value) for line in lines)
        wide = max(len(line.range) for line in lines)
        text = [
            f"{line.label:<{left}}  {line.value:>{middle}}  {line.range:<{wide}}  {line.remark}".rstrip()
            for line in lines
        ]
        return "\n".join([*text, f"{self.said_quality}: {self.method_label}; factors of edition {self.edition}"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the results as notebooks show them: a table with its picture, each of them alone, and text."""
        found = {"text/plain": str(self), "text/markdown": self._repr_markdown_(), "text/html": self._table()}
        if self.picture_of and (picture := self.picture_of(self)):
            found |= {"image/svg+xml": picture, "text/html": f"{found['text/html']}{picture}"}
        return found

    def _table(self) -> str:
        """Return the results as a table of HTML."""
        from html import escape

        left, right = ' style="text-align:left"', ' style="text-align:right"'
        heads = zip(("estimated", "value", "90 % range", ""), (left, right, left, left), strict=True)
        rows = [
            f'<tr><th scope="row"{left}>{escape(line.label.strip())}</th><td{right}>{escape(line.value)}</td>'
            f"<td{left}>{escape(line.range)}</td><td{left}>{escape(line.remark)}</td></tr>\n"
            for line in self.lines()
        ]
        foot = escape(f"{self.said_quality}: {self.method_label}; factors of edition {self.edition}")
        return (
            f'<table>\n<caption style="caption-side:bottom;text-align:left">{foot}</caption>\n<thead><tr>'
            + "".join(f'<th scope="col"{side}>{head}</th>' for head, side in heads)
            + f"</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n"
        )

    def _repr_markdown_(self) -> str:
        """Return the results as a table for notebooks."""
        rows = [f"| {line.label} | {line.value} | {line.range} | {_cell(line.remark)} |" for line in self.lines()]
        head = ["| estimated | value | 90 % range | |", "| :-- | --: | :-- | :-- |"]
        foot = f"\n{self.said_quality}: {_cell(self.method_label)}; factors of edition `{self.edition}`"
        return "\n".join([*head, *rows, foot])

    def _bounds(self, name: str) -> dict[str, float | None]:
        low, high = self.ranges.get(name, (None, None))
        return {
            "low": None if low is None else rounded(low.m_as(_UNITS[name])),
            "high": None if high is None else rounded(high.m_as(_UNITS[name])),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the published JSON object."""
        document: dict[str, Any] = {
            "activity": {"kind": self.activity.kind, **{n: _plain(v) for n, v in self.activity.stated().items()}}
        }
        for name, unit in RESULTS.items():
            value = getattr(self, name)
            document[name] = (
                None if value is None else {"value": rounded(value.m_as(unit)), "unit": unit, **self._bounds(name)}
            )
        document |= {
            "method": self.method,
            "quality": self.quality,
            "factors": [{**use.as_dict(), "range": spread_dict(self.spreads.get(use.name))} for use in self.factors],
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
            "reasons": dict(self.reasons),
            "published": [
                {
                    "result": p.name,
                    "value": p.value,
                    "unit": p.unit,
                    "boundary": p.boundary,
                    "source": p.source,
                    "locator": p.locator,
                }
                for p in self.published
            ],
            "region": self.place.id if self.place else None,
            "provider": self.provider,
            "date": self.date.isoformat(),
            "edition": self.edition,
            "schema_version": SCHEMA_VERSION,
        }
        if self.parts:
            document["parts"] = {
                name: {"value": rounded(value.m_as(PARTS[name][0])), "unit": PARTS[name][0], **self._bounds(name)}
                for name, value in self.parts.items()
            }
        if self.indicators:
            document["indicators"] = {
                name: {"value": rounded(value.m_as(INDICATORS[name][0])), "unit": INDICATORS[name][0] or "1"}
                for name, value in self.indicators.items()
            }
        if self.workload:
            document["workload"] = {
                name: {"value": rounded(value.m_as(unit)), "unit": unit, **self._bounds(name)}
                for name, unit in WORKLOAD.items()
                if (value := self.workload.get(name)) is not None
            }
        if self.role:
            document["role"] = self.role
            document["scopes"] = {name: claim.as_dict() for name, claim in self.scopes.items()}
        if self.training_share:
            document["training_share"] = self.training_share.as_dict()
        if self.versus:
            document["versus"] = self.versus.as_dict()
        return document


def grid_kind(id: str, rung: str) -> str:
    """Return which kind of grid factor one is, by its id and the rung that found it; blank where neither says.

    >>> grid_kind("grid_direct_fra_2025", "country, own year"), grid_kind("stated:grid_intensity", "stated by the user")
    ('direct grid average', 'your own grid factor')
    """
    kinds = {"grid_lifecycle": "life-cycle grid average", "grid_direct": "direct grid average"}
    own = {"stated by the user": "your own grid factor", "published inputs of the run": "the run's own grid factor"}
    return own.get(rung) or next((text for start, text in kinds.items() if id.startswith(start)), "")


def spread_dict(spread: Spread | None) -> dict[str, Any] | None:
    """Return how a factor varies as the published JSON has it; None where it does not."""
    if spread is None or spread.distribution == "fixed":
        return None
    return {
        "low": rounded(spread.low),
        "high": rounded(spread.high),
        "distribution": spread.distribution,
        "because": spread.because,
    }


def rounded(value: float | None) -> float | None:
    """Return ``value`` with 12 digits, so that files repeat byte by byte on any machine.

    >>> rounded(0.1 + 0.2)
    0.3
    """
    return None if value is None else float(f"{float(value):.12g}")


def _cell(text: str) -> str:
    return "".join("\\" + c if c in "|*_`[]<>\\" else c for c in text)


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        return {"value": rounded(float(value.magnitude)), "unit": f"{value.units:~C}" or "1"}
    return value.isoformat() if isinstance(value, datetime.date) else value
