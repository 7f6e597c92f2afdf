"""The web process over PostgreSQL and a model server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from dishka import Provider, Scope, provide
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.argon2.passwords import Argon2Passwords
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.engine import connect
from adapters.postgres.keys import PostgresKeys
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.predictions import PostgresPredictions
from adapters.system.championship import ChildChampionship
from adapters.system.clock import SystemClock
from adapters.system.home import Home
from domain.errors import ConfigurationError
from domain.ports.accounts import Accounts
from domain.ports.championship import Championship
from domain.ports.clock import Clock
from domain.ports.explainer import Explainer
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.passwords import Passwords
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from entrypoints.wiring.database import database_url, enter_in_thread, lease
from entrypoints.wiring.settings import Settings, environment_of

_CHANGED_WITHIN: Final = 120.0
"""Seconds to import MLflow on a busy machine and to change the champion."""


class DatabaseParts(Provider):
    """PostgreSQL, embedded or named."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)

    @provide
    async def engine(self, settings: Settings) -> AsyncIterator[AsyncEngine]:
        """One pool of connections; the embedded server runs as long as it is open."""
        held = ExitStack()
        await enter_in_thread(held, lease(settings))
        engine = connect(database_url(settings), deadline=settings.database_deadline)
        yield engine
        await engine.dispose()
        await asyncio.to_thread(held.close)

    # written out: dishka cannot read annotations that an adapter imports for type checkers only
    @provide
    def predictions(self, engine: AsyncEngine, settings: Settings) -> PredictionRepository:
        """Every answer."""
        live = timedelta(hours=settings.idempotency_hours)
        return PostgresPredictions(engine, deadline=settings.database_deadline, keys_live=live)

    @provide
    def keys(self, engine: AsyncEngine, clock: Clock) -> ApiKeys:
        """Who may ask."""
        return PostgresKeys(engine, clock)

    @provide
    def accounts(self, engine: AsyncEngine) -> Accounts:
        """Who is the admin."""
        return PostgresAccounts(engine)

    @provide
    def passwords(self) -> Passwords:
        """Argon2."""
        return Argon2Passwords()

    @provide
    def ledger(self, engine: AsyncEngine, settings: Settings) -> ModelLedger:
        """What is served, and why."""
        return PostgresLedger(engine, Home(settings.home).ledger_head)


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
        server = ModelServer(settings.model_server_url, deadline=settings.predictor_deadline)
        yield server
        await server.close()

    @provide
    def predictor(self, server: ModelServer) -> Predictor:
        """Asks for predictions."""
        return BentoPredictor(server)

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


def server_parts(settings: Settings) -> list[Provider]:
    """Choose the parts that the settings name.

    Raises:
        ConfigurationError: if no model server is named and none was started.
    """
    told = Provider(scope=Scope.APP)
    told.provide(lambda: settings, provides=Settings)
    if settings.predictor == "in_process":
        return [told, DatabaseParts(), Changing(), InProcessParts()]
    if not settings.model_server_url:
        message = "no model server is named: set MEDCOST_MODEL_SERVER_URL, or MEDCOST_PREDICTOR=in_process"
        raise ConfigurationError(message)
    return [told, DatabaseParts(), Changing(), ModelServerParts()]
