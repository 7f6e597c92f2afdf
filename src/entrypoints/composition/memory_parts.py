"""Adapters in memory, for a web process without any server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from dishka import Provider, Scope, alias, provide

from adapters.argon2.passwords import Argon2Passwords
from adapters.local.clock import SystemClock
from adapters.local.job_files import LocalJobFiles
from adapters.memory.accounts import MemoryAccounts
from adapters.memory.alarms import MemoryAcknowledgements
from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.events import MemoryEvents
from adapters.memory.hours import MemoryHours
from adapters.memory.jobs import MemoryJobs
from adapters.memory.keys import MemoryKeys
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader
from adapters.memory.monitoring import MemoryReports
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.registry import MemoryRegistry
from adapters.memory.request_keys import MemoryRequestKeys
from adapters.memory.room import MemoryRoom
from adapters.memory.sample import small_sample
from adapters.memory.version_models import MemoryVersionModels
from adapters.memory.webhooks import MemoryWebhooks
from application.models.change_champion import ChangeChampion
from application.models.promote_model import PromoteModel
from application.models.reconcile import Reconcile
from application.models.roll_back_model import RollBackModel
from domain.people.schema import Schema
from domain.ports.accounts import Accounts
from domain.ports.alarms import Acknowledgements
from domain.ports.audit import AuditTrail
from domain.ports.championship import Championship
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from domain.ports.explainer import Explainer
from domain.ports.file_scorer import FileScorer
from domain.ports.hours import ServiceHours
from domain.ports.job_files import JobFiles
from domain.ports.jobs import Jobs
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel, ModelLoader
from domain.ports.monitoring import MonitoringReports
from domain.ports.passwords import Passwords
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry
from domain.ports.request_keys import RequestKeys
from domain.ports.room import Room
from domain.ports.version_models import VersionModels
from domain.ports.webhooks import Webhooks
from entrypoints.composition.job_files import InProcessScorer
from entrypoints.composition.providers import factory_of


class MemoryStores(Provider):
    """Repositories in the memory of this process: empty at its start, lost at its end."""

    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.provide(factory_of(MemoryLedger), provides=ModelLedger)
        self.provide(factory_of(MemoryReports), provides=MonitoringReports)
        self.provide(factory_of(MemoryJobs), provides=Jobs)
        self.provide(factory_of(MemoryWebhooks), provides=Webhooks)
        self.provide(factory_of(MemoryHours), provides=ServiceHours)
        self.provide(factory_of(MemoryEvents), provides=ServiceEvents)
        self.provide(factory_of(MemoryAuditTrail), provides=AuditTrail)
        self.provide(factory_of(MemoryAcknowledgements), provides=Acknowledgements)
        self.provide(factory_of(MemoryAccounts), provides=Accounts)
        self.provide(factory_of(Argon2Passwords), provides=Passwords)  # needs no server

    @provide
    def keys(self, clock: Clock) -> ApiKeys:
        """Provide the API keys."""
        return MemoryKeys(clock=clock)

    @provide
    def registry(self) -> Iterator[ModelRegistry]:
        """Provide a model registry whose files lie in a temporary folder of the container."""
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace:
            yield MemoryRegistry(workspace=Path(workspace))

    @provide
    def job_files(self) -> Iterator[JobFiles]:
        """Provide the files of jobs in a temporary folder of the container."""
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace:
            yield LocalJobFiles(Path(workspace) / "jobs")

    @provide
    def publisher(self) -> Iterator[ModelPublisher]:
        """Provide a model store in a temporary folder of the container."""
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace:
            yield MemoryPublisher(workspace=Path(workspace))


class MemoryParts(Provider):
    """Adapters whose state ends with the process; the model averages similar people of a small synthetic sample."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)
    reconcile = provide(Reconcile)
    promote = provide(PromoteModel)
    roll_back = provide(RollBackModel)
    change = provide(ChangeChampion, provides=Championship)
    predictor = alias(LoadedModel, provides=Predictor)
    explainer = alias(LoadedModel, provides=Explainer)

    def __init__(self) -> None:
        super().__init__()
        self.provide(factory_of(MemoryRoom), provides=Room)
        self.provide(factory_of(MemoryVersionModels), provides=VersionModels)
        self.provide(factory_of(MemoryPredictions), provides=PredictionRepository)
        self.provide(factory_of(MemoryRequestKeys), provides=RequestKeys)

    @provide
    def file_scorer(self, files: JobFiles, model: LoadedModel, schema: Schema) -> FileScorer:
        """Provide a scorer of files in this process."""
        return InProcessScorer(files, model, schema)

    @provide
    def loader(self, schema: Schema) -> ModelLoader:
        """Provide the loader that the registry tries its copies with."""
        return MemoryLoader(schema)

    @provide
    def model(self, schema: Schema) -> LoadedModel:
        """Provide a nearest-neighbour model of a small synthetic sample."""
        return NeighbourPredictor(small_sample(schema))
