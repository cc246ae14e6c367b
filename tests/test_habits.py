"""Habits of the house that no reviewer should have to look for."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "footprint").rglob("*.py"))
#: Everything but the command line and what starts it.
LIBRARY = [path for path in MODULES if "commands" not in path.relative_to(ROOT).parts and path.name != "__main__.py"]
#: What is slow to import, and is not needed to print a help.
HEAVY = (
    "altair",
    "babel",
    "_duckdb",
    "duckdb",
    "narwhals",
    "numpy",
    "pint",
    "polars",
    "pyarrow",
    "typst",
    "vl_convert",
)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def files_of_the_project():
    """Return the files of the project, without what tools leave in a checkout."""
    made = {"build", "dist", "out", "__pycache__"}
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in made and not name.endswith(".egg-info")]
        below[:] = sorted(name for name in below if not name.startswith(".") or name in (".ci", ".github"))
        yield from (Path(folder) / name for name in sorted(names))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_prints_nothing_by_itself(path):
    """The library logs, and a command echoes through click."""
    called = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert [ast.unparse(name) for name in called if ast.unparse(name) in ("print", "sys.stdout.write")] == []


@pytest.mark.parametrize("path", LIBRARY, ids=relative)
def test_a_module_of_the_library_knows_no_command_line(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert "click" not in imported


def test_no_file_of_the_project_names_a_path_of_a_machine():
    # Written in parts, so that this file does not name one.
    roots = "|".join(("home", "Users", "root", "work", "opt", "tmp", "private", "mnt"))
    path = re.compile(rf"(?<![\w.)}}\]/-])/(?:{roots})/[\w.]|\b[A-Z]:\\{{1,2}}(?:Users|Temp)\b")
    found = []
    for file in files_of_the_project():
        try:
            lines = file.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # no text
        named = ((number, path.search(line)) for number, line in enumerate(lines, 1))
        found += [f"{relative(file)}, line {number}: {match[0]}" for number, match in named if match]
    assert found == []


def test_imports_run_one_way():
    """The table of pyproject.toml, as `lint-imports` holds it."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def loaded(code):
    """Return which slow packages a fresh process has imported after ``code``."""
    code = f"import sys\n{code}\nprint(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def test_importing_the_package_loads_nothing_slow():
    assert loaded("import footprint") == []


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["query"],
        ["training"],
        ["datacenter"],
        ["instance"],
        ["batch"],
        ["validate"],
        ["claims"],
        ["factors"],
        ["convert"],
        ["compare-methods"],
        ["compare-methods", "training"],
        ["chart"],
        ["badge"],
    ],
)
def test_a_help_loads_nothing_slow(command):
    code = f"from footprint.commands import main\nmain({[*command, '--help']!r}, standalone_mode=False)"
    assert loaded(code) == []


def test_an_estimate_loads_the_engine_that_holds_the_factors_and_nothing_around_it():
    asked = ["query", "gpt-4o", "--output-tokens", "400", "--region", "FR"]
    code = f"from footprint.commands import main\nmain({asked!r}, standalone_mode=False)"
    assert loaded(code) == ["_duckdb", "babel", "numpy", "pint"]  # Pint reads Babel


def test_the_version_is_told_without_loading_anything_slow():
    assert loaded("from footprint.commands import main\nmain(['--version'], standalone_mode=False)") == []
