"""Write the parts of the documents that follow from the code: ``python docs/refresh.py``, or ``--check``.

A document marks such a part with ``<!-- generated: NAME -->`` and ``<!-- end -->``; all else in it is written by hand.
The README's examples are commands with their output: each is run, and what it prints is put below it.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import sys
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

_PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
#: A command of the README with its output; a remark above says where a long output is cut.
_SHOWN = re.compile(
    r"(?P<cut><!-- output (?:until (?P<until>\w+)|from (?P<begin>\w+)) -->\n)?"
    r"```console\n\$ footprint (?P<command>[^\n]+)\n(?P<output>.*?)```\n",
    re.DOTALL,
)


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
    return {"COLUMNS": str(WIDTH), "NO_COLOR": "1"}


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


# --- writing ----------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "inputs": inputs,
    "results": results,
    "json-example": json_example,
    "equations": equations,
    "methods": methods,
    "record": lambda: _printed("validate --format md"),
    "claims": lambda: _printed("claims --format md"),
}
PAGES = tuple(DOCS / f"{name}.md" for name in ("commands", "columns", "methodology", "record", "claims"))
README = ROOT / "README.md"


def _printed(command: str) -> str:
    """Return what a command prints, its headings below that of the page."""
    return re.sub(r"^(#+ )", r"#\1", run(command)[1].rstrip("\n"), flags=re.MULTILINE)


def refreshed(text: str) -> str:
    """Return a document with its generated parts written anew."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found['name']]()}\n{found[3]}", text)


def shown(text: str) -> dict[str, str]:
    """Return the commands that a document shows, each with the output below it."""
    return {found["command"]: found["output"] for found in _SHOWN.finditer(text)}


def readme_refreshed(text: str, only: str | None = None) -> str:
    """Return the README with the output of each of its commands, or of one, written anew."""

    def again(found: re.Match[str]) -> str:
        if only not in (None, found["command"]):
            return found[0]
        output = _output(found["command"], found["until"], found["begin"])
        return f"{found['cut'] or ''}```console\n$ footprint {found['command']}\n{output}```\n"

    return _SHOWN.sub(again, text)


def _output(command: str, until: str | None, begin: str | None) -> str:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        _, text = run(command)
    finally:
        os.chdir(before)
    if until:
        kept, found, _ = text.partition(f"\n{until}\n")
        text = f"{kept}\n..." if found else text
    if begin:
        # One part of the output: from the line that begins so to the next blank one.
        lines = text.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith(begin))
        last = next((number for number in range(first, len(lines)) if not lines[number].strip()), len(lines))
        text = "\n".join(["...", *lines[first:last], "..."])
    return text.rstrip("\n") + "\n"


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
    if sys.argv[1:] == ["--check"]:
        stale = [page.relative_to(ROOT).as_posix() for page in differing()]
        if stale:
            sys.exit(f"{', '.join(stale)}: the code says something else now; run: python docs/refresh.py")
        return
    if sys.argv[1:]:
        sys.exit("usage: python docs/refresh.py [--check]")
    for page in PAGES:
        page.write_text(refreshed(page.read_text("utf-8")), "utf-8", newline="\n")
    README.write_text(readme_refreshed(README.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    _command_line()
