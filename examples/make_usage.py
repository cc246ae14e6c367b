"""Make ``usage_2025.csv``: a year of AI use of an organisation that does not exist. Every figure is invented.

The same seed gives the same file: ``python examples/make_usage.py`` rewrites it.
"""

from __future__ import annotations

import csv
import datetime
import math
import random
from pathlib import Path

HERE = Path(__file__).parent

#: team, model as its gateway writes it, region, host, requests on a working day, tokens in and out of a request
USES = (
    ("Search", "gpt-4o-mini", "azure:swedencentral", "", 9000, 1400, 180),
    ("Search", "bge-m3", "FR", "on_premises", 20000, 350, None),
    ("Support", "gpt-4o", "azure:francecentral", "", 3200, 2600, 420),
    ("Coding", "claude-3.7-sonnet", "aws:us-east-1", "", 1500, 9000, 850),
    ("Coding", "mistral-large-2", "FR", "", 400, 1800, 500),
    ("Research", "llama-3.1-70b", "gcp:europe-west9", "", 700, 3000, 900),
    ("Marketing", "gpt-4o", "azure:francecentral", "", 120, 600, 700),
    ("Marketing", "claude-3.2-sonnet", "aws:us-east-1", "", 15, 600, 700),
)


def rows() -> list[list[object]]:
    """Return the rows of the year 2025, a row a day, team and model."""
    random.seed(2025)
    made: list[list[object]] = []
    day = datetime.date(2025, 1, 1)
    while day.year == 2025:
        season = 1 + day.timetuple().tm_yday / 365 + 0.15 * math.sin(day.timetuple().tm_yday / 58)
        weekend = 0.08 if day.weekday() >= 5 else 1.0
        for team, model, region, host, requests, read, written in USES:
            count = round(requests * season * weekend * random.uniform(0.85, 1.15))
            tokens_in = round(count * read * random.uniform(0.9, 1.1))
            tokens_out = round(count * written * random.uniform(0.9, 1.1)) if written else 0
            made.append([day.isoformat(), team, model, region, host, count, tokens_in, tokens_out])
        day += datetime.timedelta(days=1)
    return made


def main() -> None:
    """Write the file."""
    with (HERE / "usage_2025.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["date", "team", "model", "region", "provider", "requests", "input_tokens", "output_tokens"])
        writer.writerows(rows())


if __name__ == "__main__":
    main()
