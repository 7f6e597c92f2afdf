"""The web process over PostgreSQL and a model server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Final

from dishka import Provider, Scope, provide

from adapters.bentoml.connection import ModelServer, untraced
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from adapters.system.championship import ChildChampionship
from domain.errors import ConfigurationError
from domain.ports.championship import Championship
from domain.ports.explainer import Explainer
from domain.ports.loader import LoadedModel
from domain.ports.predictor import Predictor
from entrypoints.http.metrics import Metrics
from entrypoints.wiring.database_parts import DatabaseKeeping, DatabaseParts
from entrypoints.wiring.logs import request_id
from entrypoints.wiring.observers import Observers
from entrypoints.wiring.settings import Settings, environment_of
from entrypoints.wiring.traces import traced_questions

_CHANGED_WITHIN: Final = 120.0
"""Seconds to import MLflow on a busy machine and to change the champion."""


class Changing(Provider):
    """Promotion and rollback, in a child process: this one imports neither MLflow nor BentoML."""

    scope = Scope.APP

    @provide
    async def championship(self, settings: Settings) -> AsyncIterator[Championship]:
        """One child at a time; the one at work may end its work before this process ends."""
        command = [sys.executable, "-m", "entrypoints.wiring.championship"]
        championship = ChildChampionship(command, environment_of(settings), deadline=_CHANGED_WITHIN)
        yield championship
        await championship.close()


class ModelServerParts(Provider):
    """BentoML over HTTP."""

    scope = Scope.APP

    @provide
    async def server(self, settings: Settings) -> AsyncIterator[ModelServer]:
        """Kept-alive connections."""
        server = ModelServer(
            settings.model_server_url,
            deadline=settings.predictor_deadline,
            told=request_id,
            traced=traced_questions() if settings.traces_endpoint else untraced,
        )
        yield server
        await server.close()

    @provide
    def predictor(self, server: ModelServer, observers: Observers) -> Predictor:
        """Asks for predictions."""
        return BentoPredictor(server, observe=observers.predictor)

    @provide
    def explainer(self, server: ModelServer) -> Explainer:
        """Asks for reasons."""
        return BentoExplainer(server)


class InProcessParts(Provider):
    """The model in this process: no model server, but scikit-learn and BentoML's store are loaded here."""

    scope = Scope.APP

    @provide
    async def served(self, settings: Settings) -> AsyncIterator[LoadedModel]:
        """Follows the pointer of the home."""
        from entrypoints.wiring.model_server import served_model

        served = served_model(settings)
        await served.refresh()
        following = asyncio.create_task(served.follow())
        yield served
        following.cancel()

    @provide
    def predictor(self, model: LoadedModel) -> Predictor:
        """The same model predicts and explains."""
        return model

    @provide
    def explainer(self, model: LoadedModel) -> Explainer:
        """See `predictor`."""
        return model


def server_parts(settings: Settings, metrics: Metrics) -> list[Provider]:
    """Choose the parts that the settings name.

    Raises:
        ConfigurationError: if no model server is named and none was started.
    """
    told = Provider(scope=Scope.APP)
    told.provide(lambda: settings, provides=Settings)
    looking = Provider(scope=Scope.APP)
    observers = Observers(predictor=metrics.grouped("predict"), records=metrics.grouped("record"))
    looking.provide(lambda: observers, provides=Observers, override=True)
    if settings.predictor == "in_process":
        return [told, DatabaseKeeping(), DatabaseParts(), looking, Changing(), InProcessParts()]
    if not settings.model_server_url:
        message = "no model server is named: set MEDCOST_MODEL_SERVER_URL, or MEDCOST_PREDICTOR=in_process"
        raise ConfigurationError(message)
    return [told, DatabaseKeeping(), DatabaseParts(), looking, Changing(), ModelServerParts()]
