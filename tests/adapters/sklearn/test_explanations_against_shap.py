"""The dollars behind each fact against `shap`'s exact explainer: the same background, the same function, one rule.

What is explained is the expected cost: the mean of the distribution, residuals of the person's group included and
nothing below zero, not the estimator's point alone.
"""

from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

from adapters.sklearn.families import FAMILIES
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.loader import SklearnModel
from domain.costs.prediction import ModelReference
from domain.models.model import Recipe
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, REGIONS, SEXES

A_CENT = 0.01 + 1e-6
"""As far as rounding to cents that add up may move a figure."""


def anybody(count, seed):
    """Draw beneficiaries, many of them beyond any data."""
    draw = np.random.default_rng(seed)
    return [
        Beneficiary(
            DEFAULT,
            (
                int(draw.integers(18, 101)),
                SEXES[draw.integers(2)],
                round(float(draw.uniform(10, 70)), 2),
                int(draw.integers(0, 16)),
                bool(draw.integers(2)),
                REGIONS[draw.integers(4)],
            ),
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def shap(part):
    part("shap", None if find_spec("shap") else "not installed: it has no wheels for Intel Macs")
    import shap

    return shap


def by_shap(shap, model, people):
    """Give n x 7 dollars: the average, then what each fact adds."""
    explainer = shap.explainers.Exact(
        model.expected, shap.maskers.Independent(model.background, max_samples=len(model.background))
    )
    values = explainer(np.array([who.as_numbers() for who in people]), silent=True)
    return np.column_stack([values.base_values, values.values])


async def by_us(model, people):
    explanations = [await SklearnModel(ModelReference(1, "a" * 64), model).explain(who) for who in people]
    return explanations, np.array(
        [[explanation.baseline, *(fact.usd for fact in explanation.contributions)] for explanation in explanations]
    )


def assert_to_the_cent(explanations, dollars):
    cents = np.round(dollars * 100).astype(int)
    assert np.abs(dollars * 100 - cents).max() < 1e-6
    assert cents.sum(axis=1).tolist() == [round(explanation.expected * 100) for explanation in explanations]


async def test_two_hundred_people_are_told_what_shap_tells_to_the_cent(shap, table):
    model = fit_model(Recipe(family="interaction_lad"), table, seed=0)
    people = anybody(200, 1)
    explanations, dollars = await by_us(model, people)
    assert_to_the_cent(explanations, dollars)
    assert np.abs(dollars - by_shap(shap, model, people)).max() < A_CENT


@pytest.mark.parametrize("family", FAMILIES)
async def test_every_family_tells_what_shap_tells(shap, table, family):
    model = fit_model(Recipe(family=family), table, seed=0)
    people = anybody(4, 2)
    explanations, dollars = await by_us(model, people)
    assert_to_the_cent(explanations, dollars)
    assert np.abs(dollars - by_shap(shap, model, people)).max() < A_CENT


def test_the_average_person_is_the_mean_of_the_background(table):
    model = fit_model(Recipe(family="interaction_lad"), table, seed=0)
    for first, other in pairwise(model.contributions(np.array(who.as_numbers()))[0] for who in anybody(5, 3)):
        assert first == other == pytest.approx(model.expected(model.background).mean(), abs=1e-6)
