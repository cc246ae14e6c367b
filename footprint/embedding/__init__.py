r"""Figures in documents: one small language for an embed, the same in every host.

An embed says what is shown, of what, and how, as ``key: value`` entries that end with the line or a semicolon::

    chart: month
    of: usage.csv
    set: region=US

    number: carbon; of: training gpt-3; show: both

What is shown
    ``chart: NAME`` (of `footprint.charts.CHARTS`), ``table: NAME`` (the numbers of that chart, or ``results``),
    ``badge: MEASURE`` (``carbon``, ``energy`` or ``water``), ``number: NAME`` (a measure or a result such as
    ``carbon_embodied``).
Of what
    ``of:`` a usage file or a result (JSON) beside the page, several with spaces between; or an activity in words:
    ``query gpt-4o output_tokens=400 region=FR``, ``training gpt-3``, ``datacenter it_power="20 MW" hours=8760``,
    ``instance p4d.24xlarge hours=24``, with the parameters of the functions of those names.
    ``set:``, ``map:``, ``role:``, ``grid_boundary:``, ``factors:``, ``unverified:`` as the options of the commands.
How
    ``measure:``, ``by:``, ``show:`` (``value``, ``range``, ``both``), ``unit:``, ``label:``, ``lang:``,
    ``theme:`` (``auto``, ``light``, ``dark``, ``print``), ``width:``, ``alt:``, ``file:``, ``numbers:`` (``no`` leaves
    the table below a chart out), ``edition:`` (pinned), ``date:`` (the day that it bears).

Hosts
    MkDocs and Zensical: ``pymdownx.superfences`` with `fence` and `fence_options`, ``pymdownx.inlinehilite`` with
    `inline`. Sphinx and MyST: the extension ``footprint.embedding.sphinx``. Any Markdown: ``footprint embed PAGE.md``.
    Python: ``embed(text, folder).html()``, ``.markdown()``, ``.text()``.

In ``zensical.toml``::

    [[project.markdown_extensions.pymdownx.superfences.custom_fences]]
    name = "footprint"
    class = "footprint"
    format = "footprint.embedding.fence"
    validator = "footprint.embedding.fence_options"

In ``mkdocs.yml``::

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: footprint
              class: footprint
              format: !!python/name:footprint.embedding.fence
              validator: !!python/name:footprint.embedding.fence_options

No network is used, nothing of a text is run, and files are read only below the folder of the page or, on a site, of its
sources. A fault stops the build, with the page, the line and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint._public import imported_when_asked

if TYPE_CHECKING:
    from footprint.embedding.embeds import Embed, embed
    from footprint.embedding.pymdown import fence, fence_options, inline
    from footprint.embedding.spec import Spec, SpecError, read_spec

__all__ = ["Embed", "Spec", "SpecError", "embed", "fence", "fence_options", "inline", "read_spec"]

_HOMES = {
    "Embed": "footprint.embedding.embeds",
    "embed": "footprint.embedding.embeds",
    "fence": "footprint.embedding.pymdown",
    "fence_options": "footprint.embedding.pymdown",
    "inline": "footprint.embedding.pymdown",
    "Spec": "footprint.embedding.spec",
    "SpecError": "footprint.embedding.spec",
    "read_spec": "footprint.embedding.spec",
}


__getattr__ = imported_when_asked(__name__, _HOMES)
