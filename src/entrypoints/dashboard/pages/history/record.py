"""One past estimate in full: what was asked and answered, what the year really cost, and how to erase it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.costs.prediction import MOST_CHARGES
from domain.errors import InvalidInput, NotSignedIn, PredictionNotFound, Unavailable
from entrypoints.dashboard.layout.shell import button, html, tag, text
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.amount import readings
from entrypoints.dashboard.widgets.fields import InputField
from entrypoints.dashboard.widgets.table import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from markupsafe import Markup

    from domain.costs.prediction import Prediction
    from entrypoints.dashboard.locale.speech import Words


class RecordDialog:
    """Opens over the list; ``then`` is called when something about a record has changed."""

    def __init__(
        self,
        words: Words,
        *,
        record: Callable[[UUID, float], Awaitable[Prediction]],
        erase: Callable[[UUID], Awaitable[None]],
        then: Callable[[], None],
    ) -> None:
        self._words, self._record, self._erase, self._then = words, record, erase, then
        self._shown: Prediction | None = None
        self._dialog, self._sure = Dialog("record"), Dialog("sure")
        with self._dialog.content():
            self._facts = html()
            self.problem = html().props("role=alert")
            with tag("form", "outcome").props("novalidate").on("submit.prevent", self._keep_outcome):
                self._outcome = InputField(
                    name="outcome",
                    label=words("history.outcome"),
                    hint=words("history.outcome.help"),
                    kind="text",
                    unit=words.currency,
                )
                text("button", words("history.outcome.save"), "btn primary").props("type=submit")
            self._saved = text("p", "", "saved").props("role=status")
            with tag("div", "actions"):
                button(words("history.close")).on("click", self._dialog.close)
                button(words("history.erase"), "danger").on("click", self._ask_if_sure)
        with self._sure.content():
            text("p", words("history.sure.lead"))
            with tag("div", "actions"):
                button(words("history.sure.no")).on("click", self._sure.close)
                button(words("history.sure.yes"), "danger").on("click", self._erase_it)

    def open(self, prediction: Prediction) -> None:
        """Show a record."""
        self._shown = prediction
        self._facts.content = _facts(prediction, self._words)
        self.problem.content = self._saved.text = self._outcome.error = ""
        self._outcome.value = f"{prediction.outcome.charges:.2f}" if prediction.outcome else ""
        self._dialog.open(self._words.moment(prediction.created_at))

    async def _keep_outcome(self) -> None:
        words, self._saved.text, self.problem.content = self._words, "", ""
        amounts = readings(str(self._outcome.value or ""), words.currency)
        self._outcome.error = ""
        if len(amounts) != 1:
            first, other = (words.cents(amount) for amount in amounts or (0.0, 0.0))
            key = "history.outcome.unclear" if amounts else "history.outcome.type"
            self._outcome.error = words(key, one=first, other=other)
        elif self._shown and await self._done(self._record(self._shown.id, amounts[0])):
            self._saved.text = words("history.outcome.saved", amount=words.cents(amounts[0]))
            self._then()

    def _ask_if_sure(self) -> None:
        self._sure.open(self._words("history.sure"))

    async def _erase_it(self) -> None:
        self._sure.close()
        if self._shown and await self._done(self._erase(self._shown.id)):
            self._dialog.close()
            self._then()

    async def _done(self, work: Awaitable[object]) -> bool:
        words = self._words
        try:
            await work
        except NotSignedIn:
            return False  # the guard has sent the browser to the sign-in page
        except InvalidInput:
            self._outcome.error = words("history.outcome.range", most=words.whole(MOST_CHARGES))
            return False
        except PredictionNotFound:
            self.problem.content = cards.notice("bad", words("history.gone"), words("history.gone.do"))
            self._then()
            return False
        except Unavailable:
            self.problem.content = cards.notice("bad", words("history.unsaved"), words("history.unsaved.do"))
            return False
        return True


def _facts(prediction: Prediction, words: Words) -> Markup:
    zero = cards.of_hundred(prediction.chance.zero, words) if prediction.chance else ""
    rows = [
        *zip(map(words.short, words.schema.facts), words.facts(prediction.beneficiary), strict=True),
        (words("typical"), words.money(prediction.typical)),
        (words("history.expected"), words.money(prediction.expected)),
        (
            words("range"),
            words("range.value", low=words.money(prediction.interval.low), high=words.money(prediction.interval.high)),
        ),
        *([(words("zero"), zero)] if zero else []),
        (
            words("history.model"),
            words("history.model.value", version=prediction.model.version, digest=prediction.model.digest[:12]),
        ),
        (words("history.id"), str(prediction.id)),
    ]
    if prediction.outcome:
        rows.append((words("history.outcome"), words.cents(prediction.outcome.charges)))
    return cards.cautions(prediction, words) + cards.definitions(rows, "pairs")
