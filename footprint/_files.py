"""Find the data that ship with the package: inside an installed copy, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str, marker: str) -> Path:
    """Return ``folder``; ``marker`` is a file in it that proves it is ours, not another package's.

    >>> (shipped("datasets", "datapackage.json") / "sources.csv").is_file()
    True
    """
    candidates = (_PACKAGE / f"_{folder}", _PACKAGE.parent / folder, _PACKAGE.parent / "reports" / folder)
    for candidate in candidates:
        if (candidate / marker).is_file():
            return candidate
    tried = " and ".join(str(candidate / marker) for candidate in candidates)
    raise FileNotFoundError(f"footprint's {folder} are missing: looked for {tried}; reinstall the package")
