"""How numbers are written for people: never as a power of ten, as ``:g`` writes them from a million on."""

from __future__ import annotations

from math import floor, log10
from typing import Final

_DIGITS: Final = 4
"""Significant digits of a rough number, more where its whole part has more."""
_EXACT: Final = 15
"""Significant digits that any double keeps."""


def exact(number: float | None) -> str:
    """Write a number that somebody has chosen: a limit or a threshold; None is no number, and empty.

    >>> exact(30.0), exact(1_234_567.0), exact(0.1)
    ('30', '1234567', '0.1')
    """
    return "" if number is None else f"{number:.{_EXACT}g}"


def rough(number: float) -> str:
    """Write a number that was measured: to four significant digits, its whole part in full.

    >>> rough(21.10677528), rough(28_065.8), rough(40.0)
    ('21.11', '28,066', '40')
    """
    return f"{number:,.{_digits(number)}g}"


def rounded(number: float) -> float:
    """Round a number that was measured as `rough` writes it.

    >>> rounded(21.10677528), rounded(28_065.8)
    (21.11, 28066.0)
    """
    return float(f"{number:.{_digits(number)}g}")


def _digits(number: float) -> int:
    return max(_DIGITS, len(f"{abs(number):.0f}") if abs(number) >= 1 else 0)


def round_step(least: float) -> float:
    """Return the least of 1, 2 or 5 times a power of ten that is not below a number above zero.

    >>> round_step(7.7), round_step(0.04), round_step(2)
    (10.0, 0.05, 2.0)
    """
    power = 10.0 ** floor(log10(least))
    size = next(times for times in (1.0, 2.0, 5.0, 10.0) if times * power >= least * (1 - 1e-9))
    return float(f"{size * power:.10g}")
