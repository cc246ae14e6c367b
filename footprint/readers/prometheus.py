"""Samples of Prometheus in the forms that they are saved in: answers of its API, dumps and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.errors import DataError
from footprint.intake.files import Input
from footprint.intake.scan import LINE
from footprint.readers import jsonfiles
from footprint.readers.head import Head
from footprint.readers.mapper import Mapper

#: ``name{label="value"} number [stamp]``
_SAMPLE = re.compile(r"^([A-Za-z_:][\w:]*)?\s*(\{.*\})?\s+(\S+)(?:\s+(-?[0-9.eE+]+))?\s*$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_TIMES = ("timestamp", "time", "ts", "_time", "datetime")
_HOSTS = ("hostname", "node", "node_name", "exported_instance", "instance", "host")
_DEVICES = ("uuid", "gpu_uuid", "gpu", "device", "exported_gpu")
#: Stamps beyond this many seconds are milliseconds.
_MILLISECONDS = 1e11


def names(head: Head, prefix: str) -> bool:
    """Tell whether samples of metrics that begin so stand in the head, in one of the forms."""
    if head.form == "csv":
        times = any(name in head.folded for name in _TIMES)
        return times and any(name.startswith(prefix.casefold()) for name in head.folded)
    if head.form == "text":
        return re.search(rf'^{prefix}\w*(\{{| )|__name__="{prefix}', head.text, re.MULTILINE) is not None
    return head.says("result", "metric", "__name__") and f'"{prefix}' in head.text


def samples(item: Input, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield each sample of the metrics that begin with ``prefix``, as a record of the same names whatever the form.

    Raises
    ------
    footprint.errors.DataError : a sample without its moment, or a line that is none
    """
    if item.form == "csv":
        yield from _of_table(item, prefix)
    elif item.form == "text":
        yield from _of_text(item, prefix)
    else:
        yield from _of_answer(item, prefix)


def moment(rows: Mapper) -> Any:
    """Return when a sample was taken."""
    import polars as pl

    return pl.coalesce(rows.time("unix", unix="s"), rows.time("stamp"))


def _record(line: int, metric: str, labels: Mapping[str, Any], at: Any, value: Any) -> dict[str, Any]:
    folded = {str(name).casefold(): text for name, text in labels.items()}
    seconds = _number(at)
    return {
        LINE: line,
        "metric": metric,
        "host": next((folded[name] for name in _HOSTS if folded.get(name)), None),
        "device": next((folded[name] for name in _DEVICES if folded.get(name)), None),
        "zone": folded.get("zone"),
        "mode": folded.get("mode"),
        "inside": next(
            (
                str(folded[name])
                for name in ("container_id", "container", "pod_id", "pod_name", "pod", "vm_id", "pid", "container_name")
                if folded.get(name)
            ),
            None,
        ),
        "unix": None if seconds is None else repr(seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds),
        "stamp": at if seconds is None else None,
        "value": value,
    }


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _of_answer(item: Input, prefix: str) -> Iterator[dict[str, Any]]:
    for line, answer in jsonfiles.objects(item):
        if jsonfiles.at(answer, "data.resultType") == "vector":
            raise DataError(f"{item.name}: one moment alone; ask Prometheus for a range (query_range).")
        found = answer.get("data", answer)
        result = found.get("result") if isinstance(found, dict) else None
        for entry in jsonfiles.listed(item, line, result, "data.result"):
            if not isinstance(entry, dict) or not isinstance(entry.get("metric"), dict):
                raise DataError(
                    f"{item.name}, line {line}: a series without its metric; the file is no answer to a query."
                )
            metric = str(entry["metric"].get("__name__", ""))
            if not metric.startswith(prefix):
                continue
            for pair in jsonfiles.listed(item, line, entry.get("values"), "values"):
                if not isinstance(pair, list) or len(pair) != 2:
                    raise DataError(f"{item.name}, line {line}: a sample is no pair of moment and value.")
                yield _record(line, metric, entry["metric"], *pair)


def _of_text(item: Input, prefix: str) -> Iterator[dict[str, Any]]:
    with item.path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            found = _SAMPLE.match(line)
            if found is None:
                raise DataError(f"{item.name}, line {number}: no sample of a metric; the line is cut off or damaged.")
            name, braces, value, at = found.groups()
            labels = dict(_LABEL.findall(braces or ""))
            metric = name or labels.get("__name__", "")
            if not metric.startswith(prefix):
                continue
            if at is None:
                raise DataError(
                    f"{item.name}, line {number}: a sample without its moment, as a page of metrics has it; "
                    "electricity "
                    "needs a range: ask Prometheus (query_range), or promtool tsdb dump."
                )
            yield _record(number, metric, labels, at, value)


def _of_table(item: Input, prefix: str) -> Iterator[dict[str, Any]]:
    for line, row in jsonfiles.records(item):
        at = next((row[name] for name in _TIMES if row.get(name)), None)
        for column, cell in row.items():
            if column.startswith(prefix.casefold()) and cell not in (None, ""):
                yield _record(line, column, row, at, cell)
