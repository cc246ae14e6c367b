"""A text for the technical documentation of a general-purpose model: compute, and energy known or estimated.

Regulation (EU) 2024/1689, Annex XI, section 1, points 2 (d) and (e). Nothing here says that a duty is met: the annex
asks for more than these two points, and the provider answers for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.charts.amounts import Amount, Scale
from footprint.errors import NotEstimableError
from footprint.exports.subject import FINE_TUNING, Frame, Subject, shown, whole
from footprint.language import ENGLISH, Language, language, marked
from footprint.methods import METHODS
from footprint.numbers import exact, number, supported
from footprint.reporting import vocabulary
from footprint.reporting.blocks import Block, Column, Document, Notes, Paragraph, Passage, Section, Table, Text
from footprint.reporting.markdown import markdown
from footprint.results import LABELS

#: How each figure of the workload is called, and its unit as it is read.
_WORKLOAD = {
    "operations": (marked("Floating-point operations"), marked("FLOP")),
    "accelerator_hours": (marked("Accelerator-hours"), marked("h")),
    "accelerators": (marked("Accelerators"), ""),
    "hours": (marked("Training time"), marked("h")),
}
#: What each energy holds, in the words of the text.
_BOUNDARIES = {
    "facility_energy": marked(
        "The energy is counted at the building's meter: servers, cooling and losses of the hall are in it."
    ),
    "it_energy": marked(
        "The energy is counted at the servers' plugs: accelerators, hosts and memory are in it, cooling and losses of "
        "the hall are not."
    ),
}
#: Energies and what follows from them, in the order of the table.
_FIGURES = ("facility_energy", "it_energy", "carbon_location", "carbon_market", "carbon_embodied")


def written(subject: Subject, frame: Frame) -> tuple[str, tuple[str, ...]]:
    """Return the text as Markdown, and what it does not say.

    Raises
    ------
    footprint.errors.NotEstimableError : the result is of no training
    footprint.errors.UsageError : neither the result nor the request names the model
    """
    if subject.kind != "training":
        raise NotEstimableError(
            "Annex XI, section 1 (2)(d) and (e), is of the making of a model: give the result of footprint training."
        )
    notes = ("points 2 (d) and (e) of section 1 alone; data, evaluation and all else of the annex are not in it.",)
    return markdown(document(subject, frame)), notes


def document(subject: Subject, frame: Frame) -> Document:
    """Return the text as sections of blocks."""
    words = language(frame.language)
    name = frame.name_of(subject)
    return Document(
        language=frame.language,
        kicker=words("Regulation (EU) 2024/1689, Annex XI, section 1, points 2 (d) and (e)"),
        title=words("Compute and energy of training: {model}", model=name),
        summary=(Paragraph(_lead(subject, words)),),
        sections=(
            Section("compute", words("Computational resources: point 2 (d)"), tuple(_compute(subject, words))),
            Section(
                "energy", words("Energy consumption, known or estimated: point 2 (e)"), tuple(_energy(subject, words))
            ),
            Section("method", words("How the figures were found"), tuple(_method(subject, words))),
        ),
        foot=words(
            "{tool}; catalogue edition {edition}; {date}",
            tool=frame.tool,
            edition=subject.edition,
            date=frame.date,
        ),
    )


def _lead(subject: Subject, words: Language) -> str:
    if subject.energy is None:
        return words("The energy consumption of this training is not known, and could not be estimated.")
    kind, amount = subject.energy
    tuned, read = subject.phase == FINE_TUNING, subject.quality == "measured"
    text = _value(subject, kind, words)
    if read:
        said = words("Measured energy of the {what}: {value}", what=_what(tuned, words), value=text)
    else:
        said = words("Estimated energy of the {what}: {value}", what=_what(tuned, words), value=text)
    between = Scale.of([amount], words).between(amount)
    ranged = words("; 5th to 95th percentile {range}", range=between) if between else ""
    return f"{said}{ranged}. {words(_BOUNDARIES[kind])}"


def _what(tuned: bool, words: Language) -> str:
    return words("fine-tuning") if tuned else words("training")


def _compute(subject: Subject, words: Language) -> Iterator[Block]:
    rows: list[tuple[Text, ...]] = []
    for name, (label, unit) in _WORKLOAD.items():
        amount = subject.workload.get(name)
        if amount is not None:
            rows.append((words(label), _number(amount, words), words(unit) if unit else "", _range(amount, words)))
    if rows:
        heads = (words("figure"), words("value"), words("unit"), words("5th to 95th percentile"))
        columns = tuple(Column(head, numeric=place in (1, 3)) for place, head in enumerate(heads))
        yield Table(words("What the training took"), columns, tuple(rows))
    said = []
    if subject.hardware:
        said.append(words("Hardware: {hardware}.", hardware=shown(subject.hardware)))
    lacking = [words(label) for name, (label, _) in _WORKLOAD.items() if name not in subject.workload]
    if not subject.hardware:
        lacking.append(words("Hardware"))
    if lacking:
        said.append(words("Not known, and left out: {names}.", names=words.listed(lacking)))
    yield Notes(tuple(said))


def _energy(subject: Subject, words: Language) -> Iterator[Block]:
    rows: list[tuple[Text, ...]] = []
    gaps: list[Text] = []
    for name in _FIGURES:
        amount = subject.amounts[name]
        if amount is not None:
            scale = Scale.of([amount], words)
            rows.append((words(LABELS[name]), _value(subject, name, words), scale.between(amount, unit=True)))
        else:
            why = subject.reasons.get(name)
            label = words("{label}: not known", label=words(LABELS[name]))
            gaps.append((f"{label} (", vocabulary.reason(whole(why), words), ")") if why else label)
    if rows:
        heads = (Column(words("figure")), Column(words("value"), True), Column(words("5th to 95th percentile"), True))
        yield Table(words("Energy of the training, and emissions beside it"), heads, tuple(rows))
    said: list[Text] = []
    pue = next((use for use in subject.factors if use.get("name") == "pue"), None)
    if pue is not None:
        said.append(words("PUE: {value}.", value=words.number(exact(float(pue["value"])))))
    if subject.place:
        said.append(words("Place: {place}.", place=shown(subject.place)))
    yield Notes((*said, *_published(subject, words), *gaps))


def _published(subject: Subject, words: Language) -> Iterator[Text]:
    """Yield what a publisher prints, figures of one boundary together."""
    for item in subject.published:
        value = f"{words.number(exact(item.value))}\u00a0{words.unit(shown(item.unit))}"
        label = words(LABELS[item.result]) if item.result in LABELS else shown(item.result.replace("_", " "))
        yield words("As published: {label}, {value}.", label=label, value=value)
    for text in dict.fromkeys(item.of for item in subject.published if item.of):
        yield vocabulary.english(text, words)


def _method(subject: Subject, words: Language) -> Iterator[Block]:
    quality = vocabulary.QUALITIES.get(subject.quality)
    known = {method.label for method in METHODS.values()}
    methods = "; ".join(words(label) if label in known else label for label in subject.methods)
    said = words(quality) if quality else subject.quality
    yield Paragraph(words("{quality}: {method}.", quality=said.capitalize(), method=methods))
    if subject.quality != "measured" and "accelerator_hours" in subject.workload:
        yield Paragraph(
            words("The energy was not measured: it is estimated from the computational resources, as the annex allows.")
        )
    sentences = (*subject.assumptions, *subject.warnings)
    if sentences:
        yield Paragraph(words("Assumed"), "head")
        yield Notes(tuple(vocabulary.english(whole(text), words) for text in sentences))
    rows = tuple(_factor(use, words) for use in subject.factors if _of_energy(use))
    if rows:
        heads = (Column(words("factor")), Column(words("value"), True), Column(words("unit")), Column(words("source")))
        yield Table(words("Factors behind the figures above"), heads, rows)
    if words.code != ENGLISH and sentences:
        yield Paragraph(words("Sentences that are made of values stand in English."), "note")


def _of_energy(use: Mapping[str, Any]) -> bool:
    """Tell whether a factor bears on energy or carbon: the text gives no water."""
    unit = str(use.get("unit"))
    return use.get("rung") != "definition" and not unit.startswith(("L/", "m3"))


def _factor(use: Mapping[str, Any], words: Language) -> tuple[Text, ...]:
    of = ", ".join(str(use[key]) for key in ("zone", "year") if use.get(key))
    label = vocabulary.driver(shown(str(use.get("name"))), words)
    where: list[str | Passage] = [vocabulary.rung(shown(str(use.get("rung"))), words)]
    if use.get("source"):
        where += [". ", vocabulary.english(whole(str(use.get("citation"))), words)]
    value = words.number(exact(use["value"]))
    unit = shown(str(use.get("unit")))
    return (f"{label} ({shown(of)})" if of else label, value, "" if unit == "1" else words.unit(unit), tuple(where))


def _value(subject: Subject, name: str, words: Language) -> str:
    amount = subject.amounts[name]
    if amount is None:
        return ""
    scale = Scale.of([amount], words)
    return f"{words.number(number(scale.of_value(amount.value), subject.digits(name)))}\u00a0{scale.label}"


def _number(amount: Amount, words: Language) -> str:
    if not amount.ranged:
        return words.number(exact(amount.value) if amount.value < 1e15 else number(amount.value, 4))
    return words.number(number(amount.value, supported(amount.ends[0], amount.value, amount.ends[1])))


def _range(amount: Amount, words: Language) -> str:
    if not amount.ranged:
        return ""
    digits = max(supported(amount.ends[0], amount.value, amount.ends[1]), 2)
    low, high = (words.number(number(end, digits)) for end in amount.ends)
    return words("{low} to {high}", low=low, high=high)
