"""The port `trainer`: one suite over every adapter."""

import shutil
from dataclasses import replace

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.loader import MemoryLoader
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from domain.costs.distribution import CALIBRATION_LEVELS, INTERVAL_LEVEL
from domain.costs.prediction import ModelReference
from domain.errors import ConfigurationError, ModelRefused
from domain.models.evaluation import Metric
from domain.models.manifest import MANIFEST
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.people.claims import Claims
from domain.people.origin import DataOrigin
from tests.support.default_schema import DEFAULT

plan = FoldPlan(n_splits=4, n_repeats=1)
claims = small_sample(DEFAULT, rows=300)


class Stop(Exception):
    """Raised to end an evaluation."""


@pytest.fixture(params=["memory", "sklearn"])
def kind(request):
    return request.param


@pytest.fixture
def trainer(kind):
    if kind == "memory":
        return MemoryTrainer(clock=FixedClock())
    from adapters.sklearn.trainer import SklearnTrainer

    return SklearnTrainer(clock=FixedClock())


@pytest.fixture
def loader(kind):
    if kind == "memory":
        return MemoryLoader(DEFAULT)
    from adapters.sklearn.loader import SklearnLoader

    return SklearnLoader()


@pytest.fixture
def recipe(kind):
    return Recipe(family={"memory": "unconditional", "sklearn": "linear"}[kind])


@pytest.fixture(scope="module")
def models():
    """The model that each kind of trainer made of the claims, by kind."""
    return {}


@pytest.fixture
def make(kind, trainer, recipe, models, tmp_path, tmp_path_factory):
    """Copy the model that the trainer made of the claims, which is fitted once, to a folder of the test's own."""
    if kind not in models:
        test = trainer.test(recipe, claims, plan)
        into = tmp_path_factory.mktemp(kind)
        models[kind] = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)

    def copy(name="model"):
        return replace(models[kind], folder=shutil.copytree(models[kind].folder, tmp_path / name / "medcost"))

    return copy


def test_each_fold_is_told_in_order_and_averaged(trainer, recipe):
    folds = []
    evaluation = trainer.cross_validate(recipe, claims, plan, on_fold=folds.append)
    assert tuple(folds) == evaluation.folds
    assert [fold.fold for fold in folds] == [0, 1, 2, 3]
    assert evaluation.mean(Metric.CRPS) == pytest.approx(sum(fold.crps for fold in folds) / 4)


def test_the_test_split_is_left_out_of_cross_validation(trainer, recipe):
    evaluation = trainer.cross_validate(recipe, claims, plan, on_fold=lambda _: None)
    assert evaluation.overall.rows == len(evaluation.out_of_fold.actual) == 240
    assert trainer.test(recipe, claims, plan).rows == 60


def test_what_the_listener_raises_ends_the_evaluation(trainer, recipe):
    def stop(_):
        raise Stop

    with pytest.raises(Stop):
        trainer.cross_validate(recipe, claims, plan, on_fold=stop)


def test_the_same_rows_plan_and_recipe_give_the_same_figures(trainer, recipe):
    once, again = (trainer.cross_validate(recipe, claims, plan, on_fold=lambda _: None) for _ in range(2))
    assert once.folds == again.folds
    assert once.overall == again.overall


def test_an_unknown_family_transform_or_hyperparameter_is_refused(trainer, recipe):
    for wrong in (
        replace(recipe, family="oracle"),
        replace(recipe, transform="magic"),
        replace(recipe, hyperparameters={"luck": 1}),
    ):
        with pytest.raises(ConfigurationError):
            trainer.cross_validate(wrong, claims, plan, on_fold=lambda _: None)


def test_a_model_travels_in_a_folder_with_manifest_and_card(make, recipe):
    model = make()
    assert model.folder.name == "medcost"
    assert (model.folder / MANIFEST).exists()
    assert model.card.recipe == recipe
    assert (model.card.rows, model.card.data_digest) == (300, claims.digest)
    assert model.card.ranges["age"] == (18.0, 64.0)
    assert model.card.created_at == FixedClock().now()


def test_the_card_counts_how_many_people_had_which_value(make):
    profile = make().card.profile
    assert len(profile) == 300
    assert dict(profile.counts["smoker"])[1.0] == sum(smoker for _, _, _, _, smoker, _ in claims.facts)


def test_ranges_of_every_level_are_held_to_what_they_promise(make):
    measured = make().card.cross_validation
    assert tuple(level_coverage.level for level_coverage in measured.calibration) == CALIBRATION_LEVELS
    held = [level_coverage.coverage for level_coverage in measured.calibration]
    assert held == sorted(held)  # a wider range holds whom the narrower one holds
    held_at = dict(zip(CALIBRATION_LEVELS, held, strict=True))
    assert held_at[INTERVAL_LEVEL] == pytest.approx(measured.interval.coverage, abs=0.05)


def test_predicted_and_observed_costs_agree_over_all_people_and_their_parts(make, trainer):
    scores = trainer.score(make(), claims)
    assert scores.people == sum(fifth.people for fifth in scores.fifths) == 300
    mean = sum(claims.charges) / 300
    assert sum(fifth.observed for fifth in scores.fifths) / 5 == pytest.approx(mean)
    assert sum(fifth.coverage for fifth in scores.fifths) / 5 == pytest.approx(scores.interval.coverage)
    assert scores.actuarial.overall.ratio == pytest.approx((mean + scores.expected.bias) / mean)
    assert len(scores.actuarial.deciles) == 10
    assert scores.zero.observed == 0
    assert scores.zero.predicted == scores.zero.brier == 0


async def test_the_folder_loads(make, loader):
    model = make()
    loaded = loader.load(ModelReference(1, model.digest), model.folder)
    assert (await loaded.model()).digest == model.digest


def test_a_fitted_model_is_scored_as_it_is(make, trainer):
    scores = trainer.score(make(), claims)
    assert scores.rows == 300
    assert 0.8 <= scores.interval.coverage <= 1
    assert scores.crps > 0


def test_a_report_tells_the_same_costs_in_every_order(make, trainer):
    races = ["a" if number % 3 else "b" for number in range(len(claims))]
    scores, curves = trainer.report(make(), replace(claims, audits={"race": races}), ("the same", make("again")))
    assert scores == trainer.score(make("once more"), claims)
    observed = sum(claims.charges) / len(claims)
    assert len(curves.deciles) == 10
    assert sum(tenth.observed for tenth in curves.deciles) / 10 == pytest.approx(observed)
    assert (curves.lorenz[0].by_predicted, curves.lorenz[-1].by_observed) == (0, pytest.approx(1))
    assert all(point.by_observed <= point.by_predicted + 1e-9 for point in curves.lorenz)
    assert [(group.value, group.people) for group in curves.audits] == [("a", 200), ("b", 100)]
    assert curves.double_lift is not None
    assert all(tenth.predicted == pytest.approx(tenth.rival) for tenth in curves.double_lift.portions)


def test_the_card_keeps_the_curves_of_a_report(make):
    curves = make().card.curves
    assert len(curves.deciles) == 10
    assert len(curves.lorenz) == 21


def test_a_spoilt_folder_is_not_scored(make, trainer):
    model = make()
    (model.folder / "more.txt").write_text("unlisted")
    with pytest.raises(ModelRefused):
        trainer.score(model, claims)


def test_a_first_challenger_is_compared_with_the_distribution_of_all_costs(make, trainer):
    candidacy = trainer.compare(make(), None, claims, plan)
    assert candidacy.comparison.method == "unconditional"
    assert candidacy.comparison.rival is None
    assert candidacy.megabytes > 0
    assert candidacy.milliseconds > 0


def test_an_equal_challenger_loses_nothing(make, trainer):
    comparison = trainer.compare(make("mine"), (3, make("theirs")), claims, plan).comparison
    assert comparison.rival == 3
    assert comparison.difference == pytest.approx(0, abs=1e-6)


def came_in(rows, seed=9):
    """Outcomes: people whom no model has seen."""
    drawn = small_sample(DEFAULT, rows=rows, seed=seed)
    return Claims(drawn.schema, DataOrigin("outcomes", "", synthetic=True), "", list(drawn.facts), list(drawn.charges))


def test_outcomes_that_are_many_enough_join_the_comparison(make, trainer):
    mine, theirs = make("mine"), (3, make("theirs"))
    comparison = trainer.compare(mine, theirs, claims, plan, came_in(250)).comparison
    assert comparison.method == "unseen_rows"
    assert comparison.outcomes == 250
    assert comparison.difference == pytest.approx(0, abs=1e-6)
    assert trainer.compare(mine, theirs, claims, plan, came_in(150)).comparison.outcomes == 0
    assert trainer.compare(mine, None, claims, plan, came_in(250)).comparison.outcomes == 0


def test_outcomes_that_stand_in_the_data_count_once(make, trainer):
    again = replace(claims, facts=list(claims.facts) * 2, charges=list(claims.charges) * 2)
    assert trainer.compare(make("mine"), (3, make("theirs")), claims, plan, again).comparison.outcomes == 0


def test_a_replay_scores_both_on_the_same_outcomes_each_once(make, trainer):
    outcomes = came_in(50)
    twice = replace(outcomes, facts=[*outcomes.facts, *outcomes.facts], charges=[*outcomes.charges, *outcomes.charges])
    replay = trainer.replay(make("mine"), (3, make("theirs")), twice)
    assert replay.challenger == replay.champion == trainer.score(make("again"), outcomes)
    assert (replay.comparison.rows, replay.comparison.rival) == (50, 3)
    assert replay.comparison.challenger_loss == pytest.approx(replay.challenger.crps)
    assert trainer.replay(make("another"), (3, make("yet_another")), came_in(1)) is None


def test_the_bias_is_told(make, trainer):
    dear = replace(claims, charges=[usd + 500 for usd in claims.charges])
    model = make()
    assert trainer.score(model, dear).expected.bias == pytest.approx(trainer.score(model, claims).expected.bias - 500)


def test_recipes_are_measured_in_order_and_a_slow_one_is_not_waited_for(kind, trainer, recipe):
    folds = []
    (alone,) = trainer.measure([recipe], claims, plan, seconds=None, on_fold=lambda _, fold: folds.append(fold))
    assert tuple(folds) == alone.evaluation.folds
    assert alone.evaluation.overall == trainer.cross_validate(recipe, claims, plan, on_fold=lambda _: None).overall
    assert alone.test == trainer.test(recipe, claims, plan)
    if kind == "sklearn":
        (left_out,) = trainer.measure([recipe], claims, plan, seconds=1e-9, on_fold=lambda *_: None)
        assert (left_out.name, "training.family_seconds" in left_out.reason) == ("linear", True)
