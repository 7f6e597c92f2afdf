"""The page of the models while the database is away: without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nicegui.testing.user import User

from domain.errors import RepositoryUnavailable
from domain.models.check import Check
from domain.models.promotion import Candidacy, Objection, PairedComparison, PromotionPolicy
from domain.people.origin import DataOrigin
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.models import gate
from entrypoints.dashboard.widgets import model_facts
from tests.support.words import words_in


async def test_while_the_database_is_away_the_models_say_so_and_then_recover(user: User, parts, version):
    await parts.ledger.admit(version(1))
    parts.ledger.failure = RepositoryUnavailable("away", retry_after=0.1)
    await user.open("/models")
    await user.should_see("We cannot read the models right now.")
    parts.ledger.failure = None
    await user.should_see("No version is in service yet.", retries=40)
    await user.should_not_see("We cannot read the models right now.")


GATE = PromotionPolicy().judge(
    Candidacy(
        comparison=PairedComparison(
            method="identical_folds", rival=1, rows=1_000, challenger_loss=1_450.0, rival_loss=1_400.0, difference=50.0,
            standard_error=5.0, degrees_of_freedom=4.0, upper_bound=60.0,
        ),
        coverage=0.84, group_coverage={"smoker=yes": 0.91}, milliseconds=0.3, megabytes=1.5, strongest_fact="smoker",
        strongest_fact_r2=0.617,
    )
)  # fmt: skip


def test_the_gate_speaks_the_language_of_the_page():
    spanish = gate.verdict(GATE, words_in("es"))
    for text in (
        "la campeona 1",
        "84.0%",
        "«Fuma ahora» explica por sí solo",
        "Cobertura: Fuma ahora: Sí",
    ):
        assert text in spanish
    for english in ("allowed", "against", "of the variance", "champion", 'lang="en"'):
        assert english not in spanish
    assert "Difference at worst +$60, allowed +$28. Compared on 1,000 rows." in gate.verdict(GATE, words_in("en"))


def test_what_the_gate_kept_without_numbers_is_translated_or_marked_as_english():
    old = replace(GATE, checks=(Check("coverage", True, "coverage 0.926, allowed 0.87 to 0.98"),))
    assert "<span>cobertura 0.926, se permite de 0.87 a 0.98</span>" in gate.verdict(old, words_in("es"))
    unknown = replace(GATE, checks=(Check("coverage", True, "well covered"),))
    assert '<span lang="en">well covered</span>' in gate.verdict(unknown, words_in("es"))


@pytest.mark.parametrize("against", Objection)
def test_each_objection_of_the_gate_is_a_sentence_of_the_language(against: Objection):
    versions = {"rival": 1, "champion": 2}
    for language in ("en", "es"):
        words = words_in(language)
        html = gate.objections(against, GATE, champion=2, words=words)
        assert words(f"models.against.{against.value}", **versions) in html
        assert ("<li>" in html) == (against is Objection.REFUSED)


def test_a_tuned_setting_has_four_digits_and_the_others_on_hover(version, words: Words):
    made = version(1)
    settings = {"epsilon": 1.7814493155349744, "alpha": 0.25, "trees": 12345}
    tuned = replace(made, card=replace(made.card, recipe=replace(made.card.recipe, hyperparameters=settings)))
    shown = model_facts.facts(tuned, words)
    assert 'epsilon = <span title="1.7814493155349744">1.781</span>, alpha = 0.25, trees = 12345' in shown


def test_what_invented_people_are_is_said_in_the_language_of_the_page(version):
    made = version(1)
    described = "1,000 invented people (seed 7) with costs by a rule of our own: no real person or bill"
    origin = DataOrigin("synthetic", described, synthetic=True)
    shown = model_facts.facts(replace(made, card=replace(made.card, origin=origin)), words_in("es"))
    assert "1,000 personas inventadas (semilla 7)" in shown


def test_a_range_by_smoking_is_said_of_smokers_and_others(version, words: Words):
    made = version(1)
    by_smoking = replace(made, card=replace(made.card, grouping=("smoker",)))
    assert "separately by: Smokes now" in model_facts.facts(by_smoking, words)
