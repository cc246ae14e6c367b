"""OpenRouter: its activity, by day as JSON or CSV, and by request as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.hosts import cloud
from footprint.readers.jsonfiles import listed, objects
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

#: What is read, by each way in which an export writes it: the interface, the libraries, the log of requests.
_NAMES = {
    "date": ("date", "created_at"),
    "model": ("model", "model_permaslug", "modelPermaslug"),
    "provider": ("provider_name", "providerName"),
    "requests": ("requests",),
    "prompt": ("prompt_tokens", "promptTokens", "tokens_prompt"),
    "completion": ("completion_tokens", "completionTokens", "tokens_completion"),
    "reasoning": ("reasoning_tokens", "reasoningTokens", "tokens_reasoning"),
    "cached": ("cached_tokens", "cachedTokens", "tokens_cached"),
}
_GROUPS = ("variant", "app_name", "api_key_name", "user")
_PERSONAL = ("user", "api_key_name")


def _recognises(head: Head) -> bool:
    if head.form in ("json", "jsonl"):
        named = head.says("model_permaslug", "provider_name", "prompt_tokens")
        return (named or head.says("modelPermaslug", "providerName", "promptTokens")) and head.says("date", "requests")
    daily = head.has("date", "model_permaslug", "prompt_tokens") or head.has("date", "modelPermaslug", "promptTokens")
    return daily or head.has("generation_id", "created_at", "tokens_prompt", "tokens_completion", "model_permaslug")


def _read(item: Input, head: Head, options: Options) -> Reading:
    if item.form in ("csv", "parquet"):
        return _activity(Mapper.of(item, options, _PERSONAL))
    return _activity(from_records(_records(item), options, _PERSONAL))


def _records(item: Input) -> Iterator[dict[str, Any]]:
    known = [name for names in _NAMES.values() for name in names] + list(_GROUPS)
    for line, page in objects(item):
        entries = listed(item, line, page["data"], "data") if "data" in page else [page]
        for place, entry in enumerate(entries, 1):
            said = entry if isinstance(entry, dict) else {"prompt_tokens": "no JSON object"}
            yield {LINE: place if "data" in page else line, **{name: said[name] for name in known if name in said}}


def _activity(rows: Mapper) -> Reading:
    import polars as pl

    def name(what: str) -> str:
        return rows.first(*_NAMES[what]) or _NAMES[what][0]

    read, output = rows.count(name("prompt")), rows.count(name("completion"))
    cached, thought = rows.count(name("cached")), rows.count(name("reasoning"))
    asked = rows.count("requests") if rows.has("requests") else pl.lit(1)
    nothing = (read.is_null() | (read == 0)) & (output.is_null() | (output == 0))
    rows.set_aside(nothing, "no tokens: nothing was used")
    moment = rows.time(name("date"), zone="UTC", required=True)
    by_day = rows.has("requests")
    fresh = rows.cached_apart(read, cached, name("cached"), "OpenRouter") if rows.has(name("cached")) else read
    return rows.built(
        {
            "date": moment,
            "period_end": moment.dt.offset_by("1d") if by_day else moment,
            "kind": pl.lit("query"),
            "model": rows.text(*_NAMES["model"]),
            "provider": cloud(rows.text(*_NAMES["provider"])),
            "requests": asked,
            "input_tokens": fresh,
            "cached_tokens": cached,
            "output_tokens": rows.parts(output, [(thought, name("reasoning"))], "output tokens"),
            "reasoning_tokens": thought,
        },
        {
            **dict.fromkeys(_NAMES["provider"], "served_by"),
            "variant": "variant",
            "app_name": "app",
            "api_key_name": "api_key",
            "user": "user",
        },
    )


READERS = (
    Reader(
        "openrouter",
        "OpenRouter activity (JSON or CSV)",
        _recognises,
        _read,
        "Call GET /api/v1/activity with a provisioning key and save the answer, or open Activity and export as CSV. "
        "Reasoning tokens are taken out of the completion tokens that hold them. It says who served a model, "
        "not where: "
        "add --set region=...",
        needs=("region",),
        asks=("--cached-inside",),
        forms=("json", "jsonl", "csv"),
        counts=(
            "Read: tokens, requests, model, who served it; users and keys only with --keep. Completion tokens "
            "hold the reasoning, which is taken out. Cached tokens stand in the log of requests alone, which does"
            " not say whether the prompt holds them: such rows are asked for. Money is not read. Set aside: rows "
            "without tokens."
        ),
    ),
)
