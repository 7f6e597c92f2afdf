"""Families on costs of which some are zero."""

from dataclasses import replace

import numpy as np
import pytest
import skops.io

from adapters.sklearn.compiled import evaluation_of
from adapters.sklearn.families import FAMILIES
from adapters.sklearn.fitting import fit_estimator
from adapters.sklearn.hurdle import Hurdle, of_public_parts, to_public_parts
from adapters.sklearn.storage import TRUSTED
from domain.models.model import Recipe

BEHIND_A_HURDLE = ("boosting_gamma", "interaction_gamma")
ZEROS = (*BEHIND_A_HURDLE, "boosting_poisson", "interaction_poisson", "interaction_tweedie")


@pytest.fixture(scope="module")
def with_zeros(table):
    """The younger, the likelier that a year costs nothing."""
    chance = np.clip(0.9 - table.rows[:, 0] / 80, 0.05, 1)
    return replace(table, charges=np.where(np.random.default_rng(0).random(len(table)) < chance, 0.0, table.charges))


@pytest.mark.parametrize("family", ZEROS)
def test_the_sum_of_costs_is_met_where_some_are_zero(with_zeros, family):
    estimator = fit_estimator(Recipe(family=family), with_zeros, seed=0)
    answers = estimator.predict(with_zeros.rows)
    for group in (with_zeros.rows[:, 0] < 35, with_zeros.rows[:, 0] >= 50):
        assert answers[group].sum() == pytest.approx(with_zeros.charges[group].sum(), rel=0.15)


@pytest.mark.parametrize("family", BEHIND_A_HURDLE)
def test_gamma_learns_the_size_from_costs_above_zero_alone(with_zeros, table, family):
    def fitted(rows):
        return fit_estimator(Recipe(family=family), rows, seed=0)

    both = fitted(with_zeros)
    assert isinstance(both, Hurdle)
    assert not isinstance(fitted(table), Hurdle)
    above = fitted(with_zeros[np.flatnonzero(with_zeros.charges > 0)])
    assert np.array_equal(both.size.predict(table.rows), above.predict(table.rows))
    chance = both.chance.predict_proba(table.rows)[:, 1]
    assert chance.mean() == pytest.approx((with_zeros.charges > 0).mean(), abs=0.02)


@pytest.mark.parametrize("family", BEHIND_A_HURDLE)
def test_a_hurdle_is_kept_as_public_parts_and_answers_on_the_shorter_way(with_zeros, family):
    fitted = fit_estimator(Recipe(family=family), with_zeros, seed=0)
    stored = skops.io.dumps(to_public_parts(fitted))
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED)
    again = of_public_parts(skops.io.loads(stored, trusted=list(TRUSTED)))
    evaluate = evaluation_of(again, with_zeros.rows[:100])
    assert getattr(evaluate, "__self__", None) is not again
    for rows in (with_zeros.rows[:1], with_zeros.rows[:40], with_zeros.rows):
        assert np.allclose(evaluate(rows), fitted.predict(rows), rtol=1e-9)


def test_every_family_takes_zero_costs(with_zeros):
    for family in FAMILIES:
        assert np.isfinite(fit_estimator(Recipe(family=family), with_zeros, seed=0).predict(with_zeros.rows)).all()
