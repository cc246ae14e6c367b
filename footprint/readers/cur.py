"""Cost and usage reports of AWS: CUR 2.0, and the older one with slashes in the names of its columns."""

from __future__ import annotations

from typing import Any

from footprint.intake.files import Input
from footprint.readers import bills, skus
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading

#: Line items that are use: at list price, under a reservation, under a savings plan.
_USED = ("usage", "discountedusage", "savingsplancoveredusage")
#: Line items that repeat a use, or charge for none.
_UNUSED = ("savingsplannegation", "savingsplanrecurringfee", "savingsplanupfrontfee", "rifee")
#: Hours of a machine of EC2 itself; EMR and EKS bill their own hours under the same words.
_EC2 = r"(?:^|-)(?:BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage|HostBoxUsage):"
_TOKENS = r"(?i)((?:(?:1,000,000|1,000|1000000|1000|1k|1m|k|m|thousand|million)[ -]+)(?:[a-z]+[ -]+){0,2}tokens?)\b"


def _cur(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options)

    def name(column: str) -> str:
        group, _, rest = column.partition(":")
        old = group.split("_")
        slashed = old[0] + "".join(part.title() for part in old[1:]) + "/" + _camel(rest, group)
        return rows.first(f"{group}_{rest}", slashed) or f"{group}_{rest}"

    usage = rows.raw(name("line_item:usage_type"))
    kind = rows.raw(name("line_item:line_item_type")).str.to_lowercase()
    code = rows.raw(name("line_item:product_code"))
    described = rows.raw(name("line_item:line_item_description"))
    product = rows.raw("product")
    region = pl.coalesce(
        rows.place(name("product:region_code"), name("product:region")),
        product.str.extract(r'"region(?:_code)?" *: *"([^"]+)"', 1),
        rows.raw(name("line_item:availability_zone")).str.replace(r"[a-z]$", ""),
    )
    called = pl.coalesce(
        rows.raw(name("product:product_name")),
        product.str.extract(r'"product_name" *: *"([^"]+)"', 1),
    )
    priced = pl.coalesce(rows.raw(name("pricing:unit")), product.str.extract(r'"unit" *: *"([^"]+)"', 1))
    by_tokens = usage.str.contains(r"(?i)token") | described.str.contains(r"(?i)\btokens?\b")
    by_tokens = by_tokens.fill_null(value=False) & (
        code.str.contains(r"(?i)bedrock") | called.str.contains(r"(?i)bedrock") | usage.str.contains(r"(?i)token")
    ).fill_null(value=False)
    said = pl.when(by_tokens).then(
        described.str.extract(_TOKENS, 1).str.replace_all(r"(?i) (input|output|response) ", " ")
    )
    unit = pl.when(skus.tokens(priced).is_not_null()).then(priced).otherwise(pl.coalesce(said, priced))
    edition = pl.when(called.str.contains(r"(?i)bedrock edition")).then(called)
    machine = pl.coalesce(skus.instance(usage), skus.instance(rows.raw(name("product:instance_type"))))
    of_its_own = (usage.str.contains(_EC2) & (code == "AmazonEC2")) | usage.str.contains(r":ml\.")
    rows.rule(
        by_tokens & skus.tokens(unit).is_null() & ~usage.str.contains("(?i)provisioned"),
        name("pricing:unit"),
        "does not say how many tokens one is",
    )
    amount = name("line_item:usage_amount")
    return bills.built(
        rows,
        quantity=rows.number(amount),
        # Tokens without a unit are rejected above, and not set aside.
        unit=pl.when(by_tokens & skus.tokens(unit).is_null()).then(pl.lit("tokens")).otherwise(unit),
        blamed=(amount, name("line_item:usage_type")),
        instance=machine,
        accelerator=pl.lit(None, dtype=pl.String),
        per_hour=pl.lit(None, dtype=pl.Float64),
        meter=usage,
        model=skus.model(pl.coalesce(edition, usage)),
        again=~of_its_own.fill_null(value=False),
        aside=[
            (kind.is_in(_UNUSED), bills.UNUSED),
            (~kind.is_in(_USED), bills.NO_USE),
            (usage.str.contains(r"(?i)(?:^|-)Unused(?:Box|Ded)"), bills.UNUSED),
        ],
        rest=[
            (code.is_in(["AmazonS3", "AmazonEFS", "AmazonFSx", "AmazonGlacier"]), bills.STORAGE),
            (usage.str.contains(r"(?i)EBS:|VolumeUsage|TimedStorage|SnapshotUsage"), bills.STORAGE),
            (usage.str.contains(r"(?i)Bytes|NatGateway|LoadBalancer|PublicIPv4|VpcEndpoint|LCUUsage"), bills.NETWORK),
            (code.is_in(["AmazonBedrock", "AmazonSageMaker", "AmazonBedrockAgentCore"]), bills.NO_UNIT),
            (code.is_in(["AmazonEC2", "AWSLambda", "AmazonECS", "AmazonEKS"]), bills.COMPUTE),
            (pl.lit(value=True), bills.OTHER),
        ],
        columns={
            "date": rows.time(name("line_item:usage_start_date"), zone="UTC", required=True),
            "period_end": rows.time(name("line_item:usage_end_date"), zone="UTC"),
            "provider": pl.lit("aws"),
            "region": bills.place(region, pl.lit("aws")),
        },
        keep={
            name("line_item:usage_account_id"): "account_id",
            "line_item_usage_account_name": "account",
            name("bill:payer_account_id"): "payer_account",
            name("line_item:product_code"): "service",
            "resource_tags": "tags",
        },
        identity=["payer_account", "account_id"],
    )


def _camel(words: str, group: str) -> str:
    """Return a name as the older report has it: usage_type as UsageType, and those of products as instanceType."""
    parts = [part.title() for part in words.split("_")]
    joined = "".join(parts)
    return joined[:1].lower() + joined[1:] if group in ("product", "pricing") else joined


def _recognises(head: Head) -> bool:
    return head.has("line_item_usage_type", "line_item_usage_amount", "line_item_line_item_type") or head.has(
        "lineItem/UsageType", "lineItem/UsageAmount", "lineItem/LineItemType"
    )


READERS: tuple[Any, ...] = (
    Reader(
        "aws-cur",
        "AWS cost and usage report, CUR 2.0 (CSV, Parquet)",
        _recognises,
        _cur,
        "Billing and Cost Management, Data Exports, Create, Standard data export, CUR 2.0, hourly or daily, with "
        "resource IDs if tags are wanted. Use under savings plans and reservations counts once; their fees and "
        "negations are set aside. A report in several parts of one month needs --allow-overlap.",
        forms=("csv", "parquet"),
        kinds=("instance", "query"),
    ),
)
