"""Langfuse: observations, from the blob storage export, the interface or the API.

Each kind of use is a bucket of its own there, so that what a cache held stands beside the input; where the total says
that the input holds it, it is taken out. What was asked and answered is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.jsonfiles import first_of, listed, records
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: Each column, by the ways in which the exports write it.
_NAMES = {
    "type": ("type",),
    "start": ("start_time", "startTime"),
    "end": ("end_time", "endTime"),
    "model": ("provided_model_name", "providedModelName", "model"),
    "environment": ("environment",),
    "name": ("name",),
    "tags": ("tags",),
    "user": ("user_id", "userId"),
}
#: Stands before the names of the buckets, so that a message says where they are.
_USE = "usage_details"
_USED = ("usage_details", "usageDetails", "usage")
_INPUT = ("input", "input_tokens", "prompt_tokens", "promptTokens")
_OUTPUT = ("output", "output_tokens", "completion_tokens", "completionTokens")
#: Buckets beside the input and the output, by what their names hold.
_READ = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens", "input_cached")
_WRITTEN = ("cache_creation_input_tokens", "input_cache_creation", "input_cache_write", "cache_write_tokens")
_THOUGHT = ("output_reasoning_tokens", "output_reasoning", "reasoning_tokens", "reasoning")
#: Kinds of observations that are calls of a model.
_CALLS = ("GENERATION", "EMBEDDING")


def _recognises(head: Head) -> bool:
    snake = ("id", "trace_id", "type", "start_time", "usage_details")
    camel = ("id", "traceId", "type", "startTime", "usageDetails")
    if head.form == "json":
        return head.says(*snake) or head.says(*camel)
    return head.has(*snake) or head.has(*camel)


def _read(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    rows = from_records(_observations(item), options, ("user",))
    kind = rows.raw("type").str.to_uppercase()
    rows.set_aside(~kind.is_in(list(_CALLS)), "a step of a trace, no call of a model")
    read, output, thought = (rows.count(f"{_USE}.{name}") for name in ("input", "output", "thought"))
    cached, written, total = (rows.count(f"{_USE}.{name}") for name in ("read", "written", "total"))
    amounts = (read, output, thought, cached, written)
    nothing = pl.all_horizontal(amount.is_null() | (amount == 0) for amount in amounts)
    rows.set_aside(nothing, "a call without tokens: nothing was counted")
    beside = pl.sum_horizontal(cached, written)
    # Reasoning is inside the output where the total is of input and output alone, and beside it where all add up.
    others = pl.sum_horizontal(beside, thought)
    whole = pl.sum_horizontal(read, output)
    inside = (total == whole) & (others > 0)
    rows.rule(
        (others > 0) & ~((total == whole) | (total == whole + others)).fill_null(value=False) & total.is_not_null(),
        f"{_USE}.total",
        "is neither the sum of all kinds of use, nor of input and output alone",
    )
    rows.rule(inside & (beside > read), f"{_USE}.read", "is more than the input tokens it is part of")
    rows.rule(inside & (thought > output), f"{_USE}.thought", "is more than the output tokens it is part of")
    return rows.built(
        {
            "date": rows.time("start", zone="UTC", required=True),
            "period_end": rows.time("end", zone="UTC"),
            "kind": pl.lit("query"),
            "model": rows.text("model"),
            "requests": pl.lit(1),
            "input_tokens": pl.when(inside & (beside <= read)).then(read - beside).otherwise(read),
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": pl.when(inside & (thought <= output))
            .then(output - thought)
            .when(kind == "EMBEDDING")
            .then(pl.coalesce(output, pl.lit(0)))
            .otherwise(output),
            "reasoning_tokens": thought,
        },
        ["environment", "name", "tags", "user"],
    )


def _observations(item: Input) -> Iterator[dict[str, Any]]:
    for line, found in records(item):
        paged = isinstance(found.get("data"), list)
        for place, entry in enumerate(listed(item, line, found["data"], "data") if paged else [found], 1):
            said: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
            flat = {name: first_of(said, *written) for name, written in _NAMES.items()}
            yield {LINE: place if paged else line, **flat, **_counts(first_of(said, *_USED))}


def _counts(used: Any) -> dict[str, Any]:
    if not isinstance(used, dict):
        return {}
    counts = {
        "input": first_of(used, *_INPUT),
        "output": first_of(used, *_OUTPUT),
        "read": first_of(used, *_READ),
        "written": first_of(used, *_WRITTEN),
        "thought": first_of(used, *_THOUGHT),
        "total": first_of(used, "total", "total_tokens", "totalTokens"),
    }
    return {f"{_USE}.{name}": count for name, count in counts.items()}


READERS = (
    Reader(
        "langfuse",
        "Langfuse observations (JSON lines, JSON, CSV)",
        _recognises,
        _read,
        "In the project's settings choose Integrations, Blob Storage, with enriched observations, and give the folder "
        "observations_v2 as it is; or export the table of observations, or GET /api/public/observations. "
        "Only calls of a model "
        "(GENERATION, EMBEDDING) count. It says no place: add --set region=...",
        needs=("region",),
        forms=("json", "jsonl", "csv", "parquet"),
        counts=(
            "Read: usage, model, moments, environment, name, tags; what was asked and answered is never read, the"
            " user only with --keep. Each kind of use stands for itself, cached tokens and reasoning beside input"
            " and output; where the total is that of input and output alone, they are taken out of them; where it"
            " is neither, the row is rejected. Set aside: observations that are no call of a model, and calls "
            "without tokens."
        ),
    ),
)
