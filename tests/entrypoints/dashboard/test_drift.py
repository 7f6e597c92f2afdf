"""The picture of drift, as strings."""

from __future__ import annotations

import re

import pytest

from adapters.memory.sample import small_sample
from adapters.scipy.drift import ScipyDriftMeter
from application.monitoring.watch_inputs import InputDrift
from domain.costs.prediction import ModelReference
from domain.monitoring.profile import Profile
from entrypoints.dashboard.charts.drift import drift
from entrypoints.dashboard.locale.catalogues import LOCALES
from entrypoints.dashboard.locale.speech import Words
from tests.support.default_schema import DEFAULT, FACTS
from tests.support.other_people import CLINIC, clinic_people
from tests.support.words import words_in

SAMPLE = [tuple(row) for row in small_sample(DEFAULT).facts]
CHAMPION = ModelReference(3, "a" * 64)


def profile(rows) -> Profile:
    return Profile.of(DEFAULT, zip(*rows, strict=True) if rows else [()] * 6)


def input_drift(
    rows, champion: ModelReference | None = CHAMPION, *, old: bool = False, few: bool = False
) -> InputDrift:
    before, now = profile(SAMPLE), profile(rows)
    report = (
        None if few or old or not champion else ScipyDriftMeter().measure(before.sample(DEFAULT), now.sample(DEFAULT))
    )
    return InputDrift(champion=champion, learnt_from=None if old else before, current=now, report=report)


def smoking(rows):
    return [(*row[:4], 1.0, row[5]) for row in rows]


def test_every_fact_has_a_picture_and_a_sentence_and_says_its_state(words: Words):
    chart = drift(input_drift(smoking(SAMPLE)), words)
    assert chart.count('role="img"') == chart.count("<h3>") == len(FACTS)
    assert (chart.count("state warned"), chart.count("state passed")) == (1, 5)
    assert "Changed: Smokes now." in chart
    assert re.search(r"<p>(No: 0%|Yes: 100%) here, \d+% in the data\.</p>", chart)


def test_a_picture_says_the_share_of_each_group_on_both_sides(words: Words):
    (sex,) = re.findall(r'aria-label="(Female[^"]*)"', drift(input_drift(SAMPLE), words))
    men, women = (sum(row[1] == code for row in SAMPLE) / len(SAMPLE) for code in (1, 0))
    assert sex == f"Female: {women:.0%} here, {women:.0%} in the data. Male: {men:.0%} here, {men:.0%} in the data."


def test_no_bar_begins_at_the_limit_of_a_number(words: Words):
    rows = [(20 + at, at % 2, 10.0 + at % 61, 0, 0, at % 4) for at in range(70)]
    (size,) = re.findall('aria-label="(10\N{EN DASH}20[^"]*)"', drift(input_drift(rows), words))
    assert "60\N{EN DASH}70: " in size
    assert "70\N{EN DASH}80" not in size


@pytest.mark.parametrize("language", LOCALES)
def test_each_picture_accounts_for_everybody(language: str):
    rows = [(18, 0, 10, 0, 0, 0), (100, 1, 70, 15, 1, 3), (24.0, 0, 18.5, 1, 0, 1), (25.0, 0, 18.0, 5, 0, 2)]
    for label in re.findall(r'aria-label="([^"]*)"', drift(input_drift(rows * 30), words_in(language))):
        shares = [int(share) for share in re.findall(r": (\d+)\s?%", label)]
        assert sum(shares) == 100


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (input_drift(SAMPLE, None), "No version has been promoted yet"),
        (input_drift(SAMPLE, old=True), "The card of version 3 is too old"),
        (input_drift(SAMPLE[:7], few=True), "Predictions so far: 7. At least 100 are needed"),
        (input_drift([], few=True), "No predictions yet."),
        (input_drift(SAMPLE), "All facts look like the training data."),
    ],
    ids=("no champion", "old card", "few", "none", "alike"),
)
def test_what_can_be_said_is_said(state: InputDrift, sentence: str, words: Words):
    assert sentence in drift(state, words)


def test_a_fact_that_nobody_gives_any_more_is_drawn_by_its_gaps():
    people, _ = clinic_people(400, seed=1)
    silent = people.copy()
    silent[:, CLINIC.names.index("pressure")] = float("nan")
    before, now = (Profile.of(CLINIC, some.T.tolist()) for some in (people, silent))
    report = ScipyDriftMeter().measure(before.sample(CLINIC), now.sample(CLINIC))
    html = drift(InputDrift(champion=CHAMPION, learnt_from=before, current=now, report=report), words_in("en", CLINIC))
    gaps = before.gaps("pressure")
    assert f"<p>not given: 100% here, {gaps:.0%} in the data.</p>" in html
