"""One past estimate in full: what was asked and answered, what the year really cost, and how to erase it."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from domain.errors import NotSignedIn, PredictionNotFound, Unavailable
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.fields import InputField
from entrypoints.dashboard.kit.shell import button, html, tag, text
from entrypoints.dashboard.kit.table import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from domain.prediction import Prediction
    from entrypoints.dashboard.words.speech import Words


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
                    unit="USD",
                )
                text("button", words("history.outcome.save"), "btn primary").props("type=submit")
            self._kept = text("p", "", "saved").props("role=status")
            with tag("div", "actions"):
                button(words("history.close")).on("click", self._dialog.close)
                button(words("history.erase"), "danger").on("click", self._ask_if_sure)
        with self._sure.content():
            text("p", words("history.sure.lead"))
            with tag("div", "actions"):
                button(words("history.sure.no")).on("click", self._sure.close)
                button(words("history.sure.yes"), "danger").on("click", self._erase_it)

    def open(self, one: Prediction) -> None:
        """Show a record."""
        self._shown = one
        self._facts.content = _facts(one, self._words)
        self.problem.content = self._kept.text = self._outcome.error = ""
        self._outcome.value = f"{one.outcome.charges:.2f}" if one.outcome else ""
        self._dialog.open(self._words.moment(one.created_at))

    async def _keep_outcome(self) -> None:
        words, self._kept.text, self.problem.content = self._words, "", ""
        charges = _amount(str(self._outcome.value or ""))
        self._outcome.error = "" if charges is not None else words("history.outcome.type")
        if charges is None or self._shown is None:
            return
        if await self._done(self._record(self._shown.id, charges)):
            self._kept.text = words("history.outcome.saved")
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
        except PredictionNotFound:
            self.problem.content = cards.notice("bad", words("history.gone"), words("history.gone.do"))
            self._then()
            return False
        except Unavailable:
            self.problem.content = cards.notice("bad", words("history.unsaved"), words("history.unsaved.do"))
            return False
        return True


def _amount(said: str) -> float | None:
    """Read dollars as people write them in the United States, in either language; None if it is no amount.

    >>> _amount("$12,300.50"), _amount("-1"), _amount("much"), _amount("nan")
    (12300.5, None, None, None)
    """
    try:
        amount = float(said.replace("$", "").replace(",", "").strip())
    except ValueError:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def _facts(one: Prediction, words: Words) -> str:
    rows = [
        (words("history.person"), words.person(one.beneficiary)),
        (words("typical"), words.usd(one.typical)),
        (words("history.expected"), words.usd(one.expected)),
        (words("range"), words("range.value", low=words.usd(one.interval.low), high=words.usd(one.interval.high))),
        (words("history.model"), words("history.model.value", version=one.model.version, digest=one.model.digest[:12])),
        (words("history.id"), str(one.id)),
    ]
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    return f'{cards.cautions(one, words)}<dl class="rows pairs">{listed}</dl>'
