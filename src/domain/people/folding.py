"""Folding: texts that people write in several ways, brought to the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SEPARATORS: Final = re.compile(
    r"(?<=[^\W\d_])[\s_\-\u2010-\u2015]+(?=\w)|(?<=[^\W_])[\s_\-\u2010-\u2015]+(?=[^\W\d_])"
)
"""What stands between two words. A sign before a number, or behind a letter, is none: -1 is not 1, A- not A."""


def without_accents(text: str) -> str:
    """Return a text whose letters have no accents, by compatibility decomposition (Unicode's NFKD), and are all seen.

    >>> without_accents("Año ﬁscal")
    'Ano fiscal'
    """
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not (unicodedata.combining(letter) or _is_unseen(letter)))


def _is_unseen(letter: str) -> bool:
    """Return whether a letter only steers how others look, as a zero width space or a byte order mark."""
    return unicodedata.category(letter) == "Cf"


def fold(text: str) -> str:
    """Return a text without case, accents and surrounding space and _, and without space, hyphens and _ between words.

    >>> fold(" North-East "), fold("north_east"), fold("NorthEast"), fold("Sí")
    ('northeast', 'northeast', 'northeast', 'si')
    >>> fold("-1"), fold("A-"), fold("18-24"), fold("ex smoker_2")
    ('-1', 'a-', '18-24', 'exsmoker2')
    """
    return _SEPARATORS.sub("", without_accents(text).strip().strip("_").casefold())
