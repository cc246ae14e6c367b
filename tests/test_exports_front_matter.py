"""A model card that a person wrote is updated in place: one key changes, every other byte stays."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import footprint

CARD = """---
license: mit   # ours, since 2024
language:
    - en
    - "fr"
tags: [text-generation,   'nlp']

# what follows is measured
model-index:
- name: my-model
  results: []
summary: >-
  a long
  text
---
# My model

co2_eq_emissions: not this one
"""


@pytest.fixture(scope="module")
def run():
    return footprint.training("gpt-3")


@pytest.fixture(scope="module")
def card(run):
    def updated(text, result=None):
        return footprint.export(result or run, "model-card", into=text, date="2026-11-23")

    return updated


def matter(text):
    return YAML(typ="safe", pure=True).load(re.match(r"\ufeff?\s*---\r?\n(.*?)^---", text, re.DOTALL | re.MULTILINE)[1])


def without_the_key(text):
    """Return the lines of a card that are not of our block."""
    return re.sub(r"^co2_eq_emissions:.*\n(  .*\n)*", "", text, count=1, flags=re.MULTILINE)


def test_a_card_without_the_key_gets_it_at_the_end_of_its_front_matter(card):
    new = card(CARD)
    assert without_the_key(new) == CARD
    assert new.index("summary:") < new.index("co2_eq_emissions:\n  emissions: 552100000\n") < new.index("# My model")


def test_updating_twice_changes_nothing_more(card):
    assert card(card(CARD)) == card(CARD)


def test_a_block_that_is_there_keeps_its_place_its_comments_and_its_own_keys(card):
    old = CARD.replace(
        "language:",
        "co2_eq_emissions:\n    # by hand\n    emissions: 1 # to be checked\n    source: 'mine'\n"
        "    verified_by: me\nlanguage:",
    )
    new = card(old)
    assert 'co2_eq_emissions:\n    # by hand\n    emissions: 552100000 # to be checked\n    source: "Estimated' in new
    assert '    verified_by: me\n    training_type: "pre-training"\n' in new
    assert new.index("license") < new.index("co2_eq_emissions") < new.index("language:")
    before, after = matter(old), matter(new)
    assert {**after, "co2_eq_emissions": 0} == {**before, "co2_eq_emissions": 0}


def test_what_the_result_does_not_say_stays_as_the_card_has_it(card):
    unnamed = footprint.training(
        accelerator="h100", accelerators=8, hours="24 h", pue=1.1, region="FR", date="2025-01-01"
    )
    new = card("---\nco2_eq_emissions:\n  emissions: 3\n  training_type: fine-tuning\n---\n", unnamed)
    assert matter(new)["co2_eq_emissions"]["training_type"] == "fine-tuning"
    assert matter(new)["co2_eq_emissions"]["hardware_used"] == "8 x NVIDIA H100 SXM5 80GB"


@pytest.mark.parametrize(
    ("old", "kept"),
    [
        ("co2_eq_emissions: 149200 # grams\n", "co2_eq_emissions: # grams\n  emissions: 552100000\n"),
        ("co2_eq_emissions: 149200\n", "co2_eq_emissions:\n  emissions: 552100000\n"),
        ("co2_eq_emissions:\n", "co2_eq_emissions:\n  emissions: 552100000\n"),
        ("co2_eq_emissions: null\n", "co2_eq_emissions:\n  emissions: 552100000\n"),
        ("co2_eq_emissions: {emissions: 12}\n", 'co2_eq_emissions: {emissions: 552100000, source: "'),
        ("co2_eq_emissions: {}\n", 'co2_eq_emissions: {emissions: 552100000, source: "'),
        ('"co2_eq_emissions":\n  "emissions": 12\n', '"co2_eq_emissions":\n  "emissions": 552100000\n'),
        ("co2_eq_emissions:\n  emissions:\n", "co2_eq_emissions:\n  emissions: 552100000\n"),
        (
            "co2_eq_emissions:\n  emissions: 1\n  source: >\n    long\n    text\n",
            '  emissions: 552100000\n  source: "Est',
        ),
    ],
)
@pytest.mark.parametrize("after", ["", "license: mit\n"])
def test_old_forms_of_the_key_become_the_present_one(card, old, kept, after):
    new = card(f"---\ntags: [a]\n{old}{after}---\nbody\n")
    assert kept in new
    read = matter(new)
    assert list(read) == ["tags", "co2_eq_emissions", *(["license"] if after else [])]
    assert read["co2_eq_emissions"]["emissions"] == 552100000
    assert new.endswith("---\nbody\n")


@pytest.mark.parametrize(
    "text", ["", "# A model\n", "\n\n# A model\n", "no end", "---\n---\n", "---\n# only a remark\n---\nx"]
)
def test_a_file_without_front_matter_or_with_an_empty_one_gets_one_and_keeps_its_text(card, text):
    new = card(text)
    assert matter(new)["co2_eq_emissions"]["emissions"] == 552100000
    assert new.endswith(text.removeprefix("---\n---\n").removeprefix("---\n# only a remark\n---\n"))


def test_line_ends_and_a_mark_at_the_head_stay(card):
    new = card("\ufeff---\r\nlicense: mit\r\n---\r\n# A model\r\n")
    assert new.startswith("\ufeff---\r\nlicense: mit\r\nco2_eq_emissions:\r\n  emissions: 552100000\r\n")
    assert "\n" not in new.replace("\r\n", "")


@pytest.mark.parametrize(
    "block",
    [
        "base: &b {emissions: 1}\nco2_eq_emissions: *b\n",
        "co2_eq_emissions: &e\n  emissions: &n 1\nother: *n\n",
        "co2_eq_emissions: [1, 2]\n",
        "co2_eq_emissions: |\n  1\n",
        "co2_eq_emissions: 1\nco2_eq_emissions: 2\n",
        "license: [mit\n",
        "{license: mit}\n",
        "- a\n- b\n",
        "a: b: c\n",
        "a: 1\n\t b: 2\n",
    ],
)
def test_a_front_matter_that_cannot_be_edited_without_harm_is_refused(card, block):
    with pytest.raises(footprint.FootprintError, match="front matter"):
        card(f"---\n{block}---\nbody\n")


def test_a_front_matter_without_an_end_is_refused(card):
    with pytest.raises(footprint.FootprintError, match="no line '---' that ends it"):
        card("---\nlicense: mit\n# A model\n")


def reads_as(text, wanted):
    try:
        return matter(text) == wanted
    except YAMLError:
        return False


KEYS = st.text("abcxyz_-", min_size=1, max_size=8).filter(lambda key: key[0] not in "-" and key != "y")
LEAVES = st.one_of(st.integers(-9, 9), st.booleans(), st.none(), st.text("ab: #'\"-é\n{}[]|>&*!%@", max_size=12))
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.dictionaries(KEYS, TREES, min_size=1, max_size=5), flow=st.booleans(), place=st.integers(0, 5))
def test_whatever_else_a_person_wrote_reads_the_same(card, written, flow, place):
    import io

    items = list(written.items())
    items.insert(place, ("co2_eq_emissions", {"emissions": 1, "note": "mine"}))
    emitter = YAML(typ="safe", pure=True)
    emitter.default_flow_style = None if flow else False
    emitter.sort_base_mapping_type_on_output = False
    file = io.StringIO()
    emitter.dump(dict(items), file)
    old = f"---\n{file.getvalue()}---\nbody\n"
    assume(reads_as(old, dict(items)))  # the emitter writes some texts that no parser reads
    read = matter(card(old))
    assert read.pop("co2_eq_emissions")["note"] == "mine"
    assert read == written
