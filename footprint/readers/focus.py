"""Bills in the shape of FOCUS, versions 1.0 to 1.4, of any provider."""

from __future__ import annotations

from typing import Any

from footprint.intake.files import Input
from footprint.readers import bills, skus
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

#: Columns that may name a machine or a meter, the most telling first; those with x_ are the providers' own.
_WORDS = ("SkuMeter", "x_SkuMeterName", "x_UsageType", "SkuPriceDetails", "x_SkuDetails", "x_SkuDescription")
_MACHINES = ("x_InstanceType", *_WORDS, "ResourceType", "ChargeDescription", "SkuId")
_PROVIDERS = ("HostProviderName", "ServiceProviderName", "ProviderName", "PublisherName")
_CLOUDS = (
    (r"(?i)\baws\b|amazon", "aws"),
    (r"(?i)azure|microsoft", "azure"),
    (r"(?i)google|\bgcp\b", "gcp"),
    (r"(?i)oracle|\boci\b", "oci"),
)
_AGAIN_IN_SERVICE = r"(?i)mapreduce|kubernetes service|marketplace|openshift"


def _focus(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options)
    named = rows.text(*_PROVIDERS)
    provider = named
    for pattern, cloud in reversed(_CLOUDS):
        provider = pl.when(named.str.contains(pattern)).then(pl.lit(cloud)).otherwise(provider)
    consumed, priced = rows.raw("ConsumedUnit"), rows.raw("PricingUnit")
    # A unit of 'Units' says nothing; that of the price may.
    by_price = ~_telling(consumed) & _telling(priced)
    rows.lay("__by_price", (by_price | rows.raw("ConsumedQuantity").is_null()))
    rows.lay("__unit_of", pl.when(by_price | consumed.is_null()).then(priced).otherwise(consumed))
    rows.lay("__open", _telling(pl.col("__unit_of")))
    # Most rows of a bill are neither hours nor tokens: their quantities and meters need not be read.
    for name in ("ConsumedQuantity", "PricingQuantity", *_MACHINES):
        if rows.has(name):
            rows.lay(name, pl.when(pl.col("__open")).then(rows.raw(name)))
    quantity = (
        pl.when(pl.col("__by_price")).then(rows.number("PricingQuantity")).otherwise(rows.number("ConsumedQuantity"))
    )
    unit = pl.col("__unit_of")
    details = rows.text("SkuPriceDetails", "x_SkuDetails")
    gpus = details.str.extract(r'(?i)"(?:x_)?gpu_?count" *: *"?([0-9]+)', 1).cast(pl.Float64, strict=False)
    words = pl.concat_str([rows.text(*_WORDS[:3]), rows.raw("ChargeDescription")], separator=" ", ignore_nulls=True)
    of_gpus = words.str.contains(r"(?i)\bgpu|tpu|accelerator") | (gpus > 0)
    accelerator = pl.when(of_gpus.fill_null(value=False)).then(
        pl.coalesce(skus.accelerator(words), skus.accelerator(details))
    )
    service, category = rows.raw("ServiceName"), rows.raw("ServiceCategory")
    meter = rows.text(*_WORDS[:3], "ChargeDescription")
    model = details.str.extract(r'(?i)"(?:x_)?model(?:_?name|_?id)?" *: *"([^"]+)"', 1)
    charge = rows.raw("ChargeCategory").str.to_lowercase()
    unused = rows.raw("CommitmentDiscountStatus").str.to_lowercase() == "unused"
    unused = unused.fill_null(value=False) | (rows.raw("CapacityReservationStatus").str.to_lowercase() == "unused")
    ai = (category == "AI and Machine Learning") | service.str.contains(r"(?i)openai|bedrock|sagemaker|vertex")
    return bills.built(
        rows,
        quantity=quantity,
        unit=unit,
        blamed=("ConsumedQuantity", rows.first(*_WORDS[:3], "ChargeDescription") or "ConsumedUnit"),
        instance=pl.coalesce(skus.instance(rows.raw(name)) for name in _MACHINES),
        accelerator=accelerator,
        per_hour=gpus,
        meter=meter,
        model=pl.coalesce(model, skus.model(meter)),
        again=skus.again(words) | service.str.contains(_AGAIN_IN_SERVICE).fill_null(value=False),
        aside=[
            (charge != "usage", bills.NO_USE),
            (rows.raw("ChargeClass").str.to_lowercase() == "correction", bills.CORRECTION),
            (unused, bills.UNUSED),
        ],
        rest=[
            (category == "Storage", bills.STORAGE),
            (category == "Networking", bills.NETWORK),
            (ai, bills.NO_UNIT),
            (category == "Compute", bills.COMPUTE),
            (pl.lit(value=True), bills.OTHER),
        ],
        columns={
            "date": rows.time("ChargePeriodStart", zone="UTC", required=True),
            "period_end": rows.time("ChargePeriodEnd", zone="UTC"),
            "provider": provider,
            "region": bills.place(rows.place("RegionId", "Region", "RegionName"), provider),
        },
        keep={
            "SubAccountName": "account",
            "SubAccountId": "account_id",
            "BillingAccountId": "billing_account",
            "ServiceName": "service",
            "Tags": "tags",
        },
        identity=["billing_account", "account_id"],
    )


def _telling(unit: Any) -> Any:
    """Tell whether a unit is one of hours or of tokens."""
    return (skus.tokens(unit).is_not_null() | skus.hours(unit).is_not_null()).fill_null(value=False)


READERS = (
    Reader(
        "focus",
        "FOCUS bill, 1.0 to 1.4 (CSV, Parquet)",
        lambda head: head.has("ChargeCategory", "ChargePeriodStart", "ServiceCategory", "BillingPeriodStart"),
        _focus,
        "AWS: Billing, Data Exports, FOCUS with AWS columns. Azure: Cost Management, Exports, cost and usage details "
        "(FOCUS). Google Cloud: the FOCUS view over the billing export, saved from BigQuery. Oracle: Cost reports, "
        "FOCUS. Rows of machines with accelerators and of tokens are estimated; all others are set aside with a "
        "reason. "
        "An export in several parts of one month needs --allow-overlap.",
        forms=("csv", "parquet"),
        kinds=("instance", "accelerators", "query"),
    ),
)
