"""``python -m footprint``."""

from footprint.commands import main

main(prog_name="footprint")
