"""The options that say what a source does not say itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

mapping_option = click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file with [map], [set] and the options of reading; options given here go first.",
)


def reader_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of reading a source to a command; it gets ``reader`` and ``options``."""

    @click.option(
        "--reader", metavar="NAME", help="Which source it is, where the file does not tell; 'table' for none."
    )
    @click.option(
        "--cached-inside",
        type=click.Choice(("yes", "no")),
        help="Whether the input tokens hold the cached ones, where the source does not say.",
    )
    @click.option("--zone", metavar="ZONE", help="Time zone of stamps that have none, such as Europe/Paris.")
    @click.option(
        "--keep",
        metavar="COLUMNS",
        help="Columns of people and keys to keep, each as a hash, such as user; else they are dropped.",
    )
    @click.option(
        "--meter", type=click.Choice(("interval", "register", "power")), help="What the values of a meter are."
    )
    @click.option(
        "--boundary",
        type=click.Choice(("facility", "it", "accelerator")),
        help="Where electricity was metered, where the source does not say.",
    )
    @functools.wraps(command)
    def run(*args: Any, **given: Any) -> Any:
        from footprint.readers import Options

        inside = given.pop("cached_inside")
        keep = given.pop("keep") or ""
        given["options"] = Options(
            cached_inside=None if inside is None else inside == "yes",
            zone=given.pop("zone"),
            keep=frozenset(name.strip() for name in keep.split(",") if name.strip()),
            meter=given.pop("meter"),
            boundary=given.pop("boundary"),
        )
        return command(*args, **given)

    return run
