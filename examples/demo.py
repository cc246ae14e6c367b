"""The main job on an example: a year of an organisation's usage in, its footprint out. The organisation is invented."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "out"


def run(*arguments: str, expected: int = 0) -> None:
    """Show a command as a person types it, and run it."""
    sys.stdout.write(f"\n$ footprint {shlex.join(arguments)}\n\n")
    sys.stdout.flush()
    code = subprocess.run([sys.executable, "-m", "footprint", *arguments], check=False, cwd=HERE.parent).returncode
    if code != expected:
        sys.exit(f"this ended with status {code}, and {expected} was expected")


def main() -> None:
    """Run the demo."""
    OUT.mkdir(exist_ok=True)
    sys.stdout.write(
        "A year of AI use of an example organisation. Every row of examples/usage_2025.csv is invented;\n"
        "the factors are not: each is cited.\n"
    )
    usage = [
        "batch",
        "examples/usage_2025.csv",
        "--output",
        "out/footprint_2025.parquet",
        "--rejects",
        "out/rejected_2025.csv",
        "--by",
        "team,model",
    ]
    # One model of the example does not exist: its rows are rejected and said, and coverage stays above 99 %.
    run(*usage, "--min-coverage", "85")
    run("factors", "show", "grid_lifecycle_fra_2025")
    run("training", "gpt-3")
    sys.stdout.write(
        "\nWritten: out/footprint_2025.parquet (a row for each estimated row) and out/rejected_2025.csv "
        "(the others, each with its reason).\n"
    )


if __name__ == "__main__":
    main()
