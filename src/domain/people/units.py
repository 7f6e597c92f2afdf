"""Units of measurement, as they stand behind the numbers of a table."""

from __future__ import annotations

import re
from typing import Final

_UNIT: Final = (
    r"(?!(?:and|or|to|y|o|a)\b)(?:[^\W\d_]|[%\N{DEGREE SIGN}])(?:[^\W\d_]|[./\N{SUPERSCRIPT TWO}%])*[23]?(?: old)?"
)
"""A word or a sign, but no word that makes a range, as in "65 and over"."""
_WITH_UNIT: Final = re.compile(rf"[+-]?[0-9][0-9., ']*?\s*({_UNIT})")
_LONGEST: Final = 40


def unit_behind(text: str) -> str:
    """Return the unit behind a number; empty if the text is none with a unit.

    >>> unit_behind("44 years"), unit_behind("27,9 kg/m2"), unit_behind("65 and over"), unit_behind("old")
    ('years', 'kg/m2', '', '')
    """
    match = _WITH_UNIT.fullmatch(text) if len(text) <= _LONGEST else None
    return match[1] if match else ""
