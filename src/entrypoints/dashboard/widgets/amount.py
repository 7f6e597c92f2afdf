"""What an amount of money means that a person typed: in the United States, or as much of the world writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import MOST_CHARGES
from domain.people.currencies import is_sign_of

if TYPE_CHECKING:
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.widgets.fields import Field

_SPACES: Final = re.compile(r"(?<=\d)[ '\u00a0\u2009\u202f\u2019](?=\d{3}(?!\d))")
_BESIDE: Final = re.compile(r"(?s)([^\d\s]*)\s*(.*?)\s*([^\d\s]*)")
"""What stands before an amount, the amount, and what stands behind it."""
_UNITED_STATES: Final = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?")
_ELSEWHERE: Final = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?")
_ONE_GROUP: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_ONLY_POINT: Final = re.compile(r"(\d+)\.(\d{3})")


def typed_amount(field: Field, words: Words) -> float | None:
    """Return the amount that a field holds; None if it is empty, or marked because it holds no clear amount."""
    typed = str(field.value or "").strip()
    amounts = [amount for amount in readings(typed, words.currency) if amount <= MOST_CHARGES]
    is_clear = len(amounts) == 1
    field.error = words("above.help") if typed and not is_clear else ""
    return amounts[0] if is_clear else None


def readings(text: str, currency: str) -> tuple[float, ...]:
    """Return the amounts of a currency that a text may mean: none if it is no amount, two if it is unclear.

    >>> [readings(text, "USD") for text in ("$12,300.50", "12.300,50", "12 300", "12,300")]
    [(12300.5,), (12300.5,), (12300.0,), (12300.0,)]
    >>> [readings(text, "EUR") for text in ("12.300 €", "12,30", "0.500")]
    [(12300.0, 12.3), (12.3,), (0.5,)]
    >>> [readings(text, "USD") for text in ("-1", "1e9", "much", "1,23,456", "€5", "")]
    [(), (), (), (), (), ()]
    """
    parts = _BESIDE.fullmatch(text.strip())
    if parts is None or any(sign and not is_sign_of(sign, currency) for sign in (parts[1], parts[3])):
        return ()
    digits = _SPACES.sub("", parts[2])
    if not digits.isascii():
        return ()
    if _ONE_GROUP.fullmatch(digits):
        return float(digits.replace(".", "")), float(digits)
    if _ONLY_POINT.fullmatch(digits):
        return (float(digits),)
    for way, group in ((_UNITED_STATES, ","), (_ELSEWHERE, ".")):
        if match := way.fullmatch(digits):
            return (float(f"{match[1].replace(group, '')}.{match[2] or 0}"),)
    return ()
