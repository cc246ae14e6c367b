"""The ladder: which row of the catalogue answers a question about a place, a host and a year.

One SQL statement answers all distinct questions of an estimate or of a batch. A row that the user stated or laid
over the catalogue goes before any other; then the nearest place, the host's own figures before those of its class,
and the latest year that is not after the activity's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from footprint.catalogue.build import rows_of
from footprint.catalogue.engine import duckdb
from footprint.catalogue.provenance import FactorUse, Source

#: For each role in the equations, the kinds of factor that may fill it, best first. None is ever mixed.
GRID_BOUNDARIES = {"lifecycle": "grid_average_lifecycle", "direct": "grid_average_direct"}
_ROLES: dict[str, tuple[str, ...]] = {
    "pue": ("pue",),
    "wue_site": ("wue_site_consumed",),
    "wue_grid": ("wue_grid_consumed", "wue_grid_consumed_derived"),
    "wue_site_withdrawn": ("wue_site_withdrawn",),
    "wue_grid_withdrawn": ("wue_grid_withdrawn",),
    "water_scarcity": ("water_stress_non_agricultural",),
    "grid_losses": ("grid_losses",),
    "losses_intensity": ("losses_direct",),
    "upstream_generation": ("upstream_generation", "upstream_generation_derived"),
    "upstream_losses": ("upstream_losses",),
    "rest_intensity": ("grid_residual_mix",),
}
#: Roles that look up a host (a provider, its class) rather than a grid.
_HOSTED = ("pue", "wue_site", "wue_site_withdrawn")


class Question(NamedTuple):
    """What must be known: the factor for ``role`` at a place, for a host, in a year."""

    role: str
    place: str | None
    provider: str | None
    year: int


_LADDER = """
WITH wanted AS (
    SELECT question.*, role.kind, role.rank AS kind_rank, role.hosted,
           'class:' || providers.site_class AS site_class
    FROM questions AS question
    JOIN roles AS role ON role.role = question.role
    LEFT JOIN providers ON providers.id = question.provider
), reach AS (
    -- what a place lies in, and what lies nowhere: the figures of a fleet, of a class, of an overlay for all halls
    SELECT place, zone, depth, type, passes_over FROM ancestors WHERE place IN (SELECT place FROM asked_places)
    UNION ALL SELECT place, CAST(NULL AS VARCHAR), 99, 'fleet', false FROM asked_places
), near AS (
    SELECT wanted.*, f.id, f.zone, f.year AS factor_year, f.value, f.low, f.high, f.distribution, f.unit,
           f.source, f.locator, f.evidence, f.note, f.origin, f.subject,
           above.depth AS depth, above.type AS zone_type,
           above.passes_over,
           CASE WHEN f.subject = wanted.provider THEN 0 WHEN f.subject IS NULL THEN 1 ELSE 2 END AS subject_rank
    FROM wanted
    JOIN reach AS above ON above.place = wanted.place
    JOIN factors AS f ON f.kind = wanted.kind AND f.zone IS NOT DISTINCT FROM above.zone
    JOIN kinds ON kinds.kind = f.kind
    WHERE (f.zone IS NULL OR above.depth = 0
           OR above.type NOT IN ('world', 'aggregate') AND (wanted.hosted OR above.type <> 'area'))
      AND (wanted.hosted AND (f.subject = wanted.provider OR f.subject = wanted.site_class)
           OR f.subject IS NULL AND (f.origin = 'overlay' OR NOT wanted.hosted))
      AND (wanted.hosted OR f.zone IS NOT NULL OR f.origin = 'overlay')
      AND (f.year IS NULL OR f.year <= wanted.year
           AND (kinds.carried_years IS NULL OR wanted.year - f.year <= kinds.carried_years))
      AND (f.evidence <> 'unverified' OR $unverified)
)
SELECT * FROM near
QUALIFY row_number() OVER (
    PARTITION BY near.number
    ORDER BY near.origin = 'overlay' DESC, near.subject_rank, near.depth, near.kind_rank,
             near.evidence = 'unverified', near.factor_year DESC NULLS LAST, near.id
) = 1
"""


def resolve(
    connection: duckdb.DuckDBPyConnection,
    questions: Iterable[Question],
    source_of: Callable[[str], Source | None],
    grid_boundary: str = "lifecycle",
    allow_unverified: bool = False,
) -> dict[Question, FactorUse]:
    """Answer every question that the catalogue can answer; one without an answer is not in the result.

    ``source_of`` returns the work that a row cites.
    """
    distinct = list(dict.fromkeys(questions))
    if not distinct:
        return {}
    roles = [
        {"role": role, "kind": kind, "rank": rank, "hosted": role in _HOSTED}
        for role, kinds in {**_ROLES, "grid_intensity": (GRID_BOUNDARIES[grid_boundary],)}.items()
        for rank, kind in enumerate(kinds)
    ]
    # unnest() of bound lists: a few thousand keys need no table of their own, and no text becomes SQL.
    found = rows_of(
        connection,
        f"WITH questions AS (SELECT unnest($numbers) AS number, unnest($asked) AS role, unnest($places) AS place, "
        f"unnest($providers) AS provider, unnest($years) AS year), "
        f"asked_places AS (SELECT unnest($distinct_places) AS place), "
        f"roles AS (SELECT unnest($roles) AS role, unnest($kinds) AS kind, unnest($ranks) AS rank, "
        f"unnest($hosted) AS hosted), {_LADDER.lstrip().removeprefix('WITH ')}",
        {
            "numbers": list(range(len(distinct))),
            "asked": [question.role for question in distinct],
            "places": [question.place or "" for question in distinct],
            # Found here: DuckDB takes milliseconds to make a table of the distinct ones.
            "distinct_places": sorted({question.place or "" for question in distinct}),
            "providers": [question.provider or "" for question in distinct],
            "years": [question.year for question in distinct],
            "roles": [role["role"] for role in roles],
            "kinds": [role["kind"] for role in roles],
            "ranks": [role["rank"] for role in roles],
            "hosted": [role["hosted"] for role in roles],
            "unverified": allow_unverified,
        },
    )
    answers = {}
    for row in found:
        question = distinct[row["number"]]
        answers[question] = _used(question, row, source_of(row["source"]))
    return answers


def _used(question: Question, row: dict[str, Any], source: Source | None) -> FactorUse:
    return FactorUse(
        id=row["id"],
        name=question.role,
        value=row["value"],
        unit=row["unit"],
        zone=row["zone"],
        year=row["factor_year"],
        rung=_rung(question, row),
        evidence=row["evidence"],
        source=row["source"],
        citation=source.citation if source else None,
        low=row["low"],
        high=row["high"],
        distribution=row["distribution"],
        locator=row["locator"],
        note=row["note"],
        licence=source.licence if source else None,
        years_away=max(question.year - row["factor_year"], 0) if row["factor_year"] else 0,
        stands_in=_stands_in(row),
    )


def _stands_in(row: dict[str, Any]) -> bool:
    """Tell whether a wider area stands in for the place: for a grid, also a country for one of its zones."""
    if row["hosted"]:
        return row["subject_rank"] < 2 and row["zone_type"] in ("area", "fleet", "world")
    return row["zone_type"] == "world" or row["passes_over"]


def _rung(question: Question, row: dict[str, Any]) -> str:
    if row["origin"] == "overlay":
        return "overlay of the user"
    if row["subject_rank"] == 2:
        return f"default of the class {row['subject'].removeprefix('class:').replace('_', ' ')}"
    where = {
        "cloud_region": "region",
        "country": "country",
        "area": "area",
        "fleet": "fleet",
        "world": "world, named by the user",
    }.get(row["zone_type"], "grid zone")
    who = "provider's " if row["hosted"] else ""
    year = row["factor_year"]
    if year is None:
        when = ", undated"
    elif year == question.year:
        when = ", own year"
    else:
        when = f", nearest earlier year ({year} for {question.year})"
    return f"{who}{where}{when}"
