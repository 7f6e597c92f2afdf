"""Explanations of many facts: estimated from a sample of orders, the same each time, and adding up."""

import time

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from adapters.sklearn.choice import fitted_distribution
from adapters.sklearn.coalitions import Coalitions
from adapters.sklearn.loader import SklearnModel
from adapters.sklearn.model import CostModel
from adapters.sklearn.orders import Orders
from adapters.sklearn.support import Support
from domain.costs.prediction import ModelReference
from domain.people.beneficiary import Beneficiary
from tests.support.other_people import wide_people, wide_schema


def bent(rows):
    return 100 * rows[:, 0] * rows[:, 1] + 50 * rows[:, 2] + 30 * np.abs(rows[:, 3] - rows[:, 4]) + rows[:, 5] ** 2


@pytest.fixture
def background():
    return np.random.default_rng(3).normal(0, 2, (100, 6))


def test_the_estimate_is_near_to_the_exact_values_by_its_own_standard_errors(background):
    row = np.array([2.0, -1.0, 3.0, 4.0, -2.0, 1.0])
    base, exact, none = Coalitions.of(background).contributions(row, bent)
    near, values, errors = Orders.of(background).contributions(row, bent)
    assert none == ()
    assert near == pytest.approx(base)
    off = np.abs(np.subtract(values, exact))
    assert (off <= 4 * np.array(errors) + 1e-9).all()
    assert errors[2] > 0  # it differs between background rows
    assert sum(values) == pytest.approx(bent(row[None])[0] - base)


def test_the_estimate_is_the_same_each_time(background):
    row = background[0] + 1
    assert Orders.of(background).contributions(row, bent) == Orders.of(background).contributions(row, bent)


@pytest.fixture(scope="module")
def wide():
    schema = wide_schema()
    rows, paid = wide_people(schema, 1000, seed=4)
    estimator = HistGradientBoostingRegressor(max_iter=60, random_state=0).fit(rows, paid)
    points = estimator.predict(rows)
    distribution = fitted_distribution(rows, points, paid, repeats=1, seed=0, schema=schema)
    support = Support.of(rows, paid, seed=0, schema=schema)
    return SklearnModel(ModelReference(1, "d" * 64), CostModel(estimator, distribution, support, rows[:100]))


async def test_forty_facts_are_explained_to_the_cent_with_standard_errors(wide):
    rows, _ = wide_people(wide.schema, 5, seed=8)
    for row in rows.tolist():
        explanation = await wide.explain(Beneficiary.of_numbers(wide.schema, row))
        cents = [
            round(usd * 100)
            for usd in (explanation.baseline, *(contribution.usd for contribution in explanation.contributions))
        ]
        assert sum(cents) == round(explanation.expected * 100)
        assert tuple(contribution.fact for contribution in explanation.contributions) == wide.schema.names
        assert 0 < explanation.standard_error < explanation.expected


@pytest.mark.parametrize("attempts", [5])
def test_forty_facts_are_explained_in_time(wide, attempts):
    row = wide_people(wide.schema, 1, seed=8)[0][0]
    took = []
    for _ in range(attempts):
        begin = time.process_time()
        wide.inner.contributions(row)
        took.append(time.process_time() - begin)
    assert min(took) < 0.3  # 150 ms on a quiet machine
