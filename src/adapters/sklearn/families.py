"""The table of model families: what each is made of, its settings, and how its target may be transformed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import GammaRegressor, HuberRegressor, LinearRegression, QuantileRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn.boosted import Xgboost
from adapters.sklearn.parts import interactions, main_effects
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from domain.model import HyperparameterValue, Recipe

_ALL: Final = ("none", "log", "quantile", "power")
_PLAIN: Final = ("none",)
_Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A way to estimate a cost from six numbers.

    Args:
        label: for people.
        make: gives an unfitted estimator from settings and a seed; its `fit` gives the fitted one.
        defaults: all hyperparameters with their usual values.
        transforms: of the target, those that make sense.
        most_rows: above this many rows a seeded subsample is fitted; None means never.
        positive: the loss needs costs above zero: nothing counts as one cent.
        distributed: a `Cluster` fits it on rows that no machine holds.
    """

    label: str
    make: Callable[[_Settings, int], Any]
    defaults: Mapping[str, HyperparameterValue]
    transforms: tuple[str, ...]
    most_rows: int | None = None
    positive: bool = False
    distributed: bool = False


def _boosting(loss: str) -> Callable[[_Settings, int], Any]:
    fixed: _Settings = {"loss": loss, "early_stopping": False}
    return lambda settings, seed: HistGradientBoostingRegressor(random_state=seed, **fixed, **settings)


def _interaction(regressor: Callable[[_Settings], list[Any]]) -> Callable[[_Settings, int], Any]:
    def make(settings: _Settings, _: int) -> Any:
        features = {name: settings[name] for name in _INTERACTIONS}
        rest = {name: value for name, value in settings.items() if name not in features}
        return make_pipeline(*interactions(**features), *regressor(rest))

    return make


_BOOSTING: Final = {
    "max_iter": 120,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 15,
    "l2_regularization": 0.0,
}
_XGBOOST: Final = {
    "n_estimators": 200,
    "learning_rate": 0.06,
    "max_depth": 4,
    "min_child_weight": 15.0,
    "reg_lambda": 1.0,
}
_INTERACTIONS: Final = {
    "age_squared": True,
    "smoker_bmi": True,
    "smoker_obese": True,
    "smoker_age": True,
    "children_as_categories": True,
    "sex": True,
    "region": True,
    "obesity_threshold": 30.0,
}

FAMILIES: Final[Mapping[str, Family]] = {
    "linear": Family(
        "linear regression",
        lambda settings, _: make_pipeline(*main_effects(), LinearRegression(**settings)),
        {},
        _ALL,
    ),
    "knn": Family(
        "k nearest neighbours",
        lambda settings, _: make_pipeline(StandardScaler(), KNeighborsRegressor(**settings)),
        {"n_neighbors": 12, "weights": "distance"},
        _ALL,
    ),
    "tree": Family(
        "decision tree",
        lambda settings, seed: DecisionTreeRegressor(random_state=seed, **settings),
        {"max_depth": 6, "min_samples_leaf": 12},
        _ALL,
    ),
    "forest": Family(
        "random forest",
        lambda settings, seed: RandomForestRegressor(random_state=seed, n_jobs=2, **settings),
        {"n_estimators": 80, "min_samples_leaf": 5, "max_features": 1.0},
        _ALL,
    ),
    "boosting": Family("gradient boosting, squared loss", _boosting("squared_error"), _BOOSTING, _ALL),
    "boosting_absolute": Family("gradient boosting, absolute loss", _boosting("absolute_error"), _BOOSTING, _PLAIN),
    "boosting_gamma": Family("gradient boosting, gamma loss", _boosting("gamma"), _BOOSTING, _PLAIN, positive=True),
    "boosting_xgboost": Family(
        "gradient boosting by XGBoost, squared loss", Xgboost, _XGBOOST, _PLAIN, distributed=True
    ),
    "interaction_ols": Family(
        "interactions, least squares", _interaction(lambda _: [LinearRegression()]), _INTERACTIONS, _ALL
    ),
    "interaction_huber": Family(
        "interactions, Huber's loss",
        _interaction(lambda rest: [StandardScaler(), HuberRegressor(max_iter=1000, **rest)]),
        {**_INTERACTIONS, "epsilon": 1.35, "alpha": 0.0},
        _PLAIN,
    ),
    # the usual model of health costs: their spread grows with their mean (Manning, Basu and Mullahy 2005)
    "interaction_gamma": Family(
        "interactions, gamma regression with a log link",
        _interaction(lambda rest: [StandardScaler(), GammaRegressor(solver="newton-cholesky", max_iter=1000, **rest)]),
        {**_INTERACTIONS, "alpha": 0.0001},
        _PLAIN,
        positive=True,
    ),
    "interaction_lad": Family(
        "interactions, least absolute deviation",
        _interaction(lambda rest: [QuantileRegressor(quantile=0.5, solver="highs", **rest)]),
        {**_INTERACTIONS, "alpha": 0.0},
        _PLAIN,
        most_rows=5000,
    ),
}


def family_of(recipe: Recipe) -> Family:
    """Look a recipe's family up and hold the recipe against it.

    Raises:
        ConfigurationError: for an unknown family, transform or hyperparameter, or a value of the wrong type.
    """
    family = FAMILIES.get(recipe.family)
    if family is None:
        message = f"there is no model family {recipe.family!r}; there are {', '.join(FAMILIES)}"
        raise ConfigurationError(message)
    if recipe.transform not in family.transforms:
        message = f"{recipe.family} knows no transform {recipe.transform!r}, only {', '.join(family.transforms)}"
        raise ConfigurationError(message)
    for name, value in recipe.hyperparameters.items():
        if name not in family.defaults:
            known = ", ".join(family.defaults) or "none"
            message = f"{recipe.family} has no hyperparameter {name!r}; it has {known}"
            raise ConfigurationError(message)
        if not _suits(value, family.defaults[name]):
            message = f"{recipe.family}.{name} is {value!r}, but must be like {family.defaults[name]!r}"
            raise ConfigurationError(message)
    return family


def estimator_of(recipe: Recipe, *, seed: int) -> Any:
    """Give the unfitted estimator of a recipe, all preprocessing inside.

    Its input is n x 6, `Beneficiary.as_numbers` row by row; its output USD.

    Raises:
        ConfigurationError: as `family_of`.
    """
    family = family_of(recipe)
    regressor = family.make({**family.defaults, **recipe.hyperparameters}, seed)
    if recipe.transform == "none":
        return regressor
    if recipe.transform == "log":
        return TransformedTargetRegressor(regressor, func=np.log1p, inverse_func=np.expm1)
    transformer = (
        QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=seed)
        if recipe.transform == "quantile"
        else PowerTransformer()
    )
    return TransformedTargetRegressor(regressor, transformer=transformer)


def _suits(value: HyperparameterValue, default: HyperparameterValue) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int):
        return isinstance(value, int)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
