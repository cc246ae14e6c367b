"""The catalogue as a process opens it: ahead of being asked, from a file that any other process may have spoilt."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from footprint.catalogue import engine

ROOT = Path(__file__).parents[1]
ASKED = ("query", "gpt-4o", "--output-tokens", "400", "--region", "FR", "--date", "2026-01-31", "--format", "json")


@pytest.fixture
def process(tmp_path):
    """Run Python with a cache of its own, and return what it prints."""

    def run(*arguments):
        own = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
        return subprocess.run((sys.executable, *arguments), env=own, capture_output=True, text=True, check=True).stdout

    return run


def databases(tmp_path):
    return sorted((tmp_path / "cache").rglob("catalogue-*.duckdb"))


@pytest.mark.parametrize("spoil", ["cut", "one byte", "emptied", "other", "without tables", "gone"])
def test_a_spoilt_database_is_built_anew_and_the_answer_is_the_same(process, tmp_path, spoil):
    first = process("-m", "footprint", *ASKED)
    (database,) = databases(tmp_path)
    whole = database.read_bytes()
    # A process that has it open keeps its own: what is spoilt is another file of that name.
    database.unlink()
    if spoil == "without tables":
        duckdb.connect(str(database)).close()
    elif spoil != "gone":
        kept = {"cut": len(whole) // 3, "one byte": len(whole) - 1, "emptied": 0, "other": 0}[spoil]
        database.write_bytes(whole[:kept] + b"no database " * (9000 * (spoil == "other")))
    assert process("-m", "footprint", *ASKED) == first
    assert json.loads(first)["carbon_location"]["value"] > 0
    assert [path.stat().st_size for path in databases(tmp_path)] == [len(whole)]


def test_what_is_asked_ahead_is_what_the_catalogue_says_when_it_is_asked(process):
    said = process(
        "-c",
        """
import footprint
from footprint.catalogue import ahead, open_catalogue, standing

open_catalogue()  # the database is built
ahead.begin()
found = ahead.taken()
assert found is not None and ahead.taken() is None, "the first who asks takes it"
catalogue = open_catalogue()
assert found.edition == catalogue.edition and found.rows.keys() == set(standing.EVERY)
for sql, rows in found.rows.items():
    assert sorted(map(str, rows)) == sorted(map(str, catalogue.rows(sql))), sql
    assert rows or sql in (standing.INSTRUMENTS, standing.OWN_RESIDUAL_MIXES), sql
print("the same")
""",
    )
    assert said == "the same\n"


def test_the_engine_raises_the_errors_of_its_package():
    assert (engine.duckdb.Error, engine.duckdb.IOException) == (duckdb.Error, duckdb.IOException)
    assert engine.duckdb.DuckDBPyConnection is duckdb.DuckDBPyConnection


def test_a_duckdb_without_an_engine_of_its_own_is_taken_whole(process):
    code = """
import sys
sys.modules["_duckdb"] = None
sys.modules["duckdb"] = whole = type(sys)("duckdb")
from footprint.catalogue.engine import duckdb
print(duckdb is whole)
"""
    assert process("-c", code) == "True\n"


@pytest.mark.parametrize("seconds", [0, 0.01, 0.03, 0.06])
def test_a_process_that_ends_while_the_catalogue_is_opened_ends_well(process, seconds):
    process("-c", "from footprint.catalogue import open_catalogue; open_catalogue()")
    begun = f"import time; from footprint.catalogue import ahead; ahead.begin(); time.sleep({seconds})"
    for _ in range(4):
        assert process("-c", begun) == ""  # and with status 0, which the fixture asks for


@pytest.mark.parametrize("asked", ["help", "completion"])
def test_nothing_is_opened_where_nothing_is_estimated(process, monkeypatch, asked):
    if asked == "completion":
        monkeypatch.setenv("_FOOTPRINT_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", "footprint query --output-to")
        monkeypatch.setenv("COMP_CWORD", "2")
    code = """
import sys
from footprint.commands import main

try:
    main(["query", "--help"], prog_name="footprint")
finally:
    print("DuckDB was imported" if "_duckdb" in sys.modules else "nothing was opened")
"""
    said = process("-c", code)
    assert ("--output-tokens" in said, said.splitlines()[-1]) == (True, "nothing was opened")


def test_an_overlay_is_asked_itself_also_where_the_shipped_catalogue_was_opened_ahead(process, tmp_path):
    overlay = tmp_path / "own"
    overlay.mkdir()
    (overlay / "factors.csv").write_text(
        "id,kind,subject,zone,year,value,low,high,distribution,unit,source,locator,evidence,note\n"
        "ours_fr,grid_average_lifecycle,,FRA,2025,7,,,lognormal,gCO2e/kWh,footprint_judgement,,judgement,x\n"
    )
    shipped, own = (json.loads(process("-m", "footprint", *ASKED, *more)) for more in ((), ("--factors", str(overlay))))
    assert "ours_fr" in {use["id"] for use in own["factors"]} - {use["id"] for use in shipped["factors"]}
    assert own["edition"] != shipped["edition"]


def test_a_database_that_is_damaged_where_it_is_read_late_is_one_line_and_removed(process, tmp_path):
    process("-m", "footprint", *ASKED)
    (database,) = databases(tmp_path)
    said = process(
        "-c",
        f"""
import duckdb
from footprint.catalogue import open_catalogue
from footprint.errors import CatalogueError

catalogue = open_catalogue()
catalogue.connection.close()
catalogue.connection = duckdb.connect({str(database)!r}, read_only=True)
whole = open({str(database)!r}, "rb").read()
with open({str(database)!r}, "r+b") as file:  # every block but the headers
    file.seek(12_288)
    file.write(bytes(len(whole) - 12_288))
try:
    catalogue.place("aws:eu-west-3")
except CatalogueError as error:
    print(error)
""",
    )
    assert re.fullmatch(
        r"the database that is kept of the catalogue was damaged \(.+\); it is removed: run the command again\.\n", said
    )
    assert not database.exists()
