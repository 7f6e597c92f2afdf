"""How much lies between two amounts of the page on other people."""

from __future__ import annotations

import pytest

from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.what_if.scenario import gap


@pytest.mark.parametrize(
    ("other", "base", "text"), [(106.0, 104.0, "$10 more"), (104.0, 96.0, "the same"), (61.0, 104.0, "$40 less")]
)
def test_the_gap_is_that_of_the_amounts_that_are_shown(words: Words, other: float, base: float, text: str):
    assert text in gap(other, base, words)
