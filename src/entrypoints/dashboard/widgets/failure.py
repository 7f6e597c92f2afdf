"""A notice of a failure, with a button that asks once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.layout.shell import button, html, tag
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from entrypoints.dashboard.locale.speech import Words


class FailureNotice:
    """A notice that is empty while all is well.

    Pressing its button moves the focus to the section ``answer``, because the button goes when the answer has come.
    """

    def __init__(self, words: Words, on_retry: Callable[[], object]) -> None:
        self._words = words
        with tag("div").props("role=alert") as self.place:
            self._notice = html()
            self._retry = button(words("retry")).on("click", on_retry)
        self._retry.on("click", js_handler="() => document.getElementById('answer').focus()")
        self._retry.visible = False

    def show(self, notice: Markup) -> None:
        """Say what failed."""
        self._notice.content, self._retry.visible = notice, True

    def unexpected(self) -> None:
        """Say that the application failed, without the text of the error."""
        self.show(cards.notice("bad", self._words("unexpected"), self._words("unexpected.do")))

    def clear(self) -> None:
        """Say no more."""
        self._notice.content, self._retry.visible = "", False
