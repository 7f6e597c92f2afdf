"""Nothing is tuned to one file: on data of other kinds other families win, and ranges hold what they promise.

Three data sets of our own making: smooth costs whose spread grows with their mean; costs that smoking does not touch;
and 12,000 rows with a heavy tail and thresholds. `docs/trust.md` gives the figures of all families.
"""

import numpy as np
import pytest

from domain.models.evaluation import Metric, ranked
from domain.models.model import FoldPlan, Recipe

AGE, SEX, BMI, CHILDREN, SMOKER, REGION = range(6)
STRAIGHT = ("linear", "interaction_ols", "interaction_huber", "interaction_gamma")


@pytest.fixture(scope="module")
def people():
    def draw(rows, seed):
        random = np.random.default_rng(seed)
        who = np.column_stack(
            [
                random.integers(18, 65, rows),
                random.integers(0, 2, rows),
                np.clip(random.normal(28, 5, rows), 16, 50).round(1),
                random.integers(0, 5, rows),
                random.random(rows) < 0.25,
                random.integers(0, 4, rows),
            ]
        ).astype(float)
        return random, who

    return draw


@pytest.fixture(scope="module")
def smooth(people, claims_of):
    """Log-linear means, gamma noise: a coefficient of variation of one half everywhere."""
    random, who = people(1500, 1)
    mean = 3000 * np.exp(0.04 * (who[:, AGE] - 40) + 0.8 * who[:, SMOKER] + 0.04 * (who[:, BMI] - 28))
    return claims_of(who, (mean * random.gamma(4.0, 0.25, len(who))).round(2))


@pytest.fixture(scope="module")
def without_smoking(people, claims_of):
    """Straight lines and symmetric noise; smoking costs nothing."""
    random, who = people(3000, 1)
    mean = 2000 + 120 * who[:, AGE] + 90 * who[:, BMI] + 400 * who[:, CHILDREN]
    return claims_of(who, np.maximum(mean + random.normal(0, 900, len(who)), 0).round(2))


@pytest.fixture(scope="module")
def heavy_tailed(people, claims_of):
    """Thresholds, and a Pareto tail of index 2.2: its variance is barely finite."""
    random, who = people(12_000, 1)
    mean = 1500 * (1 + 0.02 * who[:, AGE])
    mean *= 1 + 1.5 * ((who[:, BMI] > 33) & (who[:, AGE] > 45))
    mean *= 1 + 2.0 * ((who[:, SMOKER] == 1) & (who[:, BMI] < 24))
    return claims_of(who, (mean * (1 + random.pareto(2.2, len(who)))).round(2))


@pytest.fixture(scope="module")
def ranking(trainer):
    """Some families by CRPS, cross-validated, the best first."""

    def of(claims, families, n_splits=5, seed=0):
        plan = FoldPlan(n_splits=n_splits, n_repeats=1, test_size=0.0, seed=seed)
        return ranked(
            [trainer.cross_validate(Recipe(family=name), claims, plan, on_fold=lambda _: None) for name in families],
            Metric.CRPS,
        )

    return of


def is_as_good(recipe, best):
    """Return whether one is worse than the best by no more than chance moves the mean of folds."""
    losses = [mine[Metric.CRPS] - theirs[Metric.CRPS] for mine, theirs in zip(recipe.folds, best.folds, strict=True)]
    # folds share training rows: the variance of their mean is corrected (Nadeau and Bengio 2003, eq. 9)
    return np.mean(losses) <= np.sqrt(np.var(losses, ddof=1) * (1 / len(losses) + 1 / 4))


def holds_what_it_promises(evaluation):
    """Coverage out of fold within two standard errors of nine in ten."""
    rows = evaluation.overall.rows
    return abs(evaluation.overall.interval.coverage - 0.9) <= 2 * np.sqrt(0.9 * 0.1 / rows)


def test_on_smooth_costs_with_gamma_noise_no_family_beats_gamma_significantly(ranking, smooth):
    measured = ranking(smooth, ("linear", "interaction_gamma", "interaction_huber", "tree"))
    # the distribution learns how noise grows around any point, so that other families come as near (docs/trust.md)
    gamma = next(evaluation for evaluation in measured if evaluation.recipe.family == "interaction_gamma")
    assert is_as_good(gamma, measured[0])
    assert measured[-1].recipe.family == "tree"
    assert all(holds_what_it_promises(evaluation) for evaluation in (gamma, measured[0]))


def test_straight_costs_without_an_effect_of_smoking_are_won_by_straight_lines(ranking, without_smoking):
    best, *_ = ranking(without_smoking, (*STRAIGHT, "knn", "tree"), n_splits=3)
    assert best.recipe.family == "linear"
    assert holds_what_it_promises(best)


def test_twelve_thousand_heavy_tailed_costs_with_thresholds_are_won_by_boosting(ranking, heavy_tailed):
    best, *_ = ranking(heavy_tailed, ("linear", "tree", "interaction_ols", "boosting_absolute"), n_splits=2)
    assert best.recipe.family == "boosting_absolute"
    assert holds_what_it_promises(best)


def test_without_an_effect_of_smoking_no_dollars_stand_behind_it(without_smoking, cook):
    from adapters.sklearn.storage import read

    made = cook(without_smoking, "linear")
    model, _ = read(made.folder, made.digest)
    _, dollars, _ = model.contributions(np.array([40.0, 0, 28.0, 1, 1, 0]))
    assert abs(dollars[SMOKER]) < 100


SOME = ("linear", "tree", "interaction_ols", "interaction_huber", "interaction_lad")


@pytest.fixture(scope="module")
def winner(ranking, claims):
    """The best of some families by the seed that is used otherwise."""
    return ranking(claims, SOME)[0].recipe


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_gives_the_same_winner_or_one_as_good(ranking, claims, winner, seed):
    other = ranking(claims, SOME, seed=seed)
    usual = next(evaluation for evaluation in other if evaluation.recipe == winner)
    assert is_as_good(usual, other[0])
