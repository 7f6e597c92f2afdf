"""Overrides are composed by Hydra and decoded strictly."""

import pytest

from domain.errors import ConfigurationError
from domain.evaluation import Metric
from domain.model import Choice, FloatRange, IntRange
from domain.promotion import Candidacy, PairedComparison
from entrypoints.wiring.overrides import compose_training
from entrypoints.wiring.settings import TREE
from entrypoints.wiring.train_config import File


def test_without_overrides_eleven_families_are_compared_on_a_synthetic_sample():
    config = compose_training([])
    assert len(config.model) == 11
    assert config.source.kind == "synthetic"
    assert config.selection.metric is Metric.CRPS


def test_a_list_of_families_is_chosen_and_the_rest_overridden():
    config = compose_training(["model=[linear,forest]", "seed=7", "cv.n_splits=10", "transform=none"])
    assert [recipe.name for recipe in config.recipes] == ["linear", "forest"]
    assert (config.plan.n_splits, config.plan.seed, config.sampler.seed) == (10, 7, 7)


def test_transforms_are_tried_only_where_they_suit_a_family():
    config = compose_training(["model=[linear,interaction_lad]", "transform=all"])
    assert [recipe.transform for recipe in config.recipes] == ["none", "log", "quantile", "power", "none"]


def test_a_path_may_hold_any_sign():
    config = compose_training(["dataset=csv", "dataset.path=/a b/x,=y'[1].csv"])
    assert config.source == File(kind="csv", path="/a b/x,=y'[1].csv", year=None)


def test_settings_name_the_data_unless_an_override_does():
    assert compose_training([], data="/d/claims.parquet").source == File(
        kind="parquet", path="/d/claims.parquet", year=None
    )
    assert compose_training(["dataset=synthetic"], data="/d/claims.parquet").source.kind == "synthetic"


def test_search_spaces_keep_their_kinds():
    spaces = compose_training([]).spaces
    assert isinstance(spaces["knn"]["n_neighbors"], IntRange)
    assert isinstance(spaces["forest"]["max_features"], FloatRange)
    assert spaces["knn"]["weights"] == Choice(("uniform", "distance"))
    assert spaces["linear"] == {}


def test_whichever_families_are_chosen_their_search_spaces_are_there():
    families = {file.stem for file in (TREE / "config" / "model").iterdir()}
    config = compose_training([f"model=[{','.join(families)}]"])
    assert {recipe.family for recipe in config.recipes} == families == config.spaces.keys()


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_every_sampler_composes(name):
    assert compose_training([f"sampler={name}"]).sampler.kind == name


@pytest.mark.parametrize("name", ["median", "hyperband", "successive_halving", "patient", "none"])
def test_every_pruner_composes(name):
    assert compose_training([f"pruner={name}"]).pruner.kind == name


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["cv.n_split=3"], "did you mean 'cv.n_splits'"),
        (["n_splits=3"], "did you mean 'cv.n_splits'"),
        (["modl=linear"], "did you mean 'model'"),
        (["model=[linaer]"], "no model 'linaer': did you mean 'linear'"),
        (["model=[]"], "model must name at least one"),
        (["sampler=cma"], "choose from random, tpe"),
        (["cv.n_splits=1"], "cv.n_splits: Expected `int` >= 2"),
        (["cv.n_splits=abc"], "cv.n_splits: Expected `int`, got `str`"),
        (["cv.n_splits=5.5"], "cv.n_splits: Expected `int`, got `float`"),
        (["selection.metric=mape"], "selection.metric"),
        (["stage=deploy"], "stage: Invalid enum value 'deploy'"),
        (["dataset=csv"], "dataset.path must be said"),
        (["dataset.path=x.csv"], "dataset.path does not belong to the options chosen"),
        (["+cv.extra=1"], "is no override"),
        (["seed"], "is no override"),
    ],
)
def test_what_is_wrong_is_named(overrides, said):
    with pytest.raises(ConfigurationError) as refused:
        compose_training(overrides)
    assert said in str(refused.value)


@pytest.mark.parametrize(("gate", "passes"), [("default", True), ("strict", False)])
def test_the_strict_gate_refuses_a_challenger_that_is_just_as_good(gate, passes):
    comparison = PairedComparison(
        method="identical_folds", rival=1, rows=1000, challenger_loss=1400, rival_loss=1400, difference=0,
        standard_error=0, degrees_of_freedom=9, upper_bound=0,
    )  # fmt: skip
    equal = Candidacy(comparison=comparison, coverage=0.9, group_coverage={}, milliseconds=1, megabytes=1)
    assert compose_training([f"gate={gate}"]).policy.judge(equal).passed == passes
