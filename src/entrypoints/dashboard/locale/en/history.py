"""The page of past estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "history.nav": "History",
    "history.title": "Past estimates",
    "history.lead": "Every estimate that was saved here. Open an estimate to add what the year really cost, or to "
    "erase it.",
    "history.filters": "Filters",
    "history.filters.more": "More filters",
    "history.since": "Made on this day or later (UTC)",
    "history.any": "Any",
    "history.found": "Estimates",
    "history.caption": "Past estimates. Press a column heading to sort. Press a date to open the estimate.",
    "history.details": "open",
    "history.sort": "Sort by, largest first",
    "history.made": "Made",
    "history.expected": "Expected",
    "history.outcome": "Real cost",
    "history.back": "Back",
    "history.on": "Next",
    "history.rows": "Estimates {first} to {last} of {total}",
    "history.file": "Download all {total} as CSV",
    "history.own": "The estimates saved in this browser. Open one to add what the year really cost, or to erase it.",
    "history.sign_in": "Sign in to see everybody's estimates",
    "history.empty": "No estimate is saved yet. Make an estimate on the first page and press Save.",
    "history.none": "No estimates match. Remove a filter or pick another date.",
    "history.away": "We cannot read the estimates right now.",
    "history.away.do": "The estimates are safe. We keep trying.",
    "history.synthetic": "Some of these estimates are by a model that learned from invented people. Use them to "
    "try things out, not to plan.",
    "history.model": "Model",
    "history.model.value": "version {version}, fingerprint {digest}",
    "history.id": "Record ID",
    "history.outcome.help": "The total bill for this year of care, before insurance pays, once you know it.",
    "history.outcome.type": "Enter an amount, such as 12,300 or 12,300.50.",
    "history.outcome.unclear": "This could be {one} or {other}. Write a comma for thousands and a point for cents, "
    "such as 12,300.00.",
    "history.outcome.range": "Enter an amount up to {most}.",
    "history.outcome.save": "Save the cost",
    "history.outcome.saved": "Saved: {amount}.",
    "history.close": "Close",
    "history.erase": "Erase …",
    "history.sure": "Erase this estimate for good?",
    "history.sure.lead": "The estimate cannot be brought back. We only keep a record that an estimate was erased.",
    "history.sure.no": "Keep it",
    "history.sure.yes": "Erase it",
    "history.gone": "This estimate is no longer there.",
    "history.gone.do": "Someone erased it in the meantime.",
    "history.unsaved": "We could not do this right now.",
    "history.unsaved.do": "Nothing has changed. Try again in a moment.",
}
