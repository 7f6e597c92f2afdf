"""What stands around every page, and how numbers and dates are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "locale.thousands": "{thousands}k",
    "locale.percent": "{number}%",
    "locale.day": "{month} {day}, {year}",
    "locale.months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "language.other": "Español",
    "language.other.code": "es",
    "theme": "Colors",
    "theme.system": "System",
    "theme.light": "Light",
    "theme.dark": "Dark",
    "menu": "Menu",
    "menu.pages": "Pages",
    "skip": "Skip to the answer",
    "skip.content": "Skip to the content",
    "footer": "For learning and planning. Not medical, insurance or legal advice.",
    "footer.kept": "Nothing you enter is kept unless you press Save.",
    "working": "Working it out …",
    "retry": "Try again",
    "offline": "The connection is lost.",
    "offline.do": "These numbers may be old. They update when the connection is back.",
    "old": "old",
    "range.value": "{low} to {high}",
    "table.rest": "More",
    "unexpected": "Something went wrong on our side.",
    "unexpected.do": "Nothing you entered is lost. Reload the page if the numbers stop changing.",
    "synthetic.trained": "The model learned from invented people. Use these numbers to try things out, not to plan.",
    "synthetic.none": "No model has been trained yet, so a simple stand-in with invented people answers. Use these "
    "numbers to try the page, not to plan.",
    "broken.title": "This page did not open",
    "broken": "Something went wrong on our side. Nothing you entered is lost.",
    "broken.do": "Open it again",
    "away.title": "This page cannot open right now",
    "away": "We cannot reach our records. You have not been signed out. Try again in a moment.",
    "away.do": "Try again",
    "missing.title": "There is no such page",
    "missing": "The address may be mistyped.",
    "missing.do": "Go to the estimate",
}
