"""What clouds state of their customers' emissions: laid beside our figures, never added to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import jsonfiles
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

#: Why rows of a provider's statement are no use of ours.
BESIDE = "what the provider states of itself: laid beside our figures, never added"
#: Kilograms in the units that statements have. MTCO2e is a metric ton, not a million of them.
_KILOGRAMS = {
    "mtco2e": 1000.0,
    "tco2e": 1000.0,
    "metric tons": 1000.0,
    "kgco2e": 1.0,
    "kg": 1.0,
    "gco2e": 0.001,
}


def _aws(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options)
    said: dict[str, Any] = {}
    for basis, column in (("lbm", "stated_carbon_kg"), ("mbm", "stated_carbon_market_kg")):
        value = rows.number(f"total_{basis}_emissions_value")
        unit = f"total_{basis}_emissions_unit"
        times = rows.raw(unit).str.to_lowercase().replace_strict(_KILOGRAMS, default=None, return_dtype=pl.Float64)
        rows.rule(value.is_not_null() & times.is_null(), unit, f"is none of {', '.join(_KILOGRAMS)}")
        said[column] = value * times
    return _stated(
        rows,
        said,
        rows.time("usage_period_start", zone="UTC", required=True),
        rows.time("usage_period_end", zone="UTC"),
        "aws",
        rows.place("region_code", "location", cloud=""),
        {"usage_account_id": "account_id", "product_code": "service", "model_version": "model_version"},
        ["account_id"],
    )


def _google(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    total = "carbon_footprint_total_kgCO2e"
    fields = {
        "month": "usage_month",
        "account_id": "billing_account_id",
        "project": "project.id",
        "service": "service.description",
        "region": "location.region",
        "location": "location.location",
        "model_version": "carbon_model_version",
        "location_based": f"{total}.location_based",
        "market_based": f"{total}.market_based",
    }
    rows = from_records(_flat(item, fields), options)
    month = rows.time("month", zone="UTC", required=True)
    said = {
        "stated_carbon_kg": rows.number("location_based"),
        "stated_carbon_market_kg": rows.number("market_based"),
    }
    rows.lay("basis", pl.lit("scopes 1, 2 and 3"))
    return _stated(
        rows,
        said,
        month,
        month.dt.offset_by("1mo"),
        "gcp",
        rows.place("region", "location"),
        ["project", "service", "account_id", "model_version"],
        ["account_id", "project"],
    )


def _azure(item: Input, head: Head, options: Options) -> Reading:
    rows = from_records(_reports(item), options)
    month = rows.time("date", zone="UTC")
    rows.note(
        "Azure's reports do not say whether they are location- or market-based; the figure is laid beside the "
        "location-based one."
    )
    if rows.any(month.is_null()):
        rows.note("rows without a month are sums over the months that were asked for.")
    return _stated(
        rows,
        {"stated_carbon_kg": rows.number("emissions")},
        month,
        month.dt.offset_by("1mo"),
        "azure",
        rows.place("region"),
        ["service", "subscription", "resource_group", "report"],
        ["subscription"],
    )


def _reports(item: Input) -> Iterator[dict[str, Any]]:
    for line, document in jsonfiles.objects(item):
        for report in jsonfiles.listed(item, line, document.get("value"), "value"):
            if not isinstance(report, dict):
                raise DataError(f"{item.name}, line {line}: value holds what is no object.")
            yield {
                LINE: line,
                "date": report.get("date"),
                "emissions": report.get("latestMonthEmissions"),
                "report": report.get("dataType"),
                "service": jsonfiles.first_of(report, "itemName", "resourceType"),
                "region": jsonfiles.first_of(report, "location"),
                "subscription": report.get("subscriptionId"),
                "resource_group": report.get("resourceGroup"),
            }


def _flat(item: Input, fields: dict[str, str]) -> Iterator[dict[str, Any]]:
    for line, record in jsonfiles.records(item):
        found: dict[str, Any] = {LINE: line}
        for name, path in fields.items():
            found[name] = jsonfiles.first_of(record, path, path.replace(".", "_"))
        yield found


def _stated(
    rows: Mapper,
    said: dict[str, Any],
    start: Any,
    end: Any,
    provider: str,
    region: Any,
    keep: Any,
    identity: list[str],
) -> Reading:
    """Return rows of the kind ``stated``; one that says nothing is rejected, as any that cannot be read."""
    import polars as pl

    known = pl.any_horizontal(value.is_not_null() for value in said.values())
    sound = known
    for broken, _, _ in rows.rules:
        sound = sound & ~broken.fill_null(value=False)
    first = next(iter(rows._names.values()), "emissions")
    column = next(
        (name for name in ("total_lbm_emissions_value", "location_based", "emissions") if rows.has(name)), first
    )
    rows.rule(~known, column, "is blank: nothing is stated, and blank is not zero")
    rows.set_aside(sound, BESIDE)
    return rows.built(
        {
            "date": start,
            "period_end": end,
            "kind": pl.lit("stated"),
            "provider": pl.lit(provider),
            "region": region,
            **{name: pl.when(sound).then(value) for name, value in said.items()},
        },
        keep,
        identity,
    )


READERS = (
    Reader(
        "aws-carbon",
        "AWS carbon emissions export (CSV, Parquet)",
        lambda head: head.has("usage_period_start", "total_lbm_emissions_value", "total_lbm_emissions_unit"),
        _aws,
        "Billing and Cost Management, Data Exports, Create, Carbon emissions. Its unit MTCO2e is a metric ton.",
        forms=("csv", "parquet"),
        kinds=("stated",),
    ),
    Reader(
        "google-carbon",
        "Google Cloud Carbon Footprint export (JSON lines, CSV, Parquet)",
        lambda head: (
            head.has("usage_month")
            and any("carbon_footprint_total_kgco2e" in name for name in (*head.folded, *map(str.casefold, head.keys())))
        ),
        _google,
        "Carbon Footprint, Export to BigQuery; then export the table carbon_footprint of the months from BigQuery as "
        "JSON lines or Parquet.",
        forms=("jsonl", "json", "csv", "parquet"),
        kinds=("stated",),
    ),
    Reader(
        "azure-carbon",
        "Azure carbon emission reports (JSON of the API)",
        lambda head: head.says("value", "dataType", "latestMonthEmissions"),
        _azure,
        "az carbon get-emission-report, or POST /providers/Microsoft.Carbon/carbonEmissionReports; save the answer. "
        "Ask "
        "for MonthlySummaryReport, one subscription at a time: other reports repeat the same emissions.",
        forms=("json", "jsonl"),
        kinds=("stated",),
    ),
)
