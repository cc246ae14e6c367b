"""The documentation site: built without a network, and read without one, by eye, by keyboard and by links."""

import html.parser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from footprint.catalogue import open_catalogue

ROOT = Path(__file__).parents[1]
#: Pages that differ in what they are made of.
KINDS_OF_PAGES = (
    "index.html",
    "tutorial.html",
    "guides/docs-author.html",
    "methodology.html",
    "python.html",
    "search.html",
    "catalogue/index.html",
    "catalogue/pue.html",
    "catalogue/training_runs.html",
    "catalogue/sources.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site; built once, though several processes may run these tests."""
    for module in ("mkdocs", "pymdownx", "latex2mathml"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed here: pip install 'footprint[docs]'")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, told = shared / "site", shared / "site.told"
    try:
        (shared / "site.begun").mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not told.exists() and time.monotonic() < until:
            time.sleep(0.2)
    else:
        # No proxy leads anywhere: whatever asked a network would fail.
        nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False
        )
        written = shared / "site.part"
        written.write_text("" if done.returncode == 0 else done.stdout[-3000:] + done.stderr[-3000:], "utf-8")
        written.replace(told)
    assert told.read_text("utf-8") == ""
    return out


class Reader(html.parser.HTMLParser):
    """The anchors and links of a page, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loads, self.text = set(), [], [], path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            assert given["id"] not in self.ids, f"two elements are called {given['id']}"
            self.ids.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") == "canonical":
            return
        else:
            self.loads += [given[name] for name in ("src", "href", "srcset", "data", "action") if given.get(name)]


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Reader(path) for path in site.rglob("*.html")}


def test_every_link_leads_to_a_page_and_to_a_place_on_it(site, pages):
    lost = set()
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                continue
            target = os.path.normpath(Path(name).parent / unquote(parts.path)) if parts.path else name
            target = Path(target).as_posix()
            known = target in pages or (site / target).is_file()
            anchor = unquote(parts.fragment)
            if not known or (anchor and target in pages and anchor not in pages[target].ids):
                lost.add(f"{name}: {link}")
    assert sorted(lost)[:20] == []


def test_every_page_can_be_reached_by_links_from_the_first(pages):
    seen, left = set(), ["index.html"]
    while left:
        name = left.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        left += [
            Path(os.path.normpath(Path(name).parent / urlsplit(link).path)).as_posix()
            for link in pages[name].links
            if not urlsplit(link).scheme and urlsplit(link).path
        ]
    assert sorted(set(pages) - seen) == ["search.html"]  # which is reached by its form


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for name, page in pages.items():
        assert [load for load in page.loads if urlsplit(load).scheme or load.startswith("//")] == [], name
    for path in [*site.rglob("*.css"), *site.glob("*.js")]:
        assert not re.search(r"@import|url\(|https?://|fetch\(|XMLHttpRequest", path.read_text("utf-8")), path.name


def test_every_page_has_a_policy_that_refuses_what_is_not_of_the_site(pages):
    for name, page in pages.items():
        assert "default-src 'none'" in page.text, name
        assert not re.search(r"<script(?! src=)[ >]", page.text), name


def test_every_factor_has_its_address(pages):
    for row in open_catalogue().rows("SELECT id, kind FROM factors"):
        assert row["id"] in pages[f"catalogue/{row['kind']}.html"].ids


def test_every_source_and_every_row_of_a_table_has_its_address(pages):
    catalogue = open_catalogue()
    assert {row["id"] for row in catalogue.rows("SELECT id FROM sources")} <= pages["catalogue/sources.html"].ids
    assert {row["id"] for row in catalogue.rows("SELECT id FROM energy_per_use")} <= pages[
        "catalogue/energy_per_use.html"
    ].ids
    assert {f"models:{row['id']}" for row in catalogue.rows("SELECT id FROM models")} <= pages[
        "catalogue/models.html"
    ].ids
    mixes = catalogue.rows("SELECT zone, year FROM electricity_mix")
    assert {f"electricity_mix:{row['zone']}:{row['year']}" for row in mixes} <= pages[
        "catalogue/electricity_mix.html"
    ].ids


def test_a_figure_that_an_estimate_cites_has_its_address(pages):
    import footprint

    run = footprint.training("gpt-3")
    cited = [use.id for use in run.factors if use.id.startswith("training_runs:")]
    assert cited
    assert set(cited) <= pages["catalogue/training_runs.html"].ids


def test_an_id_in_a_page_leads_to_its_row(pages):
    assert "catalogue/grid_average_lifecycle.html#grid_lifecycle_fra_2025" in pages["tutorial.html"].links
    assert "catalogue/sources.html#devries2023" in pages["methodology.html"].links


def test_the_figures_of_a_row_are_those_of_the_catalogue(pages):
    text = pages["catalogue/grid_average_lifecycle.html"].text
    assert re.search(r'<tr id="grid_lifecycle_fra_2025"><th scope="row">2025<td>41\.44<td>', text)


def test_names_of_strangers_are_text_in_the_catalogue(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from browser import Browser

    shelf = Browser(open_catalogue())
    shelf.factors["pue"] = [{**shelf.factors["pue"][0], "id": "x", "zone": "<b>", "note": "<script>", "source": "<i>"}]
    page = next(body for name, _, body in shelf.pages() if name == "pue")
    assert not re.search(r"<script|<b>|<i>", page)


def test_equations_are_set_by_the_browser_itself(pages):
    text = pages["methodology.html"].text
    documented = (ROOT / "docs" / "methodology.md").read_text("utf-8").count("```math")
    assert text.count("<math ") == documented > 100
    assert "merror" not in text
    assert not re.search(r"<mi>\\|\\(?:frac|cdot|mathrm|bar)", text)


def test_embeds_are_drawn_into_the_pages(pages):
    assert (
        pages["index.html"].text.count('<figure class="footprint-chart"') == 4
    )  # two charts, for wide and narrow pages
    assert "```" not in pages["index.html"].text
    assert 'lang="fr"' in pages["guides/docs-author.html"].text


def test_the_pages_are_small_enough_to_be_sent(site):
    sizes = {path.relative_to(site).as_posix(): path.stat().st_size for path in site.rglob("*") if path.is_file()}
    assert {name: size for name, size in sizes.items() if name.endswith(".html") and size > 1_000_000} == {}
    assert sum(sizes.values()) < 15_000_000


def test_what_makes_the_site_is_no_part_of_it(site):
    assert not [path for path in site.rglob("*") if path.suffix == ".py" or path.name == "main.html"]


# --- in a browser -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS_OF_PAGES)
def test_a_page_asks_no_network_and_says_nothing_in_the_console(browser, site, name):
    page = browser.open(site / name)
    assert [address for address in page.asked_for if not address.startswith("file:")] == []
    assert page.said == []
    page.close()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
@pytest.mark.parametrize("name", KINDS_OF_PAGES)
def test_axe_finds_nothing_that_hinders_a_reader_of_the_site(browser, axe, site, name, dark, width):
    page = browser.open(site / name, dark=dark, width=width)
    page.run("document.querySelectorAll('main details').forEach(found => { found.open = true })")
    page.run(f"{axe}; 0")
    found = page.run(
        "axe.run({preload: false})"
        ".then(said => said.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html)[0]))"
    )
    assert found == []
    page.close()


@pytest.mark.parametrize("width", [1280, 820, 320])
@pytest.mark.parametrize("name", KINDS_OF_PAGES)
def test_no_page_of_the_site_scrolls_sideways(browser, site, name, width):
    page = browser.open(site / name, width=width)
    assert page.run("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_search_finds_pages_and_factors(browser, site):
    page = browser.open(site / "search.html")
    page.run("document.getElementById('words').value = 'grid_lifecycle_fra_2025'; search()")
    assert page.run("[...document.querySelectorAll('#results a')].map(found => found.getAttribute('href'))")[-1] == (
        "catalogue/grid_average_lifecycle.html#grid_lifecycle_fra_2025"
    )
    page.run("document.getElementById('words').value = 'market-based contract'; search()")
    assert page.run("document.querySelectorAll('#results mark').length") > 0
    page.run("document.getElementById('words').value = '<img src=x>'; search()")
    assert page.run("document.querySelectorAll('#results img').length") == 0
    page.close()


def test_the_filter_of_a_catalogue_page_keeps_the_rows_with_all_words(browser, site):
    page = browser.open(site / "catalogue" / "grid_average_lifecycle.html")
    page.run(
        "const box = document.getElementById('filter'); box.value = 'france 2025';"
        "box.dispatchEvent(new Event('input')); 0"
    )
    kept = page.run("[...document.querySelectorAll('tr[id]:not([hidden])')].map(row => row.id)")
    assert kept == ["grid_lifecycle_fra_2025"]
    page.close()


def test_the_menu_brings_the_pages_up_on_a_narrow_screen(browser, site):
    page = browser.open(site / "tutorial.html", width=390)
    below = page.run("document.getElementById('pages').getBoundingClientRect().top")
    page.run("document.getElementById('menu').click()")
    assert page.run("document.getElementById('pages').getBoundingClientRect().top") < 200 < below
    assert page.run("document.getElementById('menu').getAttribute('aria-expanded')") == "true"
    assert page.run("document.activeElement.closest('#pages') !== null")
    page.close()


def test_each_chart_of_a_page_is_shown_once(browser, site):
    shown = "[...document.querySelectorAll('figure')].filter(f => f.offsetWidth).map(f => f.parentElement.className)"
    for width, kind in ((1280, "wide"), (390, "narrow")):
        page = browser.open(site / "index.html", width=width)
        assert page.run(shown) == [kind, kind]
        page.close()


def test_make_docs_builds_what_is_tested_here():
    rules = (ROOT / "Makefile").read_text("utf-8")
    assert "-m mkdocs build" in rules
    assert "site_dir: out/site" in (ROOT / "mkdocs.yml").read_text("utf-8")
    assert shutil.which("make") is None or (
        subprocess.run(["make", "-n", "docs"], cwd=ROOT, capture_output=True, check=False).returncode == 0
    )
