"""Usage of OpenAI: the usage API as JSON, and the dashboard's CSV.

The input tokens hold those that a cache held and those that were written to one. A dimension is null unless the
export is grouped by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from footprint.errors import DataError, clipped
from footprint.intake.files import Input
from footprint.readers.head import Head
from footprint.readers.jsonfiles import listed, objects
from footprint.readers.mapper import Mapper, from_records
from footprint.readers.reader import Options, Reader, Reading

if TYPE_CHECKING:
    import polars as pl

#: What a result of the usage API may say, people and keys included.
_SAID = (
    "object",
    "input_tokens",
    "output_tokens",
    "input_cached_tokens",
    "input_cache_write_tokens",
    "input_text_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "num_model_requests",
    "images",
    "size",
    "source",
    "model",
    "batch",
    "service_tier",
    "project_id",
    "user_id",
    "api_key_id",
)
#: Beside a result in another usage export: what tells which of the siblings a row without its ``object`` is of.
_TELLS = {
    "images": "images",
    "characters": "audio_speeches",
    "seconds": "audio_transcriptions",
    "usage_bytes": "vector_stores",
    "num_sessions": "code_interpreter_sessions",
    "num_requests": "tool_calls",
    "amount_value": "costs",
    "amount": "costs",
}
#: What is no use that an estimate could be made of.
_ASIDE = {
    "audio_speeches": "speech, counted by characters: no figure of its energy is known",
    "audio_transcriptions": "speech, counted by seconds: no figure of its energy is known",
    "vector_stores": "stored bytes, no use of a model",
    "code_interpreter_sessions": "sessions of a tool, no use of a model",
    "tool_calls": "searches, no use of a model",
    "web_search_calls": "searches, no use of a model",
    "file_search_calls": "searches, no use of a model",
    "costs": "money, no use: the usage export holds the tokens",
}
_PERSONAL = ("user_id", "api_key_id")
_EMPTY = "an empty bucket: nothing was used"
_KEEP = {
    "project_id": "project",
    "service_tier": "service_tier",
    "batch": "batch",
    "size": "image_size",
    "user_id": "user",
    "api_key_id": "api_key",
}


def _is_api(head: Head) -> bool:
    if not head.says("object", "data", "has_more"):
        return head.says("object", "start_time", "end_time", "results") and '"bucket"' in head.text
    return re.search(r'"object"\s*:\s*"(page|bucket|organization\.(usage|costs)\.)', head.text) is not None


def _api(item: Input, head: Head, options: Options) -> Reading:
    notes: list[str] = []
    rows = from_records(_results(item, notes), options, _PERSONAL)
    for note in notes:
        rows.note(note)
    return _usage(rows)


def _results(item: Input, notes: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the results of all pages, and one record for each empty bucket."""
    more = False
    for line, page in objects(item):
        if "results" in page:
            buckets = [page]
        else:
            buckets = listed(item, line, page.get("data"), "data")
            more = page.get("has_more") is True
        for bucket in buckets:
            if not isinstance(bucket, dict) or "results" not in bucket:
                raise DataError(f"{item.name}, line {line}: no bucket of OpenAI's usage: {clipped(bucket, 40)}.")
            period = {"start_time": bucket.get("start_time"), "end_time": bucket.get("end_time")}
            found = listed(item, line, bucket["results"], "results")
            if not found:
                yield period
            for result in found:
                said = result if isinstance(result, dict) else {"input_tokens": "no JSON object"}
                record = {name: said[name] for name in _SAID if name in said}
                yield {**period, **record, "of": _of(said)}
    if more:
        notes.append("the export goes on: its last page says has_more; fetch the pages that follow (next_page).")


def _of(result: Mapping[str, Any]) -> str:
    """Return which of the usage exports a result is of."""
    named = str(result.get("object") or "")
    found = re.match(r"organization\.(?:usage\.)?(\w+)", named)
    if found:
        return found[1]
    return next((of for name, of in _TELLS.items() if name in result), "completions")


def _table(item: Input, head: Head, options: Options) -> Reading:
    return _usage(Mapper.of(item, options, _PERSONAL))


def _usage(rows: Mapper) -> Reading:
    import polars as pl

    of = _kind_of(rows)
    for name, reason in _ASIDE.items():
        rows.set_aside(of == name, reason)
    whole, output = rows.count("input_tokens"), rows.count("output_tokens")
    cached, written = rows.count("input_cached_tokens"), rows.count("input_cache_write_tokens")
    images, asked = rows.count("images"), rows.count("num_model_requests")
    rows.set_aside(_nothing(whole, output, images, asked), _EMPTY)
    rest = rows.parts(
        whole,
        [(cached, "input_cached_tokens"), (written, "input_cache_write_tokens")],
        "input tokens",
    )
    model = rows.text("model")
    used = pl.any_horizontal(value > 0 for value in (whole, output, images, asked))
    if rows.any(model.is_null() & used):
        rows.note("rows name no model: export again with group_by=model, or say --set model=... for all of them.")
    if not rows.has("input_text_tokens") and rows.has("input_audio_tokens"):
        audio = pl.sum_horizontal(rows.count("input_audio_tokens"), rows.count("output_audio_tokens"))
        if rows.any(audio > 0):
            rows.note("audio tokens stand beside the text tokens in this export, and are not counted.")
    if rows.any(images > 0):
        rows.note("one picture is taken for one request; its size is not.")
    # What embeds or judges a text writes none.
    silent = of.is_in(["embeddings", "moderations"])
    return rows.built(
        {
            "date": rows.time("start_time", unix="s", required=True)
            if _is_unix(rows)
            else rows.time("start_time_iso", zone="UTC", required=True),
            "period_end": rows.time("end_time", unix="s") if _is_unix(rows) else rows.time("end_time_iso", zone="UTC"),
            "kind": pl.lit("query"),
            "model": model,
            "requests": pl.coalesce(images, asked),
            "input_tokens": rest,
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "output_tokens": pl.when(silent).then(0).otherwise(output),
        },
        _KEEP,
        identity=["project"],
    )


def _is_unix(rows: Mapper) -> bool:
    return rows.has("start_time")


def _kind_of(rows: Mapper) -> pl.Expr:
    """Return which of the usage exports each row is of."""
    import polars as pl

    if rows.has("of"):
        return rows.raw("of")
    told = next((of for name, of in _TELLS.items() if rows.has(name)), None)
    if told is None:
        told = "completions" if rows.has("output_tokens") or not rows.has("input_tokens") else "embeddings"
    return pl.lit(told)


def _nothing(*amounts: Any) -> pl.Expr:
    """Tell whether a row counts nothing at all: what is not there, and what is zero."""
    import polars as pl

    return pl.all_horizontal(amount.is_null() | (amount == 0) for amount in amounts)


def _recognises(head: Head) -> bool:
    if head.form == "csv":
        return head.has("start_time", "end_time", "start_time_iso", "end_time_iso")
    return _is_api(head)


def _read(item: Input, head: Head, options: Options) -> Reading:
    return _table(item, head, options) if item.form == "csv" else _api(item, head, options)


READERS = (
    Reader(
        "openai-usage",
        "OpenAI usage: API (JSON) or dashboard (CSV)",
        _recognises,
        _read,
        "API: call GET /v1/organization/usage/completions with an admin key, group_by=model, group_by=project_id and "
        "bucket_width=1h or 1d, and save each page, one under the other, as usage.json; its siblings embeddings, "
        "moderations and images are read too. Dashboard: open Usage, group by model, and export as CSV. Input tokens "
        "hold the cached ones, which are taken apart. No region is named: add --set region=...",
        needs=("region",),
        forms=("json", "jsonl", "csv"),
        counts=(
            "Read: tokens, requests, pictures, model, project, service tier, batch; user and key only with "
            "--keep. The input tokens hold what a cache held and what was written to one: both are taken out. "
            "Text that is embedded or judged has no output; a picture is one request. Set aside: empty buckets, "
            "speech, stored bytes, tools and costs."
        ),
    ),
)
