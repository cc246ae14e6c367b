"""What an embed is of: files below a folder that may be read, or an activity in words, estimated."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.embedding.spec import Spec, SpecError
from footprint.errors import FootprintError, clipped, did_you_mean

if TYPE_CHECKING:
    from footprint.charts import Subject

#: Functions of the Python interface that an activity in words may name, and what its first word is without a name.
ACTIVITIES = {"query": "model", "training": "run", "datacenter": None, "instance": "instance"}
#: Parameters that the embed has keys of its own for.
_ELSEWHERE = {"role": "role", "grid_boundary": "grid_boundary", "factors": "factors", "allow_unverified": "unverified"}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a page stands, and the folder below which files may be read."""

    folder: Path
    root: Path

    @classmethod
    def of(cls, folder: Path | str, root: Path | str | None = None) -> Ground:
        """Return the ground of a page in ``folder``; without a ``root``, that folder is all that may be read."""
        return cls(Path(folder).resolve(), Path(folder if root is None else root).resolve())

    def path(self, name: str, line: int) -> Path:
        """Return a path as a page names it: from its folder, or from the root where it begins with a slash.

        Raises
        ------
        SpecError : it lies outside of what may be read
        """
        try:
            # A name that begins with a slash is the site's, as in its links; never the machine's.
            at = self.root / name.lstrip("/") if name.startswith("/") else self.folder / name
            found = at.resolve()
            inside = found.is_relative_to(self.root)
        except (OSError, ValueError, RuntimeError):
            raise SpecError(f"'{clipped(name)}' is no name of a file.", line) from None
        if not inside:
            raise SpecError(
                f"'{clipped(name)}' is outside of what may be read: the folder of the page, or of all pages on a site. "
                "Put the file there; footprint embed takes a folder above with --root DIR.",
                line,
            )
        return found

    def file(self, name: str, line: int) -> Path:
        """Return a file that is there."""
        found = self.path(name, line)
        if not found.is_file():
            raise SpecError(f"there is no file '{clipped(name)}'{self._near(found)}", line)
        return found

    def _near(self, path: Path) -> str:
        try:
            beside = [item.name for item in path.parent.iterdir() if item.is_file()]
        except OSError:
            return " here."
        return did_you_mean(path.name, beside)


def files_of(spec: Spec, ground: Ground) -> list[Path]:
    """Return the files that an embed is of: where one changes, its page is another."""
    return [] if spec.of[0] in ACTIVITIES else [ground.path(name, spec.line_of("of")) for name in spec.of]


def subject_of(spec: Spec, ground: Ground) -> Subject:
    """Return what an embed shows something of.

    Raises
    ------
    footprint.errors.FootprintError : it cannot be read or estimated
    """
    factors = ground.path(spec.factors, spec.line_of("factors")) if spec.factors else None
    if factors and not factors.is_dir():
        raise SpecError(f"factors: there is no folder '{clipped(spec.factors)}'.", spec.line_of("factors"))
    if spec.of[0] in ACTIVITIES:
        return _estimated(spec, ground, factors)
    paths = tuple(ground.file(name, spec.line_of("of")) for name in spec.of)
    from footprint.charts import columns

    chart = spec.name if spec.kind in ("chart", "table") else "drivers"
    kept = columns(chart, spec.by)
    stamps = tuple((stat.st_mtime_ns, stat.st_size) for stat in (path.stat() for path in paths))
    return _read(paths, stamps, kept, spec.set, spec.map, spec.role, spec.grid_boundary, factors, spec.unverified)


@functools.lru_cache(maxsize=16)
def _read(
    paths: tuple[Path, ...],
    stamps: tuple[tuple[int, int], ...],
    kept: tuple[str, ...],
    sets: tuple[str, ...],
    maps: tuple[str, ...],
    role: str | None,
    grid_boundary: str | None,
    factors: Path | None,
    unverified: bool,
) -> Subject:
    """Read the files of an embed once for all embeds of a site; ``stamps`` tell when a file is another."""
    from footprint.batch.columns import pairs
    from footprint.catalogue import open_catalogue
    from footprint.charts.inputs import read

    return read(
        [str(path) for path in paths],
        open_catalogue(factors, grid_boundary or "lifecycle", unverified),
        columns=pairs(maps, "map"),
        constants=pairs(sets, "set"),
        kept=kept,
        role=role,
    )


def _estimated(spec: Spec, ground: Ground, factors: Path | None) -> Subject:
    import footprint
    from footprint.catalogue import open_catalogue
    from footprint.charts import of_estimate

    for key in ("set", "map"):
        if getattr(spec, key):
            raise SpecError(f"{key}: is for files; give an activity its values in 'of'.", spec.line_of(key))
    kind, line = spec.of[0], spec.line_of("of")
    given = _arguments(kind, spec.of[1:], line)
    if "profile" in given:
        given["profile"] = str(ground.file(given["profile"], line))
    boundary = spec.grid_boundary or "lifecycle"
    options: dict[str, Any] = {"grid_boundary": boundary, "factors": factors, "allow_unverified": spec.unverified}
    try:
        estimate = getattr(footprint, kind)(**given, role=spec.role, **options)
    except FootprintError as error:
        raise SpecError(f"of: {error}", line) from None
    return of_estimate(estimate, open_catalogue(factors, boundary, spec.unverified))


def _arguments(kind: str, given: Sequence[str], line: int) -> dict[str, str]:
    import footprint

    known = list(inspect.signature(getattr(footprint, kind)).parameters)
    found: dict[str, str] = {}
    for place, word in enumerate(given):
        name, equals, value = word.partition("=")
        if not equals and place == 0 and (first := ACTIVITIES[kind]):
            name, value = first, word
        elif not equals or not value:
            raise SpecError(f"of: '{clipped(word)}': write name=value, such as region=FR.", line)
        name = name.replace("-", "_")
        if name in _ELSEWHERE:
            key = _ELSEWHERE[name]
            raise SpecError(f"of: {name} has a key of its own: write {key}: {clipped(value, 40)}.", line)
        if name not in known:
            near = did_you_mean(name, known)
            listed = f" {kind} takes: {', '.join(n for n in known if n not in _ELSEWHERE)}." if near == "." else ""
            raise SpecError(f"of: {kind} takes no '{clipped(name)}'{near}{listed}", line)
        if name in found:
            raise SpecError(f"of: {name} is given twice.", line)
        found[name] = value
    return found
