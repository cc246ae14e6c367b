"""Azure OpenAI: metrics of Azure Monitor, as JSON from the command line or the interface, or as a long CSV.

Each metric is a series of its own; those of one model, deployment, region and moment make one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.jsonfiles import at, first_of, listed, records
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: Metrics that are read, and what each counts. The sum of both kinds of tokens, which is a metric too, is not.
_METRICS = {
    "processedprompttokens": "input",
    "inputtokens": "input",
    "generatedtokens": "output",
    "outputtokens": "output",
    "azureopenairequests": "requests",
    "modelrequests": "requests",
}
_NAMED = ("ProcessedPromptTokens", "GeneratedTokens")
#: What tells one series from another.
_DIMENSIONS = ("modelname", "modeldeploymentname", "modelversion", "region")
_WIDTH = re.compile(r"^P(?:T(?:(\d+)H)?(?:(\d+)M)?|(\d+)D)$", re.IGNORECASE)


def _recognises(head: Head) -> bool:
    named = any(name in head.text for name in _NAMED)
    if head.form in ("json", "jsonl"):
        return named and head.says("value", "timeseries", "timeStamp", "data")
    return named and head.has("MetricName", "Total") and any("timegenerated" in name for name in head.folded)


def _read(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for told, line, what, amount in _points(item):
        # A list where a text belongs is no part of a key, and the row that it makes is rejected for it.
        key = tuple(str(part) if isinstance(part, (dict, list)) else part for part in told)
        row = merged.setdefault(key, {LINE: line})
        try:
            row[what] = float(row.get(what) or 0) + float(amount) if amount is not None else row.get(what)
        except (TypeError, ValueError):
            row[what] = amount if not isinstance(amount, (dict, list)) else "no number"
    names = ("start", "width", *_DIMENSIONS)
    rows = from_records(
        (dict(zip(names, key, strict=True)) | row for key, row in sorted(merged.items(), key=_in_order)), options
    )
    read, output, asked = rows.count("input"), rows.count("output"), rows.count("requests")
    amounts = (read, output)
    nothing = pl.all_horizontal(amount.is_null() | (amount == 0) for amount in amounts)
    rows.set_aside(nothing, "an empty interval: no tokens")
    model = rows.text("modelname")
    if rows.any(model.is_null() & ~nothing):
        rows.note(
            "rows name no model: split the metrics by ModelName (--filter \"ModelName eq '*'\"), or say --set "
            "model=... for "
            "all of them; a deployment's name is your own and tells nothing."
        )
    rows.note("tokens that a cache held are not told apart: all tokens of the prompts count as read anew.")
    rows.note(
        "the region is that of the resource: a deployment of the kind Global or Data Zone may be served elsewhere, and "
        "the metrics do not say where."
    )
    start = rows.time("start", zone="UTC", required=True)
    width = rows.count("width")
    known = asked.is_not_null() & (asked > 0)
    some = rows.any(~nothing & ~known)
    return rows.built(
        {
            "date": start,
            "period_end": start + pl.duration(seconds=width),
            "kind": pl.lit("query"),
            "model": model,
            "region": rows.place("region", cloud="azure"),
            "provider": pl.lit("azure"),
            "requests": pl.when(known).then(asked).otherwise(rows.requests_of(read)) if some else asked,
            "input_tokens": read,
            "output_tokens": output,
        },
        {"modeldeploymentname": "deployment", "modelversion": "model_version"},
        identity=["deployment"],
    )


def _in_order(entry: tuple[tuple[Any, ...], Any]) -> tuple[str, ...]:
    return tuple(str(part or "") for part in entry[0])


def _points(item: Input) -> Iterator[tuple[tuple[Any, ...], int, str, Any]]:
    """Yield each reading that counts: to which row it belongs, its line, what it counts, how much."""
    for line, found in records(item):
        if item.form == "csv" or item.form == "parquet":
            yield from _of_row(line, found)
        else:
            yield from _of_document(item, line, found)


def _of_document(item: Input, line: int, found: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], int, str, Any]]:
    width = _seconds(found.get("interval"))
    at_home = found.get("resourceregion")
    place = 0
    for metric in listed(item, line, found.get("value"), "value"):
        what = _METRICS.get(str(at(metric, "name.value") if isinstance(metric, dict) else "").casefold())
        if what is None:
            continue
        for series in listed(item, line, metric.get("timeseries"), "timeseries"):
            if not isinstance(series, dict):
                raise DataError(f"{item.name}, line {line}: a series is no JSON object.")
            said = {
                str(at(pair, "name.value")).casefold(): pair.get("value")
                for pair in series.get("metadatavalues") or ()
                if isinstance(pair, dict)
            }
            status = str(said.get("statuscode") or "2")
            for point in listed(item, line, series.get("data"), "data"):
                place += 1
                if not isinstance(point, dict) or not status.startswith("2"):
                    continue
                dimensions = [said.get(name) for name in _DIMENSIONS]
                dimensions[-1] = dimensions[-1] or at_home
                yield (point.get("timeStamp"), width, *dimensions), place, what, point.get("total")


def _of_row(line: int, found: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], int, str, Any]]:
    what = _METRICS.get(str(found.get("metricname") or "").casefold())
    if what is not None:
        moment = next((value for name, value in found.items() if name.startswith("timegenerated")), None)
        width = _seconds(found.get("timegrain"))
        dimensions = [first_of(found, name) for name in _DIMENSIONS]
        yield (moment, width, *dimensions), line, what, found.get("total")


def _seconds(text: Any) -> int:
    """Return the seconds of an interval such as PT1H; one minute where none is said, the least that there is."""
    found = _WIDTH.match(text) if isinstance(text, str) else None
    if not found:
        return 60
    hours, minutes, days = (int(part) if part else 0 for part in found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 or 60


READERS = (
    Reader(
        "azure-openai-metrics",
        "Azure OpenAI, metrics of Azure Monitor (JSON or CSV)",
        _recognises,
        _read,
        "Save the answer of: az monitor metrics list --resource RESOURCE --metrics ProcessedPromptTokens "
        "GeneratedTokens "
        "AzureOpenAIRequests --aggregation Total --interval PT1H --start-time ... --end-time ... --filter "
        "\"ModelName eq '*' "
        "and ModelDeploymentName eq '*'\" -o json. The table AzureMetrics of a workspace, as CSV, is read "
        "too, but names no "
        "model: add --set model=... The region is that of the resource.",
        asks=("--set model=...",),
        forms=("json", "jsonl", "csv"),
        counts=(
            "Read: ProcessedPromptTokens, GeneratedTokens, AzureOpenAIRequests, by model, deployment, region and "
            "interval; the sum of both kinds of tokens is not. Cached tokens are not told apart. A deployment of "
            "the kind Global or Data Zone may be served elsewhere than in the region of its resource. Set aside: "
            "empty intervals."
        ),
    ),
)
