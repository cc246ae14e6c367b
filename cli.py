"""The command line from a checkout that is not installed: ``python cli.py training gpt-3``."""

from footprint.commands import main

if __name__ == "__main__":
    main(prog_name="footprint")
