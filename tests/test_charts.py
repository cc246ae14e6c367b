"""Charts: true titles, ranges that are drawn, texts that never meet, and labels of strangers that stay text.

Pictures are checked by where their texts stand; how they look is looked at by people.
"""

import base64
import csv
import datetime
import hashlib
import html
import itertools
import json
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint import charts
from footprint.batch import run_batch
from footprint.catalogue import open_catalogue
from footprint.charts.amounts import Amount, Scale, Ticks
from footprint.charts.badge import badge
from footprint.charts.drivers import INPUTS
from footprint.charts.equivalences import BOUNDARIES
from footprint.charts.lettering import fitted, lines, width
from footprint.charts.theme import THEMES, contrast
from footprint.charts.titles import leading, part_of
from footprint.commands import main
from footprint.errors import DataError, NotEstimableError, UsageError
from footprint.language import language

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"
MADE = datetime.date(2026, 11, 30)
#: Labels that would do something elsewhere; three of them are longer than any chart is wide.
HOSTILE = (
    "</script><script>alert(1)</script>",
    '=HYPERLINK("http://example.org","here")',
    "\u202egnirts desrever\u202c",
    "x" * 10_000,
    "**bold** [a link](javascript:alert(1)) | pipe",
    "#set text(red)",
    "<svg onload=alert(1)>&amp;",
    "A department with a name that goes on and on, for research, development and everything else in the year 2025",
    "数据中心团队 運用部",
    "فريق البحث والتطوير",
    "{{7*7}} ${x} %(y)s {0}",
    "",
    "   ",
)
NAMES = [name for name in charts.CHARTS if name != "hours"]
law = settings(max_examples=50, deadline=None, derandomize=True, database=None)


# --- what is drawn -----------------------------------------------------------------------------------


def of_files(*paths, role=None, kept=("month", "team", "model", "region"), catalogue=None, **options):
    catalogue = catalogue or open_catalogue()
    given = {"output": None, "rejects": None, "columns": {}, "constants": {}, "by": (), "engine_name": None, **options}
    return charts.of_summary(
        run_batch([str(path) for path in paths], catalogue=catalogue, kept=kept, **given), catalogue, role
    )


def usage(path, rows, header="date,team,model,region,requests,input_tokens,output_tokens"):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("usage")


@pytest.fixture(scope="module")
def year():
    """The example organisation's year, as its buyer reports it."""
    return of_files(ROOT / "examples" / "usage_2025.csv", role="buyer")


@pytest.fixture(scope="module")
def hostile(folder):
    rows = [
        (f"2025-{month:02d}-05", label, "gpt-4o", "FR", 10, 5000 * (place + 1) ** 2, 4000 * (len(HOSTILE) - place))
        for place, label in enumerate(HOSTILE)
        for month in (1, 2, 4)
    ]
    return of_files(usage(folder / "hostile.csv", rows), role="owner")


@pytest.fixture(scope="module")
def many(folder):
    rows = [
        (
            f"2025-{place % 12 + 1:02d}-05",
            f"team {place}",
            "gpt-4o",
            "FR" if place % 2 else "US",
            10,
            5000,
            40 + place**2,
        )
        for place in range(5000)
    ]
    return of_files(usage(folder / "many.csv", rows), role="tenant")


@pytest.fixture(scope="module")
def one(folder):
    rows = [("2025-03-05", "Search", "gpt-4o", "FR", 10, 5000, 4000), ("2025-03-06", "Search", "gpt-99", "FR", 1, 1, 1)]
    return of_files(usage(folder / "one.csv", rows), role="buyer")


@pytest.fixture(scope="module")
def nobody(folder):
    """Usage that nobody reports."""
    return of_files(usage(folder / "nobody.csv", [("2025-03-05", "Search", "gpt-4o", "FR", 10, 5000, 4000)]))


@pytest.fixture(scope="module")
def hall():
    load = {"it_power": "20 MW", "hours": "8760 h", "pue": 1.2, "region": "DE", "date": "2024-06-01", "role": "owner"}
    return charts.of_estimate(footprint.datacenter(**load, hours_of_day="22-6"), open_catalogue())


@pytest.fixture(scope="module")
def query():
    asked = {"input_tokens": 500, "output_tokens": 400, "region": "FR", "date": "2025-06-01", "role": "buyer"}
    return charts.of_estimate(footprint.query("gpt-4o", **asked), open_catalogue())


def drawn(name, subject, **options):
    by = {"by": "model"} if name == "group" else {}
    return charts.draw(name, subject, **{"made": MADE, **by, **options})


# --- where texts stand -------------------------------------------------------------------------------


def boxes(svg):
    """Return every line of text of a picture with the box that it fills, and the size of the picture."""
    root = ElementTree.fromstring(svg)
    found = []

    def walk(element, left, top):
        moved = re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", element.get("transform") or "")
        if moved:
            left, top = left + float(moved[1]), top + float(moved[2])
        if element.tag == f"{SVG}text":
            size, bold = float(element.get("font-size").removesuffix("px")), element.get("font-weight") == "bold"
            for text, below in written(element):
                wide = width(text, size, bold)
                x = left - {"end": wide, "middle": wide / 2}.get(element.get("text-anchor"), 0.0)
                found.append((text, x, top + below - 0.74 * size, x + wide, top + below + 0.2 * size))
        for child in element:
            walk(child, left, top)

    walk(root, 0.0, 0.0)
    return [box for box in found if box[0].strip()], float(root.get("width")), float(root.get("height"))


def written(element):
    """Yield each line of a text, and how far below the first it stands."""
    if element.text or not any(child.get("x") for child in element):
        yield "".join(element.itertext()), 0.0
        return
    below = 0.0
    for line in element:
        below += float(line.get("dy") or 0)
        yield "".join(line.itertext()), below


def collisions(svg):
    """Return the texts that leave the picture, and the pairs that meet."""
    found, wide, high = boxes(svg)
    outside = [box[0] for box in found if box[1] < -0.5 or box[2] < -0.5 or box[3] > wide + 0.5 or box[4] > high + 0.5]
    pairs = [
        (one[0], other[0])
        for one, other in itertools.combinations(found, 2)
        if one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5 and one[2] < other[4] - 0.5 and other[2] < one[4] - 0.5
    ]
    return outside, pairs


def test_the_check_of_collisions_sees_them():
    text = '<text font-size="12px" transform="translate({},{})">word</text>'
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50">{}</svg>'
    assert collisions(picture.format(text.format(0, 20) + text.format(5, 25))) == ([], [("word", "word")])
    assert collisions(picture.format(text.format(0, 20) + text.format(40, 40))) == (["word"], [])


SIZES = [("en", "light", 800), ("fr", "dark", 400), ("fr", "print", 280), ("en", "dark", 1600)]


@pytest.mark.parametrize(("code", "theme", "wide"), SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_meets_another_or_leaves_the_picture(year, name, code, theme, wide):
    chart = drawn(name, year, language=code, theme=theme, width=wide)
    assert collisions(chart.svg()) == ([], [])
    assert float(ElementTree.fromstring(chart.svg()).get("width")) == wide


@pytest.mark.parametrize(("code", "theme", "wide"), SIZES[:3])
@pytest.mark.parametrize("name", ["month", "team", "flow", "scope"])
@pytest.mark.parametrize("subject", ["hostile", "many", "one"])
def test_no_text_meets_another_whatever_the_rows_are(request, subject, name, code, theme, wide):
    chart = drawn(name, request.getfixturevalue(subject), language=code, theme=theme, width=wide) if (
        name != "scope" or subject != "many"
    ) else drawn("team", request.getfixturevalue(subject), language=code, width=wide, measure="water")  # fmt: skip
    assert collisions(chart.svg()) == ([], [])


@pytest.mark.parametrize("wide", [280, 800])
@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("name", ["phase", "scope", "flow", "market", "drivers", "equivalences", "evidence", "hours"])
@pytest.mark.parametrize("subject", ["hall", "query"])
def test_no_text_meets_another_in_charts_of_one_estimate(request, subject, name, code, wide):
    chart = drawn(name, request.getfixturevalue(subject), language=code, width=wide)
    assert collisions(chart.svg()) == ([], [])


# --- what is said ------------------------------------------------------------------------------------


def test_titles_say_what_the_example_shows(year):
    titles = {name: drawn(name, year).title for name in ("month", "team", "flow", "market", "scope", "phase")}
    assert titles == {
        "month": "Carbon rose by 78 %, as use did",
        "team": "Coding makes nine tenths of the carbon",
        "flow": "Coding: 32 % of the tokens, 89 % of the carbon",
        "market": "680\u00a0kg\u00a0CO₂e by place; by contract not known",
        "scope": "All carbon is of scope 3, category 1",
        "phase": "Electricity used makes 84 % of the carbon",
    }


def test_the_same_is_said_in_french(year):
    chart = drawn("month", year, language="fr")
    assert chart.title == "Le carbone a augmenté de 78\u202f%, comme l’usage"
    assert "janvier à décembre 2025" in chart.subtitle
    assert "déc. 2025\u00a0: 75\u00a0kg\u00a0CO₂e" in chart.alt
    assert "févr." in "".join(ElementTree.fromstring(chart.svg()).itertext())


def test_a_title_of_months_tells_no_trend_where_there_is_none(folder):
    up_and_down = (4, 9, 1, 8, 2, 3)
    rows = [(f"2025-{m:02d}-01", "A", "gpt-4o", "FR", 1, 0, 1000 * n) for m, n in enumerate(up_and_down, 1)]
    chart = drawn("month", of_files(usage(folder / "waves.csv", rows)))
    assert chart.title == "Carbon was highest in February: 33 % of the period's total"


def test_a_doubling_is_called_one(folder):
    rows = [
        (f"2025-{month:02d}-01", "A", "gpt-4o", zone, 1, 0, 1000) for month, zone in ((1, "FR"), (2, "FR"), (3, "FR"))
    ]
    rows += [("2025-02-01", "A", "gpt-4o", "FR", 1, 0, 500), ("2025-03-01", "A", "gpt-4o", "FR", 1, 0, 1000)]
    assert drawn("month", of_files(usage(folder / "double.csv", rows))).title == "Carbon doubled, as use did"


def test_carbon_that_rises_without_use_is_not_said_to_follow_it(folder):
    rows = [("2025-01-01", "A", "gpt-4o", "FR", 1, 0, 1000), ("2025-02-01", "A", "gpt-4o", "ES", 1, 0, 1000)]
    rows.append(("2025-03-01", "A", "gpt-4o", "US", 1, 0, 1000))
    title = drawn("month", of_files(usage(folder / "moved.csv", rows))).title
    assert re.fullmatch(r"Carbon grew [\d.]+-fold between January and March", title)


@law
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30))
def test_what_a_title_says_of_the_largest_is_true(values):
    ordered = sorted(values, reverse=True)
    count, share = leading(ordered, sum(ordered))
    assert share == approx(sum(ordered[: count or 1]) / sum(ordered))
    assert count == 0 or (share >= 0.5 and count < len(ordered))


@law
@given(st.floats(0, 1))
def test_a_share_has_a_name_only_near_it(share):
    named = {"half": 1 / 2, "two thirds": 2 / 3, "three quarters": 3 / 4, "four fifths": 4 / 5, "nine tenths": 9 / 10}
    text = part_of(share, language("en"))
    assert text.endswith("%") or named[text] == approx(share, abs=0.0126)


def test_subtitle_names_unit_period_and_range_and_the_source_names_the_edition(year):
    chart = drawn("team", year)
    assert "kg\u00a0CO₂e, January to December 2025; the lines are 90 % ranges" in chart.subtitle
    assert chart.source.endswith(f"edition {chart.edition}.")
    assert "Ember" in chart.source
    texts = " ".join(box[0] for box in boxes(chart.svg())[0])
    assert chart.edition in texts
    assert "90\u00a0% ranges" in texts


def test_what_is_missing_is_said_in_the_picture(year, one):
    assert "365 of 2,920 rows could not be estimated and are in no figure." in drawn("month", year).notes
    assert drawn("team", one).notes == ("1 of 2 rows could not be estimated and is in no figure.",)
    market = drawn("market", year)
    assert market.notes[0] == "Market-based: no contract, supplier factor or residual mix was declared."
    shown = [box[0] for box in boxes(market.svg())[0]]
    assert "not known" in shown


def test_a_month_without_rows_is_a_gap_and_is_said(hostile):
    chart = drawn("month", hostile)
    assert chart.notes == ("No figure for Mar 2025.",)
    assert [row["month"] for row in chart.table] == ["2025-01", "2025-02", "2025-03", "2025-04"]
    assert chart.table[2] == {"month": "2025-03", "rows": 0, "carbon_location_kg": None, "carbon_location_kg_low": None,
                              "carbon_location_kg_high": None}  # fmt: skip
    rows = next(v for v in chart.spec()["datasets"].values() if "segment" in v[0])
    assert [(row["value"] is None, row["segment"]) for row in rows] == [(False, 1), (False, 1), (True, 1), (False, 2)]


def test_one_month_is_a_bar_and_claims_no_trend(one):
    chart = drawn("month", one)
    assert chart.title == "Carbon in March 2025"
    assert len(chart.table) == 1


# --- the numbers -------------------------------------------------------------------------------------


def test_the_numbers_of_a_breakdown_are_those_of_the_batch(year):
    groups, total = year.inventory.by("team")
    found = {
        group.keys["team"]: (group.totals["carbon_location"], *group.ranges["carbon_location"]) for group in groups
    }
    table = drawn("team", year).table
    assert [row["team"] for row in table] == sorted(found, key=lambda team: -found[team][0])
    for row in table:
        numbers = tuple(row[f"carbon_location_kg{end}"] for end in ("", "_low", "_high"))
        assert numbers == approx(found[row["team"]], rel=1e-9)
    assert sum(row["carbon_location_kg"] for row in table) == approx(total.totals["carbon_location"], rel=1e-9)


def test_five_thousand_teams_are_eight_and_the_others_with_their_count_and_range(many):
    chart = drawn("team", many)
    assert [row["team"] for row in chart.table[:2]] == ["team 4998", "team 4996"]
    assert [len(chart.table), chart.cells[-1][0]] == [9, "4,992 others"]
    total = many.results["carbon_location"].value
    assert sum(row["carbon_location_kg"] for row in chart.table) == approx(total, rel=1e-9)
    low, value, high = (chart.table[-1][f"carbon_location_kg{end}"] for end in ("_low", "", "_high"))
    assert low < value < high
    # All share one model: the range of their sum is as wide as that of each, and not the sum of ends.
    first = chart.table[0]
    ratio = first["carbon_location_kg_high"] / first["carbon_location_kg"]
    assert high / value == approx(ratio, rel=0.25)


def test_the_range_of_two_waters_is_that_of_their_sum(year):
    site, grid = (year.results[name] for name in ("water_site", "water_grid"))
    both = year.results["water"]
    assert both.value == approx(site.value + grid.value, rel=1e-12)
    assert max(grid.low, both.value / 10) < both.low < both.value < both.high < site.high + grid.high


def test_a_group_that_nobody_named_is_shown_as_blank(hostile):
    assert drawn("group", hostile, by="team").cells[0][0] == "(blank)"


def test_flow_shares_add_up_in_every_column(year):
    chart = drawn("flow", year)
    shares = [[float(cell.removesuffix(" %").removeprefix("< ")) for cell in row[1:]] for row in chart.cells]
    assert chart.heads == ("team", "tokens", "electricity", "water", "carbon")
    for column in zip(*shares, strict=True):
        assert sum(column) == approx(100, abs=2)


def test_drivers_are_those_of_the_batch_in_words(year):
    chart = drawn("drivers", year)
    found = year.drivers()["carbon_location"]
    assert [row["share_of_variance"] for row in chart.table] == [driver.share for driver in found]
    assert chart.cells[0][0] == "Size of the model"
    assert sum(row["share_of_variance"] for row in chart.table) == approx(1)


def test_every_input_of_the_examples_has_a_name(year, hall, query):
    met = {
        name
        for s in (year, hall, query)
        for found in s.drivers().values()
        for d in found
        for name in d.name.split(" and ")
    }
    assert met - set(INPUTS) == set()


def test_hours_keep_the_level_of_the_year_and_the_load_is_whole(hall):
    chart = drawn("hours", hall)
    assert len(chart.table) == 24
    level = next(factor.value for factor in hall.factors if factor.name == "grid_intensity")
    assert sum(row["grid_intensity_g_per_kwh"] for row in chart.table) / 24 == approx(level, rel=1e-3)
    assert sum(row["load_share"] for row in chart.table) == approx(1, rel=1e-4)
    assert [row["hour"] for row in chart.table if row["load_share"]] == [0, 1, 2, 3, 4, 5, 22, 23]
    assert all(row["lowest_month"] <= row["grid_intensity_g_per_kwh"] <= row["highest_month"] for row in chart.table)


def test_hours_that_nobody_stated_are_said_to_be_taken(query):
    assert drawn("hours", query).notes == ("Nobody said at which hours the load runs: it is taken as even.",)


def test_equivalences_give_both_operands_with_year_boundary_and_source(year):
    chart = drawn("equivalences", year)
    car = next(row for row in chart.table if row["thing"] == "car_km_fr_ademe_lifecycle")
    assert (car["value"], car["counted"]) == (0.2176, approx(year.results["carbon_location"].value / 0.2176))
    assert car["counted_low"] < car["counted"] < car["counted_high"]
    texts = [box[0] for box in boxes(chart.svg())[0]]
    assert "1,000 × km in a French combustion car, fuel plus manufacture" in texts
    assert "use and manufacture; 2026; ADEME" in texts


def test_what_grows_back_is_no_equivalence(year, query):
    things = {
        row["thing"]
        for s in (year, query)
        for m in charts.MEASURES
        for row in drawn("equivalences", s, measure=m).table
    }
    assert things
    assert not things & {"tree_year_green_algorithms", "forest_acre_year_us"}


def test_every_boundary_of_an_equivalence_that_is_shown_has_words(year):
    rows = year.catalogue.rows("SELECT DISTINCT boundary FROM equivalences")
    left_out = {"uptake, not an offset", "servers at rated power, no PUE"}
    search = "search service, index included; cooling not stated, read as at the meter"
    unused = {search, "tailpipe (CO2, CH4, N2O)", "tailpipe, type approval", "territorial, energy CO2"}
    assert {row["boundary"] for row in rows} - set(BOUNDARIES) == left_out | unused


def test_location_and_market_are_two_bars_and_never_one(query):
    document = footprint.query("gpt-4o", output_tokens=400, region="FR", date="2025-06-01").as_dict()
    document["carbon_market"] = {"value": 5e-6, "unit": "kgCO2e", "low": 4e-6, "high": 7e-6}
    chart = drawn("market", charts.of_document(document, open_catalogue()))
    assert chart.title.endswith("by place, 0.0050\u00a0g\u00a0CO₂e by contract")
    assert [row["results"] for row in chart.table] == [["carbon_location"], ["carbon_market"]]


def test_scopes_of_an_owner_are_apart(hostile):
    chart = drawn("scope", hostile)
    assert [(row["scope"], row["category"]) for row in chart.table] == [(2, None), (2, None), (3, 2), (3, 3)]
    assert chart.table[1]["carbon_market_kg"] is None


def test_evidence_counts_every_factor_once(year):
    chart = drawn("evidence", year)
    counted = sum(row["factors"] for row in chart.table if row["of"] == "evidence")
    assert counted == len({factor.id for factor in year.factors})
    assert chart.title.startswith("99.96 % of tokens estimated; ")


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "tema"}, "did you mean 'team'"),
        ({"name": "team", "theme": "drak"}, "did you mean 'dark'"),
        ({"name": "team", "measure": "wather"}, "did you mean 'water'"),
        ({"name": "team", "language": "xx"}, "none of en, fr"),
        ({"name": "team", "width": 100}, "not between 280 and 2400"),
        ({"name": "team", "by": "model"}, "'team' says itself what it is by"),
        ({"name": "phase", "measure": "energy"}, "--measure carbon or water"),
        ({"name": "scope", "measure": "water"}, "scopes are told of carbon"),
    ],
)
def test_a_request_that_cannot_be_drawn_says_what_can(year, options, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        charts.draw(options.pop("name"), year, **options)


@pytest.mark.parametrize(
    ("name", "subject", "said"),
    [
        ("team", "query", "a chart by team needs usage files"),
        ("hours", "year", "it is of one estimate with a region"),
        ("scope", "nobody", "say who reports with --role owner, tenant or buyer"),
    ],
)
def test_a_chart_that_a_subject_does_not_hold_says_so(request, name, subject, said):
    with pytest.raises(NotEstimableError, match=said):
        drawn(name, request.getfixturevalue(subject))


def test_a_column_that_rows_do_not_have_is_named(year):
    with pytest.raises(NotEstimableError, match="the rows have no column 'department'"):
        drawn("group", year, by="department")


def test_a_grid_without_region_has_no_carbon_and_says_why(folder):
    path = usage(
        folder / "nowhere.csv",
        [("2025-01-01", "A", "gpt-4o", 1, 10, 10)],
        "date,team,model,requests,input_tokens,output_tokens",
    )
    subject = of_files(path)
    with pytest.raises(NotEstimableError, match="carbon is not known"):
        drawn("team", subject)
    assert drawn("team", subject, measure="energy").title == "A makes all of the electricity"


# --- the theme ---------------------------------------------------------------------------------------

#: How a colour is seen without one kind of cone: matrices of Machado, Oliveira and Fernandes (2009), for linear light.
SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def linear(colour):
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def lab(rgb):
    """Return linear light as CIE L*a*b*, in which distances are what people see."""
    red, green, blue = (min(max(value, 0.0), 1.0) for value in rgb)
    white = (0.9505, 1.0, 1.089)
    weights = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (
        value ** (1 / 3) if value > (6 / 29) ** 3 else value / (3 * (6 / 29) ** 2) + 4 / 29
        for value in ((w[0] * red + w[1] * green + w[2] * blue) / part for w, part in zip(weights, white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_text_and_marks_stand_out_from_the_paper(theme):
    for name in ("ink", "grey", "alert"):
        assert contrast(getattr(theme, name), theme.paper) >= 4.5, name
    for name in ("energy", "water", "carbon"):
        colour = getattr(theme, name)
        assert contrast(colour, theme.paper) >= 3, name
        # Where a label stands in a band, it is ink.
        assert contrast(theme.ink, theme.band(colour)) >= 4.5, name


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("seen", SEEN.values(), ids=list(SEEN))
def test_quantities_are_told_apart_by_who_sees_colours_otherwise(theme, seen):
    """A distance of 2.3 is just noticeable; 19 is far apart."""
    seen_as = {}
    for name in ("energy", "water", "carbon", "alert"):
        light = linear(getattr(theme, name))
        seen_as[name] = lab([sum(weight * value for weight, value in zip(row, light, strict=True)) for row in seen])
    for one, other in itertools.combinations(seen_as, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen_as[one], seen_as[other], strict=True)) ** 0.5
        assert distance > 19, (one, other)


@pytest.mark.parametrize("name", ["team", "month", "drivers"])
def test_a_chart_has_the_colour_of_its_quantity_and_no_default_of_vega(year, name):
    for measure, theme in itertools.product(charts.MEASURES, THEMES.values()):
        svg = drawn(name, year, measure=measure, theme=theme.name).svg()
        used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg))
        assert theme.of(measure) in used
        assert not used & {"#4c78a8", "#000000", "#dddddd", "#888888"} - {theme.ink}


# --- lettering and scales ----------------------------------------------------------------------------


@law
@given(st.text(max_size=60), st.floats(20, 400), st.booleans())
def test_a_fitted_text_has_room(text, room, bold):
    assert width(fitted(text, room, 12, bold), 12, bold) <= room


@law
@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6), min_size=1, max_size=20),
    st.floats(90, 400),
)
def test_lines_keep_every_word_in_order(words, room):
    text = " ".join(words)
    found = lines(text, room, 12, most=99)
    assert " ".join(found) == text or any(line.endswith("…") for line in found)
    assert all(width(line, 12) <= room for line in found)


@law
@given(st.floats(1e-6, 1e12), st.integers(2, 6))
def test_ticks_are_few_and_round_and_reach_what_is_drawn(high, most):
    ticks = Ticks.to(high, language("en"), most, beyond=True)
    assert 2 <= len(ticks.values) <= most + 1
    assert ticks.values[0] == 0
    assert ticks.values[-1] >= high * (1 - 1e-9) > ticks.values[-2] * (1 - 2e-9)
    assert len(set(ticks.texts)) == len(ticks.texts)


def test_an_amount_shows_no_more_digits_than_its_range_supports():
    scale = Scale.of([Amount(value=606.1, unit="kgCO2e")], language("en"))
    assert scale.text(Amount(value=606.1, unit="kgCO2e", low=600, high=612)) == "606\u00a0kg\u00a0CO₂e"
    assert scale.text(Amount(value=606.1, unit="kgCO2e", low=307, high=2141)) == "610\u00a0kg\u00a0CO₂e"
    assert scale.between(Amount(value=606.1, unit="kgCO2e", low=307, high=2141)) == "310 to 2,100"
    assert scale.between(Amount(value=606.1, unit="kgCO2e")) == ""


# --- files -------------------------------------------------------------------------------------------


def parts(page):
    """Return the scripts of a page: what they are, and what they hold."""
    return re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)


def test_an_svg_says_what_it_is(year):
    chart = drawn("team", year, language="fr")
    root = ElementTree.fromstring(chart.svg())
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (root.get("role"), root.get("lang")) == ("img", "fr")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == chart.title
    assert chart.alt in description.text
    assert f"édition {chart.edition}\u202f; dessiné le 30 novembre 2026" in description.text
    assert "Coding\u00a0: 610\u00a0kg\u00a0CO₂e (310 à 2\u202f100)" in description.text


@pytest.mark.parametrize("name", ["team", "flow", "month"])
def test_an_svg_reaches_for_nothing_and_meets_no_other_on_a_page(year, name):
    pictures = [drawn(name, year, theme=theme).svg() for theme in ("light", "dark")]
    for svg in pictures:
        assert re.findall(r"\b(?:href|src|url\()\S*|<(?:script|style|image|foreignObject|use)\b", svg) == []
        assert set(re.findall(r'https?://[^"\s<]+', svg)) == {"http://www.w3.org/2000/svg"}
    ids = [id for svg in pictures for id in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len(set(ids)) == 4


def test_labels_of_strangers_are_text_in_an_svg(hostile):
    root = ElementTree.fromstring(drawn("team", hostile, width=2000).svg())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "rect",
        "line",
        "text",
        "tspan",
    }
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "<svg onload=alert(1)>&amp;" in texts
    assert not any(sign in text for text in texts for sign in "\u202e\u202c")
    assert max(map(len, texts)) < 400


def test_labels_of_strangers_run_nowhere_in_a_page(hostile):
    chart = charts.draw("group", hostile, by="team", made=MADE)
    page = chart.html()
    kinds = [kind for kind, _ in parts(page)]
    assert kinds == [' type="application/json" id="spec"', "", ""]
    spec = parts(page)[0][1]
    assert "<" not in spec
    names = [row["name"] for rows in json.loads(spec)["datasets"].values() for row in rows if "name" in row]
    assert "<svg onload=alert(1)>&amp;" in names
    assert html.escape("<svg onload=alert(1)>&amp;") in page
    assert "<svg onload" not in page


def test_the_policy_of_a_page_names_its_scripts_and_nothing_else(year):
    page = drawn("team", year).html()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    given = dict(part.split(" ", 1) for part in policy.split("; "))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for _, text in parts(page)[1:]]
    style = base64.b64encode(hashlib.sha256(re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1].encode()).digest())
    assert given["default-src"] == "'none'"
    assert given["script-src"].split() == [f"'sha256-{digest}'" for digest in hashes]
    assert given["style-src"] == f"'sha256-{style.decode()}'"
    assert "unsafe" not in policy
    assert re.findall(r'<(?:link|img|iframe)\b|\bsrc="', page.partition("<script")[0]) == []


def test_a_page_holds_the_picture_and_the_numbers_without_a_script(year):
    page = drawn("team", year, language="fr").html().partition("<script")[0]
    assert '<html lang="fr">' in page
    assert "<svg" in page
    assert '<th scope="row">Coding</th><td>730</td><td>610</td><td>310 à 2\u202f100</td>' in page


def test_a_page_is_drawn_in_a_browser_within_its_policy(year, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("chromium is not installed: the page was not opened in a browser")
    path = tmp_path / "chart.html"
    path.write_text(drawn("team", year).html(), "utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=10000")
    done = subprocess.run(
        [browser, *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert re.findall(r".*CONSOLE.*", done.stderr) == []
    assert 'class="vega-embed"' in done.stdout
    assert re.search(r'<svg[^>]*aria-label="Coding makes nine tenths of the carbon\.', done.stdout)


def chunks(png):
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + data)
        yield kind.decode(), data
        at += 12 + length


def test_a_png_is_twice_as_wide_and_says_what_it_is(year):
    chart = drawn("market", year, width=400)
    found = list(chunks(chart.png()))
    assert (found[0][0], struct.unpack(">II", found[0][1][:8])[0], found[-1][0]) == ("IHDR", 800, "IEND")
    texts = dict(data.decode().split("\0\0\0\0\0") for kind, data in found if kind == "iTXt")
    assert texts["Title"] == chart.title
    assert chart.edition in texts["Description"]


def test_the_json_is_vega_lite_with_its_numbers_inside(year):
    chart = drawn("month", year, language="fr")
    document = json.loads(chart.json())
    assert document["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
    assert document["usermeta"]["footprint"]["table"] == list(chart.table)
    assert document["usermeta"]["footprint"]["edition"] == chart.edition
    assert document["description"] == chart.description
    del document["usermeta"]
    assert alt.Chart.from_dict(document).to_dict()["layer"]


@pytest.mark.parametrize("name", ["month", "flow", "evidence"])
def test_the_same_chart_has_the_same_bytes(year, name):
    one, again = drawn(name, year), drawn(name, year)
    assert (one.svg(), one.json(), one.png()) == (again.svg(), again.json(), again.png())


def test_a_notebook_shows_a_chart(year):
    bundle = drawn("team", year)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/markdown", "text/plain"}
    assert bundle["text/markdown"].splitlines()[0] == "| team | rows | carbon, kg\u00a0CO₂e | 90 % range |"


def test_markdown_escapes_what_a_label_would_do(hostile):
    text = drawn("group", hostile, by="team").markdown()
    assert "\\<svg onload=alert(1)\\>&amp;" in text
    assert {line.count("|") - line.count("\\|") for line in text.splitlines()} == {5}


# --- the commands ------------------------------------------------------------------------------------


def run(*arguments, status=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


ROWS = [
    ("2025-03-01", "Search", "gpt-4o", "FR", 10, 5000, 4000),
    ("2025-04-01", "Support", "gpt-4o-mini", "US", 3, 900, 1200),
]


@pytest.fixture
def table(tmp_path):
    return usage(tmp_path / "usage.csv", ROWS)


def test_a_chart_is_written_in_every_format_with_the_same_bytes_twice(table, tmp_path):
    for _ in range(2):
        for form in ("svg", "png", "json", "html"):
            path = tmp_path / f"team.{form}"
            before = path.read_bytes() if path.exists() else None
            assert run("chart", "team", table, "-o", path, "--date", "2026-11-30") == f"Written: {path}\n"
            assert before in (None, path.read_bytes())


def test_the_day_is_that_of_source_date_epoch(table, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735689600")
    assert "drawn on 1 January 2025" in run("chart", "team", table, "--alt")


def test_without_an_output_the_text_and_the_numbers_are_printed(table):
    text = run("chart", "team", table, "--lang", "fr")
    assert text.startswith("Search\u00a0: 83\u202f% du carbone.")
    assert "| équipe | lignes | carbone, g\u00a0CO₂e | intervalle à 90\u202f% |" in text


def test_the_text_alternative_is_printed_beside_a_file(table, tmp_path):
    text = run("chart", "month", table, "-o", tmp_path / "month.svg", "--alt")
    assert text.startswith(f"Written: {tmp_path / 'month.svg'}\n")
    assert "Mar 2025: " in text


def test_columns_are_mapped_and_set_as_for_a_batch(tmp_path):
    path = usage(tmp_path / "trace.csv", [("2024-05-10", 808, 10)], "TIMESTAMP,ContextTokens,GeneratedTokens")
    mapped = [
        "--map",
        "input_tokens=ContextTokens",
        "--map",
        "output_tokens=GeneratedTokens",
        "--map",
        "date=TIMESTAMP",
    ]
    assert "gpt-4o makes all" in run(
        "chart", "model", path, *mapped, "--set", "model=gpt-4o", "--set", "region=US", "--alt"
    )


def result_of(tmp_path, *arguments):
    path = tmp_path / "result.json"
    path.write_text(run(*arguments, "--format", "json"), "utf-8")
    return path


def test_a_result_is_drawn_as_well(tmp_path):
    path = result_of(tmp_path, "training", "gpt-3", "--drivers")
    assert run("chart", "flow", path, "--alt").startswith("1,287\u00a0MWh of electricity, and what follows from it.")
    assert run("chart", "market", path, "--alt").startswith("552.1\u00a0t\u00a0CO₂e by place; by contract not known.")


def test_drivers_of_a_result_need_to_be_in_it(tmp_path):
    with_drivers = result_of(tmp_path, "query", "gpt-4o", "--output-tokens", 400, "--region", "FR", "--drivers")
    assert "of the uncertainty" in run("chart", "drivers", with_drivers, "--alt")
    without = result_of(tmp_path, "query", "gpt-4o", "--output-tokens", 400, "--region", "FR")
    assert "write it with --drivers --format json" in run("chart", "drivers", without, status=1)


def test_a_summary_is_refused_with_what_to_give_instead(table, tmp_path):
    path = tmp_path / "summary.json"
    path.write_text(run("batch", table, "--format", "json"), "utf-8")
    assert "summary.json: this is the summary of a batch" in run("chart", "team", path, status=1)


@pytest.mark.parametrize(
    "document",
    [
        {"activity": {}},
        {"edition": "x", "activity": None},
        {"activity": {"kind": "query"}, "factors": "x", "edition": 1},
    ],
)
def test_json_that_is_no_estimate_is_refused_in_one_line(tmp_path, document):
    path = tmp_path / "result.json"
    path.write_text(json.dumps(document), "utf-8")
    output = run("chart", "phase", path, status=1)
    assert output.startswith("Error: result.json: this is no estimate") and output.count("\n") == 1


def test_an_estimate_with_a_broken_part_is_refused_in_one_line(tmp_path):
    path = result_of(tmp_path, "training", "gpt-3")
    document = json.loads(path.read_text("utf-8"))
    for broken in ({"carbon_location": {"value": "many"}}, {"date": "yesterday"}, {"factors": [1]}):
        path.write_text(json.dumps({**document, **broken}), "utf-8")
        output = run("chart", "phase", path, status=1)
        assert output.startswith("Error: result.json: the estimate cannot be read") and output.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["team", "{usage}", "-o", "x.gif"], 2, "x.gif: a chart is written as .svg, .png, .json or .html."),
        (["group", "{usage}"], 2, "--by COLUMN"),
        (["group", "{usage}", "--by", "department"], 1, "no column 'department'"),
        (["team", "{usage}", "--date", "soon"], 2, "'soon' is no date"),
        (["team", "{usage}", "--width", "20"], 2, "not between 280 and 2400"),
        (["tema", "{usage}"], 2, "tema"),
        (["team", "nowhere.csv"], 1, "nowhere.csv"),
    ],
)
def test_a_mistake_is_one_line(table, arguments, status, said):
    output = run("chart", *(argument.format(usage=table) for argument in arguments), status=status)
    assert said in output
    assert "Traceback" not in output


def test_rows_that_all_fail_are_no_chart(tmp_path):
    path = usage(tmp_path / "unknown.csv", [("2025-01-01", "A", "gpt-99", "FR", 1, 1, 1)])
    assert "none of the 1 rows could be estimated: unknown model" in run("chart", "team", path, status=1)


def test_a_failure_leaves_the_old_picture(table, tmp_path):
    path = tmp_path / "team.svg"
    path.write_text("old", "utf-8")
    run("chart", "group", table, "--by", "department", "-o", path, status=1)
    assert path.read_text("utf-8") == "old"


def test_a_badge_is_small_says_its_range_and_stays_text(table, tmp_path):
    path = tmp_path / "badge.svg"
    label = "</title><script>alert(1)</script>"
    for _ in range(2):
        before = path.read_bytes() if path.exists() else None
        run("badge", table, "-o", path, "--date", "2026-11-30", "--label", label)
        assert before in (None, path.read_bytes())
    root = ElementTree.fromstring(path.read_text("utf-8"))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "title", "rect", "text", "tspan"}
    assert "90 % range" in root.find(f"{SVG}title").text
    assert "30 November 2026" in root.find(f"{SVG}title").text
    assert (float(root.get("width")) < 400, root.get("height")) == (True, "22")
    assert label in ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_a_badge_is_drawn_of_energy_and_water_and_in_french(year):
    assert "Empreinte de l’IA\u00a0: 3,5\u00a0MWh" in badge(year, language="fr", measure="energy", made=MADE)
    assert "AI footprint: 14\u00a0m³, 90 % range" in badge(year, measure="water", made=MADE)


def test_text_on_a_badge_reads():
    for measure in charts.MEASURES:
        assert contrast("#ffffff", THEMES["print"].of(measure)) >= 4.5


def test_a_document_of_another_kind_is_no_subject():
    with pytest.raises(DataError, match="this is no estimate"):
        charts.of_document([1, 2], open_catalogue())
