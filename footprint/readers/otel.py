"""OpenTelemetry: spans of calls of models, as OTLP JSON or as flat exports.

The conventions say that the input holds what a cache held and what was written to one, and the output the reasoning.
The span of an agent sums up the calls below it, and so does one whose child counts tokens as well: these are not
counted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.hosts import cloud, region_of
from footprint.readers.jsonfiles import at, first_of, records, whole
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: Attributes by what they say: today's name, then those that were given up.
_ATTRIBUTES = {
    "model": ("gen_ai.response.model", "gen_ai.request.model"),
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "operation": ("gen_ai.operation.name",),
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "read": ("gen_ai.usage.cache_read.input_tokens",),
    "written": ("gen_ai.usage.cache_creation.input_tokens",),
    "old_read": ("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.input_tokens.cached"),
    "old_written": ("gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_input_tokens"),
    "thought": ("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.output_tokens.reasoning"),
    "address": ("server.address",),
    "agent": ("gen_ai.agent.name",),
}
#: Of each, the name under which a message speaks of it.
_NAME = {what: names[0] for what, names in _ATTRIBUTES.items()}
#: Operations that sum up what others do, or that use no model.
_SUMS = ("invoke_agent", "create_agent", "invoke_workflow", "execute_tool")


def _recognises(head: Head) -> bool:
    if head.form in ("json", "jsonl"):
        return "gen_ai." in head.text and (head.says("resourceSpans") or head.says("resource_spans") or _is_flat(head))
    return any(f"{before}{name}" in head.folded for before in ("", "attributes.") for name in _ATTRIBUTES["input"])


def _is_flat(head: Head) -> bool:
    named = head.says("trace_id") or head.says("traceId")
    return named and any(head.says(name) for name in _ATTRIBUTES["input"])


def _read(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    summed = {span["parent"] for span in _spans(item) if span["parent"] and _counts(span)}
    rows = from_records(_marked(item, summed), options)
    operation = rows.raw(_NAME["operation"]).str.to_lowercase()
    read, output, thought = rows.count(_NAME["input"]), rows.count(_NAME["output"]), rows.count(_NAME["thought"])
    nothing = (read.is_null() | (read == 0)) & (output.is_null() | (output == 0))
    rows.set_aside(operation.is_in(list(_SUMS)), "the span of an agent or a tool: the calls below it hold the use")
    rows.set_aside(rows.raw("repeats").is_not_null(), "a span around another that counts the same tokens")
    rows.set_aside(nothing & (rows.raw("failed").is_not_null()), "a request that failed: it has no tokens")
    rows.set_aside(nothing, "no call of a model that counts tokens")
    written, cached = rows.count(_NAME["written"]), rows.count(_NAME["read"])
    old = pl.sum_horizontal(rows.count(_NAME["old_read"]), rows.count(_NAME["old_written"]))
    fresh = rows.parts(
        read,
        [
            (cached, _NAME["read"]),
            (written, _NAME["written"]),
        ],
        "input tokens",
    )
    stated = cached.is_not_null() | written.is_not_null()
    old = pl.when(~stated).then(old)
    fresh = rows.cached_apart(fresh, pl.coalesce(old, pl.lit(0)), _NAME["old_read"], "an attribute that was given up")
    return rows.built(
        {
            "date": rows.time("start", unix="ns") if rows.has("start") else rows.time("started", zone="UTC"),
            "period_end": rows.time("end", unix="ns") if rows.has("end") else rows.time("ended", zone="UTC"),
            "kind": pl.lit("query"),
            "model": rows.text(_NAME["model"]),
            "region": region_of(rows.raw(_NAME["address"])),
            "provider": cloud(rows.raw(_NAME["provider"])),
            "requests": pl.lit(1),
            "input_tokens": fresh,
            "cached_tokens": pl.coalesce(cached, pl.when(~stated).then(rows.count(_NAME["old_read"]))),
            "cache_write_tokens": pl.coalesce(written, pl.when(~stated).then(rows.count(_NAME["old_written"]))),
            "output_tokens": pl.when((operation == "embeddings") & output.is_null())
            .then(0)
            .otherwise(rows.parts(output, [(thought, _NAME["thought"])], "output tokens")),
            "reasoning_tokens": thought,
        },
        {
            "service": "service",
            _NAME["agent"]: "agent",
            _NAME["operation"]: "operation",
            _NAME["provider"]: "served_by",
        },
    )


def _marked(item: Input, summed: set[Any]) -> Iterator[dict[str, Any]]:
    """Yield the spans again, those marked whose tokens stand in a span below."""
    for span in _spans(item):
        if span["id"] in summed and _counts(span):
            span["repeats"] = "true"
        yield {name: value for name, value in span.items() if name not in ("id", "parent")}


def _counts(span: Mapping[str, Any]) -> bool:
    return any((whole(span.get(_NAME[what])) or 0) > 0 for what in ("input", "output"))


def _spans(item: Input) -> Iterator[dict[str, Any]]:
    place = 0
    for line, found in records(item):
        groups = first_of(found, "resourceSpans", "resource_spans")
        if isinstance(groups, list):
            for span, service in _of_otlp(groups):
                place += 1
                yield {LINE: place, **_flat(span, _attributes(span.get("attributes"))), "service": service}
        else:
            attributes = found.get("attributes")
            if not isinstance(attributes, (dict, list)):
                attributes = {name.removeprefix("attributes."): value for name, value in found.items()}
            service = first_of(found, "service.name", "resource.attributes.service.name", "service_name")
            if service is None:
                resource = at(found, "resource.attributes")
                service = resource.get("service.name") if isinstance(resource, dict) else None
            yield {LINE: line, **_flat(found, _attributes(attributes)), "service": service}


def _of_otlp(groups: list[Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    for group in groups:
        if not isinstance(group, dict):
            continue
        resource = at(group, "resource.attributes")
        service = _attributes(resource).get("service.name")
        for scope in first_of(group, "scopeSpans", "scope_spans", "instrumentationLibrarySpans") or ():
            spans = scope.get("spans") if isinstance(scope, dict) else None
            for span in spans if isinstance(spans, list) else ():
                if isinstance(span, dict):
                    yield span, service


def _attributes(given: Any) -> Mapping[str, Any]:
    """Return attributes as names and plain values: OTLP writes a list of pairs, each value under its type."""
    if isinstance(given, dict):
        return given
    found: dict[str, Any] = {}
    for pair in given if isinstance(given, list) else ():
        if isinstance(pair, dict) and isinstance(pair.get("key"), str):
            value = pair.get("value")
            found[pair["key"]] = next(iter(value.values()), None) if isinstance(value, dict) else value
    return found


def _flat(span: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {_NAME[what]: first_of(attributes, *names) for what, names in _ATTRIBUTES.items()}
    flat["id"] = first_of(span, "spanId", "span_id", "context.span_id")
    flat["parent"] = first_of(span, "parentSpanId", "parent_span_id", "parent_id")
    start = first_of(span, "startTimeUnixNano", "start_time_unix_nano")
    if start is not None:
        flat["start"], flat["end"] = start, first_of(span, "endTimeUnixNano", "end_time_unix_nano")
    else:
        flat["started"] = first_of(span, "start_time", "startTime", "timestamp")
        flat["ended"] = first_of(span, "end_time", "endTime")
    status = first_of(span, "status.code", "status.status_code", "status_code", "status")
    if str(status).upper() in ("2", "ERROR", "STATUS_CODE_ERROR"):
        flat["failed"] = "true"
    return flat


READERS = (
    Reader(
        "otel-genai",
        "OpenTelemetry spans of generative AI (OTLP JSON, flat JSON or CSV)",
        _recognises,
        _read,
        "Let the collector write spans with its file exporter (format json), or export spans from the place "
        "where they are "
        "kept, with the attributes gen_ai.*; names that were given up are read too. The span of an agent is "
        "not counted "
        "beside its calls. The region is read from server.address where that names one, never from the place where the "
        "client runs: add --set region=...",
        needs=("region",),
        asks=("--cached-inside",),
        forms=("json", "jsonl", "csv", "parquet"),
        counts=(
            "Read: gen_ai.usage, the model that answered (else the one that was asked for), operation, agent, "
            "service; messages are never read. The input holds what a cache held and what was written to one, the"
            " output the reasoning: all are taken out. Cached tokens under names that were given up are asked "
            "for. Set aside: spans of agents, workflows and tools, a span around another that counts tokens, "
            "requests that failed, spans without tokens."
        ),
    ),
)
