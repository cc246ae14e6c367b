"""A folder of estimates that grows as exports come in: each file is estimated once, and counted once.

Every input has one output, named by its content. A manifest says what each was made of; it is written anew, and in one
move, after each file, so that a run that is broken off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footprint import __version__
from footprint.batch.happened import happened, joined, nothing
from footprint.batch.inventory import settled
from footprint.batch.opening import check_groups
from footprint.batch.periods import MONTH
from footprint.batch.run import Summary, run_batch
from footprint.batch.together import together
from footprint.catalogue import Catalogue
from footprint.errors import DataError, UsageError
from footprint.intake.files import beside, digest, expanded
from footprint.readers import Options, refuse_overlap

#: What the folder holds beside the estimates.
MANIFEST = "footprint-manifest.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Grown:
    """What a run did to the folder, and the summary of all that it holds."""

    summary: Summary
    new: list[str]
    kept: list[str]
    replaced: list[str]


def grow(
    names: Sequence[str],
    folder: Path,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    by: Sequence[str],
    catalogue: Catalogue,
    reader: str | None,
    options: Options,
    allow_overlap: bool = False,
    engine_name: str | None = None,
    input_format: str | None = None,
    row_ranges: bool = False,
    told: Callable[[str], None] = lambda name: None,
) -> Grown:
    """Estimate the files that ``folder`` does not hold yet, one Parquet file each, and add all of them up.

    A file that was edited, or that was estimated with other factors or another mapping, is estimated anew. One that is
    no longer among ``names`` stays: what it held was used.

    Raises
    ------
    footprint.FootprintError : a file cannot be used; the folder holds what was finished before
    """
    if any(name == "-" for name in names):
        raise UsageError("the standard input has no name to be known again by: write it to a file.")
    folder.mkdir(exist_ok=True)
    manifest = _read(folder)
    how = _how(catalogue, columns, constants, reader, options, row_ranges, by)
    grown = Grown(None, [], [], [])  # type: ignore[arg-type]  # the summary follows
    for name in expanded(names):
        path = Path(name)
        if not path.is_file():
            raise DataError(f"{name}: no such file.")
        content = digest(path)
        known = manifest["files"].get(name)
        if known and known["sha256"] == content and known["how"] == how and (folder / known["output"]).is_file():
            grown.kept.append(name)
            continue
        twin = _twin(manifest, name, content)
        if twin and not allow_overlap:
            raise DataError(
                f"{name} and {twin} are the same file: its use would be counted twice; leave one out, or say "
                "--allow-overlap."
            )
        told(name)
        mark = hashlib.sha256((name + content).encode()).hexdigest()[:12]
        output = f"{path.name.split('.')[0] or 'input'}-{mark}.parquet"
        summary = run_batch(
            [name],
            output=folder / output,
            rejects=folder / output.replace(".parquet", ".rejected.csv"),
            columns=columns,
            constants=constants,
            by=(),
            engine_name=engine_name,
            catalogue=catalogue,
            input_format=input_format,
            allow_overlap=allow_overlap,
            row_ranges=row_ranges,
            kept=list(dict.fromkeys([*by, MONTH, "model", "region"])),
            reader=reader,
            options=options,
        )
        entry = {"sha256": content, "how": how, "output": output, "summary": summary.as_dict()}
        files = {**manifest["files"], name: entry}
        if not allow_overlap:
            try:
                refuse_overlap(_spans(files))
            except DataError:
                _remove(folder, output)
                raise
        manifest = {**manifest, "files": files}
        _write(folder, manifest)
        (grown.replaced if known else grown.new).append(name)
        if known and known["output"] != output:
            _remove(folder, known["output"])
    return Grown(_together(manifest, by, catalogue), grown.new, grown.kept, grown.replaced)


def _remove(folder: Path, output: str) -> None:
    for name in (output, output.replace(".parquet", ".rejected.csv")):
        (folder / name).unlink(missing_ok=True)


def _how(
    catalogue: Catalogue,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    reader: str | None,
    options: Options,
    row_ranges: bool,
    by: Sequence[str],
) -> str:
    """Return a name for the way in which a file is estimated; another way gives another name."""
    said = [
        __version__,
        catalogue.edition,
        catalogue.grid_boundary,
        catalogue.allow_unverified,
        sorted(columns.items()),
        sorted(constants.items()),
        reader,
        [options.cached_inside, options.zone, sorted(options.keep), options.meter, options.boundary],
        row_ranges,
        sorted(by),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        if any(folder.iterdir()):
            raise UsageError(f"{folder} holds other files: name an empty folder, or one that footprint batch has made.")
        return {"version": _VERSION, "files": {}}
    try:
        document = json.loads(path.read_text("utf-8"))
        files = document["files"]
        sound = document["version"] == _VERSION and all(
            isinstance(entry[key], str) for entry in files.values() for key in ("sha256", "how", "output")
        )
        sound = sound and all(Path(entry["output"]).name == entry["output"] for entry in files.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise DataError(f"{path} is damaged, or of another version: remove the folder, and estimate the files again.")
    found: dict[str, Any] = document
    return found


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    with beside(folder / MANIFEST) as draft:
        if draft is not None:
            draft.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def _twin(manifest: Mapping[str, Any], name: str, content: str) -> str | None:
    files = manifest["files"].items()
    return next((other for other, entry in files if other != name and entry["sha256"] == content), None)


def _spans(files: Mapping[str, Any]) -> list[tuple[str, str, list[str], str, str]]:
    return [
        (name, source["reader"], who, first, last)
        for name, entry in files.items()
        for source in entry["summary"]["inputs"]
        for *who, first, last in source.get("spans", ())
    ]


def _together(manifest: Mapping[str, Any], by: Sequence[str], catalogue: Catalogue) -> Summary:
    """Return the summary of everything that the folder holds."""
    told = [entry["summary"] for entry in manifest["files"].values()]
    inventory = settled(joined([happened(one["activity"]) for one in told]) if told else nothing(), catalogue)
    check_groups(by, inventory.names)
    tokens: dict[str, int] = {}
    aside: dict[str, int] = {}
    for one in told:
        for total, counts in ((tokens, one["tokens_in"]), (aside, one["rows_set_aside"])):
            for name, count in counts.items():
                total[name] = total.get(name, 0) + (count or 0)
    return together(
        inventory,
        inputs=[source for one in told for source in one["inputs"]],
        rejected=sum(one["rows_rejected"] for one in told),
        rejections=[row for one in told for row in one["rejections"]],
        tokens=dict(tokens),
        by=by,
        engine=told[0]["engine"] if told else "",
        assumptions=list(dict.fromkeys(text for one in told for text in one["assumptions"])),
        warnings=list(dict.fromkeys(text for one in told for text in one["warnings"])),
        aside=aside,
    )
