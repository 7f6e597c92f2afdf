"""What the pages about two versions share: their frame, what they ask, and what they say when there is no answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from domain.errors import ModelRefused, NoChampion, NotFound
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.shell import card, html, tag
from entrypoints.dashboard.pages.models.pair import pair_of, picker, sections
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.live import Live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.models.compared_versions import Compared, Pair
    from application.models.review_models import ReviewedVersion
    from entrypoints.dashboard.layout.page import Visit

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Figures]):
    """Two versions among all others, and what is shown of them."""

    versions: Sequence[ReviewedVersion]
    compared: Compared
    figures: Figures


class ExpertPage(ABC, Generic[Figures]):
    """One open page about two versions; a `View` of what is asked about them.

    Args:
        section: the name, see `pair.SECTIONS`.
        visit: with the address that names the versions.
        ask: looks the versions up, with what is shown of them.
    """

    def __init__(self, section: str, visit: Visit, ask: Callable[[Pair], Awaitable[Answer[Figures]]]) -> None:
        self.visit, self.words, self.section = visit, visit.words, section
        self.query: Mapping[str, str] = visit.client.request.query_params
        self._ask = ask
        words, pair = visit.words, pair_of(self.query)
        with visit.frame(words(f"models.{section}.title"), words(f"models.{section}.lead")), tag("div", "results"):
            html(sections(section, pair, words))
            self.problem = html().props("role=alert")
            self._picker = html()
            self._status = html(paragraph(words("working"))).props("role=status")
            self.body = tag("div", "results")
        visit.tell_mistakes(self.problem)
        self._pair = pair
        self._live = Live(self._answer, self, client=visit.client, quiet=0)

    async def first_look(self) -> None:
        """Show everything, or the page without it after half a second."""
        self._live(self._pair)
        await self._live.first_answer()

    @property
    def query_parameters(self) -> Mapping[str, str]:
        """Return the other parts of the address, which stay when other versions are chosen."""
        return {}

    @abstractmethod
    def build(self, answer: Answer[Figures]) -> None:
        """Fill the body."""

    async def _answer(self, pair: Pair) -> Answer[Figures] | NotFound | ModelRefused:
        try:
            return await self._ask(pair)
        except (NotFound, ModelRefused) as missing:
            return missing

    # what `Live` tells

    def busy(self) -> None:
        """Figures are on their way: the page says so already."""

    def show(self, question: Pair, answer: Answer[Figures] | NotFound | ModelRefused) -> None:
        """Show the figures, or why there are none."""
        del question
        self.problem.content = self._status.content = ""
        self.body.clear()
        with self.body:
            if isinstance(answer, Answer):
                self._picker.content = picker(
                    self.section, answer.compared, answer.versions, self.words, self.query_parameters
                )
                self.build(answer)
            else:
                self._missing(answer)

    def fail(self) -> None:
        """Say that nothing could be read; the page asks again by itself."""
        words = self.words
        self._status.content = ""
        self.problem.content = cards.notice("bad", words("models.away"), words("models.away.do"))

    def _missing(self, why: NotFound | ModelRefused) -> None:
        words = self.words
        name = "none" if isinstance(why, NoChampion) else "elsewhere" if isinstance(why, NotFound) else "damaged"
        with card("missing", words(f"models.missing.{name}")):
            html(paragraph(words(f"models.missing.{name}.do"), "lead-in"))
            if name != "none":
                html(cards.theirs(str(why), words))
