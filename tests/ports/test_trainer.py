"""The port `trainer`: one suite over every adapter."""

from dataclasses import replace

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.loader import MemoryLoader
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.trainer import SklearnTrainer
from domain.claims import Claims, DataOrigin
from domain.cost import CALIBRATION_LEVELS, INTERVAL_LEVEL
from domain.errors import ConfigurationError, ModelRefused
from domain.evaluation import Metric
from domain.manifest import MANIFEST
from domain.model import FoldPlan, Provenance, Recipe
from domain.prediction import ModelReference

plan = FoldPlan(n_splits=4, n_repeats=1)
claims = small_sample(rows=300)


class Stop(Exception):
    """Raised to end an evaluation."""


@pytest.fixture(params=["memory", "sklearn"])
def kind(request):
    return request.param


@pytest.fixture
def trainer(kind):
    return {"memory": MemoryTrainer, "sklearn": SklearnTrainer}[kind](clock=FixedClock())


@pytest.fixture
def recipe(kind):
    return Recipe(family={"memory": "unconditional", "sklearn": "linear"}[kind])


@pytest.fixture
def make(trainer, recipe, tmp_path):
    def fit(name="model"):
        (tmp_path / name).mkdir()
        test = trainer.test(recipe, claims, plan)
        return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=tmp_path / name)

    return fit


def test_each_fold_is_told_in_order_and_averaged(trainer, recipe):
    told = []
    evaluation = trainer.cross_validate(recipe, claims, plan, on_fold=told.append)
    assert tuple(told) == evaluation.folds
    assert [fold.fold for fold in told] == [0, 1, 2, 3]
    assert evaluation.mean(Metric.CRPS) == pytest.approx(sum(fold.crps for fold in told) / 4)


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
    assert tuple(one.level for one in measured.calibration) == CALIBRATION_LEVELS
    held = [one.coverage for one in measured.calibration]
    assert held == sorted(held)  # a wider range holds whom the narrower one holds
    assert dict(zip(CALIBRATION_LEVELS, held, strict=True))[INTERVAL_LEVEL] == measured.interval.coverage


async def test_the_folder_loads(make, kind):
    model = make()
    loader = {"memory": MemoryLoader, "sklearn": SklearnLoader}[kind]()
    loaded = loader.load(ModelReference(1, model.digest), model.folder)
    assert (await loaded.model()).digest == model.digest


def test_a_fitted_model_is_scored_as_it_is(make, trainer):
    scores = trainer.score(make(), claims)
    assert scores.rows == 300
    assert 0.8 <= scores.interval.coverage <= 1
    assert scores.crps > 0


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
    drawn = small_sample(rows=rows, seed=seed)
    return Claims(DataOrigin("outcomes", "", synthetic=True), "", list(drawn.facts), list(drawn.charges))


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
    known = came_in(50)
    twice = replace(known, facts=[*known.facts, *known.facts], charges=[*known.charges, *known.charges])
    replay = trainer.replay(make("mine"), (3, make("theirs")), twice)
    assert replay.challenger == replay.champion == trainer.score(make("again"), known)
    assert (replay.comparison.rows, replay.comparison.rival) == (50, 3)
    assert replay.comparison.challenger_loss == pytest.approx(replay.challenger.crps)
    assert trainer.replay(make("another"), (3, make("yet_another")), came_in(1)) is None


def test_the_bias_is_told(make, trainer):
    dear = replace(claims, charges=[usd + 500 for usd in claims.charges])
    model = make()
    assert trainer.score(model, dear).expected.bias == pytest.approx(trainer.score(model, claims).expected.bias - 500)
