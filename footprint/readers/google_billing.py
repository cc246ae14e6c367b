"""The billing export of Google Cloud, out of BigQuery: JSON lines, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import bills, jsonfiles, skus
from footprint.readers.head import Head
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: Fields that are read: ours, theirs; a table in CSV joins the parts of a name by a point or by a line.
_FIELDS = {
    "usage_start_time": "usage_start_time",
    "usage_end_time": "usage_end_time",
    "service": "service.description",
    "sku": "sku.description",
    "region": "location.region",
    "amount": "usage.amount",
    "unit": "usage.unit",
    "pricing_amount": "usage.amount_in_pricing_units",
    "pricing_unit": "usage.pricing_unit",
    "cost_type": "cost_type",
    "project": "project.id",
    "billing_account_id": "billing_account_id",
    "labels": "labels",
}
_PARTS = r"(?i)\b(a2|a3|a3plus|a4|a4x|g2|g4)\b.*\b(core|ram|memory)\b"


def _flat(item: Input) -> Iterator[dict[str, Any]]:
    for line, record in jsonfiles.records(item):
        found: dict[str, Any] = {LINE: line}
        for name, path in _FIELDS.items():
            found[name] = jsonfiles.first_of(record, path, path.replace(".", "_"))
        yield found


def _billing(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = from_records(_flat(item), options)
    sku, service = rows.raw("sku"), rows.raw("service")
    priced, used = rows.raw("pricing_unit"), rows.raw("unit")
    by_price = skus.hours(priced).is_not_null() | skus.tokens(priced).is_not_null()
    by_price = by_price.fill_null(value=False) & rows.raw("pricing_amount").is_not_null()
    quantity = pl.when(by_price).then(rows.number("pricing_amount")).otherwise(rows.number("amount"))
    of_gpus = sku.str.contains(r"(?i)\bgpu|\btpu").fill_null(value=False)
    # Chips of the second and third kind are billed by boards of several.
    of_gpus = of_gpus & ~sku.str.contains(r"(?i)tpu[ -]?v[23]").fill_null(value=False)
    name = skus.accelerator(sku).str.replace(r"(?i)^tpu[ -]?", "TPU ")
    name = name.str.replace(r"(?i)80gb$", "80GB")
    committed = sku.str.contains(r"(?i)^commitment|^reserved .* for [0-9] year")
    return bills.built(
        rows,
        quantity=quantity,
        unit=pl.when(by_price).then(priced).otherwise(used),
        blamed=("usage.amount", "sku"),
        instance=pl.lit(None, dtype=pl.String),
        accelerator=pl.when(of_gpus).then(name),
        per_hour=pl.lit(None, dtype=pl.Float64),
        meter=sku,
        model=skus.model(sku),
        again=pl.lit(value=False),
        aside=[
            (rows.raw("cost_type").str.to_lowercase() != "regular", bills.NO_USE),
            (committed, bills.UNUSED),
            (sku.str.contains(_PARTS), bills.PARTS),
        ],
        rest=[
            (sku.str.contains(r"(?i)storage|\bPD\b|snapshot") | (service == "Cloud Storage"), bills.STORAGE),
            (sku.str.contains(r"(?i)network|egress|ip charge|data transfer|load balanc"), bills.NETWORK),
            (of_gpus | service.str.contains(r"(?i)vertex|gemini|\bAI\b|TPU"), bills.NO_UNIT),
            (service == "Compute Engine", bills.COMPUTE),
            (pl.lit(value=True), bills.OTHER),
        ],
        columns={
            "date": rows.time("usage_start_time", zone="UTC", required=True),
            "period_end": rows.time("usage_end_time", zone="UTC"),
            "provider": pl.lit("gcp"),
            "region": bills.place(rows.place("region"), pl.lit("gcp")),
        },
        keep={"project": "project", "service": "service", "billing_account_id": "billing_account"},
        identity=["billing_account", "project"],
    )


def _recognises(head: Head) -> bool:
    if head.form == "csv":
        joined = {name.casefold().replace(".", "_") for name in head.columns}
        return {"usage_start_time", "sku_description", "usage_amount", "usage_unit"} <= joined
    keys: set[str] = set(head.columns) | set(head.keys())
    return {"billing_account_id", "usage_start_time", "sku", "usage", "service"} <= keys


READERS = (
    Reader(
        "google-billing",
        "Google Cloud billing export (JSON lines, CSV, Parquet)",
        _recognises,
        _billing,
        "Billing, Billing export, BigQuery export, Detailed usage cost; then export the rows of a month from "
        "BigQuery as "
        "JSON lines or Parquet (SELECT * FROM gcp_billing_export_resource_v1_... WHERE ...). Hours of GPUs and TPUs "
        "are "
        "estimated; the processors and memory beside them are in their figure, and set aside.",
        forms=("jsonl", "json", "csv", "parquet"),
        kinds=("accelerators", "query"),
    ),
)
