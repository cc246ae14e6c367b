"""Usage of Anthropic: the usage report as JSON, and the console's CSV.

The input tokens are those that no cache held; what was read from a cache and what was written to one stand beside them.
Requests are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.errors import DataError, clipped
from footprint.intake.files import Input
from footprint.readers.head import Head
from footprint.readers.jsonfiles import at, listed, objects
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

_SAID = (
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "model",
    "service_tier",
    "context_window",
    "inference_geo",
    "speed",
    "workspace_id",
    "api_key_id",
    "account_id",
    "service_account_id",
)
#: Writes to a cache, by how long it keeps them, in both ways in which reports name them.
_WRITES = (
    ("cache_creation_5m_input_tokens", "cache_creation.ephemeral_5m_input_tokens"),
    ("cache_creation_1h_input_tokens", "cache_creation.ephemeral_1h_input_tokens"),
)
_PERSONAL = ("api_key_id", "account_id", "service_account_id", "api_key")
_EMPTY = "an empty bucket: nothing was used"
_MONEY = "money, no use: the usage report holds the tokens"


def _is_report(head: Head) -> bool:
    return head.says("starting_at", "ending_at", "results") and (
        head.says("uncached_input_tokens", "output_tokens")
        or head.says("amount", "currency")
        or re.search(r'"results"\s*:\s*\[\s*\]', head.text) is not None
    )


def _report(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    notes: list[str] = []
    rows = from_records(_results(item, notes), options, _PERSONAL)
    for note in notes:
        rows.note(note)
    rows.set_aside(rows.raw("amount").is_not_null(), _MONEY)
    writes = [rows.count(names[0]) for names in _WRITES]
    return _usage(
        rows,
        ("uncached_input_tokens", "cache_read_input_tokens", "output_tokens"),
        pl.when(writes[0].is_not_null() | writes[1].is_not_null()).then(pl.sum_horizontal(writes)),
        rows.text("model"),
        {"date": rows.time("starting_at", required=True), "period_end": rows.time("ending_at")},
        {
            "workspace_id": "workspace",
            "service_tier": "service_tier",
            "context_window": "context_window",
            "speed": "speed",
            "api_key_id": "api_key",
            "account_id": "account",
            "service_account_id": "service_account",
        },
    )


def _results(item: Input, notes: list[str]) -> Iterator[dict[str, Any]]:
    more = False
    for line, page in objects(item):
        if "results" in page:
            buckets = [page]
        else:
            buckets = listed(item, line, page.get("data"), "data")
            more = page.get("has_more") is True
        for bucket in buckets:
            if not isinstance(bucket, dict) or "results" not in bucket:
                raise DataError(f"{item.name}, line {line}: no bucket of a usage report: {clipped(bucket, 40)}.")
            period = {"starting_at": bucket.get("starting_at"), "ending_at": bucket.get("ending_at")}
            found = listed(item, line, bucket["results"], "results")
            if not found:
                yield period
            for result in found:
                said = result if isinstance(result, dict) else {"uncached_input_tokens": "no JSON object"}
                yield {**period, **_flat(said)}
    if more:
        notes.append("the export goes on: its last page says has_more; fetch the pages that follow (next_page).")


def _flat(result: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: result[name] for name in (*_SAID, "amount") if name in result}
    for names in _WRITES:
        found = next((value for name in names if (value := at(result, name)) is not None), None)
        if found is not None:
            flat[names[0]] = found
    return flat


def _table(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = Mapper.of(item, options, _PERSONAL)
    if not rows.has("usage_output_tokens"):
        rows.set_aside(pl.lit(True), _MONEY)
    writes = [rows.count(f"usage_input_tokens_cache_write_{kept}") for kept in ("5m", "1h")]
    day = rows.time("usage_date_utc", zone="UTC", required=True)
    return _usage(
        rows,
        ("usage_input_tokens_no_cache", "usage_input_tokens_cache_read", "usage_output_tokens"),
        pl.when(writes[0].is_not_null() | writes[1].is_not_null()).then(pl.sum_horizontal(writes)),
        rows.text("model_version"),
        # A stamp with an hour or a minute is the start of a bucket whose width the table does not say.
        {"date": day, "period_end": pl.when(day == day.dt.truncate("1d")).then(day.dt.offset_by("1d"))},
        {
            "workspace": "workspace",
            "usage_type": "usage_type",
            "context_window": "context_window",
            "speed": "speed",
            "api_key": "api_key",
        },
    )


def _usage(
    rows: Mapper,
    names: tuple[str, str, str],
    written: Any,
    model: Any,
    period: Mapping[str, Any],
    keep: Mapping[str, str],
) -> Reading:
    import polars as pl

    fresh, cached, output = (rows.count(name) for name in names)
    amounts = (fresh, cached, written, output)
    rows.set_aside(pl.all_horizontal(amount.is_null() | (amount == 0) for amount in amounts), _EMPTY)
    if rows.any(model.is_null() & pl.any_horizontal(amount > 0 for amount in amounts)):
        rows.note("rows name no model: export again with group_by[]=model, or say --set model=... for all of them.")
    place = rows.place("inference_geo")
    if rows.any(place.is_null() & pl.any_horizontal(amount > 0 for amount in amounts)):
        rows.note(
            "rows name no place (inference_geo is blank, global or not available): their carbon and grid water stay "
            "open unless you say --set region=... for all of them."
        )
    return rows.built(
        {
            **period,
            "kind": pl.lit("query"),
            "model": model,
            "region": place,
            "requests": rows.requests_of(fresh, cached, written),
            "input_tokens": fresh,
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": output,
        },
        keep,
        identity=["workspace"],
    )


def _recognises(head: Head) -> bool:
    if head.form == "csv":
        tokens, money = ("model_version", "usage_output_tokens"), ("model", "cost_usd")
        return head.has("usage_date_utc") and (head.has(*tokens) or head.has(*money))
    return _is_report(head)


def _read(item: Input, head: Head, options: Options) -> Reading:
    return _table(item, head, options) if item.form == "csv" else _report(item, head, options)


READERS = (
    Reader(
        "anthropic-usage",
        "Anthropic usage: report (JSON) or console (CSV)",
        _recognises,
        _read,
        "API: call GET /v1/organizations/usage_report/messages with an admin key, bucket_width=1h or 1d, "
        "group_by[]=model, group_by[]=inference_geo and group_by[]=workspace_id, and save each page, one "
        "under the other, "
        "as usage.json. Console: open Usage, choose the month and all workspaces and models, and export as CSV. "
        "inference_geo says where; where it is global, not available or blank, add --set region=...",
        needs=("region",),
        forms=("json", "jsonl", "csv"),
        counts=(
            "Read: tokens, model, place, workspace, service tier, context window; accounts and keys only with "
            "--keep. The input tokens are those that no cache held; what was read from a cache and written to "
            "one, for five minutes or an hour, stands beside them. Requests are not counted: one is taken for "
            "each 5,000 tokens read. Set aside: empty buckets and costs."
        ),
    ),
)
