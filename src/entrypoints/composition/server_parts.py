"""Adapters of a web process with PostgreSQL and a model server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from dishka import Provider, Scope, alias, provide

from adapters.bentoml.connection import ModelServer, untraced
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from adapters.bentoml.version_models import BentoVersionModels
from adapters.subprocess.championship import ChildChampionship
from domain.errors import ConfigurationError
from domain.people.schema import Schema
from domain.ports.championship import Championship
from domain.ports.explainer import Explainer
from domain.ports.file_scorer import FileScorer
from domain.ports.job_files import JobFiles
from domain.ports.loader import LoadedModel
from domain.ports.predictor import Predictor
from domain.ports.version_models import VersionModels
from entrypoints.composition.database_parts import DatabaseParts, DatabaseStores
from entrypoints.composition.job_files import InProcessScorer, child_scorer, job_files
from entrypoints.composition.observers import Observers
from entrypoints.composition.settings import Settings, environment_of
from entrypoints.hosting.request_ids import REQUEST_ID
from entrypoints.hosting.traces import traced_questions
from entrypoints.http.metrics import Metrics

_CHANGED_WITHIN: Final = 120.0
"""Deadline in seconds of the child that changes the champion: on a busy machine, importing MLflow takes most of it."""


class Changing(Provider):
    """Promotion and rollback in a child process, so that the web process imports neither MLflow nor BentoML."""

    scope = Scope.APP

    @provide
    async def championship(self, settings: Settings) -> AsyncIterator[Championship]:
        """Provide changes of the champion, one child at a time; a running child may finish before this process ends."""
        command = [sys.executable, "-m", "entrypoints.hosting.championship"]
        championship = ChildChampionship(command, environment_of(settings), deadline=_CHANGED_WITHIN)
        yield championship
        await championship.close()


class JobFileParts(Provider):
    """The store of the files of jobs on a disk."""

    scope = Scope.APP

    @provide
    def job_files(self, settings: Settings) -> JobFiles:
        """Provide the files of jobs in the home, or in the folder that settings name."""
        return job_files(settings)


class ModelServerParts(Provider):
    """Adapters of a model server, BentoML over HTTP."""

    scope = Scope.APP

    @provide
    def file_scorer(self, settings: Settings) -> FileScorer:
        """Provide a scorer of files in a child process, which loads the model itself."""
        return child_scorer(settings)

    @provide
    async def server(self, settings: Settings) -> AsyncIterator[ModelServer]:
        """Provide the client of the model server, which keeps its connections alive."""
        server = ModelServer(
            settings.model_server_url,
            deadline=settings.predictor_deadline,
            request_name=REQUEST_ID.get,
            traced=traced_questions() if settings.traces_endpoint else untraced,
        )
        yield server
        await server.close()

    @provide
    def predictor(self, server: ModelServer, observers: Observers) -> Predictor:
        """Provide the predictor."""
        return BentoPredictor(server, observe=observers.predictor)

    @provide
    def explainer(self, server: ModelServer) -> Explainer:
        """Provide the explainer."""
        return BentoExplainer(server)

    @provide
    def versions(self, server: ModelServer) -> VersionModels:
        """Provide the models of all versions."""
        return BentoVersionModels(server)


class InProcessParts(Provider):
    """Adapters of a model in this process, which loads scikit-learn and BentoML's store instead of a model server."""

    scope = Scope.APP

    predictor = alias(LoadedModel, provides=Predictor)
    explainer = alias(LoadedModel, provides=Explainer)

    @provide
    def file_scorer(self, files: JobFiles, model: LoadedModel, schema: Schema) -> FileScorer:
        """Provide a scorer of files in this process."""
        return InProcessScorer(files, model, schema)

    @provide
    async def served(self, settings: Settings) -> AsyncIterator[LoadedModel]:
        """Provide the model that the home's pointer names."""
        from entrypoints.composition.model_server import served_model

        served = served_model(settings)
        await served.refresh()
        following = asyncio.create_task(served.follow())
        yield served
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    @provide
    def versions(self, settings: Settings) -> VersionModels:
        """Provide the models of all versions in the home."""
        from entrypoints.composition.model_server import stored_versions

        return stored_versions(settings)


def server_parts(settings: Settings, metrics: Metrics) -> list[Provider]:
    """Return the providers of the predictor that the settings choose.

    Raises:
        ConfigurationError: if no model server is named and none was started.
    """
    settings_provider = Provider(scope=Scope.APP)
    settings_provider.provide(lambda: settings, provides=Settings)
    observing = Provider(scope=Scope.APP)
    observers = Observers(predictor=metrics.grouped("predict"), records=metrics.grouped("record"))
    observing.provide(lambda: observers, provides=Observers, override=True)
    shared = [settings_provider, DatabaseStores(), DatabaseParts(), JobFileParts(), observing, Changing()]
    if settings.predictor == "in_process":
        return [*shared, InProcessParts()]
    if not settings.model_server_url:
        message = "no model server is named: set MEDCOST_MODEL_SERVER_URL, or MEDCOST_PREDICTOR=in_process"
        raise ConfigurationError(message)
    return [*shared, ModelServerParts()]
