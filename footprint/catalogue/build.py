"""Build the reviewed CSV files into a DuckDB database with constraints, once per content.

``datapackage.json`` is the only place where tables, columns, keys and constraints are declared: the database is
generated from it. The database is kept in the user's cache folder under the hash of what it was built from; where
that folder cannot be written, it is built in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from footprint._files import shipped
from footprint.catalogue import standing
from footprint.catalogue.engine import duckdb
from footprint.catalogue.names import normal
from footprint.errors import CatalogueError, clipped, is_interrupt

log = logging.getLogger(__name__)

#: Raised whenever the tables that are derived from the files change shape.
LAYOUT = 4

#: What stands before the blocks of a file of DuckDB: three headers.
_HEADERS = 3 * 4096

_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "year": "BIGINT"}


@lru_cache(maxsize=1)
def descriptor() -> dict[str, dict[str, Any]]:
    """Return the tables of the data package by name, in an order in which every reference looks back."""
    package = json.loads((shipped("datasets", "datapackage.json") / "datapackage.json").read_text("utf-8"))
    waiting: dict[str, dict[str, Any]] = {}
    for resource in package["resources"]:
        # factors_grid, factors_water ... are one table in several files: a file a subject reads better.
        name = "factors" if resource["name"].startswith("factors_") else resource["name"]
        table = waiting.setdefault(name, {"name": name, "path": [], "schema": resource["schema"]})
        if table["schema"]["fields"] != resource["schema"]["fields"]:
            raise CatalogueError(f"datapackage.json: {resource['name']} has other columns than {name}.")
        table["path"].append(resource["path"])
    ordered: dict[str, dict[str, Any]] = {}
    while waiting:
        ready = [name for name, resource in waiting.items() if _referenced(resource) - {name} <= ordered.keys()]
        if not ready:
            raise CatalogueError(f"datapackage.json: the tables {', '.join(waiting)} refer to each other in a circle")
        for name in ready:
            ordered[name] = waiting.pop(name)
    return ordered


def files_of(folder: Path, resource: dict[str, Any]) -> list[Path]:
    """Return the files of ``folder`` that hold rows of ``resource``."""
    found = [folder / path for path in resource["path"] if (folder / path).is_file()]
    single = folder / f"{resource['name']}.csv"
    return found if single in found or not single.is_file() else [*found, single]


def edition_of(*folders: Path) -> str:
    """Return the hash of everything that the tables of ``folders`` hold.

    >>> len(edition_of(shipped("datasets", "datapackage.json")))
    12
    """
    digest = hashlib.sha256()
    for folder in folders:
        for resource in descriptor().values():
            for path in files_of(folder, resource):
                digest.update(f"{resource['name']}\0{path.name}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


class Opened(NamedTuple):
    """A connection to a catalogue, its edition, and the rows of the statements that nearly every estimate asks."""

    connection: duckdb.DuckDBPyConnection
    edition: str
    #: by statement of `footprint.catalogue.standing`
    rows: dict[str, list[dict[str, Any]]]


class DamagedError(CatalogueError):
    """The database that is kept of a catalogue has parts that cannot be read; it is removed."""


def connect(overlay: Path | None = None) -> Opened:
    """Return the catalogue, ``overlay`` laid over the shipped rows.

    Raises
    ------
    footprint.errors.CatalogueError : a row breaks a constraint; `footprint.catalogue.check` names it
    """
    folders = [shipped("datasets", "datapackage.json"), *([overlay] if overlay else [])]
    edition = edition_of(*folders)
    cached = cached_at(edition)
    for attempt in ("open", "build"):
        try:
            if attempt == "build":
                _build_beside(cached, folders)
            if cached.is_file():
                return opened(cached, edition)
        except (OSError, duckdb.Error, DamagedError) as error:
            log.info("the cached catalogue %s cannot be used: %s", cached, error)
        except RuntimeError as error:
            if is_interrupt(error):
                raise KeyboardInterrupt from None
            raise
    connection = duckdb.connect(":memory:")
    _fill(connection, folders)
    return _asked(connection, edition)


def cached_at(edition: str) -> Path:
    """Return where the database of an edition is kept."""
    return platformdirs.user_cache_path("footprint") / f"catalogue-{edition}-{LAYOUT}-{duckdb.__version__}.duckdb"


def opened(cached: Path, edition: str) -> Opened:
    """Return the catalogue of a database that is kept.

    Raises
    ------
    duckdb.Error, OSError, DamagedError : it is none, or parts of it are missing or damaged
    """
    # Its tables are small: one thread answers sooner than two that wait for each other.
    connection = duckdb.connect(str(cached), read_only=True, config={"threads": 1})
    try:
        ((blocks, size),) = connection.execute("SELECT total_blocks, block_size FROM pragma_database_size()").fetchall()
        if cached.stat().st_size < _HEADERS + blocks * size:  # DuckDB tells it only when a missing part is read
            raise OSError(f"{cached} is cut short")
        return _asked(connection, edition)
    except BaseException:
        connection.close()
        raise


def _asked(connection: duckdb.DuckDBPyConnection, edition: str) -> Opened:
    return Opened(connection, edition, {sql: rows_of(connection, sql) for sql in standing.EVERY})


def rows_of(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query; values go in as parameters, never as text.

    Raises
    ------
    DamagedError : a part of the database cannot be read
    """
    cursor = connection.cursor()
    try:
        cursor.execute(sql, parameters) if parameters else cursor.execute(sql)
        header = [column[0] for column in cursor.description or ()]
        return [dict(zip(header, record, strict=True)) for record in cursor.fetchall()]
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) or "corrupt" in str(error).lower():
            raise _removed(connection, error) from None
        raise


def _removed(connection: duckdb.DuckDBPyConnection, error: duckdb.Error) -> DamagedError:
    """Remove the file that is damaged, so that it is built anew, and return what to say of it."""
    ((path,),) = connection.cursor().execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()
    try:
        if path:  # one in memory has none
            Path(path).unlink(missing_ok=True)
    except OSError:
        remedy = f"delete {path}"
    else:
        remedy = "it is removed: run the command again"
    return DamagedError(f"the database that is kept of the catalogue was damaged ({clipped(error)}); {remedy}.")


def _build_beside(target: Path, folders: Sequence[Path]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="building-") as folder:
        draft = Path(folder) / target.name
        with duckdb.connect(str(draft)) as connection:
            _fill(connection, folders)
        draft.replace(target)
    _forget_old(target)


def _forget_old(newest: Path, keep: int = 4) -> None:
    """Leave only the editions that were built last: each is some 20 MB, and any can be built again."""
    editions = sorted(newest.parent.glob("catalogue-*.duckdb"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in editions[keep:]:
        with contextlib.suppress(OSError):  # another process may read it, or have removed it
            path.unlink()


def _fill(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    connection.execute("SET threads = 1")
    for name, resource in descriptor().items():
        if name == "factors":
            _add_places(connection)
        connection.execute(_table(name, resource))
        columns = [(field["name"], _TYPES[field["type"]]) for field in resource["schema"]["fields"]]
        key = resource["schema"]["primaryKey"]
        keys = [key] if isinstance(key, str) else key
        for rank, folder in enumerate(folders):
            for path in files_of(folder, resource):
                _insert(connection, name, columns, keys, path, "overlay" if rank else "shipped")
        _check_itself(connection, name, resource)
    _add_names(connection)
    connection.execute("CHECKPOINT")


def _insert(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, str]],
    keys: Sequence[str],
    path: Path,
    origin: str,
) -> None:
    # A name is one line of print: whatever steers a terminal, or breaks a table, is a blank from here on.
    printable = "regexp_replace({}, '[\\p{{Cc}}\\p{{Cf}}\\p{{Zl}}\\p{{Zp}}]+', ' ', 'g')"
    texts = {
        column: printable.format(f'"{column}"') if kind == "VARCHAR" else f'"{column}"' for column, kind in columns
    }
    casts = ", ".join(f'CAST({texts[column]} AS {kind}) AS "{column}"' for column, kind in columns)
    same = " AND ".join(f'"{name}"."{key}" IS NOT DISTINCT FROM new."{key}"' for key in keys)
    reading = (
        "read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', nullstr = '')"
    )
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {casts} FROM {reading}", {"path": str(path)}
        )
        if origin == "overlay":
            connection.execute(f'DELETE FROM "{name}" USING incoming AS new WHERE {same}')
        connection.execute(
            f'INSERT INTO "{name}" BY NAME SELECT *, $origin AS origin FROM incoming', {"origin": origin}
        )
    except duckdb.IOException:  # a full disk is no fault of the file
        raise
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise CatalogueError(
            f"{path}: {reason}; run `footprint factors check {path.parent}` for the rows at fault."
        ) from None


def _check_itself(connection: duckdb.DuckDBPyConnection, name: str, resource: dict[str, Any]) -> None:
    for reference in resource["schema"].get("foreignKeys", ()):
        if reference["reference"]["resource"] not in ("", name):
            continue
        column, key = _one(reference["fields"]), _one(reference["reference"]["fields"])
        lost = connection.execute(
            f'SELECT "{column}" FROM "{name}" WHERE "{column}" IS NOT NULL '
            f'AND "{column}" NOT IN (SELECT "{key}" FROM "{name}") LIMIT 1'
        ).fetchone()
        if lost:
            raise CatalogueError(f"{name}: {column} '{lost[0]}' is no {key} of {name}.")


def _add_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive where a place lies: a cloud region in its grid zone, in its country, in its area."""
    connection.execute("""
        CREATE TABLE places (id VARCHAR PRIMARY KEY, type VARCHAR, name VARCHAR, provider VARCHAR, country VARCHAR);
        INSERT INTO places
            SELECT id, type, name, NULL, CASE WHEN type = 'country' THEN id ELSE iso3 END FROM zones
            UNION ALL SELECT id, 'cloud_region', location, provider, zone FROM regions;
        CREATE TABLE ancestors AS
            WITH RECURSIVE parents AS (
                SELECT id, parent FROM zones
                UNION ALL SELECT id, coalesce(grid_zone, zone) FROM regions
            ), walk AS (
                SELECT id AS place, id AS zone, 0 AS depth FROM places
                UNION ALL
                SELECT walk.place, parents.parent, walk.depth + 1
                FROM walk JOIN parents ON parents.id = walk.zone WHERE parents.parent IS NOT NULL
            )
            -- A country's figure for a place in one of its zones is told from that zone's own.
            SELECT walk.place, walk.zone, walk.depth, places.type,
                   coalesce(walk.depth > min(walk.depth) FILTER (places.type = 'subnational') OVER (
                       PARTITION BY walk.place
                   ), false) AS passes_over
            FROM walk JOIN places ON places.id = walk.zone;
    """)


#: Which table holds what a person may name, and in which columns: its key, names, and lists of names.
_NAMED = {
    "zones": ("place", "id", ("id", "name", "iso2", "iso3"), ("aliases",)),
    "regions": ("place", "id", ("id",), ()),
    "models": ("model", "id", ("id", "name", "repository"), ()),
    "aliases": ("model", "model", ("alias",), ()),
    "products": ("product", "id", ("id", "label"), ("aliases",)),
    "accelerators": ("accelerator", "id", ("id", "name"), ("aliases",)),
    "training_runs": ("run", "id", ("id", "name"), ("aliases",)),
    "equivalences": ("equivalence", "id", ("id",), ("aliases",)),
    "providers": ("provider", "id", ("id", "name"), ()),
    "servers": ("instance", "id", ("id",), ()),
}


def _add_names(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE names (what VARCHAR, normal VARCHAR, id VARCHAR, shown VARCHAR)")
    rows: dict[tuple[str, str, str], str] = {}
    for table, (what, key, singles, lists) in _NAMED.items():
        # A subnational zone repeats its country's codes: only a country answers to them.
        codes = {"iso2", "iso3"} if table == "zones" else set()
        selected = ", ".join(f'"{column}"' for column in dict.fromkeys((key, *singles, *lists)))
        typed = ", type" if codes else ", NULL"
        result = connection.execute(f'SELECT {selected}{typed} FROM "{table}"')
        header = [column[0] for column in result.description]
        for record in result.fetchall():
            row = dict(zip(header, record, strict=True))
            for shown in _spellings(row, singles, lists, codes if record[-1] != "country" else set()):
                rows.setdefault((what, normal(shown), row[key]), shown)
    columns = {
        "whats": [what for what, _, _ in rows],
        "normals": [normal for _, normal, _ in rows],
        "ids": [id for _, _, id in rows],
        "shown": list(rows.values()),
    }
    connection.execute(
        "INSERT INTO names SELECT unnest($whats), unnest($normals), unnest($ids), unnest($shown)", columns
    )


def _spellings(row: dict[str, Any], singles: Sequence[str], lists: Sequence[str], without: set[str]) -> Iterator[str]:
    yield from (row[column] for column in singles if row[column] and column not in without)
    for column in lists:
        yield from (part.strip() for part in (row[column] or "").split(";") if part.strip())


def _table(name: str, resource: dict[str, Any]) -> str:
    schema = resource["schema"]
    key = schema["primaryKey"]
    keys = [key] if isinstance(key, str) else key
    lines = [_column(field) for field in schema["fields"]]
    lines.append("origin VARCHAR NOT NULL")
    lines.append("PRIMARY KEY (" + ", ".join(f'"{column}"' for column in keys) + ")")
    for reference in schema.get("foreignKeys", ()):
        column, table, key = (
            _one(reference["fields"]),
            reference["reference"]["resource"],
            reference["reference"]["fields"],
        )
        if table and table != name:  # a table that refers to itself is checked once it is full
            lines.append(f'FOREIGN KEY ("{column}") REFERENCES "{table}" ("{_one(key)}")')
    if name == "factors":
        lines.append("FOREIGN KEY (zone) REFERENCES places (id)")
        lines.append("CHECK (low IS NULL OR low <= value)")
        lines.append("CHECK (high IS NULL OR value <= high)")
    return f'CREATE TABLE "{name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _column(field: dict[str, Any]) -> str:
    name, limits = field["name"], field.get("constraints", {})
    parts = [f'"{name}" {_TYPES[field["type"]]}']
    if limits.get("required"):
        parts.append("NOT NULL")
    if limits.get("unique"):
        parts.append("UNIQUE")
    if "enum" in limits:
        parts.append(f'CHECK ("{name}" IN ({", ".join(_text(word) for word in limits["enum"])}))')
    if "minimum" in limits:
        parts.append(f'CHECK ("{name}" >= {float(limits["minimum"])})')
    if "maximum" in limits:
        parts.append(f'CHECK ("{name}" <= {float(limits["maximum"])})')
    if "pattern" in limits:
        parts.append(f'CHECK (regexp_full_match("{name}", {_text(limits["pattern"])}))')
    return " ".join(parts)


def _text(word: Any) -> str:
    return "'" + str(word).replace("'", "''") + "'"


def _one(fields: str | list[str]) -> str:
    return fields if isinstance(fields, str) else fields[0]


def _referenced(resource: dict[str, Any]) -> set[str]:
    references = {
        reference["reference"]["resource"]
        for reference in resource["schema"].get("foreignKeys", ())
        if reference["reference"]["resource"]
    }
    # A factor's zone is a zone or a cloud region: no key of the data package can say so.
    return references | ({"zones", "regions"} if resource["name"] == "factors" else set())
