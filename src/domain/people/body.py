"""Weight for height."""

from __future__ import annotations

from typing import Final

POUND: Final = 0.45359237
"""Kilograms in a pound (international avoirdupois pound, 1959)."""
INCH: Final = 0.0254
"""Metres in an inch (international inch, 1959)."""
INCHES_IN_A_FOOT: Final = 12


def body_mass_index(*, kilograms: float, metres: float) -> float:
    """Return weight over squared height, kg/m², to one decimal (WHO, Technical Report Series 894, 2000).

    Raises:
        ValueError: if either is not above 0.

    >>> body_mass_index(kilograms=75, metres=1.65)
    27.5
    >>> body_mass_index(kilograms=165 * POUND, metres=(5 * INCHES_IN_A_FOOT + 5) * INCH)
    27.5
    """
    if not (kilograms > 0 and metres > 0):
        message = "weight and height are above 0"
        raise ValueError(message)
    return round(kilograms / metres**2, 1)
