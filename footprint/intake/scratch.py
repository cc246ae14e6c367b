"""Folders for a while, and what is left of them when a process is killed."""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footprint.errors import DataError, FootprintError

log = logging.getLogger(__name__)

#: A file that the process which uses a folder has locked; the system takes the lock away when the process ends.
LOCK = "footprint.lock"
#: The same before it is locked, and for as long as it is used where locks are not known.
_DRAFT = "footprint.lock.new"
#: Seconds after which a folder without a lock is not that of a run that has just begun.
_BEGUN = 3600
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
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    try:
        with _held(folder), room(folder.parent):
            try:
                yield folder
            finally:
                _empty(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    draft = folder / _DRAFT
    with draft.open("wb") as file:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.rename(folder / LOCK)  # there is no moment in which it lies there and is not held
        yield


def _clear(prefix: str, within: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    for folder in within.glob(f"{glob.escape(prefix)}*"):
        try:
            about = folder.stat()
            if folder.is_symlink() or about.st_uid != os.geteuid():
                continue
            old = time.time() - about.st_mtime > _BEGUN
            if not any(folder.iterdir()):  # killed before there was a lock, or after; or begun this very moment
                if old:
                    folder.rmdir()
                continue
            name = _DRAFT if old and not (folder / LOCK).exists() else LOCK
            lock = os.open(folder / name, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _empty(folder)
            shutil.rmtree(folder, ignore_errors=True)
            log.info("removed %s, which a run that was killed has left behind", folder)
        except OSError:
            continue
        finally:
            os.close(lock)


def _empty(folder: Path) -> None:
    """Remove all that lies in a folder but its lock: whoever is killed meanwhile leaves what the next run removes."""
    with contextlib.suppress(OSError):  # the folder itself was removed by somebody
        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != LOCK:
                with contextlib.suppress(OSError):
                    path.unlink()
