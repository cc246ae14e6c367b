"""Folders for a while, and what is left of them when a process is killed."""

from __future__ import annotations

import glob
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footprint.errors import DataError, FootprintError

log = logging.getLogger(__name__)

#: A file that the process which uses a folder has locked; the system takes the lock away when the process ends.
LOCK = "footprint.lock"
_NO_ROOM = re.compile("no space left on device|file too large|disk quota exceeded", re.IGNORECASE)


@contextmanager
def scratch(prefix: str = "footprint-", within: Path | None = None) -> Iterator[Path]:
    """Yield a new folder, and remove it in the end.

    Nothing can remove it when the process is killed. So such folders that no process holds any more are removed
    first; one of another user, or of a run that goes on beside this one, is left alone.

    Parameters
    ----------
    prefix : how its name begins
    within : the folder that it lies in; None for that of the system's temporary files

    Examples
    --------
    >>> with scratch() as folder:
    ...     folder.name[:10], folder.is_dir()
    ('footprint-', True)
    >>> folder.exists()
    False
    """
    _clear(prefix, within or Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=prefix, dir=within) as name, _held(Path(name)), room(Path(name).parent):
        yield Path(name)


@contextmanager
def room(where: Path) -> Iterator[None]:
    """Tell a full disk as what it is, whoever of the engines has met it in what words.

    Raises
    ------
    footprint.errors.DataError : there is no room to write to ``where``
    """
    try:
        yield
    except FootprintError:
        raise
    except Exception as error:
        found = _NO_ROOM.search(str(error))
        if found is None:
            raise
        raise DataError(
            f"{where}: cannot be written to ({found[0].lower()}); what stood there is as it was. Make room, or write "
            "elsewhere."
        ) from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; where locks are not known, there is none, and nobody removes the folder."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    draft = folder / f"{LOCK}.new"
    with draft.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a file system without locks
            draft.unlink()
        else:
            draft.rename(folder / LOCK)  # there is no moment in which it lies there and is not held
        yield


def _clear(prefix: str, within: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    for folder in within.glob(f"{glob.escape(prefix)}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            log.info("removed %s, which a run that was killed has left behind", folder)
        except OSError:
            continue
        finally:
            os.close(lock)
