"""HTML and SVG as `Markup`: texts are escaped as they go into an element, and Python holds no tag."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable


def element(name: str, /, *inside: str | int, **attributes: str | float | None) -> Markup:
    """Write an element.

    Args:
        name: the name of the element, which is written with an end tag.
        inside: elements, which are taken as they are, and texts and numbers, which are escaped.
        attributes: with ``_`` for ``-``, and ``classes`` for ``class``; None, False and empty ones are left out.

    Returns:
        the element, ready to go into another one or into the page.
    """
    parts = ["<", name]
    for attribute, value in attributes.items():
        if value is not None and value is not False and value != "":
            parts += (_start(attribute), escape(value), '"')
    return Markup("".join((*parts, ">", *map(escape, inside), "</", name, ">")))  # noqa: S704  # each part is escaped


def together(*parts: str) -> Markup:
    """Write elements and texts one after another."""
    return Markup().join(parts)


def paragraph(text: str, classes: str = "") -> Markup:
    """Write a paragraph."""
    return element("p", text, classes=classes)


def breaking(text: str, joint: str) -> Markup:
    """Let a long text end its lines behind each ``joint``."""
    return Markup("{}<wbr>").format(joint).join(text.split(joint))


def table(
    caption: str, heads: Iterable[Markup], rows: Iterable[Markup], classes: str = "", *, style: str | None = None
) -> Markup:
    """Write a table whose caption is read aloud only; its heads are those of `head`, its rows those of `row`."""
    return element(
        "table",
        element("caption", caption, classes="veiled"),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        classes=classes,
        style=style,
    )


def head(text: str, classes: str = "") -> Markup:
    """Write the head of a column."""
    return element("th", text, scope="col", classes=classes)


def row(name: str | int, *cells: Markup, classes: str = "") -> Markup:
    """Write a row of a table: the cell that names it, and the others."""
    return element("tr", element("th", name, scope="row"), *cells, classes=classes)


def cell(inside: str | int, classes: str = "", **attributes: str | int) -> Markup:
    """Write a cell of a table."""
    return element("td", inside, classes=classes, **attributes)


def scrolling(inside: Markup, name: str) -> Markup:
    """Let something wide scroll by itself; a keyboard reaches it, and ``name`` says what it is."""
    return element("div", inside, classes="scrolls", tabindex=0, role="group", aria_label=name)


def mark(classes: str, left: float, *, width: float | None = None, bottom: float | None = None) -> Markup:
    """Write a mark of a chart, whose place and size are per cent of the chart's."""
    places = {"left": left, "width": width, "bottom": bottom}
    style = ";".join([f"{side}:{percent:.2f}%" for side, percent in places.items() if percent is not None])
    return element("i", classes=classes, style=style)


@cache
def _start(attribute: str) -> str:
    """Return how an attribute begins."""
    name = "class" if attribute == "classes" else attribute.replace("_", "-")
    return f' {name}="'
