"""Trees grown by XGBoost, kept as scikit-learn's: what is stored and served needs no XGBoost.

Of a booster only its JSON document is read (xgboost.readthedocs.io/en/stable/tutorials/saving_model.html). Its arrays
become the trees of a `GradientBoostingRegressor`: the folder and its allow-list are those of every other family.
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from domain.people.schema import Schema

    Floats = NDArray[np.float64]

_LEAF: Final = -1


@dataclass(frozen=True, slots=True)
class Xgboost:
    """An unfitted booster.

    Args:
        settings: hyperparameters, by XGBoost's names; ``n_estimators`` is the number of rounds.
        seed: the seed of every draw.
        schema: which facts the rows hold.
    """

    settings: Mapping[str, Any]
    seed: int
    schema: Schema

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of XGBoost, except the number of rounds."""
        rest = {name: value for name, value in self.settings.items() if name != "n_estimators"}
        return {"objective": "reg:squarederror", "tree_method": "hist", "seed": self.seed, **rest}

    @property
    def rounds(self) -> int:
        """Return the number of trees."""
        return self.settings["n_estimators"]

    def fit(
        self, rows: Floats, charges: Floats, sample_weight: Floats | None = None
    ) -> GradientBoostingRegressor | RandomForestRegressor:
        """Grow the trees on rows, their charges and their weights."""
        xgboost = imported()
        # on busy cores several threads wait for each other ten times longer than they work
        matrix = xgboost.QuantileDMatrix(rows, charges, weight=sample_weight, nthread=1)
        return as_sklearn(xgboost.train({**self.parameters, "nthread": 1}, matrix, self.rounds), self.schema)


def imported() -> Any:
    """Return the library.

    Raises:
        ConfigurationError: if the extra is not installed.
    """
    try:
        return import_module("xgboost")
    except ImportError as error:
        message = "boosting_xgboost needs the extra `cluster`: pip install xgboost-cpu"
        raise ConfigurationError(message) from error


def as_sklearn(booster: Any, schema: Schema) -> GradientBoostingRegressor | RandomForestRegressor:
    """Convert a booster to public parts of scikit-learn with the same answers.

    XGBoost adds leaves up in 32 bits, scikit-learn in 64: answers differ by some millionths. Where facts may be missing
    the trees become a forest, which handles missing values; a forest averages, so its leaves are multiplied by the
    number of trees.
    """
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    (base,) = json.loads(learner["learner_model_param"]["base_score"])
    trees = learner["gradient_booster"]["model"]["trees"]
    # scikit-learn fits one stump, which says what its estimators look like inside; the trees are then put in its place
    nothing = np.zeros((2, schema.width))
    if any(fact.may_be_missing for fact in schema.facts):
        forest = RandomForestRegressor(1, bootstrap=False).fit(nothing, nothing[:, 0])
        (stump,) = forest.estimators_
        forest.set_params(n_estimators=len(trees))
        forest.estimators_ = [copy(stump) for _ in trees]
        for number, tree in enumerate(trees):
            forest.estimators_[number].tree_ = _tree(stump.tree_, tree, base if number == 0 else 0.0, times=len(trees))
        return forest
    regressor = GradientBoostingRegressor(init="zero", learning_rate=1.0, n_estimators=1).fit(nothing, nothing[:, 0])
    (stump,) = regressor.estimators_[0]
    estimators = np.empty((len(trees), 1), dtype=object)
    for number, tree in enumerate(trees):
        estimators[number, 0] = copy(stump)
        estimators[number, 0].tree_ = _tree(stump.tree_, tree, base if number == 0 else 0.0)
    regressor.set_params(n_estimators=len(trees))
    regressor.n_estimators_, regressor.estimators_ = len(trees), estimators
    return regressor


def _tree(stump: Any, document: Mapping[str, Any], base: float, *, times: int = 1) -> Any:
    """Make a tree of the stump's kind out of one of the document's: ``base`` is added to each leaf, then multiplied."""
    left, right = np.array(document["left_children"]), np.array(document["right_children"])
    leaf = left == _LEAF
    # where a node splits; of a leaf its value
    conditions = np.array(document["split_conditions"], dtype=np.float32)
    make, arguments, state = stump.__reduce__()
    nodes: Any = np.zeros(len(left), dtype=state["nodes"].dtype)
    nodes["left_child"], nodes["right_child"] = left, right
    nodes["feature"] = np.where(leaf, 0, document["split_indices"])
    # left is x < condition there and x <= threshold here, and in both x has 32 bits
    nodes["threshold"] = np.nextafter(conditions, np.float32(-np.inf))
    nodes["missing_go_to_left"] = document["default_left"]
    depths = np.zeros(len(left), dtype=int)
    for node in np.flatnonzero(~leaf):  # children stand behind their parents
        depths[[left[node], right[node]]] = depths[node] + 1
    values = np.where(leaf, (conditions.astype(np.float64) + base) * times, 0.0)[:, None, None]
    tree = make(*arguments)
    tree.__setstate__({"max_depth": int(depths.max()), "node_count": len(nodes), "nodes": nodes, "values": values})
    return tree
