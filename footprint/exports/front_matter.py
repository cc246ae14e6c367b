"""The front matter of a Markdown file, edited in place: what a person wrote there stays byte by byte.

A YAML library would write the whole block anew, and lose indentation, quotes and the width of lines. Here the text is
edited where the parser says that a value stands, and the parser judges the outcome: what it reads must be what was
there before, but for the one key. Where it is not, nothing is written.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from footprint.errors import DataError, clipped

#: The block at the head of a file, as the Hub finds it.
_BLOCK = re.compile(
    r"\A(?P<open>\ufeff?\s*---[ \t]*\r?\n)(?P<text>.*?)(?P<close>^---[ \t]*(?:\r?\n|\Z))", re.DOTALL | re.MULTILINE
)
#: A file beyond this is no card that a person wrote.
LARGEST = 10_000_000

Value = str | int | float


def updated(text: str, key: str, values: Mapping[str, Value]) -> str:
    r"""Return a Markdown file with ``values`` under ``key`` of its front matter, and all else as it was.

    Keys below ``key`` that are not among ``values`` stay, and so do comments.

    Raises
    ------
    footprint.errors.DataError : the front matter cannot be read, or not be edited without a change to something else

    Examples
    --------
    >>> print(updated("---\nlicense: mit # ours\n---\n# A model\n", "co2_eq_emissions", {"emissions": 12}))
    ---
    license: mit # ours
    co2_eq_emissions:
      emissions: 12
    ---
    # A model
    <BLANKLINE>
    """
    if len(text) > LARGEST:
        raise DataError(f"a model card of {len(text):,} characters is not read; {LARGEST:,} are the most.")
    found = _BLOCK.match(text)
    if found is None:
        begun = text.lstrip("\ufeff").lstrip()
        if re.match(r"---[ \t]*(\r?\n|\Z)", begun):
            raise DataError("the front matter begins with '---' and has no line '---' that ends it; add one.")
        end = "\r\n" if "\r\n" in text else "\n"
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        block = end.join(["---", *_written(key, values), "---", ""])
        rest = text.removeprefix("\ufeff")
        return f"{mark}{block}{end if rest.strip() else ''}{rest}"
    matter = found["text"]
    end = "\r\n" if "\r\n" in found["open"] else "\n"
    before = _read(matter)
    edited = _edited(matter, key, values, end)
    _judge(before, edited, key, values)
    return f"{found['open']}{edited}{text[found.start('close') :]}"


def _edited(matter: str, key: str, values: Mapping[str, Value], end: str) -> str:
    root = _nodes(matter)
    if root is None:  # nothing but space and comments
        return _appended(matter, _written(key, values), end)
    pair = next(((name, node) for name, node in root.value if name.value == key), None)
    if pair is None:
        if root.flow_style:
            raise _refusal(key)
        return _appended(matter, _written(key, values), end)
    name, node = pair
    if node.id == "mapping":
        if node.start_mark.index < name.end_mark.index:  # an alias: it stands elsewhere, and others may use it
            raise _refusal(key)
        return _merged(matter, node, values, end)
    return _replaced(
        matter, *_span(matter, name, node), [f"  {name}: {_scalar(value)}" for name, value in values.items()], end
    )


def _span(matter: str, name: Any, node: Any) -> tuple[int, int]:
    """Return where a value begins and ends; that of a key without one, behind its colon."""
    start, stop = node.start_mark.index, node.end_mark.index
    if node.id != "scalar" or start < name.end_mark.index:
        raise _refusal(name.value)
    if start == stop:
        start = stop = matter.index(":", name.end_mark.index) + 1
    return start, stop


def _replaced(matter: str, start: int, stop: int, lines: list[str], end: str) -> str:
    """Put lines in the place of a value that stands beside its key: of a bare number on an old card, or of nothing."""
    if "\n" in matter[start:stop].rstrip() or matter[start:stop].lstrip()[:1] in ("|", ">", "-", "["):
        raise _refusal("the key")
    head, tail = matter[:start].rstrip(" \t"), matter[start + len(matter[start:stop].rstrip()) :]
    beside, _, below = tail.partition("\n")
    beside = beside.rstrip()
    return f"{head}{' ' + beside.lstrip() if beside.strip() else ''}{end}{end.join(lines)}{end}{below}"


def _merged(matter: str, node: Any, values: Mapping[str, Value], end: str) -> str:
    """Put values into the mapping that stands there: known keys keep their places, the others follow."""
    pairs = {name.value: (name, value) for name, value in node.value}
    edits = []
    for name, value in values.items():
        if name in pairs:
            start, stop = _span(matter, *pairs[name])
            tail = end if pairs[name][1].style in ("|", ">") else ""
            space = " " if matter[start - 1] == ":" else ""  # YAML wants one there
            edits.append((start, stop, space + _scalar(value) + tail))
    missing = [f"{name}: {_scalar(value)}" for name, value in values.items() if name not in pairs]
    if missing and node.flow_style:
        close = matter.rindex("}", node.start_mark.index, node.end_mark.index)
        edits.append((close, close, (", " if pairs else "") + ", ".join(missing)))
    elif missing:
        stop = _below(matter, *node.value[-1])
        indent = " " * node.start_mark.column
        lead = "" if matter[:stop].endswith("\n") else end
        edits.append((stop, stop, lead + "".join(f"{indent}{line}{end}" for line in missing)))
    for start, stop, text in sorted(edits, reverse=True):
        matter = matter[:start] + text + matter[stop:]
    return matter


def _below(matter: str, name: Any, node: Any) -> int:
    """Return where the line after a value begins: behind a remark beside it, before those of what follows."""
    if node.id == "scalar":
        stop = _span(matter, name, node)[1]
        if matter[stop - 1] == "\n":
            return stop
        return matter.find("\n", stop) + 1 or len(matter)
    # A block ends, for the parser, where the next thing begins.
    lines = matter[: node.end_mark.index].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return sum(map(len, lines))


def _appended(matter: str, lines: list[str], end: str) -> str:
    lead = "" if not matter or matter.endswith("\n") else end
    return matter + lead + "".join(f"{line}{end}" for line in lines)


def _written(key: str, values: Mapping[str, Value]) -> list[str]:
    return [f"{key}:", *(f"  {name}: {_scalar(value)}" for name, value in values.items())]


def _scalar(value: Value) -> str:
    """Return a number, or a text in double quotes: YAML reads those of JSON, but for letters it wants by number."""
    if not isinstance(value, str):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == " " else _escaped(c) for c in quoted)


def _escaped(letter: str) -> str:
    number = ord(letter)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _judge(before: Any, edited: str, key: str, values: Mapping[str, Value]) -> None:
    """Refuse an edit after which anything else reads otherwise than before."""
    try:
        after = _read(edited)
    except DataError:
        raise _refusal(key) from None
    was = before.get(key)
    wanted = {**(was if isinstance(was, dict) else {}), **values}
    rest = {name: value for name, value in after.items() if name != key}
    kept = {name: value for name, value in before.items() if name != key}
    alike = list(rest) == list(kept) and _same(rest, kept)
    if not alike or not _same(after.get(key), wanted):
        raise _refusal(key)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-11) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def _refusal(key: str) -> DataError:
    return DataError(
        f"the front matter cannot be edited around '{clipped(key)}' without a change to something else; write the "
        "block by itself (without an existing file), and put it in by hand."
    )


def _read(matter: str) -> dict[Any, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(matter)
    except (YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"the front matter is no YAML: {clipped(error, 200)}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise DataError("the front matter is no list of keys and values.")
    return found


def _nodes(matter: str) -> Any:
    from ruamel.yaml import YAML

    # Of the pure parser alone the marks count letters; a copy, as it drops a mark at the head of a text.
    return YAML(typ="safe", pure=True).compose(matter)
