"""Overrides are composed by Hydra and decoded strictly."""

from dataclasses import replace

import pytest
import yaml

from adapters.arrow.claims_file import ClaimsFile
from adapters.common.executor import LocalExecutor
from domain.errors import ConfigurationError
from domain.models.evaluation import Metric
from domain.models.model import Choice, FloatRange, IntRange
from domain.models.promotion import Candidacy, PairedComparison
from entrypoints.composition.datasets import dataset_of
from entrypoints.composition.family_files import check_package, check_search_spaces
from entrypoints.composition.overrides import compose_training, with_schema
from entrypoints.composition.settings import TREE, Settings
from entrypoints.composition.train_sources import File, Synthetic
from tests.support.default_schema import DEFAULT

ONE_FAMILY = ("model=[linear]", "search_space=[linear]")
"""Overrides that choose one family: less is composed where families are not the point."""

FAMILIES = {file.stem for file in (TREE / "config" / "model").iterdir()}
ONLY_WHEN_NAMED = {"boosting_xgboost"}
"""Families that no comparison tries unless `model=` names them."""


def test_all_families_but_xgboost_are_compared_three_of_them_where_costs_are_zero():
    config = compose_training([])
    assert config.model.keys() == FAMILIES - ONLY_WHEN_NAMED, "name a new family in config/train.yaml, or here"
    assert config.least_zeros == dict.fromkeys(("boosting_poisson", "interaction_tweedie", "interaction_poisson"), 0.01)
    assert config.training.family_seconds == 600
    assert isinstance(config.source, Synthetic)
    assert config.selection.metric is Metric.CRPS


def test_a_list_of_families_is_chosen_and_the_rest_overridden():
    config = compose_training(["model=[linear,forest]", "seed=7", "cv.n_splits=10", "transform=none"])
    assert [recipe.name for recipe in config.recipes(DEFAULT)] == ["linear", "forest"]
    assert (config.plan.n_splits, config.plan.seed, config.sampler.seed) == (10, 7, 7)


def test_folds_are_shared_by_a_process_for_each_core_unless_a_number_is_given():
    assert compose_training(ONE_FAMILY).executor.processes is None
    assert compose_training([*ONE_FAMILY, "executor.processes=1"]).executor.processes == 1
    with pytest.raises(ConfigurationError, match="executor"):
        compose_training([*ONE_FAMILY, "executor.processes=0"])


def test_folds_of_all_families_or_of_one_trial_are_known_beforehand():
    assert compose_training([*ONE_FAMILY, "cv.n_splits=3", "cv.n_repeats=2"]).fits == 6
    assert compose_training(["model=[linear,tree]", "cv.n_splits=3", "cv.n_repeats=2"]).fits == 12
    assert compose_training(["model=[linear,tree]", "stage=optuna", "cv.n_splits=3", "cv.n_repeats=2"]).fits == 6


def test_transforms_are_tried_only_where_they_suit_a_family():
    config = compose_training(["model=[linear,interaction_lad]", "transform=all"])
    assert [recipe.transform for recipe in config.recipes(DEFAULT)] == ["none", "log", "quantile", "power", "none"]


def test_a_path_may_hold_any_sign():
    config = compose_training([*ONE_FAMILY, "dataset=csv", "dataset.path=/a b/x,=y'[1].csv"])
    assert config.source == File(kind="csv", path="/a b/x,=y'[1].csv", year=None)


def test_settings_name_the_data_unless_an_override_does():
    assert compose_training(ONE_FAMILY, data="/d/claims.parquet").source == File(
        kind="parquet", path="/d/claims.parquet", year=None
    )
    assert isinstance(compose_training([*ONE_FAMILY, "dataset=synthetic"], data="/d/claims.parquet").source, Synthetic)


@pytest.mark.parametrize(("override", "year"), [("dataset.year=null", "2019"), ("dataset.year=2021", "2021")])
def test_the_schema_names_the_year_of_prices_that_the_configuration_leaves_open(override: str, year: str):
    schema = replace(DEFAULT, cost=replace(DEFAULT.cost, year=2019))
    config = compose_training([*ONE_FAMILY, "dataset=csv", "dataset.path=claims.csv", override])
    claims = dataset_of(config.source, schema, LocalExecutor())
    assert isinstance(claims, ClaimsFile)
    assert claims.year == year


def test_search_spaces_keep_their_kinds():
    spaces = compose_training([]).spaces(DEFAULT)
    assert isinstance(spaces["knn"]["n_neighbors"], IntRange)
    assert isinstance(spaces["forest"]["max_features"], FloatRange)
    assert spaces["knn"]["weights"] == Choice(("uniform", "distance"))
    assert spaces["linear"] == {}


def test_interactions_are_configured_by_the_terms_of_the_schema():
    config = compose_training(["model=[interaction_lad]"])
    (recipe,) = config.recipes(DEFAULT)
    assert dict(recipe.hyperparameters) == {
        "age_squared": True, "smoker_bmi": True, "smoker_obese": True, "smoker_age": True,
        "children_as_categories": True, "sex": True, "region": True, "obese_threshold": None, "alpha": 0.0,
    }  # fmt: skip
    space = config.spaces(DEFAULT)["interaction_lad"]
    assert list(space) == [name for name in recipe.hyperparameters if name != "obese_threshold"]  # which is learned
    assert space["smoker_obese"] == Choice((True, False))


def test_a_setting_of_a_term_is_overridden_by_its_name():
    hyperparameters = "model.interaction_lad.hyperparameters"
    searched = "search_space.interaction_lad.smoker_bmi={kind: choice, values: [true]}"
    config = compose_training(
        ["model=[interaction_lad]", f"{hyperparameters}.smoker_bmi=false", f"{hyperparameters}.sex=false", searched]
    )
    (recipe,) = config.recipes(DEFAULT)
    off = [name for name, value in recipe.hyperparameters.items() if value is False]
    assert off == ["smoker_bmi", "sex"]
    assert config.spaces(DEFAULT)["interaction_lad"]["smoker_bmi"] == Choice((True,))


def test_the_schema_is_one_of_the_settings():
    overrides, settings = with_schema(["cv.n_splits=3", "schema=./my.yaml"], Settings())
    assert (overrides, settings.schema) == (["cv.n_splits=3"], "./my.yaml")
    assert with_schema([], Settings(schema="insurance"))[1].schema == "insurance"
    with pytest.raises(ConfigurationError, match="names no schema"):
        with_schema(["schema="], Settings())


def test_whichever_families_are_chosen_their_search_spaces_are_there():
    config = compose_training([f"model=[{','.join(FAMILIES)}]"])
    assert {recipe.family for recipe in config.recipes(DEFAULT)} == FAMILIES == config.spaces(DEFAULT).keys()


def test_the_pipeline_of_dvc_compares_the_families_that_train_does():
    pipeline = yaml.safe_load((TREE / "config" / "pipeline.yaml").read_text(encoding="utf-8"))
    assert pipeline["model"].split(",") == list(compose_training([]).model), "name them in config/pipeline.yaml, too"


def test_a_file_of_a_family_begins_with_the_place_of_its_content(tmp_path):
    file = tmp_path / "model" / "ridge.yaml"
    file.parent.mkdir()
    for first in ("transforms: [none]", "# @package model.lasso"):
        file.write_text(f"{first}\nhyperparameters: {{}}\n", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"model/ridge\.yaml must begin with .*'# @package model.ridge'"):
            check_package(file, "model.ridge")
    file.write_text("# @package model.ridge\nhyperparameters: {}\n", encoding="utf-8")
    check_package(file, "model.ridge")


def test_a_family_without_a_search_space_is_refused_with_the_file_to_write():
    check_search_spaces(["ridge"], ["lasso", "ridge"])
    with pytest.raises(ConfigurationError, match=r"config/search_space/ridge\.yaml"):
        check_search_spaces(["lasso", "ridge"], ["lasso"])


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_every_sampler_composes(name):
    assert compose_training([*ONE_FAMILY, f"sampler={name}"]).sampler.kind == name


@pytest.mark.parametrize("name", ["median", "hyperband", "successive_halving", "patient", "none"])
def test_every_pruner_composes(name):
    assert compose_training([*ONE_FAMILY, f"pruner={name}"]).pruner.kind == name


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["cv.n_split=3"], "did you mean 'cv.n_splits'"),
        (["n_splits=3"], "did you mean 'cv.n_splits'"),
        (["modl=linear"], "did you mean 'model'"),
        (["model=[linaer]"], "no model 'linaer': did you mean 'linear'"),
        (["model=[]"], "model must name at least one"),
        (["sampler=cma"], "choose from random, tpe"),
        ([*ONE_FAMILY, "cv.n_splits=1"], "cv.n_splits is 1: give a whole number of at least 2"),
        ([*ONE_FAMILY, "cv.n_splits=abc"], "cv.n_splits is 'abc': give a whole number of at least 2"),
        ([*ONE_FAMILY, "cv.n_splits=5.5"], "cv.n_splits is 5.5: give a whole number"),
        ([*ONE_FAMILY, "selection.metric=mape"], "selection.metric is 'mape': choose one of crps, interval_score, mae"),
        ([*ONE_FAMILY, "stage=deploy"], "stage is 'deploy': choose one of all, optuna, training"),
        ([*ONE_FAMILY, "transform.tried=[cubic]"], "transform.tried.1 is 'cubic': choose one of log, none, power"),
        (["model.forest.transforms=[cubic]"], "model.forest.transforms.1 is 'cubic': choose one of log, none, power"),
        ([*ONE_FAMILY, "executor.kind=foo"], "executor.kind is 'foo': choose one of dask, local"),
        ([*ONE_FAMILY, "executor.processes=a"], "executor.processes is 'a': give a whole number of at least 1 or null"),
        ([*ONE_FAMILY, "gate.outcomes=maybe"], "gate.outcomes is 'maybe': give true or false"),
        ([*ONE_FAMILY, "gate.coverage=[1]"], "gate.coverage is [1]: give a list of 2 in brackets, each a number"),
        ([*ONE_FAMILY, "cv.seed=null"], "cv.seed is null: give a whole number"),
        ([*ONE_FAMILY, "cv.test_size=2"], "cv.test_size is 2: give a number of at least 0 and below 1"),
        ([*ONE_FAMILY, "dataset=csv", "dataset.path=x", "dataset.decimal=x"], "is 'x': choose one of ',', '.' or null"),
        (
            ["model=[interaction_lad]", "search_space.interaction_lad.smoker_bmi={kind: foo}"],
            "search_space.interaction_lad.smoker_bmi.kind is 'foo': choose one of choice, float, int, terms",
        ),
        (["model.forest.hyperparameters.trees=3"], "there is no key"),
        (
            ["model=[linear]", "model.interaction_lad.hyperparameters.smoker_bmi=false"],
            "does not belong to the options",
        ),
        (["schema.name=x"], "there is no key"),
        ([*ONE_FAMILY, "dataset=csv"], "dataset.path is missing"),
        ([*ONE_FAMILY, "dataset.path=x.csv"], "dataset.path does not belong to the options chosen"),
        (["+cv.extra=1"], "is no override"),
        (["seed"], "is no override"),
    ],
)
def test_what_is_wrong_is_named(overrides, message):
    with pytest.raises(ConfigurationError) as refused:
        compose_training(overrides)
    assert message in str(refused.value)


@pytest.mark.parametrize(("gate", "passes"), [("default", True), ("strict", False)])
def test_the_strict_gate_refuses_a_challenger_that_is_just_as_good(gate, passes):
    comparison = PairedComparison(
        method="identical_folds", rival=1, rows=1000, challenger_loss=1400, rival_loss=1400, difference=0,
        standard_error=0, degrees_of_freedom=9, upper_bound=0,
    )  # fmt: skip
    equal = Candidacy(comparison=comparison, coverage=0.9, group_coverage={}, milliseconds=1, megabytes=1)
    assert compose_training([*ONE_FAMILY, f"gate={gate}"]).policy.judge(equal).passed == passes
