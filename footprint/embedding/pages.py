"""Pages that are refreshed: figures between comments, and pictures beside the page."""

from __future__ import annotations

import difflib
import html
import itertools
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from footprint.embedding.embeds import Embed, made
from footprint.embedding.markers import Fault, Marker, clip, find
from footprint.embedding.sources import Ground
from footprint.embedding.spec import AUTO, Spec, SpecError, read_spec
from footprint.errors import DataError, UsageError, clipped

#: Ends of names of pages that are HTML; all others are Markdown.
_HTML = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Change:
    """An embed that is not what it would be now: where it stands, and what differs."""

    line: int
    what: str
    says: str


@dataclass(slots=True)
class Page:
    """A page as it would be now."""

    path: Path
    embeds: int = 0
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    #: its text, where it differs
    content: bytes | None = None
    #: pictures that differ
    pictures: dict[Path, bytes] = field(default_factory=dict)


def read(paths: Sequence[Path], root: Path | None = None) -> list[Page]:
    """Return pages as they would be now; nothing is written.

    Raises
    ------
    footprint.errors.UsageError : a page lies outside of ``root``
    """
    taken: set[Path] = set()
    return [_page(path, root, taken) for path in {path.resolve(): path for path in paths}.values()]


def write(pages: Sequence[Page]) -> list[Path]:
    """Write what differs, each file whole or not at all, and return what was written.

    Raises
    ------
    footprint.errors.DataError : a page has a fault, and nothing is written
    """
    from footprint.intake.files import beside

    if any(page.faults for page in pages):
        raise DataError("a page has faults: nothing is written.")
    files = {path: content for page in pages for path, content in page.pictures.items()}
    files |= {page.path: page.content for page in pages if page.content is not None}
    for path, content in files.items():
        with beside(path) as draft:
            if draft is not None:
                draft.write_bytes(content)
                if path.exists():
                    shutil.copymode(path, draft)
    return list(files)


def _page(path: Path, root: Path | None, taken: set[Path]) -> Page:
    ground = Ground.of(path.resolve().parent, root)
    if not ground.folder.is_relative_to(ground.root):
        raise UsageError(f"--root: {clipped(path)} is not inside of {clipped(root)}.")
    page = Page(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        page.faults.append(Fault(1, f"no UTF-8 text (byte {error.start + 1:,}); save the page as UTF-8."))
        return page
    markers, page.faults = find(text, code=path.suffix.lower() not in _HTML)
    page.embeds = len(markers)
    names = _Names(path, ground, taken)
    parts, at = [], 0
    for marker in markers:
        try:
            standing = _standing(marker, text[marker.begin : marker.end], ground, names)
        except SpecError as error:
            page.faults.append(Fault(marker.line + error.line - 1, str(error)))
            continue
        if standing.says is None:
            continue
        page.changes.append(Change(marker.line, str(standing.spec), standing.says))
        page.pictures |= standing.pictures
        parts += [text[at : marker.begin], _with_ends_of(text, standing.body), standing.closing]
        at = marker.after
    page.faults.sort(key=lambda fault: fault.line)
    content = "".join([*parts, text[at:]]).encode()
    page.content = content if parts and content != text.encode() else None
    return page


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture of a page: its file, and its address as the page names it."""

    path: Path
    address: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """An embed beside what stands in the page: what is to be there, and what differs, None where nothing does."""

    spec: Spec
    says: str | None
    body: str = ""
    closing: str = ""
    pictures: Mapping[Path, bytes] = field(default_factory=dict)


def _standing(marker: Marker, text: str, ground: Ground, names: _Names) -> _Standing:
    spec = read_spec(marker.text)
    old = text.replace("\r\n", "\n").replace("\r", "\n")
    files = names.of(spec, old)
    now = made(spec, ground, marker.day)
    # What stands there is right if the same comes out on its day, and under the name of its edition.
    then = now if marker.edition in (None, now.edition) else made(spec, ground, marker.day, marker.edition)
    body, pictures = _body(then, marker, old, files, names.is_html), _drawn(then, files)
    differ = [picture for picture in files.values() if not _holds(picture.path, pictures[picture.path])]
    if marker.edition and old == body and not differ:
        return _Standing(spec, None)
    fresh = made(spec, ground)
    return _Standing(
        spec,
        _says(marker, old, body, now.edition, differ),
        _body(fresh, marker, old, files, names.is_html),
        f"<!-- /footprint {fresh.edition} {fresh.made.isoformat()} -->",
        _drawn(fresh, files),
    )


def _says(marker: Marker, old: str, new: str, edition: str, differ: Sequence[_Picture]) -> str:
    """Return what differs between what stands there and what would: for people."""
    since = f" (factors of edition {edition}, not {marker.edition})" if marker.edition not in (None, edition) else ""
    if not old.strip("> \t\n"):
        return "not filled in yet" + (f": '{new.strip()}'" if marker.prefix is None and "<" not in new else "")
    pairs = list(_differences(old, new))
    if pairs:
        shown = "; ".join(f"'{was}' is now '{now}'" for was, now in pairs[:3])
        more = f"; and {len(pairs) - 3} more lines" if len(pairs) > 3 else ""
        return f"{shown}{more}{since}"
    if differ:
        state = "is another picture" if differ[0].path.exists() else "is missing"
        return f"{clipped(differ[0].path.name)} {state}{since}"
    return f"'{clip(old)}' bears no edition and day"


def _differences(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield lines that differ, as they were and as they are now; a line that is not there is a dash."""
    was, now = ([clip(line) for line in text.split("\n") if clip(line)] for text in (old, new))
    for tag, a, b, c, d in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            gone, come = was[a:b], now[c:d]
            for place in range(max(len(gone), len(come))):
                yield gone[place] if place < len(gone) else "–", come[place] if place < len(come) else "–"


class _Names:
    """The pictures of a page: beside it and named after it, unless an embed says otherwise."""

    def __init__(self, page: Path, ground: Ground, taken: set[Path]) -> None:
        self.page, self.ground, self.taken = page, ground, taken
        self.is_html = page.suffix.lower() in _HTML

    def of(self, spec: Spec, old: str) -> dict[str, _Picture]:
        """Return the pictures of an embed: the one that it has, and a dark one where it follows the page."""
        if spec.kind not in ("chart", "badge") or self.is_html:
            return {}
        line = spec.line_of("file")
        name = spec.file or self._free(f"{self.page.stem}-{spec.name}", line)
        themes = {"": name}
        if spec.kind == "chart" and spec.theme == AUTO:
            themes["dark"] = f"{name[:-4]}-dark.svg"
        found = {theme: self._picture(name, line) for theme, name in themes.items()}
        for picture in found.values():
            said = f"'{clipped(picture.path.name)}'"
            if picture.path in self.taken:
                raise SpecError(f"file: {said} is the picture of another embed; name another.", line)
            if picture.path.exists() and picture.address not in old:
                raise SpecError(
                    f"{said} is there already and not of this embed: move it, or name another with file: NAME.svg.",
                    line,
                )
            if not picture.path.parent.is_dir():
                raise SpecError(f"file: there is no folder for {said}; make it first.", line)
            self.taken.add(picture.path)
        return found

    def _picture(self, name: str, line: int) -> _Picture:
        path = self.ground.path(name, line)
        return _Picture(path, quote(Path(os.path.relpath(path, self.ground.folder)).as_posix()))

    def _free(self, stem: str, line: int) -> str:
        """Return a name that no other embed has taken: the second chart of its kind is numbered."""
        names = (f"{stem}{f'-{count}' if count > 1 else ''}.svg" for count in itertools.count(1))
        return next(name for name in names if self._picture(name, line).path not in self.taken)


def _drawn(embed: Embed, files: Mapping[str, _Picture]) -> dict[Path, bytes]:
    return {picture.path: embed.svg(theme or None).encode() for theme, picture in files.items()}


def _holds(path: Path, content: bytes) -> bool:
    """Tell whether a file is this picture; a checkout may have changed the ends of its lines."""
    return path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") == content


def _body(embed: Embed, marker: Marker, old: str, files: Mapping[str, _Picture], is_html: bool) -> str:
    r"""Return what is to stand between the two comments, its lines ended by ``\n``."""
    kind = embed.spec.kind
    if kind in ("number", "badge"):
        text = embed.html() if is_html else _image(embed, files[""]) if files else embed.markdown()
        # The blanks around it stay as they are.
        before, after = (old[: -len(old.lstrip())], old[len(old.rstrip()) :]) if old.strip() else ("", "")
        return f"{before}{text}{after}"
    if marker.prefix is None:
        raise SpecError(f"a {kind} takes lines of its own: begin a line with its comment.", embed.spec.line_of())
    if is_html:
        lines = embed.html().split("\n")
    else:
        lines = _figure(embed, files) if kind == "chart" else ["", *embed.markdown().split("\n"), ""]
    return "\n".join(["", *(f"{marker.prefix}{line}".rstrip() for line in lines), marker.prefix])


def _figure(embed: Embed, files: Mapping[str, _Picture]) -> list[str]:
    lines = ["<figure>", "<picture>"]
    if "dark" in files:
        lines.append(f'<source media="(prefers-color-scheme: dark)" srcset="{files["dark"].address}">')
    lines += [_image(embed, files[""]), "</picture>"]
    if embed.spec.numbers:
        summary = html.escape(embed.words("The numbers"))
        lines += ["<details>", f"<summary>{summary}</summary>", *embed.table().split("\n"), "</details>"]
    return [*lines, "</figure>"]


def _image(embed: Embed, picture: _Picture) -> str:
    width = f' width="{embed.spec.width}"' if embed.spec.kind == "chart" else ""
    return f'<img src="{picture.address}"{width} alt="{html.escape(embed.alt, quote=True)}">'


def _with_ends_of(text: str, body: str) -> str:
    """Return a body with the ends of lines that the page has."""
    end = re.search(r"\r\n|\r|\n", text)
    return body.replace("\n", end[0]) if end else body
