"""``footprint claims``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.commands.options import factors_option

if TYPE_CHECKING:
    from footprint.commands.listing import Column
    from footprint.record.claims import Answer, Claim

#: What stands around the figures, in both languages.
_HEADS = {
    "en": {
        "claim": "claim",
        "verdict": "verdict",
        "operands": "Operands",
        "what": "what",
        "amount": "amount",
        "year": "year",
        "boundary": "boundary",
        "source": "source",
        "results": "Results",
        "how": "how",
        "refused": "Not computed",
        "warnings": "Warnings",
        "instead": "Say instead",
        "sources": "Sources",
        "said": "Said by {by}, {when}.",
        "given": "Stated: {given}.",
        "takes": "--set takes {names}",
        "more": "footprint claims ID answers one, with its operands and sources",
        "colon": ": ",
    },
    "fr": {
        "claim": "affirmation",
        "verdict": "verdict",
        "operands": "Opérandes",
        "what": "quoi",
        "amount": "valeur",
        "year": "année",
        "boundary": "périmètre",
        "source": "source",
        "results": "Résultats",
        "how": "calcul",
        "refused": "Non calculé",
        "warnings": "Avertissements",
        "instead": "Dire plutôt",
        "sources": "Sources",
        "said": "Dit par {by}, {when}.",
        "given": "Indiqué\u00a0: {given}.",
        "takes": "--set accepte {names}",
        "more": "footprint claims ID --lang fr répond à l’une d’elles, avec opérandes et sources",
        "colon": "\u00a0: ",
    },
}


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language of the answer."
)
@click.option(
    "--format", "form", type=click.Choice(("text", "json", "md")), default="text", show_default=True, help="Output."
)
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="What an answer takes, such as inhabitants=25000 for C4; an answer says what it takes.",
)
@factors_option
def claims(ids: tuple[str, ...], lang: str, form: str, given: tuple[str, ...], factors: Path | None) -> None:
    """Public claims about AI's footprint: operands, years, boundaries, verdict, and what to say instead.

    Without an ID the claims are listed with their verdicts; Markdown and JSON answer all of them.

    \b
    Examples:
      footprint claims
      footprint claims C3
      footprint claims C2 --lang fr
      footprint claims C4 --set inhabitants=25000 --set sectors=homes
    """
    from footprint.catalogue import open_catalogue
    from footprint.commands.render import as_json
    from footprint.record.claims import answered, listed

    catalogue = open_catalogue(factors)
    if not ids and form == "text" and not given:
        click.echo(_overview(listed(catalogue), lang, "table"))
        click.echo(f"\n{_HEADS[lang]['more']}")
        return
    answers = answered(ids, catalogue, _pairs(given))
    if form == "json":
        click.echo(as_json([answer.as_dict(lang) for answer in answers]))
    else:
        page = _markdown if form == "md" else _text
        pages = [page(answer, lang) for answer in answers]
        if form == "md" and len(answers) > 1:
            pages.insert(0, _overview([answer.claim for answer in answers], lang, "md"))
        click.echo(("\n\n" if form == "md" else "\n\n\n").join(pages))


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(f"--set: '{text}' is no NAME=VALUE, such as inhabitants=25000.")
        if name.strip() in pairs:
            raise click.UsageError(f"--set: {name.strip()} is given twice.")
        pairs[name.strip()] = value.strip()
    return pairs


def _overview(rows: Sequence[Claim], lang: str, form: str) -> str:
    from footprint.commands.listing import Column, rendered
    from footprint.record.claims import VERDICTS

    heads = _HEADS[lang]
    cells = [
        {"id": claim.id, "verdict": VERDICTS[claim.verdict][0].of(lang), "claim": claim.text.of(lang)} for claim in rows
    ]
    columns = [
        Column("", lambda row: str(row["id"])),
        Column(heads["verdict"], lambda row: str(row["verdict"])),
        Column(heads["claim"], lambda row: str(row["claim"]), least=30),
    ]
    return rendered(cells, columns, form, len(cells), "")


def _title(answer: Answer, lang: str) -> str:
    return f"{answer.claim.id}. {answer.claim.text.of(lang)}"


def _said(answer: Answer, lang: str) -> str:
    from footprint.record.claims import SAID_BY

    by = SAID_BY[answer.claim.said_by].of(lang)
    return _HEADS[lang]["said"].format(by=by, when=answer.claim.said_in)


def _given(answer: Answer, lang: str) -> str:
    from footprint.record.claims import parameters_of

    heads, takes = _HEADS[lang], parameters_of(answer.claim.id)
    stated = {name: value for name, value in answer.given.items() if value != takes[name].default}
    if stated:
        return heads["given"].format(given=", ".join(f"{name}={value}" for name, value in stated.items()))
    return heads["takes"].format(names=", ".join(takes)) if takes else ""


def _operands(answer: Answer, lang: str) -> tuple[list[dict[str, Any]], list[Column]]:
    from footprint.commands.listing import Column

    heads, letters = _HEADS[lang], answer.letters()
    rows = [
        {
            "letter": letters[item.key],
            "what": item.label.of(lang),
            "amount": item.text(lang),
            "year": str(item.year or ""),
            "boundary": item.boundary.of(lang),
            "source": item.source or "",
        }
        for item in answer.operands
    ]
    return rows, [
        Column("", lambda row: row["letter"]),
        Column(heads["what"], lambda row: row["what"], least=20),
        Column(heads["amount"], lambda row: row["amount"], right=True),
        Column(heads["year"], lambda row: row["year"]),
        Column(heads["boundary"], lambda row: row["boundary"], least=16),
        Column(heads["source"], lambda row: row["source"]),
    ]


def _results(answer: Answer, lang: str) -> tuple[list[dict[str, Any]], list[Column]]:
    from footprint.commands.listing import Column

    heads, letters = _HEADS[lang], answer.letters()
    rows = []
    for item in answer.results:
        rows.append(
            {
                "letter": letters[item.key],
                "what": item.label.of(lang),
                "amount": item.text(lang),
                "how": answer.formula(item),
                "command": item.command or "",
            }
        )
    return rows, [
        Column("", lambda row: row["letter"]),
        Column(heads["what"], lambda row: row["what"], least=24),
        Column(heads["amount"], lambda row: row["amount"], right=True),
        Column(heads["how"], lambda row: row["how"] or row["command"], least=20),
    ]


def _verdict(answer: Answer, lang: str) -> tuple[str, str]:
    from footprint.record.claims import VERDICTS

    label, meaning = VERDICTS[answer.verdict]
    return label.of(lang), meaning.of(lang)


def _text(answer: Answer, lang: str) -> str:
    from footprint.commands.listing import rendered
    from footprint.commands.render import wrapped

    heads = _HEADS[lang]
    label, meaning = _verdict(answer, lang)
    lines = [*(click.style(line, bold=True) for line in wrapped("", _title(answer, lang))), _said(answer, lang), ""]
    first, *rest = wrapped("", f"{label} ({meaning}). {answer.claim.explanation.of(lang)}")
    lines += [click.style(label, bold=True) + click.unstyle(first).removeprefix(label), *rest]
    for title, (rows, columns) in (
        (heads["operands"], _operands(answer, lang)),
        (heads["results"], _results(answer, lang)),
    ):
        if rows:
            lines += ["", click.style(title, bold=True), rendered(rows, columns, "table", len(rows), "")]
    for title, notes, colour in (
        (heads["refused"], [_refusal(item, lang) for item in answer.refusals], None),
        (heads["warnings"], [words.of(lang) for words in answer.warnings], "red"),
    ):
        if notes:
            lines += ["", click.style(title, bold=True, fg=colour)]
            for note in notes:
                lines += wrapped("  - ", note)
    instead = answer.instead(lang)
    if instead:
        lines += ["", click.style(heads["instead"], bold=True), *wrapped("  ", instead)]
    lines += ["", click.style(heads["sources"], bold=True)]
    for source in answer.sources:
        lines += wrapped(f"  {source.id}  ", source.citation, hang=6)
    foot = [note for note in (_given(answer, lang), f"edition {answer.edition}") if note]
    lines += ["", *(click.style(note, dim=True) for note in foot)]
    return "\n".join(lines)


def _refusal(item: Any, lang: str) -> str:
    return f"{item.label.of(lang)}{_HEADS[lang]['colon']}{item.reason.of(lang)}"


def _markdown(answer: Answer, lang: str) -> str:
    from footprint.commands.listing import rendered
    from footprint.commands.render import escaped

    heads = _HEADS[lang]
    label, meaning = _verdict(answer, lang)
    lines = [
        f"## {escaped(_title(answer, lang))}",
        "",
        f"**{escaped(label)}** ({escaped(meaning)}). {escaped(answer.claim.explanation.of(lang))}",
        "",
        escaped(_said(answer, lang)),
    ]
    for title, (rows, columns) in (
        (heads["operands"], _operands(answer, lang)),
        (heads["results"], _results(answer, lang)),
    ):
        if rows:
            lines += ["", f"{title}{heads['colon'].rstrip()}", "", rendered(rows, columns, "md", None, "")]
    for title, notes in (
        (heads["refused"], [_refusal(item, lang) for item in answer.refusals]),
        (heads["warnings"], [words.of(lang) for words in answer.warnings]),
    ):
        if notes:
            lines += ["", f"{title}{heads['colon'].rstrip()}", "", *(f"- {escaped(note)}" for note in notes)]
    instead = answer.instead(lang)
    if instead:
        lines += ["", f"**{heads['instead']}{heads['colon'].rstrip()}** {escaped(instead)}"]
    cited = "; ".join(f"{source.citation} (`{source.id}`)" for source in answer.sources)
    lines += ["", f"{heads['sources']}{heads['colon']}{cited}."]
    return "\n".join(lines)
