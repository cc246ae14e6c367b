"""The catalogue of one edition: what things are called, their rows, and the figures behind an estimate."""

from __future__ import annotations

import datetime
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from footprint.catalogue import ahead, build, standing
from footprint.catalogue.engine import duckdb
from footprint.catalogue.names import forms, normal
from footprint.catalogue.provenance import FactorUse, Source
from footprint.catalogue.resolve import Question, resolve, wanted_of
from footprint.errors import CatalogueError, DataError, NotEstimableError, UnknownNameError

T = TypeVar("T")

#: Names of a kind that are asked for one by one.
_FEW = 12
_PLACES_HINT = "List all: footprint factors regions"
#: What to do about an unknown model.
MODELS_HINT = "List all: footprint factors models"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an activity ran: a cloud region, a grid zone, a country, or the world by name."""

    id: str
    type: str
    name: str
    provider: str | None
    country: str | None

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name != self.id else self.id


@dataclass(slots=True)
class Catalogue:
    """The catalogue of one edition, opened for reading."""

    connection: duckdb.DuckDBPyConnection
    edition: str
    grid_boundary: str = "lifecycle"
    #: take rows behind which no document was read; a result names each that it used
    allow_unverified: bool = False
    #: how many more unknown names get a suggestion; None is without limit (a batch sets a limit)
    suggestions: int | None = None
    _many: bool = False
    _seen: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)

    def rows(self, sql: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query, as `footprint.catalogue.build.rows_of` does."""
        return build.rows_of(self.connection, sql, parameters)

    def standing(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a statement of `footprint.catalogue.standing`, which is asked once."""
        return self.once(("standing", sql), lambda: self.rows(sql))

    def told(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take the rows of statements of `footprint.catalogue.standing` that were asked already."""
        self._seen.update({("standing", sql): found for sql, found in rows.items()})

    def row(self, table: str, id: str) -> dict[str, Any] | None:
        """Return one row of a table of things by its id."""

        def look() -> dict[str, Any] | None:
            if self._often(table):
                every = self.once(("rows", table), lambda: {r["id"]: r for r in self.rows(f'SELECT * FROM "{table}"')})
                return every.get(id)
            found = self.rows(f'SELECT * FROM "{table}" WHERE id = $id', id=id)
            return found[0] if found else None

        return self.once(("row", table, id), look)

    def expect(self, names: int) -> None:
        """Prepare to be asked for so many distinct names: of many, tables are read whole. Answers stay the same."""
        self._many = self._many or names > _FEW

    def forget_unknown(self) -> None:
        """Keep no more that a name is unknown: a file may hold a million of them, and a catalogue serves for long."""
        for key in [key for key, found in self._seen.items() if key[0] in ("find", "nearest", "place") and not found]:
            del self._seen[key]

    def once(self, key: tuple[Any, ...], look: Callable[[], T]) -> T:
        """Return what ``look`` finds, asking once for each ``key``: a batch settles many combinations of few names."""
        if key not in self._seen:
            self._seen[key] = look()
        found: T = self._seen[key]
        return found

    # --- what people name -------------------------------------------------------------------

    def place(self, text: str) -> Place:
        """Return the place that ``text`` names: ``FR``, ``France``, ``US-EGRID-SRVC``, ``aws:eu-west-3``, ``world``.

        Raises
        ------
        footprint.errors.UnknownNameError : no such place, or one that several providers have
        """
        found = self.once(("place", text), lambda: self._places(text))
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownNameError("region without its provider", text, [place.id for place in found], _PLACES_HINT)
        raise UnknownNameError("region", text, self.nearest("place", text), _PLACES_HINT)

    def _places(self, text: str) -> list[Place]:
        wanted = normal(text)
        if self._often("place"):
            return self.once(("places",), self._all_places).get(wanted, [])
        found = self.rows(
            "SELECT * FROM places WHERE id IN (SELECT id FROM names WHERE what = 'place' AND normal = $name)",
            name=wanted,
        )
        if not found:
            found = self.rows(
                "SELECT places.* FROM regions JOIN places USING (id) WHERE lower(regions.code) = $code", code=wanted
            )
        return [Place(**row) for row in found]

    def _all_places(self) -> dict[str, list[Place]]:
        places = {row["id"]: Place(**row) for row in self.rows("SELECT * FROM places")}
        found: dict[str, list[Place]] = {}
        for by, sql in enumerate(
            (
                "SELECT DISTINCT normal AS name, id FROM names WHERE what = 'place' ORDER BY ALL",
                "SELECT lower(code) AS name, id FROM regions ORDER BY ALL",
            )
        ):
            named = set(found) if by else set()  # a code is asked for where nothing has that name
            for row in self.rows(sql):
                if row["name"] not in named and row["id"] in places:
                    found.setdefault(row["name"], []).append(places[row["id"]])
        return found

    def find(self, what: str, text: str) -> str | None:
        """Return the id of the ``what`` (model, product, accelerator, run ...) that ``text`` names, or None."""
        return self.once(("find", what, text), lambda: self._find(what, text))

    def _find(self, what: str, text: str) -> str | None:
        written = list(forms(text) if what == "model" else [normal(text)])
        # Where two things have one name it is the first one's: the last one written into a dictionary stays.
        asked = "SELECT normal, id FROM names WHERE what = $what{} ORDER BY id DESC"

        def ids_of(found: list[dict[str, Any]]) -> dict[str, str]:
            return {row["normal"]: str(row["id"]) for row in found}

        if self._often(what):
            ids = self.once(("ids", what), lambda: ids_of(self.rows(asked.format(""), what=what)))
        else:
            ids = ids_of(self.rows(asked.format(" AND list_contains($forms, normal)"), what=what, forms=written))
        return next((ids[form] for form in written if form in ids), None)

    def _often(self, what: str) -> bool:
        """Tell whether to read all names at once: a file may hold a million unknown ones."""
        self._asked[what] += 1
        return self._many or self._asked[what] > _FEW

    def named(self, what: str, table: str, text: str, hint: str = "") -> dict[str, Any]:
        """Return the row of ``table`` that ``text`` names.

        Raises
        ------
        footprint.errors.UnknownNameError : no such name; the nearest known ones are offered
        """
        id = self.find(what, text)
        row = self.row(table, id) if id else None
        if row is None:
            raise UnknownNameError(what, text, self.nearest(what, text), hint)
        return row

    def model(self, text: str) -> dict[str, Any]:
        """Return the model that ``text`` names."""
        return self.named("model", "models", text, MODELS_HINT)

    def product(self, text: str, date: datetime.date) -> dict[str, Any] | None:
        """Return the period of the product that ``text`` names which covers ``date``; None where it is no product.

        Raises
        ------
        footprint.errors.DataError : the product did not exist on that date
        """
        id = self.find("product", text)
        if id is None:
            return None
        periods = self.once(
            ("periods", id), lambda: self.rows("SELECT * FROM products WHERE id = $id ORDER BY valid_from", id=id)
        )
        for period in periods:
            if period["valid_from"] <= date and (period["valid_to"] is None or date <= period["valid_to"]):
                return period
        first, last = periods[0]["valid_from"], periods[-1]["valid_to"]
        until = f" to {last}" if last else ""
        raise DataError(f"{periods[0]['label']} is known from {first}{until} alone; give a date within.")

    def too_early(self, name: str, date: datetime.date) -> str | None:
        """Return what is assumed where ``name`` is a model that was not released on ``date``; None where it was."""
        if self.find("product", name) is not None or (id := self.find("model", name)) is None:
            return None
        row = self.row("models", id)
        released = row["release_date"] if row else None
        if row is None or released is None or date >= released:
            return None
        return f"{row['name']} was in use on {date}, before its release on {released}."

    def nearest(self, what: str, text: str, count: int = 3) -> list[str]:
        """Return the known names most like ``text``, best first, one for each thing."""
        if self.suggestions is not None and self.suggestions <= 0:
            return []  # not kept: whoever asks next may have more of them
        return self.once(("nearest", what, text, count), lambda: self._nearest(what, text, count))

    def _nearest(self, what: str, text: str, count: int) -> list[str]:
        if self.suggestions is not None:
            self.suggestions -= 1
        found = self.rows(
            """
            SELECT arg_max(shown, alike) AS shown FROM (
                SELECT id, shown, jaro_winkler_similarity(normal, $name) AS alike
                FROM names WHERE what = $what AND abs(length(normal) - length($name)) <= 12
            ) WHERE alike > 0.75 GROUP BY id ORDER BY max(alike) DESC, min(shown) LIMIT $count
            """,
            what=what,
            name=normal(text)[:80],
            count=count,
        )
        return [row["shown"] for row in found]

    # --- figures -------------------------------------------------------------------------------

    def resolve(self, questions: Iterable[Question]) -> dict[Question, FactorUse]:
        """Answer every question that the ladder can answer."""
        carried = {row["kind"]: row["carried_years"] for row in self.standing(standing.CARRIED)}
        classes = {row["id"]: row["site_class"] for row in self.standing(standing.SITE_CLASSES)}
        wanted = wanted_of(questions, self.grid_boundary, carried, classes)
        return resolve(self.connection, wanted, self.source, self.allow_unverified)

    def source(self, id: str | None) -> Source | None:
        """Return the work with this id."""
        if not id:
            return None
        return self.once(("sources",), self._all_sources).get(id)

    def _all_sources(self) -> dict[str, Source]:
        names = Source.__dataclass_fields__
        rows = self.standing(standing.SOURCES)
        return {row["id"]: Source(**{name: row[name] for name in names}) for row in rows}

    def coefficients(self, ids: Sequence[str], names: Sequence[str]) -> list[FactorUse]:
        """Return coefficients of the methods by id, each under the name that the equations give it."""
        return self.once(("coefficients", tuple(ids), tuple(names)), lambda: self._coefficients(ids, names))

    def _coefficients(self, ids: Sequence[str], names: Sequence[str]) -> list[FactorUse]:
        rows = self.once(("coefficients",), self._all_coefficients)
        rung = "coefficient of the method"
        for id in ids:
            self.refuse_unverified(rows[id], id)
        return [self.used(rows[id], name=name, rung=rung) for id, name in zip(ids, names, strict=True)]

    def _all_coefficients(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.standing(standing.COEFFICIENTS)}

    def refuse_unverified(self, row: Mapping[str, Any], what: str) -> None:
        """Refuse a row behind which no document was read, unless such rows were allowed.

        Raises
        ------
        footprint.errors.NotEstimableError : the row is unverified; the message says how to use it all the same
        """
        if row["evidence"] == "unverified" and not self.allow_unverified:
            raise NotEstimableError(
                f"{what} is unverified: no document was read for it; put a verified figure into --factors, or use it "
                "all the same with --allow-unverified."
            )

    def used(self, row: dict[str, Any], *, name: str, rung: str) -> FactorUse:
        """Return a row of factors, or of energies per use, as a value that an estimate used."""
        source = self.source(row["source"])
        return FactorUse(
            id=row["id"],
            name=name,
            value=row["value"],
            unit=row["unit"],
            zone=row.get("zone"),
            year=row.get("year"),
            rung="overlay of the user" if row.get("origin") == "overlay" else rung,
            evidence=row["evidence"],
            source=row["source"],
            citation=source.citation if source else None,
            licence=source.licence if source else None,
            low=row.get("low"),
            high=row.get("high"),
            distribution=row.get("distribution"),
            locator=row.get("locator"),
            note=row.get("note"),
        )

    def embodied(self, accelerator: Mapping[str, Any]) -> dict[str, Any]:
        """Return what stands beside the figure taken for making an accelerator: boundary, evidence, note."""
        key = (accelerator["id"], accelerator["embodied_source"], accelerator["embodied"])
        found = self.once(
            ("embodied", *key),
            lambda: self.rows(
                "SELECT boundary, evidence, note FROM accelerator_embodied "
                "WHERE accelerator = $id AND source = $source AND value = $value LIMIT 1",
                **dict(zip(("id", "source", "value"), key, strict=True)),
            ),
        )
        return found[0] if found else {}

    def field_of(
        self,
        table: str,
        row: dict[str, Any],
        column: str,
        *,
        name: str,
        unit: str,
        rung: str,
        source: str | None = None,
    ) -> FactorUse | None:
        """Return one column of a table of things as a value that an estimate used; None where it is blank."""
        if row[column] is None:
            return None
        cited = self.source(source or row["source"])
        return FactorUse(
            id=f"{table}:{row['id']}:{column}",
            name=name,
            value=float(row[column]),
            unit=unit,
            rung="overlay of the user" if row["origin"] == "overlay" else rung,
            evidence=row["evidence"],
            source=cited.id if cited else None,
            citation=cited.citation if cited else None,
            licence=cited.licence if cited else None,
            year=row.get("year"),
            low=row.get(f"{column}_low"),
            high=row.get(f"{column}_high"),
            locator=row.get("locator"),
            note=row.get("note"),
        )


def _refuse_faulty(overlay: Path) -> None:
    """Refuse an overlay with any fault: a misspelt column that is passed over would leave the shipped row in force."""
    from footprint.catalogue.check import check

    checked = check(overlay)
    if checked.faults:
        more = f" (and {len(checked.faults) - 1} more)" if len(checked.faults) > 1 else ""
        raise CatalogueError(f"{checked.faults[0]}{more}; see them all with `footprint factors check {overlay}`.")


def open_catalogue(
    overlay: Path | None = None, grid_boundary: str = "lifecycle", allow_unverified: bool = False
) -> Catalogue:
    """Open the shipped catalogue, with ``overlay`` (a folder of CSV files of the same shape) laid over it.

    >>> open_catalogue().place("france").id
    'FRA'
    """
    # By its content: a person edits a folder of rows between two calls, and wants the second one's answer.
    return _opened(overlay, build.edition_of(overlay) if overlay else "", grid_boundary, allow_unverified)


@functools.lru_cache(maxsize=4)
def _opened(overlay: Path | None, content: str, grid_boundary: str, allow_unverified: bool) -> Catalogue:
    if overlay is not None:
        _refuse_faulty(overlay)
    found = (None if overlay else ahead.taken()) or build.connect(overlay)
    catalogue = Catalogue(found.connection, found.edition, grid_boundary, allow_unverified)
    catalogue.told(found.rows)
    return catalogue
