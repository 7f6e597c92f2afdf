"""The catalogue of recorded sentences and the code that writes them: neither changes without the other."""

from __future__ import annotations

import re

import pytest

from entrypoints.dashboard.locale.catalogues import SOURCE, catalogue
from tests.support import sentences

LAYERS = ["domain", "application", "adapters", "entrypoints/hosting"]
SHOWN = [
    *("UnreadableFile", "PromotionRefused", "ModelRefused", "LedgerBroken", "JobProblem", "VersionNotFound"),
    *(
        "PredictorUnavailable",
        "RegistryUnavailable",
        "RepositoryUnavailable",
        "NoRoom",
        "Check",
        "JobUnderWay",
        "DataOrigin",
    ),
]
"""What is raised or recorded with a sentence that a page repeats."""
BEFORE_ANY_PAGE = [
    *("adapters/memory/", "adapters/optuna/", "entrypoints/hosting/"),
    *(f"adapters/postgres/{name}.py" for name in ("cluster", "embedded", "home_databases", "programs", "schemas")),
]
"""Modules that refuse before a page could be shown, or stand in for real parts in tests."""
FEWEST_LETTERS = 6
"""Sentences with fewer letters of their own say what somebody else said."""
BY_CODE = re.compile(
    r"key.*|cancelled_late|within|at_most|crps_.*|on_.*|origin_kaggle_book|check\..*|job_busy|schema_(terms|groups|roles|today)"
    r"|file_(pdf|compressed|old_workbook|rich_text|parquet|zip|spss.*|stata|json|html)"
)
"""Sentences that are put together from several places: tests have the code write them."""

RECORDED = {
    key.removeprefix("recorded."): english
    for key, (english, *_) in catalogue(SOURCE).forms.items()
    if key.startswith("recorded.")
}


def test_each_sentence_that_a_page_repeats_has_its_translation():
    written = list(sentences.raised(SHOWN, LAYERS, but=BEFORE_ANY_PAGE))
    assert len(written) > 100
    unknown = {
        f"{place}: {text}"
        for place, text in written
        if sum(map(str.isalpha, sentences.GAP.sub("", text))) >= FEWEST_LETTERS
        and " " in text
        and not any(is_written_as(text, english) for english in RECORDED.values())
    }
    assert not unknown, "add each to ui.pot as recorded.<name>, and its translation"


@pytest.mark.parametrize("name", [name for name in RECORDED if not BY_CODE.fullmatch(name)])
def test_each_recorded_sentence_is_still_written_by_the_code(name: str):
    chunks = [chunk.strip(" ,;:.()") for chunk in sentences.GAP.split(RECORDED[name])]
    missing = [chunk for chunk in chunks if chunk not in TEXTS]
    assert not missing, "the code says this otherwise now, or no longer"


TEXTS = sentences.pieces(LAYERS)


def is_written_as(text: str, english: str) -> bool:
    """Return whether one is the other with its gaps filled: either may leave more open."""
    is_own = sum(map(str.isalpha, sentences.GAP.sub("", english))) >= FEWEST_LETTERS
    return bool(pattern(text).fullmatch(english) or (is_own and pattern(english).fullmatch(text)))


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, sentences.GAP.split(text))))
