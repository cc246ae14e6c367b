"""Embeds: one language in every host, figures that stay true, and labels of strangers that stay text."""

import csv
import datetime
import json
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import footprint
from footprint.batch import run_batch
from footprint.catalogue import open_catalogue
from footprint.charts import draw, of_summary
from footprint.commands import main
from footprint.embedding import SpecError, embed, read_spec
from footprint.embedding.markers import find
from footprint.embedding.pages import read
from footprint.embedding.spec import KEYS

ROOT = Path(__file__).parents[1]
EDITION = open_catalogue().edition
GPT3 = "number: carbon; of: training gpt-3"
QUERY = "query gpt-4o output_tokens=400 region=FR date=2025-06-01"
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> \"quoted\" 'single'",
    "**bold** [a link](javascript:alert(1)) | pipe `code` <!-- /footprint --> {{7*7}}",
    "\u202egnirts desrever",
    "x" * 10_000,
)


def usage(path, teams=("Search", "Coding")):
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["date", "team", "model", "region", "output_tokens"])
        for place, team in enumerate(teams):
            for month in (1, 2, 3):
                rows.writerow([f"2025-{month:02}-10", team, "gpt-4o", "FR", 100_000 * (place + 1) * month])
    return path


@pytest.fixture
def page(tmp_path):
    """Makes a page beside a usage file, and gives its path."""
    usage(tmp_path / "usage.csv")

    def made(text, name="page.md"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return made


def run(*arguments):
    return CliRunner().invoke(main, ["embed", *map(str, arguments)])


def refreshed(path):
    result = run(path)
    assert result.exit_code == 0, result.output
    return path.read_text("utf-8")


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text that is shown."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


def inert(html):
    """Tell that nothing in a piece of HTML runs or asks for anything."""
    found = Elements(html)
    handlers = [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    asked = [
        value
        for _, attributes in found.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "xlink:href")
    ]
    return not handlers and not asked and not found.all("script") and not found.all("style")


# --- the language -----------------------------------------------------------------------------------------------------


def test_an_embed_is_entries_that_end_with_a_semicolon_or_the_line():
    one = read_spec("chart: month; of: usage.csv; set: region=US, provider=azure; width: 480")
    other = read_spec("# the year\nchart: month\r\nof: usage.csv\n\nset: region=US provider=azure\nwidth: 480\n")
    assert one == other
    assert (one.kind, one.name, one.of, one.set, one.width) == (
        "chart", "month", ("usage.csv",), ("region=US", "provider=azure"), 480,
    )  # fmt: skip


def test_quotes_keep_blanks_and_semicolons_together():
    spec = read_spec('chart: month; of: "my usage; 2025.csv" b.csv; alt: "one; ""two"""')
    assert spec.of == ("my usage; 2025.csv", "b.csv")
    assert spec.alt == 'one; "two"'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("chart: month\nof: usage.csv\nwdth: 300", 3, "unknown key 'wdth'; did you mean 'width'?"),
        ("chart: months; of: usage.csv", 1, "did you mean 'month'?"),
        ("chart: month\nbadge: carbon\nof: usage.csv", 2, "chart and badge in one embed"),
        ("chart: month", 1, "of what?"),
        ("of: usage.csv", 1, "nothing says what is shown"),
        ("chart: month; of: usage.csv\nof: b.csv", 2, "given twice"),
        ("number: carbon; of: training gpt-3\nwidth: 400", 2, "is for chart, not for a number"),
        ("chart: month; of: usage.csv; width: 12", 1, "between 280 and 2400"),
        ("chart: month\nof: usage.csv; date: tomorrow", 2, "no date"),
        ('chart: month\nalt: "open', 2, "not closed"),
        ("chart month", 1, "is no entry"),
        ("x" * 30_000, 1, "at most 20,000"),
        ("chart: month; of: usage.csv; numbers: maybe", 1, "neither yes nor no"),
    ],
)
def test_what_cannot_be_says_the_line_and_what_to_do(text, line, said):
    with pytest.raises(SpecError, match=re.escape(said)) as error:
        read_spec(text)
    assert error.value.line == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number: carbon; of: training gpt3x", "unknown"),
        ("number: carbon; of: query gpt-4o output_tokns=400 region=FR", "did you mean 'output_tokens'?"),
        ("number: carbon; of: query gpt-4o output_tokens", "write name=value"),
        ("number: carbon; of: query gpt-4o output_tokens=400 role=buyer", "write role: buyer"),
        ("number: carbon; of: query gpt-4o output_tokens=400", "carbon_location is not known"),
        ("number: water; of: training gpt-3", "water"),
        ("number: carbon; of: none.csv", "there is no file 'none.csv'"),
        ("number: carbon; of: training gpt-3; unit: kWh", "none of gCO2e"),
        ("chart: team; of: training gpt-3", "needs usage files"),
        ("number: carbon; of: training gpt-3; set: region=US", "is for files"),
    ],
)
def test_what_cannot_be_shown_says_why(tmp_path, text, said):
    with pytest.raises(SpecError, match=re.escape(said)):
        embed(text, tmp_path)


def test_a_number_is_the_one_that_the_python_interface_gives():
    run = footprint.training("gpt-3")
    assert round(run.carbon_location.m_as("tCO2e"), 1) == 552.1
    assert embed(GPT3).text() == "552.1\u00a0t\u00a0CO₂e"
    assert embed(f"{GPT3}; show: both").text() == "552.1\u00a0t\u00a0CO₂e (490 to 620)"
    assert embed(f"{GPT3}; show: range; lang: fr").text() == "490 à 620\u00a0t\u00a0CO₂e"
    assert embed(f"{GPT3}; unit: kgCO2e").text() == "552,100\u00a0kg\u00a0CO₂e"


def test_a_number_of_a_file_is_the_total_of_its_rows(tmp_path):
    path = usage(tmp_path / "usage.csv")
    said = {"output": None, "rejects": None, "columns": {}, "constants": {}, "by": (), "engine_name": None}
    total = run_batch([str(path)], catalogue=open_catalogue(), **said).total.totals["facility_energy"]
    shown = embed("number: energy; of: usage.csv", tmp_path).text()
    assert shown.endswith("\u00a0kWh")
    assert float(shown.split("\u00a0")[0]) == pytest.approx(total, rel=0.05)


def test_a_result_beside_the_page_shows_the_same_as_its_activity(tmp_path):
    run = CliRunner().invoke(main, ["training", "gpt-3", "--format", "json"])
    (tmp_path / "run.json").write_text(run.output, "utf-8")
    assert embed("number: carbon; of: run.json", tmp_path).text() == embed(GPT3).text()


def test_a_table_holds_every_result_with_its_range_and_says_what_is_not_known():
    table = embed(f"table: results; of: {QUERY}")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["electricity, building's meter"] == ("0.55\u00a0Wh", "0.17 to 3.2\u00a0Wh")
    assert rows["carbon, market-based"] == ("not known", "")
    assert "| electricity, building's meter | 0.55\u00a0Wh |" in table.markdown()


# --- what every embed carries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["chart: month", "table: month", "table: results", "badge: carbon", "number: carbon"])
def test_every_embed_carries_edition_and_day_and_runs_nothing(tmp_path, kind):
    usage(tmp_path / "usage.csv")
    html = embed(f"{kind}; of: usage.csv; date: 2026-11-30", tmp_path).html()
    outer = Elements(html).elements[0][1]
    assert (outer["data-edition"], outer["data-date"], outer["lang"]) == (EDITION, "2026-11-30", "en")
    assert f"edition {EDITION}" in html
    assert "30 November 2026" in html
    assert inert(html)


def test_a_chart_is_one_picture_with_a_text_alternative_and_its_numbers_in_a_table(tmp_path):
    usage(tmp_path / "usage.csv")
    found = Elements(embed("chart: team; of: usage.csv", tmp_path).html())
    (svg,) = found.all("svg")
    assert svg["role"] == "img"
    assert "Coding" in svg["aria-label"]
    assert "aria-labelledby" not in svg
    assert len(found.all("details")) == len(found.all("table")) == 1
    assert not found.all("style")


def test_a_chart_has_the_colours_of_a_light_and_of_a_dark_page(tmp_path):
    usage(tmp_path / "usage.csv")
    html = embed("chart: team; of: usage.csv", tmp_path).html()
    assert "fill:light-dark(#ffffff,#14191e)" in html
    assert "light-dark" not in embed("chart: team; of: usage.csv; theme: print", tmp_path).html()


def test_a_text_alternative_of_the_author_takes_the_place_of_ours_and_keeps_edition_and_day(tmp_path):
    usage(tmp_path / "usage.csv")
    shown = embed("chart: team; of: usage.csv; alt: Two teams; date: 2026-11-30", tmp_path)
    assert shown.alt == f"Two teams Factors of edition {EDITION}; drawn on 30 November 2026."


def test_two_pictures_of_a_page_have_no_name_in_common(tmp_path):
    usage(tmp_path / "usage.csv")
    pictures = [embed(f"chart: {name}; of: usage.csv", tmp_path).picture() for name in ("team", "flow", "month")]
    names = [name for picture in pictures for name in re.findall(r'\bid="([^"]+)"', picture)]
    assert len(names) == len(set(names))
    assert set(re.findall(r"url\(#([^)]+)\)", "".join(pictures))) <= set(names)


def test_an_embed_says_all_in_its_language(tmp_path):
    usage(tmp_path / "usage.csv")
    shown = embed("chart: team; of: usage.csv; lang: fr; date: 2026-11-30", tmp_path)
    assert "Les chiffres" in shown.html()
    assert "dessiné le 30 novembre 2026" in shown.alt
    table = embed(f"table: results; of: {QUERY}; lang: fr; date: 2026-11-30", tmp_path)
    assert "calculé le 30 novembre 2026" in table.html()
    assert "électricité, au compteur du bâtiment" in table.html()


# --- bad input --------------------------------------------------------------------------------------------------------


def test_labels_of_strangers_are_text_in_every_kind_of_embed(tmp_path):
    usage(tmp_path / "usage.csv", HOSTILE)
    for kind in ("chart: team", "table: team"):
        shown = embed(f"{kind}; of: usage.csv", tmp_path)
        assert inert(shown.html())
        assert "\u202e" not in shown.html() + shown.markdown()
        # Short enough to be read, and no sign of it opens anything.
        assert len(shown.html()) < 60_000
        assert not re.search(r"(?<!\\)<", shown.markdown())
        assert not re.search(r"(?<!\\)[*`]{2}|(?<!\\)\[a", shown.markdown())


def test_labels_in_a_page_are_text_and_stay_so_when_it_is_refreshed_again(page, tmp_path):
    usage(tmp_path / "usage.csv", HOSTILE)
    path = page(
        "<!-- footprint: table: team; of: usage.csv -->\n<!-- /footprint -->\n\n"
        "<!-- footprint: chart: team; of: usage.csv -->\n<!-- /footprint -->\nEnd.\n"
    )
    first = refreshed(path)
    assert first.count("<!--") == 4
    assert first.endswith("-->\nEnd.\n")
    assert refreshed(path) == first


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_of_a_badge_is_text(label):
    text = f'badge: carbon; of: training gpt-3; label: "{label[:100].replace(chr(34), chr(34) * 2)}"'
    html = embed(text).html()
    assert inert(html)
    ElementTree.fromstring(html)


@pytest.mark.parametrize("name", ["../secret.csv", "/../secret.csv", "link.csv", "folder/../../secret.csv", "a\0b.csv"])
def test_a_file_outside_of_the_folder_of_the_page_is_refused(tmp_path, name):
    usage(tmp_path / "secret.csv")
    inside = tmp_path / "docs"
    (inside / "folder").mkdir(parents=True)
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SpecError, match=r"outside of what may be read|no name of a file"):
        embed(f"number: carbon; of: {name}", inside)


def test_a_folder_above_may_be_allowed(tmp_path):
    usage(tmp_path / "usage.csv")
    (tmp_path / "docs").mkdir()
    for name in ("../usage.csv", "/usage.csv"):
        assert embed(f"number: carbon; of: {name}", tmp_path / "docs", root=tmp_path).text().endswith("CO₂e")


@pytest.mark.parametrize("words", ["profile=../p.csv", "factors=.."])
def test_no_word_of_an_activity_reads_a_file_outside(tmp_path, words):
    (tmp_path / "p.csv").write_text("month,hour,share\n1,1,1\n")
    (tmp_path / "docs").mkdir()
    with pytest.raises(SpecError):
        embed(f"number: carbon; of: {QUERY} {words}", tmp_path / "docs")
    with pytest.raises(SpecError, match="outside"):
        embed(f"number: carbon; of: {QUERY}; factors: ..", tmp_path / "docs")


@pytest.mark.parametrize(
    "name", ["http://example.org/u.csv", "https://example.org/u.csv", "s3://b/u.csv", "-", "*.csv"]
)
def test_nothing_but_a_file_is_read(tmp_path, name):
    usage(tmp_path / "usage.csv")
    with pytest.raises(SpecError, match="there is no file"):
        embed(f"number: carbon; of: {name}", tmp_path)


# --- footprint embed --------------------------------------------------------------------------------------------------


def test_a_number_in_a_sentence_is_refreshed_with_edition_and_day(page):
    path = page(f"It emitted **<!-- footprint: {GPT3} -->1 t<!-- /footprint -->** in all.\n")
    shown = "552.1\u00a0t\u00a0CO₂e"
    stamp = re.fullmatch(
        rf"It emitted \*\*<!-- footprint: {GPT3} -->{shown}<!-- /footprint (\w+) (\S+) -->\*\* in all.\n",
        refreshed(path),
    )
    assert stamp
    assert stamp[1] == EDITION
    assert datetime.date.fromisoformat(stamp[2])


def test_a_refreshed_page_is_left_alone_on_any_later_day(page, monkeypatch):
    path = page(
        f"<!-- footprint: {GPT3} --><!-- /footprint -->\n\n"
        "<!-- footprint: chart: month; of: usage.csv -->\n<!-- /footprint -->\n\n"
        f"<!-- footprint: table: results; of: {QUERY} -->\n<!-- /footprint -->\n"
        "<!-- footprint: badge: carbon; of: usage.csv --><!-- /footprint -->\n"
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    refreshed(path)
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in path.parent.iterdir()}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    assert run(path).output == "4 embeds, all up to date.\n"
    assert run(path, "--check").exit_code == 0
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in path.parent.iterdir()} == before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "no end", "no end{end}{end}"])
def test_everything_else_stays_byte_for_byte(page, end, mark, last):
    head = f"{mark}---{end}title: x  {end}---{end}\tTab é \u2028 {end}{end}"
    tail = f"{end}{end}Trailing blanks   {end}{last.format(end=end)}"
    path = page(f"{head}<!-- footprint: table: results; of: {QUERY} -->{end}<!-- /footprint -->{tail}")
    refreshed(path)
    content = path.read_bytes().decode()
    assert content.startswith(head)
    assert content.endswith(f"-->{tail}")
    assert content.count("\n") == content.count(end)
    assert run(path, "--check").exit_code == 0


def test_a_chart_is_a_picture_for_light_and_dark_with_files_beside_the_page(page):
    path = page("<!-- footprint: chart: month; of: usage.csv; width: 480 -->\n<!-- /footprint -->\n")
    found = Elements(refreshed(path))
    assert found.all("source") == [{"media": "(prefers-color-scheme: dark)", "srcset": "page-month-dark.svg"}]
    (image,) = found.all("img")
    assert (image["src"], image["width"]) == ("page-month.svg", "480")
    assert f"edition {EDITION}" in image["alt"]
    assert found.all("details")
    light, dark = ((path.parent / name).read_text("utf-8") for name in ("page-month.svg", "page-month-dark.svg"))
    assert "#ffffff" in light
    assert "#14191e" in dark
    assert all(f"edition {EDITION}" in ElementTree.fromstring(svg)[1].text for svg in (light, dark))


def test_two_charts_of_a_kind_have_two_files(page):
    mark = "<!-- footprint: chart: month; of: usage.csv; theme: light; lang: {} -->\n<!-- /footprint -->\n"
    text = refreshed(page(mark.format("en") + "\n" + mark.format("fr")))
    assert [image["src"] for image in Elements(text).all("img")] == ["page-month.svg", "page-month-2.svg"]


def test_a_file_that_is_not_of_the_embed_is_not_overwritten(page):
    path = page("<!-- footprint: chart: month; of: usage.csv -->\n<!-- /footprint -->\n")
    (path.parent / "page-month.svg").write_text("<svg>mine</svg>")
    result = run(path)
    assert result.exit_code == 1
    assert "'page-month.svg' is there already" in result.output
    assert (path.parent / "page-month.svg").read_text() == "<svg>mine</svg>"


def test_a_block_keeps_the_indent_of_its_list_and_the_sign_of_its_quote(page):
    path = page(
        f"- item\n\n  <!-- footprint: table: results; of: {QUERY} -->\n  <!-- /footprint -->\n\n"
        "> <!-- footprint: chart: team; of: usage.csv; theme: light -->\n> <!-- /footprint -->\n"
    )
    lines = refreshed(path).splitlines()
    turn = next(place for place, line in enumerate(lines) if line.startswith(">"))
    assert all(line.startswith("  ") or not line for line in lines[1:turn])
    assert all(line.startswith(">") for line in lines[turn:])


@pytest.mark.parametrize(
    "text",
    [
        "```\n{}\n```\n",
        "~~~~ text\n```\n{}\n~~~~\n",
        "- item\n\n  ```html\n  {}\n  ```\n",
        "> ```\n> {}\n> ```\n",
        "Text `{}` text\n",
        "Text ``a ` {}`` text\n",
        "Text\n\n    {}\n",
        "\t{}\n",
        "```\n{}",
    ],
)
def test_a_marker_that_is_shown_as_code_is_left_alone(page, text):
    path = page(text.format(f"<!-- footprint: {GPT3} -->1<!-- /footprint -->"))
    before = path.read_bytes()
    assert run(path).output == "0 embeds, all up to date.\n"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "Text with a ` and {} and no second one.\n",
        "- item\n\n    {}\n",
        "!!! note\n\n    {}\n",
        "```\ncode\n```\n{}\n",
        "| a |\n| - |\n| {} |\n",
        "## {}\n",
        "A `code` and {} and `code`\n",
    ],
)
def test_a_marker_beside_code_is_refreshed(page, text):
    path = page(text.format(f"<!-- footprint: {GPT3} -->1<!-- /footprint -->"))
    assert "552.1" in refreshed(path)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n\nText <!-- footprint: number: carbon; of: training gpt-3 -->1\n", 3, "is not closed"),
        ("a\n<!-- /footprint -->\n", 2, "closes nothing"),
        ("<!-- footprint: number: carbon\n", 1, "opened and not closed"),
        ("\n<!-- footprint:\nnumber: carbon\nofff: x\n--><!-- /footprint -->\n", 4, "unknown key 'offf'"),
        ("a <!-- footprint: chart: month; of: usage.csv --><!-- /footprint -->\n", 1, "takes lines of its own"),
        ("a\n<!-- footprint: number: carbon; of: ../u.csv --><!-- /footprint -->\n", 2, "outside of what may be read"),
        ("<!-- footprint: badge: carbon; of: usage.csv; file: ../x.svg --><!-- /footprint -->", 1, "outside"),
        (b"a\n\xff\n", 1, "no UTF-8"),
    ],
)
def test_a_fault_of_a_page_says_its_line_and_nothing_is_written(page, text, line, said):
    good = page(f"<!-- footprint: {GPT3} -->1<!-- /footprint -->\n", "good.md")
    path = page(text)
    before = [path.read_bytes(), good.read_bytes()]
    result = run(good, path)
    assert result.exit_code == 1
    assert f"page.md, line {line}: " in result.output
    assert said in result.output
    assert [path.read_bytes(), good.read_bytes()] == before


def test_a_check_fails_when_a_figure_is_stale_and_says_where_old_and_new(page):
    path = page(f"Text\n\nIt was <!-- footprint: {GPT3} -->1<!-- /footprint -->.\n")
    refreshed(path)
    path.write_text(path.read_text("utf-8").replace("552.1", "551.9"), "utf-8")
    before = path.read_bytes()
    result = run(path, "--check")
    assert result.exit_code == 1
    assert "page.md, line 3: stale number carbon: '551.9 t CO₂e' is now '552.1 t CO₂e'" in result.output
    assert "1 of 1 embeds are stale" in result.output
    assert path.read_bytes() == before


def test_a_check_tells_which_rows_of_a_chart_changed(page, tmp_path):
    path = page("<!-- footprint: chart: team; of: usage.csv -->\n<!-- /footprint -->\n")
    refreshed(path)
    usage(tmp_path / "usage.csv", ("Search", "Coding", "Support"))
    result = run(path, "--check")
    assert result.exit_code == 1
    assert "line 1: stale chart team: " in result.output
    assert "Support" in result.output


def test_a_check_fails_when_a_picture_is_missing_or_another(page):
    path = page("<!-- footprint: chart: team; of: usage.csv; theme: light -->\n<!-- /footprint -->\n")
    refreshed(path)
    picture = path.parent / "page-team.svg"
    drawn = picture.read_bytes()
    picture.write_bytes(drawn.replace(b"Coding", b"Koding"))
    assert "page-team.svg is another picture" in run(path, "--check").output
    picture.unlink()
    assert "page-team.svg is missing" in run(path, "--check").output
    refreshed(path)
    assert ElementTree.fromstring(picture.read_bytes())[0].text == ElementTree.fromstring(drawn)[0].text


def test_another_edition_with_the_same_figures_leaves_the_page_as_it_is(page):
    path = page(
        f"<!-- footprint: {GPT3} --><!-- /footprint -->\n\n"
        f"<!-- footprint: table: results; of: {QUERY} -->\n<!-- /footprint -->\n"
    )
    older = refreshed(path).replace(EDITION, "0123456789ab")
    path.write_text(older, "utf-8")
    assert run(path, "--check").exit_code == 0
    assert refreshed(path) == older


def test_another_edition_with_other_figures_is_stale_and_says_both(page):
    path = page(f"<!-- footprint: {GPT3} --><!-- /footprint -->\n")
    path.write_text(refreshed(path).replace(EDITION, "0123456789ab").replace("552.1", "540"), "utf-8")
    result = run(path, "--check")
    assert "'540 t CO₂e' is now '552.1 t CO₂e'" in result.output
    assert f"(factors of edition {EDITION}, not 0123456789ab)" in result.output
    assert f"/footprint {EDITION} " in refreshed(path)


def test_a_pinned_edition_that_is_not_at_hand_stops_and_names_both(page):
    path = page(f"x\n<!-- footprint: {GPT3}; edition: 0123456789ab -->1<!-- /footprint -->\n")
    for options in ((), ("--check",)):
        result = run(path, *options)
        assert result.exit_code == 1
        assert "page.md, line 2: edition: pinned to '0123456789ab'" in result.output
        assert EDITION in result.output
    path = page(f"<!-- footprint: {GPT3}; edition: {EDITION} -->1<!-- /footprint -->\n")
    assert "552.1" in refreshed(path)


def test_a_page_of_html_takes_html(page):
    path = page(
        f"<p>It was <!-- footprint: {GPT3} -->1<!-- /footprint -->.</p>\n"
        "<!-- footprint: chart: team; of: usage.csv -->\n<!-- /footprint -->\n"
        f"<!-- footprint: table: results; of: {QUERY} -->\n<!-- /footprint -->\n",
        "page.html",
    )
    text = refreshed(path)
    found = Elements(text)
    assert len(found.all("svg")) == 1
    assert len(found.all("table")) == 2
    assert inert(text)
    assert refreshed(path) == text


def test_a_page_keeps_the_rights_of_its_file(page):
    path = page(f"<!-- footprint: {GPT3} --><!-- /footprint -->\n")
    path.chmod(0o640)
    refreshed(path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_page_outside_of_the_root_is_refused(page, tmp_path):
    path = page("x\n")
    (tmp_path / "other").mkdir()
    result = run(path, "--root", tmp_path / "other")
    assert result.exit_code == 2
    assert "is not inside of" in result.output


def test_long_pages_of_ticks_and_comments_are_read_in_no_time():
    for text in ("`" * 200_000, "` <!-- " * 30_000, "<!-- footprint:" * 20_000, "    code\n" * 50_000, "> " * 100_000):
        begun = time.perf_counter()
        find(text)
        assert time.perf_counter() - begun < 5


def test_the_pages_that_are_read_are_not_written(page):
    path = page(f"<!-- footprint: {GPT3} -->1<!-- /footprint -->\n")
    (found,) = read([path])
    assert found.content
    assert b"552.1" in found.content
    assert path.read_bytes().count(b"552.1") == 0


# --- sites ------------------------------------------------------------------------------------------------------------

DOCS = (ROOT / "docs" / "embedding.md").read_text("utf-8")


def of_the_guide(kind):
    """Return the examples of one kind that docs/embedding.md shows."""
    return [found[2] for found in re.finditer(rf"^(```+){kind}\n(.*?)^\1$", DOCS, re.DOTALL | re.MULTILINE)]


(MKDOCS,), (ZENSICAL,), (CONF, *SCRIPTS), (RST,) = map(of_the_guide, ("yaml", "toml", "python", "rst"))
FENCE, LINE, MYST, PAGE = of_the_guide("md")
TABLE = "table: results\nof: query gpt-4o output_tokens=400 region=FR date=2025-06-01\n"
SITE = f"""# Use

{FENCE}
- In a list:

    ```footprint lang="fr"
    chart: team
    of: usage.csv; date: 2026-11-30
    ```

{LINE}
```footprint
{TABLE}```
"""


def site(folder, text=SITE, teams=("Search", *HOSTILE[:2]), language="en"):
    (folder / "docs").mkdir()
    usage(folder / "docs" / "usage.csv", teams)
    (folder / "docs" / "index.md").write_text(text, "utf-8")
    head = f"site_name: t\ntheme: {{name: mkdocs, locale: {language}}}\nplugins: []\n"
    (folder / "mkdocs.yml").write_text(head + MKDOCS, "utf-8")
    (folder / "zensical.toml").write_text(f'[project]\nsite_name = "t"\n{ZENSICAL}', "utf-8")
    return folder


def built(folder, *command):
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120
    )


BUILDS = {"mkdocs": ("mkdocs", "build", "-q"), "zensical": ("zensical", "build")}


@pytest.mark.parametrize("host", BUILDS)
def test_a_fence_is_drawn_into_a_site(tmp_path, host):
    pytest.importorskip(host, reason=f"{host} is not installed here: pip install {host}")
    result = built(site(tmp_path), *BUILDS[host])
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "site" / "index.html").read_text("utf-8")
    figures = re.findall(r'<figure class="footprint-.*?</figure>', text, re.DOTALL)
    assert len(figures) == 3
    assert all(inert(figure) for figure in figures)
    month, team, _ = map(Elements, figures)
    assert "January to March 2025" in month.all("svg")[0]["aria-label"]
    assert team.all("figure")[0]["lang"] == "fr"
    assert "dessiné le 30 novembre 2026" in team.all("svg")[0]["aria-label"]
    assert "alert(1)" in team.text
    assert re.search(r'emitted <span class="footprint-number"[^>]*>552.1\s?t\s?CO₂e \(490 to 620\)</span>\.', text)
    assert '<td style="text-align:right">0.55\u00a0Wh</td>' in figures[2]


@pytest.mark.parametrize("host", BUILDS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A\n\n```footprint\nchart: month\nof: ../usage.csv\n```\n", "index.md, line 5: '../usage.csv' is outside"),
        ('# A\n\n```footprint lng="fr"\nchart: month; of: usage.csv\n```\n', "did you mean 'lang'?"),
        (
            "# A\n\nx `#!footprint number: carbn; of: training gpt-3` y\n",
            "index.md, line 3: number: 'carbn' is none of",
        ),
    ],
)
def test_a_fault_stops_the_build_of_a_site_with_page_and_line(tmp_path, host, text, said):
    pytest.importorskip(host, reason=f"{host} is not installed here: pip install {host}")
    result = built(site(tmp_path, text), *BUILDS[host])
    assert result.returncode == 1
    assert said in result.stdout + result.stderr
    if host == "mkdocs":
        assert "Traceback" not in result.stderr


def test_a_site_of_another_language_has_its_embeds_in_it(tmp_path):
    pytest.importorskip("mkdocs", reason="mkdocs is not installed here: pip install mkdocs")
    text = "# A\n\n```footprint\ntable: results; of: training gpt-3\n```\n"
    assert built(site(tmp_path, text, language="fr"), *BUILDS["mkdocs"]).returncode == 0
    assert "électricité, au compteur du bâtiment" in (tmp_path / "site" / "index.html").read_text("utf-8")


SPHINX = f"Use\n===\n\n{RST}\n.. toctree::\n\n   other\n"
OTHER = f"# Other\n\n{MYST}\n```{{footprint}}\n{TABLE}```\n"


#: Builds a site once for each builder; what was read is not read again.
BUILDERS = """
import sys
from sphinx.cmd.build import main
codes = [main(["-q", "-b", name, "-d", "read", ".", name]) for name in sys.argv[1:]]
raise SystemExit(max(codes))
"""


def sphinx(folder, pages, *builders):
    pytest.importorskip("myst_parser", reason="myst-parser is not installed here: pip install sphinx myst-parser")
    usage(folder / "usage.csv", ("Search", *HOSTILE[:2]))
    (folder / "conf.py").write_text(f'{CONF}extensions += ["myst_parser"]\n')
    (folder / "build.py").write_text(BUILDERS)
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return built(folder, "build", *builders)


@pytest.fixture(scope="module")
def sphinx_site(tmp_path_factory):
    """The pages of the guide as Sphinx builds them, for the web and for LaTeX."""
    folder = tmp_path_factory.mktemp("sphinx")
    result = sphinx(folder, {"index.rst": SPHINX, "other.md": OTHER}, "html", "latex")
    assert (result.returncode, result.stderr) == (0, "")
    return folder


def test_a_directive_and_a_role_are_drawn_by_sphinx_and_myst(sphinx_site):
    text = (sphinx_site / "html" / "index.html").read_text("utf-8")
    figures = re.findall(r'<figure class="footprint-.*?</figure>', text, re.DOTALL)
    assert len(figures) == 2
    assert all(inert(figure) for figure in figures)
    assert f"edition {EDITION}" in Elements(figures[0]).all("svg")[0]["aria-label"]
    assert "alert(1)" in Elements(figures[1]).text
    assert re.search(r"emitted <span[^>]*>552.1\s?t\s?CO₂e \(490 to 620\)</span>\.", text)
    other = (sphinx_site / "html" / "other.html").read_text("utf-8")
    assert "0.55\u00a0Wh</td>" in other
    assert other.count("<svg") == 1
    assert re.search(r"emitted <span[^>]*>552.1\s?t\s?CO₂e", other)


def test_latex_gets_pictures_of_lines_and_tables_of_its_own(sphinx_site):
    text = "".join(path.read_text("utf-8") for path in (sphinx_site / "latex").glob("*.tex"))
    pictures = re.findall(r"\\sphinxincludegraphics\[width=\\linewidth\]\{(footprint-[\w-]+\.pdf)\}", text)
    assert len(set(pictures)) == 2  # one of them stands on both pages
    assert all((sphinx_site / "latex" / name).read_bytes().startswith(b"%PDF") for name in pictures)
    assert "0.55" in text
    assert "552.1" in text


def test_sphinx_says_page_and_line_of_a_fault(tmp_path):
    pages = {
        "index.rst": "A\n=\n\n.. footprint::\n\n   chart: month\n   wdth: 3\n   of: u\n\n.. toctree::\n\n   other\n",
        "other.md": "# B\n\n```{footprint}\nchart: month\nof: /etc/../../usage.csv\n```\n",
    }
    said = sphinx(tmp_path, pages, "html").stderr
    assert re.search(r"index\.rst:7: ERROR: footprint: unknown key 'wdth'; did you mean 'width'\?", said)
    assert re.search(r"other\.md:5: ERROR: footprint: .* outside of what may be read", said)


# --- the guide --------------------------------------------------------------------------------------------------------


def test_every_key_is_in_the_guide_and_in_the_help_of_the_package():
    for text in (DOCS, footprint.embedding.__doc__):
        assert [key for key in KEYS if f"{key}:" not in text] == []


def test_the_activities_of_the_guide_can_be_estimated():
    examples = re.findall(r"^\| `(of: (?:query|training|datacenter|instance) [^`]+)` \|", DOCS, re.MULTILINE)
    assert len(examples) == 4
    for text in examples:
        assert embed(f"number: energy; {text}").text()


def test_the_page_of_the_guide_is_filled_in(page):
    text = refreshed(page(PAGE, "README.md"))
    assert text.count("<img") == 1
    assert "1,287\u00a0MWh<!--" in text


def test_the_python_of_the_guide_runs():
    notebook, python = SCRIPTS
    for text in (notebook, python):
        exec(compile(text, "docs/embedding.md", "exec"), {})  # noqa: S102 -- our own guide
    assert f'"{embed(f"{GPT3}; show: both").text()}"'.replace("\u00a0", " ").strip('"') in python


# --- notebooks --------------------------------------------------------------------------------------------------------


def test_an_estimate_shows_a_table_and_a_picture_in_a_notebook():
    shown = footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01")._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown", "text/html", "image/svg+xml"}
    assert "0.55 Wh" in shown["text/plain"]
    assert "| electricity, building's meter | 0.55 Wh | 0.17 to 3.2 |" in shown["text/markdown"]
    assert ElementTree.fromstring(shown["image/svg+xml"]).get("role") == "img"
    assert shown["image/svg+xml"] in shown["text/html"]
    assert all(EDITION in text for text in shown.values())
    assert inert(shown["text/html"])


def test_an_estimate_without_carbon_shows_its_table_and_no_picture():
    shown = footprint.query("gpt-4o", output_tokens=400, date="2025-06-01")._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown", "text/html"}
    assert "not known" in shown["text/html"]


def test_a_batch_shows_its_totals_in_a_notebook(tmp_path):
    said = {"output": None, "rejects": None, "columns": {}, "constants": {}, "by": (), "engine_name": None}
    summary = run_batch([str(usage(tmp_path / "u.csv"))], catalogue=open_catalogue(), **said)
    shown = summary._repr_mimebundle_()
    assert shown["text/plain"].startswith("6 of 6 rows estimated\n")
    assert "| carbon, market-based | not known |  | 0 |" in shown["text/markdown"]
    assert "6 rows in 1 combinations" in summary.inventory._repr_mimebundle_()["text/plain"]


def test_a_chart_shows_picture_and_numbers_together(tmp_path):
    said = {"output": None, "rejects": None, "columns": {}, "constants": {}, "by": (), "engine_name": None}
    summary = run_batch(
        [str(usage(tmp_path / "u.csv", ("Search", HOSTILE[0])))],
        catalogue=open_catalogue(),
        kept=("month", "team"),
        **said,
    )
    shown = draw("team", of_summary(summary, open_catalogue()))._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown", "text/html", "image/svg+xml"}
    assert inert(shown["text/html"])
    assert "<details>" in shown["text/html"]


CELLS = (
    "import footprint",
    'footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01")',
    'footprint.training("gpt-3")',
)


def test_a_notebook_of_jupyter_shows_pictures_and_tables(tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="pip install nbformat nbclient nbconvert ipykernel")
    pytest.importorskip("ipykernel", reason="pip install nbformat nbclient nbconvert ipykernel")
    nbclient = pytest.importorskip("nbclient", reason="pip install nbformat nbclient nbconvert ipykernel")
    nbconvert = pytest.importorskip("nbconvert", reason="pip install nbformat nbclient nbconvert ipykernel")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(
        book, timeout=60, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    outputs = [cell.outputs[0].data for cell in book.cells[1:]]
    assert all({"text/html", "text/markdown", "text/plain", "image/svg+xml"} <= set(data) for data in outputs)
    page, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(book)
    assert page.count("<svg") == 2
    assert "552.1 tCO2e" in page
    assert "onerror" not in page


def test_a_notebook_of_marimo_shows_pictures_and_tables(tmp_path):
    pytest.importorskip("marimo", reason="marimo is not installed here: pip install marimo")
    heads = ["def _():", *("def _(footprint):" for _ in CELLS[1:])]
    ends = ["return (footprint,)", *("return" for _ in CELLS[1:])]
    cells = [f"@app.cell\n{head}\n    {cell}\n    {end}\n" for head, cell, end in zip(heads, CELLS, ends, strict=True)]
    (tmp_path / "book.py").write_text("\n".join(["import marimo\n\napp = marimo.App()\n", *cells]), "utf-8")
    result = built(tmp_path, "marimo", "-q", "export", "ipynb", "book.py", "-o", "book.ipynb", "--include-outputs")
    assert result.returncode == 0, result.stderr
    book = json.loads((tmp_path / "book.ipynb").read_text("utf-8"))
    shown = "".join(json.dumps(cell.get("outputs", [])) for cell in book["cells"])
    assert "<svg" in shown
    assert "552.1 tCO2e" in shown
