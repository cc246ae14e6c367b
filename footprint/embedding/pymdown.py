"""The fence of MkDocs and Zensical: a formatter of pymdownx.superfences, and one of pymdownx.inlinehilite."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footprint.embedding.embeds import Embed, made
from footprint.embedding.sources import Ground
from footprint.embedding.spec import KEYS, SpecError, read_spec
from footprint.errors import clipped, did_you_mean
from footprint.language import LANGUAGES


def fence_options(
    language: str, inputs: Mapping[str, str], options: dict[str, Any], attrs: dict[str, str], md: Any
) -> bool:
    """Check what stands beside the name of a fence: entries of the embed, such as ``footprint lang="fr"``."""
    for key, value in inputs.items():
        if key not in KEYS:
            near = did_you_mean(key, KEYS)
            raise _fault(f"unknown key '{clipped(key)}' in the head of the fence{near}", _page(md), None)
        options[key] = value
    return True


def fence(source: str, language: str, class_name: str, options: Mapping[str, str], md: Any, **_: Any) -> str:
    """Return the embed of a fence as HTML."""
    shown = _embedded(source, options, md)
    # A number or a badge alone in a fence is a paragraph.
    return shown.html() if shown.spec.kind in ("chart", "table") else f"<p>{shown.html()}</p>"


def inline(source: str, language: str, class_name: str, md: Any) -> str:
    """Return the embed of an inline code, such as ``#!footprint number: carbon; of: training gpt-3``, as HTML."""
    shown = _embedded(source, {}, md)
    if shown.spec.kind not in ("number", "badge"):
        raise _fault(f"a {shown.spec.kind} needs a fence; in a line stand numbers and badges.", _page(md), source)
    return shown.html()


def _embedded(source: str, options: Mapping[str, str], md: Any) -> Embed:
    page = _page(md)
    try:
        spec = read_spec(source, options)
        if spec.lang is None and page.language in LANGUAGES:
            spec = dataclasses.replace(spec, lang=page.language)
        return made(spec, Ground.of(page.file.parent, page.root))
    except SpecError as error:
        lines = source.split("\n")
        at = lines[error.line - 1] if error.line <= len(lines) else source
        raise _fault(str(error), page, at) from None


@dataclass(frozen=True, slots=True)
class _Page:
    """The page that is set: its file, the folder of all pages, and the language of the site."""

    file: Path
    root: Path
    language: str | None = None


def _page(md: Any) -> _Page:
    if "rendering_context" in md.preprocessors:  # Zensical
        context = md.preprocessors["rendering_context"]
        config, page = context.config, context.page
        root = Path(config.get("config_dir", "."), config["docs_dir"])
        return _Page(root / page.path, root, config["theme"].get("language"))
    if "relpath" in md.treeprocessors:  # MkDocs
        file, config = (getattr(md.treeprocessors["relpath"], name) for name in ("file", "config"))
        theme = config["theme"]
        language = theme.get("language") or getattr(theme.get("locale"), "language", None)
        return _Page(Path(file.abs_src_path or file.src_uri), Path(config["docs_dir"]), language)
    return _Page(Path("page.md"), Path())  # Python-Markdown alone: where it was started


def _fault(message: str, page: _Page, text: str | None) -> Exception:
    """Return what stops the build: each extension lets its own error through, MkDocs tells its own in a line."""
    file = page.file
    name = file.relative_to(page.root).as_posix() if file.is_relative_to(page.root) else file.name
    line = _line_of(file, text)
    return _exception()(f"{name}{f', line {line}' if line else ''}: {message}")


def _line_of(page: Path, text: str | None) -> int | None:
    """Return in which line of a page a text stands; None where it is not there once."""
    if not text or not text.strip() or not page.is_file():
        return None
    lines = page.read_text("utf-8-sig", errors="replace").splitlines()
    found = [number for number, line in enumerate(lines, 1) if text.strip() in line]
    return found[0] if len(found) == 1 else None


@functools.cache
def _exception() -> type[Exception]:
    from pymdownx.inlinehilite import InlineHiliteException
    from pymdownx.superfences import SuperFencesException

    heard: tuple[type[Exception], ...] = (SuperFencesException, InlineHiliteException)
    try:
        from mkdocs.exceptions import BuildError
    except ImportError:
        return type("EmbedError", heard, {})
    return type("EmbedError", (*heard, BuildError), {})
