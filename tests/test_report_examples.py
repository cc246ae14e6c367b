"""The published reports of the example organisation are what the program writes now: `make examples` writes them again.

Text is compared byte for byte. What a library of pictures or pages lays out is compared by what it says, since its
bytes are another version's tomorrow: charts and the PDF by their words, the workbook by its cells.
"""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest import approx

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("docs_refresh", ROOT / "docs" / "refresh.py")
refresh = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(refresh)

NAMES = [(language, name) for language, names in refresh.REPORTS.items() for name in names]
TEXTS = [(language, name) for language, name in NAMES if name.endswith(".md")]
PAGES = [(language, name) for language, name in NAMES if name.endswith(".html")]
PAPERS = [(language, name) for language, name in NAMES if name.endswith(".pdf")]


@pytest.fixture(scope="module")
def now(tmp_path_factory):
    """Where the reports of a language are, as they are written now."""
    folders = {}

    def written(language):
        if language not in folders:
            folders[language] = tmp_path_factory.mktemp(language)
            refresh.reports(folders[language], language)
        return folders[language]

    return written


def test_all_formats_are_published_and_nothing_else():
    assert sorted(path.name for path in refresh.EXAMPLES.iterdir()) == sorted(name for _, name in NAMES)


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_the_text_is_the_published_one(now, language, name):
    assert (now(language) / name).read_bytes() == (refresh.EXAMPLES / name).read_bytes()


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_the_page_is_the_published_one(now, language, name):
    assert undrawn(now(language) / name) == undrawn(refresh.EXAMPLES / name)


def undrawn(path):
    """Return a page with the words of its charts in their place."""
    return re.sub(r"<svg\b.*?</svg>", words_of_chart, path.read_text("utf-8"), flags=re.DOTALL)


def words_of_chart(found):
    return " ".join(sorted(re.findall(r">([^<>]*\S[^<>]*)<", found[0])))


def test_the_data_are_the_published_ones(now):
    old, new = (json.loads((folder / "report.json").read_text("utf-8")) for folder in (refresh.EXAMPLES, now("en")))
    # Twelve digits are the same on this machine; the last of them may be another on the next.
    assert leaves(new) == approx(leaves(old), rel=1e-9)
    assert shape(new) == shape(old)


def leaves(data):
    if isinstance(data, dict):
        return [leaf for value in data.values() for leaf in leaves(value)]
    if isinstance(data, list):
        return [leaf for value in data for leaf in leaves(value)]
    return [data] if isinstance(data, float) else []


def shape(data):
    """Return data without its numbers that are no whole ones."""
    if isinstance(data, dict):
        return {name: shape(value) for name, value in data.items()}
    if isinstance(data, list):
        return [shape(value) for value in data]
    return "number" if isinstance(data, float) else data


def test_the_published_data_are_computed_again_with_the_same_totals(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(refresh.EXAMPLES / "report.json", tmp_path)
    status, output = refresh.run("report --replay report.json")
    assert (status, "Every factor is as it was." in output) == (0, True), output


@pytest.mark.parametrize(("language", "name"), PAPERS)
def test_the_pdf_says_what_the_published_one_says(now, language, name):
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is not installed here (Debian: apt-get install poppler-utils)")
    assert words(now(language) / name) == words(refresh.EXAMPLES / name)


def words(path):
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_workbook_has_the_cells_of_the_published_one(now):
    assert list(cells(now("en") / "report.xlsx")) == list(cells(refresh.EXAMPLES / "report.xlsx"))


def cells(path):
    """Yield every formula and value; the cached values of formulas are those of the data."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    value = cell.value
                    yield sheet.title, cell.coordinate, f"{value:.9g}" if isinstance(value, float) else value
    for name, defined in book.defined_names.items():
        yield name, defined.attr_text


def test_every_published_report_says_that_the_organisation_is_invented():
    for name in ("report.md", "report.html", "report.json"):
        assert "invented" in (refresh.EXAMPLES / name).read_text("utf-8")
    for name in ("rapport.md", "rapport.html"):
        assert "invented" in (refresh.EXAMPLES / name).read_text("utf-8")


def test_no_published_report_names_a_folder_of_a_machine():
    for _, name in [*TEXTS, *PAGES, ("en", "report.json")]:
        text = (refresh.EXAMPLES / name).read_text("utf-8")
        assert not re.search(r"(?<![\w.])/(?:tmp|home|root|work|Users|private)/", text), name
