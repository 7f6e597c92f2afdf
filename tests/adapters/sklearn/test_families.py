"""The model families: what they are made of, and which wins where."""

import warnings
from dataclasses import astuple

import numpy as np
import pytest

from adapters.sklearn.families import FAMILIES, MOST_DRAWN, estimator_of, family_of
from adapters.sklearn.fitting import fit_estimator, fit_model
from adapters.sklearn.model import rounded
from adapters.sklearn.parts import STEP, interactions
from adapters.sklearn.scoring import Published
from domain.errors import ConfigurationError
from domain.models.evaluation import Metric, ranked
from domain.models.model import FoldPlan, Recipe
from domain.models.term_settings import TermSettings
from entrypoints.composition.overrides import compose_training
from entrypoints.composition.train_config import TrainConfig
from tests.support.default_schema import DEFAULT

ALL = [Recipe(family=name, transform=transform) for name, family in FAMILIES.items() for transform in family.transforms]


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.name)
def test_every_family_learns_more_than_the_mean_of_all(recipe, table):
    small = table[np.arange(300)]
    estimator = fit_estimator(recipe, small, seed=0)
    held = rounded(estimator.predict(table.rows[300:]))
    assert np.isfinite(held).all()
    blind = np.abs(table.charges[300:] - np.median(small.charges)).mean()
    assert np.abs(table.charges[300:] - held).mean() < 0.75 * blind


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_does_not_depend_on_who_else_is_asked_about(family, table):
    model = fit_model(Recipe(family=family), table[np.arange(200)], seed=0)
    together, _ = model.predict_arrays(table.rows[:50])
    alone = np.concatenate([model.predict_arrays(row[None])[0] for row in table.rows[:50]])
    assert np.allclose(together, alone, rtol=1e-12, atol=1e-9)  # sums of products differ in their last digits
    for first, other in zip(astuple(Published.of(together)), astuple(Published.of(alone)), strict=True):
        assert np.array_equal(first, other)


@pytest.fixture(scope="module")
def configured() -> TrainConfig:
    """What config/ says of all families."""
    return compose_training([f"model=[{','.join(FAMILIES)}]"])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_files_of_a_family_say_what_its_entry_says(family, configured):
    file, entry = configured.model[family], FAMILIES[family]
    assert (file.hyperparameters, file.transforms, file.terms) == (entry.defaults, entry.transforms, entry.with_terms)
    assert configured.search_space[family].keys() - {"terms"} <= entry.defaults.keys()


@pytest.mark.parametrize("family", [name for name, entry in FAMILIES.items() if entry.draws])
def test_a_family_that_draws_rows_is_fitted_on_more_than_it_draws(family, table):
    rows = MOST_DRAWN + 1
    again = np.resize(np.arange(len(table.rows)), rows)
    estimator = estimator_of(Recipe(family=family), DEFAULT, seed=0, rows=rows).set_params(n_estimators=2)
    estimator.fit(table.rows[again], table.charges[again])
    assert np.isfinite(estimator.predict(table.rows)).all()


def test_an_unknown_name_or_a_value_of_another_type_is_refused():
    for wrong in (
        Recipe(family="oracle"),
        Recipe(family="boosting_gamma", transform="log"),
        Recipe(family="forest", hyperparameters={"trees": 3}),
        Recipe(family="forest", hyperparameters={"n_estimators": "many"}),
        Recipe(family="interaction_lad", hyperparameters={"smoker_bmi": 1}),
    ):
        with pytest.raises(ConfigurationError):
            family_of(wrong, DEFAULT)


def test_a_value_that_makes_no_sense_is_refused_when_it_is_fitted(table):
    with pytest.raises(ConfigurationError, match="cannot be fitted"):
        fit_estimator(Recipe(family="forest", hyperparameters={"n_estimators": -1}), table, seed=0)


def test_obesity_is_a_step_at_the_threshold_exactly(people):
    settings = dict.fromkeys(TermSettings.of(DEFAULT).defaults, False) | {"smoker_obese": True, "obese_threshold": 30.0}
    chain = interactions(DEFAULT, settings)
    rows = people(100, 0)
    rows[:, 4] = 1
    rows[0, 4] = 0
    rows[:4, 2] = [29.9999, 29.999, 30.0, 30.0001]
    values = rows
    for part in chain:
        values = part.fit_transform(values)
    assert set(values[1:, -1]) == {0.0, 1.0}
    assert np.array_equal(values[1:, -1] == 1, rows[1:, 2] > 30)
    assert STEP < 1e-6


def test_switching_a_feature_off_changes_the_width_of_the_design(table):
    def width(**settings):
        settings = {"obese_threshold": 30.0, **settings}
        estimator = estimator_of(Recipe(family="interaction_ols", hyperparameters=settings), DEFAULT, seed=0)
        return estimator.fit(table.rows, table.charges)[-1].coef_.size

    assert width() - width(age_squared=False) == 1
    assert width() - width(region=False) == 3
    assert width() - width(children_as_categories=False) == 4


@pytest.mark.parametrize(("rows", "drawn"), [(MOST_DRAWN, None), (MOST_DRAWN + 1, MOST_DRAWN)])
@pytest.mark.parametrize("transform", ["none", "log"])
def test_a_tree_of_a_forest_learns_from_some_of_many_rows_and_the_card_says_so(rows, drawn, transform):
    forest = estimator_of(Recipe(family="forest", transform=transform), DEFAULT, seed=0, rows=rows)
    assert (forest if transform == "none" else forest.regressor).max_samples == drawn
    assert bool(FAMILIES["forest"].notes_on(rows)) == bool(drawn)
    assert not FAMILIES["tree"].notes_on(rows)


def test_recipes_of_before_terms_were_declared_give_what_they_gave(table):
    def answers(name):
        recipe = Recipe(family="interaction_ols", hyperparameters={name: 27.5})
        return fit_estimator(recipe, table, seed=0).predict(table.rows)

    assert np.array_equal(answers("obesity_threshold"), answers("obese_threshold"))


def winner(trainer, claims, families):
    plan = FoldPlan(n_splits=4, n_repeats=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = [trainer.cross_validate(Recipe(family=name), claims, plan, on_fold=lambda _: None) for name in families]
    return ranked(done, Metric.CRPS)[0]


def test_the_data_decide_which_family_wins(trainer, claims, claims_of, people):
    rivals = ("linear", "boosting", "interaction_ols", "interaction_lad")
    rows = people(600, 5)
    random = np.random.default_rng(1)
    plain = 1_000 + 300 * rows[:, 0] + 400 * rows[:, 3] + random.normal(0, 500, 600)
    wavy = np.maximum(3_000 * (2 + np.sin(rows[:, 0] / 3) + np.sin(rows[:, 2])) * random.gamma(50, 1 / 50, 600), 1)
    assert winner(trainer, claims_of(rows, plain), rivals).recipe.family == "linear"
    assert winner(trainer, claims_of(rows, wavy), rivals).recipe.family == "boosting"
    assert winner(trainer, claims, rivals).recipe.family.startswith("interaction")


def test_the_interval_covers_nine_in_ten_on_costs_with_gamma_noise(trainer, claims_of, people):
    rows = people(1_500, 6)
    charges = (2_000 + 150 * rows[:, 0]) * np.random.default_rng(2).gamma(3, 1 / 3, 1_500)
    best = winner(trainer, claims_of(rows, charges), ("linear", "interaction_ols"))
    assert best.overall.interval.coverage == pytest.approx(0.9, abs=2 * (0.9 * 0.1 / best.overall.rows) ** 0.5 + 0.005)
