"""Samples and models that the tests of the learning parts share; all of them invented."""

import numpy as np
import pytest

from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.clock import FixedClock
from adapters.memory.sample import small_sample
from adapters.sklearn.table import Table
from adapters.sklearn.trainer import SklearnTrainer
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.people.claims import Claims
from domain.people.origin import DataOrigin
from tests.support.default_schema import DEFAULT
from tests.support.schemas import CLINIC


@pytest.fixture(scope="session")
def claims():
    return SyntheticClaims(DEFAULT, rows=600, seed=2).read()


@pytest.fixture(scope="session")
def table(claims):
    return Table.of(claims)


@pytest.fixture(scope="session")
def clinic():
    """People with facts of each kind, some of them missing."""
    return Table.of(small_sample(CLINIC, 400, 3))


@pytest.fixture(scope="session")
def plan():
    return FoldPlan(n_splits=3, n_repeats=1)


@pytest.fixture(scope="session")
def trainer():
    return SklearnTrainer(FixedClock())


@pytest.fixture(scope="session")
def cook(trainer, plan, tmp_path_factory):
    """Fit a recipe on claims into a folder, which later calls with the same claims share and nobody changes."""
    made = {}

    def fit(claims, family="interaction_lad", plan=plan):
        key = id(claims), family, plan
        if key not in made:
            made[key] = claims, fitted(claims, family, plan)  # with the claims: no others get their id
        return made[key][1]

    def fitted(claims, family, plan):
        recipe = Recipe(family=family)
        test = trainer.test(recipe, claims, plan)
        into = tmp_path_factory.mktemp("cooked")
        return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)

    return fit


@pytest.fixture(scope="session")
def claims_of():
    """Turn arrays into claims."""

    def make(rows, charges):
        digest = f"{abs(hash((rows.tobytes(), charges.tobytes()))):064x}"
        return Claims(DEFAULT, DataOrigin("invented", "for a test", synthetic=True), digest, rows, charges)

    return make


@pytest.fixture(scope="session")
def people():
    """Draw n people as arrays carry them."""

    def draw(count, seed):
        random = np.random.default_rng(seed)
        return np.column_stack(
            [
                random.integers(18, 65, count),
                random.integers(0, 2, count),
                np.clip(random.normal(30, 6, count), 15, 55),
                random.integers(0, 5, count),
                random.random(count) < 0.3,
                random.integers(0, 4, count),
            ]
        ).astype(float)

    return draw
