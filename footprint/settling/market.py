"""Market-based carbon: what the instruments that a user declares cover, and what the rest is taken at.

An instrument covers all electricity of its zone and days, a share of it, or a quantity. Shares are known at once; a
quantity is shared out over all the electricity that was used in its zone on its days, whether by one activity or by the
rows of a batch. What is left is taken at a supplier's factor or at a residual mix, and where there is none the figure
stays open: it is never a copy of the location-based one.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from footprint.catalogue import Catalogue, FactorUse, Question, standing
from footprint.errors import DataError
from footprint.numbers import exact, in_scale, unit_text
from footprint.settling.draft import OVERLAY_RUNG
from footprint.units import Quantity

#: What a share may be off by: shares that were typed with few digits still add up to all.
_SLACK = 1e-9

NOT_DECLARED = "no contract, supplier factor or residual mix was declared"
WAITING = "an instrument with a quantity is shared out once all the electricity of its zone and days is known"


class Market(NamedTuple):
    """Where and when electricity was bought: instruments and residual mixes follow from these alone."""

    place: str
    date: datetime.date


class Instrument(NamedTuple):
    """A contract, certificate, supplier factor or residual mix that the user declares."""

    id: str
    kind: str
    zone: str
    first: datetime.date
    last: datetime.date
    #: electricity that it covers over its days [kWh]; None where it covers a share, or all
    quantity: float | None
    #: share of the electricity that it covers; None where it covers a quantity, or all
    share: float | None
    use: FactorUse

    @property
    def takes_the_rest(self) -> bool:
        """Tell whether it stands for whatever no other instrument covers."""
        return self.quantity is None and self.share is None

    def __str__(self) -> str:
        """Return its id, place and days, as messages name it."""
        first = "" if self.first == datetime.date.min else f" from {self.first}"
        last = "" if self.last == datetime.date.max else f" to {self.last}"
        return f"'{self.id}' ({self.zone}{first}{last})"


class Mix(NamedTuple):
    """What the electricity of a market is taken at: factors for the equations, or the reason why there are none."""

    factors: Mapping[str, FactorUse] = MappingProxyType({})
    reason: str = ""
    assumptions: tuple[str, ...] = ()
    #: an instrument with a quantity waits for the electricity used
    open: bool = False


def market_shares(energies: Mapping[Market, float | None], catalogue: Catalogue) -> dict[Market, Mix]:
    """Return what the electricity of each market is taken at, instruments with a quantity shared out over all of them.

    Parameters
    ----------
    energies : all the electricity at the meter of each place and period [kWh]; None where it is not known yet, so that
        a market with an instrument of a quantity stays open. A period must lie on one side of each of `market_days`.

    Raises
    ------
    footprint.errors.DataError : instruments cover more energy than was used, or two stand for the same rest

    Examples
    --------
    >>> import datetime
    >>> from footprint.catalogue import open_catalogue
    >>> paris = Market("FRA", datetime.date(2024, 6, 1))
    >>> market_shares({paris: 1000.0}, open_catalogue())[paris].reason
    'no contract, supplier factor or residual mix was declared'
    """
    if not _declared(catalogue):
        return dict.fromkeys(energies, Mix(reason=NOT_DECLARED))
    holding = {market: list(_holding(market, catalogue)) for market in energies}
    parts: dict[Market, list[tuple[Instrument, float]]] = {}
    for market, instruments in holding.items():
        parts[market] = [(item, item.share) for item in instruments if item.share is not None]
        _refuse_shares(market, parts[market])
    waiting: set[Market] = set()
    for item in _narrowest_first(holding):
        markets = [market for market in energies if item in holding[market]]
        known = {market: energy for market in markets if (energy := energies[market]) is not None}
        if len(known) < len(markets):
            waiting.update(markets)
            continue
        for market, share in _allotted(item, known, parts).items():
            parts[market].append((item, share))
    residual = _residual_mixes(energies, catalogue)
    return {
        market: Mix(reason=WAITING, open=True)
        if market in waiting
        else _mixed(market, parts[market], holding[market], residual.get(market), catalogue)
        for market in energies
    }


def market_days(catalogue: Catalogue) -> set[datetime.date]:
    """Return the days on which an instrument begins to hold, or no longer holds: periods of a batch break there."""
    days = set()
    for item in _instruments(catalogue):
        if item.first != datetime.date.min:
            days.add(item.first)
        if item.last != datetime.date.max:
            days.add(item.last + datetime.timedelta(days=1))
    return days


# --- what was declared -----------------------------------------------------------------------------


def _instruments(catalogue: Catalogue) -> tuple[Instrument, ...]:
    return catalogue.once(("instruments",), lambda: tuple(_read(catalogue)))


def _read(catalogue: Catalogue) -> Iterator[Instrument]:
    for row in catalogue.standing(standing.INSTRUMENTS):
        use = catalogue.field_of(
            "instruments",
            {**row, "evidence": "stated"},
            "intensity",
            name="market_intensity",
            unit="gCO2e/kWh",
            rung=OVERLAY_RUNG,
        )
        if use is not None:
            yield Instrument(
                id=row["id"],
                kind=row["kind"],
                zone=row["zone"],
                first=row["valid_from"] or datetime.date.min,
                last=row["valid_to"] or datetime.date.max,
                quantity=row["quantity"],
                share=row["share"],
                # What was signed is what it is.
                use=dataclasses.replace(use, zone=row["zone"], distribution="fixed"),
            )


def _declared(catalogue: Catalogue) -> bool:
    """Tell whether the user declares anything: unknown contracts are not the same as no contracts."""

    def look() -> bool:
        return bool(_instruments(catalogue)) or bool(catalogue.standing(standing.OWN_RESIDUAL_MIXES))

    return catalogue.once(("market declared",), look)


def _depths(catalogue: Catalogue) -> dict[tuple[str, str], int]:
    """Return how far a place lies below the zone of an instrument."""

    def look() -> dict[tuple[str, str], int]:
        zones = sorted({item.zone for item in _instruments(catalogue)})
        found = catalogue.rows(
            "SELECT place, zone, depth FROM ancestors WHERE list_contains($zones::VARCHAR[], zone)", zones=zones
        )
        return {(row["place"], row["zone"]): row["depth"] for row in found}

    return catalogue.once(("market depths",), look)


def _holding(market: Market, catalogue: Catalogue) -> Iterator[Instrument]:
    depths = _depths(catalogue)
    for item in _instruments(catalogue):
        if (market.place, item.zone) in depths and item.first <= market.date <= item.last:
            yield item


def _residual_mixes(markets: Iterable[Market], catalogue: Catalogue) -> dict[Market, FactorUse]:
    """Return the residual mix of each market: a row of factors, the user's own before a shipped one."""
    asked = {market: Question("rest_intensity", market.place, None, market.date.year) for market in markets}
    answers = catalogue.resolve(asked.values())
    return {market: answers[question] for market, question in asked.items() if question in answers}


# --- sharing out ---------------------------------------------------------------------------------------


def _refuse_shares(market: Market, parts: list[tuple[Instrument, float]]) -> None:
    total = sum(share for _, share in parts)
    if total > 1 + _SLACK:
        names = " and ".join(str(item) for item, _ in parts)
        raise DataError(
            f"instruments {names} cover {total:.4g} times the electricity of {market.place} on {market.date}: their "
            "shares may add up to 1."
        )


def _narrowest_first(holding: Mapping[Market, list[Instrument]]) -> list[Instrument]:
    """Return the instruments with a quantity, those with the least choice first."""
    choice: dict[str, int] = {}
    items: dict[str, Instrument] = {}
    for instruments in holding.values():
        for item in instruments:
            if item.quantity is not None:
                choice[item.id] = choice.get(item.id, 0) + 1
                items[item.id] = item
    return sorted(items.values(), key=lambda item: (choice[item.id], item.id))


def _allotted(
    item: Instrument, energies: Mapping[Market, float], parts: Mapping[Market, list[tuple[Instrument, float]]]
) -> dict[Market, float]:
    """Return the share of each market that an instrument covers: the same part of what no other covers yet."""
    quantity = item.quantity or 0.0
    left = {market: energy * (1 - _covered(parts[market])) for market, energy in energies.items()}
    total = sum(left.values())
    if quantity > total * (1 + _SLACK):
        others = " that no other covers" if total < sum(energies.values()) else ""
        raise DataError(
            f"instrument {item} covers {_energy(quantity)}, and {_energy(total)}{others} were used there: give the "
            "quantity that falls on this use, a share, or leave both blank to cover all of it."
        )
    part = quantity / total if total else 0.0
    return {market: min(part, 1.0) * left[market] / energies[market] for market in energies if energies[market]}


def _energy(kilowatt_hours: float) -> str:
    scaled = in_scale(Quantity(kilowatt_hours, "kWh"))
    return f"{exact(float(f'{scaled.magnitude:.6g}'))} {unit_text(scaled)}"


def _covered(parts: Iterable[tuple[Instrument, float]]) -> float:
    return min(sum(share for _, share in parts), 1.0)


def _mixed(
    market: Market,
    parts: list[tuple[Instrument, float]],
    holding: list[Instrument],
    residual: FactorUse | None,
    catalogue: Catalogue,
) -> Mix:
    """Return the factors of a market whose instruments cover ``parts`` of it."""
    parts = [(item, share) for item, share in parts if share > 0]
    covered = _covered(parts)
    said = tuple(
        f"market-based: {item.kind.replace('_', ' ')} {item} covers {share * 100:.4g} % of the electricity."
        for item, share in parts
    )
    if covered >= 1 - _SLACK:
        return Mix({"market_intensity": _blend("market_intensity", parts)}, assumptions=said)
    rest, by_whom = _rest(market, holding, residual, catalogue)
    if rest is None:
        if not parts:
            reason = f"no instrument that was declared, and no residual mix, holds in {market.place} on {market.date}"
        else:
            reason = (
                f"instruments cover {covered:.4g} of the electricity, and no residual mix of {market.place} in "
                f"{market.date.year} is known for the rest; declare one in the overlay"
            )
        return Mix(reason=reason)
    said += (f"market-based: {by_whom} stands for {'the rest' if parts else 'all'} of the electricity.",)
    if not parts:
        return Mix({"market_intensity": dataclasses.replace(rest, name="market_intensity")}, assumptions=said)
    return Mix(
        {
            "contracted_share": _share(parts, covered),
            "instrument_intensity": _blend("instrument_intensity", parts),
            "rest_intensity": dataclasses.replace(rest, name="rest_intensity"),
        },
        assumptions=said,
    )


def _rest(
    market: Market, holding: list[Instrument], residual: FactorUse | None, catalogue: Catalogue
) -> tuple[FactorUse | None, str]:
    """Return what the rest is taken at, and its name: a supplier's factor or contract for all, else a residual mix."""
    depths = _depths(catalogue)
    whole = [item for item in holding if item.takes_the_rest]
    for group in ([i for i in whole if i.kind != "residual_mix"], [i for i in whole if i.kind == "residual_mix"]):
        nearest = min((depths[market.place, item.zone] for item in group), default=0)
        found = [item for item in group if depths[market.place, item.zone] == nearest]
        if len(found) > 1:
            names = " and ".join(str(item) for item in found)
            raise DataError(
                f"instruments {names} each stand for all the electricity of {market.place} on {market.date} that no "
                "other covers: give one of them a quantity, a share or other days."
            )
        if found:
            return found[0].use, f"{found[0].kind.replace('_', ' ')} {found[0]}"
    return residual, f"the residual mix of {residual.zone or 'everywhere'}, {residual.year}," if residual else ""


def _blend(name: str, parts: list[tuple[Instrument, float]]) -> FactorUse:
    """Return what several instruments stand at together, weighted by what each covers."""
    if len(parts) == 1:
        return dataclasses.replace(parts[0][0].use, name=name)
    total = sum(share for _, share in parts)
    value = sum(item.use.value * share for item, share in parts) / total
    each = ", ".join(f"{item.id} {share / total:.4g} at {item.use.value:g} gCO2e/kWh" for item, share in parts)
    return _own(name, parts, "intensity", value, "gCO2e/kWh", f"weighted by what each covers: {each}")


def _share(parts: list[tuple[Instrument, float]], covered: float) -> FactorUse:
    column = "quantity" if parts[0][0].quantity is not None else "share"
    return _own("contracted_share", parts, column, covered, "1", "electricity that instruments cover over all used")


def _own(
    name: str, parts: list[tuple[Instrument, float]], column: str, value: float, unit: str, note: str
) -> FactorUse:
    first: dict[str, Any] = {"source": parts[0][0].use.source, "citation": parts[0][0].use.citation}
    return FactorUse(
        id=f"instruments:{'+'.join(item.id for item, _ in parts)}:{column}",
        name=name,
        value=value,
        unit=unit,
        rung=OVERLAY_RUNG,
        evidence="stated",
        distribution="fixed",
        note=note,
        **first,
    )
