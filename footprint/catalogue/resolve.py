"""The ladder: which row of the catalogue answers a question about a place, a host and a year.

One SQL statement answers all distinct questions of an estimate or of a batch. A row that the user stated or laid
over the catalogue goes before any other; then the nearest place, the host's own figures before those of its class,
and the latest year that is not after the activity's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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


class Wanted(NamedTuple):
    """A kind of factor that may answer a question, and what its row must be of."""

    question: Question
    kind: str
    #: place of the kind among those that may fill the role, best first
    rank: int
    hosted: bool
    #: what the class of the host's halls is called as the subject of a row; blank where it has none
    site_class: str
    #: the earliest year that is carried on to that of the question
    earliest: int


def wanted_of(
    questions: Iterable[Question], grid_boundary: str, carried: Mapping[str, int], classes: Mapping[str, str]
) -> list[Wanted]:
    """Return the kinds of factor that may answer each distinct question.

    ``carried`` says for how many years a kind may be carried on, where that is limited; ``classes`` is the class of
    the halls of each host.

    >>> asked = Question("pue", "FRA", "aws", 2024)
    >>> [(wanted.kind, wanted.earliest) for wanted in wanted_of([asked], "lifecycle", {"pue": 4}, {})]
    [('pue', 2020)]
    """
    roles = {**_ROLES, "grid_intensity": (GRID_BOUNDARIES[grid_boundary],)}
    return [
        Wanted(
            question,
            kind,
            rank,
            question.role in _HOSTED,
            f"class:{classes[question.provider]}" if question.provider and question.provider in classes else "",
            question.year - carried[kind] if kind in carried else _BEFORE_ALL,
        )
        for question in dict.fromkeys(questions)
        for rank, kind in enumerate(roles[question.role])
    ]


#: Before any year of a factor.
_BEFORE_ALL = 0

# unnest() of bound lists: a few thousand keys need no table of their own, and no text becomes SQL.
_LADDER = """
WITH wanted AS (
    SELECT unnest($numbers) AS number, unnest($kinds) AS kind, unnest($ranks) AS kind_rank, unnest($hosted) AS hosted,
           unnest($places) AS place, unnest($providers) AS provider, unnest($classes) AS site_class,
           unnest($earliest) AS earliest, unnest($years) AS latest
), reach AS (
    -- what a place lies in, and what lies nowhere: the figures of a fleet, of a class, of an overlay for all halls
    SELECT place, zone, depth, type, passes_over FROM ancestors WHERE list_contains($distinct_places, place)
    UNION ALL SELECT unnest($distinct_places), NULL, 99, 'fleet', false
)
SELECT number, hosted, f.id, f.zone, f.year AS factor_year, f.value, f.low, f.high, f.distribution, f.unit, f.source,
       f.locator, f.evidence, f.note, f.origin, f.subject, reach.type AS zone_type, passes_over,
       CASE WHEN f.subject = provider THEN 0 WHEN f.subject IS NULL THEN 1 ELSE 2 END AS subject_rank
FROM wanted JOIN reach USING (place)
JOIN factors AS f ON f.kind = wanted.kind AND f.zone IS NOT DISTINCT FROM reach.zone
WHERE (f.zone IS NULL OR depth = 0 OR reach.type NOT IN ('world', 'aggregate') AND (hosted OR reach.type <> 'area'))
  AND CASE WHEN f.subject IS NOT NULL THEN hosted AND f.subject IN (provider, site_class)
           ELSE f.origin = 'overlay' OR NOT hosted AND f.zone IS NOT NULL END
  AND (f.year IS NULL OR f.year BETWEEN earliest AND latest)
  AND (f.evidence <> 'unverified' OR $unverified)
QUALIFY row_number() OVER (
    PARTITION BY number
    ORDER BY f.origin = 'overlay' DESC, subject_rank, depth, kind_rank, f.evidence = 'unverified',
             f.year DESC NULLS LAST, f.id
) = 1
"""


def resolve(
    connection: duckdb.DuckDBPyConnection,
    wanted: Sequence[Wanted],
    source_of: Callable[[str], Source | None],
    allow_unverified: bool = False,
) -> dict[Question, FactorUse]:
    """Answer every question that the catalogue can answer; one without an answer is not in the result.

    ``source_of`` returns the work that a row cites.
    """
    if not wanted:
        return {}
    distinct = list(dict.fromkeys(each.question for each in wanted))
    numbers = {question: number for number, question in enumerate(distinct)}
    places = [each.question.place or "" for each in wanted]
    found = rows_of(
        connection,
        _LADDER,
        {
            "numbers": [numbers[each.question] for each in wanted],
            "kinds": [each.kind for each in wanted],
            "ranks": [each.rank for each in wanted],
            "hosted": [each.hosted for each in wanted],
            "places": places,
            "distinct_places": sorted(set(places)),
            "providers": [each.question.provider or "" for each in wanted],
            "classes": [each.site_class for each in wanted],
            "earliest": [each.earliest for each in wanted],
            "years": [each.question.year for each in wanted],
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
