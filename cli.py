"""The command line from a checkout that is not installed: ``python cli.py training gpt-3``."""

from footprint.__main__ import run

if __name__ == "__main__":
    run()
