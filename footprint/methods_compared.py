"""One activity by every method that covers it, side by side: what each counts, and which term makes the difference.

The methods are evaluated with the same equations as an estimate. Between two of them, the ratio of the results is the
product of the ratios of their terms: the amount of work, the energy for each unit of it, what is counted around it, the
hall, the grid. No reason is written by hand.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from footprint.activities import Activity
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import FootprintError, UsageError
from footprint.estimate import evaluated
from footprint.methods import METHODS, PUBLISHED
from footprint.numbers import exact, in_scale, number, unit_text
from footprint.results import Estimate, rounded
from footprint.settling.choice import names_for
from footprint.settling.draft import KINDS, LEFT_OUT
from footprint.units import Equation, Quantity, is_unit

#: The host of a hall that nobody named.
ANY_HOST = "unknown"
#: Terms closer to one than this do not differ.
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioTerm:
    """One term in which a method differs from ours: by how much, and in what."""

    name: str
    ours: Quantity
    theirs: Quantity
    #: what this term multiplies the result by, going from ours to theirs
    ratio: float
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        unit = unit_text(self.theirs)
        return {
            "term": self.name,
            "ours": rounded(float(self.ours.m_as(self.theirs.units))),
            "theirs": rounded(float(self.theirs.magnitude)),
            "unit": unit,
            "ratio": rounded(self.ratio),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRow:
    """One method beside the others: its figures, their boundary, and why they differ from ours."""

    method: str
    label: str
    #: who documents it: a source of the catalogue; blank for ours
    source: str
    citation: str
    estimate: Estimate | None = None
    #: electricity as the method gives it out, and what it has counted
    energy: Quantity | None = None
    boundary: str = ""
    #: years of the figures of hall, grid and coefficients
    years: tuple[int, ...] = ()
    #: electricity and carbon over ours
    energy_ratio: float | None = None
    carbon_ratio: float | None = None
    terms: tuple[RatioTerm, ...] = ()
    carbon_terms: tuple[RatioTerm, ...] = ()
    #: why the method gives nothing here: what it would need
    reason: str = ""
    #: the result whose ratio is ``energy_ratio``: at the meter where both know it, else at the servers' plugs
    ratio_of: str = ""

    def range_of(self, name: str) -> tuple[Quantity, Quantity] | None:
        """Return the 5th and 95th percentile of a result; None where the method, as those of others, states none."""
        return self.estimate.ranges.get(name) if self.estimate and not self.source else None

    @property
    def energy_range(self) -> tuple[Quantity, Quantity] | None:
        """The range of ``energy``, at its boundary."""
        if self.estimate is None or self.energy is None:
            return None
        return self.range_of("it_energy" if is_unit(self.energy.units, "kWh_IT") else "facility_energy")

    @property
    def carbon(self) -> Quantity | None:
        """Carbon of the electricity, location-based."""
        return self.estimate.carbon_location if self.estimate else None

    @property
    def carbon_hardware(self) -> Quantity | None:
        """Carbon of making the hardware, where the method gives any."""
        return self.estimate.carbon_embodied if self.estimate else None

    @property
    def water(self) -> Quantity | None:
        """Water consumed on site and by power plants together, where the method gives both."""
        if self.estimate is None or self.estimate.water_site is None or self.estimate.water_grid is None:
            return None
        return self.estimate.water_site + self.estimate.water_grid

    @property
    def why(self) -> str:
        """The terms in which the method differs from ours, in words."""
        if self.reason:
            return self.reason
        return "; ".join(term.text for term in (*self.terms, *self.carbon_terms))

    @property
    def span(self) -> str:
        """The years of its figures: the first and the last."""
        ends = sorted({*self.years[:1], *self.years[-1:]})
        return "-".join(str(year) for year in ends)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "method": self.method,
            "label": self.label,
            "source": self.source or None,
            "citation": self.citation or None,
            "energy": _plain(self.energy),
            "energy_range": _ends(self.energy_range),
            "boundary": self.boundary or None,
            "carbon_location": _plain(self.carbon, "kgCO2e"),
            "carbon_location_range": _ends(self.range_of("carbon_location"), "kgCO2e"),
            "carbon_embodied": _plain(self.carbon_hardware, "kgCO2e"),
            "water": _plain(self.water, "L"),
            "years": list(self.years),
            "energy_over_ours": rounded(self.energy_ratio),
            "ratio_of": self.ratio_of or None,
            "carbon_over_ours": rounded(self.carbon_ratio),
            "terms": [term.as_dict() for term in (*self.terms, *self.carbon_terms)],
            "not_covered": self.reason or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodComparison:
    """An activity by each method: ours by the best evidence first, then our other ways, then those of others."""

    activity: Activity
    rows: tuple[MethodRow, ...]
    edition: str
    #: what was assumed for all of them, so that they can be compared
    assumed: str = ""

    @property
    def ours(self) -> MethodRow:
        """The row of the best evidence, which all others are set against."""
        return self.rows[0]

    def row(self, method: str) -> MethodRow:
        """Return the row of a method by its id.

        Raises
        ------
        KeyError : the method was not compared
        """
        return {row.method: row for row in self.rows}[method]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before comparing: where the ratios are taken, and what ours lacks."""
        at_plugs = [row.method for row in self.rows if row.ratio_of == "it_energy"]
        said = [self.assumed] if self.assumed else []
        if at_plugs:
            said.append(f"ratios of {', '.join(at_plugs)} are taken at the servers' plugs: no PUE is known to both.")
        warnings = self.ours.estimate.warnings if self.ours.estimate else ()
        return (*said, *warnings)

    def covered(self) -> list[MethodRow]:
        """Return the methods that give a figure."""
        return [row for row in self.rows if row.estimate is not None]

    def as_dict(self) -> dict[str, Any]:
        """Return the published JSON object."""
        stated = self.activity.stated()
        return {
            "activity": {"kind": self.activity.kind, **{name: _said(value) for name, value in stated.items()}},
            "ours": self.ours.method,
            "assumed": self.assumed or None,
            "methods": [row.as_dict() for row in self.rows],
            "notes": list(self.notes),
            "edition": self.edition,
        }


def compared_methods(activity: Activity, catalogue: Catalogue) -> MethodComparison:
    """Return an activity by every method that may cover it.

    Raises
    ------
    footprint.errors.UsageError : an activity that names its method already, or one of which no other method is known
    footprint.FootprintError : our own estimate cannot be made

    Examples
    --------
    >>> from footprint.activities import TrainingRun
    >>> from footprint.catalogue import open_catalogue
    >>> eight = TrainingRun(accelerator="v100_sxm2_16", accelerators=8, hours="24 h", region="US", provider="aws")
    >>> row = compared_methods(eight, open_catalogue()).row("ml_co2_impact")
    >>> f"{row.energy:.1f~P}", row.boundary
    ('57.6 kWh', 'accelerators alone')
    """
    if activity.method is not None:
        raise UsageError("compare-methods sets all methods side by side: leave the method out.")
    others = names_for(activity.kind)
    if not set(others) & set(PUBLISHED):
        raise UsageError(f"no other method is known for {KINDS[activity.kind]}: compare a query or a training run.")
    ours = _evaluated(activity, catalogue)
    assumed = ""
    if "facility_energy" not in ours.known and activity.provider is None:
        # Some methods know a hall that nobody named. An estimate would guess if it took one; a comparison that takes
        # one for all, and says so, can be made to the end.
        activity = dataclasses.replace(activity, provider=ANY_HOST)
        ours = _evaluated(activity, catalogue)
        pue = ours.factors.get("pue")
        if pue is not None and pue.low is not None and pue.high is not None:
            assumed = (
                f"who runs the hall was not given: a PUE of {exact(pue.value)} ({exact(pue.low)} to "
                f"{exact(pue.high)}), that of any hall, was assumed; name the host with --provider."
            )
    rows = [_row(ours.estimate.method, ours, ours, catalogue)]
    # Our own ways differ from the best evidence only where they lead to another method.
    seen = {ours.estimate.method}
    for name in others:
        try:
            theirs = _evaluated(dataclasses.replace(activity, method=name), catalogue)
        except FootprintError as error:
            if name in PUBLISHED:
                rows.append(_unknown(name, _needs(error), catalogue))
            continue
        if theirs.estimate.method in seen and theirs.same_as(ours):
            continue
        seen.add(theirs.estimate.method)
        rows.append(_row(name, theirs, ours, catalogue))
    return MethodComparison(activity=activity, rows=tuple(rows), edition=catalogue.edition, assumed=assumed)


def _needs(error: FootprintError) -> str:
    """Return what a method would need, without the words around it."""
    needs = str(error).partition("it would need ")[2].rstrip(".")
    return f"would need {needs}" if needs else str(error).rstrip(".")


# --- one method ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A method with every quantity that its equations gave, and its estimate."""

    estimate: Estimate
    known: Mapping[str, Quantity]
    factors: Mapping[str, FactorUse]
    steps: Sequence[Equation]

    def same_as(self, other: _Evaluated) -> bool:
        """Tell whether another way has led to the same figures."""
        return self.estimate.known() == other.estimate.known()

    def leaves_out(self, name: str) -> bool:
        """Tell whether the method counts nothing for a factor."""
        return name in self.factors and self.factors[name].rung == LEFT_OUT

    def step_to(self, name: str) -> Equation | None:
        """Return the equation that gave a quantity; None where it was given."""
        if name in self.factors:
            return None
        return next((step for step in self.steps if step.gives == name and set(step.units) <= self.known.keys()), None)


def _evaluated(activity: Activity, catalogue: Catalogue) -> _Evaluated:
    result, setting, known = evaluated(activity, catalogue)
    bare = {name: Quantity(float(value.magnitude), value.units) for name, value in known.items()}
    return _Evaluated(result, bare, setting.factors, setting.steps)


def _row(name: str, theirs: _Evaluated, ours: _Evaluated, catalogue: Catalogue) -> MethodRow:
    method = PUBLISHED.get(theirs.estimate.method) or METHODS[theirs.estimate.method]
    source = catalogue.source(method.published_by) if method.published_by else None
    energy, boundary = _as_given(theirs)
    kind = theirs.estimate.activity.kind
    terms = tuple(_terms(_LEVELS[kind], ours, theirs)) if theirs is not ours else ()
    carbon = tuple(_terms((*_common_end(kind, ours, theirs), _CARBON), ours, theirs)) if theirs is not ours else ()
    return MethodRow(
        method=name,
        label=theirs.estimate.method_label,
        source=method.published_by,
        citation=source.citation if source else "",
        estimate=theirs.estimate,
        energy=energy,
        boundary=boundary,
        years=_years(theirs, catalogue),
        energy_ratio=_ratio(_last(kind, ours, theirs), ours, theirs),
        carbon_ratio=_ratio(_CARBON, ours, theirs),
        ratio_of=_last(kind, ours, theirs),
        terms=terms,
        carbon_terms=carbon,
    )


def _unknown(name: str, reason: str, catalogue: Catalogue) -> MethodRow:
    method = PUBLISHED[name]
    source = catalogue.source(method.published_by)
    return MethodRow(
        method=name,
        label=method.label,
        source=method.published_by,
        citation=source.citation if source else "",
        reason=reason,
    )


def _as_given(theirs: _Evaluated) -> tuple[Quantity | None, str]:
    """Return the electricity that a method gives out, and what it has counted in it."""
    known = theirs.known
    if "facility_energy" not in known:
        return (known["it_energy"], "servers' plugs") if "it_energy" in known else (None, "")
    energy = known["facility_energy"].to("kWh")
    if theirs.leaves_out("accelerator_power"):
        return energy, "hosts alone" if theirs.leaves_out("pue") else "hosts alone, with the hall"
    alone = theirs.leaves_out("it_over_accelerator") and "host_it_energy" not in known
    if theirs.leaves_out("pue"):
        return energy, "accelerators alone" if alone else "servers' plugs"
    return energy, "accelerators alone, with the hall" if alone else "building's meter"


def _years(theirs: _Evaluated, catalogue: Catalogue) -> tuple[int, ...]:
    """Return the years of the figures that a method used, and of the work that documents it."""
    years = {use.year for use in theirs.estimate.factors if use.year}
    method = PUBLISHED.get(theirs.estimate.method)
    source = catalogue.source(method.published_by) if method else None
    return tuple(sorted(years | ({source.year} if source and source.year else set())))


# --- the terms of a ratio -----------------------------------------------------------------------------

#: From the amount of work to the meter: each step of the way is a quantity that several methods know.
_LEVELS: dict[str, tuple[str, ...]] = {
    "query": ("requests", "written_tokens", "decode_energy", "decode_it_energy", "it_energy", "facility_energy"),
    "training": ("accelerator_hours", "it_energy", "facility_energy"),
}
_CARBON = "carbon_location"

#: What the ratio of two levels is called, and the unit in which a reader knows it.
_NAMES: dict[tuple[str, str], tuple[str, str]] = {
    ("", "requests"): ("requests", "request"),
    ("requests", "written_tokens"): ("tokens written", "token/request"),
    ("requests", "it_energy"): ("servers for a request", "Wh_IT/request"),
    ("requests", "facility_energy"): ("all that the building takes for a request", "Wh/request"),
    ("written_tokens", "decode_energy"): ("accelerators for a token written", "J_acc/token"),
    ("written_tokens", "decode_it_energy"): ("servers for a token written", "J_IT/token"),
    ("written_tokens", "it_energy"): ("servers for a token written, reading inside", "J_IT/token"),
    ("written_tokens", "facility_energy"): ("all that the building takes for a token written", "J/token"),
    ("decode_energy", "decode_it_energy"): ("hosts", "kWh_IT/kWh_acc"),
    ("decode_energy", "it_energy"): ("hosts, and reading", "kWh_IT/kWh_acc"),
    ("decode_it_energy", "it_energy"): ("tokens read", ""),
    ("", "accelerator_hours"): ("accelerator-hours", "acc_h"),
    ("accelerator_hours", "it_energy"): ("power for each accelerator", "W_IT/accelerator"),
    ("accelerator_hours", "facility_energy"): ("power for each accelerator, with the hall", "W/accelerator"),
    ("it_energy", "facility_energy"): ("PUE", "kWh/kWh_IT"),
    ("facility_energy", "carbon_location"): ("grid", "gCO2e/kWh"),
}
#: Units of the levels that may stand first, where no amount of work is known.
_UNITS = {"it_energy": "kWh_IT", "facility_energy": "kWh", "carbon_location": "kgCO2e"}


def _levels(names: Sequence[str], ours: _Evaluated, theirs: _Evaluated) -> list[str]:
    """Return the levels that both methods know."""
    return [name for name in names if _level(ours, name) is not None and _level(theirs, name) is not None]


def _level(method: _Evaluated, name: str) -> Quantity | None:
    """Return a level; where nothing is read, the energy of the answer is that of all."""
    known = method.known
    writes = "written_tokens" in known and "prefill_it_energy" not in known
    if name == "decode_it_energy" and name not in known and writes:
        return known.get("it_energy")
    return known.get(name)


def _last(kind: str, ours: _Evaluated, theirs: _Evaluated) -> str:
    known = _levels(_LEVELS[kind], ours, theirs)
    return known[-1] if known else ""


def _common_end(kind: str, ours: _Evaluated, theirs: _Evaluated) -> tuple[str, ...]:
    """Return the level from which carbon follows in both methods; the terms before it are told with the energy."""
    last = _last(kind, ours, theirs)
    return (last,) if last else ()


def _ratio(name: str, ours: _Evaluated, theirs: _Evaluated) -> float | None:
    mine, other = _level(ours, name), _level(theirs, name)
    if mine is None or other is None or not float(mine.magnitude):
        return None
    return float((other / mine).m_as(""))


def _terms(names: Sequence[str], ours: _Evaluated, theirs: _Evaluated) -> Iterator[RatioTerm]:
    """Yield the terms in which two methods differ; the product of their ratios is the ratio of the last level."""
    known = _levels(names, ours, theirs)
    if not all(float(cast("Quantity", _level(method, name)).magnitude) for name in known for method in (ours, theirs)):
        return  # nothing was done: zeros have no ratio
    from_nothing = names[0] in _FIRST
    previous = "" if from_nothing else (known[0] if known else "")
    for name in known if from_nothing else known[1:]:
        for term in _between(previous, name, ours, theirs):
            if abs(term.ratio - 1.0) > _SAME:
                yield term
        previous = name


_FIRST = ("requests", "accelerator_hours")


def _between(previous: str, name: str, ours: _Evaluated, theirs: _Evaluated) -> Iterator[RatioTerm]:
    """Yield the terms between two levels: by factor where both use one equation, else as one."""
    whole = _whole(previous, name, ours, theirs)
    mine, other = ours.step_to(name), theirs.step_to(name)
    if mine is not None and mine is other and (not previous or previous in mine.units):
        parts = list(_by_factor(mine, previous, ours, theirs))
        if math.isclose(math.prod(part.ratio for part in parts), whole.ratio, rel_tol=_SAME):
            yield from parts
            return
    yield whole


def _by_factor(step: Equation, previous: str, ours: _Evaluated, theirs: _Evaluated) -> Iterator[RatioTerm]:
    """Put their factors into our equation one after another: each changes the result by its own ratio."""
    values = {name: ours.known[name] for name in step.units}
    if previous:
        values[previous] = theirs.known[previous]
    before = float(step(**values).magnitude)
    for name in step.units:
        if name == previous:
            continue
        values[name] = theirs.known[name]
        after = float(step(**values).magnitude)
        if before:
            unit = step.units[name]
            yield _term(
                name, ours.known[name].to(unit or ""), theirs.known[name].to(unit or ""), after / before, theirs
            )
        before = after


def _whole(previous: str, name: str, ours: _Evaluated, theirs: _Evaluated) -> RatioTerm:
    """Return the ratio of two levels as one term, in the unit in which a reader knows it."""
    called, unit = _NAMES.get((previous, name)) or (name.replace("_", " "), _UNITS[name])

    def share(method: _Evaluated) -> Quantity:
        level, below = _level(method, name), _level(method, previous) if previous else None
        if level is None:
            raise AssertionError(name)  # only levels that both know are compared
        return (level / below if below is not None else level).to(unit or "")

    mine, other = share(ours), share(theirs)
    ratio = float(other.magnitude) / float(mine.magnitude) if float(mine.magnitude) else float("nan")
    return _term(called, mine, other, ratio, theirs)


# --- a term in words ----------------------------------------------------------------------------------

#: What a factor is called where its name alone does not say it.
_WORDS = {
    "pue": "PUE",
    "grid_intensity": "grid",
    "mean_power": "power for each accelerator",
    "decode_energy_per_token": "accelerators for a token written",
    "it_over_accelerator": "hosts",
}
#: What is not counted, where a method leaves a factor out.
_ABSENT: tuple[tuple[str, str, str], ...] = (
    ("pue", "PUE", "no PUE"),
    ("it_over_accelerator", "hosts", "no hosts"),
    ("it_over_accelerator", "power for each accelerator", "no hosts"),
    ("accelerator_power", "power for each accelerator", "no power of the accelerators"),
)


def _term(name: str, ours: Quantity, theirs: Quantity, ratio: float, method: _Evaluated) -> RatioTerm:
    called = _WORDS.get(name, name.replace("_", " "))
    mine, other = _apart(ours, theirs)
    nothing = called != "hosts" or float(theirs.magnitude) == 1.0
    absent = next((text for factor, term, text in _ABSENT if term == called and method.leaves_out(factor)), "")
    if called == "tokens read" and float(theirs.magnitude) == 1.0:
        absent = "no tokens read"
    if absent and nothing and called in ("PUE", "hosts", "tokens read"):
        text = f"{absent} (1/{mine})"
    elif called in ("hosts", "tokens read"):  # what goes with them, over what goes without: no amount
        text = f"with {called} {other} times as much instead of {mine} (×{_times(ratio)})"
    else:
        what = f", {absent}" if absent and nothing else ""
        text = f"{called} {other} instead of {mine}{what} (×{_times(ratio)})"
    return RatioTerm(name=called, ours=ours, theirs=theirs, ratio=ratio, text=text)


def _apart(ours: Quantity, theirs: Quantity) -> tuple[str, str]:
    """Return two values with as many digits as it takes to tell them apart."""
    shown = [_shown(ours, 3), _shown(theirs, 3)]
    for digits in range(4, 8):
        if shown[0] != shown[1]:
            break
        shown = [_shown(ours, digits), _shown(theirs, digits)]
    return shown[0], shown[1]


def _shown(quantity: Quantity, digits: int) -> str:
    scaled = in_scale(quantity)
    value = float(scaled.magnitude)
    text = exact(value) if len(exact(value)) <= 6 else number(value, digits)
    unit = unit_text(scaled)
    return text if unit in ("1", "kWh/kWh_IT", "kWh_IT/kWh_acc") else f"{text} {unit}"


def _times(ratio: float) -> str:
    """Return a ratio with as many digits as it takes to differ from one."""
    return next((text for digits in (3, 4, 5, 6) if float(text := number(ratio, digits)) != 1.0), number(ratio, 7))


def _plain(quantity: Quantity | None, unit: str | None = None) -> dict[str, Any] | None:
    if quantity is None:
        return None
    shown = quantity.to(unit) if unit else quantity
    return {"value": rounded(float(shown.magnitude)), "unit": unit_text(shown)}


def _ends(ends: tuple[Quantity, Quantity] | None, unit: str | None = None) -> list[dict[str, Any] | None] | None:
    return None if ends is None else [_plain(end, unit) for end in ends]


def _said(value: Any) -> Any:
    if isinstance(value, Quantity):
        return _plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
