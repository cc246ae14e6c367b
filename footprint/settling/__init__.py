"""Settling an activity: which method, which factors, what was assumed, once for each distinct combination.

An activity and the catalogue go in; out comes everything that an estimate needs beside the amounts. A batch settles
thousands of combinations with one question to the ladder.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from footprint.activities import Activity, Query
from footprint.catalogue import Catalogue, FactorUse, Place, stated
from footprint.errors import DataError, FootprintError, without_frames
from footprint.methods import IMPACTS, INDICATORS, Method
from footprint.settling.draft import METERED, Draft
from footprint.settling.market import Market, Mix
from footprint.settling.query import draft_query
from footprint.settling.site import settle_sites
from footprint.units import Equation, Quantity

if TYPE_CHECKING:
    from footprint.activities import CloudInstance
    from footprint.catalogue import Published

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


def settle_each(
    activities: Iterable[Activity], catalogue: Catalogue, alike: Sequence[int] | None = None
) -> list[Setting | FootprintError]:
    """Settle activities together; one that cannot be settled gives its error, and does not stop the others.

    Parameters
    ----------
    alike : for each activity a number that it shares with those that differ from it in their region alone
    """
    drafts: list[Draft | FootprintError] = []
    every = list(activities)
    catalogue.expect(len({(activity.region, getattr(activity, "model", None)) for activity in every}))
    before: dict[int, dict[_Hosting, Draft]] = {}
    for number, activity in zip(alike or range(len(every)), every, strict=True):
        try:
            drafts.append(_drafted(activity, catalogue, before.setdefault(number, {})))
        except FootprintError as error:
            drafts.append(without_frames(error))
    settle_sites([draft for draft in drafts if isinstance(draft, Draft)], catalogue)
    return [_settled(draft) if isinstance(draft, Draft) else draft for draft in drafts]


# --- finding method and factors ----------------------------------------------------------------


#: What of a place a draft may follow from, before the ladder is asked: whether there is one, and whose it is.
_Hosting = tuple[bool, str | None]


def _hosting(place: Place | None) -> _Hosting:
    return place is not None, place.provider if place else None


def _drafted(activity: Activity, catalogue: Catalogue, before: dict[_Hosting, Draft]) -> Draft:
    """Return the draft of an activity: a copy, where one that differs in its place alone was drafted ``before``."""
    # What a run, a hall, an instance or a method by name takes may follow from the very place.
    if type(activity) is not Query or activity.method is not None:
        return _draft(activity, catalogue)
    if before:
        place = catalogue.place(activity.region) if activity.region else None
        if (other := before.get(_hosting(place))) is not None:
            draft = other.placed(place, other.provider, other.date)
            draft.activity = cast("Activity", other.activity).at(activity.region)
            return draft
    draft = _draft(activity, catalogue)
    before[_hosting(draft.place)] = draft
    return draft


def _draft(activity: Activity, catalogue: Catalogue) -> Draft:
    date = _date_of(activity)
    if activity.provider:
        activity = dataclasses.replace(activity, provider=_host(activity.provider, catalogue))
    if activity.kind == "instance":
        from footprint.settling.instance import in_own_region

        activity = in_own_region(cast("CloudInstance", activity), catalogue)
    place = catalogue.place(activity.region) if activity.region else None
    settler = _settler(activity.kind)
    if activity.method is None:
        draft = settler(activity, catalogue, date, place)
    else:  # by the work of others, it may be: a long module, which no other estimate waits for
        from footprint.settling.choice import draft_by_name

        draft = draft_by_name(activity, settler, catalogue, date, place)
    named = activity.provider or activity.kind == "instance" or (place is not None and place.provider)
    draft.usual_host = not named
    for name, quantity in activity.amounts().items():
        if name in ("pue", "wue_site", "wue_grid", "grid_intensity") and (
            draft.only is None or name in (draft.method.takes or ())
        ):
            draft.factors[name] = stated(name, quantity)
    draft.activity = activity
    return draft


def _settler(kind: str) -> Callable[[Any, Catalogue, datetime.date, Place | None], Draft]:
    """Return what drafts a kind of activity; an estimate is of one kind, and does not wait for the others."""
    if kind == "query":
        return draft_query
    if kind == "training":
        from footprint.settling.training import draft_training

        return draft_training
    if kind == "instance":
        from footprint.settling.instance import draft_instance

        return draft_instance
    if kind == "datacenter":
        from footprint.settling.datacenter import draft_datacenter

        return draft_datacenter
    raise TypeError(f"nothing in footprint.settling drafts an activity of the kind {kind!r}")


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


def _date_of(activity: Activity) -> datetime.date:
    today = datetime.date.today()
    if activity.date is None:
        return today
    date = cast("datetime.date", activity.date)
    if date > today:
        raise DataError(f"{date} lies in the future; give the date on which it ran.")
    if date.year < FIRST_YEAR:
        raise DataError(f"{date} lies before the first factors, of {FIRST_YEAR}; give a later date.")
    return date


def _settled(draft: Draft) -> Setting:
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
        published=tuple(draft.published),
        printed=draft.printed,
        market_open=draft.market_open,
    )


def _name_unverified(draft: Draft) -> None:
    """Name each row behind which no document was read: it is here only because such rows were allowed."""
    for use in draft.factors.values():
        if use.evidence == "unverified":
            value = f"{use.value:g} {use.unit}".removesuffix(" 1")
            draft.warnings.append(
                f"unverified: {use.id} ({use.name.replace('_', ' ')}, {value}) was used; no document was read for it."
            )
