"""The report as it is read: the page in a browser, the PDF, the text; in English and French, and whatever rows hold."""

import csv
import datetime
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest import approx

from footprint.batch import run_batch
from footprint.catalogue import open_catalogue
from footprint.charts import CHARTS, draw, of_summary
from footprint.charts.theme import counterparts, theme
from footprint.commands import main

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "usage_2025.csv"
DEFINITION = ROOT / "reports" / "example.toml"
LANGUAGES = ("en", "fr")
COLUMNS = ("date", "team", "model", "region", "requests", "input_tokens", "output_tokens")


def written(folder, rows, *endings, definition="", options=()):
    """Write a report of ``rows`` in some formats, and return the path of the first."""
    with (folder / "usage.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    (folder / "report.toml").write_text(f'group_by = "team"\n{definition}', encoding="utf-8")
    return made(folder, folder / "usage.csv", folder / "report.toml", *endings, options=options)


def made(folder, usage, definition, *endings, options=()):
    outputs = [folder / f"report.{ending}" for ending in endings]
    asked = [part for output in outputs for part in ("-o", str(output))]
    arguments = ["report", str(usage), "--definition", str(definition), "--date", "2026-01-31", *asked, *options]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return outputs[0]


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The report of the example organisation in both languages: html, pdf and md."""
    folders = {language: tmp_path_factory.mktemp(language) for language in LANGUAGES}
    return {
        language: made(folder, EXAMPLE, DEFINITION, "html", "pdf", "md", "json", options=("--lang", language))
        for language, folder in folders.items()
    }


@pytest.fixture(scope="module")
def subject():
    """The example organisation's use, as charts take it."""
    catalogue = open_catalogue()
    kept = ("month", "team", "model", "region")
    given = {"output": None, "rejects": None, "columns": {}, "constants": {}, "by": [], "engine_name": None}
    return of_summary(run_batch([str(EXAMPLE)], kept=kept, catalogue=catalogue, **given), catalogue, "buyer")


class Reader(html.parser.HTMLParser):
    """The elements of a page, and the text of each cell of its tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th"):
            self.cells.append("")
            self.inside = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data

    @property
    def names(self):
        return {tag for tag, _ in self.tags}


# --- in a browser ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_and_the_console_stays_empty(browser, examples, language, dark):
    page = browser.open(examples[language], dark=dark)
    assert (page.asked_for, page.said) == ([], [])
    page.close()


@pytest.mark.parametrize("width", [1100, 400])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_that_hinders_a_reader(browser, axe, examples, language, dark, width):
    page = browser.open(examples[language], dark=dark, width=width)
    page.run("document.querySelectorAll('details').forEach(found => { found.open = true })")
    page.run(f"{axe}; 0")
    found = page.run(
        "axe.run().then(said => said.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html)[0]))"
    )
    assert found == []
    page.close()


@pytest.mark.parametrize("width", [1100, 400, 320])
def test_the_page_never_scrolls_sideways(browser, examples, width):
    """A table that is wider than a screen scrolls by itself."""
    page = browser.open(examples["fr"], width=width)
    assert page.run("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("width", [1100, 400])
def test_each_chart_is_shown_once_in_the_width_of_the_page(browser, examples, width):
    page = browser.open(examples["en"], width=width)
    shown = page.run(
        "Array.from(document.querySelectorAll('figure')).map(figure => Array.from(figure.children)"
        ".filter(child => child.tagName === 'DIV' && child.offsetParent).map(child => child.className).join())"
    )
    assert len(shown) > 3
    assert set(shown) == {"wide" if width > 700 else "narrow"}
    page.close()


def drawn_colours(page):
    """Return the colours of every mark and text of the charts of a page, as they are seen."""
    return page.run(
        "Array.from(document.querySelectorAll('figure .wide svg [fill], figure .wide svg [stroke]')).flatMap(mark => "
        "['fill', 'stroke'].filter(kind => mark.hasAttribute(kind)).map(kind => getComputedStyle(mark)[kind]))"
    )


def test_each_chart_has_the_colours_of_the_page(browser, examples):
    """Drawn once, in light colours: on a dark screen each is that of the dark theme in its place."""
    pages = [browser.open(examples["en"], dark=dark) for dark in (False, True)]
    light, dark = (drawn_colours(page) for page in pages)
    exchanged = counterparts(theme("light"), theme("dark"))

    def seen(colour):
        return "rgb({}, {}, {})".format(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)))

    wanted = {seen(one): seen(other) for one, other in exchanged.items()}
    assert len(light) > 150
    assert dark == [wanted.get(colour, colour) for colour in light]
    assert set(light) - wanted.keys() <= {"none", "rgba(0, 0, 0, 0)"}
    for page in pages:
        page.close()


@pytest.mark.parametrize("name", [name for name in CHARTS if name not in ("group", "hours")])
def test_a_chart_in_dark_colours_is_the_light_one_with_each_colour_exchanged(subject, name):
    light, dark = (draw(name, subject, theme=kind, made=datetime.date(2026, 1, 31)).svg() for kind in ("light", "dark"))
    exchanged = counterparts(theme("light"), theme("dark"))

    def bare(drawn):
        return re.sub(r"footprint-\w+-[0-9a-f]{8}", "", drawn)

    assert re.sub("#[0-9a-f]{6}", lambda found: exchanged[found[0]], bare(light)) == bare(dark)


def test_a_printed_page_has_the_light_charts_and_no_links_to_click(browser, examples):
    page = browser.open(examples["en"], dark=True, media="print")
    colours = set(drawn_colours(page))
    assert "rgb(74, 90, 82)" in colours and "rgb(169, 189, 178)" not in colours  # carbon, light and dark
    assert page.run("document.querySelector('figure .narrow').offsetParent === null")
    assert page.run("document.querySelector('nav').offsetParent === null")
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_units_and_ranges_stay_in_one_line(browser, examples, language):
    page = browser.open(examples[language])
    broken = page.run(
        r"""Array.from(document.querySelectorAll('td')).filter(cell => {
          const range = document.createRange(); range.selectNodeContents(cell);
          const tops = new Set(Array.from(range.getClientRects()).map(box => Math.round(box.top)));
          return /^[\d.,\u202f]+\u00a0(to|à)\u00a0[\d.,\u202f]+$|CO₂e$/.test(cell.textContent) && tops.size > 1;
        }).map(cell => cell.textContent)"""
    )
    assert broken == []
    page.close()


def test_no_script_runs_in_the_page_not_even_one_that_is_put_into_it(browser, examples):
    page = browser.open(examples["en"])
    page.run(
        "const put = document.createElement('script'); put.textContent = 'window.ran = 1';"
        "document.body.append(put); document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>');"
    )
    assert page.run("window.ran") is None
    assert any("Content Security Policy" in text for text in page.said)
    page.close()


# --- what the page is made of ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_file_of_its_language_with_a_title_and_one_head(examples, language):
    found = Reader(examples[language].read_text("utf-8"))
    attributes = dict(found.tags)
    assert attributes["html"]["lang"] == language
    assert [tag for tag, _ in found.tags].count("h1") == 1
    assert not found.names & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "video"}
    policy = next(given["content"] for tag, given in found.tags if given.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    # No element brings its own style or reacts by itself.
    assert not any(name == "style" or name.startswith("on") for _, given in found.tags for name in given)


def test_each_chart_has_its_figures_in_a_table_beside_it(examples):
    text = examples["en"].read_text("utf-8")
    figures = re.findall(r"<figure.*?</figure>", text, flags=re.DOTALL)
    assert len(figures) > 3
    assert all("<desc" in figure and "<tbody>\n<tr>" in figure for figure in figures)


def test_what_is_left_in_english_is_marked_and_the_french_report_says_so(examples):
    text = examples["fr"].read_text("utf-8")
    assert '<li><span lang="en">served on NVIDIA H100' in text
    assert "Ces phrases sont en anglais, telles que le logiciel les écrit." in text


def test_a_french_report_speaks_french_throughout(examples):
    text = examples["fr"].with_suffix(".md").read_text("utf-8")
    assert "L’électricité des services d’IA a émis" in text
    assert "fondé sur la localisation" in text and "eau consommée" in text and "eau prélevée" in text
    assert "| févr. 2025 |" in text
    assert re.search(r"\| 3,6737 \| L/kWh", text)
    english = re.compile(r"\b(the|and|with|known|rows|range|estimated)\b", re.IGNORECASE)
    own = ("# The footprint of our AI use", "Non compris\u00a0: employees' own devices")  # the organisation's own words
    lines = [line for line in text.splitlines() if line and not line.startswith(("- ", "|", *own))]
    assert [line for line in lines if english.search(line)] == []


def test_the_same_report_is_the_same_bytes(tmp_path):
    """In another process, whose sets and dictionaries have another order."""
    found = []
    for seed in ("1", "2"):
        outputs = [part for ending in ("html", "pdf", "md", "json") for part in ("-o", f"report.{ending}")]
        command = [sys.executable, "-m", "footprint", "report", str(EXAMPLE), "--definition", str(DEFINITION)]
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [*command, *outputs, "--date", "2026-01-31"], cwd=tmp_path, env=environment, check=True, capture_output=True
        )
        found.append({path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())})
    assert len(found[0]) == 4
    assert {name for name in found[0] if found[0][name] != found[1][name]} == set()


# --- the PDF -----------------------------------------------------------------------------------------


def poppler(tool, *arguments):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed here (Debian: apt-get install poppler-utils)")
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("language", "title"), [("en", b"(en)"), ("fr", b"(fr)")])
def test_the_pdf_says_what_it_is(examples, language, title):
    """PDF/UA-1 and PDF/A-2a, its language, and the time that was given."""
    data = examples[language].with_suffix(".pdf").read_bytes()
    assert data.startswith(b"%PDF-1.7")
    assert re.search(rb"<pdfuaid:part>1<|pdfuaid:part=.1.", data)
    assert re.search(rb"<pdfaid:part>2<|pdfaid:part=.2.", data)
    assert re.search(rb"<pdfaid:conformance>A<|pdfaid:conformance=.A.", data)
    assert re.search(rb"/Lang\s*" + re.escape(title), data)
    assert b"2026-01-31T00:00:00" in data


def test_the_pdf_is_tagged_and_has_bookmarks_a_title_and_page_numbers(examples):
    path = examples["en"].with_suffix(".pdf")
    about = poppler("pdfinfo", path)
    assert "Tagged:          yes" in about
    assert "Title:           The footprint of our AI use · Example organisation (invented)" in about
    pages = int(re.search(r"Pages:\s+(\d+)", about)[1])
    assert 4 <= pages <= 12
    text = poppler("pdftotext", "-layout", path, "-")
    assert re.findall(rf"(\d+)\s*/\s*{pages}\n", text) == [str(page) for page in range(1, pages + 1)]
    structure = poppler("pdfinfo", "-struct-text", path)
    assert structure.count("Table") >= 10 and "Figure" in structure and "H1" in structure
    assert b"/Outlines" in path.read_bytes()


def test_a_table_of_several_pages_repeats_its_head(examples):
    pages = poppler("pdftotext", "-layout", examples["en"].with_suffix(".pdf"), "-").split("\f")
    assert sum(bool(re.search(r"factor\s+value\s+unit\s+year", page)) for page in pages) >= 2


def test_charts_of_the_pdf_are_drawn_not_pixels(examples):
    found = poppler("pdfimages", "-list", examples["en"].with_suffix(".pdf")).splitlines()[2:]
    assert found == []


# --- whatever a label holds --------------------------------------------------------------------------

HOSTILE = [
    "</script><script>window.ran = 1</script>",
    '<img src=x onerror="window.ran = 1">',
    "<svg onload=alert(1)><text>x</text></svg>",
    "a\u202egnp.exe",
    "\u200fright to left",
    "A" * 10_000,
    "**bold** _it_ [a](javascript:alert(1)) ![x](http://127.0.0.1/x.png)",
    '#eval("1 + 1") $x^2$ *b* @ref <label> \\n',
    '=HYPERLINK("http://127.0.0.1")',
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &amp; <b>",
    "bell \x07 escape \x1b[31m",
    "1. item",
    "- item",
    "a|b`c`",
    "日本 🙂 שלום",
]
#: The same as people read them: letters that act are named, and what is very long is cut.
SHOWN = [
    text.replace("\u202e", "[U+202E]").replace("\x07", "[U+0007]").replace("\x1b", "[U+001B]")
    if len(text) < 160
    else text[:159] + "…"
    for text in HOSTILE
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    rows = [("2025-02-01", text, "gpt-4o", "FR", 10, 1000 + number, 500) for number, text in enumerate(HOSTILE)]
    # The same in the words of the definition, where a text has the whole width of a page.
    said = {
        "title": "# <script>window.ran = 1</script> #eval(1)",
        "excluded": " / ".join(t for t in HOSTILE if len(t) < 99),
    }
    definition = "".join(f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in said.items())
    return written(tmp_path_factory.mktemp("hostile"), rows, "html", "pdf", "md", "json", definition=definition)


def test_markup_in_a_label_is_text_in_the_page(hostile):
    found = Reader(hostile.read_text("utf-8"))
    assert [text for text in SHOWN if text not in found.cells] == []
    assert not found.names & {"script", "img", "b", "label"}
    assert not any(name.startswith("on") for _, given in found.tags for name in given)


def test_markup_in_a_label_runs_nowhere(browser, hostile):
    page = browser.open(hostile)
    assert page.run("window.ran") is None
    assert (page.asked_for, page.said) == ([], [])
    assert page.run("document.documentElement.scrollWidth") <= 1100
    page.close()


def test_markup_in_a_label_is_text_in_markdown(hostile):
    gfm = pytest.importorskip("marko.ext.gfm", reason="no Markdown parser is installed here").gfm
    found = Reader(gfm.convert(hostile.with_suffix(".md").read_text("utf-8")))
    assert [text for text in SHOWN if text not in found.cells] == []
    assert not found.names & {"script", "img", "svg", "b", "label", "code"}
    assert [given["href"] for tag, given in found.tags if tag == "a" and "javascript" in given["href"]] == []


def test_markup_in_a_label_is_text_in_the_pdf(hostile):
    def bare(text):
        """Without what typesetting adds: spaces, ends of lines, marks of direction."""
        return re.sub(r"[\s\u200b\u200f\u00ad]", "", text)

    path = hostile.with_suffix(".pdf")
    text = bare(poppler("pdftotext", "-raw", path, "-"))
    # What runs to the left is drawn that way, and what no font here has is named. In a table a label takes two lines,
    # and figures stand between them.
    plain = [bare(shown) for shown in SHOWN if shown.lstrip("\u200f").isascii()]
    assert [shown for shown in plain if shown not in text] == []
    assert [shown for shown in [*plain, "A" * 20] if text.count(shown[:8]) < 2] == []
    assert "日本" in text or "[U+65E5]" in text
    addresses = poppler("pdfinfo", "-url", path)
    assert "127.0.0.1" not in addresses and "javascript" not in addresses


def test_a_label_is_whole_in_the_data(hostile):
    data = json.loads(hostile.with_suffix(".json").read_text("utf-8"))
    assert {group["team"] for group in data["groups"]["team"]} == set(HOSTILE)


# --- reports of little -------------------------------------------------------------------------------


def test_a_report_of_rows_that_cannot_be_estimated_says_so(tmp_path):
    rows = [("2025-02-01", "A", "nonesuch-9", "FR", 10, 1000, 500)] * 2
    report = written(tmp_path, rows, "md", "html", "pdf", "json").read_text("utf-8")
    assert "No row could be estimated, so nothing is known of the emissions of AI use." in report
    assert "2 of 2 rows could not be estimated and are in no total" in report
    assert "| 2 | model | unknown model or product 'nonesuch-9'" in report
    assert not re.search(r"\b0(\.0)? (kg|g|kWh|Wh|L)\b", report)  # not known is not zero
    data = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert data["total"]["carbon_location"] is None


def test_a_report_of_one_month_has_one_month(tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "FR", 10, 1000, 500), ("2025-02-20", "B", "gpt-4o", "FR", 10, 1000, 500)]
    report = written(tmp_path, rows, "md", "html", "pdf").read_text("utf-8")
    assert "\nFebruary 2025\n" in report
    assert "**By team**" in report
    assert "**By month**" not in report  # it would say the total again


def test_a_report_of_5000_teams_names_the_largest_and_counts_the_others(tmp_path):
    rows = [("2025-02-01", f"team {n}", "gpt-4o", "FR", 10, 1000 + n, 500) for n in range(5000)]
    report = written(tmp_path, rows, "md", "html", "pdf", "json").read_text("utf-8")
    assert report.count("\n| team ") == 1 + 25
    assert "and 4,975 more; the workbook and the JSON have them all" in report
    data = json.loads((tmp_path / "report.json").read_text("utf-8"))
    groups = [group["carbon_location"]["value"] for group in data["groups"]["team"]]
    assert len(groups) == 5000
    assert sum(groups) == approx(data["total"]["carbon_location"]["value"], rel=1e-9)
    assert (tmp_path / "report.html").stat().st_size < 1_000_000


def test_a_market_figure_that_is_missing_is_said_where_the_total_stands(tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "FR", 10, 1000, 500)]
    report = written(tmp_path, rows, "md", definition='role = "buyer"\n').read_text("utf-8")
    head = report.partition("## ")[0]
    assert "market-based: not known, no contract was declared" in head
    line = next(line for line in report.splitlines() if line.startswith("| carbon, market-based"))
    assert "| — |  | not known: no contract, supplier factor or residual mix was declared |" in line


def test_a_report_whose_half_was_rejected_counts_the_other_half_and_says_so(tmp_path):
    good = ("2025-02-01", "A", "gpt-4o", "FR", 10, 1000, 500)
    bad = ("2025-02-01", "B", "nonesuch-9", "FR", 10, 1000, 500)
    report = written(tmp_path, [good, bad], "md", "html", "json").read_text("utf-8")
    assert "Coverage: 50 % of tokens." in report
    assert "1 of 2 rows could not be estimated and is in no total" in report.partition("## ")[0]
    alone = tmp_path / "alone"
    alone.mkdir()
    written(alone, [good], "json")
    totals = [json.loads((folder / "report.json").read_text("utf-8"))["total"] for folder in (tmp_path, alone)]
    assert totals[0]["carbon_location"] == totals[1]["carbon_location"]


def test_without_a_region_the_report_gives_energy_and_says_why_nothing_more(tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "", 10, 1000, 500)]
    report = written(tmp_path, rows, "md", "html", "pdf").read_text("utf-8")
    assert "The emissions of AI use are not known: no region was given" in report
    assert re.search(r"- Electricity \*\*[\d.]+ Wh\*\*", report)


def test_the_report_bears_the_date_that_was_given(examples):
    data = json.loads(examples["en"].with_suffix(".json").read_text("utf-8"))
    assert datetime.datetime.fromisoformat(data["made"]).date() == datetime.date(2026, 1, 31)
    assert "on 31 January 2026." in examples["en"].with_suffix(".md").read_text("utf-8")
    assert "le 31 janvier 2026." in examples["fr"].with_suffix(".md").read_text("utf-8")
