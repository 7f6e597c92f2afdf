"""The notice above every number of a page: the people behind the answers are invented, where they are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from application.models.review_origins import Origins
from entrypoints.dashboard.layout.shell import html
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.live import Live

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from nicegui import Client

    from domain.people.fact import Value
    from domain.people.schema import TodaysPrices
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.widgets.fact_fields import Ranges

_PATIENCE: Final = 0.5
"""Seconds that a page waits for what it is told about its data."""


async def soon(ask: Callable[[], Awaitable[Origins]]) -> Origins | None:
    """Look up which data the answers rest on; None if that takes longer than a page should wait for it, or fails.

    A failure is no concern of the page yet: `DataNotice` asks again, and says so.
    """
    asking = asyncio.ensure_future(ask())
    done, _ = await asyncio.wait([asking], timeout=_PATIENCE)
    asking.cancel()
    return asking.result() if done and not asking.exception() else None


class DataNotice:
    """Stands below the heading of each page that shows a model's answers; a `View` of origins.

    ``origins`` is None until it was looked up.

    Args:
        words: the words of the visitor's language.
        ask: looks up which data the answers rest on.
        first: what was looked up before the page; None to look it up now.
        client: the visitor's browser.
    """

    def __init__(
        self, words: Words, ask: Callable[[], Awaitable[Origins]], first: Origins | None, client: Client
    ) -> None:
        self._words = words
        self._place = html("", "data-notice")
        self._listeners: list[Callable[[], object]] = []
        self._live = Live(lambda _: ask(), self, client=client, quiet=0)
        self.origins: Origins | None = None
        if first:
            self.show(None, first)
        else:
            self._live(None)

    @property
    def ranges(self) -> Ranges:
        """Return the range of each numeric fact in the champion's training data; empty until it was loaded."""
        return self.origins.ranges if self.origins else {}

    @property
    def usual(self) -> Mapping[str, Value]:
        """Return an ordinary value of each fact in the champion's training data; empty until it was loaded."""
        return self.origins.usual if self.origins else {}

    def on_change(self, listener: Callable[[], object]) -> None:
        """Call ``listener`` when the champion's training data are loaded, and whenever they change."""
        self._listeners.append(listener)
        if self.origins:
            listener()

    def again(self) -> None:
        """Read the origin of the data again, because another model answers."""
        self._live(None)

    # the view of `Live`

    def busy(self) -> None:
        """Leave the notice as it is."""

    def show(self, question: None, answer: Origins) -> None:
        """Show the notice, or nothing where the people are real."""
        del question
        self._place.content = notice(self._words, invented=answer.invented, trained=answer.champion is not None)
        if answer != self.origins:
            self.origins = answer
            for listener in self._listeners:
                listener()

    def fail(self) -> None:
        """Leave the notice as it is; `Live` asks again by itself."""


def notice(words: Words, *, invented: bool, trained: bool = True) -> Markup:
    """Say that the people behind the numbers are invented; empty where they are real."""
    if not invented:
        return Markup()
    return cards.notice("warn", words("model.synthetic") + ".", words(f"synthetic.{'trained' if trained else 'none'}"))


def prices(origins: Origins | None, words: Words) -> str:
    """Say of which year the prices are; empty until that was looked up."""
    return _of_year("prices", origins, words) if origins else ""


def today(origins: Origins | None, words: Words) -> TodaysPrices | None:
    """Return what turns the prices of real costs into today's, where the schema says so of the year of these costs."""
    cost = words.schema.cost
    if origins is None or origins.invented or origins.champion is None:
        return None
    return cost.today if origins.champion.year == str(cost.year) else None


def axis_title(origins: Origins | None, words: Words) -> str:
    """Name an axis of costs: what they are, in which currency, in prices of which year."""
    return _of_year("axis", origins, words) if origins else words("axis", currency=words.currency_name)


def _of_year(key: str, origins: Origins, words: Words) -> str:
    if origins.champion is None or origins.invented:
        return words(f"{key}.invented", currency=words.currency_name)
    year = origins.champion.year
    values = {"year": year, "currency": words.currency_name}
    return words(f"{key}.{'year' if year else 'unknown'}", **values)
