"""What is installed: the package alone, all of its data, and nothing that needs the checkout."""

import email
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import footprint

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
INFO = f"footprint-{footprint.__version__}.dist-info"
#: What the build reads; the checkout itself is left alone, for a build writes beside what it builds.
SOURCES = ("footprint", "datasets", "docs", "examples", "reports", "tests")
SINGLE = ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "cli.py", "mkdocs.yml")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The sdist, and the wheel that is built from it, offline."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for name in SOURCES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in SINGLE:
        shutil.copy2(ROOT / name, tree / name)
    # A file that a former build left behind must not come into the wheel again.
    stale = tree / "build" / "lib" / "footprint" / "_datasets"
    stale.mkdir(parents=True)
    (stale / "deleted_long_ago.csv").write_text("id\n", "utf-8")
    # Without options: first the sdist, then the wheel from the sdist, so that both are tried.
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(tree)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def members(built):
    with zipfile.ZipFile(built[1]) as wheel:
        return wheel.namelist()


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """A folder into which the wheel was installed, beside another package that is called datasets."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check",
         "--target", str(target), str(built[1])],
        check=True,
    )  # fmt: skip
    other = target / "datasets"
    other.mkdir()
    (other / "__init__.py").write_text("name = 'the other one'\n", "utf-8")
    return target


def packages():
    """Return the packages that the folders make: each folder below footprint/ that holds a module."""
    return sorted({".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "footprint").rglob("*.py")})


def ask(installed, cwd, *arguments):
    """Run the installed command in another folder and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(cwd / "cache")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_list_of_packages_is_that_of_the_folders():
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted([*packages(), "footprint._datasets", "footprint._templates"])


def test_the_wheel_has_one_top_level_name(members):
    assert {member.partition("/")[0] for member in members} == {"footprint", INFO}


def test_the_wheel_holds_every_module(members):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "footprint").rglob("*.py")}
    assert {member for member in members if member.endswith(".py")} == modules


def test_the_wheel_holds_every_file_of_the_datasets_and_no_other_table(members):
    inside = {member.removeprefix("footprint/_datasets/") for member in members if "/_datasets/" in member}
    files = {path.relative_to(ROOT / "datasets").as_posix() for path in (ROOT / "datasets").rglob("*.*")}
    assert inside == files
    tables = {member for member in members if member.endswith(".csv")}
    assert tables == {f"footprint/_datasets/{file}" for file in files if file.endswith(".csv")}


def test_the_wheel_holds_every_template(members):
    inside = {member.removeprefix("footprint/_templates/") for member in members if "/_templates/" in member}
    templates = ROOT / "reports" / "templates"
    assert inside == {path.relative_to(templates).as_posix() for path in templates.rglob("*.*")}


def test_the_wheel_holds_the_units_and_says_that_it_is_typed(members):
    assert {"footprint/units.txt", "footprint/py.typed"} <= set(members)


def test_the_wheel_holds_a_catalogue_for_each_further_language(members):
    catalogues = {path.relative_to(ROOT).as_posix() for path in (ROOT / "footprint" / "locales").glob("*.po")}
    assert {member for member in members if member.startswith("footprint/locales/")} == catalogues
    assert "footprint/locales/fr.po" in catalogues


def test_the_wheel_installs_the_command(built):
    with zipfile.ZipFile(built[1]) as wheel:
        points = wheel.read(f"{INFO}/entry_points.txt").decode()
    assert points.split() == ["[console_scripts]", "footprint", "=", "footprint.__main__:run"]


def test_the_wheel_states_licence_and_version_of_python(built):
    with zipfile.ZipFile(built[1]) as wheel:
        metadata = email.message_from_bytes(wheel.read(f"{INFO}/METADATA"))
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    assert metadata.get_all("License-File") == ["LICENSE", "datasets/README.md"]


def test_the_sdist_holds_what_a_checkout_needs_to_run_and_to_test(built):
    with tarfile.open(built[0]) as sdist:
        members = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    assert {"cli.py", "Makefile", "datasets/datapackage.json", "docs/refresh.py", *wanted} - members == set()


def test_the_installed_command_answers_away_from_the_checkout(installed, tmp_path):
    found = ask(installed, tmp_path, "-c", "import footprint; print(footprint.__file__)")
    assert Path(found.strip()).parent == installed / "footprint"
    run = json.loads(ask(installed, tmp_path, "-m", "footprint", "training", "gpt-3", "--format", "json"))
    assert run["facility_energy"]["value"] == pytest.approx(1_287_060, rel=1e-5)
    assert run["carbon_location"]["value"] == pytest.approx(552_149, rel=1e-5)


def test_the_installed_command_answers_beside_another_package_called_datasets(installed, tmp_path):
    code = (
        "import datasets, footprint; "
        "print(datasets.name, round(footprint.training('gpt-3').facility_energy.m_as('MWh')))"
    )
    assert ask(installed, tmp_path, "-c", code) == "the other one 1287\n"
