"""The frame around every page, and the few plain elements that pages are made of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from markupsafe import escape
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.first_paint import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from entrypoints.dashboard.locale.speech import Words


class Navigation(ui.element, component="navigation.js"):
    """The menu, the language and the theme, as one small Vue file."""

    def __init__(self, words: Words, links: Sequence[tuple[str, str, bool]]) -> None:
        super().__init__()
        self.props.update(
            {
                "menu": words("menu"),
                "pages": words("menu.pages"),
                "links": [list(link) for link in links],
                "language": words("language.other.code"),
                "languageName": words("language.other"),
                "theme": words("theme"),
                "root": at("/"),
                "themes": [[name, words(f"theme.{name}")] for name in ("system", "light", "dark")],
            }
        )
        self.classes("navigation")


class Connection(ui.element, component="connection.js"):
    """Says when the connection to the server is cut, so that the numbers may be old."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.props.update({"title": words("offline"), "text": words("offline.do")})


@contextmanager
def frame(
    words: Words, links: Sequence[tuple[str, str, bool]], title: str, lead: str, *, skip_to: str
) -> Iterator[None]:
    """Put a page between header and footer; a page does it through its `Visit`.

    Args:
        words: the words of the visit.
        links: the links of the menu: address, text, and whether it is this page.
        title: the one h1.
        lead: the sentence below it, if there is one.
        skip_to: the id that a keyboard may jump to first.
    """
    client = ui.context.client
    plain(client)
    with client.layout:
        top, bottom = tag("header", "top"), tag("footer", "bottom")
    top.move(target_index=0)
    with top, tag("div", "inner"):
        text("a", words("skip" if skip_to == "answer" else "skip.content"), "skip").props(f'href="#{skip_to}"')
        with tag("a", "brand").props(f'href="{at("/")}"'):
            ui.html(logo("currentColor", width=20, height=20), sanitize=escape, tag="span")
            text("span", "Medcost")
        Navigation(words, links)
    with tag("div", "page").props("id=content tabindex=-1"):
        with tag("div", "intro"):
            text("h1", title)
            if lead:
                text("p", lead, "lead")
        Connection(words)
        yield
    with bottom, tag("div", "inner"):
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


class HtmlCard:
    """A section of the page, named by its heading, that holds HTML only: one element for NiceGUI, and not four.

    Its content is `Markup`, or any other string, which is shown as text.
    """

    def __init__(self, key: str, title: str, lead: str = "", *, content: str = "") -> None:
        self._top = element("h2", title, id=f"{key}-title")
        if lead:
            self._top += paragraph(lead, "lead-in")
        self._place = ui.html("", sanitize=escape, tag="section").classes("card")
        self._place.props(f'aria-labelledby="{key}-title" id="{key}"')
        self.content = content

    @property
    def content(self) -> str:
        """Return what stands below the heading."""
        return self._content

    @content.setter
    def content(self, content: str) -> None:
        self._content = content
        self._place.content = self._top + content


def tag(name: str, classes: str = "") -> ui.element:
    """Make a plain element that others go into."""
    return ui.element(name).classes(classes)


def text(name: str, content: str, classes: str = "") -> TextElement:
    """Make a plain element that holds words."""
    return TextElement(tag=name, text=content).classes(classes)


def html(content: str = "", classes: str = "") -> ui.html:
    """Make a place for HTML: it shows `Markup` as it is, and any other string as text."""
    return ui.html(content, sanitize=escape).classes(classes)


def logo(fill: str, **attributes: str | int) -> Markup:
    """Draw the logo in one colour."""
    path = element("path", d="M2 10a8 8 0 0 1 8-8h8v8a8 8 0 0 1-16 0z", fill=fill)
    return element("svg", path, viewBox="0 0 20 20", aria_hidden="true", **attributes)


def button(label: str, classes: str = "") -> TextElement:
    """Make a native button."""
    return text("button", label, f"btn {classes}").props("type=button")
