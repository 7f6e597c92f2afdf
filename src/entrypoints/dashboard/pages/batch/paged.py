"""A table shown page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.layout.shell import button, html, tag, text

if TYPE_CHECKING:
    from entrypoints.dashboard.locale.speech import Words


class Pages:
    """A table shown page by page."""

    def __init__(self, words: Words) -> None:
        self._words, self._at = words, 0
        self._pages = [Markup()]
        self._shown = html("", "table-frame")
        with tag("div", "actions pager") as self._pager:
            self._back = button(words("history.back")).on("click", lambda: self._turn(-1))
            self._on = button(words("history.on")).on("click", lambda: self._turn(1))
            self._where = text("p", "", "hint").props("role=status")

    def show(self, pages: list[Markup]) -> None:
        """Show the first of some pages."""
        self._pages, self._at = pages or [Markup()], 0
        self._turn(0)

    def _turn(self, by: int) -> None:
        last = len(self._pages) - 1
        self._at = min(max(self._at + by, 0), last)
        self._shown.content = self._pages[self._at]
        self._where.text = self._words("batch.page", page=self._at + 1, pages=last + 1)
        self._pager.visible = last > 0
        for control, leads in ((self._back, self._at > 0), (self._on, self._at < last)):
            control.props["aria-disabled"] = "false" if leads else "true"
            control.update()
