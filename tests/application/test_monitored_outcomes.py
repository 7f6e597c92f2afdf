"""Which outcomes monitoring looks at, over a model that expects the same of everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader
from adapters.memory.monitoring import MemoryReports
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from adapters.scipy.drift import ScipyDriftMeter
from application.costs.predict_costs import PredictCosts
from application.monitoring.monitor_champion import MonitorChampion, pits
from domain.costs.prediction import Outcome, Prediction
from domain.models.ledger import Change, NewEntry
from domain.models.model import FoldPlan, ModelVersion, Provenance, Recipe, TrainedModel
from domain.ports.loader import LoadedModel
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def made(tmp_path: Path) -> TrainedModel:
    claims, trainer = small_sample(DEFAULT), MemoryTrainer(FixedClock(NOW))
    recipe, plan = Recipe(family="unconditional"), FoldPlan(n_splits=3, n_repeats=1)
    test = trainer.test(recipe, claims, plan)
    return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=tmp_path / "made")


@pytest.fixture
async def monitor(made: TrainedModel, tmp_path: Path) -> MonitorChampion:
    """The monitor of a home whose champion was promoted."""
    version = ModelVersion(1, made.digest, NOW, made.card)
    monitor = MonitorChampion(
        schema=DEFAULT,
        ledger=MemoryLedger(),
        publisher=MemoryPublisher(workspace=tmp_path / "shelf"),
        loader=MemoryLoader(DEFAULT),
        predictions=MemoryPredictions(),
        meter=ScipyDriftMeter(),
        reports=MemoryReports(),
        clock=FixedClock(NOW),
    )
    await monitor.publisher.publish(version.reference, made.folder)
    await monitor.ledger.admit(version)
    await monitor.ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=made.digest, replaces=None, at=NOW, by="ann",
            reason="passed the gate",
        )
    )  # fmt: skip
    return monitor


def loaded(made: TrainedModel) -> LoadedModel:
    return MemoryLoader(DEFAULT).load(ModelVersion(1, made.digest, NOW, made.card).reference, made.folder)


async def predicted(monitor: MonitorChampion, made: TrainedModel, rows: int) -> list[Prediction]:
    ask = PredictCosts(predictor=loaded(made), predictions=monitor.predictions, clock=FixedClock(NOW - DAY))
    return list(await ask([ANN] * rows))


async def test_predictions_with_outcomes_are_held_against_them(monitor: MonitorChampion, made: TrainedModel):
    for prediction in (await predicted(monitor, made, 5))[:3]:
        await monitor.predictions.record_outcome(prediction.id, Outcome(prediction.typical, NOW - DAY))
    report = await monitor(30 * DAY)
    assert (report.predictions, report.outcomes) == (5, 3)
    assert (report.groups[0].outcomes, report.groups[0].inside) == (3, 3)


async def test_an_outcome_that_is_no_cost_is_left_out(monitor: MonitorChampion, made: TrainedModel):
    predictions = await predicted(monitor, made, 3)
    for prediction, cost in zip(
        predictions, (1e308, predictions[1].typical, predictions[2].interval.high + 5), strict=True
    ):
        await monitor.predictions.record_outcome(prediction.id, Outcome(cost, NOW - DAY))
    report = await monitor(30 * DAY)
    assert (report.groups[0].outcomes, report.groups[0].inside) == (2, 1)


async def test_the_bits_of_an_identifier_draw_from_the_whole_of_a_step(monitor: MonitorChampion, made: TrainedModel):
    (prediction,) = await predicted(monitor, made, 1)
    cost = Outcome(0.0, NOW)  # below every quantile, so within the first of a hundred steps
    bits = (0, 2**31, 2**32 - 1)
    with_outcomes = [replace(prediction, id=UUID(int=number), outcome=cost) for number in bits]
    assert await pits(loaded(made), with_outcomes) == pytest.approx([0, 0.005, 0.01])
