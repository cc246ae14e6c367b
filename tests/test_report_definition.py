"""The definition of a report: what it may say, and what a person is told where it says something else."""

import pytest
from click.testing import CliRunner

from footprint.commands import main
from footprint.reporting import Definition, read_definition

USAGE = "date,model,region,input_tokens,output_tokens\n2025-02-01,gpt-4o,FR,1000,500\n"


def refused(folder, text):
    """Return what is said of a definition, as `footprint report` says it; nothing is written."""
    (folder / "usage.csv").write_text(USAGE, encoding="utf-8")
    (folder / "report.toml").write_text(text, encoding="utf-8")
    arguments = ["report", "usage.csv", "--definition", "report.toml", "-o", "report.html"]
    runner = CliRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = runner.invoke(main, arguments)
    assert done.exit_code == 1, done.output
    assert not (folder / "report.html").exists()
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("text", "line", "given", "near"),
    [
        ('title = "x"\norganization = "y"\n', 2, "organization", "organisation"),
        ('# comment\n\nlangauge = "fr"\n', 3, "langauge", "language"),
        ('title = "x"\n\n[period]\nfirst = 1\n[perod]\n', 5, "perod", "period"),
        ('"base year" = 2024\n', 1, "base year", "base_year"),
        ("  headcounts = 3\n", 1, "headcounts", "headcount"),
    ],
)
def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(tmp_path, text, line, given, near):
    said = refused(tmp_path, text)
    assert f"report.toml, line {line}: unknown key '{given}'. Did you mean '{near}'?" in said


def test_a_key_that_is_near_to_none_brings_the_list_of_keys(tmp_path):
    said = refused(tmp_path, "zzz = 1\n")
    assert (
        "line 1: unknown key 'zzz'. The keys are: title, organisation, boundary, period, base_period, base_year, role"
        in said
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 5\n", "title: a text is needed, not 5."),
        ('title = "  "\n', "title: a text is needed"),
        ('title = ["a"]\n', "title: a text is needed"),
        ('language = "de"\n', "language: 'de' is none of en, fr."),
        ('role = "buyr"\n', "role: 'buyr' is none of owner, tenant, buyer. Did you mean 'buyer'?"),
        ('sections = ["scopes", "watr"]\n', "sections: 'watr' is none of scopes, breakdown, water"),
        ('sections = "water"\n', "sections: a list is needed, such as ['scopes', 'water'], not 'water'."),
        ('sections = ["water", "water"]\n', "sections: 'water' is named twice."),
        ('revenue = 5\ncurrency = ""\n', "currency: a text is needed"),
        ("revenue = 5\n", "revenue: give its currency too, such as currency = 'EUR'."),
        ('currency = "EUR"\nrevenue = -5\n', "revenue: a number above zero is needed, not -5."),
        ('headcount = "many"\n', "headcount: a number above zero is needed, not 'many'."),
        ("headcount = true\n", "headcount: a number above zero is needed"),
        ("headcount = 0\n", "headcount: a number above zero is needed"),
        ("headcount = inf\n", "headcount: a number above zero is needed"),
        ("headcount = nan\n", "headcount: a number above zero is needed"),
        ("base_year = 2024.5\n", "base_year: a year is needed, such as 2024, not 2024.5."),
        ("base_year = 20240\n", "base_year: a year is needed, such as 2024, not 20240."),
        ('base_period = ["2024-01-01", "2024-12-31"]\n', "base_period: it is compared with the period; give that too."),
        (
            'period = ["2025-01-01", "2025-12-31"]\nbase_period = ["2024-06-01", "2025-05-31"]\n',
            "base_period: 2024-06-01 to 2025-05-31 does not end before the period, 2025-01-01 to 2025-12-31, begins.",
        ),
        (
            'period = ["2025-01-01", "2025-12-31"]\nbase_year = 2026\n',
            "base_year: 2026-01-01 to 2026-12-31 does not end before the period",
        ),
        (
            'period = ["2025-01-01", "2025-12-31"]\nbase_period = ["2024-01-01", "2024-12-31"]\nbase_year = 2024\n',
            "base_period: base_year says it too; give one of them.",
        ),
        ('period = "2025"\n', "period: two days are needed, such as ['2025-01-01', '2025-12-31']."),
        ('period = ["2025-01-01"]\n', "period: two days are needed"),
        ('period = ["2025-01-01", "2025-02-30"]\n', "period: two days are needed"),
        (
            'period = ["2025-12-31", "2025-01-01"]\n',
            "period: it ends on 2025-01-01, before it begins on 2025-12-31.",
        ),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_line(tmp_path, text, said):
    key = said.partition(":")[0]
    line = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(key))
    assert f"report.toml, line {line}: {said}" in refused(tmp_path, text)


@pytest.mark.parametrize("text", ['title = "x\n', "= 5\n", 'title = "a"\ntitle = "b"\n', "title = \\\n"])
def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path, text):
    said = refused(tmp_path, text)
    assert said.startswith("Error: report.toml: ")
    assert "line" in said


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "report.toml"
    path.write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(main, ["report", "x.csv", "--definition", str(path), "-o", str(tmp_path / "x.html")])
    assert done.exit_code == 1
    assert "report.toml: cannot be read" in " ".join(done.stderr.split())


def test_every_key_is_read(tmp_path):
    path = tmp_path / "report.toml"
    path.write_text(
        'title = "T"\norganisation = "O"\nboundary = "B"\nperiod = [2025-01-01, 2025-12-31]\nrole = "tenant"\n'
        'language = "fr"\nsections = ["water", "trail"]\ngroup_by = "team"\nbase_year = 2024\nrevenue = 1.5\n'
        'currency = "EUR"\nheadcount = 3\npreparer = "P"\nreviewer = "R"\nexcluded = "E"\n',
        encoding="utf-8-sig",  # as some editors write it
    )
    found = read_definition(path)
    assert (found.title, found.role, found.language, found.sections) == ("T", "tenant", "fr", ("water", "trail"))
    assert [str(day) for day in found.period] == ["2025-01-01", "2025-12-31"]
    assert (found.base_year, found.revenue, found.currency, found.headcount) == (2024, 1.5, "EUR", 3)
    assert (found.preparer, found.reviewer, found.excluded, found.group_by) == ("P", "R", "E", "team")


def test_nothing_need_be_said():
    assert Definition().language == "en"
    assert len(Definition().sections) == 12


def test_the_sections_are_those_that_were_asked_for_in_that_order(tmp_path):
    (tmp_path / "usage.csv").write_text(USAGE, encoding="utf-8")
    (tmp_path / "report.toml").write_text('sections = ["trail", "water"]\n', encoding="utf-8")
    path = tmp_path / "report.md"
    arguments = ["report", str(tmp_path / "usage.csv"), "--definition", str(tmp_path / "report.toml"), "-o", str(path)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    heads = [line for line in path.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert heads == ["## How to check it", "## Water"]


def test_the_language_of_the_command_goes_before_that_of_the_definition(tmp_path):
    (tmp_path / "usage.csv").write_text(USAGE, encoding="utf-8")
    (tmp_path / "report.toml").write_text('language = "en"\n', encoding="utf-8")
    path = tmp_path / "report.md"
    arguments = ["report", str(tmp_path / "usage.csv"), "--definition", str(tmp_path / "report.toml"), "-o", str(path)]
    assert CliRunner().invoke(main, [*arguments, "--lang", "fr"]).exit_code == 0
    assert path.read_text("utf-8").startswith("# L’empreinte de l’usage de l’IA")
