"""Scope and category by role: claimed only where a role is named, and as the GHG Protocol has them."""

import json

import pytest
from click.testing import CliRunner

import footprint
from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import UsageError
from footprint.scopes import CATEGORIES, ROLES, claims

CARBON = ("carbon_location", "carbon_market", "carbon_embodied", "carbon_upstream")
GIVEN = {"output_tokens": 400, "region": "FR", "date": "2024-06-01"}


def claimed(**given):
    return {
        name: (claim.scope, claim.category)
        for name, claim in footprint.query("gpt-4o", **GIVEN, **given).scopes.items()
    }


def run(*command):
    result = CliRunner().invoke(main, list(command))
    assert result.exit_code == 0, result.output
    return result.output


def test_without_a_role_no_scope_is_claimed():
    estimate = footprint.query("gpt-4o", **GIVEN)
    assert (estimate.role, estimate.scopes) == (None, {})
    assert {"role", "scopes"}.isdisjoint(estimate.as_dict())
    assert "scope" not in str(estimate)


def test_the_owner_of_the_hall_reports_electricity_in_scope_2_and_the_rest_in_scope_3():
    assert claimed(role="owner", grid_boundary="direct") == {
        "carbon_location": (2, None),
        "carbon_market": (2, None),
        "carbon_embodied": (3, 2),
        "carbon_upstream": (3, 3),
    }


def test_a_buyer_of_an_api_reports_all_of_it_in_category_1():
    assert claimed(role="buyer") == dict.fromkeys(CARBON, (3, 1))


def test_a_tenant_of_a_cloud_reports_all_of_it_in_category_1():
    assert claimed(role="tenant", provider="aws") == dict.fromkeys(CARBON, (3, 1))


def test_a_tenant_of_a_colocation_hall_reports_as_its_own_boundary_says():
    scopes = footprint.query("gpt-4o", **GIVEN, role="tenant", provider="equinix").scopes
    electricity = scopes["carbon_location"]
    assert (electricity.scope, electricity.category) == (2, None)
    assert (electricity.otherwise.scope, electricity.otherwise.category) == (3, 8)
    assert (scopes["carbon_embodied"].category, scopes["carbon_upstream"].category) == (2, 3)


@pytest.mark.parametrize("provider", [None, "on_premises", "meta"])
def test_a_tenant_of_a_host_that_lets_nothing_claims_no_scope_and_is_told_why(provider):
    hall = footprint.datacenter(energy="1 MWh", pue=1.2, date="2024-06-01", provider=provider, role="tenant")
    assert hall.scopes == {}
    assert any(warning.startswith("no scope is claimed: a tenant of a cloud") for warning in hall.warnings)


@pytest.mark.parametrize(("boundary", "warned"), [("lifecycle", True), ("direct", False)])
def test_scope_2_with_a_life_cycle_factor_is_warned_of(boundary, warned):
    hall = footprint.datacenter(energy="1 MWh", pue=1.2, region="FR", date="2024-06-01", role="owner",
                                grid_boundary=boundary)  # fmt: skip
    assert any("scope 2 takes direct grid factors" in warning for warning in hall.warnings) is warned


def test_a_role_changes_no_figure():
    plain, told = (footprint.query("gpt-4o", **GIVEN, role=role) for role in (None, "buyer"))
    assert plain.known() == told.known()


def test_the_json_gives_each_carbon_result_its_scope_and_its_standard():
    printed = json.loads(run("query", "gpt-4o", "--output-tokens", "400", "--region", "FR", "--date", "2024-06-01",
                             "--role", "owner", "--format", "json"))  # fmt: skip
    assert printed["role"] == "owner"
    assert list(printed["scopes"]) == list(CARBON)
    assert printed["scopes"]["carbon_upstream"] == {
        "scope": 3,
        "category": 3,
        "name": "fuel- and energy-related activities",
        "otherwise": None,
        "source": "ghg_scope3",
    }
    assert printed["scopes"]["carbon_location"]["source"] == "ghg_scope2"


def test_a_reader_sees_the_scope_beside_the_figure():
    text = run("datacenter", "--energy", "1 MWh", "--pue", "1.2", "--region", "FR", "--date", "2024-06-01", "--role",
               "owner", "--grid-boundary", "direct")  # fmt: skip
    assert "direct grid average; scope 2" in text


def test_an_unknown_role_is_refused():
    with pytest.raises(UsageError, match=r"role: 'byer' is none of owner, tenant, buyer; did you mean 'buyer'\?"):
        footprint.query("gpt-4o", **GIVEN, role="byer")
    assert CliRunner().invoke(main, ["query", "gpt-4o", "--output-tokens", "4", "--role", "seller"]).exit_code == 2


def test_a_batch_tells_the_scopes_of_its_totals(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "usage.csv").write_text("model,output_tokens,region\ngpt-4o,400,FR\n")
    command = ("batch", "usage.csv", "--set", "date=2024-06-01", "--role")
    printed = json.loads(run(*command, "buyer", "--format", "json"))
    assert {name: claim["category"] for name, claim in printed["scopes"].items()} == dict.fromkeys(CARBON, 1)
    assert "scope 3, category 1 (purchased goods and services)" in run(*command, "buyer")
    assert "scopes" not in json.loads(run(*command[:-1], "--format", "json"))


def test_a_batch_of_a_tenant_with_hosts_of_two_kinds_claims_no_scope(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "usage.csv").write_text("model,output_tokens,provider\ngpt-4o,400,aws\ngpt-4o,400,equinix\n")
    printed = json.loads(run("batch", "usage.csv", "--set", "date=2024-06-01", "--role", "tenant", "--format", "json"))
    assert printed["scopes"] == {}
    assert any(warning.startswith("no scope is claimed") for warning in printed["warnings"])


def test_every_claim_names_a_category_and_cites_a_work():
    known = {row["id"] for row in open_catalogue().rows("SELECT id FROM sources")}
    for role in ROLES:
        for host in ("cloud", "colocation"):
            for claim in claims(role, [host], "direct")[0].values():
                assert claim.source in known
                assert claim.category is None or claim.category in CATEGORIES
