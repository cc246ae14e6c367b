"""The command line as a process of its own: ``footprint``, ``python -m footprint``."""

import os
import sys
from types import ModuleType
from typing import cast

from footprint.commands import main


def run() -> None:
    """Run the command line and end the process.

    The system takes down a process faster than its libraries take down themselves, which is a tenth of a short
    command's time.
    """
    # Altair brings jsonschema, which makes a grammar of addresses where that is installed: two seconds for nothing that
    # is asked here.
    sys.modules.setdefault("rfc3987_syntax", cast("ModuleType", None))
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
        sys.stderr.write(f"Error: standard output: {error.strerror}.\n")
    if code is not None and not isinstance(code, int):
        raise SystemExit(code)
    os._exit(code or 0)


if __name__ == "__main__":
    run()
