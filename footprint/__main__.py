"""The command line as a process of its own: ``footprint``, ``python -m footprint``.

What is done here is for a process that is ours alone: see docs/decisions/0025-a-process-of-its-own.md.
"""

import gc
import os
import sys
from types import ModuleType
from typing import cast

from footprint.commands import main

#: New objects after which Python looks for those that only hold each other.
_OBJECTS_BETWEEN_COLLECTIONS = 2_000_000


def run() -> None:
    """Run the command line and end the process."""
    # What a command makes lives as long as the command: looking through it time and again is a tenth of its time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    # Altair brings jsonschema, which makes a grammar of addresses where that is installed: two seconds for nothing that
    # is asked here.
    sys.modules.setdefault("rfc3987_syntax", cast("ModuleType", None))
    # NumPy's algebra makes its threads when it is imported; what is multiplied here is small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Polars' allocator (jemalloc, on Linux) gives memory back after half a second, and takes it again for more rows.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")
    code: object = 0
    try:
        try:
            main(prog_name="footprint")
        except SystemExit as ended:
            code = ended.code
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:  # a full disk; click has seen to a pipe that nobody reads
        code = code or 1
        if sys.stderr is not None:
            sys.stderr.write(f"Error: standard output: {error.strerror}.\n")
    # A profiler writes what it found when Python itself ends.
    if sys.getprofile() or sys.gettrace() or not isinstance(code, int | None):
        raise SystemExit(code)
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    run()
