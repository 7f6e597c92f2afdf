"""A version opened: what it is, what the gate said, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from nicegui import ui

from application.models.compared_versions import Pair
from entrypoints.dashboard.elements import element
from entrypoints.dashboard.layout.shell import button, html, tag
from entrypoints.dashboard.pages.models import gate
from entrypoints.dashboard.pages.models.pair import address
from entrypoints.dashboard.widgets import model_facts
from entrypoints.dashboard.widgets.table import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from application.models.review_models import ReviewedVersion
    from entrypoints.dashboard.locale.speech import Words

_REPORTS: Final = (("HTML", ".html"), ("Excel", ".xlsx"))


class VersionDialog:
    """Shows a version.

    Args:
        words: the words of the visit.
        report: writes the actuary's report of a version as a file with an ending.
        on_promote: is called with the version that shall become champion.
    """

    def __init__(
        self,
        words: Words,
        report: Callable[[int, str], Awaitable[bytes]],
        on_promote: Callable[[ReviewedVersion], None],
    ) -> None:
        self._words, self._report, self._on_promote = words, report, on_promote
        self._opened: ReviewedVersion | None = None
        self._dialog = Dialog("version")
        with self._dialog.content():
            self._card = html()
            with tag("div", "actions"):
                button(words("history.close")).on("click", self._dialog.close)
                self._reports = [
                    button(words("models.report", kind=kind)).on("click", partial(self._download, ending))
                    for kind, ending in _REPORTS
                ]
                self._promote = button(words("models.promote"), "primary").on("click", self._ask)

    def open(self, reviewed: ReviewedVersion, *, champion: int | None, changeable: bool) -> None:
        """Show a version; ``changeable`` says whether the champion may be changed at all."""
        words, self._opened = self._words, reviewed
        number = reviewed.version.number
        pair = Pair(number, champion if champion != number else None)
        key = "models.compare" if pair.against else "models.figures"
        link = element("a", words(key, champion=champion), href=address("fit", pair), classes="btn")
        self._card.content = (
            element("p", link) + model_facts.facts(reviewed.version, words) + gate.verdict(reviewed.verdict, words)
        )
        self._promote.visible = not reviewed.is_champion and changeable
        for report in self._reports:
            report.visible = reviewed.version.card.curves is not None
        self._dialog.open(words("models.version.short", number=number))

    def close(self) -> None:
        """Hide the dialog."""
        self._dialog.close()

    async def _download(self, ending: str) -> None:
        if reviewed := self._opened:
            number = reviewed.version.number
            ui.download.content(await self._report(number, ending), f"medcost-version-{number}{ending}")

    def _ask(self) -> None:
        if self._opened:
            self._on_promote(self._opened)
