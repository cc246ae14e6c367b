import polars as pl, datetime, duckdb
for name, zone in (("a.parquet", None), ("b.parquet", "Europe/Paris")):
    seen = pl.Series([datetime.datetime(2025, 1, 1)]).dt.replace_time_zone(zone)
    pl.DataFrame({"model": ["gpt-4o"], "output_tokens": [5], "seen": seen}).write_parquet(name)
duckdb.sql("SELECT 'gpt-4o' AS model, 5 AS output_tokens, INTERVAL 3 DAY AS gap").write_parquet('gap.parquet')
