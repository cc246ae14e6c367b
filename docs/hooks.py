"""What the site adds to MkDocs: equations as MathML, the catalogue's pages, links to its rows, and the search.

MkDocs calls these functions (`hooks` in mkdocs.yml). Nothing here is kept: all of it goes into the built site alone.
"""

from __future__ import annotations

import html
import html.parser
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]  # a checkout needs no installation

import browser  # noqa: E402
from mkdocs.structure.files import File  # noqa: E402

import footprint  # noqa: E402
from footprint import embedding  # noqa: E402
from footprint.catalogue import open_catalogue  # noqa: E402

#: Parts of pages, for the search: address, page, heading, text.
_parts: list[tuple[str, str, str, str]] = []
_site: dict[str, Any] = {}


def on_config(config: Any) -> Any:
    """Say which version and edition the site is of, and teach the fences mathematics."""
    _parts.clear()
    _site["catalogue"] = browser.Browser(open_catalogue())
    config.extra["version"] = footprint.__version__
    config.extra["edition"] = _site["catalogue"].edition
    fences = config.mdx_configs["pymdownx.superfences"]["custom_fences"]
    if not any(fence["name"] == "math" for fence in fences):
        fences.append({"name": "math", "class": "math", "format": _equation})
    for fence in fences:
        if fence["name"] == "footprint":
            fence["format"] = _picture
    return config


def _equation(source: str, *_: Any, **__: Any) -> str:
    """Return an equation as MathML, which browsers set by themselves: no script, no letters from elsewhere."""
    from latex2mathml.converter import convert

    # Two letters and more are a word, such as an index, and no product.
    upright = re.sub(r"(?<![\\A-Za-z])[A-Za-z]{2,}", r"\\mathrm{\g<0>}", source.strip())
    return f'<div class="math">{convert(upright, display="block")}</div>'


def _picture(source: str, language: str, class_name: str, options: dict[str, str], md: Any, **more: Any) -> str:
    """Return an embed; a chart twice, for wide and for narrow pages, of which the style shows one.

    A drawing of 720 pixels cannot be read on a telephone: it is drawn again, not squeezed.
    """
    wide = embedding.fence(source, language, class_name, options, md, **more)
    if "footprint-chart" not in wide or "width" in options:
        return wide
    narrow = embedding.fence(source, language, class_name, {**options, "width": "360"}, md, **more)
    return f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>'


def on_files(files: Any, config: Any) -> Any:
    """Add the front page of the catalogue."""
    files.append(File.generated(config, "catalogue/index.md", content=_site["catalogue"].front()))
    return files


def on_nav(nav: Any, config: Any, files: Any) -> Any:
    """Remember what a page of the catalogue needs to stand in the frame of all pages."""
    _site.update(nav=nav, files=files)
    return nav


def on_page_content(content: str, page: Any, config: Any, files: Any) -> str:
    """Let wide tables scroll, and lead each id of the catalogue to its row."""
    content = re.sub(r"<table\b.*?</table>", r'<div class="table">\g<0></div>', content, flags=re.DOTALL)
    content = re.sub(r"<th\b[^>]*></th>", "<td></td>", content)  # a head that names nothing is none
    up = "../" * page.url.count("/")
    content = _site["catalogue"].linked(content, up)
    # An option is not broken at its hyphens.
    content = re.sub(r"<code>(?=[^<]{1,24}</code>)", '<code class="short">', content)
    reader = _Reader()
    reader.feed(content)
    for anchor, head, text in reader.parts():
        _parts.append((f"{page.url}{f'#{anchor}' if anchor else ''}", page.title, head, text))
    return content


def on_post_build(config: Any) -> None:
    """Write the catalogue and what the search looks through."""
    from mkdocs.commands.build import get_context

    out = Path(config.site_dir)
    shelf = _site["catalogue"]
    template = config.theme.get_env().get_template("catalogue.html")
    # The front page is where the reader is, in the list of all pages.
    front = next(page for page in _site["nav"].pages if page.file.src_uri == "catalogue/index.md")
    front.active = True
    for name, title, body in shelf.pages():
        context = get_context(_site["nav"], _site["files"], config, base_url="..")
        text = template.render({**context, "title": title, "body": body})
        (out / "catalogue" / f"{name}.html").write_text(text, "utf-8", newline="\n")
    front.active = False
    search = out / "search"
    search.mkdir(exist_ok=True)
    _script(search / "pages.js", "footprintPages", _parts)
    _script(search / "factors.js", "footprintFactors", shelf.index())


def _script(path: Path, name: str, value: object) -> None:
    """Write a list as a script, which a page from a folder may load where it may not read a file."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"const {name} = {text};\n", "utf-8", newline="\n")


class _Reader(html.parser.HTMLParser):
    """The text of a page, by its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self.heading = False
        self.hushed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("h1", "h2", "h3", "h4"):
            self.heading = True
            self.found.append((given.get("id") or "", [], []))
        # Letters inside pictures are told by their text alternative, and are in the table beside.
        self.hushed += tag in ("svg", "math") or bool(self.hushed and tag not in _VOID)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "h3", "h4"):
            self.heading = False
        self.hushed -= bool(self.hushed)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        if not self.hushed:
            self.found[-1][1 if self.heading else 2].append(data)

    def parts(self) -> list[tuple[str, str, str]]:
        """Return anchor, heading and text of each part."""
        joined = [
            (anchor, " ".join("".join(head).split()).removesuffix("#").strip(), " ".join(" ".join(text).split()))
            for anchor, head, text in self.found
        ]
        return [part for part in joined if part[1] or part[2]]


_VOID = ("br", "img", "hr", "input", "meta", "link", "wbr", "col")
