"""Inputs that no specification foresaw, made from a seed: tables of anything, and damaged copies of exports."""

from __future__ import annotations

import contextlib
import csv
import gzip
import importlib.util
import io
import json
import os
import random
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
#: Real exports lie beside the project, not in it.
SAMPLES = ROOT.parent / "shared" / "samples"
#: Lines of a real sample that are taken.
_LINES = 60

MODELS = (
    "gpt-4o",
    "gpt-4o-mini",
    "claude-3.7-sonnet",
    "llama-3.1-70b",
    "chatgpt",
    "bge-m3",
    "GPT-4o ",
    "nope",
    "",
    None,
)
REGIONS = ("FR", "us-east-1", "westeurope", "DE", "Atlantis", "", None)
DATES = (
    *("2025-06-01", "2024-12-31 23:59:59.1234567", "2024-02-29T12:00:00Z", "2025-03-30 02:30:00"),
    *("2025-01-01T00:00:00+14:00", "2025-03-30T01:30"),
    *("01/06/2025", "2025-02-30", "20250601", "1735689600", "1735689600000", "2999-01-01", "0001-01-01"),
    *("now", "", None),
)  # fmt: skip
NUMBERS = (
    *("0", "1", "400", "1e3", "12.0", " 7 ", "1,5", "1.234,5", "1 234", "1\u00a0234", "1\u202f234", "1'234"),
    *("0x10", "1_000"),
    *("-1", "1.5", "9007199254740991", "9007199254740993", "9223372036854775807", "9223372036854775808"),
    *("1e400", "1e-400"),
    *("18446744073709551616", "9" * 400, "nan", "inf", "-0", "+5", "٣", "NULL", "n/a", "true", "", None),
)  # fmt: skip
TEXTS = (
    *("team a", "équipe", "команда", "日本", "=1+1", "@SUM(A1)", "\x1b[31mred\x1b[0m"),
    *("a\nb", "a\r\nb", 'he said "so"', "a;b,c\td"),
    *("'; DROP TABLE usage; --", "\u202egnp", "\ufeff", "🦆" * 3, "x" * 5_000),
    *(" ", "", None, "\u2028", "../../etc/passwd"),
    *("$1", "{0}", "%s", "{{ 7 * 7 }}", "<script>alert(1)</script>", "\\", "\\N", "#", "# HELP"),
)  # fmt: skip
NAMES = (
    *("team", "Model", "MODEL", "model ", "date", "Date", "timestamp", "tokens"),
    *("gen_ai.usage.input_tokens", "", "*", "^a$"),
    *("__fault", "__setting", "__footprint_line", "source_file", "reject_reason"),
    *("facility_energy_kwh", "edition", "method"),
    *("a b", 'a"b', "a'b", "a`b", "a\nb", "SELECT", "rowid", "usage", "x" * 300, "ключ"),
    *("\ufeffmodel", "set_aside", "kind"),
    *("source_row", "energy_kwh", "instance", "month", "rows", "columns(*)", "$1", "?", "a.b"),
    *("index", "reader"),
)  # fmt: skip
FILES = (
    *("usage.csv", "usage", "u s.csv", "ü.csv", "[a-z]*.csv", "what?.csv", "a'b.csv", 'a"b.csv', "100%.csv"),
    *("usage.parquet", "usage.jsonl", "usage.json", "usage.csv.gz", "usage.gz", "usage.txt", "usage.log"),
    *("usage.tsv", "$HOME.csv", "a\nb.csv"),
)  # fmt: skip
#: What may be told beside a file; the readers are filled in.
OPTIONS: tuple[tuple[str, ...], ...] = (
    *((), (), (), (), (), ("--by", "model"), ("--by", "team,month"), ("--by", "nothing"), ("--engine", "polars")),
    *(("--engine", "duckdb"), ("--row-ranges",), ("--drivers",), ("--reader", "table"), ("--min-coverage", "0")),
    *(("--set", "date=2025-06-01"), ("--set", "output_tokens=5"), ("--set", "requests=0"), ("--set", "model=gpt-4o")),
    *(("--map", "output_tokens=tokens"), ("--map", "model=team"), ("--map", "date=timestamp"), ("--map", "region=a b")),
    *(("--zone", "Europe/Paris"), ("--cached-inside", "yes"), ("--meter", "power"), ("--boundary", "it")),
    *(("--keep", "user"), ("--input-format", "csv"), ("--input-format", "jsonl"), ("--input-format", "parquet")),
    *(("--allow-overlap",), ("--grid-boundary", "direct"), ("--allow-unverified",), ("--role", "tenant")),
    ("--dry-run",),
)  # fmt: skip


@dataclass(slots=True)
class Case:
    """One call of ``footprint batch``: files below a folder of its own, and what is said of them."""

    kind: str
    #: by name below the folder, the content
    files: dict[str, bytes]
    #: what is given as inputs: names below the folder
    inputs: list[str]
    options: list[str] = field(default_factory=list)
    #: names that cannot be read
    locked: list[str] = field(default_factory=list)
    #: how many rows there are, where the maker knows
    records: int | None = None
    #: what comes through the standard input
    piped: bytes | None = None
    #: how many times as long it may take as a few hundred rows
    patience: int = 1


def case(dice: random.Random, exports: Mapping[str, bytes], readers: Sequence[str]) -> Case:
    """Return one input."""
    kinds: dict[str, tuple[int, Callable[[], Case]]] = {
        "table": (35, lambda: _table(dice)),
        "table, damaged": (20, lambda: _damaged(dice, _table(dice))),
        "export, damaged": (35, lambda: _damaged(dice, _export(dice, exports))),
        "export, other values": (10, lambda: _altered(dice, _export(dice, exports))),
        "folder": (6, lambda: _folder(dice, exports)),
        "bytes": (3, lambda: _bytes(dice)),
        "bomb": (0.2, lambda: _bomb(dice)),
    }  # type: ignore[dict-item]
    (kind,) = dice.choices(list(kinds), [weight for weight, _ in kinds.values()])
    made = kinds[kind][1]()
    made.kind = kind
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        made.options += dice.choice(OPTIONS)
    if dice.random() < 0.05:
        made.options += ["--reader", dice.choice(readers)]
    if dice.random() < 0.7:
        made.options += ["--set", f"region={dice.choice(('FR', 'US', 'westeurope'))}"]
    if dice.random() < 0.4:
        made.options += ["--set", "model=gpt-4o"]
    return made


# --- tables --------------------------------------------------------------------------------------------


def _table(dice: random.Random) -> Case:
    """Return a table of our columns, some of them of other names, with a few cells of anything."""
    odd = dice.choice((0.0, 0.02, 0.2))
    columns: dict[str, tuple[Any, ...]] = {"model": MODELS[:5], "output_tokens": ("400", "5", "12")}
    for name, values in (
        ("date", DATES[:3]),
        ("region", REGIONS[:4]),
        ("requests", ("1", "2", "3")),
        ("input_tokens", ("100", "0")),
        ("cached_tokens", ("0", "10")),
        ("reasoning_tokens", ("0", "10")),
        ("team", ("A", "B")),
    ):
        if dice.random() < 0.5:
            columns[name] = values
    for _ in range(dice.choice((0, 0, 0, 1, 2))):
        columns[dice.choice(NAMES)] = TEXTS
    if dice.random() < 0.1:
        del columns[dice.choice(list(columns))]
    anything = {"model": MODELS, "date": DATES, "region": REGIONS, "team": TEXTS}
    rows = [
        {
            name: dice.choice(anything.get(name, NUMBERS) if dice.random() < odd else values)
            for name, values in columns.items()
        }
        for _ in range(dice.choice((0, 1, 2, 5, 40, 300)))
    ]
    names = list(columns)
    dice.shuffle(names)
    form = dice.choice(("csv", "csv", "csv", "jsonl", "json", "parquet"))
    content, sound = _WRITERS[form](dice, names, rows)
    name = dice.choice((f"usage.{form}", f"usage.{form}", dice.choice(FILES)))
    if form != "parquet" and dice.random() < 0.15:
        content, name = gzip.compress(content, 1), name if name.endswith(".gz") else f"{name}.gz"
    made = Case("table", {name: content}, [name], records=len(rows) if sound else None)
    if dice.random() < 0.04:
        made.piped, made.inputs, made.files = content, ["-"], {}
    return made


def _csv(dice: random.Random, names: list[str], rows: list[dict[str, Any]]) -> tuple[bytes, bool]:
    """Return a CSV file as programs write it, and whether each row is one record in every reading."""
    out = io.StringIO()
    ending, quoting = dice.choice(("\n", "\n", "\r\n")), dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(out, delimiter=dice.choice(",,,;\t|"), lineterminator=ending, quoting=quoting)
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    encoding = dice.choice(("utf-8",) * 8 + ("utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le"))
    content = out.getvalue().encode(encoding, "replace")
    if encoding == "utf-8" and dice.random() < 0.05:
        content += "café\n".encode("latin-1")
    # A row of one blank cell is a blank line; and what is one record is a question of encodings.
    return content, encoding.startswith("utf-8") and len(names) > 1 and not content.endswith(b"\xe9\n")


def _lines(dice: random.Random, names: list[str], rows: list[dict[str, Any]]) -> tuple[bytes, bool]:
    """Return JSON lines, numbers sometimes as numbers, keys sometimes left out, types sometimes changing."""
    typed, left_out = dice.random() < 0.7, dice.random() < 0.2
    lines = []
    for place, row in enumerate(rows):
        found = {name: _value(row[name]) if typed else row[name] for name in names}
        if left_out:
            found = {name: value for name, value in found.items() if value is not None}
        if place and dice.random() < 0.01:
            found[dice.choice(names)] = dice.choice(({"a": 1}, [1, 2], True, None, 1e308, 2**70, "text", {}))
        lines.append(json.dumps(found, ensure_ascii=dice.random() < 0.5))
    content = "\n".join(lines) + ("\n" if lines and dice.random() < 0.8 else "")
    return content.encode("utf-8", "surrogatepass"), False


def _document(dice: random.Random, names: list[str], rows: list[dict[str, Any]]) -> tuple[bytes, bool]:
    found: Any = [{name: _value(row[name]) for name in names} for row in rows]
    return json.dumps(dice.choice((found, {"data": found})), indent=dice.choice((None, 2))).encode(), False


def _parquet(dice: random.Random, names: list[str], rows: list[dict[str, Any]]) -> tuple[bytes, bool]:
    typed = dice.random() < 0.6
    data: dict[str, Any] = {}
    for name in names:
        values = [_value(row[name]) if typed else row[name] for row in rows]
        kinds = {type(value) for value in values if value is not None}
        data[name] = values if len(kinds) <= 1 else [None if value is None else str(value) for value in values]
    try:
        table = pl.DataFrame(data, strict=False)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        table = pl.DataFrame({name: [None if v is None else str(v) for v in values] for name, values in data.items()})
    casts = (pl.Int8, pl.UInt64, pl.Float32, pl.Categorical, pl.Decimal(38, 2), pl.Binary, pl.Date, pl.Boolean)
    for name in names:
        if dice.random() < 0.05:
            with contextlib.suppress(pl.exceptions.PolarsError):
                table = table.with_columns(pl.col(name).cast(dice.choice(casts), strict=False))
    out = io.BytesIO()
    table.write_parquet(out, compression=dice.choice(("zstd", "snappy", "uncompressed")))
    return out.getvalue(), True


_WRITERS = {"csv": _csv, "jsonl": _lines, "json": _document, "parquet": _parquet}


def _value(text: Any) -> Any:
    """Return the number that a text is, as a program would have written it."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return text
    if number.is_integer() and text.strip("+-").isascii() and text.strip("+-").isdigit():
        return int(text)
    return number if abs(number) < float("inf") else text


# --- exports -------------------------------------------------------------------------------------------


def exports(samples: Path = SAMPLES) -> dict[str, bytes]:
    """Return files of every source that is read: those that the tests have made, ours, and real ones where present."""
    found: dict[str, bytes] = {}
    for path in sorted((ROOT / "tests").glob("test_readers*.py")):
        found.update(_made_in(path))
    for path in (*(ROOT / "docs").glob("*.csv"), *(ROOT / "examples").glob("*.csv")):
        found[path.name] = path.read_bytes()
    for path in sorted(samples.glob("*")) if samples.is_dir() else ():
        if path.suffix != ".md":
            content = path.read_bytes()
            packed = path.suffix == ".gz"
            lines = (gzip.decompress(content) if packed else content).splitlines(keepends=True)[:_LINES]
            found[path.name] = gzip.compress(b"".join(lines), 1) if packed else b"".join(lines)
    return found


def _made_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what a file of tests holds under SAMPLES or MADE: by name a text, or texts of which the last is it."""
    spec = importlib.util.spec_from_file_location(f"made_in_{path.stem}", path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError:
        return  # what tests need is not installed here
    for samples in (getattr(module, "SAMPLES", None), getattr(module, "MADE", None)):
        for key, entry in samples.items() if isinstance(samples, dict) else ():
            texts = [
                text
                for text in (entry if isinstance(entry, (tuple, list)) else [entry])
                if isinstance(text, (str, bytes))
            ]
            if texts:
                names = [
                    text
                    for text in (key, *texts)
                    if isinstance(text, str) and "\n" not in text and 2 < text.find(".") < 60
                ]
                content = texts[-1]
                name = f"{path.stem}-{names[0] if names else key}"
                yield name, content if isinstance(content, bytes) else content.encode()


def _export(dice: random.Random, found: Mapping[str, bytes]) -> Case:
    name = dice.choice(sorted(found))
    return Case("export", {name: found[name]}, [name])


def _altered(dice: random.Random, made: Case) -> Case:
    """Put other values into an export that stays what it is: another type in JSON, another text in a table."""
    ((name, content),) = made.files.items()
    if content[:2] == b"\x1f\x8b":
        return _damaged(dice, made)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _damaged(dice, made)
    if text.lstrip()[:1] in ("{", "["):
        made.files[name] = _altered_json(dice, text).encode("utf-8", "surrogatepass")
        return made
    lines = text.splitlines()
    for _ in range(dice.choice((1, 1, 3, 10))):
        place = dice.randrange(len(lines))
        cells = lines[place].split(",")
        cells[dice.randrange(len(cells))] = str(dice.choice((*NUMBERS, *DATES, *MODELS, *TEXTS[:4])) or "")
        lines[place] = ",".join(cells)
    made.files[name] = ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")
    return made


def _altered_json(dice: random.Random, text: str) -> str:
    try:
        whole, several = [json.loads(text)], False
    except ValueError:
        try:
            whole, several = [json.loads(line) for line in text.splitlines() if line.strip()], True
        except ValueError:
            return text
    for _ in range(dice.choice((1, 1, 2, 5))):
        spots: list[tuple[Any, Any]] = []
        waiting: list[Any] = [whole]
        while waiting:
            holder = waiting.pop()
            for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
                spots.append((holder, key))
                if isinstance(holder[key], (dict, list)):
                    waiting.append(holder[key])
        if not spots:
            break
        holder, key = dice.choice(spots)
        other = (None, True, -1, 0, 2**63, 2**70, 1.5, 1e308, [], {}, [[]], {"a": {"b": []}}, "", "x", *NUMBERS, *DATES)
        if isinstance(holder, dict) and dice.random() < 0.3:
            if dice.random() < 0.5:
                del holder[key]
            else:
                holder[dice.choice(NAMES)] = holder.pop(key)
        else:
            holder[key] = dice.choice(other)
    return "\n".join(json.dumps(value) for value in whole) if several else json.dumps(whole[0] if whole else None)


# --- damage --------------------------------------------------------------------------------------------


def _damaged(dice: random.Random, made: Case) -> Case:
    """Damage the bytes of a file; what it holds is then anybody's guess."""
    made.records = None
    for name in list(made.files):
        content = made.files[name]
        packed = content[:2] == b"\x1f\x8b" and dice.random() < 0.5
        with contextlib.suppress(OSError, EOFError):
            content = gzip.decompress(content) if packed else content
        for _ in range(dice.choice((1, 1, 2, 4))):
            content = dice.choice(_DAMAGE)(dice, content)
        made.files[name] = gzip.compress(content, 1) if packed else content
    if made.piped is not None:
        made.piped = dice.choice(_DAMAGE)(dice, made.piped)
    return made


def _cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _flipped(dice: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(dice.choice((1, 3, 20))):
        if found:
            found[dice.randrange(len(found))] = dice.randrange(256)
    return bytes(found)


def _without(dice: random.Random, content: bytes) -> bytes:
    start = dice.randrange(len(content) + 1)
    return content[:start] + content[start + dice.choice((1, 5, 100)) :]


def _with(dice: random.Random, content: bytes) -> bytes:
    signs = (
        b'"',
        b"'",
        b"\n",
        b"\r",
        b"\x00",
        b",",
        b";",
        b"\t",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b'""',
        b"\n\n",
        b"{",
        b"]",
    )
    place = dice.randrange(len(content) + 1)
    return content[:place] + dice.choice((*signs, b"\xef\xbb\xbf", "é".encode("latin-1"), b"9" * 30)) + content[place:]


def _shuffled(dice: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    place, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    what = dice.randrange(3)
    if what == 0:
        lines[place], lines[other] = lines[other], lines[place]
    elif what == 1:
        del lines[place]
    else:
        lines.insert(place, lines[other])
    return b"".join(lines)


def _reencoded(dice: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(dice.choice(("utf-16", "latin-1", "utf-8-sig", "utf-32", "cp500")), "replace")


def _other_endings(dice: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b"\n\r")))


def _headed(dice: random.Random, content: bytes) -> bytes:
    return (
        dice.choice(
            (b"\xef\xbb\xbf", b"\n\n", b"sep=;\n", b"# usage\n", b" ", b"PAR1", b"\x1f\x8b", b"[", b"# HELP x\n")
        )
        + content
    )


def _head_alone(dice: random.Random, content: bytes) -> bytes:
    return content.splitlines(keepends=True)[0] if content else content


def _doubled(dice: random.Random, content: bytes) -> bytes:
    return content + content


_DAMAGE: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(_cut, _cut, _flipped, _flipped, _without, _with, _with, _with, _shuffled, _shuffled),
    *(_reencoded, _other_endings, _headed, _head_alone, _doubled),
)


# --- folders, and what is no table ---------------------------------------------------------------------


def _folder(dice: random.Random, found: Mapping[str, bytes]) -> Case:
    """Return a folder of several files, or one that holds none, or cannot be read, or is not there."""
    what = dice.randrange(7)
    if what == 0:
        return Case("folder", {"in/.keep": b""}, ["in"])
    if what == 1:
        return Case("folder", {"in/usage.csv": b"model,output_tokens\ngpt-4o,5\n"}, ["in"], locked=["in"])
    if what == 2:
        return Case("folder", {"usage.csv": b"model,output_tokens\ngpt-4o,5\n"}, ["usage.csv"], locked=["usage.csv"])
    if what == 3:
        return Case("folder", {}, [dice.choice(("gone.csv", "gone/", "*.csv", "in/**/x", "", "~", "in\n"))])
    several: dict[str, bytes] = {}
    for place in range(dice.choice((2, 3))):
        for name, content in (_table(dice) if dice.random() < 0.7 else _export(dice, found)).files.items():
            several[f"in/{place}-{name}"] = content
    if dice.random() < 0.2 and several:
        several["in/again"] = next(iter(several.values()))
    return Case("folder", several or {"in/.keep": b""}, [dice.choice(("in", "in", "in/*"))])


def _bytes(dice: random.Random) -> Case:
    """Return bytes of no meaning, or hardly any bytes."""
    content = dice.choice(
        (
            dice.randbytes(dice.choice((1, 10, 1000))),
            "".join(dice.choices(string.printable, k=dice.choice((1, 20, 500)))).encode(),
            dice.choice((b"", b"\n", b"\x00", b"\xef\xbb\xbf", b"{}", b"[]", b"{", b"null", b"PAR1", b"PAR1PAR1")),
            gzip.compress(b""),
            b"[" * 100_000,
            b'{"a":' * 5_000,
            os.fsencode("model,output_tokens\n") + b"gpt-4o," + b"9" * 100_000 + b"\n",
        )
    )  # fmt: skip
    name = dice.choice(FILES)
    return Case("bytes", {name: content}, [name])


def _bomb(dice: random.Random) -> Case:
    """Return a packed file that grows a hundredfold and more, to a million rows and 300 megabytes.

    With its results as CSV it fills 1.4 gigabytes: of thirty times as many rows a disk was full.
    """
    lines = b"model,output_tokens,label\n" + b"gpt-4o,5,%s\n" % (b"x" * 270) * 1000
    return Case("bomb", {"usage.csv.gz": gzip.compress(lines * 1000, 1)}, ["usage.csv.gz"], patience=10)
