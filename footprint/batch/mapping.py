"""A mapping kept in a file: how the columns of one organisation's export are read, once and for all."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from footprint.batch.columns import pairs
from footprint.errors import DataError, UsageError, clipped
from footprint.readers import Options

#: What a file of a mapping may hold.
_TABLES = ("map", "set")
_TEXTS = ("reader", "zone", "cached_inside", "meter", "boundary")
_CHOICES = {
    "cached_inside": ("yes", "no"),
    "meter": ("interval", "register", "power"),
    "boundary": ("facility", "it", "accelerator"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file says of an export; what the command line says goes before it."""

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    reader: str | None = None
    options: Options = field(default_factory=Options)


def kept(path: Path, options: Options) -> Kept:
    r"""Read a mapping from a TOML file: ``[map]``, ``[set]``, and the options of reading by their names.

    Raises
    ------
    footprint.errors.DataError : no file, or no TOML
    footprint.errors.UsageError : a key or a value that means nothing here, with the line

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "mapping.toml"
    ...     _ = file.write_text('zone = "Europe/Paris"\n[map]\nmodel = "Modell"\n[set]\nregion = "FR"\n')
    ...     found = kept(file, Options())
    >>> found.columns, found.constants, found.options.zone
    ({'model': 'Modell'}, {'region': 'FR'}, 'Europe/Paris')
    """
    try:
        text = path.read_text("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: no UTF-8 text; save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: no TOML: {error}.") from None
    for key, value in document.items():
        if key not in (*_TABLES, *_TEXTS):
            near = difflib.get_close_matches(key, (*_TABLES, *_TEXTS), 1)
            meant = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join((*_TABLES, *_TEXTS))}."
            raise UsageError(f"{path}, line {_line(text, key)}: unknown key '{clipped(key)}'{meant}")
        if not isinstance(value, dict if key in _TABLES else str):
            wanted = "a table" if key in _TABLES else "a text"
            raise UsageError(f"{path}, line {_line(text, key)}: {key} is {wanted}.")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise UsageError(
                f"{path}, line {_line(text, key)}: {key} is '{clipped(value)}', and none of {', '.join(_CHOICES[key])}."
            )
    inside = document.get("cached_inside")
    given = {name: getattr(options, name) or document.get(name) for name in ("zone", "meter", "boundary")} | {
        "cached_inside": options.cached_inside
        if options.cached_inside is not None or inside is None
        else inside == "yes"
    }
    return Kept(
        columns=_pairs(document.get("map", {}), f"{path}, [map]"),
        constants=_pairs(document.get("set", {}), f"{path}, [set]"),
        reader=document.get("reader"),
        options=replace(options, **given),
    )


def told(maps: Sequence[str], sets: Sequence[str], path: Path | None, reader: str | None, options: Options) -> Kept:
    """Return how files are read: what the command line says, then what a file of a mapping says.

    Raises
    ------
    footprint.FootprintError : either says what cannot be
    """
    columns, constants = pairs(maps, "--map"), pairs(sets, "--set")
    if path is None:
        return Kept(columns, constants, reader, options)
    found = kept(path, options)
    return Kept(
        columns={name: column for name, column in found.columns.items() if name not in constants} | columns,
        constants={name: value for name, value in found.constants.items() if name not in columns} | constants,
        reader=reader or found.reader,
        options=found.options,
    )


def _pairs(table: dict[str, Any], where: str) -> dict[str, str]:
    return pairs([f"{name}={value}" for name, value in table.items()], where)


def _line(text: str, key: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if key in line), 1)
