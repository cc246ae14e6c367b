"""What a report says: the same sections, tables and sentences for every format, from one inventory.

Sentences are messages of the language catalogue. A sentence that is not true of the data is not said. Each part of a
report is written by a module of `footprint.reporting.sections`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from footprint.language import Language
from footprint.reporting.account import Account, claimed, period_of, why_not
from footprint.reporting.blocks import Block, Document, Section
from footprint.reporting.sections.accounting import energy, intensities, scopes, water
from footprint.reporting.sections.breakdown import breakdown
from footprint.reporting.sections.factors import assumptions, factors
from footprint.reporting.sections.front import front
from footprint.reporting.sections.mapping import mapping
from footprint.reporting.sections.quality import quality, uncertainty
from footprint.reporting.sections.trail import trail
from footprint.reporting.sections.years import years

__all__ = ["Account", "claimed", "document", "period_of", "why_not"]


def document(account: Account, words: Language) -> Document:
    """Return the report of an account in the language of ``words``."""
    definition, summary = account.definition, account.summary
    makers: dict[str, Callable[[Account, Language], Iterator[Block]]] = {
        "scopes": scopes,
        "breakdown": breakdown,
        "water": water,
        "energy": energy,
        "quality": quality,
        "uncertainty": uncertainty,
        "intensities": intensities,
        "years": years,
        "factors": factors,
        "assumptions": assumptions,
        "mapping": mapping,
        "trail": trail,
    }
    titles = {
        "scopes": words("By scope"),
        "breakdown": words("What drives it"),
        "water": words("Water"),
        "energy": words("Electricity by source"),
        "quality": words("Quality and coverage"),
        "uncertainty": words("How sure it is"),
        "intensities": words("Intensities"),
        "years": words("Year on year"),
        "factors": words("Factors"),
        "assumptions": words("Assumptions and warnings"),
        "mapping": words("Places in standards"),
        "trail": words("How to check it"),
    }
    sections = []
    for name in definition.sections:
        blocks = tuple(makers[name](account, words)) if name in makers else ()
        if blocks:
            sections.append(Section(name, titles[name], blocks))
    return Document(
        language=definition.language,
        kicker=" · ".join(part for part in (definition.organisation, period_of(account, words)) if part),
        title=definition.title or words("The footprint of AI use"),
        summary=tuple(front(account, words)),
        sections=tuple(sections),
        foot=words(
            "Estimated by footprint {version}, factors of edition {edition}, on {date}.",
            version=account.version,
            edition=summary.edition,
            date=account.made.date(),
        ),
    )
