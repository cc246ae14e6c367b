"""Public claims about the footprint of AI: each answered from the catalogue, with operands, years and a verdict.

What a claim says, the verdict and the reasons stand in ``datasets/claims.csv``; every figure is computed when the
claim is answered, so that an answer follows the catalogue and an overlay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from footprint.catalogue import Catalogue, Source
from footprint.errors import UnknownNameError, UsageError, clipped, did_you_mean
from footprint.record import hall_claims, training_claims, use_claims
from footprint.record.working import LANGUAGES, Operand, Refusal, Result, Words, Working
from footprint.units import Quantity

__all__ = ["LANGUAGES", "VERDICTS", "Answer", "Claim", "answered", "listed", "parameters_of"]

#: What a verdict is called, and what it means.
VERDICTS: dict[str, tuple[Words, Words]] = {
    "right": (Words("Right", "Juste"), Words("holds as it is said", "vrai tel quel")),
    "right_with_condition": (
        Words("Right with a condition", "Juste sous condition"),
        Words("holds when the condition is said with it", "vrai si la condition est dite avec"),
    ),
    "partly_right": (
        Words("Partly right", "En partie juste"),
        Words("one part holds, another is not supported", "une partie est vraie, une autre n’est pas étayée"),
    ),
    "outdated": (
        Words("Outdated", "Dépassé"),
        Words(
            "held for the sources of its time, no more today", "vrai selon les sources de son temps, plus aujourd’hui"
        ),
    ),
    "misleading": (
        Words("Misleading", "Trompeur"),
        Words("leads to a wrong conclusion", "conduit à une conclusion fausse"),
    ),
    "not_supported": (
        Words("Not supported", "Non étayé"),
        Words("does not follow from what is known", "ne découle pas de ce qui est connu"),
    ),
    "unquantified": (
        Words("Unquantified", "Non chiffré"),
        Words("no place, time or amount that could be tested", "ni lieu, ni date, ni quantité à vérifier"),
    ),
    "opinion": (Words("Opinion", "Opinion"), Words("nothing to compute", "rien à calculer")),
    "out_of_scope": (
        Words("Out of scope", "Hors sujet"),
        Words("no statement about energy, water or emissions", "ne dit rien de l’énergie, de l’eau ou des émissions"),
    ),
}

SAID_BY = {"press": Words("the press", "la presse"), "chatbot": Words("a chatbot", "un agent conversationnel")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement that is often heard, in our own words, and what is to be said of it."""

    id: str
    text: Words
    said_by: str
    said_in: str
    verdict: str
    explanation: Words
    #: sentences with the names of operands and results in braces; blank where nothing is to be said instead
    instead: Words
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What may be stated for an answer, and what is taken otherwise."""

    default: str
    meaning: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A claim with the figures behind it, as the catalogue has them now."""

    claim: Claim
    operands: tuple[Operand, ...]
    results: tuple[Result, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[Words, ...]
    sources: tuple[Source, ...]
    edition: str
    given: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The verdict, one word of `VERDICTS`."""
        return self.claim.verdict

    def amount(self, key: str) -> Any:
        """Return the quantity of an operand or a result by its key; None where only bounds of it are known.

        Raises
        ------
        KeyError : there is none of that name
        """
        amounts: dict[str, Quantity | None] = {item.key: item.quantity for item in self.operands}
        return (amounts | {item.key: item.quantity for item in self.results})[key]

    def instead(self, language: str = "en") -> str:
        """Return what to say instead, with the figures of this catalogue."""
        figures = {item.key: item.text(language, ranged=False) for item in self.operands}
        figures |= {item.key: item.text(language, counted=False) for item in self.results}
        figures |= {key: words.of(language) for key, words in self.words.items()}
        return re.sub(r"\{(\w+)\}", lambda found: figures[found[1]], self.claim.instead.of(language))

    def letters(self) -> dict[str, str]:
        """Return the letter under which each operand and each result is printed, by its key."""
        keys = (*(item.key for item in self.operands), *(item.key for item in self.results))
        return {key: _letter(place) for place, key in enumerate(keys)}

    def formula(self, result: Result) -> str:
        """Return how a result follows, in the letters of its operands."""
        letters = self.letters()
        return " ".join(letters.get(token, token) for token in result.formula).replace("( ", "(").replace(" )", ")")

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the published JSON object."""
        label, meaning = VERDICTS[self.verdict]
        return {
            "id": self.claim.id,
            "claim": self.claim.text.of(language),
            "said_by": self.claim.said_by,
            "said_in": self.claim.said_in,
            "verdict": self.verdict,
            "verdict_label": label.of(language),
            "verdict_meaning": meaning.of(language),
            "explanation": self.claim.explanation.of(language),
            "given": dict(self.given),
            "operands": [item.as_dict(language) for item in self.operands],
            "results": [item.as_dict(language) for item in self.results],
            "refused": [item.as_dict(language) for item in self.refusals],
            "warnings": [words.of(language) for words in self.warnings],
            "instead": self.instead(language),
            "sources": [{"id": source.id, "citation": source.citation} for source in self.sources],
            "language": language,
            "edition": self.edition,
        }


_ANSWERS: dict[str, Callable[[Working, Mapping[str, str]], None]] = {
    "C1": training_claims.gpt3_emissions,
    "C2": training_claims.gpt3_in_cars,
    "C3": use_claims.ten_searches,
    "C4": training_claims.training_in_town_days,
    "C5": hall_claims.small_nation,
    "C6": hall_claims.water_peaks,
    "C7": hall_claims.google_emissions,
    "C8": hall_claims.taiwan,
    "C9": hall_claims.us_water,
    "C10": use_claims.computing_power,
    "C11": use_claims.falling_cost,
    "C12": use_claims.lighter_models,
    "C13": hall_claims.more_energy,
    "M1": use_claims.cost_per_day,
    "M2": training_claims.gpt4_money,
}

_PARAMETERS: dict[str, dict[str, Parameter]] = {
    "C4": {
        "inhabitants": Parameter(default="10000", meaning=Words("inhabitants of the town", "habitants de la ville")),
        "country": Parameter(default="", meaning=Words("FR or US", "FR ou US")),
        "sectors": Parameter(default="", meaning=Words("all, consumed or homes", "all, consumed ou homes")),
        "per_day": Parameter(
            default="",
            meaning=Words("electricity of an inhabitant and day, your own", "électricité par habitant et jour"),
        ),
    },
    "C6": {
        "ai_energy": Parameter(
            default="", meaning=Words("load of AI, such as 2 TWh_IT", "charge d’IA, comme 2 TWh_IT")
        ),
        "provider": Parameter(default="", meaning=Words("who runs the halls", "exploitant des salles")),
        "region": Parameter(default="", meaning=Words("where they stand", "lieu des salles")),
        "date": Parameter(default="", meaning=Words("day of the factors", "jour des facteurs")),
    },
    "C9": {
        "region": Parameter(default="", meaning=Words("place whose stress is asked", "lieu dont on demande le stress"))
    },
}


def listed(catalogue: Catalogue) -> list[Claim]:
    """Return all claims, C1 first.

    >>> from footprint.catalogue import open_catalogue
    >>> [claim.id for claim in listed(open_catalogue())][:3]
    ['C1', 'C2', 'C3']
    """
    rows = catalogue.rows("SELECT * FROM claims ORDER BY id[1], CAST(id[2:] AS INTEGER)")
    return [
        Claim(
            id=row["id"],
            text=Words(row["claim_en"], row["claim_fr"]),
            said_by=row["said_by"],
            said_in=row["said_in"],
            verdict=row["verdict"],
            explanation=Words(row["explanation_en"], row["explanation_fr"]),
            instead=Words(row["instead_en"] or "", row["instead_fr"] or ""),
            sources=(
                row["source"],
                *(part.strip() for part in (row["other_sources"] or "").split(";") if part.strip()),
            ),
        )
        for row in rows
    ]


def parameters_of(id: str) -> Mapping[str, Parameter]:
    """Return what may be stated for the answer to a claim.

    >>> list(parameters_of("C4"))
    ['inhabitants', 'country', 'sectors', 'per_day']
    """
    return _PARAMETERS.get(id, {})


def answered(ids: Sequence[str], catalogue: Catalogue, given: Mapping[str, str] | None = None) -> list[Answer]:
    """Answer claims by their ids, or all of them; ``given`` replaces what an answer takes otherwise.

    Raises
    ------
    footprint.errors.UnknownNameError : no such claim
    footprint.errors.UsageError : something is given that no answer takes

    Examples
    --------
    >>> from footprint.catalogue import open_catalogue
    >>> (cars,) = answered(["C2"], open_catalogue())
    >>> f"{cars.amount('cars').magnitude:.1f}", cars.verdict
    ('120.0', 'right_with_condition')
    """
    claims = {claim.id: claim for claim in listed(catalogue)}
    chosen = [_named(id, claims) for id in ids] if ids else list(claims.values())
    given = given or {}
    _refuse_unknown(given, chosen)
    return [_answer(claim, catalogue, given) for claim in {claim.id: claim for claim in chosen}.values()]


def _named(id: str, claims: Mapping[str, Claim]) -> Claim:
    claim = claims.get(id.strip().upper())
    if claim is None:
        known = ", ".join(claims)
        raise UnknownNameError("claim", id, (), f"Known are {known}; footprint claims lists them.")
    return claim


def _refuse_unknown(given: Mapping[str, str], chosen: Iterable[Claim]) -> None:
    ids = [claim.id for claim in chosen]
    known = {name: claim for claim in ids for name in parameters_of(claim)}
    for name in given:
        if name not in known:
            takes = "; ".join(f"{id} takes {', '.join(parameters_of(id))}" for id in ids if parameters_of(id))
            raise UsageError(
                f"'{clipped(name)}' is nothing that these answers take{did_you_mean(name, known)} "
                f"{takes or 'None of them takes anything'}."
            )


def _answer(claim: Claim, catalogue: Catalogue, given: Mapping[str, str]) -> Answer:
    working = Working(catalogue)
    taken = {name: given.get(name, parameter.default) for name, parameter in parameters_of(claim.id).items()}
    answer = _ANSWERS.get(claim.id)
    if answer is not None:
        answer(working, taken)
    cited = [*claim.sources, *(operand.source for operand in working.operands.values() if operand.source)]
    sources = (catalogue.source(id) for id in dict.fromkeys(cited))
    return Answer(
        claim=claim,
        operands=tuple(working.operands.values()),
        results=tuple(working.results.values()),
        refusals=tuple(working.refusals),
        warnings=tuple(working.warnings),
        sources=tuple(source for source in sources if source is not None),
        edition=catalogue.edition,
        given={name: value for name, value in taken.items() if value},
        words=working.words,
    )


def _letter(place: int) -> str:
    """Return a, b ... z, aa, ab ...

    >>> _letter(0), _letter(25), _letter(26)
    ('a', 'z', 'aa')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(97 + rest) + letters
    return letters
