"""Sentences that the system has recorded in English, in the language of a page.

The catalogue holds each sentence that is known, as a text ``recorded.<name>``: its English form is what was recorded.
Several sentences may stand in one text, with semicolons between them. A text ``recorded.<gap>.<name>`` is no sentence,
but what a gap of another text may hold. Whatever people wrote, and sentences that are not in the catalogue, stay as
they are.
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
    "value": r"\S+",
    "free": r"\S+",
    "error": ".+",
    "owner": r"local|(?:key|page):\S+",
    "at": r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)",
    "event": r"[a-z]+\.[a-z_]+|ping",
    "url": r"https?://\S+",
}
"""What a gap of this name holds; others hold anything within one sentence."""
_SENTENCES: Final = frozenset({"said", "reasons"})
"""Gaps that hold sentences; a text in which one of them is not known is not known either."""
_PARTS: Final = frozenset({"check", "monitored", "of", "override", "sample", "todo", "which"})
"""Gaps that hold a text ``recorded.<gap>.<name>``; a text in which it is not known is not known either."""
_ENDS: Final = frozenset({"low", "high", "limit"})
"""Gaps that hold a number, or a text ``recorded.end.<name>`` for an end of a range that has none."""
_BETWEEN: Final = "; "
_WITHIN_PART: Final = f"(?:(?!{_BETWEEN}).)+"
_GAP: Final = re.compile(r"{\w+}")


def translated(text: str, words: Words) -> str | None:
    """Return recorded sentences in the language of the page, None if the catalogue does not know all of them."""
    parts = text.split(_BETWEEN)
    sentences: list[str] = []
    for part in parts:
        sentence = _translated(part, words)
        if sentence is None:
            return _translated(text, words) if len(parts) > 1 else None
        sentences.append(sentence)
    return _BETWEEN.join(sentences)


def recorded(sentence: str, head: str, words: Words, *, by: str = "") -> Markup:
    """Write a recorded sentence as a cell, after the name of who said it; if it stays English, it is marked so."""
    translation = translated(sentence, words)
    return cell(by + (translation or sentence), data_head=head, lang="" if translation else "en")


def _translated(text: str, words: Words, kind: str = "") -> str | None:
    for key, pattern in _patterns()[kind].items():
        if match := pattern.fullmatch(text):
            values = {gap: _value(gap, held, words) for gap, held in match.groupdict().items()}
            if None not in values.values():
                return words(f"recorded.{key}", **values)
    return None


@cache
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """Return what is looked for: whole sentences below an empty kind, and for each kind of gap what it may hold."""
    forms = catalogue(SOURCE).forms
    texts = {key.removeprefix(_PREFIX): english for key, (english, *_) in forms.items() if key.startswith(_PREFIX)}
    patterns: dict[str, dict[str, re.Pattern[str]]] = {}
    # what says most comes first: a text with little between its gaps fits many
    for key in sorted(texts, key=lambda key: -len(_GAP.sub("", texts[key]))):
        patterns.setdefault(key.rpartition(".")[0], {})[key] = re.compile(_pattern(texts[key]))
    return patterns


def _pattern(text: str) -> str:
    return "".join(
        re.escape(fixed) + ("(?P<" + gap + ">" + _content(gap) + ")" if gap else "")
        for fixed, gap, *_ in Formatter().parse(text)
    )


def _content(gap: str) -> str:
    return _GAPS.get(gap, ".+" if gap in _SENTENCES | _PARTS else _WITHIN_PART)


def _value(gap: str, text: str, words: Words) -> str | None:
    if gap in _SENTENCES:
        return translated(text, words)
    if gap in _PARTS:
        return _translated(text, words, gap)
    if gap in _ENDS:
        return _translated(text, words, "end") or text
    if gap == "at":
        return words.moment(datetime.fromisoformat(text))
    return words(f"operations.keys.{text}") if gap == "role" else text
