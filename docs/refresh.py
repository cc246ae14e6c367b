"""Write all that follows from the code: ``python docs/refresh.py``, or ``--check``.

* ``usage.csv`` and ``openai_usage.csv``, the invented usage of the pages, from that of the example organisation;
* parts of documents between ``<!-- generated: NAME -->`` and ``<!-- end -->``: help, columns, equations, the record;
* the commands that the README, the tutorial and the guides show: each is run, and what it prints is put below it;
* the figures and charts of the README, by ``footprint embed``;
* the reports of the example organisation in ``reports/examples/``: ``python docs/refresh.py examples``, these alone.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import inspect
import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a checkout needs no installation

from footprint.commands import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
#: Help and outputs are this wide on any terminal.
WIDTH = 100

#: The day that everything bears which is kept: the same bytes on any day.
DATE = "2026-01-31"

_PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
#: A command of a page with its output; a remark above says where a long output is cut, or that the command is refused.
_SHOWN = re.compile(
    r"(?P<cut><!-- (?:output until (?P<until>[\w.]+)|output from (?P<begin>\w+)|(?P<refused>refused)) -->\n)?"
    r"```console\n\$ footprint (?P<command>(?:[^\n]*\\\n)*[^\n]+)\n(?P<output>.*?)```\n",
    re.DOTALL,
)
#: A file that a page tells its reader to write, before the commands below it.
_FILE = re.compile(r"<!-- file: (?P<name>[\w./-]+) -->\n```\w+[^\n]*\n(?P<text>.*?)```\n", re.DOTALL)


# --- commands ---------------------------------------------------------------------------------------


def helps() -> Iterator[tuple[str, str]]:
    """Yield every command and subcommand with its help, at a fixed width."""
    context = click.Context(main, info_name="footprint", terminal_width=WIDTH, **main.context_settings)
    yield from _helps(context)


def _helps(context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, context.command.get_help(context)
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _helps(click.Context(command, info_name=name, parent=context, **command.context_settings))


def examples(text: str) -> list[str]:
    """Return the commands under ``Examples:`` in a help, lines that continue joined."""
    _, heading, below = text.partition("Examples:\n")
    if not heading:
        return []
    commands: list[str] = []
    for line in below.splitlines():
        if not line.strip():
            break
        if commands and commands[-1].endswith("\\"):
            commands[-1] = commands[-1].removesuffix("\\").rstrip() + " " + line.strip()
        else:
            commands.append(line.strip())
    return commands


def run(command: str, stdin: bytes | None = None) -> tuple[int, str]:
    """Run ``footprint COMMAND`` in this process and return its exit status and what it prints."""
    result = CliRunner().invoke(main, shlex.split(command), prog_name="footprint", input=stdin, env=_environment())
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, "\n".join(line.rstrip() for line in result.output.splitlines()) + "\n"


def _environment() -> dict[str, str]:
    day = datetime.datetime.fromisoformat(DATE).replace(tzinfo=datetime.UTC)
    return {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "SOURCE_DATE_EPOCH": str(int(day.timestamp()))}


def commands() -> str:
    """Return the help of every command."""
    return "\n".join(f"## `{path}`\n\n```text\n{text.rstrip()}\n```\n" for path, text in helps())


# --- columns ----------------------------------------------------------------------------------------

#: The estimate whose JSON stands in the documents: short, and with every kind of field.
JSON_EXAMPLE = 'training --energy "100 kWh_IT" --pue 1.2 --region FR --date 2024-06-01 --format json'


def inputs() -> str:
    """Return the columns that a batch reads."""
    from footprint.activities import UNITS
    from footprint.batch.columns import INPUTS

    rows = ((f"`{name}`", _unit(UNITS[name][0]) if name in UNITS else "", text) for name, text in INPUTS.items())
    return _table(("column", "unit", "meaning"), rows)


def results() -> str:
    """Return the columns of results."""
    from footprint.results import COLUMNS, LABELS, RESULTS

    rows = ((f"`{column}`", f"`{name}`", f"`{RESULTS[name]}`", LABELS[name]) for name, column in COLUMNS.items())
    return _table(("column of a batch", "field of the JSON", "unit", "meaning"), rows)


def json_example() -> str:
    """Return the JSON of one estimate, as the command prints it; only the edition is left open."""
    status, text = run(JSON_EXAMPLE)
    if status:
        raise SystemExit(f"footprint {JSON_EXAMPLE}: {text}")
    document = json.loads(text)
    document["edition"] = "12 hexadecimal digits"
    shown = json.dumps(document, indent=2, ensure_ascii=False)
    return f"```console\n$ footprint {JSON_EXAMPLE}\n{shown}\n```\n"


# --- methodology ------------------------------------------------------------------------------------


def equations() -> str:
    """Return every equation, by the module of physics it stands in."""
    import footprint.methods  # noqa: F401  (declares the equations)
    from footprint.units import equations as declared

    text: list[str] = []
    module = ""
    for equation in declared().values():
        function = inspect.unwrap(equation.function)
        if not function.__module__.startswith("footprint.physics."):
            continue
        if function.__module__ != module:
            module = function.__module__
            subject = (inspect.getdoc(sys.modules[module]) or "").partition("\n")[0]
            text += [f"### {module.rpartition('.')[2].capitalize()}", "", subject, ""]
        text += [f"#### `{equation.name}`", "", equation.summary, "", "```math", equation.formula, "```", ""]
        meanings = _sections(inspect.getdoc(function) or "")
        rows = [
            (f"`{name}`", _unit(unit), meanings["Parameters"].get(name, "")) for name, unit in equation.units.items()
        ]
        rows.append((f"**gives** `{equation.gives}`", _unit(equation.returns), meanings["Returns"].get("Quantity", "")))
        text += [_table(("name", "unit", "meaning"), rows), f"Source: {_cited(equation.source)}", ""]
        remark = _remark(inspect.getdoc(function) or "")
        text += [remark, ""] if remark else []
    return "\n".join(text).rstrip("\n") + "\n"


def methods() -> str:
    """Return every method as the list of its steps."""
    from footprint.methods import IMPACTS, METHODS, PUBLISHED

    text = []
    for method in METHODS.values():
        text += [f"### `{method.id}`: {method.label}", "", f"Quality: {method.quality.replace('_', ' ')}.", ""]
        if method.needs:
            text += ["Needs " + ", ".join(f"`{name}`" for name in method.needs) + ".", ""]
        else:
            text += ["The metered energy is the result: there is no step before the impacts.", ""]
        text += [*_steps(method.equations), ""]
    text += ["### Impacts, whatever the method", "", *_steps(IMPACTS), ""]
    text += ["### Methods of others", "", "With their own coefficients. Taken by name only, never a default.", ""]
    for method in PUBLISHED.values():
        text += [f"#### `{method.id}`: {method.label}", "", f"Source: {_cited(method.published_by)}", ""]
        text += [*_steps(method.equations), ""]
    return "\n".join(text[:-1]) + "\n"


def _steps(steps: object) -> list[str]:
    return [
        f"{number}. `{step.gives}` = `{step.name}`({', '.join(step.units)})"
        for number, step in enumerate(steps, 1)  # type: ignore[arg-type,var-annotated]
    ]


def _sections(text: str) -> dict[str, dict[str, str]]:
    """Return the entries of a docstring's Parameters and Returns, without their units in brackets."""
    found: dict[str, dict[str, str]] = {"Parameters": {}, "Returns": {}}
    for title, entries in found.items():
        body = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
        name = ""
        for line in body[1].splitlines() if body else ():
            head, colon, rest = line.partition(" : ")
            if colon and not line.startswith(" "):
                name, entries[head] = head, rest.strip()
            elif name:
                entries[name] += f" {line.strip()}"
        for entry, meaning in entries.items():
            entries[entry] = re.sub(r"\s*\[[^\]]*\](?=;|$)", "", meaning).strip()
    return found


def _remark(text: str) -> str:
    """Return what an equation's docstring says beside its source."""
    said = re.search(r"^Source ``[\w-]+``(.*?)(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    words = " ".join(said[1].split()).lstrip(".:").strip() if said else ""
    return (words[:1].upper() + words[1:]).replace("``", "`")


def _cited(id: str) -> str:
    from footprint.catalogue import open_catalogue

    source = open_catalogue().source(id)
    if source is None:
        raise SystemExit(f"an equation cites '{id}', which is no source of datasets/sources.csv")
    return f"{_plain(source.citation)} (`{id}`)"


# --- Python -----------------------------------------------------------------------------------------

#: Modules that a person imports from, and their public names in the order of the page.
INTERFACE = {
    "footprint": (
        "query",
        "training",
        "datacenter",
        "instance",
        "estimate_frame",
        "compare_methods",
        "export",
        "Estimate",
        "MethodComparison",
        "Query",
        "TrainingRun",
        "Quantity",
        "FootprintError",
        "UnitError",
    ),
    "footprint.charts": ("draw", "of_estimate", "of_document", "of_summary", "Subject", "Chart"),
    "footprint.embedding": ("embed", "Embed", "SpecError"),
}


def python() -> str:
    """Return the public names of the package, from their signatures and docstrings."""
    import importlib

    text: list[str] = []
    for name, members in INTERFACE.items():
        module = importlib.import_module(name)
        text += [f"## `{name}`", "", (inspect.getdoc(module) or "").partition("\n\n")[0].replace("\n", " "), ""]
        for member in members:
            text += [f"### `{name}.{member}`", "", *_described(f"{name}.{member}", getattr(module, member))]
    return "\n".join(text).rstrip("\n") + "\n"


def _described(name: str, item: object) -> list[str]:
    """Return signature, docstring, fields and methods of a function or class."""
    prose, sections = _parted(inspect.getdoc(item) or "")
    text = ["```python", _signature(name, item), "```", "", prose, ""]
    for title, body in sections.items():
        if title == "Examples":
            text += ["```pycon", body.rstrip(), "```", ""]
        elif title in ("Parameters", "Returns", "Raises"):
            rows = ((f"`{entry}`", _code(meaning)) for entry, meaning in _entries(body))
            text += [f"**{title}**", "", _table(("name" if title == "Parameters" else "what", "meaning"), rows)]
        else:
            text += [f"**{title}**", "", _code(body), ""]
    if inspect.isclass(item):
        rows = [(f"`{field}`", meaning) for field, meaning in _fields(item)]
        text += ["**Fields**", "", _table(("name", "meaning"), rows)] if rows else []
        methods = [
            (f"`{word}`" if isinstance(value, property) else f"`{word}()`", _first_line(value))
            for word, value in vars(item).items()
            if not word.startswith("_") and _first_line(value) and (callable(value) or isinstance(value, property))
        ]
        text += ["**Methods and properties**", "", _table(("name", "gives"), methods)] if methods else []
    return text


def _signature(name: str, item: object) -> str:
    if inspect.isclass(item) and (issubclass(item, Exception) or name.endswith("Quantity")):
        bases = ", ".join(base.__name__ for base in item.__bases__)
        return f"class {name}({bases})" if issubclass(item, Exception) else f"class {name}(value, unit)"
    short = name if inspect.isclass(item) else name.rpartition(".")[2]
    if inspect.isclass(item):
        return f"class {short}"
    signature = inspect.signature(item)  # type: ignore[arg-type]
    # Annotations are texts: without their quotes they read as in the code.
    given = [re.sub(r"(: )'([^']*)'", r"\1\2", str(parameter)) for parameter in signature.parameters.values()]
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        given.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    gives = f" -> {signature.return_annotation}"
    line = f"{short}({', '.join(given)}){gives}"
    return line if len(line) <= WIDTH else f"{short}(\n" + "".join(f"    {part},\n" for part in given) + f"){gives}"


def _parted(text: str) -> tuple[str, dict[str, str]]:
    """Return the prose of a docstring, and its sections by their titles."""
    pieces = re.split(r"^(\w+)\n-{3,}\n", text, flags=re.MULTILINE)
    sections = {
        title: textwrap.dedent(body).strip("\n") for title, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    prose, examples, session = pieces[0].partition(">>>")
    if examples:
        sections.setdefault("Examples", f">>>{session}".rstrip())
    return _code(prose.strip()), sections


def _entries(body: str) -> list[tuple[str, str]]:
    found: list[list[str]] = []
    for line in body.splitlines():
        head, colon, rest = line.partition(" : ")
        if colon and not line.startswith(" "):
            found.append([head, rest.strip()])
        elif found:
            found[-1][1] += f" {line.strip()}"
    return [(head, meaning) for head, meaning in found]


def _fields(item: type) -> list[tuple[str, str]]:
    """Return the fields of a dataclass with the remarks (``#:``) beside or above them."""
    found, above = [], ""
    try:
        lines = inspect.getsource(item).splitlines()
    except OSError:  # made at run time, as Pint makes the class of a registry
        return []
    for line in lines:
        if remark := re.match(r"    #: (.*)", line):
            above = f"{above} {remark[1]}".strip()
        elif field := re.match(r"    (?P<name>[a-z]\w*): [^#=]+(?:= [^#]*)?(?:#: (?P<said>.*))?$", line):
            said = field["said"] or above
            if said:
                found.append((field["name"], _code(said)))
            above = ""
        elif not line.strip() or "def " in line:
            above = ""
    return found


def _first_line(value: object) -> str:
    return _code((inspect.getdoc(value) or "").partition("\n")[0]).removeprefix("Return ")


def _code(text: str) -> str:
    """Return a docstring's text as Markdown."""
    return re.sub(r"\[([^\]`]+)\]", r"[`\1`]", re.sub(r"``([^`]+)``", r"`\1`", text))


# --- readers, decisions, usage ----------------------------------------------------------------------


def readers() -> str:
    """Return every source that is read, and how its export is made."""
    from footprint.readers import readers as known

    text: list[str] = []
    for reader in sorted(known().values(), key=lambda reader: reader.title.casefold()):
        text += [f"### {reader.title}", "", f"`--reader {reader.name}`; {', '.join(reader.forms)}.", ""]
        text += [" ".join(reader.help.split()), ""]
        text += [reader.counted, ""] if reader.counted else []
        if reader.needs:
            text += ["To be said with `--set`: " + ", ".join(f"`{name}`" for name in reader.needs) + ".", ""]
    return "\n".join(text).rstrip("\n") + "\n"


def decisions() -> str:
    """Return the list of the decision records."""
    lines = []
    for record in sorted((DOCS / "decisions").glob("0*.md")):
        number, _, title = record.read_text("utf-8").partition("\n")[0].removeprefix("# ").partition(" ")
        lines.append(f"* {number} [{title}]({record.name})")
    return "\n".join(lines) + "\n"


#: The usage that the pages show: small enough to be read.
USAGE = DOCS / "usage.csv"


def usage() -> str:
    """Return the usage of the example organisation, a row a month instead of a day."""
    named = ("team", "model", "region", "provider")
    sums: dict[tuple[str, ...], Counter[str]] = {}
    with (ROOT / "examples" / "usage_2025.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (f"{row['date'][:7]}-01", *(row[name] for name in named))
            counts = {name: int(row[name]) for name in ("requests", "input_tokens", "output_tokens")}
            sums.setdefault(key, Counter()).update(counts)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["date", *named, "requests", "input_tokens", "output_tokens"])
    writer.writerows(
        [*key, *(sums[key][name] for name in ("requests", "input_tokens", "output_tokens"))] for key in sums
    )
    return out.getvalue()


#: The export that the tutorial begins with.
EXPORT = DOCS / "openai_usage.csv"


def export() -> str:
    """Return the first quarter of the teams that use OpenAI's models, as its dashboard would export it."""
    heads = [
        *("start_time", "end_time", "start_time_iso", "end_time_iso", "project_id", "num_model_requests", "user_id"),
        *("api_key_id", "model", "batch", "service_tier", "input_tokens", "output_tokens", "input_cached_tokens"),
    ]
    dated = {"gpt-4o": "gpt-4o-2024-08-06", "gpt-4o-mini": "gpt-4o-mini-2024-07-18"}
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, lineterminator="\n")
    writer.writeheader()
    with (ROOT / "examples" / "usage_2025.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["model"] not in dated or row["date"] >= "2025-04":
                continue
            begin = datetime.datetime.fromisoformat(row["date"]).replace(tzinfo=datetime.UTC)
            end = begin + datetime.timedelta(days=1)
            bucket = {
                "start_time": int(begin.timestamp()),
                "end_time": int(end.timestamp()),
                "start_time_iso": begin.isoformat(),
                "end_time_iso": end.isoformat(),
            }
            if begin.day == 1 and begin.month == 1:  # an empty bucket, as real exports have them
                writer.writerow(bucket)
                continue
            # Support sends the same instructions before each question: two fifths come from the cache.
            cached = int(row["input_tokens"]) * 2 // 5 if row["team"] == "Support" else 0
            used = {
                "project_id": f"proj_{row['team'].lower()}",
                "num_model_requests": row["requests"],
                "model": dated[row["model"]],
                "batch": "false",
                "service_tier": "default",
                "input_tokens": row["input_tokens"],
                "output_tokens": row["output_tokens"],
                "input_cached_tokens": cached,
            }
            writer.writerow({**bucket, **used})
    return out.getvalue()


# --- writing ----------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "inputs": inputs,
    "results": results,
    "json-example": json_example,
    "equations": equations,
    "methods": methods,
    "record": lambda: _printed("validate --format md"),
    "claims": lambda: run("claims --format md")[1].rstrip("\n"),
    "python": python,
    "readers": readers,
    "decisions": decisions,
    "export": lambda: f"```text\n{''.join(export().splitlines(keepends=True)[:7])}...\n```\n",
}
#: Pages with generated parts.
PAGES = tuple(
    DOCS / f"{name}.md"
    for name in (
        "tutorial",
        "commands",
        "python",
        "readers",
        "columns",
        "methodology",
        "record",
        "claims",
        "decisions/index",
    )
)
README = ROOT / "README.md"
#: Pages whose commands are run in their order, in one folder.
SESSIONS = (README, DOCS / "index.md", DOCS / "tutorial.md", *sorted((DOCS / "guides").glob("*.md")))


def _printed(command: str) -> str:
    """Return what a command prints, its headings below that of the page."""
    return re.sub(r"^(#+ )", r"#\1", run(command)[1].rstrip("\n"), flags=re.MULTILINE)


def refreshed(text: str) -> str:
    """Return a document with its generated parts written anew."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found['name']]()}\n{found[3]}", text)


# --- sessions ---------------------------------------------------------------------------------------


def shown(text: str) -> dict[str, str]:
    """Return the commands that a document shows, each with the output below it."""
    return {found["command"]: found["output"] for found in _SHOWN.finditer(text)}


@contextlib.contextmanager
def desk() -> Iterator[Path]:
    """Be in a folder of one's own, with the files that the pages work on."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / USAGE.name).write_text(usage(), "utf-8", newline="\n")
        (folder / EXPORT.name).write_text(export(), "utf-8", newline="\n")
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def rerun(text: str) -> str:
    """Return a document with the output of each of its commands written anew: one session, from top to bottom."""
    with desk() as folder:
        steps = sorted([*_FILE.finditer(text), *_SHOWN.finditer(text)], key=lambda step: step.start())
        written, end = [], 0
        for step in steps:
            written.append(text[end : step.start()])
            end = step.end()
            if step.re is _FILE:
                file = folder / step["name"]
                file.parent.mkdir(exist_ok=True)
                file.write_text(step["text"], "utf-8", newline="\n")
                written.append(step[0])
                continue
            output = _output(step["command"], step["until"], step["begin"], bool(step["refused"]))
            written.append(f"{step['cut'] or ''}```console\n$ footprint {step['command']}\n{output}```\n")
    return "".join([*written, text[end:]])


def _output(command: str, until: str | None, begin: str | None, refused: bool) -> str:
    status, text = run(command.replace("\\\n", " "))
    if bool(status) is not refused:
        raise SystemExit(f"footprint {command}: status {status}\n{text}")
    if until:
        kept, found, _ = text.partition(f"\n{until}\n")
        text = f"{kept}\n..." if found else text
    if begin:
        # One part of the output: from the line that begins so to the next blank one.
        lines = text.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith(begin))
        last = next((number for number in range(first, len(lines)) if not lines[number].strip()), len(lines))
        text = "\n".join(["...", *lines[first:last], "..."])
    return f"{text.rstrip()}\n" if text.strip() else ""


# --- reports of the example organisation ------------------------------------------------------------

EXAMPLES = ROOT / "reports" / "examples"
#: What is kept of it: in English all formats, in French those that people read.
REPORTS = {
    "en": ("report.html", "report.pdf", "report.xlsx", "report.md", "report.json"),
    "fr": ("rapport.html", "rapport.pdf", "rapport.md"),
}


def reports(folder: Path, language: str) -> list[Path]:
    """Write the report of the example organisation into a folder, and return its files."""
    command = ["report", "examples/usage_2025.csv", "--definition", "reports/example.toml", "--lang", language]
    command += ["--date", DATE]
    files = [folder / name for name in REPORTS[language]]
    before, typed = Path.cwd(), sys.argv
    # The trail names what is typed in a checkout, and no folder of this machine.
    os.chdir(ROOT)
    sys.argv = ["footprint", *command, *(f"-o{file.name}" for file in files)]
    try:
        status, text = run(shlex.join([*command, *(f"-o{file}" for file in files)]))
    finally:
        os.chdir(before)
        sys.argv = typed
    if status:
        raise SystemExit(text)
    return files


# --- all of it --------------------------------------------------------------------------------------


def differing() -> list[Path]:
    """Return the pages whose generated parts are not what the code says now."""
    return [page for page in PAGES if refreshed(page.read_text("utf-8")) != page.read_text("utf-8")]


def _table(heads: tuple[str, ...], rows: object) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]  # type: ignore[misc]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _unit(unit: str) -> str:
    return f"`{unit or '1'}`"


def _plain(text: str) -> str:
    return "".join("\\" + sign if sign in "*_`[]<>" else sign for sign in text)


def _command_line() -> None:
    asked = sys.argv[1:]
    if asked == ["--check"]:
        stale = [page.relative_to(ROOT).as_posix() for page in differing()]
        if stale:
            sys.exit(f"{', '.join(stale)}: the code says something else now; run: python docs/refresh.py")
        return
    if asked not in ([], ["examples"]):
        sys.exit("usage: python docs/refresh.py [examples | --check]")
    if not asked:
        USAGE.write_text(usage(), "utf-8", newline="\n")
        EXPORT.write_text(export(), "utf-8", newline="\n")
        for page in PAGES:
            _rewrite(page, refreshed)
        for page in SESSIONS:
            _rewrite(page, rerun)
        status, text = run(f"embed {shlex.quote(str(README))}")
        if status:
            sys.exit(text)
    EXAMPLES.mkdir(exist_ok=True)
    for language in REPORTS:
        reports(EXAMPLES, language)


def _rewrite(page: Path, anew: Callable[[str], str]) -> None:
    text = page.read_text("utf-8")
    if (now := anew(text)) != text:
        page.write_text(now, "utf-8", newline="\n")
        sys.stdout.write(f"{page.relative_to(ROOT).as_posix()}\n")


if __name__ == "__main__":
    _command_line()
