"""Look through the catalogue: list its rows by what they are about, and search all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from footprint.catalogue import Catalogue
from footprint.catalogue.build import descriptor
from footprint.errors import UnknownNameError

#: How a text is compared: without capitals, accents, and signs that join words.
_PLAIN = "translate(strip_accents(lower({})), '-_', '  ')"
_HOLDS_ALL = (
    "coalesce(list_bool_and(list_transform($words::VARCHAR[], lambda word: contains(sought, "
    f"{_PLAIN.format('word')}))), true)"
)
#: What the factors of a place are: its own and those of the states and cloud regions in it; an area has its own alone.
_WITHIN = """(zone = $zone OR zone IN (
    SELECT place FROM ancestors WHERE zone = $zone AND type NOT IN ('world', 'area', 'aggregate')))"""


def _sought(*columns: str) -> str:
    return _PLAIN.format(f"concat_ws(' ', {', '.join(columns)})") + " AS sought"


@dataclass(frozen=True, slots=True)
class _Listing:
    """A list of things: the query, which gives the text ``sought`` as well, and its order."""

    sql: str
    order: str


_NAMES = "(SELECT id, string_agg(shown, ' ') AS called FROM names WHERE what = '{}' GROUP BY id) AS said USING (id)"

_LISTINGS = {
    "regions": _Listing(
        f"""
        WITH grid AS (
            SELECT place, value, year, zone FROM ancestors JOIN factors USING (zone)
            WHERE kind = 'grid_average_lifecycle' AND type NOT IN ('world', 'area', 'aggregate') OR
                  kind = 'grid_average_lifecycle' AND depth = 0
            QUALIFY row_number() OVER (PARTITION BY place ORDER BY origin = 'overlay' DESC, depth, year DESC) = 1
        )
        SELECT places.id, places.name, places.type, places.provider, places.country, grid.value AS grid_lifecycle,
               grid.year AS grid_year, grid.zone AS grid_zone,
               {_sought("places.id", "places.name", "places.type", "places.provider", "land.id", "land.name", "called")}
        FROM places LEFT JOIN places AS land ON land.id = places.country
             LEFT JOIN grid ON grid.place = places.id
             LEFT JOIN (SELECT id, string_agg(shown, ' ') AS called FROM names WHERE what = 'place' GROUP BY id) AS said
                  ON said.id = places.id
        """,
        "list_position(['world', 'area', 'country', 'subnational', 'aggregate', 'cloud_region'], type), id",
    ),
    "models": _Listing(
        f"""
        SELECT id, name, maker, host, modality, access, active_parameters, total_parameters, parameters_basis,
               parameters_estimator, evidence, source, {_sought("id", "name", "maker", "modality", "called")}
        FROM models LEFT JOIN {_NAMES.format("model")}
        """,
        "id",
    ),
    "products": _Listing(
        f"""
        SELECT products.id, label, company, products.valid_from, products.valid_to, products.model, use,
               energy_per_use.value, energy_per_use.unit, estimable, basis, products.evidence, products.source,
               {_sought("products.id", "label", "company", "aliases", "products.model")}
        FROM products LEFT JOIN energy_per_use ON energy_per_use.id = products.use
        """,
        "id, valid_from",
    ),
    "accelerators": _Listing(
        f"""
        SELECT id, name, vendor, kind, release_year, rated_power, fp16_dense, memory, embodied, embodied_water,
               evidence, source, {_sought("id", "name", "vendor", "kind", "aliases")}
        FROM accelerators
        """,
        "id",
    ),
    "runs": _Listing(
        f"""
        SELECT id, name, model, year, country, accelerator, accelerators, energy, energy_boundary, carbon, grid_basis,
               boundary, evidence, source, {_sought("id", "name", "aliases", "model", "accelerator", "country")}
        FROM training_runs
        """,
        "id",
    ),
    "equivalences": _Listing(
        f"""
        SELECT id, label_en, label_fr, indicator, value, low, high, unit, per, boundary, zone, year_from, year_to,
               aliases, evidence, source, {_sought("id", "label_en", "label_fr", "aliases", "indicator")}
        FROM equivalences
        """,
        "indicator, id",
    ),
    "kinds": _Listing(
        f"""
        SELECT kind, unit, label, meaning, carried_years, distribution, coalesce(rows, 0) AS rows,
               {_sought("kind", "label", "meaning")}
        FROM kinds LEFT JOIN (SELECT kind, count(*) AS rows FROM factors GROUP BY kind) USING (kind)
        """,
        "kind",
    ),
}

#: Everything that a search looks through, under the reference that `show` takes.
_SEARCHED = f"""
    SELECT 'factors' AS "table", f.id AS reference, f.id AS id,
           CASE kinds.kind WHEN 'coefficient' THEN concat_ws(': ', 'Coefficient of ' || f.subject, f.note)
                ELSE concat_ws(', ', kinds.label, f.subject, place.name) END AS label, f.value,
           f.unit, f.year, f.evidence, f.source,
           {_sought("f.id", "kinds.label", "f.kind", "f.subject", "place.name", "f.zone", "f.note", "sources.title")}
    FROM factors AS f JOIN kinds USING (kind) LEFT JOIN places AS place ON place.id = f.zone
         LEFT JOIN sources ON sources.id = f.source
    UNION ALL
    SELECT 'energy_per_use', e.id, e.id, concat_ws(', ', e.subject, e.task), e.value, e.unit, e.year, e.evidence,
           e.source,
           {_sought("e.id", "e.subject", "e.model", "e.maker", "e.task", "e.hardware", "e.note", "sources.title")}
    FROM energy_per_use AS e LEFT JOIN sources ON sources.id = e.source
    UNION ALL
    SELECT 'models', 'models:' || id, id, concat_ws(', ', name, maker), active_parameters,
           CASE WHEN active_parameters IS NOT NULL THEN 'Gparameter' END, year(release_date), evidence, source,
           {_sought("id", "name", "maker", "modality", "called")}
    FROM models LEFT JOIN {_NAMES.format("model")}
    UNION ALL
    SELECT 'accelerators', 'accelerators:' || id, id, name, rated_power,
           CASE WHEN rated_power IS NOT NULL THEN 'W_acc/accelerator' END, release_year, evidence, source,
           {_sought("id", "name", "vendor", "aliases", "note")}
    FROM accelerators
    UNION ALL
    SELECT 'products', 'products:' || p.id || ':' || p.valid_from, p.id, p.label || ', from ' || p.valid_from, e.value,
           e.unit, year(p.valid_from), p.evidence, p.source,
           {_sought("p.id", "p.label", "p.company", "p.aliases", "p.model", "p.basis")}
    FROM products AS p LEFT JOIN energy_per_use AS e ON e.id = p.use
    UNION ALL
    SELECT 'training_runs', 'training_runs:' || id, id, 'training of ' || name, carbon,
           CASE WHEN carbon IS NOT NULL THEN 'tCO2e' END, year, evidence, source,
           {_sought("id", "name", "aliases", "model", "accelerator_text", "note", "'training'")}
    FROM training_runs
    UNION ALL
    SELECT 'equivalences', 'equivalences:' || id, id, label_en, value, unit, year_to, evidence, source,
           {_sought("id", "label_en", "label_fr", "aliases", "note")}
    FROM equivalences
    UNION ALL
    SELECT 'regions', 'regions:' || r.id, r.id, concat_ws(', ', r.location, zones.name), NULL, NULL, NULL, r.evidence,
           r.source, {_sought("r.id", "r.location", "zones.name", "r.note")}
    FROM regions AS r JOIN zones ON zones.id = r.zone
    UNION ALL
    SELECT 'sources', 'sources:' || id, id, title, NULL, NULL, year, read_as, id,
           {_sought("id", "title", "authors", "publisher")}
    FROM sources
"""


#: In which order a search tells what it found.
_ORDER = (
    "models",
    "products",
    "accelerators",
    "training_runs",
    "energy_per_use",
    "equivalences",
    "regions",
    "factors",
    "sources",
)


def factors(
    catalogue: Catalogue,
    *,
    kind: str | None = None,
    zone: str | None = None,
    year: int | None = None,
    source: str | None = None,
) -> list[dict[str, Any]]:
    """Return the factors of a kind, a place, a year and a source; of a country also those of the regions in it.

    Raises
    ------
    footprint.errors.UnknownNameError : no such kind, place or source; the nearest are offered

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> [row] = factors(open_catalogue(), kind="grid_average_lifecycle", zone="France", year=2024)
    >>> row["id"], row["zone_name"], row["unit"]
    ('grid_lifecycle_fra_2024', 'France', 'gCO2e/kWh')
    """
    given: dict[str, Any] = {"year": year} if year is not None else {}
    if kind is not None:
        given["kind"] = known_id(catalogue, "kind of factor", "kinds", "kind", kind, "kinds")
    if zone is not None:
        given["zone"] = catalogue.place(zone).id
    if source is not None:
        given["source"] = known_id(catalogue, "source", "sources", "id", source, "sources")
    where = " AND ".join(_WITHIN if name == "zone" else f"{name} = ${name}" for name in given) or "true"
    first = "zone = $zone DESC," if "zone" in given else ""
    return catalogue.rows(
        f"""
        SELECT f.id, kind, subject, zone, places.name AS zone_name, year, value, low, high, distribution, unit, source,
               locator, evidence, note, origin
        FROM (SELECT * FROM factors WHERE {where}) AS f LEFT JOIN places ON places.id = f.zone
        ORDER BY kind, {first} zone NULLS FIRST, subject NULLS FIRST, year DESC NULLS LAST, f.id
        """,
        **given,
    )


def listing(catalogue: Catalogue, what: str, words: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the regions, models, products, accelerators, runs, equivalences, kinds or sources that hold all words.

    Raises
    ------
    KeyError : there is no such list

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> [row["id"] for row in listing(open_catalogue(), "regions", ["aws", "paris"])]
    ['aws:eu-west-3']
    """
    asked = _sources() if what == "sources" else _LISTINGS[what]
    return catalogue.rows(
        f"SELECT * EXCLUDE (sought) FROM ({asked.sql}) WHERE {_HOLDS_ALL} ORDER BY {asked.order}",
        words=_split(words),
    )


def search(catalogue: Catalogue, words: Sequence[str]) -> list[dict[str, Any]]:
    """Return every row that holds all words, things before factors, each under the reference that `show` takes.

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> [row["reference"] for row in search(open_catalogue(), ["gpt-3", "training"])]
    ['training_runs:gpt-3-175b']
    """
    said = _split(words)
    return catalogue.rows(
        f"""
        SELECT * EXCLUDE (sought, id) FROM ({_SEARCHED}) WHERE {_HOLDS_ALL}
        ORDER BY CASE WHEN {_PLAIN.format("id")} = {_PLAIN.format("$phrase")} THEN 0
                      WHEN "table" = 'sources' THEN 3
                      WHEN starts_with({_PLAIN.format("label")}, {_PLAIN.format("$phrase")}) THEN 1
                      ELSE 2 END, list_position($tables, "table"), year DESC NULLS LAST, reference
        """,
        words=said,
        tables=list(_ORDER),
        phrase=" ".join(said),
    )


def known_id(catalogue: Catalogue, what: str, table: str, column: str, text: str, command: str) -> str:
    """Return the id that ``text`` is, or raise with the nearest."""
    found = catalogue.rows(
        f"SELECT {column} AS id, jaro_winkler_similarity({column}, lower($text)) AS alike FROM {table} "
        "ORDER BY alike DESC, id LIMIT 3",
        text=text[:80],
    )
    if found and found[0]["id"] == text.casefold():
        return str(found[0]["id"])
    near = [row["id"] for row in found if row["alike"] > 0.75]
    raise UnknownNameError(what, text, near, f"List all: footprint factors {command}")


def _split(words: Sequence[str]) -> list[str]:
    return " ".join(words).split()


def citing() -> str:
    """Return the query for every citation: table, kind of factor, source."""
    return " UNION ALL ".join(
        f"SELECT '{name}' AS \"table\", {'kind' if name == 'factors' else 'NULL'} AS kind, "
        f'"{reference["fields"]}" AS source FROM "{name}"'
        for name, resource in descriptor().items()
        for reference in resource["schema"].get("foreignKeys", ())
        if reference["reference"]["resource"] == "sources"
    )


def _sources() -> _Listing:
    return _Listing(
        f"""
        SELECT id, title, authors, publisher, year, url, doi, licence, read_as, retrieved, coalesce(rows, 0) AS rows,
               {_sought("id", "title", "authors", "publisher", "note")}
        FROM sources LEFT JOIN (SELECT source AS id, count(*) AS rows FROM ({citing()}) GROUP BY ALL) USING (id)
        """,
        "id",
    )


def nearest(catalogue: Catalogue, text: str) -> list[str]:
    """Return the references of rows that are most like a text that is none."""
    found = catalogue.rows(
        f"""
        SELECT DISTINCT reference, greatest(
            jaro_winkler_similarity(reference, $text), jaro_winkler_similarity(id, $text)) AS alike
        FROM ({_SEARCHED}) WHERE alike > 0.85 ORDER BY alike DESC, reference LIMIT 3
        """,
        text=text[:80].casefold(),
    )
    return [row["reference"] for row in found]
