"""What a printed page says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from entrypoints.dashboard.widgets.fact_fields import word

if TYPE_CHECKING:
    from domain.people.beneficiary import Beneficiary
    from entrypoints.dashboard.locale.speech import Words


class PrintedLine(ui.element, component="printed.js"):
    """The day of printing, and a link that opens the page with the same facts; seen on paper only."""

    def __init__(self, words: Words, who: Beneficiary) -> None:
        super().__init__()
        self.props.update({"day": words("printed.day"), "again": words("printed.again"), "language": words.language})
        self.tell(who)

    def tell(self, who: Beneficiary) -> None:
        """Say whom the link shows."""
        self.props["facts"] = {name: word(value) for name, value in who.as_facts().items()}
        self.update()
