"""Settling an activity: which method, which factors, what was assumed, once for each distinct combination.

An activity and the catalogue go in; out comes everything that an estimate needs beside the amounts. A batch settles
thousands of combinations with one question to the ladder.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from footprint.activities import Activity, CloudInstance, DatacenterLoad, Query, TrainingRun
from footprint.catalogue import Catalogue, FactorUse, Place, Published, Question, stated
from footprint.errors import DataError, FootprintError
from footprint.methods import IMPACTS, INDICATORS, Method
from footprint.settling.choice import draft_by_name
from footprint.settling.datacenter import draft_datacenter
from footprint.settling.draft import INPUT_RUNG, METERED, OVERLAY_RUNG, Draft, defined
from footprint.settling.instance import draft_instance, in_own_region
from footprint.settling.market import NOT_DECLARED, Market, Mix, market_shares
from footprint.settling.profile import settle_profile
from footprint.settling.query import draft_query
from footprint.settling.training import draft_training
from footprint.units import Equation, Quantity

#: Why nothing is known at the meter, and what to do about it.
NO_HOST = (
    "who runs the hall is not known; give --pue, or --provider (such as aws, on_premises, or unknown for any hall)"
)

#: Years that the catalogue covers: an activity before the first is an error.
FIRST_YEAR = 2015


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that an estimate needs beside the amounts: the method, the factors, and what was assumed."""

    method: Method
    factors: dict[str, FactorUse]
    quality: str
    place: Place | None
    provider: str | None
    date: datetime.date
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    #: why a result cannot be known, by result
    reasons: dict[str, str] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    #: the figure per use that a publisher prints, where one is behind the estimate
    printed: FactorUse | None = None
    #: an instrument with a quantity waits for all the electricity used: see `priced`
    market_open: bool = False
    #: the amounts of the one activity that it stands for; None where it stands for a combination of many rows
    amounts: Mapping[str, Quantity] | None = None

    @property
    def steps(self) -> tuple[Equation, ...]:
        """The equations of the estimate in order: to the energy, and what follows from it."""
        return (*self.method.equations, *IMPACTS, *INDICATORS)

    @property
    def market(self) -> Market | None:
        """Where and when its electricity was bought; None without a place."""
        return Market(self.place.id, self.date) if self.place else None

    def of_one(self, activity: Activity) -> Setting:
        """Return the setting with the amounts of ``activity``, the only one that it stands for.

        A meter's reading is an amount as well, whatever name its boundary gives it.
        """
        amounts = {name: value for name, value in activity.amounts().items() if name not in self.factors}
        readings = {name for _, name in METERED.values() if name in self.factors and "energy" in amounts}
        amounts |= {name: self.factors[name].quantity for name in readings}
        factors = {name: use for name, use in self.factors.items() if name not in readings}
        return dataclasses.replace(self, factors=factors, amounts=amounts)

    def priced(self, mix: Mix) -> Setting:
        """Return the setting with the instruments that cover a quantity shared out, as `market_shares` gives them."""
        reasons = {**self.reasons, "carbon_market": mix.reason} if mix.reason else dict(self.reasons)
        if not mix.reason:
            reasons.pop("carbon_market", None)
        return dataclasses.replace(
            self,
            factors={**self.factors, **mix.factors},
            assumptions=tuple(dict.fromkeys((*self.assumptions, *mix.assumptions))),
            reasons=reasons,
            market_open=mix.open,
        )


def settle(activities: Iterable[Activity], catalogue: Catalogue) -> list[Setting]:
    """Settle activities together, so that the ladder is asked once for all of them.

    Raises
    ------
    footprint.FootprintError : the first activity that cannot be settled
    """
    settings = []
    for setting in settle_each(activities, catalogue):
        if isinstance(setting, FootprintError):
            raise setting
        settings.append(setting)
    return settings


def settle_each(activities: Iterable[Activity], catalogue: Catalogue) -> list[Setting | FootprintError]:
    """Settle activities together; one that cannot be settled gives its error, and does not stop the others."""
    drafts: list[Draft | FootprintError] = []
    for activity in activities:
        try:
            drafts.append(_draft(activity, catalogue))
        except FootprintError as error:
            drafts.append(error)
    good = [draft for draft in drafts if isinstance(draft, Draft)]
    answers = catalogue.resolve(question for draft in good for question in draft.questions)
    # How much electricity there is, nobody knows yet: what an instrument with a quantity covers stays open.
    mixes = market_shares({Market(d.place.id, d.date): None for d in good if d.place}, catalogue)
    return [_settled(draft, answers, mixes, catalogue) if isinstance(draft, Draft) else draft for draft in drafts]


# --- finding method and factors ----------------------------------------------------------------


def _draft(activity: Activity, catalogue: Catalogue) -> Draft:
    date, assumed = _date_of(activity)
    if activity.provider:
        activity = dataclasses.replace(activity, provider=_host(activity.provider, catalogue))
    if isinstance(activity, CloudInstance):
        activity = in_own_region(activity, catalogue)
    place = catalogue.place(activity.region) if activity.region else None
    settlers: dict[type[Activity], Callable[[Any, Catalogue, datetime.date, Place | None], Draft]] = {
        Query: draft_query,
        TrainingRun: draft_training,
        DatacenterLoad: draft_datacenter,
        CloudInstance: draft_instance,
    }
    settler = settlers[type(activity)]
    if activity.method is None:
        draft = settler(activity, catalogue, date, place)
    else:
        draft = draft_by_name(activity, settler, catalogue, date, place)
    named = activity.provider or isinstance(activity, CloudInstance) or (place is not None and place.provider)
    draft.usual_host = not named
    draft.assumptions[:0] = assumed
    for name, quantity in activity.amounts().items():
        if name in ("pue", "wue_site", "wue_grid", "grid_intensity") and (
            draft.only is None or name in (draft.method.takes or ())
        ):
            draft.factors[name] = stated(name, quantity)
    draft.activity = activity
    _ask(draft, catalogue.grid_boundary)
    if draft.only is not None:
        draft.questions = [question for question in draft.questions if question.role in draft.only]
    return draft


def _host(name: str, catalogue: Catalogue) -> str:
    """Return the id of who runs the hall: one of the catalogue, or one that an overlay has figures of."""
    own = catalogue.once(
        ("own hosts",), lambda: catalogue.rows("SELECT DISTINCT subject FROM factors WHERE origin = 'overlay'")
    )
    if any(row["subject"] == name for row in own):
        return name
    known = ", ".join(
        row["id"] for row in catalogue.rows("SELECT id FROM providers WHERE kind <> 'reference' ORDER BY id")
    )
    return str(catalogue.named("provider", "providers", name, f"Known: {known}.")["id"])


def _hosts(catalogue: Catalogue) -> list[dict[str, Any]]:
    return catalogue.rows("SELECT id FROM providers WHERE kind NOT IN ('reference', 'hardware') ORDER BY id")


def _date_of(activity: Activity) -> tuple[datetime.date, list[str]]:
    today = datetime.date.today()
    if activity.date is None:
        return today, []
    date = cast("datetime.date", activity.date)
    if date > today:
        raise DataError(f"{date} lies in the future; give the date on which it ran.")
    if date.year < FIRST_YEAR:
        raise DataError(f"{date} lies before the first factors, of {FIRST_YEAR}; give a later date.")
    return date, []


#: What is asked of a grid, and what more where its factor is direct: then the fuel chain is upstream.
_OF_THE_GRID = ("grid_intensity", "wue_grid", "wue_grid_withdrawn", "water_scarcity", "grid_losses")
_OF_THE_FUELS = ("losses_intensity", "upstream_generation", "upstream_losses")


def _ask(draft: Draft, boundary: str) -> None:
    """Ask the ladder for what is not known yet, or only published of a run: an overlay goes before that."""
    place = draft.place.id if draft.place else None
    settled = {name for name, use in draft.factors.items() if use.rung != INPUT_RUNG}
    settled |= {step.gives for step in draft.method.equations}  # two meters give the PUE themselves
    for role in ("pue", "wue_site", "wue_site_withdrawn"):
        # Without a host only an overlay answers, with a figure of all the user's halls.
        if role not in settled:
            draft.questions.append(Question(role, place, draft.provider, draft.date.year))
    for role in (*_OF_THE_GRID, *(_OF_THE_FUELS if boundary == "direct" else ())):
        if role not in settled and place:
            draft.questions.append(Question(role, place, None, draft.date.year))


def _settled(
    draft: Draft, answers: Mapping[Question, FactorUse], mixes: Mapping[Market, Mix], catalogue: Catalogue
) -> Setting:
    for question in draft.questions:
        use = answers.get(question)
        if use is not None and use.rung == OVERLAY_RUNG:
            draft.factors[use.name] = use
        draft.add(use)
    if draft.only is not None:
        return _settled_alone(draft)
    factors, reasons = draft.factors, draft.reasons
    if draft.place is None:
        reason = "no region was given; name one with --region (or 'world' for the world average)"
        beyond = ("carbon_location", "carbon_upstream", "water_grid", "water_grid_withdrawn", "water_stress")
        reasons.update(dict.fromkeys(beyond, reason))
        roles = {"grid_intensity": "carbon", "wue_grid": "grid water"}
        unknown = [what for role, what in roles.items() if role not in factors]
        if unknown:
            be = "are" if len(unknown) > 1 else "is"
            draft.warnings.append(f"{' and '.join(unknown)} {be} not known: {reason}.")
    else:
        _say_what_was_found(draft, catalogue.grid_boundary)
        region = catalogue.row("regions", draft.place.id) if draft.place.type == "cloud_region" else None
        if region and region["evidence"] == "unverified":
            draft.warnings.append(f"unverified: no document was read for the region {draft.place}.")
    if draft.provider is None and "pue" not in {*factors, *(step.gives for step in draft.method.equations)}:
        reason = NO_HOST
        at_meter = "facility_energy" in factors or _at_meter(draft.method)
        where = "the servers' plugs" if at_meter else "the meter"
        at_plugs = ("it_energy", "water_site", "water_site_withdrawn")
        beyond = ("facility_energy", "carbon_location", "carbon_upstream", "water_grid", "water_grid_withdrawn")
        reasons.update(dict.fromkeys((*(at_plugs if at_meter else beyond), "water_stress"), reason))
        draft.warnings.append(f"energy at {where} is not known: {reason}.")
    if draft.place is not None:
        _settle_upstream(draft, catalogue.grid_boundary)
    if draft.activity is not None:
        settle_profile(draft, draft.activity, catalogue)
    mix = mixes[Market(draft.place.id, draft.date)] if draft.place else Mix(reason=NOT_DECLARED)
    draft.add(*mix.factors.values())
    draft.assumptions.extend(mix.assumptions)
    if mix.reason:
        reasons["carbon_market"] = mix.reason
    _warn_of_withdrawal(draft, catalogue)
    _say_whose_hall(draft)
    _name_unverified(draft)
    return Setting(
        method=draft.method,
        factors=factors,
        quality=draft.quality,
        place=draft.place,
        provider=draft.provider,
        date=draft.date,
        assumptions=tuple(dict.fromkeys(draft.assumptions)),
        warnings=tuple(dict.fromkeys(draft.warnings)),
        reasons=reasons,
        published=tuple(draft.published),
        printed=draft.printed,
        market_open=mix.open,
    )


def _settled_alone(draft: Draft) -> Setting:
    """Settle by a method of others, which gives what it gives: nothing of ours is filled in around it."""
    takes = draft.method.takes or frozenset()
    if "pue" in takes and "pue" not in draft.factors:
        reason = NO_HOST
        draft.reasons.update(dict.fromkeys(("facility_energy", "carbon_location", "water_grid"), reason))
        draft.warnings.append(f"energy at the meter is not known: {reason}.")
    elif "grid_intensity" in takes and "grid_intensity" not in draft.factors:
        reason = "no region was given, or none with a grid factor; name one with --region"
        draft.reasons.update(dict.fromkeys(("carbon_location", "water_grid"), reason))
    _name_unverified(draft)
    return Setting(
        method=draft.method,
        factors=draft.factors,
        quality=draft.quality,
        place=draft.place,
        provider=draft.provider,
        date=draft.date,
        assumptions=tuple(dict.fromkeys(draft.assumptions)),
        warnings=tuple(dict.fromkeys(draft.warnings)),
        reasons=draft.reasons,
        printed=draft.printed,
    )


def _name_unverified(draft: Draft) -> None:
    """Name each row behind which no document was read: it is here only because such rows were allowed."""
    for use in draft.factors.values():
        if use.evidence == "unverified":
            value = f"{use.value:g} {use.unit}".removesuffix(" 1")
            draft.warnings.append(
                f"unverified: {use.id} ({use.name.replace('_', ' ')}, {value}) was used; no document was read for it."
            )


def _at_meter(method: Method) -> bool:
    return any(step.gives == "facility_energy" for step in method.equations)


def _say_what_was_found(draft: Draft, boundary: str) -> None:
    place, factors = cast("Place", draft.place), draft.factors
    grid = factors.get("grid_intensity")
    if grid is None:
        reason = f"no {boundary} grid factor for {place} in {draft.date.year} or the three years before"
        draft.reasons.update(dict.fromkeys(("carbon_location", "carbon_upstream"), reason))
        draft.warnings.append(f"carbon is not known: {reason}; give --grid-intensity.")
    elif "nearest earlier year" in grid.rung:
        draft.warnings.append(
            f"the grid factor is of {grid.year}, the latest before the activity's year {draft.date.year}."
        )
    if (
        grid is not None
        and grid.zone
        and place.type not in ("cloud_region", "country", "world")
        and grid.zone != place.id
    ):
        draft.warnings.append(f"no {boundary} grid factor for {place}: that of {grid.zone} was taken.")
    for role, result, what in (
        ("wue_grid", "water_grid", f"no water factor for the electricity of {place}"),
        ("wue_grid_withdrawn", "water_grid_withdrawn", f"no figure for what the power plants of {place} take in"),
        ("water_scarcity", "water_stress", f"no scarcity factor for {place}"),
    ):
        if role not in factors:
            draft.reasons[result] = what


def _settle_upstream(draft: Draft, boundary: str) -> None:
    """Settle what the upstream figure holds: losses alone with a life-cycle factor, with a direct one the fuels too."""
    factors, place = draft.factors, draft.place
    if boundary == "lifecycle":
        note = "the fuel chain is inside a life-cycle intensity"
        draft.add(defined("fuel_chain_intensity", 0.0, "gCO2e/kWh", note))
        return
    grid, losses, fuels = (factors.get(name) for name in ("grid_intensity", "losses_intensity", "upstream_generation"))
    if losses is not None and (grid is None or losses.source != grid.source):
        del factors["losses_intensity"]  # what one work says of its own factor holds for no other
    if grid is not None and fuels is None:
        draft.reasons["carbon_upstream"] = (
            f"with a direct grid factor the fuel chain is upstream too, and that of {place} is not known"
        )
    elif fuels is not None and fuels.evidence == "derived":
        draft.assumptions.append(
            f"upstream: the fuel chain is that of the coal and gas in the mix of {fuels.zone} in {fuels.year}; nuclear "
            "fuel, biomass and oil are left out."
        )


def _say_whose_hall(draft: Draft) -> None:
    """Say of PUE and WUE that nobody stated what they stand for: the usual host's, or a default of its class."""
    uses = [(word, draft.factors.get(name)) for word, name in (("PUE", "pue"), ("WUE", "wue_site"))]
    defaults = [word for word, use in uses if use is not None and use.rung.startswith("default of the class")]
    own = [word for word, use in uses if use is not None and use.rung.startswith("provider's")]
    if draft.usual_host and own:
        draft.assumptions.append(f"hosted by {draft.provider}, the usual host: {' and '.join(own)} of its halls.")
    if defaults:
        whose = f"hosted by {draft.provider}: " if draft.usual_host and not own else ""
        draft.assumptions.append(f"{whose}{' and '.join(defaults)} by default of the class of host.")


def _warn_of_withdrawal(draft: Draft, catalogue: Catalogue) -> None:
    """A class default stands in where a host publishes withdrawal only: say what the host publishes."""
    if "wue_site_withdrawn" not in draft.factors:
        whose = draft.provider or "the hall"
        draft.reasons.setdefault("water_site_withdrawn", f"no figure for the water that {whose} takes in")
    use = draft.factors.get("wue_site")
    if use is None or "class" not in use.rung or draft.provider is None:
        return
    withdrawn = catalogue.once(
        ("withdrawn", draft.provider, draft.date.year),
        lambda: _withdrawn(catalogue, str(draft.provider), draft.date.year),
    )
    if withdrawn:
        row = withdrawn[0]
        draft.warnings.append(
            f"{draft.provider} publishes water withdrawn ({row['value']:g} L/kWh_IT in {row['year']}), not water "
            f"consumed; the default of its class ({use.value:g} L/kWh_IT) was taken, which may be too high: give the "
            "hall's own (--wue, or a row in --factors)."
        )


def _withdrawn(catalogue: Catalogue, provider: str, year: int) -> list[dict[str, Any]]:
    return catalogue.rows(
        "SELECT value, year FROM factors WHERE kind = 'wue_site_withdrawn' AND subject = $provider AND zone IS NULL "
        "AND year <= $year ORDER BY year DESC LIMIT 1",
        provider=provider,
        year=year,
    )
