"""The frame around every page, and the few plain elements that pages are made of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.dashboard.kit.words import Words

_MARK = (
    '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">'
    '<path d="M2 10a8 8 0 0 1 8-8h8v8a8 8 0 0 1-16 0z" fill="currentColor"/></svg>'
)


@contextmanager
def frame(words: Words, title: str, lead: str, *, skip_to: str = "content") -> Iterator[None]:
    """Put a page between header and footer, below its one h1; ``skip_to`` is what a keyboard may jump to first."""
    with ui.header(fixed=False, wrap=False).classes("top"), tag("div", "inner"):
        text("a", words("skip"), "skip").props(f'href="#{skip_to}"')
        with tag("a", "brand").props('href="/"'):
            ui.html(_MARK, sanitize=False, tag="span")
            text("span", "Medcost")
    with tag("div", "page").props("id=content tabindex=-1"):
        with tag("div", "intro"):
            text("h1", title)
            text("p", lead, "lead")
        yield
    with ui.footer(fixed=False, wrap=False).classes("bottom"), tag("div", "inner"):
        text("p", words("footer"))
        text("p", words("footer.kept"))


@contextmanager
def card(key: str, title: str, lead: str = "", classes: str = "") -> Iterator[ui.element]:
    """Open a section of the page, named by its heading."""
    with tag("section", f"card {classes}").props(f'aria-labelledby="{key}-title" id="{key}"') as section:
        text("h2", title).props(f'id="{key}-title"')
        if lead:
            text("p", lead, "lead-in")
        yield section


def tag(name: str, classes: str = "") -> ui.element:
    """Make a plain element that others go into."""
    return ui.element(name).classes(classes)


def text(name: str, content: str, classes: str = "") -> TextElement:
    """Make a plain element that holds words."""
    return TextElement(tag=name, text=content).classes(classes)


def html(content: str = "", classes: str = "") -> ui.html:
    """Make a place for a string of HTML whose texts were escaped where it was written."""
    return ui.html(content, sanitize=False).classes(classes)


def button(label: str, classes: str = "") -> TextElement:
    """Make a native button."""
    return text("button", label, f"btn {classes}").props("type=button")


def sorry(words: Words, key: str) -> None:
    """Show a page that says what went wrong, kindly, and what to do; nothing of the error itself."""
    with frame(words, words(f"{key}.title"), words(key)):
        text("a", words(f"{key}.do"), "btn primary").props('href="/"')
