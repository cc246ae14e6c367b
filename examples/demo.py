"""The main job on an example: a year of an organisation's usage in, its report out. The organisation is invented."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "out"

#: What is written, and for whom.
REPORTS = {
    "report.html": "the page: opens in any browser, without a network",
    "explore.html": "the same page, in which a reader picks a month or a team",
    "report.pdf": "the PDF to hand in, tagged for screen readers and archives",
    "report.xlsx": "the workbook: each figure is a formula that points to its factor",
    "report.md": "the text",
    "report.json": "all that the others show; footprint report --replay out/report.json computes it again",
    "rapport.pdf": "the PDF in French",
}
SAID = """
In out/ there are now

  footprint_2025.parquet  a row for each estimated row
  rejected_2025.csv       the others, each with its reason
{reports}

What is invented: the organisation, its name, teams, headcount and revenue (reports/example.toml), and every row of
examples/usage_2025.csv. What is not: the factors and the published footprint of GPT-3, which are cited, each by its id.
"""


def run(*arguments: str) -> None:
    """Show a command as a person types it, and run it."""
    sys.stdout.write(f"\n$ footprint {shlex.join(arguments)}\n\n")
    sys.stdout.flush()
    code = subprocess.run([sys.executable, "-m", "footprint", *arguments], check=False, cwd=HERE.parent).returncode
    if code:
        sys.exit(f"this ended with status {code}, and 0 was expected")


def main() -> None:
    """Run the demo."""
    OUT.mkdir(exist_ok=True)
    sys.stdout.write(
        "A year of AI use of an example organisation. The organisation and every row of examples/usage_2025.csv are\n"
        "invented; the factors are not: each is cited.\n"
    )
    usage = "examples/usage_2025.csv"
    written = ["--output", "out/footprint_2025.parquet", "--rejects", "out/rejected_2025.csv"]
    # One model of the example does not exist: its rows are rejected and said, and coverage stays above 99 % of tokens.
    run("batch", usage, *written, "--by", "team,model", "--min-coverage", "85")
    run("factors", "show", "grid_lifecycle_fra_2025")
    run("training", "gpt-3")
    report = ["report", usage, "--definition", "reports/example.toml"]
    still = [f"-oout/{name}" for name in REPORTS if name.startswith("report.")]
    run(*report, *still)
    run(*report, "--interactive", "-oout/explore.html")
    run(*report, "--lang", "fr", "-oout/rapport.pdf")
    listed = "\n".join(f"  {name:22}  {meaning}" for name, meaning in REPORTS.items())
    sys.stdout.write(SAID.format(reports=listed))


if __name__ == "__main__":
    main()
