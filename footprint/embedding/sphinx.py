"""The extension for Sphinx and MyST: a directive and a role, both called ``footprint``.

In ``conf.py``::

    extensions = ["footprint.embedding.sphinx"]
    footprint_root = "."  # folder below which files may be read, from the one of conf.py; the sources if not given
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata, OptionSpec

from footprint import __version__
from footprint.embedding.embeds import Embed, made
from footprint.embedding.sources import Ground, files_of
from footprint.embedding.spec import KEYS, SpecError, read_spec
from footprint.language import LANGUAGES


class EmbedBlock(nodes.General, nodes.Element):
    """A chart or a table: HTML for pages, a picture for LaTeX, its text and its numbers everywhere else."""


class EmbedInLine(nodes.Inline, nodes.TextElement):
    """A number or a badge."""


class FootprintDirective(SphinxDirective):
    """``.. footprint::`` with the entries of an embed: as its argument, its options or its content."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[OptionSpec] = {
        name: directives.unchanged_required for key in KEYS for name in (key, key.replace("_", "-"))
    }

    def run(self) -> list[nodes.Node]:
        """Return the embed, or what is wrong with it."""
        text = "\n".join([*self.arguments, *self.content])
        more = {key.replace("-", "_"): value for key, value in self.options.items()}
        try:
            embed = _embedded(text, more, self.env)
        except SpecError as error:
            # MyST counts the lines of the content from the directive on, docutils from the head of the page.
            first = self.lineno if self.arguments or not self.content else max(self.content_offset, self.lineno) + 1
            said = self.state.document.reporter.error(f"footprint: {error}", line=first + error.line - 1)
            return [said]
        return [_block(embed)]


class FootprintRole(SphinxRole):
    """A number or a badge in a line: ``:footprint:`number: carbon; of: training gpt-3```."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the embed, or what is wrong with it."""
        try:
            embed = _embedded(self.text, {}, self.env)
            if embed.spec.kind not in ("number", "badge"):
                raise SpecError(f"a {embed.spec.kind} needs the directive; in a line stand numbers and badges.")
        except SpecError as error:
            said = self.inliner.reporter.error(f"footprint: {error}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [said]
        return [_in_line(embed)], []


def _embedded(text: str, more: dict[str, str], env: BuildEnvironment) -> Embed:
    page = Path(env.doc2path(env.docname))
    root = Path(env.app.confdir, env.config.footprint_root) if env.config.footprint_root else Path(env.srcdir)
    ground, spec = Ground.of(page.parent, root), read_spec(text, more)
    for path in files_of(spec, ground):
        env.note_dependency(str(path))
    if spec.lang is None and env.config.language in LANGUAGES:
        spec = dataclasses.replace(spec, lang=env.config.language)
    return made(spec, ground)


def _block(embed: Embed) -> nodes.Node:
    if embed.spec.kind in ("number", "badge"):
        return nodes.paragraph("", "", _in_line(embed))
    node = EmbedBlock(html=embed.html(), svg=embed.svg() if embed.spec.kind == "chart" else "", name=embed.spec.name)
    node += nodes.paragraph(text=embed.alt if embed.spec.kind == "chart" else embed.caption)
    node += _table(embed)
    if embed.spec.kind == "table":
        node += nodes.paragraph(text=embed.stamp)
    return node


def _in_line(embed: Embed) -> nodes.Node:
    return EmbedInLine("", embed.text(), html=embed.html())


def _table(embed: Embed) -> nodes.table:
    """Return the numbers as a table that every builder knows."""
    group = nodes.tgroup(cols=len(embed.heads))
    columns = zip(embed.heads, *embed.rows, strict=True)
    group += [nodes.colspec(colwidth=max(map(len, column))) for column in columns]
    for part, rows in ((nodes.thead(), [embed.heads]), (nodes.tbody(), embed.rows)):
        for cells in rows:
            row = nodes.row()
            row += [nodes.entry("", nodes.paragraph(text=cell)) for cell in cells]
            part.append(row)
        group += part
    return nodes.table("", group)


def _write_html(translator: Any, node: nodes.Element) -> None:
    translator.body.append(node["html"])
    raise nodes.SkipNode


def _write_latex(translator: Any, node: nodes.Element) -> None:
    """Write a chart as a picture of lines and letters; a table is one of LaTeX."""
    if not node["svg"]:
        return
    import hashlib

    import vl_convert

    name = f"footprint-{node['name']}-{hashlib.blake2b(node['svg'].encode(), digest_size=6).hexdigest()}.pdf"
    Path(translator.builder.outdir, name).write_bytes(vl_convert.svg_to_pdf(node["svg"]))
    translator.body.append(f"\n\n\\sphinxincludegraphics[width=\\linewidth]{{{name}}}\n\n")
    raise nodes.SkipNode


def _write_children(translator: Any, node: nodes.Element) -> None:
    """Leave it to what the node holds."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive and the role to a site."""
    from footprint._files import shipped
    from footprint.catalogue.build import edition_of

    plain = (_write_children, _write_children)
    for node, latex in ((EmbedBlock, (_write_latex, _write_children)), (EmbedInLine, plain)):
        app.add_node(node, html=(_write_html, None), latex=latex, text=plain, man=plain, texinfo=plain)
    app.add_directive("footprint", FootprintDirective)
    app.add_role("footprint", FootprintRole())
    app.add_config_value("footprint_root", None, "env", (str, type(None)))
    edition = int(edition_of(shipped("datasets", "datapackage.json")), 16) % 2**31
    # Other factors are other figures: every page is read again.
    return {"version": __version__, "env_version": edition, "parallel_read_safe": True, "parallel_write_safe": True}
