"""Sentences that the system has recorded in English, in the language of a page.

The catalogue holds each sentence that is known, as a text whose key begins with ``recorded.``: its English form is what
was recorded. Several sentences may stand in one text, with semicolons between them. Whatever people wrote, and
sentences that are not in the catalogue, stay as they are.
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
    "version": r"\d+",
    "by": ".+?",
    "error": ".+",
    "owner": r"local|(?:key|page):\S+",
    "at": r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)",
    "event": r"[a-z_.]+",
    "url": r"https?://\S+",
}
"""What a gap of this name holds; others hold anything within one sentence."""
_SENTENCES: Final = frozenset({"said", "reasons", "override", "check", "monitored", "of", "sample", "todo"})
"""Gaps that hold recorded sentences; a text in which one of them is not known is not known either."""
_ENDS: Final = frozenset({"low", "high"})
"""Gaps that hold a number, or the words for an end of a range that has none."""
_BETWEEN: Final = "; "
_WITHIN_ONE: Final = f"(?:(?!{_BETWEEN}).)+"
_GAP: Final = re.compile(r"{\w+}")


def translated(text: str, words: Words) -> str | None:
    """Return recorded sentences in the language of the page, None if the catalogue does not know all of them."""
    parts = text.split(_BETWEEN)
    sentences = [_translated(part, words) for part in parts]
    if None not in sentences:
        return _BETWEEN.join(sentence for sentence in sentences if sentence)
    return _translated(text, words) if len(parts) > 1 else None


def recorded(sentence: str, head: str, words: Words) -> Markup:
    """Write a recorded sentence as a cell; one that stays English is marked as English."""
    translation = translated(sentence, words)
    return cell(translation or sentence, data_head=head, lang="" if translation else "en")


def _translated(sentence: str, words: Words) -> str | None:
    for name, pattern in _sentences().items():
        if match := pattern.fullmatch(sentence):
            values = {gap: _value(gap, text, words) for gap, text in match.groupdict().items()}
            if None not in values.values():
                return words(f"recorded.{name}", **values)
    return None


@cache
def _sentences() -> Mapping[str, re.Pattern[str]]:
    forms = catalogue(SOURCE).forms
    sentences = {key.removeprefix(_PREFIX): english for key, (english, *_) in forms.items() if key.startswith(_PREFIX)}
    # what says most comes first: a sentence with little between its gaps fits many
    names = sorted(sentences, key=lambda name: -len(_GAP.sub("", sentences[name])))
    return {name: re.compile(_pattern(sentences[name])) for name in names}


def _pattern(text: str) -> str:
    return "".join(
        re.escape(fixed) + ("(?P<" + gap + ">" + _content(gap) + ")" if gap else "")
        for fixed, gap, *_ in Formatter().parse(text)
    )


def _content(gap: str) -> str:
    return _GAPS.get(gap, ".+" if gap in _SENTENCES else _WITHIN_ONE)


def _value(gap: str, text: str, words: Words) -> str | None:
    if gap in _SENTENCES:
        return translated(text, words)
    if gap in _ENDS:
        return translated(text, words) or text
    if gap == "at":
        return words.moment(datetime.fromisoformat(text))
    return words(f"operations.keys.{text}") if gap == "role" else text
