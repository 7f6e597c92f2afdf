"""Which language a browser is answered in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.locale.catalogues import LOCALES, SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIE: Final = "language"
"""Set in the browser by the switch in the header; holds nothing but the language."""


def chosen(cookies: Mapping[str, str], accept_language: str) -> str:
    """Return the language that the switch was set to, else the one that the browser likes best, else English.

    >>> chosen({}, "fr-CH, es-MX;q=0.9, en;q=0.8"), chosen({"language": "en"}, "es"), chosen({}, "de")
    ('es', 'en', 'en')
    """
    if cookies.get(COOKIE) in LOCALES:
        return cookies[COOKIE]
    liked = sorted((_weighed(part) for part in accept_language.split(",")), reverse=True, key=lambda pair: pair[0])
    return next((language for weight, language in liked if weight > 0 and language in LOCALES), SOURCE)


def _weighed(part: str) -> tuple[float, str]:
    """Read one part of Accept-Language (RFC 9110, 12.5.4): its weight, and its language without the country."""
    tag, _, weight = part.partition(";")
    try:
        number = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        number = 0.0
    return number, tag.strip().partition("-")[0].lower()
