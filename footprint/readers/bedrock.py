"""Amazon Bedrock: the log of invocations. Of what was asked and answered, nothing but the counts is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.jsonfiles import at, first_of, objects
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

_SCHEMA = "ModelInvocationLog"
_CACHED, _WRITTEN = "cacheReadInputTokenCount", "cacheWriteInputTokenCount"
#: Names under which a model's own answer counts its tokens.
_BODY = {
    "input": ("inputTokens", "input_tokens", "prompt_tokens"),
    "output": ("outputTokens", "output_tokens", "completion_tokens"),
    "read": ("cacheReadInputTokens", "cache_read_input_tokens", "cacheReadInputTokenCount"),
    "written": ("cacheWriteInputTokens", "cache_creation_input_tokens", "cacheWriteInputTokenCount"),
    "total": ("totalTokens", "total_tokens"),
}
#: Parts of a resource's name that say nothing of the model.
_OPAQUE = ("application-inference-profile/", "provisioned-model/", "custom-model", "imported-model/", "prompt-router/")


def _recognises(head: Head) -> bool:
    # Inside an event of CloudWatch the entry is a text, and its quotes are escaped.
    text = head.text.replace('\\"', '"')
    return f'"{_SCHEMA}"' in text and all(f'"{name}"' in text for name in ("schemaType", "modelId", "timestamp"))


def _read(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = from_records(_records(item), options, ("caller",))
    rows.set_aside(rows.raw("other").is_not_null(), "no invocation of a model")
    rows.set_aside(rows.raw("errorCode").is_not_null(), "a request that failed")
    read, output = rows.count("inputTokenCount"), rows.count("outputTokenCount")
    cached, written = rows.count(_CACHED), rows.count(_WRITTEN)
    nothing = (read == 0) & ((output == 0) | output.is_null())
    rows.set_aside(nothing, "a request without tokens: nothing was used")
    model = rows.text("modelId")
    # What embeds a text writes none.
    silent = output.is_null() & model.str.contains("embed")
    if rows.any(rows.raw("inferenceRegion").is_not_null() & (rows.raw("inferenceRegion") != rows.raw("region"))):
        rows.note("requests that were served in another region than they were sent to count where they were served.")
    moment = rows.time("timestamp", zone="UTC", required=True)
    beside = pl.sum_horizontal(cached, written)
    anthropic = rows.raw("apart").is_not_null()
    fresh = rows.cached_by_total(
        read, pl.when(~anthropic).then(beside).otherwise(0), _CACHED, output, rows.count("total"), "Bedrock's log"
    )
    return rows.built(
        {
            "date": moment,
            "period_end": moment,
            "kind": pl.lit("query"),
            "model": model,
            "region": rows.place("inferenceRegion", "region", cloud="aws"),
            "provider": pl.lit("aws"),
            "requests": pl.lit(1),
            "input_tokens": fresh,
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": pl.when(silent).then(0).otherwise(output),
        },
        {"accountId": "account", "operation": "operation", "region": "sent_to", "caller": "caller"},
        identity=["account"],
    )


def _records(item: Input) -> Iterator[dict[str, Any]]:
    for line, found in objects(item):
        events = found.get("events") if isinstance(found.get("events"), list) else None
        for place, entry in enumerate(events or [found], 1):
            yield {LINE: place if events else line, **_flat(_message(entry))}


def _message(entry: Any) -> Any:
    """Return the entry of the log inside one of CloudWatch."""
    message = entry.get("message") if isinstance(entry, dict) else None
    if not isinstance(message, str):
        return entry
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


def _flat(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or entry.get("schemaType") != _SCHEMA:
        return {"other": "true"}
    usage = _usage(entry)
    model = entry.get("modelId")
    body = at(entry, "output.outputBodyJson.model")
    if isinstance(model, str) and isinstance(body, str) and any(part in model for part in _OPAQUE):
        model = body
    counts = {
        "inputTokenCount": _first(at(entry, "input.inputTokenCount"), first_of(usage, *_BODY["input"])),
        "outputTokenCount": _first(at(entry, "output.outputTokenCount"), first_of(usage, *_BODY["output"])),
        _CACHED: _first(at(entry, "input.cacheReadInputTokenCount"), first_of(usage, *_BODY["read"])),
        _WRITTEN: _first(at(entry, "input.cacheWriteInputTokenCount"), first_of(usage, *_BODY["written"])),
        "total": first_of(usage, *_BODY["total"]),
    }
    flat = {
        name: entry.get(name)
        for name in ("timestamp", "accountId", "region", "inferenceRegion", "operation", "errorCode")
    }
    # An answer of Anthropic's own form counts its input without what a cache held.
    apart = "cache_read_input_tokens" in usage and counts["inputTokenCount"] == usage.get("input_tokens")
    return {**flat, **counts, "modelId": model, "caller": at(entry, "identity.arn"), "apart": "true" if apart else None}


def _usage(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the counts inside an answer; that of a stream is a list whose last parts hold them."""
    body = at(entry, "output.outputBodyJson")
    parts = body if isinstance(body, list) else [body]
    for part in reversed(parts):
        for path in ("usage", "metadata.usage", "message.usage", "amazon-bedrock-invocationMetrics"):
            usage = at(part, path) if isinstance(part, dict) else None
            if isinstance(usage, dict):
                return usage
    return {}


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


READERS = (
    Reader(
        "bedrock-log",
        "Amazon Bedrock, log of model invocations (JSON lines)",
        _recognises,
        _read,
        "In Bedrock's settings turn on model invocation logging, which is off by default, to S3 (text bodies are not "
        "needed), and give the folder of .json.gz files as it is; or save aws logs filter-log-events as "
        "JSON. The region is "
        "that which served the request (inferenceRegion). Where a cache was used and the log has no total, say "
        "--cached-inside yes or no.",
        asks=("--cached-inside",),
        forms=("json", "jsonl"),
        counts=(
            "Read: counts of tokens, model, regions, account and operation; prompts and answers are never read, "
            "the caller only with --keep. Whether the input holds the cached tokens is told by the total in the "
            "answer, or by its form; else such rows are asked for. Set aside: requests that failed, entries that "
            "are no invocation."
        ),
    ),
)
