"""The texts of each language, read from the files that translators edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES: Final[Mapping[str, Locale]] = {"en": Locale("en", "US"), "es": Locale("es", "US")}
"""Language to the rules of the Unicode CLDR by which it writes numbers, money and dates."""

SOURCE: Final = "en"
"""The language that is translated into the others."""

FOLDER: Final = Path(__file__).parent
TEMPLATE: Final = FOLDER / "ui.pot"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    Args:
        forms: the forms of each text by key: one, or as many as the language has for counts.
        form_of: which of the forms a count takes.
    """

    forms: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]


def translation(language: str) -> Path:
    """Return where the texts of a language other than English are."""
    return FOLDER / language / "LC_MESSAGES" / "ui.po"


@cache
def catalogue(language: str) -> Catalogue:
    """Read the texts of a language, once a process.

    Raises:
        PoFileError: a file is broken.
    """
    source = language == SOURCE
    catalog = read(TEMPLATE if source else translation(language))
    texts = ((str(message.context), message.id if source else message.string) for message in catalog if message.id)
    forms = {key: (text,) if isinstance(text, str) else tuple(text or ()) for key, text in texts}
    return Catalogue(forms, c2py(catalog.plural_expr))


def read(path: Path) -> Catalog:
    """Read a file of texts strictly."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)
