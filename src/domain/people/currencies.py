"""Currency signs, as they stand beside amounts."""

from __future__ import annotations

from typing import Final

_DOLLAR: Final = "$"
_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "ARS": (_DOLLAR,),
    "AUD": (_DOLLAR, "A$", "AU$"),
    "BRL": ("R$",),
    "CAD": (_DOLLAR, "C$", "CA$"),
    "CHF": ("Fr", "Fr."),
    "CLP": (_DOLLAR,),
    "CNY": ("\N{YEN SIGN}",),
    "COP": (_DOLLAR,),
    "CRC": ("\N{COLON SIGN}",),
    "CZK": ("K\N{LATIN SMALL LETTER C WITH CARON}",),
    "DKK": ("kr", "kr."),
    "DOP": (_DOLLAR, "RD$"),
    "EUR": ("\N{EURO SIGN}",),
    "GBP": ("\N{POUND SIGN}",),
    "GTQ": ("Q",),
    "HKD": (_DOLLAR, "HK$"),
    "HNL": ("L",),
    "HUF": ("Ft",),
    "ILS": ("\N{NEW SHEQEL SIGN}",),
    "INR": ("\N{INDIAN RUPEE SIGN}", "Rs", "Rs."),
    "JPY": ("\N{YEN SIGN}",),
    "KRW": ("\N{WON SIGN}",),
    "MXN": (_DOLLAR, "MX$", "MEX$"),
    "NGN": ("\N{NAIRA SIGN}",),
    "NIO": ("C$",),
    "NOK": ("kr", "kr."),
    "NZD": (_DOLLAR, "NZ$"),
    "PEN": ("S/", "S/."),
    "PHP": ("\N{PESO SIGN}",),
    "PKR": ("Rs", "Rs."),
    "PLN": ("z\N{LATIN SMALL LETTER L WITH STROKE}",),
    "RUB": ("\N{RUBLE SIGN}",),
    "SEK": ("kr",),
    "SGD": (_DOLLAR, "S$"),
    "TRY": ("\N{TURKISH LIRA SIGN}",),
    "TWD": (_DOLLAR, "NT$"),
    "USD": (_DOLLAR, "US$", "U$S"),
    "UYU": (_DOLLAR, "$U"),
    "VND": ("\N{DONG SIGN}",),
    "ZAR": ("R",),
}


def is_sign_of(text: str, currency: str) -> bool:
    """Return whether a text beside an amount stands for a currency: its sign, or its ISO 4217 code in any case.

    >>> is_sign_of("US$", "USD"), is_sign_of("usd", "USD"), is_sign_of("$", "EUR"), is_sign_of("kg", "")
    (True, True, False, False)
    """
    return bool(currency) and (text.upper() == currency or text in _SIGNS.get(currency, ()))


def codes_of(text: str) -> tuple[str, ...]:
    """Return the ISO 4217 codes of the currencies that a text may stand for, the commonest first.

    >>> codes_of("€"), codes_of("eur"), codes_of("¥"), codes_of("$")[0], codes_of("kg")
    (('EUR',), ('EUR',), ('CNY', 'JPY'), 'USD', ())
    """
    if text.upper() in _SIGNS:
        return (text.upper(),)
    codes = [code for code, signs in _SIGNS.items() if text in signs]
    return tuple(sorted(codes, key=lambda code: code != "USD"))
