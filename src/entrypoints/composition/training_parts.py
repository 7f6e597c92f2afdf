"""Adapters of training and of commands on versions, as providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from dishka import Provider, Scope, provide
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.local.home import Home
from adapters.memory.read_once import ReadOnce
from domain.people.schema import Schema
from domain.ports.clock import Clock
from domain.ports.dataset import ClaimsDataset
from domain.ports.executor import Executor
from domain.ports.keys import ApiKeys
from domain.ports.loader import ModelLoader
from domain.ports.model_servers import ModelServers
from domain.ports.predictions import PredictionRepository
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry
from domain.ports.request_keys import RequestKeys
from domain.ports.retrainings import Retrainings
from domain.ports.tracker import ExperimentTracker
from domain.ports.trainer import Trainer
from domain.ports.tuner import Tuner
from entrypoints.composition.executors import executor_at
from entrypoints.composition.providers import factory_of
from entrypoints.composition.reports import report_writers
from entrypoints.composition.retrainings import retrainings_of
from entrypoints.composition.settings import Settings, has_mlflow_server
from entrypoints.composition.sklearn_parts import sklearn_loader, sklearn_trainer
from entrypoints.composition.train_config import TrainConfig

if TYPE_CHECKING:
    from adapters.mlflow.store import MlflowStore


class DatasetProvider(Provider):
    """A data set that all stages share; workers of the executor read the files of a folder."""

    scope = Scope.APP

    def __init__(self, make: Callable[[Executor], ClaimsDataset]) -> None:
        super().__init__()
        self._make = make

    @provide
    def dataset(self, executor: Executor) -> ClaimsDataset:
        """Provide the data set."""
        return ReadOnce(self._make(executor))


class CommandParts(Provider):
    """Adapters of commands that all profiles share."""

    scope = Scope.APP

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @provide
    def settings(self) -> Settings:
        """Provide the settings."""
        return self._settings

    @provide
    def clock(self) -> Clock:
        """Provide the system's clock."""
        from adapters.local.clock import SystemClock

        return SystemClock()

    @provide
    def model_servers(self) -> ModelServers:
        """Provide the model servers that the settings name."""
        from adapters.bentoml.model_servers import HttpModelServers

        return HttpModelServers(self._settings.model_servers)

    @provide
    def loader(self) -> ModelLoader:
        """Provide the loader of scikit-learn models."""
        return sklearn_loader()

    @provide
    def trainer(self, clock: Clock, executor: Executor) -> Trainer:
        """Provide the scikit-learn trainer."""
        return sklearn_trainer(clock, executor)

    @provide
    def retrainings(self) -> Retrainings:
        """Provide the lock and the reports of the home's retrainings."""
        return retrainings_of(self._settings)


class ExecutorProvider(Provider):
    """The executor of training: processes of this machine, or the workers of a Dask scheduler."""

    scope = Scope.APP

    def __init__(self, address: str = "", processes: int | None = 1, fits: int = 0) -> None:
        super().__init__()
        self._address, self._processes, self._fits = address, processes, fits

    @provide
    def executor(self) -> Iterator[Executor]:
        """Provide the executor, connected until the container is closed."""
        with executor_at(self._address, processes=self._processes, fits=self._fits) as executor:
            yield executor


class DatabaseTrainingParts(Provider):
    """Persistent adapters: PostgreSQL, MLflow and BentoML's store, the home's own or those that settings name."""

    scope = Scope.APP

    @provide
    async def engine(self, settings: Settings) -> AsyncIterator[AsyncEngine]:
        """Provide connections to PostgreSQL, closed with the container."""
        from adapters.postgres.engine import connect
        from entrypoints.composition.database import database_url

        engine = connect(database_url(settings), deadline=settings.database_deadline)
        yield engine
        await engine.dispose()

    @provide
    def keys(self, engine: AsyncEngine, clock: Clock) -> ApiKeys:
        """Provide the API keys in PostgreSQL."""
        from adapters.postgres.keys import PostgresKeys

        return PostgresKeys(engine, clock)

    @provide
    def request_keys(self, engine: AsyncEngine, settings: Settings) -> RequestKeys:
        """Provide idempotency keys in PostgreSQL."""
        from adapters.postgres.request_keys import PostgresRequestKeys

        return PostgresRequestKeys(engine, keys_live=timedelta(hours=settings.idempotency_hours))

    @provide
    def predictions(self, engine: AsyncEngine, schema: Schema) -> PredictionRepository:
        """Provide the repository of predictions in PostgreSQL, for their outcomes."""
        from adapters.postgres.predictions import PostgresPredictions

        return PostgresPredictions(engine, schema)

    @provide
    def publisher(self, settings: Settings) -> ModelPublisher:
        """Provide the model store: BentoML's, in the home."""
        from adapters.bentoml.publisher import BentoPublisher

        home = Home(settings.home)
        return BentoPublisher(home.bentoml, home.pointer)

    @provide
    def tracker(self, settings: Settings) -> ExperimentTracker:
        """Provide MLflow's tracker."""
        from adapters.mlflow.tracker import MlflowTracker

        return MlflowTracker(_mlflow(settings), tuple(report_writers().values()))

    @provide
    def registry(self, settings: Settings) -> ModelRegistry:
        """Provide MLflow's model registry."""
        from adapters.mlflow.registry import MlflowRegistry

        return MlflowRegistry(_mlflow(settings))


class MemoryTrainingParts(Provider):
    """Adapters of training in memory, besides `MemoryStores`."""

    scope = Scope.APP

    def __init__(self) -> None:
        from adapters.memory.predictions import MemoryPredictions
        from adapters.memory.request_keys import MemoryRequestKeys
        from adapters.memory.tracker import MemoryTracker

        super().__init__()
        self.provide(factory_of(MemoryTracker), provides=ExperimentTracker)
        self.provide(factory_of(MemoryPredictions), provides=PredictionRepository)
        self.provide(factory_of(MemoryRequestKeys), provides=RequestKeys)


class TunerProvider(Provider):
    """The tuner of hyperparameters, with the configuration's budget."""

    scope = Scope.APP

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self._config = config

    @provide
    def tuner(self, settings: Settings) -> Tuner:
        """Provide the Optuna tuner, with studies in PostgreSQL or, for the memory profile, in this process."""
        from adapters.optuna.options import PrunerOptions, SamplerOptions, TuneBudget, TuneOptions
        from adapters.optuna.tuner import OptunaTuner
        from entrypoints.composition.database import tuning_url

        fields_of = msgspec.structs.asdict
        tuning = fields_of(self._config.tuning)
        options = TuneOptions(
            budget=TuneBudget(**{name: tuning[name] for name in ("n_trials", "timeout", "patience")}),
            sampler=SamplerOptions(**fields_of(self._config.sampler)),
            pruner=PrunerOptions(**fields_of(self._config.pruner)),
        )
        return OptunaTuner(None if settings.profile == "memory" else tuning_url(settings), options)


def _mlflow(settings: Settings) -> MlflowStore:
    """Return the home's own MLflow store, or the store that settings name; a server stores its artifacts itself."""
    from adapters.mlflow.store import MlflowStore

    home = Home(settings.home)
    uri = settings.tracking_uri or f"sqlite:///{home.mlflow_database}"
    return MlflowStore(uri, None if has_mlflow_server(settings) else home.mlflow_artifacts)
