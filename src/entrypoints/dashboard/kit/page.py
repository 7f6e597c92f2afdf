"""What a page of the dashboard is, and one browser's visit to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Depends
from nicegui import Client, ui

from entrypoints.dashboard.kit.cards import notice
from entrypoints.dashboard.kit.guard import sign_out_form
from entrypoints.dashboard.kit.shell import frame, tag, text
from entrypoints.dashboard.words.language import chosen
from entrypoints.dashboard.words.speech import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.dashboard.kit.guard import Guard


@dataclass(frozen=True)
class Page:
    """One address of the dashboard; `app.register_pages` lists them all, in the order of the menu.

    Args:
        path: may hold parameters (``/history/{id}``); a visit finds them in ``client.request.path_params``.
        name: the first part of its words' keys: ``"estimate"`` needs ``estimate.nav`` and ``estimate.title``.
        build: fills the page, within three seconds.
        admin: only a person who logged in may see it.
        in_menu: whether the header links to it.
    """

    path: str
    name: str
    build: Callable[[Visit], Awaitable[None]]
    admin: bool = False
    in_menu: bool = True


@dataclass(frozen=True)
class Visit:
    """One opening of a page by one browser: its connection, its language, and the menu it sees."""

    client: Client
    words: Words
    menu: Sequence[Page]
    page: Page | None = None

    @classmethod
    def begun(cls, client: Client, menu: Sequence[Page], page: Page | None = None) -> Visit:
        """Begin a visit: the browser's language becomes that of the document."""
        request = client.request
        words = Words(chosen(request.cookies, request.headers.get("accept-language", "")))
        client.page = ui.page(request.url.path, language="es" if words.language == "es" else "en-US")
        if page:
            client.title = f"{words(f'{page.name}.title')} · Medcost"
        return cls(client, words, menu, page)

    @contextmanager
    def frame(self, title: str, lead: str = "", *, skip_to: str = "content") -> Iterator[None]:
        """Put a page between header and footer, below its one h1; ``skip_to`` is what a keyboard may jump to first."""
        here = self.page.path if self.page else ""
        links = [(one.path, self.words(f"{one.name}.nav"), one.path == here) for one in self.menu if one.in_menu]
        with frame(self.words, links, title, lead, skip_to=skip_to):
            sign_out_form(self.client.request, self.words)
            yield

    def tell_mistakes(self, *places: ui.html) -> None:
        """Say in these places, kindly, when a handler raised what nobody foresaw; nothing of the error itself."""
        said = notice("bad", self.words("unexpected"), self.words("unexpected.do"))

        def tell() -> None:
            for place in places:
                place.content = said

        self.client.on_exception(tell)

    def sorry(self, key: str) -> None:
        """Show a page that says what went wrong, kindly, and what to do; nothing of the error itself."""
        with self.frame(self.words(f"{key}.title"), self.words(key)), tag("p"):
            text("a", self.words(f"{key}.do"), "btn primary").props('href="/"')


def add_page(page: Page, menu: Sequence[Page], guard: Guard) -> None:
    """Tell NiceGUI of a page; nothing of an admin's is built before the guard let the request pass."""

    @ui.page(page.path, dependencies=[Depends(guard.page)] if page.admin else [])
    async def show(client: Client) -> None:
        await page.build(Visit.begun(client, menu, page))
