"""What API and dashboard are made of: a container of use cases over the profile's adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container, provide

from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from application.predict_cost import PredictCost
from application.predict_costs import PredictCosts
from application.review_models import ReviewModels
from application.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.ports.clock import Clock
from domain.ports.explainer import Explainer
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from entrypoints.wiring.settings import Settings


class UseCases(Provider):
    """The use cases that API and dashboard share, made anew for each request."""

    scope = Scope.REQUEST

    predict_cost = provide(PredictCost)
    predict_costs = provide(PredictCosts)
    explore_cost = provide(ExploreCost)
    explain_cost = provide(ExplainCost)
    review_predictions = provide(ReviewPredictions)
    erase_prediction = provide(ErasePrediction)
    record_outcome = provide(RecordOutcome)
    review_models = provide(ReviewModels)


class MemoryAdapters(Provider):
    """No server at all."""

    scope = Scope.APP

    @provide
    def clock(self) -> Clock:
        """The machine's own."""
        from adapters.system.clock import SystemClock

        return SystemClock()

    @provide
    def loaded(self) -> LoadedModel:
        """People alike in a small synthetic sample."""
        from adapters.memory.predictor import NeighbourPredictor
        from adapters.memory.sample import small_sample

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
        """Kept until the process ends."""
        from adapters.memory.predictions import MemoryPredictions

        return MemoryPredictions()

    @provide
    def ledger(self) -> ModelLedger:
        """Empty: nothing was trained."""
        from adapters.memory.ledger import MemoryLedger

        return MemoryLedger()

    @provide
    def keys(self, clock: Clock) -> ApiKeys:
        """Empty: keys are made by commands."""
        from adapters.memory.keys import MemoryKeys

        return MemoryKeys(clock=clock)


def web_container(settings: Settings, *replacements: Provider) -> AsyncContainer:
    """Put API and dashboard together for a profile.

    Args:
        settings: which profile, and where its parts are.
        replacements: for testers: providers whose factories say ``override=True``.
    """
    adapters = MemoryAdapters()
    return make_async_container(UseCases(), adapters, *replacements, validation_settings=STRICT_VALIDATION)
