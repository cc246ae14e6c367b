"""The documents say what the program does: pasted help is its help, and every example in them runs."""

import doctest
import gzip
import importlib.util
import re
import shutil
from pathlib import Path

import pytest

import footprint
from footprint.batch.rows import REMARKS
from footprint.results import COLUMNS, RESULTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

# The script that writes the documents is no part of the package.
_spec = importlib.util.spec_from_file_location("docs_refresh", ROOT / "docs" / "refresh.py")
refresh = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(refresh)

HELPS = dict(refresh.helps())
EXAMPLES = sorted({example for text in HELPS.values() for example in refresh.examples(text)})

#: Invented usage, under every name that an example uses for a file.
USAGE = """date,team,model,requests,input_tokens,output_tokens
2025-03-01,Search,gpt-4o,10,5000,4000
2025-03-02,Support,gpt-4o-mini,3,900,1200
"""
TRACE = """TIMESTAMP,ContextTokens,GeneratedTokens
2024-05-10 00:00:00,808,10
2024-05-10 00:00:01,3180,8
"""
LINES = '{"date": "2025-03-01", "model": "gpt-4o", "region": "FR", "input_tokens": 500, "output_tokens": 400}\n'
#: A PUE of one's own with its source, as `footprint factors check` takes it.
OWN = {
    "sources.csv": {
        "id": "own_meter",
        "title": "Meter of an invented hall",
        "publisher": "Example",
        "year": "2025",
        "licence": "own figure",
        "retrieved": "2026-01-31",
        "read_as": "primary",
        "note": "no address: a reading of one's own",
    },
    "facility.csv": {
        "id": "pue_own_hall_2025",
        "kind": "pue",
        "subject": "azure",
        "zone": "USA",
        "year": "2025",
        "value": "1.25",
        "distribution": "shifted_lognormal",
        "unit": "kWh/kWh_IT",
        "source": "own_meter",
        "evidence": "primary",
    },
}

#: A page of OpenAI's usage, as its interface gives it.
PAGE = """{"object": "page", "has_more": false, "next_page": null, "data": [{"object": "bucket",
"start_time": 1740787200, "end_time": 1740873600, "results": [{"object": "organization.usage.completions.result",
"input_tokens": 9000, "output_tokens": 2000, "input_cached_tokens": 0, "num_model_requests": 12,
"project_id": "proj_a", "user_id": null, "api_key_id": null, "model": "gpt-4o-2024-08-06", "batch": false}]}]}
"""

#: What `footprint export` and `footprint report` read in their examples, and the commands that write it.
RESULTS_OF = {
    "training.json": "training gpt-3",
    "use.json": "query gpt-4o --output-tokens 400 --region FR --date 2025-06-01",
    "hall.json": "datacenter --facility-energy '13 GWh' --it-energy '10 GWh' --region DE --date 2024-12-31",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with an invented file under each name that the examples use, as the current one."""
    (tmp_path / "usage.csv").write_text(USAGE, "utf-8")
    (tmp_path / "trace.csv").write_text(TRACE, "utf-8")
    (tmp_path / "usage.jsonl.gz").write_bytes(gzip.compress(LINES.encode()))
    (tmp_path / "openai_usage.json").write_text(PAGE, "utf-8")
    for name in ("exports", "bills"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "march.csv").write_text(refresh.export(), "utf-8")
    (tmp_path / "docs").mkdir()
    for page in ("README.md", "docs/use.md"):
        (tmp_path / page).write_text("# A page without figures\n", "utf-8")
    (tmp_path / "report.toml").write_text('title = "AI use"\nrole = "buyer"\n', "utf-8")
    for name, row in OWN.items():
        (shipped,) = (ROOT / "datasets").rglob(name)
        own = tmp_path / "my-factors" / shipped.relative_to(ROOT / "datasets")
        own.parent.mkdir(parents=True, exist_ok=True)
        header = shipped.read_text("utf-8").partition("\n")[0]
        cells = ",".join(row.get(column, "") for column in header.split(","))
        own.write_text(f"{header}\n{cells}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", refresh.PAGES, ids=lambda page: page.name)
def test_a_page_says_what_the_code_says(page):
    """Where this fails, run: python docs/refresh.py, and read the difference."""
    text = page.read_text("utf-8")
    assert text == refresh.refreshed(text)


@pytest.mark.parametrize("page", refresh.PAGES, ids=lambda page: page.name)
def test_refreshing_a_page_twice_changes_nothing_more(page):
    once = refresh.refreshed(page.read_text("utf-8"))
    assert refresh.refreshed(once) == once


@pytest.mark.parametrize("command", HELPS)
def test_a_help_keeps_the_lines_of_its_examples(command):
    """A raw docstring would print the sign that keeps lines, and wrap the commands into a paragraph."""
    assert "\\b" not in HELPS[command]
    assert "Examples:" not in re.sub(r"^  Examples:$", "", HELPS[command], flags=re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        "query",
        "training",
        "datacenter",
        "instance",
        "batch",
        "compare-methods",
        "validate",
        "report",
        "factors",
        "convert",
        "chart",
        "badge",
        "export",
    ],
)
def test_every_command_shows_examples(command):
    assert refresh.examples(HELPS[f"footprint {command}"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_help_runs(example, folder):
    piped, _, command = example.rpartition(" | ")
    stdin = None
    if piped:
        reader, name = piped.split()
        assert reader == "zcat"
        stdin = gzip.decompress((folder / name).read_bytes())
    assert command.startswith("footprint ")
    if re.search(r"\b(?:training|use|hall)\.json\b", command):  # results that were written before
        for name, arguments in RESULTS_OF.items():
            (folder / name).write_text(refresh.run(f"{arguments} --format json")[1], "utf-8")
    if "--replay report.json" in command:  # a report that was written before
        assert refresh.run("report usage.csv --set region=FR -o report.json")[0] == 0
    # A shell puts the names of files in the place of a pattern.
    command = re.sub(r"\S+\*\S*", lambda found: " ".join(sorted(map(str, Path().glob(found[0])))), command)
    status, output = refresh.run(command.removeprefix("footprint "), stdin)
    assert (status, "Error:" in output) == (0, False), output


def test_the_page_of_commands_has_every_command():
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert re.findall(r"^## `(footprint[^`]*)`", page, re.MULTILINE) == list(HELPS)


# --- pages that are read with a terminal beside ------------------------------------------------------


@pytest.mark.parametrize("page", refresh.SESSIONS, ids=lambda page: page.name)
def test_the_commands_of_a_page_print_the_figures_that_it_shows(page):
    """From top to bottom, in a folder of their own. Wording and edition are not compared. python docs/refresh.py"""
    text = page.read_text("utf-8")
    documented, now = refresh.shown(text), refresh.shown(refresh.rerun(text))
    assert documented
    assert {command: figures(output) for command, output in documented.items()} == {
        command: figures(output) for command, output in now.items()
    }


def figures(text):
    """Return the figures of an output with their units, and its counts."""
    return re.findall(r"(?<![\w.])\d[\d,.]*(?:e-?\d+)?(?: (?:%|[a-zA-Z]+\w*[/\w]*))", re.sub(r"edition \w+", "", text))


@pytest.mark.parametrize("page", refresh.SESSIONS, ids=lambda page: page.name)
def test_what_is_no_example_of_a_refusal_shows_no_error(page):
    shown = re.sub(r"<!-- refused -->\n```console\n.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"^Error:", shown, re.MULTILINE)


def test_a_command_of_a_page_that_fails_stops_the_refreshing():
    with pytest.raises(SystemExit, match="no such file"):
        refresh.rerun("```console\n$ footprint batch missing.csv\n```\n")


def test_the_usage_of_the_pages_is_that_of_the_example_organisation():
    assert refresh.USAGE.read_text("utf-8") == refresh.usage()
    assert refresh.EXPORT.read_text("utf-8") == refresh.export()


def test_the_export_of_the_tutorial_is_read_as_the_export_that_it_looks_like():
    with refresh.desk():
        status, output = refresh.run(f"normalise {refresh.EXPORT.name}")
    assert (status, output.splitlines()[0]) == (0, "openai_usage.csv: openai-usage")


@pytest.mark.parametrize(
    "page", [page for page in refresh.SESSIONS if "```pycon" in page.read_text("utf-8")], ids=lambda page: page.name
)
def test_the_python_of_a_page_runs(page):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    blocks = re.findall(r"```pycon\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    report = []
    with refresh.desk():
        runner.run(parser.get_doctest("\n".join(blocks), {}, page.name, page.name, 0), out=report.append)
    assert report == []


def test_the_embeds_of_the_readme_are_what_they_are_now(tmp_path, monkeypatch):
    """Figures and the text alternative of the chart; the picture is its own only with the same libraries."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs" / "img", tmp_path / "docs" / "img")
    shutil.copy(ROOT / "README.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    status, output = refresh.run("embed README.md")
    assert status == 0, output
    assert figures(Path("README.md").read_text("utf-8")) == figures(README)


def test_the_readme_shows_one_chart_for_light_and_dark_pages():
    assert README.count("<picture>") == 1
    for target in re.findall(r'(?:srcset|src)="([^"]+)"', README):
        assert (ROOT / target).is_file(), target


# --- links ------------------------------------------------------------------------------------------

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
#: Written into the site when it is built.
BUILT = re.compile(r"(?:\.\./)?catalogue/index\.md")


def anchors(page):
    """Return the anchors of a page, as the site and the usual hosts of repositories make them from headings."""
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", head) for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_document_lead_to_files_and_headings(page):
    lost = []
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text.replace("\n", " ")):
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if BUILT.fullmatch(name):
            continue
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)
    assert lost == []


def test_every_page_is_in_the_navigation_of_the_site():
    listed = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    docs = ROOT / "docs"
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md") if not page.name[0].isdigit()}
    assert sorted(listed) == sorted({*pages, "catalogue/index.md"})


def test_the_decisions_are_numbered_and_have_the_three_parts():
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text("utf-8")
        assert text.startswith(f"# {record.name[:4]} ")
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], record.name


# --- columns and fields -----------------------------------------------------------------------------


def listed(heading_row, page="columns.md"):
    """Return the first cells of the table whose line before it, or whose head, is given."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    below = text.partition(heading_row)[2]
    rows = re.match(r"\s*(?:\| [^\n]*\n)?\|[ -|]*\n((?:\|[^\n]*\n)+)", below)[1]
    return [re.match(r"\| `([^`]+)`", row)[1] for row in rows.splitlines()]


@pytest.fixture(scope="module")
def document():
    given = {"region": "FR", "date": "2023-06-01", "versus": "web-search", "role": "buyer", "tokens_served": 1e12}
    return footprint.query("gpt-3-175b", output_tokens=400, **given).as_dict()


def test_the_fields_of_an_estimate_are_all_described(document):
    described = listed("in Python.")
    assert described[:2] == ["activity", "it_energy"]
    assert [described[0], *RESULTS, *described[2:]] == list(document)


def test_the_fields_of_a_factor_are_all_described(document):
    assert listed("One entry of `factors`:") == list(document["factors"][0])


def test_the_fields_of_a_comparison_and_of_a_published_result_are_all_described(document):
    page = (ROOT / "docs" / "columns.md").read_text("utf-8")
    (versus,) = re.findall(r"^\| `versus` \|(.*)$", page, re.MULTILINE)
    names = {*document["versus"], *document["versus"]["operands"][0]}
    assert set(re.findall(r"`(\w+)`", versus)) == names
    (published,) = re.findall(r"^\| `published` \|(.*)$", page, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", published)) == set(footprint.training("gpt-3").as_dict()["published"][0])


def test_the_columns_of_a_batch_are_all_described(folder):
    status, _ = refresh.run("batch usage.csv -o out.csv --set region=FR")
    assert status == 0
    written = Path("out.csv").read_text("utf-8").partition("\n")[0].split(",")
    usage = USAGE.partition("\n")[0].split(",")
    remarks = listed("| `m3_world_eq` | water consumed, by scarcity |\n\n<!-- end -->\n\n")
    assert remarks == [*REMARKS, "edition"]
    assert written == [*usage, "region", *COLUMNS.values(), *remarks]


def test_the_columns_of_rejected_rows_are_all_described(folder):
    (folder / "mixed.csv").write_text(USAGE + "2025-03-03,Search,gpt-9,1,1,1\n", "utf-8")
    status, output = refresh.run("batch mixed.csv --rejects rejected.csv --min-coverage 0")
    assert status == 0, output
    written = Path("rejected.csv").read_text("utf-8").splitlines()
    assert listed("`--rejects FILE` takes them:") == written[0].split(",")
    assert written[1].startswith("mixed.csv,4,model,gpt-9,\"unknown model or product 'gpt-9'")
