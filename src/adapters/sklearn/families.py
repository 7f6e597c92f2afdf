"""The table of model families, with their estimators, settings and transforms of the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import (
    GammaRegressor,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    TweedieRegressor,
)
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn.boosted import Xgboost
from adapters.sklearn.family import MOST_DRAWN, TRANSFORMS, Family, Make, Settings
from adapters.sklearn.hurdle import Hurdle
from adapters.sklearn.least_absolute import LeastAbsolute
from adapters.sklearn.parts import filled, interactions, main_effects
from adapters.sklearn.plugins import installed_families
from domain.errors import ConfigurationError
from domain.models.term_settings import TermSettings

if TYPE_CHECKING:
    from domain.models.model import HyperparameterValue, Recipe
    from domain.people.schema import Schema

_PLAIN: Final = ("none",)


def _boosting(loss: str) -> Make:
    fixed: Settings = {"loss": loss, "early_stopping": False}
    return lambda settings, seed, _: HistGradientBoostingRegressor(random_state=seed, **fixed, **settings)


def _gamma_boosting(settings: Settings, seed: int, _: Schema) -> Hurdle:
    shared: Settings = {"early_stopping": False, "random_state": seed, **settings}
    # pyrefly: ignore[bad-argument-type]  # the stubs know no gamma
    return Hurdle(HistGradientBoostingClassifier(**shared), HistGradientBoostingRegressor(loss="gamma", **shared))


def _gamma_regression(terms: list[Any], settings: Settings) -> Hurdle:
    size = GammaRegressor(solver="newton-cholesky", max_iter=1000, **settings)
    chance = LogisticRegression(C=10.0, solver="newton-cholesky", max_iter=1000)
    return Hurdle(make_pipeline(*map(clone, terms), chance), make_pipeline(*terms, StandardScaler(), size))


def _log_link(regressor: Callable[..., Any], **fixed: Any) -> Callable[[list[Any], Settings], Any]:
    fixed |= {"solver": "newton-cholesky", "max_iter": 1000}
    return lambda terms, settings: make_pipeline(*terms, StandardScaler(), regressor(**fixed, **settings))


def _interaction(estimator: Callable[[list[Any], Settings], Any]) -> Make:
    def make(settings: Settings, _: int, schema: Schema) -> Any:
        features = {name: settings[name] for name in TermSettings.of(schema).defaults}
        rest = {name: value for name, value in settings.items() if name not in features}
        return estimator(interactions(schema, features), rest)

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

FAMILIES: Final[Mapping[str, Family]] = {
    "linear": Family(
        "linear regression",
        lambda settings, _, schema: make_pipeline(*main_effects(schema), LinearRegression(**settings)),
        {},
        TRANSFORMS,
    ),
    "knn": Family(
        "k nearest neighbours",
        lambda settings, _, schema: make_pipeline(*filled(schema), StandardScaler(), KNeighborsRegressor(**settings)),
        {"n_neighbors": 12, "weights": "distance"},
        TRANSFORMS,
        weighs=False,
    ),
    "tree": Family(
        "decision tree",
        lambda settings, seed, _: DecisionTreeRegressor(random_state=seed, **settings),
        {"max_depth": 6, "min_samples_leaf": 12},
        TRANSFORMS,
    ),
    "forest": Family(
        "random forest",
        lambda settings, seed, _: RandomForestRegressor(random_state=seed, **settings),
        {"n_estimators": 80, "min_samples_leaf": 5, "max_features": 1.0},
        TRANSFORMS,
        draws=True,
    ),
    "boosting": Family("gradient boosting, squared loss", _boosting("squared_error"), _BOOSTING, TRANSFORMS),
    "boosting_absolute": Family("gradient boosting, absolute loss", _boosting("absolute_error"), _BOOSTING, _PLAIN),
    "boosting_gamma": Family(
        "gradient boosting, gamma loss, zero costs behind a hurdle", _gamma_boosting, _BOOSTING, _PLAIN
    ),
    "boosting_poisson": Family("gradient boosting, Poisson loss", _boosting("poisson"), _BOOSTING, _PLAIN),
    "boosting_xgboost": Family(
        "gradient boosting by XGBoost, squared loss", Xgboost, _XGBOOST, _PLAIN, distributed=True
    ),
    "interaction_ols": Family(
        "interactions, least squares",
        _interaction(lambda terms, _: make_pipeline(*terms, LinearRegression())),
        {},
        TRANSFORMS,
        with_terms=True,
    ),
    "interaction_huber": Family(
        "interactions, Huber's loss",
        _interaction(
            lambda terms, rest: make_pipeline(*terms, StandardScaler(), HuberRegressor(max_iter=1000, **rest))
        ),
        {"epsilon": 1.35, "alpha": 0.0},
        _PLAIN,
        with_terms=True,
    ),
    # the usual model of health costs: their spread grows with their mean (Manning, Basu and Mullahy 2005)
    "interaction_gamma": Family(
        "interactions, gamma regression with a log link, zero costs behind a hurdle",
        _interaction(_gamma_regression),
        {"alpha": 0.0001},
        _PLAIN,
        with_terms=True,
    ),
    # these two take zero costs as they are (Jørgensen 1987; Santos Silva and Tenreyro 2006)
    "interaction_tweedie": Family(
        "interactions, Tweedie regression with a log link",
        _interaction(_log_link(TweedieRegressor, link="log")),
        {"power": 1.5, "alpha": 0.0001},
        _PLAIN,
        with_terms=True,
    ),
    "interaction_poisson": Family(
        "interactions, Poisson regression",
        _interaction(_log_link(PoissonRegressor)),
        {"alpha": 0.0001},
        _PLAIN,
        with_terms=True,
    ),
    "interaction_lad": Family(
        "interactions, least absolute deviation",
        _interaction(lambda terms, rest: LeastAbsolute(terms, **rest)),
        {"alpha": 0.0},
        _PLAIN,
        with_terms=True,
    ),
}


def family_named(name: str) -> Family:
    """Return a family by its name, one of ours or of an installed package.

    Raises:
        ConfigurationError: if there is none, or the package's cannot be used.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    others = installed_families(frozenset(FAMILIES))
    if name in others.usable:
        return others.usable[name]
    if name in others.faults:
        message = f"the model family {name!r} is there, but {others.faults[name]}"
        raise ConfigurationError(message)
    message = f"there is no model family {name!r}; there are {', '.join([*FAMILIES, *others.usable])}"
    raise ConfigurationError(message)


def trusted_types() -> tuple[str, ...]:
    """Return the classes of installed packages that a model folder may name, beside ours."""
    others = installed_families(frozenset(FAMILIES)).usable.values()
    return tuple(sorted({name for family in others for name in family.types}))


def family_of(recipe: Recipe, schema: Schema) -> Family:
    """Return a recipe's family, after checking the recipe against it.

    Args:
        recipe: the recipe of today, or of before terms were declared.
        schema: whose terms have settings.

    Raises:
        ConfigurationError: for an unknown family, transform or hyperparameter, or a value of the wrong type.
    """
    family = family_named(recipe.family)
    if recipe.transform not in family.transforms:
        message = f"{recipe.family} knows no transform {recipe.transform!r}, only {', '.join(family.transforms)}"
        raise ConfigurationError(message)
    defaults = family.settings(schema)
    for name, value in _given(recipe, schema).items():
        if name not in defaults:
            names = ", ".join(defaults) or "none"
            message = f"{recipe.family} has no hyperparameter {name!r}; it has {names}"
            raise ConfigurationError(message)
        if not _suits(value, defaults[name]):
            message = f"{recipe.family}.{name} is {value!r}, but must be like {defaults[name]!r}"
            raise ConfigurationError(message)
    return family


def estimator_of(recipe: Recipe, schema: Schema, *, seed: int, rows: int = 0) -> Any:
    """Return the unfitted estimator of a recipe, with all preprocessing.

    Its input is `Beneficiary.as_numbers` row by row, its output the cost in the schema's currency.

    Args:
        recipe: what is fitted. A threshold that is learned must be given, see `with_thresholds`.
        schema: the facts of the rows.
        seed: the seed of every draw.
        rows: the number of rows that it is fitted on.

    Raises:
        ConfigurationError: as `family_of`.
    """
    family = family_of(recipe, schema)
    drawn: Settings = {"max_samples": MOST_DRAWN} if family.draws and rows > MOST_DRAWN else {}
    regressor = family.make({**family.settings(schema), **_given(recipe, schema), **drawn}, seed, schema)
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


def _given(recipe: Recipe, schema: Schema) -> Mapping[str, HyperparameterValue]:
    return TermSettings.of(schema).renamed(recipe.hyperparameters)


def _suits(value: HyperparameterValue, default: HyperparameterValue) -> bool:
    if default is None:  # a threshold that is learned unless a number is given
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int):
        return isinstance(value, int)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
