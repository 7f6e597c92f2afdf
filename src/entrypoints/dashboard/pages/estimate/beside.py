"""The cards below an estimate: which model made it, and the last estimates that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.shell import card, html, retry_button
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from domain.costs.prediction import ModelReference, Prediction
    from domain.models.model import ModelVersion
    from entrypoints.dashboard.locale.speech import Words


class ModelCard:
    """The model behind the answer; a `View` of champions."""

    def __init__(self, words: Words) -> None:
        self._words = words
        with card("model", words("model")):
            self._said = html(paragraph(words("working"), "hint"))

    def busy(self) -> None:
        """Keep what is shown."""

    def show(self, question: ModelReference, answer: ModelVersion | None) -> None:
        """Show the champion; without one, what stands in for it."""
        self._said.content = cards.model(answer, self._words) if answer else cards.stand_in(question, self._words)

    def fail(self) -> None:
        """Say that nothing is known of it just now."""
        self._said.content = paragraph(self._words("model.away"), "hint")


class LastCard:
    """The last estimates; a `View` of predictions, asked with the one that was just kept."""

    def __init__(self, words: Words, *, on_retry: Callable[[], object]) -> None:
        self._words = words
        with card("last", words("last"), words("last.lead")) as section:
            section.props("tabindex=-1")
            self._failed = html().props("role=alert")
            self._list = html(paragraph(words("working"), "hint"))
            self._retry = retry_button(words, "last", on_retry)

    def busy(self) -> None:
        """Keep what is shown."""

    def show(self, question: UUID | None, answer: Sequence[Prediction]) -> None:
        """List them."""
        self._failed.content, self._retry.visible = "", False
        self._list.content = cards.last(answer, self._words, question)

    def fail(self) -> None:
        """Say that they could not be read; it is tried again by itself."""
        self._list.content = ""
        self._failed.content = cards.notice("bad", self._words("last.away"), self._words("last.away.do"))
        self._retry.visible = True
