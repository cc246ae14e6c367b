"""Which scope and category of the GHG Protocol a result is of: it depends on who reports it.

The categories are those of the Scope 3 Standard (`ghg_scope3`), scope 2 that of the Scope 2 Guidance (`ghg_scope2`). A
result has no scope of its own: without a role none is claimed. Nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from footprint.errors import UsageError, did_you_mean

#: Who reports, and what that means.
ROLES = {
    "owner": "runs the hall and buys its electricity",
    "tenant": "hires servers of a cloud, or room in a colocation hall",
    "buyer": "buys a service by the request, such as an API",
}

#: Names of the categories of scope 3 that a result here may be of.
CATEGORIES = {
    1: "purchased goods and services",
    2: "capital goods",
    3: "fuel- and energy-related activities",
    8: "upstream leased assets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The scope and the category of a result."""

    scope: int
    category: int | None = None
    #: what it is of under another organisational boundary
    otherwise: Claim | None = None

    def __str__(self) -> str:
        """Return it as a report writes it.

        >>> str(Claim(scope=3, category=1))
        'scope 3, category 1 (purchased goods and services)'
        """
        own = f"scope {self.scope}"
        if self.category is not None:
            own += f", category {self.category} ({CATEGORIES[self.category]})"
        return f"{own}, or {self.otherwise}, as the organisational boundary says" if self.otherwise else own

    @property
    def source(self) -> str:
        """The id of the standard that it is cited from."""
        return "ghg_scope2" if self.scope == 2 else "ghg_scope3"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "scope": self.scope,
            "category": self.category,
            "name": CATEGORIES[self.category] if self.category else None,
            "otherwise": self.otherwise.as_dict() if self.otherwise else None,
            "source": self.source,
        }


_PURCHASED = Claim(scope=3, category=1)
_BOUGHT = dict.fromkeys(("carbon_location", "carbon_market", "carbon_embodied", "carbon_upstream"), _PURCHASED)
_OWN = {
    "carbon_location": Claim(scope=2),
    "carbon_market": Claim(scope=2),
    "carbon_embodied": Claim(scope=3, category=2),
    "carbon_upstream": Claim(scope=3, category=3),
}
_LEASED = {
    **_OWN,
    **dict.fromkeys(("carbon_location", "carbon_market"), Claim(scope=2, otherwise=Claim(scope=3, category=8))),
}


def claims(role: str, hosts: Iterable[str | None], boundary: str) -> tuple[dict[str, Claim], tuple[str, ...]]:
    """Return the claim of each carbon result for a role, and what must be said beside it.

    Parameters
    ----------
    role : one of `ROLES`
    hosts : the kind of each host, ``cloud`` or ``colocation``, as `providers.csv` has it; it decides for a tenant alone
    boundary : that of the grid factors, ``lifecycle`` or ``direct``

    Raises
    ------
    footprint.errors.UsageError : another role

    Examples
    --------
    >>> found, said = claims("owner", ["own_site"], "direct")
    >>> {name: str(claim) for name, claim in found.items()}["carbon_upstream"], said
    ('scope 3, category 3 (fuel- and energy-related activities)', ())
    """
    if role not in ROLES:
        known = ", ".join(ROLES)
        raise UsageError(f"role: '{role}' is none of {known}{did_you_mean(role, ROLES)}")
    found = {"owner": _OWN, "buyer": _BOUGHT}.get(role) or {"cloud": _BOUGHT, "colocation": _LEASED}.get(
        _only(hosts), {}
    )
    said = []
    if not found:
        said.append(
            "no scope is claimed: a tenant of a cloud reports scope 3, category 1, and one of a colocation hall scope "
            "2; name the host with --provider."
        )
    elif found["carbon_location"].scope == 2 and boundary == "lifecycle":
        said.append(
            "scope 2 takes direct grid factors: the life-cycle factor holds emissions of category 3 too; "
            "--grid-boundary direct gives the two apart."
        )
    return dict(found), tuple(said)


def _only(hosts: Iterable[str | None]) -> str:
    kinds = {kind or "" for kind in hosts}
    return kinds.pop() if len(kinds) == 1 else ""
