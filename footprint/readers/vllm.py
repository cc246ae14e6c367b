"""vLLM: its counters, as scraped from /metrics, as Prometheus gives a range of them, or as CSV.

A counter only grows, until its server starts anew: what it counted between two readings is their difference, and after
a fall what it shows. A single scrape is what was counted since the server started.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from footprint.errors import DataError, UsageError, clipped
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers.head import Head
from footprint.readers.jsonfiles import at, documents, records
from footprint.readers.mapper import from_records
from footprint.readers.reader import Options, Reader, Reading

#: Counters that are read, without ``_total``, and what each counts.
_COUNTERS = {
    "vllm:prompt_tokens": "input",
    "vllm:generation_tokens": "output",
    "vllm:request_success": "requests",
    "vllm:prompt_tokens_cached": "cached",
    "vllm:prefix_cache_hits": "hits",
    "vllm:gpu_prefix_cache_hits": "hits",
}
_SAMPLE = re.compile(
    r"^(?P<name>[a-zA-Z_:][\w:]*)?(?:\{(?P<labels>.*)\})?\s+(?P<value>\S+)(?:\s+(?P<time>-?[\d.]+))?\s*$"
)
_LABEL = re.compile(r'([a-zA-Z_][\w.]*)="((?:[^"\\]|\\.)*)"')
#: Labels that tell one server from another.
_SERVERS = ("instance", "pod", "exported_instance", "namespace", "service", "job")
_STAMPS = ("timestamp", "time", "date", "ts", "_time")
_METRIC = ("metric", "__name__", "name", "metric_name")


@dataclass(slots=True)
class _Series:
    """The readings of one counter with one set of labels."""

    what: str
    labels: Mapping[str, str]
    line: int
    #: moment [s] where it is known, and what the counter showed
    readings: list[tuple[float | None, float]] = field(default_factory=list)


def _recognises(head: Head) -> bool:
    text = head.text.replace("vllm_", "vllm:")
    if head.form == "text":
        return re.search(r"^vllm:(prompt|generation)_tokens", text, re.MULTILINE) is not None
    if head.form in ("json", "jsonl"):
        return head.says("metric", "__name__") and (head.says("values") or head.says("value")) and '"vllm:' in text
    if any(_of(name) in ("input", "output") for name in head.folded):
        return True
    return any(name in head.folded for name in _METRIC) and head.has("value") and "vllm:prompt_tokens" in text


def _of(name: str) -> str | None:
    """Return what a counter counts, however its name is written.

    >>> _of("vllm_prompt_tokens_total"), _of("vllm:num_requests_running")
    ('input', None)
    """
    bare = name.strip().casefold().removesuffix("_total")
    return _COUNTERS.get(f"vllm:{bare[5:]}" if bare.startswith(("vllm_", "vllm:")) else bare)


def _read(item: Input, head: Head, options: Options) -> Reading:
    import polars as pl

    started: dict[str, float] = {}
    if item.form == "text":
        series = _of_text(item, started)
    elif item.form in ("json", "jsonl"):
        series = _of_ranges(item)
    else:
        series = _of_table(item, options)
    if not series:
        raise DataError(f"{item.name}: no counter of vLLM's tokens in it.")
    rows_of, resets = _summed(series, started)
    rows = from_records(rows_of, options)
    readings = sum(len(one.readings) for one in series)
    rows.note(
        f"{readings:,} readings of {len(series):,} counters: what they counted between readings, by day and server"
        + (f"; {resets:,} times a counter began anew." if resets else ".")
    )
    if all(len(one.readings) == 1 for one in series):
        rows.note("each counter was read once: all since its server started counts, on the day of that start.")
    rows.set_aside(
        rows.raw("alone").is_not_null(), "one reading alone of a counter that others were read often: no difference"
    )
    if not any(row.get("start") for row in rows_of):
        rows.note("the readings have no moments: no row has a date (--set date=YEAR-MONTH-DAY).")
    read, output, asked = rows.count("input"), rows.count("output"), rows.count("requests")
    nothing = (read.is_null() | (read == 0)) & (output.is_null() | (output == 0))
    rows.set_aside(nothing, "no tokens: nothing was served")
    cached = rows.count("cached")
    known = asked.is_not_null()
    some = rows.any(~nothing & ~known)
    return rows.built(
        {
            "date": rows.time("start", zone="UTC"),
            "period_end": rows.time("end", zone="UTC"),
            "kind": pl.lit("query"),
            "model": rows.text("model_name"),
            "requests": pl.when(known).then(pl.max_horizontal(asked, 1)).otherwise(rows.requests_of(read))
            if some
            else pl.max_horizontal(asked, 1),
            "input_tokens": rows.parts(read, [(cached, "cached")], "prompt tokens"),
            "cached_tokens": cached,
            "output_tokens": output,
        },
        {"server": "server"},
        identity=["server"],
    )


def _summed(series: list[_Series], started: Mapping[str, float]) -> tuple[list[dict[str, Any]], int]:
    """Return a record for each model, server and day, and how often a counter began anew."""
    once = all(len(one.readings) == 1 for one in series)
    found: dict[tuple[str, str, str, bool], dict[str, Any]] = {}
    resets = 0
    for one in series:
        server = "/".join(one.labels[name] for name in _SERVERS if one.labels.get(name))
        model = one.labels.get("model_name") or one.labels.get("model") or ""
        single = len(one.readings) == 1 and not once
        steps: list[tuple[float | None, float | None, float]]
        if len(one.readings) == 1:
            moment, value = one.readings[0]
            start = started.get("process_start_time_seconds", moment)
            steps = [(start, max(moment, (start or 0) + 1) if moment is not None else _later(start), value)]
        else:
            ordered = one.readings
            if all(moment is not None for moment, _ in ordered):
                ordered = sorted(ordered, key=lambda reading: reading[0] or 0)
            steps = []
            for (before, low), (after, high) in itertools.pairwise(ordered):
                resets += high < low
                steps.append((before, after, high if high < low else high - low))
        for start, end, amount in steps:
            day = _moment(start)[:10] if start is not None else ""
            row = found.setdefault(
                (model, server, day, single), {LINE: one.line, "model_name": model, "server": server}
            )
            row[one.what] = row.get(one.what, 0.0) + amount
            if start is not None:
                row["start"] = min(row.get("start", _moment(start)), _moment(start))
            if end is not None:
                row["end"] = max(row.get("end", _moment(end)), _moment(end))
            if single:
                row["alone"] = "true"
    for row in found.values():
        # Hits are counted when a request begins, its prompt when that was read: at the edges they can be more.
        cached = row.pop("cached", None)
        hits = row.pop("hits", None)
        part = cached if cached is not None else hits
        if part is not None:
            row["cached"] = min(part, row.get("input", 0.0))
    return [found[key] for key in sorted(found)], resets


def _later(start: float | None) -> float | None:
    return None if start is None else start + 1


def _moment(seconds: float) -> str:
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        raise DataError(f"{seconds:g} is no moment: stamps are seconds or milliseconds since 1970.") from None


def _of_text(item: Input, started: dict[str, float]) -> list[_Series]:
    found: dict[tuple[str, str], _Series] = {}
    with item.path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            sample = _SAMPLE.match(text)
            if sample is None:
                if "vllm" in text[:40]:
                    raise DataError(
                        f"{item.name}, line {number}: no sample of a metric; the line is cut off or damaged."
                    )
                continue
            labels = dict(_LABEL.findall(sample["labels"] or ""))
            name = sample["name"] or labels.pop("__name__", "")
            if name == "process_start_time_seconds":
                started[name] = _number(item, number, sample["value"])
            what = _of(name)
            if what is None:
                continue
            series = found.setdefault((name, str(sorted(labels.items()))), _Series(what, labels, number))
            stamp = _number(item, number, sample["time"]) if sample["time"] else None
            _add(series, _seconds(stamp), _number(item, number, sample["value"]), item, number)
    return list(found.values())


def _of_ranges(item: Input) -> list[_Series]:
    found = []
    for line, document in documents(item):
        results = at(document, "data.result") if isinstance(document, dict) else document
        if results is None and isinstance(document, dict):
            results = document.get("result", [document])
        if not isinstance(results, list):
            raise DataError(f"{item.name}, line {line}: no answer of Prometheus: data.result is no list.")
        for place, result in enumerate(results, 1):
            metric = result.get("metric") if isinstance(result, dict) else None
            if not isinstance(metric, dict):
                raise DataError(f"{item.name}, line {line}: no answer of Prometheus: result {place} has no metric.")
            what = _of(str(metric.get("__name__") or ""))
            if what is None:
                continue
            labels = {name: str(value) for name, value in metric.items()}
            series = _Series(what, labels, place)
            pairs = result.get("values", [result.get("value")])
            for pair in pairs if isinstance(pairs, list) else [pairs]:
                if not isinstance(pair, list) or len(pair) != 2:
                    raise DataError(f"{item.name}, line {line}: result {place}: a reading is a moment and a value.")
                _add(series, _seconds(_number(item, line, pair[0])), _number(item, line, pair[1]), item, line)
            if series.readings:
                found.append(series)
    return found


def _of_table(item: Input, options: Options) -> list[_Series]:
    found: dict[tuple[Any, ...], _Series] = {}
    for line, row in records(item):
        stamp = next((row[name] for name in _STAMPS if row.get(name) not in (None, "")), None)
        moment = _stamped(item, line, stamp, options)
        labels = {name: str(row[name]) for name in (*_SERVERS, "model_name", "model", "engine") if row.get(name)}
        named = next((str(row[name]) for name in _METRIC if row.get(name)), None)
        cells = {named: row.get("value")} if named and "value" in row else row
        for name, value in cells.items():
            what = _of(name)
            if what is None or value in (None, ""):
                continue
            told = tuple(sorted(labels.items())) + ((str(row.get("finished_reason")),) if named else ())
            series = found.setdefault((name, told), _Series(what, labels, line))
            _add(series, moment, _number(item, line, value), item, line)
    return list(found.values())


def _add(series: _Series, moment: float | None, value: float, item: Input, line: int) -> None:
    if not math.isfinite(value) or value < 0:
        raise DataError(f"{item.name}, line {line}: a counter shows {value:g}; it shows zero or more.")
    series.readings.append((moment, value))


def _number(item: Input, line: int, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{item.name}, line {line}: '{clipped(value, 40)}' is not a number.") from None


def _seconds(stamp: float | None) -> float | None:
    """Return a stamp in seconds: text and files of Prometheus write milliseconds, its interface seconds."""
    if stamp is None or not math.isfinite(stamp):
        return None
    return stamp / 1000 if stamp > 1e11 else stamp


def _stamped(item: Input, line: int, stamp: Any, options: Options) -> float | None:
    if stamp is None:
        return None
    if isinstance(stamp, (int, float)):
        return _seconds(float(stamp))
    text = str(stamp).strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return _seconds(float(text))
    try:
        moment = datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise DataError(
            f"{item.name}, line {line}: '{clipped(text, 40)}' is no moment; write year-month-day first."
        ) from None
    if moment.tzinfo is None:
        try:
            moment = moment.replace(tzinfo=ZoneInfo(options.zone or "UTC"))
        except (KeyError, ValueError, OSError) as error:
            raise UsageError(f"'{options.zone}' is no time zone; write one such as Europe/Paris.") from error
    return moment.timestamp()


READERS = (
    Reader(
        "vllm-metrics",
        "vLLM counters (Prometheus text, JSON or CSV)",
        _recognises,
        _read,
        'Save the history that Prometheus keeps: GET /api/v1/query_range?query={__name__=~"vllm:.*_tokens.*total|'
        'vllm:request_success_total|vllm:prefix_cache_hits_total"}&start=...&end=...&step=3600, or one scrape: curl '
        "SERVER/metrics > metrics.txt, which counts all since the server started; several scrapes may follow "
        "each other in one "
        "file. A CSV has a column timestamp and a column for each counter. The name that the model is served "
        "by must be known, "
        "else add --set model=...; add --set region=... and the hardware, such as --set accelerator=h100.",
        needs=("region",),
        asks=("--set model=...", "--set accelerator=..."),
        forms=("text", "json", "jsonl", "csv", "parquet"),
        counts=(
            "Read: the counters of prompt and generation tokens, of cached prompt tokens or else of hits in the "
            "prefix cache, and of requests. Differences between readings are summed by model, server and day, so "
            "that one row stands for many readings, whose number is told; after a fall a counter began anew. "
            "Prompt tokens hold the cached ones, which are taken out. Set aside: counters that were read once "
            "beside others that were read often, and rows without tokens."
        ),
    ),
)
