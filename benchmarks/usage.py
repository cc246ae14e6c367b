"""Usage made from a seed: hourly rows of a year, 60 models, 120 regions, 50 teams. The figures are invented."""

from __future__ import annotations

from pathlib import Path

import duckdb

from footprint.catalogue import open_catalogue

MODELS, REGIONS, TEAMS = 60, 120, 50


def make(rows: int, folder: Path) -> Path:
    """Write ``rows`` rows of usage as Parquet, once; the same rows at every run."""
    path = folder / f"usage_{rows}.parquet"
    if path.exists():
        return path
    catalogue = open_catalogue()
    models = [row["id"] for row in catalogue.rows(
        "SELECT id FROM models WHERE modality = 'text' AND active_parameters IS NOT NULL AND evidence <> 'unverified' "
        "ORDER BY id LIMIT $count", count=MODELS)]  # fmt: skip
    regions = [row["id"] for row in catalogue.rows(
        "SELECT id FROM regions WHERE evidence <> 'unverified' ORDER BY id LIMIT $count", count=REGIONS)]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    connection = duckdb.connect()
    # A hash of the row's number is the same on any machine, whatever the threads do.
    connection.execute(
        """
        COPY (
            SELECT TIMESTAMP '2025-01-01' + INTERVAL 1 HOUR * (i * 8759 // $rows) AS date,
                   $models[1 + (hash(i) % len($models))::INT] AS model,
                   $regions[1 + (hash(i + 7) % len($regions))::INT] AS region,
                   'team ' || (hash(i + 3) % $teams) AS team,
                   1 + (hash(i + 1) % 20)::INT AS requests,
                   (100 + hash(i + 2) % 20000)::BIGINT AS input_tokens,
                   (10 + hash(i + 4) % 3000)::BIGINT AS output_tokens
            FROM range($rows) AS t(i)
        ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
        """.replace("{path}", str(draft).replace("'", "''")),
        {"rows": rows, "models": models, "regions": regions, "teams": TEAMS},
    )
    draft.rename(path)
    return path
