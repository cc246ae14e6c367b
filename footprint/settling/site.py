"""Where an activity ran: what the ladder answers for its hall, its grid and its market, and what is said of it.

Of two activities in one place, with one host, on one day, nothing of this differs: it is settled once for them all,
unless one of them states a part of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, cast

from footprint.catalogue import Catalogue, FactorUse, Place, Question
from footprint.methods import Method
from footprint.settling.draft import INPUT_RUNG, OVERLAY_RUNG, Draft, defined
from footprint.settling.market import NOT_DECLARED, Market, Mix, market_shares
from footprint.settling.profile import settle_profile

#: Why nothing is known at the meter, and what to do about it.
NO_HOST = (
    "who runs the hall is not known; give --pue, or --provider (such as aws, on_premises, or unknown for any hall)"
)


#: What is asked of a grid, and what more where its factor is direct: then the fuel chain is upstream.
_OF_THE_GRID = ("grid_intensity", "wue_grid", "wue_grid_withdrawn", "water_scarcity", "grid_losses")
_OF_THE_FUELS = ("losses_intensity", "upstream_generation", "upstream_losses")
#: What a site is asked for: an activity that states any of it has a site of its own.
_ROLES = ("pue", "wue_site", "wue_site_withdrawn", *_OF_THE_GRID, *_OF_THE_FUELS, "facility_energy")
#: Why a result is not known that no place has anything to do with.
_OF_HARDWARE = frozenset(("carbon_embodied", "water_embodied"))

#: Method, place, host and day, and whether the host is only the usual one.
_Key = tuple[str, str | None, str | None, datetime.date, bool]


def settle_sites(drafts: Iterable[Draft], catalogue: Catalogue) -> None:
    """Settle hall, grid and market of activities that are settled otherwise, with one question to the ladder."""
    sites: dict[_Key, Draft] = {}
    own: list[tuple[Draft, Draft]] = []
    for draft in drafts:
        key = _key_of(draft)
        if key is None:
            own.append((draft, draft))
        else:
            site = sites.get(key)
            if site is None:
                site = sites[key] = Draft(draft.method, draft.quality, draft.place, draft.provider, draft.date)
                site.usual_host = draft.usual_host
            own.append((draft, site))
    distinct = list({id(site): site for _, site in own}.values())
    for site in distinct:
        _ask(site, catalogue.grid_boundary)
    answers = catalogue.resolve(question for site in distinct for question in site.questions)
    # How much electricity there is, nobody knows yet: what an instrument with a quantity covers stays open.
    mixes = market_shares({Market(site.place.id, site.date): None for site in distinct if site.place}, catalogue)
    for site in distinct:
        _settle(site, answers, mixes, catalogue)
    for draft, site in own:
        if site is not draft:
            draft.factors.update(site.factors)
            draft.reasons.update(site.reasons)
            draft.assumptions.extend(site.assumptions)
            draft.warnings.extend(site.warnings)
            draft.market_open = site.market_open


def _key_of(draft: Draft) -> _Key | None:
    """Return what the site of a draft follows from; None where the activity itself says some of it."""
    activity, factors = draft.activity, draft.factors
    if draft.only is not None or any(role in factors for role in _ROLES) or not draft.reasons.keys() <= _OF_HARDWARE:
        return None
    if activity is not None and (activity.hours_of_day is not None or activity.profile is not None):
        return None
    return (
        draft.method.id,
        draft.place.id if draft.place else None,
        draft.provider,
        draft.date,
        draft.usual_host,
    )


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
    if draft.only is not None:
        draft.questions = [question for question in draft.questions if question.role in draft.only]


def _settle(
    draft: Draft, answers: Mapping[Question, FactorUse], mixes: Mapping[Market, Mix], catalogue: Catalogue
) -> None:
    for question in draft.questions:
        use = answers.get(question)
        if use is not None and use.rung == OVERLAY_RUNG:
            draft.factors[use.name] = use
        draft.add(use)
    if draft.only is not None:
        _settle_alone(draft)
        return
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
    draft.market_open = mix.open


def _settle_alone(draft: Draft) -> None:
    """Settle by a method of others, which gives what it gives: nothing of ours is filled in around it."""
    takes = draft.method.takes or frozenset()
    if "pue" in takes and "pue" not in draft.factors:
        reason = NO_HOST
        draft.reasons.update(dict.fromkeys(("facility_energy", "carbon_location", "water_grid"), reason))
        draft.warnings.append(f"energy at the meter is not known: {reason}.")
    elif "grid_intensity" in takes and "grid_intensity" not in draft.factors:
        reason = "no region was given, or none with a grid factor; name one with --region"
        draft.reasons.update(dict.fromkeys(("carbon_location", "water_grid"), reason))


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
