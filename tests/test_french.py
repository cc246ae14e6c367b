"""Every text that a reader of French sees is in French: each message of the code is in the catalogue, well formed."""

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from footprint.language import LANGUAGES, language
from footprint.reporting import vocabulary

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "footprint" / "locales"
MODULES = sorted((ROOT / "footprint").rglob("*.py"))
TEMPLATES = sorted((ROOT / "reports" / "templates").glob("*.j2"))
OTHERS = [code for code in LANGUAGES if code != "en"]


def catalogue(code):
    with (LOCALES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def called(node):
    """Return the name of what a call calls: ``words(...)``, ``self.words(...)``, ``words.plural(...)``."""
    function = node.func
    if isinstance(function, ast.Attribute):
        owner = ast.unparse(function.value).rpartition(".")[2]
        return function.attr if owner != "words" else f"words.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def texts(node):
    """Yield the texts that a first argument may be: one, or either of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def messages_of_the_code():
    """Return every message that is written in the code, and one place of it."""
    found = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = called(node)
            if name in ("words", "marked"):
                said = list(texts(node.args[0]))
            elif name in ("words.context", "marked_in"):
                said = [(context, text) for context in texts(node.args[0]) for text in texts(node.args[1])]
            elif name == "words.plural":
                said = [text for argument in node.args[:2] for text in texts(argument)]
            else:
                continue
            found |= {text: f"{path.relative_to(ROOT)}, line {node.lineno}" for text in said}
    for path in TEMPLATES:
        for text in re.findall(r'words\("([^"]+)"\)', path.read_text("utf-8")):
            found[text] = path.relative_to(ROOT).as_posix()
    return found


def ids(code):
    """Return the messages of a catalogue, each with its context where it has one; of a plural both forms."""
    return {
        (message.context, text) if message.context else text
        for message in catalogue(code)
        if message.id
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
    }


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_of_the_code_is_in_the_catalogue(code):
    known = ids(code)
    missing = {text: place for text, place in messages_of_the_code().items() if text not in known}
    assert missing == {}


@pytest.mark.parametrize("code", OTHERS)
def test_every_word_that_a_report_takes_from_elsewhere_is_in_the_catalogue(code):
    """Labels of results, methods, scopes, evidence, quality, and where on the ladder a factor was found."""
    assert sorted(vocabulary.messages() - ids(code)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_of_the_catalogue_is_translated(code):
    empty = [message.id for message in catalogue(code) if message.id and not message.string]
    empty += [message.id for message in catalogue(code) if message.id and message.fuzzy]
    assert empty == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_takes_the_values_of_its_message(code):
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    wrong = []
    for message in catalogue(code):
        if not message.id:
            continue
        said = message.id if isinstance(message.id, tuple) else (message.id,)
        given = message.string if isinstance(message.string, tuple) else (message.string,)
        # The form for one may leave out the count.
        wanted = fields(said[-1])
        wrong += [text for text in given if fields(text) - wanted or wanted - fields(text) - {"count"}]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_stands_twice(code):
    text = (LOCALES / f"{code}.po").read_text("utf-8")
    found = re.findall(r'^((?:msgctxt .+\n)?msgid ".+")$', text, flags=re.MULTILINE)
    assert sorted({text for text in found if found.count(text) > 1}) == []


def test_french_holds_a_sign_to_its_word_with_a_space_that_does_not_break():
    """Before a colon, a semicolon and a percent sign French has a space; a line must not end there."""
    loose = []
    for message in catalogue("fr"):
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id and re.search(r"(?<=\S)[ ][:;!?%»]|«[ ]|\w[;!?»](?!\w)", text):
                loose.append(text)
    assert loose == []


def test_a_language_says_its_numbers_months_and_lists():
    words = language("fr")
    assert (
        words("{low} to {high}", low=words.number("1,287.06"), high=words.number("2,000"))
        == "1\u202f287,06 à 2\u202f000"
    )
    assert words.month("2026-02") == "févr. 2026"
    assert words.listed(["a", "b", "c"]) == "a, b et c"
