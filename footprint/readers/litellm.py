"""LiteLLM: the log of requests (SpendLogs), and the daily tables.

The daily tables hold the same use once for each user, team, customer, organisation and agent, so one of them is read,
or the log. A request that the gateway answered from its own cache used no model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from footprint.errors import UsageError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.hosts import cloud, region_of
from footprint.readers.jsonfiles import objects
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

if TYPE_CHECKING:
    import polars as pl

#: Columns of both that are read; what was asked and answered (messages, response) is none of them.
_LOG = (
    "call_type",
    "startTime",
    "endTime",
    "model",
    "model_group",
    "custom_llm_provider",
    "api_base",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "metadata",
    "cache_hit",
    "status",
    "team_id",
    "organization_id",
    "request_tags",
    "user",
    "end_user",
    "api_key",
)
_DAILY = (
    "date",
    "model",
    "model_group",
    "custom_llm_provider",
    "prompt_tokens",
    "completion_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "api_requests",
    "successful_requests",
    "failed_requests",
    "team_id",
    "organization_id",
    "agent_id",
    "mcp_namespaced_tool_name",
    "user_id",
    "end_user_id",
    "api_key",
)
_PERSONAL = ("user", "end_user", "user_id", "end_user_id", "api_key")
#: How a message calls what the metadata hold: the rest of them is never shown.
_CACHED = "cached tokens of metadata"
#: Where the log's metadata hold what a cache held, and what was written to one.
_READ = (
    "$.additional_usage_values.cache_read_input_tokens",
    "$.usage_object.cache_read_input_tokens",
    "$.additional_usage_values.prompt_tokens_details.cached_tokens",
    "$.usage_object.prompt_tokens_details.cached_tokens",
)
_WRITTEN = (
    "$.additional_usage_values.cache_creation_input_tokens",
    "$.usage_object.cache_creation_input_tokens",
)


def _is_log(head: Head) -> bool:
    return head.has("request_id", "call_type", "prompt_tokens", "completion_tokens", "startTime", "spend", "cache_hit")


def _is_daily(head: Head) -> bool:
    return head.has("date", "model_group", "custom_llm_provider", "prompt_tokens", "completion_tokens", "spend")


def _recognises(head: Head) -> bool:
    if head.form == "json":  # one record, or a list of them
        names = ("prompt_tokens", "completion_tokens", "spend")
        log, daily = ("request_id", "call_type", "startTime", "cache_hit"), ("date", "custom_llm_provider")
        return head.says(*names) and (
            head.says(*log) or (head.says(*daily, "model_group") and not head.says("call_type"))
        )
    return _is_log(head) or _is_daily(head)


def _read(item: Input, head: Head, options: Options) -> Reading:
    is_log = _is_log(head) or (head.form == "json" and head.says("call_type", "startTime"))
    if item.form in ("csv", "parquet"):
        rows = Mapper.of(item, options, _PERSONAL)
    else:
        rows = from_records(_records(item, _LOG if is_log else (*_DAILY, "tag")), options, _PERSONAL)
    return _log(rows) if is_log else _daily(item, rows)


def _records(item: Input, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for line, record in objects(item):
        yield {LINE: line, **{name: record[name] for name in names if name in record}}


def _log(rows: Mapper) -> Reading:
    import polars as pl

    asked = rows.text("call_type").str.to_lowercase()
    read, output = rows.count("prompt_tokens"), rows.count("completion_tokens")
    cached, written = _inside_metadata(rows, _READ), _inside_metadata(rows, _WRITTEN)
    nothing = (read.is_null() | (read == 0)) & (output.is_null() | (output == 0))
    drawn = asked.str.contains("image_generation|image_edit").fill_null(value=False)
    rows.set_aside(
        rows.text("cache_hit").str.to_lowercase().is_in(["true", "t", "1"]),
        "answered from the gateway's own cache: no model was used",
    )
    rows.set_aside(
        (rows.text("status").str.to_lowercase() == "failure") & nothing, "a request that failed: it has no tokens"
    )
    rows.set_aside(asked.str.contains("mcp|list_|health|batch|file|vector_store"), "no call of a model")
    rows.set_aside(
        asked.str.contains("speech|transcription"), "speech: neither tokens nor a figure of its energy is known"
    )
    rows.set_aside(nothing & ~drawn, "a request without tokens: nothing was used")
    if rows.any(drawn & nothing):
        rows.note("a request for pictures counts as one picture.")
    rest = _apart(rows, read, cached, written, _CACHED)
    return rows.built(
        {
            "date": rows.time("startTime", zone="UTC", required=True),
            "period_end": rows.time("endTime", zone="UTC"),
            "kind": pl.lit("query"),
            "model": rows.text("model", "model_group"),
            "region": region_of(rows.text("api_base")),
            "provider": cloud(rows.text("custom_llm_provider")),
            "requests": pl.lit(1),
            "input_tokens": pl.when(~(drawn & nothing)).then(rest),
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": pl.when(~(drawn & nothing)).then(output),
        },
        {
            "team_id": "team",
            "organization_id": "organization",
            "model_group": "model_group",
            "custom_llm_provider": "gateway_provider",
            "call_type": "call_type",
            "request_tags": "tags",
            "user": "user",
            "end_user": "end_user",
            "api_key": "api_key",
        },
    )


def _inside_metadata(rows: Mapper, paths: tuple[str, ...]) -> pl.Expr:
    """Return a count that the metadata hold as JSON; of them nothing else is read."""
    import polars as pl

    said = rows.raw("metadata")
    text = rows.held(pl.when(said.str.contains("cache", literal=True)).then(said))
    found = [text.str.json_path_match(path).cast(pl.Float64, strict=False) for path in paths]
    count = rows.held(pl.max_horizontal(found))
    rows.rule((count < 0) | (count != count.round()), _CACHED, "are no count")
    return pl.when(count >= 0).then(count).cast(pl.Int64, strict=False)


def _apart(rows: Mapper, read: Any, cached: Any, written: Any, column: str) -> Any:
    """Return the tokens that no cache held; the gateway does not say whether its prompt tokens hold the others."""
    import polars as pl

    beside = pl.sum_horizontal(cached, written)
    return rows.cached_apart(read, beside, column, "LiteLLM")


def _daily(item: Input, rows: Mapper) -> Reading:
    import polars as pl

    if rows.has("tag"):
        raise UsageError(
            f"{item.name} is the daily table by tag: a request with two tags stands in it twice. Export "
            "LiteLLM_DailyUserSpend, or LiteLLM_SpendLogs."
        )
    read, output = rows.count("prompt_tokens"), rows.count("completion_tokens")
    cached, written = rows.count("cache_read_input_tokens"), rows.count("cache_creation_input_tokens")
    good, every = rows.count("successful_requests"), rows.count("api_requests")
    rows.note(
        "the daily tables by user, team, organisation, customer, agent and tag repeat the same use: give one "
        "of them alone."
    )
    amounts = (read, output, cached, written)
    nothing = pl.all_horizontal(amount.is_null() | (amount == 0) for amount in amounts)
    rows.set_aside(nothing & rows.text("mcp_namespaced_tool_name").is_not_null(), "no call of a model")
    rows.set_aside(nothing & ((good == 0) | (every == 0)), "requests that failed: they have no tokens")
    rows.set_aside(nothing, "no tokens: nothing was used")
    rest = _apart(rows, read, cached, written, "cache_read_input_tokens")
    day = rows.time("date", zone="UTC", required=True)
    return rows.built(
        {
            "date": day,
            "period_end": day.dt.offset_by("1d"),
            "kind": pl.lit("query"),
            "model": rows.text("model", "model_group"),
            "provider": cloud(rows.text("custom_llm_provider")),
            "requests": pl.when(good > 0).then(good).otherwise(every),
            "input_tokens": rest,
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": output,
        },
        {
            "team_id": "team",
            "organization_id": "organization",
            "agent_id": "agent",
            "model_group": "model_group",
            "custom_llm_provider": "gateway_provider",
            "user_id": "user",
            "end_user_id": "end_user",
            "api_key": "api_key",
        },
    )


READERS = (
    Reader(
        "litellm",
        "LiteLLM: spend log, or one daily table (CSV, JSON, Parquet)",
        _recognises,
        _read,
        'Of the gateway\'s database take one table: psql -c "\\copy (select * from \\"LiteLLM_SpendLogs\\") '
        "to spend.csv csv "
        'header", or \\"LiteLLM_DailyUserSpend\\" for sums by day. The daily tables by team, organisation, '
        "customer, agent and "
        "tag repeat the same use: never give two. Where a cache was used, say --cached-inside yes (a gateway "
        "of 2025 or "
        "later, most call types) or no. A region is read from the address of Bedrock and Vertex AI; else add --set "
        "region=...",
        needs=("region",),
        asks=("--cached-inside",),
        forms=("csv", "jsonl", "json", "parquet"),
        counts=(
            "Read: tokens, model, team, organisation, tags, and of the metadata nothing but cached tokens; users "
            "and keys only with --keep. The gateway does not say whether its prompt tokens hold the cached ones: "
            "such rows are asked for. Set aside: answers from the gateway's own cache, requests without tokens, "
            "failed ones too, speech, and calls of tools. The table by tag is refused, as it holds a request once"
            " for each tag."
        ),
    ),
)
