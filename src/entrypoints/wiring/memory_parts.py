"""The web process without any server."""

from __future__ import annotations

from dishka import Provider, Scope, provide

from adapters.memory.keys import MemoryKeys
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from adapters.system.clock import SystemClock
from domain.ports.clock import Clock
from domain.ports.explainer import Explainer
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor


class MemoryParts(Provider):
    """Nothing outlives the process. The model looks up people alike in a small synthetic sample."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)

    @provide
    def model(self) -> LoadedModel:
        """Learn nothing, look up."""
        return NeighbourPredictor(small_sample())

    @provide
    def predictor(self, model: LoadedModel) -> Predictor:
        """The same model predicts and explains."""
        return model

    @provide
    def explainer(self, model: LoadedModel) -> Explainer:
        """See `predictor`."""
        return model

    @provide
    def predictions(self) -> PredictionRepository:
        """Empty at the start."""
        return MemoryPredictions()

    @provide
    def ledger(self) -> ModelLedger:
        """Empty: nothing was trained."""
        return MemoryLedger()

    @provide
    def keys(self, clock: Clock) -> ApiKeys:
        """Empty: keys are made by commands."""
        return MemoryKeys(clock=clock)
