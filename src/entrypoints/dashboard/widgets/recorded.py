"""Sentences that the system has recorded in English, in the language of a page.

The catalogue holds each sentence that is known, as a text whose key begins with ``recorded.``: its English form is what
was recorded. Whatever people wrote, and sentences that are not in the catalogue, stay as they are.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.elements import cell
from entrypoints.dashboard.locale.catalogues import SOURCE, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from entrypoints.dashboard.locale.speech import Words

_PREFIX: Final = "recorded."
_GAPS: Final[Mapping[str, str]] = {
    "role": "client|reviewer|admin",
    "owner": r"local|(?:key|page):\S+",
    "at": r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)",
}
"""What a gap of this name holds; others hold anything."""


def translated(sentence: str, words: Words) -> str | None:
    """Return a recorded sentence in the language of the page, None if the catalogue does not know it."""
    for name, pattern in _sentences().items():
        if match := pattern.fullmatch(sentence):
            return words(
                f"recorded.{name}", **{gap: _value(gap, text, words) for gap, text in match.groupdict().items()}
            )
    return None


def recorded(sentence: str, head: str, words: Words) -> Markup:
    """Write a recorded sentence as a cell; one that stays English is marked as English."""
    translation = translated(sentence, words)
    return cell(translation or sentence, data_head=head, lang="" if translation else "en")


@cache
def _sentences() -> Mapping[str, re.Pattern[str]]:
    forms = catalogue(SOURCE).forms
    sentences = {key.removeprefix(_PREFIX): english for key, (english, *_) in forms.items() if key.startswith(_PREFIX)}
    return {name: re.compile(_pattern(english)) for name, english in sentences.items()}


def _pattern(text: str) -> str:
    return "".join(
        re.escape(fixed) + ("(?P<" + gap + ">" + _GAPS.get(gap, ".+") + ")" if gap else "")
        for fixed, gap, *_ in Formatter().parse(text)
    )


def _value(gap: str, text: str, words: Words) -> str:
    if gap == "at":
        return words.moment(datetime.fromisoformat(text))
    return words(f"operations.keys.{text}") if gap == "role" else text
