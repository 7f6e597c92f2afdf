"""Batches: columns that are read as the objects for which they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from domain.costs.batches import NewBatch, PredictionBatch, PublishedBatch
from domain.costs.distribution import CostDistribution
from domain.costs.prediction import Caution, Estimate, ModelReference, NewPrediction, Prediction, Published
from domain.people.beneficiary import Beneficiary
from domain.people.people import People
from tests.support.default_schema import DEFAULT

MODEL = ModelReference(1, "a" * 64)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def estimates() -> list[Estimate]:
    several = ((), (Caution("age_beyond_data", "age", "text"),), (), (Caution("few_alike", "", "a"),) * 2, ())
    return [
        Estimate(CostDistribution(k + 10.005, tuple(k * 0.111 + level for level in range(99))), cautions, MODEL)
        for k, cautions in enumerate(several, start=1)
    ]


def published() -> list[Published]:
    return [Published.of(estimate) for estimate in estimates()]


def test_published_figures_are_the_same_as_columns():
    batch = PublishedBatch.of(published())
    assert list(batch) == published()
    assert PublishedBatch.of(batch) is batch


def test_columns_are_rounded_as_each_estimate_is():
    costs = [estimate.cost for estimate in estimates()]
    columns = (
        [cost.mean for cost in costs],
        *([cost.quantile(level) for cost in costs] for level in (0.05, 0.5, 0.95)),
        [cost.zero for cost in costs],
    )
    cautions = {row: estimate.cautions for row, estimate in enumerate(estimates()) if estimate.cautions}
    assert list(PublishedBatch.rounded(MODEL, columns, cautions)) == published()


def test_parts_keep_the_cautions_of_their_rows():
    batch = PublishedBatch.of(published())
    assert list(batch[1:4]) == published()[1:4]
    assert list(batch[::-1]) == published()[::-1]
    assert PublishedBatch.joined([batch[:2], published()[2:3], batch[3:]]) == batch


def test_predictions_of_a_batch_are_those_of_their_rows():
    values = [(40 + row, "female", 27.5, 1, False, "northeast") for row in range(5)]
    ids = [UUID(int=row) for row in range(5)]
    new = NewBatch(NOON, People(DEFAULT, values), PublishedBatch.of(published()), "key:1")
    made = PredictionBatch(new, ids)
    expected = [
        NewPrediction.of(Beneficiary(DEFAULT, facts), figures, at=NOON, owner="key:1")
        for facts, figures in zip(values, published(), strict=True)
    ]
    assert list(new) == expected
    assert list(made) == [
        Prediction.recorded(new_prediction, id) for new_prediction, id in zip(expected, ids, strict=True)
    ]
    assert (len(new), made[-1].id, list(made[1:3])) == (5, ids[-1], list(made)[1:3])
