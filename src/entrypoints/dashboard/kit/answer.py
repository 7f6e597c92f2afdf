"""The cards that show an estimate as it changes: the figures, how they spread, where they come from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from entrypoints.dashboard.kit import cards, charts
from entrypoints.dashboard.kit.share import ShareLink
from entrypoints.dashboard.kit.shell import button, card, html, retry_button, tag, text
from entrypoints.dashboard.kit.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from domain.beneficiary import Beneficiary
    from domain.prediction import Estimate, Explanation
    from entrypoints.dashboard.words.speech import Words


class AnswerCards:
    """The answer, how it spreads and where it comes from; a `View` of estimates."""

    def __init__(
        self,
        words: Words,
        *,
        then: Callable[[Beneficiary, Estimate], None],
        on_save: Callable[[], Awaitable[None]],
        on_retry: Callable[[], None],
        first: Beneficiary,
    ) -> None:
        self._words = words
        self._then = then
        self._any = False
        with card("answer", words("answer"), classes="answer") as section:
            section.props("tabindex=-1")
            self._failure = tag("div").props("role=alert")
            with self._failure:
                self._failed = html()
                self._retry = retry_button(words, "answer", on_retry)
            self._notice = html().props("role=status")
            self._figures = html(cards.working(words), "figures").props("aria-busy=true")
            with tag("div", "actions"):
                self._save = button(words("save"), "primary").props("aria-disabled=true").on("click", on_save)
                button(words("print"), "print").on("click", js_handler="() => window.print()")
                self._share = ShareLink(words, first)
                self._saved = text("p", "", "saved").props("role=status")
            self._spoken = Spoken()
        with card("spread", words("spread"), words("spread.lead")):
            self._spread = html('<div class="density waiting"></div>', "chart")
            text("p", words("spread.dots"), "hint")

    @property
    def can_be_saved(self) -> bool:
        """Whether the numbers belong to what the form says."""
        return self._save.props["aria-disabled"] == "false"

    def busy(self) -> None:
        """Grey the numbers: newer ones are on their way."""
        self._figures.props("aria-busy=true")

    def show(self, question: Beneficiary, answer: Estimate) -> None:
        """Show an estimate."""
        self._any = True
        self._settle()
        self._notice.content = cards.cautions(answer, self._words)
        self._figures.content = cards.figures(answer, self._words)
        self._spread.content = charts.density(answer.cost, self._words)
        self._saved.text = ""
        self._save.props("aria-disabled=false")
        self._share.tell(question)
        self._spoken(f"{self._words('typical')} {self._words.usd(answer.cost.typical)}")
        self._then(question, answer)

    def fail(self) -> None:
        """Say that the numbers are old, and that it is tried again."""
        key = "failed" if self._any else "failed.first"
        self._figures.props(remove="aria-busy")
        self._figures.classes("stale")
        self._notice.content = self._saved.text = ""
        self._say_failed(cards.notice("bad", self._words(key), self._words(f"{key}.do")))
        self._save.props("aria-disabled=true")

    def stale(self) -> None:
        """Say that the numbers belong to the last answers that made sense."""
        self._settle()
        self._notice.content = cards.notice("warn", self._words("stale"), self._words("stale.do"))
        self._figures.classes("stale")
        self._saved.text = ""
        self._save.props("aria-disabled=true")

    def saving(self) -> None:
        """Keep a second press from doing anything."""
        self._save.props("aria-disabled=true")
        self._saved.text = self._words("saving")

    def saved(self, *, listed: bool) -> None:
        """Say that it is kept, and whether it is ``listed`` below."""
        self._settle()
        self._save.props("aria-disabled=false")
        self._saved.text = self._words("saved" if listed else "saved.kept")

    def unsaved(self) -> None:
        """Say that it may not be kept, and that pressing again is safe."""
        self._save.props("aria-disabled=false")
        self._saved.text = ""
        self._failed.content = cards.notice("bad", self._words("unsaved"), self._words("unsaved.do"))

    def unexpected(self) -> None:
        """Say that we made a mistake; nothing of it is shown."""
        self._figures.props(remove="aria-busy")
        self._saved.text = ""
        self._say_failed(cards.notice("bad", self._words("unexpected"), self._words("unexpected.do")))

    def _say_failed(self, said: str) -> None:
        self._failed.content = said
        self._retry.visible = True

    def _settle(self) -> None:
        self._figures.props(remove="aria-busy").classes(remove="stale")
        self._failed.content = ""
        self._retry.visible = False


class ReasonCards:
    """Where the dollars come from, and people alike; a `View` of explanations."""

    def __init__(self, words: Words) -> None:
        self._words = words
        with card("reasons", words("reasons"), words("reasons.lead")):
            self._failed = html().props("role=status")
            self._table = html(f'<p class="hint">{escape(words("working"))}</p>', "chart")
            text("p", words("reasons.note"), "hint")
        with card("alike", words("alike")):
            self._alike = html(f'<p class="hint">{escape(words("working"))}</p>')

    def busy(self) -> None:
        """Grey the table."""
        self._table.props("aria-busy=true")

    def show(self, question: Beneficiary, answer: Explanation) -> None:  # noqa: ARG002  # part of a view
        """Show an explanation."""
        self._table.props(remove="aria-busy")
        self._failed.content = ""
        self._table.content = charts.waterfall(answer, self._words)
        self._alike.content = cards.alike(answer.alike, self._words)

    def fail(self) -> None:
        """Say that the table is old."""
        self._table.props("aria-busy=true")
        self._failed.content = f'<p class="notice bad">{escape(self._words("reasons.failed"))}</p>'
