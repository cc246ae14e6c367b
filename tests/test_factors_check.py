"""The check of a folder of factors: one fault each, with its line, its column and the remedy; and what passes."""

import shutil

import pytest
from pytest import approx

import footprint
from footprint._files import shipped
from footprint.catalogue.build import descriptor
from footprint.catalogue.check import TOLD, check
from footprint.errors import CatalogueError

DATASETS = shipped("datasets", "datapackage.json")
HEADERS = {
    name: ",".join(field["name"] for field in resource["schema"]["fields"]) for name, resource in descriptor().items()
}
#: A row of factors that is as it should be, cell by cell.
ROW = {
    "id": "my_pue_2024",
    "kind": "pue",
    "subject": "ovh",
    "zone": "FRA",
    "year": "2024",
    "value": "1.2",
    "low": "1.1",
    "high": "1.3",
    "distribution": "shifted_lognormal",
    "unit": "kWh/kWh_IT",
    "source": "iso30134_2",
    "locator": "",
    "evidence": "primary",
    "note": "",
}


def line(**cells):
    """Return the sound row of factors with other cells, as CSV."""
    row = ROW | cells
    assert list(row) == HEADERS["factors"].split(",")
    return ",".join(f'"{cell}"' if "," in cell or '"' in cell else cell for cell in row.values())


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a table (rows after its own header) and gives the folder."""

    def write(table, *rows, name=None, header=None):
        path = tmp_path / (name or f"{table}.csv")
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([header or HEADERS[table], *rows]) + "\n", encoding="utf-8")
        return tmp_path

    return write


def only(folder):
    """Return the one fault of a folder."""
    faults = check(folder).faults
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


# --- what passes -------------------------------------------------------------------------------------


def test_a_sound_overlay_has_no_fault_and_is_counted(folder):
    found = check(folder("factors", line(), line(id="my_pue_2023", year="2023")))
    assert (found.faults, found.files, found.rows) == ([], 1, 2)


def test_a_file_as_spreadsheets_write_it_passes_with_its_mark_and_its_line_ends(tmp_path):
    text = "\r\n".join([HEADERS["factors"], line(note='said "so", twice'.replace('"', '""')), "", ""])
    (tmp_path / "factors.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert check(tmp_path).faults == []
    assert footprint.datacenter(it_power="1 MW", hours="1 h", region="FR", provider="ovh", factors=tmp_path)


def test_factors_may_stand_in_the_folder_of_that_name(folder):
    assert check(folder("factors", line(), name="factors/facility.csv")).faults == []


def test_a_reference_may_lead_to_a_row_of_the_same_folder(folder):
    folder("sources", "my_audit,Audit of our hall,,,2025,,,internal,,2025-06-01,primary,not published")
    folder("zones", "XKA,country,Nowhere,XKA,XN,EMEA,,", "XKA-1,subnational,North,,,XKA,,")
    assert check(folder("factors", line(source="my_audit", zone="XKA-1"))).faults == []


def test_a_row_of_a_cloud_region_passes(folder):
    assert check(folder("factors", line(zone="aws:eu-west-3"))).faults == []


def test_the_shipped_folder_passes_and_so_does_a_copy_of_it(tmp_path):
    shutil.copytree(DATASETS, tmp_path / "copy")
    assert check(tmp_path / "copy").faults == []


# --- cells ---------------------------------------------------------------------------------------------

CELLS = [
    # column, what is given, what is wanted, the remedy
    ("value", "1,2", "a number", "write 1.2, with a decimal point"),
    ("value", "1,287", "a number", "write 1287 or 1.287"),
    ("value", "1.2 kWh", "a number", "a unit has its own column"),
    ("value", "nan", "a number", "leave it blank"),
    ("value", "NaN", "a number", "leave it blank"),
    ("value", "inf", "a number", "leave it blank"),
    ("value", "-Infinity", "a number", "leave it blank"),
    ("value", "1e999", "a number", "digits"),
    ("value", "0x10", "a number", "digits"),
    ("value", "1_000", "a number", "digits"),
    ("value", "", "a value", "fill it in"),
    ("low", "1.25", "no more than the value", "the value is 1.2"),
    ("high", "1.15", "no less than the value", "the value is 1.2"),
    ("low", "0.9", "a figure from 1 to 4 kWh/kWh_IT", "mind the unit"),
    ("high", "12", "a figure from 1 to 4 kWh/kWh_IT", "mind the unit"),
    ("year", "2024.0", "a whole number", "write 2024"),
    ("year", "MMXXIV", "a whole number", "write digits"),
    ("year", "1024", "at least 1990", "mind the unit"),
    ("year", "20240", "at most 2100", "mind the unit"),
    ("id", "My PUE", "an id of small letters", "write it so"),
    ("id", "", "a value", "fill it in"),
    ("kind", "puee", "a kind of kinds.csv", "did you mean 'pue'?"),
    ("kind", "", "a value", "fill it in"),
    ("zone", "France", "an id of zones.csv or regions.csv", "did you mean 'FRA'?"),
    ("zone", "fr", "an id of zones.csv or regions.csv", "did you mean 'FRA'?"),
    ("zone", "aws:eu-west-33", "an id of zones.csv or regions.csv", "did you mean 'aws:eu-west-3'?"),
    ("zone", "@", "an id of zones.csv or regions.csv", "footprint factors regions"),
    ("distribution", "normal", "one of lognormal, split_lognormal", "did you mean 'lognormal'?"),
    ("unit", "kWh", "the unit of pue, kWh/kWh_IT,", "convert the value"),
    ("unit", "kwh/kwh", "a unit of units.txt", "written as kWh/kWh_IT"),
    ("unit", "9**9**9**9", "a unit of units.txt", "written as"),
    ("unit", "__import__('os')", "a unit of units.txt", "written as"),
    ("source", "iso30134", "an id of sources.csv", "did you mean 'iso30134_2'?"),
    ("source", "our_own_audit_of_the_hall", "an id of sources.csv", "add the row to sources.csv first"),
    ("evidence", "primry", "one of primary, secondary", "did you mean 'primary'?"),
    ("evidence", "", "a value", "fill it in"),
    ("note", "a\x07b", "a printable text", "take out the control characters"),
]


@pytest.mark.parametrize(("column", "given", "wanted", "remedy"), CELLS)
def test_a_wrong_cell_is_told_with_its_line_its_column_and_the_remedy(folder, column, given, wanted, remedy):
    fault = only(folder("factors", line(id="sound", year="2023"), line(**{column: given})))
    assert (fault.file, fault.line, fault.column) == ("factors.csv", 3, column)
    assert fault.wanted.startswith(wanted)
    assert remedy in fault.remedy
    assert fault.given == given.replace("\x07", " ")


def test_a_fault_reads_as_one_line_with_its_place_first(folder):
    fault = only(folder("factors", line(value="1,2")))
    assert str(fault) == "factors.csv:2: value: '1,2' where a number is wanted; write 1.2, with a decimal point"


def test_a_long_cell_is_quoted_in_short(folder):
    fault = only(folder("factors", line(value="9" * 300 + "x")))
    assert len(fault.given) == 60 and len(str(fault)) < 200


def test_a_date_is_a_day_of_the_calendar(folder):
    row = "mine,Mine,,,2025,https://example.org,,mine,,{},primary,"
    for text in ("2025-02-30", "1/6/2025", "2025", "20250601"):
        fault = only(folder("sources", row.format(text)))
        assert (fault.column, fault.wanted) == ("retrieved", "a date")


def test_a_source_leads_to_a_work_or_says_why_not(folder):
    fault = only(folder("sources", "mine,Mine,,,2025,,,mine,,2025-06-01,primary,"))
    assert (fault.line, fault.column, fault.wanted) == (2, "url", "an address, or a doi")
    assert "say in the note why not" in fault.remedy


def test_an_address_and_a_doi_have_their_shapes(folder):
    row = "mine,Mine,,,2025,{},{},mine,,2025-06-01,primary,"
    assert only(folder("sources", row.format("www.example.org", ""))).wanted == "an address that begins with https://"
    assert only(folder("sources", row.format("", "https://doi.org/10.1/2"))).column == "doi"


@pytest.mark.parametrize("value", ["-5", "77000"])
def test_a_grid_intensity_that_cannot_be_is_told(folder, value):
    grid = {"kind": "grid_average_lifecycle", "subject": "", "unit": "gCO2e/kWh", "low": "", "high": ""}
    fault = only(folder("factors", line(**grid, value=value)))
    assert (fault.column, fault.wanted) == ("value", "a figure from 0 to 2500 gCO2e/kWh")


@pytest.mark.parametrize(
    ("cells", "column", "wanted"),
    [
        ({"value": "0", "low": "0"}, "value", "a figure above zero"),
        ({"value": "9000", "high": "9000"}, "value", "a figure up to"),
        ({"unit": "h"}, "unit", "the unit a"),
        ({"low": "", "high": ""}, "low", "a bound, as the shipped row has"),
    ],
)
def test_a_coefficient_of_ones_own_can_stand_where_the_shipped_one_does(folder, cells, column, wanted):
    """Equations divide by a lifetime, and its range is said with it."""
    sound = {"id": "hardware_lifetime", "kind": "coefficient", "subject": "embodied", "zone": "", "year": ""}
    sound |= {"value": "5", "low": "3", "high": "6", "unit": "a", "distribution": "beta_pert"}
    assert check(folder("factors", line(**sound))).faults == []
    fault = check(folder("factors", line(**(sound | cells)))).faults[0]
    assert (fault.column, fault.wanted.startswith(wanted)) == (column, True)


def test_nothing_is_log_uniform_from_zero(folder):
    assert (
        only(
            folder("factors", line(kind="wue_site_consumed", unit="L/kWh_IT", low="0", distribution="log_uniform"))
        ).wanted
        == "a lower bound above zero"
    )


def test_a_unit_of_a_new_kind_holds_for_its_factors(folder):
    folder("kinds", "my_heat,kWh/kWh_IT,Heat,Heat given away,3,beta_pert")
    assert check(folder("factors", line(kind="my_heat"))).faults == []
    assert only(folder("factors", line(kind="my_heat", unit="kWh"))).wanted == "the unit of my_heat, kWh/kWh_IT,"


def test_a_parent_that_is_nowhere_in_the_table_is_told_once_it_is_read(folder):
    folder("zones", "XKA-1,subnational,North,,,XKA,,", "XKA,country,Nowhere,XKA,XN,EMEEA,,")
    fault = only(folder("factors", line()))
    assert (fault.file, fault.line, fault.column, fault.given) == ("zones.csv", 3, "parent", "EMEEA")
    assert "EMEA" in fault.remedy


# --- rows against each other ------------------------------------------------------------------------------


def test_a_key_stands_once_and_the_second_row_names_the_first(folder):
    fault = only(folder("factors", line(), line(year="2023")))
    assert (fault.line, fault.column, fault.given) == (3, "id", "my_pue_2024")
    assert "factors.csv:2 has it already" in fault.remedy


def test_a_key_of_two_columns_stands_once(folder):
    row = "FRA,2024,500,0,0,0,1,0,0,0,0,0,owid_energy_2026,secondary"
    fault = only(folder("electricity_mix", row, row))
    assert (fault.line, fault.given) == (3, "FRA 2024")


def test_two_files_of_one_table_share_their_keys(folder):
    folder("factors", line(), name="factors/facility.csv")
    fault = only(folder("factors", line(year="2023"), name="factors/grid.csv"))
    assert fault.line == 2
    assert {fault.file, fault.remedy.partition(":")[0]} == {"factors/facility.csv", "factors/grid.csv"}


def test_two_rows_for_one_kind_subject_zone_and_year_leave_it_open_which_is_meant(folder):
    fault = only(folder("factors", line(), line(id="other")))
    assert (fault.line, fault.wanted) == (3, "one row for a kind, subject, zone and year")


def test_a_row_may_take_the_place_of_a_shipped_one(folder):
    assert check(folder("factors", line(id="pue_aws_irl_2024", subject="aws", zone="IRL"))).faults == []


# --- files -----------------------------------------------------------------------------------------------


def test_a_missing_column_is_told_at_the_header(folder):
    header = HEADERS["factors"].replace(",locator", "")
    fault = only(folder("factors", line().replace(",iso30134_2,,", ",iso30134_2,"), header=header))
    assert (fault.line, fault.column, fault.given) == (1, "locator", None)
    assert fault.remedy == "add it; its cells may be blank"


def test_a_column_with_a_wrong_name_is_told_with_the_right_one(folder):
    header = HEADERS["factors"].replace("distribution", "distributon")
    first, second = check(folder("factors", line(), header=header)).faults
    assert (first.column, first.remedy) == ("distribution", "add it and fill it in")
    assert (second.given, second.remedy) == ("distributon", "did you mean 'distribution'?")


def test_a_column_that_is_not_of_the_table_is_told(folder):
    fault = only(folder("factors", f"{line()},x", header=f"{HEADERS['factors']},checked_by_me"))
    assert (fault.line, fault.given, fault.wanted) == (1, "checked_by_me", "a column of factors")


def test_a_column_that_stands_twice_is_told(folder):
    fault = only(folder("factors", f"{line()},x", header=f"{HEADERS['factors']},note"))
    assert (fault.line, fault.column, fault.wanted) == (1, "note", "one column of this name")


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_columns_parted_by_another_sign_are_one_fault(folder, sign, name):
    rows = [text.replace(",", sign) for text in (line(), HEADERS["factors"])]
    fault = only(folder("factors", rows[0], header=rows[1]))
    assert (fault.line, fault.wanted) == (1, "columns parted by commas")
    assert name in fault.remedy


def test_a_row_with_a_cell_too_many_is_told_and_the_next_one_is_read(folder):
    rows = [f"{line()},x", line(id="b", year="2022", value="x")]
    ragged, other = check(folder("factors", *rows)).faults
    assert (ragged.line, ragged.column, ragged.given) == (2, None, "15 cells")
    assert "between quotes" in ragged.remedy
    assert (other.line, other.column) == (3, "value")


def test_a_row_with_a_cell_too_few_is_told(folder):
    assert only(folder("factors", line().rpartition(",")[0])).given == "13 cells"


def test_lines_are_those_of_the_file_where_a_cell_holds_several(folder):
    rows = [line(note="one, two\nthree"), "", line(id="b", year="2022", value="x")]
    assert only(folder("factors", *rows)).line == 5


def test_an_open_quotation_is_told_where_its_record_begins(folder):
    fault = only(folder("factors", line(), '"my_pue_2023,pue'))
    assert (fault.line, fault.wanted) == (3, "a record of CSV")
    assert "close each quotation mark" in fault.remedy


def test_a_blank_file_is_told(tmp_path):
    (tmp_path / "factors.csv").write_bytes(b"")
    fault = only(tmp_path)
    assert (fault.line, fault.wanted) == (1, "a header")
    assert HEADERS["factors"] in fault.remedy


def test_a_header_without_a_row_is_told(folder):
    fault = only(folder("factors"))
    assert (fault.line, fault.wanted) == (2, "a row")


def test_bytes_that_are_no_utf8_are_told_at_their_cell(tmp_path):
    text = "\n".join([HEADERS["factors"], line(note="mesuré à Roubaix")])
    (tmp_path / "factors.csv").write_bytes(text.encode("latin-1"))
    fault = only(tmp_path)
    assert (fault.line, fault.column, fault.wanted) == (2, "note", "a text in UTF-8")


@pytest.mark.parametrize("data", ["id,kind\n".encode("utf-16"), b"PK\x03\x04\x00\x00", "id,kind\n".encode("utf-16-le")])
def test_a_file_that_is_no_text_is_one_fault(tmp_path, data):
    (tmp_path / "factors.csv").write_bytes(data)
    fault = only(tmp_path)
    assert (fault.line, fault.wanted) == (1, "a text in UTF-8")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("factor.csv", "factors.csv"),
        ("Source.csv", "sources.csv"),
        ("my_factors.csv", "factors.csv"),
        ("grid.csv", "factors/grid.csv"),
        ("factors.xlsx", "factors.csv"),
        ("factors/facilities.csv", "factors/facility.csv"),
    ],
)
def test_a_file_name_that_no_table_has_is_told_with_the_nearest(folder, name, nearest):
    folder("factors", line())
    fault = only(folder("factors", line(), name=name))
    assert (fault.file, fault.line) == (name, 0)
    assert f"did you mean {nearest}?" in fault.remedy


def test_other_files_of_a_folder_are_nobodys_business(folder):
    overlay = folder("factors", line())
    (overlay / "README.md").write_text("ours")
    (overlay / "datapackage.json").write_text("{}")
    assert check(overlay).faults == []


def test_a_folder_without_a_table_is_told(tmp_path):
    assert only(tmp_path).wanted == "at least one table"


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "nowhere")


def test_a_thousand_faults_alike_are_told_in_short_and_counted(folder):
    rows = [line(id=f"r{i}", year=str(1990 + i % 100), subject=f"s{i}", value=f"x{i}") for i in range(1000)]
    found = check(folder("factors", *rows))
    assert (len(found.faults), found.rows) == (TOLD, 1000)
    assert sum(1 + fault.more for fault in found.faults) == 1000
    assert str(found.faults[-1]).endswith("(980 more rows like this)")


def test_a_header_of_ten_thousand_wrong_columns_is_told_in_short(folder):
    wrong = [f"c{i}" for i in range(10_000)]
    found = check(folder("factors", ",".join([line(), *wrong]), header=",".join([HEADERS["factors"], *wrong])))
    assert len(found.faults) <= TOLD


# --- the overlay in use --------------------------------------------------------------------------------


def test_an_overlay_that_passes_wins_over_the_shipped_rows(folder):
    overlay = folder("factors", line())
    options = {"it_power": "1 MW", "hours": "1000 h", "region": "FR", "provider": "ovh", "date": "2024-06-01"}
    ours, shipped_ = (footprint.datacenter(**options, factors=place) for place in (overlay, None))
    assert ours.facility_energy.m_as("MWh") == approx(1200)
    pue = next(use for use in ours.factors if use.name == "pue")
    assert (pue.id, pue.rung) == ("my_pue_2024", "overlay of the user")
    assert shipped_.facility_energy.m_as("MWh") != approx(1200)
    assert ours.edition != shipped_.edition


def test_an_overlay_that_is_edited_between_two_estimates_is_read_again(folder):
    options = {"it_power": "1 MW", "hours": "1000 h", "region": "FR", "provider": "ovh", "date": "2024-06-01"}
    first = footprint.datacenter(**options, factors=folder("factors", line()))
    second = footprint.datacenter(**options, factors=folder("factors", line(value="1.25")))
    assert (first.facility_energy.m_as("MWh"), second.facility_energy.m_as("MWh")) == (approx(1200), approx(1250))


def test_an_overlay_gives_a_size_to_a_closed_model(folder):
    cells = dict.fromkeys(HEADERS["models"].split(","), "") | {
        "id": "our-model",
        "name": "Our model",
        "total_parameters": "70",
        "active_parameters": "70",
        "parameters_basis": "published",
        "source": "our_card",
        "evidence": "primary",
    }
    folder("sources", "our_card,Our model card,,,2025,https://example.org/card,,mine,,2025-06-01,primary,")
    overlay = folder("models", ",".join(cells.values()))
    assert check(overlay).faults == []
    answer = footprint.query(
        "our-model", output_tokens=1000, region="FR", provider="ovh", date="2025-06-01", factors=overlay
    )
    used = {use.id: use for use in answer.factors}
    assert used["models:our-model:active_parameters"].value == 70
    assert "Our model card" in used["models:our-model:active_parameters"].citation


def test_what_the_check_refuses_the_catalogue_does_not_take_silently(folder):
    overlay = folder("factors", line(kind="puee"))
    assert check(overlay).faults
    with pytest.raises(CatalogueError, match="footprint factors check"):
        footprint.training("gpt-3", factors=overlay)
