"""How amounts of money are written: as the Unicode CLDR does, $1,234."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from babel.numbers import NumberPattern, format_compact_decimal, get_currency_name, get_currency_symbol, parse_pattern

if TYPE_CHECKING:
    from babel import Locale

MINUS: Final = "\N{MINUS SIGN}"
"""The minus sign, which is as wide as the plus sign."""

_SPACE: Final = "\N{NO-BREAK SPACE}"
_MANY: Final = 2


@dataclass(frozen=True, slots=True)
class Money:
    """Writes amounts of one currency.

    Args:
        currency: the ISO 4217 code.
        locale: whose rules apply.

    >>> from babel import Locale
    >>> dollars, pesos = Money("USD", Locale("en", "US")), Money("MXN", Locale("es", "US"))
    >>> dollars.whole(1234.5), dollars.tick(2500), pesos.signed(1234.5).replace(_SPACE, " ")
    ('$1,234', '$2.5K', '+MXN 1,234')
    """

    currency: str
    locale: Locale
    unit: str = field(init=False)
    _whole: NumberPattern = field(init=False)
    _cents: NumberPattern = field(init=False)

    def __post_init__(self) -> None:
        symbol = get_currency_symbol(self.currency, locale=self.locale)
        # the CLDR sets letters apart from digits; Babel does not
        object.__setattr__(self, "unit", symbol + _SPACE * symbol[-1].isalpha())
        object.__setattr__(self, "_whole", parse_pattern("#,##0"))
        object.__setattr__(self, "_cents", parse_pattern("#,##0.00"))

    @property
    def name(self) -> str:
        """Return what amounts are called: US dollars."""
        return get_currency_name(self.currency, count=_MANY, locale=self.locale)

    def rounded(self, amount: float) -> str:
        """Write an amount as people say it: to the nearest ten."""
        return self.whole(round(amount, -1))

    def whole(self, amount: float) -> str:
        """Write an amount for those who measure: without cents."""
        return self.unit + self._whole.apply(amount, self.locale)

    def cents(self, amount: float) -> str:
        """Write an amount with cents."""
        return self.unit + self._cents.apply(amount, self.locale)

    def tick(self, amount: float) -> str:
        """Write a tick of an axis, short."""
        return self.unit + format_compact_decimal(amount, locale=self.locale, fraction_digits=_MANY)

    def change(self, amount: float) -> str:
        """Write what is added or taken away, to the nearest ten."""
        tens = round(amount, -1)
        sign = "+" if tens > 0 else MINUS if tens < 0 else ""
        return sign + self.whole(abs(tens))

    def signed(self, amount: float) -> str:
        """Write a difference for those who measure: without cents, with its sign; zero has none."""
        sign = "+" if round(amount) > 0 else MINUS if round(amount) < 0 else ""
        return sign + self.whole(abs(amount))
