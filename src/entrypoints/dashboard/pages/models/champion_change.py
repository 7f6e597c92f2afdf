"""The dialog in which the champion is changed: it asks once more, and for the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from domain.errors import MedcostError, ModelRefused, NotSignedIn, PromotionRefused, Unavailable
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.shell import button, html, tag, text
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fields import InputField
from entrypoints.dashboard.widgets.table import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from domain.models.ledger import LedgerEntry
    from entrypoints.dashboard.locale.speech import Words

_LONGEST: Final = 500


@dataclass(frozen=True)
class Change:
    """One change that may be made. ``against`` says as HTML why the gate does not let it, empty if it does."""

    name: str
    version: int
    make: Callable[[str | None], Awaitable[LedgerEntry]]
    against: Markup = field(default_factory=Markup)


class ChangeDialog:
    """Asks, makes the change, which takes seconds, and calls ``then`` with the new champion's number."""

    def __init__(self, words: Words, *, then: Callable[[int], None]) -> None:
        self._words, self._then = words, then
        self._change: Change | None = None
        self._working = False
        self._dialog = Dialog("change")
        with self._dialog.content():
            self._message = html()
            self.problem = html().props("role=alert")
            with tag("form", "login").props("novalidate").on("submit.prevent", self._make):
                self._reason = InputField(name="reason", label=words("models.reason"), kind="words")
                with tag("div", "actions"):
                    button(words("models.no")).on("click", self._dialog.close)
                    self._yes = text("button", "", "btn primary").props("type=submit")
            self._status = html().props("role=status")

    def open(self, change: Change) -> None:
        """Ask about a change; while one is at work, show that one."""
        words = self._words
        if not self._working:
            self._change = change
            refused = cards.notice("warn", words("models.promote.against"), "") + change.against
            self._message.content = paragraph(words(f"models.{change.name}.lead")) + refused * bool(change.against)
            self.problem.content = self._reason.error = ""
            self._reason.value = ""
            self._reason.props["help"] = words("models.reason.must" if change.against else "models.reason.may")
            self._reason.update()
            self._yes.text = words(f"models.{change.name}.yes")
        self._show()

    def _show(self) -> None:
        if self._change:
            self._dialog.open(self._words(f"models.{self._change.name}.title", version=self._change.version))

    async def _make(self) -> None:
        change, reason = self._change, str(self._reason.value or "").strip()
        if self._working or change is None:
            return
        fits = len(reason) <= _LONGEST and (reason.isprintable() if reason else not change.against)
        self._reason.error = "" if fits else self._words("models.reason.type")
        if not fits:
            return
        self._at_work(working=True)
        try:
            entry = await change.make(reason or None)
        except NotSignedIn:
            return  # the guard has sent the browser to the sign-in page
        except MedcostError as error:
            self.problem.content = cards.notice(
                "bad", self._words("models.not_let"), self._words(_why(error))
            ) + cards.theirs(str(error), self._words)
            self._show()  # whoever closed it meanwhile should know
        else:
            self._dialog.close()
            self._then(entry.version)
        finally:
            self._at_work(working=False)

    def _at_work(self, *, working: bool) -> None:
        self._working = working
        self._yes.props["aria-disabled"] = "true" if working else "false"
        self._yes.update()
        message = self._words("models.working")
        self._status.content = (paragraph(message, "working") + element("progress", aria_label=message)) * working
        if working:
            self.problem.content = ""


def _why(error: MedcostError) -> str:
    if isinstance(error, PromotionRefused):
        return "models.why.refused"
    if isinstance(error, ModelRefused):
        return "models.why.damaged"
    return "models.why.away" if isinstance(error, Unavailable) else "models.why.other"
