"""Traces of requests that researchers publish: tokens and moments, no model and no place."""

from __future__ import annotations

from footprint.intake.files import Input
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Options, Reader, Reading


def _azure(item: Input, head: Head, options: Options) -> Reading:
    rows = Mapper.of(item, options)
    if options.zone is None:
        rows.note("the time stamps have no zone: UTC was taken (--zone).")
    moment = rows.time("TIMESTAMP", required=True)
    return rows.built(
        {
            "date": moment,
            "period_end": moment,
            "kind": _query(),
            "requests": _one(),
            "input_tokens": rows.count("ContextTokens"),
            "output_tokens": rows.count("GeneratedTokens"),
        }
    )


def _mooncake(item: Input, head: Head, options: Options) -> Reading:
    rows = Mapper.of(item, options)
    rows.note("the stamps count from the start of the trace: no row has a date (--set date=YEAR-MONTH-DAY).")
    rows.note("blocks of the prompt that a cache may have held are not told apart: all tokens count as read anew.")
    return rows.built(
        {
            "kind": _query(),
            "requests": _one(),
            "input_tokens": rows.count("input_length"),
            "output_tokens": rows.count("output_length"),
        }
    )


def _burstgpt(item: Input, head: Head, options: Options) -> Reading:
    rows = Mapper.of(item, options)
    rows.note("the stamps count from the start of the trace: no row has a date (--set date=YEAR-MONTH-DAY).")
    answered = rows.count("Response tokens")
    rows.set_aside(answered == 0, "a request that failed: it has no answer")
    return rows.built(
        {
            "kind": _query(),
            "model": rows.text("Model"),
            "requests": _one(),
            "input_tokens": rows.count("Request tokens"),
            "output_tokens": answered,
        },
        {"Log Type": "service"},
    )


def _query() -> object:
    import polars as pl

    return pl.lit("query")


def _one() -> object:
    import polars as pl

    return pl.lit(1)


READERS = (
    Reader(
        "azure-llm-trace",
        "Azure LLM inference trace (CSV)",
        lambda head: head.has("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
        _azure,
        "Download AzureLLMInferenceTrace_*.csv from Azure/AzurePublicDataset. It names no model and no region: "
        "add --set model=... --set region=...",
        needs=("model", "region"),
        forms=("csv",),
    ),
    Reader(
        "mooncake-trace",
        "Mooncake request trace (JSON lines)",
        lambda head: {"timestamp", "input_length", "output_length", "hash_ids"} <= head.keys(),
        _mooncake,
        "Download a *_trace.jsonl of kvcache-ai/Mooncake. It names no model, no region and no date: add --set "
        "model=... --set region=... --set date=...",
        needs=("model", "region", "date"),
        forms=("jsonl",),
    ),
    Reader(
        "burstgpt-trace",
        "BurstGPT request trace (CSV)",
        lambda head: head.has("Timestamp", "Model", "Request tokens", "Response tokens", "Log Type"),
        _burstgpt,
        "Download BurstGPT_*.csv of HPMLL/BurstGPT. Its models are called ChatGPT and GPT-4; it has no region and no "
        "date: add --set region=... --set date=...",
        needs=("region", "date"),
        forms=("csv",),
    ),
)
