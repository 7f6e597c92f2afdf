"""How amounts of money are written: dollars as $1,234, other currencies by a sign that is theirs alone or by code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.people.currencies import own_sign

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUS: Final = "\N{MINUS SIGN}"
"""As wide as the plus."""

_SPACE: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Money:
    """Writes amounts of one currency. Both languages write them as the Unicode CLDR does for en-US and es-US.

    Args:
        currency: the ISO 4217 code.

    >>> Money("USD").whole(1234.5), Money("EUR").cents(1234.5), Money("MXN").signed(1234.5).replace(_SPACE, " ")
    ('$1,234', '€1,234.50', '+MXN 1,234')
    """

    currency: str

    @property
    def unit(self) -> str:
        """Return what stands before an amount."""
        return own_sign(self.currency) or self.currency + _SPACE

    def rounded(self, amount: float) -> str:
        """Write an amount as people say it: to the nearest ten."""
        return f"{self.unit}{round(amount, -1):,.0f}"

    def whole(self, amount: float) -> str:
        """Write an amount for those who measure: without cents."""
        return f"{self.unit}{amount:,.0f}"

    def cents(self, amount: float) -> str:
        """Write an amount with cents."""
        return f"{self.unit}{amount:,.2f}"

    def change(self, amount: float) -> str:
        """Write what is added or taken away, to the nearest ten."""
        tens = round(amount, -1)
        sign = "+" if tens > 0 else MINUS if tens < 0 else ""
        return f"{sign}{self.unit}{abs(tens):,.0f}"

    def signed(self, amount: float) -> str:
        """Write a difference for those who measure: without cents, with its sign."""
        return f"{MINUS if round(amount) < 0 else '+'}{self.unit}{abs(amount):,.0f}"

    def name(self, names: Mapping[str, str]) -> str:
        """Return the name of the currency, or its code where there is no name."""
        return names.get(f"currency.{self.currency}", self.currency)
