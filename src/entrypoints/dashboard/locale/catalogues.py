"""The texts of each language, put together from one module a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from entrypoints.dashboard.locale.en import batch as english_batch
from entrypoints.dashboard.locale.en import estimate as english_estimate
from entrypoints.dashboard.locale.en import history as english_history
from entrypoints.dashboard.locale.en import models as english_models
from entrypoints.dashboard.locale.en import operations as english_operations
from entrypoints.dashboard.locale.en import people as english_people
from entrypoints.dashboard.locale.en import plans as english_plans
from entrypoints.dashboard.locale.en import shell as english_shell
from entrypoints.dashboard.locale.en import sign_in as english_sign_in
from entrypoints.dashboard.locale.en import what_if as english_what_if
from entrypoints.dashboard.locale.es import batch as spanish_batch
from entrypoints.dashboard.locale.es import estimate as spanish_estimate
from entrypoints.dashboard.locale.es import history as spanish_history
from entrypoints.dashboard.locale.es import models as spanish_models
from entrypoints.dashboard.locale.es import operations as spanish_operations
from entrypoints.dashboard.locale.es import people as spanish_people
from entrypoints.dashboard.locale.es import plans as spanish_plans
from entrypoints.dashboard.locale.es import shell as spanish_shell
from entrypoints.dashboard.locale.es import sign_in as spanish_sign_in
from entrypoints.dashboard.locale.es import what_if as spanish_what_if

_ENGLISH: Final = (
    english_shell,
    english_people,
    english_estimate,
    english_batch,
    english_history,
    english_models,
    english_operations,
    english_plans,
    english_sign_in,
    english_what_if,
)
_SPANISH: Final = (
    spanish_shell,
    spanish_people,
    spanish_estimate,
    spanish_batch,
    spanish_history,
    spanish_models,
    spanish_operations,
    spanish_plans,
    spanish_sign_in,
    spanish_what_if,
)

CATALOGUES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {key: text for page in _ENGLISH for key, text in page.TEXTS.items()},
    "es": {key: text for page in _SPANISH for key, text in page.TEXTS.items()},
}
"""Language to key to text. Keys are the same in each."""
