"""What a page of the dashboard is, and one browser's visit to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Depends
from nicegui import Client, ui

from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.guard import account, may_be_admin
from entrypoints.dashboard.layout.data_notice import DataNotice, soon
from entrypoints.dashboard.layout.shell import frame, tag, text
from entrypoints.dashboard.leftovers import Leftovers
from entrypoints.dashboard.locale.language import chosen
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.widgets.cards import notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.models.review_origins import Origins
    from domain.people.schema import Schema
    from entrypoints.dashboard.auth.guard import Guard


@dataclass(frozen=True)
class Page:
    """One address of the dashboard; `app.register_pages` lists them all, in the order of the menu.

    Args:
        path: may hold parameters (``/history/{id}``); a visit finds them in ``client.request.path_params``.
        name: the first part of its words' keys: ``"estimate"`` needs ``estimate.nav`` and ``estimate.title``.
        build: fills the page, within thirty seconds.
        admin: only an admin may see it; the header links to it for nobody who signed in as another.
        personal: visitors see on it what is theirs, and the admin everybody's.
        guarded: whether the page asks who comes; the sign-in page does not.
        in_menu: whether the header links to it.
        figures: whether it shows a model's answers, below a notice of what they rest on.
        part_of: path of the page whose link the header marks meanwhile; its own by default.

    Examples:
        A complete page that asks nothing of the application, in ``pages/ping/page.py``::

            def page() -> Page:
                return Page("/ping", "ping", build, figures=False)


            async def build(visit: Visit) -> None:
                words = visit.words
                with visit.frame(words("ping.title")), card("answer", words("ping.answer")):
                    html(paragraph(words("ping.answer.text")))

        `card` and `html` are in `layout.shell`, `paragraph` in `elements`. A page that asks something of the
        application is given `Inject`, and makes a function of each use case with it, as `pages.plans.page` does.
    """

    path: str
    name: str
    build: Callable[[Visit], Awaitable[None]]
    admin: bool = False
    personal: bool = False
    guarded: bool = True
    in_menu: bool = True
    figures: bool = True
    part_of: str = ""


@dataclass
class Visit:
    """One opening of a page by one browser: its connection, its language, and the pages there are.

    Args:
        client: the browser's connection.
        words: the words of its language.
        menu: all pages; the header links to those that the visitor may open.
        page: what it opened; None where there is no such page.
        ask: looks up which data the answers rest on.
        origins: what was looked up before the page was built; None if that took too long.
    """

    client: Client
    words: Words
    menu: Sequence[Page]
    page: Page | None = None
    ask: Callable[[], Awaitable[Origins]] | None = None
    origins: Origins | None = None
    _data: DataNotice | None = None

    @classmethod
    def begun(
        cls,
        client: Client,
        menu: Sequence[Page],
        schema: Schema,
        page: Page | None = None,
        ask: Callable[[], Awaitable[Origins]] | None = None,
    ) -> Visit:
        """Begin a visit: the browser's language becomes that of the document."""
        request = client.request
        words = Words(chosen(request.cookies, request.headers.get("accept-language", "")), schema)
        client.page = ui.page(request.url.path, language="es" if words.language == "es" else "en-US")
        if page:
            client.title = f"{words(f'{page.name}.title')} · Medcost"
        return cls(client, words, menu, page, ask)

    @property
    def data(self) -> DataNotice:
        """Return the notice about the training data behind the page's numbers."""
        assert self._data, "a page with figures opens its frame first"
        return self._data

    @contextmanager
    def frame(self, title: str, lead: str = "", *, skip_to: str = "content") -> Iterator[None]:
        """Put a page between header and footer, below its one h1; ``skip_to`` is what a keyboard may jump to first."""
        here = (self.page.part_of or self.page.path) if self.page else ""
        admin = may_be_admin(self.client.request)
        links = [
            (at(entry.path), self.words(f"{entry.name}.nav"), entry.path == here)
            for entry in self.menu
            if entry.in_menu and (admin or not entry.admin)
        ]
        with frame(self.words, links, title, lead, skip_to=skip_to):
            account(self.client.request, self.words)
            if self.page and self.page.figures and self.ask:
                self._data = DataNotice(self.words, self.ask, self.origins, self.client)
            yield

    def tell_mistakes(self, *places: ui.html) -> None:
        """Say in these places that a handler failed unexpectedly, without the text of the error."""
        message = notice("bad", self.words("unexpected"), self.words("unexpected.do"))

        def tell() -> None:
            for place in places:
                place.content = message

        self.client.on_exception(tell)

    def sorry(self, key: str, then: str = "/") -> None:
        """Show a page that says what went wrong, kindly, and what to do: open ``then``; nothing of the error itself."""
        with self.frame(self.words(f"{key}.title"), self.words(key)), tag("p"):
            link = text("a", self.words(f"{key}.do"), "btn primary")
            link.props["href"] = at(then)


def add_page(
    page: Page, menu: Sequence[Page], schema: Schema, guard: Guard, ask: Callable[[], Awaitable[Origins]]
) -> None:
    """Register a page with NiceGUI; nothing of an admin's is built before the guard let the request pass.

    ``ask`` looks up which data the answers rest on.
    """
    needed = guard.admin if page.admin else guard.personal if page.personal else guard.visitor
    leftovers = Leftovers()

    # NiceGUI's own three seconds are too few for a machine that is busy
    @ui.page(page.path, dependencies=[Depends(needed)] if page.guarded else [], response_timeout=30)
    async def show(client: Client) -> None:
        leftovers.forget()
        visit = Visit.begun(client, menu, schema, page, ask)
        if page.figures:
            visit.origins = await soon(ask)  # no number is shown before the notice, and forms start with its data
        await page.build(visit)
