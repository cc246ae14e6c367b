"""The page in which a reader picks a month or a group: what is shown then is what the model gives for it."""

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest import approx

from footprint import language, numbers
from footprint.commands import main
from footprint.units import Quantity

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "usage_2025.csv"
DEFINITION = ROOT / "reports" / "example.toml"
LANGUAGES = ("en", "fr")
COLUMNS = ("date", "team", "model", "region", "requests", "input_tokens", "output_tokens")
CHOICES = {"month": 0, "team": 1, "model": 2, "region": 3}
READY = "document.getElementById('explore').dataset.ready"


def made(folder, usage, *options, definition=DEFINITION, endings=("html",), code=0):
    outputs = [folder / f"report.{ending}" for ending in endings]
    asked = [part for output in outputs for part in ("-o", str(output))]
    arguments = ["report", str(usage), "--definition", str(definition), "--date", "2026-01-31", *asked, *options]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return outputs[0]


def written(folder, rows, *options, endings=("html",)):
    with (folder / "usage.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    (folder / "report.toml").write_text('group_by = "team"\n', encoding="utf-8")
    usage, definition = folder / "usage.csv", folder / "report.toml"
    return made(folder, usage, "--interactive", *options, definition=definition, endings=endings)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The page of the example organisation in both languages, and the same report as data."""
    return {
        language: made(
            tmp_path_factory.mktemp(language), EXAMPLE, "--interactive", "--lang", language, endings=("html", "json")
        )
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def filtered(tmp_path_factory):
    """The report, as data, of those rows of the example that are in a month and of a team."""

    def of(month="", team=""):
        folder = tmp_path_factory.mktemp("filtered")
        with EXAMPLE.open(newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        kept = [row for row in rows if row[0].startswith(month) and team in ("", row[head.index("team")])]
        with (folder / "usage.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *kept])
        return json.loads(made(folder, folder / "usage.csv", endings=("json",)).read_text("utf-8"))

    return of


@pytest.fixture
def opened(browser):
    """Opens a page and waits until it can be explored."""
    pages = []

    def opens(path, **options):
        page = browser.open(path, **options)
        pages.append(page)
        found = page.run(
            f"new Promise(done => {{ const look = n => {READY} || n > 100"
            f" ? done({READY}) : setTimeout(look, 50, n + 1); look(0); }})"
        )
        assert found == "true", page.said
        return page

    yield opens
    for page in pages:
        page.close()


def choose(page, column, label):
    """Choose in a list, as a person does with the keyboard; no label is everything."""
    return page.run(
        f"(() => {{ const list = document.getElementById('choice-{CHOICES[column]}');"
        f"list.selectedIndex = {json.dumps(label)} === '' ? 0 : Array.from(list.options)"
        f".findIndex(option => option.textContent === {json.dumps(label)});"
        "list.dispatchEvent(new Event('change', { bubbles: true })); return list.selectedIndex; })()"
    )


def click(page, column, number):
    """Click on the mark of a group in the chart by a column."""
    box = page.run(
        f"(() => {{ const marks = document.querySelectorAll('#view-{CHOICES[column]} .mark-rect');"
        f"const mark = marks[marks.length - 1].children[{number}]; mark.scrollIntoView({{ block: 'center' }});"
        "const box = mark.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
    page.run("new Promise(done => setTimeout(done, 150))")


def figures(page):
    """Return the key figures: the exact value and what is written."""
    return {
        name: page.run(
            f"(() => {{ const value = document.getElementById('value-{name}');"
            "return { value: value.hasAttribute('value') ? Number(value.value) : null, text: value.textContent,"
            f"unit: document.getElementById('unit-{name}').textContent,"
            f"note: document.getElementById('note-{name}').textContent }}; }})()"
        )
        for name in ("energy", "water", "carbon")
    }


def table(page, column):
    """Return the rows of the table beside a chart, by their label."""
    rows = page.run(
        f"Array.from(document.querySelectorAll('#rows-{CHOICES[column]} tr')).map(row => "
        "Array.from(row.children).map(cell => cell.textContent))"
    )
    return {label: (value, between) for label, value, between in rows}


def shown(value, unit, low=None, high=None, digits=None, code="en"):
    """Return number and unit as the still page writes them."""
    scaled = numbers.in_scale(Quantity(value, unit))
    digits = digits or numbers.supported(low, value, high)
    words = language.language(code)
    return words.number(numbers.number(float(scaled.magnitude), digits)), words.unit(f"{scaled.units:~C}")


# --- at rest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_and_the_console_stays_empty(opened, examples, language, dark):
    page = opened(examples[language], dark=dark)
    click(page, "month", 4)
    click(page, "team", 1)
    assert (page.asked_for, page.said) == ([], [])


@pytest.mark.parametrize("width", [1100, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_that_hinders_a_reader(opened, axe, examples, language, dark, width):
    page = opened(examples[language], dark=dark, width=width)
    page.run("document.querySelectorAll('details').forEach(found => { found.open = true })")
    choose(page, "team", "Support")
    page.run(f"{axe}; 0")
    found = page.run(
        "axe.run().then(said => said.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html)[0]))"
    )
    assert found == []


@pytest.mark.parametrize("width", [1100, 390, 320])
def test_the_page_never_scrolls_sideways(opened, examples, width):
    page = opened(examples["fr"], width=width)
    assert page.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_anything_is_picked_the_figures_are_those_of_the_still_page(opened, examples, language):
    page = opened(examples[language])
    still = page.run(
        "Array.from(document.querySelectorAll('#still .figures > div')).map(found => "
        "[found.querySelector('.value').textContent, found.querySelector('.note').textContent])"
    )
    found = figures(page)
    live = [[f"{item['text']}\u00a0{item['unit']}", item["note"]] for item in found.values()]
    assert live == still
    # The still figures are there for paper, and not seen beside the others.
    assert page.run("document.querySelector('#still').offsetParent") is None


def test_each_thing_to_choose_has_a_label_and_what_is_shown_is_told(opened, examples):
    page = opened(examples["en"])
    labels = page.run(
        "Array.from(document.querySelectorAll('#choices select')).map(list => list.labels[0].textContent)"
    )
    assert labels == ["Month", "Team", "Model", "Region", "In the charts"]
    assert page.run("document.getElementById('chosen').getAttribute('role')") == "status"
    assert page.run("document.getElementById('chosen').textContent").startswith("Shown: everything")


# --- what is picked ----------------------------------------------------------------------------------


def test_a_click_on_a_month_shows_what_a_batch_of_that_month_gives(opened, examples, filtered):
    page = opened(examples["en"])
    before = table(page, "team")
    click(page, "month", 4)
    wanted = filtered(month="2025-05")
    found, total = figures(page), wanted["total"]
    water = total["water_site"]["value"] + total["water_grid"]["value"]
    assert found["energy"]["value"] == approx(total["facility_energy"]["value"], rel=1e-7)
    assert found["carbon"]["value"] == approx(total["carbon_location"]["value"], rel=1e-7)
    assert found["water"]["value"] == approx(water, rel=1e-7)
    teams = {group["team"]: group["carbon_location"] for group in wanted["groups"]["team"]}
    after = table(page, "team")
    assert after.keys() == teams.keys()
    assert after != before
    for team, (text, between) in after.items():
        assert float(text) == approx(teams[team]["value"], rel=0.06), team  # as many digits as are supported
        assert between == ""  # a team within a month has no range of its own
    assert page.run("document.getElementById('choice-0').value") == "May 2025"
    assert page.run("document.getElementById('chosen').textContent") == (
        "Shown: May 2025, with the 90 % range of each figure."
    )


def test_a_month_alone_has_its_own_range(opened, examples, filtered):
    page = opened(examples["en"])
    choose(page, "month", "May 2025")
    total = filtered(month="2025-05")["total"]["carbon_location"]
    digits = max(numbers.supported(total["low"], total["value"], total["high"]), 2)
    ends = [numbers.number(total[end], digits) for end in ("low", "high")]
    assert figures(page)["carbon"]["note"].startswith("{}\u00a0to\u00a0{}".format(*ends))


def test_a_month_of_a_team_is_the_central_figure_and_says_that_it_has_no_range(opened, examples, filtered):
    page = opened(examples["en"])
    click(page, "team", 1)
    team = page.run("document.getElementById('choice-1').value")
    click(page, "month", 4)
    total = filtered(month="2025-05", team=team)["total"]
    found = figures(page)
    assert found["carbon"]["value"] == approx(total["carbon_location"]["value"], rel=1e-7)
    assert "to" not in found["energy"]["note"].split()
    said = page.run("document.getElementById('chosen').textContent")
    assert said.startswith(f"Shown: May 2025, {team}. These are central figures, added up")


def test_a_second_click_on_the_same_month_shows_everything_again(opened, examples):
    page = opened(examples["en"])
    before = figures(page), table(page, "team")
    click(page, "month", 4)
    click(page, "month", 4)
    assert (figures(page), table(page, "team")) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_alone_is_written_as_the_report_writes_it(opened, examples, language):
    """The figures of each month, team, model and region: number, digits and unit, as Python sets them."""
    page = opened(examples[language])
    data = json.loads(examples[language].with_suffix(".json").read_text("utf-8"))
    count = 0
    for column in CHOICES:
        groups = {group[column]: group for group in data["groups"][column]}
        for label in page.run(
            f"Array.from(document.getElementById('choice-{CHOICES[column]}').options).slice(1).map(o => o.textContent)"
        ):
            choose(page, column, label)
            found = figures(page)
            months = [m for m in groups if column == "month" and words_of(language).month(m, long=True) == label]
            group = groups[months[0] if months else label]
            for name, result, unit in (("energy", "facility_energy", "kWh"), ("carbon", "carbon_location", "kgCO2e")):
                wanted = group[result]
                text = shown(wanted["value"], unit, wanted["low"], wanted["high"], code=language)
                assert (found[name]["text"], found[name]["unit"]) == text, (column, label, name)
                count += 1
        choose(page, column, "")
    assert count > 40


def words_of(code):
    return language.language(code)


def test_the_lists_and_the_button_work_by_keyboard_alone(opened, examples):
    page = opened(examples["en"])
    page.run("document.getElementById('choice-1').focus()")
    for kind in ("keyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key="S", code="KeyS", text="S" if kind == "keyDown" else "")
    page.run("new Promise(done => setTimeout(done, 200))")
    assert page.run("document.getElementById('choice-1').value") == "Support"
    assert page.run("document.getElementById('chosen').textContent").startswith("Shown: Support")
    page.run("document.getElementById('reset').focus()")
    for kind in ("keyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    page.run("new Promise(done => setTimeout(done, 200))")
    assert page.run("document.getElementById('chosen').textContent").startswith("Shown: everything")
    assert page.run("document.getElementById('reset').disabled")


def test_the_charts_can_show_electricity_and_water_too(opened, examples):
    page = opened(examples["en"])
    data = json.loads(examples["en"].with_suffix(".json").read_text("utf-8"))
    page.run(
        "(() => { const list = document.getElementById('measure'); list.selectedIndex = 1;"
        "list.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )
    assert page.run("document.getElementById('head-1').textContent") == "electricity,\u00a0MWh"
    for group in data["groups"]["team"]:
        text, _ = table(page, "team")[group["team"]]
        assert float(text) == approx(group["facility_energy"]["value"] / 1000, rel=0.06)


def test_a_combination_without_rows_is_not_zero(opened, tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "FR", 10, 1000, 500), ("2025-03-01", "B", "gpt-4o", "FR", 10, 1000, 500)]
    page = opened(written(tmp_path, rows))
    choose(page, "month", "February 2025")
    choose(page, "team", "B")
    found = figures(page)
    assert [(item["value"], item["text"]) for item in found.values()] == [(None, "—")] * 3
    assert page.run("document.getElementById('chosen').textContent") == (
        "Shown: February 2025, B. No row is of this combination."
    )


# --- what the page is made of ------------------------------------------------------------------------


def test_without_scripts_the_page_is_the_still_one(browser, examples):
    page = browser.open(examples["en"], scripts=False)
    # What a developer's tools ask is answered where scripts are off, too.
    assert page.run("document.querySelector('#still svg').getBoundingClientRect().height") > 100
    assert page.run("document.querySelector('#explore').getBoundingClientRect().height") == 0
    assert page.run("window.vegaEmbed === undefined")
    page.close()


def test_a_printed_page_has_the_still_figures_and_charts(opened, examples):
    page = opened(examples["en"])
    choose(page, "team", "Support")
    page.send("Emulation.setEmulatedMedia", media="print")
    assert page.run("document.querySelector('#explore').offsetParent") is None
    assert page.run("document.querySelector('#still svg').getBoundingClientRect().height") > 100


def test_the_policy_names_each_script_by_its_hash_and_lets_no_other_run(opened, examples):
    text = examples["en"].read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.count("'sha256-") == 3 and "unsafe" not in policy and "http" not in policy
    page = opened(examples["en"])
    page.run(
        "const put = document.createElement('script'); put.textContent = 'window.ran = 1'; document.body.append(put)"
    )
    assert page.run("window.ran") is None
    asked = {"expression": "new Function('return 1')()", "allowUnsafeEvalBlockedByCSP": False}
    assert "EvalError" in page.send("Runtime.evaluate", **asked)["exceptionDetails"]["exception"]["description"]


def test_markup_in_a_label_is_text_and_runs_nowhere(opened, tmp_path):
    hostile = ["</script><script>window.ran = 1</script>", "<img src=x onerror=window.ran=1>", "<!--", "a\u202egnp.exe"]
    hostile += ["{{ 7 * 7 }}", "A" * 5000, "]]>", "\u2028x"]
    rows = [("2025-02-01", text, "gpt-4o", "FR", 10, 1000 + n, 500) for n, text in enumerate(hostile)]
    rows += [("2025-03-01", "plain", "gpt-4o", "FR", 10, 1000, 500)]
    page = opened(written(tmp_path, rows))
    names = table(page, "team")
    assert "</script><script>window.ran = 1</script>" in names and "a[U+202E]gnp.exe" in names
    choose(page, "team", "<img src=x onerror=window.ran=1>")
    assert "<img src=x onerror=window.ran=1>" in page.run("document.getElementById('chosen').textContent")
    assert page.run("window.ran") is None
    assert (page.asked_for, page.said) == ([], [])


def test_the_same_page_is_the_same_bytes(tmp_path):
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found.append(made(tmp_path / name, EXAMPLE, "--interactive").read_bytes())
    assert len(found[0]) > 500_000
    assert found[0] == found[1]


# --- reports of little, and of much ------------------------------------------------------------------


def test_of_5000_teams_the_largest_are_named_and_the_others_are_one_entry(opened, tmp_path):
    rows = [(f"2025-{1 + n % 12:02d}-01", f"team {n}", "gpt-4o", "FR", 10, 1000 + n, 500) for n in range(5000)]
    path = written(tmp_path, rows, endings=("html", "json"))
    data = json.loads(re.search(r'id="explore-data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)[1])
    assert len(data["cells"]["rows"]) <= 20_000
    assert path.stat().st_size < 2_000_000
    page = opened(path)
    assert "By team, the 12 largest of 5,000 are named; the 4,988 others are one entry." in page.run(
        "document.getElementById('explore').textContent"
    )
    choose(page, "team", "4,988 others")
    total = json.loads(path.with_suffix(".json").read_text("utf-8"))
    named = sorted((group["carbon_location"]["value"] for group in total["groups"]["team"]), reverse=True)
    assert figures(page)["carbon"]["value"] == approx(sum(named[12:]), rel=1e-6)
    assert "to" in figures(page)["carbon"]["note"]  # all others together have a range of their own


def test_a_month_without_rows_stands_between_the_others(opened, tmp_path):
    rows = [(f"2025-{month:02d}-01", "A", "gpt-4o", "FR", 10, 1000, 500) for month in (1, 2, 5)]
    page = opened(written(tmp_path, rows))
    assert list(table(page, "month")) == ["January 2025", "February 2025", "March 2025", "April 2025", "May 2025"]
    assert table(page, "month")["April 2025"] == ("—", "")


def test_a_report_without_anything_to_choose_is_the_still_page(tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "FR", 10, 1000, 500)]
    text = written(tmp_path, rows).read_text("utf-8")
    assert "<script" not in text and 'id="explore"' not in text


def test_a_report_of_rows_that_cannot_be_estimated_is_the_still_page(tmp_path):
    rows = [("2025-02-01", "A", "nonesuch-9", "FR", 10, 1000, 500)] * 2
    text = written(tmp_path, rows).read_text("utf-8")
    assert "<script" not in text


def test_without_a_region_the_charts_show_electricity(opened, tmp_path):
    rows = [("2025-02-01", "A", "gpt-4o", "", 10, 1000, 500), ("2025-03-01", "B", "gpt-4o", "", 10, 1000, 500)]
    page = opened(written(tmp_path, rows))
    assert page.run("document.getElementById('head-0').textContent").startswith("electricity")
    assert figures(page)["carbon"]["text"] == "—"


def test_interactive_without_a_page_is_refused(tmp_path):
    arguments = ["report", str(EXAMPLE), "--interactive", "-o", str(tmp_path / "report.md")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "--interactive makes a page" in done.output
