"""The web process without any server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from dishka import Provider, Scope, provide

from adapters.argon2.passwords import Argon2Passwords
from adapters.memory.accounts import MemoryAccounts
from adapters.memory.keys import MemoryKeys
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader
from adapters.memory.monitoring import MemoryReports
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.registry import MemoryRegistry
from adapters.memory.sample import small_sample
from adapters.system.clock import SystemClock
from application.change_champion import ChangeChampion
from application.promote_model import PromoteModel
from application.reconcile import Reconcile
from application.roll_back_model import RollBackModel
from domain.ports.accounts import Accounts
from domain.ports.championship import Championship
from domain.ports.clock import Clock
from domain.ports.explainer import Explainer
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel, ModelLoader
from domain.ports.monitoring import MonitoringReports
from domain.ports.passwords import Passwords
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry


class MemoryKeeping(Provider):
    """Versions, ledger, keys and the admin of this process: empty at first, gone with it."""

    scope = Scope.APP

    @provide
    def ledger(self) -> ModelLedger:
        """What is served, and why."""
        return MemoryLedger()

    @provide
    def reports(self) -> MonitoringReports:
        """What monitoring found."""
        return MemoryReports()

    @provide
    def keys(self, clock: Clock) -> ApiKeys:
        """Who may ask."""
        return MemoryKeys(clock=clock)

    @provide
    def accounts(self) -> Accounts:
        """Who is the admin."""
        return MemoryAccounts()

    @provide
    def passwords(self) -> Passwords:
        """Argon2 needs no server."""
        return Argon2Passwords()

    @provide
    def registry(self) -> Iterator[ModelRegistry]:
        """Copies in a folder that goes with the container."""
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace:
            yield MemoryRegistry(workspace=Path(workspace))

    @provide
    def publisher(self) -> Iterator[ModelPublisher]:
        """Copies in a folder that goes with the container."""
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace:
            yield MemoryPublisher(workspace=Path(workspace))


class MemoryParts(Provider):
    """Nothing outlives the process. The model looks up people alike in a small synthetic sample."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)
    reconcile = provide(Reconcile)
    promote = provide(PromoteModel)
    roll_back = provide(RollBackModel)
    change = provide(ChangeChampion, provides=Championship)

    @provide
    def loader(self) -> ModelLoader:
        """What the registry's copies are tried with."""
        return MemoryLoader()

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
