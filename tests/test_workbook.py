"""The workbook of a report: live formulas that give its figures, texts that stay texts, the same bytes."""

import csv
import datetime
import json
import math
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from footprint.commands import main
from footprint.language import MissingMessageWarning
from footprint.magnitudes.cells import computed, formula
from footprint.magnitudes.term import named
from footprint.methods import IMPACTS, METHODS, PUBLISHED, evaluate
from footprint.results import RESULTS

SOFFICE = shutil.which("soffice")
libreoffice = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed (apt install libreoffice-calc-nogui)"
)

USAGE = """\
date,team,model,region,requests,input_tokens,output_tokens
2025-01-10,Search,gpt-4o,FR,120,90000,31000
2025-02-11,Search,gpt-4o,FR,150,99000,36000
2025-02-12,Coding,gpt-4o,US,310,505000,120500
2025-03-01,Coding,claude-3.7-sonnet,aws:us-east-1,80,400000,52000
2024-12-31,Support,mistral-large-2,FR,40,20000,9000
2025-03-02,Search,bge-m3,FR,900,310000,0
2025-03-03,Support,gpt-4o,,12,9000,3000
2025-03-04,Support,no-such-model,FR,5,100,100
"""
DEFINITION = """\
title = "AI use"
organisation = "Example"
role = "buyer"
group_by = "team"
headcount = 10
revenue = 2_000_000
currency = "EUR"
"""
#: The units that a small total is read in, over those of files.
SCALES = {"g\u00a0CO₂e": 1e-3, "kg\u00a0CO₂e": 1, "t\u00a0CO₂e": 1000}
SHEETS = [
    "Summary",
    "Breakdown",
    "Lines",
    "Activity",
    "Methods",
    "Factors",
    "Assumptions",
    "Inputs",
    "Rejected",
    "Standards",
    "Trail",
]


def report(folder, usage, *options, definition=DEFINITION, name="report"):
    """Write a workbook and the data of the same report, and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    source, said = folder / f"{name}.csv", folder / f"{name}.toml"
    source.write_text(usage, encoding="utf-8")
    said.write_text(definition, encoding="utf-8")
    paths = folder / f"{name}.xlsx", folder / f"{name}.json"
    outputs = [part for path in paths for part in ("-o", str(path))]
    command = ["report", str(source), "--definition", str(said), "--date", "2026-01-31", *outputs, *options]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return paths


def opened(path, values=False):
    return openpyxl.load_workbook(path, data_only=values)


def head_row(sheet, text):
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == text)


def table(sheet, first):
    """Return the rows of a table as dictionaries by head; ``first`` is the first head. Repeated heads are numbered."""
    row = head_row(sheet, first)
    texts = [cell.value or "" for cell in sheet[row]]
    heads = [
        f"{text} {texts[:place].count(text) + 1}" if text in texts[:place] else text for place, text in enumerate(texts)
    ]
    begin = row + 1
    while sheet.cell(begin, 1).value in (None, ""):
        begin += 1
    rows = []
    for cells in sheet.iter_rows(min_row=begin):
        if all(cell.value in (None, "") for cell in cells):
            break
        rows.append({head: cell for head, cell in zip(heads, cells, strict=False) if head})
    return rows


def cell_of(book, name):
    """Return the cell that has a name."""
    sheet, _, cell = book.defined_names[name].attr_text.rpartition("!")
    return book[sheet.strip("'")][cell.replace("$", "")]


def totals(book):
    names = [name for name in book.defined_names if name.startswith("total_")]
    return {name.removeprefix("total_"): cell_of(book, name).value for name in names}


def formulas(book):
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the workbook and the data of one report."""
    return report(tmp_path_factory.mktemp("made"), USAGE)


@pytest.fixture(scope="module")
def book(made):
    return opened(made[0])


@pytest.fixture(scope="module")
def values(made):
    return opened(made[0], values=True)


@pytest.fixture(scope="module")
def data(made):
    return json.loads(made[1].read_text("utf-8"))


# --- live formulas -----------------------------------------------------------------------------------


def test_the_sheets_stand_in_the_order_in_which_they_are_read(book):
    assert book.sheetnames == SHEETS


def test_every_total_is_a_sum_of_lines_that_carries_the_figure_of_the_report(book, values, data):
    known = {name: data["total"][name]["value"] for name in RESULTS if data["total"][name]}
    assert known.keys() >= {"it_energy", "facility_energy", "carbon_location", "carbon_embodied", "water_site"}
    carried = totals(values)
    assert carried.pop("water_consumed") == approx(known["water_site"] + known["water_grid"], rel=1e-11)
    assert carried == approx(known, rel=1e-11)
    for name in known:
        assert re.fullmatch(r"=SUM\(Lines!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+\)", cell_of(book, f"total_{name}").value)


def test_a_line_leads_from_its_results_to_the_cells_of_its_activity_and_its_factors(book):
    line = next(row for row in table(book["Lines"], "line") if row["region"].value == "US")
    row = line["line"].row

    def at(head):
        return line[head].column_letter + str(row)

    energy = line["electricity, building's meter"]
    plugs = at("electricity, servers' plugs")
    assert energy.value == f"={plugs}*{at('pue')}"
    assert line["carbon, location-based"].value == f"={energy.coordinate}*{at('grid intensity')}/1000"
    name = line["grid intensity"].value.removeprefix("=")
    factor = next(
        row for row in table(book["Factors"], "factor") if row["value"].coordinate == cell_of(book, name).coordinate
    )
    assert factor["row of the catalogue"].value.startswith("grid_lifecycle_usa")
    assert re.fullmatch(r"=SUM\(Activity!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+\)", line["written tokens"].value)


def test_a_factor_that_all_lines_share_is_named_in_their_formulas(book):
    lines = table(book["Lines"], "line")
    assert "hardware lifetime" not in lines[0]
    assert all("/hardware_lifetime/8760" in line["carbon, hardware"].value for line in lines)


def test_every_figure_of_a_line_but_its_number_is_a_formula(book):
    for line in table(book["Lines"], "line"):
        numbers = [head for head, cell in line.items() if cell.data_type == "n" and cell.value is not None]
        assert numbers == ["line"]


def test_every_factor_has_one_named_cell_with_its_value_and_says_where_it_comes_from(book, data):
    by_id = {use["id"]: use for use in data["factors"]}
    rows = {row["row of the catalogue"].value: row for row in table(book["Factors"], "factor")}
    assert rows.keys() >= by_id.keys()
    named_cells = {cell_of(book, name).coordinate for name in book.defined_names if not name.startswith("total_")}
    for id, use in by_id.items():
        row = rows[id]
        assert row["value"].coordinate in named_cells
        for head in ("value", "low", "high"):
            assert row[head].value == (use[head] if use[head] is None else approx(use[head], rel=1e-14))
        assert (row["zone"].value or None, row["year"].value) == (
            use["zone"],
            str(use["year"]) if use["year"] else None,
        )
        assert row["citation"].value == use["citation"]
        assert row["evidence"].value


def test_groups_add_up_to_the_total_and_carry_their_figures(book, values, data):
    for by in ("team", "month", "model", "region"):
        rows = [row for row in table(values["Breakdown"], "no.") if row["by"].value == by]
        carbon = [cell.value for row in rows for cell in [row["total 3"]] if cell.value is not None]
        assert sum(carbon) == approx(data["total"]["carbon_location"]["value"], rel=1e-11)
        shown = {row["group"].value: row["rows"].value for row in rows}
        assert shown == {group[by] if group[by] else "(blank)": group["rows"] for group in data["groups"][by]}
    live = table(book["Breakdown"], "no.")[0]
    assert live["total 3"].value.startswith("=SUMIF(Activity!")


def test_ranges_are_values_and_say_that_they_are_not_recalculated(book, data):
    rows = {row["Totals"].value: row for row in table(book["Summary"], "Totals")}
    carbon = rows["carbon, location-based"]
    low, high = (data["total"]["carbon_location"][end] for end in ("low", "high"))
    scale = SCALES[carbon["unit"].value]
    assert carbon["5th percentile"].value * scale == approx(low, rel=0.06)
    assert carbon["95th percentile"].value * scale == approx(high, rel=0.06)
    heads = book["Summary"][head_row(book["Summary"], "Totals") + 1]
    assert [cell.value for cell in heads[2:4]] == ["not recalculated"] * 2


def test_an_estimate_shows_as_many_figures_as_its_range_supports(book, values):
    row = next(row for row in table(values["Summary"], "Totals") if row["Totals"].value == "carbon, location-based")
    shown, exact = row["estimate"].value, row["exact total"].value
    assert (row["unit"].value, row["unit 2"].value) == ("g\u00a0CO₂e", "kg\u00a0CO₂e")
    assert shown == float(f"{exact * 1000:.2g}")
    assert "ROUND" in book["Summary"][row["estimate"].coordinate].value


def test_what_is_not_known_is_blank_with_its_reason_and_never_zero(book, values):
    line = next(row for row in table(values["Lines"], "line") if not row["region"].value)
    assert line["carbon, location-based"].value is None
    assert "no region was given" in line["not known, and why"].value
    market = next(row for row in table(book["Summary"], "Totals") if row["Totals"].value == "carbon, market-based")
    assert (market["estimate"].value, market["exact total"].value) == ("not known", None)
    assert "no contract" in market["remark"].value


def test_a_total_says_how_many_rows_know_it(values):
    row = next(row for row in table(values["Summary"], "Totals") if row["Totals"].value == "carbon, location-based")
    assert row["rows behind it"].value == 5
    assert row["remark"].value == "rows that know it: 5 of 7; the others are not in it"


def test_methods_name_the_equations_with_their_sources(book):
    found = {
        (row["method"].value, row["gives"].value): row
        for row in (
            dict(zip(("method", "gives", "unit", "equation", "says", "source"), cells, strict=False))
            for cells in book["Methods"].iter_rows(min_row=1)
        )
        if row["gives"].value
    }
    assert found["tokens", "facility energy"]["equation"].value == "it energy × pue"
    assert found["tokens", "it energy"]["equation"].value == "decode it energy + prefill it energy"
    assert "GHG Protocol" in found["tokens", "carbon location"]["source"].value


def test_inputs_have_their_hash_and_rejected_rows_their_reason(made, book, data):
    import hashlib

    source = made[0].with_suffix(".csv")
    (row,) = table(book["Inputs"], "file")
    assert (row["file"].value, row["SHA-256"].value) == (
        data["inputs"][0]["name"],
        hashlib.sha256(source.read_bytes()).hexdigest(),
    )
    rejected = table(book["Rejected"], "rows")
    assert (rejected[0]["rows"].value, rejected[0]["column"].value) == (1, "model")
    assert "no-such-model" in rejected[0]["reason"].value


def test_the_trail_says_edition_command_and_time(book, data):
    trail = {row["what"].value: row["value"].value for row in table(book["Trail"], "what")}
    assert trail["factors, edition"] == data["edition"]
    assert trail["made on"] == "2026-01-31T00:00:00+00:00"
    assert trail["command"] == data["command"]
    assert trail["role"] == "buyer"


def test_carbon_by_contract_stands_beside_carbon_by_place_where_a_contract_is_declared(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    own = tmp_path / "own"
    own.mkdir()
    (own / "sources.csv").write_text(
        "id,title,authors,publisher,year,url,doi,licence,attribution,retrieved,read_as,note\n"
        "our_contract,Power contract,,Us,2025,,,internal,,2025-01-02,primary,held by purchasing\n"
    )
    (own / "instruments.csv").write_text(
        "id,kind,zone,valid_from,valid_to,intensity,quantity,share,source,note\n"
        "ppa,contract,FRA,2025-01-01,2025-12-31,20,,,our_contract,\n"
    )
    usage = "".join(line for line in USAGE.splitlines(keepends=True) if ",FR," in line or line.startswith("date"))
    usage = usage.replace("2024-12-31", "2025-12-31").replace("no-such-model", "gpt-4o")
    workbook, data = report(tmp_path, usage, "--factors", str(own))
    known = json.loads(data.read_text("utf-8"))["total"]
    found = totals(opened(workbook, values=True))
    assert found["carbon_market"] == approx(known["facility_energy"]["value"] * 0.020, rel=1e-9)
    assert found["carbon_market"] == approx(known["carbon_market"]["value"], rel=1e-11)
    assert cell_of(opened(workbook), "total_carbon_market").value.startswith("=SUM(Lines!")


# --- the equations as formulas -----------------------------------------------------------------------

sizes = st.floats(0.01, 0.99)  # shares among them


@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(st.data())
@pytest.mark.parametrize("method", [*METHODS.values(), *PUBLISHED.values()], ids=lambda method: method.id)
def test_every_equation_gives_as_a_formula_what_it_gives_as_a_number(method, data):
    """The text is computed by the rules of a spreadsheet, which reads powers from the left."""
    given_names = {name: unit for step in reversed((*method.equations, *IMPACTS)) for name, unit in step.units.items()}
    values = {
        name: named(name, data.draw(sizes, label=name), unit)
        for name, unit in given_names.items()
        if name in method.needs or name not in {step.gives for step in (*method.equations, *IMPACTS)}
    }
    known, _ = evaluate((*method.equations, *IMPACTS), values)
    for quantity in known.values():
        for term in quantity.magnitude.walk():
            if term.equation is None:
                continue
            inputs = [below for _, below in term.inputs]
            text = formula(term, {below: f"x[{place}]" for place, below in enumerate(inputs)})
            x = [below.value for below in inputs]
            assert eval(text[1:].replace("^", "**"), {"x": x}) == approx(term.value, rel=1e-12)  # noqa: S307
            assert computed(term, {below: below.value for below in inputs}) == term.value


def test_results_come_out_of_their_equations_in_the_unit_of_files():
    steps = {step.gives: step.returns for method in METHODS.values() for step in (*method.equations, *IMPACTS)}
    assert {name: steps[name] for name in RESULTS} == RESULTS


# --- recalculated by LibreOffice ---------------------------------------------------------------------


def spoiled(path, target):
    """Copy a workbook with every cached value of a formula replaced by one that is wrong."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>-1</v>", content)
            new.writestr(item, content)
    return target


@pytest.fixture(scope="module")
def recalculate(tmp_path_factory):
    """Return a function that has LibreOffice compute workbooks anew, all cells of them, and opens them."""
    home = tmp_path_factory.mktemp("office")
    (home / "user").mkdir()
    (home / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">\n'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item>\n</oor:items>\n",
        encoding="utf-8",
    )

    def run(*paths):
        target = tmp_path_factory.mktemp("recalculated")
        profile = f"-env:UserInstallation={home.as_uri()}"
        command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return [opened(target / path.name, values=True) for path in paths]

    return run


@pytest.fixture(scope="module")
def recalculated(made, recalculate, tmp_path_factory):
    """Return the workbook after five things: nothing, a doubled grid, doubled activity, and hostile texts."""
    folder = tmp_path_factory.mktemp("edited")
    grid = opened(made[0])
    for row in table(grid["Factors"], "factor"):
        if row["row of the catalogue"].value.startswith("grid_lifecycle_fra"):
            row["value"].value *= 2
    grid.save(folder / "grid.xlsx")
    busy = opened(made[0])
    for row in table(busy["Activity"], "line"):
        for head in ("read tokens", "attention pairs", "written tokens"):
            row[head].value *= 2
    busy.save(folder / "busy.xlsx")
    paths = spoiled(made[0], folder / "same.xlsx"), folder / "grid.xlsx", folder / "busy.xlsx"
    return dict(zip(("same", "grid", "busy"), recalculate(*paths), strict=True))


@libreoffice
def test_a_forced_recalculation_gives_every_cell_the_value_that_it_carries(book, values, recalculated):
    again = recalculated["same"]
    cells = formulas(book)
    assert len(cells) > 300
    wrong = [
        (sheet, cell, text, values[sheet][cell].value, again[sheet][cell].value)
        for sheet, cell, text in cells
        if again[sheet][cell].value != approx(values[sheet][cell].value, rel=1e-9)
    ]
    assert wrong == []


@libreoffice
def test_a_doubled_grid_factor_doubles_the_carbon_of_its_lines_and_nothing_of_the_energy(values, recalculated):
    before, after = totals(values), totals(recalculated["grid"])
    lines = table(values["Lines"], "line")
    french = [row for row in lines if row["region"].value == "FR"]
    carbon = sum(row["carbon, location-based"].value or 0 for row in french)
    assert carbon > 0.01 * before["carbon_location"]
    assert after["carbon_location"] == approx(before["carbon_location"] + carbon, rel=1e-9)
    assert after["facility_energy"] == approx(before["facility_energy"], rel=1e-9)
    groups = [row for row in table(recalculated["grid"]["Breakdown"], "no.") if row["by"].value == "region"]
    assert sum(row["total 3"].value or 0 for row in groups) == approx(after["carbon_location"], rel=1e-9)


@libreoffice
def test_twice_the_activity_is_twice_every_total(values, recalculated):
    before, after = totals(values), totals(recalculated["busy"])
    assert after == approx({name: 2 * value for name, value in before.items()}, rel=1e-9)


# --- bad input ---------------------------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("http://example.org/?"&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "{=1+1}",
    "http://example.org/",
    "mailto:a@example.org",
    "internal:Summary!A1",
    "<script>alert(1)</script>",
    "_x0041_",
    "long " * 2000,
    "1234",
    "TRUE",
    "a\tb",
    "日本語 🌍",
    "שלום",
    "*",
    "?",
    ">0",
    "<>",
]
STEERING = {"bell \x07": "bell [U+0007]", "a\u202ecod.exe": "a[U+202E]cod.exe"}


def by_team(labels):
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "team", "model", "region", "requests", "input_tokens", "output_tokens"])
    for number, label in enumerate(labels, 1):
        writer.writerow(["2025-01-10", label, "gpt-4o", "FR", 10, 1000 * number, 100])
    return text.getvalue()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    definition = DEFINITION + "preparer = '=1+1'\nboundary = '@SUM(1)'\nexcluded = '''=HYPERLINK(\"x\")'''\n"
    return report(tmp_path_factory.mktemp("hostile"), by_team([*HOSTILE, *STEERING]), definition=definition)[0]


def test_no_text_of_a_file_is_a_formula_or_a_link(hostile):
    book = opened(hostile)
    wanted = {*HOSTILE, *STEERING.values()}
    for sheet, column in (("Breakdown", "group"), ("Activity", "team")):
        cells = [row[column] for row in table(book[sheet], "no." if column == "group" else "line")]
        assert {cell.data_type for cell in cells} == {"s"}
        # A text that looks like the code of a letter is written by the code of its first.
        assert {str(cell.value).replace("_x005F_", "_") for cell in cells} >= wanted
    assert all(not sheet._hyperlinks for sheet in book)
    with zipfile.ZipFile(hostile) as archive:
        assert not any("external" in name.lower() for name in archive.namelist())
        assert all(b'TargetMode="External"' not in archive.read(name) for name in archive.namelist())
    texts = {row["value"].value: row["value"].data_type for row in table(book["Trail"], "what")}
    assert (texts["=1+1"], texts["@SUM(1)"]) == ("s", "s")


@libreoffice
def test_libreoffice_shows_hostile_texts_as_they_are_and_adds_their_groups_up(hostile, recalculate):
    (again,) = recalculate(hostile)
    rows = [row for row in table(again["Breakdown"], "no.") if row["by"].value == "team"]
    tokens = {row["group"].value: row["input tokens"].value for row in rows}
    labels = [*HOSTILE, *STEERING.values()]
    assert tokens == {label: 1000 * number for number, label in enumerate(labels, 1)}


def test_a_text_longer_than_a_cell_is_cut_where_it_can_be_seen(tmp_path):
    workbook, _ = report(tmp_path, by_team(["🌍" * 20_000, "short"]))
    cells = [row["group"].value for row in table(opened(workbook)["Breakdown"], "no.") if row["by"].value == "team"]
    (long,) = [text for text in cells if text != "short"]
    assert len(long.encode("utf-16-le")) <= 2 * 32_767
    assert long.startswith("🌍" * 16_000) and long.endswith("… [cut here: a cell holds no more]")


def test_a_report_without_an_estimated_row_says_so(tmp_path):
    usage = "date,model,region,input_tokens,output_tokens\n2025-01-01,no-such-model,FR,1,1\n"
    book = opened(report(tmp_path, usage, definition="")[0], values=True)
    rows = table(book["Summary"], "Totals")
    assert {row["estimate"].value for row in rows} == {"not known"}
    assert totals(book) == {}
    facts = {row[0].value: row[5].value for row in book["Summary"].iter_rows()}
    assert (facts["rows in the input"], facts["rows estimated"], facts["rows rejected"]) == (1, 0, 1)


def test_an_unchanged_column_of_groups_may_have_any_name(tmp_path):
    usage = USAGE.replace("team", "=cost centre")
    book = opened(report(tmp_path, usage, definition="group_by = '=cost centre'")[0])
    heads = [cell for cell in book["Activity"][head_row(book["Activity"], "line")] if cell.value == "=cost centre"]
    assert [cell.data_type for cell in heads] == ["s", "s"]


# --- many of everything ------------------------------------------------------------------------------


def test_too_many_groups_for_formulas_are_values_and_the_sheet_says_so(tmp_path):
    workbook, data = report(tmp_path, by_team([f"team {number}" for number in range(2100)]))
    book = opened(workbook)
    teams = [row for row in table(book["Breakdown"], "no.") if row["by"].value == "team"]
    assert len(teams) == 2100
    assert {row["total 3"].data_type for row in teams} == {"n"}
    total = json.loads(data.read_text("utf-8"))["total"]["carbon_location"]["value"]
    assert math.fsum(row["total 3"].value for row in teams) == approx(total, rel=1e-9)
    assert "They are too many for formulas" in book["Breakdown"]["A2"].value
    assert cell_of(book, "total_carbon_location").value.startswith("=SUM(Lines!")


def test_more_activity_than_a_sheet_can_be_read_by_leaves_lines_with_plain_sums(tmp_path):
    places = ["FR", "US", "DE", "GB", "ES", "IT", "PL", "SE", "NO", "FI", "JP", "IN", "CA", "BR", "AU"]
    rows = [
        f"2025-{month:02d}-01,team {team},{model},{place},10,1000,100"
        for month in range(1, 13)
        for team in range(30)
        for model in ("gpt-4o", "gpt-4o-mini", "mistral-large-2", "claude-3.7-sonnet")
        for place in places
    ]
    assert len(rows) == 21_600
    workbook, data = report(tmp_path, "\n".join([USAGE.splitlines()[0], *rows]))
    book = opened(workbook)
    assert book.sheetnames == [name for name in SHEETS if name != "Activity"]
    lines = table(book["Lines"], "line")
    assert {line["written tokens"].value for line in lines} == {12 * 30 * 100}
    assert {line["electricity, building's meter"].data_type for line in lines} == {"f"}
    total = json.loads(data.read_text("utf-8"))["total"]["carbon_location"]["value"]
    assert totals(opened(workbook, values=True))["carbon_location"] == approx(total, rel=1e-9)


def test_a_thousand_lines_take_less_than_three_megabytes(tmp_path):
    from footprint.catalogue import open_catalogue

    zones = open_catalogue().rows("SELECT DISTINCT zone FROM factors WHERE kind = 'grid_average_lifecycle' ORDER BY 1")
    places = [row["zone"] for row in zones if row["zone"] and len(row["zone"]) == 3][:100]
    models = [
        "gpt-4o",
        "gpt-4o-mini",
        "mistral-large-2",
        "claude-3.7-sonnet",
        "llama-3.1-70b",
        "llama-3.1-8b",
        "bge-m3",
    ]
    rows = [f"2024-05-01,{model},{place},10,1000,200" for model in models for place in places]
    usage = "\n".join(["date,model,region,requests,input_tokens,output_tokens", *rows]) + "\n"
    workbook, data = report(tmp_path, usage, "--set", "provider=aws", definition="")
    lines = table(opened(workbook, values=True)["Lines"], "line")
    assert len(lines) == json.loads(data.read_text("utf-8"))["rows_estimated"] >= 600
    assert workbook.stat().st_size < 3_000_000


# --- the same bytes, two languages -------------------------------------------------------------------


def test_two_runs_with_a_fixed_date_give_the_same_bytes(tmp_path, made):
    source, definition = made[0].with_suffix(".csv"), made[0].with_suffix(".toml")
    found = set()
    for seed in ("1", "2"):
        target = tmp_path / seed / "report.xlsx"
        target.parent.mkdir()
        command = [sys.executable, "-m", "footprint", "report", str(source), "--definition", str(definition)]
        run = subprocess.run(
            [*command, "--date", "2026-01-31", "-o", "report.xlsx"],
            cwd=target.parent,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
        found.add(target.read_bytes())
    assert len(found) == 1


def test_a_workbook_bears_the_date_it_was_given(made):
    assert opened(made[0]).properties.created == datetime.datetime(2026, 1, 31)


def test_a_french_workbook_has_no_english_head_and_gives_the_same_totals(tmp_path, made):
    with warnings.catch_warnings():
        warnings.simplefilter("error", MissingMessageWarning)
        workbook, _ = report(tmp_path, USAGE, "--lang", "fr")
    book = opened(workbook, values=True)
    assert book.sheetnames[:3] == ["Résumé", "Répartition", "Postes"]
    assert "empreinte carbone" not in book.sheetnames
    assert totals(book) == totals(opened(made[0], values=True))
    assert "fondé sur la localisation" in str([cell.value for cell in book["Résumé"]["A"]])
