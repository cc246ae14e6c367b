"""A whole batch: files in, estimated rows and rejected rows out, and a summary that accounts for every row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw

from footprint.batch.columns import passed_over
from footprint.batch.combinations import Settled
from footprint.batch.engines import collected
from footprint.batch.grouped import Grouped, add_up, settled_and_grouped
from footprint.batch.inventory import Group, Inventory
from footprint.batch.laid import Laid
from footprint.batch.laying import laid_out
from footprint.batch.market import priced
from footprint.batch.opening import groupable, table_of
from footprint.batch.parts import count_parts
from footprint.batch.periods import LeftOut, Period, left_out
from footprint.batch.progress import Watch, rows_of
from footprint.batch.rows import prepared
from footprint.batch.totals import GROUPS_WITH_RANGES
from footprint.batch.writing import Targets, to_be_written, write_all
from footprint.catalogue import Catalogue, FactorUse
from footprint.errors import DataError, clipped
from footprint.intake.files import Input, digests_beside
from footprint.ranges import Sampler, bands_of
from footprint.ranges.drivers import Driver
from footprint.readers import PLAIN, Options
from footprint.results import COLUMNS, LABELS, RESULTS, SCHEMA_VERSION, rounded

log = logging.getLogger(__name__)

#: Entries of an inventory that a document of JSON may hold: each is a line of numbers.
_MOST_ENTRIES = 500_000
#: Reasons for which rows were not estimated that a summary tells, the most frequent first.
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Stated:
    """What the sources of one kind state of themselves, added up."""

    reader: str
    #: the result of ours that it is laid beside
    result: str
    value: float
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the published JSON."""
        return {
            "reader": self.reader,
            COLUMNS[self.result]: rounded(self.value),
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of every row, and the totals."""

    inputs: list[dict[str, Any]]
    rows: int
    estimated: int
    rejected: int
    #: share of the tokens that could be read which were estimated; None where there are no tokens
    token_coverage: float | None
    total: Group
    groups: list[Group]
    #: the same by combination, for any other total
    inventory: Inventory
    by: list[str]
    rejections: list[dict[str, Any]]
    factors: list[FactorUse]
    assumptions: list[str]
    warnings: list[str]
    methods: list[str]
    edition: str
    engine: str
    tokens: dict[str, int | None] = field(default_factory=dict)
    #: who runs the halls; blank where nobody is known to
    hosts: list[str] = field(default_factory=list)
    #: what makes the totals uncertain, where it was asked for
    drivers: dict[str, tuple[Driver, ...]] = field(default_factory=dict)
    #: rows outside the period that was asked for: they are counted here alone
    left_out: LeftOut | None = None
    #: whether anything says when the rows were
    dated: bool = True
    #: rows that are no use of their own, such as credits: by reason, how many
    aside: dict[str, int] = field(default_factory=dict)
    #: what sources state of themselves: beside our totals, never in them
    stated: list[Stated] = field(default_factory=list)

    @property
    def rows_in(self) -> int:
        """All rows of the inputs: those estimated, rejected, and set aside."""
        return self.rows + sum(self.aside.values())

    @property
    def coverage(self) -> float:
        """The lower of the share of rows and the share of tokens that were estimated, between 0 and 1."""
        # Where no row is a use, none is left out.
        rows = self.estimated / self.rows if self.rows else float(bool(self.aside))
        return rows if self.token_coverage is None else min(rows, self.token_coverage)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the totals as notebooks show them."""
        from footprint.batch.notebook import bundle

        return bundle(self.total, f"{self.estimated:,} of {self.rows:,} rows estimated", self.edition)

    def as_dict(self) -> dict[str, Any]:
        """Return the published JSON object."""
        return {
            "inputs": self.inputs,
            "rows_in": self.rows_in,
            "rows_estimated": self.estimated,
            "rows_rejected": self.rejected,
            "rows_set_aside": self.aside,
            "stated": [item.as_dict() for item in self.stated],
            "tokens_in": self.tokens,
            "coverage": {
                "rows": rounded(self.estimated / self.rows) if self.rows else None,
                "tokens": rounded(self.token_coverage),
            },
            "total": self.total.as_dict(),
            **(
                {"drivers": {name: [item.as_dict() for item in found] for name, found in self.drivers.items()}}
                if self.drivers
                else {}
            ),
            "by": self.by,
            "groups": [group.as_dict() for group in self.groups],
            "rejections": self.rejections,
            "methods": self.methods,
            "factors": [use.as_dict() for use in self.factors],
            "assumptions": self.assumptions,
            "warnings": self.warnings,
            "engine": self.engine,
            "activity": self.inventory.as_dict(),
            "edition": self.edition,
            "schema_version": SCHEMA_VERSION,
        }


def run_batch(
    names: Sequence[str],
    *,
    output: Path | None,
    rejects: Path | None,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    by: Sequence[str],
    engine_name: str | None,
    catalogue: Catalogue,
    input_format: str | None = None,
    output_format: str | None = None,
    allow_overlap: bool = False,
    drivers: bool = False,
    row_ranges: bool = False,
    kept: Sequence[str] = (),
    parts: Sequence[str] = (),
    reader: str | None = None,
    options: Options | None = None,
    watch: Watch | None = None,
) -> Summary:
    """Estimate the rows of the files ``names``, write them to ``output`` and the others to ``rejects``.

    Each file is read by the ``reader`` that knows it, or as a plain table where ``columns`` are mapped and none is
    named. The inventory of the summary is kept by the columns ``kept`` too, those of them that the rows have. Files are
    written beside their final names and renamed together at the end: whatever happens, the old file or the new one is
    there. With ``parts`` the output is a new folder, of a folder for each distinct value of these columns.

    Raises
    ------
    footprint.FootprintError : the files or the request cannot be used; nothing was written
    """
    targets = Targets.of(names, output, rejects, parts, output_format)
    if watch:
        watch.stage("reading", None, lambda: None)
    with table_of(
        names,
        columns=columns,
        constants=constants,
        engine_name=engine_name,
        parts=parts,
        input_format=input_format,
        allow_overlap=allow_overlap,
        reader=reader,
        options=options,
    ) as table:
        inputs, engine, frame, mapping = table.inputs, table.engine, table.frame, table.mapping
        for item in inputs:
            read = {"file": item.name, "format": item.form, "reader": item.reader or PLAIN, "engine": engine.name}
            log.info("read", extra={"fields": read | {"set_aside": sum(rows for _, rows in item.aside)}})
        present = groupable(frame, mapping, by, parts)
        within = list(dict.fromkeys([*by, *parts, *(name for name in kept if name in present)]))
        rows = rows_of(inputs) if watch else None
        if watch:
            watch.stage("adding up", rows, engine.share)
        added = add_up(frame, mapping, catalogue, engine, within)
        # From here on a single processor computes: another one takes the digests.
        digests = digests_beside([item.given for item in inputs])
        settled, grouped = settled_and_grouped(added, catalogue)
        if parts:
            count_parts(grouped.keys, within, parts)
        if watch:
            watch.stage("computing ranges", None, lambda: None)
        sampler = Sampler(bands_of(catalogue))
        settled = settled.with_settings(priced(settled.settings, grouped.sums, mapping, catalogue, sampler))
        summary = _kept_small(_summarised(settled, grouped, by, within, inputs, digests, sampler))
        counts = {"rows": summary.rows, "estimated": summary.estimated, "rejected": summary.rejected}
        log.info("estimated", extra={"fields": counts | {"edition": summary.edition}})
        if drivers:
            summary = replace(summary, drivers=summary.inventory.drivers())
        if not (output or rejects or summary.rejected):
            return summary
        if parts or (targets.output_form == "parquet" and not engine_name):
            counted = {"rows": summary.rows, "rejected": summary.rejected}
            plan, frame = to_be_written(settled.plan, frame, inputs, **counted, met=added.met, apart=bool(parts))
            settled = replace(settled, plan=plan)
        laid = laid_out(settled, added.met, sampler if row_ranges else None)
        applied = laid.applied(frame)
        if summary.rejected:  # before a file has its name: what fails here leaves none
            summary.rejections.extend(_reasons(laid, applied))
        write_all(laid, applied, targets, inputs, rows=summary.rows, estimated=summary.estimated, watch=watch)
        return summary


def run_periods(
    names: Sequence[str],
    periods: Sequence[Period | None],
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    by: Sequence[str],
    kept: Sequence[str],
    catalogue: Catalogue,
    allow_overlap: bool = False,
    reader: str | None = None,
    options: Options | None = None,
) -> list[Summary]:
    """Estimate the rows of the files ``names`` once for each period, and write nothing.

    A period without rows, and files without any, give a summary of nothing.

    Raises
    ------
    footprint.FootprintError : the files or the request cannot be used
    """
    with table_of(
        names, columns=columns, constants=constants, allow_overlap=allow_overlap, reader=reader, options=options
    ) as table:
        inputs, engine, frame, mapping = table.inputs, table.engine, table.frame, table.mapping
        digests = digests_beside([item.given for item in inputs])
        present = groupable(frame, mapping, by, ())
        within = list(dict.fromkeys([*by, *(name for name in kept if name in present)]))
        found = []
        for period in periods:
            added = add_up(frame, mapping, catalogue, engine, within, period)
            settled, grouped = settled_and_grouped(added, catalogue)
            sampler = Sampler(bands_of(catalogue))
            settled = settled.with_settings(priced(settled.settings, grouped.sums, mapping, catalogue, sampler))
            outside = left_out(prepared(frame, mapping, engine), mapping, period) if period else None
            summary = replace(
                _summarised(settled, grouped, by, within, inputs, digests, sampler, allow_empty=True),
                left_out=outside,
                dated=mapping.has("date"),
            )
            if summary.rejected:
                summary.rejections.extend(reasons_of(settled, added.met, frame))
            found.append(summary)
        return found


def reasons_of(settled: Settled, met: frozenset[int], frame: Any) -> list[dict[str, Any]]:
    """Return how often each reason stands for which a row was not estimated, the most frequent first."""
    laid = laid_out(settled, met)
    return _reasons(laid, laid.applied(frame))


def _reasons(laid: Laid, applied: Any) -> list[dict[str, Any]]:
    counted = (
        laid.rejected(applied)
        .group_by("column", "reason")
        .agg(nw.len().alias("rows"), nw.col("value").min().alias("example"))
    )
    rows = sorted(collected(counted), key=lambda row: (-row["rows"], str(row["reason"]), str(row["column"])))
    for row in rows:
        row |= {"rows": int(row["rows"]), "example": None if row["example"] is None else clipped(row["example"])}
    return rows[:_MOST_REASONS]


def _summarised(
    settled: Settled,
    grouped: Grouped,
    by: Sequence[str],
    within: Sequence[str],
    inputs: Sequence[Input],
    digests: Callable[[], list[str]],
    sampler: Sampler,
    allow_empty: bool = False,
) -> Summary:
    plan = settled.plan
    if not grouped.rows and not allow_empty and not any(item.aside for item in inputs):
        names = ", ".join(item.name for item in inputs)
        raise DataError(f"{names}: a header, but no rows.")
    inventory = Inventory(
        tuple(within),
        grouped.keys,
        grouped.sums,
        settled.settings,
        settled.standing_for(),
        plan.mapping,
        sampler,
        plan.edition,
    )
    groups, total = inventory.by(*by)
    every, covered = sum(grouped.tokens.values()), sum(total.tokens[name] or 0 for name in grouped.tokens)
    # Most settings share the very objects.
    used = {id(use): use for setting in settled.settings for use in setting.factors.values()}
    uses = {use.id: use for use in used.values() if use.rung != "definition"}
    return Summary(
        inputs=[
            {
                "name": item.name,
                "sha256": sha256,
                "format": item.form,
                **({"reader": item.reader} if item.reader else {}),
                **({"spans": [[*who, first, last] for who, first, last in item.spans]} if item.spans else {}),
            }
            for item, sha256 in zip(inputs, digests(), strict=True)
        ],
        rows=grouped.rows,
        estimated=total.rows,
        rejected=grouped.rows - total.rows,
        token_coverage=covered / every if every else None,
        total=total,
        groups=groups,
        inventory=inventory,
        by=list(by),
        rejections=[],
        factors=list(uses.values()),
        assumptions=distinct([*(setting.assumptions for setting in settled.settings), sorted(plan.assumptions)])
        + ([] if plan.mapping.has("date") else [f"no date was given: {plan.today} was taken."]),
        warnings=distinct([*(item.notes for item in inputs), *(setting.warnings for setting in settled.settings)])
        + passed_over(plan.present, plan.mapping)
        + incomplete(total)
        + without_ranges(len(groups)),
        methods=list(dict.fromkeys(setting.method.id for setting in settled.settings)),
        edition=plan.edition,
        engine=plan.engine.name,
        hosts=sorted({setting.provider or "" for setting in settled.settings}),
        tokens=dict(grouped.tokens),
        stated=_stated(inputs),
        aside=dict(sorted(_added(item.aside for item in inputs).items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _kept_small(summary: Summary) -> Summary:
    """Return the summary with an inventory that can be written down: by its groups alone, where it is too large."""
    inventory = summary.inventory
    more = [name for name in inventory.names if name not in summary.by]
    entries = len(inventory.sums.rows)
    if entries <= _MOST_ENTRIES or not more:
        return summary
    said = (
        f"the activity is kept without {', '.join(more)}: it would have {entries:,} entries; footprint report reads "
        "the files themselves."
    )
    return replace(summary, inventory=inventory.coarser(*summary.by), warnings=[*summary.warnings, said])


def _stated(inputs: Sequence[Input]) -> list[Stated]:
    """Add up what files of one kind of source state of themselves."""
    found: dict[tuple[str, str], Stated] = {}
    for item in inputs:
        for name, value, rows in item.stated:
            before = found.get((item.reader, name))
            found[item.reader, name] = Stated(
                item.reader, name, value + (before.value if before else 0.0), rows + (before.rows if before else 0)
            )
    return list(found.values())


def _added(counts: Iterable[Iterable[tuple[str, int]]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for several in counts:
        for reason, rows in several:
            total[reason] = total.get(reason, 0) + rows
    return total


def without_ranges(groups: int) -> list[str]:
    """Return what is said of groups beyond those that have ranges."""
    more = groups - GROUPS_WITH_RANGES
    return [f"{more:,} smaller groups are given without a range."] if more > 0 else []


def incomplete(total: Group) -> list[str]:
    """Return what is said of results that only some of the rows know."""
    return [
        f"{LABELS[name]}: known for {total.known[name]:,} of {total.rows:,} rows; its total is theirs alone."
        for name in RESULTS
        if 0 < total.known[name] < total.rows
    ]


def distinct(texts: Any, limit: int = 50) -> list[str]:
    """Return what was said of any combination, once, in the order in which it was first said."""
    said = list(dict.fromkeys(text for several in texts for text in several))
    return said if len(said) <= limit else [*said[:limit], f"and {len(said) - limit} more of the same kinds."]
