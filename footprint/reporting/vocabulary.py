"""Words that come from elsewhere in the package and stand in a report: each with its message, so that it is translated.

Whole sentences of settling (assumptions, warnings, most reasons) are written with their values, and have no messages:
they stay in English, marked as such.
"""

from __future__ import annotations

import re

from footprint.charts.drivers import INPUTS
from footprint.language import ENGLISH, Language, marked
from footprint.methods import METHODS
from footprint.reporting.blocks import Passage
from footprint.results import LABELS
from footprint.scopes import Claim, claims

#: Columns that every report may break down by, and those that many exports have.
COLUMNS = {
    "model": marked("model"),
    "month": marked("month"),
    "region": marked("region"),
    "team": marked("team"),
    "project": marked("project"),
    "user": marked("user"),
    "service": marked("service"),
    "source_file": marked("file"),
}
#: How a figure was found.
QUALITIES = {
    "measured": marked("measured"),
    "provider_reported": marked("reported by the provider"),
    "modelled": marked("modelled"),
    "proxy": marked("proxy"),
}
#: How well a factor is known.
EVIDENCE = {
    "primary": marked("primary"),
    "secondary": marked("secondary"),
    "derived": marked("derived"),
    "judgement": marked("judgement"),
    "unverified": marked("unverified"),
}
#: Where a factor was found, as `FactorUse.rung` says it.
RUNGS = {
    text: text
    for text in (
        marked("stated by the user"),
        marked("overlay of the user"),
        marked("published inputs of the run"),
        marked("coefficient of the method"),
        marked("default of the class large cloud"),
        marked("default of the class colocation"),
        marked("default of the class own room"),
        marked("default of the class unknown"),
        marked("published size"),
        marked("size of the model"),
        marked("size of the family"),
        marked("estimated by others"),
        marked("published configuration"),
        marked("measured on the same model"),
        marked("accelerator"),
        marked("processor"),
        marked("instance"),
        marked("published per image"),
        marked("published per video"),
        marked("left out by the method"),
    )
}
#: The place of a rung of the ladder, and how its year is to that of the activity.
PLACES = {
    text: text
    for text in (
        marked("region"),
        marked("country"),
        marked("area"),
        marked("fleet"),
        marked("grid zone"),
        marked("world, named by the user"),
        marked("provider's region"),
        marked("provider's country"),
        marked("provider's area"),
        marked("provider's fleet"),
    )
}
YEARS = {
    "undated": marked("undated"),
    "own year": marked("of the year itself"),
}
#: Why a figure is not known, where the sentence has no values in it.
REASONS = {
    text: text
    for text in (
        marked("no contract, supplier factor or residual mix was declared"),
        marked("no region was given; name one with --region (or 'world' for the world average)"),
        marked("no row could be estimated"),
    )
}
_EARLIER = marked("of {year}, for {asked}")
_LADDER = re.compile(
    r"(?P<place>.+), (?:(?P<when>undated|own year)|nearest earlier year \((?P<year>\d+) for (?P<asked>\d+)\))"
)


def messages() -> set[str]:
    """Return every message of this vocabulary, those of labels, methods and scopes among them."""
    own = (COLUMNS, QUALITIES, EVIDENCE, RUNGS, PLACES, YEARS, REASONS, LABELS, INPUTS)
    return {
        *(message for table in own for message in table.values()),
        *(method.label for method in METHODS.values()),
        *_scopes(),
        _EARLIER,
    }


def _scopes() -> set[str]:
    """Return what may be said of scopes: of each role, each kind of host and each boundary of the grid factors."""
    said: set[str] = set()
    for role in ("owner", "tenant", "buyer"):
        for kind in ("cloud", "colocation", None):
            for boundary in ("lifecycle", "direct"):
                found, sentences = claims(role, [kind], boundary)
                said |= {*map(str, found.values()), *sentences}
    return said


def scope(claim: Claim, words: Language) -> str:
    """Return a scope and its category as a report writes them."""
    return words(str(claim))


def column(name: str, words: Language) -> str:
    """Return the name of a column of the input: a well-known one translated, another as the input has it."""
    return words(COLUMNS[name]) if name in COLUMNS else name


def driver(name: str, words: Language) -> str:
    """Return what an input of the equations is called; several that act together are named as one."""
    labels = [words(INPUTS[part]) if part in INPUTS else part.replace("_", " ") for part in name.split(" and ")]
    return words.listed(dict.fromkeys(labels))


def rung(text: str, words: Language) -> str | Passage:
    """Return where a factor was found.

    >>> from footprint.language import language
    >>> rung("country, nearest earlier year (2023 for 2025)", language("en"))
    'country, of 2023, for 2025'
    """
    if text in RUNGS:
        return words(RUNGS[text])
    found = _LADDER.fullmatch(text)
    if found is None or found["place"] not in PLACES:
        return english(text, words)
    when = words(YEARS[found["when"]]) if found["when"] else words(_EARLIER, year=found["year"], asked=found["asked"])
    return f"{words(PLACES[found['place']])}, {when}"


def reason(text: str, words: Language) -> str | Passage:
    """Return why a figure is not known: translated where the sentence is a fixed one."""
    return words(REASONS[text]) if text in REASONS else english(text, words)


def english(text: str, words: Language) -> str | Passage:
    """Return a sentence that is there in English alone, marked as such in a report of another language."""
    return text if words.code == ENGLISH else Passage(text, ENGLISH)
