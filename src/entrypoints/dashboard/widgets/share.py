"""The link to share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from entrypoints.dashboard.widgets.fact_fields import word

if TYPE_CHECKING:
    from domain.people.beneficiary import Beneficiary
    from entrypoints.dashboard.locale.speech import Words


class ShareLink(ui.element, component="share.js"):
    """A link to this page, without the facts unless the person chooses so."""

    def __init__(self, words: Words, who: Beneficiary) -> None:
        super().__init__()
        keys = ("open", "personal", "shows", "hides", "link", "copy", "copied", "byHand")
        self.props["words"] = {key: words(f"share.{key}") for key in keys}
        self.tell(who)

    def tell(self, who: Beneficiary) -> None:
        """Say whom the link would show."""
        self.props["facts"] = {name: word(value) for name, value in who.as_facts().items()}
        self.update()
