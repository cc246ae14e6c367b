"""What bills of clouds have in common: a row is hours of machines or of accelerators, tokens, or has no figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from footprint.readers import skus
from footprint.readers.mapper import Mapper
from footprint.readers.reader import Reading

#: Why rows of a bill are set aside; few reasons, so that a bill of a million rows is explained in a few lines.
NO_USE = "a charge that is no use: a credit, an adjustment, a refund, a fee, a purchase or a tax"
CORRECTION = "a correction: it restates a use of an earlier bill"
UNUSED = "a commitment or a reservation that was not used, or its fee: the use has rows of its own"
AGAIN = "hours of software, of a surcharge or of reserved capacity on a machine: the machine has a row of its own"
PARTS = "processors and memory of machines with accelerators: in the figure of the accelerators"
TRAINED = "fine-tuning that is billed by tokens: no figure"
NO_UNIT = "a service of AI whose unit is neither tokens nor hours of accelerators: no figure"
STORAGE = "storage: no figure"
NETWORK = "networking: no figure"
COMPUTE = "computing without accelerators: not taken for use of AI"
OTHER = "other services: no figure"


def built(
    rows: Mapper,
    *,
    quantity: Any,
    unit: Any,
    blamed: tuple[str, str],
    instance: Any,
    accelerator: Any,
    per_hour: Any,
    meter: Any,
    model: Any,
    again: Any,
    aside: Sequence[tuple[Any, str]],
    rest: Sequence[tuple[Any, str]],
    columns: Mapping[str, Any],
    keep: Mapping[str, str],
    identity: Sequence[str],
) -> Reading:
    """Return the rows of a bill.

    Parameters
    ----------
    quantity, unit : what was used; ``unit`` as the bill writes it, with how many tokens one is
    blamed : columns that messages name: of the quantity, and of the meter
    instance : type of a machine with accelerators, where the row names one
    accelerator : what is sold by the hour apart from a machine, where the row names it
    per_hour : accelerators in an hour of the row, as far as it says; else one
    meter : the words that say which tokens are counted
    model : the words that say of which model
    again : true for hours that another row bills
    aside : charges that are no use, with the reason
    rest : what is left where nothing of AI was found, with the reason; the last holds for any
    """
    import polars as pl

    # Each once, as a column: an expression is computed anew wherever it stands.
    _lay(rows, quantity=quantity, unit=unit, instance=instance, accelerator=accelerator, meter=meter, model=model)
    quantity, instance, accelerator, meter, model = (
        pl.col(f"__{name}") for name in ("quantity", "instance", "accelerator", "meter", "model")
    )
    _lay(rows, hours=skus.hours(pl.col("__unit")), tokens=skus.tokens(pl.col("__unit")), which=skus.direction(meter))
    hours, tokens, which = pl.col("__hours"), pl.col("__tokens"), pl.col("__which")
    counts = tokens.is_not_null()
    machine = hours.is_not_null() & instance.is_not_null() & ~counts
    sold_apart = hours.is_not_null() & accelerator.is_not_null() & instance.is_null() & ~counts
    trained = counts & meter.str.contains(r"(?i)fine[- ]?tun|training|trained").fill_null(value=False)
    _lay(rows, machine=machine, apart=sold_apart, counts=counts, trained=trained, again=again)
    machine, sold_apart, counts = pl.col("__machine"), pl.col("__apart"), pl.col("__counts")
    trained, again = pl.col("__trained"), pl.col("__again")
    for condition, reason in aside:
        rows.set_aside(condition.fill_null(value=False), reason)
    rows.set_aside((machine | sold_apart) & again, AGAIN)
    rows.set_aside(trained, TRAINED)
    used = machine | sold_apart | counts
    for condition, reason in rest:
        rows.set_aside(~used & condition.fill_null(value=True), reason)
    number, words = blamed
    rows.rule(used & quantity.is_null(), number, "is blank, and blank is not zero")
    rows.rule(counts & which.is_null(), words, "does not say whether tokens were read or written")
    rows.rule(counts & ((model == "") | model.is_null()), words, "names no model; say --set model=...")
    # A quantity in thousands is a fraction; a token is not.
    counted = (quantity * tokens).round()
    tokens_of = {name: pl.when(counts & (which == name)).then(counted) for name in (skus.CACHED, skus.KEPT)}
    # The row of another meter holds the other tokens: none are in this one.
    tokens_of[skus.READ] = pl.when(counts).then(pl.when(which == skus.READ).then(counted).otherwise(0.0))
    tokens_of[skus.WRITTEN] = pl.when(counts).then(pl.when(which == skus.WRITTEN).then(counted).otherwise(0.0))
    some = rows.any(counts)
    if not some:
        tokens_of = {}
    requests = rows.requests_of(*(tokens_of[name] for name in (skus.READ, skus.CACHED, skus.KEPT))) if some else None
    return rows.built(
        {
            **columns,
            "kind": pl.when(machine)
            .then(pl.lit("instance"))
            .when(sold_apart)
            .then(pl.lit("accelerators"))
            .when(counts)
            .then(pl.lit("query")),
            "instance": pl.when(machine).then(instance),
            "instance_hours": pl.when(machine).then(quantity * hours),
            "accelerator": pl.when(sold_apart).then(accelerator),
            "accelerator_hours": pl.when(sold_apart).then(quantity * hours * per_hour.fill_null(1.0)),
            "model": pl.when(counts).then(model),
            **({} if requests is None else {"requests": pl.when(counts).then(requests)}),
            **{name: value.cast(pl.Int64, strict=False) for name, value in tokens_of.items()},
        },
        keep,
        identity,
    )


def _lay(rows: Mapper, **columns: Any) -> None:
    rows.frame = rows.frame.with_columns(**{f"__{name}": column for name, column in columns.items()})


def place(region: Any, provider: Any) -> Any:
    """Return the code of a region with the cloud before it, as several clouds share codes."""
    import polars as pl

    code = region.str.to_lowercase().str.replace_all(" ", "", literal=True)
    return (
        pl.when(provider.is_in(["aws", "azure", "gcp"]) & region.is_not_null())
        .then(provider + pl.lit(":") + code)
        .otherwise(region)
    )
