"""The picture of drift, as strings."""

from __future__ import annotations

import re

import pytest

from adapters.memory.sample import small_sample
from adapters.scipy.drift import ScipyDriftMeter
from application.watch_inputs import InputDrift
from domain.beneficiary import FACTS
from domain.prediction import ModelReference
from domain.profile import Profile
from entrypoints.dashboard.kit.drift import drift
from entrypoints.dashboard.words.catalogues import CATALOGUES
from entrypoints.dashboard.words.speech import Words

SAMPLE = [tuple(row) for row in small_sample().facts]
CHAMPION = ModelReference(3, "a" * 64)


def profile(rows) -> Profile:
    return Profile.of(zip(*rows, strict=True) if rows else [()] * 6)


def found(rows, champion: ModelReference | None = CHAMPION, *, old: bool = False, few: bool = False) -> InputDrift:
    before, now = profile(SAMPLE), profile(rows)
    report = None if few or old or not champion else ScipyDriftMeter().measure(before.sample(), now.sample())
    return InputDrift(champion=champion, learnt_from=None if old else before, asked=now, report=report)


def smoking(rows):
    return [(*row[:4], 1.0, row[5]) for row in rows]


def test_every_fact_has_a_picture_and_a_sentence_and_says_its_state(words: Words):
    chart = drift(found(smoking(SAMPLE)), words)
    assert chart.count('role="img"') == chart.count("<h3>") == len(FACTS)
    assert (chart.count("state warned"), chart.count("state passed")) == (1, 5)
    assert "Shifted: Smoking." in chart
    assert re.search(r"<p>(No: 0%|Yes: 100%) here, \d+% in the data\.</p>", chart)


def test_a_picture_says_the_share_of_each_group_on_both_sides(words: Words):
    (sex,) = re.findall(r'aria-label="(Female[^"]*)"', drift(found(SAMPLE), words))
    men, women = (sum(row[1] == code for row in SAMPLE) / len(SAMPLE) for code in (1, 0))
    assert sex == f"Female: {women:.0%} here, {women:.0%} in the data. Male: {men:.0%} here, {men:.0%} in the data."


@pytest.mark.parametrize("language", CATALOGUES)
def test_each_picture_accounts_for_everybody(language: str):
    rows = [(18, 0, 10, 0, 0, 0), (100, 1, 70, 15, 1, 3), (24.0, 0, 18.5, 1, 0, 1), (25.0, 0, 18.0, 5, 0, 2)]
    for said in re.findall(r'aria-label="([^"]*)"', drift(found(rows * 30), Words(language))):
        shares = [int(share) for share in re.findall(r": (\d+)\s?%", said)]
        assert sum(shares) == 100


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (found(SAMPLE, None), "No version was promoted yet"),
        (found(SAMPLE, old=True), "The card of version 3 is too old"),
        (found(SAMPLE[:7], few=True), "Predictions so far: 7. From 100 on,"),
        (found([], few=True), "Nothing was predicted yet."),
        (found(SAMPLE), "All six facts look like the data."),
    ],
    ids=("no champion", "old card", "few", "none", "alike"),
)
def test_what_can_be_said_is_said(state: InputDrift, said: str, words: Words):
    assert said in drift(state, words)
