"""The cards that show an estimate as it changes: the figures, how they spread, where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.costs.explanation import FIGURES
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.charts import drawing
from entrypoints.dashboard.charts.hundred import hundred
from entrypoints.dashboard.charts.spread import spread
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.data_notice import DataNotice, axis_title, prices, today
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.layout.spoken import Spoken
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.amount import typed_amount
from entrypoints.dashboard.widgets.failure import FailureNotice
from entrypoints.dashboard.widgets.fields import ChoiceField, InputField
from entrypoints.dashboard.widgets.share import ShareLink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from domain.costs.explanation import Explained, Explanation
    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary
    from entrypoints.dashboard.locale.speech import Words


class AnswerCards:
    """The answer, how it spreads and where it comes from; a `View` of estimates."""

    def __init__(
        self,
        words: Words,
        data: DataNotice,
        *,
        then: Callable[[Beneficiary, Estimate], None],
        on_save: Callable[[], Awaitable[None]],
        on_retry: Callable[[], None],
        first: Beneficiary,
    ) -> None:
        self._words, self._data = words, data
        self._then = then
        self._shown: Estimate | None = None
        self._not_saved: Beneficiary | None = None
        with card("answer", words("answer"), classes="answer") as section:
            section.props("tabindex=-1")
            self._failure = FailureNotice(words, on_retry)
            with self._failure.place:
                self._unsaved = html()
            self._notice = html().props("role=status")
            with tag("div", "glance"):
                with tag("div"):
                    self._figures = html(cards.working(words), "figures").props("aria-busy=true")
                    self._save = button(words("save"), "primary").props("aria-disabled=true").on("click", on_save)
                self._spread = html(element("div", classes="density waiting"), "picture")
            with tag("p", "saved").props("role=status"):
                self._saved = text("span", "")
                self._list = text("a", words("saved.list")).props(f'href="{at("/history")}"')
            self._list.visible = False
            self._rest = html("", "figures")
            with tag("div", "actions"):
                button(words("print"), "print").on("click", js_handler="() => window.print()")
                self._share = ShareLink(words, first)
            self._spoken = Spoken()
        with card("budget", words("budget"), words("budget.lead")):
            self._amount = InputField(
                name="above", label=words("above"), hint=words("above.help"), kind="text", unit=words.currency
            ).on_value_change(self._say_above)
            self._above = text("p", "", "above").props("role=status")
            self._hundred = html()
        data.on_change(self._draw)

    @property
    def can_be_saved(self) -> bool:
        """Return whether the numbers belong to the values of the form."""
        return self._save.props["aria-disabled"] == "false"

    def busy(self) -> None:
        """Grey out the numbers while newer ones are computed."""
        for figures in (self._figures, self._rest):
            figures.props("aria-busy=true")

    def show(self, question: Beneficiary, answer: Estimate) -> None:
        """Show an estimate."""
        self._shown = answer
        self._settle()
        if question != self._not_saved:
            self._unsaved.content = ""
        self._notice.content = cards.cautions(answer, self._words)
        self._draw()
        self._say_saved("")
        self._save.props("aria-disabled=false")
        self._share.tell(question)
        self._spoken(f"{self._words('typical')} {self._words.money(answer.cost.typical)}")
        self._then(question, answer)

    def fail(self) -> None:
        """Say that the numbers are old, and that the page asks again."""
        key = "failed" if self._shown else "failed.first"
        self._age()
        self._notice.content = ""
        self._say_saved("")
        self._failure.show(cards.notice("bad", self._words(key), self._words(f"{key}.do")))
        self._save.props("aria-disabled=true")

    def stale(self) -> None:
        """Say that the numbers belong to the last answers that made sense."""
        self._settle()
        self._notice.content = cards.notice("warn", self._words("stale"), self._words("stale.do"))
        self._age()
        self._say_saved("")
        self._save.props("aria-disabled=true")

    def saving(self) -> None:
        """Ignore a second press of the button."""
        self._unsaved.content = ""
        self._save.props("aria-disabled=true")
        self._say_saved("saving")

    def saved(self) -> None:
        """Say that the estimate is recorded, and where it is listed."""
        self._settle()
        self._save.props("aria-disabled=false")
        self._say_saved("saved")

    def unsaved(self, who: Beneficiary) -> None:
        """Say that recording may have failed and pressing again is safe, until another person is shown."""
        self._not_saved = who
        self._save.props("aria-disabled=false")
        self._say_saved("")
        self._unsaved.content = cards.notice("bad", self._words("unsaved"), self._words("unsaved.do"))

    def unexpected(self) -> None:
        """Show that an internal error occurred, without details."""
        for figures in (self._figures, self._rest):
            figures.props(remove="aria-busy")
        self._say_saved("")
        self._failure.unexpected()

    def _draw(self) -> None:
        if self._shown:
            origins, words = self._data.origins, self._words
            self._figures.content = cards.typical_year(
                self._shown, words, prices(origins, words), today(origins, words)
            )
            self._spread.content = spread(self._shown.cost, words, axis_title(origins, words))
            self._rest.content = cards.rest(self._shown, words)
            self._say_above()

    def _say_saved(self, key: str) -> None:
        """Show the result of pressing Save; clear it for an empty key."""
        self._saved.text = self._words(key) if key else ""
        self._list.visible = key == "saved"

    def _age(self) -> None:
        """Show that the numbers are old."""
        for figures in (self._figures, self._rest):
            figures.props(remove="aria-busy").classes("stale")

    def _say_above(self) -> None:
        """Show how many people cost more than the typed amount; clear the sentence without an amount."""
        amount = typed_amount(self._amount, self._words)
        if self._shown is None or amount is None:
            self._above.text = self._hundred.content = ""
            return
        self._above.text = sentence = cards.costlier(self._shown.cost, amount, self._words)
        self._hundred.content = hundred(self._shown.cost.chance_above(amount), sentence)

    def _settle(self) -> None:
        for figures in (self._figures, self._rest):
            figures.props(remove="aria-busy").classes(remove="stale")
        self._failure.clear()


class ReasonCards:
    """Where the dollars come from, and people alike; a `View` of explanations.

    ``then`` is called when somebody chooses which figure is explained.
    """

    def __init__(self, words: Words, *, then: Callable[[], None]) -> None:
        self._words = words
        with card("reasons", words("reasons"), words("reasons.lead")):
            options = [(figure, words(f"reasons.of.{figure}")) for figure in FIGURES]
            self._of = ChoiceField(name="of", value=FIGURES[0], label=words("reasons.of"), options=options)
            self._of.on_value_change(then)
            self._failed = html().props("role=status")
            self._table = html(paragraph(words("working"), "hint"), "chart")
            text("p", words("reasons.note"), "hint")
        with card("alike", words("alike")):
            self._alike = html(paragraph(words("working"), "hint"))

    @property
    def figure(self) -> Explained:
        """Return the figure that is explained."""
        return "typical" if self._of.value == "typical" else "expected"

    def busy(self) -> None:
        """Grey the table."""
        self._table.props("aria-busy=true")

    def show(self, question: tuple[Beneficiary, Explained], answer: Explanation) -> None:
        """Show an explanation."""
        self._table.props(remove="aria-busy")
        self._failed.content = ""
        self._table.content = drawing.waterfall(answer, question[0], self._words)
        self._alike.content = cards.alike(answer.alike, self._words)

    def fail(self) -> None:
        """Say that the table belongs to earlier answers."""
        self._table.props("aria-busy=true")
        self._failed.content = paragraph(self._words("reasons.failed"), "notice bad")
