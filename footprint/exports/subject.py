"""What an export is of: a result as any format sees it, with the names that the catalogue gives to its ids."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from footprint import __version__
from footprint.activities import TOKENS
from footprint.catalogue import Catalogue
from footprint.charts.amounts import Amount
from footprint.errors import DataError, FootprintError, NotEstimableError, UsageError
from footprint.methods import METHODS
from footprint.numbers import exact, supported
from footprint.reporting.letters import visible
from footprint.results import LABELS, RESULTS, SAID_QUALITY, WORKLOAD, grid_kind, rounded
from footprint.stored import BATCH, ESTIMATE, REPORT, kind_of
from footprint.units import Quantity

#: What an amount of energy was used for, as CycloneDX calls it.
TRAINING, FINE_TUNING, INFERENCE = "training", "fine-tuning", "inference"
#: Which energy is given, the widest boundary first, and what it holds.
ENERGIES = {
    "facility_energy": "at the building's meter: servers, cooling and losses of the hall",
    "it_energy": "at the servers' plugs: accelerators, hosts and memory; cooling and losses of the hall are not in it",
}
#: A name is shown to this length; beyond it nothing tells two of them apart.
_LONGEST = 200
_SENTENCE = 2000


#: Readings of the meters of a hall that a result keeps, and the unit of each in exports.
READINGS = {
    "facility_energy": "kWh",
    "it_energy": "kWh_IT",
    "water_input": "m3",
    "renewable_energy": "kWh",
    "reused_energy": "kWh",
}


@dataclass(frozen=True, slots=True)
class Published:
    """A result as its publisher prints it."""

    result: str
    value: float
    unit: str
    #: what it is of, and where it is from
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One result, or what a batch has of one model."""

    #: of the activity: training, query, datacenter, instance; or batch, report
    kind: str
    #: what the energy was used for; None where it is of no model
    phase: str | None
    #: the model as the result names it; None where it names none
    name: str | None
    amounts: Mapping[str, Amount | None]
    reasons: Mapping[str, str]
    methods: tuple[str, ...]
    quality: str
    factors: tuple[Mapping[str, Any], ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    edition: str
    #: "pre-training" or "fine-tuning", where the result says which
    training_type: str | None = None
    #: where, in words
    place: str | None = None
    hardware: str | None = None
    #: day whose factors were taken
    factors_of: str | None = None
    workload: Mapping[str, Amount] = field(default_factory=dict)
    indicators: Mapping[str, float] = field(default_factory=dict)
    #: of meters, as they were stated, in the units of `READINGS`
    readings: Mapping[str, float] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    #: what the amounts are for, as it was stated: requests, tokens, hours
    counted: tuple[str, ...] = ()
    #: share of the rows of a batch that the figures are of
    coverage: float | None = None

    @property
    def energy(self) -> tuple[str, Amount] | None:
        """The electricity at the widest boundary that is known, with its name."""
        return next(((name, amount) for name in ENERGIES if (amount := self.amounts.get(name)) is not None), None)

    @property
    def said_quality(self) -> str:
        """How good the figures are: measured, or estimated and how."""
        return SAID_QUALITY.get(self.quality, self.quality)

    @property
    def grid(self) -> str:
        """Which kind of grid factor the location-based figure stands on; blank where it is not known."""
        uses = [use for use in self.factors if use.get("name") == "grid_intensity"]
        kinds = {grid_kind(str(use.get("id")), str(use.get("rung"))) for use in uses}
        return kinds.pop() if len(kinds) == 1 else ""

    def boundary(self) -> list[str]:
        """Return what the figures are of, in sentences."""
        said = []
        if self.energy:
            said.append(f"Electricity {ENERGIES[self.energy[0]]}.")
        if self.amounts.get("carbon_location") is not None:
            grid = f", {self.grid}" if self.grid else ""
            said.append(
                f"CO2e of that electricity alone, location-based{grid}; making the hardware, losses of the grid and "
                "contracts are not in it."
            )
        if self.coverage is not None and self.coverage < 1:
            said.append(f"{self.coverage:.2%} of the rows of usage; the others could not be estimated.")
        return said

    @property
    def machines(self) -> str | None:
        """The accelerators, and how many they were, as far as either is known."""
        if self.hardware is None:
            return None
        count = self.workload.get("accelerators")
        return f"{count.value:,.0f} x {shown(self.hardware)}" if count else shown(self.hardware)

    def missing(self) -> Iterator[tuple[str, str]]:
        """Yield each result that is not known, by its label, with the reason."""
        for name, label in LABELS.items():
            if self.amounts.get(name) is None:
                yield label, self.reasons.get(name) or "not known"

    def digits(self, name: str) -> int:
        """Return how many figures a result supports: four where its publisher prints it, else by its range."""
        amount = self.amounts[name]
        if amount is None:
            return 0
        printed = any(item.result == name for item in self.published)
        stated = amount.low is not None and not amount.ranged
        return 4 if printed or stated else supported(amount.ends[0], amount.value, amount.ends[1])

    def citations(self) -> Iterator[str]:
        """Yield each factor with its value and where it is from, in order of use."""
        for use in self.factors:
            if use.get("rung") == "definition":
                continue
            of = ", ".join(str(use[key]) for key in ("zone", "year") if use.get(key))
            source = use.get("citation") or ""
            value = exact(float(use["value"]))
            text = f"{use.get('name')} = {value} {use.get('unit')}{f' ({of})' if of else ''}"
            yield f"{text}: {use.get('rung')}, {use.get('evidence')}; {source} [{use.get('id')}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every export carries beside its figures."""

    date: datetime.date
    #: name of the model, before that of the result
    name: str | None = None
    language: str = "en"

    @property
    def tool(self) -> str:
        """What wrote the export."""
        return f"footprint {__version__}"

    @property
    def moment(self) -> str:
        """The day as the formats want a time."""
        return f"{self.date.isoformat()}T00:00:00Z"

    def name_of(self, subject: Subject) -> str:
        """Return the name of the model.

        Raises
        ------
        footprint.errors.UsageError : neither the result nor the request names one
        """
        name = self.name or subject.name
        if not name or not name.strip():
            raise UsageError("the result names no model; give its name (--name).")
        return shown(name)


def shown(text: str) -> str:
    """Return a text of a stranger in one line, cut where nobody reads on, letters that act named.

    >>> shown("a\u202egpj.exe"), len(shown("x" * 10_000))
    ('a[U+202E]gpj.exe', 200)
    """
    line = visible(" ".join(text[: 4 * _LONGEST].split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def whole(text: str) -> str:
    r"""Return a sentence of a result in one line, letters that act named; only what no sentence is as long as is cut.

    >>> whole("a\nb")
    'a b'
    """
    line = visible(" ".join(text[: 2 * _SENTENCE].split()))
    return line if len(line) <= _SENTENCE else line[: _SENTENCE - 1] + "…"


@dataclass(frozen=True, slots=True)
class Use:
    """What a model's energy was used for: the subject, the phase, which energy is given, and how much."""

    subject: Subject
    phase: str
    result: str
    energy: Amount


def by_model(subjects: Sequence[Subject], frame: Frame, form: str) -> dict[str, list[Use]]:
    """Return the uses of energy of each model, for a format that describes models.

    Raises
    ------
    footprint.errors.NotEstimableError : a result is of no model, or its electricity is not known
    footprint.errors.UsageError : neither the result nor the request names the model
    """
    models: dict[str, list[Use]] = {}
    for subject in subjects:
        if subject.phase is None:
            raise NotEstimableError(
                f"{form} describes models, and a hall or an instance is none: give a training or the use of a model."
            )
        if subject.energy is None:
            reason = subject.reasons.get("facility_energy", "not known")
            raise NotEstimableError(f"{form} needs the electricity, and it is not known ({reason}).")
        models.setdefault(frame.name_of(subject), []).append(Use(subject, subject.phase, *subject.energy))
    return models


def plain(value: float) -> str:
    """Return a number with 12 digits and no exponent, as a decimal of JSON-LD is written.

    >>> plain(1287059.6206), plain(2.5e-7), plain(3.14e23)
    ('1287059.6206', '0.00000025', '314000000000000000000000')
    """
    from decimal import Decimal

    text = f"{Decimal(repr(rounded(value))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def subjects(document: Mapping[str, Any], catalogue: Catalogue) -> list[Subject]:
    """Return a result that was checked (`footprint.stored.checked`) as the subjects of exports.

    An estimate is one subject; a batch is one for each model.

    Raises
    ------
    footprint.errors.DataError : a field of the result is not what it should be
    """
    kind = kind_of(document)
    try:
        return [_of_estimate(document, catalogue)] if kind == ESTIMATE else _of_batch(document, kind, catalogue)
    except FootprintError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(f"the result cannot be read: {type(error).__name__} at {shown(str(error))}.") from None


def _of_estimate(document: Mapping[str, Any], catalogue: Catalogue) -> Subject:
    activity = document["activity"]
    kind = str(activity.get("kind"))
    tuned = activity.get("fine_tuning") is not None
    # Hours of an accelerator alone do not tell whether a model was made or tuned.
    made = any(activity.get(name) is not None for name in ("run", "operations", "parameters", "training_tokens"))
    training_type = ("fine-tuning" if tuned else "pre-training" if made else None) if kind == "training" else None
    phases = {"training": FINE_TUNING if tuned else TRAINING, "query": INFERENCE}
    method = str(document.get("method"))
    run = _run(activity, catalogue)
    name = _model((run or {}).get("model") or activity.get("model") or activity.get("run"), catalogue)
    return Subject(
        kind=kind,
        phase=phases.get(kind),
        name=f"{name} (fine-tuned)" if name and tuned else name,
        amounts={name: _amount(document[name]) for name in RESULTS},
        reasons={str(name): str(text) for name, text in document.get("reasons", {}).items()},
        methods=(_label(method),),
        quality=shown(str(document.get("quality"))),
        factors=tuple(_factor(use) for use in document["factors"]),
        assumptions=tuple(document["assumptions"]),
        warnings=tuple(document["warnings"]),
        edition=shown(str(document["edition"])),
        training_type=training_type,
        place=_place(document.get("region"), catalogue),
        hardware=_hardware(activity, run, catalogue),
        factors_of=shown(str(document["date"])) if document.get("date") else None,
        workload=_workload(document, run),
        readings=_readings(activity),
        indicators={name: float(item["value"]) for name, item in document.get("indicators", {}).items()},
        counted=_counted(activity),
        published=tuple(_published(item) for item in document.get("published", ())),
    )


def _of_batch(document: Mapping[str, Any], kind: str, catalogue: Catalogue) -> list[Subject]:
    groups = document.get("groups")
    if kind == REPORT and isinstance(groups, dict):
        groups = groups.get("model")
    elif kind == BATCH and document.get("by") != ["model"]:
        groups = None
    if not groups:
        raise NotEstimableError(
            "the totals of this batch are not by model alone: write it with footprint batch --by model --format json."
        )
    estimated = int(document["rows_estimated"])
    rows = estimated + int(document["rows_rejected"])
    found = []
    for group in groups:
        reasons = {}
        for name in RESULTS:
            if group[name] is None:
                reasons[name] = "not known for every row"
            elif group.get("rows_behind", {}).get(name):
                reasons[name] = "known for a part of the rows only"
        amounts = {name: None if name in reasons else _amount(group[name], RESULTS[name]) for name in RESULTS}
        found.append(
            Subject(
                kind=kind,
                phase=INFERENCE,
                name=_model(group["model"], catalogue),
                amounts=amounts,
                reasons=reasons,
                methods=tuple(_label(str(method)) for method in document["methods"]),
                quality="modelled",
                # Which of the factors of a batch is of which model its totals do not say.
                factors=(),
                assumptions=tuple(document["assumptions"]),
                warnings=tuple(document["warnings"]),
                edition=shown(str(document["edition"])),
                coverage=estimated / rows if rows else None,
                counted=tuple(
                    f"{name.replace('_', ' ')}: {exact(float(group[name]))}"
                    for name in ("rows", *TOKENS)
                    if group.get(name) is not None
                ),
            )
        )
    return found


def _factor(use: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a factor whose value is a number."""
    varies = use.get("range") or {}
    return {
        **use,
        "value": float(use["value"]),
        "range": {end: float(varies[end]) for end in ("low", "high") if varies},
    }


def _published(item: Mapping[str, Any]) -> Published:
    boundary, source = (str(item.get(key) or "") for key in ("boundary", "source"))
    of = f"{boundary} ({source})" if boundary and source else boundary or source
    return Published(str(item["result"]), float(item["value"]), str(item["unit"]), whole(of))


def _readings(activity: Mapping[str, Any]) -> dict[str, float]:
    given = {name: activity[name] for name in READINGS if activity.get(name) is not None}
    return {
        name: float(Quantity(float(item["value"]), str(item["unit"])).m_as(READINGS[name]))
        for name, item in given.items()
    }


def _model(given: Any, catalogue: Catalogue) -> str | None:
    """Return a model's own name, where the catalogue knows it; else as the result has it."""
    if given is None:
        return None
    id = catalogue.find("model", str(given))
    row = catalogue.row("models", id) if id else None
    return str(row["name"] if row else given)


def _counted(activity: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an amount is for: the counts and times that the activity states."""
    return tuple(
        f"{name.replace('_', ' ')}: {exact(float(given['value']))} {given['unit']}".removesuffix(" 1")
        for name, given in activity.items()
        if isinstance(given, dict)
    )


def _label(method: str) -> str:
    return METHODS[method].label if method in METHODS else shown(method)


def _amount(item: Mapping[str, Any] | None, unit: str | None = None) -> Amount | None:
    if item is None:
        return None
    if unit is not None and item["unit"] != unit:
        raise ValueError(f"{item['unit']}, where {unit} was expected")
    low, high = (None if item.get(end) is None else float(item[end]) for end in ("low", "high"))
    return Amount(value=float(item["value"]), unit=str(item["unit"]), low=low, high=high)


def _place(region: Any, catalogue: Catalogue) -> str | None:
    if region is None:
        return None
    try:
        return str(catalogue.place(str(region)))
    except FootprintError:  # of another edition, or of an overlay
        return str(region)


def _run(activity: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the row of a published run."""
    id = catalogue.find("run", str(activity["run"])) if activity.get("run") else None
    return catalogue.row("training_runs", id) if id else None


#: What may be said of a published run beside its name, and it is still that run.
_STILL = {"kind", "run", "date", "provider", "method", "wue_site", "wue_grid"}


def _workload(document: Mapping[str, Any], run: Mapping[str, Any] | None) -> dict[str, Amount]:
    """Return operations and time: of the result, and what the publisher of a run says beside."""
    given = document.get("workload", {})
    found = {name: amount for name, unit in WORKLOAD.items() if (amount := _amount(given.get(name), unit))}
    if run and set(document["activity"]) <= _STILL:
        for name in ("accelerators", "hours"):
            if run[name] is not None:
                found.setdefault(name, Amount(value=float(run[name]), unit=WORKLOAD[name]))
    return found


def _hardware(activity: Mapping[str, Any], run: Mapping[str, Any] | None, catalogue: Catalogue) -> str | None:
    """Return the type of accelerator, as far as the result or the publisher of the run says it."""
    stated = activity.get("accelerator")
    id = catalogue.find("accelerator", str(stated)) if stated else (run or {}).get("accelerator")
    row = catalogue.row("accelerators", id) if id else None
    return str(row["name"] if row else stated) if row or stated else None
