from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from dishka import AsyncContainer
from nicegui import Client
from nicegui.testing.user import User
from nicegui.testing.user_simulation import user_simulation

from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from domain.claims import DataOrigin
from domain.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from domain.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.words.speech import Words
from entrypoints.wiring.settings import load
from entrypoints.wiring.web import web_container


@dataclass
class Parts:
    """The memory adapters behind the page: they keep what they are given and fail on request."""

    container: AsyncContainer
    model: NeighbourPredictor
    predictions: MemoryPredictions
    ledger: MemoryLedger


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    container = web_container(load({"profile": "memory"}, environment={}))
    model = await container.get(LoadedModel)
    predictions = await container.get(PredictionRepository)
    ledger = await container.get(ModelLedger)
    assert isinstance(model, NeighbourPredictor)
    assert isinstance(predictions, MemoryPredictions)
    assert isinstance(ledger, MemoryLedger)
    yield Parts(container, model, predictions, ledger)
    await container.close()


@pytest.fixture
async def user(parts: Parts) -> AsyncIterator[User]:
    """A person at the page, without a browser."""
    async with user_simulation() as someone:
        register_pages(parts.container, DashboardOptions())
        yield someone
        # when it ends, the simulation unloads the module of each page it knows: it must not unload ours
        Client.page_routes.clear()


@pytest.fixture
def words() -> Words:
    return Words("en")


@pytest.fixture
def version() -> Callable[..., ModelVersion]:
    """`version(3, synthetic=True)` makes a registered version."""

    def make(number: int = 1, *, synthetic: bool = False) -> ModelVersion:
        scores = Scores(
            rows=1000,
            expected=ExpectedScores(r2=0.85, rmse=4900.0, mae=2500.0),
            typical=TypicalScores(mae=1523.0, median_ae=12.0, within_100=0.9),
            crps=1405.0,
            interval=IntervalScores(level=0.9, coverage=0.926, mean_width=9000.0, interval_score=19_900.0),
            groups=(),
        )
        card = ModelCard(
            recipe=Recipe(family="forest"),
            created_at=datetime(2026, 11, 23, tzinfo=UTC),
            origin=DataOrigin("claims.csv", "1,000 people", synthetic=synthetic),
            data_digest="d" * 64,
            rows=1000,
            cross_validation=scores,
            test=scores,
            ranges={"age": (18.0, 64.0)},
            grouping=(),
            provenance=Provenance(metric="crps"),
        )
        return ModelVersion(number, "abcdef0123456789" * 4, datetime(2026, 11, 23, tzinfo=UTC), card)

    return make
