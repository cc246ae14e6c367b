"""Pictures as they stand inside a page: one drawing that is light on a light page and dark on a dark one."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from footprint.charts.chart import SVG

_PAINTS = ("fill", "stroke")


def inline(light: str, dark: str | None, description: str) -> str:
    """Return an SVG to stand in a page, in one line; with ``dark`` it follows the page that it stands on.

    The two differ in colours alone, so one drawing has both: ``light-dark()`` takes the one that fits the colour scheme
    of the page around. Where a browser or a policy does not know it, the light ones hold. Names inside are made the
    picture's own, and what it shows is said by a label instead of names that another picture could have too.
    """
    root = _parsed(light)
    for element, other in zip(root.iter(), _alike(root, dark), strict=False):
        styles = [
            f"{paint}:light-dark({element.get(paint)},{other.get(paint)})"
            for paint in _PAINTS
            if element.get(paint) != other.get(paint)
        ]
        if styles:
            element.set("style", ";".join([*filter(None, [element.get("style")]), *styles]))
    own = re.sub(r"-title\b.*", "", root.attrib.pop("aria-labelledby", "footprint"))
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag in ("title", "desc"):
            element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, f"{own}-{value}")
            elif value.startswith("url(#"):
                element.set(name, f"url(#{own}-{value[5:]}")
    root.set("role", "img")
    root.set("aria-label", description)
    root.set("style", "max-width:100%;height:auto")
    ElementTree.register_namespace("", SVG)
    return re.sub(r"\s*\n\s*", " ", ElementTree.tostring(root, encoding="unicode").strip())


def _parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 -- it was written here a moment ago


def _alike(root: ElementTree.Element, dark: str | None) -> list[ElementTree.Element]:
    """Return the elements of the dark picture, where each has its twin in the light one; none otherwise."""
    if dark is None:
        return []
    others, own = list(_parsed(dark).iter()), list(root.iter())
    same = len(others) == len(own) and all(one.tag == two.tag for one, two in zip(own, others, strict=True))
    return others if same else []
